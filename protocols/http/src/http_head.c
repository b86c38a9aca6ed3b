/* http_head.c - start line and fields of an HTTP/1.x message. SPDX-License-Identifier: MIT */
#include "http_head_scan.h"
#include "http_where.h"
#include <netproto/http_head.h>
#include <netproto/text.h>
#include <string.h>

/* Where the reading is: p in base..end. */
struct cursor {
    const uint8_t *base, *p, *end;
};

static int wrong(struct netp_http_head *h, const struct cursor *c, int code, const char *where)
{
    h->at = (uint32_t)(c->p - c->base);
#ifdef NETP_HTTP1_NO_WHERE
    (void)where; /* it stays empty */
#else
    h->where = where;
#endif
    return code;
}

static struct netp_http_span span(const struct cursor *c, const uint8_t *from, const uint8_t *to)
{
    return (struct netp_http_span){(uint16_t)(from - c->base), (uint16_t)(to - from)};
}

/* Each of the following reads one thing: 1 with c->p behind it, 0 when more must come, or an error
 * with c->p at the byte that is wrong. */

static int line_end(struct netp_http_head *h, struct cursor *c)
{
    if (c->p < c->end && *c->p == '\r') {
        c->p++;
    } else if (c->p < c->end && !(h->flags_ & NETP_HTTP_HEAD_BARE_LF)) {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("end of line"));
    }
    if (c->p == c->end) {
        return 0;
    }
    if (*c->p != '\n') {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("end of line"));
    }
    c->p++;
    return 1;
}

/* HTTP-version, section 2.3 */
static int version(struct netp_http_head *h, struct cursor *c)
{
    static const char http[] = "HTTP/1.0";

    for (size_t i = 0; i < sizeof http - 1; i++, c->p++) {
        bool digit;
        if (c->p == c->end) {
            return 0;
        }
        digit = *c->p >= '0' && *c->p <= '9';
        if (i == 7 ? !digit : *c->p != (uint8_t)http[i]) {
            return wrong(h, c, i == 5 && digit ? NETP_E_UNSUPPORTED : NETP_E_SYNTAX,
                         HTTP_WHERE("version"));
        }
    }
    h->minor = (uint8_t)(c->p[-1] - '0');
    return 1;
}

/* method SP request-target SP HTTP-version CRLF, section 3 */
static int request_line(struct netp_http_head *h, struct cursor *c)
{
    const uint8_t *from = c->p;
    int r;

    c->p = http_scan_token(from, c->end);
    if (c->p == c->end) {
        return 0;
    }
    if (c->p == from || *c->p != ' ') {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("method"));
    }
    h->method = span(c, from, c->p);
    from = ++c->p;
    c->p = http_scan_target(from, c->end);
    if (c->p == c->end) {
        return 0;
    }
    if (c->p == from || *c->p != ' ') {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("request target"));
    }
    h->target = span(c, from, c->p);
    c->p++;
    r = version(h, c);
    return r > 0 ? line_end(h, c) : r;
}

/* SP 3DIGIT */
static int status_code(struct netp_http_head *h, struct cursor *c)
{
    static const char first[] = " 100", last[] = " 999";

    for (size_t i = 0; i < sizeof first - 1; i++, c->p++) {
        if (c->p == c->end) {
            return 0;
        }
        if (*c->p < (uint8_t)first[i] || *c->p > (uint8_t)last[i]) {
            return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("status code"));
        }
        h->status = (uint16_t)(i == 0 ? 0 : h->status * 10 + *c->p - '0');
    }
    return 1;
}

/* HTTP-version SP status-code SP [ reason-phrase ] CRLF, section 4 */
static int status_line(struct netp_http_head *h, struct cursor *c)
{
    const uint8_t *from;
    int r = version(h, c);

    if (r <= 0 || (r = status_code(h, c)) <= 0) {
        return r;
    }
    from = c->p;
    if (from < c->end && *from == ' ') {
        c->p = http_scan_value(++from, c->end);
    } else if (from < c->end && !(h->flags_ & NETP_HTTP_HEAD_NO_REASON)) {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("status line"));
    }
    h->reason = span(c, from, c->p);
    return line_end(h, c);
}

static int start_line(struct netp_http_head *h, struct cursor *c)
{
    bool request = h->kind_ == NETP_HTTP_HEAD_REQUEST;
    int r;

#if defined(NETP_HTTP1_NO_CLIENT)
    if (!request) {
        return wrong(h, c, NETP_E_UNSUPPORTED, HTTP_WHERE("request"));
    }
#elif defined(NETP_HTTP1_NO_SERVER)
    if (request) {
        return wrong(h, c, NETP_E_UNSUPPORTED, HTTP_WHERE("response"));
    }
#endif

    if (request && c->p < c->end && (*c->p == '\r' || *c->p == '\n')) {
        return line_end(h, c); /* an empty line before it */
    }
    r = request ? request_line(h, c) : status_line(h, c);
    h->started_ = r > 0;
    return r;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* field-name ":" OWS field-value OWS CRLF, section 5. A space before the colon and a folded line
 * (sections 5.1, 5.2) are no names. */
static int field_line(struct netp_http_head *h, struct cursor *c)
{
    const uint8_t *from = c->p, *colon = http_scan_token(from, c->end), *value, *end;
    int r;

    c->p = colon;
    if (colon == c->end) {
        return 0;
    }
    if (colon == from || *colon != ':') {
        return wrong(h, c, NETP_E_SYNTAX, HTTP_WHERE("field name"));
    }
    if (h->nfield == h->cap_) {
        c->p = from;
        return wrong(h, c, NETP_E_LIMIT, HTTP_WHERE("number of fields"));
    }
    for (value = colon + 1; value < c->end && is_blank(*value); value++) {
    }
    c->p = end = http_scan_value(value, c->end);
    while (end > value && is_blank(end[-1])) {
        end--;
    }
    r = line_end(h, c);
    if (r > 0) {
        h->field_[h->nfield++] =
            (struct netp_http_field){span(c, from, colon), span(c, value, end)};
    }
    return r;
}

/* The usual field lines, whole and plain, at several times the speed of field_line(), which takes
 * what is left: the last lines, and those that need care. */
static void plain_fields(struct netp_http_head *h, struct cursor *c)
{
#if defined(HTTP_SSE2_)
    struct http_controls controls = {c->p, c->end, 0};

    if (c->end - c->p < 64) {
        return;
    }
    http_controls_load(&controls, c->p);
    while (h->nfield < h->cap_) {
        const uint8_t *cr = http_controls_next(&controls), *colon, *value;
        if (cr == NULL || *cr != '\r' || http_controls_next(&controls) != cr + 1 || cr[1] != '\n') {
            break;
        }
        colon = http_scan_token(c->p, c->end);
        value = colon + 1 + (colon[1] == ' ');
        if (colon == c->p || *colon != ':' || value >= cr || is_blank(*value) || is_blank(cr[-1])) {
            break;
        }
        h->field_[h->nfield++] = (struct netp_http_field){span(c, c->p, colon), span(c, value, cr)};
        c->p = cr + 2;
    }
    h->line_ = (size_t)(c->p - c->base);
#else
    (void)h;
    (void)c;
#endif
}

void netp_http_head_init(struct netp_http_head *h, enum netp_http_head_kind kind,
                         struct netp_http_field *field, uint16_t cap, unsigned flags)
{
    memset(h, 0, sizeof *h);
    h->where = "";
    h->field_ = field;
    h->cap_ = cap;
    h->kind_ = (uint8_t)kind;
    h->flags_ = (uint8_t)flags;
    h->started_ = kind == NETP_HTTP_HEAD_TRAILER;
}

int netp_http_head_parse(struct netp_http_head *h, const char *p, size_t n)
{
    const uint8_t *base = (const uint8_t *)p;
    size_t most = n < NETP_HTTP_HEAD_MAX ? n : NETP_HTTP_HEAD_MAX;
    struct cursor c = {base, base + h->line_, base + most};
    bool last = false;
    int r = 1;

    while (r > 0 && !last) {
        if (h->started_) {
            plain_fields(h, &c);
        }
        last = h->started_ && c.p < c.end && (*c.p == '\r' || *c.p == '\n');
        r = last ? line_end(h, &c) : h->started_ ? field_line(h, &c) : start_line(h, &c);
        h->line_ = r > 0 ? (size_t)(c.p - base) : h->line_;
    }
    if (r == 0 && n >= NETP_HTTP_HEAD_MAX) {
        return wrong(h, &c, NETP_E_LIMIT, HTTP_WHERE("head"));
    }
    return r > 0 ? (int)h->line_ : r;
}

bool netp_http_head_started(const struct netp_http_head *h)
{
    return h->started_;
}

bool netp_http_head_find(const struct netp_http_head *h, const char *p, struct netp_str name,
                         unsigned nth, struct netp_str *value)
{
    for (unsigned i = 0; i < h->nfield; i++) {
        const struct netp_http_field *f = &h->field_[i];
        if (netp_str_ieq(netp_http_str(p, f->name), name) && nth-- == 0) {
            *value = netp_http_str(p, f->value);
            return true;
        }
    }
    return false;
}

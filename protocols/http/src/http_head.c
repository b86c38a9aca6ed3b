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

/* One or more characters of a kind, and what must follow them. */
static inline int word(struct netp_http_head *h, struct cursor *c, http_scan *scan, char follows,
                       struct netp_http_span *at, const char *where)
{
    const uint8_t *from = c->p;

    c->p = scan(from, c->end);
    if (c->p == c->end) {
        return 0;
    }
    if (c->p == from || *c->p != (uint8_t)follows) {
        return wrong(h, c, NETP_E_SYNTAX, where);
    }
    *at = span(c, from, c->p++);
    return 1;
}

/* As many characters as `first` has, none below its own there, none above that in `last`. */
static int pattern(struct netp_http_head *h, struct cursor *c, const char *first, const char *last,
                   const char *where)
{
    for (; *first != '\0'; first++, last++, c->p++) {
        if (c->p == c->end) {
            return 0;
        }
        if (*c->p < (uint8_t)*first || *c->p > (uint8_t)*last) {
            return wrong(h, c, NETP_E_SYNTAX, where);
        }
    }
    return 1;
}

/* HTTP-version, section 2.3 */
static int version(struct netp_http_head *h, struct cursor *c)
{
    const uint8_t *major = c->p + sizeof "HTTP/" - 1;
    int r = pattern(h, c, "HTTP/1.0", "HTTP/1.9", HTTP_WHERE("version"));

    if (r > 0) {
        h->minor = (uint8_t)(c->p[-1] - '0');
    } else if (r < 0 && c->p == major && *major >= '0' && *major <= '9') {
        r = NETP_E_UNSUPPORTED;
    }
    return r;
}

/* method SP request-target SP HTTP-version CRLF, section 3 */
static int request_line(struct netp_http_head *h, struct cursor *c)
{
    int r = word(h, c, http_scan_token, ' ', &h->method, HTTP_WHERE("method"));

    if (r > 0) {
        r = word(h, c, http_scan_target, ' ', &h->target, HTTP_WHERE("request target"));
    }
    if (r > 0) {
        r = version(h, c);
    }
    return r > 0 ? line_end(h, c) : r;
}

/* HTTP-version SP status-code SP [ reason-phrase ] CRLF, section 4 */
static int status_line(struct netp_http_head *h, struct cursor *c)
{
    const uint8_t *from;
    int r = version(h, c);

    if (r > 0) {
        r = pattern(h, c, " 100", " 999", HTTP_WHERE("status code"));
    }
    if (r <= 0) {
        return r;
    }
    from = c->p;
    h->status = (uint16_t)(from[-3] * 100 + from[-2] * 10 + from[-1] - '0' * 111);
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
    const uint8_t *from = c->p, *value, *end;
    struct netp_http_field f;
    int r = word(h, c, http_scan_token, ':', &f.name, HTTP_WHERE("field name"));

    if (r <= 0) {
        return r;
    }
    if (h->nfield == h->cap_) {
        c->p = from;
        return wrong(h, c, NETP_E_LIMIT, HTTP_WHERE("number of fields"));
    }
    for (value = c->p; value < c->end && is_blank(*value); value++) {
    }
    c->p = end = http_scan_value(value, c->end);
    while (end > value && is_blank(end[-1])) {
        end--;
    }
    f.value = span(c, value, end);
    r = line_end(h, c);
    if (r > 0) {
        h->field_[h->nfield++] = f;
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

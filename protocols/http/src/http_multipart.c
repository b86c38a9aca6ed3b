/* http_multipart.c - the machine that reads multipart bodies. SPDX-License-Identifier: MIT */
#include <netproto/http_multipart.h>

#include "http_form_data.h"
#include "http_scan.h"

#include <netproto/machine.h>
#include <string.h>

enum multipart_state {
    MULTIPART_PREAMBLE,
    MULTIPART_DELIMITER, /* behind its boundary */
    MULTIPART_HYPHEN,    /* behind the first of the two that close */
    MULTIPART_PADDING,
    MULTIPART_LF,
    MULTIPART_HEAD,
    MULTIPART_BODY,
    MULTIPART_EPILOGUE,
    MULTIPART_END
};

/* bchars, RFC 2046 section 5.1.1 */
static const struct http_chars bchars = {{0, 0xa7fffb81, 0x87fffffe, 0x07fffffe, 0, 0, 0, 0}};

/* Reads cfg.boundary into the delimiter; false: it breaks the grammar. */
static bool set_boundary(struct netp_http_multipart *m, struct netp_str value)
{
    char boundary[NETP_HTTP_BOUNDARY_MAX];
    ptrdiff_t n = netp_http_unquote(boundary, sizeof boundary, value);

    if (n <= 0 || boundary[n - 1] == ' ' ||
        !http_all(netp_str_make(boundary, (size_t)n), &bchars)) {
        return false;
    }
    memcpy(m->delimiter_, "\r\n--", 4);
    memcpy(m->delimiter_ + 4, boundary, (size_t)n);
    m->delimiter_n_ = (uint8_t)(n + 4);
    return true;
}

/* The delimiter may come at once: what lies before this place is as good as a CRLF. */
static void begin_content(struct netp_http_multipart *m, enum multipart_state state)
{
    m->state_ = (uint8_t)state;
    m->match_ = m->before_ = 2;
}

int netp_http_multipart_init_(struct netp_http_multipart *m, size_t msize,
                              const struct netp_http_multipart_cfg *cfg, netp_ms now)
{
    (void)now;
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (cfg->headlen == 0) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    if (!set_boundary(m, cfg->boundary)) {
        return NETP_E_ARG;
    }
    m->cfg_ = *cfg;
    netp_fail_clear(&m->fail_);
    begin_content(m, MULTIPART_PREAMBLE);
    return NETP_OK;
}

/* At so many bytes before the cursor; next() makes it an offset in the stream. */
static int fail(struct netp_http_multipart *m, enum netp_err code, size_t back, const char *where)
{
    int status = code == NETP_E_LIMIT ? 413 : code == NETP_E_IO ? -1 : 400;

    return netp_fail_with(&m->fail_, code, status, 0 - (uint64_t)back, where);
}

static void take(struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

/* Ignores n bytes that were taken last. */
static int skip(struct netp_http_multipart *m, size_t n)
{
    size_t room = m->cfg_.max_skip - m->skipped_;

    if (n > room) {
        return fail(m, NETP_E_LIMIT, n - room, "bytes between parts");
    }
    m->skipped_ += (uint32_t)n;
    return 0;
}

/* n bytes, taken last, that belong to no delimiter. */
static int content(struct netp_http_multipart *m, const uint8_t *p, size_t n,
                   struct netp_http_multipart_ev *ev)
{
    if (m->state_ == MULTIPART_PREAMBLE) {
        return skip(m, n);
    }
    ev->p = n > 0 ? p : NULL;
    ev->n = n;
    return n > 0 ? NETP_HTTP_MULTIPART_DATA : 0;
}

/* The next CR, or end. memchr() is fast where they are rare, but not where they are many. */
static const uint8_t *find_cr(const uint8_t *p, const uint8_t *end)
{
    for (size_t i = 0; i < 8; i++, p++) {
        if (p == end || *p == '\r') {
            return p;
        }
    }
    p = (const uint8_t *)memchr(p, '\r', (size_t)(end - p));
    return p != NULL ? p : end;
}

/* The bytes before the first place where a delimiter begins, as far as can be told. Each is looked
 * at twice at most, for a delimiter has a CR but at its beginning. */
static size_t plain_run(const struct netp_http_multipart *m, const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n, *cr = find_cr(p, end);

    while (cr < end) {
        size_t i = 1, left = (size_t)(end - cr);
        while (i < left && i < m->delimiter_n_ && cr[i] == m->delimiter_[i]) {
            i++;
        }
        if (i == left || i == m->delimiter_n_) {
            break;
        }
        cr = find_cr(cr + i, end);
    }
    return (size_t)(cr - p);
}

/* Each of the following is called with input and goes through some of it in one state: an event, 0
 * when nothing has come of it, or an error. */

/* What is held back in match_ need not be kept: it is the delimiter's own beginning. */
static int body(struct netp_http_multipart *m, struct netp_in *in,
                struct netp_http_multipart_ev *ev)
{
    const uint8_t *p = in->p;
    size_t n = m->match_ == 0 ? plain_run(m, p, in->n) : 0;

    if (n > 0) {
        take(in, n);
        return content(m, p, n, ev);
    }
    while (in->n > 0 && m->match_ < m->delimiter_n_ && *in->p == m->delimiter_[m->match_]) {
        take(in, 1);
        m->match_++;
    }
    if (m->match_ == m->delimiter_n_) {
        bool part = m->state_ == MULTIPART_BODY;
        m->state_ = MULTIPART_DELIMITER;
        return part ? NETP_HTTP_MULTIPART_PART_END : 0;
    }
    if (in->n > 0) {
        p = m->delimiter_ + m->before_;
        n = (size_t)m->match_ - m->before_;
        m->match_ = m->before_ = 0;
        return content(m, p, n, ev);
    }
    return 0;
}

static int line_feed(struct netp_http_multipart *m)
{
    if (m->last_) {
        m->state_ = MULTIPART_EPILOGUE;
        return 0;
    }
    if (m->parts_ == m->cfg_.max_parts) {
        return fail(m, NETP_E_LIMIT, 0, "number of parts");
    }
    m->parts_++;
    m->have_ = 0;
    m->state_ = MULTIPART_HEAD;
    netp_http_head_init(&m->head_, NETP_HTTP_HEAD_TRAILER, m->cfg_.field, m->cfg_.nfield, 0);
    return 0;
}

/* A byte of the line that a delimiter is on, behind its boundary. */
static int delimiter(struct netp_http_multipart *m, struct netp_in *in)
{
    uint8_t c = *in->p;

    take(in, 1);
    if (m->state_ == MULTIPART_LF && c == '\n') {
        return line_feed(m);
    }
    if (m->state_ == MULTIPART_HYPHEN && c == '-') {
        m->state_ = MULTIPART_PADDING;
        m->last_ = true;
        return 0;
    }
    if (m->state_ == MULTIPART_DELIMITER && c == '-') {
        m->state_ = MULTIPART_HYPHEN;
        return 0;
    }
    if (m->state_ == MULTIPART_DELIMITER || m->state_ == MULTIPART_PADDING) {
        m->state_ = c == '\r' ? MULTIPART_LF : MULTIPART_PADDING;
        if (c == '\r' || http_is(&http_space, (char)c)) {
            return c == '\r' ? 0 : skip(m, 1);
        }
    }
    return fail(m, NETP_E_SYNTAX, 1, "delimiter");
}

/* What a head says about its part: *at is where it is wrong. */
static int describe(struct netp_http_multipart *m, struct netp_http_multipart_ev *ev,
                    struct netp_str *at)
{
    static const char *const names[] = {"Content-Type", "Content-Transfer-Encoding",
                                        "Content-Disposition"};
    struct netp_str field[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

    for (size_t i = 0; i < 3; i++) {
        struct netp_str name = netp_str_of(names[i]);
        netp_http_head_find(&m->head_, m->cfg_.head, name, 0, &field[i]);
        if (netp_http_head_find(&m->head_, m->cfg_.head, name, 1, at)) {
            return NETP_E_SYNTAX;
        }
    }
    ev->head = &m->head_;
    ev->bytes = m->cfg_.head;
    ev->content_type = field[0];
    *at = field[1];
    if (at->p != NULL && !netp_str_ieq(*at, NETP_STR("binary")) &&
        !netp_str_ieq(*at, NETP_STR("8bit")) && !netp_str_ieq(*at, NETP_STR("7bit"))) {
        return NETP_E_UNSUPPORTED;
    }
    *at = field[2];
    return (m->cfg_.flags & NETP_HTTP_MULTIPART_FORM) == 0
               ? NETP_OK
               : http_form_data_read(m->cfg_.head, *at, &ev->name, &ev->filename);
}

static int head(struct netp_http_multipart *m, struct netp_in *in,
                struct netp_http_multipart_ev *ev)
{
    size_t room = m->cfg_.headlen - m->have_, n = in->n < room ? in->n : room;
    struct netp_str at = {NULL, 0};
    int r;

    memcpy(m->cfg_.head + m->have_, in->p, n);
    r = netp_http_head_parse(&m->head_, m->cfg_.head, m->have_ + n);
    n = r > 0 ? (size_t)r - m->have_ : n;
    take(in, n);
    m->have_ += n;
    if (r < 0) {
        return fail(m, (enum netp_err)r, m->have_ - m->head_.at, m->head_.where);
    }
    if (r == 0) {
        return m->have_ < m->cfg_.headlen ? 0 : fail(m, NETP_E_LIMIT, 0, "head of a part");
    }
    r = describe(m, ev, &at);
    if (r < 0) { /* of a field that is missing: where the head ends */
        size_t place = at.p != NULL ? (size_t)(at.p - m->cfg_.head) : m->have_;
        return fail(m, (enum netp_err)r, m->have_ - place, "head of a part");
    }
    begin_content(m, MULTIPART_BODY);
    return NETP_HTTP_MULTIPART_PART;
}

static int step(struct netp_http_multipart *m, struct netp_in *in,
                struct netp_http_multipart_ev *ev)
{
    size_t n = in->n;

    switch (m->state_) {
    case MULTIPART_PREAMBLE:
    case MULTIPART_BODY:
        return body(m, in, ev);
    case MULTIPART_HEAD:
        return head(m, in, ev);
    case MULTIPART_EPILOGUE:
        take(in, n);
        return skip(m, n);
    default:
        return delimiter(m, in);
    }
}

/* Law 8. A CRLF behind the closing delimiter belongs to the epilogue, and may be missing. */
static int end_of_stream(struct netp_http_multipart *m, unsigned flags)
{
    bool closed = m->state_ == MULTIPART_EPILOGUE || (m->state_ == MULTIPART_PADDING && m->last_);

    if (!closed) {
        return fail(m, NETP_E_TRUNCATED, 0, "closing delimiter");
    }
    if ((flags & NETP_IN_BROKEN) != 0) {
        return fail(m, NETP_E_IO, 0, "stream");
    }
    m->state_ = MULTIPART_END;
    return NETP_HTTP_MULTIPART_END;
}

static int advance(struct netp_http_multipart *m, struct netp_in *in,
                   struct netp_http_multipart_ev *ev)
{
    int r = 0;

    if (m->state_ == MULTIPART_END) {
        return 0;
    }
    while (r == 0 && in->n > 0) {
        r = step(m, in, ev);
    }
    return r == 0 && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0 ? end_of_stream(m, in->flags)
                                                                       : r;
}

int netp_http_multipart_next(struct netp_http_multipart *m, struct netp_in *in, netp_ms now,
                             struct netp_http_multipart_ev *ev)
{
    struct netp_in none = {NULL, 0, 0, NULL};
    size_t n;
    int r;

    (void)now;
    if (m->fail_.code != NETP_OK) {
        return m->fail_.code;
    }
    memset(ev, 0, sizeof *ev);
    if (in == NULL) {
        in = &none;
    }
    n = in->n;
    r = advance(m, in, ev);
    m->pos_ += n - in->n;
    if (r < 0) {
        m->fail_.offset += m->pos_;
    } else {
        ev->type = (enum netp_http_multipart_evtype)r;
    }
    return r;
}

unsigned netp_http_multipart_want(const struct netp_http_multipart *m)
{
    return m->fail_.code != NETP_OK || m->state_ == MULTIPART_END ? NETP_CLOSED : NETP_WANT_IN;
}

NETP_ONLY_READS(http_multipart)
NETP_OPS(http_multipart);

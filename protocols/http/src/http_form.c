/* http_form.c - the machine that reads application/x-www-form-urlencoded.
 * SPDX-License-Identifier: MIT */
#include <netproto/http_form.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <string.h>

enum form_state { FORM_GAP, FORM_NAME, FORM_VALUE, FORM_END };

int netp_http_form_init_(struct netp_http_form *m, size_t msize,
                         const struct netp_http_form_cfg *cfg, netp_ms now)
{
    (void)now;
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    netp_fail_clear(&m->fail_);
    return NETP_OK;
}

/* At so many bytes before the cursor; next() makes it an offset in the stream. */
static int fail(struct netp_http_form *m, enum netp_err code, int status, size_t back,
                const char *where)
{
    return netp_fail_with(&m->fail_, code, status, 0 - (uint64_t)back, where);
}

static void take(struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

/* What take_byte() has to say when it is no byte. */
enum { PART_OF_ESCAPE = -1, BAD_ESCAPE = -2 };

/* Takes a character, unless it makes a bad escape; the byte that is complete with it. */
static int take_byte(struct netp_http_form *m, struct netp_in *in)
{
    uint8_t c = *in->p;
    unsigned digit = netp_hex_digit((char)c);

    if (m->escape_ > 0 && digit > 15) {
        return BAD_ESCAPE;
    }
    take(in, 1);
    if (m->escape_ == 2) {
        m->escape_ = 0;
        return (int)((unsigned)m->high_ << 4 | digit);
    }
    if (m->escape_ == 1 || c == '%') {
        m->high_ = (uint8_t)digit;
        m->escape_++;
        return PART_OF_ESCAPE;
    }
    return c == '+' ? ' ' : c;
}

static int bad_escape(struct netp_http_form *m)
{
    return fail(m, NETP_E_SYNTAX, 400, m->escape_, "escape");
}

/* Each of the following goes through one state: an event, 0 when it is left or all input was taken,
 * or an error. end: nothing comes behind the input. */

static int gap(struct netp_http_form *m, struct netp_in *in, bool end)
{
    while (in->n > 0 && *in->p == '&') {
        take(in, 1);
    }
    if (in->n == 0) {
        m->state_ = end ? FORM_END : FORM_GAP;
        return end ? NETP_HTTP_FORM_END : 0;
    }
    if (m->pairs_ == m->cfg_.max_pairs) {
        return fail(m, NETP_E_LIMIT, 413, 0, "number of pairs");
    }
    m->pairs_++;
    m->name_n_ = 0;
    m->state_ = FORM_NAME;
    return 0;
}

static int name(struct netp_http_form *m, struct netp_in *in, bool end, struct netp_str *found)
{
    while (in->n > 0 && (m->escape_ > 0 || (*in->p != '=' && *in->p != '&'))) {
        int b;
        if (m->escape_ == 0 && m->name_n_ == m->cfg_.namelen) {
            return fail(m, NETP_E_LIMIT, 413, 0, "name");
        }
        b = take_byte(m, in);
        if (b == BAD_ESCAPE) {
            return bad_escape(m);
        }
        if (b >= 0) {
            m->cfg_.name[m->name_n_++] = (char)b;
        }
    }
    if (in->n == 0 && (!end || m->escape_ > 0)) {
        return 0;
    }
    if (in->n > 0 && *in->p == '=') {
        take(in, 1);
    }
    m->state_ = FORM_VALUE;
    *found = netp_str_make(m->cfg_.name, m->name_n_);
    return NETP_HTTP_FORM_NAME;
}

static size_t plain_run(const struct netp_in *in)
{
    size_t n = 0;

    while (n < in->n && in->p[n] != '&' && in->p[n] != '%' && in->p[n] != '+') {
        n++;
    }
    return n;
}

/* Long plain runs are shown where they lie, all else is decoded into buf_. */
static int value(struct netp_http_form *m, struct netp_in *in, bool end,
                 struct netp_http_form_ev *ev)
{
    int b = 0;

    if (m->escape_ == 0 && (in->n > 0 ? *in->p == '&' : end)) {
        m->state_ = FORM_GAP;
        return NETP_HTTP_FORM_VALUE_END;
    }
    ev->p = in->p;
    ev->n = m->escape_ == 0 ? plain_run(in) : 0;
    if (ev->n >= sizeof m->buf_) {
        take(in, ev->n);
        return NETP_HTTP_FORM_VALUE;
    }
    ev->n = 0;
    while (ev->n < sizeof m->buf_ && in->n > 0 && (m->escape_ > 0 || *in->p != '&') &&
           (b = take_byte(m, in)) != BAD_ESCAPE) {
        if (b >= 0) {
            m->buf_[ev->n++] = (uint8_t)b;
        }
    }
    ev->p = ev->n > 0 ? m->buf_ : NULL;
    if (ev->n > 0) {
        return NETP_HTTP_FORM_VALUE;
    }
    return b == BAD_ESCAPE ? bad_escape(m) : 0;
}

static int step(struct netp_http_form *m, struct netp_in *in, bool end,
                struct netp_http_form_ev *ev)
{
    switch (m->state_) {
    case FORM_GAP:
        return gap(m, in, end);
    case FORM_NAME:
        return name(m, in, end, &ev->name);
    default:
        return value(m, in, end, ev);
    }
}

static int advance(struct netp_http_form *m, struct netp_in *in, struct netp_http_form_ev *ev)
{
    bool broken = (in->flags & NETP_IN_BROKEN) != 0;
    bool end = !broken && (in->flags & NETP_IN_EOF) != 0;
    int r = 0;

    if (m->state_ == FORM_END) {
        return 0;
    }
    do {
        r = step(m, in, end, ev);
    } while (r == 0 && in->n > 0);
    if (r == 0 && (end || broken) && m->escape_ > 0) {
        return fail(m, NETP_E_TRUNCATED, 400, 0, "escape");
    }
    return r == 0 && broken ? fail(m, NETP_E_IO, -1, 0, "stream") : r;
}

int netp_http_form_next(struct netp_http_form *m, struct netp_in *in, netp_ms now,
                        struct netp_http_form_ev *ev)
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
        ev->type = (enum netp_http_form_evtype)r;
    }
    return r;
}

unsigned netp_http_form_want(const struct netp_http_form *m)
{
    return m->fail_.code != NETP_OK || m->state_ == FORM_END ? NETP_CLOSED : NETP_WANT_IN;
}

NETP_ONLY_READS(http_form)
NETP_OPS(http_form);

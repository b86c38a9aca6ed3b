/* The line assembler.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/line.h>
#include <string.h>

void netp_line_init(struct netp_line *l, char *buf, size_t cap, unsigned flags)
{
    l->buf_ = buf;
    l->cap_ = cap;
    l->n_ = 0;
    l->flags_ = flags;
    l->err_ = NETP_OK;
    l->cr_ = false;
}

bool netp_line_pending(const struct netp_line *l)
{
    return l->n_ > 0 || l->cr_;
}

static void take(struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

/* The number of bytes before the first c in p[0..n), n if there is none. */
static size_t before(const uint8_t *p, size_t n, int c)
{
    const uint8_t *at = (const uint8_t *)memchr(p, c, n);
    return at ? (size_t)(at - p) : n;
}

/* Takes text up to a CR or LF. */
static int take_text(struct netp_line *l, struct netp_in *in)
{
    size_t room = l->cap_ - l->n_;
    size_t n = in->n > room ? room + 1 : in->n; /* one byte too many tells all */
    n = before(in->p, n, '\n');
    n = before(in->p, n, '\r');
    size_t text = l->flags_ & NETP_LINE_NUL ? n : before(in->p, n, '\0');

    if (text < n) {
        take(in, text + 1);
        return NETP_E_SYNTAX;
    }
    if (n > room) {
        take(in, n);
        return NETP_E_LIMIT;
    }
    memcpy(l->buf_ + l->n_, in->p, n);
    l->n_ += n;
    take(in, n);
    return NETP_OK;
}

int netp_line_next(struct netp_line *l, struct netp_in *in, struct netp_str *line)
{
    if (l->err_ == NETP_OK && in->n > 0 && !l->cr_) {
        l->err_ = take_text(l, in);
    }
    while (l->err_ == NETP_OK && in->n > 0) { /* at a CR, or at an LF, or after a CR */
        uint8_t c = *in->p;
        take(in, 1);
        if (c == '\n' && (l->cr_ || l->flags_ & NETP_LINE_BARE_LF)) {
            line->p = l->buf_;
            line->n = l->n_;
            l->n_ = 0;
            l->cr_ = false;
            return 1;
        }
        if (c != '\r' || l->cr_) {
            l->err_ = NETP_E_SYNTAX;
        }
        l->cr_ = true;
    }
    return l->err_;
}

/* frame_delim.c - frames that end with a delimiter of one to eight bytes.
 *
 * SPDX-License-Identifier: MIT */
#include "frame_private.h"

#include <string.h>

size_t netp_frame_match_(const struct netp_frame_cfg *cfg, size_t k, const uint8_t *p, size_t n)
{
    const uint8_t *d = cfg->delim;

    for (size_t i = 0; i < n && k < cfg->delim_n; i++) {
        while (k > 0 && d[k] != p[i]) {
            /* the longest end of d[0..k) that is also its beginning */
            for (size_t from = k--; memcmp(d, d + from - k, k) != 0;) {
                k--;
            }
        }
        k += d[k] == p[i];
    }
    return k;
}

/* Bytes at p[0..n) before the first place where the delimiter is, or at the end may be. */
static size_t find(const struct netp_frame_cfg *cfg, const uint8_t *p, size_t n)
{
    for (size_t i = 0;; i++) {
        const uint8_t *q = memchr(p + i, cfg->delim[0], n - i);

        if (q == NULL) {
            return n;
        }
        i = (size_t)(q - p);
        if (memcmp(q, cfg->delim, n - i < cfg->delim_n ? n - i : cfg->delim_n) == 0) {
            return i;
        }
    }
}

/* n bytes of the delimiter's beginning, taken before, turned out to be payload. All are counted,
 * and shown as far as max_len permits; the next step notices the rest. */
static int release(struct netp_frame *m, struct netp_frame_ev *ev, size_t n)
{
    uint64_t total = m->total_ + n;
    int r = 0;

    if (m->total_ < m->limit_) {
        r = netp_frame_data_(m, ev, m->cfg_.delim, n);
    }
    m->total_ = total;
    return r;
}

/* The input as far as it is clear what it is; m->match_ bytes before it match the delimiter. */
static int text(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    size_t n = m->match_ == 0 ? find(&m->cfg_, in->p, in->n) : 0;
    size_t k, was = m->match_;

    if (n > 0) {
        if (m->state_ == FRAME_BODY) {
            return netp_frame_run_(m, in, ev, n);
        }
        netp_frame_take_(in, n);
        return 0;
    }
    k = netp_frame_match_(&m->cfg_, was, in->p, 1);
    m->match_ = (uint8_t)k;
    if (k > 0) {
        netp_frame_take_(in, 1);
        was++;
    }
    return was > k && m->state_ == FRAME_BODY ? release(m, ev, was - k) : 0;
}

int netp_frame_delim_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev)
{
    int r = 0;

    while (r == 0) {
        if (m->state_ == FRAME_BODY && m->total_ > m->limit_) {
            size_t over = (size_t)(m->total_ - m->limit_);

            m->total_ = m->limit_;
            return netp_frame_bad_(m, ev, NETP_E_LIMIT, over + m->match_, "payload");
        }
        if (m->match_ == m->cfg_.delim_n) {
            m->match_ = 0;
            if (m->state_ == FRAME_BODY) {
                return netp_frame_end_(m, ev);
            }
            m->state_ = FRAME_GAP;
        }
        if (in->n == 0) {
            return 0;
        }
        r = m->state_ == FRAME_GAP ? netp_frame_begin_(m, ev, NETP_FRAME_UNKNOWN) : text(m, in, ev);
    }
    return r;
}

/* http_coding_decode.c - content codings undone: the blocks, and the limits.
 * SPDX-License-Identifier: MIT */
#include "http_coding_private.h"

#include <netproto/machine.h>

static const char deflate_data[] = "deflate data";

/* How many bytes those taken so far may make. It only grows with them, which is what makes the
 * limit strike at the same byte however the input was cut. */
static uint64_t allowed(const struct netp_http_coding *m)
{
    const struct netp_http_coding_cfg *c = &m->cfg_;
    uint64_t n = m->taken_ * c->max_ratio;

    if (n < c->ratio_from) {
        n = c->ratio_from;
    }
    return n < c->max_out ? n : c->max_out;
}

/* One call of inflate(), which returns *r, with so much room; returns how many bytes it made. */
static uInt inflate_some(struct netp_http_coding *m, struct netp_in *in, uInt room, int *r)
{
    z_stream *z = http_coding_z(m);
    uInt n = http_coding_step(in->n);

    z->next_in = in->p;
    z->avail_in = n;
    z->next_out = m->cfg_.out;
    z->avail_out = room;
    *r = inflate(z, Z_NO_FLUSH);
    n -= z->avail_in;
    in->p = z->next_in;
    in->n -= n;
    m->taken_ += n;
    return room - z->avail_out;
}

static int data(struct netp_http_coding *m, uInt n, struct netp_http_coding_ev *ev)
{
    if (m->cfg_.kind == NETP_HTTP_GZIP) {
        m->check_ = (uint32_t)crc32(m->check_, m->cfg_.out, n);
    } else if (!m->raw_) {
        m->check_ = (uint32_t)adler32(m->check_, m->cfg_.out, n);
    }
    m->size_ += n;
    return http_coding_data(m, n, ev);
}

/* No room is left by the limits: does the stream want any? What inflate() holds shows when it gets
 * a byte of room; else, only bytes of a stored block are not taken for want of room. */
static int over(struct netp_http_coding *m, const struct netp_in *in)
{
    const char *where = m->out_ == m->cfg_.max_out ? "size" : "ratio";
    struct netp_in none = {NULL, 0, 0, NULL};
    int r;

    if (inflate_some(m, &none, 1, &r) > 0) {
        return http_coding_bad(m, NETP_E_LIMIT, where);
    }
    if (r == Z_DATA_ERROR) { /* a distance is looked at when there is room for what it copies */
        return http_coding_bad(m, NETP_E_SYNTAX, deflate_data);
    }
    if (in->n > 0) {
        return netp_fail_with(&m->fail_, NETP_E_LIMIT, 413, m->taken_, where);
    }
    return 0;
}

/* DATA, a failure, or 0: more input is wanted, or the blocks have ended. */
static int blocks(struct netp_http_coding *m, struct netp_in *in, struct netp_http_coding_ev *ev)
{
    uint64_t before, left;
    int r;

    do {
        uInt room = http_coding_step(m->cfg_.outlen), made;
        before = m->taken_;
        left = allowed(m) - m->out_;
        made = inflate_some(m, in, left < room ? (uInt)left : room, &r);
        if (r == Z_STREAM_END) {
            m->state_ = m->raw_ ? CODING_COMPLETE : CODING_TRAILER;
        }
        if (made > 0) {
            return data(m, made, ev);
        }
        if (r == Z_DATA_ERROR) {
            return http_coding_bad(m, NETP_E_SYNTAX, deflate_data);
        }
        if (r == Z_STREAM_END) {
            return 0;
        }
    } while (m->taken_ > before);
    return left == 0 ? over(m, in) : 0;
}

int http_coding_decode(struct netp_http_coding *m, struct netp_in *in,
                       struct netp_http_coding_ev *ev)
{
    int r = 0;

    while (r == 0 && (in->n > 0 || m->state_ == CODING_BLOCKS)) {
        if (m->state_ == CODING_START) {
            http_coding_first(m, *in->p);
        }
        if (m->state_ == CODING_BLOCKS) {
            r = blocks(m, in, ev);
            if (m->state_ == CODING_BLOCKS) {
                break;
            }
        } else {
            in->n--;
            m->taken_++;
            r = http_coding_frame_byte(m, *in->p++);
        }
    }
    return r;
}

/* http_coding_encode.c - content codings made. SPDX-License-Identifier: MIT */
#include "http_coding_private.h"

/* A flush is of what came before it, so it goes first; the end has no bytes of its own. */
static int flush_of(const struct netp_http_coding *m, const struct netp_in *in)
{
    if (m->flush_) {
        return Z_SYNC_FLUSH;
    }
    return in->n == 0 && (in->flags & NETP_IN_EOF) != 0 ? Z_FINISH : Z_NO_FLUSH;
}

int http_coding_encode(struct netp_http_coding *m, struct netp_in *in,
                       struct netp_http_coding_ev *ev)
{
    z_stream *z = http_coding_z(m);

    for (;;) {
        int flush = flush_of(m, in);
        uInt room = http_coding_step(m->cfg_.outlen);
        uInt n = flush == Z_NO_FLUSH ? http_coding_step(in->n) : 0;

        z->next_in = in->p;
        z->avail_in = n;
        z->next_out = m->cfg_.out;
        z->avail_out = room;
        deflate(z, flush); /* its only errors are calls that make no progress */
        n -= z->avail_in;
        in->p = z->next_in;
        in->n -= n;
        m->taken_ += n;
        m->flush_ = m->flush_ && z->avail_out == 0;
        if (z->avail_out < room) {
            return http_coding_data(m, room - z->avail_out, ev);
        }
        if (n == 0 && flush != Z_SYNC_FLUSH) {
            return 0;
        }
    }
}

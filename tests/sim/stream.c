/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <string.h>

void stream_start(struct stream *s, const struct stream_faults *faults)
{
    memset(s, 0, offsetof(struct stream, bytes));
    s->faults = *faults;
    s->end_at = NETP_NEVER;
}

/* When what is written now arrives: never before what was written earlier. */
static netp_ms arrival(const struct world *w, const struct stream *s)
{
    netp_ms at = w->now + 1 + world_upto(w, s->faults.delay_ms);
    netp_ms before = s->pieces ? s->piece[s->pieces - 1].at : 0;

    if (world_hit(w, s->faults.stall)) {
        at += s->faults.stall_ms;
    }
    return at > before ? at : before;
}

static void put(struct stream *s, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++, s->written++) {
        s->bytes[s->written % STREAM_MAX] =
            s->written == s->faults.noise_at ? (uint8_t)~p[i] : p[i];
    }
}

size_t stream_write(const struct world *w, struct stream *s, const uint8_t *p, size_t n)
{
    size_t room = s->faults.window - (size_t)(s->written - s->read);

    if (s->end) {
        return n; /* nobody will see it */
    }
    n = n < room ? n : room;
    if (n > 1 && world_hit(w, s->faults.split)) {
        n = 1 + decide(w->d, (uint32_t)n);
    }
    if (n >= s->faults.cut_at - s->written) {
        put(s, p, (size_t)(s->faults.cut_at - s->written));
    } else {
        put(s, p, n);
    }
    if (n > 0) {
        netp_ms at = arrival(w, s);
        unsigned i = s->pieces < STREAM_PIECES ? s->pieces++ : STREAM_PIECES - 1;
        s->piece[i].at = at;
        s->piece[i].upto = s->written;
    }
    if (s->written == s->faults.cut_at) {
        stream_end(w, s, s->faults.cut);
    }
    return n;
}

void stream_end(const struct world *w, struct stream *s, unsigned how)
{
    if (s->end == 0) {
        s->end = how;
        s->end_at = arrival(w, s);
    }
}

netp_ms stream_due(const struct stream *s)
{
    if (s->read < s->arrived) {
        return 0;
    }
    return s->pieces ? s->piece[0].at : s->end_at;
}

/* Takes note of the pieces that have arrived by now. */
static void arrive(const struct world *w, struct stream *s)
{
    unsigned k = 0;

    while (k < s->pieces && s->piece[k].at <= w->now) {
        s->arrived = s->piece[k++].upto;
    }
    s->pieces -= k;
    memmove(s->piece, s->piece + k, s->pieces * sizeof *s->piece);
}

void stream_read(const struct world *w, struct stream *s, struct netp_in *in)
{
    size_t n;

    arrive(w, s);
    n = (size_t)(s->arrived - s->read);
    if (n > 1 && world_hit(w, s->faults.split)) {
        n = 1 + decide(w->d, (uint32_t)n);
    }
    for (size_t i = 0; i < n; i++) {
        s->flat[i] = s->bytes[s->read++ % STREAM_MAX];
    }
    *in = (struct netp_in){s->flat, n, 0, NULL};
    if (s->read == s->written && s->end_at <= w->now && (n == 0 || decide(w->d, 2) == 0)) {
        in->flags = s->end;
        s->end_at = NETP_NEVER;
    }
}

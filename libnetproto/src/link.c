/* The blocking runner.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/link.h>

enum { GATHER = 32 }; /* elements a send; more take another round */

void netp_link_init(struct netp_link *l, const struct netp_ops *ops, void *m,
                    const struct netp_io *io)
{
    l->ops = ops;
    l->m = m;
    l->io = io;
    l->in = (struct netp_in){0};
}

/* Sends once: 1: something left; 0: there was nothing to send; NETP_E_AGAIN or a failure. Once, not
 * until all has left: a peer that takes a long output as fast as it comes must not keep its own
 * input, or the time, from the machine. */
static int send_some(const struct netp_link *l, netp_ms now)
{
    struct netp_out v[GATHER];
    size_t shown = l->ops->out(l->m, v, GATHER);
    size_t n = shown;

    if (shown == 0) {
        return 0;
    }
    while (n > 0 && (v[n - 1].flags & NETP_OUT_MORE) != 0) {
        n--; /* of a datagram whose end v has no room for */
    }
    ptrdiff_t sent = n > 0 ? l->io->send(l->io->ctx, v, n) : NETP_E_NOSPACE;
    if (sent < 0) {
        return (int)sent;
    }
    l->ops->sent(l->m, (size_t)sent, now);
    return 1;
}

/* What is in the cursor must be used first: it lies in the memory of the next recv. If next() left
 * it there, not receiving is what slows the peer down (law 4). After an end nothing can come. */
static bool may_receive(const struct netp_link *l)
{
    return (l->ops->want(l->m) & NETP_WANT_IN) != 0 && l->in.n == 0 && l->in.flags == 0;
}

/* Nothing more can be done now, after a round whose send and recv returned sent and got: waits, and
 * returns 1 to go on, or what the run is to return. */
static int idle(const struct netp_link *l, int sent, int got, netp_ms now, netp_ms until)
{
    unsigned want = l->ops->want(l->m);
    unsigned ready = (want & NETP_WANT_OUT) | (may_receive(l) ? NETP_WANT_IN : 0u);
    netp_ms deadline = l->ops->deadline(l->m);

    if (got < 0) {
        return got;
    }
    if (sent < 0 && sent != NETP_E_AGAIN) {
        return sent; /* only now: the peer may have said why before it stopped reading */
    }
    /* A deadline alone is no reason to keep a command from a machine that needs one. */
    if (ready == 0 && ((want & NETP_WANT_APP) != 0 || deadline == NETP_NEVER)) {
        return 0;
    }
    if (now >= until) {
        return NETP_E_TIMEOUT;
    }
    int r = l->io->wait(l->io->ctx, ready, deadline < until ? deadline : until);
    return r < 0 ? r : 1;
}

int netp_link_run(struct netp_link *l, netp_ms until, void *ev)
{
    int r;

    do {
        netp_ms now = l->io->now(l->io->ctx);
        int sent = send_some(l, now); /* first: the peer may be waiting for it */
        int got = may_receive(l) ? l->io->recv(l->io->ctx, &l->in) : 0;
        bool input = l->in.n > 0 || l->in.flags != 0;

        r = l->ops->next(l->m, input ? &l->in : NULL, now, ev);
        if (r != 0) {
            if (r < 0) {
                send_some(l, now); /* an error reply; r is the cause, whatever comes of it */
            }
            return r;
        }
        unsigned want = l->ops->want(l->m);
        if ((want & NETP_WANT_IN) != 0) {
            l->in.flags &= ~(unsigned)NETP_IN_GAP; /* it was seen; an end stays */
        }
        if ((input && may_receive(l)) || (sent >= 0 && (want & NETP_WANT_OUT) != 0)) {
            r = 1; /* it moves: again without waiting */
            if (now >= until) {
                send_some(l, now); /* lest the answers of a caller that polls be late */
                r = NETP_E_TIMEOUT;
            }
        } else {
            r = idle(l, sent, got, now, until);
        }
    } while (r > 0);
    return r;
}

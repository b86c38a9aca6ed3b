/* probe.c - a machine that does what a test tells it. SPDX-License-Identifier: MIT
 *
 * A byte 'X' makes it fail. */
#include "probe.h"
#include <string.h>

void netp_probe_init(struct netp_probe *m)
{
    memset(m, 0, sizeof *m);
    netp_fail_clear(&m->fail);
    m->deadline = NETP_NEVER;
    m->appetite = SIZE_MAX;
}

static int take(struct netp_probe *m, struct netp_in *in, struct netp_probe_ev *ev)
{
    while (in->n > 0 && m->appetite > 0) {
        uint8_t c = *in->p++;
        in->n--;
        m->appetite--;
        m->in[m->nin++] = c;
        if (c == 'X') {
            return netp_fail_with(&m->fail, NETP_E_SYNTAX, -1, m->nin, "X");
        }
        if (c == '!' && m->events) {
            ev->type = PROBE_BYTE_EVENT;
            ev->p = in->p - 1;
            return ev->type;
        }
    }
    return 0;
}

static int netp_probe_next(struct netp_probe *m, struct netp_in *in, netp_ms now,
                           struct netp_probe_ev *ev)
{
    int r;

    m->nexts++;
    netp_clock(&m->clock, now);
    if (m->fail.code != NETP_OK) {
        return m->fail.code;
    }
    if (in) {
        if (in->flags & NETP_IN_DGRAM) {
            m->dgram = true;
            m->from = *in->from;
            in->flags &= ~(unsigned)NETP_IN_DGRAM;
        }
        if ((r = take(m, in, ev)) != 0) {
            return r;
        }
        m->eof = m->eof || (in->n == 0 && (in->flags & NETP_IN_EOF));
        if (in->n == 0 && (in->flags & NETP_IN_BROKEN)) {
            m->broken = true;
            m->drain = false;
            return netp_fail_with(&m->fail, NETP_E_IO, -1, m->nin, "connection");
        }
    }
    if (m->clock >= m->deadline) {
        return netp_fail_with(&m->fail, NETP_E_TIMEOUT, -1, m->nin, "deadline");
    }
    return 0;
}

static bool sends(const struct netp_probe *m)
{
    return (m->nout > 0 || m->fin) && (m->fail.code == NETP_OK || m->drain);
}

static size_t netp_probe_out(const struct netp_probe *m, struct netp_out *v, size_t nv)
{
    const unsigned dgram = m->out_flags & NETP_OUT_DGRAM;
    size_t i = 0, half = m->nout / 2;

    if (!sends(m)) {
        return 0;
    }
    if (m->nout == 0) {
        netp_out_put(v, nv, &i, (struct netp_out){NULL, 0, NETP_OUT_FIN, NULL});
        return i;
    }
    if (half > 0) { /* two elements, where that can be */
        netp_out_put(
            v, nv, &i,
            (struct netp_out){m->out, half, m->out_flags | (dgram ? NETP_OUT_MORE : 0u), &m->from});
    }
    netp_out_put(v, nv, &i,
                 (struct netp_out){m->out + half, m->nout - half, m->out_flags, &m->from});
    return i;
}

static void netp_probe_sent(struct netp_probe *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock, now);
    if (m->out_flags & NETP_OUT_DGRAM) {
        n = m->nout;
    } else if (m->nout == 0) {
        m->fin = false;
    }
    m->out += n;
    m->nout -= n;
}

static unsigned netp_probe_want(const struct netp_probe *m)
{
    if (!sends(m) && (m->fail.code != NETP_OK || m->closed || (m->close_at_end && m->eof))) {
        return NETP_CLOSED;
    }
    return (sends(m) ? (unsigned)NETP_WANT_OUT : 0u) |
           (m->fail.code == NETP_OK && m->appetite > 0 && !m->eof ? (unsigned)NETP_WANT_IN
                                                                  : (unsigned)NETP_WANT_APP);
}

static netp_ms netp_probe_deadline(const struct netp_probe *m)
{
    return m->fail.code == NETP_OK ? m->deadline : NETP_NEVER;
}

static const struct netp_fail *netp_probe_fail(const struct netp_probe *m)
{
    return &m->fail;
}

NETP_OPS(probe);

/* tests/support/checked.h - the verbs of any machine, with the laws of netp.h checked around them.
 *
 * SPDX-License-Identifier: MIT
 *
 * The first law that is broken is written down in `why`, and from then on every call is a no-op:
 * a test drives on without looking and reports `why` at its end. Input goes to the machine in a
 * block of exactly its size which is overwritten and freed when the call is over, so that under
 * AddressSanitizer a byte too far or a pointer kept is a crash. */
#ifndef SUPPORT_CHECKED_H
#define SUPPORT_CHECKED_H

#include <netproto/netp.h>

#define CHECKED_FULL SIZE_MAX /* cut: every buffer has its full length */

struct checked {
    const struct netp_ops *ops;
    void *m, *ev; /* blocks of exactly ops->size and ops->evsize bytes */
    netp_ms now;  /* the test's clock, 1000000 at first */
    bool light;   /* only the cheap checks, without the calls that must be harmless */

    /* Sees each event while its views live; may call commands of the machine. May be NULL. */
    void (*event)(void *arg, const void *ev);
    void *arg;

    char why[400]; /* the first law broken, "" while none is */

    void *block_[16]; /* what checked_mem gave out */
    size_t nblock_, cut_;
};

/* What waits to be sent, one unit after the other: a byte (0..255), or one of the marks. */
enum {
    CHECKED_DGRAM = 256, /* a datagram ends here */
    CHECKED_FIN = 257,   /* half-close */
    CHECKED_TO = 512     /* + a byte of the destination, ahead of a datagram: fam, ip, port (2) */
};

/* Writes a destination as its 7 or 19 units; returns how many. */
size_t checked_addr(uint16_t *unit, const struct netp_addr *a);

/* Makes room for a machine; the caller then inits c->m, with memory from checked_mem(). */
void checked_open(struct checked *c, const struct netp_ops *ops, size_t cut);
void checked_close(struct checked *c);

/* A buffer for the machine's cfg, of *n bytes exactly, or one less if it is number `cut`. */
void *checked_mem(struct checked *c, size_t *n);

/* Notes a broken law, unless one is noted already. */
void checked_broke(struct checked *c, const char *fmt, ...);

/* next() with all of *in, or with NULL. Moves *in on and returns what next() returned. After 0 it
 * makes the calls that must be harmless, after a failure those that must fail in the same way. */
int checked_next(struct checked *c, struct netp_in *in);

/* Sends at most max bytes, or datagrams, of what out() shows, and hands the units to sink (which
 * may be NULL). Returns whether anything left. */
typedef void checked_sink(void *arg, const uint16_t *unit, size_t n);
bool checked_send(struct checked *c, size_t max, checked_sink *sink, void *arg);

/* Calls a command. If it returns one of the caller's errors, nothing may have changed. */
typedef int checked_cmd(void *m, const void *arg, size_t n, netp_ms now);
int checked_do(struct checked *c, checked_cmd *cmd, const void *arg, size_t n);

/* Lets the clock run until `until` or the next deadline, whichever is first, and tries an early
 * call on the way. Returns whether a deadline has come: then call checked_next(c, NULL). */
bool checked_tick(struct checked *c, netp_ms until);

#endif

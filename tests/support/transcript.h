/* tests/support/transcript.h - conversations with a machine, written as tables.
 *
 * SPDX-License-Identifier: MIT
 *
 * A case is a list of steps: what goes in, what must come out. It begins with what the machine has
 * to say of itself, and before more goes in, all events and output must have been named. Each case
 * is run
 *   - whole: each IN in one piece;
 *   - byte by byte, in and out, the end flags apart from the last byte;
 *   - split in two at every place;
 *   - with bytes behind the last IN, where the case says that those stay (`tail`);
 *   - with each buffer that make() takes from checked_mem() one byte short: then it may end early
 *     with an error, and must if the case calls that buffer `tight`.
 * The log of events must not depend on the run, nor may the output or the error and its offset.
 * The laws are checked at every call (checked.h). Link transcript.c and checked.c.
 *
 *     static const struct tr_case cases[] = {
 *         {.name = "a line",
 *          .steps = TR_STEPS(TR_IN("ping\r\n"), TR_EV("line ping"), TR_DO(say, "pong", NETP_OK),
 *                            TR_OUT("pong\r\n"), TR_EOF(), TR_EV("eof"))},
 *         {.name = "a NUL",
 *          .steps = TR_STEPS(TR_IN("pi\0"), TR_FAIL(NETP_E_SYNTAX, -1, 2, "line"))}};
 *
 *     tr_check(&machine, cases, sizeof cases / sizeof *cases);
 */
#ifndef SUPPORT_TRANSCRIPT_H
#define SUPPORT_TRANSCRIPT_H

#include "checked.h"
#include "log.h"

/* One kind of machine. */
struct tr_machine {
    const struct netp_ops *ops;
    /* Inits c->m at c->now as `cfg` of the case says; returns what init returned. */
    int (*make)(struct checked *c, const void *cfg);
    /* Writes an event to the log, with log_data() where pieces depend on how input was split. */
    void (*describe)(const void *ev, struct log *log);
};

enum tr_what { TR_END_, TR_IN_, TR_OUT_, TR_FIN_, TR_EV_, TR_DO_, TR_WAIT_, TR_WANT_, TR_FAIL_ };

struct tr_step {
    enum tr_what what;
    int ret, peer;               /* DO: what it returns. FAIL: the code and the peer's code */
    unsigned flags;              /* IN: NETP_IN_*; OUT: NETP_OUT_DGRAM; WANT: want() */
    const char *p;               /* bytes or text; NULL in FAIL: any */
    uint64_t n;                  /* length of p, milliseconds, or FAIL: offset */
    checked_cmd *cmd;            /* DO */
    const struct netp_addr *adr; /* IN: from; OUT: to, NULL: any */
};

#define TR_STEP_(...)                                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define TR_BYTES_(s) .p = "" s, .n = sizeof(s) - 1
/* Bytes of a stream; the same with its end behind them; the end alone; the stream is cut. */
#define TR_IN(s)     TR_STEP_(.what = TR_IN_, TR_BYTES_(s))
#define TR_IN_EOF(s) TR_STEP_(.what = TR_IN_, .flags = NETP_IN_EOF, TR_BYTES_(s))
#define TR_EOF()     TR_IN_EOF("")
#define TR_BROKEN()  TR_STEP_(.what = TR_IN_, .flags = NETP_IN_BROKEN, TR_BYTES_(""))
/* Bytes with silence behind them; the silence alone. */
#define TR_IN_GAP(s) TR_STEP_(.what = TR_IN_, .flags = NETP_IN_GAP, TR_BYTES_(s))
#define TR_GAP()     TR_IN_GAP("")
/* A datagram; from: a const struct netp_addr * or NULL. */
#define TR_DGRAM(from, s)                                                                          \
    TR_STEP_(.what = TR_IN_, .flags = NETP_IN_DGRAM, .adr = (from), TR_BYTES_(s))
/* All that the machine has sent to its stream since the step before; then, its half-close. */
#define TR_OUT(s) TR_STEP_(.what = TR_OUT_, TR_BYTES_(s))
#define TR_FIN()  TR_STEP_(.what = TR_FIN_)
/* The next datagram that it has sent; to: a const struct netp_addr *, NULL: no matter. */
#define TR_OUT_DGRAM(to, s)                                                                        \
    TR_STEP_(.what = TR_OUT_, .flags = NETP_OUT_DGRAM, .adr = (to), TR_BYTES_(s))
/* The next line of the log. */
#define TR_EV(line) TR_STEP_(.what = TR_EV_, .p = (line))
/* A command, what it is given and what it must return. */
#define TR_DO(fn, arg, r) TR_STEP_(.what = TR_DO_, .cmd = (fn), .ret = (r), TR_BYTES_(arg))
/* Time passes; the machine is called at each of its deadlines on the way. */
#define TR_WAIT(ms) TR_STEP_(.what = TR_WAIT_, .n = (ms))
/* What want() must be. */
#define TR_WANT(w) TR_STEP_(.what = TR_WANT_, .flags = (w))
/* The machine has failed: code, peer_code, offset and where (NULL: no matter). */
#define TR_FAIL(code, peer_, off, where_)                                                          \
    TR_STEP_(.what = TR_FAIL_, .ret = (code), .peer = (peer_), .n = (off), .p = (where_))
#define TR_STEPS(...) ((const struct tr_step[]){__VA_ARGS__, {.what = TR_END_}})

struct tr_case {
    const char *name;
    const void *cfg; /* for make() */
    const struct tr_step *steps;
    unsigned tight; /* bit k: the k-th buffer has no byte to spare */
    bool tail;      /* bytes behind the last IN stay in the cursor or, if it failed, do no harm */
};

/* Runs a case in all its ways. Returns whether it held; if not, why[0..n) says what went wrong. */
bool tr_run(const struct tr_machine *mach, const struct tr_case *c, char *why, size_t n);

/* tr_run() for each case; what went wrong fails the cmocka test. */
void tr_check(const struct tr_machine *mach, const struct tr_case *c, size_t n);

#endif

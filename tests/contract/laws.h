/* tests/contract/laws.h - the laws of netp.h as a test that any machine can be put through.
 *
 * SPDX-License-Identifier: MIT
 *
 * checked.h checks what holds at every call. Here a machine is led through many calls: a random
 * walk over what a peer may say, commands, time and output; the end of the stream at every place;
 * init with the wrong size, and again on a used struct. To add a machine, add a row to the table in
 * test_laws.c; what a machine is, tests/subjects/ says. */
#ifndef CONTRACT_LAWS_H
#define CONTRACT_LAWS_H

#include "subject.h"

/* What a peer may say: bytes of a stream, or a datagram. */
struct law_say {
    const char *p;
    size_t n;
    const struct netp_addr *from;
};
#define LAW_SAY(s)                                                                                 \
    {                                                                                              \
        s, sizeof(s) - 1, NULL                                                                     \
    }
#define LAW_SAY_FROM(from, s)                                                                      \
    {                                                                                              \
        s, sizeof(s) - 1, from                                                                     \
    }

struct law_row {
    const char *name;
    const struct subject *subject;
    const void *cfg;           /* for its make() */
    const struct law_say *say; /* a stream: one conversation, in its order */
    size_t nsay;
    bool gaps;   /* the line may be silent behind what is said */
    bool to_end; /* a message may last to the end of the stream: cut there, it is truncated */
};

/* Whether a machine keeps the laws; if not, why[0..n) says which it broke. */
bool laws_kept(const struct law_row *row, char *why, size_t n);

#endif

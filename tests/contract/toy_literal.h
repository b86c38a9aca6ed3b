/* tests/contract/toy_literal.h - a toy of IMAP's shape, to try the contract with: lines of text
 * with counted literals in the middle.
 *
 * SPDX-License-Identifier: MIT
 *
 *     C: a STORE {5}          a line may stop for a literal of 5 bytes, and goes on behind it
 *     S: + go on              the server asks for it; "{5+}" would not wait for that
 *     C: hello {3}            ... and may stop again
 *     S: + go on
 *     C: foo
 *     S: * seen {2}           the server never waits
 *     S: hi there
 *     S: a OK done            the answer has the command's first word, its tag
 *
 * A literal is never in memory as a whole: it arrives as DATA [in] and is sent as lent pieces. */
#ifndef CONTRACT_TOY_LITERAL_H
#define CONTRACT_TOY_LITERAL_H

#include <netproto/line.h>

#define LITERAL_NONE    UINT64_MAX /* no literal: the line is complete */
#define LITERAL_TAG_MAX 15

enum literal_role { LITERAL_CLIENT = 1, LITERAL_SERVER };

struct netp_literal_cfg {
    enum literal_role role;
    char *line; /* received text of one line, literals not counted */
    size_t line_n;
    char *tx; /* text that waits to be sent */
    size_t txlen;
    uint64_t max_literal; /* bytes of a received one */
    uint32_t idle_ms;     /* longest wait for input, 0: no limit */
};

enum {
    LITERAL_TEXT = 1, /* text of a line up to a literal or its end. If `waits` is set, the server
                         must answer with _go_on() or refuse with a tagged _text() */
    LITERAL_DATA,     /* p, n [in]: more of the literal */
    LITERAL_GO,       /* client: the server asks for the literal; _lend() it */
    LITERAL_REFUSED,  /* client: text: it will not have it; the command is over */
    LITERAL_RELEASED, /* what was lent is yours again */
    LITERAL_ROOM,     /* after NETP_E_NOSPACE: all text has been sent */
    LITERAL_EOF       /* once, between two lines */
};

struct netp_literal_ev {
    int type;
    bool waits;
    struct netp_str text; /* [m], client: until the call of next() after the line's end; server:
                             until the command is answered */
    uint64_t literal;     /* TEXT: bytes that follow, or LITERAL_NONE */
    const uint8_t *p;
    size_t n;
};

struct netp_literal {
    struct netp_literal_cfg cfg_;
    struct netp_fail fail_;
    struct netp_line line_;
    netp_ms clock_, heard_;
    uint64_t off_;  /* of the next byte in the stream */
    uint64_t left_; /* bytes of the literal still to come */
    uint64_t owed_; /* bytes of the announced literal still to be lent */
    size_t used_;   /* of cfg.line: the parts of the line before this one */
    size_t tx_n_;
    const uint8_t *lent_;
    size_t lent_n_;
    char tag_[LITERAL_TAG_MAX + 1]; /* of the command being sent, or to be answered */
    uint8_t rx_, sending_;
    bool begun_; /* the received line has a part before this one */
    bool full_, returned_, eof_, finish_, finished_;
};

int netp_literal_init_(struct netp_literal *m, size_t size, const struct netp_literal_cfg *cfg,
                       netp_ms now);
#define netp_literal_init(m, cfg, now) netp_literal_init_((m), sizeof *(m), (cfg), (now))

/* Failures: NETP_E_LIMIT (line, literal), NETP_E_SYNTAX, NETP_E_TIMEOUT, NETP_E_TRUNCATED, _IO. */
int netp_literal_next(struct netp_literal *m, struct netp_in *in, netp_ms now,
                      struct netp_literal_ev *ev);
size_t netp_literal_out(const struct netp_literal *m, struct netp_out *v, size_t nv);
void netp_literal_sent(struct netp_literal *m, size_t n, netp_ms now);
netp_ms netp_literal_deadline(const struct netp_literal *m);
unsigned netp_literal_want(const struct netp_literal *m);
const struct netp_fail *netp_literal_fail(const struct netp_literal *m);
extern const struct netp_ops netp_literal_ops;

/* Queues text of a line: all of it, or up to a literal of so many bytes. A client's literal is to
 * be lent after GO, a server's at once. NETP_E_STATE: a literal is not complete, or failed or
 * finished; NETP_E_ARG: a control byte, no tag; NETP_E_NOSPACE: try again after ROOM. */
int netp_literal_text(struct netp_literal *m, const char *s, size_t n, uint64_t literal,
                      netp_ms now);

/* The next n > 0 bytes of the literal, yours to keep unchanged until RELEASED. */
int netp_literal_lend(struct netp_literal *m, const void *p, size_t n, netp_ms now);

/* Server: asks for the literal that waits. */
int netp_literal_go_on(struct netp_literal *m, netp_ms now);

/* Half-closes when all is sent; a server ignores what still comes. NETP_E_STATE in the middle of a
 * line, unless EOF has come. */
int netp_literal_finish(struct netp_literal *m, netp_ms now);

#endif

/* netproto/line.h - the line assembler of FTP, SMTP, POP3 and IMAP.
 *
 * SPDX-License-Identifier: MIT
 *
 * Cuts a stream into lines that end in CRLF. The answers (each line, the error, and the number of
 * bytes used up to it) depend on the bytes alone, never on how they were split into chunks. */
#ifndef NETPROTO_LINE_H
#define NETPROTO_LINE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Leniencies. A peer that ends lines otherwise than the next hop does can smuggle lines past it:
 * set a flag only where the protocol or a peer that must be served needs it. */
enum {
    NETP_LINE_BARE_LF = 1, /* LF without CR ends a line, too */
    NETP_LINE_NUL = 2      /* NUL bytes are text */
};

struct netp_line {
    char *buf_;
    size_t cap_, n_; /* n_: bytes of the line so far */
    unsigned flags_;
    int err_;
    bool cr_; /* a CR came last */
};

/* Starts at the beginning of a line. buf[0..cap) is the assembler's until the caller has done with
 * it; cap, at least 1, is the length of the longest line, its end not counted. flags: the
 * leniencies. */
NETP_API void netp_line_init(struct netp_line *l, char *buf, size_t cap, unsigned flags);

/* Takes input up to and including the end of a line, advancing in->p and in->n; in->flags are not
 * looked at. Returns
 * 1: *line [m] is a line without its end; it lies in buf until the next call;
 * 0: all input was taken and the line goes on;
 * NETP_E_LIMIT: the line is longer than cap;
 * NETP_E_SYNTAX: a CR that no LF follows, an LF without CR, or a NUL byte, unless a flag allows it.
 * At an error the offending byte was the last one taken: the first byte too many, the byte after
 * the CR, the LF, the NUL. Of two errors at one byte it is NETP_E_SYNTAX. An error is sticky until
 * init, lest the rest of a bad line be taken for a line. */
NETP_API int netp_line_next(struct netp_line *l, struct netp_in *in, struct netp_str *line);

/* Whether a line is begun and not complete: an end of the input is NETP_E_TRUNCATED here. */
NETP_API bool netp_line_pending(const struct netp_line *l);

#ifdef __cplusplus
}
#endif

#endif

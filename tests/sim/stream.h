/* tests/sim/stream.h - one direction of a byte stream that splits, joins, delays, stalls and ends.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include "world.h"

enum { STREAM_MAX = 4096, STREAM_PIECES = 16 };

struct stream_faults {
    uint32_t window;   /* bytes that may be on the way at once, 1..STREAM_MAX */
    uint32_t delay_ms; /* of a piece, at most */
    unsigned stall;    /* percent of pieces that take stall_ms more */
    uint32_t stall_ms;
    unsigned split;    /* percent of reads and writes that are short */
    uint64_t cut_at;   /* after so many bytes the stream ends, or breaks; UINT64_MAX: it doesn't */
    unsigned cut;      /* NETP_IN_EOF or NETP_IN_BROKEN */
    uint64_t noise_at; /* this byte is changed; UINT64_MAX: none is */
};

struct stream {
    struct stream_faults faults;
    uint64_t written, arrived, read; /* bytes so far; arrived: those that may be read now */
    netp_ms end_at;                  /* when the end is seen behind the bytes */
    unsigned end;                    /* NETP_IN_EOF or NETP_IN_BROKEN; 0: it is open */
    unsigned pieces;
    struct {
        netp_ms at;
        uint64_t upto;
    } piece[STREAM_PIECES]; /* what is on the way, in order */
    uint8_t bytes[STREAM_MAX];
    uint8_t flat[STREAM_MAX]; /* of the last read */
};

void stream_start(struct stream *s, const struct stream_faults *faults);

/* Takes some or all of p[0..n) and returns how many bytes; 0: the window is full. */
size_t stream_write(const struct world *w, struct stream *s, const uint8_t *p, size_t n);

/* Ends the stream with NETP_IN_EOF behind what was written, or with NETP_IN_BROKEN at once. */
void stream_end(const struct world *w, struct stream *s, unsigned how);

/* When there is something to read; NETP_NEVER: not before more is written. */
netp_ms stream_due(const struct stream *s);

/* Reads some of what has arrived, and perhaps the end behind it. The bytes last until the next
 * read. */
void stream_read(const struct world *w, struct stream *s, struct netp_in *in);

#endif

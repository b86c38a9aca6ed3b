/* fuzz/fuzz.h - what all fuzz targets share.
 *
 * SPDX-License-Identifier: MIT
 *
 * An input is a payload, then control bytes, which are read from the back, then the number of these
 * in one byte: 0 behind a plain capture makes it an input, with the harmless choice everywhere. The
 * payload stays in one piece, as dictionaries like it. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "decision.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>

/* The one function of a target; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where a target writes what became of its input, for the replay to compare with what was recorded;
 * NULL when nobody asks. */
extern struct log *fuzz_outcome;
#define FUZZ_OUTCOME(...)                                                                          \
    do {                                                                                           \
        if (fuzz_outcome != NULL) {                                                                \
            log_line(fuzz_outcome, __VA_ARGS__);                                                   \
        }                                                                                          \
    } while (0)

/* An oracle: what must be true of any input. Ends the process as a crash does. */
#define FUZZ_CHECK(holds, ...)                                                                     \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #holds);                    \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

struct fuzz_input {
    const uint8_t *p; /* the payload */
    size_t n;
    struct decision control;
};

struct fuzz_input fuzz_split(const uint8_t *data, size_t size);

/* A block of exactly n bytes, so that a byte too far is seen; free() it. copy: with those of p. */
void *fuzz_block(size_t n);
void *fuzz_copy(const void *p, size_t n);

#endif

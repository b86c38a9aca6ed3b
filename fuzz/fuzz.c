/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>

struct log *fuzz_outcome;

struct fuzz_input fuzz_split(const uint8_t *data, size_t size)
{
    struct fuzz_input in;
    size_t control = size > 0 ? data[--size] : 0;

    if (control > size) {
        control = size;
    }
    in.p = data;
    in.n = size - control;
    decision_bytes(&in.control, data + in.n, control);
    return in;
}

void *fuzz_block(size_t n)
{
    void *block = malloc(n);

    FUZZ_CHECK(block != NULL, "no memory");
    return block;
}

void *fuzz_copy(const void *p, size_t n)
{
    void *copy = fuzz_block(n);

    if (n > 0) {
        memcpy(copy, p, n);
    }
    return copy;
}

/* Ranges: what is chosen has the bytes that were asked for, each once, and the length it says.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_ranges.h>
#include <netproto/text.h>

#include <string.h>

#define TYPE "text/plain"

/* Whether a range, as it was sent, has byte i of a representation. */
static bool has(const struct netp_http_range *sent, uint64_t i, uint64_t length)
{
    return sent->suffix ? length - i <= sent->last : i >= sent->first && i <= sent->last;
}

/* Byte by byte: how many times byte i was asked for is how many times it is sent. */
static void check_bytes(struct netp_str field, const struct netp_http_ranges *r, uint64_t length)
{
    struct netp_http_range sent[NETP_HTTP_RANGES_MAX];
    ptrdiff_t n = netp_http_range_parse(field, sent, NETP_HTTP_RANGES_MAX);

    FUZZ_CHECK(n > 0, "%td", n);
    for (uint64_t i = 0; i < length; i++) {
        unsigned asked = 0, given = 0;
        for (ptrdiff_t k = 0; k < n; k++) {
            asked += has(&sent[k], i, length);
        }
        for (size_t k = 0; k < r->n; k++) {
            given += i >= r->range[k].first && i <= r->range[k].last;
        }
        FUZZ_CHECK(asked == given, "byte %llu: %u, %u", (unsigned long long)i, asked, given);
    }
}

/* The body is as long as it says, and each text ends where the bytes begin. */
static void check_several(struct netp_http_ranges *r, uint64_t length)
{
    static const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM] = {0xab, 0xcd};
    char out[NETP_HTTP_RANGES_TEXT_CAP(sizeof TYPE - 1)];
    uint64_t sum = 0;

    netp_http_ranges_boundary(r, random);
    for (size_t i = 0; i <= r->n; i++) {
        ptrdiff_t n = netp_http_ranges_text(r, i, out, sizeof out);
        FUZZ_CHECK(n > 0 && memcmp(out + n - 2, "\r\n", 2) == 0, "%td", n);
        sum += (uint64_t)n;
        FUZZ_OUTCOME("%.*s", (int)n, out);
        if (i < r->n) {
            FUZZ_CHECK(memcmp(out + n - 4, "\r\n\r\n", 4) == 0, "%zu", i);
            sum += r->range[i].last - r->range[i].first + 1;
        }
    }
    FUZZ_CHECK(sum == r->length && sum < length, "%llu, %llu", (unsigned long long)sum,
               (unsigned long long)r->length);
}

static void choose(struct netp_str field, uint64_t length)
{
    static const char *const names[] = {"", "whole", "one", "several", "none"};
    struct netp_http_ranges r;
    enum netp_http_ranges_kind kind = netp_http_ranges_choose(&r, field, length, NETP_STR(TYPE));

    FUZZ_OUTCOME("%llu: %s %llu", (unsigned long long)length, names[kind],
                 (unsigned long long)r.length);
    if (kind == NETP_HTTP_RANGES_WHOLE) {
        FUZZ_CHECK(r.length == length, "%llu", (unsigned long long)r.length);
        return;
    }
    FUZZ_CHECK(kind == NETP_HTTP_RANGES_NONE  ? r.n == 0 && r.length == 0
               : kind == NETP_HTTP_RANGES_ONE ? r.n == 1
                                              : r.n > 1,
               "%zu ranges", r.n);
    for (size_t i = 0; i < r.n; i++) {
        FUZZ_CHECK(r.range[i].first <= r.range[i].last && r.range[i].last < length, "range %zu", i);
        FUZZ_OUTCOME("%llu-%llu", (unsigned long long)r.range[i].first,
                     (unsigned long long)r.range[i].last);
    }
    if (length <= 2000) {
        check_bytes(field, &r, length);
    }
    if (kind == NETP_HTTP_RANGES_SEVERAL) {
        check_several(&r, length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size);
    struct netp_str field = netp_str_make(p, size);

    choose(field, 0);
    choose(field, 1);
    choose(field, 150);
    choose(field, 1000);
    choose(field, 1000000);
    choose(field, UINT64_MAX);
    free(p);
    return 0;
}

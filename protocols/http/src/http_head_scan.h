/* http_head_scan.h - how far characters of one kind reach. SPDX-License-Identifier: MIT
 *
 * Each of the first three returns the first byte of p..end that is not of its kind, or end: 16 at a
 * time where there is SSE2, or SSSE3 for tokens, with the same results everywhere. */
#ifndef HTTP_HEAD_SCAN_H
#define HTTP_HEAD_SCAN_H

#include "http_chars.h"
#include <string.h>

#if defined(__SSE2__) && !defined(NETPROTO_NO_SIMD)
#include <emmintrin.h>
#define HTTP_SSE2_ 1
#if defined(__SSSE3__)
#include <tmmintrin.h>
#define HTTP_SSSE3_ 1
#endif

static inline __m128i http_load_(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Bit i: p[i] is no character of a field value. */
static inline unsigned http_controls_16_(const uint8_t *p)
{
    const __m128i low = _mm_set1_epi8(0x1f), tab = _mm_set1_epi8('\t'), del = _mm_set1_epi8(0x7f);
    __m128i x = http_load_(p), below = _mm_cmpeq_epi8(_mm_min_epu8(x, low), x);
    __m128i ctl = _mm_andnot_si128(_mm_cmpeq_epi8(x, tab), below);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(ctl, _mm_cmpeq_epi8(x, del)));
}
#endif

static inline const uint8_t *http_scan_set_(const uint8_t *p, const uint8_t *end,
                                            const struct http_chars *set)
{
#if defined(__OPTIMIZE_SIZE__)
    return (const uint8_t *)http_skip((const char *)p, (const char *)end, set);
#else
    while (p < end && http_is(set, (char)*p)) {
        p++;
    }
    return p;
#endif
}

/* Characters of a field value: all but controls, save the tab (RFC 9110 section 5.5). */
static inline const uint8_t *http_scan_value(const uint8_t *p, const uint8_t *end)
{
#if defined(HTTP_SSE2_)
    for (; end - p >= 16; p += 16) {
        unsigned found = http_controls_16_(p);
        if (found != 0) {
            return p + __builtin_ctz(found);
        }
    }
#elif !defined(__OPTIMIZE_SIZE__)
    /* A word at a time; a byte over 127, or a tab, may end it early. */
    const uintptr_t ones = UINTPTR_MAX / 255, high = ones * 128;
    for (uintptr_t x, del; (size_t)(end - p) >= sizeof x; p += sizeof x) {
        memcpy(&x, p, sizeof x);
        del = x ^ ones * 0x7f;
        if ((((x - ones * 0x20) | (del - ones) | x) & high) != 0) {
            break;
        }
    }
#endif
    return http_scan_set_(p, end, &http_text);
}

/* Visible ASCII: a request target. */
static inline const uint8_t *http_scan_target(const uint8_t *p, const uint8_t *end)
{
#if defined(HTTP_SSE2_)
    const __m128i low = _mm_set1_epi8(0x21), del = _mm_set1_epi8(0x7f);
    for (; end - p >= 16; p += 16) {
        __m128i x = http_load_(p); /* bytes over 127 are below 0 here */
        __m128i other = _mm_or_si128(_mm_cmplt_epi8(x, low), _mm_cmpeq_epi8(x, del));
        unsigned found = (unsigned)_mm_movemask_epi8(other);
        if (found != 0) {
            return p + __builtin_ctz(found);
        }
    }
#endif
    while (p<end && * p> 0x20 && *p < 0x7f) {
        p++;
    }
    return p;
}

/* tchar, RFC 9110 section 5.6.2 */
static inline const uint8_t *http_scan_token(const uint8_t *p, const uint8_t *end)
{
#if defined(HTTP_SSSE3_)
    /* Bit h of row[l]: the character with high half h and low half l is a tchar. */
    static const uint8_t row[16] = {0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc,
                                    0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70};
    static const uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128};
    const __m128i rows = http_load_(row), bits = http_load_(bit), half = _mm_set1_epi8(0x0f);
    for (; end - p >= 16; p += 16) {
        __m128i x = http_load_(p);
        __m128i r = _mm_shuffle_epi8(rows, _mm_and_si128(x, half));
        __m128i b = _mm_shuffle_epi8(bits, _mm_and_si128(_mm_srli_epi16(x, 4), half));
        __m128i other = _mm_cmpeq_epi8(_mm_and_si128(r, b), _mm_setzero_si128());
        unsigned found = (unsigned)_mm_movemask_epi8(other);
        if (found != 0) {
            return p + __builtin_ctz(found);
        }
    }
#endif
    return http_scan_set_(p, end, &http_tchar);
}

#if defined(HTTP_SSE2_)
/* The control characters of a head one after the other, as far as whole blocks of 64 bytes reach.
 * They are found ahead of their use: what depends on where one line ends need not wait for it. */
struct http_controls {
    const uint8_t *block, *end; /* end - block >= 64 */
    uint64_t found;             /* bit i: block[i] is one that has not been taken */
};

static inline void http_controls_load(struct http_controls *c, const uint8_t *block)
{
    c->block = block;
    c->found = http_controls_16_(block) | (uint64_t)http_controls_16_(block + 16) << 16 |
               (uint64_t)http_controls_16_(block + 32) << 32 |
               (uint64_t)http_controls_16_(block + 48) << 48;
}

/* NULL when no whole block has another. */
static inline const uint8_t *http_controls_next(struct http_controls *c)
{
    const uint8_t *p;
    while (c->found == 0) {
        if (c->end - c->block < 128) {
            return NULL;
        }
        http_controls_load(c, c->block + 64);
    }
    p = c->block + __builtin_ctzll(c->found);
    c->found &= c->found - 1;
    return p;
}
#endif

#endif

/* Numbers, escapes, base64 and checksums: the small codecs, each against its reverse or against a
 * slower way to the same result. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/base64.h>
#include <netproto/crc.h>
#include <netproto/text.h>

#include <string.h>

/* A number without leading zeros is written as it was read; the limit is exact. */
static void numbers(struct netp_str s)
{
    uint64_t v = 7, w = 7;
    char text[NETP_DEC_CAP];
    int dec = netp_parse_dec(s, UINT64_MAX, &v), hex = netp_parse_hex(s, UINT64_MAX, &w);

    FUZZ_CHECK(dec == NETP_OK || v == 7, "changed, though %s", netp_errname(dec));
    FUZZ_CHECK(hex == NETP_OK || w == 7, "changed, though %s", netp_errname(hex));
    FUZZ_CHECK(hex != NETP_E_SYNTAX || dec == NETP_E_SYNTAX, "decimal, but not hexadecimal");
    FUZZ_OUTCOME("dec %s %llu, hex %s %llu", netp_errname(dec), (unsigned long long)v,
                 netp_errname(hex), (unsigned long long)w);
    if (dec != NETP_OK) {
        return;
    }
    while (s.n > 1 && s.p[0] == '0') {
        s.p++;
        s.n--;
    }
    size_t n = netp_format_dec(v, text);
    FUZZ_CHECK(netp_str_eq(netp_str_make(text, n), s), "%llu", (unsigned long long)v);
    FUZZ_CHECK(netp_parse_dec(s, v, &w) == NETP_OK && w == v, "its own limit");
    FUZZ_CHECK(v == 0 || netp_parse_dec(s, v - 1, &w) == NETP_E_LIMIT, "one less is no limit");
}

/* What is escaped can be told back, in any room is the front of it, and has no special byte. */
static void escape(const uint8_t *p, size_t n)
{
    size_t cap = NETP_ESCAPE_CAP(n), len, at = 0;
    char *out = (char *)fuzz_block(cap);

    len = netp_escape(out, cap, p, n);
    FUZZ_CHECK(len < cap && strlen(out) == len, "%zu of %zu", len, cap);
    for (size_t i = 0; i < len; i++, at++) {
        uint8_t b = (uint8_t)out[i];
        FUZZ_CHECK(b >= ' ' && b <= '~', "byte %u", b);
        if (b == '\\') {
            FUZZ_CHECK(i + 3 < len && out[i + 1] == 'x', "an escape that is none");
            b = (uint8_t)(netp_hex_digit(out[i + 2]) << 4 | netp_hex_digit(out[i + 3]));
            i += 3;
        }
        FUZZ_CHECK(at < n && p[at] == b, "byte %zu is another", at);
    }
    FUZZ_CHECK(at == n, "%zu bytes of %zu", at, n);
    for (size_t room = 1; room < cap && room < 40; room++) {
        char *less = (char *)fuzz_block(room);
        size_t k = netp_escape(less, room, p, n);
        FUZZ_CHECK(k < room && memcmp(less, out, k) == 0 && less[k] == '\0', "room %zu", room);
        free(less);
    }
    free(out);
}

static void base64(const uint8_t *p, size_t n)
{
    size_t len = NETP_BASE64_LEN(n), most = NETP_BASE64_MAX(n);
    char *text = (char *)fuzz_block(len);
    uint8_t *back = (uint8_t *)fuzz_block(most > n ? most : n);

    FUZZ_CHECK(netp_base64_encode(text, len, p, n) == (ptrdiff_t)len, "%zu bytes", n);
    FUZZ_CHECK(len == 0 || netp_base64_encode(text, len - 1, p, n) == NETP_E_NOSPACE, "short");
    FUZZ_CHECK(netp_base64_decode(back, n, netp_str_make(text, len)) == (ptrdiff_t)n &&
                   (n == 0 || memcmp(back, p, n) == 0),
               "not what was encoded");
    ptrdiff_t r = netp_base64_decode(back, most, netp_str_make((const char *)p, n));
    FUZZ_OUTCOME("base64 %td", r);
    if (r >= 0) { /* what can be decoded has one form only */
        char *same = (char *)fuzz_block(n);
        FUZZ_CHECK(netp_base64_encode(same, n, back, (size_t)r) == (ptrdiff_t)n &&
                       (n == 0 || memcmp(same, p, n) == 0),
                   "two forms of the same bytes");
        FUZZ_CHECK(r == 0 ||
                       netp_base64_decode(back, (size_t)r - 1, netp_str_make((const char *)p, n)) ==
                           NETP_E_NOSPACE,
                   "decoded into too little");
        free(same);
    }
    free(back);
    free(text);
}

/* In two pieces, and bit by bit. */
static void checksums(const uint8_t *p, size_t n)
{
    size_t half = n / 2;
    uint16_t c16 = netp_crc16(NETP_CRC16_START, p, n), slow16 = NETP_CRC16_START;
    uint32_t c32 = netp_crc32(NETP_CRC32_START, p, n), slow32 = ~NETP_CRC32_START;

    FUZZ_CHECK(netp_crc16(netp_crc16(NETP_CRC16_START, p, half), p + half, n - half) == c16, "16");
    FUZZ_CHECK(netp_crc32(netp_crc32(NETP_CRC32_START, p, half), p + half, n - half) == c32, "32");
    for (size_t i = 0; i < n; i++) {
        slow16 = (uint16_t)(slow16 ^ p[i]);
        slow32 ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            slow16 = (uint16_t)(slow16 >> 1 ^ ((slow16 & 1) != 0 ? 0xa001 : 0));
            slow32 = slow32 >> 1 ^ ((slow32 & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    FUZZ_CHECK(c16 == slow16 && c32 == ~slow32, "another checksum");
    FUZZ_OUTCOME("crc %04x %08x", c16, c32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *p = (uint8_t *)fuzz_copy(data, size);

    numbers(netp_str_make((const char *)p, size));
    escape(p, size);
    base64(p, size);
    checksums(p, size);
    free(p);
    return 0;
}

/* Modbus frames: each reader against a plain second reading; what is read is written as the same
 * bytes, and any PDU that is written is read again. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/modbus_frame.h>

#include <string.h>

static void same_frame(const struct netp_modbus_frame *a, const struct netp_modbus_frame *b)
{
    FUZZ_CHECK(a->unit == b->unit && a->transaction == b->transaction && a->n == b->n &&
                   memcmp(a->pdu, b->pdu, a->n) == 0,
               "another frame");
}

/* *f, as it was read from p[0..n), written again. */
static void again(enum netp_modbus_framing framing, const struct netp_modbus_frame *f,
                  const uint8_t *p, size_t n)
{
    uint8_t *exact = (uint8_t *)fuzz_block(n);
    ptrdiff_t r = netp_modbus_frame_write(framing, exact, n - 1, f);

    FUZZ_CHECK(r == NETP_E_NOSPACE, "%td in a byte less than %zu", r, n);
    r = netp_modbus_frame_write(framing, exact, n, f);
    FUZZ_CHECK(r == (ptrdiff_t)n && memcmp(exact, p, n) == 0, "%td bytes, not those read", r);
    free(exact);
}

/* ---- MBAP ---- */

static ptrdiff_t plain_mbap(const uint8_t *p, size_t n)
{
    unsigned length;

    if (n < 6) {
        return 0;
    }
    length = p[4] * 256u + p[5];
    if (p[2] + p[3] > 0) {
        return NETP_E_SYNTAX;
    }
    if (length - 2 > 252) {
        return NETP_E_LIMIT;
    }
    return n - 6 < length ? 0 : (ptrdiff_t)length + 6;
}

static void mbap(const uint8_t *p, size_t n)
{
    struct netp_modbus_frame f = {NULL, 0, 0, 0};
    ptrdiff_t r = netp_modbus_mbap_parse(p, n, &f);

    FUZZ_CHECK(r == plain_mbap(p, n), "MBAP: %td, plainly %td", r, plain_mbap(p, n));
    FUZZ_OUTCOME("MBAP %td unit %u transaction %u", r, f.unit, f.transaction);
    if (r > 0) {
        FUZZ_CHECK(f.pdu == p + 7 && f.n + 7 == (size_t)r, "a PDU of %zu", f.n);
        again(NETP_MODBUS_MBAP, &f, p, (size_t)r);
    }
}

/* ---- RTU ---- */

/* Serial 6.2.2, bit by bit. */
static unsigned plain_crc(const uint8_t *p, size_t n)
{
    unsigned crc = 0xffff;

    for (size_t i = 0; i < 8 * n; i++) {
        crc ^= i % 8 == 0 ? p[i / 8] : 0u;
        crc = (crc & 1) != 0 ? crc >> 1 ^ 0xa001u : crc >> 1;
    }
    return crc;
}

static void rtu(const uint8_t *p, size_t n)
{
    struct netp_modbus_frame f;
    int r = netp_modbus_rtu_parse(p, n, &f), want = NETP_OK;

    if (n < 4) {
        want = NETP_E_TRUNCATED;
    } else if (n > 256) {
        want = NETP_E_LIMIT;
    } else if (plain_crc(p, n - 2) != p[n - 2] + 256u * p[n - 1]) {
        want = NETP_E_SYNTAX;
    }
    FUZZ_CHECK(r == want, "RTU: %d, plainly %d", r, want);
    FUZZ_OUTCOME("RTU %s", netp_errname(r));
    if (r == NETP_OK) {
        FUZZ_CHECK(f.pdu == p + 1 && f.n == n - 3 && f.unit == p[0], "a PDU of %zu", f.n);
        again(NETP_MODBUS_RTU, &f, p, n);
    }
}

/* The length of a PDU from its function, as the tables of app 6 draw it; 0: it is longer than
 * p[0..n), or not known yet; SIZE_MAX: unknown. */
static size_t plain_request(const uint8_t *p, size_t n)
{
    switch (p[0]) {
    case 0x07:
    case 0x0b:
    case 0x0c:
    case 0x11:
        return 1;
    case 0x0f:
    case 0x10:
        return n > 5 ? 6u + p[5] : 0;
    case 0x14:
    case 0x15:
        return n > 1 ? 2u + p[1] : 0;
    case 0x16:
        return 7;
    case 0x17:
        return n > 9 ? 10u + p[9] : 0;
    case 0x18:
        return 3;
    case 0x2b:
        return n < 2 ? 0 : p[1] == 0x0e ? 4 : SIZE_MAX;
    default:
        return p[0] >= 1 && p[0] <= 8 ? 5 : SIZE_MAX;
    }
}

static size_t plain_identification(const uint8_t *p, size_t n)
{
    size_t at = 7;

    if (n < 2) {
        return 0;
    }
    if (p[1] != 0x0e) {
        return SIZE_MAX;
    }
    for (unsigned i = 0; n >= 7 && i < p[6]; i++) {
        if (at + 1 >= n) {
            return at > 255 ? at : 0;
        }
        at += 2u + p[at + 1];
    }
    return n < 7 ? 0 : at;
}

static size_t plain_response(const uint8_t *p, size_t n)
{
    static const uint8_t counted[] = {1, 2, 3, 4, 0x0c, 0x11, 0x14, 0x15, 0x17};

    if (p[0] >= 0x80) {
        return 2;
    }
    if (memchr(counted, p[0], sizeof counted) != NULL) {
        return n > 1 ? 2u + p[1] : 0;
    }
    switch (p[0]) {
    case 0x05:
    case 0x06:
    case 0x08:
    case 0x0b:
    case 0x0f:
    case 0x10:
        return 5;
    case 0x07:
        return 2;
    case 0x16:
        return 7;
    case 0x18:
        return n > 2 ? 3u + 256u * p[1] + p[2] : 0;
    case 0x2b:
        return plain_identification(p, n);
    default:
        return SIZE_MAX;
    }
}

static void rtu_length(const uint8_t *p, size_t n, enum netp_modbus_direction direction)
{
    ptrdiff_t r = netp_modbus_rtu_length(p, n, direction), want = 0;

    if (n > 1) {
        size_t pdu = direction == NETP_MODBUS_REQUEST ? plain_request(p + 1, n - 1)
                                                      : plain_response(p + 1, n - 1);
        want = pdu == SIZE_MAX ? (ptrdiff_t)NETP_E_UNSUPPORTED
               : pdu == 0      ? 0
               : pdu > 253     ? (ptrdiff_t)NETP_E_LIMIT
                               : (ptrdiff_t)pdu + 3;
    }
    FUZZ_CHECK(r == want, "length of direction %d: %td, plainly %td", direction, r, want);
    FUZZ_OUTCOME("length %td", r);
}

/* ---- ASCII ---- */

static int plain_ascii(const uint8_t *p, size_t n, uint8_t *to)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned sum = 0;

    if (n < 9 || n % 2 == 0 || p[0] != ':' || memcmp(p + n - 2, "\r\n", 2) != 0) {
        return NETP_E_SYNTAX;
    }
    if (n > 513) {
        return NETP_E_LIMIT;
    }
    for (size_t i = 1; i < n - 2; i++) {
        const char *at = p[i] != 0 ? strchr(digits, p[i]) : NULL;
        if (at == NULL) {
            return NETP_E_SYNTAX;
        }
        sum += (unsigned)(at - digits) * (i % 2 == 1 ? 16 : 1);
        to[(i - 1) / 2] = (uint8_t)(to[(i - 1) / 2] * 16u + (unsigned)(at - digits));
    }
    return sum % 256 == 0 ? NETP_OK : NETP_E_SYNTAX;
}

static void ascii(const uint8_t *p, size_t n)
{
    struct netp_modbus_frame f, g;
    uint8_t *copy = (uint8_t *)fuzz_copy(p, n), *plain = (uint8_t *)calloc(n + 1, 1);
    uint8_t *to = (uint8_t *)fuzz_block(n / 2);
    int r = netp_modbus_ascii_parse(p, n, to, n / 2, &f), want = plain_ascii(p, n, plain);

    FUZZ_CHECK(r == want, "ASCII: %d, plainly %d", r, want);
    FUZZ_CHECK(netp_modbus_ascii_parse(copy, n, copy, n, &g) == r, "another in place");
    FUZZ_OUTCOME("ASCII %s", netp_errname(r));
    if (r == NETP_OK) {
        same_frame(&f, &g);
        FUZZ_CHECK(f.n + 2 == (n - 3) / 2 && f.unit == plain[0] &&
                       memcmp(f.pdu, plain + 1, f.n) == 0,
                   "a PDU of %zu", f.n);
        FUZZ_CHECK(netp_modbus_ascii_parse(p, n, to, f.n + 1, &g) == NETP_E_NOSPACE, "no space");
        again(NETP_MODBUS_ASCII, &f, p, n);
    }
    free(copy);
    free(plain);
    free(to);
}

/* ---- any PDU ---- */

static void written(const uint8_t *p, size_t n)
{
    uint8_t frame[NETP_MODBUS_FRAME_MAX], to[NETP_MODBUS_FRAME_MAX];
    struct netp_modbus_frame f = {p, n, 0xfedc, 0xba}, g;
    ptrdiff_t r = netp_modbus_frame_write(NETP_MODBUS_MBAP, frame, sizeof frame, &f);

    if (n == 0 || n > NETP_MODBUS_PDU_MAX) {
        FUZZ_CHECK(r == NETP_E_ARG, "%td", r);
        return;
    }
    FUZZ_CHECK(netp_modbus_mbap_parse(frame, (size_t)r, &g) == r, "MBAP is not read");
    same_frame(&f, &g);
    f.transaction = 0;
    r = netp_modbus_frame_write(NETP_MODBUS_RTU, frame, sizeof frame, &f);
    FUZZ_CHECK(netp_modbus_rtu_parse(frame, (size_t)r, &g) == NETP_OK, "RTU is not read");
    same_frame(&f, &g);
    r = netp_modbus_frame_write(NETP_MODBUS_ASCII, frame, sizeof frame, &f);
    FUZZ_CHECK(netp_modbus_ascii_parse(frame, (size_t)r, to, sizeof to, &g) == NETP_OK,
               "ASCII is not read");
    same_frame(&f, &g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *p = (uint8_t *)fuzz_copy(data, size);

    mbap(p, size);
    rtu(p, size);
    rtu_length(p, size, NETP_MODBUS_REQUEST);
    rtu_length(p, size, NETP_MODBUS_RESPONSE);
    ascii(p, size);
    written(p, size);
    free(p);
    return 0;
}

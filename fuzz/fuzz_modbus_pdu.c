/* Modbus PDUs: a plain second reading of requests gives the same exception; what is parsed can be
 * written, and is the same bytes. The first byte is the length of the request; the rest is what
 * answers it. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/modbus.h>

#include <string.h>

/* ---- the second reading: one number after the other, as app 6 has them ---- */

static unsigned word(const uint8_t *p, size_t n, size_t at)
{
    return at + 1 < n ? 256u * p[at] + p[at + 1] : 0;
}

/* 2: a range from p[at] on that passes 65535; 3: one with a wrong quantity. */
static unsigned range(const uint8_t *p, size_t n, size_t at, unsigned max)
{
    unsigned quantity = word(p, n, at + 2);
    return quantity == 0 || quantity > max ? 3 : word(p, n, at) + quantity > 65536 ? 2 : 0;
}

static unsigned counted(const uint8_t *p, size_t n, size_t at, size_t bytes)
{
    return n == at + 1 + bytes && p[at] == bytes ? 0 : 3;
}

static unsigned records(const uint8_t *p, size_t n)
{
    size_t at = 2, answer = 0;
    unsigned e = 0, writes = p[0] == 0x15;

    if (n < 2 || p[1] + 2u != n || p[1] > (writes ? 251 : 245) || n == 2) {
        return 3;
    }
    for (; at < n; at += 7u + (writes ? 2u * word(p, n, at + 5) : 0)) {
        unsigned length = word(p, n, at + 5), first = word(p, n, at + 3);
        if (at + 7 > n || length == 0) {
            return 3;
        }
        if (p[at] != 6 || word(p, n, at + 1) == 0 || first > 9999 || first + length > 10000) {
            e = 2;
        }
        answer += 2 + 2u * length;
    }
    return at != n || (!writes && answer > 245) ? 3 : e;
}

static unsigned worst(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned expected(const uint8_t *p, size_t n)
{
    static const unsigned max[] = {0, 2000, 2000, 125, 125};

    if (n == 0 || p[0] == 0 || p[0] > 127) {
        return 1;
    }
    if (n > 253) {
        return 3;
    }
    switch (p[0]) {
    case 1:
    case 2:
    case 3:
    case 4:
        return n == 5 ? range(p, n, 1, max[p[0]]) : 3;
    case 5:
        return n == 5 && (word(p, n, 3) == 0 || word(p, n, 3) == 0xff00) ? 0 : 3;
    case 6:
        return n == 5 ? 0 : 3;
    case 8:
        return n >= 5 && n % 2 == 1 ? 0 : 3;
    case 0x0f:
        return n < 6 ? 3 : worst(range(p, n, 1, 1968), counted(p, n, 5, (word(p, n, 3) + 7) / 8));
    case 0x10:
        return n < 6 ? 3 : worst(range(p, n, 1, 123), counted(p, n, 5, 2 * word(p, n, 3)));
    case 0x16:
        return n == 7 ? 0 : 3;
    case 0x17:
        return n < 10 ? 3
                      : worst(worst(range(p, n, 1, 125), range(p, n, 5, 121)),
                              counted(p, n, 9, 2 * word(p, n, 7)));
    case 0x18:
        return n == 3 ? 0 : 3;
    default:
        break;
    }
    if (p[0] == 7 || p[0] == 0x0b || p[0] == 0x0c || p[0] == 0x11) {
        return n == 1 ? 0 : 3;
    }
    if (p[0] == 0x14 || p[0] == 0x15) {
        return records(p, n);
    }
    if (p[0] == 0x2b) {
        return n == 1 || (p[1] == 0x0e && (n != 4 || p[2] == 0 || p[2] > 4)) ? 3 : 0;
    }
    return 0;
}

/* ---- the way back ---- */

/* Written into a block one byte short, then of exact size. */
static void rewrite_request(const struct netp_modbus_request *r, const uint8_t *p, size_t n)
{
    uint8_t *out = (uint8_t *)fuzz_block(n);

    FUZZ_CHECK(netp_modbus_request_write(out, n - 1, r) == NETP_E_NOSPACE, "a byte short");
    FUZZ_CHECK(netp_modbus_request_write(out, n, r) == (ptrdiff_t)n, "of %zu bytes", n);
    FUZZ_CHECK(memcmp(out, p, n) == 0, "another request");
    free(out);
}

static void rewrite_response(const struct netp_modbus_request *r,
                             const struct netp_modbus_response *s, const uint8_t *p, size_t n)
{
    uint8_t *out = (uint8_t *)fuzz_block(n);
    ptrdiff_t k = netp_modbus_response_write(out, n, r, s);

    if (n > NETP_MODBUS_PDU_MAX) {
        FUZZ_CHECK(k == NETP_E_NOSPACE, "a PDU of %zu bytes", n);
    } else {
        FUZZ_CHECK(k == (ptrdiff_t)n && memcmp(out, p, n) == 0, "another response");
        FUZZ_CHECK(netp_modbus_response_write(out, n - 1, r, s) == NETP_E_NOSPACE, "a byte short");
    }
    free(out);
}

/* What any response must be, told from its first bytes. */
static void check_response(const struct netp_modbus_request *r, const uint8_t *q,
                           const struct netp_modbus_response *s, const uint8_t *p, size_t n)
{
    FUZZ_CHECK(s->function == q[0] && (p[0] & 0x7f) == q[0], "another function");
    FUZZ_CHECK(s->n == 0 || (s->data > p && s->data + s->n == p + n), "a view outside");
    FUZZ_CHECK((s->exception != 0) == (p[0] >= 0x80), "an exception or none");
    if (s->exception != 0) {
        FUZZ_CHECK(n == 2 && p[1] == s->exception, "an exception of %zu bytes", n);
    } else if (q[0] <= 4 || q[0] == 0x17) {
        FUZZ_CHECK(p[1] == n - 2 && s->n == (r->quantity * (q[0] < 3 ? 1u : 16u) + 7) / 8,
                   "%zu bytes for %u", n, r->quantity);
    } else if (q[0] == 5 || q[0] == 6 || q[0] == 0x0f || q[0] == 0x10) {
        FUZZ_CHECK(n == 5 && memcmp(p, q, 5) == 0, "no echo");
    } else if (q[0] == 0x16 || q[0] == 0x15) {
        FUZZ_CHECK(memcmp(p, q, n) == 0, "no echo");
    }
}

static void respond(const struct netp_modbus_request *r, const uint8_t *q, const uint8_t *p,
                    size_t n)
{
    uint8_t *copy = (uint8_t *)fuzz_copy(p, n);
    struct netp_modbus_response s;
    int e = netp_modbus_response_parse(copy, n, r, &s);

    FUZZ_OUTCOME("response %s, exception %u, %zu bytes", netp_errname(e), e ? 0u : s.exception,
                 e ? 0 : s.n);
    FUZZ_CHECK(e == NETP_OK || e == NETP_E_SYNTAX, "%s", netp_errname(e));
    if (e == NETP_OK) {
        check_response(r, q, &s, copy, n);
        rewrite_response(r, &s, copy, n);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = size == 0 ? 0 : data[0] < size - 1 ? data[0] : size - 1, at = 0;
    uint8_t *q = (uint8_t *)fuzz_copy(size > 0 ? data + 1 : data, n);
    struct netp_modbus_request r;
    struct netp_modbus_record k;
    unsigned e = (unsigned)netp_modbus_request_parse(q, n, &r);

    FUZZ_CHECK(e == expected(q, n), "%u, not %u", e, expected(q, n));
    FUZZ_OUTCOME("request %02X: %s, %u+%u %u+%u, %zu bytes", r.function,
                 netp_modbus_exception_text(e), r.address, r.quantity, r.write_address,
                 r.write_quantity, r.n);
    if (e == 0) {
        rewrite_request(&r, q, n);
        respond(&r, q, data + 1 + n, size - 1 - n);
    }
    while (e == 0 && (r.function == 0x14 || r.function == 0x15) &&
           netp_modbus_record_next(&r, &at, &k) > 0) {
        FUZZ_OUTCOME("file %u, %u+%u", k.file, k.first, k.length);
    }
    free(q);
    return 0;
}

/* test_modbus_pdu.c - the PDU codec: the examples of app 6 and their limits.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Bytes with their number. */
struct bytes {
    const char *p;
    size_t n;
};
#define B(s)                                                                                       \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }

/* The worked example of each function, app 6.1 to 6.21. */
static const struct {
    struct bytes request, response;
} examples[] = {
    {B("\x01\x00\x13\x00\x13"), B("\x01\x03\xcd\x6b\x05")},
    {B("\x02\x00\xc4\x00\x16"), B("\x02\x03\xac\xdb\x35")},
    {B("\x03\x00\x6b\x00\x03"), B("\x03\x06\x02\x2b\x00\x00\x00\x64")},
    {B("\x04\x00\x08\x00\x01"), B("\x04\x02\x00\x0a")},
    {B("\x05\x00\xac\xff\x00"), B("\x05\x00\xac\xff\x00")},
    {B("\x05\x00\xac\x00\x00"), B("\x05\x00\xac\x00\x00")},
    {B("\x06\x00\x01\x00\x03"), B("\x06\x00\x01\x00\x03")},
    {B("\x07"), B("\x07\x6d")},
    {B("\x08\x00\x00\xa5\x37"), B("\x08\x00\x00\xa5\x37")},
    {B("\x0b"), B("\x0b\xff\xff\x01\x08")},
    {B("\x0c"), B("\x0c\x08\x00\x00\x01\x08\x01\x21\x20\x00")},
    {B("\x0f\x00\x13\x00\x0a\x02\xcd\x01"), B("\x0f\x00\x13\x00\x0a")},
    {B("\x10\x00\x01\x00\x02\x04\x00\x0a\x01\x02"), B("\x10\x00\x01\x00\x02")},
    {B("\x11"), B("\x11\x03\x11\xff\x2a")},
    {B("\x14\x0e\x06\x00\x04\x00\x01\x00\x02\x06\x00\x03\x00\x09\x00\x02"),
     B("\x14\x0c\x05\x06\x0d\xfe\x00\x20\x05\x06\x33\xcd\x00\x40")},
    {B("\x15\x0d\x06\x00\x04\x00\x07\x00\x03\x06\xaf\x04\xbe\x10\x0d"),
     B("\x15\x0d\x06\x00\x04\x00\x07\x00\x03\x06\xaf\x04\xbe\x10\x0d")},
    {B("\x16\x00\x04\x00\xf2\x00\x25"), B("\x16\x00\x04\x00\xf2\x00\x25")},
    {B("\x17\x00\x03\x00\x06\x00\x0e\x00\x03\x06\x00\xff\x00\xff\x00\xff"),
     B("\x17\x0c\x00\xfe\x0a\xcd\x00\x01\x00\x03\x00\x0d\x00\xff")},
    {B("\x18\x04\xde"), B("\x18\x00\x06\x00\x02\x01\xb8\x12\x84")},
    {B("\x2b\x0e\x01\x00"), B("\x2b\x0e\x01\x01\x00\x00\x03\x00\x16"
                              "Company identification\x01\x0fProduct code XX\x02\x05V2.11")},
    {B("\x2b\x0d\x01"), B("\x2b\x0d\x01\x02")}, /* CANopen: passes through */
    {B("\x64\x01\x02"), B("\x64")},             /* user-defined */
};

/* A copy in a block of exactly its size. */
static uint8_t *block(const char *p, size_t n)
{
    uint8_t *copy = (uint8_t *)malloc(n > 0 ? n : 1);

    assert_non_null(copy);
    memcpy(copy, p, n);
    return copy;
}

static enum netp_modbus_exception parse(const char *p, size_t n, struct netp_modbus_request *r)
{
    uint8_t *copy = block(p, n);
    enum netp_modbus_exception e = netp_modbus_request_parse(copy, n, r);

    free(copy);
    return e;
}

static void test_examples_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct bytes q = examples[i].request, a = examples[i].response;
        uint8_t *in = block(q.p, q.n), *back = block(a.p, a.n), *out = block(q.p, q.n);
        uint8_t *answer = block(a.p, a.n);
        struct netp_modbus_request r;
        struct netp_modbus_response s;

        assert_int_equal(netp_modbus_request_parse(in, q.n, &r), NETP_MODBUS_NO_EXCEPTION);
        assert_int_equal(r.function, q.p[0]);
        memset(out, 0x5a, q.n);
        assert_int_equal(netp_modbus_request_write(out, q.n - 1, &r), NETP_E_NOSPACE);
        assert_int_equal(netp_modbus_request_write(out, q.n, &r), q.n);
        assert_memory_equal(out, q.p, q.n);

        assert_int_equal(netp_modbus_response_parse(back, a.n, &r, &s), NETP_OK);
        assert_int_equal(s.function, q.p[0]);
        assert_int_equal(s.exception, 0);
        memset(answer, 0x5a, a.n);
        assert_int_equal(netp_modbus_response_write(answer, a.n - 1, &r, &s), NETP_E_NOSPACE);
        assert_int_equal(netp_modbus_response_write(answer, a.n, &r, &s), a.n);
        assert_memory_equal(answer, a.p, a.n);
        if (s.n > 0) { /* where it belongs */
            s.data = answer + (s.data - back);
        }
        assert_int_equal(netp_modbus_response_write(answer, a.n, &r, &s), a.n);
        assert_memory_equal(answer, a.p, a.n);
        free(in);
        free(back);
        free(out);
        free(answer);
    }
}

/* What the examples say, in their members. */
static void test_members(void **state)
{
    struct netp_modbus_request r;
    static const uint8_t written[] = {0x17, 0, 3, 0, 6, 0, 14, 0, 3, 6, 0, 1, 0, 2, 0, 3};

    (void)state;
    assert_int_equal(netp_modbus_request_parse(written, sizeof written, &r), 0);
    assert_int_equal(r.address, 3);
    assert_int_equal(r.quantity, 6);
    assert_int_equal(r.write_address, 14);
    assert_int_equal(r.write_quantity, 3);
    assert_ptr_equal(r.data, written + 10);
    assert_int_equal(r.n, 6);

    static const uint8_t coil[] = {5, 0x00, 0xac, 0xff, 0};
    assert_int_equal(netp_modbus_request_parse(coil, sizeof coil, &r), 0);
    assert_int_equal(r.address, 0xac);
    assert_int_equal(r.quantity, 1);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.data[0] & 1, 1);

    static const uint8_t mask[] = {0x16, 0, 4, 0, 0xf2, 0, 0x25};
    assert_int_equal(netp_modbus_request_parse(mask, sizeof mask, &r), 0);
    assert_int_equal(r.quantity, 1);
    assert_int_equal(r.n, 4);
    assert_ptr_equal(r.data, mask + 3);

    static const uint8_t fifo[] = {0x18, 0x04, 0xde};
    assert_int_equal(netp_modbus_request_parse(fifo, sizeof fifo, &r), 0);
    assert_int_equal(r.address, 0x4de);
    assert_int_equal(r.quantity, 1);
    assert_int_equal(r.n, 0);

    static const uint8_t user[] = {0x41, 1, 2, 3};
    assert_int_equal(netp_modbus_request_parse(user, sizeof user, &r), 0);
    assert_int_equal(r.address, 0);
    assert_int_equal(r.quantity, 0);
    assert_ptr_equal(r.data, user + 1);
    assert_int_equal(r.n, 3);
}

/* A request of `head`, and zeros up to n bytes. */
struct limit {
    struct bytes head;
    size_t n;
    enum netp_modbus_exception e;
};

#define OK       NETP_MODBUS_NO_EXCEPTION
#define FUNCTION NETP_MODBUS_ILLEGAL_FUNCTION
#define ADDRESS  NETP_MODBUS_ILLEGAL_ADDRESS
#define VALUE    NETP_MODBUS_ILLEGAL_VALUE

static const struct limit limits[] = {
    {B(""), 0, FUNCTION},
    {B("\0"), 1, FUNCTION},
    {B("\0"), 5, FUNCTION},
    {B("\x7f"), 1, OK},
    {B("\x7f"), 253, OK},
    {B("\x7f"), 254, VALUE},
    {B("\x80"), 1, FUNCTION},
    {B("\xff"), 254, FUNCTION},

    /* app 6.1 and 6.2: 1 to 2000 */
    {B("\x01\0\0\0\0"), 5, VALUE},
    {B("\x01\0\0\x07\xd0"), 5, OK},
    {B("\x01\0\0\x07\xd1"), 5, VALUE},
    {B("\x02\0\0\x07\xd0"), 5, OK},
    {B("\x02\0\0\x07\xd1"), 5, VALUE},
    {B("\x01\xff\xff\0\x01"), 5, OK},
    {B("\x01\xff\xff\0\x02"), 5, ADDRESS},
    {B("\x01\xff\xff\0\0"), 5, VALUE}, /* the quantity comes first */
    {B("\x01\0\0\0"), 4, VALUE},
    {B("\x01\0\0\0\x01"), 6, VALUE},

    /* app 6.3 and 6.4: 1 to 125 */
    {B("\x03\0\0\0\0"), 5, VALUE},
    {B("\x03\0\0\0\x7d"), 5, OK},
    {B("\x03\0\0\0\x7e"), 5, VALUE},
    {B("\x04\0\0\0\x7d"), 5, OK},
    {B("\x04\0\0\0\x7e"), 5, VALUE},
    {B("\x03\xff\x83\0\x7d"), 5, OK},
    {B("\x03\xff\x84\0\x7d"), 5, ADDRESS},
    {B("\x04\xff\xff\xff\xff"), 5, VALUE},
    {B("\x03"), 1, VALUE},

    /* app 6.5: FF00 or 0000 */
    {B("\x05\xff\xff\xff\0"), 5, OK},
    {B("\x05\xff\xff\0\0"), 5, OK},
    {B("\x05\0\0\x01\0"), 5, VALUE},
    {B("\x05\0\0\0\x01"), 5, VALUE},
    {B("\x05\0\0\0\xff"), 5, VALUE},
    {B("\x05\0\0\xff\xff"), 5, VALUE},
    {B("\x05\0\0\xff"), 4, VALUE},
    {B("\x05\0\0\xff\0\0"), 6, VALUE},
    {B("\x05\0\0"), 3, VALUE},

    {B("\x06\xff\xff\xff\xff"), 5, OK},
    {B("\x06\0\0\0"), 4, VALUE},
    {B("\x06\0\0\0\0"), 6, VALUE},

    {B("\x07"), 2, VALUE},
    {B("\x08\0\0"), 3, VALUE},
    {B("\x08\0\0"), 4, VALUE},
    {B("\x08\0\0"), 5, OK},
    {B("\x08\0\0"), 6, VALUE},
    {B("\x08\0\0"), 253, OK},
    {B("\x0b"), 2, VALUE},
    {B("\x0c"), 2, VALUE},
    {B("\x11"), 2, VALUE},

    /* app 6.11: 1 to 1968, and as many bytes */
    {B("\x0f\0\0\0\0\0"), 6, VALUE},
    {B("\x0f\0\0\0\x01\x01"), 7, OK},
    {B("\x0f\0\0\0\x08\x01"), 7, OK},
    {B("\x0f\0\0\0\x09\x01"), 7, VALUE},
    {B("\x0f\0\0\0\x09\x02"), 8, OK},
    {B("\x0f\0\0\x07\xb0\xf6"), 252, OK},
    {B("\x0f\0\0\x07\xb1\xf7"), 253, VALUE},
    {B("\x0f\0\0\0\x08\x01"), 8, VALUE},
    {B("\x0f\0\0\0\x08\x01"), 6, VALUE},
    {B("\x0f\0\0\0\x08\x02"), 8, VALUE},
    {B("\x0f\0\0\0\x08\x02"), 7, VALUE},
    {B("\x0f\xff\xf8\0\x08\x01"), 7, OK},
    {B("\x0f\xff\xf9\0\x08\x01"), 7, ADDRESS},
    {B("\x0f\xff\xf9\0\x08\x02"), 7, VALUE},
    {B("\x0f\0\0\0\x01"), 5, VALUE},

    /* app 6.12: 1 to 123 */
    {B("\x10\0\0\0\0\0"), 6, VALUE},
    {B("\x10\0\0\0\x01\x02"), 8, OK},
    {B("\x10\0\0\0\x7b\xf6"), 252, OK},
    {B("\x10\0\0\0\x7c\xf8"), 253, VALUE},
    {B("\x10\0\0\0\x7c\xf8"), 254, VALUE},
    {B("\x10\0\0\0\x01\x02"), 9, VALUE},
    {B("\x10\0\0\0\x01\x03"), 9, VALUE},
    {B("\x10\0\0\0\x01\x02"), 7, VALUE},
    {B("\x10\0\0\x01\x01\x02"), 8, VALUE}, /* 257 * 2 is 2 in eight bits */
    {B("\x10\xff\xff\0\x01\x02"), 8, OK},
    {B("\x10\xff\xff\0\x02\x04"), 10, ADDRESS},

    /* app 6.14: 7 to 245 bytes of records */
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), 9, OK},
    {B("\x14"), 1, VALUE},
    {B("\x14\0"), 2, VALUE},
    {B("\x14\x06\x06\0\x01\0\0\0"), 8, VALUE},
    {B("\x14\x08\x06\0\x01\0\0\0\x01"), 10, VALUE},
    {B("\x14\x08\x06\0\x01\0\0\0\x01"), 9, VALUE},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), 10, VALUE},
    {B("\x14\x07\x05\0\x01\0\0\0\x01"), 9, ADDRESS},
    {B("\x14\x07\x06\0\0\0\0\0\x01"), 9, ADDRESS},
    {B("\x14\x07\x06\xff\xff\0\0\0\x01"), 9, OK},
    {B("\x14\x07\x06\0\x01\x27\x0f\0\x01"), 9, OK},
    {B("\x14\x07\x06\0\x01\x27\x0f\0\x02"), 9, ADDRESS},
    {B("\x14\x07\x06\0\x01\x27\x10\0\x01"), 9, ADDRESS},
    {B("\x14\x07\x06\0\x01\xff\xff\0\x01"), 9, ADDRESS},
    {B("\x14\x07\x06\0\x01\0\0\0\0"), 9, VALUE},
    {B("\x14\x07\x06\0\x01\0\0\0\x79"), 9, OK},                         /* 2 + 242 bytes */
    {B("\x14\x07\x06\0\x01\0\0\0\x7a"), 9, VALUE},                      /* 2 + 244: more than 245 */
    {B("\x14\x07\x05\0\x01\0\0\0\x7a"), 9, VALUE},                      /* lengths come first */
    {B("\x14\x0e\x06\0\x01\0\0\0\x3c\x06\0\x01\0\0\0\x3c"), 16, OK},    /* 2 * 122 */
    {B("\x14\x0e\x06\0\x01\0\0\0\x3c\x06\0\x01\0\0\0\x3d"), 16, VALUE}, /* 246 */
    {B("\x14\x0e\x05\0\x01\0\0\0\x3c\x06\0\x01\0\0\0\x3c"), 16, ADDRESS},
    {B("\x14\xfc"), 254, VALUE},

    /* app 6.15: 9 to 251 */
    {B("\x15\x09\x06\0\x01\0\0\0\x01\0\0"), 11, OK},
    {B("\x15\x08\x06\0\x01\0\0\0\x01\0"), 10, VALUE},
    {B("\x15\x09\x06\0\x01\0\0\0\x02\0\0"), 11, VALUE},
    {B("\x15\x0b\x06\0\x01\0\0\0\x01\0\0"), 13, VALUE},
    {B("\x15\x09\x06\0\x01\0\0\0\0\0\0"), 11, VALUE},
    {B("\x15\xfb\x06\0\x01\0\0\0\x7a"), 253, OK},
    {B("\x15\xfc\x06\0\x01\0\0\0\x7a"), 254, VALUE},
    {B("\x15\x09\x06\0\x01\x27\x10\0\x01\0\0"), 11, ADDRESS},
    {B("\x15\x09\x06\0\0\0\0\0\x01\0\0"), 11, ADDRESS},
    {B("\x15\x09\x06\0\x01\0\0\xff\xff\0\0"), 11, VALUE},

    {B("\x16\xff\xff"), 7, OK},
    {B("\x16\0\0"), 6, VALUE},
    {B("\x16\0\0"), 8, VALUE},

    /* app 6.17: reads 1 to 125, writes 1 to 121 */
    {B("\x17\0\0\0\x01\0\0\0\x01\x02"), 12, OK},
    {B("\x17\0\0\0\x7d\0\0\0\x79\xf2"), 252, OK},
    {B("\x17\0\0\0\x7e\0\0\0\x79\xf2"), 252, VALUE},
    {B("\x17\0\0\0\x7d\0\0\0\x7a\xf4"), 254, VALUE},
    {B("\x17\0\0\0\0\0\0\0\x01\x02"), 12, VALUE},
    {B("\x17\0\0\0\x01\0\0\0\0\0"), 10, VALUE},
    {B("\x17\0\0\0\x01\0\0\0\x01\x02"), 13, VALUE},
    {B("\x17\0\0\0\x01\0\0\0\x01\x02"), 11, VALUE},
    {B("\x17\0\0\0\x01\0\0\0\x01\x04"), 12, VALUE},
    {B("\x17\xff\xff\0\x01\xff\xff\0\x01\x02"), 12, OK},
    {B("\x17\xff\xff\0\x02\0\0\0\x01\x02"), 12, ADDRESS},
    {B("\x17\0\0\0\x01\xff\xff\0\x02\x04"), 14, ADDRESS},
    {B("\x17\xff\xff\0\x02\0\0\0\0\0"), 10, VALUE},
    {B("\x17\0\0\0\x01\0\0\0\x01"), 9, VALUE},

    {B("\x18\xff\xff"), 3, OK},
    {B("\x18\0"), 2, VALUE},
    {B("\x18\0\0"), 4, VALUE},

    /* app 6.21: the code is 1 to 4 */
    {B("\x2b"), 1, VALUE},
    {B("\x2b\x0e\x04\xff"), 4, OK},
    {B("\x2b\x0e\0\0"), 4, VALUE},
    {B("\x2b\x0e\x05\0"), 4, VALUE},
    {B("\x2b\x0e\x01"), 3, VALUE},
    {B("\x2b\x0e\x01\0"), 5, VALUE},
    {B("\x2b\x0d"), 2, OK},
};

static void test_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++) {
        const struct limit *l = &limits[i];
        char pdu[254] = {0};
        struct netp_modbus_request r;

        memcpy(pdu, l->head.p, l->head.n);
        if (parse(pdu, l->n, &r) != l->e) {
            fail_msg("limit %zu, function %02x of %zu bytes: not %d", i, (unsigned)pdu[0] & 255,
                     l->n, (int)l->e);
        }
        assert_int_equal(r.function, l->n > 0 ? (uint8_t)pdu[0] : 0);
    }
}

/* Requests that no parse would give are not written. */
static void test_invalid_requests_are_not_written(void **state)
{
    static const uint8_t data[253];
    static const struct netp_modbus_request bad[] = {
        {.function = 0},
        {.function = 0x83},
        {.function = 3},
        {.function = 3, .quantity = 126},
        {.function = 3, .address = 65535, .quantity = 2},
        {.function = 3, .quantity = 1, .data = data, .n = 1},
        {.function = 5, .quantity = 1},
        {.function = 5, .quantity = 1, .data = data, .n = 2},
        {.function = 5, .data = data, .n = 1},
        {.function = 6, .quantity = 1, .data = data, .n = 1},
        {.function = 0x0f, .quantity = 9, .data = data, .n = 1},
        {.function = 0x10, .quantity = 2, .data = data, .n = 2},
        {.function = 0x16, .quantity = 1, .data = data, .n = 3},
        {.function = 0x17, .quantity = 1, .write_quantity = 2, .data = data, .n = 2},
        {.function = 0x05, .quantity = 2, .data = data, .n = 1},
        {.function = 0x06, .quantity = 2, .data = data, .n = 2},
        {.function = 0x16, .quantity = 2, .data = data, .n = 4},
        {.function = 0x18, .quantity = 0},
        {.function = 0x18, .quantity = 2},
        {.function = 0x41, .data = data, .n = 253},
    };
    uint8_t pdu[NETP_MODBUS_PDU_MAX + 1];

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(netp_modbus_request_write(pdu, sizeof pdu, &bad[i]), NETP_E_ARG);
    }
}

/* Responses that do not fit their request. */
static const struct {
    struct bytes request, response;
} misfits[] = {
    {B("\x03\0\0\0\x01"), B("")},
    {B("\x03\0\0\0\x01"), B("\x03")},
    {B("\x03\0\0\0\x01"), B("\x04\x02\0\0")},
    {B("\x03\0\0\0\x01"), B("\x03\x02\0")},
    {B("\x03\0\0\0\x01"), B("\x03\x02\0\0\0")},
    {B("\x03\0\0\0\x01"), B("\x03\x04\0\0\0\0")},
    {B("\x03\0\0\0\x01"), B("\x03\x03\0\0")},
    {B("\x03\0\0\0\x01"), B("\x83")},
    {B("\x03\0\0\0\x01"), B("\x83\0")},
    {B("\x03\0\0\0\x01"), B("\x83\x02\0")},
    {B("\x03\0\0\0\x01"), B("\x84\x02")},
    {B("\x01\0\0\0\x09"), B("\x01\x01\0")},
    {B("\x02\0\0\0\x08"), B("\x02\x02\0\0")},
    {B("\x05\0\0\xff\0"), B("\x05\0\0\0\0")},
    {B("\x05\0\0\xff\0"), B("\x05\0\x01\xff\0")},
    {B("\x05\0\0\xff\0"), B("\x05\0\0\xff\x01")},
    {B("\x05\0\0\xff\0"), B("\x05\0\0\xff\0\0")},
    {B("\x05\0\0\xff\0"), B("\x05\0\0\xff")},
    {B("\x06\0\x01\0\x03"), B("\x06\0\x01\0\x04")},
    {B("\x0f\0\0\0\x01\x01\0"), B("\x0f\0\0\0\x02")},
    {B("\x0f\0\0\0\x01\x01\0"), B("\x0f\0\0\0\x01\0")},
    {B("\x10\0\0\0\x01\x02\0\0"), B("\x10\0\x01\0\x01")},
    {B("\x07"), B("\x07")},
    {B("\x07"), B("\x07\0\0")},
    {B("\x08\0\0\x12\x34"), B("\x08\0\0\x12\x35")},
    {B("\x08\0\0\x12\x34"), B("\x08\0\0\x12")},
    {B("\x08\0\x0b\0\0"), B("\x08\0\x0c\0\0")},
    {B("\x08\x01\0\0\0"), B("\x08\0\0\0\0")},
    {B("\x0b"), B("\x0b\0\0\0")},
    {B("\x0b"), B("\x0b\0\0\0\0\0")},
    {B("\x0c"), B("\x0c\x07\0\0\0\0\0")},
    {B("\x0c"), B("\x0c")},
    {B("\x11"), B("\x11\x02\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\x04\x03\x06\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\x04\x03\x05\0\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\x04\x04\x06\0\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\x05\x03\x06\0\0\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\0")},
    {B("\x14\x07\x06\0\x01\0\0\0\x01"), B("\x14\x03\x03\x06\0")},
    {B("\x15\x09\x06\0\x01\0\0\0\x01\0\0"), B("\x15\x09\x06\0\x01\0\0\0\x01\0\x01")},
    {B("\x16\0\0\0\x01\0\x02"), B("\x16\0\0\0\x01\0\x03")},
    {B("\x16\0\0\0\x01\0\x02"), B("\x16\0\0\0\x02\0\x02")},
    {B("\x16\0\0\0\x01\0\x02"), B("\x16\0\0\0\x01")},
    {B("\x16\0\0\0\x01\0\x02"), B("\x16\0\0\0\x01\0\x02\0")},
    {B("\x17\0\0\0\x02\0\0\0\x01\x02\0\0"), B("\x17\x02\0\0")},
    {B("\x18\0\0"), B("\x18\0\x02\0")},
    {B("\x18\0\0"), B("\x18\0\x04\0\0\0\0")},
    {B("\x18\0\0"), B("\x18\0\x03\0\0\0")},
    {B("\x18\0\0"), B("\x18\0\x04\0\x01\0")},
    {B("\x2b\x0e\x01\0"), B("\x2b")},
    {B("\x2b\x0e\x01\0"), B("\x2b\x0d")},
};

static void test_responses_that_do_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(misfits); i++) {
        struct bytes q = misfits[i].request, a = misfits[i].response;
        uint8_t *in = block(q.p, q.n), *back = block(a.p, a.n);
        struct netp_modbus_request r;
        struct netp_modbus_response s;

        assert_int_equal(netp_modbus_request_parse(in, q.n, &r), NETP_MODBUS_NO_EXCEPTION);
        if (netp_modbus_response_parse(back, a.n, &r, &s) != NETP_E_SYNTAX) {
            fail_msg("misfit %zu was taken", i);
        }
        free(in);
        free(back);
    }
}

/* A queue of 31 registers, and one more (app 6.18). */
static void test_fifo_limit(void **state)
{
    static const uint8_t request[] = {0x18, 0, 0};
    uint8_t pdu[5 + 64] = {0x18, 0, 64, 0, 31}, again[5 + 64];
    struct netp_modbus_request r;
    struct netp_modbus_response s;

    (void)state;
    assert_int_equal(netp_modbus_request_parse(request, sizeof request, &r), 0);
    assert_int_equal(netp_modbus_response_parse(pdu, 5 + 62, &r, &s), NETP_OK);
    assert_int_equal(s.n, 62);
    assert_int_equal(netp_modbus_response_write(again, sizeof again, &r, &s), 5 + 62);
    assert_memory_equal(pdu, again, 5 + 62);
    pdu[2] = 66;
    pdu[4] = 32;
    assert_int_equal(netp_modbus_response_parse(pdu, 5 + 64, &r, &s), NETP_E_SYNTAX);
    s = (struct netp_modbus_response){.data = pdu, .n = 64};
    assert_int_equal(netp_modbus_response_write(again, sizeof again, &r, &s), NETP_E_ARG);
}

static void test_exceptions(void **state)
{
    static const uint8_t request[] = {3, 0, 0, 0, 1}, back[] = {0x83, 0xff};
    struct netp_modbus_request r;
    struct netp_modbus_response s;
    uint8_t pdu[2];

    (void)state;
    assert_int_equal(netp_modbus_request_parse(request, sizeof request, &r), 0);
    assert_int_equal(netp_modbus_response_parse(back, sizeof back, &r, &s), NETP_OK);
    assert_int_equal(s.function, 3);
    assert_int_equal(s.exception, 0xff);
    assert_int_equal(s.n, 0);
    assert_int_equal(netp_modbus_response_write(pdu, 1, &r, &s), NETP_E_NOSPACE);
    assert_int_equal(netp_modbus_response_write(pdu, 2, &r, &s), 2);
    assert_memory_equal(pdu, back, 2);

    assert_int_equal(netp_modbus_request_parse(NULL, 0, &r), NETP_MODBUS_ILLEGAL_FUNCTION);
    s = (struct netp_modbus_response){.exception = NETP_MODBUS_ILLEGAL_FUNCTION};
    assert_int_equal(netp_modbus_response_write(pdu, 2, &r, &s), 2);
    assert_memory_equal(pdu, "\x80\x01", 2);
}

static void test_records(void **state)
{
    static const uint8_t request[] = {0x15, 0x0d, 6,    0,    4,    0,    7,   0,
                                      3,    0x06, 0xaf, 0x04, 0xbe, 0x10, 0x0d};
    struct netp_modbus_request r;
    struct netp_modbus_record k;
    size_t at = 0;

    (void)state;
    assert_int_equal(netp_modbus_request_parse(request, sizeof request, &r), 0);
    assert_int_equal(netp_modbus_record_next(&r, &at, &k), 1);
    assert_int_equal(k.type, 6);
    assert_int_equal(k.file, 4);
    assert_int_equal(k.first, 7);
    assert_int_equal(k.length, 3);
    assert_ptr_equal(k.data, request + 9);
    assert_int_equal(netp_modbus_record_next(&r, &at, &k), 0);
    at = 0;
    r.n -= 1;
    assert_int_equal(netp_modbus_record_next(&r, &at, &k), NETP_E_TRUNCATED);
    r.n = 7;
    assert_int_equal(netp_modbus_record_next(&r, &at, &k), NETP_E_TRUNCATED);
    r.n = 0;
    assert_int_equal(netp_modbus_record_next(&r, &at, &k), 0);
}

static void test_texts(void **state)
{
    static const struct {
        unsigned code;
        const char *text;
    } texts[] = {
        {0, "no exception"},
        {1, "illegal function"},
        {2, "illegal data address"},
        {3, "illegal data value"},
        {4, "server device failure"},
        {5, "acknowledge"},
        {6, "server device busy"},
        {7, "unknown exception"},
        {8, "memory parity error"},
        {10, "gateway path unavailable"},
        {11, "gateway target device failed to respond"},
        {12, "unknown exception"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_string_equal(netp_modbus_exception_text(texts[i].code), texts[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_are_read_and_written),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_invalid_requests_are_not_written),
        cmocka_unit_test(test_responses_that_do_not_fit),
        cmocka_unit_test(test_fifo_limit),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

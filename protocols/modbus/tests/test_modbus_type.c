/* test_modbus_type.c - numbers over registers, against Python's struct module and the tables that
 * manuals of devices have.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus_type.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
    enum netp_modbus_order order;
    const char *name;
    uint8_t two[2], four[4], eight[8]; /* where the bytes 11h, 22h, ... of a number lie */
} orders[] = {
    {NETP_MODBUS_ABCD,
     "abcd",
     {0x11, 0x22},
     {0x11, 0x22, 0x33, 0x44},
     {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}},
    {NETP_MODBUS_DCBA,
     "dcba",
     {0x22, 0x11},
     {0x44, 0x33, 0x22, 0x11},
     {0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}},
    {NETP_MODBUS_BADC,
     "badc",
     {0x22, 0x11},
     {0x22, 0x11, 0x44, 0x33},
     {0x22, 0x11, 0x44, 0x33, 0x66, 0x55, 0x88, 0x77}},
    {NETP_MODBUS_CDAB,
     "cdab",
     {0x11, 0x22},
     {0x33, 0x44, 0x11, 0x22},
     {0x77, 0x88, 0x55, 0x66, 0x33, 0x44, 0x11, 0x22}},
};

/* Of a block of exact size. */
static void check_order(const uint8_t *wire, unsigned registers, enum netp_modbus_order order,
                        uint64_t bits)
{
    uint8_t *p = malloc(2 * registers);

    memcpy(p, wire, 2 * registers);
    assert_int_equal(netp_modbus_get(p, registers, order), bits);
    memset(p, 0xa5, 2 * registers);
    netp_modbus_put(p, registers, order, bits);
    assert_memory_equal(p, wire, 2 * registers);
    free(p);
}

static void test_orders(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++) {
        enum netp_modbus_order order = NETP_MODBUS_ABCD;
        check_order(orders[i].two, 1, orders[i].order, 0x1122);
        check_order(orders[i].four, 2, orders[i].order, 0x11223344);
        check_order(orders[i].eight, 4, orders[i].order, 0x1122334455667788);
        assert_int_equal(netp_modbus_order_parse(netp_str_of(orders[i].name), &order), NETP_OK);
        assert_int_equal(order, orders[i].order);
    }
}

static void test_numbers(void **state)
{
    const enum netp_modbus_order be = NETP_MODBUS_ABCD, cdab = NETP_MODBUS_CDAB;
    static const uint8_t minus[] = {0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    /* struct.pack('>f', 21.5), '>d' of -0.1 */
    static const uint8_t f32[] = {0x41, 0xac, 0x00, 0x00};
    static const uint8_t f32_cdab[] = {0x00, 0x00, 0x41, 0xac};
    static const uint8_t f64[] = {0xbf, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a};
    uint8_t p[8];

    (void)state;
    assert_int_equal(netp_modbus_get_u16(minus, be), 65534);
    assert_int_equal(netp_modbus_get_s16(minus, be), -2);
    assert_int_equal(netp_modbus_get_u32(minus, be), 4294901759u);
    assert_int_equal(netp_modbus_get_s32(minus, be), -65537);
    assert_int_equal(netp_modbus_get_s32(minus, cdab), -2);
    assert_true(netp_modbus_get_u64(minus, be) == 0xfffeffffffffffff);
    assert_true(netp_modbus_get_s64(minus, cdab) == -2);
    assert_true(netp_modbus_get_s64(minus, be) == -281474976710657);
    assert_true(netp_modbus_get_f32(f32, be) == 21.5f);
    assert_true(netp_modbus_get_f32(f32_cdab, cdab) == 21.5f);
    assert_true(netp_modbus_get_f64(f64, be) == -0.1);
    netp_modbus_put_f32(p, be, 21.5f);
    assert_memory_equal(p, f32, 4);
    netp_modbus_put_f32(p, cdab, 21.5f);
    assert_memory_equal(p, f32_cdab, 4);
    netp_modbus_put_f64(p, be, -0.1);
    assert_memory_equal(p, f64, 8);
    netp_modbus_put(p, 2, be, (uint64_t)-2);
    assert_memory_equal(p, "\xff\xff\xff\xfe", 4);
}

static void test_types(void **state)
{
    static const struct {
        const char *name;
        enum netp_modbus_type type;
        unsigned registers;
    } types[] = {{"u16", NETP_MODBUS_U16, 1}, {"s16", NETP_MODBUS_S16, 1},
                 {"u32", NETP_MODBUS_U32, 2}, {"s32", NETP_MODBUS_S32, 2},
                 {"u64", NETP_MODBUS_U64, 4}, {"s64", NETP_MODBUS_S64, 4},
                 {"F32", NETP_MODBUS_F32, 2}, {"F64", NETP_MODBUS_F64, 4}};
    static const char *const none[] = {"", "u8", "u1", "u166", "float", "abcde", "abc", "acbd"};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        enum netp_modbus_type type = (enum netp_modbus_type)99;
        assert_int_equal(netp_modbus_type_parse(netp_str_of(types[i].name), &type), NETP_OK);
        assert_int_equal(type, types[i].type);
        assert_int_equal(netp_modbus_type_registers(type), types[i].registers);
    }
    for (size_t i = 0; i < COUNT(none); i++) {
        enum netp_modbus_type type = NETP_MODBUS_S32;
        enum netp_modbus_order order = NETP_MODBUS_BADC;
        assert_int_equal(netp_modbus_type_parse(netp_str_of(none[i]), &type), NETP_E_SYNTAX);
        assert_int_equal(netp_modbus_order_parse(netp_str_of(none[i]), &order), NETP_E_SYNTAX);
        assert_true(type == NETP_MODBUS_S32 && order == NETP_MODBUS_BADC);
    }
}

static void test_scale(void **state)
{
    static const struct {
        int32_t v, num, den;
        int64_t scaled;
    } cases[] = {
        {215, 1, 10, 22},
        {214, 1, 10, 21},
        {-215, 1, 10, -22},
        {-214, 1, 10, -21},
        {21, 10, 1, 210},
        {0, 5, 9, 0},
        {100, 9, 5, 180},
        {7, 1, 3, 2},
        {8, 1, 3, 3},
        {5, 1, -2, -3},
        {-5, 1, -2, 3},
        {INT32_MAX, INT32_MAX, 1, 4611686014132420609},
        {INT32_MIN, INT32_MIN, 1, 4611686018427387904},
        {INT32_MIN, INT32_MIN, INT32_MIN, -2147483648},
        {1, 1, INT32_MIN, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(netp_modbus_scale(cases[i].v, cases[i].num, cases[i].den) == cases[i].scaled);
    }
}

static void check_text(const char *text, const char *wire, size_t registers,
                       enum netp_modbus_order order)
{
    uint8_t *p = malloc(2 * registers);
    char *out = malloc(2 * registers);

    assert_int_equal(netp_modbus_put_text(p, registers, order, netp_str_of(text)), NETP_OK);
    assert_memory_equal(p, wire, 2 * registers);
    assert_int_equal(netp_modbus_get_text(p, registers, order, out), strlen(text));
    assert_memory_equal(out, text, strlen(text));
    free(out);
    free(p);
}

static void test_text(void **state)
{
    uint8_t p[4];

    (void)state;
    check_text("abcd", "abcd", 2, NETP_MODBUS_ABCD);
    check_text("abcd", "abcd", 2, NETP_MODBUS_CDAB);
    check_text("abcd", "badc", 2, NETP_MODBUS_BADC);
    check_text("abcd", "badc", 2, NETP_MODBUS_DCBA);
    check_text("abc", "abc\0\0\0", 3, NETP_MODBUS_ABCD);
    check_text("abc", "ba\0c\0\0", 3, NETP_MODBUS_BADC);
    check_text("", "\0\0", 1, NETP_MODBUS_ABCD);
    assert_int_equal(netp_modbus_put_text(p, 2, NETP_MODBUS_ABCD, NETP_STR("abcde")),
                     NETP_E_NOSPACE);
}

static void test_bits(void **state)
{
    uint8_t p[2] = {0xcd, 0x01}; /* app 6.1: coils 27 to 20 are 1100 1101 */
    static const bool on[] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0};

    (void)state;
    for (size_t i = 0; i < COUNT(on); i++) {
        assert_int_equal(netp_modbus_get_bit(p, i), on[i]);
    }
    netp_modbus_put_bit(p, 1, true);
    netp_modbus_put_bit(p, 8, false);
    netp_modbus_put_bit(p, 15, true);
    netp_modbus_put_bit(p, 0, true);
    assert_memory_equal(p, "\xcf\x80", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders), cmocka_unit_test(test_numbers), cmocka_unit_test(test_types),
        cmocka_unit_test(test_scale),  cmocka_unit_test(test_text),    cmocka_unit_test(test_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

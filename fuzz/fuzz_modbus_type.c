/* Numbers and texts over registers: against a plain second reading, and written back as they were.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/modbus_type.h>
#include <netproto/text.h>

#include <string.h>

/* The bytes of a number, the most significant first, by exchanging them step by step. */
static uint64_t second_reading(const uint8_t *p, unsigned registers, enum netp_modbus_order order)
{
    uint8_t b[8];
    uint64_t v = 0;

    memcpy(b, p, 2 * (size_t)registers);
    if (order == NETP_MODBUS_BADC || order == NETP_MODBUS_DCBA) {
        for (unsigned i = 0; i < 2 * registers; i += 2) {
            uint8_t t = b[i];
            b[i] = b[i + 1];
            b[i + 1] = t;
        }
    }
    if (order == NETP_MODBUS_CDAB || order == NETP_MODBUS_DCBA) {
        for (unsigned i = 0; i < registers; i++) {
            v |= (uint64_t)(b[2 * i] << 8 | b[2 * i + 1]) << 16 * i;
        }
        return v;
    }
    for (unsigned i = 0; i < registers; i++) {
        v = v << 16 | (uint64_t)(b[2 * i] << 8 | b[2 * i + 1]);
    }
    return v;
}

static void number(const uint8_t *p, unsigned registers, enum netp_modbus_order order)
{
    uint8_t back[8];
    uint64_t v = netp_modbus_get(p, registers, order);

    FUZZ_CHECK(v == second_reading(p, registers, order), "%u registers, order %d", registers,
               (int)order);
    netp_modbus_put(back, registers, order, v);
    FUZZ_CHECK(memcmp(back, p, 2 * (size_t)registers) == 0, "%u registers, order %d", registers,
               (int)order);
    FUZZ_OUTCOME("%u %d %016llx", registers, (int)order, (unsigned long long)v);
}

static void text(const uint8_t *p, size_t n, enum netp_modbus_order order)
{
    char *out = (char *)fuzz_block(2 * n);
    uint8_t *back = (uint8_t *)fuzz_block(2 * n), *again;
    size_t len = netp_modbus_get_text(p, n, order, out);

    FUZZ_CHECK(len <= 2 * n && memchr(out, '\0', len) == NULL, "a text of %zu", len);
    FUZZ_CHECK(netp_modbus_put_text(back, n, order, netp_str_make(out, len)) == NETP_OK, "%zu",
               len);
    again = (uint8_t *)fuzz_block(2 * n);
    FUZZ_CHECK(netp_modbus_get_text(back, n, order, (char *)again) == len &&
                   memcmp(again, out, len) == 0,
               "a text of %zu is another", len);
    FUZZ_OUTCOME("text %d %zu", (int)order, len);
    free(again);
    free(back);
    free(out);
}

static void names(struct netp_str s)
{
    enum netp_modbus_type type;
    enum netp_modbus_order order;

    if (netp_modbus_type_parse(s, &type) == NETP_OK) {
        FUZZ_CHECK(s.n == 3 && netp_modbus_type_registers(type) * 16 ==
                                   (unsigned)((s.p[1] - '0') * 10 + s.p[2] - '0'),
                   "type %d", (int)type);
        FUZZ_OUTCOME("type %d", (int)type);
    }
    if (netp_modbus_order_parse(s, &order) == NETP_OK) {
        FUZZ_CHECK(s.n == 4, "order %d", (int)order);
        FUZZ_OUTCOME("order %d", (int)order);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = size / 2;
    uint8_t *p = (uint8_t *)fuzz_copy(data, size);

    for (int i = NETP_MODBUS_ABCD; i <= NETP_MODBUS_CDAB; i++) {
        enum netp_modbus_order order = (enum netp_modbus_order)i;
        for (unsigned registers = 1; registers <= 4 && registers <= n; registers *= 2) {
            number(p, registers, order);
        }
        if (n > 0) {
            text(p, n, order);
        }
    }
    names(netp_str_make((char *)p, size));
    free(p);
    return 0;
}

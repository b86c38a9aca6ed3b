/* modbus_type.c - numbers and texts over registers. SPDX-License-Identifier: MIT */
#include <netproto/modbus_type.h>
#include <netproto/text.h>

unsigned netp_modbus_type_registers(enum netp_modbus_type type)
{
    return type <= NETP_MODBUS_S16 ? 1 : type <= NETP_MODBUS_S32 || type == NETP_MODBUS_F32 ? 2 : 4;
}

/* The place of s among n names, or NETP_E_SYNTAX. */
static int find(struct netp_str s, const char (*names)[5], unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (netp_str_ieq(s, netp_str_of(names[i]))) {
            return (int)i;
        }
    }
    return NETP_E_SYNTAX;
}

int netp_modbus_type_parse(struct netp_str s, enum netp_modbus_type *type)
{
    static const char names[][5] = {"u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"};
    int i = find(s, names, sizeof names / sizeof *names);

    if (i < 0) {
        return i;
    }
    *type = (enum netp_modbus_type)i;
    return NETP_OK;
}

int netp_modbus_order_parse(struct netp_str s, enum netp_modbus_order *order)
{
    static const char names[][5] = {"abcd", "dcba", "badc", "cdab"};
    int i = find(s, names, sizeof names / sizeof *names);

    if (i < 0) {
        return i;
    }
    *order = (enum netp_modbus_order)i;
    return NETP_OK;
}

static bool swaps_bytes(enum netp_modbus_order order)
{
    return order == NETP_MODBUS_DCBA || order == NETP_MODBUS_BADC;
}

/* Where byte number i, from the most significant, of so many registers lies. */
static unsigned place(unsigned i, unsigned registers, enum netp_modbus_order order)
{
    unsigned word = i / 2, byte = i % 2;

    if (order == NETP_MODBUS_DCBA || order == NETP_MODBUS_CDAB) {
        word = registers - 1 - word;
    }
    return 2 * word + (swaps_bytes(order) ? 1 - byte : byte);
}

uint64_t netp_modbus_get(const uint8_t *p, unsigned registers, enum netp_modbus_order order)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < 2 * registers; i++) {
        bits = bits << 8 | p[place(i, registers, order)];
    }
    return bits;
}

void netp_modbus_put(uint8_t *p, unsigned registers, enum netp_modbus_order order, uint64_t bits)
{
    for (unsigned i = 2 * registers; i-- > 0; bits >>= 8) {
        p[place(i, registers, order)] = (uint8_t)bits;
    }
}

int64_t netp_modbus_scale(int32_t v, int32_t num, int32_t den)
{
    int64_t a = (int64_t)v * num, half = (den > 0 ? (int64_t)den : -(int64_t)den) / 2;

    return (a < 0 ? a - half : a + half) / den;
}

size_t netp_modbus_get_text(const uint8_t *p, size_t n, enum netp_modbus_order order, char *out)
{
    unsigned swap = swaps_bytes(order);
    size_t i = 0;

    while (i < 2 * n && p[i ^ swap] != '\0') {
        out[i] = (char)p[i ^ swap];
        i++;
    }
    return i;
}

int netp_modbus_put_text(uint8_t *p, size_t n, enum netp_modbus_order order, struct netp_str text)
{
    unsigned swap = swaps_bytes(order);

    if (text.n > 2 * n) {
        return NETP_E_NOSPACE;
    }
    for (size_t i = 0; i < 2 * n; i++) {
        p[i ^ swap] = i < text.n ? (uint8_t)text.p[i] : 0;
    }
    return NETP_OK;
}

/* netproto/modbus_type.h - numbers, texts and bits over Modbus registers and coils.
 *
 * SPDX-License-Identifier: MIT
 *
 * The specification knows registers of 16 bits, the high byte first, and nothing larger; what is
 * larger lies in several registers, in an order that each device chooses for itself. Registers are
 * the bytes of the wire, as netp_modbus_request and netp_modbus_response have them: two a register.
 * Read a number that a device may change with one request, or it may be torn. */
#ifndef NETPROTO_MODBUS_TYPE_H
#define NETPROTO_MODBUS_TYPE_H

#include <netproto/modbus.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the bytes of a number lie, as manuals write it for 32 bits: A is the most significant
 * byte, the first on the wire is named first. Of 64 bits it is ABCDEFGH, HGFEDCBA, BADCFEHG and
 * GHEFCDAB; of 16 bits AB, BA, BA and AB. */
enum netp_modbus_order {
    NETP_MODBUS_ABCD, /* big endian, what most devices do */
    NETP_MODBUS_DCBA, /* little endian */
    NETP_MODBUS_BADC, /* the bytes of each register exchanged */
    NETP_MODBUS_CDAB  /* the register with the low bits first */
};

enum netp_modbus_type {
    NETP_MODBUS_U16,
    NETP_MODBUS_S16,
    NETP_MODBUS_U32,
    NETP_MODBUS_S32,
    NETP_MODBUS_U64,
    NETP_MODBUS_S64,
    NETP_MODBUS_F32, /* IEEE 754 */
    NETP_MODBUS_F64
};

/* Registers that a number of that type takes: 1, 2 or 4. */
NETP_API unsigned netp_modbus_type_registers(enum netp_modbus_type type);

/* "u16", "s32", "f64", ...; "abcd", "cdab", ...; in any case. NETP_E_SYNTAX: s is none. */
NETP_API int netp_modbus_type_parse(struct netp_str s, enum netp_modbus_type *type);
NETP_API int netp_modbus_order_parse(struct netp_str s, enum netp_modbus_order *order);

/* The bits of the number in the registers at p, 1, 2 or 4 of them; and writes it to them. */
NETP_API uint64_t netp_modbus_get(const uint8_t *p, unsigned registers,
                                  enum netp_modbus_order order);
NETP_API void netp_modbus_put(uint8_t *p, unsigned registers, enum netp_modbus_order order,
                              uint64_t bits);

/* --- numbers --------------------------------------------------------------------------------- */

static inline uint16_t netp_modbus_get_u16(const uint8_t *p, enum netp_modbus_order order)
{
    return (uint16_t)netp_modbus_get(p, 1, order);
}

static inline int16_t netp_modbus_get_s16(const uint8_t *p, enum netp_modbus_order order)
{
    return (int16_t)netp_modbus_get(p, 1, order);
}

static inline uint32_t netp_modbus_get_u32(const uint8_t *p, enum netp_modbus_order order)
{
    return (uint32_t)netp_modbus_get(p, 2, order);
}

static inline int32_t netp_modbus_get_s32(const uint8_t *p, enum netp_modbus_order order)
{
    return (int32_t)netp_modbus_get(p, 2, order);
}

static inline uint64_t netp_modbus_get_u64(const uint8_t *p, enum netp_modbus_order order)
{
    return netp_modbus_get(p, 4, order);
}

static inline int64_t netp_modbus_get_s64(const uint8_t *p, enum netp_modbus_order order)
{
    return (int64_t)netp_modbus_get(p, 4, order);
}

static inline float netp_modbus_get_f32(const uint8_t *p, enum netp_modbus_order order)
{
    uint32_t bits = netp_modbus_get_u32(p, order);
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline double netp_modbus_get_f64(const uint8_t *p, enum netp_modbus_order order)
{
    uint64_t bits = netp_modbus_get(p, 4, order);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Integers are written by netp_modbus_put() as they are: the bits above the registers' are lost. */
static inline void netp_modbus_put_f32(uint8_t *p, enum netp_modbus_order order, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    netp_modbus_put(p, 2, order, bits);
}

static inline void netp_modbus_put_f64(uint8_t *p, enum netp_modbus_order order, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    netp_modbus_put(p, 4, order, bits);
}

/* v * num / den, rounded to the nearest, halves away from zero: what a register that holds tenths
 * (num 1, den 10), or a value for it (num 10, den 1) stands for. den is not 0. */
NETP_API int64_t netp_modbus_scale(int32_t v, int32_t num, int32_t den);

/* --- texts ----------------------------------------------------------------------------------- */

/* Text has two characters a register, the first in the high byte, or with DCBA and BADC in the low
 * one; registers follow one another in any order. It ends at a NUL or with the registers. */

/* Copies the text of n registers at p to out[0..2 * n), without a NUL, and returns its length. */
NETP_API size_t netp_modbus_get_text(const uint8_t *p, size_t n, enum netp_modbus_order order,
                                     char *out);
/* Fills n registers at p with text and NULs. NETP_E_NOSPACE: it is over 2 * n bytes. */
NETP_API int netp_modbus_put_text(uint8_t *p, size_t n, enum netp_modbus_order order,
                                  struct netp_str text);

/* --- bits ------------------------------------------------------------------------------------ */

/* Coil or discrete input number i, from 0, of those packed at p. */
static inline bool netp_modbus_get_bit(const uint8_t *p, size_t i)
{
    return (p[i / 8] >> i % 8 & 1) != 0;
}

static inline void netp_modbus_put_bit(uint8_t *p, size_t i, bool on)
{
    uint8_t bit = (uint8_t)(1u << i % 8);
    p[i / 8] = (uint8_t)(on ? p[i / 8] | bit : p[i / 8] & ~bit);
}

#ifdef __cplusplus
}
#endif

#endif

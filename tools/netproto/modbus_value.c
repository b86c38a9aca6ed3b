/* modbus_value.c - values of registers and coils as text. SPDX-License-Identifier: MIT */
#include "modbus_job.h"
#include <errno.h>
#include <math.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

unsigned modbus_value_size(const struct modbus_job *j)
{
    return j->table->bits || j->text ? 1 : netp_modbus_type_registers(j->type);
}

static bool is_signed(enum netp_modbus_type type)
{
    return type == NETP_MODBUS_S16 || type == NETP_MODBUS_S32 || type == NETP_MODBUS_S64;
}

/* The number at p sign-extended, when it is a signed one. */
static int64_t signed_at(const struct modbus_job *j, const uint8_t *p)
{
    unsigned shift = 64 - 16 * modbus_value_size(j);
    uint64_t bits = netp_modbus_get(p, modbus_value_size(j), j->order);

    return (int64_t)(bits << shift) >> shift;
}

static double number_at(const struct modbus_job *j, const uint8_t *p)
{
    switch (j->type) {
    case NETP_MODBUS_F32:
        return (double)netp_modbus_get_f32(p, j->order);
    case NETP_MODBUS_F64:
        return netp_modbus_get_f64(p, j->order);
    default:
        return is_signed(j->type) ? (double)signed_at(j, p)
                                  : (double)netp_modbus_get(p, modbus_value_size(j), j->order);
    }
}

void modbus_put_value(const struct modbus_job *j, const uint8_t *data, unsigned i, FILE *f)
{
    const uint8_t *p = data + 2 * (size_t)i * modbus_value_size(j);
    int digits = j->type == NETP_MODBUS_F32 ? 7 : j->type == NETP_MODBUS_F64 ? 17 : 15;
    double v;

    if (j->table->bits) {
        fputc(netp_modbus_get_bit(data, i) ? '1' : '0', f);
    } else if (j->type < NETP_MODBUS_F32 && j->scale == 1) {
        if (is_signed(j->type)) {
            fprintf(f, "%lld", (long long)signed_at(j, p));
        } else {
            fprintf(f, "%llu",
                    (unsigned long long)netp_modbus_get(p, modbus_value_size(j), j->order));
        }
    } else {
        v = number_at(j, p) * j->scale;
        if (j->c->json && !isfinite(v)) {
            fputs("null", f); /* JSON has no such numbers */
        } else {
            fprintf(f, "%.*g", digits, v);
        }
    }
}

/* --- reading text ---------------------------------------------------------------------------- */

static bool take_bit(const char *text, unsigned i, uint8_t *data)
{
    bool on = strcmp(text, "1") == 0 || strcmp(text, "on") == 0;

    if (!on && strcmp(text, "0") != 0 && strcmp(text, "off") != 0) {
        return false;
    }
    netp_modbus_put_bit(data, i, on);
    return true;
}

/* Whole numbers, decimal or 0x: up to the largest of their type, and negative ones if it is signed.
 */
static bool take_integer(const struct modbus_job *j, const char *text, uint8_t *p)
{
    unsigned n = modbus_value_size(j);
    uint64_t max = UINT64_MAX >> (64 - 16 * n), v;
    bool minus = *text == '-', sign = is_signed(j->type);
    struct netp_str s;

    text += minus;
    if (minus && !sign) {
        return false;
    }
    max = sign ? max / 2 + minus : max;
    s = netp_str_of(text);
    if (s.n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        if (netp_parse_hex(netp_str_make(s.p + 2, s.n - 2), max, &v) != NETP_OK) {
            return false;
        }
    } else if (netp_parse_dec(s, max, &v) != NETP_OK) {
        return false;
    }
    netp_modbus_put(p, n, j->order, minus ? 0 - v : v);
    return true;
}

static bool take_scaled(const struct modbus_job *j, double v, uint8_t *p)
{
    char text[32];

    if (j->type == NETP_MODBUS_F32) {
        netp_modbus_put_f32(p, j->order, (float)v);
        return true;
    }
    if (j->type == NETP_MODBUS_F64) {
        netp_modbus_put_f64(p, j->order, v);
        return true;
    }
    snprintf(text, sizeof text, "%.0f", round(v));
    return take_integer(j, strcmp(text, "-0") == 0 ? "0" : text, p);
}

bool modbus_take_value(const struct modbus_job *j, const char *text, unsigned i, uint8_t *data)
{
    uint8_t *p = data + 2 * (size_t)i * modbus_value_size(j);
    char *end;
    double v;

    if (j->table->bits) {
        return take_bit(text, i, data);
    }
    if (j->type < NETP_MODBUS_F32 && j->scale == 1) {
        return take_integer(j, text, p);
    }
    v = strtod(text, &end);
    return end != text && *end == '\0' && take_scaled(j, v / j->scale, p);
}

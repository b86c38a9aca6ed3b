/* frame_format.c - the value of --format. SPDX-License-Identifier: MIT */
#include "frame_job.h"
#include <netproto/text.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *name;
    uint8_t kind, width, flags;
} formats[] = {
    {"u8", NETP_FRAME_LENGTH, 1, 0},
    {"u16be", NETP_FRAME_LENGTH, 2, 0}, {"u16le", NETP_FRAME_LENGTH, 2, NETP_FRAME_LITTLE},
    {"u24be", NETP_FRAME_LENGTH, 3, 0}, {"u24le", NETP_FRAME_LENGTH, 3, NETP_FRAME_LITTLE},
    {"u32be", NETP_FRAME_LENGTH, 4, 0}, {"u32le", NETP_FRAME_LENGTH, 4, NETP_FRAME_LITTLE},
    {"u64be", NETP_FRAME_LENGTH, 8, 0}, {"u64le", NETP_FRAME_LENGTH, 8, NETP_FRAME_LITTLE},
    {"varint", NETP_FRAME_VARINT, 4, 0}, {"netstring", NETP_FRAME_NETSTRING, 4, 0},
    {"slip", NETP_FRAME_SLIP, 4, 0}, {"cobs", NETP_FRAME_COBS, 4, 0},
};
/* clang-format on */

static bool set_delimiter(const char *hex, struct netp_frame_cfg *cfg)
{
    uint8_t n = 0;
    uint64_t v;

    for (; *hex && n < NETP_FRAME_DELIM_MAX; hex += 2) {
        if (!hex[1] || netp_parse_hex(netp_str_make(hex, 2), UINT8_MAX, &v) != NETP_OK) {
            return false;
        }
        cfg->delim[n++] = (uint8_t)v;
    }
    cfg->delim_n = n;
    return n > 0 && !*hex;
}

bool frame_format(const char *s, struct netp_frame_cfg *cfg)
{
    if (strncmp(s, "delim:", 6) == 0) {
        cfg->kind = NETP_FRAME_DELIM;
        return set_delimiter(s + 6, cfg);
    }
    if (strncmp(s, "fixed:", 6) == 0) {
        cfg->kind = NETP_FRAME_FIXED;
        return cli_size(s + 6, &cfg->max_len) && cfg->max_len > 0 && cfg->max_len < UINT64_MAX;
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(s, formats[i].name) == 0) {
            cfg->kind = formats[i].kind;
            cfg->len_width = formats[i].width;
            cfg->flags = formats[i].flags;
            return true;
        }
    }
    return false;
}

/* tftp_options.c - the options of RFC 2348, 2349 and 7440. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

#ifndef NETP_TFTP_NO_OPTIONS
/* Arrays instead of pointers keep the table free of relocations, and so out of .data. */
static const struct {
    char name[sizeof "windowsize"]; /* the longest */
    uint8_t min;
    uint16_t max; /* 0: any */
    bool clamps;  /* a value over max is taken as max: what is asked may be answered with less */
} rule[TFTP_OPTIONS] = {
    {"blksize", NETP_TFTP_BLKSIZE_MIN, NETP_TFTP_BLKSIZE_MAX, true},
    {"timeout", 1, 255, false},
    {"tsize", 0, 0, false},
    {"windowsize", 1, UINT16_MAX, false},
};

static void read_one(struct tftp_options *o, unsigned i, struct netp_str value)
{
    uint64_t v = 0;
    int r = netp_parse_dec(value, rule[i].max ? rule[i].max : NETP_TFTP_SIZE_UNKNOWN - 1, &v);

    if (r == NETP_E_LIMIT && rule[i].clamps) {
        v = rule[i].max;
        r = NETP_OK;
    }
    if (r != NETP_OK || v < rule[i].min) {
        o->strange = true;
    } else if (!(o->found & 1u << i)) {
        o->found |= 1u << i;
        o->value[i] = v;
    }
}

void tftp_options_read(struct netp_str text, struct tftp_options *o)
{
    struct netp_str name, value;

    *o = (struct tftp_options){{0}, 0, false};
    while (netp_tftp_option(&text, &name, &value) > 0) {
        unsigned i = 0;
        while (i < TFTP_OPTIONS && !netp_str_ieq(name, netp_str_of(rule[i].name))) {
            i++;
        }
        if (i < TFTP_OPTIONS) {
            read_one(o, i, value);
        } else {
            o->strange = true;
        }
    }
}

void tftp_options_write(struct netp_tftp_writer *w, unsigned which, const uint64_t *value)
{
    for (unsigned i = 0; i < TFTP_OPTIONS; i++) {
        if (which & 1u << i) {
            netp_tftp_put_option(w, rule[i].name, value[i]);
        }
    }
}
#endif

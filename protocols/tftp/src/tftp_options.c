/* tftp_options.c - the options of RFC 2348, 2349 and 7440. SPDX-License-Identifier: MIT */
#include "tftp_private.h"
#include <netproto/text.h>

/* Arrays instead of pointers keep the table free of relocations, and so out of .data. */
static const struct {
    char name[sizeof "windowsize"]; /* the longest */
    bool clamps; /* a value over max is taken as max: what is asked may be answered with less */
    uint64_t min, max;
} rule[TFTP_OPTIONS] = {
    {"blksize", true, NETP_TFTP_BLKSIZE_MIN, NETP_TFTP_BLKSIZE_MAX},
    {"timeout", false, 1, 255},
    {"tsize", false, 0, UINT64_MAX - 1},
    {"windowsize", false, 1, UINT16_MAX},
};

static void read_one(struct tftp_options *o, unsigned i, struct netp_str value)
{
    uint64_t v = 0;
    int r = netp_parse_dec(value, rule[i].max, &v);

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

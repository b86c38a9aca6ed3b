/* TFTP packets: what is parsed can be written again and is then parsed as the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/text.h>
#include <netproto/tftp.h>

#include <string.h>

/* A view lies in p[0..n), or is empty. */
static void inside(struct netp_str s, const uint8_t *p, size_t n)
{
    const char *from = (const char *)p;
    FUZZ_CHECK(s.n == 0 || (s.p >= from && s.p + s.n <= from + n), "a view of %zu bytes", s.n);
}

static void write_options(struct netp_tftp_writer *w, struct netp_str options)
{
    struct netp_str name, value;
    int r;
    while ((r = netp_tftp_option(&options, &name, &value)) == 1) {
        netp_tftp_put_str(w, name);
        netp_tftp_put_str(w, value);
        FUZZ_OUTCOME("option %zu %zu", name.n, value.n);
    }
    FUZZ_CHECK(r == 0, "parse let an option through that is %s", netp_errname(r));
}

/* Packets with text; those without are their bytes. */
static void write_packet(struct netp_tftp_writer *w, const struct netp_tftp_packet *k)
{
    netp_tftp_put16(w, k->opcode);
    if (k->opcode == NETP_TFTP_RRQ || k->opcode == NETP_TFTP_WRQ) {
        netp_tftp_put_str(w, k->file);
        netp_tftp_put_str(w, k->mode);
        write_options(w, k->options);
    } else if (k->opcode == NETP_TFTP_OACK) {
        write_options(w, k->options);
    } else {
        netp_tftp_put16(w, k->number);
    }
    if (k->opcode == NETP_TFTP_ERROR) {
        netp_tftp_put_str(w, k->message);
    }
}

/* Into memory that is one byte short, then into enough. */
static void again(const struct netp_tftp_packet *k, const uint8_t *p, size_t n)
{
    struct netp_tftp_writer w = {NULL, 0, 0};
    write_packet(&w, k);
    size_t need = w.n;
    uint8_t *exact = (uint8_t *)fuzz_block(need);
    w = (struct netp_tftp_writer){exact, need - 1, 0};
    write_packet(&w, k);
    FUZZ_CHECK(w.n == need, "%zu bytes, then %zu", need, w.n);
    w = (struct netp_tftp_writer){exact, need, 0};
    write_packet(&w, k);
    size_t same = need < n ? need : n; /* a NUL that was missing, or bytes behind one, differ */
    FUZZ_CHECK(memcmp(exact, p, k->opcode == NETP_TFTP_ERROR ? same - 1 : same) == 0,
               "written otherwise than it was read, opcode %u", k->opcode);
    struct netp_tftp_packet l;
    FUZZ_CHECK(netp_tftp_parse(exact, need, &l, NULL) == NETP_OK, "what was written is not read");
    FUZZ_CHECK(l.opcode == k->opcode && l.number == k->number && netp_str_eq(l.file, k->file) &&
                   netp_str_eq(l.mode, k->mode) && netp_str_eq(l.options, k->options) &&
                   netp_str_eq(l.message, k->message),
               "read otherwise than it was written");
    free(exact);
}

static void outcome(const struct netp_tftp_packet *k)
{
    FUZZ_OUTCOME("opcode %u number %u", k->opcode, k->number);
    if (fuzz_outcome != NULL) {
        log_data(fuzz_outcome, "file", k->file.p, k->file.n);
        log_data(fuzz_outcome, "mode", k->mode.p, k->mode.n);
        log_data(fuzz_outcome, "message", k->message.p, k->message.n);
        log_data(fuzz_outcome, "data", k->data, k->datalen);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *p = (uint8_t *)fuzz_copy(data, size);
    struct netp_tftp_packet k;
    size_t end = SIZE_MAX;
    int r = netp_tftp_parse(p, size, &k, &end);

    FUZZ_CHECK(netp_tftp_parse(p, size, &k, NULL) == r, "another answer without `end`");
    if (r != NETP_OK) {
        FUZZ_CHECK(end <= size, "%s at %zu of %zu", netp_errname(r), end, size);
        FUZZ_OUTCOME("%s at %zu", netp_errname(r), end);
    } else {
        inside(k.file, p, size);
        inside(k.mode, p, size);
        inside(k.options, p, size);
        inside(k.message, p, size);
        outcome(&k);
        if (k.opcode == NETP_TFTP_OP_DATA) {
            FUZZ_CHECK(k.data == p + 4 && k.datalen == size - 4, "data of %zu", k.datalen);
        } else {
            again(&k, p, size);
        }
    }
    free(p);
    return 0;
}

/* Addresses and networks: what is read can be written, and is then read as the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/addr.h>
#include <netproto/text.h>

#include <string.h>

static void address(struct netp_str s)
{
    struct netp_addr a, b;
    char text[NETP_ADDR_CAP];
    int r;

    memset(&a, 0x5a, sizeof a);
    b = a;
    r = netp_addr_parse(s, &a);
    if (r != NETP_OK) {
        FUZZ_CHECK(memcmp(&a, &b, sizeof a) == 0, "changed, though it is %s", netp_errname(r));
        FUZZ_OUTCOME("address %s", netp_errname(r));
        return;
    }
    size_t n = netp_addr_format(&a, text);
    FUZZ_CHECK(n < NETP_ADDR_CAP && strlen(text) == n, "a text of %zu", n);
    FUZZ_CHECK(netp_addr_parse(netp_str_make(text, n), &b) == NETP_OK, "not read again: %s", text);
    FUZZ_CHECK(netp_addr_eq(&a, &b) && netp_addr_eq_ip(&b, &a), "read otherwise: %s", text);
    FUZZ_OUTCOME("address %s", text);
}

/* A network holds itself, its first and its last address, and not the one behind. */
static void network(struct netp_str s)
{
    struct netp_cidr c;
    struct netp_addr first, last, mask;
    char from[NETP_ADDR_CAP], to[NETP_ADDR_CAP];
    int r = netp_cidr_parse(s, &c);

    if (r != NETP_OK) {
        FUZZ_OUTCOME("network %s", netp_errname(r));
        return;
    }
    first = netp_cidr_first(&c);
    last = netp_cidr_last(&c);
    mask = netp_cidr_mask(&c);
    FUZZ_CHECK(netp_cidr_contains(&c, &c.addr) && netp_cidr_contains(&c, &first) &&
                   netp_cidr_contains(&c, &last),
               "a network of %u bits without its own", c.bits);
    FUZZ_CHECK(netp_mask_bits(&mask) == (int)c.bits, "%u bits", c.bits);
    netp_addr_format(&first, from);
    netp_addr_format(&last, to);
    FUZZ_OUTCOME("network %s to %s", from, to);
    for (unsigned i = c.bits; i-- > 0;) { /* any bit of the network's own tells another apart */
        last.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
        FUZZ_CHECK(!netp_cidr_contains(&c, &last), "bit %u of %u does not count", i, c.bits);
        last.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
    }
    FUZZ_CHECK(last.fam == 4 || last.fam == 6, "family %u", last.fam);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size);

    address(netp_str_make(p, size));
    network(netp_str_make(p, size));
    free(p);
    return 0;
}

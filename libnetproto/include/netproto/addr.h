/* netproto/addr.h - IP addresses and networks: text to struct netp_addr and back.
 *
 * SPDX-License-Identifier: MIT
 *
 * Nothing here asks a name server. An IPv4 address and its IPv4-mapped IPv6 form (::ffff:1.2.3.4)
 * are two different addresses. */
#ifndef NETPROTO_ADDR_H
#define NETPROTO_ADDR_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads an address with or without a port: "192.0.2.1", "192.0.2.1:69", "2001:db8::1",
 * "[2001:db8::1]", "[fe80::1%2]:69". IPv4: four decimal numbers, 0 to 255, without leading zeros.
 * IPv6: RFC 4291 section 2.2, any case, an IPv4 address as the last 32 bits allowed, then
 * optionally % and the number of the zone (RFC 4007 section 11). Without a port a->port is 0.
 * *a changes only with NETP_OK. NETP_E_SYNTAX: s is anything else. */
NETP_API int netp_addr_parse(struct netp_str s, struct netp_addr *a);

#define NETP_ADDR_CAP 59 /* characters: the longest text of an address, and its NUL */

/* Writes a, with its port unless that is 0, in a form that netp_addr_parse() reads back: IPv6 as
 * RFC 5952 has it, IPv4-mapped addresses as ::ffff:192.0.2.1, an address with fam 0 as "-". Ends
 * with a NUL; returns the length without it. */
NETP_API size_t netp_addr_format(const struct netp_addr *a, char out[NETP_ADDR_CAP]);

/* Whether a and b are the same address, zone included; eq: and the same port. */
NETP_API bool netp_addr_eq(const struct netp_addr *a, const struct netp_addr *b);
NETP_API bool netp_addr_eq_ip(const struct netp_addr *a, const struct netp_addr *b);

/* A network, or an address in one: the first `bits` bits of addr are the network's, 0 to 32 for
 * IPv4, 0 to 128 for IPv6. addr has neither port nor zone. */
struct netp_cidr {
    struct netp_addr addr;
    unsigned bits;
};

/* Reads "10.0.0.0/8" or "2001:db8::/32" (RFC 4632 section 3.1, RFC 4291 section 2.3). The length is
 * required and has no leading zeros; bits after it may be set ("192.0.2.17/24") and are kept. *c
 * changes only with NETP_OK. NETP_E_SYNTAX: s is anything else. */
NETP_API int netp_cidr_parse(struct netp_str s, struct netp_cidr *c);

/* Whether a lies in c. Port and zone of a do not matter; a fam of 0 lies nowhere. */
NETP_API bool netp_cidr_contains(const struct netp_cidr *c, const struct netp_addr *a);

/* The first address of c, which names the network, and the last, which for IPv4 and a length up to
 * 30 is the broadcast address (RFC 3021). */
NETP_API struct netp_addr netp_cidr_first(const struct netp_cidr *c);
NETP_API struct netp_addr netp_cidr_last(const struct netp_cidr *c);

/* The netmask of a network, as an address of its family: 255.0.0.0 for 10.0.0.0/8. */
NETP_API struct netp_addr netp_cidr_mask(const struct netp_cidr *c);

/* The prefix length that a netmask stands for, 0 to 32 or 128. NETP_E_ARG: a zero bit comes before
 * a one bit, or mask->fam is 0. */
NETP_API int netp_mask_bits(const struct netp_addr *mask);

#ifdef __cplusplus
}
#endif

#endif

/* checksum.h - --checksum ALG:HEX: a digest that what is fetched must have.
 * SPDX-License-Identifier: MIT */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <netproto/hash.h>
#include <netproto/host/hash.h>

struct checksum {
    const struct netp_hash *hash; /* NULL: any will do */
    uint8_t digest[NETP_HASH_SIZE_MAX];
    struct netp_hasher hasher_;
};

/* "sha-256:..."; also "=" for ":". false: no such hash, or no digest of its length. */
bool checksum_parse(struct checksum *sum, const char *text);

/* Of what is fetched as a stream: begins, adds, and tells whether it was right. They do nothing
 * when any will do. */
bool checksum_begin(struct checksum *sum);
void checksum_add(struct checksum *sum, const void *p, size_t n);
bool checksum_end(struct checksum *sum);

#endif

/* checksum.c - --checksum ALG:HEX: a digest that what is fetched must have.
 * SPDX-License-Identifier: MIT */
#include "checksum.h"
#include <netproto/text.h>
#include <string.h>

#ifdef NETPROTO_TLS

bool checksum_parse(struct checksum *sum, const char *text)
{
    size_t n = strcspn(text, ":=");
    const struct netp_hash *hash = netp_hash_named(netp_str_make(text, n));
    const char *hex = text[n] ? text + n + 1 : "";

    if (!hash || strlen(hex) != 2 * hash->size) {
        return false;
    }
    for (size_t i = 0; i < hash->size; i++) {
        unsigned high = netp_hex_digit(hex[2 * i]), low = netp_hex_digit(hex[2 * i + 1]);
        if (high > 15 || low > 15) {
            return false;
        }
        sum->digest[i] = (uint8_t)(high << 4 | low);
    }
    sum->hash = hash;
    return true;
}

bool checksum_begin(struct checksum *sum)
{
    if (!sum->hash) {
        return true;
    }
    netp_hasher_drop(&sum->hasher_); /* of a try before this one */
    return netp_hasher_begin(&sum->hasher_, sum->hash);
}

void checksum_add(struct checksum *sum, const void *p, size_t n)
{
    if (sum->hash) {
        netp_hasher_add(&sum->hasher_, p, n);
    }
}

bool checksum_end(struct checksum *sum)
{
    uint8_t is[NETP_HASH_SIZE_MAX];

    return !sum->hash ||
           (netp_hasher_end(&sum->hasher_, is) && memcmp(is, sum->digest, sum->hash->size) == 0);
}

#else /* there are no hash functions */

bool checksum_parse(struct checksum *sum, const char *text)
{
    (void)sum;
    (void)text;
    return false;
}

bool checksum_begin(struct checksum *sum)
{
    return !sum->hash;
}

void checksum_add(struct checksum *sum, const void *p, size_t n)
{
    (void)sum;
    (void)p;
    (void)n;
}

bool checksum_end(struct checksum *sum)
{
    return !sum->hash;
}

#endif

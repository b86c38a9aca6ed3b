/* hash.c - what is made of hash functions.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/hash.h>
#include <netproto/text.h>

bool netp_hmac(const struct netp_hash *hash, struct netp_str key, struct netp_str text,
               uint8_t *out)
{
    char pad[NETP_HASH_BLOCK_MAX] = {0};
    uint8_t inner[NETP_HASH_SIZE_MAX], short_key[NETP_HASH_SIZE_MAX];
    struct netp_str parts[2];

    if (key.n > hash->block) {
        if (!hash->run(hash, &key, 1, short_key)) {
            return false;
        }
        key = netp_str_make((const char *)short_key, hash->size);
    }
    for (size_t i = 0; i < hash->block; i++) {
        pad[i] = (char)((i < key.n ? key.p[i] : 0) ^ 0x36);
    }
    parts[0] = netp_str_make(pad, hash->block);
    parts[1] = text;
    if (!hash->run(hash, parts, 2, inner)) {
        return false;
    }
    for (size_t i = 0; i < hash->block; i++) {
        pad[i] = (char)(pad[i] ^ 0x36 ^ 0x5c);
    }
    parts[1] = netp_str_make((const char *)inner, hash->size);
    return hash->run(hash, parts, 2, out);
}

bool netp_equal_ct(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *p = (const volatile uint8_t *)a, *q = (const volatile uint8_t *)b;
    unsigned differs = 0;

    for (size_t i = 0; i < n; i++) {
        differs |= (unsigned)p[i] ^ q[i];
    }
    return differs == 0;
}

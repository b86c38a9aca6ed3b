/* netproto/hash.h - hash functions, which the caller plugs in, and what is made of them.
 *
 * SPDX-License-Identifier: MIT
 *
 * The library has no hash function of its own. The host port has those of OpenSSL in
 * netproto/host/hash.h; firmware may name its hardware's. */
#ifndef NETPROTO_HASH_H
#define NETPROTO_HASH_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HASH_SIZE_MAX  64  /* bytes: the longest digest, of SHA-512 */
#define NETP_HASH_BLOCK_MAX 128 /* bytes: the longest block, of SHA-512 */

/* A hash function. */
struct netp_hash {
    const char *name;   /* "MD5", "SHA-1", "SHA-256", "SHA-512", "SHA-512-256" */
    size_t size, block; /* bytes of a digest and of a block (RFC 2104: L and B) */
    /* Writes the digest of all parts, one behind the other, to out, size bytes, which overlaps none
     * of them. false: it could not, and out may have been written to. */
    bool (*run)(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                uint8_t *out);
};

/* Writes HMAC (RFC 2104) of text under key to out, hash->size bytes; false: the hash failed. */
NETP_API bool netp_hmac(const struct netp_hash *hash, struct netp_str key, struct netp_str text,
                        uint8_t *out);

/* Whether a[0..n) and b[0..n) are the same, in a time that depends on n alone: for what a peer
 * could guess byte by byte if it could see how far the comparison went. */
NETP_API bool netp_equal_ct(const void *a, const void *b, size_t n);

#ifdef __cplusplus
}
#endif

#endif

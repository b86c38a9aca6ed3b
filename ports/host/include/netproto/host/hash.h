/* netproto/host/hash.h - the hash functions of OpenSSL. Built with NETPROTO_TLS.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_HASH_H
#define NETPROTO_HOST_HASH_H

#include <netproto/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* SHA-512-256, SHA-256, MD5: those of HTTP's Digest scheme, then SHA-512 and SHA-1, then NULL.
 * Static storage. */
NETP_API const struct netp_hash *const *netp_hashes(void);

/* The one of a name, in any case and with or without dashes ("sha256"); NULL: it is not in the
 * list. */
NETP_API const struct netp_hash *netp_hash_named(struct netp_str name);

/* A digest that is made piece by piece. end() or drop() gives back what begin() took. */
struct netp_hasher {
    void *ctx_;
    size_t size; /* of the digest */
};

/* hash is one of the list. false: no memory, or OpenSSL is set up to refuse it (FIPS); then the
 * other calls do no harm, and end() says false, too. */
NETP_API bool netp_hasher_begin(struct netp_hasher *h, const struct netp_hash *hash);
NETP_API void netp_hasher_add(struct netp_hasher *h, const void *p, size_t n);
/* Writes h->size bytes; false: the digest could not be made. */
NETP_API bool netp_hasher_end(struct netp_hasher *h, uint8_t *out);
NETP_API void netp_hasher_drop(struct netp_hasher *h);

#ifdef __cplusplus
}
#endif

#endif

/* download_check.c - whether a file has the digests that it must have. SPDX-License-Identifier: MIT
 */
#include "download.h"
#include <errno.h>
#include <netproto/host/hash.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

#define SLICE (1u << 20) /* bytes that are read in one turn of the loop */

#ifdef NETPROTO_TLS

#define MOST 3 /* digests: the caller's, and two of Repr-Digest */

struct check {
    uint64_t at;
    unsigned n;
    struct netp_hasher hasher[MOST];
    uint8_t digest[MOST][NETP_HASH_SIZE_MAX];
    uint8_t buf[SLICE];
};

static bool add(struct check *c, const struct netp_hash *hash, const uint8_t *digest)
{
    memcpy(c->digest[c->n], digest, hash->size);
    return netp_hasher_begin(&c->hasher[c->n++], hash);
}

int check_begin(struct check **at, const struct netp_hash *hash, const uint8_t *digest,
                const struct netp_http_repr_digest *repr)
{
    struct check *c;

    *at = NULL;
    if (!hash && !repr->has_sha256 && !repr->has_sha512) {
        return 0;
    }
    if (!(*at = c = malloc(sizeof *c))) {
        return -1;
    }
    c->at = 0;
    c->n = 0;
    return (!hash || add(c, hash, digest)) &&
                   (!repr->has_sha256 ||
                    add(c, netp_hash_named(NETP_STR("sha256")), repr->sha256)) &&
                   (!repr->has_sha512 || add(c, netp_hash_named(NETP_STR("sha512")), repr->sha512))
               ? 0
               : -1;
}

static int compare(struct check *c)
{
    uint8_t digest[NETP_HASH_SIZE_MAX];

    while (c->n > 0) {
        struct netp_hasher *h = &c->hasher[--c->n];
        errno = ENOMEM;
        if (!netp_hasher_end(h, digest)) {
            return -1;
        }
        errno = 0;
        if (memcmp(digest, c->digest[c->n], h->size) != 0) {
            return -1;
        }
    }
    return 0;
}

int check_slice(struct check *c, int fd)
{
    struct netp_source s = {.fd = fd};
    ptrdiff_t n = netp_source_read(&s, c->buf, SLICE, c->at);

    if (n < 0) {
        return -1;
    }
    for (unsigned i = 0; i < c->n; i++) {
        netp_hasher_add(&c->hasher[i], c->buf, (size_t)n);
    }
    c->at += (uint64_t)n;
    return n == (ptrdiff_t)SLICE ? 1 : compare(c);
}

void check_free(struct check *c)
{
    while (c && c->n > 0) {
        netp_hasher_drop(&c->hasher[--c->n]);
    }
    free(c);
}

#else

int check_begin(struct check **c, const struct netp_hash *hash, const uint8_t *digest,
                const struct netp_http_repr_digest *repr)
{
    (void)hash;
    (void)digest;
    (void)repr;
    *c = NULL;
    return 0;
}

int check_slice(struct check *c, int fd)
{
    (void)c;
    (void)fd;
    return 0;
}

void check_free(struct check *c)
{
    (void)c;
}

#endif

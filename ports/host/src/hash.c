/* hash.c - the hash functions of OpenSSL. SPDX-License-Identifier: MIT */
#include <netproto/host/hash.h>
#include <netproto/text.h>
#include <openssl/evp.h>

static bool run(const struct netp_hash *hash, const struct netp_str *part, size_t nparts,
                uint8_t *out)
{
    struct netp_hasher h;

    netp_hasher_begin(&h, hash);
    for (size_t i = 0; i < nparts; i++) {
        netp_hasher_add(&h, part[i].p, part[i].n);
    }
    return netp_hasher_end(&h, out);
}

static const struct netp_hash hashes[] = {
    {"SHA-512-256", 32, 128, run}, {"SHA-256", 32, 64, run}, {"MD5", 16, 64, run},
    {"SHA-512", 64, 128, run},     {"SHA-1", 20, 64, run},
};

static const EVP_MD *md_of(const struct netp_hash *hash)
{
    const EVP_MD *const mds[] = {EVP_sha512_256(), EVP_sha256(), EVP_md5(), EVP_sha512(),
                                 EVP_sha1()};
    return mds[hash - hashes];
}

const struct netp_hash *const *netp_hashes(void)
{
    static const struct netp_hash *const list[] = {&hashes[0], &hashes[1], &hashes[2],
                                                   &hashes[3], &hashes[4], NULL};
    return list;
}

/* name without its dashes is that of hash without its. */
static bool is_named(const char *hash, struct netp_str name)
{
    size_t i = 0;

    for (;; hash++, i++) {
        hash += *hash == '-';
        i += i < name.n && name.p[i] == '-';
        if (*hash == '\0' || i == name.n) {
            return *hash == '\0' && i == name.n;
        }
        if (!netp_str_ieq(netp_str_make(hash, 1), netp_str_make(name.p + i, 1))) {
            return false;
        }
    }
}

const struct netp_hash *netp_hash_named(struct netp_str name)
{
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        if (is_named(hashes[i].name, name)) {
            return &hashes[i];
        }
    }
    return NULL;
}

bool netp_hasher_begin(struct netp_hasher *h, const struct netp_hash *hash)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    h->ctx_ = ctx;
    h->size = hash->size;
    if (ctx == NULL || EVP_DigestInit_ex(ctx, md_of(hash), NULL) != 1) {
        netp_hasher_drop(h);
    }
    return h->ctx_ != NULL;
}

void netp_hasher_add(struct netp_hasher *h, const void *p, size_t n)
{
    if (h->ctx_ != NULL && EVP_DigestUpdate((EVP_MD_CTX *)h->ctx_, p, n) != 1) {
        netp_hasher_drop(h);
    }
}

bool netp_hasher_end(struct netp_hasher *h, uint8_t *out)
{
    bool good = h->ctx_ != NULL && EVP_DigestFinal_ex((EVP_MD_CTX *)h->ctx_, out, NULL) == 1;
    netp_hasher_drop(h);
    return good;
}

void netp_hasher_drop(struct netp_hasher *h)
{
    EVP_MD_CTX_free((EVP_MD_CTX *)h->ctx_);
    h->ctx_ = NULL;
}

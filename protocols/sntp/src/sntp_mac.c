/* sntp_mac.c - what is behind the packet: extension fields and MACs (RFC 7822, RFC 5905 section
 * 7.3). SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/sntp.h>
#include <string.h>

#define KEY_ID     4u  /* bytes before the digest */
#define FIELD_HEAD 4u  /* type and length */
#define FIELD_MIN  16u /* of an extension field */
#define DIGEST_MIN 16u
#define DIGEST_MAX 20u

/* A MAC is no longer than 24 bytes, and the last of fields without one no shorter than 28: that
 * tells them apart (RFC 7822 section 7.5.1.4). */
static bool is_mac(size_t n)
{
    return n == 0 || n == KEY_ID || n == KEY_ID + DIGEST_MIN || n == KEY_ID + DIGEST_MAX;
}

int netp_sntp_tail(const uint8_t *p, size_t n, struct netp_sntp_tail *tail, size_t *at)
{
    size_t i = NETP_SNTP_PACKET;

    if (n < NETP_SNTP_PACKET) {
        return NETP_E_TRUNCATED;
    }
    while (n - i > NETP_SNTP_MAC_MAX) {
        size_t field = netp_rd16be(p + i + 2);
        if (field < FIELD_MIN || field % 4 != 0 || field > n - i) {
            break;
        }
        i += field;
    }
    if (!is_mac(n - i)) {
        if (at) {
            *at = i;
        }
        return NETP_E_SYNTAX;
    }
    tail->ext = p + NETP_SNTP_PACKET;
    tail->extlen = i - NETP_SNTP_PACKET;
    tail->mac = p + i;
    tail->maclen = n - i;
    return NETP_OK;
}

bool netp_sntp_ext(struct netp_sntp_tail *tail, uint16_t *type, struct netp_str *value)
{
    size_t n;

    if (tail->extlen == 0) {
        return false;
    }
    n = netp_rd16be(tail->ext + 2);
    *type = netp_rd16be(tail->ext);
    value->p = (const char *)tail->ext + FIELD_HEAD;
    value->n = n - FIELD_HEAD;
    tail->ext += n;
    tail->extlen -= n;
    return true;
}

static bool hash_digest(const struct netp_sntp_key *key, const uint8_t *p, size_t n, uint8_t *out)
{
    const struct netp_str part[] = {key->secret, {(const char *)p, n}};
    uint8_t whole[NETP_HASH_SIZE_MAX];
    bool made = key->hash->run(key->hash, part, 2, whole);

    memcpy(out, whole, key->size);
    return made;
}

int netp_sntp_key_init(struct netp_sntp_key *key, uint32_t id, struct netp_str secret,
                       const struct netp_hash *hash)
{
    if (id == 0 || hash->size < DIGEST_MIN) {
        return NETP_E_ARG;
    }
    key->id = id;
    key->size = hash->size < DIGEST_MAX ? DIGEST_MIN : DIGEST_MAX;
    key->secret = secret;
    key->hash = hash;
    key->digest = hash_digest;
    key->sign = netp_sntp_sign;
    key->verify = netp_sntp_verify;
    return NETP_OK;
}

size_t netp_sntp_sign(const struct netp_sntp_key *key, uint8_t *p, size_t n)
{
    netp_wr32be(p + n, key->id);
    return key->digest(key, p, n, p + n + KEY_ID) ? n + KEY_ID + key->size : 0;
}

int netp_sntp_verify(const struct netp_sntp_key *key, const uint8_t *p, size_t n)
{
    uint8_t digest[DIGEST_MAX];
    struct netp_sntp_tail tail;

    if (netp_sntp_tail(p, n, &tail, NULL) != NETP_OK) {
        return NETP_E_SYNTAX;
    }
    if (tail.maclen == KEY_ID) {
        return netp_rd32be(tail.mac) == 0 ? NETP_E_REFUSED : NETP_E_SYNTAX;
    }
    if (tail.maclen != KEY_ID + (size_t)key->size || netp_rd32be(tail.mac) != key->id ||
        !key->digest(key, p, n - tail.maclen, digest) ||
        !netp_equal_ct(digest, tail.mac + KEY_ID, key->size)) {
        return NETP_E_SYNTAX;
    }
    return NETP_OK;
}

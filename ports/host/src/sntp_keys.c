/* sntp_keys.c - a file of keys; AES-CMAC by OpenSSL. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/hash.h>
#include <netproto/host/sntp_keys.h>
#include <netproto/text.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX 64u
#define LINE_CAP   512u
#define TEXT_MAX   20u /* characters of a key in ntpd's files; a longer one is hexadecimal */

struct entry {
    struct netp_sntp_key key;
    char secret[SECRET_MAX];
};

struct netp_sntp_keys {
    struct entry **entry;
    size_t n;
};

/* --- AES-CMAC (RFC 8573) --------------------------------------------------------------------- */

static bool cmac(const struct netp_sntp_key *key, const uint8_t *p, size_t n, uint8_t *out)
{
    size_t got = 0;
    const char *cipher = key->secret.n == 16 ? "AES-128-CBC" : "AES-256-CBC";

    return EVP_Q_mac(NULL, "CMAC", NULL, cipher, NULL, key->secret.p, key->secret.n, p, n, out,
                     key->size, &got) != NULL &&
           got == key->size;
}

int netp_sntp_key_cmac(struct netp_sntp_key *key, uint32_t id, struct netp_str secret)
{
    if (id == 0 || (secret.n != 16 && secret.n != 32)) {
        return NETP_E_ARG;
    }
    *key = (struct netp_sntp_key){.id = id,
                                  .size = 16,
                                  .secret = secret,
                                  .digest = cmac,
                                  .sign = netp_sntp_sign,
                                  .verify = netp_sntp_verify};
    return NETP_OK;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* The next word of *line; empty at its end. */
static struct netp_str word(struct netp_str *line)
{
    struct netp_str w;

    while (line->n > 0 && (*line->p == ' ' || *line->p == '\t')) {
        *line = netp_str_make(line->p + 1, line->n - 1);
    }
    w = netp_str_make(line->p, 0);
    while (w.n < line->n && w.p[w.n] != ' ' && w.p[w.n] != '\t') {
        w.n++;
    }
    *line = netp_str_make(line->p + w.n, line->n - w.n);
    return w;
}

static bool from_hex(struct netp_str s, struct entry *e)
{
    uint64_t v = 0;

    e->key.secret = netp_str_make(e->secret, s.n / 2);
    for (size_t i = 0; i < s.n / 2; i++) {
        if (netp_parse_hex(netp_str_make(s.p + 2 * i, 2), 255, &v) != NETP_OK) {
            return false;
        }
        e->secret[i] = (char)v;
    }
    return s.n % 2 == 0;
}

static bool has_prefix(struct netp_str *s, struct netp_str prefix)
{
    if (s->n < prefix.n || !netp_str_ieq(netp_str_make(s->p, prefix.n), prefix)) {
        return false;
    }
    *s = netp_str_make(s->p + prefix.n, s->n - prefix.n);
    return true;
}

static bool read_secret(struct netp_str s, struct entry *e)
{
    bool hex = has_prefix(&s, NETP_STR("HEX:"));

    if (!hex && !has_prefix(&s, NETP_STR("ASCII:"))) {
        hex = s.n > TEXT_MAX;
    }
    if (s.n == 0 || s.n > (hex ? 2 * SECRET_MAX : SECRET_MAX)) {
        return false;
    }
    if (hex) {
        return from_hex(s, e);
    }
    memcpy(e->secret, s.p, s.n);
    e->key.secret = netp_str_make(e->secret, s.n);
    return true;
}

static bool read_line(struct netp_str line, struct entry *e)
{
    struct netp_str id = word(&line), type = word(&line), secret = word(&line);
    const struct netp_hash *hash = netp_hash_named(type);
    uint64_t v = 0;

    if (netp_parse_dec(id, UINT32_MAX, &v) != NETP_OK || !read_secret(secret, e) ||
        word(&line).n > 0) {
        return false;
    }
    if (hash) {
        return netp_sntp_key_init(&e->key, (uint32_t)v, e->key.secret, hash) == NETP_OK;
    }
    if (!has_prefix(&type, NETP_STR("AES"))) {
        return false;
    }
    has_prefix(&type, NETP_STR("-"));
    if (!netp_str_eq(type, e->key.secret.n == 16 ? NETP_STR("128") : NETP_STR("256"))) {
        return false;
    }
    return netp_sntp_key_cmac(&e->key, (uint32_t)v, e->key.secret) == NETP_OK;
}

/* Adds the key of a line, unless there is nothing on it. */
static bool add(struct netp_sntp_keys *keys, char *text)
{
    struct netp_str line = netp_str_make(text, strcspn(text, "#\r\n")), rest = line;
    struct entry **more, *e;

    if (word(&rest).n == 0) {
        return true;
    }
    more = realloc(keys->entry, (keys->n + 1) * sizeof *more);
    e = calloc(1, sizeof *e);
    keys->entry = more ? more : keys->entry;
    if (!more || !e) {
        free(e);
        return false;
    }
    keys->entry[keys->n++] = e;
    return read_line(line, e);
}

struct netp_sntp_keys *netp_sntp_keys_load(const char *path, unsigned *line)
{
    FILE *f = fopen(path, "re");
    struct netp_sntp_keys *keys = f ? calloc(1, sizeof *keys) : NULL;
    char text[LINE_CAP];
    bool good = true;
    int e;

    for (*line = 0; keys && good && fgets(text, sizeof text, f); (*line)++) {
        good = strlen(text) < sizeof text - 1 && add(keys, text);
    }
    e = errno;
    if (keys && good && ferror(f)) {
        good = false;
        *line = 0;
    }
    OPENSSL_cleanse(text, sizeof text);
    if (f) {
        fclose(f);
    }
    if (!good) {
        netp_sntp_keys_free(keys);
        keys = NULL;
    }
    errno = e;
    return keys;
}

void netp_sntp_keys_free(struct netp_sntp_keys *keys)
{
    if (keys) {
        for (size_t i = 0; i < keys->n; i++) {
            OPENSSL_cleanse(keys->entry[i], sizeof *keys->entry[i]);
            free(keys->entry[i]);
        }
        free(keys->entry);
        free(keys);
    }
}

const struct netp_sntp_key *netp_sntp_keys_find(const struct netp_sntp_keys *keys, uint32_t id)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->entry[i]->key.id == id) {
            return &keys->entry[i]->key;
        }
    }
    return NULL;
}

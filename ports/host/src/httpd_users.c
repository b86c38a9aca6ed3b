/* httpd_users.c - the files that name users: those of htpasswd and of htdigest.
 * SPDX-License-Identifier: MIT */
#include "httpd_users.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16u << 20) /* bytes */

/* --- hashes of crypt(3) ---------------------------------------------------------------------- */

/* crypt(5): what a hash begins with, and how long it is behind its last $. */
static const struct kind {
    const char *prefix;
    size_t tail;
    const char *weak; /* its name, if it is too weak to be taken */
} kinds[] = {
    {"$2a$", 53, NULL},
    {"$2b$", 53, NULL},
    {"$2y$", 53, NULL},
    {"$y$", 43, NULL},
    {"$gy$", 43, NULL},
    {"$7$", 43, NULL},
    {"$6$", 86, NULL},
    {"$5$", 43, NULL},
    {"$apr1$", 0, "apr1 (MD5)"},
    {"$1$", 0, "MD5"},
    {"{SHA}", 0, "SHA-1"},
    {"{SSHA}", 0, "SHA-1"},
    {"$md5", 0, "MD5"},
    {"$sha1$", 0, "SHA-1"},
    {"$3$", 0, "NTLM (MD4)"},
    {"{PLAIN}", 0, "none"},
    {"$2x$", 0, "a bcrypt with a fault"},
};

static bool begins_with(struct netp_str s, const char *prefix)
{
    size_t n = strlen(prefix);

    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static bool is_crypt_text(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '/' && c != '$' && c != '=') {
            return false;
        }
    }
    return true;
}

/* NULL: it can be used; else what is wrong with it. */
static const char *crypt_fault(struct netp_str hash, char text[80])
{
    const char *last = memrchr(hash.p, '$', hash.n);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *k = &kinds[i];
        if (begins_with(hash, k->prefix) && k->weak) {
            snprintf(text, 80, "is hashed by %s, which is too weak; htpasswd -B makes a better one",
                     k->weak);
            return text;
        }
        if (begins_with(hash, k->prefix)) {
            size_t tail = hash.n - (size_t)(last + 1 - hash.p);
            return tail == k->tail && is_crypt_text(hash) ? NULL : "has a hash that is broken";
        }
    }
    return hash.n == 13 ? "is hashed by DES, or not at all; htpasswd -B makes a better one"
                        : "has no hash that is known; htpasswd -B makes one";
}

/* --- lines ----------------------------------------------------------------------------------- */

struct line {
    struct netp_str name, realm, hash;
};

static bool cut(struct netp_str *rest, struct netp_str *part)
{
    const char *colon = memchr(rest->p, ':', rest->n);

    if (!colon) {
        return false;
    }
    *part = netp_str_make(rest->p, (size_t)(colon - rest->p));
    *rest = netp_str_make(colon + 1, rest->n - part->n - 1);
    return true;
}

static bool is_text(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static const char *split(struct netp_str text, bool digest, struct line *l)
{
    l->realm = netp_str_make("", 0);
    if (!is_text(text)) {
        return "there is a control character";
    }
    if (!cut(&text, &l->name) || (digest && !cut(&text, &l->realm))) {
        return digest ? "it is not user:realm:hash, as htdigest writes it"
                      : "there is no colon behind the user's name";
    }
    l->hash = text;
    if (l->name.n == 0 || l->name.n > USERS_NAME) {
        return "the user's name is empty, or over 255 bytes";
    }
    return l->hash.n > USERS_HASH ? "the hash is over 255 bytes" : NULL;
}

/* In lower case, as it is compared. */
static const char *digest_fault(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned digit = netp_hex_digit(p[i]);
        if (digit > 15) {
            return "has a hash that is not hexadecimal";
        }
        p[i] = "0123456789abcdef"[digit];
    }
    return n == 32 || n == 64 ? NULL : "has a hash that is neither of MD5 nor of SHA-256";
}

static int order(const void *a, const void *b)
{
    const struct user *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int r = memcmp(x->name.p, y->name.p, n);

    if (r == 0 && x->name.n != y->name.n) {
        return x->name.n < y->name.n ? -1 : 1;
    }
    return r != 0 || x->digest == y->digest ? r : x->digest < y->digest ? -1 : 1;
}

/* Adds the user of a line; false with why. text: where the hash is changed. */
static bool add(struct users *u, struct netp_str text, size_t number, const struct netp_str *realm,
                char why[USERS_WHY])
{
    char name[3 * 64], weak[80];
    struct line l;
    const char *fault = split(text, realm != NULL, &l);

    if (fault) {
        snprintf(why, USERS_WHY, "%zu: %s", number, fault);
        return false;
    }
    if (realm && !netp_str_eq(l.realm, *realm)) {
        return true;
    }
    fault =
        realm ? digest_fault(u->text + (l.hash.p - u->text), l.hash.n) : crypt_fault(l.hash, weak);
    if (fault) {
        netp_escape(name, sizeof name, l.name.p, l.name.n);
        snprintf(why, USERS_WHY, "%zu: the password of %s %s", number, name, fault);
        return false;
    }
    u->v[u->n++] = (struct user){l.name, l.hash, realm ? l.hash.n : 0};
    return true;
}

static bool are_distinct(const struct users *u, char why[USERS_WHY])
{
    char name[3 * 64];

    for (size_t i = 1; i < u->n; i++) {
        if (order(&u->v[i - 1], &u->v[i]) == 0) {
            netp_escape(name, sizeof name, u->v[i].name.p, u->v[i].name.n);
            snprintf(why, USERS_WHY, " %s is there twice", name);
            return false;
        }
    }
    return true;
}

static size_t count_lines(const char *text, size_t n)
{
    size_t lines = 1;

    for (const char *p = text; n > 0 && (p = memchr(p, '\n', (size_t)(text + n - p))); p++) {
        lines++;
    }
    return lines;
}

bool users_parse(struct users *u, char *text, size_t n, const struct netp_str *realm,
                 char why[USERS_WHY])
{
    size_t number = 1;

    *u = (struct users){.text = text, .v = calloc(count_lines(text, n), sizeof *u->v)};
    if (!u->v) {
        snprintf(why, USERS_WHY, " no memory");
        users_free(u);
        return false;
    }
    for (const char *p = text, *end = text + n; p < end; number++) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        struct netp_str line = netp_str_make(p, (size_t)((lf ? lf : end) - p));
        p += line.n + 1;
        line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
        if (line.n > 0 && line.p[0] != '#' && !add(u, line, number, realm, why)) {
            users_free(u);
            return false;
        }
    }
    if (u->n > 0) {
        qsort(u->v, u->n, sizeof *u->v, order);
    }
    if (!are_distinct(u, why)) {
        users_free(u);
        return false;
    }
    return true;
}

/* --- files ----------------------------------------------------------------------------------- */

static char *read_text(const char *path, size_t *n)
{
    struct netp_source s;
    char *text = NULL;
    ptrdiff_t r = -1;

    if (netp_source_open(&s, NULL, path) != 0) {
        return NULL;
    }
    if (s.size > FILE_MAX) {
        errno = EFBIG;
    } else if ((text = malloc((size_t)s.size + 1))) {
        r = netp_source_read(&s, text, (size_t)s.size, 0);
    }
    if (r < 0) {
        int e = errno;
        free(text);
        text = NULL;
        errno = e;
    }
    netp_source_close(&s);
    *n = (size_t)r;
    return text;
}

bool users_read(struct users *u, const char *path, const struct netp_str *realm,
                char why[USERS_WHY])
{
    char sentence[USERS_WHY];
    size_t n;
    char *text = read_text(path, &n);

    if (!text) {
        snprintf(why, USERS_WHY, "%.300s: %s", path, strerror(errno));
        return false;
    }
    if (!users_parse(u, text, n, realm, sentence)) {
        snprintf(why, USERS_WHY, "%.200s:%.300s", path, sentence);
        return false;
    }
    return true;
}

void users_free(struct users *u)
{
    free(u->text);
    free(u->v);
    *u = (struct users){0};
}

const struct user *users_find(const struct users *u, struct netp_str name, size_t digest)
{
    struct user key = {.name = name, .digest = digest};

    return u->n > 0 ? bsearch(&key, u->v, u->n, sizeof key, order) : NULL;
}

/* URLs: "URL", or "BASE\nREFERENCE". What is taken apart can be put together again, what is written
 * can be read, and a second writing changes nothing. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/text.h>
#include <netproto/url.h>

#include <string.h>

static void tell(const char *tag, struct netp_str s)
{
    if (fuzz_outcome != NULL) {
        log_data(fuzz_outcome, tag, s.n > 0 ? s.p : "", s.n);
        log_end(fuzz_outcome);
    }
}

/* ---- a plain second reading ---- */

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define REG_NAME   UNRESERVED "!$&'()*+,;="
#define PCHAR      REG_NAME ":@"

static bool among(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Whether s has nothing but characters of the set and escapes. */
static bool made_of(struct netp_str s, const char *set)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%') {
            if (s.n - i < 3 || netp_hex_digit(s.p[i + 1]) > 15 || netp_hex_digit(s.p[i + 2]) > 15) {
                return false;
            }
            i += 2;
        } else if (!among(s.p[i], set)) {
            return false;
        }
    }
    return true;
}

/* Cuts what comes before the first character of `ends` off the front of *s. */
static struct netp_str cut(struct netp_str *s, const char *ends)
{
    struct netp_str head = *s;

    for (head.n = 0; head.n < s->n && !among(s->p[head.n], ends); head.n++) {
    }
    *s = netp_str_make(s->p + head.n, s->n - head.n);
    return head;
}

/* Drops c from the front of *s, if it is there. */
static bool drop(struct netp_str *s, const char *text)
{
    size_t n = strlen(text);
    bool there = s->n >= n && memcmp(s->p, text, n) == 0;

    if (there) {
        *s = netp_str_make(s->p + n, s->n - n);
    }
    return there;
}

static void same(const char *what, unsigned has, bool there, struct netp_str a, struct netp_str b)
{
    FUZZ_CHECK((has != 0) == there, "%s", what);
    FUZZ_CHECK(!there || (a.p == b.p && a.n == b.n), "%s", what);
    FUZZ_CHECK(there || a.n == 0, "%s", what);
}

/* The regular expression of RFC 3986 appendix B, by hand, and the characters of appendix A. */
static void second_reading(struct netp_str s, const struct netp_url *u)
{
    struct netp_str rest = s, part = cut(&rest, ":/?#");
    bool there = part.n > 0 && drop(&rest, ":");

    same("scheme", u->has & NETP_URL_SCHEME, there, u->scheme, part);
    rest = there ? rest : s;
    there = drop(&rest, "//");
    part = there ? cut(&rest, "/?#") : rest;
    same("authority", u->has & NETP_URL_AUTHORITY, there, u->authority, part);
    part = cut(&rest, "?#");
    same("path", 1, true, u->path, part);
    there = drop(&rest, "?");
    part = cut(&rest, "#");
    same("query", u->has & NETP_URL_QUERY, there, u->query, part);
    there = drop(&rest, "#");
    same("fragment", u->has & NETP_URL_FRAGMENT, there, u->fragment, rest);

    FUZZ_CHECK(made_of(u->userinfo, REG_NAME ":") && made_of(u->path, PCHAR "/") &&
                   made_of(u->query, PCHAR "/?") && made_of(u->fragment, PCHAR "/?"),
               "characters that the grammar does not have");
    rest = u->authority;
    if ((u->has & NETP_URL_USERINFO) != 0) {
        part = cut(&rest, "@");
        same("userinfo", 1, drop(&rest, "@"), u->userinfo, part);
    }
    part = netp_str_make(rest.p, u->host.n);
    FUZZ_CHECK(u->host.n <= rest.n && (u->host.n == 0 || u->host.p == rest.p), "host");
    bool literal = u->host_kind >= NETP_URL_HOST_IPV6;
    FUZZ_CHECK(literal ? part.p[0] == '[' && part.p[part.n - 1] == ']' : made_of(part, REG_NAME),
               "host");
    if (u->host.n < rest.n) { /* a port, maybe empty */
        rest = netp_str_make(rest.p + part.n, rest.n - part.n);
        FUZZ_CHECK(drop(&rest, ":"), "%.*s", (int)rest.n, rest.p);
        uint64_t port = 0;
        int r = netp_parse_dec(rest, UINT16_MAX, &port);
        FUZZ_CHECK(r == NETP_OK ? (u->has & NETP_URL_PORT) != 0 : rest.n == 0, "port");
        FUZZ_CHECK(port == u->port, "%u", u->port);
    }
}

/* ---- what a URL leads to ---- */

/* Reads s, which lies in a block of its size. */
static bool parse(const char *tag, struct netp_str s, struct netp_url *u)
{
    struct netp_url before;
    size_t at = SIZE_MAX;

    memset(u, 0x5a, sizeof *u);
    memcpy(&before, u, sizeof before);
    int r = netp_url_parse(s, u, &at);
    if (r != NETP_OK) {
        FUZZ_CHECK(memcmp(u, &before, sizeof before) == 0 && at <= s.n, "%zu", at);
        FUZZ_CHECK(r == NETP_E_LIMIT || (r == NETP_E_SYNTAX && s.n <= NETP_URL_MAX), "%d", r);
        FUZZ_OUTCOME("%s %s at %zu", tag, netp_errname(r), at);
        return false;
    }
    FUZZ_CHECK(at == SIZE_MAX, "%zu", at);
    FUZZ_CHECK(s.n <= NETP_URL_MAX, "%zu bytes", s.n);
    if (s.n > 0) {
        second_reading(s, u);
    }
    return true;
}

static void describe(const struct netp_url *u)
{
    static const char *const kind[] = {"none", "name", "ipv4", "ipv6", "future"};

    FUZZ_OUTCOME("has %u, host %s, port %u", u->has, kind[u->host_kind], u->port);
    tell("scheme", u->scheme);
    tell("userinfo", u->userinfo);
    tell("host", u->host);
    tell("zone", u->zone);
    tell("path", u->path);
    tell("query", u->query);
    tell("fragment", u->fragment);
}

/* A host leads to itself. */
static void host(const struct netp_url *u)
{
    char name[NETP_URL_HOST_CAP], again[NETP_URL_HOST_CAP], text[NETP_URL_HOST_CAP + 12];
    struct netp_url v;
    int n = netp_url_host(u, name);

    FUZZ_CHECK((n > 0 && (u->has & NETP_URL_SCHEME) != 0) == netp_url_same_origin(u, u), "%d", n);
    if (n <= 0) {
        FUZZ_CHECK(n == NETP_E_SYNTAX || n == NETP_E_LIMIT || n == NETP_E_UNSUPPORTED, "%d", n);
        FUZZ_OUTCOME("connects to nothing: %s", netp_errname(n));
        return;
    }
    bool v6 = u->host_kind == NETP_URL_HOST_IPV6;
    FUZZ_CHECK(strlen(name) == (size_t)n && n < NETP_URL_HOST_CAP, "%d", n);
    FUZZ_CHECK(strspn(name, v6 ? "0123456789abcdef:."
                               : "abcdefghijklmnopqrstuvwxyz0123456789-_.") == (size_t)n,
               "%s", name);
    snprintf(text, sizeof text, v6 ? "//[%s]" : "//%s", name);
    FUZZ_CHECK(parse("", netp_str_of(text), &v) && netp_url_host(&v, again) == n &&
                   strcmp(name, again) == 0,
               "%s", name);
    FUZZ_OUTCOME("connects to %s port %u", name, netp_url_port(u));
}

/* What was written, as a URL in a block of its size; the block is out->p. */
static struct netp_url written(const char *tag, char *block, ptrdiff_t n, struct netp_str *out)
{
    struct netp_url u;

    out->n = (size_t)n;
    out->p = (char *)fuzz_copy(block, out->n);
    tell(tag, *out);
    FUZZ_CHECK(parse(tag, *out, &u), "%s cannot be read: %.*s", tag, (int)n, block);
    FUZZ_CHECK((u.has & NETP_URL_SCHEME) != 0, "%s is relative", tag);
    return u;
}

static bool dots_left(struct netp_str path)
{
    for (struct netp_str part; path.n > 0; drop(&path, "/")) {
        part = cut(&path, "/");
        if (netp_str_eq(part, NETP_STR(".")) || netp_str_eq(part, NETP_STR(".."))) {
            return true;
        }
    }
    return false;
}

/* Whether dot segments are left but for the one that stands in for an authority. */
static bool dotted(const struct netp_url *u)
{
    struct netp_str path = u->path;

    if ((u->has & NETP_URL_AUTHORITY) == 0 && path.n > 3 && memcmp(path.p, "/.//", 4) == 0) {
        drop(&path, "/.");
    }
    return dots_left(path);
}

/* The normal form is the same URI, in its own normal form; whatever it is resolved against. */
static void normalise(struct netp_str s, const struct netp_url *u, const struct netp_url *base)
{
    size_t cap = s.n + 8;
    char *block = (char *)fuzz_block(cap), *block2 = (char *)fuzz_block(cap + 8);
    char host_u[NETP_URL_HOST_CAP], host_v[NETP_URL_HOST_CAP];
    ptrdiff_t n = netp_url_normalise(u, block, cap);
    struct netp_str out = {NULL, 0};

    FUZZ_CHECK((n == NETP_E_ARG) == ((u->has & NETP_URL_SCHEME) == 0), "%td", n);
    FUZZ_CHECK(n >= 0 || n == NETP_E_ARG || (n == NETP_E_LIMIT && s.n > NETP_URL_MAX - 8), "%td",
               n);
    if (n >= 0) {
        struct netp_url v = written("normal", block, n, &out);
        FUZZ_CHECK(!dotted(&v), "dots in %.*s", (int)n, block);
        FUZZ_CHECK(netp_url_normalise(&v, block2, cap + 8) == n &&
                       memcmp(block, block2, (size_t)n) == 0,
                   "not normal: %.*s", (int)n, block);
        FUZZ_CHECK(netp_url_normalise(&v, block2, (size_t)n - 1) == NETP_E_NOSPACE, "%td", n);
        FUZZ_CHECK(netp_url_resolve(base, &v, block2, cap + 8) == n &&
                       memcmp(block, block2, (size_t)n) == 0,
                   "not absolute: %.*s", (int)n, block);
        int k = netp_url_host(u, host_u);
        FUZZ_CHECK(k <= 0 || (netp_url_host(&v, host_v) == k && strcmp(host_u, host_v) == 0),
                   "another host: %s", host_v);
        FUZZ_CHECK(k <= 0 || u->zone.n > 0 || netp_url_same_origin(u, &v), "another origin");
    }
    free((void *)out.p);
    free(block);
    free(block2);
}

static void resolve(size_t room, const struct netp_url *base, const struct netp_url *ref)
{
    size_t cap = room + 2;
    char *block = (char *)fuzz_block(cap), *less;
    ptrdiff_t n = netp_url_resolve(base, ref, block, cap);
    struct netp_str out = {NULL, 0};

    FUZZ_CHECK((n == NETP_E_ARG) == ((base->has & NETP_URL_SCHEME) == 0), "%td", n);
    FUZZ_CHECK(n >= 0 || n == NETP_E_ARG || (n == NETP_E_LIMIT && cap > NETP_URL_MAX), "%td", n);
    if (n >= 0) {
        struct netp_url u = written("resolved", block, n, &out);
        bool own = (ref->has & (NETP_URL_SCHEME | NETP_URL_AUTHORITY)) != 0 || ref->path.n > 0;
        FUZZ_CHECK(!own || !dotted(&u), "dots in %.*s", (int)n, block);
        FUZZ_CHECK(netp_str_eq(u.fragment, ref->fragment), "another fragment");
        less = (char *)fuzz_block((size_t)n - 1);
        FUZZ_CHECK(netp_url_resolve(base, ref, less, (size_t)n - 1) == NETP_E_NOSPACE, "%td", n);
        free(less);
        if (own) { /* then it is what it is, wherever */
            FUZZ_CHECK(netp_url_resolve(base, &u, block, cap) == n &&
                           memcmp(block, out.p, out.n) == 0,
                       "resolved twice: %.*s", (int)n, block);
        }
    }
    free((void *)out.p);
    free(block);
}

/* ---- text ---- */

static const struct {
    const char *name, *safe, *head, *tail;
} parts[] = {
    {"segment", REG_NAME "@", "", "/x"},
    {"query", PCHAR "/?", "x?", "#"},
    {"form", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*+", "x?", "#"},
    {"userinfo", REG_NAME, "//", "@"},
};

/* What is encoded has no other bytes than that part may have, fits into a URL there, and is decoded
 * to what it was. */
static void encode(unsigned part, struct netp_str s)
{
    size_t cap = NETP_URL_ENCODE_CAP(s.n), head = strlen(parts[part].head);
    char *text = (char *)fuzz_block(cap), *back = (char *)fuzz_block(s.n);
    unsigned flags = part == NETP_URL_PART_FORM ? NETP_URL_PLUS : 0;
    ptrdiff_t n = netp_url_encode((enum netp_url_part)part, text, cap, s.p, s.n);

    FUZZ_CHECK(n >= (ptrdiff_t)s.n && (size_t)n <= cap, "%td", n);
    struct netp_str out = netp_str_make(text, (size_t)n);
    tell(parts[part].name, out);
    FUZZ_CHECK(made_of(out, parts[part].safe), "%.*s", (int)n, text);
    FUZZ_CHECK(netp_url_decode(flags, back, s.n, out) == (ptrdiff_t)s.n &&
                   (s.n == 0 || memcmp(back, s.p, s.n) == 0),
               "%s: not what was encoded", parts[part].name);
    if (n > 0) {
        char *less = (char *)fuzz_block((size_t)n - 1);
        FUZZ_CHECK(netp_url_encode((enum netp_url_part)part, less, (size_t)n - 1, s.p, s.n) ==
                       NETP_E_NOSPACE,
                   "%td", n);
        free(less);
    }
    size_t whole = head + out.n + strlen(parts[part].tail);
    if (whole <= NETP_URL_MAX) {
        struct netp_url u;
        char *url = (char *)fuzz_block(whole + 1);
        snprintf(url, whole + 1, "%s%.*s%s", parts[part].head, (int)n, text, parts[part].tail);
        FUZZ_CHECK(parse("", netp_str_make(url, whole), &u), "%s", url);
        out = part == NETP_URL_PART_SEGMENT    ? netp_str_make(u.path.p, u.path.n - 2)
              : part == NETP_URL_PART_USERINFO ? u.userinfo
                                               : u.query;
        FUZZ_CHECK(out.n == (size_t)n && out.p == url + head, "%s", url);
        free(url);
    }
    free(back);
    free(text);
}

static void decode(unsigned flags, struct netp_str s)
{
    char *block = (char *)fuzz_block(s.n);
    ptrdiff_t n = netp_url_decode(flags, block, s.n, s);

    FUZZ_CHECK(n == NETP_E_SYNTAX || (n >= 0 && (size_t)n <= s.n), "%td", n);
    FUZZ_CHECK(n <= 0 || netp_url_decode(flags, block, (size_t)n - 1, s) == NETP_E_NOSPACE, "%td",
               n);
    if (n > 0 && (flags & NETP_URL_NO_NUL) != 0) {
        netp_url_decode(flags, block, s.n, s);
        FUZZ_CHECK(memchr(block, '\0', (size_t)n) == NULL, "a NUL");
    }
    FUZZ_OUTCOME("decoded %u: %td", flags, n);
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char example[] = "http://a/b/c/d;p?q"; /* of section 5.4 */
    const uint8_t *end = size > 0 ? (const uint8_t *)memchr(data, '\n', size) : NULL;
    size_t split = end != NULL ? (size_t)(end - data) : 0;
    struct netp_str base = netp_str_make(example, sizeof example - 1), ref;
    struct netp_url b, u;
    char *p = (char *)fuzz_copy(data, split), *q;

    if (end != NULL) {
        base = netp_str_make(p, split++);
    }
    q = (char *)fuzz_copy(data + split, size - split);
    ref = netp_str_make(q, size - split);
    bool good = parse("base", base, &b);
    if (parse("url", ref, &u)) {
        describe(&u);
        host(&u);
        if (good) {
            resolve(base.n + ref.n, &b, &u);
        }
        FUZZ_CHECK(netp_url_parse(netp_str_make(example, sizeof example - 1), &b, &split) ==
                       NETP_OK,
                   "the example");
        normalise(ref, &u, &b);
    }
    for (unsigned part = 0; part < sizeof parts / sizeof *parts; part++) {
        encode(part, ref);
    }
    decode(0, ref);
    decode(NETP_URL_PLUS | NETP_URL_NO_NUL, ref);
    free(q);
    free(p);
    return 0;
}

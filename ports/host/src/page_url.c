/* page_url.c - URLs as pages have them, made URLs of RFC 3986: the URL standard of WHATWG, section
 * 4.4. SPDX-License-Identifier: MIT */
#include "page_url.h"

#include <netproto/host/page.h>
#include <netproto/text.h>
#include <stdlib.h>

struct netp_str page_url_strip(struct netp_str s)
{
    while (s.n > 0 && (uint8_t)s.p[0] <= ' ') {
        s = netp_str_make(s.p + 1, s.n - 1);
    }
    while (s.n > 0 && (uint8_t)s.p[s.n - 1] <= ' ') {
        s.n--;
    }
    return s;
}

static bool is_web(struct netp_str scheme)
{
    return netp_str_ieq(scheme, NETP_STR("http")) || netp_str_ieq(scheme, NETP_STR("https"));
}

bool page_url_is_web(const struct netp_url *u)
{
    return is_web(u->scheme);
}

/* The scheme that s begins with; n is 0 without one. */
static struct netp_str scheme_of(struct netp_str s)
{
    size_t n = strspn(s.p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    bool letter = (s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z';

    return netp_str_make(s.p, letter && s.p[n] == ':' ? n : 0);
}

/* A writer of repaired[]; n counts on behind its end. */
struct writer {
    char *p;
    size_t n;
};

static void put(struct writer *w, char c)
{
    if (w->n < NETP_URL_MAX) {
        w->p[w->n] = c;
    }
    w->n++;
}

static void put_text(struct writer *w, struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        put(w, s.p[i]);
    }
}

static void put_escape(struct writer *w, char c)
{
    static const char hex[] = "0123456789ABCDEF";

    put(w, '%');
    put(w, hex[(uint8_t)c >> 4]);
    put(w, hex[c & 15]);
}

/* Whether c has no place in a part of a URL but as an escape. */
static bool is_foreign(char c, char part)
{
    return c <= ' ' || c == 127 || strchr("\"<>\\^`{|}", c) != NULL ||
           (strchr("[]", c) != NULL && part != '/') || (c == '#' && part == '#');
}

/* Whether an escape begins at s.p[i]. */
static bool is_escape(struct netp_str s, size_t i)
{
    return s.p[i] == '%' && i + 2 < s.n && netp_hex_digit(s.p[i + 1]) < 16 &&
           netp_hex_digit(s.p[i + 2]) < 16;
}

/* Writes the rest of a URL. part is '/' in an authority, else 'p', '?' or '#' in what follows. */
static void put_rest(struct writer *w, struct netp_str s, bool web, bool authority)
{
    char part = authority ? '/' : 'p';

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && web && (part == '/' || part == 'p')) {
            c = '/';
        }
        if (is_foreign(c, part) || (c == '%' && !is_escape(s, i))) {
            put_escape(w, c);
            continue;
        }
        put(w, c);
        if (c == '#' || (c == '?' && part != '#')) {
            part = c;
        } else if (c == '/' && part == '/') {
            part = 'p';
        }
    }
}

/* Repairs a URL without tabs and line ends, which ends in a NUL. */
static void repair(struct writer *w, struct netp_str s, const struct netp_url *base)
{
    struct netp_str scheme = scheme_of(s);
    bool web = scheme.n > 0 ? is_web(scheme) : page_url_is_web(base), authority = false;
    size_t skip = scheme.n + (scheme.n > 0), slashes;

    if (web) {
        slashes = strspn(s.p + skip, "/\\");
        authority = slashes >= 2 || (scheme.n > 0 && !netp_str_ieq(scheme, base->scheme));
        if (scheme.n > 0 && authority) {
            put_text(w, scheme);
            put(w, ':');
        }
        if (authority) {
            put_text(w, NETP_STR("//"));
            skip += slashes;
        }
    } else {
        authority = s.n - skip >= 2 && memcmp(s.p + skip, "//", 2) == 0;
        skip += authority ? 2 : 0;
        put_text(w, netp_str_make(s.p, skip));
    }
    put_rest(w, netp_str_make(s.p + skip, s.n - skip), web, authority);
}

/* A copy without tabs and line ends, with a NUL behind it; false when it does not fit. */
static bool squeeze(char out[NETP_URL_MAX + 1], struct netp_str *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        if (s->p[i] != '\t' && s->p[i] != '\n' && s->p[i] != '\r') {
            if (n == NETP_URL_MAX) {
                return false;
            }
            out[n++] = s->p[i] != '\0' ? s->p[i] : ' ';
        }
    }
    out[n] = '\0';
    *s = netp_str_make(out, n);
    return true;
}

ptrdiff_t page_url_resolve(struct page_url *work, const struct netp_url *base,
                           struct netp_str written, char *out, size_t cap)
{
    struct writer w = {work->repaired, 0};
    char host[NETP_URL_HOST_CAP];
    struct netp_url u;
    size_t at;

    written = page_url_strip(written);
    if (!squeeze(work->resolved, &written)) {
        return NETP_E_LIMIT;
    }
    repair(&w, written, base);
    if (w.n > NETP_URL_MAX) {
        return NETP_E_LIMIT;
    }
    int r = netp_url_parse(netp_str_make(w.p, w.n), &u, &at);
    if (r != NETP_OK) {
        return r;
    }
    ptrdiff_t n = netp_url_resolve(base, &u, work->resolved, sizeof work->resolved);
    if (n < 0) {
        return n;
    }
    r = netp_url_parse(netp_str_make(work->resolved, (size_t)n), &u, &at);
    if (r == NETP_OK && page_url_is_web(&u) && (r = netp_url_host(&u, host)) > 0) {
        r = NETP_OK;
    }
    return r == NETP_OK ? netp_url_normalise(&u, out, cap)
                        : (r == NETP_E_LIMIT ? NETP_E_LIMIT : NETP_E_SYNTAX);
}

ptrdiff_t netp_page_resolve(struct netp_str base, struct netp_str written, char *out, size_t cap)
{
    struct page_url *work;
    struct netp_url u;
    ptrdiff_t n;
    size_t at;

    if (netp_url_parse(base, &u, &at) != NETP_OK || (u.has & NETP_URL_SCHEME) == 0) {
        return NETP_E_ARG;
    }
    if ((work = malloc(sizeof *work)) == NULL) {
        return NETP_E_IO;
    }
    n = page_url_resolve(work, &u, written, out, cap);
    free(work);
    return n;
}

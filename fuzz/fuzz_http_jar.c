/* A jar: each line of the input is set, loaded or a reason to send cookies, as control bytes say.
 * Limits hold, a refusal changes nothing, what is sent is what a plain second way chooses, and what
 * is saved and loaded is the same. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_jar.h>
#include <netproto/text.h>

#include <string.h>

enum { MEM = 700, COOKIES = 8, DOMAIN = 3 };
#define START 1795248000

struct place {
    const char *url, *host, *path;
    bool secure, address;
};

static const struct place places[] = {
    {"https://www.a.example/x/y", "www.a.example", "/x/y", true, false},
    {"http://www.a.example/x/y", "www.a.example", "/x/y", false, false},
    {"https://A.example:8443/x/", "a.example", "/x/", true, false},
    {"http://b.a.example", "b.a.example", "/", false, false},
    {"http://ba.example./xx?q", "ba.example", "/xx", false, false},
    {"https://10.0.0.1/x", "10.0.0.1", "/x", true, true},
    {"http://[2001:db8::1]/x", "2001:db8::1", "/x", false, true},
    {"http://localhost/x/y", "localhost", "/x/y", false, false},
};

struct world {
    struct netp_http_jar jar;
    uint8_t *mem;
    struct netp_str line;
    int64_t now;
    const struct place *place;
    struct netp_url url;
    unsigned flags;
};

/* ---- what must hold ---- */

static bool same(struct netp_str a, struct netp_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* domain is host, or what is behind one of its dots. */
static bool matches(const char *host, struct netp_str domain, bool address)
{
    for (const char *p = host; p != NULL; p = address ? NULL : strchr(p, '.')) {
        p += *p == '.';
        if (same(netp_str_of(p), domain)) {
            return true;
        }
    }
    return false;
}

static bool path_matches(const char *path, struct netp_str prefix)
{
    size_t n = prefix.n;

    if (strlen(path) < n || memcmp(path, prefix.p, n) != 0) {
        return false;
    }
    return path[n] == '\0' || path[n] == '/' || (n > 0 && path[n - 1] == '/');
}

static size_t all(const struct netp_http_jar *jar, struct netp_http_cookie *list)
{
    size_t n = 0;

    for (size_t at = 0; netp_http_jar_next(jar, &at, &list[n]); n++) {
        FUZZ_CHECK(n < COOKIES, "too many");
    }
    return n;
}

static void check_jar(const struct netp_http_jar *jar, int64_t now)
{
    struct netp_http_cookie list[COOKIES + 1];
    size_t n = all(jar, list), bytes = 0;

    for (size_t i = 0; i < n; i++) {
        const struct netp_http_cookie *a = &list[i];
        size_t in_domain = 0;
        for (size_t k = 0; k < n; k++) {
            const struct netp_http_cookie *b = &list[k];
            in_domain += same(a->domain, b->domain);
            FUZZ_CHECK(i == k || !same(a->name, b->name) || !same(a->domain, b->domain) ||
                           !same(a->path, b->path) ||
                           ((a->flags ^ b->flags) & NETP_HTTP_COOKIE_HOST_ONLY) != 0,
                       "twice: %.*s", (int)a->name.n, a->name.p);
        }
        FUZZ_CHECK(in_domain <= DOMAIN, "%zu of a domain", in_domain);
        FUZZ_CHECK(a->name.n + a->value.n > 0 && a->path.n > 0 && a->path.p[0] == '/', "%zu", i);
        FUZZ_CHECK((a->flags & NETP_HTTP_COOKIE_EXPIRES) == 0 || a->expires <= now + 34560000,
                   "lives too long");
        bytes += a->name.n + a->value.n + a->domain.n + a->path.n;
    }
    FUZZ_CHECK(NETP_HTTP_JAR_MEM(n, bytes) <= MEM, "%zu bytes", bytes);
}

/* Those that have not expired, in a block; the forms of a file, and SameSite. */
static struct log written(const struct netp_http_jar *jar, int64_t now, bool whole)
{
    struct netp_http_cookie c;
    struct log log = {0};
    char line[NETP_HTTP_JAR_LINE_CAP];

    for (size_t at = 0; netp_http_jar_next(jar, &at, &c);) {
        ptrdiff_t n = netp_http_jar_line(line, sizeof line, &c);
        FUZZ_CHECK(n > 0 || n == NETP_E_UNSUPPORTED, "%td", n);
        if ((c.flags & NETP_HTTP_COOKIE_EXPIRES) != 0 && c.expires <= now) {
            continue;
        }
        if (n > 0) {
            log_text(&log, line, (size_t)n);
        }
        if (whole) {
            log_data(&log, "value", c.value.p, c.value.n);
            log_end(&log);
            log_line(&log, "SameSite %u", (unsigned)c.same_site);
        }
    }
    return log;
}

static bool same_log(const struct log *a, const struct log *b)
{
    return same(netp_str_make(a->p, a->n), netp_str_make(b->p, b->n));
}

/* ---- steps ---- */

static void told(struct world *w, const char *what, enum netp_http_jar_result r,
                 const struct log *before)
{
    struct log after = written(&w->jar, w->now, true);

    FUZZ_OUTCOME("%s %s: %s", what, w->place->url, netp_http_jar_text(r));
    if (r >= NETP_HTTP_JAR_SYNTAX || r <= NETP_HTTP_JAR_COMMENT || r == NETP_HTTP_JAR_EXPIRED) {
        FUZZ_CHECK(same_log(before, &after), "changed, though %s", netp_http_jar_text(r));
    }
    log_free(&after);
}

static void set(struct world *w)
{
    struct log before = written(&w->jar, w->now, true);
    enum netp_http_jar_result r = netp_http_jar_set(&w->jar, &w->url, w->line, w->now, w->flags);
    struct netp_http_cookie sent, c;
    bool found = r > NETP_HTTP_JAR_REPLACED;

    told(w, "set", r, &before);
    if (!found) {
        FUZZ_CHECK(netp_http_set_cookie_parse(w->line, &sent) == NETP_OK, "stored");
    }
    for (size_t at = 0; !found && netp_http_jar_next(&w->jar, &at, &c);) {
        found = same(c.name, sent.name) && same(c.value, sent.value) &&
                matches(w->place->host, c.domain, w->place->address) &&
                (w->place->secure || (c.flags & NETP_HTTP_COOKIE_SECURE) == 0);
    }
    FUZZ_CHECK(found, "stored, but not there");
    log_free(&before);
}

static void load(struct world *w)
{
    struct log before = written(&w->jar, w->now, true);
    struct netp_str text = w->line;

    told(w, "load", netp_http_jar_load(&w->jar, &text, w->now), &before);
    FUZZ_CHECK(text.n == 0, "a line is left");
    log_free(&before);
}

static bool wanted(const struct world *w, const struct netp_http_cookie *c)
{
    bool cross = (w->flags & NETP_HTTP_JAR_FROM_CROSS_SITE) != 0;
    bool host_only = (c->flags & NETP_HTTP_COOKIE_HOST_ONLY) != 0;

    if ((c->flags & NETP_HTTP_COOKIE_SECURE) != 0 && !w->place->secure) {
        return false;
    }
    if ((c->flags & NETP_HTTP_COOKIE_EXPIRES) != 0 && c->expires <= w->now) {
        return false;
    }
    if (cross && c->same_site != NETP_HTTP_SAME_SITE_NONE) {
        if (w->flags != (NETP_HTTP_JAR_FROM_CROSS_SITE | NETP_HTTP_JAR_TOP_LEVEL) ||
            c->same_site == NETP_HTTP_SAME_SITE_STRICT) {
            return false;
        }
    }
    return matches(w->place->host, c->domain, w->place->address || host_only) &&
           path_matches(w->place->path, c->path);
}

static void get(struct world *w)
{
    struct netp_http_cookie list[COOKIES + 1];
    size_t n = all(&w->jar, list), need, k = 0;
    char *plain = (char *)fuzz_block(MEM + 2), *out = (char *)fuzz_block(MEM);

    for (size_t length = MEM; length > 0; length--) {
        for (size_t i = 0; i < n; i++) {
            const struct netp_http_cookie *c = &list[i];
            if (c->path.n == length && wanted(w, c)) {
                k += (size_t)snprintf(plain + k, MEM + 2 - k, "%s%.*s%s%.*s", k > 0 ? "; " : "",
                                      (int)c->name.n, c->name.p, c->name.n > 0 ? "=" : "",
                                      (int)c->value.n, c->value.p);
            }
        }
    }
    size_t sent = netp_http_jar_get(&w->jar, &w->url, w->now, w->flags, out, MEM, &need);
    FUZZ_CHECK(sent == k && need == k, "%zu %zu %zu", sent, need, k);
    FUZZ_CHECK(k == 0 || memcmp(out, plain, k) == 0, "%.*s", (int)k, plain);
    FUZZ_OUTCOME("get %s: %.*s", w->place->url, (int)(k < 300 ? k : 300), plain);
    free(out);
    free(plain);
}

static void save_and_load(struct world *w)
{
    struct netp_http_jar jar;
    struct netp_http_jar_cfg cfg = {COOKIES, DOMAIN, NULL, NULL};
    uint8_t *mem = (uint8_t *)fuzz_block(MEM);
    struct log before = written(&w->jar, w->now, false), after;
    struct netp_str text = {before.p, before.n};
    enum netp_http_jar_result r;

    netp_http_jar_init(&jar, mem, MEM, &cfg);
    while ((r = netp_http_jar_load(&jar, &text, w->now)) != NETP_HTTP_JAR_END) {
        FUZZ_CHECK(r == NETP_HTTP_JAR_STORED, "%s", netp_http_jar_text(r));
    }
    after = written(&jar, w->now, false);
    FUZZ_CHECK(same_log(&before, &after), "%.*s", (int)after.n, after.p != NULL ? after.p : "");
    if (fuzz_outcome != NULL && before.n > 0) {
        log_text(fuzz_outcome, before.p, before.n);
    }
    log_free(&before);
    log_free(&after);
    free(mem);
}

static void step(struct world *w, struct decision *d)
{
    static void (*const steps[])(struct world *) = {set, get, load, save_and_load};
    uint32_t what = decide(d, 6);
    size_t at;

    w->place = &places[decide(d, sizeof places / sizeof *places)];
    w->flags = decide(d, 8);
    FUZZ_CHECK(netp_url_parse(netp_str_of(w->place->url), &w->url, &at) == NETP_OK, "url");
    if (what < 4) {
        steps[what](w);
    } else if (what == 4) {
        netp_http_jar_end_session(&w->jar, w->now);
        FUZZ_OUTCOME("end of session");
    } else {
        w->now += (int64_t)decide(d, 256) * 86400;
        FUZZ_OUTCOME("later");
    }
    check_jar(&w->jar, w->now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    struct netp_http_jar_cfg cfg = {COOKIES, DOMAIN, NULL, NULL};
    struct world w;

    memset(&w, 0, sizeof w);
    w.mem = (uint8_t *)fuzz_block(MEM);
    w.now = START;
    netp_http_jar_init(&w.jar, w.mem, MEM, &cfg);
    for (size_t from = 0, to; from < in.n; from = to + 1) {
        for (to = from; to < in.n && in.p[to] != '\n'; to++) {
        }
        char *p = (char *)fuzz_copy(in.p + from, to - from);
        w.line = netp_str_make(p, to - from);
        step(&w, &in.control);
        memset(p, '#', to - from);
        free(p);
    }
    w.place = &places[0];
    w.flags = 0;
    netp_url_parse(netp_str_of(w.place->url), &w.url, &(size_t){0});
    get(&w);
    save_and_load(&w);
    free(w.mem);
    return 0;
}

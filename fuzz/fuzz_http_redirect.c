/* Redirections: "METHOD URL\n", then heads of answers, one behind the other. The chain is followed;
 * what goes where is the same by a plain second reading. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_redirect.h>
#include <netproto/text.h>

#include <string.h>

struct walk {
    struct netp_http_redirect r;
    struct netp_str method;
    char *text; /* of the URL */
    struct netp_url url;
    char first[NETP_URL_HOST_CAP + 16]; /* the first origin, as text */
    bool left;                          /* another one was seen */
    unsigned flags;
};

/* "scheme host port" of a URL of http or https; false for others and bad hosts. */
static bool origin(const struct netp_url *url, char out[NETP_URL_HOST_CAP + 16])
{
    char host[NETP_URL_HOST_CAP];
    bool secure = netp_str_ieq(url->scheme, NETP_STR("https"));

    if (netp_url_host(url, host) < 0) {
        return false;
    }
    snprintf(out, NETP_URL_HOST_CAP + 16, "%d %s%.*s %u", secure, host, 0, "", netp_url_port(url));
    return secure || netp_str_ieq(url->scheme, NETP_STR("http"));
}

static void check_method(const struct walk *w, uint16_t status, const struct netp_http_hop *hop)
{
    bool same = netp_str_eq(hop->method, w->method);
    bool post = netp_str_eq(w->method, NETP_STR("POST"));

    FUZZ_CHECK(same || netp_str_eq(hop->method, NETP_STR("GET")), "a third method");
    FUZZ_CHECK(status < 307 || (same && hop->body), "%u changes the method", status);
    FUZZ_CHECK(status != 303 || (!hop->body && !netp_str_eq(hop->method, NETP_STR("POST"))),
               "303 repeats");
    FUZZ_CHECK(status > 302 || same || (post && !hop->body), "%u changes the method", status);
    FUZZ_CHECK(!hop->body || same, "a body for another method");
}

/* Follows an answer that was read; false when there is nothing to follow. */
static bool follow(struct walk *w, const struct netp_http_head *head, const char *p, size_t cap,
                   char *out)
{
    char from[NETP_URL_HOST_CAP + 16], to[NETP_URL_HOST_CAP + 16];
    struct netp_http_hop hop;
    struct netp_url url;
    size_t at;
    unsigned count = w->r.count;
    int e = netp_http_redirect_next(&w->r, w->method, &w->url, head, p, out, cap, &hop);

    FUZZ_OUTCOME("%u: %d %s", head->status, e, hop.where);
    FUZZ_CHECK(w->r.count == count + (e == 1), "%u redirections", w->r.count);
    FUZZ_CHECK(e != NETP_E_NOSPACE && e != NETP_E_ARG, "%s", netp_errname(e));
    FUZZ_CHECK((e < 0) == (hop.where[0] != '\0'), "%d", e);
    if (e != 1) {
        return false;
    }
    FUZZ_OUTCOME("%.*s %.*s%s%s", (int)hop.method.n, hop.method.p, (int)hop.url.n, hop.url.p,
                 hop.body ? " body" : "", hop.credentials ? " credentials" : "");
    FUZZ_CHECK(netp_url_parse(hop.url, &url, &at) == NETP_OK, "no URL: %zu", at);
    FUZZ_CHECK((url.has & NETP_URL_USERINFO) == 0, "a login");
    FUZZ_CHECK(origin(&url, to), "nowhere");
    FUZZ_CHECK((w->url.has & NETP_URL_FRAGMENT) == 0 || (url.has & NETP_URL_FRAGMENT) != 0, "none");
    FUZZ_CHECK(!origin(&w->url, from) || from[0] == '0' || to[0] == '1' ||
                   (w->flags & NETP_HTTP_REDIRECT_DOWNGRADE) != 0,
               "%s after %s", to, from);
    w->left = w->left || strcmp(w->first, to) != 0;
    FUZZ_CHECK(hop.credentials == !w->left, "%s after %s", to, w->first);
    check_method(w, head->status, &hop);
    w->method = hop.method;
    w->url = url;
    return true;
}

/* Takes the next head off the text, and follows it with a URL in a new block. */
static bool next(struct walk *w, struct netp_str *text)
{
    struct netp_http_field field[16];
    struct netp_http_head head;
    char *out;
    int n;
    bool go;

    netp_http_head_init(&head, NETP_HTTP_HEAD_RESPONSE, field, 16, NETP_HTTP_HEAD_BARE_LF);
    n = netp_http_head_parse(&head, text->p, text->n);
    if (n <= 0) {
        return false;
    }
    struct netp_str longest = {"", 0}, value;
    for (unsigned i = 0; netp_http_head_find(&head, text->p, NETP_STR("Location"), i, &value);
         i++) {
        longest = value.n > longest.n ? value : longest;
    }
    size_t cap = NETP_HTTP_REDIRECT_CAP(w->url.scheme.n + w->url.authority.n + w->url.path.n +
                                            w->url.query.n + w->url.fragment.n + 5,
                                        longest.n);
    out = (char *)fuzz_block(cap);
    go = follow(w, &head, text->p, cap, out);
    free(w->text);
    w->text = out;
    *text = netp_str_make(text->p + n, text->n - (size_t)n);
    return go;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *block = (char *)fuzz_copy(data, size), *end, *space;
    struct netp_str text = netp_str_make(block, size), url;
    struct walk w;
    size_t at;

    memset(&w, 0, sizeof w);
    end = size > 0 ? (char *)memchr(block, '\n', size) : NULL;
    space = end != NULL ? (char *)memchr(block, ' ', (size_t)(end - block)) : NULL;
    if (space != NULL) {
        w.method = netp_str_make(block, (size_t)(space - block));
        url = netp_str_make(space + 1, (size_t)(end - space - 1));
        w.text = (char *)fuzz_copy(url.p, url.n);
        text = netp_str_make(end + 1, size - (size_t)(end + 1 - block));
        w.flags = size & 3; /* any two bits of the input */
        netp_http_redirect_init(&w.r, w.flags, 4);
        if (netp_url_parse(netp_str_make(w.text, url.n), &w.url, &at) == NETP_OK &&
            (w.url.has & NETP_URL_SCHEME) != 0) {
            w.left = !origin(&w.url, w.first);
            while (next(&w, &text)) {
            }
        }
    }
    free(w.text);
    free(block);
    return 0;
}

/* Proxies: "PROXY\nNO_PROXY\nURL". What is read is written and read as the same; what passes a
 * proxy by does so with more items, too, and as a plain second reading says.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/addr.h>
#include <netproto/proxy.h>
#include <netproto/text.h>

#include <string.h>

/* Cuts a line off the front of *s. */
static struct netp_str line(struct netp_str *s)
{
    const char *end = s->n > 0 ? (const char *)memchr(s->p, '\n', s->n) : NULL;
    struct netp_str head = *s;

    if (end == NULL) {
        s->n = 0;
        return head;
    }
    head.n = (size_t)(end - s->p);
    *s = netp_str_make(end + 1, s->n - head.n - 1);
    return head;
}

static size_t put(char *out, const char *text)
{
    memcpy(out, text, strlen(text));
    return strlen(text);
}

static size_t put_encoded(char *out, const char *p, size_t n)
{
    ptrdiff_t k = netp_url_encode(NETP_URL_PART_USERINFO, out, NETP_URL_ENCODE_CAP(n), p, n);

    FUZZ_CHECK(k >= 0, "%td", k);
    return (size_t)k;
}

/* Writes the URL of a proxy and reads it again. */
static void round_trip(const struct netp_proxy *p)
{
    static const char *const schemes[] = {"", "http://", "https://", "socks5://", "socks5h://"};
    char text[2048];
    size_t n = put(text, schemes[p->kind]);
    bool v6 = strchr(p->host, ':') != NULL;
    struct netp_proxy again;
    int e;

    n += put_encoded(text + n, p->user, p->user_n);
    n += put(text + n, ":");
    n += put_encoded(text + n, p->password, p->password_n);
    n += put(text + n, v6 ? "@[" : "@");
    n += put(text + n, p->host);
    n += put(text + n, v6 ? "]:" : ":");
    n += netp_format_dec(p->port, text + n);
    e = netp_proxy_parse(netp_str_make(text, n), &again);
    FUZZ_CHECK(e == NETP_OK || (e == NETP_E_LIMIT && n > NETP_PROXY_URL_MAX), "%.*s", (int)n, text);
    FUZZ_CHECK(e != NETP_OK || memcmp(p, &again, sizeof again) == 0, "%.*s", (int)n, text);
}

static void read_proxy(struct netp_str s)
{
    struct netp_proxy p;
    int e;

    memset(&p, 0, sizeof p);
    e = netp_proxy_parse(s, &p);
    FUZZ_OUTCOME("%s %d \"%s\" %u user %u password %u", netp_errname(e), (int)p.kind, p.host,
                 p.port, p.user_n, p.password_n);
    if (e != NETP_OK) {
        FUZZ_CHECK(p.kind == NETP_PROXY_NONE && p.port == 0, "changed");
        return;
    }
    FUZZ_CHECK(p.kind != NETP_PROXY_NONE && p.port > 0 && p.host[0] != '\0', "nowhere");
    for (size_t i = 0; i < p.user_n; i++) {
        FUZZ_CHECK((uint8_t)p.user[i] >= ' ' && p.user[i] != 0x7f, "a control character");
    }
    for (size_t i = 0; i < p.password_n; i++) {
        FUZZ_CHECK((uint8_t)p.password[i] >= ' ' && p.password[i] != 0x7f, "a control character");
    }
    round_trip(&p);
}

/* Whether a name without anything else, and without a port, is in the list: itself or a parent. */
static bool names(struct netp_str list, const char *host)
{
    size_t n = strlen(host);

    for (size_t i = 0; i < n; i++) {
        struct netp_str end = netp_str_make(host + i, n - i);
        bool label = i == 0 || host[i - 1] == '.';
        for (size_t k = 0; label && k + end.n <= list.n; k++) {
            bool from = k == 0 || memchr(", \t", list.p[k - 1], 3) != NULL;
            bool to = k + end.n == list.n || memchr(", \t", list.p[k + end.n], 3) != NULL;
            if (from && to && netp_str_ieq(netp_str_make(list.p + k, end.n), end)) {
                return true;
            }
        }
    }
    return false;
}

static void read_list(struct netp_str proxy, struct netp_str list, const struct netp_url *url)
{
    struct netp_proxy_env env = {proxy, proxy, proxy, list, false};
    char host[NETP_URL_HOST_CAP], *longer = (char *)fuzz_block(list.n + NETP_URL_HOST_CAP + 1);
    struct netp_addr a;
    struct netp_proxy p;
    int n = netp_url_host(url, host), e;
    bool by = netp_proxy_bypassed(list, url);

    e = netp_proxy_choose(&env, url, &p);
    FUZZ_OUTCOME("%s, %s", by ? "past it" : "through it", netp_errname(e));
    if (n < 0) {
        FUZZ_CHECK(!by && e == n, "no host");
    } else {
        memcpy(longer, list.p, list.n);
        longer[list.n] = ',';
        memcpy(longer + list.n + 1, host, (size_t)n);
        FUZZ_CHECK(netp_proxy_bypassed(netp_str_make(longer, list.n + 1 + (size_t)n), url),
                   "not even by its name");
        FUZZ_CHECK(by || netp_addr_parse(netp_str_of(host), &a) == NETP_OK || !names(list, host),
                   "%s is in the list", host);
        FUZZ_CHECK(!(by || proxy.n == 0) || (e == NETP_OK && p.kind == NETP_PROXY_NONE), "%d", e);
        FUZZ_CHECK(by || proxy.n == 0 || e != NETP_OK || p.kind != NETP_PROXY_NONE, "none");
    }
    free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *block = (char *)fuzz_copy(data, size);
    struct netp_str rest = netp_str_make(block, size);
    struct netp_str proxy = line(&rest), list = line(&rest);
    struct netp_url url;
    size_t at;

    read_proxy(proxy);
    if (netp_url_parse(rest, &url, &at) == NETP_OK) {
        read_list(proxy, list, &url);
    }
    free(block);
    return 0;
}

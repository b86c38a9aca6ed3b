/* The proxy for a URL.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/proxy.h>
#include <netproto/text.h>

#include <string.h>

/* ---- a proxy's URL ---- */

static int set_kind(struct netp_proxy *p, struct netp_str scheme)
{
    static const struct {
        const char *scheme;
        enum netp_proxy_kind kind;
        uint16_t port;
    } kinds[] = {{"http", NETP_PROXY_HTTP, 80},
                 {"https", NETP_PROXY_HTTPS, 443},
                 {"socks5", NETP_PROXY_SOCKS5, 1080},
                 {"socks5h", NETP_PROXY_SOCKS5H, 1080}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (netp_str_ieq(scheme, netp_str_of(kinds[i].scheme))) {
            p->kind = kinds[i].kind;
            p->port = kinds[i].port;
            return NETP_OK;
        }
    }
    return NETP_E_UNSUPPORTED;
}

/* Decodes a user or a password. */
static int decode(struct netp_str s, char out[NETP_PROXY_TEXT_MAX], uint8_t *n)
{
    ptrdiff_t r = netp_url_decode(0, out, NETP_PROXY_TEXT_MAX, s);

    if (r < 0) {
        return NETP_E_LIMIT; /* the escapes were checked with the URL */
    }
    for (ptrdiff_t i = 0; i < r; i++) {
        if ((uint8_t)out[i] < ' ' || out[i] == 0x7f) {
            return NETP_E_SYNTAX;
        }
    }
    *n = (uint8_t)r;
    return NETP_OK;
}

static int set_userinfo(struct netp_proxy *p, struct netp_str userinfo)
{
    struct netp_str user = userinfo, password = {"", 0};
    int r;

    for (size_t i = 0; i < userinfo.n; i++) {
        if (userinfo.p[i] == ':') {
            user.n = i;
            password = netp_str_make(userinfo.p + i + 1, userinfo.n - i - 1);
            break;
        }
    }
    r = decode(user, p->user, &p->user_n);
    return r < 0 ? r : decode(password, p->password, &p->password_n);
}

static int set_host(struct netp_proxy *p, const struct netp_url *url)
{
    int r = netp_url_host(url, p->host);

    if (r < 0) {
        return r == NETP_E_LIMIT ? r : NETP_E_SYNTAX;
    }
    if ((url->has & NETP_URL_PORT) != 0) {
        p->port = url->port;
    }
    return p->port > 0 ? NETP_OK : NETP_E_SYNTAX;
}

int netp_proxy_parse(struct netp_str s, struct netp_proxy *proxy)
{
    static const char http[] = "http://";
    char text[sizeof http - 1 + NETP_PROXY_URL_MAX];
    struct netp_proxy p;
    struct netp_url url;
    size_t at;
    int r;

    if (s.n > NETP_PROXY_URL_MAX) {
        return NETP_E_LIMIT;
    }
    r = netp_url_parse(s, &url, &at);
    if (r != NETP_OK || (url.has & NETP_URL_AUTHORITY) == 0) { /* "host:80" has a scheme, too */
        memcpy(text, http, sizeof http - 1);
        memcpy(text + sizeof http - 1, s.p, s.n);
        r = netp_url_parse(netp_str_make(text, sizeof http - 1 + s.n), &url, &at);
    }
    if (r != NETP_OK || (url.has & (NETP_URL_QUERY | NETP_URL_FRAGMENT)) != 0 ||
        url.path.n > 1) { /* behind an authority it is empty or begins with "/" */
        return NETP_E_SYNTAX;
    }
    memset(&p, 0, sizeof p);
    r = set_kind(&p, url.scheme);
    r = r == NETP_OK ? set_host(&p, &url) : r;
    r = r == NETP_OK ? set_userinfo(&p, url.userinfo) : r;
    if (r == NETP_OK) {
        *proxy = p;
    }
    return r;
}

/* ---- no_proxy ---- */

struct target {
    struct netp_str host;
    struct netp_addr addr; /* fam is 0 if host is a name */
    uint16_t port;
};

static bool ends_with(struct netp_str s, struct netp_str end)
{
    return s.n >= end.n && netp_str_ieq(netp_str_make(s.p + s.n - end.n, end.n), end);
}

/* Whether host is name, or below it. */
static bool is_within(struct netp_str host, struct netp_str name)
{
    return name.n > 0 && ends_with(host, name) &&
           (host.n == name.n || host.p[host.n - name.n - 1] == '.');
}

static bool is_loopback(const struct netp_addr *a)
{
    static const struct netp_cidr v4 = {{{127}, 0, 0, 4}, 8};
    static const struct netp_cidr v6 = {{{[15] = 1}, 0, 0, 6}, 128};

    return netp_cidr_contains(&v4, a) || netp_cidr_contains(&v6, a);
}

/* Cuts ":port" off a name; false if it is another port. */
static bool take_port(struct netp_str *name, uint16_t port)
{
    const char *colon = (const char *)memchr(name->p, ':', name->n);
    uint64_t v;

    if (colon == NULL) {
        return true;
    }
    size_t n = (size_t)(colon - name->p);
    struct netp_str digits = netp_str_make(colon + 1, name->n - n - 1);
    name->n = n;
    return netp_parse_dec(digits, UINT16_MAX, &v) == NETP_OK && v == port;
}

static bool name_matches(struct netp_str item, const struct target *t)
{
    if (!take_port(&item, t->port)) {
        return false;
    }
    if (netp_str_eq(item, NETP_STR("*"))) {
        return true;
    }
    if (item.n > 1 && item.p[0] == '*' && item.p[1] == '.') {
        item = netp_str_make(item.p + 1, item.n - 1);
    }
    if (item.n > 0 && item.p[0] == '.') {
        item = netp_str_make(item.p + 1, item.n - 1);
    }
    item.n -= item.n > 0 && item.p[item.n - 1] == '.';
    return t->addr.fam == 0 && is_within(t->host, item);
}

static bool matches(struct netp_str item, const struct target *t)
{
    struct netp_cidr net;
    struct netp_addr a;

    if (netp_cidr_parse(item, &net) == NETP_OK) {
        return netp_cidr_contains(&net, &t->addr);
    }
    if (netp_addr_parse(item, &a) == NETP_OK) {
        bool port = a.port == 0 || a.port == t->port;
        a.scope = 0;
        return port && netp_addr_eq_ip(&a, &t->addr);
    }
    return name_matches(item, t);
}

static int set_target(struct target *t, const struct netp_url *url, char host[NETP_URL_HOST_CAP])
{
    int n = netp_url_host(url, host);

    if (n < 0) {
        return n;
    }
    t->host = netp_str_make(host, (size_t)n);
    memset(&t->addr, 0, sizeof t->addr);
    (void)netp_addr_parse(t->host, &t->addr);
    t->port = netp_url_port(url);
    return NETP_OK;
}

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t';
}

static bool is_here(const struct target *t)
{
    return is_within(t->host, NETP_STR("localhost")) || is_loopback(&t->addr);
}

static bool is_listed(struct netp_str list, const struct target *t)
{
    for (size_t i = 0, n; i < list.n; i += n + 1) {
        for (n = 0; i + n < list.n && !is_separator(list.p[i + n]); n++) {
        }
        if (matches(netp_str_make(list.p + i, n), t)) {
            return true;
        }
    }
    return false;
}

bool netp_proxy_bypassed(struct netp_str no_proxy, const struct netp_url *url)
{
    char host[NETP_URL_HOST_CAP];
    struct target t;

    return set_target(&t, url, host) == NETP_OK && (is_here(&t) || is_listed(no_proxy, &t));
}

int netp_proxy_choose(const struct netp_proxy_env *env, const struct netp_url *url,
                      struct netp_proxy *proxy)
{
    char host[NETP_URL_HOST_CAP];
    struct target t;
    struct netp_str s = env->all;
    int r = set_target(&t, url, host);

    if (r != NETP_OK) {
        return r;
    }
    if (netp_str_ieq(url->scheme, NETP_STR("http")) && env->http.n > 0) {
        s = env->http;
    } else if (netp_str_ieq(url->scheme, NETP_STR("https")) && env->https.n > 0) {
        s = env->https;
    }
    if (s.n == 0 || (is_here(&t) && !env->local) || is_listed(env->no, &t)) {
        memset(proxy, 0, sizeof *proxy);
        return NETP_OK;
    }
    return netp_proxy_parse(s, proxy);
}

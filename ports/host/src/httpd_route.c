/* httpd_route.c - which handler a request is for. SPDX-License-Identifier: MIT */
#include "httpd_priv.h"
#include <string.h>

/* "example.org" or "*.example.org" */
static bool host_fits(const char *host, struct netp_str asked)
{
    struct netp_str want = netp_str_of(host ? host : "");

    if (!host) {
        return true;
    }
    if (want.n > 2 && want.p[0] == '*' && want.p[1] == '.') {
        want.p++;
        want.n--;
        if (asked.n <= want.n) {
            return false;
        }
        asked.p += asked.n - want.n;
        asked.n = want.n;
    }
    return netp_str_ieq(want, asked);
}

/* The next segment of a path, which begins with a slash; false at its end. */
static bool segment(struct netp_str *path, struct netp_str *s)
{
    const char *slash;

    if (path->n == 0 || path->p[0] != '/') {
        return false;
    }
    path->p++;
    path->n--;
    slash = path->n > 0 ? memchr(path->p, '/', path->n) : NULL;
    *s = netp_str_make(path->p, slash ? (size_t)(slash - path->p) : path->n);
    path->p += s->n;
    path->n -= s->n;
    return true;
}

static bool keep(struct netp_httpd_request *r, struct netp_str s)
{
    if (r->nparam == NETP_HTTPD_PARAMS) {
        return false;
    }
    r->param[r->nparam++] = s;
    return true;
}

static bool path_fits(const char *pattern, struct netp_httpd_request *r)
{
    struct netp_str want = netp_str_of(pattern), path = r->path, a, b;

    r->nparam = 0;
    while (segment(&want, &a)) {
        if (a.n == 1 && a.p[0] == '*' && want.n == 0) {
            return path.n > 0 && path.p[0] == '/' && keep(r, netp_str_make(path.p + 1, path.n - 1));
        }
        if (!segment(&path, &b)) {
            return false;
        }
        if (netp_str_eq(a, NETP_STR("{}")) ? b.n == 0 || !keep(r, b) : !netp_str_eq(a, b)) {
            return false;
        }
    }
    return want.n == 0 && path.n == 0;
}

static bool method_fits(const char *method, struct netp_str asked)
{
    return !method || netp_str_eq(netp_str_of(method), asked) ||
           (strcmp(method, "GET") == 0 && netp_str_eq(asked, NETP_STR("HEAD")));
}

static size_t append(char *out, size_t n, struct netp_str s)
{
    memcpy(out + n, s.p, s.n);
    return n + s.n;
}

/* The methods of all routes for the path, "GET, HEAD, OPTIONS"; cut if there are too many. */
static struct netp_str allowed(struct netp_httpd_exchange *x, char *out, size_t cap)
{
    const struct netp_httpd_cfg *cfg = &x->conn->httpd->cfg;
    size_t n = 0;

    for (size_t i = 0; i < cfg->nroute; i++) {
        const struct netp_httpd_route *r = &cfg->route[i];
        struct netp_str method = netp_str_of(r->method ? r->method : "");
        if (method.n == 0 || n + method.n + 24 > cap || !host_fits(r->host, x->request.host) ||
            !path_fits(r->pattern, &x->request)) {
            continue;
        }
        n = append(out, n, method);
        n = append(out, n, NETP_STR(", "));
        if (netp_str_eq(method, NETP_STR("GET"))) {
            n = append(out, n, NETP_STR("HEAD, "));
        }
    }
    n = append(out, n, NETP_STR("OPTIONS"));
    return netp_str_make(out, n);
}

void httpd_route(struct netp_httpd_exchange *x)
{
    const struct netp_httpd_cfg *cfg = &x->conn->httpd->cfg;
    bool other = netp_str_eq(x->request.path, NETP_STR("*"));
    char methods[256];

    for (size_t i = 0; i < cfg->nroute; i++) {
        const struct netp_httpd_route *r = &cfg->route[i];
        if (!host_fits(r->host, x->request.host) || !path_fits(r->pattern, &x->request)) {
            continue;
        }
        if (method_fits(r->method, x->request.method)) {
            r->handle(r->arg, x);
            return;
        }
        other = true;
    }
    x->request.nparam = 0;
    if (!other) {
        netp_httpd_error(x, 404);
        return;
    }
    netp_httpd_add(x, "Allow", allowed(x, methods, sizeof methods));
    if (netp_str_eq(x->request.method, NETP_STR("OPTIONS"))) {
        netp_httpd_reply(x, 204, NULL, NULL, 0);
    } else {
        netp_httpd_error(x, 405);
    }
}

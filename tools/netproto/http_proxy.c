/* http_proxy.c - -x, -U, --noproxy and the environment: which proxies there are.
 * SPDX-License-Identifier: MIT */
#include "http_proxy.h"
#include "secret.h"
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

/* The value of a variable in lower case, else in upper case; "" when there is none. Upper is NULL
 * where that is not read: HTTP_PROXY is what a server makes of a field "Proxy" for a CGI program.
 */
static const char *variable(const char *lower, const char *upper)
{
    const char *v = getenv(lower);

    v = v || !upper ? v : getenv(upper);
    return v ? v : "";
}

/* Appends text to *to as a part of userinfo. */
static void put_escaped(char **to, struct netp_str text)
{
    *to +=
        netp_url_encode(NETP_URL_PART_USERINFO, *to, NETP_URL_ENCODE_CAP(text.n), text.p, text.n);
}

/* The URL with user and password in it, in place of those that it had. NULL: no memory. */
static char *with_user(const char *url, struct netp_str user, struct netp_str password)
{
    const char *slashes = strstr(url, "://"), *at;
    size_t scheme = slashes ? (size_t)(slashes - url) + 3 : 0;
    char *made = malloc(strlen(url) + NETP_URL_ENCODE_CAP(user.n + password.n) + 3), *to = made;

    if (!made) {
        return NULL;
    }
    at = strrchr(url + scheme, '@');
    at = at ? at + 1 : url + scheme;
    memcpy(to, url, scheme);
    to += scheme;
    put_escaped(&to, user);
    *to++ = ':';
    put_escaped(&to, password);
    *to++ = '@';
    memcpy(to, at, strlen(at) + 1);
    return made;
}

/* Puts -U into the URLs that there are. */
static int add_user(struct http_proxy *x, const struct cli *c, struct netp_str *url[3])
{
    const char *colon = strchr(x->user, ':');
    struct netp_str user =
        netp_str_make(x->user, colon ? (size_t)(colon - x->user) : strlen(x->user));
    char *password =
        colon ? strdup(colon + 1) : secret_find(c, NULL, "NETPROTO_PROXY_PASSWORD", "the proxy");
    int status = password ? CLI_DONE : CLI_USAGE;

    for (int i = 0; status == CLI_DONE && i < 3; i++) {
        if (url[i]->n == 0) {
            continue;
        }
        x->text[i] = with_user(url[i]->p, user, netp_str_of(password));
        if (x->text[i]) {
            *url[i] = netp_str_of(x->text[i]);
        } else {
            status = cli_error(c, CLI_LOCAL, "no memory");
        }
    }
    secret_free(password);
    return status;
}

int http_proxy_open(struct http_proxy *x, const struct cli *c, struct netp_proxy_env *env)
{
    const char *all = x->url ? x->url : variable("all_proxy", "ALL_PROXY");
    struct netp_str *url[3] = {&env->http, &env->https, &env->all};
    struct netp_proxy parsed;

    env->http = netp_str_of(x->url ? x->url : variable("http_proxy", NULL));
    env->https = netp_str_of(x->url ? x->url : variable("https_proxy", "HTTPS_PROXY"));
    env->all = netp_str_of(all);
    env->local = x->url != NULL;
    env->no = netp_str_of(x->no ? x->no : variable("no_proxy", "NO_PROXY"));
    for (int i = 0; i < 3; i++) {
        if (url[i]->n > 0 && netp_proxy_parse(*url[i], &parsed) != NETP_OK) {
            return cli_usage(c, x->url ? "the proxy's URL is no good"
                                       : "the URL of a proxy in the environment is no good");
        }
    }
    return x->user ? add_user(x, c, url) : CLI_DONE;
}

void http_proxy_free(struct http_proxy *x)
{
    for (int i = 0; i < 3; i++) {
        secret_free(x->text[i]);
        x->text[i] = NULL;
    }
}

/* netproto/proxy.h - which proxy a URL is fetched through: http_proxy, no_proxy and the like.
 *
 * SPDX-License-Identifier: MIT
 *
 * Nothing here reads the environment; the program does, and passes the values on. It reads the
 * names in lower case, then in upper case, but never HTTP_PROXY: in a CGI program, where
 * REQUEST_METHOD is set, a client sets that variable with a field named Proxy. */
#ifndef NETPROTO_PROXY_H
#define NETPROTO_PROXY_H

#include <netproto/url.h>

#ifdef __cplusplus
extern "C" {
#endif

enum netp_proxy_kind {
    NETP_PROXY_NONE,   /* connect to the host itself */
    NETP_PROXY_HTTP,   /* RFC 9112 section 3.2.2, and CONNECT */
    NETP_PROXY_HTTPS,  /* the same within TLS to the proxy */
    NETP_PROXY_SOCKS5, /* socks5.h, given the address */
    NETP_PROXY_SOCKS5H /* socks5.h, given the name */
};

#define NETP_PROXY_URL_MAX  1023 /* characters of a proxy's URL */
#define NETP_PROXY_TEXT_MAX 255  /* bytes of a user or a password, as in RFC 1929 */

struct netp_proxy {
    enum netp_proxy_kind kind;    /* with NETP_PROXY_NONE the rest is 0 */
    uint16_t port;                /* without one in the URL 80, 443 for https, 1080 for SOCKS */
    uint8_t user_n, password_n;   /* bytes; 0, 0: none were given */
    char host[NETP_URL_HOST_CAP]; /* as netp_url_host() writes it */
    char user[NETP_PROXY_TEXT_MAX], password[NETP_PROXY_TEXT_MAX]; /* without escapes and NUL */
};

/* Reads "http://user:password@host:port", https, socks5 or socks5h; without "scheme://" it is http.
 * Behind it there may be "/". *proxy changes only with NETP_OK.
 * NETP_E_SYNTAX: no such URL, no valid host, port 0, or a control character in user or password.
 * NETP_E_LIMIT: s, user or password is too long. NETP_E_UNSUPPORTED: another scheme. */
NETP_API int netp_proxy_parse(struct netp_str s, struct netp_proxy *proxy);

/* Whether a URL is to be fetched without a proxy: no_proxy names its host, or it is localhost, a
 * name below it (RFC 6761 section 6.3) or a loopback address, which the proxy would take for
 * itself. The items of no_proxy stand between commas and blanks:
 *     *                          every host
 *     example.com                this name and all below it, but not notexample.com; the same with
 *                                "." or "*." before it, or "." behind it
 *     192.0.2.1  ::1  [::1]      an address
 *     10.0.0.0/8  2001:db8::/32  a network
 * and each but networks may end in ":8080" (addresses of IPv6 in brackets): then the port must be
 * netp_url_port(), too. Case does not count, nor does an item that is none of these. Names are not
 * asked of the DNS, so an address never matches a name. */
NETP_API bool netp_proxy_bypassed(struct netp_str no_proxy, const struct netp_url *url);

/* The values of http_proxy, https_proxy, all_proxy and no_proxy; empty: not set. */
struct netp_proxy_env {
    struct netp_str http, https, all, no;
    bool local; /* localhost and loopback addresses are for the proxy, too, for the user said so */
};

/* Chooses the proxy for a URL: by its scheme http or https, else, or if that is not set, all. The
 * URL may lead to another one after a redirection: choose again. The password goes to this proxy
 * and nowhere else.
 * *proxy changes only with NETP_OK. Errors of netp_proxy_parse(), and of netp_url_host() for url.
 */
NETP_API int netp_proxy_choose(const struct netp_proxy_env *env, const struct netp_url *url,
                               struct netp_proxy *proxy);

#ifdef __cplusplus
}
#endif

#endif

/* The host and port of a URL, for a connection and for a comparison.
 *
 * SPDX-License-Identifier: MIT */
#include "url_private.h"

#include <netproto/addr.h>

enum { LABEL_MAX = 63 };

/* ---- host ---- */

/* A decimal number, or a hexadecimal one behind 0x, be it without digits. */
static bool is_number(struct netp_str label)
{
    uint64_t v;
    bool hex = label.n > 1 && label.p[0] == '0' && label.p[1] == 'x';

    return (hex && label.n == 2) ||
           (hex ? netp_parse_hex(netp_str_make(label.p + 2, label.n - 2), UINT64_MAX, &v)
                : netp_parse_dec(label, UINT64_MAX, &v)) != NETP_E_SYNTAX;
}

/* NETP_OK if name, of good characters, is one of the DNS or an IPv4 address. */
static int check_labels(struct netp_str name)
{
    struct netp_str label = name;
    struct netp_addr a;

    for (size_t i = 0; i <= name.n; i++) {
        if (i < name.n && name.p[i] != '.') {
            continue;
        }
        label.n = (size_t)(name.p + i - label.p);
        if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-') {
            return NETP_E_SYNTAX;
        }
        if (label.n > LABEL_MAX) {
            return NETP_E_LIMIT;
        }
        if (i < name.n) {
            label.p += label.n + 1;
        }
    }
    return is_number(label) && netp_addr_parse(name, &a) != NETP_OK ? NETP_E_SYNTAX : NETP_OK;
}

/* The next character of a name at s->p, in lower case; 0 if it is none. */
static char take(struct netp_str *s)
{
    bool escaped;
    char c = netp_url_take_(s, &escaped);
    bool good = netp_url_class_(c) == URL_ALNUM || c == '-' || c == '_' || (c == '.' && !escaped);

    return good ? netp_url_lower_(c) : '\0';
}

static int format_name(struct netp_str host, char out[NETP_URL_HOST_CAP])
{
    size_t n = 0;

    while (host.n > 0) {
        if (n == NETP_URL_HOST_CAP) {
            return NETP_E_LIMIT;
        }
        out[n] = take(&host);
        if (out[n++] == '\0') {
            return NETP_E_SYNTAX;
        }
    }
    if (n > 0 && out[n - 1] == '.') {
        n--;
    }
    if (n == NETP_URL_HOST_CAP) {
        return NETP_E_LIMIT;
    }
    out[n] = '\0';
    int r = check_labels(netp_str_make(out, n));
    return r == NETP_OK ? (int)n : r;
}

int netp_url_host(const struct netp_url *u, char out[NETP_URL_HOST_CAP])
{
    if (u->host_kind == NETP_URL_HOST_FUTURE) {
        return NETP_E_UNSUPPORTED;
    }
    if (u->host_kind != NETP_URL_HOST_IPV6) {
        return format_name(u->host, out);
    }
    struct netp_addr a = {{0}, 0, 0, 0};
    size_t zone = u->zone.n > 0 ? u->zone.n + 3 : 0;
    netp_addr_parse(netp_str_make(u->host.p + 1, u->host.n - 2 - zone), &a);
    return (int)netp_addr_format(&a, out);
}

/* ---- port, origin ---- */

uint16_t netp_url_default_port_(struct netp_str scheme)
{
    static const struct {
        char scheme[6];
        uint16_t port;
    } t[] = {{"ftp", 21},  {"http", 80}, {"https", 443}, {"imap", 143},
             {"pop", 110}, {"tftp", 69}, {"ws", 80},     {"wss", 443}};

    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        if (netp_str_ieq(scheme, netp_str_of(t[i].scheme))) {
            return t[i].port;
        }
    }
    return 0;
}

uint16_t netp_url_port(const struct netp_url *u)
{
    return (u->has & NETP_URL_PORT) != 0 ? u->port : netp_url_default_port_(u->scheme);
}

bool netp_url_same_origin(const struct netp_url *a, const struct netp_url *b)
{
    char host_a[NETP_URL_HOST_CAP], host_b[NETP_URL_HOST_CAP];
    int n = netp_url_host(a, host_a);

    return n > 0 && netp_url_host(b, host_b) == n && memcmp(host_a, host_b, (size_t)n) == 0 &&
           netp_str_eq(a->zone, b->zone) && a->scheme.n > 0 && netp_str_ieq(a->scheme, b->scheme) &&
           netp_url_port(a) == netp_url_port(b);
}

/* http_cgi_env.c - the environment of a CGI program, RFC 3875 section 4.1.
 * SPDX-License-Identifier: MIT */
#include "http_cgi.h"
#include "http_scan.h"

#include <netproto/addr.h>
#include <netproto/http_cgi.h>
#include <string.h>

/* nul: one was in a value. */
struct env {
    struct http_writer w;
    size_t count;
    bool nul;
};

static void begin(struct env *e, const char *name)
{
    http_put_str(&e->w, netp_str_of(name));
    http_put(&e->w, '=');
}

static void put(struct env *e, struct netp_str value)
{
    e->nul = e->nul || (value.n > 0 && memchr(value.p, '\0', value.n) != NULL);
    http_put_str(&e->w, value);
}

static void end(struct env *e)
{
    http_put(&e->w, '\0');
    e->count++;
}

static void always(struct env *e, const char *name, struct netp_str value)
{
    begin(e, name);
    put(e, value);
    end(e);
}

static void variable(struct env *e, const char *name, struct netp_str value)
{
    if (value.n > 0) {
        always(e, name, value);
    }
}

static void number(struct env *e, const char *name, uint64_t v)
{
    char text[NETP_DEC_CAP];
    always(e, name, netp_str_make(text, netp_format_dec(v, text)));
}

/* Without its port. */
static struct netp_str address(struct netp_addr a, char text[NETP_ADDR_CAP])
{
    a.port = 0;
    return netp_str_make(text, netp_addr_format(&a, text));
}

/* A name in the RFC is one in ASCII or an address, IPv6 in brackets (section 4.1.14). */
static void server_name(struct env *e, const struct netp_cgi_request *r)
{
    char text[NETP_ADDR_CAP + 2] = "[";
    struct netp_str name = r->host;

    if (name.n == 0) {
        name = address(r->local, text + 1);
        if (r->local.fam == 6) {
            text[1 + name.n] = ']';
            name = netp_str_make(text, name.n + 2);
        }
    }
    always(e, "SERVER_NAME", name);
}

static void of_connection(struct env *e, const struct netp_cgi_request *r)
{
    char text[NETP_ADDR_CAP];

    server_name(e, r);
    number(e, "SERVER_PORT", r->local.port);
    always(e, "SERVER_ADDR", address(r->local, text));
    always(e, "REMOTE_ADDR", address(r->peer, text));
    number(e, "REMOTE_PORT", r->peer.port);
    if (r->https) {
        always(e, "HTTPS", NETP_STR("on"));
    }
}

static void of_request(struct env *e, const struct netp_cgi_request *r)
{
    struct netp_str type = {NULL, 0};

    always(e, "GATEWAY_INTERFACE", NETP_STR("CGI/1.1"));
    always(e, "SERVER_PROTOCOL", r->head->minor == 0 ? NETP_STR("HTTP/1.0") : NETP_STR("HTTP/1.1"));
    always(e, "SERVER_SOFTWARE", r->software);
    always(e, "REQUEST_METHOD", r->method);
    always(e, "REQUEST_URI", r->target);
    always(e, "QUERY_STRING", r->query);
    always(e, "SCRIPT_NAME", r->script_name);
    variable(e, "SCRIPT_FILENAME", r->script_filename);
    variable(e, "PATH_INFO", r->path_info);
    variable(e, "PATH_TRANSLATED", r->path_translated);
    variable(e, "AUTH_TYPE", r->auth_type);
    variable(e, "REMOTE_USER", r->remote_user);
    if (r->length != NETP_CGI_NO_BODY) {
        number(e, "CONTENT_LENGTH", r->length);
        netp_http_head_find(r->head, r->text, NETP_STR("Content-Type"), 0, &type);
        variable(e, "CONTENT_TYPE", type);
    }
}

/* ---- the fields of the request, section 4.1.18 ---- */

static bool is_passed(struct netp_str name)
{
    static const char *const kept[] = {
        "Proxy", "Authorization", "Proxy-Authorization", "Content-Type", "Content-Length", "Expect",
        NULL};
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !http_is(&http_digit, c) && c != '-') {
            return false;
        }
    }
    return !cgi_is_hop(name) && !cgi_is_in(name, kept);
}

/* Of letters, digits and "-". */
static void field_name(struct env *e, struct netp_str name)
{
    http_put_str(&e->w, NETP_STR("HTTP_"));
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        http_put(&e->w, (char)(c == '-' ? '_' : c >= 'a' ? c - 'a' + 'A' : c));
    }
    http_put(&e->w, '=');
}

/* Cookies are parted by a semicolon, all else by a comma (RFC 9110 section 5.3). */
static void field_values(struct env *e, const struct netp_cgi_request *r, struct netp_str name)
{
    struct netp_str value,
        between = netp_str_ieq(name, NETP_STR("Cookie")) ? NETP_STR("; ") : NETP_STR(", ");

    for (unsigned nth = 0; netp_http_head_find(r->head, r->text, name, nth, &value); nth++) {
        if (nth > 0) {
            http_put_str(&e->w, between);
        }
        put(e, value);
    }
}

static void of_fields(struct env *e, const struct netp_cgi_request *r)
{
    for (unsigned i = 0; i < r->head->nfield; i++) {
        struct netp_str name = netp_http_str(r->text, r->head->field_[i].name), first;
        netp_http_head_find(r->head, r->text, name, 0, &first);
        if (first.p == netp_http_str(r->text, r->head->field_[i].value).p && is_passed(name)) {
            field_name(e, name);
            field_values(e, r, name);
            end(e);
        }
    }
}

ptrdiff_t netp_cgi_env(const struct netp_cgi_request *r, char *out, size_t cap, size_t *count)
{
    struct env e = {{out, cap, 0}, 0, false};

    of_request(&e, r);
    of_connection(&e, r);
    of_fields(&e, r);
    *count = e.count;
    return e.nul ? NETP_E_ARG : http_written(&e.w);
}

/* fetch_login.c - logging in to the origin of a fetch. SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <netproto/host/hash.h>
#include <netproto/host/random.h>
#include <netproto/netrc.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

/* Decodes a part of userinfo behind what is in text already; false: it can't be. */
static bool decode(struct login *l, size_t *n, struct netp_str from, struct netp_str *to)
{
    ptrdiff_t r = netp_url_decode(NETP_URL_NO_NUL, l->text + *n, sizeof l->text - *n, from);

    if (r < 0) {
        return false;
    }
    *to = netp_str_make(l->text + *n, (size_t)r);
    *n += (size_t)r;
    return true;
}

static bool from_url(struct netp_fetch *f, struct netp_str userinfo)
{
    const char *colon = memchr(userinfo.p, ':', userinfo.n);
    size_t user = colon ? (size_t)(colon - userinfo.p) : userinfo.n, n = 0;
    struct netp_str password = {userinfo.p + user + 1, colon ? userinfo.n - user - 1 : 0};

    if (!decode(&f->login, &n, netp_str_make(userinfo.p, user), &f->login.user) ||
        !decode(&f->login, &n, password, &f->login.password)) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_ARG, "user and password in the URL are no good");
        return false;
    }
    return true;
}

static bool from_netrc(struct netp_fetch *f)
{
    struct netp_netrc found;
    struct netp_str machine = netp_str_of(f->host);
    int r = netp_netrc_find(f->client->cfg.netrc, machine, f->login.user, &found, f->login.text,
                            sizeof f->login.text);

    if (r < 0) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_ARG, "the .netrc file is no good at line %zu",
                         found.line);
        return false;
    }
    if (r > 0) {
        f->login.user = found.login;
        f->login.password = found.password;
    }
    return true;
}

bool netp_login_begin_(struct netp_fetch *f)
{
    struct login *l = &f->login;
    struct netp_url u;
    size_t at;
    bool in_url =
        netp_url_parse(netp_str_of(f->cfg.url), &u, &at) == NETP_OK && (u.has & NETP_URL_USERINFO);

    netp_http_digest_init(&l->digest, l->mem, sizeof l->mem);
    if (f->cfg.token) {
        l->token = netp_str_of(f->cfg.token);
    }
    if (f->cfg.user) {
        l->user = netp_str_of(f->cfg.user);
        l->password = netp_str_of(f->cfg.password ? f->cfg.password : "");
    } else if (in_url ? !from_url(f, u.userinfo) : (f->client->cfg.netrc.n > 0 && !from_netrc(f))) {
        return false;
    }
    if (l->token.n > 0) {
        l->scheme = NETP_HTTP_AUTH_BEARER;
    } else if (l->user.n > 0 && (f->cfg.flags & NETP_FETCH_BASIC)) {
        l->scheme = NETP_HTTP_AUTH_BASIC;
    }
    return true;
}

static struct netp_http_digest_request digest_request(struct netp_fetch *f)
{
    struct login *l = &f->login;
    const char *path = f->url.path.p;

    return (struct netp_http_digest_request){
        .method = f->method,
        .target =
            f->forwarded ? f->asked : netp_str_make(path, f->asked.n - (size_t)(path - f->asked.p)),
        .user = l->user,
        .password = l->password,
        .cnonce = netp_str_of(l->cnonce)};
}

ptrdiff_t netp_login_format_(struct netp_fetch *f, char *out, size_t cap)
{
    struct login *l = &f->login;
    struct netp_http_digest_request r;

    switch (l->scheme) {
    case NETP_HTTP_AUTH_NONE:
        return 0;
    case NETP_HTTP_AUTH_BEARER:
        return netp_http_bearer_format(out, cap, l->token);
    case NETP_HTTP_AUTH_BASIC:
        return netp_http_basic_format(out, cap, l->user, l->password);
    default:
        r = digest_request(f);
        return netp_http_digest_format(&l->digest, &r, out, cap);
    }
}

static const struct netp_hash *const *hashes(void)
{
#ifdef NETPROTO_TLS
    return netp_hashes();
#else
    return NULL;
#endif
}

/* 128 bits that nobody can foretell. */
static bool make_cnonce(struct login *l)
{
    uint8_t random[16];

    if (!netp_random(random, sizeof random)) {
        return false;
    }
    for (unsigned i = 0; i < sizeof random; i++) {
        snprintf(l->cnonce + 2 * i, 3, "%02x", random[i]);
    }
    return true;
}

bool netp_login_challenged_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    struct login *l = &f->login;
    bool used_digest = l->scheme >= NETP_HTTP_AUTH_DIGEST_OLD && l->scheme < NETP_HTTP_AUTH_BEARER;
    struct netp_http_auth_can can = {.basic = l->user.n > 0 && !l->asked,
                                     .hashes = l->user.n > 0 ? hashes() : NULL,
                                     .least = used_digest ? l->scheme : NETP_HTTP_AUTH_NONE};
    struct netp_http_auth_choice choice = {.scheme = NETP_HTTP_AUTH_NONE};
    struct netp_str field;

    if (l->token.n > 0) {
        return false;
    }
    for (unsigned i = 0; netp_http1_field(ev, NETP_STR("WWW-Authenticate"), i, &field); i++) {
        netp_http_auth_choose(&choice, field, &can);
    }
    if (choice.scheme == NETP_HTTP_AUTH_NONE) {
        return false;
    }
    if (choice.scheme != NETP_HTTP_AUTH_BASIC &&
        (netp_http_digest_take(&l->digest, &choice.digest) != NETP_OK || !make_cnonce(l))) {
        return false;
    }
    l->scheme = choice.scheme;
    netp_trace_(f->client, '*', "logs in by %s",
                choice.scheme == NETP_HTTP_AUTH_BASIC ? "Basic" : "Digest");
    return true;
}

void netp_login_answered_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    struct netp_http_digest_request r;
    struct netp_str info = {NULL, 0};
    bool digest =
        f->login.scheme >= NETP_HTTP_AUTH_DIGEST_OLD && f->login.scheme < NETP_HTTP_AUTH_BEARER;

    if (!digest || !f->login.asked || ev->head.status == 401) {
        return;
    }
    r = digest_request(f);
    netp_http1_field(ev, NETP_STR("Authentication-Info"), 0, &info);
    netp_http_digest_answered(&f->login.digest, &r, info, NULL);
}

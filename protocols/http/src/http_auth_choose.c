/* http_auth_choose.c - which of several challenges to answer: RFC 9110 section 11.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_auth.h>

/* What the parameters of a challenge say of its realm; false: they are malformed. */
static bool find_realm(struct netp_str params, struct netp_str *realm)
{
    struct netp_str name, value;
    int r;

    *realm = netp_str_make(NULL, 0);
    while ((r = netp_http_auth_param_next(&params, &name, &value)) > 0) {
        if (!http_once(name, NETP_STR("realm"), value, realm)) {
            return false;
        }
    }
    return r == 0;
}

static enum netp_http_auth scheme_of(const struct netp_http_challenge *c,
                                     const struct netp_http_auth_can *can,
                                     struct netp_http_digest_challenge *digest)
{
    if (can->basic && netp_str_ieq(c->scheme, NETP_STR("Basic"))) {
        return NETP_HTTP_AUTH_BASIC;
    }
    if (can->bearer && netp_str_ieq(c->scheme, NETP_STR("Bearer"))) {
        return NETP_HTTP_AUTH_BEARER;
    }
    if (can->hashes != NULL && netp_str_ieq(c->scheme, NETP_STR("Digest")) &&
        netp_http_digest_parse(c, can->hashes, digest) == NETP_OK) {
        return (enum netp_http_auth)(NETP_HTTP_AUTH_DIGEST_OLD + digest->strength);
    }
    return NETP_HTTP_AUTH_NONE;
}

int netp_http_auth_choose(struct netp_http_auth_choice *choice, struct netp_str field,
                          const struct netp_http_auth_can *can)
{
    struct netp_http_auth_choice one;
    struct netp_http_challenge c;
    int r;

    while ((r = netp_http_challenge_next(&field, &c)) > 0) {
        memset(&one, 0, sizeof one);
        one.scheme = scheme_of(&c, can, &one.digest);
        if (one.scheme >= can->least && one.scheme > choice->scheme &&
            find_realm(c.params, &one.realm)) {
            *choice = one;
        }
    }
    return r;
}

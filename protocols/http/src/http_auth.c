/* http_auth.c - challenges and credentials: RFC 9110 section 11, RFC 7617, RFC 6750.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/base64.h>
#include <netproto/http_field.h>

/* Whether a challenge begins at s, which is no space or comma, rather than a parameter of the one
 * before: a scheme stands alone, or something other than a = comes behind it and a space. */
static bool begins(struct netp_str s)
{
    http_take_run(&s, &http_tchar);
    size_t spaces = http_take_run(&s, &http_space).n;

    return s.n == 0 || s.p[0] == ',' || (spaces > 0 && s.p[0] != '=');
}

static bool is_token68(struct netp_str s)
{
    size_t n = http_take_run(&s, &http_token68).n;

    while (http_take_char(&s, '=')) {
    }
    return n > 0 && s.n == 0;
}

/* Makes params end where the next challenge begins. NETP_OK, or an error of the list. */
static int extend(struct netp_str *list, struct netp_str *params)
{
    struct netp_str rest, item;
    int r;

    for (;;) {
        rest = *list;
        r = http_take_separators(&rest, ',');
        if (r < 0 || rest.n == 0 || begins(rest)) {
            return r < 0 ? r : NETP_OK;
        }
        r = netp_http_list_next(list, &item);
        if (r < 0) {
            return r;
        }
        params->n = (size_t)(item.p - params->p) + item.n;
    }
}

int netp_http_challenge_next(struct netp_str *list, struct netp_http_challenge *challenge)
{
    struct netp_str s = *list, item;
    int r = netp_http_list_next(&s, &item);

    if (r > 0) {
        challenge->scheme = http_take_run(&item, &http_tchar);
        if (challenge->scheme.n == 0 || (item.n > 0 && !http_is(&http_space, item.p[0]))) {
            return NETP_E_SYNTAX;
        }
        http_take_run(&item, &http_space);
        int bad = extend(&s, &item);
        if (bad < 0) {
            return bad;
        }
        challenge->token68 = netp_str_make(item.p, is_token68(item) ? item.n : 0);
        challenge->params = netp_str_make(item.p, item.n - challenge->token68.n);
    }
    *list = s; /* which an error has not changed */
    return r;
}

int netp_http_auth_param_next(struct netp_str *params, struct netp_str *name,
                              struct netp_str *value)
{
    struct netp_str s = *params, item;
    int r = netp_http_list_next(&s, &item);

    if (r > 0 && (!http_take_pair(&item, name, value, HTTP_BWS) || item.n > 0)) {
        return NETP_E_SYNTAX;
    }
    *params = s;
    return r;
}

ptrdiff_t netp_http_basic_format(char *out, size_t cap, struct netp_str user,
                                 struct netp_str password)
{
    struct http_writer w = {out, cap, 0};
    size_t n = user.n + 1 + password.n, k = 0;
    char three[3], four[4];

    if (!http_is_user(user) || !http_is_password(password)) {
        return NETP_E_ARG;
    }
    http_put_str(&w, NETP_STR("Basic "));
    for (size_t i = 0; i < n; i++) {
        three[k++] = i < user.n ? user.p[i] : i == user.n ? ':' : password.p[i - user.n - 1];
        if (k == sizeof three || i + 1 == n) {
            netp_base64_encode(four, sizeof four, three, k);
            http_put_str(&w, netp_str_make(four, sizeof four));
            k = 0;
        }
    }
    return http_written(&w);
}

ptrdiff_t netp_http_bearer_format(char *out, size_t cap, struct netp_str token)
{
    struct http_writer w = {out, cap, 0};

    if (!is_token68(token)) {
        return NETP_E_ARG;
    }
    http_put_str(&w, NETP_STR("Bearer "));
    http_put_str(&w, token);
    return http_written(&w);
}

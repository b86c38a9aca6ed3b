/* http_accept.c - weights and Accept-Encoding: RFC 9110 sections 12.4.2, 12.5.3.
 * SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>

int netp_http_qvalue(struct netp_str s)
{
    int q = 0, unit = NETP_HTTP_Q_MAX;

    if (s.n == 0 || s.n > 5 || (s.n > 1 && s.p[1] != '.')) {
        return NETP_E_SYNTAX;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (i == 1) {
            continue; /* the point */
        }
        if (s.p[i] < '0' || s.p[i] > '9') {
            return NETP_E_SYNTAX;
        }
        q += (s.p[i] - '0') * unit;
        unit /= 10;
    }
    return q <= NETP_HTTP_Q_MAX ? q : NETP_E_SYNTAX;
}

int netp_http_weight(struct netp_str params)
{
    struct netp_str name, value;
    int r;

    while ((r = netp_http_param_next(&params, &name, &value)) > 0) {
        if (netp_str_ieq(name, NETP_STR("q"))) {
            return netp_http_qvalue(value);
        }
    }
    return r < 0 ? r : NETP_HTTP_Q_MAX;
}

/* Sections 8.4.1.1 and 8.4.1.3: old names of two codings. */
static struct netp_str current(struct netp_str coding)
{
    if (netp_str_ieq(coding, NETP_STR("x-gzip")) || netp_str_ieq(coding, NETP_STR("x-compress"))) {
        http_take(&coding, 2);
    }
    return coding;
}

/* The weight of an element `codings [ weight ]`, where a parameter can only be that. */
static int weight(struct netp_str params)
{
    struct netp_str name, value;
    int r = netp_http_param_next(&params, &name, &value);

    if (r <= 0) {
        return r < 0 ? r : NETP_HTTP_Q_MAX;
    }
    if (params.n > 0 || !netp_str_ieq(name, NETP_STR("q"))) {
        return NETP_E_SYNTAX;
    }
    return netp_http_qvalue(value);
}

int netp_http_accepts(struct netp_str field, struct netp_str coding)
{
    struct netp_str item, token;
    int r, q, named = -1, any = -1;

    if (field.p == NULL) {
        return NETP_HTTP_Q_MAX;
    }
    coding = current(coding);
    while ((r = netp_http_list_next(&field, &item)) > 0) {
        r = netp_http_token_next(&item, &token);
        q = r < 0 ? r : weight(item);
        if (q < 0) {
            return q;
        }
        if (named < 0 && netp_str_ieq(current(token), coding)) {
            named = q;
        } else if (any < 0 && netp_str_eq(token, NETP_STR("*"))) {
            any = q;
        }
    }
    if (r < 0) {
        return r;
    }
    if (named >= 0) {
        return named;
    }
    if (netp_str_ieq(coding, NETP_STR("identity"))) {
        return any != 0;
    }
    return any > 0 ? any : 0;
}

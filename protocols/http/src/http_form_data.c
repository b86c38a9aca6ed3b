/* http_form_data.c - the head of a part of a form: RFC 7578 section 4.2.
 * SPDX-License-Identifier: MIT */
#include "http_form_data.h"

#include "http_scan.h"

/* Takes the next character that a name stands for: browsers have three escapes (the HTML standard
 * of WHATWG, section "Multipart form data"), others those of a quoted-string. A backslash before
 * another character is one of a browser's. */
static char take_meant(struct netp_str *s)
{
    uint64_t v;

    if (s->n > 1 && s->p[0] == '\\' && (s->p[1] == '"' || s->p[1] == '\\')) {
        http_take(s, 1);
    } else if (s->n > 2 && s->p[0] == '%' &&
               netp_parse_hex(netp_str_make(s->p + 1, 2), UINT8_MAX, &v) == NETP_OK &&
               (v == '"' || v == '\r' || v == '\n')) {
        http_take(s, 3);
        return (char)v;
    }
    return http_take(s, 1).p[0];
}

/* Makes the value at from, within bytes, what it means. */
static struct netp_str decode(char *bytes, struct netp_str value)
{
    struct netp_str from = http_inside(value);
    char *to = bytes + (from.p - bytes);
    size_t n = 0;

    while (from.n > 0) {
        to[n++] = take_meant(&from);
    }
    return netp_str_make(to, n);
}

int http_form_data_read(char *bytes, struct netp_str field, struct netp_str *name,
                        struct netp_str *filename)
{
    struct netp_str type = http_take_run(&field, &http_tchar), param, value;
    struct netp_str names = {NULL, 0}, files = {NULL, 0};
    int r;

    while ((r = http_take_param(&field, &param, &value, HTTP_STRICT)) > 0) {
        if (!http_once(param, NETP_STR("name"), value, &names) ||
            !http_once(param, NETP_STR("filename"), value, &files) ||
            netp_str_ieq(param, NETP_STR("filename*"))) {
            return NETP_E_SYNTAX;
        }
    }
    if (r < 0 || field.n > 0 || names.n == 0 || !netp_str_ieq(type, NETP_STR("form-data"))) {
        return r < 0 ? r : NETP_E_SYNTAX;
    }
    *name = decode(bytes, names);
    if (files.n > 0) {
        *filename = decode(bytes, files);
    }
    return NETP_OK;
}

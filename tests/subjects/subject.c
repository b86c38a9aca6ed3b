/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct subject *const subjects[] = {
    &subject_cgi,
#ifdef NETPROTO_ZLIB
    &subject_coding,
#endif
    &subject_form,
    &subject_frame,
    &subject_http1,
    &subject_modbus_client,
    &subject_modbus_client_udp,
    &subject_modbus_server,
    &subject_multipart,
    &subject_sntp,
    &subject_sntp_server,
    &subject_socks5,
    &subject_tftp,
};

const struct subject *subject_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (netp_str_eq(netp_str_of(subjects[i]->name), netp_str_make(name, n))) {
            return subjects[i];
        }
    }
    return NULL;
}

static bool number(struct netp_str s, uint64_t *v)
{
    bool minus = s.n > 0 && s.p[0] == '-';
    if (s.n > 2 && s.p[0] == '0' && s.p[1] == 'x') {
        return netp_parse_hex(netp_str_make(s.p + 2, s.n - 2), UINT64_MAX, v) == NETP_OK;
    }
    if (netp_parse_dec(netp_str_make(s.p + minus, s.n - minus), UINT64_MAX, v) != NETP_OK) {
        return false;
    }
    *v = minus ? 0 - *v : *v;
    return true;
}

/* One word: whether it is a setting. */
static bool set(struct netp_str word, struct subject_setting *s, size_t n)
{
    const char *eq = (const char *)memchr(word.p, '=', word.n);
    struct netp_str name = word;
    if (eq != NULL) {
        name.n = (size_t)(eq - word.p);
    }
    for (size_t i = 0; i < n; i++) {
        if (netp_str_eq(name, netp_str_of(s[i].name))) {
            s[i].value = 1;
            return eq == NULL || number(netp_str_make(eq + 1, word.n - name.n - 1), &s[i].value);
        }
    }
    return false;
}

void subject_settings(const char *text, struct subject_setting *s, size_t n)
{
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, " ");
        if (len > 0 && !set(netp_str_make(p, len), s, n)) {
            fprintf(stderr, "no such setting: %.*s\n", (int)len, p);
            abort();
        }
        p += len + (p[len] == ' ');
    }
}

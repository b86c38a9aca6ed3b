/* test_url.h - what the tests of URLs share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TEST_URL_H
#define TEST_URL_H

#include <netproto/text.h>
#include <netproto/url.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* s in a block of exactly its size; the caller frees s.p. */
static inline struct netp_str url_copy(struct netp_str s)
{
    char *p = malloc(s.n);

    memcpy(p, s.p, s.n);
    return netp_str_make(p, s.n);
}

/* The parts of a text that must be a URL. */
static inline struct netp_url url_of(const char *text)
{
    struct netp_url u;
    size_t at = 0;

    if (netp_url_parse(netp_str_of(text), &u, &at) != NETP_OK) {
        fail_msg("%s: wrong at %zu", text, at);
    }
    return u;
}

#endif

/* http1.h - the HTTP/1.x machine as the transcript runner wants it, set up by a text as in
 * tests/subjects/http1.c, and its commands. SPDX-License-Identifier: MIT */
#ifndef HTTP_TESTS_HTTP1_H
#define HTTP_TESTS_HTTP1_H

#include "subject.h"

#include <netproto/http1.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define CRLF     "\r\n"

/* The commands of the subject, by name. do_pause: "x" pauses, "" goes on. */
int do_head(void *m, const void *p, size_t n, netp_ms now);
int do_send(void *m, const void *p, size_t n, netp_ms now);
int do_body(void *m, const void *p, size_t n, netp_ms now);
int do_lend(void *m, const void *p, size_t n, netp_ms now);
int do_lend_stable(void *m, const void *p, size_t n, netp_ms now);
int do_end(void *m, const void *p, size_t n, netp_ms now);
int do_trailers(void *m, const void *p, size_t n, netp_ms now);
int do_pause(void *m, const void *p, size_t n, netp_ms now);
int do_finish(void *m, const void *p, size_t n, netp_ms now);

/* Whether netp_http1_is_idle(): 1 or 0. */
int is_idle(void *m, const void *p, size_t n, netp_ms now);

/* Runs the cases; what went wrong fails the test. */
void http1_check(const struct tr_case *c, size_t n);

#endif

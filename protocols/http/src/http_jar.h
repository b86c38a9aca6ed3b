/* http_jar.h - how a jar keeps its cookies. SPDX-License-Identifier: MIT
 *
 * They lie behind one another in its memory, the oldest first: a head of HEAD bytes each, then
 * name, value, domain and path. One that is replaced keeps its place. */
#ifndef HTTP_JAR_H
#define HTTP_JAR_H

#include "http_scan.h"

#include <netproto/http_jar.h>

struct http_record {
    struct netp_http_cookie cookie; /* views into the jar */
    size_t at, n;                   /* where it lies */
    uint64_t used;                  /* the jar's tick when it was sent or set */
};

/* The record at *at, which is moved behind it; false at the end. */
bool http_jar_read(const struct netp_http_jar *jar, size_t *at, struct http_record *r);

/* Notes that it is in use now. */
void http_jar_touch(struct netp_http_jar *jar, const struct http_record *r);

void http_jar_remove(struct netp_http_jar *jar, const struct http_record *r);

/* Removes what has expired; sessions: and what would at the end of the session. */
void http_jar_purge(struct netp_http_jar *jar, int64_t now, bool sessions);

/* Puts a cookie of good form into the jar, or out of it if it has expired. */
enum netp_http_jar_result http_jar_put(struct netp_http_jar *jar, struct netp_http_cookie *c,
                                       int64_t now);

/* now as one of the years 1970 to 9999, with which one can calculate. */
int64_t http_jar_time(int64_t now);

/* Section 5.7, of a cookie from wherever: its name and value, and whether it is what these and
 * SameSite promise. NETP_HTTP_JAR_STORED: it may be kept. */
enum netp_http_jar_result http_jar_check(const struct netp_http_cookie *c);

/* Whether the configuration takes domain for a public suffix. */
bool http_jar_is_suffix(const struct netp_http_jar *jar, struct netp_str domain);

/* Section 5.1.3. */
bool http_jar_domain_matches(struct netp_str host, struct netp_str domain);

/* Section 5.1.4. */
bool http_jar_path_matches(struct netp_str path, struct netp_str cookie_path);

/* The host of a URL, written to out; empty if it has no cookies. */
struct netp_str http_jar_host(const struct netp_url *url, char out[NETP_URL_HOST_CAP]);

bool http_jar_is_secure(const struct netp_url *url);

#endif

/* netproto/http_robots.h - robots.txt: what a crawler may fetch, RFC 9309.
 *
 * SPDX-License-Identifier: MIT
 *
 * Nothing is copied: a question reads the text again. No text is an error, what is not understood
 * is passed over, as section 2.2 wants it. */
#ifndef NETPROTO_HTTP_ROBOTS_H
#define NETPROTO_HTTP_ROBOTS_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_ROBOTS_MAX       512000 /* bytes of a file that are read, section 2.5 */
#define NETP_HTTP_ROBOTS_REDIRECTS 5      /* to follow on the way to it, section 2.3.1.2 */

/* What the status of the answer to a request for /robots.txt means, section 2.3.1. */
enum netp_http_robots_access {
    NETP_HTTP_ROBOTS_READ,        /* 2xx: the content says it */
    NETP_HTTP_ROBOTS_FOLLOW,      /* 3xx: go there; behind NETP_HTTP_ROBOTS_REDIRECTS: as 404 */
    NETP_HTTP_ROBOTS_ALLOW_ALL,   /* 4xx */
    NETP_HTTP_ROBOTS_DISALLOW_ALL /* 5xx and what is no status, as 0 for a host out of reach */
};
NETP_API enum netp_http_robots_access netp_http_robots_access(int status);

/* The rules for one crawler. */
struct netp_http_robots {
    struct netp_str text_, agent_;
};

/* Finds the groups for a crawler: those that name its product token in any case, all of them
 * together (section 2.2.1); without one, those for "*". A version behind the token, "name/1.0", is
 * passed over, and so are a byte order mark, what is behind NETP_HTTP_ROBOTS_MAX and the line that
 * this cuts. text and agent must stay.
 * NETP_E_ARG: agent is no product token: letters, "-" and "_". */
NETP_API int netp_http_robots_init(struct netp_http_robots *robots, struct netp_str text,
                                   struct netp_str agent);

/* Whether the crawler may fetch a path with its query, as a request has it: 1 or 0. The longest
 * pattern that matches decides, and allows when two are as long; without one, and for /robots.txt,
 * it is 1 (section 2.2.2). Escapes are compared as what they mean, but "%2F" is no "/" in a path.
 * NETP_E_ARG: path does not begin with "/".
 * NETP_E_LIMIT: the patterns are made to cost time, better don't fetch it. */
NETP_API int netp_http_robots_allowed(const struct netp_http_robots *robots, struct netp_str path);

/* The longest Crawl-delay for the crawler, ms between two requests; 0 without one. It is no part of
 * the RFC: a group ends behind it as behind any rule. What is over 32 bits is UINT32_MAX. */
NETP_API uint32_t netp_http_robots_delay_ms(const struct netp_http_robots *robots);

/* Takes the next URL of a Sitemap line (sitemaps.org) off a robots.txt, *text: 1, or 0 at the end.
 * They belong to no group. url [in] is not checked. */
NETP_API int netp_http_robots_sitemap_next(struct netp_str *text, struct netp_str *url);

#ifdef __cplusplus
}
#endif

#endif

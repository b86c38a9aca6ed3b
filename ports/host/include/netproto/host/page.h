/* netproto/host/page.h - the links of an HTML page, while it comes in.
 *
 * SPDX-License-Identifier: MIT
 *
 * The page is not kept: each link is told as it is read, an <a> when its text has ended, and what
 * comes before a limit is told, too. libxml2 reads it, an HTML 4 parser: a page with errors is not
 * always read as by a browser. Nothing is fetched. */
#ifndef NETPROTO_HOST_PAGE_H
#define NETPROTO_HOST_PAGE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_PAGE_DEPTH 512  /* elements within each other, as in browsers */
#define NETP_PAGE_TITLE 1024 /* bytes of the title that are kept */
#define NETP_PAGE_TEXT  256  /* bytes of the text of a link that are kept */

/* A URL in an attribute. All lives for the call that tells it. */
struct netp_page_link {
    const char *element, *attribute; /* "a" and "href"; "meta" and "content" for a refresh */
    struct netp_str written;         /* as in the page, without the whitespace around it */
    struct netp_str url;             /* absolute and normalised, of any scheme; n is 0 with error */
    int error;                       /* of netp_page_resolve(), NETP_OK */
    struct netp_str rel;             /* words, of a, area, link and form */
    struct netp_str text;            /* in an a, UTF-8, whitespace made one space; whole or cut */
    bool nofollow; /* one of them is, or the page said so before: don't crawl it */
};

struct netp_page_cfg {
    struct netp_str url;     /* of the page: absolute, http, https or file */
    struct netp_str charset; /* what Content-Type says; n is 0 if nothing */
    uint64_t max_bytes;      /* of the page, as it is fed */
    uint32_t max_links;
    void (*link)(void *arg, const struct netp_page_link *link); /* must not free the page */
    void *arg;
};

struct netp_page;

/* A page to come. It takes about 400 KiB, and for a tag or comment that does not end up to four
 * times max_bytes. cfg is copied. NULL with errno: EINVAL: the URL is bad; ENOMEM. */
NETP_API struct netp_page *netp_page_new(const struct netp_page_cfg *cfg);
NETP_API void netp_page_free(struct netp_page *page); /* page may be NULL */

/* Takes the next bytes, and tells the links in them. The charset is, in this order, what a byte
 * order mark, cfg or a <meta> in the first 1024 bytes says, or UTF-8; the query of a URL is always
 * UTF-8. Bytes that mean nothing are read as U+FFFD. An error comes again with every later call.
 * NETP_E_UNSUPPORTED: the charset is none that browsers have.
 * NETP_E_LIMIT: max_bytes, max_links or NETP_PAGE_DEPTH.
 * NETP_E_IO: there is no memory, errno is ENOMEM. */
NETP_API int netp_page_feed(struct netp_page *page, const void *p, size_t n);

/* The page is complete: tells what was held back. Errors as above. */
NETP_API int netp_page_end(struct netp_page *page);

/* What is known so far; both live as long as the page. The text of the first <title>, in UTF-8,
 * whole or cut. */
NETP_API struct netp_str netp_page_title(const struct netp_page *page);
/* What <meta name=robots> said. */
NETP_API bool netp_page_nofollow(const struct netp_page *page);
NETP_API bool netp_page_noindex(const struct netp_page *page);

#define NETP_PAGE_URL_CAP 65544 /* a cap that is always enough */

/* Writes what a URL in a page at base stands for, normalised, and returns its length. It is first
 * made one of RFC 3986 as browsers do (the URL standard of WHATWG): spaces and controls around it
 * and tabs and line ends within it go; in http and https "\" is "/" and slashes before a host are
 * two; spaces, bytes over 127 and others that have no place become escapes, and so does a "%" that
 * begins none.
 * NETP_E_SYNTAX: it is none then, or a host of http or https is none: netp_url_host().
 * NETP_E_LIMIT: it is over NETP_URL_MAX, or its host or port is too large.
 * NETP_E_ARG: base is not absolute. NETP_E_NOSPACE. NETP_E_IO: there is no memory. */
NETP_API ptrdiff_t netp_page_resolve(struct netp_str base, struct netp_str written, char *out,
                                     size_t cap);

#ifdef __cplusplus
}
#endif

#endif

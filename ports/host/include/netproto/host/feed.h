/* netproto/host/feed.h - feeds and sitemaps, while they come in.
 *
 * SPDX-License-Identifier: MIT
 *
 * RSS 0.9x, 1.0 and 2.0, Atom 1.0 (RFC 4287), sitemaps and their indexes (sitemaps.org), read by
 * libxml2 without its tree. Nothing is fetched, and a document that declares an entity is refused,
 * so none is ever expanded. */
#ifndef NETPROTO_HOST_FEED_H
#define NETPROTO_HOST_FEED_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_FEED_TEXT 4096 /* bytes of a text that are kept: more is cut, in a URL an error */

#define NETP_FEED_DEPTH 200 /* elements within each other */

enum netp_feed_kind {
    NETP_FEED_UNKNOWN, /* nothing has come yet */
    NETP_FEED_RSS,
    NETP_FEED_RDF, /* RSS 1.0 */
    NETP_FEED_ATOM,
    NETP_FEED_SITEMAP,
    NETP_FEED_SITEMAP_INDEX
};

/* An item, entry, or page or sitemap of a sitemap. All lives for the call that tells it; text is
 * UTF-8, and what is not there is empty. */
struct netp_feed_item {
    struct netp_str title, id;
    struct netp_str url;     /* absolute and normalised; of a guid if there is no link */
    int url_error;           /* of netp_page_resolve(), why url is empty; else NETP_OK */
    struct netp_str summary; /* or the content without one; HTML as it was written, in most feeds */
    bool dated;
    int64_t date; /* seconds since 1970: published, else updated; netp_feed_date() */
    struct netp_str enclosure, enclosure_type; /* the first one's URL, as url */
    uint64_t enclosure_length;                 /* 0 if it was not said */
};

struct netp_feed_cfg {
    struct netp_str url;     /* of the feed: absolute */
    struct netp_str charset; /* what Content-Type says; n is 0 if nothing */
    uint64_t max_bytes;
    uint32_t max_items;
    void (*item)(void *arg, const struct netp_feed_item *item); /* must not free the feed */
    void *arg;
};

struct netp_feed;

/* A feed to come; it takes about 600 KiB. cfg is copied. NULL with errno: EINVAL: the URL is bad;
 * ENOMEM. */
NETP_API struct netp_feed *netp_feed_new(const struct netp_feed_cfg *cfg);
NETP_API void netp_feed_free(struct netp_feed *feed); /* feed may be NULL */

/* Takes the next bytes, and tells the items that end in them; end: the feed is complete. An error
 * comes again with every later call; the items before it have been told.
 * NETP_E_SYNTAX: no well-formed XML, at netp_feed_line(); NETP_E_TRUNCATED: it ends too early
 * NETP_E_UNSUPPORTED: it is none of these, declares an entity, or charset is unknown
 * NETP_E_LIMIT: max_bytes, max_items, NETP_FEED_DEPTH, or four xml:base within each other
 * NETP_E_IO: there is no memory, errno is ENOMEM */
NETP_API int netp_feed_read(struct netp_feed *feed, const void *p, size_t n);
NETP_API int netp_feed_end(struct netp_feed *feed);

/* The line that is read or where an error is, from 1. */
NETP_API unsigned netp_feed_line(const struct netp_feed *feed);

/* What is known so far: the kind; the title and link of the whole feed, which live as long as it
 * does and are complete when the feed is. */
NETP_API enum netp_feed_kind netp_feed_kind(const struct netp_feed *feed);
NETP_API struct netp_str netp_feed_title(const struct netp_feed *feed);
NETP_API struct netp_str netp_feed_link(const struct netp_feed *feed);

/* Reads a date of RFC 3339, or cut short as W3C's note on dates has it ("2026", "2026-11",
 * "2026-11-21": its first second, UTC), or of RFC 822 as RSS has it: the year in two digits or
 * four, seconds or not, a zone that is a number, GMT or of North America, else UTC. NETP_E_SYNTAX.
 */
NETP_API int netp_feed_date(struct netp_str s, int64_t *t);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/http_resume.h - a download that broke off goes on where it was: RFC 9110 section 14.
 *
 * SPDX-License-Identifier: MIT
 *
 * What is kept of a file is its first bytes, and beside them a struct netp_http_partial as text:
 * what the server said of the whole. To go on: netp_http_resume_begin()   says what to send, after
 * netp_http_partial_parse() netp_http_resume_judge()   says what to do with the answer The bytes of
 * two versions are never joined: without a strong validator there is no resuming. Send
 * "Accept-Encoding: identity" with the first request and those that resume; the offsets are those
 * of the bytes sent.
 *
 * The same part makes a conditional request (section 13.1): send part.etag as If-None-Match or,
 * without one, part.modified as If-Modified-Since; the answer 304 means that nothing has changed.
 */
#ifndef NETPROTO_HTTP_RESUME_H
#define NETPROTO_HTTP_RESUME_H

#include <netproto/http_date.h>
#include <netproto/http_field.h>
#include <netproto/http_head.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_NO_DATE INT64_MIN

/* What is known of the whole. */
struct netp_http_partial {
    struct netp_str url;    /* it was asked for; without userinfo, which would end up in a file */
    struct netp_str etag;   /* an entity tag as in ETag, weak or strong; n is 0 without one */
    int64_t modified, date; /* Last-Modified, and Date of the same answer; or NETP_HTTP_NO_DATE */
    uint64_t length;        /* bytes, or NETP_HTTP_LENGTH_UNKNOWN */
};

/* Reads the head of an answer, with its bytes p, whose body is stored from its first byte on; views
 * [in], url as given. Fields that are malformed or contradict each other are as if absent. now: as
 * in netp_http_date_parse().
 * NETP_E_UNSUPPORTED: status is not 200, or the body has a content coding: don't resume it. */
NETP_API int netp_http_partial_read(const struct netp_http_head *head, const char *p,
                                    struct netp_str url, int64_t now,
                                    struct netp_http_partial *part);

/* The same as text, one line each, those that are absent left out:
 *     url https://example.com/file
 *     etag "xyzzy"
 *     last-modified Sun, 06 Nov 1994 08:49:37 GMT
 *     date Sun, 06 Nov 1994 10:00:00 GMT
 *     length 1000000
 * format writes it without a NUL and returns its length; NETP_HTTP_PARTIAL_CAP is always enough.
 * NETP_E_ARG: a member has no such form; NETP_E_NOSPACE. parse reads that and nothing else; views
 * [in]. NETP_E_SYNTAX: then begin anew. */
#define NETP_HTTP_PARTIAL_CAP(part) ((part)->url.n + (part)->etag.n + 128)
NETP_API ptrdiff_t netp_http_partial_format(const struct netp_http_partial *part, char *out,
                                            size_t cap);
NETP_API int netp_http_partial_parse(struct netp_str text, struct netp_http_partial *part);

/* The validator that goes into If-Range. */
enum netp_http_resume_by {
    NETP_HTTP_RESUME_BY_NONE, /* ask for all of it, without Range */
    NETP_HTTP_RESUME_BY_ETAG, /* a strong one */
    NETP_HTTP_RESUME_BY_DATE  /* Last-Modified, a minute or more before Date: only then was there no
                                 time for a second version in the same second, as far as two clocks
                                 can tell (section 8.8.2.2) */
};

/* A request that resumes. */
struct netp_http_resume {
    enum netp_http_resume_by by;
    uint64_t have; /* bytes that are stored */
    const struct netp_http_partial *part;
    char range[NETP_HTTP_RANGE_CAP]; /* the values of Range and If-Range; the latter [in part] or */
    size_t range_n;                  /* [in this struct], which must not be moved then */
    struct netp_str if_range;
    char date_[NETP_HTTP_DATE_LEN];
};

/* Prepares a request for what follows the first `have` bytes; part is kept as long as *r is used.
 * Returns r->by: with NETP_HTTP_RESUME_BY_NONE nothing can be resumed, be it that have is 0 or more
 * than the length, or that there is no strong validator. */
NETP_API enum netp_http_resume_by netp_http_resume_begin(struct netp_http_resume *r,
                                                         const struct netp_http_partial *part,
                                                         uint64_t have);

/* The same with the validator that is left when a server has not taken that of *r. */
NETP_API enum netp_http_resume_by netp_http_resume_weaker(struct netp_http_resume *r);

enum netp_http_resume_verdict {
    NETP_HTTP_RESUME_APPEND = 1, /* the body belongs behind the part; store no more than up to `end`
                                    and ask on if that is not all */
    NETP_HTTP_RESUME_RESTART,    /* the body is the whole: it replaces the part; a new part_read */
    NETP_HTTP_RESUME_COMPLETE,   /* the part is the whole file */
    NETP_HTTP_RESUME_WEAKER, /* the same file, but the server does not know such an If-Range: leave
                                the body, and ask again after netp_http_resume_weaker() */
    NETP_HTTP_RESUME_ANEW,   /* the file has changed, or the answer is none to this question: leave
                                the body, and ask for all of it */
    NETP_HTTP_RESUME_OTHER   /* a status that says nothing of the file, 503 say: the part stays */
};

/* Judges an answer to the request of *r: its head with its bytes p.
 *   206  APPEND if Content-Range begins at have and has the same length or "*", the body is neither
 *        multipart nor coded, and its validators, where it has them, are the part's; else ANEW
 *   200  RESTART; but WEAKER if its ETag is the part's, there is a strong date, and Accept-Ranges
 *        is bytes: some servers do not know entity tags in If-Range. Section 13.1.5 has no such
 *        second try, for it wants no date from who has a tag, be it a weak one; the date is no less
 *        strong for it
 *   416  COMPLETE if Content-Range says that the length is have, and it can be the part's; else
 *        ANEW
 *   400, 412  WEAKER if there is a strong date left, else ANEW
 *
 * *end, after APPEND: the bytes stored when all of the body is. */
NETP_API enum netp_http_resume_verdict netp_http_resume_judge(const struct netp_http_resume *r,
                                                              const struct netp_http_head *head,
                                                              const char *p, int64_t now,
                                                              uint64_t *end);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/http_field.h - the values of HTTP's fields: RFC 9110 and the RFCs that define a field.
 *
 * SPDX-License-Identifier: MIT
 *
 * Pure functions over text. They take a field value as RFC 9110 section 5.5 has it, without the
 * whitespace around it, and return views [in] of that text. Several field lines of one name are
 * one value when joined by ", " (section 5.3).
 *
 * An iterator takes the next item off its cursor: 1, and the item; 0 at the end; or an error, which
 * leaves the cursor alone and so comes again. What stands behind the error is not looked at.
 *     NETP_E_SYNTAX  the text breaks the grammar that is named, or holds a control character
 *     NETP_E_LIMIT   more than NETP_HTTP_EMPTY_MAX separators in a row
 * All strict: what the grammar calls bad whitespace is taken only where a comment here says so.
 *
 * A "value" of a parameter is a token or a quoted-string with its quotes, as it was sent:
 * netp_http_unquote() tells what it means. */
#ifndef NETPROTO_HTTP_FIELD_H
#define NETPROTO_HTTP_FIELD_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Section 5.6.1.2 wants "a reasonable number" of empty elements ignored, and no more. */
#define NETP_HTTP_EMPTY_MAX 16

/* Whether s is a token (section 5.6.2), as field names, methods and codings are. */
NETP_API bool netp_http_is_token(struct netp_str s);

/* Whether s can be sent as a field value (section 5.5): no control character but inner tabs, no
 * space or tab at either end. It may be empty. */
NETP_API bool netp_http_is_value(struct netp_str s);

/* Writes what a value means to out, and returns its length: a token as it is, a quoted-string
 * without its quotes and backslashes (section 5.6.4). cap = value.n is always enough.
 * NETP_E_SYNTAX: it is neither; NETP_E_NOSPACE: it means more than cap bytes. out may have been
 * written to then. */
NETP_API ptrdiff_t netp_http_unquote(char *out, size_t cap, struct netp_str value);

/* Writes text as a quoted-string, and returns its length; cap = NETP_HTTP_QUOTE_CAP is always
 * enough. NETP_E_ARG: text has a control character, which can't be quoted; NETP_E_NOSPACE. */
#define NETP_HTTP_QUOTE_CAP(n) ((size_t)(n)*2 + 2)
NETP_API ptrdiff_t netp_http_quote(char *out, size_t cap, struct netp_str text);

/* Whether a value means text, when the case of letters does not count: charset=UTF-8 and
 * charset="utf-8" are the same (section 8.3.1). */
NETP_API bool netp_http_value_ieq(struct netp_str value, struct netp_str text);

/* Takes the next element off a list (section 5.6.1) without the whitespace around it; empty ones
 * are passed over. A comma within a quoted-string is no end. Not for lists of entity tags, which
 * know no backslash, nor of links, whose targets may have commas. */
NETP_API int netp_http_list_next(struct netp_str *list, struct netp_str *item);

/* Takes the token off the front of an element, so that its parameters are left: 1 or
 * NETP_E_SYNTAX. */
NETP_API int netp_http_token_next(struct netp_str *item, struct netp_str *token);

/* Takes the next `; name=value` (section 5.6.6) off what follows a media type, coding, or other
 * item. Whitespace around the = is refused, as section 5.6.6 does, in transfer codings, too. */
NETP_API int netp_http_param_next(struct netp_str *params, struct netp_str *name,
                                  struct netp_str *value);

/* Takes the next product off the value of User-Agent or Server (section 10.1.5): its version is
 * empty if it has none. Comments, nested ones too, are passed over. */
NETP_API int netp_http_product_next(struct netp_str *products, struct netp_str *name,
                                    struct netp_str *version);

/* Content-Type, section 8.3.1. */
struct netp_http_media {
    struct netp_str type, subtype;
    struct netp_str params;            /* for netp_http_param_next(), which will find no error */
    struct netp_str charset, boundary; /* their values; n is 0 without one */
};

/* NETP_E_SYNTAX: no media type, or two of charset or of boundary, on which two readers might
 * disagree; NETP_E_LIMIT. */
NETP_API int netp_http_media_parse(struct netp_str field, struct netp_http_media *media);

#define NETP_HTTP_Q_MAX 1000

/* A qvalue (section 12.4.2) in thousandths, 0..1000, or NETP_E_SYNTAX. */
NETP_API int netp_http_qvalue(struct netp_str s);

/* The weight among an element's parameters in thousandths; 1000 without one. For Accept and the
 * like, where the first q is it (section 12.4.2). NETP_E_SYNTAX, NETP_E_LIMIT. */
NETP_API int netp_http_weight(struct netp_str params);

/* How much a client that sent Accept-Encoding wants a content coding (section 12.5.3), in
 * thousandths; 0: not at all. field.p == NULL: it sent none, and takes any (1000). "identity" that
 * is not ruled out is 1, less than all else that is not refused. x-gzip is gzip and x-compress is
 * compress. The first of two weights for one coding counts.
 * NETP_E_SYNTAX (do as if identity alone was wanted), NETP_E_LIMIT. */
NETP_API int netp_http_accepts(struct netp_str field, struct netp_str coding);

/* Reads Content-Length: digits and nothing else (section 8.6). With list, "42, 42" is 42, as RFC
 * 9112 section 6.3 lets a recipient do; without, it is an error.
 * NETP_E_SYNTAX: another form, or two lengths; NETP_E_LIMIT: 2^64 or more. */
NETP_API int netp_http_content_length(struct netp_str field, bool list, uint64_t *length);

/* One range of Range (section 14.1.2), bytes first..last, both included. */
struct netp_http_range {
    uint64_t first;
    uint64_t last; /* UINT64_MAX: to the end; suffix: the number of bytes at the end */
    bool suffix;
};

/* Reads all ranges of Range into out[0..cap) and returns their number, at least 1. A number of 2^64
 * or more is read as UINT64_MAX, which is as far behind any end.
 * The field is to be ignored (section 14.2) when it is
 *     NETP_E_UNSUPPORTED  of another unit than bytes
 *     NETP_E_SYNTAX       malformed, one that ends before it starts included
 *     NETP_E_LIMIT        of more than cap ranges, or by NETP_HTTP_EMPTY_MAX */
NETP_API ptrdiff_t netp_http_range_parse(struct netp_str field, struct netp_http_range *out,
                                         size_t cap);

/* Makes *range the bytes it stands for in a representation of length bytes; false, and no change,
 * when it has none of them: when all of a request are false, 416. Of nothing (length 0) there is no
 * range; a server does well to ignore Range then. */
NETP_API bool netp_http_range_resolve(struct netp_http_range *range, uint64_t length);

/* Writes a Range of one range, "bytes=0-499", without a NUL, and returns its length. NETP_E_ARG: it
 * ends before it starts. */
#define NETP_HTTP_RANGE_CAP 47
NETP_API ptrdiff_t netp_http_range_format(const struct netp_http_range *range,
                                          char out[NETP_HTTP_RANGE_CAP]);

#define NETP_HTTP_LENGTH_UNKNOWN UINT64_MAX

/* Content-Range (section 14.4). */
struct netp_http_content_range {
    uint64_t first, last; /* bytes, both included */
    uint64_t length;      /* of all, or NETP_HTTP_LENGTH_UNKNOWN */
    bool unsatisfied;     /* of 416: the length alone */
};

/* NETP_E_SYNTAX: malformed; it ends before it starts, or behind the length; NETP_E_LIMIT: a number
 * of 2^64 - 1 or more; NETP_E_UNSUPPORTED: another unit than bytes. */
NETP_API int netp_http_content_range_parse(struct netp_str field,
                                           struct netp_http_content_range *range);

/* Writes Content-Range without a NUL and returns its length. NETP_E_ARG: netp_http_
 * content_range_parse() would refuse it. */
#define NETP_HTTP_CONTENT_RANGE_CAP 68
NETP_API ptrdiff_t netp_http_content_range_format(const struct netp_http_content_range *range,
                                                  char out[NETP_HTTP_CONTENT_RANGE_CAP]);

/* An entity tag (section 8.8.3); tag is what stands between the quotes. */
struct netp_http_etag {
    struct netp_str tag;
    bool weak;
};

/* Reads ETag. NETP_E_SYNTAX. */
NETP_API int netp_http_etag_parse(struct netp_str field, struct netp_http_etag *etag);

/* Writes an entity tag and returns its length, at most tag.n + 4. NETP_E_ARG: the tag has a space,
 * quote or control character; NETP_E_NOSPACE. */
NETP_API ptrdiff_t netp_http_etag_format(char *out, size_t cap, const struct netp_http_etag *etag);

/* Section 8.8.3.2. Strong: the same bytes are promised, so a weak tag equals none, itself included.
 */
NETP_API bool netp_http_etag_strong_eq(const struct netp_http_etag *a,
                                       const struct netp_http_etag *b);
NETP_API bool netp_http_etag_weak_eq(const struct netp_http_etag *a,
                                     const struct netp_http_etag *b);

/* Takes the next entity tag off a list. */
NETP_API int netp_http_etag_next(struct netp_str *list, struct netp_http_etag *etag);

/* Whether If-Match (strong) or If-None-Match (not) names a representation (sections 13.1.1 and
 * 13.1.2): 1 or 0. etag is that of the current one; NULL: there is none. "*" names any there is.
 * NETP_E_SYNTAX, NETP_E_LIMIT. */
NETP_API int netp_http_etag_match(struct netp_str field, const struct netp_http_etag *etag,
                                  bool strong);

/* If-Range (section 13.1.5): an entity tag, for netp_http_etag_strong_eq(), or a date that must be
 * that of Last-Modified to the second. */
struct netp_http_if_range {
    struct netp_http_etag etag;
    int64_t date; /* as netp_http_date_parse() tells it */
    bool is_date;
};

/* now: for netp_http_date_parse(). NETP_E_SYNTAX: then, as when it does not match, all is sent. */
NETP_API int netp_http_if_range_parse(struct netp_str field, int64_t now,
                                      struct netp_http_if_range *v);

/* A challenge of WWW-Authenticate or Proxy-Authenticate (section 11.6.1), or the credentials of
 * Authorization or Proxy-Authorization, which have the same form. */
struct netp_http_challenge {
    struct netp_str scheme;  /* compare with netp_str_ieq() */
    struct netp_str token68; /* n is 0 unless the challenge is one */
    struct netp_str params;  /* for netp_http_auth_param_next() */
};

/* Takes the next challenge off a list of them. A fault in its parameters is found by
 * netp_http_auth_param_next(): skip that challenge, the next can be good. */
NETP_API int netp_http_challenge_next(struct netp_str *list, struct netp_http_challenge *challenge);

/* Takes the next auth-param (section 11.2) off a challenge's. Whitespace around the = is taken. */
NETP_API int netp_http_auth_param_next(struct netp_str *params, struct netp_str *name,
                                       struct netp_str *value);

/* Writes the credentials of the Basic scheme (RFC 7617 section 2) and returns their length,
 * NETP_HTTP_BASIC_LEN. user and password are bytes in the charset the server wants, UTF-8 if it
 * named none. NETP_E_ARG: a colon in user, or a control character; NETP_E_NOSPACE. */
#define NETP_HTTP_BASIC_LEN(user, password)                                                        \
    (6 + ((size_t)(user) + 1 + (size_t)(password) + 2) / 3 * 4)
NETP_API ptrdiff_t netp_http_basic_format(char *out, size_t cap, struct netp_str user,
                                          struct netp_str password);

/* Writes the credentials of the Bearer scheme (RFC 6750 section 2.1) and returns their length,
 * token.n + 7. NETP_E_ARG: the token is no b64token; NETP_E_NOSPACE. */
NETP_API ptrdiff_t netp_http_bearer_format(char *out, size_t cap, struct netp_str token);

/* A link of Link (RFC 8288 section 3). */
struct netp_http_link {
    struct netp_str target; /* a URI reference, not checked but to be printable ASCII */
    struct netp_str params; /* for netp_http_link_param_next(), which will find no error */
};

/* Takes the next link off a list of them. */
NETP_API int netp_http_link_next(struct netp_str *list, struct netp_http_link *link);

/* Takes the next parameter off a link's; value.n is 0 without one. Whitespace around the = is
 * taken. */
NETP_API int netp_http_link_param_next(struct netp_str *params, struct netp_str *name,
                                       struct netp_str *value);

/* Whether the link has a relation type, "next": its first rel counts, which may name several
 * (section 3.3). */
NETP_API bool netp_http_link_has_rel(const struct netp_http_link *link, struct netp_str rel);

/* Content-Disposition (RFC 6266). */
struct netp_http_disposition {
    struct netp_str type;          /* "attachment", "inline" or another token, in any case */
    struct netp_str filename;      /* a value; n is 0 without one */
    struct netp_str filename_star; /* filename*: for netp_http_ext_value(); n is 0 without one */
};

/* Whitespace around the = is taken. NETP_E_SYNTAX, also for two of a name; NETP_E_LIMIT. */
NETP_API int netp_http_disposition_parse(struct netp_str field, struct netp_http_disposition *d);

/* Writes the file name to out and returns its length: filename* if it is sound, else filename,
 * whose bytes are as sent; 0 when neither is. cap = NETP_HTTP_FILENAME_CAP is always enough. It is
 * the peer's word: it may be "../x" or "CON".
 * NETP_E_NOSPACE. out may have been written to then. */
#define NETP_HTTP_FILENAME_CAP(d) ((d)->filename.n + (d)->filename_star.n)
NETP_API ptrdiff_t netp_http_filename(char *out, size_t cap, const struct netp_http_disposition *d);

/* Decodes an ext-value (RFC 8187 section 3.2), "UTF-8'en'%e2%82%ac", to UTF-8 and returns its
 * length; cap = value.n is always enough. The language is passed over.
 * NETP_E_SYNTAX: malformed, no UTF-8, or a control character of ASCII; NETP_E_UNSUPPORTED: a
 * charset other than UTF-8 and ISO-8859-1; NETP_E_NOSPACE. out may have been written to then. */
NETP_API ptrdiff_t netp_http_ext_value(char *out, size_t cap, struct netp_str value);

#ifdef __cplusplus
}
#endif

#endif

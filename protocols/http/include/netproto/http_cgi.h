/* netproto/http_cgi.h - what a server and a CGI program tell each other: RFC 3875, CGI/1.1.
 *
 * SPDX-License-Identifier: MIT
 *
 * The path that names a script, the environment a script is given, and a machine that reads what it
 * answers. Who starts scripts is the port's matter.
 *
 * Words of a query as arguments of the program (section 4.4) are not passed: they have been taken
 * for options too often. Nor is there an NPH script (section 5): its status line is no field, and
 * so an error. */
#ifndef NETPROTO_HTTP_CGI_H
#define NETPROTO_HTTP_CGI_H

#include <netproto/http_head.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the path ---- */

/* Writes the path of a request, given as it was sent, as the bytes it stands for, which are
 * SCRIPT_NAME and PATH_INFO in a row, and returns their number; NETP_CGI_PATH_CAP is enough.
 * "." and ".." segments are taken out first, those that are escaped too, so that what remains of
 * them is none.
 *   NETP_E_SYNTAX   it does not begin with one "/", is no path (RFC 3986), or has an escape of "/",
 *                   "\" or a control character, which means something else once it is decoded
 *   NETP_E_NOSPACE  cap is too small. */
#define NETP_CGI_PATH_CAP(n) ((size_t)(n) + 13)
NETP_API ptrdiff_t netp_cgi_path(struct netp_str path, char *out, size_t cap);

/* ---- the environment ---- */

#define NETP_CGI_NO_BODY UINT64_MAX

/* Views with n == 0 are variables that are not set, but for QUERY_STRING. None may hold a NUL. */
struct netp_cgi_request {
    const struct netp_http_head *head; /* of the request: its fields and version */
    const char *text;                  /* the head's bytes */
    struct netp_str method, query;     /* REQUEST_METHOD, QUERY_STRING without "?" */
    struct netp_str target;            /* REQUEST_URI, which is not of RFC 3875, as sent */
    struct netp_str script_name, script_filename; /* the latter is not of RFC 3875 */
    struct netp_str path_info, path_translated;   /* decoded */
    struct netp_str host;     /* SERVER_NAME: of a Host that was checked. Without it: the address */
    struct netp_str software; /* SERVER_SOFTWARE */
    struct netp_str auth_type; /* of who was authenticated by the server */
    struct netp_str remote_user;
    uint64_t length; /* CONTENT_LENGTH, or NETP_CGI_NO_BODY: neither that nor CONTENT_TYPE */
    struct netp_addr local, peer;
    bool https;
};

/* Writes NAME=VALUE for each variable, each with a NUL, and returns the bytes written; *count is
 * their number. Of the request's fields, joined if a name comes more than once, become HTTP_*:
 * those with a name of letters, digits and "-", but for Proxy, which programs would take for their
 * own HTTP_PROXY; Authorization and Proxy-Authorization (section 9.2); Content-Type and
 * Content-Length, which are CONTENT_*; and those for the connection alone.
 * NETP_E_NOSPACE: it is more than cap: answer 431; NETP_E_ARG: a NUL in a view. */
NETP_API ptrdiff_t netp_cgi_env(const struct netp_cgi_request *r, char *out, size_t cap,
                                size_t *count);

/* ---- the answer ---- */

/* cfg.flags */
enum {
    NETP_CGI_HEAD_ONLY = 1 /* the request was HEAD: END comes behind HEAD */
};

struct netp_cgi_cfg {
    size_t size;                   /* sizeof(struct netp_cgi_cfg) */
    char *head;                    /* where the head is collected; this and field are yours to keep
                                      until the machine is closed */
    size_t headlen;                /* its most bytes; up to NETP_HTTP_HEAD_MAX */
    struct netp_http_field *field; /* its fields: */
    uint16_t nfield;               /* the most there may be */
    unsigned flags;
};

#define NETP_CGI_CFG_INIT                                                                          \
    {                                                                                              \
        sizeof(struct netp_cgi_cfg), NULL, 0, NULL, 0, 0                                           \
    }

/* HEAD, DATA..., END. */
enum netp_cgi_evtype {
    NETP_CGI_HEAD = 1, /* kind, status, reason, location, length, fields */
    NETP_CGI_DATA,     /* more of the body: p, n > 0 */
    NETP_CGI_END       /* it is complete. What is written from here on is dropped */
};

enum netp_cgi_kind {
    NETP_CGI_DOCUMENT = 1,      /* section 6.2.1 */
    NETP_CGI_LOCAL,             /* section 6.2.2: answer as if location had been asked for by GET.
                                   Other fields than Location count for nothing */
    NETP_CGI_REDIRECT,          /* section 6.2.3 */
    NETP_CGI_REDIRECT_DOCUMENT, /* section 6.2.4 */
};

#define NETP_CGI_UNKNOWN UINT64_MAX /* a length that was not told */

/* Members that a type does not name are 0 or NULL. */
struct netp_cgi_ev {
    int type; /* enum netp_cgi_evtype */
    enum netp_cgi_kind kind;
    uint16_t status;                   /* 200..599; of LOCAL 0 */
    struct netp_str reason;            /* [m] like what follows, until END; empty: the usual one */
    struct netp_str location;          /* of LOCAL a path, perhaps with a query */
    uint64_t length;                   /* of the body: Content-Length, or NETP_CGI_UNKNOWN */
    const struct netp_http_head *head; /* for netp_cgi_field_next() */
    const char *text;
    const uint8_t *p; /* [in] */
    size_t n;
};

/* Complete so that you can place it; the members are private. */
struct netp_cgi {
    struct netp_cgi_cfg cfg_;
    struct netp_fail fail_;
    struct netp_http_head head_;
    uint64_t pos_;  /* bytes taken from the stream */
    uint64_t left_; /* of the body, or NETP_CGI_UNKNOWN */
    size_t have_;   /* bytes of the head */
    uint8_t state_;
};

/* NETP_OK or NETP_E_ABI; NETP_E_NOSPACE: headlen is 0. The machine knows no time: now is not looked
 * at. */
NETP_API int netp_cgi_init_(struct netp_cgi *m, size_t msize, const struct netp_cgi_cfg *cfg,
                            netp_ms now);
#define netp_cgi_init(m, cfg, now) netp_cgi_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. There is never output, nor a deadline. Give NETP_IN_EOF when the script
 * has closed its output, NETP_IN_BROKEN when it was killed. Lines may end in LF or CRLF.
 *
 * A Location without Status is a local redirect if it is a path with one "/" at its beginning and
 * no fragment, and a client redirect with status 302 if it has a scheme. With a status of 3xx it
 * may be any reference, with another it is a field like others. A body follows neither a redirect
 * without Content-Type nor a status of 204, 205 or 304.
 *
 * Failures; fail()->peer_code is 502 until HEAD, then -1: what was begun can't be completed.
 *   NETP_E_SYNTAX     a line that is no field (section 6.3), or folded; neither Content-Type nor
 *                     Location nor Status; two of one of these or of Content-Length; a Status other
 *                     than 200 to 599 and perhaps a reason; a Content-Length that is no number; a
 *                     Location that is no reference, or none that may stand without Status
 *   NETP_E_LIMIT      the head is longer than headlen or has more fields than nfield; a
 *                     Content-Length of 2^64 - 1 or more
 *   NETP_E_TRUNCATED  the end comes before that of the head, or of what Content-Length promised
 *   NETP_E_IO         NETP_IN_BROKEN elsewhere */
NETP_API int netp_cgi_next(struct netp_cgi *m, struct netp_in *in, netp_ms now,
                           struct netp_cgi_ev *ev);
NETP_API size_t netp_cgi_out(const struct netp_cgi *m, struct netp_out *v, size_t nv);
NETP_API void netp_cgi_sent(struct netp_cgi *m, size_t n, netp_ms now);
NETP_API netp_ms netp_cgi_deadline(const struct netp_cgi *m);
NETP_API unsigned netp_cgi_want(const struct netp_cgi *m);
NETP_API const struct netp_fail *netp_cgi_fail(const struct netp_cgi *m);

NETP_API extern const struct netp_ops netp_cgi_ops;

/* The next field of HEAD that is for the client, *i being 0 at first; false: that was all. Status,
 * and what the server says itself, are left out: Content-Length, Date, Server, and the fields that
 * are for one connection (RFC 9110 section 7.6.1). */
NETP_API bool netp_cgi_field_next(const struct netp_cgi_ev *ev, unsigned *i, struct netp_str *name,
                                  struct netp_str *value);

#ifdef __cplusplus
}
#endif

#endif

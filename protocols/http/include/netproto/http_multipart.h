/* netproto/http_multipart.h - multipart bodies: RFC 2046 section 5.1, forms with files (RFC 7578),
 * and multipart/byteranges (RFC 9110 section 14.6).
 *
 * SPDX-License-Identifier: MIT
 *
 * The reader is a machine in the contract of netp.h; the writer makes the text between the parts.
 * Neither copies what the parts contain. */
#ifndef NETPROTO_HTTP_MULTIPART_H
#define NETPROTO_HTTP_MULTIPART_H

#include <netproto/http_field.h>
#include <netproto/http_head.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_BOUNDARY_MAX 70 /* characters, RFC 2046 section 5.1.1 */

/* ---- reading ---- */

/* cfg.flags */
enum {
    NETP_HTTP_MULTIPART_FORM = 1 /* each part is a field of a form, RFC 7578 */
};

struct netp_http_multipart_cfg {
    size_t size; /* sizeof(struct netp_http_multipart_cfg) */
    unsigned flags;
    struct netp_str boundary; /* the value of Content-Type's parameter, as netp_http_media_parse()
                                 gives it; copied by init */
    char *head;               /* where the head of a part is collected; this and field are yours to
                                 keep until the machine is closed */
    size_t headlen;           /* the most bytes of a head, the empty line at its end included; up to
                                 NETP_HTTP_HEAD_MAX */
    struct netp_http_field *field; /* the fields of a head: */
    uint16_t nfield;               /* the most there may be */
    uint32_t max_parts;
    uint32_t max_skip; /* the most bytes that are ignored: before the first part, behind the last,
                          and blanks behind delimiters, all together */
};

#define NETP_HTTP_MULTIPART_CFG_INIT                                                               \
    {                                                                                              \
        sizeof(struct netp_http_multipart_cfg), 0, {NULL, 0}, NULL, 0, NULL, 0, 1000, 4096         \
    }

/* PART, DATA..., PART_END for each part, in their order; then END. */
enum netp_http_multipart_evtype {
    NETP_HTTP_MULTIPART_PART = 1, /* head, bytes, content_type; of a form name, filename, too */
    NETP_HTTP_MULTIPART_DATA,     /* more of its content: p, n > 0 */
    NETP_HTTP_MULTIPART_PART_END, /* it is complete */
    NETP_HTTP_MULTIPART_END       /* and so is the body, with NETP_IN_EOF */
};

/* Members that a type does not name are 0 or NULL. Those of PART are [m], and live until next() is
 * called after PART_END.
 *
 * name and filename are what they mean: the %22, %0D and %0A of browsers and the \" and \\ of other
 * clients are undone, in place, so that in bytes Content-Disposition is no longer as it was sent.
 * They may hold quotes and ends of lines. They are the peer's word: "../x" is a file name. */
struct netp_http_multipart_ev {
    int type;                          /* enum netp_http_multipart_evtype */
    const struct netp_http_head *head; /* for netp_http_head_find() in bytes */
    const char *bytes;
    struct netp_str name;
    struct netp_str filename;     /* p is NULL when it is no file; browsers leave it empty when
                                     none was chosen */
    struct netp_str content_type; /* as sent; p is NULL without one: text/plain */
    const uint8_t *p;             /* [in]; [m] where it began like a delimiter and was none */
    size_t n;
};

/* Complete so that you can place it; the members are private. */
struct netp_http_multipart {
    struct netp_http_multipart_cfg cfg_;
    struct netp_fail fail_;
    struct netp_http_head head_;
    uint64_t pos_;   /* bytes taken from the stream */
    size_t have_;    /* bytes of the head */
    uint32_t parts_; /* begun */
    uint32_t skipped_;
    uint8_t state_;
    bool last_;                                     /* the delimiter was the closing one */
    uint8_t delimiter_[4 + NETP_HTTP_BOUNDARY_MAX]; /* CRLF, two hyphens, boundary */
    uint8_t delimiter_n_;
    uint8_t match_;  /* bytes of it that have matched */
    uint8_t before_; /* of these, those that lie before the content, or before the body */
};

/* NETP_OK, or NETP_E_ABI; NETP_E_ARG: the boundary has no or more than 70 characters, others than
 * RFC 2046 allows, or a space at its end; NETP_E_NOSPACE: headlen is 0. The machine knows no time:
 * now is not looked at. */
NETP_API int netp_http_multipart_init_(struct netp_http_multipart *m, size_t msize,
                                       const struct netp_http_multipart_cfg *cfg, netp_ms now);
#define netp_http_multipart_init(m, cfg, now)                                                      \
    netp_http_multipart_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. There is never output, nor a deadline. Give NETP_IN_EOF with the end of
 * the HTTP body. What a part contains is not interpreted, another multipart neither. A body without
 * parts, as browsers send it for an empty form, is none of RFC 2046, and accepted. Failures, with
 * the status to answer in fail()->peer_code:
 *   NETP_E_SYNTAX      (400) the line of a delimiter goes on after it, as when one boundary is the
 *                      beginning of another; a line of a head is malformed, folded or does not end
 *                      in CRLF; a field that tells about the part comes twice; in a form
 *                      Content-Disposition is missing or malformed, is no form-data, lacks a name,
 *                      or has a filename*, which RFC 7578 section 4.2 forbids
 *   NETP_E_UNSUPPORTED (400) Content-Transfer-Encoding is not 7bit, 8bit or binary, RFC 7578
 *                      section 4.7
 *   NETP_E_LIMIT       (413) by a member of cfg
 *   NETP_E_TRUNCATED   (400) the end comes before the closing delimiter
 *   NETP_E_IO          (-1) NETP_IN_BROKEN behind it */
NETP_API int netp_http_multipart_next(struct netp_http_multipart *m, struct netp_in *in,
                                      netp_ms now, struct netp_http_multipart_ev *ev);
NETP_API size_t netp_http_multipart_out(const struct netp_http_multipart *m, struct netp_out *v,
                                        size_t nv);
NETP_API void netp_http_multipart_sent(struct netp_http_multipart *m, size_t n, netp_ms now);
NETP_API netp_ms netp_http_multipart_deadline(const struct netp_http_multipart *m);
NETP_API unsigned netp_http_multipart_want(const struct netp_http_multipart *m);
NETP_API const struct netp_fail *netp_http_multipart_fail(const struct netp_http_multipart *m);

NETP_API extern const struct netp_ops netp_http_multipart_ops;

/* ---- writing multipart/form-data ---- */

/* A field of a form. */
struct netp_http_part {
    struct netp_str name;
    struct netp_str filename;     /* p == NULL: it is no file */
    struct netp_str content_type; /* n == 0: none, which means text/plain */
    const void *data;             /* its content; NULL: you send that yourself when it is due */
    uint64_t length;              /* its bytes; without data maybe NETP_HTTP_LENGTH_UNKNOWN */
};

#define NETP_HTTP_BOUNDARY_RANDOM 16 /* bytes */
#define NETP_HTTP_MULTIPART_TYPE_LEN                                                               \
    (sizeof "multipart/form-data; boundary=" - 1 + 2 * NETP_HTTP_BOUNDARY_RANDOM)

struct netp_http_multipart_writer {
    uint64_t length;                         /* Content-Length, or NETP_HTTP_LENGTH_UNKNOWN */
    char type[NETP_HTTP_MULTIPART_TYPE_LEN]; /* Content-Type, without a NUL */

    const struct netp_http_part *part_;
    size_t nparts_, at_;
    bool content_; /* the content of part at_ is next, not its head */
};

/* Begins a form of nparts fields, which with all they name stay yours to keep until the end. The
 * boundary is made of random, bytes that nobody can foretell, lest content be made to hold it.
 * NETP_E_ARG: a name or file name has a control character other than tab, CR and LF, or a backslash
 * at its end, which would hide the quote from some readers; a content type is none; the lengths add
 * up to 2^64 - 1 or more. A backslash elsewhere is sent as it is, as browsers do, and two in a row
 * may be read as one. */
NETP_API int netp_http_multipart_begin(struct netp_http_multipart_writer *w,
                                       const uint8_t random[NETP_HTTP_BOUNDARY_RANDOM],
                                       const struct netp_http_part *part, size_t nparts);

enum {
    NETP_HTTP_MULTIPART_BYTES = 1, /* send p[0..n) */
    NETP_HTTP_MULTIPART_CONTENT    /* send the content of part[index] yourself */
};

struct netp_http_multipart_piece {
    const void *p; /* of BYTES: in out, or the data of a part */
    size_t n;      /* may be 0 */
    size_t index;  /* of CONTENT */
};

/* The next piece of the body: one of the two above; 0: it is complete. Text is written to
 * out[0..cap); NETP_HTTP_MULTIPART_CAP is enough for that of a part.
 * NETP_E_NOSPACE: it is more than cap; call again with more. */
#define NETP_HTTP_MULTIPART_CAP(name, filename, type)                                              \
    (((size_t)(name) + (size_t)(filename)) * 3 + (size_t)(type) + 128)
NETP_API int netp_http_multipart_write(struct netp_http_multipart_writer *w, char *out, size_t cap,
                                       struct netp_http_multipart_piece *piece);

#ifdef __cplusplus
}
#endif

#endif

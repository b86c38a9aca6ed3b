/* netproto/http_form.h - application/x-www-form-urlencoded: the URL standard of WHATWG, section 5.
 *
 * SPDX-License-Identifier: MIT
 *
 * The text of a simple form, as the body of a request or behind the ? of a URL: names and values
 * with = between them and & between the pairs. Here is what writes it, what reads a text that is
 * there in whole, and a machine for bodies of any size, in the contract of netp.h. */
#ifndef NETPROTO_HTTP_FORM_H
#define NETPROTO_HTTP_FORM_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends a pair to out[0..*n), behind an & unless it is the first, and adds what it took to *n.
 * name and value are any bytes, escaped as needed: NETP_HTTP_FORM_CAP is enough for one pair.
 * NETP_E_NOSPACE: it would be more than cap; *n stays, what is behind it may have changed. */
#define NETP_HTTP_FORM_CAP(name, value) (((size_t)(name) + (size_t)(value)) * 3 + 2)
NETP_API int netp_http_form_put(char *out, size_t cap, size_t *n, struct netp_str name,
                                struct netp_str value);

/* Takes the next pair off a text; false at its end. The views [in] are as they were sent:
 * netp_url_decode() with NETP_URL_PLUS tells what they mean. A pair without = has an empty value;
 * nothing between two & is no pair. */
NETP_API bool netp_http_form_pair_next(struct netp_str *text, struct netp_str *name,
                                       struct netp_str *value);

struct netp_http_form_cfg {
    size_t size;        /* sizeof(struct netp_http_form_cfg) */
    char *name;         /* where names are collected; yours to keep until the machine is closed */
    size_t namelen;     /* the most bytes of a name, decoded */
    uint32_t max_pairs; /* in the whole form */
};

#define NETP_HTTP_FORM_CFG_INIT                                                                    \
    {                                                                                              \
        sizeof(struct netp_http_form_cfg), NULL, 0, 1000                                           \
    }

/* NAME, VALUE..., VALUE_END for each pair, in their order; then END. */
enum netp_http_form_evtype {
    NETP_HTTP_FORM_NAME = 1,  /* name */
    NETP_HTTP_FORM_VALUE,     /* more of its value: p, n > 0 */
    NETP_HTTP_FORM_VALUE_END, /* it is complete */
    NETP_HTTP_FORM_END        /* and so is the form, with NETP_IN_EOF */
};

/* Members that a type does not name are 0 or NULL. All is decoded, and may hold any byte. */
struct netp_http_form_ev {
    int type;             /* enum netp_http_form_evtype */
    struct netp_str name; /* [m], until next() is called after VALUE_END */
    const uint8_t *p;     /* [in] where nothing had to be decoded, else [m] */
    size_t n;
};

/* Complete so that you can place it; the members are private. */
struct netp_http_form {
    struct netp_http_form_cfg cfg_;
    struct netp_fail fail_;
    uint64_t pos_; /* bytes taken from the stream */
    size_t name_n_;
    uint32_t pairs_;
    uint8_t state_;
    uint8_t escape_, high_; /* characters of an escape that were taken, its first digit */
    uint8_t buf_[64];       /* what was decoded of a value */
};

/* NETP_OK or NETP_E_ABI. The machine knows no time: now is not looked at. */
NETP_API int netp_http_form_init_(struct netp_http_form *m, size_t msize,
                                  const struct netp_http_form_cfg *cfg, netp_ms now);
#define netp_http_form_init(m, cfg, now) netp_http_form_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. There is never output, nor a deadline. Give NETP_IN_EOF with the end of
 * the body, which is the end of the form. Failures, with the status to answer in fail()->peer_code:
 *   NETP_E_SYNTAX     a % without two hexadecimal digits (400)
 *   NETP_E_LIMIT      a name is longer than namelen, or there are more pairs than max_pairs (413)
 *   NETP_E_TRUNCATED  the end is within an escape (400)
 *   NETP_E_IO         NETP_IN_BROKEN elsewhere (-1) */
NETP_API int netp_http_form_next(struct netp_http_form *m, struct netp_in *in, netp_ms now,
                                 struct netp_http_form_ev *ev);
NETP_API size_t netp_http_form_out(const struct netp_http_form *m, struct netp_out *v, size_t nv);
NETP_API void netp_http_form_sent(struct netp_http_form *m, size_t n, netp_ms now);
NETP_API netp_ms netp_http_form_deadline(const struct netp_http_form *m);
NETP_API unsigned netp_http_form_want(const struct netp_http_form *m);
NETP_API const struct netp_fail *netp_http_form_fail(const struct netp_http_form *m);

NETP_API extern const struct netp_ops netp_http_form_ops;

#ifdef __cplusplus
}
#endif

#endif

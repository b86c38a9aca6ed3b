/* netproto/http_repr_digest.h - digests of content: RFC 9530.
 *
 * SPDX-License-Identifier: MIT
 *
 * Repr-Digest is of the selected representation as it is stored, with its content coding: that of
 * the whole file when a 206 brings a part of it. Content-Digest is of the content of this message.
 * The fields are dictionaries of RFC 9651. Parameters of that RFC are read and passed over, but for
 * Display Strings, which are refused. */
#ifndef NETPROTO_HTTP_REPR_DIGEST_H
#define NETPROTO_HTTP_REPR_DIGEST_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Digests by the algorithms that section 5 does not deprecate. */
struct netp_http_repr_digest {
    bool has_sha256, has_sha512;
    uint8_t sha256[32], sha512[64];
};

/* Reads the value of a Repr-Digest or Content-Digest line into d, which begins as {false}: what it
 * has is added to, or takes the place of, what d has from the lines before. Other algorithms are
 * passed over. NETP_E_SYNTAX: no dictionary of byte sequences, or one of a wrong length; then
 * nothing changes, and section 2 has the field ignored. */
NETP_API int netp_http_repr_digest_parse(struct netp_str field, struct netp_http_repr_digest *d);

/* Writes what d has as a value of either field, and returns its length, at most
 * NETP_HTTP_REPR_DIGEST_CAP; 0 if it has none. NETP_E_NOSPACE. */
#define NETP_HTTP_REPR_DIGEST_CAP (9 + 44 + 1 + 2 + 9 + 88 + 1)
NETP_API ptrdiff_t netp_http_repr_digest_format(const struct netp_http_repr_digest *d, char *out,
                                                size_t cap);

/* How much the peer likes an algorithm: 1 to 10, 0 not at all, or -1 when it does not say. */
struct netp_http_want_digest {
    int sha256, sha512;
};

/* Reads the value of a Want-Repr-Digest or Want-Content-Digest line (section 4) into w, which
 * begins as {-1, -1}, as netp_http_repr_digest_parse() does. NETP_E_SYNTAX: no dictionary of
 * integers from 0 to 10. To ask a peer, send "sha-256=1" or the like. */
NETP_API int netp_http_want_digest_parse(struct netp_str field, struct netp_http_want_digest *w);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/http_coding.h - HTTP's content codings: RFC 9110 section 8.4; gzip (RFC 1952), zlib
 * (RFC 1950) and deflate (RFC 1951).
 *
 * SPDX-License-Identifier: MIT
 *
 * One struct netp_http_coding decodes or encodes one body. It is a machine in the contract of
 * netp.h with bytes on both sides: coded ones go in by the cursor and decoded ones come out as DATA
 * events, or the other way round. out() is always empty, and there is no deadline. The end of the
 * body is NETP_IN_EOF on the cursor, also where its length was known: only then can the machine
 * tell a body that is whole, END, from one that was cut, NETP_E_TRUNCATED.
 *
 * A decoder takes
 *   - gzip: one member after the other (RFC 1952 section 2.2), with zeros behind the last, as of
 *     tapes; anything else there is NETP_E_TRAILING. All checks are made.
 *   - deflate: the zlib format, or without that the bare blocks that some servers send; nothing may
 *     follow.
 *   - a body of no bytes, which many servers send with a coding: END and nothing before it.
 *
 * Content-Encoding may name several codings. netp_http_codings() gives them in the order in which
 * they are undone: one machine for each, the DATA of one the input of the next, and at its END the
 * NETP_IN_EOF of the next. Take all events that a piece makes in the next machine before you go on
 * with the one before it. The limits are of each machine; cfg.max_out is needed at every one.
 *
 * The machine needs a library that is built with NETPROTO_ZLIB; netp_http_coding_find() and
 * netp_http_codings() are in every one. zlib's memory comes from cfg.mem; its malloc is not used.
 */
#ifndef NETPROTO_HTTP_CODING_H
#define NETPROTO_HTTP_CODING_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

enum netp_http_coding_kind { NETP_HTTP_IDENTITY = 1, NETP_HTTP_GZIP, NETP_HTTP_DEFLATE };

/* The coding of that name, in any case; x-gzip is gzip (section 8.4.1.3). NETP_E_UNSUPPORTED: it is
 * another. */
NETP_API int netp_http_coding_find(struct netp_str name);

/* Reads Content-Encoding into kind[0..cap), the one to be undone first in front, without identity,
 * and returns their number, 0 for an empty field.
 * NETP_E_UNSUPPORTED: there is a coding that has no kind; NETP_E_LIMIT: more than cap, or by
 * NETP_HTTP_EMPTY_MAX of http_field.h; NETP_E_SYNTAX: no list of tokens. kind may have been written
 * to then. */
NETP_API int netp_http_codings(struct netp_str field, enum netp_http_coding_kind *kind, size_t cap);

enum netp_http_coding_role { NETP_HTTP_DECODE = 1, NETP_HTTP_ENCODE };

/* Bytes of cfg.mem, for zlib on any machine; any alignment will do. The encoder with the defaults
 * takes 262 KiB, with ENCODE_MEM(9, 1) 9 KiB. */
#define NETP_HTTP_DECODE_MEM 40960u
#define NETP_HTTP_ENCODE_MEM(window_bits, mem_level)                                               \
    (((size_t)4 << (window_bits)) + ((size_t)512 << (mem_level)) + 6400)

#define NETP_HTTP_CODING_OUT_MIN 16u /* bytes, the least cfg.outlen; 16 KiB and more are fast */

/* Deflate makes at most 1032 bytes of one: 258 of two bits. */
#define NETP_HTTP_RATIO_ANY 1032u

struct netp_http_coding_cfg {
    size_t size; /* sizeof(struct netp_http_coding_cfg); set by netp_http_coding_cfg_init() */
    enum netp_http_coding_role role;
    enum netp_http_coding_kind kind; /* NETP_HTTP_GZIP or NETP_HTTP_DEFLATE */
    void *mem;                       /* yours to provide and keep as long as the machine is used */
    size_t memlen;
    uint8_t *out; /* likewise; DATA shows what is in it */
    size_t outlen;
    /* Decoders: what no sound body needs. */
    uint64_t max_out;    /* bytes decoded; one more is NETP_E_LIMIT */
    uint64_t ratio_from; /* bytes decoded, from which on max_ratio counts */
    uint16_t max_ratio;  /* 1 or more: bytes decoded to one coded; more is NETP_E_LIMIT */
    /* Encoders. */
    uint8_t level;       /* 1 (fast) to 9 (small) */
    uint8_t window_bits; /* 9..15: how far back repetitions are found, as a power of 2 */
    uint8_t mem_level;   /* 1..9: how much is gathered for a block */
};

/* Fills *cfg with the defaults: no limit of size, from 10 MiB on a ratio of 1000; level 6, window
 * of 15 bits, memory level 8, as zlib has them. */
NETP_API void netp_http_coding_cfg_init(struct netp_http_coding_cfg *cfg,
                                        enum netp_http_coding_role role,
                                        enum netp_http_coding_kind kind);

enum netp_http_coding_evtype {
    NETP_HTTP_CODING_DATA = 1, /* the next bytes of the result */
    NETP_HTTP_CODING_END       /* that was all, and it is whole */
};

struct netp_http_coding_ev {
    int type;         /* enum netp_http_coding_evtype */
    const uint8_t *p; /* DATA: [m], in cfg.out */
    size_t n;
    uint64_t total; /* bytes of all DATA so far */
};

/* One body. Complete so that you can place it; the members are private. */
struct netp_http_coding {
    struct netp_http_coding_cfg cfg_;
    struct netp_fail fail_;
    void *zlib_;           /* in cfg.mem */
    uint64_t taken_, out_; /* bytes: of the cursor, of all DATA */
    uint32_t check_;       /* CRC-32 or Adler-32 of this member, or of its header */
    uint32_t size_;        /* bytes of this member, modulo 2^32 */
    uint16_t count_;       /* bytes of this part of a header or trailer that have come */
    uint16_t extra_;       /* length of the extra field */
    uint8_t state_, flags_;
    bool raw_, flush_;
};

/* Makes *m ready. cfg is copied. NETP_E_ABI: compiled against another version; NETP_E_ARG: a member
 * of cfg is out of range; NETP_E_NOSPACE: mem or out is smaller than the macros say. */
NETP_API int netp_http_coding_init_(struct netp_http_coding *m, size_t msize,
                                    const struct netp_http_coding_cfg *cfg, netp_ms now);
#define netp_http_coding_init(m, cfg, now) netp_http_coding_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. Failures of next(), all but IO of a decoder, with the status that a server
 * answers to a request with such a body in fail()->peer_code:
 *   NETP_E_SYNTAX       "gzip header", "zlib header", "deflate data", "checksum" or "length": what
 *                       RFCs 1950 to 1952 don't allow, or what does not fit the data (400)
 *   NETP_E_UNSUPPORTED  a compression method, flag or dictionary that is not of this coding (415)
 *   NETP_E_TRAILING     bytes behind the end (400)
 *   NETP_E_TRUNCATED    the end, or NETP_IN_BROKEN, before the coded data were whole (400)
 *   NETP_E_LIMIT        "size" or "ratio" (413); what was within them has been given
 *   NETP_E_IO           NETP_IN_BROKEN where the end might have been
 * After END the machine is closed. */
NETP_API int netp_http_coding_next(struct netp_http_coding *m, struct netp_in *in, netp_ms now,
                                   struct netp_http_coding_ev *ev);
NETP_API size_t netp_http_coding_out(const struct netp_http_coding *m, struct netp_out *v,
                                     size_t nv);
NETP_API void netp_http_coding_sent(struct netp_http_coding *m, size_t n, netp_ms now);
NETP_API netp_ms netp_http_coding_deadline(const struct netp_http_coding *m);
NETP_API unsigned netp_http_coding_want(const struct netp_http_coding *m);
NETP_API const struct netp_fail *netp_http_coding_fail(const struct netp_http_coding *m);

/* Encoders: what has been taken so far comes out with the next calls of next(), in bytes that can
 * be decoded without those that follow; for streams whose readers wait. Each costs five bytes, even
 * when nothing was new. NETP_E_STATE: not an encoder, or closed. */
NETP_API int netp_http_coding_flush(struct netp_http_coding *m);

NETP_API extern const struct netp_ops netp_http_coding_ops;

#ifdef __cplusplus
}
#endif

#endif

/* http_coding_private.h - what the sources of the content coding share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_CODING_PRIVATE_H
#define HTTP_CODING_PRIVATE_H

#define ZLIB_CONST

#include <netproto/arena.h>
#include <netproto/http_coding.h>
#include <zlib.h>

enum http_coding_state {
    CODING_START, /* nothing has come; an encoder stays here */
    CODING_GZIP,  /* ten bytes that every member begins with */
    CODING_XLEN,
    CODING_EXTRA,
    CODING_NAME,
    CODING_COMMENT,
    CODING_HCRC,
    CODING_ZLIB, /* the two bytes before the blocks */
    CODING_BLOCKS,
    CODING_TRAILER,
    CODING_MEMBER,   /* a member is complete; another may follow */
    CODING_PADDING,  /* zeros behind the last */
    CODING_COMPLETE, /* nothing may follow */
    CODING_ENDED     /* and END has been told */
};

/* What lies at the front of cfg.mem, and zlib's own memory behind it. */
struct http_zlib {
    z_stream z;
    struct netp_arena arena;
};

static inline z_stream *http_coding_z(const struct netp_http_coding *m)
{
    return &((struct http_zlib *)m->zlib_)->z;
}

/* Bytes that zlib, which counts them in an unsigned int, is given in a call. */
static inline uInt http_coding_step(uint64_t n)
{
    return n < 1u << 20 ? (uInt)n : 1u << 20;
}

/* next() of each role, without the end of the stream. */
int http_coding_decode(struct netp_http_coding *m, struct netp_in *in,
                       struct netp_http_coding_ev *ev);
int http_coding_encode(struct netp_http_coding *m, struct netp_in *in,
                       struct netp_http_coding_ev *ev);

/* The first byte chooses the state; it is not taken. */
void http_coding_first(struct netp_http_coding *m, uint8_t b);

/* The next byte of a header or trailer, or one behind the last. */
int http_coding_frame_byte(struct netp_http_coding *m, uint8_t b);

/* The event for the first n bytes of cfg.out. */
int http_coding_data(struct netp_http_coding *m, size_t n, struct netp_http_coding_ev *ev);

/* The failure at the byte taken last. */
int http_coding_bad(struct netp_http_coding *m, enum netp_err code, const char *where);

#endif

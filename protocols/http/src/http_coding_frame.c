/* http_coding_frame.c - what stands around the blocks: the headers and trailers of gzip (RFC 1952
 * section 2.3) and zlib (RFC 1950 section 2.2), byte by byte.
 * SPDX-License-Identifier: MIT */
#include "http_coding_private.h"

#include <netproto/machine.h>

/* FLG of gzip; FTEXT, 1, is a remark. */
enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, RESERVED = 0xe0 };

#define FDICT 32 /* FLG of zlib */

int http_coding_bad(struct netp_http_coding *m, enum netp_err code, const char *where)
{
    int status = code == NETP_E_UNSUPPORTED ? 415 : code == NETP_E_LIMIT ? 413 : 400;

    return netp_fail_with(&m->fail_, code, status, m->taken_ - 1, where);
}

static void begin(struct netp_http_coding *m, enum http_coding_state state, uint32_t check)
{
    m->state_ = (uint8_t)state;
    m->count_ = 0;
    m->check_ = check;
}

static int begin_blocks(struct netp_http_coding *m)
{
    inflateReset(http_coding_z(m));
    m->size_ = 0;
    begin(m, CODING_BLOCKS, m->cfg_.kind == NETP_HTTP_GZIP ? 0 : 1);
    return 0;
}

/* A zlib header has 8 in the low bits of its first byte. As blocks that is a stored one with a bit
 * set in the filling behind its three bits, which no compressor writes. */
void http_coding_first(struct netp_http_coding *m, uint8_t b)
{
    if (m->cfg_.kind == NETP_HTTP_GZIP) {
        begin(m, CODING_GZIP, 0);
    } else if ((b & 15) == Z_DEFLATED) {
        begin(m, CODING_ZLIB, 0);
    } else {
        m->raw_ = true;
        begin_blocks(m);
    }
}

/* Goes on with the next part of a member's header that the flags name. */
static int next_part(struct netp_http_coding *m)
{
    static const struct {
        uint8_t flag, state;
    } part[] = {{FEXTRA, CODING_XLEN},
                {FNAME, CODING_NAME},
                {FCOMMENT, CODING_COMMENT},
                {FHCRC, CODING_HCRC}};

    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if ((m->flags_ & part[i].flag) != 0) {
            m->flags_ &= (uint8_t)~part[i].flag;
            m->state_ = part[i].state;
            m->count_ = 0;
            return 0;
        }
    }
    return begin_blocks(m);
}

static int on_gzip(struct netp_http_coding *m, uint8_t b)
{
    static const uint8_t id[] = {0x1f, 0x8b};
    unsigned i = m->count_++;

    if (i < 2) {
        return b == id[i] ? 0 : http_coding_bad(m, NETP_E_SYNTAX, "gzip header");
    }
    if (i == 2) {
        return b == Z_DEFLATED ? 0 : http_coding_bad(m, NETP_E_UNSUPPORTED, "compression method");
    }
    if (i == 3) {
        m->flags_ = b;
        return (b & RESERVED) == 0 ? 0 : http_coding_bad(m, NETP_E_UNSUPPORTED, "gzip flags");
    }
    return i == 9 ? next_part(m) : 0; /* MTIME, XFL and OS say nothing that is needed */
}

static int on_xlen(struct netp_http_coding *m, uint8_t b)
{
    if (m->count_++ == 0) {
        m->extra_ = b;
        return 0;
    }
    m->extra_ = (uint16_t)(m->extra_ | b << 8);
    m->state_ = CODING_EXTRA;
    return m->extra_ == 0 ? next_part(m) : 0;
}

static int on_extra(struct netp_http_coding *m, uint8_t b)
{
    (void)b;
    return --m->extra_ == 0 ? next_part(m) : 0;
}

/* Both end with a zero. */
static int on_name_or_comment(struct netp_http_coding *m, uint8_t b)
{
    return b == 0 ? next_part(m) : 0;
}

static int on_hcrc(struct netp_http_coding *m, uint8_t b)
{
    if (b != (uint8_t)(m->check_ >> 8 * m->count_)) {
        return http_coding_bad(m, NETP_E_SYNTAX, "gzip header");
    }
    return ++m->count_ == 2 ? next_part(m) : 0;
}

static int on_zlib(struct netp_http_coding *m, uint8_t b)
{
    if (m->count_++ == 0) {
        m->size_ = b; /* CMF */
        return b >> 4 <= 7 ? 0 : http_coding_bad(m, NETP_E_SYNTAX, "zlib header");
    }
    if ((m->size_ << 8 | b) % 31 != 0) {
        return http_coding_bad(m, NETP_E_SYNTAX, "zlib header");
    }
    if ((b & FDICT) != 0) {
        return http_coding_bad(m, NETP_E_UNSUPPORTED, "dictionary");
    }
    return begin_blocks(m);
}

/* gzip: CRC-32 and size, lowest byte first; zlib: Adler-32, highest first. */
static int on_trailer(struct netp_http_coding *m, uint8_t b)
{
    bool gzip = m->cfg_.kind == NETP_HTTP_GZIP;
    unsigned i = m->count_++, shift = 8 * (gzip ? i % 4 : 3 - i);
    uint32_t v = i < 4 ? m->check_ : m->size_;

    if (b != (uint8_t)(v >> shift)) {
        return http_coding_bad(m, NETP_E_SYNTAX, i < 4 ? "checksum" : "length");
    }
    if (i == (gzip ? 7 : 3)) {
        m->state_ = gzip ? CODING_MEMBER : CODING_COMPLETE;
    }
    return 0;
}

/* Behind what was complete: zeros to the end, or another member. */
static int on_more(struct netp_http_coding *m, uint8_t b)
{
    if (b == 0 && m->state_ != CODING_COMPLETE) {
        m->state_ = CODING_PADDING;
        return 0;
    }
    return http_coding_bad(m, NETP_E_TRAILING, "body");
}

int http_coding_frame_byte(struct netp_http_coding *m, uint8_t b)
{
    static int (*const on[])(struct netp_http_coding *, uint8_t) = {
        [CODING_GZIP] = on_gzip,
        [CODING_XLEN] = on_xlen,
        [CODING_EXTRA] = on_extra,
        [CODING_NAME] = on_name_or_comment,
        [CODING_COMMENT] = on_name_or_comment,
        [CODING_HCRC] = on_hcrc,
        [CODING_ZLIB] = on_zlib,
        [CODING_TRAILER] = on_trailer,
        [CODING_MEMBER] = on_more,
        [CODING_PADDING] = on_more,
        [CODING_COMPLETE] = on_more,
    };

    if (m->state_ == CODING_MEMBER && b == 0x1f) {
        begin(m, CODING_GZIP, 0);
    }
    if (m->state_ < CODING_HCRC) {
        m->check_ = (uint32_t)crc32(m->check_, &b, 1);
    }
    return on[m->state_](m, b);
}

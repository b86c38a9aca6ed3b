/* netproto/frame.h - messages on a byte stream: what ends where.
 *
 * SPDX-License-Identifier: MIT
 *
 * TCP and serial lines carry bytes, not messages: what was sent in two pieces may arrive in one or
 * in twenty. One struct netp_frame is both halves of a framing over one stream: it finds the frames
 * in what arrives and marks them in what is sent. It keeps the laws of netp.h.
 *
 * A frame comes in one of two ways.
 *   - Streamed (cfg.mem is NULL): BEGIN, DATA..., END. It may be larger than any memory.
 *   - Collected (cfg.mem is set): one WHOLE. The payload lies in your input if it arrived in one
 *     piece there, else it has been copied to cfg.mem once.
 *
 * A frame goes out in one of three ways: copied (netp_frame_send), with its payload lent
 * (netp_frame_lend), or in pieces (netp_frame_send_begin, _data, _end).
 *
 * After a bad frame nothing in the stream can be trusted and the failure is sticky, unless the
 * framing can find its place again: see NETP_FRAME_RESYNC. */
#ifndef NETPROTO_FRAME_H
#define NETPROTO_FRAME_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How frames are told apart. A build can leave out kinds: src/frame_private.h. */
enum netp_frame_kind {
    NETP_FRAME_LENGTH = 1, /* a length field of len_width bytes */
    NETP_FRAME_VARINT,     /* a length in LEB128, at most 64 bits, in its shortest form only */
    NETP_FRAME_NETSTRING,  /* "5:hello," */
    NETP_FRAME_DELIM,      /* each frame ends with delim; two in a row hold an empty frame */
    NETP_FRAME_FIXED,      /* each frame has max_len bytes */
    NETP_FRAME_SLIP,       /* RFC 1055; empty frames do not exist */
    NETP_FRAME_COBS        /* Cheshire and Baker 1999, each frame ended by a zero byte */
};

/* netp_frame_cfg.flags */
enum {
    NETP_FRAME_LITTLE = 1, /* LENGTH: the field is little-endian */
    NETP_FRAME_RESYNC = 2  /* DELIM, SLIP, COBS: a bad frame is a BAD event, no failure */
};

#define NETP_FRAME_UNKNOWN    UINT64_MAX /* a length that only the end of the frame will tell */
#define NETP_FRAME_DELIM_MAX  8          /* most bytes of a delimiter */
#define NETP_FRAME_OFFSET_MAX 16         /* most bytes before the length */
#define NETP_FRAME_HEADER_MAX (NETP_FRAME_OFFSET_MAX + 10) /* most bytes up to the payload */

/* Bytes that a frame of n bytes takes in cfg.tx at most. */
#define NETP_FRAME_TX(n)      ((size_t)(n) + NETP_FRAME_HEADER_MAX + NETP_FRAME_DELIM_MAX)
#define NETP_FRAME_TX_SLIP(n) (2 * (size_t)(n) + 2)
#define NETP_FRAME_TX_COBS(n) ((size_t)(n) + (size_t)(n) / 254 + 2)

/* Set by NETP_FRAME_CFG_INIT to LENGTH with four bytes, big-endian, and nothing else; max_len must
 * be set. init copies it; the memory behind mem and tx is the machine's until it is CLOSED.
 *
 * LENGTH and VARINT: a frame is len_offset bytes (a magic, a type; they are shown in ev.head), the
 * length, the payload. What follows the length is payload, other header fields included.
 *
 *     payload bytes = value of the length + len_adjust
 *
 * so len_adjust is -len_width when the length counts itself, and -(len_offset + len_width) when it
 * counts the whole frame. In the words of Netty's LengthFieldBasedFrameDecoder: lengthFieldOffset
 * is len_offset, lengthFieldLength is len_width, lengthAdjustment is len_adjust; there is nothing
 * like initialBytesToStrip, for header and payload are shown apart; maxFrameLength is max_len plus
 * the bytes of the header. */
struct netp_frame_cfg {
    size_t size;        /* sizeof(struct netp_frame_cfg) */
    uint8_t kind;       /* enum netp_frame_kind */
    uint8_t flags;      /* NETP_FRAME_LITTLE, NETP_FRAME_RESYNC */
    uint8_t len_width;  /* LENGTH: 1, 2, 3, 4 or 8 bytes */
    uint8_t len_offset; /* LENGTH, VARINT: 0..NETP_FRAME_OFFSET_MAX; else 0 */
    int32_t len_adjust; /* LENGTH, VARINT */
    uint8_t delim_n;    /* DELIM: 1..NETP_FRAME_DELIM_MAX */
    uint8_t delim[NETP_FRAME_DELIM_MAX];
    uint64_t max_len;  /* most payload bytes of a frame, in and out, decoded, without header and
                          delimiter; 1..UINT64_MAX - 1. FIXED: the bytes of every frame */
    uint32_t frame_ms; /* most time from a frame's first byte to its last; 0: no limit */
    uint32_t idle_ms;  /* most time without a byte inside a frame; 0: no limit */
    uint8_t *mem;      /* where frames are collected; NULL: they are streamed */
    size_t memlen;     /* at least max_len */
    uint8_t *tx;       /* what waits to be sent; NULL if nothing ever is */
    size_t txlen;
};

#define NETP_FRAME_CFG_INIT                                                                        \
    {                                                                                              \
        sizeof(struct netp_frame_cfg), NETP_FRAME_LENGTH, 0, 4, 0, 0, 0, {0}, 0, 0, 0, NULL, 0,    \
            NULL, 0                                                                                \
    }

enum {
    NETP_FRAME_BEGIN = 1, /* a frame: length (or UNKNOWN), head */
    NETP_FRAME_DATA,      /* more of its payload: p, n > 0 */
    NETP_FRAME_END,       /* it is complete: length */
    NETP_FRAME_WHOLE,     /* collected: p, n, length == n, head */
    NETP_FRAME_BAD,       /* RESYNC: the frame (one may have begun) is void; err, length: its bytes
                             up to there. All is skipped up to the next delimiter */
    NETP_FRAME_SENT,      /* what was lent, p and n, is yours again */
    NETP_FRAME_EOF        /* the peer closed between two frames; once */
};

/* Members that a type does not name above are 0 or NULL; p and head are never NULL where named. */
struct netp_frame_ev {
    int type;
    int err;             /* BAD: why, an enum netp_err < 0 */
    uint64_t length;     /* bytes of payload */
    const uint8_t *p;    /* [in] where the payload lies so in the input, else [m] */
    const uint8_t *head; /* the header as it came, with the length; [m], of WHOLE [in] or [m] */
    size_t n, head_n;
};

/* Complete so that you can place it; all fields are private. */
struct netp_frame {
    struct netp_frame_cfg cfg_;
    struct netp_fail fail_;
    netp_ms clock_, begun_, heard_;
    uint64_t pos_;           /* bytes taken from the stream */
    uint64_t limit_, total_; /* payload of the frame: bytes at most, bytes so far */
    uint64_t send_left_;     /* bytes that the frame being sent still lacks */
    size_t fill_;            /* bytes in mem */
    size_t tx_at_, tx_fill_; /* the ring: first byte, bytes in it */
    const uint8_t *lent_;    /* valid unless lent_state_ is 0 */
    size_t lent_n_, lent_off_;
    size_t lent_at_; /* bytes of the ring that go out before it */
    uint8_t head_[NETP_FRAME_HEADER_MAX], head_n_;
    uint8_t state_;
    uint8_t match_;      /* DELIM: bytes of it that have matched */
    uint8_t run_;        /* COBS: bytes to come before the next code */
    bool owed_;          /* SLIP: an escape is open; COBS: a zero is due before the next code */
    bool eof_;           /* the EOF event is out */
    uint8_t sending_;    /* between send_begin and send_end */
    uint8_t send_match_; /* DELIM: as match_, of what is being sent */
    uint8_t lent_state_; /* nothing, to be sent, to be given back */
    uint8_t fin_;        /* the half-close: none, to be sent, sent */
};

/* NETP_OK, or NETP_E_ABI; NETP_E_ARG: a member of cfg is out of range or does not fit the kind;
 * NETP_E_NOSPACE: memlen < max_len. */
NETP_API int netp_frame_init_(struct netp_frame *m, size_t size, const struct netp_frame_cfg *cfg,
                              netp_ms now);
#define netp_frame_init(m, cfg, now) netp_frame_init_((m), sizeof *(m), (cfg), (now))

/* Failures, which RESYNC turns into BAD events as far as they are a frame's own:
 *   NETP_E_LIMIT      more payload than max_len. Known before BEGIN where the length comes first,
 *                     else after the first max_len bytes
 *   NETP_E_SYNTAX     a length that is negative after len_adjust, wider than 64 bits, not in its
 *                     shortest form or no number; a terminator, escape or zero out of place
 *   NETP_E_TIMEOUT    frame_ms or idle_ms
 *   NETP_E_TRUNCATED  the stream ended in a frame
 *   NETP_E_IO         the stream was cut between frames
 * The offset of a bad length is that of its first byte. What was queued can still be sent, unless
 * the stream was cut. What is lent is yours again as soon as want() is NETP_CLOSED. */
NETP_API int netp_frame_next(struct netp_frame *m, struct netp_in *in, netp_ms now,
                             struct netp_frame_ev *ev);
NETP_API size_t netp_frame_out(const struct netp_frame *m, struct netp_out *v, size_t nv);
NETP_API void netp_frame_sent(struct netp_frame *m, size_t n, netp_ms now);
NETP_API netp_ms netp_frame_deadline(const struct netp_frame *m);
/* After the EOF event it waits for the application: NETP_WANT_APP, until netp_frame_finish. */
NETP_API unsigned netp_frame_want(const struct netp_frame *m);
NETP_API const struct netp_fail *netp_frame_fail(const struct netp_frame *m);
NETP_API extern const struct netp_ops netp_frame_ops;

/* Sending. `prefix` is the len_offset bytes before the length; NULL: zeros. All return
 *   NETP_E_STATE    after a failure or finish; in the middle of a frame sent in pieces;
 *   NETP_E_NOSPACE  there is no room in cfg.tx now: send what out() shows first;
 *   NETP_E_ARG      the frame has no valid form: n is over max_len or not the fixed size; the
 *                   length does not fit its field; the payload holds the delimiter, or would with
 *                   the delimiter's first bytes; SLIP without payload. */

/* A frame whose n bytes are copied. */
NETP_API int netp_frame_send(struct netp_frame *m, const uint8_t *prefix, const void *p, size_t n);

/* A frame whose n bytes are not copied: p[0..n) must stay unchanged until the SENT event. One at a
 * time: NETP_E_NOSPACE until then. NETP_E_STATE for SLIP and COBS, which change the bytes. */
NETP_API int netp_frame_lend(struct netp_frame *m, const uint8_t *prefix, const void *p, size_t n);

/* A frame in pieces. DELIM and SLIP take NETP_FRAME_UNKNOWN for length. NETP_E_STATE for COBS,
 * where a code is only known up to 254 bytes later. */
NETP_API int netp_frame_send_begin(struct netp_frame *m, const uint8_t *prefix, uint64_t length);
/* Copies what there is room for and returns how many bytes, up to INT_MAX; 0: none now. NETP_E_ARG
 * if all n bytes would be more than the frame's length, or hold the delimiter. */
NETP_API int netp_frame_send_data(struct netp_frame *m, const void *p, size_t n);
/* NETP_E_STATE if the frame is not complete; NETP_E_ARG if it may not end in this way (DELIM, SLIP
 * as above): more data can mend it. */
NETP_API int netp_frame_send_end(struct netp_frame *m);

/* Bytes free in cfg.tx. */
NETP_API size_t netp_frame_room(const struct netp_frame *m);

/* Half-closes the stream once all is sent. NETP_E_STATE after a failure, a second time, or in the
 * middle of a frame. */
NETP_API int netp_frame_finish(struct netp_frame *m);

#ifdef __cplusplus
}
#endif

#endif

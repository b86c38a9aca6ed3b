/* frame_private.h - what the sources of the framing machine share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef FRAME_PRIVATE_H
#define FRAME_PRIVATE_H

#include <netproto/frame.h>

/* The kinds that are compiled in, bit k for kind k; init refuses the others. All unless the build
 * says less: -DNETPROTO_FRAME_KINDS='(1u << 1)' leaves NETP_FRAME_LENGTH alone. */
#ifndef NETPROTO_FRAME_KINDS
#define NETPROTO_FRAME_KINDS 0xFEu
#endif

static inline bool netp_frame_is_(const struct netp_frame_cfg *cfg, enum netp_frame_kind kind)
{
    return (NETPROTO_FRAME_KINDS >> kind & 1u) != 0 && cfg->kind == kind;
}

/* netp_frame.state_: between frames, inside the header, inside the payload, looking for the next
 * delimiter after a bad frame. */
enum { FRAME_GAP, FRAME_HEAD, FRAME_BODY, FRAME_SKIP };

/* netp_frame.lent_state_, fin_ */
enum { LENT_NONE, LENT_QUEUED, LENT_BACK };
enum { FIN_NONE, FIN_QUEUED, FIN_SENT };

enum { SLIP_END = 0xC0, SLIP_ESC = 0xDB, SLIP_ESC_END = 0xDC, SLIP_ESC_ESC = 0xDD };

/* The decoders: one step. Return an event, 0 when they need input, or < 0. */
int netp_frame_length_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev);
int netp_frame_delim_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev);
int netp_frame_stuffed_next_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev);

/* WHOLE if a frame with a length lies in the input, sound and complete; else 0, nothing done. */
int netp_frame_length_whole_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev);

/* What they do and report. */
static inline void netp_frame_take_(struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
}
int netp_frame_begin_(struct netp_frame *m, struct netp_frame_ev *ev, uint64_t length);
int netp_frame_end_(struct netp_frame *m, struct netp_frame_ev *ev);
/* A bad frame, because of a byte `back` bytes before those in the cursor: BAD or the failure. */
int netp_frame_bad_(struct netp_frame *m, struct netp_frame_ev *ev, int code, size_t back,
                    const char *where);
/* DATA: p[0..n), n > 0, or as much of it as max_len permits; ev->n says how much. */
int netp_frame_data_(struct netp_frame *m, struct netp_frame_ev *ev, const uint8_t *p, size_t n);
/* The same from the input, of which it takes ev->n bytes. */
int netp_frame_run_(struct netp_frame *m, struct netp_in *in, struct netp_frame_ev *ev, size_t n);

/* Writes the header of a frame with n bytes of payload (or UNKNOWN): its length, or NETP_E_ARG. */
int netp_frame_head_(const struct netp_frame_cfg *cfg, const uint8_t *prefix, uint64_t n,
                     uint8_t head[NETP_FRAME_HEADER_MAX]);

/* How many bytes of the delimiter match at the end of p[0..n), after k that matched before it;
 * stops when all do. */
size_t netp_frame_match_(const struct netp_frame_cfg *cfg, size_t k, const uint8_t *p, size_t n);

/* Bytes at p[0..n) that SLIP sends as they are. */
size_t netp_frame_slip_plain_(const uint8_t *p, size_t n);

#endif

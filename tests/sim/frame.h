/* tests/sim/frame.h - two framing machines at the ends of a stream pair, in a world.
 *
 * SPDX-License-Identifier: MIT
 *
 * frame_plan.c draws what is to happen, frame_app.c sends and receives the frames, frame.c lets it
 * run. */
#ifndef SIM_FRAME_H
#define SIM_FRAME_H

#include "stream.h"

#include <netproto/frame.h>

enum { FRAMES_MAX = 8, PAYLOAD_MAX = 600, FRAME_PREFIX_MAX = NETP_FRAME_OFFSET_MAX };

/* A frame that is to be sent. */
struct sim_payload {
    size_t n;
    uint64_t wire_end; /* bytes of the stream up to its end; UINT64_MAX: not yet queued */
    uint8_t p[PAYLOAD_MAX];
};

/* A frame received whole. */
struct sim_received {
    uint64_t n, sum;
};

enum way { WAY_COPY, WAY_LEND, WAY_PIECES, WAYS };

struct frame_end {
    struct netp_frame m;
    struct machine mc;
    struct stream in;
    netp_ms act_at; /* when the application sends on; NETP_NEVER: it waits for room, or is done */
    netp_ms heard;  /* when it last received a byte */
    bool blocked, finished, eof, pieces_open, lent;
    unsigned frames, queued; /* that it sends: in all, so far */
    size_t given;            /* bytes of the one in pieces */
    uint64_t wire;           /* bytes queued so far */
    unsigned received;       /* frames that came whole */
    unsigned bad;
    uint64_t part, sum; /* bytes so far of the frame that is being received, and their sum */
    struct sim_payload out[FRAMES_MAX];
    struct sim_received got[2 * FRAMES_MAX];
    uint8_t mem[PAYLOAD_MAX], tx[NETP_FRAME_TX_SLIP(PAYLOAD_MAX) + NETP_FRAME_HEADER_MAX];
};

struct frame_world {
    struct world w;
    struct netp_frame_cfg cfg; /* of both, but for memory */
    bool noise;
    uint32_t think_ms;
    struct frame_end end[2];
};

extern const uint8_t frame_prefix[FRAME_PREFIX_MAX];

/* Draws the kind of frames, what both send, and the streams' faults. */
void frame_plan_draw(struct frame_world *fw);

/* The application sends on, if there is room. */
void frame_app_act(struct frame_world *fw, struct frame_end *e);
void frame_app_event(struct frame_world *fw, struct frame_end *e, const struct netp_frame_ev *ev);
/* With what has arrived, all frames that are complete have been told, and no others. */
void frame_app_check(const struct frame_world *fw, const struct frame_end *e);
/* When all is over; returns whether all frames have arrived. */
bool frame_app_check_end(const struct frame_world *fw, const struct frame_end *e);

static inline const struct frame_end *frame_peer(const struct frame_world *fw,
                                                 const struct frame_end *e)
{
    return &fw->end[e == fw->end];
}

#endif

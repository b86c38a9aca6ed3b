/* frame_job.h - what `frame send` and `frame cat` share. SPDX-License-Identifier: MIT */
#ifndef FRAME_JOB_H
#define FRAME_JOB_H

#include "cli.h"
#include <netproto/frame.h>
#include <netproto/host/stream.h>

#define FRAME_CHUNK 65536u /* bytes that are received, read and queued at a time */
#define FRAME_TX    (4 * FRAME_CHUNK)

/* A machine on a connection. */
struct frame_job {
    struct cli *c;
    const char *listen, *format;
    uint64_t max, count; /* 0: not given */
    bool lines;
    netp_ms end, connect_end; /* when --timeout and --connect-timeout are over */
    struct netp_frame_cfg cfg;
    struct netp_frame m;
    struct netp_frame_ev ev;
    struct netp_stream_io io;
    struct netp_link link;
    uint64_t frames; /* so far */
    uint8_t *memory; /* of the machine */
    uint8_t in[FRAME_CHUNK];
};

/* Sets what the value of --format says of *cfg; false when there is no such format. */
bool frame_format(const char *s, struct netp_frame_cfg *cfg);

/* Both return the exit status; of a failure they have told. */
int frame_send(struct frame_job *j, int n, char **files); /* n 0: standard input */
int frame_cat(struct frame_job *j);

/* Tells why a run of j->link returned r < 0, and returns the exit status. */
int frame_tell(const struct frame_job *j, int r);

#endif

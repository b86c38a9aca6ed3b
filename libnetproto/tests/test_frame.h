/* test_frame.h - the framing machine as the transcript runner wants it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TEST_FRAME_H
#define TEST_FRAME_H

#include "subject.h"

#include <netproto/frame.h>
#include <netproto/text.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What a case's cfg points to. max_len is also the size of mem: it has no byte to spare. */
struct frame_setup {
    struct netp_frame_cfg cfg; /* without size and buffers */
    size_t tx;
    bool collect;
};

static inline int frame_make(struct checked *c, const void *arg)
{
    const struct frame_setup *s = (const struct frame_setup *)arg;
    struct netp_frame_cfg cfg = s->cfg;

    cfg.size = sizeof cfg;
    if (s->collect) {
        cfg.memlen = (size_t)cfg.max_len;
        cfg.mem = (uint8_t *)checked_mem(c, &cfg.memlen);
    }
    if (s->tx > 0) {
        cfg.txlen = s->tx;
        cfg.tx = (uint8_t *)checked_mem(c, &cfg.txlen);
    }
    return netp_frame_init((struct netp_frame *)c->m, &cfg, c->now);
}

static inline void frame_describe(const void *ev, struct log *log)
{
    subject_frame.machine.describe(ev, log);
}

static const struct tr_machine frame_machine = {&netp_frame_ops, frame_make, frame_describe};

#endif

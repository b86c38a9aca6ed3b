/* test_frame.h - the framing machine as the transcript runner wants it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TEST_FRAME_H
#define TEST_FRAME_H

#include "transcript.h"

#include <netproto/frame.h>
#include <netproto/text.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What a case's cfg points to. max_len is also the size of mem: it has no byte to spare. */
struct frame_setup {
    struct netp_frame_cfg cfg; /* without size and buffers */
    size_t tx;
    bool collect;
};

/* Both decoders log the same lines: "begin LENGTH HEADER" (the length where it comes first),
 * "data ...", "end LENGTH". */
static bool frame_length_first;

static inline void frame_begin_line(struct tr_log *log, const struct netp_frame_ev *ev)
{
    char head[NETP_ESCAPE_CAP(NETP_FRAME_HEADER_MAX)];

    netp_escape(head, sizeof head, ev->head, ev->head_n);
    if (frame_length_first) {
        tr_line(log, "begin %llu %s", (unsigned long long)ev->length, head);
    } else {
        tr_line(log, "begin");
    }
}

static inline void frame_describe(const void *event, struct tr_log *log)
{
    const struct netp_frame_ev *ev = (const struct netp_frame_ev *)event;
    int type = ev->type;
    bool p = type == NETP_FRAME_DATA || type == NETP_FRAME_WHOLE || type == NETP_FRAME_SENT;
    bool head = type == NETP_FRAME_BEGIN || type == NETP_FRAME_WHOLE;

    if ((ev->p != NULL) != p || (ev->head != NULL) != head) {
        tr_line(log, "a pointer that event %d does not name, or lacks", type);
    }
    switch (type) {
    case NETP_FRAME_BEGIN:
        frame_begin_line(log, ev);
        break;
    case NETP_FRAME_WHOLE:
        frame_begin_line(log, ev);
        if (ev->n > 0) {
            tr_data(log, "data", ev->p, ev->n);
        }
        tr_line(log, "end %llu", (unsigned long long)ev->length);
        break;
    case NETP_FRAME_DATA:
        tr_data(log, "data", ev->p, ev->n);
        break;
    case NETP_FRAME_END:
        tr_line(log, "end %llu", (unsigned long long)ev->length);
        break;
    case NETP_FRAME_BAD:
        tr_line(log, "bad %s %llu", netp_errname(ev->err), (unsigned long long)ev->length);
        break;
    case NETP_FRAME_SENT:
        tr_line(log, "sent %.*s", (int)ev->n, (const char *)ev->p);
        break;
    default:
        tr_line(log, type == NETP_FRAME_EOF ? "eof" : "?");
        break;
    }
}

static inline int frame_make(struct checked *c, const void *arg)
{
    const struct frame_setup *s = (const struct frame_setup *)arg;
    struct netp_frame_cfg cfg = s->cfg;

    cfg.size = sizeof cfg;
    frame_length_first = cfg.kind != NETP_FRAME_DELIM && cfg.kind < NETP_FRAME_SLIP;
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

static const struct tr_machine frame_machine = {&netp_frame_ops, frame_make, frame_describe};

#endif

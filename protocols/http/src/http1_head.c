/* http1_head.c - receiving the head of a message. SPDX-License-Identifier: MIT */
#include "http1_private.h"

#include <string.h>

static unsigned fault_of(const struct netp_http_head *h, int code)
{
    if (code == NETP_E_LIMIT) {
        return netp_http_head_started(h) ? HTTP1_FAULT(NETP_E_LIMIT, 431)
                                         : HTTP1_FAULT(NETP_E_LIMIT, 414);
    }
    return code == NETP_E_UNSUPPORTED ? HTTP1_FAULT(NETP_E_UNSUPPORTED, 505)
                                      : HTTP1_FAULT(NETP_E_SYNTAX, 400);
}

/* Reads the head where it lies, in the cursor, or appends what has come to cfg.head and reads
 * there. */
int http1_head_collect(struct netp_http1 *m, struct netp_in *in)
{
    size_t room = m->cfg_.headlen - (size_t)m->have_;
    size_t n = in->n < room ? in->n : room;
    const char *p = (const char *)in->p, *where;
    size_t at;
    int r;

    if (m->have_ > 0) {
        p = m->cfg_.head;
        memcpy(m->cfg_.head + m->have_, in->p, n);
    }
    r = netp_http_head_parse(&m->head_, p, m->have_ + n);
    where = m->head_.where;
    at = m->head_.at;
    if (r == 0 && in->n > n) {
        r = NETP_E_LIMIT;
        where = m->rx_ == HTTP1_RX_HEAD ? HTTP_WHERE("head") : HTTP_WHERE("trailers");
        at = m->have_ + n;
    }
    if (r < 0) {
        return http1_fail_in_head(m, fault_of(&m->head_, r), where, at);
    }
    if (r > 0) {
        n = (size_t)r - m->have_;
    }
    if (m->have_ == 0) {
        memcpy(m->cfg_.head, in->p, n);
    }
    http1_take(m, in, n);
    m->have_ = (uint16_t)(m->have_ + n);
    return r > 0;
}

void http1_tell_head(const struct netp_http1 *m, struct netp_http1_ev *ev)
{
    ev->head = m->head_;
    ev->text = m->cfg_.head;
}

/* Whether a message may begin now: a client has asked for it; a server could answer a bad one. */
static int begin(struct netp_http1 *m)
{
    bool server = http1_is_server(m);

    if (!server && m->npending_ == 0) {
        return http1_fail(m, HTTP1_FAULT(NETP_E_SYNTAX, 0),
                          HTTP_WHERE("a response without a request"));
    }
    if (!http1_may_begin(m)) {
        return 0;
    }
    netp_http_head_init(&m->head_, server ? NETP_HTTP_HEAD_REQUEST : NETP_HTTP_HEAD_RESPONSE,
                        m->cfg_.field, m->cfg_.nfield, m->cfg_.flags);
    m->have_ = 0;
    m->begun_ = m->clock_;
    m->rx_ = HTTP1_RX_HEAD;
    return 1;
}

int http1_head_next(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev)
{
    int r = 1;

    if (in->n == 0) {
        return 0;
    }
    if (m->rx_ == HTTP1_RX_BETWEEN) {
        r = begin(m);
    }
    if (r > 0) {
        r = http1_head_collect(m, in);
    }
    if (r <= 0) {
        return r;
    }
    if (HTTP1_CHUNKS) {
        m->own_ = m->head_.nfield;
    }
    return http1_framing(m, ev);
}

/* tcp.c - stream machines on lwIP's TCP. SPDX-License-Identifier: MIT */
#include <lwip/tcp.h>
#include <netproto/lwip/tcp.h>

#define GATHER    3    /* elements that are sent at a time: a head and a body, and what frames it */
#define LINGER_MS 1000 /* for the peer to take an error reply, or to close after us */

/* Pbufs that all connections of a loop may hold unread; more are refused for a while. */
#ifndef NETP_LWIP_HELD_MAX
#define NETP_LWIP_HELD_MAX (PBUF_POOL_SIZE / 2)
#endif

enum { CLOSED_ = 0, CONNECTING, RUNNING, FAILING, ABORTING, DONE };

static int failure(const struct netp_lwip_tcp *s)
{
    return s->ops->fail(s->m)->code;
}

/* --- sending --------------------------------------------------------------------------------- */

/* Hands one element to lwIP, or as much of it as there is room for: how many bytes. */
static size_t put(struct tcp_pcb *pcb, const struct netp_out *v, bool more)
{
    size_t n = v->n < tcp_sndbuf(pcb) ? v->n : tcp_sndbuf(pcb);
    uint8_t flags = 0;

    if (!(v->flags & NETP_OUT_STABLE)) {
        flags |= TCP_WRITE_FLAG_COPY;
    }
    if (more || n < v->n) {
        flags |= TCP_WRITE_FLAG_MORE;
    }
    while (n > 0 && tcp_write(pcb, v->p, (u16_t)n, flags) != ERR_OK) {
        n = n > tcp_mss(pcb) ? tcp_mss(pcb) : 0; /* it takes all or nothing */
    }
    return n;
}

/* Hands over v[0..nv), or as much as there is room for: what sent() is to be told, or -1. */
static ptrdiff_t put_all(struct netp_lwip_tcp *s, const struct netp_out *v, size_t nv)
{
    size_t total = 0, n;

    if ((v->flags & NETP_OUT_FIN) && v->n == 0) {
        s->blocked_ = tcp_shutdown(s->pcb_, 0, 1) != ERR_OK;
        return s->blocked_ ? -1 : 0;
    }
    for (size_t i = 0; i < nv && v[i].n > 0 && !s->blocked_; i++) {
        n = put(s->pcb_, &v[i], i + 1 < nv);
        total += n;
        s->blocked_ = n < v[i].n;
    }
    return total > 0 ? (ptrdiff_t)total : -1;
}

/* True when something has left. */
static bool flush(struct netp_lwip_tcp *s, netp_ms now)
{
    struct netp_out v[GATHER];
    size_t nv;
    ptrdiff_t n;

    if (s->blocked_ || s->state_ == CONNECTING || !s->pcb_ ||
        (nv = s->ops->out(s->m, v, GATHER)) == 0 || (n = put_all(s, v, nv)) < 0) {
        return false;
    }
    s->ops->sent(s->m, (size_t)n, now);
    return true;
}

/* --- receiving ------------------------------------------------------------------------------- */

/* Frees the first n bytes of what was received, or all, and pbufs that have none. */
static void drop(struct netp_lwip_tcp *s, size_t n)
{
    while (s->in_ && n >= s->in_->len) {
        struct pbuf *p = s->in_;
        n -= p->len;
        s->in_ = p->next;
        p->next = NULL;
        pbuf_free(p);
        s->loop_->held_--;
    }
    if (s->in_ && n > 0) {
        pbuf_remove_header(s->in_, n);
    }
}

/* Gives the machine what there is, or the time. Returns what next() did; *used: bytes of input. */
static int feed(struct netp_lwip_tcp *s, netp_ms now, size_t *used)
{
    struct netp_in in;
    int r;

    in.p = s->in_ ? s->in_->payload : NULL;
    in.n = *used = s->in_ ? s->in_->len : 0;
    in.flags = s->in_ && s->in_->next ? 0u
               : s->eof_              ? (unsigned)NETP_IN_EOF
               : !s->pcb_             ? (unsigned)NETP_IN_BROKEN
                                      : 0u;
    in.from = NULL;
    r = s->ops->next(s->m, in.n > 0 || in.flags ? &in : NULL, now, s->ev);
    *used -= in.n;
    return r;
}

/* --- moving ---------------------------------------------------------------------------------- */

/* Takes events and moves bytes until nothing moves; news: there may be some before anything is
 * sent. Returns what next() did at last. */
static int pump(struct netp_lwip_tcp *s, bool news)
{
    netp_ms now = netp_lwip_now(s->loop_);
    size_t used, taken = 0;
    int r = 0;

    s->busy_ = true;
    do {
        if (news) {
            r = feed(s, now, &used);
            if (r > 0) {
                s->event(s->arg, s->ev); /* its views lie in the pbufs */
            }
            drop(s, used);
            taken += used;
            news = r > 0 || (r == 0 && used > 0 && s->in_);
        }
        if (!news && flush(s, now)) {
            news = true;
            if (s->room) {
                s->room(s->arg);
            }
        }
    } while (news && s->state_ < ABORTING);
    s->busy_ = false;
    if (taken > 0 && s->pcb_) {
        tcp_recved(s->pcb_, (u16_t)taken);
    }
    return r;
}

/* After a round: what can go on, and when? */
static void settle(struct netp_lwip_tcp *s, bool failed)
{
    unsigned want;
    netp_ms at;

    if (s->state_ >= ABORTING) {
        return;
    }
    want = s->ops->want(s->m);
    at = s->ops->deadline(s->m);
    if ((want & NETP_CLOSED) || (failed && s->state_ == CONNECTING) ||
        (!s->pcb_ && (failed || !(want & NETP_WANT_IN)))) {
        s->state_ = DONE;
        at = 0;
    } else if (failed && s->state_ != FAILING) {
        s->state_ = FAILING;
        netp_lwip_at(s->loop_, &s->timer_, netp_lwip_now(s->loop_) + LINGER_MS);
    }
    if (s->state_ != FAILING && at < s->timer_.at_) { /* one that is too early is harmless */
        netp_lwip_at(s->loop_, &s->timer_, at);
    }
}

/* What the callbacks of lwIP do. The pcb may be gone then: lwIP takes it away when the application
 * connects something else and there is no other. */
static err_t round_of(struct netp_lwip_tcp *s, bool news)
{
    if (!s->busy_ && s->state_ < ABORTING) {
        settle(s, pump(s, news) < 0);
    }
    return s->pcb_ ? ERR_OK : ERR_ABRT;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct netp_lwip_tcp *s = arg;

    (void)err;
    if (!p) {
        s->eof_ = true;
    } else if (s->state_ >= ABORTING) {
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
    } else if (s->in_ && s->loop_->held_ >= NETP_LWIP_HELD_MAX) {
        return ERR_MEM; /* lwIP keeps it and offers it again */
    } else {
        s->loop_->held_ = (uint16_t)(s->loop_->held_ + pbuf_clen(p));
        if (s->in_) {
            pbuf_cat(s->in_, p);
        } else {
            s->in_ = p;
        }
        drop(s, 0);
    }
    return round_of(s, true);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n)
{
    struct netp_lwip_tcp *s = arg;

    (void)n;
    if (!s->blocked_ || tcp_sndbuf(pcb) < TCP_SND_BUF / 2) {
        return ERR_OK; /* the other half keeps the line busy */
    }
    s->blocked_ = false;
    return round_of(s, false);
}

/* Twice a second: for output that found no memory while nothing was under way. */
static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    return on_sent(arg, pcb, 0);
}

static void on_error(void *arg, err_t err)
{
    struct netp_lwip_tcp *s = arg;

    s->pcb_ = NULL;
    s->eof_ = s->eof_ || err == ERR_CLSD; /* both sides have said that it ends */
    netp_lwip_at(s->loop_, &s->timer_, 0);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct netp_lwip_tcp *s = arg;

    (void)pcb;
    (void)err;
    if (s->state_ == CONNECTING) {
        s->state_ = RUNNING;
    }
    return round_of(s, true);
}

/* --- the end --------------------------------------------------------------------------------- */

static err_t on_lingered(void *arg, struct tcp_pcb *pcb)
{
    (void)arg;
    tcp_poll(pcb, NULL, 0);
    return tcp_close(pcb);
}

/* Gives the pcb back. One that is closed with input unread, or still to come, sends a reset, which
 * may overtake what was sent last: so lwIP reads on, to the peer's end, but not for long. The first
 * to go when pcbs are short. */
static void leave(struct tcp_pcb *pcb, bool abort, bool eof, size_t unread)
{
    tcp_arg(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    tcp_setprio(pcb, TCP_PRIO_MIN);
    if (abort) {
        tcp_abort(pcb);
        return;
    }
    tcp_recved(pcb, (u16_t)unread);
    if (eof || pcb->state == SYN_SENT) {
        tcp_close(pcb);
    } else {
        tcp_poll(pcb, on_lingered, LINGER_MS / 500);
        tcp_shutdown(pcb, 0, 1);
        tcp_output(pcb);
    }
}

static void finish(struct netp_lwip_tcp *s)
{
    int err = failure(s);

    if (s->state_ == ABORTING) {
        err = NETP_E_ABORTED;
    } else if (err == NETP_OK && !(s->ops->want(s->m) & NETP_CLOSED)) {
        err = NETP_E_IO;
    }
    if (s->pcb_) {
        leave(s->pcb_, s->state_ != DONE, s->eof_, s->in_ ? s->in_->tot_len : 0);
        s->pcb_ = NULL;
    }
    drop(s, SIZE_MAX);
    s->state_ = CLOSED_;
    s->closed(s->arg, err);
}

static void on_due(void *arg)
{
    struct netp_lwip_tcp *s = arg;

    if (s->state_ < FAILING || (s->state_ == FAILING && !s->pcb_)) {
        round_of(s, true);
        if (s->pcb_) {
            tcp_output(s->pcb_);
        }
    } else {
        finish(s);
    }
}

/* --- for the application --------------------------------------------------------------------- */

static void start(struct netp_lwip_tcp *s, struct netp_lwip_loop *loop, struct tcp_pcb *pcb)
{
    s->loop_ = loop;
    s->timer_ = (struct netp_lwip_timer)NETP_LWIP_TIMER(on_due, s);
    s->pcb_ = pcb;
    s->in_ = NULL;
    s->eof_ = s->busy_ = s->blocked_ = false;
    tcp_arg(pcb, s);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, 1);
    netp_lwip_at(loop, &s->timer_, 0);
}

void netp_lwip_tcp_open(struct netp_lwip_tcp *s, struct netp_lwip_loop *loop, struct tcp_pcb *pcb)
{
    s->state_ = RUNNING;
    start(s, loop, pcb);
}

int netp_lwip_tcp_connect(struct netp_lwip_tcp *s, struct netp_lwip_loop *loop,
                          const struct netp_addr *to)
{
    struct tcp_pcb *pcb;
    ip_addr_t ip;
    err_t err;

    if (!netp_lwip_addr_put(&ip, to)) {
        return NETP_E_ARG;
    }
    if (!(pcb = tcp_new_ip_type(IP_GET_TYPE(&ip)))) {
        return NETP_E_NOSPACE;
    }
    if ((err = tcp_connect(pcb, &ip, to->port, on_connected)) != ERR_OK) {
        tcp_close(pcb);
        return err == ERR_MEM ? NETP_E_NOSPACE : NETP_E_IO;
    }
    s->state_ = CONNECTING;
    start(s, loop, pcb);
    return NETP_OK;
}

void netp_lwip_tcp_kick(struct netp_lwip_tcp *s)
{
    if (s->state_ != CLOSED_ && !s->busy_ && s->state_ < FAILING) {
        netp_lwip_at(s->loop_, &s->timer_, 0);
    }
}

void netp_lwip_tcp_abort(struct netp_lwip_tcp *s)
{
    if (s->state_ != CLOSED_ && s->state_ < ABORTING) {
        s->state_ = ABORTING;
        netp_lwip_at(s->loop_, &s->timer_, 0);
    }
}

bool netp_lwip_tcp_is_closed(const struct netp_lwip_tcp *s)
{
    return s->state_ == CLOSED_;
}

struct netp_addr netp_lwip_tcp_peer(const struct netp_lwip_tcp *s)
{
    return s->pcb_ ? netp_lwip_addr(&s->pcb_->remote_ip, s->pcb_->remote_port)
                   : (struct netp_addr){.fam = 0};
}

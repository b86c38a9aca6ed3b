/* client.c - a client that connects again, for ever. SPDX-License-Identifier: MIT */
#include <lwip/dns.h>
#include <netproto/lwip/client.h>

enum { STOPPED = 0, WAITING, RESOLVING, CONNECTED };

/* Up to a quarter less than c->wait_: a hundred clients of a server that restarts do not come back
 * at the same moment. */
static uint32_t jittered(const struct netp_lwip_client *c)
{
    return c->wait_ - (c->wait_ > 3 ? (uint32_t)LWIP_RAND() % (c->wait_ / 4) : 0);
}

static void again(struct netp_lwip_client *c, int err)
{
    netp_ms now = netp_lwip_now(c->loop_);
    bool stopped = c->state_ == STOPPED;

    if (now - c->begun_ > c->max_ms) {
        c->wait_ = c->min_ms;
    }
    c->state_ = stopped ? STOPPED : WAITING;
    if (!stopped) {
        netp_lwip_at(c->loop_, &c->retry_, now + jittered(c));
        c->wait_ = c->wait_ < c->max_ms / 2 ? c->wait_ * 2 : c->max_ms;
    }
    if (c->ended) {
        c->ended(c->arg, err);
    }
}

static void on_closed(void *arg, int err)
{
    again(arg, err);
}

static void connect_to(struct netp_lwip_client *c, const ip_addr_t *ip)
{
    struct netp_addr to = netp_lwip_addr(ip, c->port);
    int r;

    c->begin(c->arg);
    r = netp_lwip_tcp_connect(&c->tcp, c->loop_, &to);
    if (r != NETP_OK) {
        again(c, r);
        return;
    }
    c->state_ = CONNECTED;
}

/* lwIP can't be told to forget the question: an answer to one that nobody waits for is ignored. */
static void on_found(const char *name, const ip_addr_t *ip, void *arg)
{
    struct netp_lwip_client *c = arg;

    (void)name;
    if (c->state_ != RESOLVING) {
        return;
    }
    if (ip) {
        connect_to(c, ip);
    } else {
        again(c, NETP_E_TIMEOUT);
    }
}

static void attempt(void *arg)
{
    struct netp_lwip_client *c = arg;
    ip_addr_t ip;
    err_t err;

    c->begun_ = netp_lwip_now(c->loop_);
    c->state_ = RESOLVING;
    err = dns_gethostbyname(c->host, &ip, on_found, c);
    if (err == ERR_OK) {
        connect_to(c, &ip);
    } else if (err != ERR_INPROGRESS) {
        again(c, NETP_E_NOSPACE);
    }
}

void netp_lwip_client_start(struct netp_lwip_client *c, struct netp_lwip_loop *loop)
{
    if (c->state_ != STOPPED) {
        return;
    }
    c->loop_ = loop;
    c->retry_ = (struct netp_lwip_timer)NETP_LWIP_TIMER(attempt, c);
    c->tcp.closed = on_closed;
    c->tcp.arg = c;
    c->wait_ = c->min_ms;
    c->state_ = WAITING;
    if (netp_lwip_tcp_is_closed(&c->tcp)) {
        netp_lwip_at(loop, &c->retry_, 0);
    }
}

void netp_lwip_client_stop(struct netp_lwip_client *c)
{
    if (c->state_ == STOPPED) {
        return;
    }
    c->state_ = STOPPED;
    netp_lwip_at(c->loop_, &c->retry_, NETP_NEVER);
    netp_lwip_tcp_abort(&c->tcp);
}

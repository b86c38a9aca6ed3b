/* http1_private.h - what the sources of the HTTP/1.x machine share. SPDX-License-Identifier: MIT */
#ifndef HTTP1_PRIVATE_H
#define HTTP1_PRIVATE_H

#include "http_where.h"

#include <netproto/http1.h>
#include <netproto/machine.h>
#include <netproto/text.h>

/* m->rx_: what is received, with names for traces. */
#define HTTP1_RX_STATES(X)                                                                         \
    X(BETWEEN, "between messages")                                                                 \
    X(HEAD, "head")              /* has begun */                                                   \
    X(LENGTH, "body")            /* left_ bytes of it are to come */                               \
    X(TO_END, "body to the end") /* of the connection */                                           \
    X(CHUNK_BEGIN, "chunk size")                                                                   \
    X(CHUNK_SIZE, "chunk size") /* behind its first digit */                                       \
    X(CHUNK_BWS, "chunk line")  /* blanks before the first extension */                            \
    X(CHUNK_EXT, "chunk line")  /* behind that */                                                  \
    X(CHUNK_LF, "chunk line")   /* its last byte */                                                \
    X(CHUNK_DATA, "chunk")      /* left_ bytes of it are to come */                                \
    X(CHUNK_CR, "end of chunk")                                                                    \
    X(CHUNK_END, "end of chunk") /* behind its CR */                                               \
    X(TRAILERS, "trailers")                                                                        \
    X(COMPLETE, "complete")   /* END is the next event */                                          \
    X(ANSWERING, "answering") /* server: the answer is not complete */                             \
    X(SWITCHING, "switching") /* TUNNEL is an event once all is sent */                            \
    X(CLOSED, "closed")

enum http1_rx {
#define HTTP1_RX_(name, text) HTTP1_RX_##name,
    HTTP1_RX_STATES(HTTP1_RX_)
#undef HTTP1_RX_
};

/* m->tx_: what is sent. */
enum http1_tx {
    HTTP1_TX_NONE,    /* server: nothing to answer; client: between requests */
    HTTP1_TX_OWED,    /* server: a request waits for its answer */
    HTTP1_TX_LENGTH,  /* a body, of which send_left_ bytes are missing */
    HTTP1_TX_CHUNKED, /* a body in chunks */
    HTTP1_TX_TO_END,  /* a body to the end of the connection */
    HTTP1_TX_DROPPED  /* no body: what is given is dropped */
};

/* What the build has left out, http1.h says how: these are constants, or bits that are never set,
 * and the code for them goes. */
#if defined(NETP_HTTP1_NO_SERVER) && defined(NETP_HTTP1_NO_CLIENT)
#error "no role is left"
#endif
#ifdef NETP_HTTP1_NO_SERVER
#define HTTP1_IF_SERVER(bit) 0
#else
#define HTTP1_IF_SERVER(bit) (bit)
#endif
#ifdef NETP_HTTP1_NO_CLIENT
#define HTTP1_IF_CLIENT(n) 0
#else
#define HTTP1_IF_CLIENT(n) (n)
#endif
#ifdef NETP_HTTP1_NO_TUNNEL
#define HTTP1_TUNNELS 0
#else
#define HTTP1_TUNNELS 1
#endif
#ifdef NETP_HTTP1_NO_CHUNKED
#define HTTP1_CHUNKS 0
#else
#define HTTP1_CHUNKS 1
#endif
#if defined(NETP_HTTP1_NO_CHUNKED) || defined(NETP_HTTP1_NO_CHUNKED_SENT)
#define HTTP1_SENDS_CHUNKS 0
#else
#define HTTP1_SENDS_CHUNKS 1
#endif
#ifdef NETP_HTTP1_NO_TRAILERS
#define HTTP1_TRAILERS 0
#else
#define HTTP1_TRAILERS 1
#endif
#if defined(NETP_HTTP1_NO_CLIENT) || defined(NETP_HTTP1_NO_HOLD)
#define HTTP1_HOLDS 0
#else
#define HTTP1_HOLDS 1
#endif
#ifdef NETP_HTTP1_NO_KEEPALIVE
#define HTTP1_KEEPS 0
#define HTTP1_ONCE  1 /* one exchange a connection */
#else
#define HTTP1_KEEPS 1
#define HTTP1_ONCE  0
#endif
#ifdef NETP_HTTP1_NO_EXPECT
#define HTTP1_NO_INTERIM 1
#else
#define HTTP1_NO_INTERIM 0
#endif
#ifdef NETP_HTTP1_NO_LEND
#define HTTP1_LENDS 0
#else
#define HTTP1_LENDS 1
#endif

/* Whether it matters what a Connection field has. */
#define HTTP1_LISTS (HTTP1_KEEPS || HTTP1_TUNNELS)

/* m->bits_ */
enum {
    HTTP1_LAST = HTTP1_KEEPS | HTTP1_IF_CLIENT(1), /* no message follows those that have begun */
    HTTP1_OLD = HTTP1_IF_SERVER(2),                /* server: the request is HTTP/1.0 */
    HTTP1_NO_BODY = HTTP1_IF_SERVER(4),            /* server: the request is HEAD */
    HTTP1_CONNECT = HTTP1_IF_SERVER(HTTP1_TUNNELS * 8),  /* server: it is CONNECT */
    HTTP1_UPGRADE = HTTP1_IF_SERVER(HTTP1_TUNNELS * 16), /* server: it offers an upgrade */
    HTTP1_HELD = HTTP1_HOLDS * 32,                       /* client: the body waits for 100 */
    HTTP1_GO = HTTP1_HOLDS * 64,                         /* client: CONTINUE is due */
    HTTP1_PAUSED = 128                                   /* the application takes no body now */
};

/* m->pending_: what kind of request it was, for that decides how the answer is framed. */
enum { HTTP1_PLAIN, HTTP1_HEADONLY, HTTP1_TUNNEL, HTTP1_OFFER };

/* m->lent_state_ */
enum { HTTP1_LENT_NONE, HTTP1_LENT_QUEUED, HTTP1_LENT_BACK };

static inline bool http1_is_server(const struct netp_http1 *m)
{
#if defined(NETP_HTTP1_NO_CLIENT)
    (void)m;
    return true;
#elif defined(NETP_HTTP1_NO_SERVER)
    (void)m;
    return false;
#else
    return m->cfg_.role == NETP_HTTP1_SERVER;
#endif
}

/* What became of the piece that was lent. */
static inline unsigned http1_lent(const struct netp_http1 *m)
{
    return HTTP1_LENDS ? m->lent_state_ : (unsigned)HTTP1_LENT_NONE;
}

/* No message follows those that have begun. */
static inline bool http1_is_last(const struct netp_http1 *m)
{
#ifdef NETP_HTTP1_NO_KEEPALIVE
    return http1_is_server(m) || (m->bits_ & HTTP1_LAST);
#else
    return (m->bits_ & HTTP1_LAST) != 0;
#endif
}

/* Takes n bytes off the input. */
void http1_take(struct netp_http1 *m, struct netp_in *in, size_t n);

/* Why it fails: the error, and the status that a server answers with, unless that is 0. */
#define HTTP1_FAULT(code, status) ((unsigned)-(code) << 10 | (unsigned)(status))
/* Fails, where the stream has been read to; a server answers if it has not begun to. Returns the
 * error. */
int http1_fail(struct netp_http1 *m, unsigned fault, const char *where);
/* The same, `at` bytes behind the beginning of cfg.head. */
int http1_fail_in_head(struct netp_http1 *m, unsigned fault, const char *where, size_t at);

/* Nothing waits to be sent. */
bool http1_queue_is_empty(const struct netp_http1 *m);

/* Between messages: whether one may begin. A server reads no further while an answer is not gone:
 * so that a client which does not read is not served on, and what follows finds room. */
static inline bool http1_may_begin(const struct netp_http1 *m)
{
    return HTTP1_ONCE || !http1_is_server(m) || http1_queue_is_empty(m);
}

/* Receiving: an event, 0 when nothing comes of it now, or a failure. */
int http1_head_next(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev);
/* 1 when the head, or the trailers behind it, are complete in cfg.head; 0, or a failure. */
int http1_head_collect(struct netp_http1 *m, struct netp_in *in);
int http1_body_next(struct netp_http1 *m, struct netp_in *in, struct netp_http1_ev *ev);

/* Shows it in the event. */
void http1_tell_head(const struct netp_http1 *m, struct netp_http1_ev *ev);

/* What a complete head says of the message: sets rx_ and the rest for its body. The event, or a
 * failure. */
int http1_framing(struct netp_http1 *m, struct netp_http1_ev *ev);

/* The end of a message that was received: both sides may be through now. */
void http1_received(struct netp_http1 *m);
/* The end of one that was sent. */
void http1_answered(struct netp_http1 *m);
/* Nothing goes on. broken: what is queued can't be sent, either. */
void http1_close(struct netp_http1 *m, bool broken);

/* The queue. */
struct http_writer;
void http1_queue_begin(struct netp_http1 *m, struct http_writer *w);
bool http1_queue_end(struct netp_http1 *m, const struct http_writer *w);
bool http1_put_reply(struct netp_http1 *m, unsigned status);

/* Whether p[0..n) is that text; http1_is(): when the case of letters does not count. */
bool http1_is(const char *p, size_t n, const char *text);
bool http1_is_method(const char *p, size_t n, const char *text);
/* Whether p[0..n) can be a Host: a host, maybe empty, and maybe a port. */
bool http1_is_host(const char *p, size_t n);
/* Whether p[0..n), visible characters, has the form that the method wants: RFC 9112 section 3.2. */
bool http1_is_target(struct netp_str method, const char *p, size_t n);
/* One of the fields that the machine itself sends and understands. */
enum http1_name {
    HTTP1_OTHER,
    HTTP1_HOST,
    HTTP1_CONNECTION,
    HTTP1_CONTENT_LENGTH,
    HTTP1_EXPECT,
    HTTP1_TRANSFER_ENCODING,
    HTTP1_UPGRADE_FIELD,
    HTTP1_NAMES
};
extern const char *const http1_names[HTTP1_NAMES];
enum http1_name http1_name_of(const char *p, size_t n);

#endif

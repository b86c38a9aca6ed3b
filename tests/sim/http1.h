/* tests/sim/http1.h - an HTTP/1.x client and a server at the ends of a stream pair, in a world.
 *
 * SPDX-License-Identifier: MIT
 *
 * http1_app.c draws the exchanges, sends and receives them; http1.c lets it run. */
#ifndef SIM_HTTP1_H
#define SIM_HTTP1_H

#include "stream.h"

#include <netproto/http1.h>

enum { EXCHANGES_MAX = 6, HTTP1_BODY_MAX = 700 };

enum http1_method { M_GET, M_HEAD, M_POST, M_PUT, METHODS };

/* A message that is to be sent. */
struct http1_plan {
    uint32_t n; /* bytes of body */
    bool chunked, trailer, lend, close;
};

struct http1_exchange {
    struct http1_plan request, response;
    enum http1_method method;
    bool hold, go, early; /* waits for 100; the server sends it; it answers before END */
    unsigned infos;       /* 103 before the answer */
    uint16_t status;
};

struct http1_end {
    struct netp_http1 m;
    struct machine mc;
    struct stream in;
    netp_ms act_at;        /* when the application sends on; NETP_NEVER: it waits for news */
    unsigned sent, got;    /* messages: whole so far */
    unsigned asked;        /* server: requests whose head has come */
    unsigned infos;        /* server: 103 sent to this one; client: received */
    bool open, body, lent; /* a message is being sent; one is being received; a piece is lent */
    bool gone;             /* server: the 100 has been sent */
    bool over;             /* it has been told of the end, or told that no more comes */
    uint32_t given, taken; /* bytes of body: sent, received */
    size_t nhold;          /* bytes that the machine has not yet taken */
    unsigned flags;        /* the end of the stream, behind them */
    char head[512];
    struct netp_http_field field[8];
    uint8_t tx[1024], hold[2 * STREAM_MAX], lent_piece[HTTP1_BODY_MAX];
};

struct http1_world {
    struct world w;
    unsigned n, ahead; /* exchanges; requests that may be under way */
    bool cut;
    uint32_t think_ms;
    struct http1_exchange x[EXCHANGES_MAX];
    struct http1_end client, server;
};

void http1_app_draw(struct http1_world *hw);
/* The application sends on, if it can. */
void http1_app_act(struct http1_world *hw, struct http1_end *e);
void http1_app_event(struct http1_world *hw, struct http1_end *e, const struct netp_http1_ev *ev);
/* When all is over; returns whether all exchanges are complete. */
bool http1_app_check_end(const struct http1_world *hw);

#endif

/* http_script.h - an HTTP server for tests of the client, in the same loop: it sends whatever bytes
 * a test wants, right or wrong. SPDX-License-Identifier: MIT */
#ifndef HTTP_SCRIPT_H
#define HTTP_SCRIPT_H

#include <netproto/host/loop.h>
#include <netproto/host/stream.h>

#define SCRIPT_REQUEST (1u << 20) /* bytes of a request that are kept, body included */

struct script_peer;

struct script {
    /* Called with each request, complete with its body, or with its head alone if early is set. */
    void (*serve)(struct script_peer *peer, const char *request);
    void *arg;
    bool early;
    unsigned requests, conns, open; /* open: connections that are there now */
    char last[SCRIPT_REQUEST];      /* the last request */

    uint16_t port;
    struct netp_loop *loop;
    struct netp_listener listener;
    struct script_peer *peers;
};

struct script_peer {
    struct script *script;
    struct script_peer *next;
    unsigned served; /* requests on this connection */
    struct netp_watch watch;
    char *in, *out;
    size_t nin, nout;
    bool closing, reset;
};

void script_open(struct script *s, struct netp_loop *loop);
void script_close(struct script *s);

/* Queues bytes, as text or raw. */
void script_put(struct script_peer *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void script_put_bytes(struct script_peer *p, const void *bytes, size_t n);
/* Closes when all is sent; now and with a reset. */
void script_end(struct script_peer *p);
void script_reset(struct script_peer *p);
/* Closes all connections. */
void script_hang_up(struct script *s);

/* The value of a field of a request, in a static buffer; "" without one. */
const char *script_field(const char *request, const char *name);
/* What comes behind the head. */
const char *script_body(const char *request);

#endif

/* tests/faults/httpd_asked.h - an HTTP server as the victim, and who asks it.
 * SPDX-License-Identifier: MIT */
#ifndef HTTPD_ASKED_H
#define HTTPD_ASKED_H

#include "world.h"

#include <netproto/host/httpd.h>
#include <stdatomic.h>

/* What a client asks, on a connection that is to end with the answer, and hears. */
struct asked {
    const char *head;
    const void *body;
    size_t nbody;
    char answer[WORLD_FILE + 4096];
    size_t n; /* of it; 0: there was none */
    /* private */
    struct netp_addr addr_;
    atomic_bool over_;
};

/* Asks a server that has one handler, for all targets. */
void asked_run(struct asked *a, struct netp_loop *loop,
               void (*handle)(void *arg, struct netp_httpd_exchange *x), void *arg);

#endif

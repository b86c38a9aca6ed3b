/* peer.h - the other end of a connection: a plain one of lwIP's raw API. SPDX-License-Identifier:
 * MIT
 */
#ifndef PEER_H
#define PEER_H

#include <lwip/tcp.h>
#include <stdbool.h>

struct peer {
    struct tcp_pcb *pcb; /* NULL: it is gone */
    struct tcp_pcb *listening;
    bool connected, eof, deaf; /* deaf: it takes nothing, so its window closes */
    err_t err;
    unsigned accepted;
    size_t nin;
    char in[200000];
};

void peer_connect(struct peer *p, uint16_t port);
void peer_listen(struct peer *p, uint16_t port);
/* Sends as much as there is room for now: how much. */
size_t peer_send(struct peer *p, const void *data, size_t n);
/* All of it, in segments of at most `piece` bytes. */
void peer_send_all(struct peer *p, const void *data, size_t n, size_t piece);
void peer_hear(struct peer *p); /* takes what it left */
void peer_close(struct peer *p);
void peer_abort(struct peer *p);

#endif

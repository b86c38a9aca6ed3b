/* netproto/host/modbus_tcpd.h - a Modbus server for many connections, in a loop.
 *
 * SPDX-License-Identifier: MIT
 *
 *     static void request(void *arg, struct netp_modbus_peer *peer,
 *                         const struct netp_modbus_server_ev *ev)
 *     {
 *         ... make *response ...
 *         netp_modbus_peer_respond(peer, &response);
 *     }
 *     d = netp_modbus_tcpd_open(loop, netp_tcp_listen(&addr), &cfg);
 *
 * A request may be answered at once or later; the next of that connection comes after. With a
 * netp_tls_ctx it is Modbus/TCP Security (MODBUS/TCP Security Protocol Specification, 2018): the
 * context should make clients show a certificate, whose role the application judges. */
#ifndef NETPROTO_HOST_MODBUS_TCPD_H
#define NETPROTO_HOST_MODBUS_TCPD_H

#include <netproto/host/loop.h>
#include <netproto/host/tls.h>
#include <netproto/modbus_server.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A connection. Its members live until gone(). */
struct netp_modbus_peer {
    uint32_t id; /* 0 to max_connections - 1; used again when it is gone */
    struct netp_addr addr;
    const struct netp_tls *tls; /* NULL: none */
    void *user;                 /* yours; NULL at first */
};

/* Zero is a sound default but for request. */
struct netp_modbus_tcpd_cfg {
    unsigned max_connections; /* at a time; more wait to be accepted; 0: 1000 */
    unsigned max_per_address; /* more from one are closed at once; 0: any */
    uint32_t idle_ms;         /* without a whole request a connection is closed; 0: never */
    struct netp_tls_ctx *tls; /* of a server; NULL: plain */
    bool rtu;                 /* RTU frames, as a serial server has them */
    const uint8_t *units;     /* with rtu: those that we are; borrowed */
    size_t nunits;
    /* A request; its views live until it is answered. */
    void (*request)(void *arg, struct netp_modbus_peer *peer,
                    const struct netp_modbus_server_ev *ev);
    /* The connection has ended: err and sys_errno as of netp_stream's closed(). May be NULL. */
    void (*gone)(void *arg, struct netp_modbus_peer *peer, int err, int sys_errno);
    void *arg;
};

struct netp_modbus_tcpd;

/* Takes connections from the listening socket fd, which it owns from now on. *cfg is copied. NULL
 * with errno, and fd stays yours. */
NETP_API struct netp_modbus_tcpd *netp_modbus_tcpd_open(struct netp_loop *loop, int fd,
                                                        const struct netp_modbus_tcpd_cfg *cfg);

/* Answers the open request of a peer, in request() or later; *response as in
 * netp_modbus_server_respond(), whose errors it has. A broadcast needs an answer, too, which goes
 * nowhere. */
NETP_API int netp_modbus_peer_respond(struct netp_modbus_peer *peer,
                                      const struct netp_modbus_response *response);
/* Not at all: the next request of that peer may come. */
NETP_API int netp_modbus_peer_ignore(struct netp_modbus_peer *peer);

/* The peer of that number, or NULL. */
NETP_API struct netp_modbus_peer *netp_modbus_tcpd_peer(const struct netp_modbus_tcpd *d,
                                                        uint32_t id);

/* Connections now. */
NETP_API unsigned netp_modbus_tcpd_count(const struct netp_modbus_tcpd *d);

/* Takes no more connections. */
NETP_API void netp_modbus_tcpd_stop(struct netp_modbus_tcpd *d);
/* Cuts what is there; gone() is not called. NULL is harmless. Not in a callback. */
NETP_API void netp_modbus_tcpd_close(struct netp_modbus_tcpd *d);

/* The role in the certificate that the peer of a TLS connection has shown (extension
 * 1.3.6.1.4.1.50316.802.1, a UTF8String) as printable ASCII, other bytes as \xHH, with a NUL, to
 * out[0..cap); its length. 0: it has none, or none that can be read. */
NETP_API size_t netp_modbus_role(const struct netp_tls *tls, char *out, size_t cap);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/socks5.h - a connection through a SOCKS 5 proxy: RFC 1928, with user and password (RFC
 * 1929).
 *
 * SPDX-License-Identifier: MIT
 *
 * One struct netp_socks5 is the client's side of one handshake, a machine in the contract of
 * netp.h: put it on a stream that is connected to the proxy. After CONNECTED it is closed, and the
 * stream is one to the host that was asked for: bytes of that may be in the cursor already. Send
 * all that out() shows with one call: some proxies take a message in two segments for a bad one. */
#ifndef NETPROTO_SOCKS5_H
#define NETPROTO_SOCKS5_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_SOCKS5_PORT 1080

/* Set by NETP_SOCKS5_CFG_INIT to 30 seconds and nothing else. init copies it; the text behind host,
 * user and password stays yours to keep until want() is NETP_CLOSED. */
struct netp_socks5_cfg {
    size_t size;          /* sizeof(struct netp_socks5_cfg) */
    struct netp_str host; /* the name to connect to, 1..255 bytes, as netp_url_host() writes it: the
                             proxy will ask the DNS ("socks5h") */
    struct netp_addr addr; /* without host: the address to connect to; without zone. Its port is
                              not looked at */
    uint16_t port;         /* 1..65535 */
    struct netp_str user;  /* 1..255 bytes each, or both empty: none */
    struct netp_str password;
    uint32_t timeout_ms; /* for the whole handshake, which ends when the proxy has connected; 1 or
                            more */
};

#define NETP_SOCKS5_CFG_INIT                                                                       \
    {                                                                                              \
        sizeof(struct netp_socks5_cfg), {NULL, 0}, {{0}, 0, 0, 0}, 0, {NULL, 0}, {NULL, 0}, 30000  \
    }

enum { NETP_SOCKS5_CONNECTED = 1 };

struct netp_socks5_ev {
    int type;
    struct netp_addr bound; /* where the proxy has connected from; fam is 0 if it told a name */
};

/* Complete so that you can place it; all members are private. */
struct netp_socks5 {
    struct netp_socks5_cfg cfg_;
    struct netp_fail fail_;
    netp_ms clock_, deadline_;
    struct netp_addr bound_;
    uint32_t pos_;              /* bytes taken from the stream */
    uint16_t sent_, at_, host_; /* bytes: of our message sent, of theirs taken, of its host */
    uint8_t state_;
    uint8_t head_[5], mid_[2]; /* our message, but for the text */
    bool sending_;
};

/* NETP_OK, with the first message waiting in out(); NETP_E_ABI; NETP_E_ARG: a member of cfg is out
 * of range. */
NETP_API int netp_socks5_init_(struct netp_socks5 *m, size_t size,
                               const struct netp_socks5_cfg *cfg, netp_ms now);
#define netp_socks5_init(m, cfg, now) netp_socks5_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. Failures of next():
 *   NETP_E_REFUSED    peer_code is the proxy's code: X'FF' for the methods of authentication, the
 *                     status of RFC 1929, or the reply of RFC 1928 section 6. where says it in
 *                     words
 *   NETP_E_SYNTAX     what came is no answer in this protocol, or not to what was asked
 *   NETP_E_TIMEOUT    timeout_ms
 *   NETP_E_TRUNCATED  the stream ended before CONNECTED
 * While a message waits to be sent no input is taken and no end of it dealt with. */
NETP_API int netp_socks5_next(struct netp_socks5 *m, struct netp_in *in, netp_ms now,
                              struct netp_socks5_ev *ev);
NETP_API size_t netp_socks5_out(const struct netp_socks5 *m, struct netp_out *v, size_t nv);
NETP_API void netp_socks5_sent(struct netp_socks5 *m, size_t n, netp_ms now);
NETP_API netp_ms netp_socks5_deadline(const struct netp_socks5 *m);
NETP_API unsigned netp_socks5_want(const struct netp_socks5 *m);
NETP_API const struct netp_fail *netp_socks5_fail(const struct netp_socks5 *m);
NETP_API extern const struct netp_ops netp_socks5_ops;

#ifdef __cplusplus
}
#endif

#endif

/* netproto/host/tls.h - TLS 1.2 and 1.3 by OpenSSL 3, as a transport over a transport.
 *
 * SPDX-License-Identifier: MIT
 *
 *     ctx = netp_tls_client_ctx(&cfg, &fail);              once
 *     tls = netp_tls_client(ctx, "example.org", 443, fd, NULL);
 *     stream.transport = netp_tls_transport(tls);          before netp_stream_open(), or later by
 *                                                          netp_stream_secure()
 *     ... closed() was called: netp_tls_fail(tls) tells why, if it was TLS ...
 *     netp_tls_free(tls);
 *
 * The handshake runs by itself inside receive and send; its time is limited by who waits for it.
 * What waits in a transport is sent before the descriptor is closed by netp_stream, and by
 * netp_stream_io_finish(). The end of a connection is NETP_IN_EOF only when the peer has said so
 * (close_notify, RFC 8446 section 6.1), else NETP_IN_BROKEN: someone in between may have cut it.
 *
 * A context and its connections belong to one thread at a time; distinct contexts share nothing.
 * Text that is marked "a file" names one in PEM. Built without NETPROTO_TLS, contexts can't be made
 * (NETP_TLS_UNSUPPORTED). */
#ifndef NETPROTO_HOST_TLS_H
#define NETPROTO_HOST_TLS_H

#include <netproto/host/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_tls_ctx;
struct netp_tls;

/* --- failures -------------------------------------------------------------------------------- */

enum netp_tls_code {
    NETP_TLS_OK = 0,

    /* the peer's certificate */
    NETP_TLS_NAME,          /* it is for other names or addresses */
    NETP_TLS_EXPIRED,       /* it, or one above it; or the response of OCSP about it */
    NETP_TLS_NOT_YET_VALID, /* the same */
    NETP_TLS_SELF_SIGNED,   /* and not trusted by itself */
    NETP_TLS_UNKNOWN_CA,    /* none of the trusted certificates is above it */
    NETP_TLS_INVALID_CA,    /* its issuer is none */
    NETP_TLS_PURPOSE,       /* it is not for a server, or not for a client */
    NETP_TLS_WEAK,          /* a key or digest below 112 bits of security */
    NETP_TLS_REVOKED,
    NETP_TLS_CERT, /* anything else that is wrong with it */

    /* the connection */
    NETP_TLS_VERSION,     /* no version in common */
    NETP_TLS_ALPN,        /* no protocol in common, or one that was not offered */
    NETP_TLS_CLIENT_CERT, /* ours is missing, or the server did not accept it; or the client's is */
    NETP_TLS_HANDSHAKE,   /* anything else before its end, such as an alert */
    NETP_TLS_NOT_TLS,     /* the peer speaks something else */
    NETP_TLS_TRUNCATED,   /* the peer closed without close_notify, or before the handshake's end */
    NETP_TLS_PROTOCOL,    /* a broken record or an alert after the handshake */
    NETP_TLS_IO,          /* what is below failed: errno */

    /* the configuration */
    NETP_TLS_FILE,     /* it can't be read, or is no PEM; or no response of OCSP */
    NETP_TLS_PASSWORD, /* the key is encrypted, and the password missing or wrong */
    NETP_TLS_MISMATCH, /* the key or staple is another certificate's, or the chain out of order */
    NETP_TLS_CONFIG,   /* anything else OpenSSL does not accept */
    NETP_TLS_MEMORY,
    NETP_TLS_UNSUPPORTED /* the library was built without TLS */
};

#define NETP_TLS_TEXT 512 /* bytes of a sentence, with its NUL */

/* The first failure. alert is the one that the peer sent (RFC 8446 section 6.2), or -1. text is a
 * sentence without a full stop, "the certificate is not valid for a.test: it is for b.test",
 * printable ASCII; "" while code is NETP_TLS_OK. It holds no secrets. */
struct netp_tls_fail {
    enum netp_tls_code code;
    int alert;
    char text[NETP_TLS_TEXT];
};

/* --- contexts -------------------------------------------------------------------------------- */

/* A certificate to show. Files are read when the context is made. */
struct netp_tls_cert {
    const char *chain;    /* a file: the certificate, then those above it, each issuing the last */
    const char *key;      /* a file; NULL: in the same */
    const char *password; /* of the key; NULL: none. Never asked for. */
    /* A file with a response of OCSP in DER, at most 16380 bytes, which a server shows to clients
     * that ask for it (RFC 6066 section 8) until it is out of date; NULL: none. It has to be about
     * this certificate and in date, and, if the chain has who issued it, signed for him. */
    const char *staple;
};

/* Zero is a sound default. All is copied or read by netp_tls_client_ctx(). */
struct netp_tls_client_cfg {
    const char *ca_file;  /* a file with the trusted certificates, */
    const char *ca_dir;   /* a directory of such, named by their hashes (openssl rehash); */
                          /* both NULL: the system's store */
    const char *crl_file; /* a file with certificates and revocation lists to look the server's
                             certificate up in; NULL: not done */
    bool need_staple;     /* a server must show, in the handshake, a response of OCSP that says its
                             certificate is good (RFC 6066 section 8); nothing if insecure */
    bool insecure;        /* takes any certificate: whoever is in between reads and changes all */
    struct netp_tls_cert cert; /* shown to a server that asks; chain NULL: none */
    const char *alpn;  /* what to offer, "http/1.1" or "h2,http/1.1", best first; NULL: nothing */
    unsigned sessions; /* servers to remember for resumption; 0: 64 */
};

enum { NETP_TLS_CLIENTS_ANY, NETP_TLS_CLIENTS_MAY_SHOW, NETP_TLS_CLIENTS_MUST_SHOW };

struct netp_tls_server_cfg {
    const struct netp_tls_cert *cert; /* ncert > 0; the first whose names fit is shown, in each kind
                                         of key, else the first */
    size_t ncert;
    bool known_names;      /* a client that asks for a name which no certificate has is refused
                              (unrecognized_name, RFC 6066 section 3) */
    const char *alpn;      /* what to choose from, best first; NULL: ALPN is ignored. A client that
                              offers only others is refused (RFC 7301 section 3.2) */
    unsigned clients;      /* NETP_TLS_CLIENTS_*: whether they show a certificate */
    const char *client_ca; /* a file: those who issue them; required unless it is _ANY */
};

/* A new context, or NULL with *fail. In TLS 1.2 a server takes ECDHE with AES-GCM or
 * ChaCha20-Poly1305 alone. A client's appends the secrets of its connections to the file
 * that the environment names in SSLKEYLOGFILE, for Wireshark. */
NETP_API struct netp_tls_ctx *netp_tls_client_ctx(const struct netp_tls_client_cfg *cfg,
                                                  struct netp_tls_fail *fail);
NETP_API struct netp_tls_ctx *netp_tls_server_ctx(const struct netp_tls_server_cfg *cfg,
                                                  struct netp_tls_fail *fail);
/* After all of its connections. NULL is harmless. */
NETP_API void netp_tls_ctx_free(struct netp_tls_ctx *ctx);

/* Reads certificates anew, for the connections of a server that come from now on; those that are
 * there go on. 0, or -1 with *fail, and everything stays as it was. */
NETP_API int netp_tls_server_reload(struct netp_tls_ctx *ctx, const struct netp_tls_cert *cert,
                                    size_t ncert, struct netp_tls_fail *fail);

/* The same for those who issue the certificates of clients. Sessions that were begun before are
 * not resumed. */
NETP_API int netp_tls_server_reload_clients(struct netp_tls_ctx *ctx, const char *client_ca,
                                            struct netp_tls_fail *fail);

#define NETP_TLS_TICKET_SECRET 32 /* bytes */

/* Seals the tickets of sessions with keys that are made of secret, random bytes, from now on. Those
 * of the secret before are still opened, and replaced; older ones are not: a new secret each few
 * hours, and neither of the last two kept, is what makes past sessions safe (RFC 8446 appendix E).
 * Contexts that get the same secrets, as of several threads, and that ask the same of clients, open
 * each other's tickets. Without it a context has keys of its own as long as it lives. 0; -1: no
 * memory, and all is as before. */
NETP_API int netp_tls_server_tickets(struct netp_tls_ctx *ctx,
                                     const uint8_t secret[NETP_TLS_TICKET_SECRET]);

/* --- connections ----------------------------------------------------------------------------- */

/* A client's connection to host (a name in ASCII, or an IP address without brackets) over lower, or
 * the socket fd when that is NULL; both stay yours, until after the last use of this. Name and port
 * are what sessions are remembered by; the name is what the certificate has to be for (RFC 9525:
 * subjectAltName alone, a wildcard for the whole of the leftmost label alone), and is sent (SNI)
 * unless it is an address. NULL with errno: EINVAL: host is not such a name; ENOMEM. */
NETP_API struct netp_tls *netp_tls_client(struct netp_tls_ctx *ctx, const char *host, uint16_t port,
                                          int fd, const struct netp_transport *lower);
/* A server's, likewise. */
NETP_API struct netp_tls *netp_tls_server(struct netp_tls_ctx *ctx, int fd,
                                          const struct netp_transport *lower);
/* Touches neither lower nor fd, which may be closed by then. NULL is harmless. */
NETP_API void netp_tls_free(struct netp_tls *tls);

/* What to give to a stream, or to another netp_tls as lower; part of tls. */
NETP_API const struct netp_transport *netp_tls_transport(const struct netp_tls *tls);

/* Part of tls. */
NETP_API const struct netp_tls_fail *netp_tls_fail(const struct netp_tls *tls);

/* What was agreed on. Text from the peer is printable ASCII, other bytes as \xHH, and cut. */
struct netp_tls_info {
    const char *version; /* "TLSv1.2", "TLSv1.3"; static */
    const char *cipher;  /* "TLS_AES_256_GCM_SHA384"; static */
    bool resumed;
    bool verified;         /* the peer has shown a certificate, and it was found valid */
    char alpn[32];         /* "": none */
    char server_name[256]; /* what the client asked for (SNI); "": nothing */
    char subject[256];     /* of the peer's certificate, as RFC 2253 has it; "": none */
    char names[512];       /* of its subjectAltName: "a.test, *.b.test, 192.0.2.1" */
};

/* NETP_OK; NETP_E_STATE: the handshake is not done. */
NETP_API int netp_tls_info(const struct netp_tls *tls, struct netp_tls_info *info);

/* Whether a server's client that asked for one name (SNI), and was shown its certificate, now
 * speaks to another host whose certificate is another: RFC 9110 section 7.4. False when it asked
 * for no name or for one that no certificate has, and for a host that none has. */
NETP_API bool netp_tls_is_misdirected(const struct netp_tls *tls, struct netp_str host);

#ifdef __cplusplus
}
#endif

#endif

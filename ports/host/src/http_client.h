/* http_client.h - what the sources of the HTTP client share. SPDX-License-Identifier: MIT
 *
 * A conn is a connection to an origin, maybe through a proxy; a fetch is a user's request. Each
 * conn serves one fetch at a time. conn.c knows nothing of what requests mean, the others nothing
 * of how bytes travel. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <netproto/host/dial.h>
#include <netproto/host/fetch.h>
#include <netproto/host/resolve.h>
#include <netproto/host/stream.h>
#include <netproto/http_auth.h>
#include <netproto/http_coding.h>
#include <netproto/http_redirect.h>
#include <netproto/socks5.h>

#define CONN_HEAD    32768u /* bytes of an answer's head */
#define CONN_FIELDS  200
#define CONN_TX      24576u /* bytes of a request's head */
#define CONN_UP      65536u /* bytes of a request's body at a time */
#define FETCH_URL    8192u  /* bytes of a URL */
#define FETCH_FIELDS 64     /* fields of a request */
#define FETCH_DRAIN  65536u /* bytes of an unwanted body that are read to keep its connection */

/* What a connection was made for; all of it must be the same for another request to use it. */
struct conn_key {
    bool tls;     /* to the origin */
    bool foreign; /* after a redirection to another origin: without the client's certificate */
    uint16_t port;
    char host[NETP_URL_HOST_CAP]; /* "" for requests that an HTTP proxy forwards to any origin */
    struct netp_proxy proxy;
};

/* What came of a connection that ended before its fetch did. */
struct conn_end {
    enum netp_fetch_stage stage;
    int err, sys_errno, status;
    enum netp_tls_code tls;
    const char *text;
};

enum conn_state {
    CONN_RESOLVING,
    CONN_DIALLING,
    CONN_SOCKS,   /* the handshake with a SOCKS proxy */
    CONN_CONNECT, /* CONNECT to an HTTP proxy */
    CONN_BUSY,    /* its fetch is the user of the machine */
    CONN_IDLE
};

struct conn {
    struct netp_http_client *client;
    struct conn *next;
    struct netp_fetch *user; /* NULL: idle */
    struct conn_key key;
    enum conn_state state;
    bool used; /* it has served a request before */

    struct netp_resolve *resolve;
    struct netp_dial dial;
    struct netp_addr origin; /* what a SOCKS proxy is asked for that is not to look up the name */
    struct netp_addr peer;
    struct netp_stream stream;
    struct netp_tls *tls, *proxy_tls;
    struct netp_timer timer; /* to connect, to be kept */
    union {
        struct netp_http1 http;
        struct netp_socks5 socks;
    } m;
    union {
        struct netp_http1_ev http;
        struct netp_socks5_ev socks;
    } ev;
    struct netp_http_field field[CONN_FIELDS];
    char head[CONN_HEAD];
    uint8_t tx[CONN_TX];
    uint8_t *up; /* CONN_UP bytes, once there was a body to read */
};

/* Gives f a connection for f->key, now or later, by netp_fetch_ready_(). */
void netp_conn_get_(struct netp_fetch *f);
/* f has no use for its connection any more, or for its place in the queue. It is kept if its
 * machine is idle. */
void netp_conn_put_(struct netp_fetch *f);
/* Ends it in the middle of things. */
void netp_conn_drop_(struct netp_fetch *f);
/* CONN_UP bytes for what is read of a body, kept with the connection; NULL: no memory. */
uint8_t *netp_conn_buffer_(struct conn *c);
void netp_conn_free_all_(struct netp_http_client *client);
/* Asks those that wait whether there is a connection for them. */
void netp_conn_serve_waiting_(struct netp_http_client *client);

/* What a conn calls. */
void netp_fetch_ready_(struct netp_fetch *f);
void netp_fetch_event_(struct netp_fetch *f, const struct netp_http1_ev *ev);
void netp_fetch_broken_(struct netp_fetch *f, const struct conn_end *end);

/* Writes the value of Proxy-Authorization for a proxy with a user: its length, or 0. */
#define LOGIN_BASIC_CAP NETP_HTTP_BASIC_LEN(NETP_PROXY_TEXT_MAX, NETP_PROXY_TEXT_MAX)
size_t netp_proxy_credentials_(const struct netp_proxy *proxy, char out[LOGIN_BASIC_CAP]);

/* --- fetches --------------------------------------------------------------------------------- */

struct decoder; /* of one content coding; see fetch_coding.c */

/* What happens at the end of the answer that is being received. */
enum fetch_next { FETCH_FINISH, FETCH_FOLLOW, FETCH_AGAIN };

/* Logging in to the origin of the first URL. */
struct login {
    struct netp_str user, password, token;
    struct netp_http_digest digest;
    char mem[1024];  /* of the digest, or the realm that Basic is for */
    char text[1024]; /* what user, password and token lie in, if they are not the caller's */
    char cnonce[33];
    enum netp_http_auth scheme; /* that is in use */
    bool asked;                 /* credentials went with the last request */
};

struct netp_fetch {
    struct netp_http_client *client;
    struct netp_fetch *next; /* in the list it is in: all, or free */
    struct netp_fetch *next_waiting;
    bool waiting, finished;
    struct netp_fetch_cfg cfg;
    struct netp_fetch_result result;
    struct netp_timer timer, later; /* cfg.timeout_ms; what is to be done in the next turn */

    /* the request at hand */
    char url_text[2][FETCH_URL]; /* this one, and that of a redirection */
    unsigned url_at;
    struct netp_url url;
    struct netp_str asked; /* the URL without its fragment */
    char host[NETP_URL_HOST_CAP];
    struct netp_str method;
    bool has_body, credentials, hold;
    bool forwarded; /* a proxy gets the whole URL */
    bool on_used;   /* the connection has served others before */
    struct netp_http_redirect redirect;
    struct netp_http_hop hop; /* where that leads */
    struct login login;
    struct conn_key key;
    struct conn *conn; /* NULL while none is there */

    /* sending */
    uint64_t up_at;
    bool up_open; /* there is more to send */

    /* receiving */
    enum fetch_next what_next;
    bool heard;   /* something has come on this connection */
    bool retried; /* on a fresh connection */
    bool wanted;  /* the body is the user's */
    uint64_t drained;
    struct decoder *decoder[2];
    unsigned ndecoders;

    struct netp_http1_pair field[FETCH_FIELDS];
    size_t nfield;
    char scratch[NETP_HTTP_JAR_FIELD_CAP + 3072]; /* values of fields that are made */
    size_t scratch_n;
};

struct netp_http_client {
    struct netp_http_client_cfg cfg;
    struct netp_loop *loop;
    struct netp_tls_ctx *tls, *bare; /* bare: without the certificate; may be the same */
    struct conn *conns;
    struct netp_fetch *fetches, *free;
    struct netp_fetch *waiting; /* for a connection, the first first */
    struct netp_timer serve;
};

/* Makes the contexts of a client; false with *fail. Without TLS in this build it makes none, and
 * http still works. */
bool netp_client_make_tls_(struct netp_http_client *client, struct netp_tls_fail *fail);

/* Ends f: with what the answer was, or for a reason. */
void netp_fetch_succeed_(struct netp_fetch *f);
void netp_fetch_fail_(struct netp_fetch *f, enum netp_fetch_stage stage, int err,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Asks again; asks elsewhere. */
void netp_fetch_again_(struct netp_fetch *f);
void netp_fetch_follow_(struct netp_fetch *f, const struct netp_http_hop *hop);

/* fetch_request.c: makes f->field and sends the head; the pieces of the body, one by one. */
void netp_fetch_send_(struct netp_fetch *f);
void netp_fetch_send_more_(struct netp_fetch *f);
/* fetch_answer.c */
void netp_fetch_answer_(struct netp_fetch *f, const struct netp_http1_ev *ev);
/* fetch_login.c: reads who logs in; writes Authorization into out; judges a 401: whether to ask
 * again. */
bool netp_login_begin_(struct netp_fetch *f);
ptrdiff_t netp_login_format_(struct netp_fetch *f, char *out, size_t cap);
bool netp_login_challenged_(struct netp_fetch *f, const struct netp_http1_ev *ev);
void netp_login_answered_(struct netp_fetch *f, const struct netp_http1_ev *ev);
/* fetch_coding.c: the value of Accept-Encoding; decoders for Content-Encoding; false: it has failed
 * f. */
struct netp_str netp_coding_offer_(bool raw);
bool netp_coding_begin_(struct netp_fetch *f, const struct netp_http1_ev *ev);
bool netp_coding_feed_(struct netp_fetch *f, const uint8_t *p, size_t n, bool end);
void netp_coding_free_(struct netp_fetch *f);
/* Gives decoded bytes to the user; false: it has failed f. */
bool netp_fetch_deliver_(struct netp_fetch *f, const void *p, size_t n);

/* Whether a field's value is for the server alone: not for a log, and not for another origin. */
bool netp_fetch_is_secret_(const struct netp_fetch *f, struct netp_str name);

/* Trace. */
void netp_trace_(const struct netp_http_client *client, char kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void netp_trace_field_(const struct netp_fetch *f, char kind, struct netp_str name,
                       struct netp_str value);

#endif

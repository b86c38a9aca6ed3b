/* netproto/host/httpd.h - an HTTP server in a loop, for programs that answer requests themselves.
 *
 * SPDX-License-Identifier: MIT
 *
 *     static void hello(void *arg, struct netp_httpd_exchange *x)
 *     {
 *         netp_httpd_reply(x, 200, "text/plain", "hello\n", 6);
 *     }
 *     static const struct netp_httpd_route routes[] = {{.pattern = "/hello", .handle = hello}};
 *
 *     httpd = netp_httpd_new(loop, &(struct netp_httpd_cfg){.route = routes, .nroute = 1});
 *     netp_httpd_listen(httpd, netp_tcp_listen(&addr), NULL);
 *     netp_loop_run(loop);
 *
 * A handler is called when the head of a request is there. It may answer at once, or keep x and
 * answer later, in pieces, while others are served; it may read the body as it comes or leave it.
 * One thread a server; several servers can share an address (netp_tcp_listen_shared()).
 *
 * What is not a request gets its error and its end from the machine (http1.h). */
#ifndef NETPROTO_HOST_HTTPD_H
#define NETPROTO_HOST_HTTPD_H

#include <netproto/host/loop.h>
#include <netproto/host/tls.h>
#include <netproto/http1.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_httpd;
struct netp_httpd_exchange;

/* --- routes ---------------------------------------------------------------------------------- */

#define NETP_HTTPD_PARAMS 8 /* {} in a pattern */

/* The first that fits is asked. A pattern is a path whose segments are text, as it is without
 * escapes, or {}, which stands for any one that is not empty; behind the last slash it may have *,
 * for all that may follow. HEAD goes where GET does. A path that fits routes of other methods alone
 * is answered by 405 with Allow, OPTIONS by 204 with Allow, one that fits none by 404. Before that,
 * a host whose certificate is another than that which TLS has shown is answered by 421 (RFC 9110
 * section 15.5.20), as netp_tls_is_misdirected() has it. */
struct netp_httpd_route {
    const char *host;    /* without port; "*.example.org" for those below; NULL: any */
    const char *method;  /* NULL: any */
    const char *pattern; /* "/", "/items/{}", "/files/" "*" */
    void (*handle)(void *arg, struct netp_httpd_exchange *x);
    void *arg;
};

/* --- servers --------------------------------------------------------------------------------- */

/* What was answered, for logs. Views live until log() returns. */
struct netp_httpd_log {
    const struct netp_httpd_exchange *exchange;
    unsigned status;   /* 0: the connection ended before an answer */
    uint64_t sent;     /* bytes of body */
    uint64_t received; /* bytes of body */
    netp_ms ms;        /* from the request's head to the answer's last byte */
    bool complete;     /* the answer has left as a whole */
};

/* What a server has counted; the first two are now. */
struct netp_httpd_counts {
    uint64_t connections, exchanges;
    uint64_t accepted, refused; /* refused: by max_per_address */
    uint64_t requests, bad, aborted;
    uint64_t status[6];      /* 1xx in [1], ... 5xx in [5] */
    uint64_t sent, received; /* bytes of bodies */
};

/* Zero is a sound default but for route. Borrowed until netp_httpd_free(). */
struct netp_httpd_cfg {
    const struct netp_httpd_route *route;
    size_t nroute;
    const char *server;       /* the Server field; NULL: none */
    unsigned max_connections; /* at a time; more wait to be accepted; 0: 10,000 */
    unsigned max_per_address; /* more from one are closed at once (IPv6: of one /64); 0: any */
    unsigned max_requests;    /* on one connection; 0: 1,000,000 */
    uint32_t head_ms;         /* for a head, from its first byte; 0: 10 s */
    uint32_t idle_ms;         /* between requests; 0: 15 s */
    uint32_t stall_ms;   /* without a byte of a body, or of an answer that is not read; 0: 60 s */
    uint32_t min_rate;   /* bytes a second of a body, after its first 10 s; 0: 500 */
    uint64_t max_body;   /* of a request; 0: 1 MiB. A handler can raise it */
    uint16_t max_head;   /* bytes; 0: 16 KiB */
    uint16_t max_fields; /* 0: 100 */
    void (*log)(void *arg, const struct netp_httpd_log *log); /* NULL: nobody is told */
    /* Told of requests that are none: what was wrong, and the status that was answered or 0. */
    void (*bad)(void *arg, const struct netp_addr *peer, const struct netp_fail *fail);
    void *arg; /* of these two */
    /* Where it counts, going on from what is there, but for connections and exchanges; as in memory
     * that several processes share. NULL: in its own. */
    struct netp_httpd_counts *counts;
};

/* NULL with errno ENOMEM. */
NETP_API struct netp_httpd *netp_httpd_new(struct netp_loop *loop,
                                           const struct netp_httpd_cfg *cfg);
/* Takes connections from the listening socket fd, which it owns from now on; with tls they are
 * https. Any number of times. 0, or -1 with errno. */
NETP_API int netp_httpd_listen(struct netp_httpd *httpd, int fd, struct netp_tls_ctx *tls);
/* Takes no more connections and closes those without a request; calls done() from the loop when
 * the others are through, or after grace_ms, which cuts them. */
NETP_API void netp_httpd_stop(struct netp_httpd *httpd, netp_ms grace_ms, void (*done)(void *arg),
                              void *arg);
/* Cuts what is there. NULL is harmless. Not in a callback. */
NETP_API void netp_httpd_free(struct netp_httpd *httpd);

/* What is in cfg.counts, or counts since netp_httpd_new(). */
NETP_API void netp_httpd_counts(const struct netp_httpd *httpd, struct netp_httpd_counts *counts);

/* --- requests -------------------------------------------------------------------------------- */

/* Lives with the exchange: until it is complete or gone. */
struct netp_httpd_request {
    struct netp_str method, target;
    struct netp_str path;  /* of target, escapes and all; "*" of OPTIONS * */
    struct netp_str query; /* p NULL: none */
    struct netp_str host;  /* Host, or that of an absolute target; lower case is not made of it */
    uint16_t port;         /* in host; 0: none */
    const struct netp_http_head *head; /* for netp_http_head_find() in text */
    const char *text;
    uint64_t length; /* of the body, or NETP_HTTP1_UNKNOWN */
    unsigned flags;  /* NETP_HTTP1_EXPECT, NETP_HTTP1_UPGRADE */
    uint64_t id;     /* a number of its own in this server */
    netp_ms begun;   /* when its head was complete */
    struct netp_addr peer;
    const struct netp_tls *tls;               /* NULL: http */
    struct netp_str user;                     /* of netp_httpd_set_user(); n 0: nobody */
    struct netp_str param[NETP_HTTPD_PARAMS]; /* what {} and * stood for, as sent */
    unsigned nparam;
};

NETP_API const struct netp_httpd_request *netp_httpd_request(const struct netp_httpd_exchange *x);

/* Which address of this host the client has connected to: asks the system. fam 0: it is gone. */
NETP_API struct netp_addr netp_httpd_local(const struct netp_httpd_exchange *x);

/* The nth field of that name. */
NETP_API bool netp_httpd_field(const struct netp_httpd_exchange *x, const char *name, unsigned nth,
                               struct netp_str *value);

/* Says whose request it is, for handlers and logs; copied. NETP_E_NOSPACE: over 256 bytes. */
NETP_API int netp_httpd_set_user(struct netp_httpd_exchange *x, struct netp_str user);

/* What the handler wants to be told, from the loop; set by netp_httpd_watch(). All may be NULL. */
struct netp_httpd_watcher {
    /* More of the request's body; n 0: that was all. Without data() the body is read and dropped.
     */
    void (*data)(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n);
    /* There is room for netp_httpd_write() again, or what was lent is yours again. */
    void (*ready)(void *arg, struct netp_httpd_exchange *x);
    /* x is no more: complete is true when the answer has left as a whole, else the connection ended
     * before. Take back what was lent, and forget x. Also called after netp_httpd_reply(). Who
     * closes while an answer is made may only have said all: an HTTP/1.1 client gets a 100 before
     * the answer is begun, by which the system of one that has gone is found out; others are when
     * something is sent. */
    void (*gone)(void *arg, struct netp_httpd_exchange *x, bool complete);
    void *arg;
};

/* Once, in the handler. It also asks the client for the body if that waits for 100 (Continue), and
 * a body of over max_body (0: that of the server) is answered by 413. */
NETP_API void netp_httpd_watch(struct netp_httpd_exchange *x, const struct netp_httpd_watcher *w,
                               uint64_t max_body);
/* Stops and goes on with the body, when what is made of it can't keep up. */
NETP_API void netp_httpd_pause(struct netp_httpd_exchange *x, bool paused);

/* --- answers --------------------------------------------------------------------------------- */

/* A whole answer, whose body is copied; extra fields are those of netp_httpd_add(). type NULL: no
 * Content-Type. If it is over 16 KiB, lend it instead. */
NETP_API void netp_httpd_reply(struct netp_httpd_exchange *x, unsigned status, const char *type,
                               const void *p, size_t n);
/* The same with the status as its text: "404 Not Found". */
NETP_API void netp_httpd_error(struct netp_httpd_exchange *x, unsigned status);

/* A field of the answer that is to be begun; copied. NETP_E_ARG: it can't be sent;
 * NETP_E_NOSPACE: there are more than 4 KiB. */
NETP_API int netp_httpd_add(struct netp_httpd_exchange *x, const char *name, struct netp_str value);

/* Begins an answer with those fields, Date and Server. length: of the body, or NETP_HTTP1_CHUNKED.
 * Errors of netp_http1_send_head(). close: this is the connection's last; so is an answer to a body
 * that is still to come, and may be over max_body. */
NETP_API int netp_httpd_begin(struct netp_httpd_exchange *x, unsigned status, uint64_t length,
                              bool close);
/* Copies what there is room for: how many bytes; 0: none now, ready() will be called. Errors of
 * netp_http1_send_body(). */
NETP_API int netp_httpd_write(struct netp_httpd_exchange *x, const void *p, size_t n);
/* p[0..n) must stay until ready() or gone(). One piece at a time. */
NETP_API int netp_httpd_lend(struct netp_httpd_exchange *x, const void *p, size_t n);
/* n bytes of the file fd from offset, by sendfile where that is possible. fd must stay open until
 * ready() or gone(). One piece at a time. A file that has become shorter cuts the connection. */
NETP_API int netp_httpd_lend_file(struct netp_httpd_exchange *x, int fd, uint64_t offset,
                                  uint64_t n);
/* The answer is complete. NETP_E_STATE: bytes are missing; then netp_httpd_cut(). */
NETP_API int netp_httpd_end(struct netp_httpd_exchange *x);
/* Ends the connection now: what was begun can't be completed. */
NETP_API void netp_httpd_cut(struct netp_httpd_exchange *x);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/host/fetch.h - HTTP requests: RFC 9110, with all that a client does for its user.
 *
 * SPDX-License-Identifier: MIT
 *
 * A netp_http_client keeps connections and settings; a fetch is one request, with the redirections
 * and logins that it takes. Blocking, in one call:
 *
 *     struct netp_fetch_cfg cfg = {.url = "https://example.org/", .data = print};
 *     struct netp_fetch_result r;
 *     if (netp_fetch(NULL, &cfg, &r) != NETP_OK) puts(r.text);
 *
 * or, many at a time, in a loop: netp_http_client_new(), netp_fetch_start(). Memory is taken from
 * malloc when there are more connections and fetches at a time than there ever were, and by TLS;
 * otherwise a request takes none. A body is never held, whatever its length. */
#ifndef NETPROTO_HOST_FETCH_H
#define NETPROTO_HOST_FETCH_H

#include <netproto/host/loop.h>
#include <netproto/host/tls.h>
#include <netproto/http1.h>
#include <netproto/http_jar.h>
#include <netproto/proxy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- clients --------------------------------------------------------------------------------- */

/* Connects to addr in the place of host and port. */
struct netp_http_resolve {
    const char *host;
    uint16_t port;         /* 0: any */
    struct netp_addr addr; /* its port 0: that of the URL */
};

/* Zero is a sound default. What is pointed to is borrowed until netp_http_client_free().
 * Connections are shared by all fetches of a client and by no others, so that none is used under
 * settings other than those it was made with. */
struct netp_http_client_cfg {
    struct netp_tls_client_cfg tls; /* alpn is not looked at: it is http/1.1 */
    struct netp_proxy_env proxy;
    struct netp_http_jar *jar; /* cookies; NULL: none are kept, and none sent */
    const char *user_agent;    /* NULL: "netproto/" and the version; "": none */
    struct netp_str netrc;     /* the text of a .netrc, for who names no user; n 0: none */
    const struct netp_http_resolve *resolve;
    size_t nresolve;
    struct netp_addr local; /* what to connect from; fam 0: anything */
    uint8_t fam;            /* connect by 4 or 6; 0: either */
    /* Whether a connection to that address may be made; it is asked for each that a name has, on
     * each redirection. NULL: it may. Lets a service keep out of its own network. */
    bool (*allow)(void *arg, const struct netp_addr *addr);
    /* Told of what happens, a line each, secrets masked: '>' and '<' are heads sent and received,
     * '*' is about connections. NULL: nobody is told. */
    void (*trace)(void *arg, char kind, struct netp_str line);
    void *arg;           /* of these two */
    uint32_t connect_ms; /* for name, connection, proxy and TLS together; 0: 30 s */
    uint32_t stall_ms;   /* without a byte, while the server is to send or to read; 0: 60 s */
    uint32_t keep_ms;    /* that a connection is kept without use; 0: 60 s */
    unsigned per_host;   /* connections to a server at a time; more fetches wait; 0: 6 */
    unsigned idle;       /* connections kept without use; 0: 16 */
};

struct netp_http_client;

/* NULL, with *fail (may be NULL): the TLS settings are no good, or there is no memory. */
NETP_API struct netp_http_client *netp_http_client_new(struct netp_loop *loop,
                                                       const struct netp_http_client_cfg *cfg,
                                                       struct netp_tls_fail *fail);
/* Cancels what is under way and closes all connections. NULL is harmless. Not in a callback. */
NETP_API void netp_http_client_free(struct netp_http_client *client);

/* --- fetches --------------------------------------------------------------------------------- */

/* What was answered. Views live until the callback returns. */
struct netp_fetch_head {
    const struct netp_http_head *head;   /* for netp_http_head_find() in text */
    const struct netp_http_field *field; /* head->nfield, spans of text */
    const char *text;
    const char *url; /* that was asked */
    uint64_t length; /* of the body as it is sent, or NETP_HTTP1_UNKNOWN */
    bool final;      /* it is the answer; else 1xx, a redirection or a login that is followed */
    bool decoded;    /* the body had a content coding, which is undone */
};

enum netp_fetch_stage {
    NETP_FETCH_URL,     /* the request itself can't be made */
    NETP_FETCH_RESOLVE, /* the name, that of a proxy, too */
    NETP_FETCH_CONNECT,
    NETP_FETCH_PROXY, /* what a proxy said, or did not */
    NETP_FETCH_TLS,
    NETP_FETCH_HTTP,     /* on the connection */
    NETP_FETCH_REDIRECT, /* a redirection that is not followed */
    NETP_FETCH_BODY,     /* a content coding is broken, or over a limit */
    NETP_FETCH_LOCAL     /* a callback, or memory here */
};

/* What came of it. text and url live until the next fetch of this client is started, or, of
 * netp_fetch(), in the struct itself. */
struct netp_fetch_result {
    int err;                     /* NETP_OK: an answer is complete, whatever its status */
    enum netp_fetch_stage stage; /* of a failure */
    int status;                  /* of the last answer; 0: none. After a failure of a proxy: its */
    int sys_errno;               /* of NETP_E_IO, 0 if it does not say more */
    enum netp_tls_code tls;      /* of NETP_FETCH_TLS */
    bool begun;                  /* some of the final answer has come */
    unsigned redirects;
    uint64_t sent, received;  /* bytes of body, the latter as data() was given them */
    struct netp_addr peer;    /* the last that was connected to */
    char text[NETP_TLS_TEXT]; /* a sentence without full stop, without secrets; "" with NETP_OK */
    char url[2048];           /* the last that was asked; cut if it is longer, without userinfo */
};

/* cfg.flags */
enum {
    NETP_FETCH_RAW = 1,        /* no content coding is asked for, and none undone */
    NETP_FETCH_POST_STAYS = 2, /* see NETP_HTTP_REDIRECT_POST */
    NETP_FETCH_DOWNGRADE = 4,  /* redirections may lead from https to http */
    NETP_FETCH_BASIC = 8,   /* user and password go with the first request, by the Basic scheme */
    NETP_FETCH_EXPECT = 16, /* the body waits for 100 (Continue), up to a second */
    NETP_FETCH_ONCE = 32,   /* read() can't begin again at offset 0 */
    NETP_FETCH_FRESH = 64   /* not on a connection that was used before */
};

/* Zero but for url is a sound default. What is pointed to is borrowed until done(). */
struct netp_fetch_cfg {
    const char *url;    /* http or https; user and password in it are for its origin */
    const char *method; /* NULL: GET, or POST where there is a body */

    /* Sent besides what the client sends: Host, User-Agent, Accept, Accept-Encoding, Cookie,
     * Authorization; one of these here takes its place, and with value.p NULL it is not sent. The
     * fields go with every redirection within the origin; to others Authorization, Cookie, and
     * those with a name in secret do not. */
    const struct netp_http1_pair *field;
    size_t nfield;
    const struct netp_str *secret;
    size_t nsecret;

    /* The body: body[0..body_n), or what read() gives. */
    const void *body;
    uint64_t body_n; /* with read: its length, or NETP_HTTP1_CHUNKED */
    /* Writes 1..n bytes from offset, which is where the last call ended, or 0 again; 0: that was
     * all; -1: it can't. */
    ptrdiff_t (*read)(void *arg, void *p, size_t n, uint64_t offset);

    const char *user, *password; /* for the origin of url; user NULL: as in url, or in netrc */
    const char *token;           /* Bearer, for the origin of url; NULL: none */

    uint64_t max_body;      /* bytes decoded; more is NETP_E_LIMIT; 0: any */
    uint32_t timeout_ms;    /* for all of it; 0: any */
    uint16_t max_redirects; /* 0: NETP_HTTP_REDIRECT_MAX; NETP_FETCH_NO_REDIRECTS */
    uint16_t flags;

    /* All may be NULL. false: stop, NETP_E_ABORTED. Any, and read(), may start and cancel other
     * fetches, and cancel this one; its memory, such as what read() is to write to, is gone then.
     */
    bool (*head)(void *arg, const struct netp_fetch_head *head);
    bool (*data)(void *arg, const void *p, size_t n); /* of the final answer */
    void (*sent)(void *arg, uint64_t bytes);          /* of the body, in all */
    void (*done)(void *arg, const struct netp_fetch_result *result);
    void *arg;
};

#define NETP_FETCH_NO_REDIRECTS UINT16_MAX /* they are answers like others */

struct netp_fetch;

/* Begins; done() is called once, from the loop and never from here, and the fetch is gone then.
 * NULL with errno ENOMEM: it is not called. */
NETP_API struct netp_fetch *netp_fetch_start(struct netp_http_client *client,
                                             const struct netp_fetch_cfg *cfg);
/* At any time before done(), which will not be called. */
NETP_API void netp_fetch_cancel(struct netp_fetch *fetch);

/* Does it with a client and a loop of its own and returns result->err. client NULL: the default.
 * done() is called, too. */
NETP_API int netp_fetch(const struct netp_http_client_cfg *client, const struct netp_fetch_cfg *cfg,
                        struct netp_fetch_result *result);

/* Likewise on a client that is there, whose loop it turns. Not in a callback. */
NETP_API int netp_fetch_run(struct netp_http_client *client, const struct netp_fetch_cfg *cfg,
                            struct netp_fetch_result *result);

#ifdef __cplusplus
}
#endif

#endif

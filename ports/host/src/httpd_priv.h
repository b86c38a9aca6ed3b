/* httpd_priv.h - what the sources of the HTTP server share. SPDX-License-Identifier: MIT */
#ifndef HTTPD_PRIV_H
#define HTTPD_PRIV_H

#include <netproto/host/httpd.h>
#include <netproto/host/stream.h>
#include <netproto/text.h>

#define HTTPD_TX     20480u /* bytes of an answer that are queued */
#define HTTPD_ADDED  4096u  /* bytes of fields that a handler adds */
#define HTTPD_FIELDS 32     /* of an answer */
#define HTTPD_USER   256    /* bytes of a user's name */
#define HTTPD_WORKS  128u   /* that are kept for others; more go back to the system */
#define HTTPD_SLOTS  1024u  /* lists of connections */
#define HTTPD_COPY   16384u /* bytes of body that netp_httpd_reply() copies */

struct httpd_conn;

enum httpd_phase {
    HTTPD_NONE,  /* there is no request */
    HTTPD_ASKED, /* the answer has not been begun */
    HTTPD_BEGUN, /* it has */
    HTTPD_ENDED  /* and is complete, but has not left */
};

struct netp_httpd_exchange {
    struct httpd_conn *conn;
    struct netp_httpd_request request;
    struct netp_http_head head;
    struct netp_httpd_watcher watcher;
    enum httpd_phase phase;
    bool watched, in_handler;
    bool received_all, dropping; /* of the request's body */
    bool wants_ready;            /* something was too much, or is lent */
    bool close, expects;
    unsigned status;
    uint64_t max_body, received, sent;
    struct netp_file_span span;
    struct netp_http1_pair field[HTTPD_FIELDS];
    size_t nfield, added_n;
    char added[HTTPD_ADDED], user[HTTPD_USER];
};

/* What a connection has only while there is something to do. */
struct httpd_work {
    struct httpd_work *next; /* in the list of those that are free */
    int held; /* bytes by the kernel that the client has not taken, when last looked at */
    struct netp_stream stream;
    struct netp_http1 http;
    struct netp_http1_ev ev;
    struct netp_httpd_exchange x;
    uint8_t tx[HTTPD_TX];
    /* cfg.max_fields fields, cfg.max_head bytes */
    struct netp_http_field field[];
};

/* Small, for there may be many that wait. */
struct httpd_conn {
    struct netp_httpd *httpd;
    struct httpd_conn *next, *prev; /* of the same slot */
    struct httpd_work *work;        /* NULL: it waits for a request */
    struct httpd_port *port;
    struct netp_tls *tls;
    struct netp_watch watch;
    struct netp_timer timer;
    struct netp_addr peer;
    netp_ms since; /* when the last answer had left, or it was accepted */
    unsigned requests;
    bool cut; /* to be closed when the handler has returned */
};

struct httpd_port {
    struct httpd_port *next;
    struct netp_httpd *httpd;
    struct netp_listener listener;
    struct netp_tls_ctx *tls;
};

struct netp_httpd {
    struct netp_loop *loop;
    struct netp_httpd_cfg cfg;
    struct httpd_port *ports;
    struct httpd_conn *slot[HTTPD_SLOTS]; /* connections, by who has opened them */
    struct httpd_work *free;
    unsigned works, spare; /* in use, free */
    struct netp_httpd_counts *counts, own_counts;
    uint64_t next_id;
    bool stopping;
    struct netp_timer stop;
    void (*stopped)(void *arg);
    void *stopped_arg;
    int64_t date_at; /* the second that date is of */
    char date[32];
};

/* httpd_route.c: finds who answers and calls it, or answers itself. */
void httpd_route(struct netp_httpd_exchange *x);

/* httpd_exchange.c: a request has come; more of its body; it is all; something has moved; the
 * exchange is over. */
void httpd_asked(struct httpd_conn *c, const struct netp_http1_ev *ev);
void httpd_received(struct netp_httpd_exchange *x, const void *p, size_t n);
void httpd_turned(struct netp_httpd_exchange *x, bool released);
void httpd_over(struct netp_httpd_exchange *x, bool complete);

/* Before a handler is asked: keeps x and leaves its body where it is, without a word about what it
 * may be; gone() as of a watcher. Then gives it back as it was. */
void httpd_hold(struct netp_httpd_exchange *x,
                void (*gone)(void *arg, struct netp_httpd_exchange *x, bool complete), void *arg);
void httpd_release(struct netp_httpd_exchange *x);

/* httpd_work.c: for a connection that works, NULL: no memory; back from it; the end of all. */
struct httpd_work *httpd_work_take(struct netp_httpd *h);
void httpd_work_give(struct netp_httpd *h, struct httpd_work *w);
void httpd_work_free(struct netp_httpd *h);

/* Who asks at a socket of both families by IPv4, as one who does at a socket of IPv4: else all of
 * them would be one customer. */
struct netp_addr httpd_unmapped(struct netp_addr a);

/* httpd.c: the exchange is complete; ends a connection. */
void httpd_conn_cut(struct httpd_conn *c);
const char *httpd_date(struct netp_httpd *httpd);

#endif

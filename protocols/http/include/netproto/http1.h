/* netproto/http1.h - one HTTP/1.x connection, as client or server: RFC 9110 and RFC 9112.
 *
 * SPDX-License-Identifier: MIT
 *
 * A server is told of REQUEST, DATA..., END and answers with netp_http1_send_head(),
 * netp_http1_send_body() or netp_http1_lend_body()..., netp_http1_send_end(), which it may begin
 * before END. The next request is not read before that answer has left. A client calls the same
 * four, and is told of INFO..., RESPONSE, DATA..., END; it may send up to NETP_HTTP1_PIPELINE
 * requests ahead.
 *
 * What frames messages - Content-Length, Transfer-Encoding, Connection, Expect - is the machine's
 * own business, received or sent, and strict: where two readers might see two different messages,
 * there is one error and the connection ends (RFC 9112 section 11). A server that has not begun to
 * answer then sends an empty answer with the status that fail()->peer_code names.
 *
 * Bodies are never copied when received, and not when they are lent for sending. */
#ifndef NETPROTO_HTTP1_H
#define NETPROTO_HTTP1_H

#include <netproto/http_head.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A build can leave out, with their code and not their fields,
 *   NETP_HTTP1_NO_SERVER, NETP_HTTP1_NO_CLIENT
 *                             a role. init refuses it with NETP_E_ARG, and netp_http_head_parse() a
 *                             head of its peer's with NETP_E_UNSUPPORTED
 *   NETP_HTTP1_NO_TUNNEL      CONNECT and changes of protocol: a server answers CONNECT with 400
 *                             and tells of no UPGRADE; to send either is NETP_E_ARG
 *   NETP_HTTP1_NO_CHUNKED     chunks: a server answers a request that has a Transfer-Encoding with
 *                             411 (NETP_E_UNSUPPORTED), and what it sends CHUNKED ends with the
 *                             connection. Not for a client: it fails where a server uses them, as
 *                             every server may, and sends none (NETP_E_ARG)
 *   NETP_HTTP1_NO_CHUNKED_SENT  chunks that are sent, as NETP_HTTP1_NO_CHUNKED has it, of either
 *                             role; received ones are read
 *   NETP_HTTP1_NO_TRAILERS    trailers that are sent: NETP_E_ARG. Received ones are told of
 *   NETP_HTTP1_NO_KEEPALIVE   a second exchange: each message sent says Connection: close, and no
 *                             event has KEEPALIVE; a client's next request is NETP_E_STATE. Without
 *                             tunnels lists are not read, either: a Connection may say what it
 *                             likes, and a Transfer-Encoding other than `chunked` alone is
 *                             NETP_E_UNSUPPORTED
 *   NETP_HTTP1_NO_EXPECT      a server's part in expectations, and its 1xx: it answers Expect with
 *                             417 (NETP_E_UNSUPPORTED); to send 1xx other than 101 is NETP_E_ARG
 *   NETP_HTTP1_NO_LEND        netp_http1_lend_body(): always NETP_E_ARG
 *   NETP_HTTP1_NO_ABSOLUTE    targets as a proxy gets them, "http://...": a server answers 400,
 *                             though RFC 9112 section 3.2.2 has it take them; to send: NETP_E_ARG
 *   NETP_HTTP1_NO_HOLD        a client's Expect: NETP_HTTP1_HOLD is NETP_E_ARG
 *   NETP_HTTP1_NO_RATE        cfg.min_rate: init refuses it with NETP_E_ARG
 *   NETP_HTTP1_NO_IPV6        addresses in brackets: a server answers 400; to send: NETP_E_ARG
 *   NETP_HTTP1_NO_PHRASES     netp_http_reason(): always "", as a status line may have it
 *   NETP_HTTP1_NO_WHERE       fail()->where: always ""
 * What frames messages is read as strictly as ever; the other limits and all times stay. */

enum netp_http1_role { NETP_HTTP1_CLIENT = 1, NETP_HTTP1_SERVER };

/* cfg.flags. The first two are leniencies for a client of old servers; see http_head.h. */
enum {
    NETP_HTTP1_BARE_LF = NETP_HTTP_HEAD_BARE_LF,
    NETP_HTTP1_NO_REASON = NETP_HTTP_HEAD_NO_REASON
};

#define NETP_HTTP1_HEAD_MIN 64  /* cfg.headlen, at least */
#define NETP_HTTP1_TX_MIN   256 /* cfg.txlen, at least */
#define NETP_HTTP1_PIPELINE 16  /* requests that a client may have under way */

/* Times are in milliseconds; 0: no limit. */
struct netp_http1_cfg {
    size_t size;                   /* sizeof(struct netp_http1_cfg) */
    char *head;                    /* where a received head lies, and trailers behind it */
    struct netp_http_field *field; /* where its fields are told of */
    uint8_t *tx;                   /* heads and copied bodies that wait to be sent */
    uint32_t txlen;                /* a head to be sent must fit */
    uint16_t headlen, nfield;      /* a longer head, or more fields: NETP_E_LIMIT */
    uint64_t max_body;             /* bytes of a received body; more: NETP_E_LIMIT */
    uint32_t head_ms;              /* from the first byte of a received head to its last */
    uint32_t idle_ms;              /* without a byte moving, while the peer is to send or to read */
    uint32_t total_ms;             /* from the first byte of a received message to its END */
    uint32_t expect_ms;            /* client: a body waits so long for 100 (Continue) */
    uint32_t min_rate;             /* bytes of body a second, on average, after the first 10 s of a
                                      received message; 0: no limit */
    uint16_t max_info;             /* client: 1xx responses before one final response */
    uint8_t role;                  /* enum netp_http1_role */
    uint8_t flags;
};

#define NETP_HTTP1_CFG_INIT                                                                        \
    {                                                                                              \
        sizeof(struct netp_http1_cfg), NULL, NULL, NULL, 0, 0, 0, UINT64_MAX - 1, 30000, 60000, 0, \
            1000, 0, 16, NETP_HTTP1_CLIENT, 0                                                      \
    }

enum {
    NETP_HTTP1_REQUEST = 1, /* server: head, length, flags */
    NETP_HTTP1_INFO,        /* client: a 1xx response: head */
    NETP_HTTP1_RESPONSE,    /* client: head, length, flags. Without KEEPALIVE it is the last, and
                               requests behind it are not answered */
    NETP_HTTP1_DATA,        /* more of the body: p, n > 0, offset */
    NETP_HTTP1_END,         /* the message is complete: head has the trailers as its fields. Not
                               told to a server that has already given its last answer */
    NETP_HTTP1_CONTINUE,    /* client: send the body that waited for 100 (Continue) */
    NETP_HTTP1_RELEASED,    /* what was lent is yours again */
    NETP_HTTP1_TUNNEL,      /* the connection is another protocol's from here on: after 2xx to
                               CONNECT, after 101. All this machine had to send is gone; the bytes
                               left in the cursor are the tunnel's. Client: head */
    NETP_HTTP1_EOF          /* the peer closed between messages; once */
};

/* ev.flags */
enum {
    NETP_HTTP1_KEEPALIVE = 1, /* the connection goes on after this message */
    NETP_HTTP1_EXPECT = 2,    /* REQUEST: the client wants 100 or a final answer before it sends the
                                 body: answer, or send_head() with status 100 */
    NETP_HTTP1_UPGRADE = 4    /* REQUEST: it offers to change to a protocol of its Upgrade field */
};

#define NETP_HTTP1_UNKNOWN UINT64_MAX /* a length: chunked, or to the end of the connection */

/* Members that a type does not name above are 0 or NULL. */
struct netp_http1_ev {
    int type;
    unsigned flags;
    struct netp_http_head head; /* spans of text */
    const char *text;           /* in cfg.head. Of REQUEST until send_end() and END, of RESPONSE and
                                   its END until the next call of next() after END, of INFO until
                                   the next call */
    uint64_t length;            /* of the body to come, or UNKNOWN */
    const uint8_t *p;           /* [in] */
    size_t n;
    uint64_t offset; /* in the body */
};

/* The nth field of this name of an event that has a head: see netp_http_head_find(). */
static inline bool netp_http1_field(const struct netp_http1_ev *ev, struct netp_str name,
                                    unsigned nth, struct netp_str *value)
{
    return netp_http_head_find(&ev->head, ev->text, name, nth, value);
}

/* A field to be sent. */
struct netp_http1_pair {
    struct netp_str name, value;
};

/* msg.flags */
enum {
    NETP_HTTP1_CLOSE = 1,    /* this is the connection's last message: Connection: close */
    NETP_HTTP1_HOLD = 2,     /* client: Expect: 100-continue, the body waits for CONTINUE */
    NETP_HTTP1_SWITCH = 4,   /* client: offers, server: does the change to the protocol that one of
                                the fields, Upgrade, names (RFC 9110 section 7.8) */
    NETP_HTTP1_NO_LENGTH = 8 /* server, in an answer to HEAD or with status 304: the length that the
                                body would have is not told */
};

#define NETP_HTTP1_CHUNKED UINT64_MAX

/* A head to be sent; borrowed for the call alone. */
struct netp_http1_msg {
    struct netp_str method, target; /* client */
    uint16_t status;                /* server: 100..999 */
    struct netp_str reason;         /* server: n == 0: the usual one */
    const struct netp_http1_pair *field;
    size_t nfield;
    uint64_t length; /* of the body, or CHUNKED. A server's answer to a HTTP/1.0 client is not
                        chunked but ends with the connection */
    unsigned flags;
};

/* Complete so that you can place it; all fields are private. What is used most is in front, where
 * small processors reach it with short instructions. */
struct netp_http1 {
    uint8_t rx_, tx_, bits_, npending_, lent_state_, lent_flags_;
    uint16_t have_, own_;                /* bytes in cfg.head; fields that are not trailers */
    uint16_t count_;                     /* 1xx so far; then, bytes of a chunk's line */
    uint32_t tx_at_, tx_end_, tx_split_; /* what is queued; where in it the lent piece goes */
    uint32_t overhead_;                  /* bytes of chunk framing */
    uint32_t pending_;                   /* client: two bits a request under way */
    const uint8_t *lent_;
    size_t lent_n_;
    struct netp_http1_cfg cfg_;
    struct netp_http_head head_;
    struct netp_fail fail_;
    netp_ms clock_, moved_, begun_; /* now; the last byte in or out; the message's first byte */
    uint64_t pos_;                  /* bytes taken from the stream */
    uint64_t left_, body_;          /* bytes of body or chunk to come; of the body so far */
    uint64_t send_left_;
};

/* NETP_OK, NETP_E_ABI, or NETP_E_ARG: a member of cfg is out of range. All three buffers must
 * outlive the machine. */
NETP_API int netp_http1_init_(struct netp_http1 *m, size_t size, const struct netp_http1_cfg *cfg,
                              netp_ms now);
#define netp_http1_init(m, cfg, now) netp_http1_init_((m), sizeof *(m), (cfg), (now))

/* Failures. peer_code is the status that a server answers with, which it has done itself if it
 * had not begun an answer; -1 where none is due, and at a client.
 *   NETP_E_SYNTAX       400: head, chunk or trailers break the grammar; a field that frames the
 *                       message is there twice, malformed, or at odds with another; Host is
 *                       missing, double or malformed. Client: bytes without a request, too
 *   NETP_E_UNSUPPORTED  501: a transfer coding before chunked; 505: another HTTP than 1; 417:
 *                       an expectation other than 100-continue
 *   NETP_E_LIMIT        414, 431: head longer than cfg permits; 413: max_body, or small chunks
 *                       with 64 KiB and four times the body of framing; client: max_info
 *   NETP_E_TIMEOUT      408: a request came too slowly; -1: none came, or the answer is not read,
 *                       of which nothing more is sent
 *   NETP_E_TRUNCATED    the stream ended within a message; at a client, before a response that is
 *                       due
 *   NETP_E_IO           the stream was cut between messages
 * The offset of a bad field is that of its value. What is lent is yours again as soon as want() is
 * NETP_CLOSED. */
NETP_API int netp_http1_next(struct netp_http1 *m, struct netp_in *in, netp_ms now,
                             struct netp_http1_ev *ev);
NETP_API size_t netp_http1_out(const struct netp_http1 *m, struct netp_out *v, size_t nv);
NETP_API void netp_http1_sent(struct netp_http1 *m, size_t n, netp_ms now);
NETP_API netp_ms netp_http1_deadline(const struct netp_http1 *m);
/* NETP_WANT_APP: a message that is being sent, or a request to be answered. */
NETP_API unsigned netp_http1_want(const struct netp_http1 *m);
NETP_API const struct netp_fail *netp_http1_fail(const struct netp_http1 *m);
NETP_API extern const struct netp_ops netp_http1_ops;

/* Begins a message. A client's first wait for the response begins. A server may send any number of
 * 1xx before the answer. Fields are sent as they are, in their order; the machine adds what frames
 * the message: Content-Length (not 0 where the method anticipates no content), Transfer-Encoding,
 * Connection, Expect.
 *   NETP_E_ARG      method, target, status, reason or a field can't be sent (RFC 9112 sections 3 to
 *                   5); a field is one of those that the machine adds; a client's Host is missing,
 *                   double or malformed; a body where none can be (1xx, 204, 205, CONNECT); 1xx to
 *                   a HTTP/1.0 client
 *   NETP_E_STATE    a message is being sent; server: no request waits for an answer, or a change of
 *                   protocol before END; client: too many requests are under way, the last of them
 *                   may change the protocol, or the connection goes on no longer
 *   NETP_E_NOSPACE  it does not fit into cfg.tx: send what out() shows first, if there is any */
NETP_API int netp_http1_send_head(struct netp_http1 *m, const struct netp_http1_msg *msg,
                                  netp_ms now);

/* Copies what there is room for and returns how many bytes, up to INT_MAX; 0: none now, or it has
 * to wait for CONTINUE. In an answer to HEAD, and with status 304, all is taken and dropped.
 * NETP_E_ARG: it would be more than the length told; NETP_E_STATE: no body is due. */
NETP_API int netp_http1_send_body(struct netp_http1 *m, const void *p, size_t n, netp_ms now);

/* Sends p[0..n), which must stay unchanged until RELEASED, without copying it. out_flags: 0, or
 * NETP_OUT_STABLE if it never changes, or NETP_OUT_FILE where p is the port's name for n bytes.
 * Errors as above, and NETP_E_NOSPACE: one piece is lent already, there is no room for the chunk's
 * framing, or it has to wait for CONTINUE. */
NETP_API int netp_http1_lend_body(struct netp_http1 *m, const void *p, size_t n, unsigned out_flags,
                                  netp_ms now);

/* Ends the message, with trailers if it is chunked.
 * NETP_E_STATE: nothing to end, or less was sent than the length told; NETP_E_ARG: the trailers
 * can't be sent, or not in this message; NETP_E_NOSPACE. */
NETP_API int netp_http1_send_end(struct netp_http1 *m, const struct netp_http1_pair *trailer,
                                 size_t ntrailer, netp_ms now);

/* What may be done for one message in two calls less: head, copied body and end; the errors of
 * all three, and nothing of it is done then. msg->length is not looked at. */
NETP_API int netp_http1_send(struct netp_http1 *m, const struct netp_http1_msg *msg, const void *p,
                             size_t n, netp_ms now);

/* Takes no more of the body that is received, until it is called again with false; the time for it
 * begins anew then. */
NETP_API void netp_http1_pause(struct netp_http1 *m, bool paused, netp_ms now);

/* The peer's system has taken bytes that were sent earlier, as a driver may know that sees the
 * kernel's queue become shorter: counts for cfg.idle_ms like a byte that moves. */
NETP_API void netp_http1_acked(struct netp_http1 *m, netp_ms now);

/* Lets the exchanges that have begun be the last; between them, closes now. NETP_E_STATE after a
 * failure. */
NETP_API int netp_http1_finish(struct netp_http1 *m, netp_ms now);

/* Whether it is between messages, of which nothing has come or is to be sent. */
NETP_API bool netp_http1_is_between(const struct netp_http1 *m);

/* Client: whether a new request can be sent and be the only one: all exchanges are complete, and
 * the connection goes on. */
NETP_API bool netp_http1_is_idle(const struct netp_http1 *m);

/* Where the receiving half stands, in words; static storage. For traces. */
NETP_API const char *netp_http1_state(const struct netp_http1 *m);

/* Bytes free in cfg.tx. */
NETP_API size_t netp_http1_room(const struct netp_http1 *m);

/* The usual reason phrase of a status ("Not Found"), or "" for one that is not registered. */
NETP_API const char *netp_http_reason(unsigned status);

#ifdef __cplusplus
}
#endif

#endif

/* tftp_private.h - what the sources of the TFTP machine share. SPDX-License-Identifier: MIT
 *
 * A build can leave out what a firmware does not need; netp_tftp_init() refuses with NETP_E_ARG
 * what the caller asks of that:
 *
 *   -DNETP_TFTP_NO_CLIENT    GET and PUT
 *   -DNETP_TFTP_NO_SERVER    SERVE
 *   -DNETP_TFTP_NO_SEND      PUT; who asks a server for a file gets ERROR 2
 *   -DNETP_TFTP_NO_RECEIVE   GET; who offers one to a server, likewise
 *   -DNETP_TFTP_NO_OPTIONS   all options: a server answers as if none had been asked for (RFC 2347)
 *   -DNETP_TFTP_NO_WINDOW    windows of more than one block; a server likewise
 *   -DNETP_TFTP_NO_NETASCII  the mode; to a server it is an unknown one, ERROR 4
 *   -DNETP_TFTP_NO_LEND      NETP_TFTP_LEND
 *   -DNETP_TFTP_NO_WRAP_TO_1 NETP_TFTP_WRAP_TO_1
 *   -DNETP_TFTP_NO_RTT       round trips are not measured: the timeout is cfg.rto_ms, doubled with
 *                            every resend without progress
 *   -DNETP_TFTP_NO_TEXT      sentences: those of fail() and of ERROR packets are empty */
#ifndef TFTP_PRIVATE_H
#define TFTP_PRIVATE_H

#include <netproto/machine.h>
#include <netproto/tftp.h>

#if defined(NETP_TFTP_NO_OPTIONS) && !defined(NETP_TFTP_NO_WINDOW)
#define NETP_TFTP_NO_WINDOW
#endif
#if (defined(NETP_TFTP_NO_CLIENT) && defined(NETP_TFTP_NO_SERVER)) ||                              \
    (defined(NETP_TFTP_NO_SEND) && defined(NETP_TFTP_NO_RECEIVE))
#error "TFTP without a role"
#endif

#ifdef NETP_TFTP_NO_TEXT
#define TFTP_TEXT(sentence) ""
#else
#define TFTP_TEXT(sentence) sentence
#endif

/* The states, with their names for traces. */
#define TFTP_STATES(X)                                                                             \
    X(REQUESTING, "requesting")   /* GET, PUT: the request is out */                               \
    X(LISTENING, "listening")     /* SERVE: no request yet */                                      \
    X(ASKED, "asked")             /* SERVE: the application has the request */                     \
    X(NEGOTIATING, "negotiating") /* SERVE, read: OACK is out, ACK 0 is awaited */                 \
    X(SENDING, "sending")         /* DATA goes out, ACK comes in */                                \
    X(RECEIVING, "receiving")     /* the other way round */                                        \
    X(DALLYING, "dallying")       /* the last ACK may be lost: repeat it when asked */             \
    X(CLOSED, "closed")           /* from here on nothing comes any more */                        \
    X(FAILED, "failed")

enum tftp_state {
#define TFTP_STATE_(name, text) TFTP_##name,
    TFTP_STATES(TFTP_STATE_)
#undef TFTP_STATE_
};

/* m->pending_: what waits to be sent, in this order, or to be told. */
enum {
    TFTP_P_STRANGER = 1, /* ERROR 5 to stranger_ */
    TFTP_P_CONTROL = 2,  /* the request, OACK or ERROR in cfg_.mem to peer_ */
    TFTP_P_ACK = 4,      /* ack_ to peer_ */
    TFTP_P_OUT = 7,      /* any of these */
    TFTP_P_GAP = 8,      /* receiver: a gap has been acknowledged; once is enough */
    TFTP_P_NEED = 16,    /* sender: NEED is open */
    TFTP_P_LAST = 32,    /* sender: all bytes of the file have been given */
    TFTP_P_DONE = 64     /* receiver: DONE is the next event */
};

/* m->timed_ of a receiver that has sent an ACK twice: the next block may answer either one, so its
 * round trip is not measured (RFC 6298 section 3). */
#define TFTP_UNTIMED UINT32_MAX

#define TFTP_MESSAGE_MAX 128u /* bytes of an ERROR's text that are kept or sent */

/* The options, as indexes; m->options_ has bit 1 << index for those asked for or granted. */
enum { TFTP_BLKSIZE, TFTP_TIMEOUT, TFTP_TSIZE, TFTP_WINDOWSIZE, TFTP_OPTIONS };

/* Those that are built. */
#if defined(NETP_TFTP_NO_OPTIONS)
#define TFTP_BUILT 0u
#elif defined(NETP_TFTP_NO_WINDOW)
#define TFTP_BUILT 7u
#else
#define TFTP_BUILT 15u
#endif

/* How many numbers blocks have on the wire before they come again. */
static inline uint32_t tftp_numbers(const struct netp_tftp *m)
{
#ifdef NETP_TFTP_NO_WRAP_TO_1
    (void)m;
    return 65536;
#else
    return m->cfg_.flags & NETP_TFTP_WRAP_TO_1 ? 65535 : 65536;
#endif
}

/* The number of the block that is n, up to 65535, behind m->number_; and the other way round. */
static inline uint16_t tftp_wire(const struct netp_tftp *m, uint32_t n)
{
    n += m->number_;
    return (uint16_t)(n > UINT16_MAX ? n - tftp_numbers(m) : n);
}

static inline uint32_t tftp_ahead(const struct netp_tftp *m, uint16_t number)
{
    return (number + tftp_numbers(m) - m->number_) % tftp_numbers(m);
}

/* What is left of a gather list, and where its datagrams go. */
struct tftp_list {
    struct netp_out *v, *end;
    const struct netp_addr *to;
};
/* False when the list is full. */
bool tftp_put(struct tftp_list *list, const void *p, size_t n, unsigned flags);

/* Members that a build may have made constant. */
static inline bool tftp_serves(const struct netp_tftp *m)
{
#if defined(NETP_TFTP_NO_SERVER)
    (void)m;
    return false;
#elif defined(NETP_TFTP_NO_CLIENT)
    (void)m;
    return true;
#else
    return m->cfg_.role == NETP_TFTP_SERVE;
#endif
}

static inline bool tftp_sends(const struct netp_tftp *m)
{
#if defined(NETP_TFTP_NO_SEND)
    (void)m;
    return false;
#elif defined(NETP_TFTP_NO_RECEIVE)
    (void)m;
    return true;
#else
    return m->sends_;
#endif
}

static inline bool tftp_lends(const struct netp_tftp *m)
{
#ifdef NETP_TFTP_NO_LEND
    (void)m;
    return false;
#else
    return m->lends_;
#endif
}

static inline bool tftp_text(const struct netp_tftp *m)
{
#ifdef NETP_TFTP_NO_NETASCII
    (void)m;
    return false;
#else
    return m->netascii_;
#endif
}

static inline uint32_t tftp_block(const struct netp_tftp *m)
{
#ifdef NETP_TFTP_NO_OPTIONS
    (void)m;
    return NETP_TFTP_BLKSIZE;
#else
    return m->blksize_;
#endif
}

/* Bytes of cfg_.mem that a block of a sender takes. */
static inline size_t tftp_slot_size(const struct netp_tftp *m)
{
    return tftp_lends(m) ? 4u : NETP_TFTP_PACKET_MAX(tftp_block(m));
}

static inline uint32_t tftp_window(const struct netp_tftp *m)
{
#ifdef NETP_TFTP_NO_WINDOW
    (void)m;
    return 1;
#else
    return m->windowsize_;
#endif
}

/* Options as found in a packet. */
struct tftp_options {
    uint64_t value[TFTP_OPTIONS]; /* 0 where none was found */
    unsigned found;               /* those with a valid value; the first of two wins */
    bool strange;                 /* there was an unknown one, or one with an invalid value */
};
void tftp_options_read(struct netp_str text, struct tftp_options *o);
/* Writes those in `which`. */
void tftp_options_write(struct netp_tftp_writer *w, unsigned which, const uint64_t *value);

/* Starts to write a control packet into cfg_.mem; tftp_control_queue() ends it, with n bytes. */
struct netp_tftp_writer tftp_control(struct netp_tftp *m, enum netp_tftp_opcode opcode);
void tftp_control_queue(struct netp_tftp *m, size_t n);

static inline void tftp_set_where(struct netp_tftp *m, const char *where)
{
#ifdef NETP_TFTP_NO_TEXT
    (void)m;
    (void)where;
#else
    m->fail_.where = where;
#endif
}

/* Fails, answering with ERROR peer_code; tftp_fail_silent() answers nothing. Return the code. Those
 * with _ are for these alone. */
int tftp_fail_(struct netp_tftp *m, enum netp_err code, int peer_code, size_t at);
int tftp_fail_silent_(struct netp_tftp *m, enum netp_err code, int peer_code);

static inline int tftp_fail(struct netp_tftp *m, enum netp_err code, int peer_code,
                            const char *where, size_t at)
{
    tftp_set_where(m, where);
    return tftp_fail_(m, code, peer_code, at);
}

static inline int tftp_fail_silent(struct netp_tftp *m, enum netp_err code, int peer_code,
                                   const char *where)
{
    tftp_set_where(m, where);
    return tftp_fail_silent_(m, code, peer_code);
}

static inline int tftp_illegal(struct netp_tftp *m, const char *where, size_t at)
{
    return tftp_fail(m, NETP_E_SYNTAX, NETP_TFTP_ILLEGAL, where, at);
}

/* From now on the peer is *from, unless the transport knows it (NULL). */
void tftp_take_tid(struct netp_tftp *m, const struct netp_addr *from);

/* Input from the cursor: an event type, 0 or a failure. */
int tftp_take(struct netp_tftp *m, struct netp_in *in, struct netp_tftp_ev *ev);

/* The deadline has passed: sends again, or fails. */
int tftp_expire(struct netp_tftp *m);

/* Begins to measure the round trip of the block m->number_ + n, unless another is being measured.
 */
#ifndef NETP_TFTP_NO_RTT
void tftp_time(struct netp_tftp *m, uint32_t n);
#else
#define tftp_time(m, n) (void)0
#endif
/* The peer has answered so many blocks: the measurement is over (RFC 6298), and no resend owed. */
void tftp_progress(struct netp_tftp *m, uint32_t n);
/* The deadline is so many ms from now. */
void tftp_wait(struct netp_tftp *m, netp_ms ms);
/* Nothing waits to be sent any more, nor for anything. */
void tftp_end(struct netp_tftp *m, enum tftp_state state);

/* The peer's ERROR: keeps its text in cfg_.mem and fails. */
int tftp_take_error(struct netp_tftp *m, const struct netp_tftp_packet *pk);

/* Cuts the window down to what cfg_.mem holds; false when not even one block fits. */
#if defined(NETP_TFTP_NO_OPTIONS) && defined(NETP_TFTP_NO_LEND)
static inline bool tftp_fit_window(const struct netp_tftp *m)
{
    (void)m;
    return true;
}
#else
bool tftp_fit_window(struct netp_tftp *m);
#endif
/* Goes over to sending or receiving with the blksize_ and windowsize_ agreed on. */
void tftp_start(struct netp_tftp *m);

/* --- client. Those that take a packet of the peer's return as tftp_take() does. --------------- */

/* GET, PUT: queues the request. NETP_E_ARG: it is too long. */
int tftp_client_start(struct netp_tftp *m);
int tftp_client_reply(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                      const struct netp_addr *from, struct netp_tftp_ev *ev);

/* --- server ---------------------------------------------------------------------------------- */

int tftp_server_request(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                        struct netp_tftp_ev *ev);

/* --- the side that sends --------------------------------------------------------------------- */

#ifndef NETP_TFTP_NO_SEND
/* True, and NEED in *ev, when the window has room for bytes that nobody has given. */
bool tftp_send_need(struct netp_tftp *m, struct netp_tftp_ev *ev);
void tftp_send_out(const struct netp_tftp *m, struct tftp_list *list);
static inline bool tftp_send_has(const struct netp_tftp *m)
{
    return m->unsent_ < m->filled_ && m->unsent_ < tftp_window(m);
}
/* A block has left; false when there was none. */
bool tftp_send_sent(struct netp_tftp *m);
int tftp_send_ack(struct netp_tftp *m, const struct netp_tftp_packet *pk, struct netp_tftp_ev *ev);
#else
#define tftp_send_need(m, ev)    ((void)(ev), false)
#define tftp_send_out(m, list)   (void)0
#define tftp_send_has(m)         false
#define tftp_send_sent(m)        false
#define tftp_send_ack(m, pk, ev) ((void)(pk), (void)(ev), 0)
#endif

/* --- the side that receives ------------------------------------------------------------------ */

#ifndef NETP_TFTP_NO_RECEIVE
/* Queues the ACK of the last block that came in order. */
void tftp_receive_ack(struct netp_tftp *m);
int tftp_receive_done(struct netp_tftp *m, struct netp_tftp_ev *ev);
int tftp_receive_data(struct netp_tftp *m, const struct netp_tftp_packet *pk,
                      struct netp_tftp_ev *ev);
#else
#define tftp_receive_ack(m)          (void)0
#define tftp_receive_done(m, ev)     ((void)(ev), 0)
#define tftp_receive_data(m, pk, ev) ((void)(pk), (void)(ev), 0)
#endif

/* netascii to local text; *held keeps a CR over a block's edge. Writes at most n + 1 bytes, and
 * at the end of the file one more for a CR still held. Returns how many. */
size_t tftp_netascii_decode(uint8_t *to, const uint8_t *p, size_t n, bool end, uint8_t *held);

#endif

/* netproto/tftp.h - TFTP, both sides: RFC 1350, with options (RFC 2347), blksize (RFC 2348),
 * timeout and tsize (RFC 2349) and windowsize (RFC 7440).
 *
 * SPDX-License-Identifier: MIT
 *
 * One struct netp_tftp is one transfer. It is a machine in the contract of netp.h: feed it the
 * datagrams of one UDP socket, send what it shows, answer its events. Three roles:
 *
 *   GET    OPTIONS, DATA..., DONE                 a client that reads
 *   PUT    OPTIONS, NEED..., DONE                 a client that writes
 *   SERVE  REQUEST, then as GET for a write request, as PUT for a read request
 *
 * A receiver's DONE means that every byte has been given to you, and is the last moment to refuse:
 * netp_tftp_abort() then tells the sender that its file was not stored; otherwise the last block
 * is acknowledged, and the machine stays for a while to repeat that if it is lost (want() says
 * when it is over). A sender's DONE means that the peer has acknowledged the last block.
 *
 * Block numbers wrap on the wire, so a file has no largest size. */
#ifndef NETPROTO_TFTP_H
#define NETPROTO_TFTP_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_TFTP_PORT 69

#define NETP_TFTP_BLKSIZE        512u     /* bytes in a block without the option */
#define NETP_TFTP_BLKSIZE_MIN    8u       /* RFC 2348 */
#define NETP_TFTP_BLKSIZE_MAX    65464u   /* RFC 2348 */
#define NETP_TFTP_RTO_MAX_MS     3600000u /* an hour */
#define NETP_TFTP_SIZE_UNKNOWN   UINT64_MAX
#define NETP_TFTP_PACKET_MAX(bs) ((size_t)(bs) + 4u) /* bytes of the largest packet received */
#define NETP_TFTP_REQUEST_MAX    512u                /* RFC 2347: a request is at most this long */

/* Bytes of cfg.mem. NETP_TFTP_MEM_MIN will do for a receiver of any block size (in netascii it is
 * NETP_TFTP_PACKET_MAX(blksize), if that is more). A sender that copies has the window it asks for
 * or grants with NETP_TFTP_MEM, one that lends (NETP_TFTP_LEND) with NETP_TFTP_MEM_LEND; with less
 * its window is cut down. Any alignment will do. */
#define NETP_TFTP_MEM_MIN    516u
#define NETP_TFTP_MAX_(a, b) ((a) > (b) ? (a) : (b))
#define NETP_TFTP_MEM(blksize, windowsize)                                                         \
    NETP_TFTP_MAX_(NETP_TFTP_MEM_MIN, NETP_TFTP_PACKET_MAX(blksize) * (size_t)(windowsize))
#define NETP_TFTP_MEM_LEND(windowsize) NETP_TFTP_MAX_(NETP_TFTP_MEM_MIN, 4u * (size_t)(windowsize))

/* Error codes of the ERROR packet, RFC 1350 appendix and RFC 2347. */
enum netp_tftp_error {
    NETP_TFTP_UNDEFINED = 0, /* see the message */
    NETP_TFTP_NOT_FOUND = 1,
    NETP_TFTP_ACCESS = 2,
    NETP_TFTP_DISK_FULL = 3,
    NETP_TFTP_ILLEGAL = 4,     /* illegal TFTP operation */
    NETP_TFTP_UNKNOWN_TID = 5, /* unknown transfer ID */
    NETP_TFTP_EXISTS = 6,
    NETP_TFTP_NO_USER = 7,
    NETP_TFTP_OPTION = 8 /* option negotiation refused */
};

/* The RFC's sentence for an error code; never NULL. */
NETP_API const char *netp_tftp_error_text(int code);

enum netp_tftp_role { NETP_TFTP_GET = 1, NETP_TFTP_PUT, NETP_TFTP_SERVE };

/* cfg.flags */
enum {
    NETP_TFTP_NETASCII = 1, /* GET, PUT: text mode (RFC 1350, NVT of RFC 764); needs copying memory
                               for blksize bytes at the receiver, too */
    NETP_TFTP_LEND = 2,     /* senders: netp_tftp_give() lends, see there; not with netascii */
    NETP_TFTP_TSIZE = 4,    /* GET, PUT: ask for or announce the size (RFC 2349) */
    NETP_TFTP_WRAP_TO_1 = 8 /* the block after 65535 is 1, as some old peers count; usual is 0 */
};

struct netp_tftp_cfg {
    size_t size; /* sizeof(struct netp_tftp_cfg); set by netp_tftp_cfg_init() */
    enum netp_tftp_role role;
    unsigned flags; /* NETP_TFTP_* above */
    void *mem;      /* yours to provide and keep until want() is NETP_CLOSED; memlen bytes */
    size_t memlen;
    uint16_t blksize;    /* bytes, 8..65464: what GET and PUT ask for, the most that SERVE grants */
    uint16_t windowsize; /* blocks, 1..65535: likewise; a window that mem can't hold is cut down */
    uint32_t window_bytes; /* SERVE: grants no window of more blocks than this holds; 0: any. What
                              comes at once must fit the socket buffer of whoever receives it */
    uint8_t timeout_s;   /* GET, PUT: ask the server to resend after this many seconds; 0: don't */
    uint8_t retries;     /* resends without progress before NETP_E_TIMEOUT */
    uint32_t rto_ms;     /* first resend timeout, ms, 1 or more; then measured (RFC 6298) */
    uint32_t rto_min_ms; /* bounds of the measured timeout, 1..3600000; it doubles with every */
    uint32_t rto_max_ms; /* resend */
    uint64_t max_size;   /* receivers: more bytes than this are NETP_E_LIMIT, ERROR 3 */
    uint64_t tsize;      /* PUT with NETP_TFTP_TSIZE: the file's size in bytes */
    struct netp_addr server; /* GET, PUT: where the request goes */
    const char *file;        /* GET, PUT: its name at the server, kept until OPTIONS */
};

/* Fills *cfg for a role with the defaults: blocks of 512 bytes, window of 1, no options asked for,
 * 5 retries, timeouts of 1000 ms at first and 200 to 8000 ms when measured, no size limit. */
NETP_API void netp_tftp_cfg_init(struct netp_tftp_cfg *cfg, enum netp_tftp_role role);

enum netp_tftp_evtype {
    NETP_TFTP_REQUEST = 1, /* SERVE: answer with netp_tftp_accept() or netp_tftp_abort() */
    NETP_TFTP_OPTIONS,     /* GET, PUT: the server has accepted; what it agreed to */
    NETP_TFTP_DATA,        /* receivers: the next bytes of the file, in order, each once */
    NETP_TFTP_NEED,        /* senders: answer with netp_tftp_give() */
    NETP_TFTP_DONE         /* the file has crossed; see the top of this header */
};

struct netp_tftp_ev {
    int type; /* enum netp_tftp_evtype */
    union {
        struct {
            struct netp_str file; /* [in] as received: check it before it names a file */
            bool write, netascii;
            uint16_t blksize, windowsize; /* as they will be granted */
            uint64_t tsize;               /* announced by the writer, or NETP_TFTP_SIZE_UNKNOWN */
        } request;
        struct {
            uint16_t blksize, windowsize;
            uint64_t tsize; /* a hint of the server's, never to be trusted for an allocation */
        } options;
        struct {
            const uint8_t *p; /* [in] in octet mode, [m] in netascii */
            size_t n;
            uint64_t offset; /* of p[0] in the file */
        } data;
        struct {
            uint64_t offset; /* of the first byte wanted, in the file as you give it */
            size_t max;      /* bytes; give up to this many */
        } need;
        struct {
            uint64_t total; /* bytes of the file, as given to or by you */
        } done;
    } u;
};

/* One transfer. Complete so that you can place it; the members are private. What is used most comes
 * first, where the short instructions of small processors reach. A sender counts blocks from the
 * lowest that is not acknowledged. */
struct netp_tftp {
    uint8_t state_, pending_, options_, resends_, held_;
    bool sends_, lends_, netascii_, loss_;
    bool closed_; /* sender: the last of the blocks filled is the last of the file */
    uint8_t ack_[4];
    uint16_t number_; /* on the wire: last block acknowledged, or received in order */
    uint16_t blksize_, windowsize_, count_, fill_, lastlen_, controllen_;
    uint16_t slot_;   /* sender: where in mem the window begins */
    uint32_t unsent_; /* sender: next block to send */
    uint32_t fresh_;  /* sender: blocks from this one on have never been sent */
    size_t filled_;   /* sender: blocks before this one are complete */
    size_t skip_;     /* sender: blocks of lent_[] that are acknowledged */
    const uint8_t *lent_;
    uint32_t rto_, srtt_, rttvar_; /* ms; srtt_ in eighths, rttvar_ in quarters */
    uint32_t timed_, timed_at_;    /* number + 1 of the block whose round trip is being measured */
    netp_ms clock_, deadline_;
    uint64_t total_; /* bytes of the file delivered or given; before lent_[] while more may come */
    struct netp_fail fail_;
    struct netp_addr peer_, stranger_;
    struct netp_tftp_cfg cfg_;
};

/* Makes *m ready; GET and PUT have their request waiting in out(). cfg is copied.
 * NETP_E_ABI: compiled against another version; NETP_E_ARG: a member of cfg is out of range, the
 * file's name is empty or too long for a request, or the build has left out what cfg asks for;
 * NETP_E_NOSPACE: mem is smaller than the macros above say for one block. */
NETP_API int netp_tftp_init_(struct netp_tftp *m, size_t msize, const struct netp_tftp_cfg *cfg,
                             netp_ms now);
#define netp_tftp_init(m, cfg, now) netp_tftp_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. Failures of next(), with the code sent to or got from the peer in
 * fail()->peer_code:
 *   NETP_E_REFUSED    the peer sent ERROR; netp_tftp_peer_message() has its text
 *   NETP_E_SYNTAX     a packet that is illegal here or malformed (4), an OACK with more than was
 *                     asked for (8)
 *   NETP_E_UNSUPPORTED an unknown mode (4); a build without that direction (2)
 *   NETP_E_LIMIT      a block larger than agreed (4), a file larger than max_size (3)
 *   NETP_E_TIMEOUT    nothing heard after all resends
 *   NETP_E_ABORTED    netp_tftp_abort()
 *   NETP_E_IO         NETP_IN_BROKEN or NETP_IN_EOF: the socket is gone */
NETP_API int netp_tftp_next(struct netp_tftp *m, struct netp_in *in, netp_ms now,
                            struct netp_tftp_ev *ev);
NETP_API size_t netp_tftp_out(const struct netp_tftp *m, struct netp_out *v, size_t nv);
NETP_API void netp_tftp_sent(struct netp_tftp *m, size_t n, netp_ms now);
NETP_API netp_ms netp_tftp_deadline(const struct netp_tftp *m);
NETP_API unsigned netp_tftp_want(const struct netp_tftp *m);
NETP_API const struct netp_fail *netp_tftp_fail(const struct netp_tftp *m);

/* After REQUEST: begins the transfer. tsize is the size in bytes of the file to be read, where the
 * client asked for it; NETP_TFTP_SIZE_UNKNOWN leaves it unanswered. NETP_E_STATE: no request is
 * waiting. */
NETP_API int netp_tftp_accept(struct netp_tftp *m, uint64_t tsize, netp_ms now);

/* Ends the transfer, or refuses a request, with an ERROR packet: code is of enum netp_tftp_error,
 * text its message (NULL: the RFC's sentence), copied, cut at 128 bytes. The machine has then
 * failed with NETP_E_ABORTED. NETP_E_STATE: it had ended before. */
NETP_API int netp_tftp_abort(struct netp_tftp *m, int code, const char *text, netp_ms now);

/* After NEED: gives the n bytes p[] that follow need.offset; last says that the file ends with
 * them (n may be 0 then). Returns how many were taken.
 *
 * Without NETP_TFTP_LEND they are copied, and fewer than n may be taken; another NEED asks for the
 * rest, and last counts only when all n were.
 *
 * With it they are lent: all n are taken, n is a multiple of the block size unless last, may be
 * larger than need.max (a whole file in flash); after less than that the next NEED waits until
 * some of it is acknowledged. p[] stays yours to keep unchanged until the
 * next NEED, which asks again for what of it is not acknowledged, or until DONE or failure.
 *
 * NETP_E_STATE: no NEED is open; NETP_E_ARG: n is 0 or, when lending, not a multiple, or the file
 * would end before what was sent of it: it has shrunk, so abort. */
NETP_API ptrdiff_t netp_tftp_give(struct netp_tftp *m, const void *p, size_t n, bool last,
                                  netp_ms now);

/* The text of the peer's ERROR packet, at most 128 bytes of whatever it sent: escape it before it
 * is shown. Empty unless fail() says NETP_E_REFUSED. [m] until init. */
NETP_API struct netp_str netp_tftp_peer_message(const struct netp_tftp *m);

/* True when anything had to be sent twice or came twice: the path loses packets, so a receiver
 * does well to stay until NETP_CLOSED. */
NETP_API bool netp_tftp_saw_loss(const struct netp_tftp *m);

/* The name of the state that the machine is in, for traces. */
NETP_API const char *netp_tftp_state(const struct netp_tftp *m);

NETP_API extern const struct netp_ops netp_tftp_ops;

/* Layer 0: the packets, as views. */

enum netp_tftp_opcode {
    NETP_TFTP_RRQ = 1,
    NETP_TFTP_WRQ,
    NETP_TFTP_OP_DATA,
    NETP_TFTP_ACK,
    NETP_TFTP_ERROR,
    NETP_TFTP_OACK
};

struct netp_tftp_packet {
    uint16_t opcode;
    uint16_t number;            /* block number of DATA and ACK, error code of ERROR */
    struct netp_str file, mode; /* RRQ, WRQ */
    struct netp_str options;    /* RRQ, WRQ, OACK: for netp_tftp_option() */
    struct netp_str message;    /* ERROR; its NUL may be missing */
    const uint8_t *data;        /* DATA */
    size_t datalen;
};

/* Parses the datagram p[0..n); views [in]. NETP_E_TRUNCATED: it ends before a fixed field or a
 * terminating NUL; NETP_E_TRAILING: an ACK with bytes behind it; NETP_E_SYNTAX: no such opcode, an
 * empty file name. *end (may be NULL) is the offset of the fault. */
NETP_API int netp_tftp_parse(const uint8_t *p, size_t n, struct netp_tftp_packet *packet,
                             size_t *end);

/* Takes the next option off *options: 1, and its name and value; 0 at the end; NETP_E_TRUNCATED
 * when a NUL is missing (netp_tftp_parse() lets no such packet through). */
NETP_API int netp_tftp_option(struct netp_str *options, struct netp_str *name,
                              struct netp_str *value);

/* A bounded writer of packets. n counts what would have been written; a packet is whole when
 * n <= cap afterwards. */
struct netp_tftp_writer {
    uint8_t *p;
    size_t cap, n;
};
NETP_API void netp_tftp_put16(struct netp_tftp_writer *w, unsigned v);
NETP_API void netp_tftp_put_str(struct netp_tftp_writer *w, struct netp_str s); /* and a NUL */
NETP_API void netp_tftp_put_option(struct netp_tftp_writer *w, const char *name, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif

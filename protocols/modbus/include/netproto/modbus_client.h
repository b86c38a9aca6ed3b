/* netproto/modbus_client.h - the Modbus client (master): requests out, responses in.
 *
 * SPDX-License-Identifier: MIT
 *
 * One struct netp_modbus_client is one TCP connection, UDP socket or serial line, with the frames
 * that cfg names. It is a machine in the contract of netp.h. netp_modbus_client_request() gives
 * each request a ticket, and one event with that ticket says what became of it, unless the stream
 * ends or fails before:
 *
 *   RESPONSE      the answer, which may be an exception
 *   BAD_RESPONSE  an answer that does not fit the request
 *   NO_RESPONSE   none came, after all retries; the machine goes on
 *   SENT          a broadcast, which nobody answers, has left and been given its time
 *
 * An answer to no request that is under way is dropped and counted. A serial line carries one
 * request at a time (serial 2.1); over MBAP there may be a window of them, answered in any order.
 *
 * What the driver of a serial line owes: sent() when the bytes have left the line, or the response
 * timeout has to cover that; NETP_IN_GAP after a silence of netp_modbus_t35_us(), unless
 * NETP_MODBUS_CLIENT_PREDICT is set; such a silence before a frame goes out. The socket of UDP is
 * connected, so that only the server can answer. */
#ifndef NETPROTO_MODBUS_CLIENT_H
#define NETPROTO_MODBUS_CLIENT_H

#include <netproto/modbus_frame.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of cfg.mem, of any alignment, for a framing and a window: what is being received, and for
 * each request its frame and what is kept of it. */
#define NETP_MODBUS_CLIENT_MEM(framing, window)                                                    \
    (NETP_MODBUS_CLIENT_RX_(framing) + (size_t)(window)*NETP_MODBUS_CLIENT_SLOT_(framing))
#define NETP_MODBUS_CLIENT_RX_(framing)                                                            \
    ((framing) == NETP_MODBUS_ASCII ? NETP_MODBUS_ASCII_MAX : NETP_MODBUS_MBAP_MAX)
#define NETP_MODBUS_CLIENT_SLOT_(framing)                                                          \
    (16u + sizeof(struct netp_modbus_request) + NETP_MODBUS_CLIENT_RX_(framing) +                  \
     ((framing) == NETP_MODBUS_ASCII ? NETP_MODBUS_PDU_MAX : 0u))

/* netp_modbus_client_cfg.flags */
enum {
    NETP_MODBUS_CLIENT_DGRAM = 1,          /* over UDP: each datagram is one frame */
    NETP_MODBUS_CLIENT_RETRY_WRITES = 2,   /* retries of functions that write, too */
    NETP_MODBUS_CLIENT_RESERVED_UNITS = 4, /* RTU, ASCII: lets units 248 to 255 pass */
    NETP_MODBUS_CLIENT_PREDICT = 8,        /* RTU: frames end where netp_modbus_rtu_length() says,
                                              for lines without NETP_IN_GAP. Functions that it does
                                              not know get no response then */
    NETP_MODBUS_CLIENT_ECHO = 16           /* RTU, ASCII: the line hears itself (RS-485, two wires):
                                              the first frame that is the request is skipped */
};

struct netp_modbus_client_cfg {
    size_t size; /* sizeof(struct netp_modbus_client_cfg) */
    void *mem;   /* yours to provide and keep until want() is NETP_CLOSED; memlen bytes */
    size_t memlen;
    uint32_t response_timeout_ms; /* from when a request has left to its response */
    uint32_t turnaround_ms;       /* RTU, ASCII: from a broadcast to the next request */
    uint8_t framing;              /* enum netp_modbus_framing */
    uint8_t window;               /* requests under way, 1 or more; RTU, ASCII: 1 */
    uint8_t retries; /* how often a request is sent again, the same, before NO_RESPONSE; those that
                        write are not, for the first may have been carried out */
    uint8_t flags;   /* NETP_MODBUS_CLIENT_* above */
};

/* One request at a time, 1000 ms for a response, 100 ms of turnaround, no retries, no flags. mem
 * and memlen must be set. */
#define NETP_MODBUS_CLIENT_CFG_INIT(framing)                                                       \
    {                                                                                              \
        sizeof(struct netp_modbus_client_cfg), NULL, 0, 1000, 100, (framing), 1, 0, 0              \
    }

enum netp_modbus_client_evtype {
    NETP_MODBUS_CLIENT_RESPONSE = 1, /* ticket, unit, response, pdu, n */
    NETP_MODBUS_CLIENT_BAD_RESPONSE, /* ticket, unit, where, pdu, n */
    NETP_MODBUS_CLIENT_NO_RESPONSE,  /* ticket, unit */
    NETP_MODBUS_CLIENT_SENT,         /* ticket, unit: a broadcast */
    NETP_MODBUS_CLIENT_EOF           /* the server has closed; once. No request under way gets an
                                        event any more: the machine is closed */
};

/* Members that a type does not name above are 0 or NULL. */
struct netp_modbus_client_ev {
    int type; /* enum netp_modbus_client_evtype */
    int ticket;
    uint8_t unit;       /* that the request was for */
    const char *where;  /* what does not fit: "unit", "function code" or "data"; static storage */
    const uint8_t *pdu; /* the PDU as it came, of MBAP in one piece [in], else [m] */
    size_t n;
    struct netp_modbus_response response; /* its data lies in pdu */
};

/* What was dropped, and retries; each counts from init and wraps. */
struct netp_modbus_client_counts {
    uint32_t late;    /* answers to requests that were over. MBAP: by one of the 32768 transaction
                         ids before; RTU, ASCII: by unit and function that the last request to get
                         no answer in time had */
    uint32_t foreign; /* answers to what was never asked */
    uint32_t noise;   /* RTU, ASCII, datagrams: what is no frame */
    uint32_t retries;
};

/* Complete so that you can place it; all members are private. */
struct netp_modbus_client {
    struct netp_modbus_client_cfg cfg_; /* window 0: closed */
    uint16_t fill_;                     /* bytes received of a frame */
    uint16_t gone_;                     /* bytes sent of the first frame in the queue */
    uint16_t lost_; /* unit and function of the last request without an answer */
    bool echo_;     /* the echo of the request is still to come */
    netp_ms clock_, heard_;
    uint64_t pos_;  /* bytes taken from the stream */
    uint64_t turn_; /* requests queued so far, retries too: the next transaction id */
    struct netp_modbus_client_counts counts_;
    struct netp_fail fail_;
};

/* NETP_OK, or NETP_E_ABI; NETP_E_ARG: a member of cfg is out of range, or the build has left
 * out what it asks for; NETP_E_NOSPACE: memlen is less than NETP_MODBUS_CLIENT_MEM(). cfg is
 * copied. */
NETP_API int netp_modbus_client_init_(struct netp_modbus_client *m, size_t size,
                                      const struct netp_modbus_client_cfg *cfg, netp_ms now);
#define netp_modbus_client_init(m, cfg, now)                                                       \
    netp_modbus_client_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. Failures of next(), after which no ticket gets an event:
 *   NETP_E_SYNTAX     MBAP over a stream: a protocol identifier other than 0
 *   NETP_E_LIMIT      likewise: a length field under 2 or over 254
 *   NETP_E_TRUNCATED  likewise: the stream ended in a frame
 *   NETP_E_IO         the stream was cut */
NETP_API int netp_modbus_client_next(struct netp_modbus_client *m, struct netp_in *in, netp_ms now,
                                     struct netp_modbus_client_ev *ev);
NETP_API size_t netp_modbus_client_out(const struct netp_modbus_client *m, struct netp_out *v,
                                       size_t nv);
NETP_API void netp_modbus_client_sent(struct netp_modbus_client *m, size_t n, netp_ms now);
NETP_API netp_ms netp_modbus_client_deadline(const struct netp_modbus_client *m);
NETP_API unsigned netp_modbus_client_want(const struct netp_modbus_client *m);
NETP_API const struct netp_fail *netp_modbus_client_fail(const struct netp_modbus_client *m);
NETP_API extern const struct netp_ops netp_modbus_client_ops;

/* Queues a request, which is copied, and returns its ticket, 0 to 65535. Over MBAP that is the
 * transaction id. On a serial line unit 0 is a broadcast; over MBAP units 0 and 255 are the server
 * itself, and answer. NETP_E_STATE: the machine has failed or is closed; NETP_E_NOSPACE: as many as
 * the window allows are under way, or one with the ticket that is next; NETP_E_ARG:
 * netp_modbus_request_write() refuses *r, or on a serial line the unit is reserved, or the function
 * only reads and unit 0 can't answer. */
NETP_API int netp_modbus_client_request(struct netp_modbus_client *m, uint8_t unit,
                                        const struct netp_modbus_request *r, netp_ms now);

/* The counters; they live as long as the machine. */
NETP_API const struct netp_modbus_client_counts *netp_modbus_client_counts(
    const struct netp_modbus_client *m);

#ifdef __cplusplus
}
#endif

#endif

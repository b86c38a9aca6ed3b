/* netproto/modbus_server.h - a Modbus server, on one connection or one serial line.
 *
 * SPDX-License-Identifier: MIT
 *
 * The machine finds the frames, judges them, and shows what is left as a REQUEST: its addresses and
 * quantities are those that the specification allows. The application answers with the data, or
 * with an exception; netproto/modbus_map.h does so from tables of registers. One request is open at
 * a time; those behind it wait in the input, and are answered in order.
 *
 *     while (netp_modbus_server_next(&m, &in, now, &ev) == NETP_MODBUS_SERVER_REQUEST) {
 *         netp_modbus_map_answer(&map, &ev.request, ev.room, ev.room_n, &answer);
 *         netp_modbus_server_respond(&m, &answer, now);
 *     }
 *
 * What is wrong with a request is answered at once: netp_modbus_request_parse() says with which
 * exception. What is wrong with a frame is dropped without a word, as the specification has it: a
 * protocol identifier other than 0 (Messaging on TCP/IP V1.0b, 4.4.2.1), a wrong CRC or LRC. Where
 * nothing says where the next frame begins, the machine fails.
 *
 * Serial lines (serial 2.1, 2.2): other units' frames are not for us, nor are their answers taken
 * for requests; unit 0 is broadcast, which is for writing, and never answered. The end of an RTU
 * frame is NETP_IN_GAP, or, where no silence can be seen (a USB adapter, a serial server on TCP),
 * found by its predicted length and its CRC. A datagram holds one frame of any framing. */
#ifndef NETPROTO_MODBUS_SERVER_H
#define NETPROTO_MODBUS_SERVER_H

#include <netproto/modbus_frame.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A build can leave out, with their code and not their fields,
 *   NETP_MODBUS_NO_RTU, NETP_MODBUS_NO_ASCII, NETP_MODBUS_NO_DATAGRAMS
 *   NETP_MODBUS_NO_SERIAL_DIAGNOSTICS
 *   NETP_MODBUS_COMMON_ONLY   all functions but 01 to 06, 0F and 10
 * init then refuses a cfg that needs them with NETP_E_ARG. */

/* What functions 08, 0B and 0C tell of a serial line (app 6.8 to 6.10). Set all to 0; the machine
 * counts, and answers these functions itself. */
#define NETP_MODBUS_LOG_MAX 64u
enum netp_modbus_count {
    NETP_MODBUS_BUS_MESSAGES,    /* sound frames of any unit */
    NETP_MODBUS_COMM_ERRORS,     /* frames with a wrong CRC or LRC, or too short */
    NETP_MODBUS_EXCEPTIONS,      /* that we have answered with */
    NETP_MODBUS_SERVER_MESSAGES, /* to us, or to all */
    NETP_MODBUS_NO_RESPONSES,    /* of these, not answered: broadcast, listen-only */
    NETP_MODBUS_NAKS,            /* exceptions with code 7 */
    NETP_MODBUS_BUSY,            /* exceptions with code 6 */
    NETP_MODBUS_OVERRUNS,        /* frames that were too long */
    NETP_MODBUS_COUNTS
};
struct netp_modbus_diagnostics {
    uint16_t count[NETP_MODBUS_COUNTS];
    uint16_t events;                  /* requests that were done, but for those of 0B and 0C */
    uint16_t diagnostic;              /* the diagnostic register, yours to set */
    uint8_t log[NETP_MODBUS_LOG_MAX]; /* the last events, the last first */
    uint8_t log_n;
    bool listen_only; /* since 08/04; 08/01 ends it */
};

/* Set by NETP_MODBUS_SERVER_CFG_INIT to MBAP and nothing else; rx and tx must be set. init copies
 * it; what it points to is the machine's until want() is NETP_CLOSED. */
struct netp_modbus_server_cfg {
    size_t size; /* sizeof(struct netp_modbus_server_cfg) */
    uint8_t *rx; /* one frame: NETP_MODBUS_MBAP_MAX, _RTU_MAX or _ASCII_MAX bytes */
    size_t rxlen;
    uint8_t *tx;  /* one frame, or more: so many requests are answered before the first answer */
    size_t txlen; /* has left */
    const uint8_t
        *units;    /* serial lines: the units that we are, 1 to 247, at least one; MBAP: not */
    size_t nunits; /* looked at, for the application sees each request's unit */
    struct netp_modbus_diagnostics *diagnostics; /* NULL: 08, 0B and 0C are the application's */
    uint32_t idle_ms;                            /* most time without a whole frame; 0: no limit */
    uint32_t gap_ms; /* silence that ends a frame, where the driver can't tell. RTU: 0: the driver
                        sets NETP_IN_GAP. ASCII: a frame with such a pause in it is void (1000,
                        serial 2.5.2.1); 0: none is. MBAP: without meaning */
    uint8_t framing; /* enum netp_modbus_framing */
    bool echo;       /* serial lines: what is sent is heard, as on two wires with the receiver on.
                        As many bytes are skipped, up to the next silence */
};

#define NETP_MODBUS_SERVER_CFG_INIT                                                                \
    {                                                                                              \
        sizeof(struct netp_modbus_server_cfg), NULL, 0, NULL, 0, NULL, 0, NULL, 0, 0,              \
            NETP_MODBUS_MBAP, false                                                                \
    }

enum {
    NETP_MODBUS_SERVER_REQUEST = 1, /* to be answered */
    NETP_MODBUS_SERVER_EOF          /* the peer has closed; once. What is answered still leaves */
};

/* Members that a type does not name are 0 or NULL. */
struct netp_modbus_server_ev {
    int type;
    uint16_t transaction; /* MBAP */
    uint8_t unit;
    bool broadcast;                     /* it is to be done; no answer will be sent */
    struct netp_modbus_request request; /* its views are [m] until it is answered */
    uint8_t *room; /* [m] where the answer's data may be made, and then is not copied: room_n */
    size_t room_n; /* bytes, as many as the longest answer to this function has */
};

/* Complete so that you can place it; all fields are private. The smallest stand first, where a
 * Cortex-M's short instructions reach them. */
struct netp_modbus_server {
    uint8_t unit_;      /* of the open request */
    uint8_t delimiter_; /* ASCII: what ends a frame */
    bool dgram_;        /* datagrams come, */
    bool to_;           /* and peer_ is where from */
    bool mute_;         /* the open request is not answered */
    bool bad_;          /* RTU: what comes is no frame */
    bool eof_;
    uint16_t fill_, frame_; /* bytes in rx; those of the open request's frame, or 0 */
    uint16_t transaction_;
    size_t tx_fill_; /* bytes in tx */
    size_t echo_;    /* bytes sent and not heard yet */
    struct netp_modbus_server_cfg cfg_;
    struct netp_modbus_request request_; /* the open one */
    struct netp_fail fail_;
    netp_ms clock_, idle_from_, gap_at_;
    uint64_t pos_; /* bytes taken from the stream */
    struct netp_addr peer_;
};

/* NETP_OK, or NETP_E_ABI; NETP_E_ARG: a member of cfg is out of range or does not fit the framing,
 * or the build has left out what it asks for; NETP_E_NOSPACE: rx or tx holds no frame. */
NETP_API int netp_modbus_server_init_(struct netp_modbus_server *m, size_t size,
                                      const struct netp_modbus_server_cfg *cfg, netp_ms now);
#define netp_modbus_server_init(m, cfg, now)                                                       \
    netp_modbus_server_init_((m), sizeof *(m), (cfg), (now))

/* Failures. What was answered before can still be sent, unless the stream was cut.
 *   NETP_E_LIMIT      MBAP: a length under 2 or over 254; its place
 *   NETP_E_TIMEOUT    idle_ms
 *   NETP_E_TRUNCATED  the stream ended in a frame
 *   NETP_E_IO         the stream was cut between frames */
NETP_API int netp_modbus_server_next(struct netp_modbus_server *m, struct netp_in *in, netp_ms now,
                                     struct netp_modbus_server_ev *ev);
NETP_API size_t netp_modbus_server_out(const struct netp_modbus_server *m, struct netp_out *v,
                                       size_t nv);
NETP_API void netp_modbus_server_sent(struct netp_modbus_server *m, size_t n, netp_ms now);
NETP_API netp_ms netp_modbus_server_deadline(const struct netp_modbus_server *m);
NETP_API unsigned netp_modbus_server_want(const struct netp_modbus_server *m);
NETP_API const struct netp_fail *netp_modbus_server_fail(const struct netp_modbus_server *m);
NETP_API extern const struct netp_ops netp_modbus_server_ops;

/* The open request is answered, and closed. All return NETP_E_STATE when there is none. To a
 * broadcast nothing is sent, whatever the answer. */

/* With data, as struct netp_modbus_response has it: none for the functions that write. NETP_E_ARG:
 * it is not as long as the request asks for; NETP_E_NOSPACE: it is longer than a PDU. */
NETP_API int netp_modbus_server_answer(struct netp_modbus_server *m, const uint8_t *data, size_t n,
                                       netp_ms now);

/* With an exception code, 1 to 255. NETP_E_ARG: it is 0 or more than that. */
NETP_API int netp_modbus_server_except(struct netp_modbus_server *m, unsigned code, netp_ms now);

/* With either, as *response says; its function is not looked at. Errors as of the two above. */
NETP_API int netp_modbus_server_respond(struct netp_modbus_server *m,
                                        const struct netp_modbus_response *response, netp_ms now);

/* Not at all: a gateway's broadcast, or a unit that shall seem absent. */
NETP_API int netp_modbus_server_ignore(struct netp_modbus_server *m, netp_ms now);

#ifdef __cplusplus
}
#endif

#endif

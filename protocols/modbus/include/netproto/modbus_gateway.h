/* netproto/modbus_gateway.h - what stands between many Modbus clients and few serial lines: who is
 * sent what, and when.
 *
 * SPDX-License-Identifier: MIT
 *
 * It has neither sockets nor frames: requests come from servers of modbus_server.h and go to
 * clients of modbus_client.h, one for each line ("bus"), or wherever the caller likes.
 *
 *     a request from client c         netp_modbus_gateway_take(&g, c, ticket, unit, &r, now)
 *     a bus answered, or did not      netp_modbus_gateway_answered(), _missed()
 *     client c has left               netp_modbus_gateway_gone(&g, c)
 *     after each of these             while (netp_modbus_gateway_next(&g, &ev) > 0) ...
 *
 * A bus carries one request at a time. Clients take turns on it, however many requests one of them
 * has waiting; those of one client to one bus keep their order. A unit that has not answered
 * several times in a row costs the bus no time for a while, so it does not stop the others. Only
 * requests that read are repeated: a write that was not answered may have been done. */
#ifndef NETPROTO_MODBUS_GATEWAY_H
#define NETPROTO_MODBUS_GATEWAY_H

#include <netproto/modbus.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Units first to last, as clients call them, are on that bus; there they are called `as` and the
 * numbers behind it. 1 to 247, but for first and last, which may be up to 255. */
struct netp_modbus_route {
    uint8_t first, last;
    uint8_t bus;
    uint8_t as;
};

/* Counts of one bus since netp_modbus_gateway_init(). */
struct netp_modbus_gateway_counts {
    uint64_t requests;   /* taken */
    uint64_t sent;       /* on the line, repetitions too */
    uint64_t answers;    /* exceptions too */
    uint64_t exceptions; /* of the units */
    uint64_t missed;     /* nothing came in time */
    uint64_t repeated;
    uint64_t full;      /* refused with exception 06 */
    uint64_t dead;      /* not sent, for the unit had not answered before: exception 0B */
    uint64_t discarded; /* whoever asked had left */
};

/* A line; in memory of the caller. */
struct netp_modbus_gateway_bus {
    struct netp_modbus_gateway_counts counts;
    uint64_t turn_; /* of the request that was sent last */
    bool down_;
};

/* A request that waits, is on the line or is answered; in memory of the caller. */
struct netp_modbus_gateway_job {
    uint64_t turn_, order_;
    uint32_t client_, ticket_;
    struct netp_modbus_request request_;
    struct netp_modbus_response response_;
    uint8_t unit_, bus_, as_, tries_, state_;
    bool silent_; /* nobody is told what becomes of it */
    uint8_t data_[NETP_MODBUS_PDU_MAX];
};

/* What a broadcast of a client, a request to unit 0, comes to. */
enum netp_modbus_gateway_broadcast {
    NETP_MODBUS_BROADCAST_REFUSED, /* exception 0A: many programs send unit 0 when told none */
    NETP_MODBUS_BROADCAST_SILENT,  /* goes to all buses, not answered, as on a line */
    NETP_MODBUS_BROADCAST_ANSWERED /* goes to all buses, and is answered as if it was done */
};

struct netp_modbus_gateway_cfg {
    const struct netp_modbus_route *route; /* the first that has the unit counts */
    size_t nroute;
    struct netp_modbus_gateway_bus *bus; /* memory for them */
    uint8_t nbus;
    struct netp_modbus_gateway_job *job; /* memory for all that wait */
    uint16_t njob;
    uint16_t per_bus;    /* the most that wait for one, the one on the line too */
    uint16_t per_client; /* the most that one client has waiting */
    uint8_t retries;     /* of a request that reads */
    uint8_t dead_after;  /* requests in a row without an answer; over 0 */
    uint32_t dead_ms;    /* a unit is not asked for so long; doubled each time */
    uint32_t dead_max_ms;
    enum netp_modbus_gateway_broadcast broadcast;
};

/* All that a cfg needs but routes, bus and job. */
#define NETP_MODBUS_GATEWAY_CFG_INIT                                                               \
    {                                                                                              \
        NULL, 0, NULL, 0, NULL, 0, 32, 8, 1, 3, 1000, 30000, NETP_MODBUS_BROADCAST_REFUSED         \
    }

/* What is known of a unit; private. */
struct netp_modbus_gateway_unit {
    netp_ms until_; /* it is not asked before */
    uint8_t missed_, died_;
};

struct netp_modbus_gateway {
    struct netp_modbus_gateway_cfg cfg_;
    struct netp_modbus_gateway_unit unit_[256];
    uint64_t order_;
    netp_ms clock_;
    struct netp_modbus_gateway_job *told_; /* of the last event, to be taken back */
};

enum {
    NETP_MODBUS_GATEWAY_SEND = 1, /* request goes to unit `unit` of bus `bus`; unit 0: to all */
    NETP_MODBUS_GATEWAY_ANSWER    /* response is for that ticket of that client */
};

struct netp_modbus_gateway_ev {
    int type;
    uint8_t bus, unit;
    uint32_t client, ticket;
    struct netp_modbus_request request;   /* SEND; [m] until the bus has answered or missed it */
    struct netp_modbus_response response; /* ANSWER; [m] until the next call of next() */
};

/* Makes *g ready; routes and memory stay the caller's and in use. NETP_E_ARG: there is no bus or no
 * job, a limit or dead_after is 0, a route names a bus that is none, a unit that is none on a line,
 * or first is over last. */
NETP_API int netp_modbus_gateway_init(struct netp_modbus_gateway *g,
                                      const struct netp_modbus_gateway_cfg *cfg);

/* Takes a request to `unit` of a client; both numbers are the caller's own, and come back with the
 * answer. The request is copied. Returns 0, or the exception to answer with at once: NO_PATH: there
 * is no route, or its bus is down; DEVICE_BUSY: too much waits; NO_ANSWER: the unit is given up for
 * the moment; ILLEGAL_VALUE: request->n is over 252. */
NETP_API enum netp_modbus_exception netp_modbus_gateway_take(
    struct netp_modbus_gateway *g, uint32_t client, uint32_t ticket, uint8_t unit,
    const struct netp_modbus_request *request, netp_ms now);

/* What is to be done: > 0: an event; 0: nothing, until something else was called. */
NETP_API int netp_modbus_gateway_next(struct netp_modbus_gateway *g,
                                      struct netp_modbus_gateway_ev *ev);

/* What has become of the request that is on the bus: its response, copied; or none, after the time
 * that it may take, or after a broken one. A broadcast is missed when it has left. NETP_E_STATE:
 * there is no request on that bus; NETP_E_ARG: response->n is over 252. */
NETP_API int netp_modbus_gateway_answered(struct netp_modbus_gateway *g, uint8_t bus,
                                          const struct netp_modbus_response *response, netp_ms now);
NETP_API int netp_modbus_gateway_missed(struct netp_modbus_gateway *g, uint8_t bus, netp_ms now);

/* The client has left: what it has waiting is dropped; what is on a line is answered to nobody. */
NETP_API void netp_modbus_gateway_gone(struct netp_modbus_gateway *g, uint32_t client);

/* The bus can't be used, or can again, as it can at first. What waits for it, or is on it, is
 * answered with NO_PATH. */
NETP_API void netp_modbus_gateway_bus(struct netp_modbus_gateway *g, uint8_t bus, bool up);

#ifdef __cplusplus
}
#endif

#endif

/* modbus_client_private.h - what the sources of the Modbus client share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MODBUS_CLIENT_PRIVATE_H
#define MODBUS_CLIENT_PRIVATE_H

#include <netproto/bytes.h>
#include <netproto/machine.h>
#include <netproto/modbus_client.h>

enum slot_state {
    SLOT_QUEUED,     /* to be sent, perhaps again */
    SLOT_WAITING,    /* for the response */
    SLOT_TURNAROUND, /* a broadcast has left */
    SLOT_FREE = 0xff
};

/* A request under way. It lies in cfg.mem, behind the bytes being received, at any alignment: all
 * members are bytes. One that is free holds only ones. */
struct slot {
    uint8_t when[sizeof(netp_ms)];                       /* QUEUED: its turn; else its deadline */
    uint8_t request[sizeof(struct netp_modbus_request)]; /* but its data is in the PDU */
    uint8_t ticket[2], n[2];                             /* n: of the frame */
    uint8_t state, unit, retries, pdu_n;
    uint8_t frame[]; /* with the PDU in it; that of ASCII is behind it */
};

/* Ends a request: an event of `type` in *ev; returns type. */
int netp_modbus_slot_end_(struct slot *s, struct netp_modbus_client_ev *ev, int type);

/* Takes input until it makes an event, and returns that; or 0, or a failure. */
int netp_modbus_client_take_(struct netp_modbus_client *m, struct netp_in *in,
                             struct netp_modbus_client_ev *ev);

/* Whether units share the line, and there are no transaction ids. */
static inline bool serial(const struct netp_modbus_client *m)
{
#if defined(NETP_MODBUS_NO_RTU) && defined(NETP_MODBUS_NO_ASCII)
    (void)m;
    return false;
#else
    return m->cfg_.framing != NETP_MODBUS_MBAP;
#endif
}

static inline bool flag(const struct netp_modbus_client *m, unsigned flag)
{
    return (m->cfg_.flags & flag) != 0;
}

/* Whether each frame is a datagram. */
static inline bool datagrams(const struct netp_modbus_client *m)
{
#ifdef NETP_MODBUS_NO_DATAGRAMS
    (void)m;
    return false;
#else
    return flag(m, NETP_MODBUS_CLIENT_DGRAM);
#endif
}

/* How many slots there are; none once the machine is closed. */
static inline size_t slots(const struct netp_modbus_client *m)
{
#ifdef NETP_MODBUS_NO_WINDOW
    return m->cfg_.window != 0;
#else
    return m->cfg_.window;
#endif
}

#ifdef NETP_MODBUS_NO_TEXT
#define MODBUS_TEXT(words) "?"
#else
#define MODBUS_TEXT(words) words
#endif

static inline struct slot *slot_at(const struct netp_modbus_client *m, size_t i)
{
#ifdef NETP_MODBUS_NO_ASCII
    const unsigned framing = NETP_MODBUS_MBAP;
#else
    unsigned framing = m->cfg_.framing;
#endif
    return (struct slot *)((uint8_t *)m->cfg_.mem + NETP_MODBUS_CLIENT_RX_(framing) +
                           i * NETP_MODBUS_CLIENT_SLOT_(framing));
}

static inline uint8_t *slot_pdu(const struct netp_modbus_client *m, struct slot *s)
{
    size_t at = NETP_MODBUS_MBAP_HEAD;

    if (serial(m)) {
        at = m->cfg_.framing == NETP_MODBUS_RTU ? NETP_MODBUS_RTU_HEAD : NETP_MODBUS_ASCII_MAX;
    }
    return s->frame + at;
}

/* What a late response is known by on a serial line. */
static inline uint16_t unit_and_function(uint8_t unit, uint8_t function)
{
    return (uint16_t)(unit << 8 | (function & 0x7f));
}

#endif

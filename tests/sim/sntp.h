/* tests/sim/sntp.h - a host that asks some servers, of which some lie; strangers that forge.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SIM_SNTP_H
#define SIM_SNTP_H

#include "dgram.h"

#include <netproto/sntp_client.h>
#include <netproto/sntp_select.h>
#include <netproto/sntp_server.h>

enum { SERVERS_MAX = 5, EXCHANGES = 8, MADE = 16 };

/* What goes wrong beside the network; percent. */
struct sntp_plan {
    unsigned servers;
    uint32_t poll_ms;
    uint8_t burst;
    unsigned spoof, step, kiss, deny, unset, liars, hold_ms;
    bool keyed;
};

/* A server has a clock of its own, and answers one request at a time after a while. */
struct sntp_server_end {
    struct netp_sntp_server says;
    uint64_t error; /* of its clock, a difference */
    bool liar;      /* that is more than it says */
    bool refused;   /* it has sent a DENY */
    struct netp_addr addr;
    netp_ms answer_at;
    uint8_t request[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX];
    size_t n;
    uint64_t received;
    uint8_t answer[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX]; /* the last, for those who replay */
    size_t answern;
    struct netp_sntp_packet made[MADE]; /* all that it answered of late */
    unsigned nmade;
};

struct sntp_client_end {
    struct netp_sntp_client m;
    struct machine mc;
    uint64_t nonce; /* of the last request; 0 when it has been answered */
    uint64_t before;
    netp_ms asked_at;
    uint32_t floor_ms; /* no request may come sooner after another */
    unsigned asked, replies, steps;
    bool over, sampled;
    unsigned sample_steps;
    struct netp_sntp_sample sample;
};

struct sntp_world {
    struct world w;
    struct sntp_plan plan;
    struct dgram_net net;
    struct netp_sntp_key key;
    uint64_t error; /* of the host's clock */
    unsigned steps; /* how often that was set */
    uint64_t rng;
    struct sntp_client_end client[SERVERS_MAX];
    struct sntp_server_end server[SERVERS_MAX];
};

/* sntp_plan.c: draws what the scenario is about. */
void sntp_plan_draw(struct sntp_world *sw);

/* sntp_server.c: a request arrives; the answer is due. */
void sntp_server_takes(struct sntp_world *sw, unsigned i, const uint8_t *p, size_t n);
void sntp_server_answers(struct sntp_world *sw, unsigned i);
/* A datagram by one who has seen all but the last request: into p, NETP_SNTP_PACKET and MAC. */
size_t sntp_server_forge(struct sntp_world *sw, unsigned i, uint8_t *p);

/* Ends in the network's words. */
static inline unsigned sntp_client_name(unsigned i)
{
    return 2 * i;
}
static inline unsigned sntp_server_name(unsigned i)
{
    return 2 * i + 1;
}

/* The true time, as a stamp. It is in 2036, on both sides of the change of eras. */
static inline uint64_t sntp_truth(const struct sntp_world *sw)
{
    return 0 - 30 * NETP_SNTP_SECOND + sw->w.now * NETP_SNTP_SECOND / 1000;
}

#endif

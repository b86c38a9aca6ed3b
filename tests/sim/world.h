/* tests/sim/world.h - a scenario: a clock that jumps to the next thing to happen, where chance
 * comes from, and what must hold for every machine.
 *
 * SPDX-License-Identifier: MIT
 *
 * A scenario is a pure function of its decisions (decision.h). It allocates nothing, asks no clock
 * and prints only when it is traced, so one core runs many thousands a second, and a seed means the
 * same on every machine. A broken invariant ends in world_broken(), which prints it with the
 * command that replays the scenario, and aborts: every fuzzer and debugger sees that. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "decision.h"

#include <netproto/netp.h>

/* Bounds for what a scenario draws. CLEAN: nothing goes wrong. LAN: a little is lost, little delay.
 * WAN: loss, repetition and delay to the degree of reordering. AWFUL: anything that can go wrong.
 * SMALL: few blocks, and each datagram's fate is one decision of four, for exhaustive runs. */
#define SIM_PROFILES(X)                                                                            \
    X(CLEAN, "clean") X(LAN, "lan") X(WAN, "wan") X(AWFUL, "awful") X(SMALL, "small")
enum sim_profile {
#define SIM_PROFILE_(name, text) SIM_##name,
    SIM_PROFILES(SIM_PROFILE_)
#undef SIM_PROFILE_
};

/* How a scenario is run, and what is needed to say how it is run again. */
struct sim_run {
    const char *protocol; /* a name of netp_sim's; NULL: the decisions are a fuzzer's bytes */
    enum sim_profile profile;
    bool trace;      /* print each event */
    uint64_t number; /* its seed, or where it comes in an exhaustive run */
    unsigned digits; /* of the exhaustive run; 0: number is a seed */
};

/* What scenarios came to, added up. hash: of all that happened; a sum, so their order is no matter.
 */
struct sim_report {
    uint64_t scenarios, complete, steps, hash;
};

/* A protocol's world: one scenario, from setting up to its end. */
typedef void sim_scenario(struct decision *d, const struct sim_run *run, struct sim_report *report);
sim_scenario sim_tftp, sim_tftp_wrap, sim_frame, sim_http1, sim_cgi, sim_modbus, sim_modbus_bus,
    sim_modbus_gateway;

struct world {
    struct decision *d;
    const struct sim_run *run;
    netp_ms now;
    uint64_t hash;
    unsigned steps, calls; /* of next() since the last step */
    bool calm;             /* from now on nothing goes wrong any more */
};

/* A machine in a world. */
struct machine {
    const struct netp_ops *ops;
    void *m;
    const char *name; /* for traces */
};

void world_start(struct world *w, struct decision *d, const struct sim_run *run);
void world_finish(const struct world *w, bool complete, struct sim_report *report);

/* Prints which invariant is broken, when, and how to see it again; aborts. */
_Noreturn void world_broken(const struct world *w, const char *invariant);
static inline void world_check(const struct world *w, bool holds, const char *invariant)
{
    if (!holds) {
        world_broken(w, invariant);
    }
}

/* A line of the trace, as by printf, when this scenario is traced. */
void world_trace_(const struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#define world_trace(w, ...) ((w)->run->trace ? world_trace_((w), __VA_ARGS__) : (void)0)

/* Adds what happened to the hash. */
static inline void world_note(struct world *w, uint64_t a, uint64_t b)
{
    uint64_t h = (w->hash ^ a ^ w->now << 20) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ b) * 0xbf58476d1ce4e5b9u;
    w->hash = h ^ h >> 32;
}

/* Whether a fault of that strength strikes now; a number in 0..n-1. Never, and 0, when calm. */
static inline bool world_hit(const struct world *w, unsigned percent)
{
    return percent > 0 && !w->calm && (percent >= 100 || decide(w->d, 100) >= 100 - percent);
}
static inline uint32_t world_upto(const struct world *w, uint32_t n)
{
    return w->calm ? 0 : decide(w->d, n);
}

/* next() of a machine, with the laws of netp.h that can be seen from outside checked around it.
 * *in is used as far as it goes; what was used of a datagram is overwritten after the call. */
int machine_next(struct world *w, const struct machine *mc, struct netp_in *in, void *ev);

/* What must hold of a machine that next() has nothing more from. */
void machine_rest(const struct world *w, const struct machine *mc);

static inline bool machine_closed(const struct machine *mc)
{
    return mc->ops->want(mc->m) == NETP_CLOSED;
}

#endif

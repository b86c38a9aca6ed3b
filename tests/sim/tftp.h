/* tests/sim/tftp.h - a TFTP transfer in a world: a client, its server, and perhaps a second server
 * that a repeated request has started.
 *
 * SPDX-License-Identifier: MIT
 *
 * tftp_plan.c draws what is to happen, tftp_app.c answers the machines' events from simulated
 * files, tftp_wire.c sees every packet, and tftp.c lets it all run. */
#ifndef SIM_TFTP_H
#define SIM_TFTP_H

#include "dgram.h"

#include <netproto/tftp.h>

enum { CLIENT, SERVER, TWIN, ENDS };

enum { SIM_BLKSIZE_MAX = 1468, SIM_WINDOW_MAX = 16 };

/* What a scenario is about. Chances are in percent; the faults are off when 0 or UINT64_MAX. */
struct tftp_plan {
    bool put, netascii, lend, tsize, wrap_to_1;
    bool twins; /* a repeated request starts another server */
    uint64_t size;
    uint16_t blksize, windowsize;           /* what the client asks for */
    uint16_t most_blksize, most_windowsize; /* what the server grants at most */
    uint32_t window_bytes;
    uint8_t timeout_s;
    bool short_mem; /* the sender's window has to be cut down */

    bool refuse;         /* the server has no such file */
    uint64_t read_fails; /* offset where reading ends in an error */
    uint64_t disk_holds; /* bytes that can be written */
    bool disk_is_limit;  /* and the machine is told so: cfg.max_size */
    bool store_fails;    /* writing went well, but closing does not */
    unsigned lazy;       /* the application answers later */
    unsigned busy;       /* the socket takes nothing for a while */
    unsigned nag;        /* next() is called for nothing */
    uint32_t late_ms;    /* deadlines are served this much later, at most */
    unsigned jump_at;    /* at this step the clock jumps */
    unsigned abort_at;   /* at this step the application gives up, or the socket breaks */
    unsigned calm_at;    /* from this step on nothing goes wrong any more */
};

struct tftp_end {
    struct netp_tftp m;
    struct machine mc;
    struct netp_addr addr;
    netp_ms answer_at; /* when the application answers `asked`; NETP_NEVER: nothing is open */
    netp_ms out_at;    /* when the socket takes more; NETP_NEVER: it does */
    netp_ms late;      /* how much later the next deadline is served */
    struct netp_tftp_ev asked;
    unsigned peer; /* the client: the server that it talks to; 0: not known yet */
    bool done, gave_up;
    uint16_t blksize, windowsize; /* agreed */
    uint64_t moved;               /* bytes of the file that were given or received */
    unsigned ticks, silent;       /* deadlines in all, and since the last progress */
    unsigned after_failure;       /* packets sent */
    /* the receiver's ACKs */
    unsigned answered; /* number of the last */
    unsigned causes;   /* to send that one again */
    /* the sender's blocks, by their numbers without wrapping */
    uint64_t sent, highest, acked;
    unsigned data;
    bool may_repeat; /* the next DATA may be one that was sent before */
};

struct tftp_world {
    struct world w;
    struct tftp_plan plan;
    struct tftp_end end[ENDS];
    unsigned from; /* where the packet comes from that is being delivered */
    bool tainted;  /* options or requests were bent: the two may have agreed on different things */
    bool hopeful;  /* when the world became calm, both could still succeed */
    struct dgram_net net;
    uint8_t mem[ENDS][NETP_TFTP_MEM(SIM_BLKSIZE_MAX, SIM_WINDOW_MAX)];
};

/* Draws the plan and the network's faults. */
void tftp_plan_draw(struct tftp_world *tw);
void tftp_plan_draw_wrap(struct tftp_world *tw);
/* True when nothing but the network's loss, repetition and delay hinders the transfer. */
bool tftp_plan_is_fair(const struct tftp_world *tw);

/* The bytes of the file from `offset` on, at least FILE_RUN of them. */
enum { FILE_RUN = SIM_BLKSIZE_MAX * SIM_WINDOW_MAX };
const uint8_t *tftp_file(const struct tftp_plan *plan, uint64_t offset);

/* Answers an event, now or later; answers now what it left open. */
void tftp_app_event(struct tftp_world *tw, struct tftp_end *e, const struct netp_tftp_ev *ev);
void tftp_app_answer(struct tftp_world *tw, struct tftp_end *e);

/* Whether the machine of that end is, by its role, the one that sends the file. */
static inline bool tftp_is_sender(const struct tftp_world *tw, const struct tftp_end *e)
{
    return tw->plan.put == (e == &tw->end[CLIENT]);
}

/* Checks a packet that *e sends; notes one that it is about to get. */
void tftp_wire_sent(struct tftp_world *tw, struct tftp_end *e, const uint8_t *p, size_t n,
                    bool stranger);
void tftp_wire_arrives(struct tftp_world *tw, struct tftp_end *e, const uint8_t *p, size_t n);
/* Bends a packet: returns its length then. */
size_t tftp_wire_bend(struct tftp_world *tw, uint8_t *p, size_t n);
/* Writes "DATA 3, 512 bytes" for traces. */
const char *tftp_wire_text(const uint8_t *p, size_t n, char text[40]);

#endif

/* tftp_wire.c - every packet of a simulated transfer: what may be sent when, and what becomes of it
 * when the network bends it. SPDX-License-Identifier: MIT */
#include "tftp.h"

#include <netproto/bytes.h>

#include <stdio.h>
#include <string.h>

const char *tftp_wire_text(const uint8_t *p, size_t n, char text[40])
{
    static const char *const names[] = {"?", "RRQ", "WRQ", "DATA", "ACK", "ERROR", "OACK"};
    unsigned opcode = n < 2 ? 0 : netp_rd16be(p);

    snprintf(text, 40, "%s %u, %zu bytes", names[opcode < 7 ? opcode : 0],
             n < 4 ? 0u : (unsigned)netp_rd16be(p + 2), n);
    return text;
}

/* How far a block's number on the wire is ahead of block `from`; negative: behind. */
static int64_t ahead(const struct tftp_plan *plan, unsigned number, uint64_t from)
{
    int64_t period = plan->wrap_to_1 ? 65535 : 65536;
    int64_t wire =
        (int64_t)(plan->wrap_to_1 && from > 65535 ? (from - 1) % 65535 + 1 : from % 65536);
    int64_t k = ((int64_t)number - wire + period) % period;

    return k > period / 2 ? k - period : k;
}

/* Each DATA is the file's block of its number, and goes out once; again only at a deadline, or when
 * an ACK of a part of the window says so, never because a packet came twice: RFC 1123 section
 * 4.2.3.1, the Sorcerer's Apprentice. */
static void sent_data(struct tftp_world *tw, struct tftp_end *e, const uint8_t *p, size_t n)
{
    const struct tftp_plan *plan = &tw->plan;
    int64_t k = ahead(plan, netp_rd16be(p + 2), e->sent);
    uint64_t at, size;

    world_check(&tw->w, k > 0 ? e->sent + (uint64_t)k <= e->highest + 1 : e->sent > (uint64_t)-k,
                "no DATA is left out");
    world_check(&tw->w, k > 0 || e->may_repeat, "no DATA is sent again without a cause");
    e->may_repeat = false;
    e->sent += (uint64_t)k;
    e->highest = e->sent > e->highest ? e->sent : e->highest;
    e->data++;
    world_check(&tw->w, e->sent > e->acked && e->sent <= e->acked + e->windowsize,
                "DATA is within the window");
    at = (e->sent - 1) * e->blksize;
    if (plan->netascii) {
        world_check(&tw->w, n - 4 <= e->blksize, "no DATA is larger than the block size");
        return;
    }
    size = plan->size - at < e->blksize ? plan->size - at : e->blksize;
    world_check(&tw->w,
                at <= plan->size && n - 4 == size && memcmp(p + 4, tftp_file(plan, at), n - 4) == 0,
                "DATA holds the block of its number");
}

/* RFC 7440 section 4: an ACK goes out again for a cause: the block came again, a deadline, or,
 * once, a gap behind it. */
static void sent_ack(struct tftp_world *tw, struct tftp_end *e, unsigned number)
{
    if (number != e->answered) {
        e->answered = number;
        e->causes = 1;
        return;
    }
    world_check(&tw->w, e->causes > 0, "no ACK is sent again without a cause");
    e->causes--;
}

void tftp_wire_sent(struct tftp_world *tw, struct tftp_end *e, const uint8_t *p, size_t n,
                    bool stranger)
{
    bool failed = netp_tftp_fail(&e->m)->code != NETP_OK;
    unsigned opcode = n >= 4 ? netp_rd16be(p) : 0;

    world_check(&tw->w, opcode >= NETP_TFTP_RRQ && opcode <= NETP_TFTP_OACK, "packets are sound");
    world_check(&tw->w, opcode == NETP_TFTP_OP_DATA || n <= NETP_TFTP_REQUEST_MAX,
                "packets are short");
    if (stranger) {
        world_check(&tw->w,
                    opcode == NETP_TFTP_ERROR && netp_rd16be(p + 2) == NETP_TFTP_UNKNOWN_TID,
                    "a stranger gets nothing but ERROR 5");
        return;
    }
    world_check(&tw->w, !failed || (opcode == NETP_TFTP_ERROR && e->after_failure++ == 0),
                "after a failure comes one ERROR, then silence");
    if (opcode == NETP_TFTP_OP_DATA) {
        world_check(&tw->w, tftp_is_sender(tw, e) || tw->tainted, "DATA is the sender's");
        sent_data(tw, e, p, n);
    } else if (opcode == NETP_TFTP_ACK) {
        sent_ack(tw, e, netp_rd16be(p + 2));
    }
}

void tftp_wire_arrives(struct tftp_world *tw, struct tftp_end *e, const uint8_t *p, size_t n)
{
    unsigned opcode = n < 4 ? 0 : netp_rd16be(p);
    int64_t k;

    if (opcode == NETP_TFTP_OP_DATA && ahead(&tw->plan, netp_rd16be(p + 2), e->answered) <= 0) {
        e->causes++;
    }
    if (opcode == NETP_TFTP_OACK) {
        e->causes++;
    }
    if (opcode != NETP_TFTP_ACK) {
        return;
    }
    k = ahead(&tw->plan, netp_rd16be(p + 2), e->acked);
    if (k > 0 && e->acked + (uint64_t)k <= e->highest) {
        e->acked += (uint64_t)k;
        e->may_repeat = true;
        e->silent = 0;
    }
}

/* UDP's checksum lets little through, and TFTP has none of its own: a byte of the file that changes
 * unseen would be delivered so, rightly. What is bent here is therefore what a machine can see:
 * opcodes, lengths, numbers by half of their range, and any byte of requests, OACK and ERROR. Where
 * the two may then have understood different things, the world is `tainted`, and a file may end
 * early: TFTP can't tell. */
size_t tftp_wire_bend(struct tftp_world *tw, uint8_t *p, size_t n)
{
    static const uint16_t opcodes[] = {
        0, NETP_TFTP_RRQ, NETP_TFTP_WRQ, NETP_TFTP_ERROR, NETP_TFTP_OACK, 7, 0x0300};
    struct decision *d = tw->w.d;
    bool numbered = p[1] == NETP_TFTP_OP_DATA || p[1] == NETP_TFTP_ACK;

    tw->tainted |= !numbered;
    switch (decide(d, 4)) {
    case 0:
        netp_wr16be(p, opcodes[decide(d, 7)]);
        tw->tainted |= p[1] != 0;
        break;
    case 1:
        p[2] ^= 0x80;
        break;
    case 2:
        n = decide(d, 4);
        break;
    default:
        if (numbered) {
            memset(p + n, 0, DGRAM_MAX - n);
            n = DGRAM_MAX;
        } else {
            p[2 + decide(d, (uint32_t)n - 2)] ^= (uint8_t)(1 + decide(d, 255));
        }
        break;
    }
    return n;
}

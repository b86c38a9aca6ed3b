/* proofs/tftp_header.c - what scripts/prove.sh proves: the integers of the wire touch their bytes
 * alone, the writer of packets never leaves its buffer, and a numbered packet (DATA, ACK, ERROR) is
 * read within its bounds and judged by its length.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/tftp.h>
#include <string.h>

/*@ requires \valid_read(p + (0 .. 1));
    assigns \nothing;
    ensures \result == (uint16_t)(p[0] << 8 | p[1]); */
static inline uint16_t netp_rd16be(const uint8_t *p);

/*@ requires \valid(p + (0 .. 1));
    assigns p[0 .. 1];
    ensures p[0] == (uint8_t)(v >> 8) && p[1] == (uint8_t)v; */
static inline void netp_wr16be(uint8_t *p, uint16_t v);

/*@ requires \valid_read(p + (0 .. 3));
    assigns \nothing;
    ensures \result == (p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]); */
static inline uint32_t netp_rd32be(const uint8_t *p);

/*@ requires \valid(p + (0 .. 3));
    assigns p[0 .. 3];
    ensures p[0] == (uint8_t)(v >> 24) && p[1] == (uint8_t)(v >> 16);
    ensures p[2] == (uint8_t)(v >> 8) && p[3] == (uint8_t)v; */
static inline void netp_wr32be(uint8_t *p, uint32_t v);

/*@ requires \valid(w) && \valid(w->p + (0 .. w->cap - 1));
    requires \valid_read((const uint8_t *)p + (0 .. n - 1));
    requires \separated(w, w->p + (0 .. w->cap - 1), (const uint8_t *)p + (0 .. n - 1));
    requires w->n + n <= SIZE_MAX;
    assigns w->n, w->p[0 .. w->cap - 1];
    ensures w->n == \old(w->n) + n; */
static void put(struct netp_tftp_writer *w, const void *p, size_t n);

/*@ requires \valid(w) && \valid(w->p + (0 .. w->cap - 1));
    requires \separated(w, w->p + (0 .. w->cap - 1));
    requires w->n + 2 <= SIZE_MAX;
    assigns w->n, w->p[0 .. w->cap - 1];
    ensures w->n == \old(w->n) + 2; */
void netp_tftp_put16(struct netp_tftp_writer *w, unsigned v);

/*@ requires \valid(s) && \valid(text) && \separated(s, text);
    requires \valid_read(s->p + (0 .. s->n - 1));
    assigns s->p, s->n, text->p, text->n \from *s; */
static bool take_text(struct netp_str *s, struct netp_str *text);

/*@ requires \valid(packet) && \valid_read(s.p + (0 .. s.n - 1));
    requires \separated(packet, s.p + (0 .. s.n - 1));
    requires NETP_TFTP_OP_DATA <= packet->opcode <= NETP_TFTP_ERROR;
    ensures s.n < 2 ==> \result == NETP_E_TRUNCATED;
    ensures s.n == 2 || (s.n > 2 && packet->opcode != NETP_TFTP_ACK) ==> \result == NETP_OK;
    ensures s.n > 2 && packet->opcode == NETP_TFTP_ACK ==> \result == NETP_E_TRAILING;
    ensures s.n >= 2 && packet->opcode == NETP_TFTP_OP_DATA ==> packet->datalen == s.n - 2; */
static int parse_numbered(struct netp_str s, struct netp_tftp_packet *packet);

/*@ requires \valid((uint8_t *)to + (0 .. n - 1));
    requires \valid_read((const uint8_t *)from + (0 .. n - 1));
    requires \separated((uint8_t *)to + (0 .. n - 1), (const uint8_t *)from + (0 .. n - 1));
    assigns ((uint8_t *)to)[0 .. n - 1] \from ((const uint8_t *)from)[0 .. n - 1];
    assigns \result \from to;
    ensures \result == to; */
static void *copy(void *to, const void *from, size_t n);
#define memcpy copy /* the contract of Frama-C's own asks what z3 cannot answer */

#include "../protocols/tftp/src/tftp_packet.c"

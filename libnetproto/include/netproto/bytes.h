/* netproto/bytes.h - integers of the wire, read and written a byte at a time.
 *
 * SPDX-License-Identifier: MIT
 *
 * netp_rdNNbe(p) and netp_rdNNle(p) return the unsigned integer of NN bits at p, big or little
 * endian; netp_wrNNbe(p, v) and netp_wrNNle(p, v) write one. p needs no alignment; NN/8 bytes are
 * touched. Compilers make single loads and stores of them where the machine has such. */
#ifndef NETPROTO_BYTES_H
#define NETPROTO_BYTES_H

#include <stdint.h>

static inline uint16_t netp_rd16be(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint16_t netp_rd16le(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t netp_rd24be(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t netp_rd24le(const uint8_t *p)
{
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t netp_rd32be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t netp_rd32le(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t netp_rd64be(const uint8_t *p)
{
    return (uint64_t)netp_rd32be(p) << 32 | netp_rd32be(p + 4);
}

static inline uint64_t netp_rd64le(const uint8_t *p)
{
    return (uint64_t)netp_rd32le(p + 4) << 32 | netp_rd32le(p);
}

static inline void netp_wr16be(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void netp_wr16le(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

/* The low 24 bits of v. */
static inline void netp_wr24be(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 16);
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)v;
}

static inline void netp_wr24le(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
}

static inline void netp_wr32be(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void netp_wr32le(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static inline void netp_wr64be(uint8_t *p, uint64_t v)
{
    netp_wr32be(p, (uint32_t)(v >> 32));
    netp_wr32be(p + 4, (uint32_t)v);
}

static inline void netp_wr64le(uint8_t *p, uint64_t v)
{
    netp_wr32le(p, (uint32_t)v);
    netp_wr32le(p + 4, (uint32_t)(v >> 32));
}

#endif

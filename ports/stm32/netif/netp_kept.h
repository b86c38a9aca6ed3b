/* netp_kept.h - for a driver, with an operating system: who gets the last buffers.
 *
 * SPDX-License-Identifier: MIT
 *
 * Netconns and sockets keep what nobody has read yet, without a limit but each connection's window.
 * When all buffers are kept by connections that wait to be accepted, or by threads that wait until
 * they can send, neither data nor acknowledgements get in, and nothing moves again. So a driver
 * marks what it hands up from its last buffers, NETP_SCARCE of them, with NETP_LWIP_SCARCE (see
 * netp_lwip_on_segment()), and the very last is for what lwIP is through with at once: ARP, and TCP
 * without data. */
#ifndef NETP_KEPT_H
#define NETP_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETP_SCARCE 2 /* buffers */
#ifndef NETP_LWIP_SCARCE
#define NETP_LWIP_SCARCE 0 /* a lwipopts.h without it */
#endif

/* Whether lwIP may keep this frame. frame: n bytes from the Ethernet header on, without FCS. */
static inline bool netp_is_kept(const uint8_t *frame, size_t n)
{
    enum { TYPE = 12, IP = 14, ARP = 0x0806, IPV4 = 0x0800, TCP = 6 };
    unsigned type = n > IP ? (unsigned)frame[TYPE] << 8 | frame[TYPE + 1] : 0;
    const uint8_t *ip = frame + IP;
    size_t head = n > IP ? (ip[0] & 15u) * 4u : 0;

    if (type != IPV4 || n < IP + head + 20 || ip[9] != TCP) {
        return type != ARP;
    }
    return ((unsigned)ip[2] << 8 | ip[3]) != head + (ip[head + 12] >> 4) * 4u;
}

#endif

/* lwipopts.h - lwIP for the machines, on a part with 128 KB of RAM. SPDX-License-Identifier: MIT
 *
 * Copy it and change what you need; each line says what it costs. What is not here is lwIP's
 * default (lwip/opt.h). Sizes: a TCP connection of the highest throughput holds TCP_WND unread and
 * TCP_SND_BUF unacknowledged. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#ifndef NETP_LWIP_OS
#define NETP_LWIP_OS 0 /* 1: with CMSIS-RTOS2, netconns and sockets; 0: one main loop */
#endif
#ifndef NETP_LWIP_STATS
#define NETP_LWIP_STATS 0 /* 1: count what is in use and what was refused; 500 B of RAM */
#endif

/* --- the system ------------------------------------------------------------------------------ */

#define NO_SYS               (!NETP_LWIP_OS)
#define SYS_LIGHTWEIGHT_PROT NETP_LWIP_OS /* threads free and allocate */
#define LWIP_NETCONN         NETP_LWIP_OS /* 6 KB of flash */
#define LWIP_SOCKET          NETP_LWIP_OS /* 5 KB of flash */
#define LWIP_STATS           NETP_LWIP_STATS
#ifndef LWIP_RAW
#define LWIP_RAW 0 /* 1: raw IP, to ping others; to answer pings takes none. 600 B of flash */
#endif

/* --- memory ---------------------------------------------------------------------------------- */

#define MEM_ALIGNMENT 4           /* bytes; what a word load needs */
#define MEM_SIZE      (16 * 1024) /* bytes of heap, for what is copied to be sent */
#define MEMP_NUM_PBUF 24          /* 16 B each: what is lent to be sent, two for a segment */
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE                                                                             \
    16 /* frames received and not read yet. With the driver of ../../netif, 2                      \
        */
#endif
#define PBUF_POOL_BUFSIZE 1536 /* bytes; a frame in one piece */
#ifndef NETP_LWIP_HELD_MAX
#define NETP_LWIP_HELD_MAX                                                                         \
    8 /* pbufs that machines may leave unread: half of what can be received */
#endif

/* --- TCP ------------------------------------------------------------------------------------- */

#define MEMP_NUM_TCP_PCB        16 /* 156 B each: connections, and those that are being made or ending */
#define MEMP_NUM_TCP_PCB_LISTEN 6 /* 28 B each: ports that take connections */
#define MEMP_NUM_TCP_SEG        40 /* 16 B each: segments under way; TCP_SND_QUEUELEN for a fast one */
#define TCP_MSS                 1460 /* bytes; what fits an Ethernet frame */
#define TCP_WND                 ((NETP_LWIP_OS ? 2 : 4) * TCP_MSS) /* bytes a peer may send unread */
#define TCP_SND_BUF             (4 * TCP_MSS) /* bytes that may be unacknowledged */
#define TCP_SND_QUEUELEN        16            /* pbufs of them; a lent piece takes two a segment */
#define TCP_OVERSIZE            TCP_MSS       /* small writes share a segment */
#define TCP_QUEUE_OOSEQ         1 /* what came too early is kept: loss costs one segment, not all */
#define TCP_OOSEQ_MAX_PBUFS     4 /* of one connection */
#define TCP_MAXRTX              8 /* resends before a peer that is gone is given up: 2 minutes */
#define TCP_SYNMAXRTX           4 /* of a connection that is being made: 20 s */
#define LWIP_TCP_KEEPALIVE      0 /* the machines have deadlines */

/* When pcbs run out the oldest half-open one makes room, and when buffers do, connections that have
 * left much unread get no more: see netproto/lwip/tcp.h. */
struct tcp_pcb;
struct tcp_hdr;
struct pbuf;
signed char netp_lwip_on_segment(struct tcp_pcb *pcb, const struct tcp_hdr *hdr,
                                 const struct pbuf *p);
#define NETP_LWIP_SCARCE 0x80 /* of a pbuf's flags: few buffers like this one are left */
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p)                             \
    ((void)(opt1len), (void)(opt2), netp_lwip_on_segment(pcb, hdr, p))

/* --- UDP and IP ------------------------------------------------------------------------------ */

#define MEMP_NUM_UDP_PCB           10 /* 40 B each: DHCP 1, DNS 1, the ports of servers, transfers */
#define IP_REASSEMBLY              1  /* 1 KB of flash: large pings and datagrams */
#define IP_REASS_MAX_PBUFS         6  /* fragments that may wait, of all peers */
#define MEMP_NUM_REASSDATA         2  /* datagrams that may wait */
#define IP_FRAG                    1  /* answers to large pings */
#define LWIP_CHKSUM_ALGORITHM      3  /* checksums by words: 50 B of flash, a fifth less to do */
#define LWIP_ICMP                  1  /* ping is answered */
#define LWIP_BROADCAST_PING        0  /* but not to everybody: that is how floods are made */
#define LWIP_MULTICAST_PING        0
#define LWIP_IGMP                  1 /* groups can be joined (mDNS): 1.5 KB of flash */
#define LWIP_DHCP                  1 /* 3.7 KB of flash */
#define DHCP_DOES_ARP_CHECK        0 /* lwIP 2.1: no seconds of waiting whether the address is in use */
#define LWIP_DHCP_DOES_ACD_CHECK   0 /* lwIP 2.2: the same */
#define LWIP_DNS                   1 /* 2.1 KB of flash */
#define LWIP_NETIF_HOSTNAME        1 /* a name for DHCP */
#define LWIP_NETIF_STATUS_CALLBACK 1 /* told when the address changes */
#define LWIP_NETIF_LINK_CALLBACK   1 /* told when the cable is pulled */

/* --- timers ---------------------------------------------------------------------------------- */

#define MEMP_NUM_SYS_TIMEOUT                                                                       \
    (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 4) /* one for all machines, and yours */

#if NETP_LWIP_OS
#include "lwipopts_os.h"
#endif

#endif

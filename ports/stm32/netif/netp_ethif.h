/* netp_ethif.h - lwIP's netif on the Ethernet of STM32 (../eth), for lwIP 2.1 and 2.2.
 *
 * SPDX-License-Identifier: MIT
 *
 *     static struct netp_ethif_mem memory __attribute__((section(".eth_dma")));
 *     static struct netp_ethif ethernet = {
 *         .cfg = {.base = NETP_ETH_BASE, .mac = {2, 0, 0, 0, 0, 1}, .phy =
 * -1}, .mem = &memory}; static struct netif netif;
 *
 *     netif_add(&netif, NULL, NULL, NULL, &ethernet, netp_ethif_init, ethernet_input);
 *
 * Frames reach lwIP where the DMA put them; lwIP's frames are copied to be sent. ETH_PAD_SIZE has
 * to be 0. PBUF_POOL is not used: 2 of it do, with LWIP_DISABLE_TCP_SANITY_CHECKS 1, for lwIP
 * compares its windows with that pool. With NETP_ETH_CHECKSUMS lwIP needs
 * LWIP_CHECKSUM_CTRL_PER_NETIF 1.
 *
 * NO_SYS: the main loop calls netp_ethif_poll(). With an operating system that is done by itself,
 * in the tcpip thread, where netif_add() has to be called, too. */
#ifndef NETP_ETHIF_H
#define NETP_ETHIF_H

#include "../eth/netp_eth.h"

#include <lwip/netif.h>
#include <lwip/pbuf.h>
#if !NO_SYS
#include <lwip/tcpip.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Buffers to receive into: those of the descriptors, and those whose frames lwIP and the
 * applications hold. When all are held, what comes is dropped. */
#ifndef NETP_ETHIF_BUFS
#define NETP_ETHIF_BUFS (NETP_ETH_RX_DESCS + 8)
#endif

struct netp_ethif;

/* A buffer, and the pbuf that it is handed up with. */
struct netp_ethif_buf {
    struct pbuf_custom pbuf; /* of a free one, pbuf.pbuf.next is the next free one */
    struct netp_ethif *owner;
    NETP_ETH_ALIGNED uint8_t bytes[NETP_ETH_BUF];
};

/* What the DMA works on: docs/stm32-eth.md says where it has to lie. */
struct netp_ethif_mem {
    struct netp_eth_dma dma;
    struct netp_ethif_buf buf[NETP_ETHIF_BUFS];
};

struct netp_ethif {
    struct netp_eth_cfg cfg; /* yours, but for dma and rx_buf */
    struct netp_ethif_mem *mem;
    struct pbuf *free_;
    struct netp_eth eth; /* to read: eth.state and eth.stats */
#if !NO_SYS
    struct tcpip_callback_msg *wake_;
    volatile bool woken_; /* it is in the mailbox */
#endif
};

/* For netif_add(); state is a struct netp_ethif that stays for ever. ERR_ARG: memory that the DMA
 * cannot reach or that is not aligned, or checksums without LWIP_CHECKSUM_CTRL_PER_NETIF; ERR_MEM.
 * The link comes up later: see netif_set_link_callback(). */
err_t netp_ethif_init(struct netif *netif);

/* Gives lwIP what has come, and looks at the link. Afterwards it may sleep unless eth.pending:
 *     __disable_irq(); if (!ethernet.eth.pending) __WFI(); __enable_irq();
 * Without interrupts, call netp_eth_irq(&ethernet.eth) before. */
void netp_ethif_poll(struct netif *netif);

/* For ETH_IRQHandler. With an operating system its priority must let it post to a mailbox. */
void netp_ethif_irq(struct netif *netif);

#ifdef __cplusplus
}
#endif

#endif

/* lan9118.c - the Ethernet controller of the mps2 boards, SMSC LAN9118, as QEMU has it.
 *
 * SPDX-License-Identifier: MIT
 *
 * All data goes through its FIFOs by the processor. Register names are those of the data sheet. */
#include "../../netif/netp_kept.h"
#include "mps2.h"
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <lwip/timeouts.h>
#include <string.h>

#define REG(offset) (*(volatile uint32_t *)(MPS2_ETH + (offset)))

enum {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    TX_STATUS = 0x48,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5c,
    BYTE_TEST = 0x64,
    FIFO_INT = 0x68,
    RX_CFG = 0x6c,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_FIFO_INF = 0x7c,
    TX_FIFO_INF = 0x80,
    MAC_CSR_CMD = 0xa4,
    MAC_CSR_DATA = 0xa8
};
enum { MAC_CR = 1, ADDRH = 2, ADDRL = 3, MII_ACC = 6, MII_DATA = 7 };

#define BUSY     0x80000000u
#define INT_RSFL 0x8u /* a frame has come */
#define FCS      4u
#define BUDGET   16  /* frames a turn */
#define LINK_MS  250 /* how often the link is looked at */

static volatile bool arrived;
static uint32_t looked;

static uint32_t mac_read(uint32_t reg)
{
    REG(MAC_CSR_CMD) = BUSY | 0x40000000u | reg;
    while (REG(MAC_CSR_CMD) & BUSY) {
    }
    return REG(MAC_CSR_DATA);
}

static void mac_write(uint32_t reg, uint32_t v)
{
    REG(MAC_CSR_DATA) = v;
    REG(MAC_CSR_CMD) = BUSY | reg;
    while (REG(MAC_CSR_CMD) & BUSY) {
    }
}

/* The link bit of the PHY's status stays down until it has been read. */
static bool link_is_up(void)
{
    uint32_t status = 0;

    for (int i = 0; i < 2; i++) {
        mac_write(MII_ACC, 1u << 11 | 1u << 6 | 1u);
        status = mac_read(MII_DATA);
    }
    return status & 4u;
}

/* One buffer of the FIFO a pbuf: each begins at any byte of its first word. */
static err_t output(struct netif *netif, struct pbuf *p)
{
    uint32_t total = p->tot_len, first = 0x2000u;

    (void)netif;
    for (struct pbuf *q = p; q; q = q->next) {
        uint32_t n = q->len, offset = (uint32_t)q->payload & 3;
        const uint32_t *word = (const uint32_t *)((uint32_t)q->payload - offset);
        if (n == 0) {
            continue;
        }
        REG(TX_DATA) = offset << 16 | first | (q->tot_len == q->len ? 0x1000u : 0) | n;
        REG(TX_DATA) = total << 16 | total;
        for (uint32_t words = (offset + n + 3) / 4; words > 0; words--) {
            REG(TX_DATA) = *word++;
        }
        first = 0;
    }
    while (REG(TX_FIFO_INF) & 0xff0000u) {
        (void)REG(TX_STATUS);
    }
    return ERR_OK;
}

static bool are_left(unsigned n)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)(n * PBUF_POOL_BUFSIZE), PBUF_POOL);

    if (p) {
        pbuf_free(p);
    }
    return p != NULL;
}

/* p, or NULL: none of the last buffers is for it. */
static struct pbuf *handed_up(struct pbuf *p)
{
    if (NO_SYS || are_left(NETP_SCARCE)) {
        return p;
    }
    if (!are_left(1) && netp_is_kept(p->payload, p->len)) {
        pbuf_free(p);
        return NULL;
    }
    p->flags |= NETP_LWIP_SCARCE;
    return p;
}

/* QEMU's fast-forward does not lower the fill level: every word is popped. */
static struct pbuf *receive(void)
{
    uint32_t status = REG(RX_STATUS), n = status >> 16 & 0x3fff;
    uint32_t words = (n + 3) / 4;
    struct pbuf *p = NULL;

    if (!(status & 0x8000u) && n > FCS + SIZEOF_ETH_HDR) {
        p = pbuf_alloc(PBUF_RAW, (u16_t)(n - FCS), PBUF_POOL);
    }
    if (p && p->next) { /* buffers of the pool hold a frame; this is none */
        pbuf_free(p);
        p = NULL;
    }
    if (p) {
        uint32_t *word = p->payload;
        for (uint32_t i = 0; i < (p->len + 3u) / 4; i++, words--) {
            *word++ = REG(RX_DATA);
        }
    }
    while (words-- > 0) {
        (void)REG(RX_DATA);
    }
    return p ? handed_up(p) : NULL;
}

static void look_at_link(struct netif *netif)
{
    if (netp_board_ms() - looked < LINK_MS) {
        return;
    }
    looked = netp_board_ms();
    if (link_is_up() && !netif_is_link_up(netif)) {
        netif_set_link_up(netif);
    } else if (!link_is_up() && netif_is_link_up(netif)) {
        netif_set_link_down(netif);
    }
}

bool netp_board_netif_poll(struct netif *netif)
{
    unsigned n = 0;

    arrived = false;
    look_at_link(netif);
    while (n < BUDGET && (REG(RX_FIFO_INF) & 0xff0000u)) {
        struct pbuf *p = receive();
        n++;
        if (p && netif->input(p, netif) != ERR_OK) {
            pbuf_free(p);
        }
    }
    return n > 0;
}

/* --- with an operating system ---------------------------------------------------------------- */

/* A message wakes the tcpip thread, which does the rest. */
#if NO_SYS
static err_t start(struct netif *netif)
{
    (void)netif;
    return ERR_OK;
}

static void wake(void)
{
}
#else
static struct tcpip_callback_msg *message;
static volatile bool sent; /* the message */

static void wake(void)
{
    if (!sent) {
        sent = tcpip_callbackmsg_trycallback_fromisr(message) == ERR_OK;
    }
}

static void woken(void *arg)
{
    sent = false;
    if (netp_board_netif_poll(arg)) { /* the others' turn, then again */
        sent = tcpip_callbackmsg_trycallback(message) == ERR_OK;
    }
}

/* For the link, and for what came when the mailbox was full. */
static void ticked(void *arg)
{
    woken(arg);
    sys_timeout(LINK_MS, ticked, arg);
}

static err_t start(struct netif *netif)
{
    *(volatile uint8_t *)(0xe000e400u + MPS2_ETH_IRQ) = 0x80; /* one that may call a kernel */
    message = tcpip_callbackmsg_new(woken, netif);
    sys_timeout(LINK_MS, ticked, netif);
    return message ? ERR_OK : ERR_MEM;
}
#endif

void mps2_eth_irq(void)
{
    REG(INT_STS) = UINT32_MAX;
    arrived = true;
    wake();
}

void netp_board_sleep(void)
{
    __asm volatile("cpsid i" : : : "memory"); /* an interrupt still ends the sleep */
    if (!arrived) {
        __asm volatile("dsb\n wfi" : : : "memory");
    }
    __asm volatile("cpsie i" : : : "memory");
}

int8_t netp_board_netif_init(struct netif *netif)
{
    uint32_t low, high;
    err_t err = start(netif);

    if (err != ERR_OK) {
        return err;
    }
    if (REG(BYTE_TEST) != 0x87654321u) {
        return ERR_IF;
    }
    REG(HW_CFG) = 1; /* reset */
    while (REG(HW_CFG) & 1) {
    }
    REG(HW_CFG) = 0x00050000u; /* 5 KiB of the FIFO to send */
    low = mac_read(ADDRL);
    high = mac_read(ADDRH);
    memcpy(netif->hwaddr, &low, 4);
    memcpy(netif->hwaddr + 4, &high, 2);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->mtu = 1500;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP;
    netif->output = etharp_output;
    netif->linkoutput = output;
    REG(FIFO_INT) = 0;
    REG(TX_CFG) = 2;
    REG(RX_CFG) = 0;
    REG(INT_STS) = UINT32_MAX;
    REG(INT_EN) = INT_RSFL;
    REG(IRQ_CFG) = 1u << 8 | 1u << 4 | 1u;            /* on, active high, push-pull */
    mac_write(MAC_CR, 1u << 20 | 1u << 19 | 8u | 4u); /* full duplex, all groups, both ways on */
    mps2_irq_enable(MPS2_ETH_IRQ);
    looked = netp_board_ms() - LINK_MS;
    return ERR_OK;
}

/* netp_ethif.c - see netp_ethif.h.
 *
 * SPDX-License-Identifier: MIT */
#include "netp_ethif.h"
#include "netp_kept.h"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/igmp.h>
#include <lwip/mld6.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <string.h>

#if ETH_PAD_SIZE
#error "netp_ethif: the DMA writes frames to the start of a buffer, so ETH_PAD_SIZE has to be 0"
#endif

#define ROUND (2 * NETP_ETH_RX_DESCS) /* frames between two turns of the rest of lwIP */

/* --- buffers --------------------------------------------------------------------------------- */

static uint8_t *take(struct netp_ethif *i)
{
    struct pbuf *p;
    SYS_ARCH_DECL_PROTECT(level);

    SYS_ARCH_PROTECT(level);
    p = i->free_;
    if (p) {
        i->free_ = p->next;
    }
    SYS_ARCH_UNPROTECT(level);
    return p ? ((struct netp_ethif_buf *)(void *)p)->bytes : NULL;
}

static struct netp_ethif_buf *around(uint8_t *bytes)
{
    return (struct netp_ethif_buf *)(void *)(bytes - offsetof(struct netp_ethif_buf, bytes));
}

/* Called by pbuf_free(), too, in any thread. */
static void give(struct pbuf *p)
{
    struct netp_ethif *i = ((struct netp_ethif_buf *)(void *)p)->owner;
    SYS_ARCH_DECL_PROTECT(level);

    SYS_ARCH_PROTECT(level);
    p->next = i->free_;
    i->free_ = p;
    SYS_ARCH_UNPROTECT(level);
}

/* --- frames ---------------------------------------------------------------------------------- */

static err_t output(struct netif *netif, struct pbuf *p)
{
    struct netp_ethif *i = netif->state;
    uint8_t *buf;

    if (p->tot_len > NETP_ETH_FRAME) {
        return ERR_VAL;
    }
    buf = netp_eth_send_begin(&i->eth);
    if (!buf) {
        return ERR_MEM;
    }
    netp_eth_send(&i->eth, pbuf_copy_partial(p, buf, p->tot_len, 0));
    return ERR_OK;
}

/* How many are free, as far as that matters. */
static unsigned left(const struct netp_ethif *i)
{
    unsigned n = 0;
    SYS_ARCH_DECL_PROTECT(level);

    SYS_ARCH_PROTECT(level);
    for (const struct pbuf *p = i->free_; p && n < NETP_SCARCE; p = p->next) {
        n++;
    }
    SYS_ARCH_UNPROTECT(level);
    return n;
}

/* A frame as a pbuf; NULL: none of the last buffers is for it. The machines leave enough of them
 * alone by themselves: see NETP_LWIP_HELD_MAX. */
static struct pbuf *handed_up(struct netp_ethif *i, struct netp_ethif_buf *buf, size_t n)
{
    unsigned others = NO_SYS ? NETP_SCARCE : left(i);
    struct pbuf *p;

    if (others == 0 && netp_is_kept(buf->bytes, n)) {
        i->eth.stats.rx_no_buffer++;
        give(&buf->pbuf.pbuf);
        return NULL;
    }
    p = pbuf_alloced_custom(PBUF_RAW, (u16_t)n, PBUF_REF, &buf->pbuf, buf->bytes, NETP_ETH_BUF);
    if (others < NETP_SCARCE) {
        p->flags |= NETP_LWIP_SCARCE;
    }
    return p;
}

/* The next frame as a pbuf, or NULL if it was dropped. False: there is none. */
static bool receive(struct netp_ethif *i, struct pbuf **p)
{
    uint8_t *bytes = take(i);
    size_t n = netp_eth_receive(&i->eth, &bytes);

    *p = NULL;
    if (n > 0) {
        *p = handed_up(i, around(bytes), n);
    } else if (bytes) {
        give(&around(bytes)->pbuf.pbuf);
    }
    return n > 0;
}

#if LWIP_TCP && TCP_QUEUE_OOSEQ
/* What TCP keeps for later is the first to go when there is no buffer for what it waits for. */
static void drop_early_segments(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        tcp_free_ooseq(pcb);
    }
}
#else
static void drop_early_segments(void)
{
}
#endif

void netp_ethif_poll(struct netif *netif)
{
    struct netp_ethif *i = netif->state;
    uint32_t dropped = i->eth.stats.rx_no_buffer;
    struct pbuf *p;

    if (netp_eth_poll(&i->eth, sys_now())) {
        if (i->eth.state == NETP_ETH_LINK) {
            netif_set_link_up(netif);
        } else {
            netif_set_link_down(netif);
        }
    }
    i->eth.pending = false;
    for (unsigned n = 0; receive(i, &p);) {
        if (p && netif->input(p, netif) != ERR_OK) {
            pbuf_free(p);
        }
        if (++n == ROUND) {
            i->eth.pending = true;
            break;
        }
    }
    if (i->eth.stats.rx_no_buffer != dropped) {
        drop_early_segments();
    }
}

/* --- groups ---------------------------------------------------------------------------------- */

#if LWIP_IGMP || LWIP_IPV6_MLD
static err_t filter(struct netif *netif, const uint8_t group[6],
                    enum netif_mac_filter_action action)
{
    struct netp_ethif *i = netif->state;

    netp_eth_group(&i->eth, group, action == NETIF_ADD_MAC_FILTER);
    return ERR_OK;
}
#endif

#if LWIP_IGMP
/* RFC 1112 section 6.4 */
static err_t igmp_filter(struct netif *netif, const ip4_addr_t *ip,
                         enum netif_mac_filter_action action)
{
    uint8_t group[6] = {0x01, 0x00};

    memcpy(group + 2, &ip->addr, 4);
    group[2] = 0x5e;
    group[3] &= 0x7f;
    return filter(netif, group, action);
}
#endif

#if LWIP_IPV6_MLD
/* RFC 2464 section 7 */
static err_t mld_filter(struct netif *netif, const ip6_addr_t *ip,
                        enum netif_mac_filter_action action)
{
    uint8_t group[6] = {0x33, 0x33};

    memcpy(group + 2, &ip->addr[3], 4);
    return filter(netif, group, action);
}
#endif

static void set_filters(struct netif *netif)
{
#if LWIP_IGMP
    netif->flags |= NETIF_FLAG_IGMP;
    netif_set_igmp_mac_filter(netif, igmp_filter);
#endif
#if LWIP_IPV6_MLD
    netif->flags |= NETIF_FLAG_MLD6;
    netif_set_mld_mac_filter(netif, mld_filter);
#endif
    (void)netif;
}

/* Which lwIP does not do. */
static void join_all_nodes(struct netif *netif)
{
#if LWIP_IPV6_MLD
    static const uint8_t all_nodes[6] = {0x33, 0x33, 0, 0, 0, 1};

    (void)filter(netif, all_nodes, NETIF_ADD_MAC_FILTER);
#endif
    (void)netif;
}

/* --- with an operating system ---------------------------------------------------------------- */

#if NO_SYS
static err_t start(struct netif *netif)
{
    (void)netif;
    return ERR_OK;
}

void netp_ethif_irq(struct netif *netif)
{
    struct netp_ethif *i = netif->state;

    netp_eth_irq(&i->eth);
}
#else
static void woken(void *arg)
{
    struct netif *netif = arg;
    struct netp_ethif *i = netif->state;

    i->woken_ = false;
    netp_ethif_poll(netif);
    if (i->eth.pending) { /* more than a round's: the others' turn, then again */
        i->woken_ = tcpip_callbackmsg_trycallback(i->wake_) == ERR_OK;
    }
}

/* Follows the link, and finds what came when the mailbox was full. */
static void ticked(void *arg)
{
    woken(arg);
    sys_timeout(NETP_ETH_TICK, ticked, arg);
}

static err_t start(struct netif *netif)
{
    struct netp_ethif *i = netif->state;

    i->wake_ = tcpip_callbackmsg_new(woken, netif);
    if (!i->wake_) {
        return ERR_MEM;
    }
    sys_timeout(NETP_ETH_TICK, ticked, netif);
    return ERR_OK;
}

void netp_ethif_irq(struct netif *netif)
{
    struct netp_ethif *i = netif->state;

    netp_eth_irq(&i->eth);
    if (!i->woken_) { /* one message does, however many frames come before it is read */
        i->woken_ = tcpip_callbackmsg_trycallback_fromisr(i->wake_) == ERR_OK;
    }
}
#endif

static err_t set_checksums(struct netif *netif)
{
#if NETP_ETH_CHECKSUMS && LWIP_CHECKSUM_CTRL_PER_NETIF
    /* The MAC leaves alone what is or was in fragments, and ICMP. */
    NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_GEN_ICMP | NETIF_CHECKSUM_GEN_ICMP6 |
                                       NETIF_CHECKSUM_CHECK_UDP | NETIF_CHECKSUM_CHECK_ICMP |
                                       NETIF_CHECKSUM_CHECK_ICMP6);
#endif
    (void)netif;
    return NETP_ETH_CHECKSUMS && !LWIP_CHECKSUM_CTRL_PER_NETIF ? ERR_ARG : ERR_OK;
}

err_t netp_ethif_init(struct netif *netif)
{
    struct netp_ethif *i = netif->state;

    netif->name[0] = 's';
    netif->name[1] = 't';
    netif->mtu = 1500;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->hwaddr, i->cfg.mac, ETH_HWADDR_LEN);
    netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
#if LWIP_IPV4
    netif->output = etharp_output;
#endif
#if LWIP_IPV6
    netif->output_ip6 = ethip6_output;
#endif
    netif->linkoutput = output;
    set_filters(netif);
    i->cfg.dma = &i->mem->dma;
    i->free_ = NULL;
    for (unsigned n = 0; n < NETP_ETHIF_BUFS; n++) {
        struct netp_ethif_buf *buf = &i->mem->buf[n];

        buf->owner = i;
        buf->pbuf.custom_free_function = give;
        if (n < NETP_ETH_RX_DESCS) {
            i->cfg.rx_buf[n] = buf->bytes;
        } else {
            give(&buf->pbuf.pbuf);
        }
    }
    if (netp_eth_init(&i->eth, &i->cfg) != 0 || set_checksums(netif) != ERR_OK) {
        return ERR_ARG;
    }
    join_all_nodes(netif);
    return start(netif);
}

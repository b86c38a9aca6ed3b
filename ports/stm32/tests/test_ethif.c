/* test_ethif.c - lwIP on the driver, on the model. SPDX-License-Identifier: MIT */
#include "../netif/netp_ethif.h"
#include "model.h"
#include <lwip/igmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <netif/ethernet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ETHERNET = 14, ARP = 42, UDP = 42, HELD = NETP_ETHIF_BUFS };

struct model model;

static struct netp_ethif_mem memory;
static struct netp_ethif ethernet;
static struct netif netif;
static uint32_t now_ms;
static uint8_t wire[4][NETP_ETH_BUF];
static size_t wire_n[4];
static unsigned frames;
static struct pbuf *held[HELD];
static unsigned n_held, links;

static const uint8_t peer_mac[6] = {0x02, 0, 0, 0, 0, 0x99};

/* --- what lwIP and the port want ------------------------------------------------------------- */

u32_t sys_now(void)
{
    return now_ms;
}

uint32_t netp_board_random(void)
{
    return model_random(&model);
}

void netp_board_fatal(const char *what)
{
    fail_msg("%s", what);
    abort();
}

err_t netp_lwip_on_segment(struct tcp_pcb *pcb, const struct tcp_hdr *hdr, const struct pbuf *p)
{
    (void)hdr;
    (void)pcb;
    (void)p;
    return ERR_OK;
}

/* --- the board ------------------------------------------------------------------------------- */

static void on_sent(void *arg, const uint8_t *frame, size_t n)
{
    (void)arg;
    memcpy(wire[frames % 4], frame, n);
    wire_n[frames % 4] = n;
    frames++;
}

static void on_interrupt(void *arg)
{
    (void)arg;
    netp_ethif_irq(&netif);
}

static void on_link(struct netif *n)
{
    (void)n;
    links++;
}

static void run(unsigned ms)
{
    while (ms-- > 0) {
        now_ms++;
        model_step(&model);
        netp_ethif_poll(&netif);
        sys_check_timeouts();
        if (model.violation) {
            fail_msg("%s", model.violation);
        }
    }
}

static unsigned spare(void)
{
    unsigned n = 0;

    for (struct pbuf *p = ethernet.free_; p; p = p->next) {
        n++;
    }
    return n;
}

static int up(void **state)
{
    static const uint8_t own[6] = {0x02, 0x80, 0xe1, 0, 0, 1};
    ip4_addr_t address, netmask, router;

    (void)state;
    memset(&ethernet, 0, sizeof ethernet);
    frames = n_held = links = 0;
    model_init(&model, NETP_ETH_BASE, 1);
    model.jitter = true;
    model.sent = on_sent;
    model.interrupt = on_interrupt;
    model_reach(&model, &memory, sizeof memory);
    ethernet.cfg.base = NETP_ETH_BASE;
    ethernet.cfg.phy = -1;
    memcpy(ethernet.cfg.mac, own, 6);
    ethernet.mem = &memory;
    IP4_ADDR(&address, 10, 0, 0, 1);
    IP4_ADDR(&netmask, 255, 0, 0, 0);
    IP4_ADDR(&router, 0, 0, 0, 0);
    assert_non_null(
        netif_add(&netif, &address, &netmask, &router, &ethernet, netp_ethif_init, ethernet_input));
    netif_set_default(&netif);
    netif_set_link_callback(&netif, on_link);
    netif_set_up(&netif);
    for (unsigned ms = 0; ms < 6000 && !netif_is_link_up(&netif); ms++) {
        run(1);
    }
    assert_true(netif_is_link_up(&netif));
    assert_int_equal(links, 1);
    run(50);
    frames = 0;
    return 0;
}

static int down(void **state)
{
    (void)state;
    netif_remove(&netif);
    assert_int_equal(spare(), NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS);
    assert_int_equal(model.bus_errors, 0);
    return 0;
}

/* --- frames ---------------------------------------------------------------------------------- */

/* The peer, 10.0.0.2, asks who we are; then lwIP knows it, too. */
static void arp(void)
{
    static const uint8_t request[ARP] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0,
                                         0x99, 0x08, 0x06, 0,    1,    8,    0,    6, 4, 0, 1,
                                         0x02, 0,    0,    0,    0,    0x99, 10,   0, 0, 2, 0,
                                         0,    0,    0,    0,    0,    10,   0,    0, 1};

    frames = 0;
    assert_true(model_wire(&model, request, sizeof request, MODEL_GOOD));
    run(10);
    assert_int_equal(frames, 1);
    assert_memory_equal(wire[0], peer_mac, 6);
    assert_memory_equal(wire[0] + 28, "\x0a\x00\x00\x01", 4); /* RFC 826: the sender is us */
    assert_int_equal(wire[0][21], 2);
    frames = 0;
}

static void answers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        arp();
    }
}

/* From flash, in pieces, out of memory that the DMA can't reach. */
static void sends_from_anywhere(void **state)
{
    static const char text[] = "in flash, as far as the DMA is concerned";
    struct udp_pcb *pcb = udp_new();
    struct pbuf *a = pbuf_alloc(PBUF_TRANSPORT, 3, PBUF_RAM);
    struct pbuf *b = pbuf_alloc(PBUF_RAW, sizeof text, PBUF_ROM);
    ip_addr_t to = IPADDR4_INIT_BYTES(10, 0, 0, 2);

    (void)state;
    arp();
    memcpy(a->payload, "abc", 3);
    b->payload = (void *)(uintptr_t)text;
    pbuf_cat(a, b);
    assert_int_equal(udp_sendto(pcb, a, &to, 4000), ERR_OK);
    pbuf_free(a); /* it is not held */
    run(10);
    assert_int_equal(frames, 1);
    assert_int_equal(wire_n[0], UDP + 3 + sizeof text);
    assert_memory_equal(wire[0] + UDP, "abc", 3);
    assert_memory_equal(wire[0] + UDP + 3, text, sizeof text);
    udp_remove(pcb);
}

static void what_cannot_be_sent(void **state)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, NETP_ETH_FRAME + 1, PBUF_RAM);

    (void)state;
    memset(p->payload, 0xff, p->len);
    assert_int_equal(netif.linkoutput(&netif, p), ERR_VAL);
    p->len = p->tot_len = NETP_ETH_FRAME;
    model.tx_stuck = true;
    for (unsigned i = 0; i < NETP_ETH_TX_DESCS; i++) {
        assert_int_equal(netif.linkoutput(&netif, p), ERR_OK);
    }
    assert_int_equal(netif.linkoutput(&netif, p), ERR_MEM);
    model.tx_stuck = false;
    run(20);
    assert_int_equal(frames, NETP_ETH_TX_DESCS);
    assert_int_equal(netif.linkoutput(&netif, p), ERR_OK);
    pbuf_free(p);
    run(20);
}

/* --- who holds buffers ------------------------------------------------------------------------ */

static err_t hold(struct pbuf *p, struct netif *n)
{
    (void)n;
    if (n_held == HELD) {
        return ERR_MEM;
    }
    held[n_held++] = p;
    return ERR_OK;
}

static void arrives(void)
{
    static const uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
                                      0,    0,    0,    0,    1,    0x88, 0xb5};

    (void)model_wire(&model, frame, sizeof frame, MODEL_GOOD);
    run(5);
}

/* The descriptors keep theirs; when others are free again, all goes on. */
static void all_are_held(void **state)
{
    (void)state;
    netif.input = hold;
    for (unsigned turn = 0; turn < 10; turn++) {
        uint32_t dropped = ethernet.eth.stats.rx_no_buffer;

        for (unsigned i = 0; i < NETP_ETHIF_BUFS + 5; i++) {
            arrives();
        }
        assert_int_equal(n_held, NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS);
        assert_int_equal(spare(), 0);
        assert_int_equal(ethernet.eth.stats.rx_no_buffer - dropped, NETP_ETH_RX_DESCS + 5);
        while (n_held > 0) { /* in another order */
            unsigned i = model_random(&model) % n_held;

            assert_int_equal(held[i]->tot_len, 60);
            pbuf_free(held[i]);
            held[i] = held[--n_held];
        }
    }
    netif.input = ethernet_input;
    arp();
}

/* What lwIP refuses goes back. */
static err_t refuse(struct pbuf *p, struct netif *n)
{
    (void)p;
    (void)n;
    n_held++;
    return ERR_MEM;
}

static void refused(void **state)
{
    (void)state;
    netif.input = refuse;
    for (unsigned i = 0; i < 50; i++) {
        arrives();
    }
    assert_int_equal(n_held, 50);
    netif.input = ethernet_input;
    arp();
}

/* A flood leaves time for the rest of lwIP, and what is left is not forgotten. */
static void a_round(void **state)
{
    static const uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    (void)state;
    netif.input = refuse;
    for (unsigned i = 0; i < 100; i++) {
        while (model_wire(&model, frame, sizeof frame, MODEL_GOOD)) {
        }
        model_step(&model);
        n_held = 0;
        netp_ethif_poll(&netif);
        assert_in_range(n_held, 0, 2 * NETP_ETH_RX_DESCS);
        assert_true(n_held < 2 * NETP_ETH_RX_DESCS || ethernet.eth.pending);
    }
    netif.input = ethernet_input;
}

/* A gap in a TCP stream must not hold what would close it. */
static void early_segments_make_room(void **state)
{
    struct tcp_pcb *pcb = tcp_new();
    struct tcp_seg *seg;

    (void)state;
    pcb->state = ESTABLISHED;
    tcp_active_pcbs = pcb;
    netif.input = hold;
    for (unsigned i = 0; i < NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS; i++) {
        arrives();
        seg = memp_malloc(MEMP_TCP_SEG);
        assert_non_null(seg);
        seg->p = held[--n_held];
        seg->next = pcb->ooseq;
        pcb->ooseq = seg;
    }
    assert_int_equal(spare(), 0);
    arrives();
    assert_null(pcb->ooseq);
    assert_int_equal(spare(), NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS);
    tcp_active_pcbs = NULL;
    memp_free(MEMP_TCP_PCB, pcb);
    netif.input = ethernet_input;
}

/* Frames with a few bytes changed, and of wrong lengths: what lwIP takes apart, it gives back. */
static void mutated_frames(void **state)
{
    static const uint8_t templates[][60] = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,  0x99, 0x08, 0x06,
         0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,  0,    0,    0x99,
         10,   0,    0,    2,    0,    0,    0, 0, 0, 0, 10, 0,    0,    1},
        {0x02, 0x80, 0xe1, 0, 0, 1, 2,  0, 0, 0, 0,  0x99, 0x08, 0x00, 0x45, 0, 0, 40, 0, 1,
         0,    0,    64,   1, 0, 0, 10, 0, 0, 2, 10, 0,    0,    1,    8,    0, 0, 0}, /* ICMP echo
                                                                                        */
        {0x02, 0x80, 0xe1, 0,  0, 1, 2,    0, 0,    0,  0, 0x99, 0x08, 0x00,
         0x45, 0,    0,    40, 0, 1, 0x20, 0, 64,   17, 0, 0,    10,   0,
         0,    2,    10,   0,  0, 1, 0x10, 0, 0x10, 0,  0, 20}, /* a fragment of UDP */
        {0x02, 0x80, 0xe1, 0, 0, 1,  2,  0, 0, 0, 0,  0x99, 0x08, 0x00, 0x45, 0,
         0,    44,   0,    1, 0, 0,  64, 6, 0, 0, 10, 0,    0,    2,    10,   0,
         0,    1,    0x10, 0, 0, 80, 0,  0, 0, 1, 0,  0,    0,    0,    0x60, 2}, /* TCP SYN */
        {0x01, 0x00, 0x5e, 0,  0, 1, 2,    0, 0, 0, 0,    0x99, 0x08, 0x00,
         0x46, 0,    0,    32, 0, 1, 0,    0, 1, 2, 0,    0,    10,   0,
         0,    2,    224,  0,  0, 1, 0x94, 4, 0, 0, 0x11, 100,  0xee, 0x9b}, /* IGMP query */
    };

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t frame[NETP_ETH_FRAME];
        uint32_t r = model_random(&model);
        size_t n = r % 4 ? 60 : 14 + r / 4 % (NETP_ETH_FRAME - 14);

        memset(frame, (int)(r >> 8), sizeof frame);
        memcpy(frame, templates[i % 5], 60);
        for (unsigned k = r >> 16 & 3; k > 0; k--) {
            frame[12 + model_random(&model) % 48] = (uint8_t)model_random(&model);
        }
        if (frame[12] == 0x08 && frame[13] == 0 && r >> 20 & 1) { /* the header is right again */
            u16_t header = (u16_t)((frame[14] & 15) * 4);

            frame[24] = frame[25] = 0;
            header = inet_chksum(frame + 14, header <= 46 ? header : 46);
            memcpy(frame + 24, &header, 2);
        }
        (void)model_wire(&model, frame, n, MODEL_GOOD);
        run(1);
    }
    run(20000); /* fragments that wait are given up after 15 s */
    assert_int_equal(spare(), NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS);
    arp();
}

/* --- link and groups -------------------------------------------------------------------------- */

static void cable_pulled(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        model.phy.cable = false;
        run(300);
        assert_false(netif_is_link_up(&netif));
        model.phy.cable = true;
        run(2000);
        assert_true(netif_is_link_up(&netif));
        arp();
    }
    assert_int_equal(links, 7);
}

static bool heard(const uint8_t last[3])
{
    uint8_t frame[60] = {0x01, 0x00, 0x5e};
    uint32_t before = ethernet.eth.stats.rx;

    memcpy(frame + 3, last, 3);
    (void)model_wire(&model, frame, sizeof frame, MODEL_GOOD);
    run(5);
    return ethernet.eth.stats.rx != before;
}

/* RFC 1112 section 6.4: the last 23 bits of the group's address. */
static void groups(void **state)
{
    ip4_addr_t group;

    (void)state;
    IP4_ADDR(&group, 239, 200, 2, 3);
    assert_true(heard((const uint8_t *)"\x00\x00\x01")); /* all systems */
    assert_false(heard((const uint8_t *)"\x48\x02\x03"));
    assert_int_equal(igmp_joingroup_netif(&netif, &group), ERR_OK);
    assert_true(heard((const uint8_t *)"\x48\x02\x03"));
    assert_int_equal(igmp_leavegroup_netif(&netif, &group), ERR_OK);
    assert_false(heard((const uint8_t *)"\x48\x02\x03"));
}

int main(void)
{
#define ON_THE_BOARD(test) cmocka_unit_test_setup_teardown(test, up, down)
    const struct CMUnitTest tests[] = {
        ON_THE_BOARD(answers),
        ON_THE_BOARD(sends_from_anywhere),
        ON_THE_BOARD(what_cannot_be_sent),
        ON_THE_BOARD(all_are_held),
        ON_THE_BOARD(refused),
        ON_THE_BOARD(a_round),
        ON_THE_BOARD(early_segments_make_room),
        ON_THE_BOARD(mutated_frames),
        ON_THE_BOARD(cable_pulled),
        ON_THE_BOARD(groups),
    };

    lwip_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

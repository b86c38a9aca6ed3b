/* See ethernet.h. SPDX-License-Identifier: MIT */
#include "ethernet.h"

#include "../ports/stm32/apps/app.h"
#include "../ports/stm32/netif/netp_ethif.h"
#include "state.h"

#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

#include <string.h>

enum {
    SPARE = NETP_ETHIF_BUFS - NETP_ETH_RX_DESCS,
    PHY = 3,
    PATIENCE = 8000, /* ms, for a link: PHY, clock, negotiation, a transmitter that is stuck */
    DARK_TICKS = 2,  /* without a clock each of them takes 100,000 reads */
    RUN_MS = 20000,  /* what a program may take */
    HOP = NETP_ETH_TICK / 4,
    EPOCH_MS = 100000 /* each run begins at a multiple, so that lwIP's timers are where they were */
};

enum mode { TO_LWIP, KEEP, REFUSE, FREE };

struct model model;
struct netp_lwip_loop app_loop;
const uint8_t wire_our_mac[6] = {0x02, 0x80, 0xe1, 0, 0, 1};

static struct netp_ethif_mem memory, behind_cache, synced;
static struct netp_ethif ethernet;
static struct netif netif;
static uint32_t now_ms;

static struct {
    struct decision *d;
    enum mode mode;
    struct pbuf *held[SPARE];
    unsigned n_held, links, dark, selftests;
    uint32_t no_room, left_ms, number;
    size_t arena_n;
    bool losses;  /* something has happened that loses frames */
    bool testing; /* the driver itself */
} now;

/* --- what lwIP and the driver want ----------------------------------------------------------- */

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
    FUZZ_CHECK(false, "%s", what);
    abort();
}

static void on_sent(void *arg, const uint8_t *frame, size_t n)
{
    (void)arg;
    if (!now.testing) { /* a PHY that is not there does not loop */
        wire_sent(frame, n);
    }
}

static void on_interrupt(void *arg)
{
    (void)arg;
    if (!model.gated) { /* without a clock there is no line */
        netp_ethif_irq(&netif);
    }
}

static void on_link(struct netif *n)
{
    now.links++;
    if (!netif_is_link_up(n)) {
        wire_forget();
    }
}

/* Who holds a frame may write to it. */
static void let_go(struct pbuf *p)
{
    memset(p->payload, 0xdd, p->len);
    pbuf_free(p);
}

static err_t input(struct pbuf *p, struct netif *n)
{
    FUZZ_CHECK(p->next == NULL && p->tot_len == p->len, "%u bytes", (unsigned)p->tot_len);
    wire_delivered(p->payload, p->len);
    switch (now.mode) {
    case TO_LWIP:
        return ethernet_input(p, n);
    case KEEP:
        if (now.n_held < SPARE) {
            now.held[now.n_held++] = p;
            return ERR_OK;
        }
        return ERR_MEM;
    case REFUSE:
        return ERR_MEM;
    default:
        let_go(p);
        return ERR_OK;
    }
}

static netif_linkoutput_fn driver_output;

static err_t output(struct netif *n, struct pbuf *p)
{
    uint8_t frame[NETP_ETH_BUF];
    err_t err;

    wire_sending(frame, pbuf_copy_partial(p, frame, sizeof frame, 0));
    err = driver_output(n, p);
    if (err != ERR_OK) {
        wire_refused();
        now.no_room++;
    }
    return err;
}

/* --- what must hold -------------------------------------------------------------------------- */

static unsigned index_of(const uint8_t *bytes)
{
    size_t i = (size_t)(bytes - memory.buf[0].bytes) / sizeof memory.buf[0];

    FUZZ_CHECK(i < NETP_ETHIF_BUFS && bytes == memory.buf[i].bytes, "no buffer of ours");
    return (unsigned)i;
}

/* Each buffer is a descriptor's, free, or held, and never two of them. Returns how many are free.
 */
static unsigned check_buffers(void)
{
    uint32_t seen = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < NETP_ETH_RX_DESCS; i++) {
        uint32_t bit = 1u << index_of(ethernet.eth.cfg_.rx_buf[i]);

        FUZZ_CHECK((seen & bit) == 0, "a buffer in two descriptors");
        seen |= bit;
    }
    for (struct pbuf *p = ethernet.free_; p != NULL; p = p->next) {
        uint32_t bit = 1u << index_of(((struct netp_ethif_buf *)(void *)p)->bytes);

        FUZZ_CHECK((seen & bit) == 0, "a free buffer in use, or free twice");
        seen |= bit;
        n++;
    }
    for (unsigned i = 0; i < now.n_held; i++) {
        uint32_t bit = 1u << index_of(((struct netp_ethif_buf *)(void *)now.held[i])->bytes);

        FUZZ_CHECK((seen & bit) == 0, "a buffer that is held and not");
        seen |= bit;
    }
    return n;
}

static void check_counters(void)
{
    const struct netp_eth_stats *s = &ethernet.eth.stats;
    uint32_t seen = s->rx + s->rx_no_buffer + s->rx_errors + model.lost;

    FUZZ_CHECK(model.violation == NULL, "%s", model.violation);
    FUZZ_CHECK(s->rx == wire.delivered, "%u, not %u", s->rx, wire.delivered);
    FUZZ_CHECK(s->tx_busy == now.no_room, "%u, not %u", s->tx_busy, now.no_room);
    FUZZ_CHECK(s->links == now.links, "%u, not %u", s->links, now.links);
    FUZZ_CHECK(seen <= wire.taken + wire.pieces, "%u of %u", seen, wire.taken);
    FUZZ_CHECK(s->bus_errors <= model.bus_errors, "%u of %u", s->bus_errors, model.bus_errors);
    FUZZ_CHECK(s->tx + s->tx_errors <= model.sent_frames, "%u of %u", s->tx, model.sent_frames);
    FUZZ_CHECK(s->rx_missed <= model.lost + model.overflows, "%u", s->rx_missed);
    FUZZ_CHECK(netif_is_link_up(&netif) == ethernet.eth.told_, "state %d", ethernet.eth.state);
}

/* While nothing was lost, all is accounted for. */
static void check_sums(void)
{
    const struct netp_eth_stats *s = &ethernet.eth.stats;
    uint32_t seen = s->rx + s->rx_no_buffer + s->rx_errors + model.lost;

    FUZZ_CHECK(seen >= wire.taken, "%u of %u", seen, wire.taken);
    FUZZ_CHECK(s->rx_missed == model.lost + model.overflows, "%u missed of %u and %u", s->rx_missed,
               model.lost, model.overflows);
    FUZZ_CHECK(wire.sent - s->tx <= ethernet.eth.tx_used_ && s->tx_errors == 0, "%u sent of %u",
               wire.sent, s->tx);
    FUZZ_CHECK(s->restarts == 0 && s->links == 1 && s->bus_errors == 0, "%u", s->restarts);
}

/* --- time ------------------------------------------------------------------------------------ */

static void poll(void)
{
    if (model.interrupt == NULL && !model.gated) {
        netp_ethif_irq(&netif);
    }
    netp_ethif_poll(&netif);
    check_counters();
    check_buffers();
}

static void pass(uint32_t ms)
{
    now_ms += ms;
    model_step(&model);
    poll();
    sys_check_timeouts();
    if (model.no_clock && now_ms % NETP_ETH_TICK == 0 && ++now.dark > DARK_TICKS) {
        model.no_clock = false;
    }
}

static void run(uint32_t ms)
{
    for (; ms >= HOP; ms -= HOP) { /* nothing but a tick of the driver happens so slowly */
        pass(HOP);
    }
    while (ms-- > 0) {
        pass(1);
    }
}

/* --- what happens ---------------------------------------------------------------------------- */

static void time_goes_by(void)
{
    uint32_t ms = decide(now.d, 256);

    ms = ms < 200 ? ms % 8 + 1 : (ms - 199) * 10;
    if (ms <= now.left_ms) {
        now.left_ms -= ms;
        run(ms);
    }
}

static void frame_comes(void)
{
    wire_any(now.d);
}

static void frames_come(void)
{
    for (uint32_t i = decide(now.d, 32); i > 0; i--) {
        (void)wire_arrives(60, MODEL_GOOD);
        if (decide(now.d, 2)) {
            model_step(&model);
        }
    }
}

static void dma_moves(void)
{
    for (uint32_t i = decide(now.d, 8) + 1; i > 0; i--) {
        model_step(&model);
    }
}

static err_t send(size_t n)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM);
    err_t err = ERR_OK;

    if (p != NULL) {
        memset(p->payload, (int)++now.number, n);
        memset(p->payload, 0xff, 6);
        memcpy((uint8_t *)p->payload + 6, wire_our_mac, 6);
        memcpy((uint8_t *)p->payload + 8, &now.number, 4);
        memcpy((uint8_t *)p->payload + 12, "\x88\xb5", 2);
        err = netif.linkoutput(&netif, p);
        pbuf_free(p);
    }
    return err;
}

static void we_send(void)
{
    uint32_t n = decide(now.d, 256);

    (void)send(n < 250 ? 14 + n : NETP_ETH_FRAME + 250 - n);
}

static void application_changes(void)
{
    now.mode = (enum mode)decide(now.d, 4);
}

static void application_lets_go(void)
{
    if (now.n_held > 0) {
        unsigned i = decide(now.d, now.n_held);
        struct pbuf *p = now.held[i];

        now.held[i] = now.held[--now.n_held];
        let_go(p);
    }
}

static void lose(void)
{
    now.losses = true;
    wire_losses(true);
}

static void cable(void)
{
    static const uint16_t partners[] = {0x01e1, 0x0081, 0x0061, 0x0021};
    uint32_t how = decide(now.d, 6);

    lose();
    model.phy.cable = how != 0;
    model.phy.partner_is_mute = how == 5;
    if (how > 0 && how < 5) {
        model.phy.partner = partners[how - 1];
    }
}

static void hardware(void)
{
    switch (decide(now.d, 6)) {
    case 0:
        model.deaf = !model.deaf;
        return;
    case 1:
        model.tx_stuck = !model.tx_stuck;
        break;
    case 2:
        model.tx_errors = !model.tx_errors;
        break;
    case 3:
        model.arena[0].n = model.arena[0].n > 0 ? 0 : now.arena_n;
        break;
    case 4:
        model.no_clock = now.dark < DARK_TICKS && !model.no_clock;
        break;
    default:
        model.phy.address = model.phy.address == PHY ? 32 : PHY;
        break;
    }
    lose();
}

static void power(void)
{
    lose();
    if (ethernet.eth.state == NETP_ETH_OFF) {
        model.gated = false;
        netp_eth_on(&ethernet.eth);
    } else {
        netp_eth_off(&ethernet.eth);
        poll();
        model.gated = decide(now.d, 2) != 0;
    }
}

static void group(void)
{
    netp_eth_group(&ethernet.eth, wire_groups[0], decide(now.d, 2) == 0);
}

static void selftest(void)
{
    bool able =
        ethernet.eth.state >= NETP_ETH_NO_LINK && !model.no_clock && model.phy.address == PHY;
    enum netp_eth_verdict verdict;

    if (model.tx_stuck || model.arena[0].n == 0 || now.selftests++ >= 2) {
        return; /* each takes its time, above all when it fails */
    }
    lose();
    now.testing = true;
    verdict = netp_eth_selftest(&ethernet.eth, decide(now.d, 2) != 0);
    now.testing = false;
    FUZZ_CHECK(verdict == NETP_ETH_PASSED || !able, "%d", (int)verdict);
}

static void step(void)
{
    static void (*const steps[])(void) = {
        time_goes_by,
        frame_comes,
        frame_comes,
        frame_comes,
        frames_come,
        dma_moves,
        poll,
        application_changes,
        application_lets_go,
        we_send,
        we_send,
        group,
        cable,
        hardware,
        power,
        selftest,
    };

    steps[decide(now.d, sizeof steps / sizeof steps[0])]();
    check_counters();
    check_buffers();
    fuzz_state((uint32_t)ethernet.eth.state + 6u * ethernet.eth.tx_used_ + 32u * now.n_held +
               4u * model.rx_asleep);
}

/* --- the end --------------------------------------------------------------------------------- */

static void all_is_well(void)
{
    model.deaf = model.tx_errors = model.no_clock = model.gated = false;
    model.phy.cable = true; /* to whatever partner it was */
    model.phy.partner_is_mute = false;
    model.phy.address = PHY;
    model.arena[0].n = now.arena_n;
    netp_eth_on(&ethernet.eth);
    now.mode = FREE;
    while (now.n_held > 0) {
        let_go(now.held[--now.n_held]);
    }
}

static void await_link(void)
{
    uint32_t ms = 0;

    for (; ethernet.eth.state != NETP_ETH_LINK && ms < PATIENCE; ms += HOP) {
        pass(HOP);
    }
    FUZZ_CHECK(ms < PATIENCE, "the state stays %d", ethernet.eth.state);
}

static void all_leave(void)
{
    for (unsigned i = 0; i <= NETP_ETH_TX_DESCS; i++) {
        model_step(&model);
    }
}

/* It takes 2 s. */
static void a_stuck_transmitter_restarts(void)
{
    uint32_t before = ethernet.eth.stats.restarts;

    if (model.tx_stuck) {
        (void)send(60);
        run(2500);
        FUZZ_CHECK(ethernet.eth.stats.restarts > before, "%u restarts", before);
        model.tx_stuck = false;
        await_link();
    }
}

/* At once, without a tick of the driver that would mend what it forgot. */
static void all_pass(void)
{
    for (unsigned i = 0; i < 3 * NETP_ETH_RX_DESCS; i++) {
        uint32_t before = wire.delivered;

        FUZZ_CHECK(wire_arrives(60 + i * 80, MODEL_GOOD), "frame %u is not taken", i);
        for (unsigned k = 0; k < 8; k++) {
            model_step(&model);
            poll();
        }
        FUZZ_CHECK(wire.delivered == before + 1, "frame %u does not come through", i);
    }
    for (unsigned i = 0; i < 3 * NETP_ETH_TX_DESCS; i++) {
        FUZZ_CHECK(send(14 + i * 125) == ERR_OK, "frame %u is not taken", i);
        all_leave();
        FUZZ_CHECK(wire_is_idle(), "frame %u does not leave", i);
    }
}

static void groups_pass(void)
{
    FUZZ_CHECK(wire_to_group(1), "joined in the beginning");
    FUZZ_CHECK(!wire_to_group(2), "never joined");
}

/* A datagram there and back, through the binding. */
static void the_application_answers(void)
{
    uint32_t before;

    now.mode = TO_LWIP;
    wire_ask();
    run(10); /* what has waited for the peer's address leaves, too */
    before = wire.answered;
    wire_datagram(1000);
    run(10);
    FUZZ_CHECK(wire.answered == before + 1, "no echo");
}

static void recover(void)
{
    bool losses = now.losses;

    run(3 * NETP_ETH_TICK); /* what is under way, and the counters */
    if (losses) {
        model.jitter = false; /* quicker */
        run(2500);            /* what was lost without a notice */
        await_link();
        a_stuck_transmitter_restarts();
        model.jitter = true;
    } else {
        check_sums();
    }
    all_leave();
    wire_losses(false);
    all_pass();
    groups_pass();
    the_application_answers();
}

/* --- a run ----------------------------------------------------------------------------------- */

static void begin(struct decision *d)
{
    ip4_addr_t address, netmask, router;
    bool cached;

    memset(&now, 0, sizeof now);
    memset(&ethernet, 0, sizeof ethernet);
    memset(&memory, 0, sizeof memory);
    now.d = d;
    now.left_ms = RUN_MS;
    now_ms = (now_ms / EPOCH_MS + 1) * EPOCH_MS;
    wire_reset();
    tcp_ticks = 0;
    while (tcp_ticks == 0) { /* it counts every other of them */
        tcp_tmr();
    }
    cached = decide(d, 2) != 0;
    model_init(&model, NETP_ETH_BASE, decide(d, 65536));
    sys_check_timeouts();
    model.phy.address = PHY;
    model.sent = on_sent;
    model.interrupt = decide(d, 2) ? NULL : on_interrupt;
    model_reach(&model, &memory, sizeof memory);
    now.arena_n = sizeof memory;
    ethernet.cfg.base = NETP_ETH_BASE;
    ethernet.cfg.phy = -1;
    memcpy(ethernet.cfg.mac, wire_our_mac, 6);
    ethernet.mem = &memory;
    IP4_ADDR(&address, 10, 0, 0, WIRE_OUR_IP);
    IP4_ADDR(&netmask, 255, 0, 0, 0);
    IP4_ADDR(&router, 0, 0, 0, 0);
    FUZZ_CHECK(netif_add(&netif, &address, &netmask, &router, &ethernet, netp_ethif_init, input) !=
                   NULL,
               "is it linked with -no-pie?");
    driver_output = netif.linkoutput;
    netif.linkoutput = output;
    if (cached) {
        model_cache(&model, &memory, sizeof memory, &behind_cache, &synced);
    }
    netif_set_link_callback(&netif, on_link);
    netif_set_up(&netif);
    netp_eth_group(&ethernet.eth, wire_groups[1], true);
    await_link();
    model.jitter = true;
    run(10);
}

/* lwIP as it was: what it holds is given up, or in time forgotten. */
static void end(void)
{
    while (tcp_active_pcbs != NULL) {
        tcp_abort(tcp_active_pcbs);
    }
    while (tcp_tw_pcbs != NULL) {
        tcp_abort(tcp_tw_pcbs);
    }
    run(300);
    netif_remove(&netif);
    for (unsigned s = 0; s < 20; s++) {
        now_ms += 1000;
        sys_check_timeouts();
    }
    FUZZ_CHECK(check_buffers() == SPARE, "buffers are held");
    FUZZ_CHECK(lwip_stats.mem.used == 0, "%u bytes of heap", (unsigned)lwip_stats.mem.used);
    FUZZ_CHECK(lwip_stats.memp[MEMP_PBUF]->used == 0, "pbufs");
    FUZZ_CHECK(lwip_stats.memp[MEMP_TCP_SEG]->used == 0, "segments");
}

void fuzz_ethernet(const uint8_t *data, size_t n)
{
    static bool begun;
    struct decision d;

    if (!begun) {
        begun = true;
        model_init(&model, 0, 1);
        lwip_init();
        netp_lwip_loop_init(&app_loop);
        app_echo_init();
    }
    decision_bytes(&d, data, n);
    begin(&d);
    while (decision_left(&d)) {
        step();
    }
    all_is_well();
    recover();
    FUZZ_OUTCOME("%u in, %u up, %u without a buffer, %u wrong, %u missed; %u out, %u wrong",
                 wire.taken, ethernet.eth.stats.rx, ethernet.eth.stats.rx_no_buffer,
                 ethernet.eth.stats.rx_errors, ethernet.eth.stats.rx_missed, wire.sent,
                 ethernet.eth.stats.tx_errors);
    FUZZ_OUTCOME("%u links, %u restarts, %u bus errors; %u datagrams and %u bytes echoed",
                 ethernet.eth.stats.links, ethernet.eth.stats.restarts,
                 ethernet.eth.stats.bus_errors, wire.answered, wire.echoed);
    end();
}

/* lab.c - see lab.h. SPDX-License-Identifier: MIT */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model model;
struct netp_eth eth;
struct lab lab;

const uint8_t lab_mac[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

static struct memory {
    struct netp_eth_dma dma;
    NETP_ETH_ALIGNED uint8_t buf[LAB_BUFS][NETP_ETH_BUF];
} memory, behind_cache, synced;

static uint8_t *spare[LAB_BUFS], *held[LAB_BUFS];
static unsigned n_spare, n_held;
static uint32_t last_received, last_sent;

/* --- frames ---------------------------------------------------------------------------------- */

static size_t any_length(void)
{
    uint32_t r = model_random(&model);

    return r & 1 ? 60 + r / 2 % 60 : 60 + r / 2 % 1455;
}

static void fill(uint8_t *frame, const uint8_t to[6], size_t n)
{
    uint32_t number = ++lab.number, length = (uint32_t)n;

    memcpy(frame, to, 6);
    memcpy(frame + 6, "\x02\x00\x00\x00\x00\x99\x88\xb5", 8);
    memcpy(frame + 14, &number, 4);
    memcpy(frame + 18, &length, 4);
    for (size_t i = 22; i < n; i++) {
        frame[i] = (uint8_t)(number * 7 + i);
    }
}

/* Its number, or 0 if it is damaged. */
static uint32_t check(const uint8_t *frame, size_t n)
{
    uint32_t number, length;

    memcpy(&number, frame + 14, 4);
    memcpy(&length, frame + 18, 4);
    if (length != n) {
        return 0;
    }
    for (size_t i = 22; i < n; i++) {
        if (frame[i] != (uint8_t)(number * 7 + i)) {
            return 0;
        }
    }
    return number;
}

static void on_sent(void *arg, const uint8_t *frame, size_t n)
{
    uint32_t number = check(frame, n);

    (void)arg;
    if (number == 0 || number <= last_sent) {
        fail_msg("a frame on the wire is %s", number ? "repeated or out of order" : "damaged");
    }
    last_sent = number;
    lab.sent++;
}

static void on_interrupt(void *arg)
{
    (void)arg;
    netp_eth_irq(&eth);
}

/* --- the board ------------------------------------------------------------------------------- */

struct netp_eth_cfg lab_board(bool cached, uint32_t seed)
{
    struct netp_eth_cfg cfg = {.base = NETP_ETH_BASE,
                               .mac = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55},
                               .phy = -1,
                               .dma = &memory.dma};

    if ((uintptr_t)(&memory + 1) > UINT32_MAX) {
        fail_msg("link with -no-pie");
    }
    memset(&memory, 0xa5, sizeof memory);
    memset(&lab, 0, sizeof lab);
    n_spare = n_held = 0;
    last_received = last_sent = 0;
    for (unsigned i = 0; i < LAB_BUFS; i++) {
        if (i < NETP_ETH_RX_DESCS) {
            cfg.rx_buf[i] = memory.buf[i];
        } else {
            spare[n_spare++] = memory.buf[i];
        }
    }
    model_init(&model, NETP_ETH_BASE, seed);
    model.jitter = true;
    model.phy.address = 3;
    model.sent = on_sent;
    model.interrupt = on_interrupt;
    model_reach(&model, &memory, sizeof memory);
    if (cached) {
        model_cache(&model, &memory, sizeof memory, &behind_cache, &synced);
    }
    return cfg;
}

void lab_power(bool cached, uint32_t seed)
{
    struct netp_eth_cfg cfg = lab_board(cached, seed);

    assert_int_equal(netp_eth_init(&eth, &cfg), 0);
}

bool lab_tick(void)
{
    lab.now_ms++;
    if (model.violation) {
        fail_msg("%s", model.violation);
    }
    return netp_eth_poll(&eth, lab.now_ms);
}

void lab_until(enum netp_eth_state state)
{
    for (unsigned ms = 0; eth.state != state; ms++) {
        if (ms == 6000) {
            fail_msg("the state stays %d, not %d", (int)eth.state, (int)state);
        }
        lab_tick();
    }
}

void lab_up(bool cached, uint32_t seed)
{
    lab_power(cached, seed);
    lab_until(NETP_ETH_LINK);
}

/* --- the application ------------------------------------------------------------------------- */

static void release(uint8_t *buf)
{
    memset(buf, 0xdd, 64); /* who holds a frame may write to it */
    spare[n_spare++] = buf;
}

/* Keeps a frame for a while, or not, and lets go of others out of order. */
static void use(uint8_t *buf)
{
    if (model_random(&model) % 4 == 0 && n_held < 4) {
        held[n_held++] = buf;
    } else {
        release(buf);
    }
    while (n_held > 0 && model_random(&model) % 2) {
        unsigned i = model_random(&model) % n_held;

        release(held[i]);
        held[i] = held[--n_held];
    }
}

void lab_receive(void)
{
    for (;;) {
        uint8_t *given = !lab.starving && n_spare > 0 ? spare[n_spare - 1] : NULL, *buf = given;
        size_t n = netp_eth_receive(&eth, &buf);
        uint32_t number;

        if (n == 0) {
            assert_ptr_equal(buf, given);
            return;
        }
        n_spare--;
        number = check(buf, n);
        if (number == 0 || number <= last_received) {
            fail_msg("a frame of %zu bytes came %s", n,
                     number ? "twice or out of order" : "damaged");
        }
        last_received = number;
        lab.received++;
        use(buf);
    }
}

void lab_settle(void)
{
    for (unsigned i = 0; i < 300; i++) {
        model_step(&model);
        lab_receive();
    }
}

bool lab_arrives_for(const uint8_t to[6], size_t n, int error)
{
    static uint8_t frame[MODEL_LONGEST];

    fill(frame, to, n);
    if (error != MODEL_GOOD) {
        frame[n - 1] ^= 1;
    }
    return model_wire(&model, frame, n, error);
}

bool lab_arrives(size_t n)
{
    return lab_arrives_for(lab_mac, n > 0 ? n : any_length(), MODEL_GOOD);
}

bool lab_send(size_t n)
{
    uint8_t *buf = netp_eth_send_begin(&eth);

    if (buf) {
        n = n > 0 ? n : any_length();
        fill(buf, (const uint8_t *)"\xff\xff\xff\xff\xff\xff", n);
        netp_eth_send(&eth, n);
    }
    return buf != NULL;
}

void lab_bus_error(void)
{
    size_t n = model.arena[0].n;
    uint32_t before = model.bus_errors;

    model.arena[0].n = 0;
    (void)lab_arrives(60);
    for (unsigned i = 0; i < 100 && model.bus_errors == before; i++) {
        model_step(&model);
    }
    assert_int_equal(model.bus_errors, before + 1);
    model.arena[0].n = n;
}

void lab_alive(const char *when)
{
    uint32_t received, sent;

    lab_settle();
    received = lab.received;
    sent = lab.sent;
    for (unsigned i = 0; i < 40; i++) {
        (void)lab_arrives(0);
        for (unsigned k = 0; k < 8; k++) {
            model_step(&model);
            lab_receive();
        }
    }
    if (lab.received - received < 40) {
        fail_msg("%s: %u of 40 frames received", when, (unsigned)(lab.received - received));
    }
    for (unsigned i = 0; i < 40; i++) {
        for (unsigned k = 0; k < 50 && !lab_send(0); k++) {
            model_step(&model);
        }
        model_step(&model);
    }
    for (unsigned i = 0; i < 250; i++) {
        model_step(&model);
        lab_tick();
    }
    if (lab.sent - sent < 40) {
        fail_msg("%s: %u of 40 frames sent", when, (unsigned)(lab.sent - sent));
    }
    assert_int_equal(eth.tx_used_, 0);
    while (n_held > 0) {
        release(held[--n_held]);
    }
    assert_int_equal(n_spare, LAB_BUFS - NETP_ETH_RX_DESCS);
    if (model.violation) {
        fail_msg("%s: %s", when, model.violation);
    }
}

/* test_eth_frames.c - frames through the rings, in all weather. SPDX-License-Identifier: MIT */
#include "lab.h"

#include <string.h>

/* --- load ------------------------------------------------------------------------------------ */

/* One of the things that happen, n bytes long (0: any length); the number of frames taken in. */
static unsigned something(size_t n)
{
    switch (model_random(&model) % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
        return lab_arrives(n);
    case 4:
    case 5:
        return lab_arrives_for((const uint8_t *)"\xff\xff\xff\xff\xff\xff", n > 0 ? n : 700,
                               MODEL_GOOD);
    case 6:
    case 7:
        (void)lab_send(n);
        return 0;
    case 8:
        eth.pending = false;
        lab_receive();
        lab_tick();
        return 0;
    case 9:
        return lab_arrives_for(lab_mac, 100, MODEL_BAD_FCS);
    default:
        model_step(&model);
        return 0;
    }
}

static void storm(bool cached, uint32_t seed, size_t n)
{
    uint32_t in = 0, seen;

    lab_up(cached, seed);
    for (unsigned i = 0; i < 5000; i++) {
        in += something(n);
        if (model_random(&model) % 97 == 0) {
            lab.starving = !lab.starving;
        }
    }
    lab.starving = false;
    lab_settle();
    seen = lab.received + eth.stats.rx_no_buffer + eth.stats.rx_errors + model.lost;
    assert_int_equal(seen, in);
    assert_int_equal(eth.stats.rx, lab.received);
    assert_true(eth.stats.rx_no_buffer > 0 && eth.stats.rx_errors > 0);
    lab_alive("after the storm");
    assert_int_equal(eth.stats.restarts, 0);
}

static void a_storm(void **state)
{
    FOR_SEEDS(4)
    {
        storm(CACHED, seed, 0);
        storm(CACHED, seed, 60);
        storm(CACHED, seed, NETP_ETH_FRAME);
    }
}

/* Receiving stops for ever in drivers that leave a descriptor without a buffer. */
static void no_buffer_for_long(void **state)
{
    FOR_SEEDS(3)
    {
        lab_up(CACHED, seed);
        lab.starving = true;
        for (unsigned i = 0; i < 300; i++) {
            (void)lab_arrives(0);
            model_step(&model);
            if (i % 5 == 0) {
                lab_receive();
            }
        }
        assert_int_equal(lab.received, 0);
        assert_true(eth.stats.rx_no_buffer > 0);
        lab.starving = false;
        lab_alive("after 300 frames without a buffer");
    }
}

/* ... or that do not wake a receiver that ran out of descriptors. */
static void an_application_that_was_busy(void **state)
{
    FOR_SEEDS(3)
    {
        lab_up(CACHED, seed);
        for (unsigned i = 0; i < 200; i++) {
            (void)lab_arrives(0);
            model_step(&model);
        }
        lab_alive("after the application was busy");
        for (unsigned i = 0; i < 250; i++) {
            lab_tick();
        }
        assert_int_equal(eth.stats.rx_missed, model.lost + model.overflows);
        assert_true(eth.stats.rx_missed > 0);
    }
}

static void the_fifo_overflows(void **state)
{
    lab_up(CACHED, 1);
    for (unsigned i = 0; i < 5; i++) { /* 2 KB of FIFO, and no time for the DMA */
        (void)lab_arrives(1000);
    }
    assert_int_equal(model.overflows, 3);
    lab_alive("after the FIFO was full");
    assert_int_equal(eth.stats.rx_missed, model.lost + 3);
}

/* Every descriptor is of use, always: with a wrong tail pointer a few never are. */
static void the_whole_ring(void **state)
{
    lab_up(CACHED, 1);
    for (unsigned turn = 0; turn < 20; turn++) {
        uint32_t before;

        lab_settle();
        before = model.received;
        model.jitter = false;
        for (unsigned i = 0; i < NETP_ETH_RX_DESCS; i++) {
            (void)lab_arrives(60);
            model_step(&model);
        }
        assert_int_equal(model.received - before, NETP_ETH_RX_DESCS);
        for (unsigned i = 0; i < NETP_ETH_TX_DESCS; i++) {
            assert_true(lab_send(60));
        }
        assert_false(lab_send(60));
        assert_int_equal(eth.stats.tx_busy, turn + 1);
        for (unsigned i = 0; i <= NETP_ETH_TX_DESCS; i++) {
            model_step(&model);
        }
        assert_true(lab_send(60));
        model.jitter = true;
        for (uint32_t i = model_random(&model) % 5; i > 0; i--) {
            (void)lab_arrives(60);
            lab_settle();
        }
    }
    lab_alive("after full rings");
}

/* --- interrupts ------------------------------------------------------------------------------ */

/* An application that sleeps until it is interrupted. */
static void frames_wake(void **state)
{
    FOR_SEEDS(3)
    {
        uint32_t in = 0;

        lab_up(CACHED, seed);
        lab_settle();
        eth.pending = false;
        for (unsigned i = 0; i < 2000; i++) {
            if (i < 1500 && model_random(&model) % 3 == 0) {
                in += lab_arrives(60);
            }
            lab.starving = i < 1500 && i / 50 % 3 == 0;
            model_step(&model);
            if (eth.pending) {
                eth.pending = false;
                lab_receive();
            }
        }
        assert_int_equal(lab.received + eth.stats.rx_no_buffer + model.lost, in);
        lab_alive("with interrupts");
    }
}

/* An interrupt that gets lost costs a tick, no more. */
static void interrupts_get_lost(void **state)
{
    lab_up(CACHED, 1);
    lab_settle();
    for (unsigned turn = 0; turn < 20; turn++) {
        uint32_t before = lab.received;

        model.deaf = true;
        eth.pending = false;
        for (unsigned i = 0; i < NETP_ETH_RX_DESCS + 2; i++) {
            (void)lab_arrives(60);
            model_step(&model);
        }
        model.deaf = false;
        for (unsigned ms = 0; ms < NETP_ETH_TICK && !eth.pending; ms++) {
            lab_tick();
        }
        assert_true(eth.pending);
        lab_settle();
        assert_true(lab.received >= before + NETP_ETH_RX_DESCS);
    }
    lab_alive("after lost interrupts");
}

static void without_interrupts(void **state)
{
    lab_power(CACHED, 1);
    model.interrupt = NULL;
    lab_until(NETP_ETH_LINK);
    lab_alive("polled");
    for (unsigned i = 0; i < 3; i++) { /* only the status tells of a bus error */
        lab_bus_error();
        netp_eth_irq(&eth);
        lab_until(NETP_ETH_LINK);
        for (unsigned ms = 0; ms < 2 * NETP_ETH_TICK; ms++) {
            lab_tick();
        }
        lab_alive("polled, after a bus error");
    }
    assert_int_equal(eth.stats.bus_errors, 3);
}

/* --- what may come ---------------------------------------------------------------------------- */

static void giants_and_runts(void **state)
{
    lab_up(CACHED, 1);
    for (size_t n = 1500; n <= 1600; n++) {
        uint32_t before = lab.received;

        assert_true(lab_arrives(n));
        lab_settle();
        assert_int_equal(lab.received - before, n <= NETP_ETH_BUF - 4);
    }
    assert_true(lab_arrives(MODEL_FIFO - 4)); /* in two descriptors */
    lab_settle();
    for (size_t n = 6; n < 14; n++) {
        static const uint8_t runt[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
        uint32_t before = eth.stats.rx_errors;

        assert_true(model_wire(&model, runt, n, MODEL_GOOD));
        lab_settle();
        assert_int_equal(eth.stats.rx_errors, before + 1);
    }
    lab_alive("after giants and runts");
}

/* Bytes of no sense, in frames of all lengths, some of them to us: nothing is handed up that was
 * not sent, and all of them can be taken. */
static void noise(void **state)
{
    static uint8_t frame[MODEL_FIFO];

    lab_up(CACHED, 7);
    for (unsigned i = 0; i < 3000; i++) {
        size_t n = 1 + model_random(&model) % 1700;
        uint8_t *buf = NULL;

        for (size_t k = 0; k < n; k++) {
            frame[k] = (uint8_t)model_random(&model);
        }
        if (i % 2) {
            memcpy(frame, lab_mac, 6);
        }
        (void)model_wire(&model, frame, n, model_random(&model) % 4 == 0);
        model_step(&model);
        assert_int_equal(netp_eth_receive(&eth, &buf), 0);
        assert_null(buf);
    }
    assert_true(eth.stats.rx_no_buffer > 0 && eth.stats.rx_errors > 0);
    lab_alive("after noise");
}

static void frames_for_others(void **state)
{
    static const uint8_t other[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x56};
    static const uint8_t swapped[6] = {0x55, 0x44, 0x33, 0x22, 0x11, 0x02};

    lab_up(CACHED, 1);
    assert_false(lab_arrives_for(other, 60, MODEL_GOOD));
    assert_false(lab_arrives_for(swapped, 60, MODEL_GOOD));
    assert_true(lab_arrives_for(lab_mac, 60, MODEL_GOOD));
    lab_alive("with a filter");
}

static void errors_of_sending(void **state)
{
    lab_up(CACHED, 1);
    model.tx_errors = true;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(lab_send(0));
        lab_settle();
    }
    model.tx_errors = false;
    lab_alive("after ten frames that collided");
    assert_int_equal(eth.stats.tx_errors, 10);
    assert_int_equal(eth.stats.tx, lab.sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_BOTH(a_storm),
        LAB_BOTH(no_buffer_for_long),
        LAB_BOTH(an_application_that_was_busy),
        LAB_BOTH(the_fifo_overflows),
        LAB_BOTH(the_whole_ring),
        LAB_BOTH(frames_wake),
        LAB_BOTH(interrupts_get_lost),
        LAB_BOTH(without_interrupts),
        LAB_BOTH(giants_and_runts),
        LAB_BOTH(noise),
        LAB_BOTH(frames_for_others),
        LAB_BOTH(errors_of_sending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

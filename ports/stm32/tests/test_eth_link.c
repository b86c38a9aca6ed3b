/* test_eth_link.c - PHY, link and faults: what comes, goes and comes back. SPDX-License-Identifier:
 * MIT
 */
#include "lab.h"

#include "../eth/eth_mac.h"

#include <stdio.h>
#include <string.h>

/* --- the link -------------------------------------------------------------------------------- */

static void cable_pulled(void **state)
{
    /* 100 full to 10 half, and what the partner does not tell: 100 half */
    static const uint16_t partners[] = {0x01e1, 0x0061, 0x0021, 0x00e1, 0x0041, 0x0181};

    FOR_SEEDS(2)
    {
        lab_up(CACHED, seed);
        for (unsigned turn = 0; turn < 12; turn++) {
            while (lab_send(0)) { /* to be forgotten */
            }
            (void)lab_arrives(0);
            model.phy.cable = false;
            lab_until(NETP_ETH_NO_LINK);
            assert_int_equal(eth.mode, 0);
            assert_false(lab_send(60));
            lab_receive();
            model.phy.partner = partners[turn % 6];
            model.phy.cable = true;
            lab_until(NETP_ETH_LINK);
            lab_alive("after the cable was pulled");
        }
        assert_int_equal(eth.stats.links, 25);
        assert_int_equal(eth.stats.restarts, 0);
    }
}

/* The application is told once, both ways; e->state says which. */
static void links_are_told(void **state)
{
    unsigned told = 0;

    lab_power(CACHED, 1);
    for (unsigned ms = 0; ms < 4000; ms++) {
        if (ms % 1000 == 0) {
            model.phy.cable = ms % 2000 != 0;
        }
        if (lab_tick()) {
            told++;
            assert_int_equal(eth.state == NETP_ETH_LINK, model.phy.cable);
        }
    }
    assert_int_equal(told, 3);
}

/* A link that was away for less than a tick, and is another one now. */
static void negotiated_again(void **state)
{
    lab_up(CACHED, 1);
    assert_int_equal(eth.mode, NETP_ETH_UP | NETP_ETH_100 | NETP_ETH_FULL);
    model.phy.partner = 0x0041;
    lab_until(NETP_ETH_NO_LINK);
    lab_until(NETP_ETH_LINK);
    assert_int_equal(eth.mode, NETP_ETH_UP | NETP_ETH_FULL);
    lab_alive("after it was negotiated again");
}

/* A flap within a tick: BMSR tells, once, and the second reading is what counts. */
static void a_short_flap(void **state)
{
    lab_up(CACHED, 1);
    for (unsigned i = 0; i < 20; i++) {
        model.phy.lost = true;
        for (unsigned ms = 0; ms < NETP_ETH_TICK; ms++) {
            lab_tick();
        }
        assert_int_equal(eth.state, NETP_ETH_LINK);
    }
    lab_alive("after short flaps");
}

/* --- the PHY --------------------------------------------------------------------------------- */

static void power_with(bool cached, int maker)
{
    struct netp_eth_cfg cfg = lab_board(cached, 1);

    model.phy.maker = (enum model_maker)maker;
    assert_int_equal(netp_eth_init(&eth, &cfg), 0);
}

static void makers(void **state)
{
    static const struct {
        uint16_t partner;
        unsigned mode;
    } modes[] = {{0x01e1, NETP_ETH_100 | NETP_ETH_FULL},
                 {0x00e1, NETP_ETH_100},
                 {0x0061, NETP_ETH_FULL},
                 {0x0021, 0}};

    for (int maker = MODEL_GENERIC; maker <= MODEL_DP83848; maker++) {
        for (unsigned i = 0; i < 4; i++) {
            power_with(CACHED, maker);
            model.phy.partner = modes[i].partner;
            lab_until(NETP_ETH_LINK);
            assert_int_equal(eth.mode, NETP_ETH_UP | modes[i].mode);
            lab_alive("with another PHY");
        }
    }
}

/* A partner with a fixed speed: the PHY hears 100 Mbit/s, and knows nothing of duplex. */
static void a_partner_that_does_not_negotiate(void **state)
{
    for (int maker = MODEL_LAN8720A; maker <= MODEL_DP83848; maker++) {
        power_with(CACHED, maker);
        model.phy.partner_is_mute = true;
        lab_until(NETP_ETH_LINK);
        assert_int_equal(eth.mode, NETP_ETH_UP | NETP_ETH_100);
        lab_alive("with a mute partner");
    }
}

static void no_phy(void **state)
{
    struct netp_eth_cfg cfg = lab_board(CACHED, 1);

    model.phy.address = 40;
    assert_int_equal(netp_eth_init(&eth, &cfg), 0);
    for (unsigned ms = 0; ms < 1000; ms++) {
        assert_false(lab_tick());
        assert_int_equal(eth.state, NETP_ETH_NO_PHY);
    }
    model.phy.address = 31;
    lab_until(NETP_ETH_LINK);
    lab_alive("with a late PHY");
    model.phy.address = 40; /* torn off */
    lab_until(NETP_ETH_NO_PHY);
    assert_int_equal(eth.mode, 0);
    assert_false(lab_send(60));
    lab_receive();
    model.phy.address = 0;
    lab_until(NETP_ETH_LINK);
    lab_alive("with the PHY back");
}

static void a_phy_at_an_address(void **state)
{
    struct netp_eth_cfg cfg = lab_board(CACHED, 1);

    cfg.phy = 5;
    assert_int_equal(netp_eth_init(&eth, &cfg), 0);
    for (unsigned ms = 0; ms < 500; ms++) {
        lab_tick();
    }
    assert_int_equal(eth.state, NETP_ETH_NO_PHY); /* it is at 3 */
    model.phy.address = 5;
    lab_until(NETP_ETH_LINK);
    assert_int_equal(netp_eth_phy_write(&eth, 4, 0x0061), 0x0061);
    assert_int_equal(netp_eth_phy_read(&eth, 4), 0x0061);
    assert_int_equal(netp_eth_phy_read(&eth, 3), 0x0cc2);
}

/* It may take half a second; the model complains of anybody who writes to it meanwhile. */
static void a_slow_phy(void **state)
{
    lab_power(CACHED, 1);
    model.phy.slowness = 20;
    lab_until(NETP_ETH_PHY_RESET);
    for (unsigned ms = 0; ms < 500; ms++) {
        lab_tick();
        assert_int_equal(eth.state, NETP_ETH_PHY_RESET);
    }
    lab_until(NETP_ETH_LINK);
    lab_alive("with a slow PHY");

    lab_power(CACHED, 1);
    model.phy.slowness = 20;
    lab_until(NETP_ETH_PHY_RESET);
    model.phy.address = 40; /* gone while it is reset */
    lab_until(NETP_ETH_NO_PHY);
}

/* --- faults ---------------------------------------------------------------------------------- */

static void no_clock(void **state)
{
    struct netp_eth_cfg cfg = lab_board(CACHED, 1);

    model.no_clock = true;
    assert_int_equal(netp_eth_init(&eth, &cfg), 0);
    lab_until(NETP_ETH_NO_CLOCK);
    for (unsigned ms = 0; ms < 500; ms++) {
        assert_false(lab_tick());
    }
    assert_int_equal(eth.state, NETP_ETH_NO_CLOCK);
    assert_false(lab_send(60));
    lab_receive();
    model.no_clock = false;
    lab_until(NETP_ETH_LINK);
    lab_alive("with the clock back");

    model.phy.cable = false; /* and the clock goes with it */
    model.no_clock = true;
    lab_until(NETP_ETH_NO_CLOCK);
    model.phy.cable = true;
    model.no_clock = false;
    lab_until(NETP_ETH_LINK);
    lab_alive("with cable and clock back");
}

static void bus_errors(void **state)
{
    FOR_SEEDS(3)
    {
        lab_up(CACHED, seed);
        for (unsigned i = 0; i < 3; i++) {
            lab_bus_error();
            for (unsigned ms = 0; ms <= NETP_ETH_TICK; ms++) {
                assert_false(lab_tick()); /* nobody is bothered */
            }
            lab_alive("after a bus error");
        }
        assert_int_equal(eth.stats.bus_errors, 3);
        assert_int_equal(eth.stats.restarts, 3);
    }
}

static void a_transmitter_that_is_stuck(void **state)
{
    lab_up(CACHED, 1);
    model.tx_stuck = true;
    while (lab_send(0)) {
    }
    for (unsigned ms = 0; ms < 1900; ms++) {
        lab_tick();
    }
    assert_int_equal(eth.stats.restarts, 0);
    model.tx_stuck = false;
    lab_alive("just in time");
    assert_int_equal(eth.stats.restarts, 0);

    model.tx_stuck = true;
    assert_true(lab_send(0));
    for (unsigned ms = 0; ms < 2300; ms++) {
        lab_tick();
    }
    assert_int_equal(eth.stats.restarts, 1);
    model.tx_stuck = false;
    lab_alive("after a restart");
}

static void memory_out_of_reach(void **state)
{
    struct netp_eth_cfg cfg = lab_board(CACHED, 1), wrong;
    static const uintptr_t ccm = 0x10000000, dtcm = 0x20000000;
    bool v2 = !netp_eth_mac_reaches((void *)dtcm);
    uintptr_t bad = v2 ? dtcm : ccm, size = v2 ? 0x20000 : 0x10000;

    assert_true(netp_eth_mac_reaches((void *)(v2 ? ccm : dtcm)));
    assert_false(netp_eth_mac_reaches((void *)(bad + size - 1)));
    assert_true(netp_eth_mac_reaches((void *)(bad + size)));
    assert_true(netp_eth_mac_reaches((void *)(bad - 1)));
    wrong = cfg;
    wrong.dma = (void *)bad;
    assert_int_equal(netp_eth_init(&eth, &wrong), NETP_ETH_E_MEMORY);
    wrong = cfg;
    wrong.rx_buf[NETP_ETH_RX_DESCS - 1] = (void *)bad;
    assert_int_equal(netp_eth_init(&eth, &wrong), NETP_ETH_E_MEMORY);
    wrong = cfg;
    wrong.rx_buf[0] += 16;
    assert_int_equal(netp_eth_init(&eth, &wrong), NETP_ETH_E_MEMORY);
}

/* --- power ----------------------------------------------------------------------------------- */

static void off_and_on(void **state)
{
    lab_up(CACHED, 1);
    model.phy.lends_clock = true;
    for (unsigned turn = 0; turn < 3; turn++) {
        (void)lab_send(0);
        (void)lab_arrives(0);
        netp_eth_off(&eth);
        assert_int_equal(model.phy.reg[0] & 0x0800, 0x0800);
        model.gated = true; /* whoever touches a register now will be noticed */
        assert_true(lab_tick());
        for (unsigned ms = 0; ms < 1000; ms++) {
            assert_false(lab_tick());
        }
        assert_false(lab_send(60));
        lab_receive();
        netp_eth_group(&eth, (const uint8_t *)"\x01\x00\x5e\x00\x00\xfb", true);
        model.gated = false;
        netp_eth_on(&eth);
        netp_eth_on(&eth);
        lab_until(NETP_ETH_LINK);
        lab_alive("after it was off");
    }
    assert_true(lab_arrives_for((const uint8_t *)"\x01\x00\x5e\x00\x00\xfb", 60, MODEL_GOOD));
}

/* A PHY need not hear a write before its reset is over, IEEE 802.3 22.2.4.1.1. */
static void off_in_the_reset_of_the_phy(void **state)
{
    lab_power(CACHED, 1);
    lab_until(NETP_ETH_PHY_RESET);
    for (unsigned turn = 0; turn < 3; turn++) {
        netp_eth_off(&eth);
        assert_int_equal(eth.state, NETP_ETH_OFF);
        netp_eth_on(&eth);
        lab_until(NETP_ETH_PHY_RESET);
    }
    lab_until(NETP_ETH_LINK);
    lab_alive("after it was off while the PHY was reset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_BOTH(cable_pulled),
        LAB_BOTH(links_are_told),
        LAB_BOTH(negotiated_again),
        LAB_BOTH(a_short_flap),
        LAB_BOTH(makers),
        LAB_BOTH(a_partner_that_does_not_negotiate),
        LAB_BOTH(no_phy),
        LAB_BOTH(a_phy_at_an_address),
        LAB_BOTH(a_slow_phy),
        LAB_BOTH(no_clock),
        LAB_BOTH(bus_errors),
        LAB_BOTH(a_transmitter_that_is_stuck),
        LAB_BOTH(memory_out_of_reach),
        LAB_BOTH(off_and_on),
        LAB_BOTH(off_in_the_reset_of_the_phy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

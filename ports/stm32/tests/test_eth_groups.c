/* test_eth_groups.c - the filter for groups. SPDX-License-Identifier: MIT */
#include "lab.h"

static const uint8_t mdns[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};
static const uint8_t all_systems[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};

static bool heard(const uint8_t group[6])
{
    uint32_t before = lab.received;
    bool taken = lab_arrives_for(group, 100, MODEL_GOOD);

    lab_settle();
    assert_int_equal(lab.received - before, taken);
    return taken;
}

static void join_and_leave(void **state)
{
    lab_up(CACHED, 1);
    assert_false(heard(mdns));
    netp_eth_group(&eth, mdns, false); /* who never joined */
    netp_eth_group(&eth, mdns, true);
    assert_true(heard(mdns));
    assert_false(heard(all_systems));
    netp_eth_group(&eth, mdns, true);
    netp_eth_group(&eth, all_systems, true);
    netp_eth_group(&eth, mdns, false);
    assert_true(heard(mdns));
    netp_eth_group(&eth, mdns, false);
    assert_false(heard(mdns));
    assert_true(heard(all_systems));
}

static void outlives_resets(void **state)
{
    lab_power(CACHED, 1);
    netp_eth_group(&eth, mdns, true); /* before there is a clock */
    lab_until(NETP_ETH_LINK);
    assert_true(heard(mdns));
    model.phy.cable = false;
    lab_until(NETP_ETH_NO_LINK);
    model.phy.cable = true;
    lab_until(NETP_ETH_LINK);
    assert_true(heard(mdns));
    lab_bus_error();
    for (unsigned ms = 0; ms <= NETP_ETH_TICK; ms++) {
        lab_tick();
    }
    assert_true(heard(mdns));
}

/* After so many nobody knows how many there are: better too much than too little. */
static void joined_very_often(void **state)
{
    lab_up(CACHED, 1);
    for (unsigned i = 0; i < 300; i++) {
        netp_eth_group(&eth, mdns, true);
    }
    for (unsigned i = 0; i < 300; i++) {
        netp_eth_group(&eth, mdns, false);
    }
    assert_true(heard(mdns));
}

/* The examples of a manual of the same MAC (MSP432E4, SLAU723A, EMACHASHTBLH). */
static void the_manuals_examples(void **state)
{
    static const uint8_t a[6] = {0x1f, 0x52, 0x41, 0x9c, 0xb6, 0xaf};
    static const uint8_t b[6] = {0xa0, 0x0a, 0x98, 0x00, 0x00, 0x45};

    lab_up(CACHED, 1);
    netp_eth_group(&eth, a, true);
    assert_int_equal(eth.groups_[0x2c], 1);
    netp_eth_group(&eth, b, true);
    assert_int_equal(eth.groups_[0x07], 1);
    assert_true(heard(a)); /* which is a group's; b is not */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_BOTH(join_and_leave),
        LAB_BOTH(outlives_resets),
        LAB_BOTH(joined_very_often),
        LAB_BOTH(the_manuals_examples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

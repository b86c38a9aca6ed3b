/* test_eth_selftest.c - the driver's own test, on boards with and without a fault.
 *
 * SPDX-License-Identifier: MIT */
#include "lab.h"

static void passes(void **state)
{
    FOR_SEEDS(3)
    {
        for (unsigned by_phy = 0; by_phy < 2; by_phy++) {
            lab_up(CACHED, seed);
            assert_int_equal(netp_eth_selftest(&eth, by_phy), NETP_ETH_PASSED);
            assert_int_equal(eth.state, NETP_ETH_NO_LINK);
            lab_until(NETP_ETH_LINK);
            lab_alive("after the self-test");
        }
    }
}

static void without_a_cable(void **state)
{
    lab_power(CACHED, 1);
    model.phy.cable = false;
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_NOT_STARTED);
    lab_until(NETP_ETH_NO_LINK);
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_PASSED);
    assert_int_equal(netp_eth_selftest(&eth, true), NETP_ETH_PASSED);
    model.phy.cable = true;
    lab_until(NETP_ETH_LINK);
    lab_alive("after the self-test without a cable");
}

static void faults(void **state)
{
    size_t n;

    lab_up(CACHED, 1);
    model.no_clock = true;
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_NOT_STARTED);
    assert_int_equal(eth.state, NETP_ETH_NO_CLOCK);
    model.no_clock = false;

    lab_until(NETP_ETH_LINK);
    n = model.arena[0].n;
    model.arena[0].n = 0;
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_NOTHING_SENT);
    model.arena[0].n = n;

    lab_until(NETP_ETH_LINK);
    model.loop_open = true;
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_NOTHING_BACK);
    assert_int_equal(netp_eth_selftest(&eth, true), NETP_ETH_NOTHING_BACK);
    model.loop_open = false;
    lab_until(NETP_ETH_LINK);
    lab_alive("after faults");
}

/* A stray line written back over what was received is what damages frames on a Cortex-M7. */
static void a_damaged_frame(void **state)
{
    lab_up(CACHED, 1);
    model.loop_noisy = true;
    assert_int_equal(netp_eth_selftest(&eth, false), NETP_ETH_DAMAGED);
    model.loop_noisy = false;
    lab_until(NETP_ETH_LINK);
    lab_alive("after a self-test that failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_BOTH(passes),
        LAB_BOTH(without_a_cable),
        LAB_BOTH(faults),
        LAB_BOTH(a_damaged_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

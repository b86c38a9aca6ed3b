/* lacks_modbus.c - what a build of the Modbus client has left out is refused.
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus_client.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_ASCII, 2)];

static int start(struct netp_modbus_client *m, uint8_t framing, uint8_t window, uint8_t retries,
                 uint8_t flags)
{
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(framing);

    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    cfg.window = window;
    cfg.retries = retries;
    cfg.flags = flags;
    return netp_modbus_client_init(m, &cfg, 0);
}

static void test_refuses(void **state)
{
    struct netp_modbus_client m;

    (void)state;
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 1, 0, 0), NETP_OK);
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 0, 0, 0), NETP_E_ARG);
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 2, 0, 0), NETP_E_ARG);
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 1, 1, 0), NETP_E_ARG);
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 1, 0, NETP_MODBUS_CLIENT_DGRAM), NETP_E_ARG);
    assert_int_equal(start(&m, NETP_MODBUS_RTU, 1, 0, 0), NETP_E_ARG);
    assert_int_equal(start(&m, NETP_MODBUS_ASCII, 1, 0, 0), NETP_E_ARG);
}

/* One at a time: the second has to wait for the first one's end, which comes in its time. */
static void test_one(void **state)
{
    const struct netp_modbus_request r = {
        .function = NETP_MODBUS_READ_HOLDING_REGISTERS, .address = 1, .quantity = 1};
    struct netp_modbus_client m;
    struct netp_modbus_client_ev ev;
    struct netp_out v[2];

    (void)state;
    assert_int_equal(start(&m, NETP_MODBUS_MBAP, 1, 0, 0), NETP_OK);
    assert_int_equal(netp_modbus_client_request(&m, 1, &r, 0), 0);
    assert_int_equal(netp_modbus_client_request(&m, 1, &r, 0), NETP_E_NOSPACE);
    assert_int_equal(netp_modbus_client_out(&m, v, 2), 1);
    netp_modbus_client_sent(&m, v[0].n, 0);
    assert_int_equal(netp_modbus_client_next(&m, NULL, 999, &ev), 0);
    assert_int_equal(netp_modbus_client_next(&m, NULL, 1000, &ev), NETP_MODBUS_CLIENT_NO_RESPONSE);
    assert_int_equal(netp_modbus_client_request(&m, 1, &r, 1000), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

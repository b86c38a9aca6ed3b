/* lacks_sntp.c - an SNTP client built without keys refuses to be given one: to ask without signing
 * is not what was asked for. SPDX-License-Identifier: MIT */
#include <netproto/sntp_client.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_refuses(void **state)
{
    static const struct netp_sntp_key key;
    struct netp_sntp_client_cfg cfg;
    struct netp_sntp_client m;

    (void)state;
    netp_sntp_client_cfg_init(&cfg);
    assert_int_equal(netp_sntp_client_init(&m, &cfg, 0), NETP_OK);
    cfg.key = &key;
    assert_int_equal(netp_sntp_client_init(&m, &cfg, 0), NETP_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

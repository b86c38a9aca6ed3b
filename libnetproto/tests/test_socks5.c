/* test_socks5.c - the client of SOCKS 5, what tests/hostile/socks5.md can't ask.
 * SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/addr.h>
#include <netproto/socks5.h>
#include <netproto/text.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char text[256];

static struct netp_socks5_cfg plain(void)
{
    struct netp_socks5_cfg cfg = NETP_SOCKS5_CFG_INIT;
    cfg.host = NETP_STR("a");
    cfg.port = 80;
    return cfg;
}

static int init(struct netp_socks5_cfg cfg)
{
    struct netp_socks5 m;
    return netp_socks5_init(&m, &cfg, 0);
}

static void init_refuses_what_has_no_message(void **state)
{
    struct netp_socks5_cfg cfg = plain();

    (void)state;
    assert_int_equal(init(cfg), NETP_OK);
    cfg.size--;
    assert_int_equal(init(cfg), NETP_E_ABI);
    cfg = plain();
    cfg.port = 0;
    assert_int_equal(init(cfg), NETP_E_ARG);
    cfg.port = 1;
    assert_int_equal(init(cfg), NETP_OK);
    cfg = plain();
    cfg.timeout_ms = 0;
    assert_int_equal(init(cfg), NETP_E_ARG);
    cfg.timeout_ms = 1;
    assert_int_equal(init(cfg), NETP_OK);
    cfg = plain();
    cfg.host = netp_str_make(text, 255);
    assert_int_equal(init(cfg), NETP_OK);
    cfg.host.n = 256;
    assert_int_equal(init(cfg), NETP_E_ARG);
    cfg.host.n = 0;
    assert_int_equal(init(cfg), NETP_E_ARG);
}

static void the_host_is_a_name_or_an_address(void **state)
{
    struct netp_socks5_cfg cfg = plain();

    (void)state;
    cfg.addr.fam = 4;
    assert_int_equal(init(cfg), NETP_E_ARG);
    cfg.host.n = 0;
    assert_int_equal(init(cfg), NETP_OK);
    cfg.addr.fam = 6;
    assert_int_equal(init(cfg), NETP_OK);
    cfg.addr.scope = 2;
    assert_int_equal(init(cfg), NETP_E_ARG);
    cfg.addr.scope = 0;
    cfg.addr.fam = 5;
    assert_int_equal(init(cfg), NETP_E_ARG);
}

/* RFC 1929 section 2: 1 to 255 bytes each. */
static void user_and_password_are_both_or_none(void **state)
{
    static const struct {
        size_t user, password;
        int r;
    } t[] = {{1, 1, NETP_OK},      {255, 255, NETP_OK},    {256, 1, NETP_E_ARG},
             {1, 256, NETP_E_ARG}, {0, 1, NETP_E_ARG},     {1, 0, NETP_E_ARG},
             {0, 0, NETP_OK},      {256, 256, NETP_E_ARG}, {0, 256, NETP_E_ARG}};
    struct netp_socks5_cfg cfg = plain();

    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        cfg.user = netp_str_make(text, t[i].user);
        cfg.password = netp_str_make(text, t[i].password);
        assert_int_equal(init(cfg), t[i].r);
    }
}

/* Any number of elements will do, and what is shown goes on where it was cut. */
static void messages_leave_in_any_pieces(void **state)
{
    struct netp_socks5_cfg cfg = plain();
    struct netp_in in = {(const uint8_t *)"\5\2", 2, 0, NULL};
    struct netp_socks5_ev ev;
    struct netp_socks5 m;
    struct netp_out v[8];

    (void)state;
    cfg.port = 0x1234;
    cfg.user = NETP_STR("user");
    cfg.password = NETP_STR("pw");
    assert_int_equal(netp_socks5_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_socks5_out(&m, v, 0), 0);
    netp_socks5_sent(&m, 3, 0);
    assert_int_equal(netp_socks5_want(&m), NETP_WANT_OUT);
    assert_int_equal(netp_socks5_next(&m, &in, 0, &ev), 0);
    assert_int_equal(in.n, 2); /* the question has not left */
    netp_socks5_sent(&m, 1, 0);
    assert_int_equal(netp_socks5_next(&m, &in, 0, &ev), 0);
    assert_int_equal(in.n, 0);
    assert_int_equal(netp_socks5_out(&m, v, 8), 4);
    assert_int_equal(v[0].n + v[1].n + v[2].n + v[3].n, 3 + 4 + 2);
    assert_ptr_equal(v[1].p, cfg.user.p); /* not copied */
    assert_ptr_equal(v[3].p, cfg.password.p);
    netp_socks5_sent(&m, 4, 0);
    assert_int_equal(netp_socks5_out(&m, v, 2), 2);
    assert_ptr_equal(v[0].p, cfg.user.p + 2);
    assert_int_equal(v[0].n, 2);
    assert_int_equal(*v[1].p, 2);
    netp_socks5_sent(&m, 5, 0);
    in.p = (const uint8_t *)"\1\0";
    in.n = 2;
    assert_int_equal(netp_socks5_next(&m, &in, 0, &ev), 0);
    assert_int_equal(netp_socks5_out(&m, v, 8), 3);
    assert_int_equal(v[0].n, 5);
    assert_int_equal(v[2].n, 2);
    assert_memory_equal(v[2].p, "\x12\x34", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_refuses_what_has_no_message),
        cmocka_unit_test(the_host_is_a_name_or_an_address),
        cmocka_unit_test(user_and_password_are_both_or_none),
        cmocka_unit_test(messages_leave_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_resolve.c - addresses and the names that every machine knows. SPDX-License-Identifier: MIT
 */
#include <netproto/addr.h>
#include <netproto/host/loop.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_addr(const struct netp_addr *a, const char *text)
{
    char out[NETP_ADDR_CAP];

    netp_addr_format(a, out);
    assert_string_equal(out, text);
}

static void test_addresses(void **state)
{
    struct netp_addr v[4];

    (void)state;
    assert_int_equal(netp_resolve("192.0.2.1", 69, 0, v, 4), 1);
    assert_addr(&v[0], "192.0.2.1:69");
    assert_int_equal(netp_resolve("2001:DB8::1", 8069, 6, v, 4), 1);
    assert_addr(&v[0], "[2001:db8::1]:8069");
    assert_int_equal(netp_resolve("fe80::1%lo", 1, 0, v, 4), 1);
    assert_int_equal(v[0].scope, 1); /* lo is interface 1 on Linux */
    assert_int_equal(netp_resolve("192.0.2.1", 69, 6, v, 4), NETP_E_REFUSED);
    assert_int_equal(netp_resolve("::1", 69, 4, v, 4), NETP_E_REFUSED);
    assert_int_equal(netp_resolve("192.0.2.256.1:", 69, 0, v, 4), NETP_E_REFUSED);
    assert_int_equal(netp_resolve("192.0.2.1", 69, 5, v, 4), NETP_E_ARG);
    assert_int_equal(netp_resolve("192.0.2.1", 69, 4, v, 0), NETP_E_ARG);
}

static void test_any(void **state)
{
    struct netp_addr v[4];

    (void)state;
    assert_int_equal(netp_resolve("", 69, 4, v, 4), 1);
    assert_addr(&v[0], "0.0.0.0:69");
    assert_int_equal(netp_resolve("", 69, 6, v, 4), 1);
    assert_addr(&v[0], "[::]:69");
    assert_in_range(netp_resolve("", 69, 0, v, 4), 1, 2);
    assert_int_equal(netp_resolve("", 69, 0, v, 1), 1);
}

static void test_names(void **state)
{
    struct netp_addr v[4];

    (void)state;
    assert_true(netp_resolve("localhost", 69, 4, v, 4) >= 1);
    assert_addr(&v[0], "127.0.0.1:69");
    assert_int_equal(netp_resolve("localhost", 69, 0, v, 1), 1);
    assert_int_equal(netp_resolve("a name with spaces", 69, 0, v, 4), NETP_E_REFUSED);
}

struct answer {
    struct netp_loop *loop;
    int calls, n;
    struct netp_addr first;
    const char *next; /* asked for when this one is done */
};

static void on_done(void *arg, int n, const struct netp_addr *v)
{
    struct answer *a = arg;

    a->calls++;
    a->n = n;
    if (n > 0) {
        a->first = v[0];
    }
    if (a->next) {
        assert_non_null(netp_resolve_start(a->loop, a->next, 7, 4, on_done, a));
        a->next = NULL;
    } else {
        netp_loop_stop(a->loop);
    }
}

static void test_in_a_loop(void **state)
{
    struct answer a = {.loop = netp_loop_new(), .next = "localhost"};

    (void)state;
    assert_non_null(netp_resolve_start(a.loop, "192.0.2.7", 69, 0, on_done, &a));
    assert_int_equal(a.calls, 0); /* never from within the call */
    assert_int_equal(netp_loop_run(a.loop), 0);
    assert_int_equal(a.calls, 2);
    assert_true(a.n >= 1);
    assert_addr(&a.first, "127.0.0.1:7");
    assert_non_null(netp_resolve_start(a.loop, "a name with spaces", 69, 0, on_done, &a));
    assert_int_equal(netp_loop_run(a.loop), 0);
    assert_int_equal(a.calls, 3);
    assert_int_equal(a.n, NETP_E_REFUSED);
    netp_loop_free(a.loop);
}

static void test_cancel(void **state)
{
    struct answer a = {.loop = netp_loop_new()};

    (void)state;
    for (int i = 0; i < 20; i++) {
        netp_resolve_cancel(
            netp_resolve_start(a.loop, i & 1 ? "localhost" : "::1", 7, 0, on_done, &a));
    }
    assert_int_equal(netp_loop_turn(a.loop, netp_now() + 20), 0);
    assert_int_equal(a.calls, 0);
    netp_loop_free(a.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_any),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_in_a_loop),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_random.c - random bytes of the system. SPDX-License-Identifier: MIT */
#include <netproto/host/random.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* More than one call of the system gives at once when it is interrupted. */
static void bytes_differ(void **state)
{
    static uint8_t a[1024], b[1024];

    (void)state;
    a[1000] = b[1000] = 7;
    assert_true(netp_random(a, 1000));
    assert_true(netp_random(b, 1000));
    assert_memory_not_equal(a, b, 1000);
    assert_memory_not_equal(a + 968, b + 968, 32);
    assert_int_equal(a[1000], 7);
    assert_true(netp_random(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

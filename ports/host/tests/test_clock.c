/* test_clock.c - the system's clock, which stays as it is. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/clock.h>
#include <netproto/sntp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void test_now(void **state)
{
    time_t before = time(NULL);
    int64_t now = netp_sntp_to_unix(netp_clock_now(), before - 10, NULL);
    (void)state;
    assert_in_range(now, before - 1, time(NULL) + 1);
}

/* A user namespace of its own: it may set the clock, it is told, and the kernel knows better. */
static int in_a_namespace(void)
{
    if (unshare(CLONE_NEWUSER) != 0) {
        return 0;
    }
    if (!netp_clock_may_set()) {
        return 1;
    }
    if (netp_clock_step(0) != -1 || errno != EPERM) {
        return 2;
    }
    return netp_clock_slew(0) != -1 || errno != EPERM ? 3 : 0;
}

static void test_not_permitted(void **state)
{
    int status;
    pid_t child = fork();
    (void)state;
    if (child == 0) {
        _exit(in_a_namespace());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    if (!netp_clock_may_set()) {
        assert_int_equal(netp_clock_step(0), -1);
        assert_int_equal(errno, EPERM);
        assert_int_equal(netp_clock_slew(0), -1);
        assert_int_equal(errno, EPERM);
    }
}

static void test_too_much_to_slew(void **state)
{
    (void)state;
    assert_int_equal(netp_clock_slew(NETP_CLOCK_SLEW_MAX + 1), -1);
    assert_int_equal(errno, ERANGE);
    assert_int_equal(netp_clock_slew(-NETP_CLOCK_SLEW_MAX - 1), -1);
    assert_int_equal(errno, ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now),
        cmocka_unit_test(test_not_permitted),
        cmocka_unit_test(test_too_much_to_slew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

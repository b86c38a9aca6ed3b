/* test_user.c - giving up root, in a child process. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <netproto/host/user.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The exit status of a child that runs f. */
static int in_child(int (*f)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(f());
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static bool in_group(gid_t gid)
{
    gid_t groups[64];
    int n = getgroups(64, groups);

    for (int i = 0; i < n; i++) {
        if (groups[i] == gid) {
            return true;
        }
    }
    return n < 0;
}

static int become_nobody(void)
{
    if (setgroups(2, (gid_t[]){0, 4}) != 0 || netp_become_user("nobody") != 0) {
        return 1;
    }
    if (getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0) {
        return 2;
    }
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0) {
        return 3;
    }
    if (in_group(0) || in_group(4)) {
        return 4;
    }
    if (access("/etc/shadow", R_OK) == 0) {
        return 5;
    }
    return netp_become_user("nobody") == 0 ? 0 : 6; /* it is already */
}

static int become_root_again(void)
{
    if (netp_become_user("nobody") != 0) {
        return 1;
    }
    return netp_become_user("root") == -1 && errno == EPERM ? 0 : 2;
}

static void test_root_is_gone(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(in_child(become_nobody), 0);
    assert_int_equal(in_child(become_root_again), 0);
}

static void test_no_such_user(void **state)
{
    (void)state;
    errno = 0;
    assert_int_equal(netp_become_user("no-such-user-here"), -1);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root_is_gone),
        cmocka_unit_test(test_no_such_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_file.c - roots, sources and sinks on a real folder. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netproto/host/file.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static struct netp_root root;

static const char *path(const char *name)
{
    static char p[256];

    snprintf(p, sizeof p, "%s/%s", dir, name);
    return p;
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/netproto-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    assert_int_equal(netp_root_open(&root, dir), 0);
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    netp_root_close(&root);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

/* errno of a name, 0 if it is good and makes `want`. */
static int name_error(struct netp_str name, const char *want)
{
    char p[16];

    if (netp_root_name(name, p, sizeof p) != 0) {
        return errno;
    }
    assert_string_equal(p, want);
    return 0;
}

static void test_name(void **state)
{
    (void)state;
    assert_int_equal(name_error(NETP_STR("a/b.c"), "a/b.c"), 0);
    assert_int_equal(name_error(NETP_STR("//a"), "a"), 0);
    assert_int_equal(name_error(NETP_STR("..."), "..."), 0);
    assert_int_equal(name_error(NETP_STR("a/..b"), "a/..b"), 0);
    assert_int_equal(name_error(NETP_STR("\xc3\xa4"), "\xc3\xa4"), 0);
    assert_int_equal(name_error(NETP_STR("123456789012345"), "123456789012345"), 0);
    assert_int_equal(name_error(NETP_STR("1234567890123456"), ""), ENAMETOOLONG);
    assert_int_equal(name_error(NETP_STR(""), ""), ENOENT);
    assert_int_equal(name_error(NETP_STR("/"), ""), ENOENT);
    assert_int_equal(name_error(NETP_STR(".."), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a/.."), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("../a"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("/../a"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a/../b"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a\\b"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a\0b"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a\x7f"), ""), EACCES);
    assert_int_equal(name_error(NETP_STR("a\n"), ""), EACCES);
}

static int source_error(const char *name)
{
    struct netp_source s;

    if (netp_source_open(&s, &root, name) != 0) {
        return errno;
    }
    netp_source_close(&s);
    return 0;
}

static int sink_error(const char *name, unsigned flags)
{
    struct netp_sink s;

    if (netp_sink_open(&s, &root, name, flags) != 0) {
        return errno;
    }
    netp_sink_abort(&s);
    return 0;
}

static void test_confined(void **state)
{
    (void)state;
    assert_int_equal(symlink("/etc", path("etc")), 0);
    assert_int_equal(symlink("../../../etc/passwd", path("up")), 0);
    assert_int_equal(symlink("loop", path("loop")), 0);
    assert_int_equal(mkdir(path("d"), 0755), 0);
    assert_int_equal(source_error("etc/passwd"), EACCES);
    assert_int_equal(source_error("up"), EACCES);
    assert_int_equal(source_error("/etc/passwd"), EACCES);
    assert_int_equal(source_error("../x"), EACCES);
    assert_int_equal(source_error("loop"), EACCES);
    assert_int_equal(source_error("d"), EACCES);
    assert_int_equal(source_error("none"), ENOENT);
    assert_int_equal(sink_error("etc/x", NETP_SINK_CREATE), EACCES);
    assert_int_equal(sink_error("up", NETP_SINK_CREATE | NETP_SINK_OVERWRITE), EACCES);
    assert_int_equal(sink_error("d", NETP_SINK_CREATE | NETP_SINK_OVERWRITE), EISDIR);
    assert_int_equal(sink_error("d/", NETP_SINK_CREATE | NETP_SINK_OVERWRITE), EISDIR);
    assert_int_equal(sink_error("none/x", NETP_SINK_CREATE), ENOENT);
    assert_int_equal(sink_error("new", 0), ENOENT);
    assert_int_equal(sink_error("d/new", NETP_SINK_CREATE), 0);
    assert_int_equal(access(path("d/new"), F_OK), -1);
    assert_int_equal(access(path("d/new.part"), F_OK), -1);
}

/* From here on openat2() fails with `error` in this process. */
static bool forbid_openat2(unsigned error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* What an older kernel lets through, after test_confined: 0, or the number of the fault. */
static int without_openat2(unsigned error)
{
    static const char *const outside[] = {"etc/passwd", "up", "../x", "d/../../x", "loop", "d"};

    if (!forbid_openat2(error)) {
        return 77; /* not here */
    }
    for (unsigned i = 0; i < sizeof outside / sizeof *outside; i++) {
        if (source_error(outside[i]) == 0) {
            return 10 + (int)i;
        }
    }
    if (source_error("d/in") != 0 || source_error("d//in") != 0 || source_error("no") != ENOENT) {
        return 1;
    }
    return sink_error("d/out", NETP_SINK_CREATE) != 0 || sink_error("etc/x", NETP_SINK_CREATE) == 0;
}

static void test_older_kernel(void **state)
{
    static const unsigned error[] = {ENOSYS, EPERM};
    FILE *f = fopen(path("d/in"), "w");

    (void)state;
    assert_non_null(f);
    fclose(f);
    for (unsigned i = 0; i < 2; i++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            _exit(without_openat2(error[i]));
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77) {
            skip();
        }
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* Writes of every size, in order and not, arrive as they are; the name appears at the end. */
static void test_sink(void **state)
{
    static char want[300000], got[300000];
    struct netp_sink s;
    struct netp_source from;
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof want; i++) {
        want[i] = (char)(i * 7 + i / 251);
    }
    assert_int_equal(netp_sink_open(&s, &root, "f", NETP_SINK_CREATE), 0);
    for (size_t n = 1; at < sizeof want; n = n * 3 % 40009) {
        n = n < sizeof want - at ? n : sizeof want - at;
        assert_int_equal(netp_sink_write(&s, want + at, n, at), 0);
        at += n;
    }
    assert_int_equal(netp_sink_write(&s, want + 5, 10, 5), 0);
    assert_int_equal(access(path("f"), F_OK), -1);
    assert_int_equal(access(path("f.part"), F_OK), 0);
    assert_true(netp_sink_room(&s, 1000));
    assert_false(netp_sink_room(&s, UINT64_MAX));
    assert_int_equal(netp_sink_commit(&s), 0);
    netp_sink_abort(&s); /* harmless */
    assert_int_equal(access(path("f.part"), F_OK), -1);

    assert_int_equal(netp_source_open(&from, &root, "f"), 0);
    assert_int_equal(from.size, sizeof want);
    assert_int_equal(netp_source_read(&from, got, sizeof got, 0), sizeof got);
    assert_memory_equal(got, want, sizeof want);
    assert_int_equal(netp_source_read(&from, got, 10, sizeof want - 4), 4);
    assert_int_equal(netp_source_read(&from, got, 10, sizeof want), 0);
    netp_source_close(&from);
}

static void test_overwrite(void **state)
{
    struct netp_sink a, b;
    struct stat st;

    (void)state;
    assert_int_equal(sink_error("f", NETP_SINK_CREATE), EEXIST);
    assert_int_equal(chmod(path("f"), 0640), 0);
    assert_int_equal(netp_sink_open(&a, &root, "f", NETP_SINK_OVERWRITE), 0);
    assert_int_equal(netp_sink_commit(&a), 0);
    assert_int_equal(stat(path("f"), &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(st.st_mode & 0777, 0640);

    /* Two that create one name: the second to end is refused, and nothing is left of it. */
    assert_int_equal(netp_sink_open(&a, &root, "g", NETP_SINK_CREATE | NETP_SINK_UNIQUE), 0);
    assert_int_equal(netp_sink_open(&b, &root, "g", NETP_SINK_CREATE | NETP_SINK_UNIQUE), 0);
    assert_string_not_equal(a.part, b.part);
    assert_int_equal(netp_sink_commit(&a), 0);
    assert_int_equal(netp_sink_commit(&b), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(b.fd, -1);

    /* A part that is a link leads nowhere. */
    assert_int_equal(symlink("f", path("h.part")), 0);
    assert_int_equal(netp_sink_open(&a, &root, "h", NETP_SINK_CREATE), 0);
    assert_int_equal(netp_sink_write(&a, "x", 1, 0), 0);
    assert_int_equal(netp_sink_commit(&a), 0);
    assert_int_equal(stat(path("f"), &st), 0);
    assert_int_equal(st.st_size, 0);
}

static void test_sink_resume(void **state)
{
    const unsigned flags = NETP_SINK_CREATE | NETP_SINK_RESUME | NETP_SINK_PRIVATE;
    struct netp_sink a, b;
    struct stat st;

    (void)state;
    assert_int_equal(netp_sink_open(&a, &root, "r", flags), 0);
    assert_int_equal(netp_sink_size(&a), 0);
    assert_int_equal(netp_sink_open(&b, &root, "r", flags), -1);
    assert_int_equal(errno, EBUSY);
    netp_sink_abort(&b);
    assert_int_equal(stat(path("r.part"), &st), 0); /* it is not b's to remove */
    assert_int_equal(st.st_mode & 0777, 0600);
    netp_sink_abort(&a);
    assert_int_equal(stat(path("r.part"), &st), -1); /* an empty one goes */
    assert_int_equal(netp_sink_open(&a, &root, "r", flags), 0);
    assert_int_equal(netp_sink_write(&a, "hello", 5, 0), 0);
    assert_int_equal(netp_sink_size(&a), 0); /* held back */
    netp_sink_abort(&a);
    assert_int_equal(netp_sink_open(&a, &root, "r", flags), 0);
    assert_int_equal(netp_sink_size(&a), 5);
    assert_int_equal(netp_sink_write(&a, "x", 1, 5), 0);
    assert_int_equal(netp_sink_resize(&a, 4), 0);
    assert_int_equal(netp_sink_size(&a), 4);
    assert_int_equal(netp_sink_write(&a, "!", 1, 4), 0);
    assert_int_equal(netp_sink_commit(&a), 0);
    assert_int_equal(netp_sink_size(&a), 0);
    assert_int_equal(stat(path("r"), &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(stat(path("r.part"), &st), -1);
    assert_int_equal(unlink(path("r")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name),         cmocka_unit_test(test_confined),
        cmocka_unit_test(test_older_kernel), cmocka_unit_test(test_sink),
        cmocka_unit_test(test_sink_resume),  cmocka_unit_test(test_overwrite),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* test_httpd_slow_disk.c - a server whose disk waits until the test lets it go on.
 *
 * SPDX-License-Identifier: MIT */
#include "httpd_child.h"
#include <fcntl.h>
#include <netproto/host/httpd_files.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define LARGE 200000 /* bytes: such files are not held in memory */

static char top[] = "/tmp/test_httpd_slow.XXXXXX";
static char answer[LARGE + 4096], second[LARGE + 4096];

/* --- the disk -------------------------------------------------------------------------------- */

static int reached[2], gate[2]; /* a byte for each time that the server waits, and may go on */

static void wait_here(void)
{
    char c = 'x';

    if (write(reached[1], &c, 1) != 1 || read(gate[0], &c, 1) != 1) {
        exit(8);
    }
}

/* Both in place of libc's. */
int fsync(int fd)
{
    wait_here();
    return (int)syscall(SYS_fsync, fd);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
    if (n >= LARGE) {
        wait_here();
    }
    return (ssize_t)syscall(SYS_pread64, fd, p, n, at);
}

/* The server waits for its disk. */
static void expect_wait(void)
{
    struct pollfd p = {reached[0], POLLIN, 0};
    char c;

    assert_int_equal(poll(&p, 1, 20000), 1);
    assert_int_equal(read(reached[0], &c, 1), 1);
}

static void let_go(unsigned times)
{
    while (times--) {
        assert_int_equal(write(gate[1], "x", 1), 1);
    }
}

/* --- the server ------------------------------------------------------------------------------ */

static struct child child;

static void tell_connections(void *arg, struct netp_httpd_exchange *x)
{
    struct netp_httpd_counts counts;
    char text[40];

    (void)arg;
    netp_httpd_counts(httpd, &counts);
    netp_httpd_reply(x, 200, "text/plain", text,
                     (size_t)snprintf(text, sizeof text, "%u.\n", (unsigned)counts.connections));
}

static void serve(int fd, const void *arg)
{
    struct netp_httpd_files *files = netp_httpd_files_new(
        &(struct netp_httpd_files_cfg){.root = top, .flags = NETP_HTTPD_FILES_WRITE});
    const struct netp_httpd_route routes[] = {
        {.pattern = "/connections", .handle = tell_connections},
        {.pattern = "/*", .handle = netp_httpd_files_handle, .arg = files}};

    (void)arg;
    close(reached[0]);
    close(gate[1]);
    loop = netp_loop_new();
    httpd = netp_httpd_new(loop, &(struct netp_httpd_cfg){.route = routes, .nroute = 2});
    child_serve(fd);
    netp_httpd_files_free(files);
    netp_loop_free(loop);
}

static const char *in_top(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", top, name);
    return path;
}

static void put_text(const char *name, char c, size_t n)
{
    FILE *f = fopen(in_top(name), "w");

    assert_non_null(f);
    for (size_t i = 0; i < n; i++) {
        fputc(i % 50 == 49 ? '\n' : c, f);
    }
    assert_int_equal(fclose(f), 0);
}

static int start(void **state)
{
    const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};

    (void)state;
    assert_int_equal(pipe(reached), 0);
    assert_int_equal(pipe(gate), 0);
    memcpy(top + strlen(top) - 6, "XXXXXX", 6);
    assert_non_null(mkdtemp(top));
    put_text("small.txt", 's', 100);
    put_text("large.txt", 'l', LARGE);
    assert_int_equal(utimensat(AT_FDCWD, in_top("large.txt"), old, 0), 0);
    child_start(&child, NULL, serve, NULL);
    close(reached[1]);
    close(gate[0]);
    return 0;
}

/* Nothing else than final names is left. */
static void expect_no_part(void)
{
    char command[200];

    snprintf(command, sizeof command, "test -z \"$(ls -A %s | grep part)\"", top);
    assert_int_equal(system(command), 0);
}

static int finish(void **state)
{
    char command[100];

    (void)state;
    close(gate[1]); /* a server that waits still, after a test that has failed, ends */
    if (child.pid > 0) {
        assert_int_equal(child_end(&child), 0);
    }
    expect_no_part();
    close(reached[0]);
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* --- clients --------------------------------------------------------------------------------- */

#define CLOSE "Connection: close\r\n"

static int ask(const char *request)
{
    int fd = dial(&child);

    say(fd, request);
    return fd;
}

/* The answer to the end of its connection. */
static size_t hear_all(int fd, char *p)
{
    size_t n = hear(fd, "", p, sizeof answer);

    close(fd);
    return n;
}

static void expect_status(int fd, const char *line)
{
    hear_all(fd, answer);
    if (strncmp(answer, line, strlen(line)) != 0) {
        fail_msg("not %s but %.200s", line, answer);
    }
}

/* Others are served meanwhile. */
static void expect_served(void)
{
    expect_status(ask("GET /small.txt" HOST CLOSE "\r\n"), "HTTP/1.1 200 ");
}

/* Comes back when the server has no connection but the one that asks. */
static void expect_alone(void)
{
    do {
        expect_status(ask("GET /connections" HOST CLOSE "\r\n"), "HTTP/1.1 200 ");
    } while (!strstr(answer, "\r\n\r\n1."));
}

static void leave(int fd)
{
    const struct linger none = {1, 0};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
    close(fd);
}

static void expect_silent(int fd)
{
    char c;

    assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
}

static void expect_file(const char *name, const char *text)
{
    char got[20] = "";
    FILE *f = fopen(in_top(name), "r");

    assert_non_null(f);
    assert_non_null(fgets(got, sizeof got, f));
    assert_string_equal(got, text);
    fclose(f);
}

#define PUT(name, fields, text) "PUT /" name HOST CLOSE fields "Content-Length: 4\r\n\r\n" text

/* --- uploads --------------------------------------------------------------------------------- */

static void uploads_hold_up_nobody(void **state)
{
    int fd = ask(PUT("new", "", "abcd"));

    (void)state;
    expect_wait();
    expect_served();
    assert_int_not_equal(access(in_top("new"), F_OK), 0);
    let_go(1);
    expect_wait(); /* for the folder: the name is not on the disk yet */
    expect_file("new", "abcd");
    expect_served();
    expect_silent(fd);
    let_go(1);
    expect_status(fd, "HTTP/1.1 201 ");
}

static void uploads_stay_without_their_clients(void **state)
{
    int fd = ask(PUT("new", "If-None-Match: *\r\n", "abcd"));

    (void)state;
    expect_wait();
    leave(fd);
    expect_alone();
    let_go(2);
    expect_wait();
    fd = ask("PUT /other" HOST CLOSE "Content-Length: 4\r\n\r\nab");
    leave(fd); /* one that is not complete */
    expect_alone();
    expect_file("new", "abcd");
    assert_int_not_equal(access(in_top("other"), F_OK), 0);
}

/* Only the first finds no file of that name. */
static void uploads_are_in_turn(void **state)
{
    int first = ask(PUT("new", "If-None-Match: *\r\n", "abcd")), next;

    (void)state;
    expect_wait();
    next = ask(PUT("new", "If-None-Match: *\r\n", "efgh"));
    expect_served();
    let_go(2);
    expect_status(first, "HTTP/1.1 201 ");
    expect_status(next, "HTTP/1.1 412 ");
    expect_file("new", "abcd");
    first = ask(PUT("new", "If-Match: *\r\n", "ijkl"));
    expect_wait(); /* the folder's */
    expect_wait();
    next = ask(PUT("new", "If-Match: *\r\n", "mnop"));
    expect_served();
    let_go(4); /* changed by the first, but not so that the next may not */
    expect_status(first, "HTTP/1.1 204 ");
    expect_status(next, "HTTP/1.1 204 ");
    expect_file("new", "mnop");
}

static void uploads_are_waited_for_at_the_end(void **state)
{
    int fd = ask(PUT("new", "", "abcd"));

    (void)state;
    expect_wait();
    kill(child.pid, SIGTERM);
    assert_int_equal(hear_all(fd, answer), 0); /* the time to finish is over */
    assert_int_not_equal(access(in_top("new"), F_OK), 0);
    let_go(2);
    assert_int_equal(child_end(&child), 0);
    child.pid = 0;
    expect_file("new", "abcd");
}

/* --- compression ----------------------------------------------------------------------------- */

#define GZIP "GET /large.txt" HOST CLOSE "Accept-Encoding: gzip\r\n\r\n"

static void compression_holds_up_nobody(void **state)
{
    int one = ask(GZIP), two, three;
    struct pollfd again = {reached[0], POLLIN, 0};
    size_t n;

    (void)state;
    expect_wait();
    two = ask(GZIP);
    three = ask(GZIP);
    expect_served();
    leave(three);
    expect_silent(one);
    expect_silent(two);
    let_go(1);
    n = hear_all(one, answer);
    assert_non_null(strstr(answer, "\r\nContent-Encoding: gzip\r\n"));
    assert_int_equal(hear_all(two, second), n);
    assert_memory_equal(strstr(answer, "\r\n\r\n"), strstr(second, "\r\n\r\n"),
                        n - (size_t)(strstr(answer, "\r\n\r\n") - answer));
    hear_all(ask(GZIP), second);
    assert_non_null(strstr(second, "\r\nContent-Encoding: gzip\r\n"));
    assert_int_equal(poll(&again, 1, 0), 0); /* once for all of them */
}

static void all_who_wait_may_leave(void **state)
{
    int fd = ask(GZIP);

    (void)state;
    expect_wait();
    leave(fd);
    expect_alone();
    let_go(1);
    hear_all(ask(GZIP), answer); /* of what was made for the other */
    assert_non_null(strstr(answer, "\r\nContent-Encoding: gzip\r\n"));
}

static void changed_files_are_not_mixed(void **state)
{
    int fd = ask(GZIP);
    char *body;

    (void)state;
    expect_wait();
    put_text("large.txt", 'n', LARGE);
    let_go(1);
    hear_all(fd, answer);
    assert_non_null(body = strstr(answer, "\r\n\r\n"));
    assert_null(strstr(answer, "Content-Encoding"));
    assert_int_equal(strlen(body + 4), LARGE);
    assert_null(strchr(body, 'l'));
}

/* The server ends while it compresses. */
static void compression_ends_with_the_server(void **state)
{
    int fd = ask(GZIP);

    (void)state;
    expect_wait();
    kill(child.pid, SIGTERM);
    assert_int_equal(hear_all(fd, answer), 0);
    let_go(1);
}

#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, start, finish)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SERVER(uploads_hold_up_nobody),      WITH_SERVER(uploads_stay_without_their_clients),
        WITH_SERVER(uploads_are_in_turn),         WITH_SERVER(uploads_are_waited_for_at_the_end),
        WITH_SERVER(compression_holds_up_nobody), WITH_SERVER(all_who_wait_may_leave),
        WITH_SERVER(changed_files_are_not_mixed), WITH_SERVER(compression_ends_with_the_server),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

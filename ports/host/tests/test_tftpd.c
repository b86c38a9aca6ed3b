/* test_tftpd.c - the TFTP server against requests that nobody should send. The test is the client,
 * with plain sockets, in the same process. SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netproto/host/socket.h>
#include <netproto/host/tftpd.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

struct box {
    char root[64], outside[96];
    struct netp_loop *loop;
    struct netp_tftpd *d;
    struct netp_addr server;
    unsigned reports, failures;
};

/* A client's socket, the answer it got last and where that came from. */
struct client {
    int fd;
    uint8_t p[65536];
    ssize_t n;
    struct sockaddr_storage from;
};

static void report(void *arg, const struct netp_tftpd_report *r)
{
    struct box *b = arg;

    b->reports++;
    b->failures += r->err != NETP_OK;
}

static void put_file(const char *root, const char *name, const char *content)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", root, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static void open_box(struct box *b, void (*change)(struct netp_tftpd_cfg *cfg))
{
    struct netp_tftpd_cfg cfg;

    netp_tftpd_cfg_init(&cfg);
    cfg.root = b->root;
    cfg.listen = (struct netp_addr){{127, 0, 0, 1}, 0, 0, 4};
    cfg.create = cfg.overwrite = true;
    cfg.report = report;
    cfg.arg = b;
    if (change) {
        change(&cfg);
    }
    b->loop = netp_loop_new();
    b->d = netp_tftpd_open(b->loop, &cfg);
    assert_non_null(b->d);
    b->server = netp_tftpd_addr(b->d);
}

static void close_box(struct box *b)
{
    netp_tftpd_close(b->d);
    netp_loop_free(b->loop);
}

static int setup(void **state)
{
    struct box *b = calloc(1, sizeof *b);
    char path[128];

    snprintf(b->root, sizeof b->root, "/tmp/netproto-test-XXXXXX");
    assert_non_null(mkdtemp(b->root));
    snprintf(b->outside, sizeof b->outside, "%s-outside", b->root);
    mkdir(b->outside, 0755);
    put_file(b->root, "f", "hello");
    put_file(b->outside, "secret", "secret");
    snprintf(path, sizeof path, "%s/dir", b->root);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/fifo", b->root);
    mkfifo(path, 0644);
    snprintf(path, sizeof path, "%s/out", b->root);
    assert_int_equal(symlink(b->outside, path), 0);
    snprintf(path, sizeof path, "%s/leak", b->root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/inside", b->root);
    assert_int_equal(symlink("f", path), 0);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct box *b = *state;
    char command[256];

    snprintf(command, sizeof command, "rm -rf '%s' '%s'", b->root, b->outside);
    assert_int_equal(system(command), 0);
    free(b);
    return 0;
}

/* Lets the server work until the client has something to read, or for ms, and for so many turns
 * that a busy machine does not matter. */
static bool wait_answer(struct box *b, struct client *c, int ms)
{
    struct pollfd p = {c->fd, POLLIN, 0};
    netp_ms end = netp_now() + (netp_ms)ms;
    socklen_t len = sizeof c->from;

    for (int turns = 0; poll(&p, 1, 0) == 0; turns++) {
        if (turns >= 10 && netp_now() >= end) {
            return false;
        }
        netp_loop_turn(b->loop, netp_now() + 1);
    }
    c->n = recvfrom(c->fd, c->p, sizeof c->p, 0, (struct sockaddr *)&c->from, &len);
    return c->n >= 0;
}

static void open_client(struct client *c)
{
    struct netp_addr local = {{127, 0, 0, 1}, 0, 0, 4};

    c->fd = netp_udp_socket(&local, 4);
    assert_true(c->fd >= 0);
}

static void send_to(struct client *c, const struct sockaddr_storage *to, const void *p, size_t n)
{
    assert_int_equal(
        sendto(c->fd, p, n, 0, (const struct sockaddr *)to, sizeof(struct sockaddr_in)), n);
}

static void request(struct box *b, struct client *c, const void *p, size_t n)
{
    struct sockaddr_storage to;

    netp_sockaddr_put(&to, &b->server);
    send_to(c, &to, p, n);
}

/* Lets the server work until no more than n transfers run. */
static void wait_running(struct box *b, unsigned n)
{
    netp_ms end = netp_now() + PATIENCE_MS;

    while (netp_tftpd_running(b->d) > n && netp_now() < end) {
        netp_loop_turn(b->loop, end);
    }
    assert_int_equal(netp_tftpd_running(b->d), n);
}

#define RRQ(name) "\0\1" name "\0octet\0"
#define WRQ(name) "\0\2" name "\0octet\0"

/* What the server answers first to a datagram: an ERROR code, 100 + opcode, or -1 for nothing. The
 * answer to another one tells that it has seen the first. */
static int answer(struct box *b, const void *p, size_t n)
{
    struct client c, other;
    int r = -1;

    open_client(&c);
    open_client(&other);
    request(b, &c, p, n);
    request(b, &other, RRQ("absent"), sizeof RRQ("absent") - 1);
    assert_true(wait_answer(b, &other, PATIENCE_MS));
    close(other.fd);
    if (wait_answer(b, &c, 20)) {
        assert_true(c.n >= 2);
        r = c.p[1] == NETP_TFTP_ERROR ? c.p[3] : 100 + c.p[1];
        if (c.p[1] == NETP_TFTP_OP_DATA || c.p[1] == NETP_TFTP_OACK || c.p[1] == NETP_TFTP_ACK) {
            send_to(&c, &c.from, "\0\5\0\0enough", 11); /* end it */
            netp_loop_turn(b->loop, netp_now() + 2);
        }
    }
    close(c.fd);
    return r;
}

#define ANSWER(b, s) answer(b, "" s, sizeof(s) - 1)
enum { GOT_DATA = 103, GOT_ACK = 104, GOT_OACK = 106, NOTHING = -1 };

static void test_names(void **state)
{
    struct box *b = *state;
    char longest[1100] = "\0\1";

    open_box(b, NULL);
    assert_int_equal(ANSWER(b, RRQ("f")), GOT_DATA);
    assert_int_equal(ANSWER(b, RRQ("/f")), GOT_DATA);
    assert_int_equal(ANSWER(b, RRQ("dir/../f")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("inside")), GOT_DATA);
    assert_int_equal(ANSWER(b, RRQ("absent")), NETP_TFTP_NOT_FOUND);
    assert_int_equal(ANSWER(b, RRQ("f/x")), NETP_TFTP_NOT_FOUND);
    assert_int_equal(ANSWER(b, RRQ("../../../../etc/passwd")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("/etc/passwd")), NETP_TFTP_NOT_FOUND);
    assert_int_equal(ANSWER(b, RRQ("..\\..\\f")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("%2e%2e/f")), NETP_TFTP_NOT_FOUND);
    assert_int_equal(ANSWER(b, RRQ("leak")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("out/secret")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("out/new")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("leak")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("../new")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("none/new")), NETP_TFTP_NOT_FOUND);
    assert_int_equal(ANSWER(b, RRQ("dir")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("fifo")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("dir")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("fifo")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("a\nb")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("a\x1b")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, RRQ("/")), NETP_TFTP_NOT_FOUND);
    memset(longest + 2, 'a', 1080);
    memcpy(longest + 1082, "\0octet", 7);
    assert_int_equal(answer(b, longest, 1089), NETP_TFTP_UNDEFINED); /* File name too long */
    close_box(b);
}

/* Truncated at every length, missing NULs, options with odd values: an answer, or none, and the
 * server goes on. */
static void test_packets(void **state)
{
    static const char full[] = "\0\1f\0octet\0blksize\0008\0";
    struct box *b = *state;

    open_box(b, NULL);
    for (size_t n = 0; n < sizeof full; n++) {
        int want = n < 4 ? NOTHING : n == 10 ? GOT_DATA : n == 20 ? GOT_OACK : NETP_TFTP_ILLEGAL;
        assert_int_equal(answer(b, full, n), n == 21 ? NETP_TFTP_ILLEGAL : want);
    }
    assert_int_equal(ANSWER(b, "\0\1f\0OCTET\0"), GOT_DATA);
    assert_int_equal(ANSWER(b, "\0\1f\0mail\0"), NETP_TFTP_ILLEGAL);
    assert_int_equal(ANSWER(b, "\0\1f\0\0"), NETP_TFTP_ILLEGAL);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0blksize\0000\0"), GOT_DATA);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0blksize\0007\0"), GOT_DATA);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0blksize\00065465\0"), GOT_OACK);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0blksize\00099999999999\0"), GOT_OACK);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0windowsize\0000\0"), GOT_DATA);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0multicast\0\0"), GOT_DATA);
    assert_int_equal(ANSWER(b, "\0\1f\0octet\0tsize\0-1\0"), GOT_DATA);
    /* no request, no answer: above all no ERROR to an ERROR */
    assert_int_equal(ANSWER(b, "\0\5\0\0loop\0"), NOTHING);
    assert_int_equal(ANSWER(b, "\0\3\0\1x"), NOTHING);
    assert_int_equal(ANSWER(b, "\0\4\0\0"), NOTHING);
    assert_int_equal(ANSWER(b, "\0\6\0\0"), NOTHING);
    assert_int_equal(ANSWER(b, "\xff\xff\xff\xff"), NOTHING);
    assert_int_equal(ANSWER(b, RRQ("f")), GOT_DATA);
    close_box(b);
}

static void read_only(struct netp_tftpd_cfg *cfg)
{
    cfg->create = cfg->overwrite = false;
}

static void create_only(struct netp_tftpd_cfg *cfg)
{
    cfg->overwrite = false;
}

static void overwrite_only(struct netp_tftpd_cfg *cfg)
{
    cfg->create = false;
}

static void small(struct netp_tftpd_cfg *cfg)
{
    cfg->max_size = 1000;
}

static void test_policy(void **state)
{
    struct box *b = *state;

    open_box(b, read_only);
    assert_int_equal(ANSWER(b, WRQ("new")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("f")), NETP_TFTP_ACCESS);
    close_box(b);
    open_box(b, create_only);
    assert_int_equal(ANSWER(b, WRQ("new")), GOT_ACK);
    assert_int_equal(ANSWER(b, WRQ("f")), NETP_TFTP_EXISTS);
    close_box(b);
    open_box(b, overwrite_only);
    assert_int_equal(ANSWER(b, WRQ("new")), NETP_TFTP_ACCESS);
    assert_int_equal(ANSWER(b, WRQ("f")), GOT_ACK);
    close_box(b);
    open_box(b, small);
    assert_int_equal(ANSWER(b, "\0\2new\0octet\0tsize\0001001\0"), NETP_TFTP_DISK_FULL);
    assert_int_equal(ANSWER(b, "\0\2new\0octet\0tsize\0001000\0"), GOT_OACK);
    close_box(b);
}

/* Counts the names in the root that hold `part`. */
static int count_names(const struct box *b, const char *part)
{
    DIR *dir = opendir(b->root);
    struct dirent *e;
    int n = 0;

    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        n += strstr(e->d_name, part) != NULL;
    }
    closedir(dir);
    return n;
}

static void test_two_writers(void **state)
{
    struct box *b = *state;
    struct client c[2];
    char path[128], got[16] = "";
    FILE *f;

    open_box(b, NULL);
    for (int i = 0; i < 2; i++) {
        open_client(&c[i]);
        request(b, &c[i], WRQ("f"), sizeof(WRQ("f")) - 1);
        assert_true(wait_answer(b, &c[i], PATIENCE_MS));
    }
    assert_int_equal(count_names(b, "part"), 2);
    for (int i = 0; i < 2; i++) {
        send_to(&c[i], &c[i].from, i ? "\0\3\0\1second" : "\0\3\0\1first", i ? 10 : 9);
        assert_true(wait_answer(b, &c[i], PATIENCE_MS));
        close(c[i].fd);
    }
    assert_int_equal(count_names(b, "part"), 0);
    snprintf(path, sizeof path, "%s/f", b->root);
    f = fopen(path, "r");
    assert_non_null(fgets(got, sizeof got, f));
    fclose(f);
    assert_string_equal(got, "second");
    close_box(b);
}

/* A write that stops half-way, by an error of the client's or by the server's end. */
static void test_no_partial_file(void **state)
{
    static uint8_t block[516] = {0, 3, 0, 1};
    struct box *b = *state;
    struct client c;

    open_box(b, NULL);
    for (int i = 0; i < 2; i++) {
        open_client(&c);
        request(b, &c, WRQ("new"), sizeof(WRQ("new")) - 1);
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        send_to(&c, &c.from, block, sizeof block);
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        assert_int_equal(count_names(b, "new"), 1); /* new.*.part */
        if (i == 0) {
            send_to(&c, &c.from, "\0\5\0\0no", 7);
            wait_running(b, 0);
            assert_int_equal(count_names(b, "new"), 0);
        }
        close(c.fd);
    }
    close_box(b);
    assert_int_equal(count_names(b, "new"), 0);
}

static void one(struct netp_tftpd_cfg *cfg)
{
    cfg->max_per_peer = 1;
}

/* A transfer that is over, and stays only to repeat its last ACK, keeps nobody out; and what it
 * replaces keeps its permissions, whatever the umask. */
static void test_uploads_in_a_row(void **state)
{
    struct box *b = *state;
    struct client c;
    struct stat st;
    char path[128];
    mode_t mask = umask(022);

    snprintf(path, sizeof path, "%s/f", b->root);
    assert_int_equal(chmod(path, 0666), 0);
    open_box(b, one);
    for (int i = 0; i < 3; i++) {
        open_client(&c);
        request(b, &c, WRQ("f"), sizeof(WRQ("f")) - 1);
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        assert_int_equal(c.p[1], NETP_TFTP_ACK);
        send_to(&c, &c.from, "\0\3\0\1x", 5);
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        close(c.fd);
    }
    umask(mask);
    assert_int_equal(b->failures, 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666);
    close_box(b);
}

/* A file that is cut off while it is read: the client is told, and does not wait for the rest. */
static void test_shrunk_file(void **state)
{
    static const char rrq[] = "\0\1big\0octet\0windowsize\0002\0";
    struct box *b = *state;
    struct client c;
    char path[128];

    put_file(b->root, "big", "");
    snprintf(path, sizeof path, "%s/big", b->root);
    assert_int_equal(truncate(path, 200000), 0);
    open_box(b, NULL);
    open_client(&c);
    request(b, &c, rrq, sizeof rrq - 1);
    assert_true(wait_answer(b, &c, PATIENCE_MS));
    send_to(&c, &c.from, "\0\4\0\0", 4);
    for (unsigned n = 1; n <= 128; n++) { /* what was read ahead: 65536 bytes */
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        assert_int_equal(c.p[3], n & 255);
        if (n == 128) {
            assert_int_equal(truncate(path, 1000), 0);
            send_to(&c, &c.from, "\0\4\0\177", 4); /* 127: NEED from 128, which was sent */
        } else if (n % 2 == 0) {
            send_to(&c, &c.from, (uint8_t[]){0, 4, 0, (uint8_t)n}, 4);
        }
    }
    assert_true(wait_answer(b, &c, PATIENCE_MS));
    assert_int_equal(c.p[1], NETP_TFTP_ERROR);
    assert_int_equal(b->failures, 1);
    close(c.fd);
    close_box(b);
}

static void few(struct netp_tftpd_cfg *cfg)
{
    cfg->max_transfers = 12;
    cfg->max_per_peer = 8;
}

/* A flood from one address, of requests that nobody follows up. */
static void test_flood(void **state)
{
    struct box *b = *state;
    struct client c[20];
    unsigned served = 0, refused = 0;

    open_box(b, few);
    for (int i = 0; i < 20; i++) {
        open_client(&c[i]);
        for (int k = 0; k < 5; k++) { /* each comes five times: one transfer */
            request(b, &c[i], RRQ("f"), sizeof(RRQ("f")) - 1);
        }
    }
    for (int i = 0; i < 20; i++) {
        assert_true(wait_answer(b, &c[i], PATIENCE_MS));
        served += c[i].p[1] == NETP_TFTP_OP_DATA;
        refused += c[i].p[1] == NETP_TFTP_ERROR && c[i].p[3] == 0;
    }
    assert_int_equal(served, 8);
    assert_int_equal(refused, 12);
    assert_int_equal(netp_tftpd_running(b->d), 8);
    for (int i = 0; i < 20; i++) {
        if (c[i].p[1] == NETP_TFTP_OP_DATA) {
            send_to(&c[i], &c[i].from, "\0\4\0\1", 4);
        }
        close(c[i].fd);
    }
    wait_running(b, 0);
    assert_int_equal(ANSWER(b, RRQ("f")), GOT_DATA);
    close_box(b);
}

static void impatient(struct netp_tftpd_cfg *cfg)
{
    cfg->rto_ms = 5;
    cfg->retries = 3;
}

/* A peer that never acknowledges costs four packets and its place for a while. */
static void test_silent_peer(void **state)
{
    struct box *b = *state;
    struct client c;
    unsigned n = 0;

    open_box(b, impatient);
    open_client(&c);
    request(b, &c, RRQ("f"), sizeof(RRQ("f")) - 1);
    while (wait_answer(b, &c, 200)) {
        assert_int_equal(c.p[1], NETP_TFTP_OP_DATA);
        n++;
    }
    assert_int_equal(n, 4);
    assert_int_equal(netp_tftpd_running(b->d), 0);
    assert_int_equal(b->failures, 1);
    close(c.fd);
    close_box(b);
}

/* A stranger in the middle of a transfer: ERROR 5 for it, and the transfer goes on. */
static void test_stranger(void **state)
{
    struct box *b = *state;
    struct client c, s;

    open_box(b, NULL);
    open_client(&c);
    open_client(&s);
    request(b, &c, RRQ("f"), sizeof(RRQ("f")) - 1);
    assert_true(wait_answer(b, &c, PATIENCE_MS));
    send_to(&s, &c.from, "\0\4\0\1", 4);
    assert_true(wait_answer(b, &s, PATIENCE_MS));
    assert_memory_equal(s.p, "\0\5\0\5", 4);
    send_to(&s, &c.from, "\0\5\0\0stop", 9);
    assert_false(wait_answer(b, &s, 20));
    assert_int_equal(netp_tftpd_running(b->d), 1);
    send_to(&c, &c.from, "\0\4\0\1", 4);
    wait_running(b, 0);
    assert_int_equal(b->failures, 0);
    close(c.fd);
    close(s.fd);
    close_box(b);
}

/* A disk that is full: ERROR 3, by tsize before the first block, else when it happens. */
static void test_disk_full(void **state)
{
    static uint8_t block[4 + 8192] = {0, 3};
    struct box *b = *state;
    struct client c;
    int n = 0;

    if (mount("none", b->root, "tmpfs", 0, "size=64k") != 0) {
        skip();
    }
    open_box(b, NULL);
    assert_int_equal(ANSWER(b, "\0\2new\0octet\0tsize\000100000\0"), NETP_TFTP_DISK_FULL);
    open_client(&c);
    request(b, &c, "\0\2new\0octet\0blksize\0008192\0", 25);
    do {
        assert_true(wait_answer(b, &c, PATIENCE_MS));
        block[3] = (uint8_t)++n;
        send_to(&c, &c.from, block, sizeof block);
    } while (c.p[1] != NETP_TFTP_ERROR && n < 30);
    assert_int_equal(c.p[3], NETP_TFTP_DISK_FULL);
    assert_int_equal(count_names(b, "new"), 0);
    close(c.fd);
    close_box(b);
    umount(b->root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_packets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_policy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_writers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_partial_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_uploads_in_a_row, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shrunk_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flood, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silent_peer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stranger, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disk_full, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

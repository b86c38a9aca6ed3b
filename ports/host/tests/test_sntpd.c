/* test_sntpd.c - the server, asked by plain sockets. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/clock.h>
#include <netproto/host/sntpd.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct netp_loop *loop;
static struct netp_sntpd *d;
static unsigned reports[3], asked;
static int fd;

static void report(void *arg, const struct netp_addr *peer, enum netp_sntpd_result result)
{
    (void)arg;
    assert_int_equal(peer->fam == 4 || peer->fam == 6, 1);
    reports[result]++;
}

static void start(struct netp_sntpd_cfg *cfg, const char *listen, uint8_t fam)
{
    struct netp_addr to;
    struct sockaddr_storage sa;
    socklen_t n;

    cfg->listen = (struct netp_addr){{0}, 0, 0, fam};
    if (listen) {
        memcpy(cfg->listen.ip, listen, fam == 4 ? 4 : 16);
    }
    cfg->report = report;
    memset(reports, 0, sizeof reports);
    asked = 0;
    loop = netp_loop_new();
    d = netp_sntpd_open(loop, cfg);
    assert_non_null(d);
    to = netp_sntpd_addr(d);
    assert_int_not_equal(to.port, 0);
    memset(to.ip, 0, sizeof to.ip);
    memcpy(to.ip, "\177\0\0\2", 4); /* one of several addresses */
    to.fam = 4;
    if (fam == 6) {
        memset(to.ip, 0, sizeof to.ip);
        to.ip[15] = 1;
        to.fam = 6;
    }
    fd = netp_udp_socket(NULL, to.fam);
    n = netp_sockaddr_put(&sa, &to);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, n), 0); /* takes no answer from another */
}

static void stop(void)
{
    close(fd);
    netp_sntpd_close(d);
    netp_loop_free(loop);
}

/* Lets the server work until it has reported so many datagrams. */
static void work(unsigned reported)
{
    netp_ms end = netp_now() + 20000;
    unsigned n;

    do {
        assert_true(netp_now() < end);
        netp_loop_turn(loop, end);
        n = 0;
        for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
            n += reports[i];
        }
    } while (n < reported);
}

/* The next answer's length, or -1: there is none. */
static ssize_t hear(uint8_t out[100])
{
    struct pollfd p = {fd, POLLIN, 0};

    (void)poll(&p, 1, 100);
    return recv(fd, out, 100, MSG_DONTWAIT);
}

/* Sends p[0..n), lets the server work, and returns the answer's length, or -1. */
static ssize_t ask(const void *p, size_t n, uint8_t out[100])
{
    assert_int_equal(send(fd, p, n, 0), n);
    work(++asked);
    return hear(out);
}

static void request(uint8_t p[48])
{
    memset(p, 0, 48);
    p[0] = 0x23;
    memcpy(p + 40, "NONCE123", 8);
}

static void check_answer(uint8_t stratum)
{
    struct netp_sntp_packet k;
    uint8_t p[48], out[100];
    uint64_t before = netp_clock_now();

    request(p);
    assert_int_equal(ask(p, 48, out), 48);
    netp_sntp_parse(out, 48, &k);
    assert_int_equal(k.mode, NETP_SNTP_SERVER);
    assert_int_equal(k.stratum, stratum);
    assert_memory_equal(out + 24, "NONCE123", 8);
    assert_true((int64_t)(k.receive - before) >= 0);
    assert_true((int64_t)(k.transmit - k.receive) >= 0);
    assert_true((int64_t)(netp_clock_now() - k.transmit) >= 0);
    assert_true(stratum == 0 || (int64_t)(k.transmit - k.reference) >= 0);
    assert_in_range(-k.precision, 5, 32);
}

static void test_answers(void **state)
{
    struct netp_sntpd_cfg cfg;
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    start(&cfg, "\177\0\0\2", 4);
    for (unsigned i = 0; i < 3; i++) {
        check_answer(10);
    }
    assert_int_equal(netp_sntpd_answers(d), 3);
    assert_int_equal(reports[NETP_SNTPD_ANSWERED], 3);
    stop();
    cfg.leap = NETP_SNTP_UNSYNC;
    start(&cfg, "\177\0\0\2", 4);
    check_answer(0);
    stop();
}

/* Bound to any address, it answers from the one that was asked. */
static void test_any_address(void **state)
{
    struct netp_sntpd_cfg cfg;
    struct netp_addr six = {{0}, 0, 0, 6};
    int has_six;
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    start(&cfg, NULL, 4);
    check_answer(10);
    stop();
    has_six = netp_udp_socket(&six, 6);
    if (has_six >= 0) {
        close(has_six);
        start(&cfg, NULL, 6);
        check_answer(10);
        stop();
    }
}

static void test_a_batch(void **state)
{
    struct netp_sntpd_cfg cfg;
    uint8_t p[48], out[100];
    unsigned got = 0;
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    start(&cfg, "\177\0\0\2", 4);
    request(p);
    for (unsigned i = 0; i < 150; i++) {
        p[0] = i % 3 ? 0x23 : 0x24; /* every third is no request */
        p[47] = (uint8_t)i;
        assert_int_equal(send(fd, p, 48, 0), 48);
    }
    work(150);
    for (unsigned i = 0; i < 150; i++) {
        if (i % 3) {
            assert_int_equal(hear(out), 48);
            assert_int_equal(out[31], i);
            got++;
        }
    }
    assert_int_equal(hear(out), -1);
    assert_int_equal(got, 100);
    assert_int_equal(reports[NETP_SNTPD_DROPPED], 50);
    stop();
}

static void test_no_answer(void **state)
{
    struct netp_sntpd_cfg cfg;
    uint8_t p[600] = {0}, out[100];
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    start(&cfg, "\177\0\0\2", 4);
    request(p);
    assert_int_equal(ask(p, 0, out), -1);
    assert_int_equal(ask(p, 47, out), -1);
    assert_int_equal(ask(p, 49, out), -1);
    assert_int_equal(ask(p, 52, out), -1); /* a crypto-NAK */
    assert_int_equal(ask(p, 68, out), -1); /* a MAC, and no key */
    assert_int_equal(ask(p, 600, out), -1);
    p[0] = 0x16;
    assert_int_equal(ask(p, 48, out), -1);
    assert_int_equal(reports[NETP_SNTPD_DROPPED], 7);
    /* An extension field that we do not know: RFC 7822. */
    request(p);
    p[51] = 28;
    assert_int_equal(ask(p, 76, out), 48);
    stop();
}

static void test_limit(void **state)
{
    struct netp_sntpd_cfg cfg;
    uint8_t p[48], out[100];
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    cfg.interval_ms = 100000;
    cfg.burst = 2;
    cfg.kiss_every = 3;
    start(&cfg, "\177\0\0\2", 4);
    check_answer(10);
    check_answer(10);
    request(p);
    assert_int_equal(ask(p, 48, out), 48);
    assert_memory_equal(out + 12, "RATE", 4);
    assert_int_equal(out[2], 7); /* 128 s */
    assert_int_equal(ask(p, 48, out), -1);
    assert_int_equal(ask(p, 48, out), -1);
    assert_int_equal(ask(p, 48, out), 48);
    assert_int_equal(reports[NETP_SNTPD_LIMITED], 4);
    assert_int_equal(netp_sntpd_answers(d), 2);
    stop();
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool digest(const struct netp_sntp_key *key, const uint8_t *p, size_t n, uint8_t *out)
{
    memset(out, (int)key->id, 16);
    out[0] = (uint8_t)(p[40] + n);
    return true;
}

static const struct netp_sntp_key seven = {
    .id = 7, .size = 16, .digest = digest, .sign = netp_sntp_sign, .verify = netp_sntp_verify};

static const struct netp_sntp_key *find(void *arg, uint32_t id)
{
    (void)arg;
    return id == 7 ? &seven : NULL;
}

static void test_keys(void **state)
{
    struct netp_sntpd_cfg cfg;
    uint8_t p[72], out[100];
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    cfg.key = find;
    start(&cfg, "\177\0\0\2", 4);
    check_answer(10);
    request(p);
    netp_sntp_sign(&seven, p, 48);
    assert_int_equal(ask(p, 68, out), 68);
    assert_int_equal(netp_sntp_verify(&seven, out, 68), NETP_OK);
    p[67] ^= 1;
    assert_int_equal(ask(p, 68, out), -1);
    p[67] ^= 1;
    p[51] = 8;
    assert_int_equal(ask(p, 68, out), -1);
    stop();
}

static void test_cfg(void **state)
{
    struct netp_sntpd_cfg cfg, c;
    struct netp_addr taken;
    (void)state;
    netp_sntpd_cfg_init(&cfg);
    loop = netp_loop_new();
    assert_null(netp_sntpd_open(loop, &cfg));
    assert_int_equal(errno, EINVAL);
    cfg.listen = (struct netp_addr){{127, 0, 0, 1}, 0, 0, 4};
#define REFUSED(change)                                                                            \
    c = cfg;                                                                                       \
    change;                                                                                        \
    errno = 0;                                                                                     \
    assert_null(netp_sntpd_open(loop, &c));                                                        \
    assert_int_equal(errno, EINVAL)
    REFUSED(c.stratum = 0);
    REFUSED(c.stratum = 16);
    REFUSED(c.leap = 4);
    cfg.interval_ms = 1000;
    REFUSED(c.burst = 0);
    REFUSED(c.addresses = 3);
    REFUSED(c.burst = 65535; c.interval_ms = 40000);
    d = netp_sntpd_open(loop, &cfg);
    taken = netp_sntpd_addr(d);
    cfg.listen = taken;
    assert_null(netp_sntpd_open(loop, &cfg));
    assert_int_equal(errno, EADDRINUSE);
    netp_sntpd_close(d);
    netp_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_any_address),
        cmocka_unit_test(test_a_batch), cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_keys),
        cmocka_unit_test(test_cfg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sntp_query.c - servers of all kinds, asked at once. SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <netproto/host/clock.h>
#include <netproto/host/sntp_query.h>
#include <netproto/host/socket.h>
#include <netproto/sntp_server.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum kind { GOOD, LIAR, SILENT, UNSET, DENY, RATE, SLOW, BACKWARDS, KINDS };

static struct netp_addr addr[KINDS];
static pid_t child[KINDS];

/* Serves as its kind has it, until it is killed. */
static void serve(int fd, enum kind kind)
{
    static const struct netp_sntp_server says = {0, 2, -20, 0, 0, 0x7f000001, 1};
    struct netp_sntp_server s = says;
    uint64_t lie = kind == LIAR ? 1000 * NETP_SNTP_SECOND : 0;
    struct sockaddr_storage sa;
    uint8_t p[100], out[48];
    socklen_t len;

    fcntl(fd, F_SETFL, 0);
    s.leap = kind == UNSET ? 3 : 0;
    for (;;) {
        len = sizeof sa;
        ssize_t n = recvfrom(fd, p, sizeof p, 0, (struct sockaddr *)&sa, &len);
        uint64_t t = netp_clock_now() + lie;
        if (kind == SLOW) {
            usleep(30000);
        }
        s.reference = t - NETP_SNTP_SECOND;
        netp_sntp_answer(&s, p, (size_t)n, t, t + (kind == BACKWARDS ? NETP_SNTP_SECOND : 0), out);
        if (kind == DENY || kind == RATE) {
            netp_sntp_kiss(kind == DENY ? NETP_SNTP_DENY : NETP_SNTP_RATE, 6, p, (size_t)n, t, out);
        }
        if (kind != SILENT) {
            sendto(fd, out, 48, 0, (struct sockaddr *)&sa, len);
        }
    }
}

static int setup(void **state)
{
    static const struct netp_addr loopback = {.ip = {127, 0, 0, 1}, .fam = 4};
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        int fd = netp_udp_socket(&loopback, 4);
        addr[i] = netp_local_addr(fd);
        child[i] = fork();
        if (child[i] == 0) {
            serve(fd, (enum kind)i);
        }
        close(fd);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
    return 0;
}

static struct netp_sntp_target target[KINDS];

/* Little where only those are asked that never answer. */
static uint32_t patience(const enum kind *kind, size_t n)
{
    size_t silent = 0;

    for (size_t i = 0; i < n; i++) {
        silent += kind[i] == SILENT;
    }
    return silent == n ? 100 : silent ? 2000 : 20000;
}

static int query(unsigned samples, const enum kind *kind, size_t n, struct netp_sntp_query *q)
{
    memset(target, 0, sizeof target);
    for (size_t i = 0; i < n; i++) {
        target[i].addr = addr[kind[i]];
    }
    netp_sntp_query_init(q);
    q->target = target;
    q->n = n;
    q->samples = samples;
    q->interval_ms = 1;
    q->timeout_ms = patience(kind, n);
    return netp_sntp_query(q);
}
#define QUERY(samples, q, ...)                                                                     \
    query(samples, (const enum kind[]){__VA_ARGS__},                                               \
          sizeof((const enum kind[]){__VA_ARGS__}) / sizeof(enum kind), q)

static int64_t size_of(int64_t v)
{
    return v < 0 ? -v : v;
}

static void test_one(void **state)
{
    struct netp_sntp_query q;
    (void)state;
    assert_int_equal(QUERY(5, &q, GOOD), NETP_OK);
    assert_int_equal(q.choice.best, 0);
    assert_int_equal(target[0].asked, 5);
    assert_int_equal(target[0].answered, 5);
    assert_int_equal(target[0].reply.packet.stratum, 2);
    assert_true(size_of(target[0].sample.offset) <= (int64_t)target[0].sample.distance);
    assert_int_equal(QUERY(2, &q, SLOW), NETP_OK);
    /* The server held it for 30 ms and says it did not: that is delay. */
    assert_true(target[0].sample.delay > NETP_SNTP_SECOND * 29 / 1000);
    assert_true(size_of(target[0].sample.offset) <= (int64_t)target[0].sample.distance);
}

static void test_of_no_use(void **state)
{
    struct netp_sntp_query q;
    (void)state;
    assert_int_equal(QUERY(1, &q, SILENT), NETP_E_TIMEOUT);
    assert_int_equal(target[0].asked, 1);
    assert_int_equal(QUERY(1, &q, UNSET), NETP_E_SYNTAX);
    assert_int_equal(target[0].why, NETP_SNTP_WHY_NOT_SYNCHRONISED);
    assert_int_equal(QUERY(9, &q, DENY), NETP_E_REFUSED);
    assert_int_equal(target[0].kiss, NETP_SNTP_DENY);
    assert_int_equal(target[0].asked, 1);
    assert_int_equal(QUERY(9, &q, RATE), NETP_E_REFUSED);
    assert_int_equal(target[0].kiss, NETP_SNTP_RATE);
    assert_int_equal(target[0].asked, 1);
    assert_int_equal(QUERY(1, &q, BACKWARDS), NETP_E_SYNTAX);
    assert_int_equal(target[0].why, NETP_SNTP_WHY_ORDER);
}

static void test_several(void **state)
{
    struct netp_sntp_query q;
    (void)state;
    assert_int_equal(QUERY(2, &q, LIAR, GOOD, DENY, GOOD, SILENT), NETP_OK);
    assert_true(q.choice.best == 1 || q.choice.best == 3);
    assert_int_equal(q.choice.agree, 2);
    assert_true(target[0].outlier && !target[1].outlier && !target[3].outlier);
    assert_int_equal(target[2].err, NETP_E_REFUSED);
    assert_int_equal(target[4].err, NETP_E_TIMEOUT);
    assert_int_equal(QUERY(1, &q, LIAR, GOOD), NETP_E_REFUSED);
    assert_int_equal(target[0].err, NETP_OK);
}

/* Asks first, and others as long as there is no answer. */
static int query_others(unsigned samples, struct netp_addr first, const struct netp_addr *other,
                        size_t n, uint32_t timeout_ms)
{
    struct netp_sntp_query q;

    memset(target, 0, sizeof target);
    target[0].addr = first;
    target[0].other = other;
    target[0].nother = n;
    netp_sntp_query_init(&q);
    q.target = target;
    q.n = 1;
    q.samples = samples;
    q.interval_ms = 1;
    q.timeout_ms = timeout_ms;
    return netp_sntp_query(&q);
}

static void test_others(void **state)
{
    const struct netp_addr nowhere = {{255, 255, 255, 255}, 0, 123, 4}; /* connect: EACCES */
    const struct netp_addr other[] = {addr[SILENT], nowhere, addr[GOOD], addr[DENY]};
    (void)state;
    assert_int_equal(query_others(3, nowhere, other, 4, 2000), NETP_OK);
    assert_int_equal(target[0].asked, 4);
    assert_int_equal(target[0].answered, 3);
    assert_memory_equal(&target[0].addr, &addr[GOOD], sizeof *addr);
    assert_int_equal(query_others(3, addr[SILENT], other, 1, 100), NETP_E_TIMEOUT);
    assert_int_equal(target[0].asked, 4);
    assert_int_equal(query_others(1, addr[SILENT], other + 1, 1, 100), NETP_E_IO);
    assert_int_not_equal(target[0].sys_errno, 0);
    /* what is of no use is an answer, too */
    assert_int_equal(query_others(1, addr[DENY], other + 2, 1, 20000), NETP_E_REFUSED);
    assert_int_equal(query_others(1, addr[UNSET], other + 2, 1, 20000), NETP_E_SYNTAX);
    assert_int_equal(query_others(2, addr[GOOD], other, 4, 20000), NETP_OK);
    assert_int_equal(target[0].asked, 2);
}

static void test_limits(void **state)
{
    struct netp_sntp_query q;
    netp_ms begun = netp_now();
    (void)state;
    netp_sntp_query_init(&q);
    q.target = target;
    assert_int_equal(netp_sntp_query(&q), NETP_E_ARG);
    q.n = NETP_SNTP_TARGETS_MAX + 1;
    assert_int_equal(netp_sntp_query(&q), NETP_E_ARG);
    q.n = 1;
    q.samples = 0;
    assert_int_equal(netp_sntp_query(&q), NETP_E_ARG);
    q.samples = 256;
    assert_int_equal(netp_sntp_query(&q), NETP_E_ARG);
    q.samples = 1;
    memset(target, 0, sizeof target);
    assert_int_equal(netp_sntp_query(&q), NETP_E_IO); /* no address */
    target[0].addr = addr[SILENT];
    q.timeout_ms = 60000;
    q.total_ms = 50;
    assert_int_equal(netp_sntp_query(&q), NETP_E_TIMEOUT);
    assert_true(netp_now() - begun < 30000);
    q.total_ms = NETP_NEVER;
    q.timeout_ms = 100;
    target[0].addr = (struct netp_addr){{127, 0, 0, 1}, 0, 1, 4}; /* nobody there */
    assert_int_equal(netp_sntp_query(&q), NETP_E_TIMEOUT);
    q.local = (struct netp_addr){{192, 0, 2, 1}, 0, 0, 4}; /* not ours */
    assert_int_equal(netp_sntp_query(&q), NETP_E_IO);
    assert_int_not_equal(target[0].sys_errno, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),     cmocka_unit_test(test_of_no_use),
        cmocka_unit_test(test_several), cmocka_unit_test(test_others),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* test_udp.c - batches of datagrams between sockets on loopback. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/socket.h>
#include <netproto/host/udp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct netp_addr loopback = {.ip = {127, 0, 0, 1}, .fam = 4};
static struct netp_udp_batch *batch;
static int a, b;
static struct netp_addr to_b;
static uint8_t bytes[65536];

static int setup(void **state)
{
    (void)state;
    batch = netp_udp_batch_new(NETP_UDP_BATCH, 2048);
    a = netp_udp_socket(&loopback, 4);
    b = netp_udp_socket(&loopback, 4);
    assert_true(batch && a >= 0 && b >= 0);
    to_b = netp_local_addr(b);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    netp_udp_batch_free(batch);
    close(a);
    close(b);
    return 0;
}

/* A machine that has ndgram datagrams to send, the i-th of size[i] bytes from bytes[i], each as
 * `parts` elements. */
struct talker {
    size_t size[200];
    size_t ndgram, parts, gone;
    const struct netp_addr *to;
};

static size_t talker_out(const void *m, struct netp_out *v, size_t nv)
{
    const struct talker *t = m;
    size_t n = 0;

    for (size_t i = t->gone; i < t->ndgram; i++) {
        for (size_t k = 0, at = 0; k < t->parts && n < nv; k++, n++) {
            size_t len = k + 1 < t->parts ? t->size[i] / t->parts : t->size[i] - at;
            v[n] = (struct netp_out){.p = bytes + i + at, .n = len, .to = t->to};
            v[n].flags = NETP_OUT_DGRAM | (k + 1 < t->parts ? NETP_OUT_MORE : 0u);
            at += len;
        }
    }
    return n;
}

static void talker_sent(void *m, size_t n, netp_ms now)
{
    struct talker *t = m;

    (void)now;
    assert_true(n > 0 && n <= t->ndgram - t->gone);
    t->gone += n;
}

static const struct netp_ops talker_ops = {
    .name = "talker", .size = sizeof(struct talker), .out = talker_out, .sent = talker_sent};

/* On a busy machine a datagram comes even on loopback later than the call that sends it returns. */
static void wait_for(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, 20000), 1);
}

/* Takes the datagrams first.. that t has sent so far, and compares them. */
static void assert_received(const struct talker *t)
{
    struct netp_addr from = netp_local_addr(a);
    size_t i = 0;

    while (i < t->gone) {
        wait_for(b);
        int n = netp_udp_receive(batch, b, NETP_UDP_BATCH);
        assert_true(n > 0);
        for (unsigned k = 0; k < (unsigned)n; k++, i++) {
            struct netp_in in;
            assert_true(netp_udp_datagram(batch, k, &in));
            assert_true(i < t->gone);
            assert_int_equal(in.n, t->size[i]);
            assert_memory_equal(in.p, bytes + i, in.n);
            assert_int_equal(in.flags, NETP_IN_DGRAM);
            assert_true(netp_addr_eq(in.from, &from));
        }
    }
    assert_int_equal(netp_udp_receive(batch, b, NETP_UDP_BATCH), 0);
}

/* n datagrams of `size` bytes, the last of `last`. */
static void cross(size_t n, size_t size, size_t last, size_t parts)
{
    struct talker t = {.ndgram = n, .parts = parts, .to = &to_b};

    for (size_t i = 0; i < n; i++) {
        t.size[i] = i + 1 < n ? size : last;
    }
    assert_int_equal(netp_udp_flush(a, &talker_ops, &t, 0), 0);
    assert_int_equal(t.gone, n);
    assert_received(&t);
}

static void test_sizes(void **state)
{
    (void)state;
    cross(1, 4, 4, 1);
    cross(1, 0, 0, 1); /* an empty datagram is one */
    cross(2, 512, 4, 2);
    cross(16, 516, 516, 2);
    cross(16, 1432, 7, 2);
    cross(16, 1432, 1433, 2);
    cross(3, 512, 0, 1);
    cross(3, 0, 0, 1);
    cross(20, 2000, 2000, 2); /* larger than an Ethernet frame holds */
    cross(64, 516, 516, 1);
    cross(65, 516, 516, 2);
    cross(80, 516, 100, 3); /* 128 elements end within a datagram */
    cross(100, 100, 100, 7);
}

static void test_mixed(void **state)
{
    static const size_t size[] = {5, 5, 5, 9, 9, 1, 0, 0, 700, 2, 700, 700, 701};
    struct talker t = {.ndgram = sizeof size / sizeof *size, .parts = 2, .to = &to_b};

    (void)state;
    memcpy(t.size, size, sizeof size);
    assert_int_equal(netp_udp_flush(a, &talker_ops, &t, 0), 0);
    assert_received(&t);
}

static void test_too_many_parts(void **state)
{
    struct talker t = {.size = {500}, .ndgram = 1, .parts = 2 * NETP_UDP_BATCH + 1, .to = &to_b};
    struct netp_out v[2 * NETP_UDP_BATCH];

    (void)state;
    assert_int_equal(netp_udp_send(a, v, talker_out(&t, v, 2 * NETP_UDP_BATCH)), NETP_E_NOSPACE);
    assert_int_equal(netp_udp_flush(a, &talker_ops, &t, 0), -1);
    assert_int_equal(t.gone, 0);
}

static void test_largest(void **state)
{
    struct netp_udp_batch *large = netp_udp_batch_new(1, NETP_UDP_DATAGRAM_MAX);
    struct netp_out v = {.p = bytes, .n = 65507, .flags = NETP_OUT_DGRAM, .to = &to_b};
    struct netp_in in;

    (void)state;
    assert_int_equal(netp_udp_send(a, &v, 1), 1);
    wait_for(b);
    assert_int_equal(netp_udp_receive(large, b, 1), 1);
    assert_true(netp_udp_datagram(large, 0, &in));
    assert_int_equal(in.n, 65507);
    assert_memory_equal(in.p, bytes, in.n);
    netp_udp_batch_free(large);
}

static void test_too_long(void **state)
{
    struct netp_out v[2] = {{bytes, 2049, NETP_OUT_DGRAM, &to_b},
                            {bytes, 2048, NETP_OUT_DGRAM, &to_b}};
    struct netp_in in;

    (void)state;
    assert_int_equal(netp_udp_send(a, v, 2), 2);
    wait_for(b);
    assert_int_equal(netp_udp_receive(batch, b, 1), 1);
    assert_false(netp_udp_datagram(batch, 0, &in));
    wait_for(b);
    assert_int_equal(netp_udp_receive(batch, b, 10), 1);
    assert_true(netp_udp_datagram(batch, 0, &in));
    assert_int_equal(in.n, 2048);
}

/* A peer that is not there is no error of the socket, neither sending nor receiving. */
static void test_nobody_there(void **state)
{
    struct netp_out v = {.p = bytes, .n = 10, .flags = NETP_OUT_DGRAM};
    struct sockaddr_storage sa;
    socklen_t n = netp_sockaddr_put(&sa, &to_b);

    (void)state;
    assert_int_equal(connect(a, (struct sockaddr *)&sa, n), 0);
    close(b);
    b = -1;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(netp_udp_send(a, &v, 1), 1);
    }
    assert_int_equal(netp_udp_receive(batch, a, 1), 0);
    b = netp_udp_socket(&to_b, 4);
    assert_int_equal(netp_udp_send(a, &v, 1), 1);
    wait_for(b);
    assert_int_equal(netp_udp_receive(batch, b, 10), 1);
}

static void test_await(void **state)
{
    struct netp_out v = {.p = bytes, .n = 10, .flags = NETP_OUT_DGRAM, .to = &to_b};
    netp_ms begun = netp_now();

    (void)state;
    assert_int_equal(netp_udp_block(b), 0);
    assert_int_equal(netp_udp_await(batch, b, 8, 20), 0);
    assert_in_range(netp_now() - begun, 15, 20000);
    assert_int_equal(netp_udp_send(a, &v, 1), 1);
    assert_int_equal(netp_udp_send(a, &v, 1), 1);
    begun = netp_now();
    for (int n = 0; n < 2;) { /* it waits for one, and takes all that are there */
        int more = netp_udp_await(batch, b, 8, 60000);
        assert_in_range(more, 1, 2 - n);
        n += more;
    }
    assert_in_range(netp_now() - begun, 0, 20000);
}

static void local(const char *any, const char *text)
{
    struct netp_addr listen, to, from, where, sender;
    struct netp_out v = {.p = bytes, .n = 10, .flags = NETP_OUT_DGRAM, .to = &to};
    uint8_t in[100];
    size_t n = sizeof in;
    int l, s;

    assert_int_equal(netp_addr_parse((struct netp_str){any, strlen(any)}, &listen), NETP_OK);
    assert_int_equal(netp_addr_parse((struct netp_str){text, strlen(text)}, &to), NETP_OK);
    l = netp_udp_socket(&listen, 0);
    s = netp_udp_socket(NULL, to.fam);
    if (l < 0 || s < 0) {
        return; /* no IPv6 here */
    }
    to.port = netp_local_addr(l).port;
    assert_int_equal(netp_udp_tell_local(l), 0);
    assert_int_equal(netp_udp_receive_local(l, in, &n, &from, &where), 0);
    assert_int_equal(netp_udp_send(s, &v, 1), 1);
    wait_for(l);
    assert_int_equal(netp_udp_receive_local(l, in, &n, &from, &where), 1);
    assert_int_equal(n, 10);
    assert_memory_equal(in, bytes, 10);
    assert_true(netp_addr_eq_ip(&where, &to));
    sender = netp_local_addr(s);
    assert_int_equal(from.port, sender.port);
    close(l);
    close(s);
}

static void test_local(void **state)
{
    (void)state;
    local("0.0.0.0", "127.0.0.1");
    local("0.0.0.0", "127.5.6.7");
    local("::", "::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mixed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_largest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_await, setup, teardown),
        cmocka_unit_test_setup_teardown(test_local, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

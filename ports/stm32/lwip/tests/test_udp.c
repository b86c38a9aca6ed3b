/* Ports, datagram machines and timers on lwIP. SPDX-License-Identifier: MIT */
#include "probe.h"
#include "world.h"
#include <lwip/timeouts.h>
#include <netproto/lwip/udp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct netp_probe m;
static struct netp_probe_ev ev;
static struct netp_lwip_udp u;
static struct netp_lwip_port peer;
static uint8_t heard[4000];
static size_t nheard;
static unsigned datagrams, ended, events;
static int end_err;
static bool abort_in_event;

static void on_datagram(void *arg, struct netp_in *in)
{
    (void)arg;
    datagrams++;
    nheard = in->n;
    memcpy(heard, in->p, in->n);
}

static void on_event(void *arg, void *p)
{
    (void)arg;
    (void)p;
    events++;
    if (abort_in_event) {
        netp_lwip_udp_abort(&u);
        netp_lwip_udp_kick(&u);
        assert_int_equal(ended, 0);
    }
}

static void on_closed(void *arg, int err)
{
    assert_ptr_equal(arg, &m);
    assert_true(netp_lwip_udp_is_closed(&u));
    ended++;
    end_err = err;
}

static int begin(void **state)
{
    world_begin(state);
    netp_probe_init(&m);
    m.events = true;
    datagrams = ended = events = 0;
    nheard = 0;
    abort_in_event = false;
    u = (struct netp_lwip_udp){.ops = &netp_probe_ops,
                               .m = &m,
                               .ev = &ev,
                               .event = on_event,
                               .closed = on_closed,
                               .arg = &m};
    peer.datagram = on_datagram;
    assert_int_equal(netp_lwip_port_open(&peer, 1000), NETP_OK);
    assert_int_equal(netp_lwip_udp_open(&u, &world_loop, 1001), NETP_OK);
    return 0;
}

static int end(void **state)
{
    netp_lwip_udp_abort(&u);
    world_run(5);
    assert_true(netp_lwip_udp_is_closed(&u));
    netp_lwip_port_close(&peer);
    netp_lwip_port_close(&peer);
    return world_end(state);
}

static void tell(const void *p, size_t n)
{
    struct netp_addr to = WORLD_HOST;
    const struct netp_out out = {p, n, NETP_OUT_DGRAM, &to};

    to.port = 1001;
    assert_int_equal(netp_lwip_port_send(&peer, &out, 1), 1);
    world_run(3);
}

static void answer(const void *p, size_t n)
{
    m.out = p;
    m.nout = n;
    m.out_flags = NETP_OUT_DGRAM;
    netp_lwip_udp_kick(&u);
}

static void there_and_back(void **state)
{
    (void)state;
    tell("hello!", 6);
    assert_true(m.dgram);
    assert_int_equal(m.from.port, 1000);
    assert_int_equal(m.from.fam, 4);
    assert_memory_equal(m.in, "hello!", 6);
    assert_int_equal(events, 1);
    answer("answer", 6); /* of two elements: one datagram */
    world_run(3);
    assert_int_equal(datagrams, 1);
    assert_int_equal(nheard, 6);
    assert_memory_equal(heard, "answer", 6);
}

static void large_datagrams_are_whole(void **state)
{
    static uint8_t big[3000];

    (void)state;
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = (uint8_t)('a' + i % 23);
    }
    tell(big, sizeof big);
    assert_int_equal(m.nin, sizeof big);
    assert_memory_equal(m.in, big, sizeof big);
}

/* One that comes as a chain, as when it was put together from fragments. */
static void chained(long fail_at)
{
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 50, PBUF_RAM);
    struct pbuf *q = pbuf_alloc(PBUF_RAW, 50, PBUF_RAM);
    ip_addr_t from;

    IP_ADDR4(&from, 127, 0, 0, 1);
    memset(p->payload, 'a', 50);
    memset(q->payload, 'b', 50);
    pbuf_cat(p, q);
    world_fail_at = fail_at;
    u.port_.pcb_->recv(u.port_.pcb_->recv_arg, u.port_.pcb_, p, &from, 1000);
    world_fail_at = -1;
}

static void chains_are_put_together(void **state)
{
    (void)state;
    chained(0); /* there is no memory: it is lost */
    assert_int_equal(m.nin, 0);
    chained(-1);
    assert_int_equal(m.nin, 100);
    assert_int_equal(m.in[49], 'a');
    assert_int_equal(m.in[50], 'b');
}

static void no_memory_to_send_is_waited_for(void **state)
{
    (void)state;
    tell("x", 1);
    for (long i = 0; i < 3; i++) {
        answer("answer", 6);
        world_fail_at = i;
        world_ms += 2;
        sys_check_timeouts();
        world_fail_at = -1;
        assert_int_equal(m.nout, 6);
        world_run(5);
        assert_int_equal(m.nout, 0);
        assert_int_equal(datagrams, i + 1);
    }
}

/* What can't be sent for another reason is as good as lost on the way. */
static void no_way_there(void **state)
{
    (void)state;
    m.from = (struct netp_addr){.ip = {10, 0, 0, 1}, .fam = 4, .port = 9};
    answer("answer", 6);
    world_run(3);
    assert_int_equal(m.nout, 0);
    m.from.fam = 6;
    answer("answer", 6);
    world_run(3);
    assert_int_equal(m.nout, 0);
    assert_int_equal(ended, 0);
}

static void what_is_not_wanted_is_lost(void **state)
{
    (void)state;
    m.appetite = 0;
    tell("abc", 3);
    m.appetite = SIZE_MAX;
    tell("def", 3);
    assert_int_equal(m.nin, 3);
    assert_memory_equal(m.in, "def", 3);
}

static void ends(void **state)
{
    (void)state;
    m.closed = true;
    netp_lwip_udp_kick(&u);
    world_run(3);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_OK);
    assert_int_equal(netp_lwip_udp_open(&u, &world_loop, 0), NETP_OK);
    m.closed = false;
    m.deadline = netp_lwip_now(&world_loop) + 100;
    netp_lwip_udp_kick(&u);
    world_run(90);
    assert_int_equal(ended, 1);
    world_run(20);
    assert_int_equal(ended, 2);
    assert_int_equal(end_err, NETP_E_TIMEOUT);
}

static void aborted_in_an_event(void **state)
{
    (void)state;
    abort_in_event = true;
    tell("!", 1);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_ABORTED);
    tell("!", 1);
    assert_int_equal(events, 1);
}

static void ports_that_can_not_be_opened(void **state)
{
    struct netp_lwip_port p = {.datagram = on_datagram};
    struct netp_lwip_udp second = u;

    (void)state;
    assert_int_equal(netp_lwip_port_open(&p, 1000), NETP_E_IO);
    assert_int_equal(netp_lwip_udp_open(&second, &world_loop, 1000), NETP_E_IO);
    world_no_memory = true;
    assert_int_equal(netp_lwip_port_open(&p, 0), NETP_E_NOSPACE);
}

/* --- the loop -------------------------------------------------------------------------------- */

static unsigned order[128], norder;
static void called(void *arg);
static struct netp_lwip_timer timers[3] = {NETP_LWIP_TIMER(called, &timers[0]),
                                           NETP_LWIP_TIMER(called, &timers[1]),
                                           NETP_LWIP_TIMER(called, &timers[2])};

static void called(void *arg)
{
    struct netp_lwip_timer *t = arg;

    order[norder++] = (unsigned)(t - timers);
    if (t == &timers[2] && norder < 100) {
        netp_lwip_at(&world_loop, t, 0); /* again at once: the others have their turn, too */
    }
}

static void timers_are_called_in_order(void **state)
{
    netp_ms now = netp_lwip_now(&world_loop);

    (void)state;
    norder = 0;
    netp_lwip_at(&world_loop, &timers[0], now + 50);
    netp_lwip_at(&world_loop, &timers[1], now + 20);
    world_run(30);
    assert_int_equal(norder, 1);
    netp_lwip_at(&world_loop, &timers[1], now + 40);
    netp_lwip_at(&world_loop, &timers[1], NETP_NEVER);
    netp_lwip_at(&world_loop, &timers[2], now + 45);
    sys_check_timeouts();
    world_run(25);
    assert_true(norder > 3 && norder < 30);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    netp_lwip_at(&world_loop, &timers[2], NETP_NEVER);
}

static void the_clock_does_not_wrap(void **state)
{
    netp_ms before = netp_lwip_now(&world_loop);

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        world_ms += 1800000u * 25; /* 100 x half a day: over 49 days */
        sys_check_timeouts();
    }
    assert_int_equal(netp_lwip_now(&world_loop) - before, 4500000000u);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(there_and_back),
        TEST(large_datagrams_are_whole),
        TEST(chains_are_put_together),
        TEST(no_memory_to_send_is_waited_for),
        TEST(no_way_there),
        TEST(what_is_not_wanted_is_lost),
        TEST(ends),
        TEST(aborted_in_an_event),
        TEST(ports_that_can_not_be_opened),
        TEST(timers_are_called_in_order),
        TEST(the_clock_does_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

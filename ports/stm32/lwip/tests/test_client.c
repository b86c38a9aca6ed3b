/* The client that does not give up. SPDX-License-Identifier: MIT */
#include "peer.h"
#include "probe.h"
#include "world.h"
#include <lwip/dns.h>
#include <netproto/lwip/client.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PORT 4000

static struct netp_probe m;
static struct netp_probe_ev ev;
static struct netp_lwip_client c;
static struct peer peer;
static unsigned begun, ended, events;
static int end_err;
static netp_ms begun_at[64];

static void on_begin(void *arg)
{
    assert_ptr_equal(arg, &m);
    begun_at[begun++ % 64] = netp_lwip_now(&world_loop);
    netp_probe_init(&m);
    m.events = true;
    m.out = (const uint8_t *)"hello";
    m.nout = 5;
}

static void on_event(void *arg, void *p)
{
    (void)p;
    assert_ptr_equal(arg, &c);
    events++;
}

static void on_ended(void *arg, int err)
{
    assert_ptr_equal(arg, &m);
    ended++;
    end_err = err;
}

static int begin(void **state)
{
    world_begin(state);
    memset(&peer, 0, sizeof peer);
    begun = ended = events = 0;
    c = (struct netp_lwip_client){
        .tcp = {.ops = &netp_probe_ops, .m = &m, .ev = &ev, .event = on_event},
        .host = "127.0.0.1",
        .port = PORT,
        .begin = on_begin,
        .ended = on_ended,
        .arg = &m,
        .min_ms = 100,
        .max_ms = 1600};
    return 0;
}

static int end(void **state)
{
    netp_lwip_client_stop(&c);
    world_run(10);
    return world_end(state);
}

static void comes_back_ever_more_slowly(void **state)
{
    netp_ms wait = 100;

    (void)state;
    netp_lwip_client_start(&c, &world_loop);
    netp_lwip_client_start(&c, &world_loop); /* harmless */
    world_run(8000);
    assert_true(begun >= 8 && begun <= 12);
    assert_int_equal(end_err, NETP_E_IO);
    for (unsigned i = 1; i < 8; i++) {
        netp_ms waited = begun_at[i] - begun_at[i - 1];
        assert_true(waited >= wait * 3 / 4 && waited <= wait + 10);
        wait = wait < 1600 ? wait * 2 : 1600;
    }
}

static void finds_a_server_that_comes_late_and_again(void **state)
{
    (void)state;
    netp_lwip_client_start(&c, &world_loop);
    world_run(500);
    peer_listen(&peer, PORT);
    world_run(2000);
    assert_int_equal(peer.accepted, 1);
    assert_int_equal(peer.nin, 5);
    peer_send_all(&peer, "!", 1, 1);
    assert_int_equal(events, 1);
    world_run(2000); /* it lasts: the next wait is short again */
    peer_abort(&peer);
    world_run(300);
    assert_int_equal(peer.accepted, 2);
    assert_int_equal(peer.nin, 10);
}

static void is_stopped(void **state)
{
    unsigned then;

    (void)state;
    peer_listen(&peer, PORT);
    netp_lwip_client_start(&c, &world_loop);
    world_run(10);
    netp_lwip_client_stop(&c);
    netp_lwip_client_stop(&c);
    assert_int_equal(ended, 0);
    world_run(10);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_ABORTED);
    then = begun;
    world_run(5000);
    assert_int_equal(begun, then);
    netp_lwip_client_start(&c, &world_loop);
    world_run(10);
    assert_int_equal(begun, then + 1);
}

static void stop_it(void *arg, int err)
{
    on_ended(arg, err);
    netp_lwip_client_stop(&c);
}

static void stopped_when_it_has_ended(void **state)
{
    (void)state;
    c.ended = stop_it;
    netp_lwip_client_start(&c, &world_loop);
    world_run(5000);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 1);
}

static void no_memory_is_waited_for(void **state)
{
    (void)state;
    peer_listen(&peer, PORT);
    netp_lwip_client_start(&c, &world_loop);
    world_no_memory = true;
    world_run(50);
    world_no_memory = false;
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_NOSPACE);
    world_run(300);
    assert_int_equal(peer.accepted, 1);
}

/* There is no name server: lwIP asks, waits and tells so. */
static void name_that_is_not_found(void **state)
{
    ip_addr_t server;

    (void)state;
    c.host = "device.example";
    netp_lwip_client_start(&c, &world_loop);
    world_run(50);
    assert_int_equal(end_err, NETP_E_NOSPACE); /* no server is set */
    IP_ADDR4(&server, 127, 0, 0, 9);
    dns_setserver(0, &server);
    world_run(60000);
    assert_int_equal(end_err, NETP_E_TIMEOUT);
    assert_int_equal(begun, 0);
    netp_lwip_client_stop(&c); /* perhaps while a question is open: its answer is ignored */
    world_run(60000);
    assert_int_equal(begun, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(comes_back_ever_more_slowly),
        TEST(finds_a_server_that_comes_late_and_again),
        TEST(is_stopped),
        TEST(stopped_when_it_has_ended),
        TEST(no_memory_is_waited_for),
        TEST(name_that_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

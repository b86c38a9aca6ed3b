/* Stream machines on lwIP's TCP. SPDX-License-Identifier: MIT */
#include "peer.h"
#include "probe.h"
#include "world.h"
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>
#include <netproto/lwip/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PORT 2000

/* A server of one connection. */
static struct netp_probe m;
static struct netp_probe_ev ev;
static struct netp_lwip_tcp s;
static struct netp_lwip_listener listener;
static struct peer peer;
static unsigned ended, events, rooms;
static int end_err;
static void (*in_event)(void), (*in_room)(void);
static char big[100000];

static void on_event(void *arg, void *p)
{
    const struct netp_probe_ev *e = p;

    assert_ptr_equal(arg, &m);
    assert_int_equal(*e->p, '!'); /* what it views is still there */
    events++;
    if (in_event) {
        in_event();
    }
    assert_int_equal(*e->p, '!');
}

static void on_room(void *arg)
{
    (void)arg;
    rooms++;
    if (in_room) {
        in_room();
    }
}

static void on_closed(void *arg, int err)
{
    assert_ptr_equal(arg, &m);
    assert_true(netp_lwip_tcp_is_closed(&s));
    ended++;
    end_err = err;
}

static void set_up(void)
{
    netp_probe_init(&m);
    ended = events = rooms = 0;
    end_err = 1;
    in_event = in_room = NULL;
    s = (struct netp_lwip_tcp){.ops = &netp_probe_ops,
                               .m = &m,
                               .ev = &ev,
                               .event = on_event,
                               .room = on_room,
                               .closed = on_closed,
                               .arg = &m};
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = (char)('a' + i % 23);
    }
}

static bool accepted(void *arg, struct tcp_pcb *pcb)
{
    (void)arg;
    if (!netp_lwip_tcp_is_closed(&s)) {
        return false;
    }
    netp_lwip_tcp_open(&s, &world_loop, pcb);
    return true;
}

static int begin(void **state)
{
    world_begin(state);
    set_up();
    listener = (struct netp_lwip_listener){.accepted = accepted};
    assert_int_equal(netp_lwip_listen(&listener, PORT), NETP_OK);
    return 0;
}

static int end(void **state)
{
    netp_lwip_tcp_abort(&s);
    world_run(5);
    assert_true(netp_lwip_tcp_is_closed(&s));
    return world_end(state);
}

static void connect_peer(void)
{
    peer_connect(&peer, PORT);
    assert_true(peer.connected);
    assert_false(netp_lwip_tcp_is_closed(&s));
}

static void send_out(const void *p, size_t n, unsigned flags)
{
    m.out = p;
    m.nout = n;
    m.out_flags = flags;
    netp_lwip_tcp_kick(&s);
}

/* --- what goes through ----------------------------------------------------------------------- */

static void bytes_arrive_in_order(void **state)
{
    (void)state;
    connect_peer();
    peer_send_all(&peer, big, 20000, 777);
    world_run(300);
    assert_int_equal(m.nin, 20000);
    assert_memory_equal(m.in, big, 20000);
    assert_int_equal(s.pcb_->rcv_wnd, TCP_WND); /* all of the window has been given back */
    assert_int_equal(netp_lwip_tcp_peer(&s).port, peer.pcb->local_port);
    assert_int_equal(netp_lwip_tcp_peer(&s).ip[0], 127);
}

static void output_leaves_as_there_is_room(void **state)
{
    (void)state;
    connect_peer();
    send_out(big, sizeof big, 0);
    world_run(2000);
    assert_int_equal(m.nout, 0);
    assert_int_equal(peer.nin, sizeof big);
    assert_memory_equal(peer.in, big, sizeof big);
    assert_true(rooms > 10);
}

/* Stable output is not copied: the segments point to it. */
static void stable_output_is_lent(void **state)
{
    bool found = false;

    (void)state;
    connect_peer();
    peer.deaf = true;
    send_out(big, sizeof big, NETP_OUT_STABLE);
    world_turn();
    for (const struct tcp_seg *seg = s.pcb_->unacked ? s.pcb_->unacked : s.pcb_->unsent; seg;
         seg = seg->next) {
        for (const struct pbuf *p = seg->p; p; p = p->next) {
            const char *at = p->payload;
            found = found || (at >= big && at < big + sizeof big);
        }
    }
    assert_true(found);
    peer_hear(&peer);
    world_run(2000);
    assert_int_equal(peer.nin, sizeof big);
    assert_memory_equal(peer.in, big, sizeof big);
}

static void room_is_told_so_more_can_follow(void **state)
{
    (void)state;
    connect_peer();
    in_room = NULL;
    send_out("one", 3, 0);
    world_run(5);
    assert_int_equal(rooms, 1);
    assert_int_equal(peer.nin, 3);
}

static void send_two_more(void)
{
    if (rooms < 3) {
        m.out = (const uint8_t *)"more";
        m.nout = 4;
    }
}

static void room_may_give_more(void **state)
{
    (void)state;
    connect_peer();
    in_room = send_two_more;
    send_out("one", 3, 0);
    world_run(5);
    assert_int_equal(peer.nin, 11);
    assert_memory_equal(peer.in, "onemoremore", 11);
}

static void half_close(void **state)
{
    (void)state;
    connect_peer();
    m.fin = true;
    send_out("last", 4, 0);
    world_run(5);
    assert_true(peer.eof);
    assert_int_equal(peer.nin, 4);
    peer_send_all(&peer, "answer", 6, 6);
    assert_int_equal(m.nin, 6);
    m.close_at_end = true;
    peer_close(&peer);
    world_run(20);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_OK);
}

/* --- back-pressure --------------------------------------------------------------------------- */

static void what_is_not_taken_closes_the_window(void **state)
{
    size_t sent;

    (void)state;
    connect_peer();
    m.appetite = 100;
    sent = peer_send(&peer, big, TCP_SND_BUF);
    world_run(1000);
    assert_int_equal(m.nin, 100);
    assert_true(peer.pcb->unacked || peer.pcb->unsent || peer.pcb->snd_wnd < TCP_MSS);
    assert_true(world_loop.held_ > 0);
    m.appetite = SIZE_MAX;
    netp_lwip_tcp_kick(&s);
    world_run(3000);
    assert_int_equal(m.nin, sent);
    assert_memory_equal(m.in, big, sent);
    assert_int_equal(world_loop.held_, 0);
}

/* A peer that sends bytes one by one holds no more pbufs than it may. */
static void small_segments_hold_few_pbufs(void **state)
{
    size_t sent = 0;

    (void)state;
    connect_peer();
    m.appetite = 0;
    tcp_nagle_disable(peer.pcb);
    for (unsigned i = 0; i < 100; i++) {
        sent += peer_send(&peer, big + sent, 1);
        world_run(5);
        assert_true(world_loop.held_ <= NETP_LWIP_HELD_MAX);
    }
    assert_true(sent > 2 * NETP_LWIP_HELD_MAX);
    m.appetite = SIZE_MAX;
    netp_lwip_tcp_kick(&s);
    world_run(60000);
    assert_int_equal(m.nin, sent);
    assert_memory_equal(m.in, big, sent);
}

/* --- ends ------------------------------------------------------------------------------------ */

static void end_of_peer_comes_after_its_bytes(void **state)
{
    (void)state;
    connect_peer();
    m.close_at_end = true;
    m.appetite = 3;
    peer_send_all(&peer, "abcdef", 6, 6);
    peer_close(&peer);
    world_run(5);
    assert_false(m.eof);
    m.appetite = SIZE_MAX;
    netp_lwip_tcp_kick(&s);
    world_run(5);
    assert_true(m.eof);
    assert_int_equal(m.nin, 6);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_OK);
}

static void reset_of_peer(void **state)
{
    (void)state;
    connect_peer();
    peer_send_all(&peer, "abcdef", 6, 6);
    peer_abort(&peer);
    netif_poll_all();
    assert_null(s.pcb_);
    assert_int_equal(netp_lwip_tcp_peer(&s).fam, 0);
    assert_int_equal(ended, 0); /* nothing ends in a callback */
    world_run(5);
    assert_int_equal(m.nin, 6);
    assert_true(m.broken);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_IO);
}

/* The machine waits for the application, and reads nothing: it need not learn of the reset. */
static void reset_while_the_machine_reads_nothing(void **state)
{
    (void)state;
    connect_peer();
    m.appetite = 3;
    peer_send_all(&peer, "abcdef", 6, 6);
    peer_abort(&peer);
    world_run(5);
    assert_int_equal(m.nin, 3);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_IO);
}

/* The answer that a machine leaves arrives whole though the peer goes on sending. */
static void last_words_are_not_cut(void **state)
{
    (void)state;
    connect_peer();
    m.drain = true;
    m.out = (const uint8_t *)big;
    m.nout = 5000;
    peer_send(&peer, "X and more that nobody reads", 28);
    for (unsigned i = 0; i < 20; i++) {
        world_run(2);
        peer_send(&peer, "more", 4);
    }
    assert_int_equal(peer.nin, 5000);
    assert_true(peer.eof);
    assert_int_equal(peer.err, ERR_OK);
    assert_non_null(peer.pcb);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_SYNTAX);
    peer_close(&peer);
    world_run(10);
}

/* But who never closes is not waited for. */
static void lingering_ends(void **state)
{
    (void)state;
    connect_peer();
    m.closed = true;
    netp_lwip_tcp_kick(&s);
    world_run(10);
    assert_int_equal(ended, 1);
    assert_true(peer.eof);
    world_run(1600);
    peer_send(&peer, "too late", 8);
    world_run(10);
    assert_int_equal(peer.err, ERR_RST);
    assert_null(peer.pcb);
}

static void error_reply_that_nobody_takes(void **state)
{
    (void)state;
    connect_peer();
    peer.deaf = true;
    m.drain = true;
    m.out = (const uint8_t *)big;
    m.nout = sizeof big;
    peer_send(&peer, "X", 1);
    world_run(900);
    assert_int_equal(ended, 0);
    world_run(200);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_SYNTAX);
    assert_int_equal(peer.err, ERR_RST);
}

static void deadline_of_the_machine(void **state)
{
    (void)state;
    m.deadline = netp_lwip_now(&world_loop) + 500;
    connect_peer();
    world_run(480);
    assert_int_equal(ended, 0);
    m.deadline += 300; /* it is put off */
    world_run(290);
    assert_int_equal(ended, 0);
    world_run(40);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_TIMEOUT);
    assert_true(peer.eof);
}

/* --- in callbacks ---------------------------------------------------------------------------- */

static void abort_it(void)
{
    netp_lwip_tcp_abort(&s);
    assert_int_equal(ended, 0);
}

static void abort_in_an_event(void **state)
{
    (void)state;
    connect_peer();
    m.events = true;
    in_event = abort_it;
    peer_send_all(&peer, "ab!cd!ef", 8, 8);
    assert_int_equal(events, 1);
    world_run(2);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_ABORTED);
    world_run(2);
    assert_int_equal(peer.err, ERR_RST);
}

/* As when lwIP takes a pcb away for another connection that the event opens. */
static void lose_the_pcb(void)
{
    if (s.pcb_) {
        tcp_abort(s.pcb_);
    }
    assert_null(s.pcb_);
    assert_int_equal(ended, 0);
}

static void pcb_is_lost_in_an_event(void **state)
{
    (void)state;
    connect_peer();
    m.events = true;
    in_event = lose_the_pcb;
    peer_send_all(&peer, "ab!cd!ef", 8, 8);
    world_run(5);
    assert_int_equal(m.nin, 8); /* what had come is read to its end */
    assert_int_equal(events, 2);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_IO);
}

static void pcb_is_lost_when_output_has_left(void **state)
{
    (void)state;
    connect_peer();
    in_room = lose_the_pcb;
    send_out(big, sizeof big, 0);
    world_run(5);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_IO);
}

static void kick_it(void)
{
    m.out = (const uint8_t *)"reply";
    m.nout = 5;
    netp_lwip_tcp_kick(&s);
}

static void command_in_an_event(void **state)
{
    (void)state;
    connect_peer();
    m.events = true;
    in_event = kick_it;
    peer_send_all(&peer, "a!b!", 4, 4);
    world_run(2);
    assert_int_equal(events, 2);
    assert_memory_equal(peer.in, "reply", 5);
}

static void input_after_the_end(void **state)
{
    (void)state;
    connect_peer();
    netp_lwip_tcp_abort(&s);
    peer_send(&peer, "abc", 3);
    netif_poll_all(); /* without a turn of the loop */
    assert_int_equal(m.nin, 0);
    netp_lwip_tcp_abort(&s);
    netp_lwip_tcp_kick(&s);
    world_run(3);
    assert_int_equal(ended, 1);
}

/* --- connecting ------------------------------------------------------------------------------ */

static void connects_and_sends(void **state)
{
    struct netp_addr to = WORLD_HOST;

    (void)state;
    to.port = 3000;
    peer_listen(&peer, 3000);
    m.out = (const uint8_t *)"hello";
    m.nout = 5;
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_OK);
    assert_int_equal(m.nout, 5);
    world_run(5);
    assert_int_equal(peer.nin, 5);
    peer_send_all(&peer, "back", 4, 4);
    assert_int_equal(m.nin, 4);
}

static void nobody_listens(void **state)
{
    struct netp_addr to = WORLD_HOST;

    (void)state;
    to.port = 3001;
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_OK);
    world_run(5);
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_IO);
    assert_true(m.broken);
}

static void cannot_connect(void **state)
{
    struct netp_addr to = WORLD_HOST;

    (void)state;
    to.port = 3000;
    to.fam = 6;
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_E_ARG);
    to.fam = 4;
    world_no_memory = true;
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_E_NOSPACE);
    world_no_memory = false;
    world_fail_at = 1; /* the pcb is there, its first segment is not */
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_E_NOSPACE);
    to.ip[0] = 10; /* no way there */
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_E_IO);
    assert_true(netp_lwip_tcp_is_closed(&s));
    assert_int_equal(ended, 0);
}

static void aborted_while_it_connects(void **state)
{
    struct netp_addr to = WORLD_HOST;

    (void)state;
    to.port = 3000;
    m.deadline = netp_lwip_now(&world_loop) + 50;
    assert_int_equal(netp_lwip_tcp_connect(&s, &world_loop, &to), NETP_OK);
    sys_check_timeouts(); /* no packet moves */
    world_ms += 60;
    sys_check_timeouts();
    world_ms += 2;
    sys_check_timeouts();
    assert_int_equal(ended, 1);
    assert_int_equal(end_err, NETP_E_TIMEOUT);
}

/* --- listening ------------------------------------------------------------------------------- */

static void more_than_the_pool_are_refused(void **state)
{
    struct peer second;

    (void)state;
    connect_peer();
    peer_connect(&second, PORT);
    world_run(5);
    assert_int_equal(listener.refused, 1);
    assert_null(second.pcb);
    assert_int_equal(second.err, ERR_RST);
    peer_send_all(&peer, "still here", 10, 10);
    assert_int_equal(m.nin, 10);
    m.close_at_end = true;
    peer_close(&peer);
    world_run(10);
    assert_int_equal(ended, 1);
    set_up();
    connect_peer(); /* there is room again */
}

static void cannot_listen(void **state)
{
    struct netp_lwip_listener l = {.accepted = accepted};

    (void)state;
    assert_int_equal(netp_lwip_listen(&l, PORT), NETP_E_IO);
    world_fail_at = 1; /* the pcb is there, that which listens is not */
    assert_int_equal(netp_lwip_listen(&l, 2001), NETP_E_NOSPACE);
    world_no_memory = true;
    assert_int_equal(netp_lwip_listen(&l, 2001), NETP_E_NOSPACE);
}

static const struct tcp_hdr ack = {._hdrlen_rsvd_flags = PP_HTONS(5 << 12 | TCP_ACK)};

/* The oldest that is not confirmed goes first when pcbs run out. */
static void half_open_connections_go_first(void **state)
{
    struct tcp_pcb half = {.state = SYN_RCVD, .prio = TCP_PRIO_NORMAL};
    struct tcp_pcb whole = {.state = ESTABLISHED, .prio = TCP_PRIO_NORMAL, .next = &half};
    struct tcp_pcb listening = {.state = LISTEN}, *saved = tcp_active_pcbs;
    struct pbuf none = {.len = 0};

    (void)state;
    tcp_active_pcbs = &whole;
    assert_int_equal(netp_lwip_on_segment(&whole, &ack, &none), ERR_OK);
    assert_int_equal(half.prio, TCP_PRIO_NORMAL);
    assert_int_equal(netp_lwip_on_segment(&listening, &ack, &none), ERR_OK);
    assert_int_equal(half.prio, TCP_PRIO_MIN);
    assert_int_equal(whole.prio, TCP_PRIO_NORMAL);
    tcp_active_pcbs = saved;
}

/* One that was half open when another asked is worth no less than others as soon as it is there. */
static void two_that_connect_at_the_same_time(void **state)
{
    struct tcp_pcb *first = tcp_new();
    ip_addr_t ip;

    (void)state;
    IP_ADDR4(&ip, 127, 0, 0, 1);
    tcp_connect(first, &ip, PORT, NULL);
    peer_connect(&peer, PORT);
    assert_int_equal(netp_lwip_tcp_peer(&s).port, first->local_port);
    assert_int_equal(s.pcb_->prio, TCP_PRIO_NORMAL);
    tcp_abort(first);
}

/* The port of a connection that is over may be that of the next, before TIME-WAIT ends. */
static void the_port_of_one_that_is_over(void **state)
{
    struct tcp_hdr syn = {.seqno = 1000, ._hdrlen_rsvd_flags = PP_HTONS(5 << 12 | TCP_SYN)};
    struct tcp_pcb *old = tcp_new();
    struct pbuf none = {.len = 0};

    (void)state;
    old->state = TIME_WAIT;
    old->rcv_nxt = 1000;
    TCP_REG(&tcp_tw_pcbs, old);
    assert_int_equal(netp_lwip_on_segment(old, &syn, &none), ERR_OK); /* an old one of its own */
    syn.seqno = 1001;
    assert_int_equal(netp_lwip_on_segment(old, &ack, &none), ERR_OK);
    assert_ptr_equal(tcp_tw_pcbs, old);
    assert_int_equal(netp_lwip_on_segment(old, &syn, &none), ERR_ABRT);
    assert_ptr_not_equal(tcp_tw_pcbs, old);
}

/* The last buffers are for connections that read what they get. */
static void who_does_not_read_gets_no_more(void **state)
{
    struct tcp_pcb reads = {.state = ESTABLISHED, .rcv_wnd = TCP_WND};
    struct tcp_pcb waits = {.state = ESTABLISHED, .rcv_wnd = TCP_WND - 1};
    struct pbuf data = {.len = 1, .tot_len = 1}, none = {.len = 0};

    (void)state;
    assert_int_equal(netp_lwip_on_segment(&waits, &ack, &data), ERR_OK);
    data.flags = none.flags = NETP_LWIP_SCARCE;
    assert_int_equal(netp_lwip_on_segment(&waits, &ack, &data), ERR_MEM);
    assert_int_equal(netp_lwip_on_segment(&waits, &ack, &none), ERR_OK);
    assert_int_equal(netp_lwip_on_segment(&reads, &ack, &data), ERR_OK);
}

/* --- memory ---------------------------------------------------------------------------------- */

static void no_memory_to_send_is_waited_for(void **state)
{
    (void)state;
    connect_peer();
    send_out("hello", 5, 0);
    world_no_memory = true;
    world_run(300);
    assert_int_equal(m.nout, 5);
    assert_int_equal(ended, 0);
    world_no_memory = false;
    world_run(600);
    assert_int_equal(m.nout, 0);
    assert_int_equal(peer.nin, 5);
}

/* A dialogue in which one allocation fails: it gets to its end all the same, or the connection
 * ends. False: there were not that many. */
static bool dialogue(long fail_at)
{
    bool failed;

    set_up();
    m.events = true;
    in_event = kick_it;
    world_fail_at = fail_at;
    peer_connect(&peer, PORT);
    world_run(10000); /* lwIP tries again, after seconds */
    if (peer.connected && peer.pcb) {
        peer_send_all(&peer, "ask!", 4, 2);
    }
    world_run(30000);
    failed = world_fail_at < 0;
    world_fail_at = -1;
    assert_true(peer.nin == 5 || !peer.connected || !peer.pcb);
    peer_close(&peer);
    netp_lwip_tcp_abort(&s);
    world_run(10);
    return failed;
}

static void any_allocation_may_fail(void **state)
{
    long i = 0;

    (void)state;
    while (dialogue(i)) {
        i++;
    }
    assert_true(i > 15);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(bytes_arrive_in_order),
        TEST(output_leaves_as_there_is_room),
        TEST(stable_output_is_lent),
        TEST(room_is_told_so_more_can_follow),
        TEST(room_may_give_more),
        TEST(half_close),
        TEST(what_is_not_taken_closes_the_window),
        TEST(small_segments_hold_few_pbufs),
        TEST(end_of_peer_comes_after_its_bytes),
        TEST(reset_of_peer),
        TEST(reset_while_the_machine_reads_nothing),
        TEST(last_words_are_not_cut),
        TEST(lingering_ends),
        TEST(error_reply_that_nobody_takes),
        TEST(deadline_of_the_machine),
        TEST(abort_in_an_event),
        TEST(pcb_is_lost_in_an_event),
        TEST(pcb_is_lost_when_output_has_left),
        TEST(command_in_an_event),
        TEST(input_after_the_end),
        TEST(connects_and_sends),
        TEST(nobody_listens),
        TEST(cannot_connect),
        TEST(aborted_while_it_connects),
        TEST(more_than_the_pool_are_refused),
        TEST(cannot_listen),
        TEST(half_open_connections_go_first),
        TEST(two_that_connect_at_the_same_time),
        TEST(the_port_of_one_that_is_over),
        TEST(who_does_not_read_gets_no_more),
        TEST(no_memory_to_send_is_waited_for),
        TEST(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

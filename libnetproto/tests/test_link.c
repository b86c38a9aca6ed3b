/* test_link.c - the blocking runner with a toy machine on a toy transport; a log of what the
 * transport was asked to do is compared with what it should have been.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- a machine that does what the bytes it gets say ---- */

enum { EV_BYTE = 1, EV_TICK, EV_EOF, EV_DGRAM };

struct ev {
    int type;
    size_t n;
};

struct toy {
    char out[16];    /* a stream, or datagrams of one byte each in `parts` elements */
    size_t n, parts; /* parts 0: a stream */
    bool fin, blocked, deaf, eof, closed;
    unsigned gaps;
    netp_ms deadline;
    struct netp_fail fail;
};

static void say(struct toy *t, const char *text)
{
    assert_true(t->n + strlen(text) <= sizeof t->out);
    memcpy(t->out + t->n, text, strlen(text));
    t->n += strlen(text);
}

static int event(void *ev, int type, size_t n)
{
    ((struct ev *)ev)->type = type;
    ((struct ev *)ev)->n = n;
    return type;
}

/* One byte of input: an event or 0. */
static int toy_byte(struct toy *t, char c, netp_ms now, void *ev)
{
    switch (c) {
    case 'e':
        return event(ev, EV_BYTE, 0);
    case 'E': /* an event and an answer */
        say(t, "yes");
        return event(ev, EV_BYTE, 0);
    case 'r': /* an answer alone */
        say(t, "ok");
        return 0;
    case 'f': /* close our side */
        t->fin = true;
        return 0;
    case 'b': /* no more input until the application says so */
        t->blocked = true;
        return 0;
    case 'd': /* no more input until the deadline */
        t->deaf = true;
        return 0;
    case 't':
        t->deadline = now + 10;
        return 0;
    case 'q':
        t->closed = true;
        return 0;
    case 'x':
        say(t, "bad");
        t->fail.code = NETP_E_SYNTAX;
        return NETP_E_SYNTAX;
    default:
        return 0;
    }
}

static int toy_input(struct toy *t, struct netp_in *in, netp_ms now, void *ev)
{
    int r = 0;

    assert_true(in->n > 0 || in->flags != 0);
    if (in->flags & NETP_IN_DGRAM) {
        size_t n = in->n;
        in->n = 0;
        in->flags = 0;
        return event(ev, EV_DGRAM, n);
    }
    while (r == 0 && in->n > 0 && !t->blocked) {
        in->n--;
        r = toy_byte(t, (char)*in->p++, now, ev);
    }
    t->gaps += r == 0 && in->flags & NETP_IN_GAP;
    if (r == 0 && in->n == 0 && in->flags & NETP_IN_EOF && !t->eof) {
        t->eof = true;
        return event(ev, EV_EOF, 0);
    }
    return r;
}

static int toy_next(void *m, struct netp_in *in, netp_ms now, void *ev)
{
    struct toy *t = m;

    if (t->fail.code != NETP_OK) {
        return t->fail.code;
    }
    if (now >= t->deadline) {
        t->deadline = NETP_NEVER;
        t->deaf = false;
        return event(ev, EV_TICK, 0);
    }
    return in == NULL || t->blocked ? 0 : toy_input(t, in, now, ev);
}

static size_t toy_out(const void *m, struct netp_out *v, size_t nv)
{
    const struct toy *t = m;
    size_t n = 0;

    if (t->parts == 0) {
        struct netp_out all = {(const uint8_t *)t->out, t->n, t->fin ? NETP_OUT_FIN : 0, NULL};
        v[0] = all;
        return t->n > 0 || t->fin;
    }
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->parts && n < nv; k++) {
            struct netp_out e = {(const uint8_t *)t->out + i, k == 0, NETP_OUT_DGRAM, NULL};
            e.flags |= k + 1 < t->parts ? NETP_OUT_MORE : 0;
            v[n++] = e;
        }
    }
    return n;
}

static void toy_sent(void *m, size_t n, netp_ms now)
{
    struct toy *t = m;

    (void)now;
    assert_true(n <= t->n);
    memmove(t->out, t->out + n, t->n - n);
    t->n -= n;
    t->fin = t->fin && t->n > 0;
}

static netp_ms toy_deadline(const void *m)
{
    return ((const struct toy *)m)->deadline;
}

static unsigned toy_want(const void *m)
{
    const struct toy *t = m;
    unsigned out = t->n > 0 || t->fin ? NETP_WANT_OUT : 0;

    if (t->fail.code != 0 || t->closed || t->eof) {
        return out ? out : NETP_CLOSED;
    }
    return out | (t->blocked ? NETP_WANT_APP : t->deaf ? 0 : NETP_WANT_IN);
}

static const struct netp_fail *toy_fail(const void *m)
{
    return &((const struct toy *)m)->fail;
}

static const struct netp_ops toy_ops = {"toy",   sizeof(struct toy), sizeof(struct ev), toy_next,
                                        toy_out, toy_sent,           toy_deadline,      toy_want,
                                        toy_fail};

/* ---- a transport whose clock moves in wait() alone ---- */

struct chunk {
    netp_ms at; /* when it comes */
    const char *text;
    unsigned flags;
    int err; /* what recv returns if not 0 */
};

struct world {
    struct toy m;
    struct netp_io io;
    struct netp_link l;
    struct ev ev;
    const struct chunk *chunks; /* up to one with text NULL */
    char block[16];             /* holds one chunk, and is spoilt by the next recv */
    netp_ms clock, open_at;     /* open_at: when the next send can be done */
    size_t room;                /* bytes or datagrams a send */
    int send_err;
    char log[256];
};

static void note(struct world *w, const char *text)
{
    size_t at = strlen(w->log), n = strlen(text) + 1;

    assert_true(n <= sizeof w->log - at);
    memcpy(w->log + at, text, n);
}

static int world_recv(void *ctx, struct netp_in *in)
{
    struct world *w = ctx;
    const struct chunk *c = w->chunks;

    memset(w->block, 'x', sizeof w->block);
    if (c->text == NULL || c->at > w->clock) {
        note(w, "- ");
        return 0;
    }
    w->chunks++;
    note(w, "<");
    note(w, c->text);
    note(w, " ");
    if (c->err != 0) {
        return c->err;
    }
    in->p = (const uint8_t *)w->block;
    in->n = strlen(c->text);
    in->flags = c->flags;
    memcpy(w->block, c->text, in->n);
    return 1;
}

static ptrdiff_t world_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct world *w = ctx;
    size_t n = 0, wanted = 0;

    assert_true(nv > 0 && !(v[nv - 1].flags & NETP_OUT_MORE));
    if (w->send_err != 0) {
        note(w, ">! ");
        return w->send_err;
    }
    if (w->clock < w->open_at) {
        note(w, ">- ");
        return NETP_E_AGAIN;
    }
    note(w, ">");
    for (size_t i = 0; i < nv; i++) {
        wanted += v[i].n; /* a toy datagram is one byte, too */
        for (size_t k = 0; k < v[i].n && n < w->room; k++) {
            char c[2] = {(char)v[i].p[k], '\0'};
            note(w, c);
            n++;
        }
    }
    if (v[nv - 1].flags & NETP_OUT_FIN && n == wanted) {
        note(w, "FIN");
    }
    note(w, " ");
    return (ptrdiff_t)n;
}

static int world_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct world *w = ctx;
    netp_ms until = deadline;
    char text[32];

    assert_true(want != 0 || deadline != NETP_NEVER);
    if (want & NETP_WANT_IN && w->chunks->text && w->chunks->at < until) {
        until = w->chunks->at;
    }
    if (want & NETP_WANT_OUT && w->open_at < until) {
        until = w->open_at;
    }
    assert_true(until != NETP_NEVER); /* it would wait for ever */
    snprintf(text, sizeof text, "wait%s%s", want & NETP_WANT_IN ? "I" : "",
             want & NETP_WANT_OUT ? "O" : "");
    note(w, text);
    if (deadline != NETP_NEVER) {
        snprintf(text, sizeof text, "@%d", (int)deadline);
        note(w, text);
    }
    note(w, " ");
    assert_true(until > w->clock);
    w->clock = until;
    return 0;
}

static netp_ms world_now(void *ctx)
{
    return ((struct world *)ctx)->clock;
}

static void start(struct world *w, const struct chunk *chunks)
{
    static const struct toy fresh = {.deadline = NETP_NEVER};
    struct netp_io io = {w, world_recv, world_send, world_wait, world_now};

    memset(w, 0, sizeof *w);
    w->m = fresh;
    w->io = io;
    w->chunks = chunks;
    w->room = 100;
    netp_link_init(&w->l, &toy_ops, &w->m, &w->io);
    assert_true(w->l.in.p == NULL && w->l.in.n == 0 && w->l.in.flags == 0);
}

/* A run must return r and have asked the transport for `log`. */
static void run(struct world *w, netp_ms until, int r, const char *log)
{
    w->log[0] = '\0';
    w->ev.type = 0;
    assert_int_equal(netp_link_run(&w->l, until, &w->ev), r);
    assert_string_equal(w->log, log);
    assert_int_equal(w->ev.type, r > 0 ? r : 0);
}

/* ---- tests ---- */

static void an_event_is_returned_and_its_answer_sent_by_the_next_run(void **state)
{
    static const struct chunk c[] = {{5, "Ee", 0, 0}, {7, "re", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_BYTE, "- waitI <Ee ");
    run(&w, NETP_NEVER, EV_BYTE, ">yes "); /* no recv: input is left */
    run(&w, NETP_NEVER, EV_BYTE, "- waitI <re ");
    run(&w, 20, NETP_E_TIMEOUT, ">ok - waitI@20 - ");
}

static void an_answer_is_sent_before_waiting(void **state)
{
    static const struct chunk c[] = {{0, "r", 0, 0}, {0, "r", 0, 0}, {9, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_BYTE, "<r >ok <r >ok - waitI <e ");
}

static void partial_and_blocked_sends_go_on(void **state)
{
    static const struct chunk c[] = {{5, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    say(&w.m, "abcde");
    w.room = 2;
    run(&w, NETP_NEVER, EV_BYTE, ">ab - >cd - >e - waitI <e ");

    start(&w, c);
    say(&w.m, "abc");
    w.open_at = 7;
    run(&w, NETP_NEVER, EV_BYTE, ">- - waitIO >- <e "); /* input does not wait for output */
    run(&w, 9, NETP_E_TIMEOUT, ">- - waitIO@9 >abc - waitI@9 - ");
}

static void fin_alone_is_acknowledged_with_0(void **state)
{
    static const struct chunk c[] = {{0, "f", 0, 0}, {3, "rf", 0, 0}, {4, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_BYTE, "<f >FIN - waitI <rf >okFIN - waitI <e ");
}

static void input_that_is_left_stops_receiving(void **state)
{
    static const struct chunk c[] = {{0, "bee", 0, 0}, {0, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, 0, "<bee ");
    assert_int_equal(toy_want(&w.m), NETP_WANT_APP);
    run(&w, NETP_NEVER, 0, "");
    run(&w, 0, 0, "");   /* the command is what is missing, not time */
    w.m.blocked = false; /* the command */
    run(&w, NETP_NEVER, EV_BYTE, "");
    run(&w, NETP_NEVER, EV_BYTE, "");
    run(&w, NETP_NEVER, EV_BYTE, "<e ");
}

static void a_machine_that_needs_a_command_still_sends(void **state)
{
    static const struct chunk c[] = {{0, "rtb", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    w.open_at = 5;
    run(&w, NETP_NEVER, 0, "<rtb >- waitO@10 >ok ");
    w.m.blocked = false;
    run(&w, NETP_NEVER, EV_TICK, "- waitI@10 - ");
}

static void a_machine_that_wants_nothing_but_time_gets_it(void **state)
{
    static const struct chunk c[] = {{0, "td", 0, 0}, {5, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, 8, NETP_E_TIMEOUT, "<td wait@8 ");
    run(&w, NETP_NEVER, EV_TICK, "wait@10 ");
    run(&w, NETP_NEVER, EV_BYTE, "<e ");
}

static void the_end_is_not_received_twice(void **state)
{
    static const struct chunk c[] = {{0, "e", NETP_IN_EOF, 0}, {0, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_BYTE, "<e ");
    run(&w, NETP_NEVER, EV_EOF, "");
    run(&w, NETP_NEVER, 0, "");
    assert_int_equal(toy_want(&w.m), NETP_CLOSED);
}

static void output_after_the_end_is_sent(void **state)
{
    static const struct chunk c[] = {{0, "rr", NETP_IN_EOF, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    w.open_at = 9;
    run(&w, NETP_NEVER, EV_EOF, "<rr ");
    run(&w, 5, NETP_E_TIMEOUT, ">- waitO@5 >- ");
    run(&w, NETP_NEVER, 0, ">- waitO >okok ");
    assert_int_equal(toy_want(&w.m), NETP_CLOSED);
}

static void a_closed_machine_is_0_whatever_the_time(void **state)
{
    static const struct chunk c[] = {{0, "q", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, 0, 0, "<q ");
    assert_int_equal(toy_want(&w.m), NETP_CLOSED);
}

static void a_failure_sends_its_reply_and_sticks(void **state)
{
    static const struct chunk c[] = {{0, "rx", 0, 0}, {0, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, NETP_E_SYNTAX, "<rx >okbad ");
    run(&w, NETP_NEVER, NETP_E_SYNTAX, "");

    start(&w, c);
    w.room = 2;
    run(&w, NETP_NEVER, NETP_E_SYNTAX, "<rx >ok ");
    run(&w, NETP_NEVER, NETP_E_SYNTAX, ">ba >d ");
    assert_int_equal(toy_want(&w.m), NETP_CLOSED);
}

static void until_leaves_the_machine_alone(void **state)
{
    static const struct chunk c[] = {{5, "t", 0, 0}, {30, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, 8, NETP_E_TIMEOUT, "- waitI@8 <t - waitI@8 - ");
    assert_int_equal(w.clock, 8);
    assert_int_equal(w.m.fail.code, NETP_OK);
    run(&w, 20, EV_TICK, "- waitI@15 - "); /* the machine's own deadline comes first */
    run(&w, 40, EV_BYTE, "- waitI@40 <e ");
}

static void an_until_in_the_past_polls(void **state)
{
    static const struct chunk c[] = {{0, "r", 0, 0}, {0, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, 0, NETP_E_TIMEOUT, "<r >ok ");
    run(&w, 0, EV_BYTE, "<e ");
    run(&w, 0, NETP_E_TIMEOUT, "- ");
}

/* A peer with something new at every moment, none of it an event. */
static int drip(void *ctx, struct netp_in *in)
{
    struct world *w = ctx;
    w->clock++;
    in->p = (const uint8_t *)".";
    in->n = 1;
    return 1;
}

static void a_drip_of_input_does_not_stop_the_clock(void **state)
{
    static const struct chunk c[] = {{0}};
    struct world w;

    (void)state;
    start(&w, c);
    w.io.recv = drip;
    run(&w, 50, NETP_E_TIMEOUT, "");
    assert_int_equal(w.clock, 51);
    toy_byte(&w.m, 't', w.clock, &w.ev);
    run(&w, NETP_NEVER, EV_TICK, "");
}

static void a_transport_that_cannot_send_may_still_have_input(void **state)
{
    static const struct chunk c[] = {{0, ".", 0, 0}, {0, "e", 0, 0}, {9, "e", 0, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    say(&w.m, "abc");
    w.send_err = NETP_E_IO;
    run(&w, NETP_NEVER, EV_BYTE, ">! <. >! <e ");
    run(&w, NETP_NEVER, NETP_E_IO, ">! - ");
    assert_int_equal(w.m.fail.code, NETP_OK);
}

static void a_transport_that_cannot_receive_ends_the_run(void **state)
{
    static const struct chunk c[] = {{0, "t", 0, 0}, {5, "!", 0, NETP_E_IO}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    say(&w.m, "abc");
    run(&w, NETP_NEVER, NETP_E_IO, ">abc <t - waitI@10 <! ");
}

static int broken_wait(void *ctx, unsigned want, netp_ms deadline)
{
    (void)ctx;
    (void)want;
    (void)deadline;
    return NETP_E_IO;
}

static void a_transport_that_cannot_wait_ends_the_run(void **state)
{
    static const struct chunk c[] = {{0}};
    struct world w;

    (void)state;
    start(&w, c);
    w.io.wait = broken_wait;
    run(&w, NETP_NEVER, NETP_E_IO, "- ");
}

static void a_gap_is_shown_once(void **state)
{
    static const struct chunk c[] = {
        {0, "e", NETP_IN_GAP, 0}, {5, "", NETP_IN_GAP, 0}, {7, ".b", NETP_IN_GAP, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_BYTE, "<e ");
    assert_int_equal(w.m.gaps, 0); /* the event came first */
    run(&w, 3, NETP_E_TIMEOUT, "- waitI@3 - ");
    assert_int_equal(w.m.gaps, 1);
    run(&w, 6, NETP_E_TIMEOUT, "- waitI@6 < - waitI@6 - ");
    assert_int_equal(w.m.gaps, 2);

    w.m.gaps = 0;
    run(&w, 9, 0, "- waitI@9 <.b ");
    assert_int_equal(w.l.in.flags, NETP_IN_GAP); /* kept for a machine that is not ready for it */
}

static void datagrams_come_one_at_a_time_and_may_be_empty(void **state)
{
    static const struct chunk c[] = {
        {0, "abc", NETP_IN_DGRAM, 0}, {0, "", NETP_IN_DGRAM, 0}, {0, "d", NETP_IN_DGRAM, 0}, {0}};
    struct world w;

    (void)state;
    start(&w, c);
    run(&w, NETP_NEVER, EV_DGRAM, "<abc ");
    assert_int_equal(w.ev.n, 3);
    run(&w, NETP_NEVER, EV_DGRAM, "< ");
    assert_int_equal(w.ev.n, 0);
    w.m.blocked = true;
    run(&w, NETP_NEVER, 0, "");
    w.m.blocked = false;
    run(&w, NETP_NEVER, EV_DGRAM, "<d ");

    /* an empty datagram that the machine has not taken yet is input that is left */
    w.l.in.flags = NETP_IN_DGRAM;
    w.m.blocked = true;
    run(&w, NETP_NEVER, 0, "");
    assert_int_equal(w.l.in.flags, NETP_IN_DGRAM);
}

static void datagrams_are_whole_in_the_gather_list(void **state)
{
    static const struct chunk c[] = {{0}};
    struct world w;

    (void)state;
    start(&w, c);
    w.m.parts = 5;
    say(&w.m, "12345678"); /* 40 elements */
    run(&w, 0, NETP_E_TIMEOUT, ">123456 - >78 ");
    w.m.parts = 1000;
    say(&w.m, "9");
    run(&w, 0, NETP_E_NOSPACE, "- ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_returned_and_its_answer_sent_by_the_next_run),
        cmocka_unit_test(an_answer_is_sent_before_waiting),
        cmocka_unit_test(partial_and_blocked_sends_go_on),
        cmocka_unit_test(fin_alone_is_acknowledged_with_0),
        cmocka_unit_test(input_that_is_left_stops_receiving),
        cmocka_unit_test(a_machine_that_needs_a_command_still_sends),
        cmocka_unit_test(a_machine_that_wants_nothing_but_time_gets_it),
        cmocka_unit_test(the_end_is_not_received_twice),
        cmocka_unit_test(output_after_the_end_is_sent),
        cmocka_unit_test(a_closed_machine_is_0_whatever_the_time),
        cmocka_unit_test(a_failure_sends_its_reply_and_sticks),
        cmocka_unit_test(until_leaves_the_machine_alone),
        cmocka_unit_test(an_until_in_the_past_polls),
        cmocka_unit_test(a_drip_of_input_does_not_stop_the_clock),
        cmocka_unit_test(a_transport_that_cannot_send_may_still_have_input),
        cmocka_unit_test(a_transport_that_cannot_receive_ends_the_run),
        cmocka_unit_test(a_transport_that_cannot_wait_ends_the_run),
        cmocka_unit_test(a_gap_is_shown_once),
        cmocka_unit_test(datagrams_come_one_at_a_time_and_may_be_empty),
        cmocka_unit_test(datagrams_are_whole_in_the_gather_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

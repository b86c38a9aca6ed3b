/* test_loop.c - watches, timers and signals. SPDX-License-Identifier: MIT */
#include "../src/loop_priv.h"
#include <netproto/host/loop.h>
#include <netproto/host/socket.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

static struct netp_loop *loop;

static int setup(void **state)
{
    (void)state;
    loop = netp_loop_new();
    assert_non_null(loop);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    netp_loop_free(loop);
    return 0;
}

/* The last turn comes when that time is over, however long the machine has slept. */
static void turns(unsigned ms)
{
    netp_ms end = netp_now() + ms;

    do {
        assert_int_equal(netp_loop_turn(loop, end), 0);
    } while (netp_loop_now(loop) < end);
}

/* --- watches --------------------------------------------------------------------------------- */

struct end {
    struct netp_watch w;
    struct end *victim; /* unwatched and freed by the first callback */
    int calls, other;   /* other: the far end */
    unsigned what;
};

static void on_ready(void *arg, unsigned what)
{
    struct end *e = arg;

    e->calls++;
    e->what = what;
    if (e->victim) {
        netp_loop_unwatch(loop, &e->victim->w);
        close(e->victim->w.fd);
        close(e->victim->other);
        e->victim->victim = NULL;
        free(e->victim);
        e->victim = NULL;
    }
}

static struct end *new_end(unsigned wants)
{
    struct end *e = calloc(1, sizeof *e);
    int fd[2];

    assert_non_null(e);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    e->w.fd = fd[0];
    e->w.ready = on_ready;
    e->w.arg = e;
    e->other = fd[1];
    assert_int_equal(netp_loop_watch(loop, &e->w, wants), 0);
    return e;
}

static void free_end(struct end *e)
{
    netp_loop_unwatch(loop, &e->w);
    netp_loop_unwatch(loop, &e->w);
    close(e->w.fd);
    close(e->other);
    free(e);
}

static void test_level(void **state)
{
    struct end *e = new_end(NETP_WANT_IN);

    (void)state;
    assert_int_equal(netp_loop_turn(loop, 0), 0);
    assert_int_equal(e->calls, 0);
    assert_int_equal(write(e->other, "x", 1), 1);
    for (int i = 1; i <= 3; i++) { /* as long as it is so */
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
        assert_int_equal(e->calls, i);
        assert_int_equal(e->what, NETP_WANT_IN);
    }
    assert_int_equal(netp_loop_watch(loop, &e->w, NETP_WANT_IN | NETP_WANT_OUT), 0);
    assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    assert_int_equal(e->what, NETP_WANT_IN | NETP_WANT_OUT);
    assert_int_equal(netp_loop_watch(loop, &e->w, NETP_WANT_OUT), 0);
    assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    assert_int_equal(e->what, NETP_WANT_OUT);
    netp_loop_unwatch(loop, &e->w);
    assert_int_equal(netp_loop_turn(loop, 0), 0);
    assert_int_equal(e->calls, 5);
    free_end(e);
}

static void test_hang_up(void **state)
{
    struct end *e = new_end(NETP_WANT_OUT);

    (void)state;
    close(e->other);
    e->other = -1;
    assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    assert_int_equal(e->what, NETP_WANT_OUT);
    assert_int_equal(netp_loop_watch(loop, &e->w, NETP_WANT_IN), 0);
    assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    assert_int_equal(e->what, NETP_WANT_IN);
    free_end(e);
}

/* Both are ready; whichever is called first removes and frees the other. */
static void test_remove_another(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct end *a = new_end(NETP_WANT_OUT), *b = new_end(NETP_WANT_OUT);
        a->victim = b;
        b->victim = a;
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
        free_end(a->w.watched_ ? a : b);
    }
}

/* --- timers ---------------------------------------------------------------------------------- */

struct alarm {
    struct netp_timer t;
    netp_ms at;
    int calls;
    netp_ms again; /* set again so many ms later by the callback */
    bool repeat;
};

static struct alarm *last;

static void on_due(void *arg)
{
    struct alarm *a = arg;

    assert_true(netp_loop_now(loop) >= a->at);
    assert_true(!last || last->at <= a->at);
    last = a;
    a->calls++;
    if (a->repeat) {
        a->at = netp_loop_now(loop) + a->again;
        assert_int_equal(netp_loop_at(loop, &a->t, a->at), 0);
    }
}

static void set(struct alarm *a, netp_ms at)
{
    a->t.due = on_due;
    a->t.arg = a;
    a->at = at;
    assert_int_equal(netp_loop_at(loop, &a->t, at), 0);
}

static void test_timer(void **state)
{
    struct alarm a = {0}, later = {0}, earlier = {0}, never = {0};
    netp_ms now = netp_now();

    (void)state;
    last = NULL;
    set(&a, now + 20);
    set(&later, now + 5);
    set(&later, now + 40); /* each counts as it was set last */
    set(&earlier, now + 1000000);
    set(&earlier, now + 10);
    set(&never, now + 5);
    set(&never, NETP_NEVER);
    turns(60); /* on_due() sees that none is early, and their order */
    assert_int_equal(a.calls, 1);
    assert_int_equal(earlier.calls, 1);
    assert_int_equal(later.calls, 1);
    assert_int_equal(never.calls, 0);
    set(&never, NETP_NEVER); /* harmless */
}

static uint32_t prng(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

/* Hundreds of them, set and cancelled over and over: those that are left come once and in order. */
static void test_many(void **state)
{
    static struct alarm a[500];
    netp_ms now = netp_now();
    uint32_t x = 12345;

    (void)state;
    last = NULL;
    for (int i = 0; i < 20000; i++) {
        struct alarm *one = &a[prng(&x) % 500];
        set(one, prng(&x) % 4 == 0 ? NETP_NEVER : now + prng(&x) % 50);
    }
    turns(80);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(a[i].calls, a[i].at != NETP_NEVER);
    }
}

/* A timer that is always due must not keep the loop from its descriptors. */
static void test_always_due(void **state)
{
    struct alarm a = {.repeat = true};
    struct end *e = new_end(NETP_WANT_OUT);

    (void)state;
    last = NULL;
    set(&a, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
    assert_true(a.calls > 0);
    assert_true(e->calls > 0);
    a.repeat = false;
    set(&a, NETP_NEVER);
    free_end(e);
}

static void test_until(void **state)
{
    netp_ms begun = netp_now();

    (void)state;
    assert_int_equal(netp_loop_turn(loop, begun + 20), 0);
    assert_in_range(netp_now() - begun, 20, 20000);
    assert_in_range(netp_loop_now(loop), begun + 20, netp_now());
}

/* --- signals --------------------------------------------------------------------------------- */

static void on_signal(void *arg, int sig)
{
    *(int *)arg = sig;
    netp_loop_stop(loop);
}

/* The linker puts this between the loop and its waits. */
int __real_epoll_wait(int epoll, struct epoll_event *e, int n, int ms);
int __wrap_epoll_wait(int epoll, struct epoll_event *e, int n, int ms);

static unsigned looks;

int __wrap_epoll_wait(int epoll, struct epoll_event *e, int n, int ms)
{
    looks += ms == 0;
    return __real_epoll_wait(epoll, e, n, ms);
}

/* The times that the loop looks before it falls asleep, after a wait that was short, which on a
 * busy machine is the luck of some tries. */
static unsigned look(struct end *e, bool unhurried)
{
    assert_int_equal(netp_loop_watch(loop, &e->w, NETP_WANT_OUT), 0);
    assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    netp_loop_unwatch(loop, &e->w);
    if (unhurried) {
        netp_loop_unhurried(loop);
    }
    looks = 0;
    assert_int_equal(netp_loop_turn(loop, netp_now() + 2), 0);
    return looks;
}

static void test_unhurried(void **state)
{
    struct end *e = new_end(0);
    unsigned n = 0;

    (void)state;
    for (int i = 0; i < 1000 && n <= 1; i++) {
        assert_in_range(look(e, true), 0, 1); /* 1: no time was left to sleep */
        n = look(e, false);
    }
    assert_true(n > 1);
    free_end(e);
}

static void test_signal(void **state)
{
    int sig = 0;

    (void)state;
    assert_int_equal(netp_loop_signals(loop, on_signal, &sig), 0);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(sig, 0);
    assert_int_equal(netp_loop_run(loop), 0);
    assert_int_equal(sig, SIGTERM);
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(netp_loop_run(loop), 0);
    assert_int_equal(sig, SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_level, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hang_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remove_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_timer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_always_due, setup, teardown),
        cmocka_unit_test_setup_teardown(test_until, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unhurried, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

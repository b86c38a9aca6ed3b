/* A control connection and its data connections: both sides of the toy, each alone and then
 * together.
 *
 * SPDX-License-Identifier: MIT */
#include "pair.h"
#include "prng.h"
#include "toy_data.h"
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- for the tables ---- */

static const struct netp_data_cfg client = {DATA_CLIENT, NULL, 16, NULL, DATA_TX_MIN, 100};

static int make(struct checked *c, const void *arg)
{
    struct netp_data_cfg cfg = {DATA_SERVER, NULL, 16, NULL, DATA_TX_MIN, 100};
    if (arg != NULL) {
        cfg = *(const struct netp_data_cfg *)arg;
    }
    cfg.line = (char *)checked_mem(c, &cfg.line_n);
    cfg.tx = (char *)checked_mem(c, &cfg.txlen);
    return netp_data_init((struct netp_data *)c->m, &cfg, c->now);
}

static void describe(const void *p, struct log *log)
{
    const struct netp_data_ev *ev = (const struct netp_data_ev *)p;
    switch (ev->type) {
    case DATA_REQUEST:
        log_line(log, "%s %.*s", ev->put ? "put" : "get", (int)ev->name.n, ev->name.p);
        break;
    case DATA_LISTEN:
        log_line(log, "listen %u", ev->conn);
        break;
    case DATA_OPEN:
        log_line(log, "open %u at %u", ev->conn, ev->port);
        break;
    case DATA_START:
        log_line(log, "start %u, %s", ev->conn, ev->send ? "send" : "receive");
        break;
    case DATA_CLOSE:
        log_line(log, "close %u", ev->conn);
        break;
    case DATA_DONE:
        log_line(log, ev->ok ? "done" : "failed %u", ev->code);
        break;
    default:
        log_line(log, "eof");
        break;
    }
}

#define COMMAND(name, call)                                                                        \
    static int name(void *p, const void *arg, size_t n, netp_ms now)                               \
    {                                                                                              \
        struct netp_data *m = (struct netp_data *)p;                                               \
        const char *s = (const char *)arg;                                                         \
        (void)s;                                                                                   \
        (void)n;                                                                                   \
        return call;                                                                               \
    }
COMMAND(get, netp_data_transfer(m, s, n, false, false, now))
COMMAND(put_active, netp_data_transfer(m, s, n, true, true, now))
COMMAND(abort_it, netp_data_abort(m, now))
COMMAND(quit, netp_data_quit(m, now))
COMMAND(accept_it, netp_data_accept(m, now))
COMMAND(refuse, netp_data_refuse(m, now))
COMMAND(finish, netp_data_finish(m, now))
/* The argument is the number of the connection. */
COMMAND(listening, netp_data_listening(m, (unsigned)(*s - '0'), 5000, now))
COMMAND(opened, netp_data_opened(m, (unsigned)(*s - '0'), now))
COMMAND(failed, netp_data_failed(m, (unsigned)(*s - '0'), now))
COMMAND(done, netp_data_done(m, (unsigned)(*s - '0'), true, now))
COMMAND(broken, netp_data_done(m, (unsigned)(*s - '0'), false, now))

static const struct tr_machine toy = {&netp_data_ops, make, describe};

#define SERVER_LISTENS                                                                             \
    TR_IN("LISTEN\r\n"), TR_EV("listen 1"), TR_WANT(NETP_WANT_APP),                                \
        TR_DO(listening, "1", NETP_OK), TR_OUT("227 5000\r\n"), TR_WANT(NETP_WANT_IN)
#define SERVER_STARTS                                                                              \
    SERVER_LISTENS, TR_DO(opened, "1", NETP_OK), TR_IN("RETR a\r\n"), TR_EV("get a"),              \
        TR_DO(accept_it, "", NETP_OK), TR_EV("start 1, send"), TR_OUT("150 .\r\n")

static const struct tr_case server_cases[] = {
    {.name = "the server listens and sends",
     .tight = 2,
     .steps =
         TR_STEPS(SERVER_STARTS, TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_DO(done, "1", NETP_OK),
                  TR_OUT("226 .\r\n"), TR_DO(done, "1", NETP_E_STATE), TR_IN("QUIT\r\n"),
                  TR_OUT("221 .\r\n"), TR_FIN(), TR_EOF(), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
    {.name = "the client connects late",
     .steps = TR_STEPS(SERVER_LISTENS, TR_IN("STOR b\r\n"), TR_EV("put b"),
                       TR_DO(accept_it, "", NETP_OK), TR_OUT("150 .\r\n"), TR_WAIT(99),
                       TR_DO(opened, "1", NETP_OK), TR_EV("start 1, receive"), TR_WAIT(1000),
                       TR_DO(done, "1", NETP_OK), TR_OUT("226 .\r\n"))},
    {.name = "the client never connects",
     .steps = TR_STEPS(SERVER_LISTENS, TR_IN("STOR b\r\n"), TR_EV("put b"),
                       TR_DO(accept_it, "", NETP_OK), TR_OUT("150 .\r\n"), TR_WAIT(100),
                       TR_EV("close 1"), TR_OUT("425 .\r\n"), TR_DO(opened, "1", NETP_E_STATE))},
    {.name = "the server connects",
     .steps = TR_STEPS(TR_IN("PORT 6000\r\n"), TR_OUT("200 .\r\n"), TR_IN("RETR a\r\n"),
                       TR_EV("get a"), TR_DO(accept_it, "", NETP_OK), TR_EV("open 1 at 6000"),
                       TR_OUT("150 .\r\n"), TR_DO(opened, "1", NETP_OK), TR_EV("start 1, send"),
                       TR_DO(done, "1", NETP_OK), TR_OUT("226 .\r\n"))},
    {.name = "the server cannot connect",
     .steps = TR_STEPS(TR_IN("PORT 6000\r\n"), TR_OUT("200 .\r\n"), TR_IN("RETR a\r\n"),
                       TR_EV("get a"), TR_DO(accept_it, "", NETP_OK), TR_EV("open 1 at 6000"),
                       TR_OUT("150 .\r\n"), TR_DO(failed, "1", NETP_OK), TR_OUT("425 .\r\n"))},
    {.name = "refused: the data connection goes, too",
     .steps = TR_STEPS(SERVER_LISTENS, TR_IN("RETR x\r\n"), TR_EV("get x"),
                       TR_DO(refuse, "", NETP_OK), TR_EV("close 1"), TR_OUT("550 .\r\n"))},
    {.name = "the data connection breaks",
     .steps = TR_STEPS(SERVER_STARTS, TR_DO(broken, "1", NETP_OK), TR_OUT("426 .\r\n"))},
    {.name = "aborted in the middle",
     .steps = TR_STEPS(SERVER_STARTS, TR_IN("ABOR\r\n"), TR_EV("close 1"),
                       TR_OUT("426 .\r\n226 .\r\n"), TR_DO(done, "1", NETP_E_STATE))},
    {.name = "aborted too late",
     .steps = TR_STEPS(SERVER_STARTS, TR_DO(done, "1", NETP_OK), TR_OUT("226 .\r\n"),
                       TR_IN("ABOR\r\n"), TR_OUT("226 .\r\n"))},
    {.name = "a new listener takes the place of the old",
     .steps = TR_STEPS(SERVER_LISTENS, TR_IN("LISTEN\r\n"), TR_EV("close 1"), TR_EV("listen 2"),
                       TR_DO(opened, "1", NETP_E_STATE), TR_DO(listening, "2", NETP_OK),
                       TR_OUT("227 5000\r\n"))},
    {.name = "a command while bytes move waits for their end",
     .steps = TR_STEPS(SERVER_STARTS, TR_IN("RETR b\r\nQUIT\r\n"), TR_WANT(NETP_WANT_APP),
                       TR_DO(done, "1", NETP_OK), TR_OUT("226 .\r\n425 .\r\n221 .\r\n"), TR_FIN())},
    {.name = "no data connection, no such command",
     .steps = TR_STEPS(TR_IN("RETR a\r\n"), TR_OUT("425 .\r\n"), TR_IN("PORT 65536\r\nWHAT\r\n"),
                       TR_OUT("500 .\r\n500 .\r\n"))},
    {.name = "the control connection ends while bytes move",
     .steps = TR_STEPS(SERVER_STARTS, TR_EOF(), TR_EV("close 1"), TR_EV("eof"),
                       TR_DO(finish, "", NETP_OK), TR_FIN(), TR_WANT(NETP_CLOSED))},
    {.name = "a line too long",
     .tail = true,
     .steps = TR_STEPS(TR_IN("ABOR\r\n"), TR_OUT("226 .\r\n"), TR_IN("12345678901234567"),
                       TR_FAIL(NETP_E_LIMIT, -1, 22, "line"))},
};

#define CLIENT_ASKS                                                                                \
    TR_DO(get, "a", NETP_OK), TR_OUT("LISTEN\r\n"), TR_IN("227 5000\r\n"),                         \
        TR_EV("open 1 at 5000"), TR_DO(opened, "1", NETP_OK), TR_OUT("RETR a\r\n")
#define CLIENT_STARTS CLIENT_ASKS, TR_IN("150 .\r\n"), TR_EV("start 1, receive")

static const struct tr_case client_cases[] = {
    {.name = "the data ends before the 226",
     .cfg = &client,
     .steps =
         TR_STEPS(CLIENT_STARTS, TR_DO(done, "1", NETP_OK), TR_WANT(NETP_WANT_IN), TR_WAIT(99),
                  TR_IN("226 .\r\n"), TR_EV("done"), TR_DO(quit, "", NETP_OK), TR_OUT("QUIT\r\n"),
                  TR_IN("221 .\r\n"), TR_FIN(), TR_EOF(), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
    {.name = "the data ends after the 226",
     .cfg = &client,
     .steps =
         TR_STEPS(CLIENT_ASKS, TR_IN("150 .\r\n226 .\r\n"), TR_EV("start 1, receive"),
                  TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_DO(done, "1", NETP_OK), TR_EV("done"))},
    {.name = "the data never ends",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_IN("226 .\r\n"), TR_WAIT(100), TR_EV("close 1"),
                       TR_EV("failed 226"), TR_DO(done, "1", NETP_E_STATE))},
    {.name = "the 226 never comes",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_WAIT(5000), TR_DO(done, "1", NETP_OK), TR_WAIT(100),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 17, "reply"))},
    {.name = "the data breaks, and the server says so",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_DO(broken, "1", NETP_OK), TR_IN("426 .\r\n"),
                       TR_EV("failed 426"))},
    {.name = "the server says that it breaks",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_IN("426 .\r\n"), TR_EV("close 1"), TR_EV("failed 426"))},
    {.name = "refused, but connected",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_ASKS, TR_IN("550 .\r\n"), TR_EV("close 1"), TR_EV("failed 550"))},
    {.name = "no listener",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(get, "a", NETP_OK), TR_OUT("LISTEN\r\n"), TR_IN("425 .\r\n"),
                       TR_EV("failed 425"))},
    {.name = "the client cannot connect",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(get, "a", NETP_OK), TR_OUT("LISTEN\r\n"), TR_IN("227 1\r\n"),
                       TR_EV("open 1 at 1"), TR_DO(failed, "1", NETP_OK), TR_EV("failed 0"))},
    {.name = "the client listens; the 150 comes before the connection",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(put_active, "b", NETP_OK), TR_EV("listen 1"),
                       TR_DO(listening, "1", NETP_OK), TR_OUT("PORT 5000\r\n"), TR_IN("200 .\r\n"),
                       TR_OUT("STOR b\r\n"), TR_IN("150 .\r\n"), TR_DO(opened, "1", NETP_OK),
                       TR_EV("start 1, send"), TR_DO(done, "1", NETP_OK), TR_IN("226 .\r\n"),
                       TR_EV("done"))},
    {.name = "the client listens; the connection comes before the 150",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(put_active, "b", NETP_OK), TR_EV("listen 1"),
                       TR_DO(listening, "1", NETP_OK), TR_OUT("PORT 5000\r\n"), TR_IN("200 .\r\n"),
                       TR_OUT("STOR b\r\n"), TR_DO(opened, "1", NETP_OK), TR_IN("150 .\r\n"),
                       TR_EV("start 1, send"))},
    {.name = "aborted in the middle, and again",
     .cfg = &client,
     .steps =
         TR_STEPS(CLIENT_STARTS, TR_DO(abort_it, "", NETP_OK), TR_EV("close 1"), TR_OUT("ABOR\r\n"),
                  TR_DO(abort_it, "", NETP_E_STATE), TR_IN("426 .\r\n226 .\r\n"),
                  TR_EV("failed 426"), TR_DO(get, "b", NETP_OK), TR_OUT("LISTEN\r\n"))},
    {.name = "aborted when the server was done",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_DO(abort_it, "", NETP_OK), TR_EV("close 1"),
                       TR_OUT("ABOR\r\n"), TR_IN("226 .\r\n226 .\r\n"), TR_EV("failed 226"))},
    {.name = "aborted before the 150",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_ASKS, TR_DO(abort_it, "", NETP_OK), TR_EV("close 1"),
                       TR_OUT("ABOR\r\n"), TR_IN("550 .\r\n226 .\r\n"), TR_EV("failed 550"))},
    {.name = "aborted when only the data is missing",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_IN("226 .\r\n"), TR_DO(abort_it, "", NETP_OK),
                       TR_EV("close 1"), TR_EV("failed 226"))},
    {.name = "a reply to nothing",
     .cfg = &client,
     .tail = true,
     .steps = TR_STEPS(TR_IN("226 .\r\n"), TR_FAIL(NETP_E_SYNTAX, -1, 0, "reply"))},
    {.name = "226 without 150",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_ASKS, TR_IN("226 .\r\n"), TR_FAIL(NETP_E_SYNTAX, -1, 10, "reply"))},
    {.name = "no port is that large",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(get, "a", NETP_OK), TR_OUT("LISTEN\r\n"), TR_IN("227 65536\r\n"),
                       TR_FAIL(NETP_E_SYNTAX, -1, 0, "reply"))},
    {.name = "the control connection ends while bytes move",
     .cfg = &client,
     .steps = TR_STEPS(CLIENT_STARTS, TR_EOF(), TR_FAIL(NETP_E_TRUNCATED, -1, 17, "control"))},
};

static void test_server(void **state)
{
    (void)state;
    tr_check(&toy, server_cases, sizeof server_cases / sizeof *server_cases);
}

static void test_client(void **state)
{
    (void)state;
    tr_check(&toy, client_cases, sizeof client_cases / sizeof *client_cases);
}

/* ---- two machines and the data connections between their applications ---- */

#define FILE_N    300u
#define PIPE_N    40u
#define TRANSFERS 12u

/* One application: its machine and its end of the data connection. */
struct app {
    struct pair_end *end;
    struct world *world;
    unsigned conn;
    bool listens, connected, started, sends;
    size_t at; /* bytes of the file sent or received */
};

struct world {
    struct pair p;
    struct app app[2];    /* the client's, the server's */
    uint8_t pipe[PIPE_N]; /* the data connection */
    size_t piped;
    bool ended, reset, dialled;          /* by its sender; by either; not yet accepted */
    unsigned done, ok, refused, aborted; /* transfers */
    size_t stored;                       /* bytes, by the receiver of the last transfer */
};

static struct netp_data *machine(struct app *a)
{
    return (struct netp_data *)a->end->c.m;
}

static uint32_t below(struct world *w, uint32_t n)
{
    return prng_below(&w->p.rng, n);
}

static void must(struct app *a, int r)
{
    if (r < 0) {
        checked_broke(&a->end->c, "a command returned %d", r);
    }
}

/* About a data connection that the machine may just have given up; the event is on its way then. */
static void may(struct app *a, int r)
{
    must(a, r == NETP_E_STATE ? NETP_OK : r);
}

static struct app *other(struct app *a)
{
    return &a->world->app[a == a->world->app];
}

/* The socket is closed; the peer's end, if it still has one, is reset. */
static void drop(struct app *a)
{
    a->world->reset = true;
    a->listens = a->connected = a->started = false;
}

static void dial(struct app *a)
{
    struct world *w = a->world;
    if (!other(a)->listens || below(w, 10) == 0) {
        must(a, netp_data_failed(machine(a), a->conn, a->end->c.now));
        return;
    }
    w->piped = 0;
    w->ended = w->reset = false;
    w->dialled = a->connected = true;
    must(a, netp_data_opened(machine(a), a->conn, a->end->c.now));
}

static void next_transfer(struct app *a)
{
    struct world *w = a->world;
    w->stored = 0;
    if (w->done == TRANSFERS) {
        must(a, netp_data_quit(machine(a), a->end->c.now));
    } else {
        must(a, netp_data_transfer(machine(a), "file", 4, below(w, 2) == 0, below(w, 2) == 0,
                                   a->end->c.now));
    }
}

static void on_done(struct app *a, const struct netp_data_ev *ev)
{
    struct world *w = a->world;
    w->done++;
    w->ok += ev->ok;
    if (ev->ok && w->stored != FILE_N) {
        checked_broke(&a->end->c, "done, but %zu bytes are there", w->stored);
    }
    next_transfer(a);
}

static void on_event(void *arg, const void *p)
{
    struct app *a = (struct app *)arg;
    const struct netp_data_ev *ev = (const struct netp_data_ev *)p;
    netp_ms now = a->end->c.now;
    switch (ev->type) {
    case DATA_REQUEST:
        if (below(a->world, 8) == 0) {
            a->world->refused++;
            must(a, netp_data_refuse(machine(a), now));
        } else {
            must(a, netp_data_accept(machine(a), now));
        }
        break;
    case DATA_LISTEN:
        a->conn = ev->conn;
        a->listens = true;
        must(a, netp_data_listening(machine(a), ev->conn, 5000, now));
        break;
    case DATA_OPEN:
        a->conn = ev->conn;
        dial(a);
        break;
    case DATA_START:
        if (ev->conn != a->conn || !a->connected) {
            checked_broke(&a->end->c, "start of what is not open");
        }
        a->started = true;
        a->sends = ev->send;
        a->at = 0;
        break;
    case DATA_CLOSE:
        if (ev->conn != a->conn) {
            checked_broke(&a->end->c, "close of %u, not %u", ev->conn, a->conn);
        }
        drop(a);
        break;
    case DATA_DONE:
        on_done(a, ev);
        break;
    default:
        break;
    }
}

static void finish_data(struct app *a, bool ok)
{
    a->listens = a->connected = a->started = false;
    may(a, netp_data_done(machine(a), a->conn, ok, a->end->c.now));
}

static void send_data(struct app *a, uint32_t most)
{
    struct world *w = a->world;
    for (; most > 0 && w->piped < PIPE_N && a->at < FILE_N; most--) {
        w->pipe[w->piped++] = (uint8_t)(a->at++ % 251);
    }
    if (a->at == FILE_N) {
        w->ended = true;
        finish_data(a, true);
    }
}

static void receive_data(struct app *a, uint32_t most)
{
    struct world *w = a->world;
    size_t n = most < w->piped ? most : w->piped;
    for (size_t i = 0; i < n; i++) {
        if (w->pipe[i] != (uint8_t)(a->at++ % 251)) {
            checked_broke(&a->end->c, "byte %zu is wrong", a->at - 1);
        }
    }
    w->piped -= n;
    memmove(w->pipe, w->pipe + n, w->piped);
    if (w->ended && w->piped == 0) {
        w->stored = a->at;
        finish_data(a, true);
    }
}

/* One move of the data connection at the end of a. */
static void data_step(struct app *a)
{
    struct world *w = a->world;
    if (a->listens && w->dialled && !a->connected) {
        w->dialled = false;
        a->connected = true;
        may(a, netp_data_opened(machine(a), a->conn, a->end->c.now));
    }
    if (!a->started) {
        return;
    }
    if (w->reset) {
        finish_data(a, false);
    } else if (a->sends) {
        send_data(a, 1 + below(w, 30));
    } else {
        receive_data(a, 1 + below(w, 30));
    }
}

static void world_open(struct world *w, uint64_t seed)
{
    static const struct netp_data_cfg cfgs[] = {{DATA_CLIENT, NULL, 16, NULL, DATA_TX_MIN, 5000},
                                                {DATA_SERVER, NULL, 16, NULL, DATA_TX_MIN, 5000}};
    memset(w, 0, sizeof *w);
    pair_open(&w->p, seed, &netp_data_ops, &netp_data_ops);
    for (int i = 0; i < 2; i++) {
        w->app[i].end = &w->p.end[i];
        w->app[i].world = w;
        w->p.end[i].c.event = on_event;
        w->p.end[i].c.arg = &w->app[i];
        must(&w->app[i], make(&w->p.end[i].c, &cfgs[i]));
    }
    next_transfer(&w->app[0]);
}

static void test_pair(void **state)
{
    unsigned ok = 0, refused = 0, aborted = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct world w;
        world_open(&w, seed);
        while (w.done < TRANSFERS && pair_step(&w.p)) {
            data_step(&w.app[below(&w, 2)]);
            if (below(&w, 1000) == 0) {
                aborted += netp_data_abort(machine(&w.app[0]), w.p.end[0].c.now) == NETP_OK;
            }
        }
        pair_run(&w.p);
        pair_close(&w.p);
        if (w.p.why[0] != '\0') {
            print_error("seed %llu, transfer %u\n", (unsigned long long)seed, w.done);
        }
        assert_string_equal(w.p.why, "");
        assert_int_equal(w.done, TRANSFERS);
        ok += w.ok;
        refused += w.refused;
    }
    /* Each end of a transfer has been seen, or this test proves little. */
    assert_true(ok > 300);
    assert_true(refused > 50);
    assert_true(aborted > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

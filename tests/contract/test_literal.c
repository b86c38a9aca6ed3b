/* Counted literals in the middle of lines: both sides of the toy, each alone and then together.
 *
 * SPDX-License-Identifier: MIT */
#include "pair.h"
#include "toy_literal.h"
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- for the tables ---- */

static int make(struct checked *c, const void *arg)
{
    struct netp_literal_cfg cfg = {LITERAL_SERVER, NULL, 16, NULL, 20, 1000, 0};
    if (arg != NULL) {
        cfg = *(const struct netp_literal_cfg *)arg;
    }
    cfg.line = (char *)checked_mem(c, &cfg.line_n);
    cfg.tx = (char *)checked_mem(c, &cfg.txlen);
    return netp_literal_init((struct netp_literal *)c->m, &cfg, c->now);
}

static void describe(const void *p, struct log *log)
{
    static const char *const names[] = {"",        "text",     "data", "go",
                                        "refused", "released", "room", "eof"};
    const struct netp_literal_ev *ev = (const struct netp_literal_ev *)p;
    if (ev->type == LITERAL_DATA) {
        log_data(log, "data", ev->p, ev->n);
    } else if (ev->type == LITERAL_TEXT && ev->literal != LITERAL_NONE) {
        log_line(log, "text %.*s %s%llu", (int)ev->text.n, ev->text.p, ev->waits ? "waits " : "",
                 (unsigned long long)ev->literal);
    } else if (ev->type == LITERAL_TEXT || ev->type == LITERAL_REFUSED) {
        log_line(log, "%s %.*s", names[ev->type], (int)ev->text.n, ev->text.p);
    } else {
        log_line(log, "%s", names[ev->type]);
    }
}

static int text(void *m, const void *s, size_t n, netp_ms now)
{
    return netp_literal_text((struct netp_literal *)m, (const char *)s, n, LITERAL_NONE, now);
}

static int text_5(void *m, const void *s, size_t n, netp_ms now)
{
    return netp_literal_text((struct netp_literal *)m, (const char *)s, n, 5, now);
}

static int lend(void *m, const void *s, size_t n, netp_ms now)
{
    return netp_literal_lend((struct netp_literal *)m, s, n, now);
}

static int go_on(void *m, const void *s, size_t n, netp_ms now)
{
    (void)s;
    (void)n;
    return netp_literal_go_on((struct netp_literal *)m, now);
}

static int finish(void *m, const void *s, size_t n, netp_ms now)
{
    (void)s;
    (void)n;
    return netp_literal_finish((struct netp_literal *)m, now);
}

static const struct tr_machine toy = {&netp_literal_ops, make, describe};
static const struct netp_literal_cfg client = {LITERAL_CLIENT, NULL, 16, NULL, 20, 1000, 50};
static const struct netp_literal_cfg patient = {LITERAL_SERVER, NULL, 16, NULL, 20, 1000, 50};

static const struct tr_case server_cases[] = {
    {.name = "two literals in one line",
     .tight = 1,
     .steps =
         TR_STEPS(TR_IN("a STORE {5}\r\n"), TR_EV("text a STORE  waits 5"), TR_WANT(NETP_WANT_APP),
                  TR_DO(go_on, "", NETP_OK), TR_OUT("+ go on\r\n"), TR_IN("hello {3}\r\n"),
                  TR_EV("data hello"), TR_EV("text   waits 3"), TR_DO(go_on, "", NETP_OK),
                  TR_OUT("+ go on\r\n"), TR_IN("foo (1 22)\r\n"), TR_EV("data foo"),
                  TR_EV("text  (1 22)"), TR_WANT(NETP_WANT_APP), TR_DO(text, "a OK", NETP_OK),
                  TR_OUT("a OK\r\n"), TR_WANT(NETP_WANT_IN), TR_EOF(), TR_EV("eof"),
                  TR_DO(finish, "", NETP_OK), TR_FIN(), TR_WANT(NETP_CLOSED))},
    {.name = "a literal that does not wait, an empty one, and commands in one go",
     .steps = TR_STEPS(TR_IN("a X {2+}\r\n\r\n{0+}\r\n\r\nb Y\r\nc {x}\r\n"), TR_EV("text a X  2"),
                       TR_EV("data \\r\\n"), TR_EV("text  0"), TR_EV("text "),
                       TR_DO(text, "b OK", NETP_E_ARG), TR_DO(text, "a OK", NETP_OK),
                       TR_OUT("a OK\r\n"), TR_EV("text b Y"), TR_DO(text, "b NO", NETP_OK),
                       TR_OUT("b NO\r\n"), TR_EV("text c {x}"))},
    {.name = "a literal refused: the rest of its line never comes",
     .steps = TR_STEPS(TR_IN("a STORE {999}\r\n"), TR_EV("text a STORE  waits 999"),
                       TR_DO(text, "a NO too big", NETP_OK), TR_OUT("a NO too big\r\n"),
                       TR_IN("b NOOP\r\n"), TR_EV("text b NOOP"))},
    {.name = "an answer with a literal, in pieces",
     .steps =
         TR_STEPS(TR_IN("a FETCH\r\n"), TR_EV("text a FETCH"), TR_DO(text_5, "* got ", NETP_OK),
                  TR_OUT("* got {5}\r\n"), TR_DO(text, "x", NETP_E_STATE),
                  TR_DO(lend, "toolong", NETP_E_ARG), TR_DO(lend, "hel", NETP_OK),
                  TR_EV("released"), TR_OUT("hel"), TR_DO(lend, "lo", NETP_OK), TR_EV("released"),
                  TR_OUT("lo"), TR_DO(text, " end", NETP_OK), TR_OUT(" end\r\n"),
                  TR_DO(text, "a OK", NETP_OK), TR_OUT("a OK\r\n"))},
    {.name = "room is told when there is some",
     .steps = TR_STEPS(TR_DO(text, "* 1234567890123456", NETP_OK), TR_OUT("* 1234567890123456\r\n"),
                       TR_DO(text, "* 12345678901234567", NETP_E_NOSPACE), TR_EV("room"))},
    {.name = "a line too long",
     .tail = true,
     .steps = TR_STEPS(TR_IN("a 56789012345{1+}\r\n"), TR_FAIL(NETP_E_LIMIT, -1, 16, "line"),
                       TR_WANT(NETP_CLOSED))},
    {.name = "the parts of a line are too long together",
     .tail = true,
     .steps = TR_STEPS(TR_IN("a 56789012{1+}\r\nx12345"), TR_EV("text a 56789012 1"),
                       TR_EV("data x"), TR_IN("67"), TR_FAIL(NETP_E_LIMIT, -1, 23, "line"))},
    {.name = "a literal too long",
     .tail = true,
     .steps = TR_STEPS(TR_IN("a {1001}\r\n"), TR_FAIL(NETP_E_LIMIT, -1, 2, "literal"))},
    {.name = "a literal longer than any number",
     .steps = TR_STEPS(TR_IN("{99999999999999}\r\n"), TR_FAIL(NETP_E_LIMIT, -1, 0, "literal"))},
    {.name = "no tag",
     .steps = TR_STEPS(TR_IN("a OK\r\n"), TR_EV("text a OK"), TR_DO(text, "a OK", NETP_OK),
                       TR_OUT("a OK\r\n"), TR_IN("* x\r\n"), TR_FAIL(NETP_E_SYNTAX, -1, 6, "tag"))},
    {.name = "the stream ends in a literal",
     .steps = TR_STEPS(TR_IN_EOF("a {3+}\r\nxy"), TR_EV("text a  3"), TR_EV("data xy"),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 10, "line"))},
    {.name = "the stream is cut",
     .steps = TR_STEPS(TR_IN("a x\r\n"), TR_EV("text a x"), TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 5, "connection"))},
    {.name = "silence while a literal is due",
     .cfg = &patient,
     .steps =
         TR_STEPS(TR_IN("a {3}\r\n"), TR_EV("text a  waits 3"), TR_WAIT(1000),
                  TR_DO(go_on, "", NETP_OK), TR_OUT("+ go on\r\n"), TR_WAIT(49),
                  TR_WANT(NETP_WANT_IN), TR_WAIT(1), TR_FAIL(NETP_E_TIMEOUT, -1, 7, "silence"))},
};

#define IDLE (NETP_WANT_IN | NETP_WANT_APP) /* of a client */

static const struct tr_case client_cases[] = {
    {.name = "a literal, asked for",
     .cfg = &client,
     .steps = TR_STEPS(TR_WANT(IDLE), TR_DO(text_5, "a STORE ", NETP_OK), TR_OUT("a STORE {5}\r\n"),
                       TR_WANT(NETP_WANT_IN), TR_DO(lend, "hello", NETP_E_STATE),
                       TR_IN("* by the way\r\n+ yes\r\n"), TR_EV("text * by the way"), TR_EV("go"),
                       TR_WANT(IDLE), TR_DO(lend, "hello", NETP_OK), TR_EV("released"),
                       TR_OUT("hello"), TR_DO(text, " x", NETP_OK), TR_OUT(" x\r\n"),
                       TR_IN("a OK\r\n"), TR_EV("text a OK"), TR_DO(finish, "", NETP_OK), TR_FIN(),
                       TR_WANT(NETP_WANT_IN), TR_EOF(), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
    {.name = "a literal, refused",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(text_5, "a STORE ", NETP_OK), TR_OUT("a STORE {5}\r\n"),
                       TR_IN("ab OK\r\na NO\r\n"), TR_EV("text ab OK"), TR_EV("refused a NO"),
                       TR_DO(text, "b NOOP", NETP_OK), TR_OUT("b NOOP\r\n"))},
    {.name = "a literal received in an untagged line",
     .cfg = &client,
     .steps = TR_STEPS(TR_IN("* got {5}\r\nhello end\r\na OK\r\n"), TR_EV("text * got  5"),
                       TR_EV("data hello"), TR_EV("text  end"), TR_EV("text a OK"))},
    {.name = "a line that is nothing but a literal",
     .cfg = &client,
     .steps = TR_STEPS(TR_IN("{1}\r\nx\r\n{0}\r\n\r\n"), TR_EV("text  1"), TR_EV("data x"),
                       TR_EV("text "), TR_EV("text  0"), TR_EV("text "))},
    {.name = "leave that nobody asked for",
     .cfg = &client,
     .tail = true,
     .steps = TR_STEPS(TR_IN("* hi\r\n+ go\r\n"), TR_EV("text * hi"),
                       TR_FAIL(NETP_E_SYNTAX, -1, 6, "continuation"))},
    {.name = "the server goes away while the literal waits",
     .cfg = &client,
     .steps = TR_STEPS(TR_DO(text_5, "a ", NETP_OK), TR_OUT("a {5}\r\n"), TR_EOF(), TR_EV("eof"),
                       TR_WANT(NETP_WANT_APP), TR_DO(finish, "", NETP_OK), TR_FIN(),
                       TR_WANT(NETP_CLOSED))},
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

/* ---- two machines ---- */

#define FILE_N 5000u /* bytes of a literal; no buffer has more than PIECE */
#define PIECE  64u
#define ROUNDS 3

/* The byte at place i of a file: no period that a buffer has. */
static uint8_t file_byte(uint64_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

struct side {
    struct pair_end *end;
    uint8_t piece[PIECE]; /* lent */
    uint64_t sent, got;   /* bytes of the literal */
    uint64_t expect;
    unsigned done, refused;
};

static struct netp_literal *machine(struct side *s)
{
    return (struct netp_literal *)s->end->c.m;
}

static void must(struct side *s, int r)
{
    if (r < 0) {
        checked_broke(&s->end->c, "a command returned %d", r);
    }
}

static void say(struct side *s, const char *p, uint64_t literal)
{
    must(s, netp_literal_text(machine(s), p, strlen(p), literal, s->end->c.now));
}

/* Lends the next piece of the file, or goes on behind it. */
static void lend_more(struct side *s, const char *rest)
{
    size_t n = 0;
    while (n < PIECE && s->sent < FILE_N) {
        s->piece[n++] = file_byte(s->sent++);
    }
    if (n > 0) {
        must(s, netp_literal_lend(machine(s), s->piece, n, s->end->c.now));
    } else {
        s->sent = 0;
        say(s, rest, LITERAL_NONE);
    }
}

static void take_data(struct side *s, const struct netp_literal_ev *ev)
{
    for (size_t i = 0; i < ev->n; i++) {
        if (ev->p[i] != file_byte(s->got++)) {
            checked_broke(&s->end->c, "byte %llu of the literal is wrong",
                          (unsigned long long)s->got - 1);
        }
    }
}

static bool is(struct netp_str s, const char *text_)
{
    return s.n == strlen(text_) && memcmp(s.p, text_, s.n) == 0;
}

/* Takes what is stored and gives it back, refuses every other try. */
static void on_server(void *arg, const void *p)
{
    struct side *s = (struct side *)arg;
    const struct netp_literal_ev *ev = (const struct netp_literal_ev *)p;
    s->piece[0] ^= ev->type == LITERAL_RELEASED ? 0xff : 0; /* it is ours again */
    if (ev->type == LITERAL_TEXT && ev->waits) {
        s->expect = ev->literal;
        if (s->refused++ % 2 == 0) {
            say(s, "a NO not now", LITERAL_NONE);
        } else {
            must(s, netp_literal_go_on(machine(s), s->end->c.now));
        }
    } else if (ev->type == LITERAL_DATA) {
        take_data(s, ev);
    } else if (ev->type == LITERAL_TEXT && is(ev->text, "b FETCH")) {
        say(s, "* here ", FILE_N);
        lend_more(s, "");
    } else if (ev->type == LITERAL_TEXT) {
        if (!is(ev->text, " end") || s->got != s->expect) {
            checked_broke(&s->end->c, "stored %llu bytes", (unsigned long long)s->got);
        }
        s->got = 0;
        say(s, "a OK", LITERAL_NONE);
    } else if (ev->type == LITERAL_RELEASED) {
        bool last = s->sent == FILE_N;
        lend_more(s, " that was it");
        if (last) {
            say(s, "b OK", LITERAL_NONE);
        }
    } else if (ev->type == LITERAL_EOF) {
        must(s, netp_literal_finish(machine(s), s->end->c.now));
    }
}

/* Stores a file, gets it back, and so on. */
static void on_client(void *arg, const void *p)
{
    struct side *s = (struct side *)arg;
    const struct netp_literal_ev *ev = (const struct netp_literal_ev *)p;
    s->piece[0] ^= ev->type == LITERAL_RELEASED ? 0xff : 0;
    if (ev->type == LITERAL_REFUSED) {
        s->refused++;
        say(s, "a STORE ", FILE_N);
    } else if (ev->type == LITERAL_GO || ev->type == LITERAL_RELEASED) {
        lend_more(s, " end");
    } else if (ev->type == LITERAL_DATA) {
        take_data(s, ev);
    } else if (ev->type == LITERAL_TEXT && is(ev->text, "a OK")) {
        say(s, "b FETCH", LITERAL_NONE);
    } else if (ev->type == LITERAL_TEXT && is(ev->text, "b OK")) {
        if (s->got != FILE_N) {
            checked_broke(&s->end->c, "got %llu bytes", (unsigned long long)s->got);
        }
        s->got = 0;
        if (++s->done < ROUNDS) {
            say(s, "a STORE ", FILE_N);
        } else {
            must(s, netp_literal_finish(machine(s), s->end->c.now));
        }
    }
}

static void run_pair(uint64_t seed)
{
    struct pair p;
    struct side server, cli;
    struct netp_literal_cfg client_cfg = {LITERAL_CLIENT, NULL, 40, NULL, 40, FILE_N, 0};
    struct netp_literal_cfg server_cfg = {LITERAL_SERVER, NULL, 40, NULL, 40, FILE_N, 0};
    memset(&server, 0, sizeof server);
    memset(&cli, 0, sizeof cli);
    pair_open(&p, seed, &netp_literal_ops, &netp_literal_ops);
    server.end = &p.end[1];
    cli.end = &p.end[0];
    p.end[0].c.event = on_client;
    p.end[0].c.arg = &cli;
    p.end[1].c.event = on_server;
    p.end[1].c.arg = &server;
    must(&cli, make(&p.end[0].c, &client_cfg));
    must(&server, make(&p.end[1].c, &server_cfg));
    say(&cli, "a STORE ", FILE_N);
    pair_run(&p);
    pair_close(&p);
    if (p.why[0] != '\0') {
        print_error("seed %llu\n", (unsigned long long)seed);
    }
    assert_string_equal(p.why, "");
    assert_int_equal(cli.done, ROUNDS);
    assert_int_equal(cli.refused, ROUNDS);
}

static void test_pair(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        run_pair(seed);
    }
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

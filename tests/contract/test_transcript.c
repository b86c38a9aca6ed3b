/* The transcript runner and the checked verbs are tried on a machine that can be made to break one
 * law at a time; each must be found.
 *
 * SPDX-License-Identifier: MIT */
#include "transcript.h"

#include <netproto/line.h>
#include <netproto/machine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's macro has the name of a verb */

enum bug {
    NO_BUG,
    BUG_SPLIT,    /* a CR that is the last byte of a piece is forgotten */
    BUG_CURSOR,   /* in->n goes down, in->p stays */
    BUG_TYPE,     /* ev->type is not what next returns */
    BUG_LEFT,     /* wants input, but leaves some */
    BUG_OUT,      /* a short list shows the back of the output */
    BUG_SENT,     /* any sent() removes all */
    BUG_WANT,     /* WANT_OUT without output */
    BUG_STUCK,    /* neither closed nor waiting for anything */
    BUG_SPIN,     /* a deadline that has passed stays */
    BUG_EARLY,    /* an early call acts as if it were late */
    BUG_PAST,     /* time that goes back moves the deadline */
    BUG_STICKY,   /* failure is told once */
    BUG_OFFSET,   /* the offset of an error counts from the piece, not from the stream's start */
    BUG_SHORT,    /* what does not fit the buffer is lost without a word */
    BUG_CMD,      /* a command that is refused has acted */
    BUG_TRAILING, /* takes bytes behind the last message */
    BUG_CLOSED    /* CLOSED and something else */
};

/* Reads lines up to "bye", says what it is told to say, and does not wait longer than 1000 ms. */
struct netp_parrot {
    struct netp_fail fail_;
    struct netp_line line_;
    netp_ms clock_, deadline_;
    uint64_t off_;
    char *tx_;
    size_t cap_, n_;
    enum bug bug_;
    bool end_;
};

struct netp_parrot_ev {
    enum { PARROT_LINE = 1, PARROT_EOF } type;
    struct netp_str line; /* [m] */
};

static int parrot_time(struct netp_parrot *m, bool called, netp_ms now)
{
    if (m->bug_ == BUG_PAST && now < m->clock_) {
        m->deadline_ = now + 1000;
    }
    netp_clock(&m->clock_, now);
    if (m->fail_.code != NETP_OK) {
        return m->bug_ == BUG_STICKY ? 0 : (int)m->fail_.code;
    }
    if (m->clock_ >= m->deadline_ && m->bug_ != BUG_SPIN) {
        return netp_fail_with(&m->fail_, NETP_E_TIMEOUT, -1, m->off_, "silence");
    }
    if (m->bug_ == BUG_EARLY && called && m->off_ > 0 && m->n_ == 0) {
        m->tx_[m->n_++] = '?';
    }
    return 0;
}

static int parrot_line(struct netp_parrot *m, struct netp_in *in, struct netp_parrot_ev *ev)
{
    size_t n = in->n;
    int r = netp_line_next(&m->line_, in, &ev->line);
    if (m->bug_ == BUG_SPLIT && in->n == 0) {
        m->line_.cr_ = false;
    }
    m->off_ = (m->bug_ == BUG_OFFSET ? 0 : m->off_) + n - in->n;
    if (n > in->n && !m->end_) {
        m->deadline_ = m->clock_ + 1000;
    }
    if (r < 0) {
        return netp_fail_with(&m->fail_, (enum netp_err)r, -1, m->off_ - 1, "line");
    }
    if (r > 0) {
        in->p -= m->bug_ == BUG_CURSOR;
        m->end_ = ev->line.n == 3 && memcmp(ev->line.p, "bye", 3) == 0;
        m->deadline_ = m->end_ ? NETP_NEVER : m->deadline_;
        ev->type = m->bug_ == BUG_TYPE ? PARROT_EOF : PARROT_LINE;
    }
    return r > 0 ? PARROT_LINE : 0;
}

static int netp_parrot_next(struct netp_parrot *m, struct netp_in *in, netp_ms now,
                            struct netp_parrot_ev *ev)
{
    int r = parrot_time(m, in == NULL, now);
    if (r < 0 || in == NULL || m->fail_.code != NETP_OK || (m->end_ && m->bug_ != BUG_TRAILING) ||
        (m->bug_ == BUG_LEFT && in->n == 1)) {
        return r;
    }
    r = parrot_line(m, in, ev);
    if (r != 0 || m->end_ || (in->flags & NETP_IN_EOF) == 0) {
        return r;
    }
    if (netp_line_pending(&m->line_)) {
        return netp_fail_with(&m->fail_, NETP_E_TRUNCATED, -1, m->off_, "line");
    }
    m->end_ = true;
    m->deadline_ = NETP_NEVER;
    return ev->type = PARROT_EOF;
}

static size_t netp_parrot_out(const struct netp_parrot *m, struct netp_out *v, size_t nv)
{
    size_t i = 0, half = m->n_ / 2;
    if (half > 0 && !(m->bug_ == BUG_OUT && nv == 1)) {
        netp_out_put(v, nv, &i, (struct netp_out){(uint8_t *)m->tx_, half, 0, NULL});
    }
    if (m->n_ > 0) {
        netp_out_put(v, nv, &i, (struct netp_out){(uint8_t *)m->tx_ + half, m->n_ - half, 0, NULL});
    }
    return i;
}

static void netp_parrot_sent(struct netp_parrot *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    n = m->bug_ == BUG_SENT ? m->n_ : n;
    m->n_ -= n;
    memmove(m->tx_, m->tx_ + n, m->n_);
}

static netp_ms netp_parrot_deadline(const struct netp_parrot *m)
{
    return m->fail_.code != NETP_OK || m->bug_ == BUG_STUCK ? NETP_NEVER : m->deadline_;
}

static unsigned netp_parrot_want(const struct netp_parrot *m)
{
    unsigned want = m->n_ > 0 || m->bug_ == BUG_WANT ? NETP_WANT_OUT : 0;
    if (m->bug_ == BUG_STUCK && m->off_ > 0) {
        return want;
    }
    if (m->end_ || m->fail_.code != NETP_OK) {
        return want != 0 ? want : m->bug_ == BUG_CLOSED ? NETP_CLOSED | NETP_WANT_IN : NETP_CLOSED;
    }
    return want | NETP_WANT_IN;
}

static const struct netp_fail *netp_parrot_fail(const struct netp_parrot *m)
{
    return &m->fail_;
}

NETP_OPS(parrot);

static int say(void *p, const void *arg, size_t n, netp_ms now)
{
    struct netp_parrot *m = (struct netp_parrot *)p;
    netp_clock(&m->clock_, now);
    bool room = n <= m->cap_ - m->n_;
    if (!room && m->bug_ != BUG_CMD && m->bug_ != BUG_SHORT) {
        return NETP_E_NOSPACE;
    }
    n = room ? n : m->cap_ - m->n_;
    memcpy(m->tx_ + m->n_, arg, n);
    m->n_ += n;
    return room || m->bug_ == BUG_SHORT ? NETP_OK : NETP_E_NOSPACE;
}

static int make(struct checked *c, const void *cfg)
{
    struct netp_parrot *m = (struct netp_parrot *)c->m;
    size_t cap = 8;
    memset(m, 0, sizeof *m);
    netp_fail_clear(&m->fail_);
    char *buf = (char *)checked_mem(c, &cap);
    netp_line_init(&m->line_, buf, cap, 0);
    m->cap_ = 6;
    m->tx_ = (char *)checked_mem(c, &m->cap_);
    m->clock_ = c->now;
    m->deadline_ = c->now + 1000;
    m->bug_ = *(const enum bug *)cfg;
    return NETP_OK;
}

static void describe(const void *p, struct log *log)
{
    const struct netp_parrot_ev *ev = (const struct netp_parrot_ev *)p;
    if (ev->type == PARROT_LINE) {
        log_line(log, "line %.*s", (int)ev->line.n, ev->line.p);
    } else {
        log_line(log, "eof");
    }
}

static const struct tr_machine parrot = {&netp_parrot_ops, make, describe};

static const struct tr_step talk[] = {
    TR_IN("ping\r\n12345678\r\n"),
    TR_EV("line ping"),
    TR_EV("line 12345678"),
    TR_DO(say, "pong\r\n", NETP_OK),
    TR_OUT("pong\r\n"),
    TR_DO(say, "too long", NETP_E_NOSPACE),
    TR_WAIT(500),
    TR_WANT(NETP_WANT_IN),
    TR_IN("bye\r\n"),
    TR_EV("line bye"),
    TR_WANT(NETP_CLOSED),
    {.what = TR_END_},
};

static const struct tr_step bad[] = {
    TR_IN("ping\r\npi\0ng"), TR_EV("line ping"), TR_FAIL(NETP_E_SYNTAX, -1, 8, "line"),
    TR_WANT(NETP_CLOSED),    {.what = TR_END_},
};

static const struct tr_step late[] = {
    TR_IN_EOF("x\r\n"),
    TR_EV("line x"),
    TR_EV("eof"),
    {.what = TR_END_},
};

static const struct tr_step silent[] = {
    TR_IN("half"),
    TR_WAIT(999),
    TR_WANT(NETP_WANT_IN),
    TR_WAIT(1),
    TR_FAIL(NETP_E_TIMEOUT, -1, 4, "silence"),
    {.what = TR_END_},
};

static const struct tr_step cut[] = {
    TR_IN_EOF("half"),
    TR_FAIL(NETP_E_TRUNCATED, -1, 4, "line"),
    {.what = TR_END_},
};

static bool holds(enum bug bug, const struct tr_step *steps, char *why, size_t n)
{
    struct tr_case c = {.name = "parrot", .cfg = &bug, .steps = steps};
    c.tail = steps == talk || steps == bad;
    c.tight = steps == talk ? 3 : 0;
    return tr_run(&parrot, &c, why, n);
}

static void test_without_bug(void **state)
{
    char why[1024] = "";
    (void)state;
    bool all = holds(NO_BUG, talk, why, sizeof why) && holds(NO_BUG, bad, why, sizeof why) &&
               holds(NO_BUG, late, why, sizeof why) && holds(NO_BUG, silent, why, sizeof why) &&
               holds(NO_BUG, cut, why, sizeof why);
    assert_string_equal(why, "");
    assert_true(all);
}

static void test_each_bug_is_found(void **state)
{
    static const struct {
        enum bug bug;
        const struct tr_step *steps;
        const char *why;
    } bugs[] = {
        {BUG_SPLIT, talk, "byte by byte, step 2: event"},
        {BUG_CURSOR, talk, "law 2: in->p + in->n moved"},
        {BUG_TYPE, talk, "law 2: next() returned 1, ev->type is 2"},
        {BUG_LEFT, talk, "law 4: wants input"},
        {BUG_OUT, talk, "law 5: out() shows"},
        {BUG_SENT, talk, "law 5: after sent(1)"},
        {BUG_WANT, talk, "WANT_OUT and what out() shows disagree"},
        {BUG_STUCK, talk, "stuck"},
        {BUG_SPIN, silent, "law 6: next() left a deadline"},
        {BUG_EARLY, silent, "law 6: a call too many: "},
        {BUG_PAST, silent, "law 6: a call in the past"},
        {BUG_STICKY, bad, "law 7: "},
        {BUG_OFFSET, bad, "fail() is NETP_E_SYNTAX, -1, at 2"},
        {BUG_SHORT, talk, "the command returned 0, not -3"},
        {BUG_CMD, talk, "a command returned -3"},
        {BUG_TRAILING, talk, "and more, step 11: "},
        {BUG_CLOSED, talk, "CLOSED does not stand alone"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++) {
        char why[1024] = "";
        bool held = holds(bugs[i].bug, bugs[i].steps, why, sizeof why);
        if (held || strstr(why, bugs[i].why) == NULL) {
            print_error("bug %d, %s: found: %s\n", (int)bugs[i].bug, bugs[i].why, why);
        }
        assert_false(held);
        assert_non_null(strstr(why, bugs[i].why));
    }
}

/* What a case says and the machine does not do. */
static void test_each_difference_is_found(void **state)
{
    static const struct {
        struct tr_step step;
        const char *why;
    } wrong[] = {
        {TR_EV("line pong"), "event \"line ping\", not \"line pong\""},
        {TR_IN("x"), "before this there is more"},
        {{.what = TR_END_}, "before this there is more"},
        {TR_OUT("x"), "nothing was sent"},
        {TR_FIN(), "nothing was sent"},
        {TR_WANT(NETP_CLOSED), "want() is 0x1"},
        {TR_FAIL(NETP_E_SYNTAX, -1, 0, NULL), "fail() is NETP_OK"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char why[1024] = "";
        struct tr_step steps[] = {TR_IN("ping\r\n"), wrong[i].step, {.what = TR_END_}};
        assert_false(holds(NO_BUG, steps, why, sizeof why));
        if (strstr(why, wrong[i].why) == NULL) {
            assert_string_equal(why, wrong[i].why);
        }
    }
}

static void test_log(void **state)
{
    struct log log = {0};
    (void)state;
    log_data(&log, "data", "a\r", 2);
    log_data(&log, "data", "\n\\", 2);
    log_data(&log, "more", "\x7f", 1);
    log_line(&log, "%d", 5);
    log_data(&log, "data", "b", 1);
    assert_string_equal(log.p, "data a\\r\\n\\x5c\nmore \\x7f\n5\ndata b");
    log_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_bug),
        cmocka_unit_test(test_each_bug_is_found),
        cmocka_unit_test(test_each_difference_is_found),
        cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "scan.h"

#include <netproto/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the reading of a file has come. */
struct reader {
    struct table *table;
    struct table_case item; /* the case whose heading came last; without a name: none */
    bool why, inside;       /* it has a word of prose; the reader is within its block */
    struct tr_step *step;
    size_t nstep;
    bool expects; /* the last step is an expectation */
};

static void *resized(void *p, size_t n, size_t size)
{
    p = realloc(p, n * size);
    if (p == NULL) {
        abort();
    }
    return p;
}

static char *copy(const char *p, size_t n)
{
    char *s = (char *)resized(NULL, n + 1, 1);
    memcpy(s, p, n);
    s[n] = '\0';
    return s;
}

/* ---- a line of a case: each function reads what follows the first word ---- */

typedef void read_fn(const struct subject *subject, struct scan *s, struct tr_step *step);

static void read_nothing(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    (void)subject;
    (void)s;
    step->p = "";
}

static void read_bytes(struct scan *s, struct tr_step *step)
{
    struct bytes b = scan_bytes(s);
    step->p = b.p;
    step->n = b.n;
}

static void read_packet(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    bool in = step->what == TR_IN_;
    step->flags = !subject->dgram ? 0u : in ? (unsigned)NETP_IN_DGRAM : (unsigned)NETP_OUT_DGRAM;
    read_bytes(s, step);
    if (scan_is(s, in ? "from" : "to")) {
        struct netp_addr *adr = (struct netp_addr *)resized(NULL, 1, sizeof *adr);
        *adr = scan_address(s);
        step->adr = adr;
    }
}

static void read_event(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    (void)subject;
    scan_blanks(s);
    if (*s->p == '\0') {
        scan_wrong(s, "an event has a text");
    }
    step->p = copy(s->p, strlen(s->p));
    s->p = "";
}

/* The event "data", with the bytes as the log shows them. */
static void read_data(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    struct bytes b = scan_bytes(s);
    struct log log = {NULL, 0, 0, NULL};

    (void)subject;
    if (b.n == 0) {
        scan_wrong(s, "data has bytes");
    }
    log_data(&log, "data", b.p, b.n);
    free(b.p);
    step->p = log.p;
}

static void read_do(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    struct netp_str name = scan_word(s);

    for (size_t i = 0; i < subject->ncmd; i++) {
        if (netp_str_eq(name, netp_str_of(subject->cmd[i].name))) {
            step->cmd = subject->cmd[i].run;
        }
    }
    if (step->cmd == NULL) {
        scan_wrong(s, "there is no such command");
    }
    read_bytes(s, step);
    if (scan_is(s, "gives")) {
        scan_blanks(s);
        step->ret = *s->p == 'N' ? scan_code(s) : (int)scan_number(s);
    }
}

static void read_wait(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    (void)subject;
    int64_t ms = scan_number(s);
    if (ms < 0) {
        scan_wrong(s, "time does not run backwards");
    }
    step->n = (uint64_t)ms;
}

static void read_want(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    static const char *const words[] = {"in", "out", "app", "closed"};

    (void)subject;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        step->flags |= scan_is(s, words[i]) ? 1u << i : 0;
    }
}

static void read_fail(const struct subject *subject, struct scan *s, struct tr_step *step)
{
    (void)subject;
    step->ret = scan_code(s);
    step->peer = (int)scan_number(s);
    if (!scan_is(s, "at")) {
        scan_wrong(s, "\"at\" and an offset belong here");
    }
    step->n = (uint64_t)scan_number(s);
    struct bytes where = scan_bytes(s);
    step->p = where.n > 0 ? copy(where.p, where.n) : NULL;
    free(where.p);
}

/* "nothing" is a wait of no time: all that came must have been named before. */
static const struct {
    const char *word;
    enum tr_what what;
    unsigned flags;
    read_fn *read;
    bool expects; /* it says what must come, not what is done */
} lines[] = {{"in", TR_IN_, 0, read_packet, false},
             {"eof", TR_IN_, NETP_IN_EOF, read_nothing, false},
             {"gap", TR_IN_, NETP_IN_GAP, read_nothing, false},
             {"broken", TR_IN_, NETP_IN_BROKEN, read_nothing, false},
             {"do", TR_DO_, 0, read_do, false},
             {"wait", TR_WAIT_, 0, read_wait, false},
             {"out", TR_OUT_, 0, read_packet, true},
             {"fin", TR_FIN_, 0, read_nothing, true},
             {"event", TR_EV_, 0, read_event, true},
             {"data", TR_EV_, 0, read_data, true},
             {"want", TR_WANT_, 0, read_want, true},
             {"fail", TR_FAIL_, 0, read_fail, true},
             {"nothing", TR_WAIT_, 0, read_nothing, true}};

static void add_step(struct reader *r, struct tr_step step)
{
    r->step = (struct tr_step *)resized(r->step, r->nstep + 1, sizeof step);
    r->step[r->nstep++] = step;
}

/* These, and what calls them, return what is wrong, or NULL. */
static const char *take_step(struct reader *r, const char *line)
{
    struct scan s = {line, NULL};
    struct netp_str word = scan_word(&s);

    if (word.n == 0 || word.p[0] == '#') {
        return NULL;
    }
    if (netp_str_eq(word, NETP_STR("needs"))) {
        scan_blanks(&s);
        r->item.needs = copy(s.p, strlen(s.p));
        return NULL;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (netp_str_eq(word, netp_str_of(lines[i].word))) {
            struct tr_step step = {.what = lines[i].what, .flags = lines[i].flags};
            lines[i].read(r->item.subject, &s, &step);
            scan_end(&s);
            add_step(r, step);
            r->expects = lines[i].expects;
            return s.wrong;
        }
    }
    return "no line of a case begins with this word";
}

/* ---- the file ---- */

/* Whether the case ends with a failure that its last bytes have caused: more bytes behind those
 * must not change anything. */
static bool last_bytes_fail(const struct reader *r)
{
    bool fails = false;
    size_t i = r->nstep;

    while (i > 0 && r->step[i - 1].what != TR_IN_) {
        enum tr_what what = r->step[--i].what;
        if (what == TR_DO_ || what == TR_WAIT_) {
            return false;
        }
        fails = fails || what == TR_FAIL_;
    }
    return fails && i > 0 && r->step[i - 1].flags == 0;
}

static const char *begin_case(struct reader *r, const char *line, unsigned number)
{
    if (r->item.tr.name != NULL) {
        return "the case before this has no block";
    }
    r->item.tr.name = copy(line, strlen(line));
    r->item.line = number;
    r->item.needs = NULL;
    r->why = false;
    return NULL;
}

static const char *begin_block(struct reader *r, const char *info)
{
    struct scan s = {info, NULL};
    struct netp_str subject = scan_word(&s);

    if (r->item.tr.name == NULL || !r->why) {
        return "a block needs a heading of its own (###) and a word of why";
    }
    r->item.subject = subject_find(subject.p, subject.n);
    if (r->item.subject == NULL) {
        return "there is no such subject";
    }
    scan_blanks(&s);
    r->item.tr.cfg = copy(s.p, strlen(s.p));
    r->inside = true;
    r->expects = false;
    r->step = NULL;
    r->nstep = 0;
    return NULL;
}

static const char *end_block(struct reader *r)
{
    struct table *t = r->table;

    if (!r->expects) {
        return "a case ends with an expectation: \"nothing\", if nothing may come";
    }
    r->item.tr.tail = last_bytes_fail(r);
    add_step(r, (struct tr_step){.what = TR_END_});
    r->item.tr.steps = r->step;
    t->item = (struct table_case *)resized(t->item, t->n + 1, sizeof *t->item);
    t->item[t->n++] = r->item;
    r->item.tr.name = NULL;
    r->inside = false;
    return NULL;
}

static const char *take_line(struct reader *r, const char *line, unsigned number)
{
    bool fence = strncmp(line, "```", 3) == 0;

    if (r->inside) {
        return fence ? end_block(r) : take_step(r, line);
    }
    if (fence) {
        return begin_block(r, line + 3);
    }
    if (strncmp(line, "### ", 4) == 0) {
        return begin_case(r, line + 4, number);
    }
    r->why = r->why || line[strspn(line, " \t")] != '\0';
    return NULL;
}

bool table_read(struct table *t, const char *file)
{
    struct reader r = {.table = t, .item = {.file = file}};
    FILE *f = fopen(file, "r");
    char *line = NULL;
    const char *wrong = NULL;
    size_t cap = 0;
    ssize_t n;
    unsigned number = 0;

    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
        return false;
    }
    while (wrong == NULL && (n = getline(&line, &cap, f)) > 0) {
        number++;
        n -= line[n - 1] == '\n';
        line[n] = '\0';
        wrong = strlen(line) == (size_t)n ? take_line(&r, line, number) : "a NUL byte";
    }
    if (wrong == NULL && r.item.tr.name != NULL) {
        wrong = "the last case has no block, or that has no end";
    }
    if (wrong != NULL) {
        fprintf(stderr, "%s:%u: %s\n", file, number, wrong);
    }
    free(line);
    fclose(f);
    return wrong == NULL;
}

/* SPDX-License-Identifier: MIT */
#include "toy_literal.h"

#include <netproto/machine.h>

#include <string.h>

enum rx {
    RX_LINE,    /* in the text of a line, or between two */
    RX_LITERAL, /* left_ bytes of a literal come next */
    RX_ASKED,   /* server: the peer waits for leave to send its literal */
    RX_ANSWER   /* server: a command is complete and not yet answered */
};

enum sending {
    TX_IDLE,   /* between two lines */
    TX_WAIT,   /* client: a literal is announced, not yet asked for */
    TX_LITERAL /* owed_ bytes must be lent, or, if 0, the line must go on */
};

int netp_literal_init_(struct netp_literal *m, size_t size, const struct netp_literal_cfg *cfg,
                       netp_ms now)
{
    if (size != sizeof *m) {
        return NETP_E_ABI;
    }
    if (cfg->line_n == 0 || cfg->txlen < sizeof "+ go on\r\n" - 1) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    netp_fail_clear(&m->fail_);
    m->cfg_ = *cfg;
    m->clock_ = m->heard_ = now;
    netp_line_init(&m->line_, cfg->line, cfg->line_n, 0);
    return NETP_OK;
}

static bool failed(const struct netp_literal *m)
{
    return m->fail_.code != NETP_OK;
}

static bool in_the_middle(const struct netp_literal *m)
{
    return netp_line_pending(&m->line_) || m->begun_;
}

/* A command is not read before the answer to the one before it has left, lest a client that never
 * reads fill tx. */
static bool reads(const struct netp_literal *m)
{
    bool held = m->cfg_.role == LITERAL_SERVER && !in_the_middle(m) && m->tx_n_ + m->lent_n_ > 0;
    return !m->eof_ && m->rx_ != RX_ASKED && m->rx_ != RX_ANSWER && !held;
}

static void begin_literal(struct netp_literal *m)
{
    m->rx_ = m->left_ > 0 ? RX_LITERAL : RX_LINE;
}

/* Behind a complete line, and where a client's line ends because its literal is refused. */
static void end_line(struct netp_literal *m, enum rx rx)
{
    m->rx_ = (uint8_t)rx;
    m->begun_ = false;
    m->used_ = 0;
    netp_line_init(&m->line_, m->cfg_.line, m->cfg_.line_n, 0);
}

/* ---- input ---- */

static int fail_at(struct netp_literal *m, enum netp_err code, uint64_t off, const char *where)
{
    return netp_fail_with(&m->fail_, code, -1, off, where);
}

/* Reads "{5}" or "{5+}" at the end of *s and cuts it off. NETP_E_LIMIT: more than max. */
static int cut_literal(struct netp_str *s, uint64_t max, uint64_t *literal, bool *waits)
{
    size_t i = s->n, end;
    uint64_t v = 0;
    *literal = LITERAL_NONE;
    *waits = false;
    if (i < 3 || s->p[--i] != '}') {
        return NETP_OK;
    }
    *waits = s->p[i - 1] != '+';
    end = i -= !*waits;
    while (i > 0 && s->p[i - 1] >= '0' && s->p[i - 1] <= '9') {
        i--;
    }
    if (i == 0 || i == end || s->p[i - 1] != '{') {
        *waits = false;
        return NETP_OK;
    }
    s->n = i - 1;
    for (; i < end; i++) {
        unsigned digit = (unsigned)(s->p[i] - '0');
        if (v > max / 10 || v * 10 > max - digit) {
            return NETP_E_LIMIT;
        }
        v = v * 10 + digit;
    }
    *literal = v;
    return NETP_OK;
}

static bool has_tag(struct netp_str s, const char *tag)
{
    size_t n = strlen(tag);
    return n > 0 && s.n > n && memcmp(s.p, tag, n) == 0 && s.p[n] == ' ';
}

/* Keeps the first word of s; false if it is none that can be a tag. */
static bool keep_tag(struct netp_literal *m, struct netp_str s)
{
    const char *end = s.n > 0 ? (const char *)memchr(s.p, ' ', s.n) : NULL;
    size_t n = end != NULL ? (size_t)(end - s.p) : 0;
    if (n == 0 || n > LITERAL_TAG_MAX || *s.p == '*' || *s.p == '+') {
        return false;
    }
    memcpy(m->tag_, s.p, n);
    m->tag_[n] = '\0';
    return true;
}

/* The first text of a line tells what kind of line it is. */
static int begin_line(struct netp_literal *m, struct netp_literal_ev *ev, uint64_t start)
{
    if (m->cfg_.role == LITERAL_SERVER) {
        return keep_tag(m, ev->text) ? LITERAL_TEXT : fail_at(m, NETP_E_SYNTAX, start, "tag");
    }
    if (ev->text.n > 0 && *ev->text.p == '+') {
        if (m->sending_ != TX_WAIT || ev->literal != LITERAL_NONE) {
            return fail_at(m, NETP_E_SYNTAX, start, "continuation");
        }
        m->sending_ = TX_LITERAL;
        return LITERAL_GO;
    }
    if (m->sending_ == TX_WAIT && has_tag(ev->text, m->tag_)) {
        m->sending_ = TX_IDLE;
        m->owed_ = 0;
        return LITERAL_REFUSED;
    }
    return LITERAL_TEXT;
}

static int take_line(struct netp_literal *m, struct netp_in *in, struct netp_literal_ev *ev)
{
    int r = netp_line_next(&m->line_, in, &ev->text);
    if (r <= 0) {
        return r < 0 ? fail_at(m, (enum netp_err)r, m->off_ - in->n - 1, "line") : 0;
    }
    uint64_t start = m->off_ - in->n - 2 - ev->text.n;
    r = cut_literal(&ev->text, m->cfg_.max_literal, &ev->literal, &ev->waits);
    if (r < 0) {
        return fail_at(m, (enum netp_err)r, start + ev->text.n, "literal");
    }
    r = m->begun_ ? LITERAL_TEXT : begin_line(m, ev, start);
    if (ev->literal == LITERAL_NONE) {
        end_line(m, m->cfg_.role == LITERAL_SERVER ? RX_ANSWER : RX_LINE);
        return r;
    }
    m->begun_ = true;
    m->used_ += ev->text.n;
    m->left_ = ev->literal;
    netp_line_init(&m->line_, m->cfg_.line + m->used_, m->cfg_.line_n - m->used_, 0);
    ev->waits = ev->waits && m->cfg_.role == LITERAL_SERVER;
    if (ev->waits) {
        m->rx_ = RX_ASKED;
    } else {
        begin_literal(m);
    }
    return r;
}

static int take_literal(struct netp_literal *m, struct netp_in *in, struct netp_literal_ev *ev)
{
    ev->p = in->p;
    ev->n = m->left_ < in->n ? (size_t)m->left_ : in->n;
    in->p += ev->n;
    in->n -= ev->n;
    m->left_ -= ev->n;
    begin_literal(m);
    return LITERAL_DATA;
}

static int take_end(struct netp_literal *m, const struct netp_in *in)
{
    bool broken = (in->flags & NETP_IN_BROKEN) != 0;
    if ((in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) == 0 || m->eof_) {
        return 0;
    }
    if (broken) { /* nothing can be sent, either */
        m->tx_n_ = m->lent_n_ = 0;
        m->finished_ = true;
    }
    if (in_the_middle(m)) {
        return fail_at(m, NETP_E_TRUNCATED, m->off_, "line");
    }
    if (broken) {
        return fail_at(m, NETP_E_IO, m->off_, "connection");
    }
    m->eof_ = true;
    return LITERAL_EOF;
}

static int take_once(struct netp_literal *m, struct netp_in *in, struct netp_literal_ev *ev)
{
    if (m->finish_ && m->cfg_.role == LITERAL_SERVER) {
        in->p += in->n;
        in->n = 0;
        return 0;
    }
    return m->rx_ == RX_LITERAL ? take_literal(m, in, ev) : take_line(m, in, ev);
}

static int take(struct netp_literal *m, struct netp_in *in, struct netp_literal_ev *ev)
{
    int r = 0;
    while (r == 0 && in->n > 0 && reads(m)) {
        m->off_ += in->n; /* within take_once, off_ - in->n is the place in the stream */
        r = take_once(m, in, ev);
        m->off_ -= in->n;
        m->heard_ = m->clock_;
    }
    return r == 0 && in->n == 0 ? take_end(m, in) : r;
}

int netp_literal_next(struct netp_literal *m, struct netp_in *in, netp_ms now,
                      struct netp_literal_ev *ev)
{
    netp_clock(&m->clock_, now);
    if (failed(m)) {
        return m->fail_.code;
    }
    if (m->returned_) {
        m->returned_ = false;
        return ev->type = LITERAL_RELEASED;
    }
    if (m->full_ && m->tx_n_ == 0) {
        m->full_ = false;
        return ev->type = LITERAL_ROOM;
    }
    int r = in != NULL ? take(m, in, ev) : 0;
    if (r == 0 && m->clock_ >= netp_literal_deadline(m)) {
        return fail_at(m, NETP_E_TIMEOUT, m->off_, "silence");
    }
    return r > 0 ? (ev->type = r) : r;
}

/* ---- output ---- */

size_t netp_literal_out(const struct netp_literal *m, struct netp_out *v, size_t nv)
{
    size_t i = 0;
    if (m->tx_n_ > 0) {
        netp_out_put(v, nv, &i, (struct netp_out){(const uint8_t *)m->cfg_.tx, m->tx_n_, 0, NULL});
    }
    if (m->lent_n_ > 0) {
        netp_out_put(v, nv, &i, (struct netp_out){m->lent_, m->lent_n_, NETP_OUT_STABLE, NULL});
    }
    if (m->finish_ && !m->finished_) {
        netp_out_put(v, nv, &i, (struct netp_out){NULL, 0, NETP_OUT_FIN, NULL});
    }
    return i;
}

void netp_literal_sent(struct netp_literal *m, size_t n, netp_ms now)
{
    size_t text = n < m->tx_n_ ? n : m->tx_n_, lent = n - text;
    netp_clock(&m->clock_, now);
    if (m->tx_n_ + m->lent_n_ == 0) {
        m->finished_ = m->finish_;
        return;
    }
    m->tx_n_ -= text;
    memmove(m->cfg_.tx, m->cfg_.tx + text, m->tx_n_);
    if (lent > 0) {
        m->lent_ += lent;
        m->lent_n_ -= lent;
        m->returned_ = m->lent_n_ == 0;
    }
    m->heard_ = m->clock_; /* the peer has something to answer */
}

netp_ms netp_literal_deadline(const struct netp_literal *m)
{
    bool waits = !failed(m) && reads(m) && m->cfg_.idle_ms > 0;
    return waits ? netp_after(m->heard_, m->cfg_.idle_ms) : NETP_NEVER;
}

/* Whether the conversation cannot go on without a command. */
static bool waits_for_app(const struct netp_literal *m)
{
    bool owes = m->sending_ == TX_LITERAL && m->lent_n_ == 0;
    bool idle = m->cfg_.role == LITERAL_CLIENT && m->sending_ == TX_IDLE;
    bool asked = m->rx_ == RX_ASKED || m->rx_ == RX_ANSWER;
    return !m->finish_ && (asked || owes || idle || m->eof_);
}

unsigned netp_literal_want(const struct netp_literal *m)
{
    struct netp_out v;
    unsigned want = netp_literal_out(m, &v, 1) > 0 ? NETP_WANT_OUT : 0;
    if (failed(m) || (m->eof_ && m->finish_)) {
        return want != 0 ? want : NETP_CLOSED;
    }
    want |= waits_for_app(m) ? NETP_WANT_APP : 0;
    want |= reads(m) ? NETP_WANT_IN : 0;
    return want;
}

const struct netp_fail *netp_literal_fail(const struct netp_literal *m)
{
    return &m->fail_;
}

NETP_OPS(literal);

/* ---- commands ---- */

static bool is_text(const char *s, size_t n)
{
    while (n > 0 && (uint8_t)*s >= ' ') {
        s++;
        n--;
    }
    return n == 0;
}

/* Writes "{5}" and the end of the line; returns its length. */
static size_t put_end(char *p, uint64_t literal)
{
    char digits[20];
    size_t n = 0, k = 0;
    if (literal != LITERAL_NONE) {
        do {
            digits[k++] = (char)('0' + literal % 10);
            literal /= 10;
        } while (literal > 0);
        p[n++] = '{';
        while (k > 0) {
            p[n++] = digits[--k];
        }
        p[n++] = '}';
    }
    p[n++] = '\r';
    p[n++] = '\n';
    return n;
}

static int queue(struct netp_literal *m, const char *s, size_t n, uint64_t literal)
{
    char end[24];
    size_t end_n = put_end(end, literal), room = m->cfg_.txlen - m->tx_n_;
    if (n > room || end_n > room - n) {
        m->full_ = true;
        return NETP_E_NOSPACE;
    }
    memcpy(m->cfg_.tx + m->tx_n_, s, n);
    memcpy(m->cfg_.tx + m->tx_n_ + n, end, end_n);
    m->tx_n_ += n + end_n;
    return NETP_OK;
}

/* Whether a server may begin a line with this: untagged, or the answer that is due. */
static bool server_may_say(const struct netp_literal *m, struct netp_str text, bool *answers)
{
    *answers = (m->rx_ == RX_ANSWER || m->rx_ == RX_ASKED) && has_tag(text, m->tag_);
    return *answers || (text.n > 0 && *text.p == '*');
}

int netp_literal_text(struct netp_literal *m, const char *s, size_t n, uint64_t literal,
                      netp_ms now)
{
    struct netp_str text = {s, n};
    bool client = m->cfg_.role == LITERAL_CLIENT, answers = false;
    netp_clock(&m->clock_, now);
    if (failed(m) || m->finish_ || m->sending_ == TX_WAIT || m->owed_ + m->lent_n_ > 0) {
        return NETP_E_STATE;
    }
    if (!is_text(s, n)) {
        return NETP_E_ARG;
    }
    if (m->sending_ == TX_IDLE &&
        !(client ? keep_tag(m, text) : server_may_say(m, text, &answers))) {
        return NETP_E_ARG;
    }
    int r = queue(m, s, n, literal);
    if (r < 0) {
        return r;
    }
    m->owed_ = literal == LITERAL_NONE ? 0 : literal;
    m->sending_ = literal == LITERAL_NONE ? TX_IDLE : client ? TX_WAIT : TX_LITERAL;
    if (answers) {
        end_line(m, RX_LINE);
        m->heard_ = m->clock_;
    }
    return NETP_OK;
}

int netp_literal_lend(struct netp_literal *m, const void *p, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (failed(m) || m->sending_ != TX_LITERAL || m->lent_n_ > 0) {
        return NETP_E_STATE;
    }
    if (n == 0 || n > m->owed_) {
        return NETP_E_ARG;
    }
    m->lent_ = (const uint8_t *)p;
    m->lent_n_ = n;
    m->owed_ -= n;
    return NETP_OK;
}

int netp_literal_go_on(struct netp_literal *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (failed(m) || m->rx_ != RX_ASKED || m->sending_ != TX_IDLE) {
        return NETP_E_STATE;
    }
    int r = queue(m, "+ go on", 7, LITERAL_NONE);
    if (r == NETP_OK) {
        begin_literal(m);
        m->heard_ = m->clock_;
    }
    return r;
}

int netp_literal_finish(struct netp_literal *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (failed(m) || m->finish_ || (m->sending_ != TX_IDLE && !m->eof_)) {
        return NETP_E_STATE;
    }
    m->finish_ = true;
    if (m->cfg_.role == LITERAL_SERVER) {
        end_line(m, RX_LINE);
    }
    return NETP_OK;
}

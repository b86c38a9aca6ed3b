/* SPDX-License-Identifier: MIT */
#include "toy_data.h"

#include <netproto/machine.h>

#include <string.h>

enum state {
    IDLE,
    LISTENING,   /* the application shall listen */
    LISTEN_SENT, /* client: 227 is due */
    OPENING,     /* client: the application shall connect */
    PORT_SENT,   /* client: 200 is due */
    ASKED,       /* server: the application shall accept; client: 150 is due */
    MOVING,      /* 150 is said: bytes move as soon as the data connection is open */
    QUITTING
};

/* The data connection. */
enum data {
    NO_DATA,
    DATA_KNOWN, /* server: the client's port */
    DATA_AWAITED,
    DATA_IS_OPEN
};

/* Events that are due, first to last. */
enum { P_CLOSE = 1, P_LISTEN = 2, P_OPEN = 4, P_START = 8, P_DONE = 16, P_EOF = 32 };

int netp_data_init_(struct netp_data *m, size_t size, const struct netp_data_cfg *cfg, netp_ms now)
{
    if (size != sizeof *m) {
        return NETP_E_ABI;
    }
    if (cfg->wait_ms == 0) {
        return NETP_E_ARG;
    }
    if (cfg->line_n == 0 || cfg->txlen < DATA_TX_MIN) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    netp_fail_clear(&m->fail_);
    m->cfg_ = *cfg;
    m->clock_ = now;
    m->deadline_ = NETP_NEVER;
    netp_line_init(&m->line_, cfg->line, cfg->line_n, 0);
    return NETP_OK;
}

static bool is_server(const struct netp_data *m)
{
    return m->cfg_.role == DATA_SERVER;
}

static void arm(struct netp_data *m)
{
    m->deadline_ = netp_after(m->clock_, m->cfg_.wait_ms);
}

/* Queues "word text". There is room: init and has_room() have seen to it. */
static void say(struct netp_data *m, const char *word, const char *text, size_t n)
{
    size_t k = strlen(word);
    char *p = m->cfg_.tx + m->tx_n_;
    memcpy(p, word, k);
    if (n > 0) {
        p[k++] = ' ';
        memcpy(p + k, text, n);
    }
    k += n;
    p[k++] = '\r';
    p[k++] = '\n';
    m->tx_n_ += k;
}

static void reply(struct netp_data *m, const char *code)
{
    say(m, code, ".", 1);
}

static void say_port(struct netp_data *m, const char *word, uint16_t port)
{
    char digits[5];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + port % 10);
        port = (uint16_t)(port / 10);
    } while (port > 0);
    say(m, word, digits + n, sizeof digits - n);
}

/* ---- the data connection ---- */

static void drop_data(struct netp_data *m)
{
    if (m->data_ >= DATA_AWAITED) {
        m->close_ = m->conn_;
        m->pending_ |= P_CLOSE;
    }
    m->pending_ &= (uint8_t) ~(P_LISTEN | P_OPEN | P_START);
    m->data_ = NO_DATA;
}

static void new_data(struct netp_data *m, uint8_t event)
{
    m->conn_++;
    m->data_ = DATA_AWAITED;
    m->pending_ |= event;
}

/* Server: the command has had its last reply. Client: so it has, and the data, too. */
static void end_transfer(struct netp_data *m)
{
    drop_data(m);
    m->state_ = IDLE;
    m->deadline_ = NETP_NEVER;
    if (!is_server(m)) {
        m->pending_ |= P_DONE;
    }
}

/* A client has more patience than a server, which then says 425. */
static void start_if_open(struct netp_data *m)
{
    uint64_t wait_ms = m->cfg_.wait_ms;
    m->deadline_ = netp_after(m->clock_, is_server(m) ? wait_ms : 2 * wait_ms);
    if (m->data_ == DATA_IS_OPEN) {
        m->pending_ |= P_START;
        m->deadline_ = NETP_NEVER;
    }
}

static void ask(struct netp_data *m)
{
    say(m, m->put_ ? "STOR" : "RETR", m->name_, m->name_n_);
    m->state_ = ASKED;
    m->due_ = 1;
    arm(m);
}

/* ---- lines ---- */

static int bad_line(struct netp_data *m, const char *where)
{
    return netp_fail_with(&m->fail_, NETP_E_SYNTAX, -1, m->off_ - m->held_.n - 2, where);
}

static bool read_number(struct netp_str s, uint16_t *v)
{
    uint32_t sum = 0;
    size_t i = 0;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && sum <= UINT16_MAX) {
        sum = sum * 10 + (uint32_t)(s.p[i++] - '0');
    }
    *v = (uint16_t)sum;
    return s.n > 0 && i == s.n && sum <= UINT16_MAX;
}

/* Cuts the first word off. */
static struct netp_str cut_word(struct netp_str *s)
{
    const char *end = s->n > 0 ? (const char *)memchr(s->p, ' ', s->n) : NULL;
    struct netp_str word = {s->p, end != NULL ? (size_t)(end - s->p) : s->n};
    size_t skip = word.n + (end != NULL);
    s->p += skip;
    s->n -= skip;
    return word;
}

static bool is(struct netp_str s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static int serve_transfer(struct netp_data *m, struct netp_str name, bool put,
                          struct netp_data_ev *ev)
{
    if (m->data_ == NO_DATA) {
        reply(m, "425");
        return 0;
    }
    m->state_ = ASKED;
    m->put_ = put;
    ev->name = name;
    ev->put = put;
    return DATA_REQUEST;
}

static int serve(struct netp_data *m, struct netp_str line, struct netp_data_ev *ev)
{
    struct netp_str word = cut_word(&line);
    if (is(word, "RETR") || is(word, "STOR")) {
        return serve_transfer(m, line, is(word, "STOR"), ev);
    }
    if (is(word, "LISTEN")) {
        drop_data(m);
        new_data(m, P_LISTEN);
        m->state_ = LISTENING;
    } else if (is(word, "PORT") && read_number(line, &m->port_)) {
        drop_data(m);
        m->data_ = DATA_KNOWN;
        reply(m, "200");
    } else if (is(word, "ABOR")) {
        if (m->state_ == MOVING) {
            reply(m, "426");
            end_transfer(m);
        }
        reply(m, "226");
    } else if (is(word, "QUIT")) {
        reply(m, "221");
        drop_data(m);
        m->finish_ = true;
    } else {
        reply(m, "500");
    }
    return 0;
}

/* A reply that ends a command. With an abort, two are due, and the first tells how it went. */
static int final_reply(struct netp_data *m, uint16_t code)
{
    if (m->due_ == 0 || (code < 400 && m->state_ == ASKED && !m->aborted_)) {
        return bad_line(m, "reply");
    }
    m->code_ = m->code_ == 0 ? code : m->code_;
    m->due_--;
    if (m->due_ > 0 || (m->code_ < 400 && m->data_ != NO_DATA)) {
        arm(m); /* for the other reply, or the end of the data */
    } else {
        end_transfer(m);
    }
    return 0;
}

static int hear_of_transfer(struct netp_data *m, uint16_t code)
{
    if (m->state_ == ASKED && code == 150) {
        m->state_ = MOVING;
        if (!m->aborted_) {
            start_if_open(m);
        }
        return 0;
    }
    return code >= 200 ? final_reply(m, code) : bad_line(m, "reply");
}

static int refused(struct netp_data *m, uint16_t code)
{
    if (code < 400) {
        return bad_line(m, "reply");
    }
    m->code_ = code;
    end_transfer(m);
    return 0;
}

/* A reply from the server. */
static int hear(struct netp_data *m, struct netp_str line)
{
    struct netp_str word = cut_word(&line);
    uint16_t code;
    if (!read_number(word, &code) || code < 100 || code > 599) {
        return bad_line(m, "reply");
    }
    switch (m->state_) {
    case LISTEN_SENT:
        if (code != 227 || !read_number(line, &m->port_)) {
            return refused(m, code);
        }
        new_data(m, P_OPEN);
        m->state_ = OPENING;
        m->deadline_ = NETP_NEVER;
        return 0;
    case PORT_SENT:
        if (code != 200) {
            return refused(m, code);
        }
        ask(m);
        return 0;
    case ASKED:
    case MOVING:
        return hear_of_transfer(m, code);
    case QUITTING:
        m->finish_ = true;
        m->deadline_ = NETP_NEVER;
        return code == 221 ? 0 : bad_line(m, "reply");
    default:
        return bad_line(m, "reply");
    }
}

/* ---- next ---- */

/* While bytes move a server reads one line ahead: it might be ABOR. */
static bool deals_with(const struct netp_data *m, struct netp_str line)
{
    return !is_server(m) || m->state_ == IDLE ||
           (m->state_ == MOVING && is(cut_word(&line), "ABOR"));
}

/* Replies leave before more commands are read, so that tx has room for the next. */
static bool reads(const struct netp_data *m)
{
    bool asks = is_server(m) && (m->state_ == LISTENING || m->state_ == ASKED);
    bool full = is_server(m) && m->tx_n_ > 0;
    return !m->held_line_ && !m->eof_ && !asks && !full;
}

static int take_line(struct netp_data *m, struct netp_in *in)
{
    size_t before = in->n;
    if (m->finish_ && is_server(m)) {
        in->p += in->n;
        in->n = 0;
        return 0;
    }
    int r = netp_line_next(&m->line_, in, &m->held_);
    m->off_ += before - in->n;
    if (r < 0) {
        return netp_fail_with(&m->fail_, (enum netp_err)r, -1, m->off_ - 1, "line");
    }
    m->held_line_ = r > 0;
    return 0;
}

static int take_end(struct netp_data *m, const struct netp_in *in)
{
    bool broken = (in->flags & NETP_IN_BROKEN) != 0, eof = (in->flags & NETP_IN_EOF) != 0;
    bool middle = netp_line_pending(&m->line_) || (!is_server(m) && m->state_ != IDLE);
    if (m->eof_ || in->n > 0 || !(broken || (eof && !m->held_line_))) {
        return 0;
    }
    if (broken) { /* nothing can be sent, either */
        m->tx_n_ = 0;
        m->finished_ = true;
    }
    if (middle && m->state_ != QUITTING) {
        return netp_fail_with(&m->fail_, NETP_E_TRUNCATED, -1, m->off_, "control");
    }
    if (broken) {
        return netp_fail_with(&m->fail_, NETP_E_IO, -1, m->off_, "control");
    }
    if (is_server(m)) {
        end_transfer(m);
    }
    m->deadline_ = NETP_NEVER;
    m->eof_ = true;
    m->pending_ |= P_EOF;
    return 0;
}

static int tell_pending(struct netp_data *m, struct netp_data_ev *ev)
{
    static const int types[] = {DATA_CLOSE, DATA_LISTEN, DATA_OPEN,
                                DATA_START, DATA_DONE,   DATA_EOF};
    unsigned i = 0;
    while ((m->pending_ >> i & 1) == 0) {
        i++;
    }
    m->pending_ &= (uint8_t) ~(1u << i);
    ev->conn = types[i] == DATA_CLOSE ? m->close_ : m->conn_;
    ev->port = m->port_;
    ev->code = m->code_;
    ev->send = is_server(m) != m->put_;
    ev->ok = m->code_ == 226 && m->moved_;
    return types[i];
}

static int expire(struct netp_data *m)
{
    if (is_server(m)) {
        reply(m, "425");
    } else if (m->state_ != MOVING || m->due_ > 0) {
        return netp_fail_with(&m->fail_, NETP_E_TIMEOUT, -1, m->off_, "reply");
    }
    end_transfer(m);
    return 0;
}

int netp_data_next(struct netp_data *m, struct netp_in *in, netp_ms now, struct netp_data_ev *ev)
{
    int r = m->fail_.code;
    netp_clock(&m->clock_, now);
    while (r == 0) {
        if (m->pending_ != 0) {
            r = tell_pending(m, ev);
        } else if (m->held_line_ && deals_with(m, m->held_)) {
            m->held_line_ = false;
            r = is_server(m) ? serve(m, m->held_, ev) : hear(m, m->held_);
        } else if (in != NULL && in->n > 0 && reads(m)) {
            r = take_line(m, in);
        } else if (m->clock_ >= m->deadline_) {
            r = expire(m);
        } else {
            r = in != NULL ? take_end(m, in) : 0;
            if (m->pending_ == 0) {
                break;
            }
        }
    }
    return r > 0 ? (ev->type = r) : r;
}

/* ---- the other verbs ---- */

size_t netp_data_out(const struct netp_data *m, struct netp_out *v, size_t nv)
{
    size_t i = 0;
    if (m->tx_n_ > 0) {
        netp_out_put(v, nv, &i, (struct netp_out){(const uint8_t *)m->cfg_.tx, m->tx_n_, 0, NULL});
    }
    if (m->finish_ && !m->finished_) {
        netp_out_put(v, nv, &i, (struct netp_out){NULL, 0, NETP_OUT_FIN, NULL});
    }
    return i;
}

void netp_data_sent(struct netp_data *m, size_t n, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (m->tx_n_ == 0) {
        m->finished_ = m->finish_;
    }
    m->tx_n_ -= n;
    memmove(m->cfg_.tx, m->cfg_.tx + n, m->tx_n_);
}

netp_ms netp_data_deadline(const struct netp_data *m)
{
    return m->fail_.code == NETP_OK ? m->deadline_ : NETP_NEVER;
}

static bool waits_for_app(const struct netp_data *m)
{
    switch (m->state_) {
    case LISTENING:
    case OPENING:
        return true;
    case IDLE:
        return !m->finish_ && (m->eof_ || !is_server(m));
    case ASKED:
        return is_server(m);
    case MOVING:
        return m->data_ != NO_DATA;
    default:
        return !m->finish_ && m->eof_;
    }
}

unsigned netp_data_want(const struct netp_data *m)
{
    struct netp_out v;
    unsigned want = netp_data_out(m, &v, 1) > 0 ? NETP_WANT_OUT : 0;
    if (m->fail_.code != NETP_OK || (m->eof_ && m->finish_ && m->pending_ == 0)) {
        return want != 0 ? want : NETP_CLOSED;
    }
    want |= waits_for_app(m) ? NETP_WANT_APP : 0;
    want |= reads(m) ? NETP_WANT_IN : 0;
    return want;
}

const struct netp_fail *netp_data_fail(const struct netp_data *m)
{
    return &m->fail_;
}

NETP_OPS(data);

/* ---- commands ---- */

static bool can(const struct netp_data *m, enum data_role role, enum state state)
{
    return m->fail_.code == NETP_OK && !m->finish_ && m->cfg_.role == role && m->state_ == state;
}

int netp_data_transfer(struct netp_data *m, const char *name, size_t n, bool put, bool active,
                       netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!can(m, DATA_CLIENT, IDLE) || m->eof_ || m->pending_ != 0) {
        return NETP_E_STATE;
    }
    for (size_t i = 0; i < n; i++) {
        if ((uint8_t)name[i] < ' ') {
            return NETP_E_ARG;
        }
    }
    if (n > m->cfg_.txlen - m->tx_n_ || m->cfg_.txlen - m->tx_n_ - n < DATA_TX_MIN / 2) {
        return NETP_E_NOSPACE; /* LISTEN or PORT, STOR and ABOR, should none of them have left */
    }
    m->name_ = name;
    m->name_n_ = n;
    m->put_ = put;
    m->moved_ = m->aborted_ = false;
    m->due_ = 0;
    m->code_ = 0;
    if (active) {
        new_data(m, P_LISTEN);
        m->state_ = LISTENING;
    } else {
        say(m, "LISTEN", "", 0);
        m->state_ = LISTEN_SENT;
        arm(m);
    }
    return NETP_OK;
}

int netp_data_abort(struct netp_data *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if ((!can(m, DATA_CLIENT, ASKED) && !can(m, DATA_CLIENT, MOVING)) || m->aborted_) {
        return NETP_E_STATE;
    }
    m->aborted_ = true;
    if (m->due_ == 0) { /* only the data is missing */
        end_transfer(m);
        return NETP_OK;
    }
    say(m, "ABOR", "", 0);
    m->due_++;
    drop_data(m);
    arm(m);
    return NETP_OK;
}

int netp_data_quit(struct netp_data *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!can(m, DATA_CLIENT, IDLE) || m->eof_ || m->pending_ != 0) {
        return NETP_E_STATE;
    }
    if (m->cfg_.txlen - m->tx_n_ < DATA_TX_MIN / 2) {
        return NETP_E_NOSPACE;
    }
    say(m, "QUIT", "", 0);
    m->state_ = QUITTING;
    arm(m);
    return NETP_OK;
}

int netp_data_accept(struct netp_data *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!can(m, DATA_SERVER, ASKED)) {
        return NETP_E_STATE;
    }
    if (m->data_ == NO_DATA) { /* it has failed while the application was thinking */
        reply(m, "425");
        m->state_ = IDLE;
        return NETP_OK;
    }
    if (m->data_ == DATA_KNOWN) {
        new_data(m, P_OPEN);
    }
    reply(m, "150");
    m->state_ = MOVING;
    start_if_open(m);
    return NETP_OK;
}

int netp_data_refuse(struct netp_data *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!can(m, DATA_SERVER, ASKED)) {
        return NETP_E_STATE;
    }
    reply(m, "550");
    end_transfer(m);
    return NETP_OK;
}

/* Whether this is about the data connection that the machine has last told of. */
static bool is_current(const struct netp_data *m, unsigned conn, enum data data)
{
    bool told = (m->pending_ & (P_LISTEN | P_OPEN)) == 0;
    return m->fail_.code == NETP_OK && told && conn == m->conn_ && m->data_ == data;
}

int netp_data_listening(struct netp_data *m, unsigned conn, uint16_t port, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!is_current(m, conn, DATA_AWAITED) || m->state_ != LISTENING) {
        return NETP_E_STATE;
    }
    say_port(m, is_server(m) ? "227" : "PORT", port);
    m->state_ = is_server(m) ? IDLE : PORT_SENT;
    if (!is_server(m)) {
        arm(m);
    }
    return NETP_OK;
}

int netp_data_opened(struct netp_data *m, unsigned conn, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!is_current(m, conn, DATA_AWAITED) || m->state_ == LISTENING) {
        return NETP_E_STATE;
    }
    m->data_ = DATA_IS_OPEN;
    if (m->state_ == OPENING) {
        ask(m);
    } else if (m->state_ == MOVING) {
        start_if_open(m);
    }
    return NETP_OK;
}

/* The data connection is gone, and the application knows. */
static void lose_data(struct netp_data *m, const char *code)
{
    m->data_ = NO_DATA;
    m->pending_ &= (uint8_t)~P_START;
    if (is_server(m) && (m->state_ == MOVING || m->state_ == LISTENING)) {
        reply(m, code);
        end_transfer(m);
    } else if (!is_server(m) && m->due_ == 0 && m->state_ != PORT_SENT) {
        end_transfer(m);
    } else if (!is_server(m)) {
        arm(m);
    }
}

int netp_data_failed(struct netp_data *m, unsigned conn, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!is_current(m, conn, DATA_AWAITED)) {
        return NETP_E_STATE;
    }
    lose_data(m, "425");
    return NETP_OK;
}

int netp_data_done(struct netp_data *m, unsigned conn, bool ok, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (!is_current(m, conn, DATA_IS_OPEN) || m->state_ != MOVING) {
        return NETP_E_STATE;
    }
    m->moved_ = ok;
    lose_data(m, ok ? "226" : "426");
    return NETP_OK;
}

int netp_data_finish(struct netp_data *m, netp_ms now)
{
    netp_clock(&m->clock_, now);
    if (m->fail_.code != NETP_OK || m->finish_ || !m->eof_) {
        return NETP_E_STATE;
    }
    m->finish_ = true;
    return NETP_OK;
}

/* http1_app.c - what client and server send each other, and what must arrive.
 * SPDX-License-Identifier: MIT */
#include "http1.h"

#include <netproto/text.h>

#include <string.h>

static const char *const methods[METHODS] = {"GET", "HEAD", "POST", "PUT"};
static const struct netp_http1_pair trailer = {{"Sum", 3}, {"right", 5}};

/* --- the plan --------------------------------------------------------------------------------- */

static bool one_in(const struct http1_world *hw, uint32_t n)
{
    return decide(hw->w.d, n) == n - 1;
}

static void draw_message(struct http1_world *hw, struct http1_plan *p)
{
    static const uint32_t lengths[] = {0, 1, 5, 16, 255, HTTP1_BODY_MAX};
    bool small = hw->w.run->profile == SIM_SMALL;

    p->n = lengths[decide(hw->w.d, small ? 3 : 6)];
    p->chunked = decide(hw->w.d, 2);
    p->trailer = p->chunked && one_in(hw, 2);
    p->lend = one_in(hw, 2);
    p->close = one_in(hw, small ? 2 : 12);
}

static void draw_exchange(struct http1_world *hw, struct http1_exchange *x)
{
    static const uint16_t statuses[] = {200, 404, 204, 304, 299};

    memset(x, 0, sizeof *x);
    draw_message(hw, &x->request);
    draw_message(hw, &x->response);
    x->method = (enum http1_method)decide(hw->w.d, METHODS);
    x->status = statuses[decide(hw->w.d, 5)];
    if (x->method < M_POST) {
        x->request = (struct http1_plan){.close = x->request.close};
    }
    if (x->status == 204) {
        x->response = (struct http1_plan){.close = x->response.close};
    }
    x->hold = (x->request.n > 0 || x->request.chunked) && one_in(hw, 3);
    x->go = decide(hw->w.d, 2) == 0;
    x->early = one_in(hw, 4);
    x->infos = one_in(hw, 4) ? 2 : 0;
}

static void draw_stream(struct http1_world *hw, struct stream *s)
{
    static const uint32_t windows[] = {1000, 100, 7, 1};
    static const uint32_t delays[] = {1, 5, 50, 1000};
    enum sim_profile profile = hw->w.run->profile;
    struct stream_faults f = {.window = STREAM_MAX, .cut_at = UINT64_MAX, .noise_at = UINT64_MAX};

    if (profile != SIM_CLEAN) {
        f.split = profile == SIM_SMALL ? 100 : 20 * decide(hw->w.d, 6);
    }
    if (profile != SIM_CLEAN && profile != SIM_SMALL) {
        f.window = one_in(hw, 4) ? windows[decide(hw->w.d, 4)] : STREAM_MAX;
        f.delay_ms = delays[decide(hw->w.d, profile == SIM_LAN ? 2 : 4)];
    }
    if (profile == SIM_AWFUL) {
        f.stall = one_in(hw, 4) ? 10 : 0;
        f.stall_ms = 20000;
        if (one_in(hw, 3)) {
            f.cut_at = 1 + decide(hw->w.d, one_in(hw, 2) ? 100 : 3000);
            f.cut = decide(hw->w.d, 2) ? NETP_IN_EOF : NETP_IN_BROKEN;
            hw->cut = true;
        }
    }
    stream_start(s, &f);
}

static void start(struct http1_world *hw, struct http1_end *e, enum netp_http1_role role)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    memset(e, 0, offsetof(struct http1_end, head));
    e->mc =
        (struct machine){&netp_http1_ops, &e->m, role == NETP_HTTP1_CLIENT ? "client" : "server"};
    draw_stream(hw, &e->in);
    cfg.role = (uint8_t)role;
    cfg.head = e->head;
    cfg.headlen = sizeof e->head;
    cfg.field = e->field;
    cfg.nfield = 8;
    cfg.tx = e->tx;
    cfg.txlen = one_in(hw, 2) ? NETP_HTTP1_TX_MIN : sizeof e->tx;
    cfg.idle_ms = 0;
    cfg.head_ms = 0;
    e->act_at = hw->w.now;
    world_check(&hw->w, netp_http1_init(&e->m, &cfg, hw->w.now) == NETP_OK, "the machine starts");
}

void http1_app_draw(struct http1_world *hw)
{
    bool small = hw->w.run->profile == SIM_SMALL;

    hw->n = 1 + decide(hw->w.d, small ? 2 : EXCHANGES_MAX);
    hw->ahead = 1 + decide(hw->w.d, 4);
    hw->think_ms = !small && one_in(hw, 4) ? 2000 : 1;
    hw->cut = false;
    for (unsigned i = 0; i < hw->n; i++) {
        draw_exchange(hw, &hw->x[i]);
    }
    start(hw, &hw->client, NETP_HTTP1_CLIENT);
    start(hw, &hw->server, NETP_HTTP1_SERVER);
}

/* --- sending ---------------------------------------------------------------------------------- */

static bool is_client(const struct http1_world *hw, const struct http1_end *e)
{
    return e == &hw->client;
}

static const struct http1_plan *plan(const struct http1_world *hw, bool client, unsigned i)
{
    return client ? &hw->x[i].request : &hw->x[i].response;
}

static uint8_t byte_of(bool client, unsigned i, uint32_t at)
{
    return (uint8_t)(at * 7 + at / 256 + i * 31 + (client ? 100 : 0));
}

static int send_head(struct http1_world *hw, struct http1_end *e)
{
    struct netp_http1_pair fields[] = {{{"Host", 4}, {"sim", 3}}, {{"N", 1}, {NULL, 1}}};
    const struct http1_exchange *x = &hw->x[e->sent];
    const struct http1_plan *p = plan(hw, is_client(hw, e), e->sent);
    struct netp_http1_msg msg = {.field = fields, .nfield = 2};
    char number = (char)('0' + e->sent);

    fields[1].value.p = &number;
    msg.length = p->chunked ? NETP_HTTP1_CHUNKED : p->n;
    msg.flags = p->close ? NETP_HTTP1_CLOSE : 0;
    if (is_client(hw, e)) {
        msg.method = netp_str_of(methods[x->method]);
        msg.target = NETP_STR("/");
        msg.flags |= x->hold ? NETP_HTTP1_HOLD : 0;
    } else {
        msg.status = x->status;
        msg.field++;
        msg.nfield--;
    }
    return netp_http1_send_head(&e->m, &msg, hw->w.now);
}

static int send_piece(struct http1_world *hw, struct http1_end *e, const struct http1_plan *p)
{
    uint32_t n = 1 + decide(hw->w.d, p->n - e->given);
    uint8_t copied[HTTP1_BODY_MAX], *piece = p->lend ? e->lent_piece : copied;
    int r;

    if (p->lend && e->lent) {
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        piece[i] = byte_of(is_client(hw, e), e->sent, e->given + i);
    }
    if (!p->lend) {
        r = netp_http1_send_body(&e->m, piece, n, hw->w.now);
    } else {
        r = netp_http1_lend_body(&e->m, piece, n, 0, hw->w.now);
        e->lent |= r == NETP_OK;
        r = r == NETP_OK ? (int)n : r;
    }
    e->given += r > 0 ? (uint32_t)r : 0;
    return r;
}

/* Whether the next message may begin. */
static bool may_begin(const struct http1_world *hw, const struct http1_end *e)
{
    if (is_client(hw, e)) {
        return e->sent < hw->n && e->sent - e->got < hw->ahead;
    }
    return e->sent < e->asked && (hw->x[e->sent].early || e->got > e->sent);
}

/* What the server says before it answers: 1 when it has said something. */
static int send_info(struct http1_world *hw, struct http1_end *e)
{
    const struct http1_exchange *x = &hw->x[e->sent];
    struct netp_http1_msg msg = {.status = 100};
    int r;

    if (e->sent == e->asked || e->open) {
        return 0;
    }
    if (x->hold && x->go && !e->gone && e->body) {
        r = netp_http1_send_head(&e->m, &msg, hw->w.now);
        e->gone |= r == NETP_OK;
        return r == NETP_OK ? 1 : r;
    }
    if (e->infos < x->infos) {
        msg.status = 103;
        r = netp_http1_send(&e->m, &msg, NULL, 0, hw->w.now);
        e->infos += r == NETP_OK;
        return r == NETP_OK ? 1 : r;
    }
    return 0;
}

static int send_end(struct http1_world *hw, struct http1_end *e, const struct http1_plan *p)
{
    const struct http1_exchange *x = &hw->x[e->sent];
    bool none = !is_client(hw, e) && (x->method == M_HEAD || x->status == 304);
    int r = netp_http1_send_end(&e->m, &trailer, p->trailer && !none ? 1 : 0, hw->w.now);

    if (r == NETP_OK) {
        e->sent++;
        e->open = false;
    }
    return r;
}

/* One call; more than 0: it moved something. */
static int send_on(struct http1_world *hw, struct http1_end *e)
{
    const struct http1_plan *p;
    int r = is_client(hw, e) ? 0 : send_info(hw, e);

    if (r != 0 || !(e->open || may_begin(hw, e))) {
        return r;
    }
    p = plan(hw, is_client(hw, e), e->sent);
    if (!e->open) {
        r = send_head(hw, e);
        e->open = r == NETP_OK;
        e->given = 0;
        return r == NETP_OK ? 1 : r;
    }
    if (e->given < p->n) {
        return send_piece(hw, e, p);
    }
    r = send_end(hw, e, p);
    return r == NETP_OK ? 1 : r;
}

void http1_app_act(struct http1_world *hw, struct http1_end *e)
{
    int r;

    e->act_at = NETP_NEVER;
    if (netp_http1_fail(&e->m)->code != NETP_OK || machine_closed(&e->mc) || e->over) {
        return;
    }
    if (is_client(hw, e) && e->sent == hw->n) {
        world_check(&hw->w, netp_http1_finish(&e->m, hw->w.now) == NETP_OK, "all can be finished");
        e->over = true;
        return;
    }
    r = send_on(hw, e);
    /* The last exchange may have been that, or the body waits for 100. */
    world_check(&hw->w, r >= 0 || r == NETP_E_NOSPACE || r == NETP_E_STATE,
                "a message can be sent");
    if (r > 0) {
        e->act_at = hw->w.now + world_upto(&hw->w, hw->think_ms);
    }
}

/* --- receiving -------------------------------------------------------------------------------- */

static void take_head(struct http1_world *hw, struct http1_end *e, const struct netp_http1_ev *ev)
{
    const struct http1_exchange *x = &hw->x[e->got];
    char number = (char)('0' + e->got);
    struct netp_str value;

    world_check(&hw->w, !e->body && e->got < hw->n, "a message follows the end of another");
    world_check(&hw->w,
                netp_http1_field(ev, NETP_STR("N"), 0, &value) &&
                    netp_str_eq(value, netp_str_make(&number, 1)),
                "messages come in their order, answers to their requests");
    if (is_client(hw, e)) {
        world_check(&hw->w, ev->head.status == x->status && e->infos == x->infos,
                    "a status arrives as it was sent");
        e->infos = 0;
    } else {
        world_check(
            &hw->w,
            netp_str_eq(netp_http_str(ev->text, ev->head.method), netp_str_of(methods[x->method])),
            "a method arrives as it was sent");
        world_check(&hw->w, !(ev->flags & NETP_HTTP1_EXPECT) == !x->hold,
                    "an expectation arrives as it was sent");
        e->asked++;
        e->infos = 0;
        e->gone = false;
    }
    e->body = true;
    e->taken = 0;
}

static void take_data(struct http1_world *hw, struct http1_end *e, const struct netp_http1_ev *ev)
{
    world_check(&hw->w, e->body && ev->offset == e->taken, "data has its place");
    for (size_t i = 0; i < ev->n; i++, e->taken++) {
        world_check(&hw->w, ev->p[i] == byte_of(!is_client(hw, e), e->got, e->taken),
                    "the bytes received are those sent");
    }
}

static void take_end(struct http1_world *hw, struct http1_end *e, const struct netp_http1_ev *ev)
{
    const struct http1_exchange *x = &hw->x[e->got];
    const struct http1_plan *p = plan(hw, !is_client(hw, e), e->got);
    bool none = is_client(hw, e) && (x->method == M_HEAD || x->status == 304);

    world_check(&hw->w, e->body && e->taken == (none ? 0 : p->n), "a message arrives whole");
    world_check(&hw->w, ev->head.nfield == (p->trailer && !none), "its trailers, too");
    e->body = false;
    e->got++;
}

void http1_app_event(struct http1_world *hw, struct http1_end *e, const struct netp_http1_ev *ev)
{
    world_trace(&hw->w, "%s: event %d, length %llu, n %zu", e->mc.name, ev->type,
                (unsigned long long)ev->length, ev->n);
    world_note(&hw->w, (uint64_t)ev->type << 8 | is_client(hw, e), ev->n);
    e->act_at = hw->w.now + world_upto(&hw->w, hw->think_ms);
    switch (ev->type) {
    case NETP_HTTP1_REQUEST:
    case NETP_HTTP1_RESPONSE:
        take_head(hw, e, ev);
        break;
    case NETP_HTTP1_DATA:
        take_data(hw, e, ev);
        break;
    case NETP_HTTP1_END:
        take_end(hw, e, ev);
        break;
    case NETP_HTTP1_INFO:
        e->infos += ev->head.status == 103;
        break;
    case NETP_HTTP1_RELEASED:
        world_check(&hw->w, e->lent, "what comes back was lent");
        e->lent = false;
        break;
    case NETP_HTTP1_EOF:
        world_check(&hw->w, !e->body || !is_client(hw, e), "the end comes between messages");
        e->over = true;
        break;
    default:
        world_check(&hw->w, ev->type == NETP_HTTP1_CONTINUE && is_client(hw, e),
                    "no other event comes");
        break;
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

/* How many exchanges there are until one side closes. */
static unsigned until_close(const struct http1_world *hw)
{
    for (unsigned i = 0; i < hw->n; i++) {
        if (hw->x[i].request.close || hw->x[i].response.close) {
            return i + 1;
        }
    }
    return hw->n;
}

bool http1_app_check_end(const struct http1_world *hw)
{
    const struct http1_end *c = &hw->client, *s = &hw->server;
    enum netp_err code = netp_http1_fail(&c->m)->code;
    unsigned n = until_close(hw);

    world_check(&hw->w, machine_closed(&c->mc) && machine_closed(&s->mc),
                "in the end all is closed");
    world_check(&hw->w, c->got <= n, "nothing is answered behind the last");
    world_check(&hw->w, hw->cut || (c->got == n && code == NETP_OK),
                "on a sound stream all answers arrive");
    world_check(&hw->w,
                hw->cut || netp_http1_fail(&s->m)->code == NETP_OK ||
                    (s->body && (s->sent == s->asked || s->open)),
                "on a sound stream a server misses nothing but what it has answered");
    world_check(&hw->w,
                code == NETP_OK || code == NETP_E_TRUNCATED || (code == NETP_E_IO && !c->body),
                "a client fails for a reason");
    return c->got == hw->n;
}

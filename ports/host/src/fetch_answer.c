/* fetch_answer.c - what a fetch makes of an answer. SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <time.h>

static void trace_answer(const struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    struct netp_str reason = netp_http_str(ev->text, ev->head.reason), name, value;
    const struct netp_http_field *field = ev->head.field_;

    if (!f->client->cfg.trace) {
        return;
    }
    netp_trace_(f->client, '<', "HTTP/1.%u %u %.*s", ev->head.minor, ev->head.status, (int)reason.n,
                reason.p);
    for (unsigned i = 0; i < ev->head.nfield; i++) {
        name = netp_http_str(ev->text, field[i].name);
        value = netp_http_str(ev->text, field[i].value);
        netp_trace_field_(f, '<', name, value);
    }
}

static void trace_tls(const struct netp_fetch *f)
{
    struct netp_tls_info info;

    if (f->client->cfg.trace && !f->heard && f->conn->tls &&
        netp_tls_info(f->conn->tls, &info) == NETP_OK) {
        netp_trace_(f->client, '*', "%s, %s, %s, for %s", info.version, info.cipher,
                    info.verified ? "verified" : "NOT verified", info.names);
    }
}

static void take_cookies(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    struct netp_http_jar *jar = f->client->cfg.jar;
    struct netp_str value;

    for (unsigned i = 0; jar && i < 50 && netp_http1_field(ev, NETP_STR("Set-Cookie"), i, &value);
         i++) {
        enum netp_http_jar_result r = netp_http_jar_set(jar, &f->url, value, time(NULL), 0);
        netp_trace_(f->client, '*', "cookie %u: %s", i + 1, netp_http_jar_text(r));
    }
}

static bool show_head(struct netp_fetch *f, const struct netp_http1_ev *ev, bool final)
{
    struct netp_fetch_head head = {&ev->head,  f->conn->field, ev->text,        f->result.url,
                                   ev->length, final,          f->ndecoders > 0};

    if (f->cfg.head && !f->cfg.head(f->cfg.arg, &head)) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_ABORTED, "stopped");
    }
    return !f->finished;
}

/* Whether the answer leads on: 1, and what to do at its end is noted; 0: it is the last; or it has
 * failed f. */
static int leads_on(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    unsigned status = ev->head.status;
    int r;

    if (status == 401 && f->credentials && netp_login_challenged_(f, ev)) {
        f->what_next = FETCH_AGAIN;
        return 1;
    }
    if (status == 417 && f->hold) {
        f->hold = false;
        f->what_next = FETCH_AGAIN;
        return 1;
    }
    if (f->cfg.max_redirects == NETP_FETCH_NO_REDIRECTS) {
        return 0;
    }
    r = netp_http_redirect_next(&f->redirect, f->method, &f->url, &ev->head, ev->text,
                                f->url_text[f->url_at ^ 1], FETCH_URL, &f->hop);
    if (r < 0) {
        netp_fetch_fail_(f, NETP_FETCH_REDIRECT, r, "%s", f->hop.where);
        return r;
    }
    f->what_next = FETCH_FOLLOW;
    return r;
}

/* Whether what the next request needs of the body is still there to send. */
static bool body_is_there(struct netp_fetch *f)
{
    bool again = f->has_body && (f->what_next == FETCH_AGAIN || f->hop.body);

    if (again && (f->cfg.flags & NETP_FETCH_ONCE) && f->up_at > 0) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_STATE, "the body would have to be sent again");
        return false;
    }
    return true;
}

void netp_fetch_answer_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    int r;

    f->result.status = ev->head.status;
    f->ndecoders = 0;
    f->drained = 0;
    f->wanted = false;
    take_cookies(f, ev);
    netp_login_answered_(f, ev);
    r = leads_on(f, ev);
    if (r < 0) {
        return;
    }
    if (r > 0) {
        if (show_head(f, ev, false)) {
            body_is_there(f);
        }
        return;
    }
    f->what_next = FETCH_FINISH;
    f->wanted = true;
    f->result.begun = true;
    if (netp_coding_begin_(f, ev)) {
        show_head(f, ev, true);
    }
}

bool netp_fetch_deliver_(struct netp_fetch *f, const void *p, size_t n)
{
    f->result.received += n;
    if (f->cfg.max_body && f->result.received > f->cfg.max_body) {
        netp_fetch_fail_(f, NETP_FETCH_BODY, NETP_E_LIMIT, "the body is longer than %llu bytes",
                         (unsigned long long)f->cfg.max_body);
    } else if (f->cfg.data && !f->cfg.data(f->cfg.arg, p, n)) {
        netp_fetch_fail_(f, NETP_FETCH_LOCAL, NETP_E_ABORTED, "stopped");
    }
    return !f->finished;
}

/* What comes behind the answer. */
static void go_on(struct netp_fetch *f)
{
    if (f->what_next == FETCH_FINISH) {
        netp_fetch_succeed_(f);
        return;
    }
    netp_conn_put_(f);
    if (f->what_next == FETCH_FOLLOW) {
        netp_fetch_follow_(f, &f->hop);
    } else {
        netp_fetch_again_(f);
    }
}

static void take_data(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    if (f->wanted) {
        netp_coding_feed_(f, ev->p, ev->n, false);
        return;
    }
    f->drained += ev->n;
    if (f->drained > FETCH_DRAIN) { /* a new connection is cheaper */
        netp_conn_drop_(f);
        go_on(f);
    }
}

static void take_end(struct netp_fetch *f)
{
    if (f->wanted && !netp_coding_feed_(f, NULL, 0, true)) {
        return;
    }
    go_on(f);
}

void netp_fetch_event_(struct netp_fetch *f, const struct netp_http1_ev *ev)
{
    switch (ev->type) {
    case NETP_HTTP1_INFO:
    case NETP_HTTP1_RESPONSE:
        trace_tls(f);
        trace_answer(f, ev);
        f->heard = true;
        if (ev->type == NETP_HTTP1_INFO) {
            show_head(f, ev, false);
        } else {
            /* Who has refused does not wait for the rest of the body. */
            f->up_open = f->up_open && ev->head.status < 300;
            netp_fetch_answer_(f, ev);
        }
        break;
    case NETP_HTTP1_DATA:
        take_data(f, ev);
        break;
    case NETP_HTTP1_END:
        take_end(f);
        break;
    case NETP_HTTP1_CONTINUE:
        netp_fetch_send_more_(f);
        break;
    case NETP_HTTP1_RELEASED:
        f->result.sent = f->up_at;
        if (f->cfg.sent) {
            f->cfg.sent(f->cfg.arg, f->up_at);
        }
        if (f->up_open && !f->finished) {
            netp_fetch_send_more_(f);
        }
        break;
    default: /* EOF comes to idle connections alone */
        break;
    }
}

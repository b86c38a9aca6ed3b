/* fetch.c - a request from its beginning to its end, and the client that makes it.
 *
 * SPDX-License-Identifier: MIT */
#include "http_client.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- trace ----------------------------------------------------------------------------------- */

void netp_trace_(const struct netp_http_client *client, char kind, const char *format, ...)
{
    char raw[1024], line[NETP_ESCAPE_CAP(sizeof raw)];
    va_list args;
    int n;

    if (!client->cfg.trace) {
        return;
    }
    va_start(args, format);
    n = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    n = n < (int)sizeof raw ? n : (int)sizeof raw - 1;
    client->cfg.trace(client->cfg.arg, kind,
                      netp_str_make(line, netp_escape(line, sizeof line, raw, (size_t)n)));
}

bool netp_fetch_is_secret_(const struct netp_fetch *f, struct netp_str name)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                        "Set-Cookie"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (netp_str_ieq(name, netp_str_of(names[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < f->cfg.nsecret; i++) {
        if (netp_str_ieq(name, f->cfg.secret[i])) {
            return true;
        }
    }
    return false;
}

void netp_trace_field_(const struct netp_fetch *f, char kind, struct netp_str name,
                       struct netp_str value)
{
    if (f->client->cfg.trace) {
        value = netp_fetch_is_secret_(f, name) ? NETP_STR("(hidden)") : value;
        netp_trace_(f->client, kind, "%.*s: %.*s", (int)name.n, name.p, (int)value.n, value.p);
    }
}

/* --- ends ------------------------------------------------------------------------------------ */

static void unlist(struct netp_fetch *f)
{
    struct netp_fetch **at = &f->client->fetches;

    while (*at != f) {
        at = &(*at)->next;
    }
    *at = f->next;
    f->next = f->client->free;
    f->client->free = f;
}

static void forget(struct netp_fetch *f)
{
    netp_conn_put_(f);
    netp_loop_at(f->client->loop, &f->timer, NETP_NEVER);
    netp_loop_at(f->client->loop, &f->later, NETP_NEVER);
    memset(&f->login, 0, sizeof f->login); /* the next user of this memory is another */
}

/* Cancelled: in a turn of its own, for this may be a callback of f, and the memory must not be
 * another fetch before that has returned. */
static void discard(void *arg)
{
    unlist(arg);
}

/* In a turn of its own: done() may do anything. */
static void tell(void *arg)
{
    struct netp_fetch *f = arg;
    void (*done)(void *, const struct netp_fetch_result *) = f->cfg.done;
    void *done_arg = f->cfg.arg;
    struct netp_fetch_result result = f->result;

    unlist(f);
    if (done) {
        done(done_arg, &result);
    }
}

static void end(struct netp_fetch *f)
{
    f->finished = true;
    forget(f);
    f->later.due = tell;
    netp_loop_at(f->client->loop, &f->later, 0);
}

void netp_fetch_succeed_(struct netp_fetch *f)
{
    if (!f->finished) {
        f->result.err = NETP_OK;
        end(f);
    }
}

void netp_fetch_fail_(struct netp_fetch *f, enum netp_fetch_stage stage, int err,
                      const char *format, ...)
{
    va_list args;

    if (f->finished) {
        return;
    }
    va_start(args, format);
    vsnprintf(f->result.text, sizeof f->result.text, format, args);
    va_end(args);
    f->result.err = err;
    f->result.stage = stage;
    netp_conn_drop_(f);
    end(f);
}

void netp_fetch_cancel(struct netp_fetch *f)
{
    netp_conn_drop_(f);
    f->finished = true;
    forget(f);
    f->later.due = discard;
    netp_loop_at(f->client->loop, &f->later, 0);
}

static void out_of_time(void *arg)
{
    struct netp_fetch *f = arg;

    netp_fetch_fail_(f, NETP_FETCH_HTTP, NETP_E_TIMEOUT, "it was not done in time");
}

/* --- the request at hand --------------------------------------------------------------------- */

/* The URL to ask in its normal form, without user and password, which are no server's business to
 * see here. s may lie in the URL that is there now. False: it has failed f. */
static bool read_url(struct netp_fetch *f, struct netp_str s)
{
    char *text = f->url_text[f->url_at ^ 1];
    struct netp_url u;
    size_t at = 0;
    ptrdiff_t n;

    if (netp_url_parse(s, &u, &at) != NETP_OK) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_ARG, "it is no URL from byte %zu on", at);
        return false;
    }
    u.has &= ~(unsigned)NETP_URL_USERINFO;
    n = u.has & NETP_URL_SCHEME ? netp_url_normalise(&u, text, FETCH_URL) : NETP_E_ARG;
    if (n == NETP_E_NOSPACE || n == NETP_E_LIMIT) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_LIMIT, "the URL is longer than %u bytes",
                         FETCH_URL);
        return false;
    }
    f->url_at ^= 1;
    if (n < 0 || netp_url_parse(netp_str_make(text, (size_t)n), &f->url, &at) != NETP_OK ||
        netp_url_host(&f->url, f->host) < 0) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_ARG, "the URL has no valid host");
        return false;
    }
    f->asked = netp_str_make(text, (size_t)n);
    if (f->url.has & NETP_URL_FRAGMENT) {
        f->asked.n -= f->url.fragment.n + 1;
    }
    snprintf(f->result.url, sizeof f->result.url, "%.*s", (int)f->asked.n, f->asked.p);
    return true;
}

/* Chooses what kind of connection the URL takes. False: it has failed f. */
static bool choose(struct netp_fetch *f)
{
    struct conn_key *key = &f->key;

    memset(key, 0, sizeof *key);
    key->tls = netp_str_eq(f->url.scheme, NETP_STR("https"));
    if (!key->tls && !netp_str_eq(f->url.scheme, NETP_STR("http"))) {
        netp_fetch_fail_(f, NETP_FETCH_URL, NETP_E_UNSUPPORTED, "its scheme is not http or https");
        return false;
    }
    if (netp_proxy_choose(&f->client->cfg.proxy, &f->url, &key->proxy) != NETP_OK) {
        netp_fetch_fail_(f, NETP_FETCH_PROXY, NETP_E_ARG, "the proxy's URL is no good");
        return false;
    }
    key->foreign = !f->credentials;
    f->forwarded =
        !key->tls && (key->proxy.kind == NETP_PROXY_HTTP || key->proxy.kind == NETP_PROXY_HTTPS);
    if (!f->forwarded) { /* else the same connection serves all origins */
        key->port = netp_url_port(&f->url);
        snprintf(key->host, sizeof key->host, f->url.zone.n > 0 ? "%s%%%.*s" : "%s", f->host,
                 (int)f->url.zone.n, f->url.zone.p);
    }
    return true;
}

static bool set_url(struct netp_fetch *f, struct netp_str s)
{
    return read_url(f, s) && choose(f);
}

/* Sends the request as it is now, on some connection. */
static void ask(struct netp_fetch *f)
{
    f->heard = false;
    netp_conn_get_(f);
}

void netp_fetch_ready_(struct netp_fetch *f)
{
    f->result.peer = f->conn->peer;
    netp_fetch_send_(f);
    if (f->conn) {
        netp_stream_kick(&f->conn->stream);
    }
}

/* The connection ended. One that was idle may have been closed by the server while the request was
 * on its way: then nothing of an answer came, and what may be repeated (RFC 9110 section 9.2.2) is,
 * once, on a new one. */
static bool may_repeat(const struct netp_fetch *f, bool used)
{
    static const char *const idempotent[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};

    for (size_t i = 0; i < sizeof idempotent / sizeof *idempotent; i++) {
        if (netp_str_eq(f->method, netp_str_of(idempotent[i]))) {
            return used && !f->heard && !f->retried &&
                   !(f->has_body && (f->cfg.flags & NETP_FETCH_ONCE) && f->up_at > 0);
        }
    }
    return false;
}

void netp_fetch_broken_(struct netp_fetch *f, const struct conn_end *end)
{
    /* Many servers close TLS without a word, too; its handshake was done long ago. */
    if (may_repeat(f, f->on_used) &&
        (end->stage == NETP_FETCH_HTTP || end->stage == NETP_FETCH_TLS)) {
        netp_trace_(f->client, '*', "the connection was closed meanwhile: again on a new one");
        f->retried = true;
        ask(f);
        return;
    }
    f->result.tls = end->tls;
    f->result.sys_errno = end->sys_errno;
    if (end->status) {
        f->result.status = end->status;
    }
    netp_fetch_fail_(f, end->stage, end->err, "%s", end->text);
}

/* --- the next request of the same fetch ------------------------------------------------------ */

static void go_on(void *arg)
{
    struct netp_fetch *f = arg;

    ask(f);
}

/* In a turn of its own, for this may be the event of the connection that is to be used. */
void netp_fetch_again_(struct netp_fetch *f)
{
    f->retried = false;
    f->later.due = go_on;
    netp_loop_at(f->client->loop, &f->later, 0);
}

void netp_fetch_follow_(struct netp_fetch *f, const struct netp_http_hop *hop)
{
    f->url_at ^= 1; /* hop->url lies there, and what was there before is done with */
    f->result.redirects++;
    if (!netp_str_eq(hop->method, f->method)) {
        f->method = NETP_STR("GET");
    }
    f->has_body = f->has_body && hop->body;
    f->credentials = hop->credentials;
    if (set_url(f, hop->url)) {
        netp_trace_(f->client, '*', "redirected to %s", f->result.url);
        netp_fetch_again_(f);
    }
}

/* --- beginning ------------------------------------------------------------------------------- */

/* A fetch of the list of those that are free, or a new one. */
static struct netp_fetch *allocate(struct netp_http_client *client)
{
    struct netp_fetch *f = client->free;
    struct decoder *decoder[2] = {NULL, NULL};

    if (f) {
        client->free = f->next;
        memcpy(decoder, f->decoder, sizeof decoder);
    } else if (!(f = malloc(sizeof *f))) {
        return NULL;
    }
    memset(f, 0, sizeof *f);
    memcpy(f->decoder, decoder, sizeof decoder);
    f->client = client;
    f->next = client->fetches;
    client->fetches = f;
    return f;
}

static void begin(void *arg)
{
    struct netp_fetch *f = arg;
    const struct netp_fetch_cfg *cfg = &f->cfg;
    unsigned flags = (cfg->flags & NETP_FETCH_POST_STAYS ? NETP_HTTP_REDIRECT_POST : 0u) |
                     (cfg->flags & NETP_FETCH_DOWNGRADE ? NETP_HTTP_REDIRECT_DOWNGRADE : 0u);

    f->has_body = cfg->read || cfg->body;
    f->method =
        cfg->method ? netp_str_of(cfg->method) : (f->has_body ? NETP_STR("POST") : NETP_STR("GET"));
    f->credentials = true;
    f->hold = (cfg->flags & NETP_FETCH_EXPECT) != 0;
    netp_http_redirect_init(&f->redirect, flags,
                            cfg->max_redirects ? cfg->max_redirects : NETP_HTTP_REDIRECT_MAX);
    if (set_url(f, netp_str_of(cfg->url)) && netp_login_begin_(f)) {
        ask(f);
    }
}

struct netp_fetch *netp_fetch_start(struct netp_http_client *client,
                                    const struct netp_fetch_cfg *cfg)
{
    struct netp_fetch *f = allocate(client);

    if (!f) {
        return NULL;
    }
    f->cfg = *cfg;
    f->timer = (struct netp_timer){.due = out_of_time, .arg = f};
    f->later = (struct netp_timer){.due = begin, .arg = f};
    if (netp_loop_at(client->loop, &f->later, 0) != 0 ||
        (cfg->timeout_ms &&
         netp_loop_at(client->loop, &f->timer, netp_now() + cfg->timeout_ms) != 0)) {
        netp_fetch_cancel(f);
        errno = ENOMEM;
        return NULL;
    }
    return f;
}

/* --- clients --------------------------------------------------------------------------------- */

static uint32_t or_else(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

bool netp_client_make_tls_(struct netp_http_client *client, struct netp_tls_fail *fail)
{
    struct netp_tls_client_cfg cfg = client->cfg.tls;

    cfg.alpn = "http/1.1";
    client->tls = client->bare = netp_tls_client_ctx(&cfg, fail);
    if (client->tls && cfg.cert.chain) {
        cfg.cert = (struct netp_tls_cert){0};
        client->bare = netp_tls_client_ctx(&cfg, fail);
    }
    return (client->tls && client->bare) || fail->code == NETP_TLS_UNSUPPORTED;
}

/* Whether there are files in it that may be no good, which is to be told at once. The system's
 * store takes longer to read than many a fetch by http, and waits until it is needed. */
static bool names_files(const struct netp_tls_client_cfg *cfg)
{
    return cfg->ca_file || cfg->ca_dir || cfg->crl_file || cfg->cert.chain;
}

struct netp_http_client *netp_http_client_new(struct netp_loop *loop,
                                              const struct netp_http_client_cfg *cfg,
                                              struct netp_tls_fail *fail)
{
    struct netp_http_client *client = calloc(1, sizeof *client);
    struct netp_tls_fail own = {.code = NETP_TLS_OK};

    fail = fail ? fail : &own;
    memset(fail, 0, sizeof *fail);
    if (!client) {
        fail->code = NETP_TLS_MEMORY;
        snprintf(fail->text, sizeof fail->text, "no memory");
        return NULL;
    }
    client->loop = loop;
    client->cfg = cfg ? *cfg : (struct netp_http_client_cfg){0};
    client->cfg.connect_ms = or_else(client->cfg.connect_ms, 30000);
    client->cfg.stall_ms = or_else(client->cfg.stall_ms, 60000);
    client->cfg.keep_ms = or_else(client->cfg.keep_ms, 60000);
    client->cfg.per_host = or_else(client->cfg.per_host, 6);
    client->cfg.idle = or_else(client->cfg.idle, 16);
    if (!client->cfg.user_agent) {
        client->cfg.user_agent = "netproto/" NETP_VERSION;
    }
    if (names_files(&client->cfg.tls) && !netp_client_make_tls_(client, fail)) {
        netp_http_client_free(client);
        return NULL;
    }
    return client;
}

void netp_http_client_free(struct netp_http_client *client)
{
    if (!client) {
        return;
    }
    while (client->fetches) {
        netp_fetch_cancel(client->fetches);
        netp_loop_at(client->loop, &client->fetches->later, NETP_NEVER);
        unlist(client->fetches);
    }
    netp_conn_free_all_(client);
    while (client->free) {
        struct netp_fetch *f = client->free;
        client->free = f->next;
        netp_coding_free_(f);
        free(f);
    }
    if (client->bare != client->tls) {
        netp_tls_ctx_free(client->bare);
    }
    netp_tls_ctx_free(client->tls);
    free(client);
}

/* --- blocking -------------------------------------------------------------------------------- */

struct run {
    const struct netp_fetch_cfg *cfg;
    struct netp_fetch_result *result;
    bool over;
};

static bool run_head(void *arg, const struct netp_fetch_head *head)
{
    const struct netp_fetch_cfg *cfg = ((struct run *)arg)->cfg;
    return cfg->head(cfg->arg, head);
}

static bool run_data(void *arg, const void *p, size_t n)
{
    const struct netp_fetch_cfg *cfg = ((struct run *)arg)->cfg;
    return cfg->data(cfg->arg, p, n);
}

static void run_sent(void *arg, uint64_t bytes)
{
    const struct netp_fetch_cfg *cfg = ((struct run *)arg)->cfg;
    cfg->sent(cfg->arg, bytes);
}

static ptrdiff_t run_read(void *arg, void *p, size_t n, uint64_t offset)
{
    const struct netp_fetch_cfg *cfg = ((struct run *)arg)->cfg;
    return cfg->read(cfg->arg, p, n, offset);
}

static void run_done(void *arg, const struct netp_fetch_result *result)
{
    struct run *run = arg;

    *run->result = *result;
    run->over = true;
    if (run->cfg->done) {
        run->cfg->done(run->cfg->arg, result);
    }
}

static int no_memory(struct netp_fetch_result *result, const char *text)
{
    memset(result, 0, sizeof *result);
    result->err = NETP_E_NOSPACE;
    result->stage = NETP_FETCH_LOCAL;
    snprintf(result->text, sizeof result->text, "%s", text);
    return result->err;
}

int netp_fetch_run(struct netp_http_client *client, const struct netp_fetch_cfg *cfg,
                   struct netp_fetch_result *result)
{
    struct run run = {.cfg = cfg, .result = result};
    struct netp_fetch_cfg own = *cfg;
    struct netp_fetch *f;

    own.head = cfg->head ? run_head : NULL;
    own.data = cfg->data ? run_data : NULL;
    own.sent = cfg->sent ? run_sent : NULL;
    own.read = cfg->read ? run_read : NULL;
    own.done = run_done;
    own.arg = &run;
    if (!(f = netp_fetch_start(client, &own))) {
        return no_memory(result, "no memory");
    }
    while (!run.over) {
        if (netp_loop_turn(client->loop, NETP_NEVER) != 0) {
            no_memory(result, strerror(errno));
            netp_fetch_cancel(f);
            return result->err;
        }
    }
    return result->err;
}

int netp_fetch(const struct netp_http_client_cfg *client, const struct netp_fetch_cfg *cfg,
               struct netp_fetch_result *result)
{
    struct netp_loop *loop = netp_loop_new();
    struct netp_tls_fail fail = {.text = "no memory"};
    struct netp_http_client *c = loop ? netp_http_client_new(loop, client, &fail) : NULL;
    int err;

    if (!c) {
        err = no_memory(result, fail.text);
        if (fail.code != NETP_TLS_OK && fail.code != NETP_TLS_MEMORY) {
            result->err = err = NETP_E_ARG;
            result->stage = NETP_FETCH_TLS;
            result->tls = fail.code;
        }
    } else {
        err = netp_fetch_run(c, cfg, result);
    }
    netp_http_client_free(c);
    netp_loop_free(loop);
    return err;
}

/* The HTTP/1.x machine as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/http1.h>
#include <netproto/text.h>

#include <stdio.h>
#include <string.h>

#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define FIELDS_MAX 8
#define NO_HOST    0x100u /* a flag of our own: the request gets no Host */

enum {
    CLIENT,
    SERVER,
    BARE_LF,
    NO_REASON,
    HEADLEN,
    NFIELD,
    TX,
    MAX_BODY,
    HEAD_MS,
    IDLE_MS,
    TOTAL_MS,
    EXPECT_MS,
    MIN_RATE,
    MAX_INFO,
    GET,
    HEAD,
    HOLD,
    UPGRADE,
    CONNECT,
    SETTINGS
};

/* "client" or "server"; a client may begin with so many HEADs, then GETs, then a POST that waits
 * for 100, an offer to change to another protocol, a CONNECT. */
static const struct subject_setting settings[SETTINGS] = {[CLIENT] = {"client", 0},
                                                          [SERVER] = {"server", 0},
                                                          [BARE_LF] = {"bare-lf", 0},
                                                          [NO_REASON] = {"no-reason", 0},
                                                          [HEADLEN] = {"headlen", 1024},
                                                          [NFIELD] = {"nfield", 16},
                                                          [TX] = {"tx", 512},
                                                          [MAX_BODY] = {"max_body", 1 << 20},
                                                          [HEAD_MS] = {"head_ms", 0},
                                                          [IDLE_MS] = {"idle_ms", 0},
                                                          [TOTAL_MS] = {"total_ms", 0},
                                                          [EXPECT_MS] = {"expect_ms", 1000},
                                                          [MIN_RATE] = {"min_rate", 0},
                                                          [MAX_INFO] = {"max_info", 3},
                                                          [GET] = {"get", 0},
                                                          [HEAD] = {"head", 0},
                                                          [HOLD] = {"hold", 0},
                                                          [UPGRADE] = {"upgrade", 0},
                                                          [CONNECT] = {"connect", 0}};

/* ---- commands ---- */

/* Takes what is before the first `end` off the front of s, and that. */
static struct netp_str take(struct netp_str *s, char end)
{
    const char *p = s->n > 0 ? (const char *)memchr(s->p, end, s->n) : NULL;
    struct netp_str first = *s;

    if (p != NULL) {
        first.n = (size_t)(p - s->p);
    }
    s->p += first.n;
    s->n -= first.n;
    if (p != NULL) {
        s->p++;
        s->n--;
    }
    return first;
}

/* "Name: value" in each line. Returns how many, at most FIELDS_MAX. */
static size_t take_fields(struct netp_str *text, struct netp_http1_pair *field)
{
    size_t n = 0;

    while (text->n > 0 && n < FIELDS_MAX) {
        struct netp_str line = take(text, '\n');
        field[n].name = take(&line, ':');
        if (line.n > 0 && line.p[0] == ' ') {
            line.p++;
            line.n--;
        }
        field[n++].value = line;
    }
    return n;
}

/* The words behind the start of a message: "length=N" or "chunked", and flags. */
static bool take_words(struct netp_str *line, struct netp_http1_msg *msg)
{
    static const struct {
        const char *word;
        unsigned flag;
    } flags[] = {{"close", NETP_HTTP1_CLOSE},
                 {"hold", NETP_HTTP1_HOLD},
                 {"switch", NETP_HTTP1_SWITCH},
                 {"no-length", NETP_HTTP1_NO_LENGTH},
                 {"no-host", NO_HOST}};

    while (line->n > 0) {
        struct netp_str word = take(line, ' '), name = take(&word, '=');
        bool known = netp_str_eq(name, NETP_STR("chunked"));
        if (known) {
            msg->length = NETP_HTTP1_CHUNKED;
        } else if (netp_str_eq(name, NETP_STR("length"))) {
            known = netp_parse_dec(word, UINT64_MAX, &msg->length) == NETP_OK;
        }
        for (size_t i = 0; i < COUNT(flags); i++) {
            if (netp_str_eq(name, netp_str_of(flags[i].word))) {
                msg->flags |= flags[i].flag;
                known = true;
            }
        }
        if (!known) {
            return false;
        }
    }
    return true;
}

/* A client's "METHOD TARGET [WORD...]", a server's "STATUS [WORD...]", and lines of fields. A
 * request that does not say "no-host" gets "Host: h", unless it has a Host. */
static bool message(const struct netp_http1 *m, struct netp_str text, struct netp_http1_msg *msg,
                    struct netp_http1_pair *field)
{
    struct netp_str line = take(&text, '\n'), first = take(&line, ' ');
    bool host = m->cfg_.role == NETP_HTTP1_SERVER, known;
    uint64_t status = 0;

    memset(msg, 0, sizeof *msg);
    if (host) {
        netp_parse_dec(first, UINT16_MAX, &status);
        msg->status = (uint16_t)status;
    } else {
        msg->method = first;
        msg->target = take(&line, ' ');
    }
    known = take_words(&line, msg);
    msg->nfield = take_fields(&text, field + 1);
    msg->field = field + 1;
    host |= (msg->flags & NO_HOST) != 0;
    msg->flags &= ~NO_HOST;
    for (size_t i = 0; i < msg->nfield; i++) {
        host |= netp_str_ieq(msg->field[i].name, NETP_STR("Host"));
    }
    if (!host) {
        field[0] = (struct netp_http1_pair){NETP_STR("Host"), NETP_STR("h")};
        msg->field--;
        msg->nfield++;
    }
    return known;
}

static int say(struct netp_http1 *m, struct netp_str text, netp_ms now)
{
    struct netp_http1_pair field[FIELDS_MAX + 1];
    struct netp_http1_msg msg;

    return message(m, text, &msg, field) ? netp_http1_send_head(m, &msg, now) : NETP_E_ARG;
}

static int head(void *m, const void *p, size_t n, netp_ms now)
{
    return say((struct netp_http1 *)m, netp_str_make((const char *)p, n), now);
}

/* A whole message: as "head", and behind an empty line its body. Text that is none: its bytes are
 * the body of a POST or a 200. */
static int send(void *machine, const void *p, size_t n, netp_ms now)
{
    struct netp_http1 *m = (struct netp_http1 *)machine;
    struct netp_str text = netp_str_make((const char *)p, n), body = {"", 0};
    struct netp_http1_pair field[FIELDS_MAX + 1];
    struct netp_http1_msg msg;

    for (size_t i = 0; i + 1 < n; i++) {
        if (text.p[i] == '\n' && text.p[i + 1] == '\n') {
            body = netp_str_make(text.p + i + 2, n - i - 2);
            text.n = i;
            break;
        }
    }
    if (!message(m, text, &msg, field) || (msg.status == 0 && msg.target.n == 0)) {
        body = netp_str_make((const char *)p, n);
        message(m, m->cfg_.role == NETP_HTTP1_SERVER ? NETP_STR("200") : NETP_STR("POST /"), &msg,
                field);
    }
    return netp_http1_send(m, &msg, body.p, body.n, now);
}

/* One of these heads. */
static int any(void *machine, const void *p, size_t n, netp_ms now)
{
    static const char *const requests[] = {"GET /",
                                           "HEAD /",
                                           "POST / length=5 hold",
                                           "PUT / chunked hold",
                                           "POST / chunked",
                                           "DELETE / close",
                                           "OPTIONS *",
                                           "CONNECT h:443",
                                           "GET / switch\nUpgrade: foo",
                                           "POST / length=0\nX: y"};
    static const char *const responses[] = {"200 length=5",
                                            "200 chunked",
                                            "100",
                                            "103\nLink: </s>; rel=preload",
                                            "204",
                                            "304 length=9",
                                            "404 length=0 close",
                                            "101 switch\nUpgrade: foo",
                                            "200",
                                            "200 chunked no-length"};
    struct netp_http1 *m = (struct netp_http1 *)machine;
    const char *const *of = m->cfg_.role == NETP_HTTP1_SERVER ? responses : requests;

    (void)p;
    return say(m, netp_str_of(of[n % COUNT(requests)]), now);
}

static int body(void *m, const void *p, size_t n, netp_ms now)
{
    return netp_http1_send_body((struct netp_http1 *)m, p, n, now);
}

/* As much as is missing, up to 64 bytes. */
static int rest(void *machine, const void *p, size_t n, netp_ms now)
{
    static const char some[64] = "the rest of the body, or as much of it as there are bytes here";
    struct netp_http1 *m = (struct netp_http1 *)machine;

    (void)p;
    (void)n;
    return netp_http1_send_body(m, some, m->send_left_ < 64 ? (size_t)m->send_left_ : 64, now);
}

static int lend(void *m, const void *p, size_t n, netp_ms now)
{
    return netp_http1_lend_body((struct netp_http1 *)m, p, n, 0, now);
}

static int end(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    return netp_http1_send_end((struct netp_http1 *)m, NULL, 0, now);
}

/* Ends with trailers: lines of them. */
static int trailers(void *m, const void *p, size_t n, netp_ms now)
{
    struct netp_str text = netp_str_make((const char *)p, n);
    struct netp_http1_pair field[FIELDS_MAX];
    size_t nfield = take_fields(&text, field);

    return netp_http1_send_end((struct netp_http1 *)m, field, nfield, now);
}

/* An odd number of bytes: no more of the body for now; else it goes on. */
static int pause(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    netp_http1_pause((struct netp_http1 *)m, n % 2 > 0, now);
    return NETP_OK;
}

static int finish(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    return netp_http1_finish((struct netp_http1 *)m, now);
}

static const struct subject_cmd commands[] = {
    {"end", end, false},     {"send", send, false},         {"rest", rest, false},
    {"body", body, false},   {"lend", lend, false},         {"any", any, false},
    {"head", head, false},   {"trailers", trailers, false}, {"pause", pause, false},
    {"finish", finish, true}};

/* ---- the machine ---- */

static void cfg_of(struct netp_http1_cfg *cfg, const struct subject_setting *s)
{
    *cfg = (struct netp_http1_cfg)NETP_HTTP1_CFG_INIT;
    cfg->role = s[SERVER].value ? NETP_HTTP1_SERVER : NETP_HTTP1_CLIENT;
    cfg->flags = (uint8_t)((s[BARE_LF].value ? NETP_HTTP1_BARE_LF : 0) |
                           (s[NO_REASON].value ? NETP_HTTP1_NO_REASON : 0));
    cfg->max_body = s[MAX_BODY].value;
    cfg->head_ms = (uint32_t)s[HEAD_MS].value;
    cfg->idle_ms = (uint32_t)s[IDLE_MS].value;
    cfg->total_ms = (uint32_t)s[TOTAL_MS].value;
    cfg->expect_ms = (uint32_t)s[EXPECT_MS].value;
    cfg->min_rate = (uint32_t)s[MIN_RATE].value;
    cfg->max_info = (uint16_t)s[MAX_INFO].value;
}

static int make(struct checked *c, const void *text)
{
    static const struct {
        int setting;
        const char *request;
    } first[] = {{HEAD, "HEAD /"},
                 {GET, "GET /"},
                 {HOLD, "POST / length=5 hold"},
                 {UPGRADE, "GET / switch\nUpgrade: foo"},
                 {CONNECT, "CONNECT h:443"}};
    struct netp_http1 *m = (struct netp_http1 *)c->m;
    struct subject_setting s[SETTINGS];
    struct netp_http1_cfg cfg;
    size_t n;
    int r;

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    cfg_of(&cfg, s);
    n = (size_t)s[HEADLEN].value;
    cfg.head = (char *)checked_mem(c, &n);
    cfg.headlen = (uint16_t)n;
    n = (size_t)s[NFIELD].value * sizeof *cfg.field;
    cfg.field = (struct netp_http_field *)checked_mem(c, &n);
    cfg.nfield = (uint16_t)(n / sizeof *cfg.field);
    n = (size_t)s[TX].value;
    cfg.tx = (uint8_t *)checked_mem(c, &n);
    cfg.txlen = (uint32_t)n;
    r = netp_http1_init(m, &cfg, c->now);
    for (size_t i = 0; i < COUNT(first); i++) {
        for (uint64_t k = 0; k < s[first[i].setting].value && r == NETP_OK; k++) {
            r = say(m, netp_str_of(first[i].request), c->now);
            if (r == NETP_OK && first[i].setting != HOLD) {
                r = netp_http1_send_end(m, NULL, 0, c->now);
            }
        }
    }
    return r;
}

static int misfit(void *m)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    return netp_http1_init_((struct netp_http1 *)m, sizeof(struct netp_http1) - 1, &cfg, 0);
}

static const char *state(const void *m)
{
    return netp_http1_state((const struct netp_http1 *)m);
}

/* ---- events ---- */

#define STR(s) (int)(s).n, (s).p

/* "field Name: value", or "trailer Name: value", for each. */
static void fields_lines(const struct netp_http1_ev *ev, const char *kind, struct log *log)
{
    for (unsigned i = 0; i < ev->head.nfield; i++) {
        struct netp_str name = netp_http_str(ev->text, ev->head.field_[i].name), value;
        char text[NETP_ESCAPE_CAP(100)];
        unsigned nth = 0;
        for (unsigned k = 0; k < i; k++) {
            nth += netp_str_ieq(netp_http_str(ev->text, ev->head.field_[k].name), name);
        }
        if (!netp_http1_field(ev, name, nth, &value)) {
            log_line(log, "a field that can't be found");
        }
        netp_escape(text, sizeof text, value.p, value.n);
        log_line(log, "%s %.*s:%s%s", kind, (int)(name.n < 100 ? name.n : 100), name.p,
                 value.n > 0 ? " " : "", text);
    }
}

/* ", length 5, keepalive", as they apply. */
static void say_body(const struct netp_http1_ev *ev, char *text, size_t n)
{
    static const char *const flags[] = {", keepalive", ", expect", ", upgrade"};
    size_t at;

    if (ev->length == NETP_HTTP1_UNKNOWN) {
        at = (size_t)snprintf(text, n, ", length ?");
    } else {
        at = (size_t)snprintf(text, n, ", length %llu", (unsigned long long)ev->length);
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (ev->flags & 1u << i) {
            at += (size_t)snprintf(text + at, n - at, "%s", flags[i]);
        }
    }
}

static void request_line(const struct netp_http1_ev *ev, struct log *log)
{
    struct netp_str method = netp_http_str(ev->text, ev->head.method);
    struct netp_str target = netp_http_str(ev->text, ev->head.target);
    char more[100];

    say_body(ev, more, sizeof more);
    log_line(log, "request %.*s %.*s HTTP/1.%u%s", STR(method), STR(target), ev->head.minor, more);
    fields_lines(ev, "field", log);
}

static void response_line(const struct netp_http1_ev *ev, const char *kind, struct log *log)
{
    struct netp_str reason = netp_http_str(ev->text, ev->head.reason);
    char more[100] = "", text[NETP_ESCAPE_CAP(100)];

    if (ev->type == NETP_HTTP1_RESPONSE) {
        say_body(ev, more, sizeof more);
    }
    netp_escape(text, sizeof text, reason.p, reason.n);
    log_line(log, "%s HTTP/1.%u %u %s%s", kind, ev->head.minor, ev->head.status, text, more);
    fields_lines(ev, "field", log);
}

static void check_members(const struct netp_http1_ev *ev, struct log *log)
{
    bool has_head = ev->type == NETP_HTTP1_REQUEST || ev->type == NETP_HTTP1_RESPONSE;
    bool data = ev->type == NETP_HTTP1_DATA;

    if ((ev->p != NULL) != data || (ev->n > 0) != data || (ev->offset != 0 && !data) ||
        (ev->flags != 0 && !has_head) || (ev->length != 0 && !has_head)) {
        log_line(log, "a member that event %d does not name, or lacks", ev->type);
    }
}

static void describe(const void *event, struct log *log)
{
    static const char *const words[] = {[NETP_HTTP1_CONTINUE] = "continue",
                                        [NETP_HTTP1_RELEASED] = "released",
                                        [NETP_HTTP1_EOF] = "eof"};
    const struct netp_http1_ev *ev = (const struct netp_http1_ev *)event;

    check_members(ev, log);
    switch (ev->type) {
    case NETP_HTTP1_REQUEST:
        request_line(ev, log);
        break;
    case NETP_HTTP1_INFO:
        response_line(ev, "info", log);
        break;
    case NETP_HTTP1_RESPONSE:
        response_line(ev, "response", log);
        break;
    case NETP_HTTP1_DATA:
        log_data(log, "data", ev->p, ev->n);
        break;
    case NETP_HTTP1_END:
        log_line(log, "end");
        fields_lines(ev, "trailer", log);
        break;
    case NETP_HTTP1_TUNNEL:
        if (ev->text != NULL) {
            response_line(ev, "tunnel", log);
        } else {
            log_line(log, "tunnel");
        }
        break;
    default:
        log_line(log, "%s", words[ev->type]);
        break;
    }
}

static const char *const setups[] = {
    "server",
    "client get=3",
    "client",
    "client head=2 get=1",
    "client hold=1",
    "client get=1 upgrade=1",
    "client connect=1",
    "server headlen=64 nfield=2 tx=256 max_body=20",
    "server head_ms=900 idle_ms=600 total_ms=2000 min_rate=1000",
    "client get=2 head_ms=900 idle_ms=600 total_ms=2000 bare-lf no-reason max_info=1",
    "client get=16 headlen=128 nfield=3 max_body=40",
    "server bare-lf tx=300 max_body=0",
};

const struct subject subject_http1 = {.name = "http1",
                                      .machine = {&netp_http1_ops, make, describe},
                                      .misfit = misfit,
                                      .state = state,
                                      .setup = setups,
                                      .nsetup = COUNT(setups),
                                      .cmd = commands,
                                      .ncmd = COUNT(commands)};

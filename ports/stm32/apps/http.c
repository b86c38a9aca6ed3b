/* http.c - the device's web server. SPDX-License-Identifier: MIT
 *
 *     GET /              the device page, the same as that of examples/device_page.c
 *     GET /outputs       [{"name":"Pump","on":false}, ...]
 *     PUT /outputs/0     on or off; answers as GET does
 *     GET /counters      what is in use
 *     GET /os            with an operating system: threads, their stacks, the kernel's objects
 *     GET /lines.txt     a page of 64 KB in flash, to measure with
 *     GET /firmware.bin  the newest image; PUT: a new one (image.h)
 *     PUT /fetch         "HOST FILE": a new image from a TFTP server; GET: how that went
 *
 * Pages are lent from flash, whole or in ranges. A page of another site can't switch anything:
 * browsers ask before a PUT, and are not allowed to. */
#include "app.h"
#include "counters.h"
#include "http_page.h"
#include "image.h"
#include "os/os.h"
#include <board.h>
#include <netproto/lwip/tcp.h>

#define CONNECTIONS 8
#define HEAD        1024 /* bytes of a request's head */
#define FIELDS      24
#define TX          1024 /* bytes of an answer's head, and of a body that is copied */
#define WORD        160  /* bytes of a body that is a word or two */

static struct output {
    const char *name; /* needs no escapes in JSON */
    bool on;
} outputs[] = {{"Pump", false}, {"Heating", false}, {"Lamp", true}};
#define OUTPUTS (sizeof outputs / sizeof *outputs)

struct connection;

/* What the body of a request is for. */
struct taker {
    void (*data)(struct connection *c, const uint8_t *p, size_t n);
    void (*end)(struct connection *c);
};

struct connection {
    struct netp_lwip_tcp tcp;
    struct netp_http1 m;
    const struct taker *taker; /* NULL: nothing, it is dropped */
    unsigned output;
    struct image image; /* that is received */
    int slot;           /* of the image that is sent, or -1 */
    netp_ms used;       /* when it was last asked something */
    size_t nword;
    char word[WORD];
    char head[HEAD];
    struct netp_http_field field[FIELDS];
    uint8_t tx[TX];
};

static struct connection connections[CONNECTIONS];
static struct netp_lwip_listener listener;
static struct netp_http1_ev event; /* of whoever is called */

/* --- answers --------------------------------------------------------------------------------- */

static void reply(struct connection *c, unsigned status, const char *type, struct netp_str body)
{
    const struct netp_http1_pair fields[] = {{NETP_STR("Content-Type"), netp_str_of(type)},
                                             {NETP_STR("Cache-Control"), NETP_STR("no-store")}};
    const struct netp_http1_msg msg = {.status = (uint16_t)status, .field = fields, .nfield = 2};

    c->taker = NULL;
    netp_http1_send(&c->m, &msg, body.p, body.n, netp_lwip_now(&app_loop));
}

static void error(struct connection *c, unsigned status)
{
    char body[48];
    struct text t = {body, sizeof body, 0};

    text_dec(&t, status);
    text_put(&t, " ");
    text_put(&t, netp_http_reason(status));
    text_put(&t, "\n");
    reply(c, status, "text/plain", netp_str_make(body, t.n));
}

static void reply_outputs(struct connection *c)
{
    char body[256];
    struct text t = {body, sizeof body, 0};

    for (size_t i = 0; i < OUTPUTS; i++) {
        text_put(&t, i > 0 ? ",{\"name\":\"" : "[{\"name\":\"");
        text_put(&t, outputs[i].name);
        text_put(&t, outputs[i].on ? "\",\"on\":true}" : "\",\"on\":false}");
    }
    text_put(&t, "]\n");
    reply(c, 200, "application/json", netp_str_make(body, t.n));
}

static void reply_counters(struct connection *c)
{
    char body[512];
    struct text t = {body, sizeof body, 0};

    counters_put(&t);
    reply(c, 200, "application/json", netp_str_make(body, t.n));
}

#if NETP_LWIP_OS
static void reply_os(struct connection *c)
{
    char body[512];
    struct text t = {body, sizeof body, 0};

    app_os_put(&t);
    reply(c, 200, "application/json", netp_str_make(body, t.n));
}
#endif

/* --- bodies ---------------------------------------------------------------------------------- */

static void take_word(struct connection *c, const uint8_t *p, size_t n)
{
    if (n > sizeof c->word - c->nword) {
        error(c, 413);
        return;
    }
    memcpy(c->word + c->nword, p, n);
    c->nword += n;
}

static void end_output(struct connection *c)
{
    struct netp_str word = netp_str_make(c->word, c->nword);
    bool on = netp_str_eq(word, NETP_STR("on"));

    if (!on && !netp_str_eq(word, NETP_STR("off"))) {
        error(c, 400);
        return;
    }
    outputs[c->output].on = on;
    netp_board_output(c->output, on);
    reply_outputs(c);
}

static void take_image(struct connection *c, const uint8_t *p, size_t n)
{
    int r = image_write(&c->image, p, n);

    if (r != NETP_OK) {
        image_abort(&c->image);
        error(c, r == NETP_E_NOSPACE ? 413 : 500);
    }
}

static void end_image(struct connection *c)
{
    if (image_commit(&c->image) == NETP_OK) {
        reply(c, 201, "text/plain", NETP_STR("stored\n"));
    } else {
        image_abort(&c->image);
        reply(c, 422, "text/plain", NETP_STR("the CRC is wrong\n"));
    }
}

static const struct taker output_taker = {take_word, end_output};
static const struct taker image_taker = {take_image, end_image};

/* --- requests -------------------------------------------------------------------------------- */

static void get_page(struct connection *c)
{
    http_page_send(&c->m, &event, &http_device_page, netp_lwip_now(&app_loop));
}

static void get_lines(struct connection *c)
{
    http_page_send(&c->m, &event, &http_lines_page, netp_lwip_now(&app_loop));
}

static void get_image(struct connection *c)
{
    char number[NETP_DEC_CAP];
    struct http_page page = {.type = "application/octet-stream"};

    if (c->slot < 0 && (c->slot = image_read(&page.p, &page.n)) >= 0) {
        page.tag = netp_str_make(number, netp_format_dec(image_number(), number));
        http_page_send(&c->m, &event, &page, netp_lwip_now(&app_loop));
    } else {
        error(c, 404);
    }
}

static void put_image(struct connection *c)
{
    if (image_begin(&c->image) == NETP_OK) {
        c->taker = &image_taker;
    } else {
        error(c, 409);
    }
}

#if APP_TFTP
static void end_fetch(struct connection *c)
{
    int r = app_fetch(netp_str_make(c->word, c->nword));

    if (r == NETP_OK) {
        reply(c, 202, "text/plain", NETP_STR("begun\n"));
    } else {
        error(c, r == NETP_E_STATE ? 409 : 400);
    }
}

static void get_fetch(struct connection *c)
{
    reply(c, 200, "text/plain", netp_str_of(app_fetch_state()));
}

static void put_fetch(struct connection *c)
{
    static const struct taker fetch_taker = {take_word, end_fetch};

    c->taker = &fetch_taker;
}
#endif

static void put_output(struct connection *c)
{
    c->taker = &output_taker;
}

/* The longest path first where one begins another. number: a number follows the path. */
static const struct route {
    const char *method, *path;
    void (*handle)(struct connection *c);
    bool number;
} routes[] = {
    {"GET", "/", get_page, false},
    {"GET", "/outputs", reply_outputs, false},
    {"PUT", "/outputs/", put_output, true},
    {"GET", "/counters", reply_counters, false},
#if NETP_LWIP_OS
    {"GET", "/os", reply_os, false},
#endif
    {"GET", "/lines.txt", get_lines, false},
    {"GET", "/firmware.bin", get_image, false},
    {"PUT", "/firmware.bin", put_image, false},
#if APP_TFTP
    {"GET", "/fetch", get_fetch, false},
    {"PUT", "/fetch", put_fetch, false},
#endif
};

static bool fits(const struct route *r, struct netp_str path, unsigned *number)
{
    struct netp_str own = netp_str_of(r->path);
    uint64_t v = 0;

    if (!r->number) {
        return netp_str_eq(path, own);
    }
    if (path.n < own.n || !netp_str_eq(netp_str_make(path.p, own.n), own) ||
        netp_parse_dec(netp_str_make(path.p + own.n, path.n - own.n), OUTPUTS - 1, &v) != NETP_OK) {
        return false;
    }
    *number = (unsigned)v;
    return true;
}

static void request(struct connection *c)
{
    const struct netp_http1_msg go_on = {.status = 100};
    struct netp_str method = netp_http_str(event.text, event.head.method);
    struct netp_str path = netp_http_str(event.text, event.head.target);
    const char *query = memchr(path.p, '?', path.n);
    bool found = false;

    path.n = query ? (size_t)(query - path.p) : path.n;
    method = netp_str_eq(method, NETP_STR("HEAD")) ? NETP_STR("GET") : method;
    c->taker = NULL;
    c->nword = 0;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (fits(&routes[i], path, &c->output)) {
            found = true;
            if (netp_str_eq(method, netp_str_of(routes[i].method))) {
                routes[i].handle(c);
                if (c->taker && (event.flags & NETP_HTTP1_EXPECT)) {
                    netp_http1_send_head(&c->m, &go_on, netp_lwip_now(&app_loop));
                }
                return;
            }
        }
    }
    error(c, found ? 405 : 404);
}

static void on_event(void *arg, void *p)
{
    struct connection *c = arg;
    const struct netp_http1_ev *ev = p;

    c->used = netp_lwip_now(&app_loop);
    switch (ev->type) {
    case NETP_HTTP1_REQUEST:
        request(c);
        break;
    case NETP_HTTP1_DATA:
        if (c->taker) {
            c->taker->data(c, ev->p, ev->n);
        }
        break;
    case NETP_HTTP1_END:
        if (c->taker) {
            c->taker->end(c);
        }
        break;
    case NETP_HTTP1_RELEASED:
        image_read_end(c->slot);
        c->slot = -1;
        break;
    default:
        break;
    }
}

/* --- connections ----------------------------------------------------------------------------- */

static void on_closed(void *arg, int err)
{
    struct connection *c = arg;

    (void)err;
    image_abort(&c->image);
    image_read_end(c->slot);
}

static void open_connection(struct connection *c, struct tcp_pcb *pcb)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;

    cfg.role = NETP_HTTP1_SERVER;
    cfg.head = c->head;
    cfg.headlen = sizeof c->head;
    cfg.field = c->field;
    cfg.nfield = FIELDS;
    cfg.tx = c->tx;
    cfg.txlen = sizeof c->tx;
    cfg.head_ms = 10000;
    cfg.idle_ms = 15000;
    cfg.total_ms = 300000; /* of an upload: the profile for firmware has no min_rate */
    cfg.max_body = UINT32_MAX;
    netp_http1_init(&c->m, &cfg, netp_lwip_now(&app_loop));
    c->taker = NULL;
    c->slot = -1;
    c->used = netp_lwip_now(&app_loop);
    c->tcp.ops = &netp_http1_ops;
    c->tcp.m = &c->m;
    c->tcp.ev = &event;
    c->tcp.event = on_event;
    c->tcp.closed = on_closed;
    c->tcp.arg = c;
    netp_lwip_tcp_open(&c->tcp, &app_loop, pcb);
}

/* When all are in use, the one that has been between two requests for longest is told to go, so
 * that there is one for the next who comes. */
static void make_room(void)
{
    struct connection *oldest = NULL;

    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        if (netp_lwip_tcp_is_closed(&c->tcp)) {
            return;
        }
        if (netp_http1_is_between(&c->m) && (!oldest || c->used < oldest->used)) {
            oldest = c;
        }
    }
    if (oldest) {
        netp_http1_finish(&oldest->m, netp_lwip_now(&app_loop));
        netp_lwip_tcp_kick(&oldest->tcp);
    }
}

static bool accepted(void *arg, struct tcp_pcb *pcb)
{
    (void)arg;
    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        if (netp_lwip_tcp_is_closed(&c->tcp)) {
            open_connection(c, pcb);
            make_room();
            return true;
        }
    }
    return false;
}

void app_http_init(void)
{
    listener.accepted = accepted;
    netp_lwip_listen(&listener, 80);
}

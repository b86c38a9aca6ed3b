/* device_page.c - a page that shows and switches the outputs of a device, here made up.
 *
 *     cc device_page.c $(pkg-config --cflags --libs netproto) -o device_page
 *     ./device_page 127.0.0.1:8080          and open http://127.0.0.1:8080/
 *
 *     GET /outputs      [{"name":"Pump","on":false}, ...]
 *     PUT /outputs/0    on or off; answers as GET does
 *
 * A page of another site can't switch anything: browsers ask before such a PUT, and are not allowed
 * to. Whoever can reach the port can; see netproto/host/httpd_auth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "device_page.h"
#include <netproto/addr.h>
#include <netproto/host/httpd.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

static struct output {
    const char *name; /* needs no escapes in JSON */
    bool on;
} outputs[] = {{"Pump", false}, {"Heating", false}, {"Lamp", true}};
#define OUTPUTS (sizeof outputs / sizeof *outputs)

static void page(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_add(x, "Content-Security-Policy",
                   NETP_STR("default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; "
                            "style-src 'unsafe-inline'; frame-ancestors 'none'"));
    netp_httpd_reply(x, 200, "text/html; charset=utf-8", device_page, sizeof device_page - 1);
}

static void list(void *arg, struct netp_httpd_exchange *x)
{
    char text[512];
    int n = 0;

    (void)arg;
    for (size_t i = 0; i < OUTPUTS; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "%s{\"name\":\"%s\",\"on\":%s}",
                      i > 0 ? "," : "[", outputs[i].name, outputs[i].on ? "true" : "false");
    }
    n += snprintf(text + n, sizeof text - (size_t)n, "]\n");
    netp_httpd_add(x, "Cache-Control", NETP_STR("no-store"));
    netp_httpd_reply(x, 200, "application/json", text, (size_t)n);
}

/* The body of a PUT: what has come of it is in word. */
struct change {
    struct output *output;
    char word[4];
    size_t n;
};

static void more(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    struct change *c = arg;
    bool on;

    if (n > 0) {
        memcpy(c->word + c->n, p, n); /* no more than max_body in all */
        c->n += n;
        return;
    }
    on = c->n == 2 && memcmp(c->word, "on", 2) == 0;
    if (on || (c->n == 3 && memcmp(c->word, "off", 3) == 0)) {
        c->output->on = on; /* where a device would set a pin */
        list(NULL, x);
    } else {
        netp_httpd_error(x, 400);
    }
}

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    (void)x;
    (void)complete;
    ((struct change *)arg)->output = NULL;
}

static void change(void *arg, struct netp_httpd_exchange *x)
{
    static struct change changes[4]; /* at a time; one whose output is NULL is free */
    uint64_t i = 0;
    struct change *c = changes;

    (void)arg;
    if (netp_parse_dec(netp_httpd_request(x)->param[0], OUTPUTS - 1, &i) != NETP_OK) {
        netp_httpd_error(x, 404);
        return;
    }
    while (c < changes + 4 && c->output) {
        c++;
    }
    if (c == changes + 4) {
        netp_httpd_error(x, 503);
        return;
    }
    *c = (struct change){.output = &outputs[i]};
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = more, .gone = gone, .arg = c},
                     sizeof c->word);
}

int main(int argc, char **argv)
{
    static const struct netp_httpd_route routes[] = {
        {.method = "GET", .pattern = "/", .handle = page},
        {.method = "GET", .pattern = "/outputs", .handle = list},
        {.method = "PUT", .pattern = "/outputs/{}", .handle = change},
    };
    const struct netp_httpd_cfg cfg = {.route = routes, .nroute = sizeof routes / sizeof *routes};
    struct netp_loop *loop = netp_loop_new();
    struct netp_httpd *httpd = loop ? netp_httpd_new(loop, &cfg) : NULL;
    struct netp_addr at;
    char where[NETP_ADDR_CAP];
    int fd;

    if (argc != 2 || !httpd || netp_addr_parse(netp_str_of(argv[1]), &at) != NETP_OK ||
        (fd = netp_tcp_listen(&at)) < 0 || netp_httpd_listen(httpd, fd, NULL) != 0) {
        fprintf(stderr, "usage: device_page ADDRESS:PORT\n");
        return 2;
    }
    at = netp_local_addr(fd);
    netp_addr_format(&at, where);
    printf("listening on %s\n", where);
    fflush(stdout);
    return netp_loop_run(loop);
}

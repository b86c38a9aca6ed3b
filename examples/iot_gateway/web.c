/* web.c - GET /devices, GET /devices/N/history, PUT /devices/N/setpoint, PUT /devices/N/on.
 *
 * A page of another site can't switch anything: browsers ask before such a PUT, and are not allowed
 * to. Whoever can reach the port can; see netproto/host/httpd_auth.h.
 *
 * SPDX-License-Identifier: MIT */
#include "web.h"
#include "devices.h"
#include "history.h"
#include "page.h"
#include <netproto/modbus.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct netp_httpd *httpd;

static void page(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_add(x, "Content-Security-Policy",
                   NETP_STR("default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; "
                            "style-src 'unsafe-inline'; frame-ancestors 'none'"));
    netp_httpd_reply(x, 200, "text/html; charset=utf-8", gateway_page, sizeof gateway_page - 1);
}

static void reply_json(struct netp_httpd_exchange *x, const char *text, size_t n)
{
    netp_httpd_add(x, "Cache-Control", NETP_STR("no-store"));
    netp_httpd_reply(x, 200, "application/json", text, n);
}

static void list(void *arg, struct netp_httpd_exchange *x)
{
    char text[DEVICES * 300];
    size_t n = 0;

    (void)arg;
    for (unsigned i = 0; i < ndevices; i++) {
        const struct device *d = &devices[i];
        n += (size_t)snprintf(
            text + n, sizeof text - n,
            "%s{\"number\":%u,\"unit\":%u,\"online\":%s,\"known\":%s,\"room\":%.1f,"
            "\"setpoint\":%.1f,\"valve\":%u,\"fan\":%u,\"alarm\":%s,\"on\":%s}",
            i > 0 ? "," : "[", i, d->unit, d->online ? "true" : "false",
            d->known ? "true" : "false", d->room / 10.0, d->setpoint / 10.0, d->valve, d->fan,
            d->status >> 4 & 1 ? "true" : "false", d->on ? "true" : "false");
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "]\n");
    reply_json(x, text, n);
}

/* The device that the path names; false: it was answered that there is none. */
static bool find(struct netp_httpd_exchange *x, unsigned *i)
{
    uint64_t v;

    if (netp_parse_dec(netp_httpd_request(x)->param[0], ndevices - 1, &v) != NETP_OK) {
        netp_httpd_error(x, 404);
        return false;
    }
    *i = (unsigned)v;
    return true;
}

static void history(void *arg, struct netp_httpd_exchange *x)
{
    char text[12000];
    unsigned i;

    (void)arg;
    if (find(x, &i)) {
        reply_json(x, text, history_json(i, text, sizeof text));
    }
}

/* --- changes --------------------------------------------------------------------------------- */

/* The body of a PUT, and who waits for what comes of it. */
struct change {
    struct netp_httpd_exchange *x; /* NULL: it is free */
    unsigned device;
    bool is_on;
    char word[9];
    size_t n;
};

static struct change changes[16]; /* at a time */

static void done(void *arg, unsigned exception)
{
    struct change *c = arg;

    if (exception == 0) {
        list(NULL, c->x);
    } else { /* the device did not want it, or did not answer */
        netp_httpd_error(c->x, exception < NETP_MODBUS_NO_PATH ? 422 : 504);
    }
}

/* "on" and "off", or degrees; false: it is neither. */
static bool take_word(const struct change *c, int16_t *value)
{
    char *end;
    double v = strtod(c->word, &end);

    if (c->is_on) {
        *value = strcmp(c->word, "on") == 0;
        return *value || strcmp(c->word, "off") == 0;
    }
    if (end == c->word || *end || !(v > -1000 && v < 1000)) {
        return false;
    }
    *value = (int16_t)(v * 10 + (v < 0 ? -0.5 : 0.5));
    return true;
}

static void more(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    struct change *c = arg;
    int16_t value;

    if (n > 0) {
        memcpy(c->word + c->n, p, n); /* no more than max_body in all */
        c->n += n;
    } else if (!take_word(c, &value)) {
        netp_httpd_error(x, 400);
    } else if (!devices_set(c->device, c->is_on, value, done, c)) {
        netp_httpd_error(x, 503);
    }
}

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct change *c = arg;

    (void)x;
    (void)complete;
    devices_forget(c);
    c->x = NULL;
}

static void change(struct netp_httpd_exchange *x, bool is_on)
{
    struct change *c = changes;
    unsigned device;

    if (!find(x, &device)) {
        return;
    }
    while (c < changes + 16 && c->x) {
        c++;
    }
    if (c == changes + 16) {
        netp_httpd_error(x, 503);
        return;
    }
    *c = (struct change){.x = x, .device = device, .is_on = is_on};
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = more, .gone = gone, .arg = c},
                     sizeof c->word - 1);
}

static void change_setpoint(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    change(x, false);
}

static void change_on(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    change(x, true);
}

bool web_open(struct netp_loop *loop, int fd)
{
    static const struct netp_httpd_route routes[] = {
        {.method = "GET", .pattern = "/", .handle = page},
        {.method = "GET", .pattern = "/devices", .handle = list},
        {.method = "GET", .pattern = "/devices/{}/history", .handle = history},
        {.method = "PUT", .pattern = "/devices/{}/setpoint", .handle = change_setpoint},
        {.method = "PUT", .pattern = "/devices/{}/on", .handle = change_on},
    };
    static const struct netp_httpd_cfg cfg = {.route = routes,
                                              .nroute = sizeof routes / sizeof *routes};

    httpd = netp_httpd_new(loop, &cfg);
    return httpd && netp_httpd_listen(httpd, fd, NULL) == 0;
}

void web_close(void)
{
    netp_httpd_free(httpd);
}

/* devices.c - lines, and the devices on them. SPDX-License-Identifier: MIT */
#include "devices.h"
#include <errno.h>
#include <netproto/bytes.h>
#include <netproto/host/socket.h>
#include <netproto/modbus_type.h>
#include <stdio.h>
#include <string.h>
#include <thermostat.h>

struct write {
    struct device *device;
    bool is_on;
    int16_t value;
    void (*done)(void *arg, unsigned exception);
    void *arg;
};

/* A serial line or connection. It carries one request at a time: a write that waits, or the next of
 * the three reads that a device is asked in a round. */
struct line {
    struct netp_modbus_bus *bus;
    char where[NETP_MODBUS_PATH_CAP + NETP_URL_HOST_CAP + 8];
    struct write pending[PENDING];
    unsigned npending;
    bool busy, writing;          /* writing: pending[0] is on the line */
    unsigned device, step, last; /* where the round is: devices[device]; last: of this round */
};

enum { READ_INPUT, READ_HOLDING, READ_COILS, STEPS };

struct device devices[DEVICES];
unsigned ndevices;
static struct line lines[DEVICES];
static unsigned nlines;
static struct netp_timer timer;
static struct netp_loop *the_loop;
static netp_ms period;
static void (*on_polled)(unsigned i);

static void go_on(struct line *l);

/* --- asking ---------------------------------------------------------------------------------- */

static int ask(struct line *l)
{
    static const struct netp_modbus_request reads[STEPS] = {
        {.function = NETP_MODBUS_READ_INPUT_REGISTERS, .quantity = 4},
        {.function = NETP_MODBUS_READ_HOLDING_REGISTERS, .quantity = 1},
        {.function = NETP_MODBUS_READ_COILS, .quantity = 1},
    };
    const struct write *w = l->pending;
    struct netp_modbus_request r = {.quantity = 1};
    uint8_t value[2];

    l->writing = l->npending > 0;
    if (!l->writing) {
        return netp_modbus_bus_request(l->bus, devices[l->device].unit, &reads[l->step]);
    }
    r.function = w->is_on ? NETP_MODBUS_WRITE_SINGLE_COIL : NETP_MODBUS_WRITE_SINGLE_REGISTER;
    r.data = value;
    r.n = w->is_on ? 1 : 2;
    netp_wr16be(value, (uint16_t)w->value);
    if (w->is_on) {
        value[0] = w->value != 0;
    }
    return netp_modbus_bus_request(l->bus, w->device->unit, &r);
}

static void written(struct line *l, unsigned exception)
{
    struct write w = l->pending[0];

    memmove(l->pending, l->pending + 1, --l->npending * sizeof w);
    if (exception == 0 && w.is_on) {
        w.device->on = w.value != 0;
    } else if (exception == 0) {
        w.device->setpoint = w.value;
    }
    if (w.done) {
        w.done(w.arg, exception);
    }
}

/* To the next device of this line in the round. */
static void next_device(struct line *l)
{
    l->step = 0;
    do {
        l->device++;
    } while (l->device < l->last && devices[l->device].line != l);
}

static void lost(struct line *l)
{
    if (l->writing) {
        written(l, NETP_MODBUS_NO_ANSWER);
    } else if (l->device < l->last) {
        devices[l->device].online = false;
        next_device(l);
    }
}

static void take(struct line *l, const struct netp_modbus_response *r)
{
    struct device *d = &devices[l->device];

    switch (l->step) {
    case READ_INPUT:
        d->room = netp_modbus_get_s16(r->data, NETP_MODBUS_ABCD);
        d->valve = netp_rd16be(r->data + 2);
        d->fan = netp_rd16be(r->data + 4);
        d->status = netp_rd16be(r->data + 6);
        break;
    case READ_HOLDING:
        d->setpoint = netp_modbus_get_s16(r->data, NETP_MODBUS_ABCD);
        break;
    default:
        d->on = netp_modbus_get_bit(r->data, 0);
        break;
    }
    if (++l->step == STEPS) {
        d->known = d->online = true;
        d->heard = netp_loop_now(the_loop);
        on_polled(l->device);
        next_device(l);
    }
}

static void on_event(void *arg, const struct netp_modbus_client_ev *ev)
{
    struct line *l = arg;

    l->busy = false;
    if (ev->type != NETP_MODBUS_CLIENT_RESPONSE) {
        lost(l);
    } else if (l->writing) {
        written(l, ev->response.exception);
    } else if (ev->response.exception) {
        lost(l); /* it is no such thermostat */
    } else {
        take(l, &ev->response);
    }
    go_on(l);
}

static void on_changed(void *arg, bool up, int err, int sys_errno)
{
    struct line *l = arg;

    (void)err;
    fprintf(stderr, "iot_gateway: %s: %s\n", l->where,
            up          ? "up"
            : sys_errno ? strerror(sys_errno)
                        : "closed");
    if (!up && l->busy) {
        l->busy = false;
        lost(l);
    }
    go_on(l);
}

/* Sends what is next; when the line is down nobody is heard. */
static void go_on(struct line *l)
{
    while (!l->busy && (l->npending > 0 || l->device < l->last)) {
        if (ask(l) >= 0) {
            l->busy = true;
        } else {
            lost(l);
        }
    }
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void begin_round(void *arg)
{
    (void)arg;
    for (struct line *l = lines; l < lines + nlines; l++) {
        if (l->device >= l->last) { /* else it is slow, and still at the one before */
            l->last = ndevices;
            l->step = 0;
            for (l->device = 0; devices[l->device].line != l; l->device++) {
            }
        }
        go_on(l);
    }
    netp_loop_at(the_loop, &timer, netp_loop_now(the_loop) + period);
}

void devices_start(struct netp_loop *loop, netp_ms every, void (*polled)(unsigned i))
{
    the_loop = loop;
    period = every;
    on_polled = polled;
    timer.due = begin_round;
    netp_loop_at(loop, &timer, 0);
}

static struct line *find_line(struct netp_loop *loop, const struct netp_modbus_url *url)
{
    struct line *l = &lines[nlines];
    struct netp_modbus_bus_cfg cfg = {
        .timeout_ms = 500, .retries = 1, .event = on_event, .changed = on_changed, .arg = l};

    snprintf(l->where, sizeof l->where, "%s%s:%u", url->path, url->host, url->port);
    for (unsigned i = 0; i < nlines; i++) {
        if (strcmp(lines[i].where, l->where) == 0) {
            return &lines[i];
        }
    }
    l->bus = netp_modbus_bus_open(loop, url, &cfg);
    nlines += l->bus != NULL;
    return l->bus ? l : NULL;
}

bool devices_add(struct netp_loop *loop, const char *text)
{
    struct netp_modbus_url url;
    const char *wrong = netp_modbus_url_parse(text, &url);
    struct device *d = &devices[ndevices];

    if (!wrong && ndevices == DEVICES) {
        wrong = "there are too many";
    }
    if (!wrong && !(d->line = find_line(loop, &url))) {
        wrong = strerror(errno);
    }
    if (wrong) {
        fprintf(stderr, "iot_gateway: %s: %s\n", text, wrong);
        return false;
    }
    d->url = text;
    d->unit = url.unit;
    ndevices++;
    return true;
}

/* --- writing --------------------------------------------------------------------------------- */

bool devices_set(unsigned i, bool is_on, int16_t value, void (*done)(void *arg, unsigned exception),
                 void *arg)
{
    struct line *l = devices[i].line;

    if (l->npending == PENDING) {
        return false;
    }
    l->pending[l->npending++] = (struct write){&devices[i], is_on, value, done, arg};
    go_on(l);
    return true;
}

void devices_forget(const void *arg)
{
    for (struct line *l = lines; l < lines + nlines; l++) {
        for (unsigned i = 0; i < l->npending; i++) {
            if (l->pending[i].arg == arg) {
                l->pending[i].done = NULL;
            }
        }
    }
}

uint16_t devices_age(const struct device *d)
{
    netp_ms s = (netp_loop_now(the_loop) - d->heard) / 1000;

    return d->known && s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

void devices_close(void)
{
    for (unsigned i = 0; i < nlines; i++) {
        netp_modbus_bus_close(lines[i].bus);
    }
}

/* devices.h - the thermostats behind the gateway: asked in turn, and what they last said.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DEVICES_H
#define DEVICES_H

#include <netproto/host/modbus_bus.h>

#define DEVICES 32 /* at most */
#define PENDING 8  /* writes that wait, of a line */

struct device {
    const char *url;
    uint8_t unit;
    struct line *line;
    bool known, online; /* it has answered once; and when it was asked last */
    netp_ms heard;
    int16_t room, setpoint; /* tenths of a degree C */
    uint16_t valve, fan, status;
    bool on;
};

extern struct device devices[DEVICES];
extern unsigned ndevices;

/* Adds the device of a URL, as netp_modbus_url_parse() has them; false, of which it has told. */
bool devices_add(struct netp_loop *loop, const char *url);

/* Begins to ask all of them, every so many milliseconds; polled(i) is called with each that has
 * answered. */
void devices_start(struct netp_loop *loop, netp_ms every, void (*polled)(unsigned i));

/* Sets the set point, or switches a device, when it is its line's turn; then calls done with the
 * exception that the device has answered with, or 0. false: too much waits. */
bool devices_set(unsigned i, bool is_on, int16_t value, void (*done)(void *arg, unsigned exception),
                 void *arg);
/* Whoever has given that arg need not be told any more. */
void devices_forget(const void *arg);

/* Seconds since it was heard, 65535 at most. */
uint16_t devices_age(const struct device *d);

void devices_close(void);

#endif

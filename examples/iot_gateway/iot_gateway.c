/* iot_gateway.c - thermostats on serial lines and in the network, as one Modbus TCP device and as a
 * web page, with their history in SQLite.
 *
 *     iot_gateway MODBUS HTTP FILE URL...
 *     iot_gateway 0.0.0.0:1502 127.0.0.1:8080 history.db 'rtu:///dev/ttyUSB0?baud=9600/1' \
 *         'rtu:///dev/ttyUSB0?baud=9600/2' tcp://10.0.0.7/1
 *
 * Each device (see ../thermostat/thermostat.h) is asked once a second. Device number N, from 0 in
 * the order of the URLs, is in the map of the gateway, for any unit, at 100 * N:
 *
 *   input     +0 room temperature, tenths    +1 valve, %        +2 fan, %        +3 status
 *             +4 set point, tenths           +5 seconds since it was heard; 65535: never, or long
 *             +6 1: it answers; 0: it does not
 *   holding   +0 set point, tenths: written to the device before the answer is given
 *   coils     +0 on; likewise
 *
 * A device that does not answer keeps its last values, and a write to it is exception 0B.
 *
 * SPDX-License-Identifier: MIT */
#include "devices.h"
#include "history.h"
#include "web.h"
#include <errno.h>
#include <netproto/addr.h>
#include <netproto/host/modbus_tcpd.h>
#include <netproto/host/socket.h>
#include <netproto/modbus_map.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK    100
#define INPUTS   7
#define ROUND_MS 1000

/* What the map shows of each device, made anew for each request. */
static uint16_t input[DEVICES][INPUTS], holding[DEVICES][1];
static uint8_t coils[DEVICES];
static struct netp_modbus_range ranges[3 * DEVICES];
static struct netp_modbus_map map = {.range = ranges};

static void make_map(void)
{
    for (unsigned i = 0; i < ndevices; i++) {
        uint16_t at = (uint16_t)(BLOCK * i);
        ranges[map.ranges++] = (struct netp_modbus_range){
            .table = NETP_MODBUS_INPUT, .address = at, .quantity = INPUTS, .registers = input[i]};
        ranges[map.ranges++] = (struct netp_modbus_range){
            .table = NETP_MODBUS_HOLDING, .address = at, .quantity = 1, .registers = holding[i]};
        ranges[map.ranges++] = (struct netp_modbus_range){
            .table = NETP_MODBUS_COILS, .address = at, .quantity = 1, .bits = &coils[i]};
    }
}

static void fill_map(void)
{
    for (unsigned i = 0; i < ndevices; i++) {
        const struct device *d = &devices[i];
        const uint16_t values[INPUTS] = {(uint16_t)d->room,     d->valve,       d->fan,   d->status,
                                         (uint16_t)d->setpoint, devices_age(d), d->online};
        memcpy(input[i], values, sizeof values);
        holding[i][0] = (uint16_t)d->setpoint;
        coils[i] = d->on;
    }
}

/* --- requests -------------------------------------------------------------------------------- */

static void written(void *arg, unsigned exception)
{
    const struct netp_modbus_response r = {.exception = (uint8_t)exception};

    netp_modbus_peer_respond((struct netp_modbus_peer *)arg, &r);
}

static bool is_read(uint8_t function)
{
    return function <= NETP_MODBUS_READ_INPUT_REGISTERS;
}

/* Passes on a write of the one register or coil that a device has here; the exception otherwise. */
static unsigned pass_on(struct netp_modbus_peer *peer, const struct netp_modbus_request *r)
{
    bool coil = r->function == NETP_MODBUS_WRITE_SINGLE_COIL ||
                r->function == NETP_MODBUS_WRITE_MULTIPLE_COILS;

    if (!coil && r->function != NETP_MODBUS_WRITE_SINGLE_REGISTER &&
        r->function != NETP_MODBUS_WRITE_MULTIPLE_REGISTERS) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    if (r->address % BLOCK != 0 || r->quantity != 1 || r->address / BLOCK >= ndevices) {
        return NETP_MODBUS_ILLEGAL_ADDRESS;
    }
    int16_t value = (int16_t)(coil ? r->data[0] & 1 : r->data[0] << 8 | r->data[1]);
    return devices_set(r->address / BLOCK, coil, value, written, peer) ? 0
                                                                       : NETP_MODBUS_DEVICE_BUSY;
}

static void on_request(void *arg, struct netp_modbus_peer *peer,
                       const struct netp_modbus_server_ev *ev)
{
    struct netp_modbus_response r = {0};

    (void)arg;
    if (is_read(ev->request.function)) {
        fill_map();
        netp_modbus_map_answer(&map, &ev->request, ev->room, ev->room_n, &r);
    } else if ((r.exception = (uint8_t)pass_on(peer, &ev->request)) == 0) {
        return; /* answered by written() */
    }
    netp_modbus_peer_respond(peer, &r);
}

static void on_gone(void *arg, struct netp_modbus_peer *peer, int err, int sys_errno)
{
    (void)arg;
    (void)err;
    (void)sys_errno;
    devices_forget(peer);
}

/* --- the program ----------------------------------------------------------------------------- */

static int listen_on(const char *text)
{
    struct netp_addr at;
    char where[NETP_ADDR_CAP];
    int fd;

    if (netp_addr_parse(netp_str_of(text), &at) != NETP_OK || (fd = netp_tcp_listen(&at)) < 0) {
        fprintf(stderr, "iot_gateway: can't listen on %s\n", text);
        return -1;
    }
    at = netp_local_addr(fd);
    netp_addr_format(&at, where);
    printf("listening on %s\n", where);
    fflush(stdout);
    return fd;
}

static void on_signal(void *arg, int sig)
{
    (void)sig;
    netp_loop_stop((struct netp_loop *)arg);
}

static int run(struct netp_loop *loop, const char *modbus, const char *http)
{
    const struct netp_modbus_tcpd_cfg cfg = {.request = on_request, .gone = on_gone};
    struct netp_modbus_tcpd *tcpd;
    int fd;

    make_map();
    if ((fd = listen_on(modbus)) < 0 || !(tcpd = netp_modbus_tcpd_open(loop, fd, &cfg)) ||
        (fd = listen_on(http)) < 0 || !web_open(loop, fd) ||
        netp_loop_signals(loop, on_signal, loop) != 0) {
        return 1;
    }
    devices_start(loop, ROUND_MS, history_add);
    netp_loop_run(loop);
    web_close();
    netp_modbus_tcpd_close(tcpd);
    devices_close();
    history_close();
    netp_loop_free(loop);
    return 0;
}

int main(int argc, char **argv)
{
    struct netp_loop *loop = netp_loop_new();

    if (argc < 5 || !loop) {
        fprintf(stderr, "usage: iot_gateway MODBUS-ADDRESS:PORT HTTP-ADDRESS:PORT FILE URL...\n");
        return 2;
    }
    for (int i = 4; i < argc; i++) {
        if (!devices_add(loop, argv[i])) {
            return 2;
        }
    }
    return history_open(argv[3]) ? run(loop, argv[1], argv[2]) : 1;
}

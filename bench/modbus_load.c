/* modbus_load.c - reads ten holding registers of a Modbus TCP server again and again.
 *
 *     modbus_load PORT CONNECTIONS ACTIVE WINDOW SECONDS
 *
 * Prints the transactions a second. ACTIVE connections ask, with WINDOW requests at a time each;
 * the others are only there. One connection with a window of 1 waits as a program without a loop
 * does.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/host/loop.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/modbus_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MAX 64

struct client {
    struct netp_stream stream;
    struct netp_modbus_client m;
    uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_MBAP, WINDOW_MAX)];
};

static const struct netp_modbus_request request = {
    .function = NETP_MODBUS_READ_HOLDING_REGISTERS, .address = 5, .quantity = 10};
static struct netp_loop *loop;
static struct netp_modbus_client_ev event;
static unsigned long done;

static void fail(const char *what)
{
    fprintf(stderr, "modbus_load: %s\n", what);
    exit(1);
}

static void ask(struct client *c)
{
    if (netp_modbus_client_request(&c->m, 1, &request, netp_loop_now(loop)) < 0) {
        fail("the request was refused");
    }
}

static void check(void)
{
    if (event.type != NETP_MODBUS_CLIENT_RESPONSE || event.response.exception ||
        event.response.n != 20) {
        fail("no good answer");
    }
    done++;
}

static void on_event(void *arg, void *ev)
{
    (void)ev;
    check();
    ask((struct client *)arg);
}

static void on_closed(void *arg, int err, int sys_errno)
{
    (void)arg;
    (void)err;
    fail(strerror(sys_errno));
}

static void init(struct client *c, unsigned window)
{
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);

    cfg.mem = c->mem;
    cfg.memlen = sizeof c->mem;
    cfg.window = (uint8_t)window;
    cfg.response_timeout_ms = 60000;
    if (netp_modbus_client_init(&c->m, &cfg, netp_now()) != NETP_OK) {
        fail("no client");
    }
}

static int dial(const struct netp_addr *to)
{
    int fd = netp_tcp_connect_any(to, 1, NULL, 10000);

    if (fd < 0) {
        fail("can't connect");
    }
    return fd;
}

/* One connection that waits. */
static void run_link(const struct netp_addr *to, netp_ms end)
{
    static struct client c;
    static uint8_t in[4096];
    struct netp_stream_io io;
    struct netp_link link;

    init(&c, 1);
    netp_stream_io_init(&io, dial(to), in, sizeof in);
    netp_link_init(&link, &netp_modbus_client_ops, &c.m, &io.io);
    while (netp_now() < end) {
        for (int i = 0; i < 100; i++) {
            ask(&c);
            if (netp_link_run(&link, NETP_NEVER, &event) <= 0) {
                fail("the connection has ended");
            }
            check();
        }
    }
}

static void run_loop(const struct netp_addr *to, unsigned connections, unsigned active,
                     unsigned window, netp_ms ms)
{
    struct client *c = calloc(active, sizeof *c);
    netp_ms end;

    for (unsigned i = 0; i < connections - active; i++) {
        dial(to);
    }
    for (unsigned i = 0; i < active; i++) {
        init(&c[i], window);
        c[i].stream = (struct netp_stream){.ops = &netp_modbus_client_ops,
                                           .m = &c[i].m,
                                           .ev = &event,
                                           .event = on_event,
                                           .closed = on_closed,
                                           .arg = &c[i]};
        for (unsigned k = 0; k < window; k++) {
            ask(&c[i]);
        }
        if (netp_stream_open(&c[i].stream, loop, dial(to), false) != 0) {
            fail("no memory");
        }
    }
    end = netp_now() + ms;
    while (netp_now() < end) {
        netp_loop_turn(loop, end);
    }
}

int main(int argc, char **argv)
{
    struct netp_addr to = {{127, 0, 0, 1}, 0, 0, 4};
    netp_ms begun = netp_now(), ms;
    unsigned connections, active, window;

    if (argc != 6 || !(loop = netp_loop_new())) {
        return 2;
    }
    to.port = (uint16_t)strtoul(argv[1], NULL, 10);
    connections = (unsigned)strtoul(argv[2], NULL, 10);
    active = (unsigned)strtoul(argv[3], NULL, 10);
    window = (unsigned)strtoul(argv[4], NULL, 10);
    ms = (netp_ms)(strtod(argv[5], NULL) * 1000);
    if (connections == 1 && window == 1) {
        run_link(&to, begun + ms);
    } else {
        run_loop(&to, connections, active, window, ms);
    }
    printf("%.0f\n", (double)done * 1000 / (double)ms);
    return 0;
}

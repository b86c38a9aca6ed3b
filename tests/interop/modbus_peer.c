/* modbus_peer.c - libmodbus as server and client, for the interop tests and the bench.
 *
 *     modbus_peer server tcp PORT        1000 of each table: coils 0 1 0 1 ..., discrete inputs 1
 *     modbus_peer server rtu DEVICE      0 0 1 ..., holding 0 1 2 ..., input 1000 1001 ...
 *     modbus_peer client tcp PORT        expects these, writes, and reads back
 *     modbus_peer client rtu DEVICE
 *     modbus_peer load PORT SECONDS      reads ten registers again and again; prints how often
 *
 * Serial lines are of 115200 baud, without parity; the unit is 1.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#define EACH 1000
#define BAUD 115200

static modbus_t *context(const char *kind, const char *where)
{
    modbus_t *c = strcmp(kind, "tcp") == 0
                      ? modbus_new_tcp("127.0.0.1", (int)strtol(where, NULL, 10))
                      : modbus_new_rtu(where, BAUD, 'N', 8, 1);

    if (!c || modbus_set_slave(c, 1) != 0) {
        fprintf(stderr, "libmodbus: %s\n", modbus_strerror(errno));
        exit(2);
    }
    return c;
}

/* --- server ---------------------------------------------------------------------------------- */

static int answer(modbus_t *c, modbus_mapping_t *map)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int n = modbus_receive(c, query);

    return n > 0 ? modbus_reply(c, query, n, map) : n;
}

static int serve_line(modbus_t *c, modbus_mapping_t *map)
{
    if (modbus_connect(c) != 0) {
        perror("modbus_connect");
        return 1;
    }
    while (answer(c, map) >= 0 || errno != EIO) {
    }
    return 0;
}

/* With select(), as the examples of libmodbus do it. */
static int serve_tcp(modbus_t *c, modbus_mapping_t *map)
{
    int listener = modbus_tcp_listen(c, 1024), max = listener;
    fd_set all, ready;

    if (listener < 0) {
        perror("modbus_tcp_listen");
        return 1;
    }
    FD_ZERO(&all);
    FD_SET(listener, &all);
    for (;;) {
        ready = all;
        if (select(max + 1, &ready, NULL, NULL, NULL) < 0) {
            return 1;
        }
        for (int fd = 0; fd <= max; fd++) {
            if (!FD_ISSET(fd, &ready)) {
                continue;
            }
            if (fd == listener) {
                int s = modbus_tcp_accept(c, &listener);
                FD_SET(s, &all);
                max = s > max ? s : max;
            } else {
                modbus_set_socket(c, fd);
                if (answer(c, map) < 0) {
                    close(fd);
                    FD_CLR(fd, &all);
                }
            }
        }
    }
}

static int serve(const char *kind, const char *where)
{
    modbus_mapping_t *map = modbus_mapping_new(EACH, EACH, EACH, EACH);

    for (int i = 0; i < EACH; i++) {
        map->tab_bits[i] = (uint8_t)(i & 1);
        map->tab_input_bits[i] = (uint8_t)(i % 3 == 0);
        map->tab_registers[i] = (uint16_t)i;
        map->tab_input_registers[i] = (uint16_t)(1000 + i);
    }
    modbus_t *c = context(kind, where);
    return strcmp(kind, "tcp") == 0 ? serve_tcp(c, map) : serve_line(c, map);
}

/* --- client ---------------------------------------------------------------------------------- */

#define EXPECT(holds)                                                                              \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "not so: %s: %s\n", #holds, modbus_strerror(errno));                   \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static int read_all(modbus_t *c)
{
    uint16_t r[125];
    uint8_t b[2000];

    EXPECT(modbus_read_registers(c, 5, 10, r) == 10 && r[0] == 5 && r[9] == 14);
    EXPECT(modbus_read_registers(c, 0, 125, r) == 125 && r[0] == 0 && r[124] == 124);
    EXPECT(modbus_read_input_registers(c, 1, 2, r) == 2 && r[0] == 1001 && r[1] == 1002);
    EXPECT(modbus_read_bits(c, 0, 9, b) == 9 && b[0] == 0 && b[1] == 1 && b[8] == 0);
    EXPECT(modbus_read_input_bits(c, 0, 4, b) == 4 && b[0] && !b[1] && !b[2] && b[3]);
    EXPECT(modbus_read_registers(c, 60000, 2, r) < 0 && errno == EMBXILADD);
    return 0;
}

static int write_all(modbus_t *c)
{
    static const uint16_t values[] = {0xbeef, 2, 3};
    static const uint8_t bits[] = {1, 0, 1, 1, 0, 1, 1, 1, 1};
    uint16_t r[8];
    uint8_t b[16];

    EXPECT(modbus_write_register(c, 200, 0x1234) == 1);
    EXPECT(modbus_read_registers(c, 200, 1, r) == 1 && r[0] == 0x1234);
    EXPECT(modbus_write_registers(c, 201, 3, values) == 3);
    EXPECT(modbus_read_registers(c, 200, 4, r) == 4 && memcmp(r + 1, values, 6) == 0);
    EXPECT(modbus_write_bit(c, 100, 1) == 1 && modbus_write_bits(c, 101, 9, bits) == 9);
    EXPECT(modbus_read_bits(c, 100, 10, b) == 10 && b[0] == 1 && memcmp(b + 1, bits, 9) == 0);
    EXPECT(modbus_mask_write_register(c, 200, 0xf2, 0x25) == 1);
    EXPECT(modbus_read_registers(c, 200, 1, r) == 1 && r[0] == ((0x1234 & 0xf2) | (0x25 & ~0xf2)));
    EXPECT(modbus_write_and_read_registers(c, 203, 1, values, 202, 2, r) == 2 && r[0] == 2 &&
           r[1] == 0xbeef);
    return 0;
}

static int ask(const char *kind, const char *where)
{
    modbus_t *c = context(kind, where);

    modbus_set_response_timeout(c, 60, 0);
    EXPECT(modbus_connect(c) == 0);
    int r = read_all(c) || write_all(c);
    modbus_close(c);
    modbus_free(c);
    return r;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int load(const char *port, double seconds)
{
    modbus_t *c = context("tcp", port);
    unsigned long n = 0;
    uint16_t r[10];

    EXPECT(modbus_connect(c) == 0);
    double begun = now(), end = begun + seconds;
    do {
        for (int i = 0; i < 100; i++, n++) {
            EXPECT(modbus_read_registers(c, 5, 10, r) == 10 && r[9] == 14);
        }
    } while (now() < end);
    printf("%.0f\n", (double)n / (now() - begun));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    if (strcmp(argv[1], "load") == 0) {
        return load(argv[2], strtod(argv[3], NULL));
    }
    return strcmp(argv[1], "server") == 0 ? serve(argv[2], argv[3]) : ask(argv[2], argv[3]);
}

/* test_modbus_url.c - devices and lines named by URLs. SPDX-License-Identifier: MIT */
#include <netproto/host/modbus.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
    const char *text;
    enum netp_modbus_transport transport;
    enum netp_modbus_framing framing;
    const char *host;
    uint16_t port;
    uint8_t unit;
    bool has_unit;
} hosts[] = {
    {"tcp://plc.example", NETP_MODBUS_TCP, NETP_MODBUS_MBAP, "plc.example", 502, 1, false},
    {"tcp://plc.example/", NETP_MODBUS_TCP, NETP_MODBUS_MBAP, "plc.example", 502, 1, false},
    {"TCP://10.0.0.1:1502/7", NETP_MODBUS_TCP, NETP_MODBUS_MBAP, "10.0.0.1", 1502, 7, true},
    {"udp://[::1]/0", NETP_MODBUS_UDP, NETP_MODBUS_MBAP, "::1", 502, 0, true},
    {"tls://plc.example/255", NETP_MODBUS_TLS, NETP_MODBUS_MBAP, "plc.example", 802, 255, true},
    {"rtu+tcp://moxa:4001/3", NETP_MODBUS_TCP, NETP_MODBUS_RTU, "moxa", 4001, 3, true},
    {"rtu+udp://moxa/3", NETP_MODBUS_UDP, NETP_MODBUS_RTU, "moxa", 502, 3, true},
    {"ascii+tcp://moxa/3", NETP_MODBUS_TCP, NETP_MODBUS_ASCII, "moxa", 502, 3, true},
    {"ascii+udp://moxa/3", NETP_MODBUS_UDP, NETP_MODBUS_ASCII, "moxa", 502, 3, true},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct netp_modbus_url u;
        assert_null(netp_modbus_url_parse(hosts[i].text, &u));
        assert_int_equal(u.transport, hosts[i].transport);
        assert_int_equal(u.framing, hosts[i].framing);
        assert_string_equal(u.host, hosts[i].host);
        assert_int_equal(u.port, hosts[i].port);
        assert_int_equal(u.unit, hosts[i].unit);
        assert_int_equal(u.has_unit, hosts[i].has_unit);
    }
}

static const struct {
    const char *text, *path;
    struct netp_serial_cfg serial;
    uint32_t gap_ms;
    uint8_t unit;
} lines[] = {
    {"rtu:///dev/ttyUSB0", "/dev/ttyUSB0", {19200, 8, 'e', 1, false, 0, 0}, 5, 1},
    {"rtu:///dev/ttyS1?baud=9600&parity=n/12", "/dev/ttyS1", {9600, 8, 'n', 1, 0, 0, 0}, 5, 12},
    {"rtu:///dev/ttyS1?/12", "/dev/ttyS1", {19200, 8, 'e', 1, 0, 0, 0}, 5, 12},
    {"rtu:///dev/pts/5?stop=2&parity=NONE", "/dev/pts/5", {19200, 8, 'n', 2, 0, 0, 0}, 5, 1},
    {"rtu:///a%20b?baud=1200&parity=odd", "/a b", {1200, 8, 'o', 1, 0, 0, 0}, 33, 1},
    {"rtu:///a?gap=20&rs485=1", "/a", {19200, 8, 'e', 1, true, 0, 0}, 20, 1},
    {"rtu:///a?rs485=0&parity=even", "/a", {19200, 8, 'e', 1, false, 0, 0}, 5, 1},
    {"ascii:///a?/9", "/a", {19200, 7, 'e', 1, false, 0, 0}, 5, 9},
    {"ascii:///a?bits=8&baud=115200", "/a", {115200, 8, 'e', 1, false, 0, 0}, 5, 1},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct netp_modbus_url u;
        assert_null(netp_modbus_url_parse(lines[i].text, &u));
        assert_int_equal(u.transport, NETP_MODBUS_SERIAL);
        assert_string_equal(u.path, lines[i].path);
        assert_int_equal(u.serial.baud, lines[i].serial.baud);
        assert_int_equal(u.serial.bits, lines[i].serial.bits);
        assert_int_equal(u.serial.parity, lines[i].serial.parity);
        assert_int_equal(u.serial.stop, lines[i].serial.stop);
        assert_int_equal(u.serial.rs485, lines[i].serial.rs485);
        assert_int_equal(u.gap_ms, lines[i].gap_ms);
        assert_int_equal(u.unit, lines[i].unit);
    }
}

static void test_none(void **state)
{
    static const char *const none[] = {
        "",
        "plc.example",
        "//plc.example/1",
        "http://plc.example",
        "tcp:",
        "tcp://",
        "tcp:///1",
        "tcp://a b",
        "tcp://a/256",
        "tcp://a/x",
        "tcp://a/1/2",
        "tcp://a:70000",
        "tcp://a/1?baud=9600",
        "tcp://user@a/1",
        "tcp://a/1#x",
        "rtu://dev/ttyS0",
        "rtu://",
        "rtu:///",
        "rtu:///a%00b",
        "rtu:///a?baud=0",
        "rtu:///a?baud=x",
        "rtu:///a?baud",
        "rtu:///a?speed=9600",
        "rtu:///a?parity=x",
        "rtu:///a?stop=3",
        "rtu:///a?bits=7",
        "rtu:///a?bits=9",
        "rtu:///a?gap=0",
        "rtu:///a?rs485=2",
        "rtu:///a?baud=9600/256",
        "rtu:///a?baud=9600/",
        "rtu:///a?baud=9600&&parity=n",
    };
    char text[NETP_MODBUS_PATH_CAP + 16] = "rtu:///";
    struct netp_modbus_url u;

    (void)state;
    for (size_t i = 0; i < COUNT(none); i++) {
        if (!netp_modbus_url_parse(none[i], &u)) {
            fail_msg("'%s' was taken", none[i]);
        }
    }
    memset(text + 7, 'a', NETP_MODBUS_PATH_CAP - 2);
    assert_null(netp_modbus_url_parse(text, &u));
    text[7 + NETP_MODBUS_PATH_CAP - 2] = 'a';
    assert_non_null(netp_modbus_url_parse(text, &u));
}

static struct netp_modbus_client_cfg client(const char *text)
{
    struct netp_modbus_client_cfg cfg;
    struct netp_modbus_url u;

    assert_null(netp_modbus_url_parse(text, &u));
    netp_modbus_url_client(&u, 500, &cfg);
    return cfg;
}

static void test_client(void **state)
{
    (void)state;
    assert_int_equal(client("tcp://a").framing, NETP_MODBUS_MBAP);
    assert_int_equal(client("tcp://a").flags, 0);
    assert_int_equal(client("tcp://a").response_timeout_ms, 500);
    assert_int_equal(client("udp://a").flags, NETP_MODBUS_CLIENT_DGRAM);
    assert_int_equal(client("rtu+tcp://a").flags, NETP_MODBUS_CLIENT_PREDICT);
    assert_int_equal(client("rtu+udp://a").flags, NETP_MODBUS_CLIENT_DGRAM);
    assert_int_equal(client("rtu:///a").flags, 0);
    /* 256 characters of 11 bits at 1200 baud are 2346 ms, 513 of 10 bits 4275 ms */
    assert_int_equal(client("rtu:///a?baud=1200").response_timeout_ms, 500 + 2346);
    assert_int_equal(client("ascii:///a?baud=1200").response_timeout_ms, 500 + 4275);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

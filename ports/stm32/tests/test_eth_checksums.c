/* test_eth_checksums.c - the driver with NETP_ETH_CHECKSUMS. SPDX-License-Identifier: MIT */
#include "lab.h"

#include <string.h>

enum { ICMP = 1, TCP = 6, UDP = 17, IP = 14, PAYLOAD = 34, LENGTH = 100 };

static uint8_t wire[NETP_ETH_BUF];
static size_t wire_n;

static void keep(void *arg, const uint8_t *frame, size_t n)
{
    (void)arg;
    memcpy(wire, frame, n);
    wire_n = n;
}

/* RFC 1071: 0xffff when a checksum is part of it and right. */
static uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
    for (size_t i = 0; i < n; i++) {
        start += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    }
    while (start >> 16) {
        start = (start & 0xffff) + (start >> 16);
    }
    return start;
}

static uint32_t pseudo(const uint8_t *frame)
{
    return sum(frame + IP + 12, 8, (uint32_t)frame[IP + 9] + LENGTH - PAYLOAD);
}

/* An IPv4 packet without any checksum; fragment: bytes 6 and 7 of its header. */
static void fill(uint8_t *frame, uint8_t protocol, uint16_t fragment)
{
    static const uint8_t start[PAYLOAD] = {0x02, 0x11, 0x22, 0x33,        0x44, 0x55, 2,  0, 0,  0,
                                           0,    9,    0x08, 0x00, /* Ethernet */
                                           0x45, 0,    0,    LENGTH - IP, 0,    1,    0,  0, 64, 0,
                                           0,    0,    10,   0,           0,    1,    10, 0, 0,  2};

    memcpy(frame, start, sizeof start);
    frame[IP + 6] = (uint8_t)(fragment >> 8);
    frame[IP + 7] = (uint8_t)fragment;
    frame[IP + 9] = protocol;
    for (unsigned i = PAYLOAD; i < LENGTH; i++) {
        frame[i] = (uint8_t)(i * 5);
    }
    if (protocol == UDP) {
        frame[PAYLOAD + 4] = 0;
        frame[PAYLOAD + 5] = LENGTH - PAYLOAD;
    }
    memset(frame + PAYLOAD + (protocol == TCP ? 16 : protocol == UDP ? 6 : 2), 0, 2);
}

static void put(uint8_t *at, uint32_t total)
{
    at[0] = (uint8_t)(~total >> 8);
    at[1] = (uint8_t)~total;
}

static void up(bool cached)
{
    lab_up(cached, 1);
    model.sent = keep;
}

static void send(const uint8_t *frame)
{
    uint8_t *buf = netp_eth_send_begin(&eth);

    assert_non_null(buf);
    memcpy(buf, frame, LENGTH);
    wire_n = 0;
    netp_eth_send(&eth, LENGTH);
    lab_settle();
    assert_int_equal(wire_n, LENGTH);
}

static void inserted(void **state)
{
    uint8_t frame[LENGTH];

    up(CACHED);
    fill(frame, TCP, 0x4000); /* "don't fragment" */
    send(frame);
    assert_int_equal(sum(wire + IP, 20, 0), 0xffff);
    assert_int_equal(sum(wire + PAYLOAD, LENGTH - PAYLOAD, pseudo(wire)), 0xffff);
    fill(frame, UDP, 0);
    send(frame);
    assert_int_equal(sum(wire + IP, 20, 0), 0xffff);
    assert_int_equal(sum(wire + PAYLOAD, LENGTH - PAYLOAD, pseudo(wire)), 0xffff);
}

/* Of fragments, first and later ones, only IP's. */
static void not_into_fragments(void **state)
{
    static const uint16_t fragments[] = {0x2000, 0x2001, 0x0001, 0x0100, 0x00ff};
    uint8_t frame[LENGTH];

    up(CACHED);
    for (unsigned i = 0; i < 5; i++) {
        fill(frame, UDP, fragments[i]);
        send(frame);
        assert_int_equal(sum(wire + IP, 20, 0), 0xffff);
        assert_memory_equal(wire + PAYLOAD, frame + PAYLOAD, LENGTH - PAYLOAD);
    }
}

/* lwIP has made ICMP's: twice would be none. */
static void not_into_icmp(void **state)
{
    uint8_t frame[LENGTH];

    up(CACHED);
    fill(frame, ICMP, 0);
    put(frame + PAYLOAD + 2, sum(frame + PAYLOAD, LENGTH - PAYLOAD, 0));
    send(frame);
    assert_int_equal(sum(wire + IP, 20, 0), 0xffff);
    assert_int_equal(sum(wire + PAYLOAD, LENGTH - PAYLOAD, 0), 0xffff);
}

static void not_into_others(void **state)
{
    uint8_t frame[LENGTH];

    up(CACHED);
    fill(frame, UDP, 0);
    frame[13] = 0x06; /* ARP */
    send(frame);
    assert_memory_equal(wire, frame, LENGTH);
    fill(frame, UDP, 0);
    frame[12] = 0x86;
    send(frame);
    assert_memory_equal(wire, frame, LENGTH);
}

static bool taken(const uint8_t *frame)
{
    static NETP_ETH_ALIGNED uint8_t spare[NETP_ETH_BUF];
    uint32_t errors = eth.stats.rx_errors;
    uint8_t *buf = spare;
    size_t n = 0;

    assert_true(model_wire(&model, frame, LENGTH, MODEL_GOOD));
    for (unsigned i = 0; i < 20 && n == 0; i++) {
        model_step(&model);
        n = netp_eth_receive(&eth, &buf);
    }
    if (n > 0) {
        assert_int_equal(n, LENGTH);
        assert_memory_equal(buf, frame, LENGTH);
    }
    assert_int_equal(eth.stats.rx_errors - errors, n == 0);
    return n > 0;
}

static void checked(void **state)
{
    uint8_t frame[LENGTH];

    for (unsigned i = 0; i < 2; i++) { /* a ring has 6, and these buffers are used once */
        up(CACHED);
        fill(frame, i ? UDP : TCP, 0);
        put(frame + PAYLOAD + (i ? 6 : 16), sum(frame + PAYLOAD, LENGTH - PAYLOAD, pseudo(frame)));
        put(frame + IP + 10, sum(frame + IP, 20, 0));
        assert_true(taken(frame));
        frame[LENGTH - 1] ^= 1;
        assert_false(taken(frame));
        frame[LENGTH - 1] ^= 1;
        frame[IP + 8] ^= 1;
        assert_false(taken(frame));
    }
}

static void not_checked(void **state)
{
    uint8_t frame[LENGTH];

    up(CACHED);
    fill(frame, UDP, 0); /* without a checksum */
    put(frame + IP + 10, sum(frame + IP, 20, 0));
    assert_true(taken(frame));
    fill(frame, UDP, 0x0001); /* nor can that of a fragment be */
    frame[PAYLOAD + 6] = 1;
    put(frame + IP + 10, sum(frame + IP, 20, 0));
    assert_true(taken(frame));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_BOTH(inserted),      LAB_BOTH(not_into_fragments),
        LAB_BOTH(not_into_icmp), LAB_BOTH(not_into_others),
        LAB_BOTH(checked),       LAB_BOTH(not_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

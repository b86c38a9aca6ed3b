/* See ethernet.h. The frames that come have their number in the address of their sender, so that
 * each is another. SPDX-License-Identifier: MIT */
#include "ethernet.h"

#include "../ports/stm32/eth/netp_eth.h"
#include "../ports/stm32/tests/model_mac.h"

#include <string.h>

enum {
    RING = 128, /* more than FIFO and descriptors hold */
    ETHERNET = 14,
    IP = 20,
    TCP = 20,
    UDP = 8,
    PADDED = 60,
    ECHO = 7,
    LONGEST = MODEL_FIFO - 4 /* without FCS, what a FIFO takes */
};
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

struct ring {
    uint32_t first, next; /* of those that nothing is known of yet */
    struct {
        size_t n;
        int error;
        uint8_t bytes[LONGEST];
    } frame[RING];
};

struct wire wire;

static struct ring arrived, leaving;
static bool losses; /* of those that leave some may be lost */
/* The peer's connection to our echo: the next bytes, theirs and ours. */
static struct {
    uint16_t port;
    uint32_t first, next, theirs, their_first;
    bool open;
} tcp;

static uint32_t get(const uint8_t *p, unsigned bytes)
{
    uint32_t v = 0;

    while (bytes-- > 0) {
        v = v << 8 | *p++;
    }
    return v;
}

static void put(uint8_t *p, unsigned bytes, uint32_t v)
{
    while (bytes-- > 0) {
        p[bytes] = (uint8_t)v;
        v >>= 8;
    }
}

/* Byte i of the peer's stream. */
static uint8_t stream(uint32_t i)
{
    return (uint8_t)(i * 7 + tcp.port);
}

void wire_reset(void)
{
    arrived.first = arrived.next = leaving.first = leaving.next = 0;
    losses = false;
    memset(&wire, 0, sizeof wire);
    memset(&tcp, 0, sizeof tcp);
}

void wire_forget(void)
{
    arrived.first = arrived.next;
    leaving.first = leaving.next;
}

void wire_losses(bool any)
{
    losses = any;
    leaving.first = any ? leaving.first : leaving.next;
}

bool wire_is_idle(void)
{
    return leaving.first == leaving.next;
}

/* --- to the board ---------------------------------------------------------------------------- */

const uint8_t wire_groups[3][6] = {{0x01, 0x00, 0x5e, 0x01, 0x02, 0x03},
                                   {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb},
                                   {0x01, 0x00, 0x5e, 0x48, 0x02, 0x03}};

static bool arrive(uint8_t *frame, size_t n, int error)
{
    uint32_t number = arrived.next;

    if (n >= 12) {
        put(frame + 6, 2, 0x0200);
        put(frame + 8, 4, number);
    }
    arrived.frame[number % RING].n = n;
    arrived.frame[number % RING].error = error;
    memcpy(arrived.frame[number % RING].bytes, frame, n);
    if (!model_wire(&model, frame, n, error)) {
        return false;
    }
    arrived.next++;
    wire.taken++;
    wire.pieces += n + 4 > NETP_ETH_BUF;
    return true;
}

bool wire_arrives(size_t n, int error)
{
    uint8_t frame[LONGEST];

    memcpy(frame, wire_our_mac, 6);
    for (size_t i = 6; i < n; i++) {
        frame[i] = (uint8_t)(i * 3 + arrived.next);
    }
    put(frame + 12, 2, 0x88b5); /* for experiments, IEEE 802 */
    return arrive(frame, n, error);
}

bool wire_to_group(unsigned i)
{
    uint8_t frame[PADDED] = {0};

    memcpy(frame, wire_groups[i], 6);
    put(frame + 12, 2, 0x88b5);
    return arrive(frame, sizeof frame, MODEL_GOOD);
}

void wire_ask(void)
{
    uint8_t frame[PADDED] = {0};

    memset(frame, 0xff, 6);
    put(frame + 12, 4, 0x08060001);
    put(frame + 16, 4, 0x08000604);
    put(frame + 20, 4, 0x00010200); /* a request; 02:00:00:00:00:99 */
    put(frame + 24, 4, 0x00000099);
    put(frame + 28, 4, 0x0a000000 | WIRE_PEER_IP);
    put(frame + 38, 4, 0x0a000000 | WIRE_OUR_IP);
    (void)arrive(frame, sizeof frame, MODEL_GOOD);
}

/* The headers before n bytes of a protocol, and the checksums. */
static size_t packet(uint8_t *frame, uint8_t protocol, size_t n)
{
    memcpy(frame, wire_our_mac, 6);
    put(frame + 12, 4, 0x08004500);
    put(frame + 16, 2, (uint32_t)(IP + n));
    put(frame + 18, 4, 0);
    put(frame + 22, 4, 0x40000000u | (uint32_t)protocol << 16);
    put(frame + 26, 4, 0x0a000000 | WIRE_PEER_IP);
    put(frame + 30, 4, 0x0a000000 | WIRE_OUR_IP);
    n += ETHERNET + IP;
    sum_insert(frame, n, 3);
    if (n < PADDED) {
        memset(frame + n, 0, PADDED - n);
        n = PADDED;
    }
    return n;
}

static size_t datagram(uint8_t *frame, size_t n)
{
    uint8_t *udp = frame + ETHERNET + IP;

    put(udp, 2, 5000);
    put(udp + 2, 2, ECHO);
    put(udp + 4, 4, (uint32_t)(UDP + n) << 16);
    for (size_t i = 0; i < n; i++) {
        udp[UDP + i] = (uint8_t)(i + n);
    }
    return packet(frame, 17, UDP + n);
}

void wire_datagram(size_t n)
{
    uint8_t frame[LONGEST];

    (void)arrive(frame, datagram(frame, n), MODEL_GOOD);
}

/* A segment of n bytes; a SYN begins another connection. What is sent is not sent again: when it is
 * lost, the rest waits for ever, and the next connection is better off. */
static size_t segment(uint8_t *frame, unsigned flags, size_t n)
{
    uint8_t *p = frame + ETHERNET + IP;

    if (flags & SYN) {
        tcp.port = (uint16_t)(tcp.port % 1000 + 1);
        tcp.first = tcp.next = 0x7ffffff0u + tcp.port;
        tcp.open = false;
        n = 0;
    }
    put(p, 2, 6000u + tcp.port);
    put(p + 2, 2, ECHO);
    put(p + 4, 4, tcp.next);
    put(p + 8, 4, flags & SYN ? 0 : tcp.theirs);
    put(p + 12, 4, 0x50000000u | flags << 16 | 4000);
    put(p + 16, 4, 0);
    for (size_t i = 0; i < n; i++) {
        p[TCP + i] = stream(tcp.next - tcp.first - 1 + (uint32_t)i);
    }
    tcp.next += (uint32_t)n + ((flags & (SYN | FIN)) != 0);
    return packet(frame, 6, TCP + n);
}

static size_t ping(uint8_t *frame, size_t n)
{
    uint8_t *p = frame + ETHERNET + IP;

    memset(p, 0, 8 + n);
    p[0] = 8;
    return packet(frame, 1, 8 + n);
}

static size_t length(struct decision *d, size_t most)
{
    size_t n = decide(d, 256);

    return n < 200 ? n : n == 200 ? most : decide(d, (uint32_t)most + 1);
}

/* With a few bytes of the fuzzer's own, which might have made the checksum right again. */
static void bend(struct decision *d, uint8_t *frame, size_t n)
{
    for (uint32_t i = decide(d, 4); i > 0; i--) {
        size_t at = 12 + decide(d, 64);

        if (at < n) {
            frame[at] = (uint8_t)decide(d, 256);
            tcp.open = false;
        }
    }
}

void wire_any(struct decision *d)
{
    static const uint8_t flags[] = {ACK, SYN, ACK | FIN, RST};
    uint8_t frame[LONGEST] = {0};
    uint32_t kind = decide(d, 8);
    size_t n;

    switch (kind) {
    case 0:
    case 1:
        n = length(d, LONGEST);
        n = n < 6 ? 6 : n;
        (void)wire_arrives(n, kind == 1 ? MODEL_BAD_FCS : MODEL_GOOD);
        return;
    case 2:
        wire_ask();
        return;
    case 3:
        n = datagram(frame, length(d, 1472));
        break;
    case 4:
        n = ping(frame, length(d, 1472));
        break;
    case 5:
    case 6:
        n = decide(d, 4);
        n = segment(frame, flags[n], n == 0 ? length(d, 1460) : 0);
        break;
    default: /* to nobody, a group or all */
        n = PADDED;
        memset(frame, decide(d, 2) ? 0xff : 0x02, 6);
        memcpy(frame, wire_groups[0], decide(d, 2) ? 6 : 0);
        put(frame + 12, 2, 0x88b5);
        break;
    }
    bend(d, frame, n);
    (void)arrive(frame, n, MODEL_GOOD);
}

void wire_delivered(const uint8_t *frame, size_t n)
{
    uint32_t number;

    FUZZ_CHECK(n >= ETHERNET, "%zu bytes", n);
    number = get(frame + 8, 4);
    FUZZ_CHECK(number >= arrived.first && number < arrived.next,
               "frame %u is handed up, of %u to %u", number, arrived.first, arrived.next);
    FUZZ_CHECK(arrived.frame[number % RING].error == MODEL_GOOD, "frame %u", number);
    FUZZ_CHECK(n == arrived.frame[number % RING].n, "%zu bytes of %zu", n,
               arrived.frame[number % RING].n);
    FUZZ_CHECK(memcmp(frame, arrived.frame[number % RING].bytes, n) == 0, "frame %u", number);
    arrived.first = number + 1;
    wire.delivered++;
}

/* --- from the board -------------------------------------------------------------------------- */

/* What the echo says to the peer is what the peer has said. */
static void hear_segment(const uint8_t *p, size_t n)
{
    size_t head = (size_t)(p[12] >> 4) * 4;
    uint32_t at = get(p + 4, 4);

    if (get(p + 2, 2) != 6000u + tcp.port || (p[13] & RST) != 0) {
        return;
    }
    if ((p[13] & SYN) != 0) {
        tcp.their_first = at;
        tcp.theirs = at + 1;
        tcp.open = true;
        return;
    }
    at -= tcp.their_first + 1;
    n -= head;
    for (size_t i = 0; tcp.open && i < n; i++) {
        FUZZ_CHECK(p[head + i] == stream(at + (uint32_t)i), "byte %u of the echo", at);
    }
    if (tcp.open && at == tcp.theirs - tcp.their_first - 1) {
        tcp.theirs += (uint32_t)n + ((p[13] & FIN) != 0);
        wire.echoed += (uint32_t)n;
    }
}

static void hear(const uint8_t *frame, size_t n)
{
    const uint8_t *p = frame + ETHERNET + IP;

    if (n < ETHERNET + IP + UDP || get(frame + 12, 3) != 0x080045 || get(frame + 20, 2) != 0 ||
        ETHERNET + get(frame + 16, 2) > n) {
        return;
    }
    n = get(frame + 16, 2) - IP;
    if (frame[ETHERNET + 9] == 6 && get(p, 2) == ECHO) {
        hear_segment(p, n);
    } else if (frame[ETHERNET + 9] == 17 && get(p, 2) == ECHO) {
        wire.answered++;
    }
}

void wire_sending(const uint8_t *frame, size_t n)
{
    leaving.first += leaving.next - leaving.first == RING; /* it was lost */
    memcpy(leaving.frame[leaving.next % RING].bytes, frame, n);
    leaving.frame[leaving.next % RING].n = n;
    leaving.next++;
}

void wire_refused(void)
{
    leaving.next--;
}

/* Whether it is frame number i, padded. */
static bool is_that(uint32_t i, const uint8_t *frame, size_t n)
{
    size_t own = leaving.frame[i % RING].n;

    if (n != (own < PADDED ? PADDED : own) ||
        memcmp(frame, leaving.frame[i % RING].bytes, own) != 0) {
        return false;
    }
    while (own < n && frame[own] == 0) {
        own++;
    }
    return own == n;
}

void wire_sent(const uint8_t *frame, size_t n)
{
    uint32_t i = leaving.first;

    while (losses && i != leaving.next && !is_that(i, frame, n)) {
        i++;
    }
    FUZZ_CHECK(i != leaving.next && is_that(i, frame, n), "frame %u on the wire, of %zu bytes",
               wire.sent, n);
    leaving.first = i + 1;
    wire.sent++;
    hear(frame, n);
}

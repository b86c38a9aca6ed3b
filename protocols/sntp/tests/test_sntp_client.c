/* test_sntp_client.c - the client machine. SPDX-License-Identifier: MIT */
#include "hashes.h"

#include <netproto/bytes.h>
#include <netproto/sntp_client.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct netp_addr server = {{192, 0, 2, 1}, 0, 123, 4};

static struct netp_sntp_client m;
static struct netp_sntp_client_ev ev;
static netp_ms now;
static uint8_t nonces;

static void start(const struct netp_sntp_client_cfg *cfg)
{
    now = 5000;
    assert_int_equal(netp_sntp_client_init(&m, cfg, now), NETP_OK);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN);
    assert_int_equal(netp_sntp_client_deadline(&m), now);
}

static void start_plain(void)
{
    struct netp_sntp_client_cfg cfg;

    netp_sntp_client_cfg_init(&cfg);
    cfg.server = server;
    start(&cfg);
}

/* Waits until it asks, which it must do after `ms`, or up to an eighth more; sends that. */
static void ask(uint32_t ms, uint32_t jitter)
{
    uint8_t nonce[8] = {0, 1, 2, 3, 4, 5, 6, ++nonces};
    struct netp_out v;
    netp_ms due = netp_sntp_client_deadline(&m);

    assert_in_range(due, now + ms, now + ms + jitter);
    now = due;
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_ASK);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN | NETP_WANT_APP);
    assert_true(netp_sntp_client_deadline(&m) == NETP_NEVER);
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 77, now), NETP_OK);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN | NETP_WANT_OUT);
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 1);
    assert_memory_equal(v.p + 40, nonce, 8);
    netp_sntp_client_sent(&m, 1, now);
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 0);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN);
}

/* An answer to the last request: as good as it gets, to be made worse. */
static void answer(uint8_t p[48])
{
    struct netp_sntp_packet k = {0, 4, NETP_SNTP_SERVER, 2, 6, -20, 0x100, 0x200, 0xc0000201, 0, 0,
                                 0, 0};

    k.reference = 0xe800000000000000;
    k.origin = netp_rd64be(m.request_ + 40);
    k.receive = 0xe800000100000000;
    k.transmit = 0xe800000200000000;
    netp_sntp_write(&k, p);
}

static int give(const uint8_t *p, size_t n)
{
    struct netp_in in = {p, n, NETP_IN_DGRAM, &server};
    int r = netp_sntp_client_next(&m, &in, now, &ev);

    assert_true(r < 0 || (in.n == 0 && in.flags == 0));
    return r;
}

/* What becomes of an answer with the byte at `at` changed. */
static int with(size_t at, uint8_t value)
{
    uint8_t p[48];

    start_plain();
    ask(0, 0);
    answer(p);
    p[at] = value;
    return give(p, 48);
}

static void test_cfg(void **state)
{
    struct netp_sntp_client_cfg cfg, c;
    (void)state;
    netp_sntp_client_cfg_init(&cfg);
    assert_int_equal(netp_sntp_client_init_(&m, sizeof m - 1, &cfg, 0), NETP_E_ABI);
    c = cfg;
    c.size--;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_E_ABI);
    c = cfg;
    c.poll_ms = 0;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_E_ARG);
    c.poll_ms = c.poll_max_ms + 1;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_E_ARG);
    c.poll_ms = c.poll_max_ms;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_OK);
    c.poll_max_ms = NETP_SNTP_POLL_MAX_MS;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_OK);
    c.poll_max_ms++;
    assert_int_equal(netp_sntp_client_init(&m, &c, 0), NETP_E_ARG);
}

/* RFC 8633: nothing of the client in the request but the random transmit stamp. */
static void test_request(void **state)
{
    static const uint8_t want[40] = {0x23};
    uint8_t nonce[8] = {0};
    struct netp_out v;
    (void)state;
    start_plain();
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 1, now), NETP_E_STATE);
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_ASK);
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 1, now), NETP_E_ARG);
    nonce[7] = 9;
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 0);
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 1, now), NETP_OK);
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 1, now), NETP_E_STATE);
    assert_int_equal(netp_sntp_client_out(&m, &v, 0), 0);
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 1);
    assert_int_equal(v.n, 48);
    assert_int_equal(v.flags, NETP_OUT_DGRAM);
    assert_int_equal(v.to->port, 123);
    assert_memory_equal(v.p, want, 40);
    assert_memory_equal(v.p + 40, nonce, 8);
    netp_sntp_client_sent(&m, 0, now);
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 1);
    netp_sntp_client_sent(&m, 1, now);
    netp_sntp_client_sent(&m, 1, now);
    now += 1000;
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_SILENT);
    now = netp_sntp_client_deadline(&m);
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_ASK);
    assert_int_equal(netp_sntp_client_ask(&m, nonce, 1, now), NETP_E_ARG); /* the same once more */
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN | NETP_WANT_APP);
}

static void test_answer(void **state)
{
    uint8_t p[48];
    (void)state;
    start_plain();
    ask(0, 0);
    answer(p);
    now += 40;
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
    assert_int_equal(ev.type, NETP_SNTP_REPLY);
    assert_int_equal(ev.u.reply.asked, 77);
    assert_int_equal(ev.u.reply.elapsed, 40);
    assert_true(ev.u.reply.packet.receive == 0xe800000100000000);
    assert_true(ev.u.reply.packet.transmit == 0xe800000200000000);
    assert_int_equal(ev.u.reply.packet.root_delay, 0x100);
    assert_int_equal(ev.u.reply.packet.root_dispersion, 0x200);
    assert_int_equal(ev.u.reply.packet.refid, 0xc0000201);
    assert_int_equal(give(p, 48), 0); /* once */
    ask(64000, 8000);
    assert_int_equal(give(p, 48), 0); /* the answer to the last one is none to this one */
    answer(p);
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
}

/* The answer may overtake the news that the request has left. */
static void test_an_answer_before_sent(void **state)
{
    uint8_t nonce[8] = "7 bytes", p[48];
    struct netp_out v;
    (void)state;
    start_plain();
    netp_sntp_client_next(&m, NULL, now, &ev);
    netp_sntp_client_ask(&m, nonce, 1, now);
    answer(p);
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
    assert_int_equal(netp_sntp_client_out(&m, &v, 1), 0);
    netp_sntp_client_sent(&m, 1, now);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN);
    assert_int_not_equal(netp_sntp_client_deadline(&m), NETP_NEVER);
}

static void test_what_is_no_answer(void **state)
{
    struct netp_addr other = server;
    uint8_t p[49] = {0};
    struct netp_in in;
    (void)state;
    for (size_t at = 24; at < 32; at++) {
        assert_int_equal(with(at, 0xee), 0);
    }
    for (unsigned i = 0; i < 8; i++) { /* modes, versions */
        assert_int_equal(with(0, (uint8_t)(4 << 3 | i)), i == 4 ? NETP_SNTP_REPLY : 0);
        assert_int_equal(with(0, (uint8_t)(i << 3 | 4)), i == 3 || i == 4 ? NETP_SNTP_REPLY : 0);
    }
    start_plain();
    ask(0, 0);
    answer(p);
    assert_int_equal(give(p, 47), 0);
    assert_int_equal(give(p, 49), 0);
    assert_int_equal(give(p, 0), 0);
    other.port++;
    in = (struct netp_in){p, 48, NETP_IN_DGRAM, &other};
    assert_int_equal(netp_sntp_client_next(&m, &in, now, &ev), 0);
    in = (struct netp_in){p, 48, NETP_IN_DGRAM, NULL}; /* a connected socket */
    assert_int_equal(netp_sntp_client_next(&m, &in, now, &ev), NETP_SNTP_REPLY);
    in = (struct netp_in){p, 48, 0, NULL}; /* no datagram */
    assert_int_equal(netp_sntp_client_next(&m, &in, now, &ev), 0);
    assert_int_equal(in.n, 48);
    m.cfg_.server.fam = 0;
    ask(64000, 8000);
    answer(p);
    in = (struct netp_in){p, 48, NETP_IN_DGRAM, &other}; /* the socket has seen to it */
    assert_int_equal(netp_sntp_client_next(&m, &in, now, &ev), NETP_SNTP_REPLY);
}

static void check_unfit(size_t at, const void *bytes, size_t n, enum netp_sntp_unfit why)
{
    uint8_t p[48];

    start_plain();
    ask(0, 0);
    answer(p);
    memcpy(p + at, bytes, n);
    assert_int_equal(give(p, 48), NETP_SNTP_UNFIT);
    assert_int_equal(ev.u.unfit.why, why);
    assert_int_equal(ev.u.unfit.kiss, 0);
    assert_int_equal(give(p, 48), 0);
    ask(128000, 16000); /* less often */
}

static void check_fit(size_t at, const void *bytes, size_t n)
{
    uint8_t p[48];

    start_plain();
    ask(0, 0);
    answer(p);
    memcpy(p + at, bytes, n);
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
}

static void test_unfit_answers(void **state)
{
    (void)state;
    check_unfit(0, "\xe4", 1, NETP_SNTP_WHY_NOT_SYNCHRONISED); /* LI 3 */
    check_fit(0, "\x64", 1);                                   /* LI 1 and 2: a leap second */
    check_fit(0, "\xa4", 1);
    check_fit(1, "\17", 1);
    check_unfit(1, "\20", 1, NETP_SNTP_WHY_NOT_SYNCHRONISED); /* stratum 16, 17, 255 */
    check_unfit(1, "\21", 1, NETP_SNTP_WHY_NOT_SYNCHRONISED);
    check_unfit(1, "\377", 1, NETP_SNTP_WHY_NOT_SYNCHRONISED);
    check_unfit(32, "\0\0\0\0\0\0\0", 8, NETP_SNTP_WHY_NOT_SYNCHRONISED); /* a stamp of 0 */
    check_unfit(40, "\0\0\0\0\0\0\0", 8, NETP_SNTP_WHY_NOT_SYNCHRONISED);
    check_fit(16, "\0\0\0\0\0\0\0", 8); /* as ntpsec's ntpd in orphan mode has it */
    check_unfit(32, "\xe8\0\0\2\0\0\0\1", 8, NETP_SNTP_WHY_ORDER);
    check_fit(32, "\xe8\0\0\2\0\0\0", 8);
    check_unfit(16, "\xe8\0\0\2\0\0\0\1", 8, NETP_SNTP_WHY_ORDER);
    check_fit(16, "\xe8\0\0\2\0\0\0", 8);
    check_fit(3, "\0", 1); /* a precision of a second, and of two */
    check_unfit(3, "\1", 1, NETP_SNTP_WHY_DISTANCE);
    check_unfit(3, "\177", 1, NETP_SNTP_WHY_DISTANCE);
    check_fit(4, "\0\1\0\0\0\1\0\0", 8); /* 1 / 2 + 1 s, and a little more */
    check_unfit(4, "\0\1\0\0\0\1\0\1", 8, NETP_SNTP_WHY_DISTANCE);
    check_fit(4, "\0\3\0\1\0\0\0", 8);
    check_unfit(4, "\0\3\0\2\0\0\0", 8, NETP_SNTP_WHY_DISTANCE);
    check_unfit(4, "\377\377\377\377\377\377\377\377", 8, NETP_SNTP_WHY_DISTANCE);
    check_unfit(1, "\0\6\xec\0\0\0\0\0\0\0\0\0\0\0", 15, NETP_SNTP_WHY_NOT_SYNCHRONISED);
    assert_string_equal(netp_sntp_unfit_text(NETP_SNTP_WHY_KISS), "kiss of death");
    assert_string_equal(netp_sntp_unfit_text(NETP_SNTP_WHY_DISTANCE),
                        "the server is too far from a reference clock");
}

/* An era ends between receiving and sending: that is no wrong order. */
static void test_order_over_the_eras(void **state)
{
    (void)state;
    check_fit(32, "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\1", 16);
}

static void kiss(const char *code, uint8_t p[48])
{
    answer(p);
    p[0] = 0xe4; /* with LI 3, as some send it */
    p[1] = 0;
    memcpy(p + 12, code, 4);
}

static void test_stop_for_ever(void **state)
{
    static const char *const codes[] = {"DENY", "RSTR"};
    uint8_t p[48];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        start_plain();
        ask(0, 0);
        kiss(codes[i], p);
        p[31] ^= 1; /* from one who does not know what we sent */
        assert_int_equal(give(p, 48), 0);
        p[31] ^= 1;
        assert_int_equal(give(p, 48), NETP_E_REFUSED);
        assert_int_equal(netp_sntp_client_fail(&m)->code, NETP_E_REFUSED);
        assert_int_equal(netp_sntp_client_fail(&m)->peer_code,
                         netp_rd32be((const uint8_t *)codes[i]));
        assert_int_equal(netp_sntp_client_want(&m), NETP_CLOSED);
        assert_true(netp_sntp_client_deadline(&m) == NETP_NEVER);
        assert_int_equal(netp_sntp_client_next(&m, NULL, now + 9999999, &ev), NETP_E_REFUSED);
        assert_int_equal(netp_sntp_client_ask(&m, p, 1, now), NETP_E_STATE);
    }
}

static void test_less_often(void **state)
{
    uint32_t ms = 64000;
    uint8_t p[48];
    (void)state;
    start_plain();
    ask(0, 0);
    for (unsigned i = 0; i < 8; i++) {
        kiss("RATE", p);
        assert_int_equal(give(p, 48), NETP_SNTP_UNFIT);
        assert_int_equal(ev.u.unfit.why, NETP_SNTP_WHY_KISS);
        assert_int_equal(ev.u.unfit.kiss, NETP_SNTP_RATE);
        ms = ms < 2048000 ? ms * 2 : 4096000;
        ask(ms, ms / 8);
    }
    assert_int_equal(ms, 4096000);
    answer(p); /* for good */
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
    ask(ms, ms / 8);
}

/* RATE, then an answer: twice as long for ever; silence on top of it doubles for a time. */
static void test_rate_stays(void **state)
{
    uint8_t p[48];
    (void)state;
    start_plain();
    ask(0, 0);
    kiss("RATE", p);
    give(p, 48);
    ask(128000, 16000);
    now += 1000;
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_SILENT);
    ask(256000, 32000);
    answer(p);
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
    ask(128000, 16000);
    kiss("INIT", p); /* RFC 5905: "conditions that [...] do not affect" the association */
    assert_int_equal(give(p, 48), NETP_SNTP_UNFIT);
    assert_int_equal(ev.u.unfit.kiss, NETP_SNTP_CODE('I', 'N', 'I', 'T'));
    ask(256000, 32000);
}

static void test_silence(void **state)
{
    uint32_t ms = 64000;
    uint8_t p[48];
    (void)state;
    start_plain();
    ask(0, 0);
    for (unsigned i = 0; i < 9; i++) {
        assert_int_equal(netp_sntp_client_deadline(&m), now + 1000);
        now += 999;
        assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), 0);
        now++;
        assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_SILENT);
        answer(p);
        assert_int_equal(give(p, 48), 0); /* too late */
        ms = ms < 2048000 ? ms * 2 : 4096000;
        ask(ms, ms / 8);
    }
    answer(p);
    assert_int_equal(give(p, 48), NETP_SNTP_REPLY);
    ask(64000, 8000);
}

static void test_burst(void **state)
{
    struct netp_sntp_client_cfg cfg;
    uint8_t p[48];
    (void)state;
    netp_sntp_client_cfg_init(&cfg);
    cfg.burst = 4;
    start(&cfg);
    ask(0, 0);
    answer(p);
    give(p, 48);
    ask(2000, 0);
    now += 1000;
    netp_sntp_client_next(&m, NULL, now, &ev);
    ask(2000, 0);
    answer(p);
    give(p, 48);
    ask(2000, 0);
    answer(p);
    give(p, 48);
    ask(64000, 8000);
    start(&cfg); /* RATE ends it */
    ask(0, 0);
    kiss("RATE", p);
    give(p, 48);
    ask(128000, 16000);
}

/* At most an eighth more, of which the nonce's first byte says how much. */
static void test_jitter(void **state)
{
    uint8_t nonce[8] = {255}, p[48];
    (void)state;
    start_plain();
    netp_sntp_client_next(&m, NULL, now, &ev);
    netp_sntp_client_ask(&m, nonce, 1, now);
    netp_sntp_client_sent(&m, 1, now);
    answer(p);
    give(p, 48);
    assert_int_equal(netp_sntp_client_deadline(&m), now + 64000 + 64000 / 2048 * 255);
}

static void test_the_clock_stands(void **state)
{
    (void)state;
    start_plain();
    ask(0, 0);
    assert_int_equal(netp_sntp_client_next(&m, NULL, 1, &ev), 0);
    assert_int_equal(netp_sntp_client_deadline(&m), now + 1000);
    netp_sntp_client_sent(&m, 1, now + 1000);
    assert_int_equal(netp_sntp_client_next(&m, NULL, 1, &ev), NETP_SNTP_SILENT);
    start_plain();
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_ASK);
    assert_int_equal(netp_sntp_client_ask(&m, (const uint8_t *)"NONCE123", 1, now + 500), NETP_OK);
    assert_int_equal(netp_sntp_client_deadline(&m), now + 1500);
}

static void test_the_socket_is_gone(void **state)
{
    static const unsigned ends[] = {NETP_IN_EOF, NETP_IN_BROKEN};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct netp_in in = {NULL, 0, ends[i], NULL};
        start_plain();
        assert_int_equal(netp_sntp_client_next(&m, &in, now, &ev), NETP_E_IO);
        assert_int_equal(netp_sntp_client_fail(&m)->peer_code, -1);
        assert_int_equal(netp_sntp_client_want(&m), NETP_CLOSED);
    }
}

static void test_with_a_key(void **state)
{
    struct netp_sntp_client_cfg cfg;
    struct netp_sntp_key key, other;
    uint8_t p[72], nak[52] = {0};
    (void)state;
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &hash_md5);
    netp_sntp_key_init(&other, 7, NETP_STR("Secret"), &hash_md5);
    netp_sntp_client_cfg_init(&cfg);
    cfg.key = &key;
    start(&cfg);
    ask(0, 0);
    assert_int_equal(m.requestlen_, 68);
    assert_int_equal(netp_sntp_verify(&key, m.request_, 68), NETP_OK);
    answer(p);
    assert_int_equal(give(p, 48), 0); /* not signed */
    memcpy(nak, p, 48);
    assert_int_equal(give(nak, 52), 0);
    netp_sntp_sign(&other, p, 48);
    assert_int_equal(give(p, 68), 0);
    kiss("DENY", p); /* nor is a refusal that anybody could have sent */
    assert_int_equal(give(p, 48), 0);
    answer(p);
    netp_sntp_sign(&key, p, 48);
    assert_int_equal(give(p, 68), NETP_SNTP_REPLY);
    netp_sntp_key_init(&key, 7, NETP_STR("secret"), &hash_broken);
    now = netp_sntp_client_deadline(&m);
    assert_int_equal(netp_sntp_client_next(&m, NULL, now, &ev), NETP_SNTP_ASK);
    assert_int_equal(netp_sntp_client_ask(&m, p, 1, now), NETP_E_ARG);
    assert_int_equal(netp_sntp_client_want(&m), NETP_WANT_IN | NETP_WANT_APP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cfg),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_an_answer_before_sent),
        cmocka_unit_test(test_what_is_no_answer),
        cmocka_unit_test(test_unfit_answers),
        cmocka_unit_test(test_order_over_the_eras),
        cmocka_unit_test(test_stop_for_ever),
        cmocka_unit_test(test_less_often),
        cmocka_unit_test(test_rate_stays),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_the_clock_stands),
        cmocka_unit_test(test_the_socket_is_gone),
        cmocka_unit_test(test_with_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_modbus_gateway.c - who is sent what, and when.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/modbus_gateway.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct netp_modbus_route routes[] = {
    {1, 10, 0, 1},      /* as they are */
    {11, 20, 1, 1},     /* 11 is unit 1 of bus 1 */
    {255, 255, 1, 247}, /* what many clients send when told nothing */
    {5, 30, 1, 100},    /* up to 20 the others count; 21 is 116 */
};

static struct netp_modbus_gateway g;
static struct netp_modbus_gateway_bus buses[2];
static struct netp_modbus_gateway_job *jobs, others; /* others: what lies behind them */
static struct netp_modbus_gateway_ev ev;
static netp_ms now;

static struct netp_modbus_gateway_cfg setup(unsigned njob)
{
    struct netp_modbus_gateway_cfg cfg = NETP_MODBUS_GATEWAY_CFG_INIT;

    free(jobs);
    jobs = malloc((njob + 1) * sizeof *jobs);
    jobs[njob] = others;
    cfg.route = routes;
    cfg.nroute = COUNT(routes);
    cfg.bus = buses;
    cfg.nbus = 2;
    cfg.job = jobs;
    cfg.njob = (uint16_t)njob;
    now = 1000;
    return cfg;
}

static void start(const struct netp_modbus_gateway_cfg *cfg)
{
    assert_int_equal(netp_modbus_gateway_init(&g, cfg), NETP_OK);
    assert_int_equal(netp_modbus_gateway_next(&g, &ev), 0);
}

static struct netp_modbus_request reading(uint16_t address)
{
    return (struct netp_modbus_request){
        .function = NETP_MODBUS_READ_HOLDING_REGISTERS, .address = address, .quantity = 1};
}

static const uint8_t value[] = {0x12, 0x34};
static const struct netp_modbus_request writing = {
    value, 2, 7, 1, 0, 0, NETP_MODBUS_WRITE_SINGLE_REGISTER};
static const struct netp_modbus_response response = {value, 2, NETP_MODBUS_READ_HOLDING_REGISTERS,
                                                     0};

/* A client's reading; its address and its ticket are the same. */
static int take(uint32_t client, uint16_t ticket, uint8_t unit)
{
    struct netp_modbus_request r = reading(ticket);

    return (int)netp_modbus_gateway_take(&g, client, ticket, unit, &r, now);
}

static void expect_send(uint8_t bus, uint8_t unit, uint16_t address)
{
    assert_int_equal(netp_modbus_gateway_next(&g, &ev), NETP_MODBUS_GATEWAY_SEND);
    assert_int_equal(ev.type, NETP_MODBUS_GATEWAY_SEND);
    assert_int_equal(ev.bus, bus);
    assert_int_equal(ev.unit, unit);
    assert_int_equal(ev.request.address, address);
}

static void expect_answer(uint32_t client, uint32_t ticket, unsigned exception)
{
    assert_int_equal(netp_modbus_gateway_next(&g, &ev), NETP_MODBUS_GATEWAY_ANSWER);
    assert_int_equal(ev.client, client);
    assert_int_equal(ev.ticket, ticket);
    assert_int_equal(ev.response.exception, exception);
}

static void expect_nothing(void)
{
    assert_int_equal(netp_modbus_gateway_next(&g, &ev), 0);
}

static void answered(uint8_t bus)
{
    assert_int_equal(netp_modbus_gateway_answered(&g, bus, &response, now), NETP_OK);
}

static void missed(uint8_t bus)
{
    assert_int_equal(netp_modbus_gateway_missed(&g, bus, now), NETP_OK);
}

/* --- the tests ------------------------------------------------------------------------------- */

static void test_cfg(void **state)
{
    static const struct netp_modbus_route bad[] = {
        {0, 1, 0, 1},   {2, 1, 0, 1},   {1, 1, 2, 1},   {1, 1, 0, 0},
        {1, 1, 0, 248}, {1, 2, 0, 247}, {1, 255, 0, 1}, {254, 255, 1, 247}};
    static const struct netp_modbus_route good[] = {
        {1, 247, 0, 1}, {9, 255, 1, 1}, {1, 1, 1, 247}, {0, 0, 0, 0}}; /* it does not count */
    struct netp_modbus_gateway_cfg cfg;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cfg = setup(1);
        cfg.route = &bad[i];
        cfg.nroute = 1;
        assert_int_equal(netp_modbus_gateway_init(&g, &cfg), NETP_E_ARG);
    }
    cfg = setup(1);
    cfg.route = good;
    cfg.nroute = COUNT(good) - 1;
    assert_int_equal(netp_modbus_gateway_init(&g, &cfg), NETP_OK);
#define REFUSES(member)                                                                            \
    cfg = setup(1);                                                                                \
    cfg.member = 0;                                                                                \
    assert_int_equal(netp_modbus_gateway_init(&g, &cfg), NETP_E_ARG)
    REFUSES(nbus);
    REFUSES(njob);
    REFUSES(per_bus);
    REFUSES(per_client);
    REFUSES(dead_after);
}

static void test_routes(void **state)
{
    static const struct {
        uint8_t unit, bus, as;
    } cases[] = {{1, 0, 1}, {10, 0, 10},  {11, 1, 1},   {20, 1, 10},
                 {5, 0, 5}, {21, 1, 116}, {30, 1, 125}, {255, 1, 247}};
    struct netp_modbus_gateway_cfg cfg = setup(4);

    (void)state;
    start(&cfg);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(take(1, (uint16_t)i, cases[i].unit), 0);
        expect_send(cases[i].bus, cases[i].as, (uint16_t)i);
        answered(cases[i].bus);
        expect_answer(1, (uint32_t)i, 0);
        expect_nothing();
    }
    assert_int_equal(take(1, 1, 31), NETP_MODBUS_NO_PATH);
    assert_int_equal(take(1, 1, 254), NETP_MODBUS_NO_PATH);
    assert_int_equal(take(1, 1, 0), NETP_MODBUS_NO_PATH); /* broadcasts are off */
}

static void test_content(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(1);
    uint8_t long_data[NETP_MODBUS_PDU_MAX] = {1, 2, 3};
    struct netp_modbus_request r = {long_data, sizeof long_data - 1, 1, 2, 3, 4, 0x41};
    struct netp_modbus_response a = {long_data, sizeof long_data, 0x41, 0};

    (void)state;
    start(&cfg);
    assert_int_equal(netp_modbus_gateway_take(&g, 1, 2, 3, &r, now), 0);
    long_data[1] = 99; /* it was copied */
    expect_send(0, 3, 1);
    assert_int_equal(ev.request.function, 0x41);
    assert_int_equal(ev.request.n, 252);
    assert_memory_equal(ev.request.data, "\1\2\3", 3);
    assert_int_equal(ev.request.quantity, 2);
    assert_int_equal(ev.request.write_address, 3);
    assert_int_equal(ev.request.write_quantity, 4);
    assert_int_equal(netp_modbus_gateway_answered(&g, 0, &a, now), NETP_E_ARG);
    a.n--;
    assert_int_equal(netp_modbus_gateway_answered(&g, 0, &a, now), NETP_OK);
    long_data[1] = 2;
    expect_answer(1, 2, 0);
    assert_int_equal(ev.response.function, 0x41);
    assert_int_equal(ev.response.n, 252);
    assert_memory_equal(ev.response.data, "\1\x63\3", 3);
    expect_nothing();
    long_data[0] = 0x55;
    a.n = 1;
    assert_int_equal(netp_modbus_gateway_take(&g, 1, 2, 3, &r, now), 0);
    expect_send(0, 3, 1);
    assert_int_equal(netp_modbus_gateway_answered(&g, 0, &a, now), NETP_OK);
    long_data[0] = 1;
    expect_answer(1, 2, 0);
    assert_int_equal(ev.response.n, 1);
    assert_int_equal(ev.response.data[0], 0x55);
    expect_nothing();
    r.n++;
    assert_int_equal(netp_modbus_gateway_take(&g, 1, 2, 3, &r, now), NETP_MODBUS_ILLEGAL_VALUE);
    /* nothing is on either bus */
    assert_int_equal(netp_modbus_gateway_answered(&g, 0, &a, now), NETP_E_STATE);
    assert_int_equal(netp_modbus_gateway_missed(&g, 1, now), NETP_E_STATE);
}

static void test_both_buses(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(4);

    (void)state;
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 2);
    take(1, 3, 11);
    expect_send(0, 1, 1);
    expect_send(1, 1, 3); /* the other line need not wait */
    expect_nothing();
    answered(1);
    expect_answer(1, 3, 0);
    answered(0);
    expect_send(0, 2, 2);
    expect_answer(1, 1, 0);
    expect_nothing();
}

static void test_fair(void **state)
{
    static const uint16_t order[] = {1, 11, 21, 2, 12, 3, 13, 4};
    struct netp_modbus_gateway_cfg cfg = setup(16);

    (void)state;
    start(&cfg);
    for (uint16_t i = 1; i <= 4; i++) { /* one client has all waiting first */
        take(1, i, 1);
    }
    for (uint16_t i = 11; i <= 13; i++) {
        take(2, i, 2);
    }
    take(3, 21, 3);
    for (size_t i = 0; i < COUNT(order); i++) {
        expect_send(0, (uint8_t)(1 + order[i] / 10), order[i]);
        answered(0);
    }
    /* Who comes while others wait has one request of each before it, not all of them. */
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 1);
    take(1, 3, 1);
    expect_send(0, 1, 1);
    take(2, 11, 2);
    answered(0);
    expect_send(0, 1, 2);
    answered(0);
    expect_send(0, 2, 11);
    take(2, 12, 2); /* and can't go before again by asking again */
    answered(0);
    expect_send(0, 1, 3);
    answered(0);
    expect_send(0, 2, 12);
}

static void test_full(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(4);

    (void)state;
    cfg.per_client = 2;
    cfg.per_bus = 3;
    start(&cfg);
    assert_int_equal(take(1, 1, 1), 0);
    assert_int_equal(take(1, 2, 1), 0);
    assert_int_equal(take(1, 3, 1), NETP_MODBUS_DEVICE_BUSY); /* the client's */
    assert_int_equal(take(1, 3, 11), NETP_MODBUS_DEVICE_BUSY);
    assert_int_equal(take(2, 4, 1), 0);
    assert_int_equal(take(3, 5, 1), NETP_MODBUS_DEVICE_BUSY); /* the bus's */
    assert_int_equal(take(3, 6, 11), 0);
    assert_int_equal(take(4, 7, 11), NETP_MODBUS_DEVICE_BUSY); /* all */
    assert_int_equal(buses[0].counts.full, 2);
    assert_int_equal(buses[1].counts.full, 2);
    assert_int_equal(buses[0].counts.requests, 3);
    expect_send(0, 1, 1);
    answered(0);
    assert_int_equal(take(1, 3, 1), NETP_MODBUS_DEVICE_BUSY); /* it has not its answer yet */
    expect_send(0, 1, 4);
    expect_send(1, 1, 6);
    expect_answer(1, 1, 0);
    assert_int_equal(take(1, 3, 1), NETP_MODBUS_DEVICE_BUSY); /* it may be reading it */
    expect_nothing();
    assert_int_equal(take(1, 3, 1), 0);
}

static void test_exception_passes(void **state)
{
    const struct netp_modbus_response r = {NULL, 0, 3, NETP_MODBUS_ILLEGAL_ADDRESS};
    struct netp_modbus_gateway_cfg cfg = setup(1);

    (void)state;
    start(&cfg);
    take(1, 1, 1);
    expect_send(0, 1, 1);
    assert_int_equal(netp_modbus_gateway_answered(&g, 0, &r, now), NETP_OK);
    expect_answer(1, 1, NETP_MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(buses[0].counts.answers, 1);
    assert_int_equal(buses[0].counts.exceptions, 1);
}

/* How often a request goes out that is never answered. */
static unsigned sends_of(const struct netp_modbus_request *r)
{
    struct netp_modbus_gateway_cfg cfg = setup(1);
    unsigned times = 0;

    cfg.retries = 2;
    cfg.dead_after = 10;
    start(&cfg);
    netp_modbus_gateway_take(&g, 1, 1, 1, r, now);
    while (netp_modbus_gateway_next(&g, &ev) == NETP_MODBUS_GATEWAY_SEND) {
        times++;
        missed(0);
    }
    assert_int_equal(ev.response.exception, NETP_MODBUS_NO_ANSWER);
    assert_int_equal(ev.response.function, r->function);
    assert_int_equal(buses[0].counts.missed, times);
    assert_int_equal(buses[0].counts.repeated, times - 1);
    assert_int_equal(buses[0].counts.sent, times);
    return times;
}

/* app 5.1: which of them may be repeated. */
static void test_repeats(void **state)
{
    static const uint8_t reads[] = {1, 2, 3, 4, 7, 0x0b, 0x0c, 0x11, 0x14, 0x18};
    static const uint8_t identify = 0x0e, canopen = 0x0d;
    struct netp_modbus_request r = {.function = NETP_MODBUS_ENCAPSULATED, .n = 1};

    (void)state;
    r.data = &identify;
    assert_int_equal(sends_of(&r), 3);
    r.data = &canopen;
    assert_int_equal(sends_of(&r), 1);
    r.n = 0;
    for (unsigned f = 1; f < 0x80; f++) {
        r.function = (uint8_t)f;
        assert_int_equal(sends_of(&r), memchr(reads, (int)f, sizeof reads) ? 3 : 1);
    }
}

static void test_repeat_is_answered(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(2);

    (void)state;
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 1);
    expect_send(0, 1, 1);
    missed(0);
    expect_send(0, 1, 1); /* before its successor */
    answered(0);
    expect_send(0, 1, 2);
    expect_answer(1, 1, 0);
}

static void test_dead_unit(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(8);

    (void)state;
    cfg.dead_after = 2;
    cfg.dead_ms = 100;
    cfg.dead_max_ms = 350;
    cfg.retries = 5;
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 1);
    take(2, 3, 2);
    expect_send(0, 1, 1);
    missed(0);
    expect_send(0, 1, 1); /* its turn is not over */
    missed(0);
    expect_send(0, 2, 3); /* no more, and what waits for it is not tried at all */
    expect_answer(1, 1, NETP_MODBUS_NO_ANSWER);
    assert_int_equal(take(1, 4, 1), NETP_MODBUS_NO_ANSWER);
    answered(0);
    expect_answer(1, 2, NETP_MODBUS_NO_ANSWER);
    expect_answer(2, 3, 0);
    expect_nothing();
    assert_int_equal(buses[0].counts.dead, 2);
    assert_int_equal(buses[0].counts.sent, 3);

    /* Then one try each time, after 100, 200, 350, 350 ms. */
    static const netp_ms wait[] = {100, 200, 350, 350};
    for (size_t i = 0; i < COUNT(wait); i++) {
        now += wait[i] - 1;
        assert_int_equal(take(1, 5, 1), NETP_MODBUS_NO_ANSWER);
        now++;
        assert_int_equal(take(1, 5, 1), 0);
        expect_send(0, 1, 5);
        missed(0);
        expect_answer(1, 5, NETP_MODBUS_NO_ANSWER);
    }
    /* An answer makes all as it was. */
    now += 350;
    take(1, 6, 1);
    expect_send(0, 1, 6);
    answered(0);
    expect_answer(1, 6, 0);
    take(1, 7, 1);
    expect_send(0, 1, 7);
    missed(0);
    expect_send(0, 1, 7);
    missed(0);
    expect_answer(1, 7, NETP_MODBUS_NO_ANSWER);
    now += 99;
    assert_int_equal(take(1, 8, 1), NETP_MODBUS_NO_ANSWER);
    now++;
    assert_int_equal(take(1, 8, 1), 0);
}

static void test_dead_for_ever(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(1);

    (void)state;
    cfg.dead_after = 1;
    cfg.dead_ms = 1;
    cfg.dead_max_ms = UINT32_MAX;
    cfg.retries = 0;
    start(&cfg);
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(take(1, 1, 1), 0);
        expect_send(0, 1, 1);
        missed(0);
        assert_int_equal(take(2, 2, 1), NETP_MODBUS_NO_ANSWER);
        expect_answer(1, 1, NETP_MODBUS_NO_ANSWER);
        expect_nothing();
        now += UINT32_MAX;
    }
    now--;
    assert_int_equal(take(1, 1, 1), NETP_MODBUS_NO_ANSWER);
}

static void test_gone(void **state)
{
    others = (struct netp_modbus_gateway_job){.state_ = 3, .client_ = 1}; /* it is answered */
    struct netp_modbus_gateway_cfg cfg = setup(5);

    (void)state;
    cfg.retries = 5;
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 2);
    take(2, 3, 3);
    take(1, 4, 11);
    expect_send(0, 1, 1);
    expect_send(1, 1, 4);
    answered(1);
    netp_modbus_gateway_gone(&g, 1); /* one on the line, one waiting, one answered */
    assert_int_equal(buses[0].counts.discarded, 2);
    assert_int_equal(buses[1].counts.discarded, 1);
    expect_nothing();
    assert_int_equal(take(1, 5, 1), 0); /* another with its number has nothing of it */
    netp_modbus_gateway_gone(&g, 7);    /* had nothing */
    answered(0);
    expect_send(0, 3, 3);
    answered(0);
    expect_send(0, 1, 5);
    expect_answer(2, 3, 0);
    netp_modbus_gateway_gone(&g, 2); /* what was told stays as it is until the next call */
    assert_memory_equal(ev.response.data, value, 2);
    assert_int_equal(buses[0].counts.discarded, 2);
    expect_nothing();
    missed(0);
    expect_send(0, 1, 5);
    netp_modbus_gateway_gone(&g, 1);
    missed(0); /* what nobody waits for is not repeated */
    expect_nothing();
    netp_modbus_gateway_gone(&g, 1); /* nor discarded twice */
    netp_modbus_gateway_gone(&g, 2); /* nor when it was answered */
    assert_int_equal(buses[0].counts.discarded, 3);
    assert_int_equal(buses[0].counts.repeated, 1);
    assert_memory_equal(&jobs[5], &others, sizeof others);
}

static void test_bus_down(void **state)
{
    struct netp_modbus_gateway_cfg cfg = setup(4);

    (void)state;
    start(&cfg);
    take(1, 1, 1);
    take(1, 2, 1);
    take(1, 3, 11);
    expect_send(0, 1, 1);
    expect_send(1, 1, 3);
    netp_modbus_gateway_bus(&g, 0, false);
    expect_answer(1, 1, NETP_MODBUS_NO_ANSWER); /* it may have been done */
    expect_answer(1, 2, NETP_MODBUS_NO_PATH);
    expect_nothing();
    assert_int_equal(take(1, 4, 1), NETP_MODBUS_NO_PATH);
    answered(1);
    expect_answer(1, 3, 0);
    netp_modbus_gateway_bus(&g, 0, true);
    assert_int_equal(take(1, 4, 1), 0);
    netp_modbus_gateway_bus(&g, 0, true); /* it was: nothing changes */
    expect_send(0, 1, 4);
}

static int cast(uint8_t function)
{
    struct netp_modbus_request r = writing;

    r.function = function;
    return (int)netp_modbus_gateway_take(&g, 1, 9, 0, &r, now);
}

static void test_broadcast(void **state)
{
    static const uint8_t writes[] = {5, 6, 0x0f, 0x10, 0x16};
    struct netp_modbus_gateway_cfg cfg = setup(3);

    (void)state;
    cfg.broadcast = NETP_MODBUS_BROADCAST_SILENT;
    for (unsigned f = 1; f < 0x80; f++) {
        start(&cfg);
        if (!memchr(writes, (int)f, sizeof writes)) {
            assert_int_equal(cast((uint8_t)f), NETP_MODBUS_ILLEGAL_FUNCTION);
            continue;
        }
        assert_int_equal(cast((uint8_t)f), 0);
        expect_send(0, 0, 7);
        expect_send(1, 0, 7);
        assert_memory_equal(ev.request.data, value, 2);
        missed(0);
        missed(1);
        expect_nothing();
        assert_int_equal(buses[0].counts.missed, 0);
    }
    cfg.broadcast = NETP_MODBUS_BROADCAST_ANSWERED;
    start(&cfg);
    assert_int_equal(cast(6), 0);
    expect_send(0, 0, 7);
    expect_send(1, 0, 7);
    missed(1);
    expect_nothing();
    missed(0);
    expect_answer(1, 9, 0);
    assert_int_equal(ev.response.function, 6);
    assert_int_equal(ev.response.n, 0);
    expect_nothing();
}

static void test_broadcast_all_or_none(void **state)
{
    others = (struct netp_modbus_gateway_job){.state_ = 1, .order_ = UINT64_MAX}; /* it waits */
    struct netp_modbus_gateway_cfg cfg = setup(3);

    (void)state;
    cfg.broadcast = NETP_MODBUS_BROADCAST_ANSWERED;
    start(&cfg);
    take(2, 1, 1);
    expect_send(0, 1, 1);
    take(2, 2, 1);
    assert_int_equal(cast(6), NETP_MODBUS_DEVICE_BUSY); /* there is room for one bus */
    assert_int_equal(buses[0].counts.requests, 2);
    expect_nothing();
    netp_modbus_gateway_bus(&g, 0, false);
    expect_answer(2, 1, NETP_MODBUS_NO_ANSWER);
    expect_answer(2, 2, NETP_MODBUS_NO_PATH);
    assert_int_equal(cast(6), 0); /* to those that are up */
    expect_send(1, 0, 7);
    missed(1);
    expect_answer(1, 9, 0);
    expect_nothing();
    netp_modbus_gateway_bus(&g, 1, false);
    assert_int_equal(cast(6), NETP_MODBUS_NO_PATH);
    assert_memory_equal(&jobs[3], &others, sizeof others);
}

static int clean(void **state)
{
    (void)state;
    free(jobs);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cfg),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_both_buses),
        cmocka_unit_test(test_fair),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_exception_passes),
        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_repeat_is_answered),
        cmocka_unit_test(test_dead_unit),
        cmocka_unit_test(test_dead_for_ever),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_bus_down),
        cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_broadcast_all_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}

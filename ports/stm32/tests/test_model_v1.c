/* test_model_v1.c - what drivers of others ask of the model, and ours does not.
 * SPDX-License-Identifier: MIT */
#include "../eth/eth_v1_regs.h"
#include "model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BASE = 0x40028000 };
#define RUNNING (V1_DMAOMR_RSF | V1_DMAOMR_TSF | V1_DMAOMR_ST | V1_DMAOMR_SR)
#define BOTH    (V1_MACCR_FES | V1_MACCR_DM | V1_MACCR_TE | V1_MACCR_RE)

static struct model m;
static struct {
    uint32_t rx[2][4], tx[2][4];
    uint8_t buf[2][1024];
} memory;
static uint8_t wire[2000];
static size_t wire_n;

static void on_sent(void *arg, const uint8_t *frame, size_t n)
{
    (void)arg;
    memcpy(wire, frame, n);
    wire_n = n;
}

static uint32_t bus(const void *p)
{
    return (uint32_t)(uintptr_t)p;
}

/* A MAC that runs, with two descriptors each way, chained, without an interrupt. */
static void start(void)
{
    memset(&memory, 0, sizeof memory);
    model_init(&m, BASE, 1);
    model_reach(&m, &memory, sizeof memory);
    m.sent = on_sent;
    wire_n = 0;
    for (unsigned i = 0; i < 2; i++) {
        memory.rx[i][1] = V1_RDES1_RCH | sizeof memory.buf[i];
        memory.rx[i][2] = memory.tx[i][2] = bus(memory.buf[i]);
        memory.rx[i][3] = bus(memory.rx[!i]);
        memory.tx[i][3] = bus(memory.tx[!i]);
    }
    model_write(&m, V1_DMABMR, V1_DMABMR_SR);
    while (model_read(&m, V1_DMABMR) & V1_DMABMR_SR) {
    }
    for (unsigned i = 0; i < 20; i++) { /* the PHY negotiates */
        model_write(&m, V1_MACMIIAR, V1_MACMIIAR_MR(1) | V1_MACMIIAR_CR(4) | V1_MACMIIAR_MB);
    }
    model_write(&m, V1_MACFFR, V1_MACFFR_PM);
    model_write(&m, V1_DMARDLAR, bus(memory.rx));
    model_write(&m, V1_DMATDLAR, bus(memory.tx));
    model_write(&m, V1_MACCR, BOTH);
    model_write(&m, V1_DMAOMR, RUNNING);
}

static void steps(void)
{
    for (unsigned i = 0; i < 10; i++) {
        model_step(&m);
    }
    assert_null(m.violation);
    assert_int_equal(m.bus_errors, 0);
}

static void give(uint32_t *desc, uint32_t control)
{
    desc[0] = V1_TDES0_OWN | control;
}

static void a_frame_in_pieces(void **state)
{
    (void)state;
    start();
    memset(memory.buf[0], 1, 1000);
    memset(memory.buf[1], 2, 400);
    memory.tx[0][1] = 1000;
    memory.tx[1][1] = 400;
    give(memory.tx[0], V1_TDES0_TCH | V1_TDES0_FS);
    give(memory.tx[1], V1_TDES0_TCH | V1_TDES0_LS);
    model_write(&m, V1_DMATPDR, 0);
    steps();
    assert_int_equal(wire_n, 1400);
    assert_int_equal(wire[999], 1);
    assert_int_equal(wire[1000], 2);
}

static void a_frame_into_pieces(void **state)
{
    uint8_t frame[1400];

    (void)state;
    start();
    give(memory.rx[0], 0);
    give(memory.rx[1], 0);
    memset(frame, 3, sizeof frame);
    assert_true(model_wire(&m, frame, sizeof frame, MODEL_GOOD));
    steps();
    assert_int_equal(memory.rx[0][0] & (V1_RDES0_OWN | V1_RDES0_FS | V1_RDES0_LS), V1_RDES0_FS);
    assert_int_equal(memory.rx[1][0] & (V1_RDES0_OWN | V1_RDES0_FS | V1_RDES0_LS), V1_RDES0_LS);
    assert_int_equal(V1_RDES0_FL(memory.rx[1][0]), 1404);
    assert_int_equal(memory.buf[1][1400 - 1024 - 1], 3);
}

/* RM0090 on ST and SR: "or from the position retained when transmission was previously stopped" */
static void a_stop_keeps_the_place(void **state)
{
    (void)state;
    start();
    memory.tx[0][1] = memory.tx[1][1] = 100;
    for (unsigned i = 0; i < 3; i++) {
        give(memory.tx[i % 2], V1_TDES0_TCH | V1_TDES0_FS | V1_TDES0_LS);
        model_write(&m, V1_DMATPDR, 0);
        steps();
        assert_int_equal(m.sent_frames, i + 1);
        model_write(&m, V1_DMAOMR, 0);
        model_write(&m, V1_DMAOMR, RUNNING);
    }
}

/* ES0182: what was written is read back, and the MAC goes on as if it were not */
static void a_second_write_too_soon(void **state)
{
    static const uint8_t frame[60];

    (void)state;
    start();
    model_rest(&m);
    model_write(&m, V1_MACCR, 0);
    model_write(&m, V1_MACCR, BOTH);
    assert_int_equal(model_read(&m, V1_MACCR), BOTH);
    assert_false(model_wire(&m, frame, sizeof frame, MODEL_GOOD));
    model_rest(&m);
    model_write(&m, V1_MACCR, BOTH);
    assert_true(model_wire(&m, frame, sizeof frame, MODEL_GOOD));
}

static void flushing_ends(void **state)
{
    (void)state;
    start();
    model_write(&m, V1_DMAOMR, RUNNING | V1_DMAOMR_FTF);
    assert_int_equal(model_read(&m, V1_DMAOMR), RUNNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_in_pieces),      cmocka_unit_test(a_frame_into_pieces),
        cmocka_unit_test(a_stop_keeps_the_place), cmocka_unit_test(a_second_write_too_soon),
        cmocka_unit_test(flushing_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

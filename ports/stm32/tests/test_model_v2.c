/* test_model_v2.c - what drivers of others ask of the model, and ours does not.
 * SPDX-License-Identifier: MIT */
#include "../eth/eth_v2_regs.h"
#include "model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BASE = 0x40028000, SIZE = 1024 };
#define BOTH (V2_MACCR_FES | V2_MACCR_DM | V2_MACCR_TE | V2_MACCR_RE)
#define FREE (V2_RDES3_OWN | V2_RDES3_BUF1V)

static struct model m;
static struct {
    uint32_t rx[4][4], tx[2][4];
    uint8_t buf[4][SIZE];
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

/* A MAC that runs, with four descriptors to receive and two to send, and no interrupt. */
static void start(void)
{
    memset(&memory, 0, sizeof memory);
    model_init(&m, BASE, 1);
    model_reach(&m, &memory, sizeof memory);
    m.sent = on_sent;
    wire_n = 0;
    for (unsigned i = 0; i < 4; i++) {
        memory.rx[i][0] = bus(memory.buf[i]);
    }
    model_write(&m, V2_DMAMR, V2_DMAMR_SWR);
    while (model_read(&m, V2_DMAMR) & V2_DMAMR_SWR) {
    }
    for (unsigned i = 0; i < 20; i++) { /* the PHY negotiates */
        model_write(&m, V2_MACMDIOAR,
                    V2_MACMDIOAR_RDA(1) | V2_MACMDIOAR_CR(5) | V2_MACMDIOAR_READ | V2_MACMDIOAR_MB);
    }
    model_write(&m, V2_MACPFR, V2_MACPFR_PR);
    model_write(&m, V2_MTLTQOMR, V2_MTLTQOMR_TSF);
    model_write(&m, V2_MTLRQOMR, V2_MTLRQOMR_RSF);
    model_write(&m, V2_DMACRDRLR, 3);
    model_write(&m, V2_DMACTDRLR, 1);
    model_write(&m, V2_DMACRDLAR, bus(memory.rx));
    model_write(&m, V2_DMACTDLAR, bus(memory.tx));
    model_write(&m, V2_MACCR, BOTH);
    model_write(&m, V2_DMACTCR, V2_DMACTCR_ST);
    model_write(&m, V2_DMACRCR, V2_DMACRCR_RBSZ(SIZE) | V2_DMACRCR_SR);
}

static void steps(void)
{
    for (unsigned i = 0; i < 10; i++) {
        model_step(&m);
    }
    assert_null(m.violation);
    assert_int_equal(m.bus_errors, 0);
}

static void a_frame_of_two_buffers(void **state)
{
    (void)state;
    start();
    memset(memory.buf[0], 1, 1000);
    memset(memory.buf[1], 2, 400);
    memory.tx[0][0] = bus(memory.buf[0]);
    memory.tx[0][1] = bus(memory.buf[1]);
    memory.tx[0][2] = 400u << 16 | 1000u;
    memory.tx[0][3] = V2_TDES3_OWN | V2_TDES3_FD | V2_TDES3_LD | 1400u;
    model_write(&m, V2_DMACTDTPR, bus(memory.tx[1]));
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
    memory.rx[0][3] = memory.rx[1][3] = FREE;
    model_write(&m, V2_DMACRDTPR, bus(memory.rx[2]));
    memset(frame, 3, sizeof frame);
    assert_true(model_wire(&m, frame, sizeof frame, MODEL_GOOD));
    steps();
    assert_int_equal(memory.rx[0][3] & (V2_RDES3_OWN | V2_RDES3_FD | V2_RDES3_LD), V2_RDES3_FD);
    assert_int_equal(memory.rx[1][3] & (V2_RDES3_OWN | V2_RDES3_FD | V2_RDES3_LD), V2_RDES3_LD);
    assert_int_equal(V2_RDES3_PL(memory.rx[1][3]), 1404);
}

/* ST's HAL, of a ring that is all free, puts the tail behind the first: the DMA uses that alone. */
static void the_tail_stops_the_dma(void **state)
{
    static const uint8_t frame[60];

    (void)state;
    start();
    for (unsigned i = 0; i < 4; i++) {
        memory.rx[i][3] = FREE;
    }
    model_write(&m, V2_DMACRDTPR, bus(memory.rx[1]));
    for (unsigned i = 0; i < 3; i++) {
        assert_true(model_wire(&m, frame, sizeof frame, MODEL_GOOD));
    }
    steps();
    assert_int_equal(m.received, 1);
    assert_true(model_read(&m, V2_DMACSR) & V2_DMACSR_RBU);
    model_write(&m, V2_DMACRDTPR, bus(memory.rx[3]));
    steps();
    assert_int_equal(m.received, 3);
}

/* RM0433 on ST and SR: the position is retained unless a list's address is written */
static void a_stop_keeps_the_place(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 3; i++) {
        uint32_t *desc = memory.tx[i % 2];

        desc[0] = bus(memory.buf[0]);
        desc[2] = 100;
        desc[3] = V2_TDES3_OWN | V2_TDES3_FD | V2_TDES3_LD | 100u;
        model_write(&m, V2_DMACTDTPR, bus(memory.tx) + sizeof memory.tx);
        steps();
        assert_int_equal(m.sent_frames, i + 1);
        model_write(&m, V2_DMACTCR, 0);
        model_write(&m, V2_DMACTCR, V2_DMACTCR_ST);
    }
}

static void flushing_ends(void **state)
{
    (void)state;
    start();
    model_write(&m, V2_MTLTQOMR, V2_MTLTQOMR_TSF | V2_MTLTQOMR_FTQ);
    assert_int_equal(model_read(&m, V2_MTLTQOMR), V2_MTLTQOMR_TSF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_of_two_buffers), cmocka_unit_test(a_frame_into_pieces),
        cmocka_unit_test(the_tail_stops_the_dma), cmocka_unit_test(a_stop_keeps_the_place),
        cmocka_unit_test(flushing_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

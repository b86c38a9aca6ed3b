/* mps2.c - clock, serial line and semihosting of QEMU's mps2 boards. SPDX-License-Identifier: MIT
 */
#include "mps2.h"
#include "../startup.h"
#include <string.h>

#define UART0 ((volatile uint32_t *)0x40004000) /* data, state, control, interrupts, divider */
#define TIMER ((volatile uint32_t *)0x40000000) /* control, value (counts down), reload */
#define SYST  ((volatile uint32_t *)0xe000e010) /* control, reload, value */
#define NVIC  ((volatile uint32_t *)0xe000e100) /* interrupts to enable */

const char netp_board_name[] = "mps2";

#define TICKS_A_US (MPS2_HZ / 1000000)
#define TICKS_A_MS (MPS2_HZ / 1000)

/* QEMU drops ticks of SysTick when it is busy, so that only wakes the core; time is that of a timer
 * which runs freely. Milliseconds, and the timer when the last of them began. */
static volatile uint32_t ms, begun;

/* Milliseconds, and how many microseconds have passed since. */
static uint32_t milliseconds(uint32_t *us)
{
    uint32_t masked, passed, now;

    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(masked) : : "memory");
    passed = ~TIMER[1] - begun;
    if (passed >= TICKS_A_MS) {
        ms += passed / TICKS_A_MS;
        begun += passed - passed % TICKS_A_MS;
        passed %= TICKS_A_MS;
    }
    now = ms;
    __asm volatile("msr primask, %0" : : "r"(masked) : "memory");
    *us = passed / TICKS_A_US;
    return now;
}

void mps2_irq_enable(unsigned irq)
{
    NVIC[irq / 32] = 1u << irq % 32;
}

void netp_board_start(void)
{
    UART0[4] = 16;
    UART0[2] = 1;
    TIMER[2] = TIMER[1] = UINT32_MAX;
    TIMER[0] = 1;
    SYST[1] = MPS2_HZ / 1000 - 1;
    SYST[2] = 0;
    SYST[0] = 7;
}

void netp_board_tick(void)
{
    netp_board_ms(); /* the timer must not come round unseen */
}

uint32_t netp_board_ms(void)
{
    uint32_t us, now = ms; /* read first, for the interrupt moves both on */

    return ~TIMER[1] - begun < TICKS_A_MS ? now : milliseconds(&us);
}

uint32_t netp_board_us(void)
{
    uint32_t us, now = milliseconds(&us);

    return now * 1000 + us;
}

/* The board has no source of noise: a generator (xorshift32) that begins with the time, which will
 * do for an emulator alone. */
uint32_t netp_board_random(void)
{
    static uint32_t x;

    x ^= ~TIMER[1] | 1u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

void netp_board_write(const char *p, size_t n)
{
    while (n-- > 0) {
        while (UART0[1] & 1) {
        }
        UART0[0] = (uint8_t)*p++;
    }
}

void netp_board_exit(int status)
{
    const uint32_t block[2] = {0x20026, (uint32_t)status}; /* the program has ended */
    register uint32_t operation __asm("r0") = 0x20;        /* SYS_EXIT_EXTENDED */
    register const uint32_t *argument __asm("r1") = block;

    __asm volatile("bkpt 0xab" : : "r"(operation), "r"(argument) : "memory");
    for (;;) {
    }
}

void netp_board_fatal(const char *what)
{
    netp_board_write("FATAL: ", 7);
    netp_board_write(what, strlen(what));
    netp_board_write("\n", 1);
    netp_board_exit(70);
}

__attribute__((weak)) void netp_board_output(unsigned i, bool on)
{
    volatile uint32_t *leds = (volatile uint32_t *)0x40028000; /* FPGA I/O: two LEDs */

    if (i < 2) {
        *leds = on ? *leds | 1u << i : *leds & ~(1u << i);
    }
}

uint8_t *netp_board_store(size_t *size)
{
    *size = 2 * (1024 + 64) * 1024;
    return (uint8_t *)MPS2_MEM;
}

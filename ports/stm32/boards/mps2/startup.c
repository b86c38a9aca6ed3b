/* startup.c - from reset to main() on QEMU's mps2 boards, and what faults lead to.
 *
 * SPDX-License-Identifier: MIT */
#include "mps2.h"
#include <string.h>

#define PAINT 0x5ac5ac5au

extern uint32_t netp_data[], netp_data_end[], netp_data_load[], netp_bss[], netp_bss_end[];
extern uint32_t netp_stack[], netp_stack_top[];

int main(void);

size_t netp_board_stack_size(void)
{
    return (size_t)(netp_stack_top - netp_stack) * sizeof *netp_stack;
}

size_t netp_board_stack_used(void)
{
    const uint32_t *p = netp_stack;

    while (p < netp_stack_top && *p == PAINT) {
        p++;
    }
    return (size_t)(netp_stack_top - p) * sizeof *p;
}

void netp_board_reset(void)
{
    uint32_t *sp;

    memcpy(netp_data, netp_data_load, (size_t)(netp_data_end - netp_data) * sizeof *netp_data);
    memset(netp_bss, 0, (size_t)(netp_bss_end - netp_bss) * sizeof *netp_bss);
    __asm volatile("mov %0, sp" : "=r"(sp));
    for (uint32_t *p = netp_stack; p < sp - 16; p++) {
        *p = PAINT;
    }
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* CPACR: the FPU is there */
    __asm volatile("dsb\n isb");
#endif
    mps2_init();
    netp_board_exit(main());
}

static void hard_fault(void)
{
    netp_board_fatal("hard fault");
}

static void bus_fault(void)
{
    netp_board_fatal("bus fault");
}

static void usage_fault(void)
{
    netp_board_fatal("usage fault");
}

static void unexpected(void)
{
    netp_board_fatal("unexpected interrupt");
}

/* What else firmware or a test may want to be called for. */
__attribute__((weak)) void mps2_mem_manage(void)
{
    netp_board_fatal("memory fault");
}
__attribute__((weak)) void SVC_Handler(void)
{
    unexpected();
}
__attribute__((weak)) void PendSV_Handler(void)
{
    unexpected();
}
__attribute__((weak)) void SysTick_Handler(void)
{
    netp_board_tick();
}
__attribute__((weak)) void mps2_irq20(void)
{
    unexpected();
}

typedef void handler(void);

__attribute__((section(".vectors"), used)) static handler *const vectors[16 + 32] = {
    (handler *)netp_stack_top,
    netp_board_reset,
    unexpected, /* NMI */
    hard_fault,
    mps2_mem_manage,
    bus_fault,
    usage_fault,
    [11] = SVC_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + MPS2_ETH_IRQ] = mps2_eth_irq,
    [16 + 20] = mps2_irq20,
};

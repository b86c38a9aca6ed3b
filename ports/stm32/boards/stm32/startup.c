/* startup.c - from reset to main() on an STM32, and what faults lead to. SPDX-License-Identifier:
 * MIT
 */
#include "stm32.h"
#include <string.h>

#define PAINT   0x5ac5ac5au
#define ETH_IRQ 61

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
    REG(0xe000ed88) |= 0xfu << 20; /* CPACR: the FPU is there */
    __asm volatile("dsb\n isb");
#endif
    stm32_board_init();
    stm32_start();
    main();
    netp_board_fatal("main() has ended");
}

static void fault(void)
{
    netp_board_fatal("fault");
}

static void unexpected(void)
{
    netp_board_fatal("unexpected interrupt");
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

typedef void handler(void);

__attribute__((section(".vectors"), used)) static handler *const vectors[16 + 150] = {
    (handler *)netp_stack_top,
    netp_board_reset,
    unexpected, /* NMI */
    fault,
    fault,
    fault,
    fault,
    [11] = SVC_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + ETH_IRQ] = stm32_eth_irq,
};

/* vectors.c - interrupts of an STM32, and what faults lead to. SPDX-License-Identifier: MIT */
#include "../startup.h"
#include "stm32.h"

#define ETH_IRQ 61

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

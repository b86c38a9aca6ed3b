/* vectors.c - interrupts of QEMU's mps2 boards, and what faults lead to. SPDX-License-Identifier:
 * MIT
 */
#include "../startup.h"
#include "mps2.h"

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

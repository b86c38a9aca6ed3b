/* startup.c - from reset to main(), on each of the boards. SPDX-License-Identifier: MIT */
#include "startup.h"
#include <board.h>
#include <string.h>

#define PAINT 0x5ac5ac5au
#define CPACR (*(volatile uint32_t *)0xe000ed88)

extern uint32_t netp_data[], netp_data_end[], netp_data_load[], netp_bss[], netp_bss_end[];
extern uint32_t netp_stack[];

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
    CPACR |= 0xfu << 20; /* the FPU is there */
    __asm volatile("dsb\n isb");
#endif
    netp_board_start();
    netp_board_exit(main());
}

/* mps2.h - within the board: QEMU's mps2-an385 (Cortex-M3), an386 (M4F) and an500 (M7).
 *
 * SPDX-License-Identifier: MIT */
#ifndef MPS2_H
#define MPS2_H

#include <board.h>

#define MPS2_HZ      25000000u
#define MPS2_ETH_IRQ 13u
#ifdef MPS2_AN500
#define MPS2_ETH 0xa0000000u
#define MPS2_MEM 0x60000000u /* 16 MB beside the memory of the part, for what stands for flash */
#else
#define MPS2_ETH 0x40200000u
#define MPS2_MEM 0x21000000u
#endif

void mps2_eth_irq(void);
void mps2_mem_manage(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void mps2_irq20(void);
void mps2_irq_enable(unsigned irq);

#endif

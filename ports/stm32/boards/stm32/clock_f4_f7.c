/* clock_f4_f7.c - 168 MHz on F4, 216 MHz on F7, from 8 MHz. SPDX-License-Identifier: MIT */
#include "stm32.h"

#define CR       (STM32_RCC + 0x00)
#define PLLCFGR  (STM32_RCC + 0x04)
#define CFGR     (STM32_RCC + 0x08)
#define AHB1RSTR (STM32_RCC + 0x10)
#define AHB1ENR  (STM32_RCC + 0x30)
#define AHB1LPEN (STM32_RCC + 0x50)
#define APB1ENR  (STM32_RCC + 0x40)
#define APB2ENR  (STM32_RCC + 0x44)
#define PWR_CR   0x40007000u
#define PWR_CSR  0x40007004u
#define FLASH    0x40023c00u
#define PMC      0x40013804u /* of SYSCFG */
#define MAC      (7u << 25)  /* MAC, its transmitter and receiver */

#ifdef STM32_F7
#define PLL_N 216u
#define PLL_Q 9u
#define WAIT  7u
#else
#define PLL_N 168u
#define PLL_Q 7u
#define WAIT  5u
#endif

static void wait_for(uint32_t reg, uint32_t bits)
{
    while ((REG(reg) & bits) != bits) {
    }
}

void stm32_clock(bool bypass)
{
    REG(APB1ENR) |= 1u << 28; /* PWR */
    (void)REG(APB1ENR);
    REG(CR) |= 1u << 16 | (bypass ? 1u << 18 : 0);
    wait_for(CR, 1u << 17);
    REG(PLLCFGR) = 4u | PLL_N << 6 | 1u << 22 | PLL_Q << 24; /* 8 / 4 * N, / 2; / Q: 48 MHz */
    REG(CR) |= 1u << 24;
#ifdef STM32_F7
    REG(PWR_CR) |= 1u << 16; /* over-drive, above 180 MHz */
    wait_for(PWR_CSR, 1u << 16);
    REG(PWR_CR) |= 1u << 17;
    wait_for(PWR_CSR, 1u << 17);
    REG(FLASH) = 1u << 9 | 1u << 8 | WAIT;
#else
    REG(FLASH) = 1u << 10 | 1u << 9 | 1u << 8 | WAIT;
#endif
    wait_for(CR, 1u << 25);
    REG(CFGR) = 5u << 10 | 4u << 13 | 2u; /* APB1 / 4, APB2 / 2, the PLL */
    wait_for(CFGR, 2u << 2);
}

/* RMII is selected while the MAC is in reset and has no clock. */
void stm32_eth_clock(void)
{
    REG(APB2ENR) |= 1u << 14; /* SYSCFG */
    (void)REG(APB2ENR);
    REG(AHB1RSTR) |= 1u << 25;
    REG(PMC) |= 1u << 23;
    (void)REG(PMC);
    REG(AHB1RSTR) &= ~(1u << 25);
    REG(AHB1ENR) |= MAC;
    REG(AHB1LPEN) |= MAC; /* asleep, too */
    (void)REG(AHB1ENR);
}

/* clock_h7.c - 400 MHz on H743, 200 MHz on its buses, from 8 MHz. SPDX-License-Identifier: MIT */
#include "stm32.h"

#define CR        (STM32_RCC + 0x00)
#define CFGR      (STM32_RCC + 0x10)
#define D1CFGR    (STM32_RCC + 0x18)
#define D2CFGR    (STM32_RCC + 0x1c)
#define D3CFGR    (STM32_RCC + 0x20)
#define PLLCKSELR (STM32_RCC + 0x28)
#define PLLCFGR   (STM32_RCC + 0x2c)
#define PLL1DIVR  (STM32_RCC + 0x30)
#define AHB1RSTR  (STM32_RCC + 0x80)
#define AHB1ENR   (STM32_RCC + 0xd8)
#define AHB2ENR   (STM32_RCC + 0xdc)
#define APB4ENR   (STM32_RCC + 0xf4)
#define AHB1LPEN  (STM32_RCC + 0x100)
#define PWR_CSR1  0x58024804u
#define PWR_CR3   0x5802480cu
#define PWR_D3CR  0x58024818u
#define FLASH     0x52002000u
#define PMCR      0x58000404u /* of SYSCFG */
#define MAC       (7u << 15)

static void wait_for(uint32_t reg, uint32_t bits)
{
    while ((REG(reg) & bits) != bits) {
    }
}

void stm32_clock(bool bypass)
{
    REG(PWR_CR3) = (REG(PWR_CR3) & ~7u) | 2u; /* supplied by the LDO; can be written once */
    wait_for(PWR_CSR1, 1u << 13);
    REG(PWR_D3CR) |= 3u << 14; /* VOS1 */
    wait_for(PWR_D3CR, 1u << 13);
    REG(CR) |= 1u << 16 | (bypass ? 1u << 18 : 0) | 1u << 12; /* HSI48 is the RNG's */
    wait_for(CR, 1u << 17 | 1u << 13);
    REG(PLLCKSELR) = 1u << 4 | 2u; /* 8 MHz as it is */
    REG(PLLCFGR) = 7u << 16 | 3u << 2;
    REG(PLL1DIVR) = 99u | 1u << 9 | 7u << 16 | 1u << 24; /* * 100, / 2; / 8 */
    REG(CR) |= 1u << 24;
    REG(FLASH) = 2u << 4 | 2u;
    REG(D1CFGR) = 4u << 4 | 8u; /* AHB / 2, APB3 / 2 */
    REG(D2CFGR) = 4u << 4 | 4u << 8;
    REG(D3CFGR) = 4u << 4;
    wait_for(CR, 1u << 25);
    REG(CFGR) = 3u;
    wait_for(CFGR, 3u << 3);
    REG(AHB2ENR) |= 7u << 29; /* the RAM that the MAC works on */
    (void)REG(AHB2ENR);
}

void stm32_eth_clock(void)
{
    REG(APB4ENR) |= 1u << 1; /* SYSCFG */
    (void)REG(APB4ENR);
    REG(AHB1RSTR) |= 1u << 15;
    REG(PMCR) = (REG(PMCR) & ~(7u << 21)) | 4u << 21;
    (void)REG(PMCR);
    REG(AHB1RSTR) &= ~(1u << 15);
    REG(AHB1ENR) |= MAC;
    REG(AHB1LPEN) |= MAC; /* asleep, too */
    (void)REG(AHB1ENR);
}

/* stm32.h - within the boards with an STM32: registers and pins. SPDX-License-Identifier: MIT
 *
 * STM32_F4, STM32_F7 or STM32_H7 says which family it is; addresses and bits are those of RM0090,
 * RM0410 and RM0433. */
#ifndef STM32_H
#define STM32_H

#include <board.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#ifdef STM32_H7
#define STM32_RCC    0x58024400u
#define STM32_GPIO   0x58020000u
#define STM32_GPIOEN (STM32_RCC + 0xe0) /* AHB4ENR */
#define STM32_APB1EN (STM32_RCC + 0xe8) /* APB1LENR */
#define STM32_RNG    0x48021800u
#define STM32_RNGEN  (STM32_RCC + 0xdc) /* AHB2ENR */
#else
#define STM32_RCC    0x40023800u
#define STM32_GPIO   0x40020000u
#define STM32_GPIOEN (STM32_RCC + 0x30) /* AHB1ENR */
#define STM32_APB1EN (STM32_RCC + 0x40)
#define STM32_RNG    0x50060800u
#define STM32_RNGEN  (STM32_RCC + 0x34) /* AHB2ENR */
#endif
#define STM32_USART3 0x40004800u

/* A pin of a port 'A'..'K'. */
struct stm32_pin {
    char port;
    uint8_t n;
};

enum { STM32_AF_USART3 = 7, STM32_AF_ETH = 11 };

/* What a board has. The last of a list has port 0. */
struct stm32_board {
    uint32_t core_hz, pclk1_hz;
    const struct stm32_pin *rmii, *lamps;
    struct stm32_pin serial; /* transmit, of USART3; port 0: none */
};
extern const struct stm32_board stm32_board;

/* Of the family: starts the PLL from an 8 MHz clock, external with `bypass`. */
void stm32_clock(bool bypass);
/* Of the family: RMII, and the clocks of the MAC. */
void stm32_eth_clock(void);
/* Of the board: its clocks, first of all. */
void stm32_board_init(void);

/* To an alternate function, fastest slew; or to an output. */
void stm32_pin_alternate(struct stm32_pin pin, unsigned function);
void stm32_pin_output(struct stm32_pin pin);

/* The MPU's region 0: normal memory that is not cached, for the DMA. bits: log2 of its size. Then
 * both caches on. Cortex-M7. */
void stm32_cache(uint32_t dma, unsigned bits);

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void stm32_eth_irq(void);

#endif

/* board.c - a board with an STM32F407 and a crystal of 8 MHz; RMII at the usual pins, no serial
 * line. SPDX-License-Identifier: MIT */
#include "../stm32/stm32.h"

const char netp_board_name[] = "stm32f407";

static const struct stm32_pin rmii[] = {{'A', 1},  {'A', 2}, {'A', 7}, {'B', 11}, {'B', 12},
                                        {'B', 13}, {'C', 1}, {'C', 4}, {'C', 5},  {0, 0}};
static const struct stm32_pin lamps[] = {{'D', 12}, {'D', 13}, {'D', 14}, {0, 0}};

const struct stm32_board stm32_board = {
    .core_hz = 168000000, .pclk1_hz = 42000000, .rmii = rmii, .lamps = lamps, .serial = {0, 0}};

void stm32_board_init(void)
{
    stm32_clock(false);
}

/* board.c - NUCLEO-F429ZI. SPDX-License-Identifier: MIT */
#include "../stm32/stm32.h"

const char netp_board_name[] = "nucleo-f429zi";

static const struct stm32_pin rmii[] = {{'A', 1}, {'A', 2}, {'A', 7},  {'B', 13}, {'C', 1},
                                        {'C', 4}, {'C', 5}, {'G', 11}, {'G', 13}, {0, 0}};
static const struct stm32_pin lamps[] = {{'B', 0}, {'B', 7}, {'B', 14}, {0, 0}};

const struct stm32_board stm32_board = {
    .core_hz = 168000000, .pclk1_hz = 42000000, .rmii = rmii, .lamps = lamps, .serial = {'D', 8}};

void stm32_board_init(void)
{
    stm32_clock(true);
}

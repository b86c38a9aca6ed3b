/* sys_now.c - lwIP's clock is the board's. SPDX-License-Identifier: MIT */
#include <board.h>
#include <lwip/sys.h>

u32_t sys_now(void)
{
    return netp_board_ms();
}

/* sys_now.c - lwIP's clock is the board's; with an operating system see ../../os.
 *
 * SPDX-License-Identifier: MIT */
#include <board.h>
#include <lwip/sys.h>

#if NO_SYS
u32_t sys_now(void)
{
    return netp_board_ms();
}
#endif

/* arch/cc.h - what lwIP asks of the compiler and the board. SPDX-License-Identifier: MIT
 *
 * For GCC and Clang, where lwIP's own defaults do for types and packing. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The board has these two. The first: lwIP found itself in a state that cannot be, and ends here.
 */
void netp_board_fatal(const char *what) __attribute__((noreturn));

/* 32 bits that nobody outside can guess: for sequence numbers, ports and identifiers. */
uint32_t netp_board_random(void);

#ifdef __cplusplus
}
#endif

#define LWIP_PLATFORM_DIAG(x)   ((void)0)
#define LWIP_PLATFORM_ASSERT(x) netp_board_fatal(x)
#define LWIP_RAND()             netp_board_random()

#ifdef NDEBUG
#define LWIP_NOASSERT 1 /* saves 11 KB of flash */
#endif

#endif

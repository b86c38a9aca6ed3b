/* printf.h - included before all else: newlib for ARM knows no %zu, so z is taken out; a size_t is
 * an unsigned there. SPDX-License-Identifier: MIT */
#ifndef GUEST_PRINTF_H
#define GUEST_PRINTF_H

#include <stdarg.h>
#include <stdio.h>

int guest_snprintf(char *p, size_t n, const char *format, ...);
int guest_vsnprintf(char *p, size_t n, const char *format, va_list args);
int guest_printf(const char *format, ...);

#define snprintf  guest_snprintf
#define vsnprintf guest_vsnprintf
#define printf    guest_printf

#endif

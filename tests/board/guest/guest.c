/* guest.c - runs a group of tests on the emulated board. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "cmocka.h"

static jmp_buf out;

/* --- printf.h -------------------------------------------------------------------------------- */

int guest_vsnprintf(char *p, size_t n, const char *format, va_list args)
{
    char plain[1024];
    size_t k = 0;

    for (const char *f = format; *f && k + 1 < sizeof plain; f++) {
        if (!(*f == 'z' && f > format && f[-1] == '%')) {
            plain[k++] = *f;
        }
    }
    plain[k] = '\0';
#undef vsnprintf
    return vsnprintf(p, n, plain, args);
}

int guest_snprintf(char *p, size_t n, const char *format, ...)
{
    va_list args;
    int r;

    va_start(args, format);
    r = guest_vsnprintf(p, n, format, args);
    va_end(args);
    return r;
}

int guest_printf(const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    guest_vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fputs(text, stdout);
}

/* --- tests ----------------------------------------------------------------------------------- */

void guest_fail(const char *file, int line, const char *what)
{
    printf("%s:%d: %s\n", file, line, what);
    longjmp(out, 1);
}

static bool run(const struct CMUnitTest *t)
{
    void *state = t->state;

    if (setjmp(out) != 0) {
        printf("FAILED: %s\n", t->name);
        return false;
    }
    if (t->begin && t->begin(&state) != 0) {
        return false;
    }
    t->test(&state);
    return !t->end || t->end(&state) == 0;
}

int guest_run(const struct CMUnitTest *tests, size_t n)
{
    size_t passed = 0;

    for (size_t i = 0; i < n; i++) {
        passed += run(&tests[i]);
    }
    printf("%zu of %zu passed\n", passed, n);
    return passed == n ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The vectors: newlib's start-up asks the emulator where the heap and the stack are. */
void _start(void);
extern char guest_stack_top[];

static void fault(void)
{
    puts("FAULT");
    exit(EXIT_FAILURE);
}

__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
    (void (*)(void))guest_stack_top, _start, fault, fault, fault, fault, fault};

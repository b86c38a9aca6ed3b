/* cmocka.h - as much of cmocka as the unit tests of the machines use, for the emulated board.
 *
 * SPDX-License-Identifier: MIT
 *
 * As in the true one, the standard headers it needs have been included before. */
#ifndef GUEST_CMOCKA_H
#define GUEST_CMOCKA_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*begin)(void **state);
    int (*end)(void **state);
    void *state;
};

/* Ends the test that runs. */
_Noreturn void guest_fail(const char *file, int line, const char *what);

static inline void guest_equal(uintmax_t a, uintmax_t b, bool equal, const char *file, int line)
{
    char what[60];

    if ((a == b) != equal) {
        snprintf(what, sizeof what, "%#" PRIxMAX " %s %#" PRIxMAX, a, equal ? "!=" : "==", b);
        guest_fail(file, line, what);
    }
}

static inline void guest_strings(const char *a, const char *b, const char *file, int line)
{
    if (strcmp(a, b) != 0) {
        printf("\"%s\", not \"%s\"\n", a, b);
        guest_fail(file, line, "a string");
    }
}

#define guest_check(good, what) ((good) ? (void)0 : guest_fail(__FILE__, __LINE__, what))
#define assert_true(x)          guest_check(x, #x)
#define assert_false(x)         guest_check(!(x), "not " #x)
#define assert_null(x)          guest_check(!(x), #x " is not NULL")
#define assert_non_null(x)      guest_check(x, #x " is NULL")
#define assert_int_equal(a, b)  guest_equal((uintmax_t)(a), (uintmax_t)(b), true, __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                                                 \
    guest_equal((uintmax_t)(a), (uintmax_t)(b), false, __FILE__, __LINE__)
#define assert_ptr_equal(a, b)        guest_check((const void *)(a) == (const void *)(b), #a)
#define assert_in_range(x, low, high) guest_check((x) >= (low) && (x) <= (high), #x)
#define assert_string_equal(a, b)     guest_strings(a, b, __FILE__, __LINE__)
#define assert_string_not_equal(a, b) guest_check(strcmp(a, b) != 0, #a)
#define assert_memory_equal(a, b, n)  guest_check(memcmp(a, b, n) == 0, #a)
#define fail()                        guest_fail(__FILE__, __LINE__, "fail()")
#define fail_msg(...)                 (printf(__VA_ARGS__), putchar('\n'), fail())
#define print_message                 printf
#define print_error                   printf

#define cmocka_unit_test(f)                                                                        \
    {                                                                                              \
#f, f, NULL, NULL, NULL                                                                    \
    }
#define cmocka_unit_test_setup_teardown(f, begin, end)                                             \
    {                                                                                              \
#f, f, begin, end, NULL                                                                    \
    }
#define cmocka_run_group_tests(tests, begin, end) guest_run(tests, sizeof(tests) / sizeof *(tests))

int guest_run(const struct CMUnitTest *tests, size_t n);

#endif

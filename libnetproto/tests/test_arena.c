/* test_arena.c - the fixed-region arena.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/arena.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void it_hands_out_all_and_no_more(void **state)
{
    struct netp_arena a;
    uint8_t *mem = malloc(100);

    (void)state;
    netp_arena_init(&a, mem, 100);
    assert_int_equal(netp_arena_used(&a), 0);
    assert_ptr_equal(netp_arena_alloc(&a, 60, 1), mem);
    assert_null(netp_arena_alloc(&a, 41, 1));
    assert_null(netp_arena_alloc(&a, SIZE_MAX, 1));
    assert_null(netp_arena_alloc(&a, SIZE_MAX - 50, 8));
    assert_int_equal(netp_arena_used(&a), 60); /* a refusal changes nothing */
    assert_int_equal(netp_arena_high(&a), 60);

    uint8_t *rest = netp_arena_alloc(&a, 40, 1);
    assert_ptr_equal(rest, mem + 60);
    memset(mem, 0xee, 100); /* all of it is there to write to */
    assert_null(netp_arena_alloc(&a, 1, 1));
    assert_int_equal(netp_arena_used(&a), 100);
    free(mem);
}

static void addresses_are_aligned_wherever_the_region_starts(void **state)
{
    uint8_t *block = malloc(64 + 16);

    (void)state;
    for (size_t at = 0; at < 16; at++) {
        for (size_t align = 1; align <= 16; align *= 2) {
            struct netp_arena a;
            netp_arena_init(&a, block + at, 64);
            uint8_t *one = netp_arena_alloc(&a, 1, 1);
            uint8_t *p = netp_arena_alloc(&a, 3, align);
            uint8_t *q = netp_arena_alloc(&a, 5, align);
            assert_ptr_equal(one, block + at);
            assert_non_null(p);
            assert_non_null(q);
            assert_int_equal((uintptr_t)p % align, 0);
            assert_int_equal((uintptr_t)q % align, 0);
            assert_true(p > one && (size_t)(p - one) <= align);
            assert_true(q >= p + 3 && (size_t)(q - (p + 3)) < align);
            assert_int_equal(netp_arena_used(&a), (size_t)(q + 5 - one));
        }
    }
    free(block);
}

static void a_gap_that_does_not_fit_is_refused(void **state)
{
    struct netp_arena a;
    uint64_t mem[2]; /* aligned to 4 at least */

    (void)state;
    netp_arena_init(&a, mem, 7);
    assert_non_null(netp_arena_alloc(&a, 5, 1));
    assert_null(netp_arena_alloc(&a, 0, 4)); /* the gap is 3, 2 are left */
    assert_null(netp_arena_alloc(&a, 1, 4));
    assert_int_equal(netp_arena_used(&a), 5);

    netp_arena_init(&a, mem, 8);
    assert_non_null(netp_arena_alloc(&a, 5, 1));
    assert_null(netp_arena_alloc(&a, 1, 4)); /* the gap takes the 3 that are left */
    assert_ptr_equal(netp_arena_alloc(&a, 0, 4), (uint8_t *)mem + 8);
    assert_int_equal(netp_arena_used(&a), 8);

    netp_arena_init(&a, mem, 8);
    assert_non_null(netp_arena_alloc(&a, 3, 1));
    assert_null(netp_arena_alloc(&a, 5, 4)); /* 5 are left, 4 of them behind the gap */
    assert_ptr_equal(netp_arena_alloc(&a, 4, 4), (uint8_t *)mem + 4);
}

static void reset_gives_back_to_the_mark(void **state)
{
    struct netp_arena a;
    uint8_t mem[32];

    (void)state;
    netp_arena_init(&a, mem, sizeof mem);
    netp_arena_alloc(&a, 10, 1);
    size_t mark = netp_arena_used(&a);
    netp_arena_alloc(&a, 20, 1);
    netp_arena_reset(&a, mark);
    assert_int_equal(netp_arena_used(&a), 10);
    assert_ptr_equal(netp_arena_alloc(&a, 1, 1), mem + 10);
    netp_arena_reset(&a, 20); /* a mark that was given back already */
    assert_int_equal(netp_arena_used(&a), 11);
    netp_arena_reset(&a, 0);
    assert_int_equal(netp_arena_used(&a), 0);
    assert_int_equal(netp_arena_high(&a), 30);
    netp_arena_init(&a, mem, sizeof mem);
    assert_int_equal(netp_arena_high(&a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_hands_out_all_and_no_more),
        cmocka_unit_test(addresses_are_aligned_wherever_the_region_starts),
        cmocka_unit_test(a_gap_that_does_not_fit_is_refused),
        cmocka_unit_test(reset_gives_back_to_the_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_regs.c - the numbers of eth_v1_regs.h and eth_v2_regs.h are those of ST's headers.
 *
 * SPDX-License-Identifier: MIT */
#include "../eth/eth_v1_regs.h"
#include "../eth/eth_v2_regs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct number {
    const char *name;
    uint32_t ours, recorded;
};

static const struct number numbers[] = {
#define X(ours, recorded, theirs) {#ours, (ours), (recorded)},
#define Y                         X
#include "regs_v1.def"
#include "regs_v2.def"
};

static void as_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].ours != numbers[i].recorded) {
            fail_msg("%s is 0x%x, not 0x%x", numbers[i].name, (unsigned)numbers[i].ours,
                     (unsigned)numbers[i].recorded);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

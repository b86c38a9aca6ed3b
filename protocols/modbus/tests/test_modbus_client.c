/* test_modbus_client.c - the Modbus client by transcript. The examples are those of app 6.
 * SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/modbus_client.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A subject's command of that name. */
static int command(const char *name, void *m, const void *p, size_t n, netp_ms now)
{
    for (size_t i = 0; i < subject_modbus_client.ncmd; i++) {
        if (strcmp(subject_modbus_client.cmd[i].name, name) == 0) {
            return subject_modbus_client.cmd[i].run(m, p, n, now);
        }
    }
    abort();
}

static int request(void *m, const void *p, size_t n, netp_ms now)
{
    return command("request", m, p, n, now);
}

/* What was dropped so far: 1000 times late, 100 times foreign, noise. */
static int dropped(void *m, const void *p, size_t n, netp_ms now)
{
    return command("dropped", m, p, n, now);
}

#define READ   "\x11\3\0\x6b\0\3"
#define ANSWER "\x11\3\6\2\x2b\0\0\0\x64"
#define WRITE  "\x11\6\0\1\0\3"

static const struct tr_case mbap[] = {
    {.name = "a reading",
     .cfg = "",
     .tight = 1,
     .steps = TR_STEPS(TR_DO(request, READ, 0), TR_OUT("\0\0\0\0\0\6" READ),
                       TR_IN("\0\0\0\0\0\x09" ANSWER), TR_EV("response 0 17 03"),
                       TR_EV("data \\x02+\\x00\\x00\\x00d"), TR_DO(request, WRITE, 1),
                       TR_OUT("\0\1\0\0\0\6" WRITE), TR_IN("\0\1\0\0\0\6" WRITE),
                       TR_EV("response 1 17 06"), TR_DO(dropped, "", 0), TR_WANT(NETP_WANT_IN),
                       TR_EOF(), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
};

static void test_mbap(void **state)
{
    (void)state;
    tr_check(&subject_modbus_client.machine, mbap, COUNT(mbap));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mbap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

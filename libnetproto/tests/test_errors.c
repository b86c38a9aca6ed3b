/* test_errors.c - the version and the names of the error codes.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/netp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void version_is_that_of_the_header(void **state)
{
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", NETP_VERSION_MAJOR, NETP_VERSION_MINOR,
             NETP_VERSION_PATCH);
    assert_string_equal(NETP_VERSION, text);
    assert_string_equal(netp_version(), text);
}

static void every_code_has_its_name_and_text(void **state)
{
    (void)state;
#define CHECK(name, value, text)                                                                   \
    assert_int_equal(name, value);                                                                 \
    assert_string_equal(netp_errname(value), #name);                                               \
    assert_string_equal(netp_strerror(value), text);
    NETP_ERR_LIST(CHECK)
    assert_string_equal(netp_errname(NETP_E_SYNTAX), "NETP_E_SYNTAX");
}

static void unknown_codes_are_said_to_be_unknown(void **state)
{
    static const int codes[] = {1, -5, -1000, INT32_MAX, INT32_MIN};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_string_equal(netp_errname(codes[i]), "NETP_E_?");
        assert_string_equal(netp_strerror(codes[i]), "unknown error");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_that_of_the_header),
        cmocka_unit_test(every_code_has_its_name_and_text),
        cmocka_unit_test(unknown_codes_are_said_to_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

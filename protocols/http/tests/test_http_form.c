/* test_http_form.c - application/x-www-form-urlencoded: the URL standard of WHATWG, section 5.
 * SPDX-License-Identifier: MIT */
#include "subject.h"
#include "told.h"

#include <netproto/http_form.h>

static void pairs(struct netp_str s, struct told *told)
{
    struct netp_str name, value;

    while (netp_http_form_pair_next(&s, &name, &value)) {
        tell_str(told, name);
        tell_str(told, value);
    }
    assert_int_equal(s.n, 0);
    assert_false(netp_http_form_pair_next(&s, &name, &value));
}

static void pairs_are_taken_off_a_text(void **state)
{
    static const struct row rows[] = {
        ROW("a=b", "[a][b]"),
        ROW("a=b&c=d", "[a][b][c][d]"),
        ROW("a=b&a=c", "[a][b][a][c]"),
        ROW("a=b=c", "[a][b=c]"),
        ROW("a", "[a][]"),
        ROW("a&b", "[a][][b][]"),
        ROW("=", "[][]"),
        ROW("=b&a=", "[][b][a][]"),
        ROW("&&a&&&b&", "[a][][b][]"),
        ROW("a+b=%26%3d+", "[a+b][%26%3d+]"),
        ROW("", ""),
        ROW("&", ""),
    };
    struct netp_str none = {NULL, 0}, name, value;

    (void)state;
    check_rows(pairs, rows, COUNT(rows));
    assert_false(netp_http_form_pair_next(&none, &name, &value));
}

static void pairs_are_written(void **state)
{
    char out[100];
    size_t n = 0;

    (void)state;
    assert_int_equal(netp_http_form_put(out, sizeof out, &n, NETP_STR("a b&c"),
                                        netp_str_make("=%+\r\n", 6)), /* and its NUL */
                     NETP_OK);
    assert_int_equal(netp_http_form_put(out, sizeof out, &n, NETP_STR(""), NETP_STR("")), NETP_OK);
    assert_int_equal(
        netp_http_form_put(out, sizeof out, &n, NETP_STR("x~"), NETP_STR("*-._\xc3\xbc")), NETP_OK);
    out[n] = '\0'; /* what stays as it is: section 1.3 */
    assert_string_equal(out, "a+b%26c=%3D%25%2B%0D%0A%00&=&x%7E=*-._%C3%BC");
}

static void what_does_not_fit_changes_nothing(void **state)
{
    static const char text[] = "a=b&%26=%3D";
    char out[sizeof text - 1];

    (void)state;
    for (size_t cap = 3; cap < sizeof text; cap++) {
        size_t n = 0;
        int r = netp_http_form_put(out, cap, &n, NETP_STR("a"), NETP_STR("b"));
        assert_int_equal(r, NETP_OK);
        r = netp_http_form_put(out, cap, &n, NETP_STR("&"), NETP_STR("="));
        assert_int_equal(r, cap == sizeof text - 1 ? NETP_OK : NETP_E_NOSPACE);
        assert_int_equal(n, r == NETP_OK ? cap : 3);
    }
    assert_memory_equal(out, text, sizeof out);
    assert_int_equal(NETP_HTTP_FORM_CAP(1, 1), 8);
    size_t n = 0;
    assert_int_equal(netp_http_form_put(out, 1, &n, NETP_STR("a"), NETP_STR("")), NETP_E_NOSPACE);
    assert_int_equal(netp_http_form_put(out, 1, &n, NETP_STR(""), NETP_STR("")), NETP_OK);
    assert_int_equal(netp_http_form_put(out, 3, &n, NETP_STR(""), NETP_STR("")), NETP_OK);
    assert_memory_equal(out, "=&=", 3);
}

#define LONG "0123456789012345678901234567890123456789012345678901234567890123" /* 64 */

static const struct tr_case cases[] = {
    {.name = "what curl sends",
     .cfg = "name=20 pairs=4",
     .steps = TR_STEPS(TR_IN_EOF("a b=c%26d%3D%C3%A9&x=1&flag&v"), TR_EV("name a b"),
                       TR_EV("data c&d=\\xc3\\xa9"), TR_EV("value end"), TR_EV("name x"),
                       TR_EV("data 1"), TR_EV("value end"), TR_EV("name flag"), TR_EV("value end"),
                       TR_EV("name v"), TR_EV("value end"), TR_EV("end"), TR_WANT(NETP_CLOSED))},
    {.name = "escapes",
     .cfg = "",
     .steps = TR_STEPS(TR_IN("%61+%3d=%2B+%00%fF"), TR_EV("name a ="), TR_EV("data + \\x00\\xff"),
                       TR_EOF(), TR_EV("value end"), TR_EV("end"))},
    {.name = "a long value, plain and not",
     .cfg = "",
     .steps = TR_STEPS(TR_IN("a=" LONG LONG "%20" LONG "&b=" LONG "++"), TR_EV("name a"),
                       TR_EV("data " LONG LONG " " LONG), TR_EV("value end"), TR_EV("name b"),
                       TR_EV("data " LONG "  "), TR_EOF(), TR_EV("value end"), TR_EV("end"))},
    {.name = "nothing",
     .cfg = "pairs=0",
     .steps = TR_STEPS(TR_WANT(NETP_WANT_IN), TR_EOF(), TR_EV("end"))},
    {.name = "no names",
     .cfg = "name=0",
     .steps = TR_STEPS(TR_IN("&&=a&&="), TR_EV("name "), TR_EV("data a"), TR_EV("value end"),
                       TR_EV("name "), TR_EOF(), TR_EV("value end"), TR_EV("end"))},
    {.name = "a name that just fits",
     .cfg = "name=2 pairs=1",
     .tight = 1,
     .steps = TR_STEPS(TR_IN("%41%42=%43&"), TR_EV("name AB"), TR_EV("data C"), TR_EV("value end"),
                       TR_EOF(), TR_EV("end"))},
    {.name = "a name that is too long",
     .cfg = "name=2",
     .tail = true,
     .steps =
         TR_STEPS(TR_IN("a%42%43"), TR_FAIL(NETP_E_LIMIT, 413, 4, "name"), TR_WANT(NETP_CLOSED))},
    {.name = "a pair too many",
     .cfg = "pairs=2",
     .tail = true,
     .steps = TR_STEPS(TR_IN("a&&b&&c"), TR_EV("name a"), TR_EV("value end"), TR_EV("name b"),
                       TR_EV("value end"), TR_FAIL(NETP_E_LIMIT, 413, 6, "number of pairs"))},
    {.name = "a bad escape in a name",
     .cfg = "",
     .tail = true,
     .steps = TR_STEPS(TR_IN("ab%4="), TR_FAIL(NETP_E_SYNTAX, 400, 2, "escape"))},
    {.name = "a bad escape in a value, behind good bytes",
     .cfg = "",
     .tail = true,
     .steps = TR_STEPS(TR_IN("a=b%g0"), TR_EV("name a"), TR_EV("data b"),
                       TR_FAIL(NETP_E_SYNTAX, 400, 3, "escape"))},
    {.name = "the end of a pair in an escape",
     .cfg = "",
     .steps =
         TR_STEPS(TR_IN("a=%&b=c"), TR_EV("name a"), TR_FAIL(NETP_E_SYNTAX, 400, 2, "escape"))},
    {.name = "the end in an escape",
     .cfg = "",
     .steps =
         TR_STEPS(TR_IN_EOF("a=%4"), TR_EV("name a"), TR_FAIL(NETP_E_TRUNCATED, 400, 4, "escape"))},
    {.name = "the end in the escape of a name",
     .cfg = "",
     .steps = TR_STEPS(TR_IN_EOF("a%"), TR_FAIL(NETP_E_TRUNCATED, 400, 2, "escape"))},
    {.name = "cut in an escape",
     .cfg = "",
     .steps = TR_STEPS(TR_IN("a%"), TR_BROKEN(), TR_FAIL(NETP_E_TRUNCATED, 400, 2, "escape"))},
    {.name = "cut elsewhere",
     .cfg = "",
     .steps = TR_STEPS(TR_IN("a=b"), TR_EV("name a"), TR_EV("data b"), TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 3, "stream"))},
};

static void bodies_are_read_in_any_pieces(void **state)
{
    (void)state;
    tr_check(&subject_form.machine, cases, COUNT(cases));
}

static void plain_values_are_not_copied(void **state)
{
    struct netp_http_form_cfg cfg = NETP_HTTP_FORM_CFG_INIT;
    static const char text[] = "a=" LONG;
    struct netp_in in = {(const uint8_t *)text, sizeof text - 1, 0, NULL};
    struct netp_http_form m;
    struct netp_http_form_ev ev;
    char name[1];

    (void)state;
    assert_int_equal(cfg.max_pairs, 1000);
    cfg.name = name;
    cfg.namelen = sizeof name;
    assert_int_equal(netp_http_form_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_http_form_next(&m, &in, 0, &ev), NETP_HTTP_FORM_NAME);
    assert_int_equal(netp_http_form_next(&m, &in, 0, &ev), NETP_HTTP_FORM_VALUE);
    assert_ptr_equal(ev.p, text + 2);
    assert_int_equal(ev.n, 64);
    assert_int_equal(name[0], 'a');
    assert_int_equal(netp_http_form_next(&m, NULL, 0, &ev), 0);
    netp_http_form_sent(&m, 0, 0);
    assert_true(netp_http_form_deadline(&m) == NETP_NEVER);
    cfg.size--;
    assert_int_equal(netp_http_form_init(&m, &cfg, 0), NETP_E_ABI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_taken_off_a_text),
        cmocka_unit_test(pairs_are_written),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
        cmocka_unit_test(bodies_are_read_in_any_pieces),
        cmocka_unit_test(plain_values_are_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

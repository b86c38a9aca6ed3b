/* test_http_value.c - tokens, quoted strings and products: RFC 9110 sections 5.5, 5.6 and 10.1.5.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

/* Every character, against the RFC's lists. */
static void characters_have_their_classes(void **state)
{
    static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    (void)state;
    for (int i = 0; i < 256; i++) {
        char c = (char)i, three[3] = {'a', c, 'a'}, out[8];
        struct netp_str s = netp_str_make(three, 3);
        bool text = i == '\t' || (i >= ' ' && i != 0x7f);
        assert_int_equal(netp_http_is_token(s), memchr(tchar, c, sizeof tchar - 1) != NULL);
        assert_int_equal(netp_http_is_value(s), text);
        assert_int_equal(netp_http_is_value(netp_str_make(&c, 1)), text && i != '\t' && i != ' ');
        assert_int_equal(netp_http_quote(out, sizeof out, s) > 0, text);
    }
    assert_false(netp_http_is_token(netp_str_make(NULL, 0)));
    assert_true(netp_http_is_value(netp_str_make(NULL, 0)));
    assert_false(netp_http_is_value(NETP_STR("a ")));
    assert_false(netp_http_is_value(netp_str_make("a bc", 2)));
    assert_false(netp_http_is_value(NETP_STR("\ta")));
    assert_true(netp_http_is_value(NETP_STR("a b")));
}

static void unquoted(struct netp_str s, struct told *told)
{
    char *out = malloc(s.n + (s.n == 0)), *less;
    ptrdiff_t n = netp_http_unquote(out, s.n, s);

    tell_error(told, n);
    if (n >= 0) {
        tell_str(told, netp_str_make(out, (size_t)n));
    }
    if (n > 0) {
        less = malloc((size_t)n);
        assert_int_equal(netp_http_unquote(less, (size_t)n, s), n);
        assert_int_equal(netp_http_unquote(less, (size_t)n - 1, s), NETP_E_NOSPACE);
        free(less);
    }
    free(out);
}

static void quoted_strings_are_undone(void **state)
{
    static const struct row rows[] = {
        ROW("token", "[token]"),
        ROW("\"\"", "[]"),
        ROW("\"a b, c\"", "[a b, c]"),
        ROW("\"a\\\"b\\\\c\\d\"", "[a\"b\\cd]"), /* section 5.6.4: any quoted-pair */
        ROW("\"\t\xe4\\\xe4\"", "[\t\xe4\xe4]"),
        ROW("\"\\\"\"", "[\"]"),
        ROW("\"\\\\\"", "[\\]"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("\"", "NETP_E_SYNTAX"),
        ROW("\"a", "NETP_E_SYNTAX"),
        ROW("\"a\\\"", "NETP_E_SYNTAX"),
        ROW("\"a\"b", "NETP_E_SYNTAX"),
        ROW("a\"b\"", "NETP_E_SYNTAX"),
        ROW("\"a\nb\"", "NETP_E_SYNTAX"),
        ROW("\"a\\\nb\"", "NETP_E_SYNTAX"),
        ROW("\"a\0b\"", "NETP_E_SYNTAX"),
        ROW("a b", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(unquoted, rows, COUNT(rows));
}

static void quoting_escapes_what_it_must(void **state)
{
    char out[NETP_HTTP_QUOTE_CAP(4)];

    (void)state;
    assert_int_equal(netp_http_quote(out, sizeof out, NETP_STR("a\"\\\t")), 8);
    assert_memory_equal(out, "\"a\\\"\\\\\t\"", 8);
    assert_int_equal(netp_http_quote(out, 8, NETP_STR("a\"\\\t")), 8);
    assert_int_equal(netp_http_quote(out, 7, NETP_STR("a\"\\\t")), NETP_E_NOSPACE);
    assert_int_equal(netp_http_quote(out, 2, NETP_STR("")), 2);
    assert_int_equal(netp_http_quote(out, 1, NETP_STR("")), NETP_E_NOSPACE);
    assert_int_equal(netp_http_quote(out, sizeof out, NETP_STR("\r\n")), NETP_E_ARG);
    out[0] = 'x';
    assert_int_equal(netp_http_quote(out, 0, NETP_STR("a")), NETP_E_NOSPACE);
    assert_int_equal(out[0], 'x');
}

/* Section 8.3.1: charset is the same quoted or not, in any case. */
static void values_are_compared_by_what_they_mean(void **state)
{
    (void)state;
    assert_true(netp_http_value_ieq(NETP_STR("utf-8"), NETP_STR("UTF-8")));
    assert_true(netp_http_value_ieq(NETP_STR("\"utf-8\""), NETP_STR("UTF-8")));
    assert_true(netp_http_value_ieq(NETP_STR("\"u\\tf-8\""), NETP_STR("UTF-8")));
    assert_true(netp_http_value_ieq(NETP_STR("\"\""), NETP_STR("")));
    assert_false(netp_http_value_ieq(NETP_STR("\"utf-8\""), NETP_STR("utf-")));
    assert_false(netp_http_value_ieq(NETP_STR("utf-"), NETP_STR("utf-8")));
    assert_false(netp_http_value_ieq(NETP_STR("utf-9"), NETP_STR("utf-8")));
    assert_false(netp_http_value_ieq(NETP_STR("utf-8"), NETP_STR("\"utf-8\"")));
    assert_true(netp_http_value_ieq(NETP_STR("\\"), NETP_STR("\\"))); /* no value, but no harm */
    assert_true(netp_http_value_ieq(NETP_STR("\""), NETP_STR("\"")));
}

static void products(struct netp_str s, struct told *told)
{
    struct netp_str name, version;
    int r;

    while ((r = netp_http_product_next(&s, &name, &version)) > 0) {
        tell_str(told, name);
        tell_str(told, version);
    }
    tell_error(told, r);
    assert_int_equal(netp_http_product_next(&s, &name, &version), r);
}

static void products_are_told_without_comments(void **state)
{
    static const struct row rows[] = {
        ROW("CERN-LineMode/2.15 libwww/2.17b3", "[CERN-LineMode][2.15][libwww][2.17b3]"),
        ROW("CERN/3.0 libwww/2.17", "[CERN][3.0][libwww][2.17]"), /* section 10.2.4 */
        ROW("Mozilla/5.0 (X11; Linux; rv:1) Gecko", "[Mozilla][5.0][Gecko][]"),
        ROW("a (b (c) \\) \\( d) \t e/1", "[a][][e][1]"),
        ROW("a (b) (c)", "[a][]"),
        ROW("(b \xe4\t)", ""),
        ROW("", ""),
        ROW("a(b)", "NETP_E_SYNTAX"),
        ROW("a (b)c", "[a][]NETP_E_SYNTAX"),
        ROW("a (b", "[a][]NETP_E_SYNTAX"),
        ROW("a ((b)", "[a][]NETP_E_SYNTAX"),
        ROW("a (b\\)", "[a][]NETP_E_SYNTAX"),
        ROW("a (b\\\n)", "[a][]NETP_E_SYNTAX"),
        ROW("a (b\n)", "[a][]NETP_E_SYNTAX"),
        ROW("a )", "[a][]NETP_E_SYNTAX"),
        ROW("a/", "NETP_E_SYNTAX"),
        ROW("/1", "NETP_E_SYNTAX"),
        ROW("/", "NETP_E_SYNTAX"),
        ROW("a/1/2", "NETP_E_SYNTAX"),
        ROW("a,b", "NETP_E_SYNTAX"),
        ROW("a\nb", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(products, rows, COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_their_classes),
        cmocka_unit_test(quoted_strings_are_undone),
        cmocka_unit_test(quoting_escapes_what_it_must),
        cmocka_unit_test(values_are_compared_by_what_they_mean),
        cmocka_unit_test(products_are_told_without_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

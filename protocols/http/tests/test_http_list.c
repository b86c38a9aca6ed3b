/* test_http_list.c - lists, parameters, media types, weights: RFC 9110 sections 5.6, 8.3, 12.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

static void list(struct netp_str s, struct told *told)
{
    struct netp_str item;
    int r;

    while ((r = netp_http_list_next(&s, &item)) > 0) {
        tell_str(told, item);
    }
    tell_error(told, r);
    assert_int_equal(netp_http_list_next(&s, &item), r);
    assert_true(r < 0 || s.n == 0);
}

#define COMMAS15 ",,,,, ,\t,,,,,,,,,"

static void lists_have_elements(void **state)
{
    static const struct row rows[] = {
        ROW("foo,bar", "[foo][bar]"), /* section 5.6.1.2, all five and the three that are empty */
        ROW("foo ,bar,", "[foo][bar]"),
        ROW("foo , ,bar,charlie", "[foo][bar][charlie]"),
        ROW("", ""),
        ROW(",", ""),
        ROW(",   ,", ""),
        ROW("\t foo bar\t,\tbaz \t", "[foo bar][baz]"),
        ROW("\"Lists, too\", a=\"\\\",\" ;b, \xe4", "[\"Lists, too\"][a=\"\\\",\" ;b][\xe4]"),
        ROW("a\"b,c\"d", "[a\"b,c\"d]"),
        ROW("\"a\\\\\", b", "[\"a\\\\\"][b]"),
        ROW("a, \"b", "[a]NETP_E_SYNTAX"),
        ROW("a, b\"\\\"", "[a]NETP_E_SYNTAX"),
        ROW("a, b\r\n", "[a]NETP_E_SYNTAX"),
        ROW("a, b\0", "[a]NETP_E_SYNTAX"),
        ROW("a, \x7f", "[a]NETP_E_SYNTAX"),
        ROW(",a" COMMAS15 ",b", "[a][b]"),
        ROW("a" COMMAS15 ",,b", "[a]NETP_E_LIMIT"),
        ROW(COMMAS15 ",", ""),
        ROW(COMMAS15 ",,", "NETP_E_LIMIT"),
    };
    struct netp_str none = {NULL, 0}, item;

    (void)state;
    check_rows(list, rows, COUNT(rows));
    for (int c = 0; c < 256; c++) {
        char text[3] = {(char)c, 'a', (char)c};
        struct netp_str s = netp_str_make(text, 3);
        bool control = (c < ' ' && c != '\t') || c == 0x7f;
        assert_int_equal(netp_http_list_next(&s, &item), control ? NETP_E_SYNTAX : 1);
        if (!control) {
            assert_int_equal(item.n, memchr(" \t,", c, 3) != NULL ? 1 : 3);
        }
    }
    assert_int_equal(netp_http_list_next(&none, &item), 0);
}

static void params(struct netp_str s, struct told *told)
{
    struct netp_str name, value;
    int r;

    while ((r = netp_http_param_next(&s, &name, &value)) > 0) {
        tell_str(told, name);
        tell_str(told, value);
    }
    tell_error(told, r);
    assert_int_equal(netp_http_param_next(&s, &name, &value), r);
    assert_true(r < 0 || s.n == 0);
}

static void parameters_are_strict(void **state)
{
    static const struct row rows[] = {
        ROW("", ""),
        ROW(";charset=utf-8", "[charset][utf-8]"),
        ROW(" \t; \tcharset=\"utf-8\" ; a=b", "[charset][\"utf-8\"][a][b]"),
        ROW(";a=\"\"", "[a][\"\"]"),
        ROW(";a=\";\\\";,\";b=c;", "[a][\";\\\";,\"][b][c]"),
        ROW("; ; ;a=b;;c=d ; ", "[a][b][c][d]"), /* the parameter is optional */
        ROW("a=b", "NETP_E_SYNTAX"),
        ROW(";a=b c=d", "[a][b]NETP_E_SYNTAX"),
        ROW(";a =b", "NETP_E_SYNTAX"),
        ROW(";a= b", "NETP_E_SYNTAX"),
        ROW(";a=", "NETP_E_SYNTAX"),
        ROW(";a", "NETP_E_SYNTAX"),
        ROW(";=b", "NETP_E_SYNTAX"),
        ROW(";a=\"b", "NETP_E_SYNTAX"),
        ROW(";a=b,c=d", "[a][b]NETP_E_SYNTAX"),
        ROW(";a=\xe4", "NETP_E_SYNTAX"),
        ROW(";a=b,", "[a][b]NETP_E_SYNTAX"),
        ROW(";;;;;;;; ;;;;;;;;a=b", "[a][b]"),
        ROW(";;;;;;;; ;;;;;;;;;a=b", "NETP_E_LIMIT"),
    };
    struct netp_str te = NETP_STR("gzip;q=0.5"), token;

    (void)state;
    check_rows(params, rows, COUNT(rows));
    assert_int_equal(netp_http_token_next(&te, &token), 1);
    assert_true(netp_str_eq(token, NETP_STR("gzip")) && netp_str_eq(te, NETP_STR(";q=0.5")));
    assert_int_equal(netp_http_token_next(&te, &token), NETP_E_SYNTAX);
}

static void media(struct netp_str s, struct told *told)
{
    struct netp_http_media m;
    int r = netp_http_media_parse(s, &m);

    tell_error(told, r);
    if (r == NETP_OK) {
        tell_str(told, m.type);
        tell_str(told, m.subtype);
        tell_str(told, m.charset);
        tell_str(told, m.boundary);
        tell_str(told, m.params);
    }
}

static void media_types_are_parsed(void **state)
{
    static const struct row rows[] = {
        ROW("text/html;charset=utf-8", "[text][html][utf-8][][;charset=utf-8]"), /* 8.3.1 */
        ROW("Text/HTML;Charset=\"utf-8\"", "[Text][HTML][\"utf-8\"][][;Charset=\"utf-8\"]"),
        ROW("text/html; charset=\"utf-8\"", "[text][html][\"utf-8\"][][; charset=\"utf-8\"]"),
        ROW("image/svg+xml", "[image][svg+xml][][][]"),
        ROW("multipart/form-data; x=y; BOUNDARY=\"a b\"",
            "[multipart][form-data][][\"a b\"][; x=y; BOUNDARY=\"a b\"]"),
        ROW("text/plain;x=1;x=2", "[text][plain][][][;x=1;x=2]"),
        ROW("text/plain;charset=a;charset=a", "NETP_E_SYNTAX"),
        ROW("multipart/mixed;boundary=a;x=y;Boundary=b", "NETP_E_SYNTAX"),
        ROW("text/plain;charset=\"\";charset=a", "NETP_E_SYNTAX"),
        ROW("text", "NETP_E_SYNTAX"),
        ROW("text/", "NETP_E_SYNTAX"),
        ROW("/html", "NETP_E_SYNTAX"),
        ROW("text /html", "NETP_E_SYNTAX"),
        ROW("text/html, text/plain", "NETP_E_SYNTAX"),
        ROW("text/html; charset", "NETP_E_SYNTAX"),
        ROW("text/html charset=a", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("a/b;;;;;;;;;;;;;;;;;c=d", "NETP_E_LIMIT"),
    };
    (void)state;
    check_rows(media, rows, COUNT(rows));
}

static void qvalue(struct netp_str s, struct told *told)
{
    int q = netp_http_qvalue(s);
    tell_error(told, q);
    tell(told, q < 0 ? "" : "%d", q);
}

static void qvalues_are_exact(void **state)
{
    static const struct row rows[] = {
        ROW("0", "0"),
        ROW("0.", "0"),
        ROW("0.0", "0"),
        ROW("0.000", "0"),
        ROW("0.001", "1"),
        ROW("0.5", "500"),
        ROW("0.25", "250"),
        ROW("0.999", "999"),
        ROW("1", "1000"),
        ROW("1.", "1000"),
        ROW("1.000", "1000"),
        ROW("1.001", "NETP_E_SYNTAX"),
        ROW("2", "NETP_E_SYNTAX"),
        ROW("0.0001", "NETP_E_SYNTAX"),
        ROW("1.0000", "NETP_E_SYNTAX"),
        ROW(".5", "NETP_E_SYNTAX"),
        ROW("0,5", "NETP_E_SYNTAX"),
        ROW("00", "NETP_E_SYNTAX"),
        ROW("-0", "NETP_E_SYNTAX"),
        ROW("0.:", "NETP_E_SYNTAX"),
        ROW("0./", "NETP_E_SYNTAX"),
        ROW("0.1 ", "NETP_E_SYNTAX"),
        ROW("\"1\"", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(qvalue, rows, COUNT(rows));
    assert_int_equal(netp_http_weight(NETP_STR("")), 1000);
    assert_int_equal(netp_http_weight(NETP_STR(";level=1;q=0.4")), 400); /* section 12.5.1 */
    assert_int_equal(netp_http_weight(NETP_STR(";Q=0.7;q=0.1")), 700);
    assert_int_equal(netp_http_weight(NETP_STR(";level=1")), 1000);
    assert_int_equal(netp_http_weight(NETP_STR(";level")), NETP_E_SYNTAX);
    assert_int_equal(netp_http_weight(NETP_STR(";q=x")), NETP_E_SYNTAX);
}

static void accepts(struct netp_str s, struct told *told)
{
    static const char *const codings[] = {"gzip", "x-gzip", "br", "x-compress", "identity"};

    for (size_t i = 0; i < COUNT(codings); i++) {
        int q = netp_http_accepts(s, netp_str_of(codings[i]));
        if (q < 0) {
            tell_error(told, q);
            return;
        }
        tell(told, "%s%d", i > 0 ? " " : "", q);
    }
}

static void codings_are_accepted_as_wanted(void **state)
{
    static const struct row rows[] = {
        /* the examples of section 12.5.3 */
        ROW("compress, gzip", "1000 1000 0 1000 1"),
        ROW("", "0 0 0 0 1"),
        ROW("*", "1000 1000 1000 1000 1"),
        ROW("compress;q=0.5, gzip;q=1.0", "1000 1000 0 500 1"),
        ROW("gzip;q=1.0, identity; q=0.5, *;q=0", "1000 1000 0 0 500"),
        ROW("gzip;q=0", "0 0 0 0 1"),
        ROW("*;q=0", "0 0 0 0 0"),
        ROW("identity;q=0", "0 0 0 0 0"),
        ROW("identity;q=0, *;q=0.3", "300 300 300 300 0"),
        ROW("*;q=0, identity", "0 0 0 0 1000"),
        ROW("X-GZIP;Q=0.001, BR ; q=0.9", "1 1 900 0 1"),
        ROW("gzip;q=0.2, x-gzip;q=0.7, *;q=0.1, *", "200 200 100 100 1"),
        ROW("gzip, *;q=0, gzip;q=0", "1000 1000 0 0 0"),
        ROW(",gzip,,", "1000 1000 0 0 1"),
        ROW("x-gzipped", "0 0 0 0 1"),
        ROW("gzip;level=9", "NETP_E_SYNTAX"),
        ROW("gzip;q=1;x=y", "NETP_E_SYNTAX"),
        ROW("gzip;q=1;", "NETP_E_SYNTAX"),
        ROW("gzip;q=2", "NETP_E_SYNTAX"),
        ROW("gzip;q", "NETP_E_SYNTAX"),
        ROW("gzip br", "NETP_E_SYNTAX"),
        ROW("gzip, ;q=1", "NETP_E_SYNTAX"),
        ROW("gzip, \"", "NETP_E_SYNTAX"),
        ROW("gzip;;;;;;;;;;;;;;;;;q=1", "NETP_E_LIMIT"),
        ROW("gzip,,,,,,,,,,,,,,,,,br", "NETP_E_LIMIT"),
    };
    struct netp_str none = {NULL, 0};

    (void)state;
    check_rows(accepts, rows, COUNT(rows));
    assert_int_equal(netp_http_accepts(none, NETP_STR("br")), 1000);
    assert_int_equal(netp_http_accepts(none, NETP_STR("identity")), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_have_elements),
        cmocka_unit_test(parameters_are_strict),
        cmocka_unit_test(media_types_are_parsed),
        cmocka_unit_test(qvalues_are_exact),
        cmocka_unit_test(codings_are_accepted_as_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

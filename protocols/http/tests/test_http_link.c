/* test_http_link.c - Link and Content-Disposition: RFC 8288, 6266, 8187.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

static void links(struct netp_str s, struct told *told)
{
    struct netp_http_link l;
    struct netp_str name, value, params;
    int r, e;

    while ((r = netp_http_link_next(&s, &l)) > 0) {
        tell(told, "<%.*s>", (int)l.target.n, l.target.p);
        params = l.params;
        while ((e = netp_http_link_param_next(&params, &name, &value)) > 0) {
            tell(told, "%.*s", (int)name.n, name.p);
            tell_str(told, value);
        }
        assert_int_equal(e, 0);
        tell(told, netp_http_link_has_rel(&l, NETP_STR("next")) ? "next " : " ");
    }
    tell_error(told, r);
    assert_int_equal(netp_http_link_next(&s, &l), r);
    assert_true(r < 0 || s.n == 0);
}

static void links_have_targets_and_parameters(void **state)
{
    static const struct row rows[] = {
        /* RFC 8288 section 3.5 */
        ROW("<http://example.com/TheBook/chapter2>; rel=\"previous\"; title=\"previous chapter\"",
            "<http://example.com/TheBook/chapter2>rel[\"previous\"]title[\"previous chapter\"] "),
        ROW("</>; rel=\"http://example.net/foo\"", "</>rel[\"http://example.net/foo\"] "),
        ROW("</terms>; rel=\"copyright\"; anchor=\"#foo\"",
            "</terms>rel[\"copyright\"]anchor[\"#foo\"] "),
        ROW("</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, "
            "</TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
            "</TheBook/chapter2>rel[\"previous\"]title*[UTF-8'de'letztes%20Kapitel] "
            "</TheBook/chapter4>rel[\"next\"]title*[UTF-8'de'n%c3%a4chstes%20Kapitel]next "),
        ROW("<http://example.org/>; rel=\"start http://example.net/relation/other\"",
            "<http://example.org/>rel[\"start http://example.net/relation/other\"] "),
        ROW("<https://example.org/>; rel=\"start\", <https://example.org/index>; rel=\"index\"",
            "<https://example.org/>rel[\"start\"] <https://example.org/index>rel[\"index\"] "),
        ROW("<a,b;c>;rel=NEXT", "<a,b;c>rel[NEXT]next "),
        ROW("<>; rel = next ;;", "<>rel[next]next "),
        ROW("<a>", "<a> "),
        ROW("<a>; x; y=\",\" , <b>,,", "<a>x[]y[\",\"] <b> "),
        ROW("<a>;rel=\"prev next\"", "<a>rel[\"prev next\"]next "),
        ROW("<a>;rel=\"next prev\"", "<a>rel[\"next prev\"]next "),
        ROW("<a>;rel=\"prev n\\ext  x\"", "<a>rel[\"prev n\\ext  x\"]next "),
        ROW("<a>;rel=\"nextt nex xnext\"", "<a>rel[\"nextt nex xnext\"] "),
        ROW("<a>;rel=\"prevnext\"", "<a>rel[\"prevnext\"] "),
        ROW("<a>;rel=\"\"", "<a>rel[\"\"] "),
        ROW("<a>;rel", "<a>rel[] "),
        ROW("<a>;rel=prev;rel=next", "<a>rel[prev]rel[next] "), /* section 3.3: the first */
        ROW("<a>;rev=next", "<a>rev[next] "),
        ROW("", ""),
        ROW(", ,", ""),
        ROW("a", "NETP_E_SYNTAX"),
        ROW("<a", "NETP_E_SYNTAX"),
        ROW("<a b>", "NETP_E_SYNTAX"),
        ROW("<a<b>", "NETP_E_SYNTAX"),
        ROW("<a\"b>", "NETP_E_SYNTAX"),
        ROW("<\xe4>", "NETP_E_SYNTAX"),
        ROW("<a> x=y", "NETP_E_SYNTAX"),
        ROW("<a>x", "NETP_E_SYNTAX"),
        ROW("<a>; =x", "NETP_E_SYNTAX"),
        ROW("<a>; x=", "NETP_E_SYNTAX"),
        ROW("<a>; x=\"y", "NETP_E_SYNTAX"),
        ROW("<a>, <b>; x=y z", "<a> NETP_E_SYNTAX"),
        ROW("<a> <b>", "NETP_E_SYNTAX"),
        ROW("<a>,,,,,,,,,,,,,,,,,<b>", "<a> NETP_E_LIMIT"),
        ROW("<a>;;;;;;;;;;;;;;;;;b", "NETP_E_LIMIT"),
    };

    (void)state;
    check_rows(links, rows, COUNT(rows));
}

static void link_parameters_end_with_the_link(void **state)
{
    struct netp_str params = NETP_STR(";a=b, c"), name, value;
    struct netp_http_link l = {{"a", 1}, {";rel=\"\"", 7}};

    (void)state;
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), 1);
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), NETP_E_SYNTAX);
    assert_int_equal(params.n, 3);
    params = NETP_STR(";a=b,");
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), 1);
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), NETP_E_SYNTAX);
    params = NETP_STR(";a=b c");
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), 1);
    assert_int_equal(netp_http_link_param_next(&params, &name, &value), NETP_E_SYNTAX);
    assert_int_equal(params.n, 2);
    assert_false(netp_http_link_has_rel(&l, NETP_STR("")));
}

/* Of a target all that a URI can have, and more, but no < > "; of an ext-value, attr-char. */
static void characters_are_those_of_the_grammar(void **state)
{
    static const char attr[] = "!#$&+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char out[8];

    (void)state;
    for (int i = 0; i < 256; i++) {
        char link[3] = {'<', (char)i, '>'}, ext[] = "ISO-8859-1''x";
        ext[12] = (char)i;
        struct netp_str s = netp_str_make(link, 3);
        struct netp_http_link l;
        bool target = i > ' ' && i < 0x7f && memchr("<>\"", i, 3) == NULL;
        bool is_attr = memchr(attr, i, sizeof attr - 1) != NULL;
        assert_int_equal(netp_http_link_next(&s, &l), target ? 1 : NETP_E_SYNTAX);
        assert_int_equal(netp_http_ext_value(out, sizeof out, netp_str_make(ext, 13)),
                         is_attr ? 1 : NETP_E_SYNTAX);
    }
}

static void disposition(struct netp_str s, struct told *told)
{
    struct netp_http_disposition d;
    char out[100];
    int r = netp_http_disposition_parse(s, &d);

    tell_error(told, r);
    if (r == NETP_OK) {
        ptrdiff_t n = netp_http_filename(out, NETP_HTTP_FILENAME_CAP(&d), &d);
        tell_str(told, d.type);
        tell_error(told, n);
        tell_str(told, netp_str_make(out, (size_t)n));
        if (n > 0) {
            assert_int_equal(netp_http_filename(out, (size_t)n, &d), n);
            assert_int_equal(netp_http_filename(out, (size_t)n - 1, &d), NETP_E_NOSPACE);
        }
    }
}

static void dispositions_have_file_names(void **state)
{
    static const struct row rows[] = {
        /* RFC 6266 section 5 */
        ROW("Attachment; filename=example.html", "[Attachment][example.html]"),
        ROW("INLINE; FILENAME= \"an example.html\"", "[INLINE][an example.html]"),
        ROW("attachment; filename*= UTF-8''%e2%82%ac%20rates", "[attachment][\xe2\x82\xac rates]"),
        ROW("attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates",
            "[attachment][\xe2\x82\xac rates]"),
        ROW("attachment; filename*=utf-8''%e2%82%ac%20rates; filename=\"EURO rates\"",
            "[attachment][\xe2\x82\xac rates]"),
        ROW("attachment; filename*=iso-8859-1'en'%A3%20rates", /* RFC 8187 section 3.2.3 */
            "[attachment][\xc2\xa3 rates]"),
        ROW("attachment; filename=\"f\\oo\\\".html\"; x=y", "[attachment][foo\".html]"),
        ROW("attachment; filename=\"a\xe4\"", "[attachment][a\xe4]"), /* as sent */
        ROW("attachment; filename=a; filename*=UTF-8''%e2%82", "[attachment][a]"),
        ROW("attachment; filename=a; filename*=UTF-16''b", "[attachment][a]"),
        ROW("attachment; filename=a; filename*=\"UTF-8''b\"", "[attachment][a]"),
        ROW("attachment; filename=a; filename*=UTF-8''", "[attachment][a]"),
        ROW("attachment; filename*=UTF-8''%00", "[attachment][]"),
        ROW("attachment; filename=\"../../x\"", "[attachment][../../x]"),
        ROW("attachment", "[attachment][]"),
        ROW("attachment; filename=\"\"", "[attachment][]"),
        ROW("form-data; name=a; filename=b;", "[form-data][b]"),
        ROW("attachment; filename*0=a; filename*1=b", "[attachment][]"), /* no RFC 2231 */
        ROW("attachment; filename=a; filename=b", "NETP_E_SYNTAX"),
        ROW("attachment; filename*=UTF-8''a; filename*=UTF-8''b", "NETP_E_SYNTAX"),
        ROW("attachment; filename", "NETP_E_SYNTAX"),
        ROW("attachment; filename=a b", "NETP_E_SYNTAX"),
        ROW("attachment; filename=a, b", "NETP_E_SYNTAX"),
        ROW("attachment; filename=\"a", "NETP_E_SYNTAX"),
        ROW("filename=a", "NETP_E_SYNTAX"),
        ROW("\"attachment\"", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("a;;;;;;;;;;;;;;;;;b=c", "NETP_E_LIMIT"),
    };
    (void)state;
    check_rows(disposition, rows, COUNT(rows));
}

static void ext_value(struct netp_str s, struct told *told)
{
    char *out = malloc(s.n + (s.n == 0));
    ptrdiff_t n = netp_http_ext_value(out, s.n, s);

    tell_error(told, n);
    if (n >= 0) {
        tell_str(told, netp_str_make(out, (size_t)n));
    }
    free(out);
}

static void ext_values_become_utf_8(void **state)
{
    static const struct row rows[] = {
        /* RFC 8187 section 3.2.3 */
        ROW("iso-8859-1'en'%A3%20rates", "[\xc2\xa3 rates]"),
        ROW("UTF-8''%c2%a3%20and%20%e2%82%ac%20rates", "[\xc2\xa3 and \xe2\x82\xac rates]"),
        ROW("utf-8'de-AT'aZ9!#$&+-.^_`|~", "[aZ9!#$&+-.^_`|~]"),
        ROW("UTF-8''", "[]"),
        ROW("UTF-8''%25%27%2f%7E", "[%'/~]"),
        ROW("ISO-8859-1''%80%fF%bf%c0", "[\xc2\x80\xc3\xbf\xc2\xbf\xc3\x80]"),
        /* RFC 3629 section 4, the bounds of each row */
        ROW("UTF-8''%c2%80%df%bf", "[\xc2\x80\xdf\xbf]"),
        ROW("UTF-8''%e0%a0%80%e0%bf%bf", "[\xe0\xa0\x80\xe0\xbf\xbf]"),
        ROW("UTF-8''%e1%80%80%ec%bf%bf", "[\xe1\x80\x80\xec\xbf\xbf]"),
        ROW("UTF-8''%ed%80%80%ed%9f%bf", "[\xed\x80\x80\xed\x9f\xbf]"),
        ROW("UTF-8''%ee%80%80%ef%bf%bf", "[\xee\x80\x80\xef\xbf\xbf]"),
        ROW("UTF-8''%f0%90%80%80%f0%bf%bf%bf", "[\xf0\x90\x80\x80\xf0\xbf\xbf\xbf]"),
        ROW("UTF-8''%f1%80%80%80%f4%8f%bf%bf", "[\xf1\x80\x80\x80\xf4\x8f\xbf\xbf]"),
        ROW("UTF-8''%80", "NETP_E_SYNTAX"),
        ROW("UTF-8''%bf", "NETP_E_SYNTAX"),
        ROW("UTF-8''%c1%bf", "NETP_E_SYNTAX"),
        ROW("UTF-8''%c2%7f", "NETP_E_SYNTAX"),
        ROW("UTF-8''%c2%20", "NETP_E_SYNTAX"),
        ROW("UTF-8''%c2a", "NETP_E_SYNTAX"),
        ROW("UTF-8''%c2%c0", "NETP_E_SYNTAX"),
        ROW("UTF-8''%e0%9f%bf", "NETP_E_SYNTAX"),
        ROW("UTF-8''%ed%a0%80", "NETP_E_SYNTAX"),
        ROW("UTF-8''%ef%bf%c0", "NETP_E_SYNTAX"),
        ROW("UTF-8''%f0%8f%bf%bf", "NETP_E_SYNTAX"),
        ROW("UTF-8''%f4%90%80%80", "NETP_E_SYNTAX"),
        ROW("UTF-8''%f5%80%80%80", "NETP_E_SYNTAX"),
        ROW("UTF-8''%e2%82", "NETP_E_SYNTAX"),
        ROW("UTF-8''%0a", "NETP_E_SYNTAX"),
        ROW("UTF-8''%1f", "NETP_E_SYNTAX"),
        ROW("UTF-8''%7f", "NETP_E_SYNTAX"),
        ROW("ISO-8859-1''%00", "NETP_E_SYNTAX"),
        ROW("UTF-8''%2", "NETP_E_SYNTAX"),
        ROW("UTF-8''%", "NETP_E_SYNTAX"),
        ROW("UTF-8''%2g", "NETP_E_SYNTAX"),
        ROW("UTF-8''%+2", "NETP_E_SYNTAX"),
        ROW("UTF-8''a b", "NETP_E_SYNTAX"),
        ROW("UTF-8''a'b", "NETP_E_SYNTAX"),
        ROW("UTF-8''a*b", "NETP_E_SYNTAX"),
        ROW("UTF-8''\xc3\xa4", "NETP_E_SYNTAX"),
        ROW("UTF-8'a", "NETP_E_SYNTAX"),
        ROW("UTF-8", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("''a", "NETP_E_UNSUPPORTED"),
        ROW("UTF-16''a", "NETP_E_UNSUPPORTED"),
    };
    char out[1];

    (void)state;
    check_rows(ext_value, rows, COUNT(rows));
    assert_int_equal(netp_http_ext_value(out, 1, NETP_STR("ISO-8859-1''%A3")), NETP_E_NOSPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_have_targets_and_parameters),
        cmocka_unit_test(link_parameters_end_with_the_link),
        cmocka_unit_test(characters_are_those_of_the_grammar),
        cmocka_unit_test(dispositions_have_file_names),
        cmocka_unit_test(ext_values_become_utf_8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

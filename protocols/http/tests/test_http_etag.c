/* test_http_etag.c - entity tags and If-Range: RFC 9110 sections 8.8.3 and 13.1.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>

static void etag(struct netp_str s, struct told *told)
{
    struct netp_http_etag e;
    char out[40];
    int r = netp_http_etag_parse(s, &e);

    tell_error(told, r);
    if (r == NETP_OK) {
        tell(told, e.weak ? "weak " : "strong ");
        tell_str(told, e.tag);
        assert_int_equal(netp_http_etag_format(out, sizeof out, &e), s.n);
        assert_memory_equal(out, s.p, s.n);
        assert_int_equal(netp_http_etag_format(out, s.n, &e), s.n);
        assert_int_equal(netp_http_etag_format(out, s.n - 1, &e), NETP_E_NOSPACE);
    }
}

static void entity_tags_are_parsed(void **state)
{
    static const struct row rows[] = {
        ROW("\"xyzzy\"", "strong [xyzzy]"), /* section 8.8.3 */
        ROW("W/\"xyzzy\"", "weak [xyzzy]"),
        ROW("\"\"", "strong []"),
        ROW("\"a\\\"", "strong [a\\]"), /* no quoted-pair */
        ROW("\"!#,~\xe4\"", "strong [!#,~\xe4]"),
        ROW("w/\"a\"", "NETP_E_SYNTAX"), /* section 8.8.3: case-sensitive */
        ROW("W\"a\"", "NETP_E_SYNTAX"),
        ROW("W /\"a\"", "NETP_E_SYNTAX"),
        ROW("X/\"a\"", "NETP_E_SYNTAX"),
        ROW("W/", "NETP_E_SYNTAX"),
        ROW("W", "NETP_E_SYNTAX"),
        ROW("a", "NETP_E_SYNTAX"),
        ROW("\"a", "NETP_E_SYNTAX"),
        ROW("\"a\"b\"", "NETP_E_SYNTAX"),
        ROW("\"a b\"", "NETP_E_SYNTAX"),
        ROW("\"a\x7f\"", "NETP_E_SYNTAX"),
        ROW("\"a\" ", "NETP_E_SYNTAX"),
        ROW("\"\\\"\"", "NETP_E_SYNTAX"),
        ROW("\"", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
    };
    struct netp_http_etag bad = {{"a\"b", 3}, false};
    char out[16];

    (void)state;
    check_rows(etag, rows, COUNT(rows));
    assert_int_equal(netp_http_etag_format(out, sizeof out, &bad), NETP_E_ARG);
    bad.tag = NETP_STR("a\r\nb");
    assert_int_equal(netp_http_etag_format(out, sizeof out, &bad), NETP_E_ARG);
}

/* etagc = %x21 / %x23-7E / obs-text */
static void characters_of_tags_are_those(void **state)
{
    struct netp_http_etag e;

    (void)state;
    for (int i = 0; i < 256; i++) {
        char s[3] = {'"', (char)i, '"'};
        bool good = i == 0x21 || (i >= 0x23 && i <= 0x7e) || i >= 0x80;
        assert_int_equal(netp_http_etag_parse(netp_str_make(s, 3), &e),
                         good ? NETP_OK : NETP_E_SYNTAX);
    }
}

/* The table of section 8.8.3.2. */
static void entity_tags_are_compared(void **state)
{
    static const struct {
        struct netp_http_etag a, b;
        bool strong, weak;
    } t[] = {
        {{{"1", 1}, true}, {{"1", 1}, true}, false, true},
        {{{"1", 1}, true}, {{"2", 1}, true}, false, false},
        {{{"1", 1}, true}, {{"1", 1}, false}, false, true},
        {{{"1", 1}, false}, {{"1", 1}, true}, false, true},
        {{{"1", 1}, false}, {{"1", 1}, false}, true, true},
        {{{"a", 1}, false}, {{"A", 1}, false}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(netp_http_etag_strong_eq(&t[i].a, &t[i].b), t[i].strong);
        assert_int_equal(netp_http_etag_weak_eq(&t[i].a, &t[i].b), t[i].weak);
    }
}

/* If-Match against "xyzzy", against W/"xyzzy", and against nothing; then If-None-Match. */
static void match(struct netp_str s, struct told *told)
{
    static const struct netp_http_etag strong = {{"xyzzy", 5}, false}, weak = {{"xyzzy", 5}, true};
    const struct netp_http_etag *const current[] = {&strong, &weak, NULL};

    for (int how = 1; how >= 0; how--) {
        for (size_t i = 0; i < COUNT(current); i++) {
            int r = netp_http_etag_match(s, current[i], how != 0);
            tell_error(told, r);
            tell(told, r < 0 ? "" : "%d", r);
        }
    }
}

static void conditions_name_entity_tags(void **state)
{
    static const struct row rows[] = {
        ROW("\"xyzzy\"", "100110"), /* sections 13.1.1 and 13.1.2 */
        ROW("\"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"", "100110"),
        ROW("\"r2d2xxxx\" ,\t\"xyzzy\"", "100110"),
        ROW("W/\"xyzzy\"", "000110"),
        ROW("W/\"xyzzy\", W/\"r2d2xxxx\", W/\"c3piozzzz\"", "000110"),
        ROW("\"r2d2xxxx\"", "000000"),
        ROW("*", "110110"),
        ROW("", "000000"),
        ROW(",,\"a,\\\",,\"xyzzy\",", "100110"),
    };
    static const struct row faults[] = {
#define SIX(e) e e e e e e
        ROW("xyzzy", SIX("NETP_E_SYNTAX")),
        ROW("\"xyzzy\" \"b\"", SIX("NETP_E_SYNTAX")),
        ROW("\"xyzzy\", *", SIX("NETP_E_SYNTAX")),
        ROW("\"xyzzy\", \"", SIX("NETP_E_SYNTAX")),
        ROW("\"xyzzy\"; \"a\"", SIX("NETP_E_SYNTAX")),
        ROW("\"xyzzy\",,,,,,,,,,,,,,,,,\"a\"", SIX("NETP_E_LIMIT")),
    };
    struct netp_str list = NETP_STR("W/\"a\", b");
    struct netp_http_etag e;

    (void)state;
    check_rows(match, rows, COUNT(rows));
    check_rows(match, faults, COUNT(faults));
    assert_int_equal(netp_http_etag_next(&list, &e), 1);
    assert_true(e.weak && netp_str_eq(e.tag, NETP_STR("a")));
    assert_int_equal(netp_http_etag_next(&list, &e), NETP_E_SYNTAX);
    assert_int_equal(netp_http_etag_next(&list, &e), NETP_E_SYNTAX);
    assert_true(netp_str_eq(list, NETP_STR(", b")));
}

static void if_range(struct netp_str s, struct told *told)
{
    struct netp_http_if_range v;
    int r = netp_http_if_range_parse(s, 784111777, &v);

    tell_error(told, r);
    if (r == NETP_OK && v.is_date) {
        tell(told, "%lld", (long long)v.date);
    } else if (r == NETP_OK) {
        tell(told, v.etag.weak ? "weak " : "strong ");
        tell_str(told, v.etag.tag);
    }
}

static void if_range_is_a_tag_or_a_date(void **state)
{
    static const struct row rows[] = {
        ROW("\"a\"", "strong [a]"),
        ROW("W/\"a\"", "weak [a]"),
        ROW("Sun, 06 Nov 1994 08:49:37 GMT", "784111777"),
        ROW("Sunday, 06-Nov-94 08:49:37 GMT", "784111777"),
        ROW("\"a\", \"b\"", "NETP_E_SYNTAX"),
        ROW("*", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(if_range, rows, COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entity_tags_are_parsed),
        cmocka_unit_test(characters_of_tags_are_those),
        cmocka_unit_test(entity_tags_are_compared),
        cmocka_unit_test(conditions_name_entity_tags),
        cmocka_unit_test(if_range_is_a_tag_or_a_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

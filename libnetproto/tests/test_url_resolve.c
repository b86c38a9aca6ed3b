/* test_url_resolve.c - references resolved, and normal forms, against RFC 3986 sections 5 and 6.
 *
 * SPDX-License-Identifier: MIT */
#include "test_url.h"

#define BASE "http://a/b/c/d;p?q"

static const struct {
    const char *base, *ref, *result;
} resolved[] = {
    /* section 5.4.1 */
    {BASE, "g:h", "g:h"},
    {BASE, "g", "http://a/b/c/g"},
    {BASE, "./g", "http://a/b/c/g"},
    {BASE, "g/", "http://a/b/c/g/"},
    {BASE, "/g", "http://a/g"},
    {BASE, "//g", "http://g"},
    {BASE, "?y", "http://a/b/c/d;p?y"},
    {BASE, "g?y", "http://a/b/c/g?y"},
    {BASE, "#s", "http://a/b/c/d;p?q#s"},
    {BASE, "g#s", "http://a/b/c/g#s"},
    {BASE, "g?y#s", "http://a/b/c/g?y#s"},
    {BASE, ";x", "http://a/b/c/;x"},
    {BASE, "g;x", "http://a/b/c/g;x"},
    {BASE, "g;x?y#s", "http://a/b/c/g;x?y#s"},
    {BASE, "", "http://a/b/c/d;p?q"},
    {BASE, ".", "http://a/b/c/"},
    {BASE, "./", "http://a/b/c/"},
    {BASE, "..", "http://a/b/"},
    {BASE, "../", "http://a/b/"},
    {BASE, "../g", "http://a/b/g"},
    {BASE, "../..", "http://a/"},
    {BASE, "../../", "http://a/"},
    {BASE, "../../g", "http://a/g"},
    /* section 5.4.2 */
    {BASE, "../../../g", "http://a/g"},
    {BASE, "../../../../g", "http://a/g"},
    {BASE, "/./g", "http://a/g"},
    {BASE, "/../g", "http://a/g"},
    {BASE, "g.", "http://a/b/c/g."},
    {BASE, ".g", "http://a/b/c/.g"},
    {BASE, "g..", "http://a/b/c/g.."},
    {BASE, "..g", "http://a/b/c/..g"},
    {BASE, "./../g", "http://a/b/g"},
    {BASE, "./g/.", "http://a/b/c/g/"},
    {BASE, "g/./h", "http://a/b/c/g/h"},
    {BASE, "g/../h", "http://a/b/c/h"},
    {BASE, "g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {BASE, "g;x=1/../y", "http://a/b/c/y"},
    {BASE, "g?y/./x", "http://a/b/c/g?y/./x"},
    {BASE, "g?y/../x", "http://a/b/c/g?y/../x"},
    {BASE, "g#s/./x", "http://a/b/c/g#s/./x"},
    {BASE, "g#s/../x", "http://a/b/c/g#s/../x"},
    {BASE, "http:g", "http:g"},
    /* section 5.2.4 */
    {"s://h", "/a/b/c/./../../g", "s://h/a/g"},
    {"s:x", "s:mid/content=5/../6", "s:mid/6"},
    /* sections 5.2.2 and 5.2.3: what is taken from where */
    {"s://h", "g", "s://h/g"},
    {"s://h?q", "", "s://h?q"},
    {"s://h?q#f", "", "s://h?q"},
    {"s://h/p?q", "?", "s://h/p?"},
    {"s://h/p?q", "#", "s://h/p?q#"},
    {"s://h/p", "#f", "s://h/p#f"},
    {"s://h/p?q", "x", "s://h/x"},
    {"s://u@h:1/p", "/x", "s://u@h:1/x"},
    {"s://u@h:1/p?q", "//i", "s://i"},
    {"s://h/p", "//i/../x?y", "s://i/x?y"},
    {"s://h/p", "t://i/a/../x#y", "t://i/x#y"},
    {"s:a", "x", "s:x"},
    {"s:a/b", "x", "s:a/x"},
    {"s:/a", "x", "s:/x"},
    {"s:", "x", "s:x"},
    {"s:/a", "//h", "s://h"},
    {"s:a?q", "", "s:a?q"},
    {"s://h/a/./b", "#f", "s://h/a/./b#f"}, /* 5.2.2: the base's path as it is */
    {"s://h/a/", "..", "s://h/"},
    {"s://h/", "..", "s://h/"},
    {"s://h", "..", "s://h/"},
    {"s://h/a//b", "../x", "s://h/a/x"},
    {"s://h/a", "/x//../y", "s://h/x/y"},
    {"s://h/a", "/x//y", "s://h/x//y"},
    {"s://h/a", "/..//..//x", "s://h//x"},
    {"s://h/a", "/x/...", "s://h/x/..."},
    {"s://h/a", "/x/.../y", "s://h/x/.../y"},
    {"s://h/a", "/%2e%2E/y", "s://h/%2e%2E/y"}, /* for netp_url_normalise() */
    {"s:a", "../x", "s:x"},
    {"s:a", "./x", "s:x"},
    {"s:a", "..", "s:"},
    {"s:a", ".", "s:"},
    {"s:a", "./..", "s:"},
    {"s:a", "b/../x", "s:/x"}, /* 2C leaves the slash */
    {"s:a", "b/..", "s:/"},
    {"s:a", "b/../../x", "s:/x"},
    {"s:a", "b/c/../x", "s:b/x"},
    {"s:a", "./x:y", "s:x:y"},
    /* section 3.3: without an authority no path begins with // */
    {"s:/a", "/.//x", "s:/.//x"},
    {"s:/a", "/b/..//x", "s:/.//x"},
    {"s:/a", ".//x", "s:/.//x"},
    {"s:a", "b/..//x", "s:/.//x"},
    {"s:/a", "/.//", "s:/.//"},
    {"s:/a", "/x/..", "s:/"},
    {"s://h/a", "/.//x", "s://h//x"},
};

/* Sections 6.2.2 and 6.2.3. */
static const struct {
    const char *url, *result;
} normal[] = {
    {"example://a/b/c/%7Bfoo%7D", "example://a/b/c/%7Bfoo%7D"},
    {"eXAMPLE://a/./b/../b/%63/%7bfoo%7d", "example://a/b/c/%7Bfoo%7D"},
    {"HTTP://www.EXAMPLE.com/", "http://www.example.com/"},
    {"http://example.com", "http://example.com/"},
    {"http://example.com/", "http://example.com/"},
    {"http://example.com:/", "http://example.com/"},
    {"http://example.com:80/", "http://example.com/"},
    {"HTTPS://example.com:443", "https://example.com/"},
    {"https://h?q", "https://h/?q"},
    {"https://h:80#f", "https://h:80/#f"},
    {"http://h:0443", "http://h:443/"},
    {"ftp://h:21", "ftp://h"},
    {"tftp://h:69/f", "tftp://h/f"},
    {"x://h:80", "x://h:80"},
    {"x://h:0", "x://h:0"},
    {"x://h:", "x://h"},
    {"http:", "http:"},
    {"http:?q", "http:?q"},
    {"x://", "x://"},
    {"x://@", "x://@"},
    {"x://U%41%3a:B@H", "x://UA%3A:B@h"},
    {"x://%41%c3%9F%2f.B", "x://a%C3%9F%2F.b"},
    {"x://1.2.3.4:5", "x://1.2.3.4:5"},
    {"x://[2001:DB8:0::0:1]:5", "x://[2001:db8::1]:5"},
    {"x://[1::2:3:4:5:6:7]", "x://[1:0:2:3:4:5:6:7]"},
    {"x://[::FFFF:ffff:ffff]", "x://[::ffff:255.255.255.255]"},
    {"x://[FE80::A%25En%30%2f]", "x://[fe80::a%25En0%2F]"},
    {"x://[::1%251]", "x://[::1%251]"},
    {"x://[V1.A]", "x://[v1.a]"},
    {"x://h/%41%2d%2E%5f%7e%30%5A", "x://h/A-._~0Z"},
    {"x://h/%2f%3a%40%21%20%00%ff%25", "x://h/%2F%3A%40%21%20%00%FF%25"},
    {"x://h/%2541", "x://h/%2541"},
    {"x://h/Path?Q%41%3d#F%41%3d", "x://h/Path?QA%3D#FA%3D"},
    {"x://h/a/%2e%2E/b", "x://h/b"},
    {"x://h/a/.%2e/%2e/b", "x://h/b"},
    {"x://h/./", "x://h/"},
    {"x://h//", "x://h//"},
    {"x://h/a/b/../../../c", "x://h/c"},
    {"x:a/%2e%2e/b", "x:/b"},
    {"x:/%2e//b", "x:/.//b"},
    {"X:A", "x:A"},
    {"x:?", "x:?"},
    {"x:#", "x:#"},
    {"http://example.com/%0d%0aX:%20y", "http://example.com/%0D%0AX:%20y"},
};

/* What is written into any room: `result` from some cap on, which is `enough` at most and no less
 * than the result, and NETP_E_NOSPACE below it. */
static void check_writer(const struct netp_url *base, const struct netp_url *u, size_t enough,
                         const char *result)
{
    size_t len = strlen(result), least = SIZE_MAX;

    for (size_t cap = 0; cap <= enough; cap++) {
        char *out = malloc(cap);
        ptrdiff_t n =
            base != NULL ? netp_url_resolve(base, u, out, cap) : netp_url_normalise(u, out, cap);
        if (n >= 0) {
            if ((size_t)n != len || memcmp(out, result, len) != 0) {
                fail_msg("%.*s, not %s", (int)n, out, result);
            }
            least = least < cap ? least : cap;
        } else {
            assert_int_equal(n, NETP_E_NOSPACE);
            assert_int_equal(least, SIZE_MAX);
        }
        free(out);
    }
    assert_true(least >= len && least <= enough);
}

static void references_are_resolved(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(resolved); i++) {
        struct netp_url base = url_of(resolved[i].base), ref = url_of(resolved[i].ref);
        size_t enough = strlen(resolved[i].base) + strlen(resolved[i].ref) + 2;
        check_writer(&base, &ref, enough, resolved[i].result);
    }
}

static void normal_forms_are_normal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(normal); i++) {
        struct netp_url u = url_of(normal[i].url), again = url_of(normal[i].result);
        check_writer(NULL, &u, strlen(normal[i].url) + 8, normal[i].result);
        check_writer(NULL, &again, strlen(normal[i].result) + 8, normal[i].result);
    }
}

/* What needs no room but for itself gets by with that. */
static void room_is_used_up(void **state)
{
    struct netp_url base = url_of("s://h/a"), ref = url_of("b?q#f"), dots = url_of("s:/.//b");
    char out[20];

    (void)state;
    assert_int_equal(netp_url_resolve(&base, &ref, out, 11), 11);
    assert_int_equal(netp_url_normalise(&ref, out, 20), NETP_E_ARG);
    assert_int_equal(netp_url_resolve(&ref, &base, out, 20), NETP_E_ARG);
    assert_int_equal(netp_url_normalise(&base, out, 7), 7);
    assert_int_equal(netp_url_normalise(&dots, out, 7), 7);
    assert_int_equal(netp_url_normalise(&dots, out, 6), NETP_E_NOSPACE);

    dots.path = NETP_STR("//b"); /* such as no parser makes */
    assert_int_equal(netp_url_normalise(&dots, out, 7), 7);
    assert_memory_equal(out, "s:/.//b", 7);
    assert_int_equal(netp_url_normalise(&dots, out, 6), NETP_E_NOSPACE);
}

static void results_are_limited(void **state)
{
    static char text[NETP_URL_MAX], out[2 * NETP_URL_MAX];
    struct netp_url base, ref = url_of("bb"), dot = url_of("..");
    size_t at;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "s:", 2);
    text[sizeof text - 2] = '/';
    assert_int_equal(netp_url_parse(netp_str_make(text, sizeof text), &base, &at), NETP_OK);
    assert_int_equal(netp_url_resolve(&base, &ref, out, sizeof out), NETP_E_LIMIT);
    assert_int_equal(netp_url_resolve(&base, &dot, out, sizeof out), 3);
    ref = url_of("b");
    assert_int_equal(netp_url_resolve(&base, &ref, out, sizeof out), NETP_URL_MAX);
    assert_int_equal(netp_url_normalise(&base, out, sizeof out), NETP_URL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_resolved),
        cmocka_unit_test(normal_forms_are_normal),
        cmocka_unit_test(room_is_used_up),
        cmocka_unit_test(results_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_url.c - URLs taken apart, against the grammar of RFC 3986.
 *
 * SPDX-License-Identifier: MIT */
#include "test_url.h"

#include <stdio.h>

struct text {
    char p[600];
    size_t n;
};

static void add(struct text *t, const char *before, struct netp_str s)
{
    t->n += (size_t)snprintf(t->p + t->n, sizeof t->p - t->n, "%s%.*s", before, (int)s.n,
                             s.n > 0 ? s.p : "");
}

static void add_part(struct text *t, const struct netp_url *u, unsigned flag, struct netp_str s)
{
    add(t, "|", (u->has & flag) != 0 ? s : NETP_STR("-"));
}

/* The parts in words: |scheme|userinfo|kind of host, host, zone|port|path|query|fragment, "-" for
 * one that is absent. */
static void describe(struct text *t, const struct netp_url *u)
{
    static const char *const kind[] = {"none ", "name ", "ipv4 ", "ipv6 ", "future "};
    char port[NETP_DEC_CAP];

    t->n = 0;
    add_part(t, u, NETP_URL_SCHEME, u->scheme);
    add_part(t, u, NETP_URL_USERINFO, u->userinfo);
    add(t, "|", NETP_STR(""));
    add(t, kind[u->host_kind], u->host);
    add(t, u->zone.n > 0 ? " " : "", u->zone);
    add_part(t, u, NETP_URL_PORT, netp_str_make(port, netp_format_dec(u->port, port)));
    add(t, "|", u->path);
    add_part(t, u, NETP_URL_QUERY, u->query);
    add_part(t, u, NETP_URL_FRAGMENT, u->fragment);
}

static const struct {
    const char *text, *parts;
} good[] = {
    /* RFC 3986 section 1.1.2 */
    {"ftp://ftp.is.co.za/rfc/rfc1808.txt", "|ftp|-|name ftp.is.co.za|-|/rfc/rfc1808.txt|-|-"},
    {"http://www.ietf.org/rfc/rfc2396.txt", "|http|-|name www.ietf.org|-|/rfc/rfc2396.txt|-|-"},
    {"ldap://[2001:db8::7]/c=GB?objectClass?one",
     "|ldap|-|ipv6 [2001:db8::7]|-|/c=GB|objectClass?one|-"},
    {"mailto:John.Doe@example.com", "|mailto|-|none |-|John.Doe@example.com|-|-"},
    {"news:comp.infosystems.www.servers.unix",
     "|news|-|none |-|comp.infosystems.www.servers.unix|-|-"},
    {"tel:+1-816-555-1212", "|tel|-|none |-|+1-816-555-1212|-|-"},
    {"telnet://192.0.2.16:80/", "|telnet|-|ipv4 192.0.2.16|80|/|-|-"},
    {"urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
     "|urn|-|none |-|oasis:names:specification:docbook:dtd:xml:4.1.2|-|-"},
    /* section 3 */
    {"foo://example.com:8042/over/there?name=ferret#nose",
     "|foo|-|name example.com|8042|/over/there|name=ferret|nose"},
    {"urn:example:animal:ferret:nose", "|urn|-|none |-|example:animal:ferret:nose|-|-"},
    /* section 7.6 */
    {"ftp://cnn.example.com&story=breaking_news@10.0.0.1/top_story.htm",
     "|ftp|cnn.example.com&story=breaking_news|ipv4 10.0.0.1|-|/top_story.htm|-|-"},
    /* what is empty is not absent */
    {"", "|-|-|none |-||-|-"},
    {"?", "|-|-|none |-|||-"},
    {"#", "|-|-|none |-||-|"},
    {"?#", "|-|-|none |-|||"},
    {"//", "|-|-|none |-||-|-"},
    {"s:", "|s|-|none |-||-|-"},
    {"s://", "|s|-|none |-||-|-"},
    {"s://@", "|s||none |-||-|-"},
    {"s://:@h", "|s|:|name h|-||-|-"},
    {"s://h?", "|s|-|name h|-|||-"},
    {"s://h#", "|s|-|name h|-||-|"},
    {"s://h:?q#f", "|s|-|name h|-||q|f"},
    {"file:///etc/hosts", "|file|-|none |-|/etc/hosts|-|-"},
    {"file:/etc/hosts", "|file|-|none |-|/etc/hosts|-|-"},
    /* relative references, section 4.2 */
    {"//h/p", "|-|-|name h|-|/p|-|-"},
    {"/p//q", "|-|-|none |-|/p//q|-|-"},
    {"p", "|-|-|none |-|p|-|-"},
    {"./a:b", "|-|-|none |-|./a:b|-|-"},
    {"/a:b", "|-|-|none |-|/a:b|-|-"},
    {"a/b:c", "|-|-|none |-|a/b:c|-|-"},
    {"?a:b", "|-|-|none |-||a:b|-"},
    {"a@b", "|-|-|none |-|a@b|-|-"},
    /* schemes */
    {"a+-.9Z:x", "|a+-.9Z|-|none |-|x|-|-"},
    {"Z:x", "|Z|-|none |-|x|-|-"},
    /* authority */
    {"http://u:p:q@h:1/", "|http|u:p:q|name h|1|/|-|-"},
    {"http://u%40v@h/", "|http|u%40v|name h|-|/|-|-"},
    {"http://h/@x", "|http|-|name h|-|/@x|-|-"},
    {"http://h?a@b", "|http|-|name h|-||a@b|-"},
    {"http://h:080/", "|http|-|name h|80|/|-|-"},
    {"http://h:0/", "|http|-|name h|0|/|-|-"},
    {"http://h:65535/", "|http|-|name h|65535|/|-|-"},
    {"http://h:00000000000000000000000000000080", "|http|-|name h|80||-|-"},
    {"http://a%2Fb!$&'()*+,;=/", "|http|-|name a%2Fb!$&'()*+,;=|-|/|-|-"},
    /* hosts */
    {"http://1.2.3.04/", "|http|-|name 1.2.3.04|-|/|-|-"},
    {"http://127.1/", "|http|-|name 127.1|-|/|-|-"},
    {"http://[::]", "|http|-|ipv6 [::]|-||-|-"},
    {"http://u@[::ffff:127.0.0.1]:8/", "|http|u|ipv6 [::ffff:127.0.0.1]|8|/|-|-"},
    {"http://[fe80::a%25en1]/", "|http|-|ipv6 [fe80::a%25en1] en1|-|/|-|-"}, /* RFC 6874 */
    {"http://[fe80::1%25e%2f~]:1", "|http|-|ipv6 [fe80::1%25e%2f~] e%2f~|1||-|-"},
    {"http://[v1.x]/", "|http|-|future [v1.x]|-|/|-|-"},
    {"http://[Vf0.:a!~]:2", "|http|-|future [Vf0.:a!~]|2||-|-"},
    /* who is connected to */
    {"http://good.example#@evil.example/", "|http|-|name good.example|-||-|@evil.example/"},
    {"http://good.example?@evil.example/", "|http|-|name good.example|-||@evil.example/|-"},
    {"http://good.example/@evil.example/", "|http|-|name good.example|-|/@evil.example/|-|-"},
    {"http://example.com/%0d%0aX:%20y", "|http|-|name example.com|-|/%0d%0aX:%20y|-|-"},
    {"http:///host/", "|http|-|none |-|/host/|-|-"},
    {"http:host/", "|http|-|none |-|host/|-|-"},
    {"http:/host", "|http|-|none |-|/host|-|-"},
};

static const struct {
    const char *text;
    size_t at;
} bad[] = {
    {":", 0},
    {":a", 0},
    {"1a:b", 2},
    {"a_b:c", 3},
    {"a%41:b", 4},
    {"+:b", 1},
    {"-a:b", 2},
    {"@:b", 1},
    {" http://h/", 0},
    {"http://h/ ", 9},
    {"http://h/\r\nX: y", 9},
    {"http://h/\t", 9},
    {"http://h/\x7f", 9},
    {"http://fa\xc3\x9f.de/", 9},
    {"http://h/\xff", 9},
    {"http://h\\@evil/", 8},
    {"http://h/\\", 9},
    {"http://h[/", 8},
    {"http://h]/", 8},
    {"http://h/[", 9},
    {"http://h/?]", 10},
    {"http://h/##", 10},
    {"http://h/#a#", 11},
    {"http://h/%", 9},
    {"http://h/%4", 9},
    {"http://h/%4/", 9},
    {"http://h/%g0", 9},
    {"http://h/%0g", 9},
    {"http://h/?%x", 10},
    {"http://h/#%x", 10},
    {"http://h%2/", 8},
    {"http://u%2@h/", 8},
    {"%", 0},
    {"http://user:p@ss@host/", 16},
    {"http://a@b@c", 10},
    {"http://a@@c", 9},
    {"http://@@", 8},
    {"http://h:-1/", 9},
    {"http://h:+80/", 9},
    {"http://h: 80/", 9},
    {"http://h:80 /", 11},
    {"http://h:80x", 11},
    {"http://h:x", 9},
    {"http://h:80:80/", 11},
    {"http://h::80", 9},
    {"http://u:p/", 9},
    {"http://[", 8},
    {"http://[::1", 8},
    {"http://[::1/]", 8},
    {"http://[]", 8},
    {"http://[1.2.3.4]", 8},
    {"http://[::1%1]", 8},
    {"http://[::1%25]", 8},
    {"http://[::1%25a%b]", 8},
    {"http://[::1%25a:b]", 8},
    {"http://[::1%25a!]", 8},
    {"http://[::1%25!]", 8},
    {"http://[::1%25%4]", 8},
    {"http://[%25a]", 8},
    {"http://[::1%2]", 8},
    {"http://[::1%]", 8},
    {"http://[12345::]", 8},
    {"http://[[::1]]", 8},
    {"http://[::1]]", 12},
    {"http://[::1]x", 12},
    {"http://[::1]@h", 12},
    {"http://[::1]80", 12},
    {"http://x[::1]", 8},
    {"http://[v1]", 8},
    {"http://[v.x]", 8},
    {"http://[v1.]", 8},
    {"http://[vg.x]", 8},
    {"http://[v1.%41]", 8},
    {"http://[v1.@]", 8},
    {"http://[v1.x/]", 8},
    {"http://[v1x]", 8},
    {"http://[w1.x]", 8},
};

/* Reads text from a block of its size; on failure nothing but *at may change, otherwise all else.
 */
static int parse(struct netp_str text, struct netp_url *u, size_t *at)
{
    struct netp_url before;
    int r;

    memset(u, 0x5a, sizeof *u);
    before = *u;
    *at = 12345;
    r = netp_url_parse(text, u, at);
    if (r == NETP_OK) {
        assert_int_equal(*at, 12345);
    } else {
        assert_memory_equal(u, &before, sizeof *u);
    }
    return r;
}

static void parts_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct netp_str text = url_copy(netp_str_of(good[i].text));
        struct netp_url u;
        struct text parts;
        size_t at;
        if (parse(text, &u, &at) != NETP_OK) {
            fail_msg("%s: wrong at %zu", good[i].text, at);
        }
        describe(&parts, &u);
        assert_string_equal(parts.p, good[i].parts);
        if ((u.has & NETP_URL_AUTHORITY) != 0) {
            assert_memory_equal(u.authority.p - 2, "//", 2);
            assert_ptr_equal(u.authority.p + u.authority.n, u.path.p);
        } else {
            assert_int_equal(u.authority.n, 0);
        }
        assert_true((u.has & NETP_URL_PORT) != 0 || u.port == 0);
        free((void *)text.p);
    }
}

static void what_the_grammar_lacks_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct netp_str text = url_copy(netp_str_of(bad[i].text));
        struct netp_url u;
        size_t at;
        if (parse(text, &u, &at) != NETP_E_SYNTAX || at != bad[i].at) {
            fail_msg("%s: %zu, not %zu", bad[i].text, at, bad[i].at);
        }
        free((void *)text.p);
    }
}

/* What lies behind the end of a text does not matter: each part of one is read as its copy is. */
static void nothing_behind_the_end_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        for (size_t n = strlen(good[i].text); n > 0; n--) {
            struct netp_str in = netp_str_make(good[i].text, n), copy = url_copy(in);
            struct netp_url u, v;
            struct text parts, same;
            size_t at, there;
            int r = parse(in, &u, &at);
            assert_int_equal(parse(copy, &v, &there), r);
            assert_int_equal(at, there);
            if (r == NETP_OK) {
                describe(&parts, &u);
                describe(&same, &v);
                assert_string_equal(parts.p, same.p);
            }
            free((void *)copy.p);
        }
    }
}

/* Appendix A: what may stand between `head` and `tail`, be it to end the part there. */
#define REG_NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;="
static const struct {
    const char *head, *tail, *may;
} place[] = {
    {"a", ":", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.:/?#"},
    {"s://u", "@h", REG_NAME ":/?#"},
    {"s://a", "b", REG_NAME "@/?#"},
    {"s://a:1", "", "0123456789@/?#"},
    {"s://a/", "b", REG_NAME ":@/?#"},
    {"s:", "b", REG_NAME ":@/?#"},
    {"_", "/b", REG_NAME "@/?#"},
    {"_/", "b", REG_NAME ":@/?#"},
    {"s:?", "b", REG_NAME ":@/?#"},
    {"s:#", "b", REG_NAME ":@/?"},
};

static void every_byte_has_its_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(place); i++) {
        size_t head = strlen(place[i].head);
        for (int c = 0; c < 256; c++) {
            char text[20];
            struct netp_url u;
            size_t at;
            size_t n =
                (size_t)snprintf(text, sizeof text, "%s%c%s", place[i].head, c, place[i].tail);
            int r = parse(netp_str_make(text, n), &u, &at);
            if ((r == NETP_OK) != (memchr(place[i].may, c, strlen(place[i].may)) != NULL)) {
                fail_msg("byte %d behind %s: %d", c, place[i].head, r);
            }
            assert_true(r == NETP_OK || (r == NETP_E_SYNTAX && (at == head || at == head + 1)));
        }
    }
}

static void limits_are_exact(void **state)
{
    size_t n = NETP_URL_MAX, at;
    char *text = malloc(n + 1);
    struct netp_url u;

    (void)state;
    memset(text, 'a', n + 1);
    assert_int_equal(parse(netp_str_make(text, n), &u, &at), NETP_OK);
    assert_int_equal(u.path.n, n);
    assert_int_equal(parse(netp_str_make(text, n + 1), &u, &at), NETP_E_LIMIT);
    assert_int_equal(at, n);
    free(text);

    assert_int_equal(parse(NETP_STR("http://host:65536/"), &u, &at), NETP_E_LIMIT);
    assert_int_equal(at, 12);
    assert_int_equal(parse(NETP_STR("//h:00000000000000000000065536"), &u, &at), NETP_E_LIMIT);
    assert_int_equal(at, 4);
    assert_int_equal(parse(NETP_STR("//h:18446744073709551696"), &u, &at), NETP_E_LIMIT);
    assert_int_equal(parse(netp_str_make(NULL, 0), &u, &at), NETP_OK);
    assert_int_equal(u.has, 0);
    assert_non_null(u.path.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_told_apart),
        cmocka_unit_test(what_the_grammar_lacks_is_refused),
        cmocka_unit_test(nothing_behind_the_end_is_read),
        cmocka_unit_test(every_byte_has_its_places),
        cmocka_unit_test(limits_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_netrc.c - the credentials in the text of a .netrc file. SPDX-License-Identifier: MIT */
#include <netproto/netrc.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* "LINE login:password:account", or what find() returned; from blocks of exact size. */
static const char *find_n(struct netp_str text, const char *machine, const char *login)
{
    static char told[200];
    char *p = (char *)malloc(text.n + 1), *mem = (char *)malloc(text.n + 1);
    struct netp_netrc found;
    struct netp_str name = netp_str_of(machine), user = netp_str_of(login);

    memcpy(p, text.p, text.n);
    text.p = p;
    int r = netp_netrc_find(text, name, user, &found, mem, text.n);
    if (r == 1) {
        size_t used = found.login.n + found.password.n + found.account.n;
        snprintf(told, sizeof told, "%zu %.*s:%.*s:%.*s", found.line, (int)found.login.n,
                 found.login.p, (int)found.password.n, found.password.p, (int)found.account.n,
                 found.account.p);
        assert_int_equal(netp_netrc_find(text, name, user, &found, mem, used), 1);
        if (used > 0) {
            assert_int_equal(netp_netrc_find(text, name, user, &found, mem, used - 1),
                             NETP_E_NOSPACE);
        }
    } else if (r == 0) {
        snprintf(told, sizeof told, "none");
    } else {
        snprintf(told, sizeof told, "%zu %s", found.line, netp_errname(r));
    }
    free(p);
    free(mem);
    return told;
}

#define FIND(text, machine, login) find_n(NETP_STR(text), machine, login)

static void entries_are_found(void **state)
{
    (void)state;
    /* the example of netrc(5) */
    assert_string_equal(FIND("machine host.domain.com login myloginname password mypassword",
                             "host.domain.com", ""),
                        "1 myloginname:mypassword:");
    assert_string_equal(FIND("machine a\n\tlogin b\n\tpassword c\n\taccount d\n", "a", ""),
                        "1 b:c:d");
    assert_string_equal(FIND("machine a account d password c login b", "a", ""), "1 b:c:d");
    assert_string_equal(FIND("\r\n# x\r\nMACHINE A\r\nLogin b\r\n", "a", ""), "3 b::");
    assert_string_equal(FIND("machine a login b machine c login d", "c", ""), "1 d::");
    assert_string_equal(FIND("machine a login b\nmachine a login c", "a", ""), "1 b::");
    assert_string_equal(FIND("machine a", "a", ""), "1 ::");
    assert_string_equal(FIND("", "a", ""), "none");
    assert_string_equal(FIND(" \n", "a", ""), "none");
    assert_string_equal(FIND("machine a login \xc3\xa4", "a", ""), "1 \xc3\xa4::");
}

/* No part of a name, and no other's credentials: CVE-2024-11053, CVE-2025-0167, CVE-2026-3783. */
static void only_the_machine_itself(void **state)
{
    (void)state;
    assert_string_equal(FIND("machine a.com login b password c", "a.co", ""), "none");
    assert_string_equal(FIND("machine a.com login b password c", "a.com.", ""), "none");
    assert_string_equal(FIND("machine a.com login b password c", "x.a.com", ""), "none");
    assert_string_equal(FIND("machine a.com login b password c", "", ""), "none");
    assert_string_equal(FIND("machine a login b password c machine d", "d", ""), "1 ::");
    assert_string_equal(FIND("machine a login b password c\ndefault", "d", ""), "2 ::");
    assert_string_equal(FIND("machine a login b password c\nmachine d login e", "d", ""), "2 e::");
    assert_string_equal(FIND("machine d\nmachine a login b password c", "d", ""), "1 ::");
    assert_string_equal(FIND("machine d login e\nmachine d password c", "d", ""), "1 e::");
    assert_string_equal(FIND("machine d\ndefault login b password c", "d", ""), "1 ::");
}

static void default_is_for_the_rest(void **state)
{
    (void)state;
    assert_string_equal(FIND("default login b password c", "a", ""), "1 b:c:");
    assert_string_equal(FIND("default login b\nmachine a login d", "a", ""), "2 d::");
    assert_string_equal(FIND("default login b\nmachine a login d", "c", ""), "1 b::");
    assert_string_equal(FIND("default login b\ndefault login c", "a", ""), "1 b::");
    assert_string_equal(FIND("default login b\ndefault login c", "a", "c"), "2 c::");
    assert_string_equal(FIND("default login b", "a", "c"), "none");
    assert_string_equal(FIND("machine \"\" login b", "", ""), "1 b::");
}

/* As in curl's issue 20950, where the last one's password was taken. */
static void a_login_chooses(void **state)
{
    static const char text[] = "machine 127.0.0.1 password firstthis login unknown\n"
                               "machine 127.0.0.1 password 5up3r53cr37\n"
                               "machine 127.0.0.1 password d1ff3r3nt login anotherone\n";
    struct netp_str s = netp_str_of(text);

    (void)state;
    assert_string_equal(find_n(s, "127.0.0.1", "user"), "2 :5up3r53cr37:");
    assert_string_equal(find_n(s, "127.0.0.1", "unknown"), "1 unknown:firstthis:");
    assert_string_equal(find_n(s, "127.0.0.1", "anotherone"), "2 :5up3r53cr37:");
    assert_string_equal(FIND("machine a login b password c", "a", "B"), "none");
    assert_string_equal(FIND("machine a login b password c", "a", "bb"), "none");
    assert_string_equal(FIND("machine a login bb password c", "a", "b"), "none");
    assert_string_equal(FIND("machine a login b password c", "a", "b"), "1 b:c:");
}

static void words_can_be_quoted(void **state)
{
    (void)state;
    assert_string_equal(
        FIND("machine \"a\" login \"b c\" password \"\\\"d\\\\\\e\\n\\r\\t\"", "a", ""),
        "1 b c:\"d\\e\n\r\t:");
    assert_string_equal(FIND("machine a login \"\" password \"a\tb\"", "a", ""), "1 :a\tb:");
    assert_string_equal(FIND("machine a login \"\\\\\"", "a", "\\"), "1 \\::");
    assert_string_equal(FIND("machine a login b\\\"c\\n password d\"", "a", ""),
                        "1 b\\\"c\\n:d\":");
    assert_string_equal(FIND("machine a login #b password \"#c\"", "a", ""), "1 #b:#c:");
    assert_string_equal(FIND("machine a login login password machine", "a", ""),
                        "1 login:machine:");
    assert_string_equal(FIND("machine machine login a machine default login b", "default", ""),
                        "1 b::");
}

/* As in curl's issue 7238. */
static void macros_and_comments_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(FIND("macdef testmacro\n\tbin\n\tcd default\n\tcd login\n\tput login.bin\n"
                             "\tcd password\n\tquit\n\nmachine example.invalid\n"
                             "\tlogin professor\n\tpassword joshua\n",
                             "example.invalid", ""),
                        "9 professor:joshua:");
    assert_string_equal(FIND("machine a login b macdef init\r\nx \" y\r\n\r\npassword c", "a", ""),
                        "1 b:c:");
    assert_string_equal(FIND("macdef init\nmachine a login b\n \nmachine a", "a", ""), "none");
    assert_string_equal(FIND("macdef init\n\nmachine a\n", "a", ""), "3 ::");
    assert_string_equal(FIND("macdef init", "a", ""), "none");
    assert_string_equal(FIND("machine a # login \"b\n#\nlogin c #x", "a", ""), "1 c::");
    assert_string_equal(FIND("#machine a", "a", ""), "none");
}

static void faults_are_told_by_line(void **state)
{
    (void)state;
    assert_string_equal(FIND("\nmachine", "a", ""), "2 NETP_E_SYNTAX");
    assert_string_equal(FIND("\nmachine b\nlogin", "a", ""), "3 NETP_E_SYNTAX");
    assert_string_equal(FIND("login a", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a port 80", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machin a", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("\"machine\" a", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login b login c", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"b", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"b\n\"", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"b\\\"", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"b\"c", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login b\x01", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login b\x7f", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login b\0", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login \"b\x1f\"", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a\n\x01", "b", ""), "2 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine machine\x01", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("macdef", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("macdef \"", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("default a", "a", ""), "1 NETP_E_SYNTAX");
    assert_string_equal(FIND("machine a login b\nmachine c \x01", "a", ""), "1 b::");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found),
        cmocka_unit_test(only_the_machine_itself),
        cmocka_unit_test(default_is_for_the_rest),
        cmocka_unit_test(a_login_chooses),
        cmocka_unit_test(words_can_be_quoted),
        cmocka_unit_test(macros_and_comments_are_passed_over),
        cmocka_unit_test(faults_are_told_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

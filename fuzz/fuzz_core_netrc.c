/* .netrc files: the input is a login, a machine and the text, parted by NUL. What is found is in
 * the text; a name that is not there finds only a default; written anew as an entry, with quotes,
 * it is found as the same. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/netrc.h>
#include <netproto/text.h>

#include <stdio.h>
#include <string.h>

static struct netp_str take(const char **p, size_t *n)
{
    const char *end = *n > 0 ? (const char *)memchr(*p, 0, *n) : NULL;
    struct netp_str s = netp_str_make(*p, end != NULL ? (size_t)(end - *p) : 0);

    if (end != NULL) {
        *n -= s.n + 1;
        *p = end + 1;
    }
    return s;
}

static size_t quote(char *out, const char *keyword, struct netp_str s)
{
    char *at = out + snprintf(out, 20, " %s \"", keyword);

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\n' || c == '\r' || c == '"' || c == '\\') {
            *at++ = '\\';
            c = c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        }
        *at++ = c;
    }
    *at++ = '"';
    return (size_t)(at - out);
}

static bool printable(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

/* All of it behind an entry for another machine, whose words must not come back. */
static void write_and_find(struct netp_str machine, const struct netp_netrc *e)
{
    static const char other[] = "machine other.invalid login xyz password xyz account xyz";
    size_t n = sizeof other - 1;
    char *text =
        (char *)fuzz_block(2 * (machine.n + e->login.n + e->password.n + e->account.n) + 200);
    char *mem = (char *)fuzz_block(e->login.n + e->password.n + e->account.n);
    struct netp_netrc f;

    memcpy(text, other, n);
    n += quote(text + n, "machine", machine);
    n += quote(text + n, "account", e->account);
    n += quote(text + n, "password", e->password);
    n += quote(text + n, "login", e->login);
    int r = netp_netrc_find(netp_str_make(text, n), machine, e->login, &f, mem,
                            e->login.n + e->password.n + e->account.n);
    FUZZ_CHECK(r == 1 && netp_str_eq(f.login, e->login) && netp_str_eq(f.password, e->password) &&
                   netp_str_eq(f.account, e->account),
               "%d: %.*s", r, (int)n, text);
    free(mem);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = (char *)fuzz_copy(data, size);
    const char *p = copy;
    struct netp_str login = take(&p, &size), machine = take(&p, &size);
    struct netp_str text = netp_str_make(p, size);
    char *mem = (char *)fuzz_block(size);
    struct netp_netrc e;
    int r = netp_netrc_find(text, machine, login, &e, mem, size);
    size_t lines = 1;

    FUZZ_CHECK(r == 1 || r == 0 || r == NETP_E_SYNTAX, "%d", r);
    for (size_t i = 0; i < size; i++) {
        lines += p[i] == '\n';
    }
    FUZZ_CHECK(e.line <= lines && (e.line > 0) == (r != 0), "line %zu", e.line);
    if (r == 1) {
        FUZZ_CHECK(e.login.n == 0 || login.n == 0 || netp_str_eq(e.login, login), "another login");
        FUZZ_OUTCOME("line %zu", e.line);
        if (fuzz_outcome != NULL) {
            log_data(fuzz_outcome, "login", e.login.p, e.login.n);
            log_data(fuzz_outcome, "password", e.password.p, e.password.n);
            log_data(fuzz_outcome, "account", e.account.p, e.account.n);
            log_end(fuzz_outcome);
        }
        if (printable(machine) && !netp_str_ieq(machine, NETP_STR("other.invalid"))) {
            write_and_find(machine, &e);
        }
    } else {
        FUZZ_OUTCOME("line %zu %s", e.line, netp_errname(r));
    }
    free(mem);
    free(copy);
    return 0;
}

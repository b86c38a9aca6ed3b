/* Files that name users: the input is a file, as that of htpasswd, and of htdigest with the realm
 * r. Who is found is in the file as a line of its own; written anew as such lines, all are found
 * again. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "httpd_users.h"

#include <netproto/text.h>

#include <stdio.h>
#include <string.h>

static const struct netp_str realm = {"r", 1};

/* A second plain reading: whether a line of the text begins with the name, and the realm. */
static bool is_there(const char *p, size_t n, const struct user *u)
{
    char want[USERS_NAME + 4];
    size_t k = (size_t)snprintf(want, sizeof want, "%.*s:%s", (int)u->name.n, u->name.p,
                                u->digest ? "r:" : "");

    for (size_t i = 0; i + k <= n; i++) {
        if ((i == 0 || p[i - 1] == '\n') && memcmp(p + i, want, k) == 0) {
            return true;
        }
    }
    return false;
}

static char *write_anew(const struct users *u, size_t *n)
{
    const size_t line = USERS_NAME + USERS_HASH + 4;
    char *text = (char *)fuzz_block(u->n * line + 1), *at = text;

    for (size_t i = u->n; i > 0; i--) {
        const struct user *x = &u->v[i - 1];
        at += snprintf(at, line + 1, "%.*s:%s%.*s\n", (int)x->name.n, x->name.p,
                       x->digest ? "r:" : "", (int)x->hash.n, x->hash.p);
    }
    *n = (size_t)(at - text);
    return text;
}

static void check(const struct users *u, const char *p, size_t n)
{
    struct users again;
    char why[USERS_WHY];
    size_t nanew;
    char *anew = write_anew(u, &nanew);
    bool read = users_parse(&again, anew, nanew, u->n > 0 && u->v[0].digest ? &realm : NULL, why);

    FUZZ_CHECK(read && again.n == u->n, "%zu of %zu: %s", again.n, u->n, read ? "" : why);
    for (size_t i = 0; i < u->n; i++) {
        const struct user *x = &u->v[i], *found = users_find(&again, x->name, x->digest);
        FUZZ_CHECK(is_there(p, n, x), "%.*s", (int)x->name.n, x->name.p);
        FUZZ_CHECK(users_find(u, x->name, x->digest) == x, "%.*s", (int)x->name.n, x->name.p);
        FUZZ_CHECK(found && netp_str_eq(found->hash, x->hash), "%.*s", (int)x->name.n, x->name.p);
        FUZZ_CHECK(x->digest == 0 || x->digest == x->hash.n, "%zu", x->digest);
    }
    users_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct netp_str *realms[] = {NULL, &realm};
    struct users u;
    char why[USERS_WHY];

    for (unsigned i = 0; i < 2; i++) {
        char *text = (char *)fuzz_copy(data, size);
        if (!users_parse(&u, text, size, realms[i], why)) {
            FUZZ_CHECK(strlen(why) > 0 && u.v == NULL && u.text == NULL, "%s", why);
            FUZZ_OUTCOME("%s:%s", i == 0 ? "passwords" : "digests", why);
            continue;
        }
        FUZZ_OUTCOME("%s: %zu users", i == 0 ? "passwords" : "digests", u.n);
        for (size_t k = 0; fuzz_outcome && k < u.n; k++) {
            log_data(fuzz_outcome, "name", u.v[k].name.p, u.v[k].name.n);
            log_data(fuzz_outcome, "hash", u.v[k].hash.p, u.v[k].hash.n);
            log_end(fuzz_outcome);
        }
        check(&u, (const char *)data, size);
        users_free(&u);
    }
    return 0;
}

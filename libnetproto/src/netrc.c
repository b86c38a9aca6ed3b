/* netrc.c - the credentials in the text of a .netrc file.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/netrc.h>
#include <netproto/text.h>

struct reader {
    struct netp_str rest;
    size_t line;
};

static char take(struct reader *r)
{
    char c = *r->rest.p++;
    r->rest.n--;
    r->line += c == '\n';
    return c;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_control(char c)
{
    return (uint8_t)c < 0x20 || c == 0x7f;
}

static bool at_space(const struct reader *r)
{
    return r->rest.n == 0 || is_space(*r->rest.p);
}

/* Takes the rest of a word in quotes, behind the first; false if it is not closed on its line, or
 * something touches the last. */
static bool take_quoted(struct reader *r)
{
    bool escaped = false;

    while (r->rest.n > 0 && (!is_control(*r->rest.p) || *r->rest.p == '\t')) {
        char c = take(r);
        if (c == '"' && !escaped) {
            return at_space(r);
        }
        escaped = c == '\\' && !escaped;
    }
    return false;
}

/* Takes a word as it stands, with its quotes: 1; 0 at the end; NETP_E_SYNTAX. */
static int take_word(struct reader *r, struct netp_str *word)
{
    while (r->rest.n > 0 && at_space(r)) {
        take(r);
    }
    *word = r->rest;
    if (word->n > 0 && word->p[0] == '"') {
        take(r);
        if (!take_quoted(r)) {
            return NETP_E_SYNTAX;
        }
    }
    while (!at_space(r)) {
        if (is_control(take(r))) {
            return NETP_E_SYNTAX;
        }
    }
    word->n -= r->rest.n;
    return word->n > 0;
}

/* What a word stands for; its next character is taken off it. */
struct meaning {
    struct netp_str rest;
    bool quoted;
};

static struct meaning meaning_of(struct netp_str word)
{
    struct meaning m = {word, word.n > 0 && word.p[0] == '"'};
    if (m.quoted) {
        m.rest = netp_str_make(word.p + 1, word.n - 2);
    }
    return m;
}

static bool take_meant(struct meaning *m, char *c)
{
    if (m->rest.n == 0) {
        return false;
    }
    bool escaped = m->quoted && *m->rest.p == '\\';
    m->rest.p += escaped;
    m->rest.n -= escaped;
    *c = *m->rest.p++;
    m->rest.n--;
    if (escaped) {
        *c = *c == 'n' ? '\n' : *c == 'r' ? '\r' : *c == 't' ? '\t' : *c;
    }
    return true;
}

static bool means(struct netp_str word, struct netp_str text,
                  bool (*same)(struct netp_str, struct netp_str))
{
    struct meaning m = meaning_of(word);
    size_t i = 0;
    char c;

    while (take_meant(&m, &c)) {
        if (i == text.n || !same(netp_str_make(&c, 1), netp_str_make(text.p + i, 1))) {
            return false;
        }
        i++;
    }
    return i == text.n;
}

/* Passes over a macro: its name, and lines up to an empty one. As take_word(). */
static int skip_macro(struct reader *r)
{
    struct netp_str name;
    bool empty = false;

    int n = take_word(r, &name);
    while (n > 0 && r->rest.n > 0) {
        char c = take(r);
        if (c == '\n' && empty) {
            break;
        }
        empty = c == '\n' || (c == '\r' && empty);
    }
    return n;
}

/* An entry: words as they stand. */
struct entry {
    struct netp_str machine; /* n is 0 for default */
    struct netp_str login, password, account;
    size_t line;
};

static struct netp_str *field(struct entry *e, struct netp_str keyword)
{
    return netp_str_ieq(keyword, NETP_STR("login"))      ? &e->login
           : netp_str_ieq(keyword, NETP_STR("password")) ? &e->password
           : netp_str_ieq(keyword, NETP_STR("account"))  ? &e->account
                                                         : NULL;
}

/* Takes what belongs to a keyword: 1, or less if that is missing or bad. */
static int take_field(struct reader *r, struct entry *e, struct netp_str keyword)
{
    if (keyword.p[0] == '#') {
        while (r->rest.n > 0 && *r->rest.p != '\n') {
            take(r);
        }
        return 1;
    }
    if (netp_str_ieq(keyword, NETP_STR("macdef"))) {
        return skip_macro(r);
    }
    struct netp_str *f = e->line > 0 ? field(e, keyword) : NULL;
    return f != NULL && f->n == 0 ? take_word(r, f) : NETP_E_SYNTAX;
}

/* Takes an entry: 1; 0 at the end; NETP_E_SYNTAX. */
static int take_entry(struct reader *r, struct entry *e)
{
    static const struct entry none = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0};
    struct reader at = *r;
    struct netp_str word;
    int n;

    for (*e = none; (n = take_word(&at, &word)) > 0; *r = at) {
        bool machine = netp_str_ieq(word, NETP_STR("machine"));
        if (machine || netp_str_ieq(word, NETP_STR("default"))) {
            if (e->line > 0) {
                return 1; /* it is the next one's, and stays */
            }
            e->line = at.line;
            n = machine ? take_word(&at, &e->machine) : 1;
        } else {
            n = take_field(&at, e, word);
        }
        if (n <= 0) {
            n = NETP_E_SYNTAX;
            break;
        }
    }
    *r = at;
    if (n < 0) {
        e->line = at.line;
        return n;
    }
    return e->line > 0;
}

/* Writes what a word stands for to mem, which shrinks. */
static bool put(struct netp_str *out, struct netp_str word, char **mem, size_t *cap)
{
    struct meaning m = meaning_of(word);
    char c;

    *out = netp_str_make(*mem, 0);
    while (take_meant(&m, &c)) {
        if (*cap == 0) {
            return false;
        }
        *(*mem)++ = c;
        --*cap;
        out->n++;
    }
    return true;
}

static int tell(struct netp_netrc *found, const struct entry *e, char *mem, size_t cap)
{
    found->line = e->line;
    return put(&found->login, e->login, &mem, &cap) &&
                   put(&found->password, e->password, &mem, &cap) &&
                   put(&found->account, e->account, &mem, &cap)
               ? 1
               : NETP_E_NOSPACE;
}

int netp_netrc_find(struct netp_str text, struct netp_str machine, struct netp_str login,
                    struct netp_netrc *found, char *mem, size_t cap)
{
    struct reader r = {text, 1};
    struct entry e, fallback;
    int n;

    memset(found, 0, sizeof *found);
    memset(&fallback, 0, sizeof fallback);
    while ((n = take_entry(&r, &e)) > 0) {
        if (login.n > 0 && e.login.n > 0 && !means(e.login, login, netp_str_eq)) {
            continue;
        }
        if (e.machine.n > 0 && means(e.machine, machine, netp_str_ieq)) {
            return tell(found, &e, mem, cap);
        }
        if (e.machine.n == 0 && fallback.line == 0) {
            fallback = e;
        }
    }
    if (n < 0) {
        found->line = e.line;
        return n;
    }
    return fallback.line > 0 ? tell(found, &fallback, mem, cap) : 0;
}

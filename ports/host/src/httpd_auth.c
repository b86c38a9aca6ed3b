/* httpd_auth.c - the Basic and Digest schemes for an HTTP server. SPDX-License-Identifier: MIT */
#include "httpd_crypt.h"
#include "httpd_marks.h"
#include "httpd_priv.h"
#include "httpd_users.h"
#include <errno.h>
#include <fcntl.h>
#include <netproto/base64.h>
#include <netproto/host/hash.h>
#include <netproto/host/httpd_auth.h>
#include <netproto/host/random.h>
#include <netproto/http_digest.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOOK_MS   1000 /* files are looked at once in that time */
#define REALM     200
#define NONCES    1024 /* clients of Digest at a time, by each algorithm */
#define STRIKES   5    /* wrong passwords before answers are late */
#define LATE_MS   1000
#define STRIKE_MS 60000 /* a strike is forgotten then */

enum { SHA256, MD5, ALGORITHMS };
static const size_t digest_chars[ALGORITHMS] = {64, 32};

struct file {
    const char *path; /* NULL: there is none */
    const struct netp_str *realm;
    struct users users;
    struct stat seen;
};

struct netp_httpd_auth {
    struct netp_loop *loop;
    struct netp_httpd_auth_cfg cfg;
    struct netp_str realm;
    struct file passwords, digests;
    unsigned read;   /* how often passwords was */
    netp_ms looked;  /* at the files */
    uint8_t key[32]; /* of the keys of marks */
    uint8_t secret[ALGORITHMS][64];
    struct marks known, strikes;
    struct visit *first; /* the oldest of those who wait */
    unsigned nvisits, nchecks;
    struct netp_http_digest_server digest[ALGORITHMS];
    bool offered[ALGORITHMS]; /* there is a user with such a digest */
    struct netp_http_digest_nonce used[ALGORITHMS][NONCES];
    uint64_t number; /* of the next nonce */
};

enum visit_state { WAITS, IS_CHECKED, IS_LATE };

/* A request that waits for a password's check, or for the answer that it was wrong. */
struct visit {
    struct visit *next;
    struct netp_httpd_auth *auth;
    struct netp_httpd_exchange *x; /* NULL: it is gone, and the check is not done */
    void (*handle)(void *arg, struct netp_httpd_exchange *x);
    void *arg;
    enum visit_state state;
    struct netp_timer late;
    struct crypt_check *check;
    unsigned read;                                   /* auth's, when it came */
    uint8_t address[MARK_KEY], credential[MARK_KEY]; /* keys of marks */
    size_t nuser, ntext;
    char text[USERS_NAME + 1 + CRYPT_PASSWORD]; /* user:password */
};

/* --- marks ----------------------------------------------------------------------------------- */

/* The key of a mark for text; kind keeps credentials and addresses apart. */
static bool mark_key(const struct netp_httpd_auth *a, char kind, struct netp_str text,
                     uint8_t key[MARK_KEY])
{
    struct netp_str secret = netp_str_make((const char *)a->key, sizeof a->key);
    char whole[1 + sizeof((struct visit *)0)->text];
    bool good;

    whole[0] = kind;
    memcpy(whole + 1, text.p, text.n);
    good = netp_hmac(a->digest[SHA256].hash, secret, netp_str_make(whole, text.n + 1), key);
    explicit_bzero(whole, sizeof whole);
    return good;
}

static bool address_key(const struct netp_httpd_auth *a, const struct netp_addr *peer,
                        uint8_t key[MARK_KEY])
{
    size_t n = peer->fam == 4 ? 4 : peer->fam == 6 ? 8 : 0;

    return mark_key(a, 'a', netp_str_make((const char *)peer->ip, n), key);
}

static bool is_struck(struct netp_httpd_auth *a, const uint8_t address[MARK_KEY])
{
    const struct mark *m = marks_find(&a->strikes, address, netp_loop_now(a->loop));

    return m && m->n >= STRIKES;
}

static void strike(struct netp_httpd_auth *a, const uint8_t address[MARK_KEY])
{
    struct mark *m = marks_make(&a->strikes, address, netp_loop_now(a->loop));

    m->n++;
    m->until = netp_loop_now(a->loop) + STRIKE_MS;
}

static void forgive(struct netp_httpd_auth *a, const uint8_t address[MARK_KEY])
{
    struct mark *m = marks_find(&a->strikes, address, netp_loop_now(a->loop));

    if (m) {
        m->until = 0;
    }
}

/* --- files ----------------------------------------------------------------------------------- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads a file that is another than it was: 1; 0: it is not; -1 with why. */
static int look(struct file *f, char why[NETP_HTTPD_AUTH_WHY])
{
    struct users users;
    struct stat st;

    if (!f->path) {
        return 0;
    }
    if (fstatat(AT_FDCWD, f->path, &st, 0) != 0) {
        st = (struct stat){.st_size = -1}; /* one that can't be opened is told of once, too */
    }
    if (same_file(&st, &f->seen)) {
        return 0;
    }
    f->seen = st;
    if (!users_read(&users, f->path, f->realm, why)) {
        return -1;
    }
    users_free(&f->users);
    f->users = users;
    return 1;
}

/* What follows from a file that was read. */
static void changed(struct netp_httpd_auth *a, const struct file *f)
{
    if (f == &a->passwords) {
        a->read++;
        a->known = (struct marks){0};
        return;
    }
    memset(a->offered, 0, sizeof a->offered);
    for (size_t i = 0; i < f->users.n; i++) {
        a->offered[f->users.v[i].digest == digest_chars[SHA256] ? SHA256 : MD5] = true;
    }
}

/* Reads the files that have changed; 0, or -1 with why. */
static int read_files(struct netp_httpd_auth *a, char why[NETP_HTTPD_AUTH_WHY])
{
    struct file *files[] = {&a->passwords, &a->digests};
    int r, worst = 0;

    for (unsigned i = 0; i < 2; i++) {
        if ((r = look(files[i], why)) > 0) {
            changed(a, files[i]);
        }
        worst = r < 0 ? r : worst;
    }
    return worst;
}

static void refresh(struct netp_httpd_auth *a)
{
    char why[NETP_HTTPD_AUTH_WHY];
    netp_ms now = netp_loop_now(a->loop);

    if (now - a->looked < LOOK_MS) {
        return;
    }
    a->looked = now;
    if (read_files(a, why) != 0 && a->cfg.fault) {
        a->cfg.fault(a->cfg.arg, why);
    }
}

/* --- answers --------------------------------------------------------------------------------- */

static bool may_be_basic(const struct netp_httpd_auth *a, const struct netp_httpd_exchange *x)
{
    return a->passwords.path && (a->cfg.clear || netp_httpd_request(x)->tls);
}

/* Adds a field with a challenge; its text is n bytes, or an error. */
static unsigned add_challenge(struct netp_httpd_exchange *x, const char *text, ptrdiff_t n)
{
    return n > 0 &&
           netp_httpd_add(x, "WWW-Authenticate", netp_str_make(text, (size_t)n)) == NETP_OK;
}

/* RFC 7617 section 2. */
static ptrdiff_t format_basic(struct netp_str realm, char *out, size_t cap)
{
    struct netp_str head = NETP_STR("Basic realm="), tail = NETP_STR(", charset=\"UTF-8\"");
    ptrdiff_t n;

    memcpy(out, head.p, head.n);
    if ((n = netp_http_quote(out + head.n, cap - head.n - tail.n, realm)) < 0) {
        return n;
    }
    memcpy(out + head.n + n, tail.p, tail.n);
    return (ptrdiff_t)(head.n + tail.n) + n;
}

static void ask(struct netp_httpd_auth *a, struct netp_httpd_exchange *x, bool stale)
{
    char text[256 + NETP_HTTP_QUOTE_CAP(REALM)];
    unsigned challenges = 0;

    for (unsigned i = 0; i < ALGORITHMS; i++) {
        if (a->offered[i]) {
            challenges += add_challenge(
                x, text,
                netp_http_digest_challenge_format(&a->digest[i], netp_loop_now(a->loop),
                                                  a->number++, stale, text, sizeof text));
        }
    }
    if (may_be_basic(a, x)) {
        challenges += add_challenge(x, text, format_basic(a->realm, text, sizeof text));
    }
    netp_httpd_error(x, challenges > 0 ? 401 : 403);
}

static void answer_busy(struct netp_httpd_exchange *x, unsigned status)
{
    (void)netp_httpd_add(x, "Retry-After", NETP_STR("1"));
    netp_httpd_error(x, status);
}

static void admit(struct netp_httpd_exchange *x, struct netp_str user,
                  void (*handle)(void *arg, struct netp_httpd_exchange *x), void *arg)
{
    if (netp_httpd_set_user(x, user) != NETP_OK) {
        netp_httpd_error(x, 500);
        return;
    }
    handle(arg, x);
}

/* --- visits ---------------------------------------------------------------------------------- */

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete);
static void start_checks(struct netp_httpd_auth *a);

/* Keeps x, and its body where it is. NULL: it was answered, since too many wait. */
static struct visit *keep(struct netp_httpd_auth *a, struct netp_httpd_exchange *x,
                          const uint8_t address[MARK_KEY], enum visit_state state)
{
    struct visit *v = a->nvisits < a->cfg.waiting ? calloc(1, sizeof *v) : NULL, **last = &a->first;

    if (!v) {
        answer_busy(x, 503);
        return NULL;
    }
    v->auth = a;
    v->x = x;
    v->state = state;
    memcpy(v->address, address, MARK_KEY);
    while (*last) {
        last = &(*last)->next;
    }
    *last = v;
    a->nvisits++;
    httpd_hold(x, gone, v);
    return v;
}

/* Frees what is in no list any more. */
static void destroy(struct visit *v)
{
    v->auth->nvisits--;
    (void)netp_loop_at(v->auth->loop, &v->late, NETP_NEVER);
    explicit_bzero(v, sizeof *v);
    free(v);
}

static void forget(struct visit *v)
{
    struct visit **at = &v->auth->first;

    while (*at != v) {
        at = &(*at)->next;
    }
    *at = v->next;
    destroy(v);
}

/* Ends a visit, and gives its exchange back as it was. */
static struct netp_httpd_exchange *part(struct visit *v)
{
    struct netp_httpd_exchange *x = v->x;

    httpd_release(x);
    forget(v);
    return x;
}

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct visit *v = arg;

    (void)x;
    (void)complete;
    if (v->state == IS_CHECKED) { /* its thread counts until it is through */
        v->x = NULL;
    } else {
        forget(v);
    }
}

static void due(void *arg)
{
    struct visit *v = arg;
    struct netp_httpd_auth *a = v->auth;

    ask(a, part(v), false);
}

/* Has a visit answered late. */
static void delay(struct visit *v)
{
    struct netp_httpd_auth *a = v->auth;

    v->state = IS_LATE;
    v->late.due = due;
    v->late.arg = v;
    if (netp_loop_at(a->loop, &v->late, netp_loop_now(a->loop) + LATE_MS) != 0) {
        answer_busy(part(v), 503);
    }
}

/* Credentials that are wrong and need no thread to be found so. */
static void refuse(struct netp_httpd_auth *a, struct netp_httpd_exchange *x,
                   const uint8_t address[MARK_KEY])
{
    bool late = is_struck(a, address);
    struct visit *v;

    strike(a, address);
    if (!late) {
        ask(a, x, false);
    } else if ((v = keep(a, x, address, IS_LATE))) {
        delay(v);
    }
}

static void let_in(struct visit *v)
{
    char user[USERS_NAME];
    size_t n = v->nuser;
    void (*handle)(void *arg, struct netp_httpd_exchange *x) = v->handle;
    void *arg = v->arg;

    memcpy(user, v->text, n);
    admit(part(v), netp_str_make(user, n), handle, arg);
}

static void checked(void *arg, bool right)
{
    struct visit *v = arg;
    struct netp_httpd_auth *a = v->auth;
    bool late = is_struck(a, v->address);

    a->nchecks--;
    v->state = WAITS;
    v->check = NULL;
    if (right && v->read == a->read) {
        marks_make(&a->known, v->credential, netp_loop_now(a->loop))->until =
            netp_loop_now(a->loop) + a->cfg.known_ms;
    }
    if (right) {
        forgive(a, v->address);
    } else {
        strike(a, v->address);
    }
    if (!v->x) {
        forget(v);
    } else if (right) {
        let_in(v);
    } else if (late) {
        delay(v);
    } else {
        ask(a, part(v), false);
    }
    start_checks(a);
}

/* checked() for a name that there is not. */
static void checked_nobody(void *arg, bool right)
{
    (void)right;
    checked(arg, false);
}

/* Whoever is not there gets the work of one who is. */
static void start_check(struct visit *v)
{
    struct netp_httpd_auth *a = v->auth;
    const struct users *users = &a->passwords.users;
    struct netp_str name = netp_str_make(v->text, v->nuser);
    struct netp_str password = netp_str_make(v->text + v->nuser + 1, v->ntext - v->nuser - 1);
    const struct user *user = users_find(users, name, 0);

    v->read = a->read;
    v->state = IS_CHECKED;
    v->check = crypt_check_start(a->loop, password,
                                 user           ? user->hash
                                 : users->n > 0 ? users->v[0].hash
                                                : NETP_STR(""),
                                 user ? checked : checked_nobody, v);
    if (v->check) {
        a->nchecks++;
    } else {
        v->state = WAITS;
        answer_busy(part(v), 503);
    }
}

static bool is_known(struct netp_httpd_auth *a, const uint8_t credential[MARK_KEY])
{
    return marks_find(&a->known, credential, netp_loop_now(a->loop)) != NULL;
}

/* Lets in those whose password another visit has shown to be right, and begins with as many of the
 * others as there are threads. Each time from the first: a handler may do anything. */
static void start_checks(struct netp_httpd_auth *a)
{
    struct visit *v = a->first;

    while (v) {
        if (v->state == WAITS && is_known(a, v->credential)) {
            let_in(v);
            v = a->first;
        } else if (v->state == WAITS && a->nchecks < a->cfg.threads) {
            start_check(v);
            v = a->first;
        } else {
            v = v->next;
        }
    }
}

/* --- schemes --------------------------------------------------------------------------------- */

struct door { /* what is to be done with a request */
    struct netp_httpd_auth *auth;
    struct netp_httpd_exchange *x;
    void (*handle)(void *arg, struct netp_httpd_exchange *x);
    void *arg;
    uint8_t address[MARK_KEY];
};

static void check_password(const struct door *d, struct netp_str text, size_t nuser)
{
    struct netp_httpd_auth *a = d->auth;
    uint8_t key[MARK_KEY];
    struct visit *v;

    if (!mark_key(a, 'c', text, key)) {
        netp_httpd_error(d->x, 500);
    } else if (is_known(a, key)) {
        admit(d->x, netp_str_make(text.p, nuser), d->handle, d->arg);
    } else if ((v = keep(a, d->x, d->address, WAITS))) {
        v->handle = d->handle;
        v->arg = d->arg;
        v->nuser = nuser;
        v->ntext = text.n;
        memcpy(v->text, text.p, text.n);
        memcpy(v->credential, key, sizeof key);
        start_checks(a);
    }
}

static void check_basic(const struct door *d, struct netp_str token68)
{
    char text[sizeof((struct visit *)0)->text];
    ptrdiff_t n = netp_base64_decode(text, sizeof text, token68);
    const char *colon = n > 0 ? memchr(text, ':', (size_t)n) : NULL;

    if (!may_be_basic(d->auth, d->x)) {
        ask(d->auth, d->x, false);
    } else if (n > 0 && memchr(text, '\0', (size_t)n)) {
        netp_httpd_error(d->x, 400);
    } else if (!colon || colon - text > USERS_NAME || text + n - colon - 1 > CRYPT_PASSWORD) {
        refuse(d->auth, d->x, d->address);
    } else {
        check_password(d, netp_str_make(text, (size_t)n), (size_t)(colon - text));
    }
    explicit_bzero(text, sizeof text);
}

static void check_digest(const struct door *d, struct netp_str field)
{
    const struct netp_httpd_request *r = netp_httpd_request(d->x);
    struct netp_httpd_auth *a = d->auth;
    struct netp_http_digest_credentials c;
    struct netp_str known = NETP_STR("");
    const struct user *user = NULL;
    char name[USERS_NAME];
    ptrdiff_t n;
    unsigned i;

    if (netp_http_digest_credentials_parse(field, &c) != NETP_OK) {
        netp_httpd_error(d->x, 400);
        return;
    }
    i = netp_http_value_ieq(c.algorithm, NETP_STR("SHA-256")) ? SHA256 : MD5;
    if ((n = netp_http_digest_user(name, sizeof name, &c)) > 0 && !c.userhash) {
        user = users_find(&a->digests.users, netp_str_make(name, (size_t)n), digest_chars[i]);
        known = user ? user->name : known;
    }
    switch (netp_http_digest_verify(&a->digest[i], &c, r->method, r->target,
                                    user ? user->hash.p : NULL, netp_loop_now(a->loop))) {
    case NETP_HTTP_DIGEST_RIGHT:
        forgive(a, d->address);
        admit(d->x, known, d->handle, d->arg);
        break;
    case NETP_HTTP_DIGEST_STALE:
        ask(a, d->x, true);
        break;
    case NETP_HTTP_DIGEST_WRONG:
        refuse(a, d->x, d->address);
        break;
    case NETP_HTTP_DIGEST_BAD:
        netp_httpd_error(d->x, 400);
    }
}

/* Whether an address that is answered late has one waiting. */
static bool waits(const struct netp_httpd_auth *a, const uint8_t address[MARK_KEY])
{
    for (const struct visit *v = a->first; v; v = v->next) {
        if (memcmp(v->address, address, MARK_KEY) == 0) {
            return true;
        }
    }
    return false;
}

void netp_httpd_auth_check(struct netp_httpd_auth *a, struct netp_httpd_exchange *x,
                           void (*handle)(void *arg, struct netp_httpd_exchange *x), void *arg)
{
    struct door d = {.auth = a, .x = x, .handle = handle, .arg = arg};
    struct netp_http_challenge c;
    struct netp_str field, more, rest;

    refresh(a);
    if (!netp_httpd_field(x, "Authorization", 0, &field)) {
        ask(a, x, false);
        return;
    }
    rest = field;
    if (netp_httpd_field(x, "Authorization", 1, &more) ||
        netp_http_challenge_next(&rest, &c) <= 0) {
        netp_httpd_error(x, 400);
    } else if (!address_key(a, &netp_httpd_request(x)->peer, d.address)) {
        netp_httpd_error(x, 500);
    } else if (is_struck(a, d.address) && waits(a, d.address)) {
        answer_busy(x, 429);
    } else if (netp_str_ieq(c.scheme, NETP_STR("Basic"))) {
        check_basic(&d, c.token68);
    } else if (netp_str_ieq(c.scheme, NETP_STR("Digest")) && a->digests.path) {
        check_digest(&d, field);
    } else {
        ask(a, x, false);
    }
}

void netp_httpd_guard_handle(void *guard, struct netp_httpd_exchange *x)
{
    const struct netp_httpd_guard *g = guard;

    netp_httpd_auth_check(g->auth, x, g->handle, g->arg);
}

/* --- set-up ---------------------------------------------------------------------------------- */

/* Secrets of which none tells anything of another. */
static bool make_secrets(struct netp_httpd_auth *a)
{
    struct netp_str given = a->cfg.secret;
    char own[32];
    bool good = netp_random(own, sizeof own) && netp_random(a->key, sizeof a->key) &&
                netp_random(&a->number, sizeof a->number);

    if (given.n == 0) {
        given = netp_str_make(own, sizeof own);
    }
    for (unsigned i = 0; good && i < ALGORITHMS; i++) {
        const struct netp_hash *hash = a->digest[SHA256].hash;
        a->digest[i].secret = netp_str_make((const char *)a->secret[i], hash->size);
        good = netp_hmac(hash, given, netp_str_of(a->digest[i].hash->name), a->secret[i]);
    }
    explicit_bzero(own, sizeof own);
    return good;
}

static bool set_up(struct netp_httpd_auth *a, char why[NETP_HTTPD_AUTH_WHY])
{
    static const char *const names[ALGORITHMS] = {"SHA-256", "MD5"};
    struct netp_httpd_auth_cfg *c = &a->cfg;

    c->threads = c->threads ? c->threads : 2;
    c->waiting = c->waiting ? c->waiting : 256;
    c->known_ms = c->known_ms ? c->known_ms : 60000;
    c->nonce_ms = c->nonce_ms ? c->nonce_ms : 300000;
    for (unsigned i = 0; i < ALGORITHMS; i++) {
        a->digest[i] = (struct netp_http_digest_server){
            .hash = netp_hash_named(netp_str_of(names[i])),
            .realm = a->realm,
            .life_ms = c->nonce_ms,
            .used = a->used[i],
            .nused = NONCES,
        };
    }
    if (c->passwords && !crypt_exists()) {
        snprintf(why, NETP_HTTPD_AUTH_WHY, "%.300s: this build has no crypt(3)", c->passwords);
        return false;
    }
    if (!make_secrets(a)) {
        snprintf(why, NETP_HTTPD_AUTH_WHY, "no random bytes, or no SHA-256: %s", strerror(errno));
        return false;
    }
    a->passwords.path = c->passwords;
    a->digests.path = c->digests;
    a->digests.realm = &a->realm;
    a->looked = netp_loop_now(a->loop);
    return read_files(a, why) == 0;
}

struct netp_httpd_auth *netp_httpd_auth_new(struct netp_loop *loop,
                                            const struct netp_httpd_auth_cfg *cfg,
                                            char why[NETP_HTTPD_AUTH_WHY])
{
    struct netp_httpd_auth *a = calloc(1, sizeof *a);
    char quoted[NETP_HTTP_QUOTE_CAP(REALM)];

    if (!a) {
        snprintf(why, NETP_HTTPD_AUTH_WHY, "no memory");
        return NULL;
    }
    a->loop = loop;
    a->cfg = *cfg;
    a->cfg.passwords = cfg->passwords ? strdup(cfg->passwords) : NULL;
    a->cfg.digests = cfg->digests ? strdup(cfg->digests) : NULL;
    a->cfg.realm = strdup(cfg->realm);
    if (!a->cfg.realm || (cfg->passwords && !a->cfg.passwords) ||
        (cfg->digests && !a->cfg.digests)) {
        snprintf(why, NETP_HTTPD_AUTH_WHY, "no memory");
        netp_httpd_auth_free(a);
        return NULL;
    }
    a->realm = netp_str_of(a->cfg.realm);
    if (a->realm.n > REALM || netp_http_quote(quoted, sizeof quoted, a->realm) < 0) {
        snprintf(why, NETP_HTTPD_AUTH_WHY, "the realm is too long, or has a control character");
        netp_httpd_auth_free(a);
        return NULL;
    }
    if (!set_up(a, why)) {
        netp_httpd_auth_free(a);
        return NULL;
    }
    return a;
}

void netp_httpd_auth_free(struct netp_httpd_auth *a)
{
    struct visit *v;

    if (!a) {
        return;
    }
    while ((v = a->first)) { /* whose exchange is gone */
        a->first = v->next;
        if (v->check) {
            crypt_check_cancel(v->check);
        }
        destroy(v);
    }
    users_free(&a->passwords.users);
    users_free(&a->digests.users);
    free((char *)a->cfg.passwords);
    free((char *)a->cfg.digests);
    free((char *)a->cfg.realm);
    explicit_bzero(a, sizeof *a);
    free(a);
}

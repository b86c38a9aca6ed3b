/* httpd_files_cache.c - the files that were asked for lately, open or in memory.
 * SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <netproto/http_mime.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES 3 /* to read a file while nobody writes it */

/* O_NONBLOCK: the open of a FIFO must not wait for its writer. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* FNV-1a. What is hashed alike shares a slot, whose list is no longer than max_open. */
static uint32_t hash(struct netp_str s)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (uint8_t)s.p[i]) * 16777619u;
    }
    return h;
}

/* --- the table ------------------------------------------------------------------------------- */

static void form_close(struct files_form *form)
{
    free(form->mem);
    if (form->fd >= 0) {
        close(form->fd);
    }
    *form = (struct files_form){.fd = -1};
}

static void entry_free(struct netp_httpd_files *f, struct files_entry *e)
{
    f->memory -= e->memory;
    form_close(&e->plain);
    form_close(&e->gzip);
    free(e->type);
    free(e);
}

static void unlink_used(struct netp_httpd_files *f, struct files_entry *e)
{
    *(e->newer ? &e->newer->older : &f->newest) = e->older;
    *(e->older ? &e->older->newer : &f->oldest) = e->newer;
}

static void link_newest(struct netp_httpd_files *f, struct files_entry *e)
{
    e->newer = NULL;
    e->older = f->newest;
    *(e->older ? &e->older->newer : &f->oldest) = e;
    f->newest = e;
}

static void leave_slot(struct netp_httpd_files *f, const struct files_entry *e)
{
    struct files_entry **p = &f->slot[e->hash % FILES_SLOTS];

    while (*p != e) {
        p = &(*p)->next;
    }
    *p = e->next;
}

static void unlist(struct netp_httpd_files *f, struct files_entry *e)
{
    leave_slot(f, e);
    unlink_used(f, e);
    f->known--;
    e->known = false;
}

/* Ends the entry, which is in no list any more, when nobody sends it. */
static void let_go(struct netp_httpd_files *f, struct files_entry *e)
{
    e->known = false;
    if (e->uses == 0) {
        entry_free(f, e);
    }
}

void files_forget(struct netp_httpd_files *f)
{
    struct files_entry *e;

    memset(f->slot, 0, sizeof f->slot);
    f->oldest = NULL;
    while ((e = f->newest)) {
        f->newest = e->older;
        f->known--;
        let_go(f, e);
    }
}

/* Forgets what was not used for longest, but never e, which is known. */
static void trim(struct netp_httpd_files *f, const struct files_entry *e)
{
    struct files_entry *old;

    while ((old = f->oldest) != e && (f->known > f->max_open || f->memory > f->max_memory)) {
        f->oldest = old->newer;
        f->oldest->older = NULL;
        leave_slot(f, old);
        f->known--;
        let_go(f, old);
    }
}

static void learn(struct netp_httpd_files *f, struct files_entry *e)
{
    struct files_entry **slot = &f->slot[e->hash % FILES_SLOTS];

    e->next = *slot;
    *slot = e;
    e->known = true;
    f->known++;
    link_newest(f, e);
    trim(f, e);
}

static struct files_entry *find(struct netp_httpd_files *f, struct netp_str rest)
{
    uint32_t h = hash(rest);
    struct files_entry *e = f->slot[h % FILES_SLOTS];

    while (e && (e->hash != h || !netp_str_eq(netp_str_make(e->key, e->nkey), rest))) {
        e = e->next;
    }
    if (e && e != f->newest) {
        unlink_used(f, e);
        link_newest(f, e);
    }
    return e;
}

void files_use(struct files_entry *e)
{
    e->uses++;
}

void files_done(struct files_entry *e)
{
    if (--e->uses == 0 && !e->known) {
        entry_free(e->files, e);
    }
}

/* --- files ----------------------------------------------------------------------------------- */

static int open_at(struct netp_httpd_files *f, const char *path, struct stat *st)
{
    int fd = netp_root_at(&f->root, path, OPEN_FLAGS), e;

    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && f->known > 0) {
        files_forget(f);
        fd = netp_root_at(&f->root, path, OPEN_FLAGS);
    }
    if (fd >= 0 && fstat(fd, st) != 0) {
        e = errno;
        close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

/* Opens a regular file; -1 with errno. */
static int open_file(struct netp_httpd_files *f, const char *path, struct stat *st)
{
    int fd = open_at(f, path, st);

    if (fd >= 0 && !S_ISREG(st->st_mode)) {
        close(fd);
        errno = EACCES;
        return -1;
    }
    return fd;
}

/* Opens NAME.gz beside what path names, if that is as new as it; -1: it is not. */
static int open_gzip(struct netp_httpd_files *f, const char *path, const struct stat *plain,
                     struct stat *st)
{
    char name[PATH_MAX + 4];
    int fd;

    stpcpy(stpcpy(name, path), ".gz");
    fd = open_file(f, name, st);
    if (fd >= 0 && (st->st_size == 0 || st->st_mtim.tv_sec < plain->st_mtim.tv_sec)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

uint8_t *files_read(int fd, const struct stat *st)
{
    struct netp_source s = {fd, (uint64_t)st->st_size};
    size_t n = (size_t)st->st_size;
    uint8_t *mem = malloc(n + 1);
    struct stat after;

    if (mem && (netp_source_read(&s, mem, n, 0) != (ptrdiff_t)n || fstat(fd, &after) != 0 ||
                !files_same(st, &after))) {
        free(mem);
        return NULL;
    }
    return mem;
}

/* Makes *form that of fd, which it owns; small ones go into memory. False: it can't. */
static bool form_open(struct files_form *form, int fd, const struct stat *st, size_t *memory)
{
    *form = (struct files_form){.fd = fd, .size = (uint64_t)st->st_size, .st = *st};
    if (form->size > FILES_SMALL) {
        return true;
    }
    form->mem = files_read(fd, st);
    close(fd);
    form->fd = -1;
    *memory += form->mem ? (size_t)form->size : 0;
    return form->mem != NULL;
}

/* --- entries --------------------------------------------------------------------------------- */

/* What depends on the time: a file may have settled, and none is of the future (RFC 9110 sections
 * 8.8.2.1 and 8.8.3). */
static void set_validators(struct files_entry *e)
{
    struct timespec now;
    int64_t modified = e->plain.st.st_mtim.tv_sec;

    clock_gettime(CLOCK_REALTIME, &now);
    e->modified = modified < now.tv_sec ? modified : now.tv_sec;
    if (netp_http_date_format(e->modified, e->modified_text) != NETP_OK) {
        e->modified = 0;
        netp_http_date_format(0, e->modified_text);
    }
    files_etag(&e->plain, &e->plain.st, "", &now);
    files_etag(&e->gzip, e->gzip.st.st_ino ? &e->gzip.st : &e->plain.st, "-gz", &now);
}

static struct files_entry *entry_new(struct netp_httpd_files *f, struct netp_str rest,
                                     const char *path)
{
    struct files_entry *e = calloc(1, sizeof *e + rest.n);

    if (!e || !(e->type = files_mime_type(f->mime, netp_str_of(path)))) {
        free(e);
        return NULL;
    }
    if (rest.n > 0) {
        memcpy(e->key, rest.p, rest.n);
    }
    e->files = f;
    e->nkey = rest.n;
    e->hash = hash(rest);
    e->plain.fd = e->gzip.fd = -1;
    e->packs = !(f->flags & NETP_HTTPD_FILES_NO_GZIP) && netp_http_mime_packs(netp_str_of(e->type));
    return e;
}

/* An entry for the open file fd, which it owns. NULL: it can't be had, or has changed. */
static struct files_entry *load(struct netp_httpd_files *f, struct netp_str rest, const char *path,
                                int fd, const struct stat *st)
{
    struct files_entry *e = entry_new(f, rest, path);
    struct stat gzip_st;
    int gzip;
    bool loaded;

    if (!e) {
        close(fd);
        return NULL;
    }
    loaded = form_open(&e->plain, fd, st, &e->memory);
    if (loaded && e->packs && (gzip = open_gzip(f, path, st, &gzip_st)) >= 0) {
        loaded = form_open(&e->gzip, gzip, &gzip_st, &e->memory);
    }
    f->memory += e->memory;
    if (!loaded) {
        entry_free(f, e);
        return NULL;
    }
    set_validators(e);
    return e;
}

/* Whether all that e knows of the file, open in fd, is still so. */
static bool is_current(struct netp_httpd_files *f, const struct files_entry *e, const char *path,
                       const struct stat *st)
{
    struct stat gzip_st;
    int gzip;

    if (!files_same(&e->plain.st, st)) {
        return false;
    }
    gzip = e->packs ? open_gzip(f, path, st, &gzip_st) : -1;
    if (gzip < 0) {
        return e->gzip.st.st_ino == 0;
    }
    close(gzip);
    return files_same(&e->gzip.st, &gzip_st);
}

/* --- from a path to what is there ------------------------------------------------------------- */

static void status(struct files_answer *a, unsigned status)
{
    a->found = FILES_STATUS;
    a->status = status;
}

/* Opens what path names, or the index file in it, whose name is then added to path. -1: *a says
 * what else is there. */
static int resolve(struct netp_httpd_files *f, char path[PATH_MAX], struct stat *st,
                   struct files_answer *a)
{
    size_t n = strlen(path);
    int folder = open_at(f, path, st), fd;

    if (folder < 0) {
        status(a, files_status());
        return -1;
    }
    if (S_ISREG(st->st_mode)) {
        return folder;
    }
    a->found = FILES_FOLDER;
    if (!S_ISDIR(st->st_mode)) {
        status(a, 404);
    }
    if (a->found == FILES_STATUS || (n > 0 && path[n - 1] != '/')) {
        close(folder);
        return -1;
    }
    for (const char *name = f->index; *name; name += strlen(name) + 1) {
        if (n + strlen(name) < PATH_MAX) {
            memcpy(path + n, name, strlen(name) + 1);
            if ((fd = open_file(f, path, st)) >= 0) {
                close(folder);
                return fd;
            }
        }
    }
    path[n] = '\0';
    a->found = FILES_NO_INDEX;
    a->fd = folder;
    return -1;
}

/* What is read later is looked at now, to send no bytes under another state's entity tag. */
static bool is_as_known(const struct files_form *form)
{
    struct stat st;

    return form->fd < 0 || (fstat(form->fd, &st) == 0 && files_same(&st, &form->st));
}

bool files_goes_on(const struct files_form *form)
{
    struct stat st;

    return form->fd < 0 || (fstat(form->fd, &st) == 0 &&
                            (files_same(&st, &form->st) || st.st_size > form->st.st_size));
}

static bool is_fresh(const struct netp_httpd_files *f, const struct files_entry *e, netp_ms now)
{
    return now - e->checked < FILES_CHECK_MS && e->checked > f->written && is_as_known(&e->plain) &&
           is_as_known(&e->gzip);
}

/* Looks at the disk. e, if it is not NULL, is what was known. */
static void look(struct netp_httpd_files *f, struct netp_str rest, netp_ms now,
                 struct files_entry *e, struct files_answer *a)
{
    struct stat st;
    int fd;

    for (int i = 0; i < TRIES && !a->e; i++) {
        unsigned bad = files_path(f, rest, a->path);
        if (bad != 0) {
            a->status = bad;
            return;
        }
        if ((fd = resolve(f, a->path, &st, a)) < 0) {
            return;
        }
        if (e && e->known && is_current(f, e, a->path, &st)) {
            close(fd);
            set_validators(e);
            a->e = e;
        } else if ((a->e = load(f, rest, a->path, fd, &st)) != NULL) {
            if (e && e->known) {
                unlist(f, e); /* files_get() still uses it */
            }
            learn(f, a->e);
        }
    }
    if (a->e) {
        a->found = FILES_ENTRY;
        a->e->checked = now;
    }
}

void files_get(struct netp_httpd_files *f, struct netp_str rest, netp_ms now,
               struct files_answer *a)
{
    struct files_entry *e = find(f, rest);

    if (e && is_fresh(f, e, now)) {
        a->found = FILES_ENTRY;
        a->e = e;
        return;
    }
    a->found = FILES_STATUS;
    a->status = 503; /* unless more is known: want of memory, or it changes all the time */
    a->e = NULL;
    if (e) {
        files_use(e); /* while others may be forgotten */
    }
    look(f, rest, now, e, a);
    if (e) {
        if (e != a->e && e->known) {
            unlist(f, e);
        }
        files_done(e);
    }
}

void files_add_gzip(struct files_entry *e, uint8_t *mem, size_t size)
{
    if (!mem) {
        return;
    }
    e->gzip.mem = mem;
    e->gzip.size = size;
    e->memory += size;
    e->files->memory += size;
    if (e->known) {
        trim(e->files, e);
    }
}

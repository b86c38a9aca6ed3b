/* httpd_files_list.c - what is in a folder, as HTML or JSON. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netproto/url.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 10000u /* names in a list */

struct name {
    char name[NAME_MAX + 1];
    bool folder;
    uint64_t size;
    int64_t modified;
};

struct list {
    struct name *name;
    size_t n, cap;
    bool more; /* than MOST */
};

/* --- the folder ------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    const struct name *p = a, *q = b;

    return strcmp(p->name, q->name);
}

/* What a name leads to, through links too, as long as they stay below the root. */
static bool look_at(const struct netp_httpd_files *f, int dir, const char *path, const char *name,
                    struct stat *st)
{
    char full[PATH_MAX + NAME_MAX];
    bool seen;
    int fd;

    if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    if (S_ISLNK(st->st_mode)) {
        snprintf(full, sizeof full, "%s%s", path, name);
        if ((fd = netp_root_at(&f->root, full, O_PATH | O_CLOEXEC)) < 0) {
            return false;
        }
        seen = fstat(fd, st) == 0;
        close(fd);
        return seen && (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
    }
    return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

static bool has_room(struct list *list)
{
    size_t cap = list->cap ? 2 * list->cap : 64;
    struct name *more;

    if (list->n < list->cap) {
        return true;
    }
    more = realloc(list->name, cap * sizeof *more);
    if (!more) {
        return false;
    }
    list->name = more;
    list->cap = cap;
    return true;
}

static bool add(struct list *list, const char *name, const struct stat *st)
{
    struct name *e;

    if (!has_room(list)) {
        return false;
    }
    e = &list->name[list->n++];
    snprintf(e->name, sizeof e->name, "%s", name);
    e->folder = S_ISDIR(st->st_mode);
    e->size = (uint64_t)st->st_size;
    e->modified = st->st_mtim.tv_sec;
    return true;
}

static bool read_folder(const struct netp_httpd_files *f, DIR *dir, const char *path,
                        struct list *list)
{
    const struct dirent *d;
    struct stat st;

    while ((d = readdir(dir)) && !list->more) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            files_hidden(f, netp_str_of(d->d_name)) ||
            !look_at(f, dirfd(dir), path, d->d_name, &st)) {
            continue;
        }
        list->more = list->n == MOST;
        if (!list->more && !add(list, d->d_name, &st)) {
            return false;
        }
    }
    if (list->n > 0) {
        qsort(list->name, list->n, sizeof *list->name, compare);
    }
    return true;
}

/* --- the text -------------------------------------------------------------------------------- */

/* The length of the UTF-8 sequence at p, which ends with a NUL; 0: it is none (RFC 3629). */
static size_t sequence(const unsigned char *p)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = p[0] & (0x7fu >> n);

    if (n < 2) {
        return n;
    }
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    return c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && p[0] < 0xf8 ? n : 0;
}

/* Text that is seen: with what has a meaning in HTML or JSON escaped, and what is no UTF-8 as
 * U+FFFD, as are control characters in HTML. */
static void put_text(FILE *out, const char *s, bool json)
{
    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        size_t n = sequence(p);
        bool control = *p < ' ' || *p == 127;
        if (n == 0 || (control && !json)) {
            fputs("\xef\xbf\xbd", out);
        } else if (control || (n == 1 && strchr("\"'<>&\\", *p))) {
            fprintf(out, json ? "\\u%04x" : "&#%u;", *p);
        } else {
            fwrite(p, 1, n, out);
        }
        p += n ? n : 1;
    }
}

/* "./" keeps "a:b" from being a URL of the scheme a. */
static void put_href(FILE *out, const struct name *name)
{
    char text[NETP_URL_ENCODE_CAP(NAME_MAX + 1)];
    ptrdiff_t n =
        netp_url_encode(NETP_URL_PART_SEGMENT, text, sizeof text, name->name, strlen(name->name));

    fprintf(out, "./%.*s%s", n > 0 ? (int)n : 0, text, name->folder ? "/" : "");
}

static void put_time(FILE *out, int64_t t)
{
    char text[NETP_HTTP_DATE_LEN];

    if (netp_http_date_format(t, text) == NETP_OK) {
        fwrite(text, 1, sizeof text, out);
    }
}

/* RFC 3339 */
static void put_iso_time(FILE *out, int64_t t)
{
    time_t seconds = (time_t)t;
    struct tm tm;
    char text[40];

    if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0) {
        fputs(text, out);
    }
}

static void put_html(FILE *out, const char *path, const struct list *list)
{
    fputs("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>/",
          out);
    put_text(out, path, false);
    fputs("</title>\n<style>body{font-family:sans-serif;margin:2em}td{padding:.1em 1em .1em 0}"
          "td.n{text-align:right}</style></head>\n<body><h1>/",
          out);
    put_text(out, path, false);
    fputs("</h1>\n<table>\n", out);
    if (*path) {
        fputs("<tr><td><a href=\"../\">../</a></td></tr>\n", out);
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct name *name = &list->name[i];
        fputs("<tr><td><a href=\"", out);
        put_href(out, name);
        fputs("\">", out);
        put_text(out, name->name, false);
        fputs(name->folder ? "/</a></td><td>" : "</a></td><td class=\"n\">", out);
        if (!name->folder) {
            fprintf(out, "%ju", (uintmax_t)name->size);
        }
        fputs("</td><td>", out);
        put_time(out, name->modified);
        fputs("</td></tr>\n", out);
    }
    fprintf(out, "</table>%s</body></html>\n", list->more ? "<p>and more</p>" : "");
}

static void put_json(FILE *out, const char *path, const struct list *list)
{
    fputs("{\"path\":\"/", out);
    put_text(out, path, true);
    fprintf(out, "\",\"complete\":%s,\"entries\":[", list->more ? "false" : "true");
    for (size_t i = 0; i < list->n; i++) {
        const struct name *name = &list->name[i];
        fprintf(out, "%s\n{\"name\":\"", i ? "," : "");
        put_text(out, name->name, true);
        fputs("\",\"href\":\"", out);
        put_href(out, name);
        fprintf(out, "\",\"type\":\"%s\",\"size\":%ju,\"modified\":\"",
                name->folder ? "folder" : "file", (uintmax_t)(name->folder ? 0 : name->size));
        put_iso_time(out, name->modified);
        fputs("\"}", out);
    }
    fputs("\n]}\n", out);
}

/* --- the answer ------------------------------------------------------------------------------ */

/* The weight of a media type that Accept names by itself, in thousandths; -1: it does not. */
static int weight(const struct netp_httpd_exchange *x, struct netp_str type,
                  struct netp_str subtype)
{
    struct netp_str field, item;
    struct netp_http_media media;

    for (unsigned i = 0; netp_httpd_field(x, "Accept", i, &field); i++) {
        while (netp_http_list_next(&field, &item) > 0) {
            if (netp_http_media_parse(item, &media) == NETP_OK && netp_str_ieq(media.type, type) &&
                netp_str_ieq(media.subtype, subtype)) {
                return netp_http_weight(media.params);
            }
        }
    }
    return -1;
}

static bool wants_json(const struct netp_httpd_exchange *x)
{
    int json = weight(x, NETP_STR("application"), NETP_STR("json"));

    return json > 0 && json >= weight(x, NETP_STR("text"), NETP_STR("html"));
}

/* The page, for free(); NULL: no memory. */
static char *make_page(const char *path, const struct list *list, bool json, size_t *n)
{
    char *page = NULL;
    FILE *out = open_memstream(&page, n);
    bool good;

    if (!out) {
        return NULL;
    }
    (json ? put_json : put_html)(out, path, list);
    good = !ferror(out);
    if (fclose(out) != 0 || !good) {
        free(page);
        return NULL;
    }
    return page;
}

static void page_gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    (void)x;
    (void)complete;
    free(arg);
}

static void send_page(struct netp_httpd_exchange *x, char *page, size_t n, bool json)
{
    bool head = netp_str_eq(netp_httpd_request(x)->method, NETP_STR("HEAD"));

    netp_httpd_watch(x, &(struct netp_httpd_watcher){.gone = page_gone, .arg = page}, 0);
    netp_httpd_add(x, "Content-Type",
                   json ? NETP_STR("application/json") : NETP_STR("text/html; charset=utf-8"));
    netp_httpd_add(x, "Vary", NETP_STR("Accept"));
    /* Names are others' text; nothing on this page is to run or to be loaded. */
    netp_httpd_add(x, "Content-Security-Policy",
                   NETP_STR("default-src 'none'; style-src 'unsafe-inline'"));
    netp_httpd_add(x, "X-Content-Type-Options", NETP_STR("nosniff"));
    if (netp_httpd_begin(x, 200, n, false) != NETP_OK ||
        (!head && netp_httpd_lend(x, page, n) != NETP_OK) || netp_httpd_end(x) != NETP_OK) {
        netp_httpd_cut(x);
    }
}

void files_list(struct netp_httpd_files *f, struct netp_httpd_exchange *x, int fd, const char *path)
{
    DIR *dir = f->flags & NETP_HTTPD_FILES_LIST ? fdopendir(fd) : NULL;
    struct list list = {NULL, 0, 0, false};
    bool json = wants_json(x);
    char *page = NULL;
    size_t n = 0;

    if (!dir) {
        close(fd);
        netp_httpd_error(x, f->flags & NETP_HTTPD_FILES_LIST ? 503 : 404);
        return;
    }
    if (read_folder(f, dir, path, &list)) {
        page = make_page(path, &list, json, &n);
    }
    closedir(dir);
    free(list.name);
    if (page) {
        send_page(x, page, n, json);
    } else {
        netp_httpd_error(x, 503);
    }
}

/* guestbook.c - a guest book as a CGI program, its entries in SQLite.
 *
 *     cc guestbook.c $(pkg-config --cflags --libs netproto sqlite3) -o guestbook.cgi
 *
 * and into a directory of CGI programs: netproto httpd --cgi /cgi-bin/=DIR, Apache, lighttpd. The
 * entries are in the file that GUESTBOOK names, or in guestbook.db beside the program.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/host/cgi_program.h>
#include <netproto/text.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 80
#define TEXT_MAX_BYTES 2000
#define SHOWN          "50"

static const char html[] = "text/html; charset=utf-8";

static int answer(unsigned status, const char *text)
{
    static const struct netp_http1_pair field[] = {
        {{"Cache-Control", 13}, {"no-store", 8}},
        {{"X-Content-Type-Options", 22}, {"nosniff", 7}},
        {{"Content-Security-Policy", 23}, {"default-src 'none'; style-src 'unsafe-inline'", 45}}};

    if (netp_cgi_program_head(status, html, field, 3) != NETP_OK) {
        return 1;
    }
    printf("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Guest book</title>\n"
           "<h1>Guest book</h1>\n");
    if (text) {
        printf("<p>%s</p>\n", text);
    }
    return 0;
}

static sqlite3 *open_book(void)
{
    const char *file = getenv("GUESTBOOK");
    sqlite3 *db = NULL;

    if (sqlite3_open(file ? file : "guestbook.db", &db) != SQLITE_OK ||
        sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
        sqlite3_exec(db,
                     "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, "
                     "at TEXT DEFAULT CURRENT_TIMESTAMP, name TEXT NOT NULL, text TEXT NOT NULL)",
                     NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "guestbook: %s\n", sqlite3_errmsg(db));
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

/* --- writing --------------------------------------------------------------------------------- */

/* Whether it may be an entry's: some bytes, not too many, no NUL. */
static bool is_good(const struct netp_cgi_input *in, size_t max)
{
    return in && in->value.n > 0 && in->value.n <= max && !memchr(in->value.p, '\0', in->value.n);
}

static bool insert(sqlite3 *db, struct netp_str name, struct netp_str text)
{
    sqlite3_stmt *st = NULL;
    bool good = sqlite3_prepare_v2(db, "INSERT INTO entry (name, text) VALUES (?, ?)", -1, &st,
                                   NULL) == SQLITE_OK &&
                sqlite3_bind_text(st, 1, name.p, (int)name.n, SQLITE_STATIC) == SQLITE_OK &&
                sqlite3_bind_text(st, 2, text.p, (int)text.n, SQLITE_STATIC) == SQLITE_OK &&
                sqlite3_step(st) == SQLITE_DONE;

    if (!good) {
        fprintf(stderr, "guestbook: %s\n", sqlite3_errmsg(db));
    }
    sqlite3_finalize(st);
    return good;
}

/* The answer to a form sends the browser back to the page, so that a reload does not write the
 * entry again. */
static int sign(const struct netp_cgi_program *p, sqlite3 *db)
{
    const struct netp_cgi_input *name = netp_cgi_program_input(p, "name", 0);
    const struct netp_cgi_input *text = netp_cgi_program_input(p, "text", 0);
    struct netp_http1_pair to = {NETP_STR("Location"), netp_str_of(p->script_name)};

    if (!is_good(name, NAME_MAX_BYTES) || !is_good(text, TEXT_MAX_BYTES)) {
        return answer(422, "A name and some words, please, and not too many of them.");
    }
    if (!insert(db, name->value, text->value)) {
        return answer(500, "It could not be written down.");
    }
    return netp_cgi_program_head(303, NULL, &to, 1) != NETP_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

static void put(sqlite3_stmt *st, int column)
{
    const char *text = (const char *)sqlite3_column_text(st, column);
    netp_cgi_html(stdout, netp_str_of(text ? text : ""));
}

static int show(const struct netp_cgi_program *p, sqlite3 *db)
{
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db, "SELECT at, name, text FROM entry ORDER BY id DESC LIMIT " SHOWN, -1,
                           &st, NULL) != SQLITE_OK) {
        return answer(500, "It could not be read.");
    }
    if (answer(200, NULL) != 0) {
        sqlite3_finalize(st);
        return 1;
    }
    printf("<form method=\"post\" action=\"");
    netp_cgi_html(stdout, netp_str_of(p->script_name));
    printf("\">\n<p><label>Name <input name=\"name\" maxlength=\"%d\" required></label></p>\n"
           "<p><label>Words <textarea name=\"text\" maxlength=\"%d\" "
           "required></textarea></label></p>\n"
           "<p><button>Sign</button></p>\n</form>\n",
           NAME_MAX_BYTES, TEXT_MAX_BYTES);
    while (sqlite3_step(st) == SQLITE_ROW) {
        printf("<article><p><b>");
        put(st, 1);
        printf("</b> <small>");
        put(st, 0);
        printf("</small></p>\n<p style=\"white-space:pre-wrap\">");
        put(st, 2);
        printf("</p></article>\n");
    }
    sqlite3_finalize(st);
    return 0;
}

int main(void)
{
    struct netp_cgi_program p;
    const struct netp_cgi_program_cfg cfg = {.max_body = 16384, .max_inputs = 10};
    unsigned status = netp_cgi_program_open(&p, &cfg);
    sqlite3 *db = status == 0 ? open_book() : NULL;
    int r;

    if (status != 0) {
        r = answer(status, "That was no form of this page.");
    } else if (!db) {
        r = answer(500, "The book is not there.");
    } else if (strcmp(p.method, "POST") == 0) {
        r = sign(&p, db);
    } else {
        r = show(&p, db);
    }
    sqlite3_close(db);
    netp_cgi_program_close(&p);
    return r;
}

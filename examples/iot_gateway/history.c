/* history.c - a table of readings, which forgets those over a month old. SPDX-License-Identifier:
 * MIT
 */
#include "history.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define SHOWN "200"

static sqlite3 *db;
static sqlite3_stmt *insert, *forget, *latest;

static bool prepare(const char *sql, sqlite3_stmt **st)
{
    return sqlite3_prepare_v2(db, sql, -1, st, NULL) == SQLITE_OK;
}

bool history_open(const char *file)
{
    if (sqlite3_open(file, &db) == SQLITE_OK && sqlite3_busy_timeout(db, 1000) == SQLITE_OK &&
        sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                     "CREATE TABLE IF NOT EXISTS reading (at INTEGER DEFAULT (unixepoch()), "
                     "device TEXT NOT NULL, room INTEGER, setpoint INTEGER, valve INTEGER);"
                     "CREATE INDEX IF NOT EXISTS reading_at ON reading (device, at)",
                     NULL, NULL, NULL) == SQLITE_OK &&
        prepare("INSERT INTO reading (device, room, setpoint, valve) VALUES (?, ?, ?, ?)",
                &insert) &&
        prepare("DELETE FROM reading WHERE device = ? AND at < unixepoch() - 30 * 86400",
                &forget) &&
        prepare("SELECT at, room FROM reading WHERE device = ? ORDER BY at DESC, rowid DESC "
                "LIMIT " SHOWN,
                &latest)) {
        return true;
    }
    fprintf(stderr, "iot_gateway: %s: %s\n", file, sqlite3_errmsg(db));
    return false;
}

static void run(sqlite3_stmt *st)
{
    if (sqlite3_step(st) != SQLITE_DONE) {
        fprintf(stderr, "iot_gateway: history: %s\n", sqlite3_errmsg(db));
    }
    sqlite3_reset(st);
}

void history_add(unsigned i)
{
    const struct device *d = &devices[i];

    sqlite3_bind_text(insert, 1, d->url, -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 2, d->room);
    sqlite3_bind_int(insert, 3, d->setpoint);
    sqlite3_bind_int(insert, 4, d->valve);
    run(insert);
    sqlite3_bind_text(forget, 1, d->url, -1, SQLITE_STATIC);
    run(forget);
}

size_t history_json(unsigned i, char *out, size_t cap)
{
    size_t n = 1;

    out[0] = '[';
    sqlite3_bind_text(latest, 1, devices[i].url, -1, SQLITE_STATIC);
    while (sqlite3_step(latest) == SQLITE_ROW && cap - n > 64) {
        n += (size_t)snprintf(out + n, cap - n, "%s[%lld,%.1f]", n > 1 ? "," : "",
                              (long long)sqlite3_column_int64(latest, 0),
                              sqlite3_column_int(latest, 1) / 10.0);
    }
    sqlite3_reset(latest);
    return n + (size_t)snprintf(out + n, cap - n, "]\n");
}

void history_close(void)
{
    sqlite3_finalize(insert);
    sqlite3_finalize(forget);
    sqlite3_finalize(latest);
    sqlite3_close(db);
}

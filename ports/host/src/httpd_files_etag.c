/* httpd_files_etag.c - what tells one state of a file from another. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <stdio.h>

bool files_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* RFC 9110 section 8.8.1: a file of this moment may change again within what its clock can tell. */
static bool is_settled(const struct stat *st, const struct timespec *now)
{
    const struct timespec *m = &st->st_mtim;

    return now->tv_sec > m->tv_sec + 1 ||
           (now->tv_sec == m->tv_sec + 1 && now->tv_nsec >= m->tv_nsec);
}

void files_etag(struct files_form *form, const struct stat *st, const char *suffix,
                const struct timespec *now)
{
    int n = snprintf(form->etag, sizeof form->etag, "%s\"%jx-%jx-%jx.%lx%s\"",
                     is_settled(st, now) ? "" : "W/", (uintmax_t)st->st_ino, (uintmax_t)st->st_size,
                     (uintmax_t)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec, suffix);

    form->netag = (size_t)n;
    netp_http_etag_parse(netp_str_make(form->etag, form->netag), &form->tag);
}

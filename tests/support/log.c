/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <netproto/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct log *log, const char *s, size_t n)
{
    if (log->cap_ - log->n <= n) {
        log->cap_ = 2 * log->cap_ + n + 64;
        log->p = (char *)realloc(log->p, log->cap_);
        if (log->p == NULL) {
            abort();
        }
    }
    if (n > 0) {
        memcpy(log->p + log->n, s, n);
    }
    log->n += n;
    log->p[log->n] = '\0';
}

static void add_byte(struct log *log, uint8_t b)
{
    char s[NETP_ESCAPE_CAP(1)];
    if (b == '\r' || b == '\n') {
        add(log, b == '\r' ? "\\r" : "\\n", 2);
    } else {
        add(log, s, netp_escape(s, sizeof s, &b, 1));
    }
}

void log_end(struct log *log)
{
    if (log->tag_ != NULL) {
        add(log, "\n", 1);
        log->tag_ = NULL;
    }
}

void log_line(struct log *log, const char *fmt, ...)
{
    char s[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(s, sizeof s - 1, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof s - 1) {
        abort();
    }
    s[n] = '\n';
    log_end(log);
    add(log, s, (size_t)n + 1);
}

void log_data(struct log *log, const char *tag, const void *p, size_t n)
{
    if (log->tag_ == NULL || strcmp(log->tag_, tag) != 0) {
        log_end(log);
        add(log, tag, strlen(tag));
        add(log, " ", 1);
        log->tag_ = tag;
    }
    for (size_t i = 0; i < n; i++) {
        add_byte(log, ((const uint8_t *)p)[i]);
    }
}

void log_text(struct log *log, const char *p, size_t n)
{
    log_end(log);
    add(log, p, n);
}

void log_clear(struct log *log)
{
    log->n = 0;
    log->tag_ = NULL;
    if (log->p != NULL) {
        log->p[0] = '\0';
    }
}

void log_free(struct log *log)
{
    free(log->p);
    memset(log, 0, sizeof *log);
}

/* progress.c - bytes, percent, rate and time left, on stderr. SPDX-License-Identifier: MIT */
#include "progress.h"
#include <netproto/host/socket.h>
#include <stdio.h>
#include <unistd.h>

#define EVERY_MS 100
#define WIDTH    24

void progress_begin(struct progress *p, const struct cli *c, const char *name)
{
    p->name = name;
    p->begun = p->shown = netp_now();
    p->drawn = false;
    p->on = c->progress == CLI_PROGRESS_ALWAYS ||
            (c->progress == CLI_PROGRESS_AUTO && !c->quiet && isatty(2));
    p->wait = c->progress == CLI_PROGRESS_ALWAYS ? 0 : 500;
}

static void draw_bar(uint64_t bytes, uint64_t total)
{
    int full = (int)((double)bytes / (double)total * WIDTH);

    fprintf(stderr, " %3d%% [", (int)((double)bytes / (double)total * 100));
    for (int i = 0; i < WIDTH; i++) {
        fputc(i < full ? '=' : ' ', stderr);
    }
    fputc(']', stderr);
}

static void draw(struct progress *p, uint64_t bytes, uint64_t total, netp_ms now)
{
    char size[16], rate[16];
    double s = (double)(now - p->begun) / 1000;
    double per_second = s > 0 ? (double)bytes / s : 0;

    fprintf(stderr, "\r%s", p->name);
    if (total != UINT64_MAX && total > 0 && bytes <= total) {
        draw_bar(bytes, total);
    }
    fprintf(stderr, " %s  %s/s", cli_human(bytes, size), cli_human((uint64_t)per_second, rate));
    if (total != UINT64_MAX && bytes < total && per_second > 0) {
        double left = (double)(total - bytes) / per_second + 1;
        if (left < 360000) { /* the peer says how large the file is, and may say anything */
            fprintf(stderr, "  %u:%02u left", (unsigned)left / 60, (unsigned)left % 60);
        }
    }
    fputs("\033[K", stderr);
    fflush(stderr);
    p->shown = now;
    p->drawn = true;
}

void progress_show(struct progress *p, uint64_t bytes, uint64_t total)
{
    netp_ms now;

    if (!p->on) {
        return;
    }
    now = netp_now();
    if (now - p->begun >= (netp_ms)p->wait && now - p->shown >= EVERY_MS) {
        draw(p, bytes, total, now);
    }
}

void progress_end(struct progress *p, uint64_t bytes, uint64_t total)
{
    if (p->drawn || (p->on && p->wait == 0)) {
        draw(p, bytes, total, netp_now());
        fputc('\n', stderr);
    }
    p->on = false;
}

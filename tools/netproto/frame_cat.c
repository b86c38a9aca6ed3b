/* frame_cat.c - netproto frame cat: writes the frames that come. SPDX-License-Identifier: MIT */
#include "frame_job.h"
#include <errno.h>
#include <netproto/base64.h>
#include <string.h>

#define PIECE 3072u /* bytes that become text at a time; a multiple of 3 needs no padding */

static void print_json(const struct netp_frame_ev *ev)
{
    char text[NETP_BASE64_LEN(PIECE)];

    printf("{\"length\": %llu, \"base64\": \"", (unsigned long long)ev->length);
    for (size_t i = 0; i < ev->n; i += PIECE) {
        size_t n = ev->n - i < PIECE ? ev->n - i : PIECE;
        ptrdiff_t len = netp_base64_encode(text, sizeof text, ev->p + i, n);
        fwrite(text, 1, (size_t)len, stdout);
    }
    puts("\"}");
}

/* Writes what an event brings; true when the frames that were asked for are here. */
static bool show(struct frame_job *j)
{
    switch (j->ev.type) {
    case NETP_FRAME_DATA:
        fwrite(j->ev.p, 1, j->ev.n, stdout);
        return false;
    case NETP_FRAME_WHOLE:
        print_json(&j->ev);
        break;
    case NETP_FRAME_END:
        if (j->lines) {
            putchar('\n');
        }
        break;
    default:
        return false;
    }
    j->frames++;
    cli_trace(j->c, "frame %llu: %llu bytes", (unsigned long long)j->frames,
              (unsigned long long)j->ev.length);
    return j->frames == j->count;
}

/* Before it waits, all that has come is written out. */
static int next_event(struct frame_job *j)
{
    int r = netp_link_run(&j->link, 0, &j->ev);

    if (r == NETP_E_TIMEOUT) {
        fflush(stdout);
        r = netp_link_run(&j->link, j->end, &j->ev);
    }
    return r;
}

int frame_cat(struct frame_job *j)
{
    bool enough;
    int r;

    do {
        r = next_event(j);
        enough = r > 0 && show(j);
    } while (r > 0 && r != NETP_FRAME_EOF && !enough && !ferror(stdout));
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return cli_error(j->c, CLI_LOCAL, "standard output: %s", strerror(errno));
    }
    if (r < 0) {
        return frame_tell(j, r);
    }
    if (j->count && !enough) {
        return cli_error(j->c, CLI_FAILED, "the peer closed after %llu of %llu frames",
                         (unsigned long long)j->frames, (unsigned long long)j->count);
    }
    return CLI_DONE;
}

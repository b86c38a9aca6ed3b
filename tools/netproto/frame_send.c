/* frame_send.c - netproto frame send: each file, or each line, as a frame.
 * SPDX-License-Identifier: MIT */
#include "frame_job.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netproto/host/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICK_MS     10
#define QUIET_TICKS 10 /* for a peer that has all to close */

/* Enough for a chunk, even if SLIP doubles it, and for the header or the end of a frame. */
#define ROOM (FRAME_TX - FRAME_CHUNK)

/* A file on its way, and what has been read of it but not been queued. The functions below return
 * false when the command must end with `status`, of which they have told. */
struct source {
    struct frame_job *j;
    const char *name;
    int fd, status;
    uint64_t left; /* bytes to be read; UNKNOWN: up to the end */
    uint8_t *p;
    size_t n, cap;
};

static bool fail(struct source *s, int status, const char *text)
{
    s->status = cli_error(s->j->c, status, "%s: %s", s->name, text);
    return false;
}

/* Sends until n bytes can be queued or none are. Frames from the peer were not asked for and go
 * nowhere, but to leave them unread could make both sides wait for each other. */
static bool make_room(struct source *s, size_t n)
{
    struct frame_job *j = s->j;
    unsigned want;

    while (netp_frame_room(&j->m) < n && ((want = netp_frame_want(&j->m)) & NETP_WANT_OUT)) {
        int r = j->io.io.wait(&j->io, want, j->end);
        r = r < 0 ? r : netp_link_run(&j->link, 0, &j->ev);
        if (r < 0 && (r != NETP_E_TIMEOUT || netp_now() >= j->end)) {
            s->status = frame_tell(j, r);
            return false;
        }
    }
    return true;
}

/* Judges what a command to the machine has returned. What the peer can do wrong is found by
 * make_room(), so NETP_E_STATE is an end before all of the frame was given. */
static bool accepted(struct source *s, int r)
{
    return r >= 0 ||
           (r == NETP_E_STATE ? fail(s, CLI_LOCAL, "it has become shorter")
                              : fail(s, CLI_FAILED, "it does not fit a frame of this format"));
}

static bool begin(struct source *s, uint64_t length)
{
    return make_room(s, ROOM) && accepted(s, netp_frame_send_begin(&s->j->m, NULL, length));
}

static bool data(struct source *s, const uint8_t *p, size_t n)
{
    for (size_t k; n > 0; p += k, n -= k) {
        k = n < FRAME_CHUNK ? n : FRAME_CHUNK;
        if (!make_room(s, ROOM) || !accepted(s, netp_frame_send_data(&s->j->m, p, k))) {
            return false;
        }
    }
    return true;
}

static bool end(struct source *s)
{
    s->j->frames++;
    return make_room(s, ROOM) && accepted(s, netp_frame_send_end(&s->j->m));
}

/* A frame that is in memory. COBS has no other. */
static bool send_memory(struct source *s, const uint8_t *p, size_t n)
{
    if (s->j->cfg.kind != NETP_FRAME_COBS) {
        return begin(s, n) && data(s, p, n) && end(s);
    }
    s->j->frames++;
    return make_room(s, NETP_FRAME_TX_COBS(n)) &&
           accepted(s, netp_frame_send(&s->j->m, NULL, p, n));
}

/* Queues the lines that are complete, without their newlines. */
static bool send_lines(struct source *s)
{
    uint8_t *p = s->p, *newline;
    bool good = true;

    while (good && (newline = memchr(p, '\n', s->n))) {
        size_t n = (size_t)(newline - p);
        good = send_memory(s, p, n);
        p += n + 1;
        s->n -= n + 1;
    }
    memmove(s->p, p, s->n);
    return good;
}

/* Reads once, behind what is there. 0: at the end. */
static ptrdiff_t read_more(struct source *s)
{
    ptrdiff_t r;

    if (s->cap - s->n < FRAME_CHUNK) {
        uint8_t *p = realloc(s->p, 2 * s->cap + FRAME_CHUNK);
        if (!p) {
            return -1;
        }
        s->p = p;
        s->cap = 2 * s->cap + FRAME_CHUNK;
    }
    r = read(s->fd, s->p + s->n, s->left < FRAME_CHUNK ? (size_t)s->left : FRAME_CHUNK);
    if (r > 0) {
        s->n += (size_t)r;
        s->left -= s->left == NETP_FRAME_UNKNOWN ? 0 : (uint64_t)r;
    }
    return r;
}

/* Whether the file can be sent while it is read, s->left being its length. If not, the length goes
 * before what it is the length of, so all of that must be read first. */
static bool may_stream(struct source *s)
{
    uint8_t kind = s->j->cfg.kind;
    off_t at = lseek(s->fd, 0, SEEK_CUR);
    struct stat st;

    s->left = NETP_FRAME_UNKNOWN;
    if (s->j->lines || kind == NETP_FRAME_COBS) {
        return false;
    }
    if (at >= 0 && fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > at) {
        s->left = (uint64_t)(st.st_size - at); /* not those of /proc, which say 0 */
        return true;
    }
    return kind == NETP_FRAME_DELIM || kind == NETP_FRAME_SLIP;
}

/* Passes on what has been read, as far as it can go before more is read. */
static bool pass_on(struct source *s, bool stream)
{
    bool good = true;

    if (stream) {
        good = data(s, s->p, s->n);
        s->n = 0;
    } else if (s->j->lines) {
        good = send_lines(s);
    }
    return good && make_room(s, SIZE_MAX);
}

static bool send_open(struct source *s)
{
    bool stream = may_stream(s), good = !stream || begin(s, s->left);
    ptrdiff_t r = 1;

    while (good && s->n <= s->j->cfg.max_len && (r = read_more(s)) > 0) {
        good = pass_on(s, stream);
    }
    if (r < 0) {
        return fail(s, CLI_LOCAL, strerror(errno));
    }
    if (!good || (s->j->lines && s->n == 0)) {
        return good;
    }
    return stream ? end(s) : send_memory(s, s->p, s->n);
}

static bool send_file(struct source *s)
{
    bool good;

    s->fd = strcmp(s->name, "-") == 0 ? dup(STDIN_FILENO) : open(s->name, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) {
        return fail(s, errno == ENOENT ? CLI_FAILED : CLI_LOCAL, strerror(errno));
    }
    s->n = 0;
    good = send_open(s);
    close(s->fd);
    return good;
}

/* Whether the peer's kernel has all, our half-close too. */
static bool is_acknowledged(const struct frame_job *j)
{
    int n = 1;

    return !(netp_frame_want(&j->m) & NETP_WANT_OUT) && ioctl(j->io.fd, SIOCOUTQ, &n) == 0 && !n;
}

/* To close while the peer still sends would be answered with a reset, which can cost it what it has
 * not read yet. So this waits for it to close, but not for one that has all and sends nothing. */
static int say_goodbye(struct frame_job *j)
{
    int r = 1;

    netp_frame_finish(&j->m);
    for (int quiet = 0; r != 0 && quiet < QUIET_TICKS;) {
        netp_ms now = netp_now(), tick = now + TICK_MS;
        r = netp_link_run(&j->link, tick < j->end ? tick : j->end, &j->ev);
        if (r < 0 && (r != NETP_E_TIMEOUT || now >= j->end)) {
            return frame_tell(j, r);
        }
        quiet = r < 0 && is_acknowledged(j) ? quiet + 1 : 0;
    }
    return CLI_DONE;
}

int frame_send(struct frame_job *j, int n, char **files)
{
    struct source s = {.j = j, .name = "-"};
    bool good = n > 0 || send_file(&s);

    for (int i = 0; i < n && good; i++) {
        s.name = files[i];
        good = send_file(&s);
    }
    if (good) {
        s.status = say_goodbye(j);
        cli_trace(j->c, "%llu frames sent", (unsigned long long)j->frames);
    }
    free(s.p);
    return s.status;
}

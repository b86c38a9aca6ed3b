/* output.c - where what is fetched goes: a file that appears when it is complete, or a stream.
 * SPDX-License-Identifier: MIT */
#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_is_stream(const char *path)
{
    struct stat st;

    return !path || strcmp(path, "-") == 0 ||
           (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

int output_open(struct output *o, const char *path, unsigned flags)
{
    o->fd = -1;
    if (!path || strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
        return 0;
    }
    if (output_is_stream(path)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC); /* /dev/null, a FIFO */
        return o->fd < 0 ? -1 : 0;
    }
    return netp_sink_open(&o->sink, NULL, path, flags);
}

bool output_write(struct output *o, const void *p, size_t n, uint64_t offset)
{
    const char *from = p;

    if (o->fd < 0) {
        return netp_sink_write(&o->sink, p, n, offset) == 0;
    }
    while (n) {
        ssize_t r = write(o->fd, from, n);
        if (r < 0 && errno != EINTR) {
            return false;
        }
        from += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
    return true;
}

bool output_commit(struct output *o)
{
    return o->fd >= 0 || netp_sink_commit(&o->sink) == 0;
}

void output_close(struct output *o)
{
    if (o->fd > STDERR_FILENO) {
        close(o->fd);
    } else if (o->fd < 0) {
        netp_sink_abort(&o->sink);
    }
    o->fd = STDOUT_FILENO;
}

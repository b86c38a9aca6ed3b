/* output.h - where what is fetched goes: a file that appears when it is complete, or a stream.
 * SPDX-License-Identifier: MIT */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <netproto/host/file.h>
#include <stdbool.h>

struct output {
    struct netp_sink sink;
    int fd; /* instead of the sink: standard output, or what is no regular file; -1: the sink */
};

/* Whether path is to be written to as it comes: NULL and "-" for standard output, a device, a FIFO.
 */
bool output_is_stream(const char *path);

/* 0, or -1 with errno. flags: NETP_SINK_*, of a regular file. */
int output_open(struct output *o, const char *path, unsigned flags);
/* Writes all, at offset in a file; false with errno. */
bool output_write(struct output *o, const void *p, size_t n, uint64_t offset);
/* The file is complete; false with errno. */
bool output_commit(struct output *o);
/* Closes it; what is not complete is removed. Harmless afterwards. */
void output_close(struct output *o);

#endif

/* netproto/host/file.h - files that come from and go to the network.
 *
 * SPDX-License-Identifier: MIT
 *
 * A name that a peer sends is opened below a root folder and nowhere else. What is written appears
 * under its final name when it is complete, and not before. */
#ifndef NETPROTO_HOST_FILE_H
#define NETPROTO_HOST_FILE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A folder that confines: O_PATH descriptor of it. Names below it are relative, with '/' between
 * their parts. */
struct netp_root {
    int fd;
};

/* 0, or -1 with errno. */
NETP_API int netp_root_open(struct netp_root *root, const char *path);
NETP_API void netp_root_close(struct netp_root *root);

/* Copies a name as a peer sent it to path[0..cap), with a NUL and without a leading "/", if it can
 * be one below a root. 0, or -1 with errno: ENOENT: it is empty; EACCES: it has a ".." part, a
 * backslash, or a byte below 32 or 127; ENAMETOOLONG: cap is too small for it. */
NETP_API int netp_root_name(struct netp_str name, char *path, size_t cap);

/* Opens what is at path below root, "" being the root itself, or at any path when root is NULL,
 * with these flags of open(). The descriptor, or -1 with errno: EACCES for a symbolic link that
 * leads outside, ... */
NETP_API int netp_root_at(const struct netp_root *root, const char *path, int flags);

/* A file being read. */
struct netp_source {
    int fd;
    uint64_t size; /* bytes, when it was opened */
};

/* Opens a regular file below root, or by any path when root is NULL. 0, or -1 with errno: ENOENT,
 * EACCES (also for what is no regular file and for links that lead outside), ... */
NETP_API int netp_source_open(struct netp_source *s, const struct netp_root *root,
                              const char *path);
/* Reads p[0..n) from offset. Fewer than n only at the end; -1 with errno. */
NETP_API ptrdiff_t netp_source_read(const struct netp_source *s, void *p, size_t n,
                                    uint64_t offset);
NETP_API void netp_source_close(struct netp_source *s);

#define NETP_SINK_SYNC   (4u << 20) /* bytes after which the disk is told to begin */
#define NETP_SINK_BUFFER 65536u     /* bytes that are held back to be written together */

/* A file being written: as NAME.part, or NAME.PID-N.part if it must not meet another writer. */
struct netp_sink {
    int fd, dir;
    bool overwrite, sync, resume;
    char *part, *name; /* in the folder dir */
    char *held;        /* bytes on their way to the file, which lie at held_at in it */
    size_t nheld;
    uint64_t held_at;
    uint64_t begun_to; /* the disk has been told to begin on the bytes before this */
};

/* How netp_sink_open() takes what is there already. */
enum {
    NETP_SINK_OVERWRITE = 1, /* a file of the final name is replaced; else it is EEXIST */
    NETP_SINK_CREATE = 2,    /* there need not be one; else it is ENOENT */
    NETP_SINK_UNIQUE = 4,    /* for servers: a name of its own while it is written, and the file and
                                its name are on the disk when the commit returns; else they are
                                when the system gets to it, as with other programs */
    NETP_SINK_RESUME = 8,  /* goes on with a NAME.part that is there, and leaves one that has bytes
                              when it is not committed. It is locked: EBUSY while another sink,
                              here or in another process, has it. Not with UNIQUE */
    NETP_SINK_PRIVATE = 16 /* permission bits 0600 */
};

/* 0, or -1 with errno: EEXIST, ENOENT, EACCES, EISDIR, ENOSPC, ... No file of the final name is
 * touched. Permission bits: those of the file that is replaced, else 0666 less the umask. */
NETP_API int netp_sink_open(struct netp_sink *s, const struct netp_root *root, const char *path,
                            unsigned flags);
/* Writes all of p[0..n) at offset, now or together with what follows. 0, or -1 with errno, which
 * may be that of an earlier write. */
NETP_API int netp_sink_write(struct netp_sink *s, const void *p, size_t n, uint64_t offset);
/* Writes what is held back, and makes the file `size` bytes long. 0, or -1 with errno. */
NETP_API int netp_sink_resize(struct netp_sink *s, uint64_t size);
/* Bytes of the file, without those held back; 0 if it can't tell. */
NETP_API uint64_t netp_sink_size(const struct netp_sink *s);
/* Whether the file system has room for n bytes more, as far as it tells. */
NETP_API bool netp_sink_room(const struct netp_sink *s, uint64_t n);
/* The file is complete: syncs it and gives it its name. 0, or -1 with errno; then it is aborted. */
NETP_API int netp_sink_commit(struct netp_sink *s);
/* Closes what is not committed, and removes it, but with NETP_SINK_RESUME. Harmless afterwards. */
NETP_API void netp_sink_abort(struct netp_sink *s);

#ifdef __cplusplus
}
#endif

#endif

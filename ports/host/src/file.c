/* file.c - roots, sources and sinks. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netproto/host/file.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- roots ----------------------------------------------------------------------------------- */

int netp_root_open(struct netp_root *root, const char *path)
{
    root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return root->fd < 0 ? -1 : 0;
}

void netp_root_close(struct netp_root *root)
{
    if (root->fd >= 0) {
        close(root->fd);
        root->fd = -1;
    }
}

static bool has_dotdot(const char *p)
{
    for (const char *part = p;; part++) {
        size_t n = strcspn(part, "/");
        if (n == 2 && part[0] == '.' && part[1] == '.') {
            return true;
        }
        part += n;
        if (!*part) {
            return false;
        }
    }
}

int netp_root_name(struct netp_str name, char *path, size_t cap)
{
    while (name.n && name.p[0] == '/') {
        name.p++;
        name.n--;
    }
    if (name.n == 0 || name.n >= cap) {
        errno = name.n ? ENAMETOOLONG : ENOENT;
        return -1;
    }
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c < ' ' || c == 127 || c == '\\') {
            errno = EACCES;
            return -1;
        }
    }
    memcpy(path, name.p, name.n);
    path[name.n] = '\0';
    if (has_dotdot(path)) {
        errno = EACCES;
        return -1;
    }
    return 0;
}

/* For kernels before 5.6: no symbolic link is followed, so none can lead outside. */
static int open_stepwise(int root, const char *path, int flags)
{
    int dir = fcntl(root, F_DUPFD_CLOEXEC, 0);

    while (dir >= 0) {
        size_t n = strcspn(path, "/");
        char part[256];
        int next;

        if (n >= sizeof part || has_dotdot(path)) {
            close(dir);
            errno = EACCES;
            return -1;
        }
        memcpy(part, path, n);
        part[n] = '\0';
        path += n + strspn(path + n, "/");
        next = *path ? openat(dir, n ? part : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                     : openat(dir, n ? part : ".", flags | O_NOFOLLOW);
        close(dir);
        if (!*path || next < 0) {
            return next;
        }
        dir = next;
    }
    return -1;
}

static int open_beneath(const struct netp_root *root, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int fd, tries = 8; /* EAGAIN: something was renamed meanwhile */

    if (!root) {
        return open(path, flags);
    }
    do {
        fd = (int)syscall(SYS_openat2, root->fd, path, &how, sizeof how);
    } while (fd < 0 && errno == EAGAIN && --tries);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) { /* EPERM: a sandbox that is as old */
        fd = open_stepwise(root->fd, path, flags);
    }
    if (fd < 0 && (errno == EXDEV || errno == ELOOP || errno == EAGAIN)) {
        errno = EACCES;
    }
    return fd;
}

int netp_root_at(const struct netp_root *root, const char *path, int flags)
{
    return open_beneath(root, root && !*path ? "." : path, flags);
}

/* --- sources --------------------------------------------------------------------------------- */

int netp_source_open(struct netp_source *s, const struct netp_root *root, const char *path)
{
    struct stat st;
    int e;

    /* O_NONBLOCK: the open of a FIFO must not wait for its writer. */
    s->fd = open_beneath(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (s->fd < 0) {
        return -1;
    }
    if ((e = fstat(s->fd, &st) != 0 ? errno : S_ISREG(st.st_mode) ? 0 : EACCES) != 0) {
        netp_source_close(s);
        errno = e;
        return -1;
    }
    s->size = (uint64_t)st.st_size;
    return 0;
}

ptrdiff_t netp_source_read(const struct netp_source *s, void *p, size_t n, uint64_t offset)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r = pread(s->fd, (char *)p + got, n - got, (off_t)(offset + got));
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return -1;
        }
        if (r == 0) {
            break;
        }
        got += (size_t)r;
    }
    return (ptrdiff_t)got;
}

void netp_source_close(struct netp_source *s)
{
    if (s->fd >= 0) {
        close(s->fd);
        s->fd = -1;
    }
}

/* --- sinks ----------------------------------------------------------------------------------- */

/* Opens the folder that path lies in, and returns the last part of path. */
static const char *open_folder(struct netp_sink *s, const struct netp_root *root, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path)) : NULL;
    int e;

    if (slash && !folder) {
        return NULL;
    }
    s->dir = open_beneath(root,
                          !slash    ? "."
                          : *folder ? folder
                                    : "/",
                          O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    e = errno;
    free(folder);
    errno = e;
    return s->dir < 0 ? NULL : slash ? slash + 1 : path;
}

/* Judges what has the final name now; *mode becomes its mode, if there is one. */
static int check_present(const struct netp_sink *s, const char *name, unsigned flags, mode_t *mode)
{
    struct stat st;

    if (!*name) { /* the path ends with a slash */
        errno = EISDIR;
        return -1;
    }
    if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT && (flags & NETP_SINK_CREATE) ? 0 : -1;
    }
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EACCES;
        return -1;
    }
    if (!(flags & NETP_SINK_OVERWRITE)) {
        errno = EEXIST;
        return -1;
    }
    *mode = st.st_mode;
    return 0;
}

static char *part_name(const char *name, unsigned flags)
{
    static atomic_uint count;
    char *part = NULL;
    int n = flags & NETP_SINK_UNIQUE
                ? asprintf(&part, "%s.%ld-%u.part", name, (long)getpid(), count++)
                : asprintf(&part, "%s.part", name);

    return n < 0 ? NULL : part;
}

/* A part that was left behind is ours to replace; through a link nothing is written. */
static int open_new(const struct netp_sink *s, mode_t mode)
{
    if (unlinkat(s->dir, s->part, 0) != 0 && errno != ENOENT) {
        return -1;
    }
    return openat(s->dir, s->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

/* Whether fd is the part, and ours alone: 0; or an errno; EAGAIN: who had it before us has given it
 * its name, or removed it. File systems that have no locks do without. */
static int lock(const struct netp_sink *s, int fd)
{
    struct stat st, named;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return EBUSY;
    }
    if (fstat(fd, &st) != 0) {
        return errno;
    }
    if (fstatat(s->dir, s->part, &named, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? EAGAIN : errno;
    }
    if (st.st_dev != named.st_dev || st.st_ino != named.st_ino) {
        return EAGAIN;
    }
    return S_ISREG(st.st_mode) && st.st_nlink == 1 ? 0 : EACCES;
}

static int open_locked(const struct netp_sink *s, mode_t mode)
{
    int fd, e = EBUSY;

    for (unsigned tries = 0; tries < 8; tries++) {
        fd = openat(s->dir, s->part,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
        if (fd < 0) {
            errno = errno == ELOOP ? EACCES : errno;
            return -1;
        }
        if ((e = lock(s, fd)) == 0) {
            return fd;
        }
        close(fd);
        if (e != EAGAIN) {
            break;
        }
    }
    errno = e == EAGAIN ? EBUSY : e;
    return -1;
}

int netp_sink_open(struct netp_sink *s, const struct netp_root *root, const char *path,
                   unsigned flags)
{
    const char *name;
    mode_t mode = 0;

    *s = (struct netp_sink){.fd = -1,
                            .dir = -1,
                            .overwrite = (flags & NETP_SINK_OVERWRITE) != 0,
                            .sync = (flags & NETP_SINK_UNIQUE) != 0,
                            .resume = (flags & NETP_SINK_RESUME) != 0};
    if (!(name = open_folder(s, root, path)) || check_present(s, name, flags, &mode) != 0) {
        goto fail;
    }
    s->name = strdup(name);
    s->part = part_name(name, flags);
    s->held = malloc(NETP_SINK_BUFFER);
    if (!s->name || !s->part || !s->held) {
        goto fail;
    }
    mode = flags & NETP_SINK_PRIVATE ? 0600 : mode & 0777;
    s->fd = s->resume ? open_locked(s, mode ? mode : 0666) : open_new(s, mode ? mode : 0666);
    if (s->fd >= 0) {
        if (mode) { /* where the file system can't, it has those that the umask left */
            (void)!fchmod(s->fd, mode);
        }
        return 0;
    }
fail:
    netp_sink_abort(s);
    return -1;
}

static int write_all(int fd, const char *p, size_t n, uint64_t offset)
{
    while (n) {
        ssize_t r = pwrite(fd, p, n, (off_t)offset);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r <= 0) {
            errno = r < 0 ? errno : ENOSPC;
            return -1;
        }
        p += r;
        n -= (size_t)r;
        offset += (uint64_t)r;
    }
    return 0;
}

/* Writes, and now and then lets the disk begin on what it has, so that the end need not wait for
 * all of it. */
static int put(struct netp_sink *s, const char *p, size_t n, uint64_t offset)
{
    if (write_all(s->fd, p, n, offset) != 0) {
        return -1;
    }
    if (offset + n >= s->begun_to + NETP_SINK_SYNC) {
        sync_file_range(s->fd, (off_t)s->begun_to, NETP_SINK_SYNC, SYNC_FILE_RANGE_WRITE);
        s->begun_to += NETP_SINK_SYNC;
    }
    return 0;
}

static int flush(struct netp_sink *s)
{
    size_t n = s->nheld;

    s->nheld = 0;
    return put(s, s->held, n, s->held_at);
}

int netp_sink_write(struct netp_sink *s, const void *p, size_t n, uint64_t offset)
{
    if (offset != s->held_at + s->nheld || n > NETP_SINK_BUFFER - s->nheld) {
        if (flush(s) != 0) {
            return -1;
        }
        s->held_at = offset;
    }
    if (n >= NETP_SINK_BUFFER / 4 && s->nheld == 0) {
        s->held_at = offset + n;
        return put(s, p, n, offset);
    }
    memcpy(s->held + s->nheld, p, n);
    s->nheld += n;
    return 0;
}

int netp_sink_resize(struct netp_sink *s, uint64_t size)
{
    return flush(s) == 0 ? ftruncate(s->fd, (off_t)size) : -1;
}

uint64_t netp_sink_size(const struct netp_sink *s)
{
    struct stat st;

    return s->fd >= 0 && fstat(s->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

bool netp_sink_room(const struct netp_sink *s, uint64_t n)
{
    struct statvfs st;

    return fstatvfs(s->fd, &st) != 0 || st.f_frsize == 0 || n / st.f_frsize < st.f_bavail;
}

static int give_name(const struct netp_sink *s)
{
    if (s->overwrite) {
        return renameat(s->dir, s->part, s->dir, s->name);
    }
    if (renameat2(s->dir, s->part, s->dir, s->name, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    /* The file system does not know NOREPLACE; a hard link does not replace either. */
    return linkat(s->dir, s->part, s->dir, s->name, 0) == 0 ? unlinkat(s->dir, s->part, 0) : -1;
}

static bool closed(struct netp_sink *s)
{
    int fd = s->fd;

    s->fd = -1;
    return close(fd) == 0;
}

int netp_sink_commit(struct netp_sink *s)
{
    /* EINVAL: a file system that has nothing to sync. A lock is held until the name is given. */
    bool stored = flush(s) == 0 && (!s->sync || fsync(s->fd) == 0 || errno == EINVAL);

    if (!stored || (!s->resume && !closed(s)) || give_name(s) != 0) {
        netp_sink_abort(s);
        return -1;
    }
    if (s->sync) {
        fsync(s->dir); /* if that fails the file is still whole */
    }
    free(s->part);
    s->part = NULL;
    netp_sink_abort(s);
    return 0;
}

/* Whether the part is to be left: it has bytes, or is not ours. */
static bool stays(struct netp_sink *s)
{
    if (!s->resume || s->fd < 0) {
        return s->resume;
    }
    (void)!flush(s);
    return netp_sink_size(s) > 0;
}

void netp_sink_abort(struct netp_sink *s)
{
    int e = errno;

    if (s->part && !stays(s)) {
        unlinkat(s->dir, s->part, 0);
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    if (s->dir >= 0) {
        close(s->dir);
    }
    free(s->part);
    free(s->name);
    free(s->held);
    *s = (struct netp_sink){.fd = -1, .dir = -1};
    errno = e;
}

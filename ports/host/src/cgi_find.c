/* cgi_find.c - the script that a path names. SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes job->path, which is the path behind the prefix for *name. */
static unsigned decode(struct cgi_job *job, struct netp_str sent, char **name)
{
    const char *prefix = job->dir->cfg.prefix;
    ptrdiff_t n;

    job->path = malloc(NETP_CGI_PATH_CAP(sent.n) + 1);
    if (!job->path) {
        return 503;
    }
    n = netp_cgi_path(sent, job->path, NETP_CGI_PATH_CAP(sent.n));
    if (n < 0) {
        return 404;
    }
    job->path[n] = '\0';
    job->path_n = (size_t)n;
    *name = job->path + strlen(prefix);
    return strncmp(job->path, prefix, strlen(prefix)) == 0 ? 0 : 404;
}

/* What there is below the root: the mode, or 0. */
static mode_t mode_of(const struct netp_root *root, const char *name)
{
    int fd = netp_root_at(root, name, O_PATH | O_CLOEXEC);
    struct stat st = {.st_mode = 0};

    if (fd < 0 || fstat(fd, &st) != 0) {
        st.st_mode = 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    return st.st_mode;
}

/* The directory of a script. */
static int open_cwd(const struct netp_root *root, char *name)
{
    char *slash = strrchr(name, '/');
    int fd;

    if (!slash) {
        return netp_root_at(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    *slash = '\0';
    fd = netp_root_at(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    return fd;
}

/* The first of its beginnings that is no directory is the script. */
unsigned cgi_find(struct cgi_job *job, struct netp_str path)
{
    char *name = NULL, *end;
    unsigned status = decode(job, path, &name);

    for (end = name; status == 0; end++) {
        size_t n = strcspn(end, "/");
        mode_t mode;
        char was = end[n];

        if (n == 0 || *end == '.') {
            return 404;
        }
        end += n;
        *end = '\0';
        mode = mode_of(&job->dir->root, name);
        if (S_ISREG(mode)) {
            job->script_n = (size_t)(end - job->path);
            job->cwd = open_cwd(&job->dir->root, name);
            status = !(mode & 0111) ? 403 : job->cwd < 0 ? 404 : 0;
            *end = was;
            return status;
        }
        *end = was;
        status = S_ISDIR(mode) && was ? 0 : 404;
    }
    return status;
}

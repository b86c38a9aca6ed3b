/* netproto/host/cgi.h - a directory of CGI programs (RFC 3875) for the HTTP server.
 *
 * SPDX-License-Identifier: MIT
 *
 *     cgi = netp_cgi_dir_new(loop, &(struct netp_cgi_dir_cfg){.prefix = "/cgi-bin/",
 *                                                            .directory = "/usr/lib/cgi-bin"});
 *     struct netp_httpd_route route = {
 *         .pattern = "/cgi-bin/" "*", .handle = netp_cgi_handle, .arg = cgi};
 *
 * A script runs in its own directory and process group, with descriptors 0, 1 and 2 alone, no
 * signal blocked or ignored, the umask of the server, and an environment of netp_cgi_env() and what
 * cfg adds. Nothing is inherited, and no shell is asked. Its name is found below the directory, as
 * netp_root_at() confines it; names that begin with a dot are none. What is behind it in the path
 * is PATH_INFO.
 *
 *     404  there is no such file, or it is a directory
 *     403  it is not executable
 *     411  a chunked body, and max_spool is 0
 *     413  the body is over max_body or max_spool
 *     431  the environment would be over 64 KiB
 *     500  it can't be run: no interpreter, ...; the fifth local redirect leads to another
 *     502  what it answers is none (http_cgi.h)
 *     503  max_running and max_queued are reached, or the system has no process or memory
 *     504  idle_ms or total_ms has passed before it answered
 *
 * After its head a script that fails, or is killed by a signal, has its client's connection cut, so
 * that half an answer does not look like one. One that has exited while others hold its output
 * open has answered 2 seconds later, and its process group is killed. One whose client has gone is
 * ended: SIGTERM to its group, SIGKILL 2 seconds later. */
#ifndef NETPROTO_HOST_CGI_H
#define NETPROTO_HOST_CGI_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_cgi_dir;

/* Zero is a sound default but for prefix and directory. Borrowed until netp_cgi_dir_free(). */
struct netp_cgi_dir_cfg {
    const char *prefix;        /* of paths, with "/" at both ends */
    const char *directory;     /* what it stands for */
    const char *document_root; /* of PATH_TRANSLATED, which is not set when it is NULL */
    const char *server;        /* SERVER_SOFTWARE; NULL: "netproto/" and its version */
    const char *path;          /* PATH; NULL: "/usr/local/bin:/usr/bin:/bin" */
    const char *const *env;    /* NAME=VALUE and at last NULL; none of RFC 3875 section 4.1 */
    unsigned max_running;      /* scripts at a time; 0: 32 */
    unsigned max_queued;       /* requests that wait for one of them to end; 0: 64 */
    uint32_t idle_ms;          /* without a byte to or from a script; also in the queue; 0: 60 s */
    uint32_t total_ms;         /* of a script's life; 0: 1 h */
    uint64_t max_body;         /* of a request; 0: 16 MiB */
    uint64_t max_spool;  /* of a chunked one, which is kept in a file until it is complete, for
                            scripts are told its length; 0: none is taken */
    const char *spool;   /* the directory of such files, which have no name; NULL: "/tmp" */
    uint32_t max_cpu_s;  /* of a process; 0: as for the server */
    uint64_t max_memory; /* bytes of address space; 0: as for the server */
    /* Who has been authenticated; false: nobody. NULL: nobody ever. */
    bool (*user)(void *arg, const struct netp_httpd_exchange *x, struct netp_str *auth_type,
                 struct netp_str *user);
    /* A local redirect to what is not below prefix: answer x as a GET of target, a path and perhaps
     * a query, which lives for the call. NULL: the client is sent there by 302. */
    void (*local)(void *arg, struct netp_httpd_exchange *x, struct netp_str target);
    /* A line of a script's standard error output, escaped by netp_escape(), or what went wrong with
     * it. No more than 100 of one script. NULL: nobody is told. */
    void (*log)(void *arg, uint64_t request, const char *script, const char *line);
    void *arg; /* of these three */
};

/* NULL with errno: ENOMEM, EMFILE, EINVAL (prefix), what opening directory gives. Scripts are
 * started by up to four threads, of which the first comes with the first script. */
NETP_API struct netp_cgi_dir *netp_cgi_dir_new(struct netp_loop *loop,
                                               const struct netp_cgi_dir_cfg *cfg);
/* Kills what runs. After netp_httpd_free() of the server. NULL is harmless. */
NETP_API void netp_cgi_dir_free(struct netp_cgi_dir *dir);

/* Answers x by a script: the handler of a route, whose arg is the directory. */
NETP_API void netp_cgi_handle(void *dir, struct netp_httpd_exchange *x);

/* How many run and wait now. */
NETP_API void netp_cgi_dir_load(const struct netp_cgi_dir *dir, unsigned *running,
                                unsigned *queued);

#ifdef __cplusplus
}
#endif

#endif

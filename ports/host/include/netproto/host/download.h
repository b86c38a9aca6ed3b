/* netproto/host/download.h - a file fetched by HTTP: whole or not at all, and not again from its
 * beginning when it broke off.
 *
 * SPDX-License-Identifier: MIT
 *
 * What has come lies in NAME.part until it is complete; beside it NAME.part.http tells what it is a
 * part of (http_resume.h). The bytes of two versions of a file are never joined: what resumes is
 * asked for with If-Range, and what comes is checked, or the file begins anew. */
#ifndef NETPROTO_HOST_DOWNLOAD_H
#define NETPROTO_HOST_DOWNLOAD_H

#include <netproto/hash.h>
#include <netproto/host/fetch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* cfg.flags */
enum {
    NETP_DOWNLOAD_CONTINUE = 1, /* goes on with a part that another run has left; without it, that
                                   is overwritten. Tries of one run always go on */
    NETP_DOWNLOAD_KEEP = 2,     /* a file of that name is not replaced: EEXIST */
    NETP_DOWNLOAD_NEWER = 4,    /* only if it is newer than the file that is there */
    NETP_DOWNLOAD_TIME = 8      /* the file gets the time of Last-Modified */
};

struct netp_download_result;

/* Zero but for fetch.url and path is a sound default. Borrowed until done(). */
struct netp_download_cfg {
    struct netp_fetch_cfg fetch; /* the request; head and data are called as well, done is not. A
                                    GET without a body; its content coding is undone only where
                                    nothing can be resumed */
    const char *path;            /* the file */
    unsigned flags;
    unsigned tries; /* repetitions after a failure that may pass: of the connection, 408, 429, 500,
                       502, 503, 504; while bytes come they are counted anew. 0: none */
    uint32_t first_ms, max_ms; /* between tries, doubled with each; 0: 1 s, 60 s */
    /* The digest that the file must have; hash NULL: any. A Repr-Digest that the server sends is
     * checked without this. */
    const struct netp_hash *hash;
    uint8_t digest[NETP_HASH_SIZE_MAX];
    /* Told of bytes in the file, and of all, NETP_HTTP1_UNKNOWN while they are not known. */
    void (*progress)(void *arg, uint64_t bytes, uint64_t total);
    /* Told of a try that failed, and when the next comes. */
    void (*again)(void *arg, const struct netp_fetch_result *failed, uint64_t wait_ms);
    void (*done)(void *arg, const struct netp_download_result *result);
    void *arg;
};

struct netp_download_result {
    struct netp_fetch_result fetch; /* of the last try; err NETP_OK with a status of 400 or more is
                                       a failure, too. NETP_FETCH_LOCAL with sys_errno: the file */
    bool complete;                  /* the file is there under its name */
    bool unchanged; /* nothing was fetched: the file, or part, was the newest and whole */
    bool wrong_digest;
    uint64_t bytes;   /* in the file, or its part */
    uint64_t resumed; /* of these, from a run or try before */
    unsigned tries;
};

struct netp_download;

/* In a loop, as netp_fetch_start(). */
NETP_API struct netp_download *netp_download_start(struct netp_http_client *client,
                                                   const struct netp_download_cfg *cfg);
/* The part stays. */
NETP_API void netp_download_cancel(struct netp_download *download);
/* Blocking, as netp_fetch_run(). Returns whether it is complete. */
NETP_API bool netp_download_run(struct netp_http_client *client,
                                const struct netp_download_cfg *cfg,
                                struct netp_download_result *result);

#ifdef __cplusplus
}
#endif

#endif

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
    NETP_DOWNLOAD_CONTINUE = 1, /* goes on with a part that another run has left, if it can; without
                                   it, that is overwritten. Tries of one run always go on. Where
                                   there is no part, but the file: it stays if the server's is as
                                   long and, by its time, no newer */
    NETP_DOWNLOAD_KEEP = 2,     /* a file of that name is not replaced: EEXIST */
    NETP_DOWNLOAD_NEWER = 4,    /* only if it is newer than the file that is there; with TIME the
                                   server's own clock says so */
    NETP_DOWNLOAD_TIME = 8      /* the file gets the time of Last-Modified */
};

struct netp_download_result;

/* Zero but for fetch.url and path is a sound default. What is pointed to is borrowed until done().
 */
struct netp_download_cfg {
    /* The request, a GET without a body. head() and data() are called as well, of every try, the
     * latter with what is stored; done() and arg of this are not used, but arg below. timeout_ms is
     * for each try, max_body for the file. Fields that make it partial or conditional are not sent.
     * A content coding is undone only with tries 0, without CONTINUE and hash; else none is asked
     * for, and the file is what was sent. */
    struct netp_fetch_cfg fetch;
    const char *path; /* the file */
    unsigned flags;
    unsigned tries; /* repetitions after a failure that may pass: of the connection, 408, 429, 500,
                       502, 503, 504; when bytes have come they are counted anew. 0: none */
    uint32_t first_ms, max_ms; /* between tries, doubled with each; 0: 1 s, 60 s */
    /* The digest that the file must have; hash, of netp_hashes(), NULL: any. A Repr-Digest that the
     * server sends is checked without this, in a build with TLS. */
    const struct netp_hash *hash;
    uint8_t digest[NETP_HASH_SIZE_MAX];
    /* All may be NULL, and may cancel this download, but done(): it is over then. */
    /* Told of bytes in the file, and of all, NETP_HTTP1_UNKNOWN while they are not known. */
    void (*progress)(void *arg, uint64_t bytes, uint64_t total);
    /* Told of a try that failed, and when the next comes. */
    void (*again)(void *arg, const struct netp_fetch_result *failed, uint64_t wait_ms);
    void (*done)(void *arg, const struct netp_download_result *result);
    void *arg;
};

/* Lives until done() returns. */
struct netp_download_result {
    /* Of the last try. If it is not complete and err is NETP_OK, the status is the failure. Of the
     * file: NETP_FETCH_LOCAL with NETP_E_IO and sys_errno; EBUSY: another process writes it. */
    struct netp_fetch_result fetch;
    bool complete;     /* the file is there under its name */
    bool unchanged;    /* likewise, from before: none newer was to be had, or it was complete */
    bool wrong_digest; /* NETP_FETCH_BODY; the part stays to be looked at, the next run begins anew
                        */
    uint64_t bytes;    /* in the file, or its part */
    uint64_t resumed;  /* of these, from a run before */
    unsigned tries;    /* repetitions, in all */
};

struct netp_download;

/* In a loop, as netp_fetch_start(): done() is called once, not from here. NULL with errno ENOMEM.
 */
NETP_API struct netp_download *netp_download_start(struct netp_http_client *client,
                                                   const struct netp_download_cfg *cfg);
/* Before done(), and before netp_http_client_free(). The part stays. */
NETP_API void netp_download_cancel(struct netp_download *download);
/* Blocking, as netp_fetch_run(). Returns whether it is complete. done() is called, too. */
NETP_API bool netp_download_run(struct netp_http_client *client,
                                const struct netp_download_cfg *cfg,
                                struct netp_download_result *result);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/host/tftp_client.h - TFTP get and put, in one call that blocks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_TFTP_CLIENT_H
#define NETPROTO_HOST_TFTP_CLIENT_H

#include <netproto/tftp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A job. Zero it with netp_tftp_job_init(), set what you need, and run it. */
struct netp_tftp_job {
    struct netp_addr server; /* see addr.h and resolve.h; port 0 means 69 */
    struct netp_addr local;  /* fam 0: any */
    const char *file;        /* at the server */
    bool netascii;
    uint16_t blksize; /* asked for, bytes; 512 and windowsize 1 and no tsize: no options */
    uint16_t
        windowsize;    /* asked for, blocks; fewer where the socket's buffer would not hold them */
    uint8_t timeout_s; /* ask the server to resend after so many seconds (RFC 2349); 0: don't */
    uint8_t retries;   /* resends before it is NETP_E_TIMEOUT: with 5, half a minute of silence */
    bool tsize;        /* ask for, or announce, the size */
    netp_ms first_ms, total_ms; /* give up when the first answer, or the whole, takes longer than so
                                   many ms; NETP_NEVER: no limit */

    /* Where the bytes go or come from. A get needs write, which is given the file in order; a put
     * needs read, which may be asked for the same offset again. write: returns false, with errno,
     * when it can't take them. read: fills p[0..n) from offset and returns how many, less than n
     * only at the end; -1 with errno. size: of the file to put, or NETP_TFTP_SIZE_UNKNOWN. commit:
     * after the last byte of a get and before the server is told; false refuses. Those not needed
     * may be NULL. */
    bool (*write)(void *arg, const void *p, size_t n, uint64_t offset);
    ptrdiff_t (*read)(void *arg, void *p, size_t n, uint64_t offset);
    bool (*commit)(void *arg);
    uint64_t size;
    void (*progress)(void *arg, uint64_t bytes, uint64_t total); /* total may be SIZE_UNKNOWN */
    void *arg;

    /* Results. */
    struct netp_fail fail;
    char message[129]; /* the peer's ERROR text, escaped where it is not printable */
    uint16_t agreed_blksize, agreed_windowsize;
    uint64_t bytes;
    int sys_errno; /* of write, read, commit or the socket; 0 */
};

/* Fills *job with defaults: blocks of 1428 bytes, a window of 8, tsize asked for, 5 retries,
 * no time limits. */
NETP_API void netp_tftp_job_init(struct netp_tftp_job *job);

/* Fetches or sends the file. NETP_OK, or the machine's error (see tftp.h), or NETP_E_TIMEOUT for
 * first_ms and total_ms, or NETP_E_IO for the socket; job->sys_errno is set when a local call was
 * the cause. */
NETP_API int netp_tftp_get(struct netp_tftp_job *job);
NETP_API int netp_tftp_put(struct netp_tftp_job *job);

#ifdef __cplusplus
}
#endif

#endif

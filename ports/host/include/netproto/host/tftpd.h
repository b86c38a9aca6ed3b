/* netproto/host/tftpd.h - a TFTP server on a loop: one folder, many transfers at once.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each transfer has a socket of its own, bound to the address that its request was sent to, so
 * that its port is the server's transfer ID (RFC 1350 section 4). Nothing leaves the root folder,
 * by any name or symbolic link. An upload is written beside its final name and renamed when its
 * last block has come: a reader sees the old file or the new one, and never a part. */
#ifndef NETPROTO_HOST_TFTPD_H
#define NETPROTO_HOST_TFTPD_H

#include <netproto/host/loop.h>
#include <netproto/tftp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a transfer or request, for a log line. */
struct netp_tftpd_report {
    const struct netp_addr *peer;
    struct netp_str file; /* as the peer named it: escape it before it is shown */
    bool write, netascii;
    uint64_t bytes;
    uint64_t ms;         /* from the request to the end */
    int err;             /* NETP_OK, or why it failed */
    int tftp_code;       /* the ERROR code sent or received, or -1 */
    const char *message; /* a sentence for err; "" when it is NETP_OK */
};

struct netp_tftpd_cfg {
    const char *root;        /* the folder that is served */
    struct netp_addr listen; /* must be set, as by netp_addr_parse() of addr.h or netp_resolve() of
                                resolve.h; port 0: a free one, see netp_tftpd_addr() */
    bool shared;             /* the port is shared with other servers: one for each core, say */
    bool create, overwrite;  /* uploads of new files, of files that exist; neither: read-only */
    uint16_t blksize;        /* most that is granted, bytes; 65464 */
    uint16_t windowsize;     /* most that is granted, blocks; 64 */
    uint32_t window_bytes;   /* and this many bytes: what the usual socket buffer holds; 131072 */
    uint8_t retries;         /* 5 */
    uint32_t rto_ms;         /* 1000; then measured */
    uint64_t max_size;       /* bytes of an upload */
    unsigned max_transfers;  /* at a time; 256 */
    unsigned max_per_peer;   /* from one address at a time; 64 */
    void (*report)(void *arg, const struct netp_tftpd_report *r); /* may be NULL */
    void *arg;
};

/* Fills *cfg with the defaults above: read-only, no size limit. */
NETP_API void netp_tftpd_cfg_init(struct netp_tftpd_cfg *cfg);

struct netp_tftpd;

/* Opens a server on `loop`, which must outlive it. The strings of cfg are copied or opened. NULL
 * on failure, with errno: of the root folder or the socket, or EINVAL when listen is not set. */
NETP_API struct netp_tftpd *netp_tftpd_open(struct netp_loop *loop,
                                            const struct netp_tftpd_cfg *cfg);

/* The address that it listens on. */
NETP_API struct netp_addr netp_tftpd_addr(const struct netp_tftpd *d);

/* Takes no more requests; the transfers that run go on. Returns how many those are. */
NETP_API unsigned netp_tftpd_stop(struct netp_tftpd *d);
NETP_API unsigned netp_tftpd_running(const struct netp_tftpd *d);

/* Before the loop is freed, and not from report. Ends all: running transfers are told with ERROR 0,
 * and their partial files removed. */
NETP_API void netp_tftpd_close(struct netp_tftpd *d);

#ifdef __cplusplus
}
#endif

#endif

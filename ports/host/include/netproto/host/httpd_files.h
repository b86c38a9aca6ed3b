/* netproto/host/httpd_files.h - the files below a folder, for the server of httpd.h.
 *
 * SPDX-License-Identifier: MIT
 *
 *     files = netp_httpd_files_new(&(struct netp_httpd_files_cfg){.root = "/srv/www"});
 *     route = (struct netp_httpd_route){
 *         .pattern = "/" "*", .handle = netp_httpd_files_handle, .arg = files};
 *
 * What the * of the pattern stands for is a path below the root; a folder is answered by its index
 * file. A route whose pattern has no * leads to the root itself: with "/files" as a second pattern
 * beside that of "/files/", who asks for the one is sent to the other.
 *
 * GET, HEAD and OPTIONS are answered, with all conditions, ranges and gzip of RFC 9110: by NAME.gz
 * beside NAME if it is no older, else text of up to 1 MiB is compressed, once; if it is over 64
 * KiB, in a thread. No path leads out of the root, through links neither. What can't be served for
 * any such reason is not found (404). */
#ifndef NETPROTO_HOST_HTTPD_FILES_H
#define NETPROTO_HOST_HTTPD_FILES_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_httpd_files;

enum {
    NETP_HTTPD_FILES_LIST = 1,   /* a folder without an index file is listed, as HTML or JSON */
    NETP_HTTPD_FILES_HIDDEN = 2, /* names that begin with a dot or end with ~ are served, too */
    NETP_HTTPD_FILES_WRITE = 4,  /* PUT stores a file in a folder that is there. While it comes it
                                    is NAME.PID-N.part; names that end so are not served. It is on
                                    the disk when it is answered; a thread waits for that. One that
                                    has come as a whole is stored also if its client has gone */
    NETP_HTTPD_FILES_NO_GZIP = 8 /* files are sent as they are alone */
};

/* Zero is a sound default but for root. Copied. */
struct netp_httpd_files_cfg {
    const char *root;         /* a folder */
    const char *const *index; /* names of index files, the first that is there counts; NULL:
                                 index.html */
    size_t nindex;
    const char *mime_types; /* a file as /etc/mime.types, which counts before netproto/http_mime.h;
                               NULL: none */
    unsigned flags;
    unsigned max_open;   /* files that are kept open or in memory; 0: 256 */
    size_t max_memory;   /* bytes of them in memory; 0: 16 MiB */
    uint64_t max_upload; /* bytes; 0: 1 GiB */
};

/* NULL with errno: of the root, of mime_types, or ENOMEM. */
NETP_API struct netp_httpd_files *netp_httpd_files_new(const struct netp_httpd_files_cfg *cfg);
/* When the server is gone, and before its loop. Waits for uploads that are complete. NULL is
 * harmless. */
NETP_API void netp_httpd_files_free(struct netp_httpd_files *files);

/* For netp_httpd_route.handle. A file that has changed is seen within a second. */
NETP_API void netp_httpd_files_handle(void *files, struct netp_httpd_exchange *x);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/host/httpd_log.h - the log of an HTTP server: a line for each answer.
 *
 * SPDX-License-Identifier: MIT
 *
 *     logger = netp_httpd_logger_new(loop, &(struct netp_httpd_logger_cfg){.path = "access.log"});
 *     cfg.log = netp_httpd_logger_log;
 *     cfg.bad = netp_httpd_logger_bad;
 *     cfg.arg = logger;
 *
 * What peers have sent is printable ASCII in it: in combined lines other bytes, " and \ are \xHH,
 * in JSON they are \u00HH, one for each byte. No line is over 16 KiB: longer texts are cut.
 *
 *     192.0.2.7 - ann [21/Nov/2026:11:26:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"
 *     {"time":"2026-11-21T11:26:02.120Z","id":"5f0cc5c6eb4ab6d1","peer":"192.0.2.7",
 *      "method":"GET","target":"/a","status":200,"complete":true,"sent":512,"received":0,"ms":2,
 *      "referer":"","agent":"curl/8.5.0","user":"ann","tls":"TLSv1.3"}            (on one line)
 *
 * The time is when the request came, in UTC. A status of 0 (000): the connection ended before an
 * answer. What was no request is a line of its own:
 *
 *     2026-11-21T11:26:02.120Z 192.0.2.7 400 at byte 17: field-name
 *     {"time":"...","peer":"192.0.2.7","status":400,"error":"NETP_E_SYNTAX","at":17,"where":"..."}
 *
 * Lines of one turn of the loop are written together. Writing does not wait: what a pipe or disk
 * does not take is tried again, and when it is too much, lines are left out and counted. */
#ifndef NETPROTO_HOST_HTTPD_LOG_H
#define NETPROTO_HOST_HTTPD_LOG_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_httpd_logger;

struct netp_httpd_logger_cfg {
    const char *path; /* a file, to which lines are appended; copied. NULL: fd */
    int fd;           /* a file, pipe or terminal; stays yours. SIGPIPE is to be ignored */
    bool json;
    size_t buffer; /* bytes that may wait to be written; 0: 256 KiB */
};

/* NULL with errno. */
NETP_API struct netp_httpd_logger *netp_httpd_logger_new(struct netp_loop *loop,
                                                         const struct netp_httpd_logger_cfg *cfg);
/* Tries once more to write what waits. After the server; NULL is harmless. */
NETP_API void netp_httpd_logger_free(struct netp_httpd_logger *logger);

/* log and bad of struct netp_httpd_cfg, with the logger as arg. */
NETP_API void netp_httpd_logger_log(void *logger, const struct netp_httpd_log *log);
NETP_API void netp_httpd_logger_bad(void *logger, const struct netp_addr *peer,
                                    const struct netp_fail *fail);

/* The id of a request, by which its line is found; of this logger alone. */
NETP_API uint64_t netp_httpd_logger_id(const struct netp_httpd_logger *logger,
                                       const struct netp_httpd_exchange *x);

/* Writes to a new file of that path from now on, when the old one was renamed. 0, or -1 with errno,
 * and goes on with the old one. Without a path nothing is done. */
NETP_API int netp_httpd_logger_reopen(struct netp_httpd_logger *logger);

/* Lines that were left out. */
NETP_API uint64_t netp_httpd_logger_dropped(const struct netp_httpd_logger *logger);

#ifdef __cplusplus
}
#endif

#endif

/* netproto/host/httpd_metrics.h - the counts of an HTTP server for Prometheus, in its text format
 * 0.0.4.
 *
 * SPDX-License-Identifier: MIT
 *
 *     struct netp_httpd_metrics metrics = {0};
 *     routes[] = {..., {.method = "GET", .pattern = "/metrics",
 *                       .handle = netp_httpd_metrics_handle, .arg = &metrics}};
 *     cfg.counts = &metrics.counts;
 *
 * cfg.log calls netp_httpd_metrics_log(). Several servers, of threads or processes, have one each
 * in an array, in memory that they share, and whichever is asked adds them up. The place of a
 * process that has ended keeps its counts, and may be given to another. Whoever can get the page
 * sees what the server does: a route for it is best behind a guard (httpd_auth.h), or on another
 * port. */
#ifndef NETPROTO_HOST_HTTPD_METRICS_H
#define NETPROTO_HOST_HTTPD_METRICS_H

#include <netproto/host/httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTPD_METRICS_BUCKETS 11 /* of durations, from 1 ms to 60 s, and those above */

/* Zero it. */
struct netp_httpd_metrics {
    struct netp_httpd_counts counts;
    const struct netp_httpd_metrics *all; /* all[0..nall), itself among them, are told of; NULL: it
                                             is the only one */
    size_t nall;
    uint64_t took_[NETP_HTTPD_METRICS_BUCKETS];
    uint64_t ms_;
    uint64_t pad_[3]; /* to 256 bytes: no two share a line of a cache */
};

/* Counts an answer by the time it took; for log of struct netp_httpd_cfg to call. */
NETP_API void netp_httpd_metrics_log(struct netp_httpd_metrics *m,
                                     const struct netp_httpd_log *log);

/* A route's handler; arg is the metrics. */
NETP_API void netp_httpd_metrics_handle(void *metrics, struct netp_httpd_exchange *x);

#ifdef __cplusplus
}
#endif

#endif

/* httpd_metrics.c - the counts of an HTTP server for Prometheus. SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <netproto/host/httpd_metrics.h>
#include <stdarg.h>
#include <stdio.h>

#define PAGE 8192

static const struct bound {
    netp_ms ms;
    const char *seconds;
} bounds[NETP_HTTPD_METRICS_BUCKETS - 1] = {
    {1, "0.001"}, {5, "0.005"}, {10, "0.01"}, {50, "0.05"},  {100, "0.1"},
    {500, "0.5"}, {1000, "1"},  {5000, "5"},  {10000, "10"}, {60000, "60"},
};

void netp_httpd_metrics_log(struct netp_httpd_metrics *m, const struct netp_httpd_log *log)
{
    unsigned i = 0;

    while (i < NETP_HTTPD_METRICS_BUCKETS - 1 && log->ms > bounds[i].ms) {
        i++;
    }
    m->took_[i]++;
    m->ms_ += log->ms;
}

struct page {
    size_t n;
    char text[PAGE]; /* has room for all of it, whatever the numbers are */
};

static void put(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct page *p, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(p->text + p->n, sizeof p->text - p->n, format, args);
    va_end(args);
    p->n += n > 0 ? (size_t)n : 0;
}

static void put_type(struct page *p, const char *name, const char *type, const char *help)
{
    put(p, "# HELP netproto_httpd_%s %s\n# TYPE netproto_httpd_%s %s\n", name, help, name, type);
}

static void put_metric(struct page *p, const char *name, const char *type, uint64_t value,
                       const char *help)
{
    put_type(p, name, type, help);
    put(p, "netproto_httpd_%s %" PRIu64 "\n", name, value);
}

static void put_durations(struct page *p, const struct netp_httpd_metrics *m)
{
    static const char name[] = "request_duration_seconds";
    uint64_t n = 0;

    put_type(p, name, "histogram", "From the head of a request to the last byte of its answer.");
    for (unsigned i = 0; i < NETP_HTTPD_METRICS_BUCKETS; i++) {
        n += m->took_[i];
        put(p, "netproto_httpd_%s_bucket{le=\"%s\"} %" PRIu64 "\n", name,
            i < NETP_HTTPD_METRICS_BUCKETS - 1 ? bounds[i].seconds : "+Inf", n);
    }
    put(p, "netproto_httpd_%s_sum %" PRIu64 ".%03" PRIu64 "\n", name, m->ms_ / 1000, m->ms_ % 1000);
    put(p, "netproto_httpd_%s_count %" PRIu64 "\n", name, n);
}

static void add(struct netp_httpd_metrics *sum, const struct netp_httpd_metrics *m)
{
    struct netp_httpd_counts *to = &sum->counts;
    const struct netp_httpd_counts *c = &m->counts;

    to->connections += c->connections;
    to->exchanges += c->exchanges;
    to->accepted += c->accepted;
    to->refused += c->refused;
    to->requests += c->requests;
    to->bad += c->bad;
    to->aborted += c->aborted;
    for (unsigned i = 0; i < 6; i++) {
        to->status[i] += c->status[i];
    }
    to->sent += c->sent;
    to->received += c->received;
    for (unsigned i = 0; i < NETP_HTTPD_METRICS_BUCKETS; i++) {
        sum->took_[i] += m->took_[i];
    }
    sum->ms_ += m->ms_;
}

void netp_httpd_metrics_handle(void *metrics, struct netp_httpd_exchange *x)
{
    const struct netp_httpd_metrics *m = metrics, *all = m->all ? m->all : m;
    struct netp_httpd_metrics sum = {0};
    const struct netp_httpd_counts *c = &sum.counts;
    struct page p;

    for (size_t i = 0; i < (m->all ? m->nall : 1); i++) {
        add(&sum, &all[i]);
    }
    p.n = 0;
    put_metric(&p, "connections", "gauge", c->connections, "Connections that are open.");
    put_metric(&p, "exchanges", "gauge", c->exchanges, "Requests that are being answered.");
    put_metric(&p, "accepted_total", "counter", c->accepted, "Connections that were accepted.");
    put_metric(&p, "refused_total", "counter", c->refused,
               "Connections that were closed since their address had too many.");
    put_metric(&p, "requests_total", "counter", c->requests, "Requests.");
    put_metric(&p, "bad_requests_total", "counter", c->bad, "What was sent and is no request.");
    put_metric(&p, "aborted_total", "counter", c->aborted,
               "Requests whose connection ended before the answer was complete.");
    put_metric(&p, "sent_bytes_total", "counter", c->sent, "Bytes of bodies sent.");
    put_metric(&p, "received_bytes_total", "counter", c->received, "Bytes of bodies received.");
    put_type(&p, "responses_total", "counter", "Answers by the class of their status.");
    for (unsigned i = 1; i < 6; i++) {
        put(&p, "netproto_httpd_responses_total{code=\"%uxx\"} %" PRIu64 "\n", i, c->status[i]);
    }
    put_durations(&p, &sum);
    netp_httpd_reply(x, 200, "text/plain; version=0.0.4; charset=utf-8", p.text, p.n);
}

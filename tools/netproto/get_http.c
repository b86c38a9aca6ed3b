/* get_http.c - what `get` does for http and https URLs. SPDX-License-Identifier: MIT */
#include "get_http.h"
#include "get_files.h"
#include "url.h"
#include <string.h>

bool get_http_option(struct get_http *g, int opt, const char *value)
{
    switch (opt) {
    case 'i':
        return g->include = true;
    case 'I':
        return g->head_only = true;
    case 'J':
        return g->header_name = true;
    case 'R':
        return g->remote_time = true;
    case OPT_FAIL_WITH_BODY:
        return g->fail_with_body = true;
    case OPT_CHECKSUM:
        return checksum_parse(&g->checksum, value);
    default:
        return http_job_option(&g->job, opt, value);
    }
}

/* Whether the answers are the contents of files, which can be resumed. */
static bool are_files(const struct get_http *g)
{
    return !g->include && !g->head_only && !g->header_name && !g->fail_with_body &&
           !g->job.range_ && !g->job.time_ && !g->job.fetch.method &&
           (g->remote_name || !output_is_stream(g->output));
}

static int get_answer(struct get_http *g, const char *url)
{
    struct http_answer a = {.job = &g->job,
                            .path = g->output,
                            .sink = NETP_SINK_CREATE,
                            .include = g->include || g->head_only,
                            .head_only = g->head_only,
                            .name_from_server = g->header_name,
                            .fail_with_body = g->fail_with_body,
                            .checksum = g->checksum};
    struct netp_fetch_cfg cfg = g->job.fetch;
    struct netp_fetch_result result;
    char name[REMOTE_NAME_CAP];
    int status;

    if (g->resume) {
        cli_note(g->job.c, "-C is for files alone: all of it is fetched");
    }
    if (g->remote_name) {
        if (!remote_name_of_url(url, name) && !g->header_name) {
            return cli_usage(g->job.c, "%s: its path ends without a name for -O", url);
        }
        a.path = name;
    }
    if (!g->header_name) {
        a.sink |= NETP_SINK_OVERWRITE;
    }
    cfg.url = url;
    if (g->head_only) {
        cfg.method = cfg.method ? cfg.method : "HEAD";
    }
    status = http_answer_fetch(&a, &cfg, &result);
    if (status == CLI_DONE && g->job.c->json && !g->head_only && !output_is_stream(a.path)) {
        http_answer_json(&a, &result);
    }
    return status;
}

int get_http(struct get_http *g, char **url, int n)
{
    int worst;

    g->job.cfg.per_host = g->parallel;
    g->job.cfg.idle = g->parallel;
    worst = http_job_begin(&g->job);
    if (worst != CLI_DONE) {
        return worst;
    }
    if (are_files(g)) {
        return get_files(g, url, n);
    }
    for (int i = 0; i < n; i++) {
        int status = get_answer(g, url[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

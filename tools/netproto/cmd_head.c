/* cmd_head.c - netproto head URL...: what a server says of a resource. SPDX-License-Identifier: MIT
 */
#include "http_answer.h"

static const struct option longs[] = {HTTP_JOB_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    return http_job_option(arg, opt, value);
}

static int head_url(struct http_job *job, const char *url)
{
    struct http_answer a = {.job = job, .include = true, .head_only = true};
    struct netp_fetch_cfg cfg = job->fetch;
    struct netp_fetch_result result;

    cfg.url = url;
    cfg.method = cfg.method ? cfg.method : "HEAD";
    return http_answer_fetch(&a, &cfg, &result);
}

static int run(struct cli *c, int argc, char **argv)
{
    struct http_job job;
    int first, worst;

    http_job_init(&job, c);
    first = cli_parse(c, &cmd_head, argc, argv, HTTP_JOB_SHORTS, longs, own, &job);
    if (first < 0) {
        return http_job_end(&job, CLI_LEAVE(first));
    }
    if (first == argc) {
        return http_job_end(&job, cli_usage(c, "no URL"));
    }
    worst = http_job_begin(&job);
    for (int i = first; job.client && i < argc; i++) {
        int status = head_url(&job, argv[i]);
        worst = status > worst ? status : worst;
    }
    return http_job_end(&job, worst);
}

const struct cli_command cmd_head = {
    "head", "URL...", "Print status and fields that a HEAD request is answered by",
    "",     run,      http_job_help};

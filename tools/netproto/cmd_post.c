/* cmd_post.c - netproto post URL: sends forms, files, JSON. SPDX-License-Identifier: MIT */
#include "http_answer.h"
#include "post_data.h"
#include <netproto/text.h>

struct post {
    struct http_job job;
    struct http_answer answer;
    struct post_data data;
};

static const struct option longs[] = {HTTP_JOB_LONGS, HTTP_ANSWER_LONGS, POST_DATA_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct post *p = arg;

    return post_data_option(&p->data, opt, value) || http_answer_option(&p->answer, opt, value) ||
           http_job_option(&p->job, opt, value);
}

static int send_data(struct post *p, const char *url)
{
    struct netp_fetch_result result;
    struct netp_fetch_cfg cfg;
    int status;

    if (p->data.type && !http_job_field(&p->job, "Content-Type", p->data.type)) {
        return cli_usage(p->job.c, "more than %d fields", HTTP_JOB_FIELDS);
    }
    if (p->data.json) {
        http_job_field(&p->job, "Accept", "application/json");
    }
    cfg = p->job.fetch;
    cfg.url = url;
    cfg.method = cfg.method ? cfg.method : "POST";
    cfg.body = "";
    p->answer.job = &p->job;
    p->answer.sink = NETP_SINK_CREATE | NETP_SINK_OVERWRITE;
    if (p->data.type) {
        http_body_set(&p->data.body, &cfg);
        p->answer.read = http_body_read;
        p->answer.read_arg = &p->data.body;
        p->answer.read_total = p->data.body.total;
    }
    status = http_answer_fetch(&p->answer, &cfg, &result);
    if (status == CLI_DONE && p->job.c->json && p->answer.path) {
        http_answer_json(&p->answer, &result);
    }
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct post p = {.answer = {.include = false}};
    int first, status;

    http_job_init(&p.job, c);
    first = cli_parse(c, &cmd_post, argc, argv, HTTP_JOB_SHORTS HTTP_ANSWER_SHORTS POST_DATA_SHORTS,
                      longs, own, &p);
    if (first < 0) {
        status = CLI_LEAVE(first);
    } else if (argc - first != 1) {
        status = cli_usage(c, argc == first ? "no URL" : "more than one URL");
    } else {
        status = post_data_make(&p.data, c);
        status = status == CLI_DONE ? http_job_begin(&p.job) : status;
        status = status == CLI_DONE ? send_data(&p, argv[first]) : status;
    }
    post_data_close(&p.data);
    return http_job_end(&p.job, status);
}

const struct cli_command cmd_post = {
    "post", "URL",        "Send forms, files or JSON by HTTP", POST_DATA_HELP HTTP_ANSWER_HELP,
    run,    http_job_help};

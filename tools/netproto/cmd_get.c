/* cmd_get.c - netproto get URL...: fetches files. SPDX-License-Identifier: MIT */
#include "get_http.h"
#include "output.h"
#include "progress.h"
#include "tftp_job.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/host/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct get {
    struct cli *c;
    const char *output;
    bool remote_name, resume;
    uint64_t parallel;
    struct netp_tftp_job tftp;
    struct get_http http;
    /* of the file at hand */
    struct output out;
    struct progress progress;
};

static const char *shorts = "o:OC" GET_HTTP_SHORTS;
static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
                                      {"remote-name", no_argument, NULL, 'O'},
                                      {"continue", no_argument, NULL, 'C'},
                                      {"parallel", required_argument, NULL, 'P'},
                                      TFTP_JOB_LONGS,
                                      GET_HTTP_LONGS,
                                      {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct get *g = arg;

    switch (opt) {
    case 'o':
        g->output = value;
        return true;
    case 'O':
        g->remote_name = true;
        return true;
    case 'C':
        g->resume = true;
        return true;
    case 'P':
        return cli_number(value, 1, 64, &g->parallel);
    default:
        return tftp_job_has(opt) ? tftp_job_option(&g->tftp, opt, value)
                                 : get_http_option(&g->http, opt, value);
    }
}

static bool put_bytes(void *arg, const void *p, size_t n, uint64_t offset)
{
    return output_write(&((struct get *)arg)->out, p, n, offset);
}

static bool commit(void *arg)
{
    return output_commit(&((struct get *)arg)->out);
}

static void on_progress(void *arg, uint64_t bytes, uint64_t total)
{
    progress_show(&((struct get *)arg)->progress, bytes, total);
}

/* --- where it comes from --------------------------------------------------------------------- */

static int get_tftp(struct get *g, const struct url *u, const char *text)
{
    struct netp_tftp_job *job = &g->tftp;
    int status;

    if (g->resume) {
        cli_note(g->c, "tftp can't continue a file: it is fetched from its beginning");
    }
    job->write = put_bytes;
    job->commit = commit;
    job->progress = on_progress;
    job->arg = g;
    status = tftp_job_run(g->c, job, u, text);
    progress_end(&g->progress, job->bytes, job->bytes);
    return status;
}

static int get_file(struct get *g, const struct url *u, const char *text)
{
    struct netp_source from;
    char buf[65536];
    ptrdiff_t n = 0;
    uint64_t at = 0;

    if (netp_source_open(&from, NULL, u->path) != 0) {
        return cli_error(g->c, errno == ENOENT ? CLI_FAILED : CLI_LOCAL, "%s: %s", text,
                         strerror(errno));
    }
    while ((n = netp_source_read(&from, buf, sizeof buf, at)) > 0 &&
           put_bytes(g, buf, (size_t)n, at)) {
        at += (uint64_t)n;
        progress_show(&g->progress, at, from.size);
    }
    netp_source_close(&from);
    if (n != 0 || !commit(g)) {
        return cli_error(g->c, CLI_LOCAL, "%s: %s", text, strerror(errno));
    }
    g->tftp.bytes = at;
    progress_end(&g->progress, at, at);
    return CLI_DONE;
}

static void print_json(const struct get *g, const char *text, const char *path, netp_ms ms)
{
    printf("{\"url\": ");
    cli_json_string(text, strlen(text));
    printf(", \"file\": ");
    cli_json_string(path, strlen(path));
    printf(", \"bytes\": %llu, \"seconds\": %.3f", (unsigned long long)g->tftp.bytes,
           (double)ms / 1000);
    if (g->tftp.agreed_blksize) {
        printf(", \"blksize\": %u, \"windowsize\": %u", g->tftp.agreed_blksize,
               g->tftp.agreed_windowsize);
    }
    printf("}\n");
}

static int get_url(struct get *g, const char *text)
{
    struct url u;
    const char *fault = url_parse(&u, text), *path = g->output;
    bool tftp = strcmp(u.scheme, "tftp") == 0;
    netp_ms begun = netp_now();
    char shown[2048];
    int status;

    text = http_job_shown(text, shown, sizeof shown);
    if (fault) {
        return cli_usage(g->c, "%s: %s", text, fault);
    }
    if (!tftp && strcmp(u.scheme, "file") != 0) {
        return cli_usage(g->c, "%s: '%s:' is no scheme that can be fetched", text, u.scheme);
    }
    if (g->remote_name) {
        path = url_basename(&u);
        if (!*path || strcmp(path, ".") == 0 || strcmp(path, "..") == 0) {
            return cli_usage(g->c, "%s: its path ends without a name for -O", text);
        }
    }
    if (output_open(&g->out, path, NETP_SINK_CREATE | NETP_SINK_OVERWRITE) != 0) {
        return cli_error(g->c, CLI_LOCAL, "%s: %s", path, strerror(errno));
    }
    g->tftp.agreed_blksize = 0; /* of the file before this one */
    progress_begin(&g->progress, g->c, url_basename(&u));
    status = tftp ? get_tftp(g, &u, text) : get_file(g, &u, text);
    output_close(&g->out);
    if (status == CLI_DONE && g->c->json && path && strcmp(path, "-") != 0) {
        print_json(g, text, path, netp_now() - begun);
    }
    return status;
}

/* --- several --------------------------------------------------------------------------------- */

/* Waits for a child; the status that is worse. */
static int reap(int worst)
{
    int s, status = CLI_FAILED;

    if (wait(&s) > 0 && WIFEXITED(s)) {
        status = WEXITSTATUS(s);
    }
    return status > worst ? status : worst;
}

static int get_parallel(struct get *g, char **url, int n)
{
    int worst = CLI_DONE, running = 0;

    g->c->progress = CLI_PROGRESS_NEVER;
    for (int i = 0; i < n; i++) {
        pid_t pid;
        if (running == (int)g->parallel) {
            worst = reap(worst);
            running--;
        }
        pid = fork();
        if (pid == 0) {
            int status = get_url(g, url[i]);
            fflush(stdout);
            _exit(status);
        }
        if (pid < 0) {
            worst = cli_error(g->c, CLI_LOCAL, "%s", strerror(errno));
            break;
        }
        running++;
    }
    while (running--) {
        worst = reap(worst);
    }
    return worst;
}

/* Puts the URLs of http and https first; returns how many they are. The others stay in order. */
static int sort(char **url, int n)
{
    int http = 0;

    for (int i = 0; i < n; i++) {
        if (url_is_http(url[i])) {
            char *text = url[i];
            memmove(url + http + 1, url + http, (size_t)(i - http) * sizeof *url);
            url[http++] = text;
        }
    }
    return http;
}

/* Fetches url[0..n), none of them by http. */
static int get_others(struct get *g, char **url, int n)
{
    int worst = CLI_DONE;

    if (g->parallel > 1) {
        return get_parallel(g, url, n);
    }
    for (int i = 0; i < n; i++) {
        int status = get_url(g, url[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

static int get_all(struct get *g, char **url, int n)
{
    int http = sort(url, n), status, worst = CLI_DONE;

    if (http > 0) {
        g->http.output = g->output;
        g->http.remote_name = g->remote_name;
        g->http.resume = g->resume;
        g->http.parallel = (unsigned)g->parallel;
        worst = get_http(&g->http, url, http);
    }
    status = get_others(g, url + http, n - http);
    return status > worst ? status : worst;
}

static int check_usage(const struct get *g, int nurls)
{
    if (nurls == 0) {
        return cli_usage(g->c, "no URL");
    }
    if (g->output && (g->remote_name || nurls > 1)) {
        return cli_usage(g->c, "-o takes one URL and no -O");
    }
    if (g->parallel > 1 && nurls > 1 && !g->remote_name) {
        return cli_usage(g->c, "--parallel needs -O: the files would be mixed");
    }
    if (g->http.header_name && (!g->remote_name || g->resume)) {
        return cli_usage(g->c, "-J needs -O, and no -C");
    }
    return CLI_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct get g = {.c = c, .parallel = 1};
    int first, status;

    netp_tftp_job_init(&g.tftp);
    http_job_init(&g.http.job, c);
    first = cli_parse(c, &cmd_get, argc, argv, shorts, longs, own, &g);
    if (first < 0) {
        status = CLI_LEAVE(first);
    } else {
        status = check_usage(&g, argc - first);
        status = status == CLI_DONE ? get_all(&g, argv + first, argc - first) : status;
    }
    return http_job_end(&g.http.job, status);
}

const struct cli_command cmd_get = {
    "get",
    "URL...",
    "Fetch files by http:, https:, tftp: and file:",
    "  -o, --output FILE        write there, when it is complete; - is standard\n"
    "                           output, which is the default\n"
    "  -O, --remote-name        write to a file of the name that the URL ends with\n"
    "  -C, --continue           go on with FILE.part, where the protocol can\n"
    "      --parallel N         several URLs at once, with -O (1)\n" GET_HTTP_HELP TFTP_JOB_HELP,
    run,
    http_job_help};

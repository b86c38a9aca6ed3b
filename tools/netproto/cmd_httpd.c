/* cmd_httpd.c - netproto httpd: serves folders and scripts by HTTP. SPDX-License-Identifier: MIT */
#include "httpd_job.h"
#include <errno.h>
#include <netproto/host/random.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HTTP_PORT   80
#define HTTPS_PORT  443
#define DESCRIPTORS 1024 /* beside those of connections: files, scripts, logs */

enum {
    OPT_ROOT = 700,
    OPT_VHOST,
    OPT_CGI,
    OPT_CGI_ENV,
    OPT_INDEX,
    OPT_INDEX_NAME,
    OPT_WRITE,
    OPT_DOTFILES,
    OPT_MIME_TYPES,
    OPT_NO_GZIP,
    OPT_METRICS,
    OPT_AUTH,
    OPT_DIGEST,
    OPT_REALM,
    OPT_AUTH_CLEAR,
    OPT_TLS_CERT,
    OPT_TLS_KEY,
    OPT_TLS_STAPLE,
    OPT_TLS_CLIENT_CA,
    OPT_TLS_LISTEN,
    OPT_REDIRECT,
    OPT_HSTS,
    OPT_MAX_BODY,
    OPT_MAX_CONNECTIONS,
    OPT_MAX_PER_ADDRESS,
    OPT_TIMEOUT_HEAD,
    OPT_TIMEOUT_IDLE,
    OPT_TIMEOUT_BODY,
    OPT_TIMEOUT_CGI
};

static const struct option longs[] = {
    SERVER_LONGS,
    {"root", required_argument, NULL, OPT_ROOT},
    {"vhost", required_argument, NULL, OPT_VHOST},
    {"cgi", required_argument, NULL, OPT_CGI},
    {"cgi-env", required_argument, NULL, OPT_CGI_ENV},
    {"index", no_argument, NULL, OPT_INDEX},
    {"index-name", required_argument, NULL, OPT_INDEX_NAME},
    {"write", no_argument, NULL, OPT_WRITE},
    {"dotfiles", no_argument, NULL, OPT_DOTFILES},
    {"mime-types", required_argument, NULL, OPT_MIME_TYPES},
    {"no-gzip", no_argument, NULL, OPT_NO_GZIP},
    {"metrics", required_argument, NULL, OPT_METRICS},
    {"auth", required_argument, NULL, OPT_AUTH},
    {"digest", required_argument, NULL, OPT_DIGEST},
    {"realm", required_argument, NULL, OPT_REALM},
    {"auth-without-tls", no_argument, NULL, OPT_AUTH_CLEAR},
    {"tls-cert", required_argument, NULL, OPT_TLS_CERT},
    {"tls-key", required_argument, NULL, OPT_TLS_KEY},
    {"tls-staple", required_argument, NULL, OPT_TLS_STAPLE},
    {"tls-client-ca", required_argument, NULL, OPT_TLS_CLIENT_CA},
    {"tls-listen", required_argument, NULL, OPT_TLS_LISTEN},
    {"redirect-https", no_argument, NULL, OPT_REDIRECT},
    {"hsts", required_argument, NULL, OPT_HSTS},
    {"max-body", required_argument, NULL, OPT_MAX_BODY},
    {"max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS},
    {"max-per-address", required_argument, NULL, OPT_MAX_PER_ADDRESS},
    {"timeout-head", required_argument, NULL, OPT_TIMEOUT_HEAD},
    {"timeout-idle", required_argument, NULL, OPT_TIMEOUT_IDLE},
    {"timeout-body", required_argument, NULL, OPT_TIMEOUT_BODY},
    {"timeout-cgi", required_argument, NULL, OPT_TIMEOUT_CGI},
    {0}};

/* --- options --------------------------------------------------------------------------------- */

/* NAME=DIR */
static bool own_host(struct httpd_job *job, const char *value)
{
    const char *dir = strchr(value, '=');
    struct httpd_site *site;

    if (!dir || dir == value || !dir[1]) {
        return false;
    }
    site = httpd_site_new(job, netp_str_make(value, (size_t)(dir - value)), netp_str_of("/"), true);
    if (site) {
        site->directory = dir + 1;
    }
    return site;
}

/* PREFIX=DIR; the prefix needs no slash at its end. */
static bool own_scripts(struct httpd_job *job, const char *value)
{
    const char *dir = strchr(value, '=');
    struct httpd_site *site;
    char *prefix;
    size_t n = dir ? (size_t)(dir - value) : 0;

    if (n == 0 || value[0] != '/' || !dir[1] || !(prefix = malloc(n + 2))) {
        return false;
    }
    memcpy(prefix, value, n);
    if (value[n - 1] != '/') {
        prefix[n++] = '/';
    }
    prefix[n] = '\0';
    site = httpd_site_new(job, netp_str_make(NULL, 0), netp_str_of(prefix), true);
    if (!site) {
        free(prefix);
        return false;
    }
    site->script_cfg.prefix = prefix;
    site->directory = dir + 1;
    return true;
}

static bool own_cert(struct httpd_job *job, int opt, const char *value)
{
    size_t *n = opt == OPT_TLS_CERT ? &job->ncert : &job->nkey;

    if (*n == HTTPD_CERTS) {
        return false;
    }
    *(opt == OPT_TLS_CERT ? &job->cert[*n].chain : &job->cert[*n].key) = value;
    ++*n;
    return true;
}

/* Goes with the certificate before it, for not each has one. */
static void own_staple(struct httpd_job *job, const char *value)
{
    if (job->ncert == 0 || job->cert[job->ncert - 1].staple) {
        job->stray_staple = true;
    } else {
        job->cert[job->ncert - 1].staple = value;
    }
}

/* Those of whom, and of TLS. */
static bool own_who(struct httpd_job *job, int opt, const char *value)
{
    uint64_t v;

    switch (opt) {
    case OPT_AUTH:
        job->passwords = value;
        return true;
    case OPT_DIGEST:
        job->digests = value;
        return true;
    case OPT_REALM:
        job->realm = value;
        return true;
    case OPT_AUTH_CLEAR:
        job->clear = true;
        return true;
    case OPT_TLS_CERT:
    case OPT_TLS_KEY:
        return own_cert(job, opt, value);
    case OPT_TLS_STAPLE:
        own_staple(job, value);
        return true;
    case OPT_TLS_CLIENT_CA:
        job->client_ca = value;
        return true;
    case OPT_TLS_LISTEN:
        job->tls_listen = value;
        return true;
    case OPT_REDIRECT:
        job->redirect = true;
        return true;
    default:
        if (!cli_number(value, 1, UINT32_MAX, &v)) {
            return false;
        }
        job->hsts = (uint32_t)v;
        return true;
    }
}

static bool own_limit(struct httpd_job *job, int opt, const char *value)
{
    uint64_t v = 0;
    bool good = opt >= OPT_TIMEOUT_HEAD ? cli_seconds(value, &v) && v <= UINT32_MAX
                : opt == OPT_MAX_BODY   ? cli_size(value, &v) && v > 0
                                        : cli_number(value, 1, 1000000, &v);

    switch (opt) {
    case OPT_MAX_BODY:
        job->cfg.max_body = job->files.max_upload = v;
        break;
    case OPT_MAX_CONNECTIONS:
        job->cfg.max_connections = (unsigned)v;
        break;
    case OPT_MAX_PER_ADDRESS:
        job->cfg.max_per_address = (unsigned)v;
        break;
    case OPT_TIMEOUT_HEAD:
        job->cfg.head_ms = (uint32_t)v;
        break;
    case OPT_TIMEOUT_IDLE:
        job->cfg.idle_ms = (uint32_t)v;
        break;
    case OPT_TIMEOUT_BODY:
        job->cfg.stall_ms = (uint32_t)v;
        break;
    default:
        job->script_ms = (uint32_t)v;
    }
    return good;
}

static bool own_files(struct httpd_job *job, int opt, const char *value)
{
    switch (opt) {
    case OPT_INDEX:
        job->files.flags |= NETP_HTTPD_FILES_LIST;
        return true;
    case OPT_INDEX_NAME:
        if (job->files.nindex == HTTPD_INDEXES) {
            return false;
        }
        job->index[job->files.nindex++] = value;
        return *value && !strchr(value, '/');
    case OPT_WRITE:
        job->files.flags |= NETP_HTTPD_FILES_WRITE;
        return true;
    case OPT_DOTFILES:
        job->files.flags |= NETP_HTTPD_FILES_HIDDEN;
        return true;
    case OPT_MIME_TYPES:
        job->files.mime_types = value;
        return true;
    case OPT_NO_GZIP:
        job->files.flags |= NETP_HTTPD_FILES_NO_GZIP;
        return true;
    default:
        job->metrics_path = value;
        return value[0] == '/';
    }
}

static bool own(void *arg, int opt, const char *value)
{
    struct httpd_job *job = arg;

    switch (opt) {
    case OPT_ROOT:
        job->root = value;
        return true;
    case OPT_VHOST:
        return own_host(job, value);
    case OPT_CGI:
        return own_scripts(job, value);
    case OPT_CGI_ENV:
        return httpd_env_add(job, value);
    default:
        return opt >= OPT_MAX_BODY ? own_limit(job, opt, value)
               : opt >= OPT_AUTH   ? own_who(job, opt, value)
               : opt >= OPT_ROOT   ? own_files(job, opt, value)
                                   : server_option(&job->s, opt, value);
    }
}

/* What options have to do with each other. */
static int check(struct httpd_job *job)
{
    struct cli *c = job->s.c;

    if (!job->root && job->nsite == 0) {
        return cli_usage(c, "no --root, --vhost or --cgi");
    }
    if (job->nkey > job->ncert) {
        return cli_usage(c, "a --tls-key without its --tls-cert");
    }
    if (job->stray_staple) {
        return cli_usage(c, "a --tls-staple without a --tls-cert of its own before it");
    }
    if (job->ncert == 0 && (job->tls_listen || job->client_ca || job->hsts)) {
        return cli_usage(c, "TLS needs a --tls-cert");
    }
    if (job->redirect && (!job->tls_listen || !job->s.listen_text)) {
        return cli_usage(c, "--redirect-https goes from --listen to --tls-listen");
    }
    return CLI_DONE;
}

/* --- running --------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct netp_httpd_log *log)
{
    struct httpd_job *job = arg;

    if (job->metrics) {
        netp_httpd_metrics_log(&job->metrics[job->s.worker], log);
    }
    if (job->logger) {
        netp_httpd_logger_log(job->logger, log);
    }
}

static void on_bad(void *arg, const struct netp_addr *peer, const struct netp_fail *fail)
{
    struct httpd_job *job = arg;

    if (job->logger) {
        netp_httpd_logger_bad(job->logger, peer, fail);
    }
}

static void stopped(void *arg)
{
    ((struct httpd_job *)arg)->stopped = true;
}

static void stop(void *arg)
{
    struct httpd_job *job = arg;

    netp_httpd_stop(job->httpd, job->s.grace_ms, stopped, job);
}

static unsigned running(void *arg)
{
    return !((struct httpd_job *)arg)->stopped;
}

static void reload(void *arg)
{
    struct httpd_job *job = arg;

    httpd_tls_reload(job);
    if (job->logger && netp_httpd_logger_reopen(job->logger) != 0) {
        cli_error(job->s.c, CLI_LOCAL, "%s: %s; the log goes on in the old file", job->s.log_path,
                  strerror(errno));
    }
}

/* Room for connections, as far as the system lets a process have it. */
static void raise_limit(const struct httpd_job *job)
{
    rlim_t want = (job->cfg.max_connections ? job->cfg.max_connections : 10000) + DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < want) {
        cli_note(job->s.c, "%llu descriptors are all there are, fewer than connections may want",
                 (unsigned long long)limit.rlim_cur);
    }
}

/* Listens at addr, which becomes what it is. The exit status. */
static int listen_at(struct httpd_job *job, struct netp_addr *addr, struct netp_tls_ctx *tls)
{
    int fd = job->s.workers > 1 ? netp_tcp_listen_shared(addr) : netp_tcp_listen(addr);
    char text[NETP_ADDR_CAP];

    if (fd < 0) {
        netp_addr_format(addr, text);
        return cli_error(job->s.c, CLI_CONNECT, "%s: %s", text, strerror(errno));
    }
    *addr = netp_local_addr(fd);
    return netp_httpd_listen(job->httpd, fd, tls) == 0
               ? CLI_DONE
               : cli_error(job->s.c, CLI_LOCAL, "%s", strerror(errno));
}

static bool open_log(struct httpd_job *job)
{
    struct netp_httpd_logger_cfg cfg = {
        .path = job->s.log_path, .fd = STDERR_FILENO, .json = job->s.log_json};

    if (job->s.log_path || !job->s.c->quiet) {
        job->logger = netp_httpd_logger_new(job->s.loop, &cfg);
        return job->logger;
    }
    return true;
}

static int serve(struct httpd_job *job)
{
    struct netp_addr where[2];
    size_t n = 0;
    int status = CLI_DONE;

    job->cfg.log = on_answer;
    job->cfg.bad = on_bad;
    job->cfg.arg = job->s.arg = job;
    job->s.stop = stop;
    job->s.running = running;
    job->cfg.counts = job->metrics ? &job->metrics[job->s.worker].counts : NULL;
    job->httpd = netp_httpd_new(job->s.loop, &job->cfg);
    if (!job->httpd) {
        return cli_error(job->s.c, CLI_LOCAL, "%s", strerror(errno));
    }
    if (job->s.listen_text || !job->tls_listen) {
        status = listen_at(job, &job->s.listen, job->tls_listen ? NULL : job->tls);
        where[n++] = job->s.listen;
    }
    if (status == CLI_DONE && job->tls_listen) {
        status = listen_at(job, &job->tls_addr, job->tls);
        where[n++] = job->tls_addr;
    }
    job->https.port = job->tls_addr.port;
    return status == CLI_DONE ? server_run(&job->s, where, n) : status;
}

/* All that one process needs. */
static int work(struct httpd_job *job)
{
    int status = CLI_DONE;

    raise_limit(job);
    httpd_tls_tickets(job);
    if (!open_log(job)) {
        status = cli_error(job->s.c, CLI_LOCAL, "%s: %s", job->s.log_path, strerror(errno));
    }
    status = status != CLI_DONE ? status : httpd_login_open(job);
    status = status != CLI_DONE ? status : httpd_sites_open(job);
    status = status != CLI_DONE ? status : serve(job);
    netp_httpd_free(job->httpd);
    httpd_sites_close(job);
    httpd_login_close(job);
    netp_httpd_logger_free(job->logger);
    return status;
}

/* A place for each worker, before they are started. */
static bool add_metrics(struct httpd_job *job)
{
    size_t n = (size_t)job->s.workers;
    struct netp_httpd_metrics *all =
        mmap(NULL, n * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED) {
        return false;
    }
    job->metrics = all;
    for (size_t i = 0; i < n; i++) {
        all[i].all = all;
        all[i].nall = n;
    }
    return httpd_site_new(job, netp_str_make(NULL, 0), netp_str_of(job->metrics_path), false);
}

static bool add_sites(struct httpd_job *job)
{
    struct httpd_site *site;

    if (job->metrics_path && !add_metrics(job)) {
        return false;
    }
    if (!job->root) {
        return true;
    }
    site = httpd_site_new(job, netp_str_make(NULL, 0), netp_str_of("/"), true);
    if (site) {
        site->directory = job->root;
    }
    return site;
}

static int run_job(struct httpd_job *job)
{
    struct cli *c = job->s.c;
    int status = check(job);

    if (status != CLI_DONE) {
        return status;
    }
    if (!add_sites(job) || !netp_random(job->secret, sizeof job->secret)) {
        return cli_error(c, CLI_LOCAL, "%s", strerror(errno));
    }
    if (job->tls_listen && (status = server_address(&job->s, job->tls_listen, HTTPS_PORT,
                                                    &job->tls_addr)) != CLI_DONE) {
        return status;
    }
    status = httpd_tls_open(job);
    if (status != CLI_DONE) {
        return status;
    }
    status = server_open(&job->s, job->ncert && !job->tls_listen ? HTTPS_PORT : HTTP_PORT);
    return server_close(&job->s, status == CLI_DONE ? work(job) : status);
}

static int run(struct cli *c, int argc, char **argv)
{
    struct httpd_job *job = calloc(1, sizeof *job);
    int first, status;

    if (!job) {
        return cli_error(c, CLI_LOCAL, "%s", strerror(errno));
    }
    server_init(&job->s, c);
    job->s.own_log = true;
    job->s.reload = reload;
    first = cli_parse(c, &cmd_httpd, argc, argv, "", longs, own, job);
    status = first < 0       ? CLI_LEAVE(first)
             : first != argc ? cli_usage(c, "no operand is taken, not '%s'", argv[first])
                             : run_job(job);
    httpd_sites_close(job);
    netp_tls_ctx_free(job->tls);
    if (job->metrics) {
        munmap(job->metrics, (size_t)job->s.workers * sizeof *job->metrics);
    }
    free(job);
    return status;
}

const struct cli_command cmd_httpd = {
    "httpd",
    "--root DIR",
    "Serve folders and CGI scripts by HTTP and HTTPS",
    "      --root DIR           the folder; nothing outside it can be reached\n"
    "      --vhost NAME=DIR     and another for the host NAME, or *.NAME for those below it\n"
    "      --cgi PREFIX=DIR     programs of DIR answer what is below PREFIX (RFC 3875)\n"
    "      --cgi-env NAME=VALUE  for those programs; nothing else is inherited\n"
    "      --index              list folders that have no index file\n"
    "      --index-name NAME    an index file; several are tried in turn (index.html)\n"
    "      --write              PUT stores files\n"
    "      --dotfiles           serve names that begin with a dot or end with ~, too\n"
    "      --mime-types FILE    types of content, as /etc/mime.types has them\n"
    "      --no-gzip            nothing is compressed, and no NAME.gz sent in place of NAME\n"
    "      --metrics PATH       counts for Prometheus, for whoever may see all else\n"
    "\n"
    "      --auth FILE          only users with passwords in FILE (htpasswd -B); needs TLS\n"
    "      --digest FILE        only users of FILE, by Digest (htdigest, or SHA-256)\n"
    "      --realm NAME         what they log in to (netproto)\n"
    "      --auth-without-tls   passwords in clear: for tests, or behind a proxy with TLS\n"
    "\n"
    "      --tls-cert FILE      a certificate and those above it, in PEM; several by name (SNI)\n"
    "      --tls-key FILE       its key; not needed when it is in the same file\n"
    "      --tls-staple FILE    a response of OCSP, in DER, about the --tls-cert before it\n"
    "      --tls-client-ca FILE  clients need a certificate of this authority\n"
    "      --tls-listen HOST:PORT  https here, and http at --listen; else https at --listen\n"
    "      --redirect-https     send all of http to https\n"
    "      --hsts SECONDS       tell browsers to use https alone for so long\n"
    "\n"
    "      --max-body SIZE      of a request; k, M, G are understood (1M; PUT 1G, CGI 16M)\n"
    "      --max-connections N  at a time (10000)\n"
    "      --max-per-address N  at a time from one address; no limit by itself\n"
    "      --timeout-head SEC   for the head of a request (10)\n"
    "      --timeout-idle SEC   between requests (15)\n"
    "      --timeout-body SEC   without a byte of a body, either way (60)\n"
    "      --timeout-cgi SEC    without a byte to or from a script (60)\n"
    "\n" SERVER_HELP "\n"
    "SIGHUP reads certificates and staples again and writes to a new file of the log's name.\n",
    run,
    NULL};

/* cmd_time.c - netproto time: asks servers for the time, by SNTP. SPDX-License-Identifier: MIT */
#include "cli.h"
#include "sntp_text.h"
#include <errno.h>
#include <netproto/host/clock.h>
#include <netproto/host/resolve.h>
#include <netproto/host/sntp_keys.h>
#include <netproto/host/sntp_query.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct time_job {
    struct cli *c;
    struct netp_sntp_query q;
    struct netp_sntp_target target[NETP_SNTP_TARGETS_MAX];
    struct netp_addr addr[NETP_SNTP_TARGETS_MAX][NETP_RESOLVE_MAX];
    const char *const *host;
    const char *key_file;
    uint64_t key;
    bool set, slew;
    struct netp_sntp_keys *keys;
};

enum { OPT_SAMPLES = 800, OPT_INTERVAL, OPT_PATIENCE, OPT_SET, OPT_SLEW, OPT_KEYS, OPT_KEY };

static const struct option longs[] = {{"samples", required_argument, NULL, OPT_SAMPLES},
                                      {"interval", required_argument, NULL, OPT_INTERVAL},
                                      {"patience", required_argument, NULL, OPT_PATIENCE},
                                      {"set", no_argument, NULL, OPT_SET},
                                      {"slew", no_argument, NULL, OPT_SLEW},
#ifdef NETPROTO_TLS
                                      {"keys", required_argument, NULL, OPT_KEYS},
                                      {"key", required_argument, NULL, OPT_KEY},
#endif
                                      {0}};

static bool ms_of(const char *value, uint32_t *ms)
{
    uint64_t v;
    bool good = cli_seconds(value, &v) && v <= 3600000;

    *ms = good ? (uint32_t)v : *ms;
    return good;
}

static bool own(void *arg, int opt, const char *value)
{
    struct time_job *t = arg;
    uint64_t v = 1;
    bool good;

    switch (opt) {
    case OPT_SAMPLES:
        good = cli_number(value, 1, 255, &v);
        t->q.samples = (unsigned)v;
        return good;
    case OPT_INTERVAL:
        return ms_of(value, &t->q.interval_ms);
    case OPT_PATIENCE:
        return ms_of(value, &t->q.timeout_ms);
    case OPT_SET:
        t->set = true;
        return true;
    case OPT_SLEW:
        t->slew = true;
        return true;
    case OPT_KEYS:
        t->key_file = value;
        return true;
    default:
        return cli_number(value, 1, UINT32_MAX, &t->key);
    }
}

/* --- what it came to ------------------------------------------------------------------------- */

static double seconds(int64_t v)
{
    return (double)v / 4294967296.0;
}

/* What went wrong with a server, in a sentence. */
static const char *trouble(const struct netp_sntp_target *t)
{
    switch (t->err) {
    case NETP_E_REFUSED:
        return "kiss of death";
    case NETP_E_SYNTAX:
        return netp_sntp_unfit_text(t->why);
    case NETP_E_TIMEOUT:
        return "no answer";
    default:
        return t->sys_errno ? strerror(t->sys_errno) : netp_strerror(t->err);
    }
}

static void print_text(const struct time_job *t, size_t i)
{
    const struct netp_sntp_target *g = &t->target[i];
    const struct netp_sntp_packet *pk = &g->reply.packet;
    char ref[SNTP_REFID_CAP];

    if (g->err != NETP_OK) {
        cli_error(t->c, 0, "%s: %s%s%s", t->host[i], trouble(g), g->kiss ? ": " : "",
                  g->kiss ? sntp_refid_text(g->kiss, 0, ref) : "");
        return;
    }
    printf("%s: offset %+.6f s, delay %.6f s, dispersion %.6f s, stratum %u, reference %s%s%s\n",
           t->host[i], seconds(g->sample.offset), seconds((int64_t)g->sample.delay),
           seconds((int64_t)g->sample.dispersion), pk->stratum,
           sntp_refid_text(pk->refid, pk->stratum, ref),
           pk->leap == 1   ? ", a leap second comes"
           : pk->leap == 2 ? ", a leap second goes"
                           : "",
           g->outlier ? ", not believed" : "");
}

/* A stamp as text, "2026-01-31T12:00:00.123456Z". */
static const char *date(uint64_t stamp, char out[40])
{
    uint32_t ns;
    time_t s = (time_t)netp_sntp_to_unix(stamp, NETP_SNTP_PIVOT_1968, &ns);
    struct tm tm;
    char text[24];

    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 40, "%s.%06uZ", text, ns / 1000);
    return out;
}

static void print_json(const struct time_job *t, size_t i)
{
    const struct netp_sntp_target *g = &t->target[i];
    const struct netp_sntp_packet *pk = &g->reply.packet;
    char addr[NETP_ADDR_CAP], ref[SNTP_REFID_CAP], when[40];

    netp_addr_format(&g->addr, addr);
    printf("%s{\"host\": ", i ? ",\n  " : "");
    cli_json_string(t->host[i], strlen(t->host[i]));
    printf(", \"address\": \"%s\", \"asked\": %u, \"answered\": %u", addr, g->asked, g->answered);
    if (g->err != NETP_OK) {
        printf(", \"error\": ");
        cli_json_string(trouble(g), strlen(trouble(g)));
        if (g->kiss) {
            sntp_refid_text(g->kiss, 0, ref);
            printf(", \"kiss\": ");
            cli_json_string(ref, strlen(ref));
        }
        printf("}");
        return;
    }
    sntp_refid_text(pk->refid, pk->stratum, ref);
    printf(", \"offset\": %.9f, \"delay\": %.9f, \"dispersion\": %.9f, \"distance\": %.9f"
           ", \"stratum\": %u, \"reference\": ",
           seconds(g->sample.offset), seconds((int64_t)g->sample.delay),
           seconds((int64_t)g->sample.dispersion), seconds((int64_t)g->sample.distance),
           pk->stratum);
    cli_json_string(ref, strlen(ref));
    printf(", \"reference_time\": \"%s\", \"leap\": %u, \"version\": %u, \"precision\": %d"
           ", \"outlier\": %s}",
           date(pk->reference, when), pk->leap, pk->version, pk->precision,
           g->outlier ? "true" : "false");
}

static void print_all(const struct time_job *t, int err)
{
    const struct netp_sntp_sample *s = &t->target[t->q.choice.best].sample;
    char when[40];

    if (t->c->json) {
        printf("{\"servers\": [");
    }
    for (size_t i = 0; i < t->q.n; i++) {
        (t->c->json ? print_json : print_text)(t, i);
    }
    if (t->c->json && err == NETP_OK) {
        printf("],\n \"offset\": %.9f, \"error\": %.9f, \"low\": %.9f, \"high\": %.9f"
               ", \"time\": \"%s\"}\n",
               seconds(s->offset), seconds((int64_t)s->distance), seconds(t->q.choice.low),
               seconds(t->q.choice.high), date(netp_clock_now() + (uint64_t)s->offset, when));
    } else if (t->c->json) {
        printf("]}\n");
    } else if (err == NETP_OK) {
        printf("%s, this clock is off by %+.6f s, give or take %.6f\n",
               date(netp_clock_now() + (uint64_t)s->offset, when), seconds(s->offset),
               seconds((int64_t)s->distance));
    }
}

/* --- the job --------------------------------------------------------------------------------- */

/* "HOST", "HOST:PORT", "[::1]:123" or "::1". */
static bool operand(const char *text, char host[256], uint16_t *port)
{
    const char *colon = strchr(text, ':');

    *port = NETP_SNTP_PORT;
    if (text[0] == '[' || (colon && !strchr(colon + 1, ':'))) {
        return cli_host_port(text, host, 256, port) && host[0] != '\0';
    }
    snprintf(host, 256, "%s", text);
    return host[0] != '\0' && strlen(text) < 256;
}

static int find_host(struct time_job *t, size_t i)
{
    struct netp_addr *addr = t->addr[i];
    char host[256];
    uint16_t port;
    int n;

    if (!operand(t->host[i], host, &port)) {
        return cli_usage(t->c, "'%s' is not HOST or HOST:PORT", t->host[i]);
    }
    n = netp_resolve(host, port, t->c->fam, addr, NETP_RESOLVE_MAX);
    if (n <= 0) {
        return cli_error(t->c, CLI_CONNECT, "can't find host '%s'", host);
    }
    t->target[i].addr = addr[0];
    t->target[i].other = addr + 1;
    t->target[i].nother = (size_t)n - 1;
    if (t->c->bind && netp_resolve(t->c->bind, 0, t->target[i].addr.fam, &t->q.local, 1) <= 0) {
        return cli_error(t->c, CLI_CONNECT, "can't find address '%s'", t->c->bind);
    }
    return CLI_DONE;
}

static int find_key(struct time_job *t)
{
#ifdef NETPROTO_TLS
    const struct netp_sntp_key *key = NULL;
    int status = sntp_load_keys(t->c, t->key_file, &t->keys);

    if (status != CLI_DONE || !t->keys) {
        return status;
    }
    key = netp_sntp_keys_find(t->keys, (uint32_t)t->key);
    if (!key) {
        return cli_error(t->c, CLI_LOCAL, "%s: no key %llu", t->key_file,
                         (unsigned long long)t->key);
    }
    for (size_t i = 0; i < t->q.n; i++) {
        t->target[i].key = key;
    }
#endif
    return CLI_DONE;
}

static int set_clock(struct time_job *t)
{
    int64_t offset = t->target[t->q.choice.best].sample.offset;
    int r = t->set ? netp_clock_step(offset) : t->slew ? netp_clock_slew(offset) : 0;

    if (r != 0 && errno == ERANGE) {
        return cli_error(t->c, CLI_FAILED, "%+.3f s is too much to slew: --set steps",
                         seconds(offset));
    }
    return r ? cli_error(t->c, CLI_LOCAL, "can't set the clock: %s", strerror(errno)) : CLI_DONE;
}

/* The status of a job of which nothing came. */
static int failure(const struct time_job *t, int err)
{
    const struct netp_sntp_target *g = t->target;

    if (err == NETP_E_REFUSED && g->err != err) {
        return cli_error(t->c, CLI_FAILED, "the servers disagree");
    }
    if (err == NETP_E_SYNTAX && g->why != NETP_SNTP_WHY_ORDER) {
        return CLI_FAILED;
    }
    return err == NETP_E_IO ? CLI_CONNECT : cli_status(err);
}

static int query(struct time_job *t)
{
    int status = CLI_DONE, err;

    for (size_t i = 0; i < t->q.n && status == CLI_DONE; i++) {
        status = find_host(t, i);
    }
    status = status == CLI_DONE ? find_key(t) : status;
    if (status == CLI_DONE && (t->set || t->slew) && !netp_clock_may_set()) {
        status = cli_error(t->c, CLI_LOCAL, "can't set the clock: that needs CAP_SYS_TIME");
    }
    if (status != CLI_DONE) {
        return status;
    }
    t->q.total_ms = t->c->timeout_ms;
    err = netp_sntp_query(&t->q);
    print_all(t, err);
    return err == NETP_OK ? set_clock(t) : failure(t, err);
}

static int run(struct cli *c, int argc, char **argv)
{
    struct time_job t = {.c = c};
    int first, status;

    netp_sntp_query_init(&t.q);
    first = cli_parse(c, &cmd_time, argc, argv, "", longs, own, &t);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first == argc) {
        return cli_usage(c, "no HOST");
    }
    if (argc - first > NETP_SNTP_TARGETS_MAX) {
        return cli_usage(c, "more than %d servers", NETP_SNTP_TARGETS_MAX);
    }
    if (t.set && t.slew) {
        return cli_usage(c, "--set or --slew, not both");
    }
    if (!t.key_file != !t.key) {
        return cli_usage(c, "--key and --keys go together");
    }
    t.host = (const char *const *)argv + first;
    t.q.target = t.target;
    t.q.n = (size_t)(argc - first);
    status = query(&t);
#ifdef NETPROTO_TLS
    netp_sntp_keys_free(t.keys);
#endif
    return status;
}

const struct cli_command cmd_time = {
    "time",
    "HOST[:PORT]...",
    "Ask servers for the time by SNTP, compare what they say",
    "      --samples N          ask each so often; that with the least delay counts (1)\n"
    "      --interval SEC       between two requests (2); no less for servers of others\n"
    "      --patience SEC       how long to wait for each answer (1)\n"
    "      --set                step the clock; needs CAP_SYS_TIME\n"
    "      --slew               let it run faster or slower, by 500 ppm, until it is right\n"
#ifdef NETPROTO_TLS
    "      --keys FILE          lines ID TYPE KEY, as of chrony and ntpd: MD5, SHA1, SHA256,\n"
    "                           SHA512, AES128, AES256\n"
    "      --key ID             take only answers signed with this key\n"
#endif
    "With several servers the one is taken that most agree with and that is nearest.\n",
    run,
    NULL};

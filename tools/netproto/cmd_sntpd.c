/* cmd_sntpd.c - netproto sntpd: serves this computer's time by SNTP. SPDX-License-Identifier: MIT
 */
#include "server.h"
#include "sntp_text.h"
#include <errno.h>
#include <netproto/bytes.h>
#include <netproto/host/sntp_keys.h>
#include <netproto/host/sntpd.h>
#include <netproto/text.h>
#include <string.h>

struct sntpd {
    struct server s;
    struct netp_sntpd_cfg cfg;
    const char *key_file;
    struct netp_sntp_keys *keys;
    struct netp_sntpd *d;
};

enum {
    OPT_STRATUM = 850,
    OPT_REFERENCE,
    OPT_UNSYNCHRONISED,
    OPT_INTERVAL,
    OPT_BURST,
    OPT_ADDRESSES,
    OPT_KEYS
};

static const struct option longs[] = {SERVER_LONGS,
                                      {"stratum", required_argument, NULL, OPT_STRATUM},
                                      {"reference", required_argument, NULL, OPT_REFERENCE},
                                      {"unsynchronised", no_argument, NULL, OPT_UNSYNCHRONISED},
                                      {"interval", required_argument, NULL, OPT_INTERVAL},
                                      {"burst", required_argument, NULL, OPT_BURST},
                                      {"addresses", required_argument, NULL, OPT_ADDRESSES},
#ifdef NETPROTO_TLS
                                      {"keys", required_argument, NULL, OPT_KEYS},
#endif
                                      {0}};

/* An IPv4 address, or up to four letters. */
static bool reference(struct netp_sntpd_cfg *cfg, const char *value)
{
    struct netp_addr a;
    uint8_t b[4] = {0};

    if (netp_addr_parse(netp_str_of(value), &a) == NETP_OK) {
        cfg->refid = netp_rd32be(a.ip);
        return a.fam == 4 && a.port == 0;
    }
    memcpy(b, value, strnlen(value, 4));
    cfg->refid = netp_rd32be(b);
    return value[0] != '\0' && strlen(value) <= 4;
}

static bool own(void *arg, int opt, const char *value)
{
    struct sntpd *t = arg;
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case OPT_STRATUM:
        good = cli_number(value, 1, NETP_SNTP_STRATA - 1, &v);
        t->cfg.stratum = (uint8_t)v;
        return good;
    case OPT_REFERENCE:
        return reference(&t->cfg, value);
    case OPT_UNSYNCHRONISED:
        t->cfg.leap = NETP_SNTP_UNSYNC;
        return true;
    case OPT_INTERVAL:
        good = cli_seconds(value, &v) && v <= 100000;
        t->cfg.interval_ms = (uint32_t)v;
        return good;
    case OPT_BURST:
        good = cli_number(value, 1, 10000, &v);
        t->cfg.burst = (uint16_t)v;
        return good;
    case OPT_ADDRESSES:
        good = cli_number(value, 4, 100000000, &v);
        t->cfg.addresses = (size_t)v;
        return good;
    case OPT_KEYS:
        t->key_file = value;
        return true;
    default:
        return server_option(&t->s, opt, value);
    }
}

#ifdef NETPROTO_TLS
static const struct netp_sntp_key *key(void *arg, uint32_t id)
{
    return netp_sntp_keys_find(((struct sntpd *)arg)->keys, id);
}
#endif

static void report(void *arg, const struct netp_addr *peer, enum netp_sntpd_result result)
{
    static const char *const words[] = {"answered", "limited", "dropped"};
    struct sntpd *t = arg;
    FILE *f = server_log(&t->s);
    char text[NETP_ADDR_CAP];

    if (!f) {
        return;
    }
    netp_addr_format(peer, text);
    fprintf(f, t->s.log_json ? "\"peer\": \"%s\", \"status\": \"%s\"" : "%s %s", text,
            words[result]);
    server_log_end(&t->s);
}

static int serve(struct sntpd *t)
{
    struct netp_addr where;
    int status;

#ifdef NETPROTO_TLS
    status = sntp_load_keys(t->s.c, t->key_file, &t->keys);
    if (status != CLI_DONE) {
        return status;
    }
    t->cfg.key = t->keys ? key : NULL;
#endif
    t->cfg.listen = t->s.listen;
    t->cfg.shared = t->s.workers > 1;
    t->cfg.report = t->s.log ? report : NULL;
    t->cfg.arg = t;
    t->d = netp_sntpd_open(t->s.loop, &t->cfg);
    if (!t->d) {
        return cli_error(t->s.c, CLI_CONNECT, "%s: %s",
                         t->s.listen_text ? t->s.listen_text : "port 123", strerror(errno));
    }
    where = netp_sntpd_addr(t->d);
    status = server_run(&t->s, &where, 1);
    netp_sntpd_close(t->d);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct sntpd t = {.keys = NULL};
    int first, status;

    server_init(&t.s, c);
    netp_sntpd_cfg_init(&t.cfg);
    first = cli_parse(c, &cmd_sntpd, argc, argv, "", longs, own, &t);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    status = server_open(&t.s, NETP_SNTP_PORT);
    if (status == CLI_DONE) {
        status = serve(&t);
    }
#ifdef NETPROTO_TLS
    netp_sntp_keys_free(t.keys);
#endif
    return server_close(&t.s, status);
}

const struct cli_command cmd_sntpd = {
    "sntpd",
    "",
    "Serve this computer's time by SNTP",
    "      --stratum N          how far it says to be from a reference clock, 1 to 15 (10)\n"
    "      --reference ID       an IPv4 address or four letters (127.127.1.1)\n"
    "      --unsynchronised     say that the clock is not right\n"
    "      --interval SEC       limit each address to a request in SEC (no limit)\n"
    "      --burst N            and so many at once (8)\n"
    "      --addresses N        remember so many for it (65536)\n"
#ifdef NETPROTO_TLS
    "      --keys FILE          answer requests that are signed with one of these keys;\n"
    "                           lines ID TYPE KEY, see 'netproto time --help'\n"
#endif
    SERVER_HELP,
    run,
    NULL};

/* cmd_tftpd.c - netproto tftpd: serves a folder by TFTP. SPDX-License-Identifier: MIT */
#include "server.h"
#include <errno.h>
#include <netproto/host/tftpd.h>
#include <netproto/text.h>
#include <stdio.h>
#include <string.h>

struct tftpd {
    struct server s;
    struct netp_tftpd_cfg cfg;
    bool write;
    struct netp_tftpd *d;
};

enum {
    OPT_ROOT = 700,
    OPT_WRITE,
    OPT_CREATE,
    OPT_OVERWRITE,
    OPT_BLKSIZE_MAX,
    OPT_WINDOW_MAX,
    OPT_WINDOW_BYTES,
    OPT_MAX_SIZE,
    OPT_MAX,
    OPT_MAX_PER_PEER
};

static const struct option longs[] = {SERVER_LONGS,
                                      {"root", required_argument, NULL, OPT_ROOT},
                                      {"write", no_argument, NULL, OPT_WRITE},
                                      {"create", no_argument, NULL, OPT_CREATE},
                                      {"overwrite", no_argument, NULL, OPT_OVERWRITE},
                                      {"blksize-max", required_argument, NULL, OPT_BLKSIZE_MAX},
                                      {"windowsize-max", required_argument, NULL, OPT_WINDOW_MAX},
                                      {"window-bytes", required_argument, NULL, OPT_WINDOW_BYTES},
                                      {"max-size", required_argument, NULL, OPT_MAX_SIZE},
                                      {"max-transfers", required_argument, NULL, OPT_MAX},
                                      {"max-per-peer", required_argument, NULL, OPT_MAX_PER_PEER},
                                      {0}};

static bool own_limit(struct netp_tftpd_cfg *cfg, int opt, const char *value)
{
    uint64_t v = 0;
    bool good;

    switch (opt) {
    case OPT_BLKSIZE_MAX:
        good = cli_number(value, NETP_TFTP_BLKSIZE, NETP_TFTP_BLKSIZE_MAX, &v);
        cfg->blksize = (uint16_t)v;
        return good;
    case OPT_WINDOW_MAX:
        good = cli_number(value, 1, UINT16_MAX, &v);
        cfg->windowsize = (uint16_t)v;
        return good;
    case OPT_WINDOW_BYTES:
        good = cli_size(value, &v) && v <= UINT32_MAX;
        cfg->window_bytes = (uint32_t)v;
        return good;
    case OPT_MAX_SIZE:
        return cli_size(value, &cfg->max_size);
    case OPT_MAX:
        good = cli_number(value, 1, 65535, &v);
        cfg->max_transfers = (unsigned)v;
        return good;
    default:
        good = cli_number(value, 1, 65535, &v);
        cfg->max_per_peer = (unsigned)v;
        return good;
    }
}

static bool own(void *arg, int opt, const char *value)
{
    struct tftpd *t = arg;

    switch (opt) {
    case OPT_ROOT:
        t->cfg.root = value;
        return true;
    case OPT_WRITE:
        t->write = true;
        return true;
    case OPT_CREATE:
        t->cfg.create = true;
        return true;
    case OPT_OVERWRITE:
        t->cfg.overwrite = true;
        return true;
    default:
        return opt >= OPT_ROOT ? own_limit(&t->cfg, opt, value) : server_option(&t->s, opt, value);
    }
}

static void report(void *arg, const struct netp_tftpd_report *r)
{
    struct tftpd *t = arg;
    FILE *f = server_log(&t->s);
    char peer[NETP_ADDR_CAP], name[NETP_ESCAPE_CAP(256)];

    if (!f) {
        return;
    }
    netp_addr_format(r->peer, peer);
    netp_escape(name, sizeof name, r->file.p, r->file.n < 256 ? r->file.n : 256);
    if (t->s.log_json) {
        fprintf(f, "\"peer\": \"%s\", \"request\": \"%s\", \"mode\": \"%s\", \"file\": ", peer,
                r->write ? "write" : "read", r->netascii ? "netascii" : "octet");
        cli_json_put(f, r->file.p, r->file.n);
        fprintf(f, ", \"bytes\": %llu, \"ms\": %llu, \"status\": ", (unsigned long long)r->bytes,
                (unsigned long long)r->ms);
        cli_json_put(f, r->err ? r->message : "ok", strlen(r->err ? r->message : "ok"));
        fprintf(f, ", \"error\": %d", r->tftp_code);
    } else {
        fprintf(f, "%s %s \"%s\" %llu bytes %llu ms %s", peer, r->write ? "write" : "read", name,
                (unsigned long long)r->bytes, (unsigned long long)r->ms,
                r->err ? r->message : "ok");
    }
    server_log_end(&t->s);
}

static void stop(void *arg)
{
    netp_tftpd_stop(((struct tftpd *)arg)->d);
}

static unsigned running(void *arg)
{
    return netp_tftpd_running(((struct tftpd *)arg)->d);
}

static int serve(struct tftpd *t)
{
    struct netp_addr where;
    int status;

    t->cfg.listen = t->s.listen;
    t->cfg.shared = t->s.workers > 1;
    t->cfg.report = report;
    t->cfg.arg = t->s.arg = t;
    t->s.stop = stop;
    t->s.running = running;
    t->d = netp_tftpd_open(t->s.loop, &t->cfg);
    if (!t->d) {
        return cli_error(t->s.c,
                         errno == EADDRINUSE || errno == EADDRNOTAVAIL ? CLI_CONNECT : CLI_LOCAL,
                         "%s, %s: %s", t->cfg.root, t->s.listen_text ? t->s.listen_text : "port 69",
                         strerror(errno));
    }
    where = netp_tftpd_addr(t->d);
    status = server_run(&t->s, &where, 1);
    netp_tftpd_close(t->d);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct tftpd t = {.write = false};
    int first, status;

    server_init(&t.s, c);
    netp_tftpd_cfg_init(&t.cfg);
    first = cli_parse(c, &cmd_tftpd, argc, argv, "", longs, own, &t);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    if (!t.cfg.root) {
        return cli_usage(c, "no --root");
    }
    if (!t.write && (t.cfg.create || t.cfg.overwrite)) {
        return cli_usage(c, "--create and --overwrite go with --write");
    }
    t.cfg.create |= t.write;
    status = server_open(&t.s, NETP_TFTP_PORT);
    if (status == CLI_DONE) {
        status = serve(&t);
    }
    return server_close(&t.s, status);
}

const struct cli_command cmd_tftpd = {
    "tftpd",
    "--root DIR",
    "Serve a folder by TFTP, read-only unless --write",
    "      --root DIR           the folder; nothing outside it can be reached\n"
    "      --write              take uploads of new files; --create says the same\n"
    "      --overwrite          and of files that exist\n"
    "      --max-size BYTES     of an upload; k, M, G are understood\n"
    "      --blksize-max N      the largest block that is granted (65464)\n"
    "      --windowsize-max N   the largest window, in blocks (64)\n"
    "      --window-bytes N     and in bytes: what a receiver's socket buffer holds (128k)\n"
    "      --max-transfers N    at a time (256)\n"
    "      --max-per-peer N     at a time from one address (64)\n" SERVER_HELP,
    run,
    NULL};

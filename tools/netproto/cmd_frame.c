/* cmd_frame.c - netproto frame: messages on a TCP connection, each in a frame.
 * SPDX-License-Identifier: MIT */
#include "frame_job.h"
#include <errno.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEFAULT (16u << 20)

/* --- the connection -------------------------------------------------------------------------- */

/* Here and below: a negative result is minus the exit status, of which it has told. */
static int resolve(const struct frame_job *j, const char *text, struct netp_addr *a, unsigned cap)
{
    char host[256];
    uint16_t port;
    int n;

    if (!cli_host_port(text, host, sizeof host, &port)) {
        return -cli_usage(j->c, "'%s' is not HOST:PORT", text);
    }
    n = netp_resolve(host, port, j->c->fam, a, cap);
    return n > 0 ? n : -cli_error(j->c, CLI_CONNECT, "%s: %s", text, netp_resolve_text(n));
}

static int dial(const struct frame_job *j, const char *text)
{
    struct netp_addr a[NETP_CONNECT_MAX], local, *from = NULL;
    netp_ms now;
    int fd, n = resolve(j, text, a, NETP_CONNECT_MAX);

    if (n < 0) {
        return n;
    }
    if (j->c->bind) {
        from = &local;
        if (netp_resolve(j->c->bind, 0, j->c->fam, from, 1) <= 0) {
            return -cli_error(j->c, CLI_CONNECT, "can't find local address '%s'", j->c->bind);
        }
    }
    now = netp_now();
    fd =
        netp_tcp_connect_any(a, (unsigned)n, from, now < j->connect_end ? j->connect_end - now : 0);
    if (fd < 0) {
        return -cli_error(j->c, errno == ETIMEDOUT ? CLI_TIMEOUT : CLI_CONNECT, "%s: %s", text,
                          strerror(errno));
    }
    cli_trace(j->c, "connected to %s", text);
    return fd;
}

/* Takes the first connection that comes to the address. What this prints goes to stderr: the
 * frames go to stdout. */
static int answer(struct frame_job *j)
{
    char text[NETP_ADDR_CAP];
    struct netp_addr where, peer;
    int n = resolve(j, j->listen, &where, 1), fd, listener;

    if (n < 0) {
        return n;
    }
    if ((listener = netp_tcp_listen(&where)) < 0) {
        return -cli_error(j->c, CLI_CONNECT, "%s: %s", j->listen, strerror(errno));
    }
    where = netp_local_addr(listener);
    netp_addr_format(&where, text);
    fprintf(stderr, "listening on %s\n", text);
    netp_stream_io_init(&j->io, listener, NULL, 0); /* for its wait */
    do {
        j->io.io.wait(&j->io, NETP_WANT_IN, j->connect_end);
        fd = netp_accept(listener, &peer);
    } while (fd < 0 && netp_now() < j->connect_end);
    close(listener);
    if (fd < 0) {
        return -cli_error(j->c, CLI_TIMEOUT, "nobody connected");
    }
    netp_addr_format(&peer, text);
    cli_trace(j->c, "connection from %s", text);
    return fd;
}

int frame_tell(const struct frame_job *j, int r)
{
    const struct netp_fail *why = netp_frame_fail(&j->m);

    if (r == NETP_E_IO && j->io.sys_errno) {
        return cli_error(j->c, CLI_FAILED, "connection: %s", strerror(j->io.sys_errno));
    }
    if (why->code == NETP_OK) {
        return cli_error(j->c, CLI_TIMEOUT, "it took longer than --timeout");
    }
    return cli_error(j->c, cli_status(r), "%s: %s, at byte %llu of the stream", netp_strerror(r),
                     why->where, (unsigned long long)why->offset);
}

/* --- the command ----------------------------------------------------------------------------- */

enum { OPT_FORMAT = 600, OPT_OFFSET, OPT_ADJUST, OPT_MAX, OPT_LINES, OPT_COUNT, OPT_LISTEN };

static const struct option longs[] = {{"format", required_argument, NULL, OPT_FORMAT},
                                      {"offset", required_argument, NULL, OPT_OFFSET},
                                      {"adjust", required_argument, NULL, OPT_ADJUST},
                                      {"max", required_argument, NULL, OPT_MAX},
                                      {"lines", no_argument, NULL, OPT_LINES},
                                      {"count", required_argument, NULL, OPT_COUNT},
                                      {"listen", required_argument, NULL, OPT_LISTEN},
                                      {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct frame_job *j = arg;
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case OPT_FORMAT:
        j->format = value;
        return frame_format(value, &j->cfg);
    case OPT_OFFSET:
        good = cli_number(value, 0, NETP_FRAME_OFFSET_MAX, &v);
        j->cfg.len_offset = (uint8_t)v;
        return good;
    case OPT_ADJUST:
        good = cli_number(value + (*value == '-'), 0, INT32_MAX, &v);
        j->cfg.len_adjust = *value == '-' ? -(int32_t)v : (int32_t)v;
        return good;
    case OPT_MAX:
        return cli_size(value, &j->max) && j->max > 0 && j->max < UINT64_MAX;
    case OPT_LINES:
        j->lines = true;
        return true;
    case OPT_COUNT:
        return cli_number(value, 1, UINT64_MAX, &j->count);
    default:
        j->listen = value;
        return true;
    }
}

/* What is wrong with the operands, of which cli_usage() tells. */
static int check(const struct frame_job *j, int n, char **operands)
{
    bool cat = n > 0 && strcmp(operands[0], "cat") == 0;

    if (!cat && (n == 0 || strcmp(operands[0], "send") != 0)) {
        return cli_usage(j->c, "the first operand is 'send' or 'cat'");
    }
    if (!cat && (j->listen || j->count || j->c->json)) {
        return cli_usage(j->c, "--listen, --count and --json go with 'cat'");
    }
    if (n < 2 && !j->listen) {
        return cli_usage(j->c, "no HOST:PORT");
    }
    if (cat && n > (j->listen ? 1 : 2)) {
        return cli_usage(j->c, "one operand too many: '%s'", operands[n - 1]);
    }
    return CLI_DONE;
}

/* Gives the machine its memory and makes it ready. A frame that need not be in memory as a whole
 * has no limit when it is sent: it is our own file. */
static int prepare(struct frame_job *j, bool cat)
{
    struct netp_frame_cfg *cfg = &j->cfg;
    bool cobs = cfg->kind == NETP_FRAME_COBS;
    size_t whole, n;

    if (cfg->kind != NETP_FRAME_FIXED) {
        cfg->max_len = j->max ? j->max : cat || cobs ? MAX_DEFAULT : UINT64_MAX - 1;
    }
    whole = cfg->max_len < SIZE_MAX / 4 ? (size_t)cfg->max_len : SIZE_MAX / 4;
    n = cobs ? NETP_FRAME_TX_COBS(whole) : FRAME_TX;
    if (cat) {
        n = j->c->json ? whole : 1;
    }
    if (!(j->memory = malloc(n))) { /* what no frame reaches of it costs nothing */
        return cli_error(j->c, CLI_LOCAL, "%s", strerror(ENOMEM));
    }
    if (!cat) {
        cfg->tx = j->memory;
        cfg->txlen = n;
    } else if (j->c->json) {
        cfg->mem = j->memory;
        cfg->memlen = n;
    }
    if (netp_frame_init(&j->m, cfg, netp_now()) != NETP_OK) {
        return cli_usage(j->c, "--format %s does not go with --offset, --adjust or --max",
                         j->format);
    }
    return CLI_DONE;
}

static int work(struct frame_job *j, int n, char **operands)
{
    bool cat = strcmp(operands[0], "cat") == 0;
    int status = prepare(j, cat), fd;

    if (status == CLI_DONE) {
        fd = j->listen ? answer(j) : dial(j, operands[1]);
        if (fd < 0) {
            status = -fd;
        } else {
            netp_stream_io_init(&j->io, fd, j->in, sizeof j->in);
            netp_link_init(&j->link, &netp_frame_ops, &j->m, &j->io.io);
            status = cat ? frame_cat(j) : frame_send(j, n - 2, operands + 2);
            close(fd);
        }
    }
    free(j->memory);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct frame_job j = {.c = c, .format = "u32be", .cfg = NETP_FRAME_CFG_INIT};
    int first = cli_parse(c, &cmd_frame, argc, argv, "", longs, own, &j), status;

    if (first < 0) {
        return CLI_LEAVE(first);
    }
    j.end = netp_after(netp_now(), c->timeout_ms);
    j.connect_end = netp_after(netp_now(), c->connect_timeout_ms);
    j.connect_end = j.connect_end < j.end ? j.connect_end : j.end;
    status = check(&j, argc - first, argv + first);
    return status == CLI_DONE ? work(&j, argc - first, argv + first) : status;
}

const struct cli_command cmd_frame = {
    "frame",
    "send HOST:PORT [FILE]... | cat HOST:PORT | cat --listen HOST:PORT",
    "Send each file, or standard input, as a frame; write the frames that come",
    "send ends when the peer closes, or when it has acknowledged everything and sent nothing\n"
    "for 0.1 seconds.\n\n"
    "      --format FORMAT      what ends where (u32be): u8, u16be, u16le, u24be, u24le, u32be,\n"
    "                           u32le, u64be, u64le: a length before each; varint: one in\n"
    "                           LEB128; netstring; delim:HEX: these bytes after each;\n"
    "                           fixed:N: N bytes each; slip (RFC 1055); cobs\n"
    "      --offset N           bytes before the length, 0 to 16 (0): send makes them zero, cat\n"
    "                           leaves them out\n"
    "      --adjust N           what to add to the length to have the bytes behind it (0): -4 if\n"
    "                           four bytes of length count themselves\n"
    "      --max BYTES          longest frame (16M; send: no limit, but for cobs); k, M, G are\n"
    "                           understood\n"
    "      --lines              send: each line is a frame; cat: a newline after each frame\n"
    "      --json               cat: {\"length\": N, \"base64\": TEXT} for each frame\n"
    "      --count N            cat: leave after so many frames\n"
    "      --listen HOST:PORT   cat: take one connection there; says where on standard error\n",
    run,
    NULL};

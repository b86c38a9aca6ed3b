/* cmd_frame.c - netproto frame: messages on a TCP connection, each in a frame.
 * SPDX-License-Identifier: MIT */
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netproto/base64.h>
#include <netproto/frame.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/host/stream.h>
#include <netproto/text.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEFAULT (16u << 20)
#define CHUNK       65536u
#define GOODBYE_MS  500 /* for a peer to close, once it has all */

struct frame {
    struct cli *c;
    const char *listen, *format;
    uint64_t max, count;
    bool lines, have_max;
    uint64_t end; /* when --timeout is over */
    int fd;
    struct netp_frame_cfg cfg;
    struct netp_frame m;
    struct netp_frame_ev ev;
    struct netp_link link;
    struct netp_stream_io io;
    uint8_t *in, *chunk; /* CHUNK bytes each: received, read from a file */
    uint64_t frames;     /* so far */
};

/* --- the format -------------------------------------------------------------------------------- */

static bool hex_bytes(const char *s, uint8_t *out, size_t cap, uint8_t *n)
{
    size_t len = strlen(s);

    if (len == 0 || len % 2 || len / 2 > cap) {
        return false;
    }
    for (*n = 0; *s; s += 2, (*n)++) {
        uint64_t v;
        if (netp_parse_hex(netp_str_make(s, 2), 255, &v) != NETP_OK) {
            return false;
        }
        out[*n] = (uint8_t)v;
    }
    return true;
}

static const struct {
    const char *name;
    uint8_t kind, width, flags;
} formats[] = {
    {"u8", NETP_FRAME_LENGTH, 1, 0},
    {"u16be", NETP_FRAME_LENGTH, 2, 0},
    {"u16le", NETP_FRAME_LENGTH, 2, NETP_FRAME_LITTLE},
    {"u24be", NETP_FRAME_LENGTH, 3, 0},
    {"u24le", NETP_FRAME_LENGTH, 3, NETP_FRAME_LITTLE},
    {"u32be", NETP_FRAME_LENGTH, 4, 0},
    {"u32le", NETP_FRAME_LENGTH, 4, NETP_FRAME_LITTLE},
    {"u64be", NETP_FRAME_LENGTH, 8, 0},
    {"u64le", NETP_FRAME_LENGTH, 8, NETP_FRAME_LITTLE},
    {"varint", NETP_FRAME_VARINT, 4, 0},
    {"netstring", NETP_FRAME_NETSTRING, 4, 0},
    {"slip", NETP_FRAME_SLIP, 4, 0},
    {"cobs", NETP_FRAME_COBS, 4, 0},
};

static bool set_format(struct netp_frame_cfg *cfg, const char *s)
{
    if (strncmp(s, "delim:", 6) == 0) {
        cfg->kind = NETP_FRAME_DELIM;
        return hex_bytes(s + 6, cfg->delim, sizeof cfg->delim, &cfg->delim_n);
    }
    if (strncmp(s, "fixed:", 6) == 0) {
        cfg->kind = NETP_FRAME_FIXED;
        return cli_size(s + 6, &cfg->max_len) && cfg->max_len > 0 && cfg->max_len < UINT64_MAX;
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(s, formats[i].name) == 0) {
            cfg->kind = formats[i].kind;
            cfg->len_width = formats[i].width;
            cfg->flags = formats[i].flags;
            return true;
        }
    }
    return false;
}

/* --- the connection ---------------------------------------------------------------------------- */

static netp_ms earlier(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

/* Milliseconds that are left for connecting. */
static netp_ms connect_ms(const struct frame *f)
{
    netp_ms now = netp_now(), left = f->end > now ? f->end - now : 0;

    return earlier(f->end == NETP_NEVER ? NETP_NEVER : left, f->c->connect_timeout_ms);
}

static int resolve(struct frame *f, const char *text, struct netp_addr *a, unsigned cap, int *n)
{
    char host[256];
    uint16_t port;

    if (!cli_host_port(text, host, sizeof host, &port)) {
        return cli_usage(f->c, "'%s' is not HOST:PORT", text);
    }
    *n = netp_resolve(host, port, f->c->fam, a, cap);
    return *n > 0 ? CLI_DONE
                  : cli_error(f->c, CLI_CONNECT, "%s: %s", text, netp_resolve_text(*n));
}

static int dial(struct frame *f, const char *text)
{
    struct netp_addr a[NETP_CONNECT_MAX], local, *from = NULL;
    int n, status = resolve(f, text, a, NETP_CONNECT_MAX, &n);

    if (status != CLI_DONE) {
        return status;
    }
    if (f->c->bind) {
        if (netp_resolve(f->c->bind, 0, f->c->fam, &local, 1) <= 0) {
            return cli_error(f->c, CLI_CONNECT, "can't find local address '%s'", f->c->bind);
        }
        from = &local;
    }
    f->fd = netp_tcp_connect_any(a, (unsigned)n, from, connect_ms(f));
    if (f->fd < 0) {
        return cli_error(f->c, errno == ETIMEDOUT ? CLI_TIMEOUT : CLI_CONNECT, "%s: %s", text,
                         strerror(errno));
    }
    cli_trace(f->c, "connected to %s", text);
    return CLI_DONE;
}

/* Takes the first connection that comes to the address. What this prints goes to stderr: the
 * frames go to stdout. */
static int answer(struct frame *f)
{
    char text[NETP_ADDR_CAP];
    struct netp_addr where, peer;
    int n, fd, status = resolve(f, f->listen, &where, 1, &n);
    netp_ms ms = connect_ms(f);
    struct pollfd p;

    if (status != CLI_DONE) {
        return status;
    }
    if ((fd = netp_tcp_listen(&where)) < 0) {
        return cli_error(f->c, CLI_CONNECT, "%s: %s", f->listen, strerror(errno));
    }
    where = netp_local_addr(fd);
    netp_addr_format(&where, text);
    fprintf(stderr, "listening on %s\n", text);
    p = (struct pollfd){.fd = fd, .events = POLLIN};
    do {
        n = poll(&p, 1, ms < INT32_MAX ? (int)ms : -1);
        f->fd = n > 0 ? netp_accept(fd, &peer) : -1;
    } while (f->fd < 0 && n > 0);
    close(fd);
    if (f->fd < 0) {
        return cli_error(f->c, CLI_TIMEOUT, "nobody connected");
    }
    netp_addr_format(&peer, text);
    cli_trace(f->c, "connection from %s", text);
    return CLI_DONE;
}

/* What is written must not wait in a buffer while we wait for more. */
static int flush_and_wait(void *ctx, unsigned want, netp_ms deadline)
{
    static int (*const none)(void *, unsigned, netp_ms) = NULL;
    struct frame *f = ctx;

    (void)none;
    fflush(stdout);
    return f->io.io.wait(f->io.io.ctx, want, deadline);
}

static int begin(struct frame *f)
{
    f->in = malloc(CHUNK);
    f->chunk = malloc(CHUNK);
    if (!f->in || !f->chunk || (f->cfg.mem_n && !f->cfg.mem) || (f->cfg.tx_n && !f->cfg.tx)) {
        return cli_error(f->c, CLI_LOCAL, "%s", strerror(ENOMEM));
    }
    if (netp_frame_init(&f->m, &f->cfg, netp_now()) != NETP_OK) {
        return cli_usage(f->c, "--format %s and --max do not fit each other", f->format);
    }
    netp_stream_io_init(&f->io, f->fd, f->in, CHUNK);
    netp_link_init(&f->link, &netp_frame_ops, &f->m, &f->io.io);
    return CLI_DONE;
}

static void finish(struct frame *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    free(f->in);
    free(f->chunk);
    free(f->cfg.mem);
    free(f->cfg.tx);
}

/* Tells why a run ended with r < 0. */
static int tell(struct frame *f, int r)
{
    const struct netp_fail *why = netp_frame_fail(&f->m);

    if (r == NETP_E_IO && f->io.sys_errno) {
        return cli_error(f->c, CLI_FAILED, "connection: %s", strerror(f->io.sys_errno));
    }
    if (why->code == NETP_OK) {
        return cli_error(f->c, CLI_TIMEOUT, "it took longer than --timeout");
    }
    return cli_error(f->c, cli_status(r), "%s: %s, at byte %llu of the stream", netp_strerror(r),
                     why->where, (unsigned long long)why->offset);
}

/* --- cat --------------------------------------------------------------------------------------- */

static void print_json(const struct netp_frame_ev *ev)
{
    char text[NETP_BASE64_LEN(3 * 1024)];

    printf("{\"length\": %llu, \"base64\": \"", (unsigned long long)ev->length);
    for (size_t i = 0; i < ev->n; i += 3 * 1024) {
        size_t n = ev->n - i < 3 * 1024 ? ev->n - i : 3 * 1024;
        ptrdiff_t k = netp_base64_encode(text, sizeof text, ev->p + i, n);
        fwrite(text, 1, (size_t)k, stdout);
    }
    puts("\"}");
}

/* Writes what an event brings; true when the frames that were asked for are here. */
static bool show(struct frame *f)
{
    switch (f->ev.type) {
    case NETP_FRAME_DATA:
        fwrite(f->ev.p, 1, f->ev.n, stdout);
        return false;
    case NETP_FRAME_WHOLE:
        print_json(&f->ev);
        break;
    case NETP_FRAME_END:
        if (f->lines) {
            putchar('\n');
        }
        break;
    default:
        return false;
    }
    f->frames++;
    cli_trace(f->c, "frame %llu: %llu bytes", (unsigned long long)f->frames,
              (unsigned long long)f->ev.length);
    return f->frames == f->count;
}

static int receive(struct frame *f)
{
    struct netp_io io = f->io.io;
    int r;

    io.ctx = f;
    (void)io;
    do {
        r = netp_link_run(&f->link, f->end, &f->ev);
        if (r > 0 && show(f)) {
            break;
        }
        if (ferror(stdout)) {
            return cli_error(f->c, CLI_LOCAL, "standard output: %s", strerror(errno));
        }
    } while (r > 0 && r != NETP_FRAME_EOF);
    if (r < 0) {
        return tell(f, r);
    }
    if (f->count && f->frames < f->count) {
        return cli_error(f->c, CLI_FAILED, "the peer closed after %llu of %llu frames",
                         (unsigned long long)f->frames, (unsigned long long)f->count);
    }
    return CLI_DONE;
}

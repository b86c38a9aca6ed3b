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

/* A transport that writes out standard output before it waits. */
struct flushing_io {
    struct netp_stream_io stream; /* first: it is what ctx points to */
    int (*wait)(void *ctx, unsigned want, netp_ms deadline);
};

struct frame {
    struct cli *c;
    const char *listen, *format;
    uint64_t max, count; /* 0: not given */
    bool lines;
    netp_ms end; /* when --timeout is over */
    int fd;
    struct netp_frame_cfg cfg;
    struct netp_frame m;
    struct netp_frame_ev ev;
    struct netp_link link;
    struct flushing_io io;
    uint8_t *in, *chunk; /* CHUNK bytes each: received, read from a file */
    uint64_t frames;     /* so far */
};

/* --- the format --------------------------------------------------------------------------------
 */

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

/* --- the connection ----------------------------------------------------------------------------
 */

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
    return *n > 0 ? CLI_DONE : cli_error(f->c, CLI_CONNECT, "%s: %s", text, netp_resolve_text(*n));
}

static int dial(struct frame *f, const char *text)
{
    struct netp_addr a[NETP_CONNECT_MAX], local, *from = NULL;
    int n = 0, status = resolve(f, text, a, NETP_CONNECT_MAX, &n);

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
    int n = 0, fd, status = resolve(f, f->listen, &where, 1, &n);
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

static int flush_and_wait(void *ctx, unsigned want, netp_ms deadline)
{
    fflush(stdout);
    return ((struct flushing_io *)ctx)->wait(ctx, want, deadline);
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
    netp_stream_io_init(&f->io.stream, f->fd, f->in, CHUNK);
    f->io.wait = f->io.stream.io.wait;
    f->io.stream.io.wait = flush_and_wait;
    netp_link_init(&f->link, &netp_frame_ops, &f->m, &f->io.stream.io);
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

    if (r == NETP_E_IO && f->io.stream.sys_errno) {
        return cli_error(f->c, CLI_FAILED, "connection: %s", strerror(f->io.stream.sys_errno));
    }
    if (why->code == NETP_OK) {
        return cli_error(f->c, CLI_TIMEOUT, "it took longer than --timeout");
    }
    return cli_error(f->c, (int)cli_status(r), "%s: %s, at byte %llu of the stream",
                     netp_strerror(r), why->where, (unsigned long long)why->offset);
}

/* --- cat ---------------------------------------------------------------------------------------
 */

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
    int r;

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

/* --- send --------------------------------------------------------------------------------------
 */

/* Sends some of what is queued, and waits when nothing can leave. Frames from the peer are not
 * asked for and go nowhere. */
static int make_room(struct frame *f)
{
    size_t room = netp_frame_room(&f->m);
    int r = netp_link_run(&f->link, 0, &f->ev);
    unsigned want = netp_frame_want(&f->m);

    if (r < 0 && (r != NETP_E_TIMEOUT || netp_frame_fail(&f->m)->code != NETP_OK)) {
        return tell(f, r);
    }
    if (netp_now() >= f->end) {
        return tell(f, NETP_E_TIMEOUT);
    }
    if (r == NETP_E_TIMEOUT && netp_frame_room(&f->m) == room && (want & NETP_WANT_OUT)) {
        f->io.wait(&f->io, want & (NETP_WANT_IN | NETP_WANT_OUT), f->end);
    }
    return CLI_DONE;
}

static int send_all(struct frame *f)
{
    int status = CLI_DONE;

    while (status == CLI_DONE && (netp_frame_want(&f->m) & NETP_WANT_OUT)) {
        status = make_room(f);
    }
    return status;
}

/* What a call that sends has returned: an exit status, or AGAIN when it is worth another try. */
#define AGAIN (-1)

static int sent(struct frame *f, const char *name, int r)
{
    int status;

    if (r >= 0) {
        return CLI_DONE;
    }
    if (r == NETP_E_NOSPACE) {
        status = make_room(f);
        return status == CLI_DONE ? AGAIN : status;
    }
    if (r == NETP_E_ARG) {
        return cli_error(f->c, CLI_FAILED, "%s: it does not fit a frame of format %s", name,
                         f->format);
    }
    return tell(f, (int)netp_frame_fail(&f->m)->code);
}

static int send_begin(struct frame *f, const char *name, uint64_t length)
{
    int status;

    while ((status = sent(f, name, netp_frame_send_begin(&f->m, NULL, length))) == AGAIN) {
    }
    return status;
}

static int send_data(struct frame *f, const char *name, const uint8_t *p, size_t n)
{
    int status = CLI_DONE;

    while (n > 0 && (status == CLI_DONE || status == AGAIN)) {
        int r = netp_frame_send_data(&f->m, p, n);
        p += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
        status = sent(f, name, r == 0 ? NETP_E_NOSPACE : r);
    }
    return status == AGAIN ? CLI_DONE : status;
}

static int send_end(struct frame *f, const char *name)
{
    int status;

    while ((status = sent(f, name, netp_frame_send_end(&f->m))) == AGAIN) {
    }
    f->frames += status == CLI_DONE;
    return status;
}

/* A frame that is in memory. COBS has no other. */
static int send_memory(struct frame *f, const char *name, const uint8_t *p, size_t n)
{
    int status;

    if (f->cfg.kind == NETP_FRAME_COBS) {
        while ((status = sent(f, name, netp_frame_send(&f->m, NULL, p, n))) == AGAIN) {
        }
        f->frames += status == CLI_DONE;
        return status;
    }
    status = send_begin(f, name, n);
    status = status == CLI_DONE ? send_data(f, name, p, n) : status;
    return status == CLI_DONE ? send_end(f, name) : status;
}

/* Memory that grows. */
struct bytes {
    uint8_t *p;
    size_t n, cap;
};

/* Reads once, up to CHUNK bytes, behind what is there: how many, or -1 with errno. */
static ptrdiff_t read_more(struct bytes *b, int fd)
{
    if (b->cap - b->n < CHUNK) {
        size_t cap = 2 * b->cap + CHUNK;
        uint8_t *p = realloc(b->p, cap);
        if (!p) {
            return -1;
        }
        b->p = p;
        b->cap = cap;
    }
    ptrdiff_t r = read(fd, b->p + b->n, CHUNK);
    b->n += r > 0 ? (size_t)r : 0;
    return r;
}

static int local_error(const struct frame *f, const char *name)
{
    return cli_error(f->c, CLI_LOCAL, "%s: %s", name, strerror(errno));
}

/* The length goes before what it is the length of, so this must be read to its end first. */
static int send_slurped(struct frame *f, const char *name, int fd)
{
    struct bytes b = {0};
    ptrdiff_t r;
    int status;

    while ((r = read_more(&b, fd)) > 0 && b.n <= f->cfg.max_len) {
    }
    status = r < 0 ? local_error(f, name) : send_memory(f, name, b.p, b.n);
    free(b.p);
    return status;
}

static int send_streamed(struct frame *f, const char *name, int fd, uint64_t length)
{
    uint64_t left = length;
    int status = send_begin(f, name, length);
    ptrdiff_t n = 1;

    while (status == CLI_DONE && left > 0 && n > 0) {
        n = read(fd, f->chunk, left < CHUNK ? (size_t)left : CHUNK);
        if (n < 0) {
            return local_error(f, name);
        }
        left -= length == NETP_FRAME_UNKNOWN ? 0 : (uint64_t)n;
        status = send_data(f, name, f->chunk, (size_t)n);
    }
    if (status == CLI_DONE && left > 0 && length != NETP_FRAME_UNKNOWN) {
        return cli_error(f->c, CLI_LOCAL, "%s: it has become shorter", name);
    }
    return status == CLI_DONE ? send_end(f, name) : status;
}

static int send_fd(struct frame *f, const char *name, int fd)
{
    bool open_end = f->cfg.kind == NETP_FRAME_DELIM || f->cfg.kind == NETP_FRAME_SLIP;
    off_t at = lseek(fd, 0, SEEK_CUR);
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return local_error(f, name);
    }
    if (f->cfg.kind == NETP_FRAME_COBS) {
        return send_slurped(f, name, fd);
    }
    if (S_ISREG(st.st_mode) && at >= 0 && st.st_size >= at) {
        return send_streamed(f, name, fd, (uint64_t)(st.st_size - at));
    }
    return open_end ? send_streamed(f, name, fd, NETP_FRAME_UNKNOWN) : send_slurped(f, name, fd);
}

/* Each line is a frame, without its newline. What has come is sent before more is waited for. */
static int send_lines(struct frame *f, const char *name, int fd)
{
    struct bytes b = {0};
    int status = CLI_DONE;
    ptrdiff_t r;

    while (status == CLI_DONE && (r = read_more(&b, fd)) != 0) {
        size_t at = 0;
        uint8_t *end;
        if (r < 0) {
            status = local_error(f, name);
            break;
        }
        while (status == CLI_DONE && (end = memchr(b.p + at, '\n', b.n - at))) {
            status = send_memory(f, name, b.p + at, (size_t)(end - (b.p + at)));
            at = (size_t)(end - b.p) + 1;
        }
        memmove(b.p, b.p + at, b.n - at);
        b.n -= at;
        status = status == CLI_DONE ? send_all(f) : status;
    }
    if (status == CLI_DONE && b.n > 0) {
        status = send_memory(f, name, b.p, b.n);
    }
    free(b.p);
    return status;
}

static int send_operand(struct frame *f, const char *name)
{
    bool standard = strcmp(name, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC), status;

    if (fd < 0) {
        return cli_error(f->c, errno == ENOENT ? CLI_FAILED : CLI_LOCAL, "%s: %s", name,
                         strerror(errno));
    }
    status = f->lines ? send_lines(f, name, fd) : send_fd(f, name, fd);
    if (!standard) {
        close(fd);
    }
    return status;
}

/* To close while the peer still sends could make the kernel throw away what the peer has not read
 * yet: waits until it closes, or has taken all and then stays silent about closing. */
static int say_goodbye(struct frame *f)
{
    netp_ms acked_at = NETP_NEVER;

    netp_frame_finish(&f->m);
    for (;;) {
        netp_ms now = netp_now();
        int queued = 1, r = netp_link_run(&f->link, earlier(f->end, now + 50), &f->ev);
        if (r == 0 || r == NETP_FRAME_EOF) {
            return send_all(f);
        }
        if (r < 0 &&
            (r != NETP_E_TIMEOUT || now >= f->end || netp_frame_fail(&f->m)->code != NETP_OK)) {
            return tell(f, r);
        }
        if (ioctl(f->fd, SIOCOUTQ, &queued) != 0 || queued > 0 ||
            (netp_frame_want(&f->m) & NETP_WANT_OUT)) {
            continue;
        }
        acked_at = earlier(acked_at, now);
        if (now - acked_at >= GOODBYE_MS) {
            return CLI_DONE;
        }
    }
}

static int send_operands(struct frame *f, int n, char **names)
{
    static char standard[] = "-", *none[] = {standard};
    int status = CLI_DONE;

    if (n == 0) {
        n = 1;
        names = none;
    }
    for (int i = 0; i < n && status == CLI_DONE; i++) {
        status = send_operand(f, names[i]);
    }
    if (status == CLI_DONE) {
        status = say_goodbye(f);
        cli_trace(f->c, "%llu frames sent", (unsigned long long)f->frames);
    }
    return status;
}

/* --- the command -------------------------------------------------------------------------------
 */

enum { OPT_FORMAT = 600, OPT_MAX, OPT_LINES, OPT_COUNT, OPT_LISTEN };

static const struct option longs[] = {
    {"format", required_argument, NULL, OPT_FORMAT}, {"max", required_argument, NULL, OPT_MAX},
    {"lines", no_argument, NULL, OPT_LINES},         {"count", required_argument, NULL, OPT_COUNT},
    {"listen", required_argument, NULL, OPT_LISTEN}, {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct frame *f = arg;

    switch (opt) {
    case OPT_FORMAT:
        f->format = value;
        return set_format(&f->cfg, value);
    case OPT_MAX:
        return cli_size(value, &f->max) && f->max > 0 && f->max < UINT64_MAX;
    case OPT_LINES:
        f->lines = true;
        return true;
    case OPT_COUNT:
        return cli_number(value, 1, UINT64_MAX, &f->count);
    default:
        f->listen = value;
        return true;
    }
}

/* Names the memory of the machine. */
static void set_memory(struct frame *f, bool cat)
{
    struct netp_frame_cfg *cfg = &f->cfg;
    bool cobs = cfg->kind == NETP_FRAME_COBS;

    if (cfg->kind != NETP_FRAME_FIXED) {
        cfg->max_len = f->max        ? f->max
                       : cat || cobs ? MAX_DEFAULT
                                     : UINT64_MAX - 1; /* it is our own file */
    }
    if (cat && f->c->json) {
        cfg->mem_n = cfg->max_len < SIZE_MAX / 2 ? (size_t)cfg->max_len : SIZE_MAX / 2;
        cfg->mem = malloc(cfg->mem_n); /* what no frame reaches costs nothing */
    }
    if (!cat) {
        cfg->tx_n = !cobs                         ? CHUNK
                    : cfg->max_len < SIZE_MAX / 4 ? NETP_FRAME_TX_COBS(cfg->max_len)
                                                  : SIZE_MAX / 2;
        cfg->tx = malloc(cfg->tx_n);
    }
}

static int work(struct frame *f, int n, char **operands)
{
    bool cat = strcmp(operands[0], "cat") == 0;
    int status = f->listen ? answer(f) : dial(f, operands[1]);

    set_memory(f, cat);
    status = status == CLI_DONE ? begin(f) : status;
    if (status == CLI_DONE) {
        status = cat ? receive(f) : send_operands(f, n - 2, operands + 2);
    }
    finish(f);
    return status;
}

/* What is wrong with the operands, of which cli_usage() tells. */
static int check(struct frame *f, int n, char **operands)
{
    bool cat = n > 0 && strcmp(operands[0], "cat") == 0;

    if (n == 0) {
        return cli_usage(f->c, "'send' or 'cat' is missing");
    }
    if (!cat && strcmp(operands[0], "send") != 0) {
        return cli_usage(f->c, "it is 'send' or 'cat', not '%s'", operands[0]);
    }
    if (!cat && (f->listen || f->count || f->c->json)) {
        return cli_usage(f->c, "--listen, --count and --json go with 'cat'");
    }
    if (n < 2 && !f->listen) {
        return cli_usage(f->c, "no HOST:PORT");
    }
    if (cat && n > (f->listen ? 1 : 2)) {
        return cli_usage(f->c, "one operand too many: '%s'", operands[n - 1]);
    }
    return CLI_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct frame f = {
        .c = c, .format = "u32be", .cfg = NETP_FRAME_CFG_INIT, .fd = -1, .end = NETP_NEVER};
    int first = cli_parse(c, &cmd_frame, argc, argv, "", longs, own, &f), status;

    if (first < 0) {
        return CLI_LEAVE(first);
    }
    status = check(&f, argc - first, argv + first);
    if (status != CLI_DONE) {
        return status;
    }
    if (c->timeout_ms != NETP_NEVER) {
        f.end = netp_now() + c->timeout_ms;
    }
    return work(&f, argc - first, argv + first);
}

const struct cli_command cmd_frame = {
    "frame", "send HOST:PORT [FILE]... | cat HOST:PORT | cat --listen HOST:PORT",
    "Send each file, or standard input, as a frame; write the frames that come",
    "      --format FORMAT      what ends where (u32be): u8, u16be, u16le, u24be, u24le, u32be,\n"
    "                           u32le, u64be, u64le: a length before each; varint: one in\n"
    "                           LEB128; netstring; delim:HEX: these bytes after each;\n"
    "                           fixed:N: N bytes each; slip (RFC 1055); cobs\n"
    "      --max BYTES          longest frame (16M; send: no limit, but for cobs); k, M, G are\n"
    "                           understood\n"
    "      --lines              send: each line is a frame; cat: a newline after each frame\n"
    "      --json               cat: {\"length\": N, \"base64\": TEXT} for each frame\n"
    "      --count N            cat: leave after so many frames\n"
    "      --listen HOST:PORT   cat: take one connection there; says where on standard error\n",
    run};

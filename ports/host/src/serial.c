/* serial.c - serial ports under Linux. SPDX-License-Identifier: MIT */
#include <asm/termbits.h> /* struct termios2 has any baud rate; <termios.h> can't be had with it */
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <netproto/host/serial.h>
#include <netproto/host/socket.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* --- opening --------------------------------------------------------------------------------- */

static bool is_good(const struct netp_serial_cfg *cfg)
{
    return cfg->baud > 0 && cfg->bits >= 5 && cfg->bits <= 8 &&
           (cfg->parity == 'n' || cfg->parity == 'e' || cfg->parity == 'o') &&
           (cfg->stop == 1 || cfg->stop == 2);
}

static int set_line(int fd, const struct netp_serial_cfg *cfg)
{
    static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};
    struct termios2 t;
    uint32_t off;

    if (ioctl(fd, TCGETS2, &t) != 0) {
        return -1;
    }
    t.c_iflag = cfg->parity == 'n' ? 0 : INPCK | IGNPAR;
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag = CREAD | CLOCAL | BOTHER | sizes[cfg->bits - 5];
    t.c_cflag |= cfg->stop == 2 ? CSTOPB : 0;
    t.c_cflag |= cfg->parity == 'n' ? 0 : cfg->parity == 'e' ? PARENB : PARENB | PARODD;
    t.c_ispeed = t.c_ospeed = cfg->baud;
    memset(t.c_cc, 0, sizeof t.c_cc);
    t.c_cc[VMIN] = 1; /* so that 0 from read() is a hang-up */
    if (ioctl(fd, TCSETS2, &t) != 0 || ioctl(fd, TCGETS2, &t) != 0) {
        return -1;
    }
    /* The driver takes the nearest that it can do; two per cent are what a UART stands. */
    off = t.c_ospeed > cfg->baud ? t.c_ospeed - cfg->baud : cfg->baud - t.c_ospeed;
    if (off > cfg->baud / 50) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

static int set_rs485(int fd, const struct netp_serial_cfg *cfg)
{
    struct serial_rs485 rs = {.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND,
                              .delay_rts_before_send = cfg->rts_before_ms,
                              .delay_rts_after_send = cfg->rts_after_ms};

    return cfg->rs485 ? ioctl(fd, TIOCSRS485, &rs) : 0;
}

/* USB adapters and UARTs with a FIFO else wait for more characters. */
static void set_low_latency(int fd)
{
    struct serial_struct s;

    if (ioctl(fd, TIOCGSERIAL, &s) == 0) {
        s.flags |= (int)ASYNC_LOW_LATENCY;
        ioctl(fd, TIOCSSERIAL, &s);
    }
}

int netp_serial_open(const char *path, const struct netp_serial_cfg *cfg)
{
    int fd, e;

    if (!is_good(cfg)) {
        errno = EINVAL;
        return -1;
    }
    fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    if (set_line(fd, cfg) != 0 || set_rs485(fd, cfg) != 0 || ioctl(fd, TIOCEXCL) != 0) {
        e = errno;
        close(fd);
        errno = e;
        return -1;
    }
    set_low_latency(fd);
    ioctl(fd, TCFLSH, TCIOFLUSH);
    return fd;
}

unsigned netp_serial_char_bits(const struct netp_serial_cfg *cfg)
{
    return 1u + cfg->bits + (cfg->parity != 'n') + cfg->stop;
}

/* --- under the blocking runner --------------------------------------------------------------- */

/* An answer that comes before the time that its request should have taken, as on pseudo terminals,
 * is held back until the request was told to have left: true. */
static bool is_early(struct netp_serial_io *s)
{
    int n = 0;

    if (s->written_ == 0 || ioctl(s->fd, FIONREAD, &n) != 0 || n == 0) {
        return false;
    }
    s->left_ = netp_now();
    return true;
}

static int io_recv(void *ctx, struct netp_in *in)
{
    struct netp_serial_io *s = ctx;
    ssize_t r;

    if (is_early(s)) {
        return 0;
    }
    r = read(s->fd, s->buf_, s->buf_n_);
    if (r > 0) {
        s->heard_ = netp_now();
        s->silent_ = false;
        *in = (struct netp_in){.p = s->buf_, .n = (size_t)r};
        return 1;
    }
    if (r == 0 || (errno != EAGAIN && errno != EINTR)) {
        s->sys_errno = r == 0 ? EIO : errno; /* hung up */
        *in = (struct netp_in){.flags = NETP_IN_BROKEN};
        return 1;
    }
    if (!s->silent_ && netp_now() >= s->heard_ + s->gap_ms) {
        s->silent_ = true;
        *in = (struct netp_in){.flags = NETP_IN_GAP};
        return 1;
    }
    return 0;
}

/* When something can be sent, or be told to have been. */
static netp_ms may_send_at(const struct netp_serial_io *s)
{
    netp_ms heard = s->heard_ + s->gap_ms, left = s->left_ + s->gap_ms;

    return s->written_ > 0 || s->within_ ? s->left_ : heard > left ? heard : left;
}

/* Writes all of a gather list that the port takes. */
static ptrdiff_t put(struct netp_serial_io *s, const struct netp_out *v, size_t nv)
{
    size_t n = 0;

    s->within_ = false;
    for (size_t i = 0; i < nv && !s->within_; i++) {
        ssize_t r = write(s->fd, v[i].p, v[i].n);
        if (r < 0 && errno != EAGAIN && errno != EINTR) {
            s->sys_errno = errno;
            return NETP_E_IO;
        }
        n += r > 0 ? (size_t)r : 0;
        s->within_ = r < 0 || (size_t)r < v[i].n;
    }
    s->written_ = n;
    s->left_ = netp_now() + ((uint64_t)n * s->char_us_ + 999) / 1000;
    return NETP_E_AGAIN;
}

static ptrdiff_t io_send(void *ctx, const struct netp_out *v, size_t nv)
{
    struct netp_serial_io *s = ctx;
    size_t n = s->written_;

    if (netp_now() < may_send_at(s)) {
        return NETP_E_AGAIN;
    }
    s->written_ = 0;
    return n > 0 ? (ptrdiff_t)n : put(s, v, nv);
}

/* When a machine that wants that has something from the port, though nothing comes in. */
static netp_ms due_at(const struct netp_serial_io *s, unsigned want)
{
    netp_ms gap = s->silent_ ? NETP_NEVER : s->heard_ + s->gap_ms;
    netp_ms out = want & NETP_WANT_OUT ? may_send_at(s) : NETP_NEVER;

    return gap < out ? gap : out;
}

static int io_wait(void *ctx, unsigned want, netp_ms deadline)
{
    struct netp_serial_io *s = ctx;
    netp_ms now = netp_now(), at = due_at(s, want);
    bool out = (want & NETP_WANT_OUT) && now >= at; /* the port is full, else it would have gone */
    struct pollfd p = {.fd = s->fd, .events = (short)(POLLIN | (out ? POLLOUT : 0))};

    at = out || deadline < at ? deadline : at;
    at = at <= now ? 0 : at - now;
    if (poll(&p, 1, at < 60000 ? (int)at : 60000) < 0 && errno != EINTR) {
        s->sys_errno = errno;
        return NETP_E_IO;
    }
    return 0;
}

static netp_ms io_now(void *ctx)
{
    (void)ctx;
    return netp_now();
}

void netp_serial_io_init(struct netp_serial_io *s, int fd, const struct netp_serial_cfg *cfg,
                         uint32_t gap_ms, void *buf, size_t n)
{
    *s = (struct netp_serial_io){.io = {s, io_recv, io_send, io_wait, io_now},
                                 .fd = fd,
                                 .gap_ms = gap_ms,
                                 .char_us_ = netp_serial_char_bits(cfg) * 1000000u / cfg->baud + 1,
                                 .buf_ = buf,
                                 .buf_n_ = n,
                                 .heard_ = netp_now()};
}

/* --- in a loop ------------------------------------------------------------------------------- */

static void end(struct netp_serial *s, int err)
{
    netp_serial_close(s);
    s->closed(s->arg, err, s->io.sys_errno);
}

/* After a turn: what can go on, and when? */
static void settle(struct netp_serial *s)
{
    unsigned want = s->ops->want(s->m), wants = want & NETP_WANT_IN;
    netp_ms due = due_at(&s->io, want), at = s->ops->deadline(s->m);
    netp_ms next = netp_loop_now(s->loop_) + 1;

    if ((want & NETP_WANT_OUT) && netp_now() >= due) {
        wants |= NETP_WANT_OUT; /* the port is full */
    } else {
        at = at < due ? at : due;
    }
    if (wants == 0) {
        netp_loop_unwatch(s->loop_, &s->watch_);
    } else if (netp_loop_watch(s->loop_, &s->watch_, wants) != 0) {
        s->io.sys_errno = errno;
        end(s, NETP_E_IO);
        return;
    }
    if (netp_loop_at(s->loop_, &s->timer_, at > next ? at : next) != 0) {
        s->io.sys_errno = ENOMEM;
        end(s, NETP_E_IO);
    }
}

static void turn(struct netp_serial *s)
{
    bool gone = false;
    int r;

    s->gone_ = &gone;
    while ((r = netp_link_run(&s->link_, 0, s->ev)) > 0) {
        s->event(s->arg, s->ev);
        if (gone) {
            return;
        }
    }
    s->gone_ = NULL;
    if ((s->ops->want(s->m) & NETP_CLOSED) || (r < 0 && r != NETP_E_TIMEOUT)) {
        end(s, r == NETP_E_TIMEOUT ? NETP_OK : r);
    } else {
        settle(s);
    }
}

static void ready(void *arg, unsigned what)
{
    (void)what;
    turn((struct netp_serial *)arg);
}

static void due(void *arg)
{
    turn((struct netp_serial *)arg);
}

int netp_serial_start(struct netp_serial *s, struct netp_loop *loop)
{
    s->loop_ = loop;
    s->watch_ = (struct netp_watch){.fd = s->io.fd, .ready = ready, .arg = s};
    s->timer_ = (struct netp_timer){.due = due, .arg = s};
    s->gone_ = NULL;
    s->io.io.ctx = &s->io; /* it may have been copied */
    netp_link_init(&s->link_, s->ops, s->m, &s->io.io);
    if (netp_loop_at(loop, &s->timer_, 0) != 0) {
        s->watch_.fd = -1;
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void netp_serial_kick(struct netp_serial *s)
{
    if (s->watch_.fd >= 0) {
        netp_loop_at(s->loop_, &s->timer_, 0);
    }
}

void netp_serial_close(struct netp_serial *s)
{
    if (s->watch_.fd < 0) {
        return;
    }
    netp_loop_unwatch(s->loop_, &s->watch_);
    netp_loop_at(s->loop_, &s->timer_, NETP_NEVER);
    close(s->watch_.fd);
    s->watch_.fd = -1;
    if (s->gone_) {
        *s->gone_ = true;
    }
}

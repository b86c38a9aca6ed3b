/* tftp.c - firmware in and out by TFTP: a server, and a client that fetches it.
 *
 * SPDX-License-Identifier: MIT
 *
 *     firmware.bin    written: a new image (image.h); read: the newest */
#include "app.h"
#include "image.h"
#include <lwip/dns.h>
#include <netproto/addr.h>
#include <netproto/lwip/udp.h>
#include <netproto/text.h>
#include <netproto/tftp.h>
#include <string.h>

#define TRANSFERS 4
#define BLKSIZE   1428 /* what fits a frame, with all headers that may be */
#define WINDOW    4
#define NAME_CAP  64

/* A transfer, of the server or the client. */
struct transfer {
    struct netp_lwip_udp udp;
    struct netp_tftp m;
    struct netp_addr from; /* who asked, of the server's */
    struct image image;    /* that is written */
    const uint8_t *lent;   /* that is read, from slot */
    size_t n;
    int slot;
    const char *why; /* it was refused; NULL: it was not */
    bool over;       /* it stays only to repeat its last answer */
    uint8_t mem[NETP_TFTP_MEM_MIN];
};

static struct transfer transfers[TRANSFERS];
static struct netp_lwip_port port;
static struct netp_tftp_ev event; /* of whoever is called */
static const char *state = "none";

const char *app_fetch_state(void)
{
    return state;
}

/* --- both sides ------------------------------------------------------------------------------ */

static void refuse(struct transfer *t, int code, const char *text)
{
    image_abort(&t->image);
    t->why = text;
    netp_tftp_abort(&t->m, code, text, netp_lwip_now(&app_loop));
}

static void store(struct transfer *t, const struct netp_tftp_ev *ev)
{
    switch (image_write(&t->image, ev->u.data.p, ev->u.data.n)) {
    case NETP_OK:
        break;
    case NETP_E_NOSPACE:
        refuse(t, NETP_TFTP_DISK_FULL, "The image is too large");
        break;
    default:
        refuse(t, NETP_TFTP_UNDEFINED, "Flash can't be written");
        break;
    }
}

static void done(struct transfer *t)
{
    t->over = true;
    if (t->image.open && image_commit(&t->image) != NETP_OK) {
        refuse(t, NETP_TFTP_UNDEFINED, "The CRC is wrong");
    }
}

static void request(struct transfer *t, const struct netp_tftp_ev *ev)
{
    uint64_t size = NETP_TFTP_SIZE_UNKNOWN;

    if (!netp_str_eq(ev->u.request.file, NETP_STR("firmware.bin"))) {
        refuse(t, NETP_TFTP_NOT_FOUND, NULL);
    } else if (ev->u.request.netascii) {
        refuse(t, NETP_TFTP_ILLEGAL, "It is no text: use octet mode");
    } else if (ev->u.request.write && image_begin(&t->image) != NETP_OK) {
        refuse(t, NETP_TFTP_UNDEFINED, "The other slot is in use");
    } else if (!ev->u.request.write && (t->slot = image_read(&t->lent, &t->n)) < 0) {
        refuse(t, NETP_TFTP_NOT_FOUND, NULL);
    } else {
        size = ev->u.request.write ? size : t->n;
        netp_tftp_accept(&t->m, size, netp_lwip_now(&app_loop));
    }
}

static void on_event(void *arg, void *p)
{
    struct transfer *t = arg;
    const struct netp_tftp_ev *ev = p;

    switch (ev->type) {
    case NETP_TFTP_REQUEST:
        request(t, ev);
        break;
    case NETP_TFTP_NEED:
        netp_tftp_give(&t->m, t->lent + ev->u.need.offset, t->n - (size_t)ev->u.need.offset, true,
                       netp_lwip_now(&app_loop));
        break;
    case NETP_TFTP_DATA:
        store(t, ev);
        break;
    case NETP_TFTP_DONE:
        done(t);
        break;
    default:
        break;
    }
}

static void on_closed(void *arg, int err)
{
    struct transfer *t = arg;

    (void)err;
    image_abort(&t->image);
    image_read_end(t->slot);
    t->slot = -1;
}

static int open_transfer(struct transfer *t, struct netp_tftp_cfg *cfg,
                         void (*closed)(void *arg, int err))
{
    int r;

    cfg->mem = t->mem;
    cfg->memlen = sizeof t->mem;
    cfg->blksize = BLKSIZE;
    cfg->windowsize = WINDOW;
    t->slot = -1;
    t->over = false;
    t->why = NULL;
    t->udp.ops = &netp_tftp_ops;
    t->udp.m = &t->m;
    t->udp.ev = &event;
    t->udp.event = on_event;
    t->udp.closed = closed;
    t->udp.arg = t;
    r = netp_tftp_init(&t->m, cfg, netp_lwip_now(&app_loop));
    return r == NETP_OK ? netp_lwip_udp_open(&t->udp, &app_loop, 0) : r;
}

/* --- the server ------------------------------------------------------------------------------ */

/* The transfer that a request begins; NULL: it came before, or there is none left (*busy). */
static struct transfer *choose(const struct netp_addr *from, bool *busy)
{
    struct transfer *chosen = NULL;

    for (struct transfer *t = transfers; t < transfers + TRANSFERS; t++) {
        if (netp_lwip_udp_is_closed(&t->udp)) {
            chosen = t;
        } else if (netp_addr_eq(&t->from, from)) {
            return NULL;
        }
    }
    *busy = !chosen;
    return chosen;
}

/* When all are in use, those that are over end, so that there is one for the next who comes. */
static void make_room(void)
{
    for (struct transfer *t = transfers; t < transfers + TRANSFERS; t++) {
        if (netp_lwip_udp_is_closed(&t->udp)) {
            return;
        }
    }
    for (struct transfer *t = transfers; t < transfers + TRANSFERS; t++) {
        if (t->over) {
            netp_lwip_udp_abort(&t->udp);
        }
    }
}

static void datagram(void *arg, struct netp_in *in)
{
    static const uint8_t full[] = "\0\5\0\0Too many transfers";
    const struct netp_out out = {full, sizeof full, NETP_OUT_DGRAM | NETP_OUT_STABLE, in->from};
    struct netp_tftp_packet packet;
    struct netp_tftp_cfg cfg;
    struct transfer *t;
    bool busy = false;

    (void)arg;
    netp_tftp_parse(in->p, in->n, &packet, NULL);
    if (in->n < 4 || (packet.opcode != NETP_TFTP_RRQ && packet.opcode != NETP_TFTP_WRQ)) {
        return; /* what is no request gets no answer */
    }
    t = choose(in->from, &busy);
    if (t) {
        netp_tftp_cfg_init(&cfg, NETP_TFTP_SERVE);
        cfg.flags = NETP_TFTP_LEND;
        cfg.retries = 3; /* a client that is gone holds a slot for 15 seconds */
        t->from = *in->from;
        if (open_transfer(t, &cfg, on_closed) == NETP_OK) {
            netp_lwip_udp_input(&t->udp, in);
            make_room();
        }
    } else if (busy) {
        netp_lwip_port_send(&port, &out, 1);
    }
}

void app_tftp_init(void)
{
    port.datagram = datagram;
    netp_lwip_port_open(&port, NETP_TFTP_PORT);
}

/* --- the client ------------------------------------------------------------------------------ */

static struct fetch {
    struct transfer t;
    char host[NAME_CAP], file[NAME_CAP];
    bool running;
} fetch;

static void on_fetched(void *arg, int err)
{
    state = err == NETP_OK ? "stored" : fetch.t.why ? fetch.t.why : netp_strerror(err);
    fetch.running = false;
    on_closed(arg, err);
}

static void on_found(const char *name, const ip_addr_t *ip, void *arg)
{
    struct netp_tftp_cfg cfg;

    (void)name;
    (void)arg;
    fetch.running = false;
    if (!ip) {
        state = "no such host";
        return;
    }
    netp_tftp_cfg_init(&cfg, NETP_TFTP_GET);
    cfg.server = netp_lwip_addr(ip, NETP_TFTP_PORT);
    cfg.file = fetch.file;
    if (image_begin(&fetch.t.image) != NETP_OK) {
        state = "the other slot is in use";
    } else if (open_transfer(&fetch.t, &cfg, on_fetched) == NETP_OK) {
        state = "under way";
        fetch.running = true;
    } else {
        state = "no memory";
        image_abort(&fetch.t.image);
    }
}

int app_fetch(struct netp_str what)
{
    const char *blank = memchr(what.p, ' ', what.n);
    size_t host = blank ? (size_t)(blank - what.p) : 0, file = what.n - host - 1;
    ip_addr_t ip;
    err_t err;

    if (host == 0 || host >= NAME_CAP || file == 0 || file >= NAME_CAP) {
        return NETP_E_SYNTAX;
    }
    if (fetch.running || !netp_lwip_udp_is_closed(&fetch.t.udp)) {
        return NETP_E_STATE;
    }
    memcpy(fetch.host, what.p, host);
    fetch.host[host] = '\0';
    memcpy(fetch.file, blank + 1, file);
    fetch.file[file] = '\0';
    fetch.running = true;
    err = dns_gethostbyname(fetch.host, &ip, on_found, NULL);
    if (err == ERR_OK) {
        on_found(fetch.host, &ip, NULL);
    } else if (err != ERR_INPROGRESS) {
        on_found(fetch.host, NULL, NULL);
    }
    return NETP_OK;
}

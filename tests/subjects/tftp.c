/* The TFTP machine as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/text.h>
#include <netproto/tftp.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    GET,
    PUT,
    SERVE,
    NETASCII,
    LEND,
    TSIZE_,
    WRAP1,
    BLKSIZE,
    WINDOWSIZE,
    WINDOW_BYTES,
    TIMEOUT_,
    RETRIES,
    MAX_SIZE,
    TSIZE,
    MEM,
    SETTINGS
};

/* "get", "put" or "serve"; "ask-tsize" asks for the size or announces `tsize`; mem is the memory's
 * size, 0: what blksize and windowsize take. The server is 192.0.2.1:69, the file "f". */
static const struct subject_setting settings[SETTINGS] = {[GET] = {"get", 0},
                                                          [PUT] = {"put", 0},
                                                          [SERVE] = {"serve", 0},
                                                          [NETASCII] = {"netascii", 0},
                                                          [LEND] = {"lend", 0},
                                                          [TSIZE_] = {"ask-tsize", 0},
                                                          [WRAP1] = {"wrap-to-1", 0},
                                                          [BLKSIZE] = {"blksize", 512},
                                                          [WINDOWSIZE] = {"windowsize", 1},
                                                          [WINDOW_BYTES] = {"window_bytes", 0},
                                                          [TIMEOUT_] = {"timeout", 0},
                                                          [RETRIES] = {"retries", 5},
                                                          [MAX_SIZE] = {"max_size", UINT64_MAX},
                                                          [TSIZE] = {"tsize", UINT64_MAX},
                                                          [MEM] = {"mem", 0}};

static enum netp_tftp_role role(const struct subject_setting *s)
{
    return s[PUT].value ? NETP_TFTP_PUT : s[SERVE].value ? NETP_TFTP_SERVE : NETP_TFTP_GET;
}

static int make(struct checked *c, const void *text)
{
    struct netp_tftp_cfg cfg;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    netp_tftp_cfg_init(&cfg, role(s));
    cfg.flags = (s[NETASCII].value ? NETP_TFTP_NETASCII : 0u) |
                (s[LEND].value ? NETP_TFTP_LEND : 0u) | (s[TSIZE_].value ? NETP_TFTP_TSIZE : 0u) |
                (s[WRAP1].value ? NETP_TFTP_WRAP_TO_1 : 0u);
    cfg.blksize = (uint16_t)s[BLKSIZE].value;
    cfg.windowsize = (uint16_t)s[WINDOWSIZE].value;
    cfg.window_bytes = (uint32_t)s[WINDOW_BYTES].value;
    cfg.timeout_s = (uint8_t)s[TIMEOUT_].value;
    cfg.retries = (uint8_t)s[RETRIES].value;
    cfg.max_size = s[MAX_SIZE].value;
    cfg.tsize = s[TSIZE].value;
    cfg.server = (struct netp_addr){{192, 0, 2, 1}, 0, 69, 4};
    cfg.file = "f";
    cfg.memlen = (size_t)s[MEM].value;
    if (cfg.memlen == 0) {
        cfg.memlen = NETP_TFTP_MEM(cfg.blksize, cfg.windowsize);
    }
    cfg.mem = checked_mem(c, &cfg.memlen);
    return netp_tftp_init((struct netp_tftp *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_tftp_cfg cfg;
    netp_tftp_cfg_init(&cfg, NETP_TFTP_SERVE);
    return netp_tftp_init_((struct netp_tftp *)m, sizeof(struct netp_tftp) - 1, &cfg, 0);
}

static const char *state(const void *m)
{
    return netp_tftp_state((const struct netp_tftp *)m);
}

static void request_line(const struct netp_tftp_ev *ev, struct log *log)
{
    char file[NETP_ESCAPE_CAP(64)];

    netp_escape(file, sizeof file, ev->u.request.file.p, ev->u.request.file.n);
    log_line(log, "%s %s%s blksize %u windowsize %u tsize %lld",
             ev->u.request.write ? "write" : "read", file,
             ev->u.request.netascii ? " netascii" : "", ev->u.request.blksize,
             ev->u.request.windowsize, (long long)ev->u.request.tsize);
}

/* A tsize that is not known is -1. */
static void describe(const void *event, struct log *log)
{
    const struct netp_tftp_ev *ev = (const struct netp_tftp_ev *)event;

    switch (ev->type) {
    case NETP_TFTP_REQUEST:
        request_line(ev, log);
        break;
    case NETP_TFTP_OPTIONS:
        log_line(log, "options blksize %u windowsize %u tsize %lld", ev->u.options.blksize,
                 ev->u.options.windowsize, (long long)ev->u.options.tsize);
        break;
    case NETP_TFTP_DATA:
        log_data(log, "data", ev->u.data.p, ev->u.data.n);
        break;
    case NETP_TFTP_NEED:
        log_line(log, "need %llu max %zu", (unsigned long long)ev->u.need.offset, ev->u.need.max);
        break;
    case NETP_TFTP_DONE:
        log_line(log, "done %llu", (unsigned long long)ev->u.done.total);
        break;
    }
}

/* The size of the file in decimal; anything else: it is not known. */
static int accept(void *m, const void *p, size_t n, netp_ms now)
{
    uint64_t tsize = NETP_TFTP_SIZE_UNKNOWN;

    netp_parse_dec(netp_str_make((const char *)p, n), UINT64_MAX, &tsize);
    return netp_tftp_accept((struct netp_tftp *)m, tsize, now);
}

static int give(void *m, const void *p, size_t n, netp_ms now)
{
    return (int)netp_tftp_give((struct netp_tftp *)m, p, n, false, now);
}

static int give_last(void *m, const void *p, size_t n, netp_ms now)
{
    return (int)netp_tftp_give((struct netp_tftp *)m, p, n, true, now);
}

/* An error code in decimal, or DISK_FULL. */
static int abort_(void *m, const void *p, size_t n, netp_ms now)
{
    uint64_t code = NETP_TFTP_DISK_FULL;

    netp_parse_dec(netp_str_make((const char *)p, n), NETP_TFTP_OPTION, &code);
    return netp_tftp_abort((struct netp_tftp *)m, (int)code, NULL, now);
}

static const struct subject_cmd commands[] = {{"accept", accept, false},
                                              {"give-last", give_last, false},
                                              {"give", give, false},
                                              {"abort", abort_, true}};

static const char *const setups[] = {
    "get",
    "put",
    "serve",
    "serve blksize=1428 windowsize=4",
    "get blksize=8 windowsize=3 ask-tsize",
    "put blksize=8 windowsize=3 ask-tsize tsize=20",
    "get netascii blksize=8",
    "put netascii blksize=8 windowsize=2",
    "put lend blksize=8 windowsize=3",
    "serve lend blksize=8 windowsize=3",
    "serve blksize=8 windowsize=65535 wrap-to-1 mem=516",
    "get timeout=3 retries=1 max_size=20 blksize=16",
    "get blksize=65464 windowsize=65535 ask-tsize mem=516",
    "serve blksize=65464 windowsize=64 window_bytes=4096 max_size=1000 mem=2000",
    "serve netascii retries=0",
};

const struct subject subject_tftp = {.name = "tftp",
                                     .machine = {&netp_tftp_ops, make, describe},
                                     .misfit = misfit,
                                     .state = state,
                                     .dgram = true,
                                     .setup = setups,
                                     .nsetup = COUNT(setups),
                                     .cmd = commands,
                                     .ncmd = COUNT(commands)};

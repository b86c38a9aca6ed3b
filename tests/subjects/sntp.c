/* The SNTP client as a subject. SPDX-License-Identifier: MIT */
#include "hashes.h"
#include "subject.h"

#include <netproto/bytes.h>
#include <netproto/sntp_client.h>
#include <netproto/text.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

#define T1 0xe800000000000000u         /* the local clock of every request */
#define T4 (T1 + NETP_SNTP_SECOND / 4) /* and of every answer */

enum { CONNECTED, KEY, POLL_MS, POLL_MAX_MS, BURST, BURST_MS, TIMEOUT_MS, DISTANCE, SETTINGS };

/* The server is 192.0.2.1:5000, unless the socket is "connected". The key has the number 7, and is
 * the MD5 of "secret" and the packet. */
static const struct subject_setting settings[SETTINGS] = {[CONNECTED] = {"connected", 0},
                                                          [KEY] = {"key", 0},
                                                          [POLL_MS] = {"poll_ms", 64000},
                                                          [POLL_MAX_MS] = {"poll_max_ms", 4096000},
                                                          [BURST] = {"burst", 0},
                                                          [BURST_MS] = {"burst_ms", 2000},
                                                          [TIMEOUT_MS] = {"timeout_ms", 1000},
                                                          [DISTANCE] = {"max_distance", 0x18000}};

static int make(struct checked *c, const void *text)
{
    static struct netp_sntp_key key;
    struct netp_sntp_client_cfg cfg;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    netp_sntp_client_cfg_init(&cfg);
    if (!s[CONNECTED].value) {
        cfg.server = (struct netp_addr){{192, 0, 2, 1}, 0, 5000, 4};
    }
    if (s[KEY].value) {
        netp_sntp_key_init(&key, 7, NETP_STR("secret"), &hash_md5);
        cfg.key = &key;
    }
    cfg.poll_ms = (uint32_t)s[POLL_MS].value;
    cfg.poll_max_ms = (uint32_t)s[POLL_MAX_MS].value;
    cfg.burst = (uint8_t)s[BURST].value;
    cfg.burst_ms = (uint32_t)s[BURST_MS].value;
    cfg.timeout_ms = (uint32_t)s[TIMEOUT_MS].value;
    cfg.max_distance = (uint32_t)s[DISTANCE].value;
    return netp_sntp_client_init((struct netp_sntp_client *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_sntp_client_cfg cfg;
    netp_sntp_client_cfg_init(&cfg);
    return netp_sntp_client_init_((struct netp_sntp_client *)m, sizeof(struct netp_sntp_client) - 1,
                                  &cfg, 0);
}

/* A duration or the size of a difference, in nanoseconds as far as those fit. */
static unsigned long long nanoseconds(uint64_t v)
{
    return (v >> 32) * 1000000000u + ((v & UINT32_MAX) * 1000000000u >> 32);
}

static void reply_line(const struct netp_sntp_reply *r, struct log *log)
{
    struct netp_sntp_sample s;
    int err = netp_sntp_measure(r, T4, &s);

    if (err != NETP_OK) {
        log_line(log, "reply %s", netp_errname(err));
        return;
    }
    log_line(log, "reply leap %u version %u stratum %u refid %08x offset %s%llu delay %llu",
             r->packet.leap, r->packet.version, r->packet.stratum, (unsigned)r->packet.refid,
             s.offset < 0 ? "-" : "",
             nanoseconds(s.offset < 0 ? 0 - (uint64_t)s.offset : (uint64_t)s.offset),
             nanoseconds(s.delay));
}

static void describe(const void *event, struct log *log)
{
    const struct netp_sntp_client_ev *ev = (const struct netp_sntp_client_ev *)event;

    switch (ev->type) {
    case NETP_SNTP_ASK:
        log_line(log, "ask");
        break;
    case NETP_SNTP_REPLY:
        reply_line(&ev->u.reply, log);
        break;
    case NETP_SNTP_UNFIT:
        log_line(log, "unfit: %s %08x", netp_sntp_unfit_text(ev->u.unfit.why),
                 (unsigned)ev->u.unfit.kiss);
        break;
    case NETP_SNTP_SILENT:
        log_line(log, "silent");
        break;
    }
}

/* Eight bytes are the nonce; anything else: the time is. */
static int ask(void *m, const void *p, size_t n, netp_ms now)
{
    uint8_t nonce[8];

    netp_wr64be(nonce, now);
    if (n == sizeof nonce) {
        memcpy(nonce, p, n);
    }
    return netp_sntp_client_ask((struct netp_sntp_client *)m, nonce, T1, now);
}

static const struct subject_cmd commands[] = {{"ask", ask, false}};

static const char *const setups[] = {
    "",
    "connected burst=3 burst_ms=1000",
    "key poll_ms=60000 poll_max_ms=500000",
    "max_distance=0 timeout_ms=100000",
};

const struct subject subject_sntp = {.name = "sntp",
                                     .machine = {&netp_sntp_client_ops, make, describe},
                                     .misfit = misfit,
                                     .dgram = true,
                                     .setup = setups,
                                     .nsetup = COUNT(setups),
                                     .cmd = commands,
                                     .ncmd = COUNT(commands)};

/* The SNTP server's functions as a machine, and that as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/machine.h>
#include <netproto/sntp_server.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

#define RECEIVED 0xe900000000000001u /* the server's clock at every request */
#define LEFT     0xe900000000000002u
#define SET_AT   0xe8ffffff00000000u

enum { LEAP, STRATUM, INTERVAL_MS, BURST, KISS, SETTINGS };

/* No limit with interval_ms=0. */
static const struct subject_setting settings[SETTINGS] = {[LEAP] = {"leap", 0},
                                                          [STRATUM] = {"stratum", 2},
                                                          [INTERVAL_MS] = {"interval_ms", 0},
                                                          [BURST] = {"burst", 2},
                                                          [KISS] = {"kiss", 4}};

struct machine {
    struct netp_sntp_server server;
    struct netp_sntp_rate rate;
    struct netp_sntp_client_rate table[4];
    struct netp_fail fail;
    struct netp_addr to;
    uint8_t answer[NETP_SNTP_PACKET];
    size_t n;
};

static int make(struct checked *c, const void *text)
{
    struct subject_setting s[SETTINGS];
    struct machine *m = (struct machine *)c->m;

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    memset(m, 0, sizeof *m);
    netp_fail_clear(&m->fail);
    m->server = (struct netp_sntp_server){
        (uint8_t)s[LEAP].value, (uint8_t)s[STRATUM].value, -20, 0x100, 0x200, 0xc0000201, SET_AT};
    m->rate = (struct netp_sntp_rate){m->table,
                                      COUNT(m->table),
                                      1,
                                      (uint32_t)s[INTERVAL_MS].value,
                                      (uint16_t)s[BURST].value,
                                      (uint8_t)s[KISS].value};
    return NETP_OK;
}

/* An answer that has not left makes room for the next. */
static int next(void *machine, struct netp_in *in, netp_ms now, void *ev)
{
    struct machine *m = (struct machine *)machine;
    enum netp_sntp_verdict verdict = NETP_SNTP_PASS;

    (void)ev;
    if (m->fail.code != NETP_OK || !in) {
        return m->fail.code;
    }
    if (in->flags & NETP_IN_DGRAM) {
        m->n = netp_sntp_answer(&m->server, in->p, in->n, RECEIVED, LEFT, m->answer);
        if (m->n > 0 && m->rate.interval_ms > 0 && in->from) {
            verdict = netp_sntp_rate(&m->rate, in->from, now);
        }
        if (verdict == NETP_SNTP_TELL) {
            m->n = netp_sntp_kiss(NETP_SNTP_RATE, 6, in->p, in->n, RECEIVED, m->answer);
        } else if (verdict == NETP_SNTP_DROP) {
            m->n = 0;
        }
        m->to = in->from ? *in->from : (struct netp_addr){{0}, 0, 0, 0};
        in->p += in->n;
        in->n = 0;
        in->flags &= ~(unsigned)NETP_IN_DGRAM;
    } else if (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) {
        m->n = 0;
        return netp_fail_with(&m->fail, NETP_E_IO, -1, 0, "socket");
    }
    return 0;
}

static size_t out(const void *machine, struct netp_out *v, size_t nv)
{
    const struct machine *m = (const struct machine *)machine;
    size_t i = 0;

    if (m->n > 0) {
        netp_out_put(v, nv, &i,
                     (struct netp_out){m->answer, m->n, NETP_OUT_DGRAM, m->to.fam ? &m->to : NULL});
    }
    return i;
}

static void sent(void *machine, size_t n, netp_ms now)
{
    struct machine *m = (struct machine *)machine;

    (void)now;
    m->n = n > 0 ? 0 : m->n;
}

static netp_ms deadline(const void *m)
{
    (void)m;
    return NETP_NEVER;
}

static unsigned want(const void *machine)
{
    const struct machine *m = (const struct machine *)machine;

    return m->fail.code != NETP_OK ? NETP_CLOSED : NETP_WANT_IN | (m->n > 0 ? NETP_WANT_OUT : 0u);
}

static const struct netp_fail *fail(const void *m)
{
    return &((const struct machine *)m)->fail;
}

static const struct netp_ops ops = {
    "sntp_server", sizeof(struct machine), sizeof(int), next, out, sent, deadline, want, fail};

static int misfit(void *m)
{
    (void)m;
    return NETP_E_ABI; /* there is no struct of the library's to misfit */
}

static void describe(const void *ev, struct log *log)
{
    (void)ev;
    (void)log;
}

static const char *const setups[] = {"", "leap=3", "stratum=16", "interval_ms=1000 burst=2 kiss=3"};

const struct subject subject_sntp_server = {.name = "sntp_server",
                                            .machine = {&ops, make, describe},
                                            .misfit = misfit,
                                            .dgram = true,
                                            .setup = setups,
                                            .nsetup = COUNT(setups)};

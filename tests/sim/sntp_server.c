/* sntp_server.c - the servers, and those who pretend to be one. SPDX-License-Identifier: MIT */
#include "sntp.h"

#include <netproto/bytes.h>

#include <string.h>

static uint64_t clock_of(const struct sntp_world *sw, const struct sntp_server_end *s)
{
    return sntp_truth(sw) + s->error;
}

void sntp_server_takes(struct sntp_world *sw, unsigned i, const uint8_t *p, size_t n)
{
    struct sntp_server_end *s = &sw->server[i];

    if (n > sizeof s->request || s->answer_at != NETP_NEVER) {
        return; /* busy: as good as lost */
    }
    memcpy(s->request, p, n);
    s->n = n;
    s->received = clock_of(sw, s);
    s->answer_at = sw->w.now + world_upto(&sw->w, sw->plan.hold_ms + 1);
    if (s->answer_at == sw->w.now) {
        sntp_server_answers(sw, i);
    }
}

/* The answer, by what is in the server's mind; what it makes is kept. */
static size_t make(struct sntp_world *sw, struct sntp_server_end *s, uint8_t *out)
{
    struct netp_sntp_server says = s->says;
    uint64_t now = clock_of(sw, s);
    size_t n;

    says.reference = now - NETP_SNTP_SECOND;
    if (world_hit(&sw->w, sw->plan.deny)) {
        s->refused = true;
        return netp_sntp_kiss(NETP_SNTP_DENY, 6, s->request, NETP_SNTP_PACKET, s->received, out);
    }
    if (world_hit(&sw->w, sw->plan.kiss)) {
        return netp_sntp_kiss(NETP_SNTP_RATE, 6, s->request, NETP_SNTP_PACKET, s->received, out);
    }
    if (world_hit(&sw->w, sw->plan.unset)) {
        says.leap = NETP_SNTP_UNSYNC;
    }
    n = netp_sntp_answer(&says, s->request, NETP_SNTP_PACKET, s->received, now, out);
    if (n > 0) {
        netp_sntp_parse(out, n, &s->made[s->nmade++ % MADE]);
    }
    return n;
}

void sntp_server_answers(struct sntp_world *sw, unsigned i)
{
    struct sntp_server_end *s = &sw->server[i];
    uint8_t *out = dgram_buffer(&sw->net);
    size_t n = 0;

    s->answer_at = NETP_NEVER;
    if (!sw->plan.keyed) {
        n = s->n == NETP_SNTP_PACKET ? make(sw, s, out) : 0;
    } else if (netp_sntp_verify(&sw->key, s->request, s->n) == NETP_OK) {
        n = make(sw, s, out);
        n = n ? netp_sntp_sign(&sw->key, out, n) : 0;
    }
    if (n > 0) {
        world_trace(&sw->w, "server %u answers, stratum %u", i, out[1]);
        memcpy(s->answer, out, n);
        s->answern = n;
        dgram_send(&sw->w, &sw->net, sntp_server_name(i), sntp_client_name(i), n);
    }
}

size_t sntp_server_forge(struct sntp_world *sw, unsigned i, uint8_t *p)
{
    struct sntp_server_end *s = &sw->server[i];
    struct netp_sntp_packet k = {.version = 4,
                                 .mode = NETP_SNTP_SERVER,
                                 .stratum = 2,
                                 .precision = -20,
                                 .reference = 1,
                                 .receive = NETP_SNTP_SECOND,
                                 .transmit = NETP_SNTP_SECOND};

    switch (decide(sw->w.d, 5)) {
    case 0: /* what was sent before, once more */
        memcpy(p, s->answer, s->answern);
        return s->answern;
    case 1: /* an origin of zero */
        break;
    case 2: /* the nonce before the last */
        k.origin = sw->client[i].before;
        break;
    case 3: /* a refusal */
        k.origin = sw->client[i].before;
        k.stratum = 0;
        k.refid = NETP_SNTP_DENY;
        break;
    default: /* a guess */
        k.origin = (uint64_t)decide(sw->w.d, 65536) << 48 | 1;
        break;
    }
    netp_sntp_write(&k, p);
    return NETP_SNTP_PACKET;
}

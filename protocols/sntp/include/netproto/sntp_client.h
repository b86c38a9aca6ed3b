/* netproto/sntp_client.h - asks one server for the time, again and again (RFC 4330, RFC 8633).
 *
 * SPDX-License-Identifier: MIT
 *
 * A machine in the contract of netp.h. For each request there are an event and a command:
 *
 *   ASK     it is time to ask: call netp_sntp_client_ask() with fresh random bytes and your clock
 *   REPLY   the answer: netp_sntp_measure() of sntp.h makes offset and delay of it
 *   UNFIT   an answer that can't be used, and why
 *   SILENT  none has come in time
 *
 * and after each of the last three ASK comes again, in its time, until a server refuses for ever.
 * The library sets no clock: what to do with an offset is yours.
 *
 * Nothing of the local clock leaves: the request's transmit stamp is the random bytes, and only an
 * answer that repeats them, once, is one. An attacker who does not see the request has to guess 64
 * bits. Use a socket with a random port (RFC 9109) that is connected to the server. To ask several
 * servers use several machines, and sntp_select.h. */
#ifndef NETPROTO_SNTP_CLIENT_H
#define NETPROTO_SNTP_CLIENT_H

#include <netproto/sntp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_SNTP_POLL_MAX_MS 131072000u /* 36 hours: the longest that RFC 5905 allows */

struct netp_sntp_client_cfg {
    size_t size; /* sizeof(struct netp_sntp_client_cfg); set by netp_sntp_client_cfg_init() */
    struct netp_addr server; /* where requests go, and answers must come from; fam 0: the socket is
                                connected, and sees to both */
    const struct netp_sntp_key *key; /* yours to keep; with it requests are signed, and answers that
                                        are not are dropped. NULL: neither */
    uint32_t poll_ms;      /* from an answer to the next request; at most an eighth is added */
    uint32_t poll_max_ms;  /* where there was none the time doubles up to this; as it does for good
                              when the server asks for it (RATE). Not above NETP_SNTP_POLL_MAX_MS */
    uint32_t burst_ms;     /* between the first requests */
    uint32_t timeout_ms;   /* how long an answer is waited for */
    uint32_t max_distance; /* of the server: root delay / 2 + root dispersion, in seconds with 16
                              bits behind the point */
    uint8_t burst;         /* how many requests are the first ones */
};

/* Fills *cfg with the defaults: 64 s, 4096 s at most, no burst (2 s), 1 s of patience, a distance
 * of 1.5 s (RFC 5905's MAXDIST). Neither address nor key. */
NETP_API void netp_sntp_client_cfg_init(struct netp_sntp_client_cfg *cfg);

enum netp_sntp_evtype { NETP_SNTP_ASK = 1, NETP_SNTP_REPLY, NETP_SNTP_UNFIT, NETP_SNTP_SILENT };

/* Why an answer is unfit; with the text of netp_sntp_unfit_text(). NOT_SYNCHRONISED: leap indicator
 * 3, a stratum of 16 or above, or no time of receiving or sending. ORDER: it was sent before it was
 * received, or before the clock was set. DISTANCE: beyond cfg.max_distance, or a precision worse
 * than 1 s. */
#define NETP_SNTP_UNFIT_LIST(X)                                                                    \
    X(KISS, "kiss of death")                                                                       \
    X(NOT_SYNCHRONISED, "the server's clock is not synchronised")                                  \
    X(ORDER, "the server's time stamps are out of order")                                          \
    X(DISTANCE, "the server is too far from a reference clock")

enum netp_sntp_unfit {
#define NETP_SNTP_UNFIT_ENUM_(name, text) NETP_SNTP_WHY_##name,
    NETP_SNTP_UNFIT_LIST(NETP_SNTP_UNFIT_ENUM_)
#undef NETP_SNTP_UNFIT_ENUM_
};
NETP_API const char *netp_sntp_unfit_text(enum netp_sntp_unfit why);

struct netp_sntp_client_ev {
    int type; /* enum netp_sntp_evtype */
    union {
        struct netp_sntp_reply reply;
        struct {
            enum netp_sntp_unfit why;
            uint32_t kiss; /* the code with NETP_SNTP_WHY_KISS: RATE, or one without meaning here */
        } unfit;
    } u;
};

/* Complete so that you can place it; the members are private. */
struct netp_sntp_client {
    uint8_t state_, burst_, requestlen_;
    uint32_t floor_, poll_; /* ms: the shortest that the server allows, what is next */
    uint32_t wait_;         /* ms that it stays in its state */
    netp_ms clock_, since_; /* since when it is there */
    uint64_t asked_;
    uint8_t request_[NETP_SNTP_PACKET + NETP_SNTP_MAC_MAX];
    struct netp_fail fail_;
    struct netp_sntp_client_cfg cfg_;
};

/* Makes *m ready; the first ASK comes at once. cfg is copied. NETP_E_ABI: compiled against another
 * version; NETP_E_ARG: poll_ms is 0 or above poll_max_ms, or that above its limit, or a key in a
 * build without (-DNETP_SNTP_NO_KEY). */
NETP_API int netp_sntp_client_init_(struct netp_sntp_client *m, size_t msize,
                                    const struct netp_sntp_client_cfg *cfg, netp_ms now);
#define netp_sntp_client_init(m, cfg, now) netp_sntp_client_init_((m), sizeof *(m), (cfg), (now))

/* The verbs; see netp.h. What is no answer to the last request is dropped without an event: from
 * another address, of another length, mode or version, not repeating the nonce or for the second
 * time, without the MAC. Failures of next():
 *   NETP_E_REFUSED  the server said DENY or RSTR, which is fail()->peer_code: never ask it again
 *   NETP_E_IO       NETP_IN_BROKEN or NETP_IN_EOF: the socket is gone */
NETP_API int netp_sntp_client_next(struct netp_sntp_client *m, struct netp_in *in, netp_ms now,
                                   struct netp_sntp_client_ev *ev);
NETP_API size_t netp_sntp_client_out(const struct netp_sntp_client *m, struct netp_out *v,
                                     size_t nv);
NETP_API void netp_sntp_client_sent(struct netp_sntp_client *m, size_t n, netp_ms now);
NETP_API netp_ms netp_sntp_client_deadline(const struct netp_sntp_client *m);
NETP_API unsigned netp_sntp_client_want(const struct netp_sntp_client *m);
NETP_API const struct netp_fail *netp_sntp_client_fail(const struct netp_sntp_client *m);

/* After ASK: queues the request, to be sent at once. nonce: 64 random bits that nobody can predict;
 * clock: yours, read now (T1). NETP_E_STATE: no ASK is open; NETP_E_ARG: the nonce is the last one,
 * or the first is all zeros, so it is not random; or the key's digest could not be made. */
NETP_API int netp_sntp_client_ask(struct netp_sntp_client *m, const uint8_t nonce[8],
                                  uint64_t clock, netp_ms now);

NETP_API extern const struct netp_ops netp_sntp_client_ops;

#ifdef __cplusplus
}
#endif

#endif

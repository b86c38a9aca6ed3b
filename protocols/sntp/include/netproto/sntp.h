/* netproto/sntp.h - SNTP: the packet, time stamps, what is measured with them, MACs (RFC 5905,
 * RFC 4330).
 *
 * SPDX-License-Identifier: MIT
 *
 * Time is fixed point, 64 bits with 32 behind the point (RFC 5905 section 6), in units of 233 ps:
 *
 *   stamp        uint64_t, since the beginning of an era; eras last 2^32 seconds, and the second
 * one begins on 7 February 2036. 0 is no time but "unknown" difference   int64_t, up to 68 years
 * either way, right over the change of an era duration     uint64_t
 *
 * This header is layer 0; the machines are in sntp_client.h and sntp_server.h. */
#ifndef NETPROTO_SNTP_H
#define NETPROTO_SNTP_H

#include <netproto/hash.h>
#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_SNTP_PORT    123
#define NETP_SNTP_VERSION 4
#define NETP_SNTP_PACKET  48u /* bytes of a packet without extension fields and MAC */
#define NETP_SNTP_MAC_MAX 24u /* bytes of a MAC: the key's number, and a digest of 16 or 20 */
#define NETP_SNTP_STRATA  16  /* a stratum below this, and above 0, is one of a good clock */
#define NETP_SNTP_SECOND  ((uint64_t)1 << 32) /* a duration */
#define NETP_SNTP_UNSYNC  3                   /* the leap indicator that says: don't use me */

/* --- time stamps ----------------------------------------------------------------------------- */

/* The pivot that makes stamps dates from 1968-01-20 03:14:08 to 2104-02-26 09:42:23 UTC. */
#define NETP_SNTP_PIVOT_1968 (-61505152)

/* The Unix time of a stamp, in seconds, and in *ns (may be NULL) the nanoseconds: the one that is
 * not before the Unix time `pivot` and less than 2^32 seconds behind it. The day the software was
 * built is the best pivot: right until 136 years later, whatever the local clock says. */
NETP_API int64_t netp_sntp_to_unix(uint64_t stamp, int64_t pivot, uint32_t *ns);

/* The stamp of a Unix time; ns 0..999999999. netp_sntp_to_unix() gives the same back. */
NETP_API uint64_t netp_sntp_from_unix(int64_t s, uint32_t ns);

/* --- the packet ------------------------------------------------------------------------------ */

enum netp_sntp_mode {
    NETP_SNTP_ACTIVE = 1, /* symmetric */
    NETP_SNTP_PASSIVE,
    NETP_SNTP_CLIENT,
    NETP_SNTP_SERVER,
    NETP_SNTP_BROADCAST,
    NETP_SNTP_CONTROL,
    NETP_SNTP_PRIVATE
};

/* Kiss codes (RFC 5905 section 7.4): the reference id of a packet with stratum 0. */
#define NETP_SNTP_CODE(a, b, c, d)                                                                 \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define NETP_SNTP_DENY NETP_SNTP_CODE('D', 'E', 'N', 'Y') /* access denied: stop */
#define NETP_SNTP_RSTR NETP_SNTP_CODE('R', 'S', 'T', 'R') /* likewise */
#define NETP_SNTP_RATE NETP_SNTP_CODE('R', 'A', 'T', 'E') /* ask less often */

/* RFC 5905 section 7.3, in the order of the wire. */
struct netp_sntp_packet {
    uint8_t leap;     /* 0; 1: the day's last minute has 61 seconds; 2: 59; 3: not synchronised */
    uint8_t version;  /* 0..7 */
    uint8_t mode;     /* enum netp_sntp_mode, or 0 */
    uint8_t stratum;  /* 0: a kiss, or unknown; 1: a reference clock; 16 and above: none */
    int8_t poll;      /* log2 of seconds */
    int8_t precision; /* of the clock, log2 of seconds */
    uint32_t root_delay; /* to the reference clock and back; seconds, 16 bits behind the point */
    uint32_t root_dispersion; /* the clock's largest error, likewise */
    uint32_t refid;           /* four letters for stratum 0 and 1, else a server's address */
    uint64_t reference;       /* stamps: when the clock was last set */
    uint64_t origin;          /* the request's `transmit` */
    uint64_t receive;         /* when the request came */
    uint64_t transmit;        /* when this left */
};

/* Reads the first NETP_SNTP_PACKET bytes. NETP_E_TRUNCATED: there are less. Every value is legal
 * here. What is behind them is for netp_sntp_tail(). */
NETP_API int netp_sntp_parse(const uint8_t *p, size_t n, struct netp_sntp_packet *packet);

/* Writes NETP_SNTP_PACKET bytes. leap, version and mode are cut to 2, 3 and 3 bits. */
NETP_API void netp_sntp_write(const struct netp_sntp_packet *packet, uint8_t *p);

/* --- one measurement ------------------------------------------------------------------------- */

/* An answer, and when it was asked for. */
struct netp_sntp_reply {
    struct netp_sntp_packet packet; /* with the server's clock when the request came and when the
                                       answer left: T2 and T3 */
    uint64_t asked;                 /* T1: your clock when the request left */
    netp_ms elapsed;                /* ms from then to the answer, by a clock that nobody sets */
};

struct netp_sntp_sample {
    int64_t offset;      /* to be added to your clock */
    uint64_t delay;      /* to the server and back; the offset is wrong by half of it at most, were
                            the server right */
    uint64_t dispersion; /* how wrong the server may be, and the clocks' drift meanwhile */
    uint64_t distance;   /* RFC 5905's root distance: the offset is wrong by this at most */
};

/* Computes *s with `came`, T4: your clock when the answer arrived, as by the system's receive time
 * stamp. Any clock will do that runs while the answer is awaited. When your clock was set in this
 * time, the step is part of the dispersion (but for 2 ms, which `elapsed` may be wrong by).
 * NETP_E_SYNTAX: the server says that it took longer than the whole did. NETP_E_ARG: `came` is
 * before `asked`: your clock was set back, ask again. */
NETP_API int netp_sntp_measure(const struct netp_sntp_reply *reply, uint64_t came,
                               struct netp_sntp_sample *s);

/* --- behind the packet: extension fields, MAC ------------------------------------------------ */

/* RFC 7822. Views [in]. */
struct netp_sntp_tail {
    const uint8_t *ext; /* extension fields, for netp_sntp_ext() */
    size_t extlen;
    const uint8_t *mac; /* the key's number and the digest: 20 or 24 bytes; or 4, a crypto-NAK:
                           the peer does not know the key, or found the MAC to be wrong */
    size_t maclen;      /* 0: no MAC */
};

/* Finds what is behind the packet of the datagram p[0..n). NETP_E_TRUNCATED: less than a packet;
 * NETP_E_SYNTAX: neither extension fields nor a MAC, with *at (may be NULL) the offset of the
 * first byte that fits none. */
NETP_API int netp_sntp_tail(const uint8_t *p, size_t n, struct netp_sntp_tail *tail, size_t *at);

/* Takes the next field off tail->ext: true, and its type and value, padding included; false at the
 * end. */
NETP_API bool netp_sntp_ext(struct netp_sntp_tail *tail, uint16_t *type, struct netp_str *value);

/* A symmetric key (RFC 5905 section 7.3, RFC 8573). Make it with netp_sntp_key_init() or the host
 * port's; or fill it in, where hardware makes the MAC. */
struct netp_sntp_key {
    uint32_t id;            /* both sides' number of the key, not 0 */
    uint8_t size;           /* bytes of the digest on the wire: 16 or 20 */
    struct netp_str secret; /* yours to keep */
    const struct netp_hash *hash;
    /* Writes the digest of p[0..n), `size` bytes of it, to out; false: it could not. */
    bool (*digest)(const struct netp_sntp_key *key, const uint8_t *p, size_t n, uint8_t *out);
    /* netp_sntp_sign() and netp_sntp_verify(): called by way of the key, so that firmware without
     * keys is without them. */
    size_t (*sign)(const struct netp_sntp_key *key, uint8_t *p, size_t n);
    int (*verify)(const struct netp_sntp_key *key, const uint8_t *p, size_t n);
};

/* A key whose digest is the hash of secret and packet, cut to 20 bytes. The hash must have 16 bytes
 * or more. NETP_E_ARG: id is 0, or the hash is shorter. */
NETP_API int netp_sntp_key_init(struct netp_sntp_key *key, uint32_t id, struct netp_str secret,
                                const struct netp_hash *hash);

/* Puts the MAC of p[0..n) behind it, where there is room for NETP_SNTP_MAC_MAX bytes. Returns the
 * length of all, or 0: the digest could not be made. */
NETP_API size_t netp_sntp_sign(const struct netp_sntp_key *key, uint8_t *p, size_t n);

/* Whether the datagram p[0..n) carries the MAC of this key. NETP_E_REFUSED: a crypto-NAK, which
 * anybody can send; NETP_E_SYNTAX: anything else, and it is to be dropped. */
NETP_API int netp_sntp_verify(const struct netp_sntp_key *key, const uint8_t *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif

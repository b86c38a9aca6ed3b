/* SNTP packets: what is parsed is written as the same; what is behind them is fields and a MAC, or
 * neither; an answer is no longer than the request; a measurement agrees with the RFC's formulas.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/bytes.h>
#include <netproto/sntp_server.h>

#include <string.h>

static const struct netp_sntp_server server = {0, 2, -20, 1, 2, 0xc0000201, 3};

static void outcome(const struct netp_sntp_packet *k)
{
    FUZZ_OUTCOME("leap %u version %u mode %u stratum %u poll %d precision %d", k->leap, k->version,
                 k->mode, k->stratum, k->poll, k->precision);
    FUZZ_OUTCOME("delay %08x dispersion %08x refid %08x", (unsigned)k->root_delay,
                 (unsigned)k->root_dispersion, (unsigned)k->refid);
    FUZZ_OUTCOME("%016llx %016llx %016llx %016llx", (unsigned long long)k->reference,
                 (unsigned long long)k->origin, (unsigned long long)k->receive,
                 (unsigned long long)k->transmit);
}

static bool is_mac(size_t n)
{
    return n == 0 || n == 4 || n == 20 || n == 24;
}

/* Whether a field of an RFC 7822 length begins at p[0..n). */
static bool is_field(const uint8_t *p, size_t n)
{
    size_t length = n > 24 ? netp_rd16be(p + 2) : 0;
    return length >= 16 && length % 4 == 0 && length <= n;
}

static void tail(const uint8_t *p, size_t n)
{
    struct netp_sntp_tail t;
    size_t at = 0, sum = 48;
    struct netp_str value;
    uint16_t type;

    if (netp_sntp_tail(p, n, &t, &at) != NETP_OK) {
        FUZZ_CHECK(at >= 48 && at <= n && !is_mac(n - at) && !is_field(p + at, n - at), "at %zu",
                   at);
        FUZZ_OUTCOME("tail wrong at %zu", at);
        return;
    }
    FUZZ_CHECK(t.ext == p + 48 && t.mac == t.ext + t.extlen && t.mac + t.maclen == p + n,
               "%zu bytes of fields, %zu of MAC", t.extlen, t.maclen);
    FUZZ_CHECK(is_mac(t.maclen), "a MAC of %zu", t.maclen);
    while (netp_sntp_ext(&t, &type, &value)) {
        FUZZ_CHECK(is_field(p + sum, n - sum), "at %zu", sum);
        FUZZ_CHECK(value.p == (const char *)p + sum + 4 && value.n % 4 == 0, "of %zu", value.n);
        FUZZ_OUTCOME("field %u of %zu", type, value.n);
        sum += 4 + value.n;
    }
    FUZZ_CHECK(sum + t.maclen == n, "%zu and %zu of %zu", sum, t.maclen, n);
    FUZZ_OUTCOME("mac %zu", t.maclen);
}

static void answer(const uint8_t *p, size_t n, const struct netp_sntp_packet *k)
{
    uint8_t out[NETP_SNTP_PACKET];
    struct netp_sntp_packet a;
    size_t got = netp_sntp_answer(&server, p, n, 7, 8, out);
    bool due = n == 48 && k->mode == 3 && k->version >= 1 && k->version <= 4;

    FUZZ_CHECK(got == (due ? 48 : 0), "%zu bytes to %zu", got, n);
    FUZZ_CHECK(netp_sntp_kiss(NETP_SNTP_RATE, 6, p, n, 7, out) == got, "a kiss of other length");
    if (!due) {
        return;
    }
    netp_sntp_answer(&server, p, n, 7, 8, out);
    netp_sntp_parse(out, 48, &a);
    FUZZ_CHECK(a.mode == 4 && a.version == k->version && a.origin == k->transmit &&
                   a.receive == 7 && a.transmit == 8 && a.stratum == 2 && a.leap == 0,
               "another answer");
}

/* T1 is the reference, T4 the origin. */
static void measure(const struct netp_sntp_packet *k)
{
    struct netp_sntp_reply r = {*k, k->reference, 20};
    struct netp_sntp_sample s;
    uint64_t away = k->origin - k->reference, held = k->transmit - k->receive, wrong;
    int got = netp_sntp_measure(&r, k->origin, &s);

    FUZZ_CHECK((got == NETP_E_ARG) == (away > INT64_MAX), "%s", netp_errname(got));
    FUZZ_OUTCOME("measure %s", netp_errname(got));
    if (got == NETP_OK) {
        wrong = 2 * (uint64_t)s.offset - (k->receive - k->reference) - (k->transmit - k->origin);
        FUZZ_CHECK(wrong + 1 <= 2, "offset %lld", (long long)s.offset);
        FUZZ_CHECK(s.delay == (away > held ? away - held : 0), "delay %llu",
                   (unsigned long long)s.delay);
        FUZZ_CHECK(s.distance >= s.delay / 2 && s.distance >= s.dispersion, "distance %llu",
                   (unsigned long long)s.distance);
        FUZZ_OUTCOME("offset %lld delay %llu dispersion %llu distance %llu", (long long)s.offset,
                     (unsigned long long)s.delay, (unsigned long long)s.dispersion,
                     (unsigned long long)s.distance);
    } else {
        FUZZ_CHECK(got == NETP_E_ARG || held > away, "%s", netp_errname(got));
    }
}

static void date(uint64_t stamp)
{
    uint32_t ns;
    int64_t s = netp_sntp_to_unix(stamp, NETP_SNTP_PIVOT_1968, &ns);
    uint64_t back = netp_sntp_from_unix(s, ns);

    FUZZ_CHECK(s >= NETP_SNTP_PIVOT_1968 && s - NETP_SNTP_PIVOT_1968 <= UINT32_MAX &&
                   ns < 1000000000,
               "%lld.%09u", (long long)s, (unsigned)ns);
    FUZZ_CHECK(stamp - back <= 5, "a nanosecond has about four units: %llu",
               (unsigned long long)(stamp - back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *p = (uint8_t *)fuzz_copy(data, size), out[NETP_SNTP_PACKET];
    struct netp_sntp_packet k;
    struct netp_sntp_tail t;

    if (netp_sntp_parse(p, size, &k) != NETP_OK) {
        FUZZ_CHECK(size < 48, "%zu bytes", size);
        FUZZ_CHECK(netp_sntp_tail(p, size, &t, NULL) == NETP_E_TRUNCATED, "%zu bytes", size);
        FUZZ_CHECK(netp_sntp_answer(&server, p, size, 7, 8, out) == 0, "an answer to a runt");
        FUZZ_OUTCOME("truncated");
    } else {
        netp_sntp_write(&k, out);
        FUZZ_CHECK(memcmp(out, p, 48) == 0, "written otherwise than it was read");
        outcome(&k);
        tail(p, size);
        answer(p, size, &k);
        measure(&k);
        date(k.transmit);
    }
    free(p);
    return 0;
}

/* modbus_url.c - devices and lines named by URLs. SPDX-License-Identifier: MIT */
#include <netproto/host/modbus.h>
#include <netproto/text.h>
#include <string.h>

#define GAP_MIN_MS 5
#define GAP_MAX_MS 10000

static const struct scheme {
    const char *name;
    enum netp_modbus_transport transport;
    enum netp_modbus_framing framing;
} schemes[] = {
    {"tcp", NETP_MODBUS_TCP, NETP_MODBUS_MBAP},
    {"udp", NETP_MODBUS_UDP, NETP_MODBUS_MBAP},
    {"tls", NETP_MODBUS_TLS, NETP_MODBUS_MBAP},
    {"rtu", NETP_MODBUS_SERIAL, NETP_MODBUS_RTU},
    {"ascii", NETP_MODBUS_SERIAL, NETP_MODBUS_ASCII},
    {"rtu+tcp", NETP_MODBUS_TCP, NETP_MODBUS_RTU},
    {"rtu+udp", NETP_MODBUS_UDP, NETP_MODBUS_RTU},
    {"ascii+tcp", NETP_MODBUS_TCP, NETP_MODBUS_ASCII},
    {"ascii+udp", NETP_MODBUS_UDP, NETP_MODBUS_ASCII},
};

static const struct scheme *find_scheme(struct netp_str name)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (netp_str_ieq(name, netp_str_of(schemes[i].name))) {
            return &schemes[i];
        }
    }
    return NULL;
}

/* --- serial lines ---------------------------------------------------------------------------- */

static bool number(struct netp_str s, uint64_t min, uint64_t max, uint32_t *v)
{
    uint64_t n;

    if (netp_parse_dec(s, max, &n) != NETP_OK || n < min) {
        return false;
    }
    *v = (uint32_t)n;
    return true;
}

static bool take_parity(struct netp_str s, struct netp_serial_cfg *cfg)
{
    static const char *const words[] = {"n", "e", "o", "none", "even", "odd"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (netp_str_ieq(s, netp_str_of(words[i]))) {
            cfg->parity = words[i][0];
            return true;
        }
    }
    return false;
}

/* One NAME=VALUE of a query. */
static bool take_setting(struct netp_str s, struct netp_modbus_url *url)
{
    const char *eq = memchr(s.p, '=', s.n);
    struct netp_str name = {s.p, eq ? (size_t)(eq - s.p) : 0};
    struct netp_str value = {eq ? eq + 1 : s.p, eq ? s.n - name.n - 1 : 0};
    uint32_t v = 0;

    if (netp_str_eq(name, NETP_STR("parity"))) {
        return take_parity(value, &url->serial);
    }
    if (netp_str_eq(name, NETP_STR("baud"))) {
        return number(value, 50, 20000000, &url->serial.baud);
    }
    if (netp_str_eq(name, NETP_STR("gap"))) {
        return number(value, 1, GAP_MAX_MS, &url->gap_ms);
    }
    if (netp_str_eq(name, NETP_STR("stop")) && number(value, 1, 2, &v)) {
        url->serial.stop = (uint8_t)v;
    } else if (netp_str_eq(name, NETP_STR("bits")) && number(value, 7, 8, &v)) {
        url->serial.bits = (uint8_t)v;
    } else if (netp_str_eq(name, NETP_STR("rs485")) && number(value, 0, 1, &v)) {
        url->serial.rs485 = v == 1;
    } else if (netp_str_eq(name, NETP_STR("echo")) && number(value, 0, 1, &v)) {
        url->echo = v == 1;
    } else {
        return false;
    }
    return true;
}

static bool take_unit(struct netp_str s, struct netp_modbus_url *url)
{
    uint32_t v;

    if (!number(s, 0, 255, &v)) {
        return false;
    }
    url->unit = (uint8_t)v;
    return true;
}

static const char *take_query(struct netp_str query, struct netp_modbus_url *url)
{
    const char *slash = memrchr(query.p, '/', query.n);

    if (slash) {
        if (!take_unit(netp_str_make(slash + 1, (size_t)(query.p + query.n - slash - 1)), url)) {
            return "the unit is no number from 0 to 255";
        }
        query.n = (size_t)(slash - query.p);
    }
    while (query.n > 0) {
        const char *amp = memchr(query.p, '&', query.n);
        size_t n = amp ? (size_t)(amp - query.p) : query.n;
        if (!take_setting(netp_str_make(query.p, n), url)) {
            return "the settings are baud, parity, stop, bits, gap, rs485 and echo";
        }
        query = netp_str_make(query.p + n + (amp != NULL), query.n - n - (amp != NULL));
    }
    return NULL;
}

static const char *take_line(const struct netp_url *u, struct netp_modbus_url *url)
{
    const char *wrong;
    ptrdiff_t n = netp_url_decode(NETP_URL_NO_NUL, url->path, sizeof url->path - 1, u->path);

    if (u->host.n > 0) {
        return "a serial line has three slashes, as in rtu:///dev/ttyUSB0";
    }
    if (n <= 0 || n == 1) {
        return "there is no path of a device";
    }
    url->path[n] = '\0';
    url->serial = (struct netp_serial_cfg)NETP_SERIAL_CFG_INIT;
    url->serial.bits = url->framing == NETP_MODBUS_ASCII ? 7 : 8;
    wrong = u->query.n > 0 ? take_query(u->query, url) : NULL;
    if (!wrong && url->framing == NETP_MODBUS_RTU && url->serial.bits != 8) {
        return "RTU needs 8 bits";
    }
    if (url->gap_ms == 0) {
        url->gap_ms = (netp_modbus_t35_us(url->serial.baud) + 999) / 1000;
        url->gap_ms = url->gap_ms > GAP_MIN_MS ? url->gap_ms : GAP_MIN_MS;
    }
    return wrong;
}

/* --- hosts ----------------------------------------------------------------------------------- */

static const char *take_host(const struct netp_url *u, struct netp_modbus_url *url)
{
    if (netp_url_host(u, url->host) < 0) {
        return "there is no host";
    }
    url->port = u->port                             ? u->port
                : url->transport == NETP_MODBUS_TLS ? NETP_MODBUS_TLS_PORT
                                                    : NETP_MODBUS_PORT;
    if (u->has & (NETP_URL_QUERY | NETP_URL_USERINFO)) {
        return "there is no user and no query";
    }
    if (u->path.n > 1 && !take_unit(netp_str_make(u->path.p + 1, u->path.n - 1), url)) {
        return "the unit is no number from 0 to 255";
    }
    return NULL;
}

const char *netp_modbus_url_parse(const char *text, struct netp_modbus_url *url)
{
    const struct scheme *scheme;
    struct netp_url u;
    size_t at;

    memset(url, 0, sizeof *url);
    url->unit = 1;
    if (netp_url_parse(netp_str_of(text), &u, &at) != NETP_OK || !(u.has & NETP_URL_SCHEME)) {
        return "it is no URL";
    }
    if (!(scheme = find_scheme(u.scheme))) {
        return "it is none of tcp, udp, tls, rtu, ascii, rtu+tcp, rtu+udp, ascii+tcp, ascii+udp";
    }
    if (u.has & NETP_URL_FRAGMENT) {
        return "there is no fragment";
    }
    url->transport = scheme->transport;
    url->framing = scheme->framing;
    return url->transport == NETP_MODBUS_SERIAL ? take_line(&u, url) : take_host(&u, url);
}

void netp_modbus_url_client(const struct netp_modbus_url *url, uint32_t timeout_ms,
                            struct netp_modbus_client_cfg *cfg)
{
    size_t frame = url->framing == NETP_MODBUS_ASCII ? NETP_MODBUS_ASCII_MAX : NETP_MODBUS_RTU_MAX;

    *cfg = (struct netp_modbus_client_cfg)NETP_MODBUS_CLIENT_CFG_INIT((uint8_t)url->framing);
    cfg->response_timeout_ms = timeout_ms;
    cfg->flags = url->echo ? NETP_MODBUS_CLIENT_ECHO : 0;
    if (url->transport == NETP_MODBUS_SERIAL) {
        cfg->response_timeout_ms +=
            (uint32_t)(frame * netp_serial_char_bits(&url->serial) * 1000u / url->serial.baud);
    } else if (url->transport == NETP_MODBUS_UDP) {
        cfg->flags |= NETP_MODBUS_CLIENT_DGRAM;
    } else if (url->framing == NETP_MODBUS_RTU) {
        cfg->flags |= NETP_MODBUS_CLIENT_PREDICT;
    }
}

/* The client of SOCKS 5 as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/addr.h>
#include <netproto/socks5.h>
#include <netproto/text.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { IPV4, IPV6, LOGIN, LONG, PORT, TIMEOUT_MS, SETTINGS };

/* It asks for "example.com", with "ipv4" for 192.0.2.1, with "ipv6" for 2001:db8::1; "login" as
 * "me" with "secret"; with "long" all text has 255 bytes. */
static const struct subject_setting settings[SETTINGS] = {
    [IPV4] = {"ipv4", 0}, [IPV6] = {"ipv6", 0},  [LOGIN] = {"login", 0},
    [LONG] = {"long", 0}, [PORT] = {"port", 80}, [TIMEOUT_MS] = {"timeout_ms", 30000}};

static const char longest[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                              "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                              "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
                              "dddddddddddddddddddddddddddddddddddddddddddddddddddddd";
_Static_assert(sizeof longest - 1 == 255, "as long as may be");

static int make(struct checked *c, const void *text)
{
    struct netp_socks5_cfg cfg = NETP_SOCKS5_CFG_INIT;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)text, s, SETTINGS);
    cfg.port = (uint16_t)s[PORT].value;
    cfg.timeout_ms = (uint32_t)s[TIMEOUT_MS].value;
    if (s[IPV4].value) {
        netp_addr_parse(NETP_STR("192.0.2.1"), &cfg.addr);
    } else if (s[IPV6].value) {
        netp_addr_parse(NETP_STR("2001:db8::1"), &cfg.addr);
    } else {
        cfg.host = s[LONG].value ? netp_str_of(longest) : NETP_STR("example.com");
    }
    if (s[LOGIN].value) {
        cfg.user = s[LONG].value ? netp_str_of(longest) : NETP_STR("me");
        cfg.password = s[LONG].value ? netp_str_of(longest) : NETP_STR("secret");
    }
    return netp_socks5_init((struct netp_socks5 *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_socks5_cfg cfg = NETP_SOCKS5_CFG_INIT;
    return netp_socks5_init_((struct netp_socks5 *)m, sizeof(struct netp_socks5) - 1, &cfg, 0);
}

static void describe(const void *event, struct log *log)
{
    const struct netp_socks5_ev *ev = (const struct netp_socks5_ev *)event;
    char text[NETP_ADDR_CAP];

    netp_addr_format(&ev->bound, text);
    log_line(log, ev->type == NETP_SOCKS5_CONNECTED ? "connected %s" : "? %s", text);
}

static const char *const setups[] = {
    "", "login", "ipv4", "ipv6 login port=65535", "long login", "ipv6 timeout_ms=900",
};

const struct subject subject_socks5 = {.name = "socks5",
                                       .machine = {&netp_socks5_ops, make, describe},
                                       .misfit = misfit,
                                       .setup = setups,
                                       .nsetup = COUNT(setups)};

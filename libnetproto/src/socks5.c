/* The client of SOCKS 5.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/machine.h>
#include <netproto/socks5.h>

#include <string.h>

enum { VERSION = 5, AUTH_VERSION = 1, CONNECT = 1 };
enum { METHOD_NONE = 0, METHOD_USER = 2, METHOD_REFUSED = 0xff };
enum { ATYP_IPV4 = 1, ATYP_NAME = 3, ATYP_IPV6 = 4 };

/* Each is a message of ours, then the proxy's answer. */
enum { METHODS, AUTH, REQUEST, CONNECTED };

static const char *const names[] = {"method selection", "authentication", "reply"};

/* ---- what is sent ---- */

static bool text_is_valid(struct netp_str s)
{
    return s.n >= 1 && s.n <= 255;
}

static bool cfg_is_valid(const struct netp_socks5_cfg *cfg)
{
    bool name = text_is_valid(cfg->host) && cfg->addr.fam == 0;
    bool addr =
        cfg->host.n == 0 && cfg->addr.scope == 0 && (cfg->addr.fam == 4 || cfg->addr.fam == 6);
    bool none = cfg->user.n == 0 && cfg->password.n == 0;
    bool user = text_is_valid(cfg->user) && text_is_valid(cfg->password);

    return (name || addr) && (none || user) && cfg->port > 0 && cfg->timeout_ms > 0;
}

static void send(struct netp_socks5 *m, uint8_t state)
{
    const struct netp_socks5_cfg *cfg = &m->cfg_;

    m->state_ = state;
    m->sending_ = true;
    m->sent_ = 0;
    m->at_ = 0;
    m->head_[0] = VERSION;
    if (state == METHODS) {
        m->head_[1] = cfg->user.n > 0 ? 2 : 1;
        m->head_[2] = METHOD_NONE;
        m->head_[3] = METHOD_USER;
    } else if (state == AUTH) {
        m->head_[0] = AUTH_VERSION;
        m->head_[1] = (uint8_t)cfg->user.n;
        m->mid_[0] = (uint8_t)cfg->password.n;
    } else {
        m->head_[1] = CONNECT;
        m->head_[2] = 0;
        m->head_[3] = cfg->host.n > 0 ? ATYP_NAME : cfg->addr.fam == 4 ? ATYP_IPV4 : ATYP_IPV6;
        m->head_[4] = (uint8_t)cfg->host.n;
        m->mid_[0] = (uint8_t)(cfg->port >> 8);
        m->mid_[1] = (uint8_t)cfg->port;
    }
}

static struct netp_out piece(const void *p, size_t n)
{
    struct netp_out v = {(const uint8_t *)p, n, 0, NULL};
    return v;
}

/* The message: head, text, mid, text. */
static void pieces(const struct netp_socks5 *m, struct netp_out v[4])
{
    const struct netp_socks5_cfg *cfg = &m->cfg_;

    v[1] = v[2] = v[3] = piece(NULL, 0);
    if (m->state_ == METHODS) {
        v[0] = piece(m->head_, 2u + m->head_[1]);
    } else if (m->state_ == AUTH) {
        v[0] = piece(m->head_, 2);
        v[1] = piece(cfg->user.p, cfg->user.n);
        v[2] = piece(m->mid_, 1);
        v[3] = piece(cfg->password.p, cfg->password.n);
    } else if (cfg->host.n > 0) {
        v[0] = piece(m->head_, 5);
        v[1] = piece(cfg->host.p, cfg->host.n);
        v[2] = piece(m->mid_, 2);
    } else {
        v[0] = piece(m->head_, 4);
        v[1] = piece(cfg->addr.ip, cfg->addr.fam == 4 ? 4 : 16);
        v[2] = piece(m->mid_, 2);
    }
}

size_t netp_socks5_out(const struct netp_socks5 *m, struct netp_out *v, size_t nv)
{
    struct netp_out all[4];
    size_t skip = m->sent_, i = 0;

    if (!m->sending_) {
        return 0;
    }
    pieces(m, all);
    for (size_t k = 0; k < 4; k++) {
        size_t n = skip < all[k].n ? skip : all[k].n;
        skip -= n;
        if (n < all[k].n && !netp_out_put(v, nv, &i, piece(all[k].p + n, all[k].n - n))) {
            break;
        }
    }
    return i;
}

void netp_socks5_sent(struct netp_socks5 *m, size_t n, netp_ms now)
{
    struct netp_out v;

    netp_clock(&m->clock_, now);
    m->sent_ = (uint16_t)(m->sent_ + n);
    m->sending_ = netp_socks5_out(m, &v, 1) > 0;
}

/* ---- what is received ---- */

static int fail(struct netp_socks5 *m, enum netp_err code, int peer_code, const char *where)
{
    m->sending_ = false;
    return netp_fail_with(&m->fail_, code, peer_code, m->pos_, where);
}

/* RFC 1928 section 3. */
static int take_method(struct netp_socks5 *m, uint8_t b)
{
    if (m->at_ == 0) {
        return b == VERSION ? 0 : fail(m, NETP_E_SYNTAX, -1, "version");
    }
    if (b == METHOD_REFUSED) {
        return fail(m, NETP_E_REFUSED, b, "no acceptable authentication method");
    }
    if (b != METHOD_NONE && (b != METHOD_USER || m->cfg_.user.n == 0)) {
        return fail(m, NETP_E_SYNTAX, -1, "method");
    }
    send(m, b == METHOD_USER ? AUTH : REQUEST);
    return 0;
}

/* RFC 1929 section 2. */
static int take_status(struct netp_socks5 *m, uint8_t b)
{
    if (m->at_ == 0) {
        return b == AUTH_VERSION ? 0 : fail(m, NETP_E_SYNTAX, -1, "version");
    }
    if (b != 0) {
        return fail(m, NETP_E_REFUSED, b, "user or password");
    }
    send(m, REQUEST);
    return 0;
}

static int refused(struct netp_socks5 *m, uint8_t reply)
{
    static const char *const why[] = {
        "general SOCKS server failure", "connection not allowed by ruleset",
        "network unreachable",          "host unreachable",
        "connection refused",           "TTL expired",
        "command not supported",        "address type not supported"};

    return fail(m, NETP_E_REFUSED, reply,
                reply <= sizeof why / sizeof *why ? why[reply - 1] : "unassigned reply");
}

static int take_type(struct netp_socks5 *m, uint8_t b)
{
    switch (b) {
    case ATYP_IPV4:
        m->bound_.fam = 4;
        m->host_ = 4;
        return 0;
    case ATYP_IPV6:
        m->bound_.fam = 6;
        m->host_ = 16;
        return 0;
    case ATYP_NAME:
        m->host_ = 1;
        return 0;
    default:
        return fail(m, NETP_E_SYNTAX, -1, "address type");
    }
}

/* RFC 1928 section 6. */
static int take_reply(struct netp_socks5 *m, uint8_t b, struct netp_socks5_ev *ev)
{
    size_t i = m->at_ - 4u; /* in BND.ADDR */

    switch (m->at_) {
    case 0:
        return b == VERSION ? 0 : fail(m, NETP_E_SYNTAX, -1, "version");
    case 1:
        return b == 0 ? 0 : refused(m, b);
    case 2:
        return b == 0 ? 0 : fail(m, NETP_E_SYNTAX, -1, "reserved");
    case 3:
        return take_type(m, b);
    default:
        break;
    }
    if (i < m->host_) {
        if (m->bound_.fam != 0) {
            m->bound_.ip[i] = b;
        } else if (i == 0) {
            m->host_ = (uint16_t)(1 + b);
        }
        return 0;
    }
    m->bound_.port = (uint16_t)(m->bound_.port << 8 | b);
    if (i == m->host_) {
        return 0;
    }
    m->state_ = CONNECTED;
    ev->bound = m->bound_;
    return ev->type = NETP_SOCKS5_CONNECTED;
}

static int take(struct netp_socks5 *m, uint8_t b, struct netp_socks5_ev *ev)
{
    switch (m->state_) {
    case METHODS:
        return take_method(m, b);
    case AUTH:
        return take_status(m, b);
    default:
        return take_reply(m, b, ev);
    }
}

static int receive(struct netp_socks5 *m, struct netp_in *in, struct netp_socks5_ev *ev)
{
    while (in->n > 0 && !m->sending_) {
        int r = take(m, *in->p, ev);
        in->p++;
        in->n--;
        m->pos_++;
        m->at_ = m->sending_ ? 0 : (uint16_t)(m->at_ + 1);
        if (r != 0) {
            return r;
        }
    }
    if (!m->sending_ && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0) {
        return fail(m, NETP_E_TRUNCATED, -1, names[m->state_]);
    }
    return 0;
}

/* ---- the other verbs ---- */

int netp_socks5_init_(struct netp_socks5 *m, size_t size, const struct netp_socks5_cfg *cfg,
                      netp_ms now)
{
    if (size != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (!cfg_is_valid(cfg)) {
        return NETP_E_ARG;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    m->clock_ = now;
    m->deadline_ = netp_after(now, cfg->timeout_ms);
    netp_fail_clear(&m->fail_);
    send(m, METHODS);
    return NETP_OK;
}

static bool is_closed(const struct netp_socks5 *m)
{
    return m->state_ == CONNECTED || m->fail_.code != NETP_OK;
}

int netp_socks5_next(struct netp_socks5 *m, struct netp_in *in, netp_ms now,
                     struct netp_socks5_ev *ev)
{
    int r = 0;

    if (is_closed(m)) {
        return m->fail_.code;
    }
    netp_clock(&m->clock_, now);
    memset(ev, 0, sizeof *ev);
    if (in != NULL) {
        r = receive(m, in, ev);
    }
    if (r == 0 && m->clock_ >= m->deadline_) {
        r = fail(m, NETP_E_TIMEOUT, -1, names[m->state_]);
    }
    return r;
}

netp_ms netp_socks5_deadline(const struct netp_socks5 *m)
{
    return is_closed(m) ? NETP_NEVER : m->deadline_;
}

unsigned netp_socks5_want(const struct netp_socks5 *m)
{
    if (is_closed(m)) {
        return NETP_CLOSED;
    }
    return m->sending_ ? NETP_WANT_OUT : NETP_WANT_IN;
}

const struct netp_fail *netp_socks5_fail(const struct netp_socks5 *m)
{
    return &m->fail_;
}

NETP_OPS(socks5);

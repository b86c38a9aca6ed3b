/* modbus_server_diagnostics.c - what a server tells of its line: functions 08, 0B and 0C (app 6.8
 * to 6.10).
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_server_private.h"

#ifndef NETP_MODBUS_NO_SERIAL_DIAGNOSTICS

#include <netproto/bytes.h>

#include <string.h>

/* Events of the log, app 6.10. */
enum {
    RECEIVED = 0x80,
    RECEIVED_COMM_ERROR = 0x82,
    RECEIVED_OVERRUN = 0x90,
    RECEIVED_BROADCAST = 0xc0,
    SENT = 0x40,
    LISTENING = 0x20, /* a bit of those above */
    ENTERED_LISTEN_ONLY = 0x04,
    RESTARTED = 0x00
};

/* Sub-functions of 08, app 6.8. */
enum {
    RETURN_QUERY_DATA = 0x00,
    RESTART = 0x01,
    RETURN_DIAGNOSTIC_REGISTER = 0x02,
    CHANGE_DELIMITER = 0x03,
    FORCE_LISTEN_ONLY = 0x04,
    CLEAR_COUNTERS = 0x0a,
    RETURN_COUNT = 0x0b, /* the first of them */
    CLEAR_OVERRUN = 0x14
};

static void log_event(struct netp_modbus_diagnostics *d, unsigned event)
{
    memmove(d->log + 1, d->log, NETP_MODBUS_LOG_MAX - 1);
    d->log[0] = (uint8_t)event;
    d->log_n = (uint8_t)(d->log_n + (d->log_n < NETP_MODBUS_LOG_MAX));
}

static void log_message(struct netp_modbus_diagnostics *d, unsigned event)
{
    log_event(d, d->listen_only ? event | LISTENING : event);
}

void netp_modbus_server_noise_(struct netp_modbus_server *m, enum netp_modbus_count why)
{
    netp_modbus_server_count_(m, why);
    if (m->cfg_.diagnostics != NULL) {
        log_message(m->cfg_.diagnostics,
                    why == NETP_MODBUS_OVERRUNS ? RECEIVED_OVERRUN : RECEIVED_COMM_ERROR);
    }
}

/* The bit of a sent event: 1 to 3 were read, 4 is an abort, 5 and 6 are busy, 7 is a NAK. */
static unsigned exception_bit(unsigned exception)
{
    static const uint8_t bits[] = {0, 1, 1, 1, 2, 4, 4, 8};

    return exception < sizeof bits ? bits[exception] : 0;
}

void netp_modbus_server_done_(struct netp_modbus_server *m, unsigned exception)
{
    struct netp_modbus_diagnostics *d = m->cfg_.diagnostics;
    uint8_t function = m->request_.function;

    if (d == NULL) {
        return;
    }
    if (m->mute_) {
        d->count[NETP_MODBUS_NO_RESPONSES]++;
        exception = 0;
    } else if (exception != 0) {
        d->count[NETP_MODBUS_EXCEPTIONS]++;
        d->count[NETP_MODBUS_NAKS] = (uint16_t)(d->count[NETP_MODBUS_NAKS] + (exception == 7));
        d->count[NETP_MODBUS_BUSY] =
            (uint16_t)(d->count[NETP_MODBUS_BUSY] + (exception == NETP_MODBUS_DEVICE_BUSY));
    } else if (function != NETP_MODBUS_GET_COMM_EVENT_COUNTER &&
               function != NETP_MODBUS_GET_COMM_EVENT_LOG) {
        d->events++;
    }
    log_message(d, SENT | exception_bit(exception));
}

/* What a frame of ASCII may not end with: a digit or a colon. */
static bool is_in_frames(unsigned c)
{
    return (c >= '0' && c <= ':') || (c >= 'A' && c <= 'F');
}

static enum netp_modbus_exception judge(const struct netp_modbus_server *m, unsigned sub,
                                        unsigned value)
{
    bool right = value == 0;

    if (sub == CHANGE_DELIMITER && netp_modbus_server_is_ascii_(m)) {
        right = (value & 0xff) == 0 && !is_in_frames(value >> 8);
    } else if (sub == RESTART) {
        right = value == 0 || value == 0xff00;
    } else if (sub == CHANGE_DELIMITER || sub > CLEAR_OVERRUN ||
               (sub > FORCE_LISTEN_ONLY && sub < CLEAR_COUNTERS) ||
               (sub >= RETURN_COUNT + NETP_MODBUS_COUNTS && sub < CLEAR_OVERRUN)) {
        return NETP_MODBUS_ILLEGAL_FUNCTION;
    }
    return right && m->request_.n == 4 ? NETP_MODBUS_NO_EXCEPTION : NETP_MODBUS_ILLEGAL_VALUE;
}

static void clear(struct netp_modbus_diagnostics *d)
{
    memset(d->count, 0, sizeof d->count);
    d->events = 0;
}

/* After the answer, which they may forbid from then on. */
static void change(struct netp_modbus_server *m, unsigned sub, unsigned value)
{
    struct netp_modbus_diagnostics *d = m->cfg_.diagnostics;

    switch (sub) {
    case RESTART:
        clear(d);
        d->listen_only = false;
        d->log_n = value != 0 ? 0 : d->log_n;
        log_event(d, RESTARTED);
        break;
    case CHANGE_DELIMITER:
        m->delimiter_ = (uint8_t)(value >> 8);
        break;
    case FORCE_LISTEN_ONLY:
        d->listen_only = true;
        log_event(d, ENTERED_LISTEN_ONLY);
        break;
    case CLEAR_COUNTERS:
        clear(d);
        d->diagnostic = 0;
        break;
    case CLEAR_OVERRUN:
        d->count[NETP_MODBUS_OVERRUNS] = 0;
        break;
    default:
        break;
    }
}

/* 08 */
static void diagnostics(struct netp_modbus_server *m)
{
    struct netp_modbus_diagnostics *d = m->cfg_.diagnostics;
    const uint8_t *query = m->request_.data;
    unsigned sub = netp_rd16be(query), value = netp_rd16be(query + 2);
    enum netp_modbus_exception e;
    uint8_t answer[4];

    m->mute_ = m->mute_ || d->listen_only;
    if (sub == RETURN_QUERY_DATA) {
        netp_modbus_server_answer(m, query, m->request_.n, m->clock_);
        return;
    }
    e = judge(m, sub, value);
    if (e != NETP_MODBUS_NO_EXCEPTION) {
        netp_modbus_server_except(m, e, m->clock_);
        return;
    }
    memcpy(answer, query, sizeof answer);
    if (sub == RETURN_DIAGNOSTIC_REGISTER) {
        netp_wr16be(answer + 2, d->diagnostic);
    } else if (sub >= RETURN_COUNT && sub < RETURN_COUNT + NETP_MODBUS_COUNTS) {
        netp_wr16be(answer + 2, d->count[sub - RETURN_COUNT]);
    }
    m->mute_ = m->mute_ || sub == FORCE_LISTEN_ONLY;
    netp_modbus_server_answer(m, answer, sizeof answer, m->clock_);
    change(m, sub, value);
}

/* 0B and 0C: a status of 0, for nothing goes on behind an answer. */
static void events(struct netp_modbus_server *m, bool with_log)
{
    const struct netp_modbus_diagnostics *d = m->cfg_.diagnostics;
    uint8_t p[7 + NETP_MODBUS_LOG_MAX] = {0};

    p[0] = (uint8_t)(6 + d->log_n);
    netp_wr16be(p + 3, d->events);
    netp_wr16be(p + 5, d->count[NETP_MODBUS_BUS_MESSAGES]);
    memcpy(p + 7, d->log, d->log_n);
    if (with_log) {
        netp_modbus_server_answer(m, p, 7u + d->log_n, m->clock_);
    } else {
        netp_modbus_server_answer(m, p + 1, 4, m->clock_);
    }
}

bool netp_modbus_server_diagnose_(struct netp_modbus_server *m, enum netp_modbus_exception judged)
{
    struct netp_modbus_diagnostics *d = m->cfg_.diagnostics;
    uint8_t function = m->request_.function;
    bool sound = judged == NETP_MODBUS_NO_EXCEPTION;
    bool is_08 = sound && function == NETP_MODBUS_DIAGNOSTICS;
    bool restart = is_08 && netp_rd16be(m->request_.data) == RESTART;

    if (d == NULL) {
        return false;
    }
    d->count[NETP_MODBUS_SERVER_MESSAGES]++;
    log_message(d, m->mute_ ? RECEIVED_BROADCAST : RECEIVED);
    if (d->listen_only && !restart) {
        netp_modbus_server_ignore(m, m->clock_);
        return true;
    }
    if (is_08) {
        diagnostics(m);
    } else if (sound && function == NETP_MODBUS_GET_COMM_EVENT_COUNTER) {
        events(m, false);
    } else if (sound && function == NETP_MODBUS_GET_COMM_EVENT_LOG) {
        events(m, true);
    } else {
        return false;
    }
    return true;
}

#endif

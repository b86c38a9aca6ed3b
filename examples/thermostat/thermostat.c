/* thermostat.c - a room, a thermostat, and its registers. SPDX-License-Identifier: MIT */
#include "thermostat.h"
#include <netproto/bytes.h>
#include <netproto/modbus_type.h>
#include <netproto/text.h>
#include <string.h>

#define TENTH        100000 /* in millionths of a degree */
#define STEP_MS      100    /* of the room */
#define STEPS        36000  /* at once: an hour */
#define FULL_UK      10000  /* what a valve that is all open makes in a step */
#define LOSS         6000   /* the part of the difference to outside that is lost in a step */
#define PERCENT_FULL 10     /* tenths of a degree off the set point: the valve is all open */

enum { OFF, HEAT, COOL, BOTH };

static const struct netp_modbus_object objects[] = {
    {0, {"netproto", 8}},
    {1, {"NP-TH1", 6}},
    {2, {NETP_VERSION, sizeof NETP_VERSION - 1}},
    {4, {"Room thermostat", 15}},
};

static bool coil(const struct thermostat *t, unsigned i)
{
    return netp_modbus_get_bit(&t->coils, i);
}

static bool input(const struct thermostat *t, unsigned i)
{
    return netp_modbus_get_bit(&t->discrete, i);
}

void thermostat_init(struct thermostat *t, netp_ms now)
{
    static const uint16_t holding[THERMOSTAT_HOLDING] = {210, BOTH, 5, 50, 350};

    memset(t, 0, sizeof *t);
    memcpy(t->holding, holding, sizeof holding);
    netp_modbus_put_bit(&t->coils, THERMOSTAT_ON, true);
    t->room_uk = 180 * TENTH;
    t->outside_uk = 50 * TENTH;
    t->begun = t->now = now;
    t->range[0] = (struct netp_modbus_range){
        .table = NETP_MODBUS_HOLDING, .quantity = THERMOSTAT_HOLDING, .registers = t->holding};
    t->range[1] = (struct netp_modbus_range){
        .table = NETP_MODBUS_INPUT, .quantity = THERMOSTAT_INPUT, .registers = t->input};
    t->range[2] =
        (struct netp_modbus_range){.table = NETP_MODBUS_COILS, .quantity = 4, .bits = &t->coils};
    t->range[3] = (struct netp_modbus_range){
        .table = NETP_MODBUS_DISCRETE, .quantity = 5, .bits = &t->discrete};
    t->map.range = t->range;
    t->map.ranges = 4;
    t->map.object = objects;
    t->map.objects = sizeof objects / sizeof *objects;
    thermostat_tick(t, now);
}

/* --- control --------------------------------------------------------------------------------- */

static int room_tenths(const struct thermostat *t)
{
    return (t->room_uk + (t->room_uk < 0 ? -TENTH / 2 : TENTH / 2)) / TENTH;
}

/* Begins when the room is further off than half the hysteresis, and ends at the set point. */
static bool runs(const struct thermostat *t, unsigned which, int off, int mode)
{
    if (!coil(t, THERMOSTAT_ON) || !(t->holding[THERMOSTAT_MODE] & mode)) {
        return false;
    }
    return input(t, which) ? off > 0 : 2 * off > t->holding[THERMOSTAT_HYSTERESIS];
}

static unsigned percent(int off)
{
    int p = 10 + 90 * off / PERCENT_FULL;

    return p > 100 ? 100 : (unsigned)p;
}

static void control(struct thermostat *t)
{
    int room = room_tenths(t), off = t->holding[THERMOSTAT_SETPOINT] - room;
    bool heating = runs(t, THERMOSTAT_HEATING, off, HEAT);
    bool cooling = runs(t, THERMOSTAT_COOLING, -off, COOL);
    bool cold = room < (int16_t)t->holding[THERMOSTAT_LOW];
    bool warm = room > (int16_t)t->holding[THERMOSTAT_HIGH];
    unsigned valve = heating ? percent(off) : cooling ? percent(-off) : 0;

    if ((cold && !input(t, THERMOSTAT_TOO_COLD)) || (warm && !input(t, THERMOSTAT_TOO_WARM))) {
        netp_modbus_put_bit(&t->discrete, THERMOSTAT_ALARM, true);
    }
    netp_modbus_put_bit(&t->discrete, THERMOSTAT_HEATING, heating);
    netp_modbus_put_bit(&t->discrete, THERMOSTAT_COOLING, cooling);
    netp_modbus_put_bit(&t->discrete, THERMOSTAT_TOO_COLD, cold);
    netp_modbus_put_bit(&t->discrete, THERMOSTAT_TOO_WARM, warm);
    t->input[THERMOSTAT_ROOM] = (uint16_t)room;
    t->input[THERMOSTAT_VALVE] = (uint16_t)(coil(t, THERMOSTAT_VALVE_OPEN) ? 100 : valve);
    t->input[THERMOSTAT_FAN] = (uint16_t)(coil(t, THERMOSTAT_FAN_ON) ? 100 : valve);
}

/* --- the room -------------------------------------------------------------------------------- */

static void move_room(struct thermostat *t)
{
    int32_t made = FULL_UK * t->input[THERMOSTAT_VALVE] / 100;

    t->room_uk += input(t, THERMOSTAT_COOLING) ? -made : made;
    t->room_uk += (t->outside_uk - t->room_uk) / LOSS;
}

static void publish(struct thermostat *t)
{
    uint32_t s = (uint32_t)((t->now - t->begun) / 1000);
    uint8_t f[4];

    t->input[THERMOSTAT_STATUS] = t->discrete;
    t->input[THERMOSTAT_OUTSIDE] = (uint16_t)(t->outside_uk / TENTH);
    t->input[THERMOSTAT_UPTIME] = (uint16_t)(s >> 16);
    t->input[THERMOSTAT_UPTIME + 1] = (uint16_t)s;
    netp_modbus_put_f32(f, NETP_MODBUS_ABCD, (float)t->room_uk / 1000000);
    t->input[THERMOSTAT_ROOM_F32] = netp_rd16be(f);
    t->input[THERMOSTAT_ROOM_F32 + 1] = netp_rd16be(f + 2);
}

void thermostat_tick(struct thermostat *t, netp_ms now)
{
    control(t);
    for (unsigned i = 0; i < STEPS && t->now + STEP_MS <= now; i++) {
        t->now += STEP_MS;
        move_room(t);
        control(t);
    }
    publish(t);
}

/* --- requests -------------------------------------------------------------------------------- */

static bool is_between(uint16_t v, int min, int max)
{
    return (int16_t)v >= min && (int16_t)v <= max;
}

static bool is_sound(const uint16_t *h)
{
    return is_between(h[THERMOSTAT_SETPOINT], 50, 350) && h[THERMOSTAT_MODE] <= BOTH &&
           is_between(h[THERMOSTAT_HYSTERESIS], 1, 50) &&
           is_between(h[THERMOSTAT_LOW], -400, 1000) && is_between(h[THERMOSTAT_HIGH], -400, 1000);
}

void thermostat_answer(struct thermostat *t, const struct netp_modbus_request *request,
                       uint8_t *room, size_t n, struct netp_modbus_response *response)
{
    uint16_t before[THERMOSTAT_HOLDING];
    struct netp_modbus_written written;

    memcpy(before, t->holding, sizeof before);
    written = netp_modbus_map_answer(&t->map, request, room, n, response);
    if (written.table == NETP_MODBUS_HOLDING && !is_sound(t->holding)) {
        memcpy(t->holding, before, sizeof before);
        response->exception = NETP_MODBUS_ILLEGAL_VALUE;
        response->n = 0;
    }
    if (coil(t, THERMOSTAT_ACKNOWLEDGE)) {
        netp_modbus_put_bit(&t->coils, THERMOSTAT_ACKNOWLEDGE, false);
        netp_modbus_put_bit(&t->discrete, THERMOSTAT_ALARM, false);
    }
    if (written.table != 0) {
        control(t);
        publish(t);
    }
}

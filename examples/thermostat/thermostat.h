/* thermostat.h - a room thermostat as a Modbus device: its registers, and a room to go with it.
 *
 * It knows neither sockets nor an operating system: the same source is in the firmware, in the
 * example beside it and in `netproto modbusd --simulate`.
 *
 *   table     address  what                                        values
 *   holding   0        set point                                   50 to 350, tenths of a degree C
 *             1        mode                                        0 off, 1 heat, 2 cool, 3 both
 *             2        hysteresis                                  1 to 50, tenths of a degree
 *             3        alarm below                                 -400 to 1000, tenths; signed
 *             4        alarm above                                 -400 to 1000, tenths; signed
 *   input     0        room temperature                            tenths; signed
 *             1        valve                                       0 to 100 %
 *             2        fan                                         0 to 100 %
 *             3        status: the discrete inputs in its low bits
 *             4, 5     room temperature                            f32, abcd
 *             6, 7     seconds since the start                     u32, abcd
 *             8        temperature outside                         tenths; signed
 *   coils     0        on
 *             1        fan on, whatever is needed
 *             2        valve open, whatever is needed
 *             3        acknowledge the alarm; reads 0
 *   discrete  0        heating
 *             1        cooling
 *             2        too cold
 *             3        too warm
 *             4        an alarm that was not acknowledged
 *
 * A write of a value that is out of its range is answered with exception 3, and nothing of that
 * request is written. Function 2B/0E tells vendor, product, revision and name.
 *
 * SPDX-License-Identifier: MIT */
#ifndef THERMOSTAT_H
#define THERMOSTAT_H

#include <netproto/modbus_map.h>

enum {
    THERMOSTAT_SETPOINT,
    THERMOSTAT_MODE,
    THERMOSTAT_HYSTERESIS,
    THERMOSTAT_LOW,
    THERMOSTAT_HIGH
};
enum {
    THERMOSTAT_ROOM,
    THERMOSTAT_VALVE,
    THERMOSTAT_FAN,
    THERMOSTAT_STATUS,
    THERMOSTAT_ROOM_F32,
    THERMOSTAT_UPTIME = 6,
    THERMOSTAT_OUTSIDE = 8
};
enum { THERMOSTAT_ON, THERMOSTAT_FAN_ON, THERMOSTAT_VALVE_OPEN, THERMOSTAT_ACKNOWLEDGE };
enum {
    THERMOSTAT_HEATING,
    THERMOSTAT_COOLING,
    THERMOSTAT_TOO_COLD,
    THERMOSTAT_TOO_WARM,
    THERMOSTAT_ALARM
};

#define THERMOSTAT_HOLDING 5
#define THERMOSTAT_INPUT   9

struct thermostat {
    uint16_t holding[THERMOSTAT_HOLDING], input[THERMOSTAT_INPUT];
    uint8_t coils, discrete;
    int32_t room_uk, outside_uk; /* millionths of a degree C */
    netp_ms begun, now;
    struct netp_modbus_range range[4];
    struct netp_modbus_map map;
};

/* Starts in a room of 18 degrees, 5 outside. t must stay where it is. */
void thermostat_init(struct thermostat *t, netp_ms now);

/* Measures, decides, and moves the room on to now; every second, say. */
void thermostat_tick(struct thermostat *t, netp_ms now);

/* Does a request, whose answer is made in room[0..n). */
void thermostat_answer(struct thermostat *t, const struct netp_modbus_request *request,
                       uint8_t *room, size_t n, struct netp_modbus_response *response);

#endif

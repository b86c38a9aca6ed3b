/* modbus_job.h - what the subcommands of `netproto modbus` share. SPDX-License-Identifier: MIT */
#ifndef MODBUS_JOB_H
#define MODBUS_JOB_H

#include "cli.h"
#include <netproto/host/modbus.h>
#include <netproto/modbus_type.h>
#include <stdio.h>

#define MODBUS_DATA (65536u * 2) /* bytes of all registers */

/* One of the four tables. */
struct modbus_table {
    const char *name;
    uint8_t read, write_one, write; /* functions; 0: none */
    bool bits;
};

struct modbus_job {
    struct cli *c;
    struct netp_modbus_url url;
    const char *url_text;
    struct netp_modbus_conn *conn;
    const struct modbus_table *table;
    enum netp_modbus_type type;
    enum netp_modbus_order order;
    bool text; /* --type=text */
    bool multiple;
    double scale; /* 1: values are as they are */
    uint64_t poll_ms, count, response_ms, retries;
    netp_ms end; /* of --timeout */
    struct netp_tls_client_cfg tls;
    struct netp_tls_ctx *ctx;
};

/* Value number i of data, as text, or as JSON has it. */
void modbus_put_value(const struct modbus_job *j, const uint8_t *data, unsigned i, FILE *f);

/* Reads a value from text into its place in data; false when it is none, or too large. */
bool modbus_take_value(const struct modbus_job *j, const char *text, unsigned i, uint8_t *data);

/* Registers, or bits, that a value takes. */
unsigned modbus_value_size(const struct modbus_job *j);

/* Tells of what a call of host/modbus.h has returned that is not 0, and returns the exit status. */
int modbus_tell(const struct modbus_job *j, int r);

/* The subcommands; they return the exit status. */
int modbus_read(struct modbus_job *j, int n, char **operands);
int modbus_write(struct modbus_job *j, int n, char **operands);
int modbus_scan(struct modbus_job *j, int n, char **operands);
int modbus_id(struct modbus_job *j, int n, char **operands);
int modbus_raw(struct modbus_job *j, int n, char **operands);

/* TABLE, ADDRESS ("5", "0x10"). They tell of what is none, and return the exit status. */
int modbus_take_table(struct modbus_job *j, const char *text);
int modbus_take_address(const struct modbus_job *j, const char *text, uint64_t *address);

#endif

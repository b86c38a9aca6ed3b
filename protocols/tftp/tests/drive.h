/* drive.h - one TFTP machine, its calls made one by one where a transcript would make them all.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TFTP_TESTS_DRIVE_H
#define TFTP_TESTS_DRIVE_H

#include <netproto/tftp.h>

struct drive {
    struct netp_tftp_cfg cfg;
    struct netp_tftp m;
    struct netp_tftp_ev ev; /* the last event */
    netp_ms now;
    uint8_t mem[2048];
};

extern const struct netp_addr drive_peer, drive_stranger;

/* The defaults for a role; the caller may change them before drive_start(), which inits. */
void drive_cfg(struct drive *d, enum netp_tftp_role role);
void drive_start(struct drive *d);

/* A datagram arrives; a request, ACK or DATA of n bytes from the peer; only time passes. Each is
 * one call of next(), and returns what that did. */
int drive_in(struct drive *d, const struct netp_addr *from, const void *p, size_t n);
int drive_request(struct drive *d, enum netp_tftp_opcode opcode);
int drive_ack(struct drive *d, uint16_t number);
int drive_data(struct drive *d, uint16_t number, size_t n);
int drive_tick(struct drive *d);

/* As drive_in(), from drive_stranger. */
int drive_intrude(struct drive *d);

/* Gives n bytes. */
ptrdiff_t drive_give(struct drive *d, size_t n, bool last);

/* Sends all that waits; returns how long an answer is waited for. */
netp_ms drive_send(struct drive *d);

#endif

/* drive.c - one TFTP machine, its calls made one by one. SPDX-License-Identifier: MIT */
#include "drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

const struct netp_addr drive_peer = {{192, 0, 2, 1}, 0, 5000, 4};
const struct netp_addr drive_stranger = {{192, 0, 2, 3}, 0, 4000, 4};

void drive_cfg(struct drive *d, enum netp_tftp_role role)
{
    memset(d, 0, sizeof *d);
    netp_tftp_cfg_init(&d->cfg, role);
    d->cfg.mem = d->mem;
    d->cfg.memlen = sizeof d->mem;
    d->cfg.file = "f";
    d->cfg.server = drive_peer;
    d->now = 1000;
}

void drive_start(struct drive *d)
{
    assert_int_equal(netp_tftp_init(&d->m, &d->cfg, d->now), NETP_OK);
}

int drive_in(struct drive *d, const struct netp_addr *from, const void *p, size_t n)
{
    struct netp_in in = {p, n, NETP_IN_DGRAM, from};

    return netp_tftp_next(&d->m, &in, d->now, &d->ev);
}

int drive_request(struct drive *d, enum netp_tftp_opcode opcode)
{
    uint8_t p[] = "\0\0f\0octet\0tsize\0000";

    p[1] = (uint8_t)opcode;
    return drive_in(d, &drive_peer, p, sizeof p);
}

int drive_ack(struct drive *d, uint16_t number)
{
    const uint8_t p[] = {0, NETP_TFTP_ACK, (uint8_t)(number >> 8), (uint8_t)number};

    return drive_in(d, &drive_peer, p, sizeof p);
}

int drive_data(struct drive *d, uint16_t number, size_t n)
{
    uint8_t p[4 + NETP_TFTP_BLKSIZE] = {0, NETP_TFTP_OP_DATA, (uint8_t)(number >> 8),
                                        (uint8_t)number};

    assert_true(n <= NETP_TFTP_BLKSIZE);
    return drive_in(d, &drive_peer, p, 4 + n);
}

int drive_tick(struct drive *d)
{
    return netp_tftp_next(&d->m, NULL, d->now, &d->ev);
}

int drive_intrude(struct drive *d)
{
    return drive_in(d, &drive_stranger, "\0\4\0\0", 4);
}

ptrdiff_t drive_give(struct drive *d, size_t n, bool last)
{
    static const uint8_t file[2048];

    assert_true(n <= sizeof file);
    return netp_tftp_give(&d->m, file, n, last, d->now);
}

netp_ms drive_send(struct drive *d)
{
    while (netp_tftp_want(&d->m) & NETP_WANT_OUT) {
        netp_tftp_sent(&d->m, 1, d->now);
    }
    return netp_tftp_deadline(&d->m) - d->now;
}

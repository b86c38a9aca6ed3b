/* image.h - firmware images in flash: two slots, of which one is always whole.
 *
 * SPDX-License-Identifier: MIT
 *
 * A new image goes to the slot that does not hold the newest, and counts when its head is written,
 * which is last: power may fail at any moment. The last four bytes of an image are the CRC-32 of
 * those before, little-endian. */
#ifndef IMAGE_H
#define IMAGE_H

#include <netproto/netp.h>

/* One that is being written. Zeroed it is not. */
struct image {
    size_t at, n, limit; /* its place in flash; bytes so far, and at most */
    bool open;
};

/* One at a time. NETP_E_STATE: another is being written, or the slot is still being read. */
int image_begin(struct image *w);
/* The next bytes. NETP_E_NOSPACE: it is larger than a slot; NETP_E_IO: flash can't be written. */
int image_write(struct image *w, const uint8_t *p, size_t n);
/* That was all. NETP_E_SYNTAX: its CRC is wrong, or it has no bytes but that; NETP_E_IO. */
int image_commit(struct image *w);
/* Harmless when it is not open. */
void image_abort(struct image *w);

/* The newest image, that is read from now on: its slot (0 or 1), or -1: there is none. */
int image_read(const uint8_t **p, size_t *n);
/* It is read no more. -1 is harmless. */
void image_read_end(int slot);

/* Its number, which grows by one with each; 0: there is none. */
uint32_t image_number(void);

#endif

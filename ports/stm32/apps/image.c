/* image.c - firmware images in flash. SPDX-License-Identifier: MIT */
#include "image.h"
#include "flash.h"
#include <netproto/crc.h>
#include <string.h>

#define MAGIC    0x31474d49u /* "IMG1" */
#define RESIDUE  0x2144df1cu /* CRC-32 of anything and its own CRC-32 behind it */
#define CRC_SIZE 4u

struct head {
    uint32_t magic, size, number, check; /* check: of the three before */
};

static bool writing;
static unsigned readers[2];

static size_t slot_size(void)
{
    size_t size;

    flash_memory(&size);
    return size / 2 / FLASH_SECTOR * FLASH_SECTOR;
}

static bool read_head(unsigned slot, struct head *h)
{
    size_t size;

    memcpy(h, flash_memory(&size) + slot * slot_size(), sizeof *h);
    return h->magic == MAGIC &&
           h->check == netp_crc32(NETP_CRC32_START, h, offsetof(struct head, check)) &&
           h->size <= slot_size() - sizeof *h;
}

/* The slot of the newest image and its head; -1: there is none. */
static int newest(struct head *h)
{
    struct head other;
    bool first = read_head(0, h), second = read_head(1, &other);

    if (second && (!first || other.number > h->number)) {
        *h = other;
        return 1;
    }
    return first ? 0 : -1;
}

int image_read(const uint8_t **p, size_t *n)
{
    struct head h;
    size_t size;
    int slot = newest(&h);

    if (slot >= 0) {
        *p = flash_memory(&size) + (size_t)slot * slot_size() + sizeof h;
        *n = h.size;
        readers[slot]++;
    }
    return slot;
}

void image_read_end(int slot)
{
    if (slot >= 0) {
        readers[slot]--;
    }
}

uint32_t image_number(void)
{
    struct head h;

    return newest(&h) >= 0 ? h.number : 0;
}

int image_begin(struct image *w)
{
    struct head h;
    unsigned slot = newest(&h) == 0;

    if (writing || readers[slot] > 0) {
        return NETP_E_STATE;
    }
    writing = true;
    w->open = true;
    w->at = slot * slot_size();
    w->n = 0;
    w->limit = slot_size() - sizeof h;
    flash_erase(w->at);
    return NETP_OK;
}

int image_write(struct image *w, const uint8_t *p, size_t n)
{
    if (n > w->limit - w->n) {
        return NETP_E_NOSPACE;
    }
    while (n > 0) {
        size_t at = w->at + sizeof(struct head) + w->n, piece = FLASH_SECTOR - at % FLASH_SECTOR;
        if (piece == FLASH_SECTOR) {
            flash_erase(at);
        }
        piece = piece < n ? piece : n;
        if (!flash_write(at, p, piece)) {
            return NETP_E_IO;
        }
        p += piece;
        n -= piece;
        w->n += piece;
    }
    return NETP_OK;
}

int image_commit(struct image *w)
{
    struct head h, old;
    size_t size;
    const uint8_t *p = flash_memory(&size) + w->at + sizeof h;

    if (w->n <= CRC_SIZE || netp_crc32(NETP_CRC32_START, p, w->n) != RESIDUE) {
        return NETP_E_SYNTAX;
    }
    h.magic = MAGIC;
    h.size = (uint32_t)w->n;
    h.number = newest(&old) >= 0 ? old.number + 1 : 1;
    h.check = netp_crc32(NETP_CRC32_START, &h, offsetof(struct head, check));
    if (!flash_write(w->at, &h, sizeof h)) {
        return NETP_E_IO;
    }
    image_abort(w);
    return NETP_OK;
}

void image_abort(struct image *w)
{
    writing = writing && !w->open;
    w->open = false;
}

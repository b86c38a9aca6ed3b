/* flash.c - a model of flash, in memory of the board. SPDX-License-Identifier: MIT */
#include "flash.h"
#include <board.h>
#include <string.h>

const uint8_t *flash_memory(size_t *size)
{
    return netp_board_store(size);
}

void flash_erase(size_t offset)
{
    size_t size;

    memset(netp_board_store(&size) + offset / FLASH_SECTOR * FLASH_SECTOR, 0xff, FLASH_SECTOR);
}

bool flash_write(size_t offset, const void *p, size_t n)
{
    size_t size;
    uint8_t *to = netp_board_store(&size) + offset;

    for (size_t i = 0; i < n; i++) {
        if (to[i] != 0xff) {
            return false;
        }
    }
    memcpy(to, p, n);
    return true;
}

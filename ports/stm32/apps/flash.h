/* flash.h - flash as a part has it: erased by the sector, written once, read as memory.
 *
 * SPDX-License-Identifier: MIT
 *
 * flash.c is a model of it in RAM that keeps to these rules; a product has its part's here. */
#ifndef FLASH_H
#define FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLASH_SECTOR 4096u /* bytes */

/* All of it. */
const uint8_t *flash_memory(size_t *size);

/* Makes the sector at this offset all 0xff. */
void flash_erase(size_t offset);

/* Writes where it is erased. False: it is not. */
bool flash_write(size_t offset, const void *p, size_t n);

#endif

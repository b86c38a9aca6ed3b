/* modbus_record.c - the records that a request names, app 6.14 and 6.15.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/modbus.h>

int netp_modbus_record_next(const struct netp_modbus_request *r, size_t *at,
                            struct netp_modbus_record *record)
{
    size_t i = *at > 0 ? *at : 1; /* behind the byte count */
    size_t n;

    if (i >= r->n) {
        return 0;
    }
    if (r->n - i < NETP_MODBUS_RECORD_HEAD) {
        return NETP_E_TRUNCATED;
    }
    record->type = r->data[i];
    record->file = netp_rd16be(r->data + i + 1);
    record->first = netp_rd16be(r->data + i + 3);
    record->length = netp_rd16be(r->data + i + 5);
    i += NETP_MODBUS_RECORD_HEAD;
    n = r->function == NETP_MODBUS_WRITE_FILE_RECORD ? 2u * record->length : 0;
    if (r->n - i < n) {
        return NETP_E_TRUNCATED;
    }
    record->data = r->data + i;
    *at = i + n;
    return 1;
}

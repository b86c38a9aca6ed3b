/* sntp_text.c - reference ids, keys. SPDX-License-Identifier: MIT */
#include "sntp_text.h"
#include <errno.h>
#include <netproto/bytes.h>
#include <netproto/host/sntp_keys.h>
#include <string.h>

const char *sntp_refid_text(uint32_t refid, unsigned stratum, char out[SNTP_REFID_CAP])
{
    uint8_t b[4];
    size_t n = 0;

    netp_wr32be(b, refid);
    if (stratum > 1) {
        snprintf(out, SNTP_REFID_CAP, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
        return out;
    }
    for (; n < 4 && b[n] != 0; n++) {
        out[n] = (char)(b[n] > ' ' && b[n] < 127 ? b[n] : '?');
    }
    out[n] = '\0';
    return out;
}

#ifdef NETPROTO_TLS
int sntp_load_keys(struct cli *c, const char *path, struct netp_sntp_keys **keys)
{
    unsigned line;

    *keys = path ? netp_sntp_keys_load(path, &line) : NULL;
    if (!path || *keys) {
        return CLI_DONE;
    }
    if (line > 0) {
        return cli_error(c, CLI_LOCAL, "%s:%u: not a key: ID TYPE KEY", path, line);
    }
    return cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
}
#endif

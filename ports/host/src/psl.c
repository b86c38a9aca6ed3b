/* psl.c - public suffixes, by libpsl. SPDX-License-Identifier: MIT */
#include <libpsl.h>
#include <netproto/host/psl.h>
#include <string.h>

bool netp_psl_is_public_suffix(void *ctx, struct netp_str domain)
{
    char name[254]; /* the longest of the DNS, and its NUL */

    (void)ctx;
    if (domain.n == 0 || domain.n >= sizeof name || memchr(domain.p, '\0', domain.n) != NULL) {
        return true;
    }
    memcpy(name, domain.p, domain.n);
    name[domain.n] = '\0';
    /* Without a built-in list every name is one to libpsl: no cookie is shared then. */
    return psl_is_public_suffix(psl_builtin(), name) != 0;
}

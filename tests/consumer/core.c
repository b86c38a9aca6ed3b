/* SPDX-License-Identifier: MIT */
#include <netproto/netp.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    printf("%s: %s\n", netp_version(), netp_strerror(NETP_E_TIMEOUT));
    return strcmp(netp_version(), NETP_VERSION) != 0;
}

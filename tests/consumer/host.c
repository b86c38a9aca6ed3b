/* SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/host/resolve.h>
#include <netproto/host/tftpd.h>

#include <stdio.h>
#include <string.h>

/* Opens a TFTP server and a name, so that all of the host port is linked. */
int main(void)
{
    struct netp_tftpd_cfg cfg;
    struct netp_loop *loop = netp_loop_new();
    struct netp_tftpd *d;
    struct netp_addr where;
    char text[NETP_ADDR_CAP];

    netp_tftpd_cfg_init(&cfg);
    cfg.root = "/tmp";
    if (!loop || netp_resolve("127.0.0.1", 0, 0, &cfg.listen, 1) != 1) {
        return 1;
    }
    d = netp_tftpd_open(loop, &cfg);
    if (!d) {
        return 1;
    }
    where = netp_tftpd_addr(d);
    netp_addr_format(&where, text);
    printf("netproto %s listens on %s\n", netp_version(), text);
    netp_tftpd_close(d);
    netp_loop_free(loop);
    return strcmp(netp_version(), NETP_VERSION) != 0;
}

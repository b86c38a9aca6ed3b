/* web.h - the page of the gateway. SPDX-License-Identifier: MIT */
#ifndef WEB_H
#define WEB_H

#include <netproto/host/httpd.h>

/* Serves on the listening socket fd; false with errno. */
bool web_open(struct netp_loop *loop, int fd);
void web_close(void);

#endif

/* os.h - the firmware with an operating system: what it has beside the rest.
 * SPDX-License-Identifier: MIT */
#ifndef OS_H
#define OS_H

#include "../text.h"

enum { APP_SOCKETS_PORT = 1007, APP_NETCONN_PORT = 1008 };

/* Before the kernel starts: threads of the demos. */
void app_os_init(void);
void app_sockets_init(void); /* echo by sockets, TCP and UDP */
void app_netconn_init(void); /* echo by netconns, TCP */

/* Appends a JSON object: what threads and the kernel's objects are there, and of each thread the
 * bytes of stack that have never been in use, and that it has (0: the kernel does not tell). */
void app_os_put(struct text *t);

#endif

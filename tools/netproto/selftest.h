/* selftest.h - what the two kinds of self-test share: this program again, as a child; files that it
 * makes. SPDX-License-Identifier: MIT */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "cli.h"
#include <sys/types.h>

/* Starts this program with the words of `command` behind its name. Its output goes to the file
 * `to`, unless that is -1; what it says then on stderr, else its output, comes from *said. */
pid_t selftest_spawn(const char *command, int to, int *said);

/* Waits for its end: its exit status; CLI_LOCAL for -1, which has not started. */
int selftest_finish(pid_t pid);

/* A new folder for temporary files; false: there is none, with errno. */
bool selftest_folder(char *path, size_t n);

bool selftest_write_file(const char *path, const char *p, size_t n);

/* Whether two files hold the same bytes. */
bool selftest_same(const char *a, const char *b);

/* Echo of content[0..n) by TCP, of `count` datagrams of 1024 bytes of it by UDP; false with errno.
 */
bool selftest_echo_tcp(const struct netp_addr *to, const char *content, size_t n);
bool selftest_echo_udp(const struct netp_addr *to, const char *content, unsigned count);

/* Our clients against the services of `host`, each `base` above its port; name[0..n): only these of
 * "echo", "http", "tftp", "modbus", "sntp", 0: all. The exit status. */
int selftest_device(struct cli *c, const char *host, uint16_t base, char **name, int n);

#endif

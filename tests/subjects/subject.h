/* tests/subjects/subject.h - a kind of machine under test: how it is set up, told and commanded.
 *
 * SPDX-License-Identifier: MIT
 *
 * One description a machine, for all who put machines to the test: the laws, the hostile tables and
 * the fuzzer. To add a machine, add NAME.c beside this file and a line to the two lists below. */
#ifndef SUBJECTS_SUBJECT_H
#define SUBJECTS_SUBJECT_H

#include "transcript.h"

/* A command, given some bytes that stay for the life of the machine. */
struct subject_cmd {
    const char *name;
    checked_cmd *run;
    bool rare; /* it ends things: a random walk goes further without */
};

struct subject {
    const char *name;
    /* make() is given a text of settings, as "get blksize=8": see subject_settings(). */
    struct tr_machine machine;
    int (*misfit)(void *m);              /* init with a struct that is a byte too small */
    const char *(*state)(const void *m); /* where it stands, for feedback to a fuzzer; or NULL */
    bool dgram;
    const char *const *setup; /* set-ups that are worth exploring, the plainest first */
    size_t nsetup;
    /* The first that is not refused gets the machine on when it wants a command. */
    const struct subject_cmd *cmd;
    size_t ncmd;
};

extern const struct subject subject_cgi, subject_coding, subject_form, subject_frame, subject_http1,
    subject_modbus_client, subject_modbus_client_udp, subject_modbus_server, subject_multipart,
    subject_sntp, subject_sntp_server, subject_socks5, subject_tftp;

/* The subject of that name, or NULL. */
const struct subject *subject_find(const char *name, size_t n);

/* One setting of a machine: a word ("get", 1 if it is there) or a number ("blksize=8"). Its value
 * on entry is the default. */
struct subject_setting {
    const char *name;
    uint64_t value;
};

/* Fills s[0..n) from words between spaces. "=-2" is 2 below 0, modulo 2^64; "=0x0d0a" is
 * hexadecimal. A word that is not in the list is printed and ends the program: it is a slip of the
 * test's author. */
void subject_settings(const char *text, struct subject_setting *s, size_t n);

#endif

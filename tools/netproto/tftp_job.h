/* tftp_job.h - what `get` and `put` share for tftp URLs. SPDX-License-Identifier: MIT */
#ifndef TFTP_JOB_H
#define TFTP_JOB_H

#include "cli.h"
#include "url.h"
#include <netproto/host/tftp_client.h>

/* The options of both, for getopt_long and for --help. */
enum { OPT_BLKSIZE = 500, OPT_WINDOWSIZE, OPT_RETRANSMIT, OPT_RETRIES, OPT_NO_TSIZE };
#define TFTP_JOB_LONGS                                                                             \
    {"blksize", required_argument, NULL, OPT_BLKSIZE},                                             \
        {"windowsize", required_argument, NULL, OPT_WINDOWSIZE},                                   \
        {"retransmit", required_argument, NULL, OPT_RETRANSMIT},                                   \
        {"retries", required_argument, NULL, OPT_RETRIES},                                         \
    {                                                                                              \
        "no-tsize", no_argument, NULL, OPT_NO_TSIZE                                                \
    }
#define TFTP_JOB_HELP                                                                              \
    "      --blksize N          tftp: bytes in a block, 8 to 65464 (1428)\n"                       \
    "      --windowsize N       tftp: blocks in a window, 1 to 65535 (8)\n"                        \
    "      --retransmit SEC     tftp: ask the server to resend after 1 to 255 seconds\n"           \
    "      --retries N          tftp: resends before giving up, 0 to 255 (5)\n"                    \
    "      --no-tsize           tftp: don't ask for the size; with --blksize 512 and\n"            \
    "                           --windowsize 1 no option is sent at all\n"

/* Whether it is one of these options. Takes one; false when its value is no good. */
bool tftp_job_has(int opt);
bool tftp_job_option(struct netp_tftp_job *job, int opt, const char *value);

/* Runs the job on a URL: finds the host, sets what the common options say, gets or puts (put when
 * job->read is set). Returns the exit status; of a failure it has told. */
int tftp_job_run(struct cli *c, struct netp_tftp_job *job, const struct url *u, const char *text);

#endif

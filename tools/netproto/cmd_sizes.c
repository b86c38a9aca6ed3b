/* cmd_sizes.c - netproto sizes: what each machine takes in memory. SPDX-License-Identifier: MIT */
#include "cli.h"
#include <netproto/frame.h>
#include <netproto/line.h>
#include <netproto/tftp.h>
#include <stdio.h>

struct row {
    const char *machine;
    size_t size;
    size_t usual, least; /* bytes of buffers: with the defaults of `netproto`, and the smallest */
    const char *what;
};

static const struct row rows[] = {
    {"frame, streamed", sizeof(struct netp_frame), NETP_FRAME_TX(0), 0,
     "any length: received in place, sent lent; or received only"},
    {"frame, collected", sizeof(struct netp_frame), 4096 + NETP_FRAME_TX(4096), 1,
     "4096 bytes in and out; 1 byte, received only"},
    {"tftp get", sizeof(struct netp_tftp), NETP_TFTP_MEM_MIN, NETP_TFTP_MEM_MIN,
     "octet, any blksize and windowsize"},
    {"tftp put", sizeof(struct netp_tftp), NETP_TFTP_MEM(1428, 8), NETP_TFTP_MEM_MIN,
     "copied: blksize 1428, windowsize 8; blksize 512"},
    {"tftp put, lent", sizeof(struct netp_tftp), NETP_TFTP_MEM_LEND(8), NETP_TFTP_MEM_MIN,
     "from memory that stays, as flash"},
    {"tftp serve", sizeof(struct netp_tftp), NETP_TFTP_MEM_LEND(64), NETP_TFTP_MEM_MIN,
     "lent, a transfer"},
    {"line", sizeof(struct netp_line), 512, 1, "the longest line"},
};

static int run(struct cli *c, int argc, char **argv)
{
    int first = cli_parse(c, &cmd_sizes, argc, argv, "", NULL, NULL, NULL);

    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (first != argc) {
        return cli_usage(c, "no operand is taken, not '%s'", argv[first]);
    }
    if (!c->json) {
        printf("%-17s %6s %8s %9s   buffers for\n", "bytes", "struct", "buffers", "smallest");
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        if (c->json) {
            printf(
                "%s{\"machine\": \"%s\", \"struct\": %zu, \"buffers\": %zu, \"smallest\": %zu}%s",
                i ? "\n " : "[", r->machine, r->size, r->usual, r->least,
                i + 1 < sizeof rows / sizeof *rows ? "," : "]\n");
        } else {
            printf("%-17s %6zu %8zu %9zu   %s\n", r->machine, r->size, r->usual, r->least, r->what);
        }
    }
    return CLI_DONE;
}

const struct cli_command cmd_sizes = {"sizes",
                                      "",
                                      "Print the bytes that each machine takes on this target",
                                      "No options of its own; --json prints a list.\n",
                                      run,
                                      NULL};

/* cmd_sizes.c - netproto sizes: what each machine takes in memory. SPDX-License-Identifier: MIT */
#include "cli.h"
#include <netproto/frame.h>
#include <netproto/http1.h>
#include <netproto/http_coding.h>
#include <netproto/http_form.h>
#include <netproto/http_multipart.h>
#include <netproto/line.h>
#include <netproto/modbus_client.h>
#include <netproto/modbus_gateway.h>
#include <netproto/modbus_server.h>
#include <netproto/sntp_client.h>
#include <netproto/sntp_server.h>
#include <netproto/socks5.h>
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
    {"http client", sizeof(struct netp_http1), 32768 + 200 * sizeof(struct netp_http_field) + 24576,
     NETP_HTTP1_HEAD_MIN + NETP_HTTP1_TX_MIN, "heads of 32 KiB in, 24 KiB out; 64 bytes, 256"},
    {"http server", sizeof(struct netp_http1), 16384 + 100 * sizeof(struct netp_http_field) + 20480,
     NETP_HTTP1_HEAD_MIN + NETP_HTTP1_TX_MIN, "heads of 16 KiB; none at rest"},
    {"http decoding", sizeof(struct netp_http_coding), NETP_HTTP_DECODE_MEM + 16384,
     NETP_HTTP_DECODE_MEM + NETP_HTTP_CODING_OUT_MIN, "zlib's memory, and 16 KiB at a time"},
    {"http encoding", sizeof(struct netp_http_coding), NETP_HTTP_ENCODE_MEM(15, 8) + 16384,
     NETP_HTTP_ENCODE_MEM(9, 1) + NETP_HTTP_CODING_OUT_MIN, "as gzip does; a window of 512 bytes"},
    {"http multipart", sizeof(struct netp_http_multipart), 4096, 64, "the longest head of a part"},
    {"http form", sizeof(struct netp_http_form), 256, 1, "the longest name"},
    {"sntp client", sizeof(struct netp_sntp_client), 0, 0, "none"},
    {"sntp limit", sizeof(struct netp_sntp_rate), 65536 * sizeof(struct netp_sntp_client_rate),
     4 * sizeof(struct netp_sntp_client_rate), "65536 addresses; the server itself has no state"},
    {"socks5", sizeof(struct netp_socks5), 0, 0, "none"},
    {"modbus client", sizeof(struct netp_modbus_client),
     NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_MBAP, 1), NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_MBAP, 1),
     "TCP or RTU, one request at a time"},
    {"modbus server", sizeof(struct netp_modbus_server), 5 * NETP_MODBUS_MBAP_MAX,
     2 * NETP_MODBUS_RTU_MAX, "TCP, four answers; RTU, one"},
    {"modbus gateway", sizeof(struct netp_modbus_gateway),
     32 * sizeof(struct netp_modbus_gateway_job) + sizeof(struct netp_modbus_gateway_bus),
     sizeof(struct netp_modbus_gateway_job) + sizeof(struct netp_modbus_gateway_bus),
     "32 requests on one line; one"},
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

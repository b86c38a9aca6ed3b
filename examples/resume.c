/* resume.c - fetches a file; started again after it was interrupted, it goes on where it was.
 *
 *     cc resume.c $(pkg-config --cflags --libs netproto) -o resume
 *     ./resume https://example.org/file.iso file.iso
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/host/download.h>
#include <stdio.h>

static void show(void *arg, uint64_t bytes, uint64_t total)
{
    (void)arg;
    if (total != NETP_HTTP1_UNKNOWN && total > 0) {
        fprintf(stderr, "\r%3.0f %%", 100.0 * (double)bytes / (double)total);
    }
}

int main(int argc, char **argv)
{
    struct netp_download_cfg cfg = {.flags = NETP_DOWNLOAD_CONTINUE, .tries = 5, .progress = show};
    struct netp_download_result r = {0};
    struct netp_loop *loop = netp_loop_new();
    struct netp_http_client *client = loop ? netp_http_client_new(loop, NULL, NULL) : NULL;

    if (argc != 3 || !client) {
        fprintf(stderr, "usage: resume URL FILE\n");
        return 2;
    }
    cfg.fetch.url = argv[1];
    cfg.path = argv[2];
    if (netp_download_run(client, &cfg, &r)) {
        fprintf(stderr, "\r%llu bytes, %llu of them from before\n", (unsigned long long)r.bytes,
                (unsigned long long)r.resumed);
    } else {
        fprintf(stderr, "\rstatus %d %s; %llu bytes are kept\n", r.fetch.status, r.fetch.text,
                (unsigned long long)r.bytes);
    }
    netp_http_client_free(client);
    netp_loop_free(loop);
    return !r.complete;
}

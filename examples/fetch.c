/* fetch.c - fetches a URL: the shortest program that does.
 *
 *     cc fetch.c $(pkg-config --cflags --libs netproto) -o fetch && ./fetch https://example.org/
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/host/fetch.h>
#include <stdio.h>

static bool print(void *arg, const void *p, size_t n)
{
    (void)arg;
    return fwrite(p, 1, n, stdout) == n;
}

int main(int argc, char **argv)
{
    struct netp_fetch_cfg cfg = {.url = argv[1], .data = print};
    struct netp_fetch_result result;

    if (argc != 2) {
        fprintf(stderr, "usage: fetch URL\n");
        return 2;
    }
    if (netp_fetch(NULL, &cfg, &result) != NETP_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], result.text);
        return 1;
    }
    fprintf(stderr, "status %d, %llu bytes\n", result.status, (unsigned long long)result.received);
    return result.status < 400 ? 0 : 1;
}

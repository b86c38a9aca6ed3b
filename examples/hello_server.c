/* hello_server.c - an HTTP server that says hello, and takes what is put.
 *
 *     cc hello_server.c $(pkg-config --cflags --libs netproto) -o hello_server
 *     ./hello_server 127.0.0.1:8080 & curl http://127.0.0.1:8080/hello/world
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/host/httpd.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <stdio.h>

static void hello(void *arg, struct netp_httpd_exchange *x)
{
    struct netp_str who = netp_httpd_request(x)->param[0];
    char text[256];
    int n = snprintf(text, sizeof text, "hello, %.*s\n", (int)(who.n < 200 ? who.n : 200), who.p);

    (void)arg;
    netp_httpd_reply(x, 200, "text/plain", text, (size_t)n);
}

/* The body of a PUT, piece by piece; n is 0 at its end. */
static void more(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    (void)arg;
    if (n > 0) {
        fwrite(p, 1, n, stdout);
    } else {
        netp_httpd_reply(x, 204, NULL, NULL, 0);
    }
}

static void put(void *arg, struct netp_httpd_exchange *x)
{
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = more, .arg = arg}, 1 << 30);
}

int main(int argc, char **argv)
{
    static const struct netp_httpd_route routes[] = {
        {.method = "GET", .pattern = "/hello/{}", .handle = hello},
        {.method = "PUT", .pattern = "/print", .handle = put},
    };
    const struct netp_httpd_cfg cfg = {.route = routes, .nroute = 2};
    struct netp_loop *loop = netp_loop_new();
    struct netp_httpd *httpd = loop ? netp_httpd_new(loop, &cfg) : NULL;
    struct netp_addr at;
    int fd;

    if (argc != 2 || !httpd || netp_addr_parse(netp_str_of(argv[1]), &at) != NETP_OK ||
        (fd = netp_tcp_listen(&at)) < 0 || netp_httpd_listen(httpd, fd, NULL) != 0) {
        fprintf(stderr, "usage: hello_server ADDRESS:PORT\n");
        return 2;
    }
    return netp_loop_run(loop);
}

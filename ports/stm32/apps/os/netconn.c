/* netconn.c - echo by netconns: one thread accepts, some others serve. SPDX-License-Identifier: MIT
 *
 * What was received is written from where it lies, without a buffer of our own. */
#include "os.h"
#include <lwip/api.h>
#include <lwip/sys.h>

#define WORKERS 2
#define IDLE_MS 60000
#define STACK   768

static sys_mbox_t accepted; /* connections for the workers */

/* NETCONN_COPY: lwIP gives the buffer back before the peer has it all. */
static err_t echo(struct netconn *connection, struct netbuf *buf)
{
    size_t written;
    void *p;
    u16_t n;
    err_t err;

    do {
        netbuf_data(buf, &p, &n);
        err = netconn_write_partly(connection, p, n, NETCONN_COPY, &written);
        if (err == ERR_OK && written < n) { /* the send timeout */
            err = ERR_TIMEOUT;
        }
    } while (err == ERR_OK && netbuf_next(buf) >= 0);
    return err;
}

static void work(void *arg)
{
    struct netbuf *buf;
    void *next;

    (void)arg;
    for (;;) {
        struct netconn *connection;
        err_t err = ERR_OK;

        sys_mbox_fetch(&accepted, &next);
        connection = next;
        netconn_set_recvtimeout(connection, IDLE_MS);
        netconn_set_sendtimeout(connection, IDLE_MS);
        while (err == ERR_OK && netconn_recv(connection, &buf) == ERR_OK) {
            err = echo(connection, buf);
            netbuf_delete(buf);
        }
        netconn_close(connection);
        netconn_delete(connection);
    }
}

static void run(void *arg)
{
    struct netconn *listener = netconn_new(NETCONN_TCP), *connection;

    (void)arg;
    LWIP_ASSERT("netconn", listener &&
                               netconn_bind(listener, IP_ADDR_ANY, APP_NETCONN_PORT) == ERR_OK &&
                               netconn_listen_with_backlog(listener, WORKERS) == ERR_OK);
    for (;;) {
        if (netconn_accept(listener, &connection) == ERR_OK) {
            sys_mbox_post(&accepted, connection); /* waits while all have much to do */
        }
    }
}

void app_netconn_init(void)
{
    err_t err = sys_mbox_new(&accepted, WORKERS);

    LWIP_ASSERT("netconn", err == ERR_OK);
    (void)err;
    sys_thread_new("netconn", run, NULL, STACK, DEFAULT_THREAD_PRIO);
    sys_thread_new("worker0", work, NULL, STACK, DEFAULT_THREAD_PRIO);
    sys_thread_new("worker1", work, NULL, STACK, DEFAULT_THREAD_PRIO);
}

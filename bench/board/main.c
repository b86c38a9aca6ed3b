/* main.c - both servers in one firmware, and a count of what it does. SPDX-License-Identifier: MIT
 *
 * Ours are at their own ports, lwIP's at 8080 and 6900. UDP port 9 answers any datagram with the
 * time that the processor has not slept, in ticks of its timer. */
#include "app.h"
#include "bare.h"
#include "image.h"
#include "mps2/mps2.h"
#include <lwip/apps/fs.h>
#include <lwip/apps/httpd.h>
#include <lwip/apps/tftp_server.h>
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <netproto/lwip/udp.h>
#include <string.h>

#define LINE    "The quick brown fox jumps over the lazy dog, again and again.\r\n\0"
#define FOUR(x) x x x x
#define HEAD                                                                                       \
    "HTTP/1.0 200 OK\r\nServer: lwIP/2.1.3 (http://savannah.nongnu.org/projects/lwip)\r\n"         \
    "Content-Length: 65536\r\nContent-Type: text/plain\r\n\r\n"

struct netp_lwip_loop app_loop;
static const char page[] = HEAD FOUR(FOUR(FOUR(FOUR(FOUR(LINE)))));
static struct netp_lwip_port counter;
static uint32_t awake, woken; /* ticks before the last sleep, and when that ended */

/* --- lwIP's HTTP server: a page as makefsdata makes them, its head before it -------------------
 */

int fs_open_custom(struct fs_file *file, const char *name)
{
    if (strcmp(name, "/lines.txt") != 0) {
        return 0;
    }
    file->data = page;
    file->len = file->index = sizeof page - 1;
    file->pextension = NULL;
    file->flags = FS_FILE_FLAGS_HEADER_INCLUDED;
    return 1;
}

void fs_close_custom(struct fs_file *file)
{
    (void)file;
}

/* --- lwIP's TFTP server, on the images that ours has --------------------------------------------
 */

static struct file {
    struct image image;
    const uint8_t *p; /* that is read, the n bytes that are left */
    size_t n;
    int slot;
} file;

static void *tftp_open(const char *name, const char *mode, u8_t write)
{
    (void)name;
    (void)mode;
    file.slot = write ? -1 : image_read(&file.p, &file.n);
    return (write ? image_begin(&file.image) == NETP_OK : file.slot >= 0) ? &file : NULL;
}

static void tftp_close(void *handle)
{
    (void)handle;
    if (file.image.open) {
        image_commit(&file.image);
    }
    image_read_end(file.slot);
}

static int tftp_read(void *handle, void *to, int n)
{
    (void)handle;
    n = (size_t)n < file.n ? n : (int)file.n;
    memcpy(to, file.p, (size_t)n);
    file.p += n;
    file.n -= (size_t)n;
    return n;
}

static int tftp_write(void *handle, struct pbuf *p)
{
    (void)handle;
    for (; p; p = p->next) {
        if (image_write(&file.image, p->payload, p->len) != NETP_OK) {
            return -1;
        }
    }
    return 0;
}

/* --- the loop -------------------------------------------------------------------------------- */

static uint32_t ticks(void)
{
    return ~((volatile uint32_t *)0x40000000)[1]; /* of mps2.c's timer */
}

static void count(void *arg, struct netp_in *in)
{
    const uint32_t n = awake + ticks() - woken;
    const struct netp_out out = {(const uint8_t *)&n, sizeof n, NETP_OUT_DGRAM, in->from};

    (void)arg;
    netp_lwip_port_send(&counter, &out, 1);
}

static void start_services(void)
{
    static const struct tftp_context files = {tftp_open, tftp_close, tftp_read, tftp_write};

    app_echo_init();
    app_http_init();
    app_tftp_init();
    bare_echo_init();
    httpd_init();
    tftp_init(&files);
    counter.datagram = count;
    netp_lwip_port_open(&counter, 9);
}

int main(void)
{
    static struct netif netif;
    ip4_addr_t address, netmask, router;

    IP4_ADDR(&address, 192, 168, 177, 77);
    IP4_ADDR(&netmask, 255, 255, 255, 0);
    IP4_ADDR(&router, 192, 168, 177, 1);
    lwip_init();
    netp_lwip_loop_init(&app_loop);
    netif_add(&netif, &address, &netmask, &router, NULL, netp_board_netif_init, ethernet_input);
    netif_set_default(&netif);
    netif_set_up(&netif);
    start_services();
    for (;;) {
        bool more = netp_board_netif_poll(&netif);
        sys_check_timeouts();
        if (!more) {
            awake += ticks() - woken;
            netp_board_sleep();
            woken = ticks();
        }
    }
}

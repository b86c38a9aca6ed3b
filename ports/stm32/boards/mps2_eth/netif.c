/* netif.c - the driver of STM32's Ethernet as the board's interface. SPDX-License-Identifier: MIT
 */
#include "../../netif/netp_ethif.h"
#include "mps2.h"
#include "window.h"
#include <lwip/timeouts.h>

enum { CABLE_MS = 100 };

/* As on the parts: on v1 any RAM, on v2 (H7) not what lies at 0x20000000. */
#ifdef MPS2_MAC_v2
#define MEMORY ((struct netp_ethif_mem *)(MPS2_MEM + 0x800000u))
#else
static struct netp_ethif_mem memory __attribute__((section(".eth_dma")));
#define MEMORY (&memory)
#endif

struct model model;
static struct netp_ethif ethernet = {
    .cfg = {.base = WINDOW, .mac = {0x02, 0x80, 0xe1, 0x00, 0x00, 0x01}, .phy = -1}, .mem = MEMORY};
static struct netif *the_netif;
static uint32_t looked;

static void interrupt(void *arg)
{
    (void)arg;
    *(volatile uint32_t *)0xe000e200u = 1u << WINDOW_IRQ;
}

void mps2_irq20(void)
{
    netp_ethif_irq(the_netif);
}

/* Its lamps are at the addresses of the window. */
void netp_board_output(unsigned i, bool on)
{
    (void)i;
    (void)on;
}

#if !NO_SYS
static void look_at_cable(void *arg)
{
    model.phy.cable = wire_cable();
    sys_timeout(CABLE_MS, look_at_cable, arg);
}
#endif

int8_t netp_board_netif_init(struct netif *netif)
{
    the_netif = netif;
    model_init(&model, WINDOW, 1);
    model_reach(&model, MEMORY, sizeof *MEMORY);
    model.sent = wire_send;
    model.interrupt = interrupt;
    model.phy.address = 1;
    model.phy.maker = MODEL_LAN8742A;
    window_init();
    wire_init();
    netif->state = &ethernet;
#if !NO_SYS
    look_at_cable(NULL);
#endif
    return netp_ethif_init(netif);
}

bool netp_board_netif_poll(struct netif *netif)
{
    if (netp_board_ms() - looked >= CABLE_MS) {
        looked = netp_board_ms();
        model.phy.cable = wire_cable();
    }
    netp_ethif_poll(netif);
    return ethernet.eth.pending;
}

void netp_board_sleep(void)
{
    __asm volatile("cpsid i" : : : "memory"); /* an interrupt still ends the sleep */
    if (!ethernet.eth.pending) {
        __asm volatile("dsb\n wfi" : : : "memory");
    }
    __asm volatile("cpsie i" : : : "memory");
}

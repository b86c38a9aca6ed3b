/* stm32.c - clock, serial line, noise and Ethernet of the boards with an STM32.
 *
 * SPDX-License-Identifier: MIT */
#include "stm32.h"
#include "../../netif/netp_ethif.h"
#include "../startup.h"
#include <string.h>

#define SYST    ((volatile uint32_t *)0xe000e010) /* control, reload, value */
#define NVIC    ((volatile uint32_t *)0xe000e100)
#define ETH_IRQ 61
#define BAUD    115200

static volatile uint32_t ticks;
static struct netp_ethif_mem memory __attribute__((section(".eth_dma")));
static struct netp_ethif ethernet;
static struct netif *interface;

/* --- pins ------------------------------------------------------------------------------------ */

static volatile uint32_t *port_of(struct stm32_pin pin)
{
    uint32_t i = (uint32_t)(pin.port - 'A');

    REG(STM32_GPIOEN) |= 1u << i;
    (void)REG(STM32_GPIOEN); /* the clock runs when this is read */
    return (volatile uint32_t *)(uintptr_t)(STM32_GPIO + 0x400 * i);
}

void stm32_pin_alternate(struct stm32_pin pin, unsigned function)
{
    volatile uint32_t *port = port_of(pin), *alternate = port + 8 + pin.n / 8;
    uint32_t shift = pin.n % 8 * 4u;

    *alternate = (*alternate & ~(0xfu << shift)) | function << shift;
    port[2] |= 3u << 2 * pin.n;
    port[0] = (port[0] & ~(3u << 2 * pin.n)) | 2u << 2 * pin.n;
}

void stm32_pin_output(struct stm32_pin pin)
{
    volatile uint32_t *port = port_of(pin);

    port[0] = (port[0] & ~(3u << 2 * pin.n)) | 1u << 2 * pin.n;
}

void netp_board_output(unsigned i, bool on)
{
    const struct stm32_pin *lamp = stm32_board.lamps;

    while (i > 0 && lamp->port) {
        lamp++;
        i--;
    }
    if (lamp->port) {
        port_of(*lamp)[6] = 1u << (lamp->n + (on ? 0 : 16));
    }
}

/* --- time ------------------------------------------------------------------------------------ */

void netp_board_tick(void)
{
    ticks++;
}

uint32_t netp_board_ms(void)
{
    return ticks;
}

uint32_t netp_board_us(void)
{
    uint32_t ms, left;

    do { /* until no tick comes between */
        ms = ticks;
        left = SYST[2];
    } while (ms != ticks);
    return ms * 1000 + (SYST[1] - left) / (stm32_board.core_hz / 1000000);
}

/* --- serial line, noise ---------------------------------------------------------------------- */

#ifdef STM32_F4
enum { USART_STATUS = 0x00, USART_DATA = 0x04, USART_BAUD = 0x08, USART_CR1 = 0x0c };
#define USART_ON (1u << 13 | 1u << 3)
#else
enum { USART_STATUS = 0x1c, USART_DATA = 0x28, USART_BAUD = 0x0c, USART_CR1 = 0x00 };
#define USART_ON (1u << 3 | 1u)
#endif

void netp_board_write(const char *p, size_t n)
{
    while (stm32_board.serial.port && n-- > 0) {
        while (!(REG(STM32_USART3 + USART_STATUS) & 1u << 7)) {
        }
        REG(STM32_USART3 + USART_DATA) = (uint8_t)*p++;
    }
}

uint32_t netp_board_random(void)
{
    uint32_t status;

    while (!((status = REG(STM32_RNG + 4)) & 1)) {
        if (status & 0x60) { /* a fault of its clock or seed: begin again */
            REG(STM32_RNG + 4) = 0;
            REG(STM32_RNG) = 0;
            REG(STM32_RNG) = 4;
        }
    }
    return REG(STM32_RNG + 8);
}

/* --- the end --------------------------------------------------------------------------------- */

void netp_board_fatal(const char *what)
{
    netp_board_write("FATAL: ", 7);
    netp_board_write(what, strlen(what));
    netp_board_write("\r\n", 2);
    netp_board_exit(70);
}

void netp_board_exit(int status)
{
    (void)status;
    __asm volatile("cpsid i");
    for (;;) {
    }
}

uint8_t *netp_board_store(size_t *size)
{
    static uint8_t store[32768]; /* stands for flash: two slots of 16 KB */

    *size = sizeof store;
    return store;
}

/* --- Ethernet -------------------------------------------------------------------------------- */

/* An address of our own (locally administered) made of the part's unique number. */
static void own_address(uint8_t mac[6])
{
#if defined(STM32_H7)
    uint32_t id = REG(0x1ff1e800) ^ REG(0x1ff1e804) ^ REG(0x1ff1e808);
#elif defined(STM32_F7)
    uint32_t id = REG(0x1ff0f420) ^ REG(0x1ff0f424) ^ REG(0x1ff0f428);
#else
    uint32_t id = REG(0x1fff7a10) ^ REG(0x1fff7a14) ^ REG(0x1fff7a18);
#endif
    mac[0] = 2;
    mac[1] = 0;
    memcpy(mac + 2, &id, 4);
}

int8_t netp_board_netif_init(struct netif *netif)
{
    err_t err;

    for (const struct stm32_pin *p = stm32_board.rmii; p->port; p++) {
        stm32_pin_alternate(*p, STM32_AF_ETH);
    }
    stm32_eth_clock();
    ethernet.cfg.base = NETP_ETH_BASE;
    ethernet.cfg.phy = -1;
    own_address(ethernet.cfg.mac);
    ethernet.mem = &memory;
    netif->state = &ethernet;
    interface = netif;
    err = netp_ethif_init(netif);
    ((volatile uint8_t *)NVIC)[0x300 + ETH_IRQ] = 0x80; /* one that may call a kernel */
    NVIC[ETH_IRQ / 32] = 1u << ETH_IRQ % 32;
    return err;
}

bool netp_board_netif_poll(struct netif *netif)
{
    netp_ethif_poll(netif);
    return ethernet.eth.pending;
}

void stm32_eth_irq(void)
{
    netp_ethif_irq(interface);
}

void netp_board_sleep(void)
{
    __asm volatile("cpsid i" : : : "memory"); /* an interrupt still ends the sleep */
    if (!ethernet.eth.pending) {
        __asm volatile("dsb\n wfi" : : : "memory");
    }
    __asm volatile("cpsie i" : : : "memory");
}

/* --- the start ------------------------------------------------------------------------------- */

void netp_board_start(void)
{
    stm32_board_init();
    SYST[1] = stm32_board.core_hz / 1000 - 1;
    SYST[2] = 0;
    SYST[0] = 7;
    REG(STM32_RNGEN) |= 1u << 6;
    (void)REG(STM32_RNGEN);
    REG(STM32_RNG) = 4;
    for (const struct stm32_pin *p = stm32_board.lamps; p->port; p++) {
        stm32_pin_output(*p);
    }
    if (stm32_board.serial.port) {
        stm32_pin_alternate(stm32_board.serial, STM32_AF_USART3);
        REG(STM32_APB1EN) |= 1u << 18;
        (void)REG(STM32_APB1EN);
        REG(STM32_USART3 + USART_BAUD) = (stm32_board.pclk1_hz + BAUD / 2) / BAUD;
        REG(STM32_USART3 + USART_CR1) = USART_ON;
    }
}

#ifndef STM32_F4
void stm32_cache(uint32_t dma, unsigned bits)
{
    REG(0xe000ed98) = 0;   /* MPU_RNR */
    REG(0xe000ed9c) = dma; /* MPU_RBAR */
    REG(0xe000eda0) =
        1u << 28 | 3u << 24 | 1u << 19 | (bits - 1) << 1 | 1u; /* XN, RW, TEX 1 C 0 B 0 */
    REG(0xe000ed94) = 5;                                       /* on; the rest as it was */
    __asm volatile("dsb\n isb");
    REG(0xe000ef50) = 0; /* ICIALLU */
    __asm volatile("dsb\n isb");
    for (uint32_t set = 0; set <= (REG(0xe000ed80) >> 13 & 0x7fff); set++) { /* CCSIDR */
        for (uint32_t way = 0; way <= (REG(0xe000ed80) >> 3 & 0x3ff); way++) {
            REG(0xe000ef60) = way << 30 | set << 5; /* DCISW */
        }
    }
    __asm volatile("dsb");
    REG(0xe000ed14) |= 3u << 16; /* CCR: both on */
    __asm volatile("dsb\n isb");
}
#endif

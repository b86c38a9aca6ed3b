/* wire.c - the board's LAN9118 as the wire of the model. SPDX-License-Identifier: MIT */
#include "mps2.h"
#include "window.h"

#define REG(offset) (*(volatile uint32_t *)(MPS2_ETH + (offset)))

enum {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    TX_STATUS = 0x48,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5c,
    FIFO_INT = 0x68,
    RX_CFG = 0x6c,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_FIFO_INF = 0x7c,
    TX_FIFO_INF = 0x80,
    MAC_CSR_CMD = 0xa4,
    MAC_CSR_DATA = 0xa8
};
enum { MAC_CR = 1, MII_ACC = 6, MII_DATA = 7, FCS = 4, FRAME = 2048 };

#define BUSY 0x80000000u

static void command(uint32_t value)
{
    REG(MAC_CSR_CMD) = BUSY | value;
    while (REG(MAC_CSR_CMD) & BUSY) {
    }
}

bool wire_cable(void)
{
    uint32_t status = 0;

    for (int i = 0; i < 2; i++) { /* the link's bit tells of a loss until it has been read */
        REG(MAC_CSR_DATA) = 1u << 11 | 1u << 6 | 1u;
        command(MII_ACC);
        command(0x40000000u | MII_DATA);
        status = REG(MAC_CSR_DATA);
    }
    return (status & 4) != 0;
}

void wire_send(void *arg, const uint8_t *frame, size_t n)
{
    uint32_t offset = (uint32_t)frame & 3;
    const uint32_t *word = (const uint32_t *)(const void *)(frame - offset);

    (void)arg;
    REG(TX_DATA) = offset << 16 | 0x3000u | n;
    REG(TX_DATA) = n << 16 | n;
    for (size_t words = (offset + n + 3) / 4; words > 0; words--) {
        REG(TX_DATA) = *word++;
    }
    while (REG(TX_FIFO_INF) & 0xff0000u) {
        (void)REG(TX_STATUS);
    }
}

void mps2_eth_irq(void)
{
    static uint32_t frame[FRAME / 4];

    REG(INT_STS) = UINT32_MAX;
    while (REG(RX_FIFO_INF) & 0xff0000u) {
        size_t n = REG(RX_STATUS) >> 16 & 0x3fff;

        for (size_t i = 0; i < (n + 3) / 4; i++) {
            frame[i % (FRAME / 4)] = REG(RX_DATA);
        }
        if (n > FCS && n <= FRAME) {
            (void)model_wire(&model, (const uint8_t *)frame, n - FCS, MODEL_GOOD);
            model_step(&model);
            model_step(&model);
        }
    }
}

void wire_init(void)
{
    REG(HW_CFG) = 1; /* reset */
    while (REG(HW_CFG) & 1) {
    }
    REG(HW_CFG) = 0x00050000u;
    REG(FIFO_INT) = 0;
    REG(TX_CFG) = 2;
    REG(RX_CFG) = 0;
    REG(INT_STS) = UINT32_MAX;
    REG(INT_EN) = 8;
    REG(IRQ_CFG) = 1u << 8 | 1u << 4 | 1u;
    REG(MAC_CSR_DATA) = 1u << 20 | 1u << 18 | 8u | 4u; /* everything: to filter is the model's */
    command(MAC_CR);
    mps2_irq_enable(MPS2_ETH_IRQ);
}

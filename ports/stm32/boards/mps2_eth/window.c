/* window.c - registers of an STM32's Ethernet where there are none. SPDX-License-Identifier: MIT
 *
 * The MPU lets nobody at the addresses that these registers have on a part. Each load or store of
 * the driver ends in the fault handler, which reads the instruction, asks the model, and goes on
 * behind it. So the driver's object code is that of the part. It must not touch a register with
 * interrupts masked, for then the fault has nowhere to go. */
#include "window.h"
#include "mps2.h"

enum { WORDS = 0x1200 / 4, REST_US = 100 };

#define SCS(offset)       (*(volatile uint32_t *)(0xe000e000u + (offset)))
#define SHPR_MEM          (*(volatile uint8_t *)0xe000ed18u)
#define SHPR_TICK         (*(volatile uint8_t *)0xe000ed23u)
#define IRQ_PRIORITY(irq) (*(volatile uint8_t *)(0xe000e400u + (irq)))

enum {
    SHCSR = 0xd24,
    CFSR = 0xd28,
    MMFAR = 0xd34,
    MPU_CTRL = 0xd94,
    MPU_RNR = 0xd98,
    MPU_RBAR = 0xd9c,
    MPU_RASR = 0xda0
};

/* What the processor stacks. */
enum { R12 = 4, PC = 6, PSR = 7 };

struct access {
    unsigned reg, length; /* length: of the instruction */
    bool load;
};

/* Loads and stores of words without write-back; false: another instruction. */
static bool decode(const uint16_t *code, struct access *a)
{
    uint16_t op = code[0];

    if ((op & 0xf000) == 0x6000 || (op & 0xf600) == 0x5000) { /* [rn, #imm5] or [rn, rm] */
        *a = (struct access){op & 7, 2, (op & 0x0800) != 0};
        return true;
    }
    if ((op & 0xff60) != 0xf840) {
        return false;
    }
    if (!(op & 0x0080) && (code[1] & 0x0900) == 0x0900) { /* [rn], #imm8 or [rn, #imm8]! */
        return false;
    }
    *a = (struct access){code[1] >> 12, 4, (op & 0x0010) != 0};
    return a->reg <= 12;
}

/* Goes on by one instruction in an IT block (ARMv7-M, B1.3.2). */
static uint32_t advance_it(uint32_t psr)
{
    uint32_t it = (psr >> 25 & 3) | (psr >> 8 & 0xfc);

    it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
    return (psr & ~0x0600fc00u) | (it & 3) << 25 | (it & 0xfc) << 8;
}

__attribute__((used)) static void emulate(uint32_t *stacked, uint32_t *r4_to_r11)
{
    static uint32_t last;
    uint32_t offset = SCS(MMFAR) - WINDOW, now = netp_board_us(), *reg;
    struct access a;

    if (!(SCS(CFSR) & 0x80) || offset / 4 >= WORDS || offset % 4 != 0 ||
        !decode((const uint16_t *)stacked[PC], &a)) {
        netp_board_fatal("memory fault");
    }
    if (now - last > REST_US) {
        model_rest(&model);
    }
    last = now;
    reg = a.reg < 4 ? &stacked[a.reg] : a.reg == 12 ? &stacked[R12] : &r4_to_r11[a.reg - 4];
    if (a.load) {
        *reg = model_read(&model, offset);
    } else {
        model_write(&model, offset, *reg);
        for (unsigned i = 0; i < 24; i++) { /* the DMA is faster than the processor */
            model_step(&model);
        }
    }
    if (model.violation) {
        netp_board_fatal(model.violation);
    }
    SCS(CFSR) = 0x82;
    stacked[PC] += a.length;
    stacked[PSR] = advance_it(stacked[PSR]);
}

__attribute__((naked)) void mps2_mem_manage(void)
{
    __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n"
                   "push {r4-r11}\n mov r1, sp\n push {r2, lr}\n bl emulate\n"
                   "pop {r2, lr}\n pop {r4-r11}\n bx lr");
}

void window_init(void)
{
    SHPR_MEM = 0; /* before all others: the model is used by one at a time */
    IRQ_PRIORITY(MPS2_ETH_IRQ) = 0x40;
    IRQ_PRIORITY(WINDOW_IRQ) = 0x80;
    SHPR_TICK = 0xc0;
    SCS(SHCSR) |= 1u << 16;
    SCS(MPU_RNR) = 0;
    SCS(MPU_RBAR) = WINDOW;
    SCS(MPU_RASR) = 1u << 28 | 12u << 1 | 1u; /* 8 KB, not executable, no access */
    SCS(MPU_CTRL) = 5;                        /* on; the rest as without */
    __asm volatile("dsb\n isb" : : : "memory");
    mps2_irq_enable(WINDOW_IRQ);
}

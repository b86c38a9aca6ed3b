/* threads.c - the test runtime's threads and time. SPDX-License-Identifier: MIT */
#include "../os_port.h"
#include "testrtos.h"
#include <board.h>

#define PAINT      0x5ac5ac5au /* of stacks, to see how much was in use */
#define THUMB      0x01000000u /* PSR */
#define EXC_RETURN 0xfffffffdu /* to a thread, on its own stack, without FPU registers */
#define IDLE_STACK 128         /* words */

#define ICSR  (*(volatile uint32_t *)0xe000ed04u)
#define SHPR3 (*(volatile uint32_t *)0xe000ed20u)

/* A stack as PendSV leaves it: its own, and what the processor puts there. */
enum { R4 = 0, LR = 8, R0 = 9, RETURN = 14, PC = 15, PSR = 16, FRAME = 17 };

volatile uint32_t testrtos_sleeps;

static struct testrtos_thread *current; /* NULL: none yet */
static struct testrtos_thread *last;    /* of the ring */
static bool running;                    /* the kernel does */

/* --- switching ------------------------------------------------------------------------------- */

/* Ends in PendSV_Handler(), as soon as no interrupt is under way or masked. */
static void switch_soon(void)
{
    if (running) {
        ICSR = 1u << 28;
    }
}

/* The first of the highest priority behind the one that ran, so that equal ones take turns. One is
 * always ready: idle. */
__attribute__((used)) static uint32_t *switch_from(uint32_t *sp)
{
    struct testrtos_thread *before = current ? current : last, *t = before, *best = NULL;

    before->sp = current ? sp : before->sp;
    do {
        t = t->next;
        if (t->ready && (!best || t->priority > best->priority)) {
            best = t;
        }
    } while (t != before);
    current = best;
    return best->sp;
}

#if defined(__ARM_FP)
#define SAVE_FPU "tst lr, #16\n it eq\n vstmdbeq r0!, {s16-s31}\n"
#define LOAD_FPU "tst lr, #16\n it eq\n vldmiaeq r0!, {s16-s31}\n"
#else
#define SAVE_FPU
#define LOAD_FPU
#endif

/* The processor has saved the rest. */
__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n" SAVE_FPU "stmdb r0!, {r4-r11, lr}\n"
                   "cpsid i\n bl switch_from\n cpsie i\n"
                   "ldmia r0!, {r4-r11, lr}\n" LOAD_FPU "msr psp, r0\n bx lr");
}

/* --- waiting --------------------------------------------------------------------------------- */

bool testrtos_wait(const void *on, uint32_t since, uint32_t timeout)
{
    if (!current || (timeout != osWaitForever && netp_board_ms() - since >= timeout)) {
        return false;
    }
    current->on = on;
    current->timed = timeout != osWaitForever;
    current->until = since + timeout;
    current->ready = false;
    switch_soon();
    netp_os_unmask(0);
    __asm volatile("isb"); /* here the others run */
    netp_os_mask();
    return true;
}

void testrtos_wake(const void *on)
{
    struct testrtos_thread *best = NULL, *t = last;

    do {
        t = t->next;
        if (!t->ready && t->on == on && (!best || t->priority > best->priority)) {
            best = t;
        }
    } while (t != last);
    if (best) {
        best->ready = true;
        switch_soon();
    }
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    uint32_t was = netp_os_mask();
    struct testrtos_thread *t = last;

    netp_board_tick();
    while (running) {
        t = t->next;
        if (!t->ready && t->timed && (int32_t)(netp_board_ms() - t->until) >= 0) {
            t->ready = true;
        }
        if (t == last) {
            break;
        }
    }
    switch_soon(); /* equal ones: the next one's turn */
    netp_os_unmask(was);
}

uint32_t osKernelGetTickCount(void)
{
    return netp_board_ms();
}

uint32_t osKernelGetTickFreq(void)
{
    return 1000;
}

osStatus_t osDelay(uint32_t ticks)
{
    static const char nothing;
    uint32_t was = netp_os_mask(), since = netp_board_ms();

    while (testrtos_wait(&nothing, since, ticks)) {
    }
    netp_os_unmask(was);
    return osOK;
}

/* --- threads --------------------------------------------------------------------------------- */

static void ended(void)
{
    osDelay(osWaitForever);
}

osThreadId_t osThreadNew(osThreadFunc_t func, void *argument, const osThreadAttr_t *attr)
{
    struct testrtos_thread *t = attr->cb_mem;
    uint32_t was, *sp;

    if (!t || !attr->stack_mem || attr->stack_size < 2 * FRAME * sizeof(uint32_t)) {
        return NULL;
    }
    t->name = attr->name;
    t->stack = attr->stack_mem;
    t->words = attr->stack_size / 8 * 2; /* the processor wants 8 bytes to be aligned to */
    t->priority = attr->priority;
    t->ready = true;
    for (uint32_t i = 0; i < t->words; i++) {
        t->stack[i] = PAINT;
    }
    sp = t->sp = t->stack + t->words - FRAME;
    sp[LR] = EXC_RETURN;
    sp[R0] = (uint32_t)argument;
    sp[RETURN] = (uint32_t)ended;
    sp[PC] = (uint32_t)func & ~1u;
    sp[PSR] = THUMB;
    was = netp_os_mask();
    t->next = last ? last->next : t;
    if (last) {
        last->next = t;
    }
    last = t;
    switch_soon();
    netp_os_unmask(was);
    return t;
}

osThreadId_t osThreadGetId(void)
{
    return current;
}

const char *osThreadGetName(osThreadId_t thread_id)
{
    return ((struct testrtos_thread *)thread_id)->name;
}

uint32_t osThreadGetStackSize(osThreadId_t thread_id)
{
    return ((struct testrtos_thread *)thread_id)->words * (uint32_t)sizeof(uint32_t);
}

/* What has never been in use. */
uint32_t osThreadGetStackSpace(osThreadId_t thread_id)
{
    const struct testrtos_thread *t = thread_id;
    uint32_t n = 0;

    while (n < t->words && t->stack[n] == PAINT) {
        n++;
    }
    return n * (uint32_t)sizeof(uint32_t);
}

uint32_t osThreadEnumerate(osThreadId_t *thread_array, uint32_t array_items)
{
    struct testrtos_thread *t = last;
    uint32_t n = 0;

    while (n < array_items) {
        t = t->next;
        thread_array[n++] = t;
        if (t == last) {
            break;
        }
    }
    return n;
}

/* --- the kernel ------------------------------------------------------------------------------ */

/* With interrupts masked, for one that came between the look and the sleep would be slept over;
 * masked it still ends the sleep. */
static void idle(void *arg)
{
    (void)arg;
    for (;;) {
        uint32_t was = netp_os_mask();

        __asm volatile("dsb\n wfi" : : : "memory");
        testrtos_sleeps++;
        netp_os_unmask(was);
    }
}

osStatus_t osKernelInitialize(void)
{
    static struct testrtos_thread thread;
    static uint64_t stack[IDLE_STACK / 2];
    const osThreadAttr_t attr = {.name = "idle",
                                 .cb_mem = &thread,
                                 .stack_mem = stack,
                                 .stack_size = sizeof stack,
                                 .priority = osPriorityIdle};

    return osThreadNew(idle, NULL, &attr) ? osOK : osError;
}

/* main() never goes on; what its registers were goes where nobody looks. */
osStatus_t osKernelStart(void)
{
    static uint64_t nowhere[16];

    SHPR3 |= 0xffff0000u; /* PendSV and SysTick behind all other interrupts */
    __asm volatile("msr psp, %0" : : "r"(nowhere + 16));
    running = true;
    switch_soon();
    __asm volatile("cpsie i\n isb" : : : "memory");
    for (;;) {
    }
}

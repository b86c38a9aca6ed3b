/* test_sys_arch.c - the sys_arch, and lwIP's sockets and netconns on it. SPDX-License-Identifier:
 * MIT
 */
#include "../testrtos/testrtos.h"
#include "host_port.h"
#include <lwip/api.h>
#include <lwip/init.h>
#include <lwip/sockets.h>
#include <lwip/stats.h>
#include <lwip/sys.h>
#include <lwip/tcpip.h>
#include <netproto/lwip/loop.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PORT = 7000, CLIENTS = 3, BYTES = 30000 };

/* --- what ends -------------------------------------------------------------------------------- */

static _Thread_local jmp_buf *expected;
static _Thread_local const char *fatal;

void netp_board_fatal(const char *what)
{
    fatal = what;
    if (expected) {
        longjmp(*expected, 1);
    }
    print_error("fatal: %s\n", what);
    abort();
}

#define ENDS(call, why)                                                                            \
    do {                                                                                           \
        jmp_buf here;                                                                              \
        expected = &here;                                                                          \
        if (setjmp(here) == 0) {                                                                   \
            (void)(call);                                                                          \
            fail_msg("%s went on", #call);                                                         \
        }                                                                                          \
        expected = NULL;                                                                           \
        assert_string_equal(fatal, why);                                                           \
    } while (0)

uint32_t netp_board_random(void)
{
    static _Atomic uint32_t x = 1;

    return atomic_fetch_add(&x, 2654435769u);
}

signed char netp_lwip_on_segment(struct tcp_pcb *pcb, const struct tcp_hdr *hdr,
                                 const struct pbuf *p)
{
    (void)hdr;
    (void)pcb;
    (void)p;
    return ERR_OK;
}

/* --- time ------------------------------------------------------------------------------------- */

/* lwIP's times wrap at 2^32 ms, and nowhere else. */
static void time_wraps_as_lwip_wants(void **state)
{
    u32_t before;

    (void)state;
    host_later = 0u - osKernelGetTickCount() - 1; /* the next tick is 0 */
    before = sys_now();
    host_later += 10;
    assert_in_range(sys_now() - before, 10, 10000);
    host_later = 0;

    host_freq = 10000; /* a tick of 100 us */
    sys_now();
    host_later = 0u - osKernelGetTickCount() - 1;
    before = sys_now();
    host_later += 1000;
    assert_in_range(sys_now() - before, 100, 10000);
    host_freq = 1000;
    host_later = 0;
}

/* --- mailboxes -------------------------------------------------------------------------------- */

static void a_mailbox_is_a_queue(void **state)
{
    sys_mbox_t box;
    int a, b;
    void *got = &box;

    (void)state;
    assert_int_equal(sys_mbox_new(&box, 2), ERR_OK);
    assert_true(sys_mbox_valid(&box));
    assert_int_equal(sys_arch_mbox_tryfetch(&box, &got), SYS_MBOX_EMPTY);
    assert_null(got);
    assert_int_equal(sys_mbox_trypost(&box, &a), ERR_OK);
    assert_int_equal(sys_mbox_trypost_fromisr(&box, &b), ERR_OK);
    assert_int_equal(sys_mbox_trypost(&box, &b), ERR_MEM);
    host_interrupt = true;
    assert_int_equal(sys_mbox_trypost_fromisr(&box, &b), ERR_MEM);
    host_interrupt = false;
    assert_int_not_equal(sys_arch_mbox_fetch(&box, &got, 0), SYS_ARCH_TIMEOUT);
    assert_ptr_equal(got, &a);
    assert_int_equal(sys_arch_mbox_tryfetch(&box, NULL), 0); /* b is dropped */
    sys_mbox_post(&box, NULL);
    got = &box;
    assert_int_equal(sys_arch_mbox_tryfetch(&box, &got), 0);
    assert_null(got);
    sys_mbox_free(&box);
    sys_mbox_set_invalid(&box);
    assert_false(sys_mbox_valid(&box));
}

static void a_fetch_ends_in_time(void **state)
{
    sys_mbox_t box;
    void *got = &box;
    u32_t since = sys_now(), n;

    (void)state;
    assert_int_equal(sys_mbox_new(&box, 1), ERR_OK);
    assert_int_equal(sys_arch_mbox_fetch(&box, &got, 30), SYS_ARCH_TIMEOUT);
    assert_true(sys_now() - since >= 30);
    assert_null(got);
    sys_mbox_post(&box, &box);
    n = sys_arch_mbox_fetch(&box, &got, 1000000);
    assert_true(n < 1000000);
    assert_ptr_equal(got, &box);
    host_interrupt = true;
    ENDS(sys_arch_mbox_fetch(&box, &got, 1), "sys_arch_mbox_fetch");
    ENDS(sys_mbox_post(&box, NULL), "sys_mbox_post");
    host_interrupt = false;
    sys_mbox_free(&box);
}

static void *fetch_both(void *arg)
{
    void *first, *second;

    sys_mbox_fetch(arg, &first);
    sys_mbox_fetch(arg, &second);
    return first == arg && !second ? arg : NULL;
}

static void a_post_waits_for_room(void **state)
{
    sys_mbox_t box;
    pthread_t thread;
    void *good;

    (void)state;
    assert_int_equal(sys_mbox_new(&box, 1), ERR_OK);
    pthread_create(&thread, NULL, fetch_both, &box);
    sys_mbox_post(&box, &box);
    sys_mbox_post(&box, NULL);
    pthread_join(thread, &good);
    assert_ptr_equal(good, &box);
    sys_mbox_free(&box);
}

/* A mailbox that is too large for its memory is refused, and counted. */
static void what_cannot_be_made(void **state)
{
    u32_t before = lwip_stats.sys.mbox.used, refused = lwip_stats.sys.mbox.err;
    sys_mbox_t box;

    (void)state;
    assert_int_equal(sys_mbox_new(&box, NETP_OS_MBOX_LEN + 1), ERR_MEM);
    assert_false(sys_mbox_valid(&box));
    assert_int_equal(lwip_stats.sys.mbox.used, before);
    assert_int_equal(lwip_stats.sys.mbox.err, refused + 1);
    ENDS(sys_mbox_free(&box), "sys_mbox_free");
    ENDS(sys_mbox_trypost(&box, NULL), "sys_mbox_trypost");
    ENDS(sys_arch_mbox_tryfetch(&box, NULL), "sys_arch_mbox_tryfetch");
}

/* lwIP does not do that; if it does, it is to be seen. */
static void one_that_is_freed_with_messages_is_counted(void **state)
{
    u32_t before = lwip_stats.sys.mbox.err;
    sys_mbox_t box;

    (void)state;
    assert_int_equal(sys_mbox_new(&box, 1), ERR_OK);
    sys_mbox_post(&box, NULL);
    sys_mbox_free(&box);
    assert_int_equal(lwip_stats.sys.mbox.err, before + 1);
}

/* --- semaphores, mutexes ---------------------------------------------------------------------- */

static void a_semaphore_is_there_or_not(void **state)
{
    u32_t before = lwip_stats.sys.sem.used, since = sys_now();
    sys_sem_t sem, none = {.id = NULL};

    (void)state;
    assert_int_equal(sys_sem_new(&sem, 0), ERR_OK);
    assert_int_equal(lwip_stats.sys.sem.used, before + 1);
    assert_int_equal(sys_arch_sem_wait(&sem, 30), SYS_ARCH_TIMEOUT);
    assert_true(sys_now() - since >= 30);
    sys_sem_signal(&sem);
    sys_sem_signal(&sem);
    assert_int_not_equal(sys_arch_sem_wait(&sem, 0), SYS_ARCH_TIMEOUT);
    assert_int_equal(sys_arch_sem_wait(&sem, 1), SYS_ARCH_TIMEOUT);
    sys_sem_free(&sem);
    assert_int_equal(sys_sem_new(&sem, 1), ERR_OK);
    assert_int_not_equal(sys_arch_sem_wait(&sem, 1), SYS_ARCH_TIMEOUT);
    sys_sem_free(&sem);
    assert_int_equal(lwip_stats.sys.sem.used, before);
    assert_false(sys_sem_valid(&none));
    ENDS(sys_arch_sem_wait(&none, 1), "sys_arch_sem_wait");
    ENDS(sys_sem_signal(&none), "sys_sem_signal");
    ENDS(sys_sem_free(&none), "sys_sem_free");
}

static void a_mutex_is_its_owners(void **state)
{
    sys_mutex_t mutex, none = {.id = NULL};

    (void)state;
    assert_int_equal(sys_mutex_new(&mutex), ERR_OK);
    sys_mutex_lock(&mutex);
    sys_mutex_unlock(&mutex);
    ENDS(sys_mutex_unlock(&mutex), "sys_mutex_unlock");
    sys_mutex_free(&mutex);
    ENDS(sys_mutex_lock(&none), "sys_mutex_lock");
    ENDS(sys_mutex_free(&none), "sys_mutex_free");
}

/* --- the core --------------------------------------------------------------------------------- */

static void done(void *arg)
{
    sys_sem_signal(arg);
}

static void in_thread(void *arg)
{
    assert_true(sys_in_tcpip_thread());
    sys_check_core_locking(); /* it has the lock */
    sys_sem_signal(arg);
}

static void the_core_is_locked(void **state)
{
    sys_sem_t sem;

    (void)state;
    assert_int_equal(sys_sem_new(&sem, 0), ERR_OK);
    tcpip_init(done, &sem);
    sys_sem_wait(&sem);
    assert_int_equal(tcpip_callback(in_thread, &sem), ERR_OK);
    sys_sem_wait(&sem);
    sys_sem_free(&sem);

    assert_false(sys_in_tcpip_thread());
    ENDS(sys_check_core_locking(), "lwIP without the core lock");
    LOCK_TCPIP_CORE();
    sys_check_core_locking();
    host_interrupt = true;
    ENDS(sys_check_core_locking(), "lwIP in an interrupt");
    host_interrupt = false;
    ENDS(sys_lock_tcpip_core(), "LOCK_TCPIP_CORE() twice");
    UNLOCK_TCPIP_CORE();
    host_unprivileged = true;
    ENDS(sys_mark_tcpip_thread(), "threads of lwIP have to be privileged, to mask interrupts");
    host_unprivileged = false;
}

static struct netp_lwip_loop loop;

static void make_loop(void *arg)
{
    netp_lwip_loop_init(&loop);
    sys_sem_signal(arg);
}

/* Under the lock any thread may use the machines; the tcpip thread, which sleeps, is told. */
static void machines_and_other_threads(void **state)
{
    struct netp_lwip_timer timer = NETP_LWIP_TIMER(done, NULL);
    const struct stats_mem *messages = lwip_stats.memp[MEMP_TCPIP_MSG_API];
    sys_sem_t sem;
    mem_size_t before;

    (void)state;
    assert_int_equal(sys_sem_new(&sem, 0), ERR_OK);
    timer.arg = &sem;
    assert_int_equal(tcpip_callback(make_loop, &sem), ERR_OK);
    sys_sem_wait(&sem);
    ENDS(netp_lwip_now(&loop), "lwIP without the core lock");
    ENDS(netp_lwip_at(&loop, &timer, 0), "lwIP without the core lock");
    LOCK_TCPIP_CORE();
    before = messages->used;
    netp_lwip_at(&loop, &timer, 0);
    assert_int_equal(messages->used, before + 1);
    UNLOCK_TCPIP_CORE();
    sys_sem_wait(&sem);
    sys_sem_free(&sem);
}

static void serve(void *arg)
{
    struct netconn *listener = arg, *connection;

    while (netconn_accept(listener, &connection) == ERR_OK) {
        struct netbuf *buf;

        while (netconn_recv(connection, &buf) == ERR_OK) {
            void *p;
            u16_t n;

            do {
                netbuf_data(buf, &p, &n);
                (void)netconn_write(connection, p, n, NETCONN_COPY);
            } while (netbuf_next(buf) >= 0);
            netbuf_delete(buf);
        }
        netconn_close(connection);
        netconn_delete(connection);
    }
}

/* One socket of each: nothing may be mixed up. */
static void *ask(void *arg)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = PP_HTONS(PORT)};
    uint8_t sent[500], got[500];
    int fd = lwip_socket(AF_INET, SOCK_STREAM, 0);
    bool good = true;

    to.sin_addr.s_addr = PP_HTONL(INADDR_LOOPBACK);
    good = good && fd >= 0 && lwip_connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    for (unsigned n = 0; good && n < BYTES / sizeof sent; n++) {
        size_t have = 0;

        memset(sent, (int)(n * 7 + *(unsigned *)arg), sizeof sent);
        good = lwip_send(fd, sent, sizeof sent, 0) == sizeof sent;
        while (good && have < sizeof got) {
            ssize_t r = lwip_recv(fd, got + have, sizeof got - have, 0);

            good = r > 0;
            have += r > 0 ? (size_t)r : 0;
        }
        good = good && memcmp(sent, got, sizeof sent) == 0;
    }
    lwip_close(fd);
    return good ? arg : NULL;
}

static void sockets_and_netconns(void **state)
{
    struct netconn *listener = netconn_new(NETCONN_TCP);
    unsigned number[CLIENTS] = {1, 50, 99};
    pthread_t client[CLIENTS];
    u32_t sems, boxes;

    (void)state;
    assert_int_equal(netconn_bind(listener, IP_ADDR_ANY, PORT), ERR_OK);
    assert_int_equal(netconn_listen(listener), ERR_OK);
    SYS_ARCH_GET(lwip_stats.sys.sem.used, sems);
    SYS_ARCH_GET(lwip_stats.sys.mbox.used, boxes);
    sys_thread_new("serve0", serve, listener, 1024, osPriorityNormal);
    for (unsigned i = 0; i < CLIENTS; i++) {
        pthread_create(&client[i], NULL, ask, &number[i]);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        void *good;

        pthread_join(client[i], &good);
        assert_ptr_equal(good, &number[i]);
    }
    for (unsigned i = 0; i < 6000; i++) { /* until the server has noticed */
        u32_t now, then;

        SYS_ARCH_GET(lwip_stats.sys.sem.used, now);
        SYS_ARCH_GET(lwip_stats.sys.mbox.used, then);
        if (now == sems && then == boxes) {
            return;
        }
        sys_msleep(10);
    }
    fail_msg("semaphores or mailboxes are left");
}

static void stacks_end(void **state)
{
    (void)state;
    ENDS(sys_thread_new("large", serve, NULL, NETP_OS_STACKS, osPriorityNormal),
         "NETP_OS_STACKS is too small");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_wraps_as_lwip_wants),
        cmocka_unit_test(a_mailbox_is_a_queue),
        cmocka_unit_test(a_fetch_ends_in_time),
        cmocka_unit_test(a_post_waits_for_room),
        cmocka_unit_test(what_cannot_be_made),
        cmocka_unit_test(one_that_is_freed_with_messages_is_counted),
        cmocka_unit_test(a_semaphore_is_there_or_not),
        cmocka_unit_test(a_mutex_is_its_owners),
        cmocka_unit_test(the_core_is_locked),
        cmocka_unit_test(machines_and_other_threads),
        cmocka_unit_test(sockets_and_netconns),
        cmocka_unit_test(stacks_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

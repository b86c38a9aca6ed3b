/* lwipopts_os.h - what lwipopts.h has more with an operating system. SPDX-License-Identifier: MIT
 *
 * Copy it with lwipopts.h and change what you need. Stacks are measured: docs/stm32.md. */
#ifndef LWIPOPTS_OS_H
#define LWIPOPTS_OS_H

#include <sys/time.h> /* struct timeval, newlib's; without: LWIP_TIMEVAL_PRIVATE 1 */

/* --- whose memory ---------------------------------------------------------------------------- */

/* 1: the kernel's control blocks, queues and stacks lie in lwIP's pools and in NETP_OS_STACKS, and
 * the kernel needs no heap for them. Add the folder freertos/ or rtx5/ to the include paths, whose
 * netp_os_memory.h knows their sizes. 0: the kernel allocates them. */
#ifndef NETP_OS_STATIC
#define NETP_OS_STATIC 0
#endif
#ifndef NETP_OS_STACKS
#define NETP_OS_STACKS 8192 /* static: bytes for all threads of sys_thread_new(), for ever */
#endif
#define NETP_OS_MBOX_LEN 8 /* static: messages of the largest mailbox below */

/* --- the tcpip thread ------------------------------------------------------------------------ */

#define TCPIP_THREAD_NAME        "tcpip"
#define TCPIP_THREAD_STACKSIZE   3072 /* bytes; it runs the machines, and all callbacks of yours */
#define TCPIP_THREAD_PRIO        osPriorityAboveNormal /* above those that use sockets */
#define TCPIP_MBOX_SIZE          8 /* callbacks that wait: one of each interface, the rest yours */
#define MEMP_NUM_TCPIP_MSG_API   7 /* of yours, 16 B each: tcpip_callback() fails when all wait */
#define MEMP_NUM_TCPIP_MSG_INPKT 2 /* frames of interfaces that call tcpip_input(); ours do not */

/* --- netconns and sockets -------------------------------------------------------------------- */

#define MEMP_NUM_NETCONN          10 /* 60 B each; static: and two mailboxes and a semaphore */
#define MEMP_NUM_NETBUF           6  /* 16 B each: datagrams that wait in mailboxes */
#define DEFAULT_TCP_RECVMBOX_SIZE 8  /* segments that nobody reads; then the peer waits */
#define DEFAULT_UDP_RECVMBOX_SIZE 4  /* datagrams that nobody reads; more are lost */
#define DEFAULT_RAW_RECVMBOX_SIZE 2
#define DEFAULT_ACCEPTMBOX_SIZE   4 /* connections that nobody has accepted; more are reset */
#define DEFAULT_THREAD_STACKSIZE  1024
#define DEFAULT_THREAD_PRIO       osPriorityNormal
#define LWIP_SO_RCVTIMEO          1 /* SO_RCVTIMEO, netconn_set_recvtimeout() */
#define LWIP_SO_SNDTIMEO          1
#define LWIP_TIMEVAL_PRIVATE      0
#define LWIP_ERRNO_STDINCLUDE     1 /* and errno; one for all threads, unless your kernel does more */

/* Each netconn has a semaphore of its own: CMSIS-RTOS2 has no memory that belongs to a thread. So
 * one netconn or socket must not be used by two threads at the same time. */
#define LWIP_NETCONN_SEM_PER_THREAD 0

/* --- the core lock --------------------------------------------------------------------------- */

/* Sockets and netconns work in the thread that calls them, under a mutex: no message, no switch of
 * threads. Without NDEBUG lwIP looks that whoever calls its core has that mutex, or is the tcpip
 * thread, and stops with netp_board_fatal() otherwise. */
#define LWIP_TCPIP_CORE_LOCKING  1
#define LOCK_TCPIP_CORE()        sys_lock_tcpip_core()
#define UNLOCK_TCPIP_CORE()      sys_unlock_tcpip_core()
#define LWIP_MARK_TCPIP_THREAD() sys_mark_tcpip_thread()
#ifndef NDEBUG
#define LWIP_ASSERT_CORE_LOCKED() sys_check_core_locking()
#endif

#endif

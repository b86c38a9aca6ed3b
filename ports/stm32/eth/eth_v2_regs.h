/* eth_v2_regs.h - the Ethernet MAC of STM32H7, as numbers.
 *
 * SPDX-License-Identifier: MIT
 *
 * Offsets from the base of the block and bits, of what the driver and its model use. The names are
 * those of ST's reference manual (RM0433) behind V2_. tests/regs_v2.def has the same numbers from a
 * second source. */
#ifndef NETP_ETH_V2_REGS_H
#define NETP_ETH_V2_REGS_H

/* MAC */
#define V2_MACCR            0x0000u
#define V2_MACCR_IPC        (1u << 27) /* checks checksums of IP, TCP, UDP and ICMP */
#define V2_MACCR_FES        (1u << 14) /* 100 Mbit/s */
#define V2_MACCR_DM         (1u << 13) /* full duplex */
#define V2_MACCR_LM         (1u << 12) /* loopback */
#define V2_MACCR_TE         (1u << 1)
#define V2_MACCR_RE         (1u << 0)
#define V2_MACPFR           0x0008u
#define V2_MACPFR_PM        (1u << 4) /* all multicasts */
#define V2_MACPFR_HMC       (1u << 2) /* multicasts by the hash table */
#define V2_MACPFR_PR        (1u << 0) /* everything */
#define V2_MACHT0R          0x0010u   /* bits 31..0 of the hash table */
#define V2_MACHT1R          0x0014u
#define V2_MACMDIOAR        0x0200u
#define V2_MACMDIOAR_PA(n)  ((uint32_t)(n) << 21)
#define V2_MACMDIOAR_RDA(n) ((uint32_t)(n) << 16)
#define V2_MACMDIOAR_CR(n)  ((uint32_t)(n) << 8)
#define V2_MACMDIOAR_READ   (3u << 2)
#define V2_MACMDIOAR_WRITE  (1u << 2)
#define V2_MACMDIOAR_MB     (1u << 0)
#define V2_MACMDIODR        0x0204u
#define V2_MACA0HR          0x0300u
#define V2_MACA0LR          0x0304u

/* management counters: their interrupts, all masked */
#define V2_MMCRIMR     0x070cu
#define V2_MMCRIMR_ALL 0x0c020060u
#define V2_MMCTIMR     0x0710u
#define V2_MMCTIMR_ALL 0x0c20c000u

/* MTL, the FIFOs */
#define V2_MTLTQOMR          0x0d00u
#define V2_MTLTQOMR_TSF      (1u << 1) /* a frame is whole in the FIFO before it is sent */
#define V2_MTLTQOMR_FTQ      (1u << 0) /* empties the FIFO; ends by itself */
#define V2_MTLRQOMR          0x0d30u
#define V2_MTLRQOMR_RSF      (1u << 5) /* a frame is received whole before it moves to memory */
#define V2_MTLRQMPOCR        0x0d34u   /* lost frames; reading clears */
#define V2_MTLRQMPOCR_OVF(v) ((v)&0x7ffu)

/* DMA */
#define V2_DMAMR           0x1000u
#define V2_DMAMR_SWR       (1u << 0) /* software reset; ends by itself */
#define V2_DMASBMR         0x1004u
#define V2_DMASBMR_AAL     (1u << 12) /* bursts at aligned addresses */
#define V2_DMASBMR_FB      (1u << 0)  /* fixed bursts */
#define V2_DMACCR          0x1100u
#define V2_DMACCR_DSL(n)   ((uint32_t)(n) << 18) /* words between descriptors */
#define V2_DMACTCR         0x1104u
#define V2_DMACTCR_PBL(n)  ((uint32_t)(n) << 16)
#define V2_DMACTCR_OSP     (1u << 4)
#define V2_DMACTCR_ST      (1u << 0)
#define V2_DMACRCR         0x1108u
#define V2_DMACRCR_PBL(n)  ((uint32_t)(n) << 16)
#define V2_DMACRCR_RBSZ(n) ((uint32_t)(n) << 1) /* size of a buffer, in bytes */
#define V2_DMACRCR_SR      (1u << 0)
#define V2_DMACTDLAR       0x1114u
#define V2_DMACRDLAR       0x111cu
#define V2_DMACTDTPR       0x1120u /* tails, which are the doorbells, too */
#define V2_DMACRDTPR       0x1128u
#define V2_DMACTDRLR       0x112cu /* number of descriptors - 1 */
#define V2_DMACRDRLR       0x1130u
#define V2_DMACIER         0x1134u /* bits as in DMACSR */
#define V2_DMACSR          0x1160u
#define V2_DMACSR_NIS      (1u << 15)
#define V2_DMACSR_AIS      (1u << 14)
#define V2_DMACSR_FBE      (1u << 12) /* bus error: the DMA stands still until a reset */
#define V2_DMACSR_RBU      (1u << 7)  /* no descriptor to receive into */
#define V2_DMACSR_RI       (1u << 6)
#define V2_DMACSR_TBU      (1u << 2)
#define V2_DMACSR_TI       (1u << 0)
#define V2_DMACSR_W1C      0x0000ffc7u /* cleared by writing ones */

/* receive descriptor: as the driver gives it, and as it comes back */
#define V2_RDES3_OWN   (1u << 31)
#define V2_RDES3_IOC   (1u << 30)
#define V2_RDES3_BUF1V (1u << 24)
#define V2_RDES3_CTXT  (1u << 30)
#define V2_RDES3_FD    (1u << 29)
#define V2_RDES3_LD    (1u << 28)
#define V2_RDES3_CE    (1u << 24)
#define V2_RDES3_RS1V  (1u << 26) /* RDES1 has a status */
#define V2_RDES3_ES    (1u << 15)
#define V2_RDES3_PL(v) ((v)&0x7fffu) /* frame's length with its FCS */
#define V2_RDES1_IPCE  (1u << 7)     /* bad checksum of what IP carries */
#define V2_RDES1_IPHE  (1u << 3)     /* bad checksum of IP's header */

/* transmit descriptor */
#define V2_TDES2_IOC    (1u << 31)
#define V2_TDES2_B2L(v) ((v) >> 16 & 0x3fffu)
#define V2_TDES2_B1L(v) ((v)&0x3fffu)
#define V2_TDES3_OWN    (1u << 31)
#define V2_TDES3_FD     (1u << 29)
#define V2_TDES3_LD     (1u << 28)
#define V2_TDES3_CIC(n)                                                                            \
    ((uint32_t)(n) << 16) /* inserts: 1 IP's checksum, 3 TCP's and UDP's too                       \
                           */
#define V2_TDES3_ES (1u << 15)

#endif

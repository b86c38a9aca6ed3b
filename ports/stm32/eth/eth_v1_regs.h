/* eth_v1_regs.h - the Ethernet MAC of STM32F107, F2x7, F4x7/F4x9 and F7, as numbers.
 *
 * SPDX-License-Identifier: MIT
 *
 * Offsets from the base of the block and bits, of what the driver and its model use. The names are
 * those of ST's reference manuals (RM0008, RM0033, RM0090, RM0385) behind V1_. tests/regs_v1.def
 * has the same numbers from a second source. */
#ifndef NETP_ETH_V1_REGS_H
#define NETP_ETH_V1_REGS_H

/* MAC */
#define V1_MACCR          0x0000u
#define V1_MACCR_FES      (1u << 14) /* 100 Mbit/s */
#define V1_MACCR_LM       (1u << 12) /* loopback */
#define V1_MACCR_DM       (1u << 11) /* full duplex */
#define V1_MACCR_IPCO     (1u << 10) /* checks checksums of IP, TCP, UDP and ICMP */
#define V1_MACCR_TE       (1u << 3)
#define V1_MACCR_RE       (1u << 2)
#define V1_MACFFR         0x0004u
#define V1_MACFFR_PAM     (1u << 4) /* all multicasts */
#define V1_MACFFR_HM      (1u << 2) /* multicasts by the hash table */
#define V1_MACFFR_PM      (1u << 0) /* everything */
#define V1_MACHTHR        0x0008u   /* bits 63..32 of the hash table */
#define V1_MACHTLR        0x000cu
#define V1_MACMIIAR       0x0010u
#define V1_MACMIIAR_PA(n) ((uint32_t)(n) << 11)
#define V1_MACMIIAR_MR(n) ((uint32_t)(n) << 6)
#define V1_MACMIIAR_CR(n) ((uint32_t)(n) << 2)
#define V1_MACMIIAR_MW    (1u << 1)
#define V1_MACMIIAR_MB    (1u << 0)
#define V1_MACMIIDR       0x0014u
#define V1_MACA0HR        0x0040u
#define V1_MACA0LR        0x0044u

/* management counters: their interrupts, all masked */
#define V1_MMCRIMR     0x010cu
#define V1_MMCRIMR_ALL 0x20060u
#define V1_MMCTIMR     0x0110u
#define V1_MMCTIMR_ALL 0x20c000u

/* DMA */
#define V1_DMABMR           0x1000u
#define V1_DMABMR_AAB       (1u << 25) /* bursts at aligned addresses */
#define V1_DMABMR_USP       (1u << 23) /* RDP is for receiving alone */
#define V1_DMABMR_RDP(n)    ((uint32_t)(n) << 17)
#define V1_DMABMR_FB        (1u << 16) /* fixed bursts */
#define V1_DMABMR_PBL(n)    ((uint32_t)(n) << 8)
#define V1_DMABMR_DSL(n)    ((uint32_t)(n) << 2) /* words between descriptors */
#define V1_DMABMR_SR        (1u << 0)            /* software reset; ends by itself */
#define V1_DMATPDR          0x1004u              /* doorbells: any value */
#define V1_DMARPDR          0x1008u
#define V1_DMARDLAR         0x100cu
#define V1_DMATDLAR         0x1010u
#define V1_DMASR            0x1014u
#define V1_DMASR_NIS        (1u << 16)
#define V1_DMASR_AIS        (1u << 15)
#define V1_DMASR_FBES       (1u << 13) /* bus error: the DMA stands still until a reset */
#define V1_DMASR_RBUS       (1u << 7)  /* no descriptor to receive into */
#define V1_DMASR_RS         (1u << 6)
#define V1_DMASR_TBUS       (1u << 2)
#define V1_DMASR_TS         (1u << 0)
#define V1_DMASR_W1C        0x0001e7ffu /* cleared by writing ones */
#define V1_DMAOMR           0x1018u
#define V1_DMAOMR_RSF       (1u << 25) /* a frame is received whole before it moves to memory */
#define V1_DMAOMR_TSF       (1u << 21) /* a frame is whole in the FIFO before it is sent */
#define V1_DMAOMR_FTF       (1u << 20) /* empties the FIFO; ends by itself */
#define V1_DMAOMR_ST        (1u << 13)
#define V1_DMAOMR_SR        (1u << 1)
#define V1_DMAIER           0x101cu /* bits as in DMASR */
#define V1_DMAMFBOCR        0x1020u /* lost frames; reading clears */
#define V1_DMAMFBOCR_MFA(v) ((v) >> 17 & 0x7ffu)
#define V1_DMAMFBOCR_MFC(v) ((v)&0xffffu)

/* receive descriptor */
#define V1_RDES0_OWN   (1u << 31)
#define V1_RDES0_FL(v) ((v) >> 16 & 0x3fffu) /* frame's length with its FCS */
#define V1_RDES0_ES    (1u << 15)
#define V1_RDES0_FS    (1u << 9)
#define V1_RDES0_LS    (1u << 8)
#define V1_RDES0_IPHCE (1u << 7) /* with FT: bad checksum of IP's header */
#define V1_RDES0_FT    (1u << 5)
#define V1_RDES0_CE    (1u << 1)
#define V1_RDES0_PCE   (1u << 0)  /* with FT: bad checksum of what IP carries */
#define V1_RDES1_RER   (1u << 15) /* end of the ring */
#define V1_RDES1_RCH   (1u << 14)
#define V1_RDES1_RBS   0x1fffu

/* transmit descriptor */
#define V1_TDES0_OWN (1u << 31)
#define V1_TDES0_IC  (1u << 30)
#define V1_TDES0_LS  (1u << 29)
#define V1_TDES0_FS  (1u << 28)
#define V1_TDES0_CIC(n)                                                                            \
    ((uint32_t)(n) << 22)       /* inserts: 1 IP's checksum, 3 TCP's and UDP's too                 \
                                 */
#define V1_TDES0_TER (1u << 21) /* end of the ring */
#define V1_TDES0_TCH (1u << 20)
#define V1_TDES0_ES  (1u << 15)
#define V1_TDES1_TBS 0x1fffu

#endif

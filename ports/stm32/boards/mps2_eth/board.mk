# SPDX-License-Identifier: MIT
#
# mps2 with the Ethernet of an STM32 in place of its own: the driver of ../../eth, as it is compiled
# for a part, on the model of ../../tests. See window.c.
#
# NETP_CHIP: as mps2; NETP_MAC: v1 (F107 to F7), v2 (H7)
NETP_MAC ?= v1
include $(NETP_PORT)/boards/mps2/board.mk
NETP_INCS += -I$(NETP_PORT)/boards/mps2
NETP_DEFS += -DPBUF_POOL_SIZE=2 -DLWIP_DISABLE_TCP_SANITY_CHECKS=1 -DMPS2_MAC_$(NETP_MAC)
NETP_SRCS := $(filter-out %/lan9118.c,$(NETP_SRCS)) $(wildcard $(NETP_PORT)/boards/mps2_eth/*.c) \
    $(addprefix $(NETP_PORT)/eth/,eth.c eth_frames.c eth_groups.c eth_mac_$(NETP_MAC).c eth_phy.c) \
    $(NETP_PORT)/netif/netp_ethif.c \
    $(addprefix $(NETP_PORT)/tests/,model.c model_dma.c model_phy.c model_sum.c \
        model_$(NETP_MAC).c)

# SPDX-License-Identifier: MIT
NETP_CPU := -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard -mthumb
NETP_DEFS := -DSTM32_H7 -DPBUF_POOL_SIZE=2 -DLWIP_DISABLE_TCP_SANITY_CHECKS=1
NETP_LD := $(NETP_PORT)/boards/nucleo_h743zi/board.ld
NETP_SRCS += $(NETP_PORT)/boards/nucleo_h743zi/board.c $(NETP_PORT)/boards/startup.c \
    $(addprefix $(NETP_PORT)/boards/stm32/,stm32.c vectors.c) $(NETP_PORT)/boards/stm32/clock_h7.c \
    $(filter-out %/eth_mac_v1.c,$(wildcard $(NETP_PORT)/eth/*.c)) $(wildcard $(NETP_PORT)/netif/*.c)

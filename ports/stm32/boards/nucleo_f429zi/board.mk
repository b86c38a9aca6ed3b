# SPDX-License-Identifier: MIT
NETP_CPU := -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -mthumb
NETP_DEFS := -DSTM32_F4 -DPBUF_POOL_SIZE=2 -DLWIP_DISABLE_TCP_SANITY_CHECKS=1
NETP_LD := $(NETP_PORT)/boards/nucleo_f429zi/board.ld
NETP_SRCS += $(NETP_PORT)/boards/nucleo_f429zi/board.c $(NETP_PORT)/boards/startup.c \
    $(addprefix $(NETP_PORT)/boards/stm32/,stm32.c vectors.c) $(NETP_PORT)/boards/stm32/clock_f4_f7.c \
    $(filter-out %/eth_mac_v2.c,$(wildcard $(NETP_PORT)/eth/*.c)) $(wildcard $(NETP_PORT)/netif/*.c)

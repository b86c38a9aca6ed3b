# SPDX-License-Identifier: MIT
#
# netproto.mk - for a firmware's Makefile: what to compile.
#
#     NETPROTO     := path/to/libnetproto
#     LWIP_DIR     := path/to/lwip
#     NETP_BOARD   := nucleo_f429zi        a folder of boards/; none: a board of your own
#     NETP_OS      := cmsis_rtos2          tcpip thread, netconns, sockets; none: one main loop
#     NETP_PROFILE := firmware             without what firmware.txt names; none: with all
#     include $(NETPROTO)/ports/stm32/netproto.mk
#
# NETP_SRCS are the sources, NETP_INCS the options -I, NETP_CPU and NETP_DEFS those of the board,
# NETP_LD its linker script. Put a folder with a lwipopts.h of your own before NETP_INCS. Link with
# -Wl,--gc-sections: what is not called takes no flash.

ifeq ($(wildcard $(LWIP_DIR)/src/include/lwip/init.h),)
$(error LWIP_DIR is no source tree of lwIP: "$(LWIP_DIR)")
endif
NETP_PORT := $(NETPROTO)/ports/stm32

# The content coding needs zlib.
NETP_SRCS := $(wildcard $(NETPROTO)/libnetproto/src/*.c) \
    $(filter-out %/http_coding.c %/http_coding_decode.c %/http_coding_encode.c \
        %/http_coding_frame.c,$(wildcard $(NETPROTO)/protocols/*/src/*.c)) \
    $(wildcard $(NETP_PORT)/lwip/src/*.c) \
    $(wildcard $(LWIP_DIR)/src/core/*.c $(LWIP_DIR)/src/core/ipv4/*.c) \
    $(LWIP_DIR)/src/netif/ethernet.c
NETP_INCS := $(addprefix -I,$(wildcard $(NETPROTO)/libnetproto/include \
        $(NETPROTO)/protocols/*/include) $(NETP_PORT)/lwip/include $(NETP_PORT)/boards) \
    -isystem $(LWIP_DIR)/src/include
ifneq ($(NETP_BOARD),)
include $(NETP_PORT)/boards/$(NETP_BOARD)/board.mk
endif
# testrtos: with the kernel of the tests, see os/testrtos/testrtos.h.
ifneq ($(NETP_OS),)
NETP_SRCS += $(NETP_PORT)/os/sys_arch.c $(wildcard $(LWIP_DIR)/src/api/*.c)
NETP_INCS += -I$(NETP_PORT)/os
NETP_DEFS += -DNETP_LWIP_OS=1
ifeq ($(NETP_OS),testrtos)
NETP_SRCS += $(wildcard $(NETP_PORT)/os/testrtos/*.c)
NETP_INCS += -I$(NETP_PORT)/os/testrtos
NETP_DEFS += -DNETP_OS_STATIC=1
endif
endif
NETP_INCS += -I$(NETP_PORT)/lwip/config
ifneq ($(NETP_PROFILE),)
NETP_DEFS += $(addprefix -D,$(shell cat $(NETP_PORT)/$(NETP_PROFILE).txt))
endif

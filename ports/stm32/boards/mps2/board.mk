# SPDX-License-Identifier: MIT
#
# NETP_CHIP: an385 (Cortex-M3), an386 (M4F), an500 (M7)
NETP_CHIP ?= an385
NETP_CPU_an385 := -mcpu=cortex-m3
NETP_CPU_an386 := -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
NETP_CPU_an500 := -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
NETP_CPU := $(NETP_CPU_$(NETP_CHIP)) -mthumb
NETP_DEFS := $(if $(filter an500,$(NETP_CHIP)),-DMPS2_AN500)
NETP_LD := $(NETP_PORT)/boards/mps2/mps2.ld
NETP_SRCS += $(NETP_PORT)/boards/startup.c $(wildcard $(NETP_PORT)/boards/mps2/*.c)

# SPDX-License-Identifier: MIT
#
# NETP_CHIP: an385 (Cortex-M3, and if empty), an386 (M4F), an500 (M7)
set(NETP_DEFS)
if(NETP_CHIP STREQUAL an386)
    set(NETP_CPU -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
elseif(NETP_CHIP STREQUAL an500)
    set(NETP_CPU -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard)
    set(NETP_DEFS MPS2_AN500)
else()
    set(NETP_CPU -mcpu=cortex-m3)
endif()
set(NETP_LD ${NETP_PORT}/boards/mps2/mps2.ld)
file(GLOB NETP_BOARD_SOURCES ${NETP_PORT}/boards/startup.c ${NETP_PORT}/boards/mps2/*.c)

# SPDX-License-Identifier: MIT
set(NETP_CPU -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
set(NETP_DEFS STM32_F4 PBUF_POOL_SIZE=2 LWIP_DISABLE_TCP_SANITY_CHECKS=1)
set(NETP_LD ${NETP_PORT}/boards/f407/board.ld)
file(GLOB NETP_BOARD_SOURCES ${NETP_PORT}/boards/f407/board.c ${NETP_PORT}/boards/startup.c
    ${NETP_PORT}/boards/stm32/stm32.c ${NETP_PORT}/boards/stm32/vectors.c
    ${NETP_PORT}/boards/stm32/clock_f4_f7.c ${NETP_PORT}/eth/*.c ${NETP_PORT}/netif/*.c)
list(FILTER NETP_BOARD_SOURCES EXCLUDE REGEX /eth_mac_v2.c)

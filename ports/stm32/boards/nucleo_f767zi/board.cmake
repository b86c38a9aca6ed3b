# SPDX-License-Identifier: MIT
set(NETP_CPU -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard)
set(NETP_DEFS STM32_F7 PBUF_POOL_SIZE=2 LWIP_DISABLE_TCP_SANITY_CHECKS=1)
set(NETP_LD ${NETP_PORT}/boards/nucleo_f767zi/board.ld)
file(GLOB NETP_BOARD_SOURCES ${NETP_PORT}/boards/nucleo_f767zi/board.c ${NETP_PORT}/boards/startup.c
    ${NETP_PORT}/boards/stm32/stm32.c ${NETP_PORT}/boards/stm32/vectors.c
    ${NETP_PORT}/boards/stm32/clock_f4_f7.c ${NETP_PORT}/eth/*.c ${NETP_PORT}/netif/*.c)
list(FILTER NETP_BOARD_SOURCES EXCLUDE REGEX /eth_mac_v2.c)

# SPDX-License-Identifier: MIT
#
# netproto_stm32.cmake - for a firmware's CMakeLists.txt:
#
#     include(path/to/libnetproto/ports/stm32/netproto_stm32.cmake)
#     add_executable(firmware main.c)
#     netproto_stm32(firmware BOARD nucleo_f429zi LWIP_DIR path/to/lwip OS cmsis_rtos2)
#
# The function adds to the target machines, lwIP, its binding, and the driver and start-up code of a
# folder of boards/; without BOARD, of no board. OS: with threads, netconns and sockets, for a kernel
# of yours; without, lwIP in one main loop. PROFILE firmware: without what firmware.txt names.
#
# A folder with a lwipopts.h of your own goes before ours with target_include_directories(firmware
# BEFORE PRIVATE ...). The toolchain file beside this one, arm-none-eabi.cmake, is for those who have
# none.

set(NETP_PORT ${CMAKE_CURRENT_LIST_DIR})
get_filename_component(NETPROTO ${NETP_PORT}/../.. ABSOLUTE)
include(${NETPROTO}/netprotoFiles.cmake)

function(netproto_stm32 target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "BOARD;LWIP_DIR;CHIP;OS;PROFILE" "")
    if(NOT EXISTS "${arg_LWIP_DIR}/src/include/lwip/init.h")
        message(FATAL_ERROR "LWIP_DIR is no source tree of lwIP: \"${arg_LWIP_DIR}\"")
    endif()
    file(GLOB lwip ${NETP_PORT}/lwip/src/*.c ${arg_LWIP_DIR}/src/core/*.c
        ${arg_LWIP_DIR}/src/core/ipv4/*.c)
    target_sources(${target} PRIVATE ${NETPROTO_SOURCES} ${lwip}
        ${arg_LWIP_DIR}/src/netif/ethernet.c)
    target_include_directories(${target} PRIVATE ${NETPROTO_INCLUDE_DIRS}
        ${NETP_PORT}/lwip/include ${NETP_PORT}/boards ${NETP_PORT}/lwip/config)
    if(arg_OS)
        file(GLOB api ${arg_LWIP_DIR}/src/api/*.c)
        target_sources(${target} PRIVATE ${NETP_PORT}/os/sys_arch.c ${api})
        target_include_directories(${target} PRIVATE ${NETP_PORT}/os)
        target_compile_definitions(${target} PRIVATE NETP_LWIP_OS=1)
    endif()
    if(arg_OS STREQUAL testrtos) # the kernel of the tests, see os/testrtos/testrtos.h
        file(GLOB kernel ${NETP_PORT}/os/testrtos/*.c)
        target_sources(${target} PRIVATE ${kernel})
        target_include_directories(${target} PRIVATE ${NETP_PORT}/os/testrtos)
        target_compile_definitions(${target} PRIVATE NETP_OS_STATIC=1)
    endif()
    target_include_directories(${target} SYSTEM PRIVATE ${arg_LWIP_DIR}/src/include)
    target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
    target_link_options(${target} PRIVATE --specs=nano.specs -Wl,--gc-sections
        -Wl,--no-warn-rwx-segments)
    if(arg_PROFILE)
        file(STRINGS ${NETP_PORT}/${arg_PROFILE}.txt left_out)
        target_compile_definitions(${target} PRIVATE ${left_out})
    endif()
    if(arg_BOARD)
        set(NETP_CHIP ${arg_CHIP})
        include(${NETP_PORT}/boards/${arg_BOARD}/board.cmake)
        target_sources(${target} PRIVATE ${NETP_BOARD_SOURCES})
        target_compile_definitions(${target} PRIVATE ${NETP_DEFS})
        target_compile_options(${target} PRIVATE ${NETP_CPU} -mthumb)
        target_link_options(${target} PRIVATE ${NETP_CPU} -mthumb -nostartfiles
            -L${NETP_PORT}/boards/stm32 -T${NETP_LD})
    endif()
endfunction()

#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The firmware builds without a warning for the boards with an STM32, and fits them; the Makefile's
# and CMake's lists of sources are the same.
set -eu
cd "$(dirname "$0")/../.."
command -v arm-none-eabi-gcc >/dev/null || { echo "no arm-none-eabi-gcc"; exit 77; }
lwip=$(scripts/get-lwip.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for board in f407 nucleo_f767zi nucleo_h743zi; do
    make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$lwip" BOARD=$board OUT="$work/$board"
done

# What runs on the model in the emulator (test_stm32eth.py) is what runs on the parts, byte for byte.
for pair in v1:an386:f407 v2:an500:nucleo_h743zi; do
    IFS=: read -r mac chip board <<<"$pair"
    objects=(ports/stm32/eth/{eth,eth_frames,eth_groups,eth_mac_$mac,eth_phy}.o ports/stm32/netif/netp_ethif.o)
    make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$lwip" BOARD=mps2_eth NETP_MAC=$mac NETP_CHIP=$chip \
        OUT="$work/$chip" "${objects[@]/#/$work/$chip/}"
    for object in "${objects[@]}"; do
        arm-none-eabi-objcopy -g "$work/$chip/$object" "$work/emulated"
        arm-none-eabi-objcopy -g "$work/$board/$object" "$work/released"
        cmp "$work/emulated" "$work/released" || { echo "$object is another for $board"; exit 1; }
    done
done

# A NUCLEO-F429ZI has the code of the F407 but for its pins and memory.
make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$lwip" BOARD=nucleo_f429zi OUT="$work/f407"

# With threads, too; all services would take more than an F407's 128 KB of RAM.
with_threads()
{
    make -s -j "$(nproc)" -C ports/stm32 LWIP_DIR="$lwip" BOARD="$1" NETP_OS=testrtos \
        DEFS='-DAPP_TFTP=0 -DAPP_MODBUS=0' OUT="$work/$2-os"
}
with_threads f407 f407
with_threads nucleo_f429zi f407
with_threads nucleo_h743zi m7
rm -r "$work/m7-os/ports/stm32" # the rest is the same code
with_threads nucleo_f767zi m7

for board in mps2 f407 nucleo_f429zi nucleo_f767zi nucleo_h743zi; do
    os=$([ $board != nucleo_f767zi ] || echo testrtos)
    printf 'include %s/ports/stm32/netproto.mk\nall:; @printf "%%s\\n" $(abspath $(NETP_SRCS))\n' \
        "$PWD" >"$work/Makefile"
    make -s -C "$work" NETPROTO="$PWD" LWIP_DIR="$lwip" NETP_BOARD=$board NETP_OS="$os" | sort >"$work/by-make"
    mkdir -p "$work/$board.cmake"
    cat >"$work/$board.cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(list NONE)
include($PWD/ports/stm32/netproto_stm32.cmake)
set(all "")
function(target_sources target scope)
    file(WRITE \${CMAKE_BINARY_DIR}/more "\${ARGN}")
    foreach(source IN LISTS ARGN)
        file(APPEND $work/by-cmake "\${source}\\n")
    endforeach()
endfunction()
foreach(other IN ITEMS target_include_directories target_compile_options target_link_options
        target_compile_definitions)
    cmake_language(EVAL CODE "function(\${other})\nendfunction()")
endforeach()
netproto_stm32(firmware BOARD $board LWIP_DIR $lwip OS $os)
END
    rm -f "$work/by-cmake"
    cmake -S "$work/$board.cmake" -B "$work/$board.cmake/build" >"$work/log" || { cat "$work/log"; exit 1; }
    sort "$work/by-cmake" | diff "$work/by-make" - || { echo "$board: the lists differ"; exit 1; }
done

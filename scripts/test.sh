#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/test.sh [CTEST-OPTION...]: installs what is missing, builds with AddressSanitizer and
# UndefinedBehaviorSanitizer, and runs every test. For Debian 12, as root.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need "${build_packages[@]}" "${test_packages[@]}" "${peer_packages[@]}" "${board_packages[@]}"
scripts/peers.sh
scripts/get-lwip.sh
scripts/get-lwip.sh trixie
cmake --preset asan
cmake --build --preset asan -j "$(nproc)"
ctest --preset asan -j "$(nproc)" "$@"

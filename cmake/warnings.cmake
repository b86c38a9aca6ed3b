# SPDX-License-Identifier: MIT
#
# Every source is clean under these with gcc and with clang; NETPROTO_WERROR makes them errors.

set(NETPROTO_WARNINGS
    -Wall
    -Wextra
    -Wpedantic
    -Wconversion
    -Wsign-conversion
    -Wshadow
    -Wundef
    -Wmissing-prototypes
    -Wstrict-prototypes
    -Wvla)

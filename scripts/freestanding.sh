#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/freestanding.sh: core and protocols need nothing but the compiler and string.h. Builds
# the freestanding preset, then looks at what the sources include and what the archive lacks. The
# content coding, which needs zlib, is not in it.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset freestanding
cmake --build --preset freestanding -j "$(nproc)"

bad=0
headers=$(grep -rnE '^ *# *include *<' libnetproto/include libnetproto/src protocols/*/include \
    protocols/*/src --exclude=http_coding_private.h | grep -vE '<((string|stdint|stddef|stdbool|limits|[et]mmintrin)\.h|netproto/.*)>') &&
    { echo "headers other than string stdint stddef stdbool limits:"; echo "$headers"; bad=1; }
# nm prints each member; what one member lacks another may define.
archive=build/freestanding/libnetproto-core.a
symbols=$(comm -23 <(nm -u "$archive" | awk 'NF == 2 { print $2 }' | sort -u) \
    <(nm --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u) |
    grep -vxE 'mem(cpy|move|set|cmp|chr)|strlen|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_') &&
    { echo "symbols that string.h does not have:"; echo "$symbols"; bad=1; }
exit $bad

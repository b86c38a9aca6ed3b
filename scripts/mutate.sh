#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/mutate.sh FILE [--sample N] [--seed S] [--min SCORE]: do the tests notice when FILE, a
# source of the core or of a protocol, is wrong? Changes one thing at a time, all of them or N
# chosen by S, and runs the tests labelled unit, fuzz, hostile and sim until one fails. Changes that
# give the same object code as the original, or as another change, are no mistakes. Lists the
# changes that no test noticed; fails if fewer than SCORE per cent were noticed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need "${build_packages[@]}" "${test_packages[@]}" python3 lld
build=build/mutate
# Shared, and found by LD_LIBRARY_PATH alone: a wrong library takes the place of the right one.
cmake -S . -B $build -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O2 -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_SKIP_RPATH=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DNETPROTO_HOST=OFF -DNETPROTO_ZLIB=ON \
    -DNETPROTO_FUZZ=replay >/dev/null
cmake --build $build -j "$(nproc)" >/dev/null
exec python3 scripts/mutate.py $build "$@"

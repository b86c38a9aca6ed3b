#!/bin/bash -eu
# SPDX-License-Identifier: MIT
#
# Builds the fuzz targets for ClusterFuzzLite and OSS-Fuzz, which set all variables used here;
# scripts/oss-fuzz.sh sets them as they do.
root=$SRC/libnetproto
cmake -S "$root" -B "$WORK/build" -DNETPROTO_FUZZ=oss -DNETPROTO_HOST=OFF -DNETPROTO_TESTS=OFF \
    -DCMAKE_BUILD_TYPE=None
cmake --build "$WORK/build" --target fuzz -j "$(nproc)"
for program in "$WORK"/build/fuzz/fuzz_*; do
    target=${program##*/fuzz_}
    cp "$program" "$OUT/"
    (cd "$root/fuzz/corpus/$target" && zip -qr "$OUT/fuzz_${target}_seed_corpus.zip" .)
    dictionary=$root/fuzz/dict/${target%%_*}.dict
    [ ! -f "$dictionary" ] || cp "$dictionary" "$OUT/fuzz_$target.dict"
    printf '[libfuzzer]\nmax_len = 1024\n' >"$OUT/fuzz_$target.options"
done

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make bench`: builds what measures and runs bench.py, which prints every figure of docs/BENCH.md.
#
#   bench/run.sh [gateway|streams|engine|identity|policy|prove|detect ...]   only these parts; without any, all of them
#   ROUNDS=5 SECONDS_EACH=4 bench/run.sh        more of the same
set -eu
cd "$(dirname "$0")/.."

build=${BUILD:-build}
tools=$build/bench
mkdir -p "$tools"
flags="-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -I. -Iinclude -Isrc"
# shellcheck disable=SC2086
for name in upstream streams; do
    ${CC:-cc} $flags -o "$tools/$name" "bench/$name.c"
done
# shellcheck disable=SC2086,SC2046
${CC:-cc} $flags $(pkg-config --cflags libhs libfyaml libcrypto) -o "$tools/engine_bench" \
    bench/engine_bench.c hosts/posix.c "$build/liblictor.a" $(pkg-config --libs libhs libfyaml libcrypto libutf8proc zlib) -lm

# shellcheck disable=SC2086,SC2046
${CC:-cc} $flags $(pkg-config --cflags libcrypto) -o "$tools/identity_bench" bench/identity_bench.c \
    hosts/posix.c "$build/liblictor.a" $(pkg-config --libs libhs libfyaml libcrypto libutf8proc zlib) -lm

# shellcheck disable=SC2086,SC2046
${CC:-cc} $flags -o "$tools/policy_bench" bench/policy_bench.c hosts/posix.c "$build/liblictor.a" \
    $(pkg-config --libs libhs libfyaml libcrypto libutf8proc zlib) -lm

# shellcheck disable=SC2086,SC2046
${CC:-cc} $flags -o "$tools/prove_bench" bench/prove_bench.c hosts/posix.c "$build/liblictor.a" \
    $(pkg-config --libs libhs libfyaml libcrypto libutf8proc zlib) -lm

# shellcheck disable=SC2086,SC2046
${CC:-cc} $flags $(pkg-config --cflags libhs libfyaml libcrypto) -o "$tools/detect_bench" bench/detect_bench.c \
    hosts/posix.c "$build/liblictor.a" $(pkg-config --libs libhs libfyaml libcrypto libutf8proc zlib) -lm

PYTHONDONTWRITEBYTECODE=1 exec python3 bench/bench.py "$build" "$@"

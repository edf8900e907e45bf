#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Memory of one worker over a million requests and ten thousand streams: some minutes.
#   bench/soak.sh [REQUESTS] [STREAMS]
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
mkdir -p "$build/bench"
for name in upstream streams; do
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$build/bench/$name" "bench/$name.c"
done
PYTHONDONTWRITEBYTECODE=1 exec python3 bench/soak.py "$build" "${1:-1000000}" "${2:-10000}"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Trains the classifier's weights anew: data/weights/injection.weights. Takes some minutes.
#
#   tools/train/run.sh                     the weights, with the thresholds' figures
#   tools/train/run.sh --leave GROUP       figures of a model trained without a group; no weights
#
# Needs liblinear-train (Debian's liblinear-tools) and the shared data beside the source tree, or
# where LICTOR_SHARED says. What is written on the way goes to WORK (default /tmp/lictor-train).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
shared=${LICTOR_SHARED:-$root/../shared}
work=${WORK:-/tmp/lictor-train}
command -v liblinear-train >/dev/null || { echo "run.sh: liblinear-train is missing: apt-get install liblinear-tools" >&2; exit 1; }
[ -d "$shared/data/train" ] || { echo "run.sh: no $shared/data/train" >&2; exit 1; }
mkdir -p "$work"
cd "$root"
${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Iinclude -Isrc -I. -o "$work/rows" \
  src/base/*.c src/event/event.c src/event/finding.c src/detect/features.c src/detect/classify.c \
  src/detect/fold*.c src/detect/lookalike.c hosts/posix.c tools/train/rows.c -lcrypto -lutf8proc -lm
case " $* " in
  *" --leave "*) exec python3 tools/train/train.py "$work/rows" "$shared/data" "$work" "$@" ;;
esac
exec python3 tools/train/train.py "$work/rows" "$shared/data" "$work" --weights data/weights/injection.weights "$@"

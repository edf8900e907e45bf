#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes data/weights/names.weights again from the shared data; with a set's name, tests on that set
# what was learned without it.
#
# Usage: tools/train/names.sh SHARED_DATA WORK_FOLDER [SET...]
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
shared=$1 work=$2
shift 2
mkdir -p "$work"
gcc -std=c11 -D_GNU_SOURCE -O2 -I"$root/include" -I"$root/src" -o "$work/names_train" \
    "$root/tools/train/names_train.c" "$root"/src/detect/names*.c "$root"/src/base/*.c -lm -lcrypto
python3 "$root/tools/train/names_data.py" "$shared" "$work/docs" "$work/kinds"
if [ $# -eq 0 ]; then
    "$work/names_train" train "$work/docs" "$work/kinds" "$root/data/weights/names.weights"
fi
for set in "$@"; do
    "$work/names_train" train "$work/docs" "$work/kinds" "$work/without_$set" "$set"
    "$work/names_train" test "$work/docs" "$work/without_$set" "$set"
done

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every part of `make test` and adds up: run_tests.py [PART...]

Each part is a command whose last line that reads "N passed, N failed" counts. A part that exits
with an error, is silent about its count, counts nothing or runs out of time adds one failure, so
that nothing can drop out unseen. The last line is the sum; the exit code is 1 on any failure.
"""
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ASAN = ("meson setup build-asan --buildtype=debugoptimized -Db_sanitize=address,undefined "
        "-Db_lundef=false -Db_pie=false -Dmodule=disabled >/dev/null && ")
COUNT = re.compile(r"^(\d+) passed, (\d+) failed$")

# name, seconds at most, shell command
PARTS = [
    ("style", 60, "tools/tidy.py"),
    ("unit", 300, "ninja -C build --quiet tests/unit_tests && build/tests/unit_tests"),
    ("cli", 300, "tests/cli/run.py build/lictor"),
    ("signatures of botocore", 120,
     "ninja -C build --quiet tests/check_vectors && "
     "tests/e2e/signatures/make_vectors.py 400 > build/tests/vectors && "
     "build/tests/check_vectors build/tests/vectors"),
    ("proofs against cvc5", 300, "tests/prove/against_cvc5.py build/lictor 60"),
    ("log verified by Go's sumdb", 300, "tests/tlog/run.py build/lictor"),
    ("unit under ASan and UBSan", 900,
     "{ [ -e build-asan/build.ninja ] || " + ASAN + "true; } && "
     "ninja -C build-asan --quiet tests/unit_tests && build-asan/tests/unit_tests"),
    ("fuzz", 900, "tools/fuzz.py --seconds 4"),
    ("end to end", 900, "tests/e2e/run.sh"),
]


def run(name, seconds, command):
    """(passed, failed) of one part; its output goes through as it comes."""
    env = dict(os.environ, UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
               ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1")
    print("== %s" % name, flush=True)
    begun = time.monotonic()
    part = subprocess.Popen(command, shell=True, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(part.pid, signal.SIGKILL))
    signal.alarm(seconds)
    count = None
    for line in part.stdout:
        text = line.decode("utf-8", "replace").rstrip("\n")
        print(text, flush=True)
        found = COUNT.match(text)
        count = (int(found.group(1)), int(found.group(2))) if found else count
    code = part.wait()
    signal.alarm(0)
    print("   %.0f s" % (time.monotonic() - begun), flush=True)
    passed, failed = count or (0, 0)
    if failed == 0 and (code != 0 or passed == 0):
        print("%s: exit code %d, %d passed: counted as one failure" % (name, code, passed))
        failed = 1
    return passed, failed


def main():
    wanted = sys.argv[1:]
    parts = [part for part in PARTS if not wanted or part[0].split()[0] in wanted or part[0] in wanted]
    results = [run(*part) for part in parts]
    passed = sum(result[0] for result in results)
    failed = sum(result[1] for result in results) + (not results)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()

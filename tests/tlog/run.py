#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Others read our log: run.py PATH_OF_LICTOR. Seals logs of sizes at which trees change shape and
verifies each with Go's golang.org/x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev; no
network). Also shows that the Go program notices a changed tile. Last line: "N passed, N failed"."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LICTOR = os.path.abspath(sys.argv[1])
SIZES = (0, 1, 2, 255, 256, 257, 511, 65535, 65536, 70000)


def build(folder):
    """Debian keeps Go libraries under /usr/share/gocode, for GOPATH mode."""
    program = os.path.join(folder, "verify")
    environment = dict(os.environ, GOPATH="/usr/share/gocode", GO111MODULE="off", GOFLAGS="",
                       GOCACHE=os.path.join(folder, "cache"), GOTOOLCHAIN="local")
    go = "/usr/lib/go/bin/go" if os.path.exists("/usr/lib/go/bin/go") else "/usr/bin/go"
    subprocess.run([go, "build", "-o", program, os.path.join(HERE, "verify.go")], check=True,
                   env=environment)
    return program


def grow(state, begin, end):
    os.makedirs(state + "/ledger/records", exist_ok=True)
    with open(state + "/ledger/records/A.jsonl", "a", encoding="utf-8") as file:
        for i in range(begin, end):
            file.write('{"v":1,"kind":"intent","record":"r%d"}\n' % i)
    subprocess.run([LICTOR, "seal", state, "--once", "--origin", "test.example/log"], check=True,
                   stdout=subprocess.DEVNULL)


def verify(program, state, *older):
    with open(state + "/ledger/log.vkey", encoding="utf-8") as file:
        vkey = file.read().strip()
    return subprocess.run([program, state + "/ledger/log", vkey] + list(older), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    passed = failed = 0

    def count(name, good, what):
        nonlocal passed, failed
        passed += good
        failed += not good
        if not good:
            print("tlog: %s: %s" % (name, what.decode("utf-8", "replace").strip()))

    with tempfile.TemporaryDirectory(prefix="lictor-tlog-") as folder:
        program = build(folder)
        state = folder + "/state"
        older, before = [], 0
        for size in SIZES:
            grow(state, before, size)
            done = verify(program, state, *older[-1:])
            count("size %d" % size, done.returncode == 0, done.stdout)
            older.append("%s/checkpoint.%d" % (folder, size))
            shutil.copy(state + "/ledger/log/checkpoint", older[-1])
            before = size
        for old in older:
            done = verify(program, state, old)
            count("since " + old, done.returncode == 0, done.stdout)
        for tile in ("tile/0/000", "tile/entries/000", "tile/1/001.p/17", "checkpoint"):
            path = state + "/ledger/log/" + tile
            with open(path, "r+b") as file:
                byte = file.read(30)[-1]
                file.seek(29)
                file.write(bytes([byte ^ 1]))
            done = verify(program, state)
            count("changed " + tile, done.returncode == 1, done.stdout)
            with open(path, "r+b") as file:
                file.seek(29)
                file.write(bytes([byte]))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()

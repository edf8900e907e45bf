#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzz targets with clang and runs each for some seconds, as many at once as cores.

Seeds are the case files under tests/cases (text in, text out, so they are good inputs for every
parser) and what earlier runs found, kept in build-fuzz/corpus/NAME. A finding is left as
build-fuzz/findings/NAME-..., and its last lines are printed. Last line: "N passed, N failed".
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build-fuzz")
INPUT_BYTES_MAX = 65536


def names():
    with open(os.path.join(ROOT, "tests/fuzz/meson.build"), encoding="utf-8") as file:
        return sorted(set(re.findall(r"'([a-z0-9_]+)'", re.sub(r"#.*", "", file.read()))))


def build(targets):
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        must(["meson", "setup", BUILD, ROOT, "-Dfuzz=true", "-Dmodule=disabled", "-Db_lundef=false",
              "-Db_pie=false"])
    must(["ninja", "-C", BUILD, "--quiet"] + ["tests/fuzz_" + name for name in targets])


def must(command):
    """Runs a command of the build; its output matters only when it fails."""
    done = subprocess.run(command, env=dict(os.environ, CC="clang-14"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print(done.stdout.decode("utf-8", "replace"))
        sys.exit("fuzz: %s failed" % " ".join(command[:3]))


def run(name, seconds):
    corpus = os.path.join(BUILD, "corpus", name)
    findings = os.path.join(BUILD, "findings")
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(findings, exist_ok=True)
    command = [os.path.join(BUILD, "tests", "fuzz_" + name), corpus,
               os.path.join(ROOT, "tests/cases"),
               "-max_total_time=%d" % seconds, "-max_len=%d" % INPUT_BYTES_MAX, "-timeout=10",
               "-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1",
               "-artifact_prefix=%s/%s-" % (findings, name)]
    # libfyaml 0.7.12 loses 4 KiB of its own when some keys are malformed. Ours come from files that are
    # read once, so that is all; what we lose ourselves is still found.
    suppressions = os.path.join(BUILD, "leaks-of-others")
    with open(suppressions, "w", encoding="ascii") as file:
        file.write("leak:libfyaml.so\n")
    env = dict(os.environ, LSAN_OPTIONS="suppressions=%s:print_suppressions=0" % suppressions)
    try:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds * 4 + 120, check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 1, "did not end in time"


def executions(output):
    found = re.search(r"number_of_executed_units:\s*(\d+)", output)
    return int(found.group(1)) if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="of each target")
    parser.add_argument("names", nargs="*", help="targets; default: all")
    options = parser.parse_args()
    targets = options.names or names()
    build(targets)
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        runs = [(name, pool.submit(run, name, options.seconds)) for name in targets]
        for name, future in runs:
            code, output = future.result()
            inputs = executions(output)
            # A target that looked at nothing shows nothing.
            if code == 0 and inputs > 0:
                passed += 1
                print("fuzz %-24s %d inputs" % (name, inputs), flush=True)
            else:
                failed += 1
                print("\n".join(output.splitlines()[-60:]))
                print("fuzz %-24s FAILED; inputs are in build-fuzz/findings" % name, flush=True)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(0 if failed == 0 and passed > 0 else 1)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as a user meets it: run.py PATH_OF_LICTOR [NAME PART]. Runs the cases of every
*_cases.py beside it. Last line: "N passed, N failed"."""
import glob
import importlib
import os
import subprocess
import sys
import tempfile

import harness

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    for path in sorted(glob.glob(os.path.join(HERE, "*_cases.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    passed = failed = 0
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    for run in harness.CASES:
        if wanted not in run.__name__:
            continue
        with tempfile.TemporaryDirectory(prefix="lictor-cli-") as folder:
            try:
                run(folder)
                passed += 1
            except (AssertionError, OSError, ValueError, KeyError, AttributeError, IndexError,
                    subprocess.SubprocessError) as error:
                failed += 1
                print("cli: %s: %s: %s" % (run.__name__, type(error).__name__, error))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()

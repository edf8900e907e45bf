# SPDX-License-Identifier: Apache-2.0
"""What every file of command-line cases needs: run the command, write and read files, list cases."""
import os
import subprocess
import sys

LICTOR = os.path.abspath(sys.argv[1])
CASES = []


def case(function):
    CASES.append(function)
    return function


def lictor(*words, text="", **more):
    done = subprocess.run([LICTOR] + list(words), input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30, check=False, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def started(folder):
    """A starter directory and its key."""
    at = os.path.join(folder, "demo")
    code, out, err = lictor("init", at)
    assert code == 0, err
    return at, out.strip()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()



#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes shipped_data.c: the files under data/FOLDER as a table of C strings.

Usage: embed.py DATA_DIR OUTPUT FOLDER...

The output is written only when it changes, so that the build may call this every time (a new file
under data/ is noticed without being listed anywhere) and still compiles only what changed.
"""
import os
import sys


def files_under(data_dir, folder):
    for at, folders, names in os.walk(os.path.join(data_dir, folder)):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):
                path = os.path.join(at, name)
                yield os.path.relpath(path, data_dir).replace(os.sep, "/"), path


def c_string(data):
    """The bytes as adjacent C literals of one source line each, so that a diff stays readable."""
    lines = data.split(b"\n")
    pieces = [line + b"\n" for line in lines[:-1]]
    if lines[-1] or not pieces:
        pieces.append(lines[-1])
    out = []
    for piece in pieces:
        text = []
        for byte in piece:
            char = chr(byte)
            if char in '"\\?':
                text.append("\\" + char)
            elif byte == 10:
                text.append("\\n")
            elif 32 <= byte < 127:
                text.append(char)
            else:
                text.append("\\%03o" % byte)
        out.append('        "%s"' % "".join(text))
    return "\n".join(out)


def table(data_dir, folders):
    found = sorted(pair for folder in folders for pair in files_under(data_dir, folder))
    out = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        "/* Written by tools/embed.py from data/: %s. */" % ", ".join(folders),
        '#include "engine/shipped.h"',
        "",
        "const struct shipped_file shipped_table[] = {",
    ]
    for path, at in found:
        with open(at, "rb") as file:
            data = file.read()
        out.append('    { "%s",\n%s,\n        %d },' % (path, c_string(data), len(data)))
    out += ["    { 0, 0, 0 }", "};", "const uint32_t shipped_table_n = %d;" % len(found), ""]
    return "\n".join(out)


def main():
    data_dir, output, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
    text = table(data_dir, folders)
    if os.path.exists(output):
        with open(output, encoding="ascii") as file:
            if file.read() == text:
                return
    with open(output, "w", encoding="ascii") as file:
        file.write(text)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes shipped_data.c: the files under data/FOLDER as a table of C strings.

Usage: embed.py DATA_DIR OUTPUT FOLDER...

The output is written only when it changes, so that the build may call this every time (a new file
under data/ is noticed without being listed anywhere) and still compiles only what changed. Weights
are taken in by the assembler, which takes a megabyte at once; their digest stands beside them, so
that other weights are another output.
"""
import hashlib
import os
import sys


WEIGHTS = ".weights"


def files_under(data_dir, folder):
    for at, folders, names in os.walk(os.path.join(data_dir, folder)):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and (folder != "weights" or name.endswith(WEIGHTS)):
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


def bytes_of(symbol, path, data):
    """A symbol for the bytes of a file, which the assembler reads."""
    return "\n".join([
        "/* SHA-256 %s */" % hashlib.sha256(data).hexdigest(),
        '__asm__(".pushsection .rodata\\n"',
        '        ".balign 64\\n"',
        '        ".local %s\\n"' % symbol,
        '        "%s: .incbin \\"%s\\"\\n"' % (symbol, os.path.abspath(path)),
        '        ".byte 0\\n"',
        '        ".popsection\\n");',
        'extern const char %s[] __attribute__((visibility("hidden")));' % symbol,
        "",
    ])


def table(data_dir, folders):
    found = sorted(pair for folder in folders for pair in files_under(data_dir, folder))
    out = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        "/* Written by tools/embed.py from data/: %s. */" % ", ".join(folders),
        '#include "engine/shipped.h"',
        "",
    ]
    entries = []
    for path, at in found:
        with open(at, "rb") as file:
            data = file.read()
        if path.endswith(WEIGHTS):
            symbol = "shipped_bytes_%d" % len(entries)
            out.append(bytes_of(symbol, at, data))
            entries.append('    { "%s", %s, %d },' % (path, symbol, len(data)))
            continue
        entries.append('    { "%s",\n%s,\n        %d },' % (path, c_string(data), len(data)))
    out += ["const struct shipped_file shipped_table[] = {", *entries]
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

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Style as a test: what docs/STYLE.md says and a machine can see.

Prints "file:line: what", a line on the lengths of functions, and last "N passed, N failed", one
for each rule. A rule is a function below with a name that begins with rule_; it yields
(file, line, what). `tidy.py RULE...` runs only those.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Who may include whom. Siblings never: a folder sees itself and what is listed.
SIBLINGS = ["dialect", "detect", "policy", "keys", "ledger", "query"]
LAYERS = {"base": [], "event": ["base"]}
LAYERS.update({folder: ["base", "event"] for folder in SIBLINGS})
LAYERS["advise"] = ["base", "event", "policy"]
LAYERS["engine"] = ["base", "event", "advise"] + SIBLINGS
LAYERS["comply"] = ["base", "event"] + SIBLINGS

# Third-party headers and the one file that may name each.
THIRD_PARTY = {
    "openssl/": ["src/base/hash.c", "src/policy/hmac.c", "src/policy/checksum.c", "src/policy/session.c",
                 "src/policy/jwks.c", "src/engine/approval.c", "src/ledger/tlog_key.c", "src/detect/seal.c"],
    "curl/": ["hosts/cli/fetch.c"],
    "libfyaml.h": ["src/engine/yaml.c"],
    "zlib.h": ["src/advise/history_gunzip.c"],
    "hs/": ["src/detect/multi.c"],
    "hs.h": ["src/detect/multi.c"],
    "ngx_": ["hosts/nginx/"],
    "nginx.h": ["hosts/nginx/"],
}

# Calls that docs/STYLE.md bans, and the files that need one, with the reason.
BANNED = set("strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atof scanf sscanf "
             "alloca asctime ctime gmtime localtime rand srand system popen".split())
BANNED_IN_SRC = set("malloc calloc realloc free strtol strtoul printf fopen fwrite time "
                    "clock_gettime getenv exit".split())
ALLOWED = {
    "src/base/check.c": {"fprintf", "abort"},
}

# What only makes sense as a whole is tested as a whole: the engine on a simulated host.
TESTED_BY = {
    "src/engine/%s.c" % name: "tests/sim/cases_test.c"
    for name in ("answer", "api", "engine", "exchange", "failmode", "head", "inspect", "judge", "recording",
                 "refuse", "stream")
}
TESTED_BY.update({
    "src/engine/%s.c" % name: "tests/sim/identity_test.c"
    for name in ("assume", "federate", "kept", "signed", "sts")
})

FUNCTION_LINES_MAX = 120
LINE_COLUMNS = 100
NAMES_OTHER_PROJECTS = "docs/STYLE.md"  # its paths and functions are those of its models


def c_files(*folders):
    for folder in folders:
        for at, below, names in os.walk(os.path.join(ROOT, folder)):
            below.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h", ".def")):
                    yield os.path.relpath(os.path.join(at, name), ROOT)


OURS = ("include", "src", "hosts", "tests", "bench")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def exists(path):
    return os.path.exists(os.path.join(ROOT, path))


def lines(path):
    return list(enumerate(read(path).split("\n"), 1))


def blanked(text):
    """The text with comments and the insides of literals blanked out, line for line."""
    def blank(match):
        piece = match.group(0)
        kept = piece[0] if piece[0] in "\"'" else " "
        return kept + re.sub(r"[^\n]", " ", piece[1:-1]) + kept

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def code_lines(path):
    return list(enumerate(blanked(read(path)).split("\n"), 1))


def includes(path):
    for number, line in lines(path):
        found = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if found:
            yield number, found.group(1)


def folder_of(path):
    return path.split("/")[1] if path.startswith("src/") else ""


# ---- layers ----


def rule_layers():
    for path in c_files("src"):
        mine = folder_of(path)
        if mine not in LAYERS:
            yield path, 1, "folder src/%s is not in the table of layers" % mine
            continue
        for number, name in includes(path):
            theirs = name.split("/")[0]
            if os.path.isdir(os.path.join(ROOT, "src", theirs)) and "/" in name:
                if theirs != mine and theirs not in LAYERS[mine]:
                    yield path, number, "src/%s may not see %s" % (mine, name)
            elif name.startswith(("hosts/", "tests/", "../")):
                yield path, number, "src/ may not see %s" % name


def rule_public_headers_see_only_each_other():
    for path in c_files("include"):
        for number, name in includes(path):
            if not name.startswith("lictor/") and not name.startswith("std"):
                yield path, number, "a public header may not see %s" % name


def rule_hosts_see_only_the_public_headers():
    for path in c_files("hosts"):
        for number, name in includes(path):
            if exists("src/" + name):
                yield path, number, "a host may not see src/%s" % name


def rule_third_party_named_once():
    for path in c_files("include", "src", "hosts"):
        for number, name in includes(path):
            for prefix, owners in THIRD_PARTY.items():
                if name.startswith(prefix) and not any(path.startswith(owner) for owner in owners):
                    yield path, number, "%s belongs to %s" % (name, ", ".join(owners))


# ---- files ----


def rule_every_source_is_built():
    for path in c_files("src", "hosts", "tests/unit", "tests/sim"):
        if path.endswith(".c"):
            folder, name = os.path.split(path)
            near = [folder, os.path.dirname(folder)] if folder != "hosts" else ["hosts/cli"]
            listed = any(
                re.search(r"'(?:[^']*/)?%s'" % re.escape(name), read(at + "/meson.build"))
                for at in near if exists(at + "/meson.build"))
            if not listed:
                yield path, 1, "is listed in no meson.build: a dead file"


def rule_every_source_has_a_test():
    for path in c_files("src"):
        if path.endswith(".c"):
            test = "tests/unit/" + path[len("src/"):-2] + "_test.c"
            if not exists(test) and not exists(TESTED_BY.get(path, test)):
                yield path, 1, "has no %s" % test


def rule_every_fuzz_target_is_listed():
    at = "tests/fuzz/meson.build"
    listed = read(at) if exists(at) else ""
    for path in c_files("tests/fuzz"):
        found = re.match(r"tests/fuzz/fuzz_(\w+)\.c$", path)
        if found and "'%s'" % found.group(1) not in listed:
            yield path, 1, "is not in %s" % at


def rule_files_open_with_licence_and_purpose():
    for path in c_files(*OURS):
        text = read(path)
        if not text.startswith("/* SPDX-License-Identifier: Apache-2.0 */\n"):
            yield path, 1, "the first line is not the SPDX line"
        elif not text.split("\n", 1)[1].startswith("/*"):
            yield path, 2, "a sentence of purpose is missing"
    for folder in ("tools", ".ci", "tests", "hosts", "bench"):
        for at, _, names in os.walk(os.path.join(ROOT, folder)):
            if "node_modules" in at:
                continue
            for name in names:
                if name.endswith((".py", ".sh", ".mjs", ".js")):
                    path = os.path.relpath(os.path.join(at, name), ROOT)
                    if "SPDX-License-Identifier: Apache-2.0" not in read(path)[:200]:
                        yield path, 1, "the SPDX line is missing"


def rule_header_guards():
    for path in c_files("include", "src", "hosts"):
        if not path.endswith(".h"):
            continue
        guard = re.sub(r"\W", "_", re.sub(r"^(src|include|hosts)/", "", path)).upper()
        text = read(path)
        if not any("#ifndef %s\n#define %s\n" % (name, name) in text
                   for name in (guard, "HOSTS_" + guard)):
            yield path, 1, "the guard is not %s" % guard


# ---- text ----


def rule_width_and_blanks():
    for path in c_files(*OURS):
        table = path.endswith(".def")
        for number, line in lines(path):
            if len(line) > LINE_COLUMNS and not table:
                yield path, number, "%d columns" % len(line)
            if "\t" in line or line != line.rstrip():
                yield path, number, "a tab or a blank at the end"


def rule_no_unfinished_work():
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    for path in c_files(*OURS):
        for number, line in lines(path):
            if marks.search(line):
                yield path, number, "a mark of unfinished work"


# ---- code ----


def rule_banned_calls():
    for path in c_files("src", "hosts"):
        banned = BANNED | (BANNED_IN_SRC if path.startswith("src/") else set())
        banned = banned - ALLOWED.get(path, set())
        for number, line in code_lines(path):
            if line.lstrip().startswith("#"):
                continue
            for name in re.findall(r"(?<![\w.>])(\w+)\s*\(", line):
                if name in banned:
                    yield path, number, "%s is banned" % name


def rule_sources_include_the_bans():
    for path in c_files("src"):
        if path.endswith(".c") and not any(path in owners for owners in THIRD_PARTY.values()):
            if not any(name == "base/banned.h" for _, name in includes(path)):
                yield path, 1, "does not include base/banned.h"


def rule_no_goto():
    for path in c_files("include", "src", "hosts"):
        for number, line in code_lines(path):
            if re.search(r"\bgoto\b", line):
                yield path, number, "goto"


def rule_limits_in_one_place():
    for path in c_files("include", "src", "hosts"):
        if path == "src/base/limits.h":
            continue
        for number, line in code_lines(path):
            if re.match(r"\s*#\s*define\s+LIMIT_", line):
                yield path, number, "limits are defined in src/base/limits.h"


def rule_no_variables_at_file_scope():
    """Tables are const; anything else between functions that ends in = or ; is a global."""
    variable = re.compile(r"^(?:static\s+)?(?!extern|typedef|struct\s+\w+\s*;|enum|union|return)"
                          r"[A-Za-z_][\w\s*]*?\b\w+(?:\[[^\]]*\])*\s*(?:=|;)")
    for path in c_files("src", "hosts"):
        if not path.endswith(".c") or path.startswith("hosts/nginx/"):
            continue
        for number, line in code_lines(path):
            if variable.match(line) and "(" not in line and "const" not in line.split("=")[0]:
                yield path, number, "a variable at file scope"


def functions(path):
    """(name, first line, lines) of each function: from its opening line to the closing brace."""
    head, inside = None, False
    for number, line in code_lines(path):
        if not inside:
            found = re.match(r"^[A-Za-z_].*?\b(\w+)\s*\(", line)
            if found and not line.rstrip().endswith(";"):
                head = (found.group(1), number)
            inside = line == "{" and head is not None
        elif line == "}":
            yield head[0], head[1], number - head[1] + 1
            head, inside = None, False


def rule_functions_fit_on_a_screen():
    lengths = []
    for path in c_files("src", "hosts"):
        if path.endswith(".c"):
            for name, number, n in functions(path):
                lengths.append(n)
                if n > FUNCTION_LINES_MAX:
                    yield path, number, "%s has %d lines; at most %d" % (name, n,
                                                                         FUNCTION_LINES_MAX)
    if lengths:
        lengths.sort()
        print("functions: %d, lines: median %d, 90th percentile %d, longest %d" % (
            len(lengths), statistics.median(lengths), lengths[len(lengths) * 9 // 10],
            lengths[-1]))


# ---- tables and documents ----


def rule_every_failure_is_provoked():
    path = "src/engine/failmode.def"
    if not exists(path):
        yield path, 1, "is missing"
        return
    tests = "\n".join(
        read(os.path.relpath(os.path.join(at, name), ROOT))
        for at, _, names in os.walk(os.path.join(ROOT, "tests")) if "node_modules" not in at
        for name in names)
    for number, line in lines(path):
        found = re.match(r"FAILMODE\((\w+),", line)
        if found and not re.search(r"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])" % found.group(1), tests):
            yield path, number, "no test names %s" % found.group(1)


def rule_every_command_has_its_help():
    main = read("hosts/cli/main.c")
    manual = read("docs/lictor.1") if exists("docs/lictor.1") else ""
    for name in re.findall(r"&(\w+)_command\b", main):
        at = "hosts/cli/%s.c" % name
        text = read(at) if exists(at) else ""
        for member in ("name", "arguments", "summary", "help", "run"):
            if not re.search(r"\.%s =" % member, text):
                yield at, 1, "%s_command has no %s" % (name, member)
        if "Exit codes:" not in text:
            yield at, 1, "the help names no exit codes"
        if not re.search(r"^\.B(?:R|I)? \"?%s\b" % name, manual, re.M):
            yield "docs/lictor.1", 1, "does not describe lictor %s" % name


def documents():
    names = sorted(os.listdir(os.path.join(ROOT, "docs")))
    return ["README.md"] + ["docs/" + name for name in names if name.endswith(".md")]


def rule_links_in_documents_resolve():
    for path in documents():
        for number, line in lines(path):
            for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
                if "://" not in link and not exists(os.path.join(os.path.dirname(path), link)):
                    yield path, number, "%s does not exist" % link


def rule_paths_in_documents_exist():
    """`src/policy/eval.c` in a document is a promise, too."""
    for path in documents():
        if path == NAMES_OTHER_PROJECTS:
            continue
        for number, line in lines(path):
            for name in re.findall(r"`((?:src|include|hosts|tests|tools|data|docs)/[\w./-]+)`",
                                   line):
                if not exists(name) and not re.search(r"[A-Z]{4}", name):
                    yield path, number, "%s does not exist" % name


def rule_functions_in_documents_exist():
    """`policy_eval()` in a document must be a word of the sources."""
    words = set()
    for path in c_files("include", "src", "hosts", "tests"):
        words.update(re.findall(r"\w+", read(path)))
    for path in documents():
        if path == NAMES_OTHER_PROJECTS:
            continue
        for number, line in lines(path):
            for name in re.findall(r"`(\w+)\(\)`", line):
                if name not in words:
                    yield path, number, "there is no %s()" % name


def rule_generated_pages_are_current():
    done = subprocess.run(["tools/event_doc.py", "--check"], cwd=ROOT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        yield "docs/EVENT.md", 1, "is not what tools/event_doc.py writes"


def rule_tour_is_short():
    path = "docs/TOUR.md"
    if exists(path) and len(lines(path)) > 201:
        yield path, 201, "the tour has more than 200 lines"


def rule_clang_format():
    if shutil.which("clang-format-14") is None:
        print("clang-format-14 is not installed: layout was not looked at")
        return
    paths = [path for path in c_files(*OURS) if not path.endswith(".def")]
    done = subprocess.run(["clang-format-14", "--dry-run"] + paths, cwd=ROOT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told = set()
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        found = re.match(r"(\S+?):(\d+):\d+: (?:warning|error):", line)
        if found and found.group(1) not in told:
            told.add(found.group(1))
            yield found.group(1), int(found.group(2)), "clang-format would lay this out otherwise"


def main():
    wanted = sys.argv[1:]
    rules = [(name[len("rule_"):], rule) for name, rule in globals().items()
             if name.startswith("rule_")]
    passed = failed = 0
    for name, rule in rules:
        if wanted and name not in wanted:
            continue
        found = list(rule())
        for path, number, what in found:
            print("%s:%d: %s" % (path, number, what))
        if found:
            failed += 1
            print("style: %s: %d place%s" % (name.replace("_", " "), len(found),
                                             "s" if len(found) > 1 else ""))
        else:
            passed += 1
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()

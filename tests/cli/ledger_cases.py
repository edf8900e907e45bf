# SPDX-License-Identifier: Apache-2.0
"""seal and ledger verify, prove, check: clean runs, every kind of tampering, kills at any moment.

LICTOR_CRASHES=N kills `lictor seal` N times (default 25), LICTOR_RUNS=N makes N clean runs.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import time

from harness import LICTOR, case, lictor, read, started, write

CRASHES = int(os.environ.get("LICTOR_CRASHES", "25"))
RUNS = int(os.environ.get("LICTOR_RUNS", "12"))


def record(name, number, size=60):
    return json.dumps({"v": 1, "kind": "intent", "record": "r%s-%d" % (name, number),
                       "time": "2026-11-22T10:00:00.250Z", "principal": "a", "text": "x" * size},
                      separators=(",", ":")) + "\n"


def append(state, name, text):
    path = os.path.join(state, "ledger/records", name + ".jsonl")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)
    return path


def seal(state):
    code, out, err = lictor("seal", state, "--once", "--origin", "test.example/log")
    assert code == 0, err
    return out


def sealed(folder, n=300):
    """A state with n records in A and 5 in B, sealed."""
    state = os.path.join(folder, "state")
    append(state, "A", "".join(record("A", i) for i in range(n)))
    append(state, "B", "".join(record("B", i) for i in range(5)))
    seal(state)
    return state


def verify(state, *words):
    return lictor("ledger", "verify", state, *words)


def good(state, *words):
    code, out, err = verify(state, *words)
    assert code == 0 and " good," in out and err == "", (code, out, err)
    return out


def bad(state, wanted, *words):
    code, out, err = verify(state, *words)
    assert code == 1 and out == "" and wanted in err, (wanted, code, out, err)
    return err


def change(path, edit):
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")[:-1]
    lines = edit(lines)
    with open(path, "wb") as file:
        file.write(b"".join(line + b"\n" for line in lines))


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def swap(lines, i, j):
    lines[i], lines[j] = lines[j], lines[i]
    return lines


# ---- clean ----


@case
def a_sealed_log_verifies_and_grows(folder):
    state = sealed(folder)
    assert "305 entries of test.example/log good" in good(state)
    kept = os.path.join(folder, "kept")
    shutil.copy(os.path.join(state, "ledger/log/checkpoint"), kept)
    append(state, "B", "".join(record("B", i) for i in range(5, 300)))
    assert "600 entries" in seal(state)
    assert "600 entries" in good(state, "--since", kept)
    before = read(os.path.join(state, "ledger/log/checkpoint"))
    seal(state)
    assert before == read(os.path.join(state, "ledger/log/checkpoint"))
    assert os.stat(os.path.join(state, "ledger/seal.key")).st_mode & 0o777 == 0o600


@case
def nothing_to_seal_is_an_empty_log_and_a_torn_line_is_not_sealed(folder):
    state = os.path.join(folder, "state")
    os.makedirs(os.path.join(state, "ledger"))
    assert "0 entries sealed" in seal(state)
    good(state)
    append(state, "A", record("A", 0) + record("A", 1)[:20])
    assert "1 entries sealed" in seal(state)
    assert "20 bytes not sealed yet" in good(state)
    append(state, "A", record("A", 1)[20:] + "\nnot json\n")
    assert "4 entries sealed" in seal(state)
    good(state)


@case
def a_record_longer_than_an_entry_is_in_the_log_by_its_hash(folder):
    state = os.path.join(folder, "state")
    path = append(state, "A", record("A", 0, 65440) + record("A", 1, 700000) + record("A", 2))
    seal(state)
    good(state)
    code, out, err = lictor("ledger", "prove", state, "rA-1", "--out", folder + "/p")
    assert code == 0, err
    code, out, err = lictor("ledger", "check", folder + "/p-1.tlog-proof", "--vkey",
                            state + "/ledger/log.vkey")
    assert code == 0 and '"sha256"' in out, err
    flip(path, 300000)
    bad(state, "entry 1 was edited")


@case
def many_clean_runs_raise_no_alarm(folder):
    for run in range(RUNS):
        chance = random.Random(run)
        state = os.path.join(folder, "run%d" % run)
        kept = None
        for _ in range(chance.randrange(1, 4)):
            for name in ("A", "B", "C")[:chance.randrange(1, 4)]:
                append(state, name, "".join(record(name, i, chance.choice((5, 90, 2000)))
                                            for i in range(chance.choice((1, 3, 255, 256, 300)))))
            seal(state)
            good(state, *(("--since", kept) if kept else ()))
            kept = os.path.join(folder, "kept%d" % run)
            shutil.copy(os.path.join(state, "ledger/log/checkpoint"), kept)
        shutil.rmtree(state)


# ---- proofs ----


@case
def a_proof_of_a_record_holds_offline_and_nothing_else_does(folder):
    state = sealed(folder)
    vkey = os.path.join(state, "ledger/log.vkey")
    code, out, err = lictor("ledger", "prove", state, "rA-77", "--out", folder + "/p.tlog-proof")
    assert code == 0 and out == folder + "/p-77.tlog-proof\n", (out, err)
    proof = out.strip()
    for key in (vkey, read(vkey).strip()):
        code, out, err = lictor("ledger", "check", proof, "--vkey", key)
        assert code == 0 and out == record("A", 77) and "entry 77 of the 305" in err, (out, err)
    text = read(proof)
    lines = text.split("\n")
    for i in range(len(lines) - 1):
        twice = lines[:i] + [lines[i]] + lines[i:]
        signature = lines[i].startswith("\u2014")  # the same one twice says nothing new
        for changed in [lines[:i] + lines[i + 1:]] + ([] if signature else [twice]):
            write(proof, "\n".join(changed))
            code, out, err = lictor("ledger", "check", proof, "--vkey", vkey)
            assert code == 1 and out == "" and err != "", (i, changed, out)
    write(proof, text)
    write(folder + "/other/ledger/x", "")
    lictor("seal", folder + "/other", "--once")
    code, out, err = lictor("ledger", "check", proof, "--vkey", folder + "/other/ledger/log.vkey")
    assert code == 1 and out == "", err
    code, _out, err = lictor("ledger", "prove", state, "nobody")
    assert code == 1 and "nobody" in err


@case
def wrong_command_lines_of_seal_and_ledger(folder):
    for words in (("seal",), ("seal", "a", "b"), ("seal", "a", "--nonsense"), ("seal", "a", "--key"),
                  ("ledger",), ("ledger", "nonsense"), ("ledger", "verify"),
                  ("ledger", "verify", "a", "--since"), ("ledger", "prove", "a"),
                  ("ledger", "prove", "a", "../x"), ("ledger", "check", "a"),
                  ("ledger", "check", "--vkey", "a")):
        code, out, err = lictor(*words)
        assert code == 2 and out == "" and err != "", (words, code, err)
    for words in (("seal", folder), ("ledger", "verify", folder),
                  ("ledger", "check", folder, "--vkey", folder)):
        code, out, err = lictor(*words)
        assert code == 1 and out == "" and err != "", (words, code, err)


@case
def a_configuration_says_where_its_ledger_is(folder):
    at, _key = started(folder)
    code, out, err = lictor("seal", at, "--once")
    assert code == 0 and "0 entries sealed" in out, err
    code, out, err = lictor("ledger", "verify", at)
    assert code == 0 and "0 entries" in out, err


# ---- tampering with records ----

RECORD_TAMPERING = {
    "edit": (lambda lines: lines[:9] + [lines[9].replace(b"rA-9", b"rA-8")] + lines[10:],
             "the record of entry 9 was edited"),
    "edit to another length": (lambda lines: lines[:9] + [b"{}"] + lines[10:],
                               "the record of entry 9 was edited"),
    "edit the last": (lambda lines: lines[:-1] + [lines[-1].replace(b"xx", b"xy")],
                      "the record of entry 299 was edited"),
    "delete": (lambda lines: lines[:9] + lines[10:], "the record of entry 9 was deleted"),
    "delete several": (lambda lines: lines[:9] + lines[12:],
                       "3 records were deleted, the first is that of entry 9"),
    "insert": (lambda lines: lines[:9] + [b'{"a":1}'] + lines[9:],
               "8 bytes were inserted before the record of entry 9"),
    "duplicate": (lambda lines: lines[:9] + [lines[8]] + lines[9:],
                  "were inserted before the record of entry 9"),
    "reorder": (lambda lines: swap(lines, 9, 10), "the record of entry 10, record rA-10 was moved"),
    "truncate head": (lambda lines: lines[4:], "4 records were deleted, the first is that of entry 0"),
    "truncate tail": (lambda lines: lines[:-2],
                      "2 records were cut off the end, the first is that of entry 298"),
    "empty": (lambda lines: [], "300 records were cut off the end"),
    "all others": (lambda lines: [b"{}"] * 300, "300 records were edited or cut off"),
}


@case
def every_change_of_a_record_file_is_found_and_named(folder):
    state = sealed(folder)
    path = os.path.join(state, "ledger/records/A.jsonl")
    clean = open(path, "rb").read()
    for name, (edit, wanted) in RECORD_TAMPERING.items():
        change(path, edit)
        err = bad(state, wanted)
        assert "A.jsonl" in err, (name, err)
        with open(path, "wb") as file:
            file.write(clean)
    good(state)
    os.rename(path, path + ".away")
    bad(state, "A.jsonl: is gone")
    os.rename(path + ".away", path)
    with open(path, "r+b") as file:
        file.truncate(len(clean) - 5)
    bad(state, "the record of entry 299 was edited or cut off")


# ---- tampering with the log ----


@case
def every_byte_of_tiles_and_bundles_counts(folder):
    state = sealed(folder)
    log = os.path.join(state, "ledger/log")
    chance = random.Random(1)
    names = [os.path.join(at, name) for at, _below, names in os.walk(log) for name in names]
    assert len(names) == 6, names
    for path in names:
        for _ in range(6):
            at = chance.randrange(os.path.getsize(path))
            flip(path, at)
            code, out, err = verify(state)
            assert code == 1 and out == "", (path, at, out)
            assert os.path.relpath(path, log).split(".p")[0] in err or "entr" in err, (path, err)
            flip(path, at)
        os.rename(path, path + ".away")
        bad(state, os.path.basename(path))
        os.rename(path + ".away", path)
        size = os.path.getsize(path)
        clean = open(path, "rb").read()
        for edited in (clean[:size // 2], clean + b"\0", clean[32:], b""):
            with open(path, "wb") as file:
                file.write(edited)
            bad(state, "")
        with open(path, "wb") as file:
            file.write(clean)
    good(state)


@case
def swapped_tiles_and_bundles_are_named(folder):
    state = sealed(folder, 700)
    log = os.path.join(state, "ledger/log/tile")
    for level in ("0", "entries"):
        a, b, away = ("%s/%s/%s" % (log, level, name) for name in ("000", "001", "away"))
        for turn in range(2):
            os.rename(a, away)
            os.rename(b, a)
            os.rename(away, b)
            if turn == 0:
                bad(state, "tile/0/000 does not fit its entries")
    good(state)


def resealed(folder, name, origin_of, edit):
    """Another log over edited records, by whoever holds the key of the first one."""
    state = os.path.join(folder, name)
    shutil.copytree(origin_of, state)
    shutil.rmtree(state + "/ledger/log")
    os.remove(state + "/ledger/seal.state")
    change(state + "/ledger/records/A.jsonl", edit)
    key = state + "/ledger/seal.key"
    code, _out, err = lictor("seal", state, "--once", "--key", key)
    assert code == 0, err
    return state


@case
def fork_rollback_and_swapped_keys(folder):
    state = sealed(folder)
    kept = os.path.join(folder, "kept")
    shutil.copy(state + "/ledger/log/checkpoint", kept)
    forked = resealed(folder, "forked", state, lambda lines: swap(lines, 3, 4))
    good(forked)
    bad(forked, "forked: there are two signed checkpoints of 305 entries", "--since", kept)
    grown = resealed(folder, "grown", state, lambda lines: swap(lines, 3, 4) + [b"{}"])
    bad(grown, "its first 305 entries are not those", "--since", kept)
    short = resealed(folder, "short", state, lambda lines: lines[:-3])
    good(short)
    bad(short, "rolled back: it has 302 entries, and had 305", "--since", kept)
    other = os.path.join(folder, "other")
    append(other, "A", record("Z", 0))
    lictor("seal", other, "--once", "--origin", "test.example/log")
    shutil.copytree(state + "/ledger", folder + "/mixed/ledger")
    shutil.copy(other + "/ledger/log/checkpoint", folder + "/mixed/ledger/log/checkpoint")
    bad(folder + "/mixed", "none of the 1 known keys signed")
    bad(state, "none of the 1 known keys signed", "--vkey", other + "/ledger/log.vkey")
    shutil.copy(other + "/ledger/log.vkey", folder + "/mixed/ledger/log.vkey")
    bad(folder + "/mixed", "do not give the root")


@case
def the_sealer_signs_nothing_on_top_of_what_was_changed(folder):
    def refuses(name, wanted, spoil):
        state = os.path.join(folder, name)
        shutil.copytree(clean, state)
        spoil(state + "/ledger")
        append(state, "B", record("B", 9))
        before = os.path.exists(state + "/ledger/log/checkpoint") and \
            read(state + "/ledger/log/checkpoint")
        code, out, err = lictor("seal", state, "--once")
        assert code == 1 and out == "" and wanted in err, (name, out, err)
        assert before == (os.path.exists(state + "/ledger/log/checkpoint") and
                          read(state + "/ledger/log/checkpoint"))

    clean = sealed(folder)
    old = os.path.join(folder, "old")
    append(old, "A", record("A", 0))
    shutil.copytree(clean + "/ledger", old + "/ledger", dirs_exist_ok=True)
    refuses("tile", "do not give the root", lambda at: flip(at + "/log/tile/0/001.p/49", 40))
    refuses("bundle", "last bundle", lambda at: flip(at + "/log/tile/entries/001.p/49", 99))
    refuses("checkpoint", "is not good", lambda at: flip(at + "/log/checkpoint", 25))
    refuses("gone", "no checkpoint", lambda at: os.remove(at + "/log/checkpoint"))
    refuses("log", "no checkpoint", lambda at: shutil.rmtree(at + "/log"))
    refuses("key", "signing key is gone", lambda at: os.remove(at + "/seal.key"))
    refuses("mode", "others may read", lambda at: os.chmod(at + "/seal.key", 0o644))
    refuses("rollback", "was rolled back",
            lambda at: write(at + "/seal.state", "306\n" + read(at + "/seal.state")[4:]))

    def other_key(at):
        os.remove(at + "/seal.key")
        shutil.copy(folder + "/second/ledger/seal.key", at + "/seal.key")

    append(folder + "/second", "A", record("A", 0))
    seal(folder + "/second")
    refuses("other key", "is not the verifier key", other_key)


@case
def a_lost_or_wrong_state_is_read_from_the_log_again(folder):
    state = sealed(folder)
    path = state + "/ledger/seal.state"
    for text in ("", "nonsense", "305\n1 A.jsonl\n", "0\n", "7\n99999999 B.jsonl\n", None):
        if text is None:
            os.remove(path)
        else:
            write(path, text)
        append(state, "A", record("A", 1000))
        seal(state)
        good(state)


# ---- kills ----


@case
def killed_at_any_moment_it_goes_on_without_gap_duplicate_or_fork(folder):
    state = os.path.join(folder, "state")
    chance = random.Random(int(time.time()))
    append(state, "A", "")
    kept = []
    for crash in range(CRASHES):
        sealer = subprocess.Popen([LICTOR, "seal", state], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        until = time.monotonic() + chance.random() * chance.choice((0.02, 0.1, 0.5))
        while time.monotonic() < until:
            for name in "AB":
                append(state, name, "".join(record(name, chance.randrange(10 ** 9), 200)
                                            for _ in range(chance.choice((1, 7, 90)))))
            time.sleep(0.003)
        sealer.send_signal(signal.SIGKILL)
        _out, err = sealer.communicate()
        assert err == b"", err
        if os.path.exists(state + "/ledger/log/checkpoint"):
            kept.append(os.path.join(folder, "kept%d" % crash))
            shutil.copy(state + "/ledger/log/checkpoint", kept[-1])
            if crash % 20 == 0:
                good(state)
    code, _out, err = lictor("seal", state, "--once")
    assert code == 0, err
    lines = sum(1 for name in "AB" for _ in open(state + "/ledger/records/%s.jsonl" % name,
                                                 encoding="utf-8"))
    for old in kept[::max(1, len(kept) // 40)]:
        assert "%d entries" % lines in good(state, "--since", old)


@case
def it_seals_within_a_second_and_ends_when_asked(folder):
    state = os.path.join(folder, "state")
    append(state, "A", record("A", 0))
    sealer = subprocess.Popen([LICTOR, "seal", state], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    time.sleep(1.2)
    append(state, "A", record("A", 1))
    second = lictor("seal", state, "--once")
    assert second[0] == 1 and "another" in second[2], second
    time.sleep(1)
    assert "\n2\n" in read(state + "/ledger/log/checkpoint")
    sealer.send_signal(signal.SIGTERM)
    out, err = sealer.communicate(timeout=10)
    assert sealer.returncode == 0 and b"2 entries sealed" in out and err == b"", (out, err)

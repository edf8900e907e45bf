# SPDX-License-Identifier: Apache-2.0
"""init, check, serve, decide, records, version and help, as a user meets them."""
import hashlib
import json
import os
import re
import subprocess
import time

from harness import LICTOR, case, lictor, read, started, write


# ---- help ----


@case
def help_lists_every_command_and_each_has_its_own(_):
    code, out, _err = lictor("help")
    assert code == 0
    names = re.findall(r"^  (\w+) ", out, re.M)
    assert {"init", "check", "serve", "decide", "records", "scan", "redact",
            "eval", "iam", "seal", "ledger", "version", "help"} == set(names), names
    for name in names:
        if name != "help":
            for words in (("help", name), (name, "--help")):
                code, out, err = lictor(*words)
                assert code == 0 and out.startswith("lictor " + name) and err == "", (words, out)
                assert "Exit codes:" in out


@case
def a_wrong_command_line_is_exit_code_2_and_says_why(folder):
    for words in ((), ("nonsense",), ("help", "nonsense"), ("check",), ("check", "a", "b"),
                  ("check", "--nonsense"), ("check", ""), ("init",), ("decide",), ("version", "x"),
                  ("records",), ("records", folder, "--nonsense", "x"),
                  ("records", folder, "--last", "0"), ("records", folder, "--last"),
                  ("records", folder, "--since", "yesterday"), ("records", folder, "more")):
        code, out, err = lictor(*words)
        assert code == 2 and out == "" and err != "", (words, code, out, err)


@case
def version_is_one_line(_):
    for words in (("version",), ("--version",)):
        code, out, _err = lictor(*words)
        assert code == 0 and re.fullmatch(r"lictor \d+\.\d+\.\d+\n", out), out


@case
def a_result_that_cannot_be_written_is_a_failure(_):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([LICTOR, "version"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and b"could not be written" in done.stderr


# ---- init ----


@case
def init_prints_one_key_and_keeps_only_its_digest(folder):
    at, key = started(folder)
    assert re.fullmatch(r"lk_[A-Za-z0-9_-]{43}", key), key
    found = ""
    for below, _folders, names in os.walk(at):
        for name in names:
            text = read(os.path.join(below, name))
            assert key not in text and "@KEY_SHA256@" not in text, name
            found += text
    assert hashlib.sha256(key.encode()).hexdigest() in found


@case
def init_writes_a_directory_that_check_finds_good(folder):
    at, _key = started(folder)
    code, out, err = lictor("check", at)
    assert code == 0 and err == "", err
    assert out == at + ": good\n"


@case
def init_makes_another_key_each_time(folder):
    keys = set()
    for name in ("a", "b"):
        code, out, _err = lictor("init", os.path.join(folder, name))
        assert code == 0
        keys.add(out)
    assert len(keys) == 2


@case
def init_takes_an_empty_directory_and_refuses_any_other(folder):
    at = os.path.join(folder, "mine")
    os.mkdir(at)
    assert lictor("init", at)[0] == 0
    before = read(os.path.join(at, "principals.yaml"))
    code, out, err = lictor("init", at)
    assert code == 1 and out == "" and "not empty" in err, err
    assert read(os.path.join(at, "principals.yaml")) == before
    write(os.path.join(folder, "hidden", ".git"), "x")
    assert lictor("init", os.path.join(folder, "hidden"))[0] == 1
    write(os.path.join(folder, "file"), "x")
    assert lictor("init", os.path.join(folder, "file"))[0] == 1
    assert lictor("init", os.path.join(folder, "no/such/parent"))[0] == 1


# ---- check ----


@case
def check_names_every_mistake_with_its_place(folder):
    at, _key = started(folder)
    with open(os.path.join(at, "lictor.yaml"), "a", encoding="utf-8") as file:
        file.write("\nnonsense_one: 1\nnonsense_two: 2\n")
    write(os.path.join(at, "policies/broken.json"), '{"Version": "2012-10-17", "Statement": [}')
    code, out, err = lictor("check", at)
    assert code == 1 and out == ""
    for word in ("nonsense_one", "nonsense_two"):
        assert re.search(r"lictor\.yaml:\d+:\d+: .*%s" % word, err), err
    assert re.search(r"broken\.json:1:\d+: ", err), err


@case
def check_of_nothing_fails(folder):
    code, _out, err = lictor("check", os.path.join(folder, "none"))
    assert code == 1 and err != ""


# ---- decide ----


def event_of(**more):
    """An event that the starter's policy allows: its one user asks for its one model."""
    event = {"principal": "demo", "action": "bedrock:InvokeModel",
             "resource": "arn:lictor:model:eu-central-1:loopback:demo"}
    event.update(more)
    return json.dumps(event)


@case
def decide_allows_what_the_starter_allows_and_names_the_statement(folder):
    at, _key = started(folder)
    code, out, err = lictor("decide", at, text=event_of())
    assert code == 0, (code, out, err)
    verdict = json.loads(out)
    assert verdict["result"] == "Allowed" and verdict["statement"]["line"] >= 1, out
    assert out.count("\n") == 1


@case
def decide_denies_by_default_with_exit_code_3(folder):
    at, _key = started(folder)
    for more in ({"action": "bedrock:CreateModelCustomizationJob"},
                 {"resource": "arn:lictor:model:eu-central-1:loopback:other"}):
        code, out, err = lictor("decide", at, text=event_of(**more))
        assert code == 3, (code, out, err)
        assert json.loads(out)["result"] == "ImplicitlyDenied", out


@case
def decide_fails_on_what_is_no_event(folder):
    at, _key = started(folder)
    for text in ("", "nonsense", "[]", "{}", '{"principal":"nobody","action":"a:b","resource":"*"}',
                 event_of(nonsense="x"), '{"principal":"a","principal":"b"}', "\0"):
        code, out, err = lictor("decide", at, text=text)
        assert code == 1 and out == "" and err != "", (text, code, out, err)


# ---- records ----


def record(second, kind="outcome", principal="alice", **more):
    fields = {"time": "2026-11-22T10:00:%02d.000Z" % second, "kind": kind, "record": "r%d" % second,
              "principal": "arn:aws:iam::000000000000:user/" + principal}
    fields.update(more)
    return json.dumps(fields, separators=(",", ":")) + "\n"


def records(folder, *words):
    code, out, err = lictor("records", "--state", folder, "--json", *words)
    return code, [json.loads(line)["record"] for line in out.splitlines()], err


def ledger(folder, **files):
    for name, text in files.items():
        write(os.path.join(folder, "ledger/records", name + ".jsonl"), text)


@case
def records_are_merged_in_order_of_time(folder):
    ledger(folder, a=record(1) + record(5), b=record(2) + record(4) + record(3))
    code, got, err = records(folder)
    assert (code, got, err) == (0, ["r1", "r2", "r3", "r4", "r5"], ""), (got, err)
    assert records(folder, "--last", "2")[1] == ["r4", "r5"]


@case
def an_intent_stands_before_its_outcome(folder):
    both = record(1, kind="intent") + record(2) + record(1, kind="outcome")
    ledger(folder, a=both)
    _code, out, _err = lictor("records", "--state", folder, "--json")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["intent", "outcome", "outcome"]


@case
def a_torn_last_record_is_reported_and_skipped(folder):
    ledger(folder, a=record(1) + record(2)[:40], b=record(3))
    code, got, err = records(folder)
    assert code == 0 and got == ["r1", "r3"], got
    assert "a.jsonl: at byte %d" % len(record(1)) in err and "not whole" in err, err


@case
def a_line_that_is_no_record_is_reported_and_skipped(folder):
    ledger(folder, a=record(1) + "nonsense\n" + record(2), b="\n")
    code, got, err = records(folder)
    assert code == 0 and got == ["r1", "r2"] and err.count("skipped") == 2, (got, err)


@case
def an_empty_ledger_is_no_failure(folder):
    assert records(folder)[:2] == (0, [])
    at, _key = started(folder)
    assert lictor("records", at)[:2] == (0, "")


@case
def filters_choose(folder):
    ledger(folder, a=record(1, principal="alice", decision="allow") +
           record(2, principal="bob", decision="deny") + record(3, principal="alice", decision="deny"))
    assert records(folder, "--principal", "alice")[1] == ["r1", "r3"]
    assert records(folder, "--principal", "alice", "--decision", "deny")[1] == ["r3"]
    assert records(folder, "--since", "2026-11-22T10:00:02Z")[1] == ["r2", "r3"]
    assert records(folder, "--until", "2026-11-22T10:00:01Z")[1] == ["r1"]
    assert records(folder, "--since", "1h")[1] == []
    assert records(folder, "--record", "r2")[1] == ["r2"]


@case
def follow_prints_what_comes_also_in_new_files(folder):
    ledger(folder, a=record(1))
    reader = subprocess.Popen([LICTOR, "records", "--state", folder, "--json", "--follow"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert b'"r1"' in reader.stdout.readline()
        with open(os.path.join(folder, "ledger/records/a.jsonl"), "a", encoding="utf-8") as file:
            file.write(record(2)[:30])
            file.flush()
            time.sleep(0.5)
            file.write(record(2)[30:])
        assert b'"r2"' in reader.stdout.readline()
        ledger(folder, b=record(3))
        assert b'"r3"' in reader.stdout.readline()
    finally:
        reader.kill()
    assert reader.communicate()[1] == b""


@case
def records_are_readable_lines_without_json(folder):
    ledger(folder, a=record(1, decision="deny", action="bedrock:InvokeModel"))
    code, out, err = lictor("records", "--state", folder)
    assert code == 0 and err == "" and out.count("\n") == 1, (out, err)
    assert "alice" in out and "deny" in out, out

# SPDX-License-Identifier: Apache-2.0
"""lictor iam simulate --jsonl and lictor iam explain, as a user or another program meets them."""
import glob
import json
import os
import subprocess

from harness import LICTOR, case, lictor, started, write

ADA = "arn:aws:iam::111122223333:user/ada"
ALLOW = {"Version": "2012-10-17",
         "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cases/policy/semantics/*.case")


def request(number, **more):
    line = {"id": number, "principal": ADA, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
            "identityPolicies": [ALLOW]}
    line.update(more)
    return json.dumps(line)


def simulate(text):
    code, out, err = lictor("iam", "simulate", "--jsonl", text=text)
    return code, [json.loads(line) for line in out.splitlines()], err


@case
def simulate_answers_every_line_in_order(_):
    lines = [request(i, action="s3:GetObject" if i % 2 else "s3:PutObject") for i in range(1000)]
    code, answers, err = simulate("\n".join(lines) + "\n")
    assert code == 0 and err == "" and [a["id"] for a in answers] == list(range(1000))
    for number, answer in enumerate(answers):
        wanted = "Allowed" if number % 2 else "ImplicitlyDenied"
        assert answer == {"id": number, "result": wanted, "blockedBy": [], "error": None}, answer


@case
def simulate_judges_the_case_files_as_they_say(_):
    checked = 0
    for path in sorted(glob.glob(CASES)):
        lines, wanted = [], []
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("{"):
                    lines.append(line.strip())
                elif line.startswith("-> "):
                    wanted.append(line[3:].strip())
        _code, answers, _err = simulate("\n".join(lines) + "\n")
        for answer, expected in zip(answers, wanted):
            got = " ".join([answer["result"]] + [",".join(answer["blockedBy"])] * bool(answer["blockedBy"]))
            assert expected == ("error" if answer["error"] else got), (path, answer, expected)
            checked += 1
    assert checked >= 200, checked


@case
def simulate_goes_on_after_a_bad_line(_):
    code, answers, _err = simulate("nonsense\n\n" + request(1) + "\n" + request(2, nonsense=1) + "\n" +
                                   request(3, identityPolicies=[{"Statement": 7}]) + "\n" + request(4))
    assert code == 0 and len(answers) == 6, answers
    assert [a["result"] for a in answers] == ["ImplicitlyDenied", "ImplicitlyDenied", "Allowed",
                                              "ImplicitlyDenied", "ImplicitlyDenied", "Allowed"]
    assert [bool(a["error"]) for a in answers] == [True, True, False, True, True, False]
    assert "identityPolicies[0]:1:" in answers[4]["error"], answers[4]


@case
def simulate_of_nothing_is_nothing(_):
    assert simulate("") == (0, [], "")


@case
def simulate_refuses_a_line_that_is_too_long_and_goes_on(_):
    long = '{"id":1,"x":"' + "a" * (9 * 1024 * 1024) + '"}'
    code, answers, _err = simulate(long + "\n" + request(2) + "\n")
    assert code == 0 and len(answers) == 2, len(answers)
    assert answers[0]["id"] is None and "8388608" in answers[0]["error"], answers[0]
    assert answers[1]["result"] == "Allowed"


@case
def simulate_answers_before_it_waits(_):
    running = subprocess.Popen([LICTOR, "iam", "simulate", "--jsonl"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        for number in range(3):
            running.stdin.write(request(number).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
    finally:
        running.kill()
        running.communicate()


@case
def simulate_says_when_its_answers_cannot_be_written(_):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([LICTOR, "iam", "simulate", "--jsonl"], input=request(1).encode() + b"\n",
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and done.stderr != b""


@case
def simulate_with_a_wrong_command_line(_):
    for words in ((), ("--jsonl", "more"), ("--nonsense",)):
        code, out, err = lictor("iam", "simulate", *words)
        assert code in (1, 2) and out == "" and err != "", (words, code, out, err)


@case
def explain_tells_why(folder):
    code, out, err = lictor("iam", "explain", text=request(1))
    assert code == 0 and err == "" and 'Allow "Read" applies' in out, out
    at = os.path.join(folder, "request.json")
    write(at, request(1, action="s3:PutObject"))
    code, out, _err = lictor("iam", "explain", at)
    assert code == 3 and "ImplicitlyDenied" in out and "other actions" in out, out


@case
def explain_names_the_file_of_a_bad_request(folder):
    at = os.path.join(folder, "request.json")
    write(at, "nonsense")
    code, out, err = lictor("iam", "explain", at)
    assert code == 1 and out == "" and err.startswith(at), err
    for text in ("", "[]", "{}", request(1)[:-1]):
        code, out, err = lictor("iam", "explain", text=text)
        assert code == 1 and out == "" and err != "", (text, err)
    assert lictor("iam", "explain", "a", "b")[0] == 2
    assert lictor("iam", "explain", "--nonsense")[0] == 2
    assert lictor("iam", "explain", os.path.join(folder, "none"))[0] == 1


@case
def explain_asks_a_directory_about_an_event(folder):
    at, _key = started(folder)
    event = {"principal": "demo", "action": "bedrock:InvokeModel",
             "resource": "arn:lictor:model:eu-central-1:loopback:demo"}
    code, out, err = lictor("iam", "explain", at, text=json.dumps(event))
    assert code == 0 and "result     Allowed" in out, (out, err)
    event["action"] = "bedrock:CreateModelCustomizationJob"
    code, out, err = lictor("iam", "explain", at, text=json.dumps(event))
    assert code == 3 and "result     ImplicitlyDenied" in out, (out, err)

# SPDX-License-Identifier: Apache-2.0
"""lictor iam prove and iam diff, as a user meets them."""
import json
import os

from harness import case, lictor, write

ALLOW = '{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Allow","Action":%s,"Resource":"%s"}]}'
PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",' \
         '"Resource":"arn:aws:s3:::b/*"%s}]}'


def two(folder, old, new):
    paths = [os.path.join(folder, name) for name in ("old.json", "new.json")]
    for path, text in zip(paths, (old, new)):
        write(path, text)
    return paths


@case
def prove_says_pass_and_fail_with_a_request_that_simulate_allows(folder):
    old, new = two(folder, ALLOW % ('"s3:GetObject"', "*"), ALLOW % ('["s3:GetObject","s3:PutObject"]', "*"))
    code, out, err = lictor("iam", "prove", "no-new-access", new, old)
    assert code == 0 and out.startswith("PASS: ") and err == "", (code, out, err)
    code, out, err = lictor("iam", "prove", "no-new-access", old, new)
    assert code == 1 and out.startswith("FAIL: ") and err == "", (code, out, err)
    line = out.strip().split("\n")[-1]
    assert json.loads(line)["action"] == "s3:putobject"
    code, out, err = lictor("iam", "simulate", "--jsonl", text=line + "\n")
    assert json.loads(out)["result"] == "Allowed", out
    code, out, err = lictor("iam", "prove", "equivalent", old, new, "--format", "json")
    assert code == 1 and json.loads(out)["verdict"] == "FAIL", out


@case
def prove_takes_folders_as_one_identity(folder):
    for name in ("a", "b"):
        write(os.path.join(folder, "parts", name + ".json"), ALLOW % ('"s3:Get*"', "arn:aws:s3:::%s/*" % name))
    whole = os.path.join(folder, "whole.json")
    write(whole, ALLOW % ('"s3:GetObject"', "arn:aws:s3:::b/*"))
    code, out, _ = lictor("iam", "prove", "no-new-access", os.path.join(folder, "parts"), whole)
    assert code == 0, out


@case
def prove_cannot_and_not_public(folder):
    policy = os.path.join(folder, "p.json")
    write(policy, ALLOW % ('"s3:*"', "arn:aws:s3:::home/${aws:username}/*"))
    bob = "arn:aws:iam::111122223333:user/bob"
    code, out, _ = lictor("iam", "prove", "cannot", bob, "s3:*", "arn:aws:s3:::home/alice/*", "--policies", policy)
    assert code == 0, out
    code, out, _ = lictor("iam", "prove", "cannot", bob, "s3:*", "arn:aws:s3:::home/bob/x", "--policies", policy)
    assert code == 1 and "principal  " + bob in out, out
    write(policy, PUBLIC % "")
    code, out, _ = lictor("iam", "prove", "not-public", policy)
    assert code == 1 and '"principal":"*"' in out, out
    write(policy, PUBLIC % ',"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}')
    code, out, _ = lictor("iam", "prove", "not-public", policy)
    assert code == 0, out


@case
def prove_says_unknown_and_why(folder):
    old, new = two(folder, ALLOW % ('"s3:*"', "arn:aws:s3:::home/bob/*"),
                   '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":'
                   '"arn:aws:s3:::home/${aws:username}/*","Condition":{"StringEquals":{"aws:username":"bob"}}}}')
    code, out, _ = lictor("iam", "prove", "no-new-access", old, new)
    assert code == 3 and out.startswith("UNKNOWN: "), out


@case
def diff_tells_gains_and_losses(folder):
    old, new = two(folder, ALLOW % ('["s3:GetObject","s3:ListBucket"]', "*"),
                   ALLOW % ('["s3:GetObject","s3:PutObject"]', "*"))
    code, out, _ = lictor("iam", "diff", old, new)
    assert code == 1 and "gained: s3:PutObject on *\n" in out and "lost: s3:ListBucket on *\n" in out, out
    code, out, _ = lictor("iam", "diff", old, new, "--format", "json")
    told = json.loads(out)
    assert told["gained"][0]["request"]["action"] == "s3:putobject" and told["lostVerdict"] == "FAIL", out
    code, out, _ = lictor("iam", "diff", old, old)
    assert code == 0 and out == "gained: nothing\nlost: nothing\n", out


@case
def prove_and_diff_name_mistakes_with_their_place(folder):
    good, bad = two(folder, ALLOW % ('"s3:*"', "*"), '{"Version":"2012-10-17",\n "Statement":[{"Effect":"Allo"}]}')
    for words in (("prove", "equivalent", good, bad), ("diff", bad, good)):
        code, out, err = lictor("iam", *words)
        assert code == 1 and out == "" and bad + ":2:" in err, (words, code, out, err)
    for words in (("prove", "equivalent", good, os.path.join(folder, "none")), ("diff", good, folder + "/no")):
        code, out, err = lictor("iam", *words)
        assert code == 1 and out == "" and "cannot be read" in err, (words, code, out, err)
    write(bad, "")
    code, out, err = lictor("iam", "prove", "not-public", bad)
    assert code == 1 and out == "" and err != "", (code, out, err)


@case
def prove_and_diff_say_what_is_wrong_with_the_command_line(folder):
    for words in (("prove",), ("prove", "everything"), ("prove", "equivalent", "a"), ("prove", "not-public"),
                  ("prove", "no-new-access", "a", "b", "c"), ("prove", "cannot", "a", "b", "c"),
                  ("prove", "cannot", "--policies", "x"), ("prove", "equivalent", "a", "b", "--kind", "other"),
                  ("prove", "equivalent", "a", "b", "--kind"), ("prove", "--what", "x"), ("diff",), ("diff", "a"),
                  ("diff", "a", "b", "c"), ("diff", "a", "b", "--format", "xml")):
        code, out, err = lictor("iam", *words)
        assert code == 2 and out == "" and err != "", (words, code, out, err)

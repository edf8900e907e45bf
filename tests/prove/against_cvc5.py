#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our decision procedure against cvc5 on the same pairs of policies.

    against_cvc5.py LICTOR [PAIRS [SEED [MILLISECONDS]]]

Pairs are random, drawn from vocabularies that look like real policies, and changed as people change
them. The question "does NEW allow what OLD does not?" is written as SMT-LIB over strings, regular
expressions and reals by this script alone, from AWS's rules and not from our code, and asked of
cvc5; `lictor iam prove no-new-access` is asked the same. PASS must be unsat; FAIL must be sat with the very
request we give. What cvc5 does not answer in time is counted. Last line "N passed, N failed"; exit 1
when something contradicts.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

ACTIONS = ["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:*Object", "s3:Put?bject", "ec2:Describe*", "ec2:*Instances",
           "iam:PassRole", "iam:*Role*", "S3:LISTBUCKET", "lambda:Invoke*", "sts:*", "s3:?et*Acl"]
RESOURCES = ["*", "arn:aws:s3:::logs", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/2026/*", "arn:aws:s3:::*-prod/*",
             "arn:aws:s3:::eu-*", "arn:aws:s3:::logs/*.txt", "arn:aws:ec2:*:111122223333:instance/*",
             "arn:aws:ec2:eu-*-1:111122223333:instance/i-?", "arn:aws:iam::111122223333:role/*",
             "arn:aws:iam::111122223333:role/admin", "arn:aws:lambda:eu-west-1:111122223333:function:*",
             "arn:aws:sqs:*", "arn:aws:sqs:eu*:1*:q", "arn:aws:s3:::a?c/*b*"]
TEAMS = ["red", "blue", "r*", "Red", "*e*", "?lue", ""]
TAGS = ["x", "y", "x*", "z"]
NUMBERS = ["0", "10", "10.5", "-3", "100"]


def one_or_two(pick, values):
    return pick.sample(values, pick.choice([1, 1, 2]))


def condition(pick):
    kind = pick.randrange(10)
    exists = pick.choice(["", "", "IfExists"])
    if kind < 3:
        operator = pick.choice(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike",
                                "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"])
        return operator + exists, "aws:PrincipalTag/team", one_or_two(pick, TEAMS)
    if kind < 5:
        operator = pick.choice(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
                                "NumericGreaterThan", "NumericGreaterThanEquals"])
        return operator + exists, "s3:max-keys", one_or_two(pick, NUMBERS)
    if kind < 7:
        return "Bool" + exists, "app:Mfa", [pick.choice(["true", "false"])]
    if kind == 7:
        return "Null", pick.choice(["aws:PrincipalTag/team", "s3:max-keys", "app:Tags"]), [pick.choice(["true",
                                                                                                         "false"])]
    operator = pick.choice(["ForAnyValue:StringEquals", "ForAllValues:StringLike", "ForAnyValue:StringNotLike",
                            "ForAllValues:StringNotEquals"])
    return operator + exists, "app:Tags", one_or_two(pick, TAGS)


def statement(pick):
    made = {"Effect": pick.choice(["Allow", "Allow", "Deny"]),
            pick.choice(["Action"] * 7 + ["NotAction"]): one_or_two(pick, ACTIONS),
            pick.choice(["Resource"] * 7 + ["NotResource"]): one_or_two(pick, RESOURCES)}
    conditions = {}
    for _ in range(pick.choice([0, 0, 1, 1, 2])):
        operator, key, values = condition(pick)
        conditions.setdefault(operator, {})[key] = values
    if conditions:
        made["Condition"] = conditions
    return made


def changed(pick, statements):
    """The policy after somebody worked on it."""
    made = json.loads(json.dumps(statements))
    for _ in range(pick.choice([1, 1, 2])):
        what = pick.randrange(6)
        victim = made[pick.randrange(len(made))] if made else statement(pick)
        if what == 0:
            made.append(statement(pick))
        elif what == 1 and len(made) > 1:
            made.remove(victim)
        elif what == 2:
            victim.pop("Condition", None)
        elif what == 3:
            operator, key, values = condition(pick)
            victim.setdefault("Condition", {}).setdefault(operator, {})[key] = values
        elif what == 4:
            name = "Action" if "Action" in victim else "NotAction"
            victim[name] = victim[name] + [pick.choice(ACTIONS)]
        else:
            name = "Resource" if "Resource" in victim else "NotResource"
            victim[name] = [pick.choice(RESOURCES)]
    return made


# ---- SMT-LIB ----


def text(value):
    return '"%s"' % value.replace('"', '""')


NO_COLON = "(re.union (re.range \" \" \"9\") (re.range \";\" \"~\"))"
ANY = "(re.range \" \" \"~\")"


def expression(parts):
    return parts[0] if len(parts) == 1 else "(re.++ %s)" % " ".join(parts)


def glob(pattern, star="(re.* %s)" % ANY, one=ANY):
    parts, plain = [], ""
    for char in pattern:
        if char in "*?":
            if plain:
                parts.append("(str.to_re %s)" % text(plain))
            plain = ""
            parts.append(star if char == "*" else one)
        else:
            plain += char
    if plain or not parts:
        parts.append("(str.to_re %s)" % text(plain))
    return expression(parts)


def resource(pattern):
    """The first five parts keep to themselves, but for an asterisk at the end of one."""
    if pattern == "*":
        return "(re.* %s)" % ANY
    pieces, split = [], pattern.split(":", 5)
    for number, part in enumerate(split):
        if number:
            pieces.append("(str.to_re \":\")")
        if number == 5:
            pieces.append(glob(part))
        elif part.endswith("*"):
            pieces.append(expression([glob(part[:-1], "(re.* %s)" % NO_COLON, NO_COLON), "(re.* %s)" % ANY]))
        else:
            pieces.append(glob(part, "(re.* %s)" % NO_COLON, NO_COLON))
    return expression(pieces)


def either(parts):
    return "false" if not parts else parts[0] if len(parts) == 1 else "(or %s)" % " ".join(parts)


def both(parts):
    return "true" if not parts else parts[0] if len(parts) == 1 else "(and %s)" % " ".join(parts)


def nocase(value):
    letters = ["(re.union (str.to_re %s) (str.to_re %s))" % (text(c.lower()), text(c.upper())) for c in value]
    return expression(letters) if letters else "(str.to_re \"\")"


def string_test(base, variable, values):
    tests = []
    for value in values:
        if "IgnoreCase" in base:
            tests.append("(str.in_re %s %s)" % (variable, nocase(value)))
        elif base.endswith("Like"):
            tests.append("(str.in_re %s %s)" % (variable, glob(value)))
        else:
            tests.append("(= %s %s)" % (variable, text(value)))
    return "(not %s)" % either(tests) if "Not" in base else either(tests)


def real(value):
    return "(- %s)" % real(value[1:]) if value.startswith("-") else value if "." in value else value + ".0"


def number_test(base, values):
    relation = {"NumericEquals": "=", "NumericNotEquals": "=", "NumericLessThan": "<", "NumericLessThanEquals": "<=",
                "NumericGreaterThan": ">", "NumericGreaterThanEquals": ">="}[base]
    test = "(and size-is-number %s)" % either(["(%s size %s)" % (relation, real(v)) for v in values])
    return "(not %s)" % test if base == "NumericNotEquals" else test


TAG_SLOTS = 4


def list_test(operator, base, values):
    slots = ["tag%d" % i for i in range(TAG_SLOTS)]
    each = [string_test(base, slot, values) for slot in slots]
    used = ["(> tags-n %d)" % i for i in range(TAG_SLOTS)]
    if operator.startswith("ForAnyValue:"):
        return either(["(and %s %s)" % pair for pair in zip(used, each)])
    blank = both(["(=> %s (= %s \"\"))" % pair for pair in zip(used, slots)])
    return either([both(["(=> %s %s)" % pair for pair in zip(used, each)]), blank])


def condition_test(operator, key, values):
    exists = operator.endswith("IfExists")
    base = operator.replace("IfExists", "").split(":")[-1]
    present = {"aws:PrincipalTag/team": "team-given", "s3:max-keys": "size-given", "app:Mfa": "mfa-given",
               "app:Tags": "(> tags-n 0)"}[key]
    if base == "Null":
        return "(not %s)" % present if values == ["true"] else present
    if key == "app:Tags":
        absent = "true" if operator.startswith("ForAllValues:") else "false"
        return "(ite %s %s %s)" % (present, list_test(operator, base, values), absent)
    absent = "true" if exists or "Not" in base else "false"
    if key == "s3:max-keys":
        test = number_test(base, values)
    elif key == "app:Mfa":
        test = either(["(str.in_re mfa %s)" % nocase(value) for value in values])
    else:
        test = string_test(base, "team", values)
    return "(ite %s %s %s)" % (present, test, absent)


def box(made):
    parts = []
    for name, variable, convert in (("Action", "action", lambda p: glob(p.lower())), ("Resource", "resource",
                                                                                       resource)):
        if name in made:
            parts.append(either(["(str.in_re %s %s)" % (variable, convert(p)) for p in made[name]]))
        else:
            parts.append("(not %s)" % either(["(str.in_re %s %s)" % (variable, convert(p))
                                              for p in made["Not" + name]]))
    for operator, keys in made.get("Condition", {}).items():
        for key, values in keys.items():
            parts.append(condition_test(operator, key, values))
    return both(parts)


def allowed(statements):
    allows = [box(s) for s in statements if s["Effect"] == "Allow"]
    denies = [box(s) for s in statements if s["Effect"] == "Deny"]
    return both([either(allows), "(not %s)" % either(denies)])


def the_request(request):
    """Our counterexample as assertions: all that the formula speaks of has one value."""
    context, lines = request["context"], []
    given = {"team": "aws:principaltag/team", "mfa": "app:mfa"}
    for name, key in given.items():
        lines.append("(assert (= %s-given %s))" % (name, "true" if key in context else "false"))
        lines.append("(assert (= %s %s))" % (name, text(context.get(key, ""))))
    size = context.get("s3:max-keys")
    try:
        number = format(float(size), "f") if size is not None else "0"
    except ValueError:
        number, size = "0", "?"
    lines.append("(assert (= size-given %s))" % ("false" if size is None else "true"))
    lines.append("(assert (= size-is-number %s))" % ("false" if size == "?" else "true"))
    lines.append("(assert (= size %s))" % real(number))
    tags = context.get("app:tags", [])
    tags = [tags] if isinstance(tags, str) else tags
    lines.append("(assert (= tags-n %d))" % len(tags))
    for i in range(TAG_SLOTS):
        lines.append("(assert (= tag%d %s))" % (i, text(tags[i] if i < len(tags) else "")))
    lines.append("(assert (= action %s))" % text(request["action"]))
    lines.append("(assert (= resource %s))" % text(request["resource"]["resource"]))
    return lines


def question(old, new, request=None):
    lower = "(re.union (re.range \" \" \"9\") (re.range \";\" \"@\") (re.range \"[\" \"~\"))"
    arn = expression(["(str.to_re \"arn:\")"] + [
        piece for part in ("(re.+ %s)", "(re.+ %s)", "(re.* %s)", "(re.* %s)")
        for piece in (part % NO_COLON, "(str.to_re \":\")")] + ["(re.+ %s)" % ANY])
    lines = ["(set-logic ALL)", "(declare-const action String)", "(declare-const resource String)",
             "(declare-const team String)", "(declare-const team-given Bool)", "(declare-const size Real)",
             "(declare-const size-given Bool)", "(declare-const size-is-number Bool)", "(declare-const mfa String)",
             "(declare-const mfa-given Bool)", "(declare-const tags-n Int)",
             "(assert (and (<= 0 tags-n) (<= tags-n %d)))" % TAG_SLOTS]
    lines += ["(declare-const tag%d String)" % i for i in range(TAG_SLOTS)]
    lines += ["(assert (str.in_re action (re.++ (re.+ %s) (str.to_re \":\") (re.+ %s))))" % (lower, lower),
              "(assert (not (= action \"sts:getcalleridentity\")))",
              "(assert (or (= resource \"*\") (str.in_re resource %s)))" % arn,
              "(assert %s)" % allowed(new), "(assert (not %s))" % allowed(old)]
    lines += the_request(request) if request else []
    lines.append("(check-sat)")
    return "\n".join(lines) + "\n"


# ---- asking ----


def ask_cvc5(old, new, request, limit_ms):
    done = subprocess.run(["cvc5", "--strings-exp", "--tlimit=%d" % limit_ms, "--lang=smt2"],
                          input=question(old, new, request).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    answer = done.stdout.decode().strip().split("\n")[0]
    if answer not in ("sat", "unsat") and b"interrupted" not in done.stdout + done.stderr and answer != "unknown":
        raise SystemExit("cvc5 did not take the question: %s%s" % (done.stdout.decode(), done.stderr.decode()))
    return answer if answer in ("sat", "unsat") else "no answer"


def ask_us(lictor, old, new, folder):
    paths = []
    for name, statements in (("old", old), ("new", new)):
        paths.append(os.path.join(folder, name + ".json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump({"Version": "2012-10-17", "Statement": statements}, file)
    done = subprocess.run([lictor, "iam", "prove", "no-new-access", "--format", "json"] + paths, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1, 3) or not done.stdout:
        raise SystemExit("lictor said: %s%s" % (done.stdout.decode(), done.stderr.decode()))
    answer = json.loads(done.stdout)
    return answer["verdict"], answer.get("request")


def main():
    if shutil.which("cvc5") is None:
        print("cvc5 is not installed (tools/install-deps.sh test)\n0 passed, 1 failed")
        return 1
    lictor, pairs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40
    pick = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20261123)
    limit_ms = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    counts, failed = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(pairs):
            old = [statement(pick) for _ in range(pick.randint(1, 4))]
            new = changed(pick, old) if pick.random() < 0.7 else [statement(pick) for _ in range(pick.randint(1, 4))]
            ours, request = ask_us(lictor, old, new, folder)
            theirs = ask_cvc5(old, new, request, limit_ms)
            counts[ours, theirs] = counts.get((ours, theirs), 0) + 1
            if (ours, theirs) in (("PASS", "sat"), ("FAIL", "unsat")):
                failed += 1
                print("%s, but cvc5 says %s:\n%s\n%s" % (ours, theirs, json.dumps(old), json.dumps(new)))
    for (ours, theirs), n in sorted(counts.items()):
        print("%-8s %-12s %d" % (ours, theirs, n))
    print("%d passed, %d failed" % (pairs - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

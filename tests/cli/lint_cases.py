# SPDX-License-Identifier: Apache-2.0
"""lictor iam lint, as a user meets it: files, a directory, formats and exit codes."""
import json
import os

from harness import case, lictor, read, started, write

GOOD = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",\n'
        ' "Resource": "arn:aws:s3:::b/*"}]}')
BAD = ('{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow", "Action": "s3:GetObjekt",\n'
       ' "Resource": "*"}]}')
OPEN = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}')


def policy(folder, text, name="p.json"):
    path = os.path.join(folder, name)
    write(path, text)
    return path


@case
def lint_of_a_good_policy_is_silent(folder):
    assert lictor("iam", "lint", policy(folder, GOOD)) == (0, "", "")


@case
def lint_names_file_line_column_type_and_code(folder):
    path = policy(folder, BAD)
    code, out, err = lictor("iam", "lint", path)
    assert code == 1 and err == "", (code, err)
    assert out == (path + ':2:46: ERROR INVALID_ACTION there is no action "s3:GetObjekt"; '
                   "did you mean s3:GetObject?\n"), out


@case
def lint_fails_on_what_it_is_told_to_fail_on(folder):
    path = policy(folder, OPEN)
    for words, wanted in (((), 0), (("--fail-on", "security-warning"), 1),
                          (("--fail-on", "suggestion"), 1), (("--fail-on", "never"), 0)):
        code, out, _ = lictor("iam", "lint", *words, path)
        assert code == wanted and "ADMINISTRATIVE_ACCESS" in out, (words, code, out)
    assert lictor("iam", "lint", "--fail-on", "never", policy(folder, BAD, "bad.json"))[0] == 0


@case
def lint_speaks_the_json_of_validate_policy(folder):
    path = policy(folder, BAD)
    code, out, err = lictor("iam", "lint", "--format", "json", path, policy(folder, GOOD, "g.json"))
    assert code == 1 and err == "", err
    findings = json.loads(out)["findings"]
    assert len(findings) == 1, findings
    finding = findings[0]
    assert finding["findingType"] == "ERROR" and finding["issueCode"] == "INVALID_ACTION"
    assert finding["learnMoreLink"].endswith("-error-invalid-action")
    assert finding["locations"] == [{
        "path": [{"value": "Statement"}, {"index": 0}, {"value": "Action"}],
        "span": {"start": {"line": 2, "column": 45, "offset": 71},
                 "end": {"line": 2, "column": 59, "offset": 85}}}], finding["locations"]
    assert json.loads(lictor("iam", "lint", "--format", "json", policy(folder, GOOD))[1]) == {
        "findings": []}


@case
def lint_knows_kinds_of_policies(folder):
    trust = policy(folder, '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
                           '"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}')
    _, out, _ = lictor("iam", "lint", "--kind", "trust", trust)
    assert "TRUST_OPEN_TO_ANYONE" in out and "MISSING_RESOURCE" not in out, out
    _, out, _ = lictor("iam", "lint", trust)
    assert "UNSUPPORTED_PRINCIPAL" in out and "MISSING_RESOURCE" in out, out


@case
def lint_of_a_bucket_policy_knows_what_it_is_attached_to(folder):
    path = policy(folder, '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",'
                          '"Action": "sqs:SendMessage", "Resource": "*"}]}')
    _, out, _ = lictor("iam", "lint", "--kind", "resource", "--resource-type", "AWS::S3::Bucket", path)
    assert "UNSUPPORTED_ACTION_IN_POLICY" in out, out


@case
def lint_bears_anything(folder):
    for name, text in (("empty", ""), ("blank", " \n"), ("half", BAD[:40]), ("deep", "[" * 5000),
                       ("nothing", "{}"), ("long", '{"Sid": "%s"}' % ("a" * 2000000))):
        code, out, err = lictor("iam", "lint", policy(folder, text, name))
        assert code == 1 and out.startswith(os.path.join(folder, name) + ":"), (name, code, err)
    with open(os.path.join(folder, "bytes"), "wb") as file:
        file.write(bytes(range(256)))
    assert lictor("iam", "lint", os.path.join(folder, "bytes"))[0] == 1
    hostile = policy(folder, '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Resource": "*", '
                             '"Action": [%s]}]}' % ",".join('"a*%d:b?c*d"' % i for i in range(20000)), "many")
    code, out, _ = lictor("iam", "lint", hostile)
    assert "TOO_MANY_FINDINGS" in out and out.count("\n") == 1001, out[-300:]


@case
def lint_says_which_file_it_cannot_read(folder):
    code, out, err = lictor("iam", "lint", os.path.join(folder, "gone.json"))
    assert code == 1 and out == "" and "gone.json" in err, err


@case
def lint_refuses_wrong_command_lines(folder):
    path = policy(folder, GOOD)
    for words in ((), ("--kind",), ("--kind", "wrong", path), ("--format", "xml", path),
                  ("--fail-on", "x", path), ("--what", "x", path), ("--kind", "trust")):
        code, out, err = lictor("iam", "lint", *words)
        assert code == 2 and out == "" and "Usage: lictor iam lint" in err, (words, code, err)


@case
def lint_lists_every_check_and_the_page_names_them_all(_):
    code, out, _err = lictor("iam", "lint", "--list")
    assert code == 0
    codes = [line.split(" ")[1] for line in out.splitlines()]
    assert len(codes) > 160 and len(set(codes)) == len(codes)
    page = read(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "LINT.md"))
    missing = [name for name in codes if "`%s`" % name not in page]
    assert not missing, missing


@case
def lint_of_a_directory_looks_at_roles_and_agents(folder):
    at, _ = started(folder)
    code, out, err = lictor("iam", "lint", at)
    assert code == 0 and err == "", (out, err)
    assert "ERROR" not in out, out
    write(os.path.join(at, "policies", "unused.json"), GOOD)
    _, out, _ = lictor("iam", "lint", at)
    assert "policies/unused.json:1:1: SUGGESTION POLICY_NEVER_USED" in out, out


@case
def lint_of_a_directory_compares_agents_with_their_roles(folder):
    at, _ = started(folder)
    agents = os.path.join(at, "agents")
    name = sorted(os.listdir(agents))[0]
    role = [line for line in read(os.path.join(agents, name)).splitlines()
            if line.startswith("role:")][0]
    write(os.path.join(agents, "few.yaml"), role + "\ntools: []\n")
    write(os.path.join(agents, "more.yaml"), role + "\ntools: [eraseEverything]\n")
    write(os.path.join(at, "policies", "anything.json"),
          '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "mcp:*", "Resource": "*"}]}')
    write(os.path.join(agents, "any.yaml"), "role: anything\n")
    principals = os.path.join(at, "principals.yaml")
    text = read(principals)
    assert "\nroles:\n" in "\n" + text
    write(principals, text.replace("roles:\n", "roles:\n  anything:\n    policies: [anything]\n", 1))
    code, out, err = lictor("iam", "lint", at)
    assert code == 0, (out, err)
    assert "agents/few.yaml: SECURITY_WARNING AGENT_TOOL_NOT_LISTED" in out, out
    assert "agents/more.yaml: WARNING AGENT_TOOL_NEVER_ALLOWED" in out, out
    assert "agents/any.yaml: SECURITY_WARNING AGENT_TOOLS_UNBOUNDED" in out, out


@case
def lint_of_a_directory_with_mistakes_names_them(folder):
    at, _ = started(folder)
    write(os.path.join(at, "policies", "bad.json"), "{")
    code, out, err = lictor("iam", "lint", at)
    assert code == 1 and "policies/bad.json" in err, (out, err)

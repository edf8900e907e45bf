# SPDX-License-Identifier: Apache-2.0
"""iam tighten, who-can, can and simulate over history, as a user meets them."""
import gzip
import json
import os

from harness import case, lictor, read, started, write

ROLE = "arn:aws:iam::000000000000:role/app"
DEMO = "arn:lictor:model:eu-central-1:loopback:demo"
ORDER = "arn:lictor:mcp:eu-central-1:orders:tool/getOrderStatus"
REFUND = "arn:lictor:mcp:eu-central-1:orders:tool/refundOrder"


def record(i, kind="intent", **more):
    fields = {"v": 1, "time": "2026-11-%02dT10:00:00.000Z" % (1 + i % 20), "kind": kind,
              "record": "r%d" % i,
              "principal": "arn:aws:sts::000000000000:assumed-role/app/demo", "role": ROLE,
              "source_ip": "10.1.2.%d" % (i % 200), "region": "eu-central-1",
              "action": "bedrock:InvokeModel", "resource": DEMO, "model": "demo",
              "provider": "loopback", "model_region": "eu-central-1", "max_tokens": 100 + i,
              "decision": "allow", "enforced": "forwarded"}
    fields.update(more)
    return json.dumps(fields, separators=(",", ":")) + "\n"


def recorded(folder, n=60):
    at, _key = started(folder)
    lines = "".join(record(i) + record(i, "outcome", tool_calls=[
        {"name": "getOrderStatus", "id": "c", "part": 0, "decision": "allow"},
        {"name": "refundOrder", "id": "d", "part": 1, "decision": "deny"}]) for i in range(n))
    write(os.path.join(at, "state/ledger/records/a.jsonl"), lines)
    return at


def event(i, name="GetObject", **more):
    fields = {"eventTime": "2026-11-22T10:00:00Z", "eventSource": "s3.amazonaws.com",
              "eventName": name, "awsRegion": "eu-west-1", "eventType": "AwsApiCall",
              "userIdentity": {"type": "AssumedRole", "accountId": "111122223333",
                               "arn": "arn:aws:sts::111122223333:assumed-role/job/s%d" % i,
                               "sessionContext": {"sessionIssuer": {
                                   "type": "Role", "arn": "arn:aws:iam::111122223333:role/job"}}},
              "sourceIPAddress": "10.9.8.%d" % i, "tlsDetails": {"tlsVersion": "TLSv1.3"},
              "requestParameters": {"bucketName": "shop", "key": "orders/%d.json" % (1000 + i)}}
    fields.update(more)
    return fields


# ---- tighten ----


@case
def tighten_drafts_what_was_used_and_replays_all_of_it(folder):
    at = recorded(folder)
    code, out, err = lictor("iam", "tighten", "demo", at)
    assert code == 0, err
    policy = json.loads(out)
    used = {(s["Action"][0], s["Resource"][0]) for s in policy["Statement"]}
    assert used == {("bedrock:InvokeModel", DEMO), ("mcp:CallTool", ORDER)}, used
    condition = policy["Statement"][0]["Condition"]
    assert condition["IpAddress"] == {"aws:SourceIp": ["10.1.2.0/24"]}, condition
    assert condition["NumericLessThanEquals"] == {"lictor:MaxTokens": ["256"]}, condition
    assert "120 of 120 replayed allowed" in err and "proven" in err, err
    for statement in policy["Statement"]:
        assert statement["Sid"] + "\n" in err


@case
def tighten_of_a_role_is_of_all_its_sessions_and_exact_adds_nothing(folder):
    at = recorded(folder)
    code, out, err = lictor("iam", "tighten", "app", at, "--exact", "--format", "json")
    assert code == 0, err
    result = json.loads(out)
    assert result["replay"] == {"replayed": 120, "allowed": 120, "cannotTell": 0, "denied": 0}
    assert all("Condition" not in s for s in result["policy"]["Statement"])
    assert set(result["reasons"]) == {s["Sid"] for s in result["policy"]["Statement"]}


@case
def tighten_honours_times(folder):
    at = recorded(folder)
    code, _out, err = lictor("iam", "tighten", "demo", at, "--since", "2026-11-20",
                             "--until", "2026-11-21")
    assert code == 0 and "6 of 6 replayed allowed" in err, err
    assert lictor("iam", "tighten", "demo", at, "--until", "2025-01-01")[0] == 1


@case
def tighten_drafts_nothing_that_is_not_allowed_now(folder):
    at = recorded(folder)
    path = os.path.join(at, "policies/app.json")
    policy = json.loads(read(path))
    policy["Statement"] = [s for s in policy["Statement"] if "bedrock" in json.dumps(s)]
    write(path, json.dumps(policy))
    code, out, err = lictor("iam", "tighten", "demo", at)
    assert code == 1 and "CallTool" not in out, (code, out)
    assert "no present statement allows it" in err and "would be DENIED" in err, err


@case
def tighten_reads_cloudtrail_plain_packed_and_in_folders(folder):
    write(os.path.join(folder, "a.json"), json.dumps({"Records": [event(i) for i in range(5)]}))
    os.mkdir(os.path.join(folder, "logs"))
    with gzip.open(os.path.join(folder, "logs", "b.json.gz"), "wt") as file:
        json.dump({"Records": [event(i) for i in range(5, 30)] +
                   [event(40, "DeleteObject", errorCode="AccessDenied")]}, file)
    write(os.path.join(folder, "c.jsonl"), "".join(json.dumps(event(i)) + "\n" for i in range(3)))
    code, out, err = lictor("iam", "tighten", "job", "--cloudtrail",
                            *(os.path.join(folder, name) for name in ("a.json", "logs", "c.jsonl")))
    assert code == 0, err
    statement, = json.loads(out)["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == ["arn:aws:s3:::shop/orders/*.json"], statement
    assert statement["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1"]},
        "IpAddress": {"aws:SourceIp": ["10.9.8.0/24"]},
        "Bool": {"aws:SecureTransport": ["true"]}}, statement
    assert "33 of 33 replayed allowed" in err, err


@case
def tighten_does_not_turn_a_name_into_a_wildcard(folder):
    write(os.path.join(folder, "a.json"), json.dumps(event(
        1, requestParameters={"bucketName": "shop", "key": "*${aws:username}?"})))
    code, out, err = lictor("iam", "tighten", "job", "--cloudtrail", os.path.join(folder, "a.json"))
    assert code == 0 and "1 of 1 replayed" in err, err
    assert json.loads(out)["Statement"][0]["Resource"] == [
        "arn:aws:s3:::shop/${*}${$}{aws:username}${?}"], out


@case
def tighten_names_what_it_cannot_read(folder):
    good = json.dumps(event(1))
    rows = {"cut.json": good[:-5], "no.json": "nonsense", "list.json": "[1]",
            "damaged.json.gz": gzip.compress(good.encode())[:-9].decode("latin-1")}
    for name, text in rows.items():
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(text.encode("latin-1"))
        code, out, err = lictor("iam", "tighten", "job", "--cloudtrail", path)
        assert code == 1 and out == "" and name in err, (name, code, err)
    path = os.path.join(folder, "some.json")
    write(path, json.dumps({"Records": [event(1), {"of": "job"}, event(2)]}))
    code, out, err = lictor("iam", "tighten", "job", "--cloudtrail", path)
    assert code == 0 and "some.json: at byte" in err and "2 of 2" in err, err
    assert lictor("iam", "tighten", "job", "--cloudtrail", os.path.join(folder, "none"))[0] == 1


@case
def history_tools_refuse_a_wrong_command_line(folder):
    for words in (("tighten",), ("tighten", "a"), ("tighten", "a", folder, "b"),
                  ("tighten", "a", "--cloudtrail"), ("tighten", "a", folder, "--since", "x"),
                  ("tighten", "a", folder, "--examples", "1"), ("tighten", "a", folder, "--x", "1"),
                  ("who-can", folder), ("who-can", folder, "a:B"), ("who-can", folder, "a:B", "r", "x"),
                  ("who-can", folder, "a:B", "r", "--context", "x"), ("can", folder),
                  ("can", folder, "a", "--format", "xml"), ("simulate", folder),
                  ("simulate", folder, "--principal", "a"), ("simulate", folder, "--history", "--x")):
        code, out, err = lictor("iam", *words)
        assert code == 2 and out == "" and err != "", (words, code, out, err)


# ---- who-can, can, what-if ----


@case
def who_can_tells_yes_no_and_only_if(folder):
    at, _key = started(folder)
    code, out, err = lictor("iam", "who-can", at, "bedrock:InvokeModel", DEMO, "--all")
    assert code == 0, err
    assert "yes      arn:aws:iam::000000000000:role/app" in out, out
    assert "only if  arn:aws:iam::000000000000:role/inference" in out
    assert "no       arn:aws:iam::000000000000:role/logging" in out
    code, out, _err = lictor("iam", "who-can", at, "bedrock:InvokeModel", DEMO, "--format", "json",
                             "--context", "lictor:MaxTokens=100", "--context", "lictor:Temperature=0",
                             "--context", "lictor:TopP=0.5")
    answers = {row["principal"]: row["answer"] for row in json.loads(out)["principals"]}
    assert answers["arn:aws:iam::000000000000:role/inference"] == "yes", answers
    code, out, _err = lictor("iam", "who-can", at, "iam:CreateUser", "*")
    assert code == 0 and out.startswith("Nobody may"), out


@case
def can_lists_models_tools_and_statements(folder):
    at, _key = started(folder)
    code, out, err = lictor("iam", "can", at, "demo")
    assert code == 0, err
    for part in ("yes      demo ", "yes      getOrderStatus", "no       refundOrder", "prompts",
                 "may bedrock:InvokeModel* on " + DEMO):
        assert part in out, (part, out)
    code, out, _err = lictor("iam", "can", at, "app", "--format", "json")
    assert json.loads(out)["statements"][0]["layer"] == "identity"
    assert lictor("iam", "can", at, "nobody")[0] == 1


@case
def simulate_answers_one_what_if(folder):
    at, _key = started(folder)
    words = ("iam", "simulate", at, "--principal", "demo", "--action", "mcp:CallTool", "--resource")
    assert lictor(*words, ORDER)[0] == 0
    code, out, _err = lictor(*words, REFUND, "--format", "json")
    assert code == 3 and json.loads(out)["result"] == "ImplicitlyDenied"


# ---- history ----


@case
def simulate_history_finds_nothing_to_change_in_the_present_policies(folder):
    at = recorded(folder, 20)
    code, out, err = lictor("iam", "simulate", at, "--history")
    assert code == 0 and out == "" and "60 decisions replayed: 0 would change" in err, (out, err)


@case
def simulate_history_lists_what_a_proposal_would_change(folder):
    at = recorded(folder, 3)
    before = read(os.path.join(at, "policies/app.json"))
    proposed = os.path.join(folder, "proposed.json")
    write(proposed, json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*",
         "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Sid": "NoTools", "Effect": "Deny", "Action": "mcp:*", "Resource": "*"}]}))
    code, out, err = lictor("iam", "simulate", at, "--history", "--replace", "app=" + proposed)
    assert code == 1 and "3 would change, 3 cannot be told, 3 would stay" in err, err
    assert out.count("Allowed -> ExplicitlyDenied by policies/app.json:1 (NoTools)") == 3, out
    assert out.count("Allowed -> CannotTell") == 3 and "aws:SecureTransport is true" in out, out
    assert read(os.path.join(at, "policies/app.json")) == before
    code, _out, err = lictor("iam", "simulate", at, "--history", "--replace", "none=" + proposed)
    assert code == 1 and "nothing was replaced" in err, err


@case
def simulate_history_takes_a_folder_of_policies(folder):
    at = recorded(folder, 2)
    new = os.path.join(folder, "new")
    for name in os.listdir(os.path.join(at, "policies")):
        path = os.path.join(at, "policies", name)
        if os.path.isfile(path):
            write(os.path.join(new, name), read(path))
        else:
            for below in os.listdir(path):
                write(os.path.join(new, name, below), read(os.path.join(path, below)))
    write(os.path.join(new, "app.json"), json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "mcp:CallTool", "Resource": "*"}]}))
    code, out, err = lictor("iam", "simulate", at, "--history", "--policies", new, "--format", "json")
    assert code == 1, err
    changes = [json.loads(line) for line in out.splitlines()]
    assert {c["new"] for c in changes} == {"ImplicitlyDenied", "CannotTell"}, changes
    assert {c["record"] for c in changes} == {"r0", "r1"}


@case
def a_torn_last_record_is_reported_and_skipped_by_history(folder):
    at = recorded(folder, 3)
    with open(os.path.join(at, "state/ledger/records/a.jsonl"), "a", encoding="utf-8") as file:
        file.write(record(9)[:50])
    code, _out, err = lictor("iam", "simulate", at, "--history")
    assert code == 0 and "not whole" in err, err

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/EVENT.md from src/event/fields.def; with --check only says whether it is current."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src/event/fields.def"
PAGE = ROOT / "docs/EVENT.md"

ROW = re.compile(r'^FIELD\((\w+), (\w+), "([^"]*)", "([^"]*)", (\w+), "([^"]*)"\)', re.M)

HEAD = """# The event

One neutral event is made of every request, whatever its dialect. Its fields are declared once, in
`src/event/fields.def`; this page, the condition keys of policies, the members of ledger records and
`struct event` are expansions of that table. (`tools/event_doc.py` writes this page.)

| record member | condition key | type | in | what |
|---|---|---|---|---|
"""

TAIL = """
Derived condition keys: `aws:EpochTime` (of `time`), `aws:PrincipalAccount` (of `principal`),
`aws:PrincipalTag/KEY` (tags in principals.yaml and of sessions), and for tool calls
`lictor:Argument/PATH`, one for each scalar or list in the arguments (`lictor:Argument/order/id`).
Keys of services and of issuers (`sts:ExternalId`, `id.example.com:aud`) are what a request brings.

## For `lictor decide`

`lictor decide DIR < event.json` takes one object: `principal` (ARN or name of a user or role),
`action`, `resource`, any field by its record member, and `context`, which sets condition keys:

    {"principal": "alice", "action": "bedrock:InvokeModel",
     "resource": "arn:lictor:model:eu-central-1:loopback:demo",
     "context": {"aws:SourceIp": "10.0.0.7", "lictor:DataClass": ["pii"]}}

What principals.yaml says of the principal is filled in, and region, provider and name of a model
from its ARN. An unknown member, and an unknown condition key of `aws:` or `lictor:`, is an error, not
a default.
"""

WHERE = {"BOTH": "intent, outcome", "OUTCOME": "outcome", "NONE": "policy only"}


def page():
    rows = []
    for _, kind, condition, record, which, doc in ROW.findall(TABLE.read_text()):
        member = f"`{record}`" if record else ""
        key = f"`{condition}`" if condition else ""
        rows.append(f"| {member} | {key} | {kind.lower()} | {WHERE[which]} | {doc} |")
    return HEAD + "\n".join(rows) + "\n" + TAIL


def main():
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text)
        return 0
    if PAGE.exists() and PAGE.read_text() == text:
        return 0
    print("docs/EVENT.md is not what tools/event_doc.py writes from src/event/fields.def")
    return 1


if __name__ == "__main__":
    sys.exit(main())

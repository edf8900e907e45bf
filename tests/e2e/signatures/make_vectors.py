#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signs random requests with botocore, the signer of the AWS command line and of boto3.

    make_vectors.py [N [SEED]] > FILE      then: check_vectors FILE

A request is a line "== NAME NORMALIZED UNSIGNED", "METHOD TARGET", a line for each header
"name:value", an empty line, and the body in hexadecimal. All are signed with the key AKIDEXAMPLE
and the secret of AWS's test suite.
"""
import random
import sys
from urllib.parse import quote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
LETTERS = "abcXYZ019-._~ !$&'()*+,;=:@%/?#[]\"<>\\^`{|}äß€ሴ"
FORMS = {
    "header": (SigV4Auth, "bedrock"),
    "query": (SigV4QueryAuth, "sts"),
    "s3": (S3SigV4Auth, "s3"),
    "s3query": (S3SigV4QueryAuth, "s3"),
}


def text(dice, n, letters=LETTERS):
    return "".join(dice.choice(letters) for _ in range(dice.randint(1, n)))


def path(dice, s3):
    segments = [quote(text(dice, 12), safe="-._~") for _ in range(dice.randint(0, 4))]
    if not s3 and dice.random() < 0.2:
        segments.insert(0, dice.choice(["..", ".", ""]))
    return "/" + "/".join(segments)


def query(dice):
    pairs = ["%s=%s" % (quote(text(dice, 6), safe="-._~"), quote(text(dice, 10), safe="-._~"))
             for _ in range(dice.randint(0, 5))]
    return "&".join(pairs)


def make(dice, form, number):
    signer, service = FORMS[form]
    s3 = form.startswith("s3")
    # Only what a caller may give: a plain query string is canonical only when it is sorted.
    wanted = "&".join(sorted(query(dice).split("&"))) if form in ("header", "s3") else ""
    url = "https://%s.example.amazonaws.com%s%s" % (service, path(dice, s3), "?" + wanted if wanted else "")
    body = bytes(dice.randrange(256) for _ in range(0 if "query" in form else dice.randint(0, 60)))
    method = dice.choice(["GET", "POST", "PUT", "DELETE"])
    headers = {"Content-Type": "application/json"} if dice.random() < 0.5 else {}
    if form == "header":
        headers["X-Amz-Target"] = text(dice, 10, "abc. ").strip() or "a"
        headers["X-Custom"] = "  " + text(dice, 10, "ab  c") + "  z"
    token = "token/+=" if dice.random() < 0.3 else None
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    signer(Credentials("AKIDEXAMPLE", SECRET, token), service, "eu-west-1").add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    print("== %s-%d %d %d" % (form, number, 0 if s3 else 1, 1 if s3 else 0))
    print(method, target)
    print("Host:" + parts.netloc)
    for name, value in prepared.headers.items():
        print("%s:%s" % (name, value.decode() if isinstance(value, bytes) else value))
    print()
    print(body.hex())


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sys.stdout.reconfigure(encoding="utf-8")
    for number in range(n):
        make(dice, dice.choice(sorted(FORMS)), number)


main()

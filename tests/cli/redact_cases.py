# SPDX-License-Identifier: Apache-2.0
"""lictor redact: each way, and back."""
import os

from harness import case, lictor, write

KEY = "00112233445566778899aabbccddeeff" * 4
TEXT = "Write to ann@example.org about 536-22-1234, card 4111 1111 1111 1111.\n"


def prepared(folder, text=TEXT):
    write(os.path.join(folder, "key"), "2:" + KEY + "\n")
    write(os.path.join(folder, "text"), text)
    return os.path.join(folder, "key"), os.path.join(folder, "text")


@case
def redact_masks_unless_told_otherwise(folder):
    _key, text = prepared(folder)
    code, out, err = lictor("redact", text)
    assert code == 0 and err == "", err
    assert out == "Write to {EMAIL} about {US_SOCIAL_SECURITY_NUMBER}, card {CREDIT_DEBIT_CARD_NUMBER}.\n", out


@case
def redact_ways_leave_nothing_to_be_found(folder):
    key, text = prepared(folder)
    for way in ("mask", "partial", "hash", "token", "remove"):
        code, out, err = lictor("redact", "--mode", way, "--key", key, text)
        assert code == 0 and "ann@" not in out and "4111 1111" not in out and "536-22" not in out, (way, out, err)
        write(os.path.join(folder, "out"), out)
        code, found, _err = lictor("scan", os.path.join(folder, "out"))
        assert code == 0 and '"findings":[]' in found, (way, out, found)


@case
def redact_reverse_gives_back_the_original(folder):
    key, text = prepared(folder)
    code, out, _err = lictor("redact", "--mode=token", "--key", key, "--tenant", "acme", text)
    assert code == 0 and "EMAIL_lt2" in out
    write(os.path.join(folder, "out"), out)
    code, back, _err = lictor("redact", "--reverse", "--key", key, "--tenant", "acme", os.path.join(folder, "out"))
    assert code == 0 and back == TEXT, back
    code, back, _err = lictor("redact", "--reverse", "--key", key, os.path.join(folder, "out"))
    assert code == 0 and back == out, "another tenant's tokens must stay"


@case
def redact_says_what_is_wrong(folder):
    key, text = prepared(folder)
    write(os.path.join(folder, "bad"), "short\n")
    for words, code in ((("--mode", "burn", text), 2), (("--mode", "token", text), 2), (("--reverse", text), 2),
                        (("--nonsense",), 2), (("--reverse", "--key", key, "--mode", "mask", text), 2),
                        (("--channel", "no", text), 2), (("--key", os.path.join(folder, "bad"), text), 1),
                        ((os.path.join(folder, "nothing"),), 1)):
        got, out, err = lictor("redact", *words)
        assert got == code and out == "" and err != "", (words, got, out, err)
        assert KEY not in err

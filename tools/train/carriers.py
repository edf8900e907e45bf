# SPDX-License-Identifier: Apache-2.0
"""Documents that attacks arrive in, and the planting of attacks."""
import random

import synthesis


def documents(seed, n):
    return []


def plant(random_, document, attack):
    """The attack at the beginning, the end or between two lines or sentences; and its bytes."""
    roll = random_.random()
    if roll < 0.2:
        at = 0
    elif roll < 0.5:
        at = len(document)
    else:
        cuts = [i + 1 for i, c in enumerate(document) if c in ".\n"] or [len(document)]
        at = random_.choice(cuts)
    parting = random_.choice(["\n", "\n\n", " ", " "])
    before = document[:at] + parting
    start = len(before.encode("utf-8", "replace"))
    return before + attack + parting + document[at:], (start, start + len(attack.encode("utf-8", "replace")))

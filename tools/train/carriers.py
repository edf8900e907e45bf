# SPDX-License-Identifier: Apache-2.0
"""Documents that attacks arrive in: mail, tickets, results of tools, pages, logs, code, notes."""
import json
import random

import synthesis

NAMES = ["Ann", "Luis", "Wei", "Fatima", "Jonas", "Priya", "Kenji", "Olga", "Sam", "Zoe", "Marta", "Omar", "Ines", "Peter", "Lucy", "Ivan"]
WORDS = ["order", "garden", "server", "invoice", "river", "meeting", "blue", "engine", "market", "paper", "signal", "winter", "coffee", "report", "train", "music", "city", "data",
         "project", "cable", "museum", "report", "bridge", "ticket", "lamp", "school", "forest", "budget", "camera", "window", "flight", "harbour", "delivery", "printer", "account"]


class Writer:
    def __init__(self, random_, sentences):
        self.random, self.sentences = random_, sentences

    def pick(self, items):
        return self.random.choice(items)

    def name(self):
        return self.pick(NAMES)

    def sentence(self):
        if self.random.random() < 0.25:
            return next(iter(synthesis.sentences(self.random.random(), "for_people", 1)))
        return self.pick(self.sentences)

    def text(self, low, high):
        return " ".join(self.sentence() for _ in range(self.random.randint(low, high)))

    def words(self, n):
        return " ".join(self.pick(WORDS) for _ in range(n))

    def date(self):
        return "20%02d-%02d-%02d" % (self.random.randint(15, 26), self.random.randint(1, 12), self.random.randint(1, 28))

    def mail(self):
        return "From: %s <%s@example.com>\nTo: %s\nDate: %s\nSubject: %s\n\nHi %s,\n\n%s\n\n%s\n\nBest regards,\n%s\n" % (
            self.name(), self.pick(WORDS), self.name(), self.date(), self.words(3).capitalize(), self.name(), self.text(1, 4), self.text(1, 3), self.name())

    def ticket(self):
        return "Ticket #%d [%s]\nCustomer: %s\nSubject: %s\n\n%s\n\n--- reply by %s ---\n%s\n" % (
            self.random.randint(100, 99999), self.pick(["open", "closed", "waiting"]), self.name(), self.words(3), self.text(1, 3), self.name(), self.text(1, 3))

    def result(self):
        rows = [{"id": self.random.randint(1, 99999), "title": self.words(3), "date": self.date(), "author": self.name(), "text": self.text(1, 3), "tags": [self.pick(WORDS) for _ in range(2)]}
                for _ in range(self.random.randint(1, 5))]
        return json.dumps({"status": "ok", "count": len(rows), "results": rows}, indent=self.pick([None, 2]), ensure_ascii=False)

    def page(self):
        return "<html><head><title>%s</title></head>\n<body>\n<h1>%s</h1>\n%s\n<ul>%s</ul>\n<footer>%s</footer></body></html>" % (
            self.words(2), self.words(3), "\n".join("<p>%s</p>" % self.text(1, 4) for _ in range(self.random.randint(1, 4))), "".join("<li>%s</li>" % self.words(3) for _ in range(4)), self.words(4))

    def log(self):
        return "\n".join("%sT%02d:%02d:%02dZ %s %s[%d]: %s" % (self.date(), self.random.randint(0, 23), self.random.randint(0, 59), self.random.randint(0, 59), self.pick(["INFO", "WARN", "ERROR", "DEBUG"]),
                                                             self.pick(WORDS), self.random.randint(10, 9999), self.words(self.random.randint(3, 7))) for _ in range(self.random.randint(4, 25)))

    def review(self):
        return "\n\n".join("%s (%d/5) by %s on %s\n%s" % (self.words(3).capitalize(), self.random.randint(1, 5), self.name(), self.date(), self.text(1, 4)) for _ in range(self.random.randint(1, 5)))

    def calendar(self):
        return "\n".join("- %s %02d:00 %s with %s, %s. %s" % (self.date(), self.random.randint(7, 19), self.words(2), self.name(), self.words(1), self.sentence()) for _ in range(self.random.randint(2, 8)))

    def table(self):
        return "\n".join(",".join([str(self.random.randint(1, 5000)), self.name(), self.words(2), self.date(), "%.2f" % (self.random.random() * 900)]) for _ in range(self.random.randint(4, 30)))

    def notes(self):
        return "# Meeting notes %s\n\nPresent: %s, %s, %s\n\n%s\n\n## Action items\n%s\n" % (self.date(), self.name(), self.name(), self.name(), self.text(2, 6), "\n".join("* %s: %s" % (self.name(), self.sentence()) for _ in range(4)))

    def code(self):
        name = self.pick(WORDS)
        return "def %s_%s(%s, limit=%d):\n    # %s\n    result = []\n    for item in %s:\n        if item.%s > limit:\n            result.append(item)\n    return result\n\n\nclass %s:\n    \"\"\"%s\"\"\"\n\n    def __init__(self, %s):\n        self.%s = %s\n" % (
            self.pick(["get", "load", "find", "filter"]), name, name, self.random.randint(1, 99), self.sentence(), name, self.pick(WORDS), self.pick(WORDS).capitalize(), self.sentence(), name, name, name)

    def recipe(self):
        return "%s\n\n%s\n" % (self.words(2).capitalize(), "\n".join("%d. %s" % (i + 1, next(iter(synthesis.sentences(self.random.random(), "p_cook_line", 1)))) for i in range(self.random.randint(3, 9))))

    def manual(self):
        return "%s\n\n%s" % (self.words(2).capitalize(), "\n".join(synthesis.sentences(self.random.random(), "for_people", self.random.randint(3, 10))))


def documents(seed, n, sentences):
    """`sentences`: harmless ones that fill the documents."""
    writer = Writer(random.Random(seed), sentences)
    kinds = [writer.mail, writer.ticket, writer.result, writer.page, writer.log, writer.review, writer.calendar, writer.table, writer.notes, writer.code, writer.recipe, writer.manual]
    return [kinds[i % len(kinds)]() for i in range(n)]


def plant(random_, document, attack):
    """The attack at the beginning, the end or between two lines or sentences; and its bytes."""
    roll = random_.random()
    if roll < 0.2:
        at = 0
    elif roll < 0.5:
        at = len(document)
    else:
        cuts = [i + 1 for i, c in enumerate(document) if c in ".\n>\""] or [len(document)]
        at = random_.choice(cuts)
    parting = random_.choice(["\n", "\n\n", " ", " "])
    before = document[:at] + parting
    start = len(before.encode("utf-8", "replace"))
    return before + attack + parting + document[at:], (start, start + len(attack.encode("utf-8", "replace")))

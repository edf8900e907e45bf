/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detectors testify. A detector is a compiled set of rules that is asked two questions:
 *
 *   scan   where in this text is something?             findings, with offsets
 *   live   could more text turn its end into something? the earliest byte that must be held
 *
 * `live` is what lets a stream be masked with the least hold-back: everything before that byte can
 * leave, since no rule, however the text goes on, can match across it. live.h says how it is
 * answered at the cost of a few bytes of work in ordinary prose.
 *
 * The set is immutable and shared; scratch is one a worker. Offsets are bytes of the text given.
 */
#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H

#include "event/event.h"
#include "event/finding.h"

struct arena;

#define RULE_WITHIN 30u /* characters between a keyword and a match where a rule says nothing */

/* One rule as written (a row of data/patterns/NAME.rules, a word or a regex of a guardrail). */
struct rule {
    lic_str id;   /* "pii.email" */
    lic_str type; /* "EMAIL" */
    enum finding_category category;
    enum finding_severity severity;
    lic_str pattern;   /* regular expression, see docs/DETECTION.md for the grammar */
    lic_str validator; /* "", "luhn", ... see detect/validate.h and detect/checksum.def */
    lic_str description, source, country;
    bool literal; /* pattern is a phrase, not an expression: whole words, any case */
    float score;  /* of a match that passed its validator */
    /* What stands near a match (docs/DETECTION.md, "Words near a match"; detect/nearby.h). */
    struct str_list keywords, ignore;
    uint32_t within, after; /* characters before and after a match in which they count */
    bool needs_keyword;     /* no finding without one */
    bool alone;             /* no finding as part of a longer number */
    float keyword_score;    /* with a keyword; 0: as without */
    float minimum;          /* a match of a lower score is no finding */
    lic_str file;           /* where it was written, for errors */
    uint32_t line;
};

/* What is never personal data, whatever a rule says: a text in any ASCII case, or an expression. */
struct rule_allowed {
    lic_str text;
    bool literal;
    lic_str file;
    uint32_t line;
};

struct rules {
    struct rule *at;
    uint32_t n, cap;
    struct {
        struct rule_allowed *at;
        uint32_t n, cap;
    } allowed;
};

/* Reads a .rules file (docs/DETECTION.md). Repeated ids are LIC_E_DUPLICATE. Views into `text`. */
enum lic_rc rules_read(struct arena *arena, lic_str file, lic_str text, struct rules *out,
                       struct lic_err *err) LIC_MUST_USE;

/* A text from a rule's `match:` or `miss:` line, its escapes resolved, in the arena. */
struct rule_example {
    lic_str rule; /* id */
    lic_str text;
    bool match;  /* the rule must find something, else it must not */
    bool marked; /* what it must find is [start, end): stood between « and » */
    size_t start, end;
    uint32_t line;
};
struct rule_examples {
    struct rule_example *at;
    uint32_t n, cap;
};

/* The examples of a .rules file: its documentation, and what its tests run. */
enum lic_rc rules_examples(struct arena *arena, lic_str file, lic_str text,
                           struct rule_examples *out, struct lic_err *err) LIC_MUST_USE;

struct detector;
struct detector_scratch;

/*
 * Compiles the rules (which must live as long as the detector). A pattern that cannot be matched
 * in linear time and bounded length is refused with the place and the reason. No rules is fine.
 */
enum lic_rc detector_new(const struct lic_host *host, const struct rules *rules,
                         struct detector **out, struct lic_err *err) LIC_MUST_USE;
void detector_free(struct detector *detector); /* NULL is fine */

/* Room for scanning with any detector it was prepared for. Preparing again only grows it. */
enum lic_rc detector_scratch_new(const struct lic_host *host, struct detector_scratch **out,
                                 struct lic_err *err) LIC_MUST_USE;
enum lic_rc detector_scratch_prepare(struct detector_scratch *scratch,
                                     const struct detector *detector,
                                     struct lic_err *err) LIC_MUST_USE;
void detector_scratch_free(struct detector_scratch *scratch);

/*
 * Appends findings that begin at or after byte `from` (bytes before it are context for word
 * boundaries only). Sets rule, type, category, severity, start, end, score; `action` is NONE, part
 * 0. Findings of one rule do not overlap: the leftmost, longest valid ones are kept.
 */
enum lic_rc detector_scan(const struct detector *detector, struct detector_scratch *scratch,
                          lic_str text, size_t from, struct arena *arena, struct findings *out,
                          struct lic_err *err) LIC_MUST_USE;

/*
 * The same for a text that comes in pieces (flow.h). A match is a finding and, since a validator
 * may narrow what is reported, the whole of what matched; `resume` says for some rules where
 * matches of theirs that were told before have ended: none of these rules begins another before.
 */
struct detector_match {
    struct finding finding;
    bool allowed;  /* no finding, but the rule goes on after it */
    uint32_t rule; /* index into the rules compiled in */
    size_t start, end;
};
struct detector_matches {
    struct detector_match *at;
    uint32_t n, cap;
    bool more;       /* said by the caller: the text goes on */
    size_t known_to; /* with `more`: matches from this byte on may still change; else text.n */
};
struct detector_resume {
    uint32_t rule;
    size_t at;
};
struct detector_resumes {
    struct detector_resume *at;
    uint32_t n, cap;
};
enum lic_rc detector_matches(const struct detector *detector, struct detector_scratch *scratch,
                             lic_str text, size_t from, const struct detector_resumes *resumes,
                             struct arena *arena, struct detector_matches *out,
                             struct lic_err *err) LIC_MUST_USE;

/*
 * The earliest byte at or after `from` from which some rule could still match if more bytes came
 * (or from which a match ends exactly at the end of the text and could grow); text.n when none.
 * text.n - result is at most the longest match of any rule.
 */
size_t detector_live(const struct detector *detector, struct detector_scratch *scratch,
                     lic_str text, size_t from);

/* The longest match of any rule with what is looked at after it, in bytes. */
size_t detector_longest(const struct detector *detector);

/* Characters before a match that say whether it is a finding: what must be kept of a stream. */
uint32_t detector_context(const struct detector *detector);

/* Whether bytes [start, end) of a text are allowed: found by whatever means, they are no finding.
 */
bool detector_allows(const struct detector *detector, struct detector_scratch *scratch,
                     lic_str text, size_t start, size_t end);

/* The rule with this id among those compiled in, or NULL. */
const struct rule *detector_rule(const struct detector *detector, lic_str id);

#endif

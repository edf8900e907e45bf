/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a detector testifies: this type of thing, here, this sure. A finding decides nothing; the
 * guardrail says what is done about it and writes that into `action`.
 */
#ifndef EVENT_FINDING_H
#define EVENT_FINDING_H

#include <lictor/base.h>

/* What kind of thing was found. ORDER FINDING_CATEGORY with finding_category_name. */
enum finding_category {
    FINDING_INJECTION,
    FINDING_JAILBREAK,
    FINDING_PII,
    FINDING_PHI,
    FINDING_FINANCIAL,
    FINDING_CREDENTIALS,
    FINDING_WORD,
    FINDING_HIDDEN_TEXT,
    FINDING_TOPIC,
    FINDING_CUSTOM,
    FINDING_CATEGORY_N
};

enum finding_severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

/* What is done, mildest first: several findings give the strongest. ORDER FINDING_ACTION */
enum finding_action { ACTION_NONE, ACTION_FLAG, ACTION_REWRITE, ACTION_REJECT };

struct finding {
    lic_str rule; /* id of the rule, e.g. "pii.email" */
    lic_str type; /* Bedrock's name where it has one: "EMAIL"; else e.g. "INSTRUCTION_OVERRIDE" */
    enum finding_category category;
    enum finding_severity severity;
    enum finding_action action;
    uint32_t part;       /* index into event->parts (input) or answer parts (output) */
    uint32_t start, end; /* bytes of the part's decoded text */
    float score;         /* 0 to 1: how sure */
    bool output;         /* found in the answer, not the request */
    bool bare_json;      /* covers a JSON number: its mask needs quotes of its own */
};

struct findings {
    struct finding *at;
    uint32_t n, cap;
};

const char *finding_category_name(enum finding_category category); /* "injection" */
const char *finding_severity_name(enum finding_severity severity); /* "high" */
const char *finding_action_name(enum finding_action action);       /* "rewrite" */

/* The score to six digits: a float's 0.9 is 0.8999999761581421 as a double, in a record and in a
 * policy's comparison. */
double finding_score(const struct finding *finding);

/* The reverse; false when there is no such name. */
bool finding_category_from(lic_str name, enum finding_category *out);
bool finding_severity_from(lic_str name, enum finding_severity *out);

/*
 * Sorts by direction (input first), part, start, then longest first; drops what lies within a
 * stronger or equal finding of the same part and joins nothing; attacks, hidden text and topics
 * neither drop others nor are dropped, since they say nothing of what stands within them. Where two
 * findings with ACTION_REWRITE overlap, the later one is cut to begin where the earlier ends, so
 * every found byte is still rewritten and those of one part do not overlap.
 */
void findings_settle(struct findings *findings);
/* The strongest action among them. */
enum finding_action findings_action(const struct findings *findings);

#endif

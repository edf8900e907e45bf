/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: their names, and the order in which they can be acted on. */
#include "event/finding.h"

#include "base/check.h"
#include "base/sort.h"
#include "base/str.h"

#include "base/banned.h"

/* ORDER FINDING_CATEGORY */
static const char *const category_names[FINDING_CATEGORY_N] = {
    "injection",   "jailbreak", "pii",         "phi",   "financial",
    "credentials", "word",      "hidden_text", "topic", "custom",
};

static const char *const severity_names[] = { "low", "medium", "high", "critical" };

/* ORDER FINDING_ACTION */
static const char *const action_names[] = { "none", "flag", "rewrite", "reject" };

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

const char *finding_category_name(enum finding_category category)
{
    CHECK((unsigned)category < COUNT(category_names));
    return category_names[category];
}

const char *finding_severity_name(enum finding_severity severity)
{
    CHECK((unsigned)severity < COUNT(severity_names));
    return severity_names[severity];
}

const char *finding_action_name(enum finding_action action)
{
    CHECK((unsigned)action < COUNT(action_names));
    return action_names[action];
}

static bool find_name(lic_str name, const char *const *names, uint32_t n, uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq(name, str_z(names[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

double finding_score(const struct finding *finding)
{
    const double unit = 1000000;
    return (double)(int64_t)((double)finding->score * unit + 0.5) / unit;
}

bool finding_category_from(lic_str name, enum finding_category *out)
{
    uint32_t i;
    if (!find_name(name, category_names, COUNT(category_names), &i)) {
        return false;
    }
    *out = (enum finding_category)i;
    return true;
}

bool finding_severity_from(lic_str name, enum finding_severity *out)
{
    uint32_t i;
    if (!find_name(name, severity_names, COUNT(severity_names), &i)) {
        return false;
    }
    *out = (enum finding_severity)i;
    return true;
}

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* The surer first. */
static int compare_scores(float a, float b)
{
    return (a < b) - (a > b);
}

/* Down to the rule, so that the same findings come out in the same order wherever they began. */
static int compare_findings(const void *a, const void *b)
{
    const struct finding *left = a, *right = b;
    const int orders[] = {
        compare_u32(left->output, right->output),     compare_u32(left->part, right->part),
        compare_u32(left->start, right->start),       compare_u32(right->end, left->end),
        compare_u32(right->action, left->action),     compare_scores(left->score, right->score),
        compare_u32(right->severity, left->severity), compare_u32(left->category, right->category),
    };
    for (size_t i = 0; i < COUNT(orders); i++) {
        if (orders[i] != 0) {
            return orders[i];
        }
    }
    return str_cmp(left->rule, right->rule);
}

/* How far the kept findings of one part reach, for each action: those at least that strong. */
struct reach {
    uint32_t part;
    bool output, begun;
    uint32_t end[COUNT(action_names)];
    uint32_t rewrite_end; /* of those with exactly ACTION_REWRITE */
};

static void begin_part(struct reach *reach, const struct finding *finding)
{
    if (reach->begun && reach->part == finding->part && reach->output == finding->output) {
        return;
    }
    *reach = (struct reach){ .part = finding->part, .output = finding->output, .begun = true };
}

/*
 * Whether a finding says what stands at its bytes, so that a smaller one within it adds nothing. An
 * attack spans whole texts and says nothing of the numbers and names in them.
 */
static bool says_what_it_is(const struct finding *finding)
{
    return finding->category != FINDING_INJECTION && finding->category != FINDING_JAILBREAK &&
           finding->category != FINDING_HIDDEN_TEXT && finding->category != FINDING_TOPIC;
}

/* Those before it begin at or before it, so it lies within one of them when one reaches its end. */
static bool is_within(const struct reach *reach, const struct finding *finding)
{
    if (finding->action == ACTION_REWRITE && finding->end <= reach->rewrite_end) {
        return finding->end > 0; /* a mask stands there already, whatever for */
    }
    return says_what_it_is(finding) && reach->end[finding->action] >= finding->end &&
           finding->end > 0;
}

static void keep(struct reach *reach, struct finding *finding)
{
    for (uint32_t weaker = 0; says_what_it_is(finding) && weaker <= finding->action; weaker++) {
        reach->end[weaker] = finding->end > reach->end[weaker] ? finding->end : reach->end[weaker];
    }
    if (finding->action != ACTION_REWRITE) {
        return;
    }
    if (finding->start < reach->rewrite_end) {
        finding->start = reach->rewrite_end;
    }
    reach->rewrite_end = finding->end;
}

void findings_settle(struct findings *findings)
{
    struct reach reach = { .begun = false };
    uint32_t kept = 0;
    sort_array(findings->at, findings->n, sizeof(*findings->at), compare_findings);
    for (uint32_t i = 0; i < findings->n; i++) {
        struct finding finding = findings->at[i];
        CHECK((unsigned)finding.action < COUNT(action_names) && finding.start <= finding.end);
        begin_part(&reach, &finding);
        if (is_within(&reach, &finding)) {
            continue;
        }
        keep(&reach, &finding);
        findings->at[kept++] = finding;
    }
    findings->n = kept;
    sort_array(findings->at, kept, sizeof(*findings->at), compare_findings);
}

enum finding_action findings_action(const struct findings *findings)
{
    enum finding_action strongest = ACTION_NONE;
    for (uint32_t i = 0; i < findings->n; i++) {
        if (findings->at[i].action > strongest) {
            strongest = findings->at[i].action;
        }
    }
    return strongest;
}

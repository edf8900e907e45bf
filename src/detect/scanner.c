/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks every detector about one text and joins what they say.
 *
 * Invariants
 *   1. Findings are of the text's own bytes: what was seen in a view is told where it stands in
 *      the text.
 *   2. What rules find in the text itself is never dropped in favour of what was seen in a view.
 *   3. Views cost what folding allows (FOLD_BUDGET), so a text costs a fixed multiple of its
 * length.
 */
#include "detect/scanner.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"

#include "base/banned.h"

/* A rule that is this sure speaks for itself; one that is less sure only adds to the classifier's
 * doubt, by at most this part of what is left to certainty. */
#define STRONG_RULE 0.8f
#define WEAK_RULE_SHARE 0.3f

struct scan {
    const struct scanner_parts *parts;
    struct detector_scratch *scratch;
    const struct scan_subject *subject;
    struct arena *arena;
    struct fold_views views;
    struct findings *out;
    uint32_t first; /* finding of this scan in `out` */
    struct lic_err *err;
};

static enum lic_rc check_count(const struct scan *scan)
{
    uint32_t n = scan->out->n - scan->first;
    ENSURE(n <= LIMIT_FINDINGS, scan->err, LIC_E_LIMIT, "%u findings are more than %u", n,
           LIMIT_FINDINGS);
    return LIC_OK;
}

static bool is_sensitive(enum finding_category category)
{
    return category == FINDING_PII || category == FINDING_PHI || category == FINDING_FINANCIAL ||
           category == FINDING_CREDENTIALS;
}

/* ---- views ---- */

/* Whether such a view keeps numbers and names as they are, so that what looks like one is one. */
static bool kind_is_faithful(enum fold_kind kind)
{
    return kind != FOLD_SPACED && kind != FOLD_LEET && kind != FOLD_REVERSED &&
           kind != FOLD_ROT13 && kind != FOLD_MORSE;
}

static bool is_faithful(const struct fold_views *views, uint32_t view)
{
    while (view != FOLD_OF_TEXT) {
        if (!kind_is_faithful(views->at[view].kind)) {
            return false;
        }
        view = views->at[view].source;
    }
    return true;
}

/* In a text that was turned round or shifted, digits and letters mean nothing but as words. */
static bool is_wanted(enum finding_category category, bool faithful)
{
    switch (category) {
    case FINDING_INJECTION:
    case FINDING_JAILBREAK:
    case FINDING_WORD:
    case FINDING_TOPIC:
        return true;
    case FINDING_PII:
    case FINDING_PHI:
    case FINDING_FINANCIAL:
    case FINDING_CREDENTIALS:
    case FINDING_CUSTOM:
        return faithful;
    case FINDING_HIDDEN_TEXT:
    case FINDING_CATEGORY_N:
        break;
    }
    return false;
}

/* A finding and where it comes from, for telling apart what is the same thing seen twice. */
struct seen {
    struct finding finding;
    lic_str group; /* of one rule, or all that is sensitive: a number is one thing or another */
    bool view;
};

struct all_seen {
    struct seen *at;
    uint32_t n, cap;
};

static enum lic_rc note(const struct scan *scan, struct all_seen *all,
                        const struct finding *finding, bool view)
{
    struct seen seen = { *finding, finding->rule, view };
    if (is_sensitive(finding->category)) {
        seen.group = LIC_STR("");
    }
    ENSURE(ARENA_PUSH(scan->arena, all, seen), scan->err, LIC_E_NOMEM, "no memory for a finding");
    return LIC_OK;
}

static enum lic_rc look_at_view(const struct scan *scan, uint32_t view, struct all_seen *all)
{
    struct findings found = { 0 };
    bool faithful = is_faithful(&scan->views, view);
    TRY(detector_scan(scan->parts->detector, scan->scratch, scan->views.at[view].text,
                      /* from= */ 0, scan->arena, &found, scan->err));
    for (uint32_t i = 0; i < found.n; i++) {
        struct finding finding = found.at[i];
        size_t start, end;
        if (!is_wanted(finding.category, faithful)) {
            continue;
        }
        fold_origin(&scan->views, view, scan->subject->text, finding.start, finding.end, &start,
                    &end);
        finding.start = (uint32_t)start;
        finding.end = (uint32_t)end;
        TRY(note(scan, all, &finding, /* view= */ true));
    }
    ENSURE(all->n <= LIMIT_FINDINGS, scan->err, LIC_E_LIMIT, "%u findings are more than %u", all->n,
           LIMIT_FINDINGS);
    return LIC_OK;
}

static int compare_seen(const void *a, const void *b)
{
    const struct seen *left = a, *right = b;
    int order = str_cmp(left->group, right->group);
    if (order == 0) {
        order = (left->finding.start > right->finding.start) -
                (left->finding.start < right->finding.start);
    }
    if (order == 0) {
        order = left->view - right->view;
    }
    if (order == 0) {
        order = (left->finding.end < right->finding.end) - (left->finding.end > right->finding.end);
    }
    return order != 0 ? order : str_cmp(left->finding.rule, right->finding.rule);
}

/* Marks, from the end, which views' findings reach into something the text itself shows. */
static void mark_overtaken(struct all_seen *all, bool *overtaken)
{
    const struct seen *next = NULL;
    for (uint32_t i = all->n; i-- > 0;) {
        const struct seen *seen = &all->at[i];
        overtaken[i] = seen->view && next && str_eq(next->group, seen->group) &&
                       next->finding.start < seen->finding.end;
        next = seen->view ? next : seen;
    }
}

/* Keeps of what was seen in views what neither the text nor an earlier view shows there. */
static enum lic_rc keep_new(const struct scan *scan, struct all_seen *all)
{
    lic_str group = { 0 };
    uint32_t reach = 0;
    sort_array(all->at, all->n, sizeof(*all->at), compare_seen);
    bool *overtaken = ARENA_ARRAY(scan->arena, bool, all->n);
    ENSURE(overtaken, scan->err, LIC_E_NOMEM, "no memory for %u findings", all->n);
    mark_overtaken(all, overtaken);
    for (uint32_t i = 0; i < all->n; i++) {
        const struct seen *seen = &all->at[i];
        if (i == 0 || !str_eq(group, seen->group)) {
            group = seen->group;
            reach = 0;
        }
        bool known = seen->view && (overtaken[i] || seen->finding.start < reach);
        if (!known && seen->finding.end > reach) {
            reach = seen->finding.end;
        }
        if (seen->view && !known) {
            ENSURE(ARENA_PUSH(scan->arena, scan->out, seen->finding), scan->err, LIC_E_NOMEM,
                   "no memory for a finding");
        }
    }
    return LIC_OK;
}

static enum lic_rc look_through(struct scan *scan)
{
    uint32_t own_end = scan->out->n;
    struct all_seen all = { 0 };
    TRY(fold_text(scan->parts->fold, scan->subject->text, scan->arena, &scan->views, scan->out,
                  scan->err));
    for (uint32_t i = 0; scan->parts->detector && i < scan->views.n; i++) {
        TRY(look_at_view(scan, i, &all));
    }
    if (all.n == 0) {
        return LIC_OK;
    }
    for (uint32_t i = scan->first; i < own_end; i++) {
        TRY(note(scan, &all, &scan->out->at[i], /* view= */ false));
    }
    return keep_new(scan, &all);
}

/* ---- names ---- */

static int compare_places(const void *a, const void *b)
{
    const struct finding *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    if (left->end != right->end) {
        return left->end > right->end ? -1 : 1;
    }
    return str_cmp(left->rule, right->rule);
}

static void sort_places(struct finding *at, uint32_t n)
{
    sort_array(at, n, sizeof(*at), compare_places);
}

/* What rules know for certain, a model need not guess: the name inside an e-mail address. */
static enum lic_rc add_names(const struct scan *scan, const struct findings *names)
{
    uint32_t own_end = scan->out->n, i = scan->first, reach = 0;
    for (uint32_t j = 0; j < names->n; j++) {
        const struct finding *name = &names->at[j];
        for (; i < own_end && scan->out->at[i].start < name->end; i++) {
            const struct finding *own = &scan->out->at[i];
            if (is_sensitive(own->category) && own->end > reach) {
                reach = own->end;
            }
        }
        if (reach > name->start) {
            continue;
        }
        ENSURE(ARENA_PUSH(scan->arena, scan->out, *name), scan->err, LIC_E_NOMEM,
               "no memory for a finding");
    }
    return LIC_OK;
}

static enum lic_rc look_for_names(const struct scan *scan)
{
    struct findings names = { 0 };
    TRY(names_scan(scan->parts->names, scan->subject->text, scan->parts->names_types, scan->arena,
                   &names, scan->err));
    if (names.n == 0) {
        return LIC_OK;
    }
    sort_places(names.at, names.n);
    if (scan->out->n > scan->first) {
        sort_places(scan->out->at + scan->first, scan->out->n - scan->first);
    }
    return add_names(scan, &names);
}

/* ---- scores ---- */

static float higher(float a, float b)
{
    return a > b ? a : b;
}

/* The highest score of a rule of this category. */
static float rules_say(const struct findings *found, enum finding_category category)
{
    float most = 0;
    for (uint32_t i = 0; i < found->n; i++) {
        if (found->at[i].category == category) {
            most = higher(most, found->at[i].score);
        }
    }
    return most;
}

static float join_scores(const struct scan *scan, float classifier, float rules)
{
    if (!scan->parts->classifier || rules >= STRONG_RULE) {
        return higher(classifier, rules);
    }
    return classifier + (1 - classifier) * WEAK_RULE_SHARE * rules;
}

/* One of the two kinds of attack the classifier tells of. */
struct attack {
    const char *rule, *type;
    enum finding_category category;
    float threshold;          /* of the configuration; 0: the default */
    float classifier, joined; /* scores */
    float rules;              /* the highest of the rules' own findings */
};

/* Tells of the attack unless a rule's finding already does. */
static enum lic_rc tell_attack(const struct scan *scan, const struct attack *attack,
                               const struct classify_scores *scores)
{
    float threshold = attack->threshold > 0 ? attack->threshold : CLASSIFY_THRESHOLD;
    bool told = attack->rules >= threshold && attack->classifier < threshold;
    if (attack->joined < threshold || told) {
        return LIC_OK;
    }
    struct finding finding = { .rule = str_z(attack->rule),
                               .type = str_z(attack->type),
                               .category = attack->category,
                               .severity = SEVERITY_HIGH,
                               .start = scores->start,
                               .end = scores->end,
                               .score = attack->joined };
    if (finding.end <= finding.start || finding.end > scan->subject->text.n) {
        finding.start = 0;
        finding.end = (uint32_t)scan->subject->text.n;
    }
    ENSURE(ARENA_PUSH(scan->arena, scan->out, finding), scan->err, LIC_E_NOMEM,
           "no memory for a finding");
    return LIC_OK;
}

static enum lic_rc classify(const struct scan *scan, const struct findings *found,
                            struct classify_scores *out)
{
    struct classify_subject subject = {
        .text = scan->subject->text,
        .channel = scan->subject->channel,
        .tool = scan->subject->tool,
        .views = scan->parts->fold ? &scan->views : NULL,
        .findings = found,
        .agent_tools = scan->subject->agent_tools,
    };
    return classify_text(scan->parts->classifier, &subject, scan->arena, out, scan->err);
}

static enum lic_rc score(const struct scan *scan, struct scan_scores *out_scores)
{
    struct findings found = { .n = scan->out->n - scan->first };
    struct classify_scores told = { 0 };
    if (found.n > 0) {
        found.at = scan->out->at + scan->first;
    }
    if (scan->parts->classifier) {
        TRY(classify(scan, &found, &told));
    }
    struct attack jailbreak = { "classifier.jailbreak",
                                "JAILBREAK",
                                FINDING_JAILBREAK,
                                .threshold = scan->parts->jailbreak_threshold,
                                .classifier = told.jailbreak,
                                .rules = rules_say(&found, FINDING_JAILBREAK) };
    struct attack injection = { "classifier.injection",
                                "PROMPT_ATTACK",
                                FINDING_INJECTION,
                                .threshold = scan->parts->injection_threshold,
                                .classifier = told.injection,
                                .rules = rules_say(&found, FINDING_INJECTION) };
    jailbreak.joined = join_scores(scan, jailbreak.classifier, jailbreak.rules);
    /* Who takes over a model by a role has taken it over. */
    float rules = higher(injection.rules, jailbreak.rules);
    injection.joined = join_scores(scan, injection.classifier, rules);
    if (scan->parts->classifier) {
        TRY(tell_attack(scan, &injection, &told));
        TRY(tell_attack(scan, &jailbreak, &told));
    }
    *out_scores = (struct scan_scores){ .injection = injection.joined,
                                        .jailbreak = jailbreak.joined,
                                        .cut = scan->views.cut };
    return LIC_OK;
}

enum lic_rc scanner_scan(const struct scanner_parts *parts, struct detector_scratch *scratch,
                         const struct scan_subject *subject, struct arena *arena,
                         struct findings *out, struct scan_scores *out_scores, struct lic_err *err)
{
    struct scan scan = { .parts = parts,
                         .scratch = scratch,
                         .subject = subject,
                         .arena = arena,
                         .out = out,
                         .first = out->n,
                         .err = err };
    ENSURE(subject->text.n <= LIMIT_JSON_BYTES, err, LIC_E_LIMIT,
           "a text of %zu bytes is longer than %u", subject->text.n, LIMIT_JSON_BYTES);
    if (parts->detector) {
        TRY(detector_scan(parts->detector, scratch, subject->text, /* from= */ 0, arena, out, err));
    }
    TRY(check_count(&scan));
    if (parts->fold) {
        TRY(look_through(&scan));
    }
    if (parts->names && parts->names_types != 0) {
        TRY(look_for_names(&scan));
    }
    if (parts->topics) {
        TRY(topics_scan(parts->topics, subject->text, arena, out, err));
    }
    TRY(score(&scan, out_scores));
    if (out->n > scan.first) {
        sort_places(out->at + scan.first, out->n - scan.first);
    }
    return check_count(&scan);
}

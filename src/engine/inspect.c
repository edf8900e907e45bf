/* SPDX-License-Identifier: Apache-2.0 */
/* Inspection: scans parts, applies the guardrail, turns findings into edits and classes. */
#include "engine/inspect.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/json_read.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/redact.h"

#include "base/banned.h"

/* ---- the guardrail's say ---- */

static const struct guardrail_scan *scan_of(const struct inspect *inspect)
{
    return &inspect->guardrail->scan[inspect->output];
}

static bool action_fits(const struct guardrail_action *row, const struct finding *finding,
                        enum event_channel channel, bool output)
{
    return row->output == output && (row->channels & (1u << channel)) != 0 &&
           (row->rule.n == 0 || str_eq(row->rule, finding->rule)) &&
           (row->type.n == 0 || str_eq(row->type, finding->type)) &&
           (row->category < 0 || row->category == (int)finding->category) &&
           finding->score >= row->minimum;
}

enum finding_action inspect_action(const struct inspect *inspect, const struct finding *finding,
                                   enum event_channel channel)
{
    const struct guardrail *guardrail = inspect->guardrail;
    for (uint32_t i = 0; i < guardrail->actions_n; i++) {
        if (action_fits(&guardrail->actions[i], finding, channel, inspect->output)) {
            return guardrail->actions[i].action;
        }
    }
    return ACTION_NONE;
}

/* ---- scanning ---- */

/* One text being scanned: where it stands in its part, and how to get back there. */
struct scan {
    const struct inspect *inspect;
    const struct event_part *part;
    uint32_t index;
    struct findings *out;
    struct lic_err *err;
};

/* Keeps findings from `first` on that have an action, after telling them where they are. */
static void settle_actions(const struct scan *scan, uint32_t first)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < scan->out->n; i++) {
        struct finding finding = scan->out->at[i];
        finding.part = scan->index;
        finding.output = scan->inspect->output;
        finding.action = inspect_action(scan->inspect, &finding, scan->part->channel);
        if (finding.action != ACTION_NONE) {
            scan->out->at[kept++] = finding;
        }
    }
    scan->out->n = kept;
}

/* What a channel does not act on is not worked out there. */
static struct scanner_parts parts_for(const struct inspect *inspect, enum event_channel channel)
{
    const struct guardrail_scan *scan = scan_of(inspect);
    struct scanner_parts parts = scan->parts;
    if ((scan->attack_channels & 1u << channel) == 0) {
        parts.classifier = NULL;
    }
    if ((scan->names_channels & 1u << channel) == 0) {
        parts.names = NULL;
    }
    if ((inspect->guardrail->topic_channels[inspect->output] & 1u << channel) == 0) {
        parts.topics = NULL;
    }
    return parts;
}

static void raise_scores(struct scan_scores *all, const struct scan_scores *one)
{
    if (!all) {
        return;
    }
    all->injection = one->injection > all->injection ? one->injection : all->injection;
    all->jailbreak = one->jailbreak > all->jailbreak ? one->jailbreak : all->jailbreak;
    all->cut |= one->cut;
}

/* A text of a conversation that was scanned in a turn before is not scanned again. */
static enum lic_rc scan_or_recall(const struct scan *scan, const struct scanner_parts *parts,
                                  const struct scan_subject *subject, struct scan_scores *scores)
{
    const struct inspect *inspect = scan->inspect;
    const struct lic_host *host = inspect->worker->host;
    struct verdicts_key key = { inspect->guardrail->secret, inspect->output, subject };
    uint8_t id[LIC_VERDICT_ID_BYTES];
    uint32_t first = scan->out->n;
    bool kept = verdicts_id(&key, &inspect->worker->scratch, id);
    if (kept && verdicts_get(host, id, subject->text.n, inspect->arena, scan->out, scores)) {
        return LIC_OK;
    }
    TRY(scanner_scan(parts, inspect->worker->detect, subject, inspect->arena, scan->out, scores,
                     scan->err));
    if (kept) {
        verdicts_put(host, id, scan->out->n > first ? scan->out->at + first : NULL,
                     scan->out->n - first, scores);
    }
    return LIC_OK;
}

static enum lic_rc scan_bytes(const struct scan *scan, lic_str text)
{
    const struct inspect *inspect = scan->inspect;
    struct scanner_parts parts = parts_for(inspect, scan->part->channel);
    struct scan_scores scores = { 0 };
    struct scan_subject subject = { .text = text,
                                    .channel = scan->part->channel,
                                    .tool = scan->part->name,
                                    .agent_tools = inspect->tools };
    uint32_t first = scan->out->n;
    TRY(scan_or_recall(scan, &parts, &subject, &scores));
    raise_scores(inspect->scores, &scores);
    if (inspect->guardrail->rewrite.keys) {
        redact_skip_tokens(text, inspect->guardrail->rewrite.keys, inspect->arena, scan->out,
                           first);
    }
    settle_actions(scan, first);
    ENSURE(scan->out->n <= LIMIT_FINDINGS, scan->err, LIC_E_LIMIT, "%u findings are more than %u",
           scan->out->n, LIMIT_FINDINGS);
    return LIC_OK;
}

/* Where a leaf of a JSON text stands. */
struct leaf {
    uint32_t start, end;
    bool number;
};

/* The finding limited to one leaf; false when they do not meet. A number goes as a whole. */
static bool clip(const struct finding *finding, const struct leaf *leaf, struct finding *out)
{
    if (finding->start >= leaf->end || finding->end <= leaf->start) {
        return false;
    }
    *out = *finding;
    if (leaf->number) {
        out->start = leaf->start;
        out->end = leaf->end;
        out->bare_json = true;
        return true;
    }
    out->start = finding->start > leaf->start ? finding->start : leaf->start;
    out->end = finding->end < leaf->end ? finding->end : leaf->end;
    return true;
}

/* The findings of a whole text, in order, as its leaves are walked through: those before `from`
 * end before every leaf to come. */
struct whole {
    struct findings found;
    uint32_t from;
};

static enum lic_rc add_clipped(const struct scan *scan, struct whole *whole,
                               const struct leaf *leaf)
{
    const struct findings *found = &whole->found;
    while (whole->from < found->n && found->at[whole->from].end <= leaf->start) {
        whole->from++;
    }
    for (uint32_t i = whole->from; i < found->n && found->at[i].start < leaf->end; i++) {
        struct finding finding;
        if (!clip(&found->at[i], leaf, &finding)) {
            continue;
        }
        ENSURE(scan->out->n < LIMIT_FINDINGS, scan->err, LIC_E_LIMIT, "more than %u findings",
               LIMIT_FINDINGS);
        ENSURE(ARENA_PUSH(scan->inspect->arena, scan->out, finding), scan->err, LIC_E_NOMEM,
               "no memory for a finding");
    }
    return LIC_OK;
}

/* A string with escapes: scanned decoded, its findings put back where the escapes stand. */
static enum lic_rc scan_escaped(const struct scan *scan, lic_str raw, uint32_t start)
{
    struct buf decoded;
    buf_init(&decoded, &scan->inspect->worker->scratch, LIMIT_JSON_BYTES);
    TRY(json_unescape(raw, &decoded, scan->err));
    uint32_t first = scan->out->n;
    TRY(scan_bytes(scan, buf_str(&decoded)));
    for (uint32_t i = first; i < scan->out->n; i++) {
        struct finding *finding = &scan->out->at[i];
        finding->start = start + (uint32_t)json_raw_offset(raw, finding->start);
        finding->end = start + (uint32_t)json_raw_offset(raw, finding->end);
    }
    return LIC_OK;
}

static enum lic_rc scan_string(const struct scan *scan, struct whole *whole,
                               const struct json_doc *doc, const struct leaf *leaf, bool escaped)
{
    TRY(add_clipped(scan, whole, leaf));
    if (!escaped) {
        return LIC_OK;
    }
    return scan_escaped(scan, str_slice(doc->text, leaf->start, leaf->end), leaf->start);
}

static enum lic_rc scan_node(const struct scan *scan, struct whole *whole,
                             const struct json_doc *doc, const struct json_node *node)
{
    struct leaf key = { node->key_start, node->key_start + node->key_len, /* number= */ false };
    if (node->key_len > 0) {
        TRY(scan_string(scan, whole, doc, &key, node->key_escaped));
    }
    struct leaf value = { node->start, node->start + node->len, node->type == JSON_NUMBER };
    if (node->type == JSON_STRING) {
        return scan_string(scan, whole, doc, &value, node->escaped);
    }
    return node->type == JSON_NUMBER ? add_clipped(scan, whole, &value) : LIC_OK;
}

/*
 * Whom the whole text attacks is one finding, not one a leaf. Only what is masked must be within
 * leaves, and what is sensitive may be, for the record.
 */
static enum lic_rc take_attacks(const struct scan *scan, struct findings *whole)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < whole->n; i++) {
        const struct finding *finding = &whole->at[i];
        bool attack =
            finding->category == FINDING_INJECTION || finding->category == FINDING_JAILBREAK;
        if (!attack || finding->action == ACTION_REWRITE) {
            whole->at[kept++] = *finding;
            continue;
        }
        ENSURE(ARENA_PUSH(scan->inspect->arena, scan->out, *finding), scan->err, LIC_E_NOMEM,
               "no memory for a finding");
    }
    whole->n = kept;
    return LIC_OK;
}

static enum lic_rc scan_json(const struct scan *scan, const struct json_doc *doc)
{
    struct whole whole = { 0 };
    struct scan all = *scan;
    all.out = &whole.found;
    TRY(scan_bytes(&all, scan->part->text));
    TRY(take_attacks(scan, &whole.found));
    findings_settle(&whole.found);
    for (uint32_t i = 0; i < doc->n; i++) {
        TRY(scan_node(scan, &whole, doc, &doc->nodes[i]));
    }
    return LIC_OK;
}

/* What stands beyond the end that a row allows is one finding. */
static enum lic_rc check_length(const struct scan *scan, const struct guardrail_length *row)
{
    lic_str text = scan->part->text;
    bool meant = row->output == scan->inspect->output &&
                 (row->channels & 1u << scan->part->channel) != 0 && row->action != ACTION_NONE;
    if (!meant || text.n <= row->characters || utf8_count(text) <= row->characters) {
        return LIC_OK;
    }
    struct finding finding = { .rule = LIC_STR("length"),
                               .type = LIC_STR("MAXIMUM_LENGTH"),
                               .category = FINDING_WORD,
                               .severity = SEVERITY_LOW,
                               .action = row->action,
                               .part = scan->index,
                               .end = (uint32_t)text.n,
                               .score = 1,
                               .output = row->output };
    for (uint32_t i = 0; i < row->characters; i++) {
        finding.start += (uint32_t)utf8_step(str_tail(text, finding.start));
    }
    ENSURE(ARENA_PUSH(scan->inspect->arena, scan->out, finding), scan->err, LIC_E_NOMEM,
           "no memory for a finding");
    return LIC_OK;
}

static enum lic_rc check_lengths(const struct scan *scan)
{
    const struct guardrail *guardrail = scan->inspect->guardrail;
    for (uint32_t i = 0; i < guardrail->lengths_n; i++) {
        TRY(check_length(scan, &guardrail->lengths[i]));
    }
    return LIC_OK;
}

enum lic_rc inspect_part(const struct inspect *inspect, const struct event_part *part,
                         uint32_t index, struct findings *findings, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_PLAIN };
    if (!inspect->guardrail || !scan_of(inspect)->any || part->kind == PART_OPAQUE ||
        part->text.n == 0) {
        return LIC_OK;
    }
    struct scan scan = { inspect, part, index, findings, err };
    struct json_doc doc;
    TRY(check_lengths(&scan));
    struct lic_err ignored;
    if (part->kind == PART_JSON &&
        json_read(&inspect->worker->scratch, part->text, &limits, &doc, &ignored) == LIC_OK) {
        return scan_json(&scan, &doc);
    }
    return scan_bytes(&scan, part->text);
}

enum lic_rc inspect_event(const struct inspect *inspect, const struct event *event,
                          struct findings *findings, struct lic_err *err)
{
    for (uint32_t i = 0; i < event->parts.n; i++) {
        TRY(inspect_part(inspect, &event->parts.at[i], i, findings, err));
    }
    findings_settle(findings);
    return LIC_OK;
}

/* ---- rewriting ---- */

/* The bytes that stand for a finding at the finding's own level, then at the body's. */
static enum lic_rc mask_for_body(struct arena *arena, const struct redact_ways *ways,
                                 const struct event_part *part, const struct finding *finding,
                                 lic_str *out, struct lic_err *err)
{
    struct buf mask, inner, outer;
    buf_init(&mask, arena, LIMIT_CONFIG_FILE_BYTES);
    buf_init(&inner, arena, LIMIT_CONFIG_FILE_BYTES);
    buf_init(&outer, arena, LIMIT_CONFIG_FILE_BYTES);
    lic_str value = str_slice(part->text, finding->start, finding->end);
    if (part->kind == PART_JSON && !finding->bare_json) {
        struct buf decoded;
        buf_init(&decoded, arena, LIMIT_JSON_BYTES);
        /* What is cut within an escape has no value of its own: it is masked. */
        bool whole = json_unescape(value, &decoded, err) == LIC_OK && decoded.failed == LIC_OK;
        value = buf_str(&decoded);
        ways = whole ? ways : NULL;
    }
    redact_value_in(part->text, finding, value, ways, &mask);
    if (part->kind == PART_JSON) {
        buf_add(&inner, finding->bare_json ? LIC_STR("\"") : LIC_STR(""));
        json_escape(&inner, buf_str(&mask));
        buf_add(&inner, finding->bare_json ? LIC_STR("\"") : LIC_STR(""));
    } else {
        buf_add(&inner, buf_str(&mask));
    }
    if (part->object) {
        buf_add(&outer, buf_str(&inner));
    } else {
        json_escape(&outer, buf_str(&inner));
    }
    TRY(buf_check(&mask, "a mask", err));
    TRY(buf_check(&inner, "a mask", err));
    TRY(buf_check(&outer, "a mask", err));
    *out = buf_str(&outer);
    return LIC_OK;
}

/* Where decoded byte `at` of a part stands in its raw text. Findings come in order: one pass. */
static size_t raw_place(const struct event_part *part, struct json_place *place, size_t at)
{
    bool same = part->object || part->raw.n == part->text.n;
    return same ? at : json_raw_advance(part->raw, place, at);
}

enum lic_rc inspect_rewrite(struct arena *arena, const struct redact_ways *ways,
                            const struct event *event, const struct findings *findings,
                            lic_str body, struct edits *edits, struct lic_err *err)
{
    struct json_place place = { 0 };
    uint32_t part_now = UINT32_MAX;
    for (uint32_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];
        if (finding->action != ACTION_REWRITE) {
            continue;
        }
        const struct event_part *part = &event->parts.at[finding->part];
        if (finding->part != part_now) {
            part_now = finding->part;
            place = (struct json_place){ 0 };
        }
        lic_str mask;
        TRY(mask_for_body(arena, ways, part, finding, &mask, err));
        size_t base = (size_t)(part->raw.at - body.at);
        size_t start = raw_place(part, &place, finding->start);
        size_t end = raw_place(part, &place, finding->end);
        enum lic_rc rc = edits_add(edits, arena, base + start, end - start, mask);
        ENSURE(rc == LIC_OK, err, rc, "no memory for an edit");
    }
    return LIC_OK;
}

static bool is_sensitive(const struct finding *finding)
{
    switch (finding->category) {
    case FINDING_PII:
    case FINDING_PHI:
    case FINDING_FINANCIAL:
    case FINDING_CREDENTIALS:
        return true;
    case FINDING_INJECTION:
    case FINDING_JAILBREAK:
    case FINDING_WORD:
    case FINDING_HIDDEN_TEXT:
    case FINDING_TOPIC:
    case FINDING_CUSTOM:
    case FINDING_CATEGORY_N:
        return false;
    }
    return false;
}

/* The findings of one part with ACTION_REWRITE wherever the record must show a mask. */
static enum lic_rc masked_copy(struct arena *arena, const struct finding *at, uint32_t n,
                               bool mask_all, struct findings *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        struct finding finding = at[i];
        if (mask_all && is_sensitive(&finding)) {
            finding.action = ACTION_REWRITE;
        }
        if (finding.action == ACTION_REWRITE) {
            ENSURE(ARENA_PUSH(arena, out, finding), err, LIC_E_NOMEM, "no memory for a finding");
        }
    }
    findings_settle(out);
    return LIC_OK;
}

enum lic_rc inspect_show(struct arena *arena, struct event *event, const struct findings *findings,
                         bool mask_all, struct lic_err *err)
{
    for (uint32_t i = 0, next; i < findings->n; i = next) {
        for (next = i + 1; next < findings->n && findings->at[next].part == findings->at[i].part;) {
            next++;
        }
        struct findings masked = { 0 };
        TRY(masked_copy(arena, &findings->at[i], next - i, mask_all, &masked, err));
        if (masked.n == 0) {
            continue;
        }
        struct event_part *part = &event->parts.at[findings->at[i].part];
        struct buf shown;
        buf_init(&shown, arena, LIMIT_JSON_BYTES);
        redact_text(part->text, masked.at, masked.n, &shown);
        TRY(buf_check(&shown, "a masked text", err));
        part->shown = buf_str(&shown);
    }
    return LIC_OK;
}

/* ---- classes ---- */

static bool list_has(const struct str_list *list, lic_str s)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i], s)) {
            return true;
        }
    }
    return false;
}

/* A score as policy compares it: to six digits, as finding_score gives them. */
static double score_of(const struct inspect *inspect)
{
    struct finding one = { .score = inspect->scores ? inspect->scores->injection : 0 };
    return finding_score(&one);
}

enum lic_rc inspect_classify(const struct inspect *inspect, struct event *event,
                             const struct findings *findings, struct lic_err *err)
{
    const struct class_rows *rows = inspect->guardrail ? &inspect->guardrail->classes : NULL;
    enum sensitivity sensitivity = SENSITIVITY_PUBLIC;
    double injection = score_of(inspect);
    for (uint32_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];
        struct class_row row = classes_of(rows, finding);
        sensitivity = row.sensitivity > sensitivity ? row.sensitivity : sensitivity;
        if (row.name.n > 0 && !list_has(&event->data_class, row.name)) {
            ENSURE(str_list_add(&event->data_class, inspect->arena, row.name) == LIC_OK, err,
                   LIC_E_NOMEM, "no memory for a data class");
        }
        bool hostile =
            finding->category == FINDING_INJECTION || finding->category == FINDING_JAILBREAK;
        if (hostile && finding_score(finding) > injection) {
            injection = finding_score(finding);
        }
    }
    event->sensitivity = str_z(classes_sensitivity(sensitivity));
    event->injection_score = injection;
    return LIC_OK;
}

lic_str inspect_reason(struct arena *arena, const struct findings *findings,
                       const struct event *event)
{
    const struct finding *worst = NULL;
    for (uint32_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];
        if (!worst || finding->action > worst->action ||
            (finding->action == worst->action && finding->severity > worst->severity)) {
            worst = finding;
        }
    }
    if (!worst) {
        return LIC_STR("");
    }
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    buf_addf(&buf, LIC_FMT " in %s content (rule " LIC_FMT ")", LIC_ARG(worst->type),
             event_channel_name(event->parts.at[worst->part].channel), LIC_ARG(worst->rule));
    return buf_str(&buf);
}

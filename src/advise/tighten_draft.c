/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes statements of families: merges resources, keeps what the present statement demands, adds
 * the conditions that were stable, and joins families that ask for the same.
 */
#include "advise/tighten.h"

#include "advise/diff.h"
#include "advise/grants_words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "policy/match.h"

#include "base/banned.h"

#define SID_BYTES_MAX 64u

struct facet_words {
    const char *op, *key;
    bool number;
};

enum facet_kind { VALUES, BLOCKS, MOST, ALWAYS };

static const struct facet_words words[TIGHTEN_FACETS_N] = {
#define FACET(name, key, kind, values_max, operator) { operator, key, kind == MOST },
#include "advise/tighten.def"
#undef FACET
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory to draft a policy");
}

/* ---- reasons ---- */

static enum lic_rc add_reason(struct tighten *t, struct str_list *list, const struct buf *text,
                              struct lic_err *err)
{
    TRY(buf_check(text, "a reason", err));
    lic_str kept = str_copy(t->arena, buf_str(text));
    return kept.at && str_list_add(list, t->arena, kept) == LIC_OK ? LIC_OK : no_memory(err);
}

static void add_time(struct buf *out, int64_t ns)
{
    char text[CLOCK_TEXT_BYTES];
    clock_format(ns, text);
    buf_add(out, str_make(text, 19));
    buf_add_char(out, 'Z');
}

static enum lic_rc explain_uses(struct tighten *t, const struct tighten_family *family,
                                struct tighten_statement *statement, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    buf_add(&text, family->action);
    buf_addf(&text, ": used %llu time%s, from ", (unsigned long long)family->uses,
             family->uses == 1 ? "" : "s");
    add_time(&text, family->first_ns);
    buf_add(&text, LIC_STR(" to "));
    add_time(&text, family->last_ns);
    if (family->last_id.n > 0) {
        buf_add(&text, LIC_STR(" (record "));
        buf_add(&text, family->last_id);
        buf_add_char(&text, ')');
    }
    return add_reason(t, &statement->reasons, &text, err);
}

static enum lic_rc explain_pattern(struct tighten *t, const struct tighten_pattern *pattern,
                                   struct tighten_statement *statement, struct lic_err *err)
{
    struct buf text;
    if (!pattern->why) {
        return LIC_OK;
    }
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    tighten_resource_write(&text, pattern->text);
    buf_addf(&text, ": the %u resources used differ only in %s, for example ", pattern->resources_n,
             pattern->why);
    tighten_resource_write(&text, pattern->example);
    return add_reason(t, &statement->reasons, &text, err);
}

static enum lic_rc explain_kept(struct tighten *t, struct tighten_statement *statement,
                                const char *what, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    buf_addf(&text, "%s kept from ", what);
    grants_words_place(&text, statement->doc, statement->statement);
    return add_reason(t, &statement->reasons, &text, err);
}

/* ---- resources ---- */

static bool is_within(const struct doc_patterns *present, lic_str pattern)
{
    bool wide = memchr(pattern.at, MATCH_ANY, pattern.n) != NULL;
    for (uint32_t i = 0; i < present->n; i++) {
        const struct vars_pattern *outer = &present->at[i].compiled;
        bool counts = outer->text.n > 0 && memchr(outer->text.at, MATCH_ONE, outer->text.n) != NULL;
        if (outer->pieces_n == 0 && !(wide && counts) && vars_equal(outer, pattern)) {
            return true;
        }
    }
    return false;
}

static bool has_variables(const struct doc_patterns *present)
{
    for (uint32_t i = 0; i < present->n; i++) {
        if (present->at[i].compiled.pieces_n > 0) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_itself(struct tighten *t, lic_str resource, struct tighten_patterns *out,
                              struct lic_err *err)
{
    struct tighten_pattern pattern = { resource, resource, NULL, 1 };
    return ARENA_PUSH(t->arena, out, pattern) ? LIC_OK : no_memory(err);
}

/* The resources that a pattern stands for, one by one, where the pattern would be too wide. */
static enum lic_rc add_members(struct tighten *t, const struct tighten_family *family,
                               const struct tighten_pattern *pattern, struct tighten_patterns *out,
                               struct lic_err *err)
{
    for (uint32_t i = 0; i < family->resources.n; i++) {
        lic_str resource = family->resources.at[i]->text;
        if (match_glob_resource(pattern->text, resource)) {
            TRY(add_itself(t, resource, out, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc stay_within(struct tighten *t, const struct tighten_family *family,
                               const struct tighten_patterns *merged, struct tighten_patterns *out,
                               struct lic_err *err)
{
    const struct doc_patterns *present = &family->statement->resources;
    for (uint32_t i = 0; i < merged->n; i++) {
        const struct tighten_pattern *pattern = &merged->at[i];
        if (!pattern->why || (!present->excluded && is_within(present, pattern->text))) {
            ENSURE(ARENA_PUSH(t->arena, out, *pattern), err, LIC_E_NOMEM,
                   "no memory to draft a policy");
        } else {
            TRY(add_members(t, family, pattern, out, err));
        }
    }
    return LIC_OK;
}

static int by_text(const void *a, const void *b)
{
    const struct tighten_pattern *x = a;
    const struct tighten_pattern *y = b;
    return str_cmp(x->text, y->text);
}

static enum lic_rc list_resources(struct tighten *t, const struct tighten_family *family,
                                  struct tighten_patterns *out, struct lic_err *err)
{
    uint32_t n = family->resources.n;
    lic_str *texts = ARENA_ARRAY(t->scratch, lic_str, n);
    ENSURE(texts, err, LIC_E_NOMEM, "no memory to draft a policy");
    for (uint32_t i = 0; i < n; i++) {
        texts[i] = family->resources.at[i]->text;
    }
    struct tighten_resource_options options = t->options.resources;
    if (t->options.exact) {
        options.examples_min = UINT32_MAX;
        options.names_max = UINT32_MAX / 16;
    }
    return tighten_resource_merge(texts, n, &options, t->arena, t->scratch, out, err);
}

/* A present statement with variables, or a use without a resource: its own words are the least
 * that can be said for sure. */
static enum lic_rc draft_resources(struct tighten *t, const struct tighten_family *family,
                                   struct tighten_statement *out, struct lic_err *err)
{
    struct tighten_patterns merged = { 0 };
    const struct doc_statement *present = family->statement;
    if (present && (family->any_resource || has_variables(&present->resources))) {
        out->kept_resources = true;
        return explain_kept(t, out,
                            family->any_resource ? "the history names no resource; those are"
                                                 : "resources with policy variables are",
                            err);
    }
    if (family->any_resource) {
        out->any_resource = true;
        return LIC_OK;
    }
    TRY(list_resources(t, family, &merged, err));
    if (present) {
        TRY(stay_within(t, family, &merged, &out->patterns, err));
        sort_array(out->patterns.at, out->patterns.n, sizeof(out->patterns.at[0]), by_text);
        return LIC_OK;
    }
    out->patterns = merged;
    return LIC_OK;
}

/* ---- conditions ---- */

static bool asks_already(const struct doc_statement *present, const char *key)
{
    for (uint32_t i = 0; present && i < present->conditions.n; i++) {
        if (str_eq_nocase(present->conditions.at[i].cond.key, str_z(key))) {
            return true;
        }
    }
    return false;
}

static bool names_region(const struct tighten_statement *statement)
{
    for (uint32_t i = 0; i < statement->patterns.n; i++) {
        lic_str rest = statement->patterns.at[i].text;
        for (int part = 0; part < 3; part++) {
            (void)str_split(&rest, ':');
        }
        if (str_split(&rest, ':').n == 0) {
            return false;
        }
    }
    return statement->patterns.n > 0;
}

/* Conditions that say nothing beyond action and resource: the region or the model in an ARN, and
 * parameters of a model for calls that are none. */
static bool is_idle(const struct tighten_family *family, const struct tighten_statement *statement,
                    enum tighten_facet_name facet)
{
    bool model_call = str_starts(family->action, LIC_STR("bedrock:"));
    return (facet == TIGHTEN_region && names_region(statement)) ||
           (facet == TIGHTEN_model && model_call) || (facet == TIGHTEN_max_tokens && !model_call);
}

/* In every use, with few values, and with no new one in the second half of them. */
static bool is_stable(const struct tighten_family *family, const struct tighten_facet *facet,
                      bool number)
{
    return facet->seen == family->uses && !facet->many && (number || facet->n > 0) &&
           facet->new_at <= family->uses / 2 + 1;
}

static enum lic_rc write_bound(struct tighten *t, uint64_t bound, lic_str *out, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, t->arena, LIMIT_NAME_BYTES);
    buf_add_u64(&text, bound);
    TRY(buf_check(&text, "a number", err));
    *out = buf_str(&text);
    return LIC_OK;
}

static enum lic_rc explain_condition(struct tighten *t, const struct tighten_family *family,
                                     const struct tighten_condition *condition, bool number,
                                     struct tighten_statement *out, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    buf_addf(&text, "%s %s", condition->key, number ? "was at most" : "was");
    for (uint32_t i = 0; i < condition->n; i++) {
        buf_add(&text, i > 0 ? LIC_STR(" or ") : LIC_STR(" "));
        buf_add(&text, condition->values[i]);
    }
    buf_addf(&text, " in all %llu uses of ", (unsigned long long)family->uses);
    buf_add(&text, family->action);
    return add_reason(t, &out->reasons, &text, err);
}

static enum lic_rc draft_condition(struct tighten *t, const struct tighten_family *family,
                                   uint32_t facet_at, struct tighten_statement *out,
                                   struct lic_err *err)
{
    const struct tighten_facet *facet = &family->facets[facet_at];
    bool number = words[facet_at].number;
    struct tighten_condition *condition = &out->conditions[out->conditions_n];
    if (!is_stable(family, facet, number) || asks_already(out->statement, words[facet_at].key) ||
        is_idle(family, out, (enum tighten_facet_name)facet_at)) {
        return LIC_OK;
    }
    *condition = (struct tighten_condition){ .op = words[facet_at].op, .key = words[facet_at].key };
    if (number) {
        condition->n = 1;
        TRY(write_bound(t, facet->bound, &condition->values[0], err));
    } else {
        condition->n = facet->n;
        memcpy(condition->values, facet->values, sizeof condition->values);
    }
    out->conditions_n++;
    return explain_condition(t, family, condition, number, out, err);
}

static enum lic_rc draft_conditions(struct tighten *t, const struct tighten_family *family,
                                    struct tighten_statement *out, struct lic_err *err)
{
    if (out->statement && out->statement->conditions.n > 0) {
        TRY(explain_kept(t, out, "conditions are", err));
    }
    if (t->options.exact || family->uses < t->options.events_min) {
        return LIC_OK;
    }
    for (uint32_t i = 0; i < TIGHTEN_FACETS_N; i++) {
        TRY(draft_condition(t, family, i, out, err));
    }
    return LIC_OK;
}

/* ---- statements ---- */

/* Statements may be joined when all but the actions is the same. */
static enum lic_rc make_key(struct tighten *t, struct tighten_statement *statement,
                            struct lic_err *err)
{
    struct buf key;
    buf_init(&key, t->arena, LIMIT_JSON_BYTES);
    buf_addf(&key, "%p %d %d", (const void *)statement->statement, statement->kept_resources,
             statement->any_resource);
    for (uint32_t i = 0; i < statement->patterns.n; i++) {
        buf_add_char(&key, '\n');
        buf_add(&key, statement->patterns.at[i].text);
    }
    for (uint32_t i = 0; i < statement->conditions_n; i++) {
        buf_addf(&key, "\n%s", statement->conditions[i].key);
        for (uint32_t v = 0; v < statement->conditions[i].n; v++) {
            buf_add_char(&key, ' ');
            buf_add(&key, statement->conditions[i].values[v]);
        }
    }
    TRY(buf_check(&key, "a statement", err));
    statement->key = buf_str(&key);
    return LIC_OK;
}

static enum lic_rc join(struct tighten *t, struct tighten_statement *into,
                        const struct tighten_statement *from, struct lic_err *err)
{
    bool fits = str_list_add(&into->actions, t->arena, from->actions.at[0]) == LIC_OK;
    for (uint32_t i = 0; i < from->reasons.n && fits; i++) {
        fits = str_list_add(&into->reasons, t->arena, from->reasons.at[i]) == LIC_OK;
    }
    return fits ? LIC_OK : no_memory(err);
}

static enum lic_rc add_statement(struct tighten *t, const struct tighten_statement *statement,
                                 struct lic_err *err)
{
    for (uint32_t i = 0; i < t->statements.n; i++) {
        if (str_eq(t->statements.at[i].key, statement->key)) {
            return join(t, &t->statements.at[i], statement, err);
        }
    }
    return ARENA_PUSH(t->arena, &t->statements, *statement) ? LIC_OK : no_memory(err);
}

static enum lic_rc draft_family(struct tighten *t, const struct tighten_family *family,
                                struct lic_err *err)
{
    struct tighten_statement statement = { .doc = family->doc, .statement = family->statement };
    if (family->uses == 0) {
        return LIC_OK;
    }
    arena_reset(t->scratch);
    TRY(explain_uses(t, family, &statement, err));
    TRY(draft_resources(t, family, &statement, err));
    for (uint32_t i = 0; i < statement.patterns.n; i++) {
        TRY(explain_pattern(t, &statement.patterns.at[i], &statement, err));
    }
    TRY(draft_conditions(t, family, &statement, err));
    ENSURE(str_list_add(&statement.actions, t->arena, family->action) == LIC_OK, err, LIC_E_NOMEM,
           "no memory to draft a policy");
    TRY(make_key(t, &statement, err));
    return add_statement(t, &statement, err);
}

/* ---- denies ---- */

static bool could_deny(const struct tighten *t, const struct doc_statement *statement)
{
    const struct doc_patterns *actions = &statement->actions;
    for (uint32_t f = 0; f < t->list.n; f++) {
        bool named = false;
        for (uint32_t i = 0; i < actions->n; i++) {
            named = named || match_wildcard_nocase(actions->at[i].text, t->list.at[f]->action);
        }
        if (t->list.at[f]->uses > 0 && named != actions->excluded) {
            return true;
        }
    }
    return false;
}

static enum lic_rc keep_deny(struct tighten *t, const struct policy_doc *doc,
                             const struct doc_statement *present, struct lic_err *err)
{
    struct tighten_statement statement = {
        .doc = doc, .statement = present, .kept_deny = true, .kept_resources = true
    };
    TRY(explain_kept(t, &statement, "without this deny more would be allowed than now; it is",
                     err));
    return ARENA_PUSH(t->arena, &t->statements, statement) ? LIC_OK : no_memory(err);
}

static enum lic_rc keep_denies(struct tighten *t, struct lic_err *err)
{
    for (uint32_t d = 0; d < t->docs_n; d++) {
        for (uint32_t i = 0; i < t->docs[d]->n; i++) {
            const struct doc_statement *statement = &t->docs[d]->statements[i];
            if (statement->deny && could_deny(t, statement)) {
                TRY(keep_deny(t, t->docs[d], statement, err));
            }
        }
    }
    return LIC_OK;
}

/* ---- names ---- */

static void add_capitalised(struct buf *out, lic_str s)
{
    bool start = true;
    for (size_t i = 0; i < s.n && out->n < SID_BYTES_MAX; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9')) {
            buf_add_char(out, start && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        }
        start = !letter;
    }
}

static bool is_taken(const struct tighten *t, uint32_t before, lic_str sid)
{
    for (uint32_t i = 0; i < before; i++) {
        if (str_eq(t->statements.at[i].sid, sid)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc name_statement(struct tighten *t, uint32_t at, struct lic_err *err)
{
    struct tighten_statement *statement = &t->statements.at[at];
    lic_str name = statement->kept_deny ? statement->statement->sid : statement->actions.at[0];
    struct buf sid;
    buf_init(&sid, t->arena, LIMIT_NAME_BYTES);
    buf_add(&sid, statement->kept_deny ? LIC_STR("Kept") : (lic_str){ 0 });
    add_capitalised(&sid, name.n > 0 ? name : LIC_STR("Deny"));
    size_t n = sid.n;
    for (uint32_t i = 2; is_taken(t, at, buf_str(&sid)); i++) {
        sid.n = n;
        buf_addf(&sid, "%u", i);
    }
    TRY(buf_check(&sid, "a Sid", err));
    statement->sid = buf_str(&sid);
    return LIC_OK;
}

/* ---- all of it ---- */

static enum lic_rc note_lost(struct tighten *t, const struct tighten_lost *lost,
                             struct lic_err *err)
{
    struct buf text;
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    buf_add(&text, lost->action);
    buf_add(&text, LIC_STR(" on "));
    buf_add(&text, lost->resource);
    buf_addf(&text, " was used %llu time%s, but no present statement allows it: left out",
             (unsigned long long)lost->uses, lost->uses == 1 ? "" : "s");
    return add_reason(t, &t->notes, &text, err);
}

/* Read back as IAM would: what we write must be a policy. Only its length may be refused. */
static enum lic_rc check_policy(struct tighten *t, struct lic_err *err)
{
    const struct policy_doc *doc = NULL;
    struct buf text;
    struct lic_err refused = { 0 };
    arena_reset(t->scratch);
    enum lic_rc rc = policy_doc_read(t->scratch, LIC_STR("the drafted policy"), t->policy,
                                     DOC_MANAGED, &doc, &refused);
    if (rc != LIC_E_LIMIT) {
        if (rc != LIC_OK) {
            *err = refused;
        }
        return rc;
    }
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    buf_addf(&text, "the policy has %u characters, a managed policy at most %u; divide it",
             doc_size(t->policy, DOC_MANAGED), doc_limit(DOC_MANAGED));
    return add_reason(t, &t->notes, &text, err);
}

/* Whether the draft allows anything that the present documents do not, by prove's procedure. */
static enum lic_rc prove_draft(struct tighten *t, bool *out_gains, struct lic_err *err)
{
    const struct policy_doc *draft = NULL;
    struct advise_gain gain = { 0 };
    struct buf text;
    arena_reset(t->scratch);
    TRY(policy_doc_read(t->scratch, LIC_STR("the drafted policy"), t->policy, DOC_ANY, &draft,
                        err));
    TRY(advise_diff_new_access(t->docs, t->docs_n, &draft, 1, t->scratch, &gain, err));
    *out_gains = gain.verdict == ADVISE_GAIN_FOUND;
    buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
    if (gain.verdict == ADVISE_GAIN_NONE) {
        buf_add(&text, LIC_STR("proven: the policy allows nothing that the present ones do not"));
    } else if (*out_gains) {
        buf_add(&text, LIC_STR("more general, it would also allow "));
        buf_add(&text, gain.examples[0].words);
        buf_add(&text, LIC_STR(", which the present policies do not: so nothing is generalised"));
    } else {
        buf_add(&text, LIC_STR("that the policy allows nothing new is by construction; it could "
                               "not be proven: "));
        buf_add(&text, gain.reason);
    }
    return add_reason(t, &t->notes, &text, err);
}

static enum lic_rc draft_statements(struct tighten *t, struct lic_err *err)
{
    t->statements.n = 0;
    t->policy = (lic_str){ 0 };
    for (uint32_t i = 0; i < t->list.n; i++) {
        TRY(draft_family(t, t->list.at[i], err));
    }
    arena_reset(t->scratch);
    if (t->statements.n == 0) {
        return LIC_OK;
    }
    TRY(keep_denies(t, err));
    for (uint32_t i = 0; i < t->statements.n; i++) {
        TRY(name_statement(t, i, err));
    }
    struct buf policy;
    buf_init(&policy, t->arena, LIMIT_JSON_BYTES);
    TRY(tighten_write_policy(t, &policy, err));
    TRY(buf_check(&policy, "the drafted policy", err));
    t->policy = buf_str(&policy);
    return LIC_OK;
}

enum lic_rc tighten_draft(struct tighten *t, struct lic_err *err)
{
    bool gains = false;
    TRY(draft_statements(t, err));
    if (t->has_docs && t->policy.n > 0) {
        TRY(prove_draft(t, &gains, err));
    }
    if (gains) {
        t->options.exact = true;
        TRY(draft_statements(t, err));
        TRY(prove_draft(t, &gains, err));
        ENSURE(!gains, err, LIC_E_INVALID,
               "no policy was drafted: even the resources as they were used would be more than "
               "the present policies allow");
    }
    for (uint32_t i = 0; i < t->lost.n; i++) {
        TRY(note_lost(t, t->lost.at[i], err));
    }
    return t->policy.n > 0 ? check_policy(t, err) : LIC_OK;
}

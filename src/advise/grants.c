/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the two sides of a stack. A statement may be too generous or too strict, never something
 * else: on the side where it must apply at least as often as in truth (allows on the most, denies
 * on the least) its unknown conditions go and unknown variables become '*'; on the other side what
 * cannot be decided is taken for not applying.
 */
#include "advise/grants.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "policy/index.h"

#include "base/banned.h"

struct making {
    struct arena *arena;
    const struct grants_known *known;
    enum grants_side side;
    bool changed;
    struct lic_err *err;
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for what policies grant");
}

/* ---- what depends ---- */

static bool knows(const struct grants_known *known, lic_str lower)
{
    return known->knows(known->arg, lower);
}

static bool pattern_depends(const struct vars_pattern *pattern, const struct grants_known *known)
{
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        const struct vars_piece *piece = &pattern->pieces[i];
        if (piece->key.n > 0 && !knows(known, piece->lookup.lower)) {
            return true;
        }
    }
    return false;
}

bool grants_condition_depends(const struct doc_condition *condition,
                              const struct grants_known *known)
{
    const struct cond *cond = &condition->cond;
    if (!knows(known, cond->lookup.lower)) {
        return true;
    }
    for (uint32_t i = 0; i < cond->values_n && cond_operator_takes_patterns(cond->op); i++) {
        if (!cond->values[i].unreadable && pattern_depends(&cond->values[i].pattern, known)) {
            return true;
        }
    }
    return false;
}

static bool patterns_depend(const struct doc_patterns *patterns, const struct grants_known *known)
{
    for (uint32_t i = 0; i < patterns->n; i++) {
        if (pattern_depends(&patterns->at[i].compiled, known)) {
            return true;
        }
    }
    return false;
}

bool grants_statement_depends(const struct doc_statement *statement,
                              const struct grants_known *known)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        if (grants_condition_depends(&statement->conditions.at[i], known)) {
            return true;
        }
    }
    return patterns_depend(&statement->resources, known);
}

/* ---- one statement ---- */

/* The pattern with every variable, known or not, as '*': wider than it can ever be. */
static enum lic_rc widen(const struct making *m, const struct policy_doc *doc,
                         const struct doc_pattern *pattern, struct doc_pattern *out)
{
    struct buf text;
    lic_str rest = pattern->text;
    buf_init(&text, m->arena, LIMIT_JSON_BYTES);
    while (rest.n > 0) {
        size_t at = str_find(rest, LIC_STR("${"));
        buf_add(&text, str_head(rest, at));
        rest = str_tail(rest, at);
        if (rest.n > 0) {
            (void)str_split(&rest, '}');
            buf_add_char(&text, '*');
        }
    }
    TRY(buf_check(&text, "a resource with variables", m->err));
    *out = *pattern;
    return vars_read(m->arena, buf_str(&text), pattern->compiled.use, doc->variables,
                     &out->compiled, m->err);
}

/* Patterns that depend are widened or left out; *out_none: none is left that could match. */
static enum lic_rc settle_patterns(const struct making *m, const struct policy_doc *doc,
                                   bool generous, struct doc_patterns *patterns, bool *out_none)
{
    if (!patterns_depend(patterns, m->known)) {
        return LIC_OK;
    }
    bool widens = generous != patterns->excluded;
    struct doc_pattern *settled = ARENA_ARRAY(m->arena, struct doc_pattern, patterns->n);
    ENSURE(settled, m->err, LIC_E_NOMEM, "no memory for what policies grant");
    uint32_t n = 0;
    for (uint32_t i = 0; i < patterns->n; i++) {
        bool depends = pattern_depends(&patterns->at[i].compiled, m->known);
        if (!depends) {
            settled[n++] = patterns->at[i];
        } else if (widens) {
            TRY(widen(m, doc, &patterns->at[i], &settled[n++]));
        }
    }
    patterns->at = settled;
    patterns->n = n;
    *out_none = n == 0 && !patterns->excluded;
    return LIC_OK;
}

/* NotResource whose every pattern was left out applies to all: that is Resource "*". */
static enum lic_rc fill_empty(const struct making *m, struct doc_patterns *patterns)
{
    if (patterns->n > 0 || !patterns->excluded) {
        return LIC_OK;
    }
    struct doc_pattern *all = ARENA_NEW(m->arena, struct doc_pattern);
    ENSURE(all, m->err, LIC_E_NOMEM, "no memory for what policies grant");
    all->text = LIC_STR("*");
    TRY(vars_read(m->arena, all->text, VARS_RESOURCE, /* variables= */ false, &all->compiled,
                  m->err));
    patterns->at = all;
    patterns->n = 1;
    patterns->excluded = false;
    return LIC_OK;
}

static enum lic_rc settle_conditions(const struct making *m, struct doc_statement *statement)
{
    uint32_t n = statement->conditions.n;
    struct doc_condition *kept = ARENA_ARRAY(m->arena, struct doc_condition, n);
    ENSURE(kept, m->err, LIC_E_NOMEM, "no memory for what policies grant");
    uint32_t kept_n = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!grants_condition_depends(&statement->conditions.at[i], m->known)) {
            kept[kept_n++] = statement->conditions.at[i];
        }
    }
    statement->conditions.at = kept;
    statement->conditions.n = statement->conditions.cap = kept_n;
    return LIC_OK;
}

static bool has_unknown_condition(const struct making *m, const struct doc_statement *statement)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        if (grants_condition_depends(&statement->conditions.at[i], m->known)) {
            return true;
        }
    }
    return false;
}

/* *out_drop: on this side the statement never applies. */
static enum lic_rc settle(struct making *m, const struct policy_doc *doc,
                          struct doc_statement *statement, bool *out_drop)
{
    *out_drop = false;
    if (!grants_statement_depends(statement, m->known)) {
        return LIC_OK;
    }
    m->changed = true;
    bool generous = statement->deny == (m->side == GRANTS_LEAST);
    if (!generous && has_unknown_condition(m, statement)) {
        *out_drop = true;
        return LIC_OK;
    }
    TRY(settle_conditions(m, statement));
    TRY(settle_patterns(m, doc, generous, &statement->resources, out_drop));
    return fill_empty(m, &statement->resources);
}

/* ---- documents and layers ---- */

struct doc_list {
    const struct policy_doc **at;
    uint32_t n, cap;
};

/* Statements first to last of one document, settled. */
static enum lic_rc settle_doc(struct making *m, const struct policy_index *index, uint32_t from,
                              uint32_t to, struct doc_list *out)
{
    const struct policy_doc *doc = index_statement(index, from).doc;
    struct policy_doc *copy = ARENA_NEW(m->arena, struct policy_doc);
    struct doc_statement *kept = ARENA_ARRAY(m->arena, struct doc_statement, to - from);
    ENSURE(copy && kept, m->err, LIC_E_NOMEM, "no memory for what policies grant");
    *copy = *doc;
    copy->statements = kept;
    copy->n = 0;
    for (uint32_t i = from; i < to; i++) {
        bool drop;
        struct doc_statement *next = &kept[copy->n];
        *next = *index_statement(index, i).statement;
        TRY(settle(m, doc, next, &drop));
        copy->n += drop ? 0 : 1;
    }
    if (copy->n == 0) {
        return LIC_OK;
    }
    const struct policy_doc *done = copy;
    return ARENA_PUSH(m->arena, out, done) ? LIC_OK : no_memory(m->err);
}

static enum lic_rc settle_index(struct making *m, const struct policy_index *index,
                                const struct policy_index **out)
{
    struct doc_list docs = { 0 };
    if (!index) {
        return LIC_OK;
    }
    m->changed = false;
    uint32_t n = index_statements_n(index);
    for (uint32_t from = 0; from < n;) {
        uint32_t to = from + 1;
        while (to < n && index_statement(index, to).doc == index_statement(index, from).doc) {
            to++;
        }
        TRY(settle_doc(m, index, from, to, &docs));
        from = to;
    }
    *out = index;
    return m->changed ? policy_index_new(m->arena, docs.at, docs.n, out, m->err) : LIC_OK;
}

static enum lic_rc settle_levels(struct making *m, const struct policy_level **levels, uint32_t n,
                                 bool *out_changed)
{
    struct policy_level *settled = ARENA_ARRAY(m->arena, struct policy_level, n);
    ENSURE(settled, m->err, LIC_E_NOMEM, "no memory for what policies grant");
    for (uint32_t i = 0; i < n; i++) {
        settled[i].id = (*levels)[i].id;
        TRY(settle_index(m, (*levels)[i].index, &settled[i].index));
        *out_changed = *out_changed || m->changed;
    }
    *levels = settled;
    return LIC_OK;
}

static enum lic_rc settle_stack(struct making *m, const struct policy_stack *stack,
                                struct policy_stack *out, bool *out_changed)
{
    const struct policy_index **layers[] = { &out->identity, &out->resource, &out->boundary,
                                             &out->session };
    *out = *stack;
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        m->changed = false;
        TRY(settle_index(m, *layers[i], layers[i]));
        *out_changed = *out_changed || m->changed;
    }
    TRY(settle_levels(m, &out->scp, out->scp_n, out_changed));
    return settle_levels(m, &out->rcp, out->rcp_n, out_changed);
}

enum lic_rc grants_make(struct arena *arena, const struct policy_stack *stack,
                        const struct grants_known *known, struct grants *out, struct lic_err *err)
{
    struct making least = { arena, known, GRANTS_LEAST, false, err };
    struct making most = { arena, known, GRANTS_MOST, false, err };
    struct grants grants = { .depends = false };
    TRY(settle_stack(&least, stack, &grants.least, &grants.depends));
    TRY(settle_stack(&most, stack, &grants.most, &grants.depends));
    *out = grants;
    return LIC_OK;
}

/* ---- asking ---- */

enum lic_rc grants_ask(const struct grants *grants, const struct policy_request *request,
                       struct arena *arena, enum grants_answer *out,
                       struct policy_answer *out_least, struct policy_answer *out_most,
                       struct lic_err *err)
{
    struct policy_answer least, most;
    TRY(policy_eval(&grants->least, request, arena, &least, err));
    TRY(policy_eval(&grants->most, request, arena, &most, err));
    *out = most.result != VERDICT_ALLOW    ? GRANTS_NO
           : least.result != VERDICT_ALLOW ? GRANTS_DEPENDS
                                           : GRANTS_YES;
    if (out_least) {
        *out_least = least;
    }
    if (out_most) {
        *out_most = most;
    }
    return LIC_OK;
}

static enum lic_rc fits(const struct doc_patterns *patterns, lic_str text,
                        const struct vars_ask *ask, bool *out, struct lic_err *err)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < patterns->n && any != TRUTH_YES; i++) {
        enum truth one;
        TRY(vars_match(&patterns->at[i].compiled, text, ask, &one, err));
        any = truth_or(any, one);
    }
    *out = patterns->excluded ? any != TRUTH_YES : any != TRUTH_NO;
    return LIC_OK;
}

enum lic_rc grants_may_match(const struct doc_statement *statement,
                             const struct policy_request *request, struct arena *arena, bool *out,
                             struct lic_err *err)
{
    struct vars_ask ask = { request, arena };
    char *action = arena_take(arena, request->action.n);
    ENSURE(action, err, LIC_E_NOMEM, "no memory to compare an action");
    for (size_t i = 0; i < request->action.n; i++) {
        char c = request->action.at[i];
        action[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    TRY(fits(&statement->actions, str_make(action, request->action.n), &ask, out, err));
    return *out && statement->resources.given
               ? fits(&statement->resources, request->resource, &ask, out, err)
               : LIC_OK;
}

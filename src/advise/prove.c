/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision procedure. New access by an Allow A of the new documents is a request
 *
 *     inside A, outside every Deny of the new documents, and either
 *     outside every Allow of the old documents, or inside some Deny of theirs,
 *
 * so each A asks 1 + (number of old denies) searches. The space over-approximates: none found is
 * a proof. What is found is a request only when policy_eval says so; if it does not, because a
 * variable was taken to be whatever suits or keys of the principal contradict each other, the
 * search is done again with the principal and all variables bound to single values.
 */
#include "advise/prove.h"

#include "advise/callers.h"
#include "advise/search.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define STATES_MAX 20000u
#define WORDS_MAX 4096u
#define STEPS_MAX UINT64_C(100000000) /* about a quarter of a second */
#define POINTS_MAX 2048u
#define BOXES_MAX 4000u
#define ATTEMPTS_MAX 24u /* times a space is settled again with bindings, for a whole question */
#define JSON_BYTES_MAX (16u * 1024 * 1024)

/* What no policy decides: the same before and after. */
#define SETTLED                                                                                    \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","                             \
    "\"Action\":\"sts:GetCallerIdentity\",\"Resource\":\"*\"}}"

struct box_list {
    uint32_t *at;
    uint32_t n, cap;
};

/* The statements of a question as boxes. Both spaces have the same boxes by the same numbers. */
struct prover {
    const struct prove_question *question;
    struct arena *arena;
    struct space space; /* as it is */
    struct space bound; /* settled again for each attempt */
    bool bound_there;
    struct box_list old_allows, old_denies, new_allows, outside_new, outside_all;
    uint32_t within, settled; /* boxes */
    struct axis_bindings bindings;
    struct axis_budget budget;
    const char *incomplete;
    struct callers callers;
    lic_str owner; /* account of the resource, for a resource's policies */
    uint32_t attempts;
    /* For policy_eval, made when first needed. */
    bool stacks_there;
    struct policy_stack old_stack, new_stack, within_stack;
    const struct policy_index *allow_all;
};

/* One search: what must be hit besides A, and what must be missed. */
struct goal {
    uint32_t inside[4];
    uint32_t inside_n;
    const struct box_list *outside;
    uint32_t old_deny; /* box, or BOX_NONE */
};

#define BOX_NONE UINT32_MAX

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for a proof");
}

/* ---- boxes -------------------------------------------------------------------------------- */

static enum lic_rc push(struct prover *p, struct box_list *list, uint32_t box, struct lic_err *err)
{
    return ARENA_PUSH(p->arena, list, box) ? LIC_OK : no_memory(err);
}

static enum lic_rc add_docs(struct prover *p, const struct policy_doc *const *docs, uint32_t n,
                            struct box_list *allows, struct box_list *denies, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < docs[i]->n; k++) {
            const struct doc_statement *statement = &docs[i]->statements[k];
            uint32_t box = 0;
            TRY(space_add(&p->space, docs[i], statement, &box, err));
            TRY(push(p, statement->deny ? denies : allows, box, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc add_settled(struct prover *p, struct lic_err *err)
{
    const struct policy_doc *doc = NULL;
    TRY(policy_doc_read(p->arena, LIC_STR("sts:GetCallerIdentity"), LIC_STR(SETTLED), DOC_MANAGED,
                        &doc, err));
    return space_add(&p->space, doc, &doc->statements[0], &p->settled, err);
}

static enum lic_rc add_all(struct prover *p, struct lic_err *err)
{
    const struct prove_question *q = p->question;
    p->within = BOX_NONE;
    p->settled = BOX_NONE;
    TRY(add_docs(p, q->new_docs, q->new_n, &p->new_allows, &p->outside_new, err));
    TRY(add_docs(p, q->old_docs, q->old_n, &p->old_allows, &p->old_denies, err));
    if (q->within) {
        TRY(space_add(&p->space, q->within, &q->within->statements[0], &p->within, err));
    }
    if (!q->resource) {
        TRY(add_settled(p, err));
        TRY(push(p, &p->outside_new, p->settled, err));
    }
    for (uint32_t i = 0; i < p->outside_new.n; i++) {
        TRY(push(p, &p->outside_all, p->outside_new.at[i], err));
    }
    for (uint32_t i = 0; i < p->old_allows.n; i++) {
        TRY(push(p, &p->outside_all, p->old_allows.at[i], err));
    }
    return LIC_OK;
}

/* The same boxes again, so that the second space can be settled by itself. */
static enum lic_rc copy_space(struct prover *p, struct lic_err *err)
{
    uint32_t box = 0;
    if (p->bound_there) {
        return LIC_OK;
    }
    space_init(&p->bound, p->arena);
    for (uint32_t i = 0; i < p->space.boxes.n; i++) {
        const struct space_box *from = &p->space.boxes.at[i];
        TRY(space_add(&p->bound, from->doc, from->statement, &box, err));
    }
    p->bound_there = true;
    return LIC_OK;
}

/* ---- callers of a resource ---------------------------------------------------------------- */

static enum lic_rc find_callers(struct prover *p, struct lic_err *err)
{
    const struct prove_question *q = p->question;
    lic_str stranger = { NULL, 0 };
    for (uint32_t i = 0; i < q->callers_n; i++) {
        ENSURE(ARENA_PUSH(p->arena, &p->callers, q->callers[i]), err, LIC_E_NOMEM,
               "no memory for a caller");
    }
    if (q->callers_n > 0) {
        return LIC_OK;
    }
    TRY(callers_fresh_account(q->new_docs, q->new_n, 1, p->arena, &stranger, err));
    TRY(callers_add_strangers(&p->callers, p->arena, stranger, err));
    for (uint32_t i = 0; i < p->space.boxes.n; i++) {
        TRY(callers_add(&p->callers, p->arena, p->space.boxes.at[i].statement, err));
    }
    return LIC_OK;
}

static enum lic_rc place_callers(struct prover *p, struct lic_err *err)
{
    struct axis *axis = space_axis(&p->space, AXIS_PRINCIPAL);
    if (!axis) {
        return LIC_OK;
    }
    TRY(find_callers(p, err));
    for (uint32_t i = 0; i < p->callers.n; i++) {
        TRY(axis_add_principal(axis, p->callers.at[i], p->arena, err));
    }
    return LIC_OK;
}

/* ---- beginning ---------------------------------------------------------------------------- */

static enum lic_rc begin(struct prover *p, const struct prove_question *question,
                         struct arena *arena, struct lic_err *err)
{
    *p = (struct prover){ .question = question, .arena = arena };
    p->budget = (struct axis_budget){
        .lang = { .states_max = STATES_MAX, .words_max = WORDS_MAX, .steps = STEPS_MAX },
        .points_max = POINTS_MAX,
    };
    p->bindings = question->fixed ? *question->fixed : (struct axis_bindings){ .n = 0 };
    p->bindings.strict = question->strict;
    p->bindings.signed_caller = !question->resource;
    space_init(&p->space, arena);
    TRY(add_all(p, err));
    if (p->space.boxes.n > BOXES_MAX) {
        p->incomplete = "there are more statements than the budget allows";
        return LIC_OK;
    }
    if (question->resource) {
        TRY(callers_fresh_account(question->new_docs, question->new_n, 0, arena, &p->owner, err));
    }
    TRY(place_callers(p, err));
    return space_settle(&p->space, &p->bindings, &p->budget, &p->incomplete, err);
}

/* ---- asking policy itself ----------------------------------------------------------------- */

static enum lic_rc make_index(struct prover *p, const struct policy_doc *const *docs, uint32_t n,
                              bool resource, struct policy_stack *out, struct lic_err *err)
{
    const struct policy_index *index = NULL;
    TRY(policy_index_new(p->arena, docs, n, &index, err));
    *out = (struct policy_stack){ .identity = resource ? p->allow_all : index,
                                  .resource = resource ? index : NULL };
    return LIC_OK;
}

static enum lic_rc make_stacks(struct prover *p, struct lic_err *err)
{
    const struct prove_question *q = p->question;
    const struct policy_doc *all = NULL;
    if (p->stacks_there) {
        return LIC_OK;
    }
    TRY(policy_doc_read(p->arena, LIC_STR("allow-all"), LIC_STR(WITNESS_ALLOW_ALL), DOC_MANAGED,
                        &all, err));
    TRY(policy_index_new(p->arena, &all, 1, &p->allow_all, err));
    TRY(make_index(p, q->old_docs, q->old_n, q->resource, &p->old_stack, err));
    TRY(make_index(p, q->new_docs, q->new_n, q->resource, &p->new_stack, err));
    TRY(make_index(p, &q->within, q->within ? 1 : 0, q->resource, &p->within_stack, err));
    p->stacks_there = true;
    return LIC_OK;
}

static enum lic_rc ask(const struct prover *p, const struct policy_stack *stack,
                       const struct witness *witness, bool *out_allowed, struct lic_err *err)
{
    struct policy_request request;
    struct policy_answer answer;
    struct policy_stack full = *stack;
    if (p->question->resource && witness->principal.kind == REQUEST_FEDERATED) {
        full.session = p->allow_all; /* such a session has no rights without one */
    }
    TRY(witness_request(witness, p->question->strict, p->arena, &request, err));
    TRY(policy_eval(&full, &request, p->arena, &answer, err));
    *out_allowed = answer.result == VERDICT_ALLOW;
    return LIC_OK;
}

/* Whether this is a request, and one that the new documents allow and the old ones do not. */
static enum lic_rc confirm(struct prover *p, const struct witness *witness, bool *out,
                           struct lic_err *err)
{
    bool agrees = false;
    bool old_allowed = true;
    bool new_allowed = false;
    bool within = true;
    *out = false;
    TRY(witness_agrees(witness, p->arena, &agrees, err));
    if (!agrees || witness->contradicts) {
        return LIC_OK;
    }
    TRY(make_stacks(p, err));
    TRY(ask(p, &p->old_stack, witness, &old_allowed, err));
    TRY(ask(p, &p->new_stack, witness, &new_allowed, err));
    if (p->question->within) {
        TRY(ask(p, &p->within_stack, witness, &within, err));
    }
    bool settled = p->question->settled_counts && new_allowed;
    *out = new_allowed && within && (settled || !old_allowed);
    return LIC_OK;
}

static void fail(const struct prover *p, uint32_t allow, uint32_t old_deny,
                 const struct witness *witness, struct prove_answer *out)
{
    const struct space_box *box = &p->space.boxes.at[allow];
    *out = (struct prove_answer){ .verdict = PROVE_FAIL, .witness = *witness };
    out->doc = box->doc;
    out->statement = box->statement;
    if (old_deny != BOX_NONE) {
        out->old_doc = p->space.boxes.at[old_deny].doc;
        out->old_statement = p->space.boxes.at[old_deny].statement;
    }
}

static enum lic_rc look_for(struct prover *p, const struct space *space, const struct goal *goal,
                            uint32_t **out_points, enum search_result *out, struct lic_err *err)
{
    struct search_goal search = { .inside = goal->inside,
                                  .inside_n = goal->inside_n,
                                  .outside = goal->outside->at,
                                  .outside_n = goal->outside->n };
    return search_point(space, &search, &p->budget.lang.steps, out_points, out, err);
}

/* ---- again, with everything bound --------------------------------------------------------- */

struct binding_list {
    struct axis_binding *at;
    uint32_t n, cap;
};

static enum lic_rc bind(struct prover *p, struct binding_list *list, const struct request_key *key,
                        struct callers_key value, struct lic_err *err)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i].key.lower, key->lower)) {
            return LIC_OK;
        }
    }
    struct axis_binding binding = { *key, value.value, value.absent };
    return ARENA_PUSH(p->arena, list, binding) ? LIC_OK : no_memory(err);
}

/* What a key is bound to: what follows from the principal, else what was picked, else a name. */
static enum lic_rc choose_value(struct prover *p, const struct witness *from, lic_str lower,
                                bool variable, bool *out_chosen, struct callers_key *out,
                                struct lic_err *err)
{
    TRY(callers_key(&from->principal, lower, p->arena, out_chosen, out, err));
    if (*out_chosen || !variable) {
        return LIC_OK;
    }
    const struct witness_key *picked = witness_find(from, lower);
    bool one = picked && picked->n == 1 && picked->values[0].n > 0;
    *out_chosen = true;
    *out = (struct callers_key){ .value = one ? picked->values[0] : LIC_STR("someone") };
    return LIC_OK;
}

static enum lic_rc bind_variables(struct prover *p, struct binding_list *list,
                                  const struct witness *from, bool absent,
                                  const struct vars_pattern *pattern, struct lic_err *err)
{
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        const struct vars_piece *piece = &pattern->pieces[i];
        struct callers_key value = { .absent = true };
        bool chosen = false;
        if (piece->key.n == 0) {
            continue;
        }
        TRY(choose_value(p, from, piece->lookup.lower, /* variable= */ !absent, &chosen, &value,
                         err));
        value.absent = chosen ? value.absent : true;
        TRY(bind(p, list, &piece->lookup, value, err));
    }
    return LIC_OK;
}

static bool takes_patterns(enum cond_kind kind)
{
    return kind == COND_TEXT || kind == COND_NOCASE || kind == COND_LIKE || kind == COND_ARN;
}

static enum lic_rc bind_test(struct prover *p, struct binding_list *list,
                             const struct witness *from, bool absent, const struct axis_test *test,
                             struct lic_err *err)
{
    for (uint32_t i = 0; test->patterns && i < test->patterns->n; i++) {
        TRY(bind_variables(p, list, from, absent, &test->patterns->at[i].compiled, err));
    }
    bool texts = test->cond && takes_patterns(cond_operator_kind(test->cond->op));
    for (uint32_t i = 0; texts && i < test->cond->values_n; i++) {
        TRY(bind_variables(p, list, from, absent, &test->cond->values[i].pattern, err));
    }
    return LIC_OK;
}

/* Every key that follows from the principal, and every key that a variable reads. */
static enum lic_rc bind_all(struct prover *p, const struct witness *from, bool absent,
                            struct axis_bindings *out, struct lic_err *err)
{
    struct binding_list list = { .n = 0 };
    for (uint32_t i = 0; i < p->bindings.n; i++) {
        const struct axis_binding *fixed = &p->bindings.at[i];
        struct callers_key value = { fixed->value, fixed->absent };
        TRY(bind(p, &list, &fixed->key, value, err));
    }
    for (uint32_t i = 0; i < p->space.axes.n; i++) {
        const struct axis *axis = &p->space.axes.at[i];
        struct callers_key value = { .absent = true };
        bool decided = false;
        if (axis->key.lower.n > 0) {
            TRY(callers_key(&from->principal, axis->key.lower, p->arena, &decided, &value, err));
        }
        if (decided) {
            TRY(bind(p, &list, &axis->key, value, err));
        }
        for (uint32_t k = 0; k < axis->tests.n; k++) {
            TRY(bind_test(p, &list, from, absent, &axis->tests.at[k], err));
        }
    }
    *out = p->bindings;
    out->at = list.at;
    out->n = list.n;
    return LIC_OK;
}

static enum lic_rc settle_bound(struct prover *p, const struct witness *from,
                                const struct axis_bindings *bindings, struct lic_err *err)
{
    const char *why = NULL;
    TRY(copy_space(p, err));
    struct axis *callers = space_axis(&p->bound, AXIS_PRINCIPAL);
    if (callers) {
        struct request_principal *caller = ARENA_NEW(p->arena, struct request_principal);
        ENSURE(caller, err, LIC_E_NOMEM, "no memory for a caller");
        *caller = from->principal;
        callers->points.n = 0;
        TRY(axis_add_principal(callers, caller, p->arena, err));
    }
    return space_settle(&p->bound, bindings, &p->budget, &why, err);
}

/* One attempt: as `from` says, but bound and so exact. */
static enum lic_rc attempt(struct prover *p, uint32_t allow, const struct goal *goal,
                           const struct witness *from, bool absent, struct prove_answer *answer,
                           struct lic_err *err)
{
    struct axis_bindings bindings;
    struct witness witness;
    enum search_result result = SEARCH_NONE;
    uint32_t *points = NULL;
    bool confirmed = false;
    if (p->attempts++ >= ATTEMPTS_MAX) {
        return LIC_OK;
    }
    TRY(bind_all(p, from, absent, &bindings, err));
    TRY(settle_bound(p, from, &bindings, err));
    TRY(look_for(p, &p->bound, goal, &points, &result, err));
    if (result != SEARCH_FOUND) {
        return LIC_OK;
    }
    struct witness_rest rest = { .principal = &from->principal,
                                 .resource_account = p->owner,
                                 .bindings = &bindings };
    TRY(witness_make(&p->bound, points, &rest, &witness, err));
    TRY(confirm(p, &witness, &confirmed, err));
    if (confirmed) {
        fail(p, allow, goal->old_deny, &witness, answer);
    }
    return LIC_OK;
}

/* The found point is no request as it is: bind what it leaves open, in a few ways. */
static enum lic_rc try_bound(struct prover *p, uint32_t allow, const struct goal *goal,
                             const struct witness *found, struct prove_answer *answer,
                             struct lic_err *err)
{
    static const char *const others[] = { "arn:aws:iam::123456789012:user/someone",
                                          "arn:aws:sts::123456789012:assumed-role/something/s" };
    struct witness from = *found;
    TRY(attempt(p, allow, goal, &from, /* absent= */ false, answer, err));
    if (answer->verdict != PROVE_FAIL) {
        TRY(attempt(p, allow, goal, &from, /* absent= */ true, answer, err));
    }
    bool resource = p->question->resource;
    bool fixed = p->question->principal != NULL;
    uint32_t n = resource ? p->callers.n : fixed ? 0 : 2;
    for (uint32_t i = 0; i < n && answer->verdict != PROVE_FAIL; i++) {
        if (resource) {
            from.principal = *p->callers.at[i];
        } else {
            TRY(request_principal_read(str_z(others[i]), &from.principal, err));
        }
        TRY(attempt(p, allow, goal, &from, /* absent= */ false, answer, err));
    }
    return LIC_OK;
}

/* ---- one allow ---------------------------------------------------------------------------- */

static void unsure(struct prove_answer *answer, const char *reason)
{
    if (answer->verdict == PROVE_PASS) {
        *answer = (struct prove_answer){ .verdict = PROVE_UNKNOWN, .reason = reason };
    }
}

static enum lic_rc try_goal(struct prover *p, uint32_t allow, const struct goal *goal,
                            struct prove_answer *answer, struct lic_err *err)
{
    enum search_result result = SEARCH_NONE;
    uint32_t *points = NULL;
    struct witness witness;
    bool confirmed = false;
    TRY(look_for(p, &p->space, goal, &points, &result, err));
    if (result == SEARCH_GAVE_UP) {
        unsure(answer, "the search for a request went beyond its budget");
    }
    if (result != SEARCH_FOUND) {
        return LIC_OK;
    }
    struct witness_rest rest = { .principal = p->question->principal,
                                 .resource_account = p->owner,
                                 .bindings = &p->bindings };
    TRY(witness_make(&p->space, points, &rest, &witness, err));
    TRY(confirm(p, &witness, &confirmed, err));
    if (confirmed) {
        fail(p, allow, goal->old_deny, &witness, answer);
        return LIC_OK;
    }
    unsure(answer, "a request would need policy variables or keys of the principal with values "
                   "that were not found");
    return try_bound(p, allow, goal, &witness, answer, err);
}

/* All ways in which this allow may give new access. */
static enum lic_rc try_allow(struct prover *p, uint32_t allow, struct prove_answer *out,
                             struct lic_err *err)
{
    struct prove_answer answer = { .verdict = PROVE_PASS };
    struct goal goal = { .inside = { allow }, .inside_n = 1, .old_deny = BOX_NONE };
    goal.outside = &p->outside_all;
    if (p->within != BOX_NONE) {
        goal.inside[goal.inside_n++] = p->within;
    }
    TRY(try_goal(p, allow, &goal, &answer, err));
    goal.outside = &p->outside_new;
    goal.inside_n++;
    for (uint32_t i = 0; i < p->old_denies.n && answer.verdict != PROVE_FAIL; i++) {
        goal.old_deny = p->old_denies.at[i];
        goal.inside[goal.inside_n - 1] = goal.old_deny;
        TRY(try_goal(p, allow, &goal, &answer, err));
    }
    if (p->incomplete) {
        unsure(&answer, p->incomplete);
    }
    *out = answer;
    return LIC_OK;
}

/* What is allowed to every caller, when that is part of the question. */
static enum lic_rc try_settled(struct prover *p, struct prove_answer *answer, struct lic_err *err)
{
    struct box_list none = { .n = 0 };
    struct goal goal = { .inside = { p->settled }, .inside_n = 1, .outside = &none };
    goal.old_deny = BOX_NONE;
    if (!p->question->settled_counts || p->settled == BOX_NONE || p->within == BOX_NONE) {
        return LIC_OK;
    }
    goal.inside[goal.inside_n++] = p->within;
    return try_goal(p, p->settled, &goal, answer, err);
}

bool prove_same_documents(const struct prove_question *question)
{
    bool same = question->old_n == question->new_n && !question->settled_counts;
    for (uint32_t i = 0; same && i < question->new_n; i++) {
        const struct policy_doc *a = question->old_docs[i];
        const struct policy_doc *b = question->new_docs[i];
        same = a->text.n > 0 && str_eq(a->text, b->text) && a->kind == b->kind && a->n == b->n &&
               a->start.line == b->start.line && a->start.column == b->start.column;
    }
    return same;
}

enum lic_rc prove_no_new_access(const struct prove_question *question, struct arena *arena,
                                struct prove_answer *out, struct lic_err *err)
{
    struct prover p;
    struct prove_answer answer = { .verdict = PROVE_PASS };
    if (prove_same_documents(question)) {
        *out = answer;
        return LIC_OK;
    }
    TRY(begin(&p, question, arena, err));
    if (p.space.boxes.n > BOXES_MAX) {
        *out = (struct prove_answer){ .verdict = PROVE_UNKNOWN, .reason = p.incomplete };
        return LIC_OK;
    }
    TRY(try_settled(&p, &answer, err));
    for (uint32_t i = 0; i < p.new_allows.n && answer.verdict != PROVE_FAIL; i++) {
        struct prove_answer one;
        TRY(try_allow(&p, p.new_allows.at[i], &one, err));
        answer = one.verdict != PROVE_PASS ? one : answer;
    }
    *out = answer;
    return LIC_OK;
}

enum lic_rc prove_each(const struct prove_question *question, uint32_t fails_max,
                       struct arena *arena, struct prove_answers *out, struct lic_err *err)
{
    struct prover p;
    struct prove_answers answers = { .n = 0 };
    uint32_t fails = 0;
    TRY(begin(&p, question, arena, err));
    for (uint32_t i = 0; i < p.new_allows.n && fails < fails_max; i++) {
        struct prove_answer one = { .verdict = PROVE_UNKNOWN, .reason = p.incomplete };
        if (p.space.boxes.n <= BOXES_MAX) {
            TRY(try_allow(&p, p.new_allows.at[i], &one, err));
        }
        one.doc = p.space.boxes.at[p.new_allows.at[i]].doc;
        one.statement = p.space.boxes.at[p.new_allows.at[i]].statement;
        fails += one.verdict == PROVE_FAIL ? 1 : 0;
        ENSURE(ARENA_PUSH(arena, &answers, one), err, LIC_E_NOMEM, "no memory for a proof");
    }
    *out = answers;
    return LIC_OK;
}

enum lic_rc prove_json(const struct prove_question *question, const struct prove_answer *answer,
                       struct arena *arena, lic_str *out, struct lic_err *err)
{
    struct buf text;
    struct witness_layers layers = { .docs = question->new_docs,
                                     .docs_n = question->new_n,
                                     .resource = question->resource };
    buf_init(&text, arena, JSON_BYTES_MAX);
    TRY(witness_json(&answer->witness, &layers, arena, &text, err));
    TRY(buf_check(&text, "a request as JSON", err));
    *out = buf_str(&text);
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision: the first explicit deny that applies, else the first allow, else nothing. What
 * cannot be decided never grants and always denies (truth.h).
 */
#include "policy/policy.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/doc.h"

#include "base/banned.h"

#define ACTION_BYTES 128u /* longer actions are lowered in the arena */

struct question {
    struct vars_ask ask;
    lic_str action; /* lower case */
    lic_str resource;
};

static enum lic_rc lower_action(lic_str action, char stack[ACTION_BYTES], struct arena *arena,
                                lic_str *out, struct lic_err *err);
static enum lic_rc statement_applies(const struct doc_statement *statement,
                                     const struct question *question, bool *out,
                                     struct lic_err *err);

static void set_verdict(struct verdict *out, const struct policy_doc *doc,
                        const struct doc_statement *statement)
{
    *out = (struct verdict){
        .result = statement->deny ? VERDICT_EXPLICIT_DENY : VERDICT_ALLOW,
        .file = doc->file,
        .line = statement->line,
        .column = statement->column,
        .sid = statement->sid,
        .blocked_by = statement->deny ? LIC_STR("identity") : LIC_STR(""),
    };
}

/* Stops at a deny; an allow only stands when nothing was allowed before it. */
static enum lic_rc judge_doc(const struct policy_doc *doc, const struct question *question,
                             struct verdict *verdict, struct lic_err *err)
{
    for (uint32_t i = 0; i < doc->n; i++) {
        const struct doc_statement *statement = &doc->statements[i];
        bool applies = false;
        if (!statement->deny && verdict->result == VERDICT_ALLOW) {
            continue;
        }
        TRY(statement_applies(statement, question, &applies, err));
        if (applies) {
            set_verdict(verdict, doc, statement);
        }
        if (verdict->result == VERDICT_EXPLICIT_DENY) {
            break;
        }
    }
    return LIC_OK;
}

enum lic_rc policy_eval(const struct policy_doc *const *docs, uint32_t docs_n,
                        const struct event *event, struct arena *arena, struct verdict *out,
                        struct lic_err *err)
{
    char stack[ACTION_BYTES];
    struct question question = { .ask = { event, arena }, .resource = event->resource };
    struct verdict verdict = { .result = VERDICT_IMPLICIT_DENY, .blocked_by = LIC_STR("identity") };
    TRY(lower_action(event->action, stack, arena, &question.action, err));
    for (uint32_t i = 0; i < docs_n && verdict.result != VERDICT_EXPLICIT_DENY; i++) {
        TRY(judge_doc(docs[i], &question, &verdict, err));
    }
    *out = verdict;
    return LIC_OK;
}

static enum lic_rc lower_action(lic_str action, char stack[ACTION_BYTES], struct arena *arena,
                                lic_str *out, struct lic_err *err)
{
    char *at = action.n <= ACTION_BYTES ? stack : arena_take(arena, action.n);
    ENSURE(at, err, LIC_E_NOMEM, "no memory to judge an action of %zu bytes", action.n);
    for (size_t i = 0; i < action.n; i++) {
        char c = action.at[i];
        at[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *out = str_make(at, action.n);
    return LIC_OK;
}

static bool action_applies(const struct doc_patterns *actions, lic_str action)
{
    bool listed = false;
    for (uint32_t i = 0; i < actions->n && !listed; i++) {
        listed = vars_equal(&actions->at[i], action);
    }
    return listed != actions->excluded;
}

static enum lic_rc resource_applies(const struct doc_patterns *resources,
                                    const struct question *question, enum truth *out,
                                    struct lic_err *err)
{
    enum truth listed = TRUTH_NO;
    for (uint32_t i = 0; i < resources->n && listed != TRUTH_YES; i++) {
        enum truth one = TRUTH_NO;
        TRY(vars_match(&resources->at[i], question->resource, &question->ask, &one, err));
        /* A variable without a value matches nothing; excluding nothing must not grant. */
        bool nothing_matches = one == TRUTH_UNSURE && !resources->excluded;
        listed = truth_or(listed, nothing_matches ? TRUTH_NO : one);
    }
    *out = resources->excluded ? truth_not(listed) : listed;
    return LIC_OK;
}

static enum lic_rc statement_applies(const struct doc_statement *statement,
                                     const struct question *question, bool *out,
                                     struct lic_err *err)
{
    if (!action_applies(&statement->actions, question->action)) {
        return LIC_OK;
    }
    enum truth truth = TRUTH_NO;
    TRY(resource_applies(&statement->resources, question, &truth, err));
    for (uint32_t i = 0; i < statement->conditions.n && truth != TRUTH_NO; i++) {
        enum truth holds = TRUTH_NO;
        TRY(cond_holds(&statement->conditions.at[i], &question->ask, &holds, err));
        truth = truth_and(truth, holds);
    }
    *out = truth == TRUTH_YES || (truth == TRUTH_UNSURE && statement->deny);
    return LIC_OK;
}

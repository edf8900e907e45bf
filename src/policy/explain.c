/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same decision told to a person. Every statement is looked at, without the index: those that
 * apply are listed with their place, and so are those about this action and resource that do not
 * apply, with the first thing that kept them from it.
 */
#include "policy/policy.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/index.h"

#include "base/banned.h"

#define VALUES_SHOWN 8u
#define VALUE_BYTES_SHOWN 200u

struct telling {
    const struct policy_stack *stack;
    const struct index_question *question;
    struct buf *out;
    uint32_t others_n; /* statements of this layer about something else */
};

/* ---- words -------------------------------------------------------------------------------- */

static void tell_value(struct buf *out, lic_str value)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < value.n && i < VALUE_BYTES_SHOWN; i++) {
        unsigned char c = (unsigned char)value.at[i];
        buf_add_char(out, c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
    buf_add(out, value.n > VALUE_BYTES_SHOWN ? LIC_STR("...\"") : LIC_STR("\""));
}

static void tell_values(struct buf *out, const lic_str *values, uint32_t n)
{
    for (uint32_t i = 0; i < n && i < VALUES_SHOWN; i++) {
        buf_add(out, i > 0 ? LIC_STR(", ") : LIC_STR(""));
        tell_value(out, values[i]);
    }
    if (n > VALUES_SHOWN) {
        buf_addf(out, " and %u more", n - VALUES_SHOWN);
    }
}

static void tell_wanted(struct buf *out, const struct doc_condition *condition)
{
    for (uint32_t i = 0; i < condition->cond.values_n && i < VALUES_SHOWN; i++) {
        buf_add(out, i > 0 ? LIC_STR(", ") : LIC_STR(""));
        tell_value(out, condition->values[i].text);
    }
    if (condition->cond.values_n > VALUES_SHOWN) {
        buf_addf(out, " and %u more", condition->cond.values_n - VALUES_SHOWN);
    }
}

/* "condition at 7:9: IpAddress of aws:SourceIp wants "10.0.0.0/8", the request has "192.0.2.1"" */
static enum lic_rc tell_condition(struct telling *telling, const struct doc_condition *condition,
                                  enum truth truth, struct lic_err *err)
{
    const struct vars_ask *ask = &telling->question->ask;
    struct request_found found;
    TRY(request_find(ask->request, &condition->cond.lookup, ask->arena, &found, err));
    buf_addf(telling->out, "the condition at %u:%u " LIC_FMT " of " LIC_FMT,
             condition->key_place.line, condition->key_place.column,
             LIC_ARG(condition->operator_text), LIC_ARG(condition->cond.key));
    buf_addf(telling->out, " %s: it wants ",
             truth == TRUTH_UNSURE ? "cannot be decided" : "does not hold");
    tell_wanted(telling->out, condition);
    buf_addf(telling->out, ", the request has ");
    if (!found.present) {
        buf_addf(telling->out, "no such key");
    } else if (found.n == 0) {
        buf_addf(telling->out, "an empty list");
    }
    tell_values(telling->out, found.at, found.n);
    return LIC_OK;
}

static lic_str grant_words(enum principal_grant grant)
{
    switch (grant) {
    case GRANT_ACCOUNT:
        return LIC_STR(", for the caller's account");
    case GRANT_LIMITED:
        return LIC_STR(", for the caller's role or issuer");
    case GRANT_DIRECT:
        return LIC_STR(", for the caller itself or everybody");
    case GRANT_NONE:
    case GRANT_N:
        break;
    }
    return LIC_STR("");
}

static void tell_place(struct telling *telling, struct index_statement one)
{
    const struct doc_statement *statement = one.statement;
    buf_addf(telling->out, "  " LIC_FMT ":%u:%u %s", LIC_ARG(one.doc->file), statement->place.line,
             statement->place.column, statement->deny ? "Deny" : "Allow");
    if (statement->sid.n > 0) {
        buf_add_char(telling->out, ' ');
        tell_value(telling->out, statement->sid);
    }
}

/* ---- statements --------------------------------------------------------------------------- */

/* The first condition that does not hold, or NULL with what they amount to. */
static enum lic_rc find_obstacle(const struct telling *telling,
                                 const struct doc_statement *statement,
                                 const struct doc_condition **out, enum truth *out_truth,
                                 struct lic_err *err)
{
    const struct doc_condition *obstacle = NULL;
    enum truth truth = TRUTH_YES;
    for (uint32_t i = 0; i < statement->conditions.n && truth != TRUTH_NO; i++) {
        enum truth holds = TRUTH_NO;
        TRY(cond_holds(&statement->conditions.at[i].cond, &telling->question->ask, &holds, err));
        obstacle = holds < truth ? &statement->conditions.at[i] : obstacle;
        truth = truth_and(truth, holds);
    }
    *out = obstacle;
    *out_truth = truth;
    return LIC_OK;
}

/* A statement about this action and resource: that it applies, or what keeps it from that. */
static enum lic_rc tell_near(struct telling *telling, struct index_statement one,
                             struct lic_err *err)
{
    const struct policy_request *request = telling->question->ask.request;
    const struct doc_condition *obstacle = NULL;
    enum truth truth = TRUTH_YES;
    enum principal_grant grant =
        principal_named(one.statement, &request->principal, telling->question->bounded);
    TRY(find_obstacle(telling, one.statement, &obstacle, &truth, err));
    bool unsure = truth == TRUTH_UNSURE && one.statement->deny && request->strict;
    tell_place(telling, one);
    if (grant == GRANT_NONE) {
        buf_addf(telling->out, " is not about this principal");
    } else if (truth == TRUTH_YES || unsure) {
        lic_str whom = one.statement->principals.given ? grant_words(grant) : LIC_STR("");
        buf_addf(telling->out, " applies" LIC_FMT, LIC_ARG(whom));
    } else {
        buf_addf(telling->out, " does not apply");
    }
    if (grant != GRANT_NONE && obstacle) {
        buf_addf(telling->out, unsure ? "; what cannot be decided denies: " : ": ");
        TRY(tell_condition(telling, obstacle, truth, err));
    }
    buf_add_char(telling->out, '\n');
    return LIC_OK;
}

static enum lic_rc tell_statement(struct telling *telling, struct index_statement one,
                                  struct lic_err *err)
{
    bool about = index_actions_apply(one.statement, telling->question->action);
    if (about) {
        TRY(index_resources_apply(one.statement, telling->question, &about, err));
    }
    if (about) {
        return tell_near(telling, one, err);
    }
    telling->others_n++;
    return LIC_OK;
}

/* ---- layers ------------------------------------------------------------------------------- */

static const char *result_words(enum policy_layer_result result)
{
    switch (result) {
    case LAYER_ABSENT:
        return "not asked";
    case LAYER_SILENT:
        return "does not allow";
    case LAYER_ALLOWS:
        return "allows";
    case LAYER_DENIES:
        return "denies";
    }
    UNREACHABLE("every result has its words");
}

static const char *layer_words(enum policy_layer layer)
{
    switch (layer) {
    case LAYER_SCP:
        return "service control policies";
    case LAYER_RCP:
        return "resource control policies";
    case LAYER_RESOURCE:
        return "the resource's policy";
    case LAYER_IDENTITY:
        return "identity policies";
    case LAYER_BOUNDARY:
        return "permissions boundary";
    case LAYER_SESSION:
        return "session policy";
    case LAYER_N:
        break;
    }
    UNREACHABLE("every layer has its words");
}

static enum lic_rc tell_index(struct telling *telling, const struct policy_index *index,
                              struct lic_err *err)
{
    uint32_t n = index ? index_statements_n(index) : 0;
    telling->others_n = 0;
    for (uint32_t i = 0; i < n; i++) {
        TRY(tell_statement(telling, index_statement(index, i), err));
    }
    if (telling->others_n > 0) {
        buf_addf(telling->out, "  %u statement%s about other actions or resources\n",
                 telling->others_n, telling->others_n == 1 ? " is" : "s are");
    } else if (n == 0 && index) {
        buf_addf(telling->out, "  no statements\n");
    }
    return LIC_OK;
}

static enum lic_rc tell_layer(struct telling *telling, const struct policy_answer *answer,
                              enum policy_layer layer, const struct policy_index *index,
                              struct lic_err *err)
{
    enum policy_layer_result result = answer->layers[layer].result;
    if (!index && result == LAYER_ABSENT) {
        return LIC_OK;
    }
    buf_addf(telling->out, "%s (%s): %s\n", layer_words(layer), policy_layer_name(layer),
             result_words(result));
    return tell_index(telling, index, err);
}

static enum lic_rc tell_levels(struct telling *telling, const struct policy_answer *answer,
                               enum policy_layer layer, const struct policy_level *levels,
                               uint32_t n, struct lic_err *err)
{
    if (n == 0) {
        return LIC_OK;
    }
    bool exempt = answer->layers[layer].result == LAYER_ABSENT;
    buf_addf(telling->out, "%s (%s): %s\n", layer_words(layer), policy_layer_name(layer),
             exempt ? "do not bind this caller" : result_words(answer->layers[layer].result));
    for (uint32_t i = 0; i < n && !exempt; i++) {
        buf_addf(telling->out, " level ");
        tell_value(telling->out, levels[i].id);
        buf_add_char(telling->out, '\n');
        TRY(tell_index(telling, levels[i].index, err));
    }
    return LIC_OK;
}

static void tell_request(struct telling *telling, const struct policy_answer *answer)
{
    const struct policy_request *request = telling->question->ask.request;
    struct buf *out = telling->out;
    bool nobody = request->principal.kind == REQUEST_ANONYMOUS;
    buf_addf(out, "principal  " LIC_FMT "\n",
             LIC_ARG(nobody ? LIC_STR("nobody (anonymous)") : request->principal.arn));
    buf_addf(out, "action     " LIC_FMT "\n", LIC_ARG(request->action));
    buf_addf(out, "resource   " LIC_FMT "%s\n", LIC_ARG(request->resource),
             answer->cross_account ? " (of another account)" : "");
}

static void tell_result(struct telling *telling, const struct policy_answer *answer)
{
    struct buf *out = telling->out;
    bool first = true;
    buf_addf(out, "\nresult     %s", verdict_result_name(answer->result));
    for (uint32_t layer = 0; layer < LAYER_N; layer++) {
        if (answer->blocked & 1u << layer) {
            buf_addf(out, "%s%s", first ? ", blocked by " : ", ",
                     policy_layer_name((enum policy_layer)layer));
            first = false;
        }
    }
    buf_addf(out, "\nbecause    %s\n", answer->rule);
}

static enum lic_rc tell_layers(struct telling *telling, const struct policy_answer *answer,
                               struct lic_err *err)
{
    const struct policy_stack *stack = telling->stack;
    TRY(tell_levels(telling, answer, LAYER_SCP, stack->scp, stack->scp_n, err));
    TRY(tell_levels(telling, answer, LAYER_RCP, stack->rcp, stack->rcp_n, err));
    TRY(tell_layer(telling, answer, LAYER_RESOURCE, stack->resource, err));
    TRY(tell_layer(telling, answer, LAYER_IDENTITY, stack->identity, err));
    TRY(tell_layer(telling, answer, LAYER_BOUNDARY, stack->boundary, err));
    return tell_layer(telling, answer, LAYER_SESSION, stack->session, err);
}

enum lic_rc policy_explain(const struct policy_stack *stack, const struct policy_request *request,
                           struct arena *arena, struct buf *out, struct lic_err *err)
{
    struct policy_answer answer;
    struct index_question question;
    struct telling telling = { .stack = stack, .question = &question, .out = out };
    TRY(policy_eval(stack, request, arena, &answer, err));
    TRY(index_question_init(&question, request, stack->boundary != NULL, arena, err));
    tell_request(&telling, &answer);
    tell_result(&telling, &answer);
    buf_add_char(out, '\n');
    TRY(tell_layers(&telling, &answer, err));
    return buf_check(out, "an explanation", err);
}

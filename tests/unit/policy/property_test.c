/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laws that hold for all policies and requests, over made-up ones: the index agrees with a second
 * evaluator that has none (naive.c); a deny is final; an Allow more never takes access away, a Deny
 * more never gives any; the order of statements does not matter.
 *
 * LICTOR_PROPERTY_ROUNDS=100000 makes more of them (ten requests each).
 */
#include "base/buf.h"
#include "policy/policy.h"
#include "test.h"
#include "unit/policy/naive.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 600u
#define REQUESTS_PER_STACK 10u
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static const char *const action_patterns[] = { "*",      "svc:*",   "svc:Get", "svc:G*",
                                               "svc:*t", "SVC:pUT", "svc:?et", "other:Get" };
static const char *const actions[] = { "svc:Get", "svc:Put", "other:Get", "SVC:get", "svc:List" };

static const char *const resource_patterns[] = {
    "*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::a*",
    "arn:aws:s3:::*/x",
    "arn:aws:s3:::?/x",
    "arn:aws:s3:::a*b*x",
    "arn:aws:s3:*:1:a/x",
    "arn:aws:s3:::a/",
    "arn:aws:s3:::a/*/x",
    "arn:aws:sqs:e?-*:1:q*",
    "arn:aws:sqs:e*1:1:q",
    "arn:aws:sqs:*:1:q",
    "arn:aws:sqs:*:*:table/t1/*",
    "arn:aws:sqs:*:*:table/t2/*",
    "arn:aws:sqs:*:1:table/*/i",
    "arn:aws:sqs:*",
    "arn:aws:sqs:eu-1:*:*",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::*${aws:username}",
    "arn:aws:s3:::${aws:PrincipalTag/a, 'b'}",
};
static const char *const resources[] = {
    "arn:aws:s3:::a",
    "arn:aws:s3:::ab",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::a/b/x",
    "arn:aws:s3:::a/",
    "arn:aws:s3:eu:1:a/x",
    "arn:aws:sqs:eu-1:1:q",
    "arn:aws:sqs:eu:1:1:q",
    "arn:aws:sqs:eu-1:1:table/t1/i",
    "arn:aws:sqs:eu-1:1:x:table/t2/i",
    "arn:aws:sqs:eu-1:1:table/t1/table/t2/",
    "arn:aws:s3:::b",
};

#define ACCOUNT "111122223333"
static const char *const principals[] = {
    "arn:aws:iam::" ACCOUNT ":user/ada",
    "arn:aws:sts::" ACCOUNT ":assumed-role/R/s",
    "arn:aws:iam::" ACCOUNT ":role/R",
    "arn:aws:sts::" ACCOUNT ":federated-user/f",
    "arn:aws:iam::" ACCOUNT ":root",
    "lambda.amazonaws.com",
    "*",
};
static const char *const named[] = {
    "arn:aws:iam::" ACCOUNT ":user/ada",
    "arn:aws:sts::" ACCOUNT ":assumed-role/R/s",
    "arn:aws:iam::" ACCOUNT ":role/R",
    "arn:aws:sts::" ACCOUNT ":federated-user/f",
    "arn:aws:iam::" ACCOUNT ":root",
    "arn:aws:iam::444455556666:root",
    "*",
};

static const char *const asked_values[] = { "a", "b", "A", "7", "12", "ab" };
static const char *const set_names[] = { "", "ForAllValues:", "ForAnyValue:" };

/* ---- making them up ---- */

static void pick_some(const char *const *from, uint32_t from_n, struct naive_list *out)
{
    out->n = 1 + test_random_below(NAIVE_LIST_MAX);
    for (uint32_t i = 0; i < out->n; i++) {
        out->at[i] = from[test_random_below(from_n)];
    }
}

static void make_condition(struct naive_condition *c, uint32_t op)
{
    bool null = naive_operators[op].kind == NAIVE_NULL;
    c->op = op;
    c->key = test_random_below(NAIVE_KEYS_N);
    c->set = null ? NAIVE_SET_NONE : (enum naive_set)test_random_below(3);
    c->if_exists = !null && test_random_below(3) == 0;
    pick_some(naive_operators[op].values, 4, &c->values);
}

static void make_statement(struct naive_statement *s, bool principal)
{
    *s = (struct naive_statement){ .deny = test_random_below(4) == 0,
                                   .not_action = test_random_below(6) == 0,
                                   .not_resource = test_random_below(6) == 0 };
    pick_some(action_patterns, COUNT(action_patterns), &s->actions);
    pick_some(resource_patterns, COUNT(resource_patterns), &s->resources);
    s->conditions_n = test_random_below(4) / 2;
    uint32_t first = test_random_below(naive_operators_n);
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        make_condition(&s->conditions[i], (first + i) % naive_operators_n);
    }
    if (principal) {
        /* "*" stands alone, and only with Principal. */
        pick_some(named, COUNT(named) - 1, &s->principals);
        s->not_principal = test_random_below(5) == 0;
        if (!s->not_principal && test_random_below(3) == 0) {
            s->principals = (struct naive_list){ .at = { "*" }, .n = 1 };
        }
    }
}

static void make_policy(struct naive_policy *p, bool principal)
{
    p->there = true;
    p->n = 1 + test_random_below(NAIVE_STATEMENTS_MAX - 1); /* room for one more */
    for (uint32_t i = 0; i < p->n; i++) {
        make_statement(&p->statements[i], principal);
    }
}

static void make_level(struct naive_policy *p, bool rcp)
{
    make_policy(p, false);
    for (uint32_t i = 0; i < p->n; i++) {
        struct naive_statement *s = &p->statements[i];
        /* An RCP may only deny; what an SCP allows should not be too little to be of interest. */
        s->deny = rcp || s->deny;
        s->not_action = false;
        s->principals = (struct naive_list){ .at = { "*" }, .n = rcp ? 1 : 0 };
        bool wide = !rcp && !s->deny;
        s->actions = wide ? (struct naive_list){ .at = { "*" }, .n = 1 } : s->actions;
        if (rcp) {
            s->actions = (struct naive_list){ .at = { "svc:Put" }, .n = 1 };
        }
    }
}

static void make_stack(struct naive_stack *stack)
{
    *stack = (struct naive_stack){ .resource_must_allow = test_random_below(6) == 0 };
    make_policy(&stack->identity, false);
    if (test_random_below(2) == 0) {
        make_policy(&stack->resource, true);
    }
    if (test_random_below(4) == 0) {
        make_policy(&stack->boundary, false);
    }
    if (test_random_below(4) == 0) {
        make_policy(&stack->session, false);
    }
    stack->scp_n = test_random_below(4) == 0 ? 1 + test_random_below(NAIVE_LEVELS_MAX) : 0;
    stack->rcp_n = test_random_below(4) == 0 ? 1 + test_random_below(NAIVE_LEVELS_MAX) : 0;
    for (uint32_t i = 0; i < NAIVE_LEVELS_MAX; i++) {
        make_level(&stack->scp[i], false);
        make_level(&stack->rcp[i], true);
    }
}

static void make_request(struct naive_request *r)
{
    r->principal = principals[test_random_below(COUNT(principals))];
    r->account = strncmp(r->principal, "arn:", 4) == 0 ? ACCOUNT : "";
    r->action = actions[test_random_below(COUNT(actions))];
    r->resource = resources[test_random_below(COUNT(resources))];
    r->resource_account = test_random_below(4) == 0 ? "999999999999" : ACCOUNT;
    for (uint32_t i = 0; i < NAIVE_KEYS_N; i++) {
        r->values_n[i] = test_random_below(3);
        for (uint32_t j = 0; j < r->values_n[i]; j++) {
            r->values[i][j] = asked_values[test_random_below(COUNT(asked_values))];
        }
    }
}

/* ---- for the engine ---- */

static void write_list(struct buf *out, const char *name, const struct naive_list *list)
{
    buf_addf(out, "\"%s\":[", name);
    for (uint32_t i = 0; i < list->n; i++) {
        buf_addf(out, "%s\"%s\"", i > 0 ? "," : "", list->at[i]);
    }
    buf_add_char(out, ']');
}

static void write_condition(struct buf *out, const struct naive_condition *c)
{
    buf_addf(out, "\"%s%s%s\":{", set_names[c->set], naive_operators[c->op].name,
             c->if_exists ? "IfExists" : "");
    write_list(out, naive_keys[c->key], &c->values);
    buf_add_char(out, '}');
}

static void write_principals(struct buf *out, const struct naive_statement *s)
{
    buf_addf(out, "\"%s\":", s->not_principal ? "NotPrincipal" : "Principal");
    if (s->principals.n == 1 && strcmp(s->principals.at[0], "*") == 0) {
        buf_addf(out, "\"*\",");
        return;
    }
    buf_add_char(out, '{');
    write_list(out, "AWS", &s->principals);
    buf_addf(out, "},");
}

/* A statement on a line of its own, so that the line in the answer is its index. */
static void write_statement(struct buf *out, const struct naive_statement *s)
{
    buf_addf(out, "\n{\"Effect\":\"%s\",", s->deny ? "Deny" : "Allow");
    if (s->principals.n > 0) {
        write_principals(out, s);
    }
    write_list(out, s->not_action ? "NotAction" : "Action", &s->actions);
    buf_add_char(out, ',');
    write_list(out, s->not_resource ? "NotResource" : "Resource", &s->resources);
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        buf_addf(out, "%s", i > 0 ? "," : ",\"Condition\":{");
        write_condition(out, &s->conditions[i]);
    }
    buf_addf(out, s->conditions_n > 0 ? "}}" : "}");
}

static const struct policy_index *compile(struct arena *arena, const struct naive_policy *p,
                                          enum doc_kind kind)
{
    struct buf out;
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    const struct policy_index *index = NULL;
    buf_init(&out, arena, 1u << 20);
    buf_addf(&out, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (uint32_t i = 0; i < p->n; i++) {
        buf_addf(&out, "%s", i > 0 ? "," : "");
        write_statement(&out, &p->statements[i]);
    }
    buf_addf(&out, "]}");
    enum lic_rc rc = buf_check(&out, "a policy", &err);
    rc = rc == LIC_OK ? policy_doc_read(arena, LIC_STR("p"), buf_str(&out), kind, &doc, &err) : rc;
    rc = rc == LIC_OK ? policy_index_new(arena, &doc, 1, &index, &err) : rc;
    bool good = test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "compile");
    if (!good && !test_rerun()) {
        printf("%.*s\n", (int)out.n, out.at);
    }
    return good ? index : NULL;
}

/* A stack compiled; `levels` are its SCPs and RCPs. */
struct compiled {
    struct policy_stack stack;
    struct policy_level scp[NAIVE_LEVELS_MAX], rcp[NAIVE_LEVELS_MAX];
};

static void compile_stack(struct arena *arena, const struct naive_stack *from, struct compiled *to)
{
    *to = (struct compiled){ .stack = { .resource_must_allow = from->resource_must_allow } };
    to->stack.identity = compile(arena, &from->identity, DOC_MANAGED);
    if (from->resource.there) {
        to->stack.resource = compile(arena, &from->resource, DOC_RESOURCE);
    }
    if (from->boundary.there) {
        to->stack.boundary = compile(arena, &from->boundary, DOC_MANAGED);
    }
    if (from->session.there) {
        to->stack.session = compile(arena, &from->session, DOC_SESSION);
    }
    to->stack.scp = to->scp;
    to->stack.rcp = to->rcp;
    to->stack.scp_n = from->scp_n;
    to->stack.rcp_n = from->rcp_n;
    for (uint32_t i = 0; i < from->scp_n; i++) {
        to->scp[i].index = compile(arena, &from->scp[i], DOC_SCP);
    }
    for (uint32_t i = 0; i < from->rcp_n; i++) {
        to->rcp[i].index = compile(arena, &from->rcp[i], DOC_RCP);
    }
}

static bool make_context(struct arena *arena, const struct naive_request *r,
                         struct policy_request *out)
{
    struct request_context context;
    struct lic_err err;
    enum lic_rc rc = request_context_init(&context, arena, NAIVE_KEYS_N, &err);
    for (uint32_t i = 0; i < NAIVE_KEYS_N && rc == LIC_OK; i++) {
        lic_str *values = ARENA_ARRAY(arena, lic_str, 2);
        for (uint32_t j = 0; values && j < r->values_n[i]; j++) {
            values[j] = str_z(r->values[i][j]);
        }
        if (r->values_n[i] > 0) {
            rc = values ? request_context_add(&context, str_z(naive_keys[i]), values,
                                              r->values_n[i], r->values_n[i] > 1, &err)
                        : LIC_E_NOMEM;
        }
    }
    out->table = context.slots;
    out->mask = context.mask;
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "context");
}

static enum verdict_result judge(struct arena *arena, const struct compiled *compiled,
                                 const struct naive_request *r, struct policy_answer *out)
{
    struct lic_err err;
    struct policy_request request = { .action = str_z(r->action),
                                      .resource = str_z(r->resource),
                                      .resource_account = str_z(r->resource_account) };
    *out = (struct policy_answer){ .result = VERDICT_IMPLICIT_DENY };
    enum lic_rc rc = request_principal_read(str_z(r->principal), &request.principal, &err);
    if (rc == LIC_OK && make_context(arena, r, &request)) {
        rc = policy_eval(&compiled->stack, &request, arena, out, &err);
    }
    test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "policy_eval");
    return out->result;
}

/* What disagreed, so that it can be tried by hand with `lictor iam explain`. */
static void print_policy(struct arena *arena, const char *layer, const struct naive_policy *p)
{
    struct buf out;
    buf_init(&out, arena, 1u << 20);
    for (uint32_t i = 0; i < p->n; i++) {
        write_statement(&out, &p->statements[i]);
    }
    printf("%s:%.*s\n", layer, (int)out.n, out.at);
}

static void print_case(struct arena *arena, const struct naive_stack *stack,
                       const struct naive_request *r)
{
    printf("%s %s %s of %s%s\n", r->principal, r->action, r->resource, r->resource_account,
           stack->resource_must_allow ? ", which must allow" : "");
    for (uint32_t i = 0; i < NAIVE_KEYS_N; i++) {
        printf("%s = %s %s\n", naive_keys[i], r->values_n[i] > 0 ? r->values[i][0] : "",
               r->values_n[i] > 1 ? r->values[i][1] : "");
    }
    print_policy(arena, "identity", &stack->identity);
    print_policy(arena, "resource", &stack->resource);
    print_policy(arena, "boundary", &stack->boundary);
    print_policy(arena, "session", &stack->session);
    for (uint32_t i = 0; i < stack->scp_n; i++) {
        print_policy(arena, "scp", &stack->scp[i]);
    }
    for (uint32_t i = 0; i < stack->rcp_n; i++) {
        print_policy(arena, "rcp", &stack->rcp[i]);
    }
}

/* ---- the laws ---- */

static void shuffle(struct naive_policy *p)
{
    for (uint32_t i = p->n; i > 1; i--) {
        uint32_t j = test_random_below(i);
        struct naive_statement kept = p->statements[i - 1];
        p->statements[i - 1] = p->statements[j];
        p->statements[j] = kept;
    }
}

static void check_naive(struct arena *arena, const struct naive_stack *stack,
                        const struct compiled *compiled, const struct naive_request *r)
{
    static const enum verdict_result results[] = { VERDICT_IMPLICIT_DENY, VERDICT_EXPLICIT_DENY,
                                                   VERDICT_ALLOW };
    struct policy_answer answer;
    enum verdict_result result = judge(arena, compiled, r, &answer);
    struct naive_answer naive = naive_judge(stack, r);
    const struct policy_found *identity = &answer.layers[LAYER_IDENTITY];
    uint32_t by = identity->statement ? identity->statement->place.line - 2 : NAIVE_NONE;
    if (!test_rerun() && (by != naive.identity_by || result != results[naive.result])) {
        print_case(arena, stack, r);
    }
    EXPECT_U64(by, naive.identity_by);
    EXPECT_U64(result, results[naive.result]);
    bool denied = false;
    for (uint32_t i = 0; i < LAYER_N; i++) {
        denied = denied || answer.layers[i].result == LAYER_DENIES;
    }
    EXPECT(denied == (result == VERDICT_EXPLICIT_DENY));
    EXPECT(result != VERDICT_ALLOW || answer.blocked == 0);
}

/* One statement more in the identity policy, once as an Allow and once as a Deny; another order. */
static void check_changes(struct arena *arena, const struct naive_stack *stack,
                          const struct naive_request *requests, uint32_t n)
{
    struct compiled before, allow, deny, order;
    struct policy_answer answer;
    struct naive_stack other = *stack;
    struct naive_statement *more = &other.identity.statements[other.identity.n++];
    make_statement(more, false);
    compile_stack(arena, stack, &before);
    more->deny = false;
    compile_stack(arena, &other, &allow);
    more->deny = true;
    compile_stack(arena, &other, &deny);
    other.identity.n--;
    shuffle(&other.identity);
    shuffle(&other.resource);
    compile_stack(arena, &other, &order);
    for (uint32_t i = 0; i < n && !test_left(); i++) {
        enum verdict_result result = judge(arena, &before, &requests[i], &answer);
        enum verdict_result with_allow = judge(arena, &allow, &requests[i], &answer);
        EXPECT(with_allow == result || result == VERDICT_IMPLICIT_DENY);
        enum verdict_result with_deny = judge(arena, &deny, &requests[i], &answer);
        EXPECT(with_deny == result || with_deny == VERDICT_EXPLICIT_DENY);
        EXPECT_U64(judge(arena, &order, &requests[i], &answer), result);
    }
}

static void check_round(void)
{
    TEST_ARENA(arena);
    struct naive_stack stack;
    struct compiled compiled;
    struct naive_request requests[REQUESTS_PER_STACK];
    make_stack(&stack);
    compile_stack(arena, &stack, &compiled);
    for (uint32_t i = 0; i < REQUESTS_PER_STACK && !test_left(); i++) {
        make_request(&requests[i]);
        check_naive(arena, &stack, &compiled, &requests[i]);
    }
    if (!test_left()) {
        check_changes(arena, &stack, requests, REQUESTS_PER_STACK);
    }
}

static uint32_t rounds_wanted(void)
{
    const char *wanted = getenv("LICTOR_PROPERTY_ROUNDS");
    uint64_t n = 0;
    return wanted && str_u64(str_z(wanted), &n) && n < UINT32_MAX ? (uint32_t)n : ROUNDS;
}

CASE(policy_property_laws_hold_and_the_index_agrees_with_the_naive_evaluator)
{
    uint32_t rounds = test_rerun() ? 1 : rounds_wanted();
    for (uint32_t i = 0; i < rounds && !test_left(); i++) {
        check_round();
    }
}

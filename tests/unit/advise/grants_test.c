/* SPDX-License-Identifier: Apache-2.0 */
/* The two sides of a stack, and that truth is always between them. */
#include "advise/grants.h"

#include "base/buf.h"
#include "test.h"

#include <stdio.h>

static bool knows_nothing_secret(const void *arg, lic_str lower)
{
    (void)arg;
    return !str_starts(lower, LIC_STR("x:secret"));
}
static const struct grants_known known = { knows_nothing_secret, NULL };

#define ALLOW(rest) "{\"Effect\":\"Allow\",\"Action\":\"a:*\",\"Resource\":" rest "}"
#define DENY(rest) "{\"Effect\":\"Deny\",\"Action\":\"a:*\",\"Resource\":" rest "}"
#define IF(key) ",\"Condition\":{\"StringEquals\":{\"" key "\":\"v\"}}"

static enum lic_rc make(struct arena *arena, const char *statements, struct policy_stack *stack,
                        struct grants *out, struct lic_err *err)
{
    const struct policy_doc *doc;
    char text[1024];
    (void)snprintf(text, sizeof text, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
                   statements);
    TRY(policy_doc_read(arena, LIC_STR("p.json"), str_z(text), DOC_ANY, &doc, err));
    TRY(policy_index_new(arena, &doc, 1, &stack->identity, err));
    return grants_make(arena, stack, &known, out, err);
}

/* `secret`: the value that nobody knows, or NULL. */
static enum lic_rc ask(struct arena *arena, const char *resource, const char *secret,
                       struct policy_request *out, struct lic_err *err)
{
    struct request_context context;
    struct policy_request request = { .action = LIC_STR("a:B"), .resource = LIC_STR("") };
    struct str_list values = { .n = 0 };
    struct buf name;
    buf_init(&name, arena, 256);
    buf_addf(&name, "arn:aws:a:::%s", resource);
    TRY(buf_check(&name, "a resource", err));
    request.resource = buf_str(&name);
    TRY(request_principal_read(LIC_STR("arn:aws:iam::111122223333:user/ann"), &request.principal,
                               err));
    TRY(request_context_init(&context, arena, 1, err));
    if (secret) {
        TRY(str_list_add(&values, arena, str_z(secret)));
        TRY(request_context_add(&context, LIC_STR("x:secret"), values.at, 1, false, err));
    }
    request.table = context.slots;
    request.mask = context.mask;
    *out = request;
    return LIC_OK;
}

CASE(grants_say_yes_no_or_that_it_depends)
{
    static const struct {
        const char *statements, *resource;
        enum grants_answer answer;
    } rows[] = {
        { ALLOW("\"*\""), "r", GRANTS_YES },
        { ALLOW("\"arn:aws:a:::x\""), "r", GRANTS_NO },
        { ALLOW("\"*\"" IF("x:secret")), "r", GRANTS_DEPENDS },
        { ALLOW("\"arn:aws:a:::x\"" IF("x:secret")), "r", GRANTS_NO },
        { ALLOW("\"*\"" IF("x:known")), "r", GRANTS_NO },
        { ALLOW("\"*\"") "," DENY("\"*\"" IF("x:secret")), "r", GRANTS_DEPENDS },
        { ALLOW("\"*\"") "," DENY("\"arn:aws:a:::x\"" IF("x:secret")), "r", GRANTS_YES },
        { ALLOW("\"*\"" IF("x:secret")) "," ALLOW("\"*\""), "r", GRANTS_YES },
        { ALLOW("\"*\"" IF("x:secret")) "," DENY("\"*\""), "r", GRANTS_NO },
        { ALLOW("\"arn:aws:a:::h/${x:secret}/*\""), "h/q/f", GRANTS_DEPENDS },
        { ALLOW("\"arn:aws:a:::h/${x:secret}/*\""), "g/q/f", GRANTS_NO },
        { ALLOW("\"*\"") "," DENY("\"arn:aws:a:::h/${x:secret}\""), "h/q", GRANTS_DEPENDS },
        { ALLOW("\"*\"") "," DENY("\"arn:aws:a:::h/${x:secret}\""), "g", GRANTS_YES },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct policy_stack stack = { .identity = NULL };
        struct grants grants;
        struct policy_request request;
        enum grants_answer answer;
        struct lic_err err;
        EXPECT_OK(make(arena, rows[i].statements, &stack, &grants, &err), &err);
        EXPECT_OK(ask(arena, rows[i].resource, NULL, &request, &err), &err);
        EXPECT_OK(grants_ask(&grants, &request, arena, &answer, NULL, NULL, &err), &err);
        EXPECT_U64(answer, rows[i].answer);
    }
}

/* NotResource is the other way round: what is left out of it makes it apply more often. */
CASE(grants_turn_not_resource_round)
{
    TEST_ARENA(arena);
    struct policy_stack stack = { .identity = NULL };
    struct grants grants;
    struct policy_request request;
    enum grants_answer answer;
    struct lic_err err;
    EXPECT_OK(make(arena,
                   "{\"Effect\":\"Allow\",\"Action\":\"a:*\",\"NotResource\":\"arn:aws:a:::h/"
                   "${x:secret}\"}",
                   &stack, &grants, &err),
              &err);
    EXPECT_OK(ask(arena, "h/q", NULL, &request, &err), &err);
    EXPECT_OK(grants_ask(&grants, &request, arena, &answer, NULL, NULL, &err), &err);
    EXPECT_U64(answer, GRANTS_DEPENDS);
    EXPECT_OK(ask(arena, "g", NULL, &request, &err), &err);
    EXPECT_OK(grants_ask(&grants, &request, arena, &answer, NULL, NULL, &err), &err);
    EXPECT_U64(answer, GRANTS_YES);
}

static const char *random_statement(void)
{
    static const char *const statements[] = {
        ALLOW("\"*\""),
        ALLOW("\"arn:aws:a:::r\"" IF("x:secret")),
        ALLOW("\"*\",\"Condition\":{\"StringNotEquals\":{\"x:secret\":\"v\"}}"),
        ALLOW("\"*\",\"Condition\":{\"Null\":{\"x:secret\":\"true\"}}"),
        ALLOW("\"arn:aws:a:::${x:secret}\""),
        DENY("\"arn:aws:a:::s\""),
        DENY("\"*\"" IF("x:secret")),
        DENY("\"*\",\"Condition\":{\"StringNotEqualsIfExists\":{\"x:secret\":\"v\"}}"),
        DENY("\"arn:aws:a:::${x:secret}\""),
        "{\"Effect\":\"Allow\",\"Action\":\"a:*\",\"NotResource\":\"arn:aws:a:::${x:secret}\"}",
        "{\"Effect\":\"Deny\",\"Action\":\"a:*\",\"NotResource\":[\"arn:aws:a:::r\",\"arn:aws:a:::$"
        "{x:secret}\"]}",
    };
    return statements[test_random_below(sizeof statements / sizeof statements[0])];
}

/* Whatever the secret is, the truth lies between the least and the most. */
CASE(grants_hold_the_truth_between_them)
{
    static const char *const secrets[] = { NULL, "v", "w", "r", "s" };
    static const char *const resources[] = { "r", "s", "v" };
    for (int round = 0; round < 300 && !(test_rerun() && round > 2); round++) {
        TEST_ARENA(arena);
        char statements[512];
        struct policy_stack stack = { .identity = NULL };
        struct grants grants;
        struct lic_err err;
        (void)snprintf(statements, sizeof statements, "%s,%s", random_statement(),
                       random_statement());
        EXPECT_OK(make(arena, statements, &stack, &grants, &err), &err);
        for (int i = 0; i < 15; i++) {
            struct policy_request blind, request;
            struct policy_answer truth;
            enum grants_answer answer;
            EXPECT_OK(ask(arena, resources[i % 3], NULL, &blind, &err), &err);
            EXPECT_OK(ask(arena, resources[i % 3], secrets[i / 3], &request, &err), &err);
            EXPECT_OK(grants_ask(&grants, &blind, arena, &answer, NULL, NULL, &err), &err);
            EXPECT_OK(policy_eval(&stack, &request, arena, &truth, &err), &err);
            bool allowed = truth.result == VERDICT_ALLOW;
            EXPECT(answer == GRANTS_DEPENDS || (answer == GRANTS_YES) == allowed);
        }
    }
}

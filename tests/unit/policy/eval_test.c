/* SPDX-License-Identifier: Apache-2.0 */
/* What the case files cannot say of decisions: which statement decided, verdicts, memory. */
#include "policy/policy.h"

#include "test.h"

#define USER "arn:aws:iam::111122223333:user/ada"
#define ALLOW_ALL                                                                                  \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":\"All\",\"Effect\":\"Allow\","             \
    "\"Action\":\"*\",\"Resource\":\"*\"}}"
#define DENY_B                                                                                     \
    "{\"Version\":\"2012-10-17\",\"Statement\":\n{\"Effect\":\"Deny\",\"Action\":\"s:B\","         \
    "\"Resource\":\"*\"}}"

static const struct policy_doc *read_doc(struct arena *arena, const char *file, const char *text)
{
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    enum lic_rc rc = policy_doc_read(arena, str_z(file), str_z(text), DOC_ANY, &doc, &err);
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, file) ? doc : NULL;
}

/* An index of these documents, up to a NULL; NULL when memory failed. */
static const struct policy_index *index_of(struct arena *arena, const struct policy_doc **docs)
{
    struct lic_err err;
    const struct policy_index *index = NULL;
    uint32_t n = 0;
    while (docs[n]) {
        n++;
    }
    enum lic_rc rc = policy_index_new(arena, docs, n, &index, &err);
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "index") ? index : NULL;
}

static struct policy_request ask(const char *principal, const char *action)
{
    struct lic_err err;
    struct policy_request request = { .action = str_z(action), .resource = LIC_STR("r") };
    enum lic_rc rc = request_principal_read(str_z(principal), &request.principal, &err);
    test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, principal);
    return request;
}

CASE(policy_eval_names_the_deciding_statement)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer;
    struct verdict verdict;
    const struct policy_doc *docs[] = { read_doc(arena, "first.json", ALLOW_ALL),
                                        read_doc(arena, "second.json", ALLOW_ALL),
                                        read_doc(arena, "third.json", DENY_B), NULL };
    EXPECT(docs[0] && docs[1] && docs[2]);
    struct policy_stack stack = { .identity = index_of(arena, docs) };
    struct policy_request a = ask(USER, "s:A");
    struct policy_request b = ask(USER, "S:b");
    EXPECT(stack.identity != NULL);
    EXPECT_OK(policy_eval(&stack, &a, arena, &answer, &err), &err);
    EXPECT_U64(answer.result, VERDICT_ALLOW);
    policy_verdict(&answer, &verdict);
    EXPECT_STR(verdict.file, "first.json");
    EXPECT_STR(verdict.sid, "All");
    EXPECT_U64(verdict.line, 1);
    EXPECT_STR(verdict.blocked_by, "");
    EXPECT_OK(policy_eval(&stack, &b, arena, &answer, &err), &err);
    policy_verdict(&answer, &verdict);
    EXPECT_U64(verdict.result, VERDICT_EXPLICIT_DENY);
    EXPECT_STR(verdict.file, "third.json");
    EXPECT_STR(verdict.sid, "");
    EXPECT_U64(verdict.line, 2);
    EXPECT_STR(verdict.blocked_by, "identity");
}

CASE(policy_eval_denies_by_default)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer;
    struct verdict verdict;
    struct policy_stack nothing = { .identity = NULL };
    struct policy_request a = ask(USER, "s:A");
    EXPECT_OK(policy_eval(&nothing, &a, arena, &answer, &err), &err);
    policy_verdict(&answer, &verdict);
    EXPECT_U64(verdict.result, VERDICT_IMPLICIT_DENY);
    EXPECT_STR(verdict.file, "");
    EXPECT_U64(verdict.line, 0);
    EXPECT_STR(verdict.blocked_by, "identity");
    EXPECT_U64(answer.blocked, 0);
}

CASE(policy_eval_says_which_layer_stayed_silent)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer;
    struct verdict verdict;
    const struct policy_doc *all[] = { read_doc(arena, "all.json", ALLOW_ALL), NULL };
    const struct policy_doc *none[] = { NULL };
    EXPECT(all[0] != NULL);
    struct policy_stack stack = { .identity = index_of(arena, all),
                                  .boundary = index_of(arena, none) };
    struct policy_request a = ask(USER, "s:A");
    EXPECT(stack.identity && stack.boundary);
    EXPECT_OK(policy_eval(&stack, &a, arena, &answer, &err), &err);
    policy_verdict(&answer, &verdict);
    EXPECT_U64(verdict.result, VERDICT_IMPLICIT_DENY);
    EXPECT_STR(verdict.blocked_by, "pb");
    EXPECT_U64(answer.blocked, 1u << LAYER_BOUNDARY);
    stack.boundary = NULL;
    stack.resource_must_allow = true;
    EXPECT_OK(policy_eval(&stack, &a, arena, &answer, &err), &err);
    policy_verdict(&answer, &verdict);
    EXPECT_STR(verdict.blocked_by, "resource");
    EXPECT(answer.rule != NULL);
}

CASE(policy_eval_takes_no_memory_without_variables)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer;
    const struct policy_doc *docs[] = { read_doc(arena, "p.json", ALLOW_ALL), NULL };
    EXPECT(docs[0] != NULL);
    struct policy_stack stack = { .identity = index_of(arena, docs) };
    struct policy_request a = ask(USER, "s:A");
    EXPECT(stack.identity != NULL);
    size_t before = arena->taken_bytes;
    EXPECT_OK(policy_eval(&stack, &a, arena, &answer, &err), &err);
    EXPECT_U64(arena->taken_bytes, before);
}

CASE(policy_eval_takes_long_actions)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer;
    char action[400];
    memset(action, 'A', sizeof(action) - 1);
    action[sizeof(action) - 1] = '\0';
    action[1] = ':';
    const struct policy_doc *docs[] = {
        read_doc(arena, "p.json",
                 "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a:a*A\",\"Resource\":\"*\"}}"),
        NULL
    };
    EXPECT(docs[0] != NULL);
    struct policy_stack stack = { .identity = index_of(arena, docs) };
    struct policy_request request = ask(USER, action);
    EXPECT(stack.identity != NULL);
    EXPECT_OK(policy_eval(&stack, &request, arena, &answer, &err), &err);
    EXPECT_U64(answer.result, VERDICT_ALLOW);
}

CASE(policy_eval_fails_rather_than_guess)
{
    struct arena_pool pool;
    CLEANUP(arena_fini) struct arena small = { 0 };
    TEST_ARENA(arena);
    struct lic_err err;
    struct policy_answer answer = { .result = VERDICT_EXPLICIT_DENY };
    char action[400];
    memset(action, 'A', sizeof(action) - 1);
    action[sizeof(action) - 1] = '\0';
    arena_pool_init(&pool, test_host(), 0);
    arena_init(&small, &pool, 1);
    const struct policy_doc *docs[] = { read_doc(arena, "p.json", ALLOW_ALL), NULL };
    EXPECT(docs[0] != NULL);
    struct policy_stack stack = { .identity = index_of(arena, docs) };
    struct policy_request request = ask(USER, action);
    EXPECT(stack.identity != NULL);
    EXPECT_RC(policy_eval(&stack, &request, &small, &answer, &err), LIC_E_NOMEM);
    EXPECT_U64(answer.result, VERDICT_EXPLICIT_DENY);
}

CASE(policy_eval_knows_roles_and_keys_that_must_allow)
{
    EXPECT(policy_resource_must_allow(LIC_STR("sts:AssumeRole"),
                                      LIC_STR("arn:aws:iam::111122223333:role/R")));
    EXPECT(policy_resource_must_allow(LIC_STR("KMS:Decrypt"),
                                      LIC_STR("arn:aws:kms:eu-central-1:111122223333:key/k")));
    EXPECT(!policy_resource_must_allow(LIC_STR("kms:ListKeys"), LIC_STR("*")));
    EXPECT(!policy_resource_must_allow(LIC_STR("iam:PassRole"),
                                       LIC_STR("arn:aws:iam::111122223333:role/R")));
    EXPECT(!policy_resource_must_allow(LIC_STR(""), LIC_STR("")));
}

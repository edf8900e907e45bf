/* SPDX-License-Identifier: Apache-2.0 */
/* What the case files cannot say of decisions: several documents, memory, and failures. */
#include "policy/policy.h"

#include "test.h"

static const struct policy_doc *read_doc(struct arena *arena, const char *file, const char *text)
{
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    enum lic_rc rc = policy_doc_read(arena, str_z(file), str_z(text), &doc, &err);
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, file) ? doc : NULL;
}

static struct event ask(const char *action, const char *resource)
{
    struct event event;
    event_init(&event);
    event.action = str_z(action);
    event.resource = str_z(resource);
    return event;
}

#define ALLOW_ALL                                                                                  \
    "{\"Statement\":{\"Sid\":\"All\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"
#define DENY_B "{\"Statement\":\n{\"Effect\":\"Deny\",\"Action\":\"s:B\",\"Resource\":\"*\"}}"

CASE(policy_eval_names_the_deciding_document)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct verdict verdict;
    const struct policy_doc *docs[] = { read_doc(arena, "first.json", ALLOW_ALL),
                                        read_doc(arena, "second.json", ALLOW_ALL),
                                        read_doc(arena, "third.json", DENY_B) };
    EXPECT(docs[0] && docs[1] && docs[2]);
    struct event a = ask("s:A", "r");
    EXPECT_OK(policy_eval(docs, 3, &a, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_ALLOW);
    EXPECT_STR(verdict.file, "first.json");
    EXPECT_STR(verdict.sid, "All");
    EXPECT_U64(verdict.line, 1);
    EXPECT_U64(verdict.column, 14);
    EXPECT_STR(verdict.blocked_by, "");
    struct event b = ask("S:b", "r");
    EXPECT_OK(policy_eval(docs, 3, &b, arena, &verdict, &err), &err);
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
    struct verdict verdict;
    struct event a = ask("s:A", "r");
    EXPECT_OK(policy_eval(NULL, 0, &a, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_IMPLICIT_DENY);
    EXPECT_STR(verdict.file, "");
    EXPECT_U64(verdict.line, 0);
    EXPECT_STR(verdict.blocked_by, "identity");
}

CASE(policy_eval_of_an_event_without_action_or_resource_allows_only_everything)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct verdict verdict;
    struct event nothing;
    event_init(&nothing);
    const struct policy_doc *all = read_doc(arena, "all.json", ALLOW_ALL);
    const struct policy_doc *some = read_doc(
        arena, "some.json",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s:*\",\"Resource\":\"arn:aws:s3\"}}");
    EXPECT(all && some);
    EXPECT_OK(policy_eval(&some, 1, &nothing, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_IMPLICIT_DENY);
    EXPECT_OK(policy_eval(&all, 1, &nothing, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_ALLOW);
}

CASE(policy_eval_takes_no_memory_when_nothing_is_asked_of_conditions)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct verdict verdict;
    struct event a = ask("s:A", "r");
    const struct policy_doc *doc = read_doc(arena, "p.json", ALLOW_ALL);
    EXPECT(doc != NULL);
    size_t before = arena->taken_bytes;
    EXPECT_OK(policy_eval(&doc, 1, &a, arena, &verdict, &err), &err);
    EXPECT_U64(arena->taken_bytes, before);
}

CASE(policy_eval_takes_long_actions)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct verdict verdict;
    char action[400];
    memset(action, 'A', sizeof(action) - 1);
    action[sizeof(action) - 1] = '\0';
    action[1] = ':';
    struct event event = ask(action, "r");
    const struct policy_doc *doc =
        read_doc(arena, "p.json",
                 "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a:a*A\",\"Resource\":\"*\"}}");
    EXPECT(doc != NULL);
    EXPECT_OK(policy_eval(&doc, 1, &event, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_ALLOW);
}

CASE(policy_eval_fails_rather_than_guess)
{
    struct arena_pool pool;
    CLEANUP(arena_fini) struct arena small = { 0 };
    TEST_ARENA(arena);
    struct lic_err err;
    struct verdict verdict = { .result = VERDICT_EXPLICIT_DENY };
    struct event event = ask("s:A", "r");
    event.max_tokens = 10;
    arena_pool_init(&pool, test_host(), 0);
    arena_init(&small, &pool, 1);
    const struct policy_doc *doc =
        read_doc(arena, "p.json",
                 "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
                 "\"Condition\":{\"NumericLessThan\":{\"lictor:MaxTokens\":100}}}}");
    EXPECT(doc != NULL);
    EXPECT_RC(policy_eval(&doc, 1, &event, &small, &verdict, &err), LIC_E_NOMEM);
    EXPECT_U64(verdict.result, VERDICT_EXPLICIT_DENY);
    EXPECT_OK(policy_eval(&doc, 1, &event, arena, &verdict, &err), &err);
    EXPECT_U64(verdict.result, VERDICT_ALLOW);
}

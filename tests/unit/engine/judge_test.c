/* SPDX-License-Identifier: Apache-2.0 */
/* Tool calls as policy sees them: names as ARNs, arguments as condition keys. */
#include "engine/judge.h"

#include "engine/engine.h"
#include "sim/sim.h"

struct asked {
    enum verdict_result result;
    lic_str reason;
};

static const struct principal *principal_named(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        if (str_eq(config->principals[i].name, str_z(name))) {
            return &config->principals[i];
        }
    }
    return NULL;
}

static struct asked ask(struct arena *arena, const char *who, const char *tool,
                        const char *arguments)
{
    struct asked asked = { VERDICT_EXPLICIT_DENY, LIC_STR("") };
    const struct lic_engine *engine = sim_engine("standard");
    const struct config *config = &engine->config;
    const struct principal *principal = principal_named(config, who);
    struct event request;
    struct verdict verdict = { 0 };
    struct lic_err err = { 0 };
    event_init(&request);
    struct judge_call judge = { config, principal, config_agent(config, principal->agent),
                                &request };
    enum lic_rc rc = judge_identify(&request, config, principal, arena, &err);
    if (rc == LIC_OK) {
        rc = judge_tool_call(&judge, str_z(tool), str_z(arguments), arena, &verdict, &asked.reason,
                             &err);
    }
    if (test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, tool)) {
        asked.result = verdict.result;
    }
    return asked;
}

CASE(judge_tool_of_the_configuration_or_of_the_caller)
{
    TEST_ARENA(arena);
    EXPECT(ask(arena, "alice", "getOrderStatus", "{}").result == VERDICT_ALLOW);
    EXPECT(ask(arena, "alice", "refund", "").result == VERDICT_ALLOW);
    EXPECT(ask(arena, "alice", "GetOrderStatus", "{}").result == VERDICT_IMPLICIT_DENY);
    EXPECT(ask(arena, "alice", "", "{}").result == VERDICT_IMPLICIT_DENY);
    EXPECT(ask(arena, "alice", "a/../getOrderStatus", "{}").result == VERDICT_IMPLICIT_DENY);
    EXPECT(ask(arena, "bare", "getOrderStatus", "{}").result == VERDICT_IMPLICIT_DENY);
}

CASE(judge_agent_has_only_its_tools)
{
    TEST_ARENA(arena);
    EXPECT(ask(arena, "helper", "getOrderStatus", "{}").result == VERDICT_ALLOW);
    struct asked refund = ask(arena, "helper", "refund", "{}");
    EXPECT(refund.result == VERDICT_IMPLICIT_DENY);
    EXPECT_STR(refund.reason, "the agent has no tool \"refund\"");
}

CASE(judge_arguments_are_condition_keys)
{
    TEST_ARENA(arena);
    EXPECT(ask(arena, "alice", "refund", "{\"amount\":100}").result == VERDICT_ALLOW);
    struct asked large = ask(arena, "alice", "refund", "{\"amount\":\"1\\u0030\\u0030\\u0030\"}");
    EXPECT(large.result == VERDICT_EXPLICIT_DENY);
    EXPECT(str_starts(large.reason, LIC_STR("policies/app.json:9 denies lambda:InvokeFunction")));
    EXPECT(ask(arena, "alice", "refund", "free text 5000").result == VERDICT_ALLOW);
}

/* Each could be read by the tool as another amount than the one that policy saw. */
CASE(judge_arguments_that_two_readers_read_differently_are_denied)
{
    static const char *const arguments[] = {
        "{\"amount\":5,\"amount\":5000}", "{\"amount\":5,\"am\\u006funt\":5000}",
        "{\"Amount\":5,\"amount\":5000}", "{\"amount\":5000,}",
        "  {\"amount\":5000} {}",         "{\"amount\":NaN}",
        "{\"a\":{\"b\":1},\"a/b\":2}",    "{\"amount\":5000",
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        struct asked asked = ask(arena, "alice", "refund", arguments[i]);
        EXPECT(asked.result == VERDICT_IMPLICIT_DENY);
        EXPECT(str_starts(asked.reason, LIC_STR("the call's arguments cannot be judged: ")));
    }
}

CASE(judge_listed_knows_names_and_patterns)
{
    lic_str names[] = { LIC_STR("demo"), LIC_STR("gpt-*") };
    struct str_list list = { names, 2, 2 };
    EXPECT(judge_listed(&list, LIC_STR("demo")) && judge_listed(&list, LIC_STR("gpt-4")));
    EXPECT(!judge_listed(&list, LIC_STR("demo2")) && !judge_listed(&list, LIC_STR("")));
}

CASE(judge_reason_names_the_statement)
{
    TEST_ARENA(arena);
    struct verdict verdict = { .result = VERDICT_EXPLICIT_DENY,
                               .file = LIC_STR("p.json"),
                               .line = 12 };
    lic_str reason = judge_reason(&verdict, LIC_STR("a:B"), LIC_STR("arn"), arena);
    EXPECT_STR(reason, "p.json:12 denies a:B on arn");
    verdict.result = VERDICT_IMPLICIT_DENY;
    reason = judge_reason(&verdict, LIC_STR("a:B"), LIC_STR("arn"), arena);
    EXPECT_STR(reason, "no statement allows a:B on arn");
}

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

static struct asked ask_in(const char *directory, struct arena *arena, const char *who,
                           const char *tool, const char *arguments)
{
    struct asked asked = { VERDICT_EXPLICIT_DENY, LIC_STR("") };
    const struct lic_engine *engine = sim_engine(directory);
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

static struct asked ask(struct arena *arena, const char *who, const char *tool,
                        const char *arguments)
{
    return ask_in("standard", arena, who, tool, arguments);
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

/* ---- every layer: tests/cases/exchange/dirs/governed ---- */

CASE(judge_short_form_allows_that_tool_whatever_models_call_it)
{
    TEST_ARENA(arena);
    EXPECT(ask_in("governed", arena, "helper", "orderStatus", "{}").result == VERDICT_ALLOW);
    EXPECT(ask_in("governed", arena, "helper", "getOrderStatus", "{}").result == VERDICT_ALLOW);
    struct asked refund = ask_in("governed", arena, "helper", "refundOrder", "{}");
    EXPECT(refund.result == VERDICT_IMPLICIT_DENY);
    EXPECT_STR(refund.reason, "no statement allows mcp:CallTool on "
                              "arn:lictor:mcp:eu-central-1:orders:tool/refundOrder");
    struct asked other = ask_in("governed", arena, "helper", "getOrderStatus2", "{}");
    EXPECT_STR(other.reason, "the agent has no tool \"getOrderStatus2\"");
    other = ask_in("governed", arena, "helper", "GETORDERSTATUS", "{}");
    EXPECT_STR(other.reason, "the agent has no tool \"GETORDERSTATUS\"");
}

/* It could look like the end of another tool's ARN. */
CASE(judge_tool_names_with_a_colon_are_denied)
{
    TEST_ARENA(arena);
    struct asked asked = ask_in("governed", arena, "caller", "x:tool/getOrderStatus", "{}");
    EXPECT(asked.result == VERDICT_IMPLICIT_DENY);
    EXPECT(str_ends(asked.reason, LIC_STR("is not a name that policies can know a tool by")));
}

CASE(judge_boundary_limits)
{
    TEST_ARENA(arena);
    EXPECT(ask_in("governed", arena, "caller", "orderStatus", "{}").result == VERDICT_ALLOW);
    struct asked bound = ask_in("governed", arena, "bound", "orderStatus", "{}");
    EXPECT(bound.result == VERDICT_IMPLICIT_DENY);
    EXPECT(str_starts(bound.reason, LIC_STR("the permissions boundary does not allow lambda:")));
}

CASE(judge_function_of_another_account_needs_both_sides_when_its_policy_is_known)
{
    TEST_ARENA(arena);
    EXPECT(ask_in("governed", arena, "caller", "theirs", "{}").result == VERDICT_ALLOW);
    EXPECT(ask_in("governed", arena, "none", "theirs", "{}").result == VERDICT_IMPLICIT_DENY);
    struct asked closed = ask_in("governed", arena, "caller", "closed", "{}");
    EXPECT(closed.result == VERDICT_IMPLICIT_DENY);
    EXPECT(str_starts(closed.reason, LIC_STR("the resource's policy does not allow lambda:")));
}

/* Who may invoke sees; who may only look sees as well; nobody else does. */
CASE(judge_models_are_seen_by_who_may_invoke_or_look)
{
    static const struct {
        const char *who, *model;
        bool sees;
    } examples[] = {
        { "ann", "demo", true },    { "ann", "far", false },   { "router", "demo", true },
        { "router", "far", false }, { "none", "demo", false }, { "none", "shared", true },
        { "helper", "demo", true },
    };
    const struct config *config = &sim_engine("governed")->config;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        TEST_ARENA(arena);
        struct event event;
        struct lic_err err;
        const struct principal *principal = principal_named(config, examples[i].who);
        const struct config_model *model = config_model(config, str_z(examples[i].model));
        struct judge_question question = { config, principal, model->policy };
        event_init(&event);
        event.model = model->name;
        EXPECT_OK(judge_identify(&event, config, principal, arena, &err), &err);
        EXPECT_U64(judge_sees_model(&question, &event, model, arena), examples[i].sees);
    }
}

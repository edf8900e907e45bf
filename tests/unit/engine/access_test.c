/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects and answers, on the directory "governed" of tests/cases/exchange/dirs. */
#include "engine/access.h"

#include "engine/engine.h"
#include "sim/sim.h"

static void ask(const char *who, const char *action, const char *resource,
                const struct lic_context *context, enum grants_answer answer)
{
    TEST_ARENA(arena);
    const struct config *config = &sim_engine("governed")->config;
    struct access_subject subject;
    struct access_row row;
    struct lic_err err;
    struct lic_question question = { .context = context, .context_n = context ? 1 : 0 };
    EXPECT_OK(access_find(config, str_z(who), arena, &subject, &err), &err);
    subject.event.action = str_z(action);
    subject.event.resource = str_z(resource);
    EXPECT_OK(access_ask(config, &subject, &subject.event, &question, arena, &row, &err), &err);
    EXPECT(test_u64(row.answer, answer, __FILE__, __LINE__, who));
}

#define DEMO "arn:lictor:model:eu-central-1:loop:demo"
#define FUNCTION "arn:aws:lambda:eu-central-1:111122223333:function:getOrderStatus"

CASE(access_judges_every_layer)
{
    static const struct lic_context top_p = { { "lictor:TopP", 11 }, { "0.5", 3 } };
    ask("ann", "bedrock:InvokeModel", DEMO, NULL, GRANTS_DEPENDS); /* TopP, SystemPrompt */
    ask("ann", "bedrock:InvokeModel", DEMO, &top_p, GRANTS_DEPENDS);
    ask("ann", "bedrock:InvokeModel", "arn:lictor:model:us-east-1:us:far", NULL, GRANTS_NO);
    ask("none", "bedrock:InvokeModel", DEMO, NULL, GRANTS_NO);
    ask("bound", "lambda:InvokeFunction", FUNCTION, NULL, GRANTS_NO); /* the boundary */
    ask("caller", "lambda:InvokeFunction", FUNCTION, NULL, GRANTS_YES);
    ask("caller", "lambda:InvokeFunction",
        "arn:aws:lambda:eu-central-1:999999999999:function:closed", NULL,
        GRANTS_NO); /* the resource's policy */
    ask("arn:aws:iam::111122223333:role/support", "lambda:InvokeFunction", FUNCTION, NULL,
        GRANTS_YES);
}

CASE(access_refuses_a_context_that_is_decided)
{
    static const struct lic_context name = { { "aws:username", 12 }, { "eve", 3 } };
    TEST_ARENA(arena);
    const struct config *config = &sim_engine("governed")->config;
    struct access_subject subject;
    struct access_row row;
    struct lic_err err;
    struct lic_question question = { .context = &name, .context_n = 1 };
    EXPECT_OK(access_find(config, LIC_STR("ann"), arena, &subject, &err), &err);
    subject.event.action = LIC_STR("a:B");
    subject.event.resource = LIC_STR("*");
    EXPECT_RC(access_ask(config, &subject, &subject.event, &question, arena, &row, &err),
              LIC_E_DUPLICATE);
}

CASE(access_finds_users_roles_and_sessions)
{
    TEST_ARENA(arena);
    const struct config *config = &sim_engine("governed")->config;
    struct access_subject subject;
    struct lic_err err;
    EXPECT_OK(access_find(config, LIC_STR("ann"), arena, &subject, &err), &err);
    EXPECT(!subject.is_session && subject.tags_known);
    EXPECT_OK(access_find(config, LIC_STR("arn:aws:sts::111122223333:assumed-role/support/x"),
                          arena, &subject, &err),
              &err);
    EXPECT(subject.is_session);
    EXPECT_RC(access_find(config, LIC_STR("nobody"), arena, &subject, &err), LIC_E_UNKNOWN);
}

CASE(access_asks_the_lists_of_agents)
{
    const struct config *config = &sim_engine("governed")->config;
    const struct config_agent *agent = config_agent(config, LIC_STR("support"));
    EXPECT(agent != NULL);
    EXPECT(access_has_tool(agent, LIC_STR("orderStatus"), LIC_STR(FUNCTION)));
    EXPECT(!access_has_tool(agent, LIC_STR("x"), LIC_STR("arn:lictor:mcp:eu:client:tool/x")));
    EXPECT(access_has_tool(NULL, LIC_STR("x"), LIC_STR("")));
    EXPECT(access_has_model(agent, LIC_STR("demo")));
    EXPECT(access_policy_of(config, LIC_STR("arn:lictor:model:eu-central-1:loop:shared")) != NULL);
    EXPECT(access_policy_of(config, LIC_STR(DEMO)) == NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as text and JSON, on the directory "governed". */
#include "engine/access.h"

#include "engine/engine.h"
#include "sim/sim.h"

#define DEMO "arn:lictor:model:eu-central-1:loop:demo"

static void release(lic_str *text)
{
    if (text->at) {
        const struct lic_host *host = sim_engine("governed")->host;
        (void)host->resize(host->ctx, (void *)(uintptr_t)text->at, 0);
    }
}

static bool has(lic_str text, const char *part)
{
    return str_find(text, str_z(part)) < text.n;
}

CASE(access_who_can_names_everybody_with_the_statement)
{
    CLEANUP(release) lic_str text = { 0 };
    uint32_t n = 0;
    struct lic_err err;
    struct lic_question question = { .action = LIC_STR("mcp:CallTool"),
                                     .resource = LIC_STR(
                                         "arn:lictor:mcp:eu-central-1:orders:tool/refundOrder") };
    EXPECT_OK(lic_engine_who_can(sim_engine("governed"), &question, &text, &n, &err), &err);
    EXPECT_U64(n, 1);
    EXPECT(has(text, "yes      arn:aws:iam::111122223333:user/caller"));
    EXPECT(has(text, "policies/functions.json:4"));
    EXPECT(!has(text, "user/none"));
}

CASE(access_who_can_lists_conditions_and_with_all_those_who_may_not)
{
    CLEANUP(release) lic_str text = { 0 };
    uint32_t n = 0;
    struct lic_err err;
    struct lic_question question = { .action = LIC_STR("bedrock:InvokeModel"),
                                     .resource = LIC_STR(DEMO),
                                     .all = true };
    EXPECT_OK(lic_engine_who_can(sim_engine("governed"), &question, &text, &n, &err), &err);
    EXPECT(has(text, "only if  arn:aws:iam::111122223333:user/ann"));
    EXPECT(has(text, "lictor:TopP is at most 0.9, or it is absent"));
    EXPECT(has(text, "no       arn:aws:iam::111122223333:user/none"));
}

CASE(access_who_can_as_json)
{
    CLEANUP(release) lic_str text = { 0 };
    uint32_t n = 0;
    struct lic_err err;
    struct lic_question question = { .action = LIC_STR("bedrock:InvokeModel"),
                                     .resource = LIC_STR(DEMO),
                                     .json = true };
    EXPECT_OK(lic_engine_who_can(sim_engine("governed"), &question, &text, &n, &err), &err);
    EXPECT(
        has(text, "{\"answer\":\"only if\",\"principal\":\"arn:aws:iam::111122223333:user/ann\""));
    EXPECT(has(text, "\"if\":[\"lictor:TopP"));
}

CASE(access_who_can_refuses_what_is_no_question)
{
    static const char *const actions[] = { "", "bedrock", ":x", "bedrock:", "bedrock:*" };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        lic_str text;
        uint32_t n;
        struct lic_err err;
        struct lic_question question = { .action = str_z(actions[i]), .resource = LIC_STR("*") };
        EXPECT(lic_engine_who_can(sim_engine("governed"), &question, &text, &n, &err) != LIC_OK);
    }
}

CASE(access_can_tells_models_tools_prompts_and_statements)
{
    CLEANUP(release) lic_str text = { 0 };
    struct lic_err err;
    struct lic_question question = { .principal = LIC_STR("helper") };
    EXPECT_OK(lic_engine_can(sim_engine("governed"), &question, &text, &err), &err);
    EXPECT(has(text, "as agent support"));
    EXPECT(has(text, "yes      orderStatus"));
    EXPECT(has(text, "no       theirs"));
    EXPECT(has(text, "agents/support.yaml does not list this tool"));
    EXPECT(has(text, "prompts\n"));
    EXPECT(has(text, "policies/support.json:4 (OneTool): may "));
}

CASE(access_what_if_says_yes_or_why_not)
{
    CLEANUP(release) lic_str text = { 0 };
    bool yes = true;
    struct lic_err err;
    struct lic_question question = { .principal = LIC_STR("none"),
                                     .action = LIC_STR("bedrock:InvokeModel"),
                                     .resource = LIC_STR(DEMO) };
    EXPECT_OK(lic_engine_what_if(sim_engine("governed"), &question, &text, &yes, &err), &err);
    EXPECT(!yes);
    EXPECT(has(text, "no statement allows it"));
}

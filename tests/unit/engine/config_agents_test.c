/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: pinned instructions, models, tools and guardrail. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

CASE(config_agents_read_pins_instructions_models_and_tools)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct config_agent *agent = config_agent(&config, LIC_STR("support"));
    EXPECT(agent != NULL);
    EXPECT_STR(agent->instructions, "You answer questions about orders.");
    EXPECT_STR(agent->prompt_version, "support@1");
    EXPECT_STR(agent->role, "arn:aws:iam::111122223333:role/app");
    EXPECT_U64(agent->models.n, 1);
    EXPECT(agent->tools_listed);
    EXPECT_U64(agent->tools.n, 1);
    EXPECT_U64(agent->uninspected, CHOICE_REFUSE);
    EXPECT(agent->guardrail == config.default_guardrail);
}

CASE(config_agents_read_tells_no_tools_from_any_tools)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT(directory_add(&directory, "agents/any.yaml", "uninspected: pass\n"));
    EXPECT(directory_add(&directory, "agents/empty.yaml", "# nothing said\n"));
    EXPECT(directory_add(&directory, "agents/none.yaml", "tools: []\n"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_U64(config.agents_n, 4);
    EXPECT(!config_agent(&config, LIC_STR("any"))->tools_listed);
    EXPECT_U64(config_agent(&config, LIC_STR("any"))->uninspected, CHOICE_PASS);
    EXPECT(!config_agent(&config, LIC_STR("empty"))->tools_listed);
    EXPECT(config_agent(&config, LIC_STR("none"))->tools_listed);
    EXPECT_U64(config_agent(&config, LIC_STR("none"))->tools.n, 0);
}

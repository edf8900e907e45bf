/* SPDX-License-Identifier: Apache-2.0 */
/* Documents by folder and name; tests/cases/config/documents.case has those that are refused. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

CASE(config_documents_are_of_the_kind_of_their_folder)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT(directory_add(&directory, "principals.yaml",
                         "roles: {app: {policies: [app], trust: desk, inline: inline/more.json}}\n"
                         "users: {}\n"));
    EXPECT(
        directory_add(&directory, "policies/trust/desk.json",
                      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                      "\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"sts:AssumeRole\"}]}"));
    EXPECT(directory_add(&directory, "policies/inline/more.json",
                         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                         "\"Action\":\"invokeFunction:a\",\"Resource\":\"*\"}]}"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct identity *role = &config.roles[0];
    EXPECT_U64(role->trust_doc->kind, DOC_TRUST);
    EXPECT_STR(role->trust_doc->file, "policies/trust/desk.json");
    EXPECT_U64(role->docs_n, 2);
    EXPECT_U64(role->docs[1]->kind, DOC_INLINE_ROLE);
    EXPECT_U64(role->docs[1]->n, 2);
}

CASE(config_documents_of_resources_are_attached_to_models_and_tools)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT(directory_add(&directory, "lictor.yaml",
                         "account: 111122223333\n"
                         "providers: {loop: {kind: loopback}}\n"
                         "models:\n"
                         "  - {name: demo, provider: loop, policy: open}\n"
                         "  - {name: other, provider: loop}\n"
                         "tools:\n"
                         "  - {name: t, kind: mcp, resource: 'arn:lictor:mcp:local:s:tool/t', "
                         "policy: open}\n"));
    EXPECT(directory_add(&directory, "agents/support.yaml", "role: app\nmodels: [demo]\n"));
    EXPECT(directory_add(&directory, "guardrails/standard.json",
                         "{\"name\":\"n\",\"blockedInputMessaging\":\"i\","
                         "\"blockedOutputsMessaging\":\"o\"}"));
    EXPECT(directory_add(&directory, "policies/resource/open.json",
                         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                         "\"Principal\":{\"AWS\":\"999999999999\"},\"Action\":\"*\","
                         "\"Resource\":\"*\"}]}"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_U64(config.resources_n, 1);
    EXPECT(config.models[0].policy == &config.resources[0] && !config.models[1].policy);
    EXPECT(config.tools[0].policy == &config.resources[0]);
    EXPECT_STR(config.resources[0].name, "open");
    EXPECT(config.resources[0].index != NULL);
}

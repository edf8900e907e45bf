/* SPDX-License-Identifier: Apache-2.0 */
/* lictor.yaml: values, defaults, models and tools. What is refused is in tests/cases/config. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

CASE(config_lictor_read_takes_what_the_file_says)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct lic_settings *settings = &config.settings;
    EXPECT_STR(settings->listen, "127.0.0.1:8080");
    EXPECT_STR(settings->admin_listen, "127.0.0.1:8081");
    EXPECT_STR(settings->state_dir, "/conf/state");
    EXPECT_STR(settings->region, "eu-central-1");
    EXPECT_STR(config.account, "111122223333");
    EXPECT_U64(settings->sync, LIC_SYNC_EACH);
    EXPECT_U64(settings->group_ms, 50);
    EXPECT_U64(config.content, RECORD_CONTENT_NONE);
    EXPECT_U64(config.ledger_unwritable, CHOICE_PASS);
    EXPECT_U64(settings->body_bytes_max, 20000000);
    EXPECT_U64(settings->answer_bytes_max, 65536);
    EXPECT_U64(settings->client_timeout_ms, 30000);
    EXPECT_U64(settings->models_n, 3);
    EXPECT(config.default_guardrail != NULL);
    EXPECT_STR(config.default_guardrail->name, "standard");
}

static const char *const SMALLEST = "providers: {loop: {kind: loopback}}\n"
                                    "models: [{name: demo, provider: loop}]\n";

CASE(config_lictor_read_has_safe_defaults)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "lictor.yaml", SMALLEST));
    EXPECT(directory_add(&directory, "principals.yaml", "users:\n"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_STR(config.settings.listen, "127.0.0.1:8080");
    EXPECT_STR(config.settings.admin_listen, "127.0.0.1:8081");
    EXPECT_STR(config.settings.region, "local");
    EXPECT_STR(config.account, "000000000000");
    EXPECT_U64(config.settings.sync, LIC_SYNC_GROUP);
    EXPECT_U64(config.settings.tls_certificate.n, 0);
    EXPECT_U64(config.unknown_members, CHOICE_REFUSE);
    EXPECT_U64(config.uninspected, CHOICE_REFUSE);
    EXPECT_U64(config.ledger_unwritable, CHOICE_REFUSE);
    EXPECT_U64(config.content, RECORD_CONTENT_MASKED);
    EXPECT(config.default_guardrail == NULL);
    EXPECT_U64(config.principals_n, 0);
}

CASE(config_lictor_models_know_their_provider_and_region)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct config_model *demo = config_model(&config, LIC_STR("demo"));
    const struct config_model *some = config_model(&config, LIC_STR("gpt-5"));
    const struct config_model *mini = config_model(&config, LIC_STR("gpt-4o-mini"));
    EXPECT(demo && some && mini);
    EXPECT_STR(demo->owned_by, "loop");
    EXPECT_STR(demo->region, "eu-central-1");
    EXPECT_STR(some->region, "us-east-1");
    EXPECT_STR(mini->region, "us-west-2");
    EXPECT_STR(mini->upstream_name, "gpt-4o-mini-2024-07-18");
    EXPECT_U64(mini->provider, some->provider);
}

CASE(config_lictor_tools_have_actions_and_arns)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_U64(config.tools_n, 2);
    EXPECT_STR(config.tools[0].action, "mcp:CallTool");
    EXPECT_STR(config.tools[0].resource, "arn:lictor:mcp:eu-central-1:orders:tool/getOrderStatus");
    EXPECT_STR(config.tools[1].action, "lambda:InvokeFunction");
}

CASE(config_lictor_listens_beyond_the_machine_with_tls_or_by_word)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "principals.yaml", "users:\n"));
    EXPECT(directory_add(&directory, "tls/c.pem", "certificate"));
    EXPECT(directory_add(&directory, "/etc/k.pem", "key"));
    EXPECT(directory_add(
        &directory, "lictor.yaml",
        "listen: 0.0.0.0:443\ntls: {certificate: tls/c.pem, key: /etc/k.pem}\n"
        "providers: {loop: {kind: loopback}}\nmodels: [{name: demo, provider: loop}]\n"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_STR(config.settings.tls_certificate, "/conf/tls/c.pem");
    EXPECT_STR(config.settings.tls_key, "/etc/k.pem");
    EXPECT(directory_add(
        &directory, "lictor.yaml",
        "listen: 0.0.0.0:80\ntls: {plaintext: true}\n"
        "providers: {loop: {kind: loopback}}\nmodels: [{name: demo, provider: loop}]\n"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT_U64(config.settings.tls_certificate.n, 0);
}

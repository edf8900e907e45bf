/* SPDX-License-Identifier: Apache-2.0 */
/* Providers: endpoints, TLS and credentials that never show. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

#include <stdio.h>

/* Reads good.case with these lines as its only provider. */
static enum lic_rc read_with(struct directory *directory, const char *provider, struct config *out,
                             struct lic_err *err)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "providers:\n  p:\n%smodels: [{name: demo, provider: p}]\n",
                   provider);
    lic_str kept = str_copy(directory->arena, str_make(text, strlen(text) + 1));
    if (!kept.at || !directory_add(directory, "lictor.yaml", kept.at) ||
        !directory_add(directory, "principals.yaml", "users:\n")) {
        return LIC_E_NOMEM;
    }
    return directory_read(directory, out, err);
}

CASE(config_providers_have_default_endpoints)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT_OK(read_with(&directory, "    kind: anthropic\n", &config, &err), &err);
    const struct lic_upstream *upstream = &config.providers[0].upstream;
    EXPECT_STR(upstream->name, "p");
    EXPECT_STR(upstream->kind, "anthropic");
    EXPECT(upstream->tls && upstream->tls_verify);
    EXPECT_STR(upstream->host, "api.anthropic.com");
    EXPECT_U64(upstream->servers_n, 1);
    EXPECT_STR(upstream->servers[0], "api.anthropic.com:443");
    EXPECT_U64(config.providers[0].credential.n, 0);
    EXPECT_OK(read_with(&directory, "    kind: loopback\n", &config, &err), &err);
    EXPECT_U64(config.providers[0].upstream.servers_n, 0);
    EXPECT(!config.providers[0].upstream.tls);
}

CASE(config_providers_keep_endpoints_in_order_of_preference)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "ca.pem", "authorities"));
    EXPECT_OK(
        read_with(
            &directory,
            "    kind: openai\n    endpoints: [https://b.example/x, https://a.example:8443/x/v1]\n"
            "    tls: {ca: ca.pem}\n",
            &config, &err),
        &err);
    const struct config_provider *provider = &config.providers[0];
    EXPECT_U64(provider->upstream.servers_n, 2);
    EXPECT_STR(provider->upstream.servers[0], "b.example:443");
    EXPECT_STR(provider->upstream.servers[1], "a.example:8443");
    EXPECT_STR(provider->upstream.host, "b.example");
    EXPECT_STR(provider->base_path, "/x");
    EXPECT_STR(provider->upstream.tls_ca, "/conf/ca.pem");
}

CASE(config_providers_accept_any_certificate_only_in_those_words)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT_OK(read_with(&directory, "    kind: openai\n    tls: {verify: accept-any-certificate}\n",
                        &config, &err),
              &err);
    EXPECT(!config.providers[0].upstream.tls_verify);
    EXPECT_RC(read_with(&directory, "    kind: openai\n    tls: {verify: false}\n", &config, &err),
              LIC_E_INVALID);
}

CASE(config_providers_send_plaintext_within_the_machine_or_by_word)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT_OK(read_with(&directory, "    kind: openai\n    endpoint: http://127.0.0.1:9000\n",
                        &config, &err),
              &err);
    EXPECT(!config.providers[0].upstream.tls);
    EXPECT_OK(
        read_with(
            &directory,
            "    kind: openai\n    endpoint: http://vllm:8000/v1\n    tls: {plaintext: true}\n",
            &config, &err),
        &err);
    EXPECT_STR(config.providers[0].upstream.servers[0], "vllm:8000");
    EXPECT_STR(config.providers[0].base_path, "");
}

CASE(config_providers_read_credentials_from_environment_and_file)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_case(&directory, LIC_STR("== env\nSOME_KEY=sk-env\n== errors\n")));
    EXPECT_OK(
        read_with(&directory, "    kind: openai\n    credential: env:SOME_KEY\n", &config, &err),
        &err);
    EXPECT_STR(config.providers[0].credential, "sk-env");
    EXPECT(directory_add(&directory, "keys/openai", "sk-file\n"));
    EXPECT_OK(read_with(&directory, "    kind: openai\n    credential: file:keys/openai\n", &config,
                        &err),
              &err);
    EXPECT_STR(config.providers[0].credential, "sk-file");
}

CASE(config_providers_never_tell_a_secret)
{
    static const char *const BAD[] = {
        "    kind: openai\n    credential: hunter2\n",
        "    kind: openai\n    credential: env:hunter2-x\n",
        "    kind: openai\n    credential: file:keys/bad\n",
        "    kind: openai\n    credential: env:BAD\n",
        "    kind: openai\n    endpoint: https://u:hunter2@host\n",
    };
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_case(&directory, LIC_STR("== env\nBAD=hunter2 with blanks\n== errors\n")));
    EXPECT(directory_add(&directory, "keys/bad", "hunter2\nsecond line\n"));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        EXPECT_RC(read_with(&directory, BAD[i], &config, &err), LIC_E_INVALID);
        EXPECT_U64(str_find(directory.told, LIC_STR("hunter2")), directory.told.n);
    }
}

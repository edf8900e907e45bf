/* SPDX-License-Identifier: Apache-2.0 */
/* Issuers of web identities, and the keys that seal sessions. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

#define ROLES                                                                                      \
    "roles:\n"                                                                                     \
    "  app: {policies: [app]}\n"                                                                   \
    "  web:\n"                                                                                     \
    "    policies: [app]\n"                                                                        \
    "    trust:\n"                                                                                 \
    "      Version: 2012-10-17\n"                                                                  \
    "      Statement:\n"                                                                           \
    "        Effect: Allow\n"                                                                      \
    "        Principal: {Federated: arn:aws:iam::111122223333:oidc-provider/id.example.com}\n"     \
    "        Action: sts:AssumeRoleWithWebIdentity\n"                                              \
    "users: {}\n"

static enum lic_rc read_with(struct directory *directory, struct arena *arena,
                             const char *principals, struct config *out, struct lic_err *err)
{
    directory_init(directory, arena);
    if (!directory_add_good(directory) ||
        !directory_add(directory, "principals.yaml", principals) ||
        !directory_add(directory, "jwks.json", "{\"keys\":[]}") ||
        /* 32 bytes of 0x01 and of 0x02 */
        !directory_add(directory, "new.key", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n") ||
        !directory_add(directory, "old.key", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=")) {
        return LIC_E_NOMEM;
    }
    return directory_read(directory, out, err);
}

CASE(config_federation_reads_issuers)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena,
                        ROLES "oidc_providers:\n"
                              "  - issuer: https://id.example.com\n"
                              "    audiences: [lictor]\n"
                              "    jwks: file:jwks.json\n"
                              "    bearer_role: web\n"
                              "  - issuer: https://token.example.com/realms/a\n"
                              "    audiences: [a, b]\n"
                              "    jwks: https://token.example.com/realms/a/jwks\n",
                        &config, &err),
              &err);
    EXPECT_STR(directory.told, "");
    const struct identity_provider *id =
        identity_provider(&config.identities, LIC_STR("https://id.example.com"));
    const struct identity_provider *token =
        identity_provider(&config.identities, LIC_STR("https://token.example.com/realms/a"));
    EXPECT(id && token && id == &config.oidc[0]);
    EXPECT_STR(id->arn, "arn:aws:iam::111122223333:oidc-provider/id.example.com");
    EXPECT_STR(id->bearer_role_arn, "arn:aws:iam::111122223333:role/web");
    EXPECT_STR(id->jwks_path, "/conf/jwks.json");
    EXPECT_U64(id->jwks_url.n, 0);
    EXPECT_STR(token->arn, "arn:aws:iam::111122223333:oidc-provider/token.example.com/realms/a");
    EXPECT_U64(token->audiences.n, 2);
    EXPECT(str_starts(token->jwks_path, LIC_STR("/conf/state/jwks/")));
    EXPECT(str_ends(token->jwks_path, LIC_STR(".json")));
    EXPECT(!identity_provider(&config.identities, LIC_STR("https://id.example.com/")));
}

CASE(config_federation_reads_session_keys_newest_first)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, ROLES "sessions: {keys: [file:new.key, file:old.key]}\n",
                        &config, &err),
              &err);
    EXPECT_U64(config.session_keys.n, 2);
    EXPECT_U64(config.session_keys.at[0].bytes[31], 1);
    EXPECT_U64(config.session_keys.at[1].bytes[0], 2);
    EXPECT_OK(read_with(&directory, arena, ROLES, &config, &err), &err);
    EXPECT_U64(config.session_keys.n, 0);
}

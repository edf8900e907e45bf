/* SPDX-License-Identifier: Apache-2.0 */
/* Roles of principals.yaml: their documents, trust, limits and names. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

static enum lic_rc read_with(struct directory *directory, struct arena *arena,
                             const char *principals, struct config *out, struct lic_err *err)
{
    directory_init(directory, arena);
    if (!directory_add_good(directory) ||
        !directory_add(directory, "principals.yaml", principals)) {
        return LIC_E_NOMEM;
    }
    return directory_read(directory, out, err);
}

#define AGENT_ROLE "roles:\n  app: {policies: [app]}\n"

CASE(config_principals_roles_have_what_aws_roles_have)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena,
                        AGENT_ROLE "  deploy:\n"
                                   "    path: /ci/\n"
                                   "    policies: [app]\n"
                                   "    boundary: app\n"
                                   "    max_session_s: 900\n"
                                   "    revoke_sessions_before: 2026-11-22T00:00:00Z\n"
                                   "    tags: {team: ops}\n"
                                   "    trust:\n"
                                   "      Version: 2012-10-17\n"
                                   "      Statement:\n"
                                   "        - Effect: Allow\n"
                                   "          Principal: {AWS: '111122223333'}\n"
                                   "          Action: sts:AssumeRole\n"
                                   "users: {}\n",
                        &config, &err),
              &err);
    EXPECT_U64(config.roles_n, 2);
    const struct identity *role =
        identity_role(&config.identities, LIC_STR("arn:aws:iam::111122223333:role/ci/deploy"));
    EXPECT(role == &config.roles[1] && role->is_role);
    EXPECT_STR(str_head(role->id, 4), "AROA");
    EXPECT_U64(role->session_max_s, 900);
    EXPECT(role->revoked_before_ns == INT64_C(1795305600000000000));
    EXPECT(role->trust && role->trust_doc->kind == DOC_TRUST);
    EXPECT_U64(role->trust_doc->statements[0].place.line, 13);
    EXPECT_STR(role->tags[0].key, "aws:PrincipalTag/team");
    EXPECT(role->stack.boundary && role->stack.identity && !role->stack.scp);
    EXPECT_U64(config.roles[0].session_max_s, 3600);
    EXPECT(!config.roles[0].trust);
}

CASE(config_principals_know_service_linked_roles_by_their_path)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena,
                        AGENT_ROLE "  linked: {policies: [app], "
                                   "path: /aws-service-role/lictor.amazonaws.com/}\n"
                                   "users: {}\n",
                        &config, &err),
              &err);
    EXPECT(config.roles[1].service_linked && !config.roles[0].service_linked);
}

CASE(config_principals_managed_policies_have_arns)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, AGENT_ROLE "users: {}\n", &config, &err), &err);
    EXPECT_U64(config.policies_n, 1);
    EXPECT_STR(config.policies[0].arn, "arn:aws:iam::111122223333:policy/app");
    EXPECT(identity_policy(&config.identities, config.policies[0].arn) == config.policies[0].doc);
}

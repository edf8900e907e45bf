/* SPDX-License-Identifier: Apache-2.0 */
/* Users: who a key belongs to, through whom they act, and which policies judge them. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

/* principals.yaml of a test; the rest is good.case. */
static enum lic_rc read_with(struct directory *directory, struct arena *arena,
                             const char *principals, struct config *out, struct lic_err *err)
{
    directory_init(directory, arena);
    if (!directory_add_good(directory) ||
        (principals && !directory_add(directory, "principals.yaml", principals))) {
        return LIC_E_NOMEM;
    }
    return directory_read(directory, out, err);
}

static const struct principal *principal_named(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        if (str_eq(config->principals[i].name, str_z(name))) {
            return &config->principals[i];
        }
    }
    return NULL;
}

CASE(config_users_act_as_themselves_or_through_a_role)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, NULL, &config, &err), &err);
    const struct principal *alice = principal_named(&config, "alice");
    const struct principal *bob = principal_named(&config, "bob");
    const struct principal *helper = principal_named(&config, "helper");
    EXPECT(alice && bob && helper);
    EXPECT_STR(alice->arn, "arn:aws:sts::111122223333:assumed-role/app/alice");
    EXPECT_STR(alice->role_arn, "arn:aws:iam::111122223333:role/app");
    EXPECT_STR(alice->type, "AssumedRole");
    EXPECT_U64(alice->identity->docs_n, 1);
    EXPECT(alice->identity == identity_role(&config.identities, alice->role_arn));
    EXPECT_U64(alice->chain.n, 2);
    EXPECT_STR(alice->chain.at[0], "arn:aws:iam::111122223333:user/alice");
    EXPECT(str_starts(alice->user_id, LIC_STR("AROA")) &&
           str_ends(alice->user_id, LIC_STR(":alice")));
    EXPECT_STR(bob->arn, "arn:aws:iam::111122223333:user/bob");
    EXPECT_STR(bob->type, "User");
    EXPECT_U64(bob->role_arn.n, 0);
    EXPECT(str_starts(bob->user_id, LIC_STR("AIDA")) && bob->user_id.n == 20);
    EXPECT(bob->identity->docs[0] == alice->identity->docs[0]);
    EXPECT(identity_user(&config.identities, bob->arn) == bob->identity);
    EXPECT_STR(helper->agent, "support");
    EXPECT_STR(helper->role_arn, "arn:aws:iam::111122223333:role/app");
}

CASE(config_users_have_the_tags_of_their_role_and_their_own)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, NULL, &config, &err), &err);
    const struct principal *alice = principal_named(&config, "alice");
    EXPECT(alice != NULL);
    EXPECT_U64(alice->extras_n, 2);
    EXPECT_STR(alice->extras[0].key, "aws:PrincipalTag/team");
    EXPECT_STR(alice->extras[0].values.at[0], "shop");
    EXPECT_STR(alice->extras[1].key, "aws:PrincipalTag/desk");
    EXPECT_STR(alice->extras[1].values.at[0], "12");
}

CASE(config_users_are_found_by_their_keys)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    /* printf lk_test | sha256sum */
    EXPECT_OK(read_with(&directory, arena,
                        "roles: {app: {policies: [app]}}\n"
                        "users:\n"
                        "  carol:\n"
                        "    keys:\n"
                        "    - sha256: "
                        "261b46e608d87c826b7fcecf64cd163422257f85f2b38b863043ced7ee009016\n"
                        "    access_keys:\n"
                        "    - {id: AKIAIOSFODNN7EXAMPLE, secret: env:OPENAI_API_KEY}\n",
                        &config, &err),
              &err);
    const struct principal *carol = principal_named(&config, "carol");
    EXPECT(identity_find(&config.identities, LIC_STR("lk_test")) == carol);
    EXPECT(identity_find(&config.identities, LIC_STR("lk_tesu")) == NULL);
    const struct access_key *key =
        identity_access_key(&config.identities, LIC_STR("AKIAIOSFODNN7EXAMPLE"));
    EXPECT(key && key->principal == carol);
    EXPECT_STR(key->secret, "sk-test-0000");
    EXPECT(!identity_access_key(&config.identities, LIC_STR("AKIAIOSFODNN7EXAMPLF")));
}

CASE(config_users_are_judged_by_their_own_policies_and_those_of_their_groups)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena,
                        "roles: {app: {policies: [app]}}\n"
                        "groups:\n"
                        "  staff:\n"
                        "    policies: [app]\n"
                        "    inline:\n"
                        "      read:\n"
                        "        Version: 2012-10-17\n"
                        "        Statement: {Effect: Allow, Action: mcp:ListTools, Resource: '*'}\n"
                        "users:\n"
                        "  dora:\n"
                        "    path: /desk/\n"
                        "    groups: [staff]\n"
                        "    boundary: app\n"
                        "    inline:\n"
                        "      - Version: 2012-10-17\n"
                        "        Statement:\n"
                        "          - {Effect: Deny, Action: '*', Resource: '*'}\n",
                        &config, &err),
              &err);
    const struct principal *dora = principal_named(&config, "dora");
    EXPECT_STR(dora->arn, "arn:aws:iam::111122223333:user/desk/dora");
    EXPECT_U64(dora->identity->docs_n, 3);
    const struct policy_doc *own = dora->identity->docs[0];
    EXPECT_STR(own->file, "principals.yaml");
    EXPECT_U64(own->statements[0].place.line, 17);
    EXPECT_U64(own->statements[0].place.column, 13);
    EXPECT_U64(dora->identity->docs[2]->statements[0].place.line, 8);
    EXPECT(dora->identity->boundary_doc == dora->identity->docs[1]);
    EXPECT(dora->identity->stack.boundary && dora->identity->stack.identity);
}

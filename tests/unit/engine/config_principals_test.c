/* SPDX-License-Identifier: Apache-2.0 */
/* Users and roles: who a key belongs to, and which policies judge them. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

static const struct principal *principal_named(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        if (str_eq(config->principals[i].name, str_z(name))) {
            return &config->principals[i];
        }
    }
    return NULL;
}

CASE(config_principals_act_as_themselves_or_through_a_role)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct principal *alice = principal_named(&config, "alice");
    const struct principal *bob = principal_named(&config, "bob");
    const struct principal *helper = principal_named(&config, "helper");
    EXPECT(alice && bob && helper);
    EXPECT_STR(alice->arn, "arn:aws:sts::111122223333:assumed-role/app/alice");
    EXPECT_STR(alice->role_arn, "arn:aws:iam::111122223333:role/app");
    EXPECT_STR(alice->type, "AssumedRole");
    EXPECT_U64(alice->docs_n, 1);
    EXPECT_STR(bob->arn, "arn:aws:iam::111122223333:user/bob");
    EXPECT_STR(bob->type, "User");
    EXPECT_U64(bob->role_arn.n, 0);
    EXPECT(bob->docs[0] == alice->docs[0]);
    EXPECT_STR(helper->agent, "support");
    EXPECT_STR(helper->role_arn, "arn:aws:iam::111122223333:role/app");
}

CASE(config_principals_have_the_tags_of_their_role_and_their_own)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    const struct principal *alice = principal_named(&config, "alice");
    EXPECT(alice != NULL);
    EXPECT_U64(alice->tags_n, 2);
    EXPECT_STR(alice->tags[0].key, "aws:PrincipalTag/team");
    EXPECT_STR(alice->tags[0].values.at[0], "shop");
    EXPECT_STR(alice->tags[1].key, "aws:PrincipalTag/desk");
    EXPECT_STR(alice->tags[1].values.at[0], "12");
}

CASE(config_principals_are_found_by_their_key)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "lictor.yaml",
                         "providers: {loop: {kind: loopback}}\n"
                         "models: [{name: demo, provider: loop}]\n"));
    /* printf lk_test | sha256sum */
    EXPECT(directory_add(&directory, "principals.yaml",
                         "users:\n  carol:\n    keys:\n    - sha256: "
                         "261b46e608d87c826b7fcecf64cd163422257f85f2b38b863043ced7ee009016\n"));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT(identity_find(&config.identities, LIC_STR("lk_test")) ==
           principal_named(&config, "carol"));
    EXPECT(identity_find(&config.identities, LIC_STR("lk_tesu")) == NULL);
}

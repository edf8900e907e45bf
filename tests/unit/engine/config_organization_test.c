/* SPDX-License-Identifier: Apache-2.0 */
/* The organization's path: its levels, what is attached at each, and what policies see of it. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

static enum lic_rc read_with(struct directory *directory, struct arena *arena,
                             const char *organization, struct config *out, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, 4096);
    buf_add(&text, LIC_STR("roles: {app: {policies: [app]}}\nusers: {dora: {policies: [app]}}\n"));
    buf_add(&text, str_z(organization));
    buf_add_char(&text, '\0');
    directory_init(directory, arena);
    bool added =
        text.failed == LIC_OK && directory_add_good(directory) &&
        directory_add(directory, "policies/scp/only-eu.json",
                      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                      "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringNotEquals\":"
                      "{\"lictor:ModelRegion\":\"eu-central-1\"}}}]}") &&
        directory_add(directory, "policies/rcp/ours.json",
                      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                      "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
                      "{\"StringNotEquals\":{\"aws:PrincipalOrgID\":\"o-abc\"}}}]}") &&
        directory_add(directory, "principals.yaml", text.at);
    return added ? directory_read(directory, out, err) : LIC_E_NOMEM;
}

CASE(config_organization_levels_have_what_is_listed_and_what_aws_ships)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena,
                        "organization:\n"
                        "  id: o-abc\n"
                        "  path:\n"
                        "    - id: r-root\n"
                        "    - {id: ou-root-prod, scps: [FullAWSAccess, only-eu], rcps: [ours]}\n"
                        "    - {id: '111122223333', scps: [FullAWSAccess]}\n",
                        &config, &err),
              &err);
    EXPECT_STR(directory.told, "");
    EXPECT_STR(config.organization, "o-abc");
    EXPECT_U64(config.org_paths.n, 1);
    EXPECT_STR(config.org_paths.at[0], "o-abc/r-root/ou-root-prod/");
    EXPECT_U64(config.levels_n, 3);
    EXPECT_U64(config.levels[0].scps_n, 1);
    EXPECT_STR(config.levels[0].scps[0]->file, "FullAWSAccess");
    EXPECT_U64(config.levels[1].scps_n, 2);
    EXPECT_U64(config.levels[1].rcps_n, 2);
    EXPECT_STR(config.levels[1].rcps[0]->file, "policies/rcp/ours.json");
    EXPECT_STR(config.levels[2].rcps[0]->file, "RCPFullAWSAccess");
    EXPECT_STR(config.scp[2].id, "111122223333");
    EXPECT_U64(config.users[0].stack.scp_n, 3);
    EXPECT(config.users[0].stack.scp == config.scp && config.roles[0].stack.scp == config.scp);
}

CASE(config_organization_absent_is_no_layer)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, "", &config, &err), &err);
    EXPECT_U64(config.organization.n, 0);
    EXPECT_U64(config.users[0].stack.scp_n, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue: what is in it, by every way to ask. */
#include "advise/catalogue.h"

#include "base/str.h"
#include "test.h"

static uint32_t count(const char *pattern)
{
    struct catalogue_walk walk = catalogue_walk(str_z(pattern));
    uint32_t n = 0;
    while (catalogue_next(&walk) != CATALOGUE_NONE) {
        n++;
    }
    return n;
}

CASE(catalogue_has_what_aws_has)
{
    EXPECT(catalogue_services_n() > 400 && catalogue_actions_n() > 20000);
    EXPECT(catalogue_keys_n() > 1500);
    EXPECT(catalogue_action(LIC_STR("S3:getobject")) != CATALOGUE_NONE);
    EXPECT(catalogue_action(LIC_STR("bedrock-agentcore:InvokeAgentRuntime")) != CATALOGUE_NONE);
    EXPECT(catalogue_action(LIC_STR("s3:GetObjects")) == CATALOGUE_NONE);
    EXPECT(catalogue_action(LIC_STR("s3")) == CATALOGUE_NONE);
    EXPECT(catalogue_action(LIC_STR("")) == CATALOGUE_NONE);
    EXPECT(catalogue_service(LIC_STR("zzz")) == CATALOGUE_NONE);
}

/* Every action is found by its own name, in order, in its own service. */
CASE(catalogue_finds_every_action_by_its_name)
{
    for (uint32_t i = 0; i < catalogue_actions_n() && !test_rerun(); i++) {
        uint32_t service = catalogue_action_service(i);
        EXPECT_U64(catalogue_action_in(service, catalogue_action_name(i)), i);
    }
}

CASE(catalogue_walks_a_pattern)
{
    uint32_t s3 = catalogue_service(LIC_STR("s3"));
    EXPECT(s3 != CATALOGUE_NONE);
    EXPECT_U64(count("s3:*"), catalogue_service_actions(s3).n);
    EXPECT_U64(count("s3:GetObject"), 1);
    EXPECT(count("s3:getobject*") > 5 && count("s3:getobject*") < 30);
    EXPECT_U64(count("s3:?etObject"), 1);
    EXPECT_U64(count("*"), catalogue_actions_n());
    EXPECT_U64(count("?3:GetObject"), 1);
    EXPECT_U64(count("nothing:*"), 0);
    EXPECT_U64(count(""), 0);
}

CASE(catalogue_knows_levels_resources_and_keys_of_actions)
{
    uint32_t pass = catalogue_action(LIC_STR("iam:PutRolePolicy"));
    uint32_t get = catalogue_action(LIC_STR("s3:GetObject"));
    EXPECT_U64(catalogue_action_level(pass), CATALOGUE_PERMISSIONS);
    EXPECT_U64(catalogue_action_level(get), CATALOGUE_READ);
    bool required = false, object = false;
    for (uint32_t i = 0; i < catalogue_action_resources_n(get); i++) {
        uint32_t resource = catalogue_action_resource(get, i, &required);
        object = object || str_eq(catalogue_resource_arn(resource),
                                  LIC_STR("arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
    }
    EXPECT(object);
    uint32_t tag = catalogue_key(LIC_STR("s3:ExistingObjectTag/team"));
    EXPECT(tag != CATALOGUE_NONE && catalogue_has(catalogue_action_keys(get), tag));
    EXPECT(catalogue_has(catalogue_service_keys(catalogue_action_service(get)), tag));
}

CASE(catalogue_knows_keys_and_their_types)
{
    uint32_t arn = catalogue_key(LIC_STR("AWS:principalarn"));
    EXPECT_STR(catalogue_key_name(arn), "aws:PrincipalArn");
    EXPECT(catalogue_key_is_global(arn) && catalogue_key_type(arn) == CATALOGUE_ARN);
    uint32_t tag = catalogue_key(LIC_STR("aws:ResourceTag/team"));
    EXPECT_STR(catalogue_key_name(tag), "aws:ResourceTag/${TagKey}");
    EXPECT(catalogue_key(LIC_STR("aws:ResourceTag/")) == CATALOGUE_NONE);
    EXPECT(catalogue_key(LIC_STR("aws:Nothing")) == CATALOGUE_NONE);
    uint32_t ours = catalogue_key(LIC_STR("lictor:DataClass"));
    EXPECT(ours != CATALOGUE_NONE && catalogue_type_is_many(catalogue_key_type(ours)));
    EXPECT(catalogue_key_is_global(catalogue_key(LIC_STR("lictor:Argument/a.b"))));
}

CASE(catalogue_has_our_services)
{
    EXPECT(catalogue_action(LIC_STR("mcp:CallTool")) != CATALOGUE_NONE);
    EXPECT(catalogue_action(LIC_STR("invokeFunction:anything")) != CATALOGUE_NONE);
    EXPECT(!catalogue_service_takes_rcp(catalogue_service(LIC_STR("mcp"))));
    EXPECT(catalogue_service_takes_rcp(catalogue_service(LIC_STR("s3"))));
}

CASE(catalogue_suggests_the_nearest_name)
{
    EXPECT_STR(catalogue_nearest_service(LIC_STR("dynamdb")), "dynamodb");
    EXPECT_STR(catalogue_nearest_action(catalogue_service(LIC_STR("s3")), LIC_STR("GetObjekt")),
               "GetObject");
    EXPECT_STR(catalogue_nearest_key(LIC_STR("aws:PrincipalOrgIdd")), "aws:PrincipalOrgID");
    EXPECT_STR(catalogue_nearest_service(LIC_STR("")), "");
    EXPECT_STR(catalogue_nearest_service(LIC_STR("qqqqqqqqqqqq")), "");
}

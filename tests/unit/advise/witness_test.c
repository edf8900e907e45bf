/* SPDX-License-Identifier: Apache-2.0 */
/* Requests made of points, and their JSON. */
#include "advise/witness.h"

#include "docs.h"

static const lic_str red[] = { { "red", 3 } };
static const lic_str two[] = { { "a\"", 2 }, { "b", 1 } };

static void make_witness(struct witness *out, struct witness_key *keys)
{
    *out = (struct witness){ .action = LIC_STR("s3:getobject"), .resource = LIC_STR("*") };
    keys[0] = (struct witness_key){ LIC_STR("app:team"), red, 1, false };
    keys[1] = (struct witness_key){ LIC_STR("app:tags"), two, 2, true };
    keys[2] = (struct witness_key){ LIC_STR("aws:username"), NULL, 0, false };
    out->keys.at = keys;
    out->keys.n = 3;
    EXPECT_RC(request_principal_read(LIC_STR("arn:aws:sts::111122223333:assumed-role/r/s"),
                                     &out->principal, NULL),
              LIC_OK);
}

CASE(witness_as_json_is_one_line_for_simulate)
{
    TEST_ARENA(arena);
    struct witness witness;
    struct witness_key keys[3];
    struct witness_layers layers = { .docs_n = 1 };
    struct buf out;
    struct lic_err err;
    const struct policy_doc *doc =
        docs_read(arena, DOC_ANY,
                  "  {\"Effect\": \"Allow\",\n\"Action\": \"s3:*\", "
                  "\"Resource\": \"*\", \"Condition\": {\"StringEquals\":\t{\"k\": \"a b\"}}}");
    EXPECT(doc != NULL);
    layers.docs = &doc;
    make_witness(&witness, keys);
    buf_init(&out, arena, 4096);
    EXPECT_OK(witness_json(&witness, &layers, arena, &out, &err), &err);
    EXPECT_STR(buf_str(&out),
               "{\"id\":\"counterexample\",\"principal\":\"arn:aws:sts::111122223333:assumed-role/"
               "r/s\",\"action\":\"s3:getobject\",\"resource\":{\"resource\":\"*\",\"accountId\":"
               "\"111122223333\"},\"context\":{\"app:team\":\"red\",\"app:tags\":[\"a\\\"\","
               "\"b\"]},\"identityPolicies\":[{\"Version\":\"2012-10-17\",\"Statement\":[{"
               "\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{"
               "\"StringEquals\":{\"k\":\"a b\"}}}]}]}");
}

CASE(witness_agrees_when_keys_are_those_of_its_principal)
{
    TEST_ARENA(arena);
    struct witness witness;
    struct witness_key keys[3];
    struct lic_err err;
    bool agrees = false;
    make_witness(&witness, keys);
    EXPECT_OK(witness_agrees(&witness, arena, &agrees, &err), &err);
    EXPECT(agrees);
    keys[2] = (struct witness_key){ LIC_STR("aws:username"), red, 1, false };
    EXPECT_OK(witness_agrees(&witness, arena, &agrees, &err), &err);
    EXPECT(!agrees);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The drafted document and its reasons as text. */
#include "base/buf.h"
#include "base/json_read.h"
#include "tighten_case.h"

static void draft(struct tighten_case *c, struct arena *arena, struct arena *scratch)
{
    struct lic_err err = { 0 };
    EXPECT_OK(tighten_case_begin(c, arena, scratch, NULL, &err), &err);
    EXPECT_OK(tighten_case_use(c, "s3:GetObject", "arn:aws:s3:::shop/a*b", 30, &err), &err);
    EXPECT_OK(tighten_case_use(c, "s3:PutObject", "arn:aws:s3:::shop/a*b", 30, &err), &err);
    EXPECT_OK(tighten_draft(&c->tighten, &err), &err);
    EXPECT_OK(tighten_replay_begin(&c->tighten, &err), &err);
}

CASE(tighten_write_makes_one_statement_of_actions_alike)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch);
    EXPECT(!test_left());
    EXPECT_STR(c.tighten.policy, "{\n"
                                 "  \"Version\": \"2012-10-17\",\n"
                                 "  \"Statement\": [\n"
                                 "    {\n"
                                 "      \"Sid\": \"S3GetObject\",\n"
                                 "      \"Effect\": \"Allow\",\n"
                                 "      \"Action\": [\n"
                                 "        \"s3:GetObject\",\n"
                                 "        \"s3:PutObject\"\n"
                                 "      ],\n"
                                 "      \"Resource\": [\n"
                                 "        \"arn:aws:s3:::shop/a${*}b\"\n"
                                 "      ],\n"
                                 "      \"Condition\": {\n"
                                 "        \"StringEquals\": {\n"
                                 "          \"lictor:Agent\": [\n"
                                 "            \"support\"\n"
                                 "          ]\n"
                                 "        }\n"
                                 "      }\n"
                                 "    }\n"
                                 "  ]\n"
                                 "}\n");
}

CASE(tighten_write_gives_a_reason_for_each_line)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct buf text;
    struct lic_err err;
    draft(&c, arena, scratch);
    EXPECT(!test_left());
    buf_init(&text, arena, 65536);
    EXPECT_OK(tighten_write_reasons(&c.tighten, &text, &err), &err);
    EXPECT(tighten_case_has(buf_str(&text), "s3:PutObject: used 30 times"));
    EXPECT(tighten_case_has(buf_str(&text), "lictor:Agent was support in all 30 uses"));
    EXPECT(tighten_case_has(buf_str(&text), "replay: 0 of 0 replayed allowed"));
}

CASE(tighten_write_json_is_json)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct buf text;
    struct json_doc doc;
    struct lic_err err;
    draft(&c, arena, scratch);
    EXPECT(!test_left());
    buf_init(&text, arena, 65536);
    EXPECT_OK(tighten_write_json(&c.tighten, &text, &err), &err);
    EXPECT_OK(json_read(arena, buf_str(&text), NULL, &doc, &err), &err);
    uint32_t policy = json_get(&doc, 0, LIC_STR("policy"));
    uint32_t reasons = json_get(&doc, 0, LIC_STR("reasons"));
    EXPECT(json_is(&doc, policy, JSON_OBJECT));
    EXPECT(json_get(&doc, reasons, LIC_STR("S3GetObject")) != JSON_NONE);
}

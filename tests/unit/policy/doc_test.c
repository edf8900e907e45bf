/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents: held to 132 documents and the messages that IAM has for them, to the limits of every
 * kind, and to the places and texts that are kept for those who read a document.
 */
#include "policy/doc.h"

#include "base/buf.h"
#include "base/json_read.h"
#include "policy/policy.h"
#include "test.h"

#include <stdio.h>

static const struct json_limits plain = { .mode = JSON_PLAIN };

static enum lic_rc read_kind(struct arena *arena, const char *text, enum doc_kind kind,
                             const struct policy_doc **out, struct lic_err *err)
{
    return policy_doc_read(arena, LIC_STR("p.json"), str_z(text), kind, out, err);
}

/* ---- conformance -------------------------------------------------------------------------- */

static void check_valid(struct arena *arena, const struct json_doc *json, uint32_t node)
{
    const struct policy_doc *doc;
    struct lic_err err;
    EXPECT_OK(
        policy_doc_read_node(arena, LIC_STR("valid.json"), json, node, DOC_MANAGED, &doc, &err),
        &err);
    EXPECT(doc->n > 0 && doc->variables && doc->statements[0].place.line > 0);
}

static void check_invalid(struct arena *arena, const struct json_doc *json, uint32_t node)
{
    const struct policy_doc *doc;
    struct lic_err err = { .line = 0 };
    uint32_t document = json_get(json, node, LIC_STR("document"));
    lic_str message, text = json_raw(json, document);
    EXPECT_OK(
        json_text(json, json_get(json, node, LIC_STR("error_message")), arena, &message, &err),
        &err);
    if (json_is(json, document, JSON_STRING)) {
        EXPECT_OK(json_text(json, document, arena, &text, &err), &err);
    }
    enum lic_rc rc = policy_doc_read(arena, LIC_STR("invalid.json"), text, DOC_MANAGED, &doc, &err);
    EXPECT(rc != LIC_OK && rc != LIC_E_NOMEM);
    lic_str said = str_head(str_z(err.text), message.n);
    if (!str_eq(said, message)) {
        printf("  of " LIC_FMT "\n", LIC_ARG(text));
    }
    EXPECT_LIC_STR(said, message);
    EXPECT(err.line > 0 && err.column > 0);
}

typedef void check_fn(struct arena *arena, const struct json_doc *json, uint32_t node);

static void walk_suite(const char *path, uint32_t n, check_fn *check)
{
    TEST_ARENA(arena);
    struct json_doc json;
    struct lic_err err;
    uint32_t seen = 0;
    lic_str text = test_file(arena, test_shared_path(path));
    if (test_left()) {
        return;
    }
    EXPECT_OK(json_read(arena, text, &plain, &json, &err), &err);
    for (uint32_t node = json_first(&json, 0); node != JSON_NONE && !test_left();
         node = json_next(&json, 0, node)) {
        check(arena, &json, node);
        seen++;
    }
    EXPECT(test_left() || seen == n);
}

CASE(policy_doc_accepts_what_iam_accepts)
{
    walk_suite("conformance/iam-documents/valid.json", 54, check_valid);
}

CASE(policy_doc_refuses_what_iam_refuses_in_its_words)
{
    walk_suite("conformance/iam-documents/invalid.json", 78, check_invalid);
}

/* ---- versions, kinds ----------------------------------------------------------------------- */

CASE(policy_doc_takes_old_versions_where_aws_does)
{
    static const char old[] = "{\"Version\":\"2008-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                              "\"Principal\":\"*\",\"Action\":\"s3:Get\",\"Resource\":\"*\"}}";
    static const struct {
        enum doc_kind kind;
        bool taken;
    } kinds[] = {
        { DOC_RESOURCE, true }, { DOC_KEY, true }, { DOC_ANY, true }, { DOC_RCP, false }
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct policy_doc *doc;
        struct lic_err err;
        enum lic_rc rc = read_kind(arena, old, kinds[i].kind, &doc, &err);
        EXPECT_U64(rc == LIC_OK, kinds[i].taken);
        EXPECT(rc != LIC_OK || (doc->version_given && !doc->variables));
    }
}

/* ---- what is kept -------------------------------------------------------------------------- */

static const char kept[] = "{\n"
                           "  \"Version\": \"2012-10-17\", \"Id\": \"id\\u0031\",\n"
                           "  \"Statement\": [\n"
                           "    { \"Sid\": \"One\", \"Effect\": \"Deny\",\n"
                           "      \"Principal\": {\"AWS\": [\"*\", \"111122223333\"],\n"
                           "                    \"Service\": \"lambda.amazonaws.com\"},\n"
                           "      \"NotAction\": [\"S3:Get*\", \"s3:Put\\u002a\"],\n"
                           "      \"Resource\": [null, \"arn:aws:s3:::b\"],\n"
                           "      \"Condition\": {\"ForAnyValue:NumericLessThanIfExists\":\n"
                           "        {\"x:Y\": [1.50, \"2\"]}, \"Bool\": {\"x:Z\": true}}}]}";

static void expect_place(struct doc_place place, uint32_t line, uint32_t column)
{
    EXPECT_U64(place.line, line);
    EXPECT_U64(place.column, column);
}

static void check_kept(const struct policy_doc *doc)
{
    const struct doc_statement *s = &doc->statements[0];
    EXPECT(doc->n == 1 && s->deny && s->actions.excluded && !s->resources.excluded);
    EXPECT_STR(doc->id, "id1");
    EXPECT_STR(s->sid, "One");
    EXPECT_U64(s->principals.n, 3);
    EXPECT_U64(s->principals.at[0].kind, DOC_PRINCIPAL_ANYONE);
    EXPECT_U64(s->principals.at[2].kind, DOC_PRINCIPAL_SERVICE);
    EXPECT_STR(s->actions.at[0].text, "S3:Get*");
    EXPECT_STR(s->actions.at[0].compiled.text, "s3:get");
    EXPECT_U64(s->resources.n, 1);
    EXPECT_U64(s->conditions.n, 2);
    EXPECT_STR(s->conditions.at[0].operator_text, "ForAnyValue:NumericLessThanIfExists");
    EXPECT_STR(s->conditions.at[0].cond.key, "x:Y");
    EXPECT_STR(s->conditions.at[0].values[0].text, "1.50");
    EXPECT_STR(s->conditions.at[1].values[0].text, "true");
}

/* `line` and `column` are where the document begins. */
static void check_places(const struct policy_doc *doc, uint32_t line, uint32_t column)
{
    const struct doc_statement *s = &doc->statements[0];
    uint32_t more = line - 1;
    expect_place(doc->start, line, column);
    expect_place(s->place, 4 + more, 5);
    expect_place(s->sid_place, 4 + more, 14);
    expect_place(s->principals.at[1].place, 5 + more, 34);
    expect_place(s->actions.at[1].place, 7 + more, 32);
    expect_place(s->resources.at[0].place, 8 + more, 26);
    expect_place(s->conditions.at[0].operator_place, 9 + more, 21);
    expect_place(s->conditions.at[0].key_place, 10 + more, 10);
    expect_place(s->conditions.at[0].values[1].place, 10 + more, 24);
}

CASE(policy_doc_keeps_every_text_and_place)
{
    TEST_ARENA(arena);
    const struct policy_doc *doc;
    struct lic_err err;
    EXPECT_OK(read_kind(arena, kept, DOC_ANY, &doc, &err), &err);
    check_kept(doc);
    check_places(doc, 1, 1);
    EXPECT_STR(doc->text, kept);
}

CASE(policy_doc_inside_a_larger_text_has_the_larger_texts_places)
{
    TEST_ARENA(arena);
    struct buf buf;
    struct json_doc json;
    const struct policy_doc *doc;
    struct lic_err err;
    buf_init(&buf, arena, 4096);
    buf_addf(&buf, "{\"a\": 1,\n\"policy\": %s,\n\"bad\": {\"Statement\": 1}, \"text\": \"x\"}",
             kept);
    EXPECT_RC(buf.failed, LIC_OK);
    EXPECT_OK(json_read(arena, buf_str(&buf), &plain, &json, &err), &err);
    uint32_t policy = json_get(&json, 0, LIC_STR("policy"));
    uint32_t bad = json_get(&json, 0, LIC_STR("bad"));
    uint32_t text = json_get(&json, 0, LIC_STR("text"));
    EXPECT_OK(policy_doc_read_node(arena, LIC_STR("f"), &json, policy, DOC_ANY, &doc, &err), &err);
    check_kept(doc);
    check_places(doc, 2, 11);
    EXPECT_RC(policy_doc_read_node(arena, LIC_STR("f"), &json, bad, DOC_ANY, &doc, &err),
              LIC_E_INVALID);
    EXPECT(err.line == 12 && err.column == 22);
    EXPECT_RC(policy_doc_read_node(arena, LIC_STR("f"), &json, text, DOC_ANY, &doc, &err),
              LIC_E_INVALID);
    EXPECT(err.line == 12 && err.column == 34);
}

CASE(policy_doc_takes_mistyped_values_in_simulation_only)
{
    static const char mistyped[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
        "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":"
        "{\"x:Y\":\"maybe\"}}}}";
    TEST_ARENA(arena);
    const struct policy_doc *doc;
    struct lic_err err;
    EXPECT_RC(read_kind(arena, mistyped, DOC_MANAGED, &doc, &err), LIC_E_INVALID);
    EXPECT_OK(read_kind(arena, mistyped, DOC_ANY, &doc, &err), &err);
    EXPECT(doc->statements[0].conditions.at[0].cond.values[0].unreadable);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the case files cannot say of documents: lifetimes, places, limits and hostile bytes. */
#include "policy/doc.h"

#include "base/buf.h"
#include "base/limits.h"
#include "policy/policy.h"
#include "test.h"

#define ALLOW "\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"*\""

CASE(policy_doc_keeps_nothing_of_the_text)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    char text[] = "{\"Statement\":\n [{\"Sid\":\"one\"," ALLOW ",\n"
                  "\"Condition\":{\"StringEquals\":{\"aws:username\":\"bob\"}}}]}";
    char file[] = "p.json";
    EXPECT_OK(policy_doc_read(arena, str_z(file), str_z(text), &doc, &err), &err);
    memset(text, 'x', sizeof(text) - 1);
    memset(file, 'x', sizeof(file) - 1);
    EXPECT_STR(doc->file, "p.json");
    EXPECT_U64(doc->n, 1);
    EXPECT_STR(doc->statements[0].sid, "one");
    EXPECT_U64(doc->statements[0].line, 2);
    EXPECT_U64(doc->statements[0].column, 3);
    EXPECT_STR(doc->statements[0].actions.at[0].text, "a:b");
    EXPECT_STR(doc->statements[0].conditions.at[0].key, "aws:username");
    EXPECT_STR(doc->statements[0].conditions.at[0].values[0].pattern.text, "bob");
}

CASE(policy_doc_leaves_the_output_alone_on_failure)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), LIC_STR("{}"), &doc, &err), LIC_E_MISSING);
    EXPECT(doc == NULL);
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), LIC_STR("{"), &doc, NULL), LIC_E_SYNTAX);
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), LIC_STR("[]"), &doc, NULL), LIC_E_INVALID);
}

static void refuse(struct arena *arena, lic_str text, enum lic_rc rc, uint32_t line,
                   uint32_t column)
{
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p.json"), text, &doc, &err), rc);
    EXPECT_STR(str_z(err.file), "p.json");
    EXPECT_U64(err.line, line);
    EXPECT_U64(err.column, column);
}

CASE(policy_doc_places_failures_of_the_text_itself)
{
    TEST_ARENA(arena);
    refuse(arena, LIC_STR(""), LIC_E_SYNTAX, 1, 1);
    refuse(arena, LIC_STR("{\n  \"Statement\": }"), LIC_E_SYNTAX, 2, 16);
    refuse(arena, LIC_STR("{\"Id\":\"a\",\n\"I\\u0064\":\"b\"}"), LIC_E_DUPLICATE, 2, 2);
    refuse(arena, LIC_STR("{\"Id\":\"\xff\"}"), LIC_E_UTF8, 1, 8);
}

/* A document with one resource of n bytes. */
static lic_str with_resource(struct arena *arena, size_t n)
{
    struct buf buf;
    buf_init(&buf, arena, n + 200);
    buf_addf(&buf, "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"");
    buf_add(&buf, LIC_STR("arn:aws:s3:::"));
    for (size_t i = 13; i < n; i++) {
        buf_add_char(&buf, '*');
    }
    buf_add(&buf, LIC_STR("\"}}"));
    return buf.failed == LIC_OK ? buf_str(&buf) : LIC_STR("");
}

CASE(policy_doc_limits_the_length_of_a_pattern)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    lic_str fits = with_resource(arena, LIMIT_WILDCARD_BYTES);
    EXPECT(fits.n > 0);
    EXPECT_OK(policy_doc_read(arena, LIC_STR("p"), fits, &doc, &err), &err);
    lic_str longer = with_resource(arena, LIMIT_WILDCARD_BYTES + 1);
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), longer, &doc, &err), LIC_E_LIMIT);
}

CASE(policy_doc_reads_many_statements_with_their_lines)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    struct buf buf;
    buf_init(&buf, arena, 1u << 20);
    buf_add(&buf, LIC_STR("{\"Statement\":[{" ALLOW "}"));
    for (uint32_t i = 1; i < 5000; i++) {
        buf_add(&buf, LIC_STR(",\n  {" ALLOW "}"));
    }
    buf_add(&buf, LIC_STR("]}"));
    EXPECT_OK(buf_check(&buf, "a policy", &err), &err);
    EXPECT_OK(policy_doc_read(arena, LIC_STR("p"), buf_str(&buf), &doc, &err), &err);
    EXPECT_U64(doc->n, 5000);
    EXPECT_U64(doc->statements[4999].line, 5000);
    EXPECT_U64(doc->statements[4999].column, 3);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What making keeps: every statement under its number, whatever its place in the tree. */
#include "policy/index.h"

#include "test.h"

#define STATEMENT(sid, effect, action, resource)                                                   \
    "{\"Sid\":\"" sid "\",\"Effect\":\"" effect "\",\"Action\":\"" action                          \
    "\",\"Resource\":\"" resource "\"}"
#define DOC(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"

static const struct policy_doc *read_doc(struct arena *arena, const char *file, const char *text)
{
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    enum lic_rc rc = policy_doc_read(arena, str_z(file), str_z(text), DOC_ANY, &doc, &err);
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, file) ? doc : NULL;
}

CASE(policy_index_make_numbers_statements_in_the_order_of_documents)
{
    static const char *const sids[] = { "Z", "A", "M" };
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_index *index = NULL;
    const struct policy_doc *docs[] = {
        read_doc(arena, "z.json",
                 DOC(STATEMENT("Z", "Allow", "s3:Get*", "arn:aws:s3:::z/*") "," STATEMENT(
                     "A", "Deny", "*", "arn:aws:s3:::a"))),
        read_doc(arena, "m.json", DOC(STATEMENT("M", "Allow", "s3:GetObject", "*"))),
    };
    if (!docs[0] || !docs[1]) {
        return;
    }
    EXPECT_OK(policy_index_new(arena, docs, 2, &index, &err), &err);
    EXPECT_U64(index_statements_n(index), 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct index_statement at = index_statement(index, i);
        EXPECT_STR(at.statement->sid, sids[i]);
        EXPECT(at.doc == docs[i / 2]);
    }
}

/* An action is kept once for all who write it alike, but not where a dollar sign means two things.
 */
CASE(policy_index_make_tells_versions_apart_where_texts_are_alike)
{
    static const char old[] = "{\"Version\":\"2008-10-17\",\"Statement\":[" STATEMENT(
        "Old", "Allow", "s3:GetObject", "arn:aws:s3:::${*}") "]}";
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_index *index = NULL;
    struct policy_request request = { .action = LIC_STR("S3:getobject"),
                                      .resource = LIC_STR("arn:aws:s3:::*") };
    struct index_question question;
    struct index_found found;
    const struct policy_doc *docs[] = {
        read_doc(arena, "old.json", old),
        read_doc(arena, "new.json",
                 DOC(STATEMENT("New", "Allow", "s3:GetObject", "arn:aws:s3:::${*}"))),
    };
    if (!docs[0] || !docs[1]) {
        return;
    }
    EXPECT_OK(policy_index_new(arena, docs, 2, &index, &err), &err);
    EXPECT_OK(index_question_init(&question, &request, false, arena, &err), &err);
    EXPECT_OK(index_ask(index, &question, &found, &err), &err);
    EXPECT_U64(found.allow[GRANT_DIRECT], 1); /* in the old one it is text: "${" any "}" */
}

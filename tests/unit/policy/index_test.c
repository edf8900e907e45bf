/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index finds what matches wherever it is kept, and nothing else; it agrees with looking at
 * every statement (property_test.c has the same for whole decisions).
 */
#include "policy/index.h"

#include "base/buf.h"
#include "test.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* One statement for each resource, in this order. */
static const char *const patterns[] = {
    "arn:aws:s3:::logs",
    "arn:aws:s3:::logs*",
    "arn:aws:s3:::logs/2026/*",
    "arn:aws:s3:::*.txt",
    "arn:aws:s3:::*/x/*.txt",
    "arn:aws:s3:::*team-7*",
    "arn:aws:s3:::?ogs",
    "arn:aws:sqs:*:*:team-7/x*",
    "arn:aws:sqs:*:1:q",
    "arn:aws:sqs:eu-*:1:q",
    "arn:aws:sqs:*",
    "arn:aws:sqs:eu-1:1:q",
    "arn:aws:s3:::logs/",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::*${aws:username}",
    "arn:aws:s3:::caf\xc3\xa9*",
    "*",
};
static const char *const resources[] = {
    "arn:aws:s3:::logs",
    "arn:aws:s3:::logs/",
    "arn:aws:s3:::logs/2026/a.txt",
    "arn:aws:s3:::dogs",
    "arn:aws:s3:::a-team-7-b",
    "arn:aws:s3:::a/x/b.txt",
    "arn:aws:sqs:eu-1:1:q",
    "arn:aws:sqs:eu-1:1:team-7/xy",
    "arn:aws:sqs:a:b:c:1:q",
    "arn:aws:s3:::ada/k",
    "arn:aws:s3:::not-ada",
    "arn:aws:s3:::caf\xc3\xa9s",
    "arn:aws:s3:::",
    "*",
    "",
};

static void write_doc(struct buf *out, const char *effect, const char *action, const char *resource)
{
    buf_addf(out,
             "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"%s\",\"Action\":%s,"
             "\"Resource\":\"%s\"}]}",
             effect, action, resource);
}

static const struct policy_doc *read_doc(struct arena *arena, const char *effect,
                                         const char *action, const char *resource)
{
    struct lic_err err;
    struct buf text;
    const struct policy_doc *doc = NULL;
    buf_init(&text, arena, 1u << 20);
    write_doc(&text, effect, action, resource);
    enum lic_rc rc = buf_check(&text, "a document", &err);
    rc = rc == LIC_OK ? policy_doc_read(arena, LIC_STR("p"), buf_str(&text), DOC_ANY, &doc, &err)
                      : rc;
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, resource) ? doc : NULL;
}

static bool make_request(struct arena *arena, const char *action, const char *resource,
                         struct policy_request *out)
{
    static const lic_str ada = { "ada", 3 };
    struct request_context context;
    struct lic_err err;
    *out = (struct policy_request){ .action = str_z(action), .resource = str_z(resource) };
    enum lic_rc rc = request_context_init(&context, arena, 1, &err);
    rc = rc == LIC_OK ? request_context_add(&context, LIC_STR("aws:username"), &ada, 1, false, &err)
                      : rc;
    rc = rc == LIC_OK ? request_principal_read(LIC_STR("arn:aws:iam::111122223333:user/ada"),
                                               &out->principal, &err)
                      : rc;
    out->table = context.slots;
    out->mask = context.mask;
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "a request");
}

/* The first statement found, as the index says and as looking at each of them says. */
static void expect_same(struct arena *arena, const struct policy_index *index, const char *action,
                        const char *resource)
{
    struct lic_err err;
    struct policy_request request;
    struct index_question question;
    struct index_found found;
    uint32_t expected = INDEX_NONE;
    EXPECT(make_request(arena, action, resource, &request));
    EXPECT_OK(index_question_init(&question, &request, false, arena, &err), &err);
    for (uint32_t i = 0; i < index_statements_n(index) && expected == INDEX_NONE; i++) {
        const struct doc_statement *statement = index_statement(index, i).statement;
        bool applies = false;
        EXPECT_OK(index_resources_apply(statement, &question, &applies, &err), &err);
        applies = applies && index_actions_apply(statement, question.action);
        expected = applies ? i : expected;
    }
    EXPECT_OK(index_ask(index, &question, &found, &err), &err);
    EXPECT_U64(found.allow[GRANT_DIRECT], expected);
    EXPECT_U64(found.deny, INDEX_NONE);
}

/* From every pattern on, so that each of them is the first that matches at some time. */
CASE(policy_index_finds_what_looking_at_every_statement_finds)
{
    for (uint32_t from = 0; from < COUNT(patterns) && !test_left(); from += test_rerun() ? 8 : 1) {
        TEST_ARENA(arena);
        struct lic_err err;
        const struct policy_doc *docs[COUNT(patterns)];
        const struct policy_index *index = NULL;
        uint32_t n = COUNT(patterns) - from;
        for (uint32_t i = 0; i < n; i++) {
            docs[i] = read_doc(arena, "Allow", "[\"s:Get*\",\"s:Put\"]", patterns[from + i]);
            EXPECT(docs[i] != NULL);
        }
        EXPECT_OK(policy_index_new(arena, docs, n, &index, &err), &err);
        for (uint32_t i = 0; i < COUNT(resources) && !test_left(); i++) {
            expect_same(arena, index, "s:GetThing", resources[i]);
            expect_same(arena, index, "S:pUT", resources[i]);
            expect_same(arena, index, "s:List", resources[i]);
        }
    }
}

CASE(policy_index_of_nothing_finds_nothing)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_index *index = NULL;
    EXPECT_OK(policy_index_new(arena, NULL, 0, &index, &err), &err);
    EXPECT_U64(index_statements_n(index), 0);
    expect_same(arena, index, "s:Get", "arn:aws:s3:::a");
    expect_same(arena, index, "", "");
}

CASE(policy_index_keeps_denies_apart)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const struct policy_index *index = NULL;
    struct policy_request request;
    struct index_question question;
    struct index_found found;
    const struct policy_doc *docs[] = {
        read_doc(arena, "Allow", "\"*\"", "*"),
        read_doc(arena, "Deny", "\"s:Get\"", "arn:aws:s3:::b"),
        read_doc(arena, "Deny", "\"s:*\"", "arn:aws:s3:::b*"),
    };
    EXPECT(docs[0] && docs[1] && docs[2]);
    EXPECT_OK(policy_index_new(arena, docs, 3, &index, &err), &err);
    EXPECT(make_request(arena, "s:Put", "arn:aws:s3:::b", &request));
    EXPECT_OK(index_question_init(&question, &request, false, arena, &err), &err);
    EXPECT_OK(index_ask(index, &question, &found, &err), &err);
    EXPECT_U64(found.deny, 2);
    EXPECT_U64(found.allow[GRANT_DIRECT], 0);
}

/* More pairs of actions and resources than are kept apart. */
CASE(policy_index_of_a_huge_statement)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf text;
    const struct policy_doc *doc = NULL;
    const struct policy_index *index = NULL;
    buf_init(&text, arena, 1u << 20);
    buf_addf(&text, "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[\"s:A\"");
    for (uint32_t i = 0; i < 70; i++) {
        buf_addf(&text, ",\"s:Action%u\"", i);
    }
    buf_addf(&text, "],\"Resource\":[\"arn:aws:s3:::a\"");
    for (uint32_t i = 0; i < 70; i++) {
        buf_addf(&text, ",\"arn:aws:s3:::bucket-%u/*\"", i);
    }
    buf_addf(&text, "]}}");
    EXPECT_OK(buf_check(&text, "a document", &err), &err);
    EXPECT_OK(policy_doc_read(arena, LIC_STR("p"), buf_str(&text), DOC_ANY, &doc, &err), &err);
    EXPECT_OK(policy_index_new(arena, &doc, 1, &index, &err), &err);
    expect_same(arena, index, "s:Action69", "arn:aws:s3:::bucket-69/k");
    expect_same(arena, index, "s:Action70", "arn:aws:s3:::bucket-69/k");
    expect_same(arena, index, "s:A", "arn:aws:s3:::a");
}

/* A resource that begins every pattern's inner text at every byte. */
CASE(policy_index_of_inner_texts_that_are_met_again_and_again)
{
    TEST_ARENA(arena);
    struct lic_err err;
    char resource[600] = "arn:aws:s3:::";
    const struct policy_doc *docs[40];
    const struct policy_index *index = NULL;
    uint32_t n = test_rerun() ? 2 : COUNT(docs);
    memset(resource + strlen(resource), 'a', 500);
    for (uint32_t i = 0; i < n; i++) {
        char pattern[100] = "arn:aws:s3:::*";
        memset(pattern + strlen(pattern), 'a', 2 + i);
        memcpy(pattern + strlen(pattern), i == 30 ? "*a" : "*b", 3);
        docs[i] = read_doc(arena, "Allow", "\"s:Get\"", pattern);
        EXPECT(docs[i] != NULL);
    }
    EXPECT_OK(policy_index_new(arena, docs, n, &index, &err), &err);
    expect_same(arena, index, "s:Get", resource);
    expect_same(arena, index, "s:Put", resource);
    expect_same(arena, index, "s:Get", "arn:aws:s3:::aa-b");
}

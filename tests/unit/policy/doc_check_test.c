/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of each kind of document: sizes, characters, elements, principals. */
#include "policy/doc_check.h"

#include "base/limits.h"
#include "policy/policy.h"
#include "test.h"

#include <stdio.h>

#define BEGIN "{\"Version\":\"2012-10-17\",\"Statement\":{"
#define ALLOW BEGIN "\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\","
#define TRUST BEGIN "\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","

static enum lic_rc read_as(struct arena *arena, const char *text, enum doc_kind kind,
                           struct lic_err *err)
{
    const struct policy_doc *doc;
    return policy_doc_read(arena, LIC_STR("p.json"), str_z(text), kind, &doc, err);
}

struct example {
    enum doc_kind kind;
    const char *text;
    const char *said; /* NULL: accepted */
};

static void check(struct arena *arena, const struct example *e)
{
    struct lic_err err = { .rc = LIC_OK };
    enum lic_rc rc = read_as(arena, e->text, e->kind, &err);
    EXPECT(rc != LIC_E_NOMEM);
    if (!e->said) {
        EXPECT_OK(rc, &err);
        return;
    }
    EXPECT(rc != LIC_OK);
    EXPECT_STR(str_head(str_z(err.text), strlen(e->said)), e->said);
    EXPECT(err.line == 1 && err.column > 0);
}

CASE(policy_doc_check_elements_of_each_kind)
{
    static const struct example examples[] = {
        { DOC_MANAGED, ALLOW "\"Resource\":\"*\"}}", NULL },
        { DOC_SESSION, ALLOW "\"Resource\":\"*\"}}", NULL },
        { DOC_SCP, ALLOW "\"Resource\":\"*\"}}", NULL },
        { DOC_SCP, ALLOW "\"Resource\":\"*\",\"Principal\":\"*\"}}",
          "Policy document should not specify a principal." },
        { DOC_INLINE_ROLE, ALLOW "\"Resource\":\"*\",\"NotPrincipal\":\"*\"}}",
          "Policy document should not specify a principal." },
        { DOC_SESSION, ALLOW "\"NotResource\":[]}}", "Policy statement must contain resources." },
        { DOC_RESOURCE, ALLOW "\"Resource\":\"*\"}}", "Missing required field Principal" },
        { DOC_RESOURCE, ALLOW "\"Resource\":\"*\",\"Principal\":{}}}",
          "Missing required field Principal" },
        { DOC_RESOURCE, ALLOW "\"Resource\":\"*\",\"Principal\":\"*\"}}", NULL },
        { DOC_RESOURCE, ALLOW "\"Principal\":{\"AWS\":\"*\"}}}", NULL },
        { DOC_RESOURCE, ALLOW "\"Resource\":[],\"Principal\":\"*\"}}",
          "Policy statement must contain resources." },
        { DOC_KEY, ALLOW "\"Resource\":\"*\",\"Principal\":{\"AWS\":\"111122223333\"}}}", NULL },
        { DOC_TRUST, TRUST "\"Principal\":{\"AWS\":\"111122223333\"}}}", NULL },
        { DOC_TRUST, TRUST "\"Principal\":{\"AWS\":\"111122223333\"},\"Resource\":\"*\"}}",
          "Has prohibited field Resource" },
        { DOC_TRUST, TRUST "\"NotPrincipal\":{\"AWS\":\"111122223333\"}}}",
          "Has prohibited field NotPrincipal" },
        { DOC_TRUST, ALLOW "\"Principal\":\"*\"}}",
          "AssumeRole policy may only specify STS AssumeRole actions." },
        { DOC_RCP, ALLOW "\"Resource\":\"*\",\"Principal\":\"*\"}}",
          "a resource control policy can only deny" },
        { DOC_RCP,
          BEGIN "\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}}",
          NULL },
        { DOC_RCP,
          BEGIN "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Principal\":\"*\"}}",
          NULL },
        { DOC_RCP,
          BEGIN "\"Effect\":\"Deny\",\"NotAction\":\"s3:*\",\"Resource\":\"*\","
                "\"Principal\":\"*\"}}",
          "Has prohibited field NotAction" },
        { DOC_RCP,
          BEGIN "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\","
                "\"Principal\":{\"AWS\":\"111122223333\"}}}",
          "Invalid principal in policy: \"AWS\":\"111122223333\"" },
        { DOC_ANY, ALLOW "\"Principal\":\"*\"}}", NULL },
        { DOC_ANY, ALLOW "\"Sid\":\"a\"}}", "Policy statement must contain resources." },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]) && !test_left(); i++) {
        check(arena, &examples[i]);
    }
}

#define PRINCIPAL(p) ALLOW "\"Resource\":\"*\",\"Principal\":" p "}}"

CASE(policy_doc_check_principals)
{
    static const struct example examples[] = {
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"arn:aws:iam::111122223333:root\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":[\"arn:aws:iam::1:user/a/b\",\"*\"]}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"arn:aws:sts::1:assumed-role/r/s\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"arn:aws:sts::1:federated-user/f\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"AROAJQABLZS4A3QDU576Q\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"arn:aws:iam::1:user/*\"}"),
          "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:user/*\"" },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"bob\"}"), "Invalid principal in policy" },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":\"arn:aws:s3:::b\"}"), "Invalid principal in policy" },
        { DOC_RESOURCE, PRINCIPAL("{\"Service\":\"lambda.amazonaws.com\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"Service\":\"*\"}"),
          "Invalid principal in policy: \"Service\":\"*\"" },
        { DOC_RESOURCE, PRINCIPAL("{\"Federated\":\"accounts.google.com\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"Federated\":\"*\"}"), "Invalid principal in policy" },
        { DOC_RESOURCE, PRINCIPAL("{\"CanonicalUser\":\"79a59df900b949e5\"}"), NULL },
        { DOC_RESOURCE, PRINCIPAL("{\"aws\":\"*\"}"), "Syntax errors in policy." },
        { DOC_RESOURCE, PRINCIPAL("\"bob\""), "Syntax errors in policy." },
        { DOC_RESOURCE, PRINCIPAL("[\"*\"]"), "Syntax errors in policy." },
        { DOC_RESOURCE, PRINCIPAL("{\"AWS\":[null]}"), "Syntax errors in policy." },
        { DOC_RESOURCE, PRINCIPAL("\"*\",\"NotPrincipal\":\"*\""), "Syntax errors in policy." },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]) && !test_left(); i++) {
        check(arena, &examples[i]);
    }
}

/* A policy whose text is this long, all of it but `spaces_n` counted. */
static lic_str long_policy(struct arena *arena, uint32_t n, uint32_t spaces_n)
{
    static const char head[] =
        BEGIN "\"Effect\":\"Allow\",\"Action\":\"a:B\",\"Resource\":\"arn:aws:s3:::";
    static const char tail[] = "\"}}";
    size_t all = n + spaces_n;
    char *text = arena_take(arena, all);
    if (!text) {
        return (lic_str){ NULL, 0 };
    }
    memset(text, ' ', all);
    memset(text, 'x', n);
    memcpy(text, head, sizeof(head) - 1);
    memcpy(text + n - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
    return str_make(text, all);
}

CASE(policy_doc_check_sizes)
{
    static const enum doc_kind kinds[] = { DOC_MANAGED,      DOC_INLINE_USER, DOC_INLINE_ROLE,
                                           DOC_INLINE_GROUP, DOC_SESSION,     DOC_SCP };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct policy_doc *doc;
        struct lic_err err;
        uint32_t limit = doc_limit(kinds[i]);
        lic_str fits = long_policy(arena, limit, 0);
        lic_str longer = long_policy(arena, limit + 1, 0);
        lic_str spaced = long_policy(arena, limit, 100);
        bool counted = kinds[i] == DOC_SESSION || kinds[i] == DOC_SCP;
        EXPECT(fits.at && longer.at && spaced.at);
        EXPECT_OK(policy_doc_read(arena, LIC_STR("p"), fits, kinds[i], &doc, &err), &err);
        EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), longer, kinds[i], &doc, &err), LIC_E_LIMIT);
        EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), spaced, kinds[i], &doc, &err),
                  counted ? LIC_E_LIMIT : LIC_OK);
    }
    EXPECT_U64(doc_size(LIC_STR(" \xc3\xa9\t\"a b\"\r\n"), DOC_MANAGED), 5);
    EXPECT_U64(doc_size(LIC_STR(" \xc3\xa9\t\"a b\"\r\n"), DOC_SCP), 10);
}

CASE(policy_doc_check_no_document_is_longer_than_all)
{
    TEST_ARENA(arena);
    const struct policy_doc *doc;
    struct lic_err err;
    lic_str fits = long_policy(arena, LIMIT_POLICY_BYTES, 0);
    lic_str longer = long_policy(arena, LIMIT_POLICY_BYTES, 1);
    EXPECT(fits.at && longer.at);
    EXPECT_OK(policy_doc_read(arena, LIC_STR("p"), fits, DOC_ANY, &doc, &err), &err);
    EXPECT_RC(policy_doc_read(arena, LIC_STR("p"), longer, DOC_ANY, &doc, &err), LIC_E_LIMIT);
}

CASE(policy_doc_check_characters)
{
    static const char latin[] = ALLOW "\"Resource\":\"arn:aws:s3:::\xc3\xbf\"}}";
    static const char greek[] = ALLOW "\"Resource\":\"arn:aws:s3:::\xce\xb1\"}}";
    static const char written[] = ALLOW "\"Resource\":\"arn:aws:s3:::\\u03b1\"}}";
    TEST_ARENA(arena);
    struct lic_err err;
    EXPECT_OK(read_as(arena, latin, DOC_MANAGED, &err), &err);
    EXPECT_RC(read_as(arena, greek, DOC_MANAGED, &err), LIC_E_INVALID);
    EXPECT_U64(err.column, strlen(ALLOW "\"Resource\":\"arn:aws:s3:::") + 1);
    EXPECT_OK(read_as(arena, written, DOC_MANAGED, &err), &err);
    EXPECT_OK(read_as(arena, greek, DOC_ANY, &err), &err);
}

CASE(policy_doc_check_every_kind_has_a_name)
{
    for (int kind = 0; kind < DOC_KIND_N; kind++) {
        EXPECT(strlen(doc_kind_name((enum doc_kind)kind)) > 5);
    }
}

/* Simulation takes wildcards in a service's name, but not what is no action in any version. */
CASE(policy_doc_check_refuses_what_is_no_action_in_simulation_too)
{
    static const struct {
        const char *action;
        bool good;
    } examples[] = {
        { "s3:Get*", true },         { "s*:Get*", true },   { "*:*", true },
        { "s3:List:Bucket", false }, { "a a:List", false }, { ":List", false },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        TEST_ARENA(arena);
        const struct policy_doc *doc = NULL;
        struct lic_err err;
        char text[256];
        snprintf(text, sizeof(text),
                 "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
                 "\"%s\",\"Resource\":\"*\"}}",
                 examples[i].action);
        enum lic_rc rc = policy_doc_read(arena, LIC_STR("p"), str_z(text), DOC_ANY, &doc, &err);
        EXPECT_RC(rc, examples[i].good ? LIC_OK : LIC_E_INVALID);
    }
}

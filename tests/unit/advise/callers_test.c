/* SPDX-License-Identifier: Apache-2.0 */
/* Callers made up from principals, and the keys that follow from them. */
#include "advise/callers.h"

#include "docs.h"

static bool has(const struct callers *callers, enum request_principal_kind kind)
{
    for (uint32_t i = 0; i < callers->n; i++) {
        if (callers->at[i]->kind == kind) {
            return true;
        }
    }
    return false;
}

CASE(callers_of_a_role_are_the_role_its_sessions_and_its_account)
{
    TEST_ARENA(arena);
    struct callers callers = { .n = 0 };
    struct lic_err err;
    const struct policy_doc *doc = docs_read(
        arena, DOC_RESOURCE,
        "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/a/b\"},"
        "\"Action\":\"s3:*\",\"Resource\":\"*\"}");
    EXPECT(doc != NULL);
    EXPECT_OK(callers_add(&callers, arena, &doc->statements[0], &err), &err);
    EXPECT(has(&callers, REQUEST_ROLE) && has(&callers, REQUEST_ROLE_SESSION));
    EXPECT(has(&callers, REQUEST_ROOT) && has(&callers, REQUEST_USER));
    EXPECT_STR(callers.at[callers.n - 1]->role_arn, "arn:aws:iam::111122223333:role/a/b");
}

CASE(callers_strangers_are_of_an_account_that_nobody_names)
{
    TEST_ARENA(arena);
    struct callers callers = { .n = 0 };
    lic_str first = { NULL, 0 };
    lic_str second = { NULL, 0 };
    struct lic_err err;
    EXPECT_OK(callers_fresh_account(NULL, 0, 0, arena, &first, &err), &err);
    struct policy_doc doc = { .text = first };
    const struct policy_doc *docs[1] = { &doc };
    EXPECT_OK(callers_fresh_account(docs, 1, 0, arena, &second, &err), &err);
    EXPECT(first.n == 12 && second.n == 12 && !str_eq(first, second));
    EXPECT_OK(callers_add_strangers(&callers, arena, second, &err), &err);
    EXPECT(has(&callers, REQUEST_ANONYMOUS) && has(&callers, REQUEST_SERVICE));
}

static void check_key(const char *arn, const char *key, const char *value)
{
    TEST_ARENA(arena);
    struct request_principal principal;
    struct callers_key found;
    bool decided = false;
    struct lic_err err;
    EXPECT_OK(request_principal_read(str_z(arn), &principal, &err), &err);
    EXPECT_OK(callers_key(&principal, str_z(key), arena, &decided, &found, &err), &err);
    EXPECT(decided && found.absent == (value == NULL));
    EXPECT(!value || str_eq(found.value, str_z(value)));
}

CASE(callers_keys_follow_from_the_principal)
{
    check_key("arn:aws:iam::111122223333:user/p/bob", "aws:username", "bob");
    check_key("arn:aws:iam::111122223333:user/p/bob", "aws:principalaccount", "111122223333");
    check_key("arn:aws:sts::111122223333:assumed-role/r/s", "aws:username", NULL);
    check_key("arn:aws:sts::111122223333:assumed-role/r/s", "aws:principalarn",
              "arn:aws:iam::111122223333:role/r");
    check_key("arn:aws:sts::111122223333:assumed-role/r/s", "aws:principaltype", "AssumedRole");
    check_key("*", "aws:principaltype", "Anonymous");
    check_key("lambda.amazonaws.com", "aws:principalisawsservice", "true");
}

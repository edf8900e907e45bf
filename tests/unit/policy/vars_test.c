/* SPDX-License-Identifier: Apache-2.0 */
/* Policy variables: escapes, defaults, missing values, and values that try to be more than text. */
#include "policy/vars.h"

#include "base/limits.h"
#include "test.h"

/* An event whose user is called `user_name`; at == NULL: nobody. */
static struct event event_of(lic_str user_name)
{
    struct event event;
    event_init(&event);
    event.user_name = user_name;
    return event;
}

struct example {
    enum vars_use use;
    const char *pattern, *user, *text;
    enum truth expected;
};

static void check(struct arena *arena, const struct example *e)
{
    struct lic_err err;
    struct vars_pattern pattern;
    struct event event = event_of(str_z(e->user));
    struct policy_request request = { .event = &event, .strict = true };
    struct vars_ask ask = { &request, arena };
    enum truth truth = TRUTH_NO;
    EXPECT_OK(vars_read(arena, str_z(e->pattern), e->use, /* variables= */ true, &pattern, &err),
              &err);
    EXPECT_OK(vars_match(&pattern, str_z(e->text), &ask, &truth, &err), &err);
    EXPECT_U64(truth, e->expected);
}

CASE(policy_vars_stand_for_the_values_of_the_request)
{
    static const struct example examples[] = {
        { VARS_EXACT, "${aws:username}", "bob", "bob", TRUTH_YES },
        { VARS_EXACT, "${aws:UserName}", "bob", "bob", TRUTH_YES },
        { VARS_EXACT, "<${aws:username}>", "bob", "<bob>", TRUTH_YES },
        { VARS_EXACT, "${aws:username}", "bob", "Bob", TRUTH_NO },
        { VARS_NOCASE, "${aws:username}", "bob", "BOB", TRUTH_YES },
        { VARS_LIKE, "${aws:username}*", "bob", "bobby", TRUTH_YES },
        { VARS_LIKE, "${aws:username}", "b*", "bob", TRUTH_NO },
        { VARS_LIKE, "${aws:username}", "b*", "b*", TRUTH_YES },
        { VARS_LIKE, "${*}${?}${$}x", NULL, "*?$x", TRUTH_YES },
        { VARS_LIKE, "${*}", NULL, "a", TRUTH_NO },
        { VARS_EXACT, "a*?", NULL, "a*?", TRUTH_YES },
        { VARS_EXACT, "a*?", NULL, "abc", TRUTH_NO },
        { VARS_EXACT, "$", NULL, "$", TRUTH_YES },
        { VARS_EXACT, "${$}{aws:username}", "bob", "${aws:username}", TRUTH_YES },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        check(arena, &examples[i]);
    }
}

CASE(policy_vars_without_value_use_the_default_or_match_nothing)
{
    static const struct example examples[] = {
        { VARS_EXACT, "${aws:username, 'all'}", NULL, "all", TRUTH_YES },
        { VARS_EXACT, "${aws:username, 'a}b'}", NULL, "a}b", TRUTH_YES },
        { VARS_EXACT, "${aws:username, ''}", NULL, "", TRUTH_YES },
        { VARS_EXACT, "${aws:username, 'all'}", "bob", "all", TRUTH_NO },
        { VARS_EXACT, "${aws:username, 'all'}", "bob", "bob", TRUTH_YES },
        { VARS_LIKE, "${aws:username, '*'}", NULL, "bob", TRUTH_NO },
        { VARS_LIKE, "${aws:username}*", NULL, "anything", TRUTH_UNSURE },
        { VARS_LIKE, "${aws:username}*", "b\x01", "b\x01x", TRUTH_UNSURE },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        check(arena, &examples[i]);
    }
}

CASE(policy_vars_cannot_shift_the_parts_of_an_arn)
{
    static const struct example examples[] = {
        { VARS_RESOURCE, "arn:aws:s3:::${aws:username}/*", "a:b", "arn:aws:s3:::a:b/x", TRUTH_YES },
        { VARS_RESOURCE, "arn:aws:sqs:${aws:username}:q", "us:1", "arn:aws:sqs:us:1:q",
          TRUTH_UNSURE },
        { VARS_RESOURCE, "arn:aws:sqs:${aws:username}:1:q", "us", "arn:aws:sqs:us:1:q", TRUTH_YES },
        { VARS_ARN, "${aws:username}", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a",
          TRUTH_YES },
        { VARS_ARN, "arn:aws:iam::${aws:username}:role/a", "1:role/a", "arn:aws:iam::1:role/a",
          TRUTH_UNSURE },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        check(arena, &examples[i]);
    }
}

CASE(policy_vars_are_text_in_the_old_version)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct vars_pattern pattern;
    EXPECT_OK(vars_read(arena, LIC_STR("${aws:username}"), VARS_EXACT, /* variables= */ false,
                        &pattern, &err),
              &err);
    EXPECT(vars_equal(&pattern, LIC_STR("${aws:username}")));
}

CASE(policy_vars_complete_short_resources)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct vars_pattern pattern;
    EXPECT_OK(vars_read(arena, LIC_STR("arn:aws:sqs"), VARS_RESOURCE, true, &pattern, &err), &err);
    EXPECT(vars_equal(&pattern, LIC_STR("arn:aws:sqs:us-east-1:1:q")));
    EXPECT(!vars_equal(&pattern, LIC_STR("arn:aws:s3:::q")));
}

struct refusal {
    const char *text;
    enum vars_use use;
    enum lic_rc rc;
};

CASE(policy_vars_refuse_what_they_do_not_understand)
{
    static const struct refusal refusals[] = {
        { "${aws:username", VARS_EXACT, LIC_E_SYNTAX },
        { "${}", VARS_EXACT, LIC_E_SYNTAX },
        { "${ aws:username }", VARS_EXACT, LIC_E_SYNTAX },
        { "${aws:user*}", VARS_EXACT, LIC_E_SYNTAX },
        { "${${aws:username}}", VARS_EXACT, LIC_E_SYNTAX },
        { "${aws:username,'all'}", VARS_EXACT, LIC_E_SYNTAX },
        { "${aws:username, all}", VARS_EXACT, LIC_E_SYNTAX },
        { "${aws:username, 'all}", VARS_EXACT, LIC_E_SYNTAX },
        { "a\x01", VARS_LIKE, LIC_E_INVALID },
        { "arn:aws:s3", VARS_ARN, LIC_E_INVALID },
        { "*", VARS_ARN, LIC_E_INVALID },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct lic_err err;
        struct vars_pattern pattern;
        EXPECT_RC(vars_read(arena, str_z(refusals[i].text), refusals[i].use, true, &pattern, &err),
                  refusals[i].rc);
    }
}

CASE(policy_vars_refuse_texts_beyond_their_limit)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct vars_pattern pattern;
    char *text = arena_take(arena, LIMIT_POLICY_BYTES + 1);
    EXPECT(text != NULL);
    memset(text, 'a', LIMIT_POLICY_BYTES + 1);
    EXPECT_OK(vars_read(arena, str_make(text, LIMIT_POLICY_BYTES), VARS_LIKE, true, &pattern, &err),
              &err);
    EXPECT_RC(
        vars_read(arena, str_make(text, LIMIT_POLICY_BYTES + 1), VARS_LIKE, true, &pattern, &err),
        LIC_E_LIMIT);
}

CASE(policy_vars_without_value_match_nothing_as_aws_answers)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct vars_pattern pattern;
    struct policy_request request = { .strict = false };
    struct vars_ask ask = { &request, arena };
    enum truth truth = TRUTH_YES;
    EXPECT_OK(vars_read(arena, LIC_STR("${aws:username}"), VARS_LIKE, true, &pattern, &err), &err);
    EXPECT_OK(vars_match(&pattern, LIC_STR("${aws:username}"), &ask, &truth, &err), &err);
    EXPECT_U64(truth, TRUTH_NO);
}

CASE(policy_vars_too_long_when_filled_in_match_nothing)
{
    enum { TAG_BYTES = 1024 * 1024 };
    TEST_ARENA(arena);
    struct lic_err err;
    struct vars_pattern pattern;
    char *tag = arena_take(arena, TAG_BYTES);
    EXPECT(tag != NULL);
    memset(tag, 'a', TAG_BYTES);
    struct event event = event_of(str_make(tag, TAG_BYTES));
    struct policy_request request = { .event = &event, .strict = true };
    struct vars_ask ask = { &request, arena };
    enum truth truth = TRUTH_YES;
    EXPECT_OK(vars_read(arena,
                        LIC_STR("${aws:username}${aws:username}${aws:username}${aws:username}a*"),
                        VARS_LIKE, true, &pattern, &err),
              &err);
    EXPECT_OK(vars_match(&pattern, LIC_STR("a"), &ask, &truth, &err), &err);
    EXPECT_U64(truth, TRUTH_UNSURE);
}

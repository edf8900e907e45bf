/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator with and without IfExists and set operators; the meanings are in the case files.
 */
#include "policy/cond.h"

#include "base/buf.h"
#include "test.h"

#include <stdio.h>

#define KEY "aws:PrincipalTag/k"

struct example {
    const char *op, *value;
    const char *asked; /* values of the request separated by '|'; NULL: the key is absent */
    enum truth expected;
};

/* An event with the values of one tag. */
static void add_values(struct arena *arena, struct event *event, const char *asked)
{
    struct event_extra extra = { .key = LIC_STR(KEY) };
    lic_str rest = str_z(asked);
    event_init(event);
    if (!asked) {
        return;
    }
    do {
        EXPECT_RC(str_list_add(&extra.values, arena, str_split(&rest, '|')), LIC_OK);
    } while (rest.n > 0);
    EXPECT(ARENA_PUSH(arena, &event->extras, extra));
}

static void check(struct arena *arena, const struct example *e)
{
    struct lic_err err;
    struct event event;
    struct cond cond = { .key = LIC_STR(KEY) };
    struct cond_value values[4];
    lic_str rest = str_z(e->value);
    add_values(arena, &event, e->asked);
    if (test_left()) {
        return;
    }
    EXPECT_OK(cond_read_operator(str_z(e->op), &cond, &err), &err);
    cond.values = values;
    do {
        EXPECT_OK(cond_read_value(arena, &cond, str_split(&rest, '|'), /* variables= */ true,
                                  &values[cond.values_n], &err),
                  &err);
        cond.values_n++;
    } while (rest.n > 0);
    EXPECT_OK(cond_compile(arena, &cond, &err), &err);
    struct policy_request request;
    EXPECT_OK(request_from_event(&event, arena, &request, &err), &err);
    struct vars_ask ask = { &request, arena };
    enum truth truth = TRUTH_NO;
    EXPECT_OK(cond_holds(&cond, &ask, &truth, &err), &err);
    if (truth != e->expected) {
        EXPECT_STR(str_z(e->op), "another truth");
    }
}

static void check_all(const struct example *examples, size_t n)
{
    TEST_ARENA(arena);
    for (size_t i = 0; i < n && !test_left(); i++) {
        check(arena, &examples[i]);
    }
}
#define CHECK_ALL(examples) check_all((examples), sizeof(examples) / sizeof((examples)[0]))

CASE(policy_cond_compares_every_type)
{
    static const struct example examples[] = {
        { "StringEquals", "a|b", "b", TRUTH_YES },
        { "StringEquals", "a", "A", TRUTH_NO },
        { "StringEquals", "a*", "ab", TRUTH_NO },
        { "StringNotEquals", "a|b", "b", TRUTH_NO },
        { "StringNotEquals", "a|b", "c", TRUTH_YES },
        { "StringEqualsIgnoreCase", "a", "A", TRUTH_YES },
        { "StringNotEqualsIgnoreCase", "a", "A", TRUTH_NO },
        { "StringLike", "a*|b", "abc", TRUTH_YES },
        { "StringLike", "A*", "abc", TRUTH_NO },
        { "StringNotLike", "a*|b", "abc", TRUTH_NO },
        { "NumericEquals", "10", "1e1", TRUTH_YES },
        { "NumericNotEquals", "10", "10.0", TRUTH_NO },
        { "NumericLessThan", "10", "9.5", TRUTH_YES },
        { "NumericLessThan", "10", "10", TRUTH_NO },
        { "NumericLessThanEquals", "10", "10", TRUTH_YES },
        { "NumericGreaterThan", "-1", "0", TRUTH_YES },
        { "NumericGreaterThan", "0", "0", TRUTH_NO },
        { "NumericGreaterThanEquals", "0", "0", TRUTH_YES },
        { "DateEquals", "2026-01-01T00:00:00Z", "1767225600", TRUTH_YES },
        { "DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", TRUTH_NO },
        { "DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z", TRUTH_YES },
        { "DateLessThanEquals", "2026-01-02", "2026-01-02", TRUTH_YES },
        { "DateGreaterThan", "2026-01-02", "2026-01-02", TRUTH_NO },
        { "DateGreaterThanEquals", "2026-01-02", "2026-01-02", TRUTH_YES },
        { "Bool", "true", "TRUE", TRUTH_YES },
        { "Bool", "false", "true", TRUTH_NO },
        { "BinaryEquals", "QmluYXJ5", "QmluYXJ5", TRUTH_YES },
        { "BinaryEquals", "QmluYXJ5", "qmluYXJ5", TRUTH_NO },
        { "ArnEquals", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a", TRUTH_YES },
        { "ArnLike", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a", TRUTH_YES },
        { "ArnNotEquals", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a", TRUTH_NO },
        { "ArnNotLike", "arn:aws:iam::1:role/*", "arn:aws:iam::2:role/a", TRUTH_YES },
    };
    CHECK_ALL(examples);
}

CASE(policy_cond_knows_addresses_of_both_families)
{
    static const struct example examples[] = {
        { "IpAddress", "192.0.2.0/24", "192.0.2.255", TRUTH_YES },
        { "IpAddress", "192.0.2.0/24", "192.0.3.0", TRUTH_NO },
        { "IpAddress", "192.0.2.7", "192.0.2.7", TRUTH_YES },
        { "IpAddress", "192.0.2.128/25", "192.0.2.127", TRUTH_NO },
        { "IpAddress", "192.0.2.1/31", "192.0.2.0", TRUTH_YES },
        { "IpAddress", "0.0.0.0/0", "8.8.8.8", TRUTH_YES },
        { "IpAddress", "0.0.0.0/0", "2001:db8::1", TRUTH_NO },
        { "IpAddress", "2001:db8::/32", "2001:DB8:1::1", TRUTH_YES },
        { "IpAddress", "2001:db8::/33", "2001:db8:8000::", TRUTH_NO },
        { "IpAddress", "::/0", "2001:db8::1", TRUTH_YES },
        { "IpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", TRUTH_YES },
        { "IpAddress", "::ffff:10.0.0.0/104", "10.1.2.3", TRUTH_YES },
        { "NotIpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", TRUTH_NO },
        { "NotIpAddress", "10.0.0.0/8|192.0.2.0/24", "192.0.2.1", TRUTH_NO },
        { "NotIpAddress", "10.0.0.0/8", "11.0.0.0", TRUTH_YES },
    };
    CHECK_ALL(examples);
}

CASE(policy_cond_is_unsure_of_values_of_another_type)
{
    static const struct example examples[] = {
        { "NumericLessThan", "1", "one", TRUTH_UNSURE },
        { "NumericNotEquals", "1", "one", TRUTH_UNSURE },
        { "DateGreaterThan", "2026-01-01", "yesterday", TRUTH_UNSURE },
        { "Bool", "true", "yes", TRUTH_UNSURE },
        { "IpAddress", "10.0.0.0/8", "unix:", TRUTH_UNSURE },
        { "IpAddress", "10.0.0.0/8", "10.0.0.1%eth0", TRUTH_UNSURE },
        { "IpAddress", "10.0.0.0/8", "10.0.0.0/8", TRUTH_UNSURE },
        { "NotIpAddress", "10.0.0.0/8", "unix:", TRUTH_UNSURE },
        { "ArnLike", "arn:aws:iam::1:role/*", "bob", TRUTH_UNSURE },
        { "StringNotEquals", "${aws:username}", "bob", TRUTH_UNSURE },
        { "StringEquals", "${aws:username}", "bob", TRUTH_NO },
        { "StringEquals", "a", "a|a", TRUTH_UNSURE },
        { "StringNotEquals", "a", "b|c", TRUTH_UNSURE },
    };
    CHECK_ALL(examples);
}

CASE(policy_cond_null_and_absent_keys)
{
    static const struct example examples[] = {
        { "Null", "true", NULL, TRUTH_YES },
        { "Null", "false", NULL, TRUTH_NO },
        { "Null", "true", "x", TRUTH_NO },
        { "Null", "false", "x|y", TRUTH_YES },
        { "Null", "true|false", "x", TRUTH_YES },
        { "StringEquals", "a", NULL, TRUTH_NO },
        { "StringEqualsIfExists", "a", NULL, TRUTH_YES },
        { "StringEqualsIfExists", "a", "b", TRUTH_NO },
        { "StringNotEquals", "a", NULL, TRUTH_YES },
        { "StringNotEqualsIfExists", "a", NULL, TRUTH_YES },
        { "NumericLessThan", "1", NULL, TRUTH_NO },
        { "NotIpAddress", "10.0.0.0/8", NULL, TRUTH_YES },
        { "ArnNotLike", "arn:aws:iam::1:role/*", NULL, TRUTH_YES },
        { "Bool", "false", NULL, TRUTH_NO },
        { "BoolIfExists", "false", NULL, TRUTH_YES },
        { "ForAllValues:StringEquals", "a", NULL, TRUTH_YES },
        { "ForAllValues:StringEqualsIfExists", "a", NULL, TRUTH_YES },
        { "ForAnyValue:StringEquals", "a", NULL, TRUTH_NO },
        { "ForAnyValue:StringEqualsIfExists", "a", NULL, TRUTH_NO },
        { "ForAnyValue:StringNotEquals", "a", NULL, TRUTH_NO },
        { "ForAnyValue:StringNotEqualsIfExists", "a", NULL, TRUTH_NO },
    };
    CHECK_ALL(examples);
}

CASE(policy_cond_set_operators)
{
    static const struct example examples[] = {
        { "ForAllValues:StringEquals", "a|b", "a|b", TRUTH_YES },
        { "ForAllValues:StringEquals", "a|b", "a|c", TRUTH_NO },
        { "ForAnyValue:StringEquals", "a|b", "c|a", TRUTH_YES },
        { "ForAnyValue:StringEquals", "a|b", "c|d", TRUTH_NO },
        { "ForAllValues:StringNotEquals", "a|b", "c|d", TRUTH_YES },
        { "ForAllValues:StringNotEquals", "a|b", "c|a", TRUTH_NO },
        { "ForAnyValue:StringNotEquals", "a|b", "c|a", TRUTH_YES },
        { "ForAnyValue:StringNotEquals", "a|b", "a|b", TRUTH_NO },
        { "ForAllValues:StringLikeIfExists", "x*", "xa|xb", TRUTH_YES },
        { "ForAnyValue:NumericLessThan", "5", "9|4", TRUTH_YES },
        { "ForAllValues:NumericLessThan", "5", "4|x", TRUTH_UNSURE },
        { "ForAllValues:NumericLessThan", "5", "9|x", TRUTH_NO },
        { "ForAnyValue:NumericLessThan", "5", "x|4", TRUTH_YES },
    };
    CHECK_ALL(examples);
}

/* Each base operator with a value that it accepts. */
static const char *const base_operators[][2] = {
#define VALUE_TEXT "v"
#define VALUE_NOCASE "v"
#define VALUE_LIKE "v*"
#define VALUE_ARN "arn:aws:s3:::v"
#define VALUE_NUMBER "1"
#define VALUE_DATE "2026-01-01"
#define VALUE_FLAG "true"
#define VALUE_BINARY "AA=="
#define VALUE_ADDRESS "::1"
#define VALUE_ABSENCE "true"
/* clang-format off */
#define OPERATOR(name, kind, relation, negated) { #name, VALUE_##kind },
#include "policy/cond.def"
#undef OPERATOR
    /* clang-format on */
};
#define BASE_N (sizeof(base_operators) / sizeof(base_operators[0]))

static void read_composed(struct arena *arena, const char *prefix, size_t i, const char *suffix)
{
    struct buf name;
    struct cond cond = { .key = LIC_STR(KEY) };
    struct cond_value value;
    struct lic_err err;
    bool is_null = strcmp(base_operators[i][0], "Null") == 0;
    bool composed = prefix[0] != '\0' || suffix[0] != '\0';
    buf_init(&name, arena, 100);
    buf_addf(&name, "%s%s%s", prefix, base_operators[i][0], suffix);
    EXPECT_OK(buf_check(&name, "an operator", &err), &err);
    enum lic_rc rc = cond_read_operator(buf_str(&name), &cond, &err);
    if (is_null && composed) {
        EXPECT_RC(rc, LIC_E_INVALID);
        return;
    }
    EXPECT_OK(rc, &err);
    EXPECT_U64(cond.if_exists, suffix[0] != '\0');
    EXPECT_OK(cond_read_value(arena, &cond, str_z(base_operators[i][1]), true, &value, &err), &err);
}

CASE(policy_cond_reads_all_operators_in_all_forms)
{
    static const char *const prefixes[] = { "", "ForAllValues:", "ForAnyValue:" };
    static const char *const suffixes[] = { "", "IfExists" };
    TEST_ARENA(arena);
    EXPECT_U64(BASE_N, 27);
    for (size_t i = 0; i < BASE_N * 6 && !test_left(); i++) {
        read_composed(arena, prefixes[i / BASE_N / 2], i % BASE_N, suffixes[i / BASE_N % 2]);
    }
}

CASE(policy_cond_refuses_unknown_operators)
{
    static const char *const names[] = { "",
                                         "StringEquals ",
                                         "StringEqual",
                                         "ForAnyValue::StringLike",
                                         "IfExists",
                                         "StringLikeIfExistsIfExists",
                                         "ForAnyValue:ForAllValues:StringLike" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct cond cond;
        EXPECT_RC(cond_read_operator(str_z(names[i]), &cond, NULL), LIC_E_UNKNOWN);
    }
}

CASE(policy_cond_refuses_values_of_another_type)
{
    static const char *const pairs[][2] = {
        { "NumericEquals", "one" },
        { "NumericEquals", "" },
        { "NumericEquals", "0x10" },
        { "DateEquals", "soon" },
        { "Bool", "yes" },
        { "Null", "maybe" },
        { "BinaryEquals", "a" },
        { "BinaryEquals", "AA=A" },
        { "IpAddress", "10.0.0.0/33" },
        { "IpAddress", "10.0.0.256" },
        { "IpAddress", "10.0.0/8" },
        { "IpAddress", "::/129" },
        { "IpAddress", "10.0.0.0/" },
        { "IpAddress", "10.0.0.0/8/8" },
        { "IpAddress", "${aws:SourceIp}" },
        { "ArnLike", "bob" },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct lic_err err;
        struct cond cond;
        struct cond_value value;
        EXPECT_OK(cond_read_operator(str_z(pairs[i][0]), &cond, &err), &err);
        EXPECT_RC(cond_read_value(arena, &cond, str_z(pairs[i][1]), true, &value, &err),
                  LIC_E_INVALID);
    }
}

/* The answer of AWS itself, to one condition on a key given as `values`, a list or one text. */
static enum truth answer(struct arena *arena, const char *op, const char *value,
                         const lic_str *values, uint32_t n, bool list)
{
    struct lic_err err;
    struct cond cond = { .key = LIC_STR(KEY), .values_n = 1 };
    struct cond_value compiled;
    struct request_context context;
    enum truth truth = TRUTH_UNSURE;
    cond.values = &compiled;
    bool built = cond_read_operator(str_z(op), &cond, &err) == LIC_OK &&
                 cond_read_value(arena, &cond, str_z(value), true, &compiled, &err) == LIC_OK &&
                 cond_compile(arena, &cond, &err) == LIC_OK &&
                 request_context_init(&context, arena, 1, &err) == LIC_OK &&
                 request_context_add(&context, LIC_STR("AWS:principaltag/K"), values, n, list,
                                     &err) == LIC_OK;
    if (!built) {
        return TRUTH_UNSURE;
    }
    struct policy_request request = { .table = context.slots, .mask = context.mask };
    struct vars_ask ask = { &request, arena };
    return cond_holds(&cond, &ask, &truth, &err) == LIC_OK ? truth : TRUTH_UNSURE;
}

CASE(policy_cond_answers_as_aws_when_not_strict)
{
    static const lic_str a = { "a", 1 };
    static const lic_str two[] = { { "a", 1 }, { "b", 1 } };
    TEST_ARENA(arena);
    EXPECT_U64(answer(arena, "NumericEquals", "1", &a, 1, false), TRUTH_NO);
    EXPECT_U64(answer(arena, "NumericNotEquals", "1", &a, 1, false), TRUTH_YES);
    EXPECT_U64(answer(arena, "ArnNotEquals", "arn:aws:s3:::a", &a, 1, false), TRUTH_YES);
    EXPECT_U64(answer(arena, "StringEquals", "a", two, 2, true), TRUTH_NO);
    EXPECT_U64(answer(arena, "StringNotEquals", "c", two, 2, true), TRUTH_NO);
    EXPECT_U64(answer(arena, "StringEquals", "a", &a, 1, true), TRUTH_NO);
    EXPECT_U64(answer(arena, "ForAnyValue:StringEquals", "a", two, 2, true), TRUTH_YES);
    EXPECT_U64(answer(arena, "StringNotEquals", "${aws:username}", &a, 1, false), TRUTH_YES);
    EXPECT_U64(answer(arena, "stringEQUALSifexists", "a", &a, 1, false), TRUTH_YES);
}

/* 300 values; every third asked for. */
static void check_long_list(struct arena *arena, const char *op, const char *format,
                            const char *ask_format)
{
    enum { N = 300 };
    struct lic_err err;
    struct cond cond = { .key = LIC_STR(KEY), .values_n = N };
    struct cond_value *values = ARENA_ARRAY(arena, struct cond_value, N);
    EXPECT(values != NULL);
    cond.values = values;
    EXPECT_OK(cond_read_operator(str_z(op), &cond, &err), &err);
    for (uint32_t i = 0; i < N; i++) {
        char text[32];
        snprintf(text, sizeof(text), format, (i * 7919u) % N);
        EXPECT_OK(cond_read_value(arena, &cond, str_z(text), true, &values[i], &err), &err);
    }
    EXPECT_OK(cond_compile(arena, &cond, &err), &err);
    for (uint32_t i = 0; i < 2 * N; i += 3) {
        char text[32];
        snprintf(text, sizeof(text), ask_format, i);
        lic_str asked = str_z(text);
        struct request_entry slots[2] = { { cond.lookup.hash, cond.key, &asked, 1, false } };
        struct request_entry swapped[2] = { slots[1], slots[0] };
        bool second = (cond.lookup.hash & 1) != 0;
        struct policy_request request = { .table = second ? swapped : slots, .mask = 1 };
        struct vars_ask ask = { &request, arena };
        enum truth truth = TRUTH_UNSURE;
        EXPECT_OK(cond_holds(&cond, &ask, &truth, &err), &err);
        EXPECT_U64(truth, i < N ? TRUTH_YES : TRUTH_NO);
    }
}

CASE(policy_cond_long_lists_are_the_same_lists)
{
    TEST_ARENA(arena);
    check_long_list(arena, "StringEquals", "v%u", "v%u");
    check_long_list(arena, "StringEqualsIgnoreCase", "vA%u", "Va%u");
    check_long_list(arena, "StringLike", "v%u-*", "v%u-x");
    check_long_list(arena, "ArnEquals", "arn:aws:s3:::v%u", "arn:aws:s3:::v%u");
}

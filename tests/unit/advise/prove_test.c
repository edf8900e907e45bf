/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision procedure against brute force: random pairs of small policies over few actions,
 * resources and keys, and every request that a vocabulary can make. A PASS must not be refuted by
 * any of them; a FAIL is confirmed by policy_eval before it is said, and here once more. And the
 * pairs of tests/cases/advise/prove, which say what the verdict must be.
 */
#include "advise/prove.h"

#include "base/buf.h"
#include "base/json_read.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define ROUNDS 250u
#define STATEMENTS_MAX 4u

/* ---- random policies ---------------------------------------------------------------------- */

static const char *const action_patterns[] = { "*",        "s3:*",     "s3:Get*", "S3:GetObject",
                                               "s3:*t*",   "sqs:Send", "s3:Put?", "s3:?et*",
                                               "iam:*Role" };
static const char *const resource_patterns[] = { "*",
                                                 "arn:aws:s3:::a*",
                                                 "arn:aws:s3:::a",
                                                 "arn:aws:s3:::*/b",
                                                 "arn:aws:s3:::a/?",
                                                 "arn:aws:sqs:*:1:q",
                                                 "arn:aws:sqs:*",
                                                 "arn:aws:s3:::${aws:username}",
                                                 "arn:aws:s3:::${app:Team, 'a'}/b" };
static const char *const conditions[] = {
    "\"StringEquals\":{\"app:Team\":\"a\"}",
    "\"StringEquals\":{\"app:Team\":[\"a\",\"b\"]}",
    "\"StringNotEquals\":{\"app:Team\":\"b\"}",
    "\"StringLike\":{\"app:Team\":\"a*\"}",
    "\"StringNotLikeIfExists\":{\"app:Team\":[\"*b\",\"c\"]}",
    "\"StringEqualsIgnoreCase\":{\"app:Team\":\"A\"}",
    "\"StringEquals\":{\"app:Team\":\"${aws:username}\"}",
    "\"Null\":{\"app:Team\":\"true\"}",
    "\"Null\":{\"app:Team\":\"false\"}",
    "\"NumericLessThan\":{\"app:Size\":\"10\"}",
    "\"NumericGreaterThanEquals\":{\"app:Size\":[\"10\",\"20\"]}",
    "\"NumericNotEquals\":{\"app:Size\":\"15\"}",
    "\"NumericEqualsIfExists\":{\"app:Size\":\"15\"}",
    "\"DateLessThan\":{\"app:When\":\"2026-01-01T00:00:00Z\"}",
    "\"DateGreaterThan\":{\"app:When\":\"2025-01-01T00:00:00Z\"}",
    "\"IpAddress\":{\"app:From\":\"10.0.0.0/8\"}",
    "\"NotIpAddress\":{\"app:From\":[\"10.1.0.0/16\",\"192.0.2.1\"]}",
    "\"Bool\":{\"app:Tls\":\"true\"}",
    "\"BoolIfExists\":{\"app:Tls\":\"false\"}",
    "\"ForAnyValue:StringEquals\":{\"app:Tags\":[\"x\",\"y\"]}",
    "\"ForAllValues:StringLike\":{\"app:Tags\":[\"x*\",\"z\"]}",
    "\"ForAnyValue:StringNotEquals\":{\"app:Tags\":\"x\"}",
    "\"ForAllValues:StringNotLike\":{\"app:Tags\":\"y*\"}",
    "\"Null\":{\"app:Tags\":\"true\"}",
    "\"ArnLike\":{\"app:Arn\":\"arn:aws:s3:::*\"}",
    "\"ArnNotEquals\":{\"app:Arn\":\"arn:aws:s3:::b\"}",
};

/* ---- every request of a vocabulary -------------------------------------------------------- */

static const char *const actions[] = { "s3:GetObject", "s3:Put1",  "s3:List", "sqs:Send",
                                       "iam:GetRole",  "s3:setup", "ec2:Stop" };
static const char *const resources[] = { "*",
                                         "arn:aws:s3:::a",
                                         "arn:aws:s3:::a/b",
                                         "arn:aws:s3:::b",
                                         "arn:aws:s3:::c/b",
                                         "arn:aws:sqs:x:1:q",
                                         "arn:aws:ec2:::i" };

/* A key and what a request may give it; "" in `values` ends a list, NULL ends them all. */
struct domain {
    const char *key;
    const char *lists[8][3];
    uint32_t n;
};
static const struct domain domains[] = {
    { "app:team", { { NULL }, { "a" }, { "b" }, { "A" }, { "ab" }, { "c" } }, 6 },
    { "aws:username", { { NULL }, { "a" }, { "b" }, { "" } }, 4 },
    { "app:size", { { NULL }, { "9" }, { "10" }, { "15" }, { "25" }, { "x" } }, 6 },
    { "app:when", { { NULL }, { "2024-06-01" }, { "2025-06-01T00:00:00Z" }, { "2026-06-01" } }, 4 },
    { "app:from", { { NULL }, { "10.1.2.3" }, { "10.2.2.3" }, { "192.0.2.1" }, { "::1" } }, 5 },
    { "app:tls", { { NULL }, { "true" }, { "false" } }, 3 },
    { "app:tags",
      { { NULL }, { "x" }, { "y" }, { "x", "y" }, { "xz" }, { "z", "y" }, { "q" } },
      7 },
    { "app:arn", { { NULL }, { "arn:aws:s3:::a" }, { "arn:aws:s3:::b" }, { "no" } }, 4 },
};
#define DOMAINS COUNT(domains)

/* Which keys the random policies use at all; the others stay absent. */
struct vocabulary {
    uint32_t first, n; /* of conditions */
    uint32_t keys;     /* bits of domains */
};
static const struct vocabulary vocabularies[] = {
    { 0, 9, 1u << 0 | 1u << 1 },
    { 9, 6, 1u << 2 | 1u << 3 },
    { 15, 4, 1u << 4 | 1u << 5 },
    { 19, 5, 1u << 6 },
    { 24, 2, 1u << 7 },
    { 0, 13, 1u << 0 | 1u << 2 },
    { 4, 6, 1u << 0 | 1u << 1 | 1u << 2 },
};

struct pair {
    const struct policy_doc *old_doc, *new_doc;
    lic_str old_text, new_text;
    const struct vocabulary *vocabulary;
};

static const char *pick(const char *const *from, uint32_t n)
{
    return from[test_random_below(n)];
}

static void put_list(struct buf *out, const char *name, const char *const *from, uint32_t n)
{
    uint32_t many = 1 + test_random_below(2);
    buf_addf(out, ",\"%s%s\":[", test_random_below(8) == 0 ? "Not" : "", name);
    for (uint32_t i = 0; i < many; i++) {
        buf_addf(out, "%s\"%s\"", i > 0 ? "," : "", pick(from, n));
    }
    buf_addf(out, "]");
}

static void put_statement(struct buf *out, const struct vocabulary *words)
{
    buf_addf(out, "{\"Effect\":\"%s\"", test_random_below(3) == 0 ? "Deny" : "Allow");
    put_list(out, "Action", action_patterns, COUNT(action_patterns));
    put_list(out, "Resource", resource_patterns, COUNT(resource_patterns));
    if (test_random_below(3) > 0) {
        const char *one = pick(conditions + words->first, words->n);
        const char *two = pick(conditions + words->first, words->n);
        bool same = strncmp(one, two, strcspn(one, ":")) == 0;
        buf_addf(out, ",\"Condition\":{%s%s%s}", one, same ? "" : ",", same ? "" : two);
    }
    buf_addf(out, "}");
}

static lic_str random_policy(struct arena *arena, const struct vocabulary *words)
{
    struct buf out;
    uint32_t n = 1 + test_random_below(STATEMENTS_MAX);
    buf_init(&out, arena, 16384);
    buf_addf(&out, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(&out, i > 0 ? "," : "");
        put_statement(&out, words);
    }
    buf_addf(&out, "]}");
    return buf_str(&out);
}

/* A new policy is often an old one with something changed, as in life. */
static lic_str mutated(struct arena *arena, lic_str old, const struct vocabulary *words)
{
    struct buf out;
    if (test_random_below(2) == 0) {
        return random_policy(arena, words);
    }
    buf_init(&out, arena, 32768);
    buf_add(&out, str_head(old, old.n - 2));
    buf_addf(&out, ",");
    put_statement(&out, words);
    buf_addf(&out, "]}");
    return buf_str(&out);
}

static bool read_pair(struct arena *arena, struct pair *out)
{
    struct lic_err err = { .rc = LIC_OK };
    enum lic_rc rc =
        policy_doc_read(arena, LIC_STR("old"), out->old_text, DOC_MANAGED, &out->old_doc, &err);
    rc = rc == LIC_OK ? policy_doc_read(arena, LIC_STR("new"), out->new_text, DOC_MANAGED,
                                        &out->new_doc, &err)
                      : rc;
    return rc == LIC_OK;
}

/* ---- brute force -------------------------------------------------------------------------- */

struct force {
    const struct policy_stack *old_stack, *new_stack;
    struct arena *arena;
    bool strict;
    lic_str values[DOMAINS][3];
    struct policy_request request;
};

static bool allowed(struct force *f, const struct policy_stack *stack)
{
    struct policy_answer answer;
    struct lic_err err;
    return policy_eval(stack, &f->request, f->arena, &answer, &err) == LIC_OK &&
           answer.result == VERDICT_ALLOW;
}

static bool gains_at(struct force *f, const uint32_t *choice)
{
    struct request_context context;
    struct lic_err err;
    if (request_context_init(&context, f->arena, DOMAINS, &err) != LIC_OK) {
        return false;
    }
    for (uint32_t d = 0; d < DOMAINS; d++) {
        const char *const *list = domains[d].lists[choice[d]];
        uint32_t n = 0;
        for (; n < 3 && list[n]; n++) {
            f->values[d][n] = str_z(list[n]);
        }
        if (n > 0 && request_context_add(&context, str_z(domains[d].key), f->values[d], n, n > 1,
                                         &err) != LIC_OK) {
            return false;
        }
    }
    f->request.table = context.slots;
    f->request.mask = context.mask;
    return allowed(f, f->new_stack) && !allowed(f, f->old_stack);
}

static bool next_choice(uint32_t *choice, uint32_t keys)
{
    for (uint32_t d = 0; d < DOMAINS; d++) {
        if (!(keys & (1u << d))) {
            continue;
        }
        choice[d] = (choice[d] + 1) % domains[d].n;
        if (choice[d] != 0) {
            return true;
        }
    }
    return false;
}

/* Whether any request of the vocabulary is allowed by the new policy and not by the old one. */
static bool force_gain(struct force *f, uint32_t keys)
{
    for (uint32_t a = 0; a < COUNT(actions); a++) {
        for (uint32_t r = 0; r < COUNT(resources); r++) {
            uint32_t choice[DOMAINS] = { 0 };
            f->request.action = str_z(actions[a]);
            f->request.resource = str_z(resources[r]);
            do {
                if (gains_at(f, choice)) {
                    return true;
                }
            } while (next_choice(choice, keys));
        }
    }
    return false;
}

static bool make_force(struct arena *arena, const struct pair *pair, bool strict,
                       struct policy_stack stacks[2], struct force *out)
{
    struct lic_err err;
    *out = (struct force){ .arena = arena, .strict = strict };
    out->request.strict = strict;
    stacks[0] = stacks[1] = (struct policy_stack){ .identity = NULL };
    out->old_stack = &stacks[0];
    out->new_stack = &stacks[1];
    return request_principal_read(LIC_STR("arn:aws:iam::123456789012:user/u"),
                                  &out->request.principal, &err) == LIC_OK &&
           policy_index_new(arena, &pair->old_doc, 1, &stacks[0].identity, &err) == LIC_OK &&
           policy_index_new(arena, &pair->new_doc, 1, &stacks[1].identity, &err) == LIC_OK;
}

static void tell(const struct pair *pair, const char *what)
{
    if (!test_rerun()) {
        printf("%s:\nold %.*s\nnew %.*s\n", what, LIC_ARG(pair->old_text), LIC_ARG(pair->new_text));
    }
}

struct tally {
    uint32_t passes, fails, unknowns, wrong;
};

static void check_pair(struct arena *arena, const struct pair *pair, bool strict,
                       struct tally *tally)
{
    struct prove_question question = { .old_docs = &pair->old_doc,
                                       .old_n = 1,
                                       .new_docs = &pair->new_doc,
                                       .new_n = 1,
                                       .strict = strict };
    struct prove_answer answer = { .verdict = PROVE_UNKNOWN };
    struct policy_stack stacks[2];
    struct force force;
    struct lic_err err;
    bool ready = prove_no_new_access(&question, arena, &answer, &err) == LIC_OK &&
                 make_force(arena, pair, strict, stacks, &force);
    EXPECT(ready);
    bool gain = answer.verdict != PROVE_FAIL && force_gain(&force, pair->vocabulary->keys);
    tally->passes += answer.verdict == PROVE_PASS ? 1 : 0;
    tally->fails += answer.verdict == PROVE_FAIL ? 1 : 0;
    tally->unknowns += answer.verdict == PROVE_UNKNOWN ? 1 : 0;
    if (gain && answer.verdict == PROVE_PASS) {
        tell(pair, "PASS, but there is new access");
        tally->wrong++;
    }
    if (answer.verdict == PROVE_UNKNOWN && getenv("LICTOR_TEST_SHOW")) {
        tell(pair, answer.reason);
    }
}

static void check_random_pairs(uint32_t rounds, bool strict, struct tally *tally)
{
    for (uint32_t i = 0; i < rounds && !test_left(); i++) {
        TEST_ARENA(arena);
        struct pair pair = { .vocabulary = &vocabularies[i % COUNT(vocabularies)] };
        pair.old_text = random_policy(arena, pair.vocabulary);
        pair.new_text = mutated(arena, pair.old_text, pair.vocabulary);
        if (read_pair(arena, &pair)) {
            check_pair(arena, &pair, strict, tally);
        }
    }
}

static uint32_t rounds_wanted(void)
{
    const char *wanted = getenv("LICTOR_TEST_ROUNDS");
    uint64_t n = ROUNDS;
    if (wanted && !str_u64(str_z(wanted), &n)) {
        return ROUNDS;
    }
    return test_rerun() ? 3 : (uint32_t)n;
}

CASE(prove_random_pairs_agree_with_brute_force)
{
    struct tally tally = { 0 };
    check_random_pairs(rounds_wanted(), /* strict= */ false, &tally);
    if (test_left()) {
        return;
    }
    if (getenv("LICTOR_TEST_ROUNDS")) {
        printf("%u PASS, %u FAIL, %u UNKNOWN, %u wrong\n", tally.passes, tally.fails,
               tally.unknowns, tally.wrong);
    }
    EXPECT_U64(tally.wrong, 0);
}

CASE(prove_random_pairs_agree_with_brute_force_as_the_gateway_asks)
{
    struct tally tally = { 0 };
    check_random_pairs(rounds_wanted(), /* strict= */ true, &tally);
    if (test_left()) {
        return;
    }
    if (getenv("LICTOR_TEST_ROUNDS")) {
        printf("%u PASS, %u FAIL, %u UNKNOWN, %u wrong\n", tally.passes, tally.fails,
               tally.unknowns, tally.wrong);
    }
    EXPECT_U64(tally.wrong, 0);
}

/* ---- case files --------------------------------------------------------------------------- */

/* "allow s3:Get*|s3:List on !a|b if {...}" as a statement of a document. */
static void put_short_list(struct buf *out, const char *name, lic_str list)
{
    bool excluded = str_starts(list, LIC_STR("!"));
    lic_str rest = str_tail(list, excluded ? 1 : 0);
    buf_addf(out, ",\"%s%s\":[", excluded ? "Not" : "", name);
    for (bool more = false; rest.n > 0; more = true) {
        lic_str one = str_split(&rest, '|');
        buf_addf(out, "%s\"" LIC_FMT "\"", more ? "," : "", LIC_ARG(one));
    }
    buf_addf(out, "]");
}

/* What stands before `mark`, which goes with it; all when there is none. */
static lic_str take_until(lic_str *rest, lic_str mark)
{
    size_t n = str_find(*rest, mark);
    lic_str taken = str_head(*rest, n);
    *rest = str_tail(*rest, n + mark.n);
    return taken;
}

static void put_short_statement(struct buf *out, lic_str line)
{
    lic_str rest = line;
    bool deny = str_eq(str_split(&rest, ' '), LIC_STR("deny"));
    buf_addf(out, "{\"Effect\":\"%s\"", deny ? "Deny" : "Allow");
    put_short_list(out, "Action", take_until(&rest, LIC_STR(" on ")));
    put_short_list(out, "Resource", take_until(&rest, LIC_STR(" if ")));
    if (rest.n > 0) {
        buf_addf(out, ",\"Condition\":" LIC_FMT, LIC_ARG(rest));
    }
    buf_addf(out, "}");
}

struct case_block {
    struct buf old_text, new_text;
    lic_str title, verdict;
};

static void begin_block(struct case_block *block, struct arena *arena)
{
    buf_init(&block->old_text, arena, 16384);
    buf_init(&block->new_text, arena, 16384);
    block->verdict = LIC_STR("");
}

static void read_case_line(struct case_block *block, lic_str line)
{
    bool old = str_starts(line, LIC_STR("old "));
    struct buf *out = old ? &block->old_text : &block->new_text;
    if (str_starts(line, LIC_STR("# "))) {
        block->title = str_tail(line, 2);
    } else if (str_starts(line, LIC_STR("-> "))) {
        block->verdict = str_tail(line, 3);
    } else if (old || str_starts(line, LIC_STR("new "))) {
        buf_addf(out, "%s", out->n > 0 ? "," : "{\"Version\":\"2012-10-17\",\"Statement\":[");
        put_short_statement(out, str_tail(line, 4));
    }
}

static void check_block(struct arena *arena, struct case_block *block)
{
    static const char *const names[] = { "UNKNOWN", "PASS", "FAIL" };
    struct pair pair = { .vocabulary = NULL };
    struct prove_answer answer;
    struct lic_err err = { .rc = LIC_OK };
    buf_addf(&block->old_text, "]}");
    buf_addf(&block->new_text, "]}");
    pair.old_text = buf_str(&block->old_text);
    pair.new_text = buf_str(&block->new_text);
    if (!read_pair(arena, &pair) && !test_rerun()) {
        printf("%.*s: not read:\n%.*s\n%.*s\n", LIC_ARG(block->title), LIC_ARG(pair.old_text),
               LIC_ARG(pair.new_text));
    }
    EXPECT(pair.new_doc != NULL);
    struct prove_question question = {
        .old_docs = &pair.old_doc, .old_n = 1, .new_docs = &pair.new_doc, .new_n = 1
    };
    EXPECT_OK(prove_no_new_access(&question, arena, &answer, &err), &err);
    if (!str_eq(block->verdict, str_z(names[answer.verdict])) && !test_rerun()) {
        printf("%.*s: %s\n", LIC_ARG(block->title), answer.reason ? answer.reason : "");
    }
    EXPECT_LIC_STR(str_z(names[answer.verdict]), block->verdict);
}

static void check_case_file(const char *name)
{
    TEST_ARENA(arena);
    uint32_t blocks = 0;
    lic_str text = test_file(arena, test_source_path(name));
    struct case_block block = { .title = LIC_STR("") };
    begin_block(&block, arena);
    while (text.n > 0 && !test_left() && !(test_rerun() && blocks > 2)) {
        lic_str line = str_split(&text, '\n');
        read_case_line(&block, line);
        if (block.verdict.n > 0) {
            check_block(arena, &block);
            begin_block(&block, arena);
            blocks++;
        }
    }
    EXPECT(blocks > 2);
}

CASE(prove_cases_of_actions_and_resources)
{
    check_case_file("tests/cases/advise/prove/basics.case");
}

CASE(prove_cases_of_conditions)
{
    check_case_file("tests/cases/advise/prove/conditions.case");
}

CASE(prove_cases_of_variables)
{
    check_case_file("tests/cases/advise/prove/variables.case");
}

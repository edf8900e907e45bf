/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one proof costs on pairs that look like policies people write and changes they make:
 *
 *     prove_bench [PAIRS [SEED]]
 *
 * One to six statements of one to eight actions, up to three resources, conditions and denies; the
 * new policy is the old one with an action, resource, condition or statement added or taken away.
 * Documents are read before; the time is that of prove_no_new_access. A line of figures.
 */
#include "hosts/posix.h"

#include "advise/prove.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/sort.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAIRS = 2000, ROUNDS = 3, STATEMENTS_MAX = 6, ACTIONS_MAX = 8, RESOURCES_MAX = 3 };

static const char *const actions[6][8] = {
    { "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:Get*", "s3:DeleteObject", "s3:*",
      "s3:GetBucket*", "s3:PutObjectAcl" },
    { "ec2:Describe*", "ec2:StartInstances", "ec2:StopInstances", "ec2:RunInstances",
      "ec2:CreateTags", "ec2:*", "ec2:Terminate*", "ec2:Attach*" },
    { "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:*Item",
      "dynamodb:Batch*", "dynamodb:*", "dynamodb:DescribeTable" },
    { "lambda:InvokeFunction", "lambda:Get*", "lambda:List*", "lambda:UpdateFunctionCode",
      "lambda:*", "lambda:InvokeAsync", "lambda:TagResource", "lambda:CreateFunction" },
    { "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueue*", "sqs:*",
      "sqs:ListQueues", "sqs:PurgeQueue", "sqs:ChangeMessageVisibility" },
    { "iam:PassRole", "iam:Get*", "iam:List*", "iam:CreateRole", "iam:*", "iam:*Policy",
      "iam:TagRole", "iam:UpdateRole" },
};
static const char *const resources[6][3] = {
    { "arn:aws:s3:::app-%u", "arn:aws:s3:::app-%u/*", "arn:aws:s3:::app-%u/${aws:username}/*" },
    { "*", "arn:aws:ec2:*:111122223333:instance/*", "arn:aws:ec2:eu-west-%u:111122223333:*/*" },
    { "arn:aws:dynamodb:*:111122223333:table/t%u", "arn:aws:dynamodb:*:*:table/t%u/index/*",
      "arn:aws:dynamodb:eu-west-1:111122223333:table/*" },
    { "arn:aws:lambda:*:111122223333:function:f%u*", "arn:aws:lambda:*:111122223333:function:*",
      "*" },
    { "arn:aws:sqs:eu-west-1:111122223333:q%u", "arn:aws:sqs:*:*:q%u*", "*" },
    { "arn:aws:iam::111122223333:role/app-%u-*", "arn:aws:iam::111122223333:role/*", "*" },
};
static const char *const conditions[] = {
    "\"StringEquals\":{\"aws:RequestedRegion\":[\"eu-west-1\",\"eu-central-1\"]}",
    "\"Bool\":{\"aws:SecureTransport\":\"true\"}",
    "\"StringEquals\":{\"aws:PrincipalTag/team\":\"red\"}",
    "\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"192.0.2.0/24\"]}",
    "\"StringLike\":{\"s3:prefix\":[\"home/*\",\"\"]}",
    "\"NumericLessThanEquals\":{\"s3:max-keys\":\"100\"}",
    "\"DateLessThan\":{\"aws:CurrentTime\":\"2027-01-01T00:00:00Z\"}",
    "\"ForAnyValue:StringEquals\":{\"aws:TagKeys\":[\"team\",\"cost\"]}",
    "\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-123456\"}",
};

struct made {
    uint32_t service, number, actions_n, resources_n, condition;
    bool deny, has_condition;
    uint32_t actions[ACTIONS_MAX];
};

static uint32_t below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

static struct made random_statement(uint64_t *seed)
{
    struct made made = { .service = below(seed, 6), .number = below(seed, 3) };
    made.actions_n = 1 + below(seed, ACTIONS_MAX);
    made.resources_n = 1 + below(seed, RESOURCES_MAX);
    made.condition = below(seed, 9);
    made.has_condition = below(seed, 2) == 0;
    made.deny = below(seed, 5) == 0;
    for (uint32_t i = 0; i < made.actions_n; i++) {
        made.actions[i] = below(seed, 8);
    }
    return made;
}

static void change(struct made *statements, uint32_t *n, uint64_t *seed)
{
    struct made *one = &statements[below(seed, *n)];
    switch (below(seed, 5)) {
    case 0:
        statements[(*n)++] = random_statement(seed);
        return;
    case 1:
        one->has_condition = !one->has_condition;
        return;
    case 2:
        one->actions[0] = below(seed, 8);
        return;
    case 3:
        one->resources_n = 1 + below(seed, RESOURCES_MAX);
        return;
    default:
        one->actions_n = 1 + below(seed, one->actions_n);
    }
}

static void put(struct buf *out, const struct made *made)
{
    buf_addf(out, "{\"Effect\":\"%s\",\"Action\":[", made->deny ? "Deny" : "Allow");
    for (uint32_t i = 0; i < made->actions_n; i++) {
        buf_addf(out, "%s\"%s\"", i > 0 ? "," : "", actions[made->service][made->actions[i]]);
    }
    buf_addf(out, "],\"Resource\":[");
    for (uint32_t i = 0; i < made->resources_n; i++) {
        const char *format = resources[made->service][i];
        buf_addf(out, "%s\"", i > 0 ? "," : "");
        for (; *format; format++) {
            bool number = format[0] == '%' && format[1] == 'u';
            if (number) {
                buf_add_u64(out, made->number);
            } else {
                buf_add_char(out, *format);
            }
            format += number ? 1 : 0;
        }
        buf_addf(out, "\"");
    }
    buf_addf(out, "]");
    if (made->has_condition) {
        buf_addf(out, ",\"Condition\":{%s}", conditions[made->condition]);
    }
    buf_addf(out, "}");
}

static const struct policy_doc *read(struct arena *arena, const struct made *statements, uint32_t n)
{
    struct buf text;
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    buf_init(&text, arena, 1u << 20);
    buf_addf(&text, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(&text, i > 0 ? "," : "");
        put(&text, &statements[i]);
    }
    buf_addf(&text, "]}");
    if (policy_doc_read(arena, LIC_STR("bench"), buf_str(&text), DOC_ANY, &doc, &err) != LIC_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return doc;
}

static int64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* The best of a few rounds, each in an arena that is given back. */
static int64_t time_pair(struct arena_pool *pool, const struct policy_doc *old,
                         const struct policy_doc *new, enum prove_verdict *verdict)
{
    int64_t best = INT64_MAX;
    struct prove_question question = { .old_docs = &old, .old_n = 1, .new_docs = &new, .new_n = 1 };
    for (int round = 0; round < ROUNDS; round++) {
        struct arena arena;
        struct prove_answer answer;
        struct lic_err err;
        arena_init(&arena, pool, 0);
        int64_t began = now_ns();
        if (prove_no_new_access(&question, &arena, &answer, &err) != LIC_OK) {
            exit(1);
        }
        int64_t took = now_ns() - began;
        best = took < best ? took : best;
        *verdict = answer.verdict;
        arena_fini(&arena);
    }
    return best;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    uint32_t pairs = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : PAIRS;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    int64_t *took = calloc(pairs + 1, sizeof(*took));
    uint32_t counts[3] = { 0 };
    struct arena_pool pool;
    arena_pool_init(&pool, &posix_host, 256);
    for (uint32_t i = 0; took && i < pairs; i++) {
        struct made statements[STATEMENTS_MAX + 3];
        struct arena arena;
        enum prove_verdict verdict = PROVE_UNKNOWN;
        uint32_t n = 1 + below(&seed, STATEMENTS_MAX);
        for (uint32_t k = 0; k < n; k++) {
            statements[k] = random_statement(&seed);
        }
        arena_init(&arena, &pool, 0);
        const struct policy_doc *old = read(&arena, statements, n);
        change(statements, &n, &seed);
        took[i] = time_pair(&pool, old, read(&arena, statements, n), &verdict);
        counts[verdict]++;
        arena_fini(&arena);
    }
    sort_array(took, pairs, sizeof(*took), compare);
    (void)printf("pairs %u pass %u fail %u unknown %u p50_us %.1f p90_us %.1f p99_us %.1f "
                 "max_us %.1f\n",
                 pairs, counts[PROVE_PASS], counts[PROVE_FAIL], counts[PROVE_UNKNOWN],
                 (double)took[pairs / 2] / 1e3, (double)took[pairs * 9 / 10] / 1e3,
                 (double)took[pairs * 99 / 100] / 1e3, (double)took[pairs - 1] / 1e3);
    free(took);
    arena_pool_fini(&pool);
    return 0;
}

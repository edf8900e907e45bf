/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one policy decision costs, and how that grows with the number of policies.
 *
 *     policy_bench decide N SHAPE     N documents of one identity; a line of figures
 *     policy_bench docs N SHAPE       prints the same documents and requests as JSON, one a line,
 *                                     for engines that are compared with this one
 *
 * Shapes: `mixed` (buckets by name, tables in any region, roles; every third document has a deny
 * with a condition), `bucket` (every document names its own prefix of one bucket, all s3:*),
 * `region` (a wildcard in the middle of every resource), `inside` (wildcards on both sides),
 * `action` (one resource, other actions). Half of the requests are of something that is allowed.
 */
#include "hosts/posix.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REQUESTS = 4096, ROUNDS = 60, WARM_UP = 4 };

struct shape {
    const char *name;
    const char *action, *resource; /* both with one %u: the number of the document */
    const char *asked_action, *asked_resource;
};

static const struct shape shapes[] = {
    { "bucket", "s3:*", "arn:aws:s3:::data/team-%u/*", "s3:GetObject",
      "arn:aws:s3:::data/team-%u/2026/file.json" },
    { "region", "dynamodb:GetItem", "arn:aws:dynamodb:*:111122223333:table/orders-%u",
      "dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders-%u" },
    { "inside", "dynamodb:*", "arn:aws:dynamodb:*:*:table/orders-%u/*", "dynamodb:Query",
      "arn:aws:dynamodb:eu-central-1:111122223333:table/orders-%u/index/by-date" },
    { "action", "svc:Operation%u", "*", "svc:Operation%u", "arn:aws:svc:eu-central-1::thing/x" },
};

struct bench {
    struct arena_pool pool;
    struct arena arena;
    const struct policy_doc **docs;
    const struct policy_index *index;
    struct policy_request *requests;
    uint32_t n;
};

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 32) % n);
}

static void fail(const char *what, const struct lic_err *err)
{
    (void)fprintf(stderr, "policy_bench: %s: %s\n", what, err ? err->text : "");
    exit(1);
}

/* ---- documents and requests ---- */

static const struct shape *shape_of(const char *name, uint32_t i)
{
    for (size_t at = 0; at < sizeof shapes / sizeof shapes[0]; at++) {
        if (strcmp(shapes[at].name, name) == 0) {
            return &shapes[at];
        }
    }
    return &shapes[i % 3]; /* mixed */
}

static void write_document(struct buf *out, const char *shape_name, uint32_t i)
{
    const struct shape *shape = shape_of(shape_name, i);
    buf_addf(out, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"");
    buf_addf(out, shape->action, i);
    buf_addf(out, "\",\"Resource\":\"");
    buf_addf(out, shape->resource, i);
    buf_addf(out, "\"}");
    if (i % 3 == 0) {
        buf_addf(out, ",{\"Effect\":\"Deny\",\"Action\":\"");
        buf_addf(out, shape->action, i);
        buf_addf(out, "\",\"Resource\":\"");
        buf_addf(out, shape->resource, i);
        buf_addf(out, "\",\"Condition\":{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}}");
    }
    buf_addf(out, "]}");
}

static lic_str text_of(struct arena *arena, const char *format, uint32_t i)
{
    struct buf buf;
    buf_init(&buf, arena, 4096);
    buf_addf(&buf, format, i);
    return buf_str(&buf);
}

static void make_docs(struct bench *bench, uint32_t n, const char *shape_name)
{
    struct lic_err err;
    bench->n = n;
    bench->docs = (const struct policy_doc **)ARENA_ARRAY(&bench->arena, void *, n);
    for (uint32_t i = 0; i < n; i++) {
        struct buf text;
        buf_init(&text, &bench->arena, 65536);
        write_document(&text, shape_name, i);
        if (policy_doc_read(&bench->arena, LIC_STR("bench"), buf_str(&text), DOC_MANAGED,
                            &bench->docs[i], &err) != LIC_OK) {
            fail("a document", &err);
        }
    }
    if (policy_index_new(&bench->arena, bench->docs, n, &bench->index, &err) != LIC_OK) {
        fail("the index", &err);
    }
}

/* Every second one asks for something that no document names. */
static void make_requests(struct bench *bench, const char *shape_name)
{
    struct lic_err err;
    static const lic_str address = { "10.1.2.3", 8 };
    bench->requests = ARENA_ARRAY(&bench->arena, struct policy_request, REQUESTS);
    for (uint32_t i = 0; i < REQUESTS; i++) {
        uint32_t number = random_below(bench->n);
        const struct shape *shape = shape_of(shape_name, number);
        struct policy_request *request = &bench->requests[i];
        struct request_context context;
        number += i % 2 == 0 ? 0 : 1000000;
        request->action = text_of(&bench->arena, shape->asked_action, number);
        request->resource = text_of(&bench->arena, shape->asked_resource, number);
        if (request_principal_read(LIC_STR("arn:aws:iam::111122223333:user/ada"),
                                   &request->principal, &err) != LIC_OK ||
            request_context_init(&context, &bench->arena, 2, &err) != LIC_OK ||
            request_context_add(&context, LIC_STR("aws:SourceIp"), &address, 1, false, &err) !=
                LIC_OK) {
            fail("a request", &err);
        }
        request->table = context.slots;
        request->mask = context.mask;
    }
}

/* ---- measuring ---- */

/* CPU time for what many decisions take together: others on the machine do not count. */
static uint64_t read_clock(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static uint32_t decide(const struct bench *bench, uint32_t i, struct arena *scratch)
{
    struct lic_err err;
    struct policy_answer answer;
    const struct policy_stack stack = { .identity = bench->index };
    if (policy_eval(&stack, &bench->requests[i % REQUESTS], scratch, &answer, &err) != LIC_OK) {
        fail("a decision", &err);
    }
    return answer.result == VERDICT_ALLOW;
}

static int compare_times(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void measure(const struct bench *bench, const char *shape_name)
{
    static uint32_t times[REQUESTS * ROUNDS];
    struct arena_pool pool;
    struct arena scratch;
    uint32_t allowed = 0;
    uint32_t clock_ns = UINT32_MAX;
    arena_pool_init(&pool, &posix_host, 4);
    arena_init(&scratch, &pool, 0);
    for (uint32_t i = 0; i < REQUESTS * WARM_UP; i++) {
        allowed += decide(bench, i, &scratch);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t before = read_clock(CLOCK_MONOTONIC);
        uint64_t ns = read_clock(CLOCK_MONOTONIC) - before;
        clock_ns = ns < clock_ns ? (uint32_t)ns : clock_ns;
    }
    for (uint32_t i = 0; i < REQUESTS * ROUNDS; i++) {
        uint64_t before = read_clock(CLOCK_MONOTONIC);
        allowed += decide(bench, i, &scratch);
        times[i] = (uint32_t)(read_clock(CLOCK_MONOTONIC) - before);
    }
    uint64_t before = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint32_t i = 0; i < REQUESTS * ROUNDS; i++) {
        allowed += decide(bench, i, &scratch);
    }
    uint64_t all_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID) - before;
    qsort(times, REQUESTS * ROUNDS, sizeof times[0], compare_times);
    uint32_t p50 = times[REQUESTS * ROUNDS / 2] - clock_ns;
    uint32_t p99 = times[REQUESTS * ROUNDS / 100 * 99] - clock_ns;
    (void)printf(
        "%-7s %6u policies  p50 %5u ns  p99 %5u ns  %6.2f M/s of CPU  scratch %zu B  allowed "
        "%.0f %%\n",
        shape_name, bench->n, p50, p99, REQUESTS * ROUNDS * 1e3 / (double)all_ns,
        scratch.taken_bytes, 100.0 * allowed / (REQUESTS * (2.0 * ROUNDS + WARM_UP)));
    arena_fini(&scratch);
    arena_pool_fini(&pool);
}

static void print_all(struct bench *bench, const char *shape_name)
{
    for (uint32_t i = 0; i < bench->n; i++) {
        struct buf text;
        buf_init(&text, &bench->arena, 65536);
        write_document(&text, shape_name, i);
        (void)printf("{\"policy\":%.*s}\n", (int)text.n, text.at);
    }
    for (uint32_t i = 0; i < REQUESTS; i++) {
        const struct policy_request *request = &bench->requests[i];
        (void)printf("{\"action\":\"" LIC_FMT "\",\"resource\":\"" LIC_FMT "\",\"allowed\":%s}\n",
                     LIC_ARG(request->action), LIC_ARG(request->resource),
                     decide(bench, i, &bench->arena) ? "true" : "false");
    }
}

int main(int argc, char **argv)
{
    struct bench bench = { .n = 0 };
    if (argc != 4) {
        (void)fprintf(stderr, "policy_bench decide|docs N SHAPE\n");
        return 2;
    }
    uint32_t n = (uint32_t)strtoul(argv[2], NULL, 10);
    if (n == 0) {
        (void)fprintf(stderr, "policy_bench: N must be a number above 0\n");
        return 2;
    }
    arena_pool_init(&bench.pool, &posix_host, 0);
    arena_init(&bench.arena, &bench.pool, 0);
    make_docs(&bench, n, argv[3]);
    make_requests(&bench, argv[3]);
    if (strcmp(argv[1], "docs") == 0) {
        print_all(&bench, argv[3]);
    } else {
        measure(&bench, argv[3]);
    }
    arena_fini(&bench.arena);
    arena_pool_fini(&bench.pool);
    return 0;
}

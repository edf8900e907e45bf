/* SPDX-License-Identifier: Apache-2.0 */
/* The batch interface: what is refused and how, and that documents are kept. */
#include "advise/simulate.h"

#include "base/buf.h"
#include "test.h"

#include <lictor/simulate.h>

static void free_simulator(struct lic_simulator **simulator)
{
    lic_simulator_free(*simulator);
}

static void free_cache(struct simulate_cache **cache)
{
    simulate_cache_free(*cache);
}

#define HEAD "{\"id\":7,\"principal\":\"arn:aws:iam::111122223333:user/ada\",\"action\":\"s3:Get\","
#define RESOURCE "\"resource\":\"arn:aws:s3:::b\""
#define ALLOW                                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","            \
    "\"Resource\":\"*\"}}"
#define DENIED "\"result\":\"ImplicitlyDenied\",\"blockedBy\":[],\"error\":"

CASE(advise_simulate_answers_one_line_with_one)
{
    struct lic_err err;
    lic_str out = { NULL, 0 };
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    EXPECT_OK(lic_simulator_line(simulator,
                                 LIC_STR(HEAD RESOURCE ",\"identityPolicies\":[" ALLOW "]}"), &out,
                                 &err),
              &err);
    EXPECT_STR(out, "{\"id\":7,\"result\":\"Allowed\",\"blockedBy\":[],\"error\":null}\n");
    EXPECT_OK(lic_simulator_line(simulator, LIC_STR(HEAD RESOURCE "}"), &out, &err), &err);
    EXPECT_STR(out, "{\"id\":7," DENIED "null}\n");
    EXPECT_OK(lic_simulator_refuse(simulator, "too long", &out, &err), &err);
    EXPECT_STR(out, "{\"id\":null," DENIED "\"too long\"}\n");
}

/* Each is denied with an error that has this in it. */
static const struct {
    const char *line, *id, *error;
} refused[] = {
    { "", "null", "" },
    { "nonsense", "null", "" },
    { "[]", "null", "must be a JSON object" },
    { "{}", "null", "needs \\\"principal\\\"" },
    { "{\"id\":[1]}", "null", "must be a string or a number" },
    { HEAD "\"resource\":\"\"}", "7", "not empty" },
    { HEAD "\"resource\":{\"resource\":\"*\",\"accountId\":\"12\"}}", "7", "not 12 digits" },
    { HEAD "\"resource\":{\"arn\":\"*\"}}", "7", "no member \\\"arn\\\"" },
    { HEAD "\"resource\":{\"accountId\":\"111122223333\"}}", "7", "not empty" },
    { HEAD RESOURCE ",\"nonsense\":1}", "null", "no member \\\"nonsense\\\"" },
    { HEAD RESOURCE ",\"id\":8}", "null", "" },
    { HEAD RESOURCE ",\"context\":[]}", "7", "must be an object" },
    { HEAD RESOURCE ",\"context\":{\"a:b\":{}}}", "7", "list of strings" },
    { HEAD RESOURCE ",\"context\":{\"a:b\":\"x\",\"A:B\":\"y\"}}", "7", "given twice" },
    { HEAD RESOURCE ",\"identityPolicies\":{}}", "7", "must be a list" },
    { HEAD RESOURCE ",\"identityPolicies\":[7]}", "7", "identityPolicies[0] is not a policy" },
    { HEAD RESOURCE ",\"identityPolicies\":[" ALLOW ",{}]}", "7", "identityPolicies[1]:1:" },
    { HEAD RESOURCE ",\"resourcePolicy\":" ALLOW "}", "7", "needs a Principal" },
    { HEAD RESOURCE ",\"serviceControlPolicies\":[{\"policies\":[]}]}", "7", "orgIdentifier" },
    { "{\"id\":\"x\",\"principal\":\"a b\"}", "\"x\"", "not a principal" },
    { "{\"principal\":\"*\",\"action\":\"s3\"}", "null", "service:Operation" },
    { "{\"principal\":\"*\",\"action\":\":\"}", "null", "service:Operation" },
    { "{\"principal\":\"*\",\"principal\":\"*\"}", "null", "" },
};

CASE(advise_simulate_refuses_and_denies)
{
    struct lic_err err;
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char start[100];
        lic_str out = { NULL, 0 };
        EXPECT_OK(lic_simulator_line(simulator, str_z(refused[i].line), &out, &err), &err);
        size_t n = strlen(refused[i].id);
        memcpy(start, "{\"id\":", 6);
        memcpy(start + 6, refused[i].id, n);
        memcpy(start + 6 + n, "," DENIED "\"", sizeof("," DENIED "\""));
        EXPECT_LIC_STR(str_head(out, strlen(start)), str_z(start));
        bool told = str_find(out, str_z(refused[i].error)) < out.n || refused[i].error[0] == '\0';
        EXPECT_STR(told ? LIC_STR("") : out, "");
    }
}

CASE(advise_simulate_reads_a_policy_once_until_the_cache_is_full)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct simulate_case first, again, after;
    lic_str line = LIC_STR(HEAD RESOURCE ",\"identityPolicies\":[" ALLOW "]}");
    CLEANUP(free_cache) struct simulate_cache *cache = NULL;
    CLEANUP(free_cache) struct simulate_cache *small = NULL;
    EXPECT_OK(simulate_cache_new(test_host(), 1u << 20, &cache, &err), &err);
    EXPECT_OK(simulate_cache_new(test_host(), 1, &small, &err), &err);
    EXPECT_OK(simulate_read(cache, arena, line, &first, &err), &err);
    EXPECT_OK(simulate_read(cache, arena, line, &again, &err), &err);
    EXPECT(first.stack.identity == again.stack.identity);
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_OK(simulate_read(small, arena, line, &after, &err), &err);
        EXPECT(after.stack.identity != NULL);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Engines: loading, counting, what they tell a host, and `lictor decide`. */
#include "engine/engine.h"

#include "sim/sim.h"

static void decide_in(const char *directory, const char *event, const char *expected)
{
    const struct lic_host *host = sim_engine(directory)->host;
    struct lic_err err;
    lic_str out = { 0 };
    EXPECT_OK(lic_engine_decide(sim_engine(directory), str_z(event), &out, &err), &err);
    bool same = test_str(str_trim(out), str_z(expected), __FILE__, __LINE__, event);
    host->resize(host->ctx, (char *)(uintptr_t)out.at, 0);
    EXPECT(same);
}

static void decide(const char *event, const char *expected)
{
    decide_in("standard", event, expected);
}

CASE(engine_decides_without_a_call)
{
    decide("{\"principal\":\"alice\",\"action\":\"bedrock:InvokeModel\","
           "\"resource\":\"arn:lictor:model:eu-central-1:loop:demo\"}",
           "{\"result\":\"Allowed\",\"statement\":{\"file\":\"policies/app.json\",\"line\":4,"
           "\"column\":5,\"sid\":\"\"},\"blockedBy\":[]}");
    decide("{\"principal\":\"arn:aws:iam::000000000000:user/alice\",\"action\":\"s3:GetObject\","
           "\"resource\":\"*\"}",
           "{\"result\":\"ImplicitlyDenied\",\"blockedBy\":[\"identity\"]}");
}

CASE(engine_decides_nothing_for_strangers_and_nonsense)
{
    struct lic_err err;
    lic_str out = { 0 };
    const struct lic_engine *engine = sim_engine("standard");
    EXPECT_RC(lic_engine_decide(engine, LIC_STR("{\"principal\":\"eve\",\"action\":\"a:B\"}"), &out,
                                &err),
              LIC_E_UNKNOWN);
    EXPECT_RC(lic_engine_decide(engine, LIC_STR("{"), &out, &err), LIC_E_SYNTAX);
    EXPECT(out.at == NULL);
}

#define MODEL(who, region, provider, name, more)                                                   \
    "{\"principal\":\"" who "\",\"action\":\"bedrock:InvokeModel\",\"resource\":"                  \
    "\"arn:lictor:model:" region ":" provider ":" name "\"" more "}"
#define LOCAL(who, more) MODEL(who, "eu-central-1", "loop", "demo", more)
#define STATEMENT(file, line, sid)                                                                 \
    "\"statement\":{\"file\":\"policies/" file "\",\"line\":" line ",\"column\":5,\"sid\":\"" sid  \
    "\"}"
#define ALLOWED(file, line, sid)                                                                   \
    "{\"result\":\"Allowed\"," STATEMENT(file, line, sid) ",\"blockedBy\":[]}"
#define DENIED(layer, file, line, sid)                                                             \
    "{\"result\":\"ExplicitlyDenied\"," STATEMENT(file, line, sid) ",\"blockedBy\":[\"" layer "\"" \
                                                                   "]}"
#define NOT_ALLOWED(layer) "{\"result\":\"ImplicitlyDenied\",\"blockedBy\":[\"" layer "\"]}"

/* Who, which model, with what; and which layer decided. tests/cases/exchange/dirs/governed. */
CASE(engine_decides_by_every_layer)
{
    static const struct {
        const char *event, *verdict;
    } examples[] = {
        { LOCAL("ann", ""), ALLOWED("models.json", "4", "Models") },
        { LOCAL("ann", ",\"top_p\":0.95"), NOT_ALLOWED("identity") },
        { LOCAL("ann", ",\"system_prompt\":true"), NOT_ALLOWED("identity") },
        { MODEL("ann", "us-east-1", "us", "far", ""),
          DENIED("scp", "scp/only-eu.json", "4", "OnlyEu") },
        { LOCAL("none", ""), NOT_ALLOWED("identity") },
        { MODEL("none", "eu-central-1", "loop", "shared", ""),
          ALLOWED("resource/shared.json", "4", "None") },
        { MODEL("caller", "eu-central-1", "loop", "shared", ""), NOT_ALLOWED("identity") },
        { LOCAL("helper", ""), ALLOWED("support.json", "5", "") },
        { LOCAL("support", ""), NOT_ALLOWED("identity") },
        { LOCAL("bound", ""), ALLOWED("models.json", "4", "Models") },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        decide_in("governed", examples[i].event, examples[i].verdict);
        if (test_left()) {
            return;
        }
    }
}

CASE(engine_explains_in_words)
{
    const struct lic_engine *engine = sim_engine("governed");
    struct lic_err err;
    lic_str out = { 0 };
    EXPECT_OK(
        lic_engine_explain(engine, str_z(MODEL("ann", "us-east-1", "us", "far", "")), &out, &err),
        &err);
    bool named = str_find(out, LIC_STR("policies/scp/only-eu.json:4")) < out.n &&
                 str_find(out, LIC_STR("OnlyEu")) < out.n;
    engine->host->resize(engine->host->ctx, (char *)(uintptr_t)out.at, 0);
    EXPECT(named);
}

CASE(engine_tells_its_upstreams)
{
    const struct lic_engine *engine = sim_engine("standard");
    struct lic_settings settings;
    lic_engine_settings(engine, &settings);
    EXPECT_U64(settings.models_n, 4);
    EXPECT_U64(lic_engine_upstreams_n(engine), 3);
    EXPECT_STR(lic_engine_upstream(engine, 1)->kind, "openai");
    EXPECT_STR(lic_engine_upstream(engine, 1)->servers[0], "127.0.0.1:9");
}

static void count_mistake(void *arg, const struct lic_err *err)
{
    (void)err;
    ++*(uint32_t *)arg;
}

CASE(engine_is_not_made_of_a_directory_with_mistakes)
{
    uint32_t mistakes = 0;
    struct lic_err err;
    struct lic_engine *engine = NULL;
    EXPECT(lic_engine_load(test_host(), "/nonexistent", count_mistake, &mistakes, &engine, &err) !=
           LIC_OK);
    EXPECT(engine == NULL && mistakes > 0);
}

CASE(engine_of_plain_directory_loads_and_goes)
{
    struct lic_err err;
    struct lic_engine *engine = NULL;
    EXPECT_OK(lic_engine_load(test_host(), test_source_path("tests/cases/exchange/dirs/plain"),
                              NULL, NULL, &engine, &err),
              &err);
    EXPECT(lic_engine_ref(engine) == engine);
    lic_engine_unref(engine);
    lic_engine_unref(engine);
    lic_engine_unref(NULL);
}

CASE(engine_worker_time_does_not_go_back)
{
    struct lic_worker *worker = NULL;
    struct lic_err err;
    EXPECT_OK(lic_worker_new(test_host(), &worker, &err), &err);
    int64_t first = worker_now(worker);
    test_world()->wall_ns -= 1000;
    int64_t second = worker_now(worker);
    lic_worker_free(worker);
    EXPECT(first == second && sim_failures("clock_stepped_back") == 1);
}

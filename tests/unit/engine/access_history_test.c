/* SPDX-License-Identifier: Apache-2.0 */
/* Histories with the directory "governed": drafts, replays, and lines about what would change. */
#include "engine/access.h"

#include "base/buf.h"
#include "engine/engine.h"
#include "sim/sim.h"

#define RECORD(who, kind, decision, action, resource, more)                                        \
    "{\"time\":\"2026-11-22T10:00:00.000Z\",\"kind\":\"" kind                                      \
    "\",\"record\":\"r1\",\"principal\":"                                                          \
    "\"arn:aws:iam::111122223333:user/" who "\",\"decision\":\"" decision                          \
    "\",\"enforced\":\"forwarded\",\"region\":\"eu-central-1\",\"model_region\":\"eu-central-1\"," \
    "\"action\":\"" action "\",\"resource\":\"" resource "\"" more "}"
#define DEMO "arn:lictor:model:eu-central-1:loop:demo"
#define ALLOWED RECORD("ann", "intent", "allow", "bedrock:InvokeModel", DEMO, ",\"model\":\"demo\"")
#define CALLED                                                                                     \
    RECORD("caller", "outcome", "allow", "bedrock:InvokeModel", DEMO,                              \
           ",\"tool_calls\":[{\"name\":\"refundOrder\",\"decision\":\"allow\"}]")

static void free_history(struct lic_history **at)
{
    lic_history_free(*at);
}

static void add_line(void *arg, lic_str line)
{
    buf_add(arg, line);
    buf_add_char(arg, '\n');
}

static void count_report(void *arg, const struct lic_err *err)
{
    (void)err;
    ++*(uint32_t *)arg;
}

static struct lic_history_options options_for(const char *principal, uint32_t *reports)
{
    return (struct lic_history_options){ .principal = str_z(principal),
                                         .since_ns = INT64_MIN,
                                         .until_ns = INT64_MAX,
                                         .report = count_report,
                                         .report_arg = reports };
}

static enum lic_rc feed(struct lic_history *history, const char *const *lines, size_t n,
                        struct lic_err *err)
{
    for (size_t i = 0; i < n; i++) {
        TRY(lic_history_record(history, str_z(lines[i]), "a.jsonl", 7 * i, err));
    }
    return LIC_OK;
}

CASE(access_history_drafts_and_replays)
{
    static const char *const lines[] = { CALLED, CALLED, ALLOWED, "caller nonsense", CALLED };
    CLEANUP(free_history) struct lic_history *history = NULL;
    uint32_t reports = 0;
    struct lic_history_options options = options_for("caller", &reports);
    struct lic_history_counts counts;
    struct lic_err err;
    lic_str text = { 0 };
    EXPECT_OK(lic_history_tighten(test_host(), sim_engine("governed"), &options, &history, &err),
              &err);
    EXPECT_OK(feed(history, lines, 5, &err), &err);
    EXPECT_OK(lic_history_draft(history, &err), &err);
    EXPECT_OK(feed(history, lines, 5, &err), &err);
    EXPECT_OK(lic_history_write(history, LIC_HISTORY_POLICY, &text, &err), &err);
    bool named = str_find(text, LIC_STR("tool/refundOrder")) < text.n;
    (void)test_host()->resize(test_host()->ctx, (void *)(uintptr_t)text.at, 0);
    EXPECT(named);
    lic_history_count(history, &counts);
    EXPECT_U64(counts.used, 3);
    EXPECT_U64(counts.allowed, 3);
    EXPECT_U64(counts.changed, 0);
    EXPECT_U64(reports, 1);
}

CASE(access_history_of_strangers_is_refused)
{
    struct lic_history *history = NULL;
    uint32_t reports = 0;
    struct lic_history_options options = options_for("stranger", &reports);
    struct lic_err err;
    EXPECT_RC(lic_history_tighten(test_host(), sim_engine("governed"), &options, &history, &err),
              LIC_E_UNKNOWN);
    options.principal = LIC_STR("");
    EXPECT_RC(lic_history_tighten(test_host(), NULL, &options, &history, &err), LIC_E_MISSING);
}

CASE(access_history_reads_cloudtrail)
{
    static const char text[] =
        "{\"Records\":[{\"eventTime\":\"2026-11-22T10:00:00Z\",\"eventSource\":\"s3.amazonaws."
        "com\","
        "\"eventName\":\"GetObject\",\"userIdentity\":{\"arn\":\"arn:aws:iam::111122223333:user/"
        "z\"},"
        "\"requestParameters\":{\"bucketName\":\"b\",\"key\":\"k\"}},{\"of\":\"z\"}]}";
    CLEANUP(free_history) struct lic_history *history = NULL;
    uint32_t reports = 0;
    struct lic_history_options options = options_for("z", &reports);
    struct lic_history_counts counts;
    struct lic_err err;
    EXPECT_OK(lic_history_tighten(test_host(), NULL, &options, &history, &err), &err);
    EXPECT_OK(lic_history_feed(history, LIC_STR(text), "t.json", &err), &err);
    EXPECT_OK(lic_history_end(history, "t.json", &err), &err);
    EXPECT_OK(lic_history_draft(history, &err), &err);
    EXPECT_RC(lic_history_draft(history, &err), LIC_E_INVALID);
    lic_history_count(history, &counts);
    EXPECT_U64(counts.used, 1);
    EXPECT_U64(reports, 1);
}

static void replay(const char *line, const char *expected)
{
    TEST_ARENA(arena);
    CLEANUP(free_history) struct lic_history *history = NULL;
    uint32_t reports = 0;
    struct lic_history_options options = options_for("", &reports);
    struct buf lines;
    struct lic_err err;
    buf_init(&lines, arena, 65536);
    EXPECT_OK(lic_history_replay(test_host(), sim_engine("governed"), &options, add_line, &lines,
                                 &history, &err),
              &err);
    EXPECT_OK(feed(history, &line, 1, &err), &err);
    EXPECT(test_holds(expected[0] ? str_find(buf_str(&lines), str_z(expected)) < lines.n
                                  : lines.n == 0,
                      __FILE__, __LINE__, line));
}

CASE(access_history_says_what_would_change)
{
    replay(CALLED, "");
    /* TopP and SystemPrompt are recorded: they were absent. */
    replay(ALLOWED, "");
    replay(RECORD("ann", "intent", "allow", "bedrock:InvokeModel", DEMO,
                  ",\"model\":\"demo\",\"top_p\":0.95"),
           "Allowed -> ImplicitlyDenied");
    replay(RECORD("none", "intent", "allow", "bedrock:InvokeModel", DEMO, ",\"model\":\"demo\""),
           "Allowed -> ImplicitlyDenied");
    replay(RECORD("gone", "intent", "allow", "bedrock:InvokeModel", DEMO, ",\"model\":\"demo\""),
           "Allowed -> Refused, there is no such principal");
    replay(RECORD("ann", "intent", "allow", "bedrock:InvokeModel", DEMO, ",\"model\":\"lost\""),
           "there is no such model");
    replay(RECORD("ann", "refusal", "deny", "bedrock:InvokeModel", DEMO, ",\"model\":\"demo\""),
           "Denied -> Allowed by policies/models.json:4 (Models)");
    replay(RECORD("none", "refusal", "deny", "bedrock:InvokeModel", DEMO, ",\"model\":\"demo\""),
           "");
}

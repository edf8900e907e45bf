/* SPDX-License-Identifier: Apache-2.0 */
/* What a reload gives that was not there: by subject, with the statement, recorded or refused. */
#include "engine/reload.h"

#include "engine/directory.h"
#include "engine/engine.h"
#include "test.h"

#define ORGANIZATION(scps) "organization:\n  id: o-a\n  path: [{id: r-root, scps: [" scps "]}]\n"
#define USER "users: {bob: {policies: [app]}}\n"
#define STATEMENT(action)                                                                          \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"" action        \
    "\",\"Resource\":\"*\"}]}"
#define DENY(action)                                                                               \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"" action         \
    "\",\"Resource\":\"*\"}]}"

struct stand {
    const char *principals, *app, *scp, *lictor;
};

static enum lic_rc read_stand(struct arena *arena, const struct stand *stand, struct config *out,
                              struct lic_err *err)
{
    struct directory directory;
    struct buf lictor;
    buf_init(&lictor, arena, 4096);
    buf_add(&lictor, LIC_STR("guardrail: standard\naccount: 111122223333\n"
                             "providers: {loop: {kind: loopback}}\n"
                             "models: [{name: demo, provider: loop}]\n"));
    buf_add(&lictor, str_z(stand->lictor ? stand->lictor : "reload: {new_access: record}\n"));
    buf_add_char(&lictor, '\0');
    directory_init(&directory, arena);
    bool added =
        lictor.failed == LIC_OK && directory_add_good(&directory) &&
        directory_add_case(&directory, LIC_STR("== without agents/support.yaml\n")) &&
        directory_add(&directory, "lictor.yaml", lictor.at) &&
        directory_add(&directory, "principals.yaml", stand->principals) &&
        directory_add(&directory, "policies/app.json", stand->app) &&
        directory_add(&directory, "policies/scp/no.json", stand->scp ? stand->scp : DENY("s3:*"));
    return added ? directory_read(&directory, out, err) : LIC_E_NOMEM;
}

/* What the second gives that the first did not. */
static enum lic_rc compare(struct arena *arena, const struct stand *before,
                           const struct stand *after, struct reload_gains *out, struct lic_err *err)
{
    struct reload_rule rule;
    struct config old, new;
    struct buf approved;
    *out = (struct reload_gains){ 0 };
    buf_init(&approved, arena, 1 << 20);
    TRY(read_stand(arena, before, &old, err));
    TRY(read_stand(arena, after, &new, err));
    TRY(reload_write(&old, arena, &approved, err));
    return reload_compare(&new, buf_str(&approved), arena, out, &rule, err);
}

CASE(reload_of_the_same_or_less_gives_nothing_new)
{
    static const struct stand one = { USER, STATEMENT("bedrock:*"), NULL, NULL };
    static const struct stand others[] = {
        { USER, STATEMENT("bedrock:*"), NULL, NULL },
        { USER, STATEMENT("bedrock:InvokeModel"), NULL, NULL },
        { "users: {}\n", STATEMENT("bedrock:*"), NULL, NULL },
        { "users: {bob: {policies: [app], boundary: app}}\n", STATEMENT("bedrock:*"), NULL, NULL },
        { USER ORGANIZATION("FullAWSAccess, no"), STATEMENT("bedrock:*"), NULL, NULL },
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        TEST_ARENA(arena);
        struct reload_gains gains;
        struct lic_err err;
        EXPECT_OK(compare(arena, &one, &others[i], &gains, &err), &err);
        EXPECT_U64(gains.n, 0);
    }
}

CASE(reload_that_gives_more_says_to_whom_and_where)
{
    static const struct {
        struct stand before, after;
        const char *subject;
    } examples[] = {
        { { USER, STATEMENT("bedrock:InvokeModel"), NULL, NULL },
          { USER, STATEMENT("bedrock:*"), NULL, NULL },
          "policies of arn:aws:iam::111122223333:user/bob" },
        { { "users: {}\n", STATEMENT("bedrock:*"), NULL, NULL },
          { USER, STATEMENT("bedrock:*"), NULL, NULL },
          "policies of arn:aws:iam::111122223333:user/bob" },
        { { "users: {bob: {policies: [app], boundary: app}}\n", STATEMENT("s3:*"), NULL, NULL },
          { USER, STATEMENT("s3:*"), NULL, NULL },
          "boundary of arn:aws:iam::111122223333:user/bob" },
        { { USER ORGANIZATION("FullAWSAccess, no"), STATEMENT("s3:*"), NULL, NULL },
          { USER ORGANIZATION("FullAWSAccess"), STATEMENT("s3:*"), NULL, NULL },
          "service control policies at r-root" },
        { { USER ORGANIZATION("FullAWSAccess, no"), STATEMENT("s3:*"), NULL, NULL },
          { USER, STATEMENT("s3:*"), NULL, NULL },
          "service control policies at r-root" },
        { { USER ORGANIZATION("FullAWSAccess, no"), STATEMENT("s3:*"), DENY("s3:*"), NULL },
          { USER ORGANIZATION("FullAWSAccess, no"), STATEMENT("s3:*"), DENY("s3:Get*"), NULL },
          "service control policies at r-root" },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        TEST_ARENA(arena);
        struct reload_gains gains;
        struct lic_err err;
        EXPECT_OK(compare(arena, &examples[i].before, &examples[i].after, &gains, &err), &err);
        EXPECT(gains.n > 0);
        EXPECT_STR(gains.at[0].subject, examples[i].subject);
        EXPECT(gains.at[0].words.n > 0);
    }
}

/* What no policy shows: a tag that one may ask for, and sessions that were revoked. */
CASE(reload_of_other_tags_or_fewer_revocations_is_new_access)
{
#define TAGGED(team) "users: {bob: {policies: [app], tags: {team: " team "}}}\n"
#define REVOKED(year) "users: {}\nroles: {r: {policies: [app], revoke_sessions_before: " year "}}\n"
    static const struct {
        const char *before, *after, *subject; /* NULL: nothing new */
    } examples[] = {
        { TAGGED("red"), TAGGED("red"), NULL },
        { TAGGED("red"), TAGGED("blue"), "policies of arn:aws:iam::111122223333:user/bob" },
        { USER, TAGGED("red"), "policies of arn:aws:iam::111122223333:user/bob" },
        { TAGGED("red"), USER, "policies of arn:aws:iam::111122223333:user/bob" },
        { REVOKED("\"2026-01-01T00:00:00Z\""), REVOKED("\"2026-02-01T00:00:00Z\""), NULL },
        { REVOKED("\"2026-02-01T00:00:00Z\""), REVOKED("\"2026-01-01T00:00:00Z\""),
          "policies of arn:aws:iam::111122223333:role/r" },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        TEST_ARENA(arena);
        struct reload_gains gains;
        struct lic_err err;
        const struct stand before = { examples[i].before, STATEMENT("s3:*"), NULL, NULL };
        const struct stand after = { examples[i].after, STATEMENT("s3:*"), NULL, NULL };
        EXPECT_OK(compare(arena, &before, &after, &gains, &err), &err);
        EXPECT_U64(gains.n, examples[i].subject ? 1 : 0);
        if (examples[i].subject) {
            EXPECT_STR(gains.at[0].subject, examples[i].subject);
        }
    }
}

#define RULE "{\"new_access\":0,\"approvers\":[],\"subjects\":"

CASE(reload_does_not_take_a_list_that_is_not_one)
{
    static const char *const lists[] = {
        "",
        "{",
        "{}",
        "{\"subjects\":[]}",
        "{\"new_access\":7,\"approvers\":[],\"subjects\":[]}",
        "{\"new_access\":2,\"subjects\":[]}",
        "{\"new_access\":2,\"approvers\":[1],\"subjects\":[]}",
        "{\"new_access\":2,\"approvers\":[\"?\"],\"subjects\":[]}",
        RULE "[{}]}",
        RULE "[{\"name\":\"a\",\"docs\":[{}]}]}",
        RULE "[{\"name\":\"a\",\"docs\":[{\"kind\":0,\"file\":\"f\",\"text\":\"{}\"}]}]}",
        RULE "[{\"name\":\"a\",\"docs\":[{\"kind\":99,\"file\":\"f\",\"text\":\"{}\"}]}]}",
        RULE "[{\"name\":\"a\",\"docs\":[]},{\"name\":\"a\",\"docs\":[]}]}",
    };
    static const struct stand stand = { USER, STATEMENT("s3:*"), NULL, NULL };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        TEST_ARENA(arena);
        struct config config;
        struct reload_gains gains = { 0 };
        struct reload_rule rule;
        struct lic_err err;
        EXPECT_OK(read_stand(arena, &stand, &config, &err), &err);
        EXPECT(reload_compare(&config, str_z(lists[i]), arena, &gains, &rule, &err) != LIC_OK);
    }
}

static void count_told(void *arg, const struct lic_err *err)
{
    *(uint32_t *)arg += str_starts(str_z(err->text), LIC_STR("new access: policies of ")) ? 1 : 0;
}

/* The gate asks for no more than a configuration and a host. */
static enum lic_rc pass(struct arena *arena, const struct stand *before, const struct stand *after,
                        lic_str *out_record, struct lic_err *err)
{
    struct lic_engine old = { .host = test_host() }, new = { .host = test_host() };
    lic_str approved = { 0 };
    *out_record = (lic_str){ 0 };
    TRY(read_stand(arena, before, &old.config, err));
    TRY(read_stand(arena, after, &new.config, err));
    TRY(lic_engine_access(&old, &approved, err));
    struct lic_gate gate = { .approved = approved };
    uint32_t told_n = 0;
    enum lic_rc rc = lic_engine_gate(&new, &gate, count_told, &told_n, out_record, err);
    if (rc == LIC_OK && told_n == 0 && out_record->n > 0) {
        rc = err_set(err, LIC_E_MISSING, "new access was recorded and not told");
    }
    test_host()->resize(test_host()->ctx, (void *)(uintptr_t)approved.at, 0);
    return rc;
}

#define SIGNED                                                                                     \
    "reload: {new_access: require_signature, approvers: "                                          \
    "['bVxb7z9J7qfblndTOQ51mui3dXQJrAk1iYHtSMMatqM=']}\n"

CASE(reload_gate_passes_records_or_refuses)
{
    static const struct stand before = { USER, STATEMENT("bedrock:InvokeModel"), NULL, NULL };
    static const struct {
        struct stand after;
        enum lic_rc rc;
        const char *decision; /* of the record; NULL: none */
    } examples[] = {
        { { USER, STATEMENT("s3:*"), NULL, "" }, LIC_OK, "\"decision\":\"allow\"" },
        { { USER, STATEMENT("bedrock:InvokeModel"), NULL, NULL }, LIC_OK, NULL },
        { { USER, STATEMENT("s3:*"), NULL, NULL }, LIC_OK, "\"decision\":\"allow\"" },
        { { USER, STATEMENT("s3:*"), NULL, SIGNED }, LIC_E_INVALID, "\"decision\":\"deny\"" },
        { { USER, STATEMENT("bedrock:InvokeModel"), NULL, SIGNED }, LIC_OK, NULL },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        TEST_ARENA(arena);
        lic_str record;
        struct lic_err err;
        enum lic_rc rc = pass(arena, &before, &examples[i].after, &record, &err);
        lic_str copy = record.at ? str_copy(arena, record) : record;
        test_host()->resize(test_host()->ctx, (void *)(uintptr_t)record.at, 0);
        EXPECT_RC(rc, examples[i].rc);
        EXPECT_U64(copy.n > 0, examples[i].decision != NULL);
        if (examples[i].decision) {
            EXPECT(str_find(copy, str_z(examples[i].decision)) < copy.n);
            EXPECT(str_find(copy, LIC_STR("\"kind\":\"reload\"")) < copy.n);
            EXPECT(str_find(copy, LIC_STR("user/bob")) < copy.n);
        }
        if (examples[i].rc != LIC_OK) {
            EXPECT(strstr(err.text, "lictor reload ") != NULL);
        }
    }
}

CASE(reload_gate_lets_everything_through_where_nothing_is_asked)
{
    static const struct stand before = { "users: {}\n", STATEMENT("s3:Get*"), NULL, "" };
    static const struct stand after = { USER, STATEMENT("*"), NULL, "" };
    TEST_ARENA(arena);
    lic_str record;
    struct lic_err err;
    EXPECT_OK(pass(arena, &before, &after, &record, &err), &err);
    EXPECT_U64(record.n, 0);
}

/* The rule of before counts when it is stricter: no reload lifts the rule it would have to pass. */
CASE(reload_gate_is_not_lifted_by_the_reload_itself)
{
    static const struct stand before = { USER, STATEMENT("s3:*"), NULL, SIGNED };
    static const struct stand afters[] = {
        { USER, STATEMENT("s3:*"), NULL, "" },
        { USER, STATEMENT("*"), NULL, "" },
        { USER, STATEMENT("s3:*"), NULL, "reload: {new_access: record}\n" },
        { USER, STATEMENT("s3:*"), NULL,
          "reload: {new_access: require_signature, approvers: "
          "['AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=']}\n" },
    };
    for (size_t i = 0; i < sizeof(afters) / sizeof(afters[0]); i++) {
        TEST_ARENA(arena);
        lic_str record;
        struct lic_err err;
        enum lic_rc rc = pass(arena, &before, &afters[i], &record, &err);
        test_host()->resize(test_host()->ctx, (void *)(uintptr_t)record.at, 0);
        EXPECT_RC(rc, LIC_E_INVALID);
    }
}

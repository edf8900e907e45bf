/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls, in the simulated world: signed calls, STS and its sessions, tokens of a provider.
 * Tests src/engine/signed.c, assume.c, federate.c and sts.c as one, since none of them means
 * anything alone. The directory is tests/cases/exchange/dirs/identity; its tokens.txt has JWTs for
 * the minutes around the world's time.
 */
#include "sim/sim.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "dialect/sts.h"
#include "policy/sigv4.h"

#include <stdio.h>

#define CHAT "/v1/chat/completions"
#define BODY "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define OTHER "{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define ACCOUNT "arn:aws:iam::111122223333:"
#define ASSUME(role, more)                                                                         \
    "Action=AssumeRole&Version=2011-06-15&RoleArn=" ACCOUNT "role/" role "&RoleSessionName=s-"     \
    "1" more
#define HEADERS_MAX 10u

struct key {
    lic_str id, secret, token;
};
static const struct key alice = { { "AKIAIOSFODNN7EXAMPLE", 20 },
                                  { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 40 },
                                  { "", 0 } };

/* ---- signing ---- */

/* A call to be signed; what is NULL is usual. */
struct call {
    const char *method, *target, *type, *body, *region, *service;
    const char *sha256;  /* x-amz-content-sha256 */
    const char *extra;   /* a header that is not signed: its name */
    int64_t later_s;     /* when it says it was signed */
    const char *swapped; /* the body that is sent instead of what was signed */
};

struct prepared {
    struct lic_header headers[HEADERS_MAX];
    uint32_t n;
    char date[17], authorization[512], length[24];
};

static void add_header(struct prepared *to, lic_str name, lic_str value)
{
    CHECK(to->n < HEADERS_MAX);
    to->headers[to->n++] = (struct lic_header){ name, value };
}

static const char * or (const char *given, const char *usual)
{
    return given ? given : usual;
}

/* "20261122T215423Z" */
static void write_date(const struct call *call, char out[17])
{
    char text[CLOCK_TEXT_BYTES];
    clock_format(test_world()->wall_ns + call->later_s * 1000000000, text);
    snprintf(out, 17, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", text, text + 5, text + 8, text + 11, text + 14,
             text + 17);
}

static void write_authorization(const struct call *call, const struct key *key, struct prepared *to,
                                const char *signature)
{
    snprintf(to->authorization, sizeof(to->authorization),
             "AWS4-HMAC-SHA256 Credential=" LIC_FMT
             "/%.8s/%s/%s/aws4_request, SignedHeaders=content-type;host%s;x-amz-date%s, "
             "Signature=%.64s",
             LIC_ARG(key->id), to->date, or (call->region, "eu-central-1"),
             or (call->service, call->type ? "sts" : "bedrock"),
             call->sha256 ? ";x-amz-content-sha256" : "",
             key->token.n > 0 ? ";x-amz-security-token" : "", signature);
}

static void prepare(const struct call *call, const struct key *key, struct prepared *out)
{
    const char *body = or (call->swapped, or (call->body, BODY));
    *out = (struct prepared){ 0 };
    write_date(call, out->date);
    snprintf(out->length, sizeof(out->length), "%zu", strlen(body));
    add_header(out, LIC_STR("Host"), LIC_STR("gateway.example.test"));
    add_header(out, LIC_STR("Content-Type"), str_z(or (call->type, "application/json")));
    add_header(out, LIC_STR("Content-Length"), str_z(out->length));
    add_header(out, LIC_STR("X-Amz-Date"), str_z(out->date));
    if (call->sha256) {
        add_header(out, LIC_STR("X-Amz-Content-Sha256"), str_z(call->sha256));
    }
    if (key->token.n > 0) {
        add_header(out, LIC_STR("X-Amz-Security-Token"), key->token);
    }
    write_authorization(call, key, out,
                        "0000000000000000000000000000000000000000000000000000000000000000");
    add_header(out, LIC_STR("Authorization"), str_z(out->authorization));
}

/* Signs what was prepared, with the standard's own two texts. */
static void sign(const struct call *call, const struct key *key, struct prepared *to,
                 struct arena *arena)
{
    struct lic_err err;
    struct sigv4_claim claim;
    struct hmac_key derived;
    lic_str canonical, text;
    uint8_t mac[HMAC_BYTES];
    char hash[64], hex[65] = "";
    struct lic_head head = { .method = str_z(or (call->method, "POST")),
                             .target = str_z(or (call->target, CHAT)),
                             .headers = to->headers,
                             .headers_n = to->n };
    sigv4_hash_hex(str_z(or (call->body, BODY)), hash);
    lic_str payload = call->sha256 ? str_z(call->sha256) : str_make(hash, sizeof(hash));
    EXPECT_OK(sigv4_read(&head, arena, &claim, &err), &err);
    EXPECT_OK(sigv4_canonical(&head, &claim, true, payload, arena, &canonical, &err), &err);
    EXPECT_OK(sigv4_string_to_sign(&claim, canonical, arena, &text, &err), &err);
    sigv4_derive(key->secret, claim.date, claim.region, claim.service, &derived);
    hmac_of(&derived, text, mac);
    hash_hex(mac, sizeof(mac), hex);
    write_authorization(call, key, to, hex);
    to->headers[to->n - 1].value = str_z(to->authorization);
    if (call->extra) {
        add_header(to, str_z(call->extra), LIC_STR("x"));
    }
}

/* Signs and sends. */
static void call_as(struct sim *s, const struct call *call, const struct key *key,
                    struct arena *arena)
{
    struct prepared prepared;
    prepare(call, key, &prepared);
    sign(call, key, &prepared, arena);
    if (test_left()) {
        return;
    }
    struct sim_request request = { .method = call->method,
                                   .target = call->target,
                                   .headers = prepared.headers,
                                   .headers_n = prepared.n,
                                   .body = str_z(or (call->swapped, or (call->body, BODY))) };
    sim_request(s, &request);
    /* The exchange has views of the headers, which go with this scope. */
    sim_done(s, LIC_CLOSE_DONE);
}

static void call_sts(struct sim *s, const char *form, const struct key *key, struct arena *arena)
{
    struct call call = { .target = "/", .type = "application/x-www-form-urlencoded", .body = form };
    call_as(s, &call, key, arena);
}

/* The text of an XML element, copied. */
static lic_str element(const struct sim *s, const char *name, struct arena *arena)
{
    char open[64];
    lic_str text = sim_released(s);
    snprintf(open, sizeof(open), "<%s>", name);
    size_t at = str_find(text, str_z(open));
    text = str_tail(text, at + strlen(open));
    return at < sim_released(s).n ? str_copy(arena, str_split(&text, '<')) : (lic_str){ 0 };
}

static struct key key_of(const struct sim *s, struct arena *arena)
{
    return (struct key){ element(s, "AccessKeyId", arena), element(s, "SecretAccessKey", arena),
                         element(s, "SessionToken", arena) };
}

/* A session of a role, asked for by `by`. */
static struct key assume(struct sim *s, const char *form, const struct key *by, struct arena *arena)
{
    call_sts(s, form, by, arena);
    return key_of(s, arena);
}

/* ---- users' own keys ---- */

CASE(sim_identity_signed_call_is_its_users)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_as(s, &(struct call){ 0 }, &alice, arena);
    EXPECT(s->forwarded);
    EXPECT(sim_has(sim_record(s, "intent"), "\"principal\":\"" ACCOUNT "user/alice\""));
    EXPECT(sim_has(sim_record(s, "intent"), "\"access_key\":\"AKIAIOSFODNN7EXAMPLE\""));
    call_as(s, &(struct call){ .body = OTHER }, &alice, arena);
    EXPECT_U64(s->status, 403);
}

/* How a call can be signed wrongly, and which row of failmode.def each is. */
CASE(sim_identity_wrong_signatures_are_refused)
{
    static const struct key stranger = { { "AKIANOBODYNOBODYNO00", 20 },
                                         { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 40 },
                                         { "", 0 } };
    static const struct key guessed = { { "AKIAIOSFODNN7EXAMPLE", 20 },
                                        { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEy", 40 },
                                        { "", 0 } };
    static const struct {
        struct call call;
        const struct key *key;
        const char *failure;
    } rows[] = {
        { { 0 }, &stranger, "signature_mismatch" },
        { { 0 }, &guessed, "signature_mismatch" },
        { { .swapped = OTHER }, &alice, "signature_mismatch" },
        { { .region = "us-east-1" }, &alice, "signature_mismatch" },
        { { .service = "sts" }, &alice, "signature_mismatch" },
        { { .service = "s3" }, &alice, "signature_mismatch" },
        { { .extra = "x-amz-meta-me" }, &alice, "signature_mismatch" },
        { { .later_s = -301 }, &alice, "signature_skewed" },
        { { .later_s = 301 }, &alice, "signature_skewed" },
        { { .sha256 = "UNSIGNED-PAYLOAD" }, &alice, "signature_invalid" },
        { { .extra = "x-api-key" }, &alice, "key_malformed" },
    };
    SIM(s, "identity");
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t before = sim_failures(rows[i].failure);
        call_as(s, &rows[i].call, rows[i].key, arena);
        EXPECT(!s->forwarded);
        EXPECT_U64(sim_failures(rows[i].failure), before + 1);
        EXPECT(s->status == 403 || s->status == 401);
        EXPECT_U64(test_world()->appended.n, 0); /* strangers write no records */
    }
}

CASE(sim_identity_unknown_key_is_told_what_a_wrong_secret_is)
{
    static const struct key stranger = { { "AKIAIOSFODNN7NOBODY0", 20 }, { "x", 1 }, { "", 0 } };
    static const struct key guessed = { { "AKIAIOSFODNN7EXAMPLE", 20 }, { "x", 1 }, { "", 0 } };
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_as(s, &(struct call){ 0 }, &stranger, arena);
    EXPECT_U64(s->status, 403);
    lic_str told = str_copy(arena, sim_released(s));
    size_t at = str_find(told, LIC_STR("AKIA"));
    call_as(s, &(struct call){ 0 }, &guessed, arena);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_released(s).n, told.n);
    EXPECT_LIC_STR(str_head(sim_released(s), at), str_head(told, at));
    EXPECT_LIC_STR(str_tail(sim_released(s), at + 20), str_tail(told, at + 20));
}

CASE(sim_identity_a_half_signature_is_signature_incomplete)
{
    static const struct lic_header headers[] = {
        { { "Host", 4 }, { "h", 1 } },
        { { "Content-Type", 12 }, { "application/json", 16 } },
        { { "Authorization", 13 }, { "AWS4-HMAC-SHA256 Credential=a/b/c/d/e", 37 } },
    };
    SIM(s, "identity");
    struct sim_request request = { .headers = headers, .headers_n = 3, .body = LIC_STR(BODY) };
    sim_request(s, &request);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("signature_incomplete"), 1);
    EXPECT(sim_has(sim_released(s), "IncompleteSignature"));
}

CASE(sim_identity_a_presigned_call_ends_as_signature_expired)
{
    static const struct lic_header host = { { "Host", 4 }, { "h", 1 } };
    SIM(s, "identity");
    struct sim_request request = {
        .method = "GET",
        .target = "/v1/models?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                  "AKIAIOSFODNN7EXAMPLE%2F20261122%2Feu-central-1%2Fbedrock%2Faws4_request&"
                  "X-Amz-Date=20261122T204423Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&"
                  "X-Amz-Signature="
                  "0000000000000000000000000000000000000000000000000000000000000000",
        .headers = &host,
        .headers_n = 1,
    };
    sim_request(s, &request);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("signature_expired"), 1);
}

CASE(sim_identity_second_use_is_signature_replayed_and_memory_replay_full)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_as(s, &(struct call){ 0 }, &alice, arena);
    EXPECT(s->forwarded);
    call_as(s, &(struct call){ 0 }, &alice, arena);
    EXPECT(!s->forwarded);
    EXPECT_U64(sim_failures("signature_replayed"), 1);
    for (int64_t i = 1; i <= (int64_t)TEST_SEEN_MAX; i++) {
        EXPECT(s->forwarded || i == 1);
        call_as(s, &(struct call){ .later_s = i }, &alice, arena);
    }
    EXPECT_U64(s->status, 503);
    EXPECT_U64(sim_failures("replay_full"), 1);
}

/* A GET that gives credentials must not give them again to whoever saw it. */
CASE(sim_identity_get_of_sts_counts_once_but_for_who_calls)
{
    static const struct call who = { .method = "GET",
                                     .target = "/?Action=GetCallerIdentity&Version=2011-06-15",
                                     .type = "application/x-www-form-urlencoded",
                                     .body = "" };
    static const struct call gives = { .method = "GET",
                                       .target = "/?Action=GetSessionToken&Version=2011-06-15",
                                       .type = "application/x-www-form-urlencoded",
                                       .body = "" };
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_as(s, &who, &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &who, &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &gives, &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &gives, &alice, arena);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("signature_replayed"), 1);
}

/* ---- sessions ---- */

CASE(sim_identity_session_acts_as_its_role)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key =
        assume(s,
               ASSUME("inference",
                      "&SourceIdentity=alice-1&Tags.member.1.Key=team&Tags.member.1.Value=red"),
               &alice, arena);
    EXPECT_U64(s->status, 200);
    EXPECT_U64(key.id.n, 20);
    lic_str record = sim_record(s, "assume_role");
    EXPECT(sim_has(record, "\"resource\":\"" ACCOUNT "role/inference\""));
    EXPECT(sim_has(record, "\"role_session\":\"s-1\""));
    EXPECT(sim_has(record, "\"session_tags\":[\"team=red\"]"));
    EXPECT(sim_has(record, "\"source_identity_asked\":\"alice-1\""));
    EXPECT(sim_has(record, "\"issued_until\":\"2026-11-22T22:54:23.000Z\""));
    EXPECT(str_find(record, key.id) < record.n);
    EXPECT(str_find(record, key.secret) == record.n);
    EXPECT(str_find(record, key.token) == record.n);
    call_as(s, &(struct call){ .body = OTHER }, &key, arena);
    EXPECT(s->forwarded);
    record = sim_record(s, "outcome");
    EXPECT(
        sim_has(record, "\"principal\":\"arn:aws:sts::111122223333:assumed-role/inference/s-1\""));
    EXPECT(sim_has(record, "\"chain\":[\"" ACCOUNT "user/alice\",\"arn:aws:sts::111122223333:"
                           "assumed-role/inference/s-1\"]"));
    EXPECT(sim_has(record, "\"source_identity\":\"alice-1\""));
}

CASE(sim_identity_session_ends_as_token_expired)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(s, ASSUME("inference", "&DurationSeconds=900"), &alice, arena);
    EXPECT_U64(s->status, 200);
    test_world()->wall_ns += (int64_t)901 * 1000000000;
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT_U64(s->status, 403);
    EXPECT(sim_has(sim_released(s), "ExpiredToken"));
    EXPECT_U64(sim_failures("token_expired"), 1);
}

CASE(sim_identity_altered_token_is_token_invalid)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(s, ASSUME("inference", ""), &alice, arena);
    EXPECT_U64(s->status, 200);
    char *token = (char *)(uintptr_t)key.token.at;
    token[key.token.n / 2] = token[key.token.n / 2] == 'A' ? 'B' : 'A';
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT_U64(s->status, 403);
    EXPECT(sim_has(sim_released(s), "InvalidClientTokenId"));
    EXPECT_U64(sim_failures("token_invalid"), 1);
}

CASE(sim_identity_session_of_a_role_that_revoked_it_is_token_revoked)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(s, ASSUME("gone", ""), &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("token_revoked"), 1);
}

CASE(sim_identity_session_policy_narrows)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(
        s,
        ASSUME("inference", "&Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B"
                            "%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22bedrock%3A*%22%2C"
                            "%22Resource%22%3A%22arn%3Alictor%3Amodel%3A*%3Aloop%3Ademo%22%7D%7D"),
        &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT(s->forwarded);
    call_as(s, &(struct call){ .body = OTHER }, &key, arena);
    EXPECT(!s->forwarded);
    EXPECT(sim_has(sim_released(s), "no session policy allows"));
}

CASE(sim_identity_chain_hands_down_and_is_capped)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key first = assume(s,
                              ASSUME("inference", "&SourceIdentity=alice-1&Tags.member.1.Key=team"
                                                  "&Tags.member.1.Value=red"
                                                  "&TransitiveTagKeys.member.1=team"),
                              &alice, arena);
    EXPECT_U64(s->status, 200);
    call_sts(s, ASSUME("second", "&DurationSeconds=3601"), &first, arena);
    EXPECT(sim_has(sim_released(s), "role chaining"));
    call_sts(s, ASSUME("second", "&Tags.member.1.Key=TEAM&Tags.member.1.Value=blue"), &first,
             arena);
    EXPECT(sim_has(sim_released(s), "transitive"));
    call_sts(s, ASSUME("second", "&SourceIdentity=mallory"), &first, arena);
    EXPECT_U64(s->status, 403);
    struct key second = assume(s, ASSUME("second", ""), &first, arena);
    EXPECT_U64(s->status, 200);
    EXPECT(sim_has(sim_record(s, "assume_role"), "\"session_tags\":[\"team=red\"]"));
    call_as(s, &(struct call){ 0 }, &second, arena);
    EXPECT(s->forwarded);
    EXPECT(sim_has(sim_record(s, "intent"), "assumed-role/inference/s-1\",\"arn:aws:sts::"
                                            "111122223333:assumed-role/second/s-1\"]"));
    EXPECT(sim_has(sim_record(s, "intent"), "\"source_identity\":\"alice-1\""));
}

/* The directory's service control policy denies whatever is not of the organization: a role of ours
 * is, so that a data perimeter does not stop AssumeRole. */
CASE(sim_identity_a_role_of_ours_is_within_the_data_perimeter)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_sts(s, ASSUME("inference", ""), &alice, arena);
    EXPECT_U64(s->status, 200);
}

/* More sessions than a worker keeps open, each called twice: nobody is taken for somebody else. */
CASE(sim_identity_many_sessions_are_kept_apart)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key keys[100];
    uint32_t n = test_rerun() ? 2 : 100;
    for (uint32_t i = 0; i < n; i++) {
        char form[256];
        snprintf(form, sizeof(form),
                 "Action=AssumeRole&Version=2011-06-15&RoleArn=" ACCOUNT "role/inference"
                 "&RoleSessionName=session-%u",
                 i);
        test_world()->seen_n = 0;
        keys[i] = assume(s, form, &alice, arena);
        EXPECT_U64(s->status, 200);
    }
    for (uint32_t i = 0; i < 2 * n; i++) {
        char name[64];
        snprintf(name, sizeof(name), "assumed-role/inference/session-%u\"", i / 2);
        test_world()->seen_n = 0;
        call_as(s, &(struct call){ 0 }, &keys[i / 2], arena);
        EXPECT(s->forwarded);
        EXPECT(sim_has(sim_record(s, "intent"), name));
    }
}

CASE(sim_identity_kept_session_still_ends)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(s, ASSUME("inference", "&DurationSeconds=900"), &alice, arena);
    EXPECT_U64(s->status, 200);
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT(s->forwarded);
    struct key wrong = { key.id, alice.secret, key.token };
    call_as(s, &(struct call){ .later_s = 1 }, &wrong, arena);
    EXPECT_U64(s->status, 403);
    test_world()->wall_ns += (int64_t)901 * 1000000000;
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT_U64(sim_failures("token_expired"), 1);
}

CASE(sim_identity_user_session_is_the_user)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct key key = assume(s, "Action=GetSessionToken&Version=2011-06-15", &alice, arena);
    EXPECT_U64(s->status, 200);
    call_sts(s, "Action=GetCallerIdentity&Version=2011-06-15", &key, arena);
    EXPECT(sim_has(sim_released(s), "<Arn>" ACCOUNT "user/alice</Arn>"));
    call_as(s, &(struct call){ .body = OTHER }, &key, arena);
    EXPECT_U64(s->status, 403);
    call_sts(s, "Action=GetSessionToken&Version=2011-06-15", &key, arena);
    EXPECT_U64(s->status, 403);
}

/* ---- the record first ---- */

CASE(sim_identity_credentials_wait_for_their_record)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    struct prepared prepared;
    struct call call = { .target = "/",
                         .type = "application/x-www-form-urlencoded",
                         .body = ASSUME("inference", "") };
    prepare(&call, &alice, &prepared);
    sign(&call, &alice, &prepared, arena);
    EXPECT(!test_left());
    test_world()->append_rc = LIC_E_PENDING;
    struct sim_request request = { .target = "/",
                                   .headers = prepared.headers,
                                   .headers_n = prepared.n,
                                   .body = str_z(call.body) };
    sim_request(s, &request);
    EXPECT(s->step.kind == LIC_STEP_WAIT);
    EXPECT_U64(sim_released(s).n, 0);
    test_world()->append_rc = LIC_OK;
    sim_appended(s, LIC_OK);
    EXPECT_U64(s->status, 200);
    EXPECT(sim_has(sim_released(s), "<SessionToken>"));
    sim_done(s, LIC_CLOSE_DONE);
    EXPECT_U64(sim_records_n(s, "assume_role"), 1);
}

CASE(sim_identity_credentials_without_a_record_are_not_given)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    test_world()->append_rc = LIC_E_IO;
    call_sts(s, ASSUME("inference", ""), &alice, arena);
    EXPECT_U64(s->status, 503);
    EXPECT(!sim_has(sim_released(s), "ASIA") && !sim_has(sim_released(s), "SessionToken"));
    EXPECT(sim_failures("ledger_unwritable") == 1);
}

CASE(sim_identity_refused_roles_are_recorded_and_look_alike)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_sts(s, ASSUME("second", ""), &alice, arena);
    EXPECT_U64(s->status, 403);
    EXPECT(sim_has(sim_record(s, "assume_role"), "\"decision\":\"deny\""));
    EXPECT(!sim_has(sim_record(s, "assume_role"), "issued_key"));
    lic_str exists = element(s, "Message", arena);
    call_sts(s, ASSUME("nosuch", ""), &alice, arena);
    EXPECT_U64(s->status, 403);
    EXPECT(sim_has(sim_record(s, "assume_role"), "role/nosuch"));
    lic_str absent = element(s, "Message", arena);
    EXPECT_U64(exists.n, absent.n);
    EXPECT_LIC_STR(str_head(exists, exists.n - 6), str_head(absent, absent.n - 6));
}

CASE(sim_identity_what_sts_cannot_answer_is_sts_refused)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    call_sts(s, "Action=AssumeRoot&Version=2011-06-15", &alice, arena);
    EXPECT_U64(s->status, 400);
    EXPECT(sim_has(sim_released(s), "<Code>InvalidAction</Code>"));
    EXPECT_U64(sim_failures("sts_refused"), 1);
}

CASE(sim_identity_nobody_gets_nothing)
{
    static const struct lic_header headers[] = {
        { { "Content-Type", 12 }, { "application/x-www-form-urlencoded", 33 } },
        { { "Content-Length", 14 }, { "42", 2 } },
    };
    SIM(s, "identity");
    struct sim_request request = { .target = "/",
                                   .headers = headers,
                                   .headers_n = 2,
                                   .body = LIC_STR("Action=GetCallerIdentity&Version=2011-06-15") };
    sim_request(s, &request);
    EXPECT_U64(s->status, 401);
    EXPECT(sim_has(sim_released(s), "MissingAuthenticationToken"));
    request.headers_n = 1;
    sim_request(s, &request);
    EXPECT_U64(s->status, 413);
}

CASE(sim_identity_without_keys_it_is_sessions_off)
{
    static const struct lic_header headers[] = {
        { { "Content-Type", 12 }, { "application/x-www-form-urlencoded", 33 } },
        { { "Content-Length", 14 }, { "42", 2 } },
        { { "Authorization", 13 }, { "Bearer " SIM_KEY, sizeof("Bearer " SIM_KEY) - 1 } },
    };
    SIM(s, "plain");
    struct sim_request request = { .target = "/",
                                   .headers = headers,
                                   .headers_n = 3,
                                   .body = LIC_STR("Action=GetSessionToken&Version=2011-06-15") };
    sim_request(s, &request);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("sessions_off"), 1);
}

/* ---- tokens of a provider ---- */

static lic_str token_named(const char *name, struct arena *arena)
{
    lic_str rest = test_file(arena, test_source_path("tests/cases/exchange/dirs/identity/"
                                                     "tokens.txt"));
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        if (str_eq(str_split(&line, ' '), str_z(name))) {
            return line;
        }
    }
    return (lic_str){ 0 };
}

static void exchange_token(struct sim *s, const char *name, const char *role, struct arena *arena)
{
    static const struct lic_header headers[] = {
        { { "Content-Type", 12 }, { "application/x-www-form-urlencoded", 33 } },
        { { "Content-Length", 14 }, { "2000", 4 } },
    };
    struct buf form;
    lic_str token = token_named(name, arena);
    EXPECT(token.n > 0);
    buf_init(&form, arena, LIMIT_FORM_BYTES);
    buf_addf(&form,
             "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" ACCOUNT "role/%s"
             "&RoleSessionName=web-1&WebIdentityToken=" LIC_FMT,
             role, LIC_ARG(token));
    EXPECT(form.failed == LIC_OK);
    struct sim_request request = {
        .target = "/", .headers = headers, .headers_n = 2, .body = buf_str(&form)
    };
    sim_request(s, &request);
    sim_done(s, LIC_CLOSE_DONE);
}

static void bear_token(struct sim *s, const char *name, bool beside_key, struct arena *arena)
{
    struct buf value;
    lic_str token = token_named(name, arena);
    EXPECT(token.n > 0);
    buf_init(&value, arena, LIMIT_FORM_BYTES);
    buf_add(&value, LIC_STR("Bearer "));
    buf_add(&value, token);
    EXPECT(value.failed == LIC_OK);
    struct lic_header headers[] = { { LIC_STR("Content-Type"), LIC_STR("application/json") },
                                    { LIC_STR("Authorization"), buf_str(&value) },
                                    { LIC_STR("x-api-key"), LIC_STR(SIM_KEY) } };
    struct sim_request request = { .headers = headers,
                                   .headers_n = beside_key ? 3 : 2,
                                   .body = LIC_STR(BODY) };
    sim_request(s, &request);
    sim_done(s, LIC_CLOSE_DONE);
}

CASE(sim_identity_token_is_exchanged_for_credentials)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    exchange_token(s, "good", "web", arena);
    EXPECT_U64(s->status, 200);
    EXPECT(sim_has(sim_released(s), "<SubjectFromWebIdentityToken>repo:example/agent<"));
    EXPECT(sim_has(sim_released(s), "<Provider>https://login.example.test/tenant<"));
    EXPECT(sim_has(sim_record(s, "assume_role"), "\"web_identity\":\"repo:example/agent\""));
    struct key key = key_of(s, arena);
    call_as(s, &(struct call){ 0 }, &key, arena);
    EXPECT(s->forwarded);
    EXPECT(sim_has(sim_record(s, "intent"), "login.example.test/tenant#repo:example/agent\""));
    exchange_token(s, "azp", "web", arena);
    EXPECT(sim_has(sim_released(s), "<Audience>lictor</Audience>"));
    exchange_token(s, "identity", "web", arena);
    EXPECT(sim_has(sim_released(s), "<SourceIdentity>agent-1</SourceIdentity>"));
}

CASE(sim_identity_bad_tokens_are_exchanged_for_nothing)
{
    static const struct {
        const char *token, *role, *told;
    } rows[] = {
        { "subject", "web", "AccessDenied" },        { "good", "inference", "AccessDenied" },
        { "good", "nosuch", "AccessDenied" },        { "expired", "web", "ExpiredTokenException" },
        { "forged", "web", "InvalidIdentityToken" }, { "audience", "web", "InvalidIdentityToken" },
        { "issuer", "web", "InvalidIdentityToken" },
    };
    SIM(s, "identity");
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        exchange_token(s, rows[i].token, rows[i].role, arena);
        EXPECT(s->status == 400 || s->status == 403);
        EXPECT(sim_has(sim_released(s), rows[i].told));
        EXPECT(!sim_has(sim_released(s), "SessionToken"));
    }
}

CASE(sim_identity_token_as_a_bearer_key)
{
    SIM(s, "identity");
    TEST_ARENA(arena);
    bear_token(s, "good", /* beside_key= */ false, arena);
    EXPECT(s->forwarded);
    EXPECT(sim_has(sim_record(s, "intent"), "assumed-role/web/repo-example-agent-"));
    bear_token(s, "good", /* beside_key= */ false, arena);
    EXPECT(s->forwarded);
    bear_token(s, "subject", /* beside_key= */ false, arena);
    EXPECT_U64(s->status, 403);
    EXPECT_U64(sim_failures("token_refused"), 1);
    bear_token(s, "forged", /* beside_key= */ false, arena);
    EXPECT_U64(s->status, 401);
    EXPECT_U64(sim_failures("token_not_accepted"), 1);
    bear_token(s, "twice", /* beside_key= */ false, arena);
    EXPECT(!s->forwarded);
    bear_token(s, "good", /* beside_key= */ true, arena);
    EXPECT(!s->forwarded);
    EXPECT_U64(sim_failures("key_malformed"), 1);
    test_world()->wall_ns += (int64_t)661 * 1000000000;
    bear_token(s, "good", /* beside_key= */ false, arena);
    EXPECT_U64(s->status, 401);
    EXPECT(sim_has(sim_released(s), "ExpiredTokenException"));
}

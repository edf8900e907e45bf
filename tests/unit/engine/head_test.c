/* SPDX-License-Identifier: Apache-2.0 */
/* Heads as smugglers write them. */
#include "engine/head.h"

#include "base/limits.h"
#include "test.h"

#include <stdio.h>

static bool read_target(struct arena *arena, const char *target, struct head *out,
                        enum failmode *failure)
{
    struct lic_head in = { .method = LIC_STR("POST"), .target = str_z(target) };
    return head_read(&in, arena, out, failure);
}

CASE(head_targets_that_are_plain)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure;
    EXPECT(read_target(arena, "/v1/chat/completions", &head, &failure));
    EXPECT_STR(head.path, "/v1/chat/completions");
    EXPECT(read_target(arena, "/v1/messages?beta=true", &head, &failure));
    EXPECT(head.query_beta);
    EXPECT(read_target(arena, "/v1/models?limit=20&after_id=x", &head, &failure));
    EXPECT(read_target(arena, "/v1/models/a%2Fb%3A1", &head, &failure));
    EXPECT_STR(head.model, "a/b:1");
}

CASE(head_targets_that_are_not)
{
    static const char *const targets[] = {
        "",
        "v1/messages",
        "//v1/messages",
        "/v1//messages",
        "/v1/./messages",
        "/v1/..",
        "/v1/.",
        "/v1/../messages",
        "/v1/%2e%2e/x",
        "/v1/mess\\ages",
        "/v1/m#x",
        "http://a/v1/x",
        "/v1/models/",
        "/v1/models/%",
        "/v1/models/%4",
        "*",
        "/v1/models/a%00b",
        "/v1/models/a%0d",
        "/v1/a b",
        "/v1/models/\xc3\xa4",
    };
    TEST_ARENA(arena);
    struct head head;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        enum failmode failure = FAIL_host_error;
        EXPECT(!read_target(arena, targets[i], &head, &failure));
        EXPECT_U64(failure, FAIL_target_invalid);
    }
}

CASE(head_a_nul_byte_in_the_path_ends_nothing)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure = FAIL_host_error;
    struct lic_head in = { .target = LIC_STR("/v1/messages\0/../x") };
    EXPECT(!head_read(&in, arena, &head, &failure));
    EXPECT_U64(failure, FAIL_target_invalid);
}

CASE(head_query_takes_paging_and_nothing_else)
{
    static const char *const targets[] = { "/v1/messages?key=x",   "/v1/messages?beta=false",
                                           "/v1/messages?&",       "/v1/messages?limit=1&token=x",
                                           "/v1/messages?limit=1", "/v1/models/a?limit=1" };
    TEST_ARENA(arena);
    struct head head;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        enum failmode failure = FAIL_host_error;
        EXPECT(!read_target(arena, targets[i], &head, &failure));
        EXPECT_U64(failure, FAIL_query_refused);
    }
}

CASE(head_headers_that_count_stand_once)
{
    static const char *const names[] = { "AUTHORIZATION", "x-api-key",         "Content-Type",
                                         "Host",          "Content-Length",    "Transfer-Encoding",
                                         "traceparent",   "anthropic-version", "x-lictor-session" };
    TEST_ARENA(arena);
    struct head head;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct lic_header headers[] = { { str_z(names[i]), LIC_STR("") },
                                        { LIC_STR("Accept"), LIC_STR("a") },
                                        { LIC_STR("Accept"), LIC_STR("b") },
                                        { str_z(names[i]), LIC_STR("1") } };
        struct lic_head in = { .target = LIC_STR("/v1/messages"), .headers = headers };
        enum failmode failure = FAIL_host_error;
        in.headers_n = 3;
        EXPECT(head_read(&in, arena, &head, &failure));
        in.headers_n = 4;
        EXPECT(!head_read(&in, arena, &head, &failure));
        EXPECT_U64(failure, FAIL_duplicate_header);
    }
}

CASE(head_bad_request_when_a_header_to_be_passed_on_has_control_bytes)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure = FAIL_host_error;
    struct lic_header header = { LIC_STR("anthropic-beta"), LIC_STR("a\r\nx-api-key: b") };
    struct lic_head in = { .target = LIC_STR("/v1/messages"), .headers = &header, .headers_n = 1 };
    EXPECT(!head_read(&in, arena, &head, &failure));
    EXPECT_U64(failure, FAIL_bad_request);
}

CASE(head_media_type_whatever_its_parameters)
{
    EXPECT(head_is_json(LIC_STR("application/json")));
    EXPECT(head_is_json(LIC_STR("Application/JSON ; charset=utf-8")));
    EXPECT(!head_is_json(LIC_STR("application/json-seq")));
    EXPECT(!head_is_json(LIC_STR("")));
}

CASE(head_traceparent_as_w3c_defines_it)
{
    lic_str trace = { 0 }, flags = { 0 };
    EXPECT(head_traceparent(LIC_STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                            &trace, &flags));
    EXPECT_STR(trace, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_STR(flags, "01");
    static const char *const bad[] = {
        "",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(!head_traceparent(str_z(bad[i]), &trace, &flags));
    }
}

CASE(head_takes_the_query_of_a_signature_and_nothing_like_it)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure = FAIL_host_error;
    EXPECT(read_target(arena, "/v1/models?X-Amz-Signature=0&X-Amz-Security-Token=a%2Fb", &head,
                       &failure));
    EXPECT(head.presigned && !head.sts);
    EXPECT_STR(head.query, "X-Amz-Signature=0&X-Amz-Security-Token=a%2Fb");
    EXPECT(!read_target(arena, "/v1/models?x-amz-signature=0", &head, &failure));
    EXPECT_U64(failure, FAIL_query_refused);
    EXPECT(!read_target(arena, "/v1/models?X-Amz-Meta=0", &head, &failure));
    EXPECT(!read_target(arena, "/?Action=GetCallerIdentity", &head, &failure));
    EXPECT_U64(failure, FAIL_query_refused);
}

CASE(head_reads_a_call_of_sts_from_a_get_only)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure = FAIL_host_error;
    struct lic_head in = { .method = LIC_STR("GET"),
                           .target = LIC_STR("/?Action=GetCallerIdentity&Version=2011-06-15") };
    EXPECT(head_read(&in, arena, &head, &failure));
    EXPECT(head.sts && !head.presigned);
    EXPECT(read_target(arena, "/", &head, &failure));
    EXPECT(head.sts && head.query.n == 0);
    EXPECT(head_is_form(LIC_STR("application/x-www-form-urlencoded; charset=utf-8")));
    EXPECT(!head_is_form(LIC_STR("application/json")));
}

CASE(head_signed_targets_may_be_longer)
{
    TEST_ARENA(arena);
    struct head head;
    enum failmode failure = FAIL_host_error;
    static char target[LIMIT_SIGNED_TARGET_BYTES + 64];
    size_t n = (size_t)snprintf(target, sizeof(target), "/v1/models?X-Amz-Signature=");
    memset(target + n, '0', LIMIT_SIGNED_TARGET_BYTES - n);
    EXPECT(read_target(arena, target, &head, &failure));
    target[LIMIT_SIGNED_TARGET_BYTES] = '0';
    EXPECT(!read_target(arena, target, &head, &failure));
    EXPECT_U64(failure, FAIL_target_too_long);
}

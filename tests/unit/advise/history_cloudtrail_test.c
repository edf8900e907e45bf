/* SPDX-License-Identifier: Apache-2.0 */
/* Events of CloudTrail as uses: tests/cases/advise/tighten/cloudtrail.case, and what is refused. */
#include "advise/history.h"

#include "base/buf.h"
#include "test.h"

static enum lic_rc take(void *arg, const struct history_use *use, struct lic_err *err)
{
    struct buf *out = arg;
    (void)err;
    buf_add(out, use->action);
    buf_add_char(out, ' ');
    buf_add(out, use->resource);
    buf_add(out, use->role.n > 0 ? LIC_STR(" role") : LIC_STR(""));
    buf_add(out, use->executed ? LIC_STR("\n") : LIC_STR(" refused\n"));
    return LIC_OK;
}

static enum lic_rc read_event(struct arena *arena, lic_str text, lic_str *out, struct lic_err *err)
{
    struct buf uses;
    buf_init(&uses, arena, 4096);
    TRY(history_read_cloudtrail(arena, text, take, &uses, err));
    *out = buf_str(&uses);
    return LIC_OK;
}

/* One event a line, then a line "-> action resource" for each use. */
CASE(history_cloudtrail_cases)
{
    TEST_ARENA(arena);
    lic_str rest = test_file(arena, test_source_path("tests/cases/advise/tighten/cloudtrail.case"));
    uint32_t events = 0;
    lic_str got = { 0 };
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        struct lic_err err = { 0 };
        if (str_starts(line, LIC_STR("{"))) {
            EXPECT_STR(got, "");
            EXPECT_OK(read_event(arena, line, &got, &err), &err);
            events++;
        } else if (str_starts(line, LIC_STR("->"))) {
            EXPECT_LIC_STR(str_split(&got, '\n'), str_trim(str_tail(line, 2)));
        }
    }
    EXPECT_STR(got, "");
    EXPECT(events > 20);
}

CASE(history_cloudtrail_refuses_what_is_no_event)
{
    static const char *const texts[] = {
        "[]",
        "{}",
        "{\"userIdentity\":{\"arn\":\"arn:aws:iam::1:user/a\"}}",
        "{\"userIdentity\":{\"arn\":\"arn:aws:iam::1:user/a\"},\"eventTime\":\"yesterday\"}",
        "{\"userIdentity\":{\"arn\":\"arn:aws:iam::1:user/"
        "a\"},\"eventTime\":\"2026-11-22T10:00:00Z\","
        "\"eventSource\":\"s3.amazonaws.com\"}",
        "{\"userIdentity\":{\"arn\":\"arn:aws:iam::1:user/"
        "a\"},\"eventTime\":\"2026-11-22T10:00:00Z\","
        "\"eventSource\":\".amazonaws.com\",\"eventName\":\"A\"}",
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lic_str got;
        struct lic_err err;
        EXPECT(read_event(arena, str_z(texts[i]), &got, &err) != LIC_OK);
    }
}

static enum lic_rc keep_keys(void *arg, const struct history_use *use, struct lic_err *err)
{
    (void)err;
    *(struct history_use *)arg = *use;
    return LIC_OK;
}

static lic_str key_of(const struct history_use *use, const char *key)
{
    for (uint32_t i = 0; i < use->keys.n; i++) {
        if (str_eq(use->keys.at[i].key, str_z(key))) {
            return use->keys.at[i].values.at[0];
        }
    }
    return LIC_STR("(none)");
}

CASE(history_cloudtrail_gives_condition_keys)
{
    TEST_ARENA(arena);
    struct history_use use = { .time_ns = 0 };
    struct lic_err err;
    EXPECT_OK(history_read_cloudtrail(
                  arena,
                  LIC_STR("{\"eventTime\":\"2026-11-22T10:00:00Z\",\"eventSource\":"
                          "\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\"awsRegion\":"
                          "\"eu-west-1\",\"sourceIPAddress\":\"10.1.2.3\",\"tlsDetails\":"
                          "{\"tlsVersion\":\"TLSv1.3\"},\"vpcEndpointId\":\"vpce-1\","
                          "\"userIdentity\":{\"type\":\"AssumedRole\",\"principalId\":\"AROAX:s\","
                          "\"arn\":\"arn:aws:sts::111122223333:assumed-role/r/s\",\"accountId\":"
                          "\"111122223333\",\"sessionContext\":{\"sessionIssuer\":{\"type\":"
                          "\"Role\",\"arn\":\"arn:aws:iam::111122223333:role/p/r\"},\"attributes\":"
                          "{\"mfaAuthenticated\":\"true\"}}},\"requestParameters\":{\"bucketName\":"
                          "\"b\",\"key\":\"k\"}}"),
                  keep_keys, &use, &err),
              &err);
    EXPECT_STR(use.role, "arn:aws:iam::111122223333:role/p/r");
    EXPECT_STR(key_of(&use, "aws:PrincipalArn"), "arn:aws:iam::111122223333:role/p/r");
    EXPECT_STR(key_of(&use, "aws:SourceIp"), "10.1.2.3");
    EXPECT_STR(key_of(&use, "aws:SecureTransport"), "true");
    EXPECT_STR(key_of(&use, "aws:SourceVpce"), "vpce-1");
    EXPECT_STR(key_of(&use, "aws:MultiFactorAuthPresent"), "true");
    EXPECT_STR(key_of(&use, "aws:EpochTime"), "1795341600");
    EXPECT_STR(key_of(&use, "aws:username"), "(none)");
}

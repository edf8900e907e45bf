/* SPDX-License-Identifier: Apache-2.0 */
/* STS read and written. What is understood of which form is in tests/cases/dialect/sts. */
#include "dialect/sts.h"

#include "base/limits.h"
#include "test.h"

#define VERSION "&Version=2011-06-15"

static void show(struct buf *out, const char *name, lic_str text)
{
    if (text.at) {
        buf_addf(out, " %s=" LIC_FMT, name, LIC_ARG(text));
    }
}

/* A request in the words of the case file. */
static void write_request(const struct sts_request *request, struct buf *out)
{
    buf_add(out, str_z(sts_action_name(request->action)));
    show(out, "role", request->role_arn);
    show(out, "session", request->session_name);
    show(out, "external", request->external_id);
    show(out, "identity", request->source_identity);
    show(out, "policy", request->policy);
    show(out, "token", request->web_identity_token);
    for (uint32_t i = 0; i < request->tags.n; i++) {
        buf_addf(out, " tag:" LIC_FMT "=" LIC_FMT, LIC_ARG(request->tags.at[i].key),
                 LIC_ARG(request->tags.at[i].value));
    }
    for (uint32_t i = 0; i < request->transitive_keys.n; i++) {
        show(out, "transitive", request->transitive_keys.at[i]);
    }
    for (uint32_t i = 0; i < request->policy_arns.n; i++) {
        show(out, "policy_arn", request->policy_arns.at[i]);
    }
    if (request->duration_s > 0) {
        buf_addf(out, " duration=%u", request->duration_s);
    }
}

static void check_case(lic_str form, lic_str expected)
{
    TEST_ARENA(arena);
    struct buf whole, told;
    struct sts_request request;
    struct lic_err err;
    buf_init(&whole, arena, LIMIT_FORM_BYTES);
    buf_init(&told, arena, LIMIT_FORM_BYTES);
    buf_add(&whole, form);
    buf_add(&whole, LIC_STR(VERSION));
    EXPECT(whole.failed == LIC_OK);
    enum lic_rc rc = sts_read(arena, buf_str(&whole), &request, &err);
    EXPECT(rc == LIC_OK || rc == LIC_E_INVALID);
    if (rc == LIC_OK) {
        write_request(&request, &told);
    } else {
        buf_add(&told, str_z(err.text));
    }
    EXPECT(told.failed == LIC_OK);
    EXPECT_LIC_STR(buf_str(&told), expected);
}

CASE(sts_reads_what_the_cases_say)
{
    TEST_ARENA(arena);
    uint32_t n = 0;
    lic_str form = { 0 };
    lic_str rest = test_file(arena, test_source_path("tests/cases/dialect/sts/requests.case"));
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        if (str_starts(line, LIC_STR("-> "))) {
            check_case(form, str_tail(line, 3));
            n++;
        } else if (!str_starts(line, LIC_STR("#"))) {
            form = line;
        }
        if (test_left()) {
            return;
        }
    }
    EXPECT(n >= 30);
}

CASE(sts_asks_for_its_version)
{
    TEST_ARENA(arena);
    struct sts_request request;
    struct lic_err err;
    EXPECT_RC(sts_read(arena, LIC_STR("Action=GetCallerIdentity"), &request, &err), LIC_E_INVALID);
    EXPECT_STR(str_z(err.text), "NoSuchVersion: the parameter Version must be 2011-06-15");
    EXPECT_RC(sts_read(arena, LIC_STR(""), &request, &err), LIC_E_INVALID);
}

CASE(sts_bounds_the_number_of_parameters)
{
    TEST_ARENA(arena);
    struct buf form;
    struct sts_request request;
    struct lic_err err;
    buf_init(&form, arena, LIMIT_FORM_BYTES);
    buf_add(&form, LIC_STR("Action=AssumeRole" VERSION));
    for (uint32_t i = 0; i < 1000; i++) {
        buf_addf(&form, "&a%u=", i);
    }
    EXPECT(form.failed == LIC_OK);
    EXPECT_RC(sts_read(arena, buf_str(&form), &request, &err), LIC_E_INVALID);
    EXPECT(str_starts(str_z(err.text), LIC_STR("ValidationError: the request has more than")));
}

CASE(sts_knows_which_call_nobody_signs)
{
    EXPECT(sts_is_unsigned(LIC_STR("Version=1&Action=AssumeRoleWithWebIdentity&a=b")));
    EXPECT(!sts_is_unsigned(LIC_STR("Action=AssumeRole&RoleArn=Action=AssumeRoleWithWebIdentity")));
    EXPECT(!sts_is_unsigned(LIC_STR("")));
}

CASE(sts_writes_credentials_as_aws)
{
    TEST_ARENA(arena);
    struct buf out;
    struct sts_answer answer = {
        .action = STS_ASSUME_ROLE,
        .request_id = LIC_STR("r-1"),
        .arn = LIC_STR("arn:aws:sts::1:assumed-role/a/<b>"),
        .user_id = LIC_STR("AROA:b"),
        .access_key = LIC_STR("ASIA"),
        .secret = LIC_STR("s"),
        .token = LIC_STR("t"),
        .expires_ns = 1795384463000000000,
        .packed = true,
        .packed_percent = 6,
        .source_identity = LIC_STR("me"),
    };
    buf_init(&out, arena, LIMIT_FORM_BYTES);
    sts_write(&answer, &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
               "<AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/a/&lt;b&gt;"
               "</Arn><AssumedRoleId>AROA:b</AssumedRoleId></AssumedRoleUser><Credentials>"
               "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
               "</SessionToken><Expiration>2026-11-22T21:54:23Z</Expiration></Credentials>"
               "<PackedPolicySize>6</PackedPolicySize><SourceIdentity>me</SourceIdentity>"
               "</AssumeRoleResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
               "</AssumeRoleResponse>\n");
}

CASE(sts_writes_errors_that_are_xml_whatever_they_quote)
{
    TEST_ARENA(arena);
    struct buf out;
    buf_init(&out, arena, LIMIT_FORM_BYTES);
    sts_write_error(401, LIC_STR("missing_key"), LIC_STR("a\x01<&>\"'\xff"), LIC_STR(""), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
               "<Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>"
               "a?&lt;&amp;&gt;&quot;&apos;?</Message></Error></ErrorResponse>\n");
}

CASE(sts_takes_faults_apart)
{
    lic_str code, message;
    EXPECT_U64(sts_fault(LIC_STR("AccessDenied: not you: never"), &code, &message), 403);
    EXPECT_STR(code, "AccessDenied");
    EXPECT_STR(message, "not you: never");
    EXPECT_U64(sts_fault(LIC_STR("no word at its start: here"), &code, &message), 400);
    EXPECT_STR(code, "ValidationError");
    EXPECT_STR(message, "no word at its start: here");
    EXPECT_U64(sts_fault(LIC_STR(""), &code, &message), 400);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction by itself: what is found goes, what was a token comes back. */
#include <lictor/redact.h>

#include "test.h"

#define KEY                                                                                        \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"                             \
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define GUARDRAIL                                                                                  \
    "{\"name\":\"g\",\"blockedInputMessaging\":\"x\",\"blockedOutputsMessaging\":\"x\","           \
    "\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":["                                \
    "{\"type\":\"EMAIL\",\"action\":\"ANONYMIZE\"}]},"                                             \
    "\"lictor\":{\"rewrite\":{\"EMAIL\":\"remove\"}}}"

static void fini_scanner(struct lic_scanner **scanner)
{
    lic_scanner_free(*scanner);
}

static void fini_redactor(struct lic_redactor **redactor)
{
    lic_redactor_free(*redactor);
}

static enum lic_rc new_scanner(struct lic_scanner **out, struct lic_err *err)
{
    struct lic_scan_guardrail guardrail = { LIC_STR("g.json"), LIC_STR(GUARDRAIL) };
    return lic_scanner_new(test_host(), &guardrail, NULL, NULL, out, err);
}

CASE(redact_api_replaces_as_asked_and_back)
{
    CLEANUP(fini_scanner) struct lic_scanner *scanner = NULL;
    CLEANUP(fini_redactor) struct lic_redactor *redactor = NULL;
    struct lic_redact_options options = { LIC_STR("token"), LIC_STR("# mine\n3:" KEY "\n"),
                                          LIC_STR("t") };
    struct lic_err err = { 0 };
    lic_str out, back;
    uint32_t n = 0;
    if (test_rerun()) {
        return;
    }
    EXPECT_OK(new_scanner(&scanner, &err), &err);
    EXPECT_OK(lic_redactor_new(test_host(), scanner, &options, &redactor, &err), &err);
    EXPECT_OK(lic_redactor_text(redactor, LIC_STR("to ann@example.com!"), &out, &n, &err), &err);
    EXPECT(n == 1 && str_starts(out, LIC_STR("to EMAIL_lt3")));
    char copy[256];
    EXPECT(out.n < sizeof(copy));
    memcpy(copy, out.at, out.n);
    EXPECT_OK(lic_redactor_reverse(redactor, str_make(copy, out.n), &back, &n, &err), &err);
    EXPECT_STR(back, "to ann@example.com!");
}

CASE(redact_api_does_as_the_guardrail_says)
{
    CLEANUP(fini_scanner) struct lic_scanner *scanner = NULL;
    CLEANUP(fini_redactor) struct lic_redactor *redactor = NULL;
    struct lic_redact_options options = { .way = { NULL, 0 } };
    struct lic_err err = { 0 };
    lic_str out;
    uint32_t n = 0;
    if (test_rerun()) {
        return;
    }
    EXPECT_OK(new_scanner(&scanner, &err), &err);
    EXPECT_OK(lic_redactor_new(test_host(), scanner, &options, &redactor, &err), &err);
    EXPECT_OK(lic_redactor_text(redactor, LIC_STR("to ann@example.com!"), &out, &n, &err), &err);
    EXPECT_STR(out, "to !");
}

CASE(redact_api_refuses_wrong_options)
{
    struct lic_redactor *redactor = NULL;
    struct lic_err err = { 0 };
    struct lic_redact_options burn = { .way = LIC_STR("burn") };
    struct lic_redact_options keyless = { .way = LIC_STR("hash") };
    struct lic_redact_options twice = { .keys = LIC_STR("1:" KEY "\n1:" KEY) };
    struct lic_redact_options broken = { .keys = LIC_STR("\nabc") };
    EXPECT_RC(lic_redactor_new(test_host(), NULL, &burn, &redactor, &err), LIC_E_UNKNOWN);
    EXPECT_RC(lic_redactor_new(test_host(), NULL, &keyless, &redactor, &err), LIC_E_MISSING);
    EXPECT_RC(lic_redactor_new(test_host(), NULL, &twice, &redactor, &err), LIC_E_DUPLICATE);
    EXPECT_RC(lic_redactor_new(test_host(), NULL, &broken, &redactor, &err), LIC_E_INVALID);
    EXPECT_U64(err.line, 2);
    EXPECT(redactor == NULL);
}

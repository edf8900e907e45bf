/* SPDX-License-Identifier: Apache-2.0 */
/* Figures that can be worked out by hand. */
#include <lictor/scan.h>

#include "base/str.h"
#include "test.h"

static const char GUARDRAIL[] =
    "{\"name\":\"g\",\"blockedInputMessaging\":\"no\",\"blockedOutputsMessaging\":\"no\","
    "\"sensitiveInformationPolicyConfig\":{\"regexesConfig\":[]},"
    "\"wordPolicyConfig\":{\"wordsConfig\":[{\"text\":\"zebra\"}]}}";

struct measuring {
    struct lic_scanner *scanner;
    struct lic_eval *eval;
};

static void fini(struct measuring *m)
{
    lic_eval_free(m->eval);
    lic_scanner_free(m->scanner);
}

static void begin(struct measuring *m, enum lic_eval_task task)
{
    struct lic_err err;
    struct lic_scan_guardrail guardrail = { LIC_STR("g.json"), LIC_STR(GUARDRAIL) };
    EXPECT_OK(lic_scanner_new(test_host(), &guardrail, NULL, NULL, &m->scanner, &err), &err);
    EXPECT_OK(lic_eval_new(m->scanner, task, &m->eval, &err), &err);
}

static void take(struct measuring *m, const char *line)
{
    struct lic_err err;
    EXPECT_OK(lic_eval_line(m->eval, str_z(line), &err), &err);
}

static bool says(lic_str report, const char *what)
{
    return str_find(report, str_z(what)) < report.n;
}

CASE(eval_api_curve_of_scores_that_are_all_equal)
{
    CLEANUP(fini) struct measuring m = { NULL, NULL };
    struct lic_err err;
    lic_str report;
    begin(&m, LIC_EVAL_INJECTION);
    if (test_left()) {
        return;
    }
    take(&m, "{\"text\":\"a\",\"label\":1}");
    take(&m, "{\"text\":\"b\",\"label\":0,\"channel\":\"document\"}");
    take(&m, "{\"text\":\"c\",\"label\":false}");
    if (test_left()) {
        return;
    }
    EXPECT_OK(lic_eval_report(m.eval, &report, &err), &err);
    EXPECT(says(report, "injection: 3 texts, 3 bytes"));
    EXPECT(says(report, "0.5000\n"));
    EXPECT(says(report, "0 of 1)"));
    EXPECT(says(report, "0 of 2)"));
}

CASE(eval_api_spans_missed_are_counted)
{
    CLEANUP(fini) struct measuring m = { NULL, NULL };
    struct lic_err err;
    lic_str report;
    begin(&m, LIC_EVAL_PII);
    if (test_left()) {
        return;
    }
    take(&m, "{\"text\":\"Ann\",\"spans\":[{\"type\":\"PERSON\",\"start\":0,\"end\":3}]}");
    if (test_left()) {
        return;
    }
    EXPECT_OK(lic_eval_report(m.eval, &report, &err), &err);
    EXPECT(says(report, "NAME"));
    EXPECT(says(report, "0 of 1)"));
}

CASE(eval_api_lines_that_are_not_labelled_are_failures)
{
    static const char *const BAD[] = { "", "{}", "{\"text\":\"a\"}", "{\"text\":\"a\",\"label\":2}",
                                       "{\"text\":\"a\",\"label\":1,\"channel\":\"x\"}" };
    CLEANUP(fini) struct measuring m = { NULL, NULL };
    begin(&m, LIC_EVAL_SECRETS);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct lic_err err;
        EXPECT(lic_eval_line(m.eval, str_z(BAD[i]), &err) != LIC_OK);
    }
}

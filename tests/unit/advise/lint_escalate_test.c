/* SPDX-License-Identifier: Apache-2.0 */
/* Ways that only several policies of one role open together. */
#include "unit/advise/linted.h"

static struct lint_doc doc_of(const char *text)
{
    return (struct lint_doc){ .file = str_z(text), .text = str_z(text) };
}

static uint32_t count(const struct lint *lint)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < lint->findings.n; i++) {
        n += lint->findings.at[i].code == LINT_PRIVILEGE_ESCALATION;
    }
    return n;
}

CASE(lint_escalate_looks_across_the_policies_of_a_role)
{
    TEST_ARENA(arena);
    struct lint lint = { .arena = arena };
    struct lint_doc pass = doc_of(LINTED_POLICY("\"Action\":\"iam:PassRole\",\"Resource\":\"*\""));
    struct lint_doc run = doc_of(LINTED_POLICY("\"Action\":\"ec2:Run*\",\"Resource\":\"*\""));
    struct lint_doc *both[] = { &pass, &run };
    lint_document(&lint, &pass);
    lint_document(&lint, &run);
    EXPECT(lint.rc == LIC_OK);
    lint_escalate(&lint, both, 1, LIC_STR(""));
    lint_escalate(&lint, both + 1, 1, LIC_STR(""));
    EXPECT_U64(count(&lint), 0);
    lint_escalate(&lint, both, 2, LIC_STR("builder"));
    EXPECT_U64(count(&lint), 1);
    EXPECT(lint.rc == LIC_OK);
    lic_str details = lint.findings.at[lint.findings.n - 1].details;
    EXPECT(str_find(details, LIC_STR("across the policies of builder")) < details.n);
}

CASE(lint_escalate_tells_what_one_policy_says_only_once)
{
    TEST_ARENA(arena);
    struct lint lint = { .arena = arena };
    struct lint_doc all = doc_of(
        LINTED_POLICY("\"Action\":[\"iam:PassRole\",\"ec2:RunInstances\"],\"Resource\":\"*\""));
    struct lint_doc *twice[] = { &all, &all };
    lint_document(&lint, &all);
    lint_escalate(&lint, twice, 2, LIC_STR("builder"));
    EXPECT_U64(count(&lint), 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From findings to data classes. */
#include "engine/classes.h"

#include "test.h"

static struct class_row of(const struct class_rows *rows, enum finding_category category,
                           lic_str type)
{
    struct finding finding = { .category = category, .type = type, .rule = LIC_STR("a.rule") };
    return classes_of(rows, &finding);
}

CASE(classes_of_this_build)
{
    EXPECT_STR(of(NULL, FINDING_FINANCIAL, LIC_STR("CREDIT_DEBIT_CARD_CVV")).name, "pci");
    EXPECT_STR(of(NULL, FINDING_FINANCIAL, LIC_STR("SWIFT_CODE")).name, "financial");
    EXPECT_STR(of(NULL, FINDING_PHI, LIC_STR("US_NPI")).name, "phi");
    EXPECT_U64(of(NULL, FINDING_PHI, LIC_STR("US_NPI")).sensitivity, SENSITIVITY_RESTRICTED);
    EXPECT_U64(of(NULL, FINDING_PII, LIC_STR("EMAIL")).sensitivity, SENSITIVITY_CONFIDENTIAL);
    EXPECT_U64(of(NULL, FINDING_PII, LIC_STR("URL")).sensitivity, SENSITIVITY_INTERNAL);
    EXPECT_STR(of(NULL, FINDING_CUSTOM, LIC_STR("TICKET")).name, "secret-business");
    EXPECT_U64(of(NULL, FINDING_INJECTION, LIC_STR("X")).name.n, 0);
    EXPECT_STR(str_z(classes_sensitivity(SENSITIVITY_RESTRICTED)), "restricted");
}

CASE(classes_rows_of_a_guardrail_come_first)
{
    struct class_row at[] = {
        { .type = LIC_STR("EMAIL"), .category = -1, .sensitivity = SENSITIVITY_PUBLIC },
        { .category = FINDING_INJECTION,
          .name = LIC_STR("hostile"),
          .sensitivity = SENSITIVITY_INTERNAL },
    };
    struct class_rows rows = { at, 2, 2 };
    EXPECT_U64(of(&rows, FINDING_PII, LIC_STR("EMAIL")).name.n, 0);
    EXPECT_U64(of(&rows, FINDING_PII, LIC_STR("EMAIL")).sensitivity, SENSITIVITY_PUBLIC);
    EXPECT_STR(of(&rows, FINDING_INJECTION, LIC_STR("X")).name, "hostile");
    EXPECT_STR(of(&rows, FINDING_PII, LIC_STR("NAME")).name, "pii");
}

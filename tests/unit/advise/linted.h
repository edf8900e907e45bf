/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of single checks: one statement in, how often a code was found out. */
#ifndef TESTS_UNIT_ADVISE_LINTED_H
#define TESTS_UNIT_ADVISE_LINTED_H

#include "advise/lint.h"
#include "test.h"

#include <string.h>

struct linted {
    const char *code;
    uint32_t n;
};

static inline void linted_count(void *arg, const struct lic_lint_finding *finding)
{
    struct linted *linted = arg;
    linted->n += strcmp(finding->code, linted->code) == 0;
}

/* UINT32_MAX when lint could not work. */
static inline uint32_t linted(enum lic_lint_kind kind, const char *policy, enum lint_code code)
{
    struct linted linted = { lic_lint_check(code).code, 0 };
    struct lic_err err;
    enum lic_rc rc = lic_lint_document(test_host(), LIC_STR("p"), str_z(policy), kind, LIC_STR(""),
                                       linted_count, &linted, &err);
    return rc == LIC_OK ? linted.n : UINT32_MAX;
}

#define LINTED_POLICY(inside)                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"," inside "}]}"

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Lint of any bytes as any kind of policy: it never fails, and what it tells can be printed. */
#include "base/check.h"
#include "test.h"

#include <lictor/lint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void look(void *arg, const struct lic_lint_finding *finding)
{
    uint32_t *told = arg;
    (*told)++;
    CHECK(finding->details.n > 0 && finding->code[0] != '\0');
    CHECK(finding->start.line == 0 || finding->start.offset <= finding->end.offset);
    for (size_t i = 0; i < finding->details.n; i++) {
        CHECK((unsigned char)finding->details.at[i] >= 0x20);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) {
        return 0;
    }
    struct lic_err err;
    uint32_t told = 0;
    enum lic_lint_kind kind = (enum lic_lint_kind)(data[0] % LIC_LINT_KIND_N);
    lic_str text = str_make((const char *)data + 1, n - 1);
    test_world_begin(0);
    enum lic_rc rc =
        lic_lint_document(test_host(), LIC_STR("fuzz"), text, kind, LIC_STR(""), look, &told, &err);
    CHECK(rc == LIC_OK);
    CHECK(test_world()->outstanding == 0);
    test_world_end();
    return 0;
}

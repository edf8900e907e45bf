/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of requests with their policies: each has an answer, twice the same, and an explanation
 * that agrees with it. */
#include "test.h"

#include <lictor/simulate.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lic_simulator *simulator = NULL;
    struct lic_err err;
    lic_str line = { (const char *)data, size };
    lic_str out = { NULL, 0 };
    bool allowed = false;
    test_world_begin(0);
    if (lic_simulator_new(test_host(), &simulator, &err) != LIC_OK ||
        lic_simulator_line(simulator, line, &out, &err) != LIC_OK) {
        abort();
    }
    bool first = str_find(out, LIC_STR("\"result\":\"Allowed\"")) < out.n;
    if (lic_simulator_line(simulator, line, &out, &err) != LIC_OK ||
        first != (str_find(out, LIC_STR("\"result\":\"Allowed\"")) < out.n)) {
        abort();
    }
    if (lic_simulator_explain(simulator, line, &allowed, &out, &err) == LIC_OK &&
        allowed != first) {
        abort();
    }
    lic_simulator_free(simulator);
    test_world_end();
    return 0;
}

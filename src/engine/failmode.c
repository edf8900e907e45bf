/* SPDX-License-Identifier: Apache-2.0 */
/* The failure table and the counters, expanded from their .def files. */
#include "engine/failmode.h"

#include "base/check.h"
#include <lictor/lictor.h>
#include <string.h>

#include "base/banned.h"

struct counter_row {
    const char *name, *labels, *help;
};

static const struct failmode_row failmode_rows[FAILMODE_N] = {
#define FAILMODE(name, outcome, status, code, text, test)                                          \
    { #name, FAILMODE_##outcome, status, code, text },
#include "engine/failmode.def"
#undef FAILMODE
};

static const struct counter_row counter_rows[COUNTERS_N] = {
#define COUNTER(symbol, name, labels, help) { name, labels, help },
#include "engine/counters.def"
#undef COUNTER
#define FAILMODE(name, outcome, status, code, text, test)                                          \
    { "lictor_failures_total", "failure=\"" #name "\"",                                            \
      "Abnormal conditions, by row of failmode.def" },
#include "engine/failmode.def"
#undef FAILMODE
};

const struct failmode_row *failmode_row(enum failmode mode)
{
    CHECK((unsigned)mode < FAILMODE_N);
    return &failmode_rows[mode];
}

enum failmode failmode_named(const char *name)
{
    for (int i = 0; name && i < FAILMODE_N; i++) {
        if (strcmp(failmode_rows[i].name, name) == 0) {
            return (enum failmode)i;
        }
    }
    return FAIL_host_error;
}

static const struct counter_row *counter_row(uint32_t counter)
{
    CHECK(counter < COUNTERS_N);
    return &counter_rows[counter];
}

uint32_t lic_counters_n(void)
{
    return COUNTERS_N;
}

const char *lic_counter_name(uint32_t counter)
{
    return counter_row(counter)->name;
}

const char *lic_counter_labels(uint32_t counter)
{
    return counter_row(counter)->labels;
}

const char *lic_counter_help(uint32_t counter)
{
    return counter_row(counter)->help;
}

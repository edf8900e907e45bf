/* SPDX-License-Identifier: Apache-2.0 */
/* failmode.def and counters.def as tables: names, counters, what the caller is told. */
#ifndef ENGINE_FAILMODE_H
#define ENGINE_FAILMODE_H

#include <lictor/base.h>

enum failmode {
#define FAILMODE(name, outcome, status, code, text, test) FAIL_##name,
#include "engine/failmode.def"
#undef FAILMODE
    FAILMODE_N
};

enum failmode_outcome { FAILMODE_DENY, FAILMODE_CUT, FAILMODE_PASS };

struct failmode_row {
    const char *name;
    enum failmode_outcome outcome;
    uint32_t status;  /* HTTP */
    const char *code; /* short stable word for the caller */
    const char *text; /* one sentence without a full stop */
};

enum counter {
#define COUNTER(symbol, name, labels, help) COUNTER_##symbol,
#include "engine/counters.def"
#undef COUNTER
    COUNTER_FAILURES, /* first of FAILMODE_N counters */
    COUNTERS_N = (int)COUNTER_FAILURES + (int)FAILMODE_N
};

const struct failmode_row *failmode_row(enum failmode mode);
/* The row of this name, or host_error: an unknown name must not open anything. */
enum failmode failmode_named(const char *name);
static inline uint32_t failmode_counter(enum failmode mode)
{
    return (uint32_t)COUNTER_FAILURES + (uint32_t)mode;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped rules, compiled, with the examples that stand beside them. */
#ifndef TESTS_DETECT_SHIPPED_H
#define TESTS_DETECT_SHIPPED_H

#include "detect/detector.h"
#include "test.h"

static const char *const shipped_files[] = {
    "data/patterns/financial.rules",
    "data/patterns/injection.rules",
    "data/patterns/injection_more.rules",
    "data/patterns/injection_world.rules",
    "data/patterns/phi.rules",
    "data/patterns/pii.rules",
    "data/patterns/pii_national.rules",
    "data/patterns/secrets.rules",
};
#define SHIPPED_N (sizeof(shipped_files) / sizeof(shipped_files[0]))

struct shipped {
    struct rules rules;
    struct rule_examples examples[SHIPPED_N];
    struct detector *detector;
    struct detector_scratch *scratch;
};

static inline void shipped_fini(struct shipped *s)
{
    detector_free(s->detector);
    detector_scratch_free(s->scratch);
}

static inline void shipped_load(struct arena *arena, struct shipped *s)
{
    struct lic_err err = { 0 };
    for (size_t i = 0; i < SHIPPED_N; i++) {
        lic_str file = str_z(shipped_files[i]);
        lic_str text = test_file(arena, test_source_path(shipped_files[i]));
        EXPECT(text.n > 0);
        EXPECT_OK(rules_read(arena, file, text, &s->rules, &err), &err);
        EXPECT_OK(rules_examples(arena, file, text, &s->examples[i], &err), &err);
    }
    EXPECT_OK(detector_new(test_host(), &s->rules, &s->detector, &err), &err);
    EXPECT_OK(detector_scratch_new(test_host(), &s->scratch, &err), &err);
    EXPECT_OK(detector_scratch_prepare(s->scratch, s->detector, &err), &err);
}

#endif

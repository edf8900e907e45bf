/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text through the shipped weights: findings are in order, apart and of whole characters; and
 * any bytes as weights are refused or can be used.
 */
#include "detect/names.h"

#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void scan(const struct names_model *model, struct arena *arena, lic_str text)
{
    struct findings found = { 0 };
    struct lic_err err;
    CHECK(names_scan(model, text, 15, arena, &found, &err) == LIC_OK);
    uint32_t at = 0;
    for (uint32_t i = 0; i < found.n; i++) {
        CHECK(found.at[i].start >= at && found.at[i].end > found.at[i].start);
        CHECK(found.at[i].end <= text.n);
        CHECK(found.at[i].score >= 0 && found.at[i].score <= 1);
        at = found.at[i].end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lic_err err;
    struct names_model *model = NULL;
    lic_str input = str_make((const char *)data, size);
    test_world_begin(0);
    {
        TEST_ARENA(arena);
        if (names_model_new(test_host(), input, &model, &err) == LIC_OK) {
            scan(model, arena, input);
            names_model_free(model);
        }
        lic_str weights = test_file(arena, test_source_path("data/weights/names.weights"));
        CHECK(names_model_new(test_host(), weights, &model, &err) == LIC_OK);
        scan(model, arena, input);
        names_model_free(model);
    }
    test_world_end();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a guardrail file: mistakes with places, or a guardrail in which every chosen rule
 * has an action in its direction, and no shipped rule that has one was left out.
 */
#include "engine/guardrail.h"
#include "test.h"

static struct rule SHIPPED_RULES[] = {
    { .id = { "pii.email", 9 }, .type = { "EMAIL", 5 }, .category = FINDING_PII },
    { .id = { "injection.override", 18 },
      .type = { "INSTRUCTION_OVERRIDE", 20 },
      .category = FINDING_INJECTION },
};
static const struct rules SHIPPED = { SHIPPED_RULES, 2, 2 };

static bool has_action(const struct guardrail *guardrail, const struct rule *rule, bool output)
{
    for (int channel = 0; channel < CHANNEL_N; channel++) {
        if (guardrail_rule_action(guardrail, rule, (enum event_channel)channel, output) !=
            ACTION_NONE) {
            return true;
        }
    }
    return false;
}

static void check_rules(const struct guardrail *guardrail, const struct rules *rules, bool output)
{
    uint32_t shipped = 0, expected = 0;
    for (uint32_t i = 0; i < rules->n; i++) {
        CHECK(has_action(guardrail, &rules->at[i], output));
        shipped += rules->at[i].file.n == 0;
    }
    for (uint32_t i = 0; i < SHIPPED.n; i++) {
        expected += has_action(guardrail, &SHIPPED.at[i], output);
    }
    CHECK(shipped == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    struct mistakes mistakes = { .arena = arena };
    struct guardrail guardrail = { 0 };
    struct guardrail_source source = { LIC_STR("guardrails/fuzz.json"),
                                       str_make((const char *)data, size), &SHIPPED };
    CHECK(guardrail_read(arena, &source, &mistakes, &guardrail, &err) == LIC_OK);
    for (uint32_t i = 0; i < mistakes.n; i++) {
        CHECK(mistakes.at[i].line > 0 && mistakes.at[i].text[0] != '\0');
    }
    if (mistakes.n == 0) {
        check_rules(&guardrail, &guardrail.input_rules, /* output= */ false);
        check_rules(&guardrail, &guardrail.output_rules, /* output= */ true);
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What ships can be read, and a guardrail gets only what it acts on. */
#include "engine/detection.h"

#include "test.h"

static void fini(struct detection *detection)
{
    detection_fini(detection);
}

CASE(detection_reads_what_ships)
{
    TEST_ARENA(arena);
    CLEANUP(fini) struct detection detection = { 0 };
    struct rules rules = { 0 };
    struct lic_err err;
    EXPECT_OK(detection_init(&detection, test_host(), arena, &err), &err);
    EXPECT(detection.fold && detection.classifier && detection.names);
    EXPECT_OK(detection_rules(arena, &rules, &err), &err);
    EXPECT(rules.n > 100);
    EXPECT(detection_has_type(LIC_STR("NAME")) && !detection_has_type(LIC_STR("EMAIL")));
    EXPECT(detection_has_rule(LIC_STR("names.person")) && !detection_has_rule(LIC_STR("")));
}

CASE(detection_compiles_only_what_is_acted_on)
{
    TEST_ARENA(arena);
    CLEANUP(fini) struct detection detection = { 0 };
    struct guardrail_action rows[] = {
        { .type = LIC_STR("LOCATION"),
          .category = -1,
          .channels = 1u << CHANNEL_USER,
          .action = ACTION_NONE },
        { .type = LIC_STR("NAME"),
          .category = -1,
          .channels = 1u << CHANNEL_USER,
          .action = ACTION_FLAG },
        { .category = FINDING_INJECTION,
          .channels = 1u << CHANNEL_DOCUMENT,
          .output = true,
          .action = ACTION_REJECT },
    };
    struct guardrail guardrail = { .actions = rows, .actions_n = 3 };
    struct lic_err err;
    EXPECT_OK(detection_init(&detection, test_host(), arena, &err), &err);
    EXPECT_OK(detection_compile(&detection, test_host(), &guardrail, &err), &err);
    EXPECT_U64(guardrail.scan[0].parts.names_types, NAMES_PERSON);
    EXPECT_U64(guardrail.scan[0].names_channels, 1u << CHANNEL_USER);
    EXPECT(guardrail.scan[0].any && !guardrail.scan[0].parts.classifier);
    EXPECT_U64(guardrail.scan[1].attack_channels, 1u << CHANNEL_DOCUMENT);
    EXPECT(guardrail.scan[1].parts.classifier && !guardrail.scan[1].parts.names);
    detection_release(&guardrail);
}

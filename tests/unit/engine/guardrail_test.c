/* SPDX-License-Identifier: Apache-2.0 */
/* Guardrail files: Bedrock's shape and the lictor block, as rows of actions and chosen rules. */
#include "engine/guardrail.h"

#include "test.h"

#include <stdio.h>

static struct rule SHIPPED_RULES[] = {
    { .id = { "pii.email", 9 }, .type = { "EMAIL", 5 }, .category = FINDING_PII },
    { .id = { "pii.phone", 9 }, .type = { "PHONE", 5 }, .category = FINDING_PII },
    { .id = { "injection.override", 18 },
      .type = { "INSTRUCTION_OVERRIDE", 20 },
      .category = FINDING_INJECTION },
    { .id = { "secret.jwt", 10 }, .type = { "JWT", 3 }, .category = FINDING_CREDENTIALS },
};
static const struct rules SHIPPED = { .at = SHIPPED_RULES, .n = 4, .cap = 4 };

#define HEAD "{\"name\":\"g\",\"blockedInputMessaging\":\"in\",\"blockedOutputsMessaging\":\"out\""

/* Reads a guardrail with these members; the first mistake's sentence is in *out_told. */
static enum lic_rc read_with(struct arena *arena, const char *members, struct guardrail *out,
                             lic_str *out_told)
{
    struct lic_err err;
    struct mistakes mistakes = { .arena = arena };
    char text[4096];
    (void)snprintf(text, sizeof text, HEAD "%s}", members);
    lic_str kept = str_copy(arena, str_z(text));
    struct guardrail_source source = { LIC_STR("guardrails/g.json"), kept, &SHIPPED };
    if (!kept.at) {
        return LIC_E_NOMEM;
    }
    TRY(guardrail_read(arena, &source, &mistakes, out, &err));
    *out_told = mistakes.n > 0 ? str_z(mistakes.at[0].text) : LIC_STR("");
    return LIC_OK;
}

static enum finding_action input(const struct guardrail *guardrail, size_t rule,
                                 enum event_channel channel)
{
    return guardrail_rule_action(guardrail, &SHIPPED_RULES[rule], channel, /* output= */ false);
}

static enum finding_action output(const struct guardrail *guardrail, size_t rule)
{
    return guardrail_rule_action(guardrail, &SHIPPED_RULES[rule], CHANNEL_ASSISTANT,
                                 /* output= */ true);
}

CASE(guardrail_read_without_policies_does_nothing)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(read_with(arena, "", &guardrail, &told), LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_STR(guardrail.input_message, "in");
    EXPECT_STR(guardrail.output_message, "out");
    EXPECT_U64(guardrail.actions_n, 0);
    EXPECT_U64(guardrail.input_rules.n, 0);
}

CASE(guardrail_read_maps_actions_of_each_direction)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(read_with(arena,
                        ",\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":["
                        "{\"type\":\"EMAIL\",\"action\":\"ANONYMIZE\"},"
                        "{\"type\":\"PHONE\",\"action\":\"BLOCK\",\"inputAction\":\"NONE\","
                        "\"outputEnabled\":false}]}",
                        &guardrail, &told),
              LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_U64(input(&guardrail, 0, CHANNEL_USER), ACTION_REWRITE);
    EXPECT_U64(output(&guardrail, 0), ACTION_REWRITE);
    EXPECT_U64(input(&guardrail, 1, CHANNEL_TOOL_CALL), ACTION_FLAG);
    EXPECT_U64(output(&guardrail, 1), ACTION_NONE);
    EXPECT_U64(guardrail.input_rules.n, 2);
    EXPECT_U64(guardrail.output_rules.n, 1);
}

CASE(guardrail_read_looks_for_prompt_attacks_in_untrusted_channels)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(read_with(arena,
                        ",\"contentPolicyConfig\":{\"filtersConfig\":[{\"type\":\"PROMPT_ATTACK\","
                        "\"inputStrength\":\"HIGH\",\"outputStrength\":\"NONE\"}]}",
                        &guardrail, &told),
              LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_U64(input(&guardrail, 2, CHANNEL_USER), ACTION_REJECT);
    EXPECT_U64(input(&guardrail, 2, CHANNEL_TOOL_RESULT), ACTION_REJECT);
    EXPECT_U64(input(&guardrail, 2, CHANNEL_DOCUMENT), ACTION_REJECT);
    EXPECT_U64(input(&guardrail, 2, CHANNEL_SYSTEM), ACTION_NONE);
    EXPECT_U64(output(&guardrail, 2), ACTION_NONE);
    EXPECT_U64(guardrail.output_rules.n, 0);
}

CASE(guardrail_read_makes_rules_of_words_and_expressions)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(
        read_with(arena,
                  ",\"wordPolicyConfig\":{\"wordsConfig\":[{\"text\":\" project x \"},"
                  "{\"text\":\"quiet\",\"inputAction\":\"NONE\",\"outputEnabled\":false}]},"
                  "\"sensitiveInformationPolicyConfig\":{\"regexesConfig\":[{\"name\":\"ticket\","
                  "\"pattern\":\"T-\\\\d{6}\",\"action\":\"ANONYMIZE\"}]}",
                  &guardrail, &told),
        LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_U64(guardrail.input_rules.n, 3);
    EXPECT_U64(guardrail.output_rules.n, 2);
    const struct rule *regex = &guardrail.input_rules.at[0];
    const struct rule *word = &guardrail.input_rules.at[1];
    EXPECT_STR(regex->id, "regex.ticket");
    EXPECT_STR(regex->type, "ticket");
    EXPECT_STR(regex->pattern, "T-\\d{6}");
    EXPECT(!regex->literal);
    EXPECT_STR(regex->file, "guardrails/g.json");
    EXPECT_STR(word->id, "word.1");
    EXPECT_STR(word->pattern, "project x");
    EXPECT(word->literal);
    EXPECT_U64(guardrail_rule_action(&guardrail, regex, CHANNEL_USER, false), ACTION_REWRITE);
    EXPECT_U64(guardrail_rule_action(&guardrail, word, CHANNEL_USER, false), ACTION_REJECT);
    EXPECT_U64(guardrail_rule_action(&guardrail, &guardrail.input_rules.at[2], CHANNEL_USER, false),
               ACTION_FLAG);
    EXPECT_U64(
        guardrail_rule_action(&guardrail, &guardrail.input_rules.at[2], CHANNEL_ASSISTANT, true),
        ACTION_NONE);
}

CASE(guardrail_read_puts_the_lictor_block_first)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(
        read_with(arena,
                  ",\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":["
                  "{\"type\":\"EMAIL\",\"action\":\"ANONYMIZE\"}]},"
                  "\"lictor\":{\"actions\":["
                  "{\"rule\":\"pii.email\",\"channels\":[\"system\"],\"action\":\"none\"},"
                  "{\"category\":\"credentials\",\"direction\":\"output\",\"action\":\"reject\"},"
                  "{\"category\":\"credentials\",\"action\":\"rewrite\"}]}",
                  &guardrail, &told),
        LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_U64(input(&guardrail, 0, CHANNEL_SYSTEM), ACTION_NONE);
    EXPECT_U64(input(&guardrail, 0, CHANNEL_USER), ACTION_REWRITE);
    EXPECT_U64(input(&guardrail, 3, CHANNEL_USER), ACTION_REWRITE);
    EXPECT_U64(output(&guardrail, 3), ACTION_REJECT);
    EXPECT_U64(guardrail.input_rules.n, 2);
}

struct told {
    const char *members, *told;
};

#define GAP(name)                                                                                  \
    "nothing in this build detects \"" name "\": remove it, or accept the gap with \"lictor\": "   \
    "{\"unsupported\": \"ignore\"}"

static const struct told TOLD[] = {
    { ",\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":[{\"type\":\"SHOE_SIZE\","
      "\"action\":"
      "\"BLOCK\"}]}",
      GAP("SHOE_SIZE") },
    { ",\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":[{\"type\":\"EMAIL\","
      "\"action\":"
      "\"MASK\"}]}",
      "\"action\" must be BLOCK, ANONYMIZE or NONE, not \"MASK\"" },
    { ",\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":[{\"type\":\"EMAIL\"}]}",
      "an entity needs the member \"action\"" },
    { ",\"sensitiveInformationPolicyConfig\":{\"regexesConfig\":[{\"name\":\"a\",\"pattern\":\"x\","
      "\"action\":\"BLOCK\"},{\"name\":\"a\",\"pattern\":\"y\",\"action\":\"BLOCK\"}]}",
      "two expressions are called \"a\"" },
    { ",\"contentPolicyConfig\":{\"filtersConfig\":[{\"type\":\"HATE\",\"inputStrength\":\"LOW\","
      "\"outputStrength\":\"NONE\"}]}",
      GAP("HATE") },
    { ",\"contentPolicyConfig\":{\"filtersConfig\":[{\"type\":\"PROMPT_ATTACK\",\"inputStrength\":"
      "\"HIGH\","
      "\"outputStrength\":\"HIGH\"}]}",
      "PROMPT_ATTACK is about requests: its outputStrength must be NONE" },
    { ",\"contentPolicyConfig\":{\"filtersConfig\":[{\"type\":\"PROMPT_ATTACK\",\"inputStrength\":"
      "\"HIGH\","
      "\"outputStrength\":\"NONE\",\"inputModalities\":[\"TEXT\",\"IMAGE\"]}]}",
      GAP("IMAGE") },
    { ",\"wordPolicyConfig\":{\"managedWordListsConfig\":[{\"type\":\"INSULTS\"}]}",
      GAP("INSULTS") },
    { ",\"wordPolicyConfig\":{\"wordsConfig\":[{\"text\":\"a\",\"inputAction\":\"ANONYMIZE\"}]}",
      "\"inputAction\" must be BLOCK or NONE, not \"ANONYMIZE\"" },
    { ",\"topicPolicyConfig\":{\"topicsConfig\":[{\"name\":\"x\",\"definition\":\"what is it\","
      "\"type\":\"DENY\"}]}",
      "the topic's definition and examples have no word that tells it from others" },
    { ",\"topicPolicyConfig\":{\"topicsConfig\":[{\"name\":\"x\",\"definition\":\"gold\",\"type\":"
      "\"ALLOW\"}]}",
      "\"type\" must be DENY, not \"ALLOW\"" },
    { ",\"lictor\":{\"thresholds\":{\"injection\":1.5}}",
      "a threshold is a number above 0 and at most 1" },
    { ",\"lictor\":{\"classification\":[{\"sensitivity\":\"public\"}]}",
      "a row of the classification says what it is about: \"rule\", \"type\" or \"category\"" },
    { ",\"contextualGroundingPolicyConfig\":{}", GAP("contextualGroundingPolicyConfig") },
    { ",\"automatedReasoningPolicyConfig\":{}", GAP("automatedReasoningPolicyConfig") },
    { ",\"lictor\":{\"actions\":[{\"action\":\"flag\"}]}",
      "an action says what it is about: \"rule\", \"type\" or \"category\"" },
    { ",\"lictor\":{\"actions\":[{\"rule\":\"pii.emial\",\"action\":\"flag\"}]}",
      GAP("pii.emial") },
    { ",\"lictor\":{\"actions\":[{\"type\":\"EMAIL\",\"channels\":[\"users\"],\"action\":\"flag\"}]"
      "}",
      "\"users\" is not a channel: system, user, assistant, tool_call, tool_result or document" },
    { ",\"lictor\":{\"unsuported\":\"ignore\"}",
      "the lictor block has no member \"unsuported\"; did you mean \"unsupported\"?" },
    { ",\"wordPolicyConfg\":{}", "a guardrail has no member \"wordPolicyConfg\"; did you mean "
                                 "\"wordPolicyConfig\"?" },
};

CASE(guardrail_read_refuses_what_it_cannot_keep)
{
    for (size_t i = 0; i < sizeof(TOLD) / sizeof(TOLD[0]); i++) {
        TEST_ARENA(arena);
        struct guardrail guardrail = { 0 };
        lic_str told;
        EXPECT_RC(read_with(arena, TOLD[i].members, &guardrail, &told), LIC_OK);
        EXPECT_STR(told, TOLD[i].told);
    }
}

CASE(guardrail_read_accepts_gaps_by_word)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(read_with(arena,
                        ",\"contextualGroundingPolicyConfig\":{},"
                        "\"sensitiveInformationPolicyConfig\":{\"piiEntitiesConfig\":["
                        "{\"type\":\"SHOE_SIZE\",\"action\":\"BLOCK\"},{\"type\":\"EMAIL\","
                        "\"action\":\"BLOCK\"}]},"
                        "\"lictor\":{\"unsupported\":\"ignore\"}",
                        &guardrail, &told),
              LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_U64(guardrail.input_rules.n, 1);
}

CASE(guardrail_read_takes_a_bedrock_request_as_it_is)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(
        read_with(arena,
                  ",\"description\":\"d\",\"kmsKeyId\":\"arn:aws:kms:eu-central-1:1:key/k\","
                  "\"tags\":[{\"key\":\"a\",\"value\":\"b\"}],\"clientRequestToken\":\"t\","
                  "\"crossRegionConfig\":{\"guardrailProfileIdentifier\":\"eu.guardrail.v1:0\"},"
                  "\"contentPolicyConfig\":{\"tierConfig\":{\"tierName\":\"STANDARD\"},"
                  "\"filtersConfig\":[{\"type\":\"HATE\",\"inputStrength\":\"NONE\","
                  "\"outputStrength\":\"NONE\"}]}",
                  &guardrail, &told),
        LIC_OK);
    EXPECT_STR(told, "");
}

CASE(guardrail_read_takes_filters_of_ours)
{
    TEST_ARENA(arena);
    struct guardrail guardrail = { 0 };
    lic_str told;
    EXPECT_RC(
        read_with(arena,
                  ",\"wordPolicyConfig\":{\"managedWordListsConfig\":[{\"type\":"
                  "\"PROFANITY\"}]},\"topicPolicyConfig\":{\"topicsConfig\":[{\"name\":\"Gold\","
                  "\"definition\":\"buying gold bars\",\"type\":\"DENY\","
                  "\"outputEnabled\":false}]},\"contentPolicyConfig\":{\"filtersConfig\":[{"
                  "\"type\":\"PROMPT_ATTACK\",\"inputStrength\":\"LOW\",\"outputStrength\":"
                  "\"NONE\"}]},\"lictor\":{\"lengths\":[{\"characters\":10,\"action\":"
                  "\"reject\",\"direction\":\"input\"}],\"thresholds\":{\"jailbreak\":0.25},"
                  "\"classification\":[{\"type\":\"EMAIL\",\"sensitivity\":\"internal\"}]}",
                  &guardrail, &told),
        LIC_OK);
    EXPECT_STR(told, "");
    EXPECT(guardrail.input_rules.n > 300);
    EXPECT(guardrail.topics != NULL && guardrail.topic_channels[0] != 0);
    EXPECT_U64(guardrail.topic_channels[1], 0);
    EXPECT_U64(guardrail.lengths_n, 1);
    EXPECT_U64(guardrail.classes.n, 1);
    EXPECT(guardrail.injection_threshold > 0.89f && guardrail.injection_threshold < 0.91f);
    EXPECT(guardrail.jailbreak_threshold > 0.24f && guardrail.jailbreak_threshold < 0.26f);
}

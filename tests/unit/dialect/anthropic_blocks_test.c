/* SPDX-License-Identifier: Apache-2.0 */
/* Content blocks: each known type is read without a word being lost (more in the case files). */
#include "dialect/anthropic.h"
#include "test.h"

/* Reads one block and counts its parts. */
static enum lic_rc read_block(struct arena *arena, const char *text, struct event *event,
                              struct lic_err *err)
{
    struct json_doc doc;
    struct claim claim;
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    event_init(event);
    TRY(json_read(arena, str_z(text), &limits, &doc, err));
    claim_init(&claim, arena, &doc, event);
    return anthropic_blocks_read(&claim, 0, err);
}

CASE(anthropic_blocks_sealed_words_are_read_unless_they_are_base64)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err = { 0 };
    EXPECT_OK(read_block(arena,
                         "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"AbC+/-_=\"}",
                         &event, &err),
              &err);
    EXPECT_U64(event.parts.n, 0);
    EXPECT_OK(read_block(arena, "{\"type\":\"redacted_thinking\",\"data\":\"ignore all of it\"}",
                         &event, &err),
              &err);
    EXPECT_U64(event.parts.n, 1);
    EXPECT_STR(event.parts.at[0].text, "ignore all of it");
    EXPECT_U64(event.parts.at[0].channel, CHANNEL_ASSISTANT);
}

CASE(anthropic_blocks_toolsets_are_part_of_a_name)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err = { 0 };
    EXPECT_OK(read_block(arena,
                         "{\"type\":\"tool_use\",\"id\":\"i\",\"name\":\"click\","
                         "\"toolset_name\":\"browser\",\"input\":{\"x\":1}}",
                         &event, &err),
              &err);
    EXPECT_U64(event.calls.n, 1);
    EXPECT_STR(event.calls.at[0].name, "browser.click");
    EXPECT_STR(event.parts.at[event.calls.at[0].part].raw, "{\"x\":1}");
    EXPECT(event.parts.at[0].object);
}

CASE(anthropic_blocks_deep_documents_keep_their_channel)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err = { 0 };
    EXPECT_OK(read_block(arena,
                         "{\"type\":\"tool_result\",\"tool_use_id\":\"i\",\"content\":["
                         "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":["
                         "{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"t\","
                         "\"content\":[{\"type\":\"text\",\"text\":\"deep\"}]}]}}]}",
                         &event, &err),
              &err);
    EXPECT_U64(event.parts.n, 3);
    for (uint32_t i = 0; i < event.parts.n; i++) {
        EXPECT_U64(event.parts.at[i].channel, CHANNEL_TOOL_RESULT);
        EXPECT_STR(event.parts.at[i].id, "i");
    }
}

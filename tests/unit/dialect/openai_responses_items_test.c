/* SPDX-License-Identifier: Apache-2.0 */
/* Items: names of calls and tools, media, and arguments of every form (more in the case files). */
#include "dialect/openai_responses.h"
#include "test.h"

static enum lic_rc read_item(struct arena *arena, const char *text, struct event *event,
                             struct lic_err *err)
{
    struct json_doc doc;
    struct claim claim;
    struct openai_items items = { .declares = true };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    event_init(event);
    TRY(json_read(arena, str_z(text), &limits, &doc, err));
    claim_init(&claim, arena, &doc, event);
    claim.own = &items;
    return openai_items_read(&claim, 0, err);
}

CASE(openai_responses_items_calls_are_named_as_policy_knows_them)
{
    static const char *const calls[][2] = {
        { "{\"type\":\"function_call\",\"call_id\":\"i\",\"name\":\"a\",\"arguments\":\"\"}", "a" },
        { "{\"type\":\"function_call\",\"call_id\":\"i\",\"name\":\"a\",\"namespace\":\"n\","
          "\"arguments\":\"\"}",
          "n.a" },
        { "{\"type\":\"mcp_call\",\"id\":\"i\",\"name\":\"a\",\"server_label\":\"s\","
          "\"arguments\":\"\"}",
          "s.a" },
        { "{\"type\":\"shell_call\",\"call_id\":\"i\",\"action\":{\"commands\":[\"ls\"]}}",
          "shell" },
        { "{\"type\":\"web_search_call\",\"id\":\"i\"}", "web_search" },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        struct event event;
        struct lic_err err = { 0 };
        EXPECT_OK(read_item(arena, calls[i][0], &event, &err), &err);
        EXPECT_U64(event.calls.n, 1);
        EXPECT_LIC_STR(event.calls.at[0].name, str_z(calls[i][1]));
        EXPECT_STR(event.calls.at[0].id, "i");
        EXPECT(event.calls.at[0].part < event.parts.n);
        EXPECT_U64(event.parts.at[event.calls.at[0].part].channel, CHANNEL_TOOL_CALL);
    }
}

CASE(openai_responses_items_only_base64_is_opaque)
{
    static const struct {
        const char *url;
        uint32_t parts;
    } urls[] = {
        { "data:image/png;base64,AAAA", 1 },
        { "data:text/plain,hello", 2 },
        { "data:;base64,not base64", 2 },
        { "https://a.example", 2 },
        { "AAAA", 1 },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct event event;
        struct lic_err err = { 0 };
        struct buf item;
        buf_init(&item, arena, 1000);
        buf_addf(
            &item,
            "{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"%s\"}]}%c",
            urls[i].url, 0);
        EXPECT(item.failed == LIC_OK);
        EXPECT_OK(read_item(arena, item.at, &event, &err), &err);
        EXPECT_U64(event.parts.n, urls[i].parts);
        EXPECT_U64(event.uninspected.n, 1);
        EXPECT_STR(event.uninspected.at[0], "image");
    }
}

CASE(openai_responses_items_tools_added_later_are_declared)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err = { 0 };
    EXPECT_OK(read_item(arena,
                        "{\"type\":\"additional_tools\",\"role\":\"developer\",\"tools\":["
                        "{\"type\":\"function\",\"name\":\"f\",\"description\":\"d e\"},"
                        "{\"type\":\"namespace\",\"name\":\"n\",\"tools\":["
                        "{\"type\":\"custom\",\"name\":\"c\"}]}]}",
                        &event, &err),
              &err);
    EXPECT_U64(event.tools.n, 2);
    EXPECT_STR(event.tools.at[0], "f");
    EXPECT_STR(event.tools.at[1], "n.c");
    EXPECT_U64(event.parts.n, 1);
    EXPECT_U64(event.parts.at[0].channel, CHANNEL_SYSTEM);
}

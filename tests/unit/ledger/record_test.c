/* SPDX-License-Identifier: Apache-2.0 */
/* Records: what is written of content, what never is, and what a number looks like. */
#include "ledger/record.h"

#include "base/json_read.h"
#include "base/limits.h"
#include "test.h"

static lic_str write(struct arena *arena, const struct record *record)
{
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, LIMIT_RECORD_BYTES);
    enum lic_rc rc = record_write(record, arena, &out, &err);
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "record_write") ? buf_str(&out)
                                                                         : LIC_STR("");
}

static struct event request_of(struct event_part *part)
{
    struct event event;
    event_init(&event);
    event.kind = LIC_STR("intent");
    event.model = LIC_STR("demo");
    event.parts.at = part;
    event.parts.n = event.parts.cap = 1;
    return event;
}

CASE(record_is_one_line_of_fields_texts_and_findings)
{
    TEST_ARENA(arena);
    struct event_part part = { .channel = CHANNEL_USER, .text = LIC_STR("a\nb") };
    struct event request = request_of(&part);
    struct finding finding = { .rule = LIC_STR("pii.email"),
                               .type = LIC_STR("EMAIL"),
                               .category = FINDING_PII,
                               .score = 0.9f,
                               .end = 3 };
    struct findings findings = { &finding, 1, 1 };
    struct record record = { .request = &request, .findings = &findings };
    lic_str line = write(arena, &record);
    EXPECT_STR(line,
               "{\"v\":1,\"kind\":\"intent\",\"model\":\"demo\",\"input\":[{\"channel\":\"user\","
               "\"bytes\":3,\"text\":\"a\\nb\"}],\"findings\":[{\"rule\":\"pii.email\","
               "\"type\":\"EMAIL\",\"category\":\"pii\",\"severity\":\"low\",\"action\":\"none\","
               "\"part\":0,\"start\":0,\"end\":3,\"score\":0.9}]}\n");
}

CASE(record_shows_what_the_engine_says_it_may_show)
{
    TEST_ARENA(arena);
    struct event_part part = { .channel = CHANNEL_USER,
                               .text = LIC_STR("bob@example.com"),
                               .shown = LIC_STR("{EMAIL}") };
    struct event request = request_of(&part);
    struct findings none = { 0 };
    struct record record = { .request = &request, .findings = &none };
    lic_str line = write(arena, &record);
    EXPECT(str_find(line, LIC_STR("\"text\":\"{EMAIL}\",\"masked\":true")) < line.n);
    EXPECT(str_find(line, LIC_STR("bob")) == line.n);
    record.content = RECORD_CONTENT_NONE;
    line = write(arena, &record);
    EXPECT(str_find(line, LIC_STR("EMAIL")) == line.n && str_find(line, LIC_STR("bob")) == line.n);
    EXPECT(str_find(line, LIC_STR("\"bytes\":15,\"sha256\":\"")) < line.n);
    record.content = RECORD_CONTENT_FULL;
    line = write(arena, &record);
    EXPECT(str_find(line, LIC_STR("\"text\":\"bob@example.com\"")) < line.n);
}

CASE(record_cuts_a_long_text_at_a_character_and_says_so)
{
    TEST_ARENA(arena);
    struct buf text;
    buf_init(&text, arena, 1u << 20);
    buf_add_char(&text, 'x');
    for (uint32_t i = 0; i < LIMIT_RECORD_TEXT_BYTES; i++) {
        buf_add(&text, LIC_STR("\xc3\xa4"));
    }
    EXPECT(text.failed == LIC_OK);
    struct event_part part = { .channel = CHANNEL_USER, .text = buf_str(&text) };
    struct event request = request_of(&part);
    struct findings none = { 0 };
    struct record record = { .request = &request, .findings = &none };
    lic_str line = write(arena, &record);
    EXPECT(str_find(line, LIC_STR("\"cut\":true,\"sha256\":\"")) < line.n);
    EXPECT(str_find(line, LIC_STR("\xef\xbf\xbd")) == line.n);
}

CASE(record_too_long_keeps_who_what_and_why)
{
    TEST_ARENA(arena);
    static char text[60000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = 'x';
    }
    struct event_part parts[20];
    for (int i = 0; i < 20; i++) {
        parts[i] =
            (struct event_part){ .channel = CHANNEL_USER, .text = str_make(text, sizeof(text)) };
    }
    struct event request = request_of(parts);
    request.parts.n = 20;
    struct findings none = { 0 };
    struct record record = { .request = &request, .findings = &none };
    EXPECT_STR(write(arena, &record),
               "{\"v\":1,\"kind\":\"intent\",\"model\":\"demo\",\"content_left_out\":true}\n");
}

CASE(record_outcome_has_output_and_no_input)
{
    TEST_ARENA(arena);
    struct event_part said = { .channel = CHANNEL_USER, .text = LIC_STR("q") };
    struct event_part given = { .channel = CHANNEL_ASSISTANT, .text = LIC_STR("a"), .choice = 1 };
    struct event request = request_of(&said), answer = request_of(&given);
    struct findings none = { 0 };
    request.status = 200;
    struct record record = {
        .request = &request, .answer = &answer, .findings = &none, .outcome = true
    };
    EXPECT_STR(write(arena, &record),
               "{\"v\":1,\"kind\":\"intent\",\"model\":\"demo\",\"status\":200,\"output\":[{"
               "\"channel\":\"assistant\",\"choice\":1,\"bytes\":1,\"text\":\"a\"}],"
               "\"findings\":[]}\n");
}

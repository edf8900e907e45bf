/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON as a request, an answer and a chunk of a stream: views stay inside, nothing crashes. */
#include "dialect/dialect.h"
#include "dialect/sse.h"
#include "test.h"

static void check_within(lic_str view, lic_str text)
{
    CHECK(view.n == 0 || (view.at >= text.at && view.at + view.n <= text.at + text.n));
}

static void check_parts(const struct event *event, lic_str text)
{
    for (uint32_t i = 0; i < event->parts.n; i++) {
        check_within(event->parts.at[i].raw, text);
    }
    for (uint32_t i = 0; i < event->calls.n; i++) {
        CHECK(event->calls.at[i].part < event->parts.n);
    }
}

static void read_document(struct arena *arena, const struct json_doc *doc, bool inspect_unknown)
{
    const struct dialect_options options = { .inspect_unknown = inspect_unknown };
    struct event event;
    struct edits edits = { 0 };
    struct pieces strip = { 0 };
    struct lic_err err;
    event_init(&event);
    (void)dialect_openai_chat.read_request(arena, doc, &options, &event, &err);
    check_parts(&event, doc->text);
    (void)dialect_openai_chat.instruct(arena, doc, LIC_STR("Be kind."), &edits, &err);
    event_init(&event);
    (void)dialect_openai_chat.read_answer(arena, doc, &event, &strip, &err);
    check_parts(&event, doc->text);
}

/* Each line of the input is the data of one event. */
static void read_stream(struct arena *arena, lic_str input)
{
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct event request;
    struct dialect_stream *stream = NULL;
    struct lic_err err;
    event_init(&request);
    CHECK(dialect_openai_chat.stream_new(arena, &request, &stream, &err) == LIC_OK);
    while (input.n > 0) {
        struct json_doc doc;
        struct pieces pieces = { 0 };
        struct edits edits = { 0 };
        lic_str line = str_split(&input, '\n');
        bool json = json_read(arena, line, &limits, &doc, &err) == LIC_OK;
        (void)dialect_openai_chat.read_sse(stream, arena, LIC_STR(""), line, json ? &doc : NULL,
                                           &pieces, &edits, &err);
        for (uint32_t i = 0; i < pieces.n; i++) {
            check_within(pieces.at[i].raw, line);
            CHECK(pieces.at[i].kind == PIECE_WHOLE || pieces.at[i].kind >= PIECE_STRIP ||
                  pieces.at[i].lane < stream->lanes.n);
        }
    }
    struct buf out;
    buf_init(&out, arena, 1u << 20);
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        dialect_openai_chat.write_delta(stream, i, LIC_STR("x"), &out);
    }
    dialect_openai_chat.write_stop(stream, LIC_STR("Blocked."), &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    struct lic_err err;
    lic_str input = str_make((const char *)data, size);
    if (json_read(arena, input, &limits, &doc, &err) == LIC_OK) {
        read_document(arena, &doc, /* inspect_unknown= */ false);
        read_document(arena, &doc, /* inspect_unknown= */ true);
    }
    read_stream(arena, input);
    return 0;
}

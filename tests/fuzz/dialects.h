/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON as a request, an answer and a stream of a dialect: views stay inside, writing never
 * fails, nothing crashes. The body of one fuzz target for each dialect. */
#ifndef TESTS_FUZZ_DIALECTS_H
#define TESTS_FUZZ_DIALECTS_H

#include "dialect/dialect.h"
#include "test.h"

static const struct json_limits fuzz_limits = { .mode = JSON_GATEWAY };

static inline void check_within(lic_str view, lic_str text)
{
    CHECK(view.n == 0 || (view.at >= text.at && view.at + view.n <= text.at + text.n));
}

static inline void check_event(const struct event *event, lic_str text)
{
    for (uint32_t i = 0; i < event->parts.n; i++) {
        check_within(event->parts.at[i].raw, text);
    }
    for (uint32_t i = 0; i < event->calls.n; i++) {
        CHECK(event->calls.at[i].part < event->parts.n);
    }
}

static inline void fuzz_document(const struct dialect *dialect, struct arena *arena,
                                 const struct json_doc *doc, bool inspect_unknown)
{
    const struct dialect_options options = { .inspect_unknown = inspect_unknown };
    struct event event;
    struct edits edits = { 0 };
    struct pieces strip = { 0 };
    struct lic_err err;
    struct buf with;
    event_init(&event);
    (void)dialect->read_request(arena, doc, &options, &event, &err);
    check_event(&event, doc->text);
    if (dialect->instruct(arena, doc, LIC_STR("Be \"kind\"."), &edits, &err) == LIC_OK) {
        struct json_doc again;
        buf_init(&with, arena, doc->text.n + 1000);
        CHECK(edits_apply(&edits, doc->text, &with, &err) == LIC_OK);
        CHECK(json_read(arena, buf_str(&with), &fuzz_limits, &again, &err) == LIC_OK ||
              err.rc == LIC_E_LIMIT);
    }
    event_init(&event);
    (void)dialect->read_answer(arena, doc, &event, &strip, &err);
    check_event(&event, doc->text);
    for (uint32_t i = 0; i < strip.n; i++) {
        check_within(strip.at[i].raw, doc->text);
    }
}

/* Each line of the input is the data of one event; a refused one ends the stream, as in life. */
static inline void fuzz_stream(const struct dialect *dialect, struct arena *arena, lic_str input)
{
    struct event request;
    struct dialect_stream *stream = NULL;
    struct lic_err err;
    enum lic_rc rc = LIC_OK;
    event_init(&request);
    CHECK(dialect->stream_new(arena, &request, &stream, &err) == LIC_OK);
    while (input.n > 0 && rc == LIC_OK) {
        struct json_doc doc;
        struct pieces pieces = { 0 };
        struct edits edits = { 0 };
        lic_str line = str_split(&input, '\n');
        bool json = json_read(arena, line, &fuzz_limits, &doc, &err) == LIC_OK;
        stream->inserted = (uint32_t)(line.n % 3);
        rc = dialect->read_sse(stream, arena, LIC_STR(""), line, json ? &doc : NULL, &pieces,
                               &edits, &err);
        for (uint32_t i = 0; i < pieces.n; i++) {
            check_within(pieces.at[i].raw, line);
            CHECK(pieces.at[i].kind >= PIECE_WHOLE || pieces.at[i].lane < stream->lanes.n);
        }
    }
    struct buf out;
    buf_init(&out, arena, 1u << 22);
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        dialect->write_delta(stream, i, LIC_STR("x"), &out);
    }
    dialect->write_stop(stream, LIC_STR("Blocked."), &out);
    dialect->write_stream_error(stream, 502, LIC_STR("It died."), &out);
    CHECK(out.failed == LIC_OK);
}

static inline int fuzz_dialect(const struct dialect *dialect, const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str input = str_make((const char *)data, size);
    if (json_read(arena, input, &fuzz_limits, &doc, &err) == LIC_OK) {
        fuzz_document(dialect, arena, &doc, /* inspect_unknown= */ false);
        fuzz_document(dialect, arena, &doc, /* inspect_unknown= */ true);
    }
    fuzz_stream(dialect, arena, input);
    return 0;
}

#endif

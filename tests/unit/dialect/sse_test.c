/* SPDX-License-Identifier: Apache-2.0 */
/* Events at every split, and the raw bytes exactly as they were fed. */
#include "dialect/sse.h"

#include "base/limits.h"
#include "test.h"

/* Events with something to say, as "name|data;" each; the raws must be the input exactly. */
static enum lic_rc show(struct arena *arena, lic_str input, size_t first, size_t step,
                        struct buf *shown, struct buf *raws, struct lic_err *err)
{
    struct sse sse;
    sse_init(&sse, arena);
    while (input.n > 0) {
        bool found = true;
        lic_str chunk = str_copy(arena, str_head(input, first));
        ENSURE(chunk.at != NULL, err, LIC_E_NOMEM, "no memory");
        input = str_tail(input, first);
        first = step;
        sse_feed(&sse, chunk);
        while (found) {
            struct sse_event event;
            TRY(sse_next(&sse, &event, &found, err));
            if (found) {
                buf_add(raws, event.raw);
            }
            if (found && event.data.at != NULL) {
                buf_addf(shown, LIC_FMT "|" LIC_FMT ";", LIC_ARG(event.name), LIC_ARG(event.data));
            }
        }
    }
    if (sse_unfinished(&sse)) {
        buf_add(shown, LIC_STR("unfinished"));
        buf_add(raws, buf_str(&sse.held));
    }
    return buf_check(shown, "events", err);
}

static void expect_split(lic_str input, size_t first, size_t step, const char *expected)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    struct buf shown, raws;
    buf_init(&shown, arena, 4096);
    buf_init(&raws, arena, 4096);
    EXPECT_OK(show(arena, input, first, step, &shown, &raws, &err), &err);
    EXPECT(raws.failed == LIC_OK);
    EXPECT_STR(buf_str(&shown), expected);
    EXPECT_LIC_STR(buf_str(&raws), input);
}

static void expect_events(const char *text, const char *expected)
{
    lic_str input = str_z(text);
    expect_split(input, input.n, input.n, expected);
    expect_split(input, 1, 1, expected);
    for (size_t split = 1; split < input.n && !test_left(); split++) {
        expect_split(input, split, input.n, expected);
    }
}

CASE(sse_reads_events_at_every_split)
{
    expect_events("data: a\n\n", "|a;");
    expect_events("event: ping\ndata: {\"a\":1}\n\ndata:b\n\n", "ping|{\"a\":1};|b;");
    expect_events("data: a\ndata: b\ndata\n\ndata: c\n\n", "|a\nb\n;|c;");
    expect_events("event: one\nevent: two\ndata:  x\n\n", "two| x;");
}

CASE(sse_lines_end_in_lf_cr_or_crlf)
{
    expect_events("data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;");
    expect_events("data: a\r\rdata: b\r\r", "|a;|b;");
    expect_events("event: e\rdata: a\ndata: b\r\n\rdata: c\n\r\n", "e|a\nb;|c;");
    expect_events("data: a\r\n\ndata: b\r\r\n", "|a;|b;");
}

CASE(sse_gives_comments_and_other_fields_without_data)
{
    expect_events(": keep-alive\n\nid: 7\nretry: 5\n\ndata: a\n: b\n\n\n\n", "|a;");
    expect_events("data\n\ndatabase: x\n\n", "|;");
}

CASE(sse_skips_one_byte_order_mark)
{
    expect_events("\xEF\xBB\xBF"
                  "data: a\n\n",
                  "|a;");
    expect_events("\xEF\xBB\xBF\n\xEF\xBB\xBF"
                  "data: a\n\ndata: b\n\n",
                  "|b;");
}

CASE(sse_says_when_the_stream_was_cut_inside_an_event)
{
    expect_events("data: a\n\ndata: b\n", "|a;unfinished");
    expect_events("data: a\n\n:", "|a;unfinished");
}

CASE(sse_gives_views_into_a_chunk_that_has_the_whole_event)
{
    TEST_ARENA(arena);
    struct sse sse;
    struct sse_event event;
    struct lic_err err = { 0 };
    bool found = false;
    lic_str chunk = LIC_STR("event: e\ndata: abc\n\nda");
    sse_init(&sse, arena);
    sse_feed(&sse, chunk);
    EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
    EXPECT(found);
    EXPECT(event.raw.at == chunk.at);
    EXPECT_U64(event.raw.n, 20);
    EXPECT(event.data.at == chunk.at + 15);
    EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
    EXPECT(!found);
    EXPECT(sse_unfinished(&sse));
}

CASE(sse_refuses_an_event_that_is_too_long)
{
    TEST_ARENA(arena);
    struct sse sse;
    struct sse_event event;
    struct lic_err err = { 0 };
    bool found = false;
    if (test_rerun()) {
        return;
    }
    size_t n = LIMIT_SSE_EVENT_BYTES / 2 + 1;
    char *bytes = arena_take(arena, n);
    EXPECT(bytes != NULL);
    memset(bytes, 'a', n);
    sse_init(&sse, arena);
    sse_feed(&sse, str_make(bytes, n));
    EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
    EXPECT(!found);
    sse_feed(&sse, str_make(bytes, n));
    EXPECT_RC(sse_next(&sse, &event, &found, &err), LIC_E_LIMIT);
}

CASE(sse_many_lines_that_end_in_cr_stay_linear)
{
    TEST_ARENA(arena);
    struct sse sse;
    struct sse_event event;
    struct lic_err err = { 0 };
    bool found = false;
    if (test_rerun()) {
        return;
    }
    size_t n = LIMIT_SSE_EVENT_BYTES;
    char *bytes = arena_take(arena, n);
    EXPECT(bytes != NULL);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = i % 2 == 0 ? 'a' : '\r';
    }
    bytes[n - 2] = '\r';
    sse_init(&sse, arena);
    sse_feed(&sse, str_make(bytes, n));
    EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
    EXPECT(found);
    EXPECT(event.data.at == NULL);
}

CASE(sse_write_is_read_back)
{
    TEST_ARENA(arena);
    struct sse sse;
    struct sse_event event;
    struct lic_err err = { 0 };
    struct buf out;
    bool found = false;
    buf_init(&out, arena, 200);
    sse_write(&out, LIC_STR("e"), LIC_STR("one\n\nthree\n"));
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out), "event: e\ndata: one\ndata: \ndata: three\ndata: \n\n");
    sse_init(&sse, arena);
    sse_feed(&sse, buf_str(&out));
    EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
    EXPECT(found);
    EXPECT_STR(event.name, "e");
    EXPECT_STR(event.data, "one\n\nthree\n");
    buf_clear(&out);
    sse_write(&out, LIC_STR(""), LIC_STR(""));
    EXPECT_STR(buf_str(&out), "data: \n\n");
}

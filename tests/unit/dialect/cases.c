/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the case files of a dialect (cases.h says what they look like). */
#include "cases.h"

#include "dialect/sse.h"
#include "test.h"
#include <stdio.h>

#define CASE_BYTES_MAX 65536u

struct run {
    const struct dialect *dialect;
    struct arena *arena;
    struct arena *paths; /* names of the files; outlives the cases */
    const char *folder;
    lic_str name;
    lic_str text;
};

/* ---- sections ---- */

/* The lines below "=== NAME", without the last line's end; at == NULL when there is none. */
static lic_str section(const struct run *run, const char *name)
{
    lic_str rest = run->text;
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        if (str_starts(line, LIC_STR("=== ")) && str_eq(str_tail(line, 4), str_z(name))) {
            size_t n = str_find(rest, LIC_STR("\n=== "));
            n = str_starts(rest, LIC_STR("=== ")) ? 0 : n;
            return str_head(rest, n);
        }
    }
    return (lic_str){ NULL, 0 };
}

static bool same(const struct run *run, const char *what, lic_str actual, lic_str expected)
{
    if (str_eq(str_trim(actual), str_trim(expected))) {
        return test_holds(true, __FILE__, __LINE__, what);
    }
    char told[160];
    (void)snprintf(told, sizeof(told), LIC_FMT ": %s is not as written", LIC_ARG(run->name), what);
    if (!test_rerun()) {
        (void)fprintf(stderr,
                      "---- " LIC_FMT ", expected %s:\n" LIC_FMT "\n---- but it is:\n" LIC_FMT
                      "\n----\n",
                      LIC_ARG(run->name), what, LIC_ARG(expected), LIC_ARG(actual));
    }
    return test_holds(false, __FILE__, __LINE__, told);
}

/* ---- what a dialect made of it, as text ---- */

static void show_word(struct buf *out, const char *label, lic_str word)
{
    if (word.at != NULL) {
        buf_addf(out, "%s " LIC_FMT "\n", label, LIC_ARG(word));
    }
}

static void show_list(struct buf *out, const char *label, const struct str_list *list)
{
    if (list->n == 0) {
        return;
    }
    buf_addf(out, "%s", label);
    for (uint32_t i = 0; i < list->n; i++) {
        buf_addf(out, "%s" LIC_FMT, i > 0 ? ", " : " ", LIC_ARG(list->at[i]));
    }
    buf_add_char(out, '\n');
}

static void show_int(struct buf *out, const char *label, int64_t n)
{
    if (n != EVENT_INT_NONE) {
        buf_addf(out, "%s %lld\n", label, (long long)n);
    }
}

static void show_part(struct buf *out, const struct event_part *part)
{
    static const char *const kinds[] = { "text", "json", "opaque" };
    buf_addf(out, "%s %u/%u %s", event_channel_name(part->channel), part->message, part->choice,
             part->object ? "object" : kinds[part->kind]);
    if (part->name.n > 0) {
        buf_addf(out, " name=" LIC_FMT, LIC_ARG(part->name));
    }
    if (part->id.n > 0) {
        buf_addf(out, " id=" LIC_FMT, LIC_ARG(part->id));
    }
    buf_add(out, LIC_STR(": "));
    json_escape(out, part->text);
    if (!str_eq(part->raw, part->text)) {
        buf_addf(out, "   raw " LIC_FMT, LIC_ARG(part->raw));
    }
    buf_add_char(out, '\n');
}

static void show_event(struct buf *out, const struct event *event, bool request)
{
    show_word(out, "model", event->model);
    if (request) {
        buf_addf(out, "stream %s\n", event->stream == 1 ? "yes" : "no");
    }
    show_int(out, "choices", event->choices);
    show_int(out, "max_tokens", event->max_tokens);
    if (event->temperature >= 0) {
        buf_addf(out, "temperature %g\n", event->temperature);
    }
    if (event->top_p >= 0) {
        buf_addf(out, "top_p %g\n", event->top_p);
    }
    show_list(out, "tools", &event->tools);
    show_list(out, "uninspected", &event->uninspected);
    show_list(out, "finish", &event->finish);
    show_int(out, "input_tokens", event->input_tokens);
    show_int(out, "output_tokens", event->output_tokens);
    for (uint32_t i = 0; i < event->parts.n; i++) {
        show_part(out, &event->parts.at[i]);
    }
    for (uint32_t i = 0; i < event->calls.n; i++) {
        const struct event_call *call = &event->calls.at[i];
        buf_addf(out, "call " LIC_FMT " " LIC_FMT " part %u\n", LIC_ARG(call->name),
                 LIC_ARG(call->id), call->part);
    }
}

static void show_piece(struct buf *out, const struct dialect_stream *stream,
                       const struct piece *piece)
{
    static const char *const kinds[] = { "text", "call", "args", "end", "whole", "strip", "END" };
    buf_addf(out, "%s", kinds[piece->kind]);
    switch (piece->kind) {
    case PIECE_TEXT:
    case PIECE_ARGS:
        buf_addf(out, " %u: " LIC_FMT, piece->lane, LIC_ARG(piece->raw));
        break;
    case PIECE_CALL:
        buf_addf(out, " %u " LIC_FMT " " LIC_FMT, piece->lane,
                 LIC_ARG(stream->lanes.at[piece->lane].name),
                 LIC_ARG(stream->lanes.at[piece->lane].id));
        break;
    case PIECE_LANE_END:
        buf_addf(out, " %u", piece->lane);
        break;
    case PIECE_WHOLE:
        buf_add_char(out, ' ');
        show_part(out, &piece->part);
        return;
    case PIECE_STRIP:
        buf_addf(out, " " LIC_FMT, LIC_ARG(piece->raw));
        break;
    case PIECE_END:
        break;
    }
    buf_add_char(out, '\n');
}

static void show_lanes(struct buf *out, const struct dialect_stream *stream)
{
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        const struct dialect_lane *lane = &stream->lanes.at[i];
        buf_addf(out, "lane %u %s choice %u index %u " LIC_FMT, i,
                 event_channel_name(lane->channel), lane->choice, lane->index,
                 LIC_ARG(lane->member));
        if (lane->name.n > 0) {
            buf_addf(out, " name=" LIC_FMT, LIC_ARG(lane->name));
        }
        if (lane->id.n > 0) {
            buf_addf(out, " id=" LIC_FMT, LIC_ARG(lane->id));
        }
        buf_addf(out, "%s\n", lane->ended ? "" : " open");
    }
}

static void show_error(struct buf *out, const struct lic_err *err)
{
    buf_addf(out, "%s: %s\n", lic_rc_name(err->rc), err->text);
}

/* ---- requests and answers ---- */

static bool within(lic_str view, lic_str text)
{
    return view.n == 0 || (view.at >= text.at && view.at + view.n <= text.at + text.n);
}

static enum lic_rc read_document(struct run *run, lic_str body, bool request, struct buf *shown,
                                 struct lic_err *err)
{
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct dialect_options options = { .inspect_unknown = false };
    struct json_doc doc;
    struct event event;
    struct pieces strip = { 0 };
    if (str_starts(body, LIC_STR("inspect_unknown\n"))) {
        options.inspect_unknown = true;
        (void)str_split(&body, '\n');
    }
    event_init(&event);
    TRY(json_read(run->arena, body, &limits, &doc, err));
    if (request) {
        TRY(run->dialect->read_request(run->arena, &doc, &options, &event, err));
    } else {
        TRY(run->dialect->read_answer(run->arena, &doc, &event, &strip, err));
    }
    show_event(shown, &event, request);
    for (uint32_t i = 0; i < strip.n; i++) {
        show_piece(shown, NULL, &strip.at[i]);
    }
    for (uint32_t i = 0; i < event.parts.n; i++) {
        ENSURE(within(event.parts.at[i].raw, body), err, LIC_E_INVALID,
               "part %u is not in the body", i);
    }
    return buf_check(shown, "the event", err);
}

static void run_document(struct run *run, lic_str body, bool request)
{
    struct lic_err err = { 0 };
    struct buf shown;
    buf_init(&shown, run->arena, CASE_BYTES_MAX);
    bool failed = read_document(run, body, request, &shown, &err) != LIC_OK;
    if (failed) {
        buf_clear(&shown);
        show_error(&shown, &err);
    }
    (void)same(run, failed ? "error" : "event", buf_str(&shown),
               section(run, failed ? "error" : "event"));
}

static enum lic_rc instruct(struct run *run, lic_str body, struct buf *shown, struct lic_err *err)
{
    struct json_doc doc;
    struct edits edits = { 0 };
    struct json_limits limits = { .mode = JSON_GATEWAY };
    TRY(json_read(run->arena, body, &limits, &doc, err));
    TRY(run->dialect->instruct(run->arena, &doc, section(run, "instruct"), &edits, err));
    TRY(edits_apply(&edits, body, shown, err));
    TRY(json_read(run->arena, buf_str(shown), &limits, &doc, err));
    return LIC_OK;
}

static void run_instruct(struct run *run, lic_str body)
{
    struct lic_err err = { 0 };
    struct buf shown;
    buf_init(&shown, run->arena, CASE_BYTES_MAX);
    if (instruct(run, body, &shown, &err) != LIC_OK) {
        buf_clear(&shown);
        show_error(&shown, &err);
    }
    (void)same(run, "instructed", buf_str(&shown), section(run, "instructed"));
}

/* ---- streams ---- */

static enum lic_rc read_event(struct dialect_stream *stream, const struct sse_event *event,
                              struct arena *arena, struct buf *shown, struct lic_err *err)
{
    struct json_doc doc;
    struct pieces pieces = { 0 };
    struct edits edits = { 0 };
    struct json_limits limits = { .mode = JSON_GATEWAY };
    const struct json_doc *read = NULL;
    if (event->data.n > 0 && event->data.at[0] == '{') {
        TRY(json_read(arena, event->data, &limits, &doc, err));
        read = &doc;
    }
    TRY(stream->dialect->read_sse(stream, arena, event->name, event->data, read, &pieces, &edits,
                                  err));
    for (uint32_t i = 0; i < pieces.n; i++) {
        show_piece(shown, stream, &pieces.at[i]);
        ENSURE(within(pieces.at[i].raw, event->data), err, LIC_E_INVALID,
               "piece %u is not in the event", i);
    }
    return LIC_OK;
}

static enum lic_rc feed(struct dialect_stream *stream, struct sse *sse, lic_str chunk,
                        struct arena *arena, struct buf *shown, struct lic_err *err)
{
    bool found = true;
    sse_feed(sse, chunk);
    while (found) {
        struct sse_event event;
        TRY(sse_next(sse, &event, &found, err));
        if (found && event.data.at != NULL) {
            TRY(read_event(stream, &event, arena, shown, err));
        }
    }
    return LIC_OK;
}

/* step 0: whole; else chunks of `first`, then of `step` bytes. */
static enum lic_rc read_stream(struct run *run, lic_str bytes, size_t first, size_t step,
                               struct dialect_stream **out, struct buf *shown, struct lic_err *err)
{
    struct event *request = ARENA_NEW(run->arena, struct event);
    struct sse sse;
    ENSURE(request != NULL, err, LIC_E_NOMEM, "no memory");
    event_init(request);
    request->model = LIC_STR("asked-model");
    request->record = LIC_STR("rec1");
    request->time = INT64_C(1700000000) * 1000000000;
    lic_str choices = section(run, "choices");
    if (!str_i64(str_trim(choices), &request->choices)) {
        request->choices = 1;
    }
    TRY(run->dialect->stream_new(run->arena, request, out, err));
    sse_init(&sse, run->arena);
    while (bytes.n > 0) {
        /* A copy of its own size, so that a sanitizer sees a read beyond it. */
        lic_str chunk = str_copy(run->arena, str_head(bytes, first));
        ENSURE(chunk.at != NULL, err, LIC_E_NOMEM, "no memory");
        bytes = str_tail(bytes, first);
        first = step;
        TRY(feed(*out, &sse, chunk, run->arena, shown, err));
    }
    ENSURE(!sse_unfinished(&sse), err, LIC_E_SYNTAX, "the stream ends inside an event");
    show_lanes(shown, *out);
    show_list(shown, "finish", &(*out)->usage.finish);
    show_int(shown, "input_tokens", (*out)->usage.input_tokens);
    show_int(shown, "output_tokens", (*out)->usage.output_tokens);
    return buf_check(shown, "the pieces", err);
}

static bool run_stream(struct run *run, lic_str bytes, size_t first, size_t step, bool then_stop)
{
    struct lic_err err = { 0 };
    struct buf shown;
    struct dialect_stream *stream = NULL;
    buf_init(&shown, run->arena, CASE_BYTES_MAX);
    bool failed = read_stream(run, bytes, first, step, &stream, &shown, &err) != LIC_OK;
    if (failed) {
        show_error(&shown, &err);
    }
    bool holds = same(run, failed ? "error" : "pieces", buf_str(&shown),
                      section(run, failed ? "error" : "pieces"));
    if (!holds || !then_stop || section(run, "stop").at == NULL) {
        return holds;
    }
    buf_clear(&shown);
    run->dialect->write_stop(stream, LIC_STR("Blocked."), &shown);
    return same(run, "stop", buf_str(&shown), section(run, "stop"));
}

/* Each way of feeding has a fresh arena, which is given back. */
static bool feed_fresh(const struct run *run, lic_str bytes, size_t first, size_t step,
                       bool then_stop)
{
    TEST_ARENA(arena);
    struct run fresh = *run;
    fresh.arena = arena;
    return run_stream(&fresh, bytes, first, step, then_stop);
}

static void run_stream_all_ways(struct run *run, lic_str bytes)
{
    /* The section ends at a line; a stream's last event ends with a blank one. */
    lic_str stream = str_make(bytes.at, bytes.n + 1);
    if (!feed_fresh(run, stream, stream.n, stream.n, /* then_stop= */ true) || test_rerun() ||
        !feed_fresh(run, stream, 1, 1, /* then_stop= */ false)) {
        return;
    }
    for (size_t split = 1; split < stream.n; split++) {
        if (!feed_fresh(run, stream, split, stream.n, /* then_stop= */ false)) {
            return;
        }
    }
}

/* ---- folders ---- */

static enum lic_rc run_case(void *arg, lic_str name, bool is_dir)
{
    struct run run = *(const struct run *)arg;
    char path[256];
    if (is_dir || !str_ends(name, LIC_STR(".case"))) {
        return LIC_OK;
    }
    TEST_ARENA(arena);
    run.arena = arena;
    run.name = name;
    (void)snprintf(path, sizeof(path), "tests/cases/dialect/%s/" LIC_FMT, run.folder,
                   LIC_ARG(name));
    run.text = test_file(arena, test_source_path(path));
    if (run.text.at == NULL) {
        return LIC_OK;
    }
    lic_str request = section(&run, "request");
    lic_str answer = section(&run, "answer");
    lic_str stream = section(&run, "stream");
    if (section(&run, "instruct").at != NULL) {
        run_instruct(&run, request);
    } else if (request.at != NULL) {
        run_document(&run, request, /* request= */ true);
    } else if (answer.at != NULL) {
        run_document(&run, answer, /* request= */ false);
    } else if (stream.at != NULL) {
        run_stream_all_ways(&run, stream);
    } else {
        (void)same(&run, "first section", LIC_STR("missing"), LIC_STR("request, answer or stream"));
    }
    return LIC_OK;
}

void cases_run(const struct dialect *dialect, const char *folder)
{
    struct run run = { .dialect = dialect, .folder = folder };
    char path[256];
    struct lic_err err = { 0 };
    (void)snprintf(path, sizeof(path), "tests/cases/dialect/%s", folder);
    enum lic_rc rc =
        test_host()->list_dir(test_host()->ctx, test_source_path(path), run_case, &run, &err);
    EXPECT_OK(rc, &err);
}

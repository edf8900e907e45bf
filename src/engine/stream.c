/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streamed answer: server-sent events in, what may leave out.
 *
 *   chunk ─► sse_next ─► read_sse ─► pieces ─► TEXT   through the lane's flow: released or held
 *                                              CALL   all events wait from here on (the queue)
 *                                              END    held text leaves first; a call is judged
 *                                              WHOLE  inspected by itself
 *                       ─► the event itself: as it came, rewritten, or into the queue
 *
 * Invariants
 *   1. Text leaves a lane only when no rule can still match across it (detect/flow.h); where the
 *      guardrail looks for what only whole texts show, when it is complete.
 *   2. No byte of a tool call leaves before the call is complete and was judged: while one is
 *      open, every event waits in the queue, in order, at most LIMIT_HELD_BYTES.
 *   3. A stream that ends without its end marker, or breaks, ends with an error event: a part is
 *      never presented as the whole.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "detect/flow.h"
#include "detect/redact.h"
#include "dialect/sse.h"
#include "engine/exchange.h"
#include "engine/rewriting.h"

#include "base/banned.h"

/* One text that grows. Numbered as in the dialect's stream; stays where it is made. */
struct lane {
    struct stream *stream;
    bool call, judged, ended, rewritten, sensitive;
    uint32_t part; /* its part in x->answer */
    struct flow flow;
    struct buf whole;    /* all of it, where only whole texts show what is looked for */
    struct buf text;     /* what was released, for the record; a call's arguments */
    struct buf kept;     /* released by the flow, but may be the beginning of a token */
    lic_str arguments;   /* of a judged call, as they may leave */
    bool arguments_sent; /* the first piece carries them all, the others nothing */
};

/* The place of a call's arguments inside a queued event. */
struct queued_span {
    uint32_t lane;
    size_t start, len;
};

struct queued {
    lic_str raw; /* leaves like this when nothing is to be changed */
    lic_str name, data;
    bool plain; /* raw may leave as it is */
    struct edits edits;
    struct {
        struct queued_span *at;
        uint32_t n, cap;
    } spans;
};

struct stream {
    struct lic_exchange *x;
    struct sse sse;
    struct dialect_stream *dialect;
    struct {
        struct lane **at; /* NULL: not begun */
        uint32_t n, cap;
    } lanes;
    struct arena queue_arena;
    struct {
        struct queued *at;
        uint32_t n, cap;
    } queue;
    size_t queue_bytes;
    uint32_t calls_open;

    /* Of the chunk being read. */
    lic_str chunk;
    size_t clean_n; /* bytes of the chunk that left untouched so far */
    bool passing;   /* nothing else left yet: the chunk may pass as a whole */
    struct buf out;
    bool left_any; /* any byte of the answer has left, in an earlier chunk */
};

/* Why a stream stops before its end. */
enum stop_kind { STOP_NONE, STOP_FAILED, STOP_INTERVENED };
struct stop {
    enum stop_kind kind;
    enum failmode mode;
    lic_str reason, message;
    struct lic_err err;
};

/* An event while it is read. */
struct reading {
    struct stream *stream;
    const struct sse_event *event;
    struct json_doc doc; /* of its data; no nodes when that is not JSON */
    struct pieces pieces;
    struct queued item;
    struct stop *stop;
};

enum lic_rc stream_begin(struct lic_exchange *x, struct lic_err *err)
{
    struct stream *s = ARENA_NEW(&x->arena, struct stream);
    ENSURE(s, err, LIC_E_NOMEM, "no memory for a stream");
    s->x = x;
    sse_init(&s->sse, &x->arena);
    arena_init(&s->queue_arena, &x->worker->pool, /* bytes_max= */ 0);
    TRY(x->dialect->stream_new(&x->arena, &x->request, &s->dialect, err));
    x->stream = s;
    return LIC_OK;
}

/* ---- what leaves ---- */

static void put_own(struct stream *s, lic_str bytes)
{
    if (s->passing) {
        s->passing = false;
        buf_add(&s->out, str_head(s->chunk, s->clean_n));
    }
    buf_add(&s->out, bytes);
}

static void put_raw(struct stream *s, lic_str raw)
{
    if (s->passing && raw.at == s->chunk.at + s->clean_n) {
        s->clean_n += raw.n;
        return;
    }
    put_own(s, raw);
}

/* ---- stopping ---- */

static enum lic_rc stop_failed(struct stop *stop, enum failmode mode, enum lic_rc rc)
{
    stop->kind = STOP_FAILED;
    stop->mode = rc == LIC_E_NOMEM ? FAIL_out_of_memory : mode;
    return rc;
}

static enum lic_rc stop_intervened(struct stop *stop, lic_str reason, lic_str message)
{
    stop->kind = STOP_INTERVENED;
    stop->reason = reason;
    stop->message = message;
    return LIC_E_INVALID;
}

/* ---- lanes ---- */

static enum finding_action decide(void *arg, const struct finding *finding)
{
    struct lane *lane = arg;
    struct lic_exchange *x = lane->stream->x;
    struct inspect inspect = exchange_inspect(x, /* output= */ true);
    enum event_channel channel = x->answer.parts.at[lane->part].channel;
    enum finding_action action = inspect_action(&inspect, finding, channel);
    lane->sensitive |= action == ACTION_FLAG;
    return action;
}

static enum lic_rc begin_lane(struct stream *s, uint32_t index, struct lane **out,
                              struct lic_err *err)
{
    struct lic_exchange *x = s->x;
    const struct dialect_lane *known = &s->dialect->lanes.at[index];
    struct event_part part = { .channel = known->channel,
                               .kind = known->channel == CHANNEL_TOOL_CALL ? PART_JSON : PART_TEXT,
                               .choice = known->choice,
                               .name = known->name,
                               .id = known->id };
    struct lane *lane = ARENA_NEW(&x->arena, struct lane);
    ENSURE(lane, err, LIC_E_NOMEM, "no memory for a lane");
    lane->stream = s;
    lane->part = x->answer.parts.n;
    TRY(event_add_part(&x->answer, &x->arena, &part, err));
    buf_init(&lane->text, &x->arena, LIMIT_HELD_BYTES);
    buf_init(&lane->whole, &x->arena, LIMIT_HELD_BYTES);
    if (x->guardrail && x->guardrail->output) {
        flow_init(&lane->flow, &x->arena, x->guardrail->output, x->worker->detect, decide, lane);
    }
    *out = lane;
    return LIC_OK;
}

/* The engine's lane beside the dialect's of the same number. */
static enum lic_rc find_lane(struct stream *s, uint32_t index, struct lane **out,
                             struct lic_err *err)
{
    CHECK(index < s->dialect->lanes.n);
    ENSURE(index < LIMIT_LANES, err, LIC_E_LIMIT, "more than %u texts in one stream", LIMIT_LANES);
    while (s->lanes.n <= index) {
        ENSURE(ARENA_PUSH(&s->x->arena, &s->lanes, NULL), err, LIC_E_NOMEM, "no memory for a lane");
    }
    if (!s->lanes.at[index]) {
        TRY(begin_lane(s, index, &s->lanes.at[index], err));
    }
    *out = s->lanes.at[index];
    return LIC_OK;
}

/* Keeps the beginning of a text for the record; what is longer is cut there anyway. */
static void remember(struct lane *lane, lic_str text)
{
    size_t room =
        lane->text.n < LIMIT_RECORD_TEXT_BYTES ? LIMIT_RECORD_TEXT_BYTES - lane->text.n : 0;
    buf_add(&lane->text, text.n <= room ? text : str_head(text, room));
}

/* Findings of one push join those of the answer. */
static enum lic_rc keep_findings(struct lic_exchange *x, const struct findings *found,
                                 uint32_t part, struct lic_err *err)
{
    for (uint32_t i = 0; i < found->n; i++) {
        struct finding finding = found->at[i];
        finding.part = part;
        finding.output = true;
        if (finding.action == ACTION_NONE) {
            continue;
        }
        ENSURE(x->found_out.n < LIMIT_FINDINGS, err, LIC_E_LIMIT, "more than %u findings",
               LIMIT_FINDINGS);
        ENSURE(ARENA_PUSH(&x->arena, &x->found_out, finding), err, LIC_E_NOMEM,
               "no memory for a finding");
    }
    return LIC_OK;
}

/* The text is complete: looked at as that of an answer that came whole. */
static enum lic_rc release_whole(struct lane *lane, struct flow_release *out, struct lic_err *err)
{
    struct lic_exchange *x = lane->stream->x;
    struct inspect inspect = exchange_inspect(x, /* output= */ true);
    struct findings found = { 0 };
    struct event_part part = x->answer.parts.at[lane->part];
    struct buf shown;
    part.kind = PART_TEXT;
    part.text = part.raw = buf_str(&lane->whole);
    TRY(inspect_part(&inspect, &part, lane->part, &found, err));
    findings_settle(&found);
    TRY(keep_findings(x, &found, lane->part, err));
    lane->sensitive |= found.n > 0;
    if (findings_action(&found) == ACTION_REJECT) {
        *out = (struct flow_release){ .rejected = true };
        return LIC_OK;
    }
    buf_init(&shown, &x->worker->scratch, LIMIT_HELD_BYTES * 2u);
    redact_text_as(part.text, found.at, found.n, rewriting_ways(x), &shown);
    TRY(buf_check(&shown, "a rewritten text", err));
    *out = (struct flow_release){ .text = buf_str(&shown) };
    return LIC_OK;
}

static enum lic_rc push_whole(struct lane *lane, lic_str text, bool last, struct flow_release *out,
                              struct lic_err *err)
{
    buf_add(&lane->whole, text);
    TRY(buf_check(&lane->whole, "a text that must be looked at as a whole", err));
    *out = (struct flow_release){ .unchanged = text.n == 0 };
    return last && lane->whole.n > 0 ? release_whole(lane, out, err) : LIC_OK;
}

static enum lic_rc push_flow(struct lane *lane, lic_str text, bool last, struct flow_release *out,
                             struct lic_err *err)
{
    struct lic_exchange *x = lane->stream->x;
    struct findings found = { 0 };
    if (x->guardrail && x->guardrail->scan[/* output */ 1].whole) {
        return push_whole(lane, text, last, out, err);
    }
    if (!x->guardrail || !x->guardrail->output) {
        *out = (struct flow_release){ .text = text, .unchanged = true };
        return LIC_OK;
    }
    TRY(flow_push(&lane->flow, text, last, &x->worker->scratch, out, &found, err));
    return keep_findings(x, &found, lane->part, err);
}

static enum lic_rc push_text(struct reading *r, uint32_t index, lic_str text, bool last,
                             struct flow_release *out, struct lic_err *err)
{
    struct lic_exchange *x = r->stream->x;
    struct lane *lane;
    enum lic_rc rc = find_lane(r->stream, index, &lane, err);
    if (rc == LIC_OK && lane->ended) {
        rc = text.n == 0 ? LIC_OK : err_set(err, LIC_E_INVALID, "a text grows after its end");
        *out = (struct flow_release){ .unchanged = true };
    } else if (rc == LIC_OK) {
        lane->ended = last;
        rc = push_flow(lane, text, last, out, err);
    }
    if (rc != LIC_OK) {
        return stop_failed(r->stop, rc == LIC_E_LIMIT ? FAIL_stream_limit : FAIL_detector_failed,
                           rc);
    }
    if (out->rejected) {
        return stop_intervened(r->stop, inspect_reason(&x->arena, &x->found_out, &x->answer),
                               exchange_message(x, /* output= */ true));
    }
    remember(lane, out->text);
    bool changed;
    rc = rewriting_reveal_piece(x, &lane->kept, last, &out->text, &changed, err);
    out->unchanged = out->unchanged && !changed;
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_limit, rc);
}

/* ---- the queue ---- */

static enum lic_rc keep(struct stream *s, lic_str *str, struct lic_err *err)
{
    if (str->n == 0) {
        return LIC_OK;
    }
    s->queue_bytes += str->n;
    ENSURE(s->queue_bytes <= LIMIT_HELD_BYTES, err, LIC_E_LIMIT,
           "a tool call and what came with it are longer than %u bytes", LIMIT_HELD_BYTES);
    lic_str copy = str_copy(&s->queue_arena, *str);
    ENSURE(copy.at, err, LIC_E_NOMEM, "no memory to hold an event");
    *str = copy;
    return LIC_OK;
}

/* Makes an event outlive its chunk. */
static enum lic_rc enqueue(struct stream *s, struct queued item, struct lic_err *err)
{
    struct edits edits = item.edits;
    struct queued kept = item;
    kept.edits = (struct edits){ 0 };
    kept.spans.at = NULL;
    kept.spans.n = kept.spans.cap = 0;
    TRY(keep(s, &kept.raw, err));
    TRY(keep(s, &kept.name, err));
    TRY(keep(s, &kept.data, err));
    for (uint32_t i = 0; i < edits.n; i++) {
        struct edit edit = edits.at[i];
        TRY(keep(s, &edit.with, err));
        TRY(edits_add(&kept.edits, &s->queue_arena, edit.start, edit.len, edit.with));
    }
    for (uint32_t i = 0; i < item.spans.n; i++) {
        ENSURE(ARENA_PUSH(&s->queue_arena, &kept.spans, item.spans.at[i]), err, LIC_E_NOMEM,
               "no memory to hold an event");
    }
    ENSURE(ARENA_PUSH(&s->queue_arena, &s->queue, kept), err, LIC_E_NOMEM,
           "no memory to hold an event");
    return LIC_OK;
}

/* The arguments that were rewritten take the place of those that came in pieces. */
static enum lic_rc edit_spans(struct stream *s, struct queued *item, struct arena *arena,
                              struct lic_err *err)
{
    for (uint32_t i = 0; i < item->spans.n; i++) {
        const struct queued_span *span = &item->spans.at[i];
        struct lane *lane = s->lanes.at[span->lane];
        if (!lane->rewritten) {
            continue;
        }
        struct buf escaped;
        buf_init(&escaped, arena, LIMIT_HELD_BYTES * 2u);
        if (!lane->arguments_sent) {
            lane->arguments_sent = true;
            json_escape(&escaped, lane->arguments);
        }
        TRY(buf_check(&escaped, "rewritten arguments", err));
        TRY(edits_add(&item->edits, arena, span->start, span->len, buf_str(&escaped)));
    }
    return LIC_OK;
}

static enum lic_rc put_item(struct stream *s, struct queued *item, struct arena *arena,
                            struct lic_err *err)
{
    TRY(edit_spans(s, item, arena, err));
    if (item->edits.n == 0 && item->plain) {
        put_raw(s, item->raw);
        return LIC_OK;
    }
    struct buf data, event;
    buf_init(&data, arena, LIMIT_HELD_BYTES * 2u);
    buf_init(&event, arena, LIMIT_HELD_BYTES * 2u);
    TRY(edits_apply(&item->edits, item->data, &data, err));
    sse_write(&event, item->name, buf_str(&data));
    TRY(buf_check(&data, "a rewritten event", err));
    TRY(buf_check(&event, "a rewritten event", err));
    put_own(s, buf_str(&event));
    return LIC_OK;
}

static enum lic_rc flush_queue(struct stream *s, struct lic_err *err)
{
    for (uint32_t i = 0; i < s->queue.n; i++) {
        TRY(put_item(s, &s->queue.at[i], &s->queue_arena, err));
    }
    s->queue.at = NULL;
    s->queue.n = s->queue.cap = 0;
    s->queue_bytes = 0;
    arena_reset(&s->queue_arena);
    return LIC_OK;
}

/* Bytes of our own making, in order with what waits. */
static enum lic_rc put_bytes(struct stream *s, lic_str bytes, struct lic_err *err)
{
    if (s->queue.n > 0 || s->calls_open > 0) {
        return enqueue(s, (struct queued){ .raw = bytes, .plain = true }, err);
    }
    put_own(s, bytes);
    return LIC_OK;
}

/* ---- tool calls ---- */

/* What is repeated was judged only if it says the same: name, id and arguments. */
static bool was_judged(const struct stream *s, const struct event_part *part)
{
    const struct event *answer = &s->x->answer;
    for (uint32_t i = 0; i < answer->calls.n; i++) {
        const struct event_call *call = &answer->calls.at[i];
        if (str_eq(call->name, part->name) && str_eq(call->id, part->id) &&
            str_eq(answer->parts.at[call->part].text, part->text)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc judge_call(struct reading *r, const struct event_part *part, uint32_t part_index,
                              struct lic_err *err)
{
    struct lic_exchange *x = r->stream->x;
    struct event_call call = {
        .name = part->name, .id = part->id, .part = part_index, .choice = part->choice
    };
    lic_str reason;
    bool allowed = exchange_call_allowed(x, &call, part->text, &reason);
    if (!ARENA_PUSH(&x->arena, &x->answer.calls, call)) {
        return stop_failed(r->stop, FAIL_out_of_memory,
                           err_set(err, LIC_E_NOMEM, "no memory for a tool call"));
    }
    return allowed ? LIC_OK
                   : stop_intervened(r->stop, reason, exchange_call_message(x, part->name));
}

/* A part that is complete, as an event of its own: findings and edits see it as number 0. */
static struct event event_of(struct event_part *part)
{
    struct event one = { 0 };
    one.parts.at = part;
    one.parts.n = one.parts.cap = 1;
    return one;
}

static enum lic_rc scan_part(struct reading *r, struct event_part *part, struct findings *found,
                             struct lic_err *err)
{
    struct lic_exchange *x = r->stream->x;
    struct inspect inspect = exchange_inspect(x, /* output= */ true);
    inspect.arena = &x->worker->scratch;
    struct event one = event_of(part);
    enum lic_rc rc = inspect_event(&inspect, &one, found, err);
    return rc == LIC_OK
               ? LIC_OK
               : stop_failed(r->stop, rc == LIC_E_LIMIT ? FAIL_stream_limit : FAIL_detector_failed,
                             rc);
}

/* Does what the findings of a complete part ask for: its masks become edits of `body`, in which
 * its raw stands. */
static enum lic_rc apply_found(struct reading *r, struct event_part *part,
                               const struct findings *found, lic_str body, struct edits *edits,
                               struct lic_err *err)
{
    struct lic_exchange *x = r->stream->x;
    struct event one = event_of(part);
    if (findings_action(found) == ACTION_REJECT) {
        return stop_intervened(r->stop, inspect_reason(&x->arena, found, &one),
                               exchange_message(x, /* output= */ true));
    }
    enum lic_rc rc =
        inspect_rewrite(&x->worker->scratch, rewriting_ways(x), &one, found, body, edits, err);
    if (rc == LIC_OK) {
        rc = rewriting_reveal_part(x, part, 0, found, body, edits, err);
    }
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_detector_failed, rc);
}

static enum lic_rc count_found(struct reading *r, const struct findings *found, uint32_t part,
                               struct lic_err *err)
{
    enum lic_rc rc = keep_findings(r->stream->x, found, part, err);
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_limit, rc);
}

/* A call is complete: inspected, judged, and from now on free to leave. */
static enum lic_rc end_call(struct reading *r, uint32_t index, struct lic_err *err)
{
    struct stream *s = r->stream;
    struct lane *lane = s->lanes.at[index];
    lane->judged = true;
    lane->sensitive = true;
    s->calls_open--;
    struct lic_exchange *x = s->x;
    struct event_part *part = &x->answer.parts.at[lane->part];
    part->name = s->dialect->lanes.at[index].name;
    part->id = s->dialect->lanes.at[index].id;
    part->text = buf_str(&lane->text);
    part->raw = part->text;
    part->object = true; /* the arguments are edited where they stand, as JSON */
    struct edits edits = { 0 };
    struct findings found = { 0 };
    TRY(scan_part(r, part, &found, err));
    TRY(count_found(r, &found, lane->part, err));
    TRY(apply_found(r, part, &found, part->text, &edits, err));
    TRY(judge_call(r, part, lane->part, err));
    lane->arguments = part->text;
    if (edits.n == 0) {
        return LIC_OK;
    }
    struct buf rewritten;
    buf_init(&rewritten, &x->arena, LIMIT_HELD_BYTES * 2u);
    enum lic_rc rc = edits_apply(&edits, part->text, &rewritten, err);
    if (rc != LIC_OK || rewritten.failed != LIC_OK) {
        return stop_failed(r->stop, FAIL_out_of_memory, LIC_E_NOMEM);
    }
    lane->arguments = buf_str(&rewritten);
    lane->rewritten = true;
    return LIC_OK;
}

/* ---- pieces ---- */

static enum lic_rc decode(struct reading *r, lic_str raw, lic_str *out, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, &r->stream->x->worker->scratch, LIMIT_SSE_EVENT_BYTES);
    enum lic_rc rc = json_unescape(raw, &text, err);
    if (rc == LIC_OK) {
        rc = buf_check(&text, "a piece of text", err);
    }
    *out = buf_str(&text);
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_bad_event, rc);
}

static enum lic_rc edit_data(struct reading *r, lic_str raw, lic_str with, struct lic_err *err)
{
    size_t start = (size_t)(raw.at - r->event->data.at);
    enum lic_rc rc = edits_add(&r->item.edits, &r->stream->x->worker->scratch, start, raw.n, with);
    return rc == LIC_OK ? LIC_OK
                        : stop_failed(r->stop, FAIL_out_of_memory,
                                      err_set(err, rc, "no memory for an edit"));
}

/* Whether this very event also ends the lane (or everything). */
static bool ends_here(const struct reading *r, uint32_t lane)
{
    for (uint32_t i = 0; i < r->pieces.n; i++) {
        const struct piece *piece = &r->pieces.at[i];
        if (piece->kind == PIECE_END || (piece->kind == PIECE_LANE_END && piece->lane == lane)) {
            return true;
        }
    }
    return false;
}

/* More text of the same lane follows in this event. */
static bool text_follows(const struct reading *r, uint32_t from, uint32_t lane)
{
    for (uint32_t i = from + 1; i < r->pieces.n; i++) {
        if (r->pieces.at[i].kind == PIECE_TEXT && r->pieces.at[i].lane == lane) {
            return true;
        }
    }
    return false;
}

static enum lic_rc on_text(struct reading *r, uint32_t i, struct lic_err *err)
{
    const struct piece *piece = &r->pieces.at[i];
    lic_str text;
    struct flow_release release;
    TRY(decode(r, piece->raw, &text, err));
    bool last = ends_here(r, piece->lane) && !text_follows(r, i, piece->lane);
    TRY(push_text(r, piece->lane, text, last, &release, err));
    if (release.unchanged) {
        return LIC_OK;
    }
    struct buf escaped;
    buf_init(&escaped, &r->stream->x->worker->scratch, LIMIT_HELD_BYTES);
    json_escape(&escaped, release.text);
    return edit_data(r, piece->raw, buf_str(&escaped), err);
}

static enum lic_rc on_call(struct reading *r, const struct piece *piece, struct lic_err *err)
{
    struct lane *lane;
    enum lic_rc rc = find_lane(r->stream, piece->lane, &lane, err);
    if (rc != LIC_OK) {
        return stop_failed(r->stop, FAIL_stream_limit, rc);
    }
    if (!lane->call) {
        lane->call = true;
        r->stream->calls_open++;
    }
    return LIC_OK;
}

static enum lic_rc on_args(struct reading *r, const struct piece *piece, struct lic_err *err)
{
    TRY(on_call(r, piece, err));
    struct lane *lane = r->stream->lanes.at[piece->lane];
    if (lane->judged) {
        return stop_failed(r->stop, FAIL_stream_not_understood,
                           err_set(err, LIC_E_INVALID, "arguments grow after their call ended"));
    }
    lic_str text;
    TRY(decode(r, piece->raw, &text, err));
    buf_add(&lane->text, text);
    enum lic_rc rc = buf_check(&lane->text, "a tool call's arguments", err);
    if (rc != LIC_OK) {
        return stop_failed(r->stop, FAIL_stream_limit, rc);
    }
    struct queued_span span = { piece->lane, (size_t)(piece->raw.at - r->event->data.at),
                                piece->raw.n };
    if (!ARENA_PUSH(&r->stream->x->worker->scratch, &r->item.spans, span)) {
        return stop_failed(r->stop, FAIL_out_of_memory, LIC_E_NOMEM);
    }
    return LIC_OK;
}

static enum lic_rc end_lane(struct reading *r, uint32_t index, struct lic_err *err)
{
    struct stream *s = r->stream;
    const struct lane *lane = index < s->lanes.n ? s->lanes.at[index] : NULL;
    if (!lane) {
        return LIC_OK;
    }
    if (lane->call) {
        return lane->judged ? LIC_OK : end_call(r, index, err);
    }
    struct flow_release release;
    TRY(push_text(r, index, LIC_STR(""), /* last= */ true, &release, err));
    if (release.text.n == 0) {
        return LIC_OK;
    }
    struct buf delta;
    buf_init(&delta, &s->x->worker->scratch, LIMIT_HELD_BYTES);
    s->dialect->dialect->write_delta(s->dialect, index, release.text, &delta);
    s->dialect->inserted++;
    enum lic_rc rc = put_bytes(s, buf_str(&delta), err);
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_limit, rc);
}

static enum lic_rc end_all(struct reading *r, struct lic_err *err)
{
    for (uint32_t i = 0; i < r->stream->lanes.n; i++) {
        TRY(end_lane(r, i, err));
    }
    return LIC_OK;
}

/* Whether a lane, or an earlier complete text, has said the same already. `shown` is the text as
 * it leaves, which is what lanes remember. */
static bool is_repeated(const struct stream *s, const struct event_part *part, lic_str shown)
{
    for (uint32_t i = 0; i < s->lanes.n; i++) {
        const struct lane *lane = s->lanes.at[i];
        if (lane && str_eq(buf_str(&lane->text), str_head(shown, LIMIT_RECORD_TEXT_BYTES))) {
            return true;
        }
    }
    for (uint32_t i = 0; i < s->x->answer.parts.n; i++) {
        if (str_eq(s->x->answer.parts.at[i].text, part->text)) {
            return true;
        }
    }
    return false;
}

/* Keeps a complete part for the record, which shows it masked. */
static enum lic_rc keep_part(struct lic_exchange *x, const struct event_part *part,
                             const struct findings *found, struct lic_err *err)
{
    struct event_part kept = *part;
    struct event one = event_of(&kept);
    bool mask = x->engine->config.content == RECORD_CONTENT_MASKED;
    TRY(inspect_show(&x->arena, &one, found, mask, err));
    kept.text = str_copy(&x->arena, part->text);
    kept.name = str_copy(&x->arena, part->name);
    kept.id = str_copy(&x->arena, part->id);
    kept.raw = (lic_str){ 0 };
    ENSURE(kept.text.at && kept.name.at && kept.id.at, err, LIC_E_NOMEM, "no memory for a text");
    return event_add_part(&x->answer, &x->arena, &kept, err);
}

static enum lic_rc record_whole(struct reading *r, const struct event_part *part,
                                const struct findings *found, struct lic_err *err)
{
    uint32_t index = r->stream->x->answer.parts.n;
    enum lic_rc rc = keep_part(r->stream->x, part, found, err);
    if (rc != LIC_OK) {
        return stop_failed(r->stop, FAIL_stream_limit, rc);
    }
    return count_found(r, found, index, err);
}

static enum lic_rc on_whole(struct reading *r, const struct piece *piece, struct lic_err *err)
{
    struct lic_exchange *x = r->stream->x;
    struct event_part part = piece->part;
    struct findings found = { 0 };
    struct buf shown;
    TRY(scan_part(r, &part, &found, err));
    buf_init(&shown, &x->worker->scratch, LIMIT_HELD_BYTES * 2u);
    redact_text(part.text, found.at, found.n, &shown);
    bool is_call = part.channel == CHANNEL_TOOL_CALL && part.name.n > 0;
    bool judged = is_call && was_judged(r->stream, &part);
    uint32_t index = x->answer.parts.n;
    if (!judged && (is_call || !is_repeated(r->stream, &part, buf_str(&shown)))) {
        TRY(record_whole(r, &part, &found, err));
    }
    TRY(apply_found(r, &part, &found, r->event->data, &r->item.edits, err));
    return is_call && !judged ? judge_call(r, &part, index, err) : LIC_OK;
}

static enum lic_rc on_strip(struct reading *r, const struct piece *piece, struct lic_err *err)
{
    if (!exchange_strips(r->stream->x)) {
        return LIC_OK;
    }
    lic_str with = piece->part.text.n > 0 ? piece->part.text : LIC_STR("null");
    return str_eq(piece->raw, with) ? LIC_OK : edit_data(r, piece->raw, with, err);
}

static enum lic_rc on_piece(struct reading *r, uint32_t i, struct lic_err *err)
{
    const struct piece *piece = &r->pieces.at[i];
    switch (piece->kind) {
    case PIECE_TEXT:
        return on_text(r, i, err);
    case PIECE_CALL:
        return on_call(r, piece, err);
    case PIECE_ARGS:
        return on_args(r, piece, err);
    case PIECE_LANE_END:
        return end_lane(r, piece->lane, err);
    case PIECE_WHOLE:
        return on_whole(r, piece, err);
    case PIECE_STRIP:
        return on_strip(r, piece, err);
    case PIECE_END:
        return end_all(r, err);
    }
    UNREACHABLE("every kind of piece is handled");
}

/* ---- events ---- */

/* Takes "name: value", with the value that the reader found there, and its line end. */
static bool take_line(lic_str *rest, lic_str name, lic_str value)
{
    if (!str_starts(*rest, name)) {
        return false;
    }
    lic_str line = str_tail(*rest, name.n);
    line = str_tail(line, str_starts(line, LIC_STR(" ")) ? 1 : 0);
    if (line.n <= value.n || line.at != value.at) {
        return false;
    }
    line = str_tail(line, value.n);
    *rest = str_tail(line, str_starts(line, LIC_STR("\r\n")) ? 2 : 1);
    return line.at[0] == '\n' || line.at[0] == '\r';
}

/* No line in the raw bytes but the event's name and its data: nothing rides along unseen. */
static bool is_plain(const struct sse_event *event)
{
    lic_str rest = event->raw;
    if (event->name.n > 0 && !take_line(&rest, LIC_STR("event:"), event->name)) {
        return false;
    }
    return take_line(&rest, LIC_STR("data:"), event->data) &&
           (str_eq(rest, LIC_STR("\n")) || str_eq(rest, LIC_STR("\r\n")) ||
            str_eq(rest, LIC_STR("\r")));
}

static enum lic_rc read_pieces(struct reading *r, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct stream *s = r->stream;
    struct arena *scratch = &s->x->worker->scratch;
    bool is_json = r->event->data.n > 0 && r->event->data.at[0] == '{';
    if (is_json) {
        enum lic_rc rc = json_read(scratch, r->event->data, &limits, &r->doc, err);
        if (rc != LIC_OK) {
            return stop_failed(r->stop, FAIL_stream_bad_event, rc);
        }
    }
    enum lic_rc rc =
        s->dialect->dialect->read_sse(s->dialect, scratch, r->event->name, r->event->data,
                                      is_json ? &r->doc : NULL, &r->pieces, &r->item.edits, err);
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_not_understood, rc);
}

static enum lic_rc renumber(struct reading *r, struct lic_err *err)
{
    struct stream *s = r->stream;
    if (!s->dialect->dialect->renumber || r->doc.n == 0) {
        return LIC_OK;
    }
    enum lic_rc rc = s->dialect->dialect->renumber(s->dialect, &s->x->worker->scratch, &r->doc,
                                                   &r->item.edits, err);
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_not_understood, rc);
}

static enum lic_rc put_event(struct reading *r, bool waits, struct lic_err *err)
{
    struct stream *s = r->stream;
    enum lic_rc rc;
    if (!waits) {
        rc = put_item(s, &r->item, &s->x->worker->scratch, err);
    } else {
        rc = enqueue(s, r->item, err);
        if (rc == LIC_OK && s->calls_open == 0) {
            rc = flush_queue(s, err);
        }
    }
    return rc == LIC_OK ? LIC_OK : stop_failed(r->stop, FAIL_stream_limit, rc);
}

static enum lic_rc on_event(struct stream *s, const struct sse_event *event, struct stop *stop)
{
    if (!event->data.at) {
        /* A comment keeps the connection alive; what it says is nobody's business. */
        if (s->queue.n == 0) {
            put_own(s, LIC_STR(":\n\n"));
        }
        return LIC_OK;
    }
    struct reading r = { .stream = s, .event = event, .stop = stop };
    r.item = (struct queued){
        .raw = event->raw, .name = event->name, .data = event->data, .plain = is_plain(event)
    };
    TRY(read_pieces(&r, &stop->err));
    bool waits = s->calls_open > 0;
    uint32_t inserted = s->dialect->inserted;
    for (uint32_t i = 0; i < r.pieces.n; i++) {
        TRY(on_piece(&r, i, &stop->err));
        waits |= s->calls_open > 0;
    }
    if (s->dialect->inserted > inserted) {
        TRY(renumber(&r, &stop->err));
    }
    return put_event(&r, waits || r.item.spans.n > 0, &stop->err);
}

/* ---- chunks ---- */

static void release_cut(struct stream *s, struct lic_release *out)
{
    struct lic_exchange *x = s->x;
    uint32_t status = 200;
    if (s->out.failed != LIC_OK) {
        /* Not even the error fits into memory: the connection just ends. */
        s->out.n = 0;
        status = s->left_any ? status : failmode_row(FAIL_out_of_memory)->status;
    }
    *out = (struct lic_release){ .kind = LIC_RELEASE_CUT,
                                 .bytes = buf_str(&s->out),
                                 .head_ready = true,
                                 .head = { status, { 0 } } };
    arena_fini(&s->queue_arena);
    x->state = EXCHANGE_ENDED;
}

/* What already may leave goes out before the stop. */
static void stop_stream(struct stream *s, const struct stop *stop, struct lic_release *out)
{
    struct lic_exchange *x = s->x;
    put_own(s, (lic_str){ 0 });
    if (stop->kind == STOP_INTERVENED) {
        worker_count(x->worker, COUNTER_INTERVENED, 1);
        exchange_note_stop(x, LIC_STR("reject"), LIC_STR("intervened"), stop->reason);
        s->dialect->dialect->write_stop(s->dialect, stop->message, &s->out);
        release_cut(s, out);
        return;
    }
    if (!s->left_any && s->out.n == 0) {
        arena_fini(&s->queue_arena);
        answer_fail(x, stop->mode, &stop->err, out);
        return;
    }
    exchange_note_failure(x, stop->mode, &stop->err);
    s->dialect->dialect->write_stream_error(s->dialect, failmode_row(stop->mode)->status,
                                            exchange_sentence(x, stop->mode, &stop->err), &s->out);
    release_cut(s, out);
}

static enum lic_rc read_events(struct stream *s, struct stop *stop)
{
    for (;;) {
        struct sse_event event;
        bool found = false;
        enum lic_rc rc = sse_next(&s->sse, &event, &found, &stop->err);
        if (rc != LIC_OK) {
            return stop_failed(stop, FAIL_stream_limit, rc);
        }
        if (!found) {
            return LIC_OK;
        }
        /* After the end marker nothing is part of the answer any more. */
        if (!s->dialect->ended) {
            TRY(on_event(s, &event, stop));
        }
    }
}

static enum lic_rc check_end(struct stream *s, enum lic_end end, struct stop *stop)
{
    if (end == LIC_END_NOT_YET || s->dialect->ended) {
        return LIC_OK;
    }
    stop->err = (struct lic_err){ 0 };
    return stop_failed(stop, FAIL_stream_broken, LIC_E_IO);
}

static void release_chunk(struct stream *s, enum lic_end end, struct lic_release *out)
{
    bool whole = s->passing && s->clean_n == s->chunk.n;
    lic_str bytes = s->passing ? str_head(s->chunk, s->clean_n) : buf_str(&s->out);
    s->left_any |= bytes.n > 0;
    out->head_ready = s->left_any || end != LIC_END_NOT_YET;
    out->head = (struct lic_response_head){ 200, { 0 } };
    out->bytes = whole ? (lic_str){ 0 } : bytes;
    out->kind = whole ? LIC_RELEASE_PASS : bytes.n > 0 ? LIC_RELEASE_REPLACE : LIC_RELEASE_HOLD;
    if (end != LIC_END_NOT_YET) {
        arena_fini(&s->queue_arena);
    }
}

void stream_chunk(struct lic_exchange *x, lic_str chunk, enum lic_end end, struct lic_release *out)
{
    struct stream *s = x->stream;
    struct stop stop = { 0 };
    s->chunk = chunk;
    s->clean_n = 0;
    s->passing = true;
    buf_init(&s->out, &x->worker->scratch, (size_t)LIMIT_HELD_BYTES * 4);
    sse_feed(&s->sse, chunk);
    enum lic_rc rc = read_events(s, &stop);
    if (rc == LIC_OK) {
        rc = check_end(s, end, &stop);
    }
    if (rc == LIC_OK && s->out.failed != LIC_OK) {
        rc = stop_failed(&stop, FAIL_stream_limit, s->out.failed);
    }
    if (rc != LIC_OK) {
        CHECK(stop.kind != STOP_NONE);
        stop_stream(s, &stop, out);
        return;
    }
    release_chunk(s, end, out);
}

/* ---- the record ---- */

/* Text that was only flagged left as it was; the record masks it all the same. */
static enum lic_rc show_lane(struct lic_exchange *x, struct event_part *part, struct lic_err *err)
{
    struct inspect inspect = exchange_inspect(x, /* output= */ true);
    struct findings found = { 0 };
    struct event one = event_of(part);
    TRY(inspect_event(&inspect, &one, &found, err));
    return inspect_show(&x->arena, &one, &found, x->engine->config.content == RECORD_CONTENT_MASKED,
                        err);
}

enum lic_rc stream_collect(struct lic_exchange *x, struct lic_err *err)
{
    struct stream *s = x->stream;
    arena_fini(&s->queue_arena); /* the caller may have gone while a call waited */
    for (uint32_t i = 0; i < s->lanes.n; i++) {
        struct lane *lane = s->lanes.at[i];
        if (!lane) {
            continue;
        }
        struct event_part *part = &x->answer.parts.at[lane->part];
        part->name = s->dialect->lanes.at[i].name;
        part->text = lane->rewritten ? lane->arguments : buf_str(&lane->text);
        part->raw = (lic_str){ 0 };
        if (lane->sensitive) {
            TRY(show_lane(x, part, err));
        }
    }
    if (findings_action(&x->found_out) == ACTION_REWRITE &&
        str_eq(x->request.enforced, LIC_STR("forwarded"))) {
        worker_count(x->worker, COUNTER_ANSWER_REWRITES, 1);
        x->request.enforced = LIC_STR("rewritten");
    }
    x->answer.input_tokens = s->dialect->usage.input_tokens;
    x->answer.output_tokens = s->dialect->usage.output_tokens;
    x->answer.finish = s->dialect->usage.finish;
    return LIC_OK;
}

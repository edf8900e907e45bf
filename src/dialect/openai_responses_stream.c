/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of OpenAI's Responses: a response is created, its output items come one after another,
 * each added, grown in parts, and done; then the response comes whole once more.
 *
 *     response.created ──► output_item.added ──► content_part.added ──► *.delta* ──► *.done ─┐
 *                          ▲    begin_item                              grow         repeat  │
 *                          │                                                                 │
 *                          └──── output_item.done ◄───────────── content_part.done ◄─────────┘
 *                                  end_item
 *                                      └──► response.completed | incomplete | failed
 *                                              end_response
 *
 * Every text comes up to five times: in deltas, in its .done, and in the part, item and response
 * that have it. Deltas grow a lane; each repetition is PIECE_WHOLE, so that it is inspected and
 * rewritten by itself. A tool call is judged once, on its lane: PIECE_CALL when its item begins,
 * PIECE_LANE_END before its arguments are first repeated, or with them when only then they come.
 * A call is known by its id: what repeats it must say the same name and the same arguments, else
 * the stream is refused, since one was judged and the other would be carried out.
 *
 * Invariants: items are numbered from 0 without a gap; a text that is done grows no more; after
 * the last response nothing comes. What the reader has seen is as in anthropic_stream.c.
 */
#include "dialect/openai_responses.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define NO_ITEM UINT32_MAX

/* What a lane is besides struct dialect_lane. */
struct lane_more {
    lic_str item_id;
    struct buf arguments; /* of a call: all of them, decoded, as far as they came */
};

/* How far a stream is; dialect_stream.own. */
struct progress {
    struct {
        struct lane_more *at; /* by lane */
        uint32_t n, cap;
    } more;
    struct {
        lic_str *at; /* ids by output index */
        uint32_t n, cap;
    } items;
    lic_str id, model; /* of the response */
    int64_t created_s;
    uint64_t sequence;   /* the number that the event read last goes out with */
    uint32_t calls_open; /* tool calls begun and not ended */
    uint32_t held_from;  /* first item not shown since a call is being judged, or NO_ITEM */
    bool begun;          /* response.created was read */
    bool shown_begun;    /* as `begun`, before the event read last */
    uint32_t shown_n;    /* items begun before the event read last */
};

/* What an event does. */
enum step {
    STEP_STATUS,   /* says nothing but that something goes on */
    STEP_RESPONSE, /* carries the response as it is */
    STEP_LAST,     /* carries the response as it ended */
    STEP_ITEM_ADDED,
    STEP_ITEM_DONE,
    STEP_PART_ADDED, /* a part begins: its text grows */
    STEP_PART_DONE,
    STEP_DELTA,      /* a text grows */
    STEP_DONE,       /* a text is repeated whole and grows no more */
    STEP_CALL_DELTA, /* arguments grow */
    STEP_CALL_DONE,  /* arguments are repeated whole */
    STEP_ERROR
};

struct event_kind {
    lic_str type;
    enum step step;
    lic_str member; /* names the lane: what write_delta grows */
};

/* One event being read. */
struct reading {
    struct openai_items items; /* claim->own points here, to the first member */
    struct dialect_stream *stream;
    struct progress *progress;
    const struct event_kind *event;
    uint32_t item;  /* output_index */
    uint32_t index; /* content_index or summary_index */
    uint32_t lane;  /* for DELTA, CALL_DELTA, CALL_DONE */
};

static struct reading *reading_of(struct claim *claim)
{
    return (struct reading *)claim->own;
}

/* ---- lanes ---- */

static enum lic_rc keep(struct arena *arena, lic_str s, lic_str *out, struct lic_err *err)
{
    *out = str_copy(arena, s);
    ENSURE(out->at != NULL, err, LIC_E_NOMEM, "no memory for a name in a stream");
    return LIC_OK;
}

static enum lic_rc add_piece(struct claim *claim, enum piece_kind kind, uint32_t lane, lic_str raw,
                             struct lic_err *err)
{
    struct piece piece = { .kind = kind, .lane = lane, .raw = raw };
    return claim_piece(claim->pieces, claim->arena, &piece, err);
}

/* Adds a lane for claim->part's name and id; *out is its number. */
static enum lic_rc open_lane(struct claim *claim, enum event_channel channel, lic_str member,
                             uint32_t *out, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    struct dialect_stream *stream = reading->stream;
    struct progress *progress = reading->progress;
    struct lane_more more = { .item_id = LIC_STR("") };
    struct dialect_lane lane = {
        .channel = channel,
        .choice = claim->part.message,
        .index = reading->index,
        .member = member,
    };
    ENSURE(stream->lanes.n < LIMIT_LANES, err, LIC_E_LIMIT,
           "an answer has more than %u texts side by side", LIMIT_LANES);
    if (reading->item < progress->items.n) {
        more.item_id = progress->items.at[reading->item];
    }
    TRY(keep(stream->arena, claim->part.name, &lane.name, err));
    TRY(keep(stream->arena, claim->part.id.n > 0 ? claim->part.id : more.item_id, &lane.id, err));
    buf_init(&more.arguments, stream->arena, LIMIT_HELD_BYTES);
    bool added = ARENA_PUSH(stream->arena, &stream->lanes, lane) &&
                 ARENA_PUSH(stream->arena, &progress->more, more);
    ENSURE(added, err, LIC_E_NOMEM, "no memory for a text in a stream");
    *out = stream->lanes.n - 1;
    return LIC_OK;
}

/* The lane of this text, ended or not; false: none. */
static bool find_lane(const struct reading *reading, lic_str member, uint32_t *out)
{
    const struct dialect_stream *stream = reading->stream;
    for (uint32_t i = stream->lanes.n; i > 0; i--) {
        const struct dialect_lane *lane = &stream->lanes.at[i - 1];
        if (lane->choice == reading->item && lane->index == reading->index &&
            lane->channel != CHANNEL_TOOL_CALL && str_eq(lane->member, member)) {
            *out = i - 1;
            return true;
        }
    }
    return false;
}

/* The call that the item is, still open; false: it is none. */
static bool find_call(const struct reading *reading, uint32_t *out)
{
    const struct dialect_stream *stream = reading->stream;
    for (uint32_t i = stream->lanes.n; i > 0; i--) {
        const struct dialect_lane *lane = &stream->lanes.at[i - 1];
        if (lane->choice == reading->item && lane->channel == CHANNEL_TOOL_CALL && !lane->ended) {
            *out = i - 1;
            return true;
        }
    }
    return false;
}

static enum lic_rc end_lane(struct claim *claim, uint32_t i, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    struct dialect_lane *lane = &reading->stream->lanes.at[i];
    lane->ended = true;
    if (lane->channel == CHANNEL_TOOL_CALL) {
        reading->progress->calls_open--;
    }
    return add_piece(claim, PIECE_LANE_END, i, LIC_STR(""), err);
}

/* Ends the open texts (not calls) of one item, or of all. */
static enum lic_rc end_texts(struct claim *claim, uint32_t item, struct lic_err *err)
{
    const struct dialect_stream *stream = reading_of(claim)->stream;
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        const struct dialect_lane *lane = &stream->lanes.at[i];
        bool meant = item == NO_ITEM || lane->choice == item;
        if (meant && !lane->ended && lane->channel != CHANNEL_TOOL_CALL) {
            TRY(end_lane(claim, i, err));
        }
    }
    return LIC_OK;
}

/* The open lane of the text that grows, made when it is the first of it. */
static enum lic_rc need_lane(struct claim *claim, lic_str member, uint32_t *out,
                             struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    if (!find_lane(reading, member, out)) {
        return open_lane(claim, CHANNEL_ASSISTANT, member, out, err);
    }
    ENSURE(!reading->stream->lanes.at[*out].ended, err, LIC_E_INVALID,
           "text %u of output item %u goes on after it was done", reading->index, reading->item);
    return LIC_OK;
}

/* ---- tool calls ---- */

static enum lic_rc begin_call(struct claim *claim, lic_str member, uint32_t *out,
                              struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    TRY(open_lane(claim, CHANNEL_TOOL_CALL, member, out, err));
    if (reading->progress->held_from == NO_ITEM) {
        reading->progress->held_from = reading->item; /* NO_ITEM in a response: it hides none */
    }
    reading->progress->calls_open++;
    return add_piece(claim, PIECE_CALL, *out, LIC_STR(""), err);
}

/* Appends to what is known of a call's arguments. */
static enum lic_rc keep_arguments(struct claim *claim, uint32_t lane, lic_str text,
                                  struct lic_err *err)
{
    struct buf *arguments = &reading_of(claim)->progress->more.at[lane].arguments;
    buf_add(arguments, text);
    return buf_check(arguments, "the arguments of a tool call", err);
}

static enum lic_rc grow_call(struct claim *claim, uint32_t lane, uint32_t node, struct lic_err *err)
{
    lic_str text;
    TRY(json_text(claim->doc, node, claim->arena, &text, err));
    TRY(keep_arguments(claim, lane, text, err));
    return text.n == 0 ? LIC_OK
                       : add_piece(claim, PIECE_ARGS, lane, json_raw(claim->doc, node), err);
}

static enum lic_rc add_whole(struct claim *claim, uint32_t lane, const struct event_part *part,
                             struct lic_err *err)
{
    struct piece piece = { .kind = PIECE_WHOLE, .lane = lane, .raw = part->raw, .part = *part };
    piece.part.name = reading_of(claim)->stream->lanes.at[lane].name;
    piece.part.id = reading_of(claim)->stream->lanes.at[lane].id;
    return claim_piece(claim->pieces, claim->arena, &piece, err);
}

/* Words that are no call by themselves: their part does not bear its name. */
static enum lic_rc add_words(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_TOOL_CALL;
    claim->part.name = LIC_STR("");
    TRY(claim_strings(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

/* A call's item begins: a string of arguments may grow, a JSON value comes again when done. */
static enum lic_rc add_call(struct claim *claim, uint32_t arguments, struct lic_err *err)
{
    uint32_t lane = 0;
    TRY(begin_call(claim, reading_of(claim)->items.kind->arguments, &lane, err));
    if (json_is(claim->doc, arguments, JSON_STRING)) {
        return grow_call(claim, lane, arguments, err);
    }
    return arguments == JSON_NONE ? LIC_OK : add_words(claim, arguments, err);
}

static enum lic_rc need_same(struct claim *claim, uint32_t lane, const struct event_part *part,
                             struct lic_err *err)
{
    const struct dialect_lane *at = &reading_of(claim)->stream->lanes.at[lane];
    const struct buf *known = &reading_of(claim)->progress->more.at[lane].arguments;
    ENSURE(str_eq(buf_str(known), part->text), err, LIC_E_INVALID,
           "the arguments of tool call \"" LIC_FMT "\" are not those that came before",
           LIC_ARG(str_head(at->id, 64)));
    return LIC_OK;
}

/* All arguments of an open call, in the string or JSON value at `node`, or none at all. */
static enum lic_rc end_call(struct claim *claim, uint32_t lane, uint32_t node,
                            const struct event_part *part, struct lic_err *err)
{
    bool grown = reading_of(claim)->progress->more.at[lane].arguments.n > 0;
    if (grown) {
        TRY(need_same(claim, lane, part, err));
        TRY(end_lane(claim, lane, err));
        return add_whole(claim, lane, part, err);
    }
    if (part->object) {
        TRY(keep_arguments(claim, lane, part->text, err));
        TRY(add_whole(claim, lane, part, err));
    } else if (part->text.n > 0) {
        TRY(grow_call(claim, lane, node, err));
    }
    return end_lane(claim, lane, err);
}

/* A call that comes all at once. A JSON value is judged as the PIECE_WHOLE it is: nothing of it
 * came before, so that there is nothing to hold. */
static enum lic_rc add_whole_call(struct claim *claim, uint32_t node, const struct event_part *part,
                                  struct lic_err *err)
{
    uint32_t lane = 0;
    if (!part->object) {
        TRY(begin_call(claim, LIC_STR(""), &lane, err));
        return end_call(claim, lane, node, part, err);
    }
    TRY(open_lane(claim, CHANNEL_TOOL_CALL, LIC_STR(""), &lane, err));
    reading_of(claim)->stream->lanes.at[lane].ended = true;
    TRY(keep_arguments(claim, lane, part->text, err));
    return add_whole(claim, lane, part, err);
}

/* The call with this id, open or ended. */
static bool find_known(const struct reading *reading, const struct event_part *part, uint32_t *out)
{
    const struct dialect_stream *stream = reading->stream;
    for (uint32_t i = stream->lanes.n; i > 0; i--) {
        const struct dialect_lane *lane = &stream->lanes.at[i - 1];
        if (lane->channel == CHANNEL_TOOL_CALL && str_eq(lane->id, part->id)) {
            *out = i - 1;
            return true;
        }
    }
    return false;
}

/* Called by openai_responses_items.c for each call in an item. */
static enum lic_rc read_call(struct claim *claim, uint32_t arguments, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    struct event_part part;
    uint32_t lane = 0;
    uint32_t open = 0;
    TRY(openai_items_arguments(claim, arguments, &part, err));
    ENSURE(part.id.n > 0, err, LIC_E_MISSING, "a call of tool \"" LIC_FMT "\" has no id",
           LIC_ARG(str_head(part.name, 64)));
    bool known = find_known(reading, &part, &lane);
    if (reading->event->step == STEP_ITEM_ADDED) {
        ENSURE(!known, err, LIC_E_DUPLICATE, "tool call \"" LIC_FMT "\" began twice",
               LIC_ARG(str_head(part.id, 64)));
        return add_call(claim, arguments, err);
    }
    bool other = reading->event->step == STEP_ITEM_DONE && find_call(reading, &open) &&
                 (!known || open != lane);
    bool same = !known || str_eq(reading->stream->lanes.at[lane].name, part.name);
    ENSURE(same && !other, err, LIC_E_INVALID,
           "tool call \"" LIC_FMT "\" is not the one that began", LIC_ARG(str_head(part.id, 64)));
    if (!known) {
        return add_whole_call(claim, arguments, &part, err);
    }
    if (!reading->stream->lanes.at[lane].ended) {
        return end_call(claim, lane, arguments, &part, err);
    }
    TRY(need_same(claim, lane, &part, err));
    return add_whole(claim, lane, &part, err);
}

/* ---- members of events ---- */

static enum lic_rc read_delta(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    if (!json_is(claim->doc, node, JSON_STRING)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be a string");
    }
    if (reading->event->step == STEP_CALL_DELTA) {
        return grow_call(claim, reading->lane, node, err);
    }
    lic_str raw = json_raw(claim->doc, node);
    if (reading->event->step != STEP_DELTA) {
        return claim_text(claim, node, err);
    }
    return raw.n == 0 ? LIC_OK : add_piece(claim, PIECE_TEXT, reading->lane, raw, err);
}

/* A text, or arguments, repeated whole. */
static enum lic_rc read_whole(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    if (reading->event->step == STEP_ERROR) {
        return claim_meta(claim, node, err); /* its `code` */
    }
    if (reading->event->step != STEP_CALL_DONE ||
        !json_key_is(claim->doc, node, reading->event->member)) {
        return claim_text(claim, node, err);
    }
    struct event_part part;
    TRY(openai_items_arguments(claim, node, &part, err));
    return end_call(claim, reading->lane, node, &part, err);
}

/* The name of the lane that a part's text grows; its text is `refusal` or `text`. */
static lic_str part_lane(lic_str type)
{
    if (str_eq(type, LIC_STR("summary_text"))) {
        return LIC_STR("reasoning_summary_text");
    }
    bool known = str_eq(type, LIC_STR("refusal")) || str_eq(type, LIC_STR("reasoning_text"));
    return known ? type : LIC_STR("output_text");
}

/* A part that begins: what it already says grows its lane. */
static enum lic_rc begin_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t part_type = 0;
    uint32_t lane = 0;
    lic_str type;
    lic_str raw = json_raw(claim->doc, node);
    if (raw.n == 0 || !json_is(claim->doc, node, JSON_STRING)) {
        return claim_text(claim, node, err);
    }
    uint32_t part = json_get(claim->doc, 0, LIC_STR("part"));
    TRY(claim_need(claim, part, LIC_STR("type"), JSON_STRING, &part_type, err));
    TRY(json_text(claim->doc, part_type, claim->arena, &type, err));
    TRY(need_lane(claim, part_lane(type), &lane, err));
    return add_piece(claim, PIECE_TEXT, lane, raw, err);
}

static const struct claim_member new_part_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_READ, .read = begin_text },
    { LIC_STR("refusal"), .kind = CLAIM_READ, .read = begin_text },
    { LIC_STR("annotations"), .kind = CLAIM_EACH, .read = openai_items_annotation },
    { LIC_STR("logprobs"), .kind = CLAIM_READ, .read = openai_items_logprobs },
};
static const struct claim_table new_part = CLAIM_TABLE(new_part_members);

static enum lic_rc read_part(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return reading_of(claim)->event->step == STEP_PART_ADDED
               ? claim_object(claim, node, &new_part, err)
               : openai_items_part(claim, node, err);
}

static enum lic_rc read_image(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_opaque(claim, node, LIC_STR("image"), err);
}

static const struct claim_member error_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("code"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_TEXT },
    { LIC_STR("param"), .kind = CLAIM_TEXT },
};
static const struct claim_table error = CLAIM_TABLE(error_members);

/* Every member that some event has; what one means depends on the event it comes in. */
static const struct claim_member event_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("sequence_number"), .kind = CLAIM_WHOLE },
    { LIC_STR("item_id"), .kind = CLAIM_META },
    { LIC_STR("output_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("content_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("delta"), .kind = CLAIM_READ, .read = read_delta },
    { LIC_STR("logprobs"), .kind = CLAIM_READ, .read = openai_items_logprobs },
    { LIC_STR("obfuscation"), .kind = CLAIM_META },
    { LIC_STR("summary_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("annotation_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("text"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("refusal"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("arguments"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("input"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("code"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("transcript"), .kind = CLAIM_READ, .read = read_whole },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("part"), .kind = CLAIM_READ, .read = read_part },
    { LIC_STR("item"), .kind = CLAIM_READ, .read = openai_items_read },
    { LIC_STR("response"), .kind = CLAIM_READ, .read = openai_responses_response },
    { LIC_STR("annotation"), .kind = CLAIM_READ, .read = openai_items_annotation },
    { LIC_STR("partial_image_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("partial_image_b64"), .kind = CLAIM_READ, .read = read_image },
    { LIC_STR("background"), .kind = CLAIM_META },
    { LIC_STR("output_format"), .kind = CLAIM_META },
    { LIC_STR("quality"), .kind = CLAIM_META },
    { LIC_STR("size"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_TEXT },
    { LIC_STR("param"), .kind = CLAIM_TEXT },
    { LIC_STR("error"), .kind = CLAIM_OBJECT, .in = &error },
};
static const struct claim_table event_table = CLAIM_TABLE(event_members);

/* ---- events ---- */

static const struct event_kind event_kinds[] = {
    { LIC_STR("response.output_text.delta"), STEP_DELTA, LIC_STR("output_text") },
    { LIC_STR("response.function_call_arguments.delta"), STEP_CALL_DELTA, LIC_STR("arguments") },
    { LIC_STR("response.reasoning_summary_text.delta"), STEP_DELTA,
      LIC_STR("reasoning_summary_text") },
    { LIC_STR("response.reasoning_text.delta"), STEP_DELTA, LIC_STR("reasoning_text") },
    { LIC_STR("response.refusal.delta"), STEP_DELTA, LIC_STR("refusal") },
    { LIC_STR("response.audio.transcript.delta"), STEP_DELTA, LIC_STR("transcript") },
    { LIC_STR("response.custom_tool_call_input.delta"), STEP_CALL_DELTA, LIC_STR("input") },
    { LIC_STR("response.mcp_call_arguments.delta"), STEP_CALL_DELTA, LIC_STR("arguments") },
    { LIC_STR("response.code_interpreter_call_code.delta"), STEP_CALL_DELTA, LIC_STR("code") },
    { LIC_STR("response.output_text.done"), STEP_DONE, LIC_STR("output_text") },
    { LIC_STR("response.reasoning_summary_text.done"), STEP_DONE,
      LIC_STR("reasoning_summary_text") },
    { LIC_STR("response.reasoning_text.done"), STEP_DONE, LIC_STR("reasoning_text") },
    { LIC_STR("response.refusal.done"), STEP_DONE, LIC_STR("refusal") },
    { LIC_STR("response.audio.transcript.done"), STEP_DONE, LIC_STR("transcript") },
    { LIC_STR("response.function_call_arguments.done"), STEP_CALL_DONE, LIC_STR("arguments") },
    { LIC_STR("response.custom_tool_call_input.done"), STEP_CALL_DONE, LIC_STR("input") },
    { LIC_STR("response.mcp_call_arguments.done"), STEP_CALL_DONE, LIC_STR("arguments") },
    { LIC_STR("response.code_interpreter_call_code.done"), STEP_CALL_DONE, LIC_STR("code") },
    { .type = LIC_STR("response.output_item.added"), .step = STEP_ITEM_ADDED },
    { .type = LIC_STR("response.output_item.done"), .step = STEP_ITEM_DONE },
    { .type = LIC_STR("response.content_part.added"), .step = STEP_PART_ADDED },
    { .type = LIC_STR("response.content_part.done"), .step = STEP_PART_DONE },
    { .type = LIC_STR("response.reasoning_summary_part.added"), .step = STEP_PART_ADDED },
    { .type = LIC_STR("response.reasoning_summary_part.done"), .step = STEP_PART_DONE },
    { .type = LIC_STR("response.created"), .step = STEP_RESPONSE },
    { .type = LIC_STR("response.queued"), .step = STEP_RESPONSE },
    { .type = LIC_STR("response.in_progress"), .step = STEP_RESPONSE },
    { .type = LIC_STR("response.completed"), .step = STEP_LAST },
    { .type = LIC_STR("response.incomplete"), .step = STEP_LAST },
    { .type = LIC_STR("response.failed"), .step = STEP_LAST },
    { .type = LIC_STR("response.cancelled"), .step = STEP_LAST },
    { .type = LIC_STR("error"), .step = STEP_ERROR },
    { .type = LIC_STR("response.output_text.annotation.added"), .step = STEP_STATUS },
    { .type = LIC_STR("response.file_search_call.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.file_search_call.searching"), .step = STEP_STATUS },
    { .type = LIC_STR("response.file_search_call.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.web_search_call.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.web_search_call.searching"), .step = STEP_STATUS },
    { .type = LIC_STR("response.web_search_call.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.code_interpreter_call.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.code_interpreter_call.interpreting"), .step = STEP_STATUS },
    { .type = LIC_STR("response.code_interpreter_call.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.image_generation_call.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.image_generation_call.generating"), .step = STEP_STATUS },
    { .type = LIC_STR("response.image_generation_call.partial_image"), .step = STEP_STATUS },
    { .type = LIC_STR("response.image_generation_call.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_call.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_call.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_call.failed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_list_tools.in_progress"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_list_tools.completed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.mcp_list_tools.failed"), .step = STEP_STATUS },
    { .type = LIC_STR("response.audio.done"), .step = STEP_STATUS },
    { .type = LIC_STR("keepalive"), .step = STEP_STATUS },
};

static const struct event_kind *find_kind(lic_str type)
{
    for (uint32_t i = 0; i < COUNT(event_kinds); i++) {
        if (str_eq(event_kinds[i].type, type)) {
            return &event_kinds[i];
        }
    }
    return NULL;
}

/* An event nobody knows may pass when no word is in it but its type. */
static enum lic_rc need_no_words(struct claim *claim, lic_str type, struct lic_err *err)
{
    struct pieces words = { NULL, 0, 0 };
    struct claim counting = *claim;
    counting.pieces = &words;
    counting.tolerant = false;
    TRY(claim_meta(&counting, json_get(claim->doc, 0, LIC_STR("type")), err));
    TRY(claim_strings(&counting, 0, err));
    ENSURE(words.n <= 1, err, LIC_E_UNKNOWN,
           "the stream has an event \"" LIC_FMT "\" with text in it, which is not known",
           LIC_ARG(str_head(type, 64)));
    return LIC_OK;
}

static uint32_t pick_index(const struct json_doc *doc, lic_str name)
{
    int64_t index = claim_pick_int(doc, 0, name);
    return index < 0 || index >= NO_ITEM ? NO_ITEM : (uint32_t)index;
}

/* Which item and text an event is on. */
static void read_place(struct claim *claim)
{
    struct reading *reading = reading_of(claim);
    reading->item = pick_index(claim->doc, LIC_STR("output_index"));
    reading->index = pick_index(claim->doc, LIC_STR("content_index"));
    if (reading->index == NO_ITEM) {
        reading->index = pick_index(claim->doc, LIC_STR("summary_index"));
    }
    reading->index = reading->index == NO_ITEM ? 0 : reading->index;
    claim->part.message = reading->item == NO_ITEM ? 0 : reading->item;
}

static enum lic_rc begin_item(struct claim *claim, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    struct progress *progress = reading->progress;
    uint32_t item = 0;
    lic_str id = LIC_STR("");
    ENSURE(reading->item == progress->items.n, err, LIC_E_INVALID,
           "an output item is numbered %lld, not %u",
           (long long)claim_pick_int(claim->doc, 0, LIC_STR("output_index")), progress->items.n);
    TRY(claim_need(claim, 0, LIC_STR("item"), JSON_OBJECT, &item, err));
    uint32_t id_node = json_get(claim->doc, item, LIC_STR("id"));
    if (json_is(claim->doc, id_node, JSON_STRING)) {
        TRY(json_text(claim->doc, id_node, claim->arena, &id, err));
    }
    TRY(keep(reading->stream->arena, id, &id, err));
    ENSURE(ARENA_PUSH(reading->stream->arena, &progress->items, id), err, LIC_E_NOMEM,
           "no memory for an output item");
    return LIC_OK;
}

/* Remembers what response.created says, for answers of our own. */
static enum lic_rc begin_response(struct claim *claim, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    struct progress *progress = reading->progress;
    lic_str id = LIC_STR("");
    lic_str model = LIC_STR("");
    uint32_t response = 0;
    TRY(claim_need(claim, 0, LIC_STR("response"), JSON_OBJECT, &response, err));
    uint32_t id_node = json_get(claim->doc, response, LIC_STR("id"));
    uint32_t model_node = json_get(claim->doc, response, LIC_STR("model"));
    if (progress->begun) {
        return LIC_OK;
    }
    if (json_is(claim->doc, id_node, JSON_STRING)) {
        TRY(json_text(claim->doc, id_node, claim->arena, &id, err));
    }
    if (json_is(claim->doc, model_node, JSON_STRING)) {
        TRY(json_text(claim->doc, model_node, claim->arena, &model, err));
    }
    TRY(keep(reading->stream->arena, id, &progress->id, err));
    TRY(keep(reading->stream->arena, model, &progress->model, err));
    progress->created_s = claim_pick_int(claim->doc, response, LIC_STR("created_at"));
    progress->begun = true;
    return LIC_OK;
}

/* Finds the open call whose arguments an event is on. */
static enum lic_rc need_call(struct claim *claim, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    bool call = find_call(reading, &reading->lane) &&
                str_eq(reading->stream->lanes.at[reading->lane].member, reading->event->member);
    ENSURE(call, err, LIC_E_INVALID, "output item %u is no tool call with \"" LIC_FMT "\"",
           reading->item, LIC_ARG(reading->event->member));
    return LIC_OK;
}

/* What is held of a text leaves before the event that repeats it. */
static enum lic_rc end_text(struct claim *claim, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    bool open = find_lane(reading, reading->event->member, &reading->lane) &&
                !reading->stream->lanes.at[reading->lane].ended;
    return open ? end_lane(claim, reading->lane, err) : LIC_OK;
}

/* What must hold, and what ends, before an event on an item is read. */
static enum lic_rc prepare_on_item(struct claim *claim, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    ENSURE(reading->item < reading->progress->items.n, err, LIC_E_INVALID,
           "\"" LIC_FMT "\" is on no output item", LIC_ARG(reading->event->type));
    switch (reading->event->step) {
    case STEP_ITEM_DONE:
        return end_texts(claim, reading->item, err);
    case STEP_DELTA:
        return need_lane(claim, reading->event->member, &reading->lane, err);
    case STEP_DONE:
        return end_text(claim, err);
    case STEP_CALL_DELTA:
    case STEP_CALL_DONE:
        return need_call(claim, err);
    case STEP_PART_ADDED:
    case STEP_PART_DONE:
    case STEP_RESPONSE:
    case STEP_LAST:
    case STEP_ITEM_ADDED:
    case STEP_STATUS:
    case STEP_ERROR:
        return LIC_OK;
    }
    UNREACHABLE("step has twelve values");
}

static enum lic_rc prepare(struct claim *claim, struct lic_err *err)
{
    switch (reading_of(claim)->event->step) {
    case STEP_RESPONSE:
        return begin_response(claim, err);
    case STEP_LAST:
        TRY(begin_response(claim, err));
        return end_texts(claim, NO_ITEM, err);
    case STEP_ITEM_ADDED:
        return begin_item(claim, err);
    case STEP_STATUS:
    case STEP_ERROR:
        return LIC_OK;
    case STEP_ITEM_DONE:
    case STEP_PART_ADDED:
    case STEP_PART_DONE:
    case STEP_DELTA:
    case STEP_DONE:
    case STEP_CALL_DELTA:
    case STEP_CALL_DONE:
        return prepare_on_item(claim, err);
    }
    UNREACHABLE("step has twelve values");
}

/* The response has come whole: its calls were judged, so what is open of them is at its end. */
static enum lic_rc end_response(struct claim *claim, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    struct dialect_stream *stream = reading->stream;
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        if (!stream->lanes.at[i].ended) {
            TRY(end_lane(claim, i, err));
        }
    }
    uint32_t response = json_get(claim->doc, 0, LIC_STR("response"));
    if (response != JSON_NONE) {
        TRY(openai_responses_finish(claim, response, stream->arena, err));
    }
    stream->ended = true;
    return add_piece(claim, PIECE_END, 0, LIC_STR(""), err);
}

/* A text beside the one that grows would come in pieces that nobody joins. */
static enum lic_rc need_no_whole(const struct claim *claim, struct lic_err *err)
{
    const struct event_kind *event = ((const struct reading *)claim->own)->event;
    for (uint32_t i = 0; i < claim->pieces->n; i++) {
        ENSURE(claim->pieces->at[i].kind != PIECE_WHOLE, err, LIC_E_UNKNOWN,
               "\"" LIC_FMT "\" has text that is not known: \"" LIC_FMT "\"", LIC_ARG(event->type),
               LIC_ARG(str_head(claim->pieces->at[i].raw, 64)));
    }
    return LIC_OK;
}

static enum lic_rc read_event(struct claim *claim, struct lic_err *err)
{
    enum step step = reading_of(claim)->event->step;
    TRY(prepare(claim, err));
    TRY(claim_object(claim, 0, &event_table, err));
    if (step == STEP_DELTA || step == STEP_CALL_DELTA) {
        return need_no_whole(claim, err);
    }
    return step == STEP_LAST || step == STEP_ERROR ? end_response(claim, err) : LIC_OK;
}

/* ---- the stream ---- */

enum lic_rc openai_responses_stream_new(struct arena *arena, const struct event *request,
                                        struct dialect_stream **out, struct lic_err *err)
{
    struct dialect_stream *stream = ARENA_NEW(arena, struct dialect_stream);
    struct progress *progress = ARENA_NEW(arena, struct progress);
    ENSURE(stream != NULL && progress != NULL, err, LIC_E_NOMEM, "no memory for a stream");
    progress->held_from = NO_ITEM;
    stream->dialect = &dialect_openai_responses;
    stream->arena = arena;
    stream->request = request;
    stream->own = progress;
    event_init(&stream->usage);
    *out = stream;
    return LIC_OK;
}

/* The next event comes, so the one before has been passed, with any call that ended in it. */
static void settle(struct dialect_stream *stream)
{
    struct progress *progress = stream->own;
    progress->shown_begun = progress->begun;
    progress->shown_n = progress->items.n;
    if (progress->calls_open == 0) {
        progress->held_from = NO_ITEM;
    }
}

/* Raises the number of an event by those that were put in before it. */
static enum lic_rc number(struct dialect_stream *stream, struct arena *scratch,
                          const struct json_doc *doc, struct edits *edits, struct lic_err *err)
{
    struct progress *progress = stream->own;
    uint64_t sequence = 0;
    uint32_t node = json_get(doc, 0, LIC_STR("sequence_number"));
    if (!json_is(doc, node, JSON_NUMBER) || !json_u64(doc, node, &sequence)) {
        return LIC_OK;
    }
    progress->sequence = sequence + stream->inserted;
    if (stream->inserted == 0) {
        return LIC_OK;
    }
    struct buf with;
    buf_init(&with, scratch, 32);
    buf_add_u64(&with, progress->sequence);
    TRY(buf_check(&with, "a sequence number", err));
    const struct json_node *at = &doc->nodes[node];
    for (uint32_t i = 0; i < edits->n; i++) {
        if (edits->at[i].start == at->start && edits->at[i].len == at->len) {
            edits->at[i].with = buf_str(&with); /* numbered before; more was put in since */
            return LIC_OK;
        }
    }
    ENSURE(edits_add(edits, scratch, at->start, at->len, buf_str(&with)) == LIC_OK, err,
           LIC_E_NOMEM, "no memory for a sequence number");
    return LIC_OK;
}

enum lic_rc openai_responses_renumber(struct dialect_stream *stream, struct arena *scratch,
                                      const struct json_doc *doc, struct edits *edits,
                                      struct lic_err *err)
{
    return number(stream, scratch, doc, edits, err);
}

enum lic_rc openai_responses_read_sse(struct dialect_stream *stream, struct arena *scratch,
                                      lic_str event_name, lic_str data, const struct json_doc *doc,
                                      struct pieces *out, struct edits *edits, struct lic_err *err)
{
    struct claim claim;
    struct reading reading = { .stream = stream, .progress = stream->own };
    uint32_t type_node = 0;
    lic_str type;
    if (doc == NULL && str_eq(data, LIC_STR("[DONE]"))) {
        return LIC_OK; /* some servers add it, as Chat Completions do; the stream's end has come */
    }
    settle(stream);
    ENSURE(doc != NULL, err, LIC_E_UNKNOWN, "the stream has data that is not JSON: \"" LIC_FMT "\"",
           LIC_ARG(str_head(data, 32)));
    ENSURE(!stream->ended, err, LIC_E_INVALID, "the stream goes on after its end");
    claim_init(&claim, scratch, doc, &stream->usage);
    reading.items.call = read_call;
    reading.items.strip = out;
    claim.pieces = out;
    claim.tolerant = true;
    claim.own = &reading;
    claim.part.channel = CHANNEL_ASSISTANT;
    TRY(claim_need(&claim, 0, LIC_STR("type"), JSON_STRING, &type_node, err));
    TRY(json_text(doc, type_node, scratch, &type, err));
    ENSURE(event_name.n == 0 || str_eq(event_name, type), err, LIC_E_INVALID,
           "a server-sent event named \"" LIC_FMT "\" says it is \"" LIC_FMT "\"",
           LIC_ARG(str_head(event_name, 64)), LIC_ARG(str_head(type, 64)));
    TRY(number(stream, scratch, doc, edits, err));
    reading.event = find_kind(type);
    if (reading.event == NULL) {
        return need_no_words(&claim, type, err);
    }
    read_place(&claim);
    return read_event(&claim, err);
}

/* ---- writing ---- */

static void begin_event(struct json_out *json, lic_str name, uint64_t sequence, struct buf *out)
{
    buf_add(out, LIC_STR("event: "));
    buf_add(out, name);
    buf_add(out, LIC_STR("\ndata: "));
    json_out_init(json, out);
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, name);
    json_out_name(json, LIC_STR("sequence_number"));
    json_out_u64(json, sequence);
}

static void end_event(struct json_out *json, struct buf *out)
{
    json_out_object_end(json);
    buf_add(out, LIC_STR("\n\n"));
}

/* The members that say which item, and which text of it. */
static void write_place(struct json_out *json, lic_str item_id, uint32_t item)
{
    json_out_name(json, LIC_STR("item_id"));
    json_out_str(json, item_id);
    json_out_name(json, LIC_STR("output_index"));
    json_out_u64(json, item);
}

static void write_index(struct json_out *json, lic_str name, uint32_t index)
{
    json_out_name(json, name);
    json_out_u64(json, index);
}

/* The event that grows a lane of this name. */
static lic_str delta_event(const struct dialect_lane *lane)
{
    bool call = lane->channel == CHANNEL_TOOL_CALL;
    for (uint32_t i = 0; i < COUNT(event_kinds); i++) {
        enum step step = call ? STEP_CALL_DELTA : STEP_DELTA;
        if (event_kinds[i].step == step && str_eq(event_kinds[i].member, lane->member)) {
            return event_kinds[i].type;
        }
    }
    return LIC_STR("response.output_text.delta");
}

void openai_responses_write_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                                  struct buf *out)
{
    struct json_out json;
    struct progress *progress = stream->own;
    const struct dialect_lane *at = &stream->lanes.at[lane];
    /* The number of the event it is put before, which openai_responses_renumber then raises. */
    begin_event(&json, delta_event(at), progress->sequence++, out);
    write_place(&json, progress->more.at[lane].item_id, at->choice);
    if (str_eq(at->member, LIC_STR("reasoning_summary_text"))) {
        write_index(&json, LIC_STR("summary_index"), at->index);
    } else if (at->channel != CHANNEL_TOOL_CALL) {
        write_index(&json, LIC_STR("content_index"), at->index);
    }
    json_out_name(&json, LIC_STR("delta"));
    json_out_str(&json, text);
    if (str_eq(at->member, LIC_STR("output_text"))) {
        json_out_name(&json, LIC_STR("logprobs"));
        json_out_raw(&json, LIC_STR("[]"));
    }
    end_event(&json, out);
}

static void write_response(struct progress *progress, lic_str name,
                           const struct openai_reply *reply, struct buf *out)
{
    struct json_out json;
    begin_event(&json, name, ++progress->sequence, out);
    json_out_name(&json, LIC_STR("response"));
    openai_responses_write(&json, reply);
    end_event(&json, out);
}

static void write_item(struct progress *progress, uint32_t item, const struct openai_reply *reply,
                       bool ended, struct buf *out)
{
    struct json_out json;
    lic_str name =
        ended ? LIC_STR("response.output_item.done") : LIC_STR("response.output_item.added");
    begin_event(&json, name, ++progress->sequence, out);
    json_out_name(&json, LIC_STR("output_index"));
    json_out_u64(&json, item);
    json_out_name(&json, LIC_STR("item"));
    openai_responses_write_item(&json, reply, ended);
    end_event(&json, out);
}

static void write_part(struct progress *progress, uint32_t item, const struct openai_reply *reply,
                       bool ended, struct buf *out)
{
    struct json_out json;
    lic_str name =
        ended ? LIC_STR("response.content_part.done") : LIC_STR("response.content_part.added");
    begin_event(&json, name, ++progress->sequence, out);
    write_place(&json, reply->item_id, item);
    write_index(&json, LIC_STR("content_index"), 0);
    json_out_name(&json, LIC_STR("part"));
    openai_responses_write_part(&json, ended ? reply->text : LIC_STR(""));
    end_event(&json, out);
}

static void write_text(struct progress *progress, uint32_t item, const struct openai_reply *reply,
                       bool ended, struct buf *out)
{
    struct json_out json;
    lic_str name =
        ended ? LIC_STR("response.output_text.done") : LIC_STR("response.output_text.delta");
    begin_event(&json, name, ++progress->sequence, out);
    write_place(&json, reply->item_id, item);
    write_index(&json, LIC_STR("content_index"), 0);
    json_out_name(&json, ended ? LIC_STR("text") : LIC_STR("delta"));
    json_out_str(&json, reply->text);
    json_out_name(&json, LIC_STR("logprobs"));
    json_out_raw(&json, LIC_STR("[]"));
    end_event(&json, out);
}

/* Items that are open stay so: the last response counts, and it has the message alone. */
void openai_responses_write_stop(struct dialect_stream *stream, lic_str message, struct buf *out)
{
    struct progress *progress = stream->own;
    struct openai_reply reply;
    uint32_t item =
        progress->held_from < progress->shown_n ? progress->held_from : progress->shown_n;
    openai_responses_reply(stream->arena, stream->request, stream->request->record, message,
                           &reply);
    if (progress->shown_begun) {
        reply.id = progress->id;
        reply.model = progress->model;
        reply.created_s = progress->created_s > 0 ? progress->created_s : reply.created_s;
    } else {
        struct openai_reply begun = reply;
        begun.ended = false;
        write_response(progress, LIC_STR("response.created"), &begun, out);
    }
    write_item(progress, item, &reply, /* ended= */ false, out);
    write_part(progress, item, &reply, /* ended= */ false, out);
    write_text(progress, item, &reply, /* ended= */ false, out);
    write_text(progress, item, &reply, /* ended= */ true, out);
    write_part(progress, item, &reply, /* ended= */ true, out);
    write_item(progress, item, &reply, /* ended= */ true, out);
    write_response(progress, LIC_STR("response.incomplete"), &reply, out);
    stream->ended = true;
}

/* The SDK raises when an event has an `error`; the API's own event says it flat. */
void openai_responses_write_stream_error(struct dialect_stream *stream, uint32_t status,
                                         lic_str message, struct buf *out)
{
    struct json_out json;
    struct progress *progress = stream->own;
    lic_str code = status >= 500 ? LIC_STR("server_error") : LIC_STR("invalid_request");
    begin_event(&json, LIC_STR("error"), ++progress->sequence, out);
    json_out_name(&json, LIC_STR("code"));
    json_out_str(&json, code);
    json_out_name(&json, LIC_STR("message"));
    json_out_str(&json, message);
    json_out_name(&json, LIC_STR("param"));
    json_out_null(&json);
    json_out_name(&json, LIC_STR("error"));
    json_out_object(&json);
    json_out_name(&json, LIC_STR("type"));
    json_out_str(&json, code);
    json_out_name(&json, LIC_STR("code"));
    json_out_str(&json, code);
    json_out_name(&json, LIC_STR("message"));
    json_out_str(&json, message);
    json_out_name(&json, LIC_STR("param"));
    json_out_null(&json);
    json_out_object_end(&json);
    end_event(&json, out);
    stream->ended = true;
}

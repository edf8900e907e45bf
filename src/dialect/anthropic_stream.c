/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of the Messages API: a message is begun, its content blocks come one after another, each
 * begun, grown and stopped, then the message is stopped.
 *
 *     message_start ──► content_block_start ──► content_block_delta* ──► content_block_stop ─┐
 *      read_start            begin_block             read_delta              end_block        │
 *                            ▲                                                                │
 *                            └────────────────────────────────────────────────────────────────┤
 *                                       read_end ◄── message_stop ◄── message_delta ◄─────────┘
 *
 * Invariants: block i is lane i, also when it cannot grow; blocks are numbered from 0 without a
 * gap; after message_stop or error nothing comes.
 *
 * What the reader has seen: everything before the event read last, but nothing from the start of a
 * tool call on that is still being judged. write_stop relies on it, since the SDKs number blocks
 * by counting.
 */
#include "dialect/anthropic.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define NO_BLOCK UINT32_MAX

/* How far a stream is; dialect_stream.own. */
struct progress {
    bool begun;          /* message_start was read */
    uint32_t calls_open; /* tool calls begun and not ended */
    uint32_t held_from;  /* first block not shown since a call is being judged, or NO_BLOCK */
    uint32_t ending;     /* block ended by the event read last, or NO_BLOCK */
    bool shown_begun;    /* as `begun`, before the event read last */
    uint32_t shown_n;    /* blocks begun before the event read last */
};

/* One event being read; claim.own. */
struct reading {
    struct dialect_stream *stream;
    struct progress *progress;
    uint32_t lane; /* of the block concerned */
    bool whole;    /* a delta that is complete in itself */
};

static struct reading *reading_of(struct claim *claim)
{
    return claim->own;
}

/* ---- lanes ---- */

static enum lic_rc keep(struct arena *arena, lic_str s, lic_str *out, struct lic_err *err)
{
    *out = str_copy(arena, s);
    ENSURE(out->at != NULL, err, LIC_E_NOMEM, "no memory for a name in a stream");
    return LIC_OK;
}

/* Makes the lane of a block that begins, with claim->part's channel, name and id. */
static enum lic_rc open_lane(struct claim *claim, lic_str member, struct lic_err *err)
{
    struct dialect_stream *stream = reading_of(claim)->stream;
    struct dialect_lane lane = {
        .channel = claim->part.channel,
        .index = stream->lanes.n,
        .member = member,
    };
    ENSURE(stream->lanes.n < LIMIT_LANES, err, LIC_E_LIMIT,
           "an answer has more than %u content blocks", LIMIT_LANES);
    TRY(keep(stream->arena, claim->part.name, &lane.name, err));
    TRY(keep(stream->arena, claim->part.id, &lane.id, err));
    ENSURE(ARENA_PUSH(stream->arena, &stream->lanes, lane), err, LIC_E_NOMEM,
           "no memory for a content block");
    return LIC_OK;
}

static enum lic_rc add_piece(struct claim *claim, enum piece_kind kind, lic_str raw,
                             struct lic_err *err)
{
    struct piece piece = { .kind = kind, .lane = reading_of(claim)->lane, .raw = raw };
    return claim_piece(claim->pieces, claim->arena, &piece, err);
}

/* A string that is appended to the lane. */
static enum lic_rc grow(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    const struct dialect_lane *lane = &reading->stream->lanes.at[reading->lane];
    if (json_type(claim->doc, node) != JSON_STRING) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be a string");
    }
    lic_str raw = json_raw(claim->doc, node);
    bool call = lane->channel == CHANNEL_TOOL_CALL;
    return raw.n == 0 ? LIC_OK : add_piece(claim, call ? PIECE_ARGS : PIECE_TEXT, raw, err);
}

/* ---- message_start ---- */

static enum lic_rc need_no_content(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (!json_is(claim->doc, node, JSON_ARRAY) || claim->doc->nodes[node].n != 0) {
        return claim_refuse(claim, node, LIC_E_INVALID, err,
                            "must be empty: content comes in blocks");
    }
    return LIC_OK;
}

static const struct claim_member message_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = need_no_content },
    { LIC_STR("stop_reason"), .kind = CLAIM_META },
    { LIC_STR("stop_sequence"), .kind = CLAIM_TEXT },
    { LIC_STR("stop_details"), .kind = CLAIM_OBJECT, .in = &anthropic_stop_details },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = anthropic_usage },
    { LIC_STR("container"), .kind = CLAIM_OBJECT, .in = &anthropic_container },
    { LIC_STR("diagnostics"), .kind = CLAIM_STRINGS },
    { LIC_STR("context_management"), .kind = CLAIM_STRINGS },
};
static const struct claim_table message = CLAIM_TABLE(message_members);

static const struct claim_member start_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_OBJECT, .in = &message },
};
static const struct claim_table start = CLAIM_TABLE(start_members);

static enum lic_rc read_start(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct progress *progress = reading_of(claim)->progress;
    uint32_t message_node = 0;
    ENSURE(!progress->begun, err, LIC_E_INVALID, "message_start came twice in one stream");
    TRY(claim_need(claim, node, LIC_STR("message"), JSON_OBJECT, &message_node, err));
    progress->begun = true;
    return claim_object(claim, node, &start, err);
}

/* ---- content_block_start ---- */

static const struct claim_member text_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_READ, .read = grow },
    { LIC_STR("citations"), .kind = CLAIM_EACH, .read = anthropic_blocks_citation },
};
static const struct claim_table text_block = CLAIM_TABLE(text_members);

static const struct claim_member thinking_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("thinking"), .kind = CLAIM_READ, .read = grow },
    { LIC_STR("signature"), .kind = CLAIM_SEALED },
};
static const struct claim_table thinking_block = CLAIM_TABLE(thinking_members);

static const struct claim_member compaction_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = grow },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
    { LIC_STR("signature"), .kind = CLAIM_SEALED },
    { LIC_STR("tool_changes"), .kind = CLAIM_STRINGS },
};
static const struct claim_table compaction_block = CLAIM_TABLE(compaction_members);

static enum lic_rc begin_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(open_lane(claim, LIC_STR("text"), err));
    return claim_object(claim, node, &text_block, err);
}

static enum lic_rc begin_thinking(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(open_lane(claim, LIC_STR("thinking"), err));
    return claim_object(claim, node, &thinking_block, err);
}

static enum lic_rc begin_compaction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(open_lane(claim, LIC_STR("content"), err));
    return claim_object(claim, node, &compaction_block, err);
}

/* A call is known by its id: one that came again with other arguments would not be judged. */
static enum lic_rc need_new_id(struct claim *claim, struct lic_err *err)
{
    const struct dialect_stream *stream = reading_of(claim)->stream;
    ENSURE(claim->part.id.n > 0, err, LIC_E_MISSING, "a call of tool \"" LIC_FMT "\" has no id",
           LIC_ARG(str_head(claim->part.name, 64)));
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        const struct dialect_lane *lane = &stream->lanes.at[i];
        bool same = lane->channel == CHANNEL_TOOL_CALL && str_eq(lane->id, claim->part.id);
        ENSURE(!same, err, LIC_E_DUPLICATE, "tool call \"" LIC_FMT "\" began twice",
               LIC_ARG(str_head(lane->id, 64)));
    }
    return LIC_OK;
}

/* Arguments that come whole with the start of the block are judged as the PIECE_WHOLE they are;
 * nothing of them is to be held, and their lane cannot grow. */
static enum lic_rc add_whole_input(struct claim *claim, uint32_t input, struct lic_err *err)
{
    TRY(open_lane(claim, LIC_STR(""), err));
    TRY(claim_json(claim, input, err));
    claim->pieces->at[claim->pieces->n - 1].lane = reading_of(claim)->lane;
    return LIC_OK;
}

static enum lic_rc begin_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    uint32_t input = 0;
    TRY(anthropic_blocks_call(claim, node, &input, err));
    TRY(need_new_id(claim, err));
    if (!json_is(claim->doc, input, JSON_OBJECT) || claim->doc->nodes[input].n > 0) {
        return add_whole_input(claim, input, err);
    }
    TRY(open_lane(claim, LIC_STR("partial_json"), err));
    if (reading->progress->held_from == NO_BLOCK) {
        reading->progress->held_from = reading->lane;
    }
    reading->progress->calls_open++;
    return add_piece(claim, PIECE_CALL, LIC_STR(""), err);
}

static enum lic_rc begin_whole(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(open_lane(claim, LIC_STR(""), err));
    return anthropic_blocks_read(claim, node, err);
}

static const struct claim_variant growing_blocks[] = {
    { LIC_STR("text"), .read = begin_text },
    { LIC_STR("thinking"), .read = begin_thinking },
    { LIC_STR("compaction"), .read = begin_compaction },
    { LIC_STR("tool_use"), .read = begin_call },
    { LIC_STR("server_tool_use"), .read = begin_call },
    { LIC_STR("mcp_tool_use"), .read = begin_call },
};

static const struct claim_variant *find_variant(const struct claim_variant *variants, uint32_t n,
                                                lic_str value)
{
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq(variants[i].value, value)) {
            return &variants[i];
        }
    }
    return NULL;
}

/* The `type` of an object as text. */
static enum lic_rc read_type(struct claim *claim, uint32_t node, lic_str *out, struct lic_err *err)
{
    uint32_t type = 0;
    TRY(claim_need(claim, node, LIC_STR("type"), JSON_STRING, &type, err));
    return json_text(claim->doc, type, claim->arena, out, err);
}

static enum lic_rc begin_block(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str type;
    TRY(read_type(claim, node, &type, err));
    const struct claim_variant *growing = find_variant(growing_blocks, COUNT(growing_blocks), type);
    return growing != NULL ? growing->read(claim, node, err) : begin_whole(claim, node, err);
}

static const struct claim_member block_start_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("index"), .kind = CLAIM_WHOLE },
    { LIC_STR("content_block"), .kind = CLAIM_READ, .read = begin_block },
};
static const struct claim_table block_start = CLAIM_TABLE(block_start_members);

/* The index of an event on a block that must be open, or, to begin one, the next free one. */
static enum lic_rc read_index(struct claim *claim, uint32_t node, bool begins, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    const struct dialect_stream *stream = reading->stream;
    int64_t index = claim_pick_int(claim->doc, node, LIC_STR("index"));
    ENSURE(reading->progress->begun, err, LIC_E_INVALID,
           "a content block came before message_start");
    ENSURE(index >= 0, err, LIC_E_MISSING, "an event on a content block has no index");
    bool open = index < stream->lanes.n && !stream->lanes.at[index].ended;
    bool right = begins ? index == stream->lanes.n : open;
    ENSURE(right, err, LIC_E_INVALID, "content block %lld %s", (long long)index,
           begins ? "does not follow the ones before" : "is not open");
    reading->lane = (uint32_t)index;
    claim->part.message = reading->lane;
    return LIC_OK;
}

static enum lic_rc read_block_start(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t block = 0;
    TRY(read_index(claim, node, /* begins= */ true, err));
    TRY(claim_need(claim, node, LIC_STR("content_block"), JSON_OBJECT, &block, err));
    return claim_object(claim, node, &block_start, err);
}

/* ---- content_block_delta ---- */

/* Text that grows must be of the kind its block was begun with. */
static enum lic_rc grow_member(struct claim *claim, uint32_t node, lic_str member,
                               struct lic_err *err)
{
    const struct reading *reading = reading_of(claim);
    const struct dialect_lane *lane = &reading->stream->lanes.at[reading->lane];
    ENSURE(str_eq(lane->member, member), err, LIC_E_INVALID,
           "content block %u does not grow by \"" LIC_FMT "\"", reading->lane, LIC_ARG(member));
    return grow(claim, node, err);
}

static enum lic_rc grow_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return grow_member(claim, node, LIC_STR("text"), err);
}

static enum lic_rc grow_thinking(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return grow_member(claim, node, LIC_STR("thinking"), err);
}

static enum lic_rc grow_input(struct claim *claim, uint32_t node, struct lic_err *err)
{
    bool nothing = json_is(claim->doc, node, JSON_STRING) && claim->doc->nodes[node].len == 0;
    return nothing ? LIC_OK : grow_member(claim, node, LIC_STR("partial_json"), err);
}

static enum lic_rc grow_compaction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return grow_member(claim, node, LIC_STR("content"), err);
}

static const struct claim_member text_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_READ, .read = grow_text },
};
static const struct claim_table text_delta = CLAIM_TABLE(text_delta_members);

static const struct claim_member input_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("partial_json"), .kind = CLAIM_READ, .read = grow_input },
};
static const struct claim_table input_delta = CLAIM_TABLE(input_delta_members);

static const struct claim_member thinking_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("thinking"), .kind = CLAIM_READ, .read = grow_thinking },
    { LIC_STR("estimated_tokens"), .kind = CLAIM_WHOLE },
};
static const struct claim_table thinking_delta = CLAIM_TABLE(thinking_delta_members);

static const struct claim_member signature_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("signature"), .kind = CLAIM_SEALED },
};
static const struct claim_table signature_delta = CLAIM_TABLE(signature_delta_members);

static const struct claim_member citations_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("citation"), .kind = CLAIM_READ, .read = anthropic_blocks_citation },
};
static const struct claim_table citations_delta = CLAIM_TABLE(citations_delta_members);

static const struct claim_member compaction_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = grow_compaction },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
};
static const struct claim_table compaction_delta = CLAIM_TABLE(compaction_delta_members);

static const struct claim_variant deltas[] = {
    { LIC_STR("text_delta"), .in = &text_delta },
    { LIC_STR("input_json_delta"), .in = &input_delta },
    { LIC_STR("thinking_delta"), .in = &thinking_delta },
    { LIC_STR("signature_delta"), .in = &signature_delta },
    { LIC_STR("citations_delta"), .in = &citations_delta },
    { LIC_STR("compaction_delta"), .in = &compaction_delta },
};

/* Something of a type nobody knows may pass when no word is in it but its type. */
static enum lic_rc need_no_words(struct claim *claim, uint32_t node, lic_str type,
                                 struct lic_err *err)
{
    struct pieces words = { NULL, 0, 0 };
    struct claim counting = *claim;
    counting.pieces = &words;
    counting.tolerant = false;
    TRY(claim_meta(&counting, json_get(claim->doc, node, LIC_STR("type")), err));
    TRY(claim_strings(&counting, node, err));
    ENSURE(words.n <= 1, err, LIC_E_UNKNOWN,
           "the stream has \"" LIC_FMT "\" with text in it, which is not known",
           LIC_ARG(str_head(type, 64)));
    return LIC_OK;
}

static enum lic_rc grow_block(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str type;
    TRY(read_type(claim, node, &type, err));
    const struct claim_variant *delta = find_variant(deltas, COUNT(deltas), type);
    if (delta == NULL) {
        return need_no_words(claim, node, type, err);
    }
    reading_of(claim)->whole = delta->in == &citations_delta;
    return claim_object(claim, node, delta->in, err);
}

static const struct claim_member block_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("index"), .kind = CLAIM_WHOLE },
    { LIC_STR("delta"), .kind = CLAIM_READ, .read = grow_block },
};
static const struct claim_table block_delta = CLAIM_TABLE(block_delta_members);

/* A text beside the one that grows would come in pieces that nobody joins. */
static enum lic_rc need_no_whole(const struct claim *claim, struct lic_err *err)
{
    for (uint32_t i = 0; i < claim->pieces->n; i++) {
        ENSURE(claim->pieces->at[i].kind != PIECE_WHOLE, err, LIC_E_UNKNOWN,
               "content_block_delta has text that is not known: \"" LIC_FMT "\"",
               LIC_ARG(str_head(claim->pieces->at[i].raw, 64)));
    }
    return LIC_OK;
}

static enum lic_rc read_delta(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(read_index(claim, node, /* begins= */ false, err));
    TRY(claim_object(claim, node, &block_delta, err));
    return reading_of(claim)->whole ? LIC_OK : need_no_whole(claim, err);
}

/* ---- content_block_stop, message_delta, message_stop, ping, error ---- */

static const struct claim_member block_stop_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("index"), .kind = CLAIM_WHOLE },
};
static const struct claim_table block_stop = CLAIM_TABLE(block_stop_members);

static enum lic_rc end_block(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct reading *reading = reading_of(claim);
    TRY(read_index(claim, node, /* begins= */ false, err));
    TRY(claim_object(claim, node, &block_stop, err));
    struct dialect_lane *lane = &reading->stream->lanes.at[reading->lane];
    lane->ended = true;
    reading->progress->ending = reading->lane;
    bool whole = lane->member.n == 0;
    if (lane->channel == CHANNEL_TOOL_CALL && !whole) {
        reading->progress->calls_open--;
    }
    return add_piece(claim, PIECE_LANE_END, LIC_STR(""), err);
}

static enum lic_rc read_stop_reason(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct dialect_stream *stream = reading_of(claim)->stream;
    lic_str reason;
    TRY(claim_token(claim, node, &reason, err));
    TRY(keep(stream->arena, reason, &reason, err));
    ENSURE(str_list_add(&stream->usage.finish, stream->arena, reason) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the stop reason");
    return LIC_OK;
}

static const struct claim_member message_change_members[] = {
    { LIC_STR("stop_reason"), .kind = CLAIM_READ, .read = read_stop_reason },
    { LIC_STR("stop_sequence"), .kind = CLAIM_TEXT },
    { LIC_STR("stop_details"), .kind = CLAIM_OBJECT, .in = &anthropic_stop_details },
    { LIC_STR("container"), .kind = CLAIM_OBJECT, .in = &anthropic_container },
};
static const struct claim_table message_change = CLAIM_TABLE(message_change_members);

static const struct claim_member message_delta_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("delta"), .kind = CLAIM_OBJECT, .in = &message_change },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = anthropic_usage },
    { LIC_STR("context_management"), .kind = CLAIM_STRINGS },
    { LIC_STR("input_transformations"), .kind = CLAIM_STRINGS },
};
static const struct claim_table message_delta = CLAIM_TABLE(message_delta_members);

static const struct claim_member bare_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
};
static const struct claim_table bare = CLAIM_TABLE(bare_members);

static enum lic_rc end_stream(struct claim *claim, struct lic_err *err)
{
    reading_of(claim)->stream->ended = true;
    return add_piece(claim, PIECE_END, LIC_STR(""), err);
}

static enum lic_rc read_end(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct dialect_stream *stream = reading_of(claim)->stream;
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        ENSURE(stream->lanes.at[i].ended, err, LIC_E_INVALID,
               "message_stop came while content block %u was open", i);
    }
    TRY(claim_object(claim, node, &bare, err));
    return end_stream(claim, err);
}

static const struct claim_member error_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_TEXT },
    { LIC_STR("details"), .kind = CLAIM_STRINGS },
};
static const struct claim_table error_object = CLAIM_TABLE(error_members);

static const struct claim_member error_event_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("error"), .kind = CLAIM_OBJECT, .in = &error_object },
    { LIC_STR("request_id"), .kind = CLAIM_META },
};
static const struct claim_table error_event = CLAIM_TABLE(error_event_members);

static enum lic_rc read_error(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &error_event, err));
    return end_stream(claim, err);
}

static const struct claim_variant events[] = {
    { LIC_STR("content_block_delta"), .read = read_delta },
    { LIC_STR("content_block_start"), .read = read_block_start },
    { LIC_STR("content_block_stop"), .read = end_block },
    { LIC_STR("message_start"), .read = read_start },
    { LIC_STR("message_delta"), .in = &message_delta },
    { LIC_STR("message_stop"), .read = read_end },
    { LIC_STR("ping"), .in = &bare },
    { LIC_STR("error"), .read = read_error },
};

/* ---- the stream ---- */

enum lic_rc anthropic_stream_new(struct arena *arena, const struct event *request,
                                 struct dialect_stream **out, struct lic_err *err)
{
    struct dialect_stream *stream = ARENA_NEW(arena, struct dialect_stream);
    struct progress *progress = ARENA_NEW(arena, struct progress);
    ENSURE(stream != NULL && progress != NULL, err, LIC_E_NOMEM, "no memory for a stream");
    progress->held_from = NO_BLOCK;
    progress->ending = NO_BLOCK;
    stream->dialect = &dialect_anthropic;
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
    progress->shown_n = stream->lanes.n;
    progress->ending = NO_BLOCK;
    if (progress->calls_open == 0) {
        progress->held_from = NO_BLOCK;
    }
}

enum lic_rc anthropic_stream_read(struct dialect_stream *stream, struct arena *scratch,
                                  lic_str event_name, lic_str data, const struct json_doc *doc,
                                  struct pieces *out, struct edits *edits, struct lic_err *err)
{
    struct claim claim;
    struct reading reading = { .stream = stream, .progress = stream->own };
    lic_str type;
    (void)edits; /* events of this dialect are not numbered */
    settle(stream);
    ENSURE(doc != NULL, err, LIC_E_UNKNOWN, "the stream has data that is not JSON: \"" LIC_FMT "\"",
           LIC_ARG(str_head(data, 32)));
    ENSURE(!stream->ended, err, LIC_E_INVALID, "the stream goes on after its end");
    claim_init(&claim, scratch, doc, &stream->usage);
    claim.pieces = out;
    claim.tolerant = true;
    claim.own = &reading;
    claim.part.channel = CHANNEL_ASSISTANT;
    TRY(read_type(&claim, 0, &type, err));
    ENSURE(event_name.n == 0 || str_eq(event_name, type), err, LIC_E_INVALID,
           "a server-sent event named \"" LIC_FMT "\" says it is \"" LIC_FMT "\"",
           LIC_ARG(str_head(event_name, 64)), LIC_ARG(str_head(type, 64)));
    const struct claim_variant *event = find_variant(events, COUNT(events), type);
    if (event == NULL) {
        return need_no_words(&claim, 0, type, err);
    }
    return event->read != NULL ? event->read(&claim, 0, err)
                               : claim_object(&claim, 0, event->in, err);
}

/* ---- writing ---- */

/* Begins an event; its data is one line, ended by end_event. */
static void begin_event(struct json_out *json, lic_str name, struct buf *out)
{
    buf_add(out, LIC_STR("event: "));
    buf_add(out, name);
    buf_add(out, LIC_STR("\ndata: "));
    json_out_init(json, out);
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, name);
}

static void end_event(struct json_out *json, struct buf *out)
{
    json_out_object_end(json);
    buf_add(out, LIC_STR("\n\n"));
}

static lic_str delta_type(lic_str member)
{
    if (str_eq(member, LIC_STR("thinking"))) {
        return LIC_STR("thinking_delta");
    }
    if (str_eq(member, LIC_STR("partial_json"))) {
        return LIC_STR("input_json_delta");
    }
    bool compaction = str_eq(member, LIC_STR("content"));
    return compaction ? LIC_STR("compaction_delta") : LIC_STR("text_delta");
}

static void write_block_delta(uint32_t index, lic_str member, lic_str text, struct buf *out)
{
    struct json_out json;
    begin_event(&json, LIC_STR("content_block_delta"), out);
    json_out_name(&json, LIC_STR("index"));
    json_out_u64(&json, index);
    json_out_name(&json, LIC_STR("delta"));
    json_out_object(&json);
    json_out_name(&json, LIC_STR("type"));
    json_out_str(&json, delta_type(member));
    json_out_name(&json, member);
    json_out_str(&json, text);
    json_out_object_end(&json);
    end_event(&json, out);
}

void anthropic_stream_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                            struct buf *out)
{
    const struct dialect_lane *at = &stream->lanes.at[lane];
    write_block_delta(at->index, at->member, text, out);
}

static void write_message_start(const struct dialect_stream *stream, struct buf *out)
{
    struct json_out json;
    struct buf id;
    buf_init(&id, stream->arena, LIMIT_NAME_BYTES);
    buf_add(&id, LIC_STR("msg_"));
    buf_add(&id, stream->request->record);
    begin_event(&json, LIC_STR("message_start"), out);
    json_out_name(&json, LIC_STR("message"));
    anthropic_message_head(&json, buf_str(&id), stream->request->model);
    anthropic_message_tail(&json, LIC_STR(""), LIC_STR(""));
    end_event(&json, out);
}

static void write_block_stop(uint32_t index, struct buf *out)
{
    struct json_out json;
    begin_event(&json, LIC_STR("content_block_stop"), out);
    json_out_name(&json, LIC_STR("index"));
    json_out_u64(&json, index);
    end_event(&json, out);
}

static void write_text_block(uint32_t index, lic_str text, struct buf *out)
{
    struct json_out json;
    begin_event(&json, LIC_STR("content_block_start"), out);
    json_out_name(&json, LIC_STR("index"));
    json_out_u64(&json, index);
    json_out_name(&json, LIC_STR("content_block"));
    json_out_raw(&json, LIC_STR("{\"type\":\"text\",\"text\":\"\",\"citations\":null}"));
    end_event(&json, out);
    write_block_delta(index, LIC_STR("text"), text, out);
    write_block_stop(index, out);
}

static void write_message_end(const struct dialect_stream *stream, lic_str text, struct buf *out)
{
    struct json_out json;
    int64_t tokens = stream->usage.output_tokens;
    begin_event(&json, LIC_STR("message_delta"), out);
    json_out_name(&json, LIC_STR("delta"));
    json_out_object(&json);
    anthropic_stop(&json, LIC_STR("refusal"), text);
    json_out_name(&json, LIC_STR("container"));
    json_out_null(&json);
    json_out_object_end(&json);
    json_out_name(&json, LIC_STR("usage"));
    json_out_object(&json);
    json_out_name(&json, LIC_STR("output_tokens"));
    json_out_u64(&json, tokens > 0 ? (uint64_t)tokens : 0);
    json_out_object_end(&json);
    end_event(&json, out);
    begin_event(&json, LIC_STR("message_stop"), out);
    end_event(&json, out);
}

void anthropic_stream_stop(struct dialect_stream *stream, lic_str text, struct buf *out)
{
    const struct progress *progress = stream->own;
    uint32_t shown =
        progress->held_from < progress->shown_n ? progress->held_from : progress->shown_n;
    if (!progress->shown_begun) {
        write_message_start(stream, out);
    }
    for (uint32_t i = 0; i < shown; i++) {
        if (!stream->lanes.at[i].ended || i == progress->ending) {
            write_block_stop(i, out);
        }
    }
    write_text_block(shown, text, out);
    write_message_end(stream, text, out);
    stream->ended = true;
}

void anthropic_stream_error(struct dialect_stream *stream, uint32_t status, lic_str text,
                            struct buf *out)
{
    struct json_out json;
    buf_add(out, LIC_STR("event: error\ndata: "));
    json_out_init(&json, out);
    anthropic_error(&json, status, LIC_STR("stream_failed"), text);
    buf_add(out, LIC_STR("\n\n"));
    stream->ended = true;
}

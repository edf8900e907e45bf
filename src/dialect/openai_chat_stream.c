/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes streamed Chat Completions answers.
 *
 * A lane is a text that grows: every string member of a delta is one, known or not, so that what a
 * provider invents tomorrow is inspected exactly as content is; every tool call is one.
 *
 *     choice   new ──first delta──► begun ──finish_reason──► ended       (each first `seen`)
 *
 * Invariants: all lanes of a choice end with its finish_reason, or with [DONE], and not when the
 * next tool call begins, since calls may grow in parallel. A tool call's name may grow until its
 * arguments begin. An event is withheld while it is read, and while a tool call is open, and then
 * may never leave; so what it says of a choice is only `seen`, and becomes the choice's state when
 * the next event comes and no call is open. write_stop relies on the state alone.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "dialect/openai_chat.h"

#include "base/banned.h"

enum choice_state { CHOICE_NEW, CHOICE_BEGUN, CHOICE_ENDED };

struct chat_choice {
    enum choice_state state; /* as far as the caller has been told */
    enum choice_state seen;  /* as far as the upstream has told us */
};

struct chat {
    lic_str id, model; /* of the first chunk; at == NULL before it */
    int64_t created;
    uint32_t choices_n; /* asked for or seen */
    struct chat_choice choices[OPENAI_CHAT_CHOICES_MAX];
    bool arguments_begun[LIMIT_LANES];
};

enum lic_rc openai_chat_stream_new(struct arena *arena, const struct event *request,
                                   struct dialect_stream **out, struct lic_err *err)
{
    struct dialect_stream *stream = ARENA_NEW(arena, struct dialect_stream);
    struct chat *chat = ARENA_NEW(arena, struct chat);
    ENSURE(stream != NULL && chat != NULL, err, LIC_E_NOMEM, "no memory for a stream");
    chat->choices_n = openai_chat_choices(request);
    stream->dialect = &dialect_openai_chat;
    stream->arena = arena;
    stream->request = request;
    stream->own = chat;
    event_init(&stream->usage);
    *out = stream;
    return LIC_OK;
}

static enum lic_rc copy_text(struct arena *arena, lic_str text, lic_str *out, struct lic_err *err)
{
    lic_str copy = str_copy(arena, text);
    ENSURE(copy.at != NULL, err, LIC_E_NOMEM, "no memory for a name in a stream");
    *out = copy;
    return LIC_OK;
}

/* ---- lanes ---- */

static enum lic_rc open_lane(struct dialect_stream *stream, const struct dialect_lane *lane,
                             uint32_t *out, bool *out_new, struct lic_err *err)
{
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        const struct dialect_lane *at = &stream->lanes.at[i];
        if (at->channel == lane->channel && at->choice == lane->choice &&
            at->index == lane->index && str_eq(at->member, lane->member)) {
            *out = i;
            *out_new = false;
            return LIC_OK;
        }
    }
    ENSURE(stream->lanes.n < LIMIT_LANES, err, LIC_E_LIMIT,
           "more than %u texts grow side by side in one stream", LIMIT_LANES);
    struct dialect_lane added = *lane;
    TRY(copy_text(stream->arena, lane->member, &added.member, err));
    ENSURE(ARENA_PUSH(stream->arena, &stream->lanes, added), err, LIC_E_NOMEM,
           "no memory for a lane of a stream");
    *out = stream->lanes.n - 1;
    *out_new = true;
    return LIC_OK;
}

static enum lic_rc add_piece(struct claim *claim, enum piece_kind kind, uint32_t lane, lic_str raw,
                             struct lic_err *err)
{
    struct piece piece = { .kind = kind, .lane = lane, .raw = raw };
    return claim_piece(claim->pieces, claim->arena, &piece, err);
}

/* More of a text lane. */
static enum lic_rc add_text(struct claim *claim, uint32_t node, lic_str member, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    lic_str raw = json_raw(claim->doc, node);
    if (raw.n == 0) {
        return LIC_OK;
    }
    struct dialect_lane wanted = {
        .channel = CHANNEL_ASSISTANT,
        .choice = claim->part.choice,
        .member = member,
    };
    uint32_t lane = 0;
    bool is_new = false;
    TRY(open_lane(stream, &wanted, &lane, &is_new, err));
    if (stream->lanes.at[lane].ended) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "comes after the finish_reason");
    }
    return add_piece(claim, PIECE_TEXT, lane, raw, err);
}

static enum lic_rc end_lanes(struct claim *claim, bool all, uint32_t choice, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        struct dialect_lane *lane = &stream->lanes.at[i];
        if (!lane->ended && (all || lane->choice == choice)) {
            TRY(add_piece(claim, PIECE_LANE_END, i, LIC_STR(""), err));
            lane->ended = true;
        }
    }
    return LIC_OK;
}

/* ---- tool calls ---- */

static enum lic_rc set_id(struct claim *claim, uint32_t node, struct dialect_lane *lane,
                          struct lic_err *err)
{
    lic_str id = LIC_STR("");
    if (node != JSON_NONE) {
        TRY(claim_token(claim, node, &id, err));
    }
    if (id.n == 0 || str_eq(id, lane->id)) {
        return LIC_OK;
    }
    if (lane->id.n > 0) {
        return claim_refuse(claim, node, LIC_E_INVALID, err,
                            "is another call's id: two calls share one index");
    }
    struct dialect_stream *stream = claim->own;
    return copy_text(stream->arena, id, &lane->id, err);
}

/* Some servers send the name in pieces, some repeat it: only the former makes it longer. */
static enum lic_rc set_name(struct claim *claim, uint32_t node, uint32_t lane_i,
                            struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    struct chat *chat = stream->own;
    struct dialect_lane *lane = &stream->lanes.at[lane_i];
    lic_str name = LIC_STR("");
    if (node != JSON_NONE) {
        TRY(claim_token(claim, node, &name, err));
    }
    if (name.n == 0 || str_eq(name, lane->name)) {
        return LIC_OK;
    }
    if (chat->arguments_begun[lane_i]) {
        return claim_refuse(claim, node, LIC_E_INVALID, err,
                            "changes the tool's name after its arguments began");
    }
    struct buf grown;
    buf_init(&grown, stream->arena, LIMIT_NAME_BYTES);
    buf_add(&grown, lane->name);
    buf_add(&grown, name);
    TRY(buf_check(&grown, "the name of a tool", err));
    lane->name = buf_str(&grown);
    return LIC_OK;
}

static enum lic_rc add_arguments(struct claim *claim, uint32_t node, uint32_t lane_i,
                                 struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    struct chat *chat = stream->own;
    if (node == JSON_NONE || json_is(claim->doc, node, JSON_NULL)) {
        return LIC_OK;
    }
    if (!json_is(claim->doc, node, JSON_STRING)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be a string");
    }
    lic_str raw = json_raw(claim->doc, node);
    if (raw.n == 0) {
        return LIC_OK;
    }
    chat->arguments_begun[lane_i] = true;
    return add_piece(claim, PIECE_ARGS, lane_i, raw, err);
}

static const struct claim_member called_members[] = {
    { LIC_STR("name"), .kind = CLAIM_DONE },
    { LIC_STR("arguments"), .kind = CLAIM_DONE },
};
static const struct claim_table called_table = CLAIM_TABLE(called_members);

static const struct claim_member custom_members[] = {
    { LIC_STR("name"), .kind = CLAIM_DONE },
    { LIC_STR("input"), .kind = CLAIM_DONE },
};
static const struct claim_table custom_table = CLAIM_TABLE(custom_members);

/* One delta of the call `wanted`: `id` may be absent, and so may `called` (name and arguments). */
static enum lic_rc grow_call(struct claim *claim, const struct dialect_lane *wanted, uint32_t node,
                             uint32_t id, uint32_t called, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    bool custom = str_eq(wanted->member, LIC_STR("custom"));
    uint32_t lane = 0;
    bool is_new = false;
    TRY(open_lane(stream, wanted, &lane, &is_new, err));
    if (stream->lanes.at[lane].ended) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "comes after the finish_reason");
    }
    TRY(set_id(claim, id, &stream->lanes.at[lane], err));
    if (is_new) {
        TRY(add_piece(claim, PIECE_CALL, lane, LIC_STR(""), err));
    }
    if (!json_is(claim->doc, called, JSON_OBJECT)) {
        return LIC_OK;
    }
    uint32_t name = json_get(claim->doc, called, LIC_STR("name"));
    uint32_t arguments =
        json_get(claim->doc, called, custom ? LIC_STR("input") : LIC_STR("arguments"));
    TRY(set_name(claim, name, lane, err));
    TRY(add_arguments(claim, arguments, lane, err));
    return claim_object(claim, called, custom ? &custom_table : &called_table, err);
}

static const struct claim_member call_members[] = {
    { LIC_STR("index"), .kind = CLAIM_META },  { LIC_STR("id"), .kind = CLAIM_DONE },
    { LIC_STR("type"), .kind = CLAIM_META },   { LIC_STR("function"), .kind = CLAIM_DONE },
    { LIC_STR("custom"), .kind = CLAIM_DONE },
};
static const struct claim_table call_table = CLAIM_TABLE(call_members);

static bool is_custom(const struct json_doc *doc, uint32_t node)
{
    uint32_t type = json_get(doc, node, LIC_STR("type"));
    return json_is(doc, json_get(doc, node, LIC_STR("custom")), JSON_OBJECT) ||
           (json_is(doc, type, JSON_STRING) && str_eq(json_raw(doc, type), LIC_STR("custom")));
}

static enum lic_rc read_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    int64_t index = claim_pick_int(doc, node, LIC_STR("index"));
    if (index < 0 || index > UINT32_MAX) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "has no valid \"index\"");
    }
    bool custom = is_custom(doc, node);
    uint32_t function = json_get(doc, node, LIC_STR("function"));
    if (custom && json_is(doc, function, JSON_OBJECT)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err,
                            "is a function and a custom tool at once");
    }
    struct dialect_lane wanted = {
        .channel = CHANNEL_TOOL_CALL,
        .choice = claim->part.choice,
        .index = (uint32_t)index,
        .member = custom ? LIC_STR("custom") : LIC_STR("function"),
    };
    uint32_t id = json_get(doc, node, LIC_STR("id"));
    uint32_t called = custom ? json_get(doc, node, LIC_STR("custom")) : function;
    TRY(grow_call(claim, &wanted, node, id, called, err));
    return claim_object(claim, node, &call_table, err);
}

static enum lic_rc read_function_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct dialect_lane wanted = {
        .channel = CHANNEL_TOOL_CALL,
        .choice = claim->part.choice,
        .member = LIC_STR("function_call"),
    };
    if (json_is(claim->doc, node, JSON_NULL)) {
        return LIC_OK;
    }
    if (!json_is(claim->doc, node, JSON_OBJECT)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be an object");
    }
    return grow_call(claim, &wanted, node, JSON_NONE, node, err);
}

/* ---- deltas ---- */

static enum lic_rc read_sound_data(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_opaque(claim, node, LIC_STR("audio"), err);
}

static enum lic_rc read_transcript(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (!json_is(claim->doc, node, JSON_STRING)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be a string");
    }
    return add_text(claim, node, LIC_STR("audio.transcript"), err);
}

static const struct claim_member audio_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("data"), .kind = CLAIM_READ, .read = read_sound_data },
    { LIC_STR("expires_at"), .kind = CLAIM_META },
    { LIC_STR("transcript"), .kind = CLAIM_READ, .read = read_transcript },
};
static const struct claim_table audio_table = CLAIM_TABLE(audio_members);

static bool is_plain_name(lic_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-') {
            return false;
        }
    }
    return name.n > 0 && name.n <= 64;
}

/* A string of a delta under whatever name: a lane. */
static enum lic_rc read_delta_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str member;
    TRY(json_key_text(claim->doc, node, claim->arena, &member, err));
    if (!is_plain_name(member)) {
        return claim_refuse(claim, node, LIC_E_UNKNOWN, err, "is not a known kind of delta");
    }
    return add_text(claim, node, member, err);
}

static bool holds_text(const struct json_doc *doc, uint32_t node)
{
    for (uint32_t i = node; i < doc->nodes[node].end; i++) {
        bool text = json_type(doc, i) == JSON_STRING && doc->nodes[i].len > 0;
        bool key = doc->nodes[i].key_len > 0 && !is_plain_name(json_key_raw(doc, i));
        if (text || key) {
            return true;
        }
    }
    return false;
}

static enum lic_rc read_delta_member(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    if (json_key_is(doc, node, LIC_STR("role"))) {
        return claim_meta(claim, node, err);
    }
    if (json_type(doc, node) == JSON_STRING) {
        return read_delta_text(claim, node, err);
    }
    if (json_type(doc, node) == JSON_NULL) {
        return LIC_OK;
    }
    if (json_key_is(doc, node, LIC_STR("tool_calls"))) {
        return claim_each(claim, node, read_call, err);
    }
    if (json_key_is(doc, node, LIC_STR("function_call"))) {
        return read_function_call(claim, node, err);
    }
    if (json_key_is(doc, node, LIC_STR("audio"))) {
        return claim_object(claim, node, &audio_table, err);
    }
    if (json_key_is(doc, node, LIC_STR("annotations"))) {
        return claim_strings(claim, node, err); /* each comes whole, in one event */
    }
    if (holds_text(doc, node)) {
        return claim_refuse(claim, node, LIC_E_UNKNOWN, err, "is not a known kind of delta");
    }
    return LIC_OK;
}

static enum lic_rc read_delta(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    if (!json_is(doc, node, JSON_OBJECT)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be an object");
    }
    for (uint32_t at = json_first(doc, node); at != JSON_NONE; at = json_next(doc, node, at)) {
        TRY(read_delta_member(claim, at, err));
    }
    return LIC_OK;
}

/* ---- chunks ---- */

static enum lic_rc read_logprobs(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return add_piece(claim, PIECE_STRIP, 0, json_raw(claim->doc, node), err);
}

static const struct claim_member choice_members[] = {
    { LIC_STR("index"), .kind = CLAIM_META },
    { LIC_STR("delta"), .kind = CLAIM_READ, .read = read_delta },
    { LIC_STR("finish_reason"), .kind = CLAIM_DONE },
    { LIC_STR("logprobs"), .kind = CLAIM_READ, .read = read_logprobs },
};
static const struct claim_table choice_table = CLAIM_TABLE(choice_members);

/* After the delta, wherever it stands in the text: what the same event brings still counts. */
static enum lic_rc read_finish(struct claim *claim, uint32_t choice_node, uint32_t choice,
                               struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    struct chat *chat = stream->own;
    lic_str reason = LIC_STR("");
    uint32_t node = json_get(claim->doc, choice_node, LIC_STR("finish_reason"));
    if (node != JSON_NONE) {
        TRY(claim_token(claim, node, &reason, err));
    }
    if (reason.n == 0) {
        return LIC_OK;
    }
    TRY(copy_text(stream->arena, reason, &reason, err));
    ENSURE(str_list_add(&stream->usage.finish, stream->arena, reason) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the finish reasons");
    chat->choices[choice].seen = CHOICE_ENDED;
    return end_lanes(claim, /* all= */ false, choice, err);
}

static enum lic_rc read_choice(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    struct chat *chat = stream->own;
    int64_t index = claim_pick_int(claim->doc, node, LIC_STR("index"));
    if (index < 0 || index >= OPENAI_CHAT_CHOICES_MAX) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "has no valid \"index\"");
    }
    uint32_t choice = (uint32_t)index;
    claim->part.choice = choice;
    claim->part.message = choice;
    chat->choices_n = choice < chat->choices_n ? chat->choices_n : choice + 1;
    if (chat->choices[choice].seen == CHOICE_NEW) {
        chat->choices[choice].seen = CHOICE_BEGUN;
    }
    TRY(claim_object(claim, node, &choice_table, err));
    return read_finish(claim, node, choice, err);
}

static enum lic_rc read_usage(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    int64_t input = claim_pick_int(claim->doc, node, LIC_STR("prompt_tokens"));
    int64_t output = claim_pick_int(claim->doc, node, LIC_STR("completion_tokens"));
    /* Some servers report as they go: the latest count stands. */
    stream->usage.input_tokens = input == EVENT_INT_NONE ? stream->usage.input_tokens : input;
    stream->usage.output_tokens = output == EVENT_INT_NONE ? stream->usage.output_tokens : output;
    return claim_strings(claim, node, err);
}

static const struct claim_member chunk_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("object"), .kind = CLAIM_META },
    { LIC_STR("created"), .kind = CLAIM_META },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("choices"), .kind = CLAIM_EACH, .read = read_choice },
    { LIC_STR("system_fingerprint"), .kind = CLAIM_META },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("obfuscation"), .kind = CLAIM_META },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = read_usage },
    { LIC_STR("error"), .kind = CLAIM_STRINGS },
};
static const struct claim_table chunk_table = CLAIM_TABLE(chunk_members);

/* What chunks of ours must repeat. */
static enum lic_rc keep_head(struct claim *claim, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    struct dialect_stream *stream = claim->own;
    struct chat *chat = stream->own;
    if (chat->id.at != NULL) {
        return LIC_OK;
    }
    uint32_t id = json_get(doc, 0, LIC_STR("id"));
    uint32_t model = json_get(doc, 0, LIC_STR("model"));
    if (!json_is(doc, id, JSON_STRING) || !json_is(doc, model, JSON_STRING)) {
        return LIC_OK;
    }
    lic_str id_text, model_text;
    TRY(json_text(doc, id, claim->arena, &id_text, err));
    TRY(json_text(doc, model, claim->arena, &model_text, err));
    TRY(copy_text(stream->arena, model_text, &chat->model, err));
    TRY(copy_text(stream->arena, id_text, &chat->id, err));
    int64_t created = claim_pick_int(doc, 0, LIC_STR("created"));
    chat->created = created == EVENT_INT_NONE ? 0 : created;
    return LIC_OK;
}

/* All events before this one have left, unless a tool call holds them back. */
static void settle_choices(const struct dialect_stream *stream)
{
    struct chat *chat = stream->own;
    for (uint32_t i = 0; i < stream->lanes.n; i++) {
        if (stream->lanes.at[i].channel == CHANNEL_TOOL_CALL && !stream->lanes.at[i].ended) {
            return;
        }
    }
    for (uint32_t i = 0; i < chat->choices_n; i++) {
        chat->choices[i].state = chat->choices[i].seen;
    }
}

/* Data that is not JSON: only the end marker is. */
static enum lic_rc read_word(struct claim *claim, lic_str data, struct lic_err *err)
{
    struct dialect_stream *stream = claim->own;
    if (data.n == 0) {
        return LIC_OK;
    }
    ENSURE(str_eq(data, LIC_STR("[DONE]")), err, LIC_E_UNKNOWN,
           "an event of %zu bytes is neither JSON nor [DONE]", data.n);
    TRY(end_lanes(claim, /* all= */ true, 0, err));
    stream->ended = true;
    return add_piece(claim, PIECE_END, 0, data, err);
}

enum lic_rc openai_chat_read_sse(struct dialect_stream *stream, struct arena *scratch,
                                 lic_str event_name, lic_str data, const struct json_doc *doc,
                                 struct pieces *out, struct edits *edits, struct lic_err *err)
{
    (void)edits; /* chunks have no sequence numbers */
    struct claim claim;
    claim_init(&claim, scratch, doc, &stream->usage);
    claim.part.channel = CHANNEL_ASSISTANT;
    claim.pieces = out;
    claim.tolerant = true;
    claim.own = stream;
    settle_choices(stream);
    bool named = event_name.n > 0 && !str_eq(event_name, LIC_STR("message")) &&
                 !str_eq(event_name, LIC_STR("error"));
    ENSURE(!named, err, LIC_E_UNKNOWN, "an event named \"" LIC_FMT "\" is not known",
           LIC_ARG(str_head(event_name, 40)));
    ENSURE(!stream->ended || (doc == NULL && data.n == 0), err, LIC_E_INVALID,
           "an event comes after [DONE]");
    if (doc == NULL) {
        return read_word(&claim, data, err);
    }
    ENSURE(json_type(doc, 0) == JSON_OBJECT, err, LIC_E_INVALID,
           "an event's data is JSON, but not an object");
    TRY(keep_head(&claim, err));
    return claim_object(&claim, 0, &chunk_table, err);
}

/* ---- writing ---- */

static void write_head(const struct dialect_stream *stream, struct json_out *json)
{
    const struct chat *chat = stream->own;
    if (chat->id.at == NULL) {
        openai_chat_write_head(json, stream->request, stream->request->record,
                               LIC_STR("chat.completion.chunk"));
        return;
    }
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, chat->id);
    json_out_name(json, LIC_STR("object"));
    json_out_str(json, LIC_STR("chat.completion.chunk"));
    json_out_name(json, LIC_STR("created"));
    json_out_i64(json, chat->created);
    json_out_name(json, LIC_STR("model"));
    json_out_str(json, chat->model);
}

/* From "data: " to the inside of the delta. */
static void begin_chunk(const struct dialect_stream *stream, struct json_out *json, uint32_t choice,
                        struct buf *out)
{
    buf_add(out, LIC_STR("data: "));
    json_out_init(json, out);
    json_out_object(json);
    write_head(stream, json);
    json_out_name(json, LIC_STR("choices"));
    json_out_array(json);
    json_out_object(json);
    json_out_name(json, LIC_STR("index"));
    json_out_u64(json, choice);
    json_out_name(json, LIC_STR("delta"));
    json_out_object(json);
}

static void end_chunk(struct json_out *json, lic_str finish_reason)
{
    json_out_object_end(json);
    json_out_name(json, LIC_STR("finish_reason"));
    if (finish_reason.n > 0) {
        json_out_str(json, finish_reason);
    } else {
        json_out_null(json);
    }
    json_out_object_end(json);
    json_out_array_end(json);
    json_out_object_end(json);
    buf_add(json->buf, LIC_STR("\n\n"));
}

static void write_object_of_one(struct json_out *json, lic_str object, lic_str member, lic_str text)
{
    json_out_name(json, object);
    json_out_object(json);
    json_out_name(json, member);
    json_out_str(json, text);
    json_out_object_end(json);
}

static void write_call(struct json_out *json, const struct dialect_lane *lane, lic_str text)
{
    bool custom = str_eq(lane->member, LIC_STR("custom"));
    json_out_name(json, LIC_STR("tool_calls"));
    json_out_array(json);
    json_out_object(json);
    json_out_name(json, LIC_STR("index"));
    json_out_u64(json, lane->index);
    write_object_of_one(json, lane->member, custom ? LIC_STR("input") : LIC_STR("arguments"), text);
    json_out_object_end(json);
    json_out_array_end(json);
}

static void write_lane(struct json_out *json, const struct dialect_lane *lane, lic_str text)
{
    if (str_eq(lane->member, LIC_STR("audio.transcript"))) {
        write_object_of_one(json, LIC_STR("audio"), LIC_STR("transcript"), text);
        return;
    }
    if (lane->channel != CHANNEL_TOOL_CALL) {
        json_out_name(json, lane->member);
        json_out_str(json, text);
        return;
    }
    if (str_eq(lane->member, LIC_STR("function_call"))) {
        write_object_of_one(json, lane->member, LIC_STR("arguments"), text);
        return;
    }
    write_call(json, lane, text);
}

void openai_chat_write_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                             struct buf *out)
{
    CHECK(lane < stream->lanes.n);
    const struct dialect_lane *at = &stream->lanes.at[lane];
    struct json_out json;
    begin_chunk(stream, &json, at->choice, out);
    write_lane(&json, at, text);
    end_chunk(&json, LIC_STR(""));
}

static void stop_choice(struct dialect_stream *stream, uint32_t choice, lic_str message,
                        struct buf *out)
{
    const struct chat *chat = stream->own;
    struct json_out json;
    begin_chunk(stream, &json, choice, out);
    if (chat->choices[choice].state == CHOICE_NEW) {
        json_out_name(&json, LIC_STR("role"));
        json_out_str(&json, LIC_STR("assistant"));
    }
    json_out_name(&json, LIC_STR("content"));
    json_out_str(&json, message);
    end_chunk(&json, LIC_STR(""));
    begin_chunk(stream, &json, choice, out);
    end_chunk(&json, LIC_STR("content_filter"));
}

void openai_chat_write_stop(struct dialect_stream *stream, lic_str message, struct buf *out)
{
    struct chat *chat = stream->own;
    for (uint32_t i = 0; i < chat->choices_n; i++) {
        if (chat->choices[i].state != CHOICE_ENDED) {
            stop_choice(stream, i, message, out);
            chat->choices[i].state = CHOICE_ENDED;
        }
    }
    buf_add(out, LIC_STR("data: [DONE]\n\n"));
    stream->ended = true;
}

void openai_chat_write_stream_error(struct dialect_stream *stream, uint32_t status, lic_str message,
                                    struct buf *out)
{
    buf_add(out, LIC_STR("data: "));
    openai_chat_write_error(status, LIC_STR("stream_failed"), message, out);
    buf_add(out, LIC_STR("\n\n"));
    stream->ended = true;
}

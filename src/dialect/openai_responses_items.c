/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items of OpenAI's Responses: messages, tool calls, their results, reasoning; and tools.
 *
 * Input and output are made of the same items, so one table reads both. Who speaks decides the
 * channel: a message by its role, a call is TOOL_CALL whoever runs it, its result is TOOL_RESULT.
 */
#include "dialect/openai_responses.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "dialect/calls.h"

#include "base/banned.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static struct openai_items *items_of(struct claim *claim)
{
    return claim->own;
}

static enum lic_rc walk_as(struct claim *claim, uint32_t node, enum event_channel channel,
                           const struct claim_table *table, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = channel;
    TRY(claim_object(claim, node, table, err));
    claim->part = saved;
    return LIC_OK;
}

enum lic_rc openai_items_system_strings(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_SYSTEM;
    TRY(claim_strings(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member breakpoint_members[] = {
    { LIC_STR("mode"), .kind = CLAIM_META },
};
static const struct claim_table breakpoint = CLAIM_TABLE(breakpoint_members);

/* ---- content parts ---- */

static const struct claim_member annotation_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },       { LIC_STR("url"), .kind = CLAIM_TEXT },
    { LIC_STR("title"), .kind = CLAIM_TEXT },      { LIC_STR("filename"), .kind = CLAIM_TEXT },
    { LIC_STR("file_id"), .kind = CLAIM_META },    { LIC_STR("container_id"), .kind = CLAIM_META },
    { LIC_STR("index"), .kind = CLAIM_WHOLE },     { LIC_STR("start_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("end_index"), .kind = CLAIM_WHOLE },
};
static const struct claim_table annotation = CLAIM_TABLE(annotation_members);

enum lic_rc openai_items_annotation(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, CHANNEL_DOCUMENT, &annotation, err);
}

enum lic_rc openai_items_logprobs(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct pieces *strip = items_of(claim)->strip;
    bool container =
        json_is(claim->doc, node, JSON_ARRAY) || json_is(claim->doc, node, JSON_OBJECT);
    if (container && claim->doc->nodes[node].n == 0) {
        return LIC_OK;
    }
    if (strip == NULL) {
        return claim_strings(claim, node, err);
    }
    struct piece piece = { .kind = PIECE_STRIP, .raw = json_raw(claim->doc, node) };
    piece.part = claim->part;
    piece.part.raw = piece.raw;
    piece.part.text = LIC_STR("[]");
    return claim_piece(strip, claim->arena, &piece, err);
}

static bool is_base64(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '+' && c != '/' && c != '-' && c != '_' && c != '=') {
            return false;
        }
    }
    return true;
}

/* A medium's bytes, as base64 or in a data: URL, are told of as opaque by their part; any other
 * text, such as the address of an image, is read. */
static enum lic_rc read_media(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str raw = json_raw(claim->doc, node);
    if (json_is(claim->doc, node, JSON_STRING) && str_starts(raw, LIC_STR("data:"))) {
        lic_str head = str_head(raw, 128);
        size_t comma = str_find_char(head, ',');
        if (str_ends(str_head(head, comma), LIC_STR(";base64"))) {
            raw = str_tail(raw, comma + 1);
        }
    }
    return is_base64(raw) ? LIC_OK : claim_text(claim, node, err);
}

static const struct claim_member text_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_TEXT },
    { LIC_STR("annotations"), .kind = CLAIM_EACH, .read = openai_items_annotation },
    { LIC_STR("logprobs"), .kind = CLAIM_READ, .read = openai_items_logprobs },
    { LIC_STR("prompt_cache_breakpoint"), .kind = CLAIM_OBJECT, .in = &breakpoint },
};
static const struct claim_table text_part = CLAIM_TABLE(text_members);

static const struct claim_member refusal_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("refusal"), .kind = CLAIM_TEXT },
};
static const struct claim_table refusal_part = CLAIM_TABLE(refusal_members);

static const struct claim_member media_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("detail"), .kind = CLAIM_META },
    { LIC_STR("image_url"), .kind = CLAIM_READ, .read = read_media },
    { LIC_STR("file_id"), .kind = CLAIM_META },
    { LIC_STR("file_url"), .kind = CLAIM_TEXT },
    { LIC_STR("file_data"), .kind = CLAIM_READ, .read = read_media },
    { LIC_STR("filename"), .kind = CLAIM_TEXT },
    { LIC_STR("prompt_cache_breakpoint"), .kind = CLAIM_OBJECT, .in = &breakpoint },
};
static const struct claim_table media_part = CLAIM_TABLE(media_members);

static const struct claim_member audio_data_members[] = {
    { LIC_STR("data"), .kind = CLAIM_READ, .read = read_media },
    { LIC_STR("format"), .kind = CLAIM_META },
};
static const struct claim_table audio_data = CLAIM_TABLE(audio_data_members);

static const struct claim_member audio_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("input_audio"), .kind = CLAIM_OBJECT, .in = &audio_data },
    { LIC_STR("data"), .kind = CLAIM_READ, .read = read_media },
    { LIC_STR("transcript"), .kind = CLAIM_TEXT },
};
static const struct claim_table audio_part = CLAIM_TABLE(audio_members);

static enum lic_rc read_image(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &media_part, err));
    return claim_opaque(claim, node, LIC_STR("image"), err);
}

static enum lic_rc read_file(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &media_part, err));
    return claim_opaque(claim, node, LIC_STR("file"), err);
}

static enum lic_rc read_audio(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &audio_part, err));
    return claim_opaque(claim, node, LIC_STR("audio"), err);
}

static const struct claim_variant parts[] = {
    { LIC_STR("input_text"), .in = &text_part },
    { LIC_STR("output_text"), .in = &text_part },
    { LIC_STR("text"), .in = &text_part },
    { LIC_STR("summary_text"), .in = &text_part },
    { LIC_STR("reasoning_text"), .in = &text_part },
    { LIC_STR("refusal"), .in = &refusal_part },
    { LIC_STR("input_image"), .read = read_image },
    { LIC_STR("computer_screenshot"), .read = read_image },
    { LIC_STR("input_file"), .read = read_file },
    { LIC_STR("input_audio"), .read = read_audio },
    { LIC_STR("output_audio"), .read = read_audio },
};

enum lic_rc openai_items_part(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_variant(claim, node, LIC_STR("type"), parts, COUNT(parts), err);
}

/* Content: a string, or an array of parts. */
static enum lic_rc read_content(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return json_is(claim->doc, node, JSON_STRING) ? claim_text(claim, node, err)
                                                  : claim_each(claim, node, openai_items_part, err);
}

/* ---- messages, reasoning ---- */

static const struct claim_member message_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = read_content },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("phase"), .kind = CLAIM_META },
};
static const struct claim_table message = CLAIM_TABLE(message_members);

static enum lic_rc read_role(struct claim *claim, uint32_t node, enum event_channel *out,
                             struct lic_err *err)
{
    uint32_t role = 0;
    TRY(claim_need(claim, node, LIC_STR("role"), JSON_STRING, &role, err));
    lic_str name = json_raw(claim->doc, role);
    if (str_eq(name, LIC_STR("user"))) {
        *out = CHANNEL_USER;
    } else if (str_eq(name, LIC_STR("assistant"))) {
        *out = CHANNEL_ASSISTANT;
    } else if (str_eq(name, LIC_STR("system")) || str_eq(name, LIC_STR("developer"))) {
        *out = CHANNEL_SYSTEM;
        claim->event->system_prompt = 1;
    } else if (str_eq(name, LIC_STR("tool"))) {
        *out = CHANNEL_TOOL_RESULT;
    } else {
        return claim_refuse(claim, role, LIC_E_UNKNOWN, err, "is not a known role");
    }
    return LIC_OK;
}

static enum lic_rc read_message(struct claim *claim, uint32_t node, struct lic_err *err)
{
    enum event_channel channel = CHANNEL_USER;
    TRY(read_role(claim, node, &channel, err));
    return walk_as(claim, node, channel, &message, err);
}

static const struct claim_member reasoning_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("summary"), .kind = CLAIM_EACH, .read = openai_items_part },
    { LIC_STR("content"), .kind = CLAIM_EACH, .read = openai_items_part },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
    { LIC_STR("status"), .kind = CLAIM_META },
};
static const struct claim_table reasoning = CLAIM_TABLE(reasoning_members);

static enum lic_rc read_reasoning(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, CHANNEL_ASSISTANT, &reasoning, err);
}

static const struct claim_member stored_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
    { LIC_STR("created_by"), .kind = CLAIM_META },
};
static const struct claim_table stored = CLAIM_TABLE(stored_members);

/* A sealed summary stands for a conversation that nobody here has seen. */
static enum lic_rc read_compaction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &stored, err));
    return claim_opaque(claim, node, LIC_STR("stored_conversation"), err);
}

static enum lic_rc read_reference(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &stored, err));
    return claim_opaque(claim, node, LIC_STR("item_reference"), err);
}

/* ---- tool calls ---- */

static const struct openai_call_kind call_kinds[] = {
    { LIC_STR("function_call"), .arguments = LIC_STR("arguments") },
    { LIC_STR("custom_tool_call"), .arguments = LIC_STR("input") },
    { LIC_STR("mcp_call"), .arguments = LIC_STR("arguments"), .remote = true },
    { LIC_STR("mcp_approval_request"), .arguments = LIC_STR("arguments"), .remote = true },
    { LIC_STR("computer_call"), LIC_STR("computer"), .arguments = LIC_STR("action") },
    { LIC_STR("computer_call"), LIC_STR("computer"), .arguments = LIC_STR("actions") },
    { LIC_STR("local_shell_call"), LIC_STR("local_shell"), .arguments = LIC_STR("action") },
    { LIC_STR("shell_call"), LIC_STR("shell"), .arguments = LIC_STR("action") },
    { LIC_STR("apply_patch_call"), LIC_STR("apply_patch"), .arguments = LIC_STR("operation") },
    { LIC_STR("tool_search_call"), LIC_STR("tool_search"), .arguments = LIC_STR("arguments") },
    { LIC_STR("program"), LIC_STR("program"), .arguments = LIC_STR("code") },
    { LIC_STR("web_search_call"), LIC_STR("web_search"), .arguments = LIC_STR("action"),
      .remote = true },
    { LIC_STR("file_search_call"), LIC_STR("file_search"), .arguments = LIC_STR("queries"),
      .remote = true },
    { LIC_STR("code_interpreter_call"), LIC_STR("code_interpreter"), .arguments = LIC_STR("code"),
      .remote = true },
    { LIC_STR("image_generation_call"), LIC_STR("image_generation"),
      .arguments = LIC_STR("revised_prompt"), .remote = true },
};

/* The member that has the arguments is the caller's affair; in an item of another type it is
 * more of what the model wrote for its tool. */
static enum lic_rc read_argument(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct openai_call_kind *kind = items_of(claim)->kind;
    return json_key_is(claim->doc, node, kind->arguments) ? LIC_OK
                                                          : claim_strings(claim, node, err);
}

/* What the tool gave back, when the item of the call itself has it. */
static enum lic_rc read_result_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_TOOL_RESULT;
    claim->part.name = items_of(claim)->name;
    TRY(claim_strings(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

/* The picture that image generation made. */
static enum lic_rc read_picture(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_TOOL_RESULT;
    TRY(read_media(claim, node, err));
    TRY(claim_opaque(claim, node, LIC_STR("image"), err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member caller_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("caller_id"), .kind = CLAIM_META },
};
static const struct claim_table caller = CLAIM_TABLE(caller_members);

static const struct claim_member call_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("call_id"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("arguments"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("input"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("namespace"), .kind = CLAIM_META },
    { LIC_STR("server_label"), .kind = CLAIM_META },
    { LIC_STR("caller"), .kind = CLAIM_OBJECT, .in = &caller },
    { LIC_STR("created_by"), .kind = CLAIM_META },
    { LIC_STR("execution"), .kind = CLAIM_META },
    { LIC_STR("approval_request_id"), .kind = CLAIM_META },
    { LIC_STR("action"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("actions"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("operation"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("queries"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("code"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("revised_prompt"), .kind = CLAIM_READ, .read = read_argument },
    { LIC_STR("environment"), .kind = CLAIM_STRINGS },
    { LIC_STR("pending_safety_checks"), .kind = CLAIM_STRINGS },
    { LIC_STR("container_id"), .kind = CLAIM_META },
    { LIC_STR("fingerprint"), .kind = CLAIM_SEALED },
    { LIC_STR("results"), .kind = CLAIM_READ, .read = read_result_text },
    { LIC_STR("outputs"), .kind = CLAIM_READ, .read = read_result_text },
    { LIC_STR("output"), .kind = CLAIM_READ, .read = read_result_text },
    { LIC_STR("error"), .kind = CLAIM_READ, .read = read_result_text },
    { LIC_STR("result"), .kind = CLAIM_READ, .read = read_picture },
    { LIC_STR("background"), .kind = CLAIM_META },
    { LIC_STR("output_format"), .kind = CLAIM_META },
    { LIC_STR("quality"), .kind = CLAIM_META },
    { LIC_STR("size"), .kind = CLAIM_META },
};
static const struct claim_table call_item = CLAIM_TABLE(call_members);

static enum lic_rc pick_token(struct claim *claim, uint32_t node, lic_str member, lic_str *out,
                              struct lic_err *err)
{
    uint32_t at = json_get(claim->doc, node, member);
    *out = LIC_STR("");
    return at == JSON_NONE ? LIC_OK : claim_token(claim, at, out, err);
}

/* Fills claim->part's name and id. */
static enum lic_rc read_call_name(struct claim *claim, uint32_t node,
                                  const struct openai_call_kind *kind, struct lic_err *err)
{
    lic_str space;
    lic_str name = kind->name;
    uint32_t name_node = 0;
    if (!kind->remote) {
        TRY(pick_token(claim, node, LIC_STR("call_id"), &claim->part.id, err));
    }
    if (kind->remote || claim->part.id.n == 0) {
        TRY(pick_token(claim, node, LIC_STR("id"), &claim->part.id, err));
    }
    if (name.n > 0) {
        claim->part.name = name;
        return LIC_OK;
    }
    TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name_node, err));
    TRY(claim_token(claim, name_node, &name, err));
    TRY(pick_token(claim, node, kind->remote ? LIC_STR("server_label") : LIC_STR("namespace"),
                   &space, err));
    return calls_join(claim->arena, space, name, &claim->part.name, err);
}

enum lic_rc openai_items_arguments(struct claim *claim, uint32_t arguments, struct event_part *out,
                                   struct lic_err *err)
{
    *out = claim->part;
    out->channel = CHANNEL_TOOL_CALL;
    out->kind = PART_JSON;
    out->text = LIC_STR("");
    out->raw = LIC_STR("");
    if (arguments == JSON_NONE || json_is(claim->doc, arguments, JSON_NULL)) {
        return LIC_OK;
    }
    out->raw = json_raw(claim->doc, arguments);
    if (json_is(claim->doc, arguments, JSON_STRING)) {
        return json_text(claim->doc, arguments, claim->arena, &out->text, err);
    }
    out->text = out->raw;
    out->object = true;
    return LIC_OK;
}

static enum lic_rc add_call(struct claim *claim, uint32_t arguments, struct lic_err *err)
{
    struct event *event = claim->event;
    struct event_part part;
    TRY(openai_items_arguments(claim, arguments, &part, err));
    TRY(claim_add(claim, &part, err));
    struct event_call call = {
        .name = part.name,
        .id = part.id,
        .part = event->parts.n - 1,
        .choice = part.choice,
    };
    ENSURE(ARENA_PUSH(claim->arena, &event->calls, call), err, LIC_E_NOMEM,
           "no memory for a tool call");
    return LIC_OK;
}

/* The kind of this type whose arguments are there, else the first of the type. */
static const struct openai_call_kind *find_call_kind(const struct json_doc *doc, uint32_t node,
                                                     lic_str type)
{
    const struct openai_call_kind *found = NULL;
    for (uint32_t i = 0; i < COUNT(call_kinds); i++) {
        const struct openai_call_kind *kind = &call_kinds[i];
        if (!str_eq(kind->type, type)) {
            continue;
        }
        if (json_get(doc, node, kind->arguments) != JSON_NONE) {
            return kind;
        }
        found = found == NULL ? kind : found;
    }
    return found;
}

static enum lic_rc read_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct openai_items *items = items_of(claim);
    struct event_part saved = claim->part;
    lic_str type;
    TRY(pick_token(claim, node, LIC_STR("type"), &type, err));
    items->kind = find_call_kind(claim->doc, node, type);
    CHECK(items->kind != NULL);
    claim->part.channel = CHANNEL_TOOL_CALL;
    TRY(read_call_name(claim, node, items->kind, err));
    uint32_t arguments = json_get(claim->doc, node, items->kind->arguments);
    openai_call_fn *hand_on = items->call != NULL ? items->call : add_call;
    TRY(hand_on(claim, arguments, err));
    /* Other words of the item are no arguments, so they do not bear the name of the call. */
    items->name = claim->part.name;
    claim->part.name = LIC_STR("");
    TRY(claim_object(claim, node, &call_item, err));
    claim->part = saved;
    return LIC_OK;
}

/* ---- results of tools ---- */

/* An output: a string, parts, a screenshot, or the outputs of a shell, which have no type. */
static enum lic_rc read_output(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_get(claim->doc, node, LIC_STR("type")) != JSON_NONE) {
        return openai_items_part(claim, node, err);
    }
    if (json_is(claim->doc, node, JSON_ARRAY)) {
        return claim_each(claim, node, read_output, err);
    }
    return claim_strings(claim, node, err);
}

static const struct claim_member result_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("call_id"), .kind = CLAIM_META },
    { LIC_STR("output"), .kind = CLAIM_READ, .read = read_output },
    { LIC_STR("result"), .kind = CLAIM_TEXT },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("caller"), .kind = CLAIM_OBJECT, .in = &caller },
    { LIC_STR("created_by"), .kind = CLAIM_META },
    { LIC_STR("max_output_length"), .kind = CLAIM_WHOLE },
    { LIC_STR("acknowledged_safety_checks"), .kind = CLAIM_STRINGS },
};
static const struct claim_table result_item = CLAIM_TABLE(result_members);

static enum lic_rc read_result(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(pick_token(claim, node, LIC_STR("call_id"), &claim->part.id, err));
    if (claim->part.id.n == 0) {
        TRY(pick_token(claim, node, LIC_STR("id"), &claim->part.id, err));
    }
    claim->part.name = calls_name(claim->event, claim->part.id);
    TRY(walk_as(claim, node, CHANNEL_TOOL_RESULT, &result_item, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member approval_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("approval_request_id"), .kind = CLAIM_META },
    { LIC_STR("approve"), .kind = CLAIM_FLAG },
    { LIC_STR("reason"), .kind = CLAIM_TEXT },
};
static const struct claim_table approval = CLAIM_TABLE(approval_members);

/* ---- tools ---- */

static const struct claim_member tool_list_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("call_id"), .kind = CLAIM_META },
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("execution"), .kind = CLAIM_META },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("created_by"), .kind = CLAIM_META },
    { LIC_STR("tools"), .kind = CLAIM_EACH, .read = openai_items_tool },
};
static const struct claim_table tool_list = CLAIM_TABLE(tool_list_members);

static const struct claim_member mcp_list_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("server_label"), .kind = CLAIM_META },
    { LIC_STR("tools"), .kind = CLAIM_READ, .read = openai_items_system_strings },
    { LIC_STR("error"), .kind = CLAIM_READ, .read = read_result_text },
};
static const struct claim_table mcp_list = CLAIM_TABLE(mcp_list_members);

static const struct claim_member tool_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("description"), .kind = CLAIM_TEXT },
    { LIC_STR("parameters"), .kind = CLAIM_STRINGS },
    { LIC_STR("output_schema"), .kind = CLAIM_STRINGS },
    { LIC_STR("strict"), .kind = CLAIM_FLAG },
    { LIC_STR("defer_loading"), .kind = CLAIM_FLAG },
    { LIC_STR("allowed_callers"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("format"), .kind = CLAIM_STRINGS },
    { LIC_STR("tools"), .kind = CLAIM_EACH, .read = openai_items_tool },
    { LIC_STR("execution"), .kind = CLAIM_META },
    { LIC_STR("vector_store_ids"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("filters"), .kind = CLAIM_STRINGS },
    { LIC_STR("max_num_results"), .kind = CLAIM_WHOLE },
    { LIC_STR("ranking_options"), .kind = CLAIM_STRINGS },
    { LIC_STR("search_context_size"), .kind = CLAIM_META },
    { LIC_STR("search_content_types"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("user_location"), .kind = CLAIM_STRINGS },
    { LIC_STR("external_web_access"), .kind = CLAIM_FLAG },
    { LIC_STR("display_width"), .kind = CLAIM_WHOLE },
    { LIC_STR("display_height"), .kind = CLAIM_WHOLE },
    { LIC_STR("environment"), .kind = CLAIM_STRINGS },
    { LIC_STR("container"), .kind = CLAIM_STRINGS },
    { LIC_STR("action"), .kind = CLAIM_META },
    { LIC_STR("background"), .kind = CLAIM_META },
    { LIC_STR("input_fidelity"), .kind = CLAIM_META },
    { LIC_STR("input_image_mask"), .kind = CLAIM_READ, .read = read_image },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("moderation"), .kind = CLAIM_META },
    { LIC_STR("output_compression"), .kind = CLAIM_WHOLE },
    { LIC_STR("output_format"), .kind = CLAIM_META },
    { LIC_STR("partial_images"), .kind = CLAIM_WHOLE },
    { LIC_STR("quality"), .kind = CLAIM_META },
    { LIC_STR("size"), .kind = CLAIM_META },
};
static const struct claim_table tool = CLAIM_TABLE(tool_members);

/* Types of tools, and the name of those that bring none: that of their calls (call_kinds). */
static const struct {
    lic_str type, name;
} tool_types[] = {
    { LIC_STR("function"), { NULL, 0 } },
    { LIC_STR("custom"), { NULL, 0 } },
    { LIC_STR("namespace"), { NULL, 0 } },
    { LIC_STR("web_search"), LIC_STR("web_search") },
    { LIC_STR("web_search_2025_08_26"), LIC_STR("web_search") },
    { LIC_STR("web_search_preview"), LIC_STR("web_search") },
    { LIC_STR("web_search_preview_2025_03_11"), LIC_STR("web_search") },
    { LIC_STR("file_search"), LIC_STR("file_search") },
    { LIC_STR("code_interpreter"), LIC_STR("code_interpreter") },
    { LIC_STR("computer"), LIC_STR("computer") },
    { LIC_STR("computer_use_preview"), LIC_STR("computer") },
    { LIC_STR("image_generation"), LIC_STR("image_generation") },
    { LIC_STR("local_shell"), LIC_STR("local_shell") },
    { LIC_STR("shell"), LIC_STR("shell") },
    { LIC_STR("apply_patch"), LIC_STR("apply_patch") },
    { LIC_STR("tool_search"), LIC_STR("tool_search") },
    { LIC_STR("programmatic_tool_calling"), LIC_STR("program") },
};

/* The name under which policy knows a declared tool; `space` is the namespace around it. */
static enum lic_rc read_tool_name(struct claim *claim, uint32_t node, lic_str space, lic_str *out,
                                  struct lic_err *err)
{
    uint32_t type_node = 0;
    uint32_t name = 0;
    lic_str type;
    TRY(claim_need(claim, node, LIC_STR("type"), JSON_STRING, &type_node, err));
    TRY(claim_token(claim, type_node, &type, err));
    uint32_t i = 0;
    while (i < COUNT(tool_types) && !str_eq(tool_types[i].type, type)) {
        i++;
    }
    if (str_eq(type, LIC_STR("mcp"))) {
        return claim_refuse(claim, node, LIC_E_UNKNOWN, err,
                            "would have the provider call tools where this gateway cannot see it");
    }
    if (i == COUNT(tool_types)) {
        return claim_refuse(claim, type_node, LIC_E_UNKNOWN, err, "is not a known type of tool");
    }
    if (tool_types[i].name.n > 0) {
        *out = tool_types[i].name;
        return LIC_OK;
    }
    TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name, err));
    TRY(claim_token(claim, name, out, err));
    return calls_join(claim->arena, space, *out, out, err);
}

enum lic_rc openai_items_tool(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct openai_items *items = items_of(claim);
    lic_str around = items->space;
    lic_str name;
    TRY(read_tool_name(claim, node, around, &name, err));
    bool space = json_get(claim->doc, node, LIC_STR("tools")) != JSON_NONE;
    items->space = space ? name : around;
    TRY(walk_as(claim, node, CHANNEL_SYSTEM, &tool, err));
    items->space = around;
    if (space || !items->declares) {
        return LIC_OK;
    }
    ENSURE(str_list_add(&claim->event->tools, claim->arena, name) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the names of tools");
    return LIC_OK;
}

/* ---- all items ---- */

static const struct claim_member bare_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
};
static const struct claim_table bare = CLAIM_TABLE(bare_members);

static const struct claim_variant items[] = {
    { LIC_STR("message"), .read = read_message },
    { LIC_STR("function_call"), .read = read_call },
    { LIC_STR("function_call_output"), .read = read_result },
    { LIC_STR("reasoning"), .read = read_reasoning },
    { LIC_STR("custom_tool_call"), .read = read_call },
    { LIC_STR("custom_tool_call_output"), .read = read_result },
    { LIC_STR("item_reference"), .read = read_reference },
    { LIC_STR("compaction"), .read = read_compaction },
    { LIC_STR("compaction_trigger"), .in = &bare },
    { LIC_STR("file_search_call"), .read = read_call },
    { LIC_STR("web_search_call"), .read = read_call },
    { LIC_STR("code_interpreter_call"), .read = read_call },
    { LIC_STR("image_generation_call"), .read = read_call },
    { LIC_STR("computer_call"), .read = read_call },
    { LIC_STR("computer_call_output"), .read = read_result },
    { LIC_STR("local_shell_call"), .read = read_call },
    { LIC_STR("local_shell_call_output"), .read = read_result },
    { LIC_STR("shell_call"), .read = read_call },
    { LIC_STR("shell_call_output"), .read = read_result },
    { LIC_STR("apply_patch_call"), .read = read_call },
    { LIC_STR("apply_patch_call_output"), .read = read_result },
    { LIC_STR("tool_search_call"), .read = read_call },
    { LIC_STR("tool_search_output"), .in = &tool_list },
    { LIC_STR("additional_tools"), .in = &tool_list },
    { LIC_STR("program"), .read = read_call },
    { LIC_STR("program_output"), .read = read_result },
    { LIC_STR("mcp_call"), .read = read_call },
    { LIC_STR("mcp_list_tools"), .in = &mcp_list },
    { LIC_STR("mcp_approval_request"), .read = read_call },
    { LIC_STR("mcp_approval_response"), .in = &approval },
};

/* An item need not say its type: with a role it is a message, with an id alone a reference. */
enum lic_rc openai_items_read(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t type = json_get(claim->doc, node, LIC_STR("type"));
    if (type != JSON_NONE && !json_is(claim->doc, type, JSON_NULL)) {
        return claim_variant(claim, node, LIC_STR("type"), items, COUNT(items), err);
    }
    if (json_get(claim->doc, node, LIC_STR("role")) != JSON_NONE) {
        return read_message(claim, node, err);
    }
    uint32_t id = 0;
    TRY(claim_need(claim, node, LIC_STR("id"), JSON_STRING, &id, err));
    return read_reference(claim, node, err);
}

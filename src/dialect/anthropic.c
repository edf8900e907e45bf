/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anthropic's Messages API: requests, whole answers, refusals and the list of models.
 *
 * Content blocks are read by anthropic_blocks.c, streams by anthropic_stream.c.
 */
#include "dialect/anthropic.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "dialect/calls.h"

#include "base/banned.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* ---- requests: settings ---- */

/* Every string in it is an instruction to the model or to the API. */
static enum lic_rc read_system_strings(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_SYSTEM;
    TRY(claim_strings(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

static enum lic_rc refuse_mcp_servers(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_refuse(claim, node, LIC_E_UNKNOWN, err,
                        "would have the provider call tools where this gateway cannot see it");
}

static const struct claim_member thinking_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("budget_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("display"), .kind = CLAIM_META },
};
static const struct claim_table thinking = CLAIM_TABLE(thinking_members);

static const struct claim_member metadata_members[] = {
    { LIC_STR("user_id"), .kind = CLAIM_TEXT },
};
static const struct claim_table metadata = CLAIM_TABLE(metadata_members);

static const struct claim_member diagnostics_members[] = {
    { LIC_STR("previous_message_id"), .kind = CLAIM_META },
};
static const struct claim_table diagnostics = CLAIM_TABLE(diagnostics_members);

static const struct claim_member format_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("schema"), .kind = CLAIM_READ, .read = read_system_strings },
};
static const struct claim_table format = CLAIM_TABLE(format_members);

static const struct claim_member output_config_members[] = {
    { LIC_STR("effort"), .kind = CLAIM_META },
    { LIC_STR("format"), .kind = CLAIM_OBJECT, .in = &format },
};
static const struct claim_table output_config = CLAIM_TABLE(output_config_members);

static const struct claim_member tool_choice_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("disable_parallel_tool_use"), .kind = CLAIM_FLAG },
};
static const struct claim_table tool_choice = CLAIM_TABLE(tool_choice_members);

static const struct claim_member skill_members[] = {
    { LIC_STR("skill_id"), .kind = CLAIM_META },
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("version"), .kind = CLAIM_META },
};
static const struct claim_table skill = CLAIM_TABLE(skill_members);

static const struct claim_member container_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("expires_at"), .kind = CLAIM_META },
    { LIC_STR("skills"), .kind = CLAIM_OBJECTS, .in = &skill },
};
const struct claim_table anthropic_container = CLAIM_TABLE(container_members);

/* A container has files, and skills are prompts, both kept by the provider. */
static enum lic_rc read_container(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_type(claim->doc, node) == JSON_OBJECT) {
        TRY(claim_object(claim, node, &anthropic_container, err));
    } else {
        TRY(claim_meta(claim, node, err));
    }
    return claim_opaque(claim, node, LIC_STR("container"), err);
}

/* ---- requests: tools ---- */

/* Types of tools that the Messages API defines; the rest of each name is a date. */
static const struct {
    lic_str prefix;
    lic_str name; /* of a toolset, which has no name of its own */
} tool_families[] = {
    { LIC_STR("custom"), { NULL, 0 } },
    { LIC_STR("bash_"), { NULL, 0 } },
    { LIC_STR("text_editor_"), { NULL, 0 } },
    { LIC_STR("computer_toolset_"), LIC_STR("computer") },
    { LIC_STR("computer_"), { NULL, 0 } },
    { LIC_STR("browser_toolset_"), LIC_STR("browser") },
    { LIC_STR("memory_"), { NULL, 0 } },
    { LIC_STR("code_execution_"), { NULL, 0 } },
    { LIC_STR("web_search_"), { NULL, 0 } },
    { LIC_STR("web_fetch_"), { NULL, 0 } },
    { LIC_STR("tool_search_tool_"), { NULL, 0 } },
};

static const struct claim_member tool_members[] = {
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("description"), .kind = CLAIM_TEXT },
    { LIC_STR("input_schema"), .kind = CLAIM_STRINGS },
    { LIC_STR("input_examples"), .kind = CLAIM_STRINGS },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
    { LIC_STR("strict"), .kind = CLAIM_FLAG },
    { LIC_STR("defer_loading"), .kind = CLAIM_FLAG },
    { LIC_STR("eager_input_streaming"), .kind = CLAIM_FLAG },
    { LIC_STR("allowed_callers"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("max_uses"), .kind = CLAIM_WHOLE },
    { LIC_STR("allowed_domains"), .kind = CLAIM_STRINGS },
    { LIC_STR("blocked_domains"), .kind = CLAIM_STRINGS },
    { LIC_STR("user_location"), .kind = CLAIM_STRINGS },
    { LIC_STR("citations"), .kind = CLAIM_STRINGS },
    { LIC_STR("url_sources"), .kind = CLAIM_STRINGS },
    { LIC_STR("use_cache"), .kind = CLAIM_FLAG },
    { LIC_STR("response_inclusion"), .kind = CLAIM_META },
    { LIC_STR("max_content_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("max_characters"), .kind = CLAIM_WHOLE },
    { LIC_STR("display_width_px"), .kind = CLAIM_WHOLE },
    { LIC_STR("display_height_px"), .kind = CLAIM_WHOLE },
    { LIC_STR("display_number"), .kind = CLAIM_WHOLE },
    { LIC_STR("enable_zoom"), .kind = CLAIM_FLAG },
    { LIC_STR("configs"), .kind = CLAIM_STRINGS },
};
static const struct claim_table tool = CLAIM_TABLE(tool_members);

/* Whether the type is known; *out_name is then the name that its family gives it, if any. */
static bool find_family(lic_str type, lic_str *out_name)
{
    for (size_t i = 0; i < sizeof(tool_families) / sizeof(tool_families[0]); i++) {
        if (str_starts(type, tool_families[i].prefix)) {
            *out_name = tool_families[i].name;
            return true;
        }
    }
    return false;
}

/* The name under which policy knows a declared tool. */
static enum lic_rc read_tool_name(struct claim *claim, uint32_t node, lic_str *out,
                                  struct lic_err *err)
{
    lic_str type = LIC_STR("");
    lic_str name = LIC_STR("");
    uint32_t type_node = json_get(claim->doc, node, LIC_STR("type"));
    if (type_node != JSON_NONE) {
        TRY(claim_token(claim, type_node, &type, err));
    }
    if (type.n > 0 && !find_family(type, &name)) {
        return claim_refuse(claim, node, LIC_E_UNKNOWN, err,
                            "has type \"" LIC_FMT "\", which is not known",
                            LIC_ARG(str_head(type, 64)));
    }
    if (name.n == 0) {
        uint32_t name_node = 0;
        TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name_node, err));
        TRY(claim_token(claim, name_node, &name, err));
    }
    *out = name;
    return LIC_OK;
}

static enum lic_rc read_tool(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    lic_str name;
    claim->part.channel = CHANNEL_SYSTEM;
    TRY(claim_object(claim, node, &tool, err));
    TRY(read_tool_name(claim, node, &name, err));
    ENSURE(str_list_add(&claim->event->tools, claim->arena, name) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the names of tools");
    claim->part = saved;
    return LIC_OK;
}

/* ---- requests: messages ---- */

static const struct claim_member message_members[] = {
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
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
    } else if (str_eq(name, LIC_STR("system"))) {
        *out = CHANNEL_SYSTEM;
        claim->event->system_prompt = 1;
    } else {
        return claim_refuse(claim, role, LIC_E_UNKNOWN, err, "is not a known role");
    }
    return LIC_OK;
}

static enum lic_rc read_message(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(read_role(claim, node, &claim->part.channel, err));
    TRY(claim_object(claim, node, &message, err));
    claim->part = saved;
    claim->part.message++;
    return LIC_OK;
}

static enum lic_rc read_messages(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(claim_each(claim, node, read_message, err));
    claim->part = saved;
    return LIC_OK;
}

static enum lic_rc read_system(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = CHANNEL_SYSTEM;
    claim->event->system_prompt = 1;
    TRY(anthropic_blocks_content(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member request_members[] = {
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("messages"), .kind = CLAIM_READ, .read = read_messages },
    { LIC_STR("max_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("system"), .kind = CLAIM_READ, .read = read_system },
    { LIC_STR("stream"), .kind = CLAIM_FLAG },
    { LIC_STR("temperature"), .kind = CLAIM_NUMBER, .min = 0, .max = 1 },
    { LIC_STR("top_p"), .kind = CLAIM_NUMBER, .min = 0, .max = 1 },
    { LIC_STR("top_k"), .kind = CLAIM_WHOLE },
    { LIC_STR("stop_sequences"), .kind = CLAIM_STRINGS },
    { LIC_STR("tools"), .kind = CLAIM_EACH, .read = read_tool },
    { LIC_STR("tool_choice"), .kind = CLAIM_OBJECT, .in = &tool_choice },
    { LIC_STR("thinking"), .kind = CLAIM_OBJECT, .in = &thinking },
    { LIC_STR("metadata"), .kind = CLAIM_OBJECT, .in = &metadata },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
    { LIC_STR("output_config"), .kind = CLAIM_OBJECT, .in = &output_config },
    { LIC_STR("output_format"), .kind = CLAIM_OBJECT, .in = &format },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("speed"), .kind = CLAIM_META },
    { LIC_STR("inference_geo"), .kind = CLAIM_META },
    { LIC_STR("user_profile_id"), .kind = CLAIM_META },
    { LIC_STR("workspace_id"), .kind = CLAIM_META },
    { LIC_STR("diagnostics"), .kind = CLAIM_OBJECT, .in = &diagnostics },
    { LIC_STR("container"), .kind = CLAIM_READ, .read = read_container },
    { LIC_STR("context_management"), .kind = CLAIM_READ, .read = read_system_strings },
    { LIC_STR("mcp_servers"), .kind = CLAIM_READ, .read = refuse_mcp_servers },
};
static const struct claim_table request = CLAIM_TABLE(request_members);

static enum lic_rc read_request(struct arena *arena, const struct json_doc *doc,
                                const struct dialect_options *options, struct event *out,
                                struct lic_err *err)
{
    struct claim claim;
    uint32_t model = 0;
    uint32_t messages = 0;
    claim_init(&claim, arena, doc, out);
    claim.inspect_unknown = options->inspect_unknown;
    out->system_prompt = 0;
    TRY(claim_need(&claim, 0, LIC_STR("model"), JSON_STRING, &model, err));
    TRY(claim_need(&claim, 0, LIC_STR("messages"), JSON_ARRAY, &messages, err));
    TRY(claim_object(&claim, 0, &request, err));
    TRY(claim_token(&claim, model, &out->model, err));
    out->stream = json_is(doc, json_get(doc, 0, LIC_STR("stream")), JSON_TRUE);
    out->choices = 1;
    out->max_tokens = claim_pick_int(doc, 0, LIC_STR("max_tokens"));
    out->temperature = claim_pick_real(doc, 0, LIC_STR("temperature"));
    out->top_p = claim_pick_real(doc, 0, LIC_STR("top_p"));
    return LIC_OK;
}

/* ---- requests: instructions ---- */

/* The text of a system prompt that is one text: a string, or one text block. */
static enum lic_rc read_own_instructions(struct arena *arena, const struct json_doc *doc,
                                         uint32_t node, lic_str *out, struct lic_err *err)
{
    *out = (lic_str){ NULL, 0 };
    if (json_is(doc, node, JSON_ARRAY) && doc->nodes[node].n == 1) {
        node = json_get(doc, json_first(doc, node), LIC_STR("text"));
    }
    return json_is(doc, node, JSON_STRING) ? json_text(doc, node, arena, out, err) : LIC_OK;
}

static enum lic_rc compare_instructions(struct arena *arena, const struct json_doc *doc,
                                        uint32_t node, lic_str instructions, struct lic_err *err)
{
    lic_str own;
    TRY(read_own_instructions(arena, doc, node, &own, err));
    ENSURE(own.at != NULL && str_eq(own, instructions), err, LIC_E_DUPLICATE,
           "the request brings a system prompt of its own");
    return LIC_OK;
}

/* System messages among the others are instructions, too. */
static enum lic_rc check_system_messages(struct arena *arena, const struct json_doc *doc,
                                         lic_str instructions, struct lic_err *err)
{
    uint32_t messages = json_get(doc, 0, LIC_STR("messages"));
    for (uint32_t at = json_first(doc, messages); at != JSON_NONE;
         at = json_next(doc, messages, at)) {
        lic_str role = LIC_STR("");
        uint32_t role_node = json_get(doc, at, LIC_STR("role"));
        if (json_is(doc, role_node, JSON_STRING)) {
            TRY(json_text(doc, role_node, arena, &role, err));
        }
        if (str_eq(role, LIC_STR("system"))) {
            uint32_t content = json_get(doc, at, LIC_STR("content"));
            TRY(compare_instructions(arena, doc, content, instructions, err));
        }
    }
    return LIC_OK;
}

/* A system prompt that says nothing: absent, null, "" or []. */
static bool is_no_prompt(const struct json_doc *doc, uint32_t node)
{
    return node == JSON_NONE || json_is(doc, node, JSON_NULL) ||
           (json_is(doc, node, JSON_STRING) && doc->nodes[node].len == 0) ||
           (json_is(doc, node, JSON_ARRAY) && doc->nodes[node].n == 0);
}

static enum lic_rc instruct(struct arena *arena, const struct json_doc *doc, lic_str instructions,
                            struct edits *edits, struct lic_err *err)
{
    ENSURE(json_type(doc, 0) == JSON_OBJECT, err, LIC_E_INVALID, "the body must be an object");
    TRY(check_system_messages(arena, doc, instructions, err));
    uint32_t system = json_get(doc, 0, LIC_STR("system"));
    if (!is_no_prompt(doc, system)) {
        return compare_instructions(arena, doc, system, instructions, err);
    }
    const struct json_node *old = &doc->nodes[system];
    bool quoted = json_is(doc, system, JSON_STRING);
    struct buf text;
    buf_init(&text, arena, 6 * instructions.n + 32);
    buf_add(&text, system == JSON_NONE ? LIC_STR("\"system\":\"") : LIC_STR("\""));
    json_escape(&text, instructions);
    buf_add_char(&text, '"');
    if (system == JSON_NONE && doc->nodes[0].n > 0) {
        buf_add_char(&text, ',');
    }
    TRY(buf_check(&text, "the system prompt", err));
    size_t start = system == JSON_NONE ? doc->nodes[0].start + (size_t)1 : old->start - quoted;
    size_t len = system == JSON_NONE ? 0 : old->len + (quoted ? (size_t)2 : 0);
    ENSURE(edits_add(edits, arena, start, len, buf_str(&text)) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the system prompt");
    return LIC_OK;
}

/* ---- answers ---- */

static const struct claim_member stop_details_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("category"), .kind = CLAIM_META },
    { LIC_STR("explanation"), .kind = CLAIM_TEXT },
};
const struct claim_table anthropic_stop_details = CLAIM_TABLE(stop_details_members);

static const struct claim_member cache_creation_members[] = {
    { LIC_STR("ephemeral_1h_input_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("ephemeral_5m_input_tokens"), .kind = CLAIM_WHOLE },
};
static const struct claim_table cache_creation = CLAIM_TABLE(cache_creation_members);

static const struct claim_member token_details_members[] = {
    { LIC_STR("thinking_tokens"), .kind = CLAIM_WHOLE },
};
static const struct claim_table token_details = CLAIM_TABLE(token_details_members);

static const struct claim_member server_tool_members[] = {
    { LIC_STR("web_search_requests"), .kind = CLAIM_WHOLE },
    { LIC_STR("web_fetch_requests"), .kind = CLAIM_WHOLE },
};
static const struct claim_table server_tools = CLAIM_TABLE(server_tool_members);

static const struct claim_member usage_members[] = {
    { LIC_STR("input_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("output_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("cache_creation_input_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("cache_read_input_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("cache_creation"), .kind = CLAIM_OBJECT, .in = &cache_creation },
    { LIC_STR("output_tokens_details"), .kind = CLAIM_OBJECT, .in = &token_details },
    { LIC_STR("server_tool_use"), .kind = CLAIM_OBJECT, .in = &server_tools },
    { LIC_STR("inference_geo"), .kind = CLAIM_META },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("speed"), .kind = CLAIM_META },
};
static const struct claim_table usage = CLAIM_TABLE(usage_members);

enum lic_rc anthropic_usage(struct claim *claim, uint32_t node, struct lic_err *err)
{
    int64_t input = claim_pick_int(claim->doc, node, LIC_STR("input_tokens"));
    int64_t output = claim_pick_int(claim->doc, node, LIC_STR("output_tokens"));
    if (input != EVENT_INT_NONE) {
        claim->event->input_tokens = input;
    }
    if (output != EVENT_INT_NONE) {
        claim->event->output_tokens = output;
    }
    return claim_object(claim, node, &usage, err);
}

static enum lic_rc read_block(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(anthropic_blocks_read(claim, node, err));
    claim->part.message++;
    return LIC_OK;
}

static const struct claim_member answer_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_EACH, .read = read_block },
    { LIC_STR("stop_reason"), .kind = CLAIM_META },
    { LIC_STR("stop_sequence"), .kind = CLAIM_TEXT },
    { LIC_STR("stop_details"), .kind = CLAIM_OBJECT, .in = &anthropic_stop_details },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = anthropic_usage },
    { LIC_STR("container"), .kind = CLAIM_OBJECT, .in = &anthropic_container },
    { LIC_STR("diagnostics"), .kind = CLAIM_STRINGS },
    { LIC_STR("context_management"), .kind = CLAIM_STRINGS },
};
static const struct claim_table answer = CLAIM_TABLE(answer_members);

static enum lic_rc read_answer(struct arena *arena, const struct json_doc *doc, struct event *out,
                               struct pieces *strip, struct lic_err *err)
{
    struct claim claim;
    uint32_t content = 0;
    (void)strip; /* nothing in this dialect repeats content token by token */
    claim_init(&claim, arena, doc, out);
    claim.tolerant = true;
    claim.part.channel = CHANNEL_ASSISTANT;
    TRY(claim_need(&claim, 0, LIC_STR("content"), JSON_ARRAY, &content, err));
    TRY(claim_object(&claim, 0, &answer, err));
    lic_str reason = LIC_STR("");
    uint32_t reason_node = json_get(doc, 0, LIC_STR("stop_reason"));
    if (json_is(doc, reason_node, JSON_STRING)) {
        TRY(json_text(doc, reason_node, arena, &reason, err));
        ENSURE(str_list_add(&out->finish, arena, reason) == LIC_OK, err, LIC_E_NOMEM,
               "no memory for the stop reason");
    }
    return LIC_OK;
}

/* ---- writing ---- */

void anthropic_message_head(struct json_out *json, lic_str id, lic_str model)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, id);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("message"));
    json_out_name(json, LIC_STR("role"));
    json_out_str(json, LIC_STR("assistant"));
    json_out_name(json, LIC_STR("model"));
    json_out_str(json, model);
    json_out_name(json, LIC_STR("content"));
    json_out_array(json);
}

void anthropic_stop(struct json_out *json, lic_str stop_reason, lic_str explanation)
{
    json_out_name(json, LIC_STR("stop_reason"));
    if (stop_reason.n == 0) {
        json_out_null(json);
        json_out_name(json, LIC_STR("stop_sequence"));
        json_out_null(json);
        json_out_name(json, LIC_STR("stop_details"));
        json_out_null(json);
        return;
    }
    json_out_str(json, stop_reason);
    json_out_name(json, LIC_STR("stop_sequence"));
    json_out_null(json);
    json_out_name(json, LIC_STR("stop_details"));
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("refusal"));
    json_out_name(json, LIC_STR("category"));
    json_out_null(json);
    json_out_name(json, LIC_STR("explanation"));
    json_out_str(json, explanation);
    json_out_object_end(json);
}

void anthropic_message_tail(struct json_out *json, lic_str stop_reason, lic_str explanation)
{
    json_out_array_end(json);
    anthropic_stop(json, stop_reason, explanation);
    json_out_name(json, LIC_STR("container"));
    json_out_null(json);
    json_out_name(json, LIC_STR("usage"));
    json_out_raw(json, LIC_STR("{\"input_tokens\":0,\"output_tokens\":0,"
                               "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0}"));
    json_out_object_end(json);
}

static void write_intervention(const struct event *asked, lic_str record, lic_str text,
                               struct buf *out)
{
    struct json_out json;
    struct buf id;
    json_out_init(&json, out);
    buf_init(&id, out->arena, LIMIT_NAME_BYTES);
    buf_add(&id, LIC_STR("msg_"));
    buf_add(&id, record);
    anthropic_message_head(&json, buf_str(&id), asked->model);
    json_out_object(&json);
    json_out_name(&json, LIC_STR("type"));
    json_out_str(&json, LIC_STR("text"));
    json_out_name(&json, LIC_STR("text"));
    json_out_str(&json, text);
    json_out_name(&json, LIC_STR("citations"));
    json_out_null(&json);
    json_out_object_end(&json);
    anthropic_message_tail(&json, LIC_STR("refusal"), text);
}

static lic_str error_type(uint32_t status)
{
    switch (status) {
    case 401:
        return LIC_STR("authentication_error");
    case 403:
        return LIC_STR("permission_error");
    case 404:
        return LIC_STR("not_found_error");
    case 413:
        return LIC_STR("request_too_large");
    case 429:
        return LIC_STR("rate_limit_error");
    case 504:
        return LIC_STR("timeout_error");
    case 529:
        return LIC_STR("overloaded_error");
    default:
        return status >= 500 ? LIC_STR("api_error") : LIC_STR("invalid_request_error");
    }
}

void anthropic_error(struct json_out *json, uint32_t status, lic_str code, lic_str text)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("error"));
    json_out_name(json, LIC_STR("error"));
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, error_type(status));
    json_out_name(json, LIC_STR("message"));
    json_out_str(json, text);
    json_out_name(json, LIC_STR("details"));
    json_out_object(json);
    json_out_name(json, LIC_STR("error_code"));
    json_out_str(json, code);
    json_out_object_end(json);
    json_out_object_end(json);
    json_out_name(json, LIC_STR("request_id"));
    json_out_null(json);
    json_out_object_end(json);
}

static void write_error(uint32_t status, lic_str code, lic_str text, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    anthropic_error(&json, status, code, text);
}

static void write_model(struct json_out *json, lic_str name)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("model"));
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, name);
    json_out_name(json, LIC_STR("display_name"));
    json_out_str(json, name);
    json_out_name(json, LIC_STR("created_at"));
    json_out_str(json, LIC_STR("1970-01-01T00:00:00Z")); /* the API's own value for unknown */
    json_out_object_end(json);
}

static void write_end_id(struct json_out *json, lic_str member, const lic_str *name)
{
    json_out_name(json, member);
    if (name == NULL) {
        json_out_null(json);
    } else {
        json_out_str(json, *name);
    }
}

static void write_models(const lic_str *names, const lic_str *owners, uint32_t n, bool one,
                         struct buf *out)
{
    struct json_out json;
    (void)owners; /* this dialect does not say who serves a model */
    json_out_init(&json, out);
    if (one && n > 0) {
        write_model(&json, names[0]);
        return;
    }
    json_out_object(&json);
    json_out_name(&json, LIC_STR("data"));
    json_out_array(&json);
    for (uint32_t i = 0; i < n; i++) {
        write_model(&json, names[i]);
    }
    json_out_array_end(&json);
    json_out_name(&json, LIC_STR("has_more"));
    json_out_bool(&json, false);
    write_end_id(&json, LIC_STR("first_id"), n > 0 ? &names[0] : NULL);
    write_end_id(&json, LIC_STR("last_id"), n > 0 ? &names[n - 1] : NULL);
    json_out_object_end(&json);
}

const struct dialect dialect_anthropic = {
    .name = "anthropic.messages",
    .provider = "anthropic",
    .path = "/v1/messages",
    .read_request = read_request,
    .instruct = instruct,
    .read_answer = read_answer,
    .stream_new = anthropic_stream_new,
    .read_sse = anthropic_stream_read,
    .write_delta = anthropic_stream_delta,
    .write_stop = anthropic_stream_stop,
    .write_stream_error = anthropic_stream_error,
    .write_intervention = write_intervention,
    .write_error = write_error,
    .write_models = write_models,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Chat Completions requests: every member of the API is in a table here, with what it is.
 *
 * Channels: system and developer messages, tool definitions and response schemas are SYSTEM, since
 * a model obeys them; what the caller adds besides messages (stop strings, metadata, user) is USER;
 * a prediction is text that a model might have written, so ASSISTANT.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "dialect/calls.h"
#include "dialect/openai_chat.h"

#include "base/banned.h"

/* ---- content ---- */

/* An image by URL is opaque; a URL that is not itself the image is a text, too. */
static enum lic_rc read_image_location(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_opaque(claim, node, LIC_STR("image"), err));
    bool inlined = json_is(claim->doc, node, JSON_STRING) &&
                   str_starts(json_raw(claim->doc, node), LIC_STR("data:image/"));
    return inlined ? LIC_OK : claim_text(claim, node, err);
}

static const struct claim_member image_members[] = {
    { LIC_STR("url"), .kind = CLAIM_READ, .read = read_image_location },
    { LIC_STR("detail"), .kind = CLAIM_META },
};
static const struct claim_table image_table = CLAIM_TABLE(image_members);

static enum lic_rc read_image(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_is(claim->doc, node, JSON_STRING)) {
        return read_image_location(claim, node, err);
    }
    return claim_object(claim, node, &image_table, err);
}

static const struct claim_member sound_members[] = {
    { LIC_STR("data"), .kind = CLAIM_DONE },
    { LIC_STR("format"), .kind = CLAIM_META },
};
static const struct claim_table sound_table = CLAIM_TABLE(sound_members);

static enum lic_rc read_sound(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_opaque(claim, node, LIC_STR("audio"), err));
    return claim_object(claim, node, &sound_table, err);
}

static const struct claim_member file_members[] = {
    { LIC_STR("file_data"), .kind = CLAIM_DONE },
    { LIC_STR("file_id"), .kind = CLAIM_META },
    { LIC_STR("filename"), .kind = CLAIM_TEXT },
};
static const struct claim_table file_table = CLAIM_TABLE(file_members);

static enum lic_rc read_file(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_opaque(claim, node, LIC_STR("file"), err));
    return claim_object(claim, node, &file_table, err);
}

static const struct claim_member breakpoint_members[] = { { LIC_STR("mode"), .kind = CLAIM_META } };
static const struct claim_table breakpoint_table = CLAIM_TABLE(breakpoint_members);

static const struct claim_member part_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_TEXT },
    { LIC_STR("refusal"), .kind = CLAIM_TEXT },
    { LIC_STR("image_url"), .kind = CLAIM_READ, .read = read_image },
    { LIC_STR("input_audio"), .kind = CLAIM_READ, .read = read_sound },
    { LIC_STR("file"), .kind = CLAIM_READ, .read = read_file },
    { LIC_STR("prompt_cache_breakpoint"), .kind = CLAIM_OBJECT, .in = &breakpoint_table },
};
static const struct claim_table part_table = CLAIM_TABLE(part_members);

static const struct claim_variant part_variants[] = {
    { LIC_STR("text"), .in = &part_table },        { LIC_STR("refusal"), .in = &part_table },
    { LIC_STR("image_url"), .in = &part_table },   { LIC_STR("file"), .in = &part_table },
    { LIC_STR("input_audio"), .in = &part_table },
};

static enum lic_rc read_content_part(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_variant(claim, node, LIC_STR("type"), part_variants,
                         sizeof(part_variants) / sizeof(part_variants[0]), err);
}

enum lic_rc openai_chat_content(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_text_or_each(claim, node, read_content_part, err);
}

/* ---- tool calls ---- */

static const struct claim_member function_called_members[] = {
    { LIC_STR("name"), .kind = CLAIM_DONE },
    { LIC_STR("arguments"), .kind = CLAIM_DONE },
    { LIC_STR("parsed_arguments"), .kind = CLAIM_STRINGS }, /* left by OpenAI's SDKs */
};
static const struct claim_table function_called_table = CLAIM_TABLE(function_called_members);

static const struct claim_member custom_called_members[] = {
    { LIC_STR("name"), .kind = CLAIM_DONE },
    { LIC_STR("input"), .kind = CLAIM_DONE },
};
static const struct claim_table custom_called_table = CLAIM_TABLE(custom_called_members);

/* What a call says: its name, and its arguments in the member named so, read by `read`. */
static enum lic_rc read_called(struct claim *claim, uint32_t node, lic_str arguments,
                               claim_read_fn *read, struct lic_err *err)
{
    uint32_t name = JSON_NONE;
    TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name, err));
    TRY(claim_token(claim, name, &claim->part.name, err));
    uint32_t input = json_get(claim->doc, node, arguments);
    if (input == JSON_NONE) {
        return claim_refuse(claim, node, LIC_E_MISSING, err, "has no \"" LIC_FMT "\"",
                            LIC_ARG(arguments));
    }
    return read(claim, input, err);
}

static enum lic_rc read_function_called(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(read_called(claim, node, LIC_STR("arguments"), claim_call, err));
    TRY(claim_object(claim, node, &function_called_table, err));
    claim->part = saved;
    return LIC_OK;
}

static enum lic_rc read_custom_called(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(read_called(claim, node, LIC_STR("input"), claim_call_text, err));
    TRY(claim_object(claim, node, &custom_called_table, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member call_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("index"), .kind = CLAIM_META },
    { LIC_STR("function"), .kind = CLAIM_READ, .read = read_function_called },
    { LIC_STR("custom"), .kind = CLAIM_READ, .read = read_custom_called },
};
static const struct claim_table call_table = CLAIM_TABLE(call_members);

/* A call is one by what it holds, whatever its type says: nothing callable stays unnamed. */
static enum lic_rc read_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    uint32_t id = json_get(claim->doc, node, LIC_STR("id"));
    claim->part.id = LIC_STR("");
    if (id != JSON_NONE) {
        TRY(claim_token(claim, id, &claim->part.id, err));
    }
    uint32_t function_node = json_get(claim->doc, node, LIC_STR("function"));
    uint32_t custom_node = json_get(claim->doc, node, LIC_STR("custom"));
    bool function = json_is(claim->doc, function_node, JSON_OBJECT);
    bool custom = json_is(claim->doc, custom_node, JSON_OBJECT);
    if (function == custom) {
        return claim_refuse(claim, node, LIC_E_INVALID, err,
                            "must have either \"function\" or \"custom\"");
    }
    TRY(claim_object(claim, node, &call_table, err));
    claim->part = saved;
    return LIC_OK;
}

/* ---- messages ---- */

static const struct claim_member audio_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("data"), .kind = CLAIM_DONE },
    { LIC_STR("expires_at"), .kind = CLAIM_META },
    { LIC_STR("transcript"), .kind = CLAIM_TEXT },
};
static const struct claim_table audio_table = CLAIM_TABLE(audio_members);

static enum lic_rc read_audio(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_opaque(claim, node, LIC_STR("audio"), err));
    return claim_object(claim, node, &audio_table, err);
}

static const struct claim_member message_members[] = {
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = openai_chat_content },
    { LIC_STR("name"), .kind = CLAIM_TEXT },
};
static const struct claim_table message_table = CLAIM_TABLE(message_members);

static const struct claim_member assistant_members[] = {
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = openai_chat_content },
    { LIC_STR("refusal"), .kind = CLAIM_TEXT },
    { LIC_STR("tool_calls"), .kind = CLAIM_EACH, .read = read_call },
    { LIC_STR("function_call"), .kind = CLAIM_READ, .read = read_function_called },
    { LIC_STR("audio"), .kind = CLAIM_READ, .read = read_audio },
    { LIC_STR("name"), .kind = CLAIM_TEXT },
    { LIC_STR("annotations"), .kind = CLAIM_STRINGS },
    { LIC_STR("reasoning_content"), .kind = CLAIM_TEXT },
    { LIC_STR("reasoning"), .kind = CLAIM_TEXT },
    { LIC_STR("reasoning_details"), .kind = CLAIM_STRINGS },
    { LIC_STR("parsed"), .kind = CLAIM_STRINGS }, /* left by OpenAI's SDKs */
};
static const struct claim_table assistant_table = CLAIM_TABLE(assistant_members);

enum lic_rc openai_chat_message(struct claim *claim, uint32_t node, struct lic_err *err)
{
    claim->part.channel = CHANNEL_ASSISTANT;
    return claim_object(claim, node, &assistant_table, err);
}

static enum lic_rc read_instruction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    claim->part.channel = CHANNEL_SYSTEM;
    claim->event->system_prompt = 1;
    return claim_object(claim, node, &message_table, err);
}

static enum lic_rc read_user(struct claim *claim, uint32_t node, struct lic_err *err)
{
    claim->part.channel = CHANNEL_USER;
    return claim_object(claim, node, &message_table, err);
}

static const struct claim_member tool_members[] = {
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("tool_call_id"), .kind = CLAIM_DONE },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = openai_chat_content },
    { LIC_STR("name"), .kind = CLAIM_TEXT },
};
static const struct claim_table tool_table = CLAIM_TABLE(tool_members);

static enum lic_rc read_tool_result(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t id = JSON_NONE;
    claim->part.channel = CHANNEL_TOOL_RESULT;
    TRY(claim_need(claim, node, LIC_STR("tool_call_id"), JSON_STRING, &id, err));
    TRY(claim_token(claim, id, &claim->part.id, err));
    claim->part.name = calls_name(claim->event, claim->part.id);
    return claim_object(claim, node, &tool_table, err);
}

static const struct claim_member function_result_members[] = {
    { LIC_STR("role"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_DONE },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = openai_chat_content },
};
static const struct claim_table function_result_table = CLAIM_TABLE(function_result_members);

static enum lic_rc read_function_result(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t name = JSON_NONE;
    claim->part.channel = CHANNEL_TOOL_RESULT;
    TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name, err));
    TRY(claim_token(claim, name, &claim->part.name, err));
    return claim_object(claim, node, &function_result_table, err);
}

static const struct claim_variant message_variants[] = {
    { LIC_STR("user"), .read = read_user },
    { LIC_STR("assistant"), .read = openai_chat_message },
    { LIC_STR("tool"), .read = read_tool_result },
    { LIC_STR("system"), .read = read_instruction },
    { LIC_STR("developer"), .read = read_instruction },
    { LIC_STR("function"), .read = read_function_result },
};

static enum lic_rc read_message(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    TRY(claim_variant(claim, node, LIC_STR("role"), message_variants,
                      sizeof(message_variants) / sizeof(message_variants[0]), err));
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

/* ---- tools ---- */

static enum lic_rc read_tool_name(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str name;
    TRY(claim_token(claim, node, &name, err));
    ENSURE(str_list_add(&claim->event->tools, claim->arena, name) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the names of tools");
    return LIC_OK;
}

static const struct claim_member function_members[] = {
    { LIC_STR("name"), .kind = CLAIM_READ, .read = read_tool_name },
    { LIC_STR("description"), .kind = CLAIM_TEXT },
    { LIC_STR("parameters"), .kind = CLAIM_STRINGS },
    { LIC_STR("strict"), .kind = CLAIM_FLAG },
};
static const struct claim_table function_table = CLAIM_TABLE(function_members);

static const struct claim_member grammar_members[] = {
    { LIC_STR("definition"), .kind = CLAIM_TEXT },
    { LIC_STR("syntax"), .kind = CLAIM_META },
};
static const struct claim_table grammar_table = CLAIM_TABLE(grammar_members);

static const struct claim_member format_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("grammar"), .kind = CLAIM_OBJECT, .in = &grammar_table },
};
static const struct claim_table format_table = CLAIM_TABLE(format_members);

static const struct claim_member custom_members[] = {
    { LIC_STR("name"), .kind = CLAIM_READ, .read = read_tool_name },
    { LIC_STR("description"), .kind = CLAIM_TEXT },
    { LIC_STR("format"), .kind = CLAIM_OBJECT, .in = &format_table },
};
static const struct claim_table custom_table = CLAIM_TABLE(custom_members);

static const struct claim_member function_tool_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("function"), .kind = CLAIM_OBJECT, .in = &function_table },
};
static const struct claim_table function_tool_table = CLAIM_TABLE(function_tool_members);

static const struct claim_member custom_tool_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("custom"), .kind = CLAIM_OBJECT, .in = &custom_table },
};
static const struct claim_table custom_tool_table = CLAIM_TABLE(custom_tool_members);

static const struct claim_variant tool_variants[] = {
    { LIC_STR("function"), .in = &function_tool_table },
    { LIC_STR("custom"), .in = &custom_tool_table },
};

static enum lic_rc read_tool(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_variant(claim, node, LIC_STR("type"), tool_variants,
                         sizeof(tool_variants) / sizeof(tool_variants[0]), err);
}

static enum lic_rc read_function(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_object(claim, node, &function_table, err);
}

/* Reads each element of an array that a model obeys. */
static enum lic_rc read_each_as_system(struct claim *claim, uint32_t node, claim_read_fn *read,
                                       struct lic_err *err)
{
    enum event_channel saved = claim->part.channel;
    claim->part.channel = CHANNEL_SYSTEM;
    TRY(claim_each(claim, node, read, err));
    claim->part.channel = saved;
    return LIC_OK;
}

static enum lic_rc read_tools(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return read_each_as_system(claim, node, read_tool, err);
}

static enum lic_rc read_functions(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return read_each_as_system(claim, node, read_function, err);
}

static const struct claim_member named_members[] = { { LIC_STR("name"), .kind = CLAIM_META } };
static const struct claim_table named_table = CLAIM_TABLE(named_members);

static const struct claim_member chosen_tool_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("function"), .kind = CLAIM_OBJECT, .in = &named_table },
    { LIC_STR("custom"), .kind = CLAIM_OBJECT, .in = &named_table },
};
static const struct claim_table chosen_tool_table = CLAIM_TABLE(chosen_tool_members);

static const struct claim_member allowed_members[] = {
    { LIC_STR("mode"), .kind = CLAIM_META },
    { LIC_STR("tools"), .kind = CLAIM_OBJECTS, .in = &chosen_tool_table },
};
static const struct claim_table allowed_table = CLAIM_TABLE(allowed_members);

static const struct claim_member choice_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META }, /* legacy function_call */
    { LIC_STR("function"), .kind = CLAIM_OBJECT, .in = &named_table },
    { LIC_STR("custom"), .kind = CLAIM_OBJECT, .in = &named_table },
    { LIC_STR("allowed_tools"), .kind = CLAIM_OBJECT, .in = &allowed_table },
};
static const struct claim_table choice_table = CLAIM_TABLE(choice_members);

/* "auto", "none", "required", or an object that names tools. */
static enum lic_rc read_tool_choice(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_is(claim->doc, node, JSON_OBJECT)) {
        return claim_object(claim, node, &choice_table, err);
    }
    return claim_meta(claim, node, err);
}

/* ---- the other members ---- */

static const struct claim_member schema_members[] = {
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("description"), .kind = CLAIM_TEXT },
    { LIC_STR("schema"), .kind = CLAIM_STRINGS },
    { LIC_STR("strict"), .kind = CLAIM_FLAG },
};
static const struct claim_table schema_table = CLAIM_TABLE(schema_members);

static const struct claim_member response_format_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("json_schema"), .kind = CLAIM_OBJECT, .in = &schema_table },
};
static const struct claim_table response_format_table = CLAIM_TABLE(response_format_members);

static enum lic_rc read_response_format(struct claim *claim, uint32_t node, struct lic_err *err)
{
    enum event_channel saved = claim->part.channel;
    claim->part.channel = CHANNEL_SYSTEM;
    TRY(claim_object(claim, node, &response_format_table, err));
    claim->part.channel = saved;
    return LIC_OK;
}

static enum lic_rc read_stop(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_text_or_each(claim, node, claim_text, err);
}

static const struct claim_member prediction_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = openai_chat_content },
};
static const struct claim_table prediction_table = CLAIM_TABLE(prediction_members);

static enum lic_rc read_prediction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    enum event_channel saved = claim->part.channel;
    claim->part.channel = CHANNEL_ASSISTANT;
    TRY(claim_object(claim, node, &prediction_table, err));
    claim->part.channel = saved;
    return LIC_OK;
}

/* Token numbers to numbers: nothing else, so no text. */
static enum lic_rc read_bias(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    if (!json_is(doc, node, JSON_OBJECT)) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be an object");
    }
    for (uint32_t at = json_first(doc, node); at != JSON_NONE; at = json_next(doc, node, at)) {
        uint64_t token = 0;
        if (!str_u64(json_key_raw(doc, at), &token) || !json_is(doc, at, JSON_NUMBER)) {
            return claim_refuse(claim, at, LIC_E_INVALID, err,
                                "must be the number of a token with a number");
        }
    }
    return LIC_OK;
}

static const struct claim_member id_members[] = { { LIC_STR("id"), .kind = CLAIM_META } };
static const struct claim_table id_table = CLAIM_TABLE(id_members);

static enum lic_rc read_voice(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_is(claim->doc, node, JSON_OBJECT)) {
        return claim_object(claim, node, &id_table, err);
    }
    return claim_meta(claim, node, err);
}

static const struct claim_member voice_members[] = {
    { LIC_STR("format"), .kind = CLAIM_META },
    { LIC_STR("voice"), .kind = CLAIM_READ, .read = read_voice },
};
static const struct claim_table voice_table = CLAIM_TABLE(voice_members);

static const struct claim_member stream_options_members[] = {
    { LIC_STR("include_usage"), .kind = CLAIM_FLAG },
    { LIC_STR("include_obfuscation"), .kind = CLAIM_FLAG },
};
static const struct claim_table stream_options_table = CLAIM_TABLE(stream_options_members);

static const struct claim_member place_members[] = {
    { LIC_STR("city"), .kind = CLAIM_TEXT },
    { LIC_STR("country"), .kind = CLAIM_TEXT },
    { LIC_STR("region"), .kind = CLAIM_TEXT },
    { LIC_STR("timezone"), .kind = CLAIM_TEXT },
};
static const struct claim_table place_table = CLAIM_TABLE(place_members);

static const struct claim_member location_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("approximate"), .kind = CLAIM_OBJECT, .in = &place_table },
};
static const struct claim_table location_table = CLAIM_TABLE(location_members);

static const struct claim_member web_search_members[] = {
    { LIC_STR("search_context_size"), .kind = CLAIM_META },
    { LIC_STR("user_location"), .kind = CLAIM_OBJECT, .in = &location_table },
};
static const struct claim_table web_search_table = CLAIM_TABLE(web_search_members);

static const struct claim_member cache_members[] = {
    { LIC_STR("mode"), .kind = CLAIM_META },
    { LIC_STR("ttl"), .kind = CLAIM_META },
};
static const struct claim_table cache_table = CLAIM_TABLE(cache_members);

static const struct claim_member mode_members[] = { { LIC_STR("mode"), .kind = CLAIM_META } };
static const struct claim_table mode_table = CLAIM_TABLE(mode_members);

static const struct claim_member moderation_policy_members[] = {
    { LIC_STR("input"), .kind = CLAIM_OBJECT, .in = &mode_table },
    { LIC_STR("output"), .kind = CLAIM_OBJECT, .in = &mode_table },
};
static const struct claim_table moderation_policy_table = CLAIM_TABLE(moderation_policy_members);

static const struct claim_member moderation_members[] = {
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("policy"), .kind = CLAIM_OBJECT, .in = &moderation_policy_table },
};
static const struct claim_table moderation_table = CLAIM_TABLE(moderation_members);

/* The request itself; the members that almost every request has come first. */
static const struct claim_member request_members[] = {
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("messages"), .kind = CLAIM_READ, .read = read_messages },
    { LIC_STR("stream"), .kind = CLAIM_FLAG },
    { LIC_STR("temperature"), .kind = CLAIM_NUMBER, .min = 0, .max = 2 },
    { LIC_STR("max_tokens"), .kind = CLAIM_WHOLE, .min = 1, .max = 1e9 },
    { LIC_STR("max_completion_tokens"), .kind = CLAIM_WHOLE, .min = 1, .max = 1e9 },
    { LIC_STR("tools"), .kind = CLAIM_READ, .read = read_tools },
    { LIC_STR("tool_choice"), .kind = CLAIM_READ, .read = read_tool_choice },
    { LIC_STR("stream_options"), .kind = CLAIM_OBJECT, .in = &stream_options_table },
    { LIC_STR("n"), .kind = CLAIM_WHOLE, .min = 1, .max = OPENAI_CHAT_CHOICES_MAX },
    { LIC_STR("top_p"), .kind = CLAIM_NUMBER, .min = 0, .max = 1 },
    { LIC_STR("stop"), .kind = CLAIM_READ, .read = read_stop },
    { LIC_STR("user"), .kind = CLAIM_TEXT },
    { LIC_STR("metadata"), .kind = CLAIM_STRINGS },
    { LIC_STR("response_format"), .kind = CLAIM_READ, .read = read_response_format },
    { LIC_STR("reasoning_effort"), .kind = CLAIM_META },
    { LIC_STR("parallel_tool_calls"), .kind = CLAIM_FLAG },
    { LIC_STR("presence_penalty"), .kind = CLAIM_NUMBER, .min = -2, .max = 2 },
    { LIC_STR("frequency_penalty"), .kind = CLAIM_NUMBER, .min = -2, .max = 2 },
    { LIC_STR("seed"), .kind = CLAIM_NUMBER },
    { LIC_STR("logprobs"), .kind = CLAIM_FLAG },
    { LIC_STR("top_logprobs"), .kind = CLAIM_WHOLE, .min = 0, .max = 20 },
    { LIC_STR("logit_bias"), .kind = CLAIM_READ, .read = read_bias },
    { LIC_STR("functions"), .kind = CLAIM_READ, .read = read_functions },
    { LIC_STR("function_call"), .kind = CLAIM_READ, .read = read_tool_choice },
    { LIC_STR("prediction"), .kind = CLAIM_READ, .read = read_prediction },
    { LIC_STR("safety_identifier"), .kind = CLAIM_TEXT },
    { LIC_STR("prompt_cache_key"), .kind = CLAIM_TEXT },
    { LIC_STR("prompt_cache_retention"), .kind = CLAIM_META },
    { LIC_STR("prompt_cache_options"), .kind = CLAIM_OBJECT, .in = &cache_table },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("store"), .kind = CLAIM_FLAG },
    { LIC_STR("verbosity"), .kind = CLAIM_META },
    { LIC_STR("modalities"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("audio"), .kind = CLAIM_OBJECT, .in = &voice_table },
    { LIC_STR("web_search_options"), .kind = CLAIM_OBJECT, .in = &web_search_table },
    { LIC_STR("moderation"), .kind = CLAIM_OBJECT, .in = &moderation_table },
};
static const struct claim_table request_table = CLAIM_TABLE(request_members);

/* Two names for one limit: what policy sees is the larger, so that neither hides the other. */
static int64_t pick_max_tokens(const struct json_doc *doc)
{
    int64_t older = claim_pick_int(doc, 0, LIC_STR("max_tokens"));
    int64_t newer = claim_pick_int(doc, 0, LIC_STR("max_completion_tokens"));
    return newer > older ? newer : older; /* EVENT_INT_NONE is the least of all */
}

enum lic_rc openai_chat_read_request(struct arena *arena, const struct json_doc *doc,
                                     const struct dialect_options *options, struct event *out,
                                     struct lic_err *err)
{
    struct claim claim;
    uint32_t model = JSON_NONE;
    uint32_t messages = JSON_NONE;
    claim_init(&claim, arena, doc, out);
    claim.inspect_unknown = options->inspect_unknown;
    out->system_prompt = 0;
    TRY(claim_need(&claim, 0, LIC_STR("model"), JSON_STRING, &model, err));
    TRY(claim_need(&claim, 0, LIC_STR("messages"), JSON_ARRAY, &messages, err));
    TRY(claim_token(&claim, model, &out->model, err));
    TRY(claim_object(&claim, 0, &request_table, err));
    int64_t choices = claim_pick_int(doc, 0, LIC_STR("n"));
    out->choices = choices == EVENT_INT_NONE ? 1 : choices;
    out->stream = json_is(doc, json_get(doc, 0, LIC_STR("stream")), JSON_TRUE) ? 1 : 0;
    out->max_tokens = pick_max_tokens(doc);
    out->temperature = claim_pick_real(doc, 0, LIC_STR("temperature"));
    out->top_p = claim_pick_real(doc, 0, LIC_STR("top_p"));
    return LIC_OK;
}

/* ---- instructions ---- */

static enum lic_rc is_instruction(const struct json_doc *doc, uint32_t message, struct arena *arena,
                                  bool *out, struct lic_err *err)
{
    lic_str role = LIC_STR("");
    uint32_t node = json_get(doc, message, LIC_STR("role"));
    if (json_is(doc, node, JSON_STRING)) {
        TRY(json_text(doc, node, arena, &role, err));
    }
    *out = str_eq(role, LIC_STR("system")) || str_eq(role, LIC_STR("developer"));
    return LIC_OK;
}

/* The one text a message consists of, as a string or as an array of one text part. */
static uint32_t only_text(const struct json_doc *doc, uint32_t message)
{
    uint32_t content = json_get(doc, message, LIC_STR("content"));
    if (json_is(doc, content, JSON_ARRAY) && doc->nodes[content].n == 1) {
        content = json_get(doc, json_first(doc, content), LIC_STR("text"));
    }
    return json_is(doc, content, JSON_STRING) ? content : JSON_NONE;
}

/* Whether a system message says exactly `instructions`; one that says anything else fails. */
static enum lic_rc compare_instruction(const struct json_doc *doc, uint32_t message,
                                       struct arena *arena, lic_str instructions,
                                       struct lic_err *err)
{
    lic_str text = LIC_STR("");
    uint32_t node = only_text(doc, message);
    if (node != JSON_NONE) {
        TRY(json_text(doc, node, arena, &text, err));
    }
    if (node != JSON_NONE && str_eq(text, instructions)) {
        return LIC_OK;
    }
    lic_str path = claim_path(arena, doc, message);
    return err_set(err, LIC_E_DUPLICATE,
                   LIC_FMT " brings instructions of its own; this agent's are pinned",
                   LIC_ARG(path));
}

static enum lic_rc insert_instructions(struct arena *arena, const struct json_doc *doc,
                                       uint32_t messages, lic_str instructions, struct edits *edits,
                                       struct lic_err *err)
{
    struct buf with;
    struct json_out json;
    buf_init(&with, arena, instructions.n * 6 + 64); /* at worst every byte is \u00XX */
    json_out_init(&json, &with);
    json_out_object(&json);
    json_out_name(&json, LIC_STR("role"));
    json_out_str(&json, LIC_STR("system"));
    json_out_name(&json, LIC_STR("content"));
    json_out_str(&json, instructions);
    json_out_object_end(&json);
    if (doc->nodes[messages].n > 0) {
        buf_add_char(&with, ',');
    }
    TRY(buf_check(&with, "the pinned instructions", err));
    size_t after_bracket = (size_t)doc->nodes[messages].start + 1;
    ENSURE(edits_add(edits, arena, after_bracket, 0, buf_str(&with)) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the pinned instructions");
    return LIC_OK;
}

enum lic_rc openai_chat_instruct(struct arena *arena, const struct json_doc *doc,
                                 lic_str instructions, struct edits *edits, struct lic_err *err)
{
    uint32_t messages = json_get(doc, 0, LIC_STR("messages"));
    ENSURE(json_is(doc, messages, JSON_ARRAY), err, LIC_E_MISSING, "the body has no \"messages\"");
    bool present = false;
    for (uint32_t at = json_first(doc, messages); at != JSON_NONE;
         at = json_next(doc, messages, at)) {
        bool instruction = false;
        TRY(is_instruction(doc, at, arena, &instruction, err));
        if (instruction) {
            TRY(compare_instruction(doc, at, arena, instructions, err));
            present = true;
        }
    }
    return present ? LIC_OK : insert_instructions(arena, doc, messages, instructions, edits, err);
}

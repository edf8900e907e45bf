/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content blocks of the Messages API: what they hold, and whose words that is.
 *
 * One table has every block, those of requests, of answers and those inside tool results: a block
 * in a place where the provider would refuse it is read all the same, and then refused there.
 */
#include "dialect/anthropic.h"

#include "base/err.h"
#include "base/str.h"
#include "dialect/calls.h"

#include "base/banned.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static const struct claim_member cache_control_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("ttl"), .kind = CLAIM_META },
};
const struct claim_table anthropic_cache_control = CLAIM_TABLE(cache_control_members);

/* Who called a tool: the model itself or code it runs. */
static const struct claim_member caller_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("tool_id"), .kind = CLAIM_META },
};
static const struct claim_table caller = CLAIM_TABLE(caller_members);

static const struct claim_member enabled_members[] = {
    { LIC_STR("enabled"), .kind = CLAIM_FLAG },
};
static const struct claim_table enabled = CLAIM_TABLE(enabled_members);

/* ---- shared steps ---- */

static enum lic_rc walk_as(struct claim *claim, uint32_t node, enum event_channel channel,
                           const struct claim_table *table, struct lic_err *err)
{
    struct event_part saved = claim->part;
    claim->part.channel = channel;
    TRY(claim_object(claim, node, table, err));
    claim->part = saved;
    return LIC_OK;
}

/* Data stays a tool's result when it stands in one; anywhere else it is a document. */
static enum event_channel data_channel(const struct claim *claim)
{
    bool result = claim->part.channel == CHANNEL_TOOL_RESULT;
    return result ? CHANNEL_TOOL_RESULT : CHANNEL_DOCUMENT;
}

/* Claimed by who walks the object, so that the walk itself passes over it. */
static enum lic_rc leave_to_caller(struct claim *claim, uint32_t node, struct lic_err *err)
{
    (void)claim;
    (void)node;
    (void)err;
    return LIC_OK;
}

/* ---- text, thinking ---- */

static const struct claim_member citation_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("cited_text"), .kind = CLAIM_TEXT },
    { LIC_STR("document_title"), .kind = CLAIM_TEXT },
    { LIC_STR("title"), .kind = CLAIM_TEXT },
    { LIC_STR("source"), .kind = CLAIM_TEXT },
    { LIC_STR("url"), .kind = CLAIM_TEXT },
    { LIC_STR("encrypted_index"), .kind = CLAIM_SEALED },
    { LIC_STR("file_id"), .kind = CLAIM_META },
    { LIC_STR("document_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("search_result_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("start_char_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("end_char_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("start_block_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("end_block_index"), .kind = CLAIM_WHOLE },
    { LIC_STR("start_page_number"), .kind = CLAIM_WHOLE },
    { LIC_STR("end_page_number"), .kind = CLAIM_WHOLE },
};
static const struct claim_table citation = CLAIM_TABLE(citation_members);

enum lic_rc anthropic_blocks_citation(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, data_channel(claim), &citation, err);
}

static const struct claim_member text_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("text"), .kind = CLAIM_TEXT },
    { LIC_STR("citations"), .kind = CLAIM_EACH, .read = anthropic_blocks_citation },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table text_block = CLAIM_TABLE(text_members);

static const struct claim_member thinking_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("thinking"), .kind = CLAIM_TEXT },
    { LIC_STR("signature"), .kind = CLAIM_SEALED },
    { LIC_STR("data"), .kind = CLAIM_SEALED }, /* redacted_thinking */
};
static const struct claim_table thinking = CLAIM_TABLE(thinking_members);

static enum lic_rc read_thinking(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, CHANNEL_ASSISTANT, &thinking, err);
}

static const struct claim_member compaction_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_TEXT },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
    { LIC_STR("signature"), .kind = CLAIM_SEALED },
    { LIC_STR("tool_changes"), .kind = CLAIM_STRINGS },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table compaction = CLAIM_TABLE(compaction_members);

/* A summary stands for a conversation: sealed, it is a conversation nobody here has seen. */
static enum lic_rc read_compaction(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(walk_as(claim, node, CHANNEL_ASSISTANT, &compaction, err));
    uint32_t sealed = json_get(claim->doc, node, LIC_STR("encrypted_content"));
    if (!json_is(claim->doc, sealed, JSON_STRING)) {
        return LIC_OK;
    }
    return claim_opaque(claim, sealed, LIC_STR("stored_conversation"), err);
}

/* ---- images, documents, search results ---- */

static const struct claim_member media_source_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },   { LIC_STR("media_type"), .kind = CLAIM_META },
    { LIC_STR("data"), .kind = CLAIM_SEALED }, /* base64, told of as opaque; anything else is read
                                                */
    { LIC_STR("url"), .kind = CLAIM_TEXT },    { LIC_STR("file_id"), .kind = CLAIM_META },
};
static const struct claim_table media_source = CLAIM_TABLE(media_source_members);

static const struct claim_member text_source_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("media_type"), .kind = CLAIM_META },
    { LIC_STR("data"), .kind = CLAIM_TEXT },
};
static const struct claim_table text_source = CLAIM_TABLE(text_source_members);

static const struct claim_member content_source_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
};
static const struct claim_table content_source = CLAIM_TABLE(content_source_members);

static enum lic_rc read_image_source(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &media_source, err));
    return claim_opaque(claim, node, LIC_STR("image"), err);
}

static enum lic_rc read_file_source(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &media_source, err));
    return claim_opaque(claim, node, LIC_STR("file"), err);
}

static const struct claim_variant document_sources[] = {
    { LIC_STR("text"), .in = &text_source },         { LIC_STR("content"), .in = &content_source },
    { LIC_STR("base64"), .read = read_file_source }, { LIC_STR("url"), .read = read_file_source },
    { LIC_STR("file"), .read = read_file_source },
};

static enum lic_rc read_document_source(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_variant(claim, node, LIC_STR("type"), document_sources, COUNT(document_sources),
                         err);
}

static const struct claim_member transformation_members[] = {
    { LIC_STR("oversized_image"), .kind = CLAIM_META },
};
static const struct claim_table transformations = CLAIM_TABLE(transformation_members);

static const struct claim_member image_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("source"), .kind = CLAIM_READ, .read = read_image_source },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
    { LIC_STR("transformations"), .kind = CLAIM_OBJECT, .in = &transformations },
};
static const struct claim_table image = CLAIM_TABLE(image_members);

static const struct claim_member document_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("source"), .kind = CLAIM_READ, .read = read_document_source },
    { LIC_STR("title"), .kind = CLAIM_TEXT },
    { LIC_STR("context"), .kind = CLAIM_TEXT },
    { LIC_STR("citations"), .kind = CLAIM_OBJECT, .in = &enabled },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table document = CLAIM_TABLE(document_members);

static enum lic_rc read_document(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, data_channel(claim), &document, err);
}

static const struct claim_member search_result_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("source"), .kind = CLAIM_TEXT },
    { LIC_STR("title"), .kind = CLAIM_TEXT },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
    { LIC_STR("citations"), .kind = CLAIM_OBJECT, .in = &enabled },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table search_result = CLAIM_TABLE(search_result_members);

static enum lic_rc read_search_result(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return walk_as(claim, node, data_channel(claim), &search_result, err);
}

static const struct claim_member file_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("file_id"), .kind = CLAIM_META },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table file = CLAIM_TABLE(file_members);

static enum lic_rc read_file(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &file, err));
    return claim_opaque(claim, node, LIC_STR("file"), err);
}

/* ---- tools ---- */

static const struct claim_member call_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("toolset_name"), .kind = CLAIM_META },
    { LIC_STR("server_name"), .kind = CLAIM_META },
    { LIC_STR("input"), .kind = CLAIM_READ, .read = leave_to_caller },
    { LIC_STR("caller"), .kind = CLAIM_OBJECT, .in = &caller },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table call = CLAIM_TABLE(call_members);

/* The name of the toolset or MCP server that a call's tool is part of; mostly there is none. */
static enum lic_rc read_space(struct claim *claim, uint32_t node, lic_str *out, struct lic_err *err)
{
    uint32_t space = json_get(claim->doc, node, LIC_STR("toolset_name"));
    if (space == JSON_NONE) {
        space = json_get(claim->doc, node, LIC_STR("server_name"));
    }
    *out = LIC_STR("");
    return space == JSON_NONE ? LIC_OK : claim_token(claim, space, out, err);
}

enum lic_rc anthropic_blocks_name(struct claim *claim, uint32_t node, struct lic_err *err)
{
    uint32_t name_node = 0;
    uint32_t id_node = 0;
    lic_str space;
    lic_str name;
    TRY(claim_need(claim, node, LIC_STR("name"), JSON_STRING, &name_node, err));
    TRY(claim_need(claim, node, LIC_STR("id"), JSON_STRING, &id_node, err));
    TRY(read_space(claim, node, &space, err));
    TRY(claim_token(claim, name_node, &name, err));
    TRY(claim_token(claim, id_node, &claim->part.id, err));
    return calls_join(claim->arena, space, name, &claim->part.name, err);
}

enum lic_rc anthropic_blocks_call(struct claim *claim, uint32_t node, uint32_t *out_input,
                                  struct lic_err *err)
{
    claim->part.channel = CHANNEL_TOOL_CALL;
    claim->part.name = LIC_STR("");
    TRY(claim_object(claim, node, &call, err)); /* words that are no arguments: without the name */
    TRY(anthropic_blocks_name(claim, node, err));
    uint32_t input = json_get(claim->doc, node, LIC_STR("input"));
    if (input == JSON_NONE) {
        return claim_refuse(claim, node, LIC_E_MISSING, err, "has no \"input\"");
    }
    *out_input = input;
    return LIC_OK;
}

static enum lic_rc read_call(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    uint32_t input = 0;
    TRY(anthropic_blocks_call(claim, node, &input, err));
    TRY(claim_call(claim, input, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member result_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("tool_use_id"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
    { LIC_STR("is_error"), .kind = CLAIM_FLAG },
    { LIC_STR("toolset_name"), .kind = CLAIM_META },
    { LIC_STR("caller"), .kind = CLAIM_OBJECT, .in = &caller },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table result = CLAIM_TABLE(result_members);

static enum lic_rc read_result(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part saved = claim->part;
    uint32_t id = 0;
    TRY(claim_need(claim, node, LIC_STR("tool_use_id"), JSON_STRING, &id, err));
    TRY(claim_token(claim, id, &claim->part.id, err));
    claim->part.name = calls_name(claim->event, claim->part.id);
    claim->part.channel = CHANNEL_TOOL_RESULT;
    TRY(claim_object(claim, node, &result, err));
    claim->part = saved;
    return LIC_OK;
}

static const struct claim_member error_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("error_code"), .kind = CLAIM_META },
    { LIC_STR("error_message"), .kind = CLAIM_TEXT },
};
static const struct claim_table tool_error = CLAIM_TABLE(error_members);

static const struct claim_member web_result_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("title"), .kind = CLAIM_TEXT },
    { LIC_STR("url"), .kind = CLAIM_TEXT },
    { LIC_STR("page_age"), .kind = CLAIM_TEXT },
    { LIC_STR("encrypted_content"), .kind = CLAIM_SEALED },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
    { LIC_STR("retrieved_at"), .kind = CLAIM_META },
};
static const struct claim_table web_result = CLAIM_TABLE(web_result_members);

static const struct claim_member execution_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("stdout"), .kind = CLAIM_TEXT },
    { LIC_STR("stderr"), .kind = CLAIM_TEXT },
    { LIC_STR("encrypted_stdout"), .kind = CLAIM_SEALED },
    { LIC_STR("return_code"), .kind = CLAIM_NUMBER },
    { LIC_STR("content"), .kind = CLAIM_READ, .read = anthropic_blocks_content },
};
static const struct claim_table execution = CLAIM_TABLE(execution_members);

static const struct claim_member editor_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("content"), .kind = CLAIM_TEXT },
    { LIC_STR("file_type"), .kind = CLAIM_META },
    { LIC_STR("num_lines"), .kind = CLAIM_WHOLE },
    { LIC_STR("start_line"), .kind = CLAIM_WHOLE },
    { LIC_STR("total_lines"), .kind = CLAIM_WHOLE },
    { LIC_STR("is_file_update"), .kind = CLAIM_FLAG },
    { LIC_STR("lines"), .kind = CLAIM_STRINGS },
    { LIC_STR("new_lines"), .kind = CLAIM_WHOLE },
    { LIC_STR("new_start"), .kind = CLAIM_WHOLE },
    { LIC_STR("old_lines"), .kind = CLAIM_WHOLE },
    { LIC_STR("old_start"), .kind = CLAIM_WHOLE },
};
static const struct claim_table editor = CLAIM_TABLE(editor_members);

static const struct claim_member reference_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("tool_name"), .kind = CLAIM_META },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table reference = CLAIM_TABLE(reference_members);

static const struct claim_member references_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("tool_references"), .kind = CLAIM_OBJECTS, .in = &reference },
};
static const struct claim_table references = CLAIM_TABLE(references_members);

static const struct claim_member browser_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("tabs"), .kind = CLAIM_STRINGS },
    { LIC_STR("state_changes"), .kind = CLAIM_STRINGS },
    { LIC_STR("cache_control"), .kind = CLAIM_OBJECT, .in = &anthropic_cache_control },
};
static const struct claim_table browser_state = CLAIM_TABLE(browser_members);

/* ---- all blocks ---- */

static const struct claim_variant blocks[] = {
    { LIC_STR("text"), .in = &text_block },
    { LIC_STR("tool_use"), .read = read_call },
    { LIC_STR("tool_result"), .read = read_result },
    { LIC_STR("thinking"), .read = read_thinking },
    { LIC_STR("redacted_thinking"), .read = read_thinking },
    { LIC_STR("image"), .in = &image },
    { LIC_STR("document"), .read = read_document },
    { LIC_STR("search_result"), .read = read_search_result },
    { LIC_STR("compaction"), .read = read_compaction },
    { LIC_STR("server_tool_use"), .read = read_call },
    { LIC_STR("mcp_tool_use"), .read = read_call },
    { LIC_STR("mcp_tool_result"), .read = read_result },
    { LIC_STR("web_search_tool_result"), .read = read_result },
    { LIC_STR("web_fetch_tool_result"), .read = read_result },
    { LIC_STR("code_execution_tool_result"), .read = read_result },
    { LIC_STR("bash_code_execution_tool_result"), .read = read_result },
    { LIC_STR("text_editor_code_execution_tool_result"), .read = read_result },
    { LIC_STR("tool_search_tool_result"), .read = read_result },
    { LIC_STR("container_upload"), .read = read_file },
    /* inside results */
    { LIC_STR("web_search_result"), .in = &web_result },
    { LIC_STR("web_fetch_result"), .in = &web_result },
    { LIC_STR("code_execution_result"), .in = &execution },
    { LIC_STR("encrypted_code_execution_result"), .in = &execution },
    { LIC_STR("bash_code_execution_result"), .in = &execution },
    { LIC_STR("code_execution_output"), .read = read_file },
    { LIC_STR("bash_code_execution_output"), .read = read_file },
    { LIC_STR("text_editor_code_execution_view_result"), .in = &editor },
    { LIC_STR("text_editor_code_execution_create_result"), .in = &editor },
    { LIC_STR("text_editor_code_execution_str_replace_result"), .in = &editor },
    { LIC_STR("tool_search_tool_search_result"), .in = &references },
    { LIC_STR("tool_reference"), .in = &reference },
    { LIC_STR("browser_state"), .in = &browser_state },
    { LIC_STR("web_search_tool_result_error"), .in = &tool_error },
    { LIC_STR("web_fetch_tool_result_error"), .in = &tool_error },
    { LIC_STR("code_execution_tool_result_error"), .in = &tool_error },
    { LIC_STR("bash_code_execution_tool_result_error"), .in = &tool_error },
    { LIC_STR("text_editor_code_execution_tool_result_error"), .in = &tool_error },
    { LIC_STR("tool_search_tool_result_error"), .in = &tool_error },
};

enum lic_rc anthropic_blocks_read(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_variant(claim, node, LIC_STR("type"), blocks, COUNT(blocks), err);
}

enum lic_rc anthropic_blocks_content(struct claim *claim, uint32_t node, struct lic_err *err)
{
    enum json_type type = json_type(claim->doc, node);
    if (type == JSON_OBJECT) {
        return anthropic_blocks_read(claim, node, err);
    }
    if (type == JSON_ARRAY) {
        return claim_each(claim, node, anthropic_blocks_read, err);
    }
    return claim_text(claim, node, err);
}

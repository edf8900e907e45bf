/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of OpenAI's Responses: what they ask for, and pinned instructions. */
#include "dialect/openai_responses.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

/* ---- what is kept by the provider ---- */

/* An earlier response or conversation: its content is added where this gateway cannot see it. */
static enum lic_rc read_stored_conversation(struct claim *claim, uint32_t node, struct lic_err *err)
{
    static const struct claim_member members[] = {
        { LIC_STR("id"), .kind = CLAIM_META },
    };
    static const struct claim_table conversation = CLAIM_TABLE(members);
    if (json_is(claim->doc, node, JSON_OBJECT)) {
        TRY(claim_object(claim, node, &conversation, err));
    } else {
        TRY(claim_meta(claim, node, err));
    }
    return claim_opaque(claim, node, LIC_STR("stored_conversation"), err);
}

static const struct claim_member prompt_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("version"), .kind = CLAIM_META },
    { LIC_STR("variables"), .kind = CLAIM_STRINGS },
};
static const struct claim_table prompt = CLAIM_TABLE(prompt_members);

static enum lic_rc read_stored_prompt(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(claim_object(claim, node, &prompt, err));
    return claim_opaque(claim, node, LIC_STR("stored_prompt"), err);
}

/* The answer would be fetched later, past inspection. */
static enum lic_rc refuse_background(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_is(claim->doc, node, JSON_FALSE)) {
        return LIC_OK;
    }
    return claim_refuse(claim, node, LIC_E_UNKNOWN, err,
                        "must be false: a background answer would be fetched uninspected");
}

/* ---- settings ---- */

static const struct claim_member reasoning_members[] = {
    { LIC_STR("effort"), .kind = CLAIM_META },
    { LIC_STR("summary"), .kind = CLAIM_META },
    { LIC_STR("generate_summary"), .kind = CLAIM_META },
    { LIC_STR("context"), .kind = CLAIM_META },
    { LIC_STR("mode"), .kind = CLAIM_META },
};
static const struct claim_table reasoning = CLAIM_TABLE(reasoning_members);

static const struct claim_member format_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("name"), .kind = CLAIM_META },
    { LIC_STR("description"), .kind = CLAIM_READ, .read = openai_items_system_strings },
    { LIC_STR("schema"), .kind = CLAIM_READ, .read = openai_items_system_strings },
    { LIC_STR("strict"), .kind = CLAIM_FLAG },
};
static const struct claim_table format = CLAIM_TABLE(format_members);

static const struct claim_member text_members[] = {
    { LIC_STR("format"), .kind = CLAIM_OBJECT, .in = &format },
    { LIC_STR("verbosity"), .kind = CLAIM_META },
};
static const struct claim_table text = CLAIM_TABLE(text_members);

static const struct claim_member stream_options_members[] = {
    { LIC_STR("include_obfuscation"), .kind = CLAIM_FLAG },
};
static const struct claim_table stream_options = CLAIM_TABLE(stream_options_members);

static const struct claim_member management_members[] = {
    { LIC_STR("type"), .kind = CLAIM_META },
    { LIC_STR("compact_threshold"), .kind = CLAIM_WHOLE },
};
static const struct claim_table management = CLAIM_TABLE(management_members);

static const struct claim_member cache_options_members[] = {
    { LIC_STR("mode"), .kind = CLAIM_META },
    { LIC_STR("ttl"), .kind = CLAIM_META },
};
static const struct claim_table cache_options = CLAIM_TABLE(cache_options_members);

/* ---- the request ---- */

static enum lic_rc read_item(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(openai_items_read(claim, node, err));
    claim->part.message++;
    return LIC_OK;
}

/* Input: a user's text, or an array of items. */
static enum lic_rc read_input(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_is(claim->doc, node, JSON_STRING)) {
        return claim_text(claim, node, err);
    }
    struct event_part saved = claim->part;
    TRY(claim_each(claim, node, read_item, err));
    claim->part = saved;
    return LIC_OK;
}

/* A word, or an object that names tools. */
static enum lic_rc read_tool_choice(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return json_is(claim->doc, node, JSON_STRING) ? claim_meta(claim, node, err)
                                                  : openai_items_system_strings(claim, node, err);
}

static const struct claim_member request_members[] = {
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("input"), .kind = CLAIM_READ, .read = read_input },
    { LIC_STR("instructions"), .kind = CLAIM_READ, .read = openai_items_system_strings },
    { LIC_STR("stream"), .kind = CLAIM_FLAG },
    { LIC_STR("tools"), .kind = CLAIM_EACH, .read = openai_items_tool },
    { LIC_STR("tool_choice"), .kind = CLAIM_READ, .read = read_tool_choice },
    { LIC_STR("parallel_tool_calls"), .kind = CLAIM_FLAG },
    { LIC_STR("max_output_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("max_tool_calls"), .kind = CLAIM_WHOLE },
    { LIC_STR("temperature"), .kind = CLAIM_NUMBER, .min = 0, .max = 2 },
    { LIC_STR("top_p"), .kind = CLAIM_NUMBER, .min = 0, .max = 1 },
    { LIC_STR("top_logprobs"), .kind = CLAIM_WHOLE, .min = 0, .max = 20 },
    { LIC_STR("text"), .kind = CLAIM_OBJECT, .in = &text },
    { LIC_STR("reasoning"), .kind = CLAIM_OBJECT, .in = &reasoning },
    { LIC_STR("metadata"), .kind = CLAIM_STRINGS },
    { LIC_STR("user"), .kind = CLAIM_TEXT },
    { LIC_STR("safety_identifier"), .kind = CLAIM_TEXT },
    { LIC_STR("include"), .kind = CLAIM_EACH, .read = claim_meta },
    { LIC_STR("store"), .kind = CLAIM_FLAG },
    { LIC_STR("stream_options"), .kind = CLAIM_OBJECT, .in = &stream_options },
    { LIC_STR("truncation"), .kind = CLAIM_META },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("prompt_cache_key"), .kind = CLAIM_TEXT },
    { LIC_STR("prompt_cache_retention"), .kind = CLAIM_META },
    { LIC_STR("prompt_cache_options"), .kind = CLAIM_OBJECT, .in = &cache_options },
    { LIC_STR("context_management"), .kind = CLAIM_OBJECTS, .in = &management },
    { LIC_STR("moderation"), .kind = CLAIM_STRINGS },
    { LIC_STR("previous_response_id"), .kind = CLAIM_READ, .read = read_stored_conversation },
    { LIC_STR("conversation"), .kind = CLAIM_READ, .read = read_stored_conversation },
    { LIC_STR("prompt"), .kind = CLAIM_READ, .read = read_stored_prompt },
    { LIC_STR("background"), .kind = CLAIM_READ, .read = refuse_background },
};
static const struct claim_table request = CLAIM_TABLE(request_members);

/* Its own, or a prompt that the provider keeps; messages of the system are seen when they are read.
 */
static bool brings_instructions(const struct json_doc *doc)
{
    uint32_t own = json_get(doc, 0, LIC_STR("instructions"));
    uint32_t stored = json_get(doc, 0, LIC_STR("prompt"));
    bool says = json_is(doc, own, JSON_STRING) ? doc->nodes[own].len > 0
                                               : own != JSON_NONE && !json_is(doc, own, JSON_NULL);
    return says || (stored != JSON_NONE && !json_is(doc, stored, JSON_NULL));
}

enum lic_rc openai_responses_read_request(struct arena *arena, const struct json_doc *doc,
                                          const struct dialect_options *options, struct event *out,
                                          struct lic_err *err)
{
    struct claim claim;
    struct openai_items items = { .declares = true };
    uint32_t model = 0;
    claim_init(&claim, arena, doc, out);
    claim.inspect_unknown = options->inspect_unknown;
    out->system_prompt = 0;
    claim.own = &items;
    TRY(claim_need(&claim, 0, LIC_STR("model"), JSON_STRING, &model, err));
    TRY(claim_object(&claim, 0, &request, err));
    TRY(claim_token(&claim, model, &out->model, err));
    if (brings_instructions(doc)) {
        out->system_prompt = 1;
    }
    out->stream = json_is(doc, json_get(doc, 0, LIC_STR("stream")), JSON_TRUE) ? 1 : 0;
    out->choices = 1;
    out->max_tokens = claim_pick_int(doc, 0, LIC_STR("max_output_tokens"));
    out->temperature = claim_pick_real(doc, 0, LIC_STR("temperature"));
    out->top_p = claim_pick_real(doc, 0, LIC_STR("top_p"));
    return LIC_OK;
}

/* ---- pinned instructions ---- */

/* Whether the one text that `node` is, or has as its only part, is `instructions`. */
static enum lic_rc compare(struct arena *arena, const struct json_doc *doc, uint32_t node,
                           lic_str instructions, struct lic_err *err)
{
    lic_str own = LIC_STR("");
    uint32_t said = node;
    if (json_is(doc, said, JSON_ARRAY) && doc->nodes[said].n == 1) {
        said = json_get(doc, json_first(doc, said), LIC_STR("text"));
    }
    bool one = json_is(doc, said, JSON_STRING);
    if (one) {
        TRY(json_text(doc, said, arena, &own, err));
    }
    ENSURE(one && str_eq(own, instructions), err, LIC_E_DUPLICATE,
           LIC_FMT " brings instructions of its own; this agent's are pinned",
           LIC_ARG(claim_path(arena, doc, node)));
    return LIC_OK;
}

/* Messages of the system and the developer are instructions, too. */
static enum lic_rc check_input(struct arena *arena, const struct json_doc *doc,
                               lic_str instructions, struct lic_err *err)
{
    uint32_t input = json_get(doc, 0, LIC_STR("input"));
    for (uint32_t at = json_is(doc, input, JSON_ARRAY) ? json_first(doc, input) : JSON_NONE;
         at != JSON_NONE; at = json_next(doc, input, at)) {
        lic_str role = LIC_STR("");
        uint32_t role_node = json_get(doc, at, LIC_STR("role"));
        uint32_t content = json_get(doc, at, LIC_STR("content"));
        if (json_is(doc, role_node, JSON_STRING)) {
            TRY(json_text(doc, role_node, arena, &role, err));
        }
        bool instructs = str_eq(role, LIC_STR("system")) || str_eq(role, LIC_STR("developer"));
        if (instructs && content != JSON_NONE) {
            TRY(compare(arena, doc, content, instructions, err));
        }
    }
    return LIC_OK;
}

/* Bytes of the value of a node, with the quotes of a string. */
static void span_of(const struct json_doc *doc, uint32_t node, size_t *start, size_t *len)
{
    size_t quote = json_is(doc, node, JSON_STRING) ? 1 : 0;
    *start = doc->nodes[node].start - quote;
    *len = doc->nodes[node].len + 2 * quote;
}

enum lic_rc openai_responses_instruct(struct arena *arena, const struct json_doc *doc,
                                      lic_str instructions, struct edits *edits,
                                      struct lic_err *err)
{
    ENSURE(json_type(doc, 0) == JSON_OBJECT, err, LIC_E_INVALID, "the body must be an object");
    uint32_t template = json_get(doc, 0, LIC_STR("prompt"));
    ENSURE(template == JSON_NONE || json_is(doc, template, JSON_NULL), err, LIC_E_DUPLICATE,
           "prompt brings instructions that the provider keeps; this agent's are pinned");
    TRY(check_input(arena, doc, instructions, err));
    uint32_t own = json_get(doc, 0, LIC_STR("instructions"));
    bool silent = json_is(doc, own, JSON_NULL) ||
                  (json_is(doc, own, JSON_STRING) && doc->nodes[own].len == 0);
    if (own != JSON_NONE && !silent) {
        return compare(arena, doc, own, instructions, err);
    }
    struct buf with;
    size_t start = (size_t)doc->nodes[0].start + 1;
    size_t len = 0;
    buf_init(&with, arena, 6 * instructions.n + 32); /* at worst every byte is \u00XX */
    buf_add(&with, own == JSON_NONE ? LIC_STR("\"instructions\":\"") : LIC_STR("\""));
    json_escape(&with, instructions);
    buf_add(&with, own == JSON_NONE && doc->nodes[0].n > 0 ? LIC_STR("\",") : LIC_STR("\""));
    TRY(buf_check(&with, "the pinned instructions", err));
    if (own != JSON_NONE) {
        span_of(doc, own, &start, &len);
    }
    ENSURE(edits_add(edits, arena, start, len, buf_str(&with)) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the pinned instructions");
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenAI's Responses: whole answers, answers of our own, and the dialect's table.
 *
 * A response repeats the request it answers: instructions, tools, metadata, settings. What repeats
 * the request was inspected on its way in and reaches no model from here, so it is passed over;
 * instructions, which may be pinned ones that the caller never saw, are stripped.
 */
#include "dialect/openai_responses.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "dialect/openai_chat.h"

#include "base/banned.h"

#define NS_PER_S 1000000000

/* ---- answers ---- */

static enum lic_rc pass_over(struct claim *claim, uint32_t node, struct lic_err *err)
{
    (void)claim;
    (void)node;
    (void)err;
    return LIC_OK;
}

static enum lic_rc strip_instructions(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct openai_items *items = claim->own;
    struct piece piece = { .kind = PIECE_STRIP, .raw = json_raw(claim->doc, node) };
    if (json_is(claim->doc, node, JSON_STRING)) {
        /* The quotes go, too: what comes instead is a JSON value. */
        piece.raw = str_make(piece.raw.at - 1, piece.raw.n + 2);
    }
    piece.part = claim->part;
    piece.part.raw = piece.raw;
    piece.part.text = LIC_STR("null");
    return claim_piece(items->strip, claim->arena, &piece, err);
}

static const struct claim_member error_members[] = {
    { LIC_STR("code"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_TEXT },
};
static const struct claim_table error = CLAIM_TABLE(error_members);

static const struct claim_member incomplete_members[] = {
    { LIC_STR("reason"), .kind = CLAIM_META },
};
static const struct claim_table incomplete = CLAIM_TABLE(incomplete_members);

static const struct claim_member token_details_members[] = {
    { LIC_STR("cached_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("cache_write_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("reasoning_tokens"), .kind = CLAIM_WHOLE },
};
static const struct claim_table token_details = CLAIM_TABLE(token_details_members);

static const struct claim_member usage_members[] = {
    { LIC_STR("input_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("input_tokens_details"), .kind = CLAIM_OBJECT, .in = &token_details },
    { LIC_STR("output_tokens"), .kind = CLAIM_WHOLE },
    { LIC_STR("output_tokens_details"), .kind = CLAIM_OBJECT, .in = &token_details },
    { LIC_STR("total_tokens"), .kind = CLAIM_WHOLE },
};
static const struct claim_table usage = CLAIM_TABLE(usage_members);

static enum lic_rc read_usage(struct claim *claim, uint32_t node, struct lic_err *err)
{
    claim->event->input_tokens = claim_pick_int(claim->doc, node, LIC_STR("input_tokens"));
    claim->event->output_tokens = claim_pick_int(claim->doc, node, LIC_STR("output_tokens"));
    return claim_object(claim, node, &usage, err);
}

static enum lic_rc read_item(struct claim *claim, uint32_t node, struct lic_err *err)
{
    TRY(openai_items_read(claim, node, err));
    claim->part.message++;
    return LIC_OK;
}

static enum lic_rc read_output(struct claim *claim, uint32_t node, struct lic_err *err)
{
    claim->part.message = 0;
    return claim_each(claim, node, read_item, err);
}

static const struct claim_member response_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("object"), .kind = CLAIM_META },
    { LIC_STR("created_at"), .kind = CLAIM_NUMBER },
    { LIC_STR("completed_at"), .kind = CLAIM_NUMBER },
    { LIC_STR("status"), .kind = CLAIM_META },
    { LIC_STR("error"), .kind = CLAIM_OBJECT, .in = &error },
    { LIC_STR("incomplete_details"), .kind = CLAIM_OBJECT, .in = &incomplete },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("output"), .kind = CLAIM_READ, .read = read_output },
    { LIC_STR("output_text"), .kind = CLAIM_TEXT },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = read_usage },
    { LIC_STR("moderation"), .kind = CLAIM_STRINGS },
    /* what repeats the request */
    { LIC_STR("instructions"), .kind = CLAIM_READ, .read = strip_instructions },
    { LIC_STR("tools"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("tool_choice"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("metadata"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("text"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("reasoning"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("prompt"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("conversation"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("user"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("safety_identifier"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("prompt_cache_key"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("prompt_cache_options"), .kind = CLAIM_READ, .read = pass_over },
    { LIC_STR("prompt_cache_retention"), .kind = CLAIM_META },
    { LIC_STR("previous_response_id"), .kind = CLAIM_META },
    { LIC_STR("parallel_tool_calls"), .kind = CLAIM_META },
    { LIC_STR("temperature"), .kind = CLAIM_META },
    { LIC_STR("top_p"), .kind = CLAIM_META },
    { LIC_STR("top_logprobs"), .kind = CLAIM_META },
    { LIC_STR("max_output_tokens"), .kind = CLAIM_META },
    { LIC_STR("max_tool_calls"), .kind = CLAIM_META },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("store"), .kind = CLAIM_META },
    { LIC_STR("truncation"), .kind = CLAIM_META },
    { LIC_STR("background"), .kind = CLAIM_META },
};
static const struct claim_table response = CLAIM_TABLE(response_members);

enum lic_rc openai_responses_response(struct claim *claim, uint32_t node, struct lic_err *err)
{
    return claim_object(claim, node, &response, err);
}

enum lic_rc openai_responses_finish(struct claim *claim, uint32_t node, struct arena *arena,
                                    struct lic_err *err)
{
    uint32_t details = json_get(claim->doc, node, LIC_STR("incomplete_details"));
    uint32_t reason = json_get(claim->doc, details, LIC_STR("reason"));
    uint32_t status = json_get(claim->doc, node, LIC_STR("status"));
    uint32_t why =
        json_is(claim->doc, details, JSON_OBJECT) && reason != JSON_NONE ? reason : status;
    lic_str word;
    if (!json_is(claim->doc, why, JSON_STRING)) {
        return LIC_OK;
    }
    TRY(json_text(claim->doc, why, claim->arena, &word, err));
    word = str_copy(arena, word);
    bool kept = word.at != NULL && str_list_add(&claim->event->finish, arena, word) == LIC_OK;
    ENSURE(kept, err, LIC_E_NOMEM, "no memory for the status of a response");
    return LIC_OK;
}

static enum lic_rc read_answer(struct arena *arena, const struct json_doc *doc, struct event *out,
                               struct pieces *strip, struct lic_err *err)
{
    struct claim claim;
    struct openai_items items = { .strip = strip };
    uint32_t output = 0;
    claim_init(&claim, arena, doc, out);
    claim.tolerant = true;
    claim.own = &items;
    claim.part.channel = CHANNEL_ASSISTANT;
    TRY(claim_need(&claim, 0, LIC_STR("output"), JSON_ARRAY, &output, err));
    TRY(claim_object(&claim, 0, &response, err));
    return openai_responses_finish(&claim, 0, arena, err);
}

/* ---- answers of our own ---- */

void openai_responses_write_part(struct json_out *json, lic_str text)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("output_text"));
    json_out_name(json, LIC_STR("text"));
    json_out_str(json, text);
    json_out_name(json, LIC_STR("annotations"));
    json_out_raw(json, LIC_STR("[]"));
    json_out_name(json, LIC_STR("logprobs"));
    json_out_raw(json, LIC_STR("[]"));
    json_out_object_end(json);
}

void openai_responses_write_item(struct json_out *json, const struct openai_reply *reply,
                                 bool ended)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, reply->item_id);
    json_out_name(json, LIC_STR("type"));
    json_out_str(json, LIC_STR("message"));
    json_out_name(json, LIC_STR("role"));
    json_out_str(json, LIC_STR("assistant"));
    json_out_name(json, LIC_STR("status"));
    json_out_str(json, ended ? LIC_STR("completed") : LIC_STR("in_progress"));
    json_out_name(json, LIC_STR("content"));
    json_out_array(json);
    if (ended) {
        openai_responses_write_part(json, reply->text);
    }
    json_out_array_end(json);
    json_out_object_end(json);
}

/* Members that say nothing, in a response of our own. */
static const char settings[] =
    "\"error\":null,\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,"
    "\"temperature\":null,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null,"
    "\"max_output_tokens\":null,\"previous_response_id\":null,\"reasoning\":null,"
    "\"text\":{\"format\":{\"type\":\"text\"}},\"truncation\":\"disabled\",\"usage\":null";

void openai_responses_write(struct json_out *json, const struct openai_reply *reply)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, reply->id);
    json_out_name(json, LIC_STR("object"));
    json_out_str(json, LIC_STR("response"));
    json_out_name(json, LIC_STR("created_at"));
    json_out_i64(json, reply->created_s);
    json_out_name(json, LIC_STR("status"));
    json_out_str(json, reply->ended ? LIC_STR("incomplete") : LIC_STR("in_progress"));
    json_out_name(json, LIC_STR("incomplete_details"));
    json_out_raw(json, reply->ended ? LIC_STR("{\"reason\":\"content_filter\"}") : LIC_STR("null"));
    json_out_name(json, LIC_STR("model"));
    json_out_str(json, reply->model);
    json_out_name(json, LIC_STR("output"));
    json_out_array(json);
    if (reply->ended) {
        openai_responses_write_item(json, reply, /* ended= */ true);
    }
    json_out_array_end(json);
    buf_add_char(json->buf, ',');
    buf_add(json->buf, LIC_STR(settings));
    json_out_object_end(json);
}

static lic_str prefixed(struct arena *arena, lic_str prefix, lic_str record)
{
    struct buf id;
    buf_init(&id, arena, LIMIT_NAME_BYTES);
    buf_add(&id, prefix);
    buf_add(&id, record);
    return buf_str(&id);
}

void openai_responses_reply(struct arena *arena, const struct event *request, lic_str record,
                            lic_str text, struct openai_reply *out)
{
    *out = (struct openai_reply){
        .id = prefixed(arena, LIC_STR("resp_"), record),
        .item_id = prefixed(arena, LIC_STR("msg_"), record),
        .model = request->model,
        .created_s = request->time > 0 ? request->time / NS_PER_S : 0,
        .text = text,
        .ended = true,
    };
}

static void write_intervention(const struct event *request, lic_str record, lic_str message,
                               struct buf *out)
{
    struct json_out json;
    struct openai_reply reply;
    json_out_init(&json, out);
    openai_responses_reply(out->arena, request, record, message, &reply);
    openai_responses_write(&json, &reply);
}

const struct dialect dialect_openai_responses = {
    .name = "openai.responses",
    .provider = "openai",
    .path = "/v1/responses",
    .read_request = openai_responses_read_request,
    .instruct = openai_responses_instruct,
    .read_answer = read_answer,
    .stream_new = openai_responses_stream_new,
    .read_sse = openai_responses_read_sse,
    .renumber = openai_responses_renumber,
    .write_delta = openai_responses_write_delta,
    .write_stop = openai_responses_write_stop,
    .write_stream_error = openai_responses_write_stream_error,
    .write_intervention = write_intervention,
    .write_error = openai_chat_write_error,
    .write_models = openai_chat_write_models,
};

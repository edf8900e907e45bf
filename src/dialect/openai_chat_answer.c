/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads whole Chat Completions answers and writes the one that stands for an intervention.
 *
 * Answers are read tolerantly: what the tables do not know is inspected as text that the model
 * wrote, so that a new member of some provider neither breaks callers nor passes unseen.
 */
#include "base/err.h"
#include "base/str.h"
#include "dialect/openai_chat.h"

#include "base/banned.h"

static enum lic_rc read_finish(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str reason;
    TRY(claim_token(claim, node, &reason, err));
    ENSURE(str_list_add(&claim->event->finish, claim->arena, reason) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the finish reasons");
    return LIC_OK;
}

/* Log probabilities say every token once more, so they leave the answer when it is inspected. */
static enum lic_rc read_logprobs(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct piece piece = { .kind = PIECE_STRIP, .raw = json_raw(claim->doc, node) };
    return claim_piece(claim->own, claim->arena, &piece, err);
}

static const struct claim_member choice_members[] = {
    { LIC_STR("index"), .kind = CLAIM_META },
    { LIC_STR("message"), .kind = CLAIM_READ, .read = openai_chat_message },
    { LIC_STR("logprobs"), .kind = CLAIM_READ, .read = read_logprobs },
    { LIC_STR("finish_reason"), .kind = CLAIM_READ, .read = read_finish },
};
static const struct claim_table choice_table = CLAIM_TABLE(choice_members);

static enum lic_rc read_choice(struct claim *claim, uint32_t node, struct lic_err *err)
{
    int64_t index = claim_pick_int(claim->doc, node, LIC_STR("index"));
    if (index < 0 || index > UINT32_MAX) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "has no valid \"index\"");
    }
    claim->part.choice = (uint32_t)index;
    claim->part.message = (uint32_t)index;
    claim->part.channel = CHANNEL_ASSISTANT;
    return claim_object(claim, node, &choice_table, err);
}

static enum lic_rc read_usage(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    claim->event->input_tokens = claim_pick_int(doc, node, LIC_STR("prompt_tokens"));
    claim->event->output_tokens = claim_pick_int(doc, node, LIC_STR("completion_tokens"));
    return claim_strings(claim, node, err);
}

static const struct claim_member answer_members[] = {
    { LIC_STR("id"), .kind = CLAIM_META },
    { LIC_STR("object"), .kind = CLAIM_META },
    { LIC_STR("created"), .kind = CLAIM_META },
    { LIC_STR("model"), .kind = CLAIM_META },
    { LIC_STR("choices"), .kind = CLAIM_EACH, .read = read_choice },
    { LIC_STR("usage"), .kind = CLAIM_READ, .read = read_usage },
    { LIC_STR("service_tier"), .kind = CLAIM_META },
    { LIC_STR("system_fingerprint"), .kind = CLAIM_META },
};
static const struct claim_table answer_table = CLAIM_TABLE(answer_members);

enum lic_rc openai_chat_read_answer(struct arena *arena, const struct json_doc *doc,
                                    struct event *out, struct pieces *strip, struct lic_err *err)
{
    struct claim claim;
    uint32_t choices = JSON_NONE;
    claim_init(&claim, arena, doc, out);
    claim.part.channel = CHANNEL_ASSISTANT;
    claim.tolerant = true;
    claim.own = strip;
    TRY(claim_need(&claim, 0, LIC_STR("choices"), JSON_ARRAY, &choices, err));
    return claim_object(&claim, 0, &answer_table, err);
}

/* ---- an answer of our own ---- */

static void write_choice(struct json_out *json, uint32_t index, lic_str message)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("index"));
    json_out_u64(json, index);
    json_out_name(json, LIC_STR("message"));
    json_out_object(json);
    json_out_name(json, LIC_STR("role"));
    json_out_str(json, LIC_STR("assistant"));
    json_out_name(json, LIC_STR("content"));
    json_out_str(json, message);
    json_out_name(json, LIC_STR("refusal"));
    json_out_null(json);
    json_out_object_end(json);
    json_out_name(json, LIC_STR("logprobs"));
    json_out_null(json);
    json_out_name(json, LIC_STR("finish_reason"));
    json_out_str(json, LIC_STR("content_filter"));
    json_out_object_end(json);
}

void openai_chat_write_intervention(const struct event *request, lic_str record, lic_str message,
                                    struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    openai_chat_write_head(&json, request, record, LIC_STR("chat.completion"));
    json_out_name(&json, LIC_STR("choices"));
    json_out_array(&json);
    for (uint32_t i = 0; i < openai_chat_choices(request); i++) {
        write_choice(&json, i, message);
    }
    json_out_array_end(&json);
    json_out_name(&json, LIC_STR("usage"));
    json_out_raw(&json,
                 LIC_STR("{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}"));
    json_out_object_end(&json);
}

uint32_t openai_chat_choices(const struct event *request)
{
    if (request->choices < 1) {
        return 1;
    }
    return request->choices < OPENAI_CHAT_CHOICES_MAX ? (uint32_t)request->choices
                                                      : OPENAI_CHAT_CHOICES_MAX;
}

void openai_chat_write_head(struct json_out *json, const struct event *request, lic_str record,
                            lic_str object)
{
    struct buf *buf = json->buf;
    json_out_name(json, LIC_STR("id"));
    buf_add(buf, LIC_STR("\"chatcmpl-"));
    json_escape(buf, record);
    buf_add_char(buf, '"');
    json->comma = true;
    json_out_name(json, LIC_STR("object"));
    json_out_str(json, object);
    json_out_name(json, LIC_STR("created"));
    json_out_i64(json, request->time == EVENT_INT_NONE ? 0 : request->time / 1000000000);
    json_out_name(json, LIC_STR("model"));
    json_out_str(json, request->model);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's Chat Completions as a dialect: its table, its refusals and its list of models. */
#include "dialect/openai_chat.h"

#include "base/str.h"

#include "base/banned.h"

const struct dialect dialect_openai_chat = {
    .name = "openai.chat",
    .provider = "openai",
    .path = "/v1/chat/completions",
    .read_request = openai_chat_read_request,
    .instruct = openai_chat_instruct,
    .read_answer = openai_chat_read_answer,
    .stream_new = openai_chat_stream_new,
    .read_sse = openai_chat_read_sse,
    .write_delta = openai_chat_write_delta,
    .write_stop = openai_chat_write_stop,
    .write_stream_error = openai_chat_write_stream_error,
    .write_intervention = openai_chat_write_intervention,
    .write_error = openai_chat_write_error,
    .write_models = openai_chat_write_models,
};

/* SDKs choose their exception by the HTTP status; the type is for people and for logs. */
static lic_str error_type(uint32_t status)
{
    switch (status) {
    case 401:
        return LIC_STR("authentication_error");
    case 403:
        return LIC_STR("permission_error");
    case 404:
        return LIC_STR("not_found_error");
    case 429:
        return LIC_STR("rate_limit_error");
    default:
        return status >= 500 ? LIC_STR("server_error") : LIC_STR("invalid_request_error");
    }
}

void openai_chat_write_error(uint32_t status, lic_str code, lic_str message, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_name(&json, LIC_STR("error"));
    json_out_object(&json);
    json_out_name(&json, LIC_STR("message"));
    json_out_str(&json, message);
    json_out_name(&json, LIC_STR("type"));
    json_out_str(&json, error_type(status));
    json_out_name(&json, LIC_STR("param"));
    json_out_null(&json);
    json_out_name(&json, LIC_STR("code"));
    json_out_str(&json, code);
    json_out_object_end(&json);
    json_out_object_end(&json);
}

static void write_model(struct json_out *json, lic_str name, lic_str owner)
{
    json_out_object(json);
    json_out_name(json, LIC_STR("id"));
    json_out_str(json, name);
    json_out_name(json, LIC_STR("object"));
    json_out_str(json, LIC_STR("model"));
    json_out_name(json, LIC_STR("created"));
    json_out_u64(json, 0);
    json_out_name(json, LIC_STR("owned_by"));
    json_out_str(json, owner);
    json_out_object_end(json);
}

void openai_chat_write_models(const lic_str *names, const lic_str *owners, uint32_t n, bool one,
                              struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    if (one && n > 0) {
        write_model(&json, names[0], owners[0]);
        return;
    }
    json_out_object(&json);
    json_out_name(&json, LIC_STR("object"));
    json_out_str(&json, LIC_STR("list"));
    json_out_name(&json, LIC_STR("data"));
    json_out_array(&json);
    for (uint32_t i = 0; i < n; i++) {
        write_model(&json, names[i], owners[i]);
    }
    json_out_array_end(&json);
    json_out_object_end(&json);
}

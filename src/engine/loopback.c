/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that repeats what it was sent. Reads a request of any of the three dialects leniently
 * (the gateway before it is the strict one), finds the last message, obeys its cues, answers.
 */
#include "engine/loopback.h"

#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

enum { CHOICES_MAX = 16, WAIT_MS_MAX = 600000, TEXT_DEPTH_MAX = 4 };

struct loopback_memory {
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena arena;
};

/* ---- reading ---- */

static const struct {
    const char *path;
    enum loopback_dialect dialect;
    const char *messages; /* member that holds the conversation */
} paths[] = {
    { "/v1/chat/completions", LOOPBACK_CHAT, "messages" },
    { "/v1/responses", LOOPBACK_RESPONSES, "input" },
    { "/v1/messages", LOOPBACK_MESSAGES, "messages" },
};

static uint32_t last_child(const struct json_doc *doc, uint32_t parent)
{
    uint32_t last = JSON_NONE;
    for (uint32_t i = json_first(doc, parent); i != JSON_NONE; i = json_next(doc, parent, i)) {
        last = i;
    }
    return last;
}

/* Every text at or below a content: strings, {"text": ...}, {"content": ...}, {"output": ...}. */
static enum lic_rc add_texts(const struct json_doc *doc, uint32_t node, int depth, struct buf *out,
                             struct lic_err *err)
{
    static const char *const members[] = { "text", "content", "output" };
    if (node == JSON_NONE || depth > TEXT_DEPTH_MAX) {
        return LIC_OK;
    }
    if (json_is(doc, node, JSON_STRING)) {
        lic_str text;
        TRY(json_text(doc, node, out->arena, &text, err));
        buf_add(out, text);
        return LIC_OK;
    }
    if (json_is(doc, node, JSON_OBJECT)) {
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
            TRY(add_texts(doc, json_get(doc, node, str_z(members[i])), depth + 1, out, err));
        }
        return LIC_OK;
    }
    if (json_is(doc, node, JSON_ARRAY)) {
        for (uint32_t i = json_first(doc, node); i != JSON_NONE; i = json_next(doc, node, i)) {
            TRY(add_texts(doc, i, depth + 1, out, err));
        }
    }
    return LIC_OK;
}

static bool member_is(const struct json_doc *doc, uint32_t node, const char *name,
                      const char *value)
{
    uint32_t member = json_get(doc, node, str_z(name));
    return json_is(doc, member, JSON_STRING) && str_eq(json_raw(doc, member), str_z(value));
}

/* A message that carries what a tool gave back. */
static bool is_tool_result(const struct json_doc *doc, uint32_t message)
{
    uint32_t content = json_get(doc, message, LIC_STR("content"));
    return member_is(doc, message, "role", "tool") ||
           member_is(doc, message, "type", "function_call_output") ||
           (json_is(doc, content, JSON_ARRAY) &&
            member_is(doc, json_first(doc, content), "type", "tool_result"));
}

static bool is_true(const struct json_doc *doc, uint32_t node)
{
    return json_is(doc, node, JSON_TRUE);
}

/* ---- cues ---- */

/* "[[WORD rest]]" anywhere in the text; the last "]]" ends it, so that JSON may hold "]]". */
static bool find_cue(lic_str text, lic_str word, lic_str *out_rest)
{
    lic_str from = str_tail(text, str_find(text, word));
    if (from.n == 0) {
        return false;
    }
    lic_str rest = str_tail(from, word.n);
    size_t end = rest.n;
    for (size_t at = str_find(rest, LIC_STR("]]")); at < rest.n;) {
        end = at;
        size_t more = str_find(str_tail(rest, at + 1), LIC_STR("]]"));
        bool json = str_starts(word, LIC_STR("[[tool"));
        at = json && at + 1 + more < rest.n ? at + 1 + more : rest.n;
    }
    *out_rest = str_trim(str_head(rest, end));
    return end < rest.n;
}

static uint32_t cue_ms(lic_str text, lic_str word)
{
    lic_str rest;
    uint64_t ms;
    if (!find_cue(text, word, &rest) || !str_u64(rest, &ms)) {
        return 0;
    }
    return ms < WAIT_MS_MAX ? (uint32_t)ms : WAIT_MS_MAX;
}

static lic_str prefixed(struct arena *arena, lic_str prefix, lic_str text)
{
    struct buf said;
    buf_init(&said, arena, LIMIT_JSON_BYTES);
    buf_add(&said, prefix);
    buf_add(&said, text);
    return said.failed == LIC_OK ? buf_str(&said) : (lic_str){ 0 };
}

static void obey_cues(struct loopback_turn *turn, struct arena *arena, lic_str text, bool *out_dies)
{
    lic_str rest;
    turn->sleep_ms = cue_ms(text, LIC_STR("[[sleep "));
    turn->pace_ms = cue_ms(text, LIC_STR("[[pace "));
    *out_dies = str_find(text, LIC_STR("[[die]]")) < text.n;
    if (find_cue(text, LIC_STR("[[tool "), &rest)) {
        turn->tool = str_split(&rest, ' ');
        rest = str_trim(rest);
        turn->arguments = rest.n > 0 ? rest : LIC_STR("{}");
    } else if (find_cue(text, LIC_STR("[[say "), &rest)) {
        turn->text = rest;
    } else {
        turn->text = prefixed(arena, LIC_STR("You said: "), text);
    }
}

/* ---- the turn ---- */

static uint32_t tokens_of(lic_str text)
{
    return (uint32_t)(text.n / 4) + 1;
}

static enum lic_rc read_turn(const struct json_doc *doc, size_t path, struct arena *arena,
                             struct loopback_turn *turn, bool *out_dies, struct lic_err *err)
{
    uint64_t choices;
    uint32_t model = json_get(doc, 0, LIC_STR("model"));
    uint32_t messages = json_get(doc, 0, str_z(paths[path].messages));
    uint32_t options = json_get(doc, 0, LIC_STR("stream_options"));
    ENSURE(json_is(doc, model, JSON_STRING) && messages != JSON_NONE, err, LIC_E_MISSING,
           "the request has no model or no %s", paths[path].messages);
    TRY(json_text(doc, model, arena, &turn->model, err));
    turn->dialect = paths[path].dialect;
    turn->stream = is_true(doc, json_get(doc, 0, LIC_STR("stream")));
    turn->usage_wanted = is_true(doc, json_get(doc, options, LIC_STR("include_usage")));
    turn->choices = 1;
    if (json_u64(doc, json_get(doc, 0, LIC_STR("n")), &choices) && choices > 1) {
        turn->choices = choices < CHOICES_MAX ? (uint32_t)choices : CHOICES_MAX;
    }
    uint32_t last = json_is(doc, messages, JSON_ARRAY) ? last_child(doc, messages) : messages;
    struct buf text;
    buf_init(&text, arena, LIMIT_JSON_BYTES);
    TRY(add_texts(doc, last, 0, &text, err));
    TRY(buf_check(&text, "the last message", err));
    if (is_tool_result(doc, last)) {
        turn->text = prefixed(arena, LIC_STR("The tool said: "), buf_str(&text));
    } else {
        obey_cues(turn, arena, buf_str(&text), out_dies);
    }
    turn->input_tokens = tokens_of(buf_str(&text));
    turn->output_tokens = tokens_of(turn->tool.n > 0 ? turn->arguments : turn->text);
    return LIC_OK;
}

/* Half of what there is: half the events of a stream, or half the bytes of a document. */
static void halve(struct loopback_chunks *chunks)
{
    if (chunks->n == 1) {
        chunks->at[0].bytes.n /= 2;
    }
    chunks->n = (chunks->n + 1) / 2;
}

static enum lic_rc answer(const struct json_doc *doc, size_t path, struct arena *arena,
                          struct lic_loopback *out, struct lic_err *err)
{
    struct loopback_turn turn = { 0 };
    struct loopback_chunks chunks = { 0 };
    bool dies = false;
    TRY(read_turn(doc, path, arena, &turn, &dies, err));
    TRY(loopback_write(&turn, arena, &chunks, err));
    if (dies) {
        halve(&chunks);
    }
    out->status = 200;
    out->content_type = turn.stream ? LIC_STR("text/event-stream") : LIC_STR("application/json");
    out->dies = dies;
    out->chunks = chunks.at;
    out->chunks_n = chunks.n;
    return LIC_OK;
}

static enum lic_rc refuse(struct arena *arena, uint32_t status, const char *body,
                          struct lic_loopback *out)
{
    struct lic_loopback_chunk *chunk = ARENA_NEW(arena, struct lic_loopback_chunk);
    if (!chunk) {
        return LIC_E_NOMEM;
    }
    chunk->bytes = str_z(body);
    out->status = status;
    out->content_type = LIC_STR("application/json");
    out->chunks = chunk;
    out->chunks_n = 1;
    return LIC_OK;
}

static enum lic_rc answer_path(struct arena *arena, lic_str path, lic_str body,
                               struct lic_loopback *out, struct lic_err *err)
{
    size_t i = 0;
    while (i < sizeof paths / sizeof paths[0] && !str_eq(path, str_z(paths[i].path))) {
        i++;
    }
    if (i == sizeof paths / sizeof paths[0]) {
        return refuse(arena, 404,
                      "{\"error\":{\"message\":\"the loopback model is not at this path\","
                      "\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
                      out);
    }
    struct json_doc doc;
    struct json_limits limits = { .mode = JSON_GATEWAY };
    enum lic_rc rc = json_read(arena, body, &limits, &doc, err);
    if (rc == LIC_OK) {
        rc = answer(&doc, i, arena, out, err);
    }
    if (rc == LIC_OK || rc == LIC_E_NOMEM) {
        return rc;
    }
    return refuse(arena, 400,
                  "{\"error\":{\"message\":\"the loopback model did not understand this request\","
                  "\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
                  out);
}

/* ---- the public functions ---- */

static void release_memory(struct loopback_memory *memory)
{
    const struct lic_host *host = memory->host;
    arena_fini(&memory->arena);
    arena_pool_fini(&memory->pool);
    (void)host->resize(host->ctx, memory, 0);
}

enum lic_rc lic_loopback_answer(const struct lic_host *host, lic_str path, lic_str body,
                                struct lic_loopback *out, struct lic_err *err)
{
    struct loopback_memory *memory = host->resize(host->ctx, NULL, sizeof *memory);
    ENSURE(memory != NULL, err, LIC_E_NOMEM, "no memory for a loopback answer");
    *memory = (struct loopback_memory){ .host = host };
    arena_pool_init(&memory->pool, host, 0);
    arena_init(&memory->arena, &memory->pool, 0);
    struct lic_loopback made = { .memory = memory };
    enum lic_rc rc = answer_path(&memory->arena, path, body, &made, err);
    if (rc != LIC_OK) {
        release_memory(memory);
        return err_set(err, rc, "no memory for a loopback answer");
    }
    *out = made;
    return LIC_OK;
}

void lic_loopback_release(struct lic_loopback *loopback)
{
    if (loopback->memory) {
        release_memory(loopback->memory);
    }
    *loopback = (struct lic_loopback){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loopback provider's answers in the three dialects, whole and streamed, in the forms that the
 * providers document. Ids and times are constant: the same request gives the same bytes.
 */
#include "engine/loopback.h"

#include "base/err.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define CREATED "1767225600" /* 2026-01-01T00:00:00Z */

enum { PIECE_BYTES_MAX = 16 };

/* The chunks under construction. */
struct maker {
    const struct loopback_turn *turn;
    struct arena *arena;
    struct loopback_chunks *chunks;
    struct buf out; /* the chunk being written */
    uint32_t sequence;
};

lic_str loopback_piece(lic_str *rest)
{
    size_t n = 0;
    while (n < rest->n && n < PIECE_BYTES_MAX) {
        size_t wide = 1;
        (void)utf8_get(str_tail(*rest, n), &wide);
        n += wide;
        if (rest->at[n - 1] == ' ') {
            break;
        }
    }
    lic_str piece = str_head(*rest, n);
    *rest = str_tail(*rest, n);
    return piece;
}

/* ---- chunks ---- */

static void begin_chunk(struct maker *m)
{
    buf_init(&m->out, m->arena, LIMIT_JSON_BYTES * 2ul);
}

/* The first chunk waits for the sleep, the others keep the pace. */
static enum lic_rc end_chunk(struct maker *m, struct lic_err *err)
{
    struct lic_loopback_chunk chunk = {
        .delay_ms = m->chunks->n == 0 ? m->turn->sleep_ms : m->turn->pace_ms,
    };
    TRY(buf_check(&m->out, "a loopback answer", err));
    chunk.bytes = buf_str(&m->out);
    ENSURE(ARENA_PUSH(m->arena, m->chunks, chunk), err, LIC_E_NOMEM,
           "no memory for a loopback answer");
    return LIC_OK;
}

/*
 * Writes `form` with each '~' replaced by the next of `texts`, escaped for the inside of a JSON
 * string.
 */
static void fill(struct buf *out, const char *form, const lic_str *texts)
{
    for (lic_str rest = str_z(form); rest.n > 0;) {
        size_t at = str_find_char(rest, '~');
        buf_add(out, str_head(rest, at));
        if (at < rest.n) {
            json_escape(out, *texts++);
        }
        rest = str_tail(rest, at + 1);
    }
}

/* One server-sent event; `name` is NULL where the dialect names none. */
static void begin_event(struct maker *m, const char *name)
{
    begin_chunk(m);
    if (name != NULL) {
        buf_addf(&m->out, "event: %s\n", name);
    }
    buf_add(&m->out, LIC_STR("data: "));
}

static enum lic_rc end_event(struct maker *m, struct lic_err *err)
{
    buf_add(&m->out, LIC_STR("\n\n"));
    return end_chunk(m, err);
}

/* ---- Chat Completions ---- */

static void chat_usage(struct buf *out, const struct loopback_turn *turn)
{
    uint32_t output = turn->output_tokens * turn->choices;
    buf_addf(out, "{\"prompt_tokens\":%u,\"completion_tokens\":%u,\"total_tokens\":%u}",
             turn->input_tokens, output, turn->input_tokens + output);
}

static void chat_choice(struct buf *out, const struct loopback_turn *turn, uint32_t index)
{
    buf_addf(out, "{\"index\":%u,\"message\":{\"role\":\"assistant\",\"content\":", index);
    if (turn->tool.n > 0) {
        const lic_str texts[] = { turn->tool, turn->arguments };
        buf_addf(out, "null,\"refusal\":null,\"tool_calls\":[{\"id\":\"call_loopback_%u\",", index);
        fill(out,
             "\"type\":\"function\",\"function\":{\"name\":\"~\",\"arguments\":\"~\"}}]},"
             "\"logprobs\":null,\"finish_reason\":\"tool_calls\"}",
             texts);
        return;
    }
    fill(out, "\"~\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}", &turn->text);
}

static void write_chat(struct buf *out, const struct loopback_turn *turn)
{
    fill(out,
         "{\"id\":\"chatcmpl-loopback\",\"object\":\"chat.completion\",\"created\":" CREATED
         ",\"model\":\"~\",\"choices\":[",
         &turn->model);
    for (uint32_t i = 0; i < turn->choices; i++) {
        buf_add(out, i > 0 ? LIC_STR(",") : LIC_STR(""));
        chat_choice(out, turn, i);
    }
    buf_add(out, LIC_STR("],\"usage\":"));
    chat_usage(out, turn);
    buf_add_char(out, '}');
}

/* A chunk of the stream for one choice: `form` is its delta, `finish` its finish_reason in JSON. */
static enum lic_rc chat_event(struct maker *m, uint32_t index, const char *form,
                              const lic_str *texts, const char *finish, struct lic_err *err)
{
    begin_event(m, NULL);
    fill(&m->out,
         "{\"id\":\"chatcmpl-loopback\",\"object\":\"chat.completion.chunk\",\"created\":" CREATED
         ",\"model\":\"~\",\"choices\":[",
         &m->turn->model);
    buf_addf(&m->out, "{\"index\":%u,\"delta\":", index);
    fill(&m->out, form, texts);
    buf_addf(&m->out, ",\"logprobs\":null,\"finish_reason\":%s}]}", finish);
    return end_event(m, err);
}

static enum lic_rc chat_stream_text(struct maker *m, struct lic_err *err)
{
    for (uint32_t i = 0; i < m->turn->choices; i++) {
        TRY(chat_event(m, i, "{\"role\":\"assistant\",\"content\":\"\"}", NULL, "null", err));
    }
    for (lic_str rest = m->turn->text; rest.n > 0;) {
        lic_str piece = loopback_piece(&rest);
        for (uint32_t i = 0; i < m->turn->choices; i++) {
            TRY(chat_event(m, i, "{\"content\":\"~\"}", &piece, "null", err));
        }
    }
    return LIC_OK;
}

static enum lic_rc chat_stream_call(struct maker *m, struct lic_err *err)
{
    for (uint32_t i = 0; i < m->turn->choices; i++) {
        TRY(chat_event(
            m, i,
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,"
            "\"id\":\"call_loopback\",\"type\":\"function\",\"function\":{\"name\":\"~\","
            "\"arguments\":\"\"}}]}",
            &m->turn->tool, "null", err));
    }
    for (lic_str rest = m->turn->arguments; rest.n > 0;) {
        lic_str piece = loopback_piece(&rest);
        for (uint32_t i = 0; i < m->turn->choices; i++) {
            TRY(chat_event(m, i,
                           "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"~\"}}]}",
                           &piece, "null", err));
        }
    }
    return LIC_OK;
}

static enum lic_rc chat_stream_usage(struct maker *m, struct lic_err *err)
{
    begin_event(m, NULL);
    fill(&m->out,
         "{\"id\":\"chatcmpl-loopback\",\"object\":\"chat.completion.chunk\",\"created\":" CREATED
         ",\"model\":\"~\",\"choices\":[],\"usage\":",
         &m->turn->model);
    chat_usage(&m->out, m->turn);
    buf_add_char(&m->out, '}');
    return end_event(m, err);
}

static enum lic_rc chat_stream(struct maker *m, struct lic_err *err)
{
    bool call = m->turn->tool.n > 0;
    TRY(call ? chat_stream_call(m, err) : chat_stream_text(m, err));
    for (uint32_t i = 0; i < m->turn->choices; i++) {
        TRY(chat_event(m, i, "{}", NULL, call ? "\"tool_calls\"" : "\"stop\"", err));
    }
    if (m->turn->usage_wanted) {
        TRY(chat_stream_usage(m, err));
    }
    begin_event(m, NULL);
    buf_add(&m->out, LIC_STR("[DONE]"));
    return end_event(m, err);
}

/* ---- Responses ---- */

static void responses_item(struct buf *out, const struct loopback_turn *turn, bool done)
{
    const char *status = done ? "completed" : "in_progress";
    if (turn->tool.n > 0) {
        const lic_str texts[] = { turn->tool, done ? turn->arguments : LIC_STR("") };
        buf_addf(out, "{\"id\":\"fc_loopback\",\"type\":\"function_call\",\"status\":\"%s\",",
                 status);
        fill(out, "\"call_id\":\"call_loopback\",\"name\":\"~\",\"arguments\":\"~\"}", texts);
        return;
    }
    buf_addf(out,
             "{\"id\":\"msg_loopback\",\"type\":\"message\",\"status\":\"%s\","
             "\"role\":\"assistant\",\"content\":[",
             status);
    if (done) {
        fill(out, "{\"type\":\"output_text\",\"text\":\"~\",\"annotations\":[]}", &turn->text);
    }
    buf_add(out, LIC_STR("]}"));
}

static void write_responses(struct buf *out, const struct loopback_turn *turn, bool done)
{
    buf_addf(out,
             "{\"id\":\"resp_loopback\",\"object\":\"response\",\"created_at\":" CREATED
             ",\"status\":\"%s\",\"error\":null,\"incomplete_details\":null,"
             "\"instructions\":null,\"metadata\":{},",
             done ? "completed" : "in_progress");
    fill(out,
         "\"model\":\"~\",\"parallel_tool_calls\":true,\"temperature\":null,"
         "\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null,\"output\":[",
         &turn->model);
    if (!done) {
        buf_add(out, LIC_STR("],\"usage\":null}"));
        return;
    }
    responses_item(out, turn, done);
    buf_addf(out,
             "],\"usage\":{\"input_tokens\":%u,\"input_tokens_details\":{\"cached_tokens\":0},"
             "\"output_tokens\":%u,\"output_tokens_details\":{\"reasoning_tokens\":0},"
             "\"total_tokens\":%u}}",
             turn->input_tokens, turn->output_tokens, turn->input_tokens + turn->output_tokens);
}

/* Every event begins alike: its type, also as the event's name, and its number. */
static void responses_event(struct maker *m, const char *type)
{
    begin_event(m, type);
    buf_addf(&m->out, "{\"type\":\"%s\",\"sequence_number\":%u", type, m->sequence++);
}

static enum lic_rc responses_whole(struct maker *m, const char *type, bool done,
                                   struct lic_err *err)
{
    responses_event(m, type);
    buf_add(&m->out, LIC_STR(",\"response\":"));
    write_responses(&m->out, m->turn, done);
    buf_add_char(&m->out, '}');
    return end_event(m, err);
}

static enum lic_rc responses_output(struct maker *m, const char *type, bool done,
                                    struct lic_err *err)
{
    responses_event(m, type);
    buf_add(&m->out, LIC_STR(",\"output_index\":0,\"item\":"));
    responses_item(&m->out, m->turn, done);
    buf_add_char(&m->out, '}');
    return end_event(m, err);
}

static enum lic_rc responses_form(struct maker *m, const char *type, const char *form,
                                  const lic_str *texts, struct lic_err *err)
{
    responses_event(m, type);
    fill(&m->out, form, texts);
    return end_event(m, err);
}

static enum lic_rc responses_text(struct maker *m, struct lic_err *err)
{
    lic_str text = m->turn->text;
    lic_str nothing = { 0 };
    static const char part[] = ",\"item_id\":\"msg_loopback\",\"output_index\":0,"
                               "\"content_index\":0,\"part\":{\"type\":\"output_text\","
                               "\"text\":\"~\",\"annotations\":[]}}";
    TRY(responses_form(m, "response.content_part.added", part, &nothing, err));
    for (lic_str rest = text; rest.n > 0;) {
        lic_str piece = loopback_piece(&rest);
        TRY(responses_form(m, "response.output_text.delta",
                           ",\"item_id\":\"msg_loopback\",\"output_index\":0,"
                           "\"content_index\":0,\"delta\":\"~\",\"logprobs\":[]}",
                           &piece, err));
    }
    TRY(responses_form(m, "response.output_text.done",
                       ",\"item_id\":\"msg_loopback\",\"output_index\":0,\"content_index\":0,"
                       "\"text\":\"~\",\"logprobs\":[]}",
                       &text, err));
    return responses_form(m, "response.content_part.done", part, &text, err);
}

static enum lic_rc responses_call(struct maker *m, struct lic_err *err)
{
    for (lic_str rest = m->turn->arguments; rest.n > 0;) {
        lic_str piece = loopback_piece(&rest);
        TRY(responses_form(m, "response.function_call_arguments.delta",
                           ",\"item_id\":\"fc_loopback\",\"output_index\":0,\"delta\":\"~\"}",
                           &piece, err));
    }
    const lic_str texts[] = { m->turn->tool, m->turn->arguments };
    return responses_form(m, "response.function_call_arguments.done",
                          ",\"item_id\":\"fc_loopback\",\"output_index\":0,\"name\":\"~\","
                          "\"arguments\":\"~\"}",
                          texts, err);
}

static enum lic_rc responses_stream(struct maker *m, struct lic_err *err)
{
    TRY(responses_whole(m, "response.created", /* done= */ false, err));
    TRY(responses_whole(m, "response.in_progress", /* done= */ false, err));
    TRY(responses_output(m, "response.output_item.added", /* done= */ false, err));
    TRY(m->turn->tool.n > 0 ? responses_call(m, err) : responses_text(m, err));
    TRY(responses_output(m, "response.output_item.done", /* done= */ true, err));
    return responses_whole(m, "response.completed", /* done= */ true, err);
}

/* ---- Messages ---- */

static const char *messages_stop(const struct loopback_turn *turn)
{
    return turn->tool.n > 0 ? "tool_use" : "end_turn";
}

static void write_messages(struct buf *out, const struct loopback_turn *turn)
{
    fill(out,
         "{\"id\":\"msg_loopback\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"~\","
         "\"content\":[",
         &turn->model);
    if (turn->tool.n > 0) {
        fill(out, "{\"type\":\"tool_use\",\"id\":\"toolu_loopback\",\"name\":\"~\",\"input\":",
             &turn->tool);
        buf_add(out, turn->arguments);
        buf_add_char(out, '}');
    } else {
        fill(out, "{\"type\":\"text\",\"text\":\"~\"}", &turn->text);
    }
    buf_addf(out,
             "],\"stop_reason\":\"%s\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":%u,"
             "\"output_tokens\":%u}}",
             messages_stop(turn), turn->input_tokens, turn->output_tokens);
}

static enum lic_rc messages_form(struct maker *m, const char *type, const char *form,
                                 const lic_str *texts, struct lic_err *err)
{
    begin_event(m, type);
    buf_addf(&m->out, "{\"type\":\"%s\"", type);
    fill(&m->out, form, texts);
    return end_event(m, err);
}

static enum lic_rc messages_start(struct maker *m, struct lic_err *err)
{
    begin_event(m, "message_start");
    fill(&m->out,
         "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_loopback\",\"type\":\"message\","
         "\"role\":\"assistant\",\"model\":\"~\",\"content\":[],\"stop_reason\":null,"
         "\"stop_sequence\":null,",
         &m->turn->model);
    buf_addf(&m->out, "\"usage\":{\"input_tokens\":%u,\"output_tokens\":1}}}",
             m->turn->input_tokens);
    return end_event(m, err);
}

static enum lic_rc messages_block(struct maker *m, struct lic_err *err)
{
    bool call = m->turn->tool.n > 0;
    TRY(messages_form(m, "content_block_start",
                      call ? ",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":"
                             "\"toolu_loopback\",\"name\":\"~\",\"input\":{}}}"
                           : ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                      &m->turn->tool, err));
    for (lic_str rest = call ? m->turn->arguments : m->turn->text; rest.n > 0;) {
        lic_str piece = loopback_piece(&rest);
        TRY(messages_form(
            m, "content_block_delta",
            call ? ",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"~\"}}"
                 : ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"~\"}}",
            &piece, err));
    }
    return messages_form(m, "content_block_stop", ",\"index\":0}", NULL, err);
}

static enum lic_rc messages_stream(struct maker *m, struct lic_err *err)
{
    TRY(messages_start(m, err));
    TRY(messages_block(m, err));
    begin_event(m, "message_delta");
    buf_addf(
        &m->out,
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},"
        "\"usage\":{\"output_tokens\":%u}}",
        messages_stop(m->turn), m->turn->output_tokens);
    TRY(end_event(m, err));
    return messages_form(m, "message_stop", "}", NULL, err);
}

/* ---- all ---- */

static enum lic_rc write_stream(struct maker *m, struct lic_err *err)
{
    switch (m->turn->dialect) {
    case LOOPBACK_CHAT:
        return chat_stream(m, err);
    case LOOPBACK_RESPONSES:
        return responses_stream(m, err);
    case LOOPBACK_MESSAGES:
        break;
    }
    return messages_stream(m, err);
}

static void write_whole(struct buf *out, const struct loopback_turn *turn)
{
    switch (turn->dialect) {
    case LOOPBACK_CHAT:
        write_chat(out, turn);
        return;
    case LOOPBACK_RESPONSES:
        write_responses(out, turn, /* done= */ true);
        return;
    case LOOPBACK_MESSAGES:
        break;
    }
    write_messages(out, turn);
}

enum lic_rc loopback_write(const struct loopback_turn *turn, struct arena *arena,
                           struct loopback_chunks *out, struct lic_err *err)
{
    struct maker m = { .turn = turn, .arena = arena, .chunks = out };
    if (turn->stream) {
        return write_stream(&m, err);
    }
    begin_chunk(&m);
    write_whole(&m.out, turn);
    return end_chunk(&m, err);
}

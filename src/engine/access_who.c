/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to "who can?", "what can it do?" and "could it?", as text and as JSON. */
#include "engine/access.h"

#include "advise/grants_words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/engine.h"
#include "policy/index.h"

#include "base/banned.h"

struct rows {
    struct access_row *at;
    uint32_t n, cap;
};

/* One question while it is answered. */
struct asking {
    const struct config *config;
    const struct lic_question *question;
    struct arena *arena;
    struct lic_err *err;
};

static const char *answer_name(enum grants_answer answer)
{
    static const char *const names[] = {
        [GRANTS_NO] = "no", [GRANTS_DEPENDS] = "only if", [GRANTS_YES] = "yes"
    };
    return names[answer];
}

/* ---- a row as text ---- */

static void add_padded(struct buf *out, lic_str s, size_t width)
{
    buf_add(out, s);
    for (size_t i = s.n; i < width; i++) {
        buf_add_char(out, ' ');
    }
    buf_add_char(out, ' ');
}

static void add_why(struct buf *out, const struct access_row *row)
{
    const struct verdict *verdict = &row->verdict;
    if (row->stopped.n > 0) {
        buf_add(out, row->stopped);
    } else if (verdict->file.n > 0) {
        buf_addf(out, "%s" LIC_FMT ":%u",
                 verdict->result == VERDICT_EXPLICIT_DENY ? "denied by " : "",
                 LIC_ARG(verdict->file), verdict->line);
        if (verdict->sid.n > 0) {
            buf_addf(out, " (" LIC_FMT ")", LIC_ARG(verdict->sid));
        }
    } else if (verdict->blocked_by.n > 0 && !str_eq(verdict->blocked_by, LIC_STR("identity"))) {
        buf_addf(out, "not allowed by " LIC_FMT, LIC_ARG(verdict->blocked_by));
    } else {
        buf_add(out, LIC_STR("no statement allows it"));
    }
}

static void add_grounds(struct buf *out, const char *word, const struct str_list *grounds)
{
    for (uint32_t i = 0; i < grounds->n; i++) {
        buf_addf(out, "             %-6s ", i == 0 ? word : "or");
        buf_add(out, grounds->at[i]);
        buf_add_char(out, '\n');
    }
}

static void add_row(struct buf *out, const struct access_row *row)
{
    add_padded(out, str_z(answer_name(row->answer)), 8);
    if (row->name.n > 0) {
        add_padded(out, row->name, 20);
        add_padded(out, row->action, 36);
    } else {
        add_padded(out, row->principal, 48);
    }
    if (row->answer != GRANTS_DEPENDS) {
        add_why(out, row);
    }
    buf_add_char(out, '\n');
    if (row->answer == GRANTS_DEPENDS) {
        add_grounds(out, "if", &row->only_if);
        add_grounds(out, "unless", &row->unless);
    }
}

/* ---- a row as JSON ---- */

static void write_text(struct json_out *out, const char *name, lic_str value)
{
    if (value.n > 0) {
        json_out_name(out, str_z(name));
        json_out_str(out, value);
    }
}

static void write_list(struct json_out *out, const char *name, const struct str_list *list)
{
    if (list->n == 0) {
        return;
    }
    json_out_name(out, str_z(name));
    json_out_array(out);
    for (uint32_t i = 0; i < list->n; i++) {
        json_out_str(out, list->at[i]);
    }
    json_out_array_end(out);
}

static void write_statement(struct json_out *out, const struct verdict *verdict)
{
    if (verdict->file.n == 0) {
        return;
    }
    json_out_name(out, LIC_STR("statement"));
    json_out_object(out);
    write_text(out, "file", verdict->file);
    json_out_name(out, LIC_STR("line"));
    json_out_u64(out, verdict->line);
    write_text(out, "sid", verdict->sid);
    json_out_object_end(out);
}

static void write_row(struct json_out *out, const struct access_row *row)
{
    json_out_object(out);
    write_text(out, "answer", str_z(answer_name(row->answer)));
    write_text(out, "name", row->name);
    write_text(out, "principal", row->principal);
    write_text(out, "action", row->action);
    write_text(out, "resource", row->resource);
    if (row->answer != GRANTS_DEPENDS) {
        write_text(out, "result", str_z(verdict_result_name(row->verdict.result)));
    }
    write_text(out, "blockedBy", row->stopped.n > 0 ? row->stopped : row->verdict.blocked_by);
    write_statement(out, &row->verdict);
    write_list(out, "if", &row->only_if);
    write_list(out, "unless", &row->unless);
    json_out_object_end(out);
}

static void write_rows(struct json_out *out, const char *name, const struct rows *rows)
{
    json_out_name(out, str_z(name));
    json_out_array(out);
    for (uint32_t i = 0; i < rows->n; i++) {
        write_row(out, &rows->at[i]);
    }
    json_out_array_end(out);
}

/* ---- who can ---- */

static enum lic_rc add_answer(const struct asking *asking, struct access_subject *subject,
                              struct rows *rows, uint32_t *out_n)
{
    struct access_row row;
    subject->event.action = asking->question->action;
    subject->event.resource = asking->question->resource;
    TRY(access_ask(asking->config, subject, &subject->event, asking->question, asking->arena, &row,
                   asking->err));
    *out_n += row.answer != GRANTS_NO;
    bool wanted = row.answer != GRANTS_NO || asking->question->all;
    ENSURE(!wanted || ARENA_PUSH(asking->arena, rows, row), asking->err, LIC_E_NOMEM,
           "no memory for the answers");
    return LIC_OK;
}

static enum lic_rc ask_everybody(const struct asking *asking, struct rows *rows, uint32_t *out_n)
{
    const struct config *config = asking->config;
    struct access_subject subject;
    for (uint32_t i = 0; i < config->principals_n; i++) {
        TRY(access_user(config, &config->principals[i], asking->arena, &subject, asking->err));
        TRY(add_answer(asking, &subject, rows, out_n));
    }
    for (uint32_t i = 0; i < config->roles_n; i++) {
        TRY(access_role(config, &config->roles[i], asking->arena, &subject, asking->err));
        TRY(add_answer(asking, &subject, rows, out_n));
    }
    return LIC_OK;
}

static enum lic_rc check_question(const struct lic_question *question, struct lic_err *err)
{
    size_t colon = str_find_char(question->action, ':');
    ENSURE(colon > 0 && colon + 1 < question->action.n, err, LIC_E_SYNTAX,
           "\"" LIC_FMT "\" is not an action: service:Operation",
           LIC_ARG(str_head(question->action, LIMIT_NAME_BYTES)));
    ENSURE(str_find_char(question->action, '*') == question->action.n, err, LIC_E_INVALID,
           "ask for one action, without '*': \"" LIC_FMT "\"",
           LIC_ARG(str_head(question->action, LIMIT_NAME_BYTES)));
    ENSURE(question->resource.n > 0, err, LIC_E_MISSING, "the resource is empty");
    return LIC_OK;
}

static const char approximated[] =
    "A role stands for all its sessions: their session policies, and tags given when they are "
    "assumed, are\nnot known here; the first can only take away, the second count as unknown.\n";

static void add_who(struct buf *out, const struct asking *asking, const struct rows *rows,
                    uint32_t n)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        add_row(out, &rows->at[i]);
    }
    if (n == 0) {
        buf_add(out, LIC_STR("Nobody may "));
        buf_add(out, asking->question->action);
        buf_add(out, LIC_STR(" on "));
        buf_add(out, asking->question->resource);
        buf_add(out, LIC_STR(", whatever the conditions.\n"));
    }
    if (asking->config->roles_n > 0 && n > 0) {
        buf_add(out, str_z(approximated));
    }
}

static void write_who(struct buf *out, const struct asking *asking, const struct rows *rows)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    write_text(&json, "action", asking->question->action);
    write_text(&json, "resource", asking->question->resource);
    write_rows(&json, "principals", rows);
    json_out_object_end(&json);
    buf_add_char(out, '\n');
}

static enum lic_rc who_can(const struct asking *asking, struct buf *out, uint32_t *out_n)
{
    struct rows rows = { 0 };
    uint32_t n = 0;
    TRY(check_question(asking->question, asking->err));
    TRY(ask_everybody(asking, &rows, &n));
    if (asking->question->json) {
        write_who(out, asking, &rows);
    } else {
        add_who(out, asking, &rows, n);
    }
    *out_n = n;
    return LIC_OK;
}

/* ---- what it can do ---- */

struct abilities {
    struct rows models, tools;
};

static enum lic_rc ask_model(const struct asking *asking, const struct access_subject *subject,
                             const struct config_model *model, int8_t stream, struct rows *out)
{
    struct event event = subject->event;
    struct access_row row;
    event.model = model->name;
    event.stream = stream;
    TRY(judge_name_model(&event, asking->config, model, asking->arena, asking->err));
    TRY(access_ask(asking->config, subject, &event, asking->question, asking->arena, &row,
                   asking->err));
    row.name = model->name;
    if (str_ends(model->name, LIC_STR("*")) && row.answer == GRANTS_NO && row.stopped.n == 0) {
        /* Asked of the pattern as if it were a name: a statement may name one model of it. */
        row.answer = GRANTS_DEPENDS;
        ENSURE(str_list_add(&row.only_if, asking->arena,
                            LIC_STR("a statement names the model asked for")) == LIC_OK,
               asking->err, LIC_E_NOMEM, "no memory for the answers");
    }
    ENSURE(ARENA_PUSH(asking->arena, out, row), asking->err, LIC_E_NOMEM,
           "no memory for the answers");
    return LIC_OK;
}

static enum lic_rc ask_tool(const struct asking *asking, const struct access_subject *subject,
                            const struct config_tool *tool, struct rows *out)
{
    struct event event = subject->event;
    struct access_row row;
    event.tool = tool->name;
    event.action = tool->action;
    event.resource = tool->resource;
    TRY(access_ask(asking->config, subject, &event, asking->question, asking->arena, &row,
                   asking->err));
    row.name = tool->name;
    ENSURE(ARENA_PUSH(asking->arena, out, row), asking->err, LIC_E_NOMEM,
           "no memory for the answers");
    return LIC_OK;
}

static enum lic_rc ask_abilities(const struct asking *asking, const struct access_subject *subject,
                                 struct abilities *out)
{
    const struct config *config = asking->config;
    for (uint32_t i = 0; i < config->models_n; i++) {
        TRY(ask_model(asking, subject, &config->models[i], /* stream= */ 0, &out->models));
        TRY(ask_model(asking, subject, &config->models[i], /* stream= */ 1, &out->models));
    }
    for (uint32_t i = 0; i < config->tools_n; i++) {
        TRY(ask_tool(asking, subject, &config->tools[i], &out->tools));
    }
    return LIC_OK;
}

/* Which instructions its calls carry. */
static void add_prompts(struct buf *out, const struct access_subject *subject)
{
    const struct config_agent *agent = subject->agent;
    if (agent && agent->prompt_version.n > 0) {
        buf_addf(out, LIC_FMT ", pinned by agents/" LIC_FMT ".yaml", LIC_ARG(agent->prompt_version),
                 LIC_ARG(agent->name));
    } else {
        buf_add(out, LIC_STR("its own; none is pinned"));
    }
}

typedef void statement_fn(void *arg, const char *layer, const struct policy_doc *doc,
                          const struct doc_statement *statement);

static void each_of_index(const char *layer, const struct policy_index *index, statement_fn *take,
                          void *arg)
{
    for (uint32_t i = 0; index && i < index_statements_n(index); i++) {
        struct index_statement at = index_statement(index, i);
        take(arg, layer, at.doc, at.statement);
    }
}

/* The layers of one identity; what is shipped (FullAWSAccess) says nothing and is passed over. */
static void each_statement(const struct policy_stack *stack, statement_fn *take, void *arg)
{
    each_of_index("identity", stack->identity, take, arg);
    each_of_index("boundary", stack->boundary, take, arg);
    for (uint32_t i = 0; i < stack->scp_n; i++) {
        each_of_index("scp", stack->scp[i].index, take, arg);
    }
}

static void add_statement(void *arg, const char *layer, const struct policy_doc *doc,
                          const struct doc_statement *statement)
{
    struct buf *out = arg;
    buf_addf(out, "  %-9s", layer);
    grants_words_place(out, doc, statement);
    buf_add(out, LIC_STR(": "));
    grants_words_statement(out, statement);
    buf_add_char(out, '\n');
}

static void add_rows(struct buf *out, const char *title, const struct rows *rows)
{
    buf_addf(out, "%s\n", title);
    for (uint32_t i = 0; i < rows->n; i++) {
        buf_add(out, LIC_STR("  "));
        add_row(out, &rows->at[i]);
    }
    if (rows->n == 0) {
        buf_add(out, LIC_STR("  none is configured\n"));
    }
}

static void add_abilities(struct buf *out, const struct access_subject *subject,
                          const struct abilities *abilities)
{
    const struct principal *principal = subject->principal;
    buf_add(out, principal->arn);
    if (principal->role_arn.n > 0 && !subject->is_session) {
        buf_addf(out, " through " LIC_FMT, LIC_ARG(principal->role_arn));
    }
    if (subject->agent) {
        buf_addf(out, " as agent " LIC_FMT, LIC_ARG(subject->agent->name));
    }
    buf_add_char(out, '\n');
    add_rows(out, "models", &abilities->models);
    add_rows(out, "tools", &abilities->tools);
    buf_add(out, LIC_STR("prompts\n  "));
    add_prompts(out, subject);
    buf_add(out, LIC_STR("\nstatements\n"));
    each_statement(&principal->identity->stack, add_statement, out);
    if (subject->is_session) {
        buf_add(out, str_z(approximated));
    }
}

static void write_statement_words(void *arg, const char *layer, const struct policy_doc *doc,
                                  const struct doc_statement *statement)
{
    struct json_out *out = arg;
    struct buf words;
    buf_init(&words, out->buf->arena, LIMIT_JSON_BYTES);
    grants_words_statement(&words, statement);
    json_out_object(out);
    write_text(out, "layer", str_z(layer));
    write_text(out, "file", doc->file);
    json_out_name(out, LIC_STR("line"));
    json_out_u64(out, statement->place.line);
    write_text(out, "sid", statement->sid);
    write_text(out, "words", buf_str(&words));
    json_out_object_end(out);
}

static void write_abilities(struct buf *out, const struct access_subject *subject,
                            const struct abilities *abilities)
{
    struct json_out json;
    struct buf prompts;
    buf_init(&prompts, out->arena, LIMIT_JSON_BYTES);
    add_prompts(&prompts, subject);
    json_out_init(&json, out);
    json_out_object(&json);
    write_text(&json, "principal", subject->principal->arn);
    write_text(&json, "role", subject->principal->role_arn);
    write_text(&json, "agent", subject->agent ? subject->agent->name : (lic_str){ 0 });
    write_rows(&json, "models", &abilities->models);
    write_rows(&json, "tools", &abilities->tools);
    write_text(&json, "prompts", buf_str(&prompts));
    json_out_name(&json, LIC_STR("statements"));
    json_out_array(&json);
    each_statement(&subject->principal->identity->stack, write_statement_words, &json);
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_add_char(out, '\n');
}

static enum lic_rc can(const struct asking *asking, struct buf *out, uint32_t *out_n)
{
    struct access_subject subject;
    struct abilities abilities = { 0 };
    (void)out_n;
    TRY(access_find(asking->config, asking->question->principal, asking->arena, &subject,
                    asking->err));
    TRY(ask_abilities(asking, &subject, &abilities));
    if (asking->question->json) {
        write_abilities(out, &subject, &abilities);
    } else {
        add_abilities(out, &subject, &abilities);
    }
    return LIC_OK;
}

/* ---- what if ---- */

static enum lic_rc what_if(const struct asking *asking, struct buf *out, uint32_t *out_n)
{
    struct access_subject subject;
    struct access_row row;
    TRY(check_question(asking->question, asking->err));
    TRY(access_find(asking->config, asking->question->principal, asking->arena, &subject,
                    asking->err));
    subject.event.action = asking->question->action;
    subject.event.resource = asking->question->resource;
    TRY(access_ask(asking->config, &subject, &subject.event, asking->question, asking->arena, &row,
                   asking->err));
    *out_n = row.answer == GRANTS_YES;
    if (asking->question->json) {
        struct json_out json;
        json_out_init(&json, out);
        write_row(&json, &row);
        buf_add_char(out, '\n');
    } else {
        add_row(out, &row);
    }
    return LIC_OK;
}

/* ---- public ---- */

typedef enum lic_rc answer_fn(const struct asking *asking, struct buf *out, uint32_t *out_n);

/* Answers with memory of its own and hands the text out in the host's. */
static enum lic_rc answer(const struct lic_engine *engine, const struct lic_question *question,
                          answer_fn *make, lic_str *out_text, uint32_t *out_n, struct lic_err *err)
{
    const struct lic_host *host = engine->host;
    struct buf text;
    uint32_t n = 0;
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct asking asking = { &engine->config, question, &arena, err };
    buf_init(&text, &arena, LIMIT_JSON_BYTES);
    TRY(make(&asking, &text, &n));
    TRY(buf_check(&text, "the answer", err));
    char *copy = host->resize(host->ctx, NULL, text.n + 1);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for the answer");
    memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    *out_text = str_make(copy, text.n);
    *out_n = n;
    return LIC_OK;
}

enum lic_rc lic_engine_who_can(const struct lic_engine *engine, const struct lic_question *question,
                               lic_str *out_text, uint32_t *out_n, struct lic_err *err)
{
    return answer(engine, question, who_can, out_text, out_n, err);
}

enum lic_rc lic_engine_can(const struct lic_engine *engine, const struct lic_question *question,
                           lic_str *out_text, struct lic_err *err)
{
    uint32_t n;
    return answer(engine, question, can, out_text, &n, err);
}

enum lic_rc lic_engine_what_if(const struct lic_engine *engine, const struct lic_question *question,
                               lic_str *out_text, bool *out_yes, struct lic_err *err)
{
    uint32_t n = 0;
    TRY(answer(engine, question, what_if, out_text, &n, err));
    *out_yes = n == 1;
    return LIC_OK;
}

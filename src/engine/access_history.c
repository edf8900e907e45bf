/* SPDX-License-Identifier: Apache-2.0 */
/*
 * History with a configuration: what a principal used becomes a policy, and what was decided is
 * decided again.
 *
 *     record ──► history_use ──► tighten_take ──draft──► tighten_replay
 *                         └────► by the present policies ──► a line when it would change
 */
#include "engine/access.h"

#include "advise/history.h"
#include "advise/history_gunzip.h"
#include "advise/history_split.h"
#include "advise/tighten.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/engine.h"

#include "base/banned.h"

#define EXAMPLES_MIN 3u
#define EVENTS_MIN 20u
#define NAMES_MAX 20u

enum history_mode { MODE_TIGHTEN, MODE_DRAFTED, MODE_REPLAY };

/* A principal of records, found once. */
struct replayed {
    bool exists;
    struct access_subject subject;
    struct access_keys keys;
};

/* What bears on a principal's calls of one kind on resources under one policy, made once. */
struct replayed_stack {
    struct policy_stack stack;
    struct grants grants;
};

struct lic_history {
    const struct lic_host *host;
    struct lic_engine *engine;
    struct lic_history_options options;
    enum history_mode mode;
    struct arena_pool pool;
    struct arena arena, scratch, record; /* record: of the one being read */
    struct history_tools tools;
    struct tighten tighten;
    struct map subjects, stacks; /* replay */
    lic_history_line_fn *line;
    void *line_arg;
    struct history_split split;
    struct history_gunzip *gunzip;
    const char *file;
    uint64_t offset;
    lic_str needle; /* must stand in every record of the principal; empty: not known */
    struct lic_history_counts counts;
};

/* ---- lifetime ---- */

static enum lic_rc take_bytes(void *arg, lic_str bytes, struct lic_err *err)
{
    return history_split_feed(arg, bytes, err);
}

static enum lic_rc take_event(void *arg, lic_str text, struct lic_err *err);

static enum lic_rc list_tools(struct lic_history *h, struct lic_err *err)
{
    const struct config *config = &h->engine->config;
    struct history_tool *tools = ARENA_ARRAY(&h->arena, struct history_tool, config->tools_n);
    ENSURE(tools, err, LIC_E_NOMEM, "no memory to read the history");
    for (uint32_t i = 0; i < config->tools_n; i++) {
        tools[i] = (struct history_tool){ config->tools[i].name, config->tools[i].action,
                                          config->tools[i].resource };
    }
    h->tools = (struct history_tools){ tools, config->tools_n };
    return LIC_OK;
}

static enum lic_rc prepare(struct lic_history *h, struct lic_err *err)
{
    arena_pool_init(&h->pool, h->host, /* free_max= */ 4);
    arena_init(&h->arena, &h->pool, /* bytes_max= */ 0);
    arena_init(&h->scratch, &h->pool, /* bytes_max= */ 0);
    arena_init(&h->record, &h->pool, /* bytes_max= */ 0);
    history_split_init(&h->split, h->host, take_event, h);
    TRY(history_gunzip_new(h->host, take_bytes, &h->split, &h->gunzip, err));
    return h->engine ? list_tools(h, err) : LIC_OK;
}

static enum lic_rc make(const struct lic_host *host, struct lic_engine *engine,
                        const struct lic_history_options *options, enum history_mode mode,
                        struct lic_history **out, struct lic_err *err)
{
    struct lic_history *h = host->resize(host->ctx, NULL, sizeof *h);
    ENSURE(h, err, LIC_E_NOMEM, "no memory to read the history");
    *h = (struct lic_history){ .host = host, .options = *options, .mode = mode };
    h->engine = engine ? lic_engine_ref(engine) : NULL;
    enum lic_rc rc = prepare(h, err);
    if (rc != LIC_OK) {
        lic_history_free(h);
        return rc;
    }
    *out = h;
    return LIC_OK;
}

void lic_history_free(struct lic_history *h)
{
    if (!h) {
        return;
    }
    history_gunzip_free(h->gunzip);
    history_split_fini(&h->split);
    arena_fini(&h->record);
    arena_fini(&h->scratch);
    arena_fini(&h->arena);
    arena_pool_fini(&h->pool);
    lic_engine_unref(h->engine);
    (void)h->host->resize(h->host->ctx, h, 0);
}

/* ---- tighten ---- */

/* The name at the end, when it stands in JSON as it is: a line without it is not about it. */
static lic_str needle_of(lic_str principal)
{
    size_t from = principal.n;
    while (from > 0 && principal.at[from - 1] != '/' && principal.at[from - 1] != ':') {
        char c = principal.at[--from];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.';
        if (!plain) {
            return (lic_str){ 0 };
        }
    }
    return str_tail(principal, from);
}

static enum lic_rc know_principal(struct lic_history *h, struct lic_err *err)
{
    struct access_subject subject;
    struct access_keys keys;
    TRY(access_find(&h->engine->config, h->options.principal, &h->arena, &subject, err));
    TRY(access_keys_of(&subject, &h->arena, &keys, err));
    h->tighten.docs = subject.principal->identity->docs;
    h->tighten.docs_n = subject.principal->identity->docs_n;
    h->tighten.has_docs = true;
    h->tighten.more = keys.at;
    h->tighten.more_n = keys.n;
    h->tighten.tags_known = subject.tags_known;
    return LIC_OK;
}

static enum lic_rc begin_tighten(struct lic_history *h, struct lic_err *err)
{
    const struct lic_history_options *o = &h->options;
    lic_str principal = str_copy(&h->arena, o->principal);
    ENSURE(principal.at && principal.n > 0, err, LIC_E_MISSING, "whose policy? No principal");
    struct tighten_options options = {
        .exact = o->exact,
        .events_min = o->events_min > 0 ? o->events_min : EVENTS_MIN,
        .resources = { o->examples_min > 0 ? o->examples_min : EXAMPLES_MIN, NAMES_MAX },
        .since_ns = o->since_ns,
        .until_ns = o->until_ns,
        .principal = principal,
    };
    h->options.principal = principal;
    h->needle = needle_of(principal);
    tighten_init(&h->tighten, &h->arena, &h->scratch, &options);
    return h->engine ? know_principal(h, err) : LIC_OK;
}

enum lic_rc lic_history_tighten(const struct lic_host *host, struct lic_engine *engine,
                                const struct lic_history_options *options, struct lic_history **out,
                                struct lic_err *err)
{
    struct lic_history *h = NULL;
    TRY(make(host, engine, options, MODE_TIGHTEN, &h, err));
    enum lic_rc rc = begin_tighten(h, err);
    if (rc != LIC_OK) {
        lic_history_free(h);
        return rc;
    }
    *out = h;
    return LIC_OK;
}

static bool is_wanted(const struct lic_history *h, const struct history_use *use)
{
    lic_str principal = h->options.principal;
    return use->time_ns >= h->options.since_ns && use->time_ns <= h->options.until_ns &&
           (principal.n == 0 || history_is_of(use, principal));
}

static enum lic_rc tighten_use(struct lic_history *h, const struct history_use *use,
                               struct lic_err *err)
{
    if (!use->executed || !use->allowed) {
        return LIC_OK;
    }
    if (h->mode == MODE_DRAFTED) {
        return tighten_replay(&h->tighten, use, err);
    }
    h->counts.used++;
    return tighten_take(&h->tighten, use, err);
}

enum lic_rc lic_history_draft(struct lic_history *h, struct lic_err *err)
{
    ENSURE(h->mode == MODE_TIGHTEN, err, LIC_E_INVALID, "a policy was drafted already");
    TRY(tighten_draft(&h->tighten, err));
    TRY(tighten_replay_begin(&h->tighten, err));
    h->mode = MODE_DRAFTED;
    return LIC_OK;
}

/* ---- replay: who ---- */

enum lic_rc lic_history_replay(const struct lic_host *host, struct lic_engine *engine,
                               const struct lic_history_options *options, lic_history_line_fn *line,
                               void *line_arg, struct lic_history **out, struct lic_err *err)
{
    struct lic_history *h = NULL;
    TRY(make(host, engine, options, MODE_REPLAY, &h, err));
    h->line = line;
    h->line_arg = line_arg;
    map_init(&h->subjects, &h->arena, /* seed= */ 0);
    map_init(&h->stacks, &h->arena, /* seed= */ 0);
    *out = h;
    return LIC_OK;
}

static enum lic_rc find_subject(struct lic_history *h, lic_str principal, struct replayed **out,
                                struct lic_err *err)
{
    *out = map_get(&h->subjects, principal);
    if (*out) {
        return LIC_OK;
    }
    struct replayed *found = ARENA_NEW(&h->arena, struct replayed);
    lic_str key = str_copy(&h->arena, principal);
    ENSURE(found && key.at, err, LIC_E_NOMEM, "no memory to replay the history");
    struct lic_err unknown = { 0 };
    enum lic_rc rc = access_find(&h->engine->config, key, &h->arena, &found->subject, &unknown);
    ENSURE(rc != LIC_E_NOMEM, err, rc, "no memory to replay the history");
    found->exists = rc == LIC_OK;
    if (found->exists) {
        TRY(access_keys_of(&found->subject, &h->arena, &found->keys, err));
    }
    ENSURE(map_add(&h->subjects, key, found) == LIC_OK, err, LIC_E_NOMEM,
           "no memory to replay the history");
    *out = found;
    return LIC_OK;
}

static struct history_known knowledge_of(const struct history_use *use,
                                         const struct replayed *found)
{
    return (struct history_known){
        .source = use->source,
        .tool_call = use->tool_call,
        .more = found->keys.at,
        .more_n = found->keys.n,
        .tags_known = found->subject.tags_known,
    };
}

static enum lic_rc make_stack(struct lic_history *h, const struct history_use *use,
                              const struct replayed *found, const struct config_resource *policy,
                              struct replayed_stack **out, struct lic_err *err)
{
    const struct config *config = &h->engine->config;
    struct history_known known = knowledge_of(use, found);
    struct grants_known knows = { history_knows, &known };
    struct replayed_stack *made = ARENA_NEW(&h->arena, struct replayed_stack);
    ENSURE(made, err, LIC_E_NOMEM, "no memory to replay the history");
    made->stack = found->subject.principal->identity->stack;
    made->stack.resource = policy ? policy->index : NULL;
    made->stack.rcp = config->rcp;
    made->stack.rcp_n = config->levels_n;
    TRY(grants_make(&h->arena, &made->stack, &knows, &made->grants, err));
    *out = made;
    return LIC_OK;
}

static enum lic_rc find_stack(struct lic_history *h, const struct history_use *use,
                              const struct replayed *found, struct replayed_stack **out,
                              struct lic_err *err)
{
    const struct config_resource *policy = access_policy_of(&h->engine->config, use->resource);
    struct buf key;
    buf_init(&key, &h->scratch, LIMIT_JSON_BYTES);
    buf_addf(&key, "%d " LIC_FMT " ", use->tool_call,
             LIC_ARG(policy ? policy->name : (lic_str){ 0 }));
    buf_add(&key, use->principal);
    TRY(buf_check(&key, "the name of a principal", err));
    *out = map_get(&h->stacks, buf_str(&key));
    if (*out) {
        return LIC_OK;
    }
    lic_str kept = str_copy(&h->arena, buf_str(&key));
    ENSURE(kept.at, err, LIC_E_NOMEM, "no memory to replay the history");
    TRY(make_stack(h, use, found, policy, out, err));
    ENSURE(map_add(&h->stacks, kept, *out) == LIC_OK, err, LIC_E_NOMEM,
           "no memory to replay the history");
    return LIC_OK;
}

/* ---- replay: what is said ---- */

struct change {
    const struct history_use *use;
    const char *now;
    lic_str statement, why;
};

static const char *old_name(const struct history_use *use)
{
    if (use->allowed) {
        return "Allowed";
    }
    return use->denied_by_statement ? "ExplicitlyDenied" : "Denied";
}

static void write_member(struct json_out *out, const char *name, lic_str value)
{
    if (value.n > 0) {
        json_out_name(out, str_z(name));
        json_out_str(out, value);
    }
}

static void write_change(struct buf *out, const struct change *change, lic_str time)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    write_member(&json, "record", change->use->id);
    write_member(&json, "time", time);
    write_member(&json, "principal", change->use->principal);
    write_member(&json, "action", change->use->action);
    write_member(&json, "resource", change->use->resource);
    write_member(&json, "old", str_z(old_name(change->use)));
    write_member(&json, "new", str_z(change->now));
    write_member(&json, "statement", change->statement);
    write_member(&json, "why", change->why);
    json_out_object_end(&json);
}

/* What callers named is printed where a person reads it: no control characters. */
static void add_visible(struct buf *out, lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        buf_add_char(out, c < 0x20 || c == 0x7f ? '.' : s.at[i]);
    }
}

static void add_change(struct buf *out, const struct change *change, lic_str time)
{
    buf_add(out, time);
    buf_add_char(out, ' ');
    add_visible(out, change->use->id);
    buf_add_char(out, ' ');
    add_visible(out, change->use->principal);
    buf_add_char(out, ' ');
    add_visible(out, change->use->action);
    buf_add_char(out, ' ');
    add_visible(out, change->use->resource);
    buf_addf(out, ": %s -> %s", old_name(change->use), change->now);
    if (change->statement.n > 0) {
        buf_add(out, LIC_STR(" by "));
        add_visible(out, change->statement);
    }
    if (change->why.n > 0) {
        buf_add(out, LIC_STR(", "));
        add_visible(out, change->why);
    }
}

static enum lic_rc say(struct lic_history *h, const struct change *change, struct lic_err *err)
{
    struct buf line;
    char time[CLOCK_TEXT_BYTES];
    clock_format(change->use->time_ns, time);
    buf_init(&line, &h->scratch, LIMIT_JSON_BYTES);
    if (h->options.json) {
        write_change(&line, change, str_make(time, sizeof time));
    } else {
        add_change(&line, change, str_make(time, sizeof time));
    }
    TRY(buf_check(&line, "a line about a decision", err));
    h->line(h->line_arg, buf_str(&line));
    return LIC_OK;
}

static enum lic_rc say_changed(struct lic_history *h, const struct history_use *use,
                               const char *now, lic_str statement, lic_str why, struct lic_err *err)
{
    struct change change = { use, now, statement, why };
    h->counts.changed++;
    return say(h, &change, err);
}

static enum lic_rc say_unsure(struct lic_history *h, const struct history_use *use, lic_str why,
                              struct lic_err *err)
{
    struct change change = { use, "CannotTell", (lic_str){ 0 }, why };
    h->counts.unsure++;
    return say(h, &change, err);
}

/* ---- replay: deciding again ---- */

static void add_grounds(struct buf *out, const char *word, const struct str_list *grounds)
{
    for (uint32_t i = 0; i < grounds->n; i++) {
        buf_addf(out, "%s%s ", i > 0 ? " or " : "", i > 0 ? "" : word);
        buf_add(out, grounds->at[i]);
    }
}

static enum lic_rc say_what_is_missing(struct lic_history *h, const struct history_use *use,
                                       const struct replayed *found,
                                       const struct replayed_stack *stack,
                                       const struct policy_request *request, struct lic_err *err)
{
    struct history_known known = knowledge_of(use, found);
    struct grants_known knows = { history_knows, &known };
    struct access_row row = { 0 };
    struct buf why;
    TRY(access_list_grounds(&stack->stack, request, &knows, &h->scratch, &row, err));
    buf_init(&why, &h->scratch, LIMIT_JSON_BYTES);
    buf_add(&why, LIC_STR("not recorded: allowed"));
    add_grounds(&why, " if", &row.only_if);
    add_grounds(&why, row.only_if.n > 0 ? " and not if" : " unless", &row.unless);
    return say_unsure(h, use, buf_str(&why), err);
}

static lic_str statement_of(struct lic_history *h, const struct policy_answer *answer)
{
    struct verdict verdict;
    struct buf text;
    policy_verdict(answer, &verdict);
    buf_init(&text, &h->scratch, LIMIT_JSON_BYTES);
    if (verdict.file.n > 0) {
        buf_add(&text, verdict.file);
        buf_addf(&text, ":%u", verdict.line);
    }
    if (verdict.sid.n > 0) {
        buf_addf(&text, " (" LIC_FMT ")", LIC_ARG(verdict.sid));
    }
    return buf_str(&text);
}

/* Who and what the configuration does not know any more would be refused before policy is asked. */
static const char *refused_before(struct lic_history *h, const struct history_use *use,
                                  const struct replayed *found, lic_str model, lic_str tool)
{
    if (!found->exists) {
        return "there is no such principal";
    }
    const struct config_agent *agent = found->subject.agent;
    if (use->tool_call) {
        return access_has_tool(agent, tool, use->resource) ? NULL : "the agent has no such tool";
    }
    if (model.n == 0) {
        return NULL;
    }
    if (!config_model(&h->engine->config, model)) {
        return "there is no such model";
    }
    return access_has_model(agent, model) ? NULL : "the agent has no such model";
}

static lic_str key_of(const struct history_use *use, lic_str key)
{
    for (uint32_t i = 0; i < use->keys.n; i++) {
        if (str_eq(use->keys.at[i].key, key) && use->keys.at[i].values.n == 1) {
            return use->keys.at[i].values.at[0];
        }
    }
    return (lic_str){ 0 };
}

static enum lic_rc compare(struct lic_history *h, const struct history_use *use,
                           const struct replayed *found, enum grants_answer answer,
                           const struct policy_answer *most, const struct policy_answer *least,
                           struct lic_err *err)
{
    if (answer == GRANTS_NO && use->allowed) {
        return say_changed(h, use, verdict_result_name(most->result), statement_of(h, most),
                           (lic_str){ 0 }, err);
    }
    if (answer != GRANTS_YES || use->allowed) {
        return LIC_OK;
    }
    if (use->tool_call) {
        return say_unsure(h, use, LIC_STR("not recorded: why the call was denied"), err);
    }
    if (found->subject.is_session) {
        return say_unsure(h, use, LIC_STR("not recorded: the session's own policy"), err);
    }
    return say_changed(h, use, "Allowed", statement_of(h, least), (lic_str){ 0 }, err);
}

static enum lic_rc replay_use(struct lic_history *h, const struct history_use *use,
                              struct lic_err *err)
{
    struct replayed *found;
    struct replayed_stack *stack;
    struct policy_request request;
    struct policy_answer least, most;
    enum grants_answer answer;
    arena_reset(&h->scratch);
    h->counts.used++;
    TRY(find_subject(h, use->principal, &found, err));
    const char *refused = refused_before(h, use, found, key_of(use, LIC_STR("lictor:Model")),
                                         key_of(use, LIC_STR("lictor:Tool")));
    if (refused) {
        return use->allowed ? say_changed(h, use, "Refused", (lic_str){ 0 }, str_z(refused), err)
                            : LIC_OK;
    }
    TRY(find_stack(h, use, found, &stack, err));
    TRY(history_ask(use, found->keys.at, found->keys.n, &h->scratch, &request, err));
    request.resource_account = h->engine->config.account;
    TRY(grants_ask(&stack->grants, &request, &h->scratch, &answer, &least, &most, err));
    return answer == GRANTS_DEPENDS ? say_what_is_missing(h, use, found, stack, &request, err)
                                    : compare(h, use, found, answer, &most, &least, err);
}

/* ---- feeding ---- */

static enum lic_rc take_use(void *arg, const struct history_use *use, struct lic_err *err)
{
    struct lic_history *h = arg;
    if (!is_wanted(h, use)) {
        return LIC_OK;
    }
    return h->mode == MODE_REPLAY ? replay_use(h, use, err) : tighten_use(h, use, err);
}

/* Nothing can be concluded from a part of the history, so what is not the record's own fault ends
 * it all. */
static bool ends_all(const struct lic_history *h, enum lic_rc rc)
{
    bool too_many = rc == LIC_E_LIMIT && h->tighten.pairs_n >= LIMIT_HISTORY_PAIRS;
    return rc == LIC_E_NOMEM || too_many;
}

/* A record that cannot be read is told and passed over. */
static enum lic_rc settle(struct lic_history *h, enum lic_rc rc, struct lic_err *err)
{
    if (rc == LIC_OK || ends_all(h, rc)) {
        return rc;
    }
    struct lic_err told = { 0 };
    err_set(&told, rc, "at byte %llu: %s; skipped", (unsigned long long)h->offset, err->text);
    err_at(&told, str_z(h->file), 0, 0);
    err->rc = LIC_OK;
    if (h->mode == MODE_DRAFTED) {
        return LIC_OK; /* it was told when the history was read the first time */
    }
    h->counts.skipped++;
    if (h->options.report) {
        h->options.report(h->options.report_arg, &told);
    }
    return LIC_OK;
}

static bool may_concern(const struct lic_history *h, lic_str text)
{
    return h->needle.n == 0 || memmem(text.at, text.n, h->needle.at, h->needle.n) != NULL;
}

enum lic_rc lic_history_record(struct lic_history *h, lic_str record, const char *file,
                               uint64_t offset, struct lic_err *err)
{
    h->file = file;
    h->offset = offset;
    h->counts.read++;
    if (!may_concern(h, record)) {
        return LIC_OK;
    }
    arena_reset(&h->record);
    return settle(h, history_read_record(&h->record, record, &h->tools, take_use, h, err), err);
}

static enum lic_rc take_event(void *arg, lic_str text, struct lic_err *err)
{
    struct lic_history *h = arg;
    h->offset = h->split.offset + 1 - text.n;
    h->counts.read++;
    if (!may_concern(h, text)) {
        return LIC_OK;
    }
    arena_reset(&h->record);
    return settle(h, history_read_cloudtrail(&h->record, text, take_use, h, err), err);
}

enum lic_rc lic_history_feed(struct lic_history *h, lic_str piece, const char *file,
                             struct lic_err *err)
{
    h->file = file;
    enum lic_rc rc = history_gunzip_feed(h->gunzip, piece, err);
    return rc == LIC_OK ? LIC_OK : err_at(err, str_z(file), 0, 0);
}

enum lic_rc lic_history_end(struct lic_history *h, const char *file, struct lic_err *err)
{
    struct lic_err ignored;
    enum lic_rc rc = history_gunzip_end(h->gunzip, err);
    if (rc == LIC_OK) {
        rc = history_split_end(&h->split, err);
    } else if (history_split_end(&h->split, &ignored) != LIC_OK) {
        ignored.rc = LIC_OK; /* the first failure is told */
    }
    return rc == LIC_OK ? LIC_OK : err_at(err, str_z(file), 0, 0);
}

/* ---- results ---- */

static enum lic_rc write_text(struct lic_history *h, enum lic_history_text what, struct buf *out,
                              struct lic_err *err)
{
    switch (what) {
    case LIC_HISTORY_POLICY:
        buf_add(out, h->tighten.policy);
        return buf_check(out, "the drafted policy", err);
    case LIC_HISTORY_REASONS:
        return tighten_write_reasons(&h->tighten, out, err);
    case LIC_HISTORY_JSON:
        return tighten_write_json(&h->tighten, out, err);
    }
    UNREACHABLE("enum lic_history_text has three values");
}

enum lic_rc lic_history_write(struct lic_history *h, enum lic_history_text what, lic_str *out,
                              struct lic_err *err)
{
    struct buf text;
    ENSURE(h->mode == MODE_DRAFTED, err, LIC_E_INVALID, "no policy was drafted yet");
    arena_reset(&h->scratch);
    buf_init(&text, &h->arena, LIMIT_JSON_BYTES);
    TRY(write_text(h, what, &text, err));
    char *copy = h->host->resize(h->host->ctx, NULL, text.n + 1);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for the policy's text");
    memcpy(copy, text.n > 0 ? text.at : "", text.n);
    copy[text.n] = '\0';
    *out = str_make(copy, text.n);
    return LIC_OK;
}

void lic_history_count(const struct lic_history *h, struct lic_history_counts *out)
{
    *out = h->counts;
    if (h->mode == MODE_DRAFTED) {
        out->allowed = h->tighten.replayed.allowed;
        out->changed = h->tighten.replayed.lost;
        out->unsure = h->tighten.replayed.unsure;
    }
}

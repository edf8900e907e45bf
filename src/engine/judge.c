/* SPDX-License-Identifier: Apache-2.0 */
/* Judging: names what is asked for as policies name it, and asks policy. */
#include "engine/judge.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

/* Nested objects in a call's arguments that become condition keys; deeper ones do not. */
enum { ARGUMENT_DEPTH = 4 };

static const lic_str argument_prefix = { "lictor:Argument", 15 };

static enum lic_rc add_extra(struct event *event, struct arena *arena,
                             const struct event_extra *extra, struct lic_err *err)
{
    ENSURE(ARENA_PUSH(arena, &event->extras, *extra), err, LIC_E_NOMEM,
           "no memory for a condition key");
    return LIC_OK;
}

/* Tags and claims of the caller. What an event has not grown yet is the caller's own array: one
 * that cannot grow in place, so that a key of this exchange moves it first. */
static enum lic_rc add_extras(struct event *event, const struct principal *principal,
                              struct arena *arena, struct lic_err *err)
{
    if (event->extras.n == 0) {
        event->extras.at = (struct event_extra *)(uintptr_t)principal->extras;
        event->extras.n = principal->extras_n;
        event->extras.cap = principal->extras_n;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < principal->extras_n; i++) {
        TRY(add_extra(event, arena, &principal->extras[i], err));
    }
    return LIC_OK;
}

enum lic_rc judge_identify(struct event *event, const struct config *config,
                           const struct principal *principal, struct arena *arena,
                           struct lic_err *err)
{
    bool as_role = principal->role_arn.n > 0;
    event->principal = principal->arn;
    event->principal_arn = as_role ? principal->role_arn : principal->arn;
    event->principal_type = principal->type;
    event->user_name = as_role ? (lic_str){ 0 } : principal->name;
    event->user_id = principal->user_id;
    event->role = principal->role_arn;
    event->agent = principal->agent;
    event->access_key = principal->access_key;
    event->source_identity = principal->source_identity;
    event->token_issued = principal->issued_ns > 0 ? principal->issued_ns : EVENT_INT_NONE;
    event->mfa = principal->mfa;
    event->chain = principal->chain.n > 1 ? principal->chain : (struct str_list){ 0 };
    event->org_id = config->organization;
    event->org_paths = config->org_paths;
    event->region = config->settings.region;
    event->policy_version = config->version;
    return add_extras(event, principal, arena, err);
}

/* ---- asking policy ---- */

/* The account a resource belongs to, as far as this gateway can judge. */
static lic_str account_of(const struct judge_question *question, lic_str named)
{
    bool judged = question->resource && named.n > 0;
    return judged ? named : question->config->account;
}

enum lic_rc judge_ask(const struct judge_question *question, struct event *event,
                      struct arena *arena, struct judge_case *out, struct lic_err *err)
{
    const struct config *config = question->config;
    struct judge_case asked = { .stack = question->principal->identity->stack };
    TRY(request_from_event(event, arena, &asked.request, err));
    lic_str account = account_of(question, asked.request.resource_account);
    bool ours = str_eq(account, config->account);
    asked.request.resource_account = account;
    event->resource_account = account;
    event->resource_org = ours ? config->organization : (lic_str){ 0 };
    asked.stack.session = question->principal->session_policy;
    asked.stack.resource = question->resource ? question->resource->index : NULL;
    /* What another account's organization says of its resources is not ours to know. */
    asked.stack.rcp = ours ? config->rcp : NULL;
    asked.stack.rcp_n = ours ? config->levels_n : 0;
    *out = asked;
    return LIC_OK;
}

enum lic_rc judge_event(const struct judge_question *question, struct event *event,
                        struct arena *arena, struct verdict *out, struct lic_err *err)
{
    struct judge_case asked;
    struct policy_answer answer;
    TRY(judge_ask(question, event, arena, &asked, err));
    TRY(policy_eval(&asked.stack, &asked.request, arena, &answer, err));
    policy_verdict(&answer, out);
    return LIC_OK;
}

/* ---- models ---- */

enum lic_rc judge_name_model(struct event *event, const struct config *config,
                             const struct config_model *model, struct arena *arena,
                             struct lic_err *err)
{
    event->action = event->stream == 1 ? LIC_STR("bedrock:InvokeModelWithResponseStream")
                                       : LIC_STR("bedrock:InvokeModel");
    event->provider = config->providers[model->provider].upstream.name;
    event->model_region = model->region;
    struct buf arn;
    buf_init(&arn, arena, LIMIT_TARGET_BYTES);
    buf_add(&arn, LIC_STR("arn:lictor:model:"));
    buf_add(&arn, model->region);
    buf_add_char(&arn, ':');
    buf_add(&arn, event->provider);
    buf_add_char(&arn, ':');
    buf_add(&arn, event->model);
    TRY(buf_check(&arn, "the model's ARN", err));
    event->resource = buf_str(&arn);
    return LIC_OK;
}

bool judge_listed(const struct str_list *patterns, lic_str name)
{
    for (uint32_t i = 0; i < patterns->n; i++) {
        if (match_wildcard(patterns->at[i], name)) {
            return true;
        }
    }
    return false;
}

bool judge_sees_model(const struct judge_question *question, const struct event *request,
                      const struct config_model *model, struct arena *arena)
{
    static const lic_str actions[] = {
        { "bedrock:InvokeModel", 19 },
        { "bedrock:InvokeModelWithResponseStream", 37 },
        { "bedrock:GetFoundationModel", 26 },
    };
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        struct event event = *request;
        struct verdict verdict = { 0 };
        struct lic_err err;
        event.stream = i == 1;
        if (judge_name_model(&event, question->config, model, arena, &err) != LIC_OK) {
            return false;
        }
        event.action = actions[i];
        if (judge_event(question, &event, arena, &verdict, &err) == LIC_OK &&
            verdict.result == VERDICT_ALLOW) {
            return true;
        }
    }
    return false;
}

/* ---- arguments as condition keys ---- */

struct argument_walk {
    struct event *event;
    const struct json_doc *doc;
    struct arena *arena;
    struct lic_err *err;
};

static enum lic_rc argument_value(const struct argument_walk *walk, uint32_t node, lic_str *out)
{
    if (json_type(walk->doc, node) == JSON_STRING) {
        return json_text(walk->doc, node, walk->arena, out, walk->err);
    }
    *out = json_raw(walk->doc, node);
    return LIC_OK;
}

static enum lic_rc argument_values(const struct argument_walk *walk, uint32_t node,
                                   struct str_list *out)
{
    lic_str value;
    if (json_type(walk->doc, node) != JSON_ARRAY) {
        TRY(argument_value(walk, node, &value));
        return str_list_add(out, walk->arena, value);
    }
    for (uint32_t i = json_first(walk->doc, node); i != JSON_NONE;
         i = json_next(walk->doc, node, i)) {
        TRY(argument_value(walk, i, &value));
        TRY(str_list_add(out, walk->arena, value));
    }
    return LIC_OK;
}

/*
 * Condition keys do not tell case apart and a name may contain the slash of a path, so two
 * arguments can come to share a key; policy would judge one of them and the tool read the other.
 */
static enum lic_rc add_argument(const struct argument_walk *walk, const struct event_extra *extra)
{
    const struct event *event = walk->event;
    ENSURE(event->extras.n < LIMIT_CONTEXT_KEYS, walk->err, LIC_E_LIMIT,
           "more than %u arguments and tags", LIMIT_CONTEXT_KEYS);
    for (uint32_t i = 0; i < event->extras.n; i++) {
        ENSURE(!str_eq_nocase(event->extras.at[i].key, extra->key), walk->err, LIC_E_DUPLICATE,
               "two arguments are both " LIC_FMT, LIC_ARG(str_head(extra->key, LIMIT_NAME_BYTES)));
    }
    return add_extra(walk->event, walk->arena, extra, walk->err);
}

static enum lic_rc add_arguments(const struct argument_walk *walk, uint32_t object, lic_str prefix,
                                 uint32_t depth)
{
    for (uint32_t i = json_first(walk->doc, object); i != JSON_NONE;
         i = json_next(walk->doc, object, i)) {
        lic_str name;
        struct buf key;
        TRY(json_key_text(walk->doc, i, walk->arena, &name, walk->err));
        buf_init(&key, walk->arena, LIMIT_JSON_BYTES);
        buf_add(&key, prefix);
        buf_add_char(&key, '/');
        buf_add(&key, name);
        TRY(buf_check(&key, "the path of an argument", walk->err));
        if (json_type(walk->doc, i) == JSON_OBJECT) {
            if (depth < ARGUMENT_DEPTH) {
                TRY(add_arguments(walk, i, buf_str(&key), depth + 1));
            }
            continue;
        }
        struct event_extra extra = { .key = buf_str(&key) };
        TRY(argument_values(walk, i, &extra.values));
        TRY(add_argument(walk, &extra));
    }
    return LIC_OK;
}

/* Text that does not begin as an object is free text, for tools that take it, and has no keys. */
static enum lic_rc read_arguments(struct event *event, lic_str arguments, struct arena *arena,
                                  struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    if (!str_starts(str_trim(arguments), LIC_STR("{"))) {
        return LIC_OK;
    }
    TRY(json_read(arena, arguments, &limits, &doc, err));
    struct argument_walk walk = { event, &doc, arena, err };
    return add_arguments(&walk, 0, argument_prefix, /* depth= */ 1);
}

/* ---- tool calls ---- */

/*
 * A tool's name stands at the end of an ARN, where policies have patterns like *:tool/NAME. One
 * with a colon could look like the end of another ARN, and no dialect's tools have such names.
 */
static bool is_tool_name(lic_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.at[i];
        if (c <= 0x20 || c > 0x7e || c == ':' || c == '*' || c == '?') {
            return false;
        }
    }
    return name.n > 0;
}

static enum lic_rc name_tool(struct event *event, const struct config *config,
                             const struct config_tool *known, lic_str tool, struct arena *arena,
                             struct lic_err *err)
{
    event->tool = tool;
    if (known) {
        event->action = known->action;
        event->resource = known->resource;
        return LIC_OK;
    }
    /* A tool that only the caller knows: the caller is its server. */
    struct buf arn;
    buf_init(&arn, arena, LIMIT_TARGET_BYTES);
    buf_add(&arn, LIC_STR("arn:lictor:mcp:"));
    buf_add(&arn, config->settings.region);
    buf_add(&arn, LIC_STR(":client:tool/"));
    buf_add(&arn, tool);
    TRY(buf_check(&arn, "the tool's ARN", err));
    event->action = LIC_STR("mcp:CallTool");
    event->resource = buf_str(&arn);
    return LIC_OK;
}

static lic_str sentence(struct arena *arena, const char *before, lic_str middle, const char *after)
{
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    buf_add(&buf, str_z(before));
    buf_add(&buf, middle);
    buf_add(&buf, str_z(after));
    return buf_str(&buf);
}

/* What did not allow, in words: the layers of policy.h by their names in verdicts. */
static const char *silent_layer(lic_str blocked_by)
{
    static const struct {
        const char *name, *words;
    } LAYERS[] = {
        { "scp", "no service control policy of the organization allows " },
        { "rcp", "no resource control policy of the organization allows " },
        { "pb", "the permissions boundary does not allow " },
        { "session", "the session's policy does not allow " },
        { "resource", "the resource's policy does not allow " },
    };
    for (size_t i = 0; i < sizeof(LAYERS) / sizeof(LAYERS[0]); i++) {
        if (str_eq(blocked_by, str_z(LAYERS[i].name))) {
            return LAYERS[i].words;
        }
    }
    return "no statement allows ";
}

lic_str judge_reason(const struct verdict *verdict, lic_str action, lic_str resource,
                     struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    if (verdict->result == VERDICT_IMPLICIT_DENY) {
        buf_add(&buf, str_z(silent_layer(verdict->blocked_by)));
    } else {
        buf_addf(&buf, LIC_FMT ":%u %s ", LIC_ARG(verdict->file), verdict->line,
                 verdict->result == VERDICT_ALLOW ? "allows" : "denies");
    }
    buf_add(&buf, action);
    buf_add(&buf, LIC_STR(" on "));
    buf_add(&buf, resource);
    return buf_str(&buf);
}

/* What follows the last '/' or ':' of a tool's ARN: the name of the function or MCP tool. A
 * function's version or alias, if there is one, is not its name. */
static lic_str function_of(lic_str arn)
{
    lic_str rest = arn;
    for (uint32_t i = 0; i < 5; i++) {
        (void)str_split(&rest, ':');
    }
    if (str_starts(rest, LIC_STR("tool/"))) {
        return str_tail(rest, 5);
    }
    (void)str_split(&rest, ':');
    return str_split(&rest, ':');
}

static bool has_tool(const struct config_agent *agent, const struct event *event)
{
    return !agent || !agent->tools_listed || judge_listed(&agent->tools, event->tool) ||
           judge_listed(&agent->functions, function_of(event->resource));
}

static enum lic_rc deny(struct verdict *out, const char *blocked_by)
{
    *out = (struct verdict){ .result = VERDICT_IMPLICIT_DENY, .blocked_by = str_z(blocked_by) };
    return LIC_OK;
}

enum lic_rc judge_tool_call(const struct judge_call *judge, lic_str tool, lic_str arguments,
                            struct arena *arena, struct verdict *out, lic_str *out_reason,
                            struct lic_err *err)
{
    struct event event = *judge->request;
    const struct config_tool *known = config_tool(judge->config, tool);
    /* The copy must not grow arrays that belong to the request. */
    event.extras.cap = event.extras.n;
    TRY(name_tool(&event, judge->config, known, tool, arena, err));
    if (!has_tool(judge->agent, &event)) {
        *out_reason = sentence(arena, "the agent has no tool \"", tool, "\"");
        return deny(out, "agent");
    }
    if (!is_tool_name(tool)) {
        *out_reason =
            sentence(arena, "\"", tool, "\" is not a name that policies can know a tool by");
        return deny(out, "tool");
    }
    enum lic_rc rc = read_arguments(&event, arguments, arena, err);
    if (rc != LIC_OK && rc != LIC_E_NOMEM) {
        *out_reason =
            sentence(arena, "the call's arguments cannot be judged: ", str_z(err->text), "");
        err->rc = LIC_OK;
        return deny(out, "arguments");
    }
    TRY(rc);
    struct judge_question question = { judge->config, judge->principal,
                                       known ? known->policy : NULL };
    TRY(judge_event(&question, &event, arena, out, err));
    *out_reason = judge_reason(out, event.action, event.resource, arena);
    return LIC_OK;
}

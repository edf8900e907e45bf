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

enum lic_rc judge_identify(struct event *event, const struct config *config,
                           const struct principal *principal, struct arena *arena,
                           struct lic_err *err)
{
    event->principal = principal->arn;
    event->principal_type = principal->type;
    event->user_name = principal->name;
    event->role = principal->role_arn;
    event->agent = principal->agent;
    event->region = config->settings.region;
    event->policy_version = config->version;
    for (uint32_t i = 0; i < principal->tags_n; i++) {
        TRY(add_extra(event, arena, &principal->tags[i], err));
    }
    return LIC_OK;
}

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

static enum lic_rc name_tool(struct event *event, const struct config *config, lic_str tool,
                             struct arena *arena, struct lic_err *err)
{
    event->tool = tool;
    const struct config_tool *known = config_tool(config, tool);
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

lic_str judge_reason(const struct verdict *verdict, lic_str action, lic_str resource,
                     struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    if (verdict->result == VERDICT_IMPLICIT_DENY) {
        buf_add(&buf, LIC_STR("no statement allows "));
    } else {
        buf_addf(&buf, LIC_FMT ":%u %s ", LIC_ARG(verdict->file), verdict->line,
                 verdict->result == VERDICT_ALLOW ? "allows" : "denies");
    }
    buf_add(&buf, action);
    buf_add(&buf, LIC_STR(" on "));
    buf_add(&buf, resource);
    return buf_str(&buf);
}

enum lic_rc judge_tool_call(const struct judge_call *judge, lic_str tool, lic_str arguments,
                            struct arena *arena, struct verdict *out, lic_str *out_reason,
                            struct lic_err *err)
{
    if (judge->agent && judge->agent->tools_listed && !judge_listed(&judge->agent->tools, tool)) {
        *out = (struct verdict){ .result = VERDICT_IMPLICIT_DENY, .blocked_by = LIC_STR("agent") };
        *out_reason = sentence(arena, "the agent has no tool \"", tool, "\"");
        return LIC_OK;
    }
    struct event event = *judge->request;
    /* The copy must not grow arrays that belong to the request. */
    event.extras.cap = event.extras.n;
    TRY(name_tool(&event, judge->config, tool, arena, err));
    enum lic_rc rc = read_arguments(&event, arguments, arena, err);
    if (rc != LIC_OK && rc != LIC_E_NOMEM) {
        *out =
            (struct verdict){ .result = VERDICT_IMPLICIT_DENY, .blocked_by = LIC_STR("arguments") };
        *out_reason =
            sentence(arena, "the call's arguments cannot be judged: ", str_z(err->text), "");
        err->rc = LIC_OK;
        return LIC_OK;
    }
    TRY(rc);
    TRY(policy_eval(judge->principal->docs, judge->principal->docs_n, &event, arena, out, err));
    *out_reason = judge_reason(out, event.action, event.resource, arena);
    return LIC_OK;
}

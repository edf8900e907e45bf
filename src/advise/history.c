/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads records of the ledger as uses. An intent says that a call was allowed and forwarded, a
 * refusal that it was not; an outcome adds the tool calls of the answer. Which members hold
 * condition keys is an expansion of fields.def, as the record itself is.
 */
#include "advise/history.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include <stdio.h>

#include "base/banned.h"

#define NS_A_SECOND 1000000000
#define NUMBER_BYTES 32

struct recorded {
    lic_str condition, record;
};

#define VIEW(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* Rows without a condition key or without a record member are passed over when it is read. */
static const struct recorded recorded[] = {
#define FIELD(name, type, condition, record, which, doc) { VIEW(condition), VIEW(record) },
#include "event/fields.def"
#undef FIELD
};
#define RECORDED_N (sizeof recorded / sizeof recorded[0])

/* ---- keys ---- */

/* What CloudTrail's members give; history_cloudtrail.c fills exactly these. A key that it writes
 * down only for some services (aws:SecureTransport) is not here. */
static const lic_str cloudtrail_keys[] = {
    VIEW("aws:currenttime"), VIEW("aws:epochtime"),        VIEW("aws:principalarn"),
    VIEW("aws:userid"),      VIEW("aws:principalaccount"), VIEW("aws:requestedregion"),
    VIEW("aws:useragent"),
};

/* Those it has for some services or callers only: known when they are there. */
static const lic_str sometimes_keys[] = {
    VIEW("aws:sourceip"),        VIEW("aws:sourcevpce"),
    VIEW("aws:securetransport"), VIEW("aws:username"),
    VIEW("aws:viaawsservice"),   VIEW("aws:sourceidentity"),
    VIEW("aws:tokenissuetime"),  VIEW("aws:multifactorauthpresent"),
};
#define SOMETIMES_N (sizeof sometimes_keys / sizeof sometimes_keys[0])
_Static_assert(1u << SOMETIMES_N == HISTORY_PRESENT_N, "a bit for each key");

uint32_t history_present(const struct history_use *use)
{
    uint32_t present = 0;
    if (use->source != HISTORY_CLOUDTRAIL) {
        return 0;
    }
    for (uint32_t i = 0; i < use->keys.n; i++) {
        for (uint32_t bit = 0; bit < SOMETIMES_N; bit++) {
            bool same = str_eq_nocase(use->keys.at[i].key, sometimes_keys[bit]);
            present |= same ? 1u << bit : 0;
        }
    }
    return present;
}

static bool is_present(const struct history_known *known, lic_str lower)
{
    for (uint32_t bit = 0; bit < SOMETIMES_N; bit++) {
        if (known->present & 1u << bit && str_eq(sometimes_keys[bit], lower)) {
            return true;
        }
    }
    return false;
}

static bool is_recorded_field(lic_str lower)
{
    for (size_t i = 0; i < RECORDED_N; i++) {
        if (recorded[i].record.n > 0 && recorded[i].condition.n > 0 &&
            str_eq_nocase(recorded[i].condition, lower)) {
            return true;
        }
    }
    return str_eq(lower, LIC_STR("aws:epochtime")) ||
           str_eq(lower, LIC_STR("aws:principalaccount")) ||
           str_eq(lower, LIC_STR("aws:principalarn"));
}

bool history_records_key(enum history_source source, lic_str lower)
{
    if (source == HISTORY_LICTOR) {
        return is_recorded_field(lower);
    }
    for (size_t i = 0; i < sizeof cloudtrail_keys / sizeof cloudtrail_keys[0]; i++) {
        if (str_eq(cloudtrail_keys[i], lower)) {
            return true;
        }
    }
    return false;
}

/* The name of a tool is known of every call: a call of a model has none. Arguments are of tools. */
static bool is_known_of_calls(const struct history_known *known, lic_str lower)
{
    bool argument = str_starts(lower, LIC_STR("lictor:argument/")) ||
                    str_starts(lower, LIC_STR("lictor:argumentsource/"));
    return known->source == HISTORY_LICTOR &&
           (str_eq(lower, LIC_STR("lictor:tool")) || (argument && !known->tool_call));
}

bool history_knows(const void *at, lic_str lower)
{
    const struct history_known *known = at;
    for (uint32_t i = 0; i < known->more_n; i++) {
        if (str_eq_nocase(known->more[i].key, lower)) {
            return true;
        }
    }
    if (known->tags_known && str_starts(lower, LIC_STR("aws:principaltag/"))) {
        return true;
    }
    return is_present(known, lower) || is_known_of_calls(known, lower) ||
           history_records_key(known->source, lower);
}

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for a record of the history");
}

enum lic_rc history_add_key(struct history_use *use, struct arena *arena, lic_str key,
                            lic_str value, struct lic_err *err)
{
    if (value.n == 0) {
        return LIC_OK;
    }
    struct event_extra extra = { .key = key };
    bool fits =
        str_list_add(&extra.values, arena, value) == LIC_OK && ARENA_PUSH(arena, &use->keys, extra);
    return fits ? LIC_OK : no_memory(err);
}

bool history_names(lic_str arn, lic_str wanted)
{
    if (str_eq(arn, wanted)) {
        return true;
    }
    if (wanted.n == 0 || arn.n <= wanted.n || !str_ends(arn, wanted)) {
        return false;
    }
    char before = arn.at[arn.n - wanted.n - 1];
    return before == '/' || before == ':';
}

/* arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION: its role is in the middle. */
static bool is_session_of(lic_str arn, lic_str wanted)
{
    size_t at = str_find(arn, LIC_STR(":assumed-role/"));
    if (at == arn.n) {
        return false;
    }
    lic_str rest = str_tail(arn, at + sizeof(":assumed-role/") - 1);
    return str_eq(str_split(&rest, '/'), wanted);
}

bool history_is_of(const struct history_use *use, lic_str wanted)
{
    return history_names(use->principal, wanted) || history_names(use->role, wanted) ||
           is_session_of(use->principal, wanted);
}

/* ---- a record's members ---- */

struct record_reading {
    struct arena *arena;
    const struct json_doc *doc;
    struct lic_err *err;
};

static enum lic_rc read_text(const struct record_reading *r, const char *name, lic_str *out)
{
    uint32_t node = json_get(r->doc, 0, str_z(name));
    return json_is(r->doc, node, JSON_STRING) ? json_text(r->doc, node, r->arena, out, r->err)
                                              : LIC_OK;
}

static enum lic_rc read_value(const struct record_reading *r, uint32_t node, lic_str *out)
{
    if (json_type(r->doc, node) == JSON_STRING) {
        return json_text(r->doc, node, r->arena, out, r->err);
    }
    *out = json_raw(r->doc, node);
    return LIC_OK;
}

static enum lic_rc read_values(const struct record_reading *r, uint32_t node, struct str_list *out)
{
    lic_str value;
    if (json_type(r->doc, node) != JSON_ARRAY) {
        TRY(read_value(r, node, &value));
        return str_list_add(out, r->arena, value) == LIC_OK ? LIC_OK : no_memory(r->err);
    }
    for (uint32_t i = json_first(r->doc, node); i != JSON_NONE; i = json_next(r->doc, node, i)) {
        TRY(read_value(r, i, &value));
        if (str_list_add(out, r->arena, value) != LIC_OK) {
            return no_memory(r->err);
        }
    }
    return LIC_OK;
}

static enum lic_rc read_key(const struct record_reading *r, uint32_t node, struct history_use *use)
{
    lic_str name = json_key_raw(r->doc, node);
    for (size_t i = 0; i < RECORDED_N; i++) {
        if (recorded[i].condition.n == 0 || !str_eq(recorded[i].record, name)) {
            continue;
        }
        struct event_extra extra = { .key = recorded[i].condition };
        TRY(read_values(r, node, &extra.values));
        return ARENA_PUSH(r->arena, &use->keys, extra) ? LIC_OK : no_memory(r->err);
    }
    return LIC_OK;
}

/* What follows from members, as event.c derives it when it judges. */
static enum lic_rc derive_keys(const struct record_reading *r, struct history_use *use)
{
    char *text = arena_take(r->arena, NUMBER_BYTES);
    if (!text) {
        return no_memory(r->err);
    }
    int n = snprintf(text, NUMBER_BYTES, "%lld", (long long)(use->time_ns / NS_A_SECOND));
    TRY(history_add_key(use, r->arena, LIC_STR("aws:EpochTime"), str_make(text, (size_t)n),
                        r->err));
    /* For a role's session policies see the role. */
    TRY(history_add_key(use, r->arena, LIC_STR("aws:PrincipalArn"),
                        use->role.n > 0 ? use->role : use->principal, r->err));
    lic_str rest = use->principal;
    lic_str account = { 0 };
    for (int part = 0; part < 5; part++) {
        account = str_split(&rest, ':');
    }
    return history_add_key(use, r->arena, LIC_STR("aws:PrincipalAccount"), account, r->err);
}

static enum lic_rc read_use(const struct record_reading *r, struct history_use *use)
{
    lic_str time = { 0 };
    TRY(read_text(r, "time", &time));
    ENSURE(clock_parse(time, &use->time_ns), r->err, LIC_E_SYNTAX,
           "the line has no \"time\", so it is not a record");
    TRY(read_text(r, "record", &use->id));
    TRY(read_text(r, "principal", &use->principal));
    TRY(read_text(r, "role", &use->role));
    TRY(read_text(r, "action", &use->action));
    TRY(read_text(r, "resource", &use->resource));
    TRY(read_text(r, "statement", &use->statement));
    for (uint32_t i = json_first(r->doc, 0); i != JSON_NONE; i = json_next(r->doc, 0, i)) {
        TRY(read_key(r, i, use));
    }
    use->resource_named = use->resource.n > 0;
    if (!use->resource_named) {
        use->resource = LIC_STR("*");
    }
    return derive_keys(r, use);
}

/* ---- what the kinds of records say ---- */

/*
 * Whether policy judged this, and how. A guardrail rejects only what policy had allowed; an error
 * ended the call before anybody was asked; a list of models is answered without asking.
 */
static bool read_decision(lic_str kind, lic_str decision, lic_str enforced, lic_str failure,
                          struct history_use *use)
{
    bool refusal = str_eq(kind, LIC_STR("refusal"));
    bool denied = str_eq(decision, LIC_STR("deny"));
    bool rejected = str_eq(decision, LIC_STR("reject"));
    bool allowed = str_eq(decision, LIC_STR("allow"));
    use->allowed = allowed || rejected;
    use->denied_by_statement = denied && use->statement.n > 0;
    use->executed = allowed && !str_eq(enforced, LIC_STR("refused"));
    bool judged = (allowed && !refusal) || rejected || (denied && failure.n == 0);
    return judged && use->principal.n > 0 && use->action.n > 0;
}

static void name_tool(const struct history_tools *tools, lic_str name, struct history_use *use)
{
    for (uint32_t i = 0; i < tools->n; i++) {
        if (str_eq(tools->at[i].name, name)) {
            use->action = tools->at[i].action;
            use->resource = tools->at[i].resource;
            return;
        }
    }
}

/* A tool that only the caller knows is judged under the name that judge.c gives it. */
static enum lic_rc name_client_tool(const struct record_reading *r, lic_str name,
                                    struct history_use *use)
{
    lic_str region = { 0 };
    struct buf arn;
    TRY(read_text(r, "region", &region));
    buf_init(&arn, r->arena, LIMIT_TARGET_BYTES);
    buf_add(&arn, LIC_STR("arn:lictor:mcp:"));
    buf_add(&arn, region);
    buf_add(&arn, LIC_STR(":client:tool/"));
    buf_add(&arn, name);
    TRY(buf_check(&arn, "the tool's ARN", r->err));
    use->action = LIC_STR("mcp:CallTool");
    use->resource = buf_str(&arn);
    return LIC_OK;
}

static enum lic_rc take_call(const struct record_reading *r, uint32_t node,
                             const struct history_tools *tools, const struct history_use *exchange,
                             history_take_fn *take, void *arg)
{
    struct history_use use = *exchange;
    uint32_t name_at = json_get(r->doc, node, LIC_STR("name"));
    uint32_t decision = json_get(r->doc, node, LIC_STR("decision"));
    if (!json_is(r->doc, name_at, JSON_STRING) || !json_is(r->doc, decision, JSON_STRING)) {
        return LIC_OK;
    }
    lic_str name = { 0 };
    TRY(json_text(r->doc, name_at, r->arena, &name, r->err));
    use.keys.cap = use.keys.n; /* the copy must not grow an array that others read */
    use.tool_call = true;
    use.resource_named = true;
    use.statement = (lic_str){ 0 };
    use.allowed = str_eq(json_raw(r->doc, decision), LIC_STR("allow"));
    use.denied_by_statement = false;
    use.executed = use.allowed && exchange->executed;
    TRY(name_client_tool(r, name, &use));
    name_tool(tools, name, &use);
    TRY(history_add_key(&use, r->arena, LIC_STR("lictor:Tool"), name, r->err));
    return take(arg, &use, r->err);
}

/* The calls of an outcome. Those of an intent are history of the conversation: nobody judged them
 * now. What was cut may have left before the cut, so it counts as done. */
static enum lic_rc take_calls(const struct record_reading *r, const struct history_tools *tools,
                              struct history_use *use, lic_str enforced, history_take_fn *take,
                              void *arg)
{
    uint32_t calls = json_get(r->doc, 0, LIC_STR("tool_calls"));
    if (!json_is(r->doc, calls, JSON_ARRAY)) {
        return LIC_OK;
    }
    use->executed =
        !str_eq(enforced, LIC_STR("refused")) && !str_eq(enforced, LIC_STR("intervened"));
    for (uint32_t i = json_first(r->doc, calls); i != JSON_NONE; i = json_next(r->doc, calls, i)) {
        TRY(take_call(r, i, tools, use, take, arg));
    }
    return LIC_OK;
}

enum lic_rc history_read_record(struct arena *arena, lic_str line,
                                const struct history_tools *tools, history_take_fn *take, void *arg,
                                struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    TRY(json_read(arena, line, &limits, &doc, err));
    ENSURE(json_type(&doc, 0) == JSON_OBJECT, err, LIC_E_SYNTAX,
           "the line is not a JSON object, so it is not a record");
    struct record_reading r = { arena, &doc, err };
    struct history_use use = { .source = HISTORY_LICTOR };
    lic_str kind = { 0 }, decision = { 0 }, enforced = { 0 }, failure = { 0 };
    TRY(read_text(&r, "kind", &kind));
    TRY(read_text(&r, "decision", &decision));
    TRY(read_text(&r, "enforced", &enforced));
    TRY(read_text(&r, "failure", &failure));
    TRY(read_use(&r, &use));
    if (str_eq(kind, LIC_STR("outcome"))) {
        return take_calls(&r, tools, &use, enforced, take, arg);
    }
    return read_decision(kind, decision, enforced, failure, &use) ? take(arg, &use, err) : LIC_OK;
}

/* ---- asking again ---- */

static bool has_key(const struct history_use *use, lic_str key)
{
    for (uint32_t i = 0; i < use->keys.n; i++) {
        if (str_eq_nocase(use->keys.at[i].key, key)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_keys(struct request_context *context, const struct event_extra *keys,
                            uint32_t n, const struct history_use *unless, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct event_extra *key = &keys[i];
        bool wanted = !unless || (key->values.n > 0 && !has_key(unless, key->key));
        if (wanted) {
            TRY(request_context_add(context, key->key, key->values.at, key->values.n,
                                    /* list= */ key->values.n != 1, err));
        }
    }
    return LIC_OK;
}

enum lic_rc history_ask(const struct history_use *use, const struct event_extra *more,
                        uint32_t more_n, struct arena *arena, struct policy_request *out,
                        struct lic_err *err)
{
    struct request_context context;
    struct policy_request request = {
        .action = use->action,
        .resource = use->resource,
        .strict = use->source == HISTORY_LICTOR,
    };
    TRY(request_principal_read(use->principal, &request.principal, err));
    if (use->role.n > 0) {
        request.principal.role_arn = use->role;
    }
    TRY(request_context_init(&context, arena, use->keys.n + more_n, err));
    TRY(add_keys(&context, use->keys.at, use->keys.n, NULL, err));
    TRY(add_keys(&context, more, more_n, use, err));
    request.table = context.slots;
    request.mask = context.mask;
    *out = request;
    return LIC_OK;
}

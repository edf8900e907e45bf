/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects, what is known of their calls, and answers with their grounds. */
#include "engine/access.h"

#include "advise/grants_words.h"
#include "advise/history.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "policy/index.h"
#include "policy/principal.h"

#include "base/banned.h"

#define VIEW(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* What the configuration says of every call of a user. */
static const lic_str user_keys[] = {
    VIEW("aws:PrincipalArn"),     VIEW("aws:PrincipalType"),
    VIEW("aws:username"),         VIEW("aws:userid"),
    VIEW("aws:PrincipalOrgID"),   VIEW("aws:PrincipalOrgPaths"),
    VIEW("aws:PrincipalAccount"), VIEW("aws:SourceIdentity"),
    VIEW("aws:TokenIssueTime"),   VIEW("aws:MultiFactorAuthPresent"),
    VIEW("aws:RequestedRegion"),  VIEW("lictor:Agent"),
    VIEW("lictor:Role"),          VIEW("lictor:PromptVersion"),
};
/* The same of a session of a role: when it was made, from what and by whom is not known. */
static const lic_str session_keys[] = {
    VIEW("aws:PrincipalArn"),     VIEW("aws:PrincipalType"),     VIEW("aws:username"),
    VIEW("aws:PrincipalOrgID"),   VIEW("aws:PrincipalOrgPaths"), VIEW("aws:PrincipalAccount"),
    VIEW("aws:RequestedRegion"),  VIEW("lictor:Role"),           VIEW("lictor:Agent"),
    VIEW("lictor:PromptVersion"),
};
/* Known of a call because of what it asks for, absent when it has none. */
static const lic_str asked_keys[] = {
    VIEW("aws:ResourceAccount"), VIEW("aws:ResourceOrgID"),  VIEW("lictor:Model"),
    VIEW("lictor:Provider"),     VIEW("lictor:ModelRegion"), VIEW("lictor:Tool"),
};
#define KEYS(table) (sizeof(table) / sizeof((table)[0]))

/* ---- subjects ---- */

static enum lic_rc identify(const struct config *config, const struct principal *principal,
                            struct arena *arena, struct access_subject *out, struct lic_err *err)
{
    struct access_subject subject = { .principal = principal };
    event_init(&subject.event);
    TRY(judge_identify(&subject.event, config, principal, arena, err));
    if (principal->agent.n > 0) {
        subject.agent = config_agent(config, principal->agent);
    }
    if (subject.agent && subject.agent->prompt_version.n > 0) {
        subject.event.prompt_version = subject.agent->prompt_version;
    }
    *out = subject;
    return LIC_OK;
}

enum lic_rc access_user(const struct config *config, const struct principal *principal,
                        struct arena *arena, struct access_subject *out, struct lic_err *err)
{
    TRY(identify(config, principal, arena, out, err));
    out->tags_known = true;
    return LIC_OK;
}

/* Whether somebody may give sessions of this role tags of their choosing. */
static bool may_be_tagged(const struct identity *role)
{
    const struct policy_doc *trust = role->trust_doc;
    for (uint32_t i = 0; trust && i < trust->n; i++) {
        const struct doc_statement *statement = &trust->statements[i];
        bool named = false;
        for (uint32_t a = 0; a < statement->actions.n; a++) {
            named =
                named || vars_equal(&statement->actions.at[a].compiled, LIC_STR("sts:tagsession"));
        }
        if (!statement->deny && named != statement->actions.excluded) {
            return true;
        }
    }
    return false;
}

enum lic_rc access_role(const struct config *config, const struct identity *role,
                        struct arena *arena, struct access_subject *out, struct lic_err *err)
{
    struct principal *principal = ARENA_NEW(arena, struct principal);
    ENSURE(principal, err, LIC_E_NOMEM, "no memory for a role");
    *principal = (struct principal){
        .name = role->name,
        .arn = role->arn,
        .role_arn = role->arn,
        .type = LIC_STR("AssumedRole"),
        .identity = role,
        .extras = role->tags,
        .extras_n = role->tags_n,
        .mfa = EVENT_FLAG_NONE,
    };
    TRY(identify(config, principal, arena, out, err));
    out->is_session = true;
    out->tags_known = !may_be_tagged(role);
    return LIC_OK;
}

/* arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION belongs to the role of that name. */
static lic_str role_of_session(lic_str arn)
{
    size_t at = str_find(arn, LIC_STR(":assumed-role/"));
    lic_str rest = at < arn.n ? str_tail(arn, at + sizeof(":assumed-role/") - 1) : (lic_str){ 0 };
    return str_split(&rest, '/');
}

enum lic_rc access_find(const struct config *config, lic_str name, struct arena *arena,
                        struct access_subject *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        if (history_names(config->principals[i].arn, name) ||
            str_eq(config->principals[i].name, name)) {
            return access_user(config, &config->principals[i], arena, out, err);
        }
    }
    lic_str role_name = role_of_session(name);
    for (uint32_t i = 0; i < config->roles_n; i++) {
        const struct identity *role = &config->roles[i];
        if (history_names(role->arn, name) || (role_name.n > 0 && str_eq(role->name, role_name))) {
            return access_role(config, role, arena, out, err);
        }
    }
    return err_set(err, LIC_E_UNKNOWN, "principals.yaml has no user and no role \"" LIC_FMT "\"",
                   LIC_ARG(str_head(name, LIMIT_NAME_BYTES)));
}

/* ---- keys ---- */

static enum lic_rc add_key(const struct event *event, lic_str key, struct arena *arena,
                           struct access_keys *out, struct lic_err *err)
{
    struct event_extra extra = { .key = key };
    const lic_str *values = NULL;
    uint32_t n = 0;
    TRY(event_condition(event, key, arena, &values, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        ENSURE(str_list_add(&extra.values, arena, values[i]) == LIC_OK, err, LIC_E_NOMEM,
               "no memory for a condition key");
    }
    ENSURE(ARENA_PUSH(arena, out, extra), err, LIC_E_NOMEM, "no memory for a condition key");
    return LIC_OK;
}

static enum lic_rc add_keys(const struct event *event, const lic_str *keys, size_t n,
                            struct arena *arena, struct access_keys *out, struct lic_err *err)
{
    for (size_t i = 0; i < n; i++) {
        TRY(add_key(event, keys[i], arena, out, err));
    }
    return LIC_OK;
}

static bool is_tag(lic_str key)
{
    static const lic_str prefix = VIEW("aws:PrincipalTag/");
    return str_eq_nocase(str_head(key, prefix.n), prefix);
}

enum lic_rc access_keys_of(const struct access_subject *subject, struct arena *arena,
                           struct access_keys *out, struct lic_err *err)
{
    struct access_keys keys = { 0 };
    const struct principal *principal = subject->principal;
    TRY(subject->is_session
            ? add_keys(&subject->event, session_keys, KEYS(session_keys), arena, &keys, err)
            : add_keys(&subject->event, user_keys, KEYS(user_keys), arena, &keys, err));
    for (uint32_t i = 0; i < principal->extras_n; i++) {
        if (subject->tags_known || !is_tag(principal->extras[i].key)) {
            ENSURE(ARENA_PUSH(arena, &keys, principal->extras[i]), err, LIC_E_NOMEM,
                   "no memory for a condition key");
        }
    }
    *out = keys;
    return LIC_OK;
}

/* What is known of one call. */
struct knowledge {
    struct access_keys keys;
    bool tags_known;
};

static bool knows(const void *at, lic_str lower)
{
    const struct knowledge *knowledge = at;
    if (knowledge->tags_known && is_tag(lower)) {
        return true;
    }
    for (uint32_t i = 0; i < knowledge->keys.n; i++) {
        if (str_eq_nocase(knowledge->keys.at[i].key, lower)) {
            return true;
        }
    }
    return false;
}

/* ---- agents and resources ---- */

bool access_has_model(const struct config_agent *agent, lic_str model)
{
    return !agent || agent->models.n == 0 || judge_listed(&agent->models, model);
}

/* The name at the end of a tool's ARN, as judge.c takes it. */
static lic_str function_of(lic_str arn)
{
    lic_str rest = arn;
    for (int part = 0; part < 5; part++) {
        (void)str_split(&rest, ':');
    }
    if (str_starts(rest, LIC_STR("tool/"))) {
        return str_tail(rest, 5);
    }
    (void)str_split(&rest, ':');
    return str_split(&rest, ':');
}

bool access_has_tool(const struct config_agent *agent, lic_str tool, lic_str resource)
{
    return !agent || !agent->tools_listed || judge_listed(&agent->tools, tool) ||
           judge_listed(&agent->functions, function_of(resource));
}

/* arn:lictor:model:REGION:PROVIDER:NAME */
static const struct config_model *model_of(const struct config *config, lic_str resource,
                                           lic_str *out_name)
{
    lic_str rest = resource;
    if (!str_starts(resource, LIC_STR("arn:lictor:model:"))) {
        return NULL;
    }
    for (int part = 0; part < 5; part++) {
        (void)str_split(&rest, ':');
    }
    *out_name = rest;
    return config_model(config, rest);
}

static const struct config_tool *tool_of(const struct config *config, lic_str resource)
{
    for (uint32_t i = 0; i < config->tools_n; i++) {
        if (str_eq(config->tools[i].resource, resource)) {
            return &config->tools[i];
        }
    }
    return NULL;
}

const struct config_resource *access_policy_of(const struct config *config, lic_str resource)
{
    lic_str name;
    const struct config_model *model = model_of(config, resource, &name);
    const struct config_tool *tool = tool_of(config, resource);
    return model ? model->policy : tool ? tool->policy : NULL;
}

/* ---- asking ---- */

static bool is_given_before(const struct lic_question *question, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (str_eq_nocase(question->context[i].key, question->context[at].key)) {
            return true;
        }
    }
    return false;
}

/* All values of the key at `at`, which stands there for the first time. */
static bool take_values(const struct lic_question *question, uint32_t at, struct arena *arena,
                        struct str_list *out)
{
    for (uint32_t i = at; i < question->context_n; i++) {
        if (str_eq_nocase(question->context[i].key, question->context[at].key) &&
            str_list_add(out, arena, question->context[i].value) != LIC_OK) {
            return false;
        }
    }
    return true;
}

/* A key that the question gives must not be one that the configuration fixes. */
static enum lic_rc add_context(struct event *event, const struct lic_question *question,
                               struct arena *arena, struct knowledge *knowledge,
                               struct lic_err *err)
{
    for (uint32_t i = 0; i < question->context_n; i++) {
        lic_str key = question->context[i].key;
        struct event_extra extra = { .key = key };
        if (is_given_before(question, i)) {
            continue;
        }
        const lic_str *values = NULL;
        uint32_t n = 0;
        TRY(event_condition(event, key, arena, &values, &n, err));
        ENSURE(n == 0 && !knows(knowledge, key), err, LIC_E_DUPLICATE,
               "the context cannot give " LIC_FMT ": the principal or the resource decides it",
               LIC_ARG(str_head(key, LIMIT_NAME_BYTES)));
        ENSURE(take_values(question, i, arena, &extra.values) &&
                   ARENA_PUSH(arena, &event->extras, extra) &&
                   ARENA_PUSH(arena, &knowledge->keys, extra),
               err, LIC_E_NOMEM, "no memory for the context");
    }
    return LIC_OK;
}

struct listing {
    const struct policy_request *request;
    const struct grants_known *known;
    struct arena *arena;
    struct access_row *row;
    struct lic_err *err;
};

/* One ground: the unknown conditions of a statement that may apply, and where it stands. */
static enum lic_rc add_ground(const struct listing *l, const struct index_statement *at)
{
    struct buf text;
    const char *before = "";
    buf_init(&text, l->arena, LIMIT_JSON_BYTES);
    for (uint32_t i = 0; i < at->statement->conditions.n; i++) {
        const struct doc_condition *condition = &at->statement->conditions.at[i];
        if (grants_condition_depends(condition, l->known)) {
            buf_add(&text, str_z(before));
            grants_words_condition(&text, condition);
            before = " and ";
        }
    }
    buf_add(&text, before[0] ? LIC_STR(" by ") : LIC_STR("a variable is what it must be, by "));
    grants_words_place(&text, at->doc, at->statement);
    TRY(buf_check(&text, "a condition in words", l->err));
    struct str_list *list = at->statement->deny ? &l->row->unless : &l->row->only_if;
    ENSURE(str_list_add(list, l->arena, buf_str(&text)) == LIC_OK, l->err, LIC_E_NOMEM,
           "no memory for the conditions of an answer");
    return LIC_OK;
}

static enum lic_rc list_grounds(const struct listing *l, const struct policy_index *index)
{
    for (uint32_t i = 0; index && i < index_statements_n(index); i++) {
        struct index_statement at = index_statement(index, i);
        bool may = grants_statement_depends(at.statement, l->known) &&
                   principal_named(at.statement, &l->request->principal, false) != GRANT_NONE;
        if (may) {
            TRY(grants_may_match(at.statement, l->request, l->arena, &may, l->err));
        }
        if (may) {
            TRY(add_ground(l, &at));
        }
    }
    return LIC_OK;
}

enum lic_rc access_list_grounds(const struct policy_stack *stack,
                                const struct policy_request *request,
                                const struct grants_known *known, struct arena *arena,
                                struct access_row *row, struct lic_err *err)
{
    struct listing l = { request, known, arena, row, err };
    TRY(list_grounds(&l, stack->identity));
    TRY(list_grounds(&l, stack->resource));
    TRY(list_grounds(&l, stack->boundary));
    TRY(list_grounds(&l, stack->session));
    for (uint32_t i = 0; i < stack->scp_n; i++) {
        TRY(list_grounds(&l, stack->scp[i].index));
    }
    for (uint32_t i = 0; i < stack->rcp_n; i++) {
        TRY(list_grounds(&l, stack->rcp[i].index));
    }
    return LIC_OK;
}

/* What the ARN says of the call, when it is a model or a tool of this gateway. */
static void describe_resource(const struct config *config, struct event *event)
{
    lic_str name = { 0 };
    const struct config_model *model = model_of(config, event->resource, &name);
    const struct config_tool *tool = tool_of(config, event->resource);
    if (model) {
        event->stream = str_eq_nocase(event->action, LIC_STR("bedrock:InvokeModel")) ? 0 : 1;
        event->model = name;
        event->provider = config->providers[model->provider].upstream.name;
        event->model_region = model->region;
    }
    if (tool && !event->tool.at) {
        event->tool = tool->name;
    }
}

static lic_str refused_by_agent(const struct access_subject *subject, const struct event *event,
                                struct arena *arena)
{
    struct buf text;
    bool tool = event->tool.n > 0;
    bool has = tool ? access_has_tool(subject->agent, event->tool, event->resource)
                    : access_has_model(subject->agent, event->model);
    if (has || (event->tool.n == 0 && event->model.n == 0)) {
        return (lic_str){ 0 };
    }
    buf_init(&text, arena, LIMIT_JSON_BYTES);
    buf_addf(&text, "agents/" LIC_FMT ".yaml does not list this %s", LIC_ARG(subject->agent->name),
             tool ? "tool" : "model");
    return buf_str(&text);
}

enum lic_rc access_ask(const struct config *config, const struct access_subject *subject,
                       struct event *event, const struct lic_question *question,
                       struct arena *arena, struct access_row *out, struct lic_err *err)
{
    struct knowledge knowledge = { .tags_known = subject->tags_known };
    struct grants_known known = { knows, &knowledge };
    struct judge_case asked;
    struct grants grants;
    struct policy_answer least, most;
    struct access_row row = { .principal = subject->principal->arn,
                              .action = event->action,
                              .resource = event->resource };
    event->extras.cap = event->extras.n; /* the subject's own array must not grow */
    describe_resource(config, event);
    struct judge_question judge = { config, subject->principal,
                                    access_policy_of(config, event->resource) };
    TRY(access_keys_of(subject, arena, &knowledge.keys, err));
    TRY(add_context(event, question, arena, &knowledge, err));
    TRY(judge_ask(&judge, event, arena, &asked, err));
    TRY(add_keys(event, asked_keys, KEYS(asked_keys), arena, &knowledge.keys, err));
    TRY(add_key(event, LIC_STR("lictor:Streaming"), arena, &knowledge.keys, err));
    TRY(grants_make(arena, &asked.stack, &known, &grants, err));
    TRY(grants_ask(&grants, &asked.request, arena, &row.answer, &least, &most, err));
    policy_verdict(row.answer == GRANTS_YES ? &least : &most, &row.verdict);
    if (row.answer == GRANTS_DEPENDS) {
        TRY(access_list_grounds(&asked.stack, &asked.request, &known, arena, &row, err));
    }
    row.stopped = refused_by_agent(subject, event, arena);
    if (row.stopped.n > 0) {
        row.answer = GRANTS_NO;
    }
    *out = row;
    return LIC_OK;
}

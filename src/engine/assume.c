/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles and their sessions, by AWS's rules (IAM User Guide, "Methods to assume a role", "Pass
 * session tags", "Monitor and control actions taken with assumed roles").
 */
#include "engine/assume.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

enum {
    DURATION_S_DEFAULT = 3600,
    CHAINED_S_MAX = 3600, /* a session made by a session */
    TAGS_MAX = 50,
    POLICY_ARNS_MAX = 10,
    SHOWN_BYTES = 80
};

static enum lic_rc join(struct arena *arena, const lic_str *pieces, uint32_t n, lic_str *out,
                        struct lic_err *err)
{
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        buf_add(&buf, pieces[i]);
    }
    TRY(buf_check(&buf, "a session", err));
    *out = buf_str(&buf);
    return LIC_OK;
}
#define JOIN(arena, out, err, ...)                                                                 \
    join((arena), (const lic_str[]){ __VA_ARGS__ },                                                \
         (uint32_t)(sizeof((const lic_str[]){ __VA_ARGS__ }) / sizeof(lic_str)), (out), (err))

static enum lic_rc add(struct str_list *list, struct arena *arena, lic_str s, struct lic_err *err)
{
    enum lic_rc rc = str_list_add(list, arena, s);
    ENSURE(rc == LIC_OK, err, rc, "no memory for a session");
    return LIC_OK;
}

static enum lic_rc add_all(struct str_list *list, struct arena *arena, const struct str_list *from,
                           struct lic_err *err)
{
    for (uint32_t i = 0; i < from->n; i++) {
        TRY(add(list, arena, from->at[i], err));
    }
    return LIC_OK;
}

/* Tag keys have no case. Index, or list->n. */
static uint32_t find_key(const struct str_list *list, lic_str key)
{
    uint32_t i = 0;
    while (i < list->n && !str_eq_nocase(list->at[i], key)) {
        i++;
    }
    return i;
}

const struct identity *assume_role(const struct config *config, lic_str arn)
{
    const struct identity *role = identity_role(&config->identities, arn);
    return role && role->trust ? role : NULL;
}

enum lic_rc assume_names(const struct config *config, const struct identity *role,
                         lic_str session_name, struct arena *arena, lic_str *out_arn,
                         lic_str *out_id, struct lic_err *err)
{
    lic_str arn;
    TRY(JOIN(arena, &arn, err, LIC_STR("arn:aws:sts::"), config->account, LIC_STR(":assumed-role/"),
             role->name, LIC_STR("/"), session_name));
    TRY(JOIN(arena, out_id, err, role->id, LIC_STR(":"), session_name));
    *out_arn = arn;
    return LIC_OK;
}

/* ---- what is asked, with what is handed down ---- */

/* Transitive tags of the caller's session go on, and nobody below may change them. */
static enum lic_rc inherit_tags(struct assume *assume, struct arena *arena, struct lic_err *err)
{
    const struct session *from = assume->caller_session;
    for (uint32_t i = 0; from && i < from->transitive_keys.n; i++) {
        lic_str key = from->transitive_keys.at[i];
        uint32_t at = find_key(&from->tag_keys, key);
        if (at == from->tag_keys.n) {
            continue;
        }
        TRY(add(&assume->tag_keys, arena, key, err));
        TRY(add(&assume->tag_values, arena, from->tag_values.at[at], err));
        TRY(add(&assume->transitive_keys, arena, key, err));
    }
    return LIC_OK;
}

static enum lic_rc add_tags(struct assume *assume, struct arena *arena, struct lic_err *err)
{
    const struct sts_tags *tags = &assume->request->tags;
    uint32_t inherited_n = assume->tag_keys.n;
    for (uint32_t i = 0; i < tags->n; i++) {
        ENSURE(find_key(&assume->tag_keys, tags->at[i].key) >= inherited_n, err, LIC_E_INVALID,
               "InvalidParameterValue: One of the specified transitive tag keys can't be set "
               "because it conflicts with a transitive tag key from the calling session: " LIC_FMT,
               LIC_ARG(utf8_head(tags->at[i].key, SHOWN_BYTES)));
        TRY(add(&assume->tag_keys, arena, tags->at[i].key, err));
        TRY(add(&assume->tag_values, arena, tags->at[i].value, err));
    }
    ENSURE(assume->tag_keys.n <= TAGS_MAX, err, LIC_E_INVALID,
           "ValidationError: %u session tags with the inherited ones are more than %u",
           assume->tag_keys.n, (unsigned)TAGS_MAX);
    return add_all(&assume->transitive_keys, arena, &assume->request->transitive_keys, err);
}

/* Who first set a source identity set it for the whole chain. */
static enum lic_rc take_source_identity(struct assume *assume, struct lic_err *err)
{
    lic_str asked = assume->request->source_identity;
    lic_str present = assume->caller->source_identity;
    ENSURE(present.n == 0 || asked.n == 0 || str_eq(asked, present), err, LIC_E_INVALID,
           "AccessDenied: the source identity " LIC_FMT " was set by an earlier session and cannot "
           "be changed",
           LIC_ARG(present));
    assume->source_identity = present.n > 0 ? present : asked;
    return LIC_OK;
}

static enum lic_rc read_session_policy(struct arena *arena, lic_str text,
                                       const struct policy_doc **out, struct lic_err *err)
{
    enum lic_rc rc = policy_doc_read(arena, LIC_STR("session policy"), text, DOC_SESSION, out, err);
    if (rc == LIC_OK || rc == LIC_E_NOMEM) {
        return rc;
    }
    struct lic_err found = *err;
    return err_set(err, LIC_E_INVALID, "%s: %.300s",
                   rc == LIC_E_LIMIT ? "PackedPolicyTooLarge" : "MalformedPolicyDocument",
                   found.text);
}

static enum lic_rc take_policies(struct assume *assume, struct arena *arena, struct lic_err *err)
{
    const struct sts_request *request = assume->request;
    ENSURE(request->policy_arns.n <= POLICY_ARNS_MAX, err, LIC_E_INVALID,
           "ValidationError: %u policy ARNs are more than %u", request->policy_arns.n,
           (unsigned)POLICY_ARNS_MAX);
    for (uint32_t i = 0; i < request->policy_arns.n; i++) {
        ENSURE(identity_policy(&assume->config->identities, request->policy_arns.at[i]), err,
               LIC_E_INVALID, "InvalidParameterValue: there is no policy " LIC_FMT,
               LIC_ARG(utf8_head(request->policy_arns.at[i], 2 * SHOWN_BYTES)));
    }
    assume->policy = NULL;
    return request->policy.at ? read_session_policy(arena, request->policy, &assume->policy, err)
                              : LIC_OK;
}

enum lic_rc assume_prepare(struct assume *assume, struct arena *arena, struct lic_err *err)
{
    TRY(inherit_tags(assume, arena, err));
    TRY(add_tags(assume, arena, err));
    TRY(take_source_identity(assume, err));
    return take_policies(assume, arena, err);
}

/* ---- the event ---- */

static enum lic_rc add_extra(struct event *event, struct arena *arena, lic_str key, lic_str value,
                             struct lic_err *err)
{
    struct event_extra extra = { .key = key };
    TRY(add(&extra.values, arena, value, err));
    ENSURE(ARENA_PUSH(arena, &event->extras, extra), err, LIC_E_NOMEM,
           "no memory for a condition key");
    return LIC_OK;
}

static enum lic_rc add_list(struct event *event, struct arena *arena, lic_str key,
                            const struct str_list *values, struct lic_err *err)
{
    struct event_extra extra = { .key = key, .values = *values };
    ENSURE(values->n == 0 || ARENA_PUSH(arena, &event->extras, extra), err, LIC_E_NOMEM,
           "no memory for a condition key");
    return LIC_OK;
}

static enum lic_rc describe_tags(const struct assume *assume, struct event *event,
                                 struct arena *arena, struct lic_err *err)
{
    for (uint32_t i = 0; i < assume->tag_keys.n; i++) {
        lic_str key, shown;
        TRY(JOIN(arena, &key, err, LIC_STR("aws:RequestTag/"), assume->tag_keys.at[i]));
        TRY(JOIN(arena, &shown, err, assume->tag_keys.at[i], LIC_STR("="),
                 assume->tag_values.at[i]));
        TRY(add_extra(event, arena, key, assume->tag_values.at[i], err));
        TRY(add(&event->session_tags, arena, shown, err));
    }
    TRY(add_list(event, arena, LIC_STR("aws:TagKeys"), &assume->tag_keys, err));
    return add_list(event, arena, LIC_STR("sts:TransitiveTagKeys"), &assume->transitive_keys, err);
}

/* The role's own tags, under both names that AWS has for them. */
static enum lic_rc describe_role(const struct identity *role, struct event *event,
                                 struct arena *arena, struct lic_err *err)
{
    static const lic_str prefix = { "aws:PrincipalTag/", 17 };
    for (uint32_t i = 0; i < role->tags_n; i++) {
        lic_str name = str_tail(role->tags[i].key, prefix.n), key;
        TRY(JOIN(arena, &key, err, LIC_STR("aws:ResourceTag/"), name));
        TRY(add_list(event, arena, key, &role->tags[i].values, err));
        TRY(JOIN(arena, &key, err, LIC_STR("iam:ResourceTag/"), name));
        TRY(add_list(event, arena, key, &role->tags[i].values, err));
    }
    return LIC_OK;
}

enum lic_rc assume_describe(const struct assume *assume, struct event *event, struct arena *arena,
                            struct lic_err *err)
{
    const struct sts_request *request = assume->request;
    event->action =
        assume->web ? LIC_STR("sts:AssumeRoleWithWebIdentity") : LIC_STR("sts:AssumeRole");
    event->resource = assume->role->arn;
    event->resource_account = assume->config->account;
    event->resource_org = assume->config->organization;
    event->source_identity_asked = assume->source_identity;
    TRY(describe_tags(assume, event, arena, err));
    TRY(describe_role(assume->role, event, arena, err));
    if (request->external_id.at) {
        TRY(add_extra(event, arena, LIC_STR("sts:ExternalId"), request->external_id, err));
    }
    for (uint32_t i = 0; i < assume->claims_n; i++) {
        TRY(add_list(event, arena, assume->claims[i].key, &assume->claims[i].values, err));
    }
    return LIC_OK;
}

/* ---- the verdict ---- */

/* A caller with documents of its own is judged by them and by the role's trust; a stranger with a
 * JWT by the trust alone. */
static struct policy_stack stack_of(const struct assume *assume)
{
    struct policy_stack stack = { 0 };
    if (assume->caller->identity) {
        stack = assume->caller->identity->stack;
        stack.session = assume->caller->session_policy;
    }
    stack.rcp = assume->config->rcp;
    stack.rcp_n = assume->config->levels_n;
    stack.resource = assume->role->trust;
    stack.resource_must_allow = true;
    return stack;
}

static enum lic_rc judge_action(const struct policy_stack *stack, struct event *event,
                                lic_str account, lic_str action, struct arena *arena,
                                struct verdict *out, struct lic_err *err)
{
    struct policy_request request;
    struct policy_answer answer;
    event->action = action;
    TRY(request_from_event(event, arena, &request, err));
    request.resource_account = account;
    TRY(policy_eval(stack, &request, arena, &answer, err));
    policy_verdict(&answer, out);
    return LIC_OK;
}

enum lic_rc assume_judge(const struct assume *assume, struct event *event, struct arena *arena,
                         struct verdict *out, struct lic_err *err)
{
    const struct {
        lic_str action;
        bool needed;
    } steps[] = {
        { event->action, true },
        { LIC_STR("sts:TagSession"), assume->tag_keys.n > 0 },
        { LIC_STR("sts:SetSourceIdentity"), assume->source_identity.n > 0 },
    };
    struct policy_stack stack = stack_of(assume);
    struct verdict first = { 0 };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct verdict verdict;
        if (!steps[i].needed) {
            continue;
        }
        TRY(judge_action(&stack, event, assume->config->account, steps[i].action, arena, &verdict,
                         err));
        first = i == 0 ? verdict : first;
        if (verdict.result != VERDICT_ALLOW) {
            *out = verdict;
            return LIC_OK;
        }
    }
    event->action = steps[0].action;
    *out = first;
    return LIC_OK;
}

/* ---- the session ---- */

static bool is_role_session(const struct principal *principal)
{
    return str_starts(principal->arn, LIC_STR("arn:aws:sts::"));
}

static enum lic_rc choose_duration(const struct assume *assume, uint32_t *out_s,
                                   struct lic_err *err)
{
    uint32_t asked = assume->request->duration_s, max = assume->role->session_max_s;
    bool chained = is_role_session(assume->caller);
    ENSURE(!chained || asked <= CHAINED_S_MAX, err, LIC_E_INVALID,
           "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for "
           "roles assumed by role chaining.");
    ENSURE(asked <= max, err, LIC_E_INVALID,
           "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for "
           "this role.");
    uint32_t usual = max < DURATION_S_DEFAULT ? max : DURATION_S_DEFAULT;
    *out_s = asked > 0 ? asked : usual;
    return LIC_OK;
}

/* Claims that outlive the exchange of the JWT, as they do in AWS. */
static bool is_kept(lic_str key)
{
    return str_eq(key, LIC_STR("aws:FederatedProvider")) || str_ends(key, LIC_STR(":aud")) ||
           str_ends(key, LIC_STR(":sub"));
}

static enum lic_rc keep_claims(const struct assume *assume, struct arena *arena,
                               struct session *session, struct lic_err *err)
{
    for (uint32_t i = 0; i < assume->claims_n; i++) {
        const struct event_extra *claim = &assume->claims[i];
        for (uint32_t v = 0; is_kept(claim->key) && v < claim->values.n; v++) {
            TRY(add(&session->context_keys, arena, claim->key, err));
            TRY(add(&session->context_values, arena, claim->values.at[v], err));
        }
    }
    return LIC_OK;
}

int64_t assume_issued_ns(int64_t now_ns)
{
    return now_ns - now_ns % 1000000000;
}

enum lic_rc assume_session(const struct assume *assume, int64_t now_ns, struct arena *arena,
                           struct session *out, struct lic_err *err)
{
    uint32_t duration_s = 0;
    TRY(choose_duration(assume, &duration_s, err));
    struct session session = {
        .kind = assume->web ? SESSION_WEB_IDENTITY : SESSION_ROLE,
        .role_arn = assume->role->arn,
        .session_name = assume->request->session_name,
        .issued_ns = assume_issued_ns(now_ns),
        .expires_ns = assume_issued_ns(now_ns) + (int64_t)duration_s * 1000000000,
        .source_identity = assume->source_identity,
        .tag_keys = assume->tag_keys,
        .tag_values = assume->tag_values,
        .transitive_keys = assume->transitive_keys,
        .policy = assume->request->policy,
        .policy_arns = assume->request->policy_arns,
    };
    TRY(add_all(&session.chain, arena, &assume->caller->chain, err));
    if (session.chain.n == 0) {
        TRY(add(&session.chain, arena, assume->caller->arn, err));
    }
    TRY(keep_claims(assume, arena, &session, err));
    *out = session;
    return LIC_OK;
}

/* ---- who a session is ---- */

struct extras {
    struct event_extra *at;
    uint32_t n, cap;
};

static enum lic_rc extras_add(struct extras *extras, struct arena *arena, lic_str key,
                              const struct str_list *values, struct lic_err *err)
{
    struct event_extra extra = { .key = key, .values = *values };
    ENSURE(ARENA_PUSH(arena, extras, extra), err, LIC_E_NOMEM, "no memory for a session's keys");
    return LIC_OK;
}

/* Tags of the session, then those of the role that the session did not set anew. */
static enum lic_rc merge_tags(const struct identity *role, const struct session *session,
                              struct arena *arena, struct extras *extras, struct lic_err *err)
{
    static const lic_str prefix = { "aws:PrincipalTag/", 17 };
    for (uint32_t i = 0; i < session->tag_keys.n; i++) {
        lic_str key;
        struct str_list values = { 0 };
        TRY(JOIN(arena, &key, err, prefix, session->tag_keys.at[i]));
        TRY(add(&values, arena, session->tag_values.at[i], err));
        TRY(extras_add(extras, arena, key, &values, err));
    }
    for (uint32_t i = 0; i < role->tags_n; i++) {
        const struct event_extra *tag = &role->tags[i];
        if (find_key(&session->tag_keys, str_tail(tag->key, prefix.n)) == session->tag_keys.n) {
            TRY(extras_add(extras, arena, tag->key, &tag->values, err));
        }
    }
    return LIC_OK;
}

/* Values of one key stand together in the token. */
static enum lic_rc restore_claims(const struct session *session, struct arena *arena,
                                  struct extras *extras, struct lic_err *err)
{
    for (uint32_t i = 0; i < session->context_keys.n;) {
        lic_str key = session->context_keys.at[i];
        struct str_list values = { 0 };
        for (; i < session->context_keys.n && str_eq(session->context_keys.at[i], key); i++) {
            TRY(add(&values, arena, session->context_values.at[i], err));
        }
        TRY(extras_add(extras, arena, key, &values, err));
    }
    return LIC_OK;
}

/* The session's own document and the managed ones it named, together. *out NULL: neither. */
static enum lic_rc index_policies(const struct config *config, const struct session *session,
                                  struct arena *arena, const struct policy_index **out,
                                  struct lic_err *err)
{
    const struct policy_doc *docs[POLICY_ARNS_MAX + 1];
    uint32_t n = 0;
    if (session->policy.n > 0) {
        TRY(read_session_policy(arena, session->policy, &docs[n++], err));
    }
    ENSURE(session->policy_arns.n <= POLICY_ARNS_MAX, err, LIC_E_INVALID,
           "the session names too many policies");
    for (uint32_t i = 0; i < session->policy_arns.n; i++) {
        docs[n] = identity_policy(&config->identities, session->policy_arns.at[i]);
        /* A policy that was removed since allows nothing; without any left the session does not
         * become unlimited, since the index is then an empty one. */
        n += docs[n] ? 1 : 0;
    }
    bool limited = session->policy.n > 0 || session->policy_arns.n > 0;
    *out = NULL;
    return limited ? policy_index_new(arena, docs, n, out, err) : LIC_OK;
}

static enum lic_rc find_identity(const struct config *config, const struct session *session,
                                 const struct identity **out, enum failmode *out_failure,
                                 struct lic_err *err)
{
    bool user = session->kind == SESSION_USER;
    const struct identity *found = user ? identity_user(&config->identities, session->role_arn)
                                        : identity_role(&config->identities, session->role_arn);
    *out_failure = FAIL_token_invalid;
    ENSURE(found, err, LIC_E_INVALID, "the token's user or role no longer exists");
    *out_failure = FAIL_token_revoked;
    ENSURE(session->issued_ns >= found->revoked_before_ns, err, LIC_E_INVALID,
           "sessions of " LIC_FMT " issued so early are revoked", LIC_ARG(found->arn));
    *out_failure = FAIL_out_of_memory;
    *out = found;
    return LIC_OK;
}

/* A role that belongs to just one agent makes its sessions that agent's, so that nobody gets
 * around the agent's instructions and tools by assuming its role. */
static lic_str agent_of_role(const struct config *config, lic_str role_arn)
{
    const struct config_agent *found = NULL;
    for (uint32_t i = 0; i < config->agents_n; i++) {
        if (str_eq(config->agents[i].role, role_arn)) {
            if (found) {
                return (lic_str){ 0 };
            }
            found = &config->agents[i];
        }
    }
    return found ? found->name : (lic_str){ 0 };
}

static lic_str agent_of_user(const struct config *config, const struct identity *user)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        if (&config->users[i] == user) {
            return config->principals[i].agent;
        }
    }
    return (lic_str){ 0 };
}

static enum lic_rc name_principal(const struct config *config, const struct session *session,
                                  const struct identity *identity, struct arena *arena,
                                  struct principal *out, struct lic_err *err)
{
    if (session->kind == SESSION_USER) {
        out->name = identity->name;
        out->arn = identity->arn;
        out->type = LIC_STR("User");
        out->user_id = identity->id;
        out->agent = agent_of_user(config, identity);
        return LIC_OK;
    }
    out->name = session->session_name;
    out->role_arn = identity->arn;
    out->type = LIC_STR("AssumedRole");
    out->agent = agent_of_role(config, identity->arn);
    return assume_names(config, identity, session->session_name, arena, &out->arn, &out->user_id,
                        err);
}

static enum lic_rc fill_principal(const struct config *config, const struct session *session,
                                  const struct identity *identity, struct arena *arena,
                                  struct principal *out, struct lic_err *err)
{
    struct extras extras = { 0 };
    TRY(name_principal(config, session, identity, arena, out, err));
    TRY(merge_tags(identity, session, arena, &extras, err));
    TRY(restore_claims(session, arena, &extras, err));
    out->extras = extras.at;
    out->extras_n = extras.n;
    TRY(add_all(&out->chain, arena, &session->chain, err));
    TRY(add(&out->chain, arena, out->arn, err));
    return index_policies(config, session, arena, &out->session_policy, err);
}

enum lic_rc assume_principal(const struct config *config, const struct session *session,
                             lic_str access_key, struct arena *arena, struct principal *out,
                             enum failmode *out_failure, struct lic_err *err)
{
    const struct identity *identity = NULL;
    TRY(find_identity(config, session, &identity, out_failure, err));
    struct principal principal = {
        .access_key = access_key,
        .identity = identity,
        .source_identity = session->source_identity,
        .issued_ns = session->issued_ns,
        .mfa = session->mfa ? 1 : 0,
    };
    enum lic_rc rc = fill_principal(config, session, identity, arena, &principal, err);
    *out_failure = rc == LIC_E_NOMEM ? FAIL_out_of_memory : FAIL_token_invalid;
    TRY(rc);
    *out = principal;
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision. Each layer is asked once (index.h); what they found is then put together by AWS's
 * rules:
 *
 *     deny anywhere ──────────────────────────────────────────► ExplicitlyDenied
 *     same account:   the resource's policy names the caller ──► allowed, whatever else is silent
 *                     it names the caller's role ──────────────► boundary and session must allow
 *                     it names the account, or nobody ─────────► identity policies must allow, too
 *     cross account:  the resource's policy and the caller's own policies must both allow
 *     always:         every level of SCPs and RCPs must allow
 *
 * (IAM User Guide, "Policy evaluation logic" and its pages on single and cross-account requests;
 * docs/POLICY.md has them with their addresses.)
 */
#include "policy/policy.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/index.h"

#include "base/banned.h"

/* What is known of a decision while its rules are gone through. */
struct judging {
    const struct policy_stack *stack;
    const struct index_question *question;
    const struct request_principal *principal;
    struct policy_answer *answer;
    enum principal_grant grant; /* of the resource's policy */
    uint32_t denying;           /* bit set of the layers that deny */
};

/* ---- the layers --------------------------------------------------------------------------- */

static void keep(const struct policy_index *index, uint32_t number, enum policy_layer_result result,
                 struct policy_found *out)
{
    struct index_statement found = index_statement(index, number);
    out->doc = found.doc;
    out->statement = found.statement;
    out->result = result;
}

/* The strongest way in which the layer allows; a deny is kept before any allow. */
static enum lic_rc ask_layer(const struct policy_index *index,
                             const struct index_question *question, struct policy_found *out,
                             enum principal_grant *out_grant, struct lic_err *err)
{
    struct index_found found;
    enum principal_grant grant = GRANT_DIRECT;
    TRY(index_ask(index, question, &found, err));
    while (grant > GRANT_NONE && found.allow[grant] == INDEX_NONE) {
        grant--;
    }
    *out = (struct policy_found){ .result = LAYER_SILENT };
    *out_grant = GRANT_NONE;
    if (found.deny != INDEX_NONE) {
        keep(index, found.deny, LAYER_DENIES, out);
    } else if (grant != GRANT_NONE) {
        keep(index, found.allow[grant], LAYER_ALLOWS, out);
        *out_grant = grant;
    }
    return LIC_OK;
}

static enum lic_rc ask_optional(struct judging *judging, enum policy_layer layer,
                                const struct policy_index *index, struct lic_err *err)
{
    enum principal_grant grant = GRANT_NONE;
    struct policy_found *found = &judging->answer->layers[layer];
    if (!index) {
        return LIC_OK;
    }
    TRY(ask_layer(index, judging->question, found, &grant, err));
    if (layer == LAYER_RESOURCE) {
        judging->grant = grant;
    }
    return LIC_OK;
}

/* Every level must allow: the first that denies, else the first that is silent, speaks for all. */
static enum lic_rc ask_levels(struct judging *judging, enum policy_layer layer,
                              const struct policy_level *levels, uint32_t n, struct lic_err *err)
{
    struct policy_found *all = &judging->answer->layers[layer];
    for (uint32_t i = 0; i < n && all->result != LAYER_DENIES; i++) {
        struct policy_found one;
        enum principal_grant grant = GRANT_NONE;
        TRY(ask_layer(levels[i].index, judging->question, &one, &grant, err));
        one.level = levels[i].id;
        /* RCPFullAWSAccess is attached everywhere and cannot be taken away. */
        if (layer == LAYER_RCP && one.result == LAYER_SILENT) {
            one.result = LAYER_ALLOWS;
        }
        bool speaks = all->result == LAYER_ABSENT || one.result == LAYER_DENIES ||
                      (one.result == LAYER_SILENT && all->result == LAYER_ALLOWS);
        *all = speaks ? one : *all;
    }
    return LIC_OK;
}

/* SCPs bind users, roles and root users of an organisation's accounts, and nobody else. */
static bool scps_bind(const struct request_principal *principal)
{
    switch (principal->kind) {
    case REQUEST_ANONYMOUS:
    case REQUEST_SERVICE:
    case REQUEST_OIDC:
    case REQUEST_SAML:
        return false;
    case REQUEST_ROOT:
    case REQUEST_USER:
    case REQUEST_ROLE:
    case REQUEST_ROLE_SESSION:
    case REQUEST_FEDERATED:
    case REQUEST_OTHER:
        return !principal->service_linked;
    }
    return true;
}

static enum lic_rc ask_all(struct judging *judging, struct lic_err *err)
{
    const struct policy_stack *stack = judging->stack;
    uint32_t scp_n = scps_bind(judging->principal) ? stack->scp_n : 0;
    uint32_t rcp_n = judging->principal->service_linked ? 0 : stack->rcp_n;
    TRY(ask_levels(judging, LAYER_SCP, stack->scp, scp_n, err));
    TRY(ask_levels(judging, LAYER_RCP, stack->rcp, rcp_n, err));
    TRY(ask_optional(judging, LAYER_RESOURCE, stack->resource, err));
    TRY(ask_optional(judging, LAYER_IDENTITY, stack->identity, err));
    TRY(ask_optional(judging, LAYER_BOUNDARY, stack->boundary, err));
    TRY(ask_optional(judging, LAYER_SESSION, stack->session, err));
    for (uint32_t layer = 0; layer < LAYER_N; layer++) {
        bool denies = judging->answer->layers[layer].result == LAYER_DENIES;
        judging->denying |= denies ? 1u << layer : 0;
    }
    return LIC_OK;
}

/* ---- the rules ---------------------------------------------------------------------------- */

static bool layer_is(const struct judging *judging, enum policy_layer layer,
                     enum policy_layer_result result)
{
    return judging->answer->layers[layer].result == result;
}

/* Absent or allowing. */
static bool does_not_limit(const struct judging *judging, enum policy_layer layer)
{
    return layer_is(judging, layer, LAYER_ABSENT) || layer_is(judging, layer, LAYER_ALLOWS);
}

/* The caller's own side: root needs no policy, anonymous callers and services can have none. */
static bool identity_grants(const struct judging *judging)
{
    bool root = judging->principal->kind == REQUEST_ROOT;
    return layer_is(judging, LAYER_IDENTITY, LAYER_ALLOWS) ||
           (root && !layer_is(judging, LAYER_IDENTITY, LAYER_DENIES));
}

/* Neither side has policies of its own for these; what the resource says is all there is. */
static bool has_no_identity(const struct request_principal *principal)
{
    return principal->kind == REQUEST_ANONYMOUS || principal->kind == REQUEST_SERVICE ||
           principal->kind == REQUEST_OIDC || principal->kind == REQUEST_SAML;
}

static bool is_cross_account(const struct policy_request *request)
{
    const struct request_principal *principal = &request->principal;
    return !has_no_identity(principal) && request->resource_account.n > 0 &&
           !str_eq(request->resource_account, principal->account);
}

/* How a request is granted before anything limits it: which layers may still stand in its way. */
enum way {
    WAY_NONE,
    WAY_DIRECT, /* only denies, SCPs and RCPs */
    WAY_LIMITED /* boundary and session policy, too */
};

static enum way same_account_way(struct judging *judging)
{
    bool resource_speaks = judging->grant != GRANT_NONE;
    bool by_identity =
        identity_grants(judging) && (resource_speaks || !judging->stack->resource_must_allow);
    if (judging->grant == GRANT_DIRECT) {
        judging->answer->rule = "the resource's policy names the caller, or everybody; boundary "
                                "and session policy limit that only by a deny";
        return WAY_DIRECT;
    }
    if (judging->grant == GRANT_LIMITED) {
        judging->answer->rule = "the resource's policy names the caller's role or issuer; boundary "
                                "and session policy must allow, too";
        return WAY_LIMITED;
    }
    if (by_identity) {
        judging->answer->rule = "within an account an identity policy is enough; boundary and "
                                "session policy must allow, too";
        return WAY_LIMITED;
    }
    judging->answer->rule =
        judging->stack->resource_must_allow
            ? "a role's trust policy and a key's policy must allow by themselves"
            : "within an account an identity policy or the resource's policy must allow; one that "
              "names the account leaves it to identity policies";
    return WAY_NONE;
}

static enum way cross_account_way(struct judging *judging)
{
    judging->answer->rule = "across accounts the resource's policy and the caller's own policies "
                            "must both allow";
    bool both = judging->grant != GRANT_NONE && identity_grants(judging);
    return both ? WAY_LIMITED : WAY_NONE;
}

static enum way find_way(struct judging *judging)
{
    if (has_no_identity(judging->principal)) {
        judging->answer->rule = "a caller without identity policies needs the resource's policy";
        return judging->grant == GRANT_DIRECT ? WAY_DIRECT : WAY_NONE;
    }
    return judging->answer->cross_account ? cross_account_way(judging) : same_account_way(judging);
}

static uint32_t bit(bool set, enum policy_layer layer)
{
    return set ? 1u << layer : 0;
}

/*
 * A layer that denies is in the way of what another one grants. So is one that must allow and does
 * not; a deny in the identity or the resource's policy means that the other of them granted.
 */
static uint32_t layers_in_the_way(const struct judging *judging, enum way way)
{
    uint32_t blocked = judging->denying;
    if (way == WAY_NONE) {
        return 0;
    }
    blocked |= bit(!does_not_limit(judging, LAYER_SCP), LAYER_SCP);
    blocked |= bit(!does_not_limit(judging, LAYER_RCP), LAYER_RCP);
    if (way == WAY_LIMITED) {
        blocked |= bit(!does_not_limit(judging, LAYER_BOUNDARY), LAYER_BOUNDARY);
        blocked |= bit(!does_not_limit(judging, LAYER_SESSION), LAYER_SESSION);
    }
    return blocked;
}

static bool action_is(const struct judging *judging, lic_str lower)
{
    return str_eq(judging->question->action, lower);
}

/*
 * Three rules of STS that no policy can change: everybody may ask who they are; a root user cannot
 * assume a role; a federated user's session without a policy can do nothing on its own account.
 */
static bool is_settled(struct judging *judging)
{
    struct policy_answer *answer = judging->answer;
    const struct request_principal *principal = judging->principal;
    if (action_is(judging, LIC_STR("sts:getcalleridentity")) &&
        principal->kind != REQUEST_ANONYMOUS) {
        answer->result = VERDICT_ALLOW;
        answer->rule = "every caller may ask who it is; no policy can take that away";
        return true;
    }
    if (action_is(judging, LIC_STR("sts:assumerole")) && principal->kind == REQUEST_ROOT) {
        answer->result = VERDICT_IMPLICIT_DENY;
        answer->rule = "a root user cannot assume a role";
        return judging->denying == 0;
    }
    return false;
}

/* GetFederationToken without a policy gives a session that only resource policies can grant to. */
static void close_federated(struct judging *judging)
{
    struct policy_found *session = &judging->answer->layers[LAYER_SESSION];
    if (judging->principal->kind == REQUEST_FEDERATED && session->result == LAYER_ABSENT) {
        session->result = LAYER_SILENT;
    }
}

static void combine(struct judging *judging)
{
    struct policy_answer *answer = judging->answer;
    close_federated(judging);
    if (is_settled(judging)) {
        return;
    }
    enum way way = find_way(judging);
    answer->blocked = layers_in_the_way(judging, way);
    if (judging->denying != 0) {
        answer->rule = "an explicit deny in any policy is final";
        answer->result = VERDICT_EXPLICIT_DENY;
    } else if (way != WAY_NONE && answer->blocked == 0) {
        answer->result = VERDICT_ALLOW;
    }
}

/* ---- the question ------------------------------------------------------------------------- */

enum lic_rc policy_eval(const struct policy_stack *stack, const struct policy_request *request,
                        struct arena *arena, struct policy_answer *out, struct lic_err *err)
{
    struct index_question question;
    struct policy_answer answer = { .result = VERDICT_IMPLICIT_DENY };
    struct judging judging = {
        .stack = stack,
        .question = &question,
        .principal = &request->principal,
        .answer = &answer,
    };
    TRY(index_question_init(&question, request, stack->boundary != NULL, arena, err));
    answer.cross_account = is_cross_account(request);
    TRY(ask_all(&judging, err));
    combine(&judging);
    *out = answer;
    return LIC_OK;
}

bool policy_resource_must_allow(lic_str action, lic_str resource)
{
    lic_str rest = resource;
    lic_str arn = str_split(&rest, ':');
    (void)str_split(&rest, ':'); /* partition */
    lic_str service = str_split(&rest, ':');
    (void)str_split(&rest, ':'); /* region */
    (void)str_split(&rest, ':'); /* account */
    lic_str asked = str_head(action, str_find_char(action, ':'));
    bool role = str_eq(service, LIC_STR("iam")) && str_starts(rest, LIC_STR("role/"));
    bool key = str_eq(service, LIC_STR("kms")) && str_starts(rest, LIC_STR("key/"));
    return str_eq(arn, LIC_STR("arn")) && ((role && str_eq_nocase(asked, LIC_STR("sts"))) ||
                                           (key && str_eq_nocase(asked, LIC_STR("kms"))));
}

const char *policy_layer_name(enum policy_layer layer)
{
    switch (layer) {
    case LAYER_SCP:
        return "scp";
    case LAYER_RCP:
        return "rcp";
    case LAYER_RESOURCE:
        return "resource";
    case LAYER_IDENTITY:
        return "identity";
    case LAYER_BOUNDARY:
        return "pb";
    case LAYER_SESSION:
        return "session";
    case LAYER_N:
        break;
    }
    UNREACHABLE("every layer has a name");
}

/* ---- as a verdict ------------------------------------------------------------------------- */

/* The layer that decided: one that denies, else one that had to allow and did not. */
static enum policy_layer deciding_layer(const struct policy_answer *answer)
{
    for (uint32_t layer = 0; layer < LAYER_N; layer++) {
        if (answer->layers[layer].result == LAYER_DENIES) {
            return (enum policy_layer)layer;
        }
    }
    for (uint32_t layer = 0; layer < LAYER_N; layer++) {
        if (answer->blocked & 1u << layer) {
            return (enum policy_layer)layer;
        }
    }
    bool identity = answer->layers[LAYER_IDENTITY].result == LAYER_ALLOWS;
    return identity ? LAYER_RESOURCE : LAYER_IDENTITY;
}

/* The statement that granted: the resource's when it grants by itself, else the identity's. */
static enum policy_layer granting_layer(const struct policy_answer *answer)
{
    bool identity = answer->layers[LAYER_IDENTITY].result == LAYER_ALLOWS;
    return identity || answer->layers[LAYER_RESOURCE].result != LAYER_ALLOWS ? LAYER_IDENTITY
                                                                             : LAYER_RESOURCE;
}

void policy_verdict(const struct policy_answer *answer, struct verdict *out)
{
    bool allowed = answer->result == VERDICT_ALLOW;
    enum policy_layer layer = allowed ? granting_layer(answer) : deciding_layer(answer);
    const struct policy_found *found = &answer->layers[layer];
    *out = (struct verdict){
        .result = answer->result,
        .blocked_by = allowed ? LIC_STR("") : str_z(policy_layer_name(layer)),
    };
    bool decided = allowed || found->result == LAYER_DENIES;
    if (decided && found->statement) {
        out->file = found->doc->file;
        out->line = found->statement->place.line;
        out->column = found->statement->place.column;
        out->sid = found->statement->sid;
    }
}

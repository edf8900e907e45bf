/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What STS answers. Whether a role exists is said only to who may assume it: everybody else is told
 * the same as for a role of which there is none.
 */
#include "engine/sts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/federate.h"

#include "base/banned.h"

enum { USER_SESSION_S_DEFAULT = 43200 };

/* ---- refusals ---- */

static void refuse_fault(struct lic_exchange *x, const struct lic_err *err, struct lic_step *out)
{
    lic_str code, message;
    struct buf body;
    uint32_t status = sts_fault(str_z(err->text), &code, &message);
    exchange_note_failure(x, FAIL_sts_refused, err);
    worker_count(x->worker, COUNTER_FAILED, 1);
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    sts_write_error(status, code, message, x->request.record, &body);
    refuse_answer(x, status, LIC_STR("text/xml"), buf_str(&body), out);
    recording_refusal(x);
}

static void refuse(struct lic_exchange *x, enum lic_rc rc, const struct lic_err *err,
                   struct lic_step *out)
{
    if (rc == LIC_E_INVALID) {
        refuse_fault(x, err, out);
        return;
    }
    refuse_failure(x, rc == LIC_E_NOMEM ? FAIL_out_of_memory : FAIL_policy_failed, NULL, out);
}

static void deny(struct lic_exchange *x, const struct verdict *verdict, struct lic_step *out)
{
    worker_count(x->worker, COUNTER_SESSIONS_DENIED, 1);
    refuse_denial(x, verdict, out);
}

/* ---- giving credentials ---- */

static void answer_ready(struct lic_exchange *x, struct lic_step *out)
{
    worker_count(x->worker, COUNTER_ALLOWED, 1);
    worker_count(x->worker, COUNTER_SESSIONS_ISSUED, 1);
    x->recorded = true;
    refuse_answer(x, 200, LIC_STR("text/xml"), x->ready, out);
}

/* What was never given out must not stand in the record as if it had been. */
static void take_back(struct lic_exchange *x)
{
    x->request.issued_key = (lic_str){ 0 };
    x->request.issued_until = EVENT_INT_NONE;
    x->request.enforced = (lic_str){ 0 };
    x->ready = (lic_str){ 0 };
}

void sts_appended(struct lic_exchange *x, enum lic_rc rc, const struct lic_err *err,
                  struct lic_step *out)
{
    if (rc == LIC_E_PENDING) {
        x->state = EXCHANGE_WAITING;
        *out = (struct lic_step){ .kind = LIC_STEP_WAIT };
        return;
    }
    if (rc == LIC_OK) {
        answer_ready(x, out);
        return;
    }
    /* Whatever the directory says of models: nobody gets credentials that nobody can trace. */
    x->worker->host->log(x->worker->host->ctx, LIC_LOG_ERROR, str_z(err->text));
    take_back(x);
    refuse_failure(x, FAIL_ledger_unwritable, NULL, out);
}

static enum lic_rc seal(struct lic_exchange *x, const struct session *session,
                        struct sts_answer *answer, struct lic_err *err)
{
    struct session_credentials credentials;
    enum lic_rc rc = session_seal(&x->engine->config.session_keys, x->worker->host, session,
                                  &x->arena, &credentials, err);
    ENSURE(rc != LIC_E_LIMIT, err, LIC_E_INVALID,
           "PackedPolicyTooLarge: the session's policy, tags and names do not fit into a token");
    TRY(rc);
    answer->access_key = credentials.access_key;
    answer->secret = credentials.secret;
    answer->token = credentials.token;
    answer->expires_ns = session->expires_ns;
    answer->packed_percent = session_packed_percent(&credentials);
    answer->request_id = x->request.record;
    return LIC_OK;
}

/* Seals, writes the answer, and records; the answer leaves when the record is safe. */
static void issue(struct lic_exchange *x, const struct session *session, struct sts_answer *answer,
                  struct lic_step *out)
{
    struct lic_err err = { 0 };
    enum lic_rc rc = seal(x, session, answer, &err);
    if (rc == LIC_E_IO) {
        refuse_failure(x, FAIL_random_failed, NULL, out);
        return;
    }
    if (rc != LIC_OK) {
        refuse(x, rc, &err, out);
        return;
    }
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    sts_write(answer, &body);
    if (body.failed != LIC_OK) {
        refuse_failure(x, FAIL_out_of_memory, NULL, out);
        return;
    }
    x->ready = buf_str(&body);
    x->request.issued_key = answer->access_key;
    x->request.issued_until = session->expires_ns;
    sts_appended(x, recording_issue(x, &err), &err, out);
}

/* ---- AssumeRole, AssumeRoleWithWebIdentity ---- */

static enum lic_rc judge(struct lic_exchange *x, struct assume *assume, struct verdict *out,
                         struct lic_err *err)
{
    struct event event = x->request;
    event.extras.cap = event.extras.n; /* the copy must not grow arrays of the request */
    enum lic_rc rc = assume_describe(assume, &event, &x->arena, err);
    /* The record tells what was asked, whatever comes of it. */
    x->request.session_tags = event.session_tags;
    x->request.source_identity_asked = event.source_identity_asked;
    TRY(rc);
    rc = assume_judge(assume, &event, &x->arena, out, err);
    x->request.action = event.action;
    ENSURE(rc != LIC_E_DUPLICATE, err, LIC_E_INVALID,
           "InvalidParameterValue: two tags or claims have the same name but for its case");
    return rc;
}

static enum lic_rc make_answer(struct lic_exchange *x, const struct assume *assume,
                               struct session *session, struct sts_answer *answer,
                               struct lic_err *err)
{
    int64_t now_ns = x->request.time;
    TRY(assume_session(assume, now_ns, &x->arena, session, err));
    TRY(assume_names(assume->config, assume->role, assume->request->session_name, &x->arena,
                     &answer->arn, &answer->user_id, err));
    answer->action = assume->request->action;
    answer->packed = true;
    answer->source_identity = assume->source_identity;
    return LIC_OK;
}

/* From who asks for what to credentials. `answer` has what only one of the two actions says. */
static void assume(struct lic_exchange *x, struct assume *asked, struct sts_answer *answer,
                   struct lic_step *out)
{
    struct lic_err err = { 0 };
    struct session session;
    struct verdict verdict = { .result = VERDICT_IMPLICIT_DENY, .blocked_by = LIC_STR("resource") };
    enum lic_rc rc = assume_prepare(asked, &x->arena, &err);
    asked->role = assume_role(asked->config, asked->request->role_arn);
    if (rc == LIC_OK && asked->role) {
        rc = judge(x, asked, &verdict, &err);
    }
    if (rc != LIC_OK) {
        refuse(x, rc, &err, out);
        return;
    }
    if (verdict.result != VERDICT_ALLOW) {
        deny(x, &verdict, out);
        return;
    }
    rc = make_answer(x, asked, &session, answer, &err);
    if (rc != LIC_OK) {
        refuse(x, rc, &err, out);
        return;
    }
    exchange_note_statement(x, &verdict);
    issue(x, &session, answer, out);
}

static void assume_role_call(struct lic_exchange *x, const struct sts_request *request,
                             struct lic_step *out)
{
    struct sts_answer answer = { 0 };
    struct assume asked = {
        .config = &x->engine->config,
        .caller = x->principal,
        .caller_session = x->session,
        .request = request,
    };
    assume(x, &asked, &answer, out);
}

static lic_str audience_of(const struct jwt *jwt)
{
    lic_str first = jwt->audiences.n > 0 ? jwt->audiences.at[0] : (lic_str){ 0 };
    return jwt->azp.n > 0 ? jwt->azp : first;
}

/* The caller is who the token names, whoever signed the call: as in AWS, that is not looked at. */
static enum lic_rc federate(struct lic_exchange *x, const struct sts_request *request,
                            struct federated *out, struct lic_err *err)
{
    TRY(federate_check(&x->engine->config, request->web_identity_token, x->request.time, &x->arena,
                       out, err));
    struct principal *caller = ARENA_NEW(&x->arena, struct principal);
    ENSURE(caller, err, LIC_E_NOMEM, "no memory for a caller");
    *caller = out->caller;
    x->principal = caller;
    x->request.extras.n = 0;
    TRY(judge_identify(&x->request, &x->engine->config, caller, &x->arena, err));
    x->request.web_identity = out->jwt.subject;
    return LIC_OK;
}

static void assume_web_call(struct lic_exchange *x, struct sts_request *request,
                            struct lic_step *out)
{
    struct federated from = { 0 };
    struct lic_err err = { 0 };
    enum lic_rc rc = federate(x, request, &from, &err);
    if (rc != LIC_OK) {
        refuse(x, rc, &err, out);
        return;
    }
    request->source_identity = from.source_identity;
    struct sts_answer answer = { .provider = from.provider->issuer,
                                 .audience = audience_of(&from.jwt),
                                 .subject = from.jwt.subject };
    struct assume asked = {
        .config = &x->engine->config,
        .web = true,
        .caller = x->principal,
        .request = request,
        .claims = from.claims,
        .claims_n = from.claims_n,
    };
    assume(x, &asked, &answer, out);
}

/* ---- GetSessionToken, GetCallerIdentity ---- */

static bool has_own_credentials(const struct lic_exchange *x)
{
    return !x->session && x->principal->identity && !x->principal->identity->is_role &&
           x->principal->role_arn.n == 0;
}

static void session_token_call(struct lic_exchange *x, const struct sts_request *request,
                               struct lic_step *out)
{
    struct lic_err err = { 0 };
    if (!has_own_credentials(x)) {
        (void)err_set(&err, LIC_E_INVALID,
                      "AccessDenied: Cannot call GetSessionToken with session credentials");
        refuse_fault(x, &err, out);
        return;
    }
    uint32_t duration_s = request->duration_s > 0 ? request->duration_s : USER_SESSION_S_DEFAULT;
    struct sts_answer answer = { .action = STS_GET_SESSION_TOKEN };
    struct session session = {
        .kind = SESSION_USER,
        .role_arn = x->principal->identity->arn,
        .session_name = x->principal->name,
        .issued_ns = assume_issued_ns(x->request.time),
        .expires_ns = assume_issued_ns(x->request.time) + (int64_t)duration_s * 1000000000,
    };
    issue(x, &session, &answer, out);
}

static lic_str account_of(lic_str arn)
{
    for (int i = 0; i < 4; i++) {
        (void)str_split(&arn, ':');
    }
    return str_split(&arn, ':');
}

static void caller_identity_call(struct lic_exchange *x, struct lic_step *out)
{
    struct buf body;
    struct sts_answer answer = {
        .action = STS_GET_CALLER_IDENTITY,
        .request_id = x->request.record,
        .account = account_of(x->principal->arn),
        .arn = x->principal->arn,
        .user_id = x->principal->user_id,
    };
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    sts_write(&answer, &body);
    worker_count(x->worker, COUNTER_ALLOWED, 1);
    exchange_note_stop(x, LIC_STR("allow"), LIC_STR("answered"), LIC_STR(""));
    refuse_answer(x, 200, LIC_STR("text/xml"), buf_str(&body), out);
    recording_refusal(x);
}

/* ---- the call ---- */

/* What the record says of the call before anything is decided. */
static void describe(struct lic_exchange *x, const struct sts_request *request)
{
    static const char *const actions[STS_ACTIONS_N] = {
        [STS_ASSUME_ROLE] = "sts:AssumeRole",
        [STS_ASSUME_ROLE_WITH_WEB_IDENTITY] = "sts:AssumeRoleWithWebIdentity",
        [STS_GET_CALLER_IDENTITY] = "sts:GetCallerIdentity",
        [STS_GET_SESSION_TOKEN] = "sts:GetSessionToken",
    };
    x->request.action = str_z(actions[request->action]);
    x->request.resource = request->role_arn.at ? request->role_arn : LIC_STR("*");
    x->request.role_session = request->session_name;
    x->gives_credentials = request->action != STS_GET_CALLER_IDENTITY;
    if (request->action == STS_ASSUME_ROLE) {
        x->request.external_id_given = request->external_id.at ? 1 : 0;
        x->request.source_identity_asked = request->source_identity;
    }
}

static void answer_call(struct lic_exchange *x, struct sts_request *request, struct lic_step *out)
{
    describe(x, request);
    if (x->gives_credentials && x->engine->config.session_keys.n == 0) {
        refuse_failure(x, FAIL_sessions_off, NULL, out);
        return;
    }
    switch (request->action) {
    case STS_ASSUME_ROLE:
        assume_role_call(x, request, out);
        return;
    case STS_ASSUME_ROLE_WITH_WEB_IDENTITY:
        assume_web_call(x, request, out);
        return;
    case STS_GET_SESSION_TOKEN:
        session_token_call(x, request, out);
        return;
    case STS_GET_CALLER_IDENTITY:
        caller_identity_call(x, out);
        return;
    case STS_ACTIONS_N:
        break;
    }
    UNREACHABLE("sts_read gives one of the four");
}

void sts_call(struct lic_exchange *x, lic_str form, struct lic_step *out)
{
    struct sts_request request;
    struct lic_err err = { 0 };
    if (!x->principal && !sts_is_unsigned(form)) {
        refuse_failure(x, FAIL_key_missing, NULL, out);
        return;
    }
    enum lic_rc rc = sts_read(&x->arena, form, &request, &err);
    if (rc != LIC_OK) {
        refuse(x, rc, &err, out);
        return;
    }
    answer_call(x, &request, out);
}

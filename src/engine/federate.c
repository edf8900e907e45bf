/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a JWT to who asks for a role. The claims become condition keys named after the provider, as
 * in AWS: "HOST/PATH:sub". `aud` is the authorised party when the token names one.
 */
#include "engine/federate.h"

#include "engine/engine.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

enum {
    LEEWAY_S = 60,           /* between the provider's clock and ours */
    SUBJECT_BYTES_MAX = 255, /* OpenID Connect Core 1.0, section 2 */
    DIGEST_BYTES = 4         /* of a subject, in a session's name */
};

/* ---- claims as condition keys ---- */

struct claims {
    struct event_extra *at;
    uint32_t n, cap;
};

static enum lic_rc add_claim(struct claims *claims, struct arena *arena, lic_str host, lic_str name,
                             const struct str_list *values, struct lic_err *err)
{
    struct buf key;
    struct event_extra extra = { .values = *values };
    buf_init(&key, arena, LIMIT_JSON_BYTES);
    buf_add(&key, host);
    buf_add_char(&key, ':');
    buf_add(&key, name);
    TRY(buf_check(&key, "a claim", err));
    extra.key = buf_str(&key);
    ENSURE(claims->n < LIMIT_CONTEXT_KEYS / 2, err, LIC_E_INVALID,
           "InvalidIdentityToken: the token has more than %u claims", LIMIT_CONTEXT_KEYS / 2);
    ENSURE(values->n == 0 || ARENA_PUSH(arena, claims, extra), err, LIC_E_NOMEM,
           "no memory for a claim");
    return LIC_OK;
}

static enum lic_rc add_text(struct claims *claims, struct arena *arena, lic_str host, lic_str name,
                            lic_str value, struct lic_err *err)
{
    struct str_list values = { 0 };
    enum lic_rc rc = value.n > 0 ? str_list_add(&values, arena, value) : LIC_OK;
    ENSURE(rc == LIC_OK, err, rc, "no memory for a claim");
    return add_claim(claims, arena, host, name, &values, err);
}

/* Those that mean something of their own in AWS and are set by us. */
static bool is_ours(lic_str name)
{
    static const char *const names[] = { "aud", "oaud", "sub" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq_nocase(name, str_z(names[i]))) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_provider(struct claims *claims, struct arena *arena, lic_str arn,
                                struct lic_err *err)
{
    struct event_extra extra = { .key = LIC_STR("aws:FederatedProvider") };
    enum lic_rc rc = str_list_add(&extra.values, arena, arn);
    ENSURE(rc == LIC_OK && ARENA_PUSH(arena, claims, extra), err, LIC_E_NOMEM,
           "no memory for a claim");
    return LIC_OK;
}

/* "HOST/PATH" of "arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH". */
static lic_str host_of(const struct identity_provider *provider)
{
    lic_str host = provider->arn;
    (void)str_split(&host, '/');
    return host;
}

static enum lic_rc read_claims(const struct federated *from, struct arena *arena,
                               struct claims *out, struct lic_err *err)
{
    const struct jwt *jwt = &from->jwt;
    lic_str host = host_of(from->provider);
    TRY(add_provider(out, arena, from->provider->arn, err));
    TRY(add_text(out, arena, host, LIC_STR("sub"), jwt->subject, err));
    if (jwt->azp.n > 0) {
        TRY(add_text(out, arena, host, LIC_STR("aud"), jwt->azp, err));
        TRY(add_claim(out, arena, host, LIC_STR("oaud"), &jwt->audiences, err));
    } else {
        TRY(add_claim(out, arena, host, LIC_STR("aud"), &jwt->audiences, err));
    }
    for (uint32_t i = 0; i < jwt->claims_n; i++) {
        if (!is_ours(jwt->claims[i].key)) {
            TRY(add_claim(out, arena, host, jwt->claims[i].key, &jwt->claims[i].values, err));
        }
    }
    return LIC_OK;
}

/* ---- checking ---- */

/* A reason in the words of this call. SDKs fetch a new token when they read "Expired". */
static enum lic_rc fault(struct lic_err *err)
{
    lic_str code, message;
    struct lic_err found = *err;
    (void)sts_fault(str_z(found.text), &code, &message);
    bool expired = str_eq(code, LIC_STR("ExpiredToken"));
    return err_set(err, LIC_E_INVALID, "%s: " LIC_FMT,
                   expired ? "ExpiredTokenException" : "InvalidIdentityToken", LIC_ARG(message));
}

static enum lic_rc find_provider(const struct config *config, lic_str token, struct arena *arena,
                                 const struct identity_provider **out, struct lic_err *err)
{
    lic_str issuer;
    enum lic_rc rc = jwt_issuer(token, arena, &issuer, err);
    if (rc != LIC_OK) {
        return rc == LIC_E_NOMEM ? rc : fault(err);
    }
    const struct identity_provider *provider = identity_provider(&config->identities, issuer);
    ENSURE(provider, err, LIC_E_INVALID,
           "InvalidIdentityToken: No OpenIDConnect provider found in your account for the token's "
           "issuer");
    ENSURE(provider->keys, err, LIC_E_INVALID,
           "IDPCommunicationError: the provider's keys have not been fetched yet");
    *out = provider;
    return LIC_OK;
}

static lic_str find_claim(const struct jwt *jwt, lic_str name)
{
    for (uint32_t i = 0; i < jwt->claims_n; i++) {
        if (str_eq(jwt->claims[i].key, name) && jwt->claims[i].values.n == 1) {
            return jwt->claims[i].values.at[0];
        }
    }
    return (lic_str){ 0 };
}

static enum lic_rc name_caller(struct federated *from, struct arena *arena, struct lic_err *err)
{
    struct buf first;
    lic_str identity = find_claim(&from->jwt, LIC_STR("https://aws.amazon.com/source_identity"));
    ENSURE(identity.n == 0 || (identity.n >= 2 && identity.n <= STS_SESSION_NAME_BYTES_MAX &&
                               sts_is_name(identity)),
           err, LIC_E_INVALID, "InvalidIdentityToken: the claim source_identity is not valid");
    buf_init(&first, arena, LIMIT_JSON_BYTES);
    buf_add(&first, from->provider->arn);
    buf_add_char(&first, '#');
    buf_add(&first, from->jwt.subject);
    TRY(buf_check(&first, "a federated name", err));
    from->source_identity = identity;
    from->caller = (struct principal){ .name = from->jwt.subject,
                                       .arn = from->provider->arn,
                                       .type = LIC_STR("WebIdentityUser"),
                                       .mfa = EVENT_FLAG_NONE };
    enum lic_rc rc = str_list_add(&from->caller.chain, arena, buf_str(&first));
    ENSURE(rc == LIC_OK, err, rc, "no memory for a federated name");
    return LIC_OK;
}

enum lic_rc federate_check(const struct config *config, lic_str token, int64_t now_ns,
                           struct arena *arena, struct federated *out, struct lic_err *err)
{
    struct federated found = { 0 };
    struct claims claims = { 0 };
    TRY(find_provider(config, token, arena, &found.provider, err));
    enum lic_rc rc =
        jwt_check(token, found.provider->keys, found.provider->issuer, &found.provider->audiences,
                  now_ns, LEEWAY_S, arena, &found.jwt, err);
    if (rc != LIC_OK) {
        return rc == LIC_E_NOMEM ? rc : fault(err);
    }
    ENSURE(found.jwt.subject.n > 0 && found.jwt.subject.n <= SUBJECT_BYTES_MAX, err, LIC_E_INVALID,
           "InvalidIdentityToken: the token's subject is empty or longer than %u bytes",
           (unsigned)SUBJECT_BYTES_MAX);
    TRY(name_caller(&found, arena, err));
    TRY(read_claims(&found, arena, &claims, err));
    found.claims = claims.at;
    found.claims_n = claims.n;
    *out = found;
    return LIC_OK;
}

/* ---- as a bearer key ---- */

lic_str federate_token(const struct lic_head *head)
{
    for (uint32_t i = 0; i < head->headers_n; i++) {
        if (!str_eq_nocase(head->headers[i].name, LIC_STR("authorization"))) {
            continue;
        }
        lic_str token = str_trim(head->headers[i].value);
        lic_str scheme = str_split(&token, ' ');
        token = str_trim(token);
        bool jwt = str_eq_nocase(scheme, LIC_STR("Bearer")) && jwt_looks_like(token);
        return jwt ? token : (lic_str){ 0 };
    }
    return (lic_str){ 0 };
}

/*
 * A session's name from a subject. What a name cannot hold becomes '-', and then a digest of the
 * whole follows, so that two subjects never share a name.
 */
static enum lic_rc session_name(lic_str subject, struct arena *arena, lic_str *out,
                                struct lic_err *err)
{
    uint8_t digest[HASH_BYTES];
    struct buf name;
    bool whole = sts_is_name(subject) && subject.n >= STS_SESSION_NAME_BYTES_MIN &&
                 subject.n <= STS_SESSION_NAME_BYTES_MAX;
    *out = subject;
    if (whole) {
        return LIC_OK;
    }
    buf_init(&name, arena, STS_SESSION_NAME_BYTES_MAX);
    lic_str kept = str_head(subject, STS_SESSION_NAME_BYTES_MAX - 2 * DIGEST_BYTES - 1);
    for (size_t i = 0; i < kept.n; i++) {
        buf_add_char(&name, sts_is_name(str_slice(kept, i, i + 1)) ? kept.at[i] : '-');
    }
    char hex[2 * DIGEST_BYTES];
    hash_sha256(subject, digest);
    hash_hex(digest, DIGEST_BYTES, hex);
    buf_add_char(&name, '-');
    buf_add(&name, str_make(hex, sizeof(hex)));
    TRY(buf_check(&name, "a session's name", err));
    *out = buf_str(&name);
    return LIC_OK;
}

/* What the call says of itself, before it says who is calling. */
static struct event ask_event(const struct event *call, const struct principal *caller)
{
    struct event event;
    event_init(&event);
    event.time = call->time;
    event.source_ip = call->source_ip;
    event.secure = call->secure;
    event.user_agent = call->user_agent;
    event.principal = caller->arn;
    event.principal_type = caller->type;
    return event;
}

static enum lic_rc judge(const struct federate_ask *ask, struct assume *assume, struct arena *arena,
                         struct verdict *out, struct lic_err *err)
{
    struct event event = ask_event(ask->event, assume->caller);
    event.role_session = assume->request->session_name;
    event.region = ask->engine->config.settings.region;
    TRY(assume_prepare(assume, arena, err));
    TRY(assume_describe(assume, &event, arena, err));
    return assume_judge(assume, &event, arena, out, err);
}

/* A session of the bearer role for as long as the token lives, and as AWS lets a session live. */
static enum lic_rc act(const struct federate_ask *ask, const struct federated *from,
                       struct assume *assume, struct arena *arena, struct principal *out,
                       enum failmode *out_failure, struct lic_err *err)
{
    struct verdict verdict;
    struct session session;
    *out_failure = FAIL_token_refused;
    TRY(judge(ask, assume, arena, &verdict, err));
    ENSURE(verdict.result == VERDICT_ALLOW, err, LIC_E_INVALID,
           "the role's trust policy does not let this token's subject in");
    TRY(assume_session(assume, ask->now_ns, arena, &session, err));
    /* The moment of issue is the token's, so that revoking sessions revokes it. */
    session.issued_ns = from->jwt.issued_ns == EVENT_INT_NONE ? 0 : from->jwt.issued_ns;
    return assume_principal(&ask->engine->config, &session, LIC_STR(""), arena, out, out_failure,
                            err);
}

static enum lic_rc find_bearer_role(const struct config *config, const struct federated *from,
                                    const struct identity **out, struct lic_err *err)
{
    lic_str arn = from->provider->bearer_role_arn;
    *out = arn.n > 0 ? assume_role(config, arn) : NULL;
    ENSURE(*out, err, LIC_E_INVALID,
           "tokens of this issuer are not accepted as bearer keys: the provider has no bearer_role "
           "with a trust policy");
    return LIC_OK;
}

static bool is_over(const struct federated *from, int64_t now_ns)
{
    return now_ns >= from->jwt.expires_ns;
}

/* Only what was checked well is checked once more into a slot: no stranger can empty slots. */
static struct kept_session *keep(const struct federate_ask *ask, const uint8_t digest[32])
{
    struct lic_err err;
    struct kept_session *slot = kept_take(ask->worker, ask->engine, digest);
    struct federated *from = slot ? ARENA_NEW(&slot->arena, struct federated) : NULL;
    lic_str token = from ? str_copy(&slot->arena, ask->token) : (lic_str){ 0 };
    if (!token.at || federate_check(&ask->engine->config, token, ask->now_ns, &slot->arena, from,
                                    &err) != LIC_OK) {
        kept_drop(slot);
        return NULL;
    }
    slot->federated = from;
    return slot;
}

/* A token that this worker has seen is good until it expires: checking a signature takes long. */
static enum lic_rc check_kept(const struct federate_ask *ask, struct arena *arena,
                              struct federated *out, struct kept_session **out_kept,
                              struct lic_err *err)
{
    uint8_t digest[32];
    kept_digest(LIC_STR(""), ask->token, digest);
    struct kept_session *slot = kept_find(ask->worker, ask->engine, digest);
    if (slot && slot->federated && !is_over(slot->federated, ask->now_ns)) {
        *out = *slot->federated;
        *out_kept = slot;
        return LIC_OK;
    }
    kept_release(slot);
    TRY(federate_check(&ask->engine->config, ask->token, ask->now_ns, arena, out, err));
    *out_kept = is_over(out, ask->now_ns) ? NULL : keep(ask, digest);
    return LIC_OK;
}

static enum lic_rc act_as_bearer(const struct federate_ask *ask, const struct federated *from,
                                 struct arena *arena, struct principal *out,
                                 enum failmode *out_failure, struct lic_err *err)
{
    struct sts_request request = { .action = STS_ASSUME_ROLE_WITH_WEB_IDENTITY,
                                   .source_identity = from->source_identity };
    struct assume assume = {
        .config = &ask->engine->config,
        .web = true,
        .caller = &from->caller,
        .request = &request,
        .claims = from->claims,
        .claims_n = from->claims_n,
    };
    TRY(find_bearer_role(&ask->engine->config, from, &assume.role, err));
    TRY(session_name(from->jwt.subject, arena, &request.session_name, err));
    return act(ask, from, &assume, arena, out, out_failure, err);
}

enum lic_rc federate_bearer(const struct federate_ask *ask, struct arena *arena,
                            struct federate_by *out, enum failmode *out_failure,
                            struct lic_err *err)
{
    struct federated from;
    struct federate_by by = { 0 };
    *out_failure = FAIL_token_not_accepted;
    TRY(check_kept(ask, arena, &from, &by.kept, err));
    enum lic_rc rc = act_as_bearer(ask, &from, arena, &by.principal, out_failure, err);
    if (rc != LIC_OK) {
        kept_release(by.kept);
        return rc;
    }
    *out = by;
    return LIC_OK;
}

/* ---- keys that the host fetches ---- */

static const struct identity_provider *fetched(const struct lic_engine *engine, uint32_t i)
{
    for (uint32_t at = 0; at < engine->config.oidc_n; at++) {
        if (engine->config.oidc[at].jwks_url.n > 0 && i-- == 0) {
            return &engine->config.oidc[at];
        }
    }
    return NULL;
}

uint32_t lic_engine_jwks_n(const struct lic_engine *engine)
{
    uint32_t n = 0;
    while (fetched(engine, n)) {
        n++;
    }
    return n;
}

struct lic_jwks lic_engine_jwks(const struct lic_engine *engine, uint32_t i)
{
    const struct identity_provider *provider = fetched(engine, i);
    CHECK(provider);
    return (struct lic_jwks){ provider->jwks_url, provider->jwks_path };
}

enum lic_rc lic_jwks_check(const struct lic_host *host, lic_str jwks, struct lic_err *err)
{
    struct jwt_keys *keys;
    TRY(jwt_keys_read(host, jwks, &keys, err));
    jwt_keys_free(keys);
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a signed call: find the secret, check the signature with it, or with one that nobody has
 * when there is none, so that an answer never says which key ids exist.
 */
#include "engine/signed.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "engine/assume.h"
#include "policy/replay.h"

#include "base/banned.h"

/*
 * What a worker keeps for signatures. The secret that nobody has stays the same for the worker's
 * life, so that calls with unknown keys find their derived key kept just as others do.
 */
struct signing {
    struct sigv4_cache cache;
    char nobodys_secret[SESSION_SECRET_BYTES];
};

/* ---- failures ---- */

/* AWS's word at the start of a sentence; the sentence keeps what follows it. */
static lic_str take_code(struct lic_err *err)
{
    static const char *const known[] = { "RequestTimeTooSkewed", "RequestExpired",
                                         "IncompleteSignature",  "SignatureDoesNotMatch",
                                         "ExpiredToken",         "InvalidSignatureException" };
    lic_str code, message;
    struct lic_err found = *err;
    (void)sts_fault(str_z(found.text), &code, &message);
    (void)err_set(err, found.rc, LIC_FMT, LIC_ARG(message));
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_eq(code, str_z(known[i]))) {
            return str_z(known[i]);
        }
    }
    return LIC_STR("");
}

static enum failmode signature_failure(struct lic_err *err)
{
    static const struct {
        const char *code;
        enum failmode mode;
    } rows[] = {
        { "RequestTimeTooSkewed", FAIL_signature_skewed },
        { "RequestExpired", FAIL_signature_expired },
        { "IncompleteSignature", FAIL_signature_incomplete },
        { "SignatureDoesNotMatch", FAIL_signature_mismatch },
    };
    lic_str code = take_code(err);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_eq(code, str_z(rows[i].code))) {
            return rows[i].mode;
        }
    }
    return FAIL_signature_invalid;
}

/* ---- reading ---- */

enum lic_rc signed_read(const struct lic_head *head, bool sts, struct arena *arena,
                        const struct signed_call **out, enum failmode *out_failure,
                        struct lic_err *err)
{
    struct sigv4_claim claim = { 0 };
    *out = NULL;
    enum lic_rc rc = sigv4_read(head, arena, &claim, err);
    if (rc == LIC_E_MISSING) {
        err->rc = LIC_OK;
        return LIC_OK;
    }
    if (rc != LIC_OK) {
        *out_failure = rc == LIC_E_NOMEM ? FAIL_out_of_memory : signature_failure(err);
        return rc;
    }
    struct signed_call *call = ARENA_NEW(arena, struct signed_call);
    *out_failure = FAIL_out_of_memory;
    ENSURE(call, err, LIC_E_NOMEM, "no memory for a signature");
    *call = (struct signed_call){ .head = *head, .claim = claim, .sts = sts };
    *out = call;
    return LIC_OK;
}

bool signed_is_chunked(const struct signed_call *call)
{
    return call && call->claim.payload != SIGV4_HASHED && call->claim.payload != SIGV4_UNSIGNED;
}

/* ---- what a worker keeps ---- */

static enum lic_rc begin_signing(struct lic_worker *worker, enum failmode *out_failure,
                                 struct lic_err *err)
{
    const struct lic_host *host = worker->host;
    uint8_t random[SESSION_SECRET_BYTES / 2];
    if (worker->signing) {
        return LIC_OK;
    }
    *out_failure = FAIL_random_failed;
    ENSURE(host->random(host->ctx, random, sizeof(random)) == LIC_OK, err, LIC_E_IO,
           "the host gave no randomness");
    struct signing *signing = host->resize(host->ctx, NULL, sizeof(*signing));
    *out_failure = FAIL_out_of_memory;
    ENSURE(signing, err, LIC_E_NOMEM, "no memory for derived keys");
    memset(signing, 0, sizeof(*signing));
    hash_hex(random, sizeof(random), signing->nobodys_secret);
    worker->signing = signing;
    return LIC_OK;
}

void signed_fini(struct lic_worker *worker)
{
    if (worker->signing) {
        sigv4_cache_wipe(&worker->signing->cache);
        (void)worker->host->resize(worker->host->ctx, worker->signing, 0);
        worker->signing = NULL;
    }
}

/* ---- the secret ---- */

struct found {
    struct signed_by by;
    char room[SESSION_SECRET_BYTES];
    lic_str secret;
    enum failmode failure; /* why there is no principal, when the signature is right */
    enum lic_rc rc;
    struct lic_err err;
};

static void find_user(const struct signed_ask *ask, struct found *found)
{
    const struct access_key *key =
        identity_access_key(&ask->engine->config.identities, ask->call->claim.key_id);
    found->failure = FAIL_signature_mismatch;
    found->rc = err_set(&found->err, LIC_E_INVALID, "%s", "");
    if (!key) {
        return;
    }
    struct principal *principal = ARENA_NEW(ask->arena, struct principal);
    if (!principal) {
        found->failure = FAIL_out_of_memory;
        found->rc = err_set(&found->err, LIC_E_NOMEM, "no memory for a principal");
        return;
    }
    *principal = *key->principal;
    principal->access_key = key->id;
    found->secret = key->secret;
    found->by.principal = principal;
    found->rc = LIC_OK;
}

/* Where a session is opened into: an exchange's memory or a slot's. */
struct opened {
    struct arena *arena;
    struct session *session;
    struct principal *principal;
    char *secret; /* SESSION_SECRET_BYTES */
};

static enum lic_rc open_session(const struct signed_ask *ask, const struct opened *to,
                                enum failmode *out_failure, struct lic_err *err)
{
    const struct sigv4_claim *claim = &ask->call->claim;
    const struct config *config = &ask->engine->config;
    *out_failure = FAIL_out_of_memory;
    lic_str key_id = str_copy(to->arena, claim->key_id);
    ENSURE(key_id.at, err, LIC_E_NOMEM, "no memory for a session");
    *out_failure = FAIL_token_invalid;
    ENSURE(config->session_keys.n > 0, err, LIC_E_INVALID, "this gateway gives out no sessions");
    TRY(session_open(&config->session_keys, claim->key_id, claim->security_token, ask->now_ns,
                     to->arena, to->session, err));
    TRY(session_secret(&config->session_keys, claim->key_id, claim->security_token, to->secret,
                       err));
    return assume_principal(config, to->session, key_id, to->arena, to->principal, out_failure,
                            err);
}

static void use_session(struct found *found, const struct session *session,
                        const struct principal *principal, const char *secret)
{
    found->by.session = session;
    found->by.principal = principal;
    found->secret = str_make(secret, SESSION_SECRET_BYTES);
}

/* Only what opened well is opened once more into a slot, so that no stranger can empty slots. */
static void keep_session(const struct signed_ask *ask, const uint8_t digest[32],
                         struct found *found)
{
    struct lic_err err;
    enum failmode failure;
    struct kept_session *slot = kept_take(ask->worker, ask->engine, digest);
    if (!slot) {
        return;
    }
    struct opened to = { &slot->arena, &slot->session, &slot->principal, slot->secret };
    if (open_session(ask, &to, &failure, &err) != LIC_OK) {
        kept_drop(slot);
        return;
    }
    found->by.kept = slot;
    use_session(found, &slot->session, &slot->principal, slot->secret);
}

static enum lic_rc open_new_session(const struct signed_ask *ask, const uint8_t digest[32],
                                    struct found *found)
{
    struct opened to = { ask->arena, ARENA_NEW(ask->arena, struct session),
                         ARENA_NEW(ask->arena, struct principal), found->room };
    found->failure = FAIL_out_of_memory;
    ENSURE(to.session && to.principal, &found->err, LIC_E_NOMEM, "no memory for a session");
    TRY(open_session(ask, &to, &found->failure, &found->err));
    use_session(found, to.session, to.principal, found->room);
    keep_session(ask, digest, found);
    return LIC_OK;
}

static void find_session(const struct signed_ask *ask, struct found *found)
{
    uint8_t digest[32];
    kept_digest(ask->call->claim.key_id, ask->call->claim.security_token, digest);
    struct kept_session *slot = kept_find(ask->worker, ask->engine, digest);
    if (slot && ask->now_ns < slot->session.expires_ns) {
        found->by.kept = slot;
        found->rc = LIC_OK;
        use_session(found, &slot->session, &slot->principal, slot->secret);
        return;
    }
    kept_release(slot);
    found->rc = open_new_session(ask, digest, found);
    if (found->rc == LIC_E_NOMEM) {
        found->failure = FAIL_out_of_memory;
    } else if (found->rc != LIC_OK && str_eq(take_code(&found->err), LIC_STR("ExpiredToken"))) {
        found->failure = FAIL_token_expired;
    }
}

static void find_secret(const struct signed_ask *ask, struct found *found)
{
    found->failure = FAIL_token_invalid;
    if (ask->call->claim.security_token.n > 0) {
        find_session(ask, found);
        return;
    }
    find_user(ask, found);
}

/* ---- the signature ---- */

static enum lic_rc check_signature(const struct signed_ask *ask, lic_str secret,
                                   struct lic_err *err)
{
    static const lic_str sts[] = { { "sts", 3 } };
    static const lic_str others[] = {
        { "bedrock", 7 }, { "lambda", 6 }, { "lictor", 6 }, { "execute-api", 11 }
    };
    char hash[64];
    const struct config *config = &ask->engine->config;
    const struct signed_call *call = ask->call;
    struct sigv4_rules rules = {
        .now_ns = ask->now_ns,
        .skew_ns = config->skew_ns,
        .region = config->settings.region,
        .services = call->sts ? sts : others,
        .services_n = call->sts ? 1 : (uint32_t)(sizeof(others) / sizeof(others[0])),
        .allow_unsigned = config->unsigned_payload && call->head.secure,
        .normalize_path = true,
    };
    sigv4_hash_hex(ask->body, hash);
    return sigv4_check_cached(&call->head, &call->claim, &rules, secret,
                              str_make(hash, sizeof(hash)), &ask->worker->signing->cache,
                              ask->arena, err);
}

/* ---- replay ---- */

/*
 * What may be asked twice, since nothing comes of it. A GET of STS may give credentials: of its
 * calls only the one that says who is calling is harmless.
 */
static bool is_safe(const struct signed_ask *ask)
{
    const struct signed_call *call = ask->call;
    lic_str query = call->head.target;
    struct sts_request request;
    struct lic_err err;
    (void)str_split(&query, '?');
    if (!str_eq(call->head.method, LIC_STR("GET")) && !str_eq(call->head.method, LIC_STR("HEAD"))) {
        return false;
    }
    return !call->sts || (sts_read(ask->arena, query, &request, &err) == LIC_OK &&
                          request.action == STS_GET_CALLER_IDENTITY);
}

static enum lic_rc check_replay(const struct signed_ask *ask, enum failmode *out_failure,
                                struct lic_err *err)
{
    const struct config *config = &ask->engine->config;
    const struct signed_call *call = ask->call;
    if (!config->replay_refused || is_safe(ask)) {
        return LIC_OK;
    }
    const struct sigv4_claim *claim = &call->claim;
    const struct lic_host *host = ask->worker->host;
    uint8_t id[LIC_REPLAY_ID_BYTES];
    int64_t until_ns = claim->time_ns + config->skew_ns + (int64_t)claim->expires_s * 1000000000;
    replay_id(claim->signature, claim->amz_date, id);
    enum lic_rc rc = host->remember(host->ctx, id, ask->now_ns, until_ns);
    *out_failure = FAIL_signature_replayed;
    ENSURE(rc != LIC_E_DUPLICATE, err, LIC_E_INVALID, "the same signature was used before");
    *out_failure = FAIL_replay_full;
    ENSURE(rc == LIC_OK, err, LIC_E_LIMIT, "no more signatures can be remembered");
    return LIC_OK;
}

/* ---- all of it ---- */

static enum lic_rc take_body(const struct signed_ask *ask, lic_str secret, lic_str *out,
                             struct lic_err *err)
{
    const struct signed_call *call = ask->call;
    *out = ask->body;
    return signed_is_chunked(call)
               ? sigv4_unchunk(&call->head, &call->claim, secret, ask->body, ask->arena, out, err)
               : LIC_OK;
}

static enum lic_rc check_found(const struct signed_ask *ask, struct found *found,
                               enum failmode *out_failure, struct lic_err *err)
{
    enum lic_rc rc = check_signature(ask, found->secret, err);
    if (found->rc == LIC_OK && rc == LIC_OK) {
        rc = take_body(ask, found->secret, &found->by.body, err);
    }
    /* What is wrong with a token is said to who has it; of a key only that the signature is. */
    bool token = found->rc != LIC_OK && found->failure != FAIL_signature_mismatch;
    if (rc != LIC_OK && !token) {
        *out_failure = rc == LIC_E_NOMEM ? FAIL_out_of_memory : signature_failure(err);
        return rc;
    }
    if (found->rc != LIC_OK) {
        *out_failure = found->failure;
        *err = found->err;
        return found->rc;
    }
    return check_replay(ask, out_failure, err);
}

enum lic_rc signed_check(const struct signed_ask *ask, struct signed_by *out,
                         enum failmode *out_failure, struct lic_err *err)
{
    struct found found = { 0 };
    TRY(begin_signing(ask->worker, out_failure, err));
    found.secret = str_make(ask->worker->signing->nobodys_secret,
                            sizeof(ask->worker->signing->nobodys_secret));
    find_secret(ask, &found);
    enum lic_rc rc = check_found(ask, &found, out_failure, err);
    hmac_wipe(found.room, sizeof(found.room));
    if (rc != LIC_OK) {
        kept_release(found.by.kept);
        return rc;
    }
    *out = found.by;
    return LIC_OK;
}

/* ---- what hosts remember signatures with ---- */

enum lic_rc lic_replay_init(void *memory, size_t bytes, struct lic_err *err)
{
    return replay_init(memory, bytes, err);
}

enum lic_rc lic_replay_remember(void *memory, size_t bytes, const uint8_t id[LIC_REPLAY_ID_BYTES],
                                int64_t now_ns, int64_t until_ns)
{
    struct replay_table *table = replay_attach(memory, bytes);
    if (!table) {
        return LIC_E_LIMIT;
    }
    switch (replay_remember(table, id, now_ns, until_ns)) {
    case REPLAY_NEW:
        return LIC_OK;
    case REPLAY_SEEN:
        return LIC_E_DUPLICATE;
    case REPLAY_FULL:
        break;
    }
    return LIC_E_LIMIT;
}

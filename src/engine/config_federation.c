/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads who else may sign in: issuers of web identities (oidc_providers) and the keys under which
 * session credentials are sealed (sessions.keys) in principals.yaml.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"
#include "policy/base64.h"

#include "base/banned.h"

static const lic_str FILE_NAME = { "principals.yaml", sizeof("principals.yaml") - 1 };

/* More than two are there only while keys are being replaced. */
enum { SESSION_KEYS_MAX = 16 };

/* ---- web identities ---- */

struct provider_file {
    const struct yaml_node *issuer, *audiences, *jwks, *bearer_role;
};

static const struct shape_member PROVIDER[] = {
    { "issuer", shape_keep, offsetof(struct provider_file, issuer), .required = true },
    { "audiences", shape_keep, offsetof(struct provider_file, audiences), .required = true },
    { "jwks", shape_keep, offsetof(struct provider_file, jwks), .required = true },
    { "bearer_role", shape_keep, offsetof(struct provider_file, bearer_role), .required = false },
};

/* One provider being read. */
struct provider_reading {
    struct config_reading *reading;
    const struct shape *shape;
    struct provider_file file;
    struct identity_provider *out;
};

/* A host and a path as they stand in an ARN: no query, user, blanks or pattern. */
static bool is_plain_url(lic_str url, lic_str scheme)
{
    for (size_t i = 0; i < url.n; i++) {
        char c = url.at[i];
        if (c <= 0x20 || c > 0x7e || strchr("*?#@\"\\<>{}|^`'", c)) {
            return false;
        }
    }
    lic_str rest = str_tail(url, scheme.n);
    return str_starts(url, scheme) && url.n <= LIMIT_NAME_BYTES && rest.n > 0 &&
           rest.at[0] != '/' && rest.at[0] != ':';
}

static enum lic_rc read_issuer(struct provider_reading *p)
{
    struct config_reading *reading = p->reading;
    static const lic_str scheme = { "https://", 8 };
    lic_str issuer = { 0 };
    TRY(shape_text(p->shape, p->file.issuer, &issuer));
    if (issuer.n == 0) {
        return LIC_OK;
    }
    if (!is_plain_url(issuer, scheme)) {
        return shape_mistake(p->shape, p->file.issuer, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not an issuer: https://HOST[/PATH], as in the "
                             "claim \"iss\" of its tokens",
                             LIC_ARG(mistakes_shown(issuer)));
    }
    p->out->issuer = issuer;
    p->out->arn = CONFIG_JOIN(reading->arena, LIC_STR("arn:aws:iam::"), reading->config->account,
                              LIC_STR(":oidc-provider/"), str_tail(issuer, scheme.n));
    ENSURE(p->out->arn.at, reading->err, LIC_E_NOMEM, "no memory for an ARN");
    enum lic_rc rc = map_add(&reading->config->identities.providers_by_issuer, issuer, p->out);
    if (rc == LIC_E_DUPLICATE) {
        return shape_mistake(p->shape, p->file.issuer, rc, "this issuer is listed twice");
    }
    ENSURE(rc == LIC_OK, reading->err, rc, "no memory for an issuer");
    return LIC_OK;
}

/* Where `lictor serve` keeps what it fetched from a URL. */
static enum lic_rc name_fetched(struct provider_reading *p)
{
    struct config_reading *reading = p->reading;
    uint8_t digest[HASH_BYTES];
    char hex[2 * HASH_BYTES];
    hash_sha256(p->out->jwks_url, digest);
    hash_hex(digest, HASH_BYTES, hex);
    p->out->jwks_path = CONFIG_JOIN(reading->arena, reading->config->settings.state_dir,
                                    LIC_STR("/jwks/"), str_make(hex, sizeof hex), LIC_STR(".json"));
    ENSURE(p->out->jwks_path.at, reading->err, LIC_E_NOMEM, "no memory for a path");
    return LIC_OK;
}

static bool is_local(lic_str url)
{
    static const char *const hosts[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        lic_str rest = str_tail(url, strlen(hosts[i]));
        if (str_starts(url, str_z(hosts[i])) &&
            (rest.n == 0 || rest.at[0] == ':' || rest.at[0] == '/')) {
            return is_plain_url(url, LIC_STR("http://"));
        }
    }
    return false;
}

static enum lic_rc read_jwks(struct provider_reading *p)
{
    struct config_reading *reading = p->reading;
    struct lic_err err;
    lic_str text = { 0 };
    TRY(shape_text(p->shape, p->file.jwks, &text));
    if (is_plain_url(text, LIC_STR("https://")) || is_local(text)) {
        p->out->jwks_url = text;
        return name_fetched(p);
    }
    if (!str_starts(text, LIC_STR("file:")) || text.n == 5) {
        return text.n == 0 ? LIC_OK
                           : shape_mistake(p->shape, p->file.jwks, LIC_E_INVALID,
                                           "\"jwks\" is file:PATH, or https://... where the issuer "
                                           "publishes its keys");
    }
    lic_str name = str_tail(text, 5);
    enum lic_rc rc = config_dir_probe(&reading->dir, name, &err);
    if (rc == LIC_E_NOMEM) {
        *reading->err = err;
        return rc;
    }
    if (rc != LIC_OK) {
        return shape_mistake(p->shape, p->file.jwks, rc, LIC_FMT ": %s",
                             LIC_ARG(mistakes_shown(text)), err.text);
    }
    return config_path(reading, name, &p->out->jwks_path);
}

static enum lic_rc read_bearer_role(struct provider_reading *p)
{
    const struct identity *role = NULL;
    TRY(config_role_named(p->reading, p->shape, p->file.bearer_role, &role));
    if (role && !role->trust_doc) {
        return shape_mistake(p->shape, p->file.bearer_role, LIC_E_INVALID,
                             "the role \"" LIC_FMT "\" has no trust policy, so nobody can come as "
                             "it: give it \"trust\" with this issuer as Federated principal",
                             LIC_ARG(mistakes_shown(role->name)));
    }
    p->out->bearer_role_arn = role ? role->arn : p->out->bearer_role_arn;
    return LIC_OK;
}

static enum lic_rc read_provider(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node)
{
    struct config *config = reading->config;
    struct provider_reading p = { .reading = reading, .shape = shape };
    p.out = &config->oidc[config->oidc_n++];
    TRY(shape_mapping(shape, node, SHAPE("an OIDC provider", PROVIDER), &p.file));
    TRY(p.file.issuer ? read_issuer(&p) : LIC_OK);
    TRY(p.file.audiences ? shape_texts(shape, p.file.audiences, &p.out->audiences) : LIC_OK);
    TRY(p.file.jwks ? read_jwks(&p) : LIC_OK);
    TRY(p.file.bearer_role ? read_bearer_role(&p) : LIC_OK);
    if (p.file.audiences && p.file.audiences->n == 0) {
        return shape_mistake(shape, p.file.audiences, LIC_E_MISSING,
                             "without audiences, tokens meant for others would be let in");
    }
    return LIC_OK;
}

static enum lic_rc read_providers(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node)
{
    struct config *config = reading->config;
    bool right;
    TRY(shape_expect(shape, node, YAML_SEQUENCE, "a list of OIDC providers", &right));
    if (!right) {
        return LIC_OK;
    }
    config->oidc = ARENA_ARRAY(reading->arena, struct identity_provider, node->n);
    ENSURE(config->oidc, reading->err, LIC_E_NOMEM, "no memory for %u providers", node->n);
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        TRY(read_provider(reading, shape, item));
    }
    return LIC_OK;
}

/* ---- keys of sessions ---- */

struct sessions_file {
    const struct yaml_node *keys;
};

static const struct shape_member SESSIONS[] = {
    { "keys", shape_keep, offsetof(struct sessions_file, keys), .required = true },
};

/* 32 bytes in either form of base64; every text of them is 43 or 44 long. */
static bool is_session_key(lic_str text, struct session_key *out)
{
    uint8_t bytes[64];
    size_t n = 0;
    bool read = text.n <= sizeof(bytes) && (base64_read(BASE64_PLAIN, text, bytes, &n) ||
                                            base64_read(BASE64_URL, text, bytes, &n));
    if (read && n == sizeof(out->bytes)) {
        memcpy(out->bytes, bytes, n);
        return true;
    }
    return false;
}

static enum lic_rc read_session_key(struct config_reading *reading, const struct shape *shape,
                                    const struct yaml_node *node, struct session_key *out,
                                    bool *out_good)
{
    lic_str text = { 0 };
    uint32_t mistakes = reading->mistakes.n;
    TRY(config_secret(reading, shape, node, &text));
    *out_good = reading->mistakes.n == mistakes;
    if (!*out_good || is_session_key(text, out)) {
        return LIC_OK;
    }
    *out_good = false;
    return shape_mistake(shape, node, LIC_E_INVALID,
                         "this does not refer to a key: 32 random bytes in base64, made with "
                         "head -c 32 /dev/urandom | base64");
}

static enum lic_rc read_session_keys(struct config_reading *reading, const struct shape *shape,
                                     const struct yaml_node *node)
{
    bool right;
    uint32_t n = 0;
    TRY(shape_expect(shape, node, YAML_SEQUENCE, "a list of references to keys", &right));
    if (!right && node->type != YAML_NULL) {
        return LIC_OK;
    }
    if (node->n == 0 || node->n > SESSION_KEYS_MAX) {
        return shape_mistake(shape, node, LIC_E_LIMIT,
                             "1 to %d references to keys, the newest first", SESSION_KEYS_MAX);
    }
    struct session_key *keys = ARENA_ARRAY(reading->arena, struct session_key, node->n);
    ENSURE(keys, reading->err, LIC_E_NOMEM, "no memory for keys");
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        bool good = false;
        TRY(read_session_key(reading, shape, item, &keys[n], &good));
        n += good ? 1 : 0;
    }
    reading->config->session_keys = (struct session_keys){ keys, n };
    return LIC_OK;
}

enum lic_rc config_federation_read(struct config_reading *reading)
{
    const struct config_principals_file *file = &reading->principals;
    struct shape shape = config_shape(reading, FILE_NAME);
    struct sessions_file sessions = { 0 };
    if (file->oidc_providers) {
        TRY(read_providers(reading, &shape, file->oidc_providers));
    }
    if (!file->sessions) {
        return LIC_OK;
    }
    TRY(shape_mapping(&shape, file->sessions, SHAPE("sessions", SESSIONS), &sessions));
    return sessions.keys ? read_session_keys(reading, &shape, sessions.keys) : LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens: what stands in them, and whether it may be believed.
 *
 * Order of the checks: form, header, key, signature, claims. Nothing of the claims is looked at
 * before the signature holds, but for jwt_issuer, whose answer only picks the keys to check with.
 * The algorithm is the key's, never the token's choice: a token may only name the one its key has.
 */
#include "policy/jwt.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/str.h"
#include "policy/base64.h"
#include "policy/jwks.h"

#include "base/banned.h"

#define TOKEN_BYTES_MAX 16384u
#define CLAIMS_MAX 256u
#define SECONDS_MAX 4102444800.0 /* the year 2100: a token good for longer is a mistake */
#define NS_A_SECOND 1000000000

/* The three parts of a token, decoded where that is needed. */
struct parts {
    lic_str signing_input;   /* header '.' payload, as sent */
    lic_str header, payload; /* JSON */
    lic_str signature;       /* bytes */
};

/* ---- form ---- */

static bool is_base64url(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_';
        if (!good) {
            return false;
        }
    }
    return true;
}

bool jwt_looks_like(lic_str token)
{
    uint8_t first[3];
    size_t n;
    lic_str rest = token;
    lic_str header = str_split(&rest, '.');
    size_t dot = str_find_char(rest, '.');
    lic_str payload = str_head(rest, dot);
    return header.n >= 4 && dot < rest.n && is_base64url(header) && is_base64url(payload) &&
           is_base64url(str_tail(rest, dot + 1)) &&
           base64_read(BASE64_URL, str_head(header, 4), first, &n) && first[0] == '{';
}

static enum lic_rc decode_part(lic_str text, const char *what, struct arena *arena, lic_str *out,
                               struct lic_err *err)
{
    size_t n;
    uint8_t *bytes = arena_take(arena, base64_bytes_max(text.n));
    ENSURE(bytes, err, LIC_E_NOMEM, "no memory for a token");
    ENSURE(base64_read(BASE64_URL, text, bytes, &n), err, LIC_E_INVALID,
           "the token's %s is not base64url without padding", what);
    *out = str_make((const char *)bytes, n);
    return LIC_OK;
}

static enum lic_rc split_token(lic_str token, struct arena *arena, struct parts *out,
                               struct lic_err *err)
{
    lic_str rest = token;
    ENSURE(token.n <= TOKEN_BYTES_MAX, err, LIC_E_INVALID, "the token has %zu bytes, more than %u",
           token.n, TOKEN_BYTES_MAX);
    lic_str header = str_split(&rest, '.');
    size_t dot = str_find_char(rest, '.');
    lic_str signature = str_tail(rest, dot + 1);
    ENSURE(dot < rest.n && str_find_char(signature, '.') == signature.n, err, LIC_E_INVALID,
           "the token is not of three parts");
    out->signing_input = str_head(token, header.n + 1 + dot);
    TRY(decode_part(header, "header", arena, &out->header, err));
    TRY(decode_part(str_head(rest, dot), "payload", arena, &out->payload, err));
    return decode_part(signature, "signature", arena, &out->signature, err);
}

static enum lic_rc read_object(lic_str text, const char *what, struct arena *arena,
                               struct json_doc *out, struct lic_err *err)
{
    struct lic_err inner;
    enum lic_rc rc = json_read(arena, text, NULL, out, &inner);
    ENSURE(rc != LIC_E_NOMEM, err, rc, "no memory for a token");
    ENSURE(rc == LIC_OK, err, LIC_E_INVALID, "the token's %s is not JSON: %s", what, inner.text);
    ENSURE(json_type(out, 0) == JSON_OBJECT, err, LIC_E_INVALID, "the token's %s is no JSON object",
           what);
    return LIC_OK;
}

/* A member that must be a text when it is there; `out` stays as it is when it is not. */
static enum lic_rc read_text(const struct json_doc *doc, const char *name, struct arena *arena,
                             lic_str *out, struct lic_err *err)
{
    uint32_t node = json_get(doc, 0, str_z(name));
    if (node == JSON_NONE) {
        return LIC_OK;
    }
    ENSURE(json_is(doc, node, JSON_STRING), err, LIC_E_INVALID, "the token's %s is no text", name);
    return json_text(doc, node, arena, out, err);
}

/* ---- header ---- */

/* RFC 8725, 3.11: a token made for something else says so in `typ`. */
static bool is_access_type(lic_str type)
{
    if (str_eq_nocase(str_head(type, 12), LIC_STR("application/"))) {
        type = str_tail(type, 12);
    }
    return str_eq_nocase(type, LIC_STR("JWT")) || str_eq_nocase(type, LIC_STR("at+jwt"));
}

static enum lic_rc read_header(lic_str header, struct arena *arena, enum jwks_alg *out_alg,
                               lic_str *out_kid, struct lic_err *err)
{
    struct json_doc doc;
    lic_str alg = LIC_STR(""), type = LIC_STR("JWT");
    TRY(read_object(header, "header", arena, &doc, err));
    TRY(read_text(&doc, "alg", arena, &alg, err));
    TRY(read_text(&doc, "typ", arena, &type, err));
    TRY(read_text(&doc, "kid", arena, out_kid, err));
    ENSURE(jwks_alg_named(alg, out_alg), err, LIC_E_INVALID,
           "the token's algorithm is \"" LIC_FMT "\", neither RS256 nor ES256",
           LIC_ARG(str_head(alg, 40)));
    ENSURE(is_access_type(type), err, LIC_E_INVALID,
           "the token is of the type \"" LIC_FMT "\", not JWT", LIC_ARG(str_head(type, 40)));
    ENSURE(json_get(&doc, 0, LIC_STR("crit")) == JSON_NONE, err, LIC_E_INVALID,
           "the token's header has critical extensions (crit), and none is known here");
    return LIC_OK;
}

/* ---- claims ---- */

enum lic_rc jwt_issuer(lic_str token, struct arena *arena, lic_str *out, struct lic_err *err)
{
    struct parts parts;
    struct json_doc doc;
    lic_str issuer = LIC_STR("");
    TRY(split_token(token, arena, &parts, err));
    TRY(read_object(parts.payload, "payload", arena, &doc, err));
    TRY(read_text(&doc, "iss", arena, &issuer, err));
    ENSURE(issuer.n > 0, err, LIC_E_INVALID, "the token names no issuer");
    *out = issuer;
    return LIC_OK;
}

/* Seconds since 1970, perhaps with a fraction; absent: EVENT_INT_NONE. */
static enum lic_rc read_time(const struct json_doc *doc, const char *name, int64_t *out_ns,
                             struct lic_err *err)
{
    double seconds;
    uint32_t node = json_get(doc, 0, str_z(name));
    *out_ns = EVENT_INT_NONE;
    if (node == JSON_NONE) {
        return LIC_OK;
    }
    ENSURE(json_is(doc, node, JSON_NUMBER) && json_double(doc, node, &seconds) && seconds >= 0 &&
               seconds <= SECONDS_MAX,
           err, LIC_E_INVALID, "the token's %s is no time between 1970 and 2100", name);
    *out_ns = (int64_t)(seconds * 1000) * (NS_A_SECOND / 1000);
    return LIC_OK;
}

static enum lic_rc read_audiences(const struct json_doc *doc, struct arena *arena,
                                  struct str_list *out, struct lic_err *err)
{
    uint32_t node = json_get(doc, 0, LIC_STR("aud"));
    bool list = json_is(doc, node, JSON_ARRAY);
    uint32_t item = list ? json_first(doc, node) : node;
    while (item != JSON_NONE) {
        lic_str text;
        ENSURE(json_is(doc, item, JSON_STRING), err, LIC_E_INVALID,
               "the token's audience is neither a text nor a list of texts");
        TRY(json_text(doc, item, arena, &text, err));
        ENSURE(str_list_add(out, arena, text) == LIC_OK, err, LIC_E_NOMEM,
               "no memory for a token's audiences");
        item = list ? json_next(doc, node, item) : JSON_NONE;
    }
    return LIC_OK;
}

/* A string decoded, a number or boolean as written; *out_is false for null, lists and objects. */
static enum lic_rc read_scalar(const struct json_doc *doc, uint32_t node, struct arena *arena,
                               lic_str *out, bool *out_is, struct lic_err *err)
{
    enum json_type type = json_type(doc, node);
    *out_is = type != JSON_NULL && type != JSON_ARRAY && type != JSON_OBJECT;
    if (type == JSON_STRING) {
        return json_text(doc, node, arena, out, err);
    }
    *out = json_raw(doc, node);
    return LIC_OK;
}

/* The values of one claim; none when it holds anything but scalars and lists of them. */
static enum lic_rc read_values(const struct json_doc *doc, uint32_t node, struct arena *arena,
                               struct str_list *out, struct lic_err *err)
{
    bool list = json_is(doc, node, JSON_ARRAY);
    uint32_t item = list ? json_first(doc, node) : node;
    while (item != JSON_NONE) {
        lic_str text;
        bool is_scalar;
        TRY(read_scalar(doc, item, arena, &text, &is_scalar, err));
        if (!is_scalar) {
            out->n = 0;
            return LIC_OK;
        }
        ENSURE(str_list_add(out, arena, text) == LIC_OK, err, LIC_E_NOMEM,
               "no memory for a token's claims");
        item = list ? json_next(doc, node, item) : JSON_NONE;
    }
    return LIC_OK;
}

static enum lic_rc read_claims(const struct json_doc *doc, struct arena *arena, struct jwt *out,
                               struct lic_err *err)
{
    uint32_t n = doc->nodes[0].n;
    ENSURE(n <= CLAIMS_MAX, err, LIC_E_INVALID, "the token has %u claims, more than %u", n,
           CLAIMS_MAX);
    out->claims = ARENA_ARRAY(arena, struct event_extra, n);
    ENSURE(out->claims, err, LIC_E_NOMEM, "no memory for a token's claims");
    for (uint32_t at = json_first(doc, 0); at != JSON_NONE; at = json_next(doc, 0, at)) {
        struct event_extra *claim = &out->claims[out->claims_n];
        TRY(json_key_text(doc, at, arena, &claim->key, err));
        TRY(read_values(doc, at, arena, &claim->values, err));
        out->claims_n += claim->values.n > 0 ? 1 : 0;
    }
    return LIC_OK;
}

static enum lic_rc read_payload(lic_str payload, struct arena *arena, struct jwt *out,
                                struct lic_err *err)
{
    struct json_doc doc;
    TRY(read_object(payload, "payload", arena, &doc, err));
    TRY(read_text(&doc, "iss", arena, &out->issuer, err));
    TRY(read_text(&doc, "sub", arena, &out->subject, err));
    TRY(read_text(&doc, "azp", arena, &out->azp, err));
    TRY(read_time(&doc, "iat", &out->issued_ns, err));
    TRY(read_time(&doc, "exp", &out->expires_ns, err));
    TRY(read_time(&doc, "nbf", &out->not_before_ns, err));
    TRY(read_audiences(&doc, arena, &out->audiences, err));
    return read_claims(&doc, arena, out, err);
}

static enum lic_rc check_times(const struct jwt *jwt, int64_t now_ns, uint32_t leeway_s,
                               struct lic_err *err)
{
    int64_t leeway_ns = (int64_t)leeway_s * NS_A_SECOND;
    ENSURE(jwt->expires_ns != EVENT_INT_NONE, err, LIC_E_INVALID,
           "the token does not say when it expires (exp)");
    ENSURE(now_ns - leeway_ns < jwt->expires_ns, err, LIC_E_INVALID,
           "ExpiredToken: the token expired %lld s ago",
           (long long)((now_ns - jwt->expires_ns) / NS_A_SECOND));
    ENSURE(jwt->not_before_ns == EVENT_INT_NONE || jwt->not_before_ns <= now_ns + leeway_ns, err,
           LIC_E_INVALID, "the token is not yet good (nbf), for %lld s",
           (long long)((jwt->not_before_ns - now_ns) / NS_A_SECOND));
    ENSURE(jwt->issued_ns == EVENT_INT_NONE || jwt->issued_ns <= now_ns + leeway_ns, err,
           LIC_E_INVALID, "the token was issued in the future (iat), in %lld s",
           (long long)((jwt->issued_ns - now_ns) / NS_A_SECOND));
    return LIC_OK;
}

static bool is_among(const struct str_list *list, lic_str text)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i], text)) {
            return true;
        }
    }
    return false;
}

static bool is_for_us(const struct jwt *jwt, const struct str_list *audiences)
{
    for (uint32_t i = 0; i < jwt->audiences.n; i++) {
        if (is_among(audiences, jwt->audiences.at[i])) {
            return true;
        }
    }
    return jwt->azp.n > 0 && is_among(audiences, jwt->azp);
}

enum lic_rc jwt_check(lic_str token, const struct jwt_keys *keys, lic_str issuer,
                      const struct str_list *audiences, int64_t now_ns, uint32_t leeway_s,
                      struct arena *arena, struct jwt *out, struct lic_err *err)
{
    struct parts parts;
    struct jwt jwt = { 0 };
    enum jwks_alg alg;
    lic_str kid = LIC_STR("");
    TRY(split_token(token, arena, &parts, err));
    TRY(read_header(parts.header, arena, &alg, &kid, err));
    TRY(jwks_verify(keys, alg, kid, parts.signing_input, parts.signature, err));
    TRY(read_payload(parts.payload, arena, &jwt, err));
    ENSURE(issuer.n > 0 && str_eq(jwt.issuer, issuer), err, LIC_E_INVALID,
           "the token's issuer is \"" LIC_FMT "\", not " LIC_FMT,
           LIC_ARG(str_head(jwt.issuer, 120)), LIC_ARG(issuer));
    ENSURE(is_for_us(&jwt, audiences), err, LIC_E_INVALID,
           "the token is for another audience than the ones configured");
    ENSURE(jwt.subject.n > 0, err, LIC_E_INVALID, "the token has no subject (sub)");
    TRY(check_times(&jwt, now_ns, leeway_s, err));
    *out = jwt;
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session tokens: claims in a compact binary form, sealed with AES-256-GCM.
 *
 *     claims    version 1 | kind 1 | mfa 1 | issued 8 | expires 8
 *               | role_arn | session_name | source_identity | policy      text: length 2, bytes
 *               | chain | tag keys | tag values | transitive | policy ARNs
 *               | context keys | context values                           list: count 2, texts
 *
 * Numbers are big-endian. Every byte is authenticated: the version and key number as additional
 * data together with the access key id, the rest as ciphertext. Nothing may follow.
 *
 * A sealing key serves 2^32 tokens before random nonces of 96 bits come near to colliding; at 100
 * sessions a second that is more than a year. Keys are meant to be rotated far sooner.
 */
#include "policy/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/base64.h"
#include "policy/hmac.h"

#include <openssl/evp.h>

#include "base/banned.h"

#define TOKEN_VERSION 1
#define CLAIMS_VERSION 1
#define NUMBER_BYTES 4u
#define NONCE_BYTES 12u
#define TAG_BYTES 16u
#define HEAD_BYTES (1u + NUMBER_BYTES + NONCE_BYTES)
#define SEALED_BYTES_MAX (SESSION_TOKEN_BYTES_MAX / 4 * 3)
#define CLAIMS_BYTES_MAX (SEALED_BYTES_MAX - HEAD_BYTES - TAG_BYTES)
#define LIST_MAX 256u
#define KEY_ID_RANDOM_BYTES 10u /* 16 characters of base 32 */
#define AAD_BYTES_MAX (1u + NUMBER_BYTES + SESSION_ACCESS_KEY_BYTES)

/* ---- claims as bytes ---- */

static void write_u16(struct buf *out, size_t n)
{
    buf_add_char(out, (char)(n >> 8));
    buf_add_char(out, (char)n);
}

static void write_i64(struct buf *out, int64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        buf_add_char(out, (char)((uint64_t)value >> shift));
    }
}

/* A text too long for its length, or a list for its count, makes the claims too long as well. */
static void write_text(struct buf *out, lic_str text)
{
    write_u16(out, text.n > UINT16_MAX ? UINT16_MAX : text.n);
    buf_add(out, text);
}

static void write_list(struct buf *out, const struct str_list *list)
{
    write_u16(out, list->n);
    for (uint32_t i = 0; i < list->n; i++) {
        write_text(out, list->at[i]);
    }
}

static enum lic_rc write_claims(const struct session *session, struct buf *out, struct lic_err *err)
{
    const struct str_list *lists[] = { &session->chain,         &session->tag_keys,
                                       &session->tag_values,    &session->transitive_keys,
                                       &session->policy_arns,   &session->context_keys,
                                       &session->context_values };
    ENSURE(session->tag_keys.n == session->tag_values.n &&
               session->context_keys.n == session->context_values.n && session->issued_ns >= 0 &&
               session->expires_ns >= 0,
           err, LIC_E_INVALID, "a session has keys without values, or times before 1970");
    buf_add_char(out, CLAIMS_VERSION);
    buf_add_char(out, (char)session->kind);
    buf_add_char(out, session->mfa ? 1 : 0);
    write_i64(out, session->issued_ns);
    write_i64(out, session->expires_ns);
    write_text(out, session->role_arn);
    write_text(out, session->session_name);
    write_text(out, session->source_identity);
    write_text(out, session->policy);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        ENSURE(lists[i]->n <= LIST_MAX, err, LIC_E_LIMIT,
               "PackedPolicyTooLarge: a session has a list of %u, more than %u", lists[i]->n,
               LIST_MAX);
        write_list(out, lists[i]);
    }
    ENSURE(out->failed != LIC_E_LIMIT, err, LIC_E_LIMIT,
           "PackedPolicyTooLarge: the session's policy, tags and names need more than the %u bytes "
           "of a token",
           CLAIMS_BYTES_MAX);
    return buf_check(out, "a session token", err);
}

/* Claims being read. Whatever does not fit sets `bad`, and from then on nothing is read. */
struct reading {
    lic_str rest;
    struct arena *arena;
    bool bad, no_memory;
};

static lic_str take(struct reading *in, size_t n)
{
    if (in->bad || in->rest.n < n) {
        in->bad = true;
        return LIC_STR("");
    }
    lic_str taken = str_head(in->rest, n);
    in->rest = str_tail(in->rest, n);
    return taken;
}

static uint64_t take_number(struct reading *in, size_t bytes, uint64_t max)
{
    lic_str at = take(in, bytes);
    uint64_t number = 0;
    for (size_t i = 0; i < at.n; i++) {
        number = number << 8 | (unsigned char)at.at[i];
    }
    in->bad = in->bad || number > max;
    return in->bad ? 0 : number;
}

static lic_str take_text(struct reading *in)
{
    return take(in, (size_t)take_number(in, 2, UINT16_MAX));
}

static struct str_list take_list(struct reading *in)
{
    struct str_list list = { 0 };
    uint64_t n = take_number(in, 2, LIST_MAX);
    for (uint64_t i = 0; i < n && !in->bad; i++) {
        in->no_memory = str_list_add(&list, in->arena, take_text(in)) != LIC_OK;
        in->bad = in->bad || in->no_memory;
    }
    return list;
}

static enum lic_rc read_claims(lic_str claims, struct arena *arena, struct session *out,
                               struct lic_err *err)
{
    struct reading in = { .rest = claims, .arena = arena };
    uint64_t version = take_number(&in, 1, UINT8_MAX);
    struct session session = { .kind = (enum session_kind)take_number(&in, 1, SESSION_USER) };
    session.mfa = take_number(&in, 1, 1) == 1;
    session.issued_ns = (int64_t)take_number(&in, 8, INT64_MAX);
    session.expires_ns = (int64_t)take_number(&in, 8, INT64_MAX);
    session.role_arn = take_text(&in);
    session.session_name = take_text(&in);
    session.source_identity = take_text(&in);
    session.policy = take_text(&in);
    session.chain = take_list(&in);
    session.tag_keys = take_list(&in);
    session.tag_values = take_list(&in);
    session.transitive_keys = take_list(&in);
    session.policy_arns = take_list(&in);
    session.context_keys = take_list(&in);
    session.context_values = take_list(&in);
    ENSURE(!in.no_memory, err, LIC_E_NOMEM, "no memory for a session's claims");
    ENSURE(!in.bad && in.rest.n == 0 && version == CLAIMS_VERSION &&
               session.tag_keys.n == session.tag_values.n &&
               session.context_keys.n == session.context_values.n,
           err, LIC_E_INVALID,
           "InvalidClientTokenId: the session token has claims that cannot be read here");
    *out = session;
    return LIC_OK;
}

/* ---- keys ---- */

static void derive(const struct session_key *key, lic_str info, uint8_t *out, size_t out_n)
{
    lic_str secret = str_make((const char *)key->bytes, sizeof(key->bytes));
    hmac_hkdf(secret, LIC_STR(""), info, out, out_n);
}

/* What tells the keys apart in a token, and nothing about them. */
static void number_of(const struct session_key *key, uint8_t out[NUMBER_BYTES])
{
    derive(key, LIC_STR("lictor session number"), out, NUMBER_BYTES);
}

/* The secret of an access key id: 240 of the 256 bits of an HMAC. */
static void write_secret(const struct session_key *key, lic_str access_key, char *out)
{
    uint8_t derived[HMAC_BYTES], digest[HMAC_BYTES];
    char text[44];
    struct hmac_key hmac;
    derive(key, LIC_STR("lictor session secret"), derived, sizeof(derived));
    hmac_key(&hmac, str_make((const char *)derived, sizeof(derived)));
    hmac_of(&hmac, access_key, digest);
    base64_write(BASE64_PLAIN, str_make((const char *)digest, sizeof(digest)), text);
    memcpy(out, text, SESSION_SECRET_BYTES);
    hmac_wipe(derived, sizeof(derived));
    hmac_wipe(digest, sizeof(digest));
    hmac_wipe(text, sizeof(text));
    hmac_wipe(&hmac, sizeof(hmac));
}

static bool is_access_key(lic_str id)
{
    for (size_t i = 4; i < id.n; i++) {
        bool good = (id.at[i] >= 'A' && id.at[i] <= 'Z') || (id.at[i] >= '2' && id.at[i] <= '7');
        if (!good) {
            return false;
        }
    }
    return id.n == SESSION_ACCESS_KEY_BYTES && str_starts(id, LIC_STR("ASIA"));
}

/* ---- sealing ---- */

static void free_cipher(EVP_CIPHER_CTX **ctx)
{
    EVP_CIPHER_CTX_free(*ctx);
}

/* What is authenticated besides the ciphertext: version, key number, access key id. */
static lic_str additional_data(lic_str head, lic_str access_key, char out[AAD_BYTES_MAX])
{
    memcpy(out, head.at, 1 + NUMBER_BYTES);
    memcpy(out + 1 + NUMBER_BYTES, access_key.at, SESSION_ACCESS_KEY_BYTES);
    return str_make(out, AAD_BYTES_MAX);
}

static bool start_cipher(EVP_CIPHER_CTX *ctx, const struct session_key *key, lic_str head,
                         lic_str access_key, int sealing)
{
    uint8_t derived[HMAC_BYTES];
    char bytes[AAD_BYTES_MAX];
    int n;
    lic_str aad = additional_data(head, access_key, bytes);
    const uint8_t *nonce = (const uint8_t *)head.at + 1 + NUMBER_BYTES;
    derive(key, LIC_STR("lictor session seal"), derived, sizeof(derived));
    bool good = ctx &&
                EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, derived, nonce, sealing) == 1 &&
                EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)aad.at, (int)aad.n) == 1;
    hmac_wipe(derived, sizeof(derived));
    return good;
}

/* `out` has room for the claims and the tag. */
static bool seal_bytes(const struct session_key *key, lic_str head, lic_str access_key,
                       lic_str claims, uint8_t *out)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    return start_cipher(ctx, key, head, access_key, 1) &&
           EVP_CipherUpdate(ctx, out, &n, (const uint8_t *)claims.at, (int)claims.n) == 1 &&
           EVP_CipherFinal_ex(ctx, out + n, &last) == 1 && (size_t)(n + last) == claims.n &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, out + claims.n) == 1;
}

/* `out` has room for the ciphertext; nothing in it may be used when this is false. */
static bool open_bytes(const struct session_key *key, lic_str head, lic_str access_key,
                       lic_str ciphertext, lic_str tag, uint8_t *out)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    uint8_t expected[TAG_BYTES];
    memcpy(expected, tag.at, TAG_BYTES);
    return start_cipher(ctx, key, head, access_key, 0) &&
           EVP_CipherUpdate(ctx, out, &n, (const uint8_t *)ciphertext.at, (int)ciphertext.n) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, expected) == 1 &&
           EVP_CipherFinal_ex(ctx, out + n, &last) == 1;
}

static enum lic_rc new_access_key(const struct lic_host *host, struct arena *arena, lic_str *out,
                                  struct lic_err *err)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t random[KEY_ID_RANDOM_BYTES];
    char id[SESSION_ACCESS_KEY_BYTES] = "ASIA";
    ENSURE(host->random(host->ctx, random, sizeof(random)) == LIC_OK, err, LIC_E_IO,
           "no randomness for an access key id");
    uint64_t bits = 0;
    uint32_t bits_n = 0;
    size_t next = 0;
    for (size_t i = 4; i < sizeof(id); i++) {
        if (bits_n < 5) {
            bits = bits << 8 | random[next++];
            bits_n += 8;
        }
        bits_n -= 5;
        id[i] = digits[bits >> bits_n & 31];
    }
    *out = str_copy(arena, str_make(id, sizeof(id)));
    ENSURE(out->at, err, LIC_E_NOMEM, "no memory for an access key id");
    return LIC_OK;
}

/* version | key number | nonce | ciphertext | tag */
static enum lic_rc seal_claims(const struct session_keys *keys, const struct lic_host *host,
                               lic_str access_key, lic_str claims, struct arena *arena,
                               lic_str *out, struct lic_err *err)
{
    size_t n = HEAD_BYTES + claims.n + TAG_BYTES;
    uint8_t *sealed = arena_take(arena, n);
    ENSURE(sealed, err, LIC_E_NOMEM, "no memory for a session token");
    lic_str head = str_make((const char *)sealed, HEAD_BYTES);
    sealed[0] = TOKEN_VERSION;
    number_of(&keys->at[0], sealed + 1);
    ENSURE(host->random(host->ctx, sealed + 1 + NUMBER_BYTES, NONCE_BYTES) == LIC_OK, err, LIC_E_IO,
           "no randomness for a session token");
    ENSURE(seal_bytes(&keys->at[0], head, access_key, claims, sealed + HEAD_BYTES), err,
           LIC_E_NOMEM, "the session token could not be encrypted");
    *out = str_make((const char *)sealed, n);
    return LIC_OK;
}

enum lic_rc session_seal(const struct session_keys *keys, const struct lic_host *host,
                         const struct session *session, struct arena *arena,
                         struct session_credentials *out, struct lic_err *err)
{
    struct session_credentials made;
    struct buf claims;
    lic_str sealed;
    ENSURE(keys->n > 0, err, LIC_E_MISSING, "there is no key to seal sessions with");
    buf_init(&claims, arena, CLAIMS_BYTES_MAX);
    TRY(write_claims(session, &claims, err));
    TRY(new_access_key(host, arena, &made.access_key, err));
    TRY(seal_claims(keys, host, made.access_key, buf_str(&claims), arena, &sealed, err));
    size_t token_n = base64_text_bytes(BASE64_URL, sealed.n);
    char *token = arena_take(arena, token_n);
    char *secret = arena_take(arena, SESSION_SECRET_BYTES);
    ENSURE(token && secret, err, LIC_E_NOMEM, "no memory for session credentials");
    base64_write(BASE64_URL, sealed, token);
    write_secret(&keys->at[0], made.access_key, secret);
    made.token = str_make(token, token_n);
    made.secret = str_make(secret, SESSION_SECRET_BYTES);
    *out = made;
    return LIC_OK;
}

/* ---- opening ---- */

/* The key with the number that stands in the token, or NULL. Numbers are no secrets. */
static const struct session_key *find_key(const struct session_keys *keys, const uint8_t *number)
{
    for (uint32_t i = 0; i < keys->n; i++) {
        uint8_t own[NUMBER_BYTES];
        number_of(&keys->at[i], own);
        if (memcmp(own, number, NUMBER_BYTES) == 0) {
            return &keys->at[i];
        }
    }
    return NULL;
}

static enum lic_rc decode_token(lic_str token, struct arena *arena, lic_str *out,
                                struct lic_err *err)
{
    ENSURE(token.n <= SESSION_TOKEN_BYTES_MAX, err, LIC_E_INVALID,
           "InvalidClientTokenId: the session token has %zu bytes, more than %u", token.n,
           SESSION_TOKEN_BYTES_MAX);
    size_t n;
    uint8_t *bytes = arena_take(arena, base64_bytes_max(token.n));
    ENSURE(bytes, err, LIC_E_NOMEM, "no memory for a session token");
    ENSURE(base64_read(BASE64_URL, token, bytes, &n) && n >= HEAD_BYTES + TAG_BYTES &&
               bytes[0] == TOKEN_VERSION,
           err, LIC_E_INVALID, "InvalidClientTokenId: the session token is not one of ours");
    *out = str_make((const char *)bytes, n);
    return LIC_OK;
}

enum lic_rc session_open(const struct session_keys *keys, lic_str access_key, lic_str token,
                         int64_t now_ns, struct arena *arena, struct session *out,
                         struct lic_err *err)
{
    lic_str sealed;
    struct session session = { 0 };
    ENSURE(is_access_key(access_key), err, LIC_E_INVALID,
           "InvalidClientTokenId: the access key id is not that of a session");
    TRY(decode_token(token, arena, &sealed, err));
    const struct session_key *key = find_key(keys, (const uint8_t *)sealed.at + 1);
    ENSURE(key, err, LIC_E_INVALID,
           "InvalidClientTokenId: the session token was sealed with a key that is not known here");
    size_t claims_n = sealed.n - HEAD_BYTES - TAG_BYTES;
    uint8_t *claims = arena_take(arena, claims_n);
    ENSURE(claims, err, LIC_E_NOMEM, "no memory for a session token");
    ENSURE(open_bytes(key, str_head(sealed, HEAD_BYTES), access_key,
                      str_slice(sealed, HEAD_BYTES, HEAD_BYTES + claims_n),
                      str_tail(sealed, HEAD_BYTES + claims_n), claims),
           err, LIC_E_INVALID,
           "InvalidClientTokenId: the session token was altered, or belongs to another access key "
           "id");
    TRY(read_claims(str_make((const char *)claims, claims_n), arena, &session, err));
    ENSURE(now_ns < session.expires_ns, err, LIC_E_INVALID,
           "ExpiredToken: the session expired %lld s ago",
           (long long)((now_ns - session.expires_ns) / 1000000000));
    *out = session;
    return LIC_OK;
}

enum lic_rc session_secret(const struct session_keys *keys, lic_str access_key, lic_str token,
                           char out[SESSION_SECRET_BYTES], struct lic_err *err)
{
    /* Eight characters hold six bytes: the version, the number and one of the nonce. */
    uint8_t bytes[6] = { 0 };
    size_t n;
    ENSURE(is_access_key(access_key), err, LIC_E_INVALID,
           "InvalidClientTokenId: the access key id is not that of a session");
    ENSURE(token.n >= 8 && base64_read(BASE64_URL, str_head(token, 8), bytes, &n) &&
               bytes[0] == TOKEN_VERSION,
           err, LIC_E_INVALID, "InvalidClientTokenId: the session token is not one of ours");
    const struct session_key *key = find_key(keys, bytes + 1);
    ENSURE(key, err, LIC_E_INVALID,
           "InvalidClientTokenId: the session token was sealed with a key that is not known here");
    write_secret(key, access_key, out);
    return LIC_OK;
}

uint32_t session_packed_percent(const struct session_credentials *credentials)
{
    size_t percent =
        (credentials->token.n * 100 + SESSION_TOKEN_BYTES_MAX - 1) / SESSION_TOKEN_BYTES_MAX;
    return (uint32_t)percent;
}

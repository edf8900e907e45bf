/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding out who calls. A caller presents one key, in one header; anything that two readers could
 * take for two different callers is refused. No message repeats what was presented.
 */
#include "policy/identity.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#include <lictor/lictor.h>

#include "base/banned.h"

/* A header that may come once. */
struct once {
    lic_str value;
    uint32_t n;
};

static struct once find_header(const struct lic_header *headers, uint32_t n, lic_str name)
{
    struct once found = { LIC_STR(""), 0 };
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq_nocase(headers[i].name, name)) {
            found.value = str_trim(headers[i].value);
            found.n++;
        }
    }
    return found;
}

static bool is_visible(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < 0x21 || s.at[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static enum lic_rc check_key(lic_str key, const char *header, struct lic_err *err)
{
    ENSURE(key.n > 0, err, LIC_E_INVALID, "the %s header has no key", header);
    ENSURE(key.n <= LIMIT_KEY_BYTES, err, LIC_E_INVALID,
           "the key in the %s header has %zu bytes, more than %u", header, key.n, LIMIT_KEY_BYTES);
    ENSURE(is_visible(key), err, LIC_E_INVALID,
           "the key in the %s header has bytes outside visible ASCII", header);
    return LIC_OK;
}

static enum lic_rc read_bearer(lic_str value, lic_str *out, struct lic_err *err)
{
    lic_str key = value;
    lic_str scheme = str_split(&key, ' ');
    ENSURE(str_eq_nocase(scheme, LIC_STR("Bearer")), err, LIC_E_INVALID,
           "the Authorization header has another scheme than Bearer");
    key = str_trim(key);
    TRY(check_key(key, "Authorization", err));
    *out = key;
    return LIC_OK;
}

enum lic_rc identity_key(const struct lic_header *headers, uint32_t n, lic_str *out,
                         struct lic_err *err)
{
    struct once bearer = find_header(headers, n, LIC_STR("authorization"));
    struct once api_key = find_header(headers, n, LIC_STR("x-api-key"));
    ENSURE(bearer.n > 0 || api_key.n > 0, err, LIC_E_MISSING,
           "the request has no key: neither Authorization nor x-api-key");
    ENSURE(bearer.n <= 1, err, LIC_E_INVALID, "the Authorization header came %u times", bearer.n);
    ENSURE(api_key.n <= 1, err, LIC_E_INVALID, "the x-api-key header came %u times", api_key.n);
    lic_str key = api_key.value;
    if (api_key.n > 0) {
        TRY(check_key(key, "x-api-key", err));
    }
    if (bearer.n > 0) {
        TRY(read_bearer(bearer.value, &key, err));
    }
    ENSURE(api_key.n == 0 || str_eq_secret(key, api_key.value), err, LIC_E_INVALID,
           "Authorization and x-api-key have two different keys");
    *out = key;
    return LIC_OK;
}

/* ---- the table ---- */

void identity_table_init(struct identity_table *table, struct arena *arena, uint64_t seed)
{
    map_init(&table->by_digest, arena, seed);
    map_init(&table->by_access_key, arena, seed);
    map_init(&table->roles_by_arn, arena, seed);
    map_init(&table->users_by_arn, arena, seed);
    map_init(&table->providers_by_issuer, arena, seed);
    map_init(&table->policies_by_arn, arena, seed);
}

const struct access_key *identity_access_key(const struct identity_table *table, lic_str id)
{
    return map_get(&table->by_access_key, id);
}

const struct identity *identity_role(const struct identity_table *table, lic_str arn)
{
    return map_get(&table->roles_by_arn, arn);
}

const struct identity *identity_user(const struct identity_table *table, lic_str arn)
{
    return map_get(&table->users_by_arn, arn);
}

const struct identity_provider *identity_provider(const struct identity_table *table,
                                                  lic_str issuer)
{
    return map_get(&table->providers_by_issuer, issuer);
}

const struct policy_doc *identity_policy(const struct identity_table *table, lic_str arn)
{
    return map_get(&table->policies_by_arn, arn);
}

const struct principal *identity_find(const struct identity_table *table, lic_str key)
{
    uint8_t digest[HASH_BYTES];
    hash_sha256(key, digest);
    return map_get(&table->by_digest, str_make((const char *)digest, sizeof(digest)));
}

enum lic_rc identity_add(struct identity_table *table, struct arena *arena, lic_str sha256_hex,
                         struct principal *principal, struct lic_err *err)
{
    uint8_t *digest = arena_take(arena, HASH_BYTES);
    ENSURE(digest, err, LIC_E_NOMEM, "no memory for a key");
    ENSURE(hash_unhex(sha256_hex, digest, HASH_BYTES), err, LIC_E_SYNTAX,
           "a key's SHA-256 must be 64 hexadecimal digits, not %zu bytes of other text",
           sha256_hex.n);
    enum lic_rc rc =
        map_add(&table->by_digest, str_make((const char *)digest, HASH_BYTES), principal);
    ENSURE(rc != LIC_E_DUPLICATE, err, rc, "the same key is given twice");
    ENSURE(rc == LIC_OK, err, rc, "no memory for a key");
    return LIC_OK;
}

/* ---- unique ids ---- */

enum { ID_PREFIX_BYTES = 4, ID_TEXT_BYTES = 16, ID_HASHED_BYTES = 10 };

/* RFC 4648, section 6: five bits a character; 10 bytes make 16. */
static void write_base32(const uint8_t at[ID_HASHED_BYTES], char out[ID_TEXT_BYTES])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t held = 0, bits = 0;
    for (size_t i = 0; i < ID_HASHED_BYTES; i++) {
        held = (held << 8 | at[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5) {
            *out++ = digits[held >> (bits - 5) & 31];
        }
    }
}

enum lic_rc identity_unique_id(struct arena *arena, bool is_role, lic_str arn, lic_str *out,
                               struct lic_err *err)
{
    uint8_t digest[HASH_BYTES];
    char *id = arena_take(arena, ID_PREFIX_BYTES + ID_TEXT_BYTES);
    ENSURE(id, err, LIC_E_NOMEM, "no memory for a unique id");
    hash_sha256(arn, digest);
    memcpy(id, is_role ? "AROA" : "AIDA", ID_PREFIX_BYTES);
    write_base32(digest, id + ID_PREFIX_BYTES);
    *out = str_make(id, ID_PREFIX_BYTES + ID_TEXT_BYTES);
    return LIC_OK;
}

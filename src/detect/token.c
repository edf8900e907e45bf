/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: written, found, opened.
 *
 *     …see %20US_ADDRESS_lt0mfzwiz3imrsq…, then
 *             └──type──┘   │└─body: a-z2-7, the longest run; no letter or digit after it
 *                        number
 *
 * What is sealed is the value alone; tenant and type are authenticated beside it, so that no token
 * passes for one of another tenant or type.
 */
#include "detect/token.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "detect/seal.h"

#include "base/banned.h"

#define BODY_MIN 26u /* letters for a SIV alone */
#define HASH_LETTERS 16u
#define SEALED_MAX (SEAL_SIV_BYTES + TOKEN_VALUE_MAX)
#define HEADER_MAX 512u
/* What may stand before a type in its run of letters: the two digits of a percent escape. */
#define RUN_MAX (TOKEN_TYPE_MAX + 2)

static const lic_str mark = { "_lt", 3 };
static const lic_str hash_mark = { "_hs", 3 };
static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char numbers[] = "0123456789abcdefghijklmnopqrstuv";

/* ---- what may stand where ---- */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_type_letter(char c)
{
    return is_capital(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool is_body_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

static bool is_number_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'v');
}

static bool is_alphanumeric(char c)
{
    return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* ---- base32 ---- */

static void write_base32(const uint8_t *at, size_t n, struct buf *out)
{
    uint32_t bits = 0, bits_n = 0;
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8 | at[i]) & 0xfff;
        for (bits_n += 8; bits_n >= 5; bits_n -= 5) {
            buf_add_char(out, letters[(bits >> (bits_n - 5)) & 31]);
        }
    }
    if (bits_n > 0) {
        buf_add_char(out, letters[(bits << (5 - bits_n)) & 31]);
    }
}

static uint32_t letter_value(char c)
{
    return c >= 'a' ? (uint32_t)(c - 'a') : (uint32_t)(c - '2') + 26;
}

/* False when no bytes are written so: letters left over, or bits that would be lost. */
static bool read_base32(lic_str body, uint8_t *out, size_t *out_n)
{
    uint32_t bits = 0, bits_n = 0;
    size_t n = 0;
    for (size_t i = 0; i < body.n; i++) {
        bits = (bits << 5 | letter_value(body.at[i])) & 0xfff;
        bits_n += 5;
        if (bits_n >= 8) {
            bits_n -= 8;
            out[n++] = (uint8_t)(bits >> bits_n);
        }
    }
    *out_n = n;
    return bits_n < 5 && (bits & ((1u << bits_n) - 1)) == 0;
}

/* ---- keys ---- */

enum lic_rc token_key_read(lic_str text, struct token_key *out, struct lic_err *err)
{
    struct token_key key = { .number = 0 };
    lic_str rest = text;
    uint64_t number = 0;
    if (str_find_char(text, ':') < text.n) {
        ENSURE(str_u64(str_split(&rest, ':'), &number) && number < TOKEN_NUMBERS, err,
               LIC_E_INVALID, "before the ':' of a key stands its number, 0 to %u",
               TOKEN_NUMBERS - 1);
        key.number = (uint8_t)number;
    }
    ENSURE(hash_unhex(rest, key.bytes, sizeof(key.bytes)), err, LIC_E_INVALID,
           "a key for tokens is %u hex digits, as `openssl rand -hex %u` makes them, with its "
           "number and ':' before them if it is not 0",
           TOKEN_KEY_BYTES * 2, TOKEN_KEY_BYTES);
    *out = key;
    seal_wipe(&key, sizeof(key));
    return LIC_OK;
}

/* ---- writing ---- */

static char type_letter(char c)
{
    char capital = c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
    return is_type_letter(capital) ? capital : '_';
}

/* A type as it stands in tokens. */
static lic_str write_type(lic_str type, char out[TOKEN_TYPE_MAX])
{
    size_t n = 0;
    if (type.n == 0 || !is_capital(type_letter(type.at[0]))) {
        out[n++] = 'X';
    }
    for (size_t i = 0; i < type.n && n < TOKEN_TYPE_MAX; i++) {
        out[n++] = type_letter(type.at[i]);
    }
    return str_make(out, n);
}

/* What is authenticated beside a value. The type has no newline, so the tenant's end is plain. */
static enum lic_rc write_header(const struct token_keys *keys, lic_str type, char out[HEADER_MAX],
                                lic_str *out_header, struct lic_err *err)
{
    const lic_str parts[] = { LIC_STR("lictor token 1\n"), keys->tenant, LIC_STR("\n"), type };
    size_t n = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        ENSURE(parts[i].n <= HEADER_MAX - n, err, LIC_E_LIMIT,
               "a tenant of %zu bytes and its type are longer than %u", keys->tenant.n, HEADER_MAX);
        for (size_t j = 0; j < parts[i].n; j++) {
            out[n++] = parts[i].at[j];
        }
    }
    *out_header = str_make(out, n);
    return LIC_OK;
}

static lic_str key_text(const struct token_key *key)
{
    return str_make((const char *)key->bytes, TOKEN_KEY_BYTES);
}

enum lic_rc token_make(const struct token_keys *keys, lic_str type, lic_str value, struct buf *out,
                       struct lic_err *err)
{
    char type_at[TOKEN_TYPE_MAX], header_at[HEADER_MAX];
    uint8_t sealed[SEALED_MAX];
    lic_str header;
    ENSURE(keys->n > 0, err, LIC_E_MISSING, "there is no key for tokens");
    ENSURE(value.n <= TOKEN_VALUE_MAX, err, LIC_E_LIMIT,
           "a value of %zu bytes is too long for a token: at most %u", value.n, TOKEN_VALUE_MAX);
    lic_str written = write_type(type, type_at);
    TRY(write_header(keys, written, header_at, &header, err));
    struct seal seal = { key_text(&keys->at[0]), &header, 1 };
    TRY(seal_make(&seal, value, sealed, err));
    buf_add(out, written);
    buf_add(out, mark);
    buf_add_char(out, numbers[keys->at[0].number % TOKEN_NUMBERS]);
    write_base32(sealed, value.n + SEAL_SIV_BYTES, out);
    return buf_check(out, "a token", err);
}

/* The key of hashes is made of the tenant's and type's own: hashes of two types do not compare. */
enum lic_rc token_hash(const struct token_keys *keys, lic_str type, lic_str value, struct buf *out,
                       struct lic_err *err)
{
    char type_at[TOKEN_TYPE_MAX], header_at[HEADER_MAX];
    uint8_t derived[SEAL_MAC_BYTES], mac[SEAL_MAC_BYTES];
    lic_str header;
    ENSURE(keys->n > 0, err, LIC_E_MISSING, "there is no key for hashes");
    lic_str written = write_type(type, type_at);
    TRY(write_header(keys, written, header_at, &header, err));
    TRY(seal_mac(key_text(&keys->at[0]), header, derived, err));
    TRY(seal_mac(str_make((const char *)derived, sizeof(derived)), value, mac, err));
    seal_wipe(derived, sizeof(derived));
    buf_add(out, written);
    buf_add(out, hash_mark);
    write_base32(mac, HASH_LETTERS * 5 / 8, out);
    return buf_check(out, "a hash", err);
}

/* ---- finding ---- */

/* Where the run of letters of a type that ends at `end` begins: not before `from`, and not farther
 * back than a type and an escape can reach. */
static size_t run_begin(lic_str text, size_t from, size_t end)
{
    size_t start = end;
    while (start > from && end - start < RUN_MAX && is_type_letter(text.at[start - 1])) {
        start--;
    }
    return start;
}

/*
 * Where the type that ends at `end` begins; `end` when there is none. After a percent sign two hex
 * digits belong to the escape and not to the type.
 */
static size_t type_begin(lic_str text, size_t from, size_t end)
{
    size_t start = run_begin(text, from, end);
    bool escaped = start > from && text.at[start - 1] == '%' && end - start > 2 &&
                   is_hex(text.at[start]) && is_hex(text.at[start + 1]);
    start += escaped ? 2 : 0;
    start = end - start > TOKEN_TYPE_MAX ? end - TOKEN_TYPE_MAX : start;
    while (start < end && !is_capital(text.at[start])) {
        start++;
    }
    return start;
}

/* Past the letters from `from` on. */
static size_t body_end(lic_str text, size_t from)
{
    size_t end = from;
    while (end < text.n && end - from <= TOKEN_BODY_MAX && is_body_letter(text.at[end])) {
        end++;
    }
    return end;
}

static bool ends_whole(lic_str text, size_t end)
{
    return end == text.n || !is_alphanumeric(text.at[end]);
}

/* The next place of either mark. */
static size_t find_mark(lic_str text, size_t from, lic_str wanted)
{
    return from + str_find(str_tail(text, from), wanted);
}

bool token_find(lic_str text, size_t from, size_t *start, size_t *end)
{
    for (size_t at = find_mark(text, from, mark); at < text.n; at = find_mark(text, at + 1, mark)) {
        size_t begin = type_begin(text, from, at);
        size_t body = at + mark.n + 1;
        if (begin == at || body >= text.n || !is_number_letter(text.at[body - 1])) {
            continue;
        }
        size_t past = body_end(text, body);
        bool sized = past - body >= BODY_MIN && past - body <= TOKEN_BODY_MAX;
        if (sized && ends_whole(text, past)) {
            *start = begin;
            *end = past;
            return true;
        }
    }
    return false;
}

bool token_stands_in(lic_str text)
{
    size_t start, end;
    for (size_t at = find_mark(text, 0, hash_mark); at < text.n;
         at = find_mark(text, at + 1, hash_mark)) {
        size_t body = at + hash_mark.n;
        if (type_begin(text, 0, at) < at && body_end(text, body) - body == HASH_LETTERS &&
            ends_whole(text, body + HASH_LETTERS)) {
            return true;
        }
    }
    return token_find(text, 0, &start, &end);
}

/* ---- streams ---- */

/* The earliest byte from which a type could end at `end`, with the percent sign before it. */
static size_t type_live(lic_str text, size_t from, size_t end)
{
    size_t start = run_begin(text, from, end);
    if (start > from && text.at[start - 1] == '%') {
        return start - 1;
    }
    while (start < end && !is_capital(text.at[start])) {
        start++;
    }
    return start;
}

/* Whether what follows the '_' of a mark could go on to be "lt", number and body. */
static bool goes_on(lic_str after)
{
    lic_str lt = { mark.at + 1, 2 };
    if (after.n <= lt.n) {
        return str_starts(lt, after);
    }
    if (!str_starts(after, lt) || !is_number_letter(after.at[2])) {
        return false;
    }
    return body_end(after, 3) == after.n && after.n - 3 <= TOKEN_BODY_MAX;
}

size_t token_live(lic_str text, size_t from)
{
    size_t start = text.n;
    while (start > from && text.n - start <= TOKEN_BODY_MAX + 3 &&
           ((text.at[start - 1] >= 'a' && text.at[start - 1] <= 'z') ||
            (text.at[start - 1] >= '0' && text.at[start - 1] <= '9'))) {
        start--;
    }
    bool after_mark = start > from && start < text.n && text.at[start - 1] == '_' &&
                      goes_on(str_tail(text, start));
    if (after_mark) {
        size_t type = type_live(text, from, start - 1);
        return type < start - 1 ? type : text.n;
    }
    return type_live(text, from, text.n);
}

/* ---- opening ---- */

static const struct token_key *key_numbered(const struct token_keys *keys, char letter)
{
    for (uint32_t i = 0; i < keys->n; i++) {
        if (!keys->at[i].retired && numbers[keys->at[i].number % TOKEN_NUMBERS] == letter) {
            return &keys->at[i];
        }
    }
    return NULL;
}

enum lic_rc token_open(const struct token_keys *keys, lic_str token, struct arena *arena,
                       lic_str *out_type, lic_str *out_value, struct lic_err *err)
{
    char header_at[HEADER_MAX];
    uint8_t sealed[SEALED_MAX + 1];
    size_t start, end, sealed_n;
    lic_str header;
    ENSURE(token_find(token, 0, &start, &end) && start == 0 && end == token.n, err, LIC_E_INVALID,
           "what was given is not a token");
    size_t at = str_find(token, mark);
    const struct token_key *key = key_numbered(keys, token.at[at + mark.n]);
    ENSURE(key, err, LIC_E_INVALID, "no key in use has the number %c", token.at[at + mark.n]);
    ENSURE(read_base32(str_tail(token, at + mark.n + 1), sealed, &sealed_n) &&
               sealed_n >= SEAL_SIV_BYTES,
           err, LIC_E_INVALID, "the token was altered");
    lic_str type = str_copy(arena, str_head(token, at));
    uint8_t *value = arena_take(arena, sealed_n - SEAL_SIV_BYTES + 1);
    ENSURE(type.at && value, err, LIC_E_NOMEM, "no memory for a token's value");
    TRY(write_header(keys, type, header_at, &header, err));
    struct seal seal = { key_text(key), &header, 1 };
    enum lic_rc rc = seal_open(&seal, str_make((const char *)sealed, sealed_n), value, err);
    ENSURE(rc == LIC_OK, err, rc,
           rc == LIC_E_INVALID ? "the token was altered" : "no memory to open a token");
    *out_type = type;
    *out_value = str_make((const char *)value, sealed_n - SEAL_SIV_BYTES);
    return LIC_OK;
}

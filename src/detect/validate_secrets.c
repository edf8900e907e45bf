/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells a secret from what only looks like one: placeholders, names, hashes that nobody
 * called a secret, and our own tokens, which are what a secret was already replaced by.
 */
#include "detect/validate_secrets.h"

#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"
#include "detect/entropy.h"
#include "detect/token.h"

#include "base/banned.h"

#define PASSWORD_MIN 6u
#define BASIC_MAX 512u

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`' || c == '\\';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* ---- tokens with a form of their own ---- */

static bool check_token(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    (void)scratch;
    (void)start;
    (void)end;
    return !entropy_is_placeholder(match) && !token_stands_in(match);
}

/* ---- values after a name ---- */

static bool is_value(char c)
{
    return (is_name(c) || c == '+' || c == '/' || c == '~') && c != '=';
}

/* The last run of letters of a key; padding belongs to it. */
static lic_str last_value(lic_str match, size_t *start)
{
    size_t at = match.n;
    while (at > 0 && match.at[at - 1] == '=') {
        at--;
    }
    while (at > 0 && is_value(match.at[at - 1])) {
        at--;
    }
    *start = at;
    return str_tail(match, at);
}

/* A UUID, or with `part` also the beginning of one that goes to its second dash. */
static bool is_uuid(lic_str value, bool part)
{
    static const uint8_t dashes[] = { 8, 13, 18, 23 };
    size_t n = value.n < 36 ? value.n : 36;
    for (size_t i = 0; i < sizeof(dashes); i++) {
        if (dashes[i] < n && value.at[dashes[i]] != '-') {
            return false;
        }
    }
    return part ? value.n > 13 : value.n == 36;
}

static bool check_value(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t from;
    (void)scratch;
    (void)end;
    lic_str value = last_value(match, &from);
    lic_str bare = value;
    while (bare.n > 0 && bare.at[bare.n - 1] == '=') {
        bare.n--;
    }
    if ((!entropy_is_random(bare) && !is_uuid(bare, /* part= */ false)) ||
        entropy_is_placeholder(value) || token_stands_in(value)) {
        return false;
    }
    *start = from;
    return true;
}

/* A UUID says nothing of itself: only after the name of a service is it taken for a key. */
static bool check_assigned(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t from;
    return !is_uuid(last_value(match, &from), /* part= */ true) &&
           check_value(match, scratch, start, end);
}

/* Past the name, its quote, what says "is" and the opening quote. */
static size_t after_separator(lic_str match)
{
    size_t at = 0;
    while (at < match.n && (is_name(match.at[at]) || is_quote(match.at[at]))) {
        at++;
    }
    while (at < match.n && (is_blank(match.at[at]) || match.at[at] == ':' || match.at[at] == '=' ||
                            match.at[at] == '>')) {
        at++;
    }
    while (at < match.n && is_quote(match.at[at])) {
        at++;
    }
    return at;
}

/* A word alone may be a label, a type or a message; digits or signs make it a password. */
static bool is_password(lic_str value)
{
    struct entropy_shape shape;
    entropy_measure(value, &shape);
    int kinds = (shape.small > 0) + (shape.capital > 0) + (shape.digits > 0) + (shape.symbols > 0) +
                (shape.others > 0);
    bool mixed =
        (shape.digits > 0 && shape.small + shape.capital > 0) || (shape.symbols > 0 && kinds > 1);
    return shape.n >= PASSWORD_MIN && mixed && !entropy_is_placeholder(value) &&
           !token_stands_in(value);
}

static bool check_password(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t from = after_separator(match);
    (void)scratch;
    (void)end;
    if (!is_password(str_tail(match, from))) {
        return false;
    }
    *start = from;
    return true;
}

/* ---- credentials in URLs ---- */

/* `user:password@` of the URL; the password may be percent-encoded. */
static bool check_url(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t slashes = str_find(match, LIC_STR("://"));
    lic_str rest = str_tail(match, slashes + 3);
    lic_str user = str_split(&rest, ':');
    lic_str password = str_split(&rest, '@');
    (void)scratch;
    (void)start;
    (void)end;
    static const char *const common[] = { "pass", "pwd",   "secret",   "user", "guest",
                                          "root", "admin", "postgres", "test" };
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (str_eq_nocase(password, str_z(common[i]))) {
            return false;
        }
    }
    return slashes < match.n && password.n > 2 && !str_eq(user, password) &&
           !entropy_is_placeholder(password) && !token_stands_in(password);
}

/* What stands last, after a '=' or a blank. */
static bool check_dsn(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    lic_str value = match;
    (void)scratch;
    (void)start;
    (void)end;
    for (size_t i = match.n; i > 0; i--) {
        if (match.at[i - 1] == '=' || is_blank(match.at[i - 1])) {
            value = str_tail(match, i);
            break;
        }
    }
    return value.n > 2 && !entropy_is_placeholder(value) && !token_stands_in(value);
}

/* ---- basic ---- */

static int32_t base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

/* Either alphabet, without padding; out has text.n bytes. Returns how many, 0: it is none. */
static size_t decode_base64(lic_str text, char *out)
{
    uint32_t bits = 0, held = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int32_t value = base64_value(text.at[i]);
        if (value < 0) {
            return 0;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (char)(bits >> held & 0xff);
        }
    }
    return n;
}

/* RFC 7617: base64 of user ":" password, in printable characters. */
static bool check_basic(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    char decoded[BASIC_MAX];
    size_t from;
    (void)scratch;
    (void)end;
    lic_str value = last_value(match, &from);
    lic_str bare = value;
    while (bare.n > 0 && bare.at[bare.n - 1] == '=') {
        bare.n--;
    }
    size_t n = bare.n <= sizeof(decoded) ? decode_base64(bare, decoded) : 0;
    lic_str text = str_make(decoded, n);
    size_t colon = str_find_char(text, ':');
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f) {
            return false;
        }
    }
    if (colon == n || n == 0 || entropy_is_placeholder(str_tail(text, colon + 1))) {
        return false;
    }
    *start = from;
    return true;
}

/* ---- JSON Web Tokens ---- */

bool secret_read_jwt(lic_str token, struct arena *arena, lic_str *out_issuer, int64_t *out_expires)
{
    struct json_limits limits = { .mode = JSON_PLAIN, .depth_max = 16, .nodes_max = 4096 };
    struct json_doc doc;
    struct lic_err ignored;
    lic_str rest = token, issuer = { 0 };
    uint64_t expires;
    (void)str_split(&rest, '.');
    lic_str claims = str_split(&rest, '.');
    char *decoded = arena_take(arena, claims.n + 1);
    if (!decoded) {
        return false;
    }
    lic_str text = str_make(decoded, decode_base64(claims, decoded));
    if (json_read(arena, text, &limits, &doc, &ignored) != LIC_OK) {
        return false;
    }
    uint32_t iss = json_get(&doc, 0, LIC_STR("iss"));
    if (json_is(&doc, iss, JSON_STRING) &&
        json_text(&doc, iss, arena, &issuer, &ignored) != LIC_OK) {
        return false;
    }
    uint32_t exp = json_get(&doc, 0, LIC_STR("exp"));
    bool known = exp != JSON_NONE && json_u64(&doc, exp, &expires) && expires <= INT64_MAX;
    *out_issuer = issuer;
    *out_expires = known ? (int64_t)expires : -1;
    return true;
}

const struct validator secret_validators[] = {
    { "secret-token", "no placeholder: no EXAMPLE, xxxx, counting or repeating", check_token },
    { "secret-value", "what stands last is drawn by a machine, or a UUID; only it is reported",
      check_value },
    { "secret-assigned", "as secret-value, but no UUID", check_assigned },
    { "secret-password",
      "after the name and = or : six characters or more with a digit or a sign, no placeholder; "
      "only they are reported",
      check_password },
    { "secret-url", "a password between : and @ that is no placeholder and not the user's name",
      check_url },
    { "secret-dsn", "what stands after the last = or blank is no placeholder", check_dsn },
    { "secret-basic", "base64 of user:password (RFC 7617); only it is reported", check_basic },
    { NULL, NULL, NULL },
};

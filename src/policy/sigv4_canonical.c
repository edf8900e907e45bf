/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two texts of the standard: the canonical request, which has one spelling for what a request
 * means, and the string to sign, which binds its hash to a time and a scope.
 */
#include "policy/sigv4.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "policy/sigv4_query.h"

#include "base/banned.h"

#define CANONICAL_BYTES_MAX (4u * 1024 * 1024)
#define FIRST_BYTES 1024u /* most canonical requests fit, so that the text never moves */

static bool is_method(lic_str method)
{
    for (size_t i = 0; i < method.n; i++) {
        if (method.at[i] < 'A' || method.at[i] > 'Z') {
            return false;
        }
    }
    return method.n > 0 && method.n <= 32;
}

static bool is_left_out(const struct sigv4_claim *claim, lic_str name)
{
    return claim->query &&
           (str_eq(name, LIC_STR("X-Amz-Signature")) ||
            (claim->token_left_out && str_eq(name, LIC_STR("X-Amz-Security-Token"))));
}

static enum lic_rc write_query(const struct sigv4_claim *claim, lic_str query, struct arena *arena,
                               struct buf *out, struct lic_err *err)
{
    struct sigv4_params params;
    bool first = true;
    TRY(sigv4_query_read(query, arena, &params, err));
    sigv4_query_sort(&params);
    for (uint32_t i = 0; i < params.n; i++) {
        if (is_left_out(claim, params.at[i].name)) {
            continue;
        }
        if (!first) {
            buf_add_char(out, '&');
        }
        buf_add(out, params.at[i].name);
        buf_add_char(out, '=');
        buf_add(out, params.at[i].value);
        first = false;
    }
    return LIC_OK;
}

/* A line break is part of a value only where the next line begins with a blank (RFC 9112, 5.2). */
static bool is_blank_at(lic_str s, size_t i)
{
    char c = s.at[i];
    if (c == ' ' || c == '\t') {
        return true;
    }
    char next = i + 1 < s.n ? s.at[i + 1] : '\0';
    return (c == '\r' && next == '\n') || (c == '\n' && (next == ' ' || next == '\t'));
}

/* The value without blanks at its ends, and with one space for each run of them inside. */
static enum lic_rc write_value(lic_str value, struct buf *out, struct lic_err *err)
{
    char *begin = buf_room(out, value.n);
    char *at = begin;
    bool blank = false;
    value = str_trim(value);
    for (size_t i = 0; i < value.n && at; i++) {
        if (is_blank_at(value, i)) {
            blank = true;
            continue;
        }
        ENSURE((unsigned char)value.at[i] >= 0x20 && value.at[i] != 0x7f, err, LIC_E_INVALID,
               "InvalidSignatureException: a signed header has a control character");
        if (blank) {
            *at++ = ' ';
            blank = false;
        }
        *at++ = value.at[i];
    }
    if (at) {
        buf_wrote(out, (size_t)(at - begin));
    }
    return LIC_OK;
}

/* "name:value\n", the values of a repeated header with commas between them. */
static enum lic_rc write_header(const struct lic_head *head, lic_str name, struct buf *out,
                                struct lic_err *err)
{
    char before = ':';
    buf_add(out, name);
    for (uint32_t i = 0; i < head->headers_n; i++) {
        if (sigv4_same_name(head->headers[i].name, name)) {
            buf_add_char(out, before);
            TRY(write_value(head->headers[i].value, out, err));
            before = ',';
        }
    }
    buf_add_char(out, '\n');
    return LIC_OK;
}

/* The last line: what is said of the body. */
static lic_str payload_line(const struct sigv4_claim *claim, lic_str payload_sha256)
{
    if (claim->payload == SIGV4_HASHED) {
        return payload_sha256;
    }
    return claim->content_sha256.n > 0 ? claim->content_sha256 : LIC_STR("UNSIGNED-PAYLOAD");
}

enum lic_rc sigv4_canonical(const struct lic_head *head, const struct sigv4_claim *claim,
                            bool normalize_path, lic_str payload_sha256, struct arena *arena,
                            lic_str *out, struct lic_err *err)
{
    lic_str path, query, names = claim->signed_headers;
    struct buf text;
    ENSURE(is_method(head->method), err, LIC_E_INVALID,
           "InvalidSignatureException: the method is not of capital letters");
    TRY(sigv4_target_split(head->target, &path, &query, err));
    buf_init(&text, arena, CANONICAL_BYTES_MAX);
    buf_room(&text, FIRST_BYTES);
    buf_add(&text, head->method);
    buf_add_char(&text, '\n');
    sigv4_path_write(path, normalize_path, &text);
    buf_add_char(&text, '\n');
    TRY(write_query(claim, query, arena, &text, err));
    buf_add_char(&text, '\n');
    while (names.n > 0) {
        TRY(write_header(head, str_split(&names, ';'), &text, err));
    }
    buf_add_char(&text, '\n');
    buf_add(&text, claim->signed_headers);
    buf_add_char(&text, '\n');
    buf_add(&text, payload_line(claim, payload_sha256));
    TRY(buf_check(&text, "the canonical request", err));
    *out = buf_str(&text);
    return LIC_OK;
}

void sigv4_hash_hex(lic_str bytes, char out[64])
{
    uint8_t digest[HASH_BYTES];
    hash_sha256(bytes, digest);
    hash_hex(digest, sizeof(digest), out);
}

enum lic_rc sigv4_string_to_sign(const struct sigv4_claim *claim, lic_str canonical,
                                 struct arena *arena, lic_str *out, struct lic_err *err)
{
    char digest[64];
    struct buf text;
    sigv4_hash_hex(canonical, digest);
    buf_init(&text, arena, CANONICAL_BYTES_MAX);
    buf_add(&text, LIC_STR("AWS4-HMAC-SHA256\n"));
    buf_add(&text, claim->amz_date);
    buf_add_char(&text, '\n');
    buf_add(&text, claim->date);
    buf_add_char(&text, '/');
    buf_add(&text, claim->region);
    buf_add_char(&text, '/');
    buf_add(&text, claim->service);
    buf_add(&text, LIC_STR("/aws4_request\n"));
    buf_add(&text, str_make(digest, sizeof(digest)));
    TRY(buf_check(&text, "the string to sign", err));
    *out = buf_str(&text);
    return LIC_OK;
}

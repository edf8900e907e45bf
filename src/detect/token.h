/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reversible tokens: the same value has the same token in every turn and on every node, without a
 * table, because it is the value sealed with AES-SIV (RFC 5297) under a tenant's key.
 *
 *     ann@example.com ──► EMAIL_lt1a7kq…x   letters, digits and '_' only: safe in JSON, Markdown,
 *                                           URLs and tool arguments, and read as one opaque name
 *     token = TYPE "_lt" key-number base32-lower( SIV 16 | ciphertext )
 *
 * TYPE begins with a capital and goes on with capitals, digits and '_': what else a type's name
 * has is written so (my-ticket is MY_TICKET). The key number is one of 0-9a-v. The letters of
 * base32 are RFC 4648's, small and without padding.
 *
 * A token that was altered opens to nothing and is left as it stands. That includes one that a
 * letter or digit was put behind; before it anything may stand.
 */
#ifndef DETECT_TOKEN_H
#define DETECT_TOKEN_H

#include "base/buf.h"
#include "event/finding.h"

struct arena;

#define TOKEN_KEY_BYTES 64u  /* AES-256-SIV */
#define TOKEN_VALUE_MAX 256u /* bytes; longer values are masked instead */
#define TOKEN_TYPE_MAX 64u   /* bytes of a type's name */
#define TOKEN_BODY_MAX 436u  /* letters of base32 for a SIV and the longest value */
#define TOKEN_MAX (TOKEN_TYPE_MAX + 4 + TOKEN_BODY_MAX)
#define TOKEN_NUMBERS 32u

struct token_key {
    uint8_t number; /* 0 to 31: stands in the token */
    bool retired;   /* opens nothing any more */
    uint8_t bytes[TOKEN_KEY_BYTES];
};
struct token_keys {
    const struct token_key *at; /* the first seals, all that are not retired open */
    uint32_t n;
    lic_str tenant; /* bound into every token */
};

/*
 * A key as it is kept: 128 hex digits, or its number before them ("3:0f1e..."; without one it is
 * 0). `openssl rand -hex 64` makes one. Sentences never say what the text holds.
 */
enum lic_rc token_key_read(lic_str text, struct token_key *out, struct lic_err *err) LIC_MUST_USE;

/* Appends the token of `value`. LIC_E_LIMIT: too long. LIC_E_MISSING: there is no key. */
enum lic_rc token_make(const struct token_keys *keys, lic_str type, lic_str value, struct buf *out,
                       struct lic_err *err) LIC_MUST_USE;

/* Appends TYPE "_hs" and 16 letters of a keyed hash: equal values can be told, none be had back. */
enum lic_rc token_hash(const struct token_keys *keys, lic_str type, lic_str value, struct buf *out,
                       struct lic_err *err) LIC_MUST_USE;

/* The next token at or after `from`: false when none. [*start, *end) is where it stands. */
bool token_find(lic_str text, size_t from, size_t *start, size_t *end);

/* Whether `text` has what stands for a token or a keyed hash; made up ones count, too. */
bool token_stands_in(lic_str text);

/* Whether the end of `text` from the returned byte on could be the beginning of a token; text.n:
 * it could not. text.n - result is at most TOKEN_MAX + 3. */
size_t token_live(lic_str text, size_t from);

/* Type and value of a token. LIC_E_INVALID: not one of ours, altered, or its key is retired. */
enum lic_rc token_open(const struct token_keys *keys, lic_str token, struct arena *arena,
                       lic_str *out_type, lic_str *out_value, struct lic_err *err) LIC_MUST_USE;

#endif

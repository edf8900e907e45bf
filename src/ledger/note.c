/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, verifies and signs notes; keys as text. */
#include "ledger/note.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define ID_BYTES 4u
#define NAME_BYTES_MAX 200u
#define SIGNATURE_BYTES_MAX 8192u /* ML-DSA cosignatures of others have some 2,400 */

static const char dash[] = "\xe2\x80\x94 "; /* U+2014 and a blank */
static const char private_mark[] = "PRIVATE+KEY+";

/* ---- names ---- */

static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool note_name_is_good(lic_str name)
{
    if (name.n == 0 || name.n > NAME_BYTES_MAX || utf8_check(name) != name.n) {
        return false;
    }
    while (name.n > 0) {
        size_t n = 0;
        uint32_t c = utf8_get(name, &n);
        if (is_space(c) || c == '+' || c < 0x20 || c == 0x7f) {
            return false;
        }
        name = str_tail(name, n);
    }
    return true;
}

/* ---- keys ---- */

static uint32_t read_id(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_id(uint32_t id, uint8_t out[ID_BYTES])
{
    for (uint32_t i = 0; i < ID_BYTES; i++) {
        out[i] = (uint8_t)(id >> (24 - 8 * i));
    }
}

/* The first bytes of SHA-256(name, newline, type, key). The name was looked at. */
static uint32_t id_of(lic_str name, const uint8_t public_key[TLOG_KEY_BYTES])
{
    char text[NAME_BYTES_MAX + 2 + TLOG_KEY_BYTES];
    uint8_t digest[HASH_BYTES];
    memcpy(text, name.at, name.n);
    text[name.n] = '\n';
    text[name.n + 1] = NOTE_ED25519;
    memcpy(text + name.n + 2, public_key, TLOG_KEY_BYTES);
    hash_sha256(str_make(text, name.n + 2 + TLOG_KEY_BYTES), digest);
    return read_id(digest);
}

/* NAME+ID+BASE64 of a type byte and 32 bytes; both kinds of key look like that. */
static enum lic_rc read_parts(lic_str text, lic_str *out_name, uint32_t *out_id,
                              uint8_t out[TLOG_KEY_BYTES], struct lic_err *err)
{
    uint8_t id[ID_BYTES];
    uint8_t bytes[48];
    size_t n = 0;
    lic_str rest = text;
    lic_str name = str_split(&rest, '+');
    lic_str hex = str_split(&rest, '+');
    ENSURE(note_name_is_good(name), err, LIC_E_SYNTAX,
           "the key has no name, or one with a blank or too long");
    ENSURE(hash_unhex(hex, id, ID_BYTES), err, LIC_E_SYNTAX,
           "the id of key \"" LIC_FMT "\" is not eight hexadecimal digits", LIC_ARG(name));
    ENSURE(rest.n == 44 && tlog_key_unbase64(rest, bytes, &n) && n == 1 + TLOG_KEY_BYTES, err,
           LIC_E_SYNTAX, "key \"" LIC_FMT "\" does not end in base 64 of 33 bytes", LIC_ARG(name));
    ENSURE(bytes[0] == NOTE_ED25519, err, LIC_E_UNKNOWN,
           "key \"" LIC_FMT "\" is of type %u; only 1, Ed25519, is known here", LIC_ARG(name),
           bytes[0]);
    memcpy(out, bytes + 1, TLOG_KEY_BYTES);
    tlog_key_wipe(bytes, sizeof(bytes));
    *out_name = name;
    *out_id = read_id(id);
    return LIC_OK;
}

enum lic_rc note_key_read(lic_str vkey, struct note_key *out, struct lic_err *err)
{
    struct note_key key = { 0 };
    TRY(read_parts(vkey, &key.name, &key.id, key.public_key, err));
    ENSURE(id_of(key.name, key.public_key) == key.id, err, LIC_E_INVALID,
           "the id of key \"" LIC_FMT "\" is not that of its bytes", LIC_ARG(key.name));
    *out = key;
    return LIC_OK;
}

static void write_parts(lic_str name, uint32_t id, const uint8_t bytes[TLOG_KEY_BYTES],
                        struct buf *out)
{
    uint8_t typed[1 + TLOG_KEY_BYTES] = { NOTE_ED25519 };
    memcpy(typed + 1, bytes, TLOG_KEY_BYTES);
    buf_add(out, name);
    buf_addf(out, "+%08x+", id);
    tlog_key_base64(out, str_make((const char *)typed, sizeof(typed)));
    tlog_key_wipe(typed, sizeof(typed));
}

void note_key_write(const struct note_key *key, struct buf *out)
{
    write_parts(key->name, key->id, key->public_key, out);
}

enum lic_rc note_signer_make(lic_str name, const uint8_t seed[TLOG_KEY_BYTES],
                             struct note_signer *out, struct lic_err *err)
{
    ENSURE(note_name_is_good(name), err, LIC_E_INVALID,
           "\"" LIC_FMT "\" cannot name a key: 1 to %u bytes without blanks and '+'", LIC_ARG(name),
           NAME_BYTES_MAX);
    TRY(tlog_key_public(seed, out->key.public_key, err));
    out->key.name = name;
    out->key.id = id_of(name, out->key.public_key);
    memcpy(out->seed, seed, TLOG_KEY_BYTES);
    return LIC_OK;
}

enum lic_rc note_signer_read(lic_str text, struct note_signer *out, struct lic_err *err)
{
    lic_str name = { 0 };
    uint32_t id = 0;
    uint8_t seed[TLOG_KEY_BYTES];
    ENSURE(str_starts(text, str_z(private_mark)), err, LIC_E_SYNTAX,
           "the signing key does not begin with %s", private_mark);
    TRY(read_parts(str_tail(text, sizeof(private_mark) - 1), &name, &id, seed, err));
    enum lic_rc rc = note_signer_make(name, seed, out, err);
    tlog_key_wipe(seed, sizeof(seed));
    TRY(rc);
    ENSURE(out->key.id == id, err, LIC_E_INVALID,
           "the id of signing key \"" LIC_FMT "\" is not that of its bytes", LIC_ARG(name));
    return LIC_OK;
}

void note_signer_write(const struct note_signer *signer, struct buf *out)
{
    buf_add(out, str_z(private_mark));
    write_parts(signer->key.name, signer->key.id, signer->seed, out);
}

/* ---- reading ---- */

static enum lic_rc check_text(lic_str bytes, struct lic_err *err)
{
    ENSURE(bytes.n <= NOTE_BYTES_MAX, err, LIC_E_LIMIT, "a note of %zu bytes is over %u", bytes.n,
           NOTE_BYTES_MAX);
    ENSURE(utf8_check(bytes) == bytes.n, err, LIC_E_UTF8, "the note is not UTF-8");
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.at[i];
        ENSURE((c >= 0x20 && c != 0x7f) || c == '\n', err, LIC_E_SYNTAX,
               "byte %zu of the note is a control character", i);
    }
    return LIC_OK;
}

/* Takes "— NAME BASE64\n" out of *lines. */
static enum lic_rc read_signature(lic_str *lines, lic_str *out_name, lic_str *out_base64,
                                  struct lic_err *err)
{
    lic_str line = str_split(lines, '\n');
    ENSURE(str_starts(line, str_z(dash)), err, LIC_E_SYNTAX,
           "a line under the note is no signature: it does not begin with a dash (U+2014)");
    lic_str rest = str_tail(line, sizeof(dash) - 1);
    lic_str name = str_split(&rest, ' ');
    ENSURE(note_name_is_good(name), err, LIC_E_SYNTAX, "a signature names no key");
    ENSURE(rest.n >= 8 && rest.n <= SIGNATURE_BYTES_MAX && rest.n % 4 == 0, err, LIC_E_SYNTAX,
           "the signature of \"" LIC_FMT "\" is not base 64", LIC_ARG(name));
    *out_name = name;
    *out_base64 = rest;
    return LIC_OK;
}

/* The last blank line: the text itself may have some, signatures have none. */
static size_t find_end(lic_str bytes)
{
    for (size_t i = bytes.n; i >= 2; i--) {
        if (bytes.at[i - 1] == '\n' && bytes.at[i - 2] == '\n') {
            return i - 1;
        }
    }
    return 0;
}

enum lic_rc note_read(lic_str bytes, struct note *out, struct lic_err *err)
{
    TRY(check_text(bytes, err));
    size_t end = find_end(bytes);
    ENSURE(end > 0 && bytes.at[bytes.n - 1] == '\n', err, LIC_E_SYNTAX,
           "this is no note: no blank line before signatures, or no newline at the end");
    struct note note = { str_head(bytes, end), str_tail(bytes, end + 1) };
    ENSURE(note.signatures.n > 0, err, LIC_E_SYNTAX, "the note has no signature");
    lic_str lines = note.signatures;
    for (uint32_t n = 0; lines.n > 0; n++) {
        lic_str name, base64;
        ENSURE(n < NOTE_SIGNATURES_MAX, err, LIC_E_LIMIT, "the note has more than %u signatures",
               NOTE_SIGNATURES_MAX);
        TRY(read_signature(&lines, &name, &base64, err));
        uint8_t signature[SIGNATURE_BYTES_MAX];
        size_t signature_n = 0;
        ENSURE(tlog_key_unbase64(base64, signature, &signature_n) && signature_n > ID_BYTES, err,
               LIC_E_SYNTAX, "the signature of \"" LIC_FMT "\" is not base 64", LIC_ARG(name));
    }
    *out = note;
    return LIC_OK;
}

/* ---- verifying ---- */

/* The key with this name and id, or keys_n. */
static uint32_t find_key(const struct note_key *keys, uint32_t keys_n, lic_str name, uint32_t id)
{
    uint32_t i = 0;
    while (i < keys_n && !(keys[i].id == id && str_eq(keys[i].name, name))) {
        i++;
    }
    return i;
}

enum lic_rc note_verify(const struct note *note, const struct note_key *keys, uint32_t keys_n,
                        uint32_t *out_signed, struct lic_err *err)
{
    uint32_t seen = 0;
    lic_str lines = note->signatures;
    CHECK(keys_n <= 32);
    while (lines.n > 0) {
        lic_str name, base64;
        uint8_t bytes[SIGNATURE_BYTES_MAX];
        size_t n = 0;
        TRY(read_signature(&lines, &name, &base64, err));
        ENSURE(tlog_key_unbase64(base64, bytes, &n) && n > ID_BYTES, err, LIC_E_SYNTAX,
               "the signature of \"" LIC_FMT "\" is not base 64", LIC_ARG(name));
        uint32_t key = find_key(keys, keys_n, name, read_id(bytes));
        if (key == keys_n) {
            continue;
        }
        lic_str signature = str_make((const char *)bytes + ID_BYTES, n - ID_BYTES);
        ENSURE(tlog_key_verify(keys[key].public_key, note->text, signature), err, LIC_E_INVALID,
               "the signature of \"" LIC_FMT "\" is not good", LIC_ARG(name));
        seen |= 1u << key;
    }
    ENSURE(seen != 0, err, LIC_E_INVALID, "none of the %u known keys signed the note", keys_n);
    if (out_signed) {
        *out_signed = seen;
    }
    return LIC_OK;
}

/* ---- signing ---- */

enum lic_rc note_sign(const struct note_signer *signer, lic_str text, struct buf *out,
                      struct lic_err *err)
{
    uint8_t signature[ID_BYTES + TLOG_SIGNATURE_BYTES];
    CHECK(text.n > 0 && text.at[text.n - 1] == '\n');
    write_id(signer->key.id, signature);
    TRY(tlog_key_sign(signer->seed, text, signature + ID_BYTES, err));
    buf_add(out, text);
    buf_add_char(out, '\n');
    buf_add(out, str_z(dash));
    buf_add(out, signer->key.name);
    buf_add_char(out, ' ');
    tlog_key_base64(out, str_make((const char *)signature, sizeof(signature)));
    buf_add_char(out, '\n');
    return buf_check(out, "a signed note", err);
}

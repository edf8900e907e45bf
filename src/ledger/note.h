/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes (C2SP signed-note): a text, a blank line, and lines "— NAME BASE64" under it, each a
 * signature over the text. A key is known by its name and a 32-bit id; signatures by keys that the
 * reader does not know mean nothing, a bad one by a key that he knows spoils the note.
 */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "base/buf.h"
#include "ledger/tlog_key.h"
#include <lictor/base.h>

#define NOTE_SIGNATURES_MAX 100u
#define NOTE_BYTES_MAX (1024u * 1024)
#define NOTE_ED25519 1u

struct note_key {
    lic_str name; /* into the text it was read from */
    uint32_t id;
    uint8_t public_key[TLOG_KEY_BYTES];
};

struct note_signer {
    struct note_key key;
    uint8_t seed[TLOG_KEY_BYTES];
};

struct note {
    lic_str text;       /* with its last newline: what is signed */
    lic_str signatures; /* the lines under it */
};

bool note_name_is_good(lic_str name);

/* "NAME+ID+BASE64", the verifier key. */
enum lic_rc note_key_read(lic_str vkey, struct note_key *out, struct lic_err *err) LIC_MUST_USE;
void note_key_write(const struct note_key *key, struct buf *out);
/* "PRIVATE+KEY+NAME+ID+BASE64", the signing key. */
enum lic_rc note_signer_make(lic_str name, const uint8_t seed[TLOG_KEY_BYTES],
                             struct note_signer *out, struct lic_err *err) LIC_MUST_USE;
enum lic_rc note_signer_read(lic_str text, struct note_signer *out,
                             struct lic_err *err) LIC_MUST_USE;
void note_signer_write(const struct note_signer *signer, struct buf *out);

/* The form alone: views into `bytes`. */
enum lic_rc note_read(lic_str bytes, struct note *out, struct lic_err *err) LIC_MUST_USE;
/*
 * LIC_OK: at least one of the keys signed, and no key's signature is bad; *out_signed (NULL is
 * fine) has a bit for each key that did. keys_n <= 32.
 */
enum lic_rc note_verify(const struct note *note, const struct note_key *keys, uint32_t keys_n,
                        uint32_t *out_signed, struct lic_err *err) LIC_MUST_USE;
/* Writes text, blank line and one signature line. */
enum lic_rc note_sign(const struct note_signer *signer, lic_str text, struct buf *out,
                      struct lic_err *err) LIC_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Notes, keys and checkpoints: whatever the bytes, read or refused; what is read has its parts. */
#include "ledger/proof.h"
#include "test.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct note note;
    struct note_key key;
    struct note_signer signer;
    struct checkpoint checkpoint;
    struct lic_err err = { 0 };
    lic_str text = str_make((const char *)data, n);
    lic_str vkey = LIC_STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    CHECK(note_key_read(vkey, &key, &err) == LIC_OK);
    if (note_read(text, &note, &err) == LIC_OK) {
        CHECK(note.text.n + 1 + note.signatures.n == n);
        (void)note_verify(&note, &key, 1, NULL, &err);
        (void)proof_checkpoint_read(note.text, &checkpoint, &err);
    }
    (void)proof_checkpoint_read(text, &checkpoint, &err);
    (void)note_key_read(text, &key, &err);
    (void)note_signer_read(text, &signer, &err);
    return 0;
}

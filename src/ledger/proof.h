/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a log as text: checkpoints (C2SP tlog-checkpoint), the body of a signed note, and
 * proofs that need nothing else (C2SP tlog-proof): extra data, index, path, checkpoint.
 */
#ifndef LEDGER_PROOF_H
#define LEDGER_PROOF_H

#include "ledger/merkle.h"
#include "ledger/note.h"

struct checkpoint {
    lic_str origin;
    uint64_t size;
    struct merkle_hash root;
};

/* The body of a checkpoint, to be signed. */
void proof_checkpoint_write(const struct checkpoint *checkpoint, struct buf *out);
/* Reads the body of a note; extension lines are allowed and mean nothing. */
enum lic_rc proof_checkpoint_read(lic_str text, struct checkpoint *out,
                                  struct lic_err *err) LIC_MUST_USE;
/* A whole signed checkpoint: the key signed it, and its origin is the key's name. */
enum lic_rc proof_checkpoint_open(lic_str note, const struct note_key *key, struct checkpoint *out,
                                  struct lic_err *err) LIC_MUST_USE;

struct proof {
    lic_str extra; /* base 64 still; at == NULL: none */
    uint64_t index;
    struct merkle_path path;
    lic_str checkpoint; /* the signed note */
};
void proof_write(const struct proof *proof, lic_str extra, struct buf *out);
enum lic_rc proof_read(lic_str text, struct proof *out, struct lic_err *err) LIC_MUST_USE;

#endif

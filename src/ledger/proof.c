/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints and proofs, read strictly: one text for one meaning. */
#include "ledger/proof.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "ledger/tiles.h"
#include <lictor/ledger.h>

#include "base/banned.h"

#define HASH_TEXT_BYTES 44u

static const char first_line[] = "c2sp.org/tlog-proof@v1";

/* A number in the one way to write it. */
static bool read_number(lic_str s, uint64_t *out)
{
    return s.n > 0 && (s.n == 1 || s.at[0] != '0') && str_u64(s, out);
}

static bool read_hash(lic_str s, struct merkle_hash *out)
{
    uint8_t bytes[HASH_TEXT_BYTES / 4 * 3];
    size_t n = 0;
    if (s.n != HASH_TEXT_BYTES || !tlog_key_unbase64(s, bytes, &n) || n != HASH_BYTES) {
        return false;
    }
    memcpy(out->at, bytes, HASH_BYTES);
    return true;
}

static void write_hash(const struct merkle_hash *hash, struct buf *out)
{
    tlog_key_base64(out, str_make((const char *)hash->at, HASH_BYTES));
    buf_add_char(out, '\n');
}

/* ---- checkpoints ---- */

void proof_checkpoint_write(const struct checkpoint *checkpoint, struct buf *out)
{
    buf_add(out, checkpoint->origin);
    buf_add_char(out, '\n');
    buf_add_u64(out, checkpoint->size);
    buf_add_char(out, '\n');
    write_hash(&checkpoint->root, out);
}

enum lic_rc proof_checkpoint_read(lic_str text, struct checkpoint *out, struct lic_err *err)
{
    struct checkpoint read;
    lic_str rest = text;
    ENSURE(text.n > 0 && text.at[text.n - 1] == '\n', err, LIC_E_SYNTAX,
           "the checkpoint does not end in a newline");
    read.origin = str_split(&rest, '\n');
    lic_str size = str_split(&rest, '\n');
    lic_str root = str_split(&rest, '\n');
    ENSURE(read.origin.n > 0, err, LIC_E_SYNTAX, "the checkpoint names no origin");
    ENSURE(read_number(size, &read.size), err, LIC_E_SYNTAX,
           "the size of the checkpoint, \"" LIC_FMT "\", is not a number", LIC_ARG(size));
    ENSURE(read_hash(root, &read.root), err, LIC_E_SYNTAX,
           "the root of the checkpoint is not base 64 of 32 bytes");
    while (rest.n > 0) {
        ENSURE(str_split(&rest, '\n').n > 0, err, LIC_E_SYNTAX,
               "the checkpoint has an empty extension line");
    }
    *out = read;
    return LIC_OK;
}

enum lic_rc proof_checkpoint_open(lic_str bytes, const struct note_key *key, struct checkpoint *out,
                                  struct lic_err *err)
{
    struct note note;
    struct checkpoint read;
    TRY(note_read(bytes, &note, err));
    TRY(note_verify(&note, key, 1, NULL, err));
    TRY(proof_checkpoint_read(note.text, &read, err));
    ENSURE(str_eq(read.origin, key->name), err, LIC_E_INVALID,
           "the checkpoint is of \"" LIC_FMT "\", not of \"" LIC_FMT "\"", LIC_ARG(read.origin),
           LIC_ARG(key->name));
    *out = read;
    return LIC_OK;
}

/* ---- proofs ---- */

void proof_write(const struct proof *proof, lic_str extra, struct buf *out)
{
    buf_add(out, str_z(first_line));
    buf_add_char(out, '\n');
    if (extra.at) {
        buf_add(out, LIC_STR("extra "));
        tlog_key_base64(out, extra);
        buf_add_char(out, '\n');
    }
    buf_add(out, LIC_STR("index "));
    buf_add_u64(out, proof->index);
    buf_add_char(out, '\n');
    for (uint32_t i = 0; i < proof->path.n; i++) {
        write_hash(&proof->path.at[i], out);
    }
    buf_add_char(out, '\n');
    buf_add(out, proof->checkpoint);
}

static enum lic_rc read_path(lic_str *rest, struct merkle_path *out, struct lic_err *err)
{
    out->n = 0;
    for (;;) {
        ENSURE(rest->n > 0, err, LIC_E_SYNTAX, "the proof ends before its checkpoint");
        lic_str line = str_split(rest, '\n');
        if (line.n == 0) {
            return LIC_OK;
        }
        ENSURE(out->n < MERKLE_PATH_MAX, err, LIC_E_LIMIT, "the proof has more than %u hashes",
               MERKLE_PATH_MAX);
        ENSURE(read_hash(line, &out->at[out->n]), err, LIC_E_SYNTAX,
               "hash %u of the proof is not base 64 of 32 bytes", out->n + 1);
        out->n++;
    }
}

enum lic_rc proof_read(lic_str text, struct proof *out, struct lic_err *err)
{
    struct proof read = { 0 };
    lic_str rest = text;
    ENSURE(str_eq(str_split(&rest, '\n'), str_z(first_line)), err, LIC_E_SYNTAX,
           "the first line is not %s", first_line);
    lic_str line = str_split(&rest, '\n');
    if (str_starts(line, LIC_STR("extra "))) {
        read.extra = str_tail(line, 6);
        line = str_split(&rest, '\n');
    }
    ENSURE(str_starts(line, LIC_STR("index ")) && read_number(str_tail(line, 6), &read.index), err,
           LIC_E_SYNTAX, "the proof says no index");
    TRY(read_path(&rest, &read.path, err));
    ENSURE(rest.n > 0, err, LIC_E_SYNTAX, "the proof has no checkpoint");
    read.checkpoint = rest;
    *out = read;
    return LIC_OK;
}

/* ---- the check ---- */

/* The extra data in memory of its own, since the caller wants to see it. */
static enum lic_rc decode_extra(const struct lic_host *host, lic_str extra, lic_str *out,
                                struct lic_err *err)
{
    ENSURE(extra.at, err, LIC_E_MISSING, "the proof does not bring its entry: give the entry");
    ENSURE(extra.n <= (TILES_ENTRY_BYTES_MAX + 2) / 3 * 4, err, LIC_E_LIMIT,
           "the extra data of the proof are longer than an entry can be");
    size_t n = 0;
    uint8_t *bytes = host->resize(host->ctx, NULL, extra.n / 4 * 3 + 1);
    ENSURE(bytes, err, LIC_E_NOMEM, "no memory for an entry of %zu bytes", extra.n / 4 * 3);
    if (!tlog_key_unbase64(extra, bytes, &n) || n > TILES_ENTRY_BYTES_MAX) {
        (void)host->resize(host->ctx, bytes, 0);
        return err_set(err, LIC_E_SYNTAX, "the extra data of the proof are not base 64");
    }
    *out = str_make((const char *)bytes, n);
    return LIC_OK;
}

static enum lic_rc check_entry(const struct proof *proof, const struct checkpoint *checkpoint,
                               lic_str entry, struct lic_err *err)
{
    struct merkle_hash leaf;
    ENSURE(entry.n <= TILES_ENTRY_BYTES_MAX, err, LIC_E_LIMIT, "an entry has at most %u bytes",
           TILES_ENTRY_BYTES_MAX);
    merkle_leaf(entry, &leaf);
    ENSURE(merkle_check_inclusion(&leaf, proof->index, checkpoint->size, &proof->path,
                                  &checkpoint->root),
           err, LIC_E_INVALID, "this entry is not number %llu of the log of %llu entries",
           (unsigned long long)proof->index, (unsigned long long)checkpoint->size);
    return LIC_OK;
}

enum lic_rc lic_proof_check(const struct lic_host *host, lic_str text, lic_str vkey, lic_str entry,
                            struct lic_proven *out, lic_str *out_entry, struct lic_err *err)
{
    struct note_key key;
    struct proof proof;
    struct checkpoint checkpoint;
    lic_str extra = { 0 };
    TRY(note_key_read(vkey, &key, err));
    TRY(proof_read(text, &proof, err));
    TRY(proof_checkpoint_open(proof.checkpoint, &key, &checkpoint, err));
    if (!entry.at) {
        TRY(decode_extra(host, proof.extra, &extra, err));
    }
    enum lic_rc rc = check_entry(&proof, &checkpoint, entry.at ? entry : extra, err);
    if (rc != LIC_OK) {
        (void)host->resize(host->ctx, (void *)(uintptr_t)extra.at, 0);
        return rc;
    }
    *out = (struct lic_proven){ .index = proof.index, .size = checkpoint.size };
    memcpy(out->origin, checkpoint.origin.at, checkpoint.origin.n);
    *out_entry = extra;
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lictor's transparency log: records become entries of one Merkle tree, kept as C2SP tlog-tiles,
 * whose root is signed as a checkpoint. Whoever has a checkpoint finds every later edit.
 *
 *     lic_log_open ─► lic_log_add ... ─► lic_log_commit ─► lic_log_free        who seals
 *     lic_view_open ─► lic_view_walk, lic_view_since, lic_view_prove           who looks
 *     lic_proof_check                                                          anyone, offline
 *
 * Files are the host's affair: struct lic_log_store reads and writes them. docs/TLOG.md has the
 * formats and what is promised.
 */
#ifndef LICTOR_LEDGER_H
#define LICTOR_LEDGER_H

#include <lictor/base.h>

#define LIC_LOG_KEY_BYTES 512u  /* a key as text, terminated */
#define LIC_LOG_NAME_BYTES 200u /* of a log, so of its origin line and its key */

/* The folder of a log. Paths are relative and made of safe characters only. */
struct lic_log_store {
    void *ctx;
    /* As lic_host's read_file: LIC_E_MISSING when there is none; host->resize releases. */
    enum lic_rc (*read)(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                        struct lic_err *err);
    /* Whole or not at all, and on stable storage when it returns. Makes folders as needed. */
    enum lic_rc (*write)(void *ctx, const char *path, lic_str bytes, struct lic_err *err);
    /* Removes the partial tiles in this folder, which a full tile replaces. May fail unheard. */
    void (*forget)(void *ctx, const char *path);
};

/* ---- keys: the text forms of C2SP signed-note, Ed25519 ---- */

/* A new signing key for the log of this name. Secret: the caller wipes `out`. */
LIC_PUBLIC enum lic_rc lic_log_key_make(const struct lic_host *host, lic_str name,
                                        char out[LIC_LOG_KEY_BYTES],
                                        struct lic_err *err) LIC_MUST_USE;
/* The verifier key ("vkey") of a signing key. */
LIC_PUBLIC enum lic_rc lic_log_key_public(const struct lic_host *host, lic_str key,
                                          char out[LIC_LOG_KEY_BYTES],
                                          struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_log_key_wipe(void *at, size_t n);

/* ---- entries ---- */

/*
 * One line of a record file, and where it stands. As bytes of the log: one line of JSON (file, at,
 * bytes), a newline, the record. A record too long for an entry (65,535 bytes) is in the log by
 * its SHA-256, a member of that JSON, and `record` is then empty.
 */
struct lic_entry {
    lic_str file;   /* its name without folder: letters, digits, "." "_" "-"; at most 128 */
    uint64_t at;    /* byte offset of the line */
    uint64_t bytes; /* of the line without its newline */
    lic_str record;
    lic_str sha256; /* hex, or at == NULL */
};
LIC_PUBLIC bool lic_entry_name_is_good(lic_str file);
/* Views point into `bytes`. LIC_E_SYNTAX: not an entry of ours. */
LIC_PUBLIC enum lic_rc lic_entry_read(lic_str bytes, struct lic_entry *out,
                                      struct lic_err *err) LIC_MUST_USE;
/* True when this is the line that the entry was made of. */
LIC_PUBLIC bool lic_entry_holds(const struct lic_entry *entry, lic_str record);

/* ---- the one who seals ---- */

struct lic_log;

/*
 * Goes on with the log in the store, or begins it with the checkpoint of an empty tree. A
 * checkpoint that this key did not sign, or tiles that do not give its root, are LIC_E_INVALID:
 * nothing is ever signed on top of them.
 */
LIC_PUBLIC enum lic_rc lic_log_open(const struct lic_host *host, const struct lic_log_store *store,
                                    lic_str key, struct lic_log **out,
                                    struct lic_err *err) LIC_MUST_USE;
/*
 * Adds one entry; a full tile is written at once, and no checkpoint covers it yet. After a failure
 * the log refuses everything: open it again.
 */
LIC_PUBLIC enum lic_rc lic_log_add(struct lic_log *log, lic_str file, uint64_t at, lic_str record,
                                   struct lic_err *err) LIC_MUST_USE;
/* Makes durable what a tree of this size needs, then signs and writes the checkpoint. */
LIC_PUBLIC enum lic_rc lic_log_commit(struct lic_log *log, struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC uint64_t lic_log_size(const struct lic_log *log);
LIC_PUBLIC void lic_log_free(struct lic_log *log); /* NULL is fine; wipes the key */

/* ---- the one who looks ---- */

struct lic_view;

/* Reads the checkpoint; one that `vkey` did not sign is LIC_E_INVALID. `vkey` is copied. */
LIC_PUBLIC enum lic_rc lic_view_open(const struct lic_host *host, const struct lic_log_store *store,
                                     lic_str vkey, struct lic_view **out,
                                     struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC uint64_t lic_view_size(const struct lic_view *view);
LIC_PUBLIC lic_str lic_view_origin(const struct lic_view *view);
LIC_PUBLIC void lic_view_free(struct lic_view *view); /* NULL is fine */

/* What a walk meets. A fault is told and the walk goes on; what `entry` fails with ends it. */
struct lic_walk {
    void *arg;
    enum lic_rc (*entry)(void *arg, uint64_t index, lic_str entry, struct lic_err *err);
    void (*fault)(void *arg, const struct lic_err *err); /* NULL: the first fault ends the walk */
};

/* Entries from `from` on, as they lie in the bundles, not held against the tree. */
LIC_PUBLIC enum lic_rc lic_view_entries(struct lic_view *view, uint64_t from,
                                        const struct lic_walk *walk,
                                        struct lic_err *err) LIC_MUST_USE;
/* The whole log: every entry against every tile, and the tiles against the checkpoint. */
LIC_PUBLIC enum lic_rc lic_view_walk(struct lic_view *view, const struct lic_walk *walk,
                                     struct lic_err *err) LIC_MUST_USE;
/* LIC_E_INVALID: the log is not a continuation of the one with this (signed) checkpoint. */
LIC_PUBLIC enum lic_rc lic_view_since(struct lic_view *view, lic_str checkpoint,
                                      struct lic_err *err) LIC_MUST_USE;
/*
 * A proof for one entry (c2sp.org/tlog-proof@v1) with the entry itself as its extra data. Checked
 * before it is handed out; lives as long as the view.
 */
LIC_PUBLIC enum lic_rc lic_view_prove(struct lic_view *view, uint64_t index, lic_str *out,
                                      struct lic_err *err) LIC_MUST_USE;

/* ---- anyone ---- */

struct lic_proven {
    uint64_t index, size;
    char origin[LIC_LOG_NAME_BYTES + 1];
};

/*
 * Checks a proof against a verifier key: with `entry` when it is given, otherwise with its extra
 * data, which `out_entry` then has (from host->resize, given back by the caller).
 */
LIC_PUBLIC enum lic_rc lic_proof_check(const struct lic_host *host, lic_str proof, lic_str vkey,
                                       lic_str entry, struct lic_proven *out, lic_str *out_entry,
                                       struct lic_err *err) LIC_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writing a log, reading it and walking it share (include/lictor/ledger.h has the idea).
 *
 *     tlog_entry.c   a line of a record file as an entry, and back
 *     tlog_write.c   struct lic_log: entries in, tiles out, then the checkpoint over them
 *     tlog_read.c    struct lic_view: nodes of the tree from tiles, proofs, consistency
 *     tlog_walk.c    every entry and every tile of a view
 */
#ifndef LEDGER_TLOG_H
#define LEDGER_TLOG_H

#include "base/arena.h"
#include "ledger/proof.h"
#include "ledger/tiles.h"
#include <lictor/ledger.h>

#define TLOG_CHECKPOINT "checkpoint"
#define TLOG_CHECKPOINT_BYTES_MAX (64u * 1024)

/* One tile held in memory: hashes [n * 256, n * 256 + width) of its level. */
struct tlog_tile {
    uint64_t n;
    uint32_t width; /* 0: nothing */
    struct merkle_hash at[TILES_WIDTH];
};

/* The hashes of the tiles on the right edge of a tree, and with them its root. */
struct tlog_edge {
    struct tlog_tile levels[TILES_LEVELS];
};
void tlog_edge_root(const struct tlog_edge *edge, struct merkle_hash *out);

struct lic_view {
    const struct lic_host *host;
    struct lic_log_store store;
    struct arena_pool pool;
    struct arena arena; /* what lives as long as the view */
    struct note_key key;
    lic_str note; /* the signed checkpoint */
    struct checkpoint checkpoint;
    struct merkle_tree tree;
    struct tlog_edge cache; /* the tile of each level that was read last */
};

void tlog_entry_write(lic_str file, uint64_t at, lic_str record, struct buf *out);

/* Gives back what store->read gave. */
void tlog_release(const struct lic_host *host, lic_str bytes);
/* Reads tile n of a tree of this size; of a partial one that is gone, the start of the full one. */
enum lic_rc tlog_read_tile(const struct lic_host *host, const struct lic_log_store *store,
                           uint64_t size, uint32_t level, uint64_t n, struct tlog_tile *out,
                           struct lic_err *err) LIC_MUST_USE;
/* The same of entries: bytes to be released, possibly with more entries than the size has. */
enum lic_rc tlog_read_bundle(const struct lic_host *host, const struct lic_log_store *store,
                             uint64_t size, uint64_t n, lic_str *out,
                             struct lic_err *err) LIC_MUST_USE;

#endif

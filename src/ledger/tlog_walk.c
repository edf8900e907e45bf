/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes over a whole log once, from the entries up: each entry is hashed and held against its tile,
 * each full tile's root against the tile above, the right edge against the checkpoint. What does
 * not fit is told, and the walk goes on with what the entries say, so that one changed tile is one
 * fault and the root decides whether entries or tiles were changed.
 */
#include "ledger/tlog.h"

#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

struct walker {
    struct lic_view *view;
    const struct lic_walk *walk;
    bool faulty;
    struct tlog_edge edge;
    struct tlog_tile read; /* the tile an edge is held against */
};

/* LIC_OK when somebody hears of faults; what memory or the host refuse ends the walk. */
static enum lic_rc tell(struct walker *walker, enum lic_rc rc, const struct lic_err *err)
{
    if (rc == LIC_OK || rc == LIC_E_NOMEM || !walker->walk->fault) {
        return rc;
    }
    walker->faulty = true;
    walker->walk->fault(walker->walk->arg, err);
    return LIC_OK;
}

/* ---- tiles ---- */

static enum lic_rc differ(const struct walker *walker, uint32_t level, const struct tlog_tile *ours,
                          struct lic_err *err)
{
    char path[TILES_PATH_BYTES];
    uint32_t first = ours->width;
    uint32_t n = 0;
    for (uint32_t i = ours->width; i-- > 0;) {
        if (!merkle_same(&ours->at[i], &walker->read.at[i])) {
            first = i;
            n++;
        }
    }
    if (n == 0) {
        return LIC_OK;
    }
    tiles_path(level, ours->n, ours->width, path);
    ENSURE(level > 0, err, LIC_E_INVALID,
           "%s does not fit its entries: %u of %u differ, the first is entry %llu", path, n,
           ours->width, (unsigned long long)(ours->n * TILES_WIDTH + first));
    return err_set(err, LIC_E_INVALID,
                   "%s does not fit the tiles below it: %u of %u hashes differ, the first is that "
                   "of tile %llu",
                   path, n, ours->width, (unsigned long long)(ours->n * TILES_WIDTH + first));
}

static enum lic_rc hold_tile(struct walker *walker, uint32_t level, struct lic_err *err)
{
    const struct tlog_tile *ours = &walker->edge.levels[level];
    struct lic_view *view = walker->view;
    enum lic_rc rc = tlog_read_tile(view->host, &view->store, view->checkpoint.size, level, ours->n,
                                    &walker->read, err);
    rc = rc == LIC_OK ? differ(walker, level, ours, err) : rc;
    return tell(walker, rc, err);
}

static enum lic_rc carry(struct walker *walker, struct lic_err *err)
{
    for (uint32_t level = 0; walker->edge.levels[level].width == TILES_WIDTH; level++) {
        struct tlog_tile *tile = &walker->edge.levels[level];
        struct tlog_tile *above = &walker->edge.levels[level + 1];
        CHECK(level + 1 < TILES_LEVELS);
        TRY(hold_tile(walker, level, err));
        merkle_root(tile->at, TILES_WIDTH, &above->at[above->width++]);
        tile->n++;
        tile->width = 0;
    }
    return LIC_OK;
}

/* ---- entries ---- */

static enum lic_rc take_entry(struct walker *walker, uint64_t index, lic_str entry,
                              struct lic_err *err)
{
    struct tlog_tile *tile = &walker->edge.levels[0];
    merkle_leaf(entry, &tile->at[tile->width++]);
    TRY(walker->walk->entry(walker->walk->arg, index, entry, err));
    return tile->width == TILES_WIDTH ? carry(walker, err) : LIC_OK;
}

/* A missing or cut bundle has nothing to hash: its tile stands in for what cannot be read. */
static enum lic_rc stand_in(struct walker *walker, uint64_t index, uint64_t end,
                            struct lic_err *err)
{
    struct tlog_tile *tile = &walker->edge.levels[0];
    struct lic_view *view = walker->view;
    enum lic_rc rc = tlog_read_tile(view->host, &view->store, view->checkpoint.size, 0,
                                    index / TILES_WIDTH, &walker->read, err);
    if (rc != LIC_OK) {
        memset(&walker->read, 0, sizeof(walker->read));
        TRY(tell(walker, rc, err));
    }
    for (; index < end; index++) {
        tile->at[tile->width++] = walker->read.at[index % TILES_WIDTH];
    }
    return tile->width == TILES_WIDTH ? carry(walker, err) : LIC_OK;
}

struct bundle {
    uint64_t n, index, end; /* entries [index, end) */
    lic_str rest;
};

static enum lic_rc cut_fault(const struct bundle *bundle, struct lic_err *err)
{
    char path[TILES_PATH_BYTES];
    tiles_path(TILES_ENTRIES, bundle->n, (uint32_t)(bundle->end - bundle->n * TILES_WIDTH), path);
    ENSURE(bundle->index == bundle->end, err, LIC_E_INVALID, "%s is cut: it ends in entry %llu",
           path, (unsigned long long)bundle->index);
    ENSURE(bundle->rest.n == 0, err, LIC_E_INVALID, "%s has %zu bytes after its last entry", path,
           bundle->rest.n);
    return LIC_OK;
}

static enum lic_rc open_bundle(const struct lic_view *view, uint64_t n, struct bundle *out,
                               lic_str *out_bytes, struct lic_err *err)
{
    uint64_t size = view->checkpoint.size;
    out->n = n;
    out->index = n * TILES_WIDTH;
    out->end = out->index + tiles_width(size, TILES_ENTRIES, n);
    TRY(tlog_read_bundle(view->host, &view->store, size, n, out_bytes, err));
    out->rest = *out_bytes;
    return LIC_OK;
}

static enum lic_rc take_entries(struct walker *walker, struct bundle *bundle, struct lic_err *err)
{
    lic_str entry;
    while (bundle->index < bundle->end && tiles_entry(&bundle->rest, &entry)) {
        TRY(take_entry(walker, bundle->index, entry, err));
        bundle->index++;
    }
    return LIC_OK;
}

/* The full bundle that replaced a partial one goes on beyond what this checkpoint covers. */
static void drop_later(const struct lic_view *view, struct bundle *bundle)
{
    lic_str entry, rest = bundle->rest;
    uint64_t n = bundle->index;
    while (n < (bundle->n + 1) * TILES_WIDTH && tiles_entry(&rest, &entry)) {
        n++;
    }
    if (n == (bundle->n + 1) * TILES_WIDTH && bundle->end == view->checkpoint.size) {
        bundle->rest = rest;
    }
}

static enum lic_rc walk_bundle(struct walker *walker, uint64_t n, struct lic_err *err)
{
    struct bundle bundle = { 0 };
    lic_str bytes = { 0 };
    enum lic_rc rc = open_bundle(walker->view, n, &bundle, &bytes, err);
    if (rc == LIC_OK) {
        rc = take_entries(walker, &bundle, err);
        if (rc == LIC_OK) {
            drop_later(walker->view, &bundle);
            rc = tell(walker, cut_fault(&bundle, err), err);
        }
    } else {
        rc = tell(walker, rc, err);
    }
    tlog_release(walker->view->host, bytes);
    TRY(rc);
    return bundle.index < bundle.end ? stand_in(walker, bundle.index, bundle.end, err) : LIC_OK;
}

/* ---- the whole ---- */

static enum lic_rc hold_root(struct walker *walker, struct lic_err *err)
{
    const struct checkpoint *checkpoint = &walker->view->checkpoint;
    struct merkle_hash root;
    tlog_edge_root(&walker->edge, &root);
    ENSURE(merkle_same(&root, &checkpoint->root), err, LIC_E_INVALID,
           "the %llu entries do not give the root of the checkpoint: an entry was changed, or the "
           "checkpoint is of another log",
           (unsigned long long)checkpoint->size);
    return LIC_OK;
}

static enum lic_rc walk_all(struct walker *walker, struct lic_err *err)
{
    uint64_t size = walker->view->checkpoint.size;
    for (uint64_t n = 0; n * TILES_WIDTH < size; n++) {
        TRY(walk_bundle(walker, n, err));
    }
    for (uint32_t level = 0; level < TILES_LEVELS; level++) {
        if (walker->edge.levels[level].width > 0) {
            TRY(hold_tile(walker, level, err));
        }
    }
    return tell(walker, hold_root(walker, err), err);
}

enum lic_rc lic_view_walk(struct lic_view *view, const struct lic_walk *walk, struct lic_err *err)
{
    struct walker *walker = view->host->resize(view->host->ctx, NULL, sizeof(*walker));
    ENSURE(walker, err, LIC_E_NOMEM, "no memory to walk the log");
    memset(walker, 0, sizeof(*walker));
    walker->view = view;
    walker->walk = walk;
    enum lic_rc rc = walk_all(walker, err);
    bool faulty = walker->faulty;
    (void)view->host->resize(view->host->ctx, walker, 0);
    TRY(rc);
    ENSURE(!faulty, err, LIC_E_INVALID, "the log is not what was signed");
    return LIC_OK;
}

enum lic_rc lic_view_entries(struct lic_view *view, uint64_t from, const struct lic_walk *walk,
                             struct lic_err *err)
{
    for (uint64_t n = from / TILES_WIDTH; n * TILES_WIDTH < view->checkpoint.size; n++) {
        struct bundle bundle;
        lic_str entry, bytes;
        TRY(open_bundle(view, n, &bundle, &bytes, err));
        enum lic_rc rc = LIC_OK;
        for (; rc == LIC_OK && bundle.index < bundle.end && tiles_entry(&bundle.rest, &entry);
             bundle.index++) {
            rc = bundle.index < from ? LIC_OK : walk->entry(walk->arg, bundle.index, entry, err);
        }
        tlog_release(view->host, bytes);
        TRY(rc);
        ENSURE(bundle.index == bundle.end, err, LIC_E_INVALID, "the bundle of entry %llu is cut",
               (unsigned long long)bundle.index);
    }
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The one who looks: nodes of the tree out of tiles, and with them proofs and consistency. */
#include "ledger/tlog.h"

#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

void tlog_release(const struct lic_host *host, lic_str bytes)
{
    if (bytes.at) {
        (void)host->resize(host->ctx, (void *)(uintptr_t)bytes.at, 0);
    }
}

/* ---- files ---- */

static enum lic_rc read_wide(const struct lic_log_store *store, uint64_t size, uint32_t level,
                             uint64_t n, size_t bytes_max, lic_str *out, struct lic_err *err)
{
    char path[TILES_PATH_BYTES];
    uint32_t width = tiles_width(size, level, n);
    CHECK(width > 0);
    tiles_path(level, n, width, path);
    enum lic_rc rc = store->read(store->ctx, path, bytes_max, out, err);
    if (rc != LIC_E_MISSING || width == TILES_WIDTH) {
        return rc;
    }
    char full[TILES_PATH_BYTES];
    struct lic_err ignored;
    tiles_path(level, n, TILES_WIDTH, full);
    rc = store->read(store->ctx, full, bytes_max, out, &ignored);
    return rc == LIC_OK ? rc : store->read(store->ctx, path, bytes_max, out, err);
}

enum lic_rc tlog_read_tile(const struct lic_host *host, const struct lic_log_store *store,
                           uint64_t size, uint32_t level, uint64_t n, struct tlog_tile *out,
                           struct lic_err *err)
{
    lic_str bytes = { 0 };
    uint32_t width = tiles_width(size, level, n);
    TRY(read_wide(store, size, level, n, sizeof(out->at), &bytes, err));
    bool whole = bytes.n == width * sizeof(out->at[0]) || bytes.n == sizeof(out->at);
    if (whole) {
        memcpy(out->at, bytes.at, width * sizeof(out->at[0]));
        out->n = n;
        out->width = width;
    }
    size_t got = bytes.n;
    tlog_release(host, bytes);
    char path[TILES_PATH_BYTES];
    tiles_path(level, n, width, path);
    ENSURE(whole, err, LIC_E_INVALID, "%s has %zu bytes; a tile of %u hashes has %zu", path, got,
           width, width * sizeof(out->at[0]));
    return LIC_OK;
}

enum lic_rc tlog_read_bundle(const struct lic_host *host, const struct lic_log_store *store,
                             uint64_t size, uint64_t n, lic_str *out, struct lic_err *err)
{
    (void)host;
    return read_wide(store, size, TILES_ENTRIES, n, TILES_BUNDLE_BYTES_MAX, out, err);
}

/* ---- nodes ---- */

/* Every level of the tree lies in the tile of eight levels it belongs to, hashed up from there. */
static enum lic_rc read_node(void *ctx, uint32_t level, uint64_t index, struct merkle_hash *out,
                             struct lic_err *err)
{
    struct lic_view *view = ctx;
    uint32_t above = level % 8;
    uint64_t first = index << above;
    uint64_t n = first / TILES_WIDTH;
    struct tlog_tile *tile = &view->cache.levels[level / 8];
    if (tile->width == 0 || tile->n != n) {
        tile->width = 0;
        TRY(tlog_read_tile(view->host, &view->store, view->tree.size, level / 8, n, tile, err));
    }
    CHECK(first % TILES_WIDTH + ((uint64_t)1 << above) <= tile->width);
    merkle_root(tile->at + first % TILES_WIDTH, (size_t)1 << above, out);
    return LIC_OK;
}

/* ---- the view ---- */

static enum lic_rc load(struct lic_view *view, lic_str vkey, struct lic_err *err)
{
    lic_str note = { 0 };
    lic_str kept = str_copy(&view->arena, str_trim(vkey));
    ENSURE(kept.at, err, LIC_E_NOMEM, "no memory for a key");
    TRY(note_key_read(kept, &view->key, err));
    TRY(view->store.read(view->store.ctx, TLOG_CHECKPOINT, TLOG_CHECKPOINT_BYTES_MAX, &note, err));
    view->note = str_copy(&view->arena, note);
    tlog_release(view->host, note);
    ENSURE(view->note.at, err, LIC_E_NOMEM, "no memory for a checkpoint");
    enum lic_rc rc = proof_checkpoint_open(view->note, &view->key, &view->checkpoint, err);
    view->tree = (struct merkle_tree){ view, view->checkpoint.size, read_node };
    return rc;
}

enum lic_rc lic_view_open(const struct lic_host *host, const struct lic_log_store *store,
                          lic_str vkey, struct lic_view **out, struct lic_err *err)
{
    struct lic_view *view = host->resize(host->ctx, NULL, sizeof(*view));
    ENSURE(view, err, LIC_E_NOMEM, "no memory to open the log");
    memset(view, 0, sizeof(*view));
    view->host = host;
    view->store = *store;
    arena_pool_init(&view->pool, host, /* free_max= */ 0);
    arena_init(&view->arena, &view->pool, /* bytes_max= */ 0);
    enum lic_rc rc = load(view, vkey, err);
    if (rc != LIC_OK) {
        lic_view_free(view);
        return rc;
    }
    *out = view;
    return LIC_OK;
}

void lic_view_free(struct lic_view *view)
{
    if (!view) {
        return;
    }
    arena_fini(&view->arena);
    arena_pool_fini(&view->pool);
    (void)view->host->resize(view->host->ctx, view, 0);
}

uint64_t lic_view_size(const struct lic_view *view)
{
    return view->checkpoint.size;
}

lic_str lic_view_origin(const struct lic_view *view)
{
    return view->checkpoint.origin;
}

/* ---- since ---- */

enum lic_rc lic_view_since(struct lic_view *view, lic_str note, struct lic_err *err)
{
    struct checkpoint old;
    struct merkle_path path;
    TRY(proof_checkpoint_open(note, &view->key, &old, err));
    ENSURE(old.size <= view->checkpoint.size, err, LIC_E_INVALID,
           "the log was rolled back: it has %llu entries, and had %llu when that checkpoint was "
           "signed",
           (unsigned long long)view->checkpoint.size, (unsigned long long)old.size);
    ENSURE(old.size != view->checkpoint.size || merkle_same(&old.root, &view->checkpoint.root), err,
           LIC_E_INVALID, "the log was forked: there are two signed checkpoints of %llu entries",
           (unsigned long long)old.size);
    TRY(merkle_prove_consistency(&view->tree, old.size, &path, err));
    ENSURE(merkle_check_consistency(old.size, &old.root, view->checkpoint.size,
                                    &view->checkpoint.root, &path),
           err, LIC_E_INVALID,
           "the log was forked or its tiles were changed: its first %llu entries are not those of "
           "that checkpoint",
           (unsigned long long)old.size);
    return LIC_OK;
}

/* ---- prove ---- */

static enum lic_rc find_entry(struct lic_view *view, uint64_t index, lic_str *out,
                              struct lic_err *err)
{
    lic_str bytes, rest;
    lic_str entry = { 0 };
    uint64_t n = index / TILES_WIDTH;
    TRY(tlog_read_bundle(view->host, &view->store, view->checkpoint.size, n, &bytes, err));
    rest = bytes;
    bool there = true;
    for (uint64_t i = n * TILES_WIDTH; i <= index && there; i++) {
        there = tiles_entry(&rest, &entry);
    }
    lic_str kept = there ? str_copy(&view->arena, entry) : entry;
    tlog_release(view->host, bytes);
    ENSURE(there, err, LIC_E_INVALID, "the bundle of entry %llu ends before it",
           (unsigned long long)index);
    ENSURE(kept.at, err, LIC_E_NOMEM, "no memory for an entry");
    *out = kept;
    return LIC_OK;
}

enum lic_rc lic_view_prove(struct lic_view *view, uint64_t index, lic_str *out, struct lic_err *err)
{
    struct proof proof = { .index = index, .checkpoint = view->note };
    struct merkle_hash leaf;
    struct buf text;
    lic_str entry;
    TRY(merkle_prove_inclusion(&view->tree, index, &proof.path, err));
    TRY(find_entry(view, index, &entry, err));
    merkle_leaf(entry, &leaf);
    ENSURE(
        merkle_check_inclusion(&leaf, index, view->checkpoint.size, &proof.path,
                               &view->checkpoint.root),
        err, LIC_E_INVALID,
        "entry %llu and the tiles do not give the root of the checkpoint; `lictor ledger verify` "
        "says what was changed",
        (unsigned long long)index);
    buf_init(&text, &view->arena, 256u * 1024);
    proof_write(&proof, entry, &text);
    TRY(buf_check(&text, "a proof", err));
    *out = buf_str(&text);
    return LIC_OK;
}

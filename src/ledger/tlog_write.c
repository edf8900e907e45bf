/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one who seals. Invariants:
 *
 * 1. A checkpoint is written only after every tile and bundle of its size is on stable storage.
 * 2. What a written checkpoint covers is never written again with other bytes.
 * 3. A checkpoint is signed only on top of one that this key signed and whose root the tiles give.
 * 4. After any failure the log refuses everything, so that memory never runs ahead of the disk.
 *
 *     open ─► clean ──add──► dirty ──commit──► clean        any failure ─► broken
 *
 * A crash between tiles and checkpoint leaves files that no checkpoint speaks of; the next run
 * writes over them. A full tile of that kind may then become another one: nobody was told of it.
 */
#include "ledger/tlog.h"

#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

#define PATH_SUFFIX_BYTES 3u /* ".p" */

struct lic_log {
    const struct lic_host *host;
    struct lic_log_store store;
    struct arena_pool pool;
    struct arena arena;   /* the key's name */
    struct arena entries; /* the bundle */
    struct buf bundle;    /* of the tile that is not full */
    struct note_signer signer;
    uint64_t size, signed_size;
    bool broken;
    struct tlog_edge edge;
};

/* ---- the tree ---- */

/* Complete subtrees from the right: every run of a level is split into powers of two. */
void tlog_edge_root(const struct tlog_edge *edge, struct merkle_hash *out)
{
    struct merkle_hash root, part;
    bool any = false;
    for (uint32_t level = 0; level < TILES_LEVELS; level++) {
        const struct tlog_tile *tile = &edge->levels[level];
        for (uint32_t at = tile->width; at > 0;) {
            uint32_t n = at & (~at + 1);
            at -= n;
            merkle_root(tile->at + at, n, &part);
            if (any) {
                merkle_node(&part, &root, &root);
            } else {
                root = part;
            }
            any = true;
        }
    }
    if (!any) {
        merkle_root(NULL, 0, &root);
    }
    *out = root;
}

static enum lic_rc write_tile(struct lic_log *log, uint32_t level, struct lic_err *err)
{
    const struct tlog_tile *tile = &log->edge.levels[level];
    char path[TILES_PATH_BYTES];
    tiles_path(level, tile->n, tile->width, path);
    return log->store.write(log->store.ctx, path,
                            str_make((const char *)tile->at, tile->width * sizeof(tile->at[0])),
                            err);
}

static enum lic_rc write_bundle(struct lic_log *log, struct lic_err *err)
{
    const struct tlog_tile *tile = &log->edge.levels[0];
    char path[TILES_PATH_BYTES];
    tiles_path(TILES_ENTRIES, tile->n, tile->width, path);
    return log->store.write(log->store.ctx, path, buf_str(&log->bundle), err);
}

/* A full tile goes to the disk, and its root to the level above, which may fill in turn. */
static enum lic_rc carry(struct lic_log *log, struct lic_err *err)
{
    TRY(write_bundle(log, err));
    for (uint32_t level = 0; log->edge.levels[level].width == TILES_WIDTH; level++) {
        struct tlog_tile *tile = &log->edge.levels[level];
        struct tlog_tile *above = &log->edge.levels[level + 1];
        CHECK(level + 1 < TILES_LEVELS);
        TRY(write_tile(log, level, err));
        merkle_root(tile->at, TILES_WIDTH, &above->at[above->width++]);
        tile->n++;
        tile->width = 0;
    }
    buf_clear(&log->bundle);
    return LIC_OK;
}

static enum lic_rc add(struct lic_log *log, lic_str file, uint64_t at, lic_str record,
                       struct lic_err *err)
{
    struct tlog_tile *tile = &log->edge.levels[0];
    char length[2] = { 0 };
    size_t start = log->bundle.n + sizeof(length);
    buf_add(&log->bundle, str_make(length, sizeof(length)));
    tlog_entry_write(file, at, record, &log->bundle);
    TRY(buf_check(&log->bundle, "a bundle of entries", err));
    lic_str entry = str_tail(buf_str(&log->bundle), start);
    tiles_entry_length(entry.n, log->bundle.at + start - sizeof(length));
    merkle_leaf(entry, &tile->at[tile->width++]);
    log->size++;
    return tile->width == TILES_WIDTH ? carry(log, err) : LIC_OK;
}

/* ---- public ---- */

static enum lic_rc refuse_broken(const struct lic_log *log, struct lic_err *err)
{
    ENSURE(!log->broken, err, LIC_E_INVALID,
           "the log failed before and takes nothing until it is opened again");
    return LIC_OK;
}

enum lic_rc lic_log_add(struct lic_log *log, lic_str file, uint64_t at, lic_str record,
                        struct lic_err *err)
{
    TRY(refuse_broken(log, err));
    ENSURE(lic_entry_name_is_good(file), err, LIC_E_INVALID,
           "\"" LIC_FMT "\" is no name for a file of records", LIC_ARG(file));
    enum lic_rc rc = add(log, file, at, record, err);
    log->broken = rc != LIC_OK;
    return rc;
}

static enum lic_rc write_partial(struct lic_log *log, struct lic_err *err)
{
    if (log->edge.levels[0].width > 0) {
        TRY(write_bundle(log, err));
    }
    for (uint32_t level = 0; level < TILES_LEVELS; level++) {
        if (log->edge.levels[level].width > 0) {
            TRY(write_tile(log, level, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc write_checkpoint(struct lic_log *log, struct lic_err *err)
{
    struct checkpoint checkpoint = { .origin = log->signer.key.name, .size = log->size };
    CLEANUP(arena_fini) struct arena arena;
    struct buf text, note;
    arena_init(&arena, &log->pool, /* bytes_max= */ 0);
    buf_init(&text, &arena, TLOG_CHECKPOINT_BYTES_MAX);
    buf_init(&note, &arena, TLOG_CHECKPOINT_BYTES_MAX);
    tlog_edge_root(&log->edge, &checkpoint.root);
    proof_checkpoint_write(&checkpoint, &text);
    TRY(buf_check(&text, "a checkpoint", err));
    TRY(note_sign(&log->signer, buf_str(&text), &note, err));
    TRY(log->store.write(log->store.ctx, TLOG_CHECKPOINT, buf_str(&note), err));
    log->signed_size = log->size;
    return LIC_OK;
}

/* Partial tiles that a full one replaced since the last checkpoint. */
static void forget_partial(const struct lic_log *log, uint64_t before)
{
    static const uint32_t levels[] = { TILES_ENTRIES, 0, 1, 2, 3, 4, 5, 6, 7 };
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        uint64_t full = tiles_count(log->size, levels[i]) / TILES_WIDTH;
        for (uint64_t n = tiles_count(before, levels[i]) / TILES_WIDTH; n < full; n++) {
            char path[TILES_PATH_BYTES + PATH_SUFFIX_BYTES];
            tiles_path(levels[i], n, TILES_WIDTH, path);
            size_t end = strlen(path);
            memcpy(path + end, ".p", PATH_SUFFIX_BYTES);
            log->store.forget(log->store.ctx, path);
        }
    }
}

static enum lic_rc commit(struct lic_log *log, struct lic_err *err)
{
    uint64_t before = log->signed_size;
    TRY(write_partial(log, err));
    TRY(write_checkpoint(log, err));
    forget_partial(log, before);
    return LIC_OK;
}

enum lic_rc lic_log_commit(struct lic_log *log, struct lic_err *err)
{
    TRY(refuse_broken(log, err));
    if (log->size == log->signed_size) {
        return LIC_OK;
    }
    enum lic_rc rc = commit(log, err);
    log->broken = rc != LIC_OK;
    return rc;
}

uint64_t lic_log_size(const struct lic_log *log)
{
    return log->size;
}

/* ---- opening ---- */

static enum lic_rc load_bundle(struct lic_log *log, struct lic_err *err)
{
    const struct tlog_tile *tile = &log->edge.levels[0];
    lic_str bytes, rest, entry;
    struct merkle_hash leaf;
    uint32_t n = 0;
    TRY(tlog_read_bundle(log->host, &log->store, log->size, tile->n, &bytes, err));
    rest = bytes;
    while (n < tile->width && tiles_entry(&rest, &entry)) {
        merkle_leaf(entry, &leaf);
        if (!merkle_same(&leaf, &tile->at[n])) {
            break;
        }
        n++;
    }
    buf_add(&log->bundle, str_head(bytes, bytes.n - rest.n));
    tlog_release(log->host, bytes);
    TRY(buf_check(&log->bundle, "a bundle of entries", err));
    ENSURE(n == tile->width, err, LIC_E_INVALID,
           "entry %llu in the last bundle is not what the tree says; nothing is signed on top",
           (unsigned long long)(tile->n * TILES_WIDTH + n));
    return LIC_OK;
}

/* What the tiles give must be what was signed, or somebody changed one or the other. */
static enum lic_rc load_edge(struct lic_log *log, const struct checkpoint *checkpoint,
                             struct lic_err *err)
{
    struct merkle_hash root;
    log->size = log->signed_size = checkpoint->size;
    for (uint32_t level = 0; level < TILES_LEVELS; level++) {
        struct tlog_tile *tile = &log->edge.levels[level];
        tile->n = tiles_count(log->size, level) / TILES_WIDTH;
        if (tiles_partial(log->size, level) > 0) {
            TRY(tlog_read_tile(log->host, &log->store, log->size, level, tile->n, tile, err));
        }
    }
    tlog_edge_root(&log->edge, &root);
    ENSURE(merkle_same(&root, &checkpoint->root), err, LIC_E_INVALID,
           "the tiles do not give the root of the checkpoint over %llu entries; "
           "nothing is signed on top",
           (unsigned long long)log->size);
    return log->edge.levels[0].width > 0 ? load_bundle(log, err) : LIC_OK;
}

static enum lic_rc load(struct lic_log *log, struct lic_err *err)
{
    struct checkpoint checkpoint;
    lic_str note = { 0 };
    enum lic_rc rc =
        log->store.read(log->store.ctx, TLOG_CHECKPOINT, TLOG_CHECKPOINT_BYTES_MAX, &note, err);
    if (rc == LIC_E_MISSING) {
        return write_checkpoint(log, err);
    }
    TRY(rc);
    rc = proof_checkpoint_open(note, &log->signer.key, &checkpoint, err);
    tlog_release(log->host, note);
    TRY(rc);
    return load_edge(log, &checkpoint, err);
}

static enum lic_rc set_key(struct lic_log *log, lic_str key, struct lic_err *err)
{
    TRY(note_signer_read(str_trim(key), &log->signer, err));
    log->signer.key.name = str_copy(&log->arena, log->signer.key.name);
    ENSURE(log->signer.key.name.at, err, LIC_E_NOMEM, "no memory for the name of the key");
    return LIC_OK;
}

enum lic_rc lic_log_open(const struct lic_host *host, const struct lic_log_store *store,
                         lic_str key, struct lic_log **out, struct lic_err *err)
{
    struct lic_log *log = host->resize(host->ctx, NULL, sizeof(*log));
    ENSURE(log, err, LIC_E_NOMEM, "no memory to open the log");
    memset(log, 0, sizeof(*log));
    log->host = host;
    log->store = *store;
    arena_pool_init(&log->pool, host, /* free_max= */ 4);
    arena_init(&log->arena, &log->pool, /* bytes_max= */ 0);
    arena_init(&log->entries, &log->pool, /* bytes_max= */ 0);
    buf_init(&log->bundle, &log->entries, TILES_BUNDLE_BYTES_MAX);
    enum lic_rc rc = set_key(log, key, err);
    rc = rc == LIC_OK ? load(log, err) : rc;
    if (rc != LIC_OK) {
        lic_log_free(log);
        return rc;
    }
    *out = log;
    return LIC_OK;
}

void lic_log_free(struct lic_log *log)
{
    if (!log) {
        return;
    }
    arena_fini(&log->entries);
    arena_fini(&log->arena);
    arena_pool_fini(&log->pool);
    tlog_key_wipe(&log->signer, sizeof(log->signer));
    (void)log->host->resize(log->host->ctx, log, 0);
}

/* ---- keys ---- */

/* Room for one key as text on the stack of the caller; never beyond it. */
static enum lic_rc put_key(const struct lic_host *host, const struct note_signer *signer,
                           bool secret, char out[LIC_LOG_KEY_BYTES], struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct buf text;
    buf_init(&text, &arena, LIC_LOG_KEY_BYTES - 1);
    if (secret) {
        note_signer_write(signer, &text);
    } else {
        note_key_write(&signer->key, &text);
    }
    TRY(buf_check(&text, "a key", err));
    memcpy(out, text.at, text.n);
    out[text.n] = '\0';
    tlog_key_wipe(text.at, text.n);
    return LIC_OK;
}

enum lic_rc lic_log_key_make(const struct lic_host *host, lic_str name, char out[LIC_LOG_KEY_BYTES],
                             struct lic_err *err)
{
    uint8_t seed[TLOG_KEY_BYTES];
    struct note_signer signer;
    ENSURE(host->random(host->ctx, seed, sizeof(seed)) == LIC_OK, err, LIC_E_IO,
           "the system gives no random bytes for a key");
    enum lic_rc rc = note_signer_make(name, seed, &signer, err);
    rc = rc == LIC_OK ? put_key(host, &signer, /* secret= */ true, out, err) : rc;
    tlog_key_wipe(seed, sizeof(seed));
    tlog_key_wipe(&signer, sizeof(signer));
    return rc;
}

enum lic_rc lic_log_key_public(const struct lic_host *host, lic_str key,
                               char out[LIC_LOG_KEY_BYTES], struct lic_err *err)
{
    struct note_signer signer;
    TRY(note_signer_read(str_trim(key), &signer, err));
    enum lic_rc rc = put_key(host, &signer, /* secret= */ false, out, err);
    tlog_key_wipe(&signer, sizeof(signer));
    return rc;
}

void lic_log_key_wipe(void *at, size_t n)
{
    tlog_key_wipe(at, n);
}

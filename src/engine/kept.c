/* SPDX-License-Identifier: Apache-2.0 */
/* The slots: sixteen sets of four, the least lately used goes first. */
#include "engine/kept.h"

#include "base/check.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "policy/hmac.h"

#include "base/banned.h"

enum { SETS = 16, WAYS = 4 };

struct kept {
    struct kept_session sets[SETS][WAYS];
    uint64_t turn;
};

void kept_digest(lic_str access_key, lic_str token, uint8_t out[32])
{
    /* A digest of two: the id has no room for what could be taken for a token's digest. */
    uint8_t both[32 + SESSION_ACCESS_KEY_BYTES] = { 0 };
    lic_str id = str_head(access_key, SESSION_ACCESS_KEY_BYTES);
    hash_sha256(token, both);
    memcpy(both + 32, id.at, id.n);
    hash_sha256(str_make((const char *)both, sizeof(both)), out);
}

static void empty(struct kept_session *slot)
{
    CHECK(slot->users == 0);
    if (!slot->engine) {
        return;
    }
    hmac_wipe(slot->secret, sizeof(slot->secret));
    arena_fini(&slot->arena);
    lic_engine_unref(slot->engine);
    memset(slot, 0, sizeof(*slot));
}

/* Slots of a configuration that was replaced would keep it in memory. */
static void sweep(struct kept *kept, const struct lic_engine *engine)
{
    for (uint32_t i = 0; i < SETS * WAYS; i++) {
        struct kept_session *slot = &kept->sets[i / WAYS][i % WAYS];
        if (slot->engine && slot->engine != engine && slot->users == 0) {
            empty(slot);
        }
    }
}

static struct kept_session *hold(struct kept *kept, struct kept_session *slot)
{
    slot->users++;
    slot->used_at = ++kept->turn;
    return slot;
}

struct kept_session *kept_find(struct lic_worker *worker, const struct lic_engine *engine,
                               const uint8_t digest[32])
{
    struct kept *kept = worker->kept;
    if (!kept) {
        return NULL;
    }
    struct kept_session *set = kept->sets[digest[0] % SETS];
    for (uint32_t i = 0; i < WAYS; i++) {
        if (set[i].engine == engine && memcmp(set[i].digest, digest, 32) == 0) {
            return hold(kept, &set[i]);
        }
    }
    return NULL;
}

static bool begin(struct lic_worker *worker)
{
    if (!worker->kept) {
        worker->kept = worker->host->resize(worker->host->ctx, NULL, sizeof(*worker->kept));
        if (worker->kept) {
            memset(worker->kept, 0, sizeof(*worker->kept));
        }
    }
    return worker->kept != NULL;
}

/* A free slot, or the one that nobody holds and that was used least lately; NULL: all are held. */
static struct kept_session *choose(struct kept_session set[WAYS])
{
    struct kept_session *chosen = NULL;
    for (uint32_t i = 0; i < WAYS; i++) {
        bool idle = set[i].users == 0;
        if (idle && (!chosen || set[i].used_at < chosen->used_at)) {
            chosen = &set[i];
        }
    }
    return chosen;
}

struct kept_session *kept_take(struct lic_worker *worker, struct lic_engine *engine,
                               const uint8_t digest[32])
{
    if (!begin(worker)) {
        return NULL;
    }
    sweep(worker->kept, engine);
    struct kept_session *slot = choose(worker->kept->sets[digest[0] % SETS]);
    if (!slot) {
        return NULL;
    }
    empty(slot);
    memcpy(slot->digest, digest, sizeof(slot->digest));
    slot->engine = lic_engine_ref(engine);
    arena_init(&slot->arena, &worker->pool, /* bytes_max= */ 0);
    return hold(worker->kept, slot);
}

void kept_release(struct kept_session *slot)
{
    if (slot) {
        CHECK(slot->users > 0);
        slot->users--;
    }
}

void kept_drop(struct kept_session *slot)
{
    if (slot) {
        kept_release(slot);
        empty(slot);
    }
}

void kept_fini(struct lic_worker *worker)
{
    struct kept *kept = worker->kept;
    for (uint32_t i = 0; kept && i < SETS * WAYS; i++) {
        empty(&kept->sets[i / WAYS][i % WAYS]);
    }
    (void)worker->host->resize(worker->host->ctx, kept, 0);
    worker->kept = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of used signatures: two-choice hashing into buckets of eight.
 *
 * Invariants: an id lies in one of its two buckets or nowhere; a slot with until_ns < now is free.
 * Ids are parts of SHA-256 of signatures that were valid, so nobody can aim them at a bucket.
 */
#include "policy/replay.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include "base/banned.h"

#define MAGIC 0x6c696374726c7031u
#define SLOTS 8u
#define SIGNATURE_BYTES_MAX 256u
#define DATE_BYTES_MAX 32u

struct replay_slot {
    uint8_t id[REPLAY_ID_BYTES];
    int64_t until_ns;
};

struct replay_bucket {
    struct replay_slot slots[SLOTS];
};

struct replay_table {
    uint64_t magic;
    uint64_t buckets_n;
    struct replay_bucket buckets[];
};

static uint64_t buckets_in(size_t bytes)
{
    return (bytes - sizeof(struct replay_table)) / sizeof(struct replay_bucket);
}

enum lic_rc replay_init(void *memory, size_t bytes, struct lic_err *err)
{
    struct replay_table *table = memory;
    CHECK((uintptr_t)memory % _Alignof(struct replay_table) == 0);
    ENSURE(bytes >= REPLAY_BYTES_MIN, err, LIC_E_LIMIT,
           "a table of used signatures needs at least %u bytes, not %zu", REPLAY_BYTES_MIN, bytes);
    memset(memory, 0, bytes);
    table->buckets_n = buckets_in(bytes);
    table->magic = MAGIC;
    return LIC_OK;
}

struct replay_table *replay_attach(void *memory, size_t bytes)
{
    struct replay_table *table = memory;
    CHECK((uintptr_t)memory % _Alignof(struct replay_table) == 0);
    bool ours =
        bytes >= REPLAY_BYTES_MIN && table->magic == MAGIC && table->buckets_n == buckets_in(bytes);
    return ours ? table : NULL;
}

uint64_t replay_capacity(const struct replay_table *table)
{
    return table->buckets_n * SLOTS;
}

void replay_id(lic_str signature, lic_str amz_date, uint8_t out[REPLAY_ID_BYTES])
{
    char text[SIGNATURE_BYTES_MAX + DATE_BYTES_MAX];
    uint8_t digest[HASH_BYTES];
    CHECK(signature.n <= SIGNATURE_BYTES_MAX && amz_date.n <= DATE_BYTES_MAX);
    memcpy(text, signature.at, signature.n);
    memcpy(text + signature.n, amz_date.at, amz_date.n);
    hash_sha256(str_make(text, signature.n + amz_date.n), digest);
    memcpy(out, digest, REPLAY_ID_BYTES);
}

/* One of the two buckets of an id, each from eight of its bytes. */
static struct replay_bucket *bucket_of(struct replay_table *table, const uint8_t *id_half)
{
    uint64_t bits;
    memcpy(&bits, id_half, sizeof(bits));
    return &table->buckets[bits % table->buckets_n];
}

/* What a look into a bucket shows. */
struct look {
    bool seen;
    uint32_t free_n;
    struct replay_slot *free_slot;
};

static struct look look_into(struct replay_bucket *bucket, const uint8_t *id, int64_t now_ns)
{
    struct look look = { 0 };
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct replay_slot *slot = &bucket->slots[i];
        if (slot->until_ns < now_ns) {
            look.free_slot = slot;
            look.free_n++;
        } else if (memcmp(slot->id, id, REPLAY_ID_BYTES) == 0) {
            look.seen = true;
        }
    }
    return look;
}

enum replay_answer replay_remember(struct replay_table *table, const uint8_t id[REPLAY_ID_BYTES],
                                   int64_t now_ns, int64_t until_ns)
{
    CHECK(table->magic == MAGIC);
    struct look first = look_into(bucket_of(table, id), id, now_ns);
    struct look second = look_into(bucket_of(table, id + 8), id, now_ns);
    if (first.seen || second.seen) {
        return REPLAY_SEEN;
    }
    struct replay_slot *slot = first.free_n >= second.free_n ? first.free_slot : second.free_slot;
    if (!slot) {
        return REPLAY_FULL;
    }
    memcpy(slot->id, id, REPLAY_ID_BYTES);
    slot->until_ns = until_ns;
    return REPLAY_NEW;
}

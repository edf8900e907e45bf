/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to pointers by open addressing with linear steps, at most three quarters full. The hash is
 * SipHash with one round a word and three at the end (Aumasson and Bernstein), keyed by the seed.
 */
#include "base/map.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"

#include "base/banned.h"

#define FIRST_SLOTS 16u
#define SECOND_KEY 0x6c6963746f722121u

/* Free when hash is 0; the hash of a taken slot always has its lowest bit set. */
struct map_slot {
    uint64_t hash;
    lic_str key;
    void *value;
};

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

uint64_t map_hash(uint64_t seed, lic_str key)
{
    struct sip s = {
        .v0 = seed ^ 0x736f6d6570736575u,
        .v1 = (seed ^ SECOND_KEY) ^ 0x646f72616e646f6du,
        .v2 = seed ^ 0x6c7967656e657261u,
        .v3 = (seed ^ SECOND_KEY) ^ 0x7465646279746573u,
    };
    size_t i = 0;
    for (; i + 8 <= key.n; i += 8) {
        uint64_t word;
        memcpy(&word, key.at + i, 8);
        sip_word(&s, word);
    }
    uint64_t last = 0;
    if (i < key.n) {
        memcpy(&last, key.at + i, key.n - i);
    }
    sip_word(&s, last | (uint64_t)key.n << 56);
    s.v2 ^= 0xff;
    for (int i_round = 0; i_round < 3; i_round++) {
        sip_round(&s);
    }
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void map_init(struct map *map, struct arena *arena, uint64_t seed)
{
    *map = (struct map){ .arena = arena, .seed = seed };
}

/* The slot of this key, or the free one where it belongs. The table always has a free slot. */
static struct map_slot *find_slot(struct map_slot *slots, uint32_t cap, uint64_t hash, lic_str key)
{
    for (uint64_t i = hash >> 1;; i++) {
        struct map_slot *slot = &slots[i & (cap - 1)];
        if (slot->hash == 0 || (slot->hash == hash && str_eq(slot->key, key))) {
            return slot;
        }
    }
}

static bool grow(struct map *map)
{
    CHECK(map->cap <= UINT32_MAX / 2);
    uint32_t cap = map->cap > 0 ? 2 * map->cap : FIRST_SLOTS;
    struct map_slot *slots = ARENA_ARRAY(map->arena, struct map_slot, cap);
    if (!slots) {
        return false;
    }
    for (uint32_t i = 0; i < map->cap; i++) {
        if (map->slots[i].hash != 0) {
            *find_slot(slots, cap, map->slots[i].hash, map->slots[i].key) = map->slots[i];
        }
    }
    map->slots = slots;
    map->cap = cap;
    return true;
}

enum lic_rc map_add(struct map *map, lic_str key, void *value)
{
    if (map->n >= map->cap / 4 * 3 && !grow(map)) {
        return LIC_E_NOMEM;
    }
    uint64_t hash = map_hash(map->seed, key) | 1;
    struct map_slot *slot = find_slot(map->slots, map->cap, hash, key);
    if (slot->hash != 0) {
        return LIC_E_DUPLICATE;
    }
    *slot = (struct map_slot){ .hash = hash, .key = key, .value = value };
    map->n++;
    return LIC_OK;
}

void *map_get(const struct map *map, lic_str key)
{
    if (map->n == 0) {
        return NULL;
    }
    uint64_t hash = map_hash(map->seed, key) | 1;
    return find_slot(map->slots, map->cap, hash, key)->value;
}

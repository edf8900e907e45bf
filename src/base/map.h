/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to pointers; built once, then only read. Open addressing in an arena, keyed SipHash-like
 * so that names an attacker chooses cannot collide on purpose (seed from the host).
 * Keys are views that must live as long as the map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <lictor/base.h>

struct arena;
struct map_slot;

struct map {
    struct arena *arena;
    struct map_slot *slots;
    uint32_t n, cap;
    uint64_t seed;
};

void map_init(struct map *map, struct arena *arena, uint64_t seed);
/* LIC_E_DUPLICATE when the key is there (its value stays), LIC_E_NOMEM. */
enum lic_rc map_add(struct map *map, lic_str key, void *value) LIC_MUST_USE;
void *map_get(const struct map *map, lic_str key); /* NULL when absent */
uint64_t map_hash(uint64_t seed, lic_str key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that belongs to a lifetime.
 *
 *     pool   (one a worker)  keeps released blocks of the standard size for the next arena
 *     arena  (one an exchange, one an engine)  ──► block ──► block ──► ...
 *
 * Taking is a pointer bump; nothing is released alone; arena_reset gives all blocks back. After
 * warm-up an exchange therefore takes nothing from the host. Results are aligned to 16 bytes and
 * not cleared unless asked. A text just taken at the end of the arena can grow in place.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <lictor/base.h>

struct arena_block;

/* Blocks kept for reuse. Zeroed with a host is a valid pool. */
struct arena_pool {
    const struct lic_host *host;
    struct arena_block *free_blocks;
    uint32_t free_n;
    uint32_t free_max; /* blocks kept at most; more go back to the host */
};

struct arena {
    struct arena_pool *pool;
    struct arena_block *blocks; /* newest first */
    char *at, *end;             /* free space of the newest block */
    size_t taken_bytes;         /* asked for since the last reset */
    size_t bytes_max;           /* 0: no limit; beyond it arena_take gives NULL */
};

void arena_pool_init(struct arena_pool *pool, const struct lic_host *host, uint32_t free_max);
void arena_pool_fini(struct arena_pool *pool);

void arena_init(struct arena *arena, struct arena_pool *pool, size_t bytes_max);
void arena_fini(struct arena *arena); /* zeroed is fine; gives every block back */
void arena_reset(struct arena *arena);

/* NULL when the host has no memory or the limit is reached. n == 0 gives a valid pointer. */
void *arena_take(struct arena *arena, size_t n);
void *arena_take_zeroed(struct arena *arena, size_t n);
/*
 * Makes the `old_n` bytes at `at` (or NULL) `new_n` long, in place when they are the newest,
 * otherwise by copy.
 */
void *arena_grow(struct arena *arena, void *at, size_t old_n, size_t new_n);

#define ARENA_NEW(arena, type) ((type *)arena_take_zeroed((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_take_zeroed((arena), sizeof(type) * (n)))

/*
 * Appends `value` to list->at (list has at, n, cap, both uint32_t). The array doubles when
 * full. Evaluates to false when out of memory.
 */
#define ARENA_PUSH(arena, list, value)                                                             \
    (((list)->n < (list)->cap || arena_push_grow((arena), (void **)&(list)->at, (list)->n,         \
                                                 &(list)->cap, sizeof(*(list)->at)))               \
         ? ((list)->at[(list)->n++] = (value), true)                                               \
         : false)
bool arena_push_grow(struct arena *arena, void **array, uint32_t n, uint32_t *cap,
                     size_t element_bytes);

#endif

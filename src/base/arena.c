/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory by lifetime: blocks from a pool, given out by moving a pointer.
 *
 *     struct arena_block | piece | piece | ... | free            at ──► first free byte, end
 *
 * Invariants: every piece begins on 16 bytes and takes a multiple of 16; `blocks` is the block
 * that `at` points into, unless nothing was taken; an ask larger than a standard block gets a
 * block of its own, put behind the newest so that the free space of that one is not lost.
 *
 * Under ASan each piece is followed by bytes nobody may touch, so an overrun of one piece into its
 * neighbour is seen although both are in one block.
 */
#include "base/arena.h"

#include "base/check.h"
#include "base/limits.h"

#include <string.h>

#include "base/banned.h"

#if defined(__has_feature) /* clang's way to say what gcc says by a macro */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define FORBID(at, n) ASAN_POISON_MEMORY_REGION((at), (n))
#define PERMIT(at, n) ASAN_UNPOISON_MEMORY_REGION((at), (n))
#define GUARD_BYTES 16u
#else
#define FORBID(at, n) ((void)(at), (void)(n))
#define PERMIT(at, n) ((void)(at), (void)(n))
#define GUARD_BYTES 0u
#endif

#define ALIGN_BYTES 16u
#define PIECE_BYTES_MAX (SIZE_MAX / 4)

struct arena_block {
    _Alignas(ALIGN_BYTES) struct arena_block *next;
    size_t room_bytes;
};

#define BLOCK_ROOM_BYTES (LIMIT_ARENA_BLOCK_BYTES - sizeof(struct arena_block))

static size_t piece_bytes(size_t n)
{
    size_t at_least_one = n > 0 ? n : 1;
    return ((at_least_one + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1)) + GUARD_BYTES;
}

static char *block_room(struct arena_block *block)
{
    return (char *)(block + 1);
}

void arena_pool_init(struct arena_pool *pool, const struct lic_host *host, uint32_t free_max)
{
    *pool = (struct arena_pool){ .host = host, .free_max = free_max };
}

void arena_pool_fini(struct arena_pool *pool)
{
    while (pool->free_blocks) {
        struct arena_block *block = pool->free_blocks;
        pool->free_blocks = block->next;
        pool->host->resize(pool->host->ctx, block, 0);
    }
    pool->free_n = 0;
}

static struct arena_block *take_block(struct arena_pool *pool, size_t room_bytes)
{
    struct arena_block *block = pool->free_blocks;
    if (block && room_bytes == BLOCK_ROOM_BYTES) {
        pool->free_blocks = block->next;
        pool->free_n--;
        return block;
    }
    block = pool->host->resize(pool->host->ctx, NULL, sizeof(*block) + room_bytes);
    if (block) {
        block->room_bytes = room_bytes;
        FORBID(block_room(block), room_bytes);
    }
    return block;
}

static void give_block(struct arena_pool *pool, struct arena_block *block)
{
    if (block->room_bytes == BLOCK_ROOM_BYTES && pool->free_n < pool->free_max) {
        FORBID(block_room(block), block->room_bytes);
        block->next = pool->free_blocks;
        pool->free_blocks = block;
        pool->free_n++;
        return;
    }
    PERMIT(block_room(block), block->room_bytes);
    pool->host->resize(pool->host->ctx, block, 0);
}

void arena_init(struct arena *arena, struct arena_pool *pool, size_t bytes_max)
{
    *arena = (struct arena){ .pool = pool, .bytes_max = bytes_max };
}

void arena_fini(struct arena *arena)
{
    arena_reset(arena);
}

void arena_reset(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        give_block(arena->pool, block);
    }
    arena->at = NULL;
    arena->end = NULL;
    arena->taken_bytes = 0;
}

/* A block for one piece only, behind the newest; it becomes the newest only when it is the first.
 */
static void *take_large(struct arena *arena, size_t bytes)
{
    struct arena_block *block = take_block(arena->pool, bytes);
    if (!block) {
        return NULL;
    }
    struct arena_block **place = arena->blocks ? &arena->blocks->next : &arena->blocks;
    block->next = *place;
    *place = block;
    return block_room(block);
}

static bool open_block(struct arena *arena)
{
    struct arena_block *block = take_block(arena->pool, BLOCK_ROOM_BYTES);
    if (!block) {
        return false;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    arena->at = block_room(block);
    arena->end = arena->at + BLOCK_ROOM_BYTES;
    return true;
}

static bool may_take(const struct arena *arena, size_t n)
{
    return n <= PIECE_BYTES_MAX &&
           (arena->bytes_max == 0 || n <= arena->bytes_max - arena->taken_bytes);
}

void *arena_take(struct arena *arena, size_t n)
{
    if (__builtin_expect(!may_take(arena, n), 0)) {
        return NULL;
    }
    size_t bytes = piece_bytes(n);
    char *piece = arena->at;
    if (bytes > BLOCK_ROOM_BYTES) {
        piece = take_large(arena, bytes);
    } else if (bytes <= (size_t)(arena->end - arena->at) || open_block(arena)) {
        piece = arena->at;
        arena->at += bytes;
    } else {
        piece = NULL;
    }
    if (__builtin_expect(!piece, 0)) {
        return NULL;
    }
    arena->taken_bytes += n;
    PERMIT(piece, n);
    return piece;
}

void *arena_take_zeroed(struct arena *arena, size_t n)
{
    void *at = arena_take(arena, n);
    return at ? memset(at, 0, n) : NULL;
}

/* Whether the piece is the last one given out and its block has room for new_n bytes of it. */
static bool can_stretch(const struct arena *arena, const char *piece, size_t old_n, size_t new_n)
{
    return arena->at && arena->at - piece_bytes(old_n) == piece &&
           piece_bytes(new_n) <= (size_t)(arena->end - piece);
}

void *arena_grow(struct arena *arena, void *at, size_t old_n, size_t new_n)
{
    CHECK(new_n >= old_n);
    if (!at) {
        return arena_take(arena, new_n);
    }
    if (!may_take(arena, new_n - old_n)) {
        return NULL;
    }
    if (can_stretch(arena, at, old_n, new_n)) {
        arena->at = (char *)at + piece_bytes(new_n);
        arena->taken_bytes += new_n - old_n;
        PERMIT(at, new_n);
        return at;
    }
    void *copy = arena_take(arena, new_n);
    return copy ? memcpy(copy, at, old_n) : NULL;
}

#define FIRST_ELEMENTS 8u

bool arena_push_grow(struct arena *arena, void **array, uint32_t n, uint32_t *cap,
                     size_t element_bytes)
{
    CHECK(n == *cap);
    if (n > UINT32_MAX / 2) {
        return false;
    }
    uint32_t wanted = n > 0 ? 2 * n : FIRST_ELEMENTS;
    void *grown = arena_grow(arena, *array, n * element_bytes, wanted * element_bytes);
    if (!grown) {
        return false;
    }
    *array = grown;
    *cap = wanted;
    return true;
}

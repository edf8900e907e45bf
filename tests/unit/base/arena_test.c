/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: alignment, growth in place, limits, and blocks that come back. */
#include "base/arena.h"

#include "base/limits.h"

#include "test.h"

CASE(base_arena_pieces_are_aligned_and_apart)
{
    TEST_ARENA(arena);
    char *pieces[100];
    for (size_t i = 0; i < 100; i++) {
        pieces[i] = arena_take(arena, i);
        EXPECT(pieces[i] != NULL);
        EXPECT_U64((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 1; i < 100; i++) {
        EXPECT(pieces[i][0] == (char)i && pieces[i][i - 1] == (char)i);
    }
    EXPECT_U64(arena->taken_bytes, 99 * 100 / 2);
}

CASE(base_arena_zeroed_pieces_are_zero_also_in_used_blocks)
{
    TEST_ARENA(arena);
    char *first = arena_take(arena, 1000);
    EXPECT(first != NULL);
    memset(first, 0x55, 1000);
    arena_reset(arena);
    char *again = arena_take_zeroed(arena, 1000);
    EXPECT(again != NULL);
    for (size_t i = 0; i < 1000; i++) {
        EXPECT(again[i] == 0);
    }
}

CASE(base_arena_large_piece_leaves_the_newest_block_in_use)
{
    TEST_ARENA(arena);
    char *small = arena_take(arena, 16);
    char *large = arena_take(arena, 10 * LIMIT_ARENA_BLOCK_BYTES);
    char *next = arena_take(arena, 16);
    EXPECT(small && large && next);
    memset(large, 1, 10 * LIMIT_ARENA_BLOCK_BYTES);
    EXPECT(next > small && next - small < 256);
}

CASE(base_arena_large_piece_first_then_small)
{
    TEST_ARENA(arena);
    char *large = arena_take(arena, 3 * LIMIT_ARENA_BLOCK_BYTES);
    char *small = arena_take(arena, 5);
    EXPECT(large && small);
    memset(large, 1, 3 * LIMIT_ARENA_BLOCK_BYTES);
    memset(small, 2, 5);
    EXPECT(large[3 * LIMIT_ARENA_BLOCK_BYTES - 1] == 1);
}

CASE(base_arena_newest_piece_grows_in_place)
{
    TEST_ARENA(arena);
    char *text = arena_take(arena, 10);
    EXPECT(text != NULL);
    memcpy(text, "0123456789", 10);
    EXPECT(arena_grow(arena, text, 10, 1000) == text);
    text[999] = 'x';
    EXPECT(arena_take(arena, 1) != NULL);
    char *moved = arena_grow(arena, text, 1000, 2000);
    EXPECT(moved && moved != text);
    EXPECT(memcmp(moved, "0123456789", 10) == 0 && moved[999] == 'x');
}

CASE(base_arena_piece_grows_out_of_its_block)
{
    TEST_ARENA(arena);
    size_t n = 1;
    char *text = arena_grow(arena, NULL, 0, n);
    EXPECT(text != NULL);
    text[0] = 'a';
    while (n < 4 * LIMIT_ARENA_BLOCK_BYTES) {
        text = arena_grow(arena, text, n, 2 * n);
        EXPECT(text != NULL);
        memset(text + n, 'b', n);
        n *= 2;
    }
    EXPECT(text[0] == 'a' && text[1] == 'b' && text[n - 1] == 'b');
}

CASE(base_arena_stops_at_its_limit)
{
    struct arena_pool pool;
    struct arena arena;
    arena_pool_init(&pool, test_host(), 1);
    arena_init(&arena, &pool, 100);
    bool whole = arena_take(&arena, 60) != NULL;
    bool beyond = arena_take(&arena, 41) != NULL;
    bool last = arena_take(&arena, 40) != NULL;
    bool absurd = arena_take(&arena, SIZE_MAX) != NULL || arena_take(&arena, SIZE_MAX - 15) != NULL;
    arena_fini(&arena);
    arena_pool_fini(&pool);
    EXPECT(whole && last);
    EXPECT(!beyond && !absurd);
}

CASE(base_arena_after_warm_up_nothing_is_taken_from_the_host)
{
    TEST_ARENA(arena);
    for (int i = 0; i < 3; i++) {
        EXPECT(arena_take(arena, 20000) && arena_take(arena, 20000));
        arena_reset(arena);
    }
    uint64_t before = test_world()->allocations;
    EXPECT(arena_take(arena, 20000) && arena_take(arena, 20000));
    EXPECT_U64(test_world()->allocations, before);
}

CASE(base_arena_pool_keeps_only_so_many_blocks)
{
    struct arena_pool pool;
    struct arena arena;
    arena_pool_init(&pool, test_host(), 2);
    arena_init(&arena, &pool, 0);
    for (int i = 0; i < 5; i++) {
        (void)arena_take(&arena, 30000);
    }
    arena_reset(&arena);
    uint32_t kept = pool.free_n;
    uint64_t held = test_world()->outstanding;
    arena_fini(&arena);
    arena_pool_fini(&pool);
    EXPECT_U64(kept, 2);
    EXPECT_U64(held, 2);
}

CASE(base_arena_push_doubles_and_keeps_what_was_there)
{
    TEST_ARENA(arena);
    struct {
        uint32_t *at;
        uint32_t n, cap;
    } list = { .n = 0 };
    for (uint32_t i = 0; i < 10000; i++) {
        EXPECT(ARENA_PUSH(arena, &list, i));
    }
    for (uint32_t i = 0; i < 10000; i++) {
        EXPECT_U64(list.at[i], i);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The automaton made while it is used: its answers do not depend on what the cache still has. */
#include "detect/live.h"

#include "test.h"

struct ready {
    struct program program;
    struct places places;
    struct live live;
    struct live_cache *cache;
    uint32_t entries[4], lengths[4], n;
};

static void fini_ready(struct ready *r)
{
    live_cache_free(r->cache);
}

static enum lic_rc add(struct arena *arena, struct ready *r, const char *text, struct lic_err *err)
{
    struct pattern pattern;
    TRY(pattern_read(arena, str_z(text), false, &pattern, err));
    TRY(program_add(&r->program, pattern.root, r->n, &r->entries[r->n], err));
    r->lengths[r->n++] = (uint32_t)pattern.longest;
    return LIC_OK;
}

static enum lic_rc finish(struct arena *arena, struct ready *r, uint32_t words_n,
                          struct lic_err *err)
{
    void *memory = arena_take(arena, places_bytes(r->program.instrs.n));
    ENSURE(memory, err, LIC_E_NOMEM, "no memory");
    places_init(&r->places, memory, r->program.instrs.n);
    r->live = (struct live){ .program = &r->program,
                             .entries = r->entries,
                             .entries_n = r->n,
                             .words_n = words_n,
                             .lengths = r->lengths };
    memset(r->live.shortest, 5, sizeof(r->live.shortest));
    live_init(&r->live, r->n);
    return live_cache_new(test_host(), &r->live, &r->cache, err);
}

static size_t find(struct ready *r, const char *text)
{
    return live_find(&r->live, r->cache, &r->places, str_z(text), 0);
}

CASE(live_find_gives_the_earliest_that_goes_on)
{
    TEST_ARENA(arena);
    CLEANUP(fini_ready) struct ready r = { 0 };
    struct lic_err err = { 0 };
    program_init(&r.program, arena, false, PATTERN_LOOSE_COUNT);
    EXPECT_OK(add(arena, &r, "\\bkey: ?[a-z]{1,20}\\b", &err), &err);
    EXPECT_OK(add(arena, &r, "<[ab]{2,4}>", &err), &err);
    EXPECT_OK(finish(arena, &r, 1, &err), &err);
    EXPECT(find(&r, "a key: ab") == 2 || test_rerun());
    if (test_rerun()) {
        return;
    }
    EXPECT_U64(find(&r, "a key: ab "), 10);
    EXPECT_U64(find(&r, "monkey: ab"), 10);
    EXPECT_U64(find(&r, "a ke"), 2);
    EXPECT_U64(find(&r, "a <ab"), 2);
    EXPECT_U64(find(&r, "a <ab>"), 6);
    EXPECT_U64(find(&r, "key: abcdefghijklmnopqrstuvwxyz"), 31);
}

struct heard {
    uint32_t n;
    size_t starts[8];
};

static bool hear(void *arg, uint32_t rule, size_t start)
{
    struct heard *heard = arg;
    if (rule == 0 && heard->n < 8) {
        heard->starts[heard->n++] = start;
    }
    return true;
}

CASE(live_walk_tells_of_words_that_begin_something)
{
    TEST_ARENA(arena);
    CLEANUP(fini_ready) struct ready r = { 0 };
    struct lic_err err = { 0 };
    struct heard heard = { 0 };
    struct live_listener listener = { .each = hear, .arg = &heard };
    lic_str text = LIC_STR("key none. A key: abc; the monkey: x. "
                           "012345678901234567890123456789 key:z and -key: q");
    program_init(&r.program, arena, false, PATTERN_LOOSE_COUNT);
    EXPECT_OK(add(arena, &r, "\\bkey: ?[a-z]{1,20}\\b", &err), &err);
    EXPECT_OK(add(arena, &r, "<[ab]{2,4}>", &err), &err);
    EXPECT_OK(finish(arena, &r, 1, &err), &err);
    bool whole = live_walk(&r.live, r.cache, &r.places, text, 0, &listener);
    EXPECT(whole || (test_rerun() && listener.failed));
    EXPECT(heard.n >= 3 && heard.n <= 8);
    EXPECT_U64(heard.starts[0], 12);
    EXPECT_U64(heard.starts[heard.n - 1], text.n - 6);
}

/* A pattern with so many states that the cache is forgotten again and again. */
CASE(live_answers_are_the_same_when_the_cache_is_forgotten)
{
    TEST_ARENA(arena);
    CLEANUP(fini_ready) struct ready r = { 0 };
    struct lic_err err = { 0 };
    if (test_rerun()) {
        return;
    }
    program_init(&r.program, arena, false, PATTERN_LOOSE_COUNT);
    EXPECT_OK(add(arena, &r, "<(?:[ab]*a[ab]{14}x)>", &err), &err);
    EXPECT_OK(finish(arena, &r, 0, &err), &err);
    for (uint32_t round = 0; round < 400; round++) {
        char text[80];
        text[0] = '<';
        for (size_t i = 1; i < sizeof(text); i++) {
            text[i] = test_random_below(2) ? 'a' : 'b';
        }
        EXPECT_U64(live_find(&r.live, r.cache, &r.places, str_make(text, sizeof(text)), 0), 0);
        text[79] = '!';
        EXPECT_U64(live_find(&r.live, r.cache, &r.places, str_make(text, sizeof(text)), 0), 80);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit test is made of.
 *
 *     CASE(arena_take_gives_aligned_pieces)
 *     {
 *         TEST_ARENA(arena);
 *         void *piece = arena_take(arena, 3);
 *         EXPECT(piece != NULL);
 *         EXPECT_U64((uintptr_t)piece % 16, 0);
 *     }
 *
 * An expectation that does not hold leaves the case (the function it stands in) at once; what the
 * case holds must therefore be released by scope: TEST_ARENA, CLEANUP. The runner runs each case
 * once for real, then again with the 1st, 2nd, ... allocation of the host failing. In such a rerun
 * an expectation that does not hold only leaves the case: what is tested then is that nothing
 * crashes and nothing leaks. A helper that is a function of its own returns void, too, and after it
 * the case asks `if (test_left()) return;` when it must not go on.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <lictor/base.h>

typedef void test_fn(void);
void test_register(const char *name, test_fn *run);

#define CASE(name)                                                                                 \
    static void case_##name(void);                                                                 \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        test_register(#name, case_##name);                                                         \
    }                                                                                              \
    static void case_##name(void)

/* Each returns false after noting the failure (silently in a rerun). */
bool test_holds(bool holds, const char *file, int line, const char *what);
bool test_rc(enum lic_rc actual, enum lic_rc expected, const struct lic_err *err, const char *file,
             int line, const char *what);
bool test_str(lic_str actual, lic_str expected, const char *file, int line, const char *what);
bool test_u64(uint64_t actual, uint64_t expected, const char *file, int line, const char *what);

#define EXPECT_OR_LEAVE_(holds)                                                                    \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define EXPECT(cond) EXPECT_OR_LEAVE_(test_holds((cond), __FILE__, __LINE__, #cond))
/* EXPECT_OK(json_read(..., &err), &err): prints the sentence of *err when it failed. */
#define EXPECT_OK(rc, err) EXPECT_OR_LEAVE_(test_rc((rc), LIC_OK, (err), __FILE__, __LINE__, #rc))
#define EXPECT_RC(rc, expected)                                                                    \
    EXPECT_OR_LEAVE_(test_rc((rc), (expected), NULL, __FILE__, __LINE__, #rc))
#define EXPECT_STR(actual, literal)                                                                \
    EXPECT_OR_LEAVE_(test_str((actual), str_z(literal), __FILE__, __LINE__, #actual))
#define EXPECT_LIC_STR(actual, expected)                                                           \
    EXPECT_OR_LEAVE_(test_str((actual), (expected), __FILE__, __LINE__, #actual))
#define EXPECT_U64(actual, expected)                                                               \
    EXPECT_OR_LEAVE_(                                                                              \
        test_u64((uint64_t)(actual), (uint64_t)(expected), __FILE__, __LINE__, #actual))

/* True once an expectation of this run did not hold. */
bool test_left(void);
/* True in a rerun with failing memory: a case that takes long may leave. */
bool test_rerun(void);

/*
 * The world a case sees, new for each run: memory is counted, the clock stands still at
 * 2026-11-22T21:54:23.123Z until the case moves it, random bytes come from a fixed seed, records
 * are kept in memory. Files are real, and only read.
 */
#define TEST_SEEN_MAX 8u
struct test_world {
    int64_t wall_ns, mono_ns;
    uint64_t random_state;
    enum lic_rc random_rc;     /* what random() returns; LIC_OK to begin with */
    enum lic_rc append_rc;     /* what append() returns: LIC_OK, LIC_E_PENDING, LIC_E_IO ... */
    uint32_t append_fail_at;   /* when not 0: the append with this number, from 1, is LIC_E_IO */
    uint32_t appends;          /* calls of append() */
    void *append_ticket;       /* of the last one */
    enum lic_sync append_sync; /* of the last one */
    uint8_t seen[TEST_SEEN_MAX][LIC_REPLAY_ID_BYTES]; /* what remember() was told */
    uint32_t seen_n;
    uint64_t verdicts[2048]; /* a table once a case has called lic_verdicts_init on it */
    lic_str appended;        /* every record written, one after the other */
    lic_str logged;          /* every line logged, each with its '\n' */
    uint64_t counters[256];
    uint64_t allocations;       /* calls of resize() that asked for memory */
    uint64_t outstanding;       /* pieces not given back */
    uint64_t bytes, bytes_peak; /* held now, and at most */
};

const struct lic_host *test_host(void);
struct test_world *test_world(void);

/*
 * A new world, in which allocation number `fail_at` fails (0: none), and its end, after which what
 * it remembered is gone. The runner does this around each case; a fuzz target may by itself.
 */
void test_world_begin(uint64_t fail_at);
void test_world_end(void);

/* `struct arena *name`, given back at the end of the scope. */
struct test_arena {
    struct arena_pool pool;
    struct arena arena;
};
void test_arena_init(struct test_arena *both);
void test_arena_fini(struct test_arena *both);
#define TEST_ARENA(name)                                                                           \
    CLEANUP(test_arena_fini) struct test_arena name##_both_;                                       \
    test_arena_init(&name##_both_);                                                                \
    struct arena *name = &name##_both_.arena

/* A small fixed-seed generator for random inputs, independent of the host's. */
uint64_t test_random(void);
uint32_t test_random_below(uint32_t n);

/*
 * Paths, each good until the next call with the same function: of a file of the source tree, and
 * of the shared folder (LICTOR_SHARED, or `../shared` beside the source tree).
 */
const char *test_source_path(const char *relative);
const char *test_shared_path(const char *relative);

/* A whole file as the host reads it, in the arena; a failed expectation when it cannot be read. */
lic_str test_file(struct arena *arena, const char *path);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of the unit tests, and the world they and the fuzz targets run in.
 *
 *     unit_tests [PART]    runs the cases whose name contains PART, or all
 *
 * Each case runs once for real and then again and again with one allocation of the host failing,
 * the first, the second, and so on, until a run asks for fewer than that. An allocation that is not
 * given back fails the case, too. State is static here and only here: a test program has one world.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <lictor/lictor.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASES_MAX 5000u
#define RERUNS_MAX 400u
#define PATH_BYTES 4096u
#define WALL_NS 1795384463123000000
#define SEED 0x2545f4914f6cdd1du

#ifndef LICTOR_SOURCE_ROOT
#define LICTOR_SOURCE_ROOT "."
#endif

struct test_case {
    const char *name;
    test_fn *run;
};

static struct {
    struct test_case cases[CASES_MAX];
    uint32_t n;
} registered;

/* One run of one case. */
static struct {
    const char *name;
    bool left;
} run;

void test_register(const char *name, test_fn *run_case)
{
    CHECK(registered.n < CASES_MAX);
    registered.cases[registered.n++] = (struct test_case){ .name = name, .run = run_case };
}

/* ---- expectations ---- */

static bool note_failure(const char *file, int line)
{
    run.left = true;
    if (test_rerun()) {
        return false;
    }
    printf("%s:%d: %s: ", file, line, run.name);
    return true;
}

bool test_holds(bool holds, const char *file, int line, const char *what)
{
    if (!holds && note_failure(file, line)) {
        printf("does not hold: %s\n", what);
    }
    return holds;
}

bool test_rc(enum lic_rc actual, enum lic_rc expected, const struct lic_err *err, const char *file,
             int line, const char *what)
{
    if (actual != expected && note_failure(file, line)) {
        printf("%s is %s, not %s", what, lic_rc_name(actual), lic_rc_name(expected));
        char text[1024] = "";
        if (err && actual != LIC_OK) {
            lic_err_format(err, text, sizeof(text));
        }
        printf("%s%s\n", text[0] != '\0' ? ": " : "", text);
    }
    return actual == expected;
}

bool test_str(lic_str actual, lic_str expected, const char *file, int line, const char *what)
{
    bool same = str_eq(actual, expected);
    if (!same && note_failure(file, line)) {
        printf("%s is\n    " LIC_FMT "\n  not\n    " LIC_FMT "\n", what, LIC_ARG(actual),
               LIC_ARG(expected));
    }
    return same;
}

bool test_u64(uint64_t actual, uint64_t expected, const char *file, int line, const char *what)
{
    if (actual != expected && note_failure(file, line)) {
        printf("%s is %llu, not %llu\n", what, (unsigned long long)actual,
               (unsigned long long)expected);
    }
    return actual == expected;
}

bool test_left(void)
{
    return run.left;
}

/* ---- the world ---- */

static struct {
    uint64_t fail_at; /* which allocation fails; 0: none */
    uint64_t random_state;
    struct test_world world;
} world_state = { .random_state = SEED, .world = { .wall_ns = WALL_NS, .random_state = SEED } };

void test_world_begin(uint64_t fail_at)
{
    world_state.fail_at = fail_at;
    world_state.random_state = SEED;
    world_state.world =
        (struct test_world){ .wall_ns = WALL_NS, .mono_ns = 1000000000, .random_state = SEED };
}

void test_world_end(void)
{
    free((char *)(uintptr_t)world_state.world.appended.at);
    free((char *)(uintptr_t)world_state.world.logged.at);
    world_state.world.appended = (lic_str){ NULL, 0 };
    world_state.world.logged = (lic_str){ NULL, 0 };
}

bool test_rerun(void)
{
    return world_state.fail_at > 0;
}

struct test_world *test_world(void)
{
    return &world_state.world;
}

/* In front of each piece, so that its size is known when it goes; keeps the alignment of 16. */
struct piece {
    _Alignas(16) size_t bytes;
};

static void count_bytes(size_t gone, size_t come)
{
    world_state.world.bytes = world_state.world.bytes - gone + come;
    if (world_state.world.bytes > world_state.world.bytes_peak) {
        world_state.world.bytes_peak = world_state.world.bytes;
    }
}

static void *host_resize(void *ctx, void *at, size_t n)
{
    (void)ctx;
    struct piece *old = at ? (struct piece *)at - 1 : NULL;
    size_t old_bytes = old ? old->bytes : 0;
    if (n == 0) {
        world_state.world.outstanding -= old ? 1 : 0;
        count_bytes(old_bytes, 0);
        free(old);
        return NULL;
    }
    if (++world_state.world.allocations == world_state.fail_at) {
        return NULL;
    }
    struct piece *piece = realloc(old, sizeof(*piece) + n);
    CHECK(piece);
    world_state.world.outstanding += old ? 0 : 1;
    count_bytes(old_bytes, n);
    piece->bytes = n;
    return piece + 1;
}

static int64_t host_wall_ns(void *ctx)
{
    (void)ctx;
    return world_state.world.wall_ns;
}

static int64_t host_mono_ns(void *ctx)
{
    (void)ctx;
    return world_state.world.mono_ns;
}

/* xorshift64*: good enough to look random, the same in every run. */
static uint64_t next_random(uint64_t *last)
{
    *last ^= *last >> 12;
    *last ^= *last << 25;
    *last ^= *last >> 27;
    return *last * 0x2545f4914f6cdd1du;
}

static enum lic_rc host_random(void *ctx, void *at, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)at)[i] = (uint8_t)(next_random(&world_state.world.random_state) >> 56);
    }
    return world_state.world.random_rc;
}

/* Kept outside the counted memory: what the world remembers is no leak of the case. */
static void remember(lic_str *all, lic_str more)
{
    char *at = realloc((char *)(uintptr_t)all->at, all->n + more.n + 1);
    CHECK(at);
    if (more.n > 0) {
        memcpy(at + all->n, more.at, more.n);
    }
    *all = (lic_str){ at, all->n + more.n };
}

static enum lic_rc host_append(void *ctx, void *ticket, lic_str record, enum lic_sync sync,
                               struct lic_err *err)
{
    (void)ctx;
    struct test_world *world = &world_state.world;
    world->append_ticket = ticket;
    world->append_sync = sync;
    bool fails = ++world->appends == world->append_fail_at;
    if (fails || (world->append_rc != LIC_OK && world->append_rc != LIC_E_PENDING)) {
        return err_set(err, fails ? LIC_E_IO : world->append_rc,
                       "the test's ledger is not writable");
    }
    remember(&world->appended, record);
    return world->append_rc;
}

static bool host_verdict_get(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out,
                             size_t *out_n)
{
    (void)ctx;
    return lic_verdicts_get(world_state.world.verdicts, sizeof(world_state.world.verdicts), id, out,
                            out_n);
}

static void host_verdict_put(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], lic_str entry)
{
    (void)ctx;
    lic_verdicts_put(world_state.world.verdicts, sizeof(world_state.world.verdicts), id, entry);
}

static enum lic_rc host_remember(void *ctx, const uint8_t id[LIC_REPLAY_ID_BYTES], int64_t now_ns,
                                 int64_t until_ns)
{
    (void)ctx;
    struct test_world *world = &world_state.world;
    for (uint32_t i = 0; i < world->seen_n; i++) {
        if (memcmp(world->seen[i], id, LIC_REPLAY_ID_BYTES) == 0) {
            return LIC_E_DUPLICATE;
        }
    }
    if (world->seen_n == TEST_SEEN_MAX || until_ns <= now_ns) {
        return LIC_E_LIMIT;
    }
    memcpy(world->seen[world->seen_n++], id, LIC_REPLAY_ID_BYTES);
    return LIC_OK;
}

static void host_count(void *ctx, uint32_t counter, uint64_t n)
{
    (void)ctx;
    CHECK(counter < sizeof(world_state.world.counters) / sizeof(world_state.world.counters[0]));
    world_state.world.counters[counter] += n;
}

static void host_log(void *ctx, enum lic_level level, lic_str line)
{
    (void)ctx;
    (void)level;
    remember(&world_state.world.logged, line);
    remember(&world_state.world.logged, LIC_STR("\n"));
}

static void close_file(FILE **file)
{
    if (*file) {
        fclose(*file);
    }
}

/* Asks for one byte more than is allowed, so that what is too long is seen without stat(2). */
static enum lic_rc host_read_file(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                                  struct lic_err *err)
{
    CLEANUP(close_file) FILE *file = fopen(path, "rb");
    struct stat about;
    ENSURE(file && fstat(fileno(file), &about) == 0, err,
           errno == ENOENT ? LIC_E_MISSING : LIC_E_IO, "%s: %s", path, strerror(errno));
    ENSURE(S_ISREG(about.st_mode), err, LIC_E_IO, "%s is not a regular file", path);
    ENSURE((uint64_t)about.st_size <= bytes_max, err, LIC_E_LIMIT, "%s is longer than %zu bytes",
           path, bytes_max);
    char *at = host_resize(ctx, NULL, (size_t)about.st_size + 1);
    ENSURE(at, err, LIC_E_NOMEM, "no memory for %s", path);
    *out = (lic_str){ at, fread(at, 1, (size_t)about.st_size, file) };
    return LIC_OK;
}

static int is_not_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    struct stat about;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum lic_rc host_list_dir(void *ctx, const char *path,
                                 enum lic_rc (*each)(void *arg, lic_str name, bool is_dir),
                                 void *arg, struct lic_err *err)
{
    (void)ctx;
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_not_dot, by_bytes);
    ENSURE(n >= 0, err, errno == ENOENT ? LIC_E_MISSING : LIC_E_IO, "%s: %s", path,
           strerror(errno));
    enum lic_rc rc = LIC_OK;
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        rc = rc == LIC_OK ? each(arg, str_z(name), is_folder(path, name)) : rc;
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static lic_str host_env(void *ctx, const char *name)
{
    (void)ctx;
    return str_z(getenv(name));
}

const struct lic_host *test_host(void)
{
    static const struct lic_host host = {
        .resize = host_resize,
        .wall_ns = host_wall_ns,
        .mono_ns = host_mono_ns,
        .random = host_random,
        .append = host_append,
        .remember = host_remember,
        .verdict_get = host_verdict_get,
        .verdict_put = host_verdict_put,
        .count = host_count,
        .log = host_log,
        .read_file = host_read_file,
        .list_dir = host_list_dir,
        .env = host_env,
    };
    return &host;
}

void test_arena_init(struct test_arena *both)
{
    arena_pool_init(&both->pool, test_host(), 4);
    arena_init(&both->arena, &both->pool, 0);
}

void test_arena_fini(struct test_arena *both)
{
    arena_fini(&both->arena);
    arena_pool_fini(&both->pool);
}

uint64_t test_random(void)
{
    return next_random(&world_state.random_state);
}

uint32_t test_random_below(uint32_t n)
{
    return (uint32_t)(test_random() >> 32) % n;
}

static const char *join_path(char out[PATH_BYTES], const char *root, const char *relative)
{
    int n = snprintf(out, PATH_BYTES, "%s/%s", root, relative);
    CHECK(n > 0 && n < (int)PATH_BYTES);
    return out;
}

const char *test_source_path(const char *relative)
{
    static char path[PATH_BYTES];
    return join_path(path, LICTOR_SOURCE_ROOT, relative);
}

const char *test_shared_path(const char *relative)
{
    static char path[PATH_BYTES];
    const char *root = getenv("LICTOR_SHARED");
    return join_path(path, root ? root : LICTOR_SOURCE_ROOT "/../shared", relative);
}

lic_str test_file(struct arena *arena, const char *path)
{
    struct lic_err err;
    lic_str text = LIC_STR("");
    const struct lic_host *host = test_host();
    enum lic_rc rc = host->read_file(host->ctx, path, 64u << 20, &text, &err);
    if (!test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "test_file")) {
        return LIC_STR("");
    }
    lic_str kept = str_copy(arena, text);
    host->resize(host->ctx, (char *)(uintptr_t)text.at, 0);
    test_holds(kept.at != NULL, __FILE__, __LINE__, "memory for a file");
    return kept.at ? kept : LIC_STR("");
}

/* ---- the runner ---- */

/* One run; false when it failed or when memory was left behind. */
static bool run_once(const struct test_case *test, uint64_t fail_at, bool *out_failed_any)
{
    run.name = test->name;
    run.left = false;
    test_world_begin(fail_at);
    test->run();
    uint64_t left_behind = test_world()->outstanding;
    *out_failed_any = test_world()->allocations >= fail_at;
    test_world_end();
    if (left_behind > 0) {
        printf("%s: %llu allocations not given back", test->name, (unsigned long long)left_behind);
        printf(fail_at > 0 ? " when allocation %llu fails\n" : "\n", (unsigned long long)fail_at);
        return false;
    }
    return fail_at > 0 || !run.left;
}

static bool run_case(const struct test_case *test)
{
    bool failed_any = false;
    if (!run_once(test, 0, &failed_any)) {
        return false;
    }
    failed_any = true;
    for (uint64_t fail_at = 1; fail_at <= RERUNS_MAX && failed_any; fail_at++) {
        if (!run_once(test, fail_at, &failed_any)) {
            return false;
        }
    }
    return true;
}

/* A CHECK that does not hold says where it stands, but not for whom. */
static void name_case(int signal_number)
{
    (void)signal_number;
    static const char text[] = "\nwhile running case ";
    ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
    written += run.name ? write(STDERR_FILENO, run.name, strlen(run.name)) : 0;
    written += write(STDERR_FILENO, "\n", 1);
    signal(SIGABRT, SIG_DFL);
    raise(written >= 0 ? SIGABRT : SIGKILL);
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    uint32_t passed = 0, failed = 0;
    signal(SIGABRT, name_case);
    for (uint32_t i = 0; i < registered.n; i++) {
        if (!strstr(registered.cases[i].name, part)) {
            continue;
        }
        bool good = run_case(&registered.cases[i]);
        passed += good ? 1 : 0;
        failed += good ? 0 : 1;
        fflush(stdout);
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0 ? 1 : 0;
}

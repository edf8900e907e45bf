/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine without a network: exchanges in a loop on a host that costs next to nothing, so that
 * what is measured is ours.
 *
 *     engine_bench exchange DIR REQUEST ANSWER N     whole answers, both directions
 *     engine_bench stream DIR REQUEST TOKENS N       a streamed answer, one event a chunk
 *     engine_bench detect TEXT N                     every shipped rule over prose
 *     engine_bench rules TEXT N                      each shipped rule by itself
 *     engine_bench json FILE N                       the strict reader
 *
 * One line each: what, ns, and what the host was asked for after warm-up. Under callgrind with
 * --instr-atstart=no only the loop is counted, not the loading of the directory.
 */
#include "hosts/posix.h"

#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"
#include "detect/detector.h"

#include <lictor/lictor.h>
#include <lictor/shipped.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

enum { WARM_UP = 200 };

/* ---- a host that counts ---- */

struct cheap_host {
    struct lic_host host;
    uint64_t allocations, records, record_bytes;
    int64_t now_ns;
    uint64_t seed;
    char ledger[1 << 20];
    size_t ledger_n;
};

static void *resize_counted(void *ctx, void *at, size_t n)
{
    struct cheap_host *cheap = ctx;
    cheap->allocations += n > 0 ? 1 : 0;
    if (n == 0) {
        free(at);
        return NULL;
    }
    return realloc(at, n);
}

static int64_t tick(void *ctx)
{
    struct cheap_host *cheap = ctx;
    return cheap->now_ns += 1000;
}

static enum lic_rc fill_random(void *ctx, void *at, size_t n)
{
    struct cheap_host *cheap = ctx;
    for (size_t i = 0; i < n; i++) {
        cheap->seed = cheap->seed * 6364136223846793005u + 1442695040888963407u;
        ((unsigned char *)at)[i] = (unsigned char)(cheap->seed >> 56);
    }
    return LIC_OK;
}

/* Copies, as write(2) would. */
static enum lic_rc keep_record(void *ctx, void *ticket, lic_str record, enum lic_sync sync,
                               struct lic_err *err)
{
    struct cheap_host *cheap = ctx;
    (void)ticket;
    (void)sync;
    (void)err;
    if (record.n > sizeof cheap->ledger - cheap->ledger_n) {
        cheap->ledger_n = 0;
    }
    memcpy(cheap->ledger + cheap->ledger_n, record.at, record.n);
    cheap->ledger_n += record.n;
    cheap->records++;
    cheap->record_bytes += record.n;
    return LIC_OK;
}

static void count_nothing(void *ctx, uint32_t counter, uint64_t n)
{
    (void)ctx;
    (void)counter;
    (void)n;
}

static void init_host(struct cheap_host *cheap)
{
    memset(cheap, 0, sizeof *cheap);
    cheap->host = posix_host;
    cheap->host.ctx = cheap;
    cheap->host.resize = resize_counted;
    cheap->host.wall_ns = tick;
    cheap->host.mono_ns = tick;
    cheap->host.random = fill_random;
    cheap->host.append = keep_record;
    cheap->host.count = count_nothing;
    cheap->now_ns = INT64_C(1795385663000000000);
    cheap->seed = 42;
}

/* ---- helpers ---- */

static void die(const char *what, const struct lic_err *err)
{
    char line[1024] = "";
    (void)lic_err_format(err, line, sizeof line);
    (void)fprintf(stderr, "engine_bench: %s: %s\n", what, line);
    exit(1);
}

static void report(void *arg, const struct lic_err *err)
{
    char line[1024];
    (void)arg;
    (void)lic_err_format(err, line, sizeof line);
    (void)fprintf(stderr, "%s\n", line);
}

static lic_str read_whole(const char *path)
{
    lic_str text;
    struct lic_err err = { 0 };
    if (posix_host.read_file(NULL, path, (size_t)1 << 28, &text, &err) != LIC_OK) {
        die(path, &err);
    }
    return text;
}

static double now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

/* ---- exchanges ---- */

struct run {
    struct cheap_host *cheap;
    struct lic_engine *engine;
    struct lic_worker *worker;
    lic_str request, answer;
    const lic_str *events; /* of a stream, one a chunk */
    uint32_t events_n;
};

static void must(bool good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "engine_bench: %s\n", what);
        exit(1);
    }
}

static void send_request(struct run *run, struct lic_exchange *x)
{
    static const struct lic_header headers[] = {
        { LIC_STR("Host"), LIC_STR("127.0.0.1:8080") },
        { LIC_STR("Authorization"), LIC_STR("Bearer lk_bench") },
        { LIC_STR("Content-Type"), LIC_STR("application/json") },
        { LIC_STR("User-Agent"), LIC_STR("OpenAI/JS 4.77.0") },
        { LIC_STR("Accept"), LIC_STR("application/json") },
        { LIC_STR("Content-Length"), LIC_STR("2065") },
    };
    struct lic_head head = {
        .method = LIC_STR("POST"),
        .target = LIC_STR("/v1/chat/completions"),
        .headers = headers,
        .headers_n = sizeof headers / sizeof headers[0],
        .source_ip = LIC_STR("127.0.0.1"),
    };
    struct lic_step step;
    lic_exchange_head(x, &head, &step);
    if (step.kind == LIC_STEP_BODY) {
        lic_exchange_body(x, run->request, &step);
    }
    if (step.kind == LIC_STEP_ANSWER) {
        (void)fprintf(stderr, LIC_FMT "\n", LIC_ARG(step.answer.body));
    }
    must(step.kind == LIC_STEP_FORWARD, "the request was not forwarded");
}

static void take_answer(struct run *run, struct lic_exchange *x)
{
    static const struct lic_header json[] = {
        { LIC_STR("Content-Type"), LIC_STR("application/json") },
        { LIC_STR("Content-Length"), LIC_STR("1499") },
    };
    struct lic_release release;
    lic_exchange_response_head(x, 200, json, 2);
    lic_exchange_response_body(x, run->answer, LIC_END_COMPLETE, &release);
    must(release.kind != LIC_RELEASE_CUT && release.head_ready && release.head.status == 200,
         "the answer did not pass");
}

static void take_stream(struct run *run, struct lic_exchange *x)
{
    static const struct lic_header sse[] = {
        { LIC_STR("Content-Type"), LIC_STR("text/event-stream") },
    };
    lic_exchange_response_head(x, 200, sse, 1);
    for (uint32_t i = 0; i < run->events_n; i++) {
        struct lic_release release;
        bool last = i + 1 == run->events_n;
        lic_exchange_response_body(x, run->events[i], last ? LIC_END_COMPLETE : LIC_END_NOT_YET,
                                   &release);
        must(release.kind != LIC_RELEASE_CUT || last, "the stream was cut");
    }
}

static void exchange_once(struct run *run)
{
    struct lic_exchange *x;
    struct lic_err err = { 0 };
    if (lic_exchange_open(run->worker, run->engine, &x, &err) != LIC_OK) {
        die("open", &err);
    }
    send_request(run, x);
    if (run->events) {
        take_stream(run, x);
    } else {
        take_answer(run, x);
    }
    lic_exchange_close(x, LIC_CLOSE_DONE);
}

static void open_run(struct run *run, struct cheap_host *cheap, const char *dir)
{
    struct lic_err err = { 0 };
    init_host(cheap);
    run->cheap = cheap;
    if (lic_engine_load(&cheap->host, dir, report, NULL, &run->engine, &err) != LIC_OK) {
        die(dir, &err);
    }
    if (lic_worker_new(&cheap->host, &run->worker, &err) != LIC_OK) {
        die("worker", &err);
    }
}

static void close_run(struct run *run)
{
    lic_worker_free(run->worker);
    lic_engine_unref(run->engine);
}

static void loop(struct run *run, const char *what, uint64_t n)
{
    for (uint64_t i = 0; i < WARM_UP; i++) {
        exchange_once(run);
    }
    run->cheap->allocations = run->cheap->records = run->cheap->record_bytes = 0;
    double best_ns = 0, begun_ns = now_ns(), total_ns;
    enum { ROUNDS = 10 };
    CALLGRIND_START_INSTRUMENTATION;
    for (int round = 0; round < ROUNDS; round++) {
        double before_ns = now_ns();
        for (uint64_t i = 0; i < n / ROUNDS; i++) {
            exchange_once(run);
        }
        double took_ns = now_ns() - before_ns;
        best_ns = round == 0 || took_ns < best_ns ? took_ns : best_ns;
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    total_ns = now_ns() - begun_ns;
    uint64_t done = n / ROUNDS * ROUNDS;
    (void)printf("%s: %.2f us each, best round %.2f us; %llu allocations in %llu exchanges; "
                 "%.0f bytes of records each\n",
                 what, total_ns / 1e3 / (double)done, best_ns * ROUNDS / 1e3 / (double)done,
                 (unsigned long long)run->cheap->allocations, (unsigned long long)done,
                 (double)run->cheap->record_bytes / (double)done);
}

static int bench_exchange(char **arg)
{
    static struct cheap_host cheap;
    struct run run = { 0 };
    open_run(&run, &cheap, arg[0]);
    run.request = read_whole(arg[1]);
    run.answer = read_whole(arg[2]);
    loop(&run, "exchange", number(arg[3]));
    close_run(&run);
    return 0;
}

/* A stream of `tokens` short words, as Chat Completions sends them. */
static lic_str *make_events(uint32_t tokens)
{
    static const char *const words[] = { " the", " boots", " left", " on",   " Friday",
                                         ",",    " and",   " will", " take", " 3",
                                         " to",  " 6",     " days", "." };
    lic_str *events = calloc(tokens + 2, sizeof *events);
    must(events != NULL, "no memory");
    for (uint32_t i = 0; i < tokens + 2; i++) {
        char *at = malloc(512);
        must(at != NULL, "no memory");
        int n = 0;
        if (i < tokens) {
            n = snprintf(at, 512,
                         "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
                         "\"created\":1795385663,\"model\":\"bench\",\"choices\":[{\"index\":0,"
                         "\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n",
                         words[i % (sizeof words / sizeof words[0])]);
        } else if (i == tokens) {
            n = snprintf(at, 512,
                         "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
                         "\"created\":1795385663,\"model\":\"bench\",\"choices\":[{"
                         "\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        } else {
            n = snprintf(at, 512, "data: [DONE]\n\n");
        }
        events[i] = (lic_str){ at, (size_t)n };
    }
    return events;
}

static int bench_stream(char **arg)
{
    static struct cheap_host cheap;
    struct run run = { 0 };
    open_run(&run, &cheap, arg[0]);
    run.request = read_whole(arg[1]);
    run.events_n = (uint32_t)number(arg[2]) + 2;
    run.events = make_events(run.events_n - 2);
    loop(&run, "stream", number(arg[3]));
    close_run(&run);
    return 0;
}

/* ---- parts ---- */

static void read_shipped_rules(struct arena *arena, struct rules *rules)
{
    lic_str path, bytes;
    struct lic_err err = { 0 };
    for (uint32_t i = 0; lic_shipped_at(i, &path, &bytes); i++) {
        if (str_starts(path, LIC_STR("patterns/")) && str_ends(path, LIC_STR(".rules")) &&
            rules_read(arena, path, bytes, rules, &err) != LIC_OK) {
            die("rules", &err);
        }
    }
}

/* A pool, and an arena for what lives through a bench and one for what a round takes. */
struct memory {
    struct cheap_host cheap;
    struct arena_pool pool;
    struct arena arena, round;
};

static void open_memory(struct memory *memory)
{
    init_host(&memory->cheap);
    arena_pool_init(&memory->pool, &memory->cheap.host, 16);
    arena_init(&memory->arena, &memory->pool, 0);
    arena_init(&memory->round, &memory->pool, 0);
}

static void close_memory(struct memory *memory)
{
    arena_fini(&memory->round);
    arena_fini(&memory->arena);
    arena_pool_fini(&memory->pool);
}

static void scan_prose(struct memory *memory, const struct rules *rules, lic_str name, lic_str text,
                       uint64_t n)
{
    struct detector *detector = NULL;
    struct detector_scratch *scratch = NULL;
    struct lic_err err = { 0 };
    uint64_t found = 0;
    if (detector_new(&memory->cheap.host, rules, &detector, &err) != LIC_OK ||
        detector_scratch_new(&memory->cheap.host, &scratch, &err) != LIC_OK ||
        detector_scratch_prepare(scratch, detector, &err) != LIC_OK) {
        die("detector", &err);
    }
    double begun_ns = now_ns();
    CALLGRIND_START_INSTRUMENTATION;
    for (uint64_t i = 0; i < n; i++) {
        struct findings findings = { 0 };
        if (detector_scan(detector, scratch, text, 0, &memory->round, &findings, &err) != LIC_OK) {
            die("scan", &err);
        }
        found += findings.n;
        arena_reset(&memory->round);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    double took_ns = now_ns() - begun_ns;
    (void)printf("detect " LIC_FMT
                 ": %u rules, %zu bytes of prose in %.2f us, %.0f MB/s, %.1f found\n",
                 LIC_ARG(name), rules->n, text.n, took_ns / 1e3 / (double)n,
                 (double)text.n * (double)n / took_ns * 1e3, (double)found / (double)n);
    detector_scratch_free(scratch);
    detector_free(detector);
}

static int bench_detect(char **arg, bool each)
{
    static struct memory memory;
    struct rules rules = { 0 };
    lic_str text = read_whole(arg[0]);
    open_memory(&memory);
    read_shipped_rules(&memory.arena, &rules);
    for (uint32_t i = 0; each && i < rules.n; i++) {
        struct rules one = { .at = &rules.at[i], .n = 1, .cap = 1 };
        scan_prose(&memory, &one, one.at->id, text, number(arg[1]));
    }
    if (!each) {
        scan_prose(&memory, &rules, LIC_STR("all"), text, number(arg[1]));
    }
    close_memory(&memory);
    return 0;
}

static int bench_json(char **arg)
{
    static struct memory memory;
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    struct lic_err err = { 0 };
    lic_str text = read_whole(arg[0]);
    uint64_t n = number(arg[1]);
    open_memory(&memory);
    double begun_ns = now_ns();
    CALLGRIND_START_INSTRUMENTATION;
    for (uint64_t i = 0; i < n; i++) {
        if (json_read(&memory.round, text, &limits, &doc, &err) != LIC_OK) {
            die("json", &err);
        }
        arena_reset(&memory.round);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    double took_ns = now_ns() - begun_ns;
    (void)printf("json: %zu bytes in %.2f us, %.0f MB/s\n", text.n, took_ns / 1e3 / (double)n,
                 (double)text.n * (double)n / took_ns * 1e3);
    close_memory(&memory);
    return 0;
}

int main(int n, char **arg)
{
    if (n == 6 && strcmp(arg[1], "exchange") == 0) {
        return bench_exchange(arg + 2);
    }
    if (n == 6 && strcmp(arg[1], "stream") == 0) {
        return bench_stream(arg + 2);
    }
    if (n == 4 && strcmp(arg[1], "detect") == 0) {
        return bench_detect(arg + 2, /* each= */ false);
    }
    if (n == 4 && strcmp(arg[1], "rules") == 0) {
        return bench_detect(arg + 2, /* each= */ true);
    }
    if (n == 4 && strcmp(arg[1], "json") == 0) {
        return bench_json(arg + 2);
    }
    (void)fprintf(stderr,
                  "engine_bench exchange DIR REQUEST ANSWER N | stream DIR REQUEST TOKENS N | "
                  "detect TEXT N | rules TEXT N | json FILE N\n");
    return 2;
}

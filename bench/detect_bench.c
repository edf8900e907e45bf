/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detection without a gateway: what each part costs on prose, the slowest of a thousand texts of
 * 1 KB, inputs that are made to be slow, Vectorscan with the same patterns in the same run, a
 * conversation of a hundred turns, and what memory all that takes.
 *
 *     detect_bench TEXT SECONDS
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "detect/scanner.h"
#include "engine/detection.h"
#include "hosts/posix.h"
#include <lictor/scan.h>

#include <hs.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ADVERSE_BYTES = 1 << 20, TEXTS = 1000, TURNS = 100, TABLE_BYTES = 4 << 20 };

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const struct lic_err *err)
{
    char line[1024];
    (void)lic_err_format(err, line, sizeof line);
    (void)fprintf(stderr, "detect_bench: %s\n", line);
    exit(1);
}

static void need(enum lic_rc rc, const struct lic_err *err)
{
    if (rc != LIC_OK) {
        die(err);
    }
}

/* ---- one text ---- */

struct bench {
    struct arena_pool pool;
    struct arena arena;
    struct detector_scratch *scratch;
    double seconds;
};

static void scan_once(struct bench *bench, const struct scanner_parts *parts, lic_str text)
{
    struct lic_err err;
    struct findings found = { NULL, 0, 0 };
    struct scan_scores scores;
    struct scan_subject subject = { .text = text, .channel = CHANNEL_USER };
    arena_reset(&bench->arena);
    enum lic_rc rc =
        scanner_scan(parts, bench->scratch, &subject, &bench->arena, &found, &scores, &err);
    if (rc != LIC_OK && rc != LIC_E_LIMIT) {
        die(&err);
    }
}

/* MB/s of CPU time, after one round that warms up. */
static double rate(struct bench *bench, const struct scanner_parts *parts, lic_str text)
{
    scan_once(bench, parts, text);
    double begun = now(), passed = 0;
    uint64_t rounds = 0;
    while (passed < bench->seconds) {
        scan_once(bench, parts, text);
        rounds++;
        passed = now() - begun;
    }
    return (double)rounds * (double)text.n / passed / 1e6;
}

/* ---- what is compared ---- */

struct variant {
    const char *name;
    struct scanner_parts parts;
};

static void print_prose(struct bench *bench, const struct variant *variants, size_t n,
                        lic_str prose)
{
    for (size_t i = 0; i < n; i++) {
        (void)printf("%-34s 2 KB %8.1f MB/s   100 KB %8.1f MB/s\n", variants[i].name,
                     rate(bench, &variants[i].parts, str_head(prose, 2048)),
                     rate(bench, &variants[i].parts, str_head(prose, 100 * 1024)));
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The time of each of many texts of 1 KB from all over the prose. */
static void print_tail(struct bench *bench, const struct scanner_parts *parts, lic_str prose)
{
    static double took[TEXTS];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < TEXTS; i++) {
            size_t at = i * 7919 % (prose.n - 1024);
            double begun = now();
            scan_once(bench, parts, str_slice(prose, at, at + 1024));
            took[i] = (now() - begun) * 1e6;
        }
    }
    qsort(took, TEXTS, sizeof took[0], compare_doubles);
    (void)printf("1 KB, all on: median %.1f us, 99th of 100 %.1f us, slowest %.1f us\n",
                 took[TEXTS / 2], took[TEXTS * 99 / 100], took[TEXTS - 1]);
}

struct adverse {
    const char *name, *piece;
};

static void print_adverse(struct bench *bench, const struct scanner_parts *parts, double prose_rate)
{
    static const struct adverse INPUTS[] = {
        { "@", "@" },
        { "digits", "4" },
        { "numbers of cards", "4111 1111 1111 1112 " },
        { "combining marks", "\xcc\x81" },
        { "base64 of base64", "WVdKalpHVm1aMmhwYW10c2JXNXZjSEZ5YzNSMWRuZDRlWG89" },
        { "entities", "&#105;" },
        { "percent", "%69%67" },
        { "spaced letters", "i g n o r e " },
        { "leet", "1gn0r3 4ll " },
        { "zero width", "a\xe2\x80\x8b" },
        { "nearly addresses", "a.b@c." },
        { "brackets", "((((" },
        { "one word", "ignore " },
        { "names", "Mr. John Smith " },
    };
    static char text[ADVERSE_BYTES];
    for (size_t i = 0; i < sizeof INPUTS / sizeof INPUTS[0]; i++) {
        size_t piece = strlen(INPUTS[i].piece), n = 0;
        while (n + piece <= sizeof text) {
            memcpy(text + n, INPUTS[i].piece, piece);
            n += piece;
        }
        double got = rate(bench, parts, str_make(text, n));
        (void)printf("1 MB of %-26s %8.1f MB/s   %5.1f times as slow as prose\n", INPUTS[i].name,
                     got, prose_rate / got);
    }
}

/* ---- Vectorscan by itself ---- */

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *arg)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    (*(uint64_t *)arg)++;
    return 0;
}

/* Our `\_` is any run of signs. */
static char *as_theirs(lic_str pattern)
{
    char *out = malloc(pattern.n * 8 + 1), *at = out;
    for (size_t i = 0; i < pattern.n; i++) {
        if (pattern.at[i] == '\\' && i + 1 < pattern.n && pattern.at[i + 1] == '_') {
            at = stpcpy(at, "[^\\w]+");
            i++;
        } else {
            *at++ = pattern.at[i];
        }
    }
    *at = '\0';
    return out;
}

static void print_bare(const struct rules *rules, lic_str prose, double seconds, double ours)
{
    const char **patterns = calloc(rules->n, sizeof *patterns);
    unsigned *flags = calloc(rules->n, sizeof *flags), *ids = calloc(rules->n, sizeof *ids), n = 0;
    hs_database_t *db = NULL;
    hs_compile_error_t *error = NULL;
    hs_scratch_t *scratch = NULL;
    for (uint32_t i = 0; i < rules->n; i++) {
        char *pattern = as_theirs(rules->at[i].pattern);
        hs_expr_info_t *info = NULL;
        if (hs_expression_info(pattern, HS_FLAG_UTF8, &info, &error) == HS_SUCCESS) {
            patterns[n] = pattern;
            flags[n] = HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH;
            ids[n] = i;
            n++;
        } else {
            (void)hs_free_compile_error(error);
        }
        free(info);
    }
    if (hs_compile_multi(patterns, flags, ids, n, HS_MODE_BLOCK, NULL, &db, &error) != HS_SUCCESS ||
        hs_alloc_scratch(db, &scratch) != HS_SUCCESS) {
        (void)printf("bare Vectorscan: cannot take the patterns as they are: %s\n",
                     error ? error->message : "no memory");
        return;
    }
    uint64_t matches = 0, rounds = 0;
    double begun = now(), passed = 0;
    while (passed < seconds) {
        (void)hs_scan(db, prose.at, (unsigned)prose.n, 0, scratch, on_match, &matches);
        rounds++;
        passed = now() - begun;
    }
    double theirs = (double)rounds * (double)prose.n / passed / 1e6;
    (void)printf(
        "Vectorscan alone, %u of the %u patterns, 100 KB: %.1f MB/s; our rules are at %.2f "
        "of it\n",
        n, rules->n, theirs, ours / theirs);
    (void)hs_free_scratch(scratch);
    (void)hs_free_database(db);
}

/* ---- a conversation ---- */

static uint64_t table[TABLE_BYTES / 8];

static bool kept_get(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out, size_t *out_n)
{
    (void)ctx;
    return lic_verdicts_get(table, sizeof table, id, out, out_n);
}

static void kept_put(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], lic_str entry)
{
    (void)ctx;
    lic_verdicts_put(table, sizeof table, id, entry);
}

static double turn(struct lic_scanner *scanner, lic_str prose, size_t turns)
{
    struct lic_scan_result result;
    struct lic_err err;
    double begun = now();
    for (size_t i = 0; i < turns; i++) {
        need(lic_scanner_text(scanner, str_slice(prose, i * 1000, i * 1000 + 1000), &result, &err),
             &err);
    }
    return (now() - begun) * 1e6;
}

static void print_conversation(lic_str prose)
{
    struct lic_host host = posix_host;
    struct lic_scanner *scanner = NULL;
    struct lic_err err;
    size_t before = mallinfo2().uordblks;
    host.verdict_get = kept_get;
    host.verdict_put = kept_put;
    need(lic_verdicts_init(table, sizeof table, &err), &err);
    double begun = now();
    need(lic_scanner_new(&host, NULL, NULL, NULL, &scanner, &err), &err);
    (void)printf("start: %.0f ms, %.1f MB\n", (now() - begun) * 1e3,
                 (double)(mallinfo2().uordblks - before) / 1e6);
    size_t last = prose.n / 1000 - 1;
    size_t turns = last < TURNS ? last : TURNS;
    (void)turn(scanner, str_tail(prose, 500), turns); /* automata warm, verdicts of other texts */
    double cold = turn(scanner, prose, turns), warm = turn(scanner, prose, turns + 1);
    (void)printf("%zu turns of 1 KB: %.0f us when new, %.0f us when one is new\n", turns, cold,
                 warm);
    (void)printf("one worker more: ");
    struct lic_scanner *other = NULL;
    before = mallinfo2().uordblks;
    need(lic_scanner_share(scanner, &other, &err), &err);
    (void)turn(other, str_tail(prose, 250), turns);
    (void)printf("%.1f MB after %zu texts\n", (double)(mallinfo2().uordblks - before) / 1e6, turns);
    lic_scanner_free(other);
    lic_scanner_free(scanner);
}

int main(int argc, char **argv)
{
    struct lic_err err;
    lic_str prose;
    struct bench bench = { .seconds = argc > 2 ? atof(argv[2]) : 1 };
    struct detection detection = { NULL, NULL, NULL };
    struct rules rules = { .at = NULL };
    struct detector *detector = NULL;
    struct arena_pool pool;
    struct arena arena;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: detect_bench TEXT [SECONDS]\n");
        return 2;
    }
    need(posix_host.read_file(NULL, argv[1], 16 << 20, &prose, &err), &err);
    arena_pool_init(&pool, &posix_host, 0);
    arena_init(&arena, &pool, 0);
    arena_pool_init(&bench.pool, &posix_host, 256);
    arena_init(&bench.arena, &bench.pool, 0);
    need(detection_init(&detection, &posix_host, &arena, &err), &err);
    need(detection_rules(&arena, &rules, &err), &err);
    need(detector_new(&posix_host, &rules, &detector, &err), &err);
    need(detector_scratch_new(&posix_host, &bench.scratch, &err), &err);
    need(detector_scratch_prepare(bench.scratch, detector, &err), &err);
    struct scanner_parts none = { .names_types = 0 }, rules_only = none, folded = none,
                         classified = none, all = none, names_only = none, classifier_only = none;
    rules_only.detector = folded.detector = classified.detector = all.detector = detector;
    folded.fold = classified.fold = all.fold = detection.fold;
    classified.classifier = all.classifier = classifier_only.classifier = detection.classifier;
    names_only.names = all.names = detection.names;
    names_only.names_types = all.names_types =
        NAMES_PERSON | NAMES_ORGANIZATION | NAMES_LOCATION | NAMES_ADDRESS;
    struct scanner_parts fold_only = none;
    fold_only.fold = detection.fold;
    struct variant variants[] = {
        { "rules (patterns, PII, secrets)", rules_only },
        { "rules, folding", folded },
        { "rules, folding, classifier", classified },
        { "all: names too", all },
        { "folding alone", fold_only },
        { "classifier alone", classifier_only },
        { "names alone", names_only },
    };
    print_prose(&bench, variants, sizeof variants / sizeof variants[0], prose);
    print_tail(&bench, &all, prose);
    print_adverse(&bench, &all, rate(&bench, &all, prose));
    print_conversation(prose);
    double ours = rate(&bench, &rules_only, str_head(prose, 100 * 1024));
    print_bare(&rules, str_head(prose, 100 * 1024), bench.seconds, ours);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the training program and the classifier: what is trained on and what scores is read by
 * the library's own code, so that neither can drift from what ships.
 *
 *   rows fingerprint                    what the weights must say they were made for
 *   rows dump COLUMN                    rows in, lines for liblinear out
 *   rows mine COLUMN WEIGHTS.f32 BIAS   the same, but the highest windows that are no attack
 *   rows score WEIGHTS CHANNEL          rows in, logits of injection and jailbreak out
 *
 * A row is INJECTION \t JAILBREAK \t START \t END \t TEXT: labels 0, 1 or - (not for this head);
 * the bytes of the attack in the text, or -1; \n and \\ escaped. COLUMN is 0 or 1.
 */
#include "base/arena.h"
#include "base/str.h"
#include "detect/classify.h"
#include "detect/features.h"
#include "hosts/posix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    char label; /* '0', '1' or '-' */
    long start, end;
    lic_str text;
};

/* One line for liblinear: sorted buckets with repeats. */
struct line {
    char label;
    uint32_t words;
    uint32_t from, n; /* in pieces.at */
};
struct lines {
    struct line *at;
    uint32_t n, cap;
};
struct pieces {
    uint32_t *at;
    uint32_t n, cap;
};

struct work {
    struct arena *keep, *row_arena;
    const struct features_concepts *concepts;
    struct lines lines;
    struct pieces pieces;
    const float *weights; /* of the head that is mined, or NULL */
    double bias;
    uint64_t random;
};

static void fail(const char *why)
{
    fprintf(stderr, "rows: %s\n", why);
    exit(1);
}

static uint32_t random_below(struct work *work, uint32_t n)
{
    work->random = work->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((work->random >> 33) % n);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void emit(struct work *work, const struct features_words *words, uint32_t from, uint32_t to,
                 char label)
{
    struct line line = { .label = label, .words = to - from, .from = work->pieces.n };
    for (uint32_t i = from; i < to; i++) {
        uint32_t buckets[FEATURES_PER_WORD];
        uint32_t n = features_of(words, i, buckets);
        for (uint32_t j = 0; j < n; j++) {
            if (!ARENA_PUSH(work->keep, &work->pieces, buckets[j])) {
                fail("no memory");
            }
        }
    }
    line.n = work->pieces.n - line.from;
    qsort(work->pieces.at + line.from, line.n, sizeof(uint32_t), by_value);
    if (!ARENA_PUSH(work->keep, &work->lines, line)) {
        fail("no memory");
    }
}

/* Words of [from, to) that are of the attack. */
static uint32_t overlap(const struct row *row, const struct features_words *words, uint32_t from,
                        uint32_t to)
{
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        n += row->start >= 0 && words->at[i].start >= (uint32_t)row->start &&
             words->at[i].start < (uint32_t)row->end;
    }
    return n;
}

static double window_score(const struct work *work, const struct features_words *words,
                           uint32_t from, uint32_t to)
{
    double sum = 0;
    for (uint32_t i = from; i < to; i++) {
        uint32_t buckets[FEATURES_PER_WORD];
        uint32_t n = features_of(words, i, buckets);
        for (uint32_t j = 0; j < n; j++) {
            sum += (double)work->weights[buckets[j]];
        }
    }
    return sum / sqrt((double)(to - from) + 4) + work->bias;
}

#define MINED_ABOVE (-1.5) /* logit from which on a harmless window is worth learning from */

/* The highest window of this size that holds nothing of the attack. */
static void mine_reading(struct work *work, const struct row *row,
                         const struct features_words *words, uint32_t reading)
{
    double best = MINED_ABOVE;
    uint32_t best_from = 0, best_to = 0, from, to;
    for (uint32_t i = 0; features_window(words->n, reading, i, &from, &to); i++) {
        double score = window_score(work, words, from, to);
        if (score > best && (row->label == '0' || overlap(row, words, from, to) == 0)) {
            best = score;
            best_from = from;
            best_to = to;
        }
    }
    if (best_to > best_from) {
        emit(work, words, best_from, best_to, '0');
    }
}

/* An attack within a text: the window that holds most of it, and one that holds nothing. */
static void emit_planted(struct work *work, const struct row *row,
                         const struct features_words *words, uint32_t reading)
{
    uint32_t best = 0, best_at = 0, n = 0, from, to;
    for (; features_window(words->n, reading, n, &from, &to); n++) {
        uint32_t in = overlap(row, words, from, to);
        if (in > best || (in == best && best > 0 && random_below(work, 2) == 0)) {
            best = in;
            best_at = n;
        }
    }
    if (n == 0) {
        return;
    }
    if (best > 0 && features_window(words->n, reading, best_at, &from, &to)) {
        emit(work, words, from, to, row->label);
    }
    uint32_t other = random_below(work, n);
    if (random_below(work, 3) == 0 && features_window(words->n, reading, other, &from, &to) &&
        overlap(row, words, from, to) == 0) {
        emit(work, words, from, to, '0');
    }
}

#define WHOLE_WORDS 200u

static void take_row(struct work *work, const struct row *row)
{
    struct features_words words = { 0 };
    struct lic_err err;
    if (row->label == '-') {
        return;
    }
    if (features_read(work->concepts, row->text, work->row_arena, &words, &err) != LIC_OK) {
        fail("no memory");
    }
    for (uint32_t reading = 0; words.n > 0 && reading < FEATURES_READINGS; reading++) {
        uint32_t n = 0, from, to;
        if (work->weights) {
            if (reading > 0 &&
                (row->label == '0' || (row->start >= 0 && random_below(work, 4) == 0))) {
                mine_reading(work, row, &words, reading);
            }
            continue;
        }
        if (reading == 0) {
            if (row->start >= 0 && words.n > WHOLE_WORDS && random_below(work, 4) > 0) {
                continue; /* little of it is the attack */
            }
            emit(work, &words, 0, words.n, row->label);
        } else if (row->start >= 0 && row->label == '1') {
            if (random_below(work, 2) == 0) {
                emit_planted(work, row, &words, reading);
            }
        } else if (row->label == '0' && random_below(work, 4) > 0) {
            while (features_window(words.n, reading, n, &from, &to)) {
                n++;
            }
            if (n > 0 && features_window(words.n, reading, random_below(work, n), &from, &to)) {
                emit(work, &words, from, to, row->label);
            }
        }
    }
    arena_reset(work->row_arena);
}

static bool read_row(char *line, size_t n, int column, struct row *out)
{
    char *field[5], *rest = line;
    line[n] = 0;
    for (int i = 0; i < 5; i++) {
        field[i] = i < 4 ? strsep(&rest, "\t") : rest;
        if (!field[i]) {
            return false;
        }
    }
    char *to = field[4];
    for (const char *at = to; *at; at++) {
        if (*at == '\\') {
            at++;
            *to++ = *at == 'n' ? '\n' : '\\';
        } else {
            *to++ = *at;
        }
    }
    *out = (struct row){ .label = field[column][0],
                         .start = strtol(field[2], NULL, 10),
                         .end = strtol(field[3], NULL, 10),
                         .text = { field[4], (size_t)(to - field[4]) } };
    return true;
}

static void each_row(int column, void (*each)(void *arg, const struct row *row), void *arg)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, stdin)) > 0) {
        struct row row;
        if (!read_row(line, (size_t)n - (line[n - 1] == '\n'), column, &row)) {
            fail("a row has fewer than five fields");
        }
        each(arg, &row);
    }
    free(line);
}

static void each_dumped(void *arg, const struct row *row)
{
    take_row(arg, row);
}

#define LINES_MIN 3u /* a feature of fewer lines says nothing */

static void print_lines(const struct work *work)
{
    static uint32_t lines_of[FEATURES_N];
    for (uint32_t i = 0; i < work->lines.n; i++) {
        const struct line *line = &work->lines.at[i];
        const uint32_t *at = work->pieces.at + line->from;
        for (uint32_t j = 0; j < line->n; j++) {
            lines_of[at[j]] += j == 0 || at[j] != at[j - 1];
        }
    }
    for (uint32_t i = 0; i < work->lines.n; i++) {
        const struct line *line = &work->lines.at[i];
        const uint32_t *at = work->pieces.at + line->from;
        double unit = 1 / sqrt((double)line->words + 4);
        printf("%c", line->label);
        for (uint32_t j = 0, k; j < line->n; j = k) {
            for (k = j; k < line->n && at[k] == at[j]; k++) {
            }
            if (lines_of[at[j]] >= LINES_MIN) {
                printf(" %u:%.4g", at[j] + 1, (k - j) * unit);
            }
        }
        printf("\n");
    }
}

static float *read_weights(const char *path)
{
    float *weights = calloc(FEATURES_N, sizeof(float));
    FILE *file = fopen(path, "rb");
    if (!weights || !file || fread(weights, sizeof(float), FEATURES_N, file) != FEATURES_N) {
        fail("cannot read the weights to mine with");
    }
    fclose(file);
    return weights;
}

struct scoring {
    const struct classifier *classifier;
    const struct fold_words *fold;
    struct arena *arena;
    enum event_channel channel;
};

static void each_scored(void *arg, const struct row *row)
{
    struct scoring *scoring = arg;
    struct lic_err err;
    struct fold_views views = { 0 };
    struct findings hidden = { 0 };
    struct classify_scores scores;
    if (fold_text(scoring->fold, row->text, scoring->arena, &views, &hidden, &err) != LIC_OK) {
        fail(err.text);
    }
    struct classify_subject subject = { .text = row->text,
                                        .channel = scoring->channel,
                                        .views = &views };
    if (classify_text(scoring->classifier, &subject, scoring->arena, &scores, &err) != LIC_OK) {
        fail(err.text);
    }
    printf("%.5f\t%.5f\n", log((double)scores.injection / (1 - (double)scores.injection + 1e-9)),
           log((double)scores.jailbreak / (1 - (double)scores.jailbreak + 1e-9)));
    arena_reset(scoring->arena);
}

static void score(struct arena *keep, struct arena *row_arena, const char *path,
                  const char *channel)
{
    struct scoring scoring = { .arena = row_arena };
    struct classifier *classifier;
    struct lic_err err;
    lic_str weights;
    if (posix_host.read_file(NULL, path, 64 << 20, &weights, &err) != LIC_OK ||
        classifier_new(&posix_host, weights, &classifier, &err) != LIC_OK ||
        fold_words_new(keep, &scoring.fold, &err) != LIC_OK) {
        fail(err.text);
    }
    if (!event_channel_from(str_z(channel), &scoring.channel)) {
        fail("no such channel");
    }
    scoring.classifier = classifier;
    each_row(0, each_scored, &scoring);
    classifier_free(classifier);
    posix_host.resize(NULL, (char *)(uintptr_t)weights.at, 0);
}

int main(int argc, char **argv)
{
    struct arena_pool pool;
    struct arena keep, row_arena;
    arena_pool_init(&pool, &posix_host, 64);
    arena_init(&keep, &pool, 0);
    arena_init(&row_arena, &pool, 0);
    struct work work = { .keep = &keep, .row_arena = &row_arena, .random = 1 };
    struct lic_err err;
    if (features_concepts_new(&keep, &work.concepts, &err) != LIC_OK) {
        fail(err.text);
    }
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "fingerprint") == 0) {
        printf("%u %u %u\n", features_fingerprint(), FEATURES_BITS, FEATURES_READINGS);
    } else if (strcmp(mode, "score") == 0 && argc == 4) {
        score(&keep, &row_arena, argv[2], argv[3]);
    } else if (strcmp(mode, "dump") == 0 && argc == 3) {
        each_row(argv[2][0] - '0', each_dumped, &work);
        print_lines(&work);
    } else if (strcmp(mode, "mine") == 0 && argc == 5) {
        work.weights = read_weights(argv[3]);
        work.bias = strtod(argv[4], NULL);
        each_row(argv[2][0] - '0', each_dumped, &work);
        print_lines(&work);
    } else {
        fail("say dump, mine, score or fingerprint");
    }
    arena_fini(&keep);
    arena_fini(&row_arena);
    arena_pool_fini(&pool);
    return 0;
}

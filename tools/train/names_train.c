/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trains the name model: a multinomial logistic model over hashed features, learned online with its
 * own earlier decisions as history, so that it meets in training what it meets in use.
 *
 *     names_train train DOCS KINDS WEIGHTS [LEFT_OUT_SET ...]    learns from all other sets
 *     names_train test DOCS WEIGHTS SET ...                     strict spans, by type
 *     names_train alarms WEIGHTS < TEXT                         findings, one a line
 *     names_train speed WEIGHTS < TEXT                          MB/s, and microseconds of each KB
 *
 * DOCS is what names_data.py writes: "DOC set bytes spans", a line "start end TYPE" a span, the
 * bytes. KINDS is "word kinds" a line. All randomness is seeded.
 */
#include "detect/names_parts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAIRS_N 108000u
#define ROWS_BITS 22u
#define ROWS_N (1u << ROWS_BITS) /* while training, so that features hardly ever share one */
#define SEEN_MIN 3u              /* a feature that is rarer is not learned */
#define SLOTS_N 65536u
#define EPOCHS 6u
#define RATE 0.12f
#define SHRINK 2e-6f
#define DROP_PERCENT 12u /* of words that are hidden in training, so that contexts are learned */
#define SCALE 0.04f
#define CAUTION 0.7f /* the operating point; chosen on dev/arena_hard */
#define HEAD 64u

struct span {
    uint32_t start, end;
    enum names_tag first;
};
struct doc {
    char set[24];
    lic_str text;
    struct span *spans;
    uint32_t spans_n;
};
struct docs {
    struct doc *at;
    uint32_t n;
};

struct training {
    struct names_model model;
    float *weights; /* ROWS_N times NAMES_TAGS */
    float *squares;
    uint64_t *signs;  /* which feature a row is of */
    uint32_t *counts; /* how often it was seen */
    bool counting;
    uint64_t random;
    struct names_token *room;
};

static void *must(void *at)
{
    if (!at) {
        fprintf(stderr, "names_train: out of memory or cannot open a file\n");
        exit(1);
    }
    return at;
}

static uint32_t draw(struct training *t, uint32_t below)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((t->random >> 33) % below);
}

static lic_str read_all(FILE *file)
{
    size_t n = 0, cap = 1 << 20;
    char *at = must(malloc(cap));
    for (size_t got; (got = fread(at + n, 1, cap - n, file)) > 0;) {
        n += got;
        if (n == cap) {
            cap *= 2;
            at = must(realloc(at, cap));
        }
    }
    return (lic_str){ at, n };
}

static lic_str read_path(const char *path)
{
    FILE *file = must(fopen(path, "rb"));
    lic_str text = read_all(file);
    fclose(file);
    return text;
}

/* ---- documents ---- */

static enum names_tag tag_of(const char *type)
{
    return strcmp(type, "PERSON") == 0         ? TAG_PERSON
           : strcmp(type, "ORGANIZATION") == 0 ? TAG_ORGANIZATION
           : strcmp(type, "LOCATION") == 0     ? TAG_LOCATION
                                               : TAG_ADDRESS;
}

static bool read_doc(FILE *file, struct doc *doc)
{
    size_t bytes;
    unsigned spans_n;
    char type[24];
    if (fscanf(file, "DOC %23s %zu %u\n", doc->set, &bytes, &spans_n) != 3) {
        return false;
    }
    doc->spans_n = spans_n;
    doc->spans = must(malloc((spans_n + 1) * sizeof(struct span)));
    for (uint32_t i = 0; i < spans_n; i++) {
        struct span *span = &doc->spans[i];
        if (fscanf(file, "%u %u %23s\n", &span->start, &span->end, type) != 3) {
            return false;
        }
        span->first = tag_of(type);
    }
    char *at = must(malloc(bytes + 1));
    if (fgetc(file) != '>' || fread(at, 1, bytes, file) != bytes || fgetc(file) != '\n') {
        return false;
    }
    doc->text = (lic_str){ at, bytes };
    return true;
}

static struct docs read_docs(const char *path)
{
    struct docs docs = { must(malloc(sizeof(struct doc) * 400000)), 0 };
    FILE *file = must(fopen(path, "rb"));
    while (docs.n < 400000 && read_doc(file, &docs.at[docs.n])) {
        docs.n++;
    }
    if (!feof(file)) {
        fprintf(stderr, "names_train: %s: document %u cannot be read\n", path, docs.n);
        exit(1);
    }
    fclose(file);
    return docs;
}

static uint8_t gold_at(const struct doc *doc, const struct names_token *token, uint32_t *next)
{
    while (*next < doc->spans_n && doc->spans[*next].end <= token->start) {
        (*next)++;
    }
    if (*next == doc->spans_n || doc->spans[*next].start > token->start) {
        return TAG_OUT;
    }
    const struct span *span = &doc->spans[*next];
    bool first = token->start == span->start || span->first == TAG_ADDRESS;
    return (uint8_t)(span->first + (first ? 0 : 1));
}

/* ---- learning ---- */

static float expected(const float *sums, uint8_t before, float out[NAMES_TAGS])
{
    float most = sums[0], total = 0;
    for (uint32_t tag = 0; tag < NAMES_TAGS; tag++) {
        if (names_may_follow((enum names_tag)tag, (enum names_tag)before)) {
            most = sums[tag] > most ? sums[tag] : most;
        }
    }
    for (uint32_t tag = 0; tag < NAMES_TAGS; tag++) {
        bool may = names_may_follow((enum names_tag)tag, (enum names_tag)before);
        out[tag] = may ? expf(sums[tag] - most) : 0;
        total += out[tag];
    }
    for (uint32_t tag = 0; tag < NAMES_TAGS; tag++) {
        out[tag] /= total;
    }
    return most;
}

static void step(struct training *t, const uint32_t *rows, uint32_t n, const float *slope)
{
    for (uint32_t i = 0; i < n; i++) {
        float *weights = t->weights + (size_t)rows[i] * NAMES_TAGS;
        float *squares = t->squares + (size_t)rows[i] * NAMES_TAGS;
        for (uint32_t tag = 0; tag < NAMES_TAGS; tag++) {
            float g = slope[tag] + SHRINK * weights[tag];
            squares[tag] += g * g;
            weights[tag] -= RATE * g / sqrtf(squares[tag] + 0.1f);
            weights[tag] = fmaxf(-4.9f, fminf(4.9f, weights[tag]));
        }
    }
}

/* Hides the word itself: what is left are its context and its kinds, or not even these. */
static void hide(struct training *t, struct names_token *token)
{
    if (token->class != CLASS_WORD || draw(t, 100) >= DROP_PERCENT) {
        return;
    }
    token->looked = true;
    token->hash = 4 + draw(t, 1000000) * 64;
    token->kinds = token->shape == SHAPE_LOWER ? names_kinds(&t->model, token->hash) : 0;
}

static double learn_token(struct training *t, struct names_piece *piece, uint32_t i, uint8_t gold)
{
    uint64_t signs[NAMES_SIGNS];
    uint32_t rows[NAMES_SIGNS];
    float sums[NAMES_TAGS] = { 0 }, slope[NAMES_TAGS];
    struct names_token *token = &piece->at[i];
    uint8_t before = token[-1].tag;
    uint32_t n = names_signs(&t->model, piece, i, signs), kept = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = (uint32_t)(signs[k] >> (64 - ROWS_BITS));
        t->counts[row] += t->counting;
        t->signs[row] = signs[k];
        if (t->counting || t->counts[row] < SEEN_MIN) {
            continue;
        }
        rows[kept++] = row;
        for (uint32_t tag = 0; tag < NAMES_TAGS; tag++) {
            sums[tag] += t->weights[(size_t)row * NAMES_TAGS + tag];
        }
    }
    n = kept;
    if (!names_may_follow((enum names_tag)gold, (enum names_tag)before)) {
        gold--; /* an inner tag whose beginning was missed is a beginning */
    }
    if (t->counting) {
        token->tag = gold;
        return 0;
    }
    expected(sums, before, slope);
    double loss = -log(fmaxf(slope[gold], 1e-6f));
    uint32_t best = 0;
    for (uint32_t tag = 1; tag < NAMES_TAGS; tag++) {
        best = slope[tag] > slope[best] ? tag : best;
    }
    slope[gold] -= 1;
    step(t, rows, n, slope);
    token->tag = draw(t, 100) < 50 ? gold : (uint8_t)best;
    return loss;
}

static double learn_doc(struct training *t, const struct doc *doc, uint64_t *missed)
{
    double loss = 0;
    for (size_t from = 0; from < doc->text.n;) {
        size_t to = names_piece_end(doc->text, from);
        struct names_piece piece;
        uint32_t next = 0;
        names_piece_read(&t->model, doc->text, from, to, t->room, &piece);
        for (uint32_t i = 0; i < piece.n; i++) {
            hide(t, &piece.at[i]);
        }
        for (uint32_t i = 0; i < piece.n; i++) {
            uint8_t gold = gold_at(doc, &piece.at[i], &next);
            if (names_candidate(&t->model, &piece, i)) {
                loss += learn_token(t, &piece, i, gold);
            } else {
                *missed += gold != TAG_OUT;
            }
        }
        from = to;
    }
    return loss;
}

/* ---- dictionary and weights on disk ---- */

static uint8_t *read_kinds(const char *path)
{
    uint8_t *slots = must(calloc(SLOTS_N, 4));
    FILE *file = must(fopen(path, "rb"));
    char word[256];
    unsigned kinds;
    uint32_t used = 0;
    while (fscanf(file, "%255s %u\n", word, &kinds) == 2 && used < SLOTS_N * 3 / 4) {
        uint32_t hash = names_hash(word, strlen(word)), i = hash & (SLOTS_N - 1), slot;
        for (;; i = (i + 1) & (SLOTS_N - 1)) {
            memcpy(&slot, slots + (size_t)i * 4, 4);
            if (slot == 0 || slot >> NAMES_KIND_BITS == hash >> NAMES_KIND_BITS) {
                break;
            }
        }
        used += slot == 0;
        slot = (hash >> NAMES_KIND_BITS << NAMES_KIND_BITS) |
               (slot & ((1u << NAMES_KIND_BITS) - 1)) | kinds;
        memcpy(slots + (size_t)i * 4, &slot, 4);
    }
    fclose(file);
    fprintf(stderr, "dictionary: %u words\n", used);
    return slots;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, 4);
}

struct kept {
    uint32_t row;
    float worth;
};

static int compare_worth(const void *a, const void *b)
{
    float x = ((const struct kept *)a)->worth, y = ((const struct kept *)b)->worth;
    return (x < y) - (x > y);
}

/* The rows that matter most: far from zero for some tag, and often met. */
static struct kept *by_worth(const struct training *t, uint32_t *out_n)
{
    struct kept *kept = must(malloc(sizeof(*kept) * ROWS_N));
    uint32_t n = 0;
    for (uint32_t row = 0; row < ROWS_N; row++) {
        const float *weights = t->weights + (size_t)row * NAMES_TAGS;
        float spread = 0;
        for (uint32_t tag = 1; tag < NAMES_TAGS; tag++) {
            spread = fmaxf(spread, fabsf(weights[tag] - weights[0]));
        }
        if (t->counts[row] >= SEEN_MIN && spread > SCALE) {
            kept[n++] = (struct kept){ row, spread * sqrtf(sqrtf((float)t->counts[row])) };
        }
    }
    qsort(kept, n, sizeof(*kept), compare_worth);
    *out_n = n;
    return kept;
}

static void put_row(const float *weights, uint8_t mark, uint8_t *out)
{
    for (uint32_t tag = 1; tag < NAMES_TAGS; tag++) {
        float steps = roundf((weights[tag] - weights[0]) / SCALE);
        out[tag - 1] = (uint8_t)(128 + (int)fmaxf(-127, fminf(127, steps)));
    }
    out[NAMES_TAGS - 1] = mark;
}

/* Two rows of one mark in a pair would be taken for each other: the first stays alone. */
static bool place_row(const struct training *t, uint32_t row, uint8_t *rows)
{
    uint64_t sign = t->signs[row];
    uint8_t *pair = rows + (size_t)names_pair(sign, PAIRS_N) * 2 * NAMES_TAGS;
    uint8_t mark = names_mark(sign), *second = pair + NAMES_TAGS;
    uint8_t first_mark = pair[NAMES_TAGS - 1];
    if (first_mark == mark || (first_mark != 0 && second[NAMES_TAGS - 1] != 0)) {
        return false;
    }
    put_row(t->weights + (size_t)row * NAMES_TAGS, mark, first_mark == 0 ? pair : second);
    return true;
}

static void put_rows(const struct training *t, uint8_t *rows)
{
    uint32_t n, placed = 0;
    struct kept *kept = by_worth(t, &n);
    for (uint32_t i = 0; i < n; i++) {
        placed += place_row(t, kept[i].row, rows);
    }
    fprintf(stderr, "%u features are worth something, %u have a place\n", n, placed);
    free(kept);
}

static void write_weights(const struct training *t, const char *path)
{
    size_t slots_bytes = SLOTS_N * 4, n = slots_bytes + (size_t)PAIRS_N * 2 * NAMES_TAGS;
    uint8_t *body = must(calloc(n, 1)), head[HEAD] = "LICNAMES";
    float scale = SCALE;
    memcpy(body, t->model.slots, slots_bytes);
    put_rows(t, body + slots_bytes);
    put_u32(head + 8, NAMES_VERSION);
    put_u32(head + 12, PAIRS_N);
    put_u32(head + 16, SLOTS_N);
    memcpy(head + 20, &scale, 4);
    memcpy(head + 24, t->model.caution, sizeof(t->model.caution));
    put_u32(head + 56, names_checksum((lic_str){ (const char *)body, n }));
    FILE *file = must(fopen(path, "wb"));
    if (fwrite(head, 1, HEAD, file) != HEAD || fwrite(body, 1, n, file) != n || fclose(file) != 0) {
        fprintf(stderr, "names_train: %s: cannot be written\n", path);
        exit(1);
    }
}

/* A set's sentences in another case belong to SET+. */
static bool left_out(const char *set, char **names, int n, bool variants)
{
    for (int i = 0; i < n; i++) {
        size_t n_name = strlen(names[i]);
        bool variant = variants && set[n_name] == '+';
        if (strncmp(set, names[i], n_name) == 0 && (set[n_name] == '\0' || variant)) {
            return true;
        }
    }
    return false;
}

static void shuffle(struct training *t, uint32_t *order, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = draw(t, i), kept = order[j];
        order[j] = order[i - 1];
        order[i - 1] = kept;
    }
}

static int train(int argc, char **argv)
{
    struct docs docs = read_docs(argv[0]);
    struct training t = { .random = 4,
                          .room = must(calloc(NAMES_PIECE_BYTES + 16, sizeof(*t.room))) };
    t.model = (struct names_model){ .slots = read_kinds(argv[1]), .slots_n = SLOTS_N };
    for (int tag = 1; tag < (int)NAMES_TAGS; tag++) {
        t.model.caution[tag] = CAUTION;
    }
    t.weights = must(calloc((size_t)ROWS_N * NAMES_TAGS, sizeof(float)));
    t.squares = must(calloc((size_t)ROWS_N * NAMES_TAGS, sizeof(float)));
    t.signs = must(calloc(ROWS_N, sizeof(*t.signs)));
    t.counts = must(calloc(ROWS_N, sizeof(*t.counts)));
    uint32_t *order = must(malloc(sizeof(uint32_t) * (docs.n + 1))), n = 0;
    for (uint32_t i = 0; i < docs.n; i++) {
        if (!left_out(docs.at[i].set, argv + 3, argc - 3, true)) {
            order[n++] = i;
        }
    }
    t.counting = true;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t missed = 0;
        learn_doc(&t, &docs.at[order[i]], &missed);
    }
    t.counting = false;
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        double loss = 0;
        uint64_t missed = 0;
        shuffle(&t, order, n);
        for (uint32_t i = 0; i < n; i++) {
            loss += learn_doc(&t, &docs.at[order[i]], &missed);
        }
        fprintf(stderr, "epoch %u: loss %.0f, %lu tokens of names never looked at\n", epoch, loss,
                (unsigned long)missed);
    }
    write_weights(&t, argv[2]);
    return 0;
}

/* ---- use ---- */

static void *resize(void *ctx, void *at, size_t n)
{
    (void)ctx;
    if (n == 0) {
        free(at);
        return NULL;
    }
    return realloc(at, n);
}

struct use {
    struct lic_host host;
    struct names_model *model;
    struct arena_pool pool;
    struct arena arena;
};

static void use_begin(struct use *use, const char *path)
{
    struct lic_err err = { 0 };
    *use = (struct use){ .host = { .resize = resize } };
    if (names_model_new(&use->host, read_path(path), &use->model, &err) != LIC_OK) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        exit(1);
    }
    arena_pool_init(&use->pool, &use->host, 64);
    arena_init(&use->arena, &use->pool, 0);
}

static struct findings use_scan(struct use *use, lic_str text)
{
    struct findings found = { 0 };
    struct lic_err err = { 0 };
    if (names_scan(use->model, text, 15, &use->arena, &found, &err) != LIC_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return found;
}

static int type_index(lic_str type)
{
    return str_eq(type, LIC_STR("NAME"))           ? 0
           : str_eq(type, LIC_STR("ORGANIZATION")) ? 1
           : str_eq(type, LIC_STR("LOCATION"))     ? 2
                                                   : 3;
}

struct tally {
    uint32_t hit, said, gold;
};

static void count_doc(const struct doc *doc, const struct findings *found, struct tally tally[4],
                      bool show)
{
    for (uint32_t i = 0; i < doc->spans_n; i++) {
        tally[doc->spans[i].first / 2].gold++;
    }
    bool all = true;
    for (uint32_t i = 0; i < found->n; i++) {
        int type = type_index(found->at[i].type);
        bool hit = false;
        for (uint32_t k = 0; k < doc->spans_n; k++) {
            const struct span *span = &doc->spans[k];
            hit |= span->first / 2 == (unsigned)type && span->start == found->at[i].start &&
                   span->end == found->at[i].end;
        }
        tally[type].said++;
        tally[type].hit += hit;
        all &= hit;
    }
    if (show && (!all || found->n != doc->spans_n)) {
        printf("\n" LIC_FMT "\n  gold:", LIC_ARG(doc->text));
        for (uint32_t i = 0; i < doc->spans_n; i++) {
            lic_str s = str_slice(doc->text, doc->spans[i].start, doc->spans[i].end);
            printf(" %u[" LIC_FMT "]", doc->spans[i].first / 2, LIC_ARG(s));
        }
        printf("\n  said:");
        for (uint32_t i = 0; i < found->n; i++) {
            lic_str s = str_slice(doc->text, found->at[i].start, found->at[i].end);
            printf(" %d[" LIC_FMT "]%.2f", type_index(found->at[i].type), LIC_ARG(s),
                   (double)found->at[i].score);
        }
        printf("\n");
    }
}

static int test(int argc, char **argv)
{
    static const char *const names[4] = { "NAME", "ORG", "LOC", "ADDR" };
    struct docs docs = read_docs(argv[0]);
    struct use use;
    struct tally tally[4] = { { 0 } }, all = { 0 };
    use_begin(&use, argv[1]);
    for (uint32_t i = 0; i < docs.n; i++) {
        if (left_out(docs.at[i].set, argv + 2, argc - 2, false)) {
            struct findings found = use_scan(&use, docs.at[i].text);
            count_doc(&docs.at[i], &found, tally, getenv("SHOW") != NULL);
            arena_reset(&use.arena);
        }
    }
    printf("%-14s", argv[2]);
    for (int type = 0; type < 4; type++) {
        struct tally *t = &tally[type];
        double p = t->said ? 100.0 * t->hit / t->said : 0,
               r = t->gold ? 100.0 * t->hit / t->gold : 0;
        printf(" %s %4.1f/%4.1f/%4.1f(%u)", names[type], p, r, p + r > 0 ? 2 * p * r / (p + r) : 0,
               t->gold);
        if (type != 1 && type != 3) {
            all.hit += t->hit, all.said += t->said, all.gold += t->gold;
        }
    }
    printf(" name+loc F1 %.1f\n", 200.0 * all.hit / (all.said + all.gold + 1e-9));
    return 0;
}

static int alarms(char **argv)
{
    struct use use;
    use_begin(&use, argv[0]);
    lic_str text = read_all(stdin);
    struct findings found = use_scan(&use, text);
    for (uint32_t i = 0; i < found.n; i++) {
        lic_str s = str_slice(text, found.at[i].start, found.at[i].end);
        printf(LIC_FMT " %.2f ", LIC_ARG(found.at[i].type), (double)found.at[i].score);
        for (size_t k = 0; k < s.n; k++) {
            putchar(s.at[k] == '\n' ? '|' : s.at[k]);
        }
        putchar('\n');
    }
    return 0;
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int speed(char **argv)
{
    struct use use;
    use_begin(&use, argv[0]);
    lic_str text = read_all(stdin);
    double best = 1e9;
    for (int run = 0; run < 7; run++) {
        double from = now();
        use_scan(&use, text);
        double took = now() - from;
        best = took < best ? took : best;
        arena_reset(&use.arena);
    }
    size_t n = text.n / 1024;
    double *each = must(calloc(n + 1, sizeof(double)));
    for (size_t i = 0; i < n; i++) {
        double from = now();
        use_scan(&use, str_slice(text, i * 1024, i * 1024 + 1024));
        each[i] = now() - from;
        arena_reset(&use.arena);
    }
    qsort(each, n, sizeof(double), compare_doubles);
    printf("%zu bytes: %.1f MB/s; a KB: median %.2f us, p99 %.2f us\n", text.n,
           (double)text.n / best / 1e6, each[n / 2] * 1e6, each[n * 99 / 100] * 1e6);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 5 && strcmp(argv[1], "train") == 0) {
        return train(argc - 2, argv + 2);
    }
    if (argc >= 5 && strcmp(argv[1], "test") == 0) {
        return test(argc - 2, argv + 2);
    }
    if (argc == 3 && strcmp(argv[1], "alarms") == 0) {
        return alarms(argv + 2);
    }
    if (argc == 3 && strcmp(argv[1], "speed") == 0) {
        return speed(argv + 2);
    }
    fprintf(stderr, "usage: names_train train|test|alarms|speed ...; see the head of its source\n");
    return 2;
}

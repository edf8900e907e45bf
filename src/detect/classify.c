/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A linear model over the words of a text, of its plain view and of what it hides.
 *
 *     text or PLAIN view ──► words ──► sums of weights, one after each FEATURES_STEP words
 *                                        │    four heads side by side
 *     decoded views ──► likewise         ▼
 *                       every window: (sum / sqrt(words)) ──► the highest of each head ──► 0 to 1
 *
 * A weight is a byte, so the four of a bucket are read at once and added in two registers of two
 * lanes each; a window of any size then costs two reads.
 */
#include "detect/classify.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/features.h"

#include <math.h>
#include <string.h>

#include "base/banned.h"

/*
 * The file, all numbers little-endian:
 *
 *     0    magic, 8 bytes
 *     8    version, fingerprint of the features, bits, heads, readings: 5 times u32
 *     28   0
 *     32   SHA-256 of all that follows
 *     64   for each head: scale, bias, hidden; offset and slope for each reading: 13 floats
 *     272  the weights of bucket 0, one byte + 128 a head; of bucket 1 ...
 */
#define FILE_MAGIC "LCTRCLS\n"
#define FILE_VERSION 1u
#define FILE_SUM_AT 32u
#define FILE_HEADS_AT 64u
#define HEADS 4u
#define HEAD_FLOATS (3u + 2u * FEATURES_READINGS)
#define FILE_WEIGHTS_AT (FILE_HEADS_AT + HEADS * HEAD_FLOATS * 4u)
#define FILE_BYTES (FILE_WEIGHTS_AT + FEATURES_N * HEADS)
#define WEIGHT_ZERO 128u

#define SMOOTH_WORDS 4.0f /* so that three words do not weigh as much as thirty */
#define TEXT_BYTES_MAX (UINT32_MAX / 2)

enum { HEAD_USER_INJECTION, HEAD_USER_JAILBREAK, HEAD_DATA_INJECTION, HEAD_DATA_JAILBREAK };

struct head {
    float scale, bias;
    float hidden; /* added to what a decoded view says: who hides a text means it */
    float offset[FEATURES_READINGS], slope[FEATURES_READINGS];
};

struct classifier {
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena arena;
    const struct features_concepts *concepts;
    struct head heads[HEADS];
    const uint8_t *weights;
};

/* ---- the file ---- */

static uint32_t read_u32(lic_str bytes, size_t at)
{
    const unsigned char *b = (const unsigned char *)bytes.at + at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool read_float(lic_str bytes, size_t at, float *out)
{
    uint32_t bits = read_u32(bytes, at);
    float value;
    memcpy(&value, &bits, sizeof(value));
    *out = value;
    return isfinite(value);
}

static bool read_head(lic_str bytes, size_t at, struct head *head)
{
    bool good = read_float(bytes, at, &head->scale);
    good &= read_float(bytes, at + 4, &head->bias);
    good &= read_float(bytes, at + 8, &head->hidden);
    for (uint32_t i = 0; i < FEATURES_READINGS; i++) {
        good &= read_float(bytes, at + 12 + 8 * i, &head->offset[i]);
        good &= read_float(bytes, at + 16 + 8 * i, &head->slope[i]);
    }
    return good;
}

static enum lic_rc check_file(lic_str weights, struct lic_err *err)
{
    lic_str magic = str_head(weights, sizeof(FILE_MAGIC) - 1);
    ENSURE(str_eq(magic, LIC_STR(FILE_MAGIC)), err, LIC_E_SYNTAX,
           "the weights of the classifier do not begin with their magic");
    ENSURE(weights.n == FILE_BYTES, err, LIC_E_SYNTAX,
           "the weights of the classifier are %zu bytes, not %u", weights.n, FILE_BYTES);
    uint32_t version = read_u32(weights, 8), made_with = read_u32(weights, 12);
    ENSURE(version == FILE_VERSION, err, LIC_E_INVALID,
           "the weights of the classifier are of version %u, not %u", version, FILE_VERSION);
    ENSURE(made_with == features_fingerprint(), err, LIC_E_INVALID,
           "the weights of the classifier were made for other features (%08x) than ours (%08x)",
           made_with, features_fingerprint());
    ENSURE(read_u32(weights, 16) == FEATURES_BITS && read_u32(weights, 20) == HEADS &&
               read_u32(weights, 24) == FEATURES_READINGS,
           err, LIC_E_INVALID, "the weights of the classifier have other dimensions: %u %u %u",
           read_u32(weights, 16), read_u32(weights, 20), read_u32(weights, 24));
    uint8_t sum[HASH_BYTES];
    hash_sha256(str_tail(weights, FILE_HEADS_AT), sum);
    ENSURE(memcmp(sum, weights.at + FILE_SUM_AT, HASH_BYTES) == 0, err, LIC_E_INVALID,
           "the weights of the classifier are damaged: their SHA-256 differs");
    return LIC_OK;
}

static enum lic_rc fill(struct classifier *classifier, lic_str weights, struct lic_err *err)
{
    for (uint32_t i = 0; i < HEADS; i++) {
        ENSURE(read_head(weights, FILE_HEADS_AT + i * HEAD_FLOATS * 4, &classifier->heads[i]), err,
               LIC_E_INVALID, "head %u of the classifier's weights has a number that is none", i);
    }
    classifier->weights = (const uint8_t *)weights.at + FILE_WEIGHTS_AT;
    return features_concepts_new(&classifier->arena, &classifier->concepts, err);
}

enum lic_rc classifier_new(const struct lic_host *host, lic_str weights, struct classifier **out,
                           struct lic_err *err)
{
    TRY(check_file(weights, err));
    struct classifier *classifier = host->resize(host->ctx, NULL, sizeof(*classifier));
    ENSURE(classifier, err, LIC_E_NOMEM, "no memory for the classifier");
    memset(classifier, 0, sizeof(*classifier));
    classifier->host = host;
    arena_pool_init(&classifier->pool, host, 0);
    arena_init(&classifier->arena, &classifier->pool, 0);
    enum lic_rc rc = fill(classifier, weights, err);
    if (rc != LIC_OK) {
        classifier_free(classifier);
        return rc;
    }
    *out = classifier;
    return LIC_OK;
}

void classifier_free(struct classifier *classifier)
{
    if (!classifier) {
        return;
    }
    const struct lic_host *host = classifier->host;
    arena_fini(&classifier->arena);
    arena_pool_fini(&classifier->pool);
    host->resize(host->ctx, classifier, 0);
}

/* ---- sums ---- */

/* What is kept of a word: sums of the weights of all before it, and where it stands. */
struct mark {
    int32_t sums[HEADS];
    uint32_t start, before_end; /* byte of the word, and behind the word before it */
};

/* Marks of every FEATURES_STEP-th word of a text and of its end. */
struct sheet {
    struct mark *at;
    uint32_t n, cap;
    uint32_t words_n;
};

/* One load where the machine is little-endian. */
static uint32_t load_four(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Words whose weights are on their way from memory at once. */
#define FLIGHT 16u

struct flight {
    uint32_t buckets[FLIGHT][FEATURES_PER_WORD];
    uint32_t n[FLIGHT];
};

static void take_off(const uint8_t *weights, const struct features_words *words, uint32_t from,
                     uint32_t to, struct flight *flight)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t *buckets = flight->buckets[i - from];
        uint32_t n = features_of(words, i, buckets);
        for (uint32_t j = 0; j < n; j++) {
            __builtin_prefetch(weights + (size_t)buckets[j] * HEADS);
        }
        flight->n[i - from] = n;
    }
}

static void add_word(const uint8_t *weights, const uint32_t buckets[], uint32_t n,
                     int32_t sums[HEADS])
{
    uint32_t even = 0, odd = 0; /* two lanes of 16 bits each: heads 0 and 2, heads 1 and 3 */
    for (uint32_t j = 0; j < n; j++) {
        uint32_t four = load_four(weights + (size_t)buckets[j] * HEADS);
        even += four & 0x00ff00ffu;
        odd += four >> 8 & 0x00ff00ffu;
    }
    int32_t zero = (int32_t)(n * WEIGHT_ZERO);
    sums[0] += (int32_t)(even & 0xffffu) - zero;
    sums[1] += (int32_t)(odd & 0xffffu) - zero;
    sums[2] += (int32_t)(even >> 16) - zero;
    sums[3] += (int32_t)(odd >> 16) - zero;
}

#define CHUNK 512u /* words that are held at once; those before them are needed no more */

/* Adds words [from, to) of the chunk to the sums, marking as it goes. */
static enum lic_rc add_words(const struct classifier *classifier,
                             const struct features_words *words, uint32_t from, uint32_t to,
                             struct mark *running, struct arena *arena, struct sheet *out,
                             struct lic_err *err)
{
    struct flight flight;
    for (uint32_t i = from; i < to; i++) {
        uint32_t in = (i - from) % FLIGHT;
        if (in == 0) {
            take_off(classifier->weights, words, i, i + FLIGHT < to ? i + FLIGHT : to, &flight);
        }
        const struct features_word *word = &words->at[i];
        if (out->words_n++ % FEATURES_STEP == 0) {
            running->start = word->start;
            ENSURE(ARENA_PUSH(arena, out, *running), err, LIC_E_NOMEM,
                   "no memory for the sums of the classifier");
        }
        add_word(classifier->weights, flight.buckets[in], flight.n[in], running->sums);
        running->before_end = word->start + word->n;
    }
    return LIC_OK;
}

static enum lic_rc read_sheet(const struct classifier *classifier, lic_str text,
                              struct arena *arena, struct sheet *out, struct lic_err *err)
{
    struct features_word room[FEATURES_BEFORE + CHUNK];
    struct features_words words = { room, 0, FEATURES_BEFORE + CHUNK };
    struct features_reader reader;
    struct mark running = { .start = 0 };
    features_begin(&reader, classifier->concepts, text);
    uint32_t done = 0; /* words of the chunk that were added */
    bool more = true;
    while (more) {
        while (words.n < words.cap && more) {
            more = features_next(&reader, &words);
        }
        uint32_t ready = more ? words.n - 1 : words.n; /* the last waits for its next */
        TRY(add_words(classifier, &words, done, ready, &running, arena, out, err));
        uint32_t kept = FEATURES_BEFORE < ready ? FEATURES_BEFORE : ready;
        memmove(room, room + ready - kept, (words.n - ready + kept) * sizeof(room[0]));
        words.n = words.n - ready + kept;
        done = kept;
    }
    running.start = running.before_end;
    ENSURE(ARENA_PUSH(arena, out, running), err, LIC_E_NOMEM,
           "no memory for the sums of the classifier");
    return LIC_OK;
}

/* ---- windows ---- */

/* The highest reading of one head so far. */
struct best {
    float logit;
    uint32_t view;       /* or FOLD_OF_TEXT */
    uint32_t start, end; /* bytes of that view or text */
    uint32_t from, to;   /* words of it */
    uint32_t reading;
    bool moved; /* in the view at hand */
};

#define LOGIT_LOWEST (-20.0f)

/* Of a multiple of FEATURES_STEP, or of the end. */
static const struct mark *mark_of(const struct sheet *sheet, uint32_t word)
{
    return &sheet->at[(word + FEATURES_STEP - 1) / FEATURES_STEP];
}

static float window_logit(const struct head *head, uint32_t h, const struct sheet *sheet,
                          uint32_t from, uint32_t to)
{
    int32_t sum = mark_of(sheet, to)->sums[h] - mark_of(sheet, from)->sums[h];
    return (float)sum * head->scale / sqrtf((float)(to - from) + SMOOTH_WORDS) + head->bias;
}

/* Every window of one size. `added` is what the text that hides it adds. */
static void read_windows(const struct head *head, uint32_t h, const struct sheet *sheet,
                         uint32_t reading, float added, struct best *best)
{
    uint32_t from, to;
    for (uint32_t i = 0; features_window(sheet->words_n, reading, i, &from, &to); i++) {
        float logit = window_logit(head, h, sheet, from, to);
        logit = logit * head->slope[reading] + head->offset[reading] + added;
        if (logit > best->logit) {
            best->logit = logit;
            best->reading = reading;
            best->from = from;
            best->to = to;
            best->moved = true;
        }
    }
}

/* ---- a subject ---- */

static bool is_user(enum event_channel channel)
{
    return channel == CHANNEL_USER || channel == CHANNEL_SYSTEM;
}

/* Entities, percent signs and escapes are how web pages and code are written: they hide nothing. */
static bool is_disguise(const struct fold_view *view)
{
    return view->kind != FOLD_PLAIN && view->kind != FOLD_ENTITIES && view->kind != FOLD_PERCENT &&
           view->kind != FOLD_ESCAPES;
}

/* The view that is read in place of the text, or FOLD_OF_TEXT. */
static uint32_t plain_view(const struct fold_views *views)
{
    for (uint32_t i = 0; views && i < views->n; i++) {
        if (views->at[i].kind == FOLD_PLAIN && views->at[i].source == FOLD_OF_TEXT) {
            return i;
        }
    }
    return FOLD_OF_TEXT;
}

static lic_str text_of(const struct classify_subject *subject, uint32_t view)
{
    return view == FOLD_OF_TEXT ? subject->text : subject->views->at[view].text;
}

#define KINDS 2u /* of scores: injection, jailbreak */

static uint32_t head_of(const struct classify_subject *subject, uint32_t kind)
{
    return (is_user(subject->channel) ? HEAD_USER_INJECTION : HEAD_DATA_INJECTION) + kind;
}

static enum lic_rc read_view(const struct classifier *classifier,
                             const struct classify_subject *subject, uint32_t view,
                             struct arena *arena, struct best best[KINDS], struct lic_err *err)
{
    struct sheet sheet = { 0 };
    TRY(read_sheet(classifier, text_of(subject, view), arena, &sheet, err));
    bool disguise = view != FOLD_OF_TEXT && is_disguise(&subject->views->at[view]);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t h = head_of(subject, kind);
        const struct head *head = &classifier->heads[h];
        best[kind].moved = false;
        for (uint32_t reading = 0; reading < FEATURES_READINGS; reading++) {
            read_windows(head, h, &sheet, reading, disguise ? head->hidden : 0, &best[kind]);
        }
        if (best[kind].moved) {
            best[kind].view = view;
            best[kind].start = mark_of(&sheet, best[kind].from)->start;
            best[kind].end = mark_of(&sheet, best[kind].to)->before_end;
        }
    }
    return LIC_OK;
}

/* The highest reading of the text and its views by each of the channel's two heads. */
static enum lic_rc read_subject(const struct classifier *classifier,
                                const struct classify_subject *subject, struct arena *arena,
                                struct best best[KINDS], struct lic_err *err)
{
    ENSURE(subject->text.n <= TEXT_BYTES_MAX, err, LIC_E_LIMIT,
           "a text of %zu bytes is more than the %u that can be classified", subject->text.n,
           TEXT_BYTES_MAX);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        best[kind] = (struct best){ .logit = LOGIT_LOWEST, .view = FOLD_OF_TEXT };
    }
    uint32_t plain = plain_view(subject->views);
    TRY(read_view(classifier, subject, plain, arena, best, err));
    for (uint32_t i = 0; subject->views && i < subject->views->n; i++) {
        if (i != plain) {
            TRY(read_view(classifier, subject, i, arena, best, err));
        }
    }
    return LIC_OK;
}

/* Where bytes of a view stand in the text. */
static void find_place(const struct classify_subject *subject, uint32_t view, uint32_t start,
                       uint32_t end, uint32_t *out_start, uint32_t *out_end)
{
    if (view == FOLD_OF_TEXT || start == end) {
        *out_start = start;
        *out_end = end;
        return;
    }
    size_t from, to;
    fold_origin(subject->views, view, subject->text, start, end, &from, &to);
    *out_start = (uint32_t)from;
    *out_end = (uint32_t)to;
}

enum lic_rc classify_text(const struct classifier *classifier,
                          const struct classify_subject *subject, struct arena *arena,
                          struct classify_scores *out, struct lic_err *err)
{
    struct best best[KINDS];
    TRY(read_subject(classifier, subject, arena, best, err));
    const struct best *high = &best[best[1].logit > best[0].logit];
    find_place(subject, high->view, high->start, high->end, &out->start, &out->end);
    out->injection = 1 / (1 + expf(-best[0].logit));
    out->jailbreak = 1 / (1 + expf(-best[1].logit));
    return LIC_OK;
}

/* ---- explaining ---- */

/* The features of the window that scored highest, the strongest first. */
struct explanation {
    struct classify_reason *at;
    uint32_t *buckets; /* of each: a feature that comes again adds to the first */
    uint32_t n, max;
};

static void drop_below(struct explanation *explanation, uint32_t i)
{
    while (i > 0 && explanation->at[i - 1].weight < explanation->at[i].weight) {
        struct classify_reason reason = explanation->at[i];
        uint32_t in = explanation->buckets[i];
        explanation->at[i] = explanation->at[i - 1];
        explanation->buckets[i] = explanation->buckets[i - 1];
        explanation->at[i - 1] = reason;
        explanation->buckets[i - 1] = in;
        i--;
    }
}

static void take_reason(struct explanation *explanation, const struct classify_reason *reason,
                        uint32_t in)
{
    for (uint32_t i = 0; i < explanation->n; i++) {
        if (explanation->buckets[i] == in) {
            explanation->at[i].weight += reason->weight;
            drop_below(explanation, i);
            return;
        }
    }
    if (explanation->n == explanation->max) {
        if (explanation->at[explanation->n - 1].weight >= reason->weight) {
            return;
        }
        explanation->n--;
    }
    explanation->at[explanation->n] = *reason;
    explanation->buckets[explanation->n] = in;
    drop_below(explanation, explanation->n++);
}

#define REASON_TEXT_MAX 80u /* bytes of the text that are quoted */

static enum lic_rc name_reason(struct arena *arena, const char *kind, lic_str what, lic_str *out,
                               struct lic_err *err)
{
    struct buf name;
    buf_init(&name, arena, 256);
    buf_add(&name, str_z(kind));
    buf_add_char(&name, ':');
    buf_add(&name, utf8_head(what, REASON_TEXT_MAX));
    TRY(buf_check(&name, "the name of a feature", err));
    *out = buf_str(&name);
    return LIC_OK;
}

/* Names what was only placed so far: of thousands of features few are told. */
static enum lic_rc name_reasons(const struct classify_subject *subject, uint32_t view,
                                struct arena *arena, struct explanation *explanation,
                                struct lic_err *err)
{
    lic_str text = text_of(subject, view);
    for (uint32_t i = 0; i < explanation->n; i++) {
        struct classify_reason *reason = &explanation->at[i];
        lic_str what = str_slice(text, reason->start, reason->end);
        TRY(name_reason(arena, reason->feature.at, what, &reason->feature, err));
        find_place(subject, view, reason->start, reason->end, &reason->start, &reason->end);
    }
    return LIC_OK;
}

static void explain_word(const struct classifier *classifier, uint32_t h, float unit,
                         const struct features_words *words, uint32_t i,
                         struct explanation *explanation)
{
    uint32_t buckets[FEATURES_PER_WORD];
    uint32_t n = features_of(words, i, buckets);
    for (uint32_t j = 0; j < n; j++) {
        int32_t weight = classifier->weights[(size_t)buckets[j] * HEADS + h] - (int32_t)WEIGHT_ZERO;
        uint32_t first = 0;
        enum features_kind kind = features_kind_at(words, i, j, &first);
        if (weight > 0) {
            struct classify_reason reason = {
                .feature = str_z(features_kind_name(kind)),
                .weight = (float)weight * unit,
                .start = words->at[first].start,
                .end = words->at[i].start + words->at[i].n,
            };
            take_reason(explanation, &reason, buckets[j]);
        }
    }
}

/* The disguise that was seen through is a reason, too. */
static enum lic_rc explain_tags(const struct classifier *classifier,
                                const struct classify_subject *subject, const struct best *best,
                                uint32_t h, struct arena *arena, struct explanation *explanation,
                                struct lic_err *err)
{
    bool disguise = best->view != FOLD_OF_TEXT && is_disguise(&subject->views->at[best->view]);
    if (!disguise || explanation->max == 0) {
        return LIC_OK;
    }
    if (explanation->n == explanation->max) {
        explanation->n--; /* the weakest word gives way */
    }
    struct classify_reason *reason = &explanation->at[explanation->n];
    *reason = (struct classify_reason){ .weight = classifier->heads[h].hidden };
    find_place(subject, best->view, best->start, best->end, &reason->start, &reason->end);
    TRY(name_reason(arena, "view", str_z(fold_kind_name(subject->views->at[best->view].kind)),
                    &reason->feature, err));
    explanation->buckets[explanation->n] = FEATURES_N;
    drop_below(explanation, explanation->n++);
    return LIC_OK;
}

enum lic_rc classify_explain(const struct classifier *classifier,
                             const struct classify_subject *subject, struct arena *arena,
                             struct classify_reason *out, uint32_t max, uint32_t *out_n,
                             struct lic_err *err)
{
    struct best bests[KINDS];
    TRY(read_subject(classifier, subject, arena, bests, err));
    uint32_t kind = bests[1].logit > bests[0].logit;
    const struct best *best = &bests[kind];
    uint32_t h = head_of(subject, kind);
    const struct head *head = &classifier->heads[h];
    struct explanation explanation = { .at = out, .max = max };
    explanation.buckets = arena_take(arena, sizeof(uint32_t) * max);
    ENSURE(explanation.buckets, err, LIC_E_NOMEM, "no memory to explain a score");
    struct features_words words = { 0 };
    TRY(features_read(classifier->concepts, text_of(subject, best->view), arena, &words, err));
    float unit = head->scale * head->slope[best->reading] /
                 sqrtf((float)(best->to - best->from) + SMOOTH_WORDS);
    for (uint32_t i = best->from; max > 0 && i < best->to; i++) {
        explain_word(classifier, h, unit, &words, i, &explanation);
    }
    TRY(name_reasons(subject, best->view, arena, &explanation, err));
    TRY(explain_tags(classifier, subject, best, h, arena, &explanation, err));
    *out_n = explanation.n;
    return LIC_OK;
}

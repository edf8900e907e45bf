/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a text into words and signs and hashes them into the features of the classifier. */
#include "detect/features.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

enum {
    BLANK = 0,
    LETTER = 1, /* letters, digits, bytes of UTF-8 beyond ASCII */
    SIGN = 2,   /* a word of its own */
    STOP = 3,   /* ends a sentence, is no word */
    LINE = 4,   /* a line break: a word of its own that begins a sentence */
};

/* clang-format off */
static const uint8_t classes[256] = {
    ['a' ... 'z'] = LETTER, ['A' ... 'Z'] = LETTER, ['0' ... '9'] = LETTER,
    [0x80 ... 0xff] = LETTER, ['\''] = LETTER,
    [':'] = SIGN, ['<'] = SIGN, ['>'] = SIGN, ['|'] = SIGN, ['['] = SIGN, [']'] = SIGN,
    ['#'] = SIGN, ['*'] = SIGN, ['`'] = SIGN, ['"'] = SIGN, ['{'] = SIGN, ['}'] = SIGN,
    ['('] = SIGN, [')'] = SIGN, ['='] = SIGN, ['@'] = SIGN, ['$'] = SIGN, ['/'] = SIGN,
    ['.'] = STOP, [';'] = STOP, ['!'] = SIGN, ['?'] = SIGN, ['\n'] = LINE,
};
/* clang-format on */

static uint32_t mix(uint32_t h)
{
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    h ^= h >> 12;
    h *= 0x297a2d39u;
    return h ^ h >> 15;
}

static uint32_t bucket(uint32_t h)
{
    return mix(h) >> (32 - FEATURES_BITS);
}

/* ---- concepts ---- */

#define CONCEPT_SLOTS 8192u /* a power of two, several times the number of words */

struct features_concepts {
    uint32_t sums[CONCEPT_SLOTS]; /* 0: free */
    uint8_t concept[CONCEPT_SLOTS];
};

static const struct {
    const char *name, *words;
} concept_table[CONCEPT_N] = {
#define CONCEPT(name, words) [CONCEPT_##name] = { #name, words },
#include "detect/features_concepts.def"
#undef CONCEPT
};

/* What a sum was made of, so that a stem is no whole word. */
enum { SUM_WORD = 0x1357, SUM_STEM = 0x2468, SUM_TWO = 0x369c };

static uint32_t add_byte(uint32_t h, char c)
{
    return (h ^ (unsigned char)c) * 16777619u;
}

static uint32_t slot_of(uint32_t sum)
{
    return (sum * 2654435761u) >> 19;
}

static uint8_t find_concept(const struct features_concepts *concepts, uint32_t sum)
{
    for (uint32_t slot = slot_of(sum); concepts->sums[slot] != 0;
         slot = (slot + 1) & (CONCEPT_SLOTS - 1)) {
        if (concepts->sums[slot] == sum) {
            return concepts->concept[slot];
        }
    }
    return CONCEPT_NONE;
}

static void add_concept(struct features_concepts *concepts, uint32_t sum, uint32_t concept)
{
    uint32_t slot = slot_of(sum);
    while (concepts->sums[slot] != 0) {
        if (concepts->sums[slot] == sum) {
            return; /* the first concept that names a word has it */
        }
        slot = (slot + 1) & (CONCEPT_SLOTS - 1);
    }
    concepts->sums[slot] = sum;
    concepts->concept[slot] = (uint8_t) concept;
}

/* ---- words ---- */

/*
 * Scripts that part no words by blanks (from U+2E80 on: ideographs, kana, hangul; Thai and its
 * neighbours): each character is a word.
 */
static bool is_ideograph(lic_str text, size_t at)
{
    unsigned char c = (unsigned char)text.at[at];
    if (c < 0xe0 || c > 0xed || at + 2 >= text.n) {
        return false;
    }
    unsigned char next = (unsigned char)text.at[at + 1];
    return c >= 0xe3 || (c == 0xe2 && next >= 0xba) || (c == 0xe0 && next >= 0xb8 && next <= 0xbb);
}

/* Quotes, dashes and spaces of U+2000 to U+203F, and the ideographic space, comma and full stop. */
static bool is_wide_stop(lic_str text, size_t at)
{
    if (at + 2 >= text.n) {
        return false;
    }
    unsigned char next = (unsigned char)text.at[at + 1], last = (unsigned char)text.at[at + 2];
    return ((unsigned char)text.at[at] == 0xe2 && next == 0x80) ||
           ((unsigned char)text.at[at] == 0xe3 && next == 0x80 && last <= 0x82);
}

static size_t word_end(lic_str text, size_t at)
{
    if (is_ideograph(text, at)) {
        return at + 3;
    }
    size_t end = at;
    while (end < text.n && end - at < UINT16_MAX &&
           classes[(unsigned char)text.at[end]] == LETTER) {
        if ((unsigned char)text.at[end] >= 0xe0 && end > at &&
            (is_ideograph(text, end) || is_wide_stop(text, end))) {
            break;
        }
        end++;
    }
    return end;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static struct features_word hash_word(lic_str text, size_t start, size_t end)
{
    struct features_word word = { .start = (uint32_t)start, .n = (uint16_t)(end - start) };
    size_t stem = (unsigned char)text.at[start] < 0x80 ? FEATURES_STEM : FEATURES_STEM_WIDE;
    size_t cut = end - start < stem ? end : start + stem;
    uint32_t h = 2166136261u;
    for (size_t at = start; at < cut; at++) {
        h = add_byte(h, lower(text.at[at]));
    }
    word.stem = h;
    for (size_t at = cut; at < end; at++) {
        h = add_byte(h, lower(text.at[at]));
    }
    word.whole = h;
    return word;
}

/* A run of one sign is one word: "###", "```", "<<<". */
static size_t sign_end(lic_str text, size_t at)
{
    size_t end = at + 1;
    while (end < text.n && end - at < UINT16_MAX && text.at[end] == text.at[at]) {
        end++;
    }
    return end;
}

static struct features_word sign_word(lic_str text, size_t at, size_t end)
{
    uint32_t h = (uint32_t)(unsigned char)text.at[at] * 0x01000193u + (end - at > 1 ? 7u : 3u);
    return (struct features_word){
        .whole = h, .stem = h, .start = (uint32_t)at, .n = (uint16_t)(end - at)
    };
}

static uint32_t join(uint32_t kind, uint32_t a, uint32_t b)
{
    return (a ^ (kind * 0x9e3779b9u)) * 0x85ebca6bu + b;
}

/* Whether the word ends right where the next begins: two characters of a script without blanks. */
static bool touches(const struct features_word *word, const struct features_word *next)
{
    return word->start + word->n == next->start && word->n == 3 && next->n == 3;
}

static uint8_t concept_of(const struct features_concepts *concepts, lic_str text,
                          const struct features_words *words, const struct features_word *word)
{
    uint8_t concept = find_concept(concepts, word->whole ^ SUM_WORD);
    if (concept == CONCEPT_NONE) {
        concept = find_concept(concepts, word->stem ^ SUM_STEM);
    }
    if (concept == CONCEPT_NONE && words->n > 0 && is_ideograph(text, word->start)) {
        const struct features_word *before = &words->at[words->n - 1];
        if (touches(before, word)) {
            concept = find_concept(concepts, join(SUM_TWO, before->whole, word->whole));
        }
    }
    return concept;
}

enum lic_rc features_concepts_new(struct arena *arena, const struct features_concepts **out,
                                  struct lic_err *err)
{
    struct features_concepts *concepts = ARENA_NEW(arena, struct features_concepts);
    ENSURE(concepts, err, LIC_E_NOMEM, "no memory for the concepts of the classifier");
    for (uint32_t i = CONCEPT_NONE + 1; i < CONCEPT_N; i++) {
        lic_str rest = str_z(concept_table[i].words);
        while (rest.n > 0) {
            lic_str word = str_split(&rest, ' ');
            bool stem = str_ends(word, LIC_STR("*"));
            word.n -= stem ? 1 : 0;
            if (word.n == 0) {
                continue;
            }
            if (word.n == 6 && is_ideograph(word, 0) && is_ideograph(word, 3)) {
                uint32_t one = hash_word(word, 0, 3).whole, two = hash_word(word, 3, 6).whole;
                add_concept(concepts, join(SUM_TWO, one, two), i);
                continue;
            }
            struct features_word hashed = hash_word(word, 0, word.n);
            add_concept(concepts, stem ? hashed.stem ^ SUM_STEM : hashed.whole ^ SUM_WORD, i);
        }
    }
    *out = concepts;
    return LIC_OK;
}

const char *features_concept_name(enum features_concept concept)
{
    CHECK(concept < CONCEPT_N);
    return concept == CONCEPT_NONE ? "NONE" : concept_table[concept].name;
}

#define FEATURES_VERSION 1u /* of the rules by which features are made */

uint32_t features_fingerprint(void)
{
    uint32_t h = 2166136261u ^ (FEATURES_VERSION << 8 | FEATURES_BITS);
    for (uint32_t i = CONCEPT_NONE + 1; i < CONCEPT_N; i++) {
        for (const char *c = concept_table[i].words; *c; c++) {
            h = add_byte(h, *c);
        }
        h = add_byte(h, '|');
    }
    return h;
}

/* What was read of a text so far. */
struct reading {
    bool begins;  /* the next word begins a sentence */
    uint32_t gap; /* words since the last concept; 0: there was none */
};

static void note_concept(struct reading *reading, struct features_word *word)
{
    word->gap = (uint8_t)(reading->gap <= FEATURES_REACH ? reading->gap : 0) & 0x7fu;
    if (word->concept != CONCEPT_NONE) {
        reading->gap = 1;
    } else if (reading->gap > 0) {
        reading->gap++;
    }
}

enum lic_rc features_read(const struct features_concepts *concepts, lic_str text,
                          struct arena *arena, struct features_words *out, struct lic_err *err)
{
    struct reading reading = { .begins = true };
    for (size_t at = 0; at < text.n;) {
        uint8_t in = classes[(unsigned char)text.at[at]];
        if (in == BLANK || in == STOP) {
            reading.begins |= in == STOP;
            at++;
            continue;
        }
        if (in == LETTER && is_wide_stop(text, at)) {
            reading.begins |= (unsigned char)text.at[at] == 0xe3;
            at += 3;
            continue;
        }
        size_t end = in == LETTER ? word_end(text, at) : sign_end(text, at);
        struct features_word word =
            in == LETTER ? hash_word(text, at, end) : sign_word(text, at, end);
        word.begins = (reading.begins && in == LETTER) & 1u;
        word.concept = in == LETTER ? concept_of(concepts, text, out, &word) : CONCEPT_NONE;
        note_concept(&reading, &word);
        ENSURE(ARENA_PUSH(arena, out, word), err, LIC_E_NOMEM, "no memory for the words of a text");
        reading.begins = in == LINE || (reading.begins && in != LETTER) || text.at[at] == '!' ||
                         text.at[at] == '?' || text.at[at] == ':';
        at = end;
    }
    return LIC_OK;
}

/* ---- features ---- */

static uint32_t concept_features(const struct features_words *words, uint32_t i, uint32_t out[])
{
    const struct features_word *word = &words->at[i];
    uint32_t n = 0;
    out[n++] = bucket(join(FEATURE_CONCEPT + 1, word->concept, word->begins));
    if (word->gap == 0) {
        return n;
    }
    const struct features_word *before = &words->at[i - word->gap];
    uint32_t near = word->gap <= 3;
    uint32_t pair = (uint32_t)before->concept << 8 | word->concept;
    out[n++] = bucket(join(FEATURE_CONCEPT_PAIR + 1, pair, near));
    if (before->gap > 0) {
        const struct features_word *first = before - before->gap;
        out[n++] = bucket(join(FEATURE_CONCEPT_TRIPLE + 1, pair, first->concept));
    }
    return n;
}

uint32_t features_of(const struct features_words *words, uint32_t i,
                     uint32_t out[FEATURES_PER_WORD])
{
    const struct features_word *word = &words->at[i];
    uint32_t n = 0;
    uint32_t one = i > 0 ? words->at[i - 1].stem : 0;
    uint32_t two = i > 1 ? words->at[i - 2].stem : 0;
    out[n++] = bucket(join(FEATURE_WORD + 1, word->whole, 0));
    out[n++] = bucket(join(FEATURE_PAIR + 1, one, word->stem));
    out[n++] = bucket(join(FEATURE_SKIP + 1, two, word->stem));
    out[n++] = bucket(join(FEATURE_TRIPLE + 1, join(9, two, one), word->stem));
    if (word->begins) {
        uint32_t next = i + 1 < words->n ? words->at[i + 1].stem : 0;
        out[n++] = bucket(join(FEATURE_BEGIN + 1, word->whole, 0));
        out[n++] = bucket(join(FEATURE_BEGIN_PAIR + 1, word->stem, next));
    }
    if (word->concept != CONCEPT_NONE) {
        n += concept_features(words, i, out + n);
    }
    return n;
}

enum features_kind features_kind_at(const struct features_words *words, uint32_t i, uint32_t j,
                                    uint32_t *out_first)
{
    const struct features_word *word = &words->at[i];
    uint32_t begin_n = word->begins ? 2 : 0;
    uint32_t kind = j < FEATURE_BEGIN + begin_n ? j : j + 2 - begin_n;
    uint32_t back = kind == FEATURE_PAIR ? 1 : 0;
    if (kind == FEATURE_SKIP || kind == FEATURE_TRIPLE) {
        back = 2;
    }
    if (kind == FEATURE_CONCEPT_PAIR || kind == FEATURE_CONCEPT_TRIPLE) {
        back = word->gap;
    }
    if (kind == FEATURE_CONCEPT_TRIPLE) {
        back += words->at[i - back].gap;
    }
    *out_first = i >= back ? i - back : 0;
    return (enum features_kind)kind;
}

const char *features_kind_name(enum features_kind kind)
{
    static const char *const names[FEATURE_KIND_N] = {
        "word",       "pair",    "skip",         "triple",         "begin",
        "begin-pair", "concept", "concept-pair", "concept-triple", "tag",
    };
    CHECK(kind < FEATURE_KIND_N);
    return names[kind];
}

/* ---- windows ---- */

uint32_t features_window_words(uint32_t reading)
{
    static const uint32_t sizes[FEATURES_READINGS] = { 0, 16, 32, 64, 128 };
    CHECK(reading < FEATURES_READINGS);
    return sizes[reading];
}

bool features_window(uint32_t n, uint32_t reading, uint32_t index, uint32_t *out_from,
                     uint32_t *out_to)
{
    uint32_t size = features_window_words(reading);
    if (size == 0) {
        *out_from = 0;
        *out_to = n;
        return n > 0 && index == 0;
    }
    uint64_t from = (uint64_t)index * (size / 4);
    if (n <= size || (index > 0 && from + size - size / 4 >= n)) {
        return false;
    }
    *out_from = (uint32_t)from;
    *out_to = from + size < n ? (uint32_t)(from + size) : n;
    return true;
}

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
/* The letters as they are hashed: ASCII in small ones. 0: none. */
#define SAME(c) [c] = c
#define SAME4(c) SAME(c), SAME(c + 1), SAME(c + 2), SAME(c + 3)
#define SAME8(c) SAME4(c), SAME4(c + 4)
#define SAME32(c) SAME8(c), SAME8(c + 8), SAME8(c + 16), SAME8(c + 24)
#define BOTH(upper, small) [upper] = small, [small] = small
static const uint8_t letters[256] = {
    SAME8('0'), SAME('8'), SAME('9'), SAME('\''),
    BOTH('A', 'a'), BOTH('B', 'b'), BOTH('C', 'c'), BOTH('D', 'd'), BOTH('E', 'e'), BOTH('F', 'f'),
    BOTH('G', 'g'), BOTH('H', 'h'), BOTH('I', 'i'), BOTH('J', 'j'), BOTH('K', 'k'), BOTH('L', 'l'),
    BOTH('M', 'm'), BOTH('N', 'n'), BOTH('O', 'o'), BOTH('P', 'p'), BOTH('Q', 'q'), BOTH('R', 'r'),
    BOTH('S', 's'), BOTH('T', 't'), BOTH('U', 'u'), BOTH('V', 'v'), BOTH('W', 'w'), BOTH('X', 'x'),
    BOTH('Y', 'y'), BOTH('Z', 'z'),
    SAME32(0x80), SAME32(0xa0), SAME32(0xc0), SAME32(0xe0),
};
/* clang-format on */

static uint32_t bucket(uint32_t h)
{
    return ((h ^ h >> 15) * 0x297a2d39u) >> (32 - FEATURES_BITS);
}

/* ---- concepts ---- */

#define CONCEPT_SLOTS 8192u /* a power of two, several times the number of words */

#define CONCEPT_HINTS 65536u

struct features_concepts {
    uint64_t hints[CONCEPT_HINTS / 64]; /* by the upper half of a sum: it may be among them */
    uint32_t sums[CONCEPT_SLOTS];       /* 0: free */
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

static uint32_t slot_of(uint32_t sum)
{
    return (sum * 2654435761u) >> 19;
}

static uint8_t find_concept(const struct features_concepts *concepts, uint32_t sum)
{
    if ((concepts->hints[sum >> 22] >> (sum >> 16 & 63) & 1) == 0) {
        return CONCEPT_NONE;
    }
    for (uint32_t slot = slot_of(sum); concepts->sums[slot] != 0;
         slot = (slot + 1) & (CONCEPT_SLOTS - 1)) {
        if (concepts->sums[slot] == sum) {
            return concepts->concept[slot];
        }
    }
    return CONCEPT_NONE;
}

static void add_concept(struct features_concepts *concepts, uint32_t sum, uint32_t which)
{
    uint32_t slot = slot_of(sum);
    while (concepts->sums[slot] != 0) {
        if (concepts->sums[slot] == sum) {
            return; /* the first concept that names a word has it */
        }
        slot = (slot + 1) & (CONCEPT_SLOTS - 1);
    }
    concepts->sums[slot] = sum;
    concepts->concept[slot] = (uint8_t)which;
    concepts->hints[sum >> 22] |= (uint64_t)1 << (sum >> 16 & 63);
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

/* Whether a word ends here although another letter follows. */
static bool is_parting(lic_str text, size_t at)
{
    return is_ideograph(text, at) || is_wide_stop(text, at);
}

static uint8_t lower(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Eight bytes into a sum. */
static uint32_t add_eight(uint32_t sum, uint64_t eight)
{
    uint64_t h = (eight ^ (uint64_t)sum << 32 ^ sum) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 32);
}

/* The sum of a word's bytes in small letters, eight at a time, the last of them together. */
static uint32_t sum_bytes(const char *at, size_t n)
{
    uint32_t sum = 0;
    uint64_t eight = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % 8 == 0) {
            sum = add_eight(sum, eight);
            eight = 0;
        }
        eight = eight << 8 | lower(at[i]);
    }
    return add_eight(sum, eight);
}

/* Eight bytes of a text at once: how many of them are letters, and these in small ones. */
struct eight {
    uint64_t bytes; /* as sum_bytes() takes them: the first the highest */
    uint32_t n;
    bool wide; /* one of them is beyond ASCII */
};

static uint64_t byte_at(const char *at, uint32_t i)
{
    return (uint64_t)(unsigned char)at[i] << 8 * i;
}

/* One load where the machine is little-endian. */
static uint64_t load_eight(const char *at)
{
    return byte_at(at, 0) | byte_at(at, 1) | byte_at(at, 2) | byte_at(at, 3) | byte_at(at, 4) |
           byte_at(at, 5) | byte_at(at, 6) | byte_at(at, 7);
}

#define EACH(byte) ((byte)*0x0101010101010101u)
/* The high bit of each byte of x (none above 0x7f) that lies within two bounds. */
#define WITHIN(x, first, last) (((x) + EACH(0x80u - (first))) & ~((x) + EACH(0x7fu - (last))))

static struct eight look_eight(const char *at)
{
    uint64_t x = load_eight(at);
    uint64_t high = x & EACH(0x80u), low = x & EACH(0x7fu);
    uint64_t alpha = WITHIN(low | EACH(0x20u), 'a', 'z') & ~high & EACH(0x80u);
    uint64_t digit = WITHIN(low, '0', '9');
    uint64_t quote = EACH(0x80u) - (low ^ EACH('\''));
    uint64_t others = ~(alpha | digit | quote | high) & EACH(0x80u);
    uint32_t n = others ? (uint32_t)__builtin_ctzll(others) / 8 : 8;
    if (n == 0) {
        return (struct eight){ 0, 0, false };
    }
    uint64_t small = __builtin_bswap64(x | alpha >> 2);
    return (struct eight){ small >> (64 - 8 * n), n, (high << (64 - 8 * n)) != 0 };
}

#define ASCII_WORD_MAX 64u /* bytes; longer ones are read byte by byte */

/* A word of ASCII letters that does not lie at the very end of the text. False: it is another. */
static bool read_ascii(lic_str text, struct features_word *word)
{
    size_t start = word->start, at = start;
    uint32_t sum = 0;
    struct eight first = { 0, 0, false }, last = { 0, 8, false };
    while (last.n == 8) {
        if (text.n - at < 8 || at - start >= ASCII_WORD_MAX) {
            return false;
        }
        struct eight next = look_eight(text.at + at);
        if (next.wide) {
            return false;
        }
        if (next.n == 0) {
            break;
        }
        if (at == start) {
            first = next;
        } else {
            sum = add_eight(sum, last.bytes);
        }
        last = next;
        at += next.n;
    }
    word->n = (uint16_t)(at - start);
    word->whole = add_eight(sum, last.bytes);
    word->stem = word->n <= FEATURES_STEM
                     ? word->whole
                     : add_eight(0, first.bytes >> 8 * (first.n - FEATURES_STEM));
    return word->n > 0;
}

/* The word that begins here. Its sums are sum_bytes() of it, made while its end is looked for. */
static struct features_word read_word(lic_str text, size_t start)
{
    struct features_word word = { .start = (uint32_t)start };
    if (read_ascii(text, &word)) {
        return word;
    }
    if (is_ideograph(text, start)) {
        word.n = 3;
        word.whole = word.stem = sum_bytes(text.at + start, 3);
        return word;
    }
    size_t limit = text.n - start < UINT16_MAX ? text.n : start + UINT16_MAX;
    size_t at = start;
    uint32_t sum = 0;
    uint64_t eight = 0;
    for (; at < limit && letters[(unsigned char)text.at[at]] != 0; at++) {
        uint8_t letter = letters[(unsigned char)text.at[at]];
        if (letter >= 0xe0 && at > start && is_parting(text, at)) {
            break;
        }
        if (at > start && (at - start) % 8 == 0) {
            sum = add_eight(sum, eight);
            eight = 0;
        }
        eight = eight << 8 | letter;
    }
    word.n = (uint16_t)(at - start);
    word.whole = add_eight(sum, eight);
    size_t stem = (unsigned char)text.at[start] < 0x80 ? FEATURES_STEM : FEATURES_STEM_WIDE;
    word.stem = word.n <= stem ? word.whole : sum_bytes(text.at + start, stem);
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

static struct features_word read_sign(lic_str text, size_t at)
{
    size_t end = sign_end(text, at);
    uint32_t h = add_eight(end - at > 1 ? 7 : 3, (unsigned char)text.at[at]);
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
    if (concept == CONCEPT_NONE && word->n >= FEATURES_STEM) {
        concept = find_concept(concepts, word->stem ^ SUM_STEM);
    }
    if (concept == CONCEPT_NONE && word->n == 3 && words->n > 0 &&
        is_ideograph(text, word->start)) {
        const struct features_word *before = &words->at[words->n - 1];
        if (touches(before, word)) {
            concept = find_concept(concepts, join(SUM_TWO, before->whole, word->whole));
        }
    }
    return concept;
}

static void add_concept_word(struct features_concepts *concepts, lic_str word, uint32_t concept)
{
    bool stem = str_ends(word, LIC_STR("*"));
    word.n -= stem ? 1 : 0;
    if (word.n == 6 && is_ideograph(word, 0) && is_ideograph(word, 3)) {
        uint32_t sum = join(SUM_TWO, sum_bytes(word.at, 3), sum_bytes(word.at + 3, 3));
        add_concept(concepts, sum, concept);
    } else if (word.n > 0) {
        add_concept(concepts, sum_bytes(word.at, word.n) ^ (stem ? SUM_STEM : SUM_WORD), concept);
    }
}

enum lic_rc features_concepts_new(struct arena *arena, const struct features_concepts **out,
                                  struct lic_err *err)
{
    struct features_concepts *concepts = ARENA_NEW(arena, struct features_concepts);
    ENSURE(concepts, err, LIC_E_NOMEM, "no memory for the concepts of the classifier");
    for (uint32_t i = CONCEPT_NONE + 1; i < CONCEPT_N; i++) {
        lic_str rest = str_z(concept_table[i].words);
        while (rest.n > 0) {
            add_concept_word(concepts, str_split(&rest, ' '), i);
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

#define FEATURES_VERSION 2u /* of the rules by which features are made */

uint32_t features_fingerprint(void)
{
    uint32_t sum = FEATURES_VERSION << 8 | FEATURES_BITS;
    for (uint32_t i = CONCEPT_NONE + 1; i < CONCEPT_N; i++) {
        lic_str words = str_z(concept_table[i].words);
        sum = add_eight(sum, sum_bytes(words.at, words.n));
    }
    return sum;
}

void features_begin(struct features_reader *reader, const struct features_concepts *concepts,
                    lic_str text)
{
    *reader = (struct features_reader){ .concepts = concepts, .text = text, .begins = true };
}

static void note_concept(struct features_reader *reader, struct features_word *word)
{
    word->gap = (uint8_t)(reader->gap <= FEATURES_REACH ? reader->gap : 0) & 0x7fu;
    if (word->concept != CONCEPT_NONE) {
        reader->gap = 1;
    } else if (reader->gap > 0 && reader->gap <= FEATURES_REACH) {
        reader->gap++;
    }
}

/* Goes past what is no word. */
static void skip_blanks(struct features_reader *reader)
{
    lic_str text = reader->text;
    while (reader->at < text.n) {
        uint8_t in = classes[(unsigned char)text.at[reader->at]];
        if (in == BLANK || in == STOP) {
            reader->begins |= in == STOP;
            reader->at++;
        } else if (in == LETTER && (unsigned char)text.at[reader->at] >= 0xe2 &&
                   is_wide_stop(text, reader->at)) {
            reader->begins |= (unsigned char)text.at[reader->at] == 0xe3;
            reader->at += 3;
        } else {
            return;
        }
    }
}

bool features_next(struct features_reader *reader, struct features_words *words)
{
    skip_blanks(reader);
    if (reader->at >= reader->text.n) {
        return false;
    }
    char c = reader->text.at[reader->at];
    uint8_t in = classes[(unsigned char)c];
    struct features_word word =
        in == LETTER ? read_word(reader->text, reader->at) : read_sign(reader->text, reader->at);
    word.begins = (reader->begins && in == LETTER) & 1u;
    if (in == LETTER) {
        word.concept = concept_of(reader->concepts, reader->text, words, &word);
    }
    note_concept(reader, &word);
    words->at[words->n++] = word;
    reader->begins =
        in == LINE || (reader->begins && in != LETTER) || c == '!' || c == '?' || c == ':';
    reader->at += word.n;
    return true;
}

enum lic_rc features_read(const struct features_concepts *concepts, lic_str text,
                          struct arena *arena, struct features_words *out, struct lic_err *err)
{
    struct features_reader reader;
    features_begin(&reader, concepts, text);
    bool more = true;
    while (more) {
        struct features_word none = { 0 };
        ENSURE(ARENA_PUSH(arena, out, none), err, LIC_E_NOMEM, "no memory for the words of a text");
        out->n--;
        more = features_next(&reader, out);
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

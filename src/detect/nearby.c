/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the words around a match and looks them up in one table for all rules. */
#include "detect/nearby.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define WORDS_OF_PHRASE_MAX 40u
#define TOKENS_MAX (NEARBY_CHARACTERS_MAX + 2)
#define PLURAL_MIN 4u /* letters of a word whose last s does not count */
#define HASH_START 0xCBF29CE484222325u
#define HASH_STEP 0x100000001B3u

/* ---- words ---- */

enum kind { KIND_OTHER, KIND_LOWER, KIND_UPPER, KIND_DIGIT, KIND_WIDE, KIND_ALONE };

/* One character as it counts: its kind, and what stands for it in a hash. */
struct character {
    enum kind kind;
    uint32_t value;
};

/* U+00C0 to U+017F without marks; a blank parts words. */
static const char plain_latin[193] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool is_between(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

/* Thai to Lao, Burmese, Khmer, and everything from the CJK radicals to Hangul. */
static bool stands_alone(uint32_t c)
{
    return is_between(c, 0x0E00, 0x0EFF) || is_between(c, 0x1000, 0x109F) ||
           is_between(c, 0x1780, 0x17FF) || is_between(c, 0x2E80, 0x2FFF) ||
           is_between(c, 0x3040, 0xD7FF) || is_between(c, 0xF900, 0xFAFF) ||
           is_between(c, 0x20000, 0x3FFFF);
}

static struct character read_wide(uint32_t c)
{
    if (is_between(c, 0xC0, 0x17F)) {
        char plain = plain_latin[c - 0xC0];
        return (struct character){ plain == ' ' ? KIND_OTHER : KIND_WIDE, (uint8_t)plain };
    }
    if (is_between(c, 0x80, 0xBF) || is_between(c, 0x2000, 0x2BFF) ||
        is_between(c, 0x3000, 0x303F) || is_between(c, 0xFF00, 0xFF0F) ||
        is_between(c, 0xFF1A, 0xFF20)) {
        return (struct character){ KIND_OTHER, 0 };
    }
    if (stands_alone(c)) {
        return (struct character){ KIND_ALONE, c };
    }
    if (is_between(c, 0x391, 0x3A9) || is_between(c, 0x410, 0x42F)) {
        c += 0x20;
    } else if (is_between(c, 0x400, 0x40F)) {
        c += 0x50;
    }
    return (struct character){ KIND_WIDE, c };
}

static struct character read_character(lic_str text, size_t at, size_t *out_n)
{
    uint8_t c = (uint8_t)text.at[at];
    *out_n = 1;
    if (c >= 'a' && c <= 'z') {
        return (struct character){ KIND_LOWER, c };
    }
    if (c >= 'A' && c <= 'Z') {
        return (struct character){ KIND_UPPER, c + 32u };
    }
    if (c >= '0' && c <= '9') {
        return (struct character){ KIND_DIGIT, c };
    }
    if (c < 0x80) {
        return (struct character){ KIND_OTHER, 0 };
    }
    if (utf8_step(str_tail(text, at)) == 0) {
        return (struct character){ KIND_OTHER, 0 };
    }
    return read_wide(utf8_get(str_tail(text, at), out_n));
}

struct token {
    uint64_t hash;
    uint32_t start, end; /* characters from where reading began */
};
struct tokens {
    struct token at[TOKENS_MAX];
    uint32_t n;
    uint32_t characters; /* read */
};

/* A word in the making. */
struct word {
    uint64_t hash, before_last;
    uint32_t start, letters;
    enum kind last;
    uint32_t last_value;
};

static void end_word(struct word *word, uint32_t end, struct tokens *out)
{
    bool plural = word->letters >= PLURAL_MIN && word->last_value == 's';
    if (word->letters > 0 && out->n < TOKENS_MAX) {
        out->at[out->n++] =
            (struct token){ plural ? word->before_last : word->hash, word->start, end };
    }
    word->letters = 0;
}

/* Capitals after small letters, and digits beside letters, begin another word. */
static bool goes_on(const struct word *word, enum kind kind)
{
    if (word->letters == 0 || kind == KIND_ALONE || word->last == KIND_ALONE) {
        return false;
    }
    if ((kind == KIND_DIGIT) != (word->last == KIND_DIGIT)) {
        return false;
    }
    return !(kind == KIND_UPPER && word->last == KIND_LOWER);
}

static void add_character(struct word *word, struct character c, uint32_t index, struct tokens *out)
{
    if (c.kind == KIND_OTHER) {
        end_word(word, index, out);
        return;
    }
    if (!goes_on(word, c.kind)) {
        end_word(word, index, out);
        word->start = index;
        word->hash = HASH_START;
    }
    word->before_last = word->hash;
    word->hash = (word->hash ^ c.value) * HASH_STEP;
    word->letters++;
    word->last = c.kind;
    word->last_value = c.value;
}

static void read_tokens(lic_str text, uint32_t characters, struct tokens *out)
{
    struct word word = { .letters = 0 };
    uint32_t index = 0;
    out->n = 0;
    for (size_t at = 0; at < text.n && index < characters; index++) {
        size_t n = 1;
        struct character c = read_character(text, at, &n);
        add_character(&word, c, index, out);
        at += n;
    }
    end_word(&word, index, out);
    out->characters = index;
}

/* ---- the table ---- */

static uint32_t *slot_of(const struct nearby *nearby, uint64_t hash)
{
    return &nearby->slots[(hash ^ hash >> 29) & (NEARBY_SLOTS - 1)];
}

/* The phrase that tokens [first, first + its words) are, from the chain that begins with `i`. */
static bool is_phrase(const struct nearby *nearby, const struct nearby_phrase *phrase,
                      const struct tokens *tokens, uint32_t first)
{
    if (phrase->n > tokens->n - first) {
        return false;
    }
    for (uint32_t i = 0; i < phrase->n; i++) {
        if (nearby->words.at[phrase->first + i] != tokens->at[first + i].hash) {
            return false;
        }
    }
    return true;
}

static bool find_phrase(const struct nearby *nearby, const struct tokens *tokens, uint32_t *out)
{
    for (uint32_t i = *slot_of(nearby, tokens->at[0].hash); i != 0;
         i = nearby->phrases.at[i - 1].next) {
        const struct nearby_phrase *phrase = &nearby->phrases.at[i - 1];
        if (phrase->n == tokens->n && is_phrase(nearby, phrase, tokens, 0)) {
            *out = i - 1;
            return true;
        }
    }
    return false;
}

static enum lic_rc add_phrase(struct nearby *nearby, struct arena *arena,
                              const struct tokens *tokens, uint32_t *out, struct lic_err *err)
{
    uint32_t *slot = slot_of(nearby, tokens->at[0].hash);
    struct nearby_phrase phrase = { .first = nearby->words.n, .n = tokens->n, .next = *slot };
    for (uint32_t i = 0; i < tokens->n; i++) {
        ENSURE(ARENA_PUSH(arena, &nearby->words, tokens->at[i].hash), err, LIC_E_NOMEM,
               "no memory for %u keywords", nearby->phrases.n);
    }
    ENSURE(ARENA_PUSH(arena, &nearby->phrases, phrase), err, LIC_E_NOMEM,
           "no memory for %u keywords", nearby->phrases.n);
    *out = nearby->phrases.n - 1;
    *slot = nearby->phrases.n;
    return LIC_OK;
}

enum lic_rc nearby_add(struct nearby *nearby, struct arena *arena, lic_str phrase, uint32_t *out,
                       struct lic_err *err)
{
    struct tokens tokens;
    ENSURE(utf8_check(phrase) == phrase.n, err, LIC_E_UTF8, "a keyword that is not UTF-8");
    read_tokens(phrase, TOKENS_MAX, &tokens);
    ENSURE(tokens.n > 0, err, LIC_E_INVALID, "a keyword without a letter or digit: \"" LIC_FMT "\"",
           LIC_ARG(str_head(phrase, 60)));
    ENSURE(tokens.n <= WORDS_OF_PHRASE_MAX, err, LIC_E_LIMIT,
           "a keyword of %u words; %u are the most", tokens.n, WORDS_OF_PHRASE_MAX);
    if (!nearby->slots) {
        nearby->slots = ARENA_ARRAY(arena, uint32_t, NEARBY_SLOTS);
        ENSURE(nearby->slots, err, LIC_E_NOMEM, "no memory for keywords");
    }
    return find_phrase(nearby, &tokens, out) ? LIC_OK
                                             : add_phrase(nearby, arena, &tokens, out, err);
}

/* ---- looking ---- */

static size_t back_one(lic_str text, size_t at)
{
    do {
        at--;
    } while (at > 0 && ((uint8_t)text.at[at] & 0xC0) == 0x80);
    return at;
}

static size_t forward_one(lic_str text, size_t at)
{
    do {
        at++;
    } while (at < text.n && ((uint8_t)text.at[at] & 0xC0) == 0x80);
    return at;
}

size_t nearby_reach(lic_str text, size_t at, uint32_t characters)
{
    for (uint32_t i = 0; i <= characters && at > 0; i++) {
        at = back_one(text, at);
    }
    return at;
}

bool nearby_sees(lic_str text, size_t at, uint32_t characters)
{
    for (uint32_t i = 0; i <= characters; i++) {
        if (at >= text.n) {
            return false;
        }
        at = forward_one(text, at);
    }
    return true;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Every phrase that begins with token i. */
static void look_at(const struct nearby *nearby, const struct tokens *tokens, uint32_t i,
                    bool before, struct nearby_hits *out)
{
    for (uint32_t k = *slot_of(nearby, tokens->at[i].hash); k != 0;
         k = nearby->phrases.at[k - 1].next) {
        const struct nearby_phrase *phrase = &nearby->phrases.at[k - 1];
        if (out->n < NEARBY_HITS_MAX && is_phrase(nearby, phrase, tokens, i)) {
            uint32_t end = tokens->at[i + phrase->n - 1].end;
            uint32_t distance = before ? tokens->characters - end : tokens->at[i].start;
            out->at[out->n++] = (struct nearby_hit){ k - 1, distance, phrase->n };
        }
    }
}

void nearby_before(const struct nearby *nearby, lic_str text, size_t at, uint32_t characters,
                   struct nearby_hits *out)
{
    struct tokens tokens;
    out->n = 0;
    if (!nearby->slots) {
        return;
    }
    characters = least(characters, NEARBY_CHARACTERS_MAX);
    size_t reach = nearby_reach(text, at, characters);
    read_tokens(str_slice(text, reach, at), TOKENS_MAX, &tokens);
    /* A word that begins with the character before the last ones is not known to begin there. */
    bool cut = tokens.characters > characters;
    for (uint32_t i = tokens.n; i > 0; i--) {
        if (!cut || tokens.at[i - 1].start > 0) {
            look_at(nearby, &tokens, i - 1, /* before= */ true, out);
        }
    }
}

void nearby_after(const struct nearby *nearby, lic_str text, size_t at, uint32_t characters,
                  struct nearby_hits *out)
{
    struct tokens tokens;
    out->n = 0;
    if (!nearby->slots) {
        return;
    }
    characters = least(characters, NEARBY_CHARACTERS_MAX);
    read_tokens(str_tail(text, at), characters + 1, &tokens);
    while (tokens.n > 0 && tokens.at[tokens.n - 1].end > characters) {
        tokens.n--;
    }
    for (uint32_t i = 0; i < tokens.n; i++) {
        look_at(nearby, &tokens, i, /* before= */ false, out);
    }
}

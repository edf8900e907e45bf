/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the name model knows of a token: itself, its letters, its neighbours, what the dictionary
 * says of them, what stands before it on the line, and how the tokens before it were tagged.
 */
#include "detect/names_parts.h"

#include "base/check.h"
#include "base/str.h"

#include "base/banned.h"

#define MIX 0x9E3779B97F4A7C15u
#define CASE_BITS 0x2020202020202020u /* makes ASCII and Latin-1 letters small */
#define SMALL_SENTENCE 4u             /* words that a heading has at least */

/* ---- words and the dictionary ---- */

static uint64_t load_some(const char *at, size_t n)
{
    uint64_t value = 0;
    if (n >= 8) {
        memcpy(&value, at, 8);
        return value;
    }
    uint32_t low = 0, high = 0;
    if (n >= 4) {
        memcpy(&low, at, 4);
        memcpy(&high, at + n - 4, 4);
        return low | (uint64_t)high << (8 * (n - 4));
    }
    for (size_t i = 0; i < n; i++) {
        value |= (uint64_t)(uint8_t)at[i] << (8 * i);
    }
    return value;
}

/* Of n bytes, at most 8; the characters of scripts with three bytes each have no case. */
static uint64_t small_letters(uint64_t bytes, size_t n, char first)
{
    uint64_t kept = n >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * n)) - 1;
    return (uint8_t)first >= 0xE0 ? bytes : bytes | (CASE_BITS & kept);
}

uint32_t names_hash(const char *at, size_t n)
{
    uint64_t hash = n * MIX;
    for (size_t i = 0; i < n; i += 8) {
        size_t part = n - i < 8 ? n - i : 8;
        hash = (hash ^ small_letters(load_some(at + i, part), part, at[0])) * MIX;
        hash ^= hash >> 32;
    }
    uint32_t folded = (uint32_t)(hash ^ (hash >> 29));
    return folded == 0 ? 1 : folded;
}

uint16_t names_kinds(const struct names_model *model, uint32_t hash)
{
    uint32_t tag = hash >> NAMES_KIND_BITS;
    /* The table is never full (names_model_new sees to that), so this ends at an empty slot. */
    for (uint32_t i = hash & (model->slots_n - 1);; i = (i + 1) & (model->slots_n - 1)) {
        uint32_t slot;
        memcpy(&slot, model->slots + (size_t)i * 4, 4);
        if (slot == 0) {
            return 0;
        }
        if (slot >> NAMES_KIND_BITS == tag) {
            return (uint16_t)(slot & ((1u << NAMES_KIND_BITS) - 1));
        }
    }
}

static struct names_token *look(const struct names_model *model, struct names_piece *piece,
                                int64_t i)
{
    struct names_token *token = &piece->at[i];
    if (token->looked) {
        return token;
    }
    token->looked = true;
    const char *at = piece->text.at + token->start;
    size_t n = token->end - token->start;
    if (token->class == CLASS_LINK) {
        token->hash = 2;
        return token;
    }
    if (token->class == CLASS_NUMBER && token->shape >= SHAPE_DIGITS + 3) {
        token->hash = 8u + token->shape;
        return token;
    }
    if (token->shape == SHAPE_DOTTED && n > 2) {
        n--; /* Inc. is Inc */
    }
    token->hash = names_hash(at, n);
    token->kinds = names_kinds(model, token->hash);
    return token;
}

/* ---- sentences and keys ---- */

struct sentence {
    uint32_t lower, title, upper; /* words */
    bool title_first;
};

static void count_word(const struct names_token *token, struct sentence *sentence)
{
    bool first = sentence->lower + sentence->title + sentence->upper == 0;
    switch ((enum names_shape)token->shape) {
    case SHAPE_LOWER:
    case SHAPE_CAMEL:
        sentence->lower++;
        return;
    case SHAPE_TITLE:
    case SHAPE_MIXED:
        sentence->title++;
        sentence->title_first |= first;
        return;
    case SHAPE_UPPER:
        sentence->upper++;
        sentence->title_first |= first;
        return;
    case SHAPE_SINGLE:
        sentence->title_first |= first;
        return;
    case SHAPE_NONE:
    case SHAPE_DOTTED:
    case SHAPE_DIGITS:
        return;
    }
}

static enum names_mode mode_of(const struct sentence *sentence)
{
    uint32_t cased = sentence->title + sentence->upper;
    if (sentence->lower == 0 && sentence->title == 0) {
        return sentence->upper > 0 ? MODE_UPPER : MODE_CASED;
    }
    if (cased == 0) {
        return MODE_LOWER;
    }
    if (sentence->title >= SMALL_SENTENCE && sentence->lower * 3 <= sentence->title) {
        return MODE_HEADING;
    }
    return sentence->title_first || cased * 4 >= sentence->lower ? MODE_CASED : MODE_LOWER;
}

static void end_sentence(struct names_piece *piece, uint32_t from, uint32_t to,
                         const struct sentence *sentence)
{
    enum names_mode mode = mode_of(sentence);
    for (uint32_t i = from; i < to; i++) {
        piece->at[i].mode = (uint8_t)mode;
    }
}

static char mark_of(const struct names_piece *piece, const struct names_token *token)
{
    return token->class == CLASS_MARK ? piece->text.at[token->start] : '\0';
}

/* The word before the ':' or '=' at i, over quotes. */
static uint32_t key_before(const struct names_model *model, struct names_piece *piece, uint32_t i)
{
    for (uint32_t back = 1; back <= 3 && back <= i; back++) {
        if (piece->at[i - back].class == CLASS_WORD) {
            return look(model, piece, (int64_t)i - back)->hash;
        }
    }
    return 0;
}

static bool ends_key(const struct names_piece *piece, uint32_t i)
{
    const struct names_token *token = &piece->at[i];
    char c = mark_of(piece, token);
    bool line = token->gap >= GAP_LINE && i > 0 && mark_of(piece, token - 1) != ':';
    bool quoted = c == '"' && i > 0 && mark_of(piece, token - 1) == ',';
    return line || quoted || c == ';' || c == '}' || c == '|' || token->gap == GAP_SENTENCE;
}

void names_prepare(const struct names_model *model, struct names_piece *piece)
{
    struct sentence sentence = { 0 };
    uint32_t from = 0, key = 0;
    for (uint32_t i = 0; i < piece->n; i++) {
        struct names_token *token = &piece->at[i];
        if (token->gap >= GAP_SENTENCE) {
            end_sentence(piece, from, i, &sentence);
            sentence = (struct sentence){ 0 };
            from = i;
        }
        if (token->class == CLASS_WORD) {
            count_word(token, &sentence);
            key = key != 0 && ends_key(piece, i) ? 0 : key;
            token->key = key;
            continue;
        }
        key = key != 0 && ends_key(piece, i) ? 0 : key;
        char c = mark_of(piece, token);
        if (c == ':' || c == '=') {
            key = key_before(model, piece, i);
        }
        token->key = key;
    }
    end_sentence(piece, from, piece->n, &sentence);
}

/* ---- which tokens are looked at ---- */

#define KINDS_OF_NAMES (KIND_GIVEN | KIND_SURNAME | KIND_PLACE | KIND_COMPANY | KIND_STREET)

static bool is_capital(const struct names_token *token)
{
    return token->class == CLASS_WORD && token->shape >= SHAPE_TITLE && token->shape != SHAPE_CAMEL;
}

/* A word whose capital, or want of one, says nothing. */
static bool uncased_candidate(const struct names_model *model, struct names_piece *piece,
                              uint32_t i)
{
    uint16_t kinds = look(model, piece, i)->kinds;
    if (kinds & KIND_STOP) {
        return false;
    }
    return (kinds & KINDS_OF_NAMES) != 0 || (kinds & KIND_COMMON) == 0 || piece->at[i].key != 0;
}

static bool small_word_candidate(const struct names_model *model, struct names_piece *piece,
                                 uint32_t i)
{
    const struct names_token *next = &piece->at[i + 1];
    if (next->gap > GAP_BLANK || !(is_capital(next) || next->class == CLASS_NUMBER)) {
        return false;
    }
    return (look(model, piece, i)->kinds & KIND_STREET) != 0;
}

static bool capital_candidate(const struct names_model *model, struct names_piece *piece,
                              uint32_t i)
{
    uint16_t kinds = look(model, piece, i)->kinds;
    if ((kinds & KIND_STOP) == 0) {
        return true;
    }
    /* "The Hague", "Will Smith": a small word that may begin a name only before a capital. */
    return is_capital(&piece->at[i + 1]) && piece->at[i + 1].gap <= GAP_BLANK &&
           (kinds & KINDS_OF_NAMES) != 0;
}

static bool number_candidate(const struct names_model *model, struct names_piece *piece, uint32_t i)
{
    uint32_t word = i + 1;
    if (piece->at[word].class == CLASS_NUMBER && piece->at[word].gap <= GAP_BLANK) {
        word++; /* house and flat, or a stair */
    }
    const struct names_token *next = &piece->at[word];
    if (next->class != CLASS_WORD || next->gap > GAP_BLANK) {
        return false;
    }
    if (is_capital(next)) {
        return true;
    }
    uint16_t kinds = look(model, piece, word)->kinds;
    return (kinds & KIND_STREET) != 0 ||
           (piece->at[i].mode != MODE_CASED && (kinds & KIND_COMMON) == 0);
}

bool names_candidate(const struct names_model *model, struct names_piece *piece, uint32_t i)
{
    const struct names_token *token = &piece->at[i];
    if (token->class == CLASS_LINK) {
        return false;
    }
    if (token[-1].tag != TAG_OUT && token->gap < GAP_PARAGRAPH) {
        return true;
    }
    if (token->class == CLASS_CJK) {
        return true;
    }
    if (token->class == CLASS_NUMBER) {
        return number_candidate(model, piece, i);
    }
    if (token->class != CLASS_WORD) {
        return false;
    }
    if (token->mode == MODE_LOWER || token->mode == MODE_UPPER) {
        return uncased_candidate(model, piece, i);
    }
    if (is_capital(token)) {
        return capital_candidate(model, piece, i);
    }
    return token->shape == SHAPE_LOWER && small_word_candidate(model, piece, i);
}

/* ---- features ---- */

struct signs {
    uint64_t *out;
    uint32_t n;
    uint32_t pairs_n;
    const uint8_t *rows;
};

/*
 * Feature number `which` of two values. Its row is asked for at once: by the time all features are
 * made, most of the rows have come from memory.
 */
static inline void sign(struct signs *signs, uint64_t which, uint64_t a, uint64_t b)
{
    uint64_t mixed = (a + which * 0xC2B2AE3D27D4EB4Fu) * MIX;
    mixed = (mixed ^ (mixed >> 31) ^ b * 0xD6E8FEB86659FD93u) * 0xFF51AFD7ED558CCDu;
    signs->out[signs->n++] = mixed;
    __builtin_prefetch(signs->rows + (size_t)names_pair(mixed, signs->pairs_n) * 2 * NAMES_TAGS);
}

static void sign_letters(struct signs *signs, const char *at, size_t n)
{
    size_t most = n < 4 ? n : 4;
    uint64_t head = small_letters(load_some(at, most), most, at[0]);
    uint64_t tail = small_letters(load_some(at + n - most, most), most, at[0]);
    tail <<= 8 * (8 - most);
    for (size_t i = 2; i <= 4; i++) {
        size_t k = i < most ? i : most;
        uint64_t kept = ((uint64_t)1 << (8 * k)) - 1;
        sign(signs, 20 + i, head & kept, i < n);
        sign(signs, 24 + i, tail >> (8 * (8 - k)), i < n);
    }
}

static void sign_words(struct signs *signs, const struct names_token *t)
{
    uint64_t w = t[0].hash;
    sign(signs, 1, w, 0);
    sign(signs, 2, t[-1].hash, 0);
    sign(signs, 3, t[1].hash, 0);
    sign(signs, 4, t[-2].hash, 0);
    sign(signs, 5, t[2].hash, 0);
    sign(signs, 6, w, t[-1].hash);
    sign(signs, 7, w, t[1].hash);
    sign(signs, 8, t[-1].hash, t[-2].hash);
    sign(signs, 10, t[-1].hash ^ (uint64_t)t[-2].hash << 20, t[-3].hash);
}

static void sign_shapes(struct signs *signs, const struct names_token *t)
{
    uint64_t s = t[0].shape * 8u + t[0].mode, gaps = t[0].gap * 8u + t[1].gap;
    uint64_t k0 = t[0].kinds;
    sign(signs, 30, s, gaps);
    sign(signs, 31, s, t[-1].shape * 64u + t[1].shape);
    sign(signs, 32, k0, s);
    sign(signs, 33, k0, t[-1].kinds + 1024u * t[-1].shape);
    sign(signs, 34, k0, t[1].kinds + 1024u * t[1].shape);
    sign(signs, 35, k0 + 1024u * t[-1].kinds, t[1].kinds);
    sign(signs, 36, k0 + 1024u * t[0].shape, t[-1].hash);
    sign(signs, 37, k0 + 1024u * t[0].shape, t[1].hash);
    sign(signs, 38, t[-2].kinds + 1024u * t[-2].shape, t[2].kinds + 1024u * t[2].shape);
    sign(signs, 39, t[0].key, k0);
    sign(signs, 40, t[0].key, t[0].hash);
}

static void sign_tags(struct signs *signs, const struct names_token *t)
{
    uint64_t before = t[-1].tag, pair = t[-1].tag * NAMES_TAGS + t[-2].tag;
    sign(signs, 50, before, 0);
    sign(signs, 51, pair, t[0].shape);
    sign(signs, 52, before, t[0].hash);
    sign(signs, 53, before * 1024 + t[0].kinds, t[0].shape + 16u * t[0].gap);
    sign(signs, 55, before * 16 + t[0].shape, t[1].shape * 1024u + t[1].kinds);
    sign(signs, 56, pair * NAMES_TAGS + t[-3].tag, t[0].class);
}

uint32_t names_signs(const struct names_model *model, struct names_piece *piece, uint32_t i,
                     uint64_t out[NAMES_SIGNS])
{
    struct signs signs = { out, 0, model->pairs_n, model->rows };
    for (int64_t near = -3; near <= 2; near++) {
        look(model, piece, (int64_t)i + near);
    }
    const struct names_token *t = &piece->at[i];
    sign_words(&signs, t);
    sign_letters(&signs, piece->text.at + t->start, t->end - t->start);
    sign_shapes(&signs, t);
    sign_tags(&signs, t);
    CHECK(signs.n <= NAMES_SIGNS);
    return signs.n;
}

bool names_may_follow(enum names_tag tag, enum names_tag before)
{
    switch (tag) {
    case TAG_PERSON_IN:
    case TAG_ORGANIZATION_IN:
    case TAG_LOCATION_IN:
        return before == tag || before + 1 == tag;
    case TAG_OUT:
    case TAG_PERSON:
    case TAG_ORGANIZATION:
    case TAG_LOCATION:
    case TAG_ADDRESS:
        return true;
    }
    return false;
}

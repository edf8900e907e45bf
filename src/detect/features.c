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

/* Three bytes of UTF-8 from U+2E80 on: scripts that part no words. Each character is a word. */
static bool is_ideograph(lic_str text, size_t at)
{
    unsigned char c = (unsigned char)text.at[at];
    return c >= 0xe3 && c <= 0xed && at + 2 < text.n;
}

static size_t word_end(lic_str text, size_t at)
{
    if (is_ideograph(text, at)) {
        return at + 3;
    }
    size_t end = at;
    while (end < text.n && end - at < UINT16_MAX &&
           classes[(unsigned char)text.at[end]] == LETTER &&
           (end == at || !is_ideograph(text, end))) {
        end++;
    }
    return end;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static struct features_word hash_word(lic_str text, size_t start, size_t end)
{
    struct features_word word = { .start = (uint32_t)start, .n = (uint16_t)(end - start) };
    uint32_t h = 2166136261u;
    for (size_t at = start; at < end; at++) {
        h = (h ^ lower(text.at[at])) * 16777619u;
        if (at - start + 1 == FEATURES_STEM) {
            word.stem = h;
        }
    }
    word.whole = h;
    word.stem = end - start < FEATURES_STEM ? h : word.stem;
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
    return (struct features_word){ h, h, (uint32_t)at, (uint16_t)(end - at), false };
}

enum lic_rc features_read(lic_str text, struct arena *arena, struct features_words *out,
                          struct lic_err *err)
{
    bool begins = true;
    for (size_t at = 0; at < text.n;) {
        uint8_t in = classes[(unsigned char)text.at[at]];
        if (in == BLANK || in == STOP) {
            begins |= in == STOP;
            at++;
            continue;
        }
        size_t end = in == LETTER ? word_end(text, at) : sign_end(text, at);
        struct features_word word =
            in == LETTER ? hash_word(text, at, end) : sign_word(text, at, end);
        word.begins = begins && in == LETTER;
        ENSURE(ARENA_PUSH(arena, out, word), err, LIC_E_NOMEM, "no memory for the words of a text");
        begins = in == LINE || (begins && in != LETTER) || text.at[at] == '!' ||
                 text.at[at] == '?' || text.at[at] == ':';
        at = end;
    }
    return LIC_OK;
}

static uint32_t join(uint32_t kind, uint32_t a, uint32_t b)
{
    return (a ^ (kind * 0x9e3779b9u)) * 0x85ebca6bu + b;
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
    return n;
}

enum features_kind features_kind_at(const struct features_words *words, uint32_t i, uint32_t j)
{
    (void)words;
    (void)i;
    return (enum features_kind)j;
}

uint32_t features_tag(lic_str tag)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < tag.n; i++) {
        h = (h ^ (unsigned char)tag.at[i]) * 16777619u;
    }
    return bucket(join(FEATURE_TAG + 1, h, 0));
}

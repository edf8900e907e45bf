/* SPDX-License-Identifier: Apache-2.0 */
/* The sorted table of phrases and its two questions. */
#include "detect/words.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/blanks.h"
#include "detect/charset.h"

#include "base/banned.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static enum lic_rc check_phrase(lic_str phrase, struct lic_err *err)
{
    ENSURE(phrase.n > 0, err, LIC_E_INVALID, "an empty phrase");
    ENSURE(phrase.n <= WORDS_BYTES_MAX, err, LIC_E_LIMIT, "a phrase of %zu bytes is longer than %u",
           phrase.n, WORDS_BYTES_MAX);
    ENSURE(utf8_check(phrase) == phrase.n, err, LIC_E_UTF8, "a phrase that is not UTF-8");
    return LIC_OK;
}

/* The phrase as it is kept; *longest: with the widest blanks between its words. */
static lic_str even_phrase(lic_str phrase, char *to, uint32_t *longest)
{
    size_t n = 0, wide = 0;
    for (size_t at = 0; at < phrase.n;) {
        bool blank = blanks_step(phrase, at) > 0;
        uint8_t c = blanks_next(phrase, &at);
        wide += blank ? BLANKS_RUN_MAX * BLANK_BYTES_MAX : 1;
        to[n++] = blank ? ' ' : (char)lower(c);
    }
    *longest = (uint32_t)wide;
    return str_make(to, n);
}

enum lic_rc words_add(struct words *words, struct arena *arena, lic_str phrase, uint32_t rule,
                      struct lic_err *err)
{
    struct words_item item = { .rule = rule };
    TRY(check_phrase(phrase, err));
    char *copy = arena_take_zeroed(arena, phrase.n + 1);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for a phrase of %zu bytes", phrase.n);
    item.text = even_phrase(phrase, copy, &item.longest);
    ENSURE(str_trim(item.text).n == item.text.n, err, LIC_E_INVALID,
           "the phrase \"" LIC_FMT "\" begins or ends with a blank", LIC_ARG(phrase));
    ENSURE(item.longest <= LIMIT_MATCH_BYTES, err, LIC_E_LIMIT,
           "a phrase of so many words that it is up to %u bytes long, more than %u", item.longest,
           LIMIT_MATCH_BYTES);
    ENSURE(ARENA_PUSH(arena, words, item), err, LIC_E_NOMEM, "no memory for %u phrases", words->n);
    return LIC_OK;
}

static int compare_items(const void *a, const void *b)
{
    const struct words_item *left = a, *right = b;
    int order = str_cmp(left->text, right->text);
    return order != 0 ? order : (left->rule < right->rule ? -1 : left->rule > right->rule);
}

static uint32_t pair_of(uint8_t first, uint8_t second)
{
    return (uint32_t)first * 256 + second;
}

void words_finish(struct words *words)
{
    sort_array(words->at, words->n, sizeof(words->at[0]), compare_items);
    for (uint32_t i = 0; i < words->n; i++) {
        lic_str text = words->at[i].text;
        uint8_t first = (uint8_t)text.at[0];
        uint32_t longest = words->at[i].longest;
        words->longest = longest > words->longest ? longest : words->longest;
        words->parted = words->parted || str_find_char(text, ' ') < text.n;
        words->ones[first >> 6] |= (uint64_t)1 << (first & 63);
        if (text.n > 1) {
            uint32_t pair = pair_of(first, (uint8_t)text.at[1]);
            words->pairs[pair >> 6] |= (uint64_t)1 << (pair & 63);
        }
    }
}

/* ---- whole words ---- */

/*
 * Letters and digits of scripts that part words by blanks: ASCII, and from Latin-1 to the end of
 * the small alphabetic scripts. Ideographs, kana and the scripts of South-East Asia are not.
 */
static bool parts_words(uint32_t code_point)
{
    if (code_point < 0x80) {
        return charset_is_word((uint8_t)code_point);
    }
    bool sign = code_point < 0xC0 || code_point == 0xD7 || code_point == 0xF7;
    bool south_east = code_point >= 0xE00 && code_point < 0x10A0;
    return !sign && !south_east && code_point < 0x1780;
}

static bool word_at(lic_str text, size_t at)
{
    lic_str rest = str_tail(text, at);
    size_t n = 0;
    return rest.n > 0 && utf8_step(rest) > 0 && parts_words(utf8_get(rest, &n));
}

/* The character that ends at `at`. */
static bool word_before(lic_str text, size_t at)
{
    size_t back = at;
    while (back > 0 && at - back < 4) {
        back--;
        if (((uint8_t)text.at[back] & 0xC0) != 0x80) {
            return word_at(text, back);
        }
    }
    return false;
}

static bool begins_whole(lic_str text, size_t start)
{
    return !(word_before(text, start) && word_at(text, start));
}

bool words_whole(lic_str text, size_t start, size_t end)
{
    return begins_whole(text, start) && !(word_before(text, end) && word_at(text, end));
}

/* ---- live ---- */

/* How a text stands to a phrase: 0 when it is a beginning of it or the same. */
static int compare_beginning(lic_str text, lic_str phrase)
{
    size_t n = text.n < phrase.n ? text.n : phrase.n;
    int order = memcmp(text.at, phrase.at, n);
    return order != 0 ? order : text.n > phrase.n;
}

/* A look at two bytes tells for most places that no phrase begins there. */
static bool may_begin(const struct words *words, lic_str text, size_t start)
{
    uint8_t first = lower((uint8_t)text.at[start]);
    size_t at = start + 1;
    if (((words->ones[first >> 6] >> (first & 63)) & 1) == 0) {
        return false;
    }
    if (at == text.n) {
        return true;
    }
    uint32_t pair = pair_of(first, lower(blanks_next(text, &at)));
    return (words->pairs[pair >> 6] >> (pair & 63)) & 1;
}

static bool begins_some(const struct words *words, lic_str text, size_t start)
{
    char even[WORDS_BYTES_MAX + 1]; /* one more than any phrase has is enough to tell */
    size_t n = 0;
    for (size_t at = start; at < text.n && n < sizeof(even);) {
        even[n++] = (char)lower(blanks_next(text, &at));
    }
    uint32_t low = 0, high = words->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_beginning(str_make(even, n), words->at[middle].text);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

size_t words_live(const struct words *words, lic_str text, size_t from)
{
    size_t at = text.n - from > words->longest ? text.n - words->longest : from;
    for (; at < text.n; at++) {
        bool inside = ((uint8_t)text.at[at] & 0xC0) == 0x80;
        if (!inside && may_begin(words, text, at) && begins_whole(text, at) &&
            begins_some(words, text, at)) {
            break;
        }
    }
    return at;
}

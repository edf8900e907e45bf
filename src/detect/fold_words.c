/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words by which folding tells a disguise from chance: those that attacks are made of, and the
 * commonest of English. A text that has several of them backwards, rotated or with digits for
 * letters was meant to be read so.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

/* Blanks part the words. */
static const char word_list[] =
#define WORDS(text) text " "
#include "detect/fold_words.def"
#undef WORDS
    ;

static uint32_t add_letter(uint32_t sum, unsigned letter)
{
    return sum * 31 + letter + 1;
}

static uint32_t sum_of(lic_str letters, enum fold_reading reading)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < letters.n; i++) {
        size_t at = reading == FOLD_BACKWARD ? letters.n - 1 - i : i;
        unsigned letter = ((unsigned char)letters.at[at] | 0x20u) - 'a';
        sum = add_letter(sum, reading == FOLD_ROTATED ? (letter + 13) % 26 : letter);
    }
    return sum;
}

static unsigned letter_at(lic_str word, size_t at)
{
    return (unsigned)(word.at[at] - 'a');
}

static void add_disguised(struct fold_words *words, size_t n, unsigned first, unsigned second,
                          unsigned last)
{
    words->disguised[first][last].lengths |= 1u << n;
    words->disguised[first][last].seconds |= 1u << second;
}

static void add_word(struct fold_words *words, lic_str word)
{
    uint32_t sum = sum_of(word, FOLD_FORWARD);
    if (fold_words_has(words, sum, (uint32_t)word.n)) {
        return;
    }
    uint32_t slot = fold_words_slot(sum);
    while (words->sums[slot] != 0) {
        slot = (slot + 1) & (FOLD_WORD_SLOTS - 1);
    }
    words->sums[slot] = sum;
    words->letters[slot] = (uint8_t)word.n;
    if (word.n >= FOLD_TELLING_MIN) {
        add_disguised(words, word.n, letter_at(word, word.n - 1), letter_at(word, word.n - 2),
                      letter_at(word, 0));
        add_disguised(words, word.n, (letter_at(word, 0) + 13) % 26, (letter_at(word, 1) + 13) % 26,
                      (letter_at(word, word.n - 1) + 13) % 26);
    }
}

enum lic_rc fold_words_new(struct arena *arena, const struct fold_words **out, struct lic_err *err)
{
    struct fold_words *words = ARENA_NEW(arena, struct fold_words);
    ENSURE(words, err, LIC_E_NOMEM, "no memory for the words of folding");
    lic_str rest = str_z(word_list);
    while (rest.n > 0) {
        lic_str word = str_split(&rest, ' ');
        if (word.n > 0) {
            add_word(words, word);
        }
    }
    for (uint32_t c = 0; c < FOLD_CHARS_N; c++) {
        words->chars[c] = fold_char_kind(c);
    }
    *out = words;
    return LIC_OK;
}

bool fold_reads(const struct fold_words *words, lic_str letters, enum fold_reading reading)
{
    return fold_words_has(words, sum_of(letters, reading), (uint32_t)letters.n);
}

bool fold_is_word(const struct fold_words *words, lic_str letters)
{
    for (size_t i = 0; i < letters.n; i++) {
        char lower = (char)(letters.at[i] | 0x20);
        if (lower < 'a' || lower > 'z') {
            return false;
        }
    }
    return letters.n <= FOLD_WORD_MAX && fold_reads(words, letters, FOLD_FORWARD);
}

/* ---- letters without blanks ---- */

#define PART_MAX 512u   /* letters looked at together */
#define STRANGE_COST 4u /* of a letter that belongs to no word; a word costs 1 */

struct parting {
    uint32_t cost[PART_MAX + 1]; /* of the letters before, read as well as can be */
    uint16_t from[PART_MAX + 1]; /* where the last word of that reading begins */
};

static void offer(struct parting *parting, size_t from, size_t to, uint32_t cost)
{
    if (parting->cost[from] + cost < parting->cost[to]) {
        parting->cost[to] = parting->cost[from] + cost;
        parting->from[to] = (uint16_t)from;
    }
}

static void offer_words(const struct fold_words *words, lic_str letters, size_t from,
                        struct parting *parting)
{
    uint32_t sum = 0;
    for (size_t to = from; to < letters.n && to - from < FOLD_WORD_MAX; to++) {
        sum = add_letter(sum, ((unsigned char)letters.at[to] | 0x20u) - 'a');
        uint32_t n = (uint32_t)(to - from + 1);
        if (n >= FOLD_WORD_MIN && fold_words_has(words, sum, n)) {
            offer(parting, from, to + 1, 1);
        }
    }
    offer(parting, from, from + 1, STRANGE_COST);
}

bool fold_part_words(const struct fold_words *words, lic_str letters, bool breaks[], size_t max)
{
    struct parting parting;
    if (letters.n > PART_MAX || letters.n > max) {
        return false;
    }
    for (size_t i = 0; i <= letters.n; i++) {
        parting.cost[i] = UINT32_MAX / 2;
        breaks[i < max ? i : max - 1] = false;
    }
    parting.cost[0] = 0;
    for (size_t i = 0; i < letters.n; i++) {
        offer_words(words, letters, i, &parting);
    }
    for (size_t at = letters.n; at > 0; at = parting.from[at]) {
        /* Strange letters stay together: only words get a blank before and after. */
        if (at - parting.from[at] > 1) {
            breaks[parting.from[at]] = true;
            if (at < letters.n) {
                breaks[at] = true;
            }
        }
    }
    /* Half of the letters in words is more than chance gives. */
    return parting.cost[letters.n] <= letters.n * STRANGE_COST / 2;
}

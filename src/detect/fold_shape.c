/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of texts whose letters are all there but not as words: parted one by one, with digits for
 * letters, backwards, rotated by thirteen. Made only when fold_signs.c has found words that a text
 * would have if it were so disguised.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

#define SPACED_MAX 512u /* letters that are put together at once */
#define LEET_WORD_MAX 18u

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The letter a digit or sign is written for, or 0. */
char fold_leet_letter(char c)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
    case '!':
    case '|':
        return 'i';
    case '2':
        return 'z';
    case '3':
        return 'e';
    case '4':
    case '@':
        return 'a';
    case '5':
    case '$':
        return 's';
    case '6':
    case '9':
        return 'g';
    case '7':
    case '+':
        return 't';
    case '8':
        return 'b';
    default:
        return 0;
    }
}

static bool is_leet_char(char c)
{
    return is_letter(c) || fold_leet_letter(c) != 0;
}

/* ---- digits for letters ---- */

/*
 * Reads [start, end) as a word with digits for letters; a "1" may be an i or an l. Writes it to
 * `out` and says whether it is one of the words.
 */
static bool read_leet(const struct fold_words *words, lic_str token, char out[LEET_WORD_MAX])
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < token.n; i++) {
            char c = token.at[i];
            char letter = is_letter(c) ? c : fold_leet_letter(c);
            out[i] = letter == 'i' && !is_letter(c) && pass == 1 ? 'l' : letter;
        }
        if (fold_is_word(words, str_make(out, token.n))) {
            return true;
        }
    }
    for (size_t i = 0; i < token.n; i++) {
        out[i] = is_letter(token.at[i]) ? token.at[i] : fold_leet_letter(token.at[i]);
    }
    return false;
}

/* A sign at the end of a word is punctuation, not a letter. */
static size_t leet_end(lic_str text, size_t start)
{
    size_t end = start;
    while (end < text.n && is_leet_char(text.at[end])) {
        end++;
    }
    while (end > start && !is_letter(text.at[end - 1]) && !is_digit(text.at[end - 1])) {
        end--;
    }
    return end;
}

/* Letters and others both: a number alone is a number. */
static bool is_mixed(lic_str token)
{
    bool letters = false, others = false;
    for (size_t i = 0; i < token.n; i++) {
        letters |= is_letter(token.at[i]);
        others |= !is_letter(token.at[i]);
    }
    return letters && others;
}

bool fold_is_leet_word(const struct fold_words *words, lic_str token)
{
    char letters[LEET_WORD_MAX];
    return token.n >= 3 && token.n <= LEET_WORD_MAX && is_mixed(token) &&
           read_leet(words, token, letters);
}

static void write_leet(const struct fold_words *words, lic_str text, size_t start, size_t end,
                       struct fold_writer *writer)
{
    char letters[LEET_WORD_MAX];
    lic_str token = str_slice(text, start, end);
    bool known = token.n <= LEET_WORD_MAX && token.n >= 2 && read_leet(words, token, letters);
    if (token.n > LEET_WORD_MAX || (!known && !is_mixed(token))) {
        fold_keep(writer, text, start, end);
        return;
    }
    for (size_t i = 0; i < token.n; i++) {
        if (letters[i] == token.at[i]) {
            fold_keep(writer, text, start + i, start + i + 1);
        } else {
            fold_replace(writer, str_make(&letters[i], 1), start + i, start + i + 1);
        }
    }
}

static enum lic_rc make_leet(struct fold *fold, const struct fold_source *source)
{
    lic_str text = source->text;
    struct fold_writer writer;
    fold_begin(fold, &writer);
    for (size_t at = 0; at < text.n && writer.text.failed == LIC_OK;) {
        size_t end = leet_end(text, at);
        if (end > at) {
            write_leet(fold->words, text, at, end, &writer);
        } else {
            end = at + 1;
            fold_keep(&writer, text, at, end);
        }
        at = end;
    }
    return fold_finish(&writer, FOLD_LEET, source);
}

/* ---- letters one by one ---- */

/* The length of the gap at `at` between two letters that stand by themselves; 0: none. */
static size_t gap_at(lic_str text, size_t at)
{
    size_t n = 0;
    while (at + n < text.n && n < 6 && strchr(" .-_*|/,~+\n\t", text.at[at + n]) != NULL &&
           text.at[at + n] != '\0') {
        n++;
    }
    return n;
}

/* A row of single letters from `at` on: how many, where it ends. */
static uint32_t row_at(lic_str text, size_t at, size_t *end)
{
    uint32_t n = 0;
    while (at < text.n && is_leet_char(text.at[at]) && n < SPACED_MAX) {
        bool single = at + 1 == text.n || !is_leet_char(text.at[at + 1]);
        if (!single) {
            break;
        }
        n++;
        *end = at + 1;
        size_t gap = gap_at(text, at + 1);
        if (gap == 0) {
            break;
        }
        at += 1 + gap;
    }
    return n;
}

struct row {
    char letters[SPACED_MAX];
    size_t at[SPACED_MAX];
    bool breaks[SPACED_MAX]; /* a blank belongs before this letter */
    bool any_wide;
    size_t n;
};

/* Letters of the row; a gap that is wider than the narrowest parts words. */
static void read_row(lic_str text, size_t start, size_t end, struct row *row)
{
    size_t narrowest = SIZE_MAX;
    row->n = 0;
    for (size_t at = start; at < end && row->n < SPACED_MAX;) {
        char c = text.at[at];
        row->letters[row->n] = is_letter(c) ? c : fold_leet_letter(c);
        row->at[row->n++] = at;
        size_t gap = gap_at(text, at + 1);
        narrowest = at + 1 + gap < end && gap < narrowest ? gap : narrowest;
        at += 1 + gap;
    }
    row->any_wide = false;
    row->breaks[0] = false;
    for (size_t i = 1; i < row->n; i++) {
        row->breaks[i] = row->at[i] - row->at[i - 1] - 1 > narrowest;
        row->any_wide |= row->breaks[i];
    }
}

/* With one kind of gap only, the words are found by what they could be. */
static void part_row(const struct fold_words *words, struct row *row)
{
    bool breaks[SPACED_MAX];
    if (!row->any_wide &&
        fold_part_words(words, str_make(row->letters, row->n), breaks, SPACED_MAX)) {
        memcpy(row->breaks, breaks, row->n * sizeof breaks[0]);
    }
}

static void write_row(const struct fold_words *words, lic_str text, size_t start, size_t end,
                      struct row *row, struct fold_writer *writer)
{
    read_row(text, start, end, row);
    part_row(words, row);
    for (size_t i = 0; i < row->n; i++) {
        size_t stop = i + 1 < row->n ? row->at[i + 1] : end;
        if (i > 0 && row->breaks[i]) {
            fold_replace(writer, LIC_STR(" "), row->at[i] - 1, row->at[i]);
        }
        fold_replace(writer, str_make(&row->letters[i], 1), row->at[i], stop);
    }
}

static enum lic_rc make_spaced(struct fold *fold, const struct fold_source *source)
{
    lic_str text = source->text;
    struct fold_writer writer;
    struct row *row = ARENA_NEW(fold->arena, struct row);
    ENSURE(row, fold->err, LIC_E_NOMEM, "no memory to put letters together");
    fold_begin(fold, &writer);
    for (size_t at = 0; at < text.n && writer.text.failed == LIC_OK;) {
        size_t end = at;
        bool begins = at == 0 || !is_leet_char(text.at[at - 1]);
        if (begins && row_at(text, at, &end) >= FOLD_SPACED_MIN) {
            write_row(fold->words, text, at, end, row, &writer);
        } else {
            end = at + 1;
            fold_keep(&writer, text, at, end);
        }
        at = end;
    }
    return fold_finish(&writer, FOLD_SPACED, source);
}

/* ---- rotated ---- */

static enum lic_rc make_rotated(struct fold *fold, const struct fold_source *source)
{
    lic_str text = source->text;
    struct fold_writer writer;
    char *turned = arena_take(fold->arena, text.n);
    ENSURE(turned, fold->err, LIC_E_NOMEM, "no memory for a folded text");
    fold_begin(fold, &writer);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        char lower = (char)(c | 0x20);
        int by = !is_letter(c) ? 0 : lower < 'n' ? 13 : -13;
        turned[i] = (char)(c + by);
    }
    fold_keep(&writer, str_make(turned, text.n), 0, text.n);
    writer.changed = true;
    return fold_finish(&writer, FOLD_ROT13, source);
}

/* ---- backwards ---- */

static size_t char_before(lic_str text, size_t at)
{
    do {
        at--;
    } while (at > 0 && ((unsigned char)text.at[at] & 0xc0) == 0x80);
    return at;
}

/* [start, end) of the source with its characters in the other order. */
static void write_backwards(lic_str text, size_t start, size_t end, struct fold_writer *writer)
{
    for (size_t at = end; at > start && writer->text.failed == LIC_OK;) {
        size_t from = char_before(text, at);
        fold_replace(writer, str_slice(text, from, at), from, at);
        at = from;
    }
}

static enum lic_rc make_backwards(struct fold *fold, const struct fold_source *source)
{
    lic_str text = source->text;
    struct fold_writer all, words;
    fold_begin(fold, &all);
    write_backwards(text, 0, text.n, &all);
    TRY(fold_finish(&all, FOLD_REVERSED, source));
    fold_begin(fold, &words);
    for (size_t at = 0; at < text.n && words.text.failed == LIC_OK;) {
        size_t end = at;
        while (end < text.n && is_letter(text.at[end])) {
            end++;
        }
        if (end > at) {
            write_backwards(text, at, end, &words);
        } else {
            end = at + 1;
            fold_keep(&words, text, at, end);
        }
        at = end;
    }
    return fold_finish(&words, FOLD_REVERSED, source);
}

enum lic_rc fold_make_shapes(struct fold *fold, const struct fold_source *source,
                             const struct fold_signs *signs)
{
    if (signs->singles >= FOLD_SPACED_MIN) {
        TRY(make_spaced(fold, source));
    }
    if (signs->leet >= FOLD_TELLING_N) {
        TRY(make_leet(fold, source));
    }
    if (signs->backward >= FOLD_TELLING_N) {
        TRY(make_backwards(fold, source));
    }
    return signs->rotated >= FOLD_TELLING_N ? make_rotated(fold, source) : LIC_OK;
}

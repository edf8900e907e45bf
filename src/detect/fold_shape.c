/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of texts whose letters are all there but not as words: parted one by one, in pieces, with
 * digits for letters, backwards, rotated by thirteen. Made only where fold_signs.c has found words
 * that a text would have if it were so disguised, of that place and what stands around it.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
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

/* ---- where ---- */

/* Blanks, commas and the like are looked for this far, so that a view begins with a whole word. */
#define WORD_REACH 32u

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static size_t word_before(lic_str text, size_t at)
{
    size_t low = at > WORD_REACH ? at - WORD_REACH : 0;
    for (size_t i = at; i > low; i--) {
        if (is_blank(text.at[i - 1])) {
            return i;
        }
    }
    while (low > 0 && ((unsigned char)text.at[low] & 0xc0) == 0x80) {
        low--;
    }
    return low;
}

static size_t word_after(lic_str text, size_t at)
{
    size_t high = text.n - at > WORD_REACH ? at + WORD_REACH : text.n;
    for (size_t i = at; i < high; i++) {
        if (is_blank(text.at[i])) {
            return i;
        }
    }
    while (high < text.n && ((unsigned char)text.at[high] & 0xc0) == 0x80) {
        high++;
    }
    return high;
}

/*
 * The next stretch of the text that a view is made of: span *i with what stands around it, and
 * those after it that this reaches. *i moves behind them. False: there are no more.
 */
static bool next_stretch(lic_str text, const struct fold_spans *spans, uint32_t *i,
                         struct fold_span *out)
{
    if (*i >= spans->n) {
        return false;
    }
    size_t start = spans->at[*i].start, end = spans->at[*i].end;
    out->start = (uint32_t)word_before(text, start > FOLD_AROUND ? start - FOLD_AROUND : 0);
    for (++*i; *i < spans->n && spans->at[*i].start <= end + 2 * FOLD_AROUND; ++*i) {
        end = spans->at[*i].end;
    }
    end = text.n - end > FOLD_AROUND ? end + FOLD_AROUND : text.n;
    out->end = (uint32_t)word_after(text, end);
    return true;
}

typedef enum lic_rc shape_fn(struct fold *fold, const struct fold_source *source,
                             struct fold_span span);

static enum lic_rc make_stretches(struct fold *fold, const struct fold_source *source,
                                  const struct fold_spans *spans, shape_fn *make)
{
    struct fold_span span;
    for (uint32_t i = 0; next_stretch(source->text, spans, &i, &span) && !fold->views->cut;) {
        TRY(make(fold, source, span));
    }
    return LIC_OK;
}

/* ---- digits for letters ---- */

static const char leet_letters[256] = {
    ['0'] = 'o', ['1'] = 'i', ['!'] = 'i', ['|'] = 'i', ['2'] = 'z',
    ['3'] = 'e', ['4'] = 'a', ['@'] = 'a', ['5'] = 's', ['$'] = 's',
    ['6'] = 'g', ['9'] = 'g', ['7'] = 't', ['+'] = 't', ['8'] = 'b',
};

/* The letter a digit or sign is written for, or 0. */
char fold_leet_letter(char c)
{
    return leet_letters[(unsigned char)c];
}

static bool is_leet_char(char c)
{
    return is_letter(c) || fold_leet_letter(c) != 0;
}

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
        return;
    }
    fold_replace_each(writer, str_make(letters, token.n), start);
}

static enum lic_rc make_leet(struct fold *fold, const struct fold_source *source,
                             struct fold_span span)
{
    lic_str text = str_head(source->text, span.end);
    struct fold_writer writer;
    fold_begin_span(fold, source, span, &writer);
    for (size_t at = span.start; at < text.n && writer.text.failed == LIC_OK;) {
        size_t end = leet_end(text, at);
        if (end > at) {
            write_leet(fold->words, text, at, end, &writer);
        }
        at = end > at ? end : at + 1;
    }
    return fold_finish(&writer, FOLD_LEET);
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

/* ---- words in pieces ---- */

static bool is_breaker(char c)
{
    return c != '\0' && strchr("+/-_.*~`|", c) != NULL;
}

/* Letters, and single signs between them: [start, result) of the text. */
static size_t chain_end(lic_str text, size_t start)
{
    size_t at = start;
    while (at < text.n && (is_letter(text.at[at]) ||
                           (at > start && is_breaker(text.at[at]) && is_letter(text.at[at - 1]) &&
                            at + 1 < text.n && is_letter(text.at[at + 1])))) {
        at++;
    }
    return at;
}

bool fold_is_broken_word(const struct fold_words *words, lic_str chain)
{
    char letters[FOLD_WORD_MAX];
    size_t n = 0;
    for (size_t i = 0; i < chain.n; i++) {
        if (!is_letter(chain.at[i])) {
            continue;
        }
        if (n == FOLD_WORD_MAX) {
            return false;
        }
        letters[n++] = chain.at[i];
    }
    return n > FOLD_TELLING_MIN && n < chain.n && fold_is_word(words, str_make(letters, n));
}

static void write_chain(lic_str text, size_t start, size_t end, struct fold_writer *writer)
{
    for (size_t at = start; at < end; at++) {
        if (!is_letter(text.at[at])) {
            fold_replace(writer, str_make(NULL, 0), at, at + 1);
        }
    }
}

enum apart { APART_NOT, APART_ROW, APART_CHAIN };

/* What begins at `at`, and where it ends; the end of nothing is where to look again. */
static enum apart apart_at(const struct fold_words *words, lic_str text, size_t at, size_t *end)
{
    bool begins = at == 0 || !is_leet_char(text.at[at - 1]);
    *end = at + 1;
    if (!begins || !is_leet_char(text.at[at])) {
        return APART_NOT;
    }
    if (row_at(text, at, end) >= FOLD_SPACED_MIN) {
        return APART_ROW;
    }
    *end = chain_end(text, at);
    if (*end > at && fold_is_broken_word(words, str_slice(text, at, *end))) {
        return APART_CHAIN;
    }
    *end = *end > at ? *end : at + 1;
    return APART_NOT;
}

static enum lic_rc make_spaced(struct fold *fold, const struct fold_source *source,
                               struct fold_span span)
{
    lic_str text = str_head(source->text, span.end);
    struct fold_writer writer;
    struct row *row = ARENA_NEW(fold->arena, struct row);
    ENSURE(row, fold->err, LIC_E_NOMEM, "no memory to put letters together");
    size_t end = 0;
    fold_begin_span(fold, source, span, &writer);
    for (size_t at = span.start; at < text.n && writer.text.failed == LIC_OK; at = end) {
        enum apart what = apart_at(fold->words, text, at, &end);
        if (what == APART_ROW) {
            write_row(fold->words, text, at, end, row, &writer);
        } else if (what == APART_CHAIN) {
            write_chain(text, at, end, &writer);
        }
    }
    return fold_finish(&writer, FOLD_SPACED);
}

/* ---- rotated ---- */

static enum lic_rc make_rotated(struct fold *fold, const struct fold_source *source,
                                struct fold_span span)
{
    lic_str text = str_slice(source->text, span.start, span.end);
    struct fold_writer writer;
    char *turned = arena_take(fold->arena, text.n);
    ENSURE(turned, fold->err, LIC_E_NOMEM, "no memory for a folded text");
    fold_begin_span(fold, source, span, &writer);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        char lower = (char)(c | 0x20);
        int by = !is_letter(c) ? 0 : lower < 'n' ? 13 : -13;
        turned[i] = (char)(c + by);
    }
    fold_replace_each(&writer, str_make(turned, text.n), span.start);
    return fold_finish(&writer, FOLD_ROT13);
}

/* ---- backwards ---- */

/* [start, end) of the source with its characters in the other order. */
static enum lic_rc write_backwards(struct fold *fold, lic_str text, size_t start, size_t end,
                                   struct fold_writer *writer)
{
    char *turned = arena_take(fold->arena, end - start);
    ENSURE(turned, fold->err, LIC_E_NOMEM, "no memory for a folded text");
    size_t step = 0, to = end - start;
    for (size_t at = start; at < end; at += step) {
        step = utf8_step(str_slice(text, at, end));
        to -= step;
        memcpy(turned + to, text.at + at, step);
    }
    fold_replace_backwards(writer, str_make(turned, end - start), start);
    return LIC_OK;
}

static enum lic_rc make_all_backwards(struct fold *fold, const struct fold_source *source,
                                      struct fold_span span)
{
    struct fold_writer writer;
    fold_begin_span(fold, source, span, &writer);
    TRY(write_backwards(fold, source->text, span.start, span.end, &writer));
    return fold_finish(&writer, FOLD_REVERSED);
}

static enum lic_rc make_words_backwards(struct fold *fold, const struct fold_source *source,
                                        struct fold_span span)
{
    lic_str text = str_head(source->text, span.end);
    struct fold_writer writer;
    fold_begin_span(fold, source, span, &writer);
    for (size_t at = span.start; at < text.n && writer.text.failed == LIC_OK;) {
        size_t end = at;
        while (end < text.n && is_letter(text.at[end])) {
            end++;
        }
        if (end > at + 1) {
            TRY(write_backwards(fold, text, at, end, &writer));
        }
        at = end > at ? end : at + 1;
    }
    return fold_finish(&writer, FOLD_REVERSED);
}

enum lic_rc fold_make_shapes(struct fold *fold, const struct fold_source *source,
                             const struct fold_signs *signs)
{
    TRY(make_stretches(fold, source, &signs->apart, make_spaced));
    TRY(make_stretches(fold, source, &signs->leet, make_leet));
    TRY(make_stretches(fold, source, &signs->backward, make_all_backwards));
    TRY(make_stretches(fold, source, &signs->backward, make_words_backwards));
    return make_stretches(fold, source, &signs->rotated, make_rotated);
}

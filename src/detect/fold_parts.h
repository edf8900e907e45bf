/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of folding share: a view under construction, the words, and the makers of views.
 * A maker looks at one source (the text or a view of it) and adds the views it finds.
 */
#ifndef DETECT_FOLD_PARTS_H
#define DETECT_FOLD_PARTS_H

#include "base/buf.h"
#include "detect/fold.h"

/* One call of fold_text. */
struct fold {
    const struct fold_words *words;
    struct arena *arena;
    struct fold_views *views;
    struct findings *hidden;
    size_t left; /* bytes that views may still take */
    struct lic_err *err;
};

/* What a maker looks at. */
struct fold_source {
    lic_str text;
    uint32_t view; /* FOLD_OF_TEXT for the text itself */
    uint8_t depth; /* 0 for the text itself */
};

/* Bytes of the source. */
struct fold_span {
    uint32_t start, end;
};
struct fold_spans {
    struct fold_span *at;
    uint32_t n, cap;
};

/*
 * A view under construction. What is not said to be replaced is kept: whatever lies between one
 * place and the next, or of a long stretch only the FOLD_AROUND bytes next to either.
 */
struct fold_writer {
    struct fold *fold;
    const struct fold_source *source;
    struct buf text;
    struct {
        struct fold_run *at;
        uint32_t n, cap;
    } runs;
    size_t done;  /* of the source */
    size_t begin; /* of the part of the source that the view is made of; `end` likewise */
    size_t end;
    bool changed; /* something is not what it was in an earlier view, too */
};

void fold_begin(struct fold *fold, const struct fold_source *source, struct fold_writer *writer);
/* The view is of this part of the source only. */
void fold_begin_span(struct fold *fold, const struct fold_source *source, struct fold_span span,
                     struct fold_writer *writer);
/* `bytes` in place of [start, end) of the source; empty bytes leave it out. */
void fold_replace(struct fold_writer *writer, lic_str bytes, size_t start, size_t end);
/* `bytes` in place of as many from `start` on, each of one; and in the other order. */
void fold_replace_each(struct fold_writer *writer, lic_str bytes, size_t start);
void fold_replace_backwards(struct fold_writer *writer, lic_str bytes, size_t start);
/* Adds the view unless it is empty or unchanged; over the budget it is left out and told. */
enum lic_rc fold_finish(struct fold_writer *writer, enum fold_kind kind) LIC_MUST_USE;

/* Whether bytes [start, end) of the source are the same in what it was itself made of. */
bool fold_is_as_before(const struct fold *fold, const struct fold_source *source, size_t start,
                       size_t end);
/* ---- words ---- */

#define FOLD_WORD_MIN 2u
#define FOLD_WORD_MAX 18u
#define FOLD_TELLING_MIN 4u /* letters of a word that counts as a sign */

/* What a character is to the plain view. */
enum {
    FOLD_CHAR_LETTER = 1, /* goes on a word; so do marks and hidden ones */
    FOLD_CHAR_OURS = 2,   /* ASCII, or with compatibility forms and marks gone */
    FOLD_CHAR_ALIKE = 4,  /* looks like one of ours */
    FOLD_CHAR_OTHER = 8,  /* is another without compatibility forms and marks */
    FOLD_CHAR_MARK = 16,
    FOLD_CHAR_HIDDEN = 32,
    FOLD_CHAR_TURNED = 64, /* one of ours upside down */
};
#define FOLD_CHARS_N 0x3100u
uint8_t fold_char_kind(uint32_t c);

#define FOLD_WORD_SLOTS 2048u /* a power of two, several times the number of words */
struct fold_words {
    uint32_t sums[FOLD_WORD_SLOTS]; /* 0: free */
    uint8_t letters[FOLD_WORD_SLOTS];
    /* By first and last letter of words that are backwards or rotated: bit n: of n letters; and
     * bit m: the second letter is the m-th. */
    struct fold_disguised {
        uint32_t lengths, seconds;
    } disguised[26][26];
    uint8_t chars[FOLD_CHARS_N]; /* fold_char_kind of each */
};
static inline uint32_t fold_words_slot(uint32_t sum)
{
    return (sum * 2654435761u) >> 21;
}
static inline bool fold_words_has(const struct fold_words *words, uint32_t sum, uint32_t letters)
{
    for (uint32_t slot = fold_words_slot(sum); words->sums[slot] != 0;
         slot = (slot + 1) & (FOLD_WORD_SLOTS - 1)) {
        if (words->sums[slot] == sum && words->letters[slot] == letters) {
            return true;
        }
    }
    return false;
}
/* How the letters of a word are taken before they are looked up. */
enum fold_reading { FOLD_FORWARD, FOLD_BACKWARD, FOLD_ROTATED };
/* Whether these ASCII letters (any case) are one of the words when read so. */
bool fold_reads(const struct fold_words *words, lic_str letters, enum fold_reading reading);
/*
 * Whether `n` ASCII letters may be a word backwards or rotated, by their number, the first two and
 * the last alone: false is sure.
 */
static inline bool fold_may_disguise(const struct fold_words *words, const char *letters, size_t n)
{
    unsigned first = ((unsigned char)letters[0] | 0x20u) - 'a';
    unsigned last = ((unsigned char)letters[n - 1] | 0x20u) - 'a';
    unsigned second = ((unsigned char)letters[n > 1] | 0x20u) - 'a';
    const struct fold_disguised *known = &words->disguised[first][last];
    return ((known->lengths >> (n < 31 ? n : 31)) & (known->seconds >> second) & 1u) != 0;
}
/* Whether these letters (any case, ASCII) are one of the words. */
bool fold_is_word(const struct fold_words *words, lic_str letters);
/*
 * Puts blanks between the words of `letters` where it can be read as words from end to end but for
 * a few strange letters. False: it cannot.
 */
bool fold_part_words(const struct fold_words *words, lic_str letters, bool breaks[], size_t max);

/* ---- signs ---- */

#define FOLD_TELLING_N 2u  /* words that must be found before a text counts as disguised */
#define FOLD_NEAR 200u     /* bytes between two of them at most */
#define FOLD_AROUND 256u   /* bytes before and after a span that its view has, too */
#define FOLD_SPACED_MIN 5u /* letters in a row, each by itself */
#define FOLD_RUN_MIN 12u   /* characters of an encoding in a row */
#define FOLD_GROUPS_MIN 6u /* "69 67 6e 6f 72 65", and letters of Morse */

/* What one pass over a text says about which views are worth making. */
struct fold_signs {
    struct fold_spans backward, rotated, leet; /* telling words read so, none as they stand */
    struct fold_spans apart;                   /* letters by themselves, words in pieces */
    bool high;                                 /* characters beyond ASCII */
    bool percent, html, backslash, code_points;
    struct {
        uint32_t *at;
        uint32_t n, cap;
    } encoded;   /* where fold_make_decoded should look */
    bool failed; /* no memory for them */
};
void fold_look(const struct fold *fold, lic_str text, struct fold_signs *out);

/* The letter a digit or sign is written for, or 0. */
char fold_leet_letter(char c);
bool fold_is_leet_word(const struct fold_words *words, lic_str token);
/* Whether the letters of "ig-no.re" are one of the words when the signs between them go. */
bool fold_is_broken_word(const struct fold_words *words, lic_str chain);

/* ---- makers ---- */

enum lic_rc fold_make_plain(struct fold *fold, const struct fold_source *source) LIC_MUST_USE;
enum lic_rc fold_make_marks(struct fold *fold, const struct fold_source *source) LIC_MUST_USE;
enum lic_rc fold_make_decoded(struct fold *fold, const struct fold_source *source,
                              const struct fold_signs *signs) LIC_MUST_USE;
enum lic_rc fold_make_shapes(struct fold *fold, const struct fold_source *source,
                             const struct fold_signs *signs) LIC_MUST_USE;

/* Whether decoded bytes are text that a model could read: UTF-8, mostly letters and blanks. */
bool fold_is_prose(lic_str bytes);

#endif

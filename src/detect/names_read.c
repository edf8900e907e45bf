/* SPDX-License-Identifier: Apache-2.0 */
/* A text cut into the tokens that the name model judges: words, numbers, marks, links. */
#include "detect/names_parts.h"

#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define WORD_BYTES_MAX 64u /* what is longer is no name */

enum byte_kind {
    BYTE_MARK,
    BYTE_BLANK,
    BYTE_LINE,
    BYTE_LOWER,
    BYTE_UPPER,
    BYTE_DIGIT,
    BYTE_UNDER,
    BYTE_HIGH
};

#define M BYTE_MARK
#define L BYTE_LOWER
#define U BYTE_UPPER
#define D BYTE_DIGIT
#define H BYTE_HIGH
#define ROW16(k) k, k, k, k, k, k, k, k, k, k, k, k, k, k, k, k

static const uint8_t byte_kinds[256] = {
    M,          M,         M,        M,        M,          M,        M,          M,       M,
    BYTE_BLANK, BYTE_LINE, M,        M,        BYTE_BLANK, M,        M, /* 00 */
    ROW16(M),                                                           /* 10 */
    BYTE_BLANK, M,         M,        M,        M,          M,        M,          M,       M,
    M,          M,         M,        M,        M,          M,        M, /* 20 */
    D,          D,         D,        D,        D,          D,        D,          D,       D,
    D,          M,         M,        M,        M,          M,        M, /* 30 */
    M,          U,         U,        U,        U,          U,        U,          U,       U,
    U,          U,         U,        U,        U,          U,        U, /* 40 */
    U,          U,         U,        U,        U,          U,        U,          U,       U,
    U,          U,         M,        M,        M,          M,        BYTE_UNDER, /* 50 */
    M,          L,         L,        L,        L,          L,        L,          L,       L,
    L,          L,         L,        L,        L,          L,        L, /* 60 */
    L,          L,         L,        L,        L,          L,        L,          L,       L,
    L,          L,         M,        M,        M,          M,        M,                   /* 70 */
    ROW16(H),   ROW16(H),  ROW16(H), ROW16(H), ROW16(H),   ROW16(H), ROW16(H),   ROW16(H) /* 80 */
};

#undef M
#undef L
#undef U
#undef D
#undef H

struct reading {
    const char *at; /* of the text */
    size_t i, to;
    size_t from;
    struct names_token *tokens;
    uint32_t n;
    enum names_gap gap; /* before the next token */
};

static enum byte_kind kind_at(const struct reading *in, size_t i)
{
    return i < in->to ? (enum byte_kind)byte_kinds[(uint8_t)in->at[i]] : BYTE_LINE;
}

static bool is_letter(enum byte_kind kind)
{
    return kind == BYTE_LOWER || kind == BYTE_UPPER || kind == BYTE_HIGH;
}

/* What a character beyond ASCII is; text that is not UTF-8 reads as marks. */
enum high_kind { HIGH_LOWER, HIGH_UPPER, HIGH_MARK, HIGH_BLANK, HIGH_CJK };

static enum high_kind high_of(uint32_t point)
{
    if (point < 0x250) {
        bool even_upper = point >= 0x100 && (point < 0x138 || (point >= 0x14A && point < 0x178));
        bool odd_upper = point >= 0x139 && point < 0x149;
        bool upper = (point >= 0xC0 && point <= 0xDE && point != 0xD7) ||
                     (even_upper && (point & 1) == 0) || (odd_upper && (point & 1) == 1) ||
                     point == 0x179 || point == 0x17B || point == 0x17D || point == 0x218 ||
                     point == 0x21A;
        if (point == 0xA0) {
            return HIGH_BLANK;
        }
        return point < 0xC0 && point != 0xAA && point != 0xBA ? HIGH_MARK
               : upper                                        ? HIGH_UPPER
                                                              : HIGH_LOWER;
    }
    if (point >= 0x370 && point < 0x530) {
        bool upper = (point >= 0x386 && point <= 0x3AB && point != 0x390) ||
                     (point >= 0x400 && point <= 0x42F) || (point >= 0x531 && point <= 0x556);
        return upper ? HIGH_UPPER : HIGH_LOWER;
    }
    if (point >= 0x1E00 && point < 0x1F00) {
        return (point & 1) == 0 ? HIGH_UPPER : HIGH_LOWER;
    }
    if ((point >= 0x2000 && point < 0x200B) || point == 0x3000 || point == 0x202F) {
        return HIGH_BLANK;
    }
    if (point >= 0x2010 && point < 0x2E80) {
        return HIGH_MARK;
    }
    if ((point >= 0x3040 && point < 0xD7A4) || (point >= 0xF900 && point < 0xFB00) ||
        (point >= 0x20000 && point < 0x30000)) {
        return HIGH_CJK;
    }
    bool mark = (point >= 0x3000 && point < 0x3040) || (point >= 0xFE10 && point < 0xFE70) ||
                (point >= 0xFF00 && point < 0xFF66) || (point >= 0x1F000 && point < 0x20000);
    return mark ? HIGH_MARK : HIGH_LOWER;
}

static enum high_kind read_high(const struct reading *in, size_t i, size_t *out_n)
{
    lic_str rest = { in->at + i, in->to - i };
    size_t n = utf8_step(rest);
    *out_n = n == 0 ? 1 : n;
    return n == 0 ? HIGH_MARK : high_of(utf8_get(rest, out_n));
}

static struct names_token *put(struct reading *in, size_t start, size_t end, enum names_class class,
                               enum names_shape shape)
{
    struct names_token *token = &in->tokens[in->n++];
    *token = (struct names_token){ .start = (uint32_t)start,
                                   .end = (uint32_t)end,
                                   .class = (uint8_t) class,
                                   .shape = (uint8_t)shape,
                                   .gap = (uint8_t)in->gap };
    in->gap = GAP_NONE;
    in->i = end;
    return token;
}

/* What the letters of a word say together. */
struct letters {
    uint32_t lower, upper, digits, under;
    bool upper_first;
    bool upper_late; /* a capital after a small letter */
};

static void count_high(struct letters *letters, bool upper, bool first)
{
    letters->upper += upper;
    letters->lower += !upper;
    letters->upper_first |= first && upper;
    letters->upper_late |= upper && letters->lower > 0;
}

static enum names_shape shape_of(const struct letters *letters)
{
    if (letters->under > 0 || (letters->digits > 0 && letters->lower > 0)) {
        return SHAPE_CAMEL;
    }
    if (letters->upper == 0) {
        return SHAPE_LOWER;
    }
    if (!letters->upper_first) {
        return SHAPE_CAMEL;
    }
    if (letters->lower == 0) {
        return letters->upper == 1 && letters->digits == 0 ? SHAPE_SINGLE : SHAPE_UPPER;
    }
    return letters->upper == 1 ? SHAPE_TITLE : SHAPE_MIXED;
}

/* Reads on over a word; returns where it ends. */
static size_t word_end(const struct reading *in, size_t i, struct letters *out)
{
    size_t start = i;
    for (;;) {
        enum byte_kind kind = kind_at(in, i);
        if (kind == BYTE_LOWER) {
            out->lower++;
            i++;
        } else if (kind == BYTE_UPPER) {
            count_high(out, /* upper= */ true, i == start);
            i++;
        } else if (kind == BYTE_DIGIT || kind == BYTE_UNDER) {
            out->digits += kind == BYTE_DIGIT;
            out->under += kind == BYTE_UNDER;
            i++;
        } else if (kind == BYTE_HIGH) {
            size_t n;
            enum high_kind high = read_high(in, i, &n);
            if (high > HIGH_UPPER) {
                return i;
            }
            count_high(out, high == HIGH_UPPER, i == start);
            i += n;
        } else {
            return i;
        }
    }
}

/* Bytes of an apostrophe at i, ' or U+2019; 0: there is none. */
static size_t apostrophe(const struct reading *in, size_t i)
{
    if (i < in->to && in->at[i] == '\'') {
        return 1;
    }
    return in->to - i >= 3 && i < in->to && memcmp(in->at + i, "\xE2\x80\x99", 3) == 0 ? 3 : 0;
}

/* The end of 's, 're, 'll, 've, 'm, 'd, 't that begins at i; 0: none does. */
static size_t suffix_end(const struct reading *in, size_t i)
{
    size_t n = apostrophe(in, i);
    size_t end = i + n;
    while (n > 0 && end < in->to && end < i + n + 3 && is_letter(kind_at(in, end))) {
        end++;
    }
    size_t letters = end - i - n;
    if (n == 0 || letters == 0 || letters > 2) {
        return 0;
    }
    char c = (char)(in->at[i + n] | 0x20);
    bool one = letters == 1 && (c == 's' || c == 'm' || c == 'd' || c == 't');
    bool two = letters == 2 && (c == 'r' || c == 'l' || c == 'v');
    return one || two ? end : 0;
}

/* Words that are written with a point behind them, in lower case, sorted by length. */
static const char short_words[][5] = { "mr",   "ms",   "dr",   "st",   "jr",   "sr",   "co",
                                       "no",   "rd",   "ul",   "lt",   "av",   "mt",   "ft",
                                       "vs",   "mrs",  "inc",  "ltd",  "llc",  "ave",  "apt",
                                       "str",  "gen",  "sen",  "rep",  "gov",  "sgt",  "col",
                                       "rev",  "hon",  "via",  "ste",  "cpt",  "sra",  "ing",
                                       "prof", "corp", "blvd", "bros", "capt", "dept", "univ",
                                       "sta",  "cia",  "hwy",  "pte",  "pty",  "pvt",  "srta" };

static bool is_short_word(const char *at, size_t n)
{
    char lower[4];
    if (n < 2 || n > 4) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        lower[i] = (char)(at[i] | 0x20);
    }
    for (size_t i = 0; i < sizeof(short_words) / sizeof(short_words[0]); i++) {
        if (memcmp(short_words[i], lower, n) == 0 && short_words[i][n] == '\0') {
            return true;
        }
    }
    return false;
}

/*
 * The point behind "J", "Inc" or "U.S" belongs to the word: where the abbreviation that begins at
 * `start` and whose letters end at `end` really ends.
 */
static size_t dotted_end(const struct reading *in, size_t start, size_t end)
{
    if (end >= in->to || in->at[end] != '.') {
        return end;
    }
    if (end - start != 1) {
        return is_short_word(in->at + start, end - start) ? end + 1 : end;
    }
    while (end + 2 < in->to && in->at[end] == '.' && kind_at(in, end + 1) == BYTE_UPPER &&
           !is_letter(kind_at(in, end + 2))) {
        end += 2;
    }
    return end < in->to && in->at[end] == '.' ? end + 1 : end;
}

static void read_word(struct reading *in)
{
    size_t start = in->i;
    struct letters letters = { 0 };
    size_t end = word_end(in, start, &letters);
    size_t quote = apostrophe(in, end);
    /* O'Brien is one word, Ann's are two. */
    while (quote > 0 && suffix_end(in, end) == 0 && is_letter(kind_at(in, end + quote)) &&
           word_end(in, end + quote, &(struct letters){ 0 }) > end + quote) {
        end = word_end(in, end + quote, &letters);
        quote = apostrophe(in, end);
    }
    enum names_shape shape = shape_of(&letters);
    size_t dotted = shape == SHAPE_CAMEL ? end : dotted_end(in, start, end);
    if (dotted > end) {
        shape = SHAPE_DOTTED;
    }
    if (dotted - start > WORD_BYTES_MAX) {
        shape = SHAPE_CAMEL;
    }
    put(in, start, dotted, CLASS_WORD, shape);
}

static void read_number(struct reading *in)
{
    size_t start = in->i, end = start;
    uint32_t digits = 0;
    bool plain = true;
    while (end < in->to) {
        enum byte_kind kind = kind_at(in, end);
        bool inner =
            (in->at[end] == '.' || in->at[end] == ',') && kind_at(in, end + 1) == BYTE_DIGIT;
        if (kind != BYTE_DIGIT && kind != BYTE_LOWER && kind != BYTE_UPPER && !inner) {
            break;
        }
        digits += kind == BYTE_DIGIT;
        plain = plain && kind == BYTE_DIGIT;
        end++;
    }
    uint32_t shape = SHAPE_DIGITS + (plain ? (digits < 6 ? digits : 6) : 7);
    put(in, start, end, CLASS_NUMBER, (enum names_shape)shape);
}

static bool ends_link(char c)
{
    return (uint8_t)c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\'' || c == ')' ||
           c == ']' || c == '}' || c == ',' || c == ';' || c == '|';
}

/* Swallows what stands without blanks around i; its tokens so far become one link. */
static void read_link(struct reading *in)
{
    size_t start = in->i, end = in->i;
    while (end < in->to && !ends_link(in->at[end])) {
        end++;
    }
    while (end > in->i + 1 && (in->at[end - 1] == '.' || in->at[end - 1] == ':' ||
                               in->at[end - 1] == '!' || in->at[end - 1] == '?')) {
        end--;
    }
    while (in->n > 0 && in->gap == GAP_NONE && in->tokens[in->n - 1].end == start &&
           !ends_link(in->at[start - 1])) {
        in->n--;
        start = in->tokens[in->n].start;
        in->gap = (enum names_gap)in->tokens[in->n].gap;
    }
    put(in, start, end, CLASS_LINK, SHAPE_NONE);
}

static void read_mark(struct reading *in, size_t n)
{
    char c = in->at[in->i];
    bool letter_next = is_letter(kind_at(in, in->i + 1)) || kind_at(in, in->i + 1) == BYTE_DIGIT;
    bool slashes =
        c == ':' && in->to - in->i > 2 && in->at[in->i + 1] == '/' && in->at[in->i + 2] == '/';
    if (((c == '@' || c == '#') && letter_next) || slashes) {
        read_link(in);
        return;
    }
    size_t suffix = suffix_end(in, in->i);
    if (suffix > 0 && in->n > 0 && in->tokens[in->n - 1].end == in->i) {
        put(in, in->i, suffix, CLASS_SUFFIX, SHAPE_NONE);
        return;
    }
    put(in, in->i, in->i + n, CLASS_MARK, SHAPE_NONE);
}

static void read_beyond_ascii(struct reading *in)
{
    size_t n;
    enum high_kind high = read_high(in, in->i, &n);
    if (high == HIGH_BLANK) {
        in->gap = in->gap > GAP_BLANK ? in->gap : GAP_BLANK;
        in->i += n;
    } else if (high == HIGH_CJK) {
        put(in, in->i, in->i + n, CLASS_CJK, SHAPE_NONE);
    } else if (high == HIGH_MARK) {
        read_mark(in, n);
    } else {
        read_word(in);
    }
}

static bool ends_sentence(const struct reading *in)
{
    if (in->n == 0 || in->tokens[in->n - 1].class != CLASS_MARK) {
        return false;
    }
    const struct names_token *last = &in->tokens[in->n - 1];
    char c = in->at[last->start];
    if ((c == '"' || c == '\'' || c == ')') && in->n > 1 && last->start > in->from) {
        c = in->at[last->start - 1];
    }
    return c == '.' || c == '!' || c == '?';
}

static void read_blank(struct reading *in, enum byte_kind kind)
{
    if (kind == BYTE_LINE) {
        in->gap = in->gap >= GAP_LINE ? GAP_PARAGRAPH : GAP_LINE;
    } else if (in->at[in->i] == '\t') {
        in->gap = in->gap > GAP_LINE ? in->gap : GAP_LINE; /* columns are as apart as lines */
    } else if (in->gap == GAP_NONE) {
        in->gap = ends_sentence(in) ? GAP_SENTENCE : GAP_BLANK;
    }
    in->i++;
}

uint32_t names_read(lic_str text, size_t from, size_t to, struct names_token *tokens)
{
    struct reading in = { .at = text.at, .i = from, .from = from, .to = to, .tokens = tokens };
    in.gap = GAP_PARAGRAPH;
    while (in.i < to) {
        enum byte_kind kind = kind_at(&in, in.i);
        if (kind == BYTE_LOWER || kind == BYTE_UPPER || kind == BYTE_UNDER) {
            read_word(&in);
        } else if (kind == BYTE_BLANK || kind == BYTE_LINE) {
            read_blank(&in, kind);
        } else if (kind == BYTE_DIGIT) {
            read_number(&in);
        } else if (kind == BYTE_HIGH) {
            read_beyond_ascii(&in);
        } else {
            read_mark(&in, 1);
        }
    }
    return in.n;
}

/* The best place to cut: an empty line, else a line, else a sentence, else a blank. */
static uint32_t cut_rank(lic_str text, size_t i)
{
    char c = text.at[i], before = i > 0 ? text.at[i - 1] : ' ';
    if (c == '\n') {
        return before == '\n' ? 4 : 3;
    }
    if (c == ' ') {
        return before == '.' || before == '!' || before == '?' ? 2 : 1;
    }
    return 0;
}

size_t names_piece_end(lic_str text, size_t from)
{
    if (text.n - from <= NAMES_PIECE_BYTES) {
        return text.n;
    }
    size_t last = from + NAMES_PIECE_BYTES, best = 0;
    uint32_t best_rank = 0;
    for (size_t i = last; i > last - NAMES_PIECE_BYTES / 4; i--) {
        uint32_t rank = cut_rank(text, i);
        if (rank > best_rank) {
            best = i + 1;
            best_rank = rank;
        }
    }
    if (best_rank > 0) {
        return best;
    }
    while (last > from + 1 && ((uint8_t)text.at[last] & 0xC0) == 0x80) {
        last--;
    }
    return last;
}

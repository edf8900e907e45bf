/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one pass that every text costs: which disguises it could wear, and where. Ordinary prose
 * shows no sign and no view of it is made.
 *
 *     "Emit the sdrow backwards"      letters of 64 bytes at a time as a mask; its edges give
 *      1111 111 11111 111111111       words and gaps. A word is judged by its first and last letter
 *      ^   ^^  ^^    ^^               and its length; a gap is nearly always one blank.
 */
#include "base/arena.h"
#include "base/str.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

enum {
    LETTER = 1,
    DIGIT = 2,
    ENCODED = 4, /* with letters and digits, the alphabet of base64 */
    SIGN = 8,    /* written for a letter */
    HIGH = 16,
    MARK = 32,  /* begins an escape, an entity, a tag */
    CODE = 64,  /* of Morse */
    JOIN = 128, /* put inside a word to break it: ig-nore */
};

#define SIGN_OF(c) [(unsigned char)(c)]

/* clang-format off */
static const uint8_t classes[256] = {
    ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER, ['0' ... '9'] = DIGIT,
    SIGN_OF('+') = ENCODED | SIGN | JOIN, SIGN_OF('/') = ENCODED | JOIN,
    SIGN_OF('-') = ENCODED | CODE | JOIN, SIGN_OF('_') = ENCODED | JOIN,
    SIGN_OF('.') = CODE | JOIN, SIGN_OF('*') = JOIN, SIGN_OF('~') = JOIN, SIGN_OF('`') = JOIN,
    SIGN_OF('!') = SIGN, SIGN_OF('|') = SIGN | JOIN, SIGN_OF('@') = SIGN, SIGN_OF('$') = SIGN,
    SIGN_OF('%') = MARK, SIGN_OF('&') = MARK, SIGN_OF('<') = MARK, SIGN_OF('\\') = MARK,
    [0x80 ... 0xff] = HIGH,
};
/* clang-format on */

/* Signs of one kind that stand near each other; enough of them make a span. */
struct cluster {
    struct fold_spans *spans;
    size_t end;
    uint32_t start, n;
};

struct look {
    const struct fold *fold;
    lic_str text;
    struct fold_signs *out;
    size_t run, token; /* where the run of an encoding, the token of letters and signs begins */
    bool digit, letter, mixed; /* seen in that run, in that token */
    struct cluster backward, rotated, leet;
    uint32_t singles, groups, decimals, codes;
    size_t first_single, group_bytes, first_group, first_decimal, first_code;
    size_t chain; /* where words joined by single signs begin */
    uint32_t pieces;
};

/* ---- places ---- */

static void add_span(struct look *look, struct fold_spans *spans, size_t start, size_t end)
{
    struct fold_span span = { (uint32_t)start, (uint32_t)end };
    if (!ARENA_PUSH(look->fold->arena, spans, span)) {
        look->out->failed = true;
    }
}

/* [start, end) is a sign; spans of one kind are told in order and do not overlap. */
static void note_sign(struct look *look, struct cluster *cluster, size_t start, size_t end)
{
    if (cluster->n == 0 || start - cluster->end > FOLD_NEAR) {
        cluster->start = (uint32_t)start;
        cluster->n = 0;
    }
    cluster->end = end;
    cluster->n++;
    if (cluster->n == FOLD_TELLING_N) {
        add_span(look, cluster->spans, cluster->start, end);
    } else if (cluster->n > FOLD_TELLING_N && cluster->spans->n > 0) {
        cluster->spans->at[cluster->spans->n - 1].end = (uint32_t)end;
    }
}

static void note_encoded(struct look *look, size_t at)
{
    if (!ARENA_PUSH(look->fold->arena, &look->out->encoded, (uint32_t)at)) {
        look->out->failed = true;
    }
}

/* Letters by themselves, or a word in pieces: what is put together again. */
static void note_apart(struct look *look, size_t start, size_t end)
{
    struct fold_spans *spans = &look->out->apart;
    struct fold_span *last = spans->n > 0 ? &spans->at[spans->n - 1] : NULL;
    if (last && start <= last->end) {
        last->end = (uint32_t)end;
        return;
    }
    add_span(look, spans, start, end);
}

/* ---- words ---- */

/* A word backwards or rotated that is none as it stands; the table has said that it may be. */
static void read_disguised(struct look *look, size_t start, size_t end)
{
    const struct fold_words *words = look->fold->words;
    lic_str word = str_make(look->text.at + start, end - start);
    bool backward = fold_reads(words, word, FOLD_BACKWARD);
    bool rotated = fold_reads(words, word, FOLD_ROTATED);
    if ((!backward && !rotated) || fold_reads(words, word, FOLD_FORWARD)) {
        return;
    }
    if (backward) {
        note_sign(look, &look->backward, start, end);
    }
    if (rotated) {
        note_sign(look, &look->rotated, start, end);
    }
}

static inline void read_word(struct look *look, size_t start, size_t end)
{
    size_t n = end - start;
    look->codes = 0;
    look->letter = true;
    look->first_single = look->singles == 0 ? start : look->first_single;
    look->singles = n == 1 ? look->singles + 1 : 0;
    if (look->singles >= FOLD_SPACED_MIN) {
        note_apart(look, look->first_single, end);
    }
    if (fold_may_disguise(look->fold->words, look->text.at + start, n)) {
        read_disguised(look, start, end);
    }
}

/* ---- the ends of runs, tokens and chains ---- */

/* Capitals beyond the first letter of a word. */
static uint32_t inner_capitals(lic_str run)
{
    uint32_t capitals = 0;
    for (size_t i = 1; i < run.n; i++) {
        bool inside = (classes[(unsigned char)run.at[i - 1]] & LETTER) != 0;
        capitals += inside && run.at[i] >= 'A' && run.at[i] <= 'Z' ? 1 : 0;
    }
    return capitals;
}

/* "105 103 110": numbers that could be characters. */
static void count_decimal(struct look *look, size_t n)
{
    bool decimal = look->digit && !look->letter && (n == 2 || n == 3);
    look->first_decimal = look->decimals == 0 ? look->run : look->first_decimal;
    look->decimals = decimal ? look->decimals + 1 : 0;
    if (look->decimals == FOLD_GROUPS_MIN) {
        note_encoded(look, look->first_decimal);
    }
}

/* A run of an alphabet ends: is it long, or one of many of one short length? */
static inline void end_run(struct look *look, size_t at)
{
    size_t n = at - look->run;
    if (n == 0) {
        return;
    }
    if (n >= FOLD_RUN_MIN &&
        (look->digit || inner_capitals(str_slice(look->text, look->run, at)) > 1)) {
        note_encoded(look, look->run);
    }
    bool same = n == look->group_bytes && (n == 2 || n == 4 || n == 8);
    look->groups = same ? look->groups + 1 : 1;
    look->group_bytes = n;
    look->first_group = same ? look->first_group : look->run;
    if (look->groups == FOLD_GROUPS_MIN) {
        note_encoded(look, look->first_group);
    }
    if (look->digit || look->decimals > 0) {
        count_decimal(look, n);
    }
    look->digit = false;
    look->letter = false;
}

static void end_token(struct look *look, size_t at)
{
    look->mixed = false;
    lic_str token = str_slice(look->text, look->token, at);
    while (token.n > 0 && (classes[(unsigned char)token.at[token.n - 1]] & SIGN) != 0) {
        token.n--;
    }
    if (fold_is_leet_word(look->fold->words, token)) {
        note_sign(look, &look->leet, look->token, look->token + token.n);
    }
}

static void end_chain(struct look *look, size_t at)
{
    lic_str chain = str_slice(look->text, look->chain, at);
    if (fold_is_broken_word(look->fold->words, chain)) {
        note_apart(look, look->chain, at);
    }
    look->pieces = 0;
}

/* ---- gaps ---- */

static void read_mark(struct look *look, size_t at)
{
    char c = look->text.at[at];
    look->out->percent |= c == '%';
    look->out->html |= c == '<' || c == '&';
    look->out->backslash |= c == '\\';
}

static void read_code(struct look *look, size_t at)
{
    look->first_code = look->codes == 0 ? at : look->first_code;
    look->codes++;
    if (look->codes == 2 * FOLD_GROUPS_MIN) {
        note_encoded(look, look->first_code);
    }
}

/* One character that is no letter. */
static void read_other(struct look *look, size_t at)
{
    uint8_t in = classes[(unsigned char)look->text.at[at]];
    if ((in & CODE) != 0) {
        read_code(look, at);
    }
    look->out->high |= in == HIGH;
    look->digit |= in == DIGIT;
    look->mixed |= (in & (DIGIT | SIGN)) != 0;
    if (in == MARK) {
        read_mark(look, at);
    }
    look->out->code_points |= look->text.at[at] == '+' && at > 0 && look->text.at[at - 1] == 'U';
    if ((in & (DIGIT | ENCODED)) == 0) {
        end_run(look, at);
        look->run = at + 1;
    }
    if ((in & (DIGIT | SIGN)) == 0) {
        if (look->mixed) {
            end_token(look, at);
        }
        look->token = at + 1;
    }
}

static void read_rare_gap(struct look *look, size_t start, size_t end)
{
    bool joins = end - start == 1 && (classes[(unsigned char)look->text.at[start]] & JOIN) != 0;
    if (!joins && look->pieces > 1) {
        end_chain(look, start);
    }
    look->pieces = joins ? look->pieces : 0;
    for (size_t at = start; at < end; at++) {
        read_other(look, at);
    }
}

/* Bytes [start, end) between two words, or before the first or after the last. */
static inline void read_gap(struct look *look, size_t start, size_t end)
{
    bool plain = classes[(unsigned char)look->text.at[start]] == 0;
    if (end - start > 1 || !plain || look->pieces > 1 || look->mixed) {
        read_rare_gap(look, start, end);
        return;
    }
    end_run(look, start);
    look->pieces = 0;
    look->run = look->token = end;
}

/* ---- 64 bytes at a time ---- */

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* Bit i: byte i of these eight is an ASCII letter. */
static inline uint64_t letters_of_eight(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, 8);
    uint64_t low = (bytes | EACH(0x20)) & EACH(0x7f);
    uint64_t from_a = low + EACH(0x80 - 'a');
    uint64_t past_z = low + EACH(0x80 - 'z' - 1);
    uint64_t letters = from_a & ~past_z & ~bytes & EACH(0x80);
    return (letters >> 7) * 0x0102040810204080u >> 56;
}

static inline uint64_t letters_of_block(const char *at)
{
    uint64_t letters = 0;
    for (unsigned i = 0; i < 8; i++) {
        letters |= letters_of_eight(at + (size_t)8 * i) << (8 * i);
    }
    return letters;
}

/* Words and gaps whose end is in this block. `*start`: where the one that goes on began. */
static inline void read_edges(struct look *look, uint64_t edges, size_t base, size_t *start,
                              bool *in_word)
{
    for (; edges != 0; edges &= edges - 1) {
        size_t at = base + (size_t)__builtin_ctzll(edges);
        if (*in_word) {
            read_word(look, *start, at);
        } else if (at > *start) {
            read_gap(look, *start, at);
        }
        if (!*in_word && look->pieces++ == 0) {
            look->chain = at;
        }
        *in_word = !*in_word;
        *start = at;
    }
}

static void end_text(struct look *look, size_t start, bool in_word)
{
    size_t n = look->text.n;
    if (in_word) {
        read_word(look, start, n);
    } else if (n > start) {
        read_gap(look, start, n);
    }
    if (look->pieces > 1) {
        end_chain(look, n);
    }
    end_run(look, n);
    if (look->mixed) {
        end_token(look, n);
    }
}

void fold_look(const struct fold *fold, lic_str text, struct fold_signs *out)
{
    struct look look = { .fold = fold, .text = text, .out = out };
    look.backward.spans = &out->backward;
    look.rotated.spans = &out->rotated;
    look.leet.spans = &out->leet;
    *out = (struct fold_signs){ 0 };
    size_t start = 0, base = 0;
    bool in_word = false;
    uint64_t before = 0;
    for (; base + 64 <= text.n; base += 64) {
        uint64_t letters = letters_of_block(text.at + base);
        read_edges(&look, letters ^ (letters << 1 | before), base, &start, &in_word);
        before = letters >> 63;
    }
    if (base < text.n) {
        char rest[64] = { 0 };
        memcpy(rest, text.at + base, text.n - base);
        uint64_t letters = letters_of_block(rest);
        uint64_t edges = letters ^ (letters << 1 | before);
        uint64_t real = (UINT64_C(1) << (text.n - base)) - 1;
        read_edges(&look, edges & real, base, &start, &in_word);
    }
    end_text(&look, start, in_word);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one pass that every text costs: which disguises it could wear. Ordinary prose shows no sign
 * and no view of it is made.
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
    MARK = 32, /* begins an escape, an entity, a tag */
    CODE = 64, /* of Morse */
};

#define SIGN_OF(c) [(unsigned char)(c)]

/* clang-format off */
static const uint8_t classes[256] = {
    ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER, ['0' ... '9'] = DIGIT,
    SIGN_OF('+') = ENCODED | SIGN, SIGN_OF('/') = ENCODED, SIGN_OF('-') = ENCODED | CODE,
    SIGN_OF('_') = ENCODED, SIGN_OF('.') = CODE,
    SIGN_OF('!') = SIGN, SIGN_OF('|') = SIGN, SIGN_OF('@') = SIGN, SIGN_OF('$') = SIGN,
    SIGN_OF('%') = MARK, SIGN_OF('&') = MARK, SIGN_OF('<') = MARK, SIGN_OF('\\') = MARK,
    [0x80 ... 0xff] = HIGH,
};
/* clang-format on */

struct look {
    const struct fold *fold;
    lic_str text;
    struct fold_signs *out;
    size_t run, token; /* where the run of an encoding, the token of letters and signs begins */
    bool digit, mixed;
    size_t capitals; /* beyond the first letter of a word */
    uint32_t singles, groups, codes;
    size_t group_bytes, first_group, first_code;
};

/* A word backwards or rotated that is none as it stands. */
static void read_disguised(struct look *look, lic_str word)
{
    const struct fold_words *words = look->fold->words;
    bool backward =
        fold_may_read(words, word, FOLD_BACKWARD) && fold_reads(words, word, FOLD_BACKWARD);
    bool rotated =
        fold_may_read(words, word, FOLD_ROTATED) && fold_reads(words, word, FOLD_ROTATED);
    if ((backward || rotated) && !fold_reads(words, word, FOLD_FORWARD)) {
        look->out->backward += backward ? 1 : 0;
        look->out->rotated += rotated ? 1 : 0;
    }
}

static size_t read_word(struct look *look, size_t at)
{
    lic_str text = look->text;
    size_t small = 0, start = at;
    while (at < text.n && classes[(unsigned char)text.at[at]] == LETTER) {
        small += (unsigned char)text.at[at++] >> 5 & 1u;
    }
    size_t n = at - start;
    bool title = (text.at[start] & 0x20) == 0;
    look->capitals += n - small - (title ? 1 : 0);
    look->codes = 0;
    look->singles = n == 1 ? look->singles + 1 : 0;
    look->out->singles = look->singles > look->out->singles ? look->singles : look->out->singles;
    if (n >= FOLD_TELLING_MIN && n <= FOLD_WORD_MAX) {
        read_disguised(look, str_make(text.at + start, n));
    }
    return at;
}

static void note_encoded(struct look *look, size_t at)
{
    if (!ARENA_PUSH(look->fold->arena, &look->out->encoded, (uint32_t)at)) {
        look->out->failed = true;
    }
}

/* A run of an alphabet ends: is it long, or one of many of one short length? */
static void end_run(struct look *look, size_t at)
{
    size_t n = at - look->run;
    if (n == 0) {
        return;
    }
    if (n >= FOLD_RUN_MIN && (look->digit || look->capitals > 1)) {
        note_encoded(look, look->run);
    }
    bool same = n == look->group_bytes && (n == 2 || n == 4 || n == 8);
    look->groups = same ? look->groups + 1 : 1;
    look->group_bytes = n;
    look->first_group = same ? look->first_group : look->run;
    if (look->groups == FOLD_GROUPS_MIN) {
        note_encoded(look, look->first_group);
    }
    look->digit = false;
    look->capitals = 0;
}

static void end_token(struct look *look, size_t at)
{
    if (!look->mixed) {
        return;
    }
    look->mixed = false;
    lic_str token = str_slice(look->text, look->token, at);
    while (token.n > 0 && (classes[(unsigned char)token.at[token.n - 1]] & SIGN) != 0) {
        token.n--;
    }
    if (look->out->leet < FOLD_TELLING_N) {
        look->out->leet += fold_is_leet_word(look->fold->words, token) ? 1 : 0;
    }
}

static void read_mark(struct look *look, size_t at)
{
    char c = look->text.at[at];
    look->out->percent |= c == '%';
    look->out->html |= c == '<' || c == '&';
    look->out->backslash |= c == '\\';
}

/* One character that is no letter. */
static void read_other(struct look *look, size_t at, uint8_t in)
{
    if ((in & CODE) != 0) {
        look->first_code = look->codes == 0 ? at : look->first_code;
        look->codes++;
        if (look->codes == 2 * FOLD_GROUPS_MIN) {
            note_encoded(look, look->first_code);
        }
    }
    look->out->high |= in == HIGH;
    look->digit |= in == DIGIT;
    look->mixed |= (in & (DIGIT | SIGN)) != 0;
    if (in == MARK) {
        read_mark(look, at);
    }
    if (look->text.at[at] == '+' && at > 0 && look->text.at[at - 1] == 'U') {
        look->out->code_points = true;
    }
    if ((in & (DIGIT | ENCODED)) == 0) {
        end_run(look, at);
        look->run = at + 1;
    }
    if ((in & (DIGIT | SIGN)) == 0) {
        end_token(look, at);
        look->token = at + 1;
    }
}

void fold_look(const struct fold *fold, lic_str text, struct fold_signs *out)
{
    struct look look = { .fold = fold, .text = text, .out = out };
    *out = (struct fold_signs){ 0 };
    for (size_t at = 0; at < text.n;) {
        uint8_t in = classes[(unsigned char)text.at[at]];
        if (in == LETTER) {
            at = read_word(&look, at);
        } else {
            read_other(&look, at, in);
            at++;
        }
    }
    end_run(&look, text.n);
    end_token(&look, text.n);
}

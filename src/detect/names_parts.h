/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the name model share; the training program (tools/train/names_train.c) reads a
 * text and makes features through the same functions, so a feature cannot mean two things.
 *
 *     text ─► names_read ─► tokens ─► names_candidate? ─► names_signs ─► rows of weights ─► tag
 *                              │            no: outside, at no cost                          │
 *                              └────────────── names_addresses ◄─────────────────────────────┘
 *
 * A word is known by a hash of its letters in lower case; a dictionary says what kinds of word it
 * is (given name, surname, place ...). Ordinary small words of a sentence whose capitals mean
 * something are never looked at again: that is what keeps the model on the request path.
 */
#ifndef DETECT_NAMES_PARTS_H
#define DETECT_NAMES_PARTS_H

#include "detect/names.h"

/* A piece of text is read at once; longer texts are cut where a line or sentence ends. */
#define NAMES_PIECE_BYTES 8192u
#define NAMES_SIGNS 44u /* features of a token, at most */
#define NAMES_TAGS 8u

/* ORDER NAMES_TAG with names_tag_type and the training program. */
enum names_tag {
    TAG_OUT,
    TAG_PERSON,
    TAG_PERSON_IN,
    TAG_ORGANIZATION,
    TAG_ORGANIZATION_IN,
    TAG_LOCATION,
    TAG_LOCATION_IN,
    TAG_ADDRESS
};

enum names_class {
    CLASS_WORD,   /* letters, and digits after a letter */
    CLASS_NUMBER, /* begins with a digit */
    CLASS_MARK,   /* one character of punctuation */
    CLASS_SUFFIX, /* 's and the like */
    CLASS_LINK,   /* URL, e-mail address, @handle, #tag */
    CLASS_CJK     /* one Han, Kana or Hangul character */
};

enum names_shape {
    SHAPE_NONE,
    SHAPE_LOWER,
    SHAPE_TITLE,  /* Word */
    SHAPE_SINGLE, /* W */
    SHAPE_UPPER,  /* WORD */
    SHAPE_MIXED,  /* McWord, WordWord */
    SHAPE_CAMEL,  /* wordWord, word_word, w3 */
    SHAPE_DOTTED, /* W. U.S. Inc. */
    SHAPE_DIGITS  /* numbers: SHAPE_DIGITS + how many digits, up to 7 */
};

/* What stands before a token. */
enum names_gap { GAP_NONE, GAP_BLANK, GAP_SENTENCE, GAP_LINE, GAP_PARAGRAPH };

/* How much capitals say in a sentence. */
enum names_mode { MODE_CASED, MODE_LOWER, MODE_UPPER, MODE_HEADING };

/* Kinds of word, a bit set. ORDER NAMES_KIND with tools/train/names_words.py. */
enum names_kind {
    KIND_GIVEN = 1,
    KIND_SURNAME = 2,
    KIND_PLACE = 4,
    KIND_COMPANY = 8,  /* Inc, GmbH, Bank, University */
    KIND_STREET = 16,  /* Street, rue, straße */
    KIND_TITLE = 32,   /* Mr, Dr */
    KIND_COMMON = 64,  /* mostly written in lower case */
    KIND_STOP = 128,   /* never a name by itself: the, with, please */
    KIND_OTHER = 256,  /* months, days, languages, products: capitals that are no names */
    KIND_TRIGGER = 512 /* "name", "called", "from": names often follow */
};

struct names_token {
    uint32_t start, end; /* bytes of the text */
    uint32_t hash;       /* of the lower case */
    uint32_t key;        /* hash of the word before the ':' or '=' this stands behind; 0: none */
    uint16_t kinds;      /* enum names_kind */
    uint8_t class, shape, gap, mode;
    uint8_t tag;
    bool looked; /* hash and kinds are there */
    float score; /* how sure that it is not outside */
};

struct names_model {
    const struct lic_host *host;
    const uint8_t *rows; /* pairs_n times two of NAMES_TAGS bytes */
    const uint8_t *slots;
    uint32_t pairs_n, slots_n; /* slots_n is a power of two */
    float scale;               /* what one step of a weight means */
    float caution[NAMES_TAGS]; /* taken from the score of each tag: the operating point */
};

#define NAMES_VERSION 1u

/* Over the bytes behind the head of the weights. */
uint32_t names_checksum(lic_str body);

/* A dictionary slot: 22 bits of the hash, 10 of kinds; 0 is empty. */
#define NAMES_KIND_BITS 10u

uint32_t names_hash(const char *at, size_t n);
uint16_t names_kinds(const struct names_model *model, uint32_t hash);

/* Reads text[from, to) into tokens, which has room for to - from of them; returns how many. */
uint32_t names_read(lic_str text, size_t from, size_t to, struct names_token *tokens);
/* Where the piece that begins at `from` ends. */
size_t names_piece_end(lic_str text, size_t from);

/* Tokens of a piece with room on both sides of it, so that neighbours need no checks. */
#define NAMES_MARGIN 4u
struct names_piece {
    lic_str text;
    struct names_token *at; /* at[-NAMES_MARGIN] to at[n + NAMES_MARGIN - 1] can be read */
    uint32_t n;
};

/* Reads text[from, to) into `room`, which has 2 * NAMES_MARGIN tokens more than bytes. */
void names_piece_read(const struct names_model *model, lic_str text, size_t from, size_t to,
                      struct names_token *room, struct names_piece *out);
/* Finds out what capitals mean in each sentence, and keys. */
void names_prepare(const struct names_model *model, struct names_piece *piece);
/* Whether token i can be (part of) a name, given the tags before it. */
bool names_candidate(const struct names_model *model, struct names_piece *piece, uint32_t i);
/* The features of token i; returns how many. */
uint32_t names_signs(const struct names_model *model, struct names_piece *piece, uint32_t i,
                     uint64_t out[NAMES_SIGNS]);
/*
 * Where a feature's weights are: one of the two rows of a pair, if one of them carries its mark,
 * else nowhere. A row is a weight for each tag but TAG_OUT, each plus 128, and the mark.
 */
static inline uint32_t names_pair(uint64_t sign, uint32_t pairs_n)
{
    return (uint32_t)(((sign >> 32) * pairs_n) >> 32);
}
static inline uint8_t names_mark(uint64_t sign)
{
    uint8_t mark = (uint8_t)(sign >> 20);
    return mark == 0 ? 1 : mark; /* 0: the row is empty */
}
/* Whether `tag` may follow `before`. */
bool names_may_follow(enum names_tag tag, enum names_tag before);

struct names_span {
    uint32_t first, last; /* tokens */
    float score;
};
/*
 * The address whose first part is token i (of TAG_ADDRESS), as a span, and what it is: TAG_ADDRESS,
 * TAG_LOCATION if it has no number, TAG_OUT if it has no word.
 */
enum names_tag names_address(const struct names_piece *piece, uint32_t i, struct names_span *out);

#endif

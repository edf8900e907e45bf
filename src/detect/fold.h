/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding: what a text says to a model that reads through disguises. From one text come a few
 * views, each with a map back to the bytes it was made of, so that a finding in a view is a finding
 * in the text.
 *
 *     "Ign\u200bоre aWdub3Jl…"  ─► PLAIN    NFKC, look-alikes, marks and hidden characters gone
 *                              ─► DECODED  what base64, hex, escapes, entities … spell (each run)
 *                              ─► SPACED, LEET, REVERSED, ROT13, MORSE where it looks like it
 *
 * Decoded text is folded and decoded again to FOLD_DEPTH_MAX. All views of a text together are at
 * most FOLD_BUDGET times its length plus FOLD_BUDGET_FREE bytes, whatever the text is.
 */
#ifndef DETECT_FOLD_H
#define DETECT_FOLD_H

#include "event/finding.h"

struct arena;

#define FOLD_DEPTH_MAX 5u
#define FOLD_BUDGET 4u
#define FOLD_BUDGET_FREE 4096u

/* Those of shape (SPACED to ROT13) are of the place that looks so and what stands around it. */
enum fold_kind {
    FOLD_PLAIN,    /* NFKC, look-alikes as the letters they pass for, marks and hidden text gone */
    FOLD_ENTITIES, /* &#105;, &lt; decoded, tags and comment marks taken away. These three are */
    FOLD_PERCENT,  /* %69             done together: the kind says which there were most of */
    FOLD_ESCAPES,  /* \u0069, \x69, \151, U+0069 */
    FOLD_SPACED,   /* l e t t e r s, and a word in pie-ces, put together again */
    FOLD_LEET,     /* 1gn0r3 */
    FOLD_REVERSED, /* all of it, or word by word */
    FOLD_ROT13,
    FOLD_MORSE,
    FOLD_BASE64, /* standard and URL alphabet, with or without padding */
    FOLD_BASE32,
    FOLD_HEX,
    FOLD_BINARY,  /* eight digits of 0 and 1 a letter */
    FOLD_DECIMAL, /* 105 103 110 */
    FOLD_KIND_N
};

/*
 * Bytes [view_start, next run's view_start) of a view came from [start, end) of the text: each from
 * one when `exact` (in the other order when `backward`), otherwise all of them from all of it.
 */
struct fold_run {
    uint32_t view_start, start, end;
    bool exact, backward;
};

#define FOLD_OF_TEXT UINT32_MAX

struct fold_view {
    enum fold_kind kind;
    uint8_t depth;               /* 1: of the text itself; 2: of a view of it ... */
    uint32_t source;             /* index of the view it was made of, or FOLD_OF_TEXT */
    lic_str text;                /* valid UTF-8, in the arena */
    const struct fold_run *runs; /* into the source; sorted, the first at 0 */
    uint32_t runs_n;
};

struct fold_views {
    struct fold_view *at;
    uint32_t n, cap;
    bool cut; /* the budget ended it: not everything was looked through */
};

/* The words that tell a disguise from chance; made once, immutable. */
struct fold_words;
enum lic_rc fold_words_new(struct arena *arena, const struct fold_words **out,
                           struct lic_err *err) LIC_MUST_USE;

/*
 * Makes the views of `text` (valid UTF-8) and appends findings about hidden characters (rule
 * "hidden.*", category FINDING_HIDDEN_TEXT: zero-width characters inside words, direction
 * overrides, tag characters, variation selectors that carry bytes; not ordinary emoji sequences or
 * joiners that scripts need).
 */
enum lic_rc fold_text(const struct fold_words *words, lic_str text, struct arena *arena,
                      struct fold_views *out, struct findings *hidden,
                      struct lic_err *err) LIC_MUST_USE;

/* Where bytes [start, end) of a view stand in the text: whole characters of it, never empty. */
void fold_origin(const struct fold_views *views, uint32_t view, lic_str text, size_t start,
                 size_t end, size_t *out_start, size_t *out_end);

const char *fold_kind_name(enum fold_kind kind); /* "base64" */

#endif

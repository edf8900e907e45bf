/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wildcards over texts, ARNs and resources. A pattern is cut at its asterisks; the first piece must
 * stand at the beginning, the last at the end, and those between are searched in turn, each where
 * it comes first. Nothing is tried twice, so the time is
 *
 *     text + pattern                    without question marks (memmem is linear)
 *     text * (piece / 64) + pattern     for each piece with question marks
 *
 * and no hostile name can make it more.
 */
#include "policy/match.h"

#include "base/str.h"
#include "policy/policy.h"

#include "base/banned.h"

#define BLOCKS_MAX 512u      /* of 64 bytes: pieces of 32 KiB */
#define WINDOW_BYTES 4096u   /* of text that the blocks of one piece pass over in turn */
#define PARTS_BEFORE_LAST 5u /* arn, partition, service, region, account; then the resource */

/* Which bytes of a pattern are wildcards, and whether case counts. */
struct wildcards {
    char any, one;
    bool nocase;
};

static const struct wildcards as_written = { '*', '?', false };
static const struct wildcards as_written_nocase = { '*', '?', true };
static const struct wildcards as_compiled = { MATCH_ANY, MATCH_ONE, false };

/* The colon-separated parts of a text still to come; `at` is NULL after the last one. */
struct parts {
    lic_str rest;
    uint32_t taken_n;
};

static bool glob(lic_str pattern, lic_str text, struct wildcards wild);
static bool arn_matches(lic_str pattern, lic_str arn, struct wildcards wild);

bool match_wildcard(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_written);
}

bool match_wildcard_nocase(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_written_nocase);
}

bool match_arn(lic_str pattern, lic_str arn)
{
    return arn_matches(pattern, arn, as_written);
}

bool match_glob(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_compiled);
}

bool match_glob_arn(lic_str pattern, lic_str arn)
{
    return arn_matches(pattern, arn, as_compiled);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_char(char a, char b, bool nocase)
{
    return a == b || (nocase && lower(a) == lower(b));
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0u) == 0x80u;
}

/* Past the character at `i`: its first byte and the UTF-8 continuation bytes after it. */
static size_t next_char(lic_str text, size_t i)
{
    i++;
    while (i < text.n && continues(text.at[i])) {
        i++;
    }
    return i;
}

static size_t previous_char(lic_str text, size_t i)
{
    i--;
    while (i > 0 && continues(text.at[i])) {
        i--;
    }
    return i;
}

/* Whether the text begins with a pattern without asterisks; *out_n bytes of it. */
static bool starts_with(lic_str pattern, lic_str text, struct wildcards wild, size_t *out_n)
{
    size_t t = 0;
    for (size_t p = 0; p < pattern.n; p++) {
        if (t == text.n) {
            return false;
        }
        if (pattern.at[p] == wild.one) {
            t = next_char(text, t);
        } else if (same_char(pattern.at[p], text.at[t], wild.nocase)) {
            t++;
        } else {
            return false;
        }
    }
    *out_n = t;
    return true;
}

/* The same from the end; *out_n bytes stand before it. */
static bool ends_with(lic_str pattern, lic_str text, struct wildcards wild, size_t *out_n)
{
    size_t t = text.n;
    for (size_t p = pattern.n; p > 0; p--) {
        if (t == 0) {
            return false;
        }
        if (pattern.at[p - 1] == wild.one) {
            t = previous_char(text, t);
        } else if (same_char(pattern.at[p - 1], text.at[t - 1], wild.nocase)) {
            t--;
        } else {
            return false;
        }
    }
    *out_n = t;
    return true;
}

/* ---- a piece between two asterisks, wherever it comes first -------------------------------- */

/*
 * Pieces with question marks are found by an automaton of one bit a byte of the piece (shift-and),
 * 64 of them at a time, over a window of the text. Bit j of a block says that the piece's bytes up
 * to there have just been seen; a question mark also stays where it is while its character goes on.
 */
struct block {
    uint64_t of_byte[256]; /* which bits a byte of the text may set */
    uint64_t ones;         /* question marks: any byte that begins a character */
};

static void block_init(struct block *block, lic_str bytes, struct wildcards wild)
{
    *block = (struct block){ .ones = 0 };
    for (size_t j = 0; j < bytes.n; j++) {
        uint64_t bit = UINT64_C(1) << j;
        char c = bytes.at[j];
        bool letter = wild.nocase && lower(c) >= 'a' && lower(c) <= 'z';
        if (c == wild.one) {
            block->ones |= bit;
            continue;
        }
        block->of_byte[(unsigned char)c] |= bit;
        if (letter) {
            block->of_byte[(unsigned char)c ^ 0x20u] |= bit;
        }
    }
}

/*
 * Runs one block over the window. carry: for each place, whether the block before has reached its
 * end there; becomes the same of this block. Gives the first place after which `last` is set.
 */
static size_t block_run(const struct block *block, lic_str window, uint64_t last, uint64_t *state,
                        uint64_t *carry)
{
    uint64_t seen = *state;
    for (size_t i = 0; i < window.n; i++) {
        char c = window.at[i];
        uint64_t bit = UINT64_C(1) << (i % 64);
        uint64_t in = (carry[i / 64] & bit) != 0 ? 1 : 0;
        uint64_t allowed = block->of_byte[(unsigned char)c] | (continues(c) ? 0 : block->ones);
        uint64_t stays = continues(c) ? seen & block->ones : 0;
        carry[i / 64] = (seen >> 63) != 0 ? carry[i / 64] | bit : carry[i / 64] & ~bit;
        seen = (((seen << 1) | in) & allowed) | stays;
        if ((seen & last) != 0) {
            return i;
        }
    }
    *state = seen;
    return window.n;
}

/* *out_end is behind the first place where the piece stands. */
static bool find_by_bits(lic_str piece, lic_str text, struct wildcards wild, size_t *out_end)
{
    uint64_t state[BLOCKS_MAX];
    uint64_t carry[WINDOW_BYTES / 64];
    size_t blocks_n = (piece.n + 63) / 64;
    uint64_t last_bit = UINT64_C(1) << ((piece.n - 1) % 64);
    memset(state, 0, blocks_n * sizeof(state[0]));
    for (size_t from = 0; from < text.n; from += WINDOW_BYTES) {
        lic_str window = str_slice(text, from, from + WINDOW_BYTES);
        memset(carry, 0xff, sizeof(carry)); /* the piece may begin anywhere */
        for (size_t b = 0; b < blocks_n; b++) {
            struct block block;
            uint64_t last = b + 1 == blocks_n ? last_bit : 0;
            block_init(&block, str_slice(piece, b * 64, b * 64 + 64), wild);
            size_t at = block_run(&block, window, last, &state[b], carry);
            if (at < window.n) {
                *out_end = from + at + 1;
                return true;
            }
        }
    }
    return false;
}

/* For pieces beyond BLOCKS_MAX, which no policy of AWS's sizes has. */
static bool find_by_trying(lic_str piece, lic_str text, struct wildcards wild, size_t *out_end)
{
    for (size_t from = 0; from < text.n; from = next_char(text, from)) {
        size_t n = 0;
        if (starts_with(piece, str_tail(text, from), wild, &n)) {
            *out_end = from + n;
            return true;
        }
    }
    return false;
}

static bool find_piece(lic_str piece, lic_str text, struct wildcards wild, size_t *out_end)
{
    if (wild.nocase || str_find_char(piece, wild.one) < piece.n) {
        return piece.n <= BLOCKS_MAX * 64 ? find_by_bits(piece, text, wild, out_end)
                                          : find_by_trying(piece, text, wild, out_end);
    }
    if (piece.n > text.n) {
        return false;
    }
    const char *at = memmem(text.at, text.n, piece.at, piece.n);
    *out_end = at ? (size_t)(at - text.at) + piece.n : 0;
    return at != NULL;
}

/* ---- whole patterns ----------------------------------------------------------------------- */

/* What a pattern says of a text, and of shorter ends of the same text. */
enum fit {
    FIT_NO,
    FIT_NEVER, /* the part behind the first asterisk does not fit: nor will it in less text */
    FIT_YES
};

static size_t find_last(lic_str s, char c)
{
    size_t n = s.n;
    while (n > 0 && s.at[n - 1] != c) {
        n--;
    }
    return n;
}

/* Each piece where it comes first leaves the most text for those after it. */
static bool pieces_fit(lic_str pattern, lic_str text, struct wildcards wild)
{
    while (pattern.n > 0) {
        lic_str piece = str_split(&pattern, wild.any);
        size_t end = 0;
        if (piece.n > 0 && !find_piece(piece, text, wild, &end)) {
            return false;
        }
        text = str_tail(text, end);
    }
    return true;
}

static enum fit glob_fit(lic_str pattern, lic_str text, struct wildcards wild)
{
    size_t any = str_find_char(pattern, wild.any);
    size_t n = 0;
    if (!starts_with(str_head(pattern, any), text, wild, &n)) {
        return FIT_NO;
    }
    lic_str rest = str_tail(text, n);
    if (any == pattern.n) {
        return rest.n == 0 ? FIT_YES : FIT_NO;
    }
    size_t last = find_last(pattern, wild.any);
    if (!ends_with(str_tail(pattern, last), rest, wild, &n)) {
        return FIT_NEVER;
    }
    lic_str middle = str_slice(pattern, any + 1, last - 1 > any ? last - 1 : any + 1);
    return pieces_fit(middle, str_head(rest, n), wild) ? FIT_YES : FIT_NEVER;
}

static bool glob(lic_str pattern, lic_str text, struct wildcards wild)
{
    return glob_fit(pattern, text, wild) == FIT_YES;
}

static struct parts parts_of(lic_str text)
{
    return (struct parts){ text.at ? text : LIC_STR(""), 0 };
}

static bool parts_left(const struct parts *parts)
{
    return parts->rest.at != NULL;
}

/* The next part; the sixth is everything that is left. */
static lic_str parts_take(struct parts *parts)
{
    lic_str all = parts->rest;
    size_t n = parts->taken_n < PARTS_BEFORE_LAST ? str_find_char(all, ':') : all.n;
    parts->rest = n < all.n ? str_tail(all, n + 1) : (lic_str){ NULL, 0 };
    parts->taken_n++;
    return str_head(all, n);
}

/* Passes over the parts before the first wildcard that are the same on both sides: most of them. */
static void skip_same_parts(struct parts *want, struct parts *have, struct wildcards wild)
{
    size_t both = want->rest.n < have->rest.n ? want->rest.n : have->rest.n;
    size_t past = 0;
    for (size_t i = 0; i < both && want->taken_n < PARTS_BEFORE_LAST; i++) {
        char c = want->rest.at[i];
        if (c != have->rest.at[i] || c == wild.any || c == wild.one) {
            break;
        }
        past = c == ':' ? i + 1 : past;
        want->taken_n += c == ':' ? 1 : 0;
    }
    have->taken_n = want->taken_n;
    want->rest = str_tail(want->rest, past);
    have->rest = str_tail(have->rest, past);
}

static bool arn_matches(lic_str pattern, lic_str arn, struct wildcards wild)
{
    struct parts want = parts_of(pattern);
    struct parts have = parts_of(arn);
    skip_same_parts(&want, &have, wild);
    while (parts_left(&want) && parts_left(&have)) {
        if (!glob(parts_take(&want), parts_take(&have), wild)) {
            return false;
        }
    }
    return want.taken_n == PARTS_BEFORE_LAST + 1 && !parts_left(&want) && !parts_left(&have);
}

static bool ends_in_any(lic_str part)
{
    return part.n > 0 && part.at[part.n - 1] == MATCH_ANY;
}

/* One step of both: FIT_NO also when one side has none left. */
static enum fit parts_fit(struct parts *want, struct parts *have, bool *out_open)
{
    if (!parts_left(want) || !parts_left(have)) {
        return FIT_NO;
    }
    lic_str pattern = parts_take(want);
    /* Behind an open asterisk the pattern's own count decides which part is the last. */
    have->taken_n = want->taken_n - 1;
    *out_open = ends_in_any(pattern) && want->taken_n <= PARTS_BEFORE_LAST;
    return glob_fit(pattern, parts_take(have), as_compiled);
}

/* Where to go on from when what follows an open asterisk did not match: one part further. */
struct resume {
    struct parts want, have;
    bool possible;
};

static bool resume_further(struct resume *resume, struct parts *want, struct parts *have)
{
    if (!resume->possible || !parts_left(&resume->have)) {
        return false;
    }
    resume->have.taken_n = 0; /* only colons count while the asterisk takes one part more */
    (void)parts_take(&resume->have);
    *want = resume->want;
    *have = resume->have;
    return true;
}

bool match_glob_resource(lic_str pattern, lic_str resource)
{
    struct parts want = parts_of(pattern);
    struct parts have = parts_of(resource);
    struct resume resume = { .possible = false };
    skip_same_parts(&want, &have, as_compiled);
    for (;;) {
        bool open = false;
        enum fit fit = parts_fit(&want, &have, &open);
        bool matched = fit == FIT_YES;
        if (matched && open) {
            resume = (struct resume){ want, have, true };
        }
        if (matched && !parts_left(&want) && (open || !parts_left(&have))) {
            return true;
        }
        /* The last part takes all that is left of the text: less of it will not do either. */
        bool never = fit == FIT_NEVER && !parts_left(&want) && !parts_left(&have);
        if (!matched && (never || !resume_further(&resume, &want, &have))) {
            return false;
        }
    }
}

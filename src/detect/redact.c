/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in place of findings; every byte outside them stays as it was. */
#include "detect/redact.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

/* Of a value with fewer letters and digits nothing is shown, of others a third at most. */
#define PARTIAL_MIN 8u
#define PARTIAL_SHOWN 4u
#define PARTIAL_SECRET_MIN 16u

/* ORDER REDACT_WAY with enum redact_way */
static const char *const way_names[] = { "mask", "partial", "hash", "token", "remove" };

bool redact_way_from(lic_str name, enum redact_way *out)
{
    for (uint32_t i = 0; i < sizeof(way_names) / sizeof(way_names[0]); i++) {
        if (str_eq(name, str_z(way_names[i]))) {
            *out = (enum redact_way)i;
            return true;
        }
    }
    return false;
}

enum redact_way redact_way_of(const struct redact_ways *ways, lic_str type)
{
    for (uint32_t i = 0; i < ways->n; i++) {
        if (str_eq(ways->at[i].type, type)) {
            return ways->at[i].way;
        }
    }
    return ways->otherwise;
}

void redact_mask(const struct finding *finding, struct buf *out)
{
    buf_add_char(out, '{');
    buf_add(out, finding->type);
    buf_add_char(out, '}');
}

/* ---- in part ---- */

/* A byte beyond ASCII is part of a letter. */
static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80;
}

static size_t count_letters(lic_str value)
{
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        n += is_letter_or_digit(value.at[i]) ? 1 : 0;
    }
    return n;
}

/*
 * Stars for all letters and digits but the last `shown`; what groups them stays. Only of a value
 * in ASCII, so that no character is cut.
 */
static void write_last(lic_str value, size_t shown, struct buf *out)
{
    size_t left = count_letters(value);
    for (size_t i = 0; i < value.n; i++) {
        char c = value.at[i];
        bool counted = is_letter_or_digit(c);
        buf_add_char(out, counted && left > shown ? '*' : c);
        left -= counted ? 1 : 0;
    }
}

static bool is_ascii(lic_str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.at[i] >= 0x80 || value.at[i] < 0x20) {
            return false;
        }
    }
    return true;
}

/* Short, or guessed from a part of it: nothing of these is shown. */
static bool is_all_or_nothing(const struct finding *finding)
{
    static const char *const types[] = {
        "PASSWORD", "PIN", "CREDIT_DEBIT_CARD_CVV", "PRIVATE_KEY", "CREDIT_DEBIT_CARD_EXPIRY", "AGE"
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (str_eq(finding->type, str_z(types[i]))) {
            return true;
        }
    }
    return false;
}

static void write_partial(const struct finding *finding, lic_str value, struct buf *out)
{
    size_t at = str_find_char(value, '@');
    size_t n = count_letters(value);
    size_t least = finding->category == FINDING_CREDENTIALS ? PARTIAL_SECRET_MIN : PARTIAL_MIN;
    if (str_eq(finding->type, LIC_STR("EMAIL")) && at > 0 && at < value.n) {
        buf_add(out, LIC_STR("***"));
        buf_add(out, str_tail(value, at));
        return;
    }
    if (is_all_or_nothing(finding) || n < least || !is_ascii(value)) {
        redact_mask(finding, out);
        return;
    }
    write_last(value, n >= 3 * PARTIAL_SHOWN ? PARTIAL_SHOWN : 2, out);
}

/* ---- the ways ---- */

/* What was already written of a way that failed goes; whether memory is short shows in `out`. */
static void write_keyed(const struct finding *finding, lic_str value,
                        const struct redact_ways *ways, bool hash, struct buf *out)
{
    struct lic_err ignored;
    size_t before = out->n;
    enum lic_rc rc = LIC_E_MISSING;
    if (ways->keys && value.n > 0) {
        rc = hash ? token_hash(ways->keys, finding->type, value, out, &ignored)
                  : token_make(ways->keys, finding->type, value, out, &ignored);
    }
    if (rc != LIC_OK && out->failed == LIC_OK) {
        out->n = before;
        redact_mask(finding, out);
    }
}

void redact_value(const struct finding *finding, lic_str value, const struct redact_ways *ways,
                  struct buf *out)
{
    switch (ways ? redact_way_of(ways, finding->type) : REDACT_MASK) {
    case REDACT_MASK:
        redact_mask(finding, out);
        break;
    case REDACT_PARTIAL:
        write_partial(finding, value, out);
        break;
    case REDACT_HASH:
        write_keyed(finding, value, ways, /* hash= */ true, out);
        break;
    case REDACT_TOKEN:
        write_keyed(finding, value, ways, /* hash= */ false, out);
        break;
    case REDACT_REMOVE:
        break;
    }
}

void redact_text(lic_str text, const struct finding *findings, uint32_t n, struct buf *out)
{
    redact_text_as(text, findings, n, NULL, out);
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether a type that begins at `start` would not be told from what stands before it. */
static bool runs_on(lic_str text, size_t from, size_t start)
{
    for (size_t i = start; i > from && start - i <= TOKEN_TYPE_MAX; i--) {
        char c = text.at[i - 1];
        if ((c >= 'A' && c <= 'Z') || c == '%') {
            return true;
        }
        if (c != '_' && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return false;
}

/* One stretch of text to be replaced: a finding, and those that overlap or touch it if its way is
 * one whose results must not run into each other. */
struct stretch {
    const struct finding *finding;
    size_t start, end;
    enum redact_way way;
};

/*
 * A token with a letter or digit behind it counts as altered, and one with a capital before it is
 * of another type: such a value is masked. What stood around something removed must not become one
 * word either.
 */
static bool must_mask(lic_str text, size_t from, const struct stretch *stretch)
{
    bool after = stretch->end < text.n && is_word(text.at[stretch->end]);
    switch (stretch->way) {
    case REDACT_TOKEN:
    case REDACT_HASH:
        return after || runs_on(text, from, stretch->start);
    case REDACT_REMOVE:
        return after && stretch->start > 0 && is_word(text.at[stretch->start - 1]);
    case REDACT_MASK:
    case REDACT_PARTIAL:
        return false;
    }
    return true;
}

static enum redact_way way_of(const struct redact_ways *ways, const struct finding *finding)
{
    return ways ? redact_way_of(ways, finding->type) : REDACT_MASK;
}

void redact_value_in(lic_str text, const struct finding *finding, lic_str value,
                     const struct redact_ways *ways, struct buf *out)
{
    struct stretch stretch = { finding, finding->start, finding->end, way_of(ways, finding) };
    if (must_mask(text, 0, &stretch)) {
        redact_mask(finding, out);
        return;
    }
    redact_value(finding, value, ways, out);
}

/* Takes those after findings[i] into the stretch that it begins; returns the last one taken. */
static uint32_t join_next(const struct finding *findings, uint32_t i, uint32_t n,
                          const struct redact_ways *ways, struct stretch *stretch)
{
    bool joins = stretch->way == REDACT_TOKEN || stretch->way == REDACT_HASH;
    for (uint32_t next = i + 1; joins && next < n; next++) {
        const struct finding *finding = &findings[next];
        if (finding->action != ACTION_REWRITE) {
            continue;
        }
        if (finding->start > stretch->end || way_of(ways, finding) != stretch->way) {
            break;
        }
        stretch->end = finding->end > stretch->end ? finding->end : stretch->end;
        i = next;
    }
    return i;
}

/*
 * Where two findings overlap nevertheless, the second is replaced from where the first ends: no
 * byte of either is ever left.
 */
void redact_text_as(lic_str text, const struct finding *findings, uint32_t n,
                    const struct redact_ways *ways, struct buf *out)
{
    size_t done = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct finding *finding = &findings[i];
        if (finding->action != ACTION_REWRITE || finding->end <= done) {
            continue;
        }
        struct stretch stretch = { finding, finding->start > done ? finding->start : done,
                                   finding->end, way_of(ways, finding) };
        i = join_next(findings, i, n, ways, &stretch);
        buf_add(out, str_slice(text, done, stretch.start));
        if (must_mask(text, done, &stretch)) {
            redact_mask(finding, out);
        } else {
            redact_value(finding, str_slice(text, stretch.start, stretch.end), ways, out);
        }
        done = stretch.end;
    }
    buf_add(out, str_tail(text, done));
}

/* ---- tokens that stand in a text ---- */

static bool opens(const struct token_keys *keys, lic_str token, struct arena *arena)
{
    lic_str type, value;
    struct lic_err ignored;
    return token_open(keys, token, arena, &type, &value, &ignored) == LIC_OK;
}

struct span {
    size_t start, end;
};
struct spans {
    struct span *at;
    uint32_t n, cap;
};

/* The spans are in order and apart. */
static bool is_within(const struct spans *spans, const struct finding *finding)
{
    uint32_t low = 0, high = spans->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (spans->at[middle].end < finding->end) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < spans->n && spans->at[low].start <= finding->start;
}

/* Without memory for more, what is left is found once again: a token of a token, or its mask. */
static void find_tokens(lic_str text, const struct token_keys *keys, struct arena *arena,
                        struct spans *out)
{
    struct span span = { 0, 0 };
    while (token_find(text, span.end, &span.start, &span.end)) {
        if (opens(keys, str_slice(text, span.start, span.end), arena) &&
            !ARENA_PUSH(arena, out, span)) {
            return;
        }
    }
}

void redact_skip_tokens(lic_str text, const struct token_keys *keys, struct arena *arena,
                        struct findings *findings, uint32_t first)
{
    struct spans spans = { 0 };
    uint32_t kept = first;
    if (keys->n == 0 || findings->n == first) {
        return;
    }
    find_tokens(text, keys, arena, &spans);
    for (uint32_t i = first; i < findings->n; i++) {
        if (!is_within(&spans, &findings->at[i])) {
            findings->at[kept++] = findings->at[i];
        }
    }
    findings->n = kept;
}

static bool put_back(const struct redact_reveal *reveal, lic_str token, struct arena *arena,
                     struct buf *out)
{
    lic_str type, value;
    struct lic_err ignored;
    if (token_open(reveal->keys, token, arena, &type, &value, &ignored) != LIC_OK ||
        (reveal->allow && !reveal->allow(reveal->arg, type))) {
        return false;
    }
    if (reveal->write) {
        reveal->write(out, value);
    } else {
        buf_add(out, value);
    }
    return true;
}

void redact_reverse(const struct redact_reveal *reveal, lic_str text, struct arena *arena,
                    struct buf *out, uint32_t *out_n)
{
    redact_reverse_head(reveal, text, text.n, arena, out, out_n);
}

void redact_reverse_head(const struct redact_reveal *reveal, lic_str text, size_t to,
                         struct arena *arena, struct buf *out, uint32_t *out_n)
{
    size_t done = 0, start, end = 0;
    *out_n = 0;
    while (token_find(text, end, &start, &end) && end <= to) {
        buf_add(out, str_slice(text, done, start));
        if (put_back(reveal, str_slice(text, start, end), arena, out)) {
            ++*out_n;
        } else {
            buf_add(out, str_slice(text, start, end));
        }
        done = end;
    }
    buf_add(out, str_slice(text, done, to));
}

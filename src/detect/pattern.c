/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of patterns: recursive descent over code points, one function a rule of the grammar.
 *
 *     either    = sequence { "|" sequence }
 *     sequence  = { repeat }
 *     repeat    = atom [ "?" | "*" | "+" | "{" m [ "," [ n ] ] "}" ]
 *     atom      = character | "." | escape | "[" class "]" | "(" [ "?:" | "?i:" ] either ")" |
 * "(?i)"
 */
#include "detect/pattern.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define NESTING_MAX 32u
#define PATTERN_BYTES_MAX 8192u
#define GAP_COUNT 8u /* what \_ counts as in lengths, in characters */

struct reader {
    struct arena *arena;
    lic_str text;
    size_t at;
    bool bounded;
    bool fold; /* (?i) is in force */
    uint32_t depth;
    struct lic_err *err;
};

static enum lic_rc refuse(struct reader *r, size_t at, enum lic_rc rc, const char *why)
{
    lic_str near = str_slice(r->text, at, at + 16);
    err_set(r->err, rc, "%s at byte %zu of the pattern, near \"" LIC_FMT "\"", why, at,
            LIC_ARG(near));
    if (r->err) {
        r->err->offset = at;
    }
    return rc;
}

static enum lic_rc out_of_memory(struct reader *r)
{
    return err_set(r->err, LIC_E_NOMEM, "no memory to read a pattern of %zu bytes", r->text.n);
}

static bool more(const struct reader *r)
{
    return r->at < r->text.n;
}

static bool next_is(const struct reader *r, const char *what)
{
    return str_starts(str_tail(r->text, r->at), str_z(what));
}

static bool take(struct reader *r, const char *what)
{
    if (!next_is(r, what)) {
        return false;
    }
    r->at += strlen(what);
    return true;
}

static uint32_t take_code_point(struct reader *r)
{
    size_t n = 1;
    uint32_t code_point = utf8_get(str_tail(r->text, r->at), &n);
    r->at += n;
    return code_point;
}

static enum lic_rc make_node(struct reader *r, enum pattern_type type, struct pattern_node **out)
{
    struct pattern_node *node = ARENA_NEW(r->arena, struct pattern_node);
    if (!node) {
        return out_of_memory(r);
    }
    node->type = type;
    *out = node;
    return LIC_OK;
}

static enum lic_rc add_child(struct reader *r, struct pattern_node *parent,
                             struct pattern_node *child)
{
    return ARENA_PUSH(r->arena, parent, child) ? LIC_OK : out_of_memory(r);
}

/* A parent of one child is that child; of none, the empty text. */
static void simplify(struct pattern_node **node)
{
    if ((*node)->n == 1) {
        *node = (*node)->at[0];
    } else if ((*node)->n == 0) {
        (*node)->type = PATTERN_EMPTY;
    }
}

/* ---- classes ---- */

struct class_builder {
    struct reader *r;
    struct pattern_node *alt;
    enum lic_rc rc;
};

static enum lic_rc add_sequence(struct class_builder *b, const struct charset_sequence *sequence)
{
    struct pattern_node *cat = NULL;
    TRY(make_node(b->r, PATTERN_CAT, &cat));
    for (uint32_t i = 0; i < sequence->n; i++) {
        struct pattern_node *leaf = NULL;
        TRY(make_node(b->r, PATTERN_SET, &leaf));
        leaf->set = sequence->byte[i];
        TRY(add_child(b->r, cat, leaf));
    }
    simplify(&cat);
    return add_child(b->r, b->alt, cat);
}

static bool on_sequence(void *arg, const struct charset_sequence *sequence)
{
    struct class_builder *b = arg;
    b->rc = add_sequence(b, sequence);
    return b->rc == LIC_OK;
}

/* Turns a class into nodes; the other case is added first when (?i) is in force. */
static enum lic_rc make_class(struct reader *r, struct charset *set, bool negated,
                              struct pattern_node **out)
{
    if (r->fold) {
        charset_fold(set);
    }
    if (negated) {
        charset_negate(set);
    } else {
        charset_normalize(set);
    }
    if (set->failed) {
        return out_of_memory(r);
    }
    if (set->n == 0) {
        return refuse(r, r->at, LIC_E_INVALID, "a class that no character is in");
    }
    struct pattern_node *alt = NULL;
    TRY(make_node(r, PATTERN_ALT, &alt));
    struct class_builder builder = { .r = r, .alt = alt, .rc = LIC_OK };
    charset_sequences(set, on_sequence, &builder);
    TRY(builder.rc);
    simplify(&alt);
    *out = alt;
    return LIC_OK;
}

static void add_word(struct charset *set)
{
    charset_add(set, '0', '9');
    charset_add(set, 'A', 'Z');
    charset_add(set, '_', '_');
    charset_add(set, 'a', 'z');
}

static void add_space(struct charset *set)
{
    charset_add(set, '\t', '\r');
    charset_add(set, ' ', ' ');
}

/* What stands between two words: blanks, punctuation, and marks that show nothing at all. */
static void add_gap(struct charset *set)
{
    static const struct charset_range gap[] = {
        { 0x09, 0x0D },     { ' ', '/' },       { ':', '@' },       { '[', '`' },
        { '{', '~' },       { 0x85, 0x85 },     { 0xA0, 0xA1 },     { 0xAB, 0xAB },
        { 0xAD, 0xAD },     { 0xB7, 0xB7 },     { 0xBB, 0xBB },     { 0xBF, 0xBF },
        { 0x60C, 0x60C },   { 0x61B, 0x61C },   { 0x61F, 0x61F },   { 0x964, 0x965 },
        { 0x1680, 0x1680 }, { 0x180E, 0x180E }, { 0x2000, 0x206F }, { 0x3000, 0x3003 },
        { 0x3008, 0x3011 }, { 0x30FB, 0x30FB }, { 0xFEFF, 0xFEFF }, { 0xFF01, 0xFF0F },
        { 0xFF1A, 0xFF20 },
    };
    for (size_t i = 0; i < sizeof(gap) / sizeof(gap[0]); i++) {
        charset_add(set, gap[i].first, gap[i].last);
    }
}

/* \d \w \s and their complements into a class; false: `letter` is none of them. */
static bool add_named(struct charset *set, uint32_t letter)
{
    struct charset named;
    charset_init(&named, set->arena);
    uint32_t lower = letter | 0x20;
    if (lower == 'd') {
        charset_add(&named, '0', '9');
    } else if (lower == 'w') {
        add_word(&named);
    } else if (lower == 's') {
        add_space(&named);
    } else {
        return false;
    }
    if (letter != lower) {
        charset_negate(&named);
    }
    for (uint32_t i = 0; i < named.n; i++) {
        charset_add(set, named.at[i].first, named.at[i].last);
    }
    set->failed = set->failed || named.failed;
    return true;
}

static bool hex_value(uint8_t c, uint32_t *out)
{
    if (c >= '0' && c <= '9') {
        *out = (uint32_t)(c - '0');
        return true;
    }
    c |= 0x20;
    if (c >= 'a' && c <= 'f') {
        *out = (uint32_t)(c - 'a') + 10;
        return true;
    }
    return false;
}

/* Up to `digits_max` hex digits at the reader; all of them when `exact`. */
static enum lic_rc take_hex(struct reader *r, uint32_t digits_max, bool exact, uint32_t *out)
{
    uint32_t value = 0, n = 0, digit = 0;
    while (n < digits_max && more(r) && hex_value((uint8_t)r->text.at[r->at], &digit)) {
        value = value * 16 + digit;
        r->at++;
        n++;
    }
    if (n == 0 || (exact && n < digits_max)) {
        return refuse(r, r->at, LIC_E_SYNTAX, "a hex digit is missing");
    }
    *out = value;
    return LIC_OK;
}

/* The rest of \x41, \x{1F600} or \u0041, after the letter. */
static enum lic_rc take_numbered(struct reader *r, uint32_t letter, uint32_t *out)
{
    uint32_t value = 0;
    size_t at = r->at;
    if (letter == 'u') {
        TRY(take_hex(r, 4, /* exact= */ true, &value));
    } else if (take(r, "{")) {
        TRY(take_hex(r, 6, /* exact= */ false, &value));
        if (!take(r, "}")) {
            return refuse(r, r->at, LIC_E_SYNTAX, "'}' is missing");
        }
    } else {
        TRY(take_hex(r, 2, /* exact= */ true, &value));
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return refuse(r, at, LIC_E_INVALID, "not a Unicode character");
    }
    *out = value;
    return LIC_OK;
}

/* An escape that stands for one character; `letter` has been taken. */
static enum lic_rc take_escaped(struct reader *r, uint32_t letter, uint32_t *out)
{
    static const char names[] = "nrtfve", values[] = "\n\r\t\f\v\x1b";
    if (letter == 'x' || letter == 'u') {
        return take_numbered(r, letter, out);
    }
    const char *name = letter < 0x80 && letter > 0 ? strchr(names, (int)letter) : NULL;
    if (name) {
        *out = (uint8_t)values[name - names];
        return LIC_OK;
    }
    if (letter >= '1' && letter <= '9') {
        return refuse(r, r->at - 1, LIC_E_INVALID,
                      "a back-reference cannot be matched in linear time and is refused");
    }
    if (letter == 'p' || letter == 'P') {
        return refuse(r, r->at - 1, LIC_E_INVALID,
                      "Unicode properties are not part of the grammar");
    }
    if (letter < 0x80 && charset_is_word((uint8_t)letter)) {
        return refuse(r, r->at - 1, LIC_E_SYNTAX, "an escape that means nothing here");
    }
    *out = letter;
    return LIC_OK;
}

static enum lic_rc take_letter(struct reader *r, uint32_t *out)
{
    if (!more(r)) {
        return refuse(r, r->at, LIC_E_SYNTAX, "the pattern ends in a backslash");
    }
    *out = take_code_point(r);
    return LIC_OK;
}

/* One end of a range in a class; *named: it was \d and the like, already added. */
static enum lic_rc take_class_item(struct reader *r, struct charset *set, uint32_t *out,
                                   bool *named)
{
    *named = false;
    if (!take(r, "\\")) {
        *out = take_code_point(r);
        return LIC_OK;
    }
    uint32_t letter = 0;
    TRY(take_letter(r, &letter));
    *named = add_named(set, letter);
    if (letter == '_') {
        add_gap(set);
        *named = true;
    }
    return *named ? LIC_OK : take_escaped(r, letter, out);
}

static enum lic_rc read_class_range(struct reader *r, struct charset *set)
{
    uint32_t first = 0, last = 0;
    bool named = false;
    size_t at = r->at;
    if (next_is(r, "[:") || next_is(r, "[.") || next_is(r, "[=")) {
        return refuse(r, at, LIC_E_INVALID, "POSIX classes are not part of the grammar");
    }
    TRY(take_class_item(r, set, &first, &named));
    if (named) {
        return LIC_OK;
    }
    last = first;
    if (next_is(r, "-") && !next_is(r, "-]")) {
        r->at++;
        if (!more(r)) {
            return refuse(r, r->at, LIC_E_SYNTAX, "']' is missing");
        }
        TRY(take_class_item(r, set, &last, &named));
    }
    if (named || last < first) {
        return refuse(r, at, LIC_E_SYNTAX, "a range whose end lies before its beginning");
    }
    charset_add(set, first, last);
    return LIC_OK;
}

/* After '['. A ']' that comes first is a member, as everywhere. */
static enum lic_rc read_class(struct reader *r, struct pattern_node **out)
{
    size_t open = r->at - 1;
    struct charset set;
    charset_init(&set, r->arena);
    bool negated = take(r, "^"), first = true;
    for (; more(r) && (first || !next_is(r, "]")); first = false) {
        TRY(read_class_range(r, &set));
    }
    if (!take(r, "]")) {
        return refuse(r, open, LIC_E_SYNTAX, "a class that is not closed");
    }
    return make_class(r, &set, negated, out);
}

/* ---- atoms ---- */

static enum lic_rc make_character(struct reader *r, uint32_t code_point, struct pattern_node **out)
{
    struct charset set;
    charset_init(&set, r->arena);
    charset_add(&set, code_point, code_point);
    return make_class(r, &set, /* negated= */ false, out);
}

static enum lic_rc make_repeat(struct reader *r, struct pattern_node *child, uint32_t min,
                               uint32_t max, struct pattern_node **out)
{
    struct pattern_node *repeat = NULL;
    TRY(make_node(r, PATTERN_REPEAT, &repeat));
    TRY(add_child(r, repeat, child));
    repeat->min = min;
    repeat->max = max;
    repeat->reckoned = PATTERN_LOOP_COUNT;
    *out = repeat;
    return LIC_OK;
}

/* A loop, since its counts would be most of a pattern; the rule's longest match bounds it. */
static enum lic_rc make_gap(struct reader *r, struct pattern_node **out)
{
    struct charset set;
    struct pattern_node *one = NULL;
    charset_init(&set, r->arena);
    add_gap(&set);
    TRY(make_class(r, &set, /* negated= */ false, &one));
    TRY(make_repeat(r, one, 1, PATTERN_UNBOUNDED, out));
    (*out)->reckoned = GAP_COUNT;
    return LIC_OK;
}

static enum lic_rc read_escape(struct reader *r, struct pattern_node **out)
{
    uint32_t letter = 0, code_point = 0;
    struct charset set;
    TRY(take_letter(r, &letter));
    if (letter == 'b') {
        return make_node(r, PATTERN_BOUNDARY, out);
    }
    if (letter == '_') {
        return make_gap(r, out);
    }
    if (letter == 'B' || letter == 'A' || letter == 'Z' || letter == 'z' || letter == 'G') {
        return refuse(r, r->at - 2, LIC_E_INVALID, "of the anchors only \\b is known");
    }
    charset_init(&set, r->arena);
    if (add_named(&set, letter)) {
        return make_class(r, &set, /* negated= */ false, out);
    }
    TRY(take_escaped(r, letter, &code_point));
    return make_character(r, code_point, out);
}

static enum lic_rc read_either(struct reader *r, struct pattern_node **out);

/* After '('. (?i) on its own holds to the end of the group it stands in. */
static enum lic_rc read_group(struct reader *r, struct pattern_node **out)
{
    size_t open = r->at - 1;
    if (take(r, "?i)")) {
        r->fold = true;
        return make_node(r, PATTERN_EMPTY, out);
    }
    bool outer_fold = r->fold;
    if (take(r, "?i:")) {
        r->fold = true;
    } else if (!take(r, "?:") && next_is(r, "?")) {
        bool around =
            next_is(r, "?=") || next_is(r, "?!") || next_is(r, "?<=") || next_is(r, "?<!");
        return refuse(r, open, LIC_E_INVALID,
                      around ? "lookaround cannot be matched in linear time and is refused"
                             : "of the groups only (...), (?:...), (?i) and (?i:...) are known");
    }
    if (++r->depth > NESTING_MAX) {
        return refuse(r, open, LIC_E_LIMIT, "groups are nested more than 32 deep");
    }
    TRY(read_either(r, out));
    r->depth--;
    if (!take(r, ")")) {
        return refuse(r, open, LIC_E_SYNTAX, "a group that is not closed");
    }
    r->fold = outer_fold;
    return LIC_OK;
}

static enum lic_rc read_dot(struct reader *r, struct pattern_node **out)
{
    struct charset set;
    charset_init(&set, r->arena);
    charset_add(&set, '\n', '\n');
    return make_class(r, &set, /* negated= */ true, out);
}

static enum lic_rc read_atom(struct reader *r, struct pattern_node **out)
{
    size_t at = r->at;
    uint32_t c = take_code_point(r);
    switch (c) {
    case '\\':
        return read_escape(r, out);
    case '[':
        return read_class(r, out);
    case '(':
        return read_group(r, out);
    case '.':
        return read_dot(r, out);
    case '^':
    case '$':
        return refuse(r, at, LIC_E_INVALID,
                      "of the anchors only \\b is known; '^' and '$' are not");
    case '*':
    case '+':
    case '?':
    case '{':
        return refuse(r, at, LIC_E_SYNTAX, "a quantifier with nothing before it");
    case 0:
        return refuse(r, at, LIC_E_INVALID, "a NUL byte");
    default:
        return make_character(r, c, out);
    }
}

/* ---- repeats ---- */

static bool take_count(struct reader *r, uint32_t *out)
{
    size_t begin = r->at;
    uint32_t n = 0;
    while (more(r) && r->text.at[r->at] >= '0' && r->text.at[r->at] <= '9' && r->at - begin < 6) {
        n = n * 10 + (uint32_t)(r->text.at[r->at++] - '0');
    }
    *out = n;
    return r->at > begin;
}

/* After '{'. */
static enum lic_rc read_counts(struct reader *r, uint32_t *min, uint32_t *max)
{
    size_t open = r->at - 1;
    if (!take_count(r, min)) {
        return refuse(r, open, LIC_E_SYNTAX,
                      "'{' that begins no count (write \\{ for the character)");
    }
    *max = *min;
    if (take(r, ",") && !take_count(r, max)) {
        *max = PATTERN_UNBOUNDED;
    }
    if (!take(r, "}")) {
        return refuse(r, open, LIC_E_SYNTAX, "a count that is not closed");
    }
    if (*max < *min || *max == 0) {
        return refuse(r, open, LIC_E_INVALID,
                      "a count whose end lies before its beginning, or is 0");
    }
    if (*min > PATTERN_REPEAT_MAX || (*max != PATTERN_UNBOUNDED && *max > PATTERN_REPEAT_MAX)) {
        return refuse(r, open, LIC_E_LIMIT, "a count above 8192");
    }
    return LIC_OK;
}

/* False: there is no quantifier here. */
static bool take_quantifier(struct reader *r, uint32_t *min, uint32_t *max, bool *counted)
{
    *counted = take(r, "{");
    *min = next_is(r, "+") ? 1 : 0;
    *max = next_is(r, "?") ? 1 : PATTERN_UNBOUNDED;
    return *counted || take(r, "?") || take(r, "*") || take(r, "+");
}

static enum lic_rc read_repeat(struct reader *r, struct pattern_node **out)
{
    struct pattern_node *atom = NULL;
    TRY(read_atom(r, &atom));
    size_t at = r->at;
    uint32_t min = 1, max = 1;
    bool counted = false;
    if (!take_quantifier(r, &min, &max, &counted)) {
        *out = atom;
        return LIC_OK;
    }
    if (counted) {
        TRY(read_counts(r, &min, &max));
    }
    if (max == PATTERN_UNBOUNDED && r->bounded) {
        return refuse(r, at, LIC_E_INVALID, "a repeat without an upper bound (write {0,40}, say)");
    }
    if (next_is(r, "?") || next_is(r, "+") || next_is(r, "*") || next_is(r, "{")) {
        return refuse(r, r->at, LIC_E_INVALID,
                      "a quantifier after a quantifier (the longest match is always taken, so lazy "
                      "and possessive ones mean nothing)");
    }
    if (atom->type == PATTERN_BOUNDARY || atom->type == PATTERN_EMPTY) {
        return refuse(r, at, LIC_E_INVALID, "a quantifier after something that has no characters");
    }
    return make_repeat(r, atom, min, max, out);
}

/* What follows; a sequence in a sequence is one sequence. */
static enum lic_rc append(struct reader *r, struct pattern_node *cat, struct pattern_node *item)
{
    if (item->type == PATTERN_EMPTY) {
        return LIC_OK;
    }
    if (item->type != PATTERN_CAT) {
        return add_child(r, cat, item);
    }
    for (uint32_t i = 0; i < item->n; i++) {
        TRY(add_child(r, cat, item->at[i]));
    }
    return LIC_OK;
}

static enum lic_rc read_sequence(struct reader *r, struct pattern_node **out)
{
    struct pattern_node *cat = NULL;
    TRY(make_node(r, PATTERN_CAT, &cat));
    while (more(r) && !next_is(r, "|") && !next_is(r, ")")) {
        struct pattern_node *item = NULL;
        TRY(read_repeat(r, &item));
        TRY(append(r, cat, item));
    }
    simplify(&cat);
    *out = cat;
    return LIC_OK;
}

static enum lic_rc read_either(struct reader *r, struct pattern_node **out)
{
    struct pattern_node *alt = NULL;
    TRY(make_node(r, PATTERN_ALT, &alt));
    do {
        struct pattern_node *way = NULL;
        TRY(read_sequence(r, &way));
        TRY(add_child(r, alt, way));
    } while (take(r, "|"));
    simplify(&alt);
    *out = alt;
    return LIC_OK;
}

/* ---- lengths ---- */

/* Far above every limit, far below overflow. */
#define LENGTH_CEILING ((size_t)1 << 24)

static size_t clamp_length(size_t n)
{
    return n < LENGTH_CEILING ? n : LENGTH_CEILING;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t pattern_longest(const struct pattern_node *node)
{
    size_t n = 0;
    switch (node->type) {
    case PATTERN_EMPTY:
    case PATTERN_BOUNDARY:
        return 0;
    case PATTERN_SET:
        return 1;
    case PATTERN_REPEAT:
        n = node->max == PATTERN_UNBOUNDED ? max_size(node->reckoned, node->min) : node->max;
        return clamp_length(n * pattern_longest(node->at[0]));
    case PATTERN_CAT:
    case PATTERN_ALT:
        for (uint32_t i = 0; i < node->n; i++) {
            size_t child = pattern_longest(node->at[i]);
            n = node->type == PATTERN_CAT ? clamp_length(n + child) : max_size(n, child);
        }
        return n;
    }
    UNREACHABLE("every type of node has returned");
}

size_t pattern_shortest(const struct pattern_node *node)
{
    size_t n = 0;
    switch (node->type) {
    case PATTERN_EMPTY:
    case PATTERN_BOUNDARY:
        return 0;
    case PATTERN_SET:
        return 1;
    case PATTERN_REPEAT:
        return clamp_length(node->min * pattern_shortest(node->at[0]));
    case PATTERN_CAT:
        for (uint32_t i = 0; i < node->n; i++) {
            n = clamp_length(n + pattern_shortest(node->at[i]));
        }
        return n;
    case PATTERN_ALT:
        n = LENGTH_CEILING;
        for (uint32_t i = 0; i < node->n; i++) {
            size_t child = pattern_shortest(node->at[i]);
            n = child < n ? child : n;
        }
        return n;
    }
    UNREACHABLE("every type of node has returned");
}

static enum lic_rc measure(struct reader *r, struct pattern *pattern)
{
    pattern->shortest = pattern_shortest(pattern->root);
    pattern->longest = pattern_longest(pattern->root);
    if (pattern->shortest == 0) {
        return refuse(r, 0, LIC_E_INVALID, "a pattern that matches the empty text");
    }
    bool too_long = pattern->longest > LIMIT_MATCH_BYTES;
    if (too_long && (r->bounded || pattern->shortest > LIMIT_MATCH_BYTES)) {
        return refuse(r, 0, LIC_E_LIMIT, "a match could be longer than 8192 bytes");
    }
    pattern->longest = too_long ? LIMIT_MATCH_BYTES : pattern->longest;
    return LIC_OK;
}

enum lic_rc pattern_read(struct arena *arena, lic_str text, bool bounded, struct pattern *out,
                         struct lic_err *err)
{
    struct pattern pattern = { 0 };
    struct reader r = { .arena = arena, .text = text, .bounded = bounded, .err = err };
    size_t bad = utf8_check(text);
    if (text.n > PATTERN_BYTES_MAX) {
        return refuse(&r, PATTERN_BYTES_MAX, LIC_E_LIMIT, "a pattern longer than 8192 bytes");
    }
    if (bad != text.n) {
        return refuse(&r, bad, LIC_E_UTF8, "a byte that is not UTF-8");
    }
    TRY(read_either(&r, &pattern.root));
    if (more(&r)) {
        return refuse(&r, r.at, LIC_E_SYNTAX, "a ')' that closes nothing");
    }
    TRY(measure(&r, &pattern));
    *out = pattern;
    return LIC_OK;
}

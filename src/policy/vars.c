/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`. The value
 * of a variable is always plain text: a caller who may choose a session name cannot bring a
 * wildcard, nor a colon that would shift the parts of an ARN.
 */
#include "policy/vars.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "policy/match.h"

#include "base/banned.h"

#define ARN_COLONS 5u
#define EXPANDED_BYTES_MAX (4u * 1024 * 1024)

/* A pattern while it is read. */
struct pattern_reader {
    struct arena *arena;
    enum vars_use use;
    struct buf text; /* of the piece being read, compiled */
    struct {
        struct vars_piece *at;
        uint32_t n, cap;
    } pieces;
    uint32_t colons_n; /* in the pattern's own text so far */
    bool open;         /* one of the first five parts ends in an asterisk */
};

static enum lic_rc check_text(lic_str text, struct lic_err *err);
static enum lic_rc read_pieces(struct pattern_reader *r, lic_str text, bool variables,
                               struct lic_err *err);
static enum lic_rc finish(struct pattern_reader *r, struct vars_pattern *out, struct lic_err *err);

enum lic_rc vars_read(struct arena *arena, lic_str text, enum vars_use use, bool variables,
                      struct vars_pattern *out, struct lic_err *err)
{
    struct pattern_reader r = { .arena = arena, .use = use };
    TRY(check_text(text, err));
    /* Padding a short resource ARN adds at most five times ":*". */
    buf_init(&r.text, arena, LIMIT_POLICY_BYTES + 2 * ARN_COLONS);
    TRY(read_pieces(&r, text, variables, err));
    return finish(&r, out, err);
}

static enum lic_rc check_text(lic_str text, struct lic_err *err)
{
    ENSURE(text.n <= LIMIT_POLICY_BYTES, err, LIC_E_LIMIT,
           "a text of %zu bytes is longer than %u bytes", text.n, LIMIT_POLICY_BYTES);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        ENSURE(c >= 0x20 || c == '\t' || c == '\n' || c == '\r', err, LIC_E_INVALID,
               "the control character U+%04X is not allowed in a policy", c);
    }
    return LIC_OK;
}

static bool has_wildcards(enum vars_use use)
{
    return use == VARS_LIKE || use == VARS_ARN || use == VARS_RESOURCE;
}

static char compiled_char(enum vars_use use, char c)
{
    if (!has_wildcards(use)) {
        return c;
    }
    return c == '*' ? MATCH_ANY : c == '?' ? MATCH_ONE : c;
}

static bool text_ends_in_any(const struct pattern_reader *r)
{
    return r->text.n > 0 && r->text.at[r->text.n - 1] == MATCH_ANY;
}

static void add_char(struct pattern_reader *r, char c)
{
    if (c == ':') {
        r->open = r->open || (r->colons_n < ARN_COLONS && text_ends_in_any(r));
        r->colons_n++;
    }
    buf_add_char(&r->text, compiled_char(r->use, c));
}

enum lic_rc vars_key(struct arena *arena, lic_str key, struct request_key *out, struct lic_err *err)
{
    char *low = arena_take(arena, key.n);
    ENSURE(low, err, LIC_E_NOMEM, "no memory for the name of a condition key");
    for (size_t i = 0; i < key.n; i++) {
        char c = key.at[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *out = request_key_make(str_make(low, key.n));
    return LIC_OK;
}

/* Ends the current piece with a variable, or with none. */
static enum lic_rc end_piece(struct pattern_reader *r, lic_str key, lic_str fallback,
                             struct lic_err *err)
{
    TRY(buf_check(&r->text, "a policy's text", err));
    struct vars_piece piece = { .key = str_copy(r->arena, key), .colons_n = r->colons_n };
    piece.text = str_copy(r->arena, buf_str(&r->text));
    piece.fallback = fallback.at ? str_copy(r->arena, fallback) : (lic_str){ NULL, 0 };
    TRY(vars_key(r->arena, key, &piece.lookup, err));
    bool copied = piece.key.at && piece.text.at && (!fallback.at || piece.fallback.at);
    ENSURE(copied && ARENA_PUSH(r->arena, &r->pieces, piece), err, LIC_E_NOMEM,
           "no memory for a policy's text");
    buf_clear(&r->text);
    return LIC_OK;
}

/* The text between quotes of ", 'text'}"; moves *rest behind the closing brace. */
static enum lic_rc read_fallback(lic_str *rest, lic_str *out, struct lic_err *err)
{
    ENSURE(str_starts(*rest, LIC_STR(" '")), err, LIC_E_SYNTAX,
           "the default of a policy variable is written ${key, 'default'}: comma, space, quotes");
    lic_str s = str_tail(*rest, 2);
    size_t n = str_find(s, LIC_STR("'}"));
    ENSURE(n < s.n, err, LIC_E_SYNTAX, "the default of a policy variable has no end '}");
    *out = str_head(s, n);
    *rest = str_tail(s, n + 2);
    return LIC_OK;
}

static bool is_escape(lic_str name)
{
    return name.n == 1 && (name.at[0] == '*' || name.at[0] == '?' || name.at[0] == '$');
}

/* A tag's key may hold blanks, so only those around a name and the symbols of the form are out. */
static bool is_key(lic_str key)
{
    bool symbols = str_find_char(key, '*') < key.n || str_find_char(key, '?') < key.n ||
                   str_find_char(key, '$') < key.n || str_find_char(key, '{') < key.n;
    return key.n > 0 && !symbols && str_trim(key).n == key.n;
}

/* Reads what follows "${" and moves *rest behind it. */
static enum lic_rc read_variable(struct pattern_reader *r, lic_str *rest, struct lic_err *err)
{
    size_t n = str_find_char(*rest, '}');
    ENSURE(n < rest->n, err, LIC_E_SYNTAX, "a policy variable has no closing brace");
    lic_str name = str_head(*rest, n);
    size_t comma = str_find_char(name, ',');
    lic_str fallback = { NULL, 0 };
    if (is_escape(name)) {
        buf_add(&r->text, name);
        *rest = str_tail(*rest, n + 1);
        return LIC_OK;
    }
    lic_str after = str_tail(*rest, n + 1);
    if (comma < name.n) {
        after = str_tail(*rest, comma + 1);
        TRY(read_fallback(&after, &fallback, err));
    }
    lic_str key = str_head(name, comma);
    ENSURE(is_key(key), err, LIC_E_SYNTAX,
           "${" LIC_FMT "} is not a policy variable: the name of a condition key is, or * ? $",
           LIC_ARG(str_head(key, LIMIT_NAME_BYTES)));
    *rest = after;
    return end_piece(r, key, fallback, err);
}

static enum lic_rc read_pieces(struct pattern_reader *r, lic_str text, bool variables,
                               struct lic_err *err)
{
    while (text.n > 0) {
        if (variables && str_starts(text, LIC_STR("${"))) {
            text = str_tail(text, 2);
            TRY(read_variable(r, &text, err));
        } else {
            add_char(r, text.at[0]);
            text = str_tail(text, 1);
        }
    }
    return LIC_OK;
}

/*
 * AWS completes a resource ARN of fewer than six parts with asterisks. One that already has an
 * asterisk reaching over colons needs none.
 */
static void complete_resource(struct pattern_reader *r)
{
    bool everything = r->pieces.n == 0 && r->text.n == 1 && text_ends_in_any(r);
    bool open = r->open || (r->colons_n < ARN_COLONS && text_ends_in_any(r));
    for (; !everything && !open && r->colons_n < ARN_COLONS; r->colons_n++) {
        buf_add_char(&r->text, ':');
        buf_add_char(&r->text, MATCH_ANY);
    }
}

/* A value that is one variable from its first byte may bring the whole ARN. */
static bool starts_with_variable(const struct pattern_reader *r)
{
    return r->pieces.n > 0 && r->pieces.at[0].text.n == 0;
}

static size_t first_wildcard(lic_str text)
{
    size_t i = 0;
    while (i < text.n && text.at[i] != MATCH_ANY && text.at[i] != MATCH_ONE) {
        i++;
    }
    return i;
}

static void set_shape(struct vars_pattern *pattern)
{
    size_t first = first_wildcard(pattern->text);
    pattern->literal_n = first;
    if (first == pattern->text.n) {
        pattern->shape = VARS_SHAPE_WHOLE;
    } else if (first + 1 == pattern->text.n && pattern->text.at[first] == MATCH_ANY) {
        pattern->shape = VARS_SHAPE_PREFIX;
        pattern->text = str_head(pattern->text, first);
    } else {
        pattern->shape = VARS_SHAPE_GLOB;
    }
}

static enum lic_rc finish(struct pattern_reader *r, struct vars_pattern *out, struct lic_err *err)
{
    if (r->use == VARS_RESOURCE) {
        complete_resource(r);
    }
    ENSURE(r->use != VARS_ARN || r->colons_n >= ARN_COLONS || starts_with_variable(r), err,
           LIC_E_INVALID, "an ARN has six parts with colons between them, this one has %u",
           r->colons_n + 1);
    *out = (struct vars_pattern){ .use = r->use };
    if (r->pieces.n > 0) {
        TRY(end_piece(r, LIC_STR(""), (lic_str){ NULL, 0 }, err));
        out->pieces = r->pieces.at;
        out->pieces_n = r->pieces.n;
        return LIC_OK;
    }
    TRY(buf_check(&r->text, "a policy's text", err));
    out->text = str_copy(r->arena, buf_str(&r->text));
    ENSURE(out->text.at, err, LIC_E_NOMEM, "no memory for a policy's text");
    set_shape(out);
    return LIC_OK;
}

static bool glob_equal(enum vars_use use, lic_str pattern, lic_str text)
{
    switch (use) {
    case VARS_EXACT:
        return str_eq(pattern, text);
    case VARS_NOCASE:
        return str_eq_nocase(pattern, text);
    case VARS_LIKE:
        return match_glob(pattern, text);
    case VARS_ARN:
        return match_glob_arn(pattern, text);
    case VARS_RESOURCE:
        return match_glob_resource(pattern, text);
    }
    UNREACHABLE("every use is compared");
}

bool vars_equal(const struct vars_pattern *pattern, lic_str text)
{
    switch (pattern->shape) {
    case VARS_SHAPE_WHOLE:
        return pattern->use == VARS_NOCASE ? str_eq_nocase(pattern->text, text)
                                           : str_eq(pattern->text, text);
    case VARS_SHAPE_PREFIX:
        return str_starts(text, pattern->text);
    case VARS_SHAPE_GLOB:
        /* Most patterns are of another service, and that shows before the first wildcard. */
        return str_starts(text, str_head(pattern->text, pattern->literal_n)) &&
               glob_equal(pattern->use, pattern->text, text);
    }
    UNREACHABLE("every shape is compared");
}

static bool has_control(lic_str value)
{
    return first_wildcard(value) < value.n;
}

/* Whether this value may stand in this place of the pattern. */
static bool value_fits(const struct vars_pattern *pattern, const struct vars_piece *piece,
                       lic_str value, bool first)
{
    bool parts = pattern->use == VARS_ARN || pattern->use == VARS_RESOURCE;
    bool whole_arn = first && piece->text.n == 0;
    bool shifts =
        parts && !whole_arn && piece->colons_n < ARN_COLONS && str_find_char(value, ':') < value.n;
    return !shifts && !has_control(value);
}

/* The value of a piece's variable; at == NULL when there is none or it is not one text. */
static enum lic_rc find_value(const struct vars_piece *piece, const struct vars_ask *ask,
                              lic_str *out, struct lic_err *err)
{
    const lic_str *values = NULL;
    uint32_t n = 0;
    bool present = false;
    TRY(request_values(ask->request, &piece->lookup, ask->arena, &values, &n, &present, err));
    *out = n == 1 ? values[0] : n == 0 ? piece->fallback : (lic_str){ NULL, 0 };
    return LIC_OK;
}

/* The pattern with its variables filled in; at == NULL when one has no value or does not fit. */
static enum lic_rc expand(const struct vars_pattern *pattern, const struct vars_ask *ask,
                          lic_str *out, struct lic_err *err)
{
    struct buf buf;
    buf_init(&buf, ask->arena, EXPANDED_BYTES_MAX);
    *out = (lic_str){ NULL, 0 };
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        const struct vars_piece *piece = &pattern->pieces[i];
        lic_str value = LIC_STR("");
        buf_add(&buf, piece->text);
        if (piece->key.n > 0) {
            TRY(find_value(piece, ask, &value, err));
        }
        if (!value.at || !value_fits(pattern, piece, value, /* first= */ i == 0)) {
            return LIC_OK;
        }
        buf_add(&buf, value);
    }
    ENSURE(buf.failed != LIC_E_NOMEM, err, LIC_E_NOMEM, "no memory for a policy variable");
    /* A value too long for any name: it cannot be what the policy's author had in mind. */
    *out = buf.failed == LIC_OK ? str_make(buf.at ? buf.at : "", buf.n) : (lic_str){ NULL, 0 };
    return LIC_OK;
}

enum lic_rc vars_match(const struct vars_pattern *pattern, lic_str text, const struct vars_ask *ask,
                       enum truth *out, struct lic_err *err)
{
    if (pattern->pieces_n == 0) {
        *out = truth_of(vars_equal(pattern, text));
        return LIC_OK;
    }
    lic_str expanded;
    TRY(expand(pattern, ask, &expanded, err));
    /* AWS: there is no equal or like value. Who asks strictly wants to know that. */
    enum truth missing = ask->request->strict ? TRUTH_UNSURE : TRUTH_NO;
    *out = expanded.at ? truth_of(glob_equal(pattern->use, expanded, text)) : missing;
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in: one pass over the text, an array of nodes out, nothing decoded until it is asked for.
 *
 *     read_tree ──► read_value ──► read_string | read_number | read_word | open_container
 *         └──────► read_member_or_end (once for each thing inside the innermost open container)
 *                       └──► close_container ──► refuse_duplicates (JSON_GATEWAY)
 *
 * Invariants: there is no recursion, so depth costs no stack: while a container is open, the `end`
 * of its node is the index of its parent, and reader.open is the innermost one. Nothing is read at
 * or beyond `end` of the text. Offsets fit 32 bits because the text is at most 4 GiB - 1.
 */
#include "base/json_read.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_scan.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

#define NO_PARENT UINT32_MAX
#define FIRST_NODES_MAX 1024u
#define FEW_MEMBERS 16u
#define SHOWN_NAME_BYTES 64u

struct reader {
    struct arena *arena;
    lic_str text;
    const char *at, *end;
    struct json_node *nodes;
    uint32_t n, cap;
    uint32_t open; /* innermost open container, or NO_PARENT */
    uint32_t depth;
    struct json_limits limits;
    uint32_t *slots; /* of refuse_duplicates, kept from object to object */
    uint32_t slots_cap;
    uint64_t seed;
    bool seeded;
    struct lic_err *err;
};

/* ---- failures ---- */

/* The sentence ends in the place, and err->offset has it as a number. */
__attribute__((format(printf, 4, 5), cold)) static enum lic_rc
fail(struct reader *r, enum lic_rc rc, size_t offset, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    err_set(r->err, rc, "%s at byte %zu", what, offset);
    if (r->err) {
        r->err->offset = offset;
    }
    return rc;
}

static size_t offset_of(const struct reader *r, const char *at)
{
    return (size_t)(at - r->text.at);
}

/* "expected WANTED, found 'x'" at the reader's place. */
__attribute__((cold)) static enum lic_rc fail_expected(struct reader *r, const char *wanted)
{
    size_t offset = offset_of(r, r->at);
    if (r->at >= r->end) {
        return fail(r, LIC_E_SYNTAX, offset, "expected %s, found the end of the text", wanted);
    }
    unsigned char c = (unsigned char)*r->at;
    if (c >= 0x20 && c < 0x7f) {
        return fail(r, LIC_E_SYNTAX, offset, "expected %s, found '%c'", wanted, c);
    }
    return fail(r, LIC_E_SYNTAX, offset, "expected %s, found the byte 0x%02x", wanted, c);
}

/* ---- strings ---- */

static bool is_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdfff;
}

/* Four hex digits at `at`, or UINT32_MAX. */
static uint32_t read_unit(const char *at, const char *end)
{
    if (end - at < 4) {
        return UINT32_MAX;
    }
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t c = (unsigned char)at[i];
        uint32_t letter = c | 0x20;
        if (c - '0' <= 9u) {
            unit = unit << 4 | (c - '0');
        } else if (letter - 'a' <= 5u) {
            unit = unit << 4 | (letter - 'a' + 10);
        } else {
            return UINT32_MAX;
        }
    }
    return unit;
}

/* What one escape (or pair of surrogate escapes) means. */
struct escape {
    uint32_t code_point; /* a lone surrogate is given as it is */
    uint32_t raw_n;      /* bytes it takes; 0: no escape of JSON */
};

static struct escape read_unicode_escape(const char *at, const char *end)
{
    uint32_t unit = read_unit(at + 2, end);
    if (unit == UINT32_MAX) {
        return (struct escape){ 0, 0 };
    }
    bool pairs =
        unit >= 0xd800 && unit <= 0xdbff && end - at >= 12 && at[6] == '\\' && at[7] == 'u';
    uint32_t low = pairs ? read_unit(at + 8, end) : UINT32_MAX;
    if (low >= 0xdc00 && low <= 0xdfff) {
        return (struct escape){ 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00)), 12 };
    }
    return (struct escape){ unit, 6 };
}

/* `at` is on the backslash. */
static struct escape read_escape(const char *at, const char *end)
{
    if (end - at < 2) {
        return (struct escape){ 0, 0 };
    }
    switch (at[1]) {
    case '"':
    case '\\':
    case '/':
        return (struct escape){ (uint32_t)at[1], 2 };
    case 'b':
        return (struct escape){ '\b', 2 };
    case 'f':
        return (struct escape){ '\f', 2 };
    case 'n':
        return (struct escape){ '\n', 2 };
    case 'r':
        return (struct escape){ '\r', 2 };
    case 't':
        return (struct escape){ '\t', 2 };
    case 'u':
        return read_unicode_escape(at, end);
    default:
        return (struct escape){ 0, 0 };
    }
}

static enum lic_rc skip_escape(struct reader *r)
{
    struct escape escape = read_escape(r->at, r->end);
    if (escape.raw_n == 0) {
        return fail(r, LIC_E_SYNTAX, offset_of(r, r->at), "an escape that JSON does not have");
    }
    if (r->limits.mode == JSON_GATEWAY && is_surrogate(escape.code_point)) {
        return fail(r, LIC_E_UTF8, offset_of(r, r->at), "the lone surrogate \\u%04x",
                    (unsigned)escape.code_point);
    }
    r->at += escape.raw_n;
    return LIC_OK;
}

/* A byte that is not plain and does not end the string: an escape, UTF-8, or a mistake. */
static enum lic_rc skip_special(struct reader *r)
{
    unsigned char c = (unsigned char)*r->at;
    if (c == '\\') {
        return skip_escape(r);
    }
    if (c < 0x20) {
        return fail(r, LIC_E_SYNTAX, offset_of(r, r->at),
                    "the control character 0x%02x in a string", c);
    }
    size_t n = utf8_run(str_make(r->at, (size_t)(r->end - r->at)));
    if (n == 0) {
        return fail(r, LIC_E_UTF8, offset_of(r, r->at), "the byte 0x%02x, which is not UTF-8,", c);
    }
    r->at += n;
    return LIC_OK;
}

/* From after the opening quote to after the closing one. */
static enum lic_rc read_string(struct reader *r, uint32_t *out_start, uint32_t *out_len,
                               bool *out_escaped)
{
    const char *start = r->at;
    bool escaped = false;
    for (;;) {
        r->at = json_scan_plain(r->at, r->end);
        if (__builtin_expect(r->at == r->end, 0)) {
            return fail(r, LIC_E_SYNTAX, offset_of(r, r->at), "a string without its closing quote");
        }
        if (*r->at == '"') {
            break;
        }
        escaped = escaped || *r->at == '\\';
        TRY(skip_special(r));
    }
    *out_start = (uint32_t)offset_of(r, start);
    *out_len = (uint32_t)(r->at - start);
    *out_escaped = escaped;
    r->at++;
    return LIC_OK;
}

/* ---- values ---- */

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) {
        r->at++;
    }
}

static bool at_char(const struct reader *r, char c)
{
    return r->at < r->end && *r->at == c;
}

/* The number of digits skipped. */
static size_t skip_digits(struct reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    return (size_t)(r->at - start);
}

static enum lic_rc read_number(struct reader *r)
{
    r->at += at_char(r, '-') ? 1 : 0;
    if (at_char(r, '0')) {
        r->at++;
    } else if (skip_digits(r) == 0) {
        return fail_expected(r, "a digit");
    }
    if (at_char(r, '.')) {
        r->at++;
        if (skip_digits(r) == 0) {
            return fail_expected(r, "a digit after the point");
        }
    }
    if (at_char(r, 'e') || at_char(r, 'E')) {
        r->at++;
        r->at += at_char(r, '+') || at_char(r, '-') ? 1 : 0;
        if (skip_digits(r) == 0) {
            return fail_expected(r, "a digit of the exponent");
        }
    }
    return LIC_OK;
}

static enum lic_rc read_word(struct reader *r, lic_str word)
{
    if (!str_starts(str_make(r->at, (size_t)(r->end - r->at)), word)) {
        return fail_expected(r, "a value");
    }
    r->at += word.n;
    return LIC_OK;
}

static enum lic_rc add_node(struct reader *r)
{
    if (r->n == r->limits.nodes_max) {
        return fail(r, LIC_E_LIMIT, offset_of(r, r->at), "more than %u values",
                    r->limits.nodes_max);
    }
    if (r->n == r->cap &&
        !arena_push_grow(r->arena, (void **)&r->nodes, r->n, &r->cap, sizeof(*r->nodes))) {
        return fail(r, LIC_E_NOMEM, offset_of(r, r->at), "no memory for more than %u values", r->n);
    }
    r->n++;
    return LIC_OK;
}

static enum lic_rc open_container(struct reader *r, uint32_t self)
{
    if (r->depth == r->limits.depth_max) {
        return fail(r, LIC_E_LIMIT, offset_of(r, r->at), "more than %u arrays and objects nested",
                    r->limits.depth_max);
    }
    r->depth++;
    r->nodes[self].end = r->open;
    r->open = self;
    r->at++;
    return LIC_OK;
}

static enum lic_rc read_string_value(struct reader *r, struct json_node *node)
{
    r->at++;
    return read_string(r, &node->start, &node->len, &node->escaped);
}

/* Reads what stands at r->at into the node; its length is known here unless it is a container. */
static enum lic_rc read_value_into(struct reader *r, uint32_t self)
{
    struct json_node *node = &r->nodes[self];
    switch (*r->at) {
    case '{':
        node->type = JSON_OBJECT;
        return open_container(r, self);
    case '[':
        node->type = JSON_ARRAY;
        return open_container(r, self);
    case '"':
        node->type = JSON_STRING;
        return read_string_value(r, node);
    case 't':
        node->type = JSON_TRUE;
        return read_word(r, LIC_STR("true"));
    case 'f':
        node->type = JSON_FALSE;
        return read_word(r, LIC_STR("false"));
    case 'n':
        node->type = JSON_NULL;
        return read_word(r, LIC_STR("null"));
    default:
        node->type = JSON_NUMBER;
        return (*r->at >= '0' && *r->at <= '9') || *r->at == '-' ? read_number(r)
                                                                 : fail_expected(r, "a value");
    }
}

/* `key` has the name read before a member's value; its other fields are zero. */
static enum lic_rc read_value(struct reader *r, const struct json_node *key)
{
    if (r->at == r->end) {
        return fail_expected(r, "a value");
    }
    uint32_t self = r->n;
    TRY(add_node(r));
    struct json_node *node = &r->nodes[self];
    *node = *key;
    node->start = (uint32_t)offset_of(r, r->at);
    node->end = self + 1;
    TRY(read_value_into(r, self));
    if (node->type < JSON_STRING) {
        node->len = (uint32_t)offset_of(r, r->at) - node->start;
    }
    return LIC_OK;
}

static enum lic_rc read_key(struct reader *r, struct json_node *key)
{
    if (!at_char(r, '"')) {
        return fail_expected(r, "a member name in quotes");
    }
    r->at++;
    TRY(read_string(r, &key->key_start, &key->key_len, &key->key_escaped));
    skip_blanks(r);
    if (!at_char(r, ':')) {
        return fail_expected(r, "':' after a member name");
    }
    r->at++;
    skip_blanks(r);
    return LIC_OK;
}

/* ---- repeated names ---- */

static struct json_doc doc_so_far(const struct reader *r)
{
    return (struct json_doc){ .text = r->text, .nodes = r->nodes, .n = r->n };
}

__attribute__((cold)) static enum lic_rc fail_duplicate(struct reader *r, uint32_t node)
{
    struct json_doc doc = doc_so_far(r);
    lic_str name = utf8_head(json_key_raw(&doc, node), SHOWN_NAME_BYTES);
    return fail(r, LIC_E_DUPLICATE, r->nodes[node].key_start,
                "the name \"" LIC_FMT "\" given twice in one object,", LIC_ARG(name));
}

static enum lic_rc member_name(struct reader *r, uint32_t node, lic_str *out)
{
    struct json_doc doc = doc_so_far(r);
    return json_key_text(&doc, node, r->arena, out, r->err);
}

/* Each with each: with few members this is cheaper than any table. */
static enum lic_rc compare_few(struct reader *r, uint32_t object)
{
    lic_str names[FEW_MEMBERS];
    uint32_t n = 0;
    for (uint32_t node = object + 1; node < r->n; node = r->nodes[node].end) {
        TRY(member_name(r, node, &names[n]));
        for (uint32_t i = 0; i < n; i++) {
            if (str_eq(names[i], names[n])) {
                return fail_duplicate(r, node);
            }
        }
        n++;
    }
    return LIC_OK;
}

/* The seed is the host's, so that nobody can choose names that fall into one slot. */
static enum lic_rc take_seed(struct reader *r)
{
    if (r->seeded) {
        return LIC_OK;
    }
    const struct lic_host *host = r->arena->pool->host;
    enum lic_rc rc = host->random(host->ctx, &r->seed, sizeof(r->seed));
    ENSURE(rc == LIC_OK, r->err, LIC_E_IO, "the host gave no random bytes to read an object with");
    r->seeded = true;
    return LIC_OK;
}

/* At least twice as many free slots as there are members. */
static enum lic_rc clear_slots(struct reader *r, uint32_t members, uint32_t *out_cap)
{
    uint32_t cap = 4 * FEW_MEMBERS;
    while (cap < 2 * (uint64_t)members) {
        cap *= 2;
    }
    if (cap > r->slots_cap) {
        r->slots = arena_take(r->arena, cap * sizeof(*r->slots));
        r->slots_cap = r->slots ? cap : 0;
    }
    ENSURE(r->slots, r->err, LIC_E_NOMEM, "no memory to compare %u member names", members);
    memset(r->slots, 0, cap * sizeof(*r->slots));
    *out_cap = cap;
    return LIC_OK;
}

/* A slot holds the index of a member's node; 0 is free, since the root is nobody's member. */
static enum lic_rc add_to_slots(struct reader *r, uint32_t cap, uint32_t node)
{
    lic_str name, other;
    TRY(member_name(r, node, &name));
    uint64_t hash = map_hash(r->seed, name);
    uint32_t *slot = &r->slots[hash & (cap - 1)];
    for (; *slot != 0; slot = &r->slots[++hash & (cap - 1)]) {
        if (r->nodes[*slot].key_len != r->nodes[node].key_len && !r->nodes[*slot].key_escaped &&
            !r->nodes[node].key_escaped) {
            continue;
        }
        TRY(member_name(r, *slot, &other));
        if (str_eq(name, other)) {
            return fail_duplicate(r, node);
        }
    }
    *slot = node;
    return LIC_OK;
}

static enum lic_rc compare_many(struct reader *r, uint32_t object)
{
    uint32_t cap = 0;
    TRY(take_seed(r));
    TRY(clear_slots(r, r->nodes[object].n, &cap));
    for (uint32_t node = object + 1; node < r->n; node = r->nodes[node].end) {
        TRY(add_to_slots(r, cap, node));
    }
    return LIC_OK;
}

/* ---- containers ---- */

static enum lic_rc close_container(struct reader *r)
{
    uint32_t self = r->open;
    struct json_node *node = &r->nodes[self];
    r->at++;
    r->open = node->end;
    r->depth--;
    node->end = r->n;
    node->len = (uint32_t)offset_of(r, r->at) - node->start;
    if (node->type == JSON_ARRAY || node->n < 2 || r->limits.mode == JSON_PLAIN) {
        return LIC_OK;
    }
    return node->n <= FEW_MEMBERS ? compare_few(r, self) : compare_many(r, self);
}

/* One step inside the innermost open container: its next element or member, or its end. */
static enum lic_rc read_member_or_end(struct reader *r)
{
    struct json_node *parent = &r->nodes[r->open];
    bool object = parent->type == JSON_OBJECT;
    skip_blanks(r);
    if (at_char(r, object ? '}' : ']')) {
        return close_container(r);
    }
    if (parent->n > 0) {
        if (!at_char(r, ',')) {
            return fail_expected(r, object ? "',' or '}'" : "',' or ']'");
        }
        r->at++;
        skip_blanks(r);
    }
    parent->n++;
    struct json_node key = { .start = 0 };
    if (object) {
        TRY(read_key(r, &key));
    }
    return read_value(r, &key);
}

static enum lic_rc read_tree(struct reader *r)
{
    const struct json_node no_key = { .start = 0 };
    skip_blanks(r);
    TRY(read_value(r, &no_key));
    while (r->open != NO_PARENT) {
        TRY(read_member_or_end(r));
    }
    skip_blanks(r);
    return r->at == r->end ? LIC_OK : fail_expected(r, "the end of the text");
}

static struct json_limits with_defaults(const struct json_limits *limits)
{
    struct json_limits all = limits ? *limits : (struct json_limits){ .mode = JSON_GATEWAY };
    all.depth_max = all.depth_max > 0 ? all.depth_max : LIMIT_JSON_DEPTH;
    all.nodes_max = all.nodes_max > 0 ? all.nodes_max : LIMIT_JSON_NODES;
    all.bytes_max = all.bytes_max > 0 ? all.bytes_max : LIMIT_JSON_BYTES;
    all.bytes_max = all.bytes_max < UINT32_MAX ? all.bytes_max : UINT32_MAX - 1;
    return all;
}

/* Documents have a value for each few dozen bytes; long texts are mostly one long string. */
static enum lic_rc take_first_nodes(struct reader *r)
{
    size_t guess = r->text.n / 16 + 8;
    r->cap = guess < FIRST_NODES_MAX ? (uint32_t)guess : FIRST_NODES_MAX;
    r->nodes = arena_take(r->arena, r->cap * sizeof(*r->nodes));
    ENSURE(r->nodes, r->err, LIC_E_NOMEM, "no memory to read %zu bytes of JSON", r->text.n);
    return LIC_OK;
}

enum lic_rc json_read(struct arena *arena, lic_str text, const struct json_limits *limits,
                      struct json_doc *out, struct lic_err *err)
{
    struct reader r = {
        .arena = arena,
        .text = { text.n > 0 ? text.at : "", text.n },
        .open = NO_PARENT,
        .limits = with_defaults(limits),
        .err = err,
    };
    r.at = r.text.at;
    r.end = r.text.at + text.n;
    if (text.n > r.limits.bytes_max) {
        return fail(&r, LIC_E_LIMIT, r.limits.bytes_max, "more than %zu bytes of JSON",
                    r.limits.bytes_max);
    }
    if (str_starts(r.text, LIC_STR("\xef\xbb\xbf"))) {
        return fail(&r, LIC_E_SYNTAX, 0, "a byte-order mark, which JSON does not allow,");
    }
    TRY(take_first_nodes(&r));
    TRY(read_tree(&r));
    *out = doc_so_far(&r);
    return LIC_OK;
}

/* ---- looking ---- */

/* Whether a raw string, decoded, is `text`. Nothing is copied. */
static bool raw_is(lic_str raw, lic_str text)
{
    while (raw.n > 0) {
        size_t plain = str_find_char(raw, '\\');
        if (!str_starts(text, str_head(raw, plain))) {
            return false;
        }
        raw = str_tail(raw, plain);
        text = str_tail(text, plain);
        if (raw.n == 0) {
            break;
        }
        struct escape escape = read_escape(raw.at, raw.at + raw.n);
        char bytes[4];
        if (escape.raw_n == 0 || is_surrogate(escape.code_point)) {
            return false;
        }
        size_t n = utf8_put(bytes, escape.code_point);
        if (!str_starts(text, str_make(bytes, n))) {
            return false;
        }
        raw = str_tail(raw, escape.raw_n);
        text = str_tail(text, n);
    }
    return text.n == 0;
}

bool json_key_is(const struct json_doc *doc, uint32_t node, lic_str name)
{
    lic_str raw = json_key_raw(doc, node);
    return doc->nodes[node].key_escaped ? raw_is(raw, name) : str_eq(raw, name);
}

uint32_t json_first(const struct json_doc *doc, uint32_t parent)
{
    return doc->nodes[parent].n > 0 ? parent + 1 : JSON_NONE;
}

uint32_t json_next(const struct json_doc *doc, uint32_t parent, uint32_t node)
{
    uint32_t next = doc->nodes[node].end;
    return next < doc->nodes[parent].end ? next : JSON_NONE;
}

uint32_t json_get(const struct json_doc *doc, uint32_t node, lic_str name)
{
    if (json_type(doc, node) != JSON_OBJECT) {
        return JSON_NONE;
    }
    uint32_t member = json_first(doc, node);
    while (member != JSON_NONE && !json_key_is(doc, member, name)) {
        member = json_next(doc, node, member);
    }
    return member;
}

bool json_is(const struct json_doc *doc, uint32_t node, enum json_type type)
{
    return node != JSON_NONE && json_type(doc, node) == type;
}

lic_str json_raw(const struct json_doc *doc, uint32_t node)
{
    return str_make(doc->text.at + doc->nodes[node].start, doc->nodes[node].len);
}

lic_str json_key_raw(const struct json_doc *doc, uint32_t node)
{
    return str_make(doc->text.at + doc->nodes[node].key_start, doc->nodes[node].key_len);
}

/* ---- decoding ---- */

/* Decodes into `out`, which has room for raw.n bytes: no escape is shorter than what it means. */
static enum lic_rc decode(lic_str raw, char *out, size_t *out_n, struct lic_err *err)
{
    const char *at = raw.at, *end = raw.at + raw.n;
    char *to = out;
    while (at < end) {
        size_t plain = str_find_char(str_make(at, (size_t)(end - at)), '\\');
        memcpy(to, at, plain);
        at += plain;
        to += plain;
        if (at == end) {
            break;
        }
        struct escape escape = read_escape(at, end);
        ENSURE(escape.raw_n > 0, err, LIC_E_SYNTAX,
               "an escape that JSON does not have at byte %zu of a string", (size_t)(at - raw.at));
        ENSURE(!is_surrogate(escape.code_point), err, LIC_E_UTF8,
               "the lone surrogate \\u%04x at byte %zu of a string", (unsigned)escape.code_point,
               (size_t)(at - raw.at));
        to += utf8_put(to, escape.code_point);
        at += escape.raw_n;
    }
    *out_n = (size_t)(to - out);
    return LIC_OK;
}

static enum lic_rc decode_taking(lic_str raw, struct arena *arena, lic_str *out,
                                 struct lic_err *err)
{
    char *at = arena_take(arena, raw.n);
    ENSURE(at, err, LIC_E_NOMEM, "no memory to decode a string of %zu bytes", raw.n);
    size_t n = 0;
    TRY(decode(raw, at, &n, err));
    *out = str_make(at, n);
    return LIC_OK;
}

enum lic_rc json_text(const struct json_doc *doc, uint32_t node, struct arena *arena, lic_str *out,
                      struct lic_err *err)
{
    ENSURE(json_type(doc, node) == JSON_STRING, err, LIC_E_INVALID,
           "a string was expected at byte %u", doc->nodes[node].start);
    if (doc->nodes[node].escaped) {
        return decode_taking(json_raw(doc, node), arena, out, err);
    }
    *out = json_raw(doc, node);
    return LIC_OK;
}

enum lic_rc json_key_text(const struct json_doc *doc, uint32_t node, struct arena *arena,
                          lic_str *out, struct lic_err *err)
{
    if (doc->nodes[node].key_escaped) {
        return decode_taking(json_key_raw(doc, node), arena, out, err);
    }
    *out = json_key_raw(doc, node);
    return LIC_OK;
}

enum lic_rc json_unescape(lic_str raw, struct buf *out, struct lic_err *err)
{
    char *room = buf_room(out, raw.n);
    if (!room) {
        return buf_check(out, "a decoded string", err);
    }
    size_t n = 0;
    if (raw.n > 0) {
        TRY(decode(raw, room, &n, err));
    }
    buf_wrote(out, n);
    return LIC_OK;
}

bool json_u64(const struct json_doc *doc, uint32_t node, uint64_t *out)
{
    return json_type(doc, node) == JSON_NUMBER && str_u64(json_raw(doc, node), out);
}

bool json_double(const struct json_doc *doc, uint32_t node, double *out)
{
    return json_type(doc, node) == JSON_NUMBER && str_double(json_raw(doc, node), out);
}

/* ---- from decoded bytes back to raw ones ---- */

size_t json_raw_advance(lic_str raw, struct json_place *place, size_t decoded)
{
    if (decoded < place->decoded) {
        *place = (struct json_place){ .raw = 0, .decoded = 0 };
    }
    while (place->raw < raw.n) {
        lic_str rest = str_tail(raw, place->raw);
        size_t wanted = decoded - place->decoded;
        size_t plain = str_find_char(str_head(rest, wanted), '\\');
        place->raw += plain;
        place->decoded += plain;
        if (place->decoded == decoded || place->raw == raw.n) {
            break;
        }
        struct escape escape = read_escape(rest.at + plain, rest.at + rest.n);
        char bytes[4];
        size_t n = escape.raw_n == 0 || is_surrogate(escape.code_point)
                       ? 1
                       : utf8_put(bytes, escape.code_point);
        if (place->decoded + n > decoded) {
            break;
        }
        place->raw += escape.raw_n > 0 ? escape.raw_n : 1;
        place->decoded += n;
    }
    return place->raw;
}

size_t json_raw_offset(lic_str raw, size_t decoded)
{
    struct json_place place = { .raw = 0, .decoded = 0 };
    return json_raw_advance(raw, &place, decoded);
}

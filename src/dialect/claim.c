/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks objects by tables so that every string of a document is a part, a token, or a refusal.
 *
 * Paths are not carried along: a refusal finds its own by descending from the root, so that the
 * ordinary walk pays nothing for it.
 */
#include "dialect/claim.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

#define PATH_BYTES_MAX 200u /* leaves room for the sentence in lic_err.text */
#define PATH_KEY_BYTES 40u  /* of one member name in it */

/* A JSON Schema says these words in every property; they can carry no message. */
static const lic_str schema_types[] = {
    LIC_STR("string"),  LIC_STR("object"), LIC_STR("number"), LIC_STR("integer"),
    LIC_STR("boolean"), LIC_STR("array"),  LIC_STR("null"),
};

void claim_init(struct claim *claim, struct arena *arena, const struct json_doc *doc,
                struct event *event)
{
    *claim = (struct claim){ .arena = arena, .doc = doc, .event = event };
    claim->part.channel = CHANNEL_USER;
    claim->part.kind = PART_TEXT;
}

/* ---- refusals ---- */

/* The child of `parent` that is or holds `node`; *out_i is its position. */
static uint32_t child_towards(const struct json_doc *doc, uint32_t parent, uint32_t node,
                              uint32_t *out_i)
{
    uint32_t child = json_first(doc, parent);
    uint32_t i = 0;
    while (child != JSON_NONE && doc->nodes[child].end <= node) {
        child = json_next(doc, parent, child);
        i++;
    }
    *out_i = i;
    return child;
}

/* Cut where a character begins, so that the path stays UTF-8. */
static lic_str clip_key(lic_str key)
{
    size_t n = key.n < PATH_KEY_BYTES ? key.n : PATH_KEY_BYTES;
    while (n > 0 && n < key.n && ((unsigned char)key.at[n] & 0xC0u) == 0x80u) {
        n--;
    }
    return str_head(key, n);
}

lic_str claim_path(struct arena *arena, const struct json_doc *doc, uint32_t node)
{
    if (node == 0) {
        return LIC_STR("the body");
    }
    struct buf path;
    buf_init(&path, arena, PATH_BYTES_MAX);
    uint32_t at = 0;
    while (at != node) {
        uint32_t i = 0;
        bool member = json_type(doc, at) == JSON_OBJECT;
        at = child_towards(doc, at, node, &i);
        if (at == JSON_NONE) {
            break;
        }
        if (member && path.n > 0) {
            buf_add_char(&path, '.');
        }
        if (member) {
            buf_add(&path, clip_key(json_key_raw(doc, at)));
        } else {
            buf_addf(&path, "[%u]", i);
        }
    }
    return path.n > 0 ? buf_str(&path) : LIC_STR("a value");
}

enum lic_rc claim_refuse(const struct claim *claim, uint32_t node, enum lic_rc rc,
                         struct lic_err *err, const char *format, ...)
{
    char sentence[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    lic_str path = claim_path(claim->arena, claim->doc, node);
    (void)err_set(err, rc, LIC_FMT " %s", LIC_ARG(path), sentence);
    if (err != NULL) {
        (void)err_at_offset(err, LIC_STR(""), claim->doc->text, claim->doc->nodes[node].start);
    }
    return rc;
}

/* ---- parts ---- */

enum lic_rc claim_piece(struct pieces *pieces, struct arena *arena, const struct piece *piece,
                        struct lic_err *err)
{
    ENSURE(ARENA_PUSH(arena, pieces, *piece), err, LIC_E_NOMEM,
           "no memory for a piece of a streamed event");
    return LIC_OK;
}

enum lic_rc claim_add(struct claim *claim, const struct event_part *part, struct lic_err *err)
{
    if (claim->pieces == NULL) {
        return event_add_part(claim->event, claim->arena, part, err);
    }
    struct piece piece = { .kind = PIECE_WHOLE, .raw = part->raw, .part = *part };
    return claim_piece(claim->pieces, claim->arena, &piece, err);
}

enum lic_rc claim_uninspected(struct claim *claim, lic_str kind, struct lic_err *err)
{
    if (claim->pieces != NULL) {
        return LIC_OK; /* a stream tells by the PART_OPAQUE piece alone */
    }
    struct str_list *list = &claim->event->uninspected;
    for (uint32_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i], kind)) {
            return LIC_OK;
        }
    }
    ENSURE(str_list_add(list, claim->arena, kind) == LIC_OK, err, LIC_E_NOMEM,
           "no memory for the list of uninspected content");
    return LIC_OK;
}

static enum lic_rc add_string(struct claim *claim, lic_str text, lic_str raw, struct lic_err *err)
{
    if (text.n == 0) {
        return LIC_OK;
    }
    struct event_part part = claim->part;
    part.kind = PART_TEXT;
    part.text = text;
    part.raw = raw;
    return claim_add(claim, &part, err);
}

static enum lic_rc add_string_value(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str text;
    TRY(json_text(claim->doc, node, claim->arena, &text, err));
    return add_string(claim, text, json_raw(claim->doc, node), err);
}

static bool is_identifier(lic_str s)
{
    if (s.n == 0 || s.n > 64 || (s.at[0] >= '0' && s.at[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        if (!letter && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return true;
}

static enum lic_rc add_key(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_node *at = &claim->doc->nodes[node];
    lic_str raw = json_key_raw(claim->doc, node);
    if (at->key_len == 0 || (!at->key_escaped && is_identifier(raw))) {
        return LIC_OK;
    }
    lic_str text;
    TRY(json_key_text(claim->doc, node, claim->arena, &text, err));
    return add_string(claim, text, raw, err);
}

static bool is_schema_type(const struct json_doc *doc, uint32_t node)
{
    lic_str raw = json_raw(doc, node);
    for (size_t i = 0; i < sizeof(schema_types) / sizeof(schema_types[0]); i++) {
        if (str_eq(raw, schema_types[i])) {
            return true;
        }
    }
    return false;
}

enum lic_rc claim_strings(struct claim *claim, uint32_t node, struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    uint32_t end = doc->nodes[node].end;
    for (uint32_t i = node; i < end; i++) {
        if (i != node) {
            TRY(add_key(claim, i, err));
        }
        if (json_type(doc, i) == JSON_STRING && !is_schema_type(doc, i)) {
            TRY(add_string_value(claim, i, err));
        }
    }
    return LIC_OK;
}

/* ---- values ---- */

static const char *type_words(enum json_type type)
{
    switch (type) {
    case JSON_NULL:
        return "null";
    case JSON_FALSE:
    case JSON_TRUE:
        return "true or false";
    case JSON_NUMBER:
        return "a number";
    case JSON_STRING:
        return "a string";
    case JSON_ARRAY:
        return "an array";
    case JSON_OBJECT:
        return "an object";
    }
    UNREACHABLE("json_type has seven values");
}

/* A value of a type that its place does not allow. */
static enum lic_rc read_mistyped(struct claim *claim, uint32_t node, const char *wanted,
                                 struct lic_err *err)
{
    if (claim->tolerant) {
        return claim_strings(claim, node, err);
    }
    return claim_refuse(claim, node, LIC_E_INVALID, err, "must be %s, not %s", wanted,
                        type_words(json_type(claim->doc, node)));
}

enum lic_rc claim_text(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_type(claim->doc, node) == JSON_NULL) {
        return LIC_OK;
    }
    if (json_type(claim->doc, node) != JSON_STRING) {
        return read_mistyped(claim, node, "a string", err);
    }
    return add_string_value(claim, node, err);
}

enum lic_rc claim_json(struct claim *claim, uint32_t node, struct lic_err *err)
{
    struct event_part part = claim->part;
    part.kind = PART_JSON;
    part.raw = json_raw(claim->doc, node);
    part.text = part.raw;
    part.object = json_type(claim->doc, node) != JSON_STRING;
    if (!part.object) {
        TRY(json_text(claim->doc, node, claim->arena, &part.text, err));
    }
    return claim_add(claim, &part, err);
}

/* The part just added is the arguments of a call. */
static enum lic_rc add_call(struct claim *claim, struct lic_err *err)
{
    if (claim->pieces != NULL) {
        return LIC_OK;
    }
    struct event *event = claim->event;
    struct event_call call = {
        .name = claim->part.name,
        .id = claim->part.id,
        .part = event->parts.n - 1,
        .choice = claim->part.choice,
    };
    ENSURE(ARENA_PUSH(claim->arena, &event->calls, call), err, LIC_E_NOMEM,
           "no memory for a tool call");
    return LIC_OK;
}

enum lic_rc claim_call(struct claim *claim, uint32_t arguments, struct lic_err *err)
{
    claim->part.channel = CHANNEL_TOOL_CALL;
    TRY(claim_json(claim, arguments, err));
    return add_call(claim, err);
}

enum lic_rc claim_call_text(struct claim *claim, uint32_t arguments, struct lic_err *err)
{
    if (json_type(claim->doc, arguments) != JSON_STRING) {
        return claim_call(claim, arguments, err); /* a value: nothing of it may stay unread */
    }
    claim->part.channel = CHANNEL_TOOL_CALL;
    struct event_part part = claim->part;
    part.kind = PART_TEXT;
    part.raw = json_raw(claim->doc, arguments);
    TRY(json_text(claim->doc, arguments, claim->arena, &part.text, err));
    TRY(claim_add(claim, &part, err));
    return add_call(claim, err);
}

enum lic_rc claim_opaque(struct claim *claim, uint32_t node, lic_str kind, struct lic_err *err)
{
    struct event_part part = claim->part;
    part.kind = PART_OPAQUE;
    part.name = kind;
    part.text = LIC_STR("");
    part.raw = json_raw(claim->doc, node);
    TRY(claim_add(claim, &part, err));
    return claim_uninspected(claim, kind, err);
}

static bool is_token(lic_str s)
{
    if (s.n > CLAIM_TOKEN_BYTES) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] <= ' ' || s.at[i] > '~') {
            return false;
        }
    }
    return true;
}

enum lic_rc claim_token(struct claim *claim, uint32_t node, lic_str *out, struct lic_err *err)
{
    if (json_type(claim->doc, node) == JSON_NULL) {
        *out = LIC_STR("");
        return LIC_OK;
    }
    if (json_type(claim->doc, node) != JSON_STRING) {
        *out = LIC_STR("");
        return read_mistyped(claim, node, "a string", err);
    }
    lic_str text;
    TRY(json_text(claim->doc, node, claim->arena, &text, err));
    if (!is_token(text)) {
        if (!claim->tolerant) {
            return claim_refuse(claim, node, LIC_E_INVALID, err,
                                "must be a name of at most %u visible ASCII characters",
                                CLAIM_TOKEN_BYTES);
        }
        TRY(add_string(claim, text, json_raw(claim->doc, node), err));
    }
    *out = text;
    return LIC_OK;
}

enum lic_rc claim_meta(struct claim *claim, uint32_t node, struct lic_err *err)
{
    lic_str ignored;
    switch (json_type(claim->doc, node)) {
    case JSON_STRING:
        return claim_token(claim, node, &ignored, err);
    case JSON_ARRAY:
    case JSON_OBJECT:
        return read_mistyped(claim, node, "a plain value", err);
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        return LIC_OK;
    }
    UNREACHABLE("json_type has seven values");
}

static bool is_base64(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '+' && c != '/' && c != '-' && c != '_' && c != '=') {
            return false;
        }
    }
    return true;
}

/* What the provider sealed for itself is base64; anything else in its place is read as text. */
static enum lic_rc read_sealed(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (json_type(claim->doc, node) != JSON_STRING) {
        return read_mistyped(claim, node, "a string", err);
    }
    return is_base64(json_raw(claim->doc, node)) ? LIC_OK : add_string_value(claim, node, err);
}

static enum lic_rc read_flag(struct claim *claim, uint32_t node, struct lic_err *err)
{
    enum json_type type = json_type(claim->doc, node);
    if (type == JSON_TRUE || type == JSON_FALSE) {
        return LIC_OK;
    }
    return read_mistyped(claim, node, "true or false", err);
}

static enum lic_rc check_range(struct claim *claim, uint32_t node, double value,
                               const struct claim_member *member, struct lic_err *err)
{
    bool any = member->min >= member->max;
    if (any || claim->tolerant || (value >= member->min && value <= member->max)) {
        return LIC_OK;
    }
    return claim_refuse(claim, node, LIC_E_INVALID, err, "must be from %g to %g", member->min,
                        member->max);
}

static enum lic_rc read_number(struct claim *claim, uint32_t node,
                               const struct claim_member *member, struct lic_err *err)
{
    double value = 0;
    if (!json_is(claim->doc, node, JSON_NUMBER) || !json_double(claim->doc, node, &value)) {
        return read_mistyped(claim, node, "a number", err);
    }
    return check_range(claim, node, value, member, err);
}

static enum lic_rc read_whole(struct claim *claim, uint32_t node, const struct claim_member *member,
                              struct lic_err *err)
{
    uint64_t value = 0;
    if (!json_is(claim->doc, node, JSON_NUMBER) || !json_u64(claim->doc, node, &value) ||
        value > INT64_MAX) {
        return read_mistyped(claim, node, "a whole number", err);
    }
    return check_range(claim, node, (double)value, member, err);
}

enum lic_rc claim_unknown(struct claim *claim, uint32_t node, struct lic_err *err)
{
    if (!claim->inspect_unknown && !claim->tolerant) {
        return claim_refuse(claim, node, LIC_E_UNKNOWN, err,
                            "is not known, so it cannot be inspected");
    }
    struct event_part saved = claim->part;
    if (!claim->tolerant) {
        claim->part.channel = CHANNEL_DOCUMENT;
    }
    TRY(add_key(claim, node, err));
    TRY(claim_strings(claim, node, err));
    claim->part = saved;
    return LIC_OK;
}

/* ---- structures ---- */

static enum lic_rc read_objects(struct claim *claim, uint32_t array,
                                const struct claim_table *table, struct lic_err *err)
{
    if (json_type(claim->doc, array) != JSON_ARRAY) {
        return read_mistyped(claim, array, "an array", err);
    }
    for (uint32_t at = json_first(claim->doc, array); at != JSON_NONE;
         at = json_next(claim->doc, array, at)) {
        TRY(claim_object(claim, at, table, err));
    }
    return LIC_OK;
}

enum lic_rc claim_each(struct claim *claim, uint32_t array, claim_read_fn *read,
                       struct lic_err *err)
{
    if (json_type(claim->doc, array) != JSON_ARRAY) {
        return read_mistyped(claim, array, "an array", err);
    }
    for (uint32_t at = json_first(claim->doc, array); at != JSON_NONE;
         at = json_next(claim->doc, array, at)) {
        TRY(read(claim, at, err));
    }
    return LIC_OK;
}

enum lic_rc claim_text_or_each(struct claim *claim, uint32_t node, claim_read_fn *read,
                               struct lic_err *err)
{
    if (json_type(claim->doc, node) == JSON_STRING) {
        return claim_text(claim, node, err);
    }
    if (json_type(claim->doc, node) != JSON_ARRAY) {
        return read_mistyped(claim, node, "a string or an array", err);
    }
    return claim_each(claim, node, read, err);
}

static enum lic_rc read_member(struct claim *claim, uint32_t node,
                               const struct claim_member *member, struct lic_err *err)
{
    if (json_type(claim->doc, node) == JSON_NULL) {
        return LIC_OK;
    }
    switch (member->kind) {
    case CLAIM_META:
        return claim_meta(claim, node, err);
    case CLAIM_FLAG:
        return read_flag(claim, node, err);
    case CLAIM_NUMBER:
        return read_number(claim, node, member, err);
    case CLAIM_WHOLE:
        return read_whole(claim, node, member, err);
    case CLAIM_TEXT:
        return claim_text(claim, node, err);
    case CLAIM_STRINGS:
        return claim_strings(claim, node, err);
    case CLAIM_SEALED:
        return read_sealed(claim, node, err);
    case CLAIM_OBJECT:
        return claim_object(claim, node, member->in, err);
    case CLAIM_OBJECTS:
        return read_objects(claim, node, member->in, err);
    case CLAIM_READ:
        return member->read(claim, node, err);
    case CLAIM_EACH:
        return claim_each(claim, node, member->read, err);
    case CLAIM_DONE:
        return LIC_OK;
    }
    UNREACHABLE("claim_kind has twelve values");
}

static const struct claim_member *find_member(const struct json_doc *doc, uint32_t node,
                                              const struct claim_table *table)
{
    const struct json_node *at = &doc->nodes[node];
    lic_str key = json_key_raw(doc, node);
    for (uint32_t i = 0; i < table->n; i++) {
        const struct claim_member *member = &table->at[i];
        bool same =
            at->key_escaped ? json_key_is(doc, node, member->name) : str_eq(key, member->name);
        if (same) {
            return member;
        }
    }
    return NULL;
}

enum lic_rc claim_object(struct claim *claim, uint32_t node, const struct claim_table *table,
                         struct lic_err *err)
{
    const struct json_doc *doc = claim->doc;
    if (json_type(doc, node) != JSON_OBJECT) {
        return read_mistyped(claim, node, "an object", err);
    }
    for (uint32_t at = json_first(doc, node); at != JSON_NONE; at = json_next(doc, node, at)) {
        const struct claim_member *member = find_member(doc, at, table);
        if (member == NULL) {
            TRY(claim_unknown(claim, at, err));
        } else {
            TRY(read_member(claim, at, member, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_unknown_variant(struct claim *claim, uint32_t object, uint32_t by,
                                        struct lic_err *err)
{
    if (!claim->inspect_unknown && !claim->tolerant) {
        return claim_refuse(claim, by, LIC_E_UNKNOWN, err, "\"" LIC_FMT "\" is not known",
                            LIC_ARG(clip_key(json_raw(claim->doc, by))));
    }
    TRY(claim_unknown(claim, object, err));
    return claim_uninspected(claim, LIC_STR("unknown"), err);
}

enum lic_rc claim_variant(struct claim *claim, uint32_t object, lic_str by,
                          const struct claim_variant *variants, uint32_t n, struct lic_err *err)
{
    if (json_type(claim->doc, object) != JSON_OBJECT) {
        return read_mistyped(claim, object, "an object", err);
    }
    uint32_t node = json_get(claim->doc, object, by);
    if (!json_is(claim->doc, node, JSON_STRING)) {
        if (claim->tolerant) {
            return claim_strings(claim, object, err);
        }
        return claim_refuse(claim, object, LIC_E_MISSING, err, "has no \"" LIC_FMT "\" string",
                            LIC_ARG(by));
    }
    lic_str value;
    TRY(json_text(claim->doc, node, claim->arena, &value, err));
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq(value, variants[i].value)) {
            return variants[i].read != NULL ? variants[i].read(claim, object, err)
                                            : claim_object(claim, object, variants[i].in, err);
        }
    }
    return read_unknown_variant(claim, object, node, err);
}

enum lic_rc claim_need(struct claim *claim, uint32_t object, lic_str name, enum json_type type,
                       uint32_t *out, struct lic_err *err)
{
    if (json_type(claim->doc, object) != JSON_OBJECT) {
        return claim_refuse(claim, object, LIC_E_INVALID, err, "must be an object");
    }
    uint32_t node = json_get(claim->doc, object, name);
    if (node == JSON_NONE || json_type(claim->doc, node) == JSON_NULL) {
        return claim_refuse(claim, object, LIC_E_MISSING, err, "has no \"" LIC_FMT "\"",
                            LIC_ARG(name));
    }
    if (json_type(claim->doc, node) != type) {
        return claim_refuse(claim, node, LIC_E_INVALID, err, "must be %s, not %s", type_words(type),
                            type_words(json_type(claim->doc, node)));
    }
    *out = node;
    return LIC_OK;
}

int64_t claim_pick_int(const struct json_doc *doc, uint32_t object, lic_str name)
{
    uint64_t value = 0;
    uint32_t node = json_get(doc, object, name);
    bool whole = json_is(doc, node, JSON_NUMBER) && json_u64(doc, node, &value);
    return whole && value <= INT64_MAX ? (int64_t)value : EVENT_INT_NONE;
}

double claim_pick_real(const struct json_doc *doc, uint32_t object, lic_str name)
{
    double value = 0;
    uint32_t node = json_get(doc, object, name);
    return json_is(doc, node, JSON_NUMBER) && json_double(doc, node, &value) ? value : -1;
}

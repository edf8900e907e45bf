/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads AWS policy documents, in three passes:
 *
 *     1. structure   JSON into the elements of doc.h; what is not of the grammar is refused here
 *     2. rules       doc_check.c, in the order in which AWS looks
 *     3. patterns    actions, resources and conditions compiled
 *
 * A policy that says something this file does not understand must not take effect in part, so
 * everything unknown is refused with the place where it stands. `reader.at` is always the offset of
 * what is being read; a failure of the first pass is placed there, once, by read_all.
 */
#include "policy/doc.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "policy/doc_check.h"
#include "policy/policy.h"

#include "base/banned.h"

/* AWS's words for everything that is not of the grammar; ours follow. */
#define SYNTAX "Syntax errors in policy. "

struct reader {
    struct arena *arena;
    struct json_doc json;
    struct policy_doc *doc;
    size_t at;
    /* Offsets only grow, so counting lines passes over the text once. */
    size_t counted;
    uint32_t line; /* of `counted` */
    size_t line_start;
};

typedef enum lic_rc element_fn(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err);

struct element {
    lic_str name;
    element_fn *read;
};

static element_fn read_sid, read_effect, read_action, read_not_action, read_resource,
    read_not_resource, read_condition, read_principal, read_not_principal;

/* clang-format off */
static const struct element elements[] = {
    { { "Sid", 3 }, read_sid },
    { { "Effect", 6 }, read_effect },
    { { "Principal", 9 }, read_principal },
    { { "NotPrincipal", 12 }, read_not_principal },
    { { "Action", 6 }, read_action },
    { { "NotAction", 9 }, read_not_action },
    { { "Resource", 8 }, read_resource },
    { { "NotResource", 11 }, read_not_resource },
    { { "Condition", 9 }, read_condition },
};
/* clang-format on */

static enum lic_rc read_all(struct reader *r, struct lic_err *err);

/* Where `offset` is in `text`, from 1. */
static struct doc_place place_in(lic_str text, size_t offset)
{
    struct doc_place place = { 1, 1 };
    lic_str before = str_head(text, offset);
    for (size_t n = str_find_char(before, '\n'); n < before.n; n = str_find_char(before, '\n')) {
        place.line++;
        before = str_tail(before, n + 1);
    }
    place.column = (uint32_t)before.n + 1;
    return place;
}

/* A place in the document as one in the larger text it is part of. */
static struct doc_place place_from(struct doc_place start, struct doc_place inside)
{
    struct doc_place place = inside;
    place.line += start.line - 1;
    place.column += inside.line == 1 ? start.column - 1 : 0;
    return place;
}

static enum lic_rc read_text(struct arena *arena, lic_str file, lic_str text,
                             struct doc_place start, enum doc_kind kind,
                             const struct policy_doc **out, struct lic_err *err)
{
    struct lic_err unseen;
    struct lic_err *told = err ? err : &unseen;
    struct reader r = { .arena = arena, .line = 1 };
    r.doc = ARENA_NEW(arena, struct policy_doc);
    ENSURE(r.doc, err, LIC_E_NOMEM, "no memory for a policy");
    *r.doc = (struct policy_doc){ .file = str_copy(arena, file), .kind = kind };
    r.doc->text = str_copy(arena, text);
    ENSURE(r.doc->text.at && r.doc->file.at, err, LIC_E_NOMEM, "no memory for a policy");
    r.doc->start = start;
    TRY(read_all(&r, told));
    *out = r.doc;
    return LIC_OK;
}

enum lic_rc policy_doc_read(struct arena *arena, lic_str file, lic_str text, enum doc_kind kind,
                            const struct policy_doc **out, struct lic_err *err)
{
    return read_text(arena, file, text, (struct doc_place){ 1, 1 }, kind, out, err);
}

enum lic_rc policy_doc_read_node(struct arena *arena, lic_str file, const struct json_doc *json,
                                 uint32_t node, enum doc_kind kind, const struct policy_doc **out,
                                 struct lic_err *err)
{
    /* A string keeps its quotes, so that it is refused for what it is. */
    bool is_string = json_type(json, node) == JSON_STRING;
    lic_str raw = json_raw(json, node);
    size_t offset = json->nodes[node].start - (is_string ? 1u : 0u);
    lic_str text = str_slice(json->text, offset, offset + raw.n + (is_string ? 2u : 0u));
    return read_text(arena, file, text, place_in(json->text, offset), kind, out, err);
}

/* ---- the passes --------------------------------------------------------------------------- */

static enum lic_rc read_document(struct reader *r, struct lic_err *err);
static enum lic_rc compile(struct reader *r, struct lic_err *err);

static enum lic_rc fail_at(const struct reader *r, struct doc_place place, struct lic_err *err)
{
    struct doc_place whole = place_from(r->doc->start, place);
    return err_at(err, r->doc->file, whole.line, whole.column);
}

/* The JSON reader's sentence behind AWS's. */
static enum lic_rc fail_json(const struct reader *r, struct lic_err *err)
{
    struct lic_err json = *err;
    if (json.rc == LIC_E_NOMEM) {
        return json.rc;
    }
    err_set(err, json.rc, SYNTAX "The JSON is refused: %s", json.text);
    return fail_at(r, place_in(r->doc->text, json.offset), err);
}

static enum lic_rc read_all(struct reader *r, struct lic_err *err)
{
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct doc_place place = { 1, 1 };
    if (doc_check_text(r->doc, &place, err) != LIC_OK) {
        return fail_at(r, place, err);
    }
    if (json_read(r->arena, r->doc->text, &limits, &r->json, err) != LIC_OK) {
        return fail_json(r, err);
    }
    enum lic_rc rc = read_document(r, err);
    if (rc != LIC_OK) {
        return rc == LIC_E_NOMEM ? rc : fail_at(r, place_in(r->doc->text, r->at), err);
    }
    rc = doc_check(r->arena, r->doc, &place, err);
    if (rc != LIC_OK) {
        /* Places of the document are already those of the larger text. */
        return rc == LIC_E_NOMEM ? rc : err_at(err, r->doc->file, place.line, place.column);
    }
    return compile(r, err);
}

/* ---- the JSON below ----------------------------------------------------------------------- */

static struct doc_place place_at(struct reader *r, size_t offset)
{
    lic_str gone = str_slice(r->json.text, r->counted, offset);
    for (size_t n = str_find_char(gone, '\n'); n < gone.n; n = str_find_char(gone, '\n')) {
        r->line++;
        r->line_start = offset - gone.n + n + 1;
        gone = str_tail(gone, n + 1);
    }
    r->counted = offset;
    struct doc_place inside = { r->line, (uint32_t)(offset - r->line_start) + 1 };
    return place_from(r->doc->start, inside);
}

/* Where a value begins; a string begins with its quote. */
static struct doc_place go_to_value(struct reader *r, uint32_t node)
{
    size_t start = r->json.nodes[node].start;
    r->at = json_type(&r->json, node) == JSON_STRING && start > 0 ? start - 1 : start;
    return place_at(r, r->at);
}

static struct doc_place go_to_key(struct reader *r, uint32_t node)
{
    size_t start = r->json.nodes[node].key_start;
    r->at = start > 0 ? start - 1 : 0;
    return place_at(r, r->at);
}

static enum lic_rc take_text(struct reader *r, uint32_t node, const char *what, lic_str *out,
                             struct lic_err *err)
{
    (void)go_to_value(r, node);
    ENSURE(json_type(&r->json, node) == JSON_STRING, err, LIC_E_INVALID,
           SYNTAX "%s must be a string", what);
    return json_text(&r->json, node, r->arena, out, err);
}

/*
 * A list may be written as one value: these two walk either. The root is never in a list, so
 * JSON_NONE is the end of both.
 */
static uint32_t list_first(const struct reader *r, uint32_t node)
{
    return json_is(&r->json, node, JSON_ARRAY) ? json_first(&r->json, node) : node;
}

static uint32_t list_next(const struct reader *r, uint32_t node, uint32_t child)
{
    return child == node ? JSON_NONE : json_next(&r->json, node, child);
}

static uint32_t list_n(const struct reader *r, uint32_t node)
{
    return json_is(&r->json, node, JSON_ARRAY) ? r->json.nodes[node].n : 1;
}

/* ---- document ----------------------------------------------------------------------------- */

static enum lic_rc read_statements(struct reader *r, uint32_t node, struct lic_err *err);

static enum lic_rc read_version(struct reader *r, uint32_t node, struct lic_err *err)
{
    lic_str version;
    TRY(take_text(r, node, "Version", &version, err));
    r->doc->version_given = true;
    r->doc->variables = str_eq(version, LIC_STR("2012-10-17"));
    ENSURE(r->doc->variables || str_eq(version, LIC_STR("2008-10-17")), err, LIC_E_INVALID,
           SYNTAX "Version must be \"2012-10-17\" or \"2008-10-17\", not \"" LIC_FMT "\"",
           LIC_ARG(str_head(version, LIMIT_NAME_BYTES)));
    return LIC_OK;
}

static enum lic_rc read_member(struct reader *r, uint32_t node, struct lic_err *err)
{
    (void)go_to_key(r, node);
    if (json_key_is(&r->json, node, LIC_STR("Version"))) {
        return read_version(r, node, err);
    }
    if (json_key_is(&r->json, node, LIC_STR("Id"))) {
        return take_text(r, node, "Id", &r->doc->id, err);
    }
    ENSURE(json_key_is(&r->json, node, LIC_STR("Statement")), err, LIC_E_UNKNOWN,
           SYNTAX "A policy has no element \"" LIC_FMT "\"",
           LIC_ARG(utf8_head(json_key_raw(&r->json, node), LIMIT_NAME_BYTES)));
    return read_statements(r, node, err);
}

static enum lic_rc read_document(struct reader *r, struct lic_err *err)
{
    (void)go_to_value(r, 0);
    ENSURE(json_type(&r->json, 0) == JSON_OBJECT, err, LIC_E_INVALID,
           SYNTAX "A policy document must be a JSON object");
    for (uint32_t node = json_first(&r->json, 0); node != JSON_NONE;
         node = json_next(&r->json, 0, node)) {
        TRY(read_member(r, node, err));
    }
    r->at = r->json.nodes[0].start;
    ENSURE(json_get(&r->json, 0, LIC_STR("Statement")) != JSON_NONE, err, LIC_E_MISSING,
           SYNTAX "A policy must have a Statement");
    return LIC_OK;
}

static enum lic_rc read_statement(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err);

static enum lic_rc read_statements(struct reader *r, uint32_t node, struct lic_err *err)
{
    (void)go_to_value(r, node);
    uint32_t n = list_n(r, node);
    ENSURE(n > 0, err, LIC_E_MISSING, SYNTAX "Statement must not be an empty list");
    ENSURE(n <= LIMIT_STATEMENTS, err, LIC_E_LIMIT, "%u statements are more than %u", n,
           LIMIT_STATEMENTS);
    r->doc->statements = ARENA_ARRAY(r->arena, struct doc_statement, n);
    ENSURE(r->doc->statements, err, LIC_E_NOMEM, "no memory for %u statements", n);
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        TRY(read_statement(r, child, &r->doc->statements[r->doc->n], err));
        r->doc->n++;
    }
    return LIC_OK;
}

/* ---- statement ---------------------------------------------------------------------------- */

static const struct element *find_element(const struct reader *r, uint32_t node)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (json_key_is(&r->json, node, elements[i].name)) {
            return &elements[i];
        }
    }
    return NULL;
}

static enum lic_rc read_statement(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err)
{
    out->place = go_to_value(r, node);
    ENSURE(json_type(&r->json, node) == JSON_OBJECT, err, LIC_E_INVALID,
           SYNTAX "A statement must be a JSON object");
    size_t start = r->at;
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        const struct element *element = find_element(r, child);
        (void)go_to_key(r, child);
        ENSURE(element, err, LIC_E_UNKNOWN, SYNTAX "A statement has no element \"" LIC_FMT "\"",
               LIC_ARG(utf8_head(json_key_raw(&r->json, child), LIMIT_NAME_BYTES)));
        TRY(element->read(r, child, out, err));
    }
    r->at = start;
    ENSURE(json_get(&r->json, node, LIC_STR("Effect")) != JSON_NONE, err, LIC_E_MISSING,
           SYNTAX "A statement must have an Effect");
    return LIC_OK;
}

static enum lic_rc read_sid(struct reader *r, uint32_t node, struct doc_statement *out,
                            struct lic_err *err)
{
    out->sid_place = go_to_value(r, node);
    return take_text(r, node, "Sid", &out->sid, err);
}

/* "denY" is of the grammar and fails a later rule of AWS's, so only other words are refused. */
static enum lic_rc read_effect(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err)
{
    out->effect_place = go_to_value(r, node);
    TRY(take_text(r, node, "Effect", &out->effect, err));
    out->deny = str_eq_nocase(out->effect, LIC_STR("Deny"));
    ENSURE(out->deny || str_eq_nocase(out->effect, LIC_STR("Allow")), err, LIC_E_INVALID,
           SYNTAX "Effect must be Allow or Deny, not \"" LIC_FMT "\"",
           LIC_ARG(utf8_head(out->effect, LIMIT_NAME_BYTES)));
    return LIC_OK;
}

/* ---- principals --------------------------------------------------------------------------- */

static enum lic_rc add_principal(struct reader *r, struct doc_principals *out,
                                 struct doc_principal principal, uint32_t *cap, struct lic_err *err)
{
    struct {
        struct doc_principal *at;
        uint32_t n, cap;
    } list = { out->at, out->n, *cap };
    ENSURE(ARENA_PUSH(r->arena, &list, principal), err, LIC_E_NOMEM, "no memory for a policy");
    out->at = list.at;
    out->n = list.n;
    *cap = list.cap;
    return LIC_OK;
}

static bool principal_kind(const struct reader *r, uint32_t node, enum doc_principal_kind *out)
{
    static const struct {
        lic_str name;
        enum doc_principal_kind kind;
    } kinds[] = {
        { { "AWS", 3 }, DOC_PRINCIPAL_AWS },
        { { "Federated", 9 }, DOC_PRINCIPAL_FEDERATED },
        { { "Service", 7 }, DOC_PRINCIPAL_SERVICE },
        { { "CanonicalUser", 13 }, DOC_PRINCIPAL_CANONICAL },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (json_key_is(&r->json, node, kinds[i].name)) {
            *out = kinds[i].kind;
            return true;
        }
    }
    return false;
}

/* The principals of one kind: {"AWS": this}. */
static enum lic_rc read_principals_of(struct reader *r, uint32_t node, uint32_t *cap,
                                      struct doc_principals *out, struct lic_err *err)
{
    struct doc_principal principal;
    (void)go_to_key(r, node);
    ENSURE(principal_kind(r, node, &principal.kind), err, LIC_E_UNKNOWN,
           SYNTAX "A principal is AWS, Federated, Service or CanonicalUser, not \"" LIC_FMT "\"",
           LIC_ARG(utf8_head(json_key_raw(&r->json, node), LIMIT_NAME_BYTES)));
    enum doc_principal_kind kind = principal.kind;
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        principal.place = go_to_value(r, child);
        TRY(take_text(r, child, "a principal", &principal.text, err));
        bool anyone = kind == DOC_PRINCIPAL_AWS && str_eq(principal.text, LIC_STR("*"));
        principal.kind = anyone ? DOC_PRINCIPAL_ANYONE : kind;
        TRY(add_principal(r, out, principal, cap, err));
    }
    return LIC_OK;
}

static enum lic_rc read_anyone(struct reader *r, uint32_t node, uint32_t *cap,
                               struct doc_principals *out, struct lic_err *err)
{
    struct doc_principal anyone = { .kind = DOC_PRINCIPAL_ANYONE, .place = go_to_value(r, node) };
    TRY(take_text(r, node, "Principal", &anyone.text, err));
    ENSURE(str_eq(anyone.text, LIC_STR("*")), err, LIC_E_INVALID,
           SYNTAX "A Principal is \"*\" or an object like {\"AWS\": ...}, not \"" LIC_FMT "\"",
           LIC_ARG(utf8_head(anyone.text, LIMIT_NAME_BYTES)));
    return add_principal(r, out, anyone, cap, err);
}

static enum lic_rc read_principals(struct reader *r, uint32_t node, bool excluded,
                                   struct doc_principals *out, struct lic_err *err)
{
    uint32_t cap = 0;
    ENSURE(!out->given, err, LIC_E_INVALID,
           SYNTAX "A statement must not have both Principal and NotPrincipal");
    out->place = go_to_value(r, node);
    out->given = true;
    out->excluded = excluded;
    if (json_is(&r->json, node, JSON_STRING)) {
        return read_anyone(r, node, &cap, out, err);
    }
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           SYNTAX "A Principal is \"*\" or an object like {\"AWS\": ...}");
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        TRY(read_principals_of(r, child, &cap, out, err));
    }
    return LIC_OK;
}

static enum lic_rc read_principal(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err)
{
    return read_principals(r, node, /* excluded= */ false, &out->principals, err);
}

static enum lic_rc read_not_principal(struct reader *r, uint32_t node, struct doc_statement *out,
                                      struct lic_err *err)
{
    return read_principals(r, node, /* excluded= */ true, &out->principals, err);
}

/* ---- actions and resources ---------------------------------------------------------------- */

static enum lic_rc read_patterns(struct reader *r, uint32_t node, const char *what, bool excluded,
                                 struct doc_patterns *out, struct lic_err *err)
{
    ENSURE(!out->given, err, LIC_E_INVALID, SYNTAX "A statement must not have both %s and Not%s",
           what, what);
    out->given = true;
    out->excluded = excluded;
    out->at = ARENA_ARRAY(r->arena, struct doc_pattern, list_n(r, node));
    ENSURE(out->at, err, LIC_E_NOMEM, "no memory for a policy");
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        struct doc_pattern *pattern = &out->at[out->n];
        if (child != node && json_is(&r->json, child, JSON_NULL)) {
            continue; /* AWS passes over a null in a list */
        }
        pattern->place = go_to_value(r, child);
        TRY(take_text(r, child, what, &pattern->text, err));
        out->n++;
    }
    return LIC_OK;
}

static enum lic_rc read_action(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err)
{
    return read_patterns(r, node, "Action", /* excluded= */ false, &out->actions, err);
}

static enum lic_rc read_not_action(struct reader *r, uint32_t node, struct doc_statement *out,
                                   struct lic_err *err)
{
    return read_patterns(r, node, "Action", /* excluded= */ true, &out->actions, err);
}

static enum lic_rc read_resource(struct reader *r, uint32_t node, struct doc_statement *out,
                                 struct lic_err *err)
{
    return read_patterns(r, node, "Resource", /* excluded= */ false, &out->resources, err);
}

static enum lic_rc read_not_resource(struct reader *r, uint32_t node, struct doc_statement *out,
                                     struct lic_err *err)
{
    return read_patterns(r, node, "Resource", /* excluded= */ true, &out->resources, err);
}

/* ---- conditions --------------------------------------------------------------------------- */

/* Values may also be written as JSON booleans and numbers, as AWS accepts them. */
static enum lic_rc take_scalar(struct reader *r, uint32_t node, struct doc_value *out,
                               struct lic_err *err)
{
    out->place = go_to_value(r, node);
    switch (json_type(&r->json, node)) {
    case JSON_STRING:
        return json_text(&r->json, node, r->arena, &out->text, err);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NUMBER:
        out->text = json_raw(&r->json, node);
        return LIC_OK;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return err_set(err, LIC_E_INVALID, SYNTAX "A condition value must be a string");
}

static enum lic_rc read_values(struct reader *r, uint32_t node, struct doc_condition *out,
                               struct lic_err *err)
{
    struct doc_value *values = ARENA_ARRAY(r->arena, struct doc_value, list_n(r, node));
    ENSURE(values, err, LIC_E_NOMEM, "no memory for a policy");
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        TRY(take_scalar(r, child, &values[out->cond.values_n], err));
        out->cond.values_n++;
    }
    out->values = values;
    return LIC_OK;
}

/* {"KEY": values, ...} below one operator; `like` has the operator. */
static enum lic_rc read_keys(struct reader *r, uint32_t node, const struct doc_condition *like,
                             struct doc_statement *out, struct lic_err *err)
{
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        struct doc_condition condition = *like;
        condition.key_place = go_to_key(r, child);
        TRY(json_key_text(&r->json, child, r->arena, &condition.cond.key, err));
        ENSURE(condition.cond.key.n > 0, err, LIC_E_INVALID,
               SYNTAX "A condition key must have a name");
        TRY(read_values(r, child, &condition, err));
        ENSURE(ARENA_PUSH(r->arena, &out->conditions, condition), err, LIC_E_NOMEM,
               "no memory for a policy");
    }
    return LIC_OK;
}

static enum lic_rc read_operator(struct reader *r, uint32_t node, struct doc_statement *out,
                                 struct lic_err *err)
{
    struct doc_condition condition = { .operator_place = go_to_key(r, node) };
    struct lic_err detail;
    TRY(json_key_text(&r->json, node, r->arena, &condition.operator_text, err));
    if (json_is(&r->json, node, JSON_OBJECT) && json_first(&r->json, node) == JSON_NONE) {
        return LIC_OK; /* AWS looks at an operator only when it has a key */
    }
    enum lic_rc rc = cond_read_operator(condition.operator_text, &condition.cond, &detail);
    ENSURE(rc == LIC_OK, err, rc, SYNTAX "%s", detail.text);
    (void)go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           SYNTAX "A condition operator needs an object of condition keys and values");
    return read_keys(r, node, &condition, out, err);
}

static enum lic_rc read_condition(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err)
{
    (void)go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           SYNTAX "Condition must be an object of operators");
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        TRY(read_operator(r, child, out, err));
    }
    return LIC_OK;
}

/* ---- patterns ----------------------------------------------------------------------------- */

static void begin_sentence(char *text)
{
    bool small = text[0] >= 'a' && text[0] <= 'z';
    text[0] = small ? (char)(text[0] - 'a' + 'A') : text[0];
}

/* Puts the place to a failure to compile what is written there. */
static enum lic_rc fail_there(const struct reader *r, enum lic_rc rc, struct doc_place place,
                              struct lic_err *err)
{
    if (rc == LIC_OK || rc == LIC_E_NOMEM) {
        return rc;
    }
    struct lic_err detail = *err;
    begin_sentence(detail.text);
    err_set(err, rc, SYNTAX "%s", detail.text);
    return err_at(err, r->doc->file, place.line, place.column);
}

/* Actions have no case: the policy's are lowered here, the request's once a decision. */
static enum lic_rc compile_action(struct reader *r, struct doc_pattern *pattern,
                                  struct lic_err *err)
{
    lic_str text = pattern->text;
    char *low = arena_take(r->arena, text.n);
    ENSURE(low, err, LIC_E_NOMEM, "no memory for a policy");
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return vars_read(r->arena, str_make(low, text.n), VARS_LIKE, /* variables= */ false,
                     &pattern->compiled, err);
}

static enum lic_rc compile_value(struct reader *r, const struct doc_condition *condition,
                                 const struct doc_value *value, struct cond_value *out,
                                 struct lic_err *err)
{
    enum lic_rc rc =
        cond_read_value(r->arena, &condition->cond, value->text, r->doc->variables, out, err);
    if (rc == LIC_E_INVALID && r->doc->kind == DOC_ANY) {
        *out = (struct cond_value){ .unreadable = true };
        return LIC_OK;
    }
    return fail_there(r, rc, value->place, err);
}

static enum lic_rc compile_condition(struct reader *r, struct doc_condition *condition,
                                     struct lic_err *err)
{
    struct cond_value *values = ARENA_ARRAY(r->arena, struct cond_value, condition->cond.values_n);
    ENSURE(values, err, LIC_E_NOMEM, "no memory for a policy");
    for (uint32_t i = 0; i < condition->cond.values_n; i++) {
        TRY(compile_value(r, condition, &condition->values[i], &values[i], err));
    }
    condition->cond.values = values;
    return cond_compile(r->arena, &condition->cond, err);
}

static enum lic_rc compile_statement(struct reader *r, struct doc_statement *statement,
                                     struct lic_err *err)
{
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        struct doc_pattern *action = &statement->actions.at[i];
        TRY(fail_there(r, compile_action(r, action, err), action->place, err));
    }
    for (uint32_t i = 0; i < statement->resources.n; i++) {
        struct doc_pattern *resource = &statement->resources.at[i];
        enum lic_rc rc = vars_read(r->arena, resource->text, VARS_RESOURCE, r->doc->variables,
                                   &resource->compiled, err);
        TRY(fail_there(r, rc, resource->place, err));
    }
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        TRY(compile_condition(r, &statement->conditions.at[i], err));
    }
    return LIC_OK;
}

static enum lic_rc compile(struct reader *r, struct lic_err *err)
{
    for (uint32_t i = 0; i < r->doc->n; i++) {
        TRY(compile_statement(r, &r->doc->statements[i], err));
    }
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads AWS policy documents. A policy that says something this file does not understand must not
 * take effect in part, so everything unknown is refused with the place where it stands.
 *
 * `reader.at` is always the offset of what is being read; a failure anywhere below is placed there,
 * once, by policy_doc_read.
 */
#include "policy/doc.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "policy/policy.h"

#include "base/banned.h"

struct reader {
    struct arena *arena;
    struct json_doc json;
    struct policy_doc *doc;
    struct map sids;
    bool variables; /* Version 2012-10-17 */
    size_t at;
    uint32_t line; /* of line_start, which only moves forward */
    size_t line_start;
};

typedef enum lic_rc element_fn(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err);

struct element {
    lic_str name;
    element_fn *read;
};

static enum lic_rc read_document(struct reader *r, struct lic_err *err);
static element_fn read_sid, read_effect, read_action, read_not_action, read_resource,
    read_not_resource, read_condition, refuse_principal;

/* clang-format off */
static const struct element elements[] = {
    { { "Sid", 3 }, read_sid },
    { { "Effect", 6 }, read_effect },
    { { "Action", 6 }, read_action },
    { { "NotAction", 9 }, read_not_action },
    { { "Resource", 8 }, read_resource },
    { { "NotResource", 11 }, read_not_resource },
    { { "Condition", 9 }, read_condition },
    { { "Principal", 9 }, refuse_principal },
    { { "NotPrincipal", 12 }, refuse_principal },
};
/* clang-format on */

enum lic_rc policy_doc_read(struct arena *arena, lic_str file, lic_str text,
                            const struct policy_doc **out, struct lic_err *err)
{
    struct lic_err unseen;
    struct lic_err *told = err ? err : &unseen;
    struct reader r = { .arena = arena, .line = 1 };
    struct json_limits limits = { .mode = JSON_GATEWAY };
    enum lic_rc rc = json_read(arena, text, &limits, &r.json, told);
    if (rc != LIC_OK) {
        return err_at_offset(told, file, text, told->offset);
    }
    rc = read_document(&r, told);
    if (rc != LIC_OK) {
        return err_at_offset(told, file, text, r.at);
    }
    r.doc->file = str_copy(arena, file);
    ENSURE(r.doc->file.at, err, LIC_E_NOMEM, "no memory for the name of a policy");
    *out = r.doc;
    return LIC_OK;
}

/* ---- the JSON below ----------------------------------------------------------------------- */

/* Where a value begins; a string begins with its quote. */
static size_t value_offset(const struct reader *r, uint32_t node)
{
    size_t start = r->json.nodes[node].start;
    return json_is(&r->json, node, JSON_STRING) && start > 0 ? start - 1 : start;
}

static void go_to_value(struct reader *r, uint32_t node)
{
    r->at = value_offset(r, node);
}

static void go_to_key(struct reader *r, uint32_t node)
{
    size_t start = r->json.nodes[node].key_start;
    r->at = start > 0 ? start - 1 : 0;
}

static enum lic_rc read_text(struct reader *r, uint32_t node, const char *what, lic_str *out,
                             struct lic_err *err)
{
    go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_STRING), err, LIC_E_INVALID, "%s must be a string", what);
    return json_text(&r->json, node, r->arena, out, err);
}

static enum lic_rc copy_text(struct reader *r, lic_str text, lic_str *out, struct lic_err *err)
{
    *out = str_copy(r->arena, text);
    ENSURE(out->at, err, LIC_E_NOMEM, "no memory for a policy");
    return LIC_OK;
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
    TRY(read_text(r, node, "Version", &version, err));
    r->variables = str_eq(version, LIC_STR("2012-10-17"));
    ENSURE(r->variables || str_eq(version, LIC_STR("2008-10-17")), err, LIC_E_INVALID,
           "Version must be \"2012-10-17\" or \"2008-10-17\", not \"" LIC_FMT "\"",
           LIC_ARG(json_raw(&r->json, node)));
    return LIC_OK;
}

static enum lic_rc check_members(struct reader *r, struct lic_err *err)
{
    for (uint32_t node = json_first(&r->json, 0); node != JSON_NONE;
         node = json_next(&r->json, 0, node)) {
        bool known = json_key_is(&r->json, node, LIC_STR("Version")) ||
                     json_key_is(&r->json, node, LIC_STR("Id")) ||
                     json_key_is(&r->json, node, LIC_STR("Statement"));
        go_to_key(r, node);
        ENSURE(known, err, LIC_E_UNKNOWN, "a policy has no element \"" LIC_FMT "\"",
               LIC_ARG(json_key_raw(&r->json, node)));
    }
    return LIC_OK;
}

static enum lic_rc read_document(struct reader *r, struct lic_err *err)
{
    go_to_value(r, 0);
    ENSURE(json_type(&r->json, 0) == JSON_OBJECT, err, LIC_E_INVALID,
           "a policy document must be a JSON object");
    r->doc = ARENA_NEW(r->arena, struct policy_doc);
    ENSURE(r->doc, err, LIC_E_NOMEM, "no memory for a policy");
    map_init(&r->sids, r->arena, 0);
    TRY(check_members(r, err));
    uint32_t version = json_get(&r->json, 0, LIC_STR("Version"));
    uint32_t id = json_get(&r->json, 0, LIC_STR("Id"));
    uint32_t statements = json_get(&r->json, 0, LIC_STR("Statement"));
    if (version != JSON_NONE) {
        TRY(read_version(r, version, err));
    }
    if (id != JSON_NONE) {
        lic_str unused;
        TRY(read_text(r, id, "Id", &unused, err));
    }
    go_to_value(r, 0);
    ENSURE(statements != JSON_NONE, err, LIC_E_MISSING, "a policy must have a Statement");
    return read_statements(r, statements, err);
}

static enum lic_rc read_statement(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err);

static enum lic_rc read_statements(struct reader *r, uint32_t node, struct lic_err *err)
{
    go_to_value(r, node);
    uint32_t n = list_n(r, node);
    ENSURE(n > 0, err, LIC_E_MISSING, "Statement must not be an empty list");
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

/* Statements come in order, so that counting lines passes over the text once. */
static void place_statement(struct reader *r, uint32_t node, struct doc_statement *out)
{
    size_t offset = r->json.nodes[node].start;
    lic_str gone = str_slice(r->json.text, r->line_start, offset);
    for (size_t n = str_find_char(gone, '\n'); n < gone.n; n = str_find_char(gone, '\n')) {
        r->line++;
        r->line_start += n + 1;
        gone = str_tail(gone, n + 1);
    }
    out->line = r->line;
    out->column = (uint32_t)(offset - r->line_start) + 1;
}

static const struct element *find_element(const struct reader *r, uint32_t node)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (json_key_is(&r->json, node, elements[i].name)) {
            return &elements[i];
        }
    }
    return NULL;
}

/* Exactly one of the two forms; `words` as AWS says them. */
static enum lic_rc check_one_of(struct reader *r, uint32_t node, lic_str plain, lic_str excluded,
                                const char *words, struct lic_err *err)
{
    uint32_t first = json_get(&r->json, node, plain);
    uint32_t second = json_get(&r->json, node, excluded);
    ENSURE(first != JSON_NONE || second != JSON_NONE, err, LIC_E_MISSING,
           "Policy statement must contain %s.", words);
    ENSURE(first == JSON_NONE || second == JSON_NONE, err, LIC_E_INVALID,
           "a statement must not have both " LIC_FMT " and " LIC_FMT, LIC_ARG(plain),
           LIC_ARG(excluded));
    return LIC_OK;
}

static enum lic_rc check_statement(struct reader *r, uint32_t node, struct lic_err *err)
{
    go_to_value(r, node);
    ENSURE(json_get(&r->json, node, LIC_STR("Effect")) != JSON_NONE, err, LIC_E_MISSING,
           "a statement must have an Effect");
    TRY(check_one_of(r, node, LIC_STR("Action"), LIC_STR("NotAction"), "actions", err));
    return check_one_of(r, node, LIC_STR("Resource"), LIC_STR("NotResource"), "resources", err);
}

static enum lic_rc read_statement(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err)
{
    go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           "a statement must be a JSON object");
    place_statement(r, node, out);
    /* First, so that no element is read into twice. */
    TRY(check_statement(r, node, err));
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        const struct element *element = find_element(r, child);
        go_to_key(r, child);
        ENSURE(element, err, LIC_E_UNKNOWN, "a statement has no element \"" LIC_FMT "\"",
               LIC_ARG(json_key_raw(&r->json, child)));
        TRY(element->read(r, child, out, err));
    }
    return LIC_OK;
}

static enum lic_rc read_sid(struct reader *r, uint32_t node, struct doc_statement *out,
                            struct lic_err *err)
{
    lic_str sid;
    TRY(read_text(r, node, "Sid", &sid, err));
    TRY(copy_text(r, sid, &out->sid, err));
    if (sid.n == 0) {
        return LIC_OK;
    }
    enum lic_rc rc = map_add(&r->sids, out->sid, out);
    ENSURE(rc != LIC_E_DUPLICATE, err, rc,
           "Statement IDs (SID) in a single policy must be unique, and \"" LIC_FMT
           "\" was there before",
           LIC_ARG(sid));
    ENSURE(rc == LIC_OK, err, rc, "no memory for a policy");
    return LIC_OK;
}

static enum lic_rc read_effect(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err)
{
    lic_str effect;
    TRY(read_text(r, node, "Effect", &effect, err));
    out->deny = str_eq(effect, LIC_STR("Deny"));
    ENSURE(out->deny || str_eq(effect, LIC_STR("Allow")), err, LIC_E_INVALID,
           "Effect must be Allow or Deny, not \"" LIC_FMT "\"", LIC_ARG(effect));
    return LIC_OK;
}

static enum lic_rc refuse_principal(struct reader *r, uint32_t node, struct doc_statement *out,
                                    struct lic_err *err)
{
    (void)r;
    (void)node;
    (void)out;
    return err_set(err, LIC_E_INVALID, "Policy document should not specify a principal.");
}

/* ---- actions and resources ---------------------------------------------------------------- */

typedef enum lic_rc pattern_fn(struct reader *r, lic_str text, struct vars_pattern *out,
                               struct lic_err *err);

static enum lic_rc read_patterns(struct reader *r, uint32_t node, pattern_fn *read,
                                 const char *words, struct doc_patterns *out, struct lic_err *err)
{
    uint32_t n = list_n(r, node);
    go_to_value(r, node);
    ENSURE(n > 0, err, LIC_E_MISSING, "Policy statement must contain %s.", words);
    out->at = ARENA_ARRAY(r->arena, struct vars_pattern, n);
    ENSURE(out->at, err, LIC_E_NOMEM, "no memory for a policy");
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        lic_str text;
        TRY(read_text(r, child, words, &text, err));
        TRY(read(r, text, &out->at[out->n], err));
        out->n++;
    }
    return LIC_OK;
}

static bool is_vendor_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

static bool is_vendor(lic_str vendor)
{
    size_t n = 0;
    while (n < vendor.n && is_vendor_char(vendor.at[n])) {
        n++;
    }
    return n > 0 && n == vendor.n;
}

/* "service:Operation" or "*" alone; the service without wildcards. */
static enum lic_rc check_action(lic_str text, struct lic_err *err)
{
    if (str_eq(text, LIC_STR("*"))) {
        return LIC_OK;
    }
    lic_str operation = text;
    lic_str vendor = str_split(&operation, ':');
    ENSURE(vendor.n < text.n, err, LIC_E_INVALID,
           "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.; \"" LIC_FMT
           "\" is not",
           LIC_ARG(text));
    ENSURE(is_vendor(vendor), err, LIC_E_INVALID, "Vendor " LIC_FMT " is not valid",
           LIC_ARG(vendor));
    ENSURE(str_find_char(operation, ':') == operation.n, err, LIC_E_INVALID,
           "Actions/Condition can contain only one colon; \"" LIC_FMT "\" has more", LIC_ARG(text));
    ENSURE(operation.n > 0, err, LIC_E_INVALID, "the action \"" LIC_FMT "\" names no operation",
           LIC_ARG(text));
    ENSURE(str_find(text, LIC_STR("${")) == text.n, err, LIC_E_INVALID,
           "policy variables are not allowed in actions");
    return LIC_OK;
}

/* Actions have no case: the policy's are lowered here, the request's once a decision. */
static enum lic_rc read_action_pattern(struct reader *r, lic_str text, struct vars_pattern *out,
                                       struct lic_err *err)
{
    TRY(check_action(text, err));
    char *low = arena_take(r->arena, text.n);
    ENSURE(low, err, LIC_E_NOMEM, "no memory for a policy");
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return vars_read(r->arena, str_make(low, text.n), VARS_LIKE, /* variables= */ false, out, err);
}

static bool is_partition(lic_str s)
{
    static const char *const names[] = { "aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                         "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc",
                                         "lictor",    "*" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(s, str_z(names[i]))) {
            return true;
        }
    }
    return false;
}

static enum lic_rc check_resource(lic_str text, struct lic_err *err)
{
    if (str_eq(text, LIC_STR("*"))) {
        return LIC_OK;
    }
    lic_str rest = text;
    ENSURE(str_eq(str_split(&rest, ':'), LIC_STR("arn")) && rest.n > 0, err, LIC_E_INVALID,
           "Resource " LIC_FMT " must be in ARN format or \"*\".", LIC_ARG(text));
    lic_str partition = str_split(&rest, ':');
    ENSURE(is_partition(partition), err, LIC_E_INVALID,
           "Partition \"" LIC_FMT "\" is not valid for resource \"" LIC_FMT "\".",
           LIC_ARG(partition), LIC_ARG(text));
    ENSURE(is_vendor(str_split(&rest, ':')), err, LIC_E_INVALID,
           "Resource vendor must be fully qualified and cannot contain regexes.");
    return LIC_OK;
}

static enum lic_rc read_resource_pattern(struct reader *r, lic_str text, struct vars_pattern *out,
                                         struct lic_err *err)
{
    TRY(check_resource(text, err));
    return vars_read(r->arena, text, VARS_RESOURCE, r->variables, out, err);
}

static enum lic_rc read_action(struct reader *r, uint32_t node, struct doc_statement *out,
                               struct lic_err *err)
{
    return read_patterns(r, node, read_action_pattern, "actions", &out->actions, err);
}

static enum lic_rc read_not_action(struct reader *r, uint32_t node, struct doc_statement *out,
                                   struct lic_err *err)
{
    out->actions.excluded = true;
    return read_patterns(r, node, read_action_pattern, "actions", &out->actions, err);
}

static enum lic_rc read_resource(struct reader *r, uint32_t node, struct doc_statement *out,
                                 struct lic_err *err)
{
    return read_patterns(r, node, read_resource_pattern, "resources", &out->resources, err);
}

static enum lic_rc read_not_resource(struct reader *r, uint32_t node, struct doc_statement *out,
                                     struct lic_err *err)
{
    out->resources.excluded = true;
    return read_patterns(r, node, read_resource_pattern, "resources", &out->resources, err);
}

/* ---- conditions --------------------------------------------------------------------------- */

/* Values may also be written as JSON booleans and numbers, as AWS accepts them. */
static enum lic_rc read_scalar(struct reader *r, uint32_t node, lic_str *out, struct lic_err *err)
{
    switch (json_type(&r->json, node)) {
    case JSON_STRING:
        return json_text(&r->json, node, r->arena, out, err);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NUMBER:
        *out = json_raw(&r->json, node);
        return LIC_OK;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return err_set(err, LIC_E_INVALID, "a condition value must be a string");
}

static enum lic_rc read_values(struct reader *r, uint32_t node, struct cond *cond,
                               struct lic_err *err)
{
    uint32_t n = list_n(r, node);
    go_to_value(r, node);
    ENSURE(n > 0, err, LIC_E_MISSING, "a condition needs a value to compare with");
    struct cond_value *values = ARENA_ARRAY(r->arena, struct cond_value, n);
    ENSURE(values, err, LIC_E_NOMEM, "no memory for a policy");
    for (uint32_t child = list_first(r, node); child != JSON_NONE;
         child = list_next(r, node, child)) {
        lic_str text;
        go_to_value(r, child);
        TRY(read_scalar(r, child, &text, err));
        TRY(cond_read_value(r->arena, cond, text, r->variables, &values[cond->values_n], err));
        cond->values_n++;
    }
    cond->values = values;
    return LIC_OK;
}

/* {"KEY": values, ...} below one operator; `like` has the operator. */
static enum lic_rc read_keys(struct reader *r, uint32_t node, const struct cond *like,
                             struct doc_statement *out, struct lic_err *err)
{
    go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           "a condition operator needs an object of condition keys and values");
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        struct cond cond = *like;
        lic_str key;
        go_to_key(r, child);
        TRY(json_key_text(&r->json, child, r->arena, &key, err));
        TRY(cond_check_key(&cond, key, err));
        TRY(copy_text(r, key, &cond.key, err));
        TRY(read_values(r, child, &cond, err));
        ENSURE(ARENA_PUSH(r->arena, &out->conditions, cond), err, LIC_E_NOMEM,
               "no memory for a policy");
    }
    return LIC_OK;
}

static enum lic_rc read_condition(struct reader *r, uint32_t node, struct doc_statement *out,
                                  struct lic_err *err)
{
    go_to_value(r, node);
    ENSURE(json_is(&r->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           "Condition must be an object of operators");
    for (uint32_t child = json_first(&r->json, node); child != JSON_NONE;
         child = json_next(&r->json, node, child)) {
        struct cond cond = { .if_exists = false };
        lic_str name;
        go_to_key(r, child);
        TRY(json_key_text(&r->json, child, r->arena, &name, err));
        TRY(cond_read_operator(name, &cond, err));
        TRY(read_keys(r, child, &cond, out, err));
    }
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event: fields.def as a table, condition keys looked up in it, and events read from JSON.
 *
 * Each row of the table knows where its field stands in struct event, so that every use of the
 * fields (absent, look up, read) is one loop and none lists them again.
 */
#include "event/event.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdio.h>

#include "base/banned.h"

#define VALUE_BYTES_MAX 64u
#define SHOWN_NAME_BYTES 128u
#define NS_A_SECOND 1000000000

enum field_type { FIELD_TEXT, FIELD_LIST, FIELD_INT, FIELD_REAL, FIELD_TIME, FIELD_FLAG };

struct field {
    lic_str name, condition, record;
    enum field_type type;
    size_t at; /* offset in struct event */
};

#define VIEW(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct field fields[] = {
#define FIELD(name, type, condition, record, which, doc)                                           \
    { VIEW(#name), VIEW(condition), VIEW(record), FIELD_##type, offsetof(struct event, name) },
#include "event/fields.def"
#undef FIELD
};
#define FIELDS_N (sizeof(fields) / sizeof(fields[0]))

/* Keys that hold a name of the caller's choosing after the slash. */
static const lic_str families[] = {
    VIEW("aws:PrincipalTag/"), VIEW("aws:RequestTag/"),        VIEW("aws:ResourceTag/"),
    VIEW("lictor:Argument/"),  VIEW("lictor:ArgumentSource/"), VIEW("lictor:Prior/"),
    VIEW("lictor:Count/"),
};

/* Keys that are no field: derived here, or given as an extra by the part that knows them. */
static const lic_str single_keys[] = {
    VIEW("aws:EpochTime"),
    VIEW("aws:PrincipalAccount"),
    VIEW("aws:FederatedProvider"),
    VIEW("aws:MultiFactorAuthAge"),
    VIEW("aws:PrincipalIsAWSService"),
    VIEW("aws:Referer"),
    VIEW("aws:SourceAccount"),
    VIEW("aws:SourceArn"),
    VIEW("aws:TagKeys"),
    VIEW("aws:ViaAWSService"),
    VIEW("lictor:ContextIntegrity"),
    VIEW("lictor:ContextSensitivity"),
    VIEW("lictor:ToolKind"),
};

/* ---- fields ---- */

static void *field_at(struct event *event, const struct field *field)
{
    return (char *)event + field->at;
}

static const void *field_in(const struct event *event, const struct field *field)
{
    return (const char *)event + field->at;
}

static void clear_field(struct event *event, const struct field *field)
{
    void *at = field_at(event, field);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LIST:
        break; /* zero is absent */
    case FIELD_INT:
    case FIELD_TIME:
        *(int64_t *)at = EVENT_INT_NONE;
        break;
    case FIELD_REAL:
        *(double *)at = -1.0;
        break;
    case FIELD_FLAG:
        *(int8_t *)at = EVENT_FLAG_NONE;
        break;
    }
}

void event_init(struct event *event)
{
    *event = (struct event){ .parts = { .n = 0 } };
    for (size_t i = 0; i < FIELDS_N; i++) {
        clear_field(event, &fields[i]);
    }
}

static bool is_absent(const struct event *event, const struct field *field)
{
    const void *at = field_in(event, field);
    switch (field->type) {
    case FIELD_TEXT:
        return ((const lic_str *)at)->at == NULL;
    case FIELD_LIST:
        return ((const struct str_list *)at)->n == 0;
    case FIELD_INT:
    case FIELD_TIME:
        return *(const int64_t *)at == EVENT_INT_NONE;
    case FIELD_REAL:
        return *(const double *)at < 0.0;
    case FIELD_FLAG:
        return *(const int8_t *)at == EVENT_FLAG_NONE;
    }
    UNREACHABLE("enum field_type has six values");
}

/* The field with this condition key, or NULL. */
static const struct field *field_of_condition(lic_str key)
{
    for (size_t i = 0; i < FIELDS_N; i++) {
        if (fields[i].condition.n == key.n && key.n > 0 &&
            str_eq_nocase(fields[i].condition, key)) {
            return &fields[i];
        }
    }
    return NULL;
}

/* The field with this record key, or with this name when it is in no record; or NULL. */
static const struct field *field_of_record(lic_str key)
{
    for (size_t i = 0; i < FIELDS_N; i++) {
        if (str_eq(fields[i].record.n > 0 ? fields[i].record : fields[i].name, key)) {
            return &fields[i];
        }
    }
    return NULL;
}

/* ---- condition keys ---- */

static enum lic_rc give_text(struct arena *arena, lic_str text, const lic_str **out,
                             uint32_t *out_n, struct lic_err *err)
{
    lic_str *value = ARENA_NEW(arena, lic_str);
    ENSURE(value, err, LIC_E_NOMEM, "no memory for the value of a condition key");
    *value = str_copy(arena, text);
    ENSURE(value->at, err, LIC_E_NOMEM, "no memory for the value of a condition key");
    *out = value;
    *out_n = 1;
    return LIC_OK;
}

static enum lic_rc give_int(struct arena *arena, int64_t n, const lic_str **out, uint32_t *out_n,
                            struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, VALUE_BYTES_MAX);
    buf_add_i64(&text, n);
    TRY(buf_check(&text, "the value of a condition key", err));
    return give_text(arena, buf_str(&text), out, out_n, err);
}

static enum lic_rc give_real(struct arena *arena, double d, const lic_str **out, uint32_t *out_n,
                             struct lic_err *err)
{
    struct buf text;
    struct json_out json;
    buf_init(&text, arena, VALUE_BYTES_MAX);
    json_out_init(&json, &text);
    json_out_double(&json, d);
    TRY(buf_check(&text, "the value of a condition key", err));
    return give_text(arena, buf_str(&text), out, out_n, err);
}

static enum lic_rc give_time(struct arena *arena, int64_t ns, const lic_str **out, uint32_t *out_n,
                             struct lic_err *err)
{
    char text[CLOCK_TEXT_BYTES];
    clock_format(ns, text);
    return give_text(arena, str_make(text, sizeof(text)), out, out_n, err);
}

static enum lic_rc give_field(const struct event *event, const struct field *field,
                              struct arena *arena, const lic_str **out, uint32_t *out_n,
                              struct lic_err *err)
{
    const void *at = field_in(event, field);
    switch (field->type) {
    case FIELD_TEXT:
        *out = at;
        *out_n = 1;
        return LIC_OK;
    case FIELD_LIST:
        *out = ((const struct str_list *)at)->at;
        *out_n = ((const struct str_list *)at)->n;
        return LIC_OK;
    case FIELD_INT:
        return give_int(arena, *(const int64_t *)at, out, out_n, err);
    case FIELD_REAL:
        return give_real(arena, *(const double *)at, out, out_n, err);
    case FIELD_TIME:
        return give_time(arena, *(const int64_t *)at, out, out_n, err);
    case FIELD_FLAG:
        return give_text(arena, *(const int8_t *)at ? LIC_STR("true") : LIC_STR("false"), out,
                         out_n, err);
    }
    UNREACHABLE("enum field_type has six values");
}

/* The account in arn:aws:iam::ACCOUNT:user/alice; empty when there is none. */
static lic_str account_of(lic_str arn)
{
    lic_str account = LIC_STR("");
    for (int part = 0; part < 5; part++) {
        account = str_split(&arn, ':');
    }
    return account;
}

/* Numbers of the keys that follow from fields, behind those of the fields. */
enum derived { DERIVED_EPOCH_TIME = FIELDS_N, DERIVED_ACCOUNT, DERIVED_END };

/* Absent when the field is, or when it says nothing of this. */
static enum lic_rc give_derived(const struct event *event, int number, struct arena *arena,
                                const lic_str **out, uint32_t *out_n, struct lic_err *err)
{
    *out = NULL;
    *out_n = 0;
    if (number == DERIVED_EPOCH_TIME && event->time != EVENT_INT_NONE) {
        return give_int(arena, event->time / NS_A_SECOND, out, out_n, err);
    }
    lic_str account = account_of(event->principal);
    if (number == DERIVED_ACCOUNT && account.n > 0) {
        return give_text(arena, account, out, out_n, err);
    }
    return LIC_OK;
}

static const struct event_extra *find_extra(const struct event *event, lic_str key)
{
    for (uint32_t i = 0; i < event->extras.n; i++) {
        if (str_eq_nocase(event->extras.at[i].key, key)) {
            return &event->extras.at[i];
        }
    }
    return NULL;
}

int event_condition_field(lic_str key)
{
    const struct field *field = field_of_condition(key);
    if (field) {
        return (int)(field - fields);
    }
    if (str_eq_nocase(key, LIC_STR("aws:EpochTime"))) {
        return DERIVED_EPOCH_TIME;
    }
    return str_eq_nocase(key, LIC_STR("aws:PrincipalAccount")) ? DERIVED_ACCOUNT : -1;
}

enum lic_rc event_field_values(const struct event *event, int number, struct arena *arena,
                               const lic_str **out, uint32_t *out_n, struct lic_err *err)
{
    CHECK(number >= 0 && number < DERIVED_END);
    if (number >= (int)FIELDS_N) {
        return give_derived(event, number, arena, out, out_n, err);
    }
    if (!is_absent(event, &fields[number])) {
        return give_field(event, &fields[number], arena, out, out_n, err);
    }
    *out = NULL;
    *out_n = 0;
    return LIC_OK;
}

enum lic_rc event_condition(const struct event *event, lic_str key, struct arena *arena,
                            const lic_str **out, uint32_t *out_n, struct lic_err *err)
{
    int number = event_condition_field(key);
    *out = NULL;
    *out_n = 0;
    if (number >= 0) {
        TRY(event_field_values(event, number, arena, out, out_n, err));
    }
    const struct event_extra *extra = *out_n == 0 ? find_extra(event, key) : NULL;
    if (extra) {
        *out = extra->values.at;
        *out_n = extra->values.n;
    }
    return LIC_OK;
}

/* "sts:ExternalId", "id.example.com:aud": what services and issuers define is not ours to list. */
static bool is_of_another_service(lic_str key)
{
    size_t colon = str_find_char(key, ':');
    lic_str prefix = str_head(key, colon);
    return colon > 0 && colon + 1 < key.n && !str_eq_nocase(prefix, LIC_STR("aws")) &&
           !str_eq_nocase(prefix, LIC_STR("lictor"));
}

bool event_condition_known(lic_str key)
{
    if (field_of_condition(key)) {
        return true;
    }
    for (size_t i = 0; i < sizeof(single_keys) / sizeof(single_keys[0]); i++) {
        if (str_eq_nocase(single_keys[i], key)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (key.n > families[i].n && str_eq_nocase(str_head(key, families[i].n), families[i])) {
            return true;
        }
    }
    return is_of_another_service(key);
}

/* ---- reading ---- */

/* What is being read: one value of one name, for the sentences about it. */
struct reading {
    struct arena *arena;
    const struct json_doc *doc;
    struct event *event;
    lic_str name;
    uint32_t node;
    struct lic_err *err;
};

/* `before` and `after` stand around the name; the sentence ends in the place. */
static enum lic_rc fail_at(const struct reading *r, enum lic_rc rc, size_t offset,
                           const char *before, const char *after)
{
    lic_str name = utf8_head(r->name, SHOWN_NAME_BYTES);
    err_set(r->err, rc, "%s\"" LIC_FMT "\"%s, at byte %zu", before, LIC_ARG(name), after, offset);
    if (r->err) {
        r->err->offset = offset;
    }
    return rc;
}

static enum lic_rc fail_value(const struct reading *r, const char *wanted)
{
    char after[64];
    snprintf(after, sizeof(after), " must be %s", wanted);
    return fail_at(r, LIC_E_INVALID, r->doc->nodes[r->node].start, "", after);
}

static enum lic_rc fail_name(const struct reading *r, enum lic_rc rc, const char *before,
                             const char *after)
{
    return fail_at(r, rc, r->doc->nodes[r->node].key_start, before, after);
}

static enum lic_rc read_text(const struct reading *r, lic_str *out)
{
    if (json_type(r->doc, r->node) != JSON_STRING) {
        return fail_value(r, "a string");
    }
    return json_text(r->doc, r->node, r->arena, out, r->err);
}

/* A value of a condition key as text; numbers and words stand for themselves. */
static enum lic_rc read_scalar(const struct reading *r, lic_str *out)
{
    enum json_type type = json_type(r->doc, r->node);
    if (type == JSON_NUMBER || type == JSON_TRUE || type == JSON_FALSE) {
        *out = json_raw(r->doc, r->node);
        return LIC_OK;
    }
    return type == JSON_STRING ? read_text(r, out) : fail_value(r, "a string, number or boolean");
}

static enum lic_rc add_value(const struct reading *r, struct str_list *list)
{
    lic_str value;
    TRY(read_scalar(r, &value));
    ENSURE(str_list_add(list, r->arena, value) == LIC_OK, r->err, LIC_E_NOMEM,
           "no memory for the values of \"" LIC_FMT "\"", LIC_ARG(r->name));
    return LIC_OK;
}

/* One value or an array of them. */
static enum lic_rc read_list(const struct reading *r, struct str_list *out)
{
    if (json_type(r->doc, r->node) != JSON_ARRAY) {
        return add_value(r, out);
    }
    struct reading element = *r;
    for (uint32_t node = json_first(r->doc, r->node); node != JSON_NONE;
         node = json_next(r->doc, r->node, node)) {
        element.node = node;
        TRY(add_value(&element, out));
    }
    return LIC_OK;
}

static enum lic_rc read_int(const struct reading *r, int64_t *out)
{
    lic_str text;
    int64_t n;
    TRY(read_scalar(r, &text));
    if (!str_i64(text, &n) || n == EVENT_INT_NONE) {
        return fail_value(r, "a whole number");
    }
    *out = n;
    return LIC_OK;
}

static enum lic_rc read_real(const struct reading *r, double *out)
{
    lic_str text;
    double d;
    TRY(read_scalar(r, &text));
    if (!str_double(text, &d) || d < 0.0) {
        return fail_value(r, "a number that is not negative");
    }
    *out = d;
    return LIC_OK;
}

static enum lic_rc read_time(const struct reading *r, int64_t *out)
{
    lic_str text;
    int64_t ns;
    TRY(read_scalar(r, &text));
    if (!clock_parse(text, &ns)) {
        return fail_value(r, "a time like \"2026-11-22T21:54:23Z\"");
    }
    *out = ns;
    return LIC_OK;
}

static enum lic_rc read_flag(const struct reading *r, int8_t *out)
{
    lic_str text;
    TRY(read_scalar(r, &text));
    bool yes = str_eq(text, LIC_STR("true"));
    if (!yes && !str_eq(text, LIC_STR("false"))) {
        return fail_value(r, "true or false");
    }
    *out = yes ? 1 : 0;
    return LIC_OK;
}

static enum lic_rc read_field(const struct reading *r, const struct field *field)
{
    if (!is_absent(r->event, field)) {
        return fail_name(r, LIC_E_DUPLICATE, "", " gives a field that was given before");
    }
    void *at = field_at(r->event, field);
    switch (field->type) {
    case FIELD_TEXT:
        return read_text(r, at);
    case FIELD_LIST:
        return read_list(r, at);
    case FIELD_INT:
        return read_int(r, at);
    case FIELD_REAL:
        return read_real(r, at);
    case FIELD_TIME:
        return read_time(r, at);
    case FIELD_FLAG:
        return read_flag(r, at);
    }
    UNREACHABLE("enum field_type has six values");
}

static enum lic_rc read_context_member(const struct reading *r)
{
    const struct field *field = field_of_condition(r->name);
    if (field) {
        return read_field(r, field);
    }
    if (!event_condition_known(r->name)) {
        return fail_name(r, LIC_E_UNKNOWN, "no condition key is called ", "");
    }
    if (find_extra(r->event, r->name)) {
        return fail_name(r, LIC_E_DUPLICATE, "the condition key ", " is given twice");
    }
    ENSURE(r->event->extras.n < LIMIT_CONTEXT_KEYS, r->err, LIC_E_LIMIT,
           "more than %u condition keys of context", LIMIT_CONTEXT_KEYS);
    struct event_extra extra = { .key = r->name };
    TRY(read_list(r, &extra.values));
    ENSURE(ARENA_PUSH(r->arena, &r->event->extras, extra), r->err, LIC_E_NOMEM,
           "no memory for the condition key \"" LIC_FMT "\"", LIC_ARG(r->name));
    return LIC_OK;
}

typedef enum lic_rc member_fn(const struct reading *member);

/* Calls `read_member` for each member of the object at `parent`. */
static enum lic_rc each_member(const struct reading *parent, member_fn *read_member)
{
    struct reading member = *parent;
    for (uint32_t node = json_first(parent->doc, parent->node); node != JSON_NONE;
         node = json_next(parent->doc, parent->node, node)) {
        member.node = node;
        TRY(json_key_text(parent->doc, node, parent->arena, &member.name, parent->err));
        TRY(read_member(&member));
    }
    return LIC_OK;
}

static enum lic_rc read_member(const struct reading *r)
{
    if (str_eq(r->name, LIC_STR("context"))) {
        return json_type(r->doc, r->node) == JSON_OBJECT ? each_member(r, read_context_member)
                                                         : fail_value(r, "an object");
    }
    const struct field *field = field_of_record(r->name);
    if (!field) {
        return fail_name(r, LIC_E_UNKNOWN, "an event has no field ", "");
    }
    return read_field(r, field);
}

enum lic_rc event_read(struct arena *arena, const struct json_doc *doc, struct event *out,
                       struct lic_err *err)
{
    struct event event;
    event_init(&event);
    struct reading r = {
        .arena = arena, .doc = doc, .event = &event, .name = LIC_STR("event"), .err = err
    };
    if (json_type(doc, r.node) != JSON_OBJECT) {
        return fail_value(&r, "an object");
    }
    TRY(each_member(&r, read_member));
    *out = event;
    return LIC_OK;
}

/* ---- content ---- */

/* ORDER EVENT_CHANNEL */
static const char *const channel_names[CHANNEL_N] = {
    "system", "user", "assistant", "tool_call", "tool_result", "document",
};

const char *event_channel_name(enum event_channel channel)
{
    CHECK((unsigned)channel < CHANNEL_N);
    return channel_names[channel];
}

bool event_channel_from(lic_str name, enum event_channel *out)
{
    for (uint32_t i = 0; i < CHANNEL_N; i++) {
        if (str_eq(name, str_z(channel_names[i]))) {
            *out = (enum event_channel)i;
            return true;
        }
    }
    return false;
}

enum lic_rc event_add_part(struct event *event, struct arena *arena, const struct event_part *part,
                           struct lic_err *err)
{
    ENSURE(event->parts.n < LIMIT_PARTS, err, LIC_E_LIMIT, "more than %u pieces of content",
           LIMIT_PARTS);
    ENSURE(ARENA_PUSH(arena, &event->parts, *part), err, LIC_E_NOMEM,
           "no memory for more than %u pieces of content", event->parts.n);
    return LIC_OK;
}

enum lic_rc str_list_add(struct str_list *list, struct arena *arena, lic_str s)
{
    return ARENA_PUSH(arena, list, s) ? LIC_OK : LIC_E_NOMEM;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what tighten drafted: the document, and its reasons as text or JSON. */
#include "advise/tighten.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define LEVEL_BLANKS 2u

/* ---- one statement ---- */

/* In a document of 2008 "${" is ordinary text; in ours it would be a variable. */
static void write_kept(struct json_out *out, struct arena *scratch, const struct policy_doc *doc,
                       lic_str text)
{
    struct buf escaped;
    if (doc->variables || str_find(text, LIC_STR("${")) == text.n) {
        json_out_str(out, text);
        return;
    }
    buf_init(&escaped, scratch, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < text.n; i++) {
        bool variable = text.at[i] == '$' && i + 1 < text.n && text.at[i + 1] == '{';
        buf_add(&escaped, variable ? LIC_STR("${$}") : str_make(text.at + i, 1));
    }
    json_out_str(out, buf_str(&escaped));
}

static void write_present(struct json_out *out, const struct tighten *t, const char *name,
                          const struct policy_doc *doc, const struct doc_patterns *patterns)
{
    if (!patterns->given) {
        return;
    }
    json_out_name(out, patterns->excluded ? str_z(name) : str_tail(str_z(name), 3));
    json_out_array(out);
    for (uint32_t i = 0; i < patterns->n; i++) {
        write_kept(out, t->scratch, doc, patterns->at[i].text);
    }
    json_out_array_end(out);
}

static void write_resources(struct json_out *out, const struct tighten *t,
                            const struct tighten_statement *statement)
{
    if (statement->kept_resources) {
        write_present(out, t, "NotResource", statement->doc, &statement->statement->resources);
        return;
    }
    json_out_name(out, LIC_STR("Resource"));
    json_out_array(out);
    if (statement->any_resource) {
        json_out_str(out, LIC_STR("*"));
    }
    for (uint32_t i = 0; i < statement->patterns.n; i++) {
        struct buf text;
        buf_init(&text, t->scratch, LIMIT_JSON_BYTES);
        tighten_resource_write(&text, statement->patterns.at[i].text);
        json_out_str(out, buf_str(&text));
    }
    json_out_array_end(out);
}

static void write_actions(struct json_out *out, const struct tighten *t,
                          const struct tighten_statement *statement)
{
    if (statement->kept_deny) {
        write_present(out, t, "NotAction", statement->doc, &statement->statement->actions);
        return;
    }
    json_out_name(out, LIC_STR("Action"));
    json_out_array(out);
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        json_out_str(out, statement->actions.at[i]);
    }
    json_out_array_end(out);
}

/* ---- conditions ---- */

/* The present conditions and then the drafted ones, under one number each. */
static uint32_t conditions_of(const struct tighten_statement *statement)
{
    return (statement->statement ? statement->statement->conditions.n : 0) +
           statement->conditions_n;
}

static lic_str operator_of(const struct tighten_statement *statement, uint32_t i)
{
    uint32_t present = conditions_of(statement) - statement->conditions_n;
    return i < present ? statement->statement->conditions.at[i].operator_text
                       : str_z(statement->conditions[i - present].op);
}

static void write_condition(struct json_out *out, const struct tighten *t,
                            const struct tighten_statement *statement, uint32_t i)
{
    uint32_t present = conditions_of(statement) - statement->conditions_n;
    if (i < present) {
        const struct doc_condition *kept = &statement->statement->conditions.at[i];
        json_out_name(out, kept->cond.key);
        json_out_array(out);
        for (uint32_t v = 0; v < kept->cond.values_n; v++) {
            write_kept(out, t->scratch, statement->doc, kept->values[v].text);
        }
    } else {
        const struct tighten_condition *drafted = &statement->conditions[i - present];
        json_out_name(out, str_z(drafted->key));
        json_out_array(out);
        for (uint32_t v = 0; v < drafted->n; v++) {
            json_out_str(out, drafted->values[v]);
        }
    }
    json_out_array_end(out);
}

static bool is_first_of_operator(const struct tighten_statement *statement, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (str_eq(operator_of(statement, j), operator_of(statement, i))) {
            return false;
        }
    }
    return true;
}

static void write_conditions(struct json_out *out, const struct tighten *t,
                             const struct tighten_statement *statement)
{
    uint32_t n = conditions_of(statement);
    if (n == 0) {
        return;
    }
    json_out_name(out, LIC_STR("Condition"));
    json_out_object(out);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_first_of_operator(statement, i)) {
            continue;
        }
        json_out_name(out, operator_of(statement, i));
        json_out_object(out);
        for (uint32_t j = i; j < n; j++) {
            if (str_eq(operator_of(statement, j), operator_of(statement, i))) {
                write_condition(out, t, statement, j);
            }
        }
        json_out_object_end(out);
    }
    json_out_object_end(out);
}

static void write_statement(struct json_out *out, const struct tighten *t,
                            const struct tighten_statement *statement)
{
    json_out_object(out);
    json_out_name(out, LIC_STR("Sid"));
    json_out_str(out, statement->sid);
    json_out_name(out, LIC_STR("Effect"));
    json_out_str(out, statement->kept_deny ? LIC_STR("Deny") : LIC_STR("Allow"));
    write_actions(out, t, statement);
    write_resources(out, t, statement);
    write_conditions(out, t, statement);
    json_out_object_end(out);
}

static void write_document(struct json_out *out, const struct tighten *t)
{
    json_out_object(out);
    json_out_name(out, LIC_STR("Version"));
    json_out_str(out, LIC_STR("2012-10-17"));
    json_out_name(out, LIC_STR("Statement"));
    json_out_array(out);
    for (uint32_t i = 0; i < t->statements.n; i++) {
        write_statement(out, t, &t->statements.at[i]);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

/* ---- layout ---- */

static void break_line(struct buf *out, uint32_t level)
{
    buf_add_char(out, '\n');
    for (uint32_t i = 0; i < level * LEVEL_BLANKS; i++) {
        buf_add_char(out, ' ');
    }
}

/* Bytes of the text that begins at `from`, with its quotes. */
static size_t text_bytes(lic_str json, size_t from)
{
    size_t i = from + 1;
    while (i < json.n && json.at[i] != '"') {
        i += json.at[i] == '\\' ? 2 : 1;
    }
    return i + 1 - from;
}

/* Lays JSON without blanks out over lines. */
static void lay_out(struct buf *out, lic_str json)
{
    uint32_t level = 0;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.at[i];
        if (c == '"') {
            size_t n = text_bytes(json, i);
            buf_add(out, str_slice(json, i, i + n));
            i += n - 1;
            continue;
        }
        bool closes = c == '}' || c == ']';
        if (closes) {
            break_line(out, --level);
        }
        buf_add_char(out, c);
        if (c == '{' || c == '[') {
            break_line(out, ++level);
        } else if (c == ',') {
            break_line(out, level);
        } else if (c == ':') {
            buf_add_char(out, ' ');
        }
    }
    buf_add_char(out, '\n');
}

enum lic_rc tighten_write_policy(const struct tighten *t, struct buf *out, struct lic_err *err)
{
    struct buf compact;
    struct json_out json;
    buf_init(&compact, t->scratch, LIMIT_JSON_BYTES);
    json_out_init(&json, &compact);
    write_document(&json, t);
    TRY(buf_check(&compact, "the drafted policy", err));
    lay_out(out, buf_str(&compact));
    return buf_check(out, "the drafted policy", err);
}

/* ---- reasons ---- */

static void add_replay(struct buf *out, const struct tighten *t)
{
    const struct tighten_replayed *replayed = &t->replayed;
    buf_addf(out, "%llu of %llu replayed allowed", (unsigned long long)replayed->allowed,
             (unsigned long long)replayed->n);
    if (replayed->unsure > 0) {
        buf_addf(out, "; %llu depend on condition keys that were not recorded",
                 (unsigned long long)replayed->unsure);
    }
    if (replayed->lost > 0) {
        buf_addf(out,
                 "; %llu would be DENIED, the first is " LIC_FMT " on " LIC_FMT " (record " LIC_FMT
                 ")",
                 (unsigned long long)replayed->lost, LIC_ARG(replayed->first_lost.action),
                 LIC_ARG(replayed->first_lost.resource), LIC_ARG(replayed->first_lost.id));
    }
}

static void add_list(struct buf *out, const struct str_list *list, const char *before)
{
    for (uint32_t i = 0; i < list->n; i++) {
        buf_add(out, str_z(before));
        buf_add(out, list->at[i]);
        buf_add_char(out, '\n');
    }
}

enum lic_rc tighten_write_reasons(const struct tighten *t, struct buf *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < t->statements.n; i++) {
        buf_add(out, t->statements.at[i].sid);
        buf_add_char(out, '\n');
        add_list(out, &t->statements.at[i].reasons, "  ");
    }
    add_list(out, &t->notes, "note: ");
    buf_add(out, LIC_STR("replay: "));
    add_replay(out, t);
    buf_add_char(out, '\n');
    return buf_check(out, "the reasons", err);
}

static void write_list(struct json_out *out, const struct str_list *list)
{
    json_out_array(out);
    for (uint32_t i = 0; i < list->n; i++) {
        json_out_str(out, list->at[i]);
    }
    json_out_array_end(out);
}

static void write_number(struct json_out *out, const char *name, uint64_t n)
{
    json_out_name(out, str_z(name));
    json_out_u64(out, n);
}

static void write_replay(struct json_out *out, const struct tighten_replayed *replayed)
{
    json_out_name(out, LIC_STR("replay"));
    json_out_object(out);
    write_number(out, "replayed", replayed->n);
    write_number(out, "allowed", replayed->allowed);
    write_number(out, "cannotTell", replayed->unsure);
    write_number(out, "denied", replayed->lost);
    if (replayed->lost > 0) {
        json_out_name(out, LIC_STR("firstDenied"));
        json_out_str(out, replayed->first_lost.id);
    }
    json_out_object_end(out);
}

enum lic_rc tighten_write_json(const struct tighten *t, struct buf *out, struct lic_err *err)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_name(&json, LIC_STR("principal"));
    json_out_str(&json, t->options.principal);
    json_out_name(&json, LIC_STR("policy"));
    if (t->statements.n > 0) {
        write_document(&json, t);
    } else {
        json_out_null(&json);
    }
    json_out_name(&json, LIC_STR("reasons"));
    json_out_object(&json);
    for (uint32_t i = 0; i < t->statements.n; i++) {
        json_out_name(&json, t->statements.at[i].sid);
        write_list(&json, &t->statements.at[i].reasons);
    }
    json_out_object_end(&json);
    json_out_name(&json, LIC_STR("notes"));
    write_list(&json, &t->notes);
    write_replay(&json, &t->replayed);
    json_out_object_end(&json);
    buf_add_char(out, '\n');
    return buf_check(out, "the reasons", err);
}

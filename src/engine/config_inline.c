/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy document written in YAML, inside principals.yaml. It becomes JSON with one value or name
 * a line, and is read as every policy is; a table says where in the YAML each of those lines came
 * from, so that mistakes and verdicts name the place a person wrote.
 *
 *     Effect: Allow      ──►   "Effect":     line 7   principals.yaml:12:9
 *                              "Allow"       line 8   principals.yaml:12:17
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

struct translation {
    struct arena *arena;
    struct buf json;
    struct {
        struct doc_place *at; /* of line i + 1 of the JSON */
        uint32_t n, cap;
    } places;
    struct lic_err *err;
};

/* ---- YAML to JSON ---- */

static enum lic_rc end_line(struct translation *t, uint32_t line, uint32_t column)
{
    struct doc_place place = { line, column };
    buf_add_char(&t->json, '\n');
    ENSURE(ARENA_PUSH(t->arena, &t->places, place), t->err, LIC_E_NOMEM, "no memory for places");
    return LIC_OK;
}

static void put_text(struct translation *t, lic_str text)
{
    buf_add_char(&t->json, '"');
    json_escape(&t->json, text);
    buf_add_char(&t->json, '"');
}

static enum lic_rc put_value(struct translation *t, const struct yaml_node *node, const char *end);

static enum lic_rc put_children(struct translation *t, const struct yaml_node *node,
                                const char *brackets, const char *end)
{
    bool named = node->type == YAML_MAPPING;
    buf_add_char(&t->json, brackets[0]);
    TRY(end_line(t, node->line, node->column));
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        if (named) {
            put_text(t, child->key);
            buf_add_char(&t->json, ':');
            TRY(end_line(t, child->key_line, child->key_column));
        }
        TRY(put_value(t, child, child->next ? "," : ""));
    }
    buf_add_char(&t->json, brackets[1]);
    buf_add(&t->json, str_z(end));
    return end_line(t, node->line, node->column);
}

/* YAML's own readers bound the depth. Every scalar is text: AWS takes "true" and true alike. */
static enum lic_rc put_value(struct translation *t, const struct yaml_node *node, const char *end)
{
    switch (node->type) {
    case YAML_MAPPING:
        return put_children(t, node, "{}", end);
    case YAML_SEQUENCE:
        return put_children(t, node, "[]", end);
    case YAML_NULL:
        buf_add(&t->json, LIC_STR("null"));
        break;
    case YAML_SCALAR:
        put_text(t, node->text);
        break;
    }
    buf_add(&t->json, str_z(end));
    return end_line(t, node->line, node->column);
}

/* ---- places ---- */

static void place_back(const struct translation *t, struct doc_place *place)
{
    if (place->line > 0 && place->line <= t->places.n) {
        *place = t->places.at[place->line - 1];
    }
}

static void place_patterns(const struct translation *t, const struct doc_patterns *patterns)
{
    for (uint32_t i = 0; i < patterns->n; i++) {
        place_back(t, &patterns->at[i].place);
    }
}

static void place_condition(const struct translation *t, struct doc_condition *condition)
{
    /* Const for readers; these were made by policy_doc_read a moment ago, in this arena. */
    struct doc_value *values = (struct doc_value *)(uintptr_t)condition->values;
    place_back(t, &condition->operator_place);
    place_back(t, &condition->key_place);
    for (uint32_t i = 0; i < condition->cond.values_n; i++) {
        place_back(t, &values[i].place);
    }
}

static void place_statement(const struct translation *t, struct doc_statement *statement)
{
    place_back(t, &statement->place);
    place_back(t, &statement->sid_place);
    place_patterns(t, &statement->actions);
    place_patterns(t, &statement->resources);
    for (uint32_t i = 0; i < statement->principals.n; i++) {
        place_back(t, &statement->principals.at[i].place);
    }
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        place_condition(t, &statement->conditions.at[i]);
    }
}

enum lic_rc config_inline_read(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node, enum doc_kind kind,
                               const struct policy_doc **out)
{
    struct lic_err *err = reading->err;
    struct translation t = { .arena = reading->arena, .err = err };
    const struct policy_doc *doc = NULL;
    buf_init(&t.json, reading->arena, LIMIT_CONFIG_FILE_BYTES * 2);
    TRY(put_value(&t, node, ""));
    TRY(buf_check(&t.json, "a policy", err));
    enum lic_rc rc =
        policy_doc_read(reading->arena, shape->file, buf_str(&t.json), kind, &doc, err);
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc != LIC_OK) {
        struct doc_place place = { err->line, err->column };
        place_back(&t, &place);
        return mistakes_add(&reading->mistakes,
                            (struct mistake_place){ shape->file, place.line, place.column }, rc,
                            "%s", err->text);
    }
    place_back(&t, &((struct policy_doc *)(uintptr_t)doc)->start);
    for (uint32_t i = 0; i < doc->n; i++) {
        place_statement(&t, &doc->statements[i]);
    }
    *out = doc;
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives a JSON file the same tree as a YAML file, so that one reader of shapes serves both. JSON
 * strings become quoted scalars, so a number is never taken for text nor text for a number.
 */
#include "engine/yaml.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

struct conversion {
    struct arena *arena;
    const struct json_doc *doc;
    struct lic_err *err;
    size_t counted; /* place of this byte; nodes come in document order, so it only moves on */
    uint32_t line, column;
};

static void count_to(struct conversion *c, size_t offset)
{
    for (; c->counted < offset; c->counted++) {
        c->column++;
        if (c->doc->text.at[c->counted] == '\n') {
            c->line++;
            c->column = 1;
        }
    }
}

static enum lic_rc convert_key(struct conversion *c, uint32_t i, struct yaml_node *out)
{
    const struct json_node *node = &c->doc->nodes[i];
    if (node->key_start == 0) {
        return LIC_OK; /* an item of an array, or the root: a name never stands at byte 0 */
    }
    count_to(c, node->key_start - 1);
    out->key_line = c->line;
    out->key_column = c->column;
    return json_key_text(c->doc, i, c->arena, &out->key, c->err);
}

static enum lic_rc convert_value(struct conversion *c, uint32_t i, struct yaml_node *out)
{
    const struct json_node *node = &c->doc->nodes[i];
    bool string = node->type == JSON_STRING;
    count_to(c, string ? node->start - 1 : node->start);
    out->line = c->line;
    out->column = c->column;
    out->n = node->n;
    out->quoted = string;
    switch ((enum json_type)node->type) {
    case JSON_NULL:
        out->type = YAML_NULL;
        return LIC_OK;
    case JSON_ARRAY:
        out->type = YAML_SEQUENCE;
        return LIC_OK;
    case JSON_OBJECT:
        out->type = YAML_MAPPING;
        return LIC_OK;
    case JSON_STRING:
        out->type = YAML_SCALAR;
        return json_text(c->doc, i, c->arena, &out->text, c->err);
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
    out->type = YAML_SCALAR;
    out->text = json_raw(c->doc, i);
    return LIC_OK;
}

/* The tree is an array of the same indexes, linked: first child is i + 1, next sibling is end. */
static enum lic_rc convert(struct conversion *c, struct yaml_node *nodes)
{
    for (uint32_t i = 0; i < c->doc->n; i++) {
        TRY(convert_key(c, i, &nodes[i]));
        TRY(convert_value(c, i, &nodes[i]));
        uint32_t child = json_first(c->doc, i);
        nodes[i].first = child == JSON_NONE ? NULL : &nodes[child];
        for (uint32_t next; child != JSON_NONE; child = next) {
            next = json_next(c->doc, i, child);
            nodes[child].next = next == JSON_NONE ? NULL : &nodes[next];
        }
    }
    return LIC_OK;
}

enum lic_rc yaml_json_read(struct arena *arena, lic_str file, lic_str text, struct yaml_node **out,
                           struct lic_err *err)
{
    const struct json_limits limits = { .mode = JSON_GATEWAY,
                                        .bytes_max = LIMIT_CONFIG_FILE_BYTES };
    struct json_doc doc;
    enum lic_rc rc = json_read(arena, text, &limits, &doc, err);
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc != LIC_OK) {
        return err_at_offset(err, file, text, err->offset);
    }
    struct yaml_node *nodes = ARENA_ARRAY(arena, struct yaml_node, doc.n);
    ENSURE(nodes, err, LIC_E_NOMEM, "no memory for %u JSON values", doc.n);
    struct conversion c = { .arena = arena, .doc = &doc, .err = err, .line = 1, .column = 1 };
    TRY(convert(&c, nodes));
    *out = nodes;
    return LIC_OK;
}

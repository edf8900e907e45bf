/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads YAML 1.2 by libfyaml's events into a tree of our own, and is the only file that names it.
 *
 * Events, not documents: libfyaml would resolve aliases, merge keys and tags before anyone could
 * refuse them. Places are counted from byte offsets here, since libfyaml counts columns in
 * characters and starts a quoted scalar after its quote. Invariant: the innermost open collection
 * is stack[depth - 1]; in a mapping, `key` is set exactly between a name and its value.
 */
#include "engine/yaml.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"

#include <libfyaml.h> /* brings alloca with it, so base/banned.h cannot follow */

/* Collections inside each other: no file of ours needs eight. */
enum { DEPTH_MAX = 32 };

/* Mappings larger than this are checked for repeated keys with a table instead of pairwise. */
enum { PAIRWISE_MAX = 16 };

/* As much of a name as a sentence shows. */
enum { SHOWN_BYTES = 80 };

struct place {
    uint32_t line, column;
};

struct frame {
    struct yaml_node *node;
    struct yaml_node *last; /* newest child */
    bool has_key;
    lic_str key;
    struct place key_place;
};

struct reading {
    struct arena *arena;
    lic_str file, text;
    struct lic_err *err;
    struct yaml_node *root;
    struct frame stack[DEPTH_MAX];
    uint32_t depth, documents;
    /* The place of byte `counted`, so that places of ascending offsets cost one pass in all. */
    size_t counted;
    struct place at_counted;
};

static struct place place_of(struct reading *r, size_t offset)
{
    if (offset < r->counted) {
        r->counted = 0;
        r->at_counted = (struct place){ 1, 1 };
    }
    for (; r->counted < offset && r->counted < r->text.n; r->counted++) {
        r->at_counted.column++;
        if (r->text.at[r->counted] == '\n') {
            r->at_counted.line++;
            r->at_counted.column = 1;
        }
    }
    return r->at_counted;
}

static enum lic_rc refuse(struct reading *r, struct place place, enum lic_rc rc, const char *why)
{
    (void)err_set(r->err, rc, "%s", why);
    return err_at(r->err, r->file, place.line, place.column);
}

/* ---- building the tree ---- */

static struct place event_place(struct reading *r, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (!mark) {
        return r->at_counted; /* a value that is absent has no place: it is where we are */
    }
    size_t offset = mark->input_pos;
    if (event->type == FYET_SCALAR && offset > 0) {
        enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);
        offset -= style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    }
    return place_of(r, offset);
}

static enum lic_rc refuse_repeated(struct reading *r, const struct yaml_node *node)
{
    (void)err_set(r->err, LIC_E_DUPLICATE, "the name \"" LIC_FMT "\" is given twice in one mapping",
                  LIC_ARG(str_head(node->key, SHOWN_BYTES)));
    return err_at(r->err, r->file, node->key_line, node->key_column);
}

static enum lic_rc check_repeated_pairwise(struct reading *r, const struct yaml_node *node)
{
    for (const struct yaml_node *a = node->first; a; a = a->next) {
        for (const struct yaml_node *b = a->next; b; b = b->next) {
            if (str_eq(a->key, b->key)) {
                return refuse_repeated(r, b);
            }
        }
    }
    return LIC_OK;
}

static enum lic_rc check_repeated(struct reading *r, const struct yaml_node *node)
{
    if (node->n <= PAIRWISE_MAX) {
        return check_repeated_pairwise(r, node);
    }
    struct map seen;
    map_init(&seen, r->arena, (uint64_t)(uintptr_t)r->arena);
    for (struct yaml_node *child = node->first; child; child = child->next) {
        enum lic_rc rc = map_add(&seen, child->key, child);
        ENSURE(rc != LIC_E_NOMEM, r->err, LIC_E_NOMEM, "no memory for a mapping");
        if (rc != LIC_OK) {
            return refuse_repeated(r, child);
        }
    }
    return LIC_OK;
}

/* Puts a finished or just opened node where it belongs: the root, an item, or a key's value. */
static void attach(struct reading *r, struct yaml_node *node)
{
    if (r->depth == 0) {
        r->root = node;
        return;
    }
    struct frame *frame = &r->stack[r->depth - 1];
    if (frame->node->type == YAML_MAPPING) {
        node->key = frame->key;
        node->key_line = frame->key_place.line;
        node->key_column = frame->key_place.column;
        frame->has_key = false;
    }
    *(frame->last ? &frame->last->next : &frame->node->first) = node;
    frame->last = node;
    frame->node->n++;
}

static struct yaml_node *node_new(struct reading *r, enum yaml_type type, struct place place)
{
    struct yaml_node *node = ARENA_NEW(r->arena, struct yaml_node);
    if (node) {
        node->type = type;
        node->line = place.line;
        node->column = place.column;
    }
    return node;
}

static bool awaits_key(const struct reading *r)
{
    return r->depth > 0 && r->stack[r->depth - 1].node->type == YAML_MAPPING &&
           !r->stack[r->depth - 1].has_key;
}

static enum lic_rc open_collection(struct reading *r, struct fy_event *event, enum yaml_type type)
{
    struct place place = event_place(r, event);
    if (awaits_key(r)) {
        return refuse(r, place, LIC_E_INVALID, "a name must be text, not a list or a mapping");
    }
    if (r->depth == DEPTH_MAX) {
        return refuse(r, place, LIC_E_LIMIT, "more than 32 lists and mappings inside each other");
    }
    struct yaml_node *node = node_new(r, type, place);
    ENSURE(node, r->err, LIC_E_NOMEM, "no memory for a YAML node");
    attach(r, node);
    r->stack[r->depth++] = (struct frame){ .node = node };
    return LIC_OK;
}

static enum lic_rc close_collection(struct reading *r)
{
    ENSURE(r->depth > 0, r->err, LIC_E_SYNTAX, "a collection ends that never began");
    const struct yaml_node *node = r->stack[--r->depth].node;
    return node->type == YAML_MAPPING ? check_repeated(r, node) : LIC_OK;
}

static bool is_null(lic_str text, bool quoted)
{
    return !quoted && (text.n == 0 || str_eq(text, LIC_STR("~")) || str_eq(text, LIC_STR("null")) ||
                       str_eq(text, LIC_STR("Null")) || str_eq(text, LIC_STR("NULL")));
}

static enum lic_rc add_scalar(struct reading *r, struct fy_event *event)
{
    struct place place = event_place(r, event);
    size_t n = 0;
    const char *at = fy_token_get_text(event->scalar.value, &n);
    lic_str text = str_copy(r->arena, str_make(at, at ? n : 0));
    ENSURE(text.at, r->err, LIC_E_NOMEM, "no memory for a YAML scalar of %zu bytes", n);
    bool quoted = fy_token_scalar_style(event->scalar.value) != FYSS_PLAIN;
    if (awaits_key(r)) {
        struct frame *frame = &r->stack[r->depth - 1];
        frame->has_key = true;
        frame->key = text;
        frame->key_place = place;
        return LIC_OK;
    }
    struct yaml_node *node = node_new(r, is_null(text, quoted) ? YAML_NULL : YAML_SCALAR, place);
    ENSURE(node, r->err, LIC_E_NOMEM, "no memory for a YAML node");
    node->text = text;
    node->quoted = quoted;
    attach(r, node);
    return LIC_OK;
}

static enum lic_rc begin_document(struct reading *r, struct fy_event *event)
{
    struct fy_document_state *state = event->document_start.document_state;
    struct place place = event_place(r, event);
    if (r->documents++ > 0) {
        return refuse(r, place, LIC_E_INVALID, "a second document: one file is one document");
    }
    if (state &&
        (fy_document_state_version_explicit(state) || fy_document_state_tags_explicit(state))) {
        return refuse(r, place, LIC_E_INVALID,
                      "a %YAML or %TAG directive: files are plain YAML 1.2");
    }
    return LIC_OK;
}

static enum lic_rc refuse_extras(struct reading *r, struct fy_event *event, struct fy_token *tag,
                                 struct fy_token *anchor)
{
    if (tag) {
        return refuse(r, event_place(r, event), LIC_E_INVALID,
                      "a tag (!...): types are known from the member's name");
    }
    if (anchor) {
        return refuse(r, event_place(r, event), LIC_E_INVALID,
                      "an anchor (&...): write values out where they are meant");
    }
    return LIC_OK;
}

static enum lic_rc take_event(struct reading *r, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        return begin_document(r, event);
    case FYET_MAPPING_START:
        TRY(refuse_extras(r, event, event->mapping_start.tag, event->mapping_start.anchor));
        return open_collection(r, event, YAML_MAPPING);
    case FYET_SEQUENCE_START:
        TRY(refuse_extras(r, event, event->sequence_start.tag, event->sequence_start.anchor));
        return open_collection(r, event, YAML_SEQUENCE);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        return close_collection(r);
    case FYET_SCALAR:
        TRY(refuse_extras(r, event, event->scalar.tag, event->scalar.anchor));
        return add_scalar(r, event);
    case FYET_ALIAS:
        return refuse(r, event_place(r, event), LIC_E_INVALID,
                      "an alias (*...): write values out where they are meant; text that begins "
                      "with * goes in quotes");
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        return LIC_OK;
    }
    return refuse(r, r->at_counted, LIC_E_SYNTAX, "YAML of a kind nobody knows");
}

/* ---- libfyaml ---- */

static void say_nothing(struct fy_diag *diag, void *user, const char *text, size_t n)
{
    (void)diag, (void)user, (void)text, (void)n;
}

static void diag_fini(struct fy_diag **diag)
{
    if (*diag) {
        fy_diag_destroy(*diag);
    }
}

static void parser_fini(struct fy_parser **parser)
{
    if (*parser) {
        fy_parser_destroy(*parser);
    }
}

static struct fy_diag *diag_new(void)
{
    struct fy_diag_cfg cfg;
    fy_diag_cfg_default(&cfg);
    cfg.fp = NULL;
    cfg.output_fn = say_nothing;
    cfg.level = FYET_ERROR;
    cfg.colorize = false;
    struct fy_diag *diag = fy_diag_create(&cfg);
    if (diag) {
        fy_diag_set_collect_errors(diag, true);
    }
    return diag;
}

/* libfyaml's first complaint, at the place it names. */
static enum lic_rc syntax_error(struct reading *r, struct fy_diag *diag)
{
    void *iterator = NULL;
    const struct fy_diag_error *found = fy_diag_errors_iterate(diag, &iterator);
    if (!found || !found->msg) {
        return refuse(r, r->at_counted, LIC_E_SYNTAX, "not YAML");
    }
    const struct fy_mark *mark = found->fyt ? fy_token_start_mark(found->fyt) : NULL;
    struct place place = { found->line > 0 ? (uint32_t)found->line : 1,
                           found->column > 0 ? (uint32_t)found->column : 1 };
    return refuse(r, mark ? place_of(r, mark->input_pos) : place, LIC_E_SYNTAX, found->msg);
}

static enum lic_rc read_events(struct reading *r, struct fy_parser *parser, struct fy_diag *diag)
{
    struct fy_event *event;
    while ((event = fy_parser_parse(parser)) != NULL) {
        enum lic_rc rc = take_event(r, event);
        fy_parser_event_free(parser, event);
        TRY(rc);
    }
    return fy_parser_get_stream_error(parser) ? syntax_error(r, diag) : LIC_OK;
}

static enum lic_rc read_text(struct reading *r)
{
    CLEANUP(diag_fini) struct fy_diag *diag = diag_new();
    ENSURE(diag, r->err, LIC_E_NOMEM, "no memory for a YAML reader");
    const struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
        .diag = diag,
    };
    CLEANUP(parser_fini) struct fy_parser *parser = fy_parser_create(&cfg);
    ENSURE(parser, r->err, LIC_E_NOMEM, "no memory for a YAML reader");
    ENSURE(fy_parser_set_string(parser, r->text.at, r->text.n) == 0, r->err, LIC_E_NOMEM,
           "no memory for %zu bytes of YAML", r->text.n);
    return read_events(r, parser, diag);
}

/* What no YAML reader needs to see: too long, not UTF-8, control characters. */
static enum lic_rc check_bytes(struct reading *r)
{
    ENSURE(r->text.n <= LIMIT_CONFIG_FILE_BYTES, r->err, LIC_E_LIMIT, "%zu bytes are more than %u",
           r->text.n, LIMIT_CONFIG_FILE_BYTES);
    size_t bad = utf8_check(r->text);
    if (bad < r->text.n) {
        return refuse(r, place_of(r, bad), LIC_E_UTF8, "a byte that is not UTF-8");
    }
    for (size_t i = 0; i < r->text.n; i++) {
        unsigned char c = (unsigned char)r->text.at[i];
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f) {
            return refuse(r, place_of(r, i), LIC_E_SYNTAX, "a control character");
        }
    }
    return LIC_OK;
}

enum lic_rc yaml_read(struct arena *arena, lic_str file, lic_str text, struct yaml_node **out,
                      struct lic_err *err)
{
    struct reading r = { .arena = arena, .file = file, .text = text, .err = err };
    r.at_counted = (struct place){ 1, 1 };
    TRY(check_bytes(&r));
    if (text.n > 0) {
        TRY(read_text(&r));
    }
    if (!r.root) {
        r.root = node_new(&r, YAML_NULL, (struct place){ 1, 1 });
        ENSURE(r.root, err, LIC_E_NOMEM, "no memory for a YAML node");
    }
    *out = r.root;
    return LIC_OK;
}

struct yaml_node *yaml_get(const struct yaml_node *mapping, lic_str key)
{
    if (!mapping || mapping->type != YAML_MAPPING) {
        return NULL;
    }
    for (struct yaml_node *child = mapping->first; child; child = child->next) {
        if (str_eq(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Reads mappings by their tables, and the kinds of values that configuration files are made of. */
#include "engine/shape.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

/* ---- mistakes ---- */

struct mistake_place shape_place(const struct shape *shape, const struct yaml_node *node)
{
    return (struct mistake_place){ shape->file, node->line, node->column };
}

static struct mistake_place key_place(const struct shape *shape, const struct yaml_node *node)
{
    return (struct mistake_place){ shape->file, node->key_line, node->key_column };
}

enum lic_rc shape_mistake(const struct shape *shape, const struct yaml_node *node, enum lic_rc rc,
                          const char *format, ...)
{
    char text[sizeof(((struct lic_err *)0)->text)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return mistakes_add(shape->mistakes, shape_place(shape, node), rc, "%s", text);
}

static const char *type_name(const struct shape *shape, const struct yaml_node *node)
{
    switch (node->type) {
    case YAML_NULL:
        return "nothing";
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return shape->json ? "an object" : "a mapping";
    case YAML_SCALAR:
        break;
    }
    return node->quoted || !shape->json ? "text" : "a number, true or false";
}

static enum lic_rc wrong_type(const struct shape *shape, const struct yaml_node *node,
                              const char *expected)
{
    if (node->key.n == 0) {
        return shape_mistake(shape, node, LIC_E_INVALID, "this must be %s, not %s", expected,
                             type_name(shape, node));
    }
    return shape_mistake(shape, node, LIC_E_INVALID, "\"" LIC_FMT "\" must be %s, not %s",
                         LIC_ARG(mistakes_shown(node->key)), expected, type_name(shape, node));
}

enum lic_rc shape_expect(const struct shape *shape, const struct yaml_node *node,
                         enum yaml_type type, const char *what, bool *out_right)
{
    *out_right = node->type == type;
    /* A name with nothing after it, all its lines commented out, is an empty list or mapping. */
    if (*out_right || (node->type == YAML_NULL && !shape->json)) {
        return LIC_OK;
    }
    return wrong_type(shape, node, what);
}

/* ---- nearest name ---- */

/* Names longer than this are not compared: nobody slips in the middle of them. */
enum { NEAREST_BYTES = 48 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Edits between two names: a letter more, less, other, or two swapped. */
static uint32_t distance(lic_str a, lic_str b)
{
    uint32_t rows[3][NEAREST_BYTES + 1];
    uint32_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (uint32_t j = 0; j <= b.n; j++) {
        last[j] = j;
    }
    for (uint32_t i = 1; i <= a.n; i++) {
        row[0] = i;
        for (uint32_t j = 1; j <= b.n; j++) {
            uint32_t other = a.at[i - 1] != b.at[j - 1];
            row[j] = least(least(last[j] + 1, row[j - 1] + 1), last[j - 1] + other);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        uint32_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.n];
}

lic_str shape_nearest(lic_str name, const lic_str *names, uint32_t n)
{
    lic_str nearest = { 0 };
    uint32_t fewest = name.n < 4 ? 2 : 3; /* of three letters, two slips leave nothing */
    for (uint32_t i = 0; i < n; i++) {
        if (name.n > NEAREST_BYTES || names[i].n > NEAREST_BYTES) {
            continue;
        }
        uint32_t edits = distance(name, names[i]);
        if (edits < fewest) {
            fewest = edits;
            nearest = names[i];
        }
    }
    return nearest;
}

/* ---- mappings ---- */

/* No shape has more members. */
enum { MEMBERS_MAX = 32 };

static const struct shape_member *member_named(struct shape_table table, lic_str name)
{
    for (size_t i = 0; i < table.n; i++) {
        if (str_eq(str_z(table.members[i].name), name)) {
            return &table.members[i];
        }
    }
    return NULL;
}

static enum lic_rc unknown_member(const struct shape *shape, const struct yaml_node *node,
                                  struct shape_table table)
{
    lic_str names[MEMBERS_MAX];
    CHECK(table.n <= MEMBERS_MAX);
    for (size_t i = 0; i < table.n; i++) {
        names[i] = str_z(table.members[i].name);
    }
    lic_str shown = mistakes_shown(node->key);
    lic_str nearest = shape_nearest(node->key, names, (uint32_t)table.n);
    if (nearest.n > 0) {
        return mistakes_add(shape->mistakes, key_place(shape, node), LIC_E_UNKNOWN,
                            "%s has no member \"" LIC_FMT "\"; did you mean \"" LIC_FMT "\"?",
                            table.what, LIC_ARG(shown), LIC_ARG(nearest));
    }
    return mistakes_add(shape->mistakes, key_place(shape, node), LIC_E_UNKNOWN,
                        "%s has no member \"" LIC_FMT "\"", table.what, LIC_ARG(shown));
}

static enum lic_rc check_required(const struct shape *shape, const struct yaml_node *node,
                                  struct shape_table table)
{
    for (size_t i = 0; i < table.n; i++) {
        if (table.members[i].required && !yaml_get(node, str_z(table.members[i].name))) {
            TRY(shape_mistake(shape, node, LIC_E_MISSING, "%s needs the member \"%s\"", table.what,
                              table.members[i].name));
        }
    }
    return LIC_OK;
}

enum lic_rc shape_mapping(const struct shape *shape, const struct yaml_node *node,
                          struct shape_table table, void *into)
{
    bool right;
    TRY(shape_expect(shape, node, YAML_MAPPING, shape->json ? "an object" : "a mapping", &right));
    if (!right && (node->type != YAML_NULL || shape->json)) {
        return LIC_OK;
    }
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        const struct shape_member *member = member_named(table, child->key);
        if (member) {
            TRY(member->read(shape, child, (char *)into + member->offset));
        } else {
            TRY(unknown_member(shape, child, table));
        }
    }
    return check_required(shape, node, table);
}

/* ---- texts ---- */

static bool is_text(const struct shape *shape, const struct yaml_node *node)
{
    return node->type == YAML_SCALAR && (node->quoted || !shape->json);
}

enum lic_rc shape_text(const struct shape *shape, const struct yaml_node *node, void *at)
{
    if (!is_text(shape, node)) {
        return wrong_type(shape, node, "text");
    }
    if (node->text.n == 0) {
        return shape_mistake(shape, node, LIC_E_INVALID, "\"" LIC_FMT "\" is empty",
                             LIC_ARG(mistakes_shown(node->key)));
    }
    *(lic_str *)at = node->text;
    return LIC_OK;
}

bool shape_is_name(lic_str s)
{
    if (s.n == 0 || s.n > LIMIT_NAME_BYTES || s.at[0] == '.' || s.at[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}

enum lic_rc shape_name(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (text.n > 0 && !shape_is_name(text)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not a name: letters, digits, '.', '_' and '-', at "
                             "most %u, not beginning with '.' or '-'",
                             LIC_ARG(mistakes_shown(text)), LIMIT_NAME_BYTES);
    }
    *(lic_str *)at = text;
    return LIC_OK;
}

/* Paths end up inside an nginx.conf in double quotes: what could leave the quotes is refused. */
static bool is_path(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '$' || c == '`') {
            return false;
        }
    }
    return s.n < LIMIT_PATH_BYTES;
}

enum lic_rc shape_path(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (!is_path(text)) {
        return shape_mistake(
            shape, node, LIC_E_INVALID,
            "a path may not contain control characters, '\"', '\\', '$' or '`', and is "
            "shorter than %u bytes",
            LIMIT_PATH_BYTES);
    }
    *(lic_str *)at = text;
    return LIC_OK;
}

/* Items are compared with each other, so a list has an end. */
enum { LIST_MAX = 10000 };

static enum lic_rc add_text(const struct shape *shape, const struct yaml_node *item,
                            struct str_list *list)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, item, &text));
    for (uint32_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i], text)) {
            return shape_mistake(shape, item, LIC_E_DUPLICATE, "\"" LIC_FMT "\" is listed twice",
                                 LIC_ARG(mistakes_shown(text)));
        }
    }
    return text.n > 0 ? str_list_add(list, shape->arena, text) : LIC_OK;
}

enum lic_rc shape_texts(const struct shape *shape, const struct yaml_node *node, void *at)
{
    bool right;
    TRY(shape_expect(shape, node, YAML_SEQUENCE, "a list", &right));
    if (node->n > LIST_MAX) {
        return shape_mistake(shape, node, LIC_E_LIMIT, "a list of %u texts: %d are the most",
                             node->n, LIST_MAX);
    }
    for (const struct yaml_node *item = right ? node->first : NULL; item; item = item->next) {
        TRY(add_text(shape, item, at));
    }
    return LIC_OK;
}

/* ---- numbers, with and without a unit ---- */

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit BYTES[] = {
    { "", 1 },           { "B", 1 },          { "kB", 1000 },
    { "KB", 1000 },      { "MB", 1000000 },   { "GB", 1000000000 },
    { "KiB", 1u << 10 }, { "MiB", 1u << 20 }, { "GiB", 1u << 30 },
};
static const struct unit MILLISECONDS[] = {
    { "", 1 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
};

struct units {
    const struct unit *at;
    size_t n;
    const char *expected;
    uint64_t max;
};

static bool read_number(lic_str text, struct units units, uint64_t *out)
{
    size_t digits = 0;
    while (digits < text.n && text.at[digits] >= '0' && text.at[digits] <= '9') {
        digits++;
    }
    uint64_t n;
    if (!str_u64(str_head(text, digits), &n)) {
        return false;
    }
    lic_str unit = str_trim(str_tail(text, digits));
    for (size_t i = 0; i < units.n; i++) {
        if (str_eq(str_z(units.at[i].name), unit)) {
            return !__builtin_mul_overflow(n, units.at[i].factor, out) && *out <= units.max;
        }
    }
    return false;
}

static enum lic_rc shape_number(const struct shape *shape, const struct yaml_node *node,
                                struct units units, uint64_t *out)
{
    if (node->type != YAML_SCALAR || node->quoted) {
        return wrong_type(shape, node, units.expected);
    }
    uint64_t n;
    if (!read_number(node->text, units, &n)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" must be %s, not \"" LIC_FMT "\"",
                             LIC_ARG(mistakes_shown(node->key)), units.expected,
                             LIC_ARG(mistakes_shown(node->text)));
    }
    *out = n;
    return LIC_OK;
}

enum lic_rc shape_u32(const struct shape *shape, const struct yaml_node *node, void *at)
{
    uint64_t n = *(uint32_t *)at;
    TRY(shape_number(shape, node,
                     (struct units){ BYTES, 1, "a whole number up to 4294967295", UINT32_MAX },
                     &n));
    *(uint32_t *)at = (uint32_t)n;
    return LIC_OK;
}

enum lic_rc shape_bytes(const struct shape *shape, const struct yaml_node *node, void *at)
{
    struct units units = { BYTES, sizeof(BYTES) / sizeof(BYTES[0]), "a size such as 20MB or 64KiB",
                           UINT64_MAX };
    return shape_number(shape, node, units, at);
}

enum lic_rc shape_ms(const struct shape *shape, const struct yaml_node *node, void *at)
{
    uint64_t n = *(uint32_t *)at;
    struct units units = { MILLISECONDS, sizeof(MILLISECONDS) / sizeof(MILLISECONDS[0]),
                           "a time such as 500ms or 30s", UINT32_MAX };
    TRY(shape_number(shape, node, units, &n));
    *(uint32_t *)at = (uint32_t)n;
    return LIC_OK;
}

/* ---- the rest ---- */

enum lic_rc shape_bool(const struct shape *shape, const struct yaml_node *node, void *at)
{
    bool plain = node->type == YAML_SCALAR && !node->quoted;
    if (plain && str_eq(node->text, LIC_STR("true"))) {
        *(bool *)at = true;
    } else if (plain && str_eq(node->text, LIC_STR("false"))) {
        *(bool *)at = false;
    } else {
        return wrong_type(shape, node, "true or false");
    }
    return LIC_OK;
}

enum lic_rc shape_keep(const struct shape *shape, const struct yaml_node *node, void *at)
{
    (void)shape;
    *(const struct yaml_node **)at = node;
    return LIC_OK;
}

enum lic_rc shape_skip(const struct shape *shape, const struct yaml_node *node, void *at)
{
    (void)shape, (void)node, (void)at;
    return LIC_OK;
}

/* "refuse, pass or none", into a fixed buffer: choices are short tables of ours. */
static void list_choices(struct shape_choice choice, char *out, size_t out_bytes)
{
    size_t n = 0;
    for (uint32_t i = 0; i < choice.n && n < out_bytes; i++) {
        const char *before = i == 0 ? "" : i + 1 == choice.n ? " or " : ", ";
        int more = snprintf(out + n, out_bytes - n, "%s%s", before, choice.names[i]);
        n += more > 0 ? (size_t)more : 0;
    }
}

enum lic_rc shape_choice(const struct shape *shape, const struct yaml_node *node,
                         struct shape_choice choice, uint32_t *out)
{
    for (uint32_t i = 0; is_text(shape, node) && i < choice.n; i++) {
        if (str_eq(str_z(choice.names[i]), node->text)) {
            *out = i;
            return LIC_OK;
        }
    }
    char expected[256];
    list_choices(choice, expected, sizeof expected);
    if (!is_text(shape, node)) {
        return wrong_type(shape, node, expected);
    }
    return shape_mistake(
        shape, node, LIC_E_UNKNOWN, "\"" LIC_FMT "\" must be %s, not \"" LIC_FMT "\"",
        LIC_ARG(mistakes_shown(node->key)), expected, LIC_ARG(mistakes_shown(node->text)));
}

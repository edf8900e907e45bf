/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.2 as a tree with places. The one file that names libfyaml is yaml.c. Strict: repeated
 * keys, anchors, aliases, tags, directives and several documents are refused. JSON files come as
 * the same tree (yaml_json.c), their strings marked as quoted.
 */
#ifndef ENGINE_YAML_H
#define ENGINE_YAML_H

#include <lictor/base.h>

struct arena;

enum yaml_type { YAML_NULL, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_type type;
    uint32_t line, column; /* from 1 */
    lic_str text;          /* scalar value */
    bool quoted;           /* scalar was quoted: never a number, bool or null */
    lic_str key;           /* name, when inside a mapping */
    uint32_t key_line, key_column;
    struct yaml_node *first; /* children, in order */
    struct yaml_node *next;  /* sibling */
    uint32_t n;
};

enum lic_rc yaml_read(struct arena *arena, lic_str file, lic_str text, struct yaml_node **out,
                      struct lic_err *err) LIC_MUST_USE;
/* The same for a strict JSON file. Views may point into `text`. */
enum lic_rc yaml_json_read(struct arena *arena, lic_str file, lic_str text, struct yaml_node **out,
                           struct lic_err *err) LIC_MUST_USE;
struct yaml_node *yaml_get(const struct yaml_node *mapping, lic_str key); /* NULL when absent */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as YAML, and as JSON, into a tree: refused with a place, or a tree whose links, counts
 * and places hold.
 */
#include "engine/yaml.h"
#include "test.h"

static void check_node(const struct yaml_node *node, bool in_mapping)
{
    CHECK(node->line > 0 && node->column > 0);
    CHECK(!in_mapping || (node->key_line > 0 && node->key_column > 0));
    CHECK(node->type >= YAML_SEQUENCE || !node->first);
    uint32_t n = 0;
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        check_node(child, node->type == YAML_MAPPING);
        n++;
    }
    CHECK(n == node->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    struct yaml_node *root;
    lic_str text = str_make((const char *)data, size);
    if (yaml_read(arena, LIC_STR("fuzz"), text, &root, &err) == LIC_OK) {
        check_node(root, /* in_mapping= */ false);
    } else {
        CHECK(err.line > 0 && err.column > 0 && err.text[0] != '\0');
    }
    if (yaml_json_read(arena, LIC_STR("fuzz"), text, &root, &err) == LIC_OK) {
        check_node(root, /* in_mapping= */ false);
    } else {
        CHECK(err.line > 0 && err.column > 0 && err.text[0] != '\0');
    }
    return 0;
}

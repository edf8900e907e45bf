/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON file as the same tree that YAML gives. */
#include "engine/yaml.h"
#include "test.h"

CASE(yaml_json_read_gives_the_tree_of_the_document)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    lic_str text = LIC_STR("{\n  \"a\": [1, \"t\\u0065xt\", null],\n  \"b\": {\"c\": true}\n}");
    EXPECT_OK(yaml_json_read(arena, LIC_STR("f"), text, &root, &err), &err);
    EXPECT_U64(root->type, YAML_MAPPING);
    EXPECT_U64(root->n, 2);
    struct yaml_node *a = yaml_get(root, LIC_STR("a"));
    EXPECT(a != NULL);
    EXPECT_U64(a->n, 3);
    EXPECT_U64(a->key_line, 2);
    EXPECT_U64(a->key_column, 3);
    EXPECT_U64(a->column, 8);
    EXPECT_STR(a->first->text, "1");
    EXPECT(!a->first->quoted);
    EXPECT_STR(a->first->next->text, "text");
    EXPECT(a->first->next->quoted);
    EXPECT_U64(a->first->next->column, 12);
    EXPECT_U64(a->first->next->next->type, YAML_NULL);
    EXPECT(a->first->next->next->next == NULL);
    struct yaml_node *c = yaml_get(yaml_get(root, LIC_STR("b")), LIC_STR("c"));
    EXPECT(c != NULL);
    EXPECT_STR(c->text, "true");
    EXPECT_U64(c->line, 3);
}

CASE(yaml_json_read_names_the_place_of_a_mistake)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_RC(
        yaml_json_read(arena, LIC_STR("g.json"), LIC_STR("{\"a\": 1,\n \"a\": 2}"), &root, &err),
        LIC_E_DUPLICATE);
    EXPECT_STR(str_z(err.file), "g.json");
    EXPECT_U64(err.line, 2);
    EXPECT(yaml_json_read(arena, LIC_STR("g.json"), LIC_STR("{\"a\": 1,}"), &root, &err) != LIC_OK);
    EXPECT_U64(err.line, 1);
    EXPECT(yaml_json_read(arena, LIC_STR("g.json"), LIC_STR(""), &root, &err) != LIC_OK);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a tree with places, and what of YAML is refused. */
#include "engine/yaml.h"

#include "base/buf.h"
#include "test.h"

CASE(yaml_read_keeps_values_and_their_places)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_OK(
        yaml_read(arena, LIC_STR("f"), LIC_STR("a: 1\nb: [x, \"y\"]\nc: {d: 'e'}\n"), &root, &err),
        &err);
    EXPECT_U64(root->type, YAML_MAPPING);
    EXPECT_U64(root->n, 3);
    struct yaml_node *b = yaml_get(root, LIC_STR("b"));
    EXPECT(b != NULL);
    EXPECT_U64(b->type, YAML_SEQUENCE);
    EXPECT_U64(b->key_line, 2);
    EXPECT_U64(b->key_column, 1);
    EXPECT_U64(b->column, 4);
    EXPECT_STR(b->first->text, "x");
    EXPECT(!b->first->quoted);
    EXPECT_STR(b->first->next->text, "y");
    EXPECT(b->first->next->quoted);
    EXPECT_U64(b->first->next->column, 8);
    const struct yaml_node *e = yaml_get(yaml_get(root, LIC_STR("c")), LIC_STR("d"));
    EXPECT(e != NULL);
    EXPECT_STR(e->text, "e");
    EXPECT_U64(e->line, 3);
    EXPECT(yaml_get(root, LIC_STR("z")) == NULL);
    EXPECT(yaml_get(b, LIC_STR("a")) == NULL);
}

CASE(yaml_read_counts_columns_in_bytes)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), LIC_STR("\xc3\xa9: \xc3\xa9\n"), &root, &err), &err);
    EXPECT_U64(root->first->column, 5);
}

CASE(yaml_read_knows_nothing_from_text)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), LIC_STR("a:\nb: ~\nc: null\nd: \"~\"\ne: ''\n"), &root,
                        &err),
              &err);
    EXPECT_U64(yaml_get(root, LIC_STR("a"))->type, YAML_NULL);
    EXPECT_U64(yaml_get(root, LIC_STR("b"))->type, YAML_NULL);
    EXPECT_U64(yaml_get(root, LIC_STR("c"))->type, YAML_NULL);
    EXPECT_U64(yaml_get(root, LIC_STR("d"))->type, YAML_SCALAR);
    EXPECT_U64(yaml_get(root, LIC_STR("e"))->type, YAML_SCALAR);
}

CASE(yaml_read_keeps_literal_blocks)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), LIC_STR("a: |\n  one\n  two\n"), &root, &err), &err);
    EXPECT_STR(root->first->text, "one\ntwo\n");
    EXPECT(root->first->quoted);
}

CASE(yaml_read_gives_nothing_for_an_empty_file)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), LIC_STR(""), &root, &err), &err);
    EXPECT_U64(root->type, YAML_NULL);
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), LIC_STR("# only a comment\n"), &root, &err), &err);
    EXPECT_U64(root->type, YAML_NULL);
}

struct refused {
    const char *text;
    enum lic_rc rc;
    uint32_t line, column;
};

static const struct refused REFUSED[] = {
    { "a: 1\nb: 2\na: 3\n", LIC_E_DUPLICATE, 3, 1 },
    { "x: {a: 1, b: {c: 1, \"c\": 2}}\n", LIC_E_DUPLICATE, 1, 21 },
    { "a: &x 1\n", LIC_E_INVALID, 1, 7 },
    { "a: *x\n", LIC_E_INVALID, 1, 5 },
    { "a: !!str 1\n", LIC_E_INVALID, 1, 10 },
    { "a: !<tag:x> {}\n", LIC_E_INVALID, 1, 13 },
    { "--- a\n--- b\n", LIC_E_INVALID, 2, 1 },
    { "%YAML 1.1\n---\na: b\n", LIC_E_INVALID, 2, 1 },
    { "? [a]\n: b\n", LIC_E_INVALID, 1, 3 },
    { "a: [1\nb: 2\n", LIC_E_SYNTAX, 3, 1 },
    { "a: \"x\n", LIC_E_SYNTAX, 1, 5 },
    { "a: b: c\n", LIC_E_SYNTAX, 1, 5 },
    { "a: b\n\tc: d\n", LIC_E_SYNTAX, 1, 4 },
    { "a: \x01\n", LIC_E_SYNTAX, 1, 4 },
    { "a: \xff\n", LIC_E_UTF8, 1, 4 },
};

CASE(yaml_read_refuses_what_two_readers_would_take_differently)
{
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        TEST_ARENA(arena);
        struct lic_err err = { 0 };
        struct yaml_node *root;
        EXPECT_RC(yaml_read(arena, LIC_STR("f"), str_z(REFUSED[i].text), &root, &err),
                  REFUSED[i].rc);
        EXPECT_STR(str_z(err.file), "f");
        EXPECT_U64(err.line, REFUSED[i].line);
        EXPECT_U64(err.column, REFUSED[i].column);
    }
}

CASE(yaml_read_refuses_depth)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    struct buf deep;
    buf_init(&deep, arena, 4096);
    for (int i = 0; i < 40; i++) {
        buf_add_char(&deep, '[');
    }
    for (int i = 0; i < 40; i++) {
        buf_add_char(&deep, ']');
    }
    EXPECT_OK(buf_check(&deep, "a test", &err), &err);
    EXPECT_RC(yaml_read(arena, LIC_STR("f"), buf_str(&deep), &root, &err), LIC_E_LIMIT);
    EXPECT_U64(err.column, 33);
}

CASE(yaml_read_finds_a_repeated_name_among_many)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct yaml_node *root;
    struct buf text;
    buf_init(&text, arena, 1 << 16);
    for (int i = 0; i < 1000; i++) {
        buf_addf(&text, "name%d: %d\n", i, i);
    }
    EXPECT_OK(yaml_read(arena, LIC_STR("f"), buf_str(&text), &root, &err), &err);
    EXPECT_U64(root->n, 1000);
    EXPECT_U64(yaml_get(root, LIC_STR("name999"))->line, 1000);
    buf_add(&text, LIC_STR("name7: again\n"));
    EXPECT_RC(yaml_read(arena, LIC_STR("f"), buf_str(&text), &root, &err), LIC_E_DUPLICATE);
    EXPECT_U64(err.line, 1001);
}

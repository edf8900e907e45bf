/* SPDX-License-Identifier: Apache-2.0 */
/* Documents written in YAML: every place in them is one of the YAML. */
#include "engine/config_reading.h"

#include "engine/directory.h"
#include "test.h"

static const char DOCUMENT[] = "Version: 2012-10-17\n"
                               "Statement:\n"
                               "  - Sid: A\n"
                               "    Effect: Allow\n"
                               "    Action: [mcp:CallTool, \"bedrock:InvokeModel\"]\n"
                               "    Resource: '*'\n"
                               "    Condition:\n"
                               "      Bool: {aws:SecureTransport: true}\n"
                               "      StringEquals:\n"
                               "        aws:username: [a, b]\n";

/* Reads it as config.c would; mistakes stay in `reading`. */
static enum lic_rc read_yaml(struct arena *arena, const char *text, struct config_reading *reading,
                             const struct policy_doc **out, struct lic_err *err)
{
    struct yaml_node *root;
    *reading = (struct config_reading){
        .arena = arena, .host = test_host(), .mistakes = { .arena = arena }, .err = err
    };
    *out = NULL;
    TRY(yaml_read(arena, LIC_STR("p.yaml"), str_z(text), &root, err));
    struct shape shape = config_shape(reading, LIC_STR("p.yaml"));
    return config_inline_read(reading, &shape, root, DOC_MANAGED, out);
}

CASE(config_inline_places_are_those_of_the_yaml)
{
    TEST_ARENA(arena);
    struct config_reading reading;
    const struct policy_doc *doc;
    struct lic_err err;
    EXPECT_OK(read_yaml(arena, DOCUMENT, &reading, &doc, &err), &err);
    EXPECT_U64(reading.mistakes.n, 0);
    EXPECT_STR(doc->file, "p.yaml");
    const struct doc_statement *statement = &doc->statements[0];
    EXPECT_U64(statement->place.line, 3);
    EXPECT_U64(statement->place.column, 5);
    EXPECT_U64(statement->sid_place.line, 3);
    EXPECT_U64(statement->actions.at[1].place.line, 5);
    EXPECT_U64(statement->actions.at[1].place.column, 28);
    EXPECT_U64(statement->conditions.n, 2);
    EXPECT_U64(statement->conditions.at[0].operator_place.line, 8);
    EXPECT_U64(statement->conditions.at[0].operator_place.column, 7);
    EXPECT_U64(statement->conditions.at[0].key_place.column, 14);
    EXPECT_STR(statement->conditions.at[0].values[0].text, "true");
    EXPECT_U64(statement->conditions.at[1].values[1].place.line, 10);
    EXPECT_U64(statement->conditions.at[1].values[1].place.column, 27);
}

CASE(config_inline_mistakes_are_at_their_place_in_the_yaml)
{
    TEST_ARENA(arena);
    struct config_reading reading;
    const struct policy_doc *doc;
    struct lic_err err;
    EXPECT_OK(read_yaml(arena,
                        "Version: 2012-10-17\n"
                        "Statement:\n"
                        "  - Effect: Alow\n"
                        "    Action: mcp:CallTool\n"
                        "    Resource: '*'\n",
                        &reading, &doc, &err),
              &err);
    EXPECT(doc == NULL);
    EXPECT_U64(reading.mistakes.n, 1);
    EXPECT_U64(reading.mistakes.at[0].line, 3);
}

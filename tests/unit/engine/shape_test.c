/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings read by a table: values, units, and the sentences about what is wrong. */
#include "engine/shape.h"
#include "test.h"

struct sample {
    lic_str text, name, path;
    uint32_t n, ms;
    uint64_t bytes;
    bool flag;
    struct str_list list;
    const struct yaml_node *kept;
    uint32_t choice;
};

static enum lic_rc read_choice(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { "red", "green", "blue" };
    return shape_choice(shape, node, (struct shape_choice){ NAMES, 3 }, at);
}

static const struct shape_member SAMPLE[] = {
    { "text", shape_text, offsetof(struct sample, text), .required = false },
    { "name", shape_name, offsetof(struct sample, name), .required = false },
    { "path", shape_path, offsetof(struct sample, path), .required = false },
    { "n", shape_u32, offsetof(struct sample, n), .required = false },
    { "ms", shape_ms, offsetof(struct sample, ms), .required = false },
    { "bytes", shape_bytes, offsetof(struct sample, bytes), .required = false },
    { "flag", shape_bool, offsetof(struct sample, flag), .required = false },
    { "list", shape_texts, offsetof(struct sample, list), .required = false },
    { "kept", shape_keep, offsetof(struct sample, kept), .required = false },
    { "skipped", shape_skip, 0, .required = false },
    { "choice", read_choice, offsetof(struct sample, choice), .required = false },
};

/* Reads a sample; the first mistake's sentence is in *out_told, empty when there was none. */
static enum lic_rc read_sample(struct arena *arena, const char *text, bool json, struct sample *out,
                               lic_str *out_told)
{
    struct lic_err err;
    struct mistakes *mistakes = ARENA_NEW(arena, struct mistakes);
    struct yaml_node *root;
    if (!mistakes) {
        return LIC_E_NOMEM;
    }
    mistakes->arena = arena;
    struct shape shape = { arena, mistakes, LIC_STR("f"), json };
    TRY(json ? yaml_json_read(arena, shape.file, str_z(text), &root, &err)
             : yaml_read(arena, shape.file, str_z(text), &root, &err));
    TRY(shape_mapping(&shape, root, SHAPE("a sample", SAMPLE), out));
    *out_told = mistakes->n > 0 ? str_z(mistakes->at[0].text) : LIC_STR("");
    return LIC_OK;
}

CASE(shape_mapping_reads_each_kind_of_value)
{
    TEST_ARENA(arena);
    struct sample sample = { 0 };
    lic_str told;
    EXPECT_RC(
        read_sample(arena,
                    "text: some text\nname: a.b-c_1\npath: /etc/some where/x.pem\nn: 7\nms: 30s\n"
                    "bytes: 64KiB\nflag: true\nlist: [a, b]\nkept: {x: y}\nskipped: [anything]\n"
                    "choice: blue\n",
                    /* json= */ false, &sample, &told),
        LIC_OK);
    EXPECT_STR(told, "");
    EXPECT_STR(sample.text, "some text");
    EXPECT_STR(sample.name, "a.b-c_1");
    EXPECT_STR(sample.path, "/etc/some where/x.pem");
    EXPECT_U64(sample.n, 7);
    EXPECT_U64(sample.ms, 30000);
    EXPECT_U64(sample.bytes, 65536);
    EXPECT(sample.flag);
    EXPECT_U64(sample.list.n, 2);
    EXPECT(sample.kept != NULL);
    EXPECT_U64(sample.choice, 2);
}

struct told {
    const char *text, *told;
};

static const struct told YAML_TOLD[] = {
    { "[a]", "this must be a mapping, not a list" },
    { "text: [a]", "\"text\" must be text, not a list" },
    { "text: ''", "\"text\" is empty" },
    { "text:", "\"text\" must be text, not nothing" },
    { "txet: a", "a sample has no member \"txet\"; did you mean \"text\"?" },
    { "something: a", "a sample has no member \"something\"" },
    { "name: ../etc",
      "\"../etc\" is not a name: letters, digits, '.', '_' and '-', at most 256, not "
      "beginning with '.' or '-'" },
    { "path: 'a\"b'", "a path may not contain control characters, '\"', '\\', '$' or '`', and is "
                      "shorter than 1024 bytes" },
    { "n: 4294967296", "\"n\" must be a whole number up to 4294967295, not \"4294967296\"" },
    { "n: -1", "\"n\" must be a whole number up to 4294967295, not \"-1\"" },
    { "n: 1kB", "\"n\" must be a whole number up to 4294967295, not \"1kB\"" },
    { "n: '1'", "\"n\" must be a whole number up to 4294967295, not text" },
    { "bytes: 20 MBs", "\"bytes\" must be a size such as 20MB or 64KiB, not \"20 MBs\"" },
    { "bytes: 99999999999999999999", "\"bytes\" must be a size such as 20MB or 64KiB, not "
                                     "\"99999999999999999999\"" },
    { "bytes: 18446744073709551615GB", "\"bytes\" must be a size such as 20MB or 64KiB, not "
                                       "\"18446744073709551615GB\"" },
    { "ms: 1.5s", "\"ms\" must be a time such as 500ms or 30s, not \"1.5s\"" },
    { "ms: 1200h", "\"ms\" must be a time such as 500ms or 30s, not \"1200h\"" },
    { "flag: yes", "\"flag\" must be true or false, not text" },
    { "list: a", "\"list\" must be a list, not text" },
    { "list: [a, b, a]", "\"a\" is listed twice" },
    { "choice: pink", "\"choice\" must be red, green or blue, not \"pink\"" },
    { "choice: [red]", "\"choice\" must be red, green or blue, not a list" },
};

CASE(shape_mapping_says_what_is_wrong_in_yaml)
{
    for (size_t i = 0; i < sizeof(YAML_TOLD) / sizeof(YAML_TOLD[0]); i++) {
        TEST_ARENA(arena);
        struct sample sample = { 0 };
        lic_str told;
        EXPECT_RC(read_sample(arena, YAML_TOLD[i].text, /* json= */ false, &sample, &told), LIC_OK);
        EXPECT_STR(told, YAML_TOLD[i].told);
    }
}

static const struct told JSON_TOLD[] = {
    { "{\"text\": 7}", "\"text\" must be text, not a number, true or false" },
    { "{\"n\": \"7\"}", "\"n\" must be a whole number up to 4294967295, not text" },
    { "{\"flag\": \"true\"}", "\"flag\" must be true or false, not text" },
    { "{\"list\": null}", "\"list\" must be a list, not nothing" },
    { "{\"choice\": true}", "\"choice\" must be red, green or blue, not a number, true or false" },
    { "null", "this must be an object, not nothing" },
};

CASE(shape_mapping_is_strict_about_types_in_json)
{
    for (size_t i = 0; i < sizeof(JSON_TOLD) / sizeof(JSON_TOLD[0]); i++) {
        TEST_ARENA(arena);
        struct sample sample = { 0 };
        lic_str told;
        EXPECT_RC(read_sample(arena, JSON_TOLD[i].text, /* json= */ true, &sample, &told), LIC_OK);
        EXPECT_STR(told, JSON_TOLD[i].told);
    }
}

CASE(shape_nearest_finds_slips_only)
{
    static const lic_str names[] = {
        { "region", 6 }, { "regions", 7 }, { "listen", 6 }, { "a", 1 }
    };
    EXPECT_STR(shape_nearest(LIC_STR("regoin"), names, 4), "region");
    EXPECT_STR(shape_nearest(LIC_STR("reginos"), names, 4), "regions");
    EXPECT_STR(shape_nearest(LIC_STR("lissten"), names, 4), "listen");
    EXPECT_STR(shape_nearest(LIC_STR("ledger"), names, 4), "");
    EXPECT_STR(shape_nearest(LIC_STR("xyz"), names, 4), "");
    EXPECT_STR(shape_nearest(LIC_STR(""), names, 0), "");
}

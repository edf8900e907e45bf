/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a directory, and its version. */
#include "engine/config_dir.h"

#include "engine/directory.h"
#include "test.h"

CASE(config_dir_version_is_what_sha256sum_would_say)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config_dir dir;
    struct lic_err err;
    lic_str text, version;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "a", "hello\n"));
    EXPECT(directory_add(&directory, "b/c", ""));
    config_dir_init(&dir, arena, &directory.host, "/conf/");
    EXPECT_OK(config_dir_read(&dir, LIC_STR("a"), &text, &err), &err);
    EXPECT_STR(text, "hello\n");
    EXPECT_OK(config_dir_read(&dir, LIC_STR("b/c"), &text, &err), &err);
    EXPECT_U64(text.n, 0);
    EXPECT_OK(config_dir_version(&dir, &version, &err), &err);
    /* printf 'hello\n' > a; : > b/c; sha256sum a b/c | sha256sum | cut -c-16 */
    EXPECT_U64(version.n, 64);
    EXPECT_STR(str_head(version, 16), "1158d96cbf517df5");
}

CASE(config_dir_secret_is_trimmed_and_not_in_the_version)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config_dir dir;
    struct lic_err err;
    lic_str secret;
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "key", "  sk-1 \n"));
    config_dir_init(&dir, arena, &directory.host, "/conf");
    EXPECT_OK(config_dir_secret(&dir, LIC_STR("key"), &secret, &err), &err);
    EXPECT_STR(secret, "sk-1");
    EXPECT_U64(dir.manifest.n, 0);
}

CASE(config_dir_list_names_files_in_order)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config_dir dir;
    struct lic_err err;
    struct str_list names = { 0 }, none = { 0 };
    directory_init(&directory, arena);
    EXPECT(directory_add(&directory, "p/b.json", ""));
    EXPECT(directory_add(&directory, "p/a.json", ""));
    EXPECT(directory_add(&directory, "p/.hidden.json", ""));
    EXPECT(directory_add(&directory, "p/notes.txt", ""));
    EXPECT(directory_add(&directory, "p/folder.json/x", ""));
    config_dir_init(&dir, arena, &directory.host, "/conf");
    EXPECT_OK(config_dir_list(&dir, LIC_STR("p"), LIC_STR(".json"), &names, &err), &err);
    EXPECT_U64(names.n, 2);
    EXPECT_STR(names.at[0], "a.json");
    EXPECT_STR(names.at[1], "b.json");
    EXPECT_OK(config_dir_list(&dir, LIC_STR("q"), LIC_STR(".json"), &none, &err), &err);
    EXPECT_U64(none.n, 0);
}

CASE(config_dir_failures_name_the_file)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config_dir dir;
    struct lic_err err;
    lic_str text;
    directory_init(&directory, arena);
    config_dir_init(&dir, arena, &directory.host, "/conf");
    EXPECT_RC(config_dir_read(&dir, LIC_STR("x.yaml"), &text, &err), LIC_E_IO);
    EXPECT_STR(str_z(err.file), "x.yaml");
    EXPECT_RC(config_dir_probe(&dir, LIC_STR("x.pem"), &err), LIC_E_IO);
    EXPECT_STR(str_z(err.file), "x.pem");
    EXPECT(directory_add(&directory, "x.pem", "certificate"));
    EXPECT_OK(config_dir_probe(&dir, LIC_STR("x.pem"), &err), &err);
    EXPECT_STR(str_z(config_dir_join(&dir, LIC_STR("x"))), "/conf/x");
    EXPECT_STR(str_z(config_dir_join(&dir, LIC_STR("/x"))), "/x");
}

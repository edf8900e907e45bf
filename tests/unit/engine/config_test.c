/* SPDX-License-Identifier: Apache-2.0 */
/* A whole directory: every case of tests/cases/config, the version, and looking things up. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

#include <stdio.h>

#define CASES "tests/cases/config"

static enum lic_rc keep_name(void *arg, lic_str name, bool is_dir)
{
    struct directory *names = arg;
    if (is_dir || !str_ends(name, LIC_STR(".case"))) {
        return LIC_OK;
    }
    const char *copy = str_copy_z(names->arena, name);
    return copy && directory_add(names, copy, "") ? LIC_OK : LIC_E_NOMEM;
}

/* What a case says it tells is what is told, and a case with errors is refused. */
static void run_case(struct arena *arena, lic_str name)
{
    struct directory directory;
    struct config config;
    struct lic_err err = { 0 };
    char path[256];
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT((size_t)snprintf(path, sizeof path, CASES "/" LIC_FMT, LIC_ARG(name)) < sizeof path);
    lic_str text = test_file(arena, test_source_path(path));
    EXPECT(directory_add_case(&directory, text));
    EXPECT_U64(str_find(text, LIC_STR("\n== errors\n")) < text.n, true);
    enum lic_rc rc = directory_read(&directory, &config, &err);
    EXPECT(rc != LIC_E_NOMEM);
    if (!str_eq(directory.told, directory.errors)) {
        (void)printf("%s:\n" LIC_FMT, path, LIC_ARG(directory.told));
    }
    EXPECT_LIC_STR(directory.told, directory.errors);
    EXPECT_U64(rc == LIC_OK, directory.errors.n == 0);
}

CASE(config_read_tells_every_mistake_of_the_cases)
{
    TEST_ARENA(kept);
    struct directory names;
    struct lic_err err;
    names = (struct directory){ .arena = kept };
    EXPECT_OK(test_host()->list_dir(test_host()->ctx, test_source_path(CASES), keep_name, &names, &err),
              &err);
    EXPECT(names.files.n > 10);
    for (uint32_t i = 0; i < names.files.n; i++) {
        TEST_ARENA(arena);
        run_case(arena, names.files.at[i].name);
        if (test_left() || (test_rerun() && i > 1)) {
            return;
        }
    }
}

CASE(config_version_changes_with_any_file)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config before, same, after;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &before, &err), &err);
    EXPECT_OK(directory_read(&directory, &same, &err), &err);
    EXPECT_U64(before.version.n, 16);
    EXPECT_LIC_STR(before.version, same.version);
    EXPECT(directory_add(&directory, "prompts/support/1.md", "You answer questions about refunds.\n"));
    EXPECT_OK(directory_read(&directory, &after, &err), &err);
    EXPECT(!str_eq(before.version, after.version));
}

CASE(config_model_prefers_exact_names_then_long_prefixes)
{
    static struct config_model models[] = {
        { .name = { "*", 1 } },
        { .name = { "gpt-*", 5 } },
        { .name = { "gpt-4o", 6 } },
        { .name = { "gpt-4*", 6 } },
    };
    struct config config = { .models = models, .models_n = 4 };
    EXPECT(config_model(&config, LIC_STR("gpt-4o")) == &models[2]);
    EXPECT(config_model(&config, LIC_STR("gpt-4o-mini")) == &models[3]);
    EXPECT(config_model(&config, LIC_STR("gpt-3")) == &models[1]);
    EXPECT(config_model(&config, LIC_STR("claude")) == &models[0]);
    config.models_n = 0;
    EXPECT(config_model(&config, LIC_STR("claude")) == NULL);
}

CASE(config_lookups_give_null_for_unknown_names)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    directory_init(&directory, arena);
    EXPECT(directory_add_good(&directory));
    EXPECT_OK(directory_read(&directory, &config, &err), &err);
    EXPECT(config_agent(&config, LIC_STR("support")) != NULL);
    EXPECT(config_agent(&config, LIC_STR("nobody")) == NULL);
    EXPECT(config_tool(&config, LIC_STR("refund")) != NULL);
    EXPECT(config_tool(&config, LIC_STR("refun")) == NULL);
}

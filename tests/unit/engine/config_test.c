/* SPDX-License-Identifier: Apache-2.0 */
/* A whole directory: every case of tests/cases/config, the version, and looking things up. */
#include "engine/config.h"

#include "base/buf.h"
#include "engine/directory.h"
#include "engine/shipped.h"
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
    EXPECT_OK(
        test_host()->list_dir(test_host()->ctx, test_source_path(CASES), keep_name, &names, &err),
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

/* ---- the starter directory ---- */

/* What `lictor init` does with a file: a token becomes what is new. */
static bool add_starter_file(struct directory *directory, const struct shipped_file *file)
{
    static const struct {
        lic_str token, text;
    } tokens[] = {
        { { "@KEY_SHA256@", 12 },
          { "00000000000000000000000000000000000000000000000000000000000000aa", 64 } },
        { { "@SESSION_KEY@", 13 }, { "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", 43 } },
    };
    lic_str text = str_make(file->at, file->n);
    struct buf out;
    buf_init(&out, directory->arena, 1 << 20);
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        size_t at = str_find(text, tokens[i].token);
        if (at < text.n) {
            buf_add(&out, str_head(text, at));
            buf_add(&out, tokens[i].text);
            text = str_tail(text, at + tokens[i].token.n);
        }
    }
    buf_add(&out, text);
    buf_add_char(&out, '\0');
    return out.failed == LIC_OK &&
           directory_add(directory, file->path + sizeof("starter/") - 1, out.at);
}

/* Compiles the rules that the directory itself brings; the shipped ones have tests of their own. */
static enum lic_rc compile_own(struct arena *arena, const struct rules *rules, struct lic_err *err)
{
    struct detector *detector = NULL;
    struct rules own = { 0 };
    for (uint32_t i = 0; i < rules->n; i++) {
        bool shipped = str_ends(rules->at[i].file, LIC_STR(".rules"));
        if (!shipped && !ARENA_PUSH(arena, &own, rules->at[i])) {
            return LIC_E_NOMEM;
        }
    }
    enum lic_rc rc = detector_new(test_host(), &own, &detector, err);
    detector_free(detector);
    return rc;
}

CASE(config_read_accepts_the_starter_directory)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    const struct shipped_file *file;
    directory_init(&directory, arena);
    for (uint32_t i = 0; (file = shipped_at(i)) != NULL; i++) {
        EXPECT(!str_starts(str_z(file->path), LIC_STR("starter/")) ||
               add_starter_file(&directory, file));
    }
    enum lic_rc rc = directory_read(&directory, &config, &err);
    EXPECT_STR(directory.told, "");
    EXPECT_OK(rc, &err);
    EXPECT_U64(config.principals_n, 1);
    EXPECT_U64(config.principals[0].agent.n, 0);
    EXPECT(config.default_guardrail != NULL);
    EXPECT(config_agent(&config, LIC_STR("support"))->instructions.n > 0);
    if (!test_rerun()) {
        EXPECT_OK(compile_own(arena, &config.default_guardrail->input_rules, &err), &err);
        EXPECT_OK(compile_own(arena, &config.default_guardrail->output_rules, &err), &err);
    }
}

/* ---- version and lookups ---- */

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
    EXPECT(
        directory_add(&directory, "prompts/support/1.md", "You answer questions about refunds.\n"));
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a configuration directory: calls the reader of each kind of file in the order in which they
 * refer to each other, tells every mistake, and hands out a configuration only when there was none.
 */
#include "engine/config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/config_reading.h"

#include "base/banned.h"

/* ---- shared by the readers ---- */

struct shape config_shape(struct config_reading *reading, lic_str file)
{
    return (struct shape){ reading->arena, &reading->mistakes, file, /* json= */ false };
}

enum lic_rc config_yaml(struct config_reading *reading, lic_str file, const struct yaml_node **out)
{
    lic_str text;
    struct yaml_node *root = NULL;
    *out = NULL;
    enum lic_rc rc = config_dir_read(&reading->dir, file, &text, reading->err);
    if (rc == LIC_OK) {
        rc = yaml_read(reading->arena, file, text, &root, reading->err);
    }
    if (rc != LIC_OK) {
        return mistakes_add_err(&reading->mistakes, reading->err);
    }
    *out = root;
    return LIC_OK;
}

enum lic_rc config_path(struct config_reading *reading, lic_str name, lic_str *out)
{
    const char *path = config_dir_join(&reading->dir, name);
    ENSURE(path, reading->err, LIC_E_NOMEM, "no memory for a path");
    *out = str_z(path);
    return LIC_OK;
}

enum lic_rc config_file_path(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, lic_str *out)
{
    lic_str name = { 0 };
    struct lic_err err;
    TRY(shape_path(shape, node, &name));
    if (name.n == 0) {
        return LIC_OK;
    }
    enum lic_rc rc = config_dir_probe(&reading->dir, name, &err);
    if (rc == LIC_E_NOMEM) {
        *reading->err = err;
        return rc;
    }
    if (rc != LIC_OK) {
        return shape_mistake(shape, node, rc, LIC_FMT ": %s", LIC_ARG(mistakes_shown(name)),
                             err.text);
    }
    return config_path(reading, name, out);
}

lic_str config_join(struct arena *arena, const lic_str *pieces, uint32_t n)
{
    struct buf joined;
    buf_init(&joined, arena, LIMIT_CONFIG_FILE_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        buf_add(&joined, pieces[i]);
    }
    return joined.failed == LIC_OK ? buf_str(&joined) : (lic_str){ 0 };
}

enum lic_rc config_dangling(const struct shape *shape, const struct yaml_node *node,
                            const char *what, const struct str_list *names)
{
    lic_str shown = mistakes_shown(node->text);
    lic_str nearest = shape_nearest(node->text, names->at, names->n);
    if (nearest.n > 0) {
        return shape_mistake(shape, node, LIC_E_UNKNOWN,
                             "there is no %s \"" LIC_FMT "\"; did you mean \"" LIC_FMT "\"?", what,
                             LIC_ARG(shown), LIC_ARG(nearest));
    }
    return shape_mistake(shape, node, LIC_E_UNKNOWN, "there is no %s \"" LIC_FMT "\"", what,
                         LIC_ARG(shown));
}

/* A region becomes a part of ARNs and is compared with lists of regions byte by byte. */
enum { REGION_BYTES_MAX = 64 };

bool config_is_region(lic_str s)
{
    if (s.n == 0 || s.n > REGION_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
            return false;
        }
    }
    return true;
}

enum lic_rc config_region(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (text.n > 0 && !config_is_region(text)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT
                             "\" is not a region: small letters, digits and '-', at most %d",
                             LIC_ARG(mistakes_shown(text)), REGION_BYTES_MAX);
    }
    *(lic_str *)at = text;
    return LIC_OK;
}

enum lic_rc config_refuse_or_pass(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { [CHOICE_REFUSE] = "refuse", [CHOICE_PASS] = "pass" };
    uint32_t i = *(enum config_choice *)at;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 2 }, &i));
    *(enum config_choice *)at = (enum config_choice)i;
    return LIC_OK;
}

/* ---- the directory ---- */

/* Of the digest, for people and records. */
enum { VERSION_DIGITS = 16 };

/* What DESIGN knows but this build does not enforce must not look as if it were enforced. */
static enum lic_rc refuse_unenforced(struct config_reading *reading)
{
    struct str_list names = { 0 };
    TRY(config_dir_list(&reading->dir, LIC_STR("."), LIC_STR(""), &names, reading->err));
    for (uint32_t i = 0; i < names.n; i++) {
        if (str_eq(names.at[i], LIC_STR("residency.yaml"))) {
            TRY(mistakes_add(&reading->mistakes, (struct mistake_place){ .file = names.at[i] },
                             LIC_E_UNKNOWN,
                             "this build does not enforce residency yet: remove the file"));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_directory(struct config_reading *reading)
{
    static enum lic_rc (*const READERS[])(struct config_reading *) = {
        config_lictor_read, config_policies_read, config_guardrails_read, config_roles_read,
        config_agents_read, config_users_read,    config_federation_read, refuse_unenforced,
    };
    for (size_t i = 0; i < sizeof(READERS) / sizeof(READERS[0]); i++) {
        TRY(READERS[i](reading));
    }
    return LIC_OK;
}

enum lic_rc config_read(struct arena *arena, const struct lic_host *host, const char *dir,
                        lic_report_fn *report, void *report_arg, struct config *out,
                        struct lic_err *err)
{
    struct config config = { 0 };
    struct config_reading reading = {
        .arena = arena, .host = host, .config = &config, .mistakes = { .arena = arena }, .err = err
    };
    uint64_t seed;
    ENSURE(host->random(host->ctx, &seed, sizeof seed) == LIC_OK, err, LIC_E_IO,
           "the host has no random bytes");
    identity_table_init(&config.identities, arena, seed);
    config_dir_init(&reading.dir, arena, host, dir);
    enum lic_rc rc = read_directory(&reading);
    mistakes_report(&reading.mistakes, report, report_arg);
    TRY(rc);
    if (reading.mistakes.n > 0) {
        *err = reading.mistakes.at[0];
        return err->rc;
    }
    config.settings.models_n = config.models_n;
    TRY(config_dir_version(&reading.dir, &config.digest, err));
    config.version = str_head(config.digest, VERSION_DIGITS);
    *out = config;
    return LIC_OK;
}

/* ---- lookups ---- */

static bool model_matches(const struct config_model *model, lic_str name)
{
    if (str_ends(model->name, LIC_STR("*"))) {
        return str_starts(name, str_head(model->name, model->name.n - 1));
    }
    return str_eq(model->name, name);
}

/* An exact name has no '*' and so is never shorter than a prefix that matches the same name. */
static bool is_closer(const struct config_model *model, const struct config_model *than)
{
    bool exact = !str_ends(model->name, LIC_STR("*"));
    return !than || exact || (str_ends(than->name, LIC_STR("*")) && model->name.n > than->name.n);
}

const struct config_model *config_model(const struct config *config, lic_str name)
{
    const struct config_model *closest = NULL;
    for (uint32_t i = 0; i < config->models_n; i++) {
        const struct config_model *model = &config->models[i];
        if (model_matches(model, name) && is_closer(model, closest)) {
            closest = model;
        }
    }
    return closest;
}

const struct config_agent *config_agent(const struct config *config, lic_str name)
{
    for (uint32_t i = 0; i < config->agents_n; i++) {
        if (str_eq(config->agents[i].name, name)) {
            return &config->agents[i];
        }
    }
    return NULL;
}

const struct config_tool *config_tool(const struct config *config, lic_str name)
{
    for (uint32_t i = 0; i < config->tools_n; i++) {
        if (str_eq(config->tools[i].name, name)) {
            return &config->tools[i];
        }
    }
    return NULL;
}

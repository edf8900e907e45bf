/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads guardrails, agents and the prompts that agents pin: what an agent is told, may use, and how
 * what it says and hears is treated.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "engine/detection.h"
#include "engine/guardrail.h"
#include "engine/rewriting.h"
#include "engine/short_form.h"

#include "base/banned.h"

/* ---- guardrails ---- */

static enum lic_rc check_file_name(struct config_reading *reading, lic_str file, lic_str name)
{
    if (shape_is_name(name)) {
        return LIC_OK;
    }
    return mistakes_add(&reading->mistakes, (struct mistake_place){ .file = file }, LIC_E_INVALID,
                        "the name of this file is not a name that others can use: letters, digits, "
                        "'.', '_' and '-'");
}

static enum lic_rc read_guardrail(struct config_reading *reading, lic_str file_name,
                                  const struct rules *shipped, struct guardrail *out)
{
    struct guardrail_source source = { .shipped = shipped };
    source.file = CONFIG_JOIN(reading->arena, LIC_STR("guardrails/"), file_name);
    ENSURE(source.file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
    out->name = str_head(file_name, file_name.n - strlen(".json"));
    TRY(check_file_name(reading, source.file, out->name));
    if (config_dir_read(&reading->dir, source.file, &source.text, reading->err) != LIC_OK) {
        return mistakes_add_err(&reading->mistakes, reading->err);
    }
    TRY(guardrail_read(reading->arena, &source, &reading->mistakes, out, reading->err));
    return rewriting_take_keys(reading, source.file, out);
}

enum lic_rc config_guardrails_read(struct config_reading *reading)
{
    struct config *config = reading->config;
    struct str_list names = { 0 };
    struct shape lictor_yaml = config_shape(reading, LIC_STR("lictor.yaml"));
    struct rules *shipped = ARENA_NEW(reading->arena, struct rules);
    ENSURE(shipped, reading->err, LIC_E_NOMEM, "no memory for rules");
    TRY(detection_rules(reading->arena, shipped, reading->err));
    TRY(config_dir_list(&reading->dir, LIC_STR("guardrails"), LIC_STR(".json"), &names,
                        reading->err));
    config->guardrails = ARENA_ARRAY(reading->arena, struct guardrail *, names.n);
    ENSURE(config->guardrails, reading->err, LIC_E_NOMEM, "no memory for %u guardrails", names.n);
    for (uint32_t i = 0; i < names.n; i++) {
        struct guardrail *guardrail = ARENA_NEW(reading->arena, struct guardrail);
        ENSURE(guardrail, reading->err, LIC_E_NOMEM, "no memory for a guardrail");
        config->guardrails[config->guardrails_n++] = guardrail;
        TRY(read_guardrail(reading, names.at[i], shipped, guardrail));
    }
    if (!reading->default_guardrail) {
        return LIC_OK;
    }
    return config_guardrail_named(reading, &lictor_yaml, reading->default_guardrail,
                                  &config->default_guardrail);
}

const struct guardrail *config_guardrail(const struct config *config, lic_str name)
{
    for (uint32_t i = 0; i < config->guardrails_n; i++) {
        if (str_eq(config->guardrails[i]->name, name)) {
            return config->guardrails[i];
        }
    }
    return NULL;
}

enum lic_rc config_guardrail_named(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node, const struct guardrail **out)
{
    const struct config *config = reading->config;
    struct str_list names = { 0 };
    lic_str name = { 0 };
    TRY(shape_text(shape, node, &name));
    const struct guardrail *guardrail = config_guardrail(config, name);
    if (guardrail) {
        *out = guardrail;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < config->guardrails_n; i++) {
        TRY(str_list_add(&names, reading->arena, config->guardrails[i]->name));
    }
    return name.n > 0 ? config_dangling(shape, node, "guardrail", &names) : LIC_OK;
}

/* ---- agents ---- */

struct agent_file {
    const struct yaml_node *role, *instructions, *models, *tools, *guardrail;
    enum config_choice uninspected;
};

static const struct shape_member AGENT[] = {
    { "role", shape_keep, offsetof(struct agent_file, role), .required = false },
    { "instructions", shape_keep, offsetof(struct agent_file, instructions), .required = false },
    { "models", shape_keep, offsetof(struct agent_file, models), .required = false },
    { "tools", shape_keep, offsetof(struct agent_file, tools), .required = false },
    { "guardrail", shape_keep, offsetof(struct agent_file, guardrail), .required = false },
    { "uninspected", config_refuse_or_pass, offsetof(struct agent_file, uninspected),
      .required = false },
};

/* One agent being read. */
struct agent_reading {
    struct config_reading *reading;
    const struct shape *shape;
    struct agent_file file;
    struct config_agent *out;
};

static lic_str without_end(lic_str text)
{
    lic_str trimmed = str_trim(text);
    return str_make(text.at, (size_t)(trimmed.at - text.at) + trimmed.n);
}

/* A prompt as its file has it, without the blank lines at the end that editors leave. */
static enum lic_rc take_prompt(struct agent_reading *a, const struct yaml_node *node, lic_str name,
                               lic_str version)
{
    lic_str text;
    struct config_reading *reading = a->reading;
    lic_str file = CONFIG_JOIN(reading->arena, LIC_STR("prompts/"), name, LIC_STR("/"), version,
                               LIC_STR(".md"));
    ENSURE(file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
    enum lic_rc rc = config_dir_read(&reading->dir, file, &text, reading->err);
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc != LIC_OK) {
        return shape_mistake(a->shape, node, rc, LIC_FMT ": %s", LIC_ARG(mistakes_shown(file)),
                             reading->err->text);
    }
    if (utf8_check(text) < text.n || str_trim(text).n == 0) {
        return mistakes_add(&reading->mistakes, (struct mistake_place){ .file = file }, LIC_E_UTF8,
                            "a prompt is text in UTF-8, and not empty");
    }
    a->out->instructions = without_end(text);
    a->out->prompt_version = node->text;
    return LIC_OK;
}

static enum lic_rc read_instructions(struct agent_reading *a)
{
    const struct yaml_node *node = a->file.instructions;
    lic_str rest = { 0 };
    TRY(shape_text(a->shape, node, &rest));
    if (rest.n == 0) {
        return LIC_OK;
    }
    lic_str name = str_split(&rest, '@');
    if (!shape_is_name(name) || !shape_is_name(rest)) {
        return shape_mistake(
            a->shape, node, LIC_E_INVALID,
            "instructions are NAME@VERSION, meaning the file prompts/NAME/VERSION.md");
    }
    return take_prompt(a, node, name, rest);
}

/* A pattern of names that no model has is a slip, whichever side the star is on. */
static bool matches_some_model(const struct config *config, lic_str pattern)
{
    if (config_model(config, pattern)) {
        return true;
    }
    for (uint32_t i = 0; i < config->models_n; i++) {
        if (match_wildcard(pattern, config->models[i].name)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc read_agent_models(struct agent_reading *a)
{
    const struct config *config = a->reading->config;
    struct str_list names = { 0 };
    TRY(shape_texts(a->shape, a->file.models, &a->out->models));
    for (uint32_t i = 0; i < config->models_n; i++) {
        TRY(str_list_add(&names, a->reading->arena, config->models[i].name));
    }
    for (const struct yaml_node *item = a->file.models->first; item; item = item->next) {
        if (item->type == YAML_SCALAR && item->text.n > 0 &&
            !matches_some_model(config, item->text)) {
            TRY(config_dangling(a->shape, item, "model", &names));
        }
    }
    /* Empty means any model, which nobody who writes an empty list has in mind. */
    if (a->file.models->n == 0) {
        return shape_mistake(
            a->shape, a->file.models, LIC_E_INVALID,
            "an empty list of models: leave \"models\" out for any the role may use");
    }
    return LIC_OK;
}

/* Tools by the names that models call them; invokeFunction:NAME by the name of their resource. */
static enum lic_rc read_agent_tools(struct agent_reading *a)
{
    struct str_list entries = { 0 };
    TRY(shape_texts(a->shape, a->file.tools, &entries));
    for (uint32_t i = 0; i < entries.n; i++) {
        lic_str name = entries.at[i];
        bool is_short = short_form_read(entries.at[i], &name);
        TRY(str_list_add(is_short ? &a->out->functions : &a->out->tools, a->reading->arena, name));
    }
    return LIC_OK;
}

/*
 * A session of a role is bound by the agent that has the role (assume.c). Of two it could be bound
 * by neither, and whoever may assume the role would get around both.
 */
static enum lic_rc refuse_shared_role(struct agent_reading *a, const struct identity *role)
{
    const struct config *config = a->reading->config;
    for (uint32_t i = 0; role && role->trust_doc && &config->agents[i] != a->out; i++) {
        if (a->reading->agent_roles[i] == role) {
            return shape_mistake(a->shape, a->file.role, LIC_E_INVALID,
                                 "the agent \"" LIC_FMT "\" has the role " LIC_FMT
                                 ", too, and the role has a trust policy: its sessions would be "
                                 "bound by neither agent; give each a role of its own, or take "
                                 "the trust policy away",
                                 LIC_ARG(config->agents[i].name), LIC_ARG(role->name));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_agent_parts(struct agent_reading *a, const struct identity **out_role)
{
    const struct agent_file *file = &a->file;
    a->out->uninspected = file->uninspected;
    a->out->guardrail = a->reading->config->default_guardrail;
    a->out->tools_listed = file->tools != NULL;
    TRY(file->role ? config_role_named(a->reading, a->shape, file->role, out_role) : LIC_OK);
    TRY(refuse_shared_role(a, *out_role));
    TRY(file->instructions ? read_instructions(a) : LIC_OK);
    TRY(file->models ? read_agent_models(a) : LIC_OK);
    TRY(file->tools ? read_agent_tools(a) : LIC_OK);
    return file->guardrail
               ? config_guardrail_named(a->reading, a->shape, file->guardrail, &a->out->guardrail)
               : LIC_OK;
}

static enum lic_rc read_agent(struct config_reading *reading, lic_str file_name)
{
    struct config *config = reading->config;
    uint32_t i = config->agents_n++;
    const struct yaml_node *root;
    lic_str file = CONFIG_JOIN(reading->arena, LIC_STR("agents/"), file_name);
    ENSURE(file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
    struct shape shape = config_shape(reading, file);
    struct agent_reading a = { .reading = reading, .shape = &shape, .out = &config->agents[i] };
    a.out->name = str_head(file_name, file_name.n - strlen(".yaml"));
    TRY(check_file_name(reading, file, a.out->name));
    TRY(config_yaml(reading, file, &root));
    if (!root) {
        return LIC_OK;
    }
    TRY(shape_mapping(&shape, root, SHAPE("an agent", AGENT), &a.file));
    TRY(read_agent_parts(&a, &reading->agent_roles[i]));
    if (reading->agent_roles[i]) {
        a.out->role = reading->agent_roles[i]->arn;
    }
    return LIC_OK;
}

enum lic_rc config_agents_read(struct config_reading *reading)
{
    struct config *config = reading->config;
    struct str_list names = { 0 };
    TRY(config_dir_list(&reading->dir, LIC_STR("agents"), LIC_STR(".yaml"), &names, reading->err));
    config->agents = ARENA_ARRAY(reading->arena, struct config_agent, names.n);
    reading->agent_roles = ARENA_ARRAY(reading->arena, const struct identity *, names.n);
    ENSURE(config->agents && reading->agent_roles, reading->err, LIC_E_NOMEM,
           "no memory for %u agents", names.n);
    for (uint32_t i = 0; i < names.n; i++) {
        TRY(read_agent(reading, names.at[i]));
    }
    return LIC_OK;
}

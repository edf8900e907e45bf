/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the policy documents of a directory, by the folder that says what each is for:
 *
 *     policies/NAME.json            managed policies and permissions boundaries
 *     policies/trust/NAME.json      who may assume a role
 *     policies/scp/, policies/rcp/  the organization's
 *     policies/resource/            of models and tools
 *     policies/inline/ or any file  where principals.yaml names it
 *
 * Besides AWS's own rules, a condition key or variable that begins with "lictor:" must exist: a
 * slip in one would make a Deny that never holds.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/short_form.h"

#include "base/banned.h"

static const lic_str JSON_SUFFIX = { ".json", 5 };

struct folder {
    const char *path; /* with the slash at the end */
    enum doc_kind kind;
    const char *what; /* in a sentence about a name that is not there */
};

static const struct folder FOLDERS[] = {
    { "policies/", DOC_MANAGED, "policy" },
    { "policies/trust/", DOC_TRUST, "trust policy" },
    { "policies/scp/", DOC_SCP, "service control policy" },
    { "policies/rcp/", DOC_RCP, "resource control policy" },
    { "policies/resource/", DOC_RESOURCE, "resource policy" },
};
enum { FOLDERS_N = sizeof(FOLDERS) / sizeof(FOLDERS[0]) };

/* ---- condition keys of ours ---- */

/* One document being checked. */
struct check {
    struct mistakes *mistakes;
    lic_str file;
    uint32_t found_n;
};

static enum lic_rc check_key(struct check *check, lic_str key, struct doc_place place)
{
    static const lic_str ours = { "lictor:", 7 };
    if (!str_eq_nocase(str_head(key, ours.n), ours) || event_condition_known(key)) {
        return LIC_OK;
    }
    check->found_n++;
    return mistakes_add(check->mistakes,
                        (struct mistake_place){ check->file, place.line, place.column },
                        LIC_E_UNKNOWN, "nothing defines the condition key \"" LIC_FMT "\"",
                        LIC_ARG(mistakes_shown(key)));
}

static enum lic_rc check_variables(struct check *check, const struct vars_pattern *pattern,
                                   struct doc_place place)
{
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        if (pattern->pieces[i].key.n > 0) {
            TRY(check_key(check, pattern->pieces[i].key, place));
        }
    }
    return LIC_OK;
}

static enum lic_rc check_condition(struct check *check, const struct doc_condition *condition)
{
    const struct cond *cond = &condition->cond;
    TRY(check_key(check, cond->key, condition->key_place));
    for (uint32_t i = 0; cond_operator_takes_patterns(cond->op) && i < cond->values_n; i++) {
        TRY(check_variables(check, &cond->values[i].pattern, condition->values[i].place));
    }
    return LIC_OK;
}

static enum lic_rc check_statement(struct check *check, const struct doc_statement *statement)
{
    for (uint32_t i = 0; i < statement->resources.n; i++) {
        const struct doc_pattern *resource = &statement->resources.at[i];
        TRY(check_variables(check, &resource->compiled, resource->place));
    }
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        TRY(check_condition(check, &statement->conditions.at[i]));
    }
    return LIC_OK;
}

/* What this gateway asks of a document besides; *out is the document that judges, or NULL. */
static enum lic_rc finish(struct config_reading *reading, const struct policy_doc *doc,
                          const struct policy_doc **out)
{
    struct check check = { .mistakes = &reading->mistakes, .file = doc->file };
    const struct policy_doc *expanded = NULL;
    for (uint32_t i = 0; i < doc->n; i++) {
        TRY(check_statement(&check, &doc->statements[i]));
    }
    TRY(short_form_expand(reading->arena, doc, &reading->mistakes, &expanded, reading->err));
    *out = check.found_n > 0 ? NULL : expanded;
    return LIC_OK;
}

/* ---- files ---- */

static enum lic_rc read_file(struct config_reading *reading, lic_str file, enum doc_kind kind,
                             const struct policy_doc **out)
{
    lic_str text;
    const struct policy_doc *doc = NULL;
    *out = NULL;
    enum lic_rc rc = config_dir_read(&reading->dir, file, &text, reading->err);
    if (rc == LIC_OK) {
        rc = policy_doc_read(reading->arena, file, text, kind, &doc, reading->err);
    }
    return rc == LIC_OK ? finish(reading, doc, out)
                        : mistakes_add_err(&reading->mistakes, reading->err);
}

static enum lic_rc read_folder(struct config_reading *reading, const struct folder *folder)
{
    struct str_list names = { 0 };
    lic_str path = str_z(folder->path);
    TRY(config_dir_list(&reading->dir, str_head(path, path.n - 1), JSON_SUFFIX, &names,
                        reading->err));
    for (uint32_t i = 0; i < names.n; i++) {
        struct config_document document = { .name = str_head(names.at[i],
                                                             names.at[i].n - JSON_SUFFIX.n) };
        lic_str file = CONFIG_JOIN(reading->arena, path, names.at[i]);
        ENSURE(file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
        TRY(read_file(reading, file, folder->kind, &document.doc));
        ENSURE(ARENA_PUSH(reading->arena, &reading->documents[folder->kind], document),
               reading->err, LIC_E_NOMEM, "no memory for a policy");
    }
    return LIC_OK;
}

/* Managed policies by name and ARN: AssumeRole may narrow a session by any of them. */
static enum lic_rc list_managed(struct config_reading *reading)
{
    struct config *config = reading->config;
    const struct config_documents *managed = &reading->documents[DOC_MANAGED];
    config->policies = ARENA_ARRAY(reading->arena, struct config_policy, managed->n);
    ENSURE(config->policies, reading->err, LIC_E_NOMEM, "no memory for %u policies", managed->n);
    for (uint32_t i = 0; i < managed->n; i++) {
        struct config_policy *policy = &config->policies[config->policies_n++];
        policy->name = managed->at[i].name;
        policy->doc = managed->at[i].doc;
        policy->arn = CONFIG_JOIN(reading->arena, LIC_STR("arn:aws:iam::"), config->account,
                                  LIC_STR(":policy/"), policy->name);
        ENSURE(policy->arn.at, reading->err, LIC_E_NOMEM, "no memory for an ARN");
        if (policy->doc) {
            enum lic_rc rc = map_add(&config->identities.policies_by_arn, policy->arn,
                                     (void *)(uintptr_t)policy->doc);
            ENSURE(rc == LIC_OK, reading->err, rc, "no memory for a policy");
        }
    }
    return LIC_OK;
}

static enum lic_rc list_resources(struct config_reading *reading)
{
    struct config *config = reading->config;
    const struct config_documents *files = &reading->documents[DOC_RESOURCE];
    config->resources = ARENA_ARRAY(reading->arena, struct config_resource, files->n);
    ENSURE(config->resources, reading->err, LIC_E_NOMEM, "no memory for %u policies", files->n);
    for (uint32_t i = 0; i < files->n; i++) {
        struct config_resource *resource = &config->resources[config->resources_n++];
        resource->name = files->at[i].name;
        resource->doc = files->at[i].doc;
        if (resource->doc) {
            TRY(policy_index_new(reading->arena, &resource->doc, 1, &resource->index,
                                 reading->err));
        }
    }
    return LIC_OK;
}

enum lic_rc config_policies_read(struct config_reading *reading)
{
    for (uint32_t i = 0; i < FOLDERS_N; i++) {
        TRY(read_folder(reading, &FOLDERS[i]));
    }
    TRY(list_managed(reading));
    TRY(list_resources(reading));
    return config_resources_attach(reading);
}

/* ---- by name ---- */

const struct config_document *config_document(const struct config_reading *reading,
                                              enum doc_kind kind, lic_str name)
{
    const struct config_documents *files = &reading->documents[kind];
    for (uint32_t i = 0; i < files->n; i++) {
        if (str_eq(files->at[i].name, name)) {
            return &files->at[i];
        }
    }
    return NULL;
}

static enum lic_rc dangling(struct config_reading *reading, const struct shape *shape,
                            const struct yaml_node *node, enum doc_kind kind)
{
    struct str_list names = { 0 };
    const struct config_documents *files = &reading->documents[kind];
    const char *what = "policy";
    for (uint32_t i = 0; i < files->n; i++) {
        TRY(str_list_add(&names, reading->arena, files->at[i].name));
    }
    for (uint32_t i = 0; i < FOLDERS_N; i++) {
        what = FOLDERS[i].kind == kind ? FOLDERS[i].what : what;
    }
    return config_dangling(shape, node, what, &names);
}

enum lic_rc config_document_named(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node, enum doc_kind kind,
                                  const struct policy_doc **out)
{
    lic_str name = { 0 };
    *out = NULL;
    TRY(shape_text(shape, node, &name));
    if (name.n == 0) {
        return LIC_OK;
    }
    const struct config_document *document = config_document(reading, kind, name);
    if (!document) {
        return dangling(reading, shape, node, kind);
    }
    *out = document->doc;
    return LIC_OK;
}

static enum lic_rc attach(struct config_reading *reading, const struct policy_doc *doc,
                          struct config_attached *out)
{
    ENSURE(!doc || ARENA_PUSH(reading->arena, out, doc), reading->err, LIC_E_NOMEM,
           "no memory for a list of policies");
    return LIC_OK;
}

enum lic_rc config_documents_named(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node, enum doc_kind kind,
                                   struct config_attached *out)
{
    struct str_list names = { 0 };
    TRY(shape_texts(shape, node, &names));
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        const struct policy_doc *doc = NULL;
        if (item->type == YAML_SCALAR && item->text.n > 0) {
            TRY(config_document_named(reading, shape, item, kind, &doc));
        }
        TRY(attach(reading, doc, out));
    }
    return LIC_OK;
}

/* ---- where they stand ---- */

static enum lic_rc read_here(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, enum doc_kind kind,
                             const struct policy_doc **out)
{
    const struct policy_doc *doc = NULL;
    TRY(config_inline_read(reading, shape, node, kind, &doc));
    return doc ? finish(reading, doc, out) : LIC_OK;
}

/* policies/ and the name; one that leads elsewhere has no place here. */
static enum lic_rc read_named_file(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node, enum doc_kind kind,
                                   const struct policy_doc **out)
{
    lic_str name = { 0 };
    TRY(shape_path(shape, node, &name));
    if (name.n == 0) {
        return LIC_OK;
    }
    if (str_starts(name, LIC_STR("/")) || str_find(name, LIC_STR("..")) < name.n ||
        !str_ends(name, JSON_SUFFIX)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not a file under policies/, like inline/NAME.json",
                             LIC_ARG(mistakes_shown(name)));
    }
    lic_str file = CONFIG_JOIN(reading->arena, LIC_STR("policies/"), name);
    ENSURE(file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
    return read_file(reading, file, kind, out);
}

enum lic_rc config_document_here(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node, enum doc_kind kind,
                                 const struct policy_doc **out)
{
    *out = NULL;
    if (node->type == YAML_MAPPING) {
        return read_here(reading, shape, node, kind, out);
    }
    return read_named_file(reading, shape, node, kind, out);
}

static bool is_document(const struct yaml_node *node)
{
    return node->type != YAML_MAPPING || yaml_get(node, LIC_STR("Statement")) ||
           yaml_get(node, LIC_STR("Version"));
}

enum lic_rc config_documents_here(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node, enum doc_kind kind,
                                  struct config_attached *out)
{
    bool several = node->type == YAML_SEQUENCE || !is_document(node);
    const struct yaml_node *item = several ? node->first : node;
    for (; item; item = several ? item->next : NULL) {
        const struct policy_doc *doc = NULL;
        TRY(config_document_here(reading, shape, item, kind, &doc));
        TRY(attach(reading, doc, out));
        out->inline_n += doc ? doc_size(doc->text, kind) : 0;
    }
    return LIC_OK;
}

/* ---- of models and tools ---- */

static enum lic_rc resource_named(struct config_reading *reading, const struct yaml_node *node,
                                  const struct config_resource **out)
{
    const struct config *config = reading->config;
    struct shape shape = config_shape(reading, LIC_STR("lictor.yaml"));
    const struct policy_doc *doc = NULL;
    TRY(config_document_named(reading, &shape, node, DOC_RESOURCE, &doc));
    for (uint32_t i = 0; doc && i < config->resources_n; i++) {
        if (config->resources[i].doc == doc) {
            *out = &config->resources[i];
        }
    }
    return LIC_OK;
}

enum lic_rc config_resources_attach(struct config_reading *reading)
{
    struct config *config = reading->config;
    for (uint32_t i = 0; i < config->models_n; i++) {
        const struct yaml_node *node = reading->model_policies[i];
        TRY(node ? resource_named(reading, node, &config->models[i].policy) : LIC_OK);
    }
    for (uint32_t i = 0; i < config->tools_n; i++) {
        const struct yaml_node *node = reading->tool_policies[i];
        TRY(node ? resource_named(reading, node, &config->tools[i].policy) : LIC_OK);
    }
    return LIC_OK;
}

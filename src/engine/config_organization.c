/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads `organization` of principals.yaml: the path from the root to this gateway's account, and
 * the policies attached at each level. Each level must allow by itself, so a level says nothing by
 * having FullAWSAccess, which it has unless it lists others, as in AWS.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

/* AWS allows five units below the root; the account is the last. */
enum { LEVELS_MAX = 7 };

struct organization_file {
    const struct yaml_node *id, *path;
};

static const struct shape_member ORGANIZATION[] = {
    { "id", shape_keep, offsetof(struct organization_file, id), .required = true },
    { "path", shape_keep, offsetof(struct organization_file, path), .required = true },
};

struct level_file {
    const struct yaml_node *id, *scps, *rcps;
};

static const struct shape_member LEVEL[] = {
    { "id", shape_keep, offsetof(struct level_file, id), .required = true },
    { "scps", shape_keep, offsetof(struct level_file, scps), .required = false },
    { "rcps", shape_keep, offsetof(struct level_file, rcps), .required = false },
};

/* One kind of control policy: how a level lists it, and what AWS ships. */
struct control {
    enum doc_kind kind;
    const char *shipped, *text;
};

static const struct control SCP = {
    DOC_SCP, "FullAWSAccess",
    "{\"Version\":\"2012-10-17\","
    "\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"
};

static const struct control RCP = {
    DOC_RCP, "RCPFullAWSAccess",
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","
    "\"Action\":\"*\",\"Resource\":\"*\"}]}"
};

/* The organization being read. */
struct organization_reading {
    struct config_reading *reading;
    const struct shape *shape;
    const struct policy_doc *full_scp, *full_rcp;
    struct policy_level *scp, *rcp;
};

/* "o-", "r-" or "ou-" and small letters, digits and '-'. */
static bool is_id(lic_str id, const char *prefix)
{
    if (!str_starts(id, str_z(prefix)) || id.n == strlen(prefix) || id.n > LIMIT_NAME_BYTES) {
        return false;
    }
    for (size_t i = 0; i < id.n; i++) {
        char c = id.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
            return false;
        }
    }
    return true;
}

/* What AWS ships is a resource policy in form: customers' own RCPs may only deny. */
static enum lic_rc read_shipped(struct config_reading *reading, const struct control *control,
                                const struct policy_doc **out)
{
    enum doc_kind kind = control->kind == DOC_RCP ? DOC_RESOURCE : control->kind;
    return policy_doc_read(reading->arena, str_z(control->shipped), str_z(control->text), kind, out,
                           reading->err);
}

/* ---- levels ---- */

/* The documents that a level lists, the shipped one by its name. */
static enum lic_rc list_controls(struct organization_reading *o, const struct yaml_node *node,
                                 const struct control *control, const struct policy_doc *shipped,
                                 struct config_attached *out)
{
    struct config_reading *reading = o->reading;
    struct str_list names = { 0 };
    TRY(shape_texts(o->shape, node, &names));
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        const struct policy_doc *doc = shipped;
        if (item->type != YAML_SCALAR || item->text.n == 0) {
            continue;
        }
        if (!str_eq(item->text, str_z(control->shipped))) {
            TRY(config_document_named(reading, o->shape, item, control->kind, &doc));
        }
        ENSURE(!doc || ARENA_PUSH(reading->arena, out, doc), reading->err, LIC_E_NOMEM,
               "no memory for a list of policies");
    }
    return LIC_OK;
}

static enum lic_rc attach_shipped(struct organization_reading *o, const struct policy_doc *doc,
                                  struct config_attached *out)
{
    for (uint32_t i = 0; i < out->n; i++) {
        if (out->at[i] == doc) {
            return LIC_OK;
        }
    }
    ENSURE(ARENA_PUSH(o->reading->arena, out, doc), o->reading->err, LIC_E_NOMEM,
           "no memory for a list of policies");
    return LIC_OK;
}

static enum lic_rc read_controls(struct organization_reading *o, const struct level_file *file,
                                 struct config_level *out)
{
    struct config_attached scps = { 0 }, rcps = { 0 };
    if (file->scps) {
        TRY(list_controls(o, file->scps, &SCP, o->full_scp, &scps));
    }
    if (file->rcps) {
        TRY(list_controls(o, file->rcps, &RCP, o->full_rcp, &rcps));
    }
    if (file->scps && file->scps->n == 0) {
        TRY(shape_mistake(o->shape, file->scps, LIC_E_INVALID,
                          "a level without service control policies would deny everything: leave "
                          "\"scps\" out for FullAWSAccess"));
    }
    TRY(file->scps ? LIC_OK : attach_shipped(o, o->full_scp, &scps));
    /* RCPFullAWSAccess is at every level and cannot be taken off. */
    TRY(attach_shipped(o, o->full_rcp, &rcps));
    out->scps = scps.at;
    out->scps_n = scps.n;
    out->rcps = rcps.at;
    out->rcps_n = rcps.n;
    return LIC_OK;
}

static enum lic_rc compile_level(struct organization_reading *o, const struct config_level *level,
                                 uint32_t i)
{
    struct config_reading *reading = o->reading;
    o->scp[i].id = level->id;
    o->rcp[i].id = level->id;
    TRY(policy_index_new(reading->arena, level->scps, level->scps_n, &o->scp[i].index,
                         reading->err));
    return policy_index_new(reading->arena, level->rcps, level->rcps_n, &o->rcp[i].index,
                            reading->err);
}

static enum lic_rc check_level_id(struct organization_reading *o, const struct yaml_node *node,
                                  lic_str id, uint32_t i)
{
    lic_str account = o->reading->config->account;
    bool good = i == 0 ? is_id(id, "r-") : is_id(id, "ou-") || str_eq(id, account);
    if (good || id.n == 0) {
        return LIC_OK;
    }
    return shape_mistake(o->shape, node, LIC_E_INVALID,
                         "\"" LIC_FMT "\" is not a level of a path: the first is r-..., then come "
                         "ou-... and last, if at all, the account " LIC_FMT,
                         LIC_ARG(mistakes_shown(id)), LIC_ARG(account));
}

static enum lic_rc read_level(struct organization_reading *o, const struct yaml_node *node)
{
    struct config *config = o->reading->config;
    struct level_file file = { 0 };
    uint32_t i = config->levels_n++;
    struct config_level *level = &config->levels[i];
    TRY(shape_mapping(o->shape, node, SHAPE("a level", LEVEL), &file));
    if (!file.id) {
        return LIC_OK;
    }
    TRY(shape_text(o->shape, file.id, &level->id));
    TRY(check_level_id(o, file.id, level->id, i));
    if (i > 0 && str_eq(config->levels[i - 1].id, config->account)) {
        TRY(shape_mistake(o->shape, node, LIC_E_INVALID, "no level comes after the account"));
    }
    TRY(read_controls(o, &file, level));
    return compile_level(o, level, i);
}

/* ---- the path ---- */

/* o-ID/r-ROOT/ou-UNIT/: without the account, as aws:PrincipalOrgPaths has it. */
static enum lic_rc write_path(struct config_reading *reading)
{
    struct config *config = reading->config;
    lic_str path = CONFIG_JOIN(reading->arena, config->organization, LIC_STR("/"));
    for (uint32_t i = 0; path.at && i < config->levels_n; i++) {
        if (!str_eq(config->levels[i].id, config->account)) {
            path = CONFIG_JOIN(reading->arena, path, config->levels[i].id, LIC_STR("/"));
        }
    }
    ENSURE(path.at, reading->err, LIC_E_NOMEM, "no memory for a path");
    return str_list_add(&config->org_paths, reading->arena, path);
}

static enum lic_rc read_path(struct organization_reading *o, const struct yaml_node *node)
{
    struct config_reading *reading = o->reading;
    struct config *config = reading->config;
    bool right;
    TRY(shape_expect(o->shape, node, YAML_SEQUENCE, "a list of levels", &right));
    if (!right && node->type != YAML_NULL) {
        return LIC_OK;
    }
    if (node->n == 0 || node->n > LEVELS_MAX) {
        return shape_mistake(o->shape, node, LIC_E_LIMIT,
                             "a path has 1 to %d levels, from the root to the account", LEVELS_MAX);
    }
    config->levels = ARENA_ARRAY(reading->arena, struct config_level, node->n);
    o->scp = ARENA_ARRAY(reading->arena, struct policy_level, node->n);
    o->rcp = ARENA_ARRAY(reading->arena, struct policy_level, node->n);
    ENSURE(config->levels && o->scp && o->rcp, reading->err, LIC_E_NOMEM,
           "no memory for an organization");
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        TRY(read_level(o, item));
    }
    config->scp = o->scp;
    config->rcp = o->rcp;
    return write_path(reading);
}

enum lic_rc config_organization_read(struct config_reading *reading, const struct shape *shape,
                                     const struct yaml_node *node)
{
    struct organization_file file = { 0 };
    struct organization_reading o = { .reading = reading, .shape = shape };
    lic_str id = { 0 };
    TRY(shape_mapping(shape, node, SHAPE("an organization", ORGANIZATION), &file));
    if (!file.id || !file.path) {
        return LIC_OK;
    }
    TRY(shape_text(shape, file.id, &id));
    if (id.n > 0 && !is_id(id, "o-")) {
        TRY(shape_mistake(shape, file.id, LIC_E_INVALID,
                          "\"" LIC_FMT "\" is not the id of an organization: o- and small letters "
                          "and digits",
                          LIC_ARG(mistakes_shown(id))));
    }
    reading->config->organization = id;
    TRY(read_shipped(reading, &SCP, &o.full_scp));
    TRY(read_shipped(reading, &RCP, &o.full_rcp));
    return read_path(&o, file.path);
}

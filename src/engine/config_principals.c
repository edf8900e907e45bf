/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the groups and roles of principals.yaml: which documents judge whom. What users share with
 * roles (tags, paths, attached documents, compiling) is here as well.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

static const lic_str FILE_NAME = { "principals.yaml", sizeof("principals.yaml") - 1 };

enum { TAG_KEY_BYTES_MAX = 128, TAG_VALUE_BYTES_MAX = 256, TAGS_MAX = 50 };
enum { IAM_PATH_BYTES_MAX = 512 };
enum { SESSION_S_MIN = 900, SESSION_S_MAX = 43200, SESSION_S_DEFAULT = 3600 };

/* ---- tags ---- */

/* AWS's characters for tags, without letters beyond ASCII. */
static bool is_tag_text(lic_str s, size_t bytes_max)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && str_find_char(LIC_STR(" _.:/=+-@"), c) == strlen(" _.:/=+-@")) {
            return false;
        }
    }
    return s.n <= bytes_max;
}

/* Condition keys compare without case, so tags that differ by case only would be one. */
static bool has_tag(const struct config_tags *tags, lic_str key)
{
    for (uint32_t i = 0; i < tags->n; i++) {
        if (str_eq_nocase(tags->at[i].key, key)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_tag(struct config_reading *reading, const struct shape *shape,
                           const struct yaml_node *node, struct config_tags *out)
{
    struct event_extra tag = { 0 };
    lic_str value = { 0 };
    TRY(shape_text(shape, node, &value));
    if (node->key.n == 0 || !is_tag_text(node->key, TAG_KEY_BYTES_MAX) ||
        !is_tag_text(value, TAG_VALUE_BYTES_MAX)) {
        return shape_mistake(
            shape, node, LIC_E_INVALID,
            "a tag is letters, digits, blanks and _ . : / = + - @, its name at most %d "
            "and its value at most %d",
            TAG_KEY_BYTES_MAX, TAG_VALUE_BYTES_MAX);
    }
    tag.key = CONFIG_JOIN(reading->arena, LIC_STR("aws:PrincipalTag/"), node->key);
    ENSURE(tag.key.at, reading->err, LIC_E_NOMEM, "no memory for a tag");
    if (has_tag(out, tag.key)) {
        return shape_mistake(shape, node, LIC_E_DUPLICATE,
                             "the tag \"" LIC_FMT
                             "\" is given twice (case does not count), here or by "
                             "the role",
                             LIC_ARG(mistakes_shown(node->key)));
    }
    TRY(str_list_add(&tag.values, reading->arena, value));
    ENSURE(ARENA_PUSH(reading->arena, out, tag), reading->err, LIC_E_NOMEM, "no memory for a tag");
    return LIC_OK;
}

enum lic_rc config_tags_read(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, struct config_tags *out)
{
    bool right;
    TRY(shape_expect(shape, node, YAML_MAPPING, "a mapping of names to values", &right));
    if (node->n > TAGS_MAX) {
        return shape_mistake(shape, node, LIC_E_LIMIT, "%u tags: %d are the most", node->n,
                             TAGS_MAX);
    }
    for (const struct yaml_node *child = right ? node->first : NULL; child; child = child->next) {
        TRY(add_tag(reading, shape, child, out));
    }
    return LIC_OK;
}

/* ---- names and paths ---- */

enum lic_rc config_check_name(const struct shape *shape, const struct yaml_node *node,
                              const char *what)
{
    if (shape_is_name(node->key)) {
        return LIC_OK;
    }
    return mistakes_add(
        shape->mistakes, (struct mistake_place){ shape->file, node->key_line, node->key_column },
        LIC_E_INVALID, "\"" LIC_FMT "\" is not a name for %s: letters, digits, '.', '_' and '-'",
        LIC_ARG(mistakes_shown(node->key)), what);
}

/* AWS's paths: a slash at both ends, visible ASCII between; here without what patterns mean. */
static bool is_path(lic_str path)
{
    for (size_t i = 0; i < path.n; i++) {
        char c = path.at[i];
        if (c <= 0x20 || c > 0x7e || c == '*' || c == '?' || c == ':' || c == '"') {
            return false;
        }
    }
    return path.n <= IAM_PATH_BYTES_MAX && str_starts(path, LIC_STR("/")) &&
           str_ends(path, LIC_STR("/")) && str_find(path, LIC_STR("//")) == path.n;
}

enum lic_rc config_iam_path(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str path = { 0 };
    TRY(shape_text(shape, node, &path));
    if (path.n > 0 && !is_path(path)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT
                             "\" is not a path: it begins and ends in '/', has at most %d visible "
                             "characters and no '*', '?', ':' or '\"'",
                             LIC_ARG(mistakes_shown(path)), IAM_PATH_BYTES_MAX);
    }
    *(lic_str *)at = path.n > 0 ? path : *(lic_str *)at;
    return LIC_OK;
}

/* ---- compiling ---- */

static enum lic_rc name_identity(struct config_reading *reading, struct identity *out)
{
    struct arena *arena = reading->arena;
    out->arn =
        CONFIG_JOIN(arena, LIC_STR("arn:aws:iam::"), reading->config->account,
                    out->is_role ? LIC_STR(":role") : LIC_STR(":user"), out->path, out->name);
    ENSURE(out->arn.at, reading->err, LIC_E_NOMEM, "no memory for an ARN");
    return identity_unique_id(arena, out->is_role, out->arn, &out->id, reading->err);
}

/* Found by its ARN. Names are distinct, so two of one ARN differ in paths that end in names. */
static enum lic_rc add_identity(struct config_reading *reading, struct identity *identity)
{
    struct identity_table *table = &reading->config->identities;
    enum lic_rc rc = map_add(identity->is_role ? &table->roles_by_arn : &table->users_by_arn,
                             identity->arn, identity);
    ENSURE(rc == LIC_OK || rc == LIC_E_DUPLICATE, reading->err, rc, "no memory for an identity");
    return LIC_OK;
}

enum lic_rc config_identity_finish(struct config_reading *reading,
                                   const struct config_identity_parts *parts, struct identity *out)
{
    struct arena *arena = reading->arena;
    const struct config *config = reading->config;
    out->docs = parts->attached->at;
    out->docs_n = parts->attached->n;
    out->tags = parts->tags->at;
    out->tags_n = parts->tags->n;
    out->boundary_doc = parts->boundary;
    out->stack.scp = config->scp;
    out->stack.scp_n = config->levels_n;
    out->stack.rcp = config->rcp;
    out->stack.rcp_n = config->levels_n;
    TRY(name_identity(reading, out));
    TRY(add_identity(reading, out));
    TRY(policy_index_new(arena, out->docs, out->docs_n, &out->stack.identity, reading->err));
    if (!out->boundary_doc) {
        return LIC_OK;
    }
    return policy_index_new(arena, &out->boundary_doc, 1, &out->stack.boundary, reading->err);
}

/* ---- groups ---- */

struct group_file {
    const struct yaml_node *policies, *inline_policies;
};

static const struct shape_member GROUP[] = {
    { "policies", shape_keep, offsetof(struct group_file, policies), .required = false },
    { "inline", shape_keep, offsetof(struct group_file, inline_policies), .required = false },
};

enum lic_rc config_inline_attach(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node, enum doc_kind kind,
                                 struct config_attached *out)
{
    uint32_t limit = doc_limit(kind);
    TRY(config_documents_here(reading, shape, node, kind, out));
    if (limit == 0 || out->inline_n <= limit) {
        return LIC_OK;
    }
    return shape_mistake(shape, node, LIC_E_LIMIT,
                         "the inline policies have %u characters together; %u are the most",
                         out->inline_n, limit);
}

static enum lic_rc read_group(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node)
{
    struct group_file file = { 0 };
    struct config_group group = { .name = node->key };
    TRY(config_check_name(shape, node, "a group"));
    TRY(shape_mapping(shape, node, SHAPE("a group", GROUP), &file));
    if (file.policies) {
        TRY(config_documents_named(reading, shape, file.policies, DOC_MANAGED, &group.attached));
    }
    if (file.inline_policies) {
        TRY(config_inline_attach(reading, shape, file.inline_policies, DOC_INLINE_GROUP,
                                 &group.attached));
    }
    ENSURE(ARENA_PUSH(reading->arena, &reading->groups, group), reading->err, LIC_E_NOMEM,
           "no memory for a group");
    return LIC_OK;
}

/* ---- roles ---- */

struct role_file {
    const struct yaml_node *policies, *inline_policies, *boundary, *tags, *trust;
    lic_str path;
    uint32_t max_session_s;
    int64_t revoked_before_ns;
};

static enum lic_rc read_session_s(const struct shape *shape, const struct yaml_node *node, void *at)
{
    uint64_t n = 0;
    uint32_t ms = 0;
    if (node->type == YAML_SCALAR && str_u64(node->text, &n)) {
        n = n > UINT32_MAX ? UINT32_MAX : n;
    } else {
        uint32_t mistakes = shape->mistakes->n;
        TRY(shape_ms(shape, node, &ms));
        if (shape->mistakes->n > mistakes) {
            return LIC_OK;
        }
        n = ms / 1000;
    }
    if (n < SESSION_S_MIN || n > SESSION_S_MAX) {
        return shape_mistake(shape, node, LIC_E_LIMIT,
                             "a session lasts %d to %d seconds at most, not %llu", SESSION_S_MIN,
                             SESSION_S_MAX, (unsigned long long)n);
    }
    *(uint32_t *)at = (uint32_t)n;
    return LIC_OK;
}

static enum lic_rc read_time(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (text.n > 0 && !clock_parse(text, at)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not a time like 2026-11-22T21:54:23Z",
                             LIC_ARG(mistakes_shown(text)));
    }
    return LIC_OK;
}

static const struct shape_member ROLE[] = {
    { "policies", shape_keep, offsetof(struct role_file, policies), .required = false },
    { "inline", shape_keep, offsetof(struct role_file, inline_policies), .required = false },
    { "boundary", shape_keep, offsetof(struct role_file, boundary), .required = false },
    { "tags", shape_keep, offsetof(struct role_file, tags), .required = false },
    { "trust", shape_keep, offsetof(struct role_file, trust), .required = false },
    { "path", config_iam_path, offsetof(struct role_file, path), .required = false },
    { "max_session_s", read_session_s, offsetof(struct role_file, max_session_s),
      .required = false },
    { "revoke_sessions_before", read_time, offsetof(struct role_file, revoked_before_ns),
      .required = false },
};

/* One role being read. */
struct role_reading {
    struct config_reading *reading;
    const struct shape *shape;
    struct role_file file;
    struct identity *out;
};

static enum lic_rc read_trust(struct role_reading *r)
{
    const struct yaml_node *node = r->file.trust;
    const struct policy_doc *doc = NULL;
    if (node->type == YAML_SCALAR) {
        TRY(config_document_named(r->reading, r->shape, node, DOC_TRUST, &doc));
    } else {
        TRY(config_document_here(r->reading, r->shape, node, DOC_TRUST, &doc));
    }
    r->out->trust_doc = doc;
    return doc ? policy_index_new(r->reading->arena, &doc, 1, &r->out->trust, r->reading->err)
               : LIC_OK;
}

static enum lic_rc read_role_parts(struct role_reading *r)
{
    struct config_reading *reading = r->reading;
    struct config_attached attached = { 0 };
    struct config_tags tags = { 0 };
    struct config_identity_parts parts = { .attached = &attached, .tags = &tags };
    const struct role_file *file = &r->file;
    if (file->policies) {
        TRY(config_documents_named(reading, r->shape, file->policies, DOC_MANAGED, &attached));
    }
    if (file->inline_policies) {
        TRY(config_inline_attach(reading, r->shape, file->inline_policies, DOC_INLINE_ROLE,
                                 &attached));
    }
    if (file->boundary) {
        TRY(config_document_named(reading, r->shape, file->boundary, DOC_MANAGED, &parts.boundary));
    }
    TRY(file->tags ? config_tags_read(reading, r->shape, file->tags, &tags) : LIC_OK);
    TRY(file->trust ? read_trust(r) : LIC_OK);
    return config_identity_finish(reading, &parts, r->out);
}

static enum lic_rc read_role(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node)
{
    struct config *config = reading->config;
    struct role_reading r = { .reading = reading, .shape = shape };
    r.file = (struct role_file){ .path = LIC_STR("/"), .max_session_s = SESSION_S_DEFAULT };
    r.out = &config->roles[config->roles_n++];
    TRY(config_check_name(shape, node, "a role"));
    TRY(shape_mapping(shape, node, SHAPE("a role", ROLE), &r.file));
    if (!r.file.policies && !r.file.inline_policies) {
        TRY(shape_mistake(shape, node, LIC_E_MISSING, "a role needs the member \"policies\""));
    }
    *r.out = (struct identity){
        .name = node->key,
        .path = r.file.path,
        .is_role = true,
        .session_max_s = r.file.max_session_s,
        .revoked_before_ns = r.file.revoked_before_ns,
        .service_linked = str_starts(r.file.path, LIC_STR("/aws-service-role/")),
    };
    return read_role_parts(&r);
}

static enum lic_rc read_roles(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node)
{
    struct config *config = reading->config;
    bool right;
    TRY(shape_expect(shape, node, YAML_MAPPING, "a mapping of names to roles", &right));
    if (!right) {
        return LIC_OK;
    }
    /* One array, never moved: tables and principals point into it. */
    config->roles = ARENA_ARRAY(reading->arena, struct identity, node->n);
    ENSURE(config->roles, reading->err, LIC_E_NOMEM, "no memory for %u roles", node->n);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        TRY(read_role(reading, shape, child));
    }
    return LIC_OK;
}

/* ---- the file, up to its roles ---- */

static const struct shape_member PRINCIPALS[] = {
    { "organization", shape_keep, offsetof(struct config_principals_file, organization),
      .required = false },
    { "groups", shape_keep, offsetof(struct config_principals_file, groups), .required = false },
    { "roles", shape_keep, offsetof(struct config_principals_file, roles), .required = false },
    { "users", shape_keep, offsetof(struct config_principals_file, users), .required = true },
    { "oidc_providers", shape_keep, offsetof(struct config_principals_file, oidc_providers),
      .required = false },
    { "sessions", shape_keep, offsetof(struct config_principals_file, sessions),
      .required = false },
};

static enum lic_rc read_groups(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node)
{
    bool right;
    TRY(shape_expect(shape, node, YAML_MAPPING, "a mapping of names to groups", &right));
    for (const struct yaml_node *child = right ? node->first : NULL; child; child = child->next) {
        TRY(read_group(reading, shape, child));
    }
    return LIC_OK;
}

enum lic_rc config_roles_read(struct config_reading *reading)
{
    const struct yaml_node *root;
    struct config_principals_file *file = &reading->principals;
    struct shape shape = config_shape(reading, FILE_NAME);
    TRY(config_yaml(reading, FILE_NAME, &root));
    if (!root) {
        return LIC_OK;
    }
    TRY(shape_mapping(&shape, root, SHAPE("principals.yaml", PRINCIPALS), file));
    if (file->organization) {
        TRY(config_organization_read(reading, &shape, file->organization));
    }
    TRY(file->groups ? read_groups(reading, &shape, file->groups) : LIC_OK);
    return file->roles ? read_roles(reading, &shape, file->roles) : LIC_OK;
}

const struct identity *config_role(const struct config *config, lic_str name)
{
    for (uint32_t i = 0; i < config->roles_n; i++) {
        if (str_eq(config->roles[i].name, name)) {
            return &config->roles[i];
        }
    }
    return NULL;
}

enum lic_rc config_role_named(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node, const struct identity **out)
{
    const struct config *config = reading->config;
    struct str_list names = { 0 };
    lic_str name = { 0 };
    TRY(shape_text(shape, node, &name));
    const struct identity *role = config_role(config, name);
    if (role || name.n == 0) {
        *out = role;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < config->roles_n; i++) {
        TRY(str_list_add(&names, reading->arena, config->roles[i].name));
    }
    return config_dangling(shape, node, "role", &names);
}

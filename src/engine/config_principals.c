/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads policies and principals.yaml: who may call, by which key, and which policies judge them.
 *
 * A user acts as itself, by its own policies, or through a role, by the role's policies alone, as
 * in AWS. The role is the user's own or that of the agent it calls as; two different ones, or a
 * role and policies, would leave it open which counts, and are mistakes.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

static const lic_str FILE_NAME = { "principals.yaml", sizeof("principals.yaml") - 1 };

enum { TAG_KEY_BYTES_MAX = 128, TAG_VALUE_BYTES_MAX = 256, TAGS_MAX = 50 };

/* ---- policies ---- */

static enum lic_rc read_policy(struct config_reading *reading, lic_str file_name)
{
    lic_str text;
    struct config_policy policy = { .name = str_head(file_name, file_name.n - strlen(".json")) };
    lic_str file = CONFIG_JOIN(reading->arena, LIC_STR("policies/"), file_name);
    ENSURE(file.at, reading->err, LIC_E_NOMEM, "no memory for a file name");
    enum lic_rc rc = config_dir_read(&reading->dir, file, &text, reading->err);
    if (rc == LIC_OK) {
        rc = policy_doc_read(reading->arena, file, text, &policy.doc, reading->err);
    }
    if (rc != LIC_OK) {
        TRY(mistakes_add_err(&reading->mistakes, reading->err));
    }
    ENSURE(ARENA_PUSH(reading->arena, &reading->policies, policy), reading->err, LIC_E_NOMEM,
           "no memory for a policy");
    return LIC_OK;
}

/* An organisation's policies limit everyone; ignoring them would be a silent gap. */
static enum lic_rc refuse_scp(struct config_reading *reading)
{
    struct str_list names = { 0 };
    TRY(config_dir_list(&reading->dir, LIC_STR("policies/scp"), LIC_STR(".json"), &names,
                        reading->err));
    if (names.n == 0) {
        return LIC_OK;
    }
    return mistakes_add(&reading->mistakes,
                        (struct mistake_place){ .file = LIC_STR("policies/scp") }, LIC_E_UNKNOWN,
                        "this build does not enforce policies of an organisation yet: remove them");
}

enum lic_rc config_policies_read(struct config_reading *reading)
{
    struct str_list names = { 0 };
    TRY(config_dir_list(&reading->dir, LIC_STR("policies"), LIC_STR(".json"), &names,
                        reading->err));
    for (uint32_t i = 0; i < names.n; i++) {
        TRY(read_policy(reading, names.at[i]));
    }
    return refuse_scp(reading);
}

static const struct config_policy *policy_named(const struct config_reading *reading, lic_str name)
{
    for (uint32_t i = 0; i < reading->policies.n; i++) {
        if (str_eq(reading->policies.at[i].name, name)) {
            return &reading->policies.at[i];
        }
    }
    return NULL;
}

static enum lic_rc dangling_policy(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node)
{
    struct str_list names = { 0 };
    for (uint32_t i = 0; i < reading->policies.n; i++) {
        TRY(str_list_add(&names, reading->arena, reading->policies.at[i].name));
    }
    return config_dangling(shape, node, "policy", &names);
}

struct attached {
    const struct policy_doc **at;
    uint32_t n, cap;
};

/* The documents that a list of names attaches. */
static enum lic_rc attach_policies(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node, struct attached *out)
{
    struct str_list names = { 0 };
    TRY(shape_texts(shape, node, &names));
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        const struct config_policy *policy = policy_named(reading, item->text);
        if (item->type == YAML_SCALAR && !policy) {
            TRY(dangling_policy(reading, shape, item));
        }
        if (policy && policy->doc) {
            ENSURE(ARENA_PUSH(reading->arena, out, policy->doc), reading->err, LIC_E_NOMEM,
                   "no memory for a list of policies");
        }
    }
    return LIC_OK;
}

/* ---- tags ---- */

struct tags {
    struct event_extra *at;
    uint32_t n, cap;
};

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
static bool has_tag(const struct tags *tags, lic_str key)
{
    for (uint32_t i = 0; i < tags->n; i++) {
        if (str_eq_nocase(tags->at[i].key, key)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_tag(struct config_reading *reading, const struct shape *shape,
                           const struct yaml_node *node, struct tags *out)
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

static enum lic_rc read_tags(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, struct tags *out)
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

/* ---- roles ---- */

struct role_file {
    const struct yaml_node *policies, *tags;
};

static const struct shape_member ROLE[] = {
    { "policies", shape_keep, offsetof(struct role_file, policies), .required = true },
    { "tags", shape_keep, offsetof(struct role_file, tags), .required = false },
};

static enum lic_rc check_name(const struct shape *shape, const struct yaml_node *node,
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

static enum lic_rc read_role(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node)
{
    struct role_file file = { 0 };
    struct config_role role = { .name = node->key };
    struct attached docs = { 0 };
    struct tags tags = { 0 };
    TRY(check_name(shape, node, "a role"));
    TRY(shape_mapping(shape, node, SHAPE("a role", ROLE), &file));
    TRY(file.policies ? attach_policies(reading, shape, file.policies, &docs) : LIC_OK);
    TRY(file.tags ? read_tags(reading, shape, file.tags, &tags) : LIC_OK);
    role.arn = CONFIG_JOIN(reading->arena, LIC_STR("arn:aws:iam::"), reading->config->account,
                           LIC_STR(":role/"), node->key);
    role.docs = docs.at;
    role.docs_n = docs.n;
    role.tags = tags.at;
    role.tags_n = tags.n;
    ENSURE(role.arn.at && ARENA_PUSH(reading->arena, &reading->roles, role), reading->err,
           LIC_E_NOMEM, "no memory for a role");
    return LIC_OK;
}

struct principals_file {
    const struct yaml_node *roles, *users;
};

static const struct shape_member PRINCIPALS[] = {
    { "roles", shape_keep, offsetof(struct principals_file, roles), .required = false },
    { "users", shape_keep, offsetof(struct principals_file, users), .required = true },
};

enum lic_rc config_roles_read(struct config_reading *reading)
{
    const struct yaml_node *root;
    struct principals_file file = { 0 };
    struct shape shape = config_shape(reading, FILE_NAME);
    bool right = false;
    TRY(config_yaml(reading, FILE_NAME, &root));
    if (!root) {
        return LIC_OK;
    }
    TRY(shape_mapping(&shape, root, SHAPE("principals.yaml", PRINCIPALS), &file));
    reading->users = file.users;
    if (file.roles) {
        TRY(shape_expect(&shape, file.roles, YAML_MAPPING, "a mapping of names to roles", &right));
    }
    for (const struct yaml_node *child = right ? file.roles->first : NULL; child;
         child = child->next) {
        TRY(read_role(reading, &shape, child));
    }
    return LIC_OK;
}

const struct config_role *config_role(const struct config_reading *reading, lic_str name)
{
    for (uint32_t i = 0; i < reading->roles.n; i++) {
        if (str_eq(reading->roles.at[i].name, name)) {
            return &reading->roles.at[i];
        }
    }
    return NULL;
}

enum lic_rc config_role_named(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node, const struct config_role **out)
{
    struct str_list names = { 0 };
    lic_str name = { 0 };
    TRY(shape_text(shape, node, &name));
    const struct config_role *role = config_role(reading, name);
    if (role || name.n == 0) {
        *out = role;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < reading->roles.n; i++) {
        TRY(str_list_add(&names, reading->arena, reading->roles.at[i].name));
    }
    return config_dangling(shape, node, "role", &names);
}

/* ---- users ---- */

struct user_file {
    const struct yaml_node *keys, *policies, *role, *agent, *tags;
};

static const struct shape_member USER[] = {
    { "keys", shape_keep, offsetof(struct user_file, keys), .required = false },
    { "policies", shape_keep, offsetof(struct user_file, policies), .required = false },
    { "role", shape_keep, offsetof(struct user_file, role), .required = false },
    { "agent", shape_keep, offsetof(struct user_file, agent), .required = false },
    { "tags", shape_keep, offsetof(struct user_file, tags), .required = false },
};

/* One user being read. */
struct user_reading {
    struct config_reading *reading;
    const struct shape *shape;
    const struct yaml_node *node;
    struct user_file file;
    struct principal *out;
    const struct config_role *role;
};

struct key_file {
    const struct yaml_node *sha256;
};

static const struct shape_member KEY[] = {
    { "sha256", shape_keep, offsetof(struct key_file, sha256), .required = true },
};

/* No sentence repeats the digits: someone may have put the key itself there. */
static enum lic_rc read_key(struct user_reading *u, const struct yaml_node *node)
{
    struct key_file file = { 0 };
    lic_str hex = { 0 };
    uint8_t digest[HASH_BYTES];
    TRY(shape_mapping(u->shape, node, SHAPE("a key", KEY), &file));
    TRY(file.sha256 ? shape_text(u->shape, file.sha256, &hex) : LIC_OK);
    if (hex.n == 0) {
        return LIC_OK;
    }
    if (!hash_unhex(hex, digest, HASH_BYTES)) {
        return shape_mistake(u->shape, file.sha256, LIC_E_INVALID,
                             "this is not the SHA-256 of a key, 64 hex digits: make it with "
                             "printf %%s KEY | sha256sum");
    }
    struct lic_err *err = u->reading->err;
    enum lic_rc rc =
        identity_add(&u->reading->config->identities, u->reading->arena, hex, u->out, err);
    if (rc == LIC_E_DUPLICATE) {
        return shape_mistake(u->shape, file.sha256, rc,
                             "this key is given twice: it belongs to one user");
    }
    return rc;
}

static enum lic_rc read_keys(struct user_reading *u)
{
    bool right;
    TRY(shape_expect(u->shape, u->file.keys, YAML_SEQUENCE, "a list of keys", &right));
    for (const struct yaml_node *item = right ? u->file.keys->first : NULL; item;
         item = item->next) {
        TRY(read_key(u, item));
    }
    return LIC_OK;
}

static enum lic_rc read_agent(struct user_reading *u)
{
    const struct config *config = u->reading->config;
    struct str_list names = { 0 };
    lic_str name = { 0 };
    TRY(shape_text(u->shape, u->file.agent, &name));
    for (uint32_t i = 0; i < config->agents_n; i++) {
        if (str_eq(config->agents[i].name, name)) {
            u->out->agent = name;
            u->role = u->reading->agent_roles[i];
            return LIC_OK;
        }
        TRY(str_list_add(&names, u->reading->arena, config->agents[i].name));
    }
    return name.n > 0 ? config_dangling(u->shape, u->file.agent, "agent", &names) : LIC_OK;
}

static enum lic_rc read_role_of_user(struct user_reading *u)
{
    const struct config_role *own = NULL;
    TRY(config_role_named(u->reading, u->shape, u->file.role, &own));
    if (own && u->role && own != u->role) {
        return shape_mistake(u->shape, u->file.role, LIC_E_INVALID,
                             "the role here is \"" LIC_FMT "\", but the agent's is \"" LIC_FMT
                             "\": leave this one out",
                             LIC_ARG(mistakes_shown(own->name)),
                             LIC_ARG(mistakes_shown(u->role->name)));
    }
    u->role = own ? own : u->role;
    return LIC_OK;
}

static enum lic_rc read_judges(struct user_reading *u)
{
    struct attached docs = { 0 };
    TRY(u->file.agent ? read_agent(u) : LIC_OK);
    TRY(u->file.role ? read_role_of_user(u) : LIC_OK);
    TRY(u->file.policies ? attach_policies(u->reading, u->shape, u->file.policies, &docs) : LIC_OK);
    if (u->role && u->file.policies) {
        return shape_mistake(u->shape, u->file.policies, LIC_E_INVALID,
                             "the policies of the role \"" LIC_FMT
                             "\" judge this user, so these would "
                             "not count: attach them to the role",
                             LIC_ARG(mistakes_shown(u->role->name)));
    }
    u->out->docs = u->role ? u->role->docs : docs.at;
    u->out->docs_n = u->role ? u->role->docs_n : docs.n;
    return LIC_OK;
}

/* A user has its role's tags and its own. */
static enum lic_rc read_tags_of_user(struct user_reading *u)
{
    struct tags tags = { 0 };
    for (uint32_t i = 0; u->role && i < u->role->tags_n; i++) {
        ENSURE(ARENA_PUSH(u->reading->arena, &tags, u->role->tags[i]), u->reading->err, LIC_E_NOMEM,
               "no memory for a tag");
    }
    TRY(u->file.tags ? read_tags(u->reading, u->shape, u->file.tags, &tags) : LIC_OK);
    u->out->tags = tags.at;
    u->out->tags_n = tags.n;
    return LIC_OK;
}

static enum lic_rc name_principal(struct user_reading *u)
{
    lic_str account = u->reading->config->account;
    struct arena *arena = u->reading->arena;
    if (u->role) {
        u->out->role_arn = u->role->arn;
        u->out->type = LIC_STR("AssumedRole");
        u->out->arn =
            CONFIG_JOIN(arena, LIC_STR("arn:aws:sts::"), account, LIC_STR(":assumed-role/"),
                        u->role->name, LIC_STR("/"), u->node->key);
    } else {
        u->out->type = LIC_STR("User");
        u->out->arn =
            CONFIG_JOIN(arena, LIC_STR("arn:aws:iam::"), account, LIC_STR(":user/"), u->node->key);
    }
    ENSURE(u->out->arn.at, u->reading->err, LIC_E_NOMEM, "no memory for an ARN");
    return LIC_OK;
}

static enum lic_rc read_user(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node)
{
    struct user_reading u = { .reading = reading, .shape = shape, .node = node };
    u.out = &reading->config->principals[reading->config->principals_n++];
    u.out->name = node->key;
    TRY(check_name(shape, node, "a user"));
    TRY(shape_mapping(shape, node, SHAPE("a user", USER), &u.file));
    TRY(u.file.keys ? read_keys(&u) : LIC_OK);
    TRY(read_judges(&u));
    TRY(read_tags_of_user(&u));
    return name_principal(&u);
}

enum lic_rc config_users_read(struct config_reading *reading)
{
    struct shape shape = config_shape(reading, FILE_NAME);
    const struct yaml_node *users = reading->users;
    bool right = false;
    if (!users) {
        return LIC_OK;
    }
    TRY(shape_expect(&shape, users, YAML_MAPPING, "a mapping of names to users", &right));
    if (!right) {
        return LIC_OK;
    }
    /* One array, never moved: the table of keys points into it. */
    reading->config->principals = ARENA_ARRAY(reading->arena, struct principal, users->n);
    ENSURE(reading->config->principals, reading->err, LIC_E_NOMEM, "no memory for %u users",
           users->n);
    for (const struct yaml_node *child = users->first; child; child = child->next) {
        TRY(read_user(reading, &shape, child));
    }
    return LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the users of principals.yaml: who may call, by which keys, and which policies judge them.
 *
 * A user acts as itself, by its own policies and its groups', or through a role, by the role's
 * policies alone, as in AWS. The role is the user's own or that of the agent it calls as; two
 * different ones, or a role and policies, would leave it open which counts, and are mistakes.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

static const lic_str FILE_NAME = { "principals.yaml", sizeof("principals.yaml") - 1 };

enum { ACCESS_KEY_BYTES = 20 };

struct user_file {
    const struct yaml_node *keys, *access_keys, *policies, *inline_policies, *groups, *boundary;
    const struct yaml_node *role, *agent, *tags;
    lic_str path;
};

static const struct shape_member USER[] = {
    { "keys", shape_keep, offsetof(struct user_file, keys), .required = false },
    { "access_keys", shape_keep, offsetof(struct user_file, access_keys), .required = false },
    { "policies", shape_keep, offsetof(struct user_file, policies), .required = false },
    { "inline", shape_keep, offsetof(struct user_file, inline_policies), .required = false },
    { "groups", shape_keep, offsetof(struct user_file, groups), .required = false },
    { "boundary", shape_keep, offsetof(struct user_file, boundary), .required = false },
    { "role", shape_keep, offsetof(struct user_file, role), .required = false },
    { "agent", shape_keep, offsetof(struct user_file, agent), .required = false },
    { "tags", shape_keep, offsetof(struct user_file, tags), .required = false },
    { "path", config_iam_path, offsetof(struct user_file, path), .required = false },
};

/* One user being read. */
struct user_reading {
    struct config_reading *reading;
    const struct shape *shape;
    const struct yaml_node *node;
    struct user_file file;
    struct identity *self;
    struct principal *out;
    const struct identity *role;
};

/* ---- keys ---- */

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

struct access_key_file {
    const struct yaml_node *id, *secret;
};

static const struct shape_member ACCESS_KEY[] = {
    { "id", shape_keep, offsetof(struct access_key_file, id), .required = true },
    { "secret", shape_keep, offsetof(struct access_key_file, secret), .required = true },
};

static bool is_access_key(lic_str id)
{
    for (size_t i = 0; i < id.n; i++) {
        if (!(id.at[i] >= 'A' && id.at[i] <= 'Z') && !(id.at[i] >= '0' && id.at[i] <= '9')) {
            return false;
        }
    }
    return id.n == ACCESS_KEY_BYTES && str_starts(id, LIC_STR("AKIA"));
}

static enum lic_rc add_access_key(struct user_reading *u, const struct access_key_file *file,
                                  const struct access_key *key)
{
    struct config_reading *reading = u->reading;
    struct access_key *kept = ARENA_NEW(reading->arena, struct access_key);
    ENSURE(kept, reading->err, LIC_E_NOMEM, "no memory for an access key");
    *kept = *key;
    enum lic_rc rc = map_add(&reading->config->identities.by_access_key, kept->id, kept);
    if (rc == LIC_E_DUPLICATE) {
        return shape_mistake(u->shape, file->id, rc,
                             "this access key is given twice: it belongs to one user");
    }
    ENSURE(rc == LIC_OK, reading->err, rc, "no memory for an access key");
    return LIC_OK;
}

static enum lic_rc read_access_key(struct user_reading *u, const struct yaml_node *node)
{
    struct access_key_file file = { 0 };
    struct access_key key = { .principal = u->out };
    TRY(shape_mapping(u->shape, node, SHAPE("an access key", ACCESS_KEY), &file));
    TRY(file.id ? shape_text(u->shape, file.id, &key.id) : LIC_OK);
    if (file.secret) {
        TRY(config_secret(u->reading, u->shape, file.secret, &key.secret));
    }
    if (key.id.n > 0 && !is_access_key(key.id)) {
        return shape_mistake(u->shape, file.id, LIC_E_INVALID,
                             "the id of an access key is AKIA and 16 capital letters or digits");
    }
    return key.id.n > 0 && key.secret.n > 0 ? add_access_key(u, &file, &key) : LIC_OK;
}

typedef enum lic_rc key_reader(struct user_reading *u, const struct yaml_node *node);

static enum lic_rc read_keys(struct user_reading *u, const struct yaml_node *list, key_reader *read)
{
    bool right;
    TRY(shape_expect(u->shape, list, YAML_SEQUENCE, "a list of keys", &right));
    for (const struct yaml_node *item = right ? list->first : NULL; item; item = item->next) {
        TRY(read(u, item));
    }
    return LIC_OK;
}

/* ---- through whom ---- */

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
    const struct identity *own = NULL;
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

/* What would count for a user that acts as itself only. */
static enum lic_rc refuse_beside_role(struct user_reading *u)
{
    const struct user_file *file = &u->file;
    const struct {
        const struct yaml_node *node;
        const char *what;
    } own[] = {
        { file->policies, "these would not count: attach them" },
        { file->inline_policies, "these would not count: attach them" },
        { file->groups, "those of its groups would not count: attach them" },
        { file->boundary, "this would not count: attach it" },
    };
    for (size_t i = 0; u->role && i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i].node) {
            TRY(shape_mistake(u->shape, own[i].node, LIC_E_INVALID,
                              "the policies of the role \"" LIC_FMT
                              "\" judge this user, so %s to the role",
                              LIC_ARG(mistakes_shown(u->role->name)), own[i].what));
        }
    }
    return LIC_OK;
}

/* ---- what is attached ---- */

static enum lic_rc join_group(struct user_reading *u, const struct yaml_node *node,
                              struct config_attached *out)
{
    struct config_reading *reading = u->reading;
    struct str_list names = { 0 };
    for (uint32_t i = 0; i < reading->groups.n; i++) {
        const struct config_group *group = &reading->groups.at[i];
        if (!str_eq(group->name, node->text)) {
            TRY(str_list_add(&names, reading->arena, group->name));
            continue;
        }
        for (uint32_t j = 0; j < group->attached.n; j++) {
            ENSURE(ARENA_PUSH(reading->arena, out, group->attached.at[j]), reading->err,
                   LIC_E_NOMEM, "no memory for a list of policies");
        }
        return LIC_OK;
    }
    return config_dangling(u->shape, node, "group", &names);
}

static enum lic_rc read_groups(struct user_reading *u, struct config_attached *out)
{
    struct str_list names = { 0 };
    TRY(shape_texts(u->shape, u->file.groups, &names));
    for (const struct yaml_node *item = u->file.groups->first; item; item = item->next) {
        TRY(item->type == YAML_SCALAR && item->text.n > 0 ? join_group(u, item, out) : LIC_OK);
    }
    return LIC_OK;
}

static enum lic_rc read_attached(struct user_reading *u, struct config_attached *out)
{
    const struct user_file *file = &u->file;
    struct config_reading *reading = u->reading;
    if (file->policies) {
        TRY(config_documents_named(reading, u->shape, file->policies, DOC_MANAGED, out));
    }
    if (file->inline_policies) {
        TRY(config_inline_attach(reading, u->shape, file->inline_policies, DOC_INLINE_USER, out));
    }
    return file->groups ? read_groups(u, out) : LIC_OK;
}

/* A user has its role's tags and its own. */
static enum lic_rc read_tags(struct user_reading *u, struct config_tags *out)
{
    for (uint32_t i = 0; u->role && i < u->role->tags_n; i++) {
        ENSURE(ARENA_PUSH(u->reading->arena, out, u->role->tags[i]), u->reading->err, LIC_E_NOMEM,
               "no memory for a tag");
    }
    return u->file.tags ? config_tags_read(u->reading, u->shape, u->file.tags, out) : LIC_OK;
}

static enum lic_rc read_self(struct user_reading *u)
{
    struct config_attached attached = { 0 };
    struct config_tags tags = { 0 };
    struct config_identity_parts parts = { .attached = &attached, .tags = &tags };
    TRY(read_attached(u, &attached));
    if (u->file.boundary) {
        TRY(config_document_named(u->reading, u->shape, u->file.boundary, DOC_MANAGED,
                                  &parts.boundary));
    }
    TRY(read_tags(u, &tags));
    u->out->extras = tags.at;
    u->out->extras_n = tags.n;
    return config_identity_finish(u->reading, &parts, u->self);
}

/* ---- the principal ---- */

static enum lic_rc name_session(struct user_reading *u)
{
    struct arena *arena = u->reading->arena;
    lic_str account = u->reading->config->account;
    u->out->role_arn = u->role->arn;
    u->out->type = LIC_STR("AssumedRole");
    u->out->arn = CONFIG_JOIN(arena, LIC_STR("arn:aws:sts::"), account, LIC_STR(":assumed-role/"),
                              u->role->name, LIC_STR("/"), u->node->key);
    u->out->user_id = CONFIG_JOIN(arena, u->role->id, LIC_STR(":"), u->node->key);
    ENSURE(u->out->arn.at && u->out->user_id.at, u->reading->err, LIC_E_NOMEM,
           "no memory for an ARN");
    return LIC_OK;
}

static enum lic_rc name_principal(struct user_reading *u)
{
    struct arena *arena = u->reading->arena;
    struct principal *out = u->out;
    out->identity = u->role ? u->role : u->self;
    out->mfa = EVENT_FLAG_NONE;
    out->type = LIC_STR("User");
    out->arn = u->self->arn;
    out->user_id = u->self->id;
    TRY(str_list_add(&out->chain, arena, u->self->arn));
    if (u->role) {
        TRY(name_session(u));
        TRY(str_list_add(&out->chain, arena, out->arn));
    }
    return LIC_OK;
}

static enum lic_rc read_user(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node)
{
    uint32_t i = reading->config->principals_n++;
    struct user_reading u = { .reading = reading, .shape = shape, .node = node };
    u.file.path = LIC_STR("/");
    u.out = &reading->config->principals[i];
    u.self = &reading->config->users[i];
    u.out->name = node->key;
    TRY(config_check_name(shape, node, "a user"));
    TRY(shape_mapping(shape, node, SHAPE("a user", USER), &u.file));
    u.self->name = node->key;
    u.self->path = u.file.path;
    TRY(u.file.keys ? read_keys(&u, u.file.keys, read_key) : LIC_OK);
    TRY(u.file.access_keys ? read_keys(&u, u.file.access_keys, read_access_key) : LIC_OK);
    TRY(u.file.agent ? read_agent(&u) : LIC_OK);
    TRY(u.file.role ? read_role_of_user(&u) : LIC_OK);
    TRY(refuse_beside_role(&u));
    TRY(read_self(&u));
    return name_principal(&u);
}

enum lic_rc config_users_read(struct config_reading *reading)
{
    struct config *config = reading->config;
    struct shape shape = config_shape(reading, FILE_NAME);
    const struct yaml_node *users = reading->principals.users;
    bool right = false;
    if (!users) {
        return LIC_OK;
    }
    TRY(shape_expect(&shape, users, YAML_MAPPING, "a mapping of names to users", &right));
    if (!right) {
        return LIC_OK;
    }
    /* Arrays that never move: the tables of keys point into them. */
    config->principals = ARENA_ARRAY(reading->arena, struct principal, users->n);
    config->users = ARENA_ARRAY(reading->arena, struct identity, users->n);
    ENSURE(config->principals && config->users, reading->err, LIC_E_NOMEM, "no memory for %u users",
           users->n);
    for (const struct yaml_node *child = users->first; child; child = child->next) {
        TRY(read_user(reading, &shape, child));
    }
    return LIC_OK;
}

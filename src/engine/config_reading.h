/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration directory being read: what the readers of its files share. Order matters, since
 * each file may refer only to what was read before it:
 *
 *     lictor.yaml ──► policies ──► guardrails ──► roles ──► agents ──► users
 */
#ifndef ENGINE_CONFIG_READING_H
#define ENGINE_CONFIG_READING_H

#include "engine/config.h"
#include "engine/config_dir.h"
#include "engine/shape.h"

struct config_policy {
    lic_str name;
    const struct policy_doc *doc; /* NULL when it has mistakes */
};

struct config_role {
    lic_str name, arn;
    const struct policy_doc **docs;
    uint32_t docs_n;
    struct event_extra *tags;
    uint32_t tags_n, tags_cap;
};

struct config_reading {
    struct arena *arena;
    const struct lic_host *host;
    struct config *config;
    struct config_dir dir;
    struct mistakes mistakes;
    struct lic_err *err;
    const struct yaml_node *default_guardrail; /* `guardrail` of lictor.yaml, or NULL */
    const struct yaml_node *users;             /* `users` of principals.yaml, or NULL */
    struct {
        struct config_policy *at;
        uint32_t n, cap;
    } policies;
    struct {
        struct config_role *at;
        uint32_t n, cap;
    } roles;
    const struct config_role **agent_roles; /* of each config->agents, or NULL */
};

/* Each reads its files and notes their mistakes; it fails only when it could not. */
enum lic_rc config_lictor_read(struct config_reading *reading) LIC_MUST_USE;
/* `providers` of lictor.yaml. */
enum lic_rc config_providers_read(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node) LIC_MUST_USE;
enum lic_rc config_policies_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_guardrails_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_roles_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_agents_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_users_read(struct config_reading *reading) LIC_MUST_USE;

/* A YAML file as a tree; *out is NULL after a mistake. */
enum lic_rc config_yaml(struct config_reading *reading, lic_str file,
                        const struct yaml_node **out) LIC_MUST_USE;
struct shape config_shape(struct config_reading *reading, lic_str file);

/* The path of a file that somebody else opens: within the directory, or absolute. */
enum lic_rc config_path(struct config_reading *reading, lic_str name, lic_str *out) LIC_MUST_USE;

/* The same for a file that must be there: what the node names is probed. */
enum lic_rc config_file_path(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, lic_str *out) LIC_MUST_USE;

/* Joins pieces in the arena; `at` is NULL when there is no memory. */
lic_str config_join(struct arena *arena, const lic_str *pieces, uint32_t n);
#define CONFIG_JOIN(arena, ...)                                                                    \
    config_join((arena), (const lic_str[]){ __VA_ARGS__ },                                         \
                (uint32_t)(sizeof((const lic_str[]){ __VA_ARGS__ }) / sizeof(lic_str)))

/* Notes that `node` names something that is not among `names`; suggests the nearest. */
enum lic_rc config_dangling(const struct shape *shape, const struct yaml_node *node,
                            const char *what, const struct str_list *names) LIC_MUST_USE;

const struct guardrail *config_guardrail(const struct config *config, lic_str name);
const struct config_role *config_role(const struct config_reading *reading, lic_str name);

/* The role this node names. Untouched after a mistake. */
enum lic_rc config_role_named(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node,
                              const struct config_role **out) LIC_MUST_USE;

/* The guardrail this node names. Untouched after a mistake. */
enum lic_rc config_guardrail_named(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node,
                                   const struct guardrail **out) LIC_MUST_USE;

bool config_is_region(lic_str s);
shape_reader config_region; /* lic_str */

/* "refuse" or "pass"; a shape_reader for an enum config_choice. */
shape_reader config_refuse_or_pass;

#endif

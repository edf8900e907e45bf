/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration directory being read: what the readers of its files share. Order matters, since
 * each file may refer only to what was read before it:
 *
 *     lictor.yaml ──► policies ──► guardrails ──► roles ──► agents ──► users ──► federation
 *
 * principals.yaml is three of these steps: organization, groups and roles; users; federation.
 */
#ifndef ENGINE_CONFIG_READING_H
#define ENGINE_CONFIG_READING_H

#include "engine/config.h"
#include "engine/config_dir.h"
#include "engine/shape.h"

/* A document that files refer to by name. */
struct config_document {
    lic_str name;
    const struct policy_doc *doc; /* NULL when it has mistakes */
};

struct config_documents {
    struct config_document *at;
    uint32_t n, cap;
};

/* What a user, role or group has attached. */
struct config_attached {
    const struct policy_doc **at;
    uint32_t n, cap;
    uint32_t inline_n; /* characters of inline documents, as AWS counts them */
};

struct config_group {
    lic_str name;
    struct config_attached attached;
};

struct config_tags {
    struct event_extra *at;
    uint32_t n, cap;
};

/* principals.yaml as written, kept between the steps that read it. */
struct config_principals_file {
    const struct yaml_node *organization, *groups, *roles, *users, *oidc_providers, *sessions;
};

struct config_reading {
    struct arena *arena;
    const struct lic_host *host;
    struct config *config;
    struct config_dir dir;
    struct mistakes mistakes;
    struct lic_err *err;
    const struct yaml_node *default_guardrail; /* `guardrail` of lictor.yaml, or NULL */
    struct config_principals_file principals;
    struct config_documents documents[DOC_KIND_N]; /* files of policies/ and its folders */
    const struct yaml_node **model_policies;       /* `policy` of each config->models, or NULL */
    const struct yaml_node **tool_policies;
    struct {
        struct config_group *at;
        uint32_t n, cap;
    } groups;
    const struct identity **agent_roles; /* of each config->agents, or NULL */
};

/* Each reads its files and notes their mistakes; it fails only when it could not. */
enum lic_rc config_lictor_read(struct config_reading *reading) LIC_MUST_USE;
/* `providers` of lictor.yaml. */
enum lic_rc config_providers_read(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node) LIC_MUST_USE;
/* `reload` of lictor.yaml. */
enum lic_rc config_reload_read(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node) LIC_MUST_USE;
enum lic_rc config_policies_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_guardrails_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_roles_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_agents_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_users_read(struct config_reading *reading) LIC_MUST_USE;
enum lic_rc config_federation_read(struct config_reading *reading) LIC_MUST_USE;
/* `organization` of principals.yaml. */
enum lic_rc config_organization_read(struct config_reading *reading, const struct shape *shape,
                                     const struct yaml_node *node) LIC_MUST_USE;

/* ---- documents: config_documents.c, config_inline.c ---- */

/* The document of this name among the files of one kind, or NULL. */
const struct config_document *config_document(const struct config_reading *reading,
                                              enum doc_kind kind, lic_str name);
/* The same for a node; a name that is not there is a mistake. *out is NULL after any. */
enum lic_rc config_document_named(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node, enum doc_kind kind,
                                  const struct policy_doc **out) LIC_MUST_USE;
/* The documents that a list of names attaches. */
enum lic_rc config_documents_named(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node, enum doc_kind kind,
                                   struct config_attached *out) LIC_MUST_USE;
/* A document written in YAML, or the name of a file under policies/. */
enum lic_rc config_document_here(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node, enum doc_kind kind,
                                 const struct policy_doc **out) LIC_MUST_USE;
/* One of them, a list of them, or a mapping of names to them. */
enum lic_rc config_documents_here(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node, enum doc_kind kind,
                                  struct config_attached *out) LIC_MUST_USE;
/* The YAML of a document; not yet checked for what only this gateway asks of it. */
enum lic_rc config_inline_read(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node, enum doc_kind kind,
                               const struct policy_doc **out) LIC_MUST_USE;
/* The same, with the limit of the kind for all of one identity together. */
enum lic_rc config_inline_attach(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node, enum doc_kind kind,
                                 struct config_attached *out) LIC_MUST_USE;
/* A resource policy by name, for `policy` of models and tools. */
enum lic_rc config_resources_attach(struct config_reading *reading) LIC_MUST_USE;

/* ---- users and roles: config_principals.c ---- */

enum lic_rc config_tags_read(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, struct config_tags *out) LIC_MUST_USE;
/* "/" or "/engineering/". Untouched after a mistake. */
shape_reader config_iam_path;
enum lic_rc config_check_name(const struct shape *shape, const struct yaml_node *node,
                              const char *what) LIC_MUST_USE;

/* Names an identity (ARN, unique id) and compiles what judges it. */
struct config_identity_parts {
    const struct config_attached *attached;
    const struct policy_doc *boundary; /* or NULL */
    const struct config_tags *tags;
};
enum lic_rc config_identity_finish(struct config_reading *reading,
                                   const struct config_identity_parts *parts,
                                   struct identity *out) LIC_MUST_USE;

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
const struct identity *config_role(const struct config *config, lic_str name);

/* The role this node names. Untouched after a mistake. */
enum lic_rc config_role_named(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node,
                              const struct identity **out) LIC_MUST_USE;

/* What env:NAME or file:PATH refers to: visible ASCII, in the arena. Untouched after a mistake. */
enum lic_rc config_secret(struct config_reading *reading, const struct shape *shape,
                          const struct yaml_node *node, lic_str *out) LIC_MUST_USE;

/* The guardrail this node names. Untouched after a mistake. */
enum lic_rc config_guardrail_named(struct config_reading *reading, const struct shape *shape,
                                   const struct yaml_node *node,
                                   const struct guardrail **out) LIC_MUST_USE;

bool config_is_region(lic_str s);
shape_reader config_region; /* lic_str */

/* "refuse" or "pass"; a shape_reader for an enum config_choice. */
shape_reader config_refuse_or_pass;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration directory, read and cross-checked (docs/CONFIG.md). config_read reports every
 * mistake with file:line:column, files named relative to the directory; what it returns refers
 * only to things that exist. Everything lives in the engine's arena.
 *
 * Paths in it (state, certificates) are joined to `dir`, so they are absolute when `dir` is.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "base/map.h"
#include "detect/scanner.h"
#include "engine/classes.h"
#include "engine/verdicts.h"
#include "detect/redact.h"
#include "ledger/record.h"
#include "policy/identity.h"
#include "policy/session.h"
#include <lictor/lictor.h>

/* What to do about an abnormal but survivable condition. */
enum config_choice { CHOICE_REFUSE, CHOICE_PASS };

struct config_provider {
    struct lic_upstream upstream;
    lic_str base_path;  /* put before the dialect's path: "" or e.g. "/openai" */
    lic_str credential; /* resolved secret, empty for none; never logged */
    lic_str region;     /* default of its models */
};

struct config_model {
    lic_str name;          /* as callers write it; may end in '*' */
    lic_str upstream_name; /* sent to the provider; empty: as the caller wrote it */
    uint32_t provider;     /* index into providers */
    lic_str region;
    lic_str owned_by;                     /* name of the provider entry */
    const struct config_resource *policy; /* resource policy; or NULL */
};

/* A resource policy: policies/resource/NAME.json, attached to models and tools. */
struct config_resource {
    lic_str name;
    const struct policy_doc *doc;
    const struct policy_index *index;
};

/* One level of the organization's path. `index` of struct policy_level is made of these. */
struct config_level {
    lic_str id;
    const struct policy_doc *const *scps, *const *rcps; /* shipped ones too */
    uint32_t scps_n, rcps_n;
};

/* A managed policy: policies/NAME.json, whether attached to anybody or not. */
struct config_policy {
    lic_str name, arn;
    const struct policy_doc *doc; /* as it judges: short forms expanded (config_documents.c) */
};

/* What a reload that gives somebody new access needs (engine/reload.h). */
enum config_new_access { NEW_ACCESS_ALLOW, NEW_ACCESS_RECORD, NEW_ACCESS_SIGNED };

/* How findings of one kind are treated. First match wins; table order is specific to general. */
struct guardrail_action {
    lic_str rule, type; /* empty: any */
    int category;       /* enum finding_category, or -1: any */
    uint32_t channels;  /* bit set of 1u << enum event_channel */
    bool output;        /* direction */
    float minimum;      /* score of a finding below which the row is not about it */
    enum finding_action action;
};

/* A text may be that long and no longer. */
struct guardrail_length {
    uint32_t channels;
    bool output;
    uint32_t characters; /* code points */
    enum finding_action action;
};

/* What a guardrail scans with in one direction (engine/detection.h). */
struct guardrail_scan {
    struct scanner_parts parts;
    uint32_t attack_channels; /* where something is done about what the classifier says */
    uint32_t names_channels;  /* ... about names and addresses */
    bool any;                 /* whether anything is looked for at all */
    bool whole; /* whether something is looked for that only whole texts show: names, topics,
                   attacks, lengths. A stream's text then leaves when it is complete. */
};

struct guardrail {
    lic_str name;
    lic_str input_message, output_message; /* blockedInputMessaging, blockedOutputsMessaging */
    struct guardrail_action *actions;
    uint32_t actions_n;
    struct rules input_rules, output_rules; /* the rules that can have an action, per direction */
    const struct topics *topics;            /* denied; NULL: none */
    uint32_t topic_channels[2];             /* [output]: where something is done about them */
    struct guardrail_length *lengths;
    uint32_t lengths_n;
    struct class_rows classes;                      /* before the table of this build */
    struct redact_ways rewrite;                     /* what stands in place of each type */
    float injection_threshold, jailbreak_threshold; /* 0: CLASSIFY_THRESHOLD */
    /* Compiled by detection.c; a detector is NULL when there are no rules. */
    struct detector *input, *output;
    struct guardrail_scan scan[2];         /* [output] */
    uint8_t secret[VERDICTS_SECRET_BYTES]; /* of this compilation's verdicts */
};

struct config_tool {
    lic_str name;                         /* as the model calls it */
    lic_str action;                       /* "mcp:CallTool" or "lambda:InvokeFunction" */
    lic_str resource;                     /* ARN */
    const struct config_resource *policy; /* resource policy; or NULL */
};

struct config_agent {
    lic_str name;
    lic_str role; /* ARN or empty */
    const struct guardrail *guardrail;
    lic_str instructions;           /* text of the prompt; empty: none pinned */
    lic_str prompt_version;         /* NAME@VERSION */
    struct str_list models;         /* patterns; empty: any the role may use */
    struct str_list tools;          /* names or patterns; empty when listed: none */
    struct str_list functions;      /* NAME of each invokeFunction:NAME in the same list */
    bool tools_listed;              /* `tools:` was given: only these */
    enum config_choice uninspected; /* images, files: refuse (default) or pass and record */
};

struct config {
    struct lic_settings settings;
    lic_str account; /* 12 digits, for ARNs; default 000000000000 */
    lic_str digest;  /* SHA-256 over every file read, 64 hex digits */
    lic_str version; /* the first 16 of them */
    struct config_provider *providers;
    uint32_t providers_n;
    struct config_model *models;
    uint32_t models_n;
    struct config_tool *tools;
    uint32_t tools_n;
    struct config_agent *agents;
    uint32_t agents_n;
    struct guardrail **guardrails;
    uint32_t guardrails_n;
    const struct guardrail *default_guardrail; /* for principals without an agent; may be NULL */
    struct identity_table identities;
    struct principal *principals; /* of each user, in the file's order; users[i] is its identity */
    uint32_t principals_n;
    struct identity *users; /* as themselves; principals[i] may act through a role instead */
    struct identity *roles;
    uint32_t roles_n;
    struct identity_provider *oidc;
    uint32_t oidc_n;
    struct config_policy *policies;
    uint32_t policies_n;
    struct config_resource *resources; /* every file of policies/resource */
    uint32_t resources_n;
    lic_str organization;        /* "o-…"; empty: none, and then no levels */
    struct str_list org_paths;   /* one: "o-…/r-…/ou-…/" */
    struct config_level *levels; /* from the root to the account */
    uint32_t levels_n;
    const struct policy_level *scp, *rcp; /* levels_n of each, compiled */
    struct token_keys tokens;             /* n == 0: nothing is made a token, none is opened */
    struct session_keys session_keys;     /* n == 0: no sessions are given and none is opened */
    enum config_new_access new_access;
    struct str_list approvers;            /* Ed25519 public keys, 32 raw bytes each */
    enum config_choice unknown_members;   /* refuse (default), or inspect as document */
    enum config_choice uninspected;       /* for callers without an agent */
    enum config_choice ledger_unwritable; /* refuse (default), or pass and count */
    enum record_content content;
    int64_t skew_ns;       /* of signatures and tokens against our clock, either way */
    bool replay_refused;   /* a signature counts once, but for GET */
    bool unsigned_payload; /* UNSIGNED-PAYLOAD is accepted over TLS */
};

/*
 * With mistakes: all are reported in order of file, line and column, the first is in *err and its
 * code returned. A failure that is no mistake of the directory (no memory) is only in *err.
 */
enum lic_rc config_read(struct arena *arena, const struct lic_host *host, const char *dir,
                        lic_report_fn *report, void *report_arg, struct config *out,
                        struct lic_err *err) LIC_MUST_USE;

/* Lookups; NULL when there is none. Models: an exact name wins over the longest prefix. */
const struct config_model *config_model(const struct config *config, lic_str name);
const struct config_agent *config_agent(const struct config *config, lic_str name);
const struct config_tool *config_tool(const struct config *config, lic_str name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lint of a whole directory: every policy by what it is attached to, what the policies of one
 * identity allow together, and agents against the tools their roles may call.
 */
#include "advise/lint.h"
#include "base/err.h"
#include "base/map.h"
#include "engine/engine.h"
#include "policy/policy.h"

#include "base/banned.h"

struct advice {
    struct lint lint;
    const struct config *config;
    struct map docs; /* file and text -> lint_doc: a policy is looked at once */
};

/* ---- policies ---- */

static enum lic_lint_kind kind_of(enum doc_kind kind)
{
    switch (kind) {
    case DOC_SESSION:
        return LIC_LINT_SESSION;
    case DOC_RESOURCE:
        return LIC_LINT_RESOURCE;
    case DOC_TRUST:
        return LIC_LINT_TRUST;
    case DOC_KEY:
        return LIC_LINT_KEY;
    case DOC_SCP:
        return LIC_LINT_SCP;
    case DOC_RCP:
        return LIC_LINT_RCP;
    case DOC_MANAGED:
    case DOC_INLINE_USER:
    case DOC_INLINE_ROLE:
    case DOC_INLINE_GROUP:
    case DOC_KIND_N:
    case DOC_ANY:
        return LIC_LINT_IDENTITY;
    }
    return LIC_LINT_IDENTITY;
}

/* What is shipped (FullAWSAccess) is in no file and nobody's to repair. */
static bool is_file(const struct policy_doc *doc)
{
    return str_ends(doc->file, LIC_STR(".json")) || str_ends(doc->file, LIC_STR(".yaml"));
}

/* Looks at a policy unless it was looked at before; NULL without memory. */
static struct lint_doc *look_at(struct advice *advice, const struct policy_doc *doc,
                                enum lic_lint_kind kind)
{
    struct lint *lint = &advice->lint;
    lic_str key = lint_join(lint, doc->file, LIC_STR("\n"), doc->text);
    struct lint_doc *known = lint->rc == LIC_OK ? map_get(&advice->docs, key) : NULL;
    if (known != NULL || lint->rc != LIC_OK) {
        return known;
    }
    struct lint_doc *added = ARENA_NEW(lint->arena, struct lint_doc);
    if (added == NULL || map_add(&advice->docs, key, added) != LIC_OK) {
        lint->rc = LIC_E_NOMEM;
        return NULL;
    }
    added->file = doc->file;
    added->text = doc->text;
    added->kind = kind;
    added->gateway = true;
    added->inside = str_ends(doc->file, LIC_STR(".json")) ? NULL : doc;
    lint_document(lint, added);
    struct lint_doc *docs[] = { added };
    lint_escalate(lint, docs, 1, LIC_STR(""));
    return added;
}

static void look_at_identity(struct advice *advice, const struct identity *identity)
{
    struct lint_doc **docs =
        ARENA_ARRAY(advice->lint.arena, struct lint_doc *, identity->docs_n + 1);
    uint32_t n = 0;
    if (docs == NULL) {
        advice->lint.rc = LIC_E_NOMEM;
        return;
    }
    for (uint32_t i = 0; i < identity->docs_n; i++) {
        docs[n] = look_at(advice, identity->docs[i], kind_of(identity->docs[i]->kind));
        n += docs[n] != NULL;
    }
    if (identity->boundary_doc != NULL) {
        (void)look_at(advice, identity->boundary_doc, LIC_LINT_BOUNDARY);
    }
    if (identity->trust_doc != NULL) {
        (void)look_at(advice, identity->trust_doc, LIC_LINT_TRUST);
    }
    if (n > 1 && advice->lint.rc == LIC_OK) {
        lint_escalate(&advice->lint, docs, n, identity->name);
    }
}

static void look_at_level(struct advice *advice, const struct config_level *level)
{
    for (uint32_t i = 0; i < level->scps_n; i++) {
        if (is_file(level->scps[i])) {
            (void)look_at(advice, level->scps[i], LIC_LINT_SCP);
        }
    }
    for (uint32_t i = 0; i < level->rcps_n; i++) {
        if (is_file(level->rcps[i])) {
            (void)look_at(advice, level->rcps[i], LIC_LINT_RCP);
        }
    }
}

/* Looked at last, so that what is left over is what nobody has. */
static void look_at_rest(struct advice *advice)
{
    for (uint32_t i = 0; i < advice->config->policies_n; i++) {
        const struct policy_doc *doc = advice->config->policies[i].doc;
        uint32_t known = advice->docs.n;
        struct lint_doc *looked = doc != NULL ? look_at(advice, doc, LIC_LINT_IDENTITY) : NULL;
        if (looked != NULL && advice->docs.n > known) {
            advice->lint.doc = looked;
            lint_say(&advice->lint, LINT_POLICY_NEVER_USED, 0, LINT_NO_WORDS);
        }
    }
}

static void look_at_policies(struct advice *advice)
{
    const struct config *config = advice->config;
    for (uint32_t i = 0; i < config->roles_n; i++) {
        look_at_identity(advice, &config->roles[i]);
    }
    for (uint32_t i = 0; i < config->principals_n; i++) {
        look_at_identity(advice, &config->users[i]);
    }
    for (uint32_t i = 0; i < config->resources_n; i++) {
        if (config->resources[i].doc != NULL) {
            (void)look_at(advice, config->resources[i].doc, LIC_LINT_RESOURCE);
        }
    }
    for (uint32_t i = 0; i < config->levels_n; i++) {
        look_at_level(advice, &config->levels[i]);
    }
    look_at_rest(advice);
}

/* ---- agents and tools ---- */

static bool names_action(const struct doc_statement *statement, lic_str action)
{
    bool named = false;
    for (uint32_t i = 0; i < statement->actions.n && !named; i++) {
        named = match_wildcard_nocase(statement->actions.at[i].text, action);
    }
    return named != statement->actions.excluded;
}

/* A resource with variables may turn out to be any. */
static bool names_resource(const struct doc_statement *statement, lic_str resource)
{
    bool named = false, open = false;
    for (uint32_t i = 0; i < statement->resources.n; i++) {
        const struct vars_pattern *pattern = &statement->resources.at[i].compiled;
        open = open || pattern->pieces_n > 0;
        named = named || (pattern->pieces_n == 0 && vars_equal(pattern, resource));
    }
    return open || named != statement->resources.excluded;
}

/* Whether some Allow might apply, whatever the conditions. */
static bool may_call(const struct identity *role, lic_str action, lic_str resource)
{
    for (uint32_t i = 0; i < role->docs_n; i++) {
        for (uint32_t j = 0; j < role->docs[i]->n; j++) {
            const struct doc_statement *statement = &role->docs[i]->statements[j];
            if (!statement->deny && names_action(statement, action) &&
                names_resource(statement, resource)) {
                return true;
            }
        }
    }
    return false;
}

static bool lists(const struct config_agent *agent, lic_str tool)
{
    for (uint32_t i = 0; i < agent->tools.n; i++) {
        if (match_wildcard(agent->tools.at[i], tool)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < agent->functions.n; i++) {
        if (match_wildcard(agent->functions.at[i], tool)) {
            return true;
        }
    }
    return false;
}

static void check_tool(struct advice *advice, const struct config_agent *agent,
                       const struct identity *role, const struct config_tool *tool)
{
    bool allowed = may_call(role, tool->action, tool->resource) || tool->policy != NULL;
    struct lint_words words = LINT_WORDS(agent->name, tool->name);
    if (lists(agent, tool->name) && !allowed) {
        lint_say_doc(&advice->lint, LINT_AGENT_TOOL_NEVER_ALLOWED, words);
    } else if (!lists(agent, tool->name) && may_call(role, tool->action, tool->resource)) {
        lint_say_doc(&advice->lint, LINT_AGENT_TOOL_NOT_LISTED, words);
    }
}

/* Tools that the caller brings are listed by agents only. */
static void check_own_tools(struct advice *advice, const struct config_agent *agent,
                            const struct identity *role)
{
    for (uint32_t i = 0; i < agent->tools.n; i++) {
        lic_str name = agent->tools.at[i];
        if (lint_has_wildcard(name) || config_tool(advice->config, name) != NULL) {
            continue;
        }
        lic_str start = lint_join(&advice->lint, LIC_STR("arn:lictor:mcp:"),
                                  advice->config->settings.region, LIC_STR(":client:tool/"));
        lic_str resource = lint_join(&advice->lint, start, name, LIC_STR(""));
        if (!may_call(role, LIC_STR("mcp:CallTool"), resource)) {
            lint_say_doc(&advice->lint, LINT_AGENT_TOOL_NEVER_ALLOWED,
                         LINT_WORDS(agent->name, name));
        }
    }
}

static bool may_call_every(const struct identity *role)
{
    lic_str any = LIC_STR("arn:lictor:mcp:any-region-9:any:tool/any");
    return may_call(role, LIC_STR("mcp:CallTool"), any);
}

static void check_agent(struct advice *advice, const struct config_agent *agent)
{
    const struct identity *role = identity_role(&advice->config->identities, agent->role);
    struct lint_doc *doc = ARENA_NEW(advice->lint.arena, struct lint_doc);
    if (doc == NULL || role == NULL) {
        advice->lint.rc = doc == NULL ? LIC_E_NOMEM : advice->lint.rc;
        return;
    }
    lic_str file = lint_join(&advice->lint, LIC_STR("agents/"), agent->name, LIC_STR(".yaml"));
    doc->file = file;
    advice->lint.doc = doc;
    if (!agent->tools_listed) {
        if (may_call_every(role)) {
            lint_say_doc(&advice->lint, LINT_AGENT_TOOLS_UNBOUNDED, LINT_WORDS(agent->name));
        }
        return;
    }
    for (uint32_t i = 0; i < advice->config->tools_n; i++) {
        check_tool(advice, agent, role, &advice->config->tools[i]);
    }
    check_own_tools(advice, agent, role);
}

enum lic_rc lic_engine_lint(const struct lic_engine *engine, lic_lint_fn *tell, void *arg,
                            struct lic_err *err)
{
    struct arena_pool pool;
    struct arena arena;
    CHECK(engine->magic == ENGINE_MAGIC);
    arena_pool_init(&pool, engine->host, 0);
    arena_init(&arena, &pool, 0);
    struct advice advice = { .lint = { .arena = &arena }, .config = &engine->config };
    map_init(&advice.docs, &arena, 0);
    look_at_policies(&advice);
    for (uint32_t i = 0; i < engine->config.agents_n && advice.lint.rc == LIC_OK; i++) {
        check_agent(&advice, &engine->config.agents[i]);
    }
    enum lic_rc rc = lint_tell(&advice.lint, tell, arg, err);
    arena_fini(&arena);
    arena_pool_fini(&pool);
    return rc;
}

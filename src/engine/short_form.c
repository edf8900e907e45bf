/* SPDX-License-Identifier: Apache-2.0 */
/* Rewrites invokeFunction:NAME in the statements of a document. */
#include "engine/short_form.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

static const lic_str PREFIX = { "invokeFunction:", sizeof("invokeFunction:") - 1 };

/* In lower case, as actions are compiled. */
static const lic_str LAMBDA_ACTION = { "lambda:invokefunction",
                                       sizeof("lambda:invokefunction") - 1 };
static const lic_str MCP_ACTION = { "mcp:calltool", sizeof("mcp:calltool") - 1 };

struct patterns {
    struct doc_pattern *at;
    uint32_t n, cap;
};

/* One document being rewritten; `source` is the statement at hand. */
struct expansion {
    struct arena *arena;
    struct mistakes *mistakes;
    const struct policy_doc *doc;
    const struct doc_statement *source;
    struct {
        struct doc_statement *at;
        uint32_t n, cap;
    } statements;
    bool broken; /* a mistake was noted */
    struct lic_err *err;
};

bool short_form_read(lic_str action, lic_str *out_name)
{
    bool is_short = str_eq_nocase(str_head(action, PREFIX.n), PREFIX);
    if (is_short) {
        *out_name = str_tail(action, PREFIX.n);
    }
    return is_short;
}

bool short_form_is_name(lic_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-' && c != '.' && c != '/' && c != '*' && c != '?') {
            return false;
        }
    }
    return name.n > 0;
}

/* ---- patterns ---- */

static enum lic_rc push(struct expansion *e, struct patterns *out, struct doc_pattern pattern)
{
    ENSURE(ARENA_PUSH(e->arena, out, pattern), e->err, LIC_E_NOMEM, "no memory for a statement");
    return LIC_OK;
}

static enum lic_rc add_text(struct expansion *e, struct patterns *out, lic_str text,
                            struct doc_place place, enum vars_use use)
{
    struct doc_pattern pattern = { .text = text, .place = place };
    TRY(vars_read(e->arena, text, use, /* variables= */ false, &pattern.compiled, e->err));
    return push(e, out, pattern);
}

static enum lic_rc add_resource(struct expansion *e, struct patterns *out, const char *before,
                                lic_str name, const char *after, struct doc_place place)
{
    struct buf text;
    buf_init(&text, e->arena, LIMIT_TARGET_BYTES);
    buf_add(&text, str_z(before));
    buf_add(&text, name);
    buf_add(&text, str_z(after));
    TRY(buf_check(&text, "a resource", e->err));
    return add_text(e, out, buf_str(&text), place, VARS_RESOURCE);
}

typedef enum lic_rc resources_fn(struct expansion *e, lic_str name, struct doc_place place,
                                 struct patterns *out);

/* A function by itself, and by any of its versions and aliases. */
static enum lic_rc lambda_resources(struct expansion *e, lic_str name, struct doc_place place,
                                    struct patterns *out)
{
    static const char before[] = "arn:aws*:lambda:*:*:function:";
    TRY(add_resource(e, out, before, name, "", place));
    return add_resource(e, out, before, name, ":*", place);
}

static enum lic_rc mcp_resources(struct expansion *e, lic_str name, struct doc_place place,
                                 struct patterns *out)
{
    return add_resource(e, out, "arn:lictor:mcp:*:*:tool/", name, "", place);
}

static enum lic_rc named_resources(struct expansion *e, resources_fn *add, struct patterns *out)
{
    const struct doc_patterns *actions = &e->source->actions;
    for (uint32_t i = 0; i < actions->n; i++) {
        lic_str name;
        if (short_form_read(actions->at[i].text, &name)) {
            TRY(add(e, name, actions->at[i].place, out));
        }
    }
    return LIC_OK;
}

static enum lic_rc other_actions(struct expansion *e, struct patterns *out)
{
    const struct doc_patterns *actions = &e->source->actions;
    for (uint32_t i = 0; i < actions->n; i++) {
        lic_str name;
        if (!short_form_read(actions->at[i].text, &name)) {
            TRY(push(e, out, actions->at[i]));
        }
    }
    return LIC_OK;
}

/* ---- statements ---- */

static enum lic_rc add_statement(struct expansion *e, const struct doc_statement *statement)
{
    ENSURE(ARENA_PUSH(e->arena, &e->statements, *statement), e->err, LIC_E_NOMEM,
           "no memory for a statement");
    return LIC_OK;
}

/* The source with these actions, on the resources that the short forms name (or, excluded, on all
 * others). */
static enum lic_rc add_named(struct expansion *e, lic_str action, resources_fn *resources,
                             bool excluded)
{
    struct doc_statement statement = *e->source;
    struct patterns actions = { 0 }, named = { 0 };
    TRY(add_text(e, &actions, action, e->source->actions.at[0].place, VARS_LIKE));
    TRY(named_resources(e, resources, &named));
    statement.actions = (struct doc_patterns){ .at = actions.at, .n = actions.n, .given = true };
    statement.resources =
        (struct doc_patterns){ .at = named.at, .n = named.n, .given = true, .excluded = excluded };
    return add_statement(e, &statement);
}

/* Action: what is written besides, and both actions on the names. */
static enum lic_rc expand_actions(struct expansion *e)
{
    struct doc_statement rest = *e->source;
    struct patterns others = { 0 };
    TRY(other_actions(e, &others));
    if (others.n > 0) {
        rest.actions = (struct doc_patterns){ .at = others.at, .n = others.n, .given = true };
        TRY(add_statement(e, &rest));
    }
    TRY(add_named(e, LAMBDA_ACTION, lambda_resources, /* excluded= */ false));
    return add_named(e, MCP_ACTION, mcp_resources, /* excluded= */ false);
}

static bool covers(const struct patterns *patterns, lic_str action)
{
    for (uint32_t i = 0; i < patterns->n; i++) {
        if (vars_equal(&patterns->at[i].compiled, action)) {
            return true;
        }
    }
    return false;
}

/* NotAction: every action but these two, and these two on other names unless they are excluded
 * altogether. */
static enum lic_rc expand_not_actions(struct expansion *e)
{
    struct doc_statement rest = *e->source;
    struct patterns others = { 0 };
    struct doc_place place = e->source->actions.at[0].place;
    TRY(other_actions(e, &others));
    bool lambda_excluded = covers(&others, LAMBDA_ACTION);
    bool mcp_excluded = covers(&others, MCP_ACTION);
    TRY(add_text(e, &others, LAMBDA_ACTION, place, VARS_LIKE));
    TRY(add_text(e, &others, MCP_ACTION, place, VARS_LIKE));
    rest.actions =
        (struct doc_patterns){ .at = others.at, .n = others.n, .given = true, .excluded = true };
    TRY(add_statement(e, &rest));
    if (!lambda_excluded) {
        TRY(add_named(e, LAMBDA_ACTION, lambda_resources, /* excluded= */ true));
    }
    return mcp_excluded ? LIC_OK : add_named(e, MCP_ACTION, mcp_resources, /* excluded= */ true);
}

static enum lic_rc note(struct expansion *e, struct doc_place place, const char *sentence)
{
    e->broken = true;
    return mistakes_add(e->mistakes,
                        (struct mistake_place){ e->doc->file, place.line, place.column },
                        LIC_E_INVALID, "%s", sentence);
}

static bool is_everything(const struct doc_patterns *resources)
{
    return !resources->excluded && resources->n == 1 && str_eq(resources->at[0].text, LIC_STR("*"));
}

static enum lic_rc expand(struct expansion *e, const struct doc_pattern *first_short)
{
    const struct doc_patterns *actions = &e->source->actions;
    for (uint32_t i = 0; i < actions->n; i++) {
        lic_str name;
        if (short_form_read(actions->at[i].text, &name) && !short_form_is_name(name)) {
            return note(e, actions->at[i].place,
                        "after invokeFunction: comes the name of a function or MCP tool: letters, "
                        "digits, '_', '-', '.', '/' and the wildcards '*' and '?'");
        }
    }
    if (!is_everything(&e->source->resources)) {
        return note(e, first_short->place,
                    "invokeFunction:NAME names action and resource, so its statement's Resource is "
                    "\"*\"; to narrow it down write lambda:InvokeFunction or mcp:CallTool with "
                    "their ARNs");
    }
    return actions->excluded ? expand_not_actions(e) : expand_actions(e);
}

static const struct doc_pattern *first_short(const struct doc_statement *statement)
{
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        lic_str name;
        if (short_form_read(statement->actions.at[i].text, &name)) {
            return &statement->actions.at[i];
        }
    }
    return NULL;
}

static bool has_short(const struct policy_doc *doc)
{
    for (uint32_t i = 0; i < doc->n; i++) {
        if (first_short(&doc->statements[i])) {
            return true;
        }
    }
    return false;
}

static enum lic_rc expand_all(struct expansion *e)
{
    for (uint32_t i = 0; i < e->doc->n; i++) {
        e->source = &e->doc->statements[i];
        const struct doc_pattern *pattern = first_short(e->source);
        TRY(pattern ? expand(e, pattern) : add_statement(e, e->source));
    }
    return LIC_OK;
}

enum lic_rc short_form_expand(struct arena *arena, const struct policy_doc *doc,
                              struct mistakes *mistakes, const struct policy_doc **out,
                              struct lic_err *err)
{
    struct expansion e = { .arena = arena, .mistakes = mistakes, .doc = doc, .err = err };
    if (!has_short(doc)) {
        *out = doc;
        return LIC_OK;
    }
    TRY(expand_all(&e));
    struct policy_doc *expanded = ARENA_NEW(arena, struct policy_doc);
    ENSURE(expanded, err, LIC_E_NOMEM, "no memory for a policy");
    *expanded = *doc;
    expanded->statements = e.statements.at;
    expanded->n = e.statements.n;
    *out = e.broken ? NULL : expanded;
    return LIC_OK;
}

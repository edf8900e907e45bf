/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Privilege escalation: combinations of actions that together give everything (escalate.def),
 * looked for across the statements of one document and across the documents of one role. An
 * action counts as granted when some Allow gives it on resources of the holder's choice and no
 * unconditional Deny takes it away.
 */
#include "advise/lint.h"

#include "base/banned.h"

#define STEPS_MAX 3u

static const struct escalation {
    const char *what;
    const char *actions[STEPS_MAX];
} escalations[] = {
#define ESCALATE(what, first, second, third) { what, { first, second, third } },
#include "advise/escalate.def"
#undef ESCALATE
};
#define ESCALATIONS_N (sizeof escalations / sizeof escalations[0])

/* Where an action is granted. */
struct grant {
    struct lint_doc *doc;
    uint32_t node; /* JSON_NONE: it is not */
};

/* Open to all resources of a kind: an asterisk alone, or at the end behind a slash or colon. */
static bool is_of_choice(lic_str resource)
{
    return str_eq(resource, LIC_STR("*")) || str_ends(resource, LIC_STR("/*")) ||
           str_ends(resource, LIC_STR(":*"));
}

static bool reaches(const struct lint_statement *statement)
{
    const struct lint_texts *resources = &statement->resources;
    for (uint32_t i = 0; i < resources->n && !resources->excluded; i++) {
        if (is_of_choice(resources->at[i].text)) {
            return true;
        }
    }
    return resources->given && resources->excluded;
}

static uint32_t find_action(const struct lint_statement *statement, uint32_t action)
{
    const struct lint_texts *actions = &statement->actions;
    for (uint32_t i = 0; i < actions->n; i++) {
        if (catalogue_covers(actions->at[i].text, action)) {
            return actions->excluded ? JSON_NONE : actions->at[i].node;
        }
    }
    return actions->given && actions->excluded ? actions->node : JSON_NONE;
}

/* Conditions do not make a grant harmless; passing a role to one named service nearly does. */
static bool grants(const struct lint_statement *statement)
{
    return statement->effect == LINT_ALLOW && reaches(statement) &&
           lint_condition_on(statement, LIC_STR("iam:PassedToService")) == NULL;
}

static bool denies(const struct lint_statement *statement)
{
    const struct lint_texts *resources = &statement->resources;
    bool all =
        resources->n == 1 && !resources->excluded && str_eq(resources->at[0].text, LIC_STR("*"));
    return statement->effect == LINT_DENY && all && statement->conditions.n == 0;
}

static struct grant find_grant(struct lint_doc *const *docs, uint32_t n, uint32_t action)
{
    struct grant found = { NULL, JSON_NONE };
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < docs[i]->statements.n; j++) {
            const struct lint_statement *statement = &docs[i]->statements.at[j];
            uint32_t node = find_action(statement, action);
            if (node != JSON_NONE && denies(statement)) {
                return (struct grant){ NULL, JSON_NONE };
            }
            if (node != JSON_NONE && found.doc == NULL && grants(statement)) {
                found = (struct grant){ docs[i], node };
            }
        }
    }
    return found;
}

/* Who may do all of it needs no way to get there; that is said once, where it is said. */
static bool is_administrator(struct lint_doc *const *docs, uint32_t n)
{
    uint32_t policies = catalogue_action(LIC_STR("iam:PutUserPolicy"));
    uint32_t other = catalogue_action(LIC_STR("s3:GetObject"));
    struct grant all = find_grant(docs, n, policies);
    struct grant also = find_grant(docs, n, other);
    return all.doc != NULL && also.doc == all.doc && also.node == all.node;
}

static lic_str names_of(struct lint *lint, const struct escalation *way)
{
    lic_str names = str_z(way->actions[0]);
    for (uint32_t i = 1; i < STEPS_MAX && way->actions[i] != NULL; i++) {
        names = lint_join(lint, names, LIC_STR(" + "), str_z(way->actions[i]));
    }
    return names;
}

/* True when at least one step comes from another document than the first. */
static bool find_way(struct lint_doc *const *docs, uint32_t n, const struct escalation *way,
                     struct grant *out, bool *out_spread)
{
    *out = (struct grant){ NULL, JSON_NONE };
    *out_spread = false;
    for (uint32_t i = 0; i < STEPS_MAX && way->actions[i] != NULL; i++) {
        uint32_t action = catalogue_action(str_z(way->actions[i]));
        struct grant grant = { NULL, JSON_NONE };
        if (action != CATALOGUE_NONE) {
            grant = find_grant(docs, n, action);
        }
        if (grant.doc == NULL) {
            return false;
        }
        *out_spread = *out_spread || (i > 0 && grant.doc != out->doc);
        *out = i == 0 ? grant : *out;
    }
    return true;
}

/* Several documents: only what none of them says by itself. */
void lint_escalate(struct lint *lint, struct lint_doc *const *docs, uint32_t n, lic_str whose)
{
    if (n == 0 || !(lint_is_identity(docs[0]->kind) && docs[0]->kind != LIC_LINT_BOUNDARY) ||
        is_administrator(docs, n)) {
        return;
    }
    for (size_t i = 0; i < ESCALATIONS_N && lint->rc == LIC_OK; i++) {
        struct grant first;
        bool spread = false;
        if (!find_way(docs, n, &escalations[i], &first, &spread) || (n > 1 && !spread)) {
            continue;
        }
        lic_str names = names_of(lint, &escalations[i]);
        if (whose.n > 0) {
            names = lint_join(lint, names, LIC_STR(", across the policies of "), whose);
        }
        lint->doc = first.doc;
        lint_say(lint, LINT_PRIVILEGE_ESCALATION, first.node,
                 LINT_WORDS(str_z(escalations[i].what), names));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a policy leniently: what is there is taken, what is missing or of the wrong form is said.
 * Names and forms only; what the values mean is for the other checks.
 */
#include "advise/lint.h"

#include "base/err.h"

#include "base/banned.h"

static const char *json_word(enum json_type type)
{
    static const char *const words[] = { "null",   "a boolean", "a boolean", "a number",
                                         "a text", "a list",    "an object" };
    return words[type];
}

static void expect(struct lint *lint, uint32_t node, lic_str what, const char *form)
{
    lic_str is = str_z(json_word(json_type(&lint->doc->json, node)));
    lic_str wanted = lint_join(lint, str_z(form), LIC_STR(", not "), is);
    lint_say(lint, LINT_DATA_TYPE_MISMATCH, node, LINT_WORDS(what, wanted));
}

static lic_str take_text(struct lint *lint, uint32_t node)
{
    lic_str text = { "", 0 };
    if (lint->rc == LIC_OK && json_is(&lint->doc->json, node, JSON_STRING)) {
        lint->rc = json_text(&lint->doc->json, node, lint->arena, &text, NULL);
        return text;
    }
    return json_raw(&lint->doc->json, node);
}

static lic_str take_key(struct lint *lint, uint32_t node)
{
    lic_str text = { "", 0 };
    if (lint->rc == LIC_OK) {
        lint->rc = json_key_text(&lint->doc->json, node, lint->arena, &text, NULL);
    }
    return text;
}

static void push_text(struct lint *lint, struct lint_texts *texts, uint32_t node)
{
    struct lint_text text = { take_text(lint, node), node };
    if (!ARENA_PUSH(lint->arena, texts, text)) {
        lint->rc = LIC_E_NOMEM;
    }
}

/* One text or a list of them. */
static void read_texts(struct lint *lint, uint32_t node, lic_str name, struct lint_texts *out)
{
    const struct json_doc *json = &lint->doc->json;
    if (json_is(json, node, JSON_STRING)) {
        push_text(lint, out, node);
        return;
    }
    if (!json_is(json, node, JSON_ARRAY)) {
        expect(lint, node, name, "a text or a list of texts");
        return;
    }
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        if (json_is(json, i, JSON_STRING)) {
            push_text(lint, out, i);
        } else {
            expect(lint, i, name, "a list of texts");
        }
    }
}

/* ---- Action, Resource ---- */

static void read_either(struct lint *lint, uint32_t statement, lic_str name, lic_str not_name,
                        struct lint_texts *out)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t plain = json_get(json, statement, name), not_ = json_get(json, statement, not_name);
    if (plain != JSON_NONE && not_ != JSON_NONE) {
        lint_say_key(lint, LINT_UNSUPPORTED_ELEMENT_COMBINATION, not_, LINT_WORDS(name, not_name));
    }
    out->node = plain != JSON_NONE ? plain : not_;
    out->given = out->node != JSON_NONE;
    out->excluded = out->given && plain == JSON_NONE;
    if (out->given) {
        read_texts(lint, out->node, out->excluded ? not_name : name, out);
    }
}

static bool is_empty_list(const struct lint *lint, uint32_t node)
{
    return json_is(&lint->doc->json, node, JSON_ARRAY) && lint->doc->json.nodes[node].n == 0;
}

static void read_actions(struct lint *lint, struct lint_statement *out)
{
    struct lint_texts *actions = &out->actions;
    read_either(lint, out->node, LIC_STR("Action"), LIC_STR("NotAction"), actions);
    if (!actions->given) {
        lint_say(lint, LINT_MISSING_ACTION, out->node, LINT_NO_WORDS);
    } else if (is_empty_list(lint, actions->node)) {
        lic_str name = actions->excluded ? LIC_STR("NotAction") : LIC_STR("Action");
        lint_say(lint, LINT_EMPTY_ARRAY_ACTION, actions->node, LINT_WORDS(name));
    }
}

static void read_resources(struct lint *lint, struct lint_statement *out)
{
    struct lint_texts *resources = &out->resources;
    read_either(lint, out->node, LIC_STR("Resource"), LIC_STR("NotResource"), resources);
    lic_str name = resources->excluded ? LIC_STR("NotResource") : LIC_STR("Resource");
    bool trust = lint->doc->kind == LIC_LINT_TRUST;
    if (!resources->given && !trust) {
        lint_say(lint, LINT_MISSING_RESOURCE, out->node, LINT_NO_WORDS);
    } else if (resources->given && trust) {
        lint_say_key(lint, LINT_ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE, resources->node,
                     LINT_WORDS(name));
    } else if (resources->given && is_empty_list(lint, resources->node)) {
        lint_say(lint, LINT_EMPTY_ARRAY_RESOURCE, resources->node, LINT_WORDS(name));
    }
}

/* ---- Principal ---- */

static bool read_who(lic_str key, enum lint_who *out)
{
    static const lic_str names[] = {
        { "AWS", 3 }, { "Service", 7 }, { "Federated", 9 }, { "CanonicalUser", 13 }
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_eq(key, names[i])) {
            *out = (enum lint_who)i;
            return true;
        }
    }
    return false;
}

static void push_principal(struct lint *lint, struct lint_principals *out,
                           struct lint_principal principal)
{
    if (!ARENA_PUSH(lint->arena, out, principal)) {
        lint->rc = LIC_E_NOMEM;
    }
}

static void read_principal_member(struct lint *lint, uint32_t node, struct lint_principals *out)
{
    lic_str key = take_key(lint, node);
    enum lint_who who;
    if (!read_who(key, &who)) {
        lint_say_key(lint, LINT_INVALID_PRINCIPAL_KEY, node, LINT_WORDS(key));
        return;
    }
    struct lint_texts texts = { 0 };
    read_texts(lint, node, key, &texts);
    if (is_empty_list(lint, node)) {
        lint_say(lint, LINT_EMPTY_ARRAY_PRINCIPAL, node, LINT_NO_WORDS);
    }
    for (uint32_t i = 0; i < texts.n; i++) {
        struct lint_principal principal = { who, false, texts.at[i].text, texts.at[i].node };
        push_principal(lint, out, principal);
    }
}

static void read_principal_value(struct lint *lint, lic_str name, struct lint_principals *out)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t node = out->node;
    if (json_is(json, node, JSON_STRING) && str_eq(json_raw(json, node), LIC_STR("*"))) {
        struct lint_principal anyone = { LINT_WHO_AWS, true, LIC_STR("*"), node };
        push_principal(lint, out, anyone);
        return;
    }
    if (!json_is(json, node, JSON_OBJECT)) {
        lint_say(lint, LINT_INVALID_PRINCIPAL_FORMAT, node, LINT_WORDS(take_text(lint, node)));
        return;
    }
    if (json->nodes[node].n == 0) {
        lint_say(lint, LINT_EMPTY_OBJECT_PRINCIPAL, node, LINT_WORDS(name));
    }
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        read_principal_member(lint, i, out);
    }
}

static bool takes_principal(enum lic_lint_kind kind)
{
    return kind == LIC_LINT_RESOURCE || kind == LIC_LINT_TRUST || kind == LIC_LINT_KEY ||
           kind == LIC_LINT_RCP;
}

/* Which kinds take Principal, and which take NotPrincipal. */
static void check_principal_element(struct lint *lint, const struct lint_statement *statement,
                                    lic_str name)
{
    const struct lint_principals *who = &statement->principals;
    enum lic_lint_kind kind = lint->doc->kind;
    lic_str kind_name = str_z(lic_lint_kind_name(kind));
    if (takes_principal(kind) && !who->given) {
        lint_say(lint, LINT_MISSING_PRINCIPAL, statement->node, LINT_WORDS(kind_name));
    } else if (!who->given) {
        return;
    } else if (kind == LIC_LINT_SCP) {
        lint_say_key(lint, LINT_SCP_SYNTAX_ERROR_PRINCIPAL, who->node, LINT_WORDS(name));
    } else if (!takes_principal(kind)) {
        lic_str which = lint_join(lint, LIC_STR("this "), kind_name, LIC_STR(""));
        lint_say_key(lint, LINT_UNSUPPORTED_PRINCIPAL, who->node, LINT_WORDS(which, name));
    } else if (who->excluded && kind == LIC_LINT_TRUST) {
        lint_say_key(lint, LINT_ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL, who->node,
                     LINT_NO_WORDS);
    }
}

static void read_principals(struct lint *lint, struct lint_statement *out)
{
    const struct json_doc *json = &lint->doc->json;
    struct lint_principals *who = &out->principals;
    uint32_t plain = json_get(json, out->node, LIC_STR("Principal"));
    uint32_t not_ = json_get(json, out->node, LIC_STR("NotPrincipal"));
    lic_str name = plain != JSON_NONE ? LIC_STR("Principal") : LIC_STR("NotPrincipal");
    if (plain != JSON_NONE && not_ != JSON_NONE) {
        lint_say_key(lint, LINT_UNSUPPORTED_ELEMENT_COMBINATION, not_,
                     LINT_WORDS(LIC_STR("Principal"), LIC_STR("NotPrincipal")));
    }
    who->node = plain != JSON_NONE ? plain : not_;
    who->given = who->node != JSON_NONE;
    who->excluded = who->given && plain == JSON_NONE;
    check_principal_element(lint, out, name);
    if (who->given) {
        read_principal_value(lint, name, who);
    }
}

/* ---- Condition ---- */

static bool is_scalar(enum json_type type)
{
    return type == JSON_STRING || type == JSON_NUMBER || type == JSON_TRUE || type == JSON_FALSE;
}

static void read_values(struct lint *lint, uint32_t node, struct lint_condition *out)
{
    const struct json_doc *json = &lint->doc->json;
    out->values.node = node;
    if (is_scalar(json_type(json, node))) {
        push_text(lint, &out->values, node);
        return;
    }
    if (!json_is(json, node, JSON_ARRAY)) {
        expect(lint, node, out->key, "a text, a number, a boolean or a list of them");
        return;
    }
    bool texts = false, others = false;
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        enum json_type type = json_type(json, i);
        texts = texts || type == JSON_STRING;
        others = others || (is_scalar(type) && type != JSON_STRING);
        if (is_scalar(type)) {
            push_text(lint, &out->values, i);
        } else {
            expect(lint, i, out->key, "a list of texts, numbers or booleans");
        }
    }
    if (texts && others) {
        lint_say(lint, LINT_INVALID_CONDITION_DATA_TYPE, node, LINT_WORDS(out->key));
    }
}

static void say_empty(struct lint *lint, const struct lint_condition *condition)
{
    enum lint_code code = LINT_EMPTY_ARRAY_CONDITION;
    if (condition->cond.set == COND_SET_ALL) {
        code = LINT_EMPTY_ARRAY_CONDITION_FORALLVALUES;
    } else if (condition->cond.set == COND_SET_ANY) {
        code = LINT_EMPTY_ARRAY_CONDITION_FORANYVALUE;
    } else if (condition->cond.if_exists) {
        code = LINT_EMPTY_ARRAY_CONDITION_IFEXISTS;
    }
    lint_say(lint, code, condition->node, LINT_WORDS(condition->key));
}

static bool is_duplicate(const struct lint_statement *statement,
                         const struct lint_condition *condition)
{
    for (uint32_t i = statement->conditions.n; i > 0; i--) {
        const struct lint_condition *other = &statement->conditions.at[i - 1];
        if (!str_eq(other->operator_text, condition->operator_text)) {
            return false;
        }
        if (str_eq_nocase(other->key, condition->key)) {
            return true;
        }
    }
    return false;
}

#define KEYS_COMPARED_MAX 500u /* under one operator; more are not compared with each other */

static void read_key(struct lint *lint, const struct lint_condition *operator, uint32_t node,
                     struct lint_statement *out)
{
    struct lint_condition condition = *operator;
    condition.key = take_key(lint, node);
    condition.node = node;
    condition.catalogue = catalogue_key(condition.key);
    read_values(lint, node, &condition);
    if (is_empty_list(lint, node)) {
        say_empty(lint, &condition);
    }
    if (out->conditions.n < KEYS_COMPARED_MAX && is_duplicate(out, &condition)) {
        lint_say_key(lint, LINT_DUPLICATE_KEYS_WITH_DIFFERENT_CASE, node,
                     LINT_WORDS(condition.key));
    }
    if (!ARENA_PUSH(lint->arena, &out->conditions, condition)) {
        lint->rc = LIC_E_NOMEM;
    }
}

static enum lint_code operator_mistake(lic_str name)
{
    if (str_ends(name, LIC_STR(":Null"))) {
        return LINT_NULL_WITH_QUALIFIER;
    }
    return str_ends(name, LIC_STR("NullIfExists")) ? LINT_NULL_WITH_IF_EXISTS
                                                   : LINT_INVALID_CONDITION_OPERATOR;
}

static void read_operator(struct lint *lint, uint32_t node, struct lint_statement *out)
{
    const struct json_doc *json = &lint->doc->json;
    struct lint_condition condition = { .operator_text = take_key(lint, node) };
    lic_str name = condition.operator_text;
    if (cond_read_operator(name, &condition.cond, NULL) != LIC_OK) {
        lint_say_key(lint, operator_mistake(name), node, LINT_WORDS(name));
        condition.cond = (struct cond){ 0 };
    }
    if (!json_is(json, node, JSON_OBJECT)) {
        expect(lint, node, name, "an object of keys and values");
        return;
    }
    if (json->nodes[node].n == 0) {
        lint_say(lint, LINT_EMPTY_OBJECT_CONDITION, node, LINT_NO_WORDS);
    }
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        read_key(lint, &condition, i, out);
    }
}

static void read_conditions(struct lint *lint, struct lint_statement *out)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t node = json_get(json, out->node, LIC_STR("Condition"));
    if (node == JSON_NONE) {
        return;
    }
    if (!json_is(json, node, JSON_OBJECT)) {
        expect(lint, node, LIC_STR("Condition"), "an object of operators");
        return;
    }
    if (json->nodes[node].n == 0) {
        lint_say(lint, LINT_EMPTY_OBJECT_CONDITION, node, LINT_NO_WORDS);
    }
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        read_operator(lint, i, out);
    }
}

/* ---- Sid, Effect, Statement ---- */

static void read_effect(struct lint *lint, struct lint_statement *out)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t node = json_get(json, out->node, LIC_STR("Effect"));
    if (node == JSON_NONE) {
        lint_say(lint, LINT_MISSING_EFFECT, out->node, LINT_NO_WORDS);
        return;
    }
    if (!json_is(json, node, JSON_STRING)) {
        expect(lint, node, LIC_STR("Effect"), "a text");
        return;
    }
    lic_str effect = take_text(lint, node);
    if (str_eq(effect, LIC_STR("Allow"))) {
        out->effect = LINT_ALLOW;
    } else if (str_eq(effect, LIC_STR("Deny"))) {
        out->effect = LINT_DENY;
    } else {
        lint_say(lint, LINT_INVALID_EFFECT, node, LINT_WORDS(effect));
    }
}

static bool is_plain_word(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return true;
}

/* Services that keep resource policies take more than letters and digits. */
static void read_sid(struct lint *lint, struct lint_statement *out)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t node = json_get(json, out->node, LIC_STR("Sid"));
    if (node == JSON_NONE) {
        return;
    }
    if (!json_is(json, node, JSON_STRING)) {
        expect(lint, node, LIC_STR("Sid"), "a text");
        return;
    }
    out->sid = (struct lint_text){ take_text(lint, node), node };
    bool strict = lint->doc->kind != LIC_LINT_RESOURCE && lint->doc->kind != LIC_LINT_KEY;
    if (out->sid.text.n == 0) {
        lint_say(lint, LINT_EMPTY_SID_VALUE, node, LINT_NO_WORDS);
    } else if (strict && !is_plain_word(out->sid.text)) {
        lint_say(lint, LINT_UNSUPPORTED_SID, node, LINT_WORDS(out->sid.text));
    }
}

static void check_members(struct lint *lint, uint32_t node, const char *const *names, size_t n)
{
    const struct json_doc *json = &lint->doc->json;
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        bool known = false;
        for (size_t j = 0; j < n && !known; j++) {
            known = json_key_is(json, i, str_z(names[j]));
        }
        if (!known) {
            lint_say_key(lint, LINT_INVALID_POLICY_ELEMENT, i, LINT_WORDS(take_key(lint, i)));
        }
    }
}

static void read_statement(struct lint *lint, uint32_t node)
{
    static const char *const members[] = { "Sid",          "Effect",      "Principal",
                                           "NotPrincipal", "Action",      "NotAction",
                                           "Resource",     "NotResource", "Condition" };
    if (!json_is(&lint->doc->json, node, JSON_OBJECT)) {
        expect(lint, node, LIC_STR("a statement"), "an object");
        return;
    }
    struct lint_statement statement = { .node = node, .number = lint->doc->statements.n };
    check_members(lint, node, members, sizeof members / sizeof members[0]);
    read_sid(lint, &statement);
    read_effect(lint, &statement);
    read_principals(lint, &statement);
    read_actions(lint, &statement);
    read_resources(lint, &statement);
    read_conditions(lint, &statement);
    if (!ARENA_PUSH(lint->arena, &lint->doc->statements, statement)) {
        lint->rc = LIC_E_NOMEM;
    }
}

static void read_statements(struct lint *lint)
{
    const struct json_doc *json = &lint->doc->json;
    uint32_t node = json_get(json, 0, LIC_STR("Statement"));
    if (node == JSON_NONE || is_empty_list(lint, node)) {
        lint_say(lint, LINT_MISSING_STATEMENT, node, LINT_NO_WORDS);
        return;
    }
    if (json_is(json, node, JSON_OBJECT)) {
        read_statement(lint, node);
        return;
    }
    if (!json_is(json, node, JSON_ARRAY)) {
        expect(lint, node, LIC_STR("Statement"), "an object or a list of them");
        return;
    }
    for (uint32_t i = json_first(json, node); i != JSON_NONE; i = json_next(json, node, i)) {
        read_statement(lint, i);
    }
}

static void read_version(struct lint *lint)
{
    uint32_t node = json_get(&lint->doc->json, 0, LIC_STR("Version"));
    if (node == JSON_NONE) {
        lint_say(lint, LINT_MISSING_VERSION, 0, LINT_NO_WORDS);
        return;
    }
    if (!json_is(&lint->doc->json, node, JSON_STRING)) {
        expect(lint, node, LIC_STR("Version"), "a text");
        return;
    }
    lic_str version = take_text(lint, node);
    lint->doc->variables = str_eq(version, LIC_STR("2012-10-17"));
    if (!lint->doc->variables && !str_eq(version, LIC_STR("2008-10-17"))) {
        lint_say(lint, LINT_INVALID_VERSION, node, LINT_WORDS(version));
    }
}

static void read_id(struct lint *lint)
{
    uint32_t node = json_get(&lint->doc->json, 0, LIC_STR("Id"));
    if (node != JSON_NONE && !json_is(&lint->doc->json, node, JSON_STRING)) {
        expect(lint, node, LIC_STR("Id"), "a text");
    }
}

bool lint_read(struct lint *lint)
{
    static const char *const members[] = { "Version", "Id", "Statement" };
    struct lic_err err = { 0 };
    struct lint_doc *doc = lint->doc;
    enum lic_rc rc = json_read(lint->arena, doc->text, NULL, &doc->json, &err);
    if (rc == LIC_E_NOMEM) {
        lint->rc = rc;
        return false;
    }
    if (rc != LIC_OK) {
        lic_str why = str_copy(lint->arena, str_z(err.text));
        lint->rc = why.at == NULL ? LIC_E_NOMEM : lint->rc;
        lint_say_at(lint, LINT_JSON_SYNTAX_ERROR, err.offset, LINT_WORDS(why));
        return false;
    }
    if (json_type(&doc->json, 0) != JSON_OBJECT) {
        expect(lint, 0, LIC_STR("a policy"), "an object");
        return false;
    }
    check_members(lint, 0, members, sizeof members / sizeof members[0]);
    read_version(lint);
    read_id(lint);
    read_statements(lint);
    return lint->rc == LIC_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Condition keys: whether they exist, and whether requests for these actions carry them. */
#include "advise/lint.h"

#include "base/banned.h"

#define KEY(literal) LIC_STR(literal)

static bool is_key(const struct lint_condition *condition, const char *key)
{
    return str_eq_nocase(condition->key, str_z(key));
}

static bool is_one_of(const struct lint_condition *condition, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lic_str key = str_z(keys[i]);
        bool family = key.at[key.n - 1] == '/';
        if (family ? lint_starts_nocase(condition->key, key) : is_key(condition, keys[i])) {
            return true;
        }
    }
    return false;
}
#define IS_ONE_OF(condition, table) is_one_of(condition, table, sizeof(table) / sizeof(table)[0])

/* ---- does it exist ---- */

static bool is_tag_family(lic_str key)
{
    static const char *const families[] = { "aws:RequestTag", "aws:ResourceTag",
                                            "aws:PrincipalTag" };
    lic_str bare = str_ends(key, LIC_STR("/")) ? str_head(key, key.n - 1) : key;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (str_eq_nocase(bare, str_z(families[i]))) {
            return true;
        }
    }
    return false;
}

static void check_global(struct lint *lint, const struct lint_condition *condition)
{
    lic_str key = condition->key;
    if (is_tag_family(key)) {
        lic_str bare = str_ends(key, LIC_STR("/")) ? str_head(key, key.n - 1) : key;
        lint_say_key(lint, LINT_MISSING_TAG_KEY_IN_CONDITION, condition->node, LINT_WORDS(bare));
    } else if (is_key(condition, "aws:ARN")) {
        bool identity = lint_is_identity(lint->doc->kind);
        lint_say_key(lint,
                     identity ? LINT_DEPRECATED_GLOBAL_CONDITION_KEY
                              : LINT_UNSUPPORTED_GLOBAL_CONDITION_KEY,
                     condition->node, LINT_WORDS(key));
    } else {
        lic_str near = catalogue_nearest_key(key);
        lint_say_key(lint, LINT_INVALID_GLOBAL_CONDITION_KEY, condition->node,
                     LINT_WORDS(key, lint_did_you_mean(lint, LIC_STR(""), near)));
    }
}

static void check_exists(struct lint *lint, const struct lint_condition *condition)
{
    lic_str key = condition->key;
    size_t colon = str_find_char(key, ':');
    lic_str prefix = str_head(key, colon);
    if (colon == key.n || colon == 0 || colon + 1 == key.n) {
        lint_say_key(lint, LINT_INVALID_CONDITION_KEY_FORMAT, condition->node, LINT_WORDS(key));
    } else if (str_eq_nocase(prefix, LIC_STR("aws"))) {
        check_global(lint, condition);
    } else if (catalogue_service(prefix) != CATALOGUE_NONE) {
        lic_str near = catalogue_nearest_key(key);
        lint_say_key(lint, LINT_INVALID_SERVICE_CONDITION_KEY, condition->node,
                     LINT_WORDS(key, prefix, lint_did_you_mean(lint, LIC_STR(""), near)));
    } else if (str_find_char(prefix, '.') == prefix.n) {
        /* A dot makes it an identity provider's, whose keys nobody lists. */
        lic_str near = catalogue_nearest_service(prefix);
        lint_say_key(lint, LINT_INVALID_SERVICE, condition->node,
                     LINT_WORDS(prefix, lint_did_you_mean(lint, LIC_STR(""), near)));
    }
}

/* ---- do these actions carry it ---- */

static bool carries(uint32_t action, uint32_t key)
{
    if (catalogue_has(catalogue_action_keys(action), key)) {
        return true;
    }
    for (uint32_t i = 0; i < catalogue_action_resources_n(action); i++) {
        bool required = false;
        uint32_t resource = catalogue_action_resource(action, i, &required);
        if (catalogue_has(catalogue_resource_keys(resource), key)) {
            return true;
        }
    }
    return false;
}

static void check_carried(struct lint *lint, const struct lint_statement *statement,
                          const struct lint_condition *condition)
{
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        const struct lint_text *name = &statement->actions.at[i];
        uint32_t action = catalogue_action(name->text);
        if (lint_has_wildcard(name->text) || action == CATALOGUE_NONE ||
            carries(action, condition->catalogue)) {
            continue;
        }
        lint_say(lint, LINT_UNSUPPORTED_ACTION_FOR_CONDITION_KEY, name->node,
                 LINT_WORDS(name->text, condition->key));
    }
}

/* ---- tags of resources, which many services do not set ---- */

static bool any_carries(lic_str pattern, uint32_t key)
{
    struct catalogue_walk walk = catalogue_walk(pattern);
    uint32_t action = catalogue_next(&walk);
    bool unknown = action == CATALOGUE_NONE;
    while (action != CATALOGUE_NONE && !carries(action, key)) {
        action = catalogue_next(&walk);
    }
    return unknown || action != CATALOGUE_NONE;
}

static void check_tag(struct lint *lint, const struct lint_statement *statement,
                      const struct lint_condition *condition)
{
    bool deny = statement->effect == LINT_DENY;
    if (statement->actions.excluded) {
        lint_say_key(lint,
                     deny ? LINT_DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
                          : LINT_ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
                     condition->node, LINT_WORDS(condition->key));
        return;
    }
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        const struct lint_text *name = &statement->actions.at[i];
        size_t colon = str_find_char(name->text, ':');
        lic_str prefix = str_head(name->text, colon);
        if (colon == name->text.n || lint_has_wildcard(prefix) ||
            any_carries(name->text, condition->catalogue)) {
            continue;
        }
        lint_say(lint,
                 deny ? LINT_DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
                      : LINT_ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
                 name->node, LINT_WORDS(condition->key, prefix));
    }
}

/* ---- keys that only mean something beside another action, key or kind of policy ---- */

static bool names_action(const struct lint_statement *statement, lic_str action)
{
    uint32_t id = catalogue_action(action);
    for (uint32_t i = 0; i < statement->actions.n && id != CATALOGUE_NONE; i++) {
        if (catalogue_covers(statement->actions.at[i].text, id)) {
            return true;
        }
    }
    return false;
}

static void check_missing_action(struct lint *lint, const struct lint_statement *statement,
                                 const struct lint_condition *condition)
{
    static const struct {
        const char *key, *action;
    } rows[] = {
        { "sts:TransitiveTagKeys", "sts:TagSession" },
        { "aws:RequestTag/", "sts:TagSession" },
        { "sts:SourceIdentity", "sts:SetSourceIdentity" },
    };
    if (lint->doc->kind != LIC_LINT_TRUST || statement->actions.excluded) {
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lic_str action = str_z(rows[i].action);
        if (is_one_of(condition, &rows[i].key, 1) && !names_action(statement, action)) {
            lint_say_key(lint, LINT_MISSING_ACTION_FOR_CONDITION_KEY, condition->node,
                         LINT_WORDS(action, condition->key));
        }
    }
}

static void check_paired(struct lint *lint, const struct lint_statement *statement,
                         const struct lint_condition *condition)
{
    static const struct {
        const char *key, *pair;
    } rows[] = {
        { "aws:VpcSourceIp", "aws:SourceVpc" },
        { "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_key(condition, rows[i].key) &&
            lint_condition_on(statement, str_z(rows[i].pair)) == NULL &&
            lint_condition_on(statement, LIC_STR("aws:SourceVpcArn")) == NULL) {
            lint_say_key(lint, LINT_MISSING_PAIRED_CONDITION_KEYS, condition->node,
                         LINT_WORDS(condition->key, str_z(rows[i].pair)));
        }
    }
}

static bool is_broad(const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        lic_str prefix = str_head(statement->actions.at[i].text,
                                  str_find_char(statement->actions.at[i].text, ':'));
        if (lint_has_wildcard(prefix)) {
            return true;
        }
    }
    return statement->actions.excluded;
}

static bool only_services(const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->principals.n; i++) {
        if (statement->principals.at[i].who != LINT_WHO_SERVICE) {
            return false;
        }
    }
    return statement->principals.n > 0 && !statement->principals.excluded;
}

static void check_trust(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition)
{
    static const char *const spoofed[] = { "aws:Referer", "aws:UserAgent" };
    if (!IS_ONE_OF(condition, spoofed) || statement->effect != LINT_ALLOW) {
        return;
    }
    lint_say_key(lint, LINT_UNTRUSTWORTHY_CONDITION_KEY, condition->node,
                 LINT_WORDS(condition->key));
    if (only_services(statement)) {
        lint_say_key(lint, LINT_RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, condition->node,
                     LINT_WORDS(statement->principals.at[0].text, condition->key));
    }
}

static void check_place(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition)
{
    static const char *const endpoint[] = { "aws:VpceAccount", "aws:VpceOrgID",
                                            "aws:VpceOrgPaths" };
    static const char *const of_callers[] = { "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
                                              "aws:PrincipalArn",   "aws:PrincipalAccount",
                                              "aws:PrincipalTag/",  "aws:PrincipalType",
                                              "aws:userid",         "aws:username" };
    static const char *const of_resources[] = { "s3:ResourceAccount", "aws:ResourceAccount",
                                                "aws:ResourceOrgID", "aws:ResourceOrgPaths" };
    if (IS_ONE_OF(condition, endpoint) && is_broad(statement)) {
        lint_say_key(lint, LINT_USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES, condition->node,
                     LINT_WORDS(condition->key));
    }
    if (IS_ONE_OF(condition, of_callers) && only_services(statement)) {
        lint_say_key(lint, LINT_UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, condition->node,
                     LINT_WORDS(condition->key));
    }
    bool of_resource = lint->doc->kind == LIC_LINT_RESOURCE || lint->doc->kind == LIC_LINT_KEY;
    if (IS_ONE_OF(condition, of_resources) && of_resource) {
        lint_say_key(lint, LINT_IRRELEVANT_CONDITION_KEY_IN_POLICY, condition->node,
                     LINT_WORDS(condition->key));
    }
}

/* Keys of a tool call, where no tool is called. */
static void check_tool_key(struct lint *lint, const struct lint_statement *statement,
                           const struct lint_condition *condition)
{
    static const char *const keys[] = { "lictor:Argument/", "lictor:ArgumentSource/",
                                        "lictor:ToolKind", "lictor:Tool" };
    if (!IS_ONE_OF(condition, keys) || statement->actions.excluded) {
        return;
    }
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        const struct lint_text *action = &statement->actions.at[i];
        lic_str prefix = str_head(action->text, str_find_char(action->text, ':'));
        bool tool = lint_has_wildcard(prefix) || str_eq_nocase(prefix, LIC_STR("mcp")) ||
                    str_eq_nocase(prefix, LIC_STR("lambda")) ||
                    str_eq_nocase(prefix, LIC_STR("invokeFunction"));
        if (!tool) {
            lint_say(lint, LINT_TOOL_ARGUMENT_UNKNOWN_ACTION, action->node,
                     LINT_WORDS(condition->key, action->text));
        }
    }
}

/* ---- resource control policies hit services, too ---- */

static bool asks_for_service(const struct lint_statement *statement, lic_str answer)
{
    const struct lint_condition *is =
        lint_condition_on(statement, KEY("aws:PrincipalIsAWSService"));
    return is != NULL && is->values.n == 1 && str_eq_nocase(is->values.at[0].text, answer);
}

static bool asks_for_source(const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        const struct lint_condition *condition = &statement->conditions.at[i];
        bool source = is_key(condition, "aws:SourceAccount") || is_key(condition, "aws:SourceArn");
        if (source && str_eq(condition->operator_text, LIC_STR("Null"))) {
            return true;
        }
    }
    return false;
}

void lint_condition_rcp(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition)
{
    static const char *const callers[] = { "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
                                           "aws:PrincipalAccount", "aws:PrincipalArn",
                                           "aws:PrincipalTag/" };
    static const char *const sources[] = { "aws:SourceOrgID", "aws:SourceOrgPaths",
                                           "aws:SourceAccount", "aws:SourceArn" };
    static const char *const orgs[] = { "aws:SourceOrgID", "aws:SourceOrgPaths" };
    bool null = str_eq(condition->operator_text, LIC_STR("Null"));
    struct lint_words words = LINT_WORDS(condition->key);
    uint32_t node = condition->node;
    if (lint->doc->kind != LIC_LINT_RCP || statement->effect != LINT_DENY || null) {
        return;
    }
    if (IS_ONE_OF(condition, callers) && !asks_for_service(statement, LIC_STR("false"))) {
        lint_say_key(lint, LINT_RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY, node, words);
    }
    if (IS_ONE_OF(condition, sources) && !asks_for_service(statement, LIC_STR("true"))) {
        enum lint_code code = LINT_RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY;
        lint_say_key(lint, code, node, words);
    }
    if (IS_ONE_OF(condition, orgs) && !asks_for_source(statement)) {
        lint_say_key(lint, LINT_RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK, node, words);
    }
}

/* A trust policy's keys come from identity providers and tokens, not from the action. */
void lint_condition_key(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition)
{
    uint32_t key = condition->catalogue;
    if (key == CATALOGUE_NONE) {
        check_exists(lint, condition);
        return;
    }
    bool tag = lint_starts_nocase(condition->key, LIC_STR("aws:ResourceTag/"));
    bool trust = lint->doc->kind == LIC_LINT_TRUST;
    if (tag && !trust) {
        check_tag(lint, statement, condition);
    } else if (!catalogue_key_is_global(key) && !trust && !statement->actions.excluded &&
               !lint_starts_nocase(condition->key, LIC_STR("aws:"))) {
        check_carried(lint, statement, condition);
    }
    check_missing_action(lint, statement, condition);
    check_paired(lint, statement, condition);
    check_trust(lint, statement, condition);
    check_place(lint, statement, condition);
    check_tool_key(lint, statement, condition);
}

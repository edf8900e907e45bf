/* SPDX-License-Identifier: Apache-2.0 */
/* Actions: whether they exist, fit the kind of policy, and are not said twice. */
#include "advise/lint.h"

#include "base/banned.h"

static lic_str service_of(lic_str action)
{
    return str_head(action, str_find_char(action, ':'));
}

static void check_service(struct lint *lint, const struct lint_text *action, lic_str prefix)
{
    lic_str near = catalogue_nearest_service(prefix);
    if (near.n > 0) {
        lint_say(lint, LINT_INVALID_SERVICE_IN_ACTION, action->node, LINT_WORDS(prefix, near));
        return;
    }
    lint_say(lint, LINT_INVALID_SERVICE, action->node, LINT_WORDS(prefix));
}

static bool covers_any(lic_str pattern)
{
    struct catalogue_walk walk = catalogue_walk(pattern);
    return catalogue_next(&walk) != CATALOGUE_NONE;
}

static void check_name(struct lint *lint, const struct lint_text *action, uint32_t service)
{
    lic_str prefix = str_head(action->text, str_find_char(action->text, ':') + 1);
    lic_str name = str_tail(action->text, prefix.n);
    bool pattern = lint_has_wildcard(name);
    bool exists =
        pattern ? covers_any(action->text) : catalogue_action_in(service, name) != CATALOGUE_NONE;
    if (exists || str_eq(name, LIC_STR("*"))) {
        return;
    }
    lic_str near = pattern ? LIC_STR("") : catalogue_nearest_action(service, name);
    lic_str hint = lint_did_you_mean(lint, prefix, near);
    lint_say(lint, LINT_INVALID_ACTION, action->node, LINT_WORDS(action->text, hint));
}

static void check_exists(struct lint *lint, const struct lint_text *action)
{
    lic_str prefix = service_of(action->text);
    if (prefix.n == action->text.n) {
        lint_say(lint, LINT_INVALID_ACTION, action->node,
                 LINT_WORDS(action->text, LIC_STR(": actions are written service:name")));
        return;
    }
    if (lint_has_wildcard(prefix)) {
        lint_say(lint, LINT_WILDCARD_IN_SERVICE_NAME, action->node, LINT_WORDS(action->text));
        return;
    }
    uint32_t service = catalogue_service(prefix);
    if (service == CATALOGUE_NONE) {
        check_service(lint, action, prefix);
        return;
    }
    check_name(lint, action, service);
}

/* ---- what the kind of policy takes ---- */

static void check_scp(struct lint *lint, const struct lint_text *action)
{
    lic_str text = action->text;
    bool star_at_end = text.n > 0 && text.at[text.n - 1] == '*';
    if (lint_has_wildcard(str_head(text, text.n - star_at_end))) {
        lint_say(lint, LINT_SCP_SYNTAX_ERROR_ACTION_WILDCARD, action->node, LINT_WORDS(text));
    }
}

static void check_rcp(struct lint *lint, const struct lint_statement *statement,
                      const struct lint_text *action)
{
    uint32_t service = catalogue_service(service_of(action->text));
    bool all = str_eq(action->text, LIC_STR("*"));
    bool reached = service != CATALOGUE_NONE && catalogue_service_takes_rcp(service);
    if (!(all && statement->effect == LINT_ALLOW) && !reached) {
        lint_say(lint, LINT_RCP_SYNTAX_ERROR_ACTION, action->node, LINT_WORDS(action->text));
    }
}

/* "AWS::S3::Bucket" takes actions of s3. */
lic_str lint_attached_service(const struct lint_doc *doc)
{
    static const struct {
        const char *type, *service;
    } types[] = {
        { "AWS::S3::Bucket", "s3" },
        { "AWS::S3::AccessPoint", "s3" },
        { "AWS::S3::MultiRegionAccessPoint", "s3" },
        { "AWS::S3ObjectLambda::AccessPoint", "s3-object-lambda" },
        { "AWS::IAM::AssumeRolePolicyDocument", "sts" },
        { "AWS::DynamoDB::Table", "dynamodb" },
        { "AWS::KMS::Key", "kms" },
        { "AWS::Lambda::Function", "lambda" },
        { "AWS::SQS::Queue", "sqs" },
        { "AWS::SNS::Topic", "sns" },
        { "AWS::SecretsManager::Secret", "secretsmanager" },
        { "AWS::ECR::Repository", "ecr" },
    };
    if (doc->kind == LIC_LINT_TRUST || doc->kind == LIC_LINT_KEY) {
        return doc->kind == LIC_LINT_TRUST ? LIC_STR("sts") : LIC_STR("kms");
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_eq(doc->resource_type, str_z(types[i].type))) {
            return str_z(types[i].service);
        }
    }
    return LIC_STR("");
}

static void check_attached(struct lint *lint, const struct lint_text *action)
{
    lic_str service = lint_attached_service(lint->doc);
    lic_str prefix = service_of(action->text);
    if (service.n == 0 || prefix.n == action->text.n || lint_has_wildcard(prefix)) {
        return;
    }
    if (!str_eq_nocase(prefix, service)) {
        lic_str type = lint->doc->resource_type.n > 0 ? lint->doc->resource_type : service;
        lint_say(lint, LINT_UNSUPPORTED_ACTION_IN_POLICY, action->node,
                 LINT_WORDS(action->text, type));
    }
}

/* ---- actions said twice ---- */

#define PAIRS_MAX 250000u /* longer lists are not compared: nobody would read the findings */

static bool is_said_before(const struct lint_texts *actions, uint32_t i, uint32_t *out)
{
    lic_str text = actions->at[i].text;
    for (uint32_t j = 0; j < actions->n; j++) {
        lic_str other = actions->at[j].text;
        bool same = str_eq_nocase(other, text);
        if (j != i && (same ? j < i : lint_pattern_covers(other, text, true))) {
            *out = j;
            return true;
        }
    }
    return false;
}

static void check_redundant(struct lint *lint, const struct lint_texts *actions)
{
    if ((uint64_t)actions->n * actions->n > PAIRS_MAX) {
        return;
    }
    for (uint32_t i = 0; i < actions->n; i++) {
        uint32_t j = 0;
        if (is_said_before(actions, i, &j)) {
            lint_say(lint, LINT_REDUNDANT_ACTION, actions->at[i].node,
                     LINT_WORDS(actions->at[i].text, actions->at[j].text));
        }
    }
}

/* ---- wildcards over what changes permissions ---- */

/* The services in which one action too many is all permissions. */
static bool is_sensitive(lic_str prefix)
{
    static const char *const services[] = { "iam",    "sts",     "organizations",  "kms",
                                            "lictor", "account", "secretsmanager", "sso" };
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (str_eq_nocase(prefix, str_z(services[i]))) {
            return true;
        }
    }
    return false;
}

static lic_str first_sensitive(struct lint *lint, lic_str pattern)
{
    struct catalogue_walk walk = catalogue_walk(pattern);
    for (uint32_t action = catalogue_next(&walk); action != CATALOGUE_NONE;
         action = catalogue_next(&walk)) {
        if (catalogue_action_level(action) == CATALOGUE_PERMISSIONS) {
            lic_str prefix = catalogue_service_prefix(catalogue_action_service(action));
            return lint_join(lint, prefix, LIC_STR(":"), catalogue_action_name(action));
        }
    }
    return LIC_STR("");
}

static void check_sensitive(struct lint *lint, const struct lint_statement *statement,
                            const struct lint_text *action)
{
    lic_str prefix = service_of(action->text);
    bool grants = statement->effect == LINT_ALLOW && !statement->actions.excluded;
    if (!grants || !lint_is_identity(lint->doc->kind) || !is_sensitive(prefix) ||
        !lint_has_wildcard(action->text)) {
        return;
    }
    lic_str example = first_sensitive(lint, action->text);
    if (example.n > 0) {
        lint_say(lint, LINT_SENSITIVE_WILDCARD, action->node, LINT_WORDS(action->text, example));
    }
}

static void check_one(struct lint *lint, const struct lint_statement *statement,
                      const struct lint_text *action)
{
    lic_str element = statement->actions.excluded ? LIC_STR("NotAction") : LIC_STR("Action");
    if (str_find(action->text, LIC_STR("${")) < action->text.n) {
        lint_variables(lint, action->text, action->node, LINT_VARIABLE_ELEMENT, element);
        return;
    }
    if (!str_eq(action->text, LIC_STR("*"))) {
        check_exists(lint, action);
    }
    if (lint->doc->kind == LIC_LINT_SCP) {
        check_scp(lint, action);
    }
    if (lint->doc->kind == LIC_LINT_RCP && !statement->actions.excluded && !lint->doc->gateway) {
        check_rcp(lint, statement, action);
    }
    check_attached(lint, action);
    check_sensitive(lint, statement, action);
}

void lint_actions(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_texts *actions = &statement->actions;
    for (uint32_t i = 0; i < actions->n; i++) {
        check_one(lint, statement, &actions->at[i]);
    }
    check_redundant(lint, actions);
    if (lint->doc->kind == LIC_LINT_RCP && actions->excluded) {
        lint_say_key(lint, LINT_RCP_SYNTAX_ERROR_NOTACTION, actions->node, LINT_NO_WORDS);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Principals: whether they are written as principals are, and whom they let in. */
#include "advise/lint.h"

#include "base/banned.h"

static lic_str who_name(enum lint_who who)
{
    static const char *const names[] = { "AWS", "Service", "Federated", "CanonicalUser" };
    return str_z(names[who]);
}

/* ---- one principal ---- */

static bool is_arn_of_principal(lic_str text)
{
    static const char *const kinds[] = { "root", "user/", "role/", "assumed-role/",
                                         "federated-user/" };
    struct lint_arn arn;
    bool split = str_starts(text, LIC_STR("arn:")) && lint_arn_split(text, &arn);
    if (!split || arn.region.n > 0 || !lint_is_account(arn.account) ||
        !(str_eq(arn.service, LIC_STR("iam")) || str_eq(arn.service, LIC_STR("sts")))) {
        /* CloudFront's old identities belong to no account. */
        return split && str_eq(arn.account, LIC_STR("cloudfront"));
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_starts(arn.resource, str_z(kinds[i]))) {
            return true;
        }
    }
    return false;
}

static void check_aws(struct lint *lint, const struct lint_principal *who)
{
    if (str_eq(who->text, LIC_STR("*"))) {
        return;
    }
    if (lint_has_wildcard(who->text)) {
        lint_say(lint, LINT_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, who->node,
                 LINT_WORDS(LIC_STR("AWS"), who->text));
    } else if (str_starts(who->text, LIC_STR("AROA"))) {
        lint_say(lint, LINT_INVALID_ROLE_REFERENCE, who->node, LINT_WORDS(who->text));
    } else if (str_starts(who->text, LIC_STR("AIDA"))) {
        lint_say(lint, LINT_INVALID_USER_REFERENCE, who->node, LINT_WORDS(who->text));
    } else if (!lint_is_account(who->text) && !is_arn_of_principal(who->text)) {
        lint_say(lint, LINT_INVALID_PRINCIPAL_FORMAT, who->node, LINT_WORDS(who->text));
    }
}

static bool has_upper_or_blank(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((s.at[i] >= 'A' && s.at[i] <= 'Z') || s.at[i] == ' ') {
            return true;
        }
    }
    return false;
}

static void check_service(struct lint *lint, const struct lint_principal *who)
{
    bool known_end = str_ends(who->text, LIC_STR(".amazonaws.com")) ||
                     str_ends(who->text, LIC_STR(".amazonaws.com.cn")) ||
                     str_ends(who->text, LIC_STR(".amazon.com")) ||
                     str_ends(who->text, LIC_STR(".aws.internal"));
    if (!known_end || has_upper_or_blank(who->text) || who->text.at[0] == '.') {
        lint_say(lint, LINT_INVALID_SERVICE_PRINCIPAL_FORMAT, who->node,
                 LINT_WORDS(who->text, LIC_STR("SERVICE.amazonaws.com, in lower case")));
    }
}

/* ---- identity providers ---- */

enum provider { PROVIDER_NONE, PROVIDER_SAML, PROVIDER_OIDC };

static bool is_domain(lic_str s)
{
    bool dot = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                    c == '/' || c == '_' || c == ':' || (c >= 'A' && c <= 'Z');
        if (!good) {
            return false;
        }
        dot = dot || (c == '.' && i > 0 && i + 1 < s.n);
    }
    return dot;
}

static enum provider provider_of(lic_str text)
{
    struct lint_arn arn;
    if (!str_starts(text, LIC_STR("arn:"))) {
        return is_domain(text) ? PROVIDER_OIDC : PROVIDER_NONE;
    }
    if (!lint_arn_split(text, &arn) || !str_eq(arn.service, LIC_STR("iam")) ||
        !lint_is_account(arn.account)) {
        return PROVIDER_NONE;
    }
    if (str_starts(arn.resource, LIC_STR("saml-provider/"))) {
        return PROVIDER_SAML;
    }
    return str_starts(arn.resource, LIC_STR("oidc-provider/")) ? PROVIDER_OIDC : PROVIDER_NONE;
}

/* "arn:aws:iam::1:oidc-provider/HOST/PATH" is known to conditions as HOST/PATH. */
static lic_str issuer_of(lic_str text)
{
    size_t at = str_find(text, LIC_STR("oidc-provider/"));
    return at < text.n ? str_tail(text, at + sizeof "oidc-provider/" - 1) : text;
}

static bool asks_issuer(const struct lint_statement *statement, lic_str issuer)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        lic_str key = statement->conditions.at[i].key;
        if (lint_starts_nocase(key, issuer) && key.n > issuer.n && key.at[issuer.n] == ':') {
            return true;
        }
    }
    return false;
}

static void check_oidc(struct lint *lint, const struct lint_statement *statement,
                       const struct lint_principal *who)
{
    lic_str issuer = issuer_of(who->text);
    bool github = str_eq(issuer, LIC_STR("token.actions.githubusercontent.com"));
    if (statement->effect != LINT_ALLOW) {
        return;
    }
    if (github &&
        lint_condition_on(statement, LIC_STR("token.actions.githubusercontent.com:sub")) == NULL) {
        lint_say(lint, LINT_MISSING_GITHUB_REPO_CONDITION_KEY, who->node, LINT_NO_WORDS);
    } else if (!asks_issuer(statement, issuer)) {
        lint_say(lint, LINT_MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, who->node,
                 LINT_WORDS(who->text, issuer));
    }
}

static void check_federated(struct lint *lint, const struct lint_statement *statement,
                            const struct lint_principal *who)
{
    if (lint->doc->kind != LIC_LINT_TRUST) {
        lint_say(lint, LINT_FEDERATED_PRINCIPAL_NOT_SUPPORTED, who->node, LINT_NO_WORDS);
        return;
    }
    enum provider provider = provider_of(who->text);
    if (provider == PROVIDER_NONE) {
        lint_say(lint, LINT_INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY, who->node,
                 LINT_WORDS(who->text));
    } else if (provider == PROVIDER_OIDC) {
        check_oidc(lint, statement, who);
    }
}

static void check_one(struct lint *lint, const struct lint_statement *statement,
                      const struct lint_principal *who)
{
    if (str_find(who->text, LIC_STR("${")) < who->text.n) {
        lint_variables(lint, who->text, who->node, LINT_VARIABLE_ELEMENT, LIC_STR("Principal"));
        return;
    }
    if (who->who != LINT_WHO_AWS && lint_has_wildcard(who->text)) {
        lint_say(lint, LINT_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, who->node,
                 LINT_WORDS(who_name(who->who), who->text));
        return;
    }
    switch (who->who) {
    case LINT_WHO_AWS:
        check_aws(lint, who);
        return;
    case LINT_WHO_SERVICE:
        check_service(lint, who);
        return;
    case LINT_WHO_FEDERATED:
        check_federated(lint, statement, who);
        return;
    case LINT_WHO_CANONICAL:
        return;
    }
}

/* ---- trust: actions that go with principals ---- */

static void check_action_for(struct lint *lint, const struct lint_statement *statement,
                             const struct lint_text *action)
{
    bool saml = str_eq_nocase(action->text, LIC_STR("sts:AssumeRoleWithSAML"));
    bool web = str_eq_nocase(action->text, LIC_STR("sts:AssumeRoleWithWebIdentity"));
    bool plain = str_eq_nocase(action->text, LIC_STR("sts:AssumeRole"));
    for (uint32_t i = 0; i < statement->principals.n; i++) {
        const struct lint_principal *who = &statement->principals.at[i];
        bool federated = who->who == LINT_WHO_FEDERATED;
        enum provider provider = federated ? provider_of(who->text) : PROVIDER_NONE;
        bool wrong = (saml && provider != PROVIDER_SAML) || (web && provider != PROVIDER_OIDC) ||
                     (plain && federated);
        if (wrong) {
            lint_say(lint, LINT_MISMATCHED_ACTION_FOR_PRINCIPAL, action->node,
                     LINT_WORDS(action->text, who->text));
            return;
        }
    }
}

static const struct lint_principal *find_text(const struct lint_statement *statement, lic_str text)
{
    for (uint32_t i = 0; i < statement->principals.n; i++) {
        if (str_eq(statement->principals.at[i].text, text)) {
            return &statement->principals.at[i];
        }
    }
    return NULL;
}

static bool covers(const struct lint_texts *actions, lic_str name)
{
    uint32_t action = catalogue_action(name);
    for (uint32_t i = 0; i < actions->n && action != CATALOGUE_NONE; i++) {
        if (catalogue_covers(actions->at[i].text, action)) {
            return true;
        }
    }
    return false;
}

static void check_roles_anywhere(struct lint *lint, const struct lint_statement *statement)
{
    static const char *const needed[] = { "sts:AssumeRole", "sts:SetSourceIdentity",
                                          "sts:TagSession" };
    const struct lint_principal *who = find_text(statement, LIC_STR("rolesanywhere.amazonaws.com"));
    if (who == NULL || statement->effect != LINT_ALLOW || statement->actions.excluded) {
        return;
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!covers(&statement->actions, str_z(needed[i]))) {
            lint_say(lint, LINT_MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY, who->node,
                     LINT_WORDS(str_z(needed[i])));
            return;
        }
    }
}

#define PRINCIPALS_COMPARED_MAX 500u

/* "arn:aws:sts::1:assumed-role/R/S" beside "arn:aws:iam::1:role/R". */
static bool is_session_of(lic_str session, lic_str role)
{
    struct lint_arn s, r;
    if (!lint_arn_split(session, &s) || !lint_arn_split(role, &r) ||
        !str_eq(s.account, r.account) || !str_starts(s.resource, LIC_STR("assumed-role/")) ||
        !str_starts(r.resource, LIC_STR("role/"))) {
        return false;
    }
    lic_str rest = str_tail(s.resource, sizeof "assumed-role/" - 1);
    lic_str name = str_split(&rest, '/');
    lic_str path = str_tail(r.resource, sizeof "role/" - 1), role_name = path;
    while (str_find_char(path, '/') < path.n) {
        (void)str_split(&path, '/');
        role_name = path;
    }
    return str_eq(name, role_name);
}

static void check_sessions(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_principals *all = &statement->principals;
    if (all->n > PRINCIPALS_COMPARED_MAX) {
        return;
    }
    for (uint32_t i = 0; i < all->n; i++) {
        for (uint32_t j = 0; j < all->n; j++) {
            if (is_session_of(all->at[i].text, all->at[j].text)) {
                lint_say(lint, LINT_REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY, all->at[i].node,
                         LINT_WORDS(all->at[i].text));
                break;
            }
        }
    }
}

static void check_trust(struct lint *lint, const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->actions.n && !statement->actions.excluded; i++) {
        check_action_for(lint, statement, &statement->actions.at[i]);
    }
    check_roles_anywhere(lint, statement);
    check_sessions(lint, statement);
}

/* ---- whom it lets in ---- */

static bool has_source(const struct lint_statement *statement)
{
    static const char *const keys[] = { "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID",
                                        "aws:SourceOrgPaths" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (lint_condition_on(statement, str_z(keys[i])) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_deputy(struct lint *lint, const struct lint_statement *statement,
                         const struct lint_principal *who)
{
    bool trust = lint->doc->kind == LIC_LINT_TRUST;
    bool sets_none = str_eq(who->text, LIC_STR("ec2.amazonaws.com")) ||
                     str_starts(who->text, LIC_STR("rolesanywhere."));
    if (who->who != LINT_WHO_SERVICE || has_source(statement) || (trust && sets_none)) {
        return;
    }
    enum lint_code code =
        trust ? LINT_TRUST_OF_SERVICE_WITHOUT_SOURCE : LINT_RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL;
    lint_say(lint, code, who->node, LINT_WORDS(who->text));
}

static void check_star(struct lint *lint, const struct lint_statement *statement,
                       const struct lint_principal *who)
{
    bool bare = statement->conditions.n == 0;
    if (who->who != LINT_WHO_AWS || !str_eq(who->text, LIC_STR("*"))) {
        return;
    }
    if (lint->doc->kind == LIC_LINT_TRUST && who->star) {
        lint_say(lint, LINT_ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, who->node,
                 LINT_NO_WORDS);
    } else if (lint->doc->kind == LIC_LINT_TRUST && bare) {
        lint_say(lint, LINT_TRUST_OPEN_TO_ANYONE, who->node, LINT_NO_WORDS);
    } else if (bare && lint->doc->kind != LIC_LINT_RCP) {
        lint_say(lint, LINT_PUBLIC_ACCESS, who->node, LINT_NO_WORDS);
    }
}

static void check_rcp(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_principals *who = &statement->principals;
    bool all = who->n == 1 && str_eq(who->at[0].text, LIC_STR("*")) && !who->excluded;
    if (who->given && !all) {
        lint_say_key(lint, LINT_RCP_SYNTAX_ERROR_PRINCIPAL, who->node, LINT_NO_WORDS);
    }
}

void lint_principals(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_principals *all = &statement->principals;
    bool allows = statement->effect == LINT_ALLOW && !all->excluded;
    for (uint32_t i = 0; i < all->n; i++) {
        check_one(lint, statement, &all->at[i]);
        if (allows) {
            check_deputy(lint, statement, &all->at[i]);
            check_star(lint, statement, &all->at[i]);
        }
    }
    if (lint->doc->kind == LIC_LINT_TRUST) {
        check_trust(lint, statement);
    } else if (lint->doc->kind == LIC_LINT_RCP) {
        check_rcp(lint, statement);
    }
    if (all->given && all->excluded && statement->effect == LINT_ALLOW &&
        !lint_is_identity(lint->doc->kind)) {
        lint_say_key(lint, LINT_ALLOW_WITH_NOT_PRINCIPAL, all->node, LINT_NO_WORDS);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a Principal or NotPrincipal element is about the caller. A caller answers to several
 * names (a role session to its own ARN, its role's and its account's), and by which one it is
 * called decides what else may limit the grant (IAM User Guide, "Policy evaluation logic").
 */
#include "policy/principal.h"

#include "base/str.h"

#include "base/banned.h"

#define ARN_COLONS 5u
#define ACCOUNT_DIGITS 12u

static enum principal_grant strongest(enum principal_grant a, enum principal_grant b)
{
    return a > b ? a : b;
}

/* What follows the fifth colon of an ARN of this service; empty when it is another. */
static lic_str arn_rest(lic_str arn, lic_str service, lic_str *out_account)
{
    lic_str parts[ARN_COLONS];
    lic_str rest = arn;
    for (uint32_t i = 0; i < ARN_COLONS; i++) {
        parts[i] = str_split(&rest, ':');
    }
    bool ours = str_eq(parts[0], LIC_STR("arn")) && str_eq(parts[2], service);
    *out_account = parts[4];
    return ours ? rest : LIC_STR("");
}

/* 123456789012 or arn:aws:iam::123456789012:root */
static bool names_account(lic_str text, lic_str account)
{
    lic_str named = { NULL, 0 };
    if (account.n == 0) {
        return false;
    }
    if (text.n == ACCOUNT_DIGITS) {
        return str_eq(text, account);
    }
    return str_eq(arn_rest(text, LIC_STR("iam"), &named), LIC_STR("root")) &&
           str_eq(named, account);
}

/* The role of a session, with or without its path: a name is unique within its account. */
static bool names_role_of(lic_str text, const struct request_principal *caller)
{
    lic_str account = { NULL, 0 };
    if (caller->role_arn.n > 0) {
        return str_eq(text, caller->role_arn);
    }
    lic_str rest = arn_rest(text, LIC_STR("iam"), &account);
    lic_str type = str_split(&rest, '/');
    lic_str name = rest;
    while (rest.n > 0) {
        name = str_split(&rest, '/');
    }
    return str_eq(type, LIC_STR("role")) && name.n > 0 && str_eq(name, caller->role_name) &&
           str_eq(account, caller->account);
}

static enum principal_grant aws_named(lic_str text, const struct request_principal *caller)
{
    if (names_account(text, caller->account)) {
        return caller->kind == REQUEST_ROOT ? GRANT_DIRECT : GRANT_ACCOUNT;
    }
    bool same = caller->arn.n > 0 && str_eq(text, caller->arn);
    switch (caller->kind) {
    case REQUEST_ROLE:
        return same ? GRANT_LIMITED : GRANT_NONE;
    case REQUEST_ROLE_SESSION:
        return same ? GRANT_DIRECT : names_role_of(text, caller) ? GRANT_LIMITED : GRANT_NONE;
    case REQUEST_FEDERATED:
        return same                                                           ? GRANT_DIRECT
               : caller->issuer_arn.n > 0 && str_eq(text, caller->issuer_arn) ? GRANT_LIMITED
                                                                              : GRANT_NONE;
    case REQUEST_USER:
    case REQUEST_ROOT:
    case REQUEST_OTHER:
        return same ? GRANT_DIRECT : GRANT_NONE;
    case REQUEST_ANONYMOUS:
    case REQUEST_SERVICE:
    case REQUEST_OIDC:
    case REQUEST_SAML:
        return GRANT_NONE;
    }
    return GRANT_NONE;
}

static bool federated_named(lic_str text, const struct request_principal *caller)
{
    bool provider = caller->kind == REQUEST_OIDC || caller->kind == REQUEST_SAML;
    return provider && str_eq(text, caller->arn);
}

static enum principal_grant one_named(const struct doc_principal *principal,
                                      const struct request_principal *caller)
{
    bool same = false;
    switch (principal->kind) {
    case DOC_PRINCIPAL_ANYONE:
        return GRANT_DIRECT;
    case DOC_PRINCIPAL_AWS:
        return aws_named(principal->text, caller);
    case DOC_PRINCIPAL_FEDERATED:
        same = federated_named(principal->text, caller);
        break;
    case DOC_PRINCIPAL_SERVICE:
        same = caller->kind == REQUEST_SERVICE && str_eq(principal->text, caller->arn);
        break;
    case DOC_PRINCIPAL_CANONICAL:
        same = caller->kind == REQUEST_OTHER && str_eq(principal->text, caller->arn);
        break;
    }
    return same ? GRANT_DIRECT : GRANT_NONE;
}

static enum principal_grant listed(const struct doc_principals *principals,
                                   const struct request_principal *caller)
{
    enum principal_grant found = GRANT_NONE;
    for (uint32_t i = 0; i < principals->n && found != GRANT_DIRECT; i++) {
        found = strongest(found, one_named(&principals->at[i], caller));
    }
    return found;
}

/* Whether this name of the caller's, and not a wider one, is among those excepted. */
static bool excepts(const struct doc_principals *principals, const struct request_principal *caller,
                    enum principal_grant how)
{
    for (uint32_t i = 0; i < principals->n; i++) {
        const struct doc_principal *one = &principals->at[i];
        if (one->kind == DOC_PRINCIPAL_ANYONE || one_named(one, caller) == how) {
            return true;
        }
    }
    return false;
}

static bool has_account(const struct request_principal *caller)
{
    return caller->account.n > 0 && caller->kind != REQUEST_ROOT && caller->kind != REQUEST_OIDC &&
           caller->kind != REQUEST_SAML;
}

/*
 * A denial of all but these spares only a caller all of whose names are listed: the account, the
 * role, and then the session. It spares nobody who has a permissions boundary.
 */
static bool spared(const struct doc_principals *principals, const struct request_principal *caller,
                   bool bounded)
{
    bool account = !has_account(caller) || excepts(principals, caller, GRANT_ACCOUNT);
    bool role = caller->kind == REQUEST_ROLE ? excepts(principals, caller, GRANT_LIMITED) : true;
    bool itself = caller->kind == REQUEST_ROLE_SESSION
                      ? excepts(principals, caller, GRANT_DIRECT) &&
                            excepts(principals, caller, GRANT_LIMITED)
                      : caller->kind == REQUEST_ROLE || excepts(principals, caller, GRANT_DIRECT);
    return !bounded && account && role && itself;
}

enum principal_grant principal_named(const struct doc_statement *statement,
                                     const struct request_principal *caller, bool bounded)
{
    const struct doc_principals *principals = &statement->principals;
    if (!principals->given) {
        return GRANT_DIRECT;
    }
    if (!principals->excluded) {
        return listed(principals, caller);
    }
    bool about = statement->deny ? !spared(principals, caller, bounded)
                                 : listed(principals, caller) == GRANT_NONE;
    return about ? GRANT_DIRECT : GRANT_NONE;
}

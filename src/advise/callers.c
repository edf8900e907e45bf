/* SPDX-License-Identifier: Apache-2.0 */
/* Callers made up from what Principal elements name, and the keys that follow from a caller. */
#include "advise/callers.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

#define ACCOUNT_DIGITS 12u
#define ACCOUNT_FIRST UINT64_C(700000000001)
#define ACCOUNTS_TRIED 100000u
#define ARN_BYTES_MAX 4096u

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for a caller");
}

/* Adds the caller with this ARN or name; what is none (an ARN cut short) is left out. */
static enum lic_rc add(struct callers *callers, struct arena *arena, lic_str arn,
                       const struct request_principal **out, struct lic_err *err)
{
    struct request_principal *caller = ARENA_NEW(arena, struct request_principal);
    lic_str copy = str_copy(arena, arn);
    ENSURE(caller && copy.at, err, LIC_E_NOMEM, "no memory for a caller");
    if (request_principal_read(copy, caller, NULL) != LIC_OK) {
        return LIC_OK;
    }
    if (out) {
        *out = caller;
    }
    return ARENA_PUSH(arena, callers, caller) ? LIC_OK : no_memory(err);
}

static enum lic_rc add_text(struct callers *callers, struct arena *arena, const char *format,
                            lic_str a, lic_str b, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, ARN_BYTES_MAX);
    for (const char *at = format; *at; at++) {
        if (*at == 'A' || *at == 'B') {
            buf_add(&text, *at == 'A' ? a : b);
        } else {
            buf_add_char(&text, *at);
        }
    }
    TRY(buf_check(&text, "a caller's ARN", err));
    return add(callers, arena, buf_str(&text), NULL, err);
}

/* Somebody of every kind in an account. */
static enum lic_rc add_account(struct callers *callers, struct arena *arena, lic_str account,
                               struct lic_err *err)
{
    static const char *const kinds[] = { "arn:aws:iam::A:user/someone",
                                         "arn:aws:sts::A:assumed-role/something/session",
                                         "arn:aws:iam::A:role/something", "arn:aws:iam::A:root",
                                         "arn:aws:sts::A:federated-user/someone" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        TRY(add_text(callers, arena, kinds[i], account, LIC_STR(""), err));
    }
    return LIC_OK;
}

/* A session of the role, which knows its role's ARN with the path. */
static enum lic_rc add_session(struct callers *callers, struct arena *arena,
                               const struct request_principal *role, struct lic_err *err)
{
    struct request_principal *caller = ARENA_NEW(arena, struct request_principal);
    struct buf text;
    ENSURE(caller, err, LIC_E_NOMEM, "no memory for a caller");
    buf_init(&text, arena, ARN_BYTES_MAX);
    buf_add(&text, LIC_STR("arn:aws:sts::"));
    buf_add(&text, role->account);
    buf_add(&text, LIC_STR(":assumed-role/"));
    buf_add(&text, role->role_name);
    buf_add(&text, LIC_STR("/another-session"));
    TRY(buf_check(&text, "a session's ARN", err));
    lic_str arn = str_copy(arena, buf_str(&text));
    ENSURE(arn.at, err, LIC_E_NOMEM, "no memory for a caller");
    if (request_principal_read(arn, caller, NULL) != LIC_OK) {
        return LIC_OK;
    }
    caller->role_arn = role->kind == REQUEST_ROLE ? role->arn : role->role_arn;
    return ARENA_PUSH(arena, callers, caller) ? LIC_OK : no_memory(err);
}

/* Federated users of a user: named by the user's ARN, too. */
static enum lic_rc add_federated(struct callers *callers, struct arena *arena,
                                 const struct request_principal *user, struct lic_err *err)
{
    TRY(add_text(callers, arena, "arn:aws:sts::A:federated-user/another", user->account,
                 LIC_STR(""), err));
    struct request_principal *caller = ARENA_NEW(arena, struct request_principal);
    ENSURE(caller, err, LIC_E_NOMEM, "no memory for a caller");
    *caller = *callers->at[callers->n - 1];
    caller->issuer_arn = user->arn;
    return ARENA_PUSH(arena, callers, caller) ? LIC_OK : no_memory(err);
}

/* The role that a session's ARN names, by its name alone. */
static enum lic_rc add_role_of(struct callers *callers, struct arena *arena,
                               const struct request_principal *session, struct lic_err *err)
{
    return add_text(callers, arena, "arn:aws:iam::A:role/B", session->account, session->role_name,
                    err);
}

static enum lic_rc add_named(struct callers *callers, struct arena *arena,
                             const struct doc_principal *named, struct lic_err *err)
{
    const struct request_principal *caller = NULL;
    TRY(add(callers, arena, named->text, &caller, err));
    if (!caller) {
        return LIC_OK;
    }
    if (caller->account.n == ACCOUNT_DIGITS) {
        TRY(add_account(callers, arena, caller->account, err));
    }
    if (caller->kind == REQUEST_ROLE_SESSION) {
        TRY(add_role_of(callers, arena, caller, err));
    }
    if (caller->kind == REQUEST_ROLE || caller->kind == REQUEST_ROLE_SESSION) {
        return add_session(callers, arena, caller, err);
    }
    bool user = caller->kind == REQUEST_USER && caller->account.n == ACCOUNT_DIGITS;
    return user ? add_federated(callers, arena, caller, err) : LIC_OK;
}

/* A canonical user or a unique id is a name that no ARN reads as. */
static enum lic_rc add_other(struct callers *callers, struct arena *arena, lic_str name,
                             struct lic_err *err)
{
    struct request_principal *caller = ARENA_NEW(arena, struct request_principal);
    ENSURE(caller, err, LIC_E_NOMEM, "no memory for a caller");
    *caller = (struct request_principal){ .kind = REQUEST_OTHER, .arn = name };
    return ARENA_PUSH(arena, callers, caller) ? LIC_OK : no_memory(err);
}

enum lic_rc callers_add(struct callers *callers, struct arena *arena,
                        const struct doc_statement *statement, struct lic_err *err)
{
    for (uint32_t i = 0; i < statement->principals.n; i++) {
        const struct doc_principal *named = &statement->principals.at[i];
        if (named->kind == DOC_PRINCIPAL_CANONICAL) {
            TRY(add_other(callers, arena, named->text, err));
        } else if (named->kind != DOC_PRINCIPAL_ANYONE) {
            TRY(add_named(callers, arena, named, err));
        }
    }
    return LIC_OK;
}

enum lic_rc callers_add_public(struct callers *callers, struct arena *arena, lic_str account,
                               struct lic_err *err)
{
    TRY(add(callers, arena, LIC_STR("*"), NULL, err));
    return add_account(callers, arena, account, err);
}

enum lic_rc callers_add_strangers(struct callers *callers, struct arena *arena, lic_str account,
                                  struct lic_err *err)
{
    TRY(callers_add_public(callers, arena, account, err));
    TRY(add(callers, arena, LIC_STR("some-other-service.amazonaws.com"), NULL, err));
    TRY(add_text(callers, arena, "arn:aws:iam::A:oidc-provider/example.com", account, LIC_STR(""),
                 err));
    return add_text(callers, arena, "arn:aws:iam::A:saml-provider/example", account, LIC_STR(""),
                    err);
}

static bool is_mentioned(const struct policy_doc *const *docs, uint32_t n, lic_str account)
{
    bool mentioned = false;
    for (uint32_t i = 0; i < n && !mentioned; i++) {
        mentioned = docs[i] && str_find(docs[i]->text, account) < docs[i]->text.n;
    }
    return mentioned;
}

enum lic_rc callers_fresh_account(const struct policy_doc *const *docs, uint32_t n, uint32_t salt,
                                  struct arena *arena, lic_str *out, struct lic_err *err)
{
    struct buf digits;
    buf_init(&digits, arena, ACCOUNT_DIGITS + 1);
    for (uint32_t i = 0; i < ACCOUNTS_TRIED; i++) {
        buf_clear(&digits);
        buf_add_u64(&digits, ACCOUNT_FIRST + salt * UINT64_C(10000000000) + i);
        TRY(buf_check(&digits, "an account's number", err));
        if (!is_mentioned(docs, n, buf_str(&digits))) {
            *out = buf_str(&digits);
            return LIC_OK;
        }
    }
    return err_set(err, LIC_E_LIMIT, "the documents name more than %u accounts", ACCOUNTS_TRIED);
}

/* ---- keys that follow from the caller ----------------------------------------------------- */

static lic_str type_of(const struct request_principal *principal)
{
    switch (principal->kind) {
    case REQUEST_ROOT:
        return LIC_STR("Account");
    case REQUEST_USER:
        return LIC_STR("User");
    case REQUEST_ROLE:
    case REQUEST_ROLE_SESSION:
        return LIC_STR("AssumedRole");
    case REQUEST_FEDERATED:
        return LIC_STR("FederatedUser");
    case REQUEST_ANONYMOUS:
        return LIC_STR("Anonymous");
    case REQUEST_SERVICE:
    case REQUEST_OIDC:
    case REQUEST_SAML:
    case REQUEST_OTHER:
        break;
    }
    return (lic_str){ NULL, 0 };
}

/* Of a session it is the role's; without the role's path, as if there were none. */
static enum lic_rc arn_of(const struct request_principal *principal, struct arena *arena,
                          lic_str *out, struct lic_err *err)
{
    struct buf text;
    bool nobody = principal->kind == REQUEST_ANONYMOUS || principal->kind == REQUEST_SERVICE;
    *out = nobody ? (lic_str){ NULL, 0 } : principal->arn;
    if (principal->kind != REQUEST_ROLE_SESSION) {
        return LIC_OK;
    }
    *out = principal->role_arn;
    if (principal->role_arn.n > 0) {
        return LIC_OK;
    }
    buf_init(&text, arena, ARN_BYTES_MAX);
    buf_add(&text, LIC_STR("arn:"));
    buf_add(&text, principal->partition);
    buf_add(&text, LIC_STR(":iam::"));
    buf_add(&text, principal->account);
    buf_add(&text, LIC_STR(":role/"));
    buf_add(&text, principal->role_name);
    TRY(buf_check(&text, "a role's ARN", err));
    *out = buf_str(&text);
    return LIC_OK;
}

static lic_str account_of(const struct request_principal *principal)
{
    if (principal->kind == REQUEST_ANONYMOUS) {
        return LIC_STR("anonymous");
    }
    return principal->account.n > 0 ? principal->account : (lic_str){ NULL, 0 };
}

enum lic_rc callers_key(const struct request_principal *principal, lic_str lower,
                        struct arena *arena, bool *out_decided, struct callers_key *out,
                        struct lic_err *err)
{
    lic_str value = { NULL, 0 };
    *out_decided = true;
    if (str_eq(lower, LIC_STR("aws:principalarn"))) {
        TRY(arn_of(principal, arena, &value, err));
    } else if (str_eq(lower, LIC_STR("aws:principalaccount"))) {
        value = account_of(principal);
    } else if (str_eq(lower, LIC_STR("aws:principaltype"))) {
        value = type_of(principal);
    } else if (str_eq(lower, LIC_STR("aws:username"))) {
        value = principal->kind == REQUEST_USER ? principal->user_name : value;
    } else if (str_eq(lower, LIC_STR("aws:principalisawsservice"))) {
        value = principal->kind == REQUEST_SERVICE ? LIC_STR("true") : LIC_STR("false");
    } else {
        *out_decided = false;
    }
    *out = (struct callers_key){ .value = value, .absent = value.at == NULL };
    return LIC_OK;
}

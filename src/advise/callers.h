/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may call: enough principals that every Principal and NotPrincipal element of some statements
 * says of any caller what it says of one of these; and the condition keys that follow from who
 * calls.
 */
#ifndef ADVISE_CALLERS_H
#define ADVISE_CALLERS_H

#include "policy/doc.h"
#include "policy/request.h"

struct callers {
    const struct request_principal **at;
    uint32_t n, cap;
};

/*
 * Adds callers for this statement's principals: those it names, others of the same accounts and
 * roles, and strangers. LIC_E_NOMEM.
 */
enum lic_rc callers_add(struct callers *callers, struct arena *arena,
                        const struct doc_statement *statement, struct lic_err *err) LIC_MUST_USE;
/* Callers of an account, of a service and without any credentials. */
enum lic_rc callers_add_strangers(struct callers *callers, struct arena *arena, lic_str account,
                                  struct lic_err *err) LIC_MUST_USE;

/* Callers of the account and one without credentials: whom a resource open to the public serves. */
enum lic_rc callers_add_public(struct callers *callers, struct arena *arena, lic_str account,
                               struct lic_err *err) LIC_MUST_USE;

/* An account number that none of these documents mention; `salt` gives several. */
enum lic_rc callers_fresh_account(const struct policy_doc *const *docs, uint32_t n, uint32_t salt,
                                  struct arena *arena, lic_str *out,
                                  struct lic_err *err) LIC_MUST_USE;

/* A condition key that the principal decides: false: this key (in lower case) is none. */
struct callers_key {
    lic_str value;
    bool absent;
};
enum lic_rc callers_key(const struct request_principal *principal, lic_str lower,
                        struct arena *arena, bool *out_decided, struct callers_key *out,
                        struct lic_err *err) LIC_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to policy: may this principal do this action on this resource, in this context?
 * Policy sees nothing else. A request is built from an event (the gateway) or from texts (the
 * batch interface, prove, tests).
 *
 * The context is a small open-addressed table of condition keys (which have no case) to lists of
 * texts; fields of an event are looked up lazily, by their number, and only when a statement asks.
 */
#ifndef POLICY_REQUEST_H
#define POLICY_REQUEST_H

#include "event/event.h"

/* A condition key as a statement names it, prepared once so that looking it up hashes nothing. */
struct request_key {
    lic_str lower; /* lower case */
    uint64_t hash; /* request_key_hash(lower) */
    int field;     /* number of the event's field of this key (event.h), or -1 */
};

struct request_entry {
    uint64_t hash;     /* 0: the slot is free */
    lic_str key;       /* any case */
    const lic_str *at; /* values */
    uint32_t n;        /* 0: present with an empty list */
    bool list;         /* given as a list (multivalued), even if of one */
};

/* What kind of principal asks; from its ARN (request_principal_read). */
enum request_principal_kind {
    REQUEST_ANONYMOUS,
    REQUEST_ROOT,         /* arn:aws:iam::ACCOUNT:root */
    REQUEST_USER,         /* arn:aws:iam::ACCOUNT:user/PATH/NAME */
    REQUEST_ROLE,         /* arn:aws:iam::ACCOUNT:role/PATH/NAME itself (as simulators ask) */
    REQUEST_ROLE_SESSION, /* arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION */
    REQUEST_FEDERATED,    /* arn:aws:sts::ACCOUNT:federated-user/NAME */
    REQUEST_SERVICE,      /* lambda.amazonaws.com */
    REQUEST_OIDC,         /* arn:aws:iam::ACCOUNT:oidc-provider/HOST (AssumeRoleWithWebIdentity) */
    REQUEST_SAML,
    REQUEST_OTHER
};

struct request_principal {
    enum request_principal_kind kind;
    lic_str arn;
    lic_str partition, account; /* empty for services */
    lic_str role_arn;           /* of a role session, when known with its path; else empty */
    lic_str role_name, session_name, user_name;
    lic_str issuer_arn;  /* federated-user: ARN of the user whose credentials made the session */
    bool service_linked; /* role under aws-service-role/: SCPs do not bind it */
};

struct policy_request {
    struct request_principal principal;
    lic_str action;            /* as written; compared without case */
    lic_str resource;          /* ARN or "*" */
    lic_str resource_account;  /* 12 digits; empty: the principal's own */
    const struct event *event; /* NULL: only the table below */
    const struct request_entry *table;
    uint32_t mask; /* slots - 1; slots are a power of two, or table is NULL */
    bool strict;   /* a value that is not of its operator's type cannot be decided: it never
                      grants and always denies. False: AWS's answer (positive operators do not
                      hold, negated ones do). The gateway asks strictly. */
};

uint64_t request_key_hash(lic_str key); /* lowers ASCII while hashing; never 0 */
struct request_key request_key_make(lic_str lower);

/* Takes a principal's ARN (or service name, or "*"/"" for nobody) apart. LIC_E_SYNTAX. */
enum lic_rc request_principal_read(lic_str arn, struct request_principal *out,
                                   struct lic_err *err) LIC_MUST_USE;

/* Builds the context table; keys must be distinct without case (LIC_E_DUPLICATE). */
struct request_context {
    struct request_entry *slots;
    uint32_t mask, n;
};
enum lic_rc request_context_init(struct request_context *context, struct arena *arena,
                                 uint32_t keys_max, struct lic_err *err) LIC_MUST_USE;
enum lic_rc request_context_add(struct request_context *context, lic_str key, const lic_str *values,
                                uint32_t n, bool list, struct lic_err *err) LIC_MUST_USE;

/* Reads action, resource, principal and lazily the context of an event (strict). `extra` keys of
 * the event go through the same lookup. */
enum lic_rc request_from_event(const struct event *event, struct arena *arena,
                               struct policy_request *out, struct lic_err *err) LIC_MUST_USE;

/* What a request has of a key. */
struct request_found {
    const lic_str *at; /* values */
    uint32_t n;
    bool present;
    bool list; /* several values, or given as a list */
};
enum lic_rc request_find(const struct policy_request *request, const struct request_key *key,
                         struct arena *arena, struct request_found *out,
                         struct lic_err *err) LIC_MUST_USE;

/* Values of a key: *out_present false: absent. Scratch text comes from the arena. LIC_E_NOMEM. */
enum lic_rc request_values(const struct policy_request *request, const struct request_key *key,
                           struct arena *arena, const lic_str **out, uint32_t *out_n,
                           bool *out_present, struct lic_err *err) LIC_MUST_USE;

#endif

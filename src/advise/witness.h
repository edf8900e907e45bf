/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A point of the space as a request: what is asked of policy_eval before any proof is said to have
 * failed, and what a person can try.
 */
#ifndef ADVISE_WITNESS_H
#define ADVISE_WITNESS_H

#include "advise/space.h"

struct witness_key {
    lic_str key; /* lower case */
    const lic_str *values;
    uint32_t n; /* 0: absent */
    bool list;
};

struct witness {
    struct request_principal principal;
    lic_str action, resource;
    lic_str resource_account; /* empty: the principal's own */
    bool contradicts;         /* two axes want different values of one key: there is no request */
    struct {
        struct witness_key *at;
        uint32_t n, cap;
    } keys;
};

/* What the axes do not say. */
struct witness_rest {
    const struct request_principal *principal; /* NULL: made up to fit the keys */
    lic_str resource_account;
    const struct axis_bindings *bindings;
};

/* Reads the request off a point of every axis. LIC_E_NOMEM. */
enum lic_rc witness_make(const struct space *space, const uint32_t *points,
                         const struct witness_rest *rest, struct witness *out,
                         struct lic_err *err) LIC_MUST_USE;

/* The key among the witness' keys (in lower case), or NULL. */
const struct witness_key *witness_find(const struct witness *witness, lic_str lower);

/* Whether the keys that follow from the principal have the values that follow. */
enum lic_rc witness_agrees(const struct witness *witness, struct arena *arena, bool *out,
                           struct lic_err *err) LIC_MUST_USE;

enum lic_rc witness_request(const struct witness *witness, bool strict, struct arena *arena,
                            struct policy_request *out, struct lic_err *err) LIC_MUST_USE;

/* The layers that go with it into `lictor iam simulate --jsonl`. */
struct witness_layers {
    const struct policy_doc *const *docs;
    uint32_t docs_n;
    bool resource; /* the documents are of the resource; the caller's own policies allow all */
};
struct buf;
enum lic_rc witness_json(const struct witness *witness, const struct witness_layers *layers,
                         struct arena *arena, struct buf *out, struct lic_err *err) LIC_MUST_USE;

/* A policy that allows everything, for the side of a decision that is not in question. */
#define WITNESS_ALLOW_ALL                                                                          \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","            \
    "\"Resource\":\"*\"}}"

#endif
